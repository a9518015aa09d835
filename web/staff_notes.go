package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

const doneNoteAdded = "noted"

// The entries that go to and fro with the person, and the note that does not.
var messageKinds = []care.EntryKind{
	care.EntryQuestion, care.EntryReply, care.EntryAddition, care.EntryWithdrawal, care.EntryConfirmed, care.EntryCheckIn, care.EntryHowNow, care.EntryMessage,
}

// askPrefix begins the field of a question about an outcome.
const askPrefix = "q-"

// staffNotes shows the notes between staff, and what went to and fro with the person.
func (s *Server) staffNotes(c echo.Context) error {
	f, err := s.openCase(c, casework.PageNotes)
	if err != nil {
		return err
	}
	p := s.notesPage(c, f)
	switch c.QueryParam("done") {
	case doneNoteAdded:
		p.Success = f.Rules.Text("staff.notes_done", nil)
	case doneAsked:
		p.Success = f.Rules.Text("staff.ask_done", nil)
	}
	for _, id := range c.QueryParams()["about"] {
		if slices.Contains(f.OutcomeIDs(), id) {
			p.More.Write = append(p.More.Write, s.moreQuestion(c, f, id))
		}
	}
	return render(c, http.StatusOK, pages.StaffNotes(p))
}

func (s *Server) notesPage(c echo.Context, f casework.CaseFile) pages.StaffNotesPage {
	rs := f.Rules
	p := pages.StaffNotesPage{
		StaffCase: s.staffCase(c, f, "notes", rs.Text("staff.notes_title", nil)), Once: newFormID(), Ask: s.askForm(f, askTyped{}, nil),
		Words: pages.StaffNotesWords{
			Staff: rs.Text("staff.notes_staff", nil), StaffMark: rs.Text("staff.notes_staff_mark", nil), NotesNone: rs.Text("staff.notes_none", nil),
			AddNote: rs.Text("staff.notes_add", nil), Person: rs.Text("staff.messages_person", nil), PersonMark: rs.Text("staff.messages_person_mark", nil),
			MessagesNone: rs.Text("staff.messages_none", nil),
		},
		Notes:    laterItems(f, func(k care.EntryKind) bool { return k == care.EntryNote }),
		Messages: laterItems(f, func(k care.EntryKind) bool { return slices.Contains(messageKinds, k) }),
	}
	p.More = s.moreForm(c, f)
	return p
}

// moreForm offers the outcomes to ask about, those that left something open first.
func (s *Server) moreForm(c echo.Context, f casework.CaseFile) pages.StaffMore {
	rs := f.Rules
	p := pages.StaffMore{
		Title: rs.Text("staff.more_title", nil), Intro: rs.Text("staff.more_intro", nil), None: rs.Text("staff.more_none", nil),
		ChooseButton: rs.Text("staff.more_button", nil), WriteTitle: rs.Text("staff.more_write", nil), SendButton: rs.Text("staff.more_send", nil),
	}
	if !f.Assessed() && f.Kind != care.KindTransition {
		return p
	}
	boxes := func(prefix, legend string) components.CheckboxesParams {
		return components.CheckboxesParams{
			Name: "about", IDPrefix: prefix, Classes: "govuk-checkboxes--small", Values: c.QueryParams()["about"],
			Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: legend, Classes: "govuk-fieldset__legend--s"}},
		}
	}
	p.Choose, p.Others = boxes("about-open", rs.Text("staff.more_gaps", nil)), boxes("about-other", rs.Text("staff.more_all", nil))
	gaps := f.Gaps(s.words(visitOf(c)))
	for _, id := range f.OutcomeIDs() {
		item := components.CheckboxItem{Value: id, Text: rs.OutcomeTitle(id)}
		i := slices.IndexFunc(gaps, func(g casework.Gap) bool { return g.Outcome == id })
		if i < 0 {
			p.Others.Items = append(p.Others.Items, item)
			continue
		}
		item.Hint.Text = rs.Text("staff.more_judge", nil)
		if n := len(gaps[i].Questions); n > 0 {
			item.Hint.Text = rs.Text("staff.more_left", eligibility.Words{"n": plural(n, "question", "questions")})
		}
		p.Choose.Items = append(p.Choose.Items, item)
	}
	return p
}

