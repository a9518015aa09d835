package web_test

import (
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
	"threshold/rules"
	"threshold/web"
)

// A site is the whole service on a real database, with a clock that the test moves.
type site struct {
	t       *testing.T
	server  *httptest.Server
	service *casework.Service
	store   *sqlite.Store
	db      string
	now     time.Time
	log     *strings.Builder
	ring    keys.Ring
	library *eligibility.Library
	demo    bool
}

func newSite(t *testing.T, demo bool) *site {
	t.Helper()
	s := openSite(t, demo)
	for _, name := range []string{"Ashdale", "Birchley"} {
		council := care.Council{
			Slug: strings.ToLower(name), Name: name + " Council", Phone: "020 7946 0101", Phone24h: "020 7946 0102",
			LeaveURL: "https://www.example.com/weather", ReadDays: 10, CreatedAt: s.now,
		}
		ev := care.Event{Verb: "council.added", Actor: care.ActorSystem, At: s.now}
		if err := s.store.PutCouncil(t.Context(), council, ev); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// emptySite is a service on its first run: no council, no account.
func emptySite(t *testing.T) *site { return openSite(t, false) }

// loadRules reads the rules once: they never change while the program runs, and reading them takes longer than most tests.
var loadRules = sync.OnceValues(func() (*eligibility.Library, error) { return eligibility.Load(rules.FS) })

func openSite(t *testing.T, demo bool) *site {
	t.Helper()
	library, err := loadRules()
	if err != nil {
		t.Fatal(err)
	}
	s := &site{
		t: t, db: t.TempDir() + "/threshold.db", now: time.Date(2026, 11, 22, 10, 42, 0, 0, time.UTC), log: &strings.Builder{},
		ring: keys.Generate(), library: library, demo: demo,
	}
	s.serve()
	t.Cleanup(func() {
		s.server.Close()
		_ = s.store.Close()
	})
	return s
}

// serve opens the database and serves it, as starting the program does.
func (s *site) serve() {
	s.t.Helper()
	store, err := sqlite.Open(s.t.Context(), sqlite.Options{Path: s.db, Keys: s.ring})
	if err != nil {
		s.t.Fatal(err)
	}
	log := slog.New(slog.NewJSONHandler(s.log, nil))
	now := func() time.Time { return s.now }
	s.store = store
	s.service = &casework.Service{
		Store: store, Library: s.library, Now: now, Log: log, Pepper: s.ring.Pepper(), PublicURL: "https://care.example.com", MailOn: true,
	}
	s.server = httptest.NewServer(web.New(web.Options{
		Casework: s.service, Sessions: store, CookieKeys: s.ring.CookieKeys(), Now: now, Log: log, Demo: s.demo,
	}))
}

// A browser is a plain HTTP client that reads forms: no JavaScript, cookies kept, redirects followed by hand.
type browser struct {
	t       *testing.T
	site    *site
	cookies map[string]string
	path    string // where it is now, with query
	status  int
	header  http.Header
	body    string
	doc     *html.Node
}

func (s *site) browser() *browser { return &browser{t: s.t, site: s, cookies: map[string]string{}} }

func (b *browser) get(path string) *browser { b.t.Helper(); return b.do(http.MethodGet, path, nil) }
func (b *browser) post(path string, v url.Values) *browser {
	b.t.Helper()
	return b.do(http.MethodPost, path, v)
}

// do asks once and follows redirects within the site.
func (b *browser) do(method, path string, values url.Values) *browser {
	b.t.Helper()
	for range 10 {
		var body io.Reader
		if method == http.MethodPost {
			body = strings.NewReader(values.Encode())
		}
		r, err := http.NewRequestWithContext(b.t.Context(), method, b.site.server.URL+path, body)
		if err != nil {
			b.t.Fatal(err)
		}
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", b.site.server.URL)
		}
		if b.path != "" {
			r.Header.Set("Referer", b.site.server.URL+b.path)
		}
		for name, value := range b.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			b.t.Fatal(err)
		}
		text, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err != nil {
			b.t.Fatal(err)
		}
		for _, c := range response.Cookies() {
			if c.MaxAge < 0 {
				delete(b.cookies, c.Name)
			} else {
				b.cookies[c.Name] = c.Value
			}
		}
		b.path, b.status, b.header, b.body = path, response.StatusCode, response.Header, string(text)
		if to := response.Header.Get("Location"); response.StatusCode == http.StatusSeeOther && strings.HasPrefix(to, "/") {
			method, path, values = http.MethodGet, to, nil
			continue
		}
		b.doc, err = html.Parse(strings.NewReader(b.body))
		if err != nil {
			b.t.Fatal(err)
		}
		return b
	}
	b.t.Fatalf("%s: too many redirects", path)
	return b
}

// page is the path below the council's slug.
func (b *browser) page() string {
	path, _, _ := strings.Cut(b.path, "?")
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return rest
}

type htmlNode = html.Node

