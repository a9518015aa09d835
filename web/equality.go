package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/templates/pages"
)

// equalityPath has the optional questions about the person, for once something was sent.
const equalityPath = "equality"

// askEquality shows them, until they were answered once in this session.
func (s *Server) askEquality(c echo.Context) error {
	if goTo := afterSending(c); goTo != "" {
		return c.Redirect(http.StatusSeeOther, goTo)
	}
	return s.equalityPage(c, http.StatusOK, care.Answers{}, nil)
}

// afterSending is where somebody is sent who has not sent anything yet, or who has answered before; "" for the others.
func afterSending(c echo.Context) string {
	v := visitOf(c)
	switch {
	case v.Draft.Status == care.StatusDraft:
		return councilPath(v.Council, v.Draft.Rules.NextUnvisited(v.Draft.Answers))
	case v.Session.Equality:
		return councilPath(v.Council, "sent")
	}
	return ""
}

func (s *Server) equalityPage(c echo.Context, status int, a care.Answers, invalid *care.Invalid) error {
	v := visitOf(c)
	rs, err := s.wording(v)
	if err != nil {
		return err
	}
	w := s.words(v)
	page, ok := rs.Form(casework.FormEquality, w)
	if !ok {
		return care.ErrNotFound
	}
	layout := s.layout(c, rs, page.Title, councilPath(v.Council, "sent"))
	layout.Error = invalid != nil
	form := s.form(rs, w, page, a, invalid)
	form.Action = councilPath(v.Council, equalityPath)
	return render(c, status, pages.Question(pages.QuestionPage{Layout: layout, Page: page, Form: form}))
}

// takeEquality keeps the answers apart from the case and thanks. A second time it only thanks: nobody counts twice.
// Nothing chosen is nothing kept, and the questions stay open.
func (s *Server) takeEquality(c echo.Context) error {
	if goTo := afterSending(c); goTo != "" {
		return c.Redirect(http.StatusSeeOther, goTo)
	}
	v := visitOf(c)
	rs, err := s.wording(v)
	if err != nil {
		return err
	}
	page, ok := rs.Form(casework.FormEquality, s.words(v))
	if !ok {
		return care.ErrNotFound
	}
	typed, err := readForm(c, page)
	if err != nil {
		return err
	}
	answers, kept, err := s.Casework.Equality(c.Request().Context(), v.Council, typed)
	var invalid *care.Invalid
	if errors.As(err, &invalid) {
		return s.equalityPage(c, http.StatusUnprocessableEntity, answers, invalid)
	}
	if err != nil {
		return err
	}
	if kept > 0 {
		v.Session.Equality = true
		if err := s.cookies.put(c.Request().Context(), v.Session); err != nil {
			return err
		}
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "sent"))
}
