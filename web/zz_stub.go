package web

import (
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/eligibility"
)

func registerAPI(g *echo.Group, lib *eligibility.Library, now func() time.Time) {}
func writeAPIError(c echo.Context, status int, err error) { _ = c.String(status, "x") }
