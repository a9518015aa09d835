package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// TestNotesAndMessages: what staff write to each other and what the person reads stand apart, and a note is on no page of
// the person's.
func TestNotesAndMessages(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	person := s.browser()
	ref := person.walk(merged(hardFor("nutrition"), url.Values{"name": {"Ada Example"}}))
	home := "/staff/case/" + ref
	staff.get(home+"/notes").says("Only the council's staff read this", "The person reads this", "There are no notes yet.")
	staff.press("/notes", nil).answers(http.StatusUnprocessableEntity).says("Enter the note")
	staff.press("/notes", url.Values{"note": {"Zanzibar: rang her sister, no answer."}}).answers(http.StatusOK).says("The note is added.", "Zanzibar")
	notes, messages := staff.section("notes"), staff.section("messages")
	if !strings.Contains(notes, "Zanzibar") || strings.Contains(messages, "Zanzibar") {
		t.Error("the note does not stand with the notes alone")
	}
	if strings.Contains(staff.get(home).body, "Zanzibar") {
		t.Error("a note between staff stands among what came since the form was sent")
	}
	for _, page := range []string{"status", "copy", "held", "copy.json", "about-me", "plan", "helpers"} {
		if strings.Contains(person.get("/ashdale/"+page).body, "Zanzibar") {
			t.Errorf("the person reads the note on %s", page)
		}
	}
	staff.get(home + "/timeline").says("Added a note for staff")

	// The builder has the words of the questions that nobody answered, and sends what was made of them at once.
	staff.get(home + "/notes")
	boxes := find(staff.doc, func(n *html.Node) bool { return attr(n, "name") == "about" && attr(n, "value") == "nutrition" })
	if boxes == nil {
		t.Fatal("what was left open is not offered")
	}
	staff.get(home + "/notes?about=nutrition&about=toilet&about=nonsense")
	form := staff.formTo("/ask")
	for _, f := range staff.forms() {
		if f.control("q-nutrition") != nil {
			form = f
		}
	}
	asked := form.control("q-nutrition").value
	if !strings.Contains(asked, "There is more we would like to know") || !strings.Contains(asked, "?") || form.control("q-nonsense") != nil {
		t.Errorf("proposed: %q", asked)
	}
	v := form.values()
	v.Set("q-nutrition", strings.Repeat("x", casework.NoteMax+1))
	staff.post(home+"/ask", v).answers(http.StatusUnprocessableEntity).says("Use 2,000 characters or fewer", "Using the toilet")
	v.Set("q-nutrition", "Who cooks for you?")
	staff.post(home+"/ask", v).answers(http.StatusOK).says("The question is there for them to answer.", "Who cooks for you?")
	staff.post(home+"/ask", v).answers(http.StatusOK) // pressed twice
	questions := 0
	for _, e := range s.entries(ref) {
		if e.Kind == care.EntryQuestion {
			questions++
		}
	}
	if questions != 2 {
		t.Errorf("%d questions were asked", questions)
	}
	staff.post(home+"/ask", url.Values{"q-nonsense": {"Hm?"}}).answers(http.StatusBadRequest)
	s.now = s.now.Add(time.Minute)
	person.get("/ashdale/status").says("Who cooks for you?")
}

