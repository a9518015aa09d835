package eligibility

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"threshold/internal/care"
)

// Screens are counted as people see them, the start page first (figures of the journey: at most 14 to an indication and
// 20 to sent with two outcomes, 10 to a result with no difficulty).
func TestScreens(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).on("for", "for=self").on("talk").on("today", "today=none", "private=alone").on("questions", "safety=none").
		on("about", "condition=physical", "council_help=no").on("daily", "daily=nutrition", "daily=hygiene").
		on("daily/second-look", "second_look=all_fine").
		on("daily/nutrition", "nutrition.limbs=assistance").on("daily/nutrition/more", "nutrition.cause=impairment").
		on("daily/hygiene", "hygiene.limbs=time").on("daily/hygiene/more", "hygiene.cause=impairment", "hygiene.frequency=daily").
		on("life", "overall=big")
	if p.screens+1 > 14 || p.at != "result" {
		t.Errorf("%d screens to %q", p.screens+1, p.at)
	}
	if got := rs.Indicate(p.facts()).Suggestion; got != care.LikelyMet {
		t.Errorf("two outcomes and a big effect: %s", got)
	}
	p.on("result").on("matters").on("you/name", "name=Sam Example").on("you/where", "living=home").
		on("you/contact", "ways=call", "phone=07700 900 982").on("check", "go_on=joint")
	if p.screens+1 > 20 || p.at != "sent" {
		t.Errorf("%d screens to %q", p.screens+1, p.at)
	}

	p = newPerson(t, rs).on("for", "for=self").on("talk").on("today", "today=none", "private=alone").on("questions", "safety=none").
		on("about", "condition=none").on("daily", "daily=none").on("daily/second-look", "second_look=all_fine").on("life", "areas=none", "overall=small")
	if p.screens+1 != 10 || p.at != "result" {
		t.Errorf("no difficulty: %d screens to %q", p.screens+1, p.at)
	}
}

func TestOutcomesComeInTheOrderOfTheRegulation(t *testing.T) {
	rs := published(t)
	fields := []string{}
	for _, o := range rs.lists["outcome"] {
		fields = append(fields, "daily="+o)
	}
	slices.Reverse(fields)
	p := newPerson(t, rs).skipTo("daily").on("daily", fields...)
	for i, o := range rs.lists["outcome"] {
		if at, of := rs.Progress(p.a, "daily/"+o); at != i+1 || of != 10 {
			t.Errorf("%s is %d of %d", o, at, of)
		}
		p.on("daily/" + o).on("daily/" + o + "/more")
	}
	if p.at != "life" {
		t.Errorf("after the tenth outcome: %q", p.at)
	}
}

func TestNoneOrNotApplyingSkipsMore(t *testing.T) {
	rs := published(t)
	for _, c := range []struct{ outcome, option string }{{"nutrition", "none"}, {"work_learning", "no_wish"}, {"caring_for_child", "no_child"}} {
		p := newPerson(t, rs).skipTo("daily").on("daily", "daily="+c.outcome).on("daily/second-look").on("daily/"+c.outcome, c.outcome+".limbs="+c.option)
		if p.at != "life" {
			t.Errorf("%s %s leads to %q", c.outcome, c.option, p.at)
		}
	}
}

func TestUrgentFollowUpsAreShownAtOnce(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("daily").on("daily", "daily=nutrition", "daily=home_safety").on("daily/second-look").
		on("daily/nutrition").on("daily/nutrition/more", "nutrition.choking=yes")
	page, ok := rs.Page("daily/nutrition/now", p.a, councilWords)
	if p.at != "daily/nutrition/now" || !ok || !strings.Contains(strings.Join(page.Lines, " "), "choking now? Call 999") ||
		strings.Contains(strings.Join(page.Lines, " "), "next to no food") {
		t.Errorf("at %q: %v", p.at, page.Lines)
	}
	p.on("daily/nutrition/now").on("daily/home_safety").on("daily/home_safety/more", "home_safety.falls=more")
	if p.at != "daily/home_safety/now" {
		t.Errorf("at %q", p.at)
	}
}

