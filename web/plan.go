package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/templates/pages"
)

const (
	planPath      = "plan"
	planQuestions = "emergency" // whoever is asked this can have a plan
)

// hasPlan says whether somebody is asked who would step in for them.
func (s *Server) hasPlan(v *visit) bool {
	return v.Draft.Rules.QuestionText(v.Draft.Answers, planQuestions, nil) != ""
}

// showPlan is one page for whoever steps in when a carer cannot care. What was not told is a line to write on.
func (s *Server) showPlan(c echo.Context) error {
	v := visitOf(c)
	if !s.hasPlan(v) {
		return care.ErrNotFound
	}
	rs, w := v.Draft.Rules, s.words(v)
	a := v.Draft.Answers
	w["name"] = a.One("they_call")
	if w["name"] == "" {
		w["name"] = rs.Text("name.unknown", nil)
	}
	row := func(key string, lines int, ids ...string) pages.SheetRow {
		r := pages.SheetRow{Label: rs.Text(key, w), Write: lines}
		for _, told := range rs.ToldOf(a, w, ids...) {
			r.Words, r.Write = append(r.Words, told.Answers...), 0
		}
		return r
	}
	title := rs.Text("plan.title", w)
	p := pages.SheetPage{
		Layout: s.layout(c, rs, title, councilPath(v.Council, "copy")), Title: title, Lines: rs.Texts("plan.lines", w),
		Parts: []pages.SheetPart{
			{Title: rs.Text("plan.for", w), Rows: []pages.SheetRow{
				row("plan.who", 1, "emergency_who"), row("plan.phone", 1, "emergency_phone"),
				row("plan.know", 6, "emergency_know"), row("plan.where", 3, "emergency_where"), row("plan.carer", 1, "name", "phone"),
			}},
		},
		End: rs.Texts("plan.urgent", w),
	}
	if slices.Contains(rs.Copied(a)["emergency"], "nobody") {
		p.Lines = append(p.Lines, rs.Texts("plan.nobody", w)...)
	}
	return render(c, http.StatusOK, pages.Sheet(p))
}
