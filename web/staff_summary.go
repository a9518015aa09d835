package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// staffSummary is the first page of a case.
func (s *Server) staffSummary(c echo.Context) error {
	f, err := s.openCase(c, "summary")
	if err != nil {
		return err
	}
	p := s.summaryPage(c, f)
	switch c.QueryParam("done") {
	case doneTaken:
		p.Success = "The case is yours."
	case donePutBack:
		p.Success = "The case is back in the queue."
	case doneContact:
		p.Success = "The contact is logged."
	}
	return render(c, http.StatusOK, pages.StaffSummary(p))
}

func (s *Server) summaryPage(c echo.Context, f casework.CaseFile) pages.StaffSummaryPage {
	rs, w := f.Rules, s.words(visitOf(c))
	p := pages.StaffSummaryPage{
		StaffCase: s.staffCase(c, f, "", "Summary"),
		Caution:   rs.Text("staff.private_caution", nil),
		Own:       told(rs.ToldMatters(f.Answers, w)),
		OwnNone:   rs.Text("staff.own_none", nil),
		Who:       rs.Text("staff.who."+string(f.Kind), nil),
	}
	for _, flag := range f.Summary.Flags {
		line := pages.StaffFlag{Text: flag.Text, Citation: flag.Citation, Basis: rs.Choice("basis", flag.Basis), Priority: int(flag.Priority)}
		if flag.Priority > care.PriorityRoutine {
			p.Urgent = append(p.Urgent, line)
		} else {
			p.Flags = append(p.Flags, line)
		}
	}
	slices.SortStableFunc(p.Urgent, func(a, b pages.StaffFlag) int { return b.Priority - a.Priority })
	private := rs.Private(f.Answers, w)
	// Whether they were alone matters beside what they said. Where nothing was said, a flag asks for a talk in private.
	if slices.ContainsFunc(private, func(r eligibility.ToldRow) bool { return r.ID != "private" }) {
		for _, row := range private {
			p.Private = append(p.Private, row.Question+" "+strings.Join(row.Answers, "; "))
		}
		p.PrivateUrgent = f.Priority == care.PrioritySafety
	}
	for _, contact := range f.Contacts {
		p.Contacts = append(p.Contacts, contactLine(rs, contact))
	}
	p.Contact = s.contactForm(rs, contactTyped{ID: newFormID()}, nil)
	p.Details = told(rs.ToldPages(f.Answers, w, "you/name", "you/where", "you/where/more", "you/country", "you/contact"))
	about := rs.ToldPages(f.Answers, w, "today", "about", "talk", "talk/more", "life", "check")
	p.About = told(slices.DeleteFunc(about, func(r eligibility.ToldRow) bool { return r.ID == "private" })) // it stands with the private ones
	if f.Linked != "" {
		p.Linked = pages.Link{Text: "The form this came from: " + casework.FormatReference(f.Linked), Href: "/staff/case/" + f.Linked}
	}
	if !f.Assessed() {
		form := "contact"
		if f.Kind == care.KindConcern {
			form = "questions/send"
		}
		p.Form = told(rs.ToldForm(form, f.Answers, w))
		return p
	}
	p.Picture = outcomesPicture(f)
	switch {
	case f.Indication == nil:
		p.Shows = rs.Text("staff.shows.review", nil)
	default:
		p.Shows = rs.Text("staff.shows."+string(f.Indication.Suggestion), nil)
		result := rs.Result(f.Answers, f.Indication, w)
		p.Ask, p.Weigh = capitals(result.ToAsk), capitals(result.ToWeigh)
	}
	return p
}

// told leaves out what was not answered.
func told(rows []eligibility.ToldRow) []pages.StaffTold {
	var out []pages.StaffTold
	for _, r := range rows {
		if r.Answered {
			out = append(out, pages.StaffTold{Question: r.Question, Answers: r.Answers})
		}
	}
	return out
}

func capitals(lines []string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.ToUpper(l[:min(1, len(l))]) + l[min(1, len(l)):]
	}
	return out
}

// outcomesPicture draws what was answered to each way of being unable, outcome by outcome.
func outcomesPicture(f casework.CaseFile) *components.PictureParams {
	p := components.PictureParams{
		ID: "outcomes", Title: "What the person said about each outcome", RowHeading: "Outcome", WordsHeading: "In words",
		BoxWords:     map[components.Box]string{components.BoxYes: "Yes", components.BoxNo: "No", components.BoxNotKnown: "Not known"},
		TableSummary: "The same as a table",
	}
	limbs := f.Rules.Limbs()
	for _, limb := range limbs {
		p.Columns = append(p.Columns, sentence(limb.Name))
	}
	for _, outcome := range f.Rules.Outcomes() {
		row := components.PictureRow{Label: f.Rules.OutcomeTitle(outcome.ID)}
		yes, no := 0, 0
		for _, limb := range limbs {
			box := components.BoxNotKnown
			switch said(f, outcome.ID, limb.ID) {
			case "yes":
				box = components.BoxYes
				yes++
			case "no":
				box = components.BoxNo
				no++
			}
			row.Boxes = append(row.Boxes, box)
		}
		switch {
		case yes > 0:
			row.Words = plural(yes, "way", "ways") + " of " + plural(len(limbs), "", "")[:1]
		case no == len(limbs):
			row.Words = "None reported"
		case slices.Contains(f.Facts.Get("outcomes."+outcome.ID+".applies"), "no"):
			row.Words = "Does not apply"
		default:
			row.Words = "Not known"
		}
		p.Rows = append(p.Rows, row)
	}
	return &p
}

