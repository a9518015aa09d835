package web

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// What was just done, as in doneTaken.
const (
	doneCopied  = "copied"
	donePlanned = "planned"
)

// afterTyped is what was typed into the forms below a signed record.
type afterTyped struct {
	copyOf       care.CopyGiven
	reason, plan string
}

// afterPart is what can still be done with a signed record.
func (s *Server) afterPart(f casework.CaseFile, t afterTyped, problems map[string]string) pages.StaffAfter {
	rs, path := f.Rules, casePath(f.Assessment)
	p := pages.StaffAfter{VersionTitle: rs.Text("staff.versions.title", nil)}
	for _, d := range f.Determinations {
		decision := rs.Choice(casework.ListDecision, d.Decision)
		if d.Decision == casework.DecisionClosed {
			decision = rs.Text("staff.closed", nil)
		}
		p.Versions = append(p.Versions, pages.Link{Href: path + "/signed?version=" + strconv.Itoa(d.Version), Text: rs.Text("staff.versions.line", eligibility.Words{
			"number": strconv.Itoa(d.Version), "when": longTime(d.SignedAt), "name": d.ByName, "decision": decision,
		})})
	}
	last, _ := f.LastDetermination()
	p.Copy = pages.StaffCopyForm{Title: rs.Text("staff.copy.title", nil), Once: newFormID(), Button: rs.Text("staff.copy.button", nil)}
	given, owed := f.Copies(), last.Decision != casework.DecisionClosed
	for _, g := range given {
		owed = owed && (g.To != "person" || g.Version != last.Version)
		p.Copy.Given = append(p.Copy.Given, rs.Text("staff.copy.given", eligibility.Words{
			"to": rs.Choice(casework.ListCopies, g.To), "on": longDay(g.On), "how": rs.Choice(casework.ListCopyHow, g.How), "name": g.ByName,
		}))
	}
	if owed {
		p.Copy.Owed = rs.Text("staff.copy.owed", nil)
	}
	form := recordForm{rs: rs, problems: problems, blocked: map[string]bool{}}
	form.begin("copy", "")
	form.radios("to", "staff.copy.to", "", casework.ListCopies, t.copyOf.To)
	form.radios("copy_how", "staff.copy.how", "", casework.ListCopyHow, t.copyOf.How)
	form.day("copy_on", rs.Text("staff.copy.on", nil), t.copyOf.On)
	form.text("copy_note", "staff.copy.note", "", t.copyOf.Note)
	p.Copy.Fields = form.end().Fields
	if f.Locked() {
		p.Revise = pages.StaffReviseForm{
			Title: rs.Text("staff.revise.title", nil), Intro: rs.Text("staff.revise.intro", nil), Action: path + "/revise", Name: "revise_reason",
			Label: rs.Text("staff.revise.reason", nil), Text: t.reason, Once: newFormID(), Button: rs.Text("staff.revise.button", nil),
		}
	}
	if f.Kind == care.KindTransition {
		p.Plan = pages.StaffReviseForm{
			Title: rs.Text("staff.transition.title", nil), Intro: rs.Text("staff.owed.law.transition", nil), Action: path + "/transition", Name: "transition_done",
			Label: rs.Text("staff.transition.done", nil), Text: t.plan, Once: newFormID(), Button: rs.Text("staff.transition.button", nil),
		}
	}
	return p
}

// signedAgain shows the signed record with a form below it that was refused.
func (s *Server) signedAgain(c echo.Context, t afterTyped, invalid *care.Invalid) error {
	f, d, r, err := s.signedRecord(c, "signed")
	if err != nil {
		return err
	}
	p, err := s.signedPage(c, f, d, r)
	if err != nil {
		return err
	}
	p.Layout.Error = true
	p.Problems = staffProblems(f.Rules, ownReasons(invalid), func(field string) string {
		if field == "copy_on" {
			return "copy_on-day"
		}
		return field
	})
	p.After = s.afterPart(f, t, p.Problems.ByField)
	return render(c, http.StatusUnprocessableEntity, pages.StaffSigned(p))
}

// ownReasons gives a reason that is too short the sentence of its own field.
func ownReasons(invalid *care.Invalid) *care.Invalid {
	out := &care.Invalid{}
	for _, p := range invalid.Problems {
		if p.Code == "reason" {
			p.Code = "enter"
		}
		out.Problems = append(out.Problems, p)
	}
	return out
}

// staffGiveCopy writes down that somebody got a copy.
func (s *Server) staffGiveCopy(c echo.Context) error {
	values, err := staffForm(c, fieldOnce, "to", "copy_how", "copy_on-day", "copy_on-month", "copy_on-year", "copy_note")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	given := care.CopyGiven{To: values.Get("to"), How: values.Get("copy_how"), On: dayOf(values, "copy_on"), Note: values.Get("copy_note")}
	err = s.Casework.GiveCopy(c.Request().Context(), visitOf(c).Actor, ref, given, values.Get(fieldOnce))
	invalid := (*care.Invalid)(nil)
	if errors.As(err, &invalid) {
		return s.signedAgain(c, afterTyped{copyOf: given}, invalid)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/signed?done="+doneCopied)
}

// staffRevise begins the next record.
func (s *Server) staffRevise(c echo.Context) error {
	values, err := staffForm(c, fieldOnce, "revise_reason")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.Revise(c.Request().Context(), visitOf(c).Actor, ref, values.Get("revise_reason"), values.Get(fieldOnce))
	invalid := (*care.Invalid)(nil)
	if errors.As(err, &invalid) {
		return s.signedAgain(c, afterTyped{reason: values.Get("revise_reason")}, invalid)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/record")
}

// staffPlanTransition writes down what was done for somebody who turns 18.
func (s *Server) staffPlanTransition(c echo.Context) error {
	values, err := staffForm(c, fieldOnce, "transition_done")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.SettleTransition(c.Request().Context(), visitOf(c).Actor, ref, values.Get("transition_done"), values.Get(fieldOnce))
	invalid := (*care.Invalid)(nil)
	if errors.As(err, &invalid) {
		return s.signedAgain(c, afterTyped{plan: values.Get("transition_done")}, invalid)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/signed?done="+donePlanned)
}
