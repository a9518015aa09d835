package web

import (
	"crypto/rand"
	"net/http"

	"github.com/gorilla/securecookie"
	"github.com/labstack/echo/v4"

	"threshold/internal/care"
)

// knownCookie carries a random id that says: somebody signed in well from this browser before. It opens nothing; it only
// lets the tries from here be counted apart from a stranger's.
const knownCookie = "__Host-threshold-known"

// device reads the id, "" when there is none or it was not made here.
func (s *Server) device(c echo.Context) string {
	cookie, err := c.Cookie(knownCookie)
	if err != nil {
		return ""
	}
	var id []byte
	if err := securecookie.DecodeMulti(knownCookie, cookie.Value, &id, s.cookies.codecs...); err != nil {
		return ""
	}
	return string(id)
}

// knowDevice remembers the browser for whoever just signed in. One browser may be known for several people.
func (s *Server) knowDevice(c echo.Context, p care.Practitioner) error {
	id := s.device(c)
	if id == "" {
		id = rand.Text() + rand.Text()
	}
	if err := s.Casework.KnowBrowser(c.Request().Context(), p, id); err != nil {
		return err
	}
	value, err := securecookie.EncodeMulti(knownCookie, []byte(id), s.cookies.codecs...)
	if err != nil {
		return err
	}
	c.SetCookie(&http.Cookie{
		Name: knownCookie, Value: value, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		MaxAge: int(care.DeviceLife.Seconds()),
	})
	return nil
}
