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
	f, err := s.openCase(c, casework.PageSummary)
	if err != nil {
		return err
	}
	p := s.summaryPage(c, f)
	if p.Alike, err = s.alike(c.Request().Context(), visitOf(c).Actor, f); err != nil {
		return err
	}
	p.Success = placeDone(f.Rules, c.QueryParam("done"))
	switch c.QueryParam("done") {
	case doneTaken:
		p.Success = "The case is yours."
	case donePutBack:
		p.Success = "The case is back in the queue."
	case doneContact:
		p.Success = contactLogged
	case doneSettled:
		p.Success = f.Rules.Text("staff.withdraw_done", nil)
	}
	return render(c, http.StatusOK, pages.StaffSummary(p))
}

const contactLogged = "The contact is logged."

func (s *Server) summaryPage(c echo.Context, f casework.CaseFile) pages.StaffSummaryPage {
	rs, all := f.Rules, s.accounts(c, f)
	p := pages.StaffSummaryPage{
		StaffCase: s.staffCase(c, f, "", "Summary"),
		Caution:   rs.Text("staff.private_caution", nil),
		OwnNone:   rs.Text("staff.own_none", nil),
		Who:       whoAnswered(f, all),
		Later:     laterItems(f, sinceSent),
		Contact:   s.contactForm(f, contactTyped{ID: newFormID()}, nil),
	}
	for _, flag := range f.Flags() {
		line := pages.StaffFlag{Text: flag.Text, Citation: flag.Citation, Basis: rs.Choice("basis", flag.Basis), Priority: int(flag.Priority)}
		if flag.Priority > care.PriorityRoutine {
			p.Urgent = append(p.Urgent, line)
		} else {
			p.Flags = append(p.Flags, line)
		}
	}
	p.Private = privateLines(all)
	p.PrivateUrgent = f.SafetyMarked()
	for _, contact := range f.Contacts {
		p.Contacts = append(p.Contacts, contactLine(rs, contact))
	}
	s.tell(f, all, &p)
	p.Code = s.codeForm(f)
	if f.Status == care.StatusSent {
		p.Withdraw = s.settleForm(f, settleTyped{}, nil)
	}
	if f.Linked != "" {
		p.Linked = pages.Link{Text: "The form this came from: " + casework.FormatReference(f.Linked), Href: "/staff/case/" + f.Linked}
	}
	p.Shows, p.Changes, p.Differ = shows(f), wouldChange(f), differsOf(f)
	p.AnswersHref = casePath(f.Assessment) + "/answers"
	if shown := f.Shown(); shown != nil {
		// All that is not known is asked about, and not only what could still turn the suggestion: that would tell what it is.
		p.AskAbout, p.Weigh = capitals(rs.Topics(f.Answers, rs.Gaps(f.Facts), all[0].words)), capitals(rs.Topics(f.Answers, shown.Judgement, all[0].words))
	}
	if f.Assessed() || f.Kind == care.KindTransition {
		p.Prepare = pages.Link{Text: rs.Text("staff.prepare_link", nil), Href: casePath(f.Assessment) + "/" + pagePrepare}
	}
	if f.Assessed() && f.Indication != nil && !f.HidesSome() {
		p.Versions = pages.Link{Text: rs.Text("staff.versions_link", nil), Href: casePath(f.Assessment) + "/" + pageVersions}
	}
	return p
}

// tell lays out what was told: of each account apart where there are several.
func (s *Server) tell(f casework.CaseFile, all []account, p *pages.StaffSummaryPage) {
	on := func(paths ...string) func(account) []pages.StaffTold {
		return func(a account) []pages.StaffTold {
			rows := a.rules.ToldPages(a.Answers, a.words, paths...)
			return told(slices.DeleteFunc(rows, func(r eligibility.ToldRow) bool { return r.ID == "private" })) // it stands with the private ones
		}
	}
	p.Details = blocks(all, on(reachPages...))
	if newestOwn(f) > 0 {
		p.OwnContact = f.Rules.Text("staff.own_contact", nil)
	}
	p.Helper = on(helperPages...)(all[0])
	p.About = blocks(all, on(aboutPages...))
	if !f.Answers.Visited("check") { // one of the forms that are sent at once
		form := "contact"
		if f.Kind == care.KindConcern {
			form = "questions/send"
		}
		p.Form = told(f.Rules.ToldForm(form, f.Answers, all[0].words))
		return
	}
	p.Matters = f.Kind != care.KindChildren
	p.Own = blocks(all, func(a account) []pages.StaffTold { return told(a.rules.ToldMatters(a.Answers, a.words)) })
	if f.Assessed() || f.Indication != nil {
		p.Picture, p.Dots = outcomesPicture(f), wellbeingDots(f)
	}
	if !f.Assessed() {
		p.Daily = dailyLife(f, all[0])
	}
}

