package eligibility

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"threshold/rules"
)

// clocks stand in for the times that the service keeps to.
var clocks = Words{"idle": "30 minutes", "draft": "24 hours", "kept": "30 days", "staff_idle": "15 minutes", "staff_life": "8 hours"}

func publishedGuide(t *testing.T) *Guide {
	t.Helper()
	lib, err := Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	g, err := lib.Guide(day(t, "2026-11-22"))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// guideTexts are all words of the guide that readers meet outside "The exact law", by page.
func guideTexts(g *Guide) map[string][]string {
	out := map[string][]string{"contents": append(g.Lead(), g.Title(), g.Say("not_advice", nil), g.Say("no_lawyer", nil))}
	for _, e := range g.Contents() {
		out["contents"] = append(out["contents"], e.Title, e.Lead)
		p, _ := g.Page(e.ID, clocks)
		texts := []string{p.Title}
		for _, s := range p.Sections {
			texts = append(texts, s.Heading)
			for _, x := range s.Paras {
				texts = append(append(texts, x.Text), x.Points...)
			}
			for _, x := range s.Items {
				texts = append(texts, x.Title, x.Text, x.Example)
			}
			texts = append(append(texts, s.Table.Caption), s.Table.Head...)
			for _, r := range s.Table.Rows {
				texts = append(texts, r.Cells...)
			}
			for _, x := range s.Examples {
				texts = append(texts, x.Title)
			}
		}
		out[e.ID] = texts
	}
	for _, e := range g.Examples() {
		x, _ := g.Example(e.ID, "", "")
		texts := []string{x.Title, g.Suggests(x.Suggestion), g.Say("facts_intro", nil), g.Say("not_decision", nil)}
		for _, group := range x.Told {
			texts = append(append(texts, group.Heading), group.Lines...)
		}
		for _, r := range x.Reasons {
			texts = append(texts, r.Text)
		}
		texts = slices.Concat(texts, x.Undecided, x.Weigh)
		for _, c := range slices.Concat(x.Changes, x.Same) {
			texts = append(texts, c.Text)
		}
		out["example "+e.ID] = texts
	}
	return out
}

func TestGuideIsPlain(t *testing.T) {
	g := publishedGuide(t)
	for _, key := range guideWords {
		for _, s := range g.head.Words[key] {
			if w := bannedWords.FindString(s); w != "" {
				t.Errorf("the label %s has %q", key, w)
			}
		}
	}
	var grades []float64
	worst, worstPage := 0.0, ""
	all := guideTexts(g)
	for _, page := range slices.Sorted(maps.Keys(all)) {
		texts := slices.DeleteFunc(slices.Clone(all[page]), func(s string) bool { return s == "" })
		grade := fleschKincaid(texts)
		grades = append(grades, grade)
		if grade > worst {
			worst, worstPage = grade, page
		}
		if grade > 8 {
			t.Errorf("%s reads at grade %.1f", page, grade)
		}
		for _, s := range texts {
			if w := bannedWords.FindString(s); w != "" {
				t.Errorf("%s: readers would meet %q in %q", page, w, s)
			}
			if strings.ContainsAny(s, "{}") {
				t.Errorf("%s: a gap shows in %q", page, s)
			}
		}
		if !strings.HasPrefix(page, "example ") {
			t.Logf("%-14s grade %.1f", page, grade)
		}
	}
	slices.Sort(grades)
	if median := grades[len(grades)/2]; median > 6 {
		t.Errorf("half of the pages read above grade %.1f", median)
	}
	t.Logf("Flesch-Kincaid grade over %d pages: median %.1f, highest %.1f (%s)", len(grades), grades[len(grades)/2], worst, worstPage)
}

// TestGuideSentencesAreShort counts words in what was written for the guide; the words of examples are counted where
// they are written.
func TestGuideSentencesAreShort(t *testing.T) {
	for page, texts := range guideTexts(publishedGuide(t)) {
		if strings.HasPrefix(page, "example ") {
			continue
		}
		for _, s := range sentencesOf(texts) {
			if n := len(wordPattern.FindAllString(s, -1)); n > 20 {
				t.Errorf("%s: %d words in one sentence: %q", page, n, s)
			}
		}
	}
}

// TestGuideSaysWhereItComesFrom: nothing about the law stands there without its provision, and what the law itself is.
func TestGuideSaysWhereItComesFrom(t *testing.T) {
	g := publishedGuide(t)
	said := 0
	cited := func(where string, cites []GuideCite) {
		said++
		if len(cites) == 0 {
			t.Errorf("%s has no citation", where)
		}
		for _, c := range cites {
			if c.Citation == "" || !slices.Contains(guideBases, c.Basis) {
				t.Errorf("%s: %+v", where, c)
			}
		}
	}
	for _, e := range g.Contents() {
		p, ok := g.Page(e.ID, clocks)
		if !ok {
			t.Fatalf("no page %s", e.ID)
		}
		for _, s := range p.Sections {
			for _, x := range s.Paras {
				cited(e.ID+": "+x.Text, x.Cites)
				if x.Text == "" {
					t.Errorf("%s/%s: a paragraph lost its text: a word it needs is missing", e.ID, s.ID)
				}
			}
			for _, x := range s.Items {
				cited(e.ID+": "+x.Title, x.Cites)
			}
			for _, x := range s.Table.Rows {
				cited(e.ID+": "+x.Cells[0], x.Cites)
				if slices.Contains(x.Cells, "") {
					t.Errorf("%s: a cell is empty: %q", e.ID, x.Cells)
				}
			}
			if len(s.Law) == 0 {
				t.Errorf("%s/%s: the exact law is missing", e.ID, s.ID)
			}
		}
	}
	t.Logf("%d paragraphs, items and rows with their citations", said)
}

// TestGuideSaysWhatNobodyRead: a mark is never better than that of the least checked rule with the citation.
func TestGuideSaysWhatNobodyRead(t *testing.T) {
	g := publishedGuide(t)
	read := map[string]bool{}
	mark := func(_ string, m RuleMark) {
		key := m.Citation + " " + m.Basis
		had, seen := read[key]
		read[key] = m.IsVerified() && (had || !seen)
	}
	for _, k := range g.head.Kinds {
		g.rules[k].rs.eachMark(mark)
	}
	for _, s := range g.sources {
		mark("", s.RuleMark)
	}
	open := 0
	for _, e := range g.Contents() {
		p, _ := g.Page(e.ID, clocks)
		for _, s := range p.Sections {
			for _, l := range s.Law {
				if want, ok := read[l.Citation+" "+l.Basis]; !ok || want != l.Verified {
					t.Errorf("%s: %+v, and the rules say %t %t", e.ID, l.GuideCite, want, ok)
				}
				if !l.Verified {
					open++
				}
			}
		}
	}
	if open == 0 {
		t.Error("every source was read: the test looks in the wrong place")
	}
}

// TestGuideTakesNumbersFromTheRules: outcomes, ways, parts of life and the threshold are never written out.
func TestGuideTakesNumbersFromTheRules(t *testing.T) {
	number := regexp.MustCompile(`(?i)\b(two|three|four|five|six|seven|eight|nine|ten)\b`)
	g := publishedGuide(t)
	for id, p := range g.pages {
		for _, s := range p.Sections {
			texts := []string{p.Title, p.Lead, s.Heading}
			for _, x := range s.Paras {
				texts = append(append(texts, x.Text, x.Law), x.Points...)
			}
			texts = slices.AppendSeq(texts, maps.Values(s.List.Each))
			for _, x := range texts {
				if n := number.FindString(x); n != "" {
					t.Errorf("%s: %q is written out in %q: take it from the ruleset", id, n, x)
				}
			}
		}
	}
	for name, want := range map[string]string{
		"adult-needs.outcomes": "ten", "adult-needs.threshold": "two", "adult-needs.limbs": "four", "adult-needs.areas": "nine",
		"carer-support.outcomes": "eight", "carer-support.threshold": "one", "carer-support.limbs": "three", "carer-support.areas": "nine",
	} {
		if g.numbers[name] != want {
			t.Errorf("%s is %q", name, g.numbers[name])
		}
	}
}

// TestGuideFollowsTheRules: a change of the threshold in the rules changes the sentence.
func TestGuideFollowsTheRules(t *testing.T) {
	fsys := everyRule(t)
	file := fsys["adult-needs/2015-04-01/ruleset.yaml"]
	file.Data = []byte(strings.Replace(string(file.Data), "at_least: {n: 2, each: outcome", "at_least: {n: 3, each: outcome", 1))
	for name := range fsys { // the cases and examples are of the rules as they are
		if strings.Contains(name, "/cases/") {
			delete(fsys, name)
		}
	}
	text := string(fsys["guide/2015-04-01/examples.en.yaml"].Data)
	fsys["guide/2015-04-01/examples.en.yaml"].Data = []byte(text[:strings.Index(text, "examples:")] + "examples: []\n")
	without := regexp.MustCompile(`(?m)^    examples: \[.*\]\n`)
	for name, f := range fsys {
		if strings.HasPrefix(name, "guide/") {
			f.Data = without.ReplaceAll(f.Data, nil)
		}
	}
	lib, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	g, err := lib.Guide(day(t, "2026-11-22"))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := g.Page("daily-life", clocks)
	if got := p.Sections[0].Paras[0].Points[1]; !strings.Contains(got, "three or more of the ten things") {
		t.Errorf("the guide says %q", got)
	}
}

func everyRule(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(rules.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(rules.FS, name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestGuideExamples: every example comes to what its case expects, tells something, and each of its changes does what it
// says.
func TestGuideExamples(t *testing.T) {
	g := publishedGuide(t)
	tried := 0
	for _, e := range g.Examples() {
		x, ok := g.Example(e.ID, "", "")
		c := g.cases[e.ID]
		if !ok || string(x.Suggestion) != c.Expect.Indication || len(x.Tree.Kids) == 0 || len(x.Reasons) == 0 {
			t.Fatalf("%s: %v %v, expected %v", e.ID, ok, x.Suggestion, c.Expect.Indication)
		}
		if (len(x.Undecided) > 0) != (*c.Expect.Undecided > 0) {
			t.Errorf("%s: %d facts are undecided, and the page says %q", e.ID, *c.Expect.Undecided, x.Undecided)
		}
		for _, group := range x.Told {
			for _, line := range group.Lines {
				if line == "" {
					t.Errorf("%s: an empty line under %q", e.ID, group.Heading)
				}
			}
		}
		for _, change := range slices.Concat(x.Changes, x.Same) {
			tried++
			y, ok := g.Example(e.ID, change.Fact, change.Option)
			if !ok || y.Changed == nil || y.Suggestion != change.Suggestion || change.Text == "" || y.Changed.Text != change.Text {
				t.Errorf("%s with %s=%s: %v %v, told %q", e.ID, change.Fact, change.Option, ok, y.Suggestion, change.Text)
			}
		}
		for _, change := range x.Changes {
			if change.Suggestion == x.Suggestion {
				t.Errorf("%s: %s=%s changes nothing", e.ID, change.Fact, change.Option)
			}
		}
		for _, change := range x.Same {
			if change.Suggestion != x.Suggestion {
				t.Errorf("%s: %s=%s changes the suggestion, although help never counts", e.ID, change.Fact, change.Option)
			}
		}
	}
	t.Logf("%d examples, %d changes", len(g.Examples()), tried)
	for _, wrong := range [][3]string{{"A99", "", ""}, {"A01", "impairment", "perhaps"}, {"A01", "outcomes.flying.cause", "other"}} {
		if _, ok := g.Example(wrong[0], wrong[1], wrong[2]); ok {
			t.Errorf("%v was worked out", wrong)
		}
	}
}

// TestGuideTellsACase reads one example as a person would.
func TestGuideTellsACase(t *testing.T) {
	g := publishedGuide(t)
	x, _ := g.Example("A07", "", "")
	var said []string
	for _, group := range x.Told {
		said = append(append(said, group.Heading), group.Lines...)
	}
	text := strings.Join(said, "\n")
	for _, want := range []string{
		"Eating and drinking\nYou told us it cannot be done without help, reminding or watching: eating and drinking.\nYou told us that nothing else about it is hard.",
		"Family or friends help with this now.",
		"You told us these are fine, with no help: using the home safely,",
		"You told us there is a big effect on this: respect and privacy, and health and feelings.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if len(x.Same) == 0 || x.Same[0].Option != "nobody" {
		t.Errorf("that help does not count is not shown: %+v", x.Same)
	}
}

// TestGuideNamesTheForm: what the guide says of the form is there, without the private questions.
func TestGuideNamesTheForm(t *testing.T) {
	g := publishedGuide(t)
	anchors := map[string]bool{}
	for _, f := range g.Form() {
		for _, p := range f.Pages {
			if anchors[p.Anchor] || p.Title == "" {
				t.Errorf("%q is there twice, or has no title", p.Anchor)
			}
			anchors[p.Anchor] = true
			for _, q := range p.Questions {
				if strings.Contains(q, "hurting") || strings.Contains(q, "see this screen") {
					t.Errorf("a private question is shown: %q", q)
				}
			}
		}
	}
	if anchors["adult-needs-questions"] || !anchors["adult-needs-daily-nutrition"] {
		t.Error("the private page is listed, or the page about eating is not")
	}
	asked := 0
	for _, e := range g.Contents() {
		p, _ := g.Page(e.ID, clocks)
		for _, s := range p.Sections {
			for _, x := range s.Paras {
				for _, a := range x.Asked {
					if asked++; !anchors[a.Anchor] {
						t.Errorf("%s leads to %q, which is not listed", e.ID, a.Anchor)
					}
				}
			}
			for _, it := range s.Items {
				for _, a := range it.Asked {
					if asked++; !anchors[a.Anchor] {
						t.Errorf("%s leads to %q, which is not listed", e.ID, a.Anchor)
					}
				}
			}
		}
	}
	t.Logf("%d pages of the form, %d links to them", len(anchors), asked)
}

// TestGuideHasEveryOutcome: all of both lists, each with an example where there is a journey.
func TestGuideHasEveryOutcome(t *testing.T) {
	g := publishedGuide(t)
	for id, section := range map[string]string{"daily-life": "adult-needs", "carers": "carer-support"} {
		p, _ := g.Page(id, clocks)
		rs := g.rules[section].rs
		for _, o := range rs.Outcomes() {
			found := false
			for _, s := range p.Sections {
				for _, it := range s.Items {
					if it.ID == o.ID && it.Cites[0].Citation == o.Citation {
						found = true
						if rs.HasJourney() && (it.Example == "" || len(it.Asked) == 0) {
							t.Errorf("%s: %s has no example, or no page that asks about it", id, o.ID)
						}
					}
				}
			}
			if !found {
				t.Errorf("%s: %s is missing", id, o.ID)
			}
		}
	}
}

// TestGuideByDate: before it begins there is none, and a later version of the rules is taken up by itself.
func TestGuideByDate(t *testing.T) {
	lib, err := Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lib.Guide(day(t, "2015-03-31")); err == nil || err.Error() != "no version of guide is in force on 2015-03-31; the first is in force from 2015-04-01" {
		t.Errorf("got %v", err)
	}
	if g := publishedGuide(t); g.ReviewedBy() != "" || len(lib.UnverifiedGuides()) == 0 {
		t.Errorf("reviewed by %q, %d sources not read", g.ReviewedBy(), len(lib.UnverifiedGuides()))
	}
	fsys := everyRule(t)
	for name, f := range maps.Clone(fsys) {
		if rest, ok := strings.CutPrefix(name, "carer-support/2015-04-01/"); ok {
			later := strings.ReplaceAll(string(f.Data), "2015-04-01", "2027-04-01")
			later = strings.ReplaceAll(later, `shared: "2027-04-01"`, `shared: "2015-04-01"`)
			later = strings.Replace(later, `reviewed_by: ""`, `reviewed_by: "Ada Example"`, 1)
			fsys["carer-support/2027-04-01/"+rest] = &fstest.MapFile{Data: []byte(later)}
		}
	}
	if lib, err = Load(fsys); err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{"2027-03-31": "carer-support@2015-04-01", "2027-04-01": "carer-support@2027-04-01"} {
		g, err := lib.Guide(day(t, on))
		if err != nil || g.rules["carer-support"].rs.ID() != want {
			t.Errorf("on %s: %v, %v", on, g, err)
		}
	}
}
