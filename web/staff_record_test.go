package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// register gives somebody who works for a council a registration number.
func (s *site) register(email string) {
	s.t.Helper()
	p, err := s.store.PractitionerByEmail(s.t.Context(), email)
	if err != nil {
		s.t.Fatal(err)
	}
	p.Registration = "SW000000"
	ev := care.Event{Verb: "practitioner.changed", Actor: care.ActorSystem, Subject: p.ID, At: s.now}
	if err := s.store.PutPractitioner(s.t.Context(), p, ev); err != nil {
		s.t.Fatal(err)
	}
}

// tells reads the draft to the person, who says that it is right.
func (b *browser) tells(home string) *browser {
	b.t.Helper()
	b.get(home+"/record").press("/draft", url.Values{"draft_how": {"read"}}).answers(http.StatusOK).says("They are told.")
	return b.press("/draft/reply", url.Values{"draft_choice": {"yes"}}).answers(http.StatusOK).says("Their reply is written down.")
}

// seconded asks for a second signature, which another browser gives.
func (b *browser) seconded(home string, second *browser) *browser {
	b.t.Helper()
	b.get(home+"/record").press("/second/ask", nil).answers(http.StatusOK).says("A second signature is asked for.")
	second.get(home+"/second").answers(http.StatusOK).press("/second", url.Values{"confirm": {"yes"}, "do": {"sign"}}).answers(http.StatusOK).says("Your second signature is given.")
	return b.get(home + "/record")
}

// alwaysOwed are the fields of a record that are asked of every case.
func alwaysOwed() url.Values {
	return url.Values{"strengths": {"She knows her neighbours well."}, "carers": {"no"}}
}

// worked is a case of ashdale worked as far as the record, with eating and washing found hard, or nothing.
func (s *site) worked(b *browser, changed map[string][]string, significant string) (ref, home string) {
	s.t.Helper()
	ref = s.sends("ashdale", changed)
	home = "/staff/case/" + ref
	b.post(home+"/contact", url.Values{"on-day": {"21"}, "on-month": {"11"}, "on-year": {"2026"}, "how": {"visit"}, "seen_alone": {"yes"}, "advocate": {"not_needed"}}).answers(http.StatusOK)
	for _, o := range s.outcomes() {
		v := url.Values{"version": {"0"}, "conclusion": {"able"}, "sources": {"told"}}
		if o == "nutrition" || o == "hygiene" {
			v = url.Values{"version": {"0"}, "conclusion": {"unable"}, "sources": {"told", "seen"}, "reason": {"She says she burns her food."}, "period": {"Since the spring"}}
		}
		b.post(home+"/answers/"+o, v).answers(http.StatusOK)
	}
	v := url.Values{"version": {"0"}, "significant": {significant}, "significant_reason": {"She has lost a stone."}, "cause": {"yes"}, "cause_reason": {"Arthritis in both hands."}}
	for _, a := range []string{"dignity", "health", "protection", "control", "activity", "social", "family", "home", "contribution"} {
		v.Set("area-"+a, "some")
	}
	b.post(home+"/impact", v).answers(http.StatusOK)
	return ref, home
}

// decided is a record with a decision and what every record owes.
func decided(decision string, more url.Values) url.Values {
	v := merged(alwaysOwed(), url.Values{
		"checks": {"gaps", "all_needs", "wishes", "others", "consistent", "condition", "evidence"}, "decision": {decision},
		"decision_reason": {"Talked through with her on the visit."},
	})
	return merged(v, more)
}

