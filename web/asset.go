package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/static"
)

// asset serves a built file in the best encoding the browser takes. Its name carries a hash, so it is kept for ever.
func (s *Server) asset(c echo.Context) error {
	file, ok := static.Lookup(c.Param("*"), c.Request().Header.Get("Accept-Encoding"))
	if !ok {
		return care.ErrNotFound
	}
	for name, value := range file.Header {
		c.Response().Header().Set(name, value)
	}
	if c.Request().Header.Get("If-None-Match") == file.Header["ETag"] {
		c.Response().Header().Del("Content-Length")
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, file.Header["Content-Type"], file.Body)
}

// favicon answers browsers that ask for one by the old name.
func (s *Server) favicon(c echo.Context) error {
	return c.Redirect(http.StatusMovedPermanently, static.Href("icon.svg"))
}

// themeHref is the address of a council's colours, "" when it has none of its own.
func themeHref(council care.Council) string {
	return static.Theme{Header: council.Colour}.Href(council.Slug)
}

// theme serves a council's colours. A pair that people with low vision cannot read is not served: ours stays.
func (s *Server) theme(c echo.Context) error {
	slug, _, _ := strings.Cut(c.Param("name"), ".")
	council, err := s.council(c, slug)
	if err != nil {
		return err
	}
	css, err := static.Theme{Header: council.Colour}.Stylesheet()
	if err != nil {
		return care.ErrNotFound
	}
	c.Response().Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", css)
}
