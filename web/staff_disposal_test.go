package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// pastItsTime is a signed case of which the person has their copy and a code, long enough ago to be due for disposal.
func (s *site) pastItsTime() (ref, code string) {
	s.t.Helper()
	s.with(care.Settings{RetentionMonths: 12})
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	ref, home := s.worked(b, nil, "yes")
	b.post(home+"/code", url.Values{"checked": {"yes"}}).answers(http.StatusOK)
	each(b.doc, func(n *htmlNode) {
		if n.Data == "dd" && find(n, func(e *htmlNode) bool { return attr(e, "class") == "app-code__value" }) != nil {
			code = text(n)
		}
	})
	owes := url.Values{"wants": {"yes"}, "residence": {"here"}, "next_steps": {"A support plan with her."}, "version": {"0"}}
	b.post(home+"/record", decided("eligible", owes)).answers(http.StatusOK)
	b.tells(home).press("/sign", url.Values{"confirm": {"yes"}}).answers(http.StatusOK)
	s.now = s.now.AddDate(1, 0, 1)
	return ref, code
}

// given notes that the person has their copy.
func (s *site) given(ref string) {
	s.t.Helper()
	err := s.service.GiveCopy(s.t.Context(), s.actor("Sam Example"), ref, care.CopyGiven{To: "person", How: "post", On: s.now.Format(time.DateOnly)}, "")
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestTwoManagersDestroyACase through their pages, and the person who sent it finds what any reference finds that nobody has.
func TestTwoManagersDestroyACase(t *testing.T) {
	s := newSite(t, false)
	ref, code := s.pastItsTime()
	shown := casework.FormatReference(ref)
	mo, pat := s.invite("ashdale", "Mo Manager", care.RoleManager), s.invite("ashdale", "Pat Manager", care.RoleManager)
	const list = "/staff/disposal"

	mo.get("/staff/team").says("Cases to destroy")
	mo.get(list).answers(http.StatusOK).says("A finished case is kept for 1 year", "Not to be destroyed yet", shown, "Something is owed on it", "Time is over: 1")
	if strings.Contains(mo.body, "Kim Example") {
		t.Error("the list says whose case it is")
	}
	if strings.Contains(mo.body, `name="case"`) {
		t.Error("what cannot be destroyed can be ticked")
	}
	mo.post(list, url.Values{"show": {"due"}, "act": {"propose"}, "case": {ref}}).answers(http.StatusOK).press("/confirm", nil).answers(http.StatusConflict).says("stands otherwise by now")
	s.given(ref)

	mo.get(list).says("Finished on 22 November 2026, kept until 22 November 2027")
	mo.press(list, url.Values{"act": {"propose"}}).answers(http.StatusUnprocessableEntity).says("Tick at least one case")
	mo.press(list, url.Values{"act": {"propose"}, "case": {ref}}).answers(http.StatusOK).says("Propose to destroy 1 case?", shown, "Nothing is destroyed before they agree")
	sure := mo.formTo("/confirm")
	mo.press("/confirm", nil).answers(http.StatusOK).says("Proposed to destroy 1 case", "No case is past its time", "Proposed: 1")
	mo.post(sure.action, sure.values()).answers(http.StatusOK) // pressed twice
	mo.get(list + "?show=proposed").says("Proposed by you")
	mo.press(list, url.Values{"act": {"agree_page"}, "case": nil}).says("Agree to destroy 1 case?").press("/confirm", nil).answers(http.StatusUnprocessableEntity).says("You proposed one of these yourself")

	pat.get(list+"?show=proposed").says("Proposed by Mo Manager").press(list, url.Values{"act": {"agree"}, "case": {ref}}).says("nobody can bring back").press("/confirm", nil)
	pat.answers(http.StatusOK).says("Agreed to destroy 1 case. It can be taken back for 7 days", "Agreed: 1")
	mo.get(list+"?show=agreed").press(list, url.Values{"act": {"back"}, "case": {ref}}).answers(http.StatusOK).says("Taken back for 1 case", "Agreed: 0", "Time is over: 1")

	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(s.service.ProposeDisposal(t.Context(), s.actor("Mo Manager"), []string{ref}))
	must(s.service.AgreeDisposal(t.Context(), s.actor("Pat Manager"), []string{ref}))
	s.comesBack(ref, code).answers(http.StatusOK) // until it is done it opens as before
	s.now = s.now.Add(casework.DisposalGrace + time.Minute)
	if n, err := s.service.CarryOutDisposals(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d destroyed, %v", n, err)
	}
	gone := s.comesBack(ref, code).answers(http.StatusUnprocessableEntity).says("The reference and the code do not go together, or the form is no longer kept")
	other := s.sends("birchley", nil) // a reference that this council never had
	never := s.comesBack(other, code).answers(http.StatusUnprocessableEntity)
	if strings.ReplaceAll(text(gone.doc), ref, "") != strings.ReplaceAll(text(never.doc), other, "") {
		t.Error("a reference that was destroyed is told apart from one that nobody had")
	}
	boss := s.invite("ashdale", "Lou Manager", care.RoleManager)
	boss.get("/staff/case/" + ref).answers(http.StatusNotFound)
	boss.get(list+"?ref="+url.QueryEscape(shown)).answers(http.StatusOK).says("The case "+shown+" was destroyed on ", "Mo Manager proposed it and Pat Manager agreed", "It came in on 22 November 2026")
	boss.get(list + "?ref=" + other).answers(http.StatusOK).says("No case of your council with the reference " + casework.FormatReference(other) + " was destroyed here")
	boss.get(list + "?ref=x").answers(http.StatusUnprocessableEntity)
	s.invite("ashdale", "Al Auditor", care.RoleAuditor).get("/staff/audit?verb=case.disposed").answers(http.StatusOK).says("Destroyed")
}

// TestACaseIsKeptLonger with why and until when; what is missing is asked for with what was typed.
func TestACaseIsKeptLonger(t *testing.T) {
	s := newSite(t, false)
	ref, _ := s.pastItsTime()
	s.given(ref)
	mo := s.invite("ashdale", "Mo Manager", care.RoleManager)
	const list = "/staff/disposal"
	mo.get(list).press(list, url.Values{"act": {"keep"}, "case": {ref}}).answers(http.StatusOK).says("Keep 1 case longer", "needs a reason")
	mo.press("/keep", url.Values{"note": {"The complaint of May."}}).answers(http.StatusUnprocessableEntity).says("Select why they are kept longer", "Enter the day until which they are kept", "The complaint of May.")
	day := url.Values{"why": {"complaint"}, "until-day": {"27"}, "until-month": {"3"}, "until-year": {"2028"}}
	mo.press("/keep", day).answers(http.StatusOK).says("Kept 1 case longer", "Kept longer: 1")
	mo.get(list+"?show=kept").says("Kept until 27 March 2028 by you: A complaint is open or may come", "The complaint of May.")
	mo.press(list, url.Values{"act": {"back"}, "case": {ref}}).says("Taken back for 1 case", "Time is over: 1")

	for name, v := range map[string]url.Values{
		"another act":      {"show": {"due"}, "act": {"agree"}, "case": {ref}},
		"another state":    {"show": {"gone"}, "act": {"propose"}, "case": {ref}},
		"no reference":     {"show": {"due"}, "act": {"propose"}, "case": {"x"}},
		"an unknown field": {"show": {"due"}, "act": {"propose"}, "case": {ref}, "why": {"court"}},
	} {
		if mo.post(list, v); mo.status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, mo.status)
		}
	}
	mo.get(list + "?show=gone").answers(http.StatusNotFound)
	mo.get(list + "?after=nonsense").answers(http.StatusNotFound)
}

// TestPeopleAreToldHowItEnds: the page that says what is held says for how long, and what happens then.
func TestPeopleAreToldHowItEnds(t *testing.T) {
	s := newSite(t, false)
	s.with(care.Settings{RetentionMonths: 18})
	b := s.browser()
	b.walk(nil)
	b.get("/ashdale/held").answers(http.StatusOK).says("for 18 months after your record is signed", "Then two managers decide that it is destroyed", "A safety copy")
}
