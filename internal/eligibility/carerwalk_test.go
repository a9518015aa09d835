package eligibility

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"threshold/internal/care"
)

func TestCarerScreensByHealthAlone(t *testing.T) {
	p := carer(t).on("talk").on("today", "today=none", "private=alone").on("questions", "safety=none").
		on("carer/person", "they_call=Alex", "their_age=adult", "own_age=adult", "lives_with=yes").
		on("carer/care", "does=personal", "does=nights", "hours=h50_plus", "paid=none").
		on("carer/go-on", "able=with_help", "willing=yes").on("carer/health", "health=deteriorating", "council_help=no").
		on("carer/daily", "daily=none").on("carer/second-look", "second_look=all_fine").on("life", "overall=big")
	if p.screens+1 > 14 || p.at != "result" {
		t.Errorf("%d screens to %q", p.screens+1, p.at)
	}
	t.Logf("health alone: %d screens to the indication", p.screens+1)
	ind := p.rs.Indicate(p.facts())
	r := p.rs.Result(p.a, &ind, councilWords)
	if ind.Suggestion != care.LikelyMet || r.State != StateLikely || r.H1 != "The council may have to help you as a carer" {
		t.Errorf("%s, %q", ind.Suggestion, r.H1)
	}
	if !slices.Contains(r.Body, "You can get help even if Alex gets none.") {
		t.Errorf("body: %q", r.Body)
	}
	p.on("result").on("matters").on("you/name", "name=Sam Example").on("you/where", "living=home").on("carer/link", "link=yes").
		on("you/contact", "ways=call", "phone=07700 900 982").on("check", "go_on=joint")
	if p.screens+1 > 20 || p.at != "sent" {
		t.Errorf("%d screens to %q", p.screens+1, p.at)
	}
	t.Logf("health alone: %d screens to sent", p.screens+1)
}

func TestCarerEmergency(t *testing.T) {
	for said, want := range map[string][]string{
		"someone": {"emergency_who", "emergency_phone", "emergency_know", "emergency_where"}, "nobody": {"emergency_know", "emergency_where"},
		"not_sure": nil, "": nil,
	} {
		p := carerTo(carer(t), "carer/go-on")
		if said == "" {
			p.on("carer/go-on")
		} else {
			p.on("carer/go-on", "emergency="+said)
		}
		if carerTo(p, "result"); want == nil {
			if p.on("result"); p.at != "matters" {
				t.Errorf("%q leads to %q", said, p.at)
			}
			continue
		}
		page, ok := p.on("result").rs.Page("carer/emergency", p.a, councilWords)
		var got []string
		for _, q := range page.Questions {
			got = append(got, q.ID)
		}
		if !ok || !slices.Equal(got, want) {
			t.Errorf("%q asks %v", said, got)
		}
		if slices.Contains(p.flags(), "emergency_plan") != (said == "nobody") {
			t.Errorf("%q: %v", said, p.flags())
		}
	}
}

func TestGoingOnIsNeverAFact(t *testing.T) {
	seen := ""
	for _, said := range [][]string{nil, {"able=yes", "willing=yes"}, {"able=no", "willing=no"}, {"able=some", "willing=some"}, {"able=not_sure", "willing=with_help"}} {
		p := carerTo(carer(t), "carer/go-on").on("carer/go-on", said...).on("carer/health", "health=at_risk").on("carer/daily", "daily=recreation").
			on("carer/second-look").on("carer/daily/recreation", "recreation.limbs=assistance").on("carer/daily/recreation/more", "recreation.cause=caring")
		facts, _ := p.facts().MarshalJSON()
		ind := p.rs.Indicate(p.facts())
		all := fmt.Sprintf("%s %+v %+v %v", facts, ind, p.rs.Result(p.a, &ind, councilWords), p.rs.Path(p.a))
		if seen == "" {
			seen = all
		}
		if all != seen {
			t.Errorf("%v changes what the rules or the carer see", said)
		}
	}
	p := carerTo(carer(t), "carer/go-on").on("carer/go-on", "able=some", "willing=no")
	flags := p.rs.Flags(p.a, p.facts(), nil)
	for _, id := range []string{"care_may_stop", "care_unwilling"} {
		at := slices.IndexFunc(flags, func(f care.Flag) bool { return f.ID == id })
		if at < 0 || flags[at].Priority != care.PriorityUrgent || !strings.Contains(flags[at].Text, "Never shown to the adult") {
			t.Errorf("%s: %+v", id, flags)
		}
	}
}

