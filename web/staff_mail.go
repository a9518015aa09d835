package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/templates/pages"
)

// staffMailPath lists the messages that were given up.
const staffMailPath = "/staff/messages"

// What is said after something was done with one.
const (
	doneRetried = "retried"
	doneDropped = "dropped"
	doneGone    = "gone"
)

// staffMail lists the messages of the council that were given up: what kind, when and why, never to whom.
func (s *Server) staffMail(c echo.Context) error {
	dead, err := s.Casework.DeadMail(c.Request().Context(), visitOf(c).Actor)
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	const title = "Messages that did not arrive"
	p := pages.StaffMailPage{
		Layout: s.staffLayout(c, title), Title: title, Intro: rs.Text("staff.mail_intro", nil), None: rs.Text("staff.mail_none", nil),
		Notice: map[string]string{
			doneRetried: rs.Text("staff.mail_retried", nil), doneDropped: rs.Text("staff.mail_dropped", nil), doneGone: rs.Text("staff.mail_gone", nil),
		}[c.QueryParam(done)],
	}
	for _, m := range dead {
		at := staffMailPath + "/" + m.ID
		p.Rows = append(p.Rows, pages.StaffMailRow{
			Kind: rs.Choice("messages", m.Kind), Queued: longTime(m.QueuedAt), Tries: plural(m.Tries, "try", "tries"), Last: longTime(m.LastTryAt),
			Why: rs.Choice("mail_errors", m.LastError), Retry: at + "/retry", Drop: at + "/drop",
		})
	}
	return render(c, http.StatusOK, pages.StaffMail(p))
}

func (s *Server) staffRetryMail(c echo.Context) error {
	if _, err := staffForm(c); err != nil {
		return err
	}
	return s.afterMail(c, s.Casework.RetryMail(c.Request().Context(), visitOf(c).Actor, c.Param("id")), doneRetried)
}

func (s *Server) staffDropMail(c echo.Context) error {
	if _, err := staffForm(c); err != nil {
		return err
	}
	return s.afterMail(c, s.Casework.DropMail(c.Request().Context(), visitOf(c).Actor, c.Param("id")), doneDropped)
}

// afterMail goes back to the list. One that is gone was tried again or dropped by somebody else, or a moment ago.
func (s *Server) afterMail(c echo.Context, err error, what string) error {
	switch {
	case errors.Is(err, care.ErrNotFound):
		what = doneGone
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, staffMailPath+"?"+done+"="+what)
}
