package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/templates/pages"
)

// When the store cannot save (its disk is full, say), what was posted comes back with the answer: a form that somebody
// took an hour over is nowhere else.

// retryAfter is what a 503 asks machines to wait, in seconds (RFC 9110 section 10.2.3).
const retryAfter = "60"

// A postedForm is what readForm has read.
type postedForm struct {
	page  care.Page
	typed map[string][]string
}

const postedKey = "posted form"

// unsavedPage shows the form that was posted again, as it was typed, with a button to save it; false when the request had
// none that may be shown. Answers that are never shown again are not shown here either, and must be given again.
func (s *Server) unsavedPage(c echo.Context) (drawn bool, err error) {
	posted, ok := c.Get(postedKey).(postedForm)
	v := visitOf(c)
	if !ok || v.Council.Slug == "" {
		return false, nil
	}
	rs, err := s.rulesOf(v)
	if err != nil {
		return false, err
	}
	w := s.words(v)
	page := posted.page
	page.Questions = slices.Clone(page.Questions)
	for i, q := range page.Questions {
		if q.ID == "code" {
			page.Questions[i].WriteOnly = true // it opens somebody's answers
		}
	}
	if page.Title == "" { // a small form on a page with more than it
		page.Title = rs.Text("unsaved.title", w)
	}
	form := s.form(rs, w, page, asTyped(posted.typed), nil)
	form.Action, form.Seen, form.Change, form.Once = c.Request().URL.EscapedPath(), c.FormValue(fieldSeen), c.FormValue(fieldChange) != "", c.FormValue(fieldOnce)
	form.Do = c.FormValue(fieldDo)
	if form.Button == "" {
		form.Button = rs.Text("unsaved.button", w)
	}
	layout := s.layout(c, rs, page.Title, "")
	notice := rs.Text("unsaved.notice", w)
	if slices.ContainsFunc(page.Questions, func(q care.Question) bool { return q.WriteOnly }) {
		notice += " " + rs.Text("unsaved.private", w)
	}
	return true, render(c, http.StatusServiceUnavailable, pages.Question(pages.QuestionPage{
		Layout: layout, Page: page, Form: form, Notice: notice, Numbers: numbersToRing(v.Council),
	}))
}

// checkUnsaved shows the check page again when nothing could be sent. What is sent must be seen, so it is the whole page, and
// of the answers as they are stored now: pressing again is then no conflict.
func (s *Server) checkUnsaved(c echo.Context, stored casework.Draft, typed map[string][]string) error {
	for id, values := range typed {
		stored.Answers.SetTyped(id, values...)
	}
	c.Response().Header().Set(echo.HeaderRetryAfter, retryAfter)
	return s.checkPage(c, http.StatusServiceUnavailable, stored, nil)
}

// staffSecret are the practitioners' forms that hold a secret, and those that must not be sent without what they are about
// before one's eyes: nothing of them is put into a page.
var staffSecret = []string{
	"/staff/sign-in", "/staff/first-run", "/staff/set-up", mePath, "/staff/case/:ref/sign", "/staff/case/:ref/second", "/staff/case/:ref/code",
}

// staffUnsavedPage does the same for a practitioner. The words are shown to be read; what was chosen goes with them.
func (s *Server) staffUnsavedPage(c echo.Context) (drawn bool, err error) {
	secret := func(path string) bool { return strings.HasPrefix(c.Path(), path) }
	if c.Request().Method != http.MethodPost || visitOf(c).Practitioner.ID == "" || slices.ContainsFunc(staffSecret, secret) {
		return false, nil
	}
	values, err := c.FormParams()
	if err != nil || len(values) == 0 {
		return false, nil //nolint:nilerr // what cannot be read holds no words
	}
	const title = "This could not be saved just now"
	page := pages.StaffKeptPage{
		Layout: s.staffLayout(c, title), Title: title, Action: c.Request().URL.EscapedPath(), Words: keptWords(values),
		Lines: []string{"The service cannot save anything at the moment. It is not your fault, and what was saved before is safe.",
			"What you typed and chose is kept on this page. Wait a minute, then press the button. If it happens again, copy your words from here and tell whoever looks after this service at your council."},
	}
	shown := map[string]bool{}
	for _, row := range page.Words {
		for _, words := range row.Answers {
			shown[words] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			page.Hidden = append(page.Hidden, pages.StaffHidden{Name: name, Value: value})
			// Whatever has a space in it was typed: what can be chosen has none.
			if words := tidy(value); strings.ContainsAny(words, " \n") && !shown[words] {
				page.Words = append(page.Words, pages.StaffTold{Question: "What you typed", Answers: []string{words}})
			}
		}
	}
	return true, render(c, http.StatusServiceUnavailable, pages.StaffKept(page))
}
