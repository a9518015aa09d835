package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"threshold/internal/care"
)

func testCouncils(t *testing.T, f *fixture) {
	all, err := f.Councils(t.Context())
	must(t, err)
	same(t, all, []care.Council{council(north), council(south)})

	a := f.newDraft(t, north)
	changed := council(north)
	changed.Name, changed.ReadDays, changed.Phone, changed.Demo = "A Council With Another Name", 5, "", false
	changed.CreatedAt = noon.Add(time.Hour)
	must(t, f.PutCouncil(t.Context(), changed, f.event(north, "council.put", north)))
	changed.CreatedAt = noon // stays as it was first
	all, err = f.Councils(t.Context())
	must(t, err)
	same(t, all, []care.Council{changed, council(south)})
	if _, err := f.Assessment(t.Context(), north, a.ID); err != nil {
		t.Fatalf("new settings took away the council's key: %v", err)
	}
	same(t, f.verbs(t, north, north), []string{"council.put", "council.put"})
}

func testDraft(t *testing.T, f *fixture) {
	want := f.newDraft(t, north)
	got, err := f.Assessment(t.Context(), north, want.ID)
	must(t, err)
	same(t, got, want)
	if got.Indication != nil {
		t.Fatal("an indication came from nowhere")
	}
	if _, err := f.Assessment(t.Context(), north, "missing"); !errors.Is(err, care.ErrNotFound) {
		t.Fatalf("a missing one: %v", err)
	}
	empty := care.Assessment{ID: "empty", Council: north, Kind: care.KindAdultNeeds, Status: care.StatusDraft, Version: 1}
	must(t, f.CreateAssessment(t.Context(), empty))
	got, err = f.Assessment(t.Context(), north, "empty")
	must(t, err)
	same(t, got, empty)
	if !got.DueAt.IsZero() || !got.SentAt.IsZero() {
		t.Fatal("times came from nowhere")
	}
	lost := f.draft("nowhere")
	refused(t, f.CreateAssessment(t.Context(), lost), care.ErrNotFound)
}

func testSave(t *testing.T, f *fixture) {
	a := f.newDraft(t, north)
	for range 3 {
		a.Answers.Set("nutrition.limbs", fmt.Sprint("v", a.Version))
		a.SavedAt = a.SavedAt.Add(time.Second)
		must(t, f.SaveAssessment(t.Context(), a, f.event(north, "draft.saved", a.ID)))
		a.Version++
		got, err := f.Assessment(t.Context(), north, a.ID)
		must(t, err)
		same(t, got, a)
	}
	old := a
	old.Version--
	old.Answers = old.Answers.Clone()
	old.Answers.Set("nutrition.limbs", "stale")
	refused(t, f.SaveAssessment(t.Context(), old, f.event(north, "draft.saved", a.ID)), care.ErrConflict)
	ahead := a
	ahead.Version++
	refused(t, f.SaveAssessment(t.Context(), ahead, f.event(north, "draft.saved", a.ID)), care.ErrConflict)

	// An early answer may lead to another journey; when it began does not follow a careless caller.
	a.Kind, a.Ruleset, a.Kept, a.KeyedBy, a.KeyedHow = care.KindCarer, "carer-support@2099-01-01", true, "p", "paper"
	other := a
	other.StartedAt = noon.Add(time.Hour)
	must(t, f.SaveAssessment(t.Context(), other))
	a.Version++
	got, err := f.Assessment(t.Context(), north, a.ID)
	must(t, err)
	same(t, got, a)
	missing := a
	missing.ID = "missing"
	refused(t, f.SaveAssessment(t.Context(), missing), care.ErrNotFound)
	same(t, f.verbs(t, north, a.ID), []string{"draft.started", "draft.saved", "draft.saved", "draft.saved"})
}

// race runs do in n goroutines at once and returns the errors.
func race(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var ready, done sync.WaitGroup
	ready.Add(1)
	for i := range n {
		done.Go(func() {
			ready.Wait()
			errs[i] = do(i)
		})
	}
	ready.Done()
	done.Wait()
	return errs
}

// oneWins checks that exactly one error is nil and all others are conflicts; it returns the winner.
func oneWins(t *testing.T, errs []error) int {
	t.Helper()
	winner := -1
	for i, err := range errs {
		switch {
		case err == nil && winner < 0:
			winner = i
		case err == nil:
			t.Fatalf("%d and %d both won", winner, i)
		default:
			refused(t, err, care.ErrConflict)
		}
	}
	if winner < 0 {
		t.Fatalf("nobody won: %v", errs)
	}
	return winner
}

