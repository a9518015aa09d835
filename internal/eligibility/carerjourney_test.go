package eligibility

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"threshold/internal/care"
	"threshold/rules"
)

// loadedOnce loads the rules for all tests of the carer's journey: nothing changes them.
var loadedOnce = sync.OnceValues(func() (*Library, error) { return Load(rules.FS) })

// carerRules is the carer's ruleset as it is shipped.

func carerRules(t testing.TB) *Ruleset {
	t.Helper()
	lib, err := loadedOnce()
	if err != nil {
		t.Fatal(err)
	}
	rs, err := lib.Version("carer-support@2015-04-01")
	if err != nil {
		t.Fatal(err)
	}
	if !rs.HasJourney() {
		t.Fatal("carers have no journey")
	}
	return rs
}

// carer is somebody on the carer's journey who answers for themselves.

func carer(t testing.TB) *person {
	return newPerson(t, carerRules(t)).on("for", "for=carer")
}

// carerAnswers makes answers of "question=option question=option" on the carer's journey.

func carerAnswers(s string) care.Answers {
	a := answersOf(s)
	a.Set("for", "carer")
	return a
}

// The whole mapping from a carer's answers to facts, option by option, written out from the law and the journey and not

// from questions.yaml. Each row is what was answered and every fact that follows besides is_carer=yes, which choosing the

// journey says (Care Act 2014 s.10(3)).

