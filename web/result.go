package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// ready says whether the person has come as far as path; if not, it answers with the way to where they are.
func (s *Server) ready(c echo.Context, path string) (bool, error) {
	v := visitOf(c)
	ok, goTo := v.Draft.Rules.MayBeOn(v.Draft.Answers, path)
	if !ok {
		if goTo == "" {
			goTo = v.Draft.Rules.Start()
		}
		return false, c.Redirect(http.StatusSeeOther, councilPath(v.Council, goTo))
	}
	return true, nil
}

// showResult is what the answers suggest, why, and what nobody knows yet. Send is its main button, whatever it says.
func (s *Server) showResult(c echo.Context) error {
	if ok, err := s.ready(c, "result"); !ok {
		return err
	}
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	w["complaint"], w["directory"] = v.Council.ComplaintURL, v.Council.DirectoryURL
	if err := s.Casework.Shown(c.Request().Context(), v.Actor, *v.Draft); err != nil {
		return err
	}
	result := rs.Result(v.Draft.Answers, v.Draft.Indicate(), w)
	layout := s.layout(c, rs, result.H1, s.backFrom(v, *v.Draft, "result"))
	s.saved(&layout, rs, v.Draft.Assessment)
	return render(c, http.StatusOK, pages.Result(resultPage(rs, w, v.Council, layout, result)))
}

// leaveResult goes on towards sending.
func (s *Server) leaveResult(c echo.Context) error {
	if ok, err := s.ready(c, "result"); !ok {
		return err
	}
	return s.answerQuestion(c)
}

// sections are the rows of the check page and of the copy.
func sections(rs *eligibility.Ruleset, w eligibility.Words, council care.Council, a care.Answers, change bool) []pages.Section {
	return rowsOf(rs, w, council, rs.Told(a, w), change)
}

func rowsOf(rs *eligibility.Ruleset, w eligibility.Words, council care.Council, all []eligibility.ToldSection, change bool) []pages.Section {
	var out []pages.Section
	for _, told := range all {
		section := pages.Section{Title: told.Title}
		for _, row := range told.Rows {
			if change && row.Page == "check" {
				continue // it is asked on this very page, below: a link to change it would lead nowhere
			}
			r := pages.Row{Question: row.Question, Answers: row.Answers}
			if !row.Answered {
				r.Answers, r.Empty = []string{rs.Text("check.not_answered", w)}, true
			}
			if change {
				r.Change = pages.Link{Text: rs.Text("check.change", w), Href: councilPath(council, row.Page) + "?" + fieldChange + "=1"}
			}
			section.Rows = append(section.Rows, r)
		}
		if len(section.Rows) == 0 && len(told.Rows) > 0 {
			continue
		}
		out = append(out, section)
	}
	return out
}

// showCheck shows every answer once more, with a way to change each, before anything is sent.
func (s *Server) showCheck(c echo.Context) error {
	if ok, err := s.ready(c, "check"); !ok {
		return err
	}
	v := visitOf(c)
	return s.checkPage(c, http.StatusOK, *v.Draft, nil)
}

func (s *Server) checkPage(c echo.Context, status int, draft casework.Draft, invalid *care.Invalid) error {
	v := visitOf(c)
	rs, w := draft.Rules, s.words(v)
	page, ok := rs.Page("check", draft.Answers, w)
	if !ok {
		return care.ErrNotFound
	}
	layout := s.layout(c, rs, page.Title, s.backFrom(v, draft, "check"))
	layout.Error = invalid != nil
	s.saved(&layout, rs, draft.Assessment)
	form := s.form(rs, w, page, draft.Answers, invalid)
	form.Action, form.Seen = councilPath(v.Council, "check"), draft.SeenAll()
	notice := ""
	switch status {
	case http.StatusConflict:
		notice = rs.Text("conflict.check", w)
	case http.StatusServiceUnavailable:
		notice = rs.Text("unsaved.notice", w)
	}
	p := pages.CheckPage{
		Layout: layout, Page: page, Form: form, Notice: notice, Mail: rs.Text("check.no_mail", w),
		Sections: sections(rs, w, v.Council, draft.Answers, true),
		Aside:    rowsOf(rs, w, v.Council, rs.SetAside(draft.Answers, w), false),
	}
	if to := s.Casework.WritesTo(draft); to != "" {
		p.Mail = rs.Text("check.mail", eligibility.Words{"email": to})
	}
	if len(p.Aside) > 0 {
		p.AsideTitle, p.AsideWhy = rs.Text("check.set_aside", w), rs.Texts("check.set_aside_why", w)
	}
	return render(c, status, pages.Check(p))
}

// send stores what is asked on the check page and sends. Pressing it twice sends once.
func (s *Server) send(c echo.Context) error {
	v := visitOf(c)
	if v.Session.Locked {
		return s.showLocked(c) // the check page shows everything, and nothing is sent that nobody can see
	}
	if ok, err := s.ready(c, "check"); !ok {
		return err
	}
	ctx := c.Request().Context()
	page, ok := v.Draft.Rules.Page("check", v.Draft.Answers, s.words(v))
	if !ok {
		return care.ErrNotFound
	}
	typed, err := readForm(c, page)
	if err != nil {
		return err
	}
	if seen := c.FormValue(fieldSeen); seen != "" && seen != v.Draft.SeenAll() {
		return s.checkPage(c, http.StatusConflict, *v.Draft, nil)
	}
	draft, err := s.Casework.Answer(ctx, v.Actor, "check", "", typed)
	draft = v.spoken(draft)
	var invalid *care.Invalid
	var notReady *casework.NotReady
	if errors.As(err, &invalid) {
		return s.checkPage(c, http.StatusUnprocessableEntity, draft, invalid)
	}
	if v.Draft.AccountOf && errors.Is(err, care.ErrNotFound) {
		return s.joined(c, *v.Draft) // a second press of the button
	}
	if errors.Is(err, care.ErrUnavailable) {
		return s.checkUnsaved(c, *v.Draft, typed)
	}
	if err != nil && !errors.Is(err, care.ErrLocked) {
		return err
	}
	_, err = s.Casework.Send(ctx, v.Actor, v.Council)
	if errors.Is(err, care.ErrUnavailable) {
		return s.checkUnsaved(c, draft, typed) // the answers may be stored by now, so the page is of these
	}
	if v.Draft.AccountOf && (err == nil || errors.Is(err, care.ErrNotFound)) {
		return s.joined(c, *v.Draft)
	}
	if errors.As(err, &notReady) {
		return c.Redirect(http.StatusSeeOther, councilPath(v.Council, notReady.Page))
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "sent"))
}