func TestBorderAndOtherNationsMayGoOn(t *testing.T) {
	rs := published(t)
	where := func(postcode string) *person {
		return newPerson(t, rs).skipTo("you/where").on("you/where", "postcode="+postcode)
	}
	if p := where("ls1 4ap"); p.at != "you/contact" {
		t.Errorf("England: %q", p.at)
	}
	p := where("CF10 3AT")
	if p.at != "you/nation" {
		t.Fatalf("Wales: %q", p.at)
	}
	if p.on("you/nation"); p.at != "you/contact" {
		t.Errorf("after the nation's page: %q", p.at)
	}
	if p := where("SY10 7AA").on("you/country", "country=england"); p.at != "you/contact" {
		t.Errorf("border, England: %q", p.at)
	}
	p = where("SY10 7AA").on("you/country", "country=wales")
	page, _ := rs.Page("you/nation", p.a, councilWords)
	if p.at != "you/nation" || !strings.Contains(strings.Join(page.Lines, " "), "In Wales") {
		t.Errorf("border, Wales: %q %v", p.at, page.Lines)
	}
}

// The path and every page must be the same whatever was said to the private questions, save the asides that follow
// them at once.
func TestPrivateAnswersChangeNothingThatCanBeSeen(t *testing.T) {
	rs := published(t)
	var seen []string
	told := ""
	for _, safety := range [][]string{nil, {"safety=none"}, {"safety=suicidal"}, {"safety=hurt", "safety=money", "safety=harm_others"}} {
		p := newPerson(t, rs).skipTo("today").on("today", "today=none", "private=alone").on("questions", safety...)
		for p.at == "questions/support" || p.at == "questions/send" {
			p.on(p.at)
		}
		if p.at != "about" {
			t.Fatalf("%v: went on to %q", safety, p.at)
		}
		p.on("about", "condition=physical").on("daily", "daily=nutrition").on("daily/second-look").on("daily/nutrition", "nutrition.limbs=time").skipTo("check")
		var all strings.Builder
		for _, path := range rs.Path(p.a) {
			page, ok := rs.Page(path, p.a, councilWords)
			fmt.Fprintf(&all, "%s %v %+v back=%s\n", path, ok, page, rs.Back(p.a, path))
		}
		for _, path := range []string{"questions/support", "questions/send"} {
			page, ok := rs.Page(path, p.a, councilWords)
			may, _ := rs.MayBeOn(p.a, path)
			fmt.Fprintf(&all, "%s %v %v %+v\n", path, ok, may, page)
		}
		facts, _ := p.facts().MarshalJSON()
		ind := rs.Indicate(p.facts())
		fmt.Fprintf(&all, "%s %+v %+v %+v", facts, rs.Told(p.a, councilWords), rs.Result(p.a, &ind, councilWords), rs.NextUnvisited(p.a))
		seen = append(seen, all.String())
		told = fmt.Sprint(rs.Told(p.a, councilWords))
	}
	for _, s := range seen[1:] {
		if s != seen[0] {
			t.Error("something that can be seen differs because of a private answer")
		}
	}
	for _, word := range []string{"safety", "hurts me", "ending my life", "Can anyone see"} {
		if strings.Contains(told, word) {
			t.Errorf("%q shows where answers are checked", word)
		}
	}
}

// Somebody who looks at the page again and sends it empty learns nothing, and takes nothing away.
func TestPrivateAnswersStayAndDoNotComeBack(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("today").on("today", "private=alone").on("questions", "safety=hurt", "safety=suicidal")
	if p.at != "questions/support" {
		t.Fatalf("at %q", p.at)
	}
	p.on("questions/support", "ring_me=yes").on("questions/send")
	for _, again := range [][]string{nil, {"safety=none"}, {"safety=rather_not"}} {
		a, invalid, err := rs.Answer(p.a, "questions", form(again...), today)
		if err != nil || invalid != nil {
			t.Fatal(err, invalid)
		}
		if next := rs.Next(a, "questions"); next != "about" {
			t.Errorf("sent %v: the next page %q tells what was said before", again, next)
		}
		if got := a.Get("safety"); !slices.Equal(got, []string{"hurt", "suicidal"}) {
			t.Errorf("sent %v: %v is left", again, got)
		}
		a, _, _ = rs.Answer(a, "questions/support", form("ring_me=no"), today)
		a, _, _ = rs.Answer(a, "today", form("private=seen"), today)
		p2 := &person{t: t, rs: rs, a: a}
		for _, want := range []string{"urgent_safety", "safeguarding_s42", "see_alone", "ring_today", "ask_in_private"} {
			if !slices.Contains(p2.flags(), want) {
				t.Errorf("sent %v: the flag %s is lost: %v", again, want, p2.flags())
			}
		}
	}
	// A form that contradicts itself still tells.
	a, invalid, err := rs.Answer(p.a, "questions", form("safety=money", "safety=none"), today)
	if err != nil || invalid == nil || a.Typed("safety") != nil || !a.Has("safety", "money") {
		t.Errorf("clash: %v, typed %v", invalid, a.Typed("safety"))
	}
}

