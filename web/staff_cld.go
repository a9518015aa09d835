package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

const cldPath = "/staff/reports/cld"

// staffCLD gives the client level data of a period as a file, and asks for the period first. Days are from=yyyy-mm-dd, or in
// the three boxes of the form.
func (s *Server) staffCLD(c echo.Context) error {
	if !casework.ExportsCLD(visitOf(c).Actor) {
		return care.ErrForbidden
	}
	q := c.QueryParams()
	asked := false
	day := func(name string) string {
		for _, box := range []string{"", "-day", "-month", "-year"} {
			asked = asked || q.Get(name+box) != ""
		}
		if q.Get(name) != "" {
			return q.Get(name)
		}
		typed := joinDate(q, name)
		if t, err := time.Parse("2006-1-2", typed); err == nil {
			return t.Format(time.DateOnly)
		}
		return typed
	}
	p := casework.CLDPeriod{From: day("from"), To: day("to"), LACode: tidy(q.Get("la_code"))}
	if !asked && p.LACode == "" {
		return s.cldPage(c, http.StatusOK, q, nil)
	}
	file, err := s.Casework.CLDFile(c.Request().Context(), visitOf(c).Actor, p)
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		return s.cldPage(c, http.StatusUnprocessableEntity, q, invalid)
	}
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="cld-`+visitOf(c).Council.Slug+"-"+p.From+"-"+p.To+`.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", file)
}

func (s *Server) cldPage(c echo.Context, status int, typed url.Values, invalid *care.Invalid) error {
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	mapping, err := casework.CLD()
	if err != nil {
		return err
	}
	text := func(key string, w eligibility.Words) string { return rs.Text("staff.cld."+key, w) }
	p := pages.StaffCLDPage{
		Layout: s.staffLayout(c, text("title", nil)), Title: text("title", nil), Action: cldPath, Button: text("button", nil),
		Lines:      []string{text("intro", nil), text("empty", nil), text("release", eligibility.Words{"release": mapping.Name})},
		CheckTitle: text("unverified", nil), Check: mapping.Unverified(),
	}
	if invalid != nil {
		p.Layout.Error = true
		p.Problems = pages.StaffProblems{ByField: map[string]string{}}
		for _, problem := range invalid.Problems {
			key, anchor := problem.Field, problem.Field+"-day"
			if problem.Code == "order" {
				key = problem.Code
			}
			if problem.Field == "la_code" {
				anchor = problem.Field
			}
			line := text("error."+key, nil)
			p.Problems.ByField[problem.Field] = line
			p.Problems.Summary = append(p.Problems.Summary, components.ErrorSummaryItem{Text: line, Href: "#" + anchor})
		}
	}
	boxes := func(name string) components.DateInputParams {
		day, month, year := typed.Get(name+"-day"), typed.Get(name+"-month"), typed.Get(name+"-year")
		if t, err := time.Parse(time.DateOnly, typed.Get(name)); err == nil {
			day, month, year = t.Format("2"), t.Format("1"), t.Format("2006")
		}
		return components.DateInputParams{
			ID: name, NamePrefix: name, ErrorMessage: components.ErrorMessageParams{Text: p.Problems.ByField[name]},
			Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: text(name, nil), Classes: "govuk-fieldset__legend--s"}},
			Items: []components.DateInputItem{
				{Name: "day", Label: "Day", Value: day, Classes: "govuk-input--width-2"},
				{Name: "month", Label: "Month", Value: month, Classes: "govuk-input--width-2"},
				{Name: "year", Label: "Year", Value: year, Classes: "govuk-input--width-4"},
			},
		}
	}
	p.From, p.To = boxes("from"), boxes("to")
	p.LACode = components.InputParams{
		ID: "la_code", Name: "la_code", Value: typed.Get("la_code"), Classes: "govuk-input--width-3", Inputmode: "numeric",
		Label: components.LabelParams{Text: text("la_code", nil), Classes: "govuk-label--s"}, Hint: components.HintParams{Text: text("la_code_hint", nil)},
		ErrorMessage: components.ErrorMessageParams{Text: p.Problems.ByField["la_code"]},
	}
	return render(c, status, pages.StaffCLD(p))
}
