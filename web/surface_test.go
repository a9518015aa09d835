package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestEveryAnswerCarriesTheHeaders asks for pages of every kind and status.
func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	s := newSite(t, true)
	for _, path := range []string{
		"/", "/ashdale", "/ashdale/for", "/ashdale/contact", "/ashdale/daily", "/ashdale/nowhere/at/all", "/nobody",
		"/staff", "/staff/sign-in", "/staff/case/AAAAAAAAAA", "/healthz", "/readyz", "/api/v1/rulesets", "/api/v1/nothing",
	} {
		b := s.browser().get(path)
		for name, want := range map[string]string{
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Content-Security-Policy":    "default-src 'none'",
			"Strict-Transport-Security":  "max-age=",
			"Cache-Control":              "no-store",
		} {
			if got := b.header.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s (%d): %s is %q", path, b.status, name, got)
			}
		}
	}
}

func TestAnotherSiteCannotPost(t *testing.T) {
	s := newSite(t, false)
	for _, path := range []string{"/ashdale/for", "/ashdale/contact", "/leave", "/staff/sign-in"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+path, strings.NewReader("for=self"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://elsewhere.example.com")
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Errorf("%s: a post from another site answered %d", path, response.StatusCode)
		}
	}
}

func TestUnknownFieldStoresNothing(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	b.submit(url.Values{"language": {"Gujarati"}, "status": {"signed"}})
	if b.status != http.StatusBadRequest {
		t.Fatalf("a field that is not the page's answered %d", b.status)
	}
	if b.get("/ashdale/talk"); strings.Contains(b.body, "Gujarati") {
		t.Error("half of a refused form was stored")
	}
}

func TestTooLargeABodyIsRefused(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().post("/ashdale/contact", url.Values{"call_you": {strings.Repeat("x", 70_000)}})
	if b.status != http.StatusRequestEntityTooLarge {
		t.Errorf("70 KB answered %d", b.status)
	}
}

// TestTwoTabs: the second tab is told, nothing is overwritten silently, and pressing again keeps what is typed there.
func TestTwoTabs(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	tab := *b
	b.submit(url.Values{"language": {"Gujarati"}})
	tab.submit(url.Values{"language": {"Polish"}})
	if tab.status != http.StatusConflict || !strings.Contains(tab.body, "Polish") {
		t.Fatalf("the second tab got %d, and its words are kept: %t", tab.status, strings.Contains(tab.body, "Polish"))
	}
	if b.get("/ashdale/talk"); !strings.Contains(b.body, "Gujarati") {
		t.Error("the first tab's answer was overwritten")
	}
	tab.submit(nil)
	if tab.get("/ashdale/talk"); !strings.Contains(tab.body, "Polish") {
		t.Error("pressing the button again did not keep the second tab's answer")
	}
}

// TestIdleLock: after half an hour no answer is shown, what is posted is still saved, and one button carries on.
func TestIdleLock(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	s.now = s.now.Add(31 * time.Minute)
	b.submit(url.Values{"language": {"Gujarati"}})
	if strings.Contains(b.body, "Gujarati") || len(b.forms()) != 1 || !strings.HasSuffix(b.forms()[0].action, "/carry-on") {
		t.Fatalf("the view is not locked at %s", b.path)
	}
	b.submit(nil)
	if b.get("/ashdale/talk"); !strings.Contains(b.body, "Gujarati") {
		t.Error("what was typed before the lock is lost")
	}
	s.now = s.now.Add(25 * time.Hour)
	if err := s.service.EraseStale(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b.get("/ashdale/talk"); b.page() == "talk" {
		t.Errorf("a day later the draft still opens at %s", b.path)
	}
}

// TestLeave: one press ends the session, and going back shows nothing.
func TestLeave(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Gujarati"}})
	b.post("/leave", nil)
	if b.status != http.StatusSeeOther || b.header.Get("Location") != "https://www.example.com/weather" {
		t.Fatalf("leaving answered %d to %q", b.status, b.header.Get("Location"))
	}
	if !strings.Contains(b.header.Get("Content-Security-Policy"), "https://www.example.com") || b.header.Get("Clear-Site-Data") == "" {
		t.Error("leaving would be blocked by the policy, or clears nothing")
	}
	if b.get("/ashdale/talk"); strings.Contains(b.body, "Gujarati") {
		t.Error("after leaving the answers can still be seen")
	}
}

// TestSendingTwice makes one case.
func TestSendingTwice(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	answerEverything(t, b, "Sam")
	first := b.reference()
	b.post("/ashdale/check", url.Values{})
	if !b.confirmed() || b.reference() != first {
		t.Errorf("sending again answered %d with another reference", b.status)
	}
}

func TestErase(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Gujarati"}})
	b.get("/ashdale/erase").submit(nil)
	if b.status != http.StatusOK {
		t.Fatalf("erasing answered %d", b.status)
	}
	if b.get("/ashdale/talk"); b.page() == "talk" {
		t.Error("the erased draft still opens")
	}
}
