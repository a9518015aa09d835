package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// typedAgain signs in on the page the browser is on, with whatever else its form carries.
func (b *browser) typedAgain(email string) *browser {
	b.t.Helper()
	p, err := b.site.store.PractitionerByEmail(b.t.Context(), email)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.submit(url.Values{"email": {email}, "password": {password}, "code": {b.site.code(p.TOTPSecret)}})
}

const typedReason = "She says: <i>I burn</i> my food, \"every day\".\nI saw the pans & the wall."

func aFinding() url.Values {
	return url.Values{"version": {"0"}, "conclusion": {"unable"}, "sources": {"told", "seen"}, "reason": {typedReason}, "period": {"Since March"}}
}

// TestWordsTypedBeforeTheSessionRanOut: nothing is stored, and after signing in as the same person one press saves it.
func TestWordsTypedBeforeTheSessionRanOut(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", nil)
	row := "/staff/case/" + ref + "/answers/nutrition"
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	stored := func() care.Finding {
		f, err := s.service.Open(t.Context(), care.Actor{Kind: care.ActorPractitioner, ID: "x", Council: "ashdale", Roles: []care.Role{care.RolePractitioner}}, ref, "test")
		if err != nil {
			t.Fatal(err)
		}
		return f.Findings["nutrition"]
	}

	s.now = s.now.Add(16 * time.Minute)
	b.get("/staff") // in another tab, first: it must not throw away whose session it was
	b.post(row, aFinding()).answers(http.StatusForbidden).says("You were signed out after 15 minutes. What you typed is kept on this page")
	if stored().Version != 0 {
		t.Fatal("a session that ran out stored a finding")
	}
	for _, word := range []string{"Kim", "burn", ref} {
		if strings.Contains(b.body, word) {
			t.Errorf("the sign-in page shows %q to whoever is at the screen", word)
		}
	}
	b.submit(url.Values{"email": {"sam.example@example.com"}, "password": {"not my password at all"}, "code": {"000000"}})
	b.answers(http.StatusUnprocessableEntity).says("still kept")
	b.typedAgain("sam.example@example.com").answers(http.StatusOK).says("Save what you typed?", "I saw the pans & the wall.", "Since March", "Sign out")
	if stored().Version != 0 {
		t.Fatal("signing in alone stored a finding")
	}
	if strings.Contains(b.body, "Kim") {
		t.Error("the page says more of the case than what was typed")
	}
	hidden := url.Values{} // every one, of a name that comes twice too
	each(b.doc, func(n *html.Node) {
		if n.Data == "input" && attr(n, "type") == "hidden" {
			hidden.Add(attr(n, "name"), attr(n, "value"))
		}
	})
	b.post(b.forms()[0].action, hidden).answers(http.StatusOK).says("I saw the pans & the wall.", "Saved")
	if got := stored(); got.Version != 1 || got.Reason != typedReason || len(got.Sources) != 2 || got.ByName != "Sam Example" {
		t.Errorf("stored: %+v", got)
	}
}

// TestAKeptFormDoesNotOverwriteAColleague: it goes back with the version it was shown with.
func TestAKeptFormDoesNotOverwriteAColleague(t *testing.T) {
	s := newSite(t, false)
	row := "/staff/case/" + s.sends("ashdale", nil) + "/answers/nutrition"
	b, other := s.invite("ashdale", "Sam Example", care.RolePractitioner), s.invite("ashdale", "Ola Example", care.RolePractitioner)
	s.now = s.now.Add(10 * time.Minute)
	other.get("/staff")
	s.now = s.now.Add(6 * time.Minute)
	theirs := aFinding()
	theirs.Set("reason", "The letter of the hospital says so.")
	other.post(row, theirs).answers(http.StatusOK)
	b.post(row, aFinding()).answers(http.StatusForbidden)
	b.typedAgain("sam.example@example.com").submit(nil).answers(http.StatusConflict).says("The letter of the hospital says so.", "I saw the pans")
}

