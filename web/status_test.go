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

// TestWhereAFormStands: four steps, a promise kept or owned up to, questions with their answers, and what can be added.
func TestWhereAFormStands(t *testing.T) {
	s := newSite(t, true)
	ann := s.worker()
	council := s.ashdale()
	council.ComplaintURL = "https://www.example.com/complain"
	if err := s.service.SetCouncil(t.Context(), care.Actor{Kind: care.ActorSystem}, council); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(6 * time.Second) // councils are remembered for five
	b := s.browser()
	reference := b.walk(nil)
	current := func() string {
		t.Helper()
		b.get("/ashdale/status").answers(http.StatusOK)
		now := find(b.doc, func(n *htmlNode) bool { return attr(n, "aria-current") == "step" })
		if now == nil {
			t.Fatal("no step is the current one")
		}
		return text(now)
	}
	if got := current(); !strings.HasPrefix(got, "Sent Now") {
		t.Errorf("just sent: %q", got)
	}
	b.says(casework.FormatReference(reference), "A person will read it by 2 December 2026.")
	if strings.Contains(text(b.doc), "That day has passed") {
		t.Error("overdue on the first day")
	}
	s.now = s.now.Add(11 * 24 * time.Hour)
	again := s.browser()
	b, again = again, b
	_, code, err := s.service.GiveCode(t.Context(), ann, reference) // after eleven days one comes back by a code
	if err != nil {
		t.Fatal(err)
	}
	b = s.comesBack(reference, code.Reveal())
	b.says("We said that a person would read it by 2 December 2026. That day has passed.", "You can call Ashdale Council on 020 7946 0101", "ask us to contact you", "How to complain")
	if b.link("How to complain") != "https://www.example.com/complain" {
		t.Error("complaining leads elsewhere")
	}
	if err := s.service.AskPerson(t.Context(), ann, council, reference, "Which days are worst?\nAnd why?", "", "q1"); err != nil {
		t.Fatal(err)
	}
	if got := current(); got == "" {
		t.Error("no step")
	}
	b.says("What we would like to know", "Which days are worst? And why?")
	var answer string
	for _, f := range b.forms() {
		if strings.Contains(f.action, "/status/answer/") {
			answer = f.action[strings.LastIndex(f.action, "/"):]
		}
	}
	field := "reply-" + answer[1:]
	b.press(answer, url.Values{"do": nil}).answers(http.StatusUnprocessableEntity).says("Enter an answer")
	long := strings.Repeat("word ", 500)
	b.press(answer, url.Values{"do": nil, field: {long}}).answers(http.StatusUnprocessableEntity).says("Use 2,000 characters or fewer")
	if got := b.formTo(answer).control(field).value; got != strings.TrimSpace(long) {
		t.Error("what was typed is gone")
	}
	b.press(answer, url.Values{"do": {"not_sure"}, field: nil}).answers(http.StatusOK).says("We have your answer.", "You said that you are not sure.")
	b.post("/ashdale/status/answer/00000000-0000-7000-8000-000000000000", url.Values{"reply-00000000-0000-7000-8000-000000000000": {"x"}}).answers(http.StatusNotFound)

	b.get("/ashdale/status").press("/status/add", nil).answers(http.StatusUnprocessableEntity).says("Enter an answer")
	b.press("/status/add", url.Values{"text": {"Betony\nand sage"}}).says("We have what you added.", "Betony and sage")
	b.press("/status/add", url.Values{"nonsense": {"x"}}).answers(http.StatusBadRequest)

	if err := s.service.LogContact(t.Context(), ann, reference, "", care.Contact{On: "2026-12-03", How: "phone", SeenAlone: "yes", Advocate: "not_needed"}); err != nil {
		t.Fatal(err)
	}
	if got := current(); !strings.HasPrefix(got, "We contacted you Now") || !strings.Contains(got, "3 December 2026") {
		t.Errorf("contacted: %q", got)
	}
	if strings.Contains(text(b.doc), "That day has passed") {
		t.Error("overdue, though somebody was in contact")
	}
	if _, err := s.service.Open(t.Context(), ann, reference, ""); err != nil {
		t.Fatal(err)
	}
	b.get("/ashdale/held").says("Who looked", "3 December 2026", "Practitioner")
	if strings.Contains(text(b.doc), "Robin") {
		t.Error("who looked is told by name")
	}
	_ = again
}

