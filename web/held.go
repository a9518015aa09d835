package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/casework"
	"threshold/templates/pages"
)

// showHeld tells whoever wrote a form what is held, why and for how long, and who looked at it: by day and by what they
// do at the council, never by name.
func (s *Server) showHeld(c echo.Context) error {
	v := visitOf(c)
	looks, err := s.Casework.Looks(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	rs, w := v.Draft.Rules, s.words(v)
	what, long := rs.Texts("held.what_draft", w), clockLines(v, rs, s.words(v))
	if !v.unsent() {
		what, long = rs.Texts("held.what_sent", w), rs.Texts("held.how_long_sent", w)
		if n := v.Council.Settings.RetentionMonths; n > 0 {
			w["months"] = monthsWords(n)
			long = rs.Texts("held.retention", w)
		}
	}
	p := pages.HeldPage{
		Layout: s.layout(c, rs, rs.Text("held.title", w), wayBeside(v)),
		Title:  rs.Text("held.title", w), Lines: rs.Texts("held.lines", w),
		Rows: []pages.Row{
			{Question: rs.Text("held.what", w), Answers: what},
			{Question: rs.Text("held.why", w), Answers: rs.Texts("held.why_text", w)},
			{Question: rs.Text("held.how_long", w), Answers: long},
			{Question: rs.Text("held.codes", w), Answers: rs.Texts("held.codes_text", w)},
		},
		LooksTitle: rs.Text("held.looks_title", w), Day: rs.Text("held.day", w), Role: rs.Text("held.role", w),
		LooksLines: rs.Texts("held.looks", w),
		Links:      []pages.Link{{Text: rs.Text("held.more", w), Href: "/guide/data"}},
	}
	if len(looks) == 0 {
		p.LooksLines = rs.Texts("held.looks_none", w)
	}
	for _, l := range slices.Backward(looks) {
		p.Looks = append(p.Looks, pages.Looked{Day: lookDay(l), Role: rs.Choice("roles", string(l.Role))})
	}
	return render(c, http.StatusOK, pages.Held(p))
}

// monthsWords says a number of months as people do: whole years are years.
func monthsWords(n int) string {
	if n%12 == 0 {
		return plural(n/12, "year", "years")
	}
	return plural(n, "month", "months")
}

func lookDay(l casework.Look) string {
	t, err := time.Parse(time.DateOnly, l.On)
	if err != nil {
		return l.On
	}
	return longDate(t)
}