func TestPrivatePageHangsOnOneAnswer(t *testing.T) {
	rs := published(t)
	for answer, want := range map[string]string{"": "about", "private=seen": "about", "private=skip": "about", "private=alone": "questions"} {
		p := newPerson(t, rs).skipTo("today")
		var fields []string
		if answer != "" {
			fields = append(fields, answer)
		}
		if p.on("today", fields...); p.at != want {
			t.Errorf("%q leads to %q", answer, p.at)
		}
	}
}

func TestMayBeOn(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).on("for", "for=self").on("talk")
	for path, want := range map[string]string{
		"for": "for", "talk": "talk", "today": "today", "about": "today", "check": "today", "sent": "today", "no/such": "",
		"daily/nutrition": "today", "questions": "today", "questions/send": "today",
	} {
		if ok, to := rs.MayBeOn(p.a, path); to != want || ok != (path == want) {
			t.Errorf("%q: %v, %q", path, ok, to)
		}
	}
	p.skipTo("check")
	if ok, _ := rs.MayBeOn(p.a, "check"); !ok {
		t.Error("check is not open after all pages")
	}
	if ok, to := rs.MayBeOn(p.a, "sent"); ok || to != "check" {
		t.Errorf("sent opens before check was sent: %v %q", ok, to)
	}
	if ok, to := rs.MayBeOn(care.Answers{}, "check"); ok || to != "for" {
		t.Errorf("with nothing answered: %v %q", ok, to)
	}
}

// Changing an early answer keeps the later ones, sets aside what no longer counts, and asks only what is new.
func TestChangingAnEarlyAnswer(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("daily").on("daily", "daily=nutrition", "daily=hygiene").on("daily/second-look", "second_look=all_fine").
		on("daily/nutrition", "nutrition.limbs=time").on("daily/nutrition/more", "nutrition.words=Toast only").skipTo("check")
	change := func(path string, fields ...string) {
		t.Helper()
		a, invalid, err := rs.Answer(p.a, path, form(fields...), today)
		if err != nil || invalid != nil {
			t.Fatal(err, invalid)
		}
		p.a = a
	}
	if rs.NextUnvisited(p.a) != "check" {
		t.Fatalf("not at check: %q", rs.NextUnvisited(p.a))
	}
	change("daily", "daily=hygiene")
	// "I do all the others on my own" was not said about eating: the second look has to be looked at again.
	if got := p.facts().Get("outcomes.nutrition.assistance"); got != nil {
		t.Errorf("silence about eating became %v", got)
	}
	if got := p.facts().Get("outcomes.toilet.assistance"); !slices.Equal(got, []string{"no"}) {
		t.Errorf("what was said about the others is %v", got)
	}
	if got := rs.NextUnvisited(p.a); got != "daily/second-look" {
		t.Errorf("after the change: %q", got)
	}
	change("daily/second-look", "second_look=nutrition")
	if got := rs.NextUnvisited(p.a); got != "check" {
		t.Errorf("the pages about eating were answered before, but it asks %q", got)
	}
	if got := p.facts().Get("outcomes.nutrition.time"); !slices.Equal(got, []string{"yes"}) || p.a.One("nutrition.words") != "Toast only" {
		t.Errorf("the earlier answer was lost: %v", got)
	}
}

