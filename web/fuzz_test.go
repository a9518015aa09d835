package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/internal/store/keys"
	"threshold/rules"
)

var fuzzRules = sync.OnceValues(func() (*eligibility.Library, error) { return eligibility.Load(rules.FS) })

func fuzzLibrary(f *testing.F) *eligibility.Library {
	f.Helper()
	lib, err := fuzzRules()
	if err != nil {
		f.Fatal(err)
	}
	return lib
}

func fuzzNow() time.Time { return time.Date(2026, 11, 22, 10, 42, 0, 0, time.UTC) }

// posted is a request with a form's body, whatever the bytes.
func posted(target, kind, body string) echo.Context {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set(echo.HeaderContentType, kind)
	return echo.New().NewContext(r, httptest.NewRecorder())
}

// asked is a request for an address with this query, whatever the bytes.
func asked(path, query string) echo.Context {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.URL.RawQuery = query
	return echo.New().NewContext(r, httptest.NewRecorder())
}

// FuzzForm: whatever a browser posts, a form is refused, or its fields are tidied texts under names that it carried, and no longer
// than they came. A practitioner's form lets no field through that its page does not ask.
func FuzzForm(f *testing.F) {
	page := care.Page{Questions: []care.Question{{ID: "name", Kind: care.KindText}, {ID: "born", Kind: care.KindDate}, {ID: "text", Kind: care.KindTextarea}}}
	f.Fuzz(func(t *testing.T, kind, body string) {
		typed, err := readForm(posted("/ashdale/you/name", kind, body), page)
		if err != nil {
			var refused *echo.HTTPError
			if !errors.As(err, &refused) || refused.Code != http.StatusBadRequest && refused.Code != http.StatusUnsupportedMediaType {
				t.Fatalf("%q: %v", body, err)
			}
		}
		size := 0
		for id, values := range typed {
			if slices.Contains([]string{fieldSeen, fieldDo, fieldChange, fieldOnce, "born-day", "born-month", "born-year"}, id) {
				t.Fatalf("%q gave an answer %q", body, id)
			}
			for _, v := range values {
				size += len(v)
				if id != "born" && v != tidy(v) || v == "" {
					t.Fatalf("%q gave %q", body, v)
				}
			}
		}
		if size > len(body)+16 { // the joined date has two hyphens and noughts more
			t.Fatalf("%d bytes gave %d", len(body), size)
		}
		values, err := staffForm(posted("/staff/x", kind, body), "name", "text")
		if err != nil {
			return
		}
		for id, given := range values {
			if id != "name" && id != "text" {
				t.Fatalf("%q gave a practitioner's field %q", body, id)
			}
			for _, v := range given {
				if v != tidy(v) {
					t.Fatalf("%q gave %q", body, v)
				}
			}
		}
	})
}

// FuzzDateBoxes: three boxes become one text and the three boxes again; a day of the calendar is the same day however it is typed.
func FuzzDateBoxes(f *testing.F) {
	f.Fuzz(func(t *testing.T, day, month, year string) {
		boxes := url.Values{"born-day": {day}, "born-month": {month}, "born-year": {year}}
		joined := joinDate(boxes, "born")
		if joined == "" {
			if tidy(day)+tidy(month)+tidy(year) != "" {
				t.Fatalf("%q %q %q became nothing", day, month, year)
			}
			return
		}
		d, m, y := splitDate(joined)
		again := joinDate(url.Values{"born-day": {d}, "born-month": {m}, "born-year": {y}}, "born")
		// A nought before a figure comes and goes; what was typed stays.
		if plain := func(s string) string { return strings.ReplaceAll(s, "0", "") }; plain(again) != plain(joined) {
			t.Fatalf("%q %q %q became %q and then %q", day, month, year, joined, again)
		}
		q := care.Question{ID: "born", Kind: care.KindDate}
		if q.Check([]string{joined}, fuzzNow()) == nil {
			if q.Check([]string{again}, fuzzNow()) != nil {
				t.Fatalf("%q was taken, and shown again as %q %q %q it is not", joined, d, m, y)
			}
			one, err1 := time.Parse("2006-1-2", joined)
			two, err2 := time.Parse("2006-1-2", again)
			if err1 != nil || err2 != nil || !one.Equal(two) {
				t.Fatalf("%q and %q are not one day", joined, again)
			}
		}
		if typed := dateTyped(boxes, "born"); typed != "" && len(typed) > 64 {
			t.Fatalf("%q %q %q became %q", day, month, year, typed)
		}
	})
}

// noRows fails whoever looks a session up: none may be asked for by a cookie that was not made here.
type noRows struct{ t *testing.T }