func TestCarerMappingTable(t *testing.T) {
	rs := carerRules(t)
	rows := []struct{ answers, facts string }{
		{"", ""},
		{"for=carer", ""},
		// paid for all of it, or not sure: the council can choose to treat them as a carer, s.10(10), so it is never a no
		{"paid=none", ""},
		{"paid=some", ""},
		{"paid=all", "is_carer=not_sure"},
		{"paid=not_sure", "is_carer=not_sure"},
		// any box of what they do is necessary care, reg 3(1)(a); silence says nothing
		{"does=personal", "necessary_care=yes"},
		{"does=food", "necessary_care=yes"},
		{"does=medicine", "necessary_care=yes"},
		{"does=moving", "necessary_care=yes"},
		{"does=home", "necessary_care=yes"},
		{"does=paperwork", "necessary_care=yes"},
		{"does=watch", "necessary_care=yes"},
		{"does=comfort", "necessary_care=yes"},
		{"does=outings", "necessary_care=yes"},
		{"does=nights", "necessary_care=yes"},
		{"does=on_call", "necessary_care=yes"},
		{"does=other", "necessary_care=yes"},
		{"does=not_sure", "necessary_care=not_sure"},
		{"does=food does=watch", "necessary_care=yes"},
		// health, reg 3(2)(a)
		{"health=deteriorating", "health=deteriorating"},
		{"health=at_risk", "health=at_risk"},
		{"health=no", "health=no"},
		{"health=not_sure", "health=not_sure"},
		// nothing said about a chosen outcome, or chosen nowhere
		{"daily=home", ""},
		{"daily=none", ""},
		{"daily=not_sure", ""},
		{"second_look=not_sure", ""},
		{"second_look=home", ""},
		{"home.limbs=danger", ""},
		// the three limbs, reg 3(3)
		{"daily=home home.limbs=assistance", "H.assistance=yes H.distress=no H.danger=no"},
		{"daily=home home.limbs=distress", "H.assistance=no H.distress=yes H.danger=no"},
		{"daily=home home.limbs=danger", "H.assistance=no H.distress=no H.danger=yes"},
		{"daily=home home.limbs=danger home.limbs=distress", "H.assistance=no H.distress=yes H.danger=yes"},
		{"daily=home home.limbs=none", "H.assistance=no H.distress=no H.danger=no"},
		{"daily=home home.limbs=not_sure", "H.assistance=not_sure H.distress=not_sure H.danger=not_sure"},
		{"second_look=home home.limbs=danger", "H.assistance=no H.distress=no H.danger=yes"},
		{"daily=work work.limbs=given_up", "W.assistance=yes W.distress=no W.danger=no"},
		{"daily=work work.limbs=no_wish", "W.applies=no"},
		{"daily=child child.limbs=no_child", "outcomes.child.applies=no"},
		{"daily=others others.limbs=only_one", "outcomes.others.applies=no"},
		// because they care, reg 3(1)(a)-(b)
		{"daily=home home.cause=caring", "H.cause=caring"},
		{"daily=home home.cause=mixed", "H.cause=mixed"},
		{"daily=home home.cause=other", "H.cause=other"},
		{"daily=home home.cause=not_sure", "H.cause=not_sure"},
		// how often, reg 3(4)
		{"daily=home home.frequency=daily", "H.frequency=daily"},
		{"daily=home home.frequency=most_days", "H.frequency=most_days"},
		{"daily=home home.frequency=some_days", "H.frequency=some_days"},
		{"daily=home home.frequency=rarely", "H.frequency=rarely"},
		{"daily=home home.frequency=past", "H.frequency=past"},
		{"daily=home home.frequency=not_sure", "H.frequency=not_sure"},
		// help is written down
		{"daily=home home.help=nobody", "H.help=nobody"},
		{"daily=home home.help=family home.help=equipment", "H.help=family,equipment"},
		{"daily=home home.help=child", "H.help=child"},
		{"daily=home home.help=paid", "H.help=paid"},
		{"daily=home home.help=not_sure", "H.help=not_sure"},
		{"daily=home home.help_enough=may_stop", ""},
		{"daily=home home.limbs=none home.cause=caring home.help=family", "H.assistance=no H.distress=no H.danger=no"},
		// well-being, Care Act 2014 s.1(2)
		{"overall=big", "wellbeing.overall=yes"},
		{"overall=likely", "wellbeing.overall=yes"},
		{"overall=between", "wellbeing.overall=not_sure"},
		{"overall=small", "wellbeing.overall=no"},
		{"overall=not_sure", "wellbeing.overall=not_sure"},
		{"areas=dignity areas=health areas=protection", "A.dignity=big A.health=big A.protection=big"},
		{"areas=control areas=activity areas=social", "A.control=big A.activity=big A.social=big"},
		{"areas=family areas=home areas=contribution", "A.family=big A.home=big A.contribution=big"},
		{"areas=none", "A.dignity=none A.health=none A.protection=none A.control=none A.activity=none A.social=none A.family=none A.home=none A.contribution=none"},
		{"areas=not_sure areas=home", "A.dignity=not_sure A.health=not_sure A.protection=not_sure A.control=not_sure A.activity=not_sure A.social=not_sure A.family=not_sure A.home=big A.contribution=not_sure"},
		// if they can and want to go on, what they are like to each other, and everything else is no fact
		{"able=no willing=no emergency=nobody own_needs=yes council_help=yes since=soon hours=h50_plus nights=most_nights lives_with=yes link=no", ""},
		{"today=food private=alone safety=harm_others difficulties=weigh living=prison", ""},
		// somebody under 18, or who cares for a child, is asked none of it: what they said before does not count
		{"own_age=under_18 does=food paid=all health=deteriorating overall=big", ""},
		{"their_age=child does=food daily=home home.limbs=danger overall=big", ""},
		{"their_age=near_18 health=at_risk", ""},
	}
	for _, row := range rows {
		want := strings.NewReplacer("H.", "outcomes.home.", "W.", "outcomes.work.", "A.", "wellbeing.areas.").Replace(row.facts)
		wanted := strings.Fields(want)
		if !strings.Contains(want, "is_carer=") {
			wanted = append(wanted, "is_carer=yes")
		}
		f := rs.Facts(carerAnswers(row.answers))
		var got []string
		for _, path := range f.Paths() {
			got = append(got, path+"="+strings.Join(f.Get(path), ","))
		}
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%s\n  gives %v\n  want  %v", row.answers, got, wanted)
		}
	}
	for _, p := range rs.pages {
		for _, q := range p.asks {
			for _, o := range q.options {
				own := slices.Contains([]string{"given_up", "no_wish", "no_child", "only_one"}, o.ID)
				if p.outcome != "" && p.outcome != "home" && !own {
					continue // one outcome stands for all of them
				}
				id := q.id + "=" + o.ID
				if len(o.MapsTo) > 0 && o.ID != "all_fine" && !slices.ContainsFunc(rows, func(r struct{ answers, facts string }) bool {
					return slices.Contains(strings.Fields(r.answers), id)
				}) {
					t.Errorf("%s is not in the table", id)
				}
			}
		}
	}
}

// No answer says "not a carer" or "not necessary care": the first is for the council, s.10(10), the second for a worker.

func TestNoCarerAnswerTakesTheGateAway(t *testing.T) {
	for _, p := range carerRules(t).pages {
		for _, q := range p.asks {
			for _, o := range q.options {
				maps := []map[string]string{o.MapsTo}
				for _, b := range o.But {
					maps = append(maps, b.MapsTo)
				}
				for _, m := range maps {
					if m["is_carer"] == "no" || m["necessary_care"] == "no" {
						t.Errorf("%s=%s says no", q.id, o.ID)
					}
				}
			}
			if q.leftUnticked != nil && (q.leftUnticked.MapsTo["is_carer"] != "" || q.leftUnticked.MapsTo["necessary_care"] != "") {
				t.Errorf("silence on %s decides if somebody is a carer", q.id)
			}
		}
	}
}

