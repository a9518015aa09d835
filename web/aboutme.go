package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/templates/pages"
)

// aboutMePath is where the page to carry along is, below the council's slug.
const aboutMePath = "about-me"

// showAboutMe is one page to carry to hospital or to a GP: who somebody is, what matters to them, how to talk with them.
// Of the answers it has those that help a stranger to treat them well, and none that was told in private.
func (s *Server) showAboutMe(c echo.Context) error {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	title, who, talk := "about.title", "about.who", "about.talk"
	if rs.Voice(v.Draft.Answers) == care.VoiceHelper {
		title, who, talk = "about.title_helper", "about.who_helper", "about.talk_helper"
		w["name"] = v.Draft.Answers.One("they_call")
		if w["name"] == "" {
			w["name"] = rs.Text("name.unknown", nil)
		}
	}
	row := func(key, id string) pages.SheetRow {
		r := pages.SheetRow{Label: rs.Text(key, w)}
		for _, told := range rs.ToldOf(v.Draft.Answers, w, id) {
			r.Words = inOneLine(told.Answers)
		}
		return r
	}
	needs := pages.SheetRow{Label: rs.Text("about.needs", w)}
	chosen := rs.Copied(v.Draft.Answers)
	for _, o := range rs.Outcomes() {
		if slices.Contains(chosen["daily"], o.ID) || slices.Contains(chosen["second_look"], o.ID) {
			needs.Words = append(needs.Words, rs.OutcomeTitle(o.ID))
		}
	}
	needs.Words = inOneLine(needs.Words)
	interpreter := row("about.interpreter", "interpreter")
	if slices.Contains(chosen["interpreter"], "no") {
		interpreter.Words = nil
	}
	if care.CaseKind(rs.Kind) == care.KindCarer {
		needs.Words = nil // what caring makes hard is nothing to tell a ward
	}
	parts := []pages.SheetPart{
		{Title: rs.Text(who, w), Rows: []pages.SheetRow{row("about.call_me", "call_me"), row("about.name", "name"), row("about.born", "born")}},
		{Title: rs.Text("about.matters", w), Rows: []pages.SheetRow{row("about.matters_most", "matters"), row("about.goes_well", "goes_well"), row("about.faith", "who_i_am")}},
		{Title: rs.Text(talk, w), Rows: []pages.SheetRow{
			row("about.language", "language"), interpreter, row("about.ways", "ways_to_talk"),
			row("about.difficulties", "difficulties"), row("about.format", "format"),
		}},
		{Title: rs.Text("about.health", w), Rows: []pages.SheetRow{row("about.condition", "condition"), needs}},
		{Title: rs.Text("about.people", w), Rows: []pages.SheetRow{row("about.trusted", "trusted"), row("about.may_talk_to", "may_talk_to")}},
	}
	p := pages.SheetPage{Layout: s.layout(c, rs, rs.Text(title, w), councilPath(v.Council, "copy")), Title: rs.Text(title, w), Lines: rs.Texts("about.lines", w)}
	p.Parts = answeredOnly(parts)
	if len(p.Parts) == 0 { // the bare sheet, to write on
		p.Lines = append(p.Lines, rs.Texts("about.none", w)...)
		p.Parts = toWriteOn(parts)
	}
	return render(c, http.StatusOK, pages.Sheet(p))
}

// inOneLine joins answers: a sheet has to fit on one side of paper.
func inOneLine(answers []string) []string {
	if len(answers) == 0 {
		return nil
	}
	return []string{strings.Join(answers, "; ")}
}

// answeredOnly leaves out rows with no words and parts with no rows.
func answeredOnly(parts []pages.SheetPart) []pages.SheetPart {
	var out []pages.SheetPart
	for _, p := range parts {
		rows := slices.DeleteFunc(slices.Clone(p.Rows), func(r pages.SheetRow) bool { return len(r.Words) == 0 })
		if len(rows) > 0 {
			out = append(out, pages.SheetPart{Title: p.Title, Rows: rows})
		}
	}
	return out
}

// toWriteOn puts a line wherever nothing was said.
func toWriteOn(parts []pages.SheetPart) []pages.SheetPart {
	for _, p := range parts {
		for i := range p.Rows {
			if len(p.Rows[i].Words) == 0 && p.Rows[i].Write == 0 {
				p.Rows[i].Write = 1
			}
		}
	}
	return parts
}
