// Package storetest is the suite that every store must pass. It knows stores by casework's interface alone, so that
// what it asks for is what the service relies on.
package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// Two made-up councils. Most tests act in the first and then knock at the door of the second.
const (
	north = "northby"
	south = "southby"
)

// noon is when everything happens, unless a test says otherwise.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 123456000, time.UTC)

// A Store is what the service needs of one: casework's interface, and the outbox that the sender of messages empties.
type Store interface {
	casework.Store
	// NextMail hands out a message that is due and hides it from others meanwhile; ok is false when there is none.
	NextMail(ctx context.Context) (out care.Outgoing, ok bool, err error)
	// MailSent forgets a message that was delivered; one that is not there is no error.
	MailSent(ctx context.Context, receipt string) error
	// MailFailed puts a message off for a while, or gives it up. care.ErrNotFound when it is not waiting.
	MailFailed(ctx context.Context, receipt, class string, after time.Duration, giveUp bool) error
}

// Run runs the suite. open returns a new, empty store each time and closes it when the test ends.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *fixture)
	}{
		{"councils", testCouncils},
		{"a draft comes back as it was stored", testDraft},
		{"saving raises the version, an old version is a conflict", testSave},
		{"of two who save the same version exactly one wins", testSaveRace},
		{"what was sent is locked", testSent},
		{"contacts and concerns are sent as they are made", testSentAsMade},
		{"ids and references are taken once", testTaken},
		{"erasing leaves nothing but the events", testErase},
		{"stale drafts are erased, others stay", testStale},
		{"another council's things are not found and leave no trace", testScope},
		{"a change and its events are kept or dropped together", testAtomic},
		{"one caller's failure undoes nobody else's change", testManyWriters},
		{"a caller who has gone changes nothing", testCancelled},
		{"the queue is in order and its pages fit together", testQueueOrder},
		{"the queue narrows and sorts by everything at once", testQueueFilters},
		{"a case is in one lane at a time", testLanes},
		{"what cannot wait stands above the queue", testLeads},
		{"what somebody adds is news until the worker looks", testNews},
		{"counting stops, and says so", testCounting},
		{"cases are found by name and date of birth", testSearch},
		{"a search leaves its event, and finds nothing of others", testSearchScope},
		{"cases of the same person are told of", testAlike},
		{"what nobody opens goes to the duty rota once", testEscalate},
		{"holds end", testEndHolds},
		{"a page of the queue that was never given out is not found", testQueueCursor},
		{"a view is written down", testView},
		{"cases are taken and put back", testAssign},
		{"of two who take a case exactly one gets it", testAssignRace},
		{"teams", testTeams},
		{"of two who rename a team exactly one does", testTeamRace},
		{"what can be undone is kept until it is undone or too late", testUndo},
		{"a duplicate leaves the queue, and what comes to it is not lost", testTwins},
		{"cases move together or not at all", testMove},
		{"who may open a case", testAccess},
		{"working papers have versions of their own", testParts},
		{"of two who save a paper exactly one wins", testPartRace},
		{"signing takes what was read and locks the case", testSign},
		{"a later record stands beside the first", testSignAgain},
		{"what is owed is listed until it is settled", testOwed},
		{"the cases of a period", testCasesOf},
		{"finished cases are due in their time", testDue},
		{"what stands in the way of destroying a case", testStops},
		{"a case is destroyed when two people said so", testTwoPeople},
		{"nothing is left of a destroyed case but its mark", testDisposed},
		{"a case that another council has is destroyed by each", testDisposedPassed},
		{"a draft with a reference keeps it", testReference},
		{"an account is never a case of its own", testAccountDraft},
		{"an account joins its case, or stays a draft", testJoin},
		{"of two who send the same account exactly one does", testJoinRace},
		{"entries are added to drafts and cases, and never twice", testEntries},
		{"codes", testCodes},
		{"a code that opens once opens once", testUseCode},
		{"the same form pressed twice opens the same", testPress},
		{"taking codes back ends the sessions that came by them", testEndCodes},
		{"a message is queued with its event, or not at all", testMail},
		{"a message that failed comes again, or is given up", testDeadMail},
		{"messages are handed out to one sender each", testMailRace},
		{"an offered case stays where it is until the offer is accepted", testOffers},
		{"a case goes to another council whole or not at all", testPassing},
		{"of several who take a case over exactly one does", testPassingRace},
		{"a citizen's addition is new until whoever has the case looks", testNewsOfPersons},
		{"people who wait are asked once, and what is worse comes forward", testWaiting},
		{"two cases are read together until that ends", testLinks},
		{"events come back in order", testEvents},
		{"what an event counts is counted with it", testTallies},
		{"open cases are counted by what can be seen of them", testFigures},
		{"the trail is searched page by page", testTrail},
		{"what was looked into is acknowledged once", testAcknowledgements},
		{"practitioners", testPractitioners},
		{"a practitioner's sign-in cannot be used twice at once", testPractitionerRace},
		{"sessions", testSessions},
		{"an account changes with all that ends by it, or not at all", testChangePractitioner},
		{"somebody is left to look after accounts", testLastAdmin},
		{"a council's settings change when they are as they were read", testChangeCouncil},
		{"passkeys", testPasskeys},
		{"known browsers", testDevices},
		{"sessions are listed and ended", testSessionList},
		{"equality answers are kept, for a council that is there and by the month", testEquality},
		{"limits", testLimits},
		{"ready", testReady},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &fixture{Store: open(t), next: map[string]int{}}
			for _, slug := range []string{north, south} {
				must(t, f.PutCouncil(t.Context(), council(slug), f.event(slug, "council.put", slug)))
			}
			c.test(t, f)
		})
	}
}