func TestCarerAllTheOthersOnMyOwn(t *testing.T) {
	p := carerTo(carer(t), "carer/daily").on("carer/daily", "daily=work").on("carer/second-look", "second_look=all_fine")
	f := p.facts()
	for _, o := range p.rs.lists["outcome"] {
		for _, l := range p.rs.lists["limb"] {
			got := f.Get("outcomes." + o + "." + l)
			if o == "work" && got != nil || o != "work" && !slices.Equal(got, []string{"no"}) {
				t.Errorf("%s %s: %v", o, l, got)
			}
		}
	}
}

// carerTo goes on with pages left empty, but for what must be answered.

func carerTo(p *person, path string) *person {
	p.t.Helper()
	for range len(p.rs.pages) {
		switch p.at {
		case path:
			return p
		case "you/name":
			p.on(p.at, "name=Sam Example")
		case "you/contact":
			p.on(p.at, "ways=call", "phone=07700 900 982")
		default:
			p.on(p.at)
		}
	}
	p.t.Fatalf("%q was never reached", path)
	return p
}

// Health alone is enough for a carer. Screens are counted as people see them, the start page and the private questions

// included: at most 14 to an indication and 20 to sent.

// The plan for an emergency is asked of those who said something to put in it.

// If a carer can and wants to go on decides nothing: not the facts, not what they read. A worker is told, in words that

// say who must not be.

// Who cares for a child, or is a child, is sent on to children's services with the same form, and asked nothing in between.

// The first page is the same question in every journey, and each choice leads to the journey it is about.

// Every page names the person cared for as the carer does, in plain words while nobody has said, and leaves no gap.

// What a carer wants kept from the adult is for the worker alone, and stays when the page is sent again without it.

func TestCarerKeepsThingsFromTheAdult(t *testing.T) {
	p := carerTo(carer(t), "carer/link").on("carer/link", "link=ask_first", "keep_from=That I am worn out")
	if told := fmt.Sprint(p.rs.Told(p.a, councilWords)); strings.Contains(told, "worn out") {
		t.Error("what must be kept from the adult shows where answers are checked")
	}
	a, invalid, err := p.rs.Answer(p.a, "carer/link", form("link=ask_first"), today)
	if err != nil || invalid != nil || a.One("keep_from") != "That I am worn out" {
		t.Errorf("%q %v %v", a.One("keep_from"), invalid, err)
	}
	rows := fmt.Sprint(p.rs.ToldPages(p.a, councilWords, "carer/link"))
	for _, want := range []string{"worn out"} {
		if !strings.Contains(rows, want) {
			t.Errorf("a worker does not read %q: %s", want, rows)
		}
	}
	for _, f := range []string{"keep_from_adult", "link_refused"} {
		if !slices.Contains(p.flags(), f) {
			t.Errorf("no flag %s: %v", f, p.flags())
		}
	}
	for said, want := range map[string]string{"yes": "link_agreed", "no": "link_refused"} {
		p := carerTo(carer(t), "carer/link").on("carer/link", "link="+said)
		if !slices.Contains(p.flags(), want) {
			t.Errorf("link=%s: %v", said, p.flags())
		}
	}
}

// A carer who needs care is told of to a worker, by the question and by the rules alike, and a review has no indication.

func TestCarerWithOwnNeeds(t *testing.T) {
	p := carerTo(carer(t), "carer/health").on("carer/health", "own_needs=yes", "council_help=yes")
	for _, f := range []string{"adult_assessment_asked_s9", "existing_plan_review_s27"} {
		if !slices.Contains(p.flags(), f) {
			t.Errorf("no flag %s: %v", f, p.flags())
		}
	}
	if r := p.rs.Result(p.a, nil, councilWords); !p.rs.Review(p.a) || r.State != StateAlreadyHelped {
		t.Errorf("review: %q", r.State)
	}
}

// What a helper said of themselves on an adult's form is not asked again on their own, and nothing said of the adult is

// taken for theirs.

