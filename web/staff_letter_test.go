package web_test

import (
	"encoding/csv"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// posted are answers of somebody who wants large print by post, said something in private, and what must not be told.
var posted = map[string][]string{
	"safety": {"hurt"}, "not_told": {"Not to my sister"}, "ways": {"call", "post"}, "format": {"large_print", "braille"},
	"living": {"home"}, "address": {"1 Example Street\nExampleton"}, "postcode": {"LS1 1AA"},
}

const why = "She says: I burn my food. I saw the pans, and the marks on the table."

// endings are what the six ends owe beside what every one does.
var endings = map[string]func(*care.RecordDraft){
	"eligible": func(*care.RecordDraft) {},
	"not_eligible": func(r *care.RecordDraft) {
		r.Considered19 = "will_not_meet"
		for _, o := range []string{"nutrition", "hygiene"} {
			r.Advices = append(r.Advices, care.Advice{Outcome: o, Action: "Try a lunch club", Who: "Example Lunches", Phone: "020 7946 0111", By: "2026-12-24"})
		}
	},
	"eligible_declines": func(r *care.RecordDraft) {
		r.Making.Capacity = []care.Capacity{{Decision: "support", Finding: "has", How: why}}
		r.Ending.Pressure, r.Ending.OfferAgain, r.Ending.Wants = why, "2027-03-01", "no"
	},
	"self_funder": func(r *care.RecordDraft) { r.Ending.Asks = "no" },
	"elsewhere": func(r *care.RecordDraft) {
		r.Ending.Residence, r.Ending.Council, r.Ending.ToldOn, r.Ending.PassedOn, r.Ending.PassedTo = "elsewhere", "Birchley Council", "2026-11-21", "2026-11-22", "Sam Example"
	},
	"refused": func(r *care.RecordDraft) {
		r.Making.Capacity = []care.Capacity{{Decision: "refuse", Finding: "has", How: why}}
		r.Ending.RefusalWords, r.Ending.BestInterests, r.Ending.Abuse, r.Ending.AbuseKnown, r.Ending.AskAgain = "I manage. Please leave me be.", "no", "no", why, why
	},
}

// registered is a registered practitioner of ashdale as the service knows them.
func (s *site) registered(name string) care.Actor {
	s.t.Helper()
	email := strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@example.com"
	p, err := s.store.PractitionerByEmail(s.t.Context(), email)
	if err != nil {
		p, _, err = s.service.Invite(s.t.Context(), care.Actor{Kind: care.ActorSystem}, "ashdale", name, email, care.RolePractitioner)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	p, err = s.store.Practitioner(s.t.Context(), p.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	if p.Registration == "" {
		p.Registration = "SW000000"
		if err := s.store.PutPractitioner(s.t.Context(), p, care.Event{Verb: "practitioner.changed", Actor: care.ActorSystem, Subject: p.ID, At: s.now}); err != nil {
			s.t.Fatal(err)
		}
	}
	return care.Actor{Kind: care.ActorPractitioner, ID: p.ID, Council: p.Council, Roles: p.Roles}
}

// signed sends a form and walks it to its signature with one of endings.
func (s *site) signed(end string, changed map[string][]string) (ref string) {
	s.t.Helper()
	ref = s.sends("ashdale", changed)
	s.sign(ref, end)
	return ref
}

func (s *site) sign(ref, end string) {
	s.t.Helper()
	ctx, ann, bo := s.t.Context(), s.registered("Ann Example"), s.registered("Bo Example")
	ok := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	open := func() casework.CaseFile {
		s.t.Helper()
		f, err := s.service.Open(ctx, ann, ref, "summary")
		ok(err)
		return f
	}
	ok(s.service.LogContact(ctx, ann, ref, "", care.Contact{On: "2026-11-21", How: "visit", SeenAlone: "yes", Advocate: "not_needed"}))
	f := open()
	impact := care.Impact{Areas: map[string]string{}, Significant: "yes", SignificantReason: why, Cause: "yes", CauseReason: why}
	for _, a := range f.AreaIDs() {
		impact.Areas[a] = "some"
	}
	if end == "not_eligible" {
		impact.Significant = "no"
	}
	for _, o := range f.OutcomeIDs() {
		finding := care.Finding{Outcome: o, Conclusion: care.ConcludesAble, Sources: []string{"told"}, Reason: "We talked about it. She manages this.", Period: "The last six months"}
		if o == "nutrition" || o == "hygiene" {
			finding.Conclusion, finding.Reason = care.ConcludesUnable, why
		}
		ok(s.service.Find(ctx, ann, ref, finding, 0))
	}
	ok(s.service.SetImpact(ctx, ann, ref, impact, 0))
	r := care.RecordDraft{
		Decision: end, DecisionReason: "She cannot cook or wash in safety, and it wears her down.", NextSteps: "We meet on 1 December to plan with her.",
		Ending: care.RecordEnding{Wants: "yes", Residence: "here"},
		Making: care.Making{
			Strengths: why, Carers: "yes", CarersDo: why, CarersStop: why, CarersOffer: "offered", Risk: why, RiskWith: "Kim Example", Interpreter: "Nobody was needed",
			Support: "person", SupportWho: "Her sister", Urgent: "met", CHC: "not_indicated", Equipment: "made", EquipmentNote: why, Children: "no", ChildrenNote: why,
			Copies: []string{"person", "carer"},
		},
	}
	for _, check := range f.Rules.Choices(casework.ListChecks) {
		r.Checks = append(r.Checks, check.ID)
	}
	endings[end](&r)
	ok(s.service.SaveRecord(ctx, ann, ref, r, 0))
	if end != "refused" {
		ok(s.service.ShareDraft(ctx, ann, care.Council{Slug: "ashdale", Name: "Ashdale Council"}, ref, casework.DraftRead, open().Seen(), ""))
		ok(s.service.NoteDraftReply(ctx, ann, ref, casework.ReplyRight, "", ""))
	}
	if f := open(); len(f.SecondReasons()) > 0 {
		ok(s.service.AskSecond(ctx, ann, ref, f.Seen(), ""))
		ok(s.service.Countersign(ctx, bo, ref, open().Fingerprint(), false, "", ""))
	}
	_, err := s.service.Sign(ctx, ann, ref, open().Seen())
	if err != nil {
		s.t.Fatalf("%s: %v %v", end, err, casework.Blockers(open()))
	}
}

// TestTheLetterOnItsPages: for each end the practitioner sees the letter in every form, the asked-for one first.
func TestTheLetterOnItsPages(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	for _, end := range slices.Sorted(maps.Keys(endings)) {
		answers := maps.Clone(posted)
		if end == "refused" {
			answers["safety"] = []string{"none"}
		}
		ref := s.signed(end, answers)
		home := "/staff/case/" + ref
		b.get(home + "/signed").answers(http.StatusOK).says("Make the letter")
		b.get(home+"/letter").answers(http.StatusOK).says("They asked for large print", "In braille", "1 Example Street", "What we decided", "Ombudsman", "what must not be told")
		if !strings.Contains(b.body, "app-letter--large") {
			t.Errorf("%s: the letter is not in large print, though they asked for it", end)
		}
		for _, as := range []string{"plain", "large", "easy", "copy"} {
			b.get(home + "/letter?as=" + as).answers(http.StatusOK)
			if strings.Contains(b.body, "Not to my sister") || strings.Contains(b.body, "[no words") {
				t.Errorf("%s as %s: what must not be there", end, as)
			}
		}
		b.get(home + "/letter?as=text").answers(http.StatusOK)
		if got := b.header.Get("Content-Type"); got != "text/plain; charset=utf-8" || !strings.Contains(b.body, "What we decided") && !strings.Contains(b.body, "WHAT WE DECIDED") {
			t.Errorf("%s as text: %s", end, got)
		}
		b.get(home + "/letter?as=song").answers(http.StatusNotFound)
	}
}

func TestALetterIsGiven(t *testing.T) {
	s := newSite(t, false)
	ref := s.signed("eligible", posted)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	home := "/staff/case/" + ref + "/letter"
	b.get(home + "?as=plain").says("Nothing went out yet")
	b.post(home, url.Values{"form": {"plain"}, "copy_note": {"Read aloud too"}}).answers(http.StatusUnprocessableEntity)
	b.says("Select who got it", "Select how it went", "Enter the date", "Read aloud too")
	b.post(home, url.Values{
		"form": {"large"}, "to": {"person"}, "copy_how": {"post"}, "copy_on-day": {"22"}, "copy_on-month": {"11"}, "copy_on-year": {"2026"}, "once": {"0190b0a0-0000-7000-8000-000000000001"},
	}).answers(http.StatusOK).says("It is written down", "22 November 2026: The person, By post")
	b.get("/staff/case/" + ref + "/timeline?show=all").says("Wrote down that the letter went out")
}

// TestThePersonReadsTheirLetter: on their status page, in the way they read, and a helper never.
func TestThePersonReadsTheirLetter(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	ref, ok := casework.ParseReference(b.walk(url.Values{"private": {"alone"}, "safety": {"none"}, "daily": {"nutrition"}, "nutrition.limbs": {"assistance"}, "ways": {"call"}, "phone": {"07700 900123"}}))
	if !ok {
		t.Fatal("no reference")
	}
	b.get("/ashdale/status/letter").answers(http.StatusNotFound)
	b.get("/ashdale/status")
	if strings.Contains(b.body, "Read your letter") {
		t.Error("a letter is offered before there is one")
	}
	s.sign(ref, "eligible")
	b.get("/ashdale/status").says("Read your letter", "Ask us to look again")
	b.get("/ashdale/status/letter").answers(http.StatusOK).says("What we decided", "If you do not agree", "Ask us to look again")
	b.reads("en-easy", false)
	b.get("/ashdale/status/letter").answers(http.StatusOK).says("Are you not happy with this?")
	if !strings.Contains(b.body, "app-letter--easy") || !strings.Contains(b.body, "plate") {
		t.Error("the letter is not in Easy Read with its drawings")
	}
	s.browser().get("/ashdale/status/letter")
	other := s.browser().get("/ashdale")
	if other.get("/ashdale/status/letter"); strings.Contains(other.body, "What we decided") {
		t.Error("another browser reads the letter")
	}
}

func TestExportsAndClientLevelData(t *testing.T) {
	s := newSite(t, false)
	ref := s.signed("eligible", posted)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	for _, as := range []string{"json", "csv"} {
		b.get("/staff/case/" + ref + "/export." + as).answers(http.StatusOK)
		if strings.Contains(b.body, "Not to my sister") || !strings.Contains(b.body, "I burn my food") {
			t.Errorf("the export as %s has what it must not, or lacks what it must have", as)
		}
	}
	b.get("/staff/reports/cld").answers(http.StatusForbidden)
	m := s.invite("ashdale", "Mo Example", care.RoleManager)
	m.get("/staff/reports/cld").answers(http.StatusOK).says("Client level data", "could not be checked")
	m.get("/staff/reports/cld?from=2026-11-30&to=2026-11-01").answers(http.StatusUnprocessableEntity).says("a last day that is not before the first")
	m.get("/staff/reports/cld?from=2026-11-01&to=2026-11-30&la_code=503").answers(http.StatusOK)
	rows, err := csv.NewReader(strings.NewReader(m.body)).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows (%v)\n%s", len(rows), err, m.body)
	}
	at := func(row int, column string) string { return rows[row][slices.Index(rows[0], column)] }
	if at(1, "Event_Type") != "Request" || at(2, "Event_Type") != "Assessment" || at(2, "Assessment_Type") != "Long Term Assessment" ||
		at(1, "LA_Code") != "503" || at(2, "Primary_Support_Reason") != "" || at(2, "Birth_Year") != "1950" || at(1, "Event_Outcome") != "Progress to Assessment" {
		t.Errorf("rows: %q", rows[1:])
	}
	m.get("/staff/reports/cld?from=2027-01-01&to=2027-03-31").answers(http.StatusOK)
	if strings.Count(m.body, "\n") != 1 {
		t.Errorf("events outside the period:\n%s", m.body)
	}
}
