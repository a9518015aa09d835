package eligibility

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"threshold/internal/care"
)

// The whole mapping from answers to facts, option by option, written out from the law and the journey and not from
// questions.yaml. Each row is what was answered and every fact that follows.
func TestMappingTable(t *testing.T) {
	rs := published(t)
	rows := []struct{ answers, facts string }{
		{"", ""},
		// where needs come from, SI 2015/313 reg 2(1)(a)
		{"condition=physical", "impairment=yes"},
		{"condition=sight", "impairment=yes"},
		{"condition=hearing", "impairment=yes"},
		{"condition=mental", "impairment=yes"},
		{"condition=memory", "impairment=yes"},
		{"condition=learning", "impairment=yes"},
		{"condition=neurodivergent", "impairment=yes"},
		{"condition=brain_injury", "impairment=yes"},
		{"condition=epilepsy", "impairment=yes"},
		{"condition=substance", "impairment=yes"},
		{"condition=not_long", "impairment=yes"},
		{"condition=other", "impairment=yes"},
		{"condition=memory condition=sight", "impairment=yes"},
		{"condition=none", "impairment=no"},
		{"condition=not_sure", "impairment=not_sure"},
		// "no", and then "because of my health": not known
		{"condition=none daily=nutrition nutrition.cause=impairment", "impairment=not_sure outcomes.nutrition.cause=impairment"},
		{"condition=none daily=nutrition nutrition.cause=mixed", "impairment=not_sure outcomes.nutrition.cause=mixed"},
		{"condition=none daily=nutrition nutrition.cause=not_sure", "impairment=no outcomes.nutrition.cause=not_sure"},
		{"condition=none daily=nutrition nutrition.cause=other", "impairment=no outcomes.nutrition.cause=other"},
		{"condition=none nutrition.cause=impairment", "impairment=no"}, // eating was not chosen: the cause does not count
		// a condition, and then "something else": related is enough, so it is not known
		{"condition=memory daily=nutrition nutrition.cause=other", "impairment=yes outcomes.nutrition.cause=not_sure"},
		{"condition=not_sure daily=nutrition nutrition.cause=other", "impairment=not_sure outcomes.nutrition.cause=other"},
		{"daily=nutrition nutrition.cause=other", "outcomes.nutrition.cause=other"},
		{"condition=memory daily=nutrition nutrition.cause=impairment", "impairment=yes outcomes.nutrition.cause=impairment"},
		{"daily=toilet toilet.cause=impairment", "T.cause=impairment"},
		{"daily=toilet toilet.cause=mixed", "T.cause=mixed"},
		{"daily=toilet toilet.cause=other", "T.cause=other"},
		{"daily=toilet toilet.cause=not_sure", "T.cause=not_sure"},
		// nothing said about a chosen outcome, or chosen nowhere
		{"daily=nutrition", ""},
		{"daily=none", ""},
		{"daily=not_sure", ""},
		{"second_look=not_sure", ""},
		{"second_look=toilet", ""},
		// the four limbs, reg 2(3)
		{"daily=toilet toilet.limbs=assistance", "T.assistance=yes T.distress=no T.danger=no T.time=no"},
		{"daily=toilet toilet.limbs=distress", "T.assistance=no T.distress=yes T.danger=no T.time=no"},
		{"daily=toilet toilet.limbs=danger", "T.assistance=no T.distress=no T.danger=yes T.time=no"},
		{"daily=toilet toilet.limbs=time", "T.assistance=no T.distress=no T.danger=no T.time=yes"},
		{"daily=toilet toilet.limbs=time toilet.limbs=danger", "T.assistance=no T.distress=no T.danger=yes T.time=yes"},
		{"daily=toilet toilet.limbs=none", "T.assistance=no T.distress=no T.danger=no T.time=no"},
		{"daily=toilet toilet.limbs=not_sure", "T.assistance=not_sure T.distress=not_sure T.danger=not_sure T.time=not_sure"},
		{"second_look=toilet toilet.limbs=time", "T.assistance=no T.distress=no T.danger=no T.time=yes"},
		{"toilet.limbs=time", ""}, // chosen nowhere: the page does not count
		// wishes and the child
		{"daily=work_learning work_learning.limbs=given_up", "W.assistance=yes W.distress=no W.danger=no W.time=no"},
		{"daily=work_learning work_learning.limbs=given_up work_learning.limbs=distress", "W.assistance=yes W.distress=yes W.danger=no W.time=no"},
		{"daily=work_learning work_learning.limbs=no_wish", "W.applies=no"},
		{"for=someone daily=work_learning work_learning.limbs=no_wish", "W.assistance=not_sure W.distress=not_sure W.danger=not_sure W.time=not_sure"},
		{"daily=caring_for_child caring_for_child.limbs=no_child", "outcomes.caring_for_child.applies=no"},
		// how often, reg 2(4)
		{"daily=toilet toilet.frequency=daily", "T.frequency=daily"},
		{"daily=toilet toilet.frequency=most_days", "T.frequency=most_days"},
		{"daily=toilet toilet.frequency=some_days", "T.frequency=some_days"},
		{"daily=toilet toilet.frequency=rarely", "T.frequency=rarely"},
		{"daily=toilet toilet.frequency=past", "T.frequency=past"},
		{"daily=toilet toilet.frequency=not_sure", "T.frequency=not_sure"},
		// help is written down; what is said of it being enough is no fact
		{"daily=toilet toilet.help=nobody", "T.help=nobody"},
		{"daily=toilet toilet.help=family toilet.help=equipment", "T.help=family,equipment"},
		{"daily=toilet toilet.help=child", "T.help=child"},
		{"daily=toilet toilet.help=paid", "T.help=paid"},
		{"daily=toilet toilet.help=not_sure", "T.help=not_sure"},
		{"daily=toilet toilet.help_enough=not_enough", ""},
		// "none" skips the page behind it, whatever was said there before
		{"daily=toilet toilet.limbs=none toilet.cause=impairment toilet.help=family", "T.assistance=no T.distress=no T.danger=no T.time=no"},
		// well-being, Care Act 2014 s.1(2)
		{"overall=big", "wellbeing.overall=yes"},
		{"overall=likely", "wellbeing.overall=yes"},
		{"overall=between", "wellbeing.overall=not_sure"},
		{"overall=small", "wellbeing.overall=no"},
		{"overall=not_sure", "wellbeing.overall=not_sure"},
		{"areas=dignity", "A.dignity=big"},
		{"areas=health areas=home", "A.health=big A.home=big"},
		{"areas=protection areas=control areas=activity", "A.protection=big A.control=big A.activity=big"},
		{"areas=social areas=family areas=contribution", "A.social=big A.family=big A.contribution=big"},
		{"areas=none", "A.dignity=none A.health=none A.protection=none A.control=none A.activity=none A.social=none A.family=none A.home=none A.contribution=none"},
		{"areas=not_sure", "A.dignity=not_sure A.health=not_sure A.protection=not_sure A.control=not_sure A.activity=not_sure A.social=not_sure A.family=not_sure A.home=not_sure A.contribution=not_sure"},
		{"areas=not_sure areas=home", "A.dignity=not_sure A.health=not_sure A.protection=not_sure A.control=not_sure A.activity=not_sure A.social=not_sure A.family=not_sure A.home=big A.contribution=not_sure"},
		// nothing else is a fact
		{"today=food private=alone safety=hurt council_help=yes difficulties=weigh living=prison", ""},
	}
	for _, row := range rows {
		want := strings.NewReplacer("T.", "outcomes.toilet.", "W.", "outcomes.work_learning.", "A.", "wellbeing.areas.").Replace(row.facts)
		f := rs.Facts(answersOf(row.answers))
		var got []string
		for _, path := range f.Paths() {
			got = append(got, path+"="+strings.Join(f.Get(path), ","))
		}
		wanted := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%s\n  gives %v\n  want  %v", row.answers, got, wanted)
		}
	}

	// Every option that becomes a fact is in the table.
	for _, p := range rs.pages {
		for _, q := range p.asks {
			if p.outcome != "" && p.outcome != "toilet" && q.suffix != "limbs" {
				continue // one outcome stands for all of them; what they have of their own is among the limbs
			}
			for _, o := range q.options {
				id := q.id + "=" + o.ID
				if p.outcome != "" && !slices.Contains([]string{"given_up", "no_wish", "no_child"}, o.ID) && p.outcome != "toilet" {
					continue
				}
				if len(o.MapsTo) > 0 && o.ID != "all_fine" && !slices.ContainsFunc(rows, func(r struct{ answers, facts string }) bool {
					return slices.Contains(strings.Fields(r.answers), id)
				}) {
					t.Errorf("%s is not in the table", id)
				}
			}
		}
	}
}