func TestCarerTakesOver(t *testing.T) {
	var from care.Answers
	for q, v := range map[string]string{
		"for": "someone", "they_call": "Alex", "helper_name": "Sam Example", "helper_phone": "07700 900 982", "helper_email": "name@example.com",
		"name": "Alex Example", "born": "1940-03-27", "address": "1 Example Street", "phone": "07700 900 111", "safety": "hurt", "not_told": "my son",
	} {
		from.Set(q, v)
	}
	rs := carerRules(t)
	a := rs.TakeOver(from)
	want := map[string]string{"they_call": "Alex", "name": "Sam Example", "phone": "07700 900 982", "email": "name@example.com"}
	for q, v := range want {
		if a.One(q) != v {
			t.Errorf("%s is %q", q, a.One(q))
		}
	}
	if len(a.Questions()) != len(want) {
		t.Errorf("carried: %v", a.Questions())
	}
	if page, _ := rs.Page("carer/person", a, councilWords); page.Path == "" {
		t.Error("the page with what was carried is not drawn")
	}
}

// And the other way: a carer who needs care too says nothing of themselves twice. What they said of caring, of going on, of

// today, and what they agreed to there stays there.

func TestAdultTakesOverFromCarer(t *testing.T) {
	p := carer(t).on("talk", "language=Urdu", "ways_to_talk=other", "ways_to_talk.other.text=A slate")
	carerTo(p, "carer/health").on("carer/health", "health=deteriorating", "own_needs=yes", "council_help=yes")
	carerTo(p, "you/name").on("you/name", "name=Sam Example", "born=1960-03-27").on("you/where", "living=home", "postcode=LS1 4AP").
		on("carer/link", "link=no", "keep_from=All of it").on("you/contact", "ways=call", "phone=07700 900 982", "alone=yes")
	adults, err := loadedOnce()
	if err != nil {
		t.Fatal(err)
	}
	rs, err := adults.Version("adult-needs@2015-04-01")
	if err != nil {
		t.Fatal(err)
	}
	a := rs.TakeOver(p.a)
	for q, v := range map[string]string{
		"language": "Urdu", "ways_to_talk": "other", "ways_to_talk.other.text": "A slate", "name": "Sam Example", "born": "1960-03-27", "born.under_18": "no",
		"living": "home", "postcode": "LS1 4AP", "ways": "call", "phone": "07700 900 982", "alone": "yes",
	} {
		if a.One(q) != v {
			t.Errorf("%s is %q, not %q", q, a.One(q), v)
		}
		a.Set(q)
	}
	if rest := a.Questions(); len(rest) > 0 {
		t.Errorf("carried as well: %v", rest)
	}
}

// What the rules say when they do not look met is worded for each condition that can fail.

func TestCarerUnlikelySaysWhy(t *testing.T) {
	rs := carerRules(t)
	told := rs.Journey.words.Result.States[StateUnlikely].Told
	for _, c := range rs.conditions {
		if told[c.ID] == "" {
			t.Errorf("nothing is said when %s fails", c.ID)
		}
	}
	for _, c := range []struct{ answers, want string }{
		{"does=food health=no second_look=all_fine overall=big", told["circumstances"]},
		{"does=food health=no second_look=all_fine daily=home home.limbs=danger home.cause=other overall=big", told["circumstances"]},
		{"does=food health=deteriorating areas=none overall=small", told["wellbeing"]},
	} {
		a := carerAnswers(c.answers)
		a.Set("second_look.shown", rs.lists["outcome"]...)
		ind := rs.Indicate(rs.Facts(a))
		r := rs.Result(a, &ind, councilWords)
		if ind.Suggestion != care.LikelyNotMet || r.Body[0] != c.want || c.want == "" {
			t.Errorf("%s: %s, %q", c.answers, ind.Suggestion, r.Body)
		}
	}
}

// Answering at random or not at all comes to the end, whatever a carer says, and every page is met on the way.

// Taking any answer away never makes a "no" that was not there: whatever says "no" was said. What was chosen takes its

// outcome out of "all the others", so those two are left out of it.

func TestNoCarerAnswerLessMakesANo(t *testing.T) {
	rs := carerRules(t)
	rapid.Check(t, func(rt *rapid.T) {
		a, at := care.Answers{}, rs.Start()
		for at != "result" && at != "you/name" {
			page, _ := rs.Page(at, a, nil)
			typed := fieldsFor(rt, page, false)
			if at == "for" {
				typed["for"] = []string{"carer"}
			}
			next, invalid, err := rs.Answer(a, at, typed, today)
			if invalid != nil || err != nil {
				rt.Fatal(invalid, err)
			}
			a, at = next, rs.Next(next, at)
		}
		before := rs.Facts(a)
		for _, q := range a.Questions() {
			if q == "daily" || q == "second_look" || strings.Contains(q, ".shown") || q == "for" || q == "their_age" || q == "own_age" {
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

// The path and every page are the same whatever a carer said to the private questions.

// Only three things must be answered by a carer too, and none of them is about caring.
