package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// What was just done, as in doneTaken.
const (
	doneShared        = "shared"
	doneDraftNoted    = "draft-noted"
	doneSecond        = "second"
	doneCountersigned = "countersigned"
	doneSentBack      = "sent-back"
)

// sharingPart lays out the draft on its way to the person.
func (s *Server) sharingPart(f casework.CaseFile) pages.StaffSharing {
	rs := f.Rules
	p := pages.StaffSharing{Lines: []string{rs.Text("staff.draft.intro", nil)}, Once: newFormID()}
	told, ok := f.Told()
	if ok {
		sent := rs.Text("staff.draft.sent", eligibility.Words{"when": longTime(told.At), "name": told.ByName, "how": rs.Choice(casework.ListDraftHow, told.How)})
		p.Told = append(p.Told, pages.StaffTold{Question: sent, Answers: []string{rs.Text("staff.draft.none", nil)}})
		if len(told.Replies) > 0 {
			p.Told[0].Answers = nil
		}
		for _, reply := range told.Replies {
			line := join(longTime(reply.At)+": "+rs.Choice(casework.ListDraftReply, reply.Choice), reply.Text)
			if reply.NotedBy != "" {
				line = join(line, "Written down by "+reply.NotedBy)
			}
			p.Told[0].Answers = append(p.Told[0].Answers, line)
		}
		p.Note = pages.StaffNoteReply{
			Title: rs.Text("staff.draft.note", nil), Label: rs.Text("staff.draft.note_words", nil), Once: newFormID(),
			Choice: choiceRadios(rs, "draft_choice", rs.Text("draft.ask", nil), casework.ListDraftReply, "", "", ""),
		}
	}
	if !f.Shareable() {
		p.Lines = append(p.Lines, rs.Text("staff.draft.not_ready", nil))
		return p
	}
	p.Lines = append(p.Lines, rs.Text("staff.draft.caution", nil))
	p.Now = draftRows(rs, f.DraftNow())
	p.How = choiceRadios(rs, "draft_how", rs.Text("staff.draft.how", nil), casework.ListDraftHow, "", "", "")
	p.Button = rs.Text("staff.draft.send", nil)
	return p
}

// draftRows tells a draft in the words in which the person reads it.
func draftRows(rs *eligibility.Ruleset, d care.SharedDraft) []pages.StaffTold {
	var rows []pages.StaffTold
	for _, o := range d.Outcomes {
		rows = append(rows, pages.StaffTold{Question: rs.OutcomeTitle(o.Outcome), Answers: nonEmpty(draftFound(rs, nil, o), o.Reason)})
	}
	rows = append(rows, pages.StaffTold{Question: rs.Text("draft.decision", nil), Answers: []string{rs.Text("draft.decision."+d.Decision, nil)}})
	if d.Reason != "" {
		rows = append(rows, pages.StaffTold{Question: rs.Text("draft.reason", nil), Answers: []string{d.Reason}})
	}
	var advice []string
	for _, a := range d.Advices {
		advice = append(advice, draftAdvice(rs, nil, a))
	}
	if advice != nil {
		rows = append(rows, pages.StaffTold{Question: rs.Text("draft.advice", nil), Answers: advice})
	}
	if d.Next != "" {
		rows = append(rows, pages.StaffTold{Question: rs.Text("draft.next", nil), Answers: []string{d.Next}})
	}
	return rows
}

func draftFound(rs *eligibility.Ruleset, w eligibility.Words, o care.SharedDraftResult) string {
	if o.Conclusion == care.ConcludesUnable {
		return rs.Text("draft.hard", w)
	}
	return rs.Text("draft.fine", w)
}

func draftAdvice(rs *eligibility.Ruleset, _ eligibility.Words, a care.Advice) string {
	action := strings.TrimSpace(a.Action)
	if action != "" && !strings.ContainsAny(action[len(action)-1:], ".!?") {
		action += "."
	}
	return rs.Text("draft.advice_line", eligibility.Words{"action": action, "who": a.Who, "phone": a.Phone, "date": longDay(a.By)})
}