// TestEachEndThroughItsPages: every end is refused while it lacks what the law asks of it, says so with a link to the field, and
// can be signed once it has it.
func TestEachEndThroughItsPages(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	day := func(name string) url.Values {
		return url.Values{name + "-day": {"1"}, name + "-month": {"12"}, name + "-year": {"2026"}}
	}
	able := url.Values{"capacity-0-of": {"support"}, "capacity-0-finding": {"has"}, "capacity-0-how": {"She weighed it up with me."}}
	for _, c := range []struct {
		end, significant string
		lacks            []string
		owes             url.Values
		signed           []string
	}{
		{"eligible", "yes", []string{"if the adult wants the council", "ordinarily resident", "what could be done"},
			url.Values{"wants": {"yes"}, "residence": {"here"}, "next_steps": {"A support plan with her."}}, []string{"Care Act 2014 s.13(3)", "Has eligible needs"}},
		{"not_eligible", "no", []string{"Eating and drinking: give advice", "Keeping clean: give advice", "power to meet needs"},
			merged(url.Values{
				"considered": {"will_not_meet"}, "advice-0-outcome": {"nutrition"}, "advice-0-action": {"Try the lunch club"}, "advice-0-who": {"Ms Example"}, "advice-0-phone": {"0113 496 0123"},
				"advice-1-outcome": {"hygiene"}, "advice-1-action": {"Ask for a bath board"}, "advice-1-who": {"Equipment shop"}, "advice-1-phone": {"0113 496 0124"},
			}, merged(day("advice-0-by"), day("advice-1-by"))), []string{"Try the lunch club", "0113 496 0124", "1 December 2026", "Care Act 2014 s.13(5)"}},
		{"eligible_declines", "yes", []string{"can decide on taking or declining support", "nobody pressed them", "offer is made again"},
			merged(able, merged(day("offer_again"), url.Values{"pressure": {"Seen alone, twice, a week apart."}})), []string{"does not want the council", "1 December 2026"}},
		{"self_funder", "yes", []string{"care at home", "advice they have to arrange care"},
			url.Values{"asks": {"no"}, "next_steps": {"A list of agencies, and a number to ring."}}, []string{"pays for care at home", "Care Act 2014 s.18(3)"}},
		{"elsewhere", "yes", []string{"Name the council", "date on which the person was told", "to whom it was passed on"},
			merged(day("told_on"), merged(day("passed_on"), url.Values{"council": {"Birchley Council"}, "passed_to": {"Their duty desk"}})), []string{"Birchley Council", "Care Act 2014 s.18(1)(a)"}},
		{"refused", "yes", []string{"in their own words", "decide to refuse the assessment", "abuse or neglect", "can ask again"},
			url.Values{
				"refusal_words": {"I will not have it, thank you."}, "abuse": {"no"}, "abuse_known": {"Seen alone; she feels safe."}, "ask_again": {"She has our number on a card."},
				"capacity-0-of": {"refuse"}, "capacity-0-finding": {"has"}, "capacity-0-how": {"She weighed it up with me."},
			}, []string{"Refused the assessment", "I will not have it", "Care Act 2014 s.11(1)-(4)"}},
	} {
		t.Run(c.end, func(t *testing.T) {
			b.t, s.t = t, t
			_, home := s.worked(b, nil, c.significant)
			b.post(home+"/record", merged(decided(c.end, nil), url.Values{"version": {"0"}})).answers(http.StatusOK).says(c.lacks...)
			each(b.doc, func(n *html.Node) { // every link among them leads to something on its page
				if href := attr(n, "href"); n.Data == "a" && strings.HasPrefix(href, home+"/record#") {
					id := strings.TrimPrefix(href, home+"/record#")
					at := find(b.doc, func(n *html.Node) bool { return attr(n, "id") == id })
					if at == nil {
						t.Errorf("%s leads nowhere", href)
						return
					}
					for p := at.Parent; p != nil; p = p.Parent {
						if p.Data == "details" && !has(p, "open") {
							t.Errorf("%s leads into a part that is closed", href)
						}
					}
				}
			})
			b.refusesToSign(home, c.lacks[0])
			b.post(home+"/record", merged(decided(c.end, c.owes), url.Values{"version": {"1"}})).answers(http.StatusOK)
			if c.end != "refused" {
				b.says("Tell the person what will be recorded").tells(home)
			}
			b.get(home+"/record").press("/sign", url.Values{"confirm": {"yes"}}).answers(http.StatusOK).says("Record signed").says(c.signed...)
			if strings.Contains(b.body, "£") {
				t.Error("the record speaks of money")
			}
		})
	}
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

// TestAdviceIsBuiltRowByRow: rows are added and taken away without JavaScript, and nothing typed is lost when one is wrong.
func TestAdviceIsBuiltRowByRow(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	_, home := s.worked(b, nil, "no")
	row := url.Values{"advice-0-outcome": {"nutrition"}, "advice-0-action": {"Try the lunch club"}, "advice-0-by-day": {"31"}, "advice-0-by-month": {"2"}, "advice-0-by-year": {"2027"}, "do": {"add-advice"}, "version": {"0"}}
	b.post(home+"/record", decided("not_eligible", row)).answers(http.StatusUnprocessableEntity).says("Enter a date with day, month and year")
	if !strings.Contains(b.body, "Try the lunch club") || !strings.Contains(b.body, "Talked through with her") {
		t.Error("what was typed is lost")
	}
	row.Set("advice-0-by-day", "28")
	b.post(home+"/record", decided("not_eligible", row)).answers(http.StatusOK)
	if !strings.HasSuffix(b.path, "#end-not_eligible") || !strings.Contains(b.body, `name="advice-2-action"`) {
		t.Errorf("there is no empty row behind those of both outcomes, at %s", b.path)
	}
	row.Set("advice-0-remove", "yes")
	row.Set("version", "1")
	b.post(home+"/record", decided("not_eligible", row)).answers(http.StatusOK)
	if strings.Contains(b.body, "Try the lunch club") {
		t.Error("the row is still there")
	}
}

// TestTheDraftGoesToThePersonFirst: the person reads it behind their code, says what is wrong, and both stand in the record.
func TestTheDraftGoesToThePersonFirst(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	ref, home := s.worked(b, nil, "yes")
	owes := url.Values{"wants": {"yes"}, "residence": {"here"}, "next_steps": {"A support plan with her."}, "version": {"0"}}
	b.post(home+"/record", decided("eligible", owes)).answers(http.StatusOK).says("Tell the person what will be recorded")
	b.press("/draft", nil).answers(http.StatusUnprocessableEntity).says("Select how you tell them")
	b.press("/draft", url.Values{"draft_how": {"status"}}).answers(http.StatusOK).says("They are told.", "No reply yet.")

	actor := care.Actor{Kind: care.ActorCitizen, ID: s.idOf(ref), Council: "ashdale"}
	_, code, err := s.service.Keep(t.Context(), actor)
	if err != nil {
		t.Fatal(err)
	}
	person := s.comesBack(ref, code.Reveal()).get("/ashdale/status").says("It is not final yet.", "Read it, and tell us if it is right")
	person.get("/ashdale/status/draft").answers(http.StatusOK).says("Eating and drinking", "We think this is hard for you.", "She says she burns her food.", "We think you can do this.", "The council must help you with this.", "A support plan with her.")
	if strings.Contains(strings.ToLower(text(person.doc)), "eligible") {
		t.Error("the person reads that they are eligible")
	}
	person.press("/draft", url.Values{"choice": {"change"}}).answers(http.StatusUnprocessableEntity)
	person.press("/draft", url.Values{"choice": {"change"}, "text": {"It is the kettle, not the pan."}}).answers(http.StatusOK).says("We have what you said.")
	person.get("/ashdale/status/draft").says("It is the kettle, not the pan.")

	b.refusesToSign(home, "They want a change, or disagree")
	b.get(home + "/record").says("It is the kettle, not the pan.")
	owes.Set("version", "1")
	owes.Set("reply_done", "Put right in the reasons: the kettle.")
	b.post(home+"/record", decided("eligible", owes)).answers(http.StatusOK)
	b.press("/sign", url.Values{"confirm": {"yes"}}).answers(http.StatusOK).says("It is the kettle, not the pan.", "Put right in the reasons: the kettle.")
	person.get("/ashdale/status").says("We made a record on ")
}

// TestAHelperNeverReadsTheDraft: where a helper sent the form, it goes to the person's own code alone.
func TestAHelperNeverReadsTheDraft(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	_, home := s.worked(b, map[string][]string{
		"for": {"someone"}, "they_call": {"Kim"}, "helper_is": {"neighbour"}, "helper_name": {"Lee Example"}, "knows": {"yes_agree"}, "with_them": {"no"}, "decides": {"yes"},
	}, "yes")
	owes := url.Values{"wants": {"yes"}, "residence": {"here"}, "next_steps": {"A support plan with her."}, "version": {"0"}}
	b.post(home+"/record", decided("eligible", owes)).answers(http.StatusOK)
	b.press("/draft", url.Values{"draft_how": {"status"}}).answers(http.StatusUnprocessableEntity).says("the person has no code of their own")
	if !strings.Contains(b.body, `value="status" checked`) {
		t.Error("what was chosen is lost")
	}
}

// TestASecondSignature is never the same person's, is bound to what was read, and can be sent back.
func TestASecondSignature(t *testing.T) {
	s := newSite(t, false)
	b, second := s.invite("ashdale", "Sam Example", care.RolePractitioner), s.invite("ashdale", "Ola Example", care.RolePractitioner)
	ref, home := s.worked(b, map[string][]string{"safety": {"money"}}, "yes")
	owes := url.Values{
		"wants": {"yes"}, "residence": {"here"}, "next_steps": {"A support plan with her."}, "risk": {"Her nephew holds her card."}, "risk_with": {"Kim, and our safeguarding lead"}, "version": {"0"},
	}
	b.post(home+"/record", decided("eligible", owes)).answers(http.StatusOK).says("There is a mark of safety", "You can ask for it when nothing else is left")
	b.tells(home).says("This record needs a second signature: ask for it")
	b.refusesToSign(home, "This record needs a second signature")
	second.get("/staff/owed/second").says("Nothing waits for a second signature.")
	b.get(home+"/record").press("/second/ask", nil).answers(http.StatusOK).says("A second signature is asked for.")
	second.get("/staff/owed/second").says("Kim Example", "Waiting for a second signature")

	mine := b.get(home + "/second").says("You asked for this signature, so somebody else gives it.")
	if strings.Contains(mine.body, "Give the second signature") {
		t.Error("whoever asked is offered to sign a second time")
	}
	f := s.opened(ref)
	b.post(home+"/second", url.Values{"read": {f.Fingerprint()}, "confirm": {"yes"}, "do": {"sign"}}).answers(http.StatusUnprocessableEntity).says("somebody else gives it")

	second.get(home+"/second").says("There is a mark of safety", "She says she burns her food.", "Her nephew holds her card.", "Sam Example asked for it on")
	second.press("/second", url.Values{"do": {"sign"}}).answers(http.StatusUnprocessableEntity).says("Tick the box to say that you have read the record")
	read := f.Fingerprint()
	second.post(home+"/second", url.Values{"read": {read}, "do": {"back"}, "text": {"No"}}).answers(http.StatusUnprocessableEntity).says("Say why you send it back")
	second.post(home+"/second", url.Values{"read": {read}, "do": {"back"}, "text": {"Say who holds the card now."}}).answers(http.StatusOK).says("sent back, with your reasons")
	b.get(home+"/record").says("Ola Example sent it back", "Say who holds the card now.")
	b.refusesToSign(home, "A colleague sent the record back")

	owes.Set("version", "1")
	owes.Set("risk", "Her card is with her now; the bank knows.")
	b.post(home+"/record", decided("eligible", owes)).answers(http.StatusOK)
	b.seconded(home, second).says("Ola Example gave it on", "I decide this on behalf of")
	owes.Set("version", "2")
	owes.Set("risk_with", "Kim alone")
	b.post(home+"/record", decided("eligible", owes)).answers(http.StatusOK).says("Something changed after the second signature")
	second.post(home+"/second", url.Values{"read": {read}, "confirm": {"yes"}, "do": {"sign"}}).answers(http.StatusConflict)
	b.seconded(home, second).press("/sign", url.Values{"confirm": {"yes"}}).answers(http.StatusOK).says("Record signed")
	for _, private := range []string{"mark of safety", "Second signature", "Ola Example", "Her card is with her", "Kim alone"} {
		if strings.Contains(b.body, private) {
			t.Errorf("the record, which others read, says %q", private)
		}
	}
	second.get("/staff/owed/second").says("Nothing waits for a second signature.")
	b.get(home+"/timeline?show=all").says("Asked for a second signature", "Gave the second signature", "Sent the record back", "Told the person what will be recorded")
}

// opened is a case as nobody in particular has it open.
func (s *site) opened(ref string) casework.CaseFile {
	s.t.Helper()
	f, err := s.service.Open(s.t.Context(), care.Actor{Kind: care.ActorPractitioner, ID: "x", Council: "ashdale", Roles: []care.Role{care.RolePractitioner}}, ref, "test")
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

// TestANextRecord: a signed record is never changed. A next one has a reason, and both can be read.
func TestANextRecord(t *testing.T) {
	s := newSite(t, false)
	b, second := s.invite("ashdale", "Sam Example", care.RolePractitioner), s.invite("ashdale", "Ola Example", care.RolePractitioner)
	ref, home := s.worked(b, nil, "yes")
	owes := url.Values{"wants": {"yes"}, "residence": {"here"}, "next_steps": {"A support plan with her."}}
	b.post(home+"/record", merged(decided("eligible", owes), url.Values{"version": {"0"}})).answers(http.StatusOK)
	b.tells(home).press("/sign", url.Values{"confirm": {"yes"}}).answers(http.StatusOK).says("No copy is written down yet", "Prepare a next record")
	first := b.get(home + "/record.json").body

	b.get("/staff/owed/copy").says("Kim Example")
	b.get(home+"/signed").press("/copy", url.Values{"to": {"person"}}).answers(http.StatusUnprocessableEntity).says("Select how the copy went", "Enter the date of the copy")
	today := s.now
	on := url.Values{"to": {"person"}, "copy_how": {"post"}, "copy_on-day": {today.Format("2")}, "copy_on-month": {today.Format("1")}, "copy_on-year": {today.Format("2006")}}
	b.press("/copy", on).answers(http.StatusOK).says("The copy is written down.", "By post. Written down by Sam Example.")
	b.get("/staff/owed/copy").says("Everybody has their copy.")

	b.get(home+"/signed").press("/revise", url.Values{"revise_reason": {"No"}}).answers(http.StatusUnprocessableEntity).says("Say why a next record is needed")
	b.press("/revise", url.Values{"revise_reason": {"She is back from hospital and much better."}}).answers(http.StatusOK).says("A next record is being prepared", "much better", "Tell the person what will be recorded")
	row := b.get(home + "/answers").version(home + "/answers/hygiene")
	b.post(home+"/answers/hygiene", url.Values{"version": {row}, "conclusion": {"able"}, "sources": {"seen"}, "reason": {"She showed me: she washes alone."}}).answers(http.StatusOK)
	owes = url.Values{
		"considered": {"will_not_meet"}, "version": {"1"},
		"advice-0-outcome": {"nutrition"}, "advice-0-action": {"Try the lunch club"}, "advice-0-who": {"Ms Example"}, "advice-0-phone": {"0113 496 0123"}, "advice-0-by-day": {"1"}, "advice-0-by-month": {"12"}, "advice-0-by-year": {"2026"},
		"advice-1-outcome": {"hygiene"}, "advice-1-action": {"Go on as now"}, "advice-1-who": {"Ms Example"}, "advice-1-phone": {"0113 496 0123"}, "advice-1-by-day": {"1"}, "advice-1-by-month": {"12"}, "advice-1-by-year": {"2026"},
	}
	b.post(home+"/record", decided("not_eligible", owes)).answers(http.StatusOK)
	b.tells(home).says("Something is found lower than in the record before")
	b.seconded(home, second).press("/sign", url.Values{"confirm": {"yes"}}).answers(http.StatusOK).says("Records of this case", "Record 1, signed on", "Record 2, signed on", "She is back from hospital")
	if again := b.get(home + "/record.json?version=1").body; again != first {
		t.Error("the first record changed")
	}
	b.get(home + "/signed?version=1").says("Has eligible needs")
	b.get(home + "/signed?version=3").answers(http.StatusNotFound)
	f := s.opened(ref)
	if len(f.Determinations) != 2 || f.Revising {
		t.Errorf("%d records, revising %v", len(f.Determinations), f.Revising)
	}
}