// dailyLife tells what was told of each outcome where no findings are made. Those that nobody chose, of which one answer says
// the same for all, stand together at the end.
func dailyLife(f casework.CaseFile, a account) []pages.StaffBlock {
	var out []pages.StaffBlock
	var rest pages.StaffBlock
	for _, outcome := range f.Rules.Outcomes() {
		rows := a.rules.ToldOutcome(a.Answers, outcome.ID, a.words)
		switch {
		case len(rows) == 1 && !rows[0].Answered:
		case len(rows) == 1 && rows[0].ID == "second_look":
			rest = pages.StaffBlock{Title: "The others", Rows: told(rows)}
		default:
			out = append(out, pages.StaffBlock{Title: f.Rules.OutcomeTitle(outcome.ID), Rows: outcomeTold(a, outcome.ID)})
		}
	}
	if rest.Rows != nil {
		out = append(out, rest)
	}
	return out
}

// The pages of the journeys by what they are about. One that a journey does not have tells nothing.
var (
	reachPages  = []string{"you/name", "you/where", "you/where/more", "you/country", "you/council", "you/contact"}
	helperPages = []string{"proxy/who", "proxy/know", "proxy/decide", "proxy/concern"}
	aboutPages  = []string{
		"young", "young/route", "young/plan", "carer/person", "today", "about", "carer/care", "carer/go-on", "carer/health",
		"talk", "talk/more", "life", "carer/emergency", "carer/link", "check",
	}
)

// whoAnswered says whose words these are, and who typed them.
func whoAnswered(f casework.CaseFile, all []account) []string {
	rs := f.Rules
	lines := []string{rs.Text("staff.who."+string(f.Kind), nil)}
	switch {
	case f.Rules.Voice(f.Answers) == care.VoiceHelper:
		lines = []string{rs.Text("staff.who.helper", nil)}
	case f.KeyedByName != "":
		lines = nil // nobody knows whose device it was: there was none
	}
	if f.KeyedByName != "" {
		lines = append(lines, rs.Text("staff.who.keyed."+f.KeyedHow, eligibility.Words{"name": f.KeyedByName}))
	}
	if len(all) == 1 {
		return lines
	}
	if slices.ContainsFunc(all, func(a account) bool { return a.Voice == care.VoiceSelf }) && slices.ContainsFunc(all, func(a account) bool { return a.Voice == care.VoiceHelper }) {
		lines = append(lines, rs.Text("staff.who.both", nil))
	}
	for _, a := range all {
		lines = append(lines, a.title+". "+a.sent)
	}
	return lines
}

// privateLines are what each account said in private. Whether they were alone matters beside what they said; where nothing
// was said, a flag asks for a talk in private.
func privateLines(all []account) []string {
	var lines []string
	for _, a := range all {
		rows := a.rules.Private(a.Answers, a.words)
		if !slices.ContainsFunc(rows, func(r eligibility.ToldRow) bool { return r.ID != "private" }) {
			continue
		}
		for _, row := range rows {
			line := row.Question + " " + strings.Join(row.Answers, "; ")
			if a.title != "" {
				line = a.title + ": " + line
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// shows says what the rules suggest. Of what may come after 18 it is told in words of its own.
func shows(f casework.CaseFile) []string {
	shown := f.Shown()
	switch {
	case shown == nil && f.Assessed():
		return []string{f.Rules.Text("staff.shows.review", nil)}
	case shown == nil:
		return nil
	case f.HidesSome():
		return []string{f.Rules.Text("staff.view_first.summary", nil)}
	}
	key := "staff.shows."
	if f.Kind == care.KindTransition {
		key += "transition."
	}
	lines := []string{f.Rules.Text(key+string(shown.Suggestion), nil)}
	if f.Both != nil {
		lines = append(lines, f.Rules.Text("staff.shows.both", nil))
	}
	return lines
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
		ID: "outcomes", Title: "What was told about each outcome", RowHeading: "Outcome", WordsHeading: "In words",
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
		if f.Differ(outcome.ID) != "" {
			row.Words += ". They differ"
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

func (s *Server) contactForm(f casework.CaseFile, t contactTyped, problems map[string]string) pages.StaffContactForm {
	rs, on := f.Rules, ""
	if f.Assessed() {
		on = rs.Text("staff.contact_on", nil)
	}
	return pages.StaffContactForm{
		On: on,
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
	values, err := staffForm(c, "do", "id", "on-day", "on-month", "on-year", "how", "seen_alone", "advocate", "note")
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
		f, err := s.openCase(c, casework.PageSummary)
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
		p.Contact = s.contactForm(f, contactTyped{
			ID: id, Day: values.Get("on-day"), Month: values.Get("on-month"), Year: values.Get("on-year"),
			How: contact.How, SeenAlone: contact.SeenAlone, Advocate: contact.Advocate, Note: contact.Note,
		}, p.Problems.ByField)
		return render(c, http.StatusUnprocessableEntity, pages.StaffSummary(p))
	}
	if shown, err := s.lockedPage(c, err, []pages.StaffTold{{Question: "Note", Answers: values["note"]}}); shown || err != nil {
		return err
	}
	if values.Get("do") == "on" {
		return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/answers?done="+doneContact)
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