// secondPart says if a second signature is needed, how it stands, and offers to ask for it.
func (s *Server) secondPart(f casework.CaseFile) pages.StaffSecondPart {
	rs := f.Rules
	p := pages.StaffSecondPart{Why: rs.Text("staff.second.why", nil), Once: newFormID()}
	for _, reason := range f.SecondReasons() {
		p.Reasons = append(p.Reasons, rs.Choice(casework.ListSecond, reason))
	}
	if p.Reasons == nil {
		return p
	}
	last, asked := f.LastStep()
	given, ok := f.Countersigned()
	switch {
	case ok:
		p.Lines = append(p.Lines, rs.Text("staff.second.given", eligibility.Words{"name": given.ByName, "when": longTime(given.At)}))
		return p
	case f.Waits():
		p.Lines = append(p.Lines, rs.Text("staff.second.waits", eligibility.Words{"when": longTime(last.At)}))
		p.See = pages.Link{Text: rs.Text("staff.second.link", nil), Href: casePath(f.Assessment) + "/second"}
		return p
	case asked && last.Kind == care.EntrySentBack:
		p.Lines = append(p.Lines, rs.Text("staff.second.back", eligibility.Words{"name": last.ByName, "when": longTime(last.At), "text": last.Text}))
	}
	if casework.ReadyForSecond(f) {
		p.Button = rs.Text("staff.second.ask", nil)
	} else {
		p.Lines = append(p.Lines, rs.Text("staff.second.after", nil))
	}
	return p
}

// recordAgain shows the page of the record with a form on it that was refused: which fields are wrong, and what was typed.
func (s *Server) recordAgain(c echo.Context, status int, fields map[string]string, put func(*pages.StaffRecordPage)) error {
	f, err := s.openCase(c, "record")
	if err != nil {
		return err
	}
	return s.showRecord(c, status, f, f.Record, nil, func(p *pages.StaffRecordPage) {
		p.Layout.Error = true
		p.Problems.ByField = map[string]string{}
		for field, key := range fields {
			text := f.Rules.Text(key, eligibility.Words{"max": mostChars(care.Problem{})})
			p.Problems.ByField[field] = text
			p.Problems.Summary = append(p.Problems.Summary, components.ErrorSummaryItem{Text: text, Href: "#" + field})
		}
		if put != nil {
			put(p)
		}
	})
}

// staffShareDraft tells the person what will be recorded.
func (s *Server) staffShareDraft(c echo.Context) error {
	values, err := staffForm(c, fieldOnce, "seen", "draft_how")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	v := visitOf(c)
	err = s.Casework.ShareDraft(c.Request().Context(), v.Actor, v.Council, ref, values.Get("draft_how"), values.Get("seen"), values.Get(fieldOnce))
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		fields := map[string]string{}
		for _, p := range invalid.Problems {
			switch {
			case p.Code == "no_code":
				fields["draft_how"] = "staff.error.no_code"
			case p.Field == "draft":
				fields["draft"] = "staff.error.draft"
			default:
				fields["draft_how"] = "staff.error.draft_how"
			}
		}
		return s.recordAgain(c, http.StatusUnprocessableEntity, fields, func(p *pages.StaffRecordPage) {
			p.Sharing.How.Value, p.Sharing.How.ErrorMessage.Text = values.Get("draft_how"), p.Problems.ByField["draft_how"]
			p.Sharing.Once = onceOr(values.Get(fieldOnce))
		})
	case errors.Is(err, care.ErrConflict):
		return s.recordAgain(c, http.StatusConflict, map[string]string{"draft": "staff.error.changed"}, nil)
	}
	if shown, err := s.lockedPage(c, err, nil); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/record?done="+doneShared)
}

// staffNoteReply writes down what the person said of the draft.
func (s *Server) staffNoteReply(c echo.Context) error {
	values, err := staffForm(c, fieldOnce, "draft_choice", "draft_text")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.NoteDraftReply(c.Request().Context(), visitOf(c).Actor, ref, values.Get("draft_choice"), values.Get("draft_text"), values.Get(fieldOnce))
	invalid := (*care.Invalid)(nil)
	if errors.As(err, &invalid) {
		fields := map[string]string{}
		for _, p := range invalid.Problems {
			switch {
			case p.Field == "choice":
				fields["draft_choice"] = "staff.error.draft_choice"
			case p.Code == "too_long":
				fields["draft_text"] = "staff.error.too_long"
			default:
				fields["draft_text"] = "staff.error.draft_text"
			}
		}
		return s.recordAgain(c, http.StatusUnprocessableEntity, fields, func(p *pages.StaffRecordPage) {
			p.Sharing.Note.Text, p.Sharing.Note.Once = values.Get("draft_text"), onceOr(values.Get(fieldOnce))
			p.Sharing.Note.Choice.Value, p.Sharing.Note.Choice.ErrorMessage.Text = values.Get("draft_choice"), p.Problems.ByField["draft_choice"]
		})
	}
	if shown, err := s.lockedPage(c, err, []pages.StaffTold{{Question: "What they said", Answers: nonEmpty(values.Get("draft_text"))}}); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/record?done="+doneDraftNoted)
}

