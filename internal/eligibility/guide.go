package eligibility

import (
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
)

// A Guide is the Act in plain words on one day: its own sentences, with every number, list and example taken from the
// rulesets that are in force then, so that the two cannot drift apart. It is made by Library.Guide and may be used by
// many goroutines at once.
type Guide struct {
	*guideVersion
	*guideBinding
}

// A GuideEntry is one line of a list of pages or examples.
type GuideEntry struct {
	ID, Title, Lead string
	Kind            string          // of an example: the kind of assessment it is about
	Suggestion      care.Suggestion // of an example: what the rules make of it
}

// A GuidePage is one page, filled.
type GuidePage struct {
	GuideEntry
	Sections []GuideSection
}

// A GuideSection is a part of a page with a heading, its paragraphs, perhaps a list of the law and a table, and below
// them the examples and the exact law.
type GuideSection struct {
	ID, Heading string
	Paras       []GuidePara
	Items       []GuideItem
	Table       GuideTable
	Examples    []GuideEntry
	Law         []GuideLaw // of its paragraphs and items, in order, each citation once
}

// A GuidePara is a paragraph with where it comes from and which pages of the form ask about it.
type GuidePara struct {
	Text   string
	Points []string
	Cites  []GuideCite
	Asked  []GuideAsked
}

// A GuideItem is one outcome, way of being unable or area of well-being, in everyday words.
type GuideItem struct {
	ID, Title string
	Text      string // what it covers
	Example   string // of an outcome, when the journey has one
	Cites     []GuideCite
	Asked     []GuideAsked
}

// A GuideTable has a heading for each column; the first cell of a row names the row.
type GuideTable struct {
	Caption string
	Head    []string
	Rows    []GuideRow
}

// A GuideRow is a row of a table with where it comes from.
type GuideRow struct {
	Cells []string
	Cites []GuideCite
}

// A GuideCite is a provision, what it is (law, guidance or policy), and whether it was itself read for the rules that
// rest on it.
type GuideCite struct {
	Citation, Basis string
	Verified        bool
}

// GuideLaw is what the law says in its own terms, for a citation.
type GuideLaw struct {
	GuideCite
	Text string // "" when only the place is given
}

// A GuideAsked names a page of a form that asks about something. Anchor is where Form lists it.
type GuideAsked struct {
	Anchor, Title string
	Alike         bool // the first of several pages that are the same but for what they are about
}

// A GuideForm lists what one journey asks, without the private questions.
type GuideForm struct {
	Kind, Title string
	Pages       []GuideFormPage
}

// A GuideFormPage is a page of a form and its questions, without one that is the heading again.
type GuideFormPage struct {
	Anchor, Title string
	Questions     []string
}

// Guide returns the guide as it is on the day of on. The error is a *NotInForce.
func (l *Library) Guide(on time.Time) (*Guide, error) {
	day := on.Format(time.DateOnly)
	for _, v := range slices.Backward(l.guides) {
		if v.from > day {
			continue
		}
		for _, b := range slices.Backward(v.bindings) {
			if b.from <= day {
				return &Guide{guideVersion: v, guideBinding: b}, nil
			}
		}
	}
	first := ""
	if len(l.guides) > 0 {
		first = l.guides[0].from
	}
	return nil, &NotInForce{Kind: guideFolder, On: day, First: first}
}

// ReviewedBy names who reviewed the rules that the guide is made from, "" as long as one of them was not reviewed.
func (g *Guide) ReviewedBy() string {
	var names []string
	for _, k := range g.head.Kinds {
		by := g.rules[k].rs.ReviewedBy
		if by == "" {
			return ""
		}
		if !slices.Contains(names, by) {
			names = append(names, by)
		}
	}
	return list(names)
}

// Say returns the words of a key of guide.en.yaml, filled; "" when one that it needs is missing from w.
func (g *Guide) Say(key string, w Words) string {
	return strings.Join(g.SayAll(key, w), " ")
}

// SayAll is Say for a key with several lines.
func (g *Guide) SayAll(key string, w Words) []string { return g.numbers.with(w).all(g.head.Words[key]) }

// Title of the guide as a whole.
func (g *Guide) Title() string { return g.head.Title }

