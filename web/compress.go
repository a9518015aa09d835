package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
)

const (
	// smallest is what is worth packing; less fits one packet as it is.
	smallest = 1 << 10
	// A page up to shortUpTo fits the first packets however it is packed: the quickest level. Longer ones repeat themselves,
	// and level 3 takes a tenth more off in the same time. Above longFrom are the lists of all that somebody said, seen once
	// or twice: the best level, which takes twice the time.
	shortUpTo = 8 << 10
	longFrom  = 20_000
)

// gzipper packs answers. A packer takes most of a megabyte, so it is not held while a handler waits for the disk or a slow
// browser for its bytes: the answer is packed when it is finished, by one packer a processor and level.
type gzipper struct {
	short, middle, long chan *gzip.Writer
}

func newGzipper() *gzipper {
	n := runtime.GOMAXPROCS(0)
	pool := func() chan *gzip.Writer {
		all := make(chan *gzip.Writer, n)
		for range n {
			all <- nil // made when first used
		}
		return all
	}
	return &gzipper{short: pool(), middle: pool(), long: pool()}
}

// pack writes the gzip form of body to w.
func (g *gzipper) pack(w io.Writer, body []byte) {
	pool, level := g.short, gzip.BestSpeed
	switch {
	case len(body) > longFrom:
		pool, level = g.long, gzip.BestCompression
	case len(body) > shortUpTo:
		pool, level = g.middle, 3
	}
	z := <-pool
	defer func() { pool <- z }()
	if z == nil {
		z, _ = gzip.NewWriterLevel(w, level) // the levels exist
	} else {
		z.Reset(w)
	}
	_, _ = z.Write(body) // into memory
	_ = z.Close()
}

// compressed packs answers for browsers that take gzip. Static files were packed when they were built.
func compressed(g *gzipper) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if isStatic(c) {
				return next(c)
			}
			response := c.Response()
			response.Header().Add("Vary", "Accept-Encoding")
			if !takesGzip(c.Request().Header.Get("Accept-Encoding")) {
				return next(c)
			}
			body := pageBuffers.Get().(*bytes.Buffer)
			body.Reset()
			w := &packing{ResponseWriter: response.Writer, body: body}
			response.Writer = w
			defer func() { // a handler that panics gets its page from the error handler, which writes as ever
				response.Writer = w.ResponseWriter
				w.finish(g)
				pageBuffers.Put(body)
			}()
			return next(c)
		}
	}
}

// takesGzip reads an Accept-Encoding header as far as gzip goes (RFC 9110, section 12.5.3).
func takesGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, parameter, _ := strings.Cut(part, ";")
		if coding = strings.TrimSpace(coding); strings.EqualFold(coding, "gzip") {
			name, weight, weighed := strings.Cut(strings.TrimSpace(parameter), "=")
			q, err := strconv.ParseFloat(strings.TrimSpace(weight), 64)
			return !weighed || !strings.EqualFold(strings.TrimSpace(name), "q") || err == nil && q > 0
		}
	}
	return false
}

// packing holds an answer back until it is finished. All of ours are made in memory before they are written; it offers no
// Flush, so that nothing can be sent by half.
type packing struct {
	http.ResponseWriter
	body   *bytes.Buffer
	status int
}

func (w *packing) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *packing) Write(b []byte) (int, error) { return w.body.Write(b) }

// finish sends the answer, packed when it is worth it and the handler has not seen to it.
func (w *packing) finish(g *gzipper) {
	h, body := w.Header(), w.body.Bytes()
	if len(body) >= smallest && h.Get("Content-Encoding") == "" {
		out := pageBuffers.Get().(*bytes.Buffer)
		defer pageBuffers.Put(out)
		out.Reset()
		g.pack(out, body)
		body = out.Bytes()
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if w.status != 0 {
		w.ResponseWriter.WriteHeader(w.status)
	}
	if len(body) > 0 {
		_, _ = w.ResponseWriter.Write(body) // a browser that went away is nothing that could be mended here
	}
}
