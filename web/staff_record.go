package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// staffRecord is where the record is finished and checked.
func (s *Server) staffRecord(c echo.Context) error {
	f, err := s.openCase(c, "record")
	if err != nil {
		return err
	}
	if f.Status == care.StatusSigned {
		return c.Redirect(http.StatusSeeOther, casePath(f.Assessment)+"/signed")
	}
	return render(c, http.StatusOK, pages.StaffRecord(s.recordPage(c, f, f.Record, nil)))
}

func (s *Server) recordPage(c echo.Context, f casework.CaseFile, record care.RecordDraft, invalid *care.Invalid) pages.StaffRecordPage {
	rs, council := f.Rules, visitOf(c).Council.Name
	p := pages.StaffRecordPage{
		StaffCase: s.staffCase(c, f, "record", "Check the record"), Assessed: !f.Short(), Contacted: f.Contacted(),
		NoContactReason: record.NoContactReason, DecisionReason: record.DecisionReason, Advice: record.Advice, NextSteps: record.NextSteps,
		Version: strconv.Itoa(record.Version), Saved: s.savedAt(f.Record.At, f.Record.ByName), Seen: f.Seen(),
		Words: pages.StaffRecordWords{
			NotYet: rs.Text("staff.record_not_yet", nil), NoContactHint: rs.Text("staff.no_contact_hint", nil), SignNote: rs.Text("staff.sign_note", nil),
			DecisionReason: rs.Text("staff.decision_reason", nil), DecisionReasonHint: rs.Text("staff.decision_reason_hint", nil),
			Advice: rs.Text("staff.advice", nil), AdviceHint: rs.Text("staff.advice_hint", nil),
		},
	}
	if !f.Short() {
		p.Intro, p.Confirm = rs.Text("staff.record_intro", nil), rs.Text("staff.sign_confirm", eligibility.Words{"council": council})
		p.Words.NextSteps, p.Words.NextStepsHint = rs.Text("staff.next_steps", nil), rs.Text("staff.next_steps_hint", nil)
	} else {
		intro := map[care.CaseKind]string{care.KindTransition: "staff.closing_transition", care.KindChildren: "staff.closing_children"}[f.Kind]
		switch {
		case f.Withdrawn():
			intro = "staff.closing_withdrawn"
		case intro == "":
			intro = "staff.closing_intro"
		}
		p.Intro, p.Confirm = rs.Text(intro, nil), rs.Text("staff.close_confirm", eligibility.Words{"council": council})
		p.Words.NextSteps, p.Words.NextStepsHint = rs.Text("staff.done", nil), rs.Text("staff.done_hint", nil)
	}
	if invalid != nil {
		p.Layout.Error = true
		p.Problems = staffProblems(rs, invalid, func(field string) string { return field })
	}
	for _, b := range casework.Blockers(f) {
		p.Blockers = append(p.Blockers, blockerLink(f, b))
	}
	p.Checks = components.CheckboxesParams{
		Name: "checks", Values: record.Checks, Classes: "govuk-checkboxes--small", Hint: components.HintParams{Text: rs.Text("staff.checks_hint", nil)},
		Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: rs.Text("staff.checks", nil), Classes: "govuk-fieldset__legend--m"}},
	}
	for _, check := range rs.Choices(casework.ListChecks) {
		p.Checks.Items = append(p.Checks.Items, components.CheckboxItem{ID: "checks-" + check.ID, Value: check.ID, Text: check.Label})
	}
	_, decides := rs.Law("decision")
	p.Decision = choiceRadios(rs, "decision", rs.Text("staff.decision_legend", nil), casework.ListDecision, record.Decision, decides, p.Problems.ByField["decision"])
	p.Considered = choiceRadios(rs, "considered", rs.Text("staff.considered", nil), casework.ListConsidered, record.Considered19, rs.Text("staff.considered_hint", nil), p.Problems.ByField["considered"])
	return p
}

// blockerLink says what is to be done and leads to its field.
func blockerLink(f casework.CaseFile, b casework.Blocker) pages.Link {
	subject := b.Subject
	switch b.Code {
	case "check":
		subject = f.Rules.Choice(casework.ListChecks, b.Subject)
	case "decision_unmet":
		text, citation := f.Rules.Law(b.Subject)
		subject = text + " " + citation
	default:
		if subject != "" {
			subject = f.Rules.OutcomeTitle(b.Subject)
		}
	}
	href := casePath(f.Assessment)
	if b.Page != "" {
		href += "/" + b.Page
	}
	return pages.Link{
		Text: f.Rules.Text("staff.blocker."+b.Code, eligibility.Words{"subject": subject}),
		Href: href + "#" + b.Field,
	}
}

