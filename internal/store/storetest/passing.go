package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"threshold/internal/care"
)

// offer stores an offer of a case and returns it.
func (f *fixture) offer(t *testing.T, a care.Assessment, toCouncil, toTeam string) care.Transfer {
	t.Helper()
	x := care.Transfer{
		ID: f.id("offer"), Council: a.Council, Case: a.ID, Reference: a.Reference, ToCouncil: toCouncil, ToTeam: toTeam, State: care.TransferOffered,
		OfferedAt: noon.Add(2 * time.Hour), Offer: care.Offer{Kind: a.Kind, AgeBand: "75 to 84", Priority: a.Priority, Reason: "She moved to her sister's.", ByName: "Pat Example"},
	}
	must(t, f.OfferCase(t.Context(), x, a.Version, f.staffEntry(a.ID, care.EntryOffered), f.event(a.Council, "case.offered", a.ID)))
	return x
}

func (f *fixture) staffEntry(caseID string, kind care.EntryKind) care.Entry {
	return care.Entry{ID: f.id("entry"), Case: caseID, Kind: kind, At: noon.Add(2 * time.Hour), By: care.ActorPractitioner, ByID: "p", Body: []byte(`{"text":"Why"}`)}
}

func testOffers(t *testing.T, f *fixture) {
	a := f.newCase(t, north)
	team := care.Team{ID: "team", Council: north, Name: "Hospital team"}
	must(t, f.PutTeam(t.Context(), team, f.event(north, "team.put", team.ID)))
	refused(t, f.OfferCase(t.Context(), care.Transfer{ID: "x", Council: north, Case: a.ID, Reference: a.Reference, ToCouncil: south, State: care.TransferOffered}, a.Version-1,
		f.staffEntry(a.ID, care.EntryOffered)), care.ErrConflict)
	x := f.offer(t, a, north, team.ID)
	refused(t, f.OfferCase(t.Context(), care.Transfer{ID: "y", Council: north, Case: a.ID, Reference: a.Reference, ToCouncil: south, State: care.TransferOffered}, a.Version,
		f.staffEntry(a.ID, care.EntryOffered)), care.ErrConflict) // offered already
	got, err := f.Offers(t.Context(), north)
	must(t, err)
	same(t, got, []care.Transfer{x})
	if other, err := f.Offers(t.Context(), south); err != nil || len(other) != 0 {
		t.Fatalf("offered to %v, %v", other, err)
	}
	still, err := f.Assessment(t.Context(), north, a.ID)
	must(t, err)
	if still.Team != "" || still.Version != a.Version {
		t.Fatal("an offer moves the case before it is accepted")
	}

	x.State, x.SettledAt = care.TransferAccepted, noon.Add(3*time.Hour)
	must(t, f.SettleOffer(t.Context(), x, f.staffEntry(a.ID, care.EntryAnswered), f.event(north, "offer.accepted", a.ID)))
	refused(t, f.SettleOffer(t.Context(), x, f.staffEntry(a.ID, care.EntryAnswered)), care.ErrConflict)
	moved, err := f.Assessment(t.Context(), north, a.ID)
	must(t, err)
	if moved.Team != team.ID || moved.Worker != "" || moved.Version != a.Version+1 {
		t.Fatalf("after accepting: %+v", moved.Placing)
	}
	all, err := f.TransfersOf(t.Context(), north, a.ID)
	must(t, err)
	same(t, all, []care.Transfer{x})

	// Declined, the case stays, and can be offered again; signed, nothing is offered any more.
	y := f.offer(t, moved, south, "")
	y.State, y.SettledAt = care.TransferDeclined, noon.Add(4*time.Hour)
	must(t, f.SettleOffer(t.Context(), y, f.staffEntry(a.ID, care.EntryAnswered), f.event(north, "offer.declined", a.ID), f.event(south, "offer.declined", y.ID)))
	z := f.offer(t, moved, south, "")
	must(t, f.SignCase(t.Context(), north, f.determination(a.ID, 1), nil))
	if open, err := f.Offers(t.Context(), south); err != nil || len(open) != 0 {
		t.Fatalf("a signed case is offered: %v, %v", open, err)
	}
	z.State = care.TransferDeclined
	refused(t, f.SettleOffer(t.Context(), z, f.staffEntry(a.ID, care.EntryAnswered)), care.ErrConflict)
}

