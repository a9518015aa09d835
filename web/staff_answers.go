package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// staffAnswers lays each answer beside the law's test.
func (s *Server) staffAnswers(c echo.Context) error {
	f, err := s.openCase(c, "answers")
	if err != nil {
		return err
	}
	if !f.Assessed() {
		return care.ErrNotFound
	}
	p := s.answersPage(c, f, nil)
	if c.QueryParam("done") == doneContact {
		p.Success = contactLogged
	}
	return render(c, http.StatusOK, pages.StaffAnswers(p))
}

// answersPage draws all rows. What was typed stands in for the stored finding of its outcome, with what is wrong.
func (s *Server) answersPage(c echo.Context, f casework.CaseFile, typed map[string]typedFinding) pages.StaffAnswersPage {
	p := pages.StaffAnswersPage{
		StaffCase: s.staffCase(c, f, "answers", "Answers and the law"),
		Intro:     f.Rules.Texts("staff.answers_intro", nil),
		Index:     components.TaskListParams{IDPrefix: "outcome"},
		Checks:    checksOf(f, s.accounts(c, f)),
		SaveAll:   f.Rules.Text("staff.answers_save", nil),
	}
	if f.ViewFirst && f.HidesSome() {
		p.Intro = append(p.Intro, f.Rules.Text("staff.view_first.answers", nil))
	}
	reasons := f.Rules.Explain(f.Facts)
	for _, outcome := range f.Rules.Outcomes() {
		finding, kept := f.Findings[outcome.ID]
		status := components.TaskStatus{Text: "No finding yet"}
		if kept {
			status = components.TaskStatus{Tag: components.TagParams{Text: f.Rules.Choice(casework.ListConclusions, string(finding.Conclusion)), Classes: "govuk-tag--grey"}}
		}
		p.Index.Items = append(p.Index.Items, components.TaskListItem{
			Title: components.TaskTitle{Text: f.Rules.OutcomeTitle(outcome.ID)}, Href: "#finding-" + outcome.ID, Status: status,
		})
		var problems pages.StaffProblems
		shown := findingMark(finding)
		if t, ok := typed[outcome.ID]; ok {
			stored := finding
			finding, shown = t.Finding, t.shown
			finding.At, finding.ByName = stored.At, stored.ByName
			if t.invalid != nil {
				problems = staffProblems(f.Rules, t.invalid, func(field string) string { return outcome.ID + "-" + field })
				for i, item := range problems.Summary { // the same sentence can be about any of ten rows
					problems.Summary[i].Text = f.Rules.OutcomeTitle(outcome.ID) + ": " + item.Text
				}
				p.Problems.Summary, p.Layout.Error = append(p.Problems.Summary, problems.Summary...), true
			}
		}
		row := s.findingRow(c, f, outcome, finding, reasons, problems)
		row.Shown = shown
		p.Rows = append(p.Rows, row)
	}
	return p
}

