package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/mail"
	"threshold/web"
)

// helperSays are the answers of a helper about somebody who knows and agrees; more stand over them.
func helperSays(more url.Values) url.Values {
	v := url.Values{
		"for": {"someone"}, "they_call": {"Ada"}, "helper_is": {"family"}, "helper_name": {"Jo Example"}, "helper_phone": {"07700 900126"},
		"may_say": {"yes"}, "knows": {"yes_agree"}, "with_them": {"no"}, "decides": {"yes"},
		"condition": {"memory"}, "overall": {"big"}, "second_look": {"all_fine"},
	}
	for k, all := range more {
		v[k] = all
	}
	return v
}

// hardFor are the answers that something is hard.
func hardFor(outcomes ...string) url.Values {
	v := url.Values{"daily": outcomes}
	for _, o := range outcomes {
		v[o+".limbs"], v[o+".frequency"], v[o+".cause"] = []string{"assistance"}, []string{"daily"}, []string{"impairment"}
	}
	return v
}

// fineFor are the answers that something came to mind and is not hard.
func fineFor(outcomes ...string) url.Values {
	v := url.Values{"daily": outcomes}
	for _, o := range outcomes {
		v[o+".limbs"] = []string{"none"}
	}
	return v
}

func merged(all ...url.Values) url.Values {
	out := url.Values{}
	for _, v := range all {
		for k, values := range v {
			out[k] = values
		}
	}
	return out
}

// codeFor presses the button on the case page, as a worker who has checked who asks, and reads the code out.
func (b *browser) codeFor(reference string) (code string) {
	b.t.Helper()
	b.get("/staff/case/"+reference).press("/code", nil).answers(http.StatusUnprocessableEntity).says("Tick the box to say that you checked who you give the code to")
	b.press("/code", url.Values{"checked": {"yes"}}).answers(http.StatusOK).says("Give it only to Ada Example themself", "never through the helper", "https://care.example.com/ashdale/back")
	if b.page() != "case/"+reference+"/code" {
		b.t.Fatalf("the code is shown at %s", b.path)
	}
	each(b.doc, func(n *htmlNode) {
		if n.Data == "dd" && find(n, func(e *htmlNode) bool { return attr(e, "class") == "app-code__value" }) != nil {
			code = text(n) // the last one: reference, then code
		}
	})
	if len(code) != 14 {
		b.t.Fatalf("no code on the page: %s", text(b.doc))
	}
	if again := b.get("/staff/case/" + reference + "/code").answers(http.StatusOK); strings.Contains(again.body, code) {
		b.t.Error("a reload shows the code again")
	}
	return code
}

// tellsOwn comes in with the person's own code, tells their own account and is back where the form stands.
func (s *site) tellsOwn(reference, code string, says url.Values) *browser {
	s.t.Helper()
	b := s.comesBack(reference, code)
	if b.page() != "status" {
		s.t.Fatalf("the person's code led to %s (%d)", b.path, b.status)
	}
	if strings.Contains(b.body, "I burn") || strings.Contains(b.body, "Jo Example") {
		s.t.Error("the person sees what the helper wrote")
	}
	b.press("/status/own", nil)
	says = merged(url.Values{"ways": {"call"}, "phone": {"07700 900127"}}, says)
	for range 60 {
		if b.page() == "status" {
			return b
		}
		forms := b.forms()
		if len(forms) == 0 || b.status != http.StatusOK {
			s.t.Fatalf("dead end at %s (%d): %s", b.path, b.status, text(b.doc))
		}
		form := forms[len(forms)-1]
		v := form.values()
		for _, c := range form.controls {
			if given, ok := says[c.name]; ok {
				v[c.name] = given
			}
		}
		b.post(form.action, v)
	}
	s.t.Fatal("no end in sight")
	return nil
}

// section is the part of a page under the heading with an id.
func (b *browser) section(id string) string {
	b.t.Helper()
	n := find(b.doc, func(e *htmlNode) bool { return e.Data == "section" && attr(e, "aria-labelledby") == id })
	if n == nil {
		b.t.Fatalf("%s has no section %s", b.path, id)
	}
	return text(n)
}

