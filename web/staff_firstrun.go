package web

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/templates/pages"
)

// firstReadDays is the promise a new council begins with; it is the council's to change.
const firstReadDays = 10

// firstRun is where the link leads that the service prints on its very first start.
func (s *Server) firstRun(c echo.Context) error {
	if err := s.Casework.FirstRun(c.Param("token")); err != nil {
		return s.setUpGone(c)
	}
	return s.firstRunPage(c, http.StatusOK, nil, nil)
}

func (s *Server) firstRunPage(c echo.Context, status int, typed url.Values, invalid *care.Invalid) error {
	p := pages.StaffFirstRunPage{
		Layout: s.staffLayout(c, "Set up Threshold"), Action: "/staff/first-run/" + c.Param("token"), Typed: typed.Get,
	}
	if invalid != nil {
		rs, err := s.Casework.Words()
		if err != nil {
			return err
		}
		p.Layout.Error = true
		p.Problems = staffProblems(rs, invalid, func(field string) string { return field })
	}
	return render(c, status, pages.StaffFirstRun(p))
}

// finishFirstRun makes the first council and account, and goes on to the account's own set-up.
func (s *Server) finishFirstRun(c echo.Context) error {
	typed, err := staffForm(c, "name", "slug", "phone", "phone_24h", "your_name", "email")
	if err != nil {
		return err
	}
	council := care.Council{
		Name: typed.Get("name"), Slug: typed.Get("slug"), Phone: typed.Get("phone"), Phone24h: typed.Get("phone_24h"),
		ReadDays: firstReadDays,
	}
	setup, err := s.Casework.FinishFirstRun(c.Request().Context(), c.Param("token"), council, typed.Get("your_name"), typed.Get("email"))
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		return s.firstRunPage(c, http.StatusUnprocessableEntity, typed, invalid)
	case errors.Is(err, care.ErrNotFound):
		return s.setUpGone(c)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/set-up/"+setup)
}
