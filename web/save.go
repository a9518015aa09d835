package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// What a code that is shown once is for.
const (
	handOffReturn = "return"
	handOffHelper = "helper"
)

// done is the query by which the page after a redirect says what was done; closed words only.
const done = "done"

// readOwn reads the fields of a small form that stands outside the rules. A field that is none of the page's is refused.
func readOwn(c echo.Context, page care.Page) (map[string][]string, error) {
	typed, err := readForm(c, page)
	if err != nil {
		return nil, err
	}
	for name := range typed {
		if _, ok := page.Question(name); !ok {
			return nil, fmt.Errorf("field of another form: %w", eligibility.ErrUnknownField)
		}
	}
	return typed, nil
}

// checkOwn says what is wrong with what was typed into such a form.
func (s *Server) checkOwn(page care.Page, typed map[string][]string) *care.Invalid {
	var invalid care.Invalid
	for _, q := range page.Questions {
		if p := q.Check(typed[q.ID], s.Now()); p != nil {
			invalid.Problems = append(invalid.Problems, *p)
		}
	}
	if invalid.Problems == nil {
		return nil
	}
	return &invalid
}

// asTyped are answers that show a form again just as it was typed.
func asTyped(typed map[string][]string) care.Answers {
	var a care.Answers
	for id, values := range typed {
		a.SetTyped(id, values...)
	}
	return a
}

// savePage asks for a return code; linkPage for a link by e-mail.
func savePage(rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	return care.Page{Button: rs.Text("save.get_code", w), Questions: []care.Question{{
		ID: "own", Kind: care.KindRadios, Text: rs.Text("save.own", w), Hint: rs.Text("save.own_hint", w),
		Options: []care.Option{
			{ID: "yes", Label: rs.Text("save.own_yes", w)},
			{ID: "shared", Label: rs.Text("save.own_shared", w)},
			{ID: "not_sure", Label: rs.Text("save.own_not_sure", w)},
		},
	}}}
}

func linkPage(rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	return care.Page{Button: rs.Text("save.link_button", w), Questions: []care.Question{{
		ID: "email", Kind: care.KindEmail, Text: rs.Text("save.email", w), Required: true, MaxChars: 254, Autocomplete: "email",
	}}}
}

// clocks puts in until when a draft can be come back to: with a code, and without one in this browser.
func clocks(v *visit, w eligibility.Words) eligibility.Words {
	until := v.Draft.Until(v.Session)
	w["date"], w["time"] = longDate(until), clockTime(until)
	return w
}

// clockLines tell it: one clock for a form with a code, one for a form without.
func clockLines(v *visit, rs *eligibility.Ruleset, w eligibility.Words) []string {
	w = clocks(v, w)
	if v.Draft.Kept {
		return rs.Texts("clock.code", w)
	}
	return append(rs.Texts("clock.browser", w), rs.Texts("save.closing", w)...)
}

// showSave tells truthfully how stopping works, and gives the means to come back.
func (s *Server) showSave(c echo.Context) error {
	v := visitOf(c)
	switch {
	case v.Draft != nil && v.Session.Locked:
		return s.showLocked(c)
	case v.Draft != nil && v.Draft.Guest:
		return c.Redirect(http.StatusSeeOther, councilPath(v.Council, statusPath))
	}
	return s.savePageOf(c, http.StatusOK, nil, nil, care.Answers{})
}

func (s *Server) savePageOf(c echo.Context, status int, wrongCode, wrongLink *care.Invalid, typed care.Answers) error {
	v := visitOf(c)
	rs, err := s.rulesOf(v)
	if err != nil {
		return err
	}
	w := s.words(v)
	way := s.wayBack(v)
	if v.Draft != nil && !v.unsent() {
		way = councilPath(v.Council, statusPath)
	}
	layout := s.layout(c, rs, rs.Text("save.title", w), way)
	layout.NoSave, layout.Error = true, wrongCode != nil || wrongLink != nil
	p := pages.SavePage{Layout: layout, Title: rs.Text("save.title", w)}
	back := pages.Link{Text: rs.Text("save.back", w), Href: councilPath(v.Council, "back")}
	if v.Draft == nil {
		p.Lines, p.Links = rs.Texts("save.nothing", w), []pages.Link{back}
		return render(c, status, pages.Save(p))
	}
	if c.QueryParam(done) == "link" {
		p.Banner = rs.Text("save.link_sent", w) + " " + rs.Text("clock.link", w)
	}
	p.CodeTitle, p.CodeLines = rs.Text("save.code_title", w), rs.Texts("save.code_lines", w)
	if v.unsent() {
		p.Lines = append(rs.Texts("save.lines", w), clockLines(v, rs, s.words(v))...)
		p.Lines = append(p.Lines, rs.Texts("save.idle", w)...)
		if !v.Draft.Kept { // what it would be with one
			w["date"] = longDate(v.Draft.SavedAt.Add(casework.KeptLife))
			p.CodeLines = append(p.CodeLines, rs.Texts("clock.code", w)...)
		}
		p.Links = append(p.Links, pages.Link{Text: rs.Text("save.carry_on", w), Href: s.wayBack(v)})
		if !v.Draft.AccountOf {
			p.Links = append(p.Links,
				pages.Link{Text: rs.Text("status.diary", w), Href: councilPath(v.Council, "diary")},
				pages.Link{Text: rs.Text("status.helpers", w), Href: councilPath(v.Council, "helpers")},
				pages.Link{Text: rs.Text("status.held", w), Href: councilPath(v.Council, "held")})
		}
	} else {
		p.Lines = rs.Texts("save.sent", w)
		p.Links = []pages.Link{{Text: rs.Text("status.link", w), Href: councilPath(v.Council, statusPath)}}
	}
	p.Code = s.form(rs, w, savePage(rs, w), typed, wrongCode)
	p.Code.Action = councilPath(v.Council, "save")
	if s.Casework.MailOn {
		p.LinkTitle = rs.Text("save.link_title", w)
		p.LinkLines = slices.Concat(rs.Texts("save.link_lines", w), rs.Texts("clock.link", w), rs.Texts("save.link_only", w))
		p.Link = s.form(rs, w, linkPage(rs, w), typed, wrongLink)
		p.Link.Action = councilPath(v.Council, "save/link")
	}
	p.Links = append(p.Links, back)
	return render(c, status, pages.Save(p))
}

