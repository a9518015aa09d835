package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/templates/pages"
)

// home leads to the only council (or the demonstration's first), or lists them to choose from.
func (s *Server) home(c echo.Context) error {
	list, err := s.councilList(c)
	if err != nil {
		return err
	}
	if len(list) == 1 || len(list) > 0 && s.Demo {
		return c.Redirect(http.StatusSeeOther, "/"+list[0].Slug)
	}
	rs, err := s.wording(visitOf(c))
	if err != nil {
		return err
	}
	w := s.words(visitOf(c))
	page := pages.HomePage{
		Layout: s.layout(c, rs, rs.Text("start.title", w), ""),
		Title:  rs.Text("start.title", w),
		Lines:  rs.Texts("start.choose_council", w),
		None:   rs.Text("start.no_council", w),
	}
	for _, council := range list {
		page.Councils = append(page.Councils, pages.Link{Text: council.Name, Href: "/" + council.Slug})
	}
	return render(c, http.StatusOK, pages.Home(page))
}

// start is the first page: what this is, how long it takes, and the ways in. Nothing is saved by it.
func (s *Server) start(c echo.Context) error {
	v := visitOf(c)
	rs, err := s.wording(visitOf(c))
	if err != nil {
		return err
	}
	w := s.words(v)
	page := pages.StartPage{
		Layout:  s.layout(c, rs, rs.Text("start.title", w), ""),
		Title:   rs.Text("start.title", w),
		Lines:   rs.Texts("start.lines", w),
		Start:   pages.Link{Text: rs.Text("start.button", w), Href: councilPath(v.Council, "for")},
		Back:    pages.Link{Text: rs.Text("start.back", w), Href: councilPath(v.Council, "back")},
		Contact: pages.Link{Text: rs.Text("start.contact", w), Href: councilPath(v.Council, "contact")},
		// The same page: it asks for the language, and whoever reads it can be rung by somebody who speaks it.
		Interpret: pages.Link{Text: rs.Text("start.interpreter", w), Href: councilPath(v.Council, "contact")},
		Ways:      rs.Texts("start.paper", w),
		Guide:     pages.Link{Text: rs.Text("start.guide", w), Href: guidePath},
		WaysH2:    rs.Text("start.ways_title", w),
		Paper:     pages.Link{Text: rs.Text("paper.link", w), Href: councilPath(v.Council, paperPath)},
	}
	if v.unsent() {
		page.Unfinished = rs.Text("start.unfinished", w)
		page.CarryOn = pages.Button{Text: rs.Text("save.carry_on", w), Action: councilPath(v.Council, "carry-on")}
		page.Again = pages.Link{Text: rs.Text("start.again", w), Href: councilPath(v.Council, "erase")}
	}
	return render(c, http.StatusOK, pages.Start(page))
}

// showLocked is what a page shows after half an hour without a sign of life: that nothing is lost, and one button.
func (s *Server) showLocked(c echo.Context) error {
	v := visitOf(c)
	if v.KeyedAway {
		return c.Redirect(http.StatusSeeOther, "/staff/sign-in")
	}
	rs := v.Draft.Rules
	w := s.words(v)
	var clock []string
	if v.unsent() {
		clock = clockLines(v, rs, s.words(v))
	}
	return render(c, http.StatusOK, pages.Locked(pages.LockedPage{
		Layout:  s.layout(c, rs, rs.Text("locked.title", w), ""),
		Title:   rs.Text("locked.title", w),
		Lines:   rs.Texts("locked.lines", w),
		CarryOn: pages.Button{Text: rs.Text("locked.button", w), Action: councilPath(v.Council, "carry-on")},
		Clock:   clock,
	}))
}

// carryOn opens a locked view again, in the same browser session, at the page the person had come to.
func (s *Server) carryOn(c echo.Context) error {
	v := visitOf(c)
	if v.Draft == nil {
		return s.gone(c)
	}
	if v.KeyedAway {
		return s.showLocked(c)
	}
	v.Session.Locked, v.Session.SeenAt = false, s.Now().UTC()
	if err := s.cookies.put(c.Request().Context(), v.Session); err != nil {
		return err
	}
	if v.Draft.Guest {
		return c.Redirect(http.StatusSeeOther, councilPath(v.Council, statusPath))
	}
	if v.Draft.Status != care.StatusDraft {
		return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "sent"))
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, v.Draft.Rules.NextUnvisited(v.Draft.Answers)))
}

// startAgain is "finish here" for a shared computer: it forgets the session and begins anew.
func (s *Server) startAgain(c echo.Context) error {
	v := visitOf(c)
	if err := s.cookies.end(c.Request(), c.Response(), citizenCookie(v.Council.Slug)); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "for"))
}

// leave ends every session of this browser as a citizen and goes to an ordinary page at once. It cannot clear the
// browser's history, and the page says so beside the button. What the person had typed before stays saved, but nobody
// can open it from here.
func (s *Server) leave(c echo.Context) error {
	to := leaveElsewhere
	// The page it was pressed on tells the council; the policy of that page allows its address.
	if from, err := url.Parse(c.Request().Referer()); err == nil {
		slug, _, _ := strings.Cut(strings.TrimPrefix(from.Path, "/"), "/")
		if council, err := s.council(c, slug); err == nil && council.LeaveURL != "" {
			to = council.LeaveURL
		}
	}
	rememberDevice(c, false)
	for _, cookie := range c.Request().Cookies() {
		if !strings.HasPrefix(cookie.Name, citizenCookie("")) {
			continue
		}
		if err := s.cookies.end(c.Request(), c.Response(), cookie.Name); err != nil {
			s.Log.Error("ending a session on leaving", "error", err) // leaving must not wait for it
		}
	}
	// Cache and storage; cookies are dealt with above, so that a practitioner's own session is left alone.
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	setCSP(c, to)
	return c.Redirect(http.StatusSeeOther, to)
}
