package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// paperPath is where the forms to print are, below the council's slug.
const paperPath = "paper"

// paperForms are the forms that can be printed: the last part of the address, whose journey it is, and what is known of
// whoever fills it in. The words of its link are paper.<name>.
var paperForms = []struct {
	name, first string // first is the answer to the first question
	kind        care.CaseKind
}{
	{"self", "self", care.KindAdultNeeds},
	{"helper", "someone", care.KindAdultNeeds},
	{"carer", "carer", care.KindCarer},
	{"young", "under_18", care.KindAdultNeeds},
}

// kindRules are the rules of a kind in force today, in the words this browser reads.
func (s *Server) kindRules(c echo.Context, kind care.CaseKind) (*eligibility.Ruleset, error) {
	rs, err := s.Casework.Library.ToStart(string(kind), s.Now())
	if err != nil {
		return nil, err
	}
	v := visitOf(c)
	locale, _ := readingOf(v.Session, v.Draft)
	return rs.In(locale), nil
}

// paperWords are the words of a visit, with the days a council takes to read what it gets: nobody knows yet when that is.
func (s *Server) paperWords(v *visit) eligibility.Words {
	w := s.words(v)
	w["date"], w["days"] = "", strconv.Itoa(v.Council.ReadDays)
	return w
}

// listPaper lists the forms to print.
func (s *Server) listPaper(c echo.Context) error {
	v := visitOf(c)
	rs, err := s.kindRules(c, care.KindAdultNeeds)
	if err != nil {
		return err
	}
	w := s.paperWords(v)
	page := pages.PaperListPage{
		Layout: s.layout(c, rs, rs.Text("paper.title", w), "/"+v.Council.Slug),
		Title:  rs.Text("paper.title", w), Lines: rs.Texts("paper.lines", w), After: rs.Texts("paper.after", w),
		Bring: pages.Link{Text: rs.Text("bring.link", w), Href: councilPath(v.Council, bringPath)},
	}
	for _, f := range paperForms {
		page.Forms = append(page.Forms, pages.Link{Text: rs.Text("paper."+f.name, w), Href: councilPath(v.Council, paperPath+"/"+f.name)})
	}
	return render(c, http.StatusOK, pages.PaperList(page))
}

// showPaper draws one journey as a form to fill in by hand.
func (s *Server) showPaper(c echo.Context) error {
	v := visitOf(c)
	i := slices.IndexFunc(paperForms, func(f struct {
		name, first string
		kind        care.CaseKind
	}) bool {
		return f.name == c.Param("form")
	})
	if i < 0 {
		return care.ErrNotFound
	}
	rs, err := s.kindRules(c, paperForms[i].kind)
	if err != nil {
		return err
	}
	w := s.paperWords(v)
	first, _ := rs.Page(rs.Start(), care.Answers{}, w)
	var chosen care.Answers
	chosen.Set(first.Questions[0].ID, paperForms[i].first)
	who, _ := first.Questions[0].Option(paperForms[i].first)
	m := paperMaker{rs: rs, words: w, pages: rs.Paper(chosen, w), numbers: map[string]int{}, codes: map[string][]string{}, said: map[string]bool{}}
	layout := s.layout(c, rs, rs.Text("paper."+paperForms[i].name, w), councilPath(v.Council, paperPath))
	return render(c, http.StatusOK, pages.Paper(pages.PaperPage{
		Layout: layout, Title: layout.Title,
		Lines:     rs.Texts("paper.how", w),
		Urgent:    rs.Texts("paper.urgent", w),
		PrivateH2: rs.Text("paper.private_title", w), Private: rs.Texts("paper.private", w),
		First:  pages.PaperAsk{Text: first.Questions[0].Text, Boxes: []pages.PaperBox{{Label: who.Label, Ticked: true}}},
		Sheets: m.sheets(),
		EndH2:  rs.Text("paper.end_title", w), End: rs.Texts("paper.end", w),
		Words: pages.PaperWords{
			Print: rs.Text("paper.print", w), Day: rs.Text("page.day", w), Month: rs.Text("page.month", w), Year: rs.Text("page.year", w),
		},
	}))
}