// A fixture is a store with two councils.
type fixture struct {
	Store
	mu   sync.Mutex // of next: tests that race make things in many goroutines
	next map[string]int
}

// id returns a new id.
func (f *fixture) id(kind string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next[kind]++
	return fmt.Sprintf("%s-%04d", kind, f.next[kind])
}

func (f *fixture) event(council, verb, subject string) care.Event {
	return care.Event{At: noon, Council: council, Actor: care.ActorPractitioner, ActorID: "p", Verb: verb, Subject: subject, Detail: "detail"}
}

func council(slug string) care.Council {
	return care.Council{
		Slug: slug, Name: "Council of " + slug, GSS: "E08000035", Phone: "0113 496 0001", Phone24h: "0113 496 0002",
		Email: slug + "@example.com", LeaveURL: "https://example.com/weather", ComplaintURL: "https://example.com/complain",
		DirectoryURL: "https://example.com/help", Colour: "#123456", ReadDays: 3, Demo: true, CreatedAt: noon,
	}
}

// draft returns a draft with something in every field that a draft has.
func (f *fixture) draft(council string) care.Assessment {
	a := care.Assessment{
		ID: f.id("draft"), Council: council, Kind: care.KindAdultNeeds, Ruleset: "adult-needs@2015-04-01",
		Status: care.StatusDraft, Version: 1, StartedAt: noon, SavedAt: noon.Add(time.Minute),
	}
	a.Answers.Set("nutrition.limbs", "assistance", "danger")
	a.Answers.Set("nutrition.words", "Ünïcode, a \"quote\" and\na second line")
	a.Answers.SetTyped("about.born", "31-31-31")
	a.Answers.Visit("daily/nutrition")
	return a
}

// sent turns a draft into what is sent.
func (f *fixture) sent(a care.Assessment) care.Assessment {
	a.Status, a.Reference = care.StatusSent, f.id("REF")
	a.SentAt, a.SavedAt, a.DueAt, a.Priority = noon.Add(time.Hour), noon.Add(time.Hour), noon.Add(72*time.Hour), care.PriorityUrgent
	a.Summary = care.Summary{
		Name: "Test Person", CallMe: "Tess", Born: "1950-02-03",
		Flags:   []care.Flag{{ID: "danger", Text: "Danger", Citation: "reg 2(3)(c)", Basis: "law", Priority: care.PriorityUrgent}},
		Formats: []string{"large print"}, Contact: []string{"mornings only"}, Withheld: true,
	}
	a.Indication = &care.Indication{
		Ruleset: a.Ruleset, Suggestion: care.CannotTell,
		Conditions: []care.Condition{{ID: "impairment", Value: care.ConditionMet, Citation: "SI 2015/313 reg 2(1)(a)"}},
		Outcomes:   []care.OutcomeResult{{ID: "nutrition", Value: care.OutcomeUnknown, Limbs: []string{"assistance"}}},
		Undecided:  []string{"wellbeing.overall"}, Judgement: []string{}, Prompts: []care.Prompt{}, Reasons: []care.Reason{},
	}
	a.LinkedTo = "draft-of-origin"
	return a
}

// newDraft stores a draft.
func (f *fixture) newDraft(t *testing.T, council string) care.Assessment {
	t.Helper()
	a := f.draft(council)
	must(t, f.CreateAssessment(t.Context(), a, f.event(council, "draft.started", a.ID)))
	return a
}

// newCase stores and sends one, and returns it as it is stored.
func (f *fixture) newCase(t *testing.T, council string, change ...func(*care.Assessment)) care.Assessment {
	t.Helper()
	a := f.sent(f.newDraft(t, council))
	for _, c := range change {
		c(&a)
	}
	must(t, f.SaveAssessment(t.Context(), a, f.event(council, "assessment.sent", a.ID)))
	a.Version++
	return a
}

// verbs of the events about a subject.
func (f *fixture) verbs(t *testing.T, council, subject string) []string {
	t.Helper()
	evs, err := f.Events(t.Context(), council, subject)
	must(t, err)
	verbs := []string{}
	for _, e := range evs {
		verbs = append(verbs, e.Verb)
	}
	return verbs
}

// determination returns a record of a case ready to be signed.
func (f *fixture) determination(caseID string, version int) care.Determination {
	body := fmt.Appendf(nil, `{"case":%q,"version":%d}`, caseID, version)
	sum := sha256.Sum256(body)
	return care.Determination{
		ID: f.id("determination"), CaseID: caseID, Version: version, Decision: "eligible", SignedBy: "p", ByName: "Pat Example",
		SignedAt: noon.Add(48 * time.Hour), Body: body, Hash: hex.EncodeToString(sum[:]),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks that err is the one that the caller tells apart, and no other.
func refused(t *testing.T, err, want error) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %v", want)
	}
	for _, e := range []error{care.ErrNotFound, care.ErrConflict, care.ErrLocked, care.ErrForbidden, care.ErrTooMany} {
		if errors.Is(err, e) != errors.Is(want, e) {
			t.Fatalf("%v, want %v", err, want)
		}
	}
}

// same compares by what is in them: JSON, so that answers show and times compare to the last digit. nil and empty lists
// differ, as they do for whoever reads them.
func same(t *testing.T, got, want any) {
	t.Helper()
	g, err := json.MarshalIndent(got, "", " ")
	must(t, err)
	w, err := json.MarshalIndent(want, "", " ")
	must(t, err)
	if string(g) != string(w) {
		t.Fatalf("got\n%s\nwant\n%s", g, w)
	}
}