// TestAPrivateAnswerChangesNothingAfterwards: the status page of somebody who told of harm is that of somebody who told
// nothing, on the day of sending and once the ordinary promise has passed. A case with a safety mark is due at once.
func TestAPrivateAnswerChangesNothingAfterwards(t *testing.T) {
	s := newSite(t, false)
	walk := func(safety ...string) (*browser, *strings.Replacer) {
		b := s.browser()
		reference := b.walk(url.Values{"private": {"alone"}, "safety": safety, "ways": {"email"}, "email": {"ada@example.com"}})
		return b, strings.NewReplacer(casework.FormatReference(reference), "REFERENCE")
	}
	told, toldMask := walk("hurt", "money")
	mailTold := s.lastMail()
	silent, silentMask := walk("none")
	mailSilent := s.lastMail()
	if toldMask.Replace(strings.Join(mailTold.Lines, " ")) != silentMask.Replace(strings.Join(mailSilent.Lines, " ")) || mailTold.Subject != mailSilent.Subject {
		t.Errorf("the message differs because of a private answer:\n%q\n%q", mailTold.Lines, mailSilent.Lines)
	}
	same := func(when string) {
		t.Helper()
		for _, page := range []string{"status", "held", "save", "sent", "status/withdraw", "helpers", "diary"} {
			a, b := toldMask.Replace(text(told.get("/ashdale/"+page).doc)), silentMask.Replace(text(silent.get("/ashdale/"+page).doc))
			if a != b {
				t.Errorf("%s, %s differs because of a private answer:\n%s\n%s", when, page, a, b)
			}
		}
	}
	same("on the day of sending")
	s.now = s.now.Add(13*time.Hour + 30*time.Minute) // past midnight, and unlocked again
	told.post("/ashdale/carry-on", nil)
	silent.post("/ashdale/carry-on", nil)
	same("a day later")
}

// TestAskingToStopIsARequest: it says so before and after, stops nothing, and can be made once.
func TestAskingToStopIsARequest(t *testing.T) {
	s := newSite(t, true)
	ann := s.worker()
	b := s.browser()
	reference := b.walk(nil)
	b.get("/ashdale/status/withdraw").says("Nothing stops at once. A worker checks with you first")
	b.submit(url.Values{"text": {strings.Repeat("word ", 500)}}).answers(http.StatusUnprocessableEntity)
	b.submit(url.Values{"text": {"I changed my mind."}}).says("Nothing has changed yet.", "You asked us to stop. A worker will check with you first.")
	f, err := s.service.Open(t.Context(), ann, reference, "")
	if err != nil || f.Status != care.StatusSent {
		t.Fatalf("the case is %s (%v)", f.Status, err)
	}
	var request string
	for _, e := range s.entries(reference) {
		request = e.ID
	}
	if err := s.service.SettleWithdrawal(t.Context(), ann, s.ashdale(), reference, request, casework.ChoiceGoesOn, "Rang, and spoke with her alone.", ""); err != nil {
		t.Fatal(err)
	}
	b.get("/ashdale/status").says("We talked about it, and we go on.")
	b.get("/ashdale/status/withdraw").answers(http.StatusOK)
}