// staffSaveRecord saves the draft of the record.
func (s *Server) staffSaveRecord(c echo.Context) error {
	values, err := staffForm(c, "version", "no_contact_reason", "checks", "decision", "decision_reason", "advice", "considered", "next_steps")
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
	record := care.RecordDraft{
		NoContactReason: values.Get("no_contact_reason"), Checks: values["checks"], Decision: values.Get("decision"),
		DecisionReason: values.Get("decision_reason"), Advice: values.Get("advice"), Considered19: values.Get("considered"),
		NextSteps: values.Get("next_steps"), Version: read,
	}
	err = s.Casework.SaveRecord(c.Request().Context(), visitOf(c).Actor, ref, record, read)
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		f, err := s.openCase(c, "record")
		if err != nil {
			return err
		}
		return render(c, http.StatusUnprocessableEntity, pages.StaffRecord(s.recordPage(c, f, record, invalid)))
	case errors.Is(err, care.ErrConflict):
		f, err := s.openCase(c, "record")
		if err != nil {
			return err
		}
		return s.conflict(c, f, conflictOf{
			page: "record", what: "The record", by: f.Record.ByName, at: f.Record.At, version: f.Record.Version,
			theirs: recordRows(f.Rules, f.Record), mine: recordRows(f.Rules, record), posted: values,
			action: casePath(f.Assessment) + "/record", keep: casePath(f.Assessment) + "/record",
		})
	}
	if shown, err := s.lockedPage(c, err, recordWords(record)); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/record")
}

func recordWords(record care.RecordDraft) []pages.StaffTold {
	return []pages.StaffTold{
		{Question: "Why nobody spoke with the person", Answers: nonEmpty(record.NoContactReason)},
		{Question: "Reasons for the decision", Answers: nonEmpty(record.DecisionReason)},
		{Question: "Advice to the person", Answers: nonEmpty(record.Advice)},
		{Question: "Next steps", Answers: nonEmpty(record.NextSteps)},
	}
}

// recordRows tells a draft record in rows.
func recordRows(rs *eligibility.Ruleset, record care.RecordDraft) []pages.StaffTold {
	var checks []string
	for _, check := range record.Checks {
		checks = append(checks, rs.Choice(casework.ListChecks, check))
	}
	rows := []pages.StaffTold{{Question: "Checks done", Answers: checks}}
	if record.Decision != "" {
		rows = append(rows, pages.StaffTold{Question: "Decision", Answers: []string{rs.Choice(casework.ListDecision, record.Decision)}})
	}
	if record.Considered19 != "" {
		rows = append(rows, pages.StaffTold{Question: rs.Text("staff.considered", nil), Answers: []string{rs.Choice(casework.ListConsidered, record.Considered19)}})
	}
	return slicesWithAnswers(append(rows, recordWords(record)...))
}

func slicesWithAnswers(rows []pages.StaffTold) []pages.StaffTold {
	var out []pages.StaffTold
	for _, row := range rows {
		if len(row.Answers) > 0 {
			out = append(out, row)
		}
	}
	if out == nil {
		out = []pages.StaffTold{{Question: "Saved", Answers: []string{"Nothing filled in"}}}
	}
	return out
}

// staffSign makes the determination.
func (s *Server) staffSign(c echo.Context) error {
	values, err := staffForm(c, "seen", "confirm")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	again := func(status int, problem string) error {
		f, err := s.openCase(c, "record")
		if err != nil {
			return err
		}
		p := s.recordPage(c, f, f.Record, nil)
		if problem != "" {
			p.Layout.Error = true
			p.SignError = f.Rules.Text(problem, nil)
			p.Problems.Summary = []components.ErrorSummaryItem{{Text: p.SignError, Href: "#confirm"}}
		}
		return render(c, status, pages.StaffRecord(p))
	}
	if values.Get("confirm") != "yes" {
		return again(http.StatusUnprocessableEntity, "staff.error.confirm")
	}
	_, err = s.Casework.Sign(c.Request().Context(), visitOf(c).Actor, ref, values.Get("seen"))
	var missing *casework.NotSignable
	switch {
	case errors.As(err, &missing):
		return again(http.StatusUnprocessableEntity, "")
	case errors.Is(err, care.ErrConflict):
		return again(http.StatusConflict, "staff.error.changed")
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/signed?done="+doneSigned)
}