// TestP33HelperSaysYesPersonSaysNo: both outcomes are left open, never "likely not", and both voices are shown.
func TestP33HelperSaysYesPersonSaysNo(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	ref := s.browser().walk(helperSays(merged(hardFor("nutrition", "hygiene"), url.Values{"nutrition.words": {"I burn for her: she forgets the pan."}, "name": {"Ada Example"}})))
	home := "/staff/case/" + ref
	staff.get(home).says("It is information from them, never the person's own account", "Jo Example", "Family or a partner").answers(http.StatusOK)
	s.tellsOwn(ref, staff.codeFor(ref), merged(fineFor("nutrition", "hygiene"), url.Values{"condition": {"memory"}, "second_look": {"all_fine"}, "overall": {"small"}, "matters": {"To be left in peace."}}))

	staff.get(home).says("The person and a helper see this differently", "Read the two side by side", "Accounts differ",
		"Told us in an account of their own", "To be left in peace.", "The person says themself how to reach them", "07700 900127",
		"The answers leave gaps, so nothing can be suggested yet", "A helper's no never lowers the person's yes")
	staff.get(home + "/answers")
	for _, outcome := range []string{"nutrition", "hygiene"} {
		row := staff.section("finding-" + outcome)
		for _, want := range []string{"They see this differently: ask both, apart. The rules leave it open", "The person's own account", "A helper's account", "Cannot tell from the answers", "None of these", "The person: no. The helper: yes"} {
			if !strings.Contains(row, want) {
				t.Errorf("%s does not say %q: %s", outcome, want, row)
			}
		}
	}
	if row := staff.section("finding-toilet"); strings.Contains(row, "differently") {
		t.Error("they differ where nobody said it is hard")
	}
	if row := staff.section("finding-nutrition"); strings.Count(row, "she forgets the pan") != 1 {
		t.Error("the helper's words do not stand once, in the helper's account")
	}
	a, err := s.store.CaseByReference(t.Context(), "ashdale", ref, care.Event{Verb: "case.viewed", Actor: care.ActorSystem, At: s.now})
	if err != nil {
		t.Fatal(err)
	}
	if a.Indication.Suggestion == care.LikelyNotMet || a.Answers.One("nutrition.limbs") != "assistance" {
		t.Error("the helper's own form was changed")
	}
}

// TestP34PersonSaysYesHelperSaysNo: the person's own yes stands, nobody has a veto, and there is no accounts_differ.
func TestP34PersonSaysYesHelperSaysNo(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	ref := s.browser().walk(helperSays(merged(fineFor("nutrition", "hygiene"), url.Values{"overall": {"small"}, "name": {"Ada Example"}})))
	home := "/staff/case/" + ref
	s.tellsOwn(ref, staff.codeFor(ref), merged(hardFor("nutrition", "hygiene"), url.Values{"condition": {"memory"}, "overall": {"big"}, "second_look": {"all_fine"}, "private": {"alone"}, "safety": {"hurt"}}))

	staff.get(home).says("Read the two side by side", "The answers suggest that the criteria may be met.", "Urgent: safety", "Said in private")
	if strings.Contains(staff.body, "Accounts differ") || strings.Contains(staff.body, "The rules leave it open: ask both") {
		t.Error("the helper's no made the person's yes a question of two accounts")
	}
	if private := staff.section("private"); !strings.Contains(private, "The person's own account: ") {
		t.Errorf("who said it in private is not told: %s", private)
	}
	staff.get(home + "/answers")
	if row := staff.section("finding-hygiene"); !strings.Contains(row, "They see this differently: ask both, apart. The person's own yes stands.") || !strings.Contains(row, "Unable to achieve it") {
		t.Errorf("the person's own yes does not stand: %s", row)
	}
	staff.get("/staff").says("Urgent: safety") // what came later brings the case forward
}

