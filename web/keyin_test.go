package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
)

const keyedNote = "You are filling this in for somebody"

// TestKeyInFromPaper: a practitioner types in a paper form on the pages that residents see, says so on each of them, stays
// signed in however long it takes, and finds the case in the queue with their name on it.
func TestKeyInFromPaper(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Robin Example", care.RolePractitioner)
	b.get("/staff").answers(http.StatusOK)
	if !strings.Contains(b.body, `href="/staff/key-in"`) {
		t.Error("the queue does not lead to filling in a form")
	}
	b.get("/staff/key-in").answers(http.StatusOK)
	if b.submit(nil); b.status != http.StatusUnprocessableEntity || !strings.Contains(b.body, "Select how you have their answers") {
		t.Errorf("nothing chosen answered %d", b.status)
	}
	b.submit(url.Values{"how": {"paper"}})
	if b.page() != "for" {
		t.Fatalf("the form begins at %s (%d)", b.path, b.status)
	}
	reference := ""
	for range 60 {
		if b.confirmed() {
			reference = b.reference()
			break
		}
		b.says(keyedNote, "from a paper form")
		s.now = s.now.Add(4 * time.Minute) // all in all much longer than a practitioner's session lasts when it is idle
		form := b.forms()[len(b.forms())-1]
		v := form.values()
		for name, value := range map[string]string{"for": "self", "name": "Ada Example", "ways": "not_sure", "private": "alone", "safety": "hurt"} {
			if form.control(name) != nil {
				v.Set(name, value)
			}
		}
		b.post(form.action, v)
	}
	if reference == "" {
		t.Fatalf("the form did not come to an end: %s", b.path)
	}
	if strings.Contains(b.body, keyedNote) || !strings.Contains(b.body, `href="/staff/case/`+reference+`"`) {
		t.Error("the receipt does not lead to the case, or still says that it is being filled in")
	}
	b.get("/staff/case/" + reference).answers(http.StatusOK).says("Robin Example keyed this in from paper")
	a, err := s.store.CaseByReference(t.Context(), "ashdale", reference, care.Event{Verb: "case.viewed", Actor: care.ActorSystem, At: s.now})
	if err != nil || a.KeyedHow != "paper" || a.KeyedBy == "" {
		t.Errorf("the case says it was keyed in by %q, %q: %v", a.KeyedBy, a.KeyedHow, err)
	}
	// The next form begins without a question: nothing is left open.
	b.get("/staff/key-in")
	if strings.Contains(b.body, `name="which"`) {
		t.Error("a form that was sent is taken for an open one")
	}
	b.submit(url.Values{"how": {"phone"}})
	b.says("who is on the phone with you")
}

// TestKeyInBesideAnOpenForm: the form that is open in the browser is gone on with, or left, as the practitioner says.
func TestKeyInBesideAnOpenForm(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Robin Example", care.RolePractitioner)
	b.get("/staff/key-in").submit(url.Values{"how": {"paper"}}).submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Gujarati"}})
	if b.get("/staff/key-in"); !strings.Contains(b.body, `name="which"`) {
		t.Fatal("nobody asks what becomes of the open form")
	}
	if b.submit(url.Values{"how": {"phone"}}); b.status != http.StatusUnprocessableEntity {
		t.Errorf("without a choice the answer is %d", b.status)
	}
	if b.submit(url.Values{"how": {"phone"}, "which": {"here"}}); b.get("/ashdale/talk").status != http.StatusOK || !strings.Contains(b.body, "Gujarati") {
		t.Error("the open form is lost")
	}
	b.get("/staff/key-in").submit(url.Values{"how": {"phone"}, "which": {"other"}})
	if b.page() != "for" || strings.Contains(b.body, "Gujarati") {
		t.Errorf("a new form begins at %s", b.path)
	}
}

// TestKeyedFormClosesWithTheSession: whoever is at the desk next, after the practitioner has signed out or gone, sees
// nothing of the form; what is typed late is kept.
func TestKeyedFormClosesWithTheSession(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Robin Example", care.RolePractitioner)
	b.get("/staff/key-in").submit(url.Values{"how": {"paper"}}).submit(url.Values{"for": {"self"}})
	s.now = s.now.Add(16 * time.Minute)
	b.submit(url.Values{"language": {"Gujarati"}})
	if strings.Contains(b.body, "Gujarati") || b.path != "/staff/sign-in" {
		t.Fatalf("after the practitioner's session the form shows at %s", b.path)
	}
	for _, path := range []string{"/ashdale/talk", "/ashdale/copy", "/ashdale/copy/file", "/ashdale/for", "/ashdale/about-me", "/ashdale/save"} {
		if b.get(path); strings.Contains(b.body, "Gujarati") || b.path != "/staff/sign-in" {
			t.Errorf("%s shows at %s", path, b.path)
		}
	}
	if b.post("/ashdale/carry-on", nil); b.path != "/staff/sign-in" {
		t.Errorf("one press opens the form again, at %s", b.path)
	}

	s = newSite(t, false)
	b = s.invite("ashdale", "Robin Example", care.RolePractitioner)
	b.get("/staff/key-in").submit(url.Values{"how": {"paper"}}).submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Gujarati"}})
	b.post("/staff/sign-out", nil)
	if b.get("/ashdale/talk"); b.page() == "talk" {
		t.Error("signing out leaves the form open")
	}
}

// TestWhoMayKeyIn: neither those who look after accounts nor auditors, and nobody who is not signed in.
func TestWhoMayKeyIn(t *testing.T) {
	s := newSite(t, false)
	for _, role := range []care.Role{care.RoleAdmin, care.RoleAuditor} {
		b := s.invite("ashdale", "Sam "+string(role), role)
		if b.get("/staff/key-in"); b.status != http.StatusForbidden {
			t.Errorf("%s: the page answered %d", role, b.status)
		}
		if b.post("/staff/key-in", url.Values{"how": {"paper"}}); b.status != http.StatusForbidden {
			t.Errorf("%s: beginning answered %d", role, b.status)
		}
	}
	if b := s.browser().post("/staff/key-in", url.Values{"how": {"paper"}}); b.path != "/staff/sign-in" && b.status == http.StatusOK {
		t.Errorf("nobody signed in: %d at %s", b.status, b.path)
	}
	b := s.invite("ashdale", "Robin Example", care.RolePractitioner)
	for _, v := range []url.Values{{"how": {"guess"}}, {"how": {"paper"}, "name": {"x"}}} {
		if b.post("/staff/key-in", v); b.status != http.StatusUnprocessableEntity && b.status != http.StatusBadRequest {
			t.Errorf("%v answered %d", v, b.status)
		}
	}
}