const racers = 8

func testSaveRace(t *testing.T, f *fixture) {
	for range 20 {
		a := f.newDraft(t, north)
		errs := race(racers, func(i int) error {
			mine := a
			mine.Answers = a.Answers.Clone()
			mine.Answers.Set("who", fmt.Sprint(i))
			return f.SaveAssessment(t.Context(), mine, f.event(north, "draft.saved", a.ID))
		})
		won := oneWins(t, errs)
		got, err := f.Assessment(t.Context(), north, a.ID)
		must(t, err)
		if got.Version != 2 || got.Answers.One("who") != fmt.Sprint(won) {
			t.Fatalf("version %d with the answers of %s, %d won", got.Version, got.Answers.One("who"), won)
		}
		same(t, f.verbs(t, north, a.ID), []string{"draft.started", "draft.saved"})
	}
}

func testSent(t *testing.T, f *fixture) {
	a := f.newCase(t, north)
	got, err := f.Assessment(t.Context(), north, a.ID)
	must(t, err)
	same(t, got, a)

	again := a
	again.Answers = again.Answers.Clone()
	again.Answers.Set("nutrition.limbs", "changed")
	again.Kind, again.Ruleset, again.KeyedBy, again.KeyedHow = care.KindTransition, "adult-needs@2099-01-01", "q", "phone"
	for _, version := range []int{a.Version - 1, a.Version, a.Version + 1} { // sent before comes first: a second press is no conflict
		again.Version = version
		refused(t, f.SaveAssessment(t.Context(), again, f.event(north, "draft.saved", a.ID)), care.ErrLocked)
	}
	refused(t, f.EraseAssessment(t.Context(), north, a.ID, f.event(north, "draft.erased", a.ID)), care.ErrLocked)
	got, err = f.Assessment(t.Context(), north, a.ID)
	must(t, err)
	same(t, got, a)
	same(t, f.verbs(t, north, a.ID), []string{"draft.started", "assessment.sent"})
}

func testSentAsMade(t *testing.T, f *fixture) {
	for _, kind := range []care.CaseKind{care.KindContact, care.KindConcern} {
		a := f.sent(f.draft(north))
		a.Kind, a.Indication = kind, nil
		must(t, f.CreateAssessment(t.Context(), a, f.event(north, string(kind)+".sent", a.ID)))
		got, err := f.CaseByReference(t.Context(), north, a.Reference, f.event(north, "case.viewed", a.ID))
		must(t, err)
		same(t, got, a)
	}
}

func testTaken(t *testing.T, f *fixture) {
	first := f.newCase(t, north)
	second := f.draft(north)
	second.ID = first.ID
	refused(t, f.CreateAssessment(t.Context(), second, f.event(north, "draft.started", "second")), care.ErrConflict)

	// A reference is read out on the phone: it must name one case, whatever the council.
	third := f.sent(f.newDraft(t, south))
	third.Reference = first.Reference
	refused(t, f.SaveAssessment(t.Context(), third, f.event(south, "assessment.sent", third.ID)), care.ErrConflict)
	fourth := f.sent(f.draft(north))
	fourth.Reference = first.Reference
	refused(t, f.CreateAssessment(t.Context(), fourth, f.event(north, "contact.sent", fourth.ID)), care.ErrConflict)
	same(t, f.verbs(t, south, third.ID), []string{"draft.started"})
	same(t, f.verbs(t, north, fourth.ID), []string{})
	third.Reference = f.id("REF")
	must(t, f.SaveAssessment(t.Context(), third)) // with another one it goes
}

func testErase(t *testing.T, f *fixture) {
	a := f.newDraft(t, north)
	must(t, f.EraseAssessment(t.Context(), north, a.ID, f.event(north, "draft.erased", a.ID)))
	_, err := f.Assessment(t.Context(), north, a.ID)
	refused(t, err, care.ErrNotFound)
	refused(t, f.SaveAssessment(t.Context(), a), care.ErrNotFound)
	refused(t, f.EraseAssessment(t.Context(), north, a.ID, f.event(north, "draft.erased", a.ID)), care.ErrNotFound)
	same(t, f.verbs(t, north, a.ID), []string{"draft.started", "draft.erased"})
}

