package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// sinceSent says which entries the summary lists: what came and what was asked. Notes between staff, and that somebody was
// asked how they are, stand with the notes and messages.
func sinceSent(kind care.EntryKind) bool { return kind != care.EntryNote && kind != care.EntryCheckIn }

// laterItems tells what came to a case since it was sent, of the kinds to be listed, oldest first.
func laterItems(f casework.CaseFile, listed func(care.EntryKind) bool) []pages.StaffLater {
	var out []pages.StaffLater
	asked := map[string]string{}
	for _, l := range f.Later {
		item := pages.StaffLater{
			Anchor: "entry-" + l.ID, Title: f.Rules.Choice("entries", string(l.Kind)), New: l.New, StaffOne: l.By == care.ActorPractitioner,
			Text: l.Note.Text,
		}
		by := f.Rules.Choice("who_added", string(l.Note.Voice))
		switch l.Kind {
		case care.EntryAccount:
			by = f.Rules.Choice("who_added", string(l.Account.Voice))
		case care.EntryDiary:
			by = f.Rules.Choice("who_added", string(l.Day.Voice))
			item.About, item.Text = f.Rules.Choice("days", l.Day.Kind), l.Day.Text
			if on, err := time.Parse(time.DateOnly, l.Day.On); err == nil {
				item.About += ": " + on.Format("2 January 2006")
			}
		case care.EntryQuestion:
			by, asked[l.ID] = l.Note.ByName, l.Note.Text
			if l.Note.Outcome != "" {
				item.About = f.Rules.OutcomeTitle(l.Note.Outcome)
			}
		case care.EntryReply:
			item.About = asked[l.About]
			if l.Note.Choice == casework.ChoiceNotSure {
				item.Text = join(f.Rules.Text("staff.reply_not_sure", nil), l.Note.Text)
			}
		case care.EntryConfirmed:
			by = l.Note.ByName
			item.About = f.Rules.Choice("withdrawal", l.Note.Choice)
		}
		if l.Note.ByName != "" {
			by = l.Note.ByName
		}
		switch l.Kind {
		case care.EntryOffered:
			item.About = l.Note.Whom
		case care.EntryAnswered:
			item.About = join(f.Rules.Text("staff.transfer_state."+l.Note.Choice, nil), l.Note.Whom)
		case care.EntryLink:
			item.About = join(f.Rules.Choice("link_say", l.Note.Choice), l.Note.Whom)
		case care.EntryHowNow:
			item.About = f.Rules.Choice("how_now", l.Note.Choice)
		}
		if !listed(l.Kind) {
			continue
		}
		item.New = l.New && l.By == care.ActorCitizen
		item.Meta = longTime(l.At)
		if by != "" {
			item.Meta = by + ", " + item.Meta
		}
		out = append(out, item)
	}
	return out
}

func join(first, more string) string {
	if more == "" {
		return first
	}
	return first + "\n" + more
}

// What is typed into the forms of the summary besides the contact's.
type (
	askTyped    struct{ once, text, outcome string }
	settleTyped struct{ once, choice, how string }
)

// onceOr keeps the key of a form that is shown again, so that sending it twice still stores it once.
func onceOr(given string) string {
	if _, err := uuid.Parse(given); err != nil {
		return newFormID()
	}
	return given
}

func (s *Server) askForm(f casework.CaseFile, t askTyped, problems map[string]string) pages.StaffAsk {
	p := pages.StaffAsk{
		Action: casePath(f.Assessment) + "/ask", Once: onceOr(t.once), Text: t.text,
		Intro: f.Rules.Text("staff.ask_intro", nil), Caution: f.Rules.Text("staff.ask_caution", nil),
	}
	if f.Assessed() || f.Kind == care.KindTransition {
		p.Outcome = components.SelectParams{
			Name: "outcome", Value: t.outcome, Label: components.LabelParams{Text: "What it is about", Classes: "govuk-label--s"},
			Items:        []components.SelectItem{{Text: "Nothing in particular"}},
			ErrorMessage: components.ErrorMessageParams{Text: problems["outcome"]},
		}
		for _, id := range f.OutcomeIDs() {
			p.Outcome.Items = append(p.Outcome.Items, components.SelectItem{Value: id, Text: f.Rules.OutcomeTitle(id)})
		}
	}
	return p
}

// settleForm asks what came of a wish to stop, where there is one that nobody has settled.
func (s *Server) settleForm(f casework.CaseFile, t settleTyped, problems map[string]string) pages.StaffWithdraw {
	request := f.Unsettled()
	if request == "" || f.Status == care.StatusSigned {
		return pages.StaffWithdraw{}
	}
	p := pages.StaffWithdraw{
		Action: casePath(f.Assessment) + "/withdrawal", Once: onceOr(t.once), Request: request, How: t.how,
		Lines:  []string{f.Rules.Text("staff.withdraw_intro", nil), f.Rules.Text("staff.withdraw_law", nil)},
		Choice: choiceRadios(f.Rules, "choice", "What came of it?", "withdrawal", t.choice, "", problems["choice"]),
	}
	if !f.MayOverride() {
		p.Choice.Items = slices.DeleteFunc(p.Choice.Items, func(i components.RadioItem) bool { return i.Value == casework.ChoiceOverridden })
	}
	if f.SafetyMarked() {
		p.Caution = f.Rules.Text("staff.withdraw_safety", nil)
	}
	return p
}