func (n noRows) Session(context.Context, string) (care.Session, error) {
	n.t.Fatal("a forged cookie was looked up")
	return care.Session{}, care.ErrNotFound
}
func (n noRows) PutSession(context.Context, care.Session) error   { n.t.Fatal("stored"); return nil }
func (n noRows) TouchSession(context.Context, care.Session) error { n.t.Fatal("touched"); return nil }
func (n noRows) DeleteSession(context.Context, string) error      { n.t.Fatal("deleted"); return nil }

// FuzzCookie: no cookie opens anything but one that was signed here for that very name, and no sealed text passes for another.
func FuzzCookie(f *testing.F) {
	ring := keys.Generate()
	f.Fuzz(func(t *testing.T, header, name string) {
		if rest, ok := strings.CutPrefix(name, "__Host-"); !ok || strings.Trim(rest, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			name = staffCookie // a cookie is asked for by names that we give
		}
		s := &Server{Options: Options{CookieKeys: ring.CookieKeys(), Now: fuzzNow}}
		s.cookies = newCookieStore(noRows{t}, s.CookieKeys)
		for _, cookie := range []string{header, staffCookie + "=" + header, name + "=" + header, knownCookie + "=" + header} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header["Cookie"] = []string{cookie}
			c := echo.New().NewContext(r, httptest.NewRecorder())
			for _, n := range []string{staffCookie, citizenCookie("ashdale"), name} {
				if _, ok, err := s.cookies.load(r, n); ok || err != nil {
					t.Fatalf("%q opened a session: %v", cookie, err)
				}
			}
			if id := s.device(c); id != "" {
				t.Fatalf("%q is known as %q", cookie, id)
			}
		}
		if kept, ok := s.unseal(header); ok {
			t.Fatalf("%q was opened as %+v", header, kept)
		}
	})
}

// FuzzIndications: whatever is posted to the public interface, the answer is an indication that is JSON, or a problem that says
// where, what and how to mend it, that stays small and that never is a fault of ours.
func FuzzIndications(f *testing.F) {
	e := echo.New()
	registerAPI(e.Group("/api/v1"), fuzzLibrary(f), fuzzNow)
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/indications", bytes.NewReader(body))
		w := httptest.NewRecorder()
		e.ServeHTTP(w, r)
		if !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%q is answered by %q", body, w.Body)
		}
		switch w.Code {
		case http.StatusOK:
			var out care.Indication
			if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Suggestion == "" || len(out.Conditions) == 0 {
				t.Fatalf("%q is answered by %q: %v", body, w.Body, err)
			}
		case http.StatusBadRequest:
			var p problem
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Title == "" || p.Detail == "" || w.Body.Len() > 4096 {
				t.Fatalf("%q is answered by %q: %v", body, w.Body, err)
			}
		default:
			t.Fatalf("%q is answered with %d: %q", body, w.Code, w.Body)
		}
	})
}

// FuzzQueueAddress: of an address of the queue only choices that the page offers count; the way back to it is one of ours.
func FuzzQueueAddress(f *testing.F) {
	filters := queueFilters(casework.Hands{}, care.Practitioner{})
	s := &Server{Options: Options{Now: fuzzNow}}
	v := &visit{Actor: care.Actor{ID: "ann"}, Practitioner: care.Practitioner{Team: "north"}}
	f.Fuzz(func(t *testing.T, query string) {
		given, _ := url.ParseQuery(query)
		chosen := queueChosen(filters, given)
		for _, fl := range filters {
			if got := chosen.Get(fl.name); got != "" {
				found := false
				for _, choice := range fl.choices {
					found = found || choice.Value == got
				}
				if !found {
					t.Fatalf("%q chose %q", query, got)
				}
			}
		}
		if len(chosen) > len(filters) {
			t.Fatalf("%q chose %v", query, chosen)
		}
		q := s.queueQuery(v, chosen)
		if q.Lane != "" && !slices.Contains(care.Lanes, q.Lane) {
			t.Fatalf("%q asks for the lane %q", query, q.Lane)
		}
		href := queueHref(chosen, "after", given.Get("after"))
		u, err := url.Parse(href)
		if err != nil || u.Path != "/staff" || u.Host != "" {
			t.Fatalf("%q leads to %q", query, href)
		}
		if again := queueChosen(filters, u.Query()); !slices.Equal(keysOf(again), keysOf(chosen)) {
			t.Fatalf("%q chose %v, and its address %v", query, chosen, again)
		}
		if back, err := backQuery(query); err == nil && back.Has("done") {
			t.Fatalf("%q says of itself what was done", query)
		}
	})
}

func keysOf(v url.Values) []string {
	var all []string
	for k := range v {
		all = append(all, k+"="+v.Get(k))
	}
	slices.Sort(all)
	return all
}