// answersOf makes answers of "question=option question=option"; for somebody who answers for themselves.
func answersOf(s string) care.Answers {
	var a care.Answers
	a.Set("for", "self")
	for _, f := range strings.Fields(s) {
		q, v, _ := strings.Cut(f, "=")
		a.Set(q, append(slices.Clone(a.Get(q)), v)...)
	}
	return a
}

func TestAllTheOthersOnMyOwn(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("daily").on("daily", "daily=nutrition").on("daily/second-look", "second_look=all_fine")
	f := p.facts()
	for _, o := range rs.lists["outcome"] {
		for _, l := range rs.lists["limb"] {
			got := f.Get("outcomes." + o + "." + l)
			if o == "nutrition" && got != nil || o != "nutrition" && !slices.Equal(got, []string{"no"}) {
				t.Errorf("%s %s: %v", o, l, got)
			}
		}
	}
}

// P35: one thing ticked and the rest left silent is never a no.
func TestSilenceIsNotANo(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("about").on("about", "condition=physical").on("daily", "daily=nutrition").on("daily/second-look").
		on("daily/nutrition", "nutrition.limbs=assistance").on("daily/nutrition/more", "nutrition.cause=impairment").on("life", "overall=big")
	if got := rs.Indicate(p.facts()).Suggestion; got != care.CannotTell {
		t.Errorf("one outcome and silence: %s", got)
	}
	if paths := rs.Facts(care.Answers{}).Paths(); len(paths) > 0 {
		t.Errorf("no answers give facts: %v", paths)
	}
	for _, path := range newPerson(t, rs).skipTo("check").facts().Paths() {
		t.Errorf("every page skipped gives a fact: %s", path)
	}
}