// TestP36AWithdrawalIsARequest: somebody with the return code asks to stop; nothing stops, and a mark of safety keeps it so.
func TestP36AWithdrawalIsARequest(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	for _, marked := range []bool{true, false} {
		answers := merged(hardFor("nutrition", "hygiene"), url.Values{"private": {"alone"}, "condition": {"physical"}, "name": {"Ada Example"}})
		if marked {
			answers.Set("safety", "hurt")
		}
		person := s.browser()
		ref := person.walk(answers)
		_, code := person.keep()
		staff.get("/staff/case/" + ref) // looked at before it comes
		s.now = s.now.Add(time.Minute)
		s.comesBack(ref, code).get("/ashdale/status/withdraw").press("/withdraw", url.Values{"text": {"They said I must."}}).answers(http.StatusOK)

		home := "/staff/case/" + ref
		staff.get(home).says("Asked to stop", "It closes nothing by itself", "New since you last looked", "They said I must.", "What came of the wish to stop?")
		staff.press("/withdrawal", nil).answers(http.StatusUnprocessableEntity).says("Select what came of it")
		staff.press("/withdrawal", url.Values{"choice": {"closed"}, "how_known": {"Rang the safe number; she was alone."}})
		if marked {
			staff.answers(http.StatusUnprocessableEntity).says("This cannot be settled as stopped while there is a mark of safety", "Care Act 2014 s.11(2)(b)", "Rang the safe number; she was alone.")
			if a := s.status(ref); a != care.StatusSent {
				t.Errorf("the case is %s", a)
			}
			staff.press("/withdrawal", url.Values{"choice": {"goes_on"}})
		}
		staff.answers(http.StatusOK).says("What came of it is written down.")
		if strings.Contains(staff.body, "What came of the wish to stop?") {
			t.Error("a settled wish is still to be settled")
		}
		staff.get(home + "/record")
		if short := strings.Contains(staff.body, "They asked to stop, and you settled it so"); short == marked {
			t.Errorf("marked %t: the record is the short one: %t", marked, short)
		}
	}
}

func (s *site) status(reference string) care.Status {
	s.t.Helper()
	a, err := s.store.CaseByReference(s.t.Context(), "ashdale", reference, care.Event{Verb: "case.viewed", Actor: care.ActorSystem, At: s.now})
	if err != nil {
		s.t.Fatal(err)
	}
	return a.Status
}

// TestAQuestionAndItsReply: it is asked on the case, answered on the status page, and read on the case.
func TestAQuestionAndItsReply(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	person := s.browser()
	ref := person.walk(merged(hardFor("nutrition"), url.Values{"name": {"Ada Example"}}))
	home := "/staff/case/" + ref
	staff.get(home).get(home+"/notes").press("/ask", url.Values{"outcome": {"nutrition"}}).answers(http.StatusUnprocessableEntity).says("Enter what you want to ask")
	if picked := find(staff.doc, func(n *html.Node) bool { return n.Data == "option" && attr(n, "value") == "nutrition" }); picked == nil || !strings.Contains(staff.body, `value="nutrition" selected`) {
		t.Error("what the question is about is lost when it is refused")
	}
	once := staff.formTo("/ask").control("once").value
	staff.press("/ask", url.Values{"question": {"Who does your shopping?"}, "outcome": {"nutrition"}}).answers(http.StatusOK).says("The question is there for them to answer.", "Who does your shopping?", "Eating and drinking", "Robin Example")
	staff.post(home+"/ask", url.Values{"once": {once}, "question": {"Who does your shopping?"}}).answers(http.StatusOK) // pressed twice
	if n := strings.Count(text(staff.doc), "Who does your shopping?"); n != 1 {
		t.Errorf("the question stands %d times", n)
	}
	staff.post(home+"/ask", url.Values{"question": {strings.Repeat("x", casework.NoteMax+1)}}).answers(http.StatusUnprocessableEntity).says("Use 2,000 characters or fewer")
	if m := len(s.entries(ref)); m != 1 {
		t.Fatalf("%d entries", m)
	}
	s.now = s.now.Add(time.Minute)
	question := s.entries(ref)[0].ID
	person.get("/ashdale/status").says("Who does your shopping?").press("/answer/"+question, url.Values{"reply-" + question: {"My sister, on Fridays."}}).answers(http.StatusOK)
	s.now = s.now.Add(time.Minute)
	staff.get(home).says("Answered a question", "My sister, on Fridays.", "New since you last looked")
	if staff.get(home); strings.Contains(staff.body, "New since you last looked") {
		t.Error("it is still new after it was looked at")
	}
	staff.get(home+"/timeline").says("Asked the person something", "Answered a question")
}

