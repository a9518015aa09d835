package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threshold/internal/care"
)

// TestTheCookies: a session's cookie goes to this host over HTTPS alone, is read by no script and ends with the browser; and whoever
// comes in by a code stands under a new id, whatever the browser had before.
func TestTheCookies(t *testing.T) {
	s := newSite(t, false)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+"/ashdale/for", strings.NewReader("for=self"))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", s.server.URL)
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	cookies := answer.Cookies()
	if len(cookies) != 1 {
		t.Fatalf("%d cookies: %v", len(cookies), cookies)
	}
	c := cookies[0]
	if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 {
		t.Errorf("the session's cookie is %s", c)
	}

	b := s.browser()
	b.get("/ashdale/for").submit(url.Values{"for": {"self"}})
	reference, code := b.keep()
	const name = "__Host-threshold-for-ashdale"
	before := b.cookies[name]
	b.get("/ashdale/back").submit(url.Values{"reference": {reference}, "code": {code}, "which": {"other"}})
	if after := b.cookies[name]; before == "" || after == before {
		t.Errorf("the id of the session is the same as before coming in by a code (at %s)", b.path)
	}
}

// TestErrorsAreSaidInTheTitle: somebody who hears a page hears first that something is wrong with it.
func TestErrorsAreSaidInTheTitle(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	title := func() string {
		t.Helper()
		return text(find(b.doc, func(n *html.Node) bool { return n.Data == "title" }))
	}
	for _, page := range []string{"back", "contact"} {
		if b.get("/ashdale/" + page); strings.HasPrefix(title(), "Error:") {
			t.Errorf("%s begins as an error: %q", page, title())
		}
		if b.submit(nil); b.status != http.StatusUnprocessableEntity || !strings.HasPrefix(title(), "Error: ") {
			t.Errorf("%s sent empty (%d) has the title %q", page, b.status, title())
		}
	}
}

// TestEveryOwnFieldSaysWhatItIs: browsers fill in what somebody types about themself (WCAG 2.2, success criterion 1.3.5).
func TestEveryOwnFieldSaysWhatItIs(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	b.get("/ashdale/contact").answers(http.StatusOK)
	want := map[string]string{"call_you": "nickname", "phone": "tel", "email": "email"}
	found := map[string]string{}
	each(b.doc, func(n *html.Node) {
		if name := attr(n, "name"); want[name] != "" && attr(n, "type") != "radio" && attr(n, "type") != "checkbox" {
			found[name] = attr(n, "autocomplete")
		}
	})
	if len(found) == 0 {
		t.Fatal("the page asks for nothing of this")
	}
	for name, token := range found {
		if token != want[name] {
			t.Errorf("%s has autocomplete %q, not %q", name, token, want[name])
		}
	}
}

// TestTheContentPolicy: nothing runs or loads but what this site serves as files of its own, and nobody frames it.
func TestTheContentPolicy(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	for _, page := range []string{"/", "/ashdale", "/ashdale/for", "/staff/sign-in", "/ashdale/nothing-here", "/guide"} {
		got := map[string]string{}
		for directive := range strings.SplitSeq(b.get(page).header.Get("Content-Security-Policy"), ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
			got[name] = value
		}
		for name, want := range map[string]string{
			"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'", "font-src": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'",
		} {
			if got[name] != want {
				t.Errorf("%s: %s is %q, not %q", page, name, got[name], want)
			}
		}
	}
}

// TestLeavingEndsTheSession: after "Leave this site" the form opens no more from this browser, whatever address is asked for.
func TestLeavingEndsTheSession(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	b.get("/ashdale/for").submit(url.Values{"for": {"self"}})
	at := b.path
	if b.get(at); b.path != at {
		t.Fatalf("%s led to %s before leaving", at, b.path)
	}
	kept := b.cookies["__Host-threshold-for-ashdale"]
	b.post("/leave", nil)
	for _, cookie := range []string{"", kept} { // somebody may have copied it
		if cookie != "" {
			b.cookies["__Host-threshold-for-ashdale"] = cookie
		}
		if b.get(at); b.path == at {
			t.Errorf("after leaving %s still opens", at)
		}
	}
}

// TestTheDraftIsThePersonsAlone: what will be recorded is shown to the person by their own code, and neither to whoever sent the form
// about them nor to a helper.
func TestTheDraftIsThePersonsAlone(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	reference, home := s.worked(b, map[string][]string{
		"for": {"someone"}, "they_call": {"Kim"}, "helper_is": {"neighbour"}, "helper_name": {"Lee Example"}, "knows": {"yes_agree"}, "with_them": {"no"}, "decides": {"yes"},
	}, "yes")
	staff, err := s.store.Practitioners(t.Context(), "ashdale")
	if err != nil || len(staff) != 1 {
		t.Fatal(staff, err)
	}
	sam := care.Actor{Kind: care.ActorPractitioner, ID: staff[0].ID, Council: "ashdale", Roles: staff[0].Roles}
	if _, _, err := s.service.GiveCode(t.Context(), sam, reference); err != nil {
		t.Fatal(err)
	}
	owes := url.Values{"wants": {"yes"}, "residence": {"here"}, "next_steps": {"A support plan with her."}, "version": {"0"}}
	b.post(home+"/record", decided("eligible", owes)).answers(http.StatusOK)
	b.press("/draft", url.Values{"draft_how": {"status"}}).answers(http.StatusOK)
	for as, want := range map[care.CodeKind]int{"": 0, care.CodeHelper: 0, care.CodePerson: 1} {
		st, err := s.service.Status(t.Context(), care.Actor{Kind: care.ActorCitizen, ID: s.idOf(reference), Council: "ashdale", As: as})
		if err != nil {
			t.Fatal(err)
		}
		if len(st.Drafts) != want {
			t.Errorf("whoever came as %q is shown %d drafts, not %d", as, len(st.Drafts), want)
		}
	}
}

// TestEveryFieldHasALabel: each field is tied to the words that say what it is, so that it is read out with them and pressing the words
// reaches it.
func TestEveryFieldHasALabel(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	for _, page := range []string{"/ashdale/contact", "/ashdale/back", "/ashdale/reading", "/ashdale/for", "/staff/sign-in"} {
		b.get(page).answers(http.StatusOK)
		labelled, fields := map[string]bool{}, 0
		each(b.doc, func(n *html.Node) {
			if n.Data == "label" {
				labelled[attr(n, "for")] = text(n) != ""
			}
		})
		each(b.doc, func(n *html.Node) {
			kind := attr(n, "type")
			if n.Data != "textarea" && n.Data != "select" && (n.Data != "input" || kind == "hidden" || kind == "submit") {
				return
			}
			fields++
			if !labelled[attr(n, "id")] {
				t.Errorf("%s: the field %q has no label", page, attr(n, "name"))
			}
		})
		if fields == 0 {
			t.Errorf("%s has no field", page)
		}
	}
}
