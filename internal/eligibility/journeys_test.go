package eligibility

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"threshold/internal/care"
)

// change replaces one piece of a published file, which must be there once.
func change(t *testing.T, fsys fstest.MapFS, file, from, to string) {
	t.Helper()
	text := string(fsys[file].Data)
	if n := strings.Count(text, from); n != 1 {
		t.Fatalf("%s has %d times %q", file, n, from)
	}
	fsys[file] = &fstest.MapFile{Data: []byte(strings.Replace(text, from, to, 1))}
}

// withTwin is the published rules with a second kind beside the adult's, which has the same journey.
func withTwin(t *testing.T) fstest.MapFS {
	t.Helper()
	out := inEnglish(t)
	const from, to = "adult-needs/", "twin-needs/"
	for file, data := range inEnglish(t) {
		rest, is := strings.CutPrefix(file, from)
		if !is {
			continue
		}
		text := strings.ReplaceAll(string(data.Data), "id: adult-needs@", "id: twin-needs@")
		text = ownCarries.ReplaceAllString(text, "")
		out[to+rest] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// ownCarries is what a journey takes over from another; a test writes its own.
var ownCarries = regexp.MustCompile(`(?m)^carries:\n(  - .*\n)+`)

const (
	adultQuestions = "adult-needs/2015-04-01/questions.yaml"
	twinQuestions  = "twin-needs/2015-04-01/questions.yaml"
)

func load(t *testing.T, fsys fs.FS, options ...LoadOption) *Library {
	t.Helper()
	lib, err := Load(fsys, options...)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func inForce(t *testing.T, lib *Library, kind string) *Ruleset {
	t.Helper()
	rs, err := lib.ToStart(kind, today)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// TestSharedFolderIsNoKind: what journeys share is not a kind of assessment.
func TestSharedFolderIsNoKind(t *testing.T) {
	lib := load(t, inEnglish(t))
	if slices.Contains(lib.Kinds(), "shared") {
		t.Errorf("the kinds are %v", lib.Kinds())
	}
	if _, err := lib.Find("shared", today); err == nil {
		t.Error("somebody could begin under the shared folder")
	}
}

// TestUseMayNarrow: a journey may ask a shared page in fewer cases, and it then hangs on both tests.
func TestUseMayNarrow(t *testing.T) {
	fsys := inEnglish(t)
	change(t, fsys, adultQuestions, "  - use: you/council\n", "  - use: you/council\n    ask_when: {is: {living: home}}\n")
	rs := inForce(t, load(t, fsys), "adult-needs")
	for answers, want := range map[string]bool{
		"for=self lives_here=no living=home": true, "for=self lives_here=no living=no_fixed": false, "for=self lives_here=yes living=home": false,
	} {
		if got := slices.Contains(rs.Path(answersOf(answers)), "you/council"); got != want {
			t.Errorf("%s: asked is %v", answers, got)
		}
	}
}

// TestOwnWordsStandOverShared: a journey may change one sentence of a shared page and keep the others.
func TestOwnWordsStandOverShared(t *testing.T) {
	fsys := inEnglish(t)
	before := inForce(t, load(t, fsys), "adult-needs")
	change(t, fsys, "adult-needs/2015-04-01/content.en.yaml", "\npages:\n", "\npages:\n  matters:\n    title: \"What counts for you?\"\n")
	after := inForce(t, load(t, fsys), "adult-needs")
	for i, page := range before.AllPages(councilWords) {
		again := after.AllPages(councilWords)[i]
		if page.Path == "matters" {
			if again.Title != "What counts for you?" || again.Questions[0].Text != page.Questions[0].Text {
				t.Errorf("%q, %q", again.Title, again.Questions[0].Text)
			}
			continue
		}
		if again.Title != page.Title {
			t.Errorf("%s changed: %q", page.Path, again.Title)
		}
	}
}

// TestLeadsTo: a choice on the first page leads to another journey, where it has been answered already.
func TestLeadsTo(t *testing.T) {
	fsys := withTwin(t)
	change(t, fsys, adultQuestions, "          - under_18\n          - {id: not_sure, flags: [who_for_not_sure]}\n",
		"          - {id: under_18, journey: twin-needs}\n          - {id: not_sure, flags: [who_for_not_sure]}\n")
	lib := load(t, fsys)
	rs := inForce(t, lib, "adult-needs")
	for who, want := range map[string]string{"self": "", "under_18": "twin-needs", "not_sure": ""} {
		if got := rs.LeadsTo(answersOf("for=" + who)); got != want {
			t.Errorf("%s leads to %q", who, got)
		}
	}
	if g := rs.Graph(); !strings.Contains(g, `{{"twin-needs"}}`) || !strings.Contains(g, `|"for is under_18"| j`) {
		t.Errorf("the graph does not show it: %s", g)
	}
	if got := rs.LeadsTo(care.Answers{}); got != "" {
		t.Errorf("nothing leads to %q", got)
	}
	twin := inForce(t, lib, "twin-needs")
	a := answersOf("for=under_18")
	a.Visit("for")
	if twin.LeadsTo(a) != "" || twin.NextUnvisited(a) == "for" {
		t.Errorf("in the other journey it leads to %q and goes on at %q", twin.LeadsTo(a), twin.NextUnvisited(a))
	}
	if got := twin.SentAs(answersOf("for=self")); got != "twin-needs" {
		t.Errorf("it is sent as %q", got)
	}
}

// TestSentAs: the first test that holds says as what answers are sent, and otherwise it is an assessment.
func TestSentAs(t *testing.T) {
	rs := published(t)
	for answers, want := range map[string]care.CaseKind{
		"for=self":                    care.KindAdultNeeds,
		"":                            care.KindAdultNeeds,
		"for=someone knows=said_no":   care.KindConcern,
		"for=someone knows=yes_agree": care.KindAdultNeeds,
		"for=self knows=said_no":      care.KindAdultNeeds, // not asked, so it does not count
		"for=under_18 young=needs_16": care.KindTransition,
		"for=under_18 young=parent":   care.KindChildren,
		"for=self born=2010-01-02 born.under_18=yes": care.KindTransition,
	} {
		if got := rs.SentAs(answersOf(answers)); got != want {
			t.Errorf("%q is sent as %s, not %s", answers, got, want)
		}
	}
}

// TestResultOfOtherKinds: what is not an assessment suggests nothing, and what is about after 18 says so.
func TestResultOfOtherKinds(t *testing.T) {
	rs := published(t)
	likely := "condition=physical overall=big daily=nutrition daily=hygiene nutrition.limbs=time hygiene.limbs=time nutrition.cause=impairment hygiene.cause=impairment"
	concern := answersOf("for=someone knows=said_no they_call=Ada " + likely)
	for _, ind := range []*care.Indication{nil, ptr(rs.Indicate(rs.Facts(concern)))} {
		r := rs.Result(concern, ind, councilWords)
		if r.State != StateConcern || r.H1 == "" || len(r.Body) == 0 || len(r.Why) > 0 || r.ToAskLine != "" || r.ToWeighLine != "" {
			t.Errorf("a concern: %+v", r)
		}
	}
	young := answersOf("for=under_18 young=needs_16 " + likely)
	r := rs.Result(young, ptr(rs.Indicate(rs.Facts(young))), councilWords)
	if !strings.HasPrefix(r.State, StateAfter18) || !strings.Contains(r.H1+strings.Join(r.Body, " "), "18") || len(r.Why) == 0 {
		t.Errorf("about after 18: %+v", r)
	}
}

func ptr[T any](v T) *T { return &v }

// TestCarriedOver: a form that begins after another has what both ask, as far as the rules list it, and no more.
func TestCarriedOver(t *testing.T) {
	fsys := withTwin(t)
	change(t, fsys, twinQuestions, "\npages:\n", "\ncarries: [language, ways_to_talk, {from: call_them, to: name}, name, born, living]\n\npages:\n")
	twin := inForce(t, load(t, fsys), "twin-needs")
	from := answersOf("for=self language=Polish call_them=Ada born=1950-03-27 born.under_18=no ways_to_talk=other ways_to_talk.other.text=writing " +
		"living=nowhere_that_is_known safety=hurt condition=sight")
	from.Visit("talk")
	got := twin.TakeOver(from)
	for id, want := range map[string]string{
		"language": "Polish", "name": "Ada", "born": "1950-03-27", "born.under_18": "no", "ways_to_talk": "other", "ways_to_talk.other.text": "writing",
		"living": "", // an option that is not offered here
		"safety": "", "condition": "", "for": "",
	} {
		if has := strings.Join(got.Get(id), " "); has != want {
			t.Errorf("%s is %q, not %q", id, has, want)
		}
	}
	if got.Visited("talk") {
		t.Error("nobody has been on the page yet")
	}
	got.Set("for", "self")
	page, ok := twin.Page("talk", got, councilWords)
	if q, _ := page.Question("language"); !ok || q.ID == "" || twin.NextUnvisited(got) != "for" {
		t.Errorf("%v, goes on at %q", ok, twin.NextUnvisited(got))
	}
	if none := twin.TakeOver(care.Answers{}); len(none.Questions()) != 0 {
		t.Errorf("nothing gave %v", none.Questions())
	}
}

// TestNamesAreFilled: the person somebody helps is called by the name that was given, wherever words name them.
func TestNamesAreFilled(t *testing.T) {
	rs := published(t)
	all := func(a care.Answers) string {
		var texts []string
		for _, path := range rs.Path(a) {
			page, _ := rs.Page(path, a, councilWords)
			texts = append(texts, page.Title, page.Note, page.Hint)
			texts = append(texts, page.Lines...)
			for _, q := range page.Questions {
				texts = append(texts, q.Text, q.Hint)
				for _, o := range q.Options {
					texts = append(texts, o.Label, o.Hint)
				}
				for _, m := range q.Messages {
					texts = append(texts, strings.NewReplacer("{max}", "1,000", "{have}", "1,042").Replace(m))
				}
			}
		}
		for _, s := range rs.Told(a, councilWords) {
			for _, row := range s.Rows {
				texts = append(texts, row.Question)
				texts = append(texts, row.Answers...)
			}
		}
		ind := rs.Indicate(rs.Facts(a))
		r := rs.Result(a, &ind, councilWords)
		return strings.Join(append(append(texts, r.H1), r.Body...), "\n")
	}
	a := answersOf("for=someone daily=nutrition nutrition.limbs=assistance")
	for _, path := range rs.Path(a) {
		a.Visit(path)
	}
	unknown := rs.Text("name.unknown", nil)
	if s := all(a); !strings.Contains(s, unknown) || strings.Contains(s, "{name}") {
		t.Errorf("without a name: %q is there: %v; a gap: %v", unknown, strings.Contains(s, unknown), strings.Contains(s, "{name}"))
	}
	page, _ := rs.Page("daily/nutrition", a, councilWords)
	if !strings.Contains(page.Title, unknown) {
		t.Errorf("without a name the page asks %q", page.Title)
	}
	a.Set("they_call", "Ada {council}") // braces of their own must not be read as a gap
	page, _ = rs.Page("daily/nutrition", a, councilWords)
	if s := all(a); !strings.Contains(page.Title, "Ada (council)") || strings.Count(s, "Ada (council)") < 20 || strings.Contains(strings.ReplaceAll(s, "Ada {council}", ""), "{") {
		t.Errorf("with a name the page asks %q", page.Title)
	}
}

// TestLaterFlags: a flag that no answer raises has its words and citation, and no answers raise it.
func TestLaterFlags(t *testing.T) {
	rs := published(t)
	for _, id := range []string{"two_voices", "accounts_differ"} {
		f := rs.Flag(id)
		if f.ID != id || f.Text == "" || f.Citation == "" || f.Basis == "" {
			t.Errorf("%+v", f)
		}
	}
	if f := rs.Flag("no_such_flag"); f.ID != "no_such_flag" || f.Text != "" {
		t.Errorf("%+v", f)
	}
}