// passing is a case on its way from north to south.
func (f *fixture) passing(t *testing.T, a care.Assessment, x care.Transfer) care.Passing {
	t.Helper()
	parts, err := f.Parts(t.Context(), north, a.ID)
	must(t, err)
	entries, err := f.Entries(t.Context(), north, a.ID)
	must(t, err)
	p := care.Passing{Transfer: x, Version: a.Version, Entries: len(entries), Parts: map[string]int{}, NewParts: parts, Closing: f.staffEntry(a.ID, care.EntryAnswered), By: "q"}
	p.Transfer.State, p.Transfer.SettledAt, p.Transfer.NewCase, p.Transfer.NewReference = care.TransferAccepted, noon.Add(5*time.Hour), f.id("passed"), f.id("REFSOUTH")
	for _, part := range parts {
		p.Parts[part.Name] = part.Version
	}
	p.New = a
	p.New.ID, p.New.Council, p.New.Reference, p.New.Version, p.New.LinkedTo = p.Transfer.NewCase, south, p.Transfer.NewReference, 1, ""
	for _, e := range entries {
		e.ID, e.Case = "passed-"+e.ID, p.New.ID
		p.NewItems = append(p.NewItems, e)
	}
	return p
}

func testPassing(t *testing.T, f *fixture) {
	a := f.newCase(t, north, func(a *care.Assessment) { a.Priority = care.PrioritySafety })
	must(t, f.SavePart(t.Context(), north, a.ID, care.Part{Name: "impact", Body: []byte(`{"significant":"yes"}`)}, f.event(north, "impact.saved", a.ID)))
	must(t, f.SavePart(t.Context(), north, a.ID, care.Part{Name: "impact", Version: 1, Body: []byte(`{"significant":"no"}`)}, f.event(north, "impact.saved", a.ID)))
	must(t, f.AddEntry(t.Context(), north, care.Entry{ID: "said", Case: a.ID, Kind: care.EntryAddition, At: noon.Add(time.Hour), By: care.ActorCitizen, Body: []byte(`{"text":"My gate is blue."}`)}))
	for _, kind := range []care.CodeKind{care.CodeReturn, care.CodePerson, care.CodeHelper} {
		must(t, f.AddCode(t.Context(), north, care.Code{ID: string(kind), Assessment: a.ID, Kind: kind, Hash: "5eed" + string(kind), CreatedAt: noon}, f.event(north, "code.given", a.ID)))
	}
	x := f.offer(t, a, south, "")
	p := f.passing(t, a, x)

	stale := p
	stale.Entries--
	refused(t, f.PassCase(t.Context(), stale), care.ErrConflict) // something was added that would stay behind
	stale = p
	stale.Parts = map[string]int{"impact": 1}
	refused(t, f.PassCase(t.Context(), stale), care.ErrConflict)
	broken := p
	broken.NewItems = append([]care.Entry{}, p.NewItems...)
	broken.NewItems[0].ID = "said" // taken
	if err := f.PassCase(t.Context(), broken); err == nil {
		t.Fatal("an entry's id was taken, and the case passed")
	}
	if _, err := f.Assessment(t.Context(), south, p.New.ID); !errors.Is(err, care.ErrNotFound) {
		t.Fatalf("half of a case was passed on: %v", err)
	}
	if still, err := f.Assessment(t.Context(), north, a.ID); err != nil || still.Passed != "" || still.Status != care.StatusSent {
		t.Fatalf("the old case changed by half: %+v, %v", still.Placing, err)
	}

	must(t, f.PassCase(t.Context(), p, f.event(north, "offer.accepted", a.ID), f.event(south, "case.taken-over", p.New.ID)))
	refused(t, f.PassCase(t.Context(), p), care.ErrConflict)

	got, err := f.Assessment(t.Context(), south, p.New.ID)
	must(t, err)
	want := p.New
	want.NewsAt = noon.Add(time.Hour) // whoever has it now has not read it
	same(t, got, want)
	entries, err := f.Entries(t.Context(), south, p.New.ID)
	must(t, err)
	same(t, entries, p.NewItems)
	parts, err := f.Parts(t.Context(), south, p.New.ID)
	must(t, err)
	same(t, parts, p.NewParts)
	must(t, f.SavePart(t.Context(), south, p.New.ID, care.Part{Name: "impact", Version: 2, Body: []byte(`{}`)}, f.event(south, "impact.saved", p.New.ID)))

	old, err := f.Assessment(t.Context(), north, a.ID)
	must(t, err)
	if old.Status != care.StatusSigned || old.Passed != south+"/"+p.New.Reference || old.Worker != "" {
		t.Fatalf("the old case: %s, %+v", old.Status, old.Placing)
	}
	same(t, old.Answers, a.Answers)
	refused(t, f.AddEntry(t.Context(), north, f.staffEntry(a.ID, care.EntryNote)), care.ErrLocked)
	refused(t, f.SavePart(t.Context(), north, a.ID, care.Part{Name: "record", Body: []byte(`{}`)}, f.event(north, "record.saved", a.ID)), care.ErrLocked)
	move := care.MoveOf(old)
	move.To.Revising = true
	if err := f.MoveCases(t.Context(), north, []care.Move{move}); err == nil {
		t.Fatal("a case that another council has can be worked on again")
	}

	// The codes open the new case under the old reference, which their hashes are bound to; the helper's opens once, so it stays.
	id, codes, err := f.CodesByReference(t.Context(), south, a.Reference)
	must(t, err)
	if id != p.New.ID || len(codes) != 2 || codes[0].Hash != "5eedreturn" || codes[1].Kind != care.CodePerson || codes[0].ID == "return" {
		t.Fatalf("the codes that went along: %s, %+v", id, codes)
	}
	if id, _, err := f.CodesByReference(t.Context(), north, a.Reference); err != nil || id != a.ID {
		t.Fatalf("the old reference opens %q, %v", id, err)
	}
	if _, _, err := f.CodesByReference(t.Context(), north, p.New.Reference); !errors.Is(err, care.ErrNotFound) {
		t.Fatalf("the new reference is known to the old council: %v", err)
	}
	for _, side := range []struct{ council, id string }{{north, a.ID}, {south, p.New.ID}} {
		all, err := f.TransfersOf(t.Context(), side.council, side.id)
		must(t, err)
		if len(all) != 1 || all[0].Reference != a.Reference || all[0].NewReference != p.New.Reference || all[0].Offer != x.Offer {
			t.Fatalf("%s knows of %+v", side.council, all)
		}
	}
	if all, err := f.TransfersOf(t.Context(), south, a.ID); err != nil || len(all) != 0 {
		t.Fatalf("a transfer is found from the wrong side: %v, %v", all, err)
	}

	// An account that a helper was writing meanwhile is not lost: it joins the case where it is now.
	draft := f.draft(north)
	draft.LinkedTo, draft.AccountOf, draft.Priority = a.ID, true, care.PriorityUrgent
	must(t, f.CreateAssessment(t.Context(), draft, f.event(north, "account.started", a.ID)))
	e := care.Entry{ID: draft.ID, Case: p.New.ID, Kind: care.EntryAccount, At: noon.Add(6 * time.Hour), By: care.ActorCitizen, Body: []byte(`{}`)}
	must(t, f.JoinPassed(t.Context(), draft, p.Transfer, e, f.event(north, "account.sent", a.ID), f.event(south, "account.sent", p.New.ID)))
	if entries, err = f.Entries(t.Context(), south, p.New.ID); err != nil || entries[len(entries)-1].ID != draft.ID {
		t.Fatalf("the account is not there: %v", err)
	}
	if _, err := f.Assessment(t.Context(), north, draft.ID); !errors.Is(err, care.ErrNotFound) {
		t.Fatalf("the draft is still there: %v", err)
	}
}

