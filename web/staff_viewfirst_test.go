package web_test

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/rules"
)

// otherRules are the published rules with some words of files changed, and other folders beside them.
func otherRules(t *testing.T, change func(files fstest.MapFS)) *eligibility.Library {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(rules.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(rules.FS, path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	change(files)
	lib, err := eligibility.Load(files)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// mend changes one place of a file, and fails when it is not there.
func mend(t *testing.T, files fstest.MapFS, path, from, to string) {
	t.Helper()
	if !strings.Contains(string(files[path].Data), from) {
		t.Fatalf("%s has no %q any more", path, from)
	}
	files[path] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(files[path].Data), from, to))}
}

// with gives the council of a site other settings.
func (s *site) with(settings care.Settings) {
	s.t.Helper()
	councils, err := s.service.Councils(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	i := slices.IndexFunc(councils, func(c care.Council) bool { return c.Slug == "ashdale" })
	councils[i].Settings = settings
	if err := s.store.PutCouncil(s.t.Context(), councils[i], care.Event{Verb: "council.set", Actor: care.ActorSystem, At: s.now}); err != nil {
		s.t.Fatal(err)
	}
}

// casePages are all pages of a case that can be read before it is signed.
var casePages = []string{"", "/answers", "/impact", "/record", "/prepare", "/versions", "/timeline", "/timeline?show=all"}

// besides are the other addresses of a case, some of which answer a practitioner with a refusal.
var besides = []string{"/place", "/notes", "/transfer", "/link", "/access", "/second", "/letter", "/learning", "/export.json", "/export.csv", "/record.json"}

// unnamed leaves out what differs between any two cases: the reference and the keys of forms.
var unnamed = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|[0-9A-Z]{5}-?[0-9A-Z]{5}`)

// read returns the pages of a case as anybody with the same answers would see them.
func (s *site) read(b *browser, ref string) map[string]string {
	s.t.Helper()
	out := map[string]string{}
	for _, page := range casePages {
		out[page] = unnamed.ReplaceAllString(b.get("/staff/case/"+ref+page).answers(http.StatusOK).body, "x")
	}
	for _, page := range besides {
		out[page] = unnamed.ReplaceAllString(b.get("/staff/case/"+ref+page).body, "x")
	}
	return out
}

// TestMyViewFirstLeaksNothing sends the same answers under the rules as they are, and under rules by which every outcome and
// the whole come out otherwise. While the practitioner's view comes first every page of the case is the same, byte for byte:
// so nothing on it can tell what is suggested. Without it the pages differ.
func TestMyViewFirstLeaksNothing(t *testing.T) {
	const ruleset = "adult-needs/2015-04-01/ruleset.yaml"
	strict := otherRules(t, func(files fstest.MapFS) {
		for path := range files {
			if strings.HasPrefix(path, "guide/") {
				delete(files, path) // its worked examples are held against the published rules
			}
		}
		mend(t, files, ruleset, "holds_when: {any: {each: limb,", "holds_when: {all: {each: limb,")
	})
	for _, viewFirst := range []bool{true, false} {
		var all []map[string]string
		for _, lib := range []*eligibility.Library{nil, strict} {
			s := newSite(t, false)
			if lib != nil {
				s.service.Library = lib
			}
			s.with(care.Settings{ViewFirst: viewFirst})
			ref := s.sends("ashdale", nil)
			all = append(all, s.read(s.invite("ashdale", "Sam Example", care.RolePractitioner), ref))
		}
		for _, page := range slices.Concat(casePages, besides) {
			same := all[0][page] == all[1][page]
			if viewFirst && !same {
				t.Errorf("%q tells what is suggested:\n%s", page, firstDifference(all[0][page], all[1][page]))
			}
			if shows := page == "" || page == "/answers"; !viewFirst && shows && same {
				t.Errorf("%q is the same under other rules: the test looks at nothing", page)
			}
		}
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("%.600s\n%.600s", x[i], y[i])
		}
	}
	return "one is longer"
}

// TestMyViewFirst: what is suggested on an outcome is shown once its finding is saved, and as a whole when all are; the
// finding says that it was made first, and one that is changed afterwards does not.
func TestMyViewFirst(t *testing.T) {
	s := newSite(t, false)
	s.with(care.Settings{ViewFirst: true})
	ref := s.sends("ashdale", nil)
	b, home := s.invite("ashdale", "Sam Example", care.RolePractitioner), ""
	home = "/staff/case/" + ref
	b.get(home).says("Your own view comes first on this case")
	b.get(home+"/answers").says("It is shown when you have saved your finding.", "Unable")
	if strings.Contains(text(b.doc), "Agree: unable") || strings.Contains(text(b.doc), "What would change it") {
		t.Error("the form tells what is suggested")
	}
	find := func(outcome, conclusion, version string) {
		v := url.Values{"version": {version}, "conclusion": {conclusion}, "sources": {"told"}, "reason": {"They told me how a day goes."}, "period": {"Since the spring"}}
		if outcome != "nutrition" {
			v.Del("period")
		}
		b.post(home+"/answers/"+outcome, v).answers(http.StatusOK)
	}
	staff, err := s.store.Practitioners(t.Context(), "ashdale")
	if err != nil || len(staff) != 1 {
		t.Fatal(len(staff), err)
	}
	sam := care.Actor{Kind: care.ActorPractitioner, ID: staff[0].ID, Council: "ashdale", Roles: staff[0].Roles}
	blind := func(outcome string) bool {
		f, err := s.service.Open(t.Context(), sam, ref, "answers")
		if err != nil {
			t.Fatal(err)
		}
		return f.Findings[outcome].Blind
	}

	// What is wrong with a form is told in words that give nothing away.
	b.post(home+"/answers/hygiene", url.Values{"version": {"0"}, "conclusion": {"able"}, "sources": {"told"}}).answers(http.StatusUnprocessableEntity)
	if strings.Contains(text(b.doc), "why you differ") {
		t.Error("a refusal tells that the finding differs")
	}
	b.post(home+"/answers/hygiene", url.Values{"version": {"0"}, "conclusion": {"need_more"}}).answers(http.StatusOK)
	if got := text(section(b, "finding-hygiene")); strings.Contains(got, "Agree") {
		t.Error("need more opens what is suggested")
	}

	find("nutrition", "unable", "0")
	if got := text(section(b, "finding-nutrition")); !strings.Contains(got, "Agree: unable") || !strings.Contains(got, "What would change this") && !strings.Contains(got, "What would change it") {
		t.Errorf("after the finding: %s", got)
	}
	if got := text(section(b, "finding-hygiene")); strings.Contains(got, "Agree") || !strings.Contains(got, "Your view first") {
		t.Errorf("the finding on one outcome opened another: %s", got)
	}
	if strings.Contains(text(b.doc), "criteria may be met") || strings.Contains(text(b.doc), "may not be met") {
		t.Error("the whole is told before all findings are made")
	}
	for _, o := range s.outcomes() {
		switch o {
		case "nutrition":
		case "hygiene":
			find(o, "unable", "1")
		default:
			find(o, "able", "0")
		}
	}
	b.get(home).says("The answers suggest that the criteria may be met", "What would change it")
	if !blind("nutrition") || !blind("hygiene") {
		t.Error("a finding made first does not say so")
	}
	find("nutrition", "unable", "1") // the same again
	find("hygiene", "able", "2")     // another one, after the suggestion was seen
	if !blind("nutrition") || blind("hygiene") {
		t.Error("a finding that was changed once the suggestion was shown counts as made first, or one saved again does not")
	}
}

func section(b *browser, heading string) *html.Node {
	b.t.Helper()
	n := find(b.doc, func(n *html.Node) bool { return attr(n, "aria-labelledby") == heading })
	if n == nil {
		b.t.Fatalf("%s has no section %s", b.path, heading)
	}
	return n
}

// TestTheBlindSample: some of all cases are worked on that way whatever the council's habit is; each leaves one event.
func TestTheBlindSample(t *testing.T) {
	s := newSite(t, false)
	s.with(care.Settings{BlindPercent: 50})
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	drawn := 0
	for range 12 {
		ref := s.sends("ashdale", nil)
		b.get("/staff/case/" + ref)
		hidden := strings.Contains(text(b.doc), "Your own view comes first on this case")
		b.get("/staff/case/" + ref + "/answers")
		events, err := s.store.Events(t.Context(), "ashdale", s.idOf(ref))
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, e := range events {
			if e.Verb == "case.sampled" {
				n++
			}
		}
		if hidden != casework.Sampled(s.idOf(ref), 50) || hidden != (n == 1) || n > 1 {
			t.Errorf("hidden %v, %d events", hidden, n)
		}
		if hidden {
			drawn++
		}
	}
	if drawn == 0 || drawn == 12 {
		t.Errorf("%d of 12 were drawn", drawn)
	}
	of := 0
	for i := range 10_000 {
		id := fmt.Sprint("case ", i)
		if casework.Sampled(id, 10) {
			of++
			if !casework.Sampled(id, 25) {
				t.Fatal("raising the percentage lets a case go")
			}
		}
		if casework.Sampled(id, 0) || !casework.Sampled(id, 100) {
			t.Fatal("none or all")
		}
	}
	if of < 900 || of > 1100 {
		t.Errorf("%d of 10,000 at 10 percent", of)
	}
}

// chosen is a box or a circle that stands ticked.
var chosen = regexp.MustCompile(`<input[^>]* checked[^>]*>`)

// TestNothingIsDecidedForAnybody: on no page of a case does a choice stand made, no button agrees with all at once, and no
// form posts a decision but the ones on the record.
func TestNothingIsDecidedForAnybody(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	for _, page := range casePages {
		b.get("/staff/case/" + ref + page).answers(http.StatusOK)
		if made := chosen.FindString(b.body); made != "" {
			t.Errorf("%q has a choice made: %s", page, made)
		}
		words := strings.ToLower(text(b.doc))
		for _, all := range []string{"agree with all", "agree to all", "accept all", "confirm all"} {
			if strings.Contains(words, all) {
				t.Errorf("%q offers to %s", page, all)
			}
		}
		if page == "/answers" {
			findings := 0
			for _, f := range b.forms() {
				for _, outcome := range s.outcomes() {
					if f.control(outcome+"-conclusion") != nil {
						findings++
					}
				}
			}
			if findings != len(s.outcomes()) {
				t.Errorf("%d findings to make for %d outcomes: each has its own", findings, len(s.outcomes()))
			}
		}
		if page == "/prepare" || page == "/versions" {
			for _, f := range b.forms() {
				if !strings.HasSuffix(f.action, "/take") && !strings.HasSuffix(f.action, "/put-back") {
					t.Errorf("%q posts to %s", page, f.action)
				}
			}
		}
	}
}