// Lead is what the first page says before its list.
func (g *Guide) Lead() []string { return g.numbers.all(g.head.Lead) }

// Suggests is what a suggestion is called in the guide.
func (g *Guide) Suggests(s care.Suggestion) string { return g.head.Suggests[string(s)] }

// KindTitle is what a kind of assessment is called.
func (g *Guide) KindTitle(kind string) string {
	if r := g.rules[kind]; r != nil {
		return r.rs.Title
	}
	return kind
}

// Contents are the pages in the order in which they are read.
func (g *Guide) Contents() []GuideEntry {
	out := make([]GuideEntry, len(g.head.Pages))
	for i, id := range g.head.Pages {
		p := g.pages[id]
		out[i] = GuideEntry{ID: id, Title: g.numbers.one(p.Title), Lead: g.numbers.one(p.Lead)}
	}
	return out
}

// Page returns a page; ok is false when there is none of this id. w fills what only the service knows: how long it keeps
// things.
func (g *Guide) Page(id string, w Words) (page GuidePage, ok bool) {
	row, ok := g.pages[id]
	if !ok {
		return GuidePage{}, false
	}
	w = g.numbers.with(w)
	page.GuideEntry = GuideEntry{ID: id, Title: w.one(row.Title), Lead: w.one(row.Lead)}
	for _, s := range row.Sections {
		page.Sections = append(page.Sections, g.section(s, row.Of, w))
	}
	return page, true
}

func (g *Guide) section(row guideSectionRow, of string, w Words) GuideSection {
	s := GuideSection{ID: row.ID, Heading: w.one(row.Heading)}
	law := func(text string, cites []GuideCite) {
		for _, c := range cites {
			at := slices.IndexFunc(s.Law, func(have GuideLaw) bool { return have.Citation == c.Citation })
			switch {
			case at < 0:
				s.Law = append(s.Law, GuideLaw{GuideCite: c, Text: text})
			case s.Law[at].Text == "":
				s.Law[at].Text = text
			}
		}
	}
	for _, p := range row.Paras {
		cites := g.cites(p.Cite, p.Basis)
		s.Paras = append(s.Paras, GuidePara{Text: w.one(p.Text), Points: w.all(p.Points), Cites: cites, Asked: g.asked(p, of)})
		if len(cites) > 0 { // the words are of the first one
			law(w.one(p.Law), cites[:1])
			law("", cites[1:])
		}
	}
	if row.List.Of != "" {
		r := g.rules[row.List.Of]
		for _, it := range r.items(row.List.Items) {
			cites := []GuideCite{{Citation: it.Citation, Basis: it.Basis, Verified: it.IsVerified()}}
			s.Items = append(s.Items, g.item(r, row.List, it, cites, w))
			law(it.Name, cites)
		}
	}
	if t := row.Table; t != nil {
		s.Table = GuideTable{Caption: w.one(t.Caption), Head: t.Head}
		for _, r := range t.Rows {
			cites := g.cites(r.Cite, r.Basis)
			cells := make([]string, len(r.Cells))
			for i, c := range r.Cells {
				cells[i] = w.one(c)
			}
			s.Table.Rows = append(s.Table.Rows, GuideRow{Cells: cells, Cites: cites})
			law("", cites)
		}
	}
	for _, id := range row.Examples {
		s.Examples = append(s.Examples, g.entry(g.examples[g.byCase[id]]))
	}
	return s
}

// item says one member of a list of the law: in the guide's own words where it has them, else in the journey's.
func (g *Guide) item(r *guideRules, row guideListRow, it Item, cites []GuideCite, w Words) GuideItem {
	out := GuideItem{ID: it.ID, Title: upperFirst(it.Everyday), Cites: cites}
	switch row.Items {
	case "outcomes":
		if r.rs.HasJourney() {
			out.Title = r.rs.OutcomeTitle(it.ID)
		}
		if text := r.covers[it.ID]; text != out.Title {
			out.Text = text
		}
		out.Example = r.example[it.ID]
		out.Asked = g.pagesAbout(r, "outcomes."+it.ID+".")
	case "areas":
		if r.rs.HasJourney() {
			out.Title = r.rs.AreaTitle(it.ID)
		}
	}
	if text := row.Each[it.ID]; text != "" {
		out.Text = w.one(text)
		if row.Items == "limbs" { // the law has no everyday name for these
			out.Title, out.Text = out.Text, ""
		}
	}
	return out
}