func (s *Server) findingRow(c echo.Context, f casework.CaseFile, outcome eligibility.Item, finding care.Finding, reasons eligibility.Line, problems pages.StaffProblems) pages.StaffFindingRow {
	rs, id := f.Rules, outcome.ID
	suggested := f.Suggested(id)
	unable, citation := rs.Law("unable")
	row := pages.StaffFindingRow{
		ID: id, Anchor: "finding-" + id, Title: rs.OutcomeTitle(id),
		Statutory: sentence(outcome.Name) + ".", Citation: outcome.Citation, LimbsIntro: unable + " " + citation,
		Silent: rs.Text("staff.silent", nil), Suggestion: rs.Text("staff.suggest."+suggested, nil), SuggestionClasses: suggestionClasses[suggested],
		Version: strconv.Itoa(finding.Version),
		Reason:  finding.Reason, Period: finding.Period, ReasonHint: rs.Text("staff.reason_hint", nil), AskPeriod: f.Fluctuates(id),
		Problems: problems, Saved: s.savedAt(finding.At, finding.ByName),
		Found: foundRows(rs, finding),
	}
	period, periodCitation := rs.Law("fluctuation")
	row.PeriodHint = period + " " + periodCitation
	for _, a := range s.accounts(c, f) {
		told, help := helpOf(rs, a, id)
		if a.title == "" {
			row.Told, row.Help = told, help
			continue
		}
		row.Voices = append(row.Voices, pages.StaffTelling{Title: a.title, Sent: a.sent, Told: told, Help: help})
	}
	if differ := f.Differ(id); differ != "" {
		row.Differ = rs.Text("staff.differ."+differ, nil)
	}
	for _, limb := range rs.Limbs() {
		line := pages.StaffLimb{Text: limb.Name, Citation: limb.Citation, Said: rs.Text("staff.limb_unknown", nil), Classes: "govuk-tag--grey"}
		switch said(f, id, limb.ID) {
		case "yes":
			line.Said, line.Classes = rs.Text("staff.limb_yes", nil), "govuk-tag--teal"
		case "no":
			line.Said = rs.Text("staff.limb_no", nil)
		}
		if f.Both != nil {
			line.Said = limbVoices(f, id, limb.ID)
		}
		row.Limbs = append(row.Limbs, line)
	}
	row.Changes = wouldChangeOutcome(f, id)
	if f.Indication == nil {
		row.Suggestion = rs.Text("staff.suggest.none", nil)
	} else if f.Hides(id) {
		row.Suggestion, row.SuggestionClasses, row.First = "", "", rs.Text("staff.view_first.row", nil)
	} else if line, ok := reasons.Outcome(id); ok {
		for _, kid := range line.Kids {
			row.Why = append(row.Why, pages.StaffReason{Text: truthMark[kid.Value] + " " + kid.Text, Citation: kid.Citation})
		}
	}
	row.Conclusions = components.RadiosParams{
		Name: id + "-conclusion", IDPrefix: id + "-conclusion", Value: string(finding.Conclusion), Classes: "govuk-radios--small",
		Fieldset:     &components.FieldsetParams{Legend: components.LegendParams{Text: "Your finding", Classes: "govuk-fieldset__legend--s"}},
		ErrorMessage: components.ErrorMessageParams{Text: problems.ByField["conclusion"]},
	}
	// What agrees with the suggestion stands first only because it is read first; nothing is chosen beforehand.
	order := []string{string(care.ConcludesUnable), string(care.ConcludesAble), string(care.NeedMore)}
	if suggested == care.OutcomeAble {
		order[0], order[1] = order[1], order[0]
	}
	for _, conclusion := range order {
		row.Conclusions.Items = append(row.Conclusions.Items, components.RadioItem{
			Value: conclusion, Text: rs.Text("staff.finding."+suggested+"."+conclusion, nil),
		})
	}
	row.Sources = components.CheckboxesParams{
		Name: id + "-sources", IDPrefix: id + "-sources", Values: finding.Sources, Classes: "govuk-checkboxes--small",
		Fieldset:     &components.FieldsetParams{Legend: components.LegendParams{Text: "How do you know?", Classes: "govuk-fieldset__legend--s"}},
		ErrorMessage: components.ErrorMessageParams{Text: problems.ByField["sources"]},
	}
	for _, source := range rs.Choices(casework.ListSources) {
		row.Sources.Items = append(row.Sources.Items, components.CheckboxItem{Value: source.ID, Text: source.Label})
	}
	return row
}

// limbVoices says what each voice told of a way of being unable.
func limbVoices(f casework.CaseFile, outcome, limb string) string {
	said := func(v string) string {
		if v == "" {
			v = "unknown"
		}
		return f.Rules.Text("staff.limb_said."+v, nil)
	}
	own, helper := f.LimbSaid(outcome, limb)
	return f.Rules.Text("staff.limb_voices", eligibility.Words{"own": said(own), "helper": said(helper)})
}

// outcomeTold lists what one account tells of an outcome. Help they have now is marked: it is not counted.
func outcomeTold(a account, id string) []pages.StaffTold {
	var rows []pages.StaffTold
	for _, t := range a.rules.ToldOutcome(a.Answers, id, a.words) {
		if !t.Answered {
			continue
		}
		line := pages.StaffTold{Question: t.Question, Answers: t.Answers}
		if strings.HasSuffix(t.ID, ".help") || strings.HasSuffix(t.ID, ".help_enough") {
			line.Note = a.rules.Text("staff.not_counted", nil)
		}
		rows = append(rows, line)
	}
	return rows
}

var suggestionClasses = map[string]string{
	care.OutcomeUnable: "govuk-tag--teal", care.OutcomeAble: "govuk-tag--grey", care.OutcomeUnknown: "govuk-tag--yellow",
}

// truthMark is said before a reason: holds, does not hold, is not known.
var truthMark = map[eligibility.Truth]string{eligibility.True: "Yes:", eligibility.False: "No:", eligibility.Unknown: "Not known:"}

// foundRows tells a finding in rows, as it is shown when locked or beside a colleague's.
func foundRows(rs *eligibility.Ruleset, finding care.Finding) []pages.StaffTold {
	if finding.Conclusion == "" {
		return []pages.StaffTold{{Question: "Finding", Answers: []string{"None"}}}
	}
	rows := []pages.StaffTold{{Question: "Finding", Answers: []string{rs.Choice(casework.ListConclusions, string(finding.Conclusion))}}}
	var sources []string
	for _, source := range finding.Sources {
		sources = append(sources, rs.Choice(casework.ListSources, source))
	}
	blind := ""
	if finding.Blind {
		blind = rs.Text("staff.view_first.found", nil)
	}
	for _, row := range []pages.StaffTold{{Question: "How they know", Answers: sources}, {Question: "Why", Answers: nonEmpty(finding.Reason)}, {Question: "Period looked at", Answers: nonEmpty(finding.Period)}, {Question: "My view first", Answers: nonEmpty(blind)}} {
		if len(row.Answers) > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}

func nonEmpty(values ...string) []string {
	return slices.DeleteFunc(values, func(v string) bool { return v == "" })
}