func said(f casework.CaseFile, outcome, limb string) string {
	if v := f.Facts.Get("outcomes." + outcome + "." + limb); len(v) > 0 {
		return v[0]
	}
	return ""
}

// sentence gives words of the law a capital and an end.
func sentence(text string) string {
	return capitals([]string{text})[0]
}

func contactLine(rs *eligibility.Ruleset, contact care.Contact) pages.StaffContact {
	line := pages.StaffContact{When: contact.On, How: rs.Choice(casework.ListHow, contact.How), Note: contact.Note}
	if on, err := time.Parse(time.DateOnly, contact.On); err == nil {
		line.When = on.Format("2 January 2006")
	}
	line.By = "Logged by " + contact.ByName + ", " + longTime(contact.At)
	if contact.SeenAlone != "" {
		line.Detail = "Seen alone: " + rs.Choice(casework.ListSeenAlone, contact.SeenAlone) + "."
	}
	if contact.Advocate != "" {
		line.Detail += " Advocate: " + rs.Choice(casework.ListAdvocate, contact.Advocate) + "."
	}
	return line
}

// newFormID names one showing of a form, so that sending it twice stores it once.
func newFormID() string { return uuid.Must(uuid.NewV7()).String() }

// contactTyped is the contact form as it was filled in.
type contactTyped struct {
	ID, Day, Month, Year           string
	How, SeenAlone, Advocate, Note string
}

func (s *Server) contactForm(rs *eligibility.Ruleset, t contactTyped, problems map[string]string) pages.StaffContactForm {
	return pages.StaffContactForm{
		ID: t.ID, Day: t.Day, Month: t.Month, Year: t.Year, Note: t.Note,
		How:       choiceRadios(rs, "how", "How?", casework.ListHow, t.How, "", problems["how"]),
		SeenAlone: choiceRadios(rs, "seen_alone", "Did you see or speak to them alone?", casework.ListSeenAlone, t.SeenAlone, "", problems["seen_alone"]),
		Advocate:  choiceRadios(rs, "advocate", "Was there an advocate?", casework.ListAdvocate, t.Advocate, "", problems["advocate"]),
	}
}

// choiceRadios asks for one of a list of the content.
func choiceRadios(rs *eligibility.Ruleset, name, legend, list, value, hint, problem string) components.RadiosParams {
	p := components.RadiosParams{
		Name: name, Value: value, Classes: "govuk-radios--small",
		Fieldset:     &components.FieldsetParams{Legend: components.LegendParams{Text: legend, Classes: "govuk-fieldset__legend--s"}},
		Hint:         components.HintParams{Text: hint},
		ErrorMessage: components.ErrorMessageParams{Text: problem},
	}
	for _, choice := range rs.Choices(list) {
		p.Items = append(p.Items, components.RadioItem{Value: choice.ID, Text: choice.Label})
	}
	return p
}

// staffLogContact writes down a contact with the person.
func (s *Server) staffLogContact(c echo.Context) error {
	values, err := staffForm(c, "id", "on-day", "on-month", "on-year", "how", "seen_alone", "advocate", "note")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	id := values.Get("id")
	if _, err := uuid.Parse(id); err != nil {
		id = newFormID()
	}
	contact := care.Contact{
		On: onDate(values), How: values.Get("how"), SeenAlone: values.Get("seen_alone"), Advocate: values.Get("advocate"), Note: values.Get("note"),
	}
	err = s.Casework.LogContact(c.Request().Context(), visitOf(c).Actor, ref, id, contact)
	invalid := (*care.Invalid)(nil)
	if errors.As(err, &invalid) {
		f, err := s.openCase(c, "summary")
		if err != nil {
			return err
		}
		p := s.summaryPage(c, f)
		p.Layout.Error = true
		p.Problems = staffProblems(f.Rules, invalid, func(field string) string {
			if field == "on" {
				return "on-day"
			}
			return field
		})
		p.Contact = s.contactForm(f.Rules, contactTyped{
			ID: id, Day: values.Get("on-day"), Month: values.Get("on-month"), Year: values.Get("on-year"),
			How: contact.How, SeenAlone: contact.SeenAlone, Advocate: contact.Advocate, Note: contact.Note,
		}, p.Problems.ByField)
		return render(c, http.StatusUnprocessableEntity, pages.StaffSummary(p))
	}
	if shown, err := s.lockedPage(c, err, []pages.StaffTold{{Question: "Note", Answers: values["note"]}}); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"?done="+doneContact)
}

// onDate joins the three boxes of the date; nothing typed is "".
func onDate(values url.Values) string {
	v := joinDate(values, "on")
	if t, err := time.Parse("2006-1-2", v); err == nil {
		return t.Format(time.DateOnly)
	}
	return v
}
