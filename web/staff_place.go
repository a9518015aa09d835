package web

import (
	"context"
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

// placePage is the last part of the address where it is changed who has a case, how pressing it is, and whether it waits.
const placePage = "place"

// placeTyped is what was typed into one of the forms of the page, when it comes again.
type placeTyped struct {
	form     string
	values   url.Values
	invalid  *care.Invalid
	conflict bool
}

// staffPlace shows where a case stands.
func (s *Server) staffPlace(c echo.Context) error {
	return s.placeAgain(c, http.StatusOK, placeTyped{values: url.Values{}})
}

func (s *Server) placeAgain(c echo.Context, status int, typed placeTyped) error {
	ctx, v := c.Request().Context(), visitOf(c)
	f, err := s.openCase(c, placePage)
	if err != nil {
		return err
	}
	hands, err := s.Casework.Hands(ctx, v.Actor)
	if err != nil {
		return err
	}
	rs := f.Rules
	path := casePath(f.Assessment)
	p := pages.StaffPlacePage{
		StaffCase: s.staffCase(c, f, placePage, "Who has it, and how pressing it is"), Version: strconv.Itoa(f.Version),
		Reasons: map[string]string{typed.form: typed.values.Get("reason")}, CanHold: f.Priority == care.PriorityRoutine, NoHold: rs.Text("staff.place.no_hold", nil),
		Test: f.Test, TestWords: rs.Texts("staff.place.test", nil), Of: typed.values.Get("of"),
		Words: pages.StaffPlaceWords{Triage: rs.Text("staff.place.triage", nil), Hold: rs.Text("staff.place.hold", nil), Duplicate: rs.Text("staff.place.duplicate", nil)},
		Now:   s.placeNow(f, hands),
	}
	if f.Test {
		p.TestWords = rs.Texts("staff.place.not_test", nil)
	}
	if !f.HeldUntil.IsZero() {
		p.Held = rs.Text("staff.place.held", eligibility.Words{"day": longDate(f.HeldUntil)})
	}
	if f.DuplicateOf != "" && f.Passed == "" {
		p.Undo = rs.Text("staff.duplicate.undo", eligibility.Words{"ref": casework.FormatReference(f.GoesOn)})
	}
	if typed.conflict {
		p.Conflict = rs.Text("staff.place.conflict", nil)
	}
	if typed.invalid != nil {
		p.Layout.Error = true
		p.Problems = problemTexts(rs, typed.invalid, "staff.place.error.", func(field string) string {
			switch field {
			case "reason":
				return typed.form + "-reason"
			case "due", "until":
				return field + "-day"
			}
			return field
		})
		p.ReasonFor = typed.form
	}
	p.Give = s.handOut(rs, hands, path+"/give", "", typed.values.Get("to"))
	p.Give.To.ErrorMessage = components.ErrorMessageParams{Text: p.Problems.ByField["to"]}
	p.Priority = components.RadiosParams{
		Name: "priority", Value: casework.PriorityID(f.Priority), Classes: "govuk-radios--small",
		Fieldset:     &components.FieldsetParams{Legend: components.LegendParams{Text: "How pressing is it?", Classes: "govuk-fieldset__legend--s"}},
		ErrorMessage: components.ErrorMessageParams{Text: p.Problems.ByField["priority"]},
		Items:        []components.RadioItem{{Value: "safety", Text: "Safety: today"}, {Value: "urgent", Text: "Urgent: today"}, {Value: "routine", Text: "Routine"}},
	}
	due := url.Values{}
	if !f.DueAt.IsZero() {
		day := f.DueAt.In(ukTime)
		due = url.Values{"due-day": {strconv.Itoa(day.Day())}, "due-month": {strconv.Itoa(int(day.Month()))}, "due-year": {strconv.Itoa(day.Year())}}
	}
	if typed.form == "triage" {
		p.Priority.Value, due = typed.values.Get("priority"), typed.values
	}
	p.Due = dateFields("due", "Due on", "", due, p.Problems.ByField["due"])
	p.Until = dateFields("until", "Until", "From the beginning of this day it is open again", typed.values, p.Problems.ByField["until"])
	if p.Alike, err = s.alike(ctx, v.Actor, f); err != nil {
		return err
	}
	return render(c, status, pages.StaffPlace(p))
}

// dateFields asks for a day.
func dateFields(name, legend, hint string, values url.Values, problem string) components.DateInputParams {
	return components.DateInputParams{
		ID: name, NamePrefix: name,
		Fieldset:     &components.FieldsetParams{Legend: components.LegendParams{Text: legend, Classes: "govuk-fieldset__legend--s"}},
		Hint:         components.HintParams{Text: hint},
		ErrorMessage: components.ErrorMessageParams{Text: problem},
		Items: []components.DateInputItem{
			{Name: "day", Label: "Day", Value: values.Get(name + "-day"), Classes: "govuk-input--width-2"},
			{Name: "month", Label: "Month", Value: values.Get(name + "-month"), Classes: "govuk-input--width-2"},
			{Name: "year", Label: "Year", Value: values.Get(name + "-year"), Classes: "govuk-input--width-4"},
		},
	}
}

// placeNow tells where a case stands, with the last reasons for it.
func (s *Server) placeNow(f casework.CaseFile, hands casework.Hands) []pages.StaffTold {
	row := func(question, answer string) pages.StaffTold {
		return pages.StaffTold{Question: question, Answers: []string{answer}}
	}
	worker, team := "Nobody", "None yet"
	if f.WorkerName != "" {
		worker = f.WorkerName
	}
	if i := slices.IndexFunc(hands.Teams, func(t care.Team) bool { return t.ID == f.Team }); i >= 0 {
		team = hands.Teams[i].Name
	}
	priority := map[care.Priority]string{care.PriorityRoutine: "Routine", care.PriorityUrgent: "Urgent", care.PrioritySafety: "Safety"}[f.Priority]
	due := "No day"
	if !f.DueAt.IsZero() {
		due = longDate(f.DueAt)
	}
	rows := []pages.StaffTold{row("Worker", worker), row("Team", team), row("Priority", priority), row("Due", due)}
	if !f.HeldUntil.IsZero() {
		rows = append(rows, row("On hold until", longDate(f.HeldUntil)))
	}
	last := map[care.EntryKind]casework.Later{}
	for _, l := range f.Later {
		last[l.Kind] = l
	}
	for _, kind := range []care.EntryKind{care.EntryTriage, care.EntryHold, care.EntryTest, care.EntryDuplicate} {
		if l, ok := last[kind]; ok {
			text := l.Note.Text
			if kind == care.EntryDuplicate {
				text = f.Rules.Text("staff.duplicate."+l.Note.Choice, eligibility.Words{"ref": casework.FormatReference(l.Note.Outcome)}) + " " + text
			}
			rows = append(rows, row(f.Rules.Choice("entries", string(kind)), text+" ("+l.Note.ByName+", "+longTime(l.At)+")"))
		}
	}
	return rows
}

// goesOn says on every page of a duplicate with which case work goes on, and on every page of that one for which it stands.
func goesOn(f casework.CaseFile, page string, p *pages.StaffCase) {
	for _, twin := range f.Duplicates {
		ref := eligibility.Words{"ref": casework.FormatReference(twin.Reference)}
		out := pages.StaffTwin{Link: pages.Link{Text: f.Rules.Text("staff.duplicate.stands_for", ref), Href: "/staff/case/" + twin.Reference}}
		if !twin.NewsAt.IsZero() {
			out.New = f.Rules.Text("staff.new_from_person", nil)
		}
		p.Twins = append(p.Twins, out)
	}
	if f.GoesOn == "" || f.Passed != "" {
		return
	}
	p.Locked, p.Take.Allowed = true, false
	ref := eligibility.Words{"ref": casework.FormatReference(f.GoesOn)}
	p.GoesOn = pages.StaffGoesOn{
		Text: f.Rules.Text("staff.duplicate.goes_on", ref), Do: []pages.Link{{Text: f.Rules.Text("staff.duplicate.see", ref), Href: "/staff/case/" + f.GoesOn}},
	}
	if page != placePage {
		p.GoesOn.Do = append(p.GoesOn.Do, pages.Link{Text: f.Rules.Text("staff.duplicate.mistake", nil), Href: casePath(f.Assessment) + "/" + placePage + "#duplicate"})
	}
}

// alike tells of open cases that may be of the same person.
func (s *Server) alike(ctx context.Context, actor care.Actor, f casework.CaseFile) (pages.StaffAlike, error) {
	lines, err := s.Casework.Alike(ctx, actor, f)
	if err != nil || len(lines) == 0 {
		return pages.StaffAlike{}, err
	}
	rs := f.Rules
	out := pages.StaffAlike{
		Title: rs.Text("staff.alike.title", nil), Intro: rs.Text("staff.alike.intro", nil),
		Mark: pages.Link{Text: rs.Text("staff.alike.mark", nil), Href: casePath(f.Assessment) + "/" + placePage + "#duplicate"},
	}
	for _, l := range lines {
		name := nameOf(l.Summary)
		if l.Hidden {
			name = rs.Text("staff.queue.hidden_team", nil)
		}
		out.Rows = append(out.Rows, pages.StaffAlikeRow{
			Href: "/staff/case/" + l.Reference, Text: strings.Join([]string{name, rs.Choice("kinds", string(l.Kind)), casework.FormatReference(l.Reference), "sent " + longDate(l.SentAt)}, ", "),
		})
	}
	return out, nil
}

// changePlace is what all forms of the page do: the change, and then the summary, or the page again.
func (s *Server) changePlace(c echo.Context, form, done string, fields []string, change func(ctx context.Context, actor care.Actor, pick casework.Pick, values url.Values) error) error {
	values, err := staffForm(c, append(fields, "version")...)
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	pick := casework.Pick{Reference: ref}
	if pick.Version, err = version(values); err != nil {
		return err
	}
	err = change(c.Request().Context(), visitOf(c).Actor, pick, values)
	typed := placeTyped{form: form, values: values}
	switch {
	case errors.As(err, &typed.invalid):
		return s.placeAgain(c, http.StatusUnprocessableEntity, typed)
	case errors.Is(err, care.ErrConflict):
		typed.conflict = true
		return s.placeAgain(c, http.StatusConflict, typed)
	}
	if reason := values.Get("reason"); err != nil || reason != "" {
		if shown, err := s.lockedPage(c, err, []pages.StaffTold{{Question: "Why", Answers: []string{reason}}}); shown || err != nil {
			return err
		}
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"?done="+done)
}

// staffGiveOne gives one case to somebody.
func (s *Server) staffGiveOne(c echo.Context) error {
	return s.changePlace(c, "give", doneGiven, []string{"to", "back"}, func(ctx context.Context, actor care.Actor, pick casework.Pick, values url.Values) error {
		to, ok := giveTo(values.Get("to"))
		if !ok {
			return care.Refuse("to", "choose_one")
		}
		err := s.Casework.Assign(ctx, actor, []casework.Pick{pick}, to)
		if stuck := (*casework.Stuck)(nil); errors.As(err, &stuck) && stuck.WithTeam() {
			return care.Refuse("to", "with_team")
		}
		return err
	})
}

// staffTriage changes priority and due day.
func (s *Server) staffTriage(c echo.Context) error {
	return s.changePlace(c, "triage", doneTriaged, []string{"priority", "due-day", "due-month", "due-year", "reason"}, func(ctx context.Context, actor care.Actor, pick casework.Pick, values url.Values) error {
		return s.Casework.Triage(ctx, actor, pick, values.Get("priority"), dateTyped(values, "due"), values.Get("reason"))
	})
}

// staffHold puts a case on hold.
func (s *Server) staffHold(c echo.Context) error {
	return s.changePlace(c, "hold", doneHeld, []string{"until-day", "until-month", "until-year", "reason"}, func(ctx context.Context, actor care.Actor, pick casework.Pick, values url.Values) error {
		return s.Casework.Hold(ctx, actor, pick, dateTyped(values, "until"), values.Get("reason"))
	})
}

// staffOffHold brings a case back before its day.
func (s *Server) staffOffHold(c echo.Context) error {
	return s.changePlace(c, "", doneOffHold, nil, func(ctx context.Context, actor care.Actor, pick casework.Pick, _ url.Values) error {
		return s.Casework.TakeOffHold(ctx, actor, pick.Reference)
	})
}

// staffMarkTest marks a case as a test, or as none.
func (s *Server) staffMarkTest(c echo.Context) error {
	return s.changePlace(c, "test", doneMarked, []string{"test", "reason"}, func(ctx context.Context, actor care.Actor, pick casework.Pick, values url.Values) error {
		test := values.Get("test")
		if test != "yes" && test != "no" {
			return fmt.Errorf("marking a test: %w", eligibility.ErrUnknownField)
		}
		return s.Casework.MarkTest(ctx, actor, pick, test == "yes", values.Get("reason"))
	})
}

// duplicateNo takes the mark of a duplicate off, as the field "mark" says.
const duplicateNo = "no"

// staffMarkDuplicate ends work on a case because it goes on with another, or takes that back.
func (s *Server) staffMarkDuplicate(c echo.Context) error {
	return s.changePlace(c, "duplicate", doneMarked, []string{"of", "reason", "mark"}, func(ctx context.Context, actor care.Actor, pick casework.Pick, values url.Values) error {
		if values.Get("mark") == duplicateNo {
			return s.Casework.NotDuplicate(ctx, actor, pick, values.Get("reason"))
		}
		return s.Casework.MarkDuplicate(ctx, actor, pick, values.Get("of"), values.Get("reason"))
	})
}

// placeDone are the words on the summary after one of these forms, "" for another done mark.
func placeDone(rs *eligibility.Ruleset, done string) string {
	switch done {
	case doneGiven, doneTriaged, doneHeld, doneOffHold, doneMarked:
		return rs.Text("staff.place.done."+done, nil)
	}
	return ""
}
