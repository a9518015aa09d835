package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/static"
)

// themeHref is the address of a council's colours: empty when it has none of its own.
func themeHref(council care.Council) string { return static.ThemeHref(council.Colour) }