func TestRequiredStaysRequired(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("check")
	a, invalid, err := rs.Answer(p.a, "you/name", form("name= "), today)
	if err != nil || invalid == nil {
		t.Fatal("a blank name was taken", err)
	}
	if ok, to := rs.MayBeOn(a, "check"); ok || to != "you/name" {
		t.Errorf("may send without a name: %v, %q", ok, to)
	}
	a, invalid, _ = rs.Answer(p.a, "you/contact", form("ways=email", "email=nonsense"), today)
	if invalid == nil || a.Typed("email") == nil {
		t.Fatal("a wrong address was taken or lost")
	}
	if ok, to := rs.MayBeOn(a, "check"); ok || to != "you/contact" {
		t.Errorf("may send with a wrong address: %v, %q", ok, to)
	}
}

// fieldsFor draws what a person may send on a page: nothing, something right, or something wrong.
func fieldsFor(t *rapid.T, page care.Page, wrong bool) map[string][]string {
	out := map[string][]string{}
	for _, q := range page.Questions {
		switch pick := rapid.IntRange(0, 3).Draw(t, "answer "+q.ID); {
		case pick == 0 && !q.Required:
		case len(q.Options) > 0:
			if o := rapid.SampledFrom(q.Options).Draw(t, q.ID); o.Exclusive || q.Kind != care.KindCheckboxes || pick == 1 {
				out[q.ID] = []string{o.ID}
				break
			}
			for _, o := range q.Options {
				if !o.Exclusive && rapid.Bool().Draw(t, o.ID) {
					out[q.ID] = append(out[q.ID], o.ID)
				}
			}
			if wrong && pick == 3 {
				out[q.ID] = append(out[q.ID], q.Options[len(q.Options)-1].ID, "no_such_option")
			}
		default:
			good := map[care.Kind][]string{
				care.KindDate: {"1950-3-27", "2015-01-01"}, care.KindPhone: {"07700 900 982"}, care.KindEmail: {"name@example.com"},
				care.KindPostcode: {"LS1 4AP", "CF10 3AT", "SY10 7AA", "EH1 1YZ", "BT1 1AA"},
			}[q.Kind]
			if good == nil {
				good = []string{"some words"}
			}
			out[q.ID] = []string{rapid.SampledFrom(good).Draw(t, q.ID)}
			if wrong && pick == 3 {
				out[q.ID] = []string{strings.Repeat("x", 5001)}
			}
		}
	}
	return out
}

// enough adds what a page must have, so that a walk goes on.
func enough(path string, typed map[string][]string) map[string][]string {
	switch path {
	case "you/name":
		typed["name"] = []string{"Sam Example"}
	case "young":
		if typed["young"] == nil {
			typed["young"] = []string{"not_sure"}
		}
	case "you/contact":
		typed["ways"], typed["phone"], typed["email"] = []string{"call"}, []string{"07700 900 982"}, nil
	}
	return typed
}

// From any state, answering at random or not at all comes to the end, and on the way every page is shown once at most.
func TestEveryPathEndsWhereItCanBeSent(t *testing.T) {
	rs := published(t)
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
			reached[at] = true
			if at == "sent" {
				if path := rs.Path(a); path[len(path)-1] != at {
					rt.Fatalf("the path ends with %q, the walk with %q", path[len(path)-1], at)
				}
				return
			}
			typed := map[string][]string{}
			if !silent {
				typed = fieldsFor(rt, page, false)
			}
			if at == "for" && (silent || typed["for"] == nil) {
				typed["for"] = []string{"self"}
			}
			next, invalid, err := rs.Answer(a, at, enough(at, typed), today)
			if err != nil || invalid != nil {
				rt.Fatalf("%s refused %v: %v %v", at, typed, err, invalid)
			}
			a, at = next, rs.Next(next, at)
		}
		rt.Fatal("the path does not end")
	})
	if t.Failed() {
		return
	}
	for _, p := range rs.pages {
		if !reached[p.path] {
			t.Logf("not on any of these walks: %s", p.path)
		}
	}
}