// A paperMaker numbers the questions of a form and says where to go on when some do not fit.
type paperMaker struct {
	rs      *eligibility.Ruleset
	words   eligibility.Words
	pages   []eligibility.PaperPage
	numbers map[string]int      // of a question, by id
	codes   map[string][]string // ids of a question's options, in order: the first has the letter a
	said    map[string]bool     // lines that stand on the form already
	skip    []string            // lines on going on that stand before the next page
	out     []pages.PaperSheet
}

// sheets lays out the whole form.
func (m *paperMaker) sheets() []pages.PaperSheet {
	n := 0
	for _, p := range m.pages {
		for _, q := range p.Questions {
			if ofOption(p.Page, q) {
				continue
			}
			n++
			m.numbers[q.ID] = n
			for _, o := range q.Options {
				m.codes[q.ID] = append(m.codes[q.ID], o.ID)
			}
		}
	}
	m.run(0, len(m.pages), nil)
	return m.out
}

// ofOption says whether a field is for the words that go with an option of another question of the page.
func ofOption(p care.Page, q care.Question) bool {
	return slices.ContainsFunc(p.Questions, func(of care.Question) bool {
		return slices.ContainsFunc(of.Options, func(o care.Option) bool { return o.Text && of.TextID(o.ID) == q.ID })
	})
}

// run lays out the pages from at up to end. What holds for several pages in a row is said once before them, with the
// number of the question to go on at.
func (m *paperMaker) run(at, end int, told []eligibility.PaperTest) {
	for at < end {
		open := m.left(at, told)
		if len(open) == 0 || len(m.pages[at].Questions) == 0 {
			m.page(m.pages[at], open)
			at++
			continue
		}
		longest, all := 0, []eligibility.PaperTest(nil)
		for _, t := range open {
			n := at
			for n < end && slices.ContainsFunc(m.left(n, told), t.Same) {
				n++
			}
			switch {
			case n > longest:
				longest, all = n, []eligibility.PaperTest{t}
			case n == longest:
				all = append(all, t)
			}
		}
		m.skip = append(m.skip, m.goOn(all, longest)...)
		m.run(at, longest, slices.Concat(told, all))
		at = longest
	}
}

// left are the tests of a page that were not told yet.
func (m *paperMaker) left(page int, told []eligibility.PaperTest) []eligibility.PaperTest {
	return slices.DeleteFunc(slices.Clone(m.pages[page].When), func(t eligibility.PaperTest) bool { return slices.ContainsFunc(told, t.Same) })
}

// goOn says who goes on after the pages before next. Tests to skip are told in one line.
func (m *paperMaker) goOn(tests []eligibility.PaperTest, next int) []string {
	var lines []string
	var skip []eligibility.PaperTick
	tell := func(key string, ticks []eligibility.PaperTick) {
		w := eligibility.Words{"ticks": m.ticks(ticks), "next": m.after(next)}
		switch {
		case w["ticks"] == "":
			lines = append(lines, m.rs.Text("paper.maybe", nil))
		default:
			lines = append(lines, m.rs.Text(key, w))
		}
	}
	for _, t := range tests {
		if t.Skip {
			skip = append(skip, t.Ticks...)
			continue
		}
		tell("paper.only", t.Ticks)
	}
	if skip != nil {
		tell("paper.skip", skip)
	}
	return slices.Compact(lines)
}

// after is the number of the first question on the pages from next on; the last one there is when none follows.
func (m *paperMaker) after(next int) string {
	for _, p := range m.pages[next:] {
		for _, q := range p.Questions {
			if n := m.numbers[q.ID]; n > 0 {
				return strconv.Itoa(n)
			}
		}
	}
	return strconv.Itoa(len(m.numbers))
}

// mostCodes is how many answers one line can ask people to look back at.
const mostCodes = 4

// ticks writes out what was to be ticked: "18a or 19a", "13a to 13f". It is "" when that would be too much to look for.
func (m *paperMaker) ticks(ticks []eligibility.PaperTick) string {
	var all []string
	for _, t := range ticks {
		number := strconv.Itoa(m.numbers[t.Question])
		from := -1
		for i := 0; i <= len(m.codes[t.Question]); i++ {
			in := i < len(m.codes[t.Question]) && slices.Contains(t.Options, m.codes[t.Question][i])
			switch {
			case in && from < 0:
				from = i
			case !in && from >= 0:
				first, last := number+letter(from), number+letter(i-1)
				switch i - from {
				case 1:
					all = append(all, first)
				case 2:
					all = append(all, first, last)
				default:
					all = append(all, m.rs.Text("paper.range", eligibility.Words{"from": first, "to": last}))
				}
				from = -1
			}
		}
	}
	if len(all) > mostCodes {
		return ""
	}
	if last := len(all) - 1; last > 0 {
		return m.rs.Text("paper.either", eligibility.Words{"some": strings.Join(all[:last], ", "), "other": all[last]})
	}
	return strings.Join(all, "")
}

