package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// statusOf is the one place that turns an error into a status.
func statusOf(err error) int {
	var asHTTP *echo.HTTPError
	switch {
	case errors.Is(err, care.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, care.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, care.ErrConflict), errors.Is(err, care.ErrLocked):
		return http.StatusConflict
	case errors.Is(err, care.ErrTooMany):
		return http.StatusTooManyRequests
	case errors.Is(err, care.ErrUnavailable):
		return http.StatusServiceUnavailable
	case errors.Is(err, eligibility.ErrUnknownField):
		return http.StatusBadRequest
	case errors.As(err, &asHTTP):
		return asHTTP.Code
	}
	return http.StatusInternalServerError
}

// handleError shows a person what happened and what they can do now. It never shows the error itself.
func (s *Server) handleError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	status := statusOf(err)
	if strings.HasPrefix(c.Request().URL.Path, "/api/") {
		writeAPIError(c, status, err)
		return
	}
	if outside := (*casework.Outside)(nil); errors.As(err, &outside) && underStaff(c) {
		if s.staffOutside(c, outside, "", nil) == nil {
			return
		}
	}
	if status == http.StatusServiceUnavailable {
		c.Response().Header().Set(echo.HeaderRetryAfter, retryAfter)
		unsaved := s.unsavedPage
		if underStaff(c) {
			unsaved = s.staffUnsavedPage
		}
		if drawn, failed := unsaved(c); drawn && failed == nil {
			return
		}
	}
	if failed := s.errorPage(c, status); failed != nil {
		_ = c.String(status, http.StatusText(status)) // the page itself could not be drawn; nothing more can be done
	}
}

// errorPage draws the page of a status. It says the same bytes for a thing that is missing and for one that is another
// council's.
func (s *Server) errorPage(c echo.Context, status int) error {
	if underStaff(c) {
		return s.staffProblem(c, status)
	}
	rs, err := s.wording(visitOf(c))
	if err != nil {
		return err
	}
	key := "wrong.fault"
	switch status {
	case http.StatusNotFound, http.StatusForbidden, http.StatusMethodNotAllowed:
		key = "wrong.not_found"
	case http.StatusConflict:
		key = "wrong.conflict"
	case http.StatusTooManyRequests:
		key = "wrong.too_many"
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge:
		key = "wrong.refused"
	case http.StatusServiceUnavailable:
		key = "wrong.unavailable"
	}
	v := visitOf(c)
	w := s.words(v)
	page := pages.ProblemPage{
		Layout: s.layout(c, rs, rs.Text(key+"_title", w), ""),
		Title:  rs.Text(key+"_title", w),
		Lines:  rs.Texts(key, w),
	}
	if status == http.StatusServiceUnavailable && v.unsent() {
		page.Next = pages.Link{Text: rs.Text("save.carry_on", w), Href: s.wayBack(v)} // to a page as it is now, and not from before
	}
	return render(c, status, pages.Problem(page))
}

// gone tells somebody who posts to a draft that is no more what happened to it.
func (s *Server) gone(c echo.Context) error {
	v := visitOf(c)
	rs, err := s.wording(visitOf(c))
	if err != nil {
		return err
	}
	w := s.words(v)
	return render(c, http.StatusGone, pages.Problem(pages.ProblemPage{
		Layout: s.layout(c, rs, rs.Text("gone.title", w), ""),
		Title:  rs.Text("gone.title", w),
		Lines:  rs.Texts("gone.lines", w),
		Next:   pages.Link{Text: rs.Text("gone.start", w), Href: "/" + v.Council.Slug},
	}))
}