// A control is a named input of a form.
type control struct {
	name, kind string // kind: radio, checkbox, text, hidden, …
	values     []string
	value      string // given or typed already
}

// A form of the page.
type pageForm struct {
	action   string
	controls []*control
	button   url.Values
}

func (f *pageForm) control(name string) *control {
	for _, c := range f.controls {
		if c.name == name {
			return c
		}
	}
	return nil
}

// values as a browser would send them untouched.
func (f *pageForm) values() url.Values {
	v := url.Values{}
	for _, c := range f.controls {
		if c.value != "" && (c.kind != "radio" && c.kind != "checkbox") {
			v.Set(c.name, c.value)
		}
	}
	for name, values := range f.button {
		v[name] = values
	}
	return v
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func each(n *html.Node, visit func(*html.Node)) {
	if n.Type == html.ElementNode {
		visit(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		each(c, visit)
	}
}

func find(n *html.Node, is func(*html.Node) bool) *html.Node {
	var found *html.Node
	each(n, func(e *html.Node) {
		if found == nil && is(e) {
			found = e
		}
	})
	return found
}

func text(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.Fields(b.String()), " ")
}

// forms of the main part of the page, in order.
func (b *browser) forms() []*pageForm {
	main := find(b.doc, func(n *html.Node) bool { return n.Data == "main" })
	if main == nil {
		return nil
	}
	var forms []*pageForm
	each(main, func(n *html.Node) {
		if n.Data != "form" || attr(n, "method") != "post" {
			return
		}
		f := &pageForm{action: attr(n, "action"), button: url.Values{}}
		each(n, func(e *html.Node) {
			name := attr(e, "name")
			switch e.Data {
			case "input":
				kind := attr(e, "type")
				if kind == "" {
					kind = "text"
				}
				c := f.control(name)
				if c == nil {
					c = &control{name: name, kind: kind}
					f.controls = append(f.controls, c)
				}
				if kind == "radio" || kind == "checkbox" {
					c.values = append(c.values, attr(e, "value"))
				} else {
					c.value = attr(e, "value")
				}
			case "select":
				c := &control{name: name, kind: "radio"} // one of its options, or none
				each(e, func(o *html.Node) {
					if v := attr(o, "value"); o.Data == "option" && v != "" {
						c.values = append(c.values, v)
					}
				})
				f.controls = append(f.controls, c)
			case "textarea":
				f.controls = append(f.controls, &control{name: name, kind: "text", value: text(e)})
			case "button":
				if name != "" {
					f.button.Set(name, attr(e, "value"))
				}
			}
		})
		forms = append(forms, f)
	})
	return forms
}

// submit sends the page's first form with the given values over what is there.
func (b *browser) submit(values url.Values) *browser {
	b.t.Helper()
	forms := b.forms()
	if len(forms) == 0 {
		b.t.Fatalf("%s (%d) has no form:\n%s", b.path, b.status, b.body)
	}
	v := forms[0].values()
	for name, given := range values {
		v[name] = given
	}
	return b.post(forms[0].action, v)
}

// confirmed says whether the page is a confirmation with a reference.
func (b *browser) confirmed() bool {
	return find(b.doc, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "govuk-panel--confirmation") }) != nil
}

// reference reads the reference of the confirmation page.
func (b *browser) reference() string {
	panel := find(b.doc, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "govuk-panel--confirmation") })
	strong := find(panel, func(n *html.Node) bool { return n.Data == "strong" })
	reference, ok := casework.ParseReference(text(strong))
	if !ok {
		b.t.Fatalf("no reference in %q", text(panel))
	}
	return reference
}

// plausible fills a form at random, the way somebody might: some questions skipped, some exclusive clashes mended.
func plausible(r *rand.Rand, f *pageForm, retry bool) url.Values {
	v := f.values()
	for _, c := range f.controls {
		switch c.kind {
		case "radio":
			if retry || r.IntN(5) > 0 {
				v.Set(c.name, c.values[r.IntN(len(c.values))])
			}
		case "checkbox":
			n := r.IntN(3)
			if retry {
				n = 1
			}
			picked := slices.Clone(c.values)
			r.Shuffle(len(picked), func(i, j int) { picked[i], picked[j] = picked[j], picked[i] })
			v[c.name] = picked[:min(n, len(picked))]
		case "hidden":
		default:
			if !retry && r.IntN(3) == 0 {
				continue
			}
			v.Set(c.name, word(r, c.name))
		}
	}
	return v
}

func word(r *rand.Rand, name string) string {
	switch {
	case strings.HasSuffix(name, "-day"):
		return "7"
	case strings.HasSuffix(name, "-month"):
		return "March"
	case strings.HasSuffix(name, "-year"):
		return "1948"
	case strings.Contains(name, "postcode"):
		return "LS1 4AP"
	case strings.Contains(name, "email"):
		return "sam@example.com"
	case strings.Contains(name, "phone"):
		return "07700 900 982"
	}
	return []string{"Sam Example", "On good days I manage", "After 2pm", "Zoë O’Brien"}[r.IntN(4)]
}
