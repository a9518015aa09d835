package web_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"threshold/static"
)

// The budgets: a first visit fits one TCP window of ten segments (RFC 6928), and every later page is light.
const (
	firstVisitBudget = 14_600
	laterPageBudget  = 4_000
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

func TestPagesAreLight(t *testing.T) {
	if static.Empty() {
		if os.Getenv("CI") == "true" {
			t.Fatal("the style sheets are not built (make assets)")
		}
		t.Skip("left out: the weight of pages, because the style sheets are not built (make assets)")
	}
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
				if strings.HasSuffix(path, ".js") && size > scriptBudget {
					t.Errorf("%s takes %d bytes, the budget is %d", path, size, scriptBudget)
				}
			}
		}
	})
	t.Logf("first visit: %d bytes in %d requests, %d of them the page", total, requests, html)
	if total > firstVisitBudget || requests > requestBudget {
		t.Errorf("a first visit takes %d bytes in %d requests; the budget is %d in %d", total, requests, firstVisitBudget, requestBudget)
	}

	heaviest, where := 0, ""
	b.get("/ashdale/for").submit(url.Values{"for": {"self"}})
	answers := url.Values{
		"daily": {"nutrition", "home_safety"}, "private": {"alone"}, "today": {"food"}, "difficulties": {"retain"}, "name": {"Ada Example"},
		"ways": {"not_sure"}, "living": {"no_fixed"}, "nutrition.limbs": {"assistance"}, "home_safety.limbs": {"danger"}, "lives_here": {"no"},
	}
	for range 50 {
		if size := b.served(b.path); size > laterPageBudget {
			t.Errorf("%s takes %d bytes, the budget is %d", b.path, size, laterPageBudget)
		} else if size > heaviest {
			heaviest, where = size, b.path
		}
		if b.confirmed() {
			break
		}
		forms := b.forms()
		form := forms[len(forms)-1]
		v := form.values()
		for _, c := range form.controls {
			if given, ok := answers[c.name]; ok {
				v[c.name] = given
			}
		}
		b.post(form.action, v)
	}
	if !b.confirmed() {
		t.Fatalf("the walk ended at %s", b.path)
	}
	t.Logf("heaviest later page: %s, %d bytes", where, heaviest)
}
