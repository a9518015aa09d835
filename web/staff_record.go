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
	if f.Locked() {
		return c.Redirect(http.StatusSeeOther, casePath(f.Assessment)+"/signed")
	}
	return s.showRecord(c, http.StatusOK, f, f.Record, nil, nil)
}

// showRecord draws the page of the record; put changes it before, where a form on it was refused.
func (s *Server) showRecord(c echo.Context, status int, f casework.CaseFile, record care.RecordDraft, invalid *care.Invalid, put func(*pages.StaffRecordPage)) error {
	trained, err := s.Casework.Assessors(c.Request().Context(), visitOf(c).Actor)
	if err != nil {
		return err
	}
	p := s.recordPage(c, f, record, trained, invalid)
	p.Success = map[string]string{
		doneShared: f.Rules.Text("staff.draft.done", nil), doneDraftNoted: f.Rules.Text("staff.draft.noted", nil), doneSecond: f.Rules.Text("staff.second.asked_done", nil),
	}[c.QueryParam("done")]
	if put != nil {
		put(&p)
	}
	return render(c, status, pages.StaffRecord(p))
}

func (s *Server) recordPage(c echo.Context, f casework.CaseFile, record care.RecordDraft, trained []care.Practitioner, invalid *care.Invalid) pages.StaffRecordPage {
	rs, council := f.Rules, visitOf(c).Council.Name
	p := pages.StaffRecordPage{
		StaffCase: s.staffCase(c, f, "record", "Check the record"), Assessed: !f.Short(), Contacted: f.Contacted(),
		NoContactReason: record.NoContactReason, DecisionReason: record.DecisionReason, NextSteps: record.NextSteps,
		Version: strconv.Itoa(record.Version), Saved: s.savedAt(f.Record.At, f.Record.ByName), Seen: f.Seen(),
		Words: pages.StaffRecordWords{
			NotYet: rs.Text("staff.record_not_yet", nil), NoContactHint: rs.Text("staff.no_contact_hint", nil), SignNote: rs.Text("staff.sign_note", nil),
			DecisionReason: rs.Text("staff.decision_reason", nil), DecisionReasonHint: rs.Text("staff.decision_reason_hint", nil),
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
		p.Problems = staffProblems(rs, invalid, recordAnchor)
	}
	mapping, err := casework.CLD()
	if err != nil { // without it there is nothing to choose from, and the rest of the record goes on
		s.Log.Error("reading the mapping of client level data", "error", err)
	}
	form := recordForm{supportReasons: mapping.SupportReasons, rs: rs, record: record, problems: p.Problems.ByField, blocked: map[string]bool{}}
	for _, b := range casework.Blockers(f) {
		p.Blockers = append(p.Blockers, blockerLink(f, b))
		form.blocked[b.Field] = b.Page == "record"
	}
	if !f.Short() {
		p.Ends, p.Parts, p.Reply = form.ends(f), form.making(f, trained), form.reply()
		p.Sharing = s.sharingPart(f)
	}
	p.Second = s.secondPart(f)
	if f.Revising {
		p.Revising = rs.Text("staff.revise.now", eligibility.Words{"reason": f.RevisedBecause()})
		p.See = pages.Link{Text: rs.Text("staff.revise.see", nil), Href: casePath(f.Assessment) + "/signed"}
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
	return p
}

// recordAnchor is the id of the input of a field of the record.
func recordAnchor(field string) string {
	if isDay(field) {
		return field + "-day"
	}
	return field
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
	values, err := staffForm(c, recordNames()...)
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
	record := readRecord(values)
	record.Version = read
	err = s.Casework.SaveRecord(c.Request().Context(), visitOf(c).Actor, ref, record, read)
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		f, err := s.openCase(c, "record")
		if err != nil {
			return err
		}
		return s.showRecord(c, http.StatusUnprocessableEntity, f, record, invalid, nil)
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
	to := map[string]string{"add-advice": "#end-not_eligible", "add-capacity": "#part-capacity"}[values.Get("do")]
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/record"+to)
}

func recordWords(record care.RecordDraft) []pages.StaffTold {
	return []pages.StaffTold{
		{Question: "Why nobody spoke with the person", Answers: nonEmpty(record.NoContactReason)},
		{Question: "Reasons for the decision", Answers: nonEmpty(record.DecisionReason)},
		{Question: "Advice to the person", Answers: nonEmpty(record.Advice)},
		{Question: "Next steps", Answers: nonEmpty(record.NextSteps)},
		{Question: "What came of their reply", Answers: nonEmpty(record.ReplyDone)},
		{Question: "Why the draft did not go to them", Answers: nonEmpty(record.NotShared)},
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
	rows = append(rows, recordWords(record)...)
	rows = append(rows, adviceRows(rs, record.Advices)...)
	rows = append(rows, endRows(rs, "", record.Ending)...)
	return slicesWithAnswers(append(rows, makingRows(rs, record.Making)...))
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
		return s.showRecord(c, status, f, f.Record, nil, func(p *pages.StaffRecordPage) {
			if problem != "" {
				p.Layout.Error = true
				p.SignError = f.Rules.Text(problem, nil)
				p.Problems.Summary = []components.ErrorSummaryItem{{Text: p.SignError, Href: "#confirm"}}
			}
		})
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