// TestACarersCase is a carer's whole way on the practitioner's side: eight outcomes, three ways of being unable, and the
// conditions of regulation 3.
func TestACarersCase(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	ref := s.browser().walk(url.Values{
		"for": {"carer"}, "they_call": {"Bea"}, "their_age": {"adult"}, "own_age": {"adult"}, "does": {"personal", "nights"}, "paid": {"none"},
		"able": {"no"}, "health": {"deteriorating"}, "health_words": {"My back."}, "daily": {"none"}, "second_look": {"all_fine"},
		"overall": {"big"}, "areas": {"health"}, "link": {"ask_first"}, "keep_from": {"That I am tired of it."}, "name": {"Kit Example"},
	})
	home := "/staff/case/" + ref
	staff.get(home).says("Carer's assessment", "The carer, for themselves", "That I am tired of it.", "Care may stop", "Do not link", "The answers suggest that the criteria may be met.", "My back.", "Answers and law")
	staff.get("/staff?kind=carer-support").says("Queue: 1 open", "Kit Example")

	staff.get(home+"/answers").says("SI 2015/313 reg 3(2)(b)(i)", "For a carer one outcome is enough, or health alone")
	if n := strings.Count(staff.body, `class="app-finding"`); n != 8 {
		t.Errorf("%d outcomes", n)
	}
	if strings.Contains(text(staff.doc), "significantly longer") || strings.Contains(text(staff.doc), "reg 2(") {
		t.Error("a carer's outcomes are held against the regulation for adults")
	}
	staff.get(home+"/impact").says("SI 2015/313 reg 3(2)(a)", "Care Act 2014 s.10(3), (9)", "They said: ", "The care they give, and their health")
	v := url.Values{"version": {"0"}, "significant": {"yes"}, "significant_reason": {"She sleeps three hours."}}
	for _, field := range []string{"carer", "cause", "health"} {
		v.Set(field, "yes")
	}
	staff.post(home+"/impact", v).answers(http.StatusUnprocessableEntity)
	for _, field := range []string{"carer", "cause", "health"} {
		if find(staff.doc, func(n *html.Node) bool { return attr(n, "href") == "#"+field+"_reason" }) == nil {
			t.Errorf("nothing leads to the reason for %s", field)
		}
		v.Set(field+"_reason", "She says so, and I saw it.")
	}
	for _, a := range []string{"dignity", "health", "protection", "control", "activity", "social", "family", "home", "contribution"} {
		v.Set("area-"+a, "some")
	}
	staff.post(home+"/impact", v).answers(http.StatusOK)
	staff.post(home+"/contact", url.Values{"on-day": {"21"}, "on-month": {"11"}, "on-year": {"2026"}, "how": {"visit"}, "seen_alone": {"yes"}, "advocate": {"not_needed"}})
	staff.get(home + "/record").says("Looking after a child: make a finding")
	for _, id := range s.outcomesOf("carer-support") {
		staff.post(home+"/answers/"+id, url.Values{"version": {"0"}, "conclusion": {"able"}, "sources": {"told"}}).answers(http.StatusOK)
	}
	staff.post(home+"/record", url.Values{
		"version": {"0"}, "checks": {"gaps", "all_needs", "wishes", "others", "consistent", "condition", "evidence"},
		"decision": {"eligible"}, "decision_reason": {"Her health, and a big impact."}, "next_steps": {"A sitting service, if Bea agrees."},
		"strengths": {"She sings in a choir on Mondays."}, "wants": {"yes"}, "residence": {"here"},
	}).answers(http.StatusOK)
	staff.tells(home).says("I decide this on behalf of Ashdale Council")
	staff.press("/sign", url.Values{"confirm": {"yes"}}).answers(http.StatusOK).says("Record signed", "SI 2015/313 reg 3(2)(b)(i)", "The carer's physical or mental health is")
	if strings.Contains(staff.body, "tired of it") {
		t.Error("what the adult must not be told stands in the record")
	}
}