func TestCarersAndChildren(t *testing.T) {
	short := []string{"you/name", "you/where", "carer/link", "you/contact", "check", "sent"}
	for _, c := range []struct {
		said  []string
		advi  []string
		flags []string
		words string
	}{
		{[]string{"their_age=child"}, []string{"carer/child"}, []string{"parent_carer_ca1989_s17ZD"}, "Children Act 1989, section 17ZD"},
		{[]string{"their_age=near_18"}, []string{"carer/child"}, []string{"parent_carer_ca1989_s17ZD", "transition_s60"}, "Care Act 2014, section 60"},
		{[]string{"own_age=under_18"}, []string{"carer/young"}, []string{"transition_s63", "young_carer_ca1989_s17ZA"}, "Children Act 1989, section 17ZA"},
		{[]string{"own_age=under_18", "their_age=child"}, []string{"carer/child", "carer/young"}, []string{"parent_carer_ca1989_s17ZD", "young_carer_ca1989_s17ZA"}, "020"},
	} {
		p := carerTo(carer(t), "carer/person").on("carer/person", c.said...)
		want := slices.Concat([]string{"for", "talk", "today", "carer/person"}, c.advi, short)
		if got := p.rs.Path(p.a); !slices.Equal(got, want) {
			t.Errorf("%v: the path is %v", c.said, got)
		}
		w := councilWords.with(Words{"phone": "020 7946 0101"})
		var lines []string
		for _, path := range c.advi {
			page, _ := p.rs.Page(path, p.a, w)
			lines = append(lines, page.Lines...)
		}
		if all := strings.Join(lines, " "); !strings.Contains(all, c.words) || !strings.Contains(all, "020 7946 0101") {
			t.Errorf("%v: %v", c.said, lines)
		}
		if got := p.rs.SentAs(p.a); got != care.KindChildren {
			t.Errorf("%v is sent as %q", c.said, got)
		}
		for _, f := range c.flags {
			if !slices.Contains(p.flags(), f) {
				t.Errorf("%v: no flag %s: %v", c.said, f, p.flags())
			}
		}
		if carerTo(p, "sent"); p.at != "sent" {
			t.Errorf("%v ends on %q", c.said, p.at)
		}
	}
	// Said by the date of birth alone, at the end: nothing is lost, and it goes to the right team.
	p := carerTo(carer(t), "carer/health").on("carer/health", "health=deteriorating")
	carerTo(p, "you/name").on("you/name", "name=Sam Example", "born=2012-03-27")
	if p.at != "you/young" {
		t.Errorf("under 18 by birth leads to %q", p.at)
	}
	ind := p.rs.Indicate(p.facts())
	if r := p.rs.Result(p.a, &ind, councilWords); p.rs.SentAs(p.a) != care.KindChildren || r.State != "children" || len(r.Why) > 0 {
		t.Errorf("sent as %q, result %q", p.rs.SentAs(p.a), r.State)
	}
	if carerTo(p, "sent"); !slices.Contains(p.flags(), "transition_s63") || p.a.One("health") != "deteriorating" {
		t.Errorf("%v", p.flags())
	}
	if adult := carerTo(carer(t), "check"); adult.rs.SentAs(adult.a) != care.KindCarer {
		t.Errorf("a carer's form is sent as %q", adult.rs.SentAs(adult.a))
	}
}

func TestCarerFirstPageLeadsOn(t *testing.T) {
	rs, adults := carerRules(t), published(t)
	for _, o := range rs.questions["for"].options {
		var a care.Answers
		a.Set("for", o.ID)
		want := string(care.KindAdultNeeds)
		if o.ID == "carer" {
			want = ""
		}
		if got := rs.LeadsTo(a); got != want {
			t.Errorf("%s leads to %q", o.ID, got)
		}
		if _, ok := adults.questions["for"].option(o.ID); !ok {
			t.Errorf("the adult's first page lacks %s", o.ID)
		}
	}
}

func TestCarerPagesNameThePerson(t *testing.T) {
	w := councilWords.with(Words{"phone_24h": "020 7946 0199", "link": "x", "ref": "x", "n": "1"})
	for _, name := range []string{"", "Alex"} {
		p := carerTo(carer(t), "carer/person")
		if name == "" {
			p.on("carer/person")
		} else {
			p.on("carer/person", "they_call="+name)
		}
		carerTo(p, "carer/daily").on("carer/daily", "daily=home", "daily=work").on("carer/second-look")
		carerTo(p, "check")
		all := ""
		for _, path := range p.rs.Path(p.a) {
			page, ok := p.rs.Page(path, p.a, w)
			if !ok {
				t.Fatalf("no page %s", path)
			}
			all += fmt.Sprintf("%+v\n", page)
		}
		all += fmt.Sprintf("%+v", p.rs.Told(p.a, w))
		for _, gap := range []string{"{name}", "{title}", "{about}", "{question}"} {
			if strings.Contains(all, gap) {
				t.Errorf("%q: a page shows %s", name, gap)
			}
		}
		want := "What do you do for Alex?"
		if name == "" {
			want = "What do you do for the person you care for?"
		}
		if !strings.Contains(all, want) {
			t.Errorf("%q: no page says %q", name, want)
		}
	}
}