// Whatever was answered and then changed, going on from there comes to the check page, with all that was told kept.
func TestEveryStateLeadsToCheck(t *testing.T) {
	rs := published(t)
	rapid.Check(t, func(rt *rapid.T) {
		a := care.Answers{}
		a.Set("for", "self")
		for range rapid.IntRange(0, 25).Draw(rt, "answers before") {
			var open []string // pages that a person can have come to
			for _, path := range rs.Path(a) {
				if ok, _ := rs.MayBeOn(a, path); ok && path != "sent" {
					open = append(open, path)
				}
			}
			path := open[len(open)-1]
			if rapid.Bool().Draw(rt, "go back") {
				path = rapid.SampledFrom(open).Draw(rt, "page")
			}
			page, _ := rs.Page(path, a, nil)
			typed := fieldsFor(rt, page, true)
			if path == "for" {
				typed["for"] = []string{"self"}
			}
			next, _, err := rs.Answer(a, path, typed, today)
			if err != nil {
				rt.Fatal(err)
			}
			a = next
		}
		for range len(rs.pages) + 1 {
			at := rs.NextUnvisited(a)
			if at == "check" {
				return
			}
			before := a.Questions()
			typed := map[string][]string{}
			page, _ := rs.Page(at, a, nil)
			for _, q := range page.Questions { // what a browser sends again: what stands on the page
				if v := a.Get(q.ID); v != nil && !q.WriteOnly {
					typed[q.ID] = v
				}
			}
			if at == "for" {
				typed["for"] = []string{"self"}
			}
			next, invalid, err := rs.Answer(a, at, enough(at, typed), today)
			if err != nil || invalid != nil {
				rt.Fatalf("%s: %v %v", at, invalid, err)
			}
			for _, q := range before {
				if next.Get(q) == nil && q != "email" && next.Typed(q) == nil && typed[q] != nil {
					rt.Fatalf("%s took the answer to %s away", at, q)
				}
			}
			a = next
		}
		rt.Fatalf("stuck on %q", rs.NextUnvisited(a))
	})
}

func TestFewThingsMustBeAnswered(t *testing.T) {
	rs := published(t)
	var must []string
	for _, p := range rs.pages {
		for _, q := range p.asks {
			if q.required {
				must = append(must, q.id)
			}
		}
	}
	if !slices.Equal(must, []string{"for", "young", "name", "ways"}) {
		t.Errorf("must be answered: %v", must)
	}
}

// Every page can be reached by somebody: one walk is made for each.
func TestEveryPageIsReached(t *testing.T) {
	rs := published(t)
	reached := map[string]bool{}
	for k := range 12 {
		p := newPerson(t, rs)
		for p.at != "sent" {
			reached[p.at] = true
			fields := walks[k%len(walks)][p.at]
			switch {
			case strings.HasSuffix(p.at, "/more") && p.at == "daily/nutrition/more":
				fields = []string{"nutrition.choking=yes"}
			case p.at == "daily/home_safety/more":
				fields = []string{"home_safety.falls=more"}
			case p.at == "daily" && fields == nil:
				for _, o := range rs.lists["outcome"] {
					fields = append(fields, "daily="+o)
				}
			case p.at == "for" && fields == nil:
				fields = []string{"for=self"}
			case p.at == "you/name" && fields == nil:
				fields = []string{"name=Sam Example"}
			case p.at == "you/contact":
				fields = []string{"ways=someone"}
			}
			p.on(p.at, fields...)
		}
		if p.at == "sent" {
			reached["sent"] = true
		}
	}
	for _, p := range rs.pages {
		if !reached[p.path] {
			t.Errorf("nobody reached %q", p.path)
		}
	}
}

var walks = []map[string][]string{
	{"today": {"today=food", "private=alone"}, "questions": {"safety=suicidal"}, "talk": {"difficulties=weigh"}},
	{"daily": {"daily=none"}, "you/name": {"name=Kim Example", "born=2012-1-1"}, "you/where": {"living=secret", "postcode=SY10 7AA", "lives_here=no"}, "you/country": {"country=wales"}},
	{"you/where": {"lives_here=no"}, "you/council": {"other_council=E08000035"}},
	{"for": {"for=someone"}, "proxy/know": {"knows=no"}, "today": {"private=alone"}, "proxy/worry": {"worry=suicidal"}},
	{"for": {"for=under_18"}, "young": {"young=parent"}},
	{"for": {"for=under_18"}, "young": {"young=needs_16"}, "daily": {"daily=none"}},
}
