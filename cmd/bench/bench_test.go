package main

import (
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	var times []time.Duration
	for i := 100; i > 0; i-- {
		times = append(times, time.Duration(i))
	}
	for p, want := range map[float64]time.Duration{0: 1, 50: 50, 99: 99, 100: 100} {
		if got := percentile(times, p); got != want {
			t.Errorf("percentile %v is %d, want %d", p, got, want)
		}
	}
	if percentile(nil, 50) != 0 || percentile([]time.Duration{7}, 99) != 7 {
		t.Error("few times")
	}
}

func TestParseBench(t *testing.T) {
	m := parseBench(`goos: linux
BenchmarkSave/clients=64-2   	   10000	    104 ns/op	  9600.5 saves/s	  12 B/op
BenchmarkAgainstPlainGo/many-2 	 300	 170.1 ns/engine	 95.0 ns/plain	 1.79 x-plain
PASS
`)
	if len(m) != 2 || m["BenchmarkSave/clients=64"]["saves/s"] != 9600.5 || m["BenchmarkAgainstPlainGo/many"]["x-plain"] != 1.79 {
		t.Errorf("read as %v", m)
	}
}

// served starts a server for one test and dials it.
func served(t *testing.T, handler http.HandlerFunc) *client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	c, err := dial(strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

// TestClient: what net/http's server says is read as it was meant, one answer after the other on one connection.
func TestClient(t *testing.T) {
	long := strings.Repeat("0123456789", 10_000)
	c := served(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/form":
			form, err := io.ReadAll(r.Body)
			if err != nil || string(form) != "a=b" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
				t.Errorf("sent %q, %v", form, err)
			}
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "abc", Path: "/"})
			http.Redirect(w, r, "/chunks", http.StatusSeeOther)
		case "/chunks":
			if r.Header.Get("Cookie") != "session=abc" || r.Header.Get("Accept-Encoding") != "gzip" {
				t.Errorf("headers %v", r.Header)
			}
			_, _ = io.WriteString(w, long)
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, long)
		case "/short":
			_, _ = io.WriteString(w, "short")
		}
	})
	a, err := c.post("/form", "a=b")
	if err != nil || a.status != http.StatusSeeOther || a.location != "/chunks" {
		t.Fatalf("%+v, %v", a, err)
	}
	if a, err = c.get(a.location); err != nil || a.status != http.StatusOK || string(a.body) != long+long {
		t.Fatalf("%d bytes, %v", len(a.body), err)
	}
	if a, err = c.plain("/short"); err != nil || string(a.body) != "short" {
		t.Fatalf("%+v, %v", a, err)
	}
	if _, err := expect2(c.get("/short"))(http.StatusSeeOther); err == nil {
		t.Error("another status is no error")
	}
}

// TestPersonChangesTheirAnswer: a form has the fingerprint that stands on the page before it, and each differs from the last.
func TestPersonChangesTheirAnswer(t *testing.T) {
	var forms []string
	c := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			form, _ := io.ReadAll(r.Body)
			forms = append(forms, string(form))
			http.Redirect(w, r, "/next", http.StatusSeeOther)
		}
	})
	p := &person{client: c, page: "/q", answers: [2]string{"x=1", "x=2"}, seen: [2]string{"s2", "s1"}}
	for range 3 {
		if err := p.pair(); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"x=1&seen=s2", "x=2&seen=s1", "x=1&seen=s2"}; !slices.Equal(forms, want) {
		t.Errorf("sent %q", forms)
	}
}

// TestOpenLoopChargesThoseWhoWait: while one stands still, those who should have begun meanwhile have waited, and it is
// counted from when they should have begun.
func TestOpenLoopChargesThoseWhoWait(t *testing.T) {
	const stall = 200 * time.Millisecond
	times, err := openLoop(1, 100, time.Second, func(_, k int) error {
		if k == 10 {
			<-time.After(stall)
		}
		return nil
	})
	if err != nil || len(times) != 100 {
		t.Fatalf("%d requests, %v", len(times), err)
	}
	late := 0
	for _, took := range times[11:] {
		if took > 10*time.Millisecond { // a request's turn comes every ten
			late++
		}
	}
	if late < 15 { // nineteen turns passed; the least that any machine can show
		t.Errorf("%d of those behind the one that stood still were late", late)
	}
}

func TestLoopsTellTheirFaults(t *testing.T) {
	fault := errors.New("no room")
	if _, err := openLoop(3, 1000, 10*time.Millisecond, func(int, int) error { return fault }); !errors.Is(err, fault) {
		t.Errorf("the open loop says %v", err)
	}
	if _, err := rate(2, 0, time.Millisecond, func(int) error { return fault }); !errors.Is(err, fault) {
		t.Errorf("the closed loop says %v", err)
	}
	if _, err := crowd(5, func() (*person, error) { return nil, fault }); !errors.Is(err, fault) {
		t.Errorf("the crowd says %v", err)
	}
}

// made is a run with round figures.
func made() *figures {
	return &figures{
		machine: "A processor, 2 processors, linux/amd64", trace: 1.5, drawUs: 20, syncs: 1000, saves: map[int]float64{1: 900, 64: 8000, 256: 9000},
		small: []smallSaves{{1, 900}, {64, 9000}, {256, 20000}}, hello: 20000, gets: 6000, posts: 4000, pairs: 2500, peerGets: 1000, peerPosts: 1000,
		p50: time.Millisecond, p99: 12 * time.Millisecond, worst: 30 * time.Millisecond, starts: []time.Duration{90 * time.Millisecond},
		crowds: []held{{1000, 500, 60 << 20}, {10000, 500, 90 << 20}}, binary: 19 << 20,
	}
}

// TestReport: what is missed is said so, and the picture is well formed and says the same.
func TestReport(t *testing.T) {
	f := made()
	text, picture := f.markdown(), f.picture()
	var missed []string
	for _, target := range f.targets() {
		if !strings.Contains(text, "| "+target.what+" | "+target.got+" | "+target.want+" | "+state(target.met())+" |") {
			t.Errorf("the table lacks %q as it is", target.what)
		}
		if !target.met() {
			missed = append(missed, target.what)
		}
	}
	if len(missed) != 2 || !strings.Contains(missed[0], "durable answer, beside Express") || !strings.Contains(missed[1], "2,000 a second") {
		t.Errorf("missed: %q", missed)
	}
	if n := strings.Count(picture, "missed</text>"); n != len(missed) {
		t.Errorf("the picture shows %d missed", n)
	}
	for decoder := xml.NewDecoder(strings.NewReader(picture)); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the picture is not well formed: %v", err)
		}
	}
	f.peerGets, f.peerPosts = 0, 0
	if strings.Contains(f.markdown(), "Express") {
		t.Error("a peer that was left out is in the table")
	}
}