// staffAskSecond asks a colleague for a second signature.
func (s *Server) staffAskSecond(c echo.Context) error {
	values, err := staffForm(c, fieldOnce, "seen")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.AskSecond(c.Request().Context(), visitOf(c).Actor, ref, values.Get("seen"), values.Get(fieldOnce))
	var missing *casework.NotSignable
	switch {
	case errors.As(err, &missing):
		return s.recordAgain(c, http.StatusUnprocessableEntity, map[string]string{"second": "staff.second.after"}, nil)
	case errors.Is(err, care.ErrConflict):
		return s.recordAgain(c, http.StatusConflict, map[string]string{"second": "staff.error.changed"}, nil)
	}
	if shown, err := s.lockedPage(c, err, nil); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/record?done="+doneSecond)
}

// staffSecond is the page of the second signature.
func (s *Server) staffSecond(c echo.Context) error {
	f, err := s.openCase(c, casework.PageSecond)
	if err != nil {
		return err
	}
	p, err := s.secondPage(c, f)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, pages.StaffSecond(p))
}

func (s *Server) secondPage(c echo.Context, f casework.CaseFile) (pages.StaffSecondPage, error) {
	rs, v := f.Rules, visitOf(c)
	p := pages.StaffSecondPage{
		StaffCase: s.staffCase(c, f, "second", "Second signature"), Why: rs.Text("staff.second.why", nil), Once: newFormID(), Read: f.Fingerprint(),
		Confirm: rs.Text("staff.second.confirm", eligibility.Words{"council": v.Council.Name}), Sign: rs.Text("staff.second.sign", nil),
		Back: rs.Text("staff.second.send_back", nil), Label: rs.Text("staff.second.text", nil), Hint: rs.Text("staff.second.text_hint", nil),
	}
	p.Success = map[string]string{
		doneCountersigned: rs.Text("staff.second.signed", nil), doneSentBack: rs.Text("staff.second.sent_back", nil),
	}[c.QueryParam("done")]
	asked, _ := f.LastStep()
	if !f.Waits() || f.Locked() {
		if p.Success == "" {
			p.Lines = []string{rs.Text("staff.second.none", nil)}
		}
		return p, nil
	}
	p.Lines = []string{
		rs.Text("staff.second.asked_by", eligibility.Words{"name": asked.ByName, "when": longTime(asked.At)}), rs.Text("staff.second.intro", nil),
	}
	for _, reason := range asked.Reasons {
		p.Reasons = append(p.Reasons, rs.Choice(casework.ListSecond, reason))
	}
	p.May = asked.ByID != v.Actor.ID
	if !p.May {
		p.Lines = append(p.Lines, rs.Text("staff.second.not_you", nil))
	}
	record, err := s.Casework.Preview(c.Request().Context(), f)
	if err != nil {
		return p, err
	}
	p.Sections, p.Outcomes = recordSections(rs, record)
	// What stays out of the record is read here all the same: the second signature is about it, too.
	var kept []pages.StaffTold
	if f.SafetyMarked() {
		kept = makingRows(rs, care.Making{Risk: f.Record.Making.Risk, RiskWith: f.Record.Making.RiskWith})
	}
	if known := f.Record.Ending.AbuseKnown; known != "" {
		kept = append(kept, pages.StaffTold{Question: rs.Text("staff.end.abuse_known", nil), Answers: []string{known}})
	}
	if len(kept) > 0 {
		p.Sections = append(p.Sections, pages.StaffSection{Title: rs.Text("staff.second.kept", nil), Rows: kept})
	}
	return p, nil
}