func TestEveryCarerComesToSent(t *testing.T) {
	rs := carerRules(t)
	reached := map[string]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		a, at := care.Answers{}, rs.Start()
		silent := rapid.IntRange(0, 3).Draw(rt, "silent") == 0
		for range len(rs.pages) + 5 {
			page, ok := rs.Page(at, a, councilWords)
			if !ok {
				rt.Fatalf("led to %q, which does not apply", at)
			}
			if may, to := rs.MayBeOn(a, at); !may && at != "sent" {
				rt.Fatalf("led to %q, where nobody may be: sent to %q", at, to)
			}
			reached[page.Path] = true
			if at == "sent" {
				return
			}
			typed := map[string][]string{}
			if !silent {
				typed = fieldsFor(rt, page, false)
			}
			if at == "for" {
				typed["for"] = []string{"carer"}
			}
			next, invalid, err := rs.Answer(a, at, enough(at, typed), today)
			if err != nil || invalid != nil {
				rt.Fatalf("%s refused %v: %v %v", at, typed, err, invalid)
			}
			rs.Indicate(rs.Facts(next))
			a, at = next, rs.Next(next, at)
		}
		rt.Fatal("the path does not end")
	})
	for _, p := range rs.pages {
		if !reached[p.path] {
			t.Logf("not on any of these walks: %s", p.path)
		}
	}
}

func TestCarerPrivateAnswersChangeNothing(t *testing.T) {
	seen := ""
	for _, safety := range [][]string{nil, {"safety=none"}, {"safety=suicidal"}, {"safety=harm_others", "safety=paid_carers"}} {
		p := carer(t).on("talk").on("today", "today=none", "private=alone").on("questions", safety...)
		for p.at == "questions/support" || p.at == "questions/send" {
			p.on(p.at)
		}
		if p.at != "carer/person" {
			t.Fatalf("%v: went on to %q", safety, p.at)
		}
		carerTo(p, "check")
		var all strings.Builder
		for _, path := range p.rs.Path(p.a) {
			page, _ := p.rs.Page(path, p.a, councilWords)
			fmt.Fprintf(&all, "%+v back=%s\n", page, p.rs.Back(p.a, path))
		}
		ind := p.rs.Indicate(p.facts())
		fmt.Fprintf(&all, "%+v %+v", p.rs.Told(p.a, councilWords), p.rs.Result(p.a, &ind, councilWords))
		if seen == "" {
			seen = all.String()
		}
		if all.String() != seen {
			t.Errorf("%v: something that can be seen differs", safety)
		}
	}
}

func TestCarerMustAnswerThreeThings(t *testing.T) {
	var must []string
	for _, p := range carerRules(t).pages {
		for _, q := range p.asks {
			if q.required {
				must = append(must, q.id)
			}
		}
	}
	if !slices.Equal(must, []string{"for", "name", "ways"}) {
		t.Errorf("must be answered: %v", must)
	}
}

// Carers read plain words too: half of the pages at grade 5 or below, none above 8, and no sentence longer than 20 words.
func TestCarerWordsArePlain(t *testing.T) {
	var grades []float64
	for name, texts := range citizenTexts(carerRules(t)) {
		g := fleschKincaid(texts)
		grades = append(grades, g)
		if g > 8 {
			t.Errorf("%s reads at grade %.1f", name, g)
		}
		for _, s := range sentencesOf(texts) {
			if n := len(wordPattern.FindAllString(s, -1)); n > 20 {
				t.Errorf("%s: %d words in one sentence: %q", name, n, s)
			}
		}
		for _, s := range texts {
			if w := bannedWords.FindString(s); w != "" {
				t.Errorf("%s: carers would meet %q in %q", name, w, s)
			}
		}
	}
	slices.Sort(grades)
	if median := grades[len(grades)/2]; median > 5 {
		t.Errorf("half of the pages read above grade %.1f", median)
	}
	t.Logf("Flesch-Kincaid grade over %d pages: median %.1f, highest %.1f", len(grades), grades[len(grades)/2], grades[len(grades)-1])
}
