package eligibility

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/rules"
)

// today is the day on which people in these tests answer.
var today = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// councilWords are what a council would fill in.
var councilWords = Words{
	"council": "Example Council", "phone": "020 7946 0100", "phone_24h": "020 7946 0999", "date": "1 December 2026",
	"ref": "ABCDE-12345", "time": "10:42", "title": "A title",
}

// shipped is everything that is published, with the locales made by machine. It is never changed.
var shipped = sync.OnceValues(func() (*Library, error) { return Load(rules.FS, WithTestLocales()) })

// published is the adult ruleset as it is shipped.
func published(t testing.TB) *Ruleset {
	t.Helper()
	lib, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	rs, err := lib.Version("adult-needs@2015-04-01")
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// A person answers page by page, as a browser would, and fails the test on the first refusal.
type person struct {
	t  testing.TB
	rs *Ruleset
	a  care.Answers
	at string
	// screens counts the pages seen, the start page included.
	screens int
}

func newPerson(t testing.TB, rs *Ruleset) *person {
	return &person{t: t, rs: rs, at: rs.Start(), screens: 1}
}

// on answers the page the person is on, which must be path, with fields "question=option" or "question=words", and
// goes on to the next.
func (p *person) on(path string, fields ...string) *person {
	p.t.Helper()
	if p.at != path {
		p.t.Fatalf("the person is on %q, not on %q", p.at, path)
	}
	a, invalid, err := p.rs.Answer(p.a, path, form(fields...), today)
	if err != nil {
		p.t.Fatal(err)
	}
	if invalid != nil {
		p.t.Fatalf("%s: %v", path, invalid)
	}
	p.a, p.at = a, p.rs.Next(a, path)
	p.screens++
	return p
}

// skipTo goes on with empty pages until path is reached.
func (p *person) skipTo(path string) *person {
	p.t.Helper()
	for range 60 {
		if p.at == path {
			return p
		}
		switch p.at {
		case "for":
			p.on("for", "for=self")
		case "you/name":
			p.on("you/name", "name=Sam Example")
		case "you/contact":
			p.on("you/contact", "ways=call", "phone=07700 900 982")
		default:
			p.on(p.at)
		}
	}
	p.t.Fatalf("%q was never reached", path)
	return p
}

func form(fields ...string) map[string][]string {
	out := map[string][]string{}
	for _, f := range fields {
		k, v, _ := strings.Cut(f, "=")
		out[k] = append(out[k], v)
	}
	return out
}

func (p *person) facts() Facts { return p.rs.Facts(p.a) }

func (p *person) flags() []string {
	var out []string
	for _, f := range p.rs.Flags(p.a, p.facts(), nil) {
		out = append(out, f.ID)
	}
	return out
}

func TestEveryPageAsksInWords(t *testing.T) {
	rs := published(t)
	for _, p := range rs.allPages() {
		page := rs.everything(p)
		if page.Title == "" || page.Button == "" {
			t.Errorf("%s: title %q, button %q", p.path, page.Title, page.Button)
		}
		for _, q := range page.Questions {
			if q.Text == "" {
				t.Errorf("%s: question %q has no words", p.path, q.ID)
			}
			for _, o := range q.Options {
				if o.Label == "" {
					t.Errorf("%s: option %q of %q has no words", p.path, o.ID, q.ID)
				}
			}
			for code, m := range q.Messages {
				if m == "" {
					t.Errorf("%s: %q has an empty message %q", p.path, q.ID, code)
				}
			}
		}
	}
}

// everything is a page with all it could ever say and ask, and the other words of its questions.
func (j *Journey) everything(p *page) care.Page {
	out := j.whole(p, councilWords)
	for _, q := range p.asks {
		for _, x := range q.variants {
			out.Questions = append(out.Questions, care.Question{ID: q.id + "." + x.ID, Text: j.wordsOf(q).Variants[x.ID]})
		}
	}
	return out
}

func TestTitlesAreUnique(t *testing.T) {
	rs := published(t)
	seen := map[string]string{}
	for _, p := range rs.pages {
		title := rs.everything(p).Title
		if other := seen[title]; other != "" {
			t.Errorf("%q and %q are both called %q", p.path, other, title)
		}
		seen[title] = p.path
	}
}

func TestDailyStandsInThreeGroups(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("daily")
	page, ok := rs.Page("daily", p.a, councilWords)
	if !ok {
		t.Fatal("no page daily")
	}
	var groups []string
	for _, o := range page.Questions[0].Options {
		if o.Group != "" && !slices.Contains(groups, o.Group) {
			groups = append(groups, o.Group)
		}
	}
	if len(groups) != 3 || len(page.Questions[0].Options) != 12 {
		t.Errorf("groups %v, %d options", groups, len(page.Questions[0].Options))
	}
}

func TestMissingWordsLeaveALineOut(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).on("for", "for=self").on("talk").on("today", "today=food")
	for _, w := range []Words{councilWords, {"council": "Example Council"}, nil} {
		page, ok := rs.Page("today/now", p.a, w)
		if !ok {
			t.Fatal("no page today/now")
		}
		text := strings.Join(append(page.Lines, page.Services...), "\n")
		if strings.ContainsAny(text, "{}") {
			t.Errorf("a gap shows: %s", text)
		}
		if has := strings.Contains(text, "020 7946 0999"); has != (w["phone_24h"] != "") {
			t.Errorf("with %v: %s", w, text)
		}
	}
}

func TestCauseIsAskedOtherwiseAfterNoCondition(t *testing.T) {
	rs := published(t)
	for condition, want := range map[string]string{"none": "You said you have no condition.", "memory": "Is this because of your health"} {
		p := newPerson(t, rs).skipTo("about").on("about", "condition="+condition).on("daily", "daily=nutrition").skipTo("daily/nutrition/more")
		page, _ := rs.Page("daily/nutrition/more", p.a, councilWords)
		q, ok := page.Question("nutrition.cause")
		if !ok || !strings.HasPrefix(q.Text, want) {
			t.Errorf("%s: %q", condition, q.Text)
		}
	}
}

func TestNationOfPostcode(t *testing.T) {
	rs := published(t)
	for postcode, want := range map[string]string{
		"LS1 4AP": "england", "CF10 3AT": "wales", "SA1 3SN": "wales", "NP20 4UR": "border_wales", "EH1 1YZ": "scotland",
		"G1 1DA": "scotland", "GL50 1AA": "england", "GL16 8AA": "border_wales", "GU1 1AA": "england", "CA6 4AA": "border_scotland",
		"CA1 1AA": "england", "TD15 1AA": "border_scotland", "BT1 1AA": "northern_ireland", "IM1 1AA": "islands", "JE2 3AA": "islands",
		"EC1A 1BB": "england", "S1 2HE": "england", "W1A 1AA": "england", "nonsense": "",
	} {
		if got := rs.postcodes.nation(postcode); got != want {
			t.Errorf("%s is in %q, want %q", postcode, got, want)
		}
	}
}

func TestGraphHasEveryPage(t *testing.T) {
	rs := published(t)
	g := rs.Graph()
	for _, p := range rs.pages {
		if !strings.Contains(g, `"`+strings.NewReplacer("<", "‹", ">", "›").Replace(p.source)+`"`) {
			t.Errorf("the graph lacks %q", p.source)
		}
	}
	if !strings.HasPrefix(g, "flowchart TD\n") {
		t.Errorf("it is not Mermaid: %.40q", g)
	}
}