// staffCountersign gives the second signature or sends the record back.
func (s *Server) staffCountersign(c echo.Context) error {
	values, err := staffForm(c, fieldOnce, "read", "confirm", "text", fieldDo)
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	back := values.Get(fieldDo) == "back"
	again := func(status int, fields map[string]string) error {
		f, err := s.openCase(c, casework.PageSecond)
		if err != nil {
			return err
		}
		p, err := s.secondPage(c, f)
		if err != nil {
			return err
		}
		p.Layout.Error, p.Text, p.Problems.ByField = true, values.Get("text"), map[string]string{}
		for field, key := range fields {
			text := f.Rules.Text(key, eligibility.Words{"max": mostChars(care.Problem{})})
			p.Problems.ByField[field] = text
			p.Problems.Summary = append(p.Problems.Summary, components.ErrorSummaryItem{Text: text, Href: "#" + field})
		}
		return render(c, status, pages.StaffSecond(p))
	}
	if !back && values.Get("confirm") != "yes" {
		return again(http.StatusUnprocessableEntity, map[string]string{"confirm": "staff.error.second_confirm"})
	}
	err = s.Casework.Countersign(c.Request().Context(), visitOf(c).Actor, ref, values.Get("read"), back, values.Get("text"), values.Get(fieldOnce))
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		fields := map[string]string{}
		for _, p := range invalid.Problems {
			switch p.Code {
			case "same_person", "not_registered":
				fields[map[bool]string{true: "text", false: "confirm"}[back]] = "staff.error." + p.Code
			case "too_long":
				fields["text"] = "staff.error.too_long"
			default:
				fields["text"] = "staff.error.second_text"
			}
		}
		return again(http.StatusUnprocessableEntity, fields)
	case errors.Is(err, care.ErrConflict):
		return again(http.StatusConflict, map[string]string{"signer": "staff.error.changed"})
	}
	if shown, err := s.lockedPage(c, err, []pages.StaffTold{{Question: "Why you send it back", Answers: nonEmpty(values.Get("text"))}}); shown || err != nil {
		return err
	}
	done := doneCountersigned
	if back {
		done = doneSentBack
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/second?done="+done)
}

// owedKinds are what can be owed, by the last part of the address of its list.
var owedKinds = []string{care.OwesSecond, care.OwesCopy, care.OwesTransition}

// owedLinks lead from the queue to the lists on which something stands.
func (s *Server) owedLinks(c echo.Context, rs *eligibility.Ruleset) ([]pages.Link, error) {
	var out []pages.Link
	for _, what := range owedKinds {
		lines, err := s.Casework.Owed(c.Request().Context(), visitOf(c).Actor, what)
		if err != nil {
			return nil, err
		}
		if n := len(lines); n > 0 {
			count := strconv.Itoa(n)
			if n == casework.OwedLimit {
				count += " or more"
			}
			out = append(out, pages.Link{Text: rs.Text("staff.owed.title."+what, nil) + ": " + count, Href: "/staff/owed/" + what})
		}
	}
	return out, nil
}

// staffOwed lists the cases on which something is owed.
func (s *Server) staffOwed(c echo.Context) error {
	what := c.Param("what")
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	p := pages.StaffOwedPage{Title: rs.Text("staff.owed.title."+what, nil)}
	known := false
	for _, kind := range owedKinds {
		if kind == what {
			known = true
			continue
		}
		p.Others = append(p.Others, pages.Link{Text: rs.Text("staff.owed.title."+kind, nil), Href: "/staff/owed/" + kind})
	}
	if !known {
		return care.ErrNotFound
	}
	v := visitOf(c)
	lines, err := s.Casework.Owed(c.Request().Context(), v.Actor, what)
	if err != nil {
		return err
	}
	p.Law, p.None, p.Layout = rs.Text("staff.owed.law."+what, nil), rs.Text("staff.owed.none."+what, nil), s.staffLayout(c, p.Title)
	page := map[string]string{care.OwesSecond: "/second", care.OwesCopy: "/signed#copy", care.OwesTransition: "/signed"}[what]
	for _, l := range lines {
		row := pages.StaffOwedRow{
			Name: nameOf(l.Summary), Href: "/staff/case/" + l.Reference + page, Reference: casework.FormatReference(l.Reference),
			Kind: rs.Choice("kinds", string(l.Kind)), Since: "Since " + longDate(l.From) + ".",
		}
		if l.Restricted && l.Summary.Name == "" {
			row.Name = "A restricted case"
		}
		if l.WorkerName != "" {
			row.Worker = " " + l.WorkerName + "."
		}
		p.Rows = append(p.Rows, row)
	}
	return render(c, http.StatusOK, pages.StaffOwed(p))
}
