package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// statusPath is "Where your form stands"; what can be done there is posted below it.
const statusPath = "status"

// doNotSure is the second button under a worker's question.
const doNotSure = "not_sure"

// A refused form of the status page: which one, what was typed into it, and what is wrong.
type refusedForm struct {
	form    string // "add", or the id of the worker's question
	typed   map[string][]string
	invalid *care.Invalid
}

// showStatus tells where a form stands. Before it is sent there is nothing to tell.
func (s *Server) showStatus(c echo.Context) error {
	if v := visitOf(c); v.unsent() {
		return c.Redirect(http.StatusSeeOther, placeOf(v.Council, *v.Draft))
	}
	return s.statusPageOf(c, http.StatusOK, refusedForm{})
}

func (s *Server) statusPageOf(c echo.Context, code int, refused refusedForm) error {
	v := visitOf(c)
	if v.Session.Locked {
		return s.showLocked(c)
	}
	moved, err := s.Casework.MovedTo(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	if moved != nil {
		return s.movedPage(c, moved)
	}
	st, err := s.Casework.Status(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	rs, w := v.Draft.Rules, s.words(v)
	w["date"] = longDate(casework.Promised(st.Assessment, v.Council))
	p := pages.StatusPage{
		Title: rs.Text("status.title", w), Numbers: numbersToRing(v.Council),
		Finish:    pages.Button{Text: rs.Text("sent.finish", w), Action: councilPath(v.Council, "finish")},
		Finishing: rs.Text("sent.finish_hint", w),
	}
	if st.GoesOn != nil {
		p.GoesOn = rs.Texts("status.goes_on", w)
		if st.GoesOn.Reference != "" {
			w["ref"] = casework.FormatReference(st.GoesOn.Reference)
			p.GoesOn = rs.Texts("status.goes_on_with", w)
		}
	}
	if v.Session.As == care.CodeHelper {
		if st.GoesOn != nil { // nothing can be added here any more
			p.GoesOn = rs.Texts("status.goes_on_helper", w)
		}
		p.Title, p.Lines, p.Finishing = rs.Text("status.thanks_title", w), rs.Texts("status.thanks", w), ""
		p.Layout = s.layout(c, rs, p.Title, "")
		return render(c, code, pages.Status(p))
	}
	p.Layout = s.layout(c, rs, p.Title, "")
	p.Layout.Error = refused.invalid != nil
	p.Banner = banners(rs, w)[c.QueryParam(done)]
	p.RefLabel, p.Reference = rs.Text("sent.reference", w), casework.FormatReference(st.Reference)
	p.Steps, p.Lines = statusSteps(rs, w, st), rs.Texts("status.worse", w)
	p.Withdrawn = withdrawn(rs, w, st)
	if st.Overdue {
		p.Overdue = append(rs.Texts("status.overdue", w), rs.Texts("status.overdue_call", w)...)
		p.OverdueDo = []pages.Link{{Text: rs.Text("page.contact", w), Href: councilPath(v.Council, "contact")}}
		if v.Council.ComplaintURL != "" {
			p.OverdueDo = append(p.OverdueDo, pages.Link{Text: rs.Text("status.overdue_complain", w), Href: v.Council.ComplaintURL})
		}
	}
	has, err := s.Casework.HasLetter(c.Request().Context(), v.Actor, st.Draft)
	if err != nil {
		return err
	}
	if has {
		p.Letter = pages.Link{Text: rs.Text("letter.link", w), Href: councilPath(v.Council, letterPath)}
		p.Again = pages.Link{Text: rs.Text("letter.again", w), Href: "#add"}
	}
	if st.GoesOn != nil {
		p.Steps = nil
	} else {
		s.statusHow(c, &p, st, refused)
	}
	if len(st.Drafts) > 0 {
		p.DraftLines = rs.Texts("draft.intro", w)
		p.Draft = pages.Link{Text: rs.Text("draft.see", w), Href: councilPath(v.Council, draftPath)}
		if len(st.Drafts[len(st.Drafts)-1].Replies) > 0 { // nobody is asked for what they have said
			p.DraftLines, p.Draft.Text = rs.Texts("draft.answered", w), rs.Text("draft.read_again", w)
		}
	}
	s.statusForms(c, &p, st, refused)
	s.statusLinks(&p, v, st)
	return render(c, code, pages.Status(p))
}

// statusForms adds what can be sent: answers to a worker's questions, and anything new.
func (s *Server) statusForms(c echo.Context, p *pages.StatusPage, st casework.Status, refused refusedForm) {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	shown := func(form string, page care.Page) pages.Form {
		if form != refused.form {
			return s.form(rs, w, page, care.Answers{}, nil)
		}
		return s.form(rs, w, page, asTyped(refused.typed), refused.invalid)
	}
	for _, a := range st.Asked {
		w["date"] = longDate(a.At)
		item := pages.AskedItem{When: rs.Text("status.asked", w), Text: a.Text}
		switch {
		case a.Replied && a.Reply == "":
			item.Said = rs.Text("status.replied_not_sure", w)
		case a.Replied:
			item.Said = rs.Text("status.replied", eligibility.Words{"reply": a.Reply})
		default:
			item.Form, item.NotSure = shown(a.ID, replyPage(rs, w, a.ID)), rs.Text("status.reply_not_sure", w)
			item.Form.Action, item.Form.Once = councilPath(v.Council, statusPath+"/answer/"+a.ID), onceKey(c)
		}
		p.Asked = append(p.Asked, item)
	}
	if p.Asked != nil {
		p.AskedTitle, p.AskedLines = rs.Text("status.asked_title", w), rs.Texts("status.asked_lines", w)
	}
	p.AddTitle, p.AddLines = rs.Text("status.add_title", w), rs.Texts("status.not_straight_away", w)
	p.Add = shown("add", addPage(rs, w))
	p.Add.Action, p.Add.Once = councilPath(v.Council, statusPath+"/add"), onceKey(c)
	if len(st.Added) > 0 {
		p.AddedTitle = rs.Text("status.added_title", w)
	}
	for _, a := range st.Added {
		w["date"] = longDate(a.At)
		p.Added = append(p.Added, pages.AddedItem{When: rs.Text("status.added_on", w), Text: a.Text})
	}
}

// statusLinks adds where else to go: other things for whoever wrote the form than for somebody it was written about.
func (s *Server) statusLinks(p *pages.StatusPage, v *visit, st casework.Status) {
	rs, w := v.Draft.Rules, s.words(v)
	link := func(text, path string) pages.Link {
		return pages.Link{Text: text, Href: councilPath(v.Council, path)}
	}
	p.MoreTitle = rs.Text("status.more_title", w)
	p.More = []pages.Link{link(rs.Text("status.diary", w), "diary")}
	if v.Session.As == care.CodePerson {
		p.Own = pages.Panel{
			Title: rs.Text("status.own_title", w), Lines: rs.Texts("status.own_lines", w),
			Do: pages.Button{Text: rs.Text("status.own_button", w), Action: councilPath(v.Council, statusPath+"/own")},
		}
		p.End = pages.Panel{
			Title: rs.Text("status.end_title", w), Lines: rs.Texts("status.end_lines", w), Quiet: true,
			Do: pages.Button{Text: rs.Text("status.end_button", w), Action: councilPath(v.Council, statusPath+"/end-helpers")},
		}
	} else {
		p.More = append(p.More,
			link(rs.Text("status.helpers", w), "helpers"),
			link(rs.Text("status.code", w), "save"),
			link(rs.Text("status.copy", w), "copy"),
			link(rs.Text("status.held", w), "held"))
	}
	if st.Withdrawal != "asked" {
		p.More = append(p.More, link(rs.Text("status.withdraw", w), statusPath+"/withdraw"))
	}
}

// banners are what is said once something was done, by the word in the address.
func banners(rs *eligibility.Ruleset, w eligibility.Words) map[string]string {
	return map[string]string{
		"added":    rs.Text("status.done_added", w),
		"replied":  rs.Text("status.done_replied", w),
		"withdraw": rs.Text("status.done_withdraw", w),
		"ended":    rs.Text("status.done_ended", w),
		"draft":    rs.Text("draft.done", w),
		"how":      rs.Text("waiting.done", w),
		"worse":    rs.Text("waiting.done_worse", w),
	}
}

func withdrawn(rs *eligibility.Ruleset, w eligibility.Words, st casework.Status) string {
	switch st.Withdrawal {
	case "asked":
		return rs.Text("withdraw.asked", w)
	case casework.ChoiceClosed:
		return rs.Text("withdraw.closed", w)
	case casework.ChoiceGoesOn:
		return rs.Text("withdraw.goes_on", w)
	}
	return ""
}

// statusSteps are the four steps with what is known of each. w has the promised day as {date}.
func statusSteps(rs *eligibility.Ruleset, w eligibility.Words, st casework.Status) []pages.Step {
	on := eligibility.Words{"date": longDate(st.SentAt)}
	sent := rs.Texts("status.sent_on", on)
	if st.Guest {
		sent = rs.Texts("status.sent_for", on)
	}
	steps := []pages.Step{
		{Title: rs.Text("status.sent", w), Lines: sent},
		{Title: rs.Text("status.read", w), Lines: rs.Texts("status.read_by", w)},
		{Title: rs.Text("status.contacted", w), Lines: rs.Texts("status.contacted_next", w)},
		{Title: rs.Text("status.decided", w), Lines: rs.Texts("status.decided_next", w)},
	}
	if st.Step >= casework.StepRead {
		steps[casework.StepRead-1].Lines = rs.Texts("status.read_now", w)
	}
	if st.Step >= casework.StepContacted {
		steps[casework.StepContacted-1].Lines = rs.Texts("status.contacted_done", w)
		if t, err := time.Parse(time.DateOnly, st.Contacted); err == nil {
			steps[casework.StepContacted-1].Lines = rs.Texts("status.contacted_on", eligibility.Words{"date": longDate(t)})
		}
	}
	if st.Step >= casework.StepDecided {
		steps[casework.StepDecided-1].Lines = rs.Texts("status.decided_done", w)
		for _, at := range st.Records {
			made := rs.Texts("status.record_made", eligibility.Words{"date": longDate(at)})
			steps[casework.StepDecided-1].Lines = append(steps[casework.StepDecided-1].Lines, made...)
		}
	}
	for i := range steps {
		switch step := i + 1; {
		case step < st.Step:
			steps[i].Tag, steps[i].Done = rs.Text("status.tag_done", w), true
		case step == st.Step:
			steps[i].Tag, steps[i].Now = rs.Text("status.tag_now", w), true
		default:
			steps[i].Tag = rs.Text("status.tag_next", w)
		}
	}
	return steps
}

// addPage takes something new; replyPage the answer to a worker's question.
func addPage(rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	return care.Page{Button: rs.Text("status.add_button", w), Questions: []care.Question{{
		ID: "text", Kind: care.KindTextarea, Text: rs.Text("status.add", w), Hint: rs.Text("status.add_hint", w), MaxChars: casework.NoteMax,
	}}}
}

const replyPrefix = "reply-"

func replyPage(rs *eligibility.Ruleset, w eligibility.Words, question string) care.Page {
	return care.Page{Button: rs.Text("status.reply_button", w), Questions: []care.Question{{
		ID: replyPrefix + question, Kind: care.KindTextarea, Text: rs.Text("status.reply", w), MaxChars: casework.NoteMax,
	}}}
}

// answerOf puts the problems of a verb at the field of the form in which the words were typed.
func answerOf(invalid *care.Invalid, field string) *care.Invalid {
	out := &care.Invalid{}
	for _, p := range invalid.Problems {
		p.Field = field
		out.Problems = append(out.Problems, p)
	}
	return out
}

// add sends what the person wants to add.
func (s *Server) add(c echo.Context) error {
	v := visitOf(c)
	typed, err := readOwn(c, addPage(v.Draft.Rules, s.words(v)))
	if err != nil {
		return err
	}
	err = s.Casework.AddTo(c.Request().Context(), v.Actor, strings.Join(typed["text"], "\n"), c.FormValue(fieldOnce))
	return s.afterStatus(c, err, refusedForm{form: "add", typed: typed}, "text", "added")
}

// reply answers a worker's question: in words, with "not sure", or both.
func (s *Server) reply(c echo.Context) error {
	v, question := visitOf(c), c.Param("question")
	field := replyPrefix + question
	typed, err := readOwn(c, replyPage(v.Draft.Rules, s.words(v), question))
	if err != nil {
		return err
	}
	notSure := c.FormValue(fieldDo) == doNotSure
	err = s.Casework.Reply(c.Request().Context(), v.Actor, question, strings.Join(typed[field], "\n"), notSure, c.FormValue(fieldOnce))
	return s.afterStatus(c, err, refusedForm{form: question, typed: typed}, field, "replied")
}

// afterStatus goes back to the status page: with what was done, or with what was typed and what is wrong with it.
func (s *Server) afterStatus(c echo.Context, err error, refused refusedForm, field, what string) error {
	var invalid *care.Invalid
	if errors.As(err, &invalid) {
		refused.invalid = answerOf(invalid, field)
		return s.statusPageOf(c, http.StatusUnprocessableEntity, refused)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(visitOf(c).Council, statusPath)+"?"+done+"="+what)
}

// askWithdraw says what asking to stop means, before anybody asks.
func (s *Server) askWithdraw(c echo.Context) error {
	v := visitOf(c)
	if v.unsent() || v.Session.As == care.CodeHelper {
		return c.Redirect(http.StatusSeeOther, placeOf(v.Council, *v.Draft))
	}
	return s.withdrawPageOf(c, http.StatusOK, nil, nil)
}

func withdrawPage(rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	return care.Page{Button: rs.Text("withdraw.button", w), Questions: []care.Question{{
		ID: "text", Kind: care.KindTextarea, Text: rs.Text("withdraw.why", w), Hint: rs.Text("withdraw.why_hint", w), MaxChars: casework.NoteMax,
	}}}
}

func (s *Server) withdrawPageOf(c echo.Context, code int, typed map[string][]string, invalid *care.Invalid) error {
	v := visitOf(c)
	if v.Session.Locked {
		return s.showLocked(c)
	}
	rs, w := v.Draft.Rules, s.words(v)
	way := councilPath(v.Council, statusPath)
	layout := s.layout(c, rs, rs.Text("withdraw.title", w), way)
	layout.Error = invalid != nil
	p := pages.AskPage{
		Layout: layout, Title: rs.Text("withdraw.title", w), Lines: rs.Texts("withdraw.lines", w),
		Form:  s.form(rs, w, withdrawPage(rs, w), asTyped(typed), invalid),
		Links: []pages.Link{{Text: rs.Text("withdraw.keep", w), Href: way}},
	}
	p.Form.Action, p.Form.Once = councilPath(v.Council, statusPath+"/withdraw"), onceKey(c)
	return render(c, code, pages.Ask(p))
}

// withdraw asks that the council stop. It stops nothing by itself.
func (s *Server) withdraw(c echo.Context) error {
	v := visitOf(c)
	typed, err := readOwn(c, withdrawPage(v.Draft.Rules, s.words(v)))
	if err != nil {
		return err
	}
	err = s.Casework.AskToWithdraw(c.Request().Context(), v.Actor, strings.Join(typed["text"], "\n"), c.FormValue(fieldOnce))
	var invalid *care.Invalid
	if errors.As(err, &invalid) {
		return s.withdrawPageOf(c, http.StatusUnprocessableEntity, typed, invalid)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, statusPath)+"?"+done+"=withdraw")
}

// beginOwn starts the person's own account beside what a helper sent.
func (s *Server) beginOwn(c echo.Context) error {
	v := visitOf(c)
	if v.unsent() { // a second press of the button
		return c.Redirect(http.StatusSeeOther, placeOf(v.Council, *v.Draft))
	}
	draft, err := s.Casework.BeginAccount(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	v.Session.Assessment = draft.ID
	if err := s.cookies.put(c.Request().Context(), v.Session); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, placeOf(v.Council, draft))
}

// joined leads a session from an account that was sent to the case it joined: as a guest there, however the account was
// come back to. sent is the draft that was.
func (s *Server) joined(c echo.Context, sent casework.Draft) error {
	v := visitOf(c)
	v.Session.Assessment, v.Session.As = sent.LinkedTo, care.CodePerson
	if sent.Rules.Voice(sent.Answers) == care.VoiceHelper {
		v.Session.As = care.CodeHelper
	}
	if err := s.cookies.put(c.Request().Context(), v.Session); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, statusPath))
}

// endHelpers takes back what a helper can open, for the person a helper's form is about.
func (s *Server) endHelpers(c echo.Context) error {
	v := visitOf(c)
	if err := s.Casework.EndHelpers(c.Request().Context(), v.Actor); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, statusPath)+"?"+done+"=ended")
}