// moreQuestion words a question about an outcome from those of the form that nobody answered.
func (s *Server) moreQuestion(c echo.Context, f casework.CaseFile, outcome string) pages.StaffMoreQuestion {
	q := pages.StaffMoreQuestion{Field: askPrefix + outcome, Label: f.Rules.OutcomeTitle(outcome)}
	for _, g := range f.Gaps(s.words(visitOf(c))) {
		if g.Outcome == outcome && len(g.Questions) > 0 {
			q.Text = strings.Join(append([]string{f.Rules.Text("staff.more_some", nil)}, g.Questions...), "\n")
		}
	}
	q.Text = cmp.Or(q.Text, f.Rules.Text("staff.more_open", nil))
	return q
}

// staffAddNote adds a note that only staff read.
func (s *Server) staffAddNote(c echo.Context) error {
	values, err := staffForm(c, fieldOnce, "note")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.AddNote(c.Request().Context(), visitOf(c).Actor, ref, values.Get("note"), values.Get(fieldOnce))
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		return s.notesAgain(c, invalid, func(p *pages.StaffNotesPage) { p.Note, p.Once = values.Get("note"), onceOr(values.Get(fieldOnce)) })
	}
	if shown, err := s.lockedPage(c, err, []pages.StaffTold{{Question: "Note", Answers: values["note"]}}); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/notes?done="+doneNoteAdded+"#notes")
}

// notesAgain shows the page with a form that was refused, and all that was typed into it.
func (s *Server) notesAgain(c echo.Context, invalid *care.Invalid, put func(*pages.StaffNotesPage)) error {
	f, err := s.openCase(c, casework.PageNotes)
	if err != nil {
		return err
	}
	p := s.notesPage(c, f)
	p.Layout.Error = true
	p.Problems = staffProblems(f.Rules, invalid, func(field string) string { return field })
	put(&p)
	return render(c, http.StatusUnprocessableEntity, pages.StaffNotes(p))
}

// askForms reads the fields of both forms that ask: "question" with "outcome", and one field for each outcome chosen.
func askForms(c echo.Context) (url.Values, []string, error) {
	given, err := c.FormParams()
	if err != nil {
		return nil, nil, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	var about []string
	fields := []string{fieldOnce, "question", "outcome"}
	for name := range given {
		if id, ok := strings.CutPrefix(name, askPrefix); ok {
			fields, about = append(fields, name), append(about, id)
		}
	}
	slices.Sort(about)
	values, err := staffForm(c, fields...)
	return values, about, err
}

// staffAsk puts one or several questions to the person.
func (s *Server) staffAsk(c echo.Context) error {
	values, about, err := askForms(c)
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	v := visitOf(c)
	t := askTyped{values.Get(fieldOnce), values.Get("question"), values.Get("outcome")}
	typed := []pages.StaffTold{{Question: "Your question", Answers: nonEmpty(t.text)}}
	if len(about) == 0 {
		err = s.Casework.AskPerson(c.Request().Context(), v.Actor, v.Council, ref, t.text, t.outcome, t.once)
	} else {
		var all []casework.Question
		for _, id := range about {
			if text := values.Get(askPrefix + id); text != "" {
				all = append(all, casework.Question{Outcome: id, Text: text})
				typed = append(typed, pages.StaffTold{Question: "Your question", Answers: []string{text}})
			}
		}
		err = s.Casework.AskAll(c.Request().Context(), v.Actor, v.Council, ref, all, t.once)
	}
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		f, err := s.openCase(c, casework.PageNotes)
		if err != nil {
			return err
		}
		p := s.notesPage(c, f)
		p.Layout.Error = true
		for _, id := range about {
			if slices.Contains(f.OutcomeIDs(), id) {
				p.More.Write = append(p.More.Write, pages.StaffMoreQuestion{Field: askPrefix + id, Label: f.Rules.OutcomeTitle(id), Text: values.Get(askPrefix + id)})
			}
		}
		p.Problems = staffProblems(f.Rules, invalid, func(field string) string {
			if field == "question" && len(p.More.Write) > 0 {
				return p.More.Write[0].Field
			}
			return field
		})
		p.Ask = s.askForm(f, t, p.Problems.ByField)
		return render(c, http.StatusUnprocessableEntity, pages.StaffNotes(p))
	}
	if shown, err := s.lockedPage(c, err, typed); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/notes?done="+doneAsked)
}