// Taking any answer away never makes a "no" that was not there: whatever says "no" was said. Three answers are left out
// of it, because they weaken what another answer says on purpose: a condition that was given makes "something else" not
// known; a cause in health makes "no condition" not known; and what was chosen takes its outcome out of "all the others".
func TestNoAnswerLessMakesANo(t *testing.T) {
	rs := published(t)
	weakens := func(q string) bool {
		return q == "condition" || strings.HasSuffix(q, ".cause") || q == "daily" || q == "second_look" || strings.Contains(q, ".shown") || q == "for"
	}
	rapid.Check(t, func(rt *rapid.T) {
		a, at := care.Answers{}, rs.Start()
		for at != "result" {
			page, _ := rs.Page(at, a, nil)
			typed := fieldsFor(rt, page, false)
			if at == "for" {
				typed["for"] = []string{"self"}
			}
			next, invalid, err := rs.Answer(a, at, typed, today)
			if invalid != nil || err != nil {
				rt.Fatal(invalid, err)
			}
			a, at = next, rs.Next(next, at)
		}
		before := rs.Facts(a)
		for _, q := range a.Questions() {
			if weakens(q) {
				continue
			}
			less := a.Clone()
			less.Set(q)
			after := rs.Facts(less)
			for _, path := range after.Paths() {
				for _, v := range after.Get(path) {
					if (v == "no" || v == "none" || v == "other") && !slices.Contains(before.Get(path), v) {
						rt.Fatalf("without the answer to %s, %s became %q", q, path, v)
					}
				}
			}
		}
	})
}

