package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/labstack/echo/v4"
)

func packingEcho() *echo.Echo {
	e := echo.New()
	e.Use(recovered(slog.New(slog.DiscardHandler)), compressed(newGzipper()))
	e.GET("/page/:size", func(c echo.Context) error {
		size := map[string]int{"small": smallest - 1, "one": smallest, "long": shortUpTo * 4, "none": 0}[c.Param("size")]
		return c.HTML(http.StatusUnprocessableEntity, strings.Repeat("a word ", size/7+1)[:size])
	})
	e.GET("/own", func(c echo.Context) error {
		c.Response().Header().Set("Content-Encoding", "br")
		return c.Blob(http.StatusOK, "text/css", bytes.Repeat([]byte("x"), 4*smallest))
	})
	e.GET("/away", func(c echo.Context) error { return c.Redirect(http.StatusSeeOther, "/page/one") })
	e.GET("/panic", func(echo.Context) error { panic("half way") })
	return e
}

func TestPacking(t *testing.T) {
	e := packingEcho()
	for _, c := range []struct {
		path, accepts, encoding string
		status, size            int
	}{
		{"/page/small", "gzip", "", 422, smallest - 1},
		{"/page/one", "gzip, deflate, br", "gzip", 422, smallest},
		{"/page/long", "br;q=1, GZIP;q=0.3", "gzip", 422, shortUpTo * 4},
		{"/page/long", "gzip;q=0, br", "", 422, shortUpTo * 4},
		{"/page/long", "gzip;q=nonsense", "", 422, shortUpTo * 4},
		{"/page/long", "", "", 422, shortUpTo * 4},
		{"/page/none", "gzip", "", 422, 0},
		{"/own", "gzip, br", "br", 200, 4 * smallest},
		{"/away", "gzip", "", 303, 0},
	} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		r.Header.Set("Accept-Encoding", c.accepts)
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		var body io.Reader = w.Body
		if w.Header().Get("Content-Encoding") == "gzip" {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatalf("%s: %v", c.path, err)
			}
			body = z
		}
		got, err := io.ReadAll(body)
		if err != nil || w.Code != c.status || len(got) != c.size || w.Header().Get("Content-Encoding") != c.encoding || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s for %q: %d, %d bytes, %v, %v", c.path, c.accepts, w.Code, len(got), w.Header(), err)
		}
	}
}

// TestPackingAfterAPanic: the error handler's page still arrives.
func TestPackingAfterAPanic(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/panic", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	packingEcho().ServeHTTP(w, r)
	if w.Code != http.StatusInternalServerError || w.Body.Len() == 0 {
		t.Errorf("%d with %q", w.Code, w.Body)
	}
}

// TestPackersAreShared: many requests at once take no more packers than there are, and nobody gets another's page.
func TestPackersAreShared(t *testing.T) {
	g := newGzipper()
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			page := bytes.Repeat([]byte{byte('a' + i%26), ' '}, (i+1)*300)
			var out bytes.Buffer
			g.pack(&out, page)
			z, err := gzip.NewReader(&out)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := io.ReadAll(z); err != nil || !bytes.Equal(got, page) {
				t.Errorf("page %d came back as %d bytes, %v", i, len(got), err)
			}
		})
	}
	all.Wait()
}