func testStale(t *testing.T, f *fixture) {
	const many = 230 // more than a store may care to erase in one transaction
	cut := noon.Add(24 * time.Hour)
	var stale []care.Assessment
	for i := range many {
		a := f.draft([]string{north, south}[i%2])
		a.SavedAt = cut.Add(-time.Duration(i+1) * time.Second)
		must(t, f.CreateAssessment(t.Context(), a))
		stale = append(stale, a)
	}
	fresh := f.draft(north)
	fresh.SavedAt = cut
	must(t, f.CreateAssessment(t.Context(), fresh))
	sent := f.newCase(t, north)

	keptFresh := stale[0] // older than cut, and kept
	keptFresh.ID, keptFresh.Kept, keptFresh.Reference = "kept-fresh", true, "KEPTFRESH"
	must(t, f.CreateAssessment(t.Context(), keptFresh))
	keptCut := noon.Add(-240 * time.Hour)
	keptStale := keptFresh
	keptStale.ID, keptStale.Reference, keptStale.SavedAt = "kept-stale", "KEPTSTALE", keptCut.Add(-time.Second)
	must(t, f.CreateAssessment(t.Context(), keptStale))
	must(t, f.AddEntry(t.Context(), keptStale.Council, f.entry(keptStale.ID)))
	must(t, f.AddCode(t.Context(), keptStale.Council, f.code(keptStale.ID, care.CodeReturn), f.event(keptStale.Council, "code.given", "x")))
	stale = append(stale, keptStale)

	pattern := care.Event{ID: "not this one", At: cut, Actor: care.ActorSystem, Verb: "draft.expired"}
	n, err := f.EraseStaleDrafts(t.Context(), cut, keptCut, pattern)
	must(t, err)
	if n != many+1 {
		t.Fatalf("%d erased, want %d", n, many+1)
	}
	for _, a := range stale {
		_, err := f.Assessment(t.Context(), a.Council, a.ID)
		refused(t, err, care.ErrNotFound)
		same(t, f.verbs(t, a.Council, a.ID), []string{"draft.expired"})
	}
	for _, a := range []care.Assessment{fresh, sent, keptFresh} {
		if _, err := f.Assessment(t.Context(), north, a.ID); err != nil {
			t.Fatalf("erased too much: %v", err)
		}
	}
	n, err = f.EraseStaleDrafts(t.Context(), cut, keptCut, pattern)
	must(t, err)
	if n != 0 {
		t.Fatalf("%d erased twice", n)
	}
}