// TestAKeptFormIsForWhoTypedItAlone: somebody else at the same screen gets nothing of it.
func TestAKeptFormIsForWhoTypedItAlone(t *testing.T) {
	s := newSite(t, false)
	home := "/staff/case/" + s.sends("ashdale", nil)
	s.invite("ashdale", "Ola Example", care.RolePractitioner)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	s.now = s.now.Add(16 * time.Minute)
	b.post(home+"/contact", url.Values{"note": {"Her brother was there."}}).answers(http.StatusForbidden)
	sealed := b.forms()[0].values().Get("kept")
	b.typedAgain("ola.example@example.com").answers(http.StatusOK).says("You are signed in", "another person's", "Ola Example")
	if strings.Contains(b.body, "brother") || strings.Contains(b.body, home) {
		t.Error("another practitioner reads what was typed")
	}

	// What was not sealed by the service is no form, and what is a day old is none any more.
	for name, kept := range map[string]string{"made up": "bm90aGluZw==", "changed": "A" + sealed} {
		s.now = s.now.Add(time.Minute)
		c := s.browser().get("/staff/sign-in")
		p, err := s.store.PractitionerByEmail(t.Context(), "sam.example@example.com")
		if err != nil {
			t.Fatal(err)
		}
		c.submit(url.Values{"email": {p.Email}, "password": {password}, "code": {s.code(p.TOTPSecret)}, "kept": {kept}})
		if c.path != "/staff" {
			t.Errorf("a kept form that is %s led to %s", name, c.path)
		}
	}
	b = s.invite("ashdale", "Lou Example", care.RolePractitioner)
	s.now = s.now.Add(16 * time.Minute)
	b.post(home+"/record", url.Values{"advice": {"Lunch club"}}).answers(http.StatusForbidden)
	s.now = s.now.Add(9 * time.Hour)
	b.typedAgain("lou.example@example.com").says("too old to save")
}

// TestAfterEightHoursWordsAreKeptToo, and what is too long to go back with the sign-in form is shown, to be copied.
func TestAfterEightHoursWordsAreKeptToo(t *testing.T) {
	s := newSite(t, false)
	home := "/staff/case/" + s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	for range 49 {
		s.now = s.now.Add(10 * time.Minute)
		b.get("/staff")
	}
	b.post(home+"/record", url.Values{"advice": {"Lunch club"}}).answers(http.StatusForbidden).says("signed out after 8 hours")

	most := url.Values{}
	for _, field := range []string{"decision_reason", "advice", "next_steps", "no_contact_reason"} {
		most.Set(field, strings.Repeat("a", casework.MaxNote))
	}
	if b.post(home+"/record", most).answers(http.StatusForbidden).forms()[0].values().Get("kept") == "" {
		t.Error("the longest words that a form takes are not kept")
	}
	b.post(home+"/record", url.Values{"advice": {strings.Repeat("far too long ", 4500)}}).answers(http.StatusForbidden).says("Copy it from here first", "far too long far too long")
}

// TestNothingIsKeptOfASignature, nor of a button.
func TestNothingIsKeptOfASignature(t *testing.T) {
	s := newSite(t, false)
	home := "/staff/case/" + s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	s.now = s.now.Add(16 * time.Minute)
	for _, page := range []string{"/sign", "/take", "/put-back"} {
		if b.post(home+page, url.Values{"confirm": {"yes"}}); b.path != "/staff/sign-in" || strings.Contains(b.body, `name="kept"`) {
			t.Errorf("%s led to %s", page, b.path)
		}
	}
	c := s.browser()
	if c.post(home+"/contact", url.Values{"note": {"x"}}); c.path != "/staff/sign-in" {
		t.Errorf("a form from nobody led to %s", c.path)
	}
}

