package eligibility

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"threshold/internal/care"
	"threshold/rules"
)

func TestCouncilsOfEngland(t *testing.T) {
	all, ps := loadCouncils(rules.FS)
	if ps != nil {
		t.Fatal(ps)
	}
	kinds := map[string]int{}
	for i, c := range all {
		kinds[c.id[:3]]++
		if i > 0 && all[i-1].name >= c.name {
			t.Errorf("%q comes after %q", c.name, all[i-1].name)
		}
	}
	// 63 unitary authorities with the Isles of Scilly, 36 metropolitan districts, 33 in London with the City, 21 counties.
	if len(all) != 153 || kinds["E06"] != 63 || kinds["E08"] != 36 || kinds["E09"] != 33 || kinds["E10"] != 21 {
		t.Errorf("%d councils, %v", len(all), kinds)
	}
	j := &Journey{councils: all}
	for code, want := range map[string]string{"E06000023": "Bristol, City of", "E08000038": "Barnsley", "E08000016": "Barnsley", "E99": "E99"} {
		if got := j.councilName(code); got != want {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
}

func TestCouncilsAreReadStrictly(t *testing.T) {
	const head = "gss_code,name,type,web_domain,previous_gss_code\n"
	const leeds = "E08000035,Leeds,metropolitan district,leeds.gov.uk,\n"
	for want, text := range map[string]string{
		"councils.csv: the list of councils is empty":                          head,
		"councils.csv:1: the first line is not the names of the columns":       "code,name,type,web_domain,previous\n" + leeds,
		"councils.csv:2: this line cannot be read":                             head + "E08000035,Leeds\n",
		"councils.csv:3: the council E08000035, Leeds, is there twice":         head + leeds + leeds,
		"councils.csv:3: the council E08000036, Leeds, is there twice":         head + leeds + strings.Replace(leeds, "35", "36", 1),
		"councils.csv:3: the council E08000039, Sheffield, is there twice":     head + leeds + "E08000039,Sheffield,metropolitan district,sheffield.gov.uk,E08000035\n",
		`councils.csv:2: "W06000015" or "" is no code of a council in England`: head + "W06000015,Cardiff,unitary authority,cardiff.gov.uk,\n",
		`councils.csv:2: the council E08000035 is a "county"`:                  head + strings.Replace(leeds, "metropolitan district", "county", 1),
		`councils.csv:2: the council E08000035 has the name " Leeds"`:          head + strings.Replace(leeds, "Leeds", `" Leeds"`, 1),
		`the council E08000035 has the web address "https://leeds.gov.uk"`:     head + strings.Replace(leeds, "leeds.gov", "https://leeds.gov", 1),
	} {
		all, ps := loadCouncils(fstest.MapFS{councilsFile: {Data: []byte(text)}})
		err := ps.err()
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "mend: ") || all != nil {
			t.Errorf("want %q, got %v and %d councils", want, err, len(all))
		}
	}
	if _, ps := loadCouncils(fstest.MapFS{}); ps == nil {
		t.Error("no list at all was taken")
	}
	if f, err := fs.ReadFile(rules.FS, councilsFile); err != nil || !strings.Contains(string(f), leeds) {
		t.Errorf("the list that is shipped lacks %q: %v", leeds, err)
	}
}

// flagText is what a worker reads about one flag; "" when it is not raised.
func (p *person) flagText(id string) string {
	for _, f := range p.rs.Flags(p.a, p.facts(), nil) {
		if f.ID == id {
			return f.Text
		}
	}
	return ""
}

// Whoever lives elsewhere is asked where, goes on, and a worker reads what they chose. Nothing of it changes what the
// rules suggest.
func TestAnotherCouncil(t *testing.T) {
	rs := published(t)
	for _, c := range []struct {
		name  string
		where []string
		asked bool
		chose string
		want  string // in what the worker reads; "" for no flag
		not   string
	}{
		{name: "here", where: []string{"lives_here=yes"}},
		{name: "not sure", where: []string{"lives_here=not_sure"}},
		{name: "said nothing"},
		{name: "elsewhere", where: []string{"lives_here=no"}, asked: true, chose: "E06000023", want: "They chose Bristol, City of."},
		{name: "elsewhere, skipped which", where: []string{"lives_here=no"}, asked: true, want: "do not live in the area of this council", not: "They chose"},
		{name: "elsewhere, not sure which", where: []string{"lives_here=no"}, asked: true, chose: "not_sure", want: "Do not turn them away", not: "They chose"},
		{name: "in Wales", where: []string{"lives_here=no", "postcode=CF10 3AT"}, want: "do not live in the area", not: "They chose"},
	} {
		p := newPerson(t, rs).skipTo("you/where").on("you/where", c.where...)
		facts := p.facts().Paths()
		if slices.Contains(rs.Path(p.a), "you/council") != c.asked {
			t.Errorf("%s: the path is %v", c.name, rs.Path(p.a))
			continue
		}
		if c.asked {
			p.skipTo("you/council")
			if c.chose != "" {
				p.on("you/council", "other_council="+c.chose)
			}
		}
		text := p.flagText("other_council")
		if (text == "") != (c.want == "") || !strings.Contains(text, c.want) || c.not != "" && strings.Contains(text, c.not) {
			t.Errorf("%s: a worker reads %q", c.name, text)
		}
		if !slices.Equal(facts, p.facts().Paths()) {
			t.Errorf("%s: the facts are %v, and were %v", c.name, p.facts().Paths(), facts)
		}
		if p.skipTo("sent").at != "sent" {
			t.Errorf("%s: it cannot be sent", c.name)
		}
	}
}

// An answer that was overtaken is quoted no more, and a council that does not exist is refused.
func TestOtherCouncilIsSetAsideAndChecked(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("you/where").on("you/where", "lives_here=no").on("you/council", "other_council=E08000035")
	rows := rs.ToldPages(p.a, councilWords, "you/council")
	if len(rows) != 1 || !slices.Equal(rows[0].Answers, []string{"Leeds"}) {
		t.Errorf("told: %+v", rows)
	}
	if !slices.ContainsFunc(rs.Told(p.a, councilWords), func(s ToldSection) bool {
		return slices.ContainsFunc(s.Rows, func(r ToldRow) bool { return r.ID == "other_council" && r.Answers[0] == "Leeds" })
	}) {
		t.Error("the check page does not show the council chosen")
	}
	a, invalid, err := rs.Answer(p.a, "you/where", form("lives_here=yes"), today)
	if err != nil || invalid != nil {
		t.Fatal(err, invalid)
	}
	p.a = a
	if text := p.flagText("other_council"); text != "" {
		t.Errorf("lives here after all, and a worker reads %q", text)
	}
	for _, wrong := range [][]string{{"other_council=E08000099"}, {"other_council=Leeds"}, {"other_council=E08000035", "other_council=E08000036"}} {
		p := newPerson(t, rs).skipTo("you/where").on("you/where", "lives_here=no")
		if _, invalid, err := rs.Answer(p.a, "you/council", form(wrong...), today); err != nil || invalid == nil {
			t.Errorf("%v was taken: %v", wrong, err)
		}
	}
	page, _ := rs.Page("you/council", newPerson(t, rs).skipTo("you/where").on("you/where", "lives_here=no").a, councilWords)
	q := page.Questions[0]
	if q.Kind != care.KindSelect || len(q.Options) != 154 || q.Options[153].ID != "not_sure" || q.Options[0].Label != "Barking and Dagenham" {
		t.Errorf("%s with %d options, the first %+v, the last %+v", q.Kind, len(q.Options), q.Options[0], q.Options[len(q.Options)-1])
	}
}

// The equality questions stand outside the path, can all be left out, and are read by nothing.
func TestEqualityForm(t *testing.T) {
	rs := published(t)
	f, ok := rs.Form("equality", nil)
	if !ok || len(f.Questions) != 4 {
		t.Fatalf("%d questions", len(f.Questions))
	}
	typed := map[string][]string{}
	for _, q := range f.Questions {
		if _, ok := q.Option("rather_not"); !ok || q.Required || q.Kind != care.KindRadios {
			t.Errorf("%s cannot be left unsaid", q.ID)
		}
		typed[q.ID] = []string{q.Options[0].ID}
		for _, p := range rs.AllPages(nil) {
			if _, there := p.Question(q.ID); there {
				t.Errorf("%s is asked on %s too: it would go to a worker", q.ID, p.Path)
			}
		}
	}
	if _, invalid, err := rs.AnswerForm("equality", nil, today); err != nil || invalid != nil {
		t.Errorf("left out: %v %v", err, invalid)
	}
	a, invalid, err := rs.AnswerForm("equality", typed, today)
	if err != nil || invalid != nil {
		t.Fatal(err, invalid)
	}
	if got, none := len(rs.Flags(a, rs.Facts(a), nil)), len(rs.Flags(care.Answers{}, rs.Facts(care.Answers{}), nil)); got != none || len(rs.Facts(a).Paths()) > 0 {
		t.Errorf("they raise %d flags where none raise %d, and %v facts", got, none, rs.Facts(a).Paths())
	}
}
