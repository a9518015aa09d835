package web

import (
	"errors"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
)

// A signedInState is what the staff cookie of a request says.
type signedInState int

const (
	signedInNobody signedInState = iota
	signedInBefore               // the session ran out
	signedInNow
)

// signedIn finds out who a practitioner's request is from and, when they are signed in, fills in the visit. A session
// that ran out is never opened again; its row stays until the next sign-in from that browser or until it is swept away,
// so that a form that comes late still tells whose it is.
func (s *Server) signedIn(c echo.Context) (signedInState, care.Session, error) {
	row, ok, err := s.cookies.load(c.Request(), staffCookie)
	if err != nil || !ok || row.Practitioner == "" {
		return signedInNobody, row, err
	}
	now := s.Now()
	if now.Sub(row.SeenAt) > staffIdle || now.Sub(row.CreatedAt) > staffLife {
		return signedInBefore, row, nil
	}
	if row, err = s.touch(c, row, staffIdle); err != nil {
		return signedInNobody, row, err
	}
	p, actor, err := s.Casework.PractitionerActor(c.Request().Context(), row.Practitioner)
	if errors.Is(err, care.ErrNotFound) {
		return signedInNobody, row, nil
	}
	if err != nil {
		return signedInNobody, row, err
	}
	council, err := s.council(c, p.Council)
	if err != nil {
		return signedInNobody, row, err
	}
	v := visitOf(c)
	v.Council, v.Session, v.Actor, v.Practitioner = council, row, actor, p
	return signedInNow, row, nil
}