// TestKeptInTheDemonstration: its button carries the words too.
func TestKeptInTheDemonstration(t *testing.T) {
	s := newSite(t, true)
	council := care.Council{Slug: "madeup", Name: "Made-up Council", ReadDays: 5, Demo: true}
	if err := s.service.SetCouncil(t.Context(), care.Actor{Kind: care.ActorSystem}, council); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(time.Minute)
	ref := s.sends("madeup", nil)
	b := s.demoPractitioner("madeup")
	s.now = s.now.Add(16 * time.Minute)
	b.post("/staff/case/"+ref+"/answers/nutrition", aFinding()).answers(http.StatusForbidden)
	b.submit(nil).answers(http.StatusOK).says("Save what you typed?")
	b.submit(nil).answers(http.StatusOK).says("Saved", "I saw the pans")
}

// TestAnAuditorFindsATimeline by reference, and an administrator is told how accounts are added.
func TestAnAuditorFindsATimeline(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", nil)
	b := s.invite("ashdale", "Ari Example", care.RoleAuditor)
	b.get("/staff/timeline?ref=nonsense").answers(http.StatusUnprocessableEntity).says("There is a problem", "ten letters and digits")
	b.get("/staff/timeline?ref=" + url.QueryEscape(strings.ToLower(casework.FormatReference(ref)))).answers(http.StatusOK).says("Answers sent")
	if b.path != "/staff/case/"+ref+"/timeline" {
		t.Errorf("the reference led to %s", b.path)
	}
	b = s.invite("ashdale", "Ada Example", care.RoleAdmin).says("People")
	if find(b.doc, func(n *html.Node) bool { return attr(n, "name") == "ref" }) != nil {
		t.Error("an administrator is offered a timeline")
	}
	b.get("/staff/timeline?ref=" + ref).answers(http.StatusForbidden)
}

// TestStaffProblemsLookLikeStaffPages, for somebody signed in and for somebody who is not.
func TestStaffProblemsLookLikeStaffPages(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	b.get("/staff/case/0000000000").answers(http.StatusNotFound).says("Sam Example", "Sign out", "Back to the queue")
	b.get("/staff/nowhere").answers(http.StatusNotFound).says("Sam Example", "Sign out")
	b.post("/staff/case/"+ref+"/impact", url.Values{"nonsense": {"x"}}).answers(http.StatusBadRequest).says("This could not be saved", "Sign out")
	s.browser().get("/staff/nowhere").answers(http.StatusNotFound).says("Sign in")
	auditor := s.invite("ashdale", "Ari Example", care.RoleAuditor)
	auditor.get("/staff/case/"+ref).answers(http.StatusForbidden).says("Your account cannot open this", "Sign out", "Back to the start page")
	if s.browser().get("/staffordshire").answers(http.StatusNotFound); strings.Contains(s.browser().get("/staffordshire").body, "Self-assessments") {
		t.Error("a council whose name begins like the practitioners' address gets their pages")
	}
}

// TestEveryPageSaysWhoHasTheCase, the ones to edit and sign above all: colleagues share cases.
func TestEveryPageSaysWhoHasTheCase(t *testing.T) {
	s := newSite(t, false)
	home := "/staff/case/" + s.sends("ashdale", nil)
	s.invite("ashdale", "Ola Example", care.RolePractitioner).post(home+"/take", url.Values{"held": {""}}).answers(http.StatusOK)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	for _, page := range []string{"", "/answers", "/impact", "/record", "/timeline"} {
		b.get(home + page).says("Ola Example has this case")
	}
}

// TestAContactHasADateThatCanBe: not to come, and not before there was the Act.
func TestAContactHasADateThatCanBe(t *testing.T) {
	s := newSite(t, false)
	home := "/staff/case/" + s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	contact := url.Values{"on-day": {"31"}, "on-month": {"3"}, "on-year": {"2015"}, "how": {"visit"}, "seen_alone": {"yes"}, "advocate": {"not_needed"}}
	b.post(home+"/contact", contact).answers(http.StatusUnprocessableEntity).says("on or after 1 April 2015")
	contact.Set("on-day", "1")
	contact.Set("on-month", "4")
	b.post(home+"/contact", contact).answers(http.StatusOK).says("1 April 2015")
}