// testScope knocks at every door with the wrong council. Each must answer like a missing thing, and no event may be
// written anywhere: else the trail would tell one council of another's people.
func testScope(t *testing.T, f *fixture) {
	draft, sent := f.newDraft(t, north), f.newCase(t, north)
	must(t, f.SavePart(t.Context(), north, sent.ID, care.Part{Name: "impact", Body: []byte(`{}`)}, f.event(north, "part.saved", sent.ID)))
	link := f.code(sent.ID, care.CodeLink)
	must(t, f.AddCode(t.Context(), north, link, f.event(north, "code.given", sent.ID)))
	account := f.newAccount(t, north, sent.ID)
	before := map[string][]string{}
	for _, c := range []string{north, south} {
		for _, id := range []string{draft.ID, sent.ID} {
			before[c+id] = f.verbs(t, c, id)
		}
	}
	asSouth := func(a care.Assessment) care.Assessment { a.Council = south; return a }
	ctx, ev := t.Context(), f.event(south, "knock", sent.ID)
	for door, knock := range map[string]func() error{
		"Assessment, draft": func() error { _, err := f.Assessment(ctx, south, draft.ID); return err },
		"Assessment, sent":  func() error { _, err := f.Assessment(ctx, south, sent.ID); return err },
		"Save, draft":       func() error { return f.SaveAssessment(ctx, asSouth(draft), ev) },
		"Save, sent":        func() error { return f.SaveAssessment(ctx, asSouth(sent), ev) },
		"Erase, draft":      func() error { return f.EraseAssessment(ctx, south, draft.ID, ev) },
		"Erase, sent":       func() error { return f.EraseAssessment(ctx, south, sent.ID, ev) },
		"CaseByReference":   func() error { _, err := f.CaseByReference(ctx, south, sent.Reference, ev); return err },
		"AssignCase":        func() error { return f.AssignCase(ctx, south, sent.ID, sent.Version, "p", "P", ev) },
		"Parts":             func() error { _, err := f.Parts(ctx, south, sent.ID); return err },
		"SavePart":          func() error { return f.SavePart(ctx, south, sent.ID, care.Part{Name: "new", Body: []byte("{}")}, ev) },
		"SavePart, there":   func() error { return f.SavePart(ctx, south, sent.ID, care.Part{Name: "impact", Version: 1}, ev) },
		"SignCase": func() error {
			return f.SignCase(ctx, south, f.determination(sent.ID, 1), map[string]int{"impact": 1}, ev)
		},
		"AddEntry": func() error { return f.AddEntry(ctx, south, f.entry(sent.ID), ev) },
		"Entries":  func() error { _, err := f.Entries(ctx, south, sent.ID); return err },
		"JoinAccount": func() error {
			return f.JoinAccount(ctx, asSouth(account), f.entry(sent.ID), ev)
		},
		"AddCode":          func() error { return f.AddCode(ctx, south, f.code(sent.ID, care.CodeReturn), ev) },
		"CodesOf":          func() error { _, err := f.CodesOf(ctx, south, sent.ID); return err },
		"CodesByReference": func() error { _, _, err := f.CodesByReference(ctx, south, sent.Reference); return err },
		"CodeByHash":       func() error { _, err := f.CodeByHash(ctx, south, link.Hash); return err },
		"UseCode":          func() error { return f.useCode(ctx, south, link.ID, care.CodeUse{At: noon}, ev) },
		"EndCodes":         func() error { _, err := f.EndCodes(ctx, south, sent.ID, care.CodeLink, noon, ev); return err },
		"Determinations":   func() error { _, err := f.Determinations(ctx, south, sent.ID); return err },
	} {
		err := knock()
		if !errors.Is(err, care.ErrNotFound) {
			t.Errorf("%s: %v, want not found", door, err)
		}
		if err != nil && strings.Contains(err.Error(), north) {
			t.Errorf("%s: the error names the other council: %v", door, err)
		}
	}
	for _, c := range []string{north, south} {
		for _, id := range []string{draft.ID, sent.ID} {
			same(t, f.verbs(t, c, id), before[c+id])
		}
	}
	page, err := f.Queue(ctx, care.QueueQuery{Council: south, Limit: 10})
	must(t, err)
	if len(page.Lines) != 0 || page.Total != 0 {
		t.Error("another council's queue shows the case")
	}
	for _, a := range []care.Assessment{draft, sent, account} {
		got, err := f.Assessment(ctx, north, a.ID)
		must(t, err)
		same(t, got, a)
	}
}

// testAtomic lets the event fail (its id is taken; it is of another council) and looks that the change went with it.
func testAtomic(t *testing.T, f *fixture) {
	ctx := t.Context()
	draft, sent := f.newDraft(t, north), f.newCase(t, north)
	taken := f.event(north, "first", "x")
	taken.ID = "taken"
	must(t, f.AssignCase(ctx, north, sent.ID, sent.Version, "p", "P", taken))
	sent.Version, sent.Worker, sent.WorkerName = sent.Version+1, "p", "P"

	account, link := f.newAccount(t, north, sent.ID), f.code(sent.ID, care.CodeLink)
	must(t, f.AddCode(ctx, north, link, f.event(north, "code.given", "x")))
	foreign := f.event(south, "foreign", "x")
	foreign.ID = "foreign"
	for name, bad := range map[string]care.Event{"taken id": taken, "other council": foreign} {
		good := f.event(north, "good", draft.ID)
		changed := draft
		changed.Answers = draft.Answers.Clone()
		changed.Answers.Set("nutrition.limbs", "changed")
		fresh := f.draft(north)
		p := care.Practitioner{ID: f.id("person"), Council: north, Name: "N", Email: f.id("mail") + "@example.com"}
		for what, do := range map[string]func() error{
			"create": func() error { return f.CreateAssessment(ctx, fresh, good, bad) },
			"save":   func() error { return f.SaveAssessment(ctx, changed, good, bad) },
			"erase":  func() error { return f.EraseAssessment(ctx, north, draft.ID, bad) },
			"view":   func() error { _, err := f.CaseByReference(ctx, north, sent.Reference, bad); return err },
			"assign": func() error { return f.AssignCase(ctx, north, sent.ID, sent.Version, "q", "Q", bad) },
			"part": func() error {
				return f.SavePart(ctx, north, sent.ID, care.Part{Name: "impact", Body: []byte("{}")}, bad)
			},
			"sign":  func() error { return f.SignCase(ctx, north, f.determination(sent.ID, 1), nil, good, bad) },
			"put":   func() error { return f.PutPractitioner(ctx, p, bad) },
			"entry": func() error { return f.AddEntry(ctx, north, f.entry(sent.ID), good, bad) },
			"join":  func() error { return f.JoinAccount(ctx, account, f.entry(sent.ID), good, bad) },
			"code":  func() error { return f.AddCode(ctx, north, f.code(sent.ID, care.CodeReturn), bad) },
			"use":   func() error { return f.useCode(ctx, north, link.ID, care.CodeUse{At: noon, Account: fresh}, good, bad) },
			"end":   func() error { _, err := f.EndCodes(ctx, north, sent.ID, care.CodeLink, noon, bad); return err },
		} {
			if err := do(); err == nil {
				t.Fatalf("%s with an event of %s: no error", what, name)
			}
		}
		for _, want := range []care.Assessment{draft, sent, account} {
			got, err := f.Assessment(ctx, north, want.ID)
			must(t, err)
			same(t, got, want)
		}
		_, err := f.Assessment(ctx, north, fresh.ID)
		refused(t, err, care.ErrNotFound)
		_, err = f.Practitioner(ctx, p.ID)
		refused(t, err, care.ErrNotFound)
		parts, err := f.Parts(ctx, north, sent.ID)
		must(t, err)
		ds, err := f.Determinations(ctx, north, sent.ID)
		must(t, err)
		if len(parts) != 0 || len(ds) != 0 {
			t.Fatalf("%d papers and %d records were kept without their events", len(parts), len(ds))
		}
		entries, err := f.Entries(ctx, north, sent.ID)
		must(t, err)
		codes, err := f.CodesOf(ctx, north, sent.ID)
		must(t, err)
		same(t, entries, []care.Entry(nil))
		same(t, codes, []care.Code{link})
		same(t, f.verbs(t, north, draft.ID), []string{"draft.started"})
		same(t, f.verbs(t, north, sent.ID), []string{"draft.started", "assessment.sent"})
	}
}

