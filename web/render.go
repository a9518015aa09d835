package web

import (
	"bytes"
	"context"
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
	// Without cancel: an error page must be drawn even when the request ran out of time, and templ stops at a context
	// that has ended.
	if err := page.Render(context.WithoutCancel(c.Request().Context()), b); err != nil {
		return err
	}
	return c.HTMLBlob(status, b.Bytes())
}