// TestTheDiary: a day is added before and after sending, shown by month in a picture and in words; what is wrong with it
// comes back as it was typed.
func TestTheDiary(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	b.get("/ashdale/diary").says("You have added no days yet.")
	f := b.formTo("/diary")
	for name, want := range map[string]string{"on-day": "22", "on-month": "11", "on-year": "2026"} {
		if got := f.control(name).value; got != want {
			t.Errorf("%s begins as %q", name, got)
		}
	}
	b.press("/diary", url.Values{"on-day": {"30"}, "on-month": {"February"}, "text": {"Hawkbit"}}).answers(http.StatusUnprocessableEntity).
		says("Enter a real date", "Select how the day was")
	if f := b.formTo("/diary"); f.control("text").value != "Hawkbit" || f.control("on-day").value != "30" {
		t.Error("what was typed is gone")
	}
	b.press("/diary", url.Values{"on-day": {"23"}, "on-month": {"11"}, "on-year": {"2026"}, "kind": {"bad"}}).answers(http.StatusUnprocessableEntity)
	b.press("/diary", url.Values{"on-day": {"3"}, "on-month": {"nov"}, "on-year": {"2026"}, "kind": {"bad"}, "text": {strings.Repeat("x", 301)}}).answers(http.StatusUnprocessableEntity)
	b.get("/ashdale/diary").press("/diary", url.Values{"kind": {"bad"}, "text": {"In bed all day."}}).says("The day is added.", "In bed all day.")
	b.get("/ashdale/diary").press("/diary", url.Values{"on-day": {"2"}, "on-month": {"October"}, "kind": {"good"}})
	b.get("/ashdale/diary").press("/diary", url.Values{"on-day": {"22"}, "on-month": {"11"}, "kind": {"good"}})
	b.says("November 2026: 0 good, 0 bad, 1 with some of both", "October 2026: 1 good, 0 bad, 0 with some of both")
	picture := find(b.doc, func(n *htmlNode) bool { return attr(n, "role") == "img" })
	if picture == nil || !strings.Contains(text(picture), "November 2026") {
		t.Error("the strip has no picture, or no words of its own")
	}
	b.goOn("sent")
	b.get("/ashdale/diary").says("In bed all day.").press("/diary", url.Values{"on-day": {"21"}, "kind": {"mixed"}})
	b.says("November 2026: 0 good, 0 bad, 2 with some of both")
}

// goOn goes to the end of a form from wherever the browser is.
func (b *browser) goOn(stop string) {
	b.t.Helper()
	b.get("/ashdale/today").goOnTo(stop, nil)
}

// TestTodayBeginsAtMidnightInEngland: in summer the day begins an hour before it does in Greenwich.
func TestTodayBeginsAtMidnightInEngland(t *testing.T) {
	s := newSite(t, false)
	s.now = time.Date(2027, 6, 14, 23, 30, 0, 0, time.UTC)
	b := s.begun()
	b.get("/ashdale/diary").press("/diary", url.Values{"kind": {"good"}}).answers(http.StatusOK).says("15 June 2027")
}

// TestWordsTypedIntoALockedPage: what was typed before the view was locked is taken, and nothing is shown.
func TestWordsTypedIntoALockedPage(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	reference := b.walk(nil)
	b.get("/ashdale/status")
	s.now = s.now.Add(31 * time.Minute)
	b.press("/status/add", url.Values{"text": {"Betony"}}).says("Your form is locked")
	if strings.Contains(b.body, "Betony") {
		t.Error("a locked view shows words")
	}
	long := url.Values{"text": {strings.Repeat("Betony ", 400)}}
	for _, wrong := range []string{"status/add", "status/withdraw", "diary"} { // what cannot be taken is not shown either
		if b.post("/ashdale/"+wrong, long).says("Your form is locked"); strings.Contains(b.body, "Betony") {
			t.Errorf("%s shows words on a locked view", wrong)
		}
	}
	for _, page := range []string{"status", "diary", "helpers", "held", "status/withdraw", "save", "save/code", "helpers/code"} {
		if b.get("/ashdale/" + page); len(b.forms()) != 1 || !strings.HasSuffix(b.forms()[0].action, "/carry-on") {
			t.Errorf("%s is open on a locked view", page)
		}
	}
	b.get("/ashdale/status").submit(nil)
	b.get("/ashdale/status").says("Betony")
	if n := len(s.entries(reference)); n != 1 {
		t.Errorf("%d entries", n)
	}
}

// TestAfterAHelpersForm: whoever sent a form for somebody is offered a form for themselves, with what both ask carried over.
func TestAfterAHelpersForm(t *testing.T) {
	s := newSite(t, false)
	helper, _ := s.helped("Quillwort")
	helper.says("Do you look after Ada without pay?")
	f := helper.formTo("/another")
	helper.post(f.action, f.values())
	if helper.page() == "sent" || helper.status != http.StatusOK || strings.Contains(helper.body, "Quillwort") {
		t.Fatalf("a carer's form begins at %s (%d)", helper.path, helper.status)
	}
	first := helper.path
	if helper.post(f.action, f.values()); helper.path != first {
		t.Errorf("pressing twice led to %s and %s", first, helper.path)
	}
	// Nobody else is offered it.
	b := s.browser()
	b.walk(nil)
	if strings.Contains(b.body, "/another") {
		t.Error("somebody who asked for themselves is offered a carer's form")
	}
	b.post("/ashdale/another", nil).answers(http.StatusNotFound)
}