// testManyWriters has many write at once, every third of them in vain: the others' changes are all there afterwards,
// and nothing of the failed ones.
func testManyWriters(t *testing.T, f *fixture) {
	const n = 120
	drafts := make([]care.Assessment, n)
	for i := range drafts {
		drafts[i] = f.draft(north)
	}
	taken := f.event(north, "first", "x")
	taken.ID = "taken"
	must(t, f.PutCouncil(t.Context(), council(north), taken))
	for round := range 3 {
		errs := race(n, func(i int) error {
			a := drafts[i]
			a.ID = fmt.Sprint(a.ID, "/", round)
			ok, bad := f.event(north, "ok", a.ID), taken
			if i%3 == 0 {
				return f.CreateAssessment(t.Context(), a, ok, bad)
			}
			return f.CreateAssessment(t.Context(), a, ok)
		})
		for i, err := range errs {
			id := fmt.Sprint(drafts[i].ID, "/", round)
			_, found := f.Assessment(t.Context(), north, id)
			verbs := f.verbs(t, north, id)
			if i%3 == 0 {
				refused(t, err, care.ErrConflict)
				refused(t, found, care.ErrNotFound)
				same(t, verbs, []string{})
				continue
			}
			if err != nil || found != nil || !slices.Equal(verbs, []string{"ok"}) {
				t.Fatalf("an innocent one of the same batch: %v, %v, %v", err, found, verbs)
			}
		}
	}
}

func testCancelled(t *testing.T, f *fixture) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	a := f.draft(north)
	if err := f.CreateAssessment(ctx, a, f.event(north, "draft.started", a.ID)); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, want context.Canceled", err)
	}
	_, err := f.Assessment(t.Context(), north, a.ID)
	refused(t, err, care.ErrNotFound)
	same(t, f.verbs(t, north, a.ID), []string{})

	// Cancelled while others write: whatever the caller was told is what is stored.
	for round := range 10 {
		drafts := make([]care.Assessment, 40)
		for i := range drafts {
			drafts[i] = f.draft(north)
		}
		ctx, cancel := context.WithCancel(t.Context())
		errs := race(len(drafts), func(i int) error {
			if i == len(drafts)/2 {
				cancel()
			}
			return f.CreateAssessment(ctx, drafts[i])
		})
		for i, told := range errs {
			_, found := f.Assessment(t.Context(), north, drafts[i].ID)
			if (told == nil) != (found == nil) {
				t.Fatalf("round %d: told %v, but stored: %v", round, told, found)
			}
		}
	}
}