// letter marks an option.
func letter(i int) string { return string(rune('a' + i)) }

// page lays out one page. open are tests that no line before it has told.
func (m *paperMaker) page(p eligibility.PaperPage, open []eligibility.PaperTest) {
	sheet := pages.PaperSheet{Skip: m.skip, Title: p.Title, Picture: p.Picture, Services: p.Services, Urgent: p.Template == "urgent"}
	if len(open) > 0 {
		sheet.If = m.when(open)
	}
	switch {
	case sheet.Urgent: // what the screen says there is about going on; paper says not to wait for the post
		sheet.Lines = m.rs.Texts("paper.urgent_now", m.words)
	case p.Template == "check":
	default:
		// What opens a part that people come to from far before is said each time.
		opens := p.Outcome != "" && !strings.HasSuffix(p.Path, "/more")
		sheet.Lines = m.once(p.Lines, opens)
		sheet.Note = strings.Join(m.once([]string{p.Note}, opens), "")
	}
	for _, part := range p.Parts {
		sheet.Parts = append(sheet.Parts, pages.PaperPart{If: m.when(part.When), Lines: part.Lines})
	}
	for _, q := range p.Questions {
		if ofOption(p.Page, q) {
			last := &sheet.Asks[len(sheet.Asks)-1]
			last.Write = append(last.Write, pages.PaperWrite{Label: q.Text, Lines: 1})
			continue
		}
		ask := pages.PaperAsk{Number: strconv.Itoa(m.numbers[q.ID]), Text: q.Text, Hint: q.Hint, Picture: q.Picture, If: m.when(p.Asks[q.ID])}
		switch q.Kind {
		case care.KindRadios:
			ask.Tick = m.rs.Text("paper.one", nil)
		case care.KindCheckboxes:
			ask.Tick = m.rs.Text("paper.many", nil)
		case care.KindDate:
			ask.Date = true
		case care.KindTextarea:
			ask.Write = []pages.PaperWrite{{Lines: 4}}
			if p.Outcome != "" || q.MaxChars > 0 && q.MaxChars <= 500 {
				ask.Write[0].Lines = 3
			}
		default: // a list too long for paper is a line to write on
			ask.Write = []pages.PaperWrite{{Lines: 1}}
		}
		if q.Kind == care.KindRadios || q.Kind == care.KindCheckboxes {
			for i, o := range q.Options {
				ask.Boxes = append(ask.Boxes, pages.PaperBox{Code: letter(i), Label: o.Label, Hint: o.Hint, Picture: o.Picture, Group: o.Group})
			}
		}
		sheet.Asks = append(sheet.Asks, ask)
	}
	switch {
	case sheet.Title != firstText(sheet.Asks):
	case p.Outcome != "": // people come here from far before: it needs a heading to be found by
		sheet.Title = m.rs.OutcomeTitle(p.Outcome)
	default:
		sheet.Title = ""
	}
	m.out, m.skip = append(m.out, sheet), nil
}

func firstText(asks []pages.PaperAsk) string {
	if len(asks) == 0 {
		return ""
	}
	return asks[0].Text
}

// when tells the tests of something that stands right below.
func (m *paperMaker) when(tests []eligibility.PaperTest) string {
	var lines []string
	for _, t := range tests {
		key, ticks := "paper.if", m.ticks(t.Ticks)
		if t.Skip {
			key = "paper.unless"
		}
		if ticks == "" {
			key = "paper.maybe"
		}
		lines = append(lines, m.rs.Text(key, eligibility.Words{"ticks": ticks}))
	}
	return strings.Join(slices.Compact(lines), " ")
}

// once leaves out lines that stand on the form already, unless they are to be said again.
func (m *paperMaker) once(lines []string, again bool) []string {
	var out []string
	for _, l := range lines {
		if l != "" && (again || !m.said[l]) {
			out = append(out, l)
		}
		m.said[l] = true
	}
	return out
}