func testPassingRace(t *testing.T, f *fixture) {
	a := f.newCase(t, north)
	x := f.offer(t, a, south, "")
	var tries []care.Passing
	for range 6 {
		tries = append(tries, f.passing(t, a, x))
	}
	errs := make([]error, len(tries))
	var all sync.WaitGroup
	for i := range tries {
		all.Go(func() { errs[i] = f.PassCase(t.Context(), tries[i]) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			refused(t, err, care.ErrConflict)
		}
	}
	if won != 1 {
		t.Fatalf("%d of %d took the case over", won, len(tries))
	}
}

func testNewsOfPersons(t *testing.T, f *fixture) {
	a := f.newCase(t, north)
	news := func() time.Time {
		t.Helper()
		got, err := f.Assessment(t.Context(), north, a.ID)
		must(t, err)
		return got.NewsAt
	}
	look := func(who, page string) {
		t.Helper()
		view := f.event(north, "case.viewed", "")
		view.ActorID, view.Detail = who, page
		_, err := f.CaseByReference(t.Context(), north, a.Reference, view)
		must(t, err)
	}
	must(t, f.AddEntry(t.Context(), north, f.staffEntry(a.ID, care.EntryNote)))
	if !news().IsZero() {
		t.Fatal("a colleague's note is news")
	}
	at := noon.Add(9 * time.Hour)
	must(t, f.AddEntry(t.Context(), north, care.Entry{ID: "said", Case: a.ID, Kind: care.EntryAddition, At: at, By: care.ActorCitizen, Body: []byte(`{}`)}))
	if !news().Equal(at) {
		t.Fatalf("news at %v", news())
	}
	line := f.queue(t, care.QueueQuery{Council: north}, 5)[0]
	if !line.NewsAt.Equal(at) {
		t.Fatal("the queue does not say that something is new")
	}
	look("ann", "timeline")
	if news().IsZero() {
		t.Fatal("a page that does not show it takes the mark away")
	}
	must(t, f.AssignCase(t.Context(), north, a.ID, a.Version, "bob", "Bob", f.event(north, "case.taken", a.ID)))
	look("ann", care.DetailSummary)
	if news().IsZero() {
		t.Fatal("somebody else's look takes the worker's mark away")
	}
	look("bob", care.DetailNotes)
	if !news().IsZero() {
		t.Fatal("it is still new after the worker looked")
	}
}

func testWaiting(t *testing.T, f *fixture) {
	a := f.newCase(t, north)
	f.newCase(t, south)
	later := f.newCase(t, north, func(a *care.Assessment) { a.SentAt = noon.Add(72 * time.Hour) })
	signed := f.newCase(t, north)
	must(t, f.SignCase(t.Context(), north, f.determination(signed.ID, 1), nil))
	before := noon.Add(48 * time.Hour)
	waiting := func(want ...string) {
		t.Helper()
		got, err := f.Waiting(t.Context(), north, before, 10)
		must(t, err)
		if len(got) != len(want) || len(want) > 0 && got[0] != want[0] {
			t.Fatalf("waiting: %v, want %v", got, want)
		}
	}
	waiting(a.ID)
	e := care.Entry{ID: "ask", Case: a.ID, Kind: care.EntryCheckIn, At: before, By: care.ActorSystem, Body: []byte(`{}`)}
	must(t, f.NoteWaiting(t.Context(), north, a.ID, before, &e, f.event(north, "check-in.asked", a.ID)))
	refused(t, f.NoteWaiting(t.Context(), north, a.ID, before, &e), care.ErrConflict) // two loops at once ask once
	waiting()
	before = before.Add(time.Hour)
	waiting(a.ID)
	if verbs := f.verbs(t, north, a.ID); verbs[len(verbs)-1] != "check-in.asked" {
		t.Fatalf("events: %v", verbs)
	}
	refused(t, f.NoteWaiting(t.Context(), south, later.ID, before, nil), care.ErrConflict)

	how := care.Entry{ID: "how", Case: later.ID, Kind: care.EntryHowNow, About: "ask", At: before, By: care.ActorCitizen, Body: []byte(`{}`)}
	routine := f.newCase(t, north, func(a *care.Assessment) { a.Priority = care.PriorityRoutine })
	how.Case = routine.ID
	must(t, f.AddUrgent(t.Context(), north, how, care.PriorityUrgent, f.event(north, "priority.raised", routine.ID)))
	got, err := f.Assessment(t.Context(), north, routine.ID)
	must(t, err)
	if got.Priority != care.PriorityUrgent || got.Version != routine.Version+1 || !got.DueAt.Equal(before) {
		t.Fatalf("priority %d, version %d, due %v", got.Priority, got.Version, got.DueAt)
	}
	safe := f.newCase(t, north, func(a *care.Assessment) { a.Priority = care.PrioritySafety })
	how.ID, how.Case = "how2", safe.ID
	must(t, f.AddUrgent(t.Context(), north, how, care.PriorityUrgent))
	if got, err = f.Assessment(t.Context(), north, safe.ID); err != nil || got.Priority != care.PrioritySafety || !got.DueAt.Equal(safe.DueAt) {
		t.Fatalf("a case of safety became %d, due %v, %v", got.Priority, got.DueAt, err)
	}
}

func testLinks(t *testing.T, f *fixture) {
	adult, carer, second := f.newCase(t, north), f.newCase(t, north), f.newCase(t, north)
	elsewhere := f.newCase(t, south)
	both := func(a, b string) []care.Entry {
		return []care.Entry{f.staffEntry(a, care.EntryLink), f.staffEntry(b, care.EntryLink)}
	}
	link := care.CaseLink{ID: "one", Council: north, Adult: adult.ID, Carer: carer.ID, Since: noon}
	bad := link
	bad.ID, bad.Carer = "bad", elsewhere.ID
	refused(t, f.LinkCases(t.Context(), bad, both(adult.ID, elsewhere.ID)), care.ErrNotFound)
	must(t, f.LinkCases(t.Context(), link, both(adult.ID, carer.ID), f.event(north, "case.linked", adult.ID)))
	again := link
	again.ID = "again"
	refused(t, f.LinkCases(t.Context(), again, both(adult.ID, carer.ID)), care.ErrConflict)
	other := care.CaseLink{ID: "two", Council: north, Adult: adult.ID, Carer: second.ID, Since: noon.Add(time.Hour)}
	must(t, f.LinkCases(t.Context(), other, both(adult.ID, second.ID)))
	got, err := f.LinksOf(t.Context(), north, adult.ID)
	must(t, err)
	same(t, got, []care.CaseLink{link, other})
	if got, err = f.LinksOf(t.Context(), south, adult.ID); err != nil || len(got) != 0 {
		t.Fatalf("another council reads %v, %v", got, err)
	}
	must(t, f.UnlinkCases(t.Context(), link, noon.Add(2*time.Hour), both(adult.ID, carer.ID), f.event(north, "case.unlinked", adult.ID)))
	refused(t, f.UnlinkCases(t.Context(), link, noon.Add(2*time.Hour), both(adult.ID, carer.ID)), care.ErrConflict)
	if got, err = f.LinksOf(t.Context(), north, carer.ID); err != nil || len(got) != 0 {
		t.Fatalf("still linked: %v, %v", got, err)
	}

	// A case that goes to another council is read with nothing here any more.
	x := f.offer(t, adult, south, "")
	must(t, f.PassCase(t.Context(), f.passing(t, adult, x)))
	if got, err = f.LinksOf(t.Context(), north, second.ID); err != nil || len(got) != 0 {
		t.Fatalf("read with a case that is elsewhere: %v, %v", got, err)
	}
}