func (s *site) outcomesOf(kind string) []string {
	s.t.Helper()
	rs, err := s.library.ToStart(kind, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return rs.Lists()["outcome"]
}

// TestCasesWithoutADetermination: what is sent about somebody under 18, and a concern, shows all that was told and closes with
// a short record. What may come after 18 is told as that.
func TestCasesWithoutADetermination(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	boss := s.invite("ashdale", "Second Example", care.RoleManager)
	for name, c := range map[string]struct {
		says url.Values
		want []string
		not  []string
	}{
		"transition": {merged(hardFor("nutrition", "hygiene"), url.Values{"for": {"under_18"}, "young": {"needs_16"}, "condition": {"learning"}, "overall": {"big"}, "born-day": {"7"}, "born-month": {"3"}, "born-year": {"2010"}, "young_plan": {"ehc"}}),
			[]string{"Before 18", "may be likely to meet the criteria after 18", "no decision on eligibility", "Daily life", "Eating and drinking", "EHC", "Outcomes at a glance"}, []string{"The answers suggest that the criteria"}},
		"children": {url.Values{"for": {"under_18"}, "young": {"parent"}, "young_words": {"My son cannot be left."}},
			[]string{"For children's services", "My son cannot be left."}, []string{"after 18.", "Outcomes at a glance"}},
		"a concern through a helper's pages": {helperSays(merged(hardFor("nutrition"), url.Values{"knows": {"no"}, "concern_go": {"more"}, "concern_words": {"She has lost so much weight."}, "name": {"Ada Example"}})),
			[]string{"Concern", "Not agreed", "She has lost so much weight.", "Daily life", "Eating and drinking", "A helper"}, []string{"suggest that the criteria", "Outcomes at a glance"}},
	} {
		ref := s.browser().walk(c.says)
		home := "/staff/case/" + ref
		staff.get(home).answers(http.StatusOK)
		said := text(staff.doc)
		for _, want := range c.want {
			if !strings.Contains(said, want) && !(want == "A helper" && strings.Contains(said, "Jo Example")) {
				t.Errorf("%s: the case page does not say %q", name, want)
			}
		}
		for _, not := range append(c.not, "Answers and law") {
			if strings.Contains(said, not) {
				t.Errorf("%s: the case page says %q", name, not)
			}
		}
		staff.get(home + "/answers").answers(http.StatusNotFound)
		staff.get(home + "/record").answers(http.StatusOK).says("close")
		if strings.Contains(staff.body, `name="decision"`) {
			t.Errorf("%s: a decision is asked for", name)
		}
		staff.post(home+"/contact", url.Values{"on-day": {"21"}, "on-month": {"11"}, "on-year": {"2026"}, "how": {"phone"}, "seen_alone": {"yes"}, "advocate": {"not_needed"}})
		staff.post(home+"/record", url.Values{"version": {"0"}, "next_steps": {"Passed on to Children's Services."}}).answers(http.StatusOK)
		if strings.HasPrefix(name, "a concern") { // somebody may be harmed: two people read what was done
			staff.says("This record needs a second signature", "a concern about somebody")
			staff.press("/second/ask", nil).answers(http.StatusOK)
			boss.get(home+"/second").answers(http.StatusOK).says("asked for it", "Passed on to Children's Services.")
			boss.press("/second", url.Values{"confirm": {"yes"}, "do": {"sign"}}).answers(http.StatusOK).says("Your second signature is given")
			staff.get(home + "/record")
		}
		staff.press("/sign", url.Values{"confirm": {"yes"}}).answers(http.StatusOK).says("Record signed", "Closed")
		if strings.Contains(staff.body, "Second Example") {
			t.Errorf("%s: the record tells that somebody signed second", name)
		}
	}
}

// TestWhoFilledItIn: what a practitioner typed is never taken for the person's own hand.
func TestWhoFilledItIn(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	all, err := s.store.Practitioners(t.Context(), "ashdale")
	if err != nil {
		t.Fatal(err)
	}
	worker := care.Actor{Kind: care.ActorPractitioner, ID: all[0].ID, Council: "ashdale", Roles: all[0].Roles}
	for how, words := range map[string]string{casework.KeyedPaper: "Robin Example keyed this in from paper.", casework.KeyedPhone: "Robin Example filled this in with them on the phone."} {
		draft, err := s.service.StartKeyed(t.Context(), worker, how)
		if err != nil {
			t.Fatal(err)
		}
		actor := care.Actor{Kind: care.ActorCitizen, ID: draft.ID, Council: "ashdale"}
		for path := draft.Rules.Start(); path != "check"; path = draft.Rules.NextUnvisited(draft.Answers) {
			page, _ := draft.Rules.Page(path, draft.Answers, nil)
			typed := map[string][]string{}
			for _, q := range page.Questions {
				if v, ok := told[q.ID]; ok {
					typed[q.ID] = v
				}
			}
			if draft, err = s.service.Answer(t.Context(), actor, path, "", typed); err != nil {
				t.Fatal(err)
			}
		}
		if draft, err = s.service.Send(t.Context(), actor, s.ashdale()); err != nil {
			t.Fatal(err)
		}
		staff.get("/staff/case/" + draft.Reference).says(words)
		if strings.Contains(staff.body, "on their own device") {
			t.Error("what somebody keyed in is said to be from a device")
		}
	}
}

// TestMessagesThatDidNotArrive: managers see, try again and drop; nobody's address is there.
func TestMessagesThatDidNotArrive(t *testing.T) {
	s := newSite(t, false)
	s.browser().walk(merged(hardFor("nutrition"), url.Values{"name": {"Ada Example"}, "ways": {"email"}, "email": {"ada@example.com"}}))
	out, ok, err := s.store.NextMail(t.Context())
	if err != nil || !ok {
		t.Fatalf("no message: %v", err)
	}
	giveUp := func() {
		t.Helper()
		if err := s.store.MailFailed(context.Background(), out.Receipt, "refused", 0, true); err != nil {
			t.Fatal(err)
		}
	}
	giveUp()
	if b := s.invite("ashdale", "Sam Example", care.RolePractitioner).get("/staff"); strings.Contains(b.body, "/staff/messages") {
		t.Error("a practitioner is led to the messages")
	} else {
		b.get("/staff/messages").answers(http.StatusForbidden)
		b.post("/staff/messages/"+out.ID+"/drop", nil).answers(http.StatusForbidden)
	}
	boss := s.invite("ashdale", "Mo Example", care.RoleManager)
	if find(boss.get("/staff").doc, func(n *html.Node) bool { return attr(n, "href") == "/staff/messages" }) == nil {
		t.Error("nothing leads a manager to the messages")
	}
	boss.get("/staff/messages").answers(http.StatusOK).says("We have your answers", "The address, or this message, was refused", "1 try")
	if strings.Contains(boss.body, "ada@") || strings.Contains(boss.body, "Ada") {
		t.Error("the page names the person")
	}
	s.invite("birchley", "El Example", care.RoleManager).get("/staff/messages").says("Every message was delivered")
	boss.press("/retry", nil).says("It will be tried again.", "Every message was delivered, or is still being tried.")
	boss.post("/staff/messages/"+out.ID+"/retry", nil).answers(http.StatusOK).says("It is not here any more")
	if again, ok, err := s.store.NextMail(t.Context()); err != nil || !ok || again.ID != out.ID {
		t.Fatalf("it is not tried again: %v", err)
	}
	giveUp()
	s.invite("ashdale", "Al Example", care.RoleAdmin).get("/staff/messages").press("/drop", nil).says("It is dropped")
	if dead, err := s.store.DeadMail(t.Context(), "ashdale", 5); err != nil || len(dead) != 0 {
		t.Errorf("left: %v, %v", dead, err)
	}
}

// TestTheDemonstrationShowsItsMessages, and nothing else does.
func TestTheDemonstrationShowsItsMessages(t *testing.T) {
	s := newSite(t, true)
	s.browser().get("/ashdale/messages").answers(http.StatusNotFound)
	box := &mail.Box{}
	for _, demo := range []bool{false, true} {
		s.server.Close()
		s.server = httptest.NewServer(web.New(web.Options{
			Casework: s.service, Sessions: s.store, CookieKeys: s.ring.CookieKeys(), Now: func() time.Time { return s.now }, Log: s.service.Log, Demo: demo, Box: box,
		}))
		if !demo {
			s.browser().get("/ashdale/messages").answers(http.StatusNotFound)
		}
	}
	b := s.browser().get("/ashdale").says("See what would have been sent")
	b.get("/ashdale/messages").answers(http.StatusOK).says("Nothing was sent yet.")
	person := s.begun()
	person.get("/ashdale/save").press("/save/link", url.Values{"email": {"zanzibar@example.com"}})
	for {
		out, ok, err := s.store.NextMail(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		if err := box.Send(t.Context(), out); err != nil {
			t.Fatal(err)
		}
	}
	b.get("/ashdale/messages").says("Your saved form", "z…@example.com", "Carry on with your form")
	if strings.Contains(b.body, "zanzibar") {
		t.Error("a whole address stands on a page that everybody can read")
	}
	if find(b.doc, func(n *html.Node) bool {
		return strings.HasPrefix(attr(n, "href"), "https://care.example.com/ashdale/back/")
	}) == nil {
		t.Error("the link of the message cannot be followed")
	}
	if b.get("/birchley/messages"); strings.Contains(b.body, "Your saved form") {
		t.Error("another council's messages are shown")
	}
}

// TestAddressesOfACaseFindNothingElsewhere: the new ones answer another council's case like a missing one.
func TestAddressesOfACaseFindNothingElsewhere(t *testing.T) {
	s := newSite(t, false)
	theirs := s.sends("birchley", nil)
	mine := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	for _, c := range []struct {
		path   string
		values url.Values
	}{
		{"/ask", url.Values{"question": {"Who?"}}}, {"/withdrawal", url.Values{"choice": {"closed"}, "how_known": {"Rang her."}}},
		{"/code", url.Values{"checked": {"yes"}}}, {"/code", nil},
	} {
		a := mine.post("/staff/case/"+theirs+c.path, c.values).answers(http.StatusNotFound).body
		if b := mine.post("/staff/case/0000000000"+c.path, c.values).answers(http.StatusNotFound).body; a != b {
			t.Errorf("POST %s: another council's case and a missing one differ", c.path)
		}
	}
	mine.get("/staff/case/" + theirs + "/code").answers(http.StatusNotFound)
	if codes := s.entriesOf("birchley", theirs); len(codes) != 0 {
		t.Errorf("something was added to another council's case: %v", codes)
	}
	for _, role := range []care.Role{care.RoleAdmin, care.RoleAuditor} {
		b := s.invite("birchley", "No "+string(role), role)
		b.get("/staff/case/" + theirs + "/code").answers(http.StatusForbidden)
		b.post("/staff/case/"+theirs+"/code", url.Values{"checked": {"yes"}}).answers(http.StatusForbidden)
		b.post("/staff/case/"+theirs+"/ask", url.Values{"question": {"Who?"}}).answers(http.StatusForbidden)
	}
}

func (s *site) entriesOf(council, reference string) []care.Entry {
	s.t.Helper()
	a, err := s.store.CaseByReference(s.t.Context(), council, reference, care.Event{Verb: "case.viewed", Actor: care.ActorSystem, At: s.now})
	if err != nil {
		s.t.Fatal(err)
	}
	all, err := s.store.Entries(s.t.Context(), council, a.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.Clone(all)
}