// cites gives each citation its basis and whether it was read. A paragraph may say which basis it means, where rules
// that rest on the same provision have more than one; else the strongest counts.
func (g *Guide) cites(citations []string, basis string) []GuideCite {
	out := make([]GuideCite, 0, len(citations))
	for _, c := range citations {
		marks := g.marks[c]
		b := basis
		if marks[b] == nil {
			for _, b = range guideBases {
				if marks[b] != nil {
					break
				}
			}
		}
		out = append(out, GuideCite{Citation: c, Basis: b, Verified: marks[b] != nil && *marks[b]})
	}
	return out
}

// guideBases in the order of their strength.
var guideBases = []string{"law", "guidance", "policy"}

// asked finds the pages that ask the questions of a paragraph, and those whose answers become its facts, in one journey or
// in all.
func (g *Guide) asked(p guideParaRow, of string) []GuideAsked {
	var out []GuideAsked
	for _, k := range g.head.Kinds {
		if of != "" && of != k {
			continue
		}
		r := g.rules[k]
		for _, f := range r.form {
			about := slices.ContainsFunc(f.questions, func(q *question) bool {
				return slices.Contains(p.Asked, q.id) || slices.Contains(p.Asked, q.source)
			})
			about = about || slices.ContainsFunc(p.Facts, func(pattern string) bool {
				return slices.ContainsFunc(f.facts, func(fact string) bool { return fact == pattern || r.patterns[fact] == pattern })
			})
			if about {
				out = addAsked(out, f)
			}
		}
	}
	return out
}

// pagesAbout finds the pages whose answers become facts that begin so.
func (g *Guide) pagesAbout(r *guideRules, prefix string) []GuideAsked {
	var out []GuideAsked
	for _, f := range r.form {
		if f.outcome != "" && slices.ContainsFunc(f.facts, func(fact string) bool { return strings.HasPrefix(fact, prefix) }) {
			out = addAsked(out, f)
		}
	}
	return out
}

// addAsked adds a page, once for all that are alike, and once for pages of the same title in several journeys.
func addAsked(out []GuideAsked, f guideFormPage) []GuideAsked {
	for i, have := range out {
		if have.Anchor == f.firstAlike && f.firstAlike != f.Anchor {
			out[i].Alike = true
			return out
		}
		if have.Title == f.Title {
			return out
		}
	}
	return append(out, GuideAsked{Anchor: f.Anchor, Title: f.Title})
}

// Form lists what every journey asks. Private questions are not in it, nor the pages that have no others: who reads
// over somebody's shoulder must not learn here what is asked of people who are alone.
func (g *Guide) Form() []GuideForm {
	var out []GuideForm
	for _, k := range g.head.Kinds {
		r := g.rules[k]
		if len(r.form) == 0 {
			continue
		}
		f := GuideForm{Kind: k, Title: r.rs.Title}
		for _, p := range r.form {
			f.Pages = append(f.Pages, p.GuideFormPage)
		}
		out = append(out, f)
	}
	return out
}

// Examples are the worked cases that have a title in plain words, in their order.
func (g *Guide) Examples() []GuideEntry {
	out := make([]GuideEntry, 0, len(g.examples))
	for _, e := range g.examples {
		out = append(out, g.entry(e))
	}
	return out
}

func (g *Guide) entry(e guideExampleRow) GuideEntry {
	c := g.cases[e.Case]
	return GuideEntry{ID: e.Case, Title: g.numbers.one(e.Title), Kind: c.rules.rs.Kind, Suggestion: c.suggestion}
}

// UnverifiedGuides lists the guide's own sources that nobody has read yet, each once. Those of the rulesets are listed by
// them.
func (l *Library) UnverifiedGuides() []string {
	var out []string
	for _, v := range l.guides {
		for _, s := range v.sources {
			if !s.IsVerified() && !slices.Contains(out, s.Citation) {
				out = append(out, s.Citation)
			}
		}
	}
	return out
}

func upperFirst(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
