package web

import (
	"net/http"

	"github.com/labstack/echo/v4"
)

// healthz answers while the process lives.
func (s *Server) healthz(c echo.Context) error { return c.String(http.StatusOK, "ok") }

// readyz answers whether pages can be served: the store can be written and a ruleset is in force.
func (s *Server) readyz(c echo.Context) error {
	if err := s.Casework.Store.Ready(c.Request().Context()); err != nil {
		return c.String(http.StatusServiceUnavailable, "the store is not ready")
	}
	if _, err := s.Casework.Words(); err != nil {
		return c.String(http.StatusServiceUnavailable, "no ruleset is in force")
	}
	return c.String(http.StatusOK, "ok")
}
