package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// staffSearchPath finds cases. What is searched for comes in the body of a POST: a name in an address would stand in the
// browser's history and in logs on the way.
const staffSearchPath = "/staff/search"

func (s *Server) searchPage(c echo.Context, rs *eligibility.Ruleset, values url.Values) pages.StaffSearchPage {
	p := pages.StaffSearchPage{
		Title: rs.Text("staff.search.title", nil), Intro: rs.Texts("staff.search.intro", nil),
		Reference: values.Get("reference"), Name: values.Get("name"), Day: values.Get("born-day"), Month: values.Get("born-month"), Year: values.Get("born-year"),
	}
	p.Layout = s.staffLayout(c, p.Title)
	return p
}

// staffAskSearch asks what to search for.
func (s *Server) staffAskSearch(c echo.Context) error {
	if !casework.ReadsQueue(visitOf(c).Actor) {
		return care.ErrForbidden
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, pages.StaffSearch(s.searchPage(c, rs, nil)))
}

// dateTyped puts three fields together as yyyy-mm-dd; "" when all are empty. What is no date comes out as something that is
// none.
func dateTyped(values url.Values, name string) string {
	day, month, year := values.Get(name+"-day"), values.Get(name+"-month"), values.Get(name+"-year")
	if day+month+year == "" {
		return ""
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			return 0
		}
		return n
	}
	return fmt.Sprintf("%04d-%02d-%02d", number(year), number(month), number(day))
}

// staffSearch shows a page of what was found.
func (s *Server) staffSearch(c echo.Context) error {
	values, err := staffForm(c, "reference", "name", "born-day", "born-month", "born-year", "after")
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	ctx, v, p := c.Request().Context(), visitOf(c), s.searchPage(c, rs, values)
	found, err := s.Casework.Search(ctx, v.Actor, casework.Search{
		Reference: p.Reference, Name: p.Name, Born: dateTyped(values, "born"), After: values.Get("after"),
	})
	invalid := (*care.Invalid)(nil)
	if errors.As(err, &invalid) {
		p.Layout.Error = true
		p.Problems = problemTexts(rs, invalid, "staff.search.error.", func(field string) string {
			if field == "born" {
				return "born-day"
			}
			return field
		})
		return render(c, http.StatusUnprocessableEntity, pages.StaffSearch(p))
	}
	if err != nil {
		return err
	}
	hands, err := s.Casework.Hands(ctx, v.Actor)
	if err != nil {
		return err
	}
	p.Searched = true
	rows := queueRows{s: s, rs: rs, v: v, teams: hands.Teams, back: "queue"}
	for _, line := range found.Lines {
		row := rows.row(line)
		row.Pick, row.TakeAction = "", ""
		p.Rows = append(p.Rows, row)
	}
	key := "staff.search.found.many"
	switch len(p.Rows) {
	case 0:
		key = "staff.search.found.none"
		p.None = rs.Texts("staff.search.none", nil)
	case 1:
		key = "staff.search.found.one"
	}
	p.Found = rs.Text(key, eligibility.Words{"count": strconv.Itoa(len(p.Rows))})
	p.Next, p.NextText = found.Next, "Next page"
	if found.Short {
		p.Short, p.NextText, p.None = rs.Texts("staff.search.short", nil), "Look further", nil
	}
	return render(c, http.StatusOK, pages.StaffSearch(p))
}

// problemTexts turns what a verb refused into sentences whose keys are a prefix, the field and the code.
func problemTexts(rs *eligibility.Ruleset, invalid *care.Invalid, prefix string, anchor func(field string) string) pages.StaffProblems {
	out := pages.StaffProblems{ByField: map[string]string{}}
	for _, p := range invalid.Problems {
		text := rs.Text(prefix+p.Field+"."+p.Code, eligibility.Words{"max": mostChars(p)})
		out.ByField[p.Field] = text
		out.Summary = append(out.Summary, components.ErrorSummaryItem{Text: text, Href: "#" + anchor(p.Field)})
	}
	return out
}