// rulesOf are the rules whose words a page speaks: the draft's own, or today's.
func (s *Server) rulesOf(v *visit) (*eligibility.Ruleset, error) {
	if v.Draft != nil {
		return v.Draft.Rules, nil
	}
	return s.wording(v)
}

// keep gives a reference and a new return code, and hands them to the page that shows them once.
func (s *Server) keep(c echo.Context) error {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	page := savePage(rs, w)
	typed, err := readOwn(c, page)
	if err != nil {
		return err
	}
	if invalid := s.checkOwn(page, typed); invalid != nil {
		if v.Session.Locked {
			return s.showLocked(c)
		}
		return s.savePageOf(c, http.StatusUnprocessableEntity, invalid, nil, asTyped(typed))
	}
	draft, code, err := s.Casework.Keep(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	s.handOffs.put(v.Session.IDHash, handOffReturn, handOff{Reference: draft.Reference, Code: code}, s.Now())
	if own := typed["own"]; len(own) > 0 { // not asked on every page that gives a code
		rememberDevice(c, own[0] == "yes")
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "save/code"))
}

// showCode shows the code that was just made. Whoever comes later or a second time can get a new one.
func (s *Server) showCode(c echo.Context) error {
	v := visitOf(c)
	rs, w := v.Draft.Rules, clocks(v, s.words(v))
	w["address"] = s.address(c, "/"+v.Council.Slug+"/back")
	p := pages.CodePage{
		Layout: s.layout(c, rs, rs.Text("code.title", w), councilPath(v.Council, "save")),
		Title:  rs.Text("code.title", w),
	}
	p.Layout.NoSave, p.Layout.NoReading = true, true // what is shown once must not be lost by looking elsewhere
	if o, ok := s.handOffs.take(v.Session.IDHash, handOffReturn, s.Now()); ok {
		p.RefLabel, p.Reference = rs.Text("code.reference", w), casework.FormatReference(o.Reference)
		p.CodeLabel, p.Code = rs.Text("code.code", w), o.Code.Reveal()
		p.How = rs.Texts("code.how", w)
		p.Lines = rs.Texts("code.once", w)
	} else {
		p.Lines = rs.Texts("code.gone", w)
		p.Again = pages.Button{Text: rs.Text("code.again", w), Action: councilPath(v.Council, "save")}
	}
	next := pages.Link{Text: rs.Text("status.link", w), Href: councilPath(v.Council, statusPath)}
	if v.unsent() {
		if p.Reference != "" {
			p.How = append(p.How, rs.Texts("clock.code", w)...)
		}
		next = pages.Link{Text: rs.Text("save.carry_on", w), Href: s.wayBack(v)}
	}
	p.Links = []pages.Link{next}
	return render(c, http.StatusOK, pages.Code(p))
}

// address is what somebody types into another browser.
func (s *Server) address(c echo.Context, path string) string {
	base := s.Casework.PublicURL
	if base == "" {
		base = c.Scheme() + "://" + c.Request().Host
	}
	return strings.TrimRight(base, "/") + path
}

// sendLink sends a link to the address given. What the page says afterwards is the same whether the address exists or
// not.
func (s *Server) sendLink(c echo.Context) error {
	v := visitOf(c)
	if !s.Casework.MailOn {
		return care.ErrNotFound
	}
	page := linkPage(v.Draft.Rules, s.words(v))
	typed, err := readOwn(c, page)
	if err != nil {
		return err
	}
	email := ""
	if given := typed["email"]; len(given) > 0 {
		email = given[0]
	}
	err = s.Casework.SendLink(c.Request().Context(), v.Actor, v.Council, email)
	var invalid *care.Invalid
	switch {
	case errors.As(err, &invalid) && v.Session.Locked:
		return s.showLocked(c)
	case errors.As(err, &invalid):
		return s.savePageOf(c, http.StatusUnprocessableEntity, nil, invalid, asTyped(typed))
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "save")+"?"+done+"=link")
}

// deviceCookie says "this is my own device" and nothing else: the form for coming back then lets the browser offer the
// reference. It names nobody and opens nothing, and goes with "Leave this site" and "Finish".
const deviceCookie = "__Host-threshold-own-device"

func rememberDevice(c echo.Context, own bool) {
	if !own && !ownDevice(c) {
		return
	}
	cookie := &http.Cookie{Name: deviceCookie, Value: "1", Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: int(casework.KeptLife.Seconds())}
	if !own {
		cookie.Value, cookie.MaxAge = "", -1
	}
	c.SetCookie(cookie)
}

func ownDevice(c echo.Context) bool {
	cookie, err := c.Cookie(deviceCookie)
	return err == nil && cookie.Value == "1"
}