// codeForm makes a code, at any stage; not of a case that has passed to another council, which gives it then.
func (s *Server) codeForm(f casework.CaseFile) pages.StaffCode {
	if f.Passed != "" {
		return pages.StaffCode{}
	}
	name := eligibility.Words{"name": personOf(f)}
	p := pages.StaffCode{
		Action: casePath(f.Assessment) + "/code", Intro: f.Rules.Text("staff.code_self", name),
		Caution: f.Rules.Text("staff.code_only_self", name), Confirm: f.Rules.Text("staff.code_confirm", name),
	}
	if f.Rules.Voice(f.Answers) == care.VoiceHelper {
		p.Intro, p.Caution = f.Rules.Text("staff.code_helper", name), f.Rules.Text("staff.code_only", name)
	}
	return p
}

// personOf is the name of whom a case is about.
func personOf(f casework.CaseFile) string {
	if f.Summary.Name == "" && f.Summary.CallMe == "" {
		return "the person"
	}
	return nameOf(f.Summary)
}

// staffSettle writes down what came of a wish to stop.
func (s *Server) staffSettle(c echo.Context) error {
	values, err := staffForm(c, fieldOnce, "request", "choice", "how_known")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	v := visitOf(c)
	t := settleTyped{values.Get(fieldOnce), values.Get("choice"), values.Get("how_known")}
	err = s.Casework.SettleWithdrawal(c.Request().Context(), v.Actor, v.Council, ref, values.Get("request"), t.choice, t.how, t.once)
	invalid := (*care.Invalid)(nil)
	if errors.As(err, &invalid) {
		for i := range invalid.Problems { // "how" is a field of the contact's form on the same page
			if invalid.Problems[i].Field == "how" {
				invalid.Problems[i].Field = "how_known"
			}
		}
		return s.summaryAgain(c, invalid, func(f casework.CaseFile, p *pages.StaffSummaryPage) {
			p.Withdraw = s.settleForm(f, t, p.Problems.ByField)
		})
	}
	if shown, err := s.lockedPage(c, err, []pages.StaffTold{{Question: "How you know", Answers: nonEmpty(t.how)}}); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"?done="+doneSettled)
}

// summaryAgain shows the summary with a form that was refused, and all that was typed into it.
func (s *Server) summaryAgain(c echo.Context, invalid *care.Invalid, put func(casework.CaseFile, *pages.StaffSummaryPage)) error {
	f, err := s.openCase(c, casework.PageSummary)
	if err != nil {
		return err
	}
	p := s.summaryPage(c, f)
	p.Layout.Error = true
	p.Problems = staffProblems(f.Rules, invalid, func(field string) string { return field })
	put(f, &p)
	return render(c, http.StatusUnprocessableEntity, pages.StaffSummary(p))
}

// handOffStaffCode is what a code on its way to the page that shows it is for; the case's reference follows.
const handOffStaffCode = "staff code "

// staffMakeCode makes a code for the person, once the practitioner says that they checked who gets it.
func (s *Server) staffMakeCode(c echo.Context) error {
	values, err := staffForm(c, "checked")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	v := visitOf(c)
	if values.Get("checked") != "yes" {
		f, err := s.openCase(c, "code")
		if err != nil {
			return err
		}
		p := s.codePage(c, f)
		p.Layout.Error = true
		text := f.Rules.Text("staff.error.code_confirm", nil)
		p.Problems = pages.StaffProblems{
			ByField: map[string]string{"checked": text}, Summary: []components.ErrorSummaryItem{{Text: text, Href: "#checked"}},
		}
		return render(c, http.StatusUnprocessableEntity, pages.StaffGivenCode(p))
	}
	f, code, err := s.Casework.GiveCode(c.Request().Context(), v.Actor, ref)
	if shown, err := s.lockedPage(c, err, nil); shown || err != nil {
		return err
	}
	s.handOffs.put(v.Session.IDHash, handOffStaffCode+ref, handOff{Reference: f.Reference, Code: code}, s.Now())
	return c.Redirect(http.StatusSeeOther, casePath(f.Assessment)+"/code")
}

func (s *Server) codePage(c echo.Context, f casework.CaseFile) pages.StaffCodePage {
	p := pages.StaffCodePage{StaffCase: s.staffCase(c, f, "code", "A code for them")}
	p.Give = s.codeForm(f)
	return p
}

// staffShowCode shows the code that was just made, once.
func (s *Server) staffShowCode(c echo.Context) error {
	f, err := s.openCase(c, "code")
	if err != nil {
		return err
	}
	v := visitOf(c)
	p := s.codePage(c, f)
	if o, ok := s.handOffs.take(v.Session.IDHash, handOffStaffCode+f.Reference, s.Now()); ok {
		p.Reference, p.Code = casework.FormatReference(o.Reference), o.Code.Reveal()
		p.Lines = []string{p.Give.Caution, f.Rules.Text("staff.code_once", nil)}
		p.How = f.Rules.Text("staff.code_how", eligibility.Words{"address": s.address(c, "/"+v.Council.Slug+"/back")})
	} else {
		p.Lines = []string{f.Rules.Text("staff.code_gone", nil)}
	}
	return render(c, http.StatusOK, pages.StaffGivenCode(p))
}