// showSent is the receipt.
func (s *Server) showSent(c echo.Context) error {
	v := visitOf(c)
	if v.Draft.Status == care.StatusDraft {
		return c.Redirect(http.StatusSeeOther, councilPath(v.Council, v.Draft.Rules.NextUnvisited(v.Draft.Answers)))
	}
	rs, w := v.Draft.Rules, s.words(v)
	w["ref"] = casework.FormatReference(v.Draft.Reference)
	// The council's ordinary promise, whatever was said: an earlier day would tell whoever looks over the shoulder that a
	// private answer was given.
	w["date"] = longDate(casework.Promised(v.Draft.Assessment, v.Council))
	result := rs.Result(v.Draft.Answers, v.Draft.Indication, w)
	lines := rs.Texts("confirmation.lines", w)
	if rs.Review(v.Draft.Answers) {
		lines = rs.Texts("confirmation.already_helped", w)
	}
	links := []pages.Link{
		{Text: rs.Text("status.link", w), Href: councilPath(v.Council, statusPath)},
		{Text: result.Buttons["keep"], Href: councilPath(v.Council, "copy")},
	}
	if v.Draft.KeyedBy != "" {
		links = append([]pages.Link{
			{Text: rs.Text("staff.keyin.case", nil), Href: "/staff/case/" + v.Draft.Reference},
			{Text: rs.Text("staff.keyin.next", nil), Href: keyInPath},
		}, links...)
	}
	given, err := s.Casework.CodeGiven(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	var code pages.Panel
	if !given {
		code = pages.Panel{
			Title: rs.Text("save.code_title", w), Lines: rs.Texts("sent.code_lines", w), Quiet: true,
			Do: pages.Button{Text: rs.Text("sent.code", w), Action: councilPath(v.Council, "save")},
		}
	}
	thanks := ""
	if v.Session.Equality {
		thanks = rs.Text("sent.equality_thanks", w)
	} else {
		links = append(links, pages.Link{Text: rs.Text("sent.equality", w), Href: councilPath(v.Council, equalityPath)})
	}
	return render(c, http.StatusOK, pages.Sent(pages.SentPage{
		Layout:    s.layout(c, rs, rs.Text("confirmation.title", w), ""),
		Title:     rs.Text("confirmation.title", w),
		Reference: w["ref"],
		RefLabel:  rs.Text("sent.reference", w),
		Lines:     lines,
		NextTitle: result.Headings["next"],
		Next:      result.Next,
		Links:     links,
		Thanks:    thanks,
		Code:      code,
		Another:   s.anotherPanel(v, rs, w),
		Finish:    pages.Button{Text: rs.Text("sent.finish", w), Action: councilPath(v.Council, "finish")},
		Finishing: rs.Text("sent.finish_hint", w),
	}))
}

// finish ends the session of this browser: what was sent can no longer be opened from here.
func (s *Server) finish(c echo.Context) error {
	v := visitOf(c)
	if err := s.cookies.end(c.Request(), c.Response(), citizenCookie(v.Council.Slug)); err != nil {
		return err
	}
	rememberDevice(c, false)
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return c.Redirect(http.StatusSeeOther, "/"+v.Council.Slug)
}

// askErase asks once more before everything is erased.
func (s *Server) askErase(c echo.Context) error {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	return render(c, http.StatusOK, pages.Problem(pages.ProblemPage{
		Layout: s.layout(c, rs, rs.Text("stop.title", w), councilPath(v.Council, rs.NextUnvisited(v.Draft.Answers))),
		Title:  rs.Text("stop.title", w),
		Lines:  rs.Texts("stop.lines", w),
		Do:     pages.Button{Text: rs.Text("stop.button", w), Action: councilPath(v.Council, "erase")},
		Next:   pages.Link{Text: rs.Text("stop.keep", w), Href: councilPath(v.Council, rs.NextUnvisited(v.Draft.Answers))},
	}))
}

// erase deletes the draft and its key, and ends the session.
func (s *Server) erase(c echo.Context) error {
	v := visitOf(c)
	if err := s.Casework.Erase(c.Request().Context(), v.Actor); err != nil {
		return err
	}
	if err := s.cookies.end(c.Request(), c.Response(), citizenCookie(v.Council.Slug)); err != nil {
		return err
	}
	rs, w := v.Draft.Rules, s.words(v)
	return render(c, http.StatusOK, pages.Problem(pages.ProblemPage{
		Layout: s.layout(c, rs, rs.Text("erased.title", w), ""),
		Title:  rs.Text("erased.title", w),
		Lines:  rs.Texts("erased.lines", w),
		Next:   pages.Link{Text: rs.Text("gone.start", w), Href: "/" + v.Council.Slug},
	}))
}