// FuzzAuditAddress: a search of the trail has days, verbs and references that there are, or a sentence that says what to enter.
func FuzzAuditAddress(f *testing.F) {
	rs, err := fuzzLibrary(f).InForce("adult-needs", fuzzNow())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, query string) {
		search, q, problems := new(Server).auditSearch(asked("/staff/audit", query), rs)
		for field, text := range problems {
			if text == "" || !slices.Contains([]string{"from", "to", "ref"}, field) {
				t.Fatalf("%q: %q %q", query, field, text)
			}
		}
		if search.Reference != "" {
			if ref, ok := casework.ParseReference(search.Reference); !ok || ref != search.Reference {
				t.Fatalf("%q looks for %q", query, search.Reference)
			}
		}
		if !search.From.IsZero() && problems["from"] != "" || !search.To.IsZero() && problems["to"] != "" {
			t.Fatalf("%q: a day and a problem", query)
		}
		if search.Verb != "" && rs.Choice("events", search.Verb) == search.Verb && !strings.Contains(search.Verb, " ") {
			t.Fatalf("%q looks for the verb %q", query, search.Verb)
		}
		for name, values := range q {
			for _, v := range values {
				if v != tidy(v) {
					t.Fatalf("%q shows %s again as %q", query, name, v)
				}
			}
		}
	})
}

// FuzzCameFrom: wherever somebody says they came from, they are led to a page of this council and nowhere else.
func FuzzCameFrom(f *testing.F) {
	s := &Server{Options: Options{Casework: &casework.Service{Library: fuzzLibrary(f), Now: fuzzNow}, Now: fuzzNow}}
	e := echo.New()
	s.routes(e)
	f.Fuzz(func(t *testing.T, from string) {
		c := e.NewContext(httptest.NewRequest(http.MethodGet, "/ashdale/reading", nil), httptest.NewRecorder())
		visitOf(c).Council = care.Council{Slug: "ashdale"}
		to := s.cameFrom(c, from)
		u, err := url.Parse(to)
		if err != nil || u.IsAbs() || u.Host != "" || u.Path != "/ashdale" && !strings.HasPrefix(u.Path, "/ashdale/") ||
			strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t\x00") || slices.Contains(strings.Split(u.Path, "/"), "..") {
			t.Fatalf("%q leads to %q", from, to)
		}
	})
}

// FuzzUpload: whatever a browser sends in place of a copy's file, it is refused with a status of a browser's own fault, or is one file
// of bounded size.
func FuzzUpload(f *testing.F) {
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		file, which, err := readUpload(posted("/ashdale/bring", kind, string(body)))
		var refused *echo.HTTPError
		switch {
		case err == nil, errors.Is(err, errTooLarge), errors.Is(err, eligibility.ErrUnknownField):
		case errors.As(err, &refused) && refused.Code >= 400 && refused.Code < 500:
		default:
			t.Fatalf("%q: %v", body, err)
		}
		if err != nil && file != nil || len(file) > maxCopy || len(which) > 1 {
			t.Fatalf("%q: %d bytes, %q, %v", body, len(file), which, err)
		}
		for _, w := range which {
			if w != tidy(w) {
				t.Fatalf("%q: %q", body, w)
			}
		}
	})
}

// FuzzTidy: a tidied text is tidy, valid, no longer, and has no mark that turns the direction of what a practitioner reads.
func FuzzTidy(f *testing.F) {
	f.Fuzz(func(t *testing.T, typed string) {
		v := tidy(typed)
		if !utf8.ValidString(v) || tidy(v) != v || len(v) > len(typed) || strings.ContainsAny(v, "\x00\x1b\x7f\u202e\u2066\r") {
			t.Fatalf("%q became %q", typed, v)
		}
	})
}

// FuzzPolicy: whatever page a council names for "Leave this site", the content security policy keeps its directives and gains none.
func FuzzPolicy(f *testing.F) {
	s := &casework.Service{Library: fuzzLibrary(f), Now: fuzzNow}
	f.Fuzz(func(t *testing.T, address string) {
		council := care.Council{Slug: "ashdale", Name: "Ashdale", Phone: "020 7946 0101", Phone24h: "020 7946 0102", LeaveURL: address, ReadDays: 10}
		var invalid *care.Invalid
		if err := s.CheckCouncil(council); errors.As(err, &invalid) && slices.ContainsFunc(invalid.Problems, func(p care.Problem) bool { return p.Field == "leave_url" }) {
			return
		}
		c := asked("/ashdale", "")
		setCSP(c, address)
		policy := c.Response().Header().Get("Content-Security-Policy")
		var names []string
		for directive := range strings.SplitSeq(policy, ";") {
			name, _, _ := strings.Cut(strings.TrimSpace(directive), " ")
			names = append(names, name)
		}
		want := "default-src script-src style-src img-src font-src form-action frame-ancestors base-uri require-trusted-types-for"
		if strings.Join(names, " ") != want || strings.ContainsAny(policy, ",\r\n") || strings.Contains(policy, "unsafe") && !strings.Contains(address, "unsafe") {
			t.Fatalf("%q makes the policy %q", address, policy)
		}
	})
}
