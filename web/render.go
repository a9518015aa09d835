package web

import (
	"bytes"
	"sync"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
)

var pageBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// render draws a page into memory first, so that a fault half way can still become an error page.
func render(c echo.Context, status int, page templ.Component) error {
	b := pageBuffers.Get().(*bytes.Buffer)
	defer pageBuffers.Put(b)
	b.Reset()
	if err := page.Render(c.Request().Context(), b); err != nil {
		return err
	}
	return c.HTMLBlob(status, b.Bytes())
}