// newTeam makes a team and puts practitioners into it.
func (s *site) newTeam(council, id, name string, members ...string) {
	s.t.Helper()
	if err := s.store.PutTeam(s.t.Context(), care.Team{ID: id, Council: council, Name: name}, care.Event{Verb: "team.added", Actor: care.ActorSystem, Subject: id, At: s.now}); err != nil {
		s.t.Fatal(err)
	}
	all, err := s.store.Practitioners(s.t.Context(), council)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range all {
		if slices.Contains(members, p.Name) {
			p.Team = id
			if err := s.store.PutPractitioner(s.t.Context(), p, care.Event{Verb: "practitioner.set", Actor: care.ActorSystem, Subject: p.ID, At: s.now}); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// TestACaseGoesToAnotherTeam: it stays until the team accepts, who sees nothing that the person said before.
func TestACaseGoesToAnotherTeam(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", nil)
	home := "/staff/case/" + ref
	sam, ola := s.invite("ashdale", "Sam Example", care.RolePractitioner), s.invite("ashdale", "Ola Example", care.RolePractitioner)
	s.newTeam("ashdale", "north", "North team", "Sam Example")
	s.newTeam("ashdale", "hospital", "Hospital team", "Ola Example")

	sam.get(home+"/transfer").says("The duty to assess stays with the council", "Care Act 2014 ss.37-38", "Hospital team", "Birchley Council")
	sam.press("/transfer", url.Values{"reason": {"short"}}).answers(http.StatusUnprocessableEntity).says("Select who you offer it to", "Say why, in 10 characters or more")
	sam.press("/transfer", url.Values{"whom": {"team:nonsense"}, "reason": {"She is in hospital now."}}).answers(http.StatusUnprocessableEntity)
	if !strings.Contains(sam.body, "She is in hospital now.") {
		t.Error("the reason is lost when it is refused")
	}
	sam.press("/transfer", url.Values{"whom": {"team:hospital"}, "reason": {"She is in hospital now."}}).answers(http.StatusOK).says("It is offered. It stays here until they accept.", "Offered to Hospital team")

	ola.get("/staff").says("1 case offered to your team or council").get("/staff/offers").says("Offered to your team", "Needs assessment", "75 to 84", "Routine", "She is in hospital now.", "Sam Example")
	for _, said := range []string{"Kim", "garden", ref, casework.FormatReference(ref)} {
		if strings.Contains(text(ola.doc), said) {
			t.Errorf("before it is accepted the team reads %q", said)
		}
	}
	ola.press("/decline", url.Values{"reason": {"No"}}).answers(http.StatusUnprocessableEntity).says("Say why, in 10 characters or more")
	ola.press("/decline", url.Values{"reason": {"She was discharged yesterday."}}).answers(http.StatusOK).says("You declined it")
	sam.get(home+"/transfer").says("Declined", "She was discharged yesterday.").press("/transfer", url.Values{"whom": {"team:hospital"}, "reason": {"She was readmitted this morning."}}).answers(http.StatusOK)
	sam.press("/take-back", nil).answers(http.StatusOK).says("The offer is taken back.").press("/transfer", url.Values{"whom": {"team:hospital"}, "reason": {"She was readmitted this morning."}})

	if mine := s.placing("ashdale", ref); mine.Team != "" {
		t.Fatalf("it went before it was accepted: %+v", mine)
	}
	ola.get("/staff/offers").press("/accept", nil).answers(http.StatusOK)
	if !strings.HasPrefix(ola.path, home) {
		t.Fatalf("accepting led to %s", ola.path)
	}
	if mine := s.placing("ashdale", ref); mine.Team != "hospital" || mine.Worker != "" {
		t.Errorf("accepted: %+v", mine)
	}
	ola.get(home+"/timeline").says("Offered the case", "Declined the offer", "Took the offer back", "Accepted the offer")
}

func (s *site) placing(council, ref string) care.Assessment {
	s.t.Helper()
	id, _, err := s.store.CodesByReference(s.t.Context(), council, ref)
	if err != nil {
		s.t.Fatal(err)
	}
	a, err := s.store.Assessment(s.t.Context(), council, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// TestACaseGoesToAnotherCouncil: whole, with its marks, and the person is told and loses nothing.
func TestACaseGoesToAnotherCouncil(t *testing.T) {
	s := newSite(t, false)
	person := s.browser()
	old := person.walk(merged(hardFor("nutrition"), url.Values{
		"private": {"alone"}, "safety": {"money"}, "name": {"Ada Example"}, "matters": {"My blue gate."}, "ways": {"email"}, "email": {"ada@example.com"},
		"born-day": {"2"}, "born-month": {"3"}, "born-year": {"1950"},
	}))
	_, code := person.keep()
	person.get("/ashdale/status").press("/status/add", url.Values{"text": {"My sister has a key."}})
	sam, bea := s.invite("ashdale", "Sam Example", care.RolePractitioner), s.invite("birchley", "Bea Example", care.RolePractitioner)
	home := "/staff/case/" + old
	sam.get(home).says("My blue gate.")
	sam.post(home+"/contact", url.Values{"on-day": {"21"}, "on-month": {"11"}, "on-year": {"2026"}, "how": {"visit"}, "seen_alone": {"yes"}, "advocate": {"not_needed"}, "note": {"She was calm."}}).answers(http.StatusOK)
	sam.get(home+"/notes").press("/notes", url.Values{"note": {"Her son visits on Sundays."}})
	sam.get(home+"/notes").press("/ask", url.Values{"question": {"When do you move?"}})
	question := ""
	for _, e := range s.entries(old) {
		if e.Kind == care.EntryQuestion {
			question = e.ID
		}
	}
	before := s.entries(old)

	sam.get(home+"/transfer").says("ring the other council too").press("/transfer", url.Values{"whom": {"council:birchley"}, "reason": {"She moved to her sister's last week."}}).answers(http.StatusOK)
	offers := bea.get("/staff/offers").says("Offered by Ashdale Council", "Urgent: safety", "75 to 84", "She moved to her sister's last week.")
	for _, said := range []string{"Ada", "gate", "money", old} {
		if strings.Contains(text(offers.doc), said) {
			t.Errorf("before it is accepted the other council reads %q", said)
		}
	}
	bea.get("/staff/case/" + old).answers(http.StatusNotFound)

	s.now = s.now.Add(time.Minute)
	bea.get("/staff/offers").press("/accept", nil).answers(http.StatusOK)
	path, _, _ := strings.Cut(bea.path, "?")
	now := strings.TrimPrefix(path, "/staff/case/")
	if now == old || len(now) != 10 {
		t.Fatalf("accepting led to %s: %s", bea.path, text(bea.doc))
	}
	if n := s.tallyOf("birchley", care.TallySent, "") + s.tallyOf("birchley", care.TallyContacts, "visit"); n != 2 {
		t.Errorf("of the case and its contact %d are in the new council's figures, want 2", n)
	}
	bea.says("Ada Example", "My blue gate.", "My sister has a key.", "Someone takes or controls my money", "Urgent: safety", "You have this case.")
	bea.get("/staff/case/"+now+"/notes").says("Her son visits on Sundays.", "When do you move?")
	bea.get("/staff/case/"+now+"/transfer").says("It came from Ashdale Council", casework.FormatReference(old))
	after := s.entriesOf("birchley", now)
	if len(after) != len(before)+1 { // and the offer
		t.Errorf("%d entries came of %d", len(after), len(before))
	}

	// With the old council it is locked, says where it went, and takes nothing more.
	sam.get(home).says("Birchley Council has this case now", casework.FormatReference(now))
	sam.get(home + "/transfer").says("Accepted")
	sam.post(home+"/notes", url.Values{"note": {"One more thing."}}).answers(http.StatusConflict).says("Another council has this case", "One more thing.")
	sam.post(home+"/take", url.Values{"held": {""}}).answers(http.StatusConflict)
	sam.post(home+"/transfer", url.Values{"whom": {"council:birchley"}, "reason": {"Once more, please."}}).answers(http.StatusConflict)
	if strings.Contains(sam.get("/staff").body, "Ada Example") {
		t.Error("it is still in the old council's queue")
	}
	sam.get(home+"/timeline").says("Somebody at Birchley Council", "Accepted the offer")
	bea.get("/staff/case/"+now+"/timeline?type=changes").says("Took the case over from another council", "Ashdale Council")

	// The person is told by their safe way, and by whom.
	m := s.lastMail()
	if m.Kind != "passed_on" || m.To != "ada@example.com" || m.From != "Birchley Council" {
		t.Fatalf("the last message: %+v", m)
	}
	if said := strings.Join(m.Lines, " "); !strings.Contains(said, "Birchley Council now has your form. You do not need to fill it in again.") || !strings.Contains(said, casework.FormatReference(now)) || strings.Contains(said, "Ada") {
		t.Errorf("it says: %s", said)
	}

	// What was typed into a page that was open while it moved is read where it went.
	person.post("/ashdale/status/add", url.Values{"text": {"The dog is called Rex."}}).answers(http.StatusOK).says("Birchley Council has your form now", casework.FormatReference(now), "Your code stays the same")
	person.post("/ashdale/status/answer/"+question, url.Values{"reply-" + question: {"In the spring."}}).answers(http.StatusOK)
	bea.get("/staff/case/"+now).says("The dog is called Rex.", "In the spring.")
	if n := len(s.entries(old)); n != len(before)+2 { // the offer, and what came of it
		t.Errorf("%d entries are with the old council, of %d", n, len(before))
	}
	person.press("/status/moved", nil).answers(http.StatusOK)
	if person.path != "/birchley/status" {
		t.Fatalf("carrying on led to %s", person.path)
	}
	person.says("When do you move?", "In the spring.", casework.FormatReference(now))

	// Whoever comes with the old reference and code is told at the old council, and let in at the new one.
	s.comesBack(old, code).says("Birchley Council has your form now")
	there := s.browser().get("/birchley/back").submit(url.Values{"reference": {old}, "code": {code}})
	if there.path != "/birchley/status" {
		t.Errorf("the old reference and code led to %s (%d)", there.path, there.status)
	}
	s.browser().get("/birchley/back").submit(url.Values{"reference": {old}, "code": {"2222-2222-2222"}}).answers(http.StatusUnprocessableEntity)
}

// TestAHelpersAccountFollowsTheCase: an account begun before the case went is sent to where it is.
func TestAHelpersAccountFollowsTheCase(t *testing.T) {
	s := newSite(t, false)
	person := s.browser()
	old := person.walk(merged(hardFor("nutrition"), url.Values{"name": {"Ada Example"}}))
	person.get("/ashdale/helpers").submit(nil)
	ref, code := person.card()
	helper := s.comesBack(ref, code)
	sam, bea := s.invite("ashdale", "Sam Example", care.RolePractitioner), s.invite("birchley", "Bea Example", care.RolePractitioner)
	sam.get("/staff/case/"+old+"/transfer").press("/transfer", url.Values{"whom": {"council:birchley"}, "reason": {"She moved to her sister's."}})
	bea.get("/staff/offers").press("/accept", nil).answers(http.StatusOK)
	path, _, _ := strings.Cut(bea.path, "?")
	for range 60 {
		if helper.page() == "status" {
			helper.says("Thank you")
			break
		}
		forms := helper.forms()
		form := forms[len(forms)-1]
		v := form.values()
		for name, values := range helperSays(merged(hardFor("nutrition"), url.Values{"nutrition.words": {"She forgets the pan."}, "name": {"Ada Example"}, "ways": {"not_sure"}})) {
			if form.control(name) != nil {
				v[name] = values
			}
		}
		helper.post(form.action, v)
	}
	bea.get(path + "/answers").says("She forgets the pan.")
}

// TestTwoCasesReadTogether: only where both agreed, with nothing of a carer's words on how they go on, of fear, or of what
// must not be told, on the adult's side, and the other way round.
func TestTwoCasesReadTogether(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	adultPerson := s.browser()
	adult := adultPerson.walk(merged(hardFor("nutrition", "hygiene"), url.Values{
		"name": {"Bea Example"}, "nutrition.help": {"family"}, "not_told": {"PLANTED-adult-secret"}, "nutrition.words": {"PLANTED-adult-words"}, "private": {"alone"}, "safety": {"hurt"}, "matters": {"PLANTED-adult-matters"},
	}))
	carer := s.browser().walk(url.Values{
		"for": {"carer"}, "they_call": {"Bea"}, "relation": {"PLANTED-relation"}, "their_age": {"adult"}, "own_age": {"adult"}, "does": {"personal", "nights", "other"}, "does.other.text": {"PLANTED-does"},
		"hours": {"h50_plus"}, "paid": {"none"}, "able": {"no"}, "willing": {"no"}, "health": {"deteriorating"}, "health_words": {"PLANTED-health"}, "health_wish": {"PLANTED-wish"},
		"private": {"alone"}, "daily": {"recreation"}, "recreation.limbs": {"assistance"}, "recreation.words": {"PLANTED-recreation"}, "second_look": {"all_fine"}, "overall": {"big"}, "areas": {"health"},
		"link": {"ask_first"}, "keep_from": {"PLANTED-keep"}, "name": {"Kit Example"}, "matters": {"PLANTED-carer-matters"},
	})
	link := "/staff/case/" + adult + "/link"

	staff.get("/staff/case/"+carer+"/link").says("On the form they asked to be asked first.", "Care Act 2014 s.12(5)-(7); Explanatory Notes para 109")
	staff.get(link).press("/link", nil).answers(http.StatusUnprocessableEntity).says("Enter the reference of the other case", "Select if they agree", "Select if the other person agrees")
	staff.press("/link", url.Values{"other": {adult}, "own": {"yes"}, "own_how": {"She told me on the visit."}, "theirs": {"yes"}, "theirs_how": {"He rang to say so."}}).answers(http.StatusUnprocessableEntity).says("not of this one")
	staff.press("/link", url.Values{"other": {carer}, "own": {"yes"}, "own_how": {"She told me on the visit."}, "theirs": {"no"}}).answers(http.StatusUnprocessableEntity).says("Both must agree")
	staff.press("/link", url.Values{"other": {carer}, "own": {"yes"}, "own_how": {"She said"}, "theirs": {"yes"}, "theirs_how": {"He rang to say so."}}).answers(http.StatusUnprocessableEntity)
	if !strings.Contains(staff.body, "He rang to say so.") {
		t.Error("what was typed is lost when it is refused")
	}
	theirs := s.sends("birchley", nil)
	staff.press("/link", url.Values{"other": {theirs}}).answers(http.StatusUnprocessableEntity).says("Enter the reference of a case of your council")
	staff.press("/link", url.Values{"other": {casework.FormatReference(carer)}, "own": {"yes"}, "own_how": {"PLANTED-adult-agreed on the visit."}, "theirs": {"yes"}, "theirs_how": {"PLANTED-carer-agreed on the phone."}}).
		answers(http.StatusOK).says("The two cases can be read together.", "Bea Example and Kit Example", "What each told is hard", "Does each line stand once"[:0], "Who helps now", "Told by Kit Example", "Told by Bea Example")
	if rows := strings.Count(staff.body, "<tr"); rows < 13 {
		t.Errorf("the chart's table has %d rows", rows)
	}
	if find(staff.doc, func(n *html.Node) bool { return n.Data == "svg" && attr(n, "role") == "img" }) == nil {
		t.Error("there is no chart")
	}

	// On the adult's side nothing of the carer's own words, and the other way round.
	side := func(ref string, planted ...string) {
		t.Helper()
		pages := []string{"", "/answers", "/impact", "/record", "/timeline", "/timeline?show=all", "/notes", "/link", "/transfer", "/prepare", "/place", "/versions", "/export.json", "/export.csv"}
		for _, page := range pages {
			b := staff.get("/staff/case/" + ref + page)
			for _, word := range planted {
				if strings.Contains(b.body, word) {
					t.Errorf("%s%s shows %s", ref, page, word)
				}
			}
		}
	}
	fromCarer := []string{"PLANTED-relation", "PLANTED-does", "PLANTED-health", "PLANTED-wish", "PLANTED-recreation", "PLANTED-keep", "PLANTED-carer-matters", "PLANTED-carer-agreed", "Are you able to go on", "Do you want to go on", "Care may stop", "Wants to stop caring"}
	for ref, planted := range map[string][]string{carer: fromCarer[:8], adult: {"PLANTED-adult-secret", "PLANTED-adult-words", "PLANTED-adult-matters", "PLANTED-adult-agreed"}} {
		told := staff.get("/staff/case/" + ref).body
		told += staff.get("/staff/case/" + ref + "/answers").body
		for _, word := range planted {
			if !strings.Contains(told, word) {
				t.Errorf("%s is not on its own person's case, so looking for it elsewhere proves nothing", word)
			}
		}
	}
	side(adult, fromCarer...)
	side(carer, "PLANTED-adult-secret", "PLANTED-adult-words", "PLANTED-adult-matters", "PLANTED-adult-agreed")
	for _, page := range []string{"status", "copy", "copy.json", "held", "about-me", "plan"} {
		b := adultPerson.get("/ashdale/" + page)
		for _, word := range append(fromCarer, "PLANTED-adult-agreed", "Kit Example") {
			if strings.Contains(b.body, word) {
				t.Errorf("the adult's own page %s shows %s", page, word)
			}
		}
	}
	b := staff.get("/staff/case/" + adult + "/record.json")
	for _, word := range append(fromCarer, "Kit Example") {
		if strings.Contains(b.body, word) {
			t.Errorf("the adult's record shows %s", word)
		}
	}

	// Reading the pair is a view of both.
	views := 0
	id, _, _ := s.store.CodesByReference(t.Context(), "ashdale", carer)
	events, err := s.store.Events(t.Context(), "ashdale", id)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Verb == "case.viewed" && e.Detail == "link" {
			views++
		}
	}
	if views < 2 {
		t.Errorf("the carer's case was viewed through the adult's %d times", views)
	}

	staff.get("/staff/case/"+carer+"/link").press("/link/end", url.Values{"why": {"No"}}).answers(http.StatusUnprocessableEntity)
	staff.press("/link/end", url.Values{"why": {"He asked for it on the phone."}}).answers(http.StatusOK).says("not read together any more")
	if strings.Contains(staff.get(link).body, "Kit Example") {
		t.Error("it is still read with the carer's case")
	}
}

// TestPeopleWhoWaitAreAsked: after the council's days, once, by the safe way; what is worse comes forward.
func TestPeopleWhoWaitAreAsked(t *testing.T) {
	s := newSite(t, true)
	council := s.ashdale()
	council.Phone24h, council.Phone = "020 7946 0102", "020 7946 0101"
	council.Settings.CheckInDays = 14
	if err := s.store.PutCouncil(t.Context(), council, care.Event{Verb: "council.set", Actor: care.ActorSystem, At: s.now}); err != nil {
		t.Fatal(err)
	}
	person, spoken := s.browser(), s.browser()
	ref := person.walk(merged(hardFor("nutrition"), url.Values{"name": {"Ada Example"}, "ways": {"email"}, "email": {"ada@example.com"}}))
	_, code := person.keep()
	seen := spoken.walk(merged(hardFor("nutrition"), url.Values{"name": {"Bo Example"}}))
	_ = s.lastMail()
	check := func(want int) {
		t.Helper()
		if n, err := s.service.CheckIn(t.Context()); err != nil || n != want {
			t.Fatalf("%d were asked, want %d: %v", n, want, err)
		}
	}
	s.now = s.now.AddDate(0, 0, 10)
	staff := s.demoPractitioner("ashdale")
	day := s.now
	staff.post("/staff/case/"+seen+"/contact", url.Values{"on-day": {day.Format("2")}, "on-month": {day.Format("1")}, "on-year": {day.Format("2006")}, "how": {"phone"}, "seen_alone": {"yes"}, "advocate": {"not_needed"}}).answers(http.StatusOK)
	check(0)
	s.now = s.now.AddDate(0, 0, 5)
	check(1) // Bo was rung five days ago
	check(0)
	if m := s.lastMail(); m.Kind != "check_in" || m.To != "ada@example.com" || strings.Contains(strings.Join(m.Lines, " "), "Ada") {
		t.Fatalf("the message: %+v", m)
	}

	back := s.comesBack(ref, code).says("Are things still OK?", "Has anything changed?", "Things are still OK", "It is worse")
	back.press("/how-now", nil).answers(http.StatusUnprocessableEntity).says("Select how things are")
	back.press("/how-now", url.Values{"how_now": {"worse"}, "how_words": {"I fell twice."}}).answers(http.StatusOK).says("Are you in danger now? Call 999.", "020 7946 0102", "A worker sees this first now.")
	if strings.Contains(text(back.doc), "I fell twice.") || strings.Contains(text(back.doc), "It is worse") {
		t.Error("the answer is shown again to whoever looks")
	}
	if len(back.get("/ashdale/status").forms()) == 0 || strings.Contains(text(back.doc), "Are things still OK?") {
		t.Error("it is asked again after it was answered")
	}
	if a := s.placing("ashdale", ref); a.Priority != care.PriorityUrgent {
		t.Errorf("it is worse, and the priority is %d", a.Priority)
	}
	staff = s.browser().post("/staff/sign-in/demonstration", url.Values{"council": {"ashdale"}}) // signed out meanwhile: idle for too long
	staff.get("/staff").says("New from the person", "Urgent: today")
	staff.get("/staff/case/"+ref).says("They say that things are worse while they wait", "It is worse", "I fell twice.")
	staff.get("/staff/case/"+ref+"/timeline?type=messages").says("Asked how they are while they wait", "Said how they are")
	staff.get("/staff/case/" + ref + "/timeline").says("Made it urgent")
	if strings.Contains(staff.get("/staff").body, "New from the person") {
		t.Error("it is still new after it was read")
	}

	s.now = s.now.AddDate(0, 0, 15)
	check(2) // so many days apart, and Bo too by now
	again := s.comesBack(ref, code).says("Are things still OK?")
	again.press("/how-now", url.Values{"how_now": {"better"}}).answers(http.StatusOK).says("Thank you for telling us.")
	if a := s.placing("ashdale", ref); a.Priority != care.PriorityUrgent {
		t.Error("that it is better again lowers what somebody has to look at")
	}
}

// TestTheTimelineIsNarrowed by type, in a form whose address can be kept; every view is listed.
func TestTheTimelineIsNarrowed(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	person := s.browser()
	ref := person.walk(merged(hardFor("nutrition"), url.Values{"name": {"Ada Example"}}))
	home := "/staff/case/" + ref
	for range 3 {
		staff.get(home)
	}
	staff.post(home+"/contact", url.Values{"on-day": {"21"}, "on-month": {"11"}, "on-year": {"2026"}, "how": {"visit"}, "seen_alone": {"yes"}, "advocate": {"not_needed"}})
	person.get("/ashdale/status/withdraw").press("/withdraw", url.Values{"text": {"Not now."}})
	titles := func(query string) []string {
		t.Helper()
		b := staff.get(home + "/timeline" + query).answers(http.StatusOK)
		var out []string
		each(b.doc, func(n *htmlNode) {
			if strings.Contains(attr(n, "class"), "app-timeline__title") {
				out = append(out, text(n))
			}
		})
		return out
	}
	views := titles("?type=views")
	summaries := 0
	for _, title := range views {
		if title != "Looked at the case" && title != "Opened the case to change it" {
			t.Errorf("a view is called %q", title)
		}
	}
	each(staff.doc, func(n *htmlNode) {
		if strings.Contains(attr(n, "class"), "app-timeline__text") && text(n) == "The summary" {
			summaries++
		}
	})
	if summaries < 3 {
		t.Errorf("%d of three views of the summary are listed", summaries)
	}
	if got := titles("?type=contacts"); !slices.Equal(got, []string{"Logged a contact"}) {
		t.Errorf("contacts: %v", got)
	}
	if got := titles("?type=messages"); !slices.Contains(got, "Asked to stop") || !slices.Contains(got, "Answers sent") || slices.Contains(got, "Logged a contact") {
		t.Errorf("messages: %v", got)
	}
	if got := titles("?type=contacts&type=messages"); !slices.Contains(got, "Asked to stop") || !slices.Contains(got, "Logged a contact") {
		t.Errorf("both: %v", got)
	}
	if got := titles("?type=nonsense"); len(got) == 0 || slices.Contains(got, "Looked at the case") {
		t.Errorf("an unknown type: %v", got)
	}
	if got := titles("?type=changes"); slices.Contains(got, "Looked at the case") || slices.Contains(got, "Asked to stop") {
		t.Errorf("changes: %v", got)
	}
}
