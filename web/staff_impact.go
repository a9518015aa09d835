package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

const areaField = "area-"

// staffImpact asks for the effect on well-being.
func (s *Server) staffImpact(c echo.Context) error {
	f, err := s.openCase(c, "impact")
	if err != nil {
		return err
	}
	if !f.Assessed() {
		return care.ErrNotFound
	}
	return render(c, http.StatusOK, pages.StaffImpact(s.impactPage(c, f, f.Impact, nil)))
}

func (s *Server) impactPage(c echo.Context, f casework.CaseFile, impact care.Impact, invalid *care.Invalid) pages.StaffImpactPage {
	rs := f.Rules
	significant, significantCitation := rs.Law("wellbeing")
	p := pages.StaffImpactPage{
		StaffCase:         s.staffCase(c, f, "impact", "Effect on wellbeing"),
		SignificantReason: impact.SignificantReason,
		Version:           strconv.Itoa(impact.Version), Saved: s.savedAt(f.Impact.At, f.Impact.ByName),
		Words: pages.StaffImpactWords{Areas: rs.Text("staff.impact_areas", nil), ReasonHint: rs.Text("staff.impact_reason_hint", nil), SaveOn: rs.Text("staff.save_on", nil), Points: rs.Text("staff.points_title", nil), PointHint: rs.Text("staff.point_reason_hint", nil)},
		Found: impactRows(f, f.Impact),
	}
	if invalid != nil {
		p.Layout.Error = true
		p.Problems = staffProblems(rs, invalid, func(field string) string { return field })
	}
	for _, area := range rs.Areas() {
		hint := rs.Text("staff.impact_not_said", nil)
		if answer := f.Facts.Get("wellbeing.areas." + area.ID); len(answer) > 0 {
			hint = rs.Text("staff.impact_said", eligibility.Words{"answer": strings.ToLower(rs.Choice("effects", answer[0]))})
		}
		radios := choiceRadios(rs, areaField+area.ID, sentence(area.Name), casework.ListImpact, impact.Areas[area.ID], hint, p.Problems.ByField[areaField+area.ID])
		radios.Classes += " govuk-radios--inline"
		p.Areas = append(p.Areas, radios)
	}
	overall := rs.Text("staff.impact_not_said", nil)
	if answer := f.Facts.Get("wellbeing.overall"); len(answer) > 0 {
		overall = rs.Text("staff.impact_said", eligibility.Words{"answer": strings.ToLower(rs.Choice("effects", answer[0]))})
	}
	p.Significant = choiceRadios(rs, "significant", significant, casework.ListYesNo, impact.Significant, significantCitation+". "+overall, p.Problems.ByField["significant"])
	for _, point := range f.Points(impact) {
		text, citation := rs.Law(point.Law)
		hint := citation
		if told := s.saidOf(c, f, point.Fact); told != "" {
			hint += ". " + told
		}
		p.Points = append(p.Points, pages.StaffPoint{
			Answer:     choiceRadios(rs, point.ID, text, casework.ListYesNo, point.Value, hint, p.Problems.ByField[point.ID]),
			ReasonName: point.ID + reasonField, Reason: point.Reason,
		})
	}
	return p
}

const reasonField = "_reason"

// pointQuestions are the questions whose answers speak to a condition, by its fact: page and id.
var pointQuestions = map[string][2]string{
	"impairment": {"about", "condition"}, "is_carer": {"carer/care", "paid"}, "necessary_care": {"carer/care", "does"}, "health": {"carer/health", "health"},
}

// saidOf is what was said to the question about a condition, by each voice where there are several.
func (s *Server) saidOf(c echo.Context, f casework.CaseFile, fact string) string {
	var all []string
	for _, a := range s.accounts(c, f) {
		for _, row := range a.rules.ToldPages(a.Answers, a.words, pointQuestions[fact][0]) {
			if row.ID == pointQuestions[fact][1] && row.Answered {
				whose := "They"
				if a.title != "" {
					whose = a.title
				}
				all = append(all, whose+" said: "+strings.Join(row.Answers, "; "))
			}
		}
	}
	return strings.Join(all, ". ")
}

// impactRows tells the impact in rows.
func impactRows(f casework.CaseFile, impact care.Impact) []pages.StaffTold {
	rs := f.Rules
	var rows []pages.StaffTold
	add := func(question string, answers ...string) {
		if answers = nonEmpty(answers...); len(answers) > 0 {
			rows = append(rows, pages.StaffTold{Question: question, Answers: answers})
		}
	}
	for _, area := range rs.Areas() {
		if level := impact.Areas[area.ID]; level != "" {
			add(sentence(area.Name), rs.Choice(casework.ListImpact, level))
		}
	}
	if impact.Significant != "" {
		text, _ := rs.Law("wellbeing")
		add(text, rs.Choice(casework.ListYesNo, impact.Significant), impact.SignificantReason)
	}
	for _, point := range f.Points(impact) {
		if point.Value != "" {
			text, _ := rs.Law(point.Law)
			add(text, rs.Choice(casework.ListYesNo, point.Value), point.Reason)
		}
	}
	return rows
}

// staffSetImpact saves it.
func (s *Server) staffSetImpact(c echo.Context) error {
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	fields := []string{"do", "version", "significant", "significant_reason", "cause", "cause_reason", "carer", "carer_reason", "health", "health_reason"}
	for _, area := range rs.Areas() {
		fields = append(fields, areaField+area.ID)
	}
	values, err := staffForm(c, fields...)
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	read, err := version(values)
	if err != nil {
		return err
	}
	impact := care.Impact{
		Areas: map[string]string{}, Significant: values.Get("significant"), SignificantReason: values.Get("significant_reason"),
		Cause: values.Get("cause"), CauseReason: values.Get("cause_reason"), Version: read,
		Carer: values.Get("carer"), CarerReason: values.Get("carer_reason"), Health: values.Get("health"), HealthReason: values.Get("health_reason"),
	}
	for name := range values {
		if area, ok := strings.CutPrefix(name, areaField); ok {
			impact.Areas[area] = values.Get(name)
		}
	}
	err = s.Casework.SetImpact(c.Request().Context(), visitOf(c).Actor, ref, impact, read)
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		f, err := s.openCase(c, "impact")
		if err != nil {
			return err
		}
		return render(c, http.StatusUnprocessableEntity, pages.StaffImpact(s.impactPage(c, f, impact, invalid)))
	case errors.Is(err, care.ErrConflict):
		f, err := s.openCase(c, "impact")
		if err != nil {
			return err
		}
		return s.conflict(c, f, conflictOf{
			page: "impact", what: "Effect on wellbeing", by: f.Impact.ByName, at: f.Impact.At, version: f.Impact.Version,
			theirs: impactRows(f, f.Impact), mine: impactRows(f, impact), posted: values,
			action: casePath(f.Assessment) + "/impact", keep: casePath(f.Assessment) + "/impact",
		})
	}
	if shown, err := s.lockedPage(c, err, []pages.StaffTold{{Question: "Why", Answers: nonEmpty(impact.SignificantReason, impact.CauseReason, impact.CarerReason, impact.HealthReason)}}); shown || err != nil {
		return err
	}
	next := "/impact"
	if values.Get("do") == "on" {
		next = "/record"
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+next)
}
