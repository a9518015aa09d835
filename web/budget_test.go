package web_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"threshold/static"
)

// The budgets: a first visit fits one TCP window of ten segments (RFC 6928), and every later page is light.
const (
	firstVisitBudget = 14_600
	laterPageBudget  = 4_000
	everythingBudget = firstVisitBudget // all that somebody answered, when they answered everything about all ten outcomes
	scriptBudget     = 2_500
	requestBudget    = 4
	// A form to print is read once, at a time of one's own choosing, and is no page of a journey: it has every question.
	paperBudget = 40_000
)

// served is how many bytes an address takes on the wire for a browser that accepts br and gzip.
func (b *browser) served(path string) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.site.server.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "br, gzip") // set by hand, so that nothing is unpacked behind our back
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	n, err := io.Copy(io.Discard, response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		b.t.Fatalf("%s answered %d: %v", path, response.StatusCode, err)
	}
	return int(n)
}

// weighable leaves a test out where there is nothing to weigh.
func weighable(t *testing.T) {
	t.Helper()
	if static.Empty() {
		if os.Getenv("CI") == "true" {
			t.Fatal("the style sheets are not built (make assets)")
		}
		t.Skip("left out: the weight of pages, because the style sheets are not built (make assets)")
	}
}

// TestFirstVisitIsLight weighs the first page with all it asks for, its script for browsers of every kind, and its style
// sheets, which name no font.
func TestFirstVisitIsLight(t *testing.T) {
	weighable(t)
	s := newSite(t, false)
	b := s.browser().get("/ashdale")
	total, requests := b.served("/ashdale"), 1
	html := total
	each(b.doc, func(n *htmlNode) {
		for _, name := range []string{"href", "src"} {
			path := attr(n, name)
			if n.Data != "a" && (strings.HasSuffix(path, ".css") || strings.HasSuffix(path, ".js")) {
				size := b.served(path)
				total, requests = total+size, requests+1
				if !strings.HasSuffix(path, ".js") {
					continue
				}
				for _, accepts := range []string{"br", "gzip"} {
					if file, ok := static.Lookup(path, accepts); !ok || len(file.Body) > scriptBudget {
						t.Errorf("%s takes %d bytes by %s, the budget is %d", path, len(file.Body), accepts, scriptBudget)
					}
				}
			}
		}
	})
	t.Logf("first visit: %d bytes in %d requests, %d of them the page", total, requests, html)
	if total > firstVisitBudget || requests > requestBudget {
		t.Errorf("a first visit takes %d bytes in %d requests; the budget is %d in %d", total, requests, firstVisitBudget, requestBudget)
	}
}