func TestAnswersCanBeTakenBackAgain(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("about").on("about", "condition=memory")
	a, invalid, err := rs.Answer(p.a, "about", form("condition="), today)
	if err != nil || invalid != nil || a.Get("condition") != nil {
		t.Errorf("a blank did not take the answer away: %v %v %v", a.Get("condition"), invalid, err)
	}
	if p.a.One("condition") != "memory" {
		t.Error("Answer changed the answers it was given")
	}
}

func TestUnknownFieldsAreRefused(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("about")
	for _, c := range []struct{ path, field string }{
		{"about", "name"}, {"about", "daily.left"}, {"about", "condition.physical.text"}, {"talk", "for"}, {"you/where/more", "sleeps"},
	} {
		a, _, err := rs.Answer(p.a, c.path, form("condition=memory", c.field+"=x"), today)
		if err == nil || a.One("condition") != "" {
			t.Errorf("%s took the field %s", c.path, c.field)
		}
	}
	if _, _, err := rs.Answer(p.a, "about", form("nonsense=x"), today); !errors.Is(err, ErrUnknownField) {
		t.Errorf("got %v", err)
	}
	for _, path := range []string{"no/such", "sent", "you/young", "daily/toilet"} {
		if _, _, err := rs.Answer(p.a, path, nil, today); !errors.Is(err, care.ErrNotFound) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestWhatIsWrongIsKeptAsTyped(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("you/name")
	a, invalid, err := rs.Answer(p.a, "you/name", form("name=  ", "call_me= Sam ", "born=1950--27"), today)
	if err != nil || invalid == nil || len(invalid.Problems) != 2 {
		t.Fatalf("%v %v", invalid, err)
	}
	if a.One("call_me") != "Sam" || a.One("born") != "" || !slices.Equal(a.Typed("born"), []string{"1950--27"}) || a.Visited("you/name") {
		t.Errorf("kept: %q %q %v", a.One("call_me"), a.One("born"), a.Typed("born"))
	}
	page, _ := rs.Page("you/name", a, councilWords)
	var said []string
	for _, pr := range invalid.Problems {
		said = append(said, rs.ProblemText(page, pr))
	}
	want := []string{"Enter your full name, or the name you use", "Date of birth must include a day, a month and a year, like 27 3 1950"}
	if !slices.Equal(said, want) {
		t.Errorf("said %q", said)
	}
	a, invalid, _ = rs.Answer(a, "you/name", form("name=Sam Example", "born=1950-3-27"), today)
	if invalid != nil || a.Typed("born") != nil || a.One("born") != "1950-03-27" {
		t.Errorf("mended: %v %v %q", invalid, a.Typed("born"), a.One("born"))
	}
}

func TestProblemsSayHowToMend(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("daily").on("daily", "daily=toilet").on("daily/second-look")
	for _, c := range []struct {
		path   string
		fields []string
		want   string
	}{
		{"for", nil, "Select who this is for, or select 'I'm not sure'"},
		{"daily/toilet", []string{"toilet.limbs=time", "toilet.limbs=none"}, "Choose what is hard, or 'None of these', not both"},
		{"daily/toilet/more", []string{"toilet.words=" + strings.Repeat("é", 1042)}, "Use 1,000 characters or fewer. You have 1,042"},
		{"you/where", []string{"postcode=LS1"}, "Enter a full postcode, like LS1 4AP"},
		{"you/contact", []string{"ways=call", "phone=ring me"}, "Enter a phone number, like 07700 900 982, or leave it out"},
		{"you/contact", []string{"ways=call"}, "Enter a phone number, or do not choose a call, voice message or text"},
		{"you/contact", []string{"ways=email", "email=name at example.com"}, "Enter an email address with an @, like name@example.com"},
		{"you/contact", []string{"ways=post"}, "Choose another way, or go back and enter an address. You have not given one yet"},
		{"you/contact", nil, "Select one safe way to reach you, or select 'I'm not sure'"},
		{"you/contact", []string{"ways=call", "ways=not_at_all", "phone=07700 900 982"}, "Choose ways to reach you, or 'Do not contact me', not both"},
		{"life", []string{"overall=nonsense"}, "Select an answer from the list"},
		{"life", []string{"overall=big", "overall=small"}, "Select one answer only"},
	} {
		_, invalid, err := rs.Answer(p.a, c.path, form(c.fields...), today)
		if err != nil || invalid == nil {
			t.Errorf("%s %v: %v %v", c.path, c.fields, invalid, err)
			continue
		}
		page, _ := rs.Page(c.path, p.a, councilWords)
		if got := rs.ProblemText(page, invalid.Problems[0]); got != c.want || len(invalid.Problems) != 1 {
			t.Errorf("%s %v: %q (%d problems)", c.path, c.fields, got, len(invalid.Problems))
		}
	}
}

func TestFormsOutsideThePath(t *testing.T) {
	rs := published(t)
	for _, id := range []string{"contact", "today/now", "questions/send"} {
		f, ok := rs.Form(id, councilWords)
		required := 0
		for _, q := range f.Questions {
			if q.Required {
				required++
			}
		}
		if !ok || required != 2 || f.Button == "" {
			t.Errorf("%s: %v, %d required fields", id, ok, required)
		}
		if _, invalid, err := rs.AnswerForm(id, nil, today); err != nil || invalid == nil || len(invalid.Problems) != 2 {
			t.Errorf("%s empty: %v %v", id, invalid, err)
		}
		a, invalid, err := rs.AnswerForm(id, form("call_you=Sam", "safe_way=07700 900 982", "safe_time=after 2pm"), today)
		if err != nil || invalid != nil {
			t.Fatal(err, invalid)
		}
		s := rs.Summary(a, nil)
		if s.CallMe != "Sam" || s.Name != "" || !slices.Contains(s.Contact, "Reach them by: 07700 900 982") || len(rs.ToldForm(id, a, councilWords)) == 0 {
			t.Errorf("%s: %+v", id, s)
		}
	}
	if _, ok := rs.Form("no such", nil); ok {
		t.Error("there is a form that does not exist")
	}
}

func TestUnder18IsReckonedOnTheDay(t *testing.T) {
	rs := published(t)
	for born, want := range map[string]string{"2008-11-22": "you/where", "2008-11-23": "you/young", "2012-2-29": "you/young", "1950-1-1": "you/where"} {
		p := newPerson(t, rs).skipTo("you/name").on("you/name", "name=Kim Example", "born="+born)
		if p.at != want {
			t.Errorf("born %s: %q", born, p.at)
		}
	}
}

// Bad posts never lose what was right before, and never panic.
func TestRandomPostsLoseNothing(t *testing.T) {
	rs := published(t)
	rapid.Check(t, func(rt *rapid.T) {
		p := newPerson(t, rs).skipTo("daily").on("daily", "daily=nutrition", "daily=work_learning").on("daily/second-look", "second_look=toilet")
		a := p.a
		for range 10 {
			path := rapid.SampledFrom(rs.Path(a)).Draw(rt, "page")
			page, ok := rs.Page(path, a, councilWords)
			if !ok || path == "sent" {
				continue
			}
			typed := fieldsFor(rt, page, true)
			next, invalid, err := rs.Answer(a, path, typed, today)
			if err != nil {
				rt.Fatal(err)
			}
			for _, q := range page.Questions {
				wrong := invalid != nil && slices.ContainsFunc(invalid.Problems, func(x care.Problem) bool { return x.Field == q.ID })
				if v := typed[q.ID]; len(v) == 1 && !wrong && !q.WriteOnly && next.One(q.ID) == "" {
					rt.Fatalf("%s lost the answer to %s", path, q.ID)
				}
				if v := typed[q.ID]; len(v) == 1 && wrong && len(v[0]) > 100 && !q.WriteOnly && !slices.Equal(next.Typed(q.ID), v) {
					rt.Fatalf("%s lost what was typed for %s", path, q.ID)
				}
			}
			rs.Facts(next)
			rs.Told(next, councilWords)
			if s := fmt.Sprintf("%v %+v", next, next); strings.Contains(s, "words") {
				rt.Fatal("answers print themselves")
			}
			a = next
		}
	})
}
