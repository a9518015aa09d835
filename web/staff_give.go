package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
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

// handOut asks who gets cases.
func (s *Server) handOut(rs *eligibility.Ruleset, hands casework.Hands, action, back, to string) pages.StaffGive {
	items := []components.SelectItem{{Text: "Choose"}}
	for _, p := range hands.Workers {
		items = append(items, components.SelectItem{Value: "worker:" + p.ID, Text: p.Name})
	}
	for _, t := range hands.Teams {
		if !t.Closed {
			items = append(items, components.SelectItem{Value: "team:" + t.ID, Text: "Team: " + t.Name})
		}
	}
	items = append(items, components.SelectItem{Value: "nobody", Text: "Nobody: put back"})
	return pages.StaffGive{
		Action: action, Back: back, To: components.SelectParams{Name: "to", Items: items, Value: to, Label: components.LabelParams{Text: "Give to", Classes: "govuk-label--s"}},
	}
}

// giveTo reads who gets cases; false when nothing was chosen.
func giveTo(value string) (casework.GiveTo, bool) {
	if id, ok := strings.CutPrefix(value, "worker:"); ok {
		return casework.GiveTo{Worker: id}, id != ""
	}
	if id, ok := strings.CutPrefix(value, "team:"); ok {
		return casework.GiveTo{Team: id}, id != ""
	}
	return casework.GiveTo{}, value == "nobody"
}

// Done marks of the queue and of where a case stands.
const (
	doneGiven   = "given"
	doneUndone  = "undone"
	doneTooLate = "too-late"
	doneTriaged = "triaged"
	doneHeld    = "held"
	doneOffHold = "off-hold"
	doneMarked  = "marked"
)

// backQuery reads the part of the queue that a form came from.
func backQuery(back string) (url.Values, error) {
	back = strings.TrimPrefix(strings.TrimPrefix(back, "queue"), "?")
	given, err := url.ParseQuery(back)
	if err != nil {
		return nil, fmt.Errorf("going back to the queue: %w", eligibility.ErrUnknownField)
	}
	given.Del("done")
	return given, nil
}

// staffGive gives the ticked cases to somebody.
func (s *Server) staffGive(c echo.Context) error {
	values, err := staffForm(c, "case", "to", "back")
	if err != nil {
		return err
	}
	given, err := backQuery(values.Get("back"))
	if err != nil {
		return err
	}
	v := visitOf(c)
	if !casework.ReadsQueue(v.Actor) {
		return care.ErrForbidden
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	typed := giveTyped{picks: values["case"], to: values.Get("to")}
	var picks []casework.Pick
	for _, value := range slices.Compact(slices.Sorted(slices.Values(typed.picks))) { // the table and the cards have a box each
		ref, n, _ := strings.Cut(value, ":")
		version, err := strconv.Atoi(n)
		if err != nil {
			return fmt.Errorf("a ticked case: %w", eligibility.ErrUnknownField)
		}
		picks = append(picks, casework.Pick{Reference: ref, Version: version})
	}
	to, ok := giveTo(typed.to)
	switch {
	case len(picks) == 0:
		typed.field, typed.problem = "case", rs.Text("staff.queue.error.case.choose_one", nil)
	case !ok:
		typed.field, typed.problem = "to", rs.Text("staff.queue.error.to.choose_one", nil)
	}
	if typed.problem != "" {
		return s.queuePage(c, http.StatusUnprocessableEntity, given, typed)
	}
	err = s.Casework.Assign(c.Request().Context(), v.Actor, picks, to)
	invalid, stuck := (*care.Invalid)(nil), (*casework.Stuck)(nil)
	switch {
	case errors.As(err, &invalid):
		p := invalid.Problems[0]
		typed.field, typed.problem = p.Field, rs.Text("staff.queue.error."+p.Field+"."+p.Code, nil)
		return s.queuePage(c, http.StatusUnprocessableEntity, given, typed)
	case errors.As(err, &stuck):
		key, status := "staff.queue.error.stuck_open", http.StatusUnprocessableEntity
		switch {
		case stuck.WithTeam():
			key = "staff.queue.error.stuck_team"
		case errors.Is(err, care.ErrConflict), errors.Is(err, care.ErrLocked):
			key, status = "staff.queue.error.stuck", http.StatusConflict
		case !errors.Is(err, care.ErrForbidden):
			return err
		}
		typed.field, typed.problem = "case", rs.Text(key, eligibility.Words{"reference": casework.FormatReference(stuck.Reference)})
		return s.queuePage(c, status, given, typed)
	case errors.Is(err, care.ErrConflict): // between the look at each case and the change
		typed.field, typed.problem = "case", rs.Text("staff.queue.error.stuck", eligibility.Words{"reference": ""})
		return s.queuePage(c, http.StatusConflict, given, typed)
	case err != nil:
		return err
	}
	given.Set("done", doneGiven)
	return c.Redirect(http.StatusSeeOther, "/staff?"+given.Encode())
}

// staffUndo puts back what was given last.
func (s *Server) staffUndo(c echo.Context) error {
	values, err := staffForm(c, "back")
	if err != nil {
		return err
	}
	given, err := backQuery(values.Get("back"))
	if err != nil {
		return err
	}
	err = s.Casework.Undo(c.Request().Context(), visitOf(c).Actor)
	switch {
	case errors.Is(err, care.ErrConflict):
		given.Set("done", doneTooLate)
		return s.queuePage(c, http.StatusConflict, given, giveTyped{})
	case err != nil:
		return err
	}
	given.Set("done", doneUndone)
	return c.Redirect(http.StatusSeeOther, "/staff?"+given.Encode())
}
