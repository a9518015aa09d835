package storetest

import (
	"context"
	"testing"
	"time"

	"threshold/internal/care"
)

// entry returns an entry of an assessment with something in every field.
func (f *fixture) entry(assessment string) care.Entry {
	return care.Entry{
		ID: f.id("entry"), Case: assessment, Kind: care.EntryReply, About: "question", At: noon,
		By: care.ActorPractitioner, ByID: "p", Body: []byte(`{"text":"Ünïcode, and\na second line"}`),
	}
}

// code returns a code of an assessment with a hash of its own.
func (f *fixture) code(assessment string, kind care.CodeKind) care.Code {
	return care.Code{ID: f.id("code"), Assessment: assessment, Kind: kind, Hash: f.id("hash"), CreatedAt: noon}
}

// newAccount stores the draft of an account about a case.
func (f *fixture) newAccount(t *testing.T, council, about string) care.Assessment {
	t.Helper()
	a := f.draft(council)
	a.LinkedTo, a.AccountOf, a.Kept, a.Reference = about, true, true, f.id("REF")
	must(t, f.CreateAssessment(t.Context(), a, f.event(council, "account.started", a.ID)))
	return a
}

func testReference(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.newDraft(t, north)
	a.Reference, a.Kept = "KEPT", true
	must(t, f.SaveAssessment(ctx, a))
	a.Version++
	got, err := f.Assessment(ctx, north, a.ID)
	must(t, err)
	same(t, got, a)
	_, err = f.CaseByReference(ctx, north, "KEPT", f.event(north, "case.viewed", a.ID)) // nobody but its writer
	refused(t, err, care.ErrNotFound)

	// Codes were given with it: a caller who forgets it or makes another is at fault.
	for _, other := range []string{"", "ANOTHER"} {
		changed := a
		changed.Reference = other
		if err := f.SaveAssessment(ctx, changed); err == nil {
			t.Fatalf("the reference became %q", other)
		}
	}
	taken := f.draft(south)
	taken.Reference = "KEPT"
	refused(t, f.CreateAssessment(ctx, taken), care.ErrConflict)

	b := f.sent(a)
	b.Reference, b.LinkedTo = "KEPT", ""
	must(t, f.SaveAssessment(ctx, b))
	b.Version++
	got, err = f.CaseByReference(ctx, north, "KEPT", f.event(north, "case.viewed", a.ID))
	must(t, err)
	same(t, got, b)
}

func testAccountDraft(t *testing.T, f *fixture) {
	ctx := t.Context()
	c := f.newCase(t, north)
	a := f.newAccount(t, north, c.ID)
	got, err := f.Assessment(ctx, north, a.ID)
	must(t, err)
	same(t, got, a)
	lines := f.queue(t, care.QueueQuery{Council: north}, 10)
	if len(lines) != 1 || lines[0].ID != c.ID {
		t.Fatalf("the queue has %d lines", len(lines))
	}
	_, err = f.CaseByReference(ctx, north, a.Reference, f.event(north, "case.viewed", a.ID))
	refused(t, err, care.ErrNotFound)

	// Neither sent as it is, nor made into something that could be.
	sent := f.sent(a)
	sent.Reference, sent.LinkedTo = a.Reference, a.LinkedTo
	if err := f.SaveAssessment(ctx, sent); err == nil {
		t.Fatal("an account was sent as a case")
	}
	plain := a
	plain.AccountOf = false
	if err := f.SaveAssessment(ctx, plain); err == nil {
		t.Fatal("an account became an ordinary draft")
	}
	made := f.sent(f.draft(north))
	made.AccountOf = true
	if err := f.CreateAssessment(ctx, made); err == nil {
		t.Fatal("an account was made as a case")
	}
	got, err = f.Assessment(ctx, north, a.ID)
	must(t, err)
	same(t, got, a)
}

func testJoin(t *testing.T, f *fixture) {
	ctx := t.Context()
	for name, target := range map[string]care.Assessment{"case": f.newCase(t, north), "draft": f.newDraft(t, north)} {
		a := f.newAccount(t, north, target.ID)
		must(t, f.AddCode(ctx, north, f.code(a.ID, care.CodeReturn), f.event(north, "code.given", a.ID)))
		e := f.entry(target.ID)
		e.ID, e.Kind = a.ID, care.EntryAccount
		ev := f.event(north, "account.sent", target.ID)
		a.Priority = care.PriorityUrgent

		old := a
		old.Version--
		refused(t, f.JoinAccount(ctx, old, e, ev), care.ErrConflict)
		lost := a
		lost.ID = "missing"
		refused(t, f.JoinAccount(ctx, lost, e, ev), care.ErrNotFound)
		astray := e
		astray.Case = "somewhere else"
		if err := f.JoinAccount(ctx, a, astray, ev); err == nil {
			t.Fatalf("%s: the entry went elsewhere", name)
		}
		ordinary := f.newDraft(t, north)
		ordinary.LinkedTo = target.ID
		must(t, f.SaveAssessment(ctx, ordinary))
		ordinary.Version++
		refused(t, f.JoinAccount(ctx, ordinary, e, ev), care.ErrConflict) // it is no account
		entries, err := f.Entries(ctx, north, target.ID)
		must(t, err)
		same(t, entries, []care.Entry(nil))
		got, err := f.Assessment(ctx, north, a.ID)
		must(t, err)
		stored := a
		stored.Priority = care.PriorityRoutine
		same(t, got, stored)

		must(t, f.JoinAccount(ctx, a, e, ev))
		entries, err = f.Entries(ctx, north, target.ID)
		must(t, err)
		same(t, entries, []care.Entry{e})
		_, err = f.Assessment(ctx, north, a.ID)
		refused(t, err, care.ErrNotFound)
		_, err = f.CodesOf(ctx, north, a.ID)
		refused(t, err, care.ErrNotFound)
		refused(t, f.JoinAccount(ctx, a, e, ev), care.ErrNotFound) // a second press
		got, err = f.Assessment(ctx, north, target.ID)
		must(t, err)
		if target.Status == care.StatusSent { // what was told brings it forward, and nobody signs what they have not read
			target.Version++
			target.Priority = max(target.Priority, care.PriorityUrgent)
			if e.At.Before(target.DueAt) {
				target.DueAt = e.At
			}
		}
		same(t, got, target)
		verbs := f.verbs(t, north, target.ID)
		if verbs[len(verbs)-1] != "account.sent" {
			t.Fatalf("%s: events %v", name, verbs)
		}
	}

	// What it was about is erased: so is the account, which could join nothing and be reached by nobody.
	target := f.newDraft(t, north)
	a := f.newAccount(t, north, target.ID)
	other := f.newAccount(t, north, f.newDraft(t, north).ID)
	must(t, f.EraseAssessment(ctx, north, target.ID, f.event(north, "draft.erased", target.ID)))
	refused(t, f.JoinAccount(ctx, a, f.entry(target.ID), f.event(north, "account.sent", target.ID)), care.ErrNotFound)
	_, err := f.Assessment(ctx, north, a.ID)
	refused(t, err, care.ErrNotFound)
	if _, err = f.Assessment(ctx, north, other.ID); err != nil {
		t.Fatalf("the account of another form was erased too: %v", err)
	}
}

func testJoinRace(t *testing.T, f *fixture) {
	c := f.newCase(t, north)
	for n := 1; n <= 5; n++ {
		a := f.newAccount(t, north, c.ID)
		e := f.entry(c.ID)
		won := 0
		for _, err := range race(racers, func(int) error {
			return f.JoinAccount(t.Context(), a, e, f.event(north, "account.sent", c.ID))
		}) {
			if err == nil {
				won++
			} else {
				refused(t, err, care.ErrNotFound)
			}
		}
		entries, err := f.Entries(t.Context(), north, c.ID)
		must(t, err)
		if won != 1 || len(entries) != n {
			t.Fatalf("%d were told that it was sent, %d entries, want %d", won, len(entries), n)
		}
	}
}

func testEntries(t *testing.T, f *fixture) {
	ctx := t.Context()
	draft, signed := f.newDraft(t, north), f.newCase(t, north)
	must(t, f.SignCase(ctx, north, f.determination(signed.ID, 1), nil))
	for _, id := range []string{draft.ID, signed.ID} {
		entries, err := f.Entries(ctx, north, id)
		must(t, err)
		same(t, entries, []care.Entry(nil))
		first, second, third := f.entry(id), f.entry(id), f.entry(id)
		first.At, third.At = noon.Add(-time.Hour), noon // second and third come at one moment: in the order they came
		second.Kind, second.About, second.By, second.ByID, second.Body = care.EntryAddition, "", care.ActorCitizen, "", []byte(`{}`)
		for _, e := range []care.Entry{second, third, first} {
			must(t, f.AddEntry(ctx, north, e, f.event(north, "entry.added", id)))
		}
		again := first
		again.Body = []byte(`{"text":"something else"}`)
		refused(t, f.AddEntry(ctx, north, again, f.event(north, "entry.added", id)), care.ErrConflict)
		entries, err = f.Entries(ctx, north, id)
		must(t, err)
		same(t, entries, []care.Entry{first, second, third})
		n := 0
		for _, v := range f.verbs(t, north, id) {
			if v == "entry.added" {
				n++
			}
		}
		if n != 3 {
			t.Fatalf("%d events of 3 entries", n)
		}
	}
	refused(t, f.AddEntry(ctx, north, f.entry("missing"), f.event(north, "entry.added", "missing")), care.ErrNotFound)
	_, err := f.Entries(ctx, north, "missing")
	refused(t, err, care.ErrNotFound)

	// A draft that is erased takes its entries along, and their ids are free again.
	entries, err := f.Entries(ctx, north, draft.ID)
	must(t, err)
	must(t, f.EraseAssessment(ctx, north, draft.ID, f.event(north, "draft.erased", draft.ID)))
	_, err = f.Entries(ctx, north, draft.ID)
	refused(t, err, care.ErrNotFound)
	entries[0].Case = signed.ID
	must(t, f.AddEntry(ctx, north, entries[0]))
}

func testCodes(t *testing.T, f *fixture) {
	ctx := t.Context()
	draft, sent := f.newDraft(t, north), f.newCase(t, north)
	draft.Reference = "DRAFTREF"
	must(t, f.SaveAssessment(ctx, draft))
	ev := func(id string) care.Event { return f.event(north, "code.given", id) }
	for _, a := range []care.Assessment{draft, sent} {
		codes, err := f.CodesOf(ctx, north, a.ID)
		must(t, err)
		same(t, codes, []care.Code(nil))
		id, codes, err := f.CodesByReference(ctx, north, a.Reference)
		must(t, err)
		same(t, codes, []care.Code(nil))
		same(t, id, a.ID)

		typed, link := f.code(a.ID, care.CodeReturn), f.code(a.ID, care.CodeLink)
		typed.CreatedAt, link.CreatedAt = noon.Add(time.Minute), noon.Add(-time.Minute)
		link.Until, link.UsedAt, link.EndedAt = noon.Add(time.Hour), noon.Add(time.Second), noon.Add(2*time.Second)
		link.Press, link.Opened = "press", "opened"
		twin := typed // given at the same moment, with the same hash: codes of a reference share their salt
		twin.ID = f.id("code")
		for _, c := range []care.Code{typed, link, twin} {
			must(t, f.AddCode(ctx, north, c, ev(a.ID)))
		}
		refused(t, f.AddCode(ctx, north, typed, ev(a.ID)), care.ErrConflict)
		want := []care.Code{link, typed, twin}
		codes, err = f.CodesOf(ctx, north, a.ID)
		must(t, err)
		same(t, codes, want)
		id, codes, err = f.CodesByReference(ctx, north, a.Reference)
		must(t, err)
		same(t, codes, want)
		same(t, id, a.ID)

		got, err := f.CodeByHash(ctx, north, link.Hash)
		must(t, err)
		same(t, got, link)
		_, err = f.CodeByHash(ctx, north, typed.Hash) // it opens with its reference only
		refused(t, err, care.ErrNotFound)
		copied := f.code(a.ID, care.CodeLink)
		copied.Hash = link.Hash
		refused(t, f.AddCode(ctx, north, copied, ev(a.ID)), care.ErrConflict)
	}
	for _, none := range []string{"", "missing"} {
		_, err := f.CodeByHash(ctx, north, none)
		refused(t, err, care.ErrNotFound)
		_, _, err = f.CodesByReference(ctx, north, none)
		refused(t, err, care.ErrNotFound)
	}
	refused(t, f.AddCode(ctx, north, f.code("missing", care.CodeReturn), ev("missing")), care.ErrNotFound)

	codes, err := f.CodesOf(ctx, north, draft.ID)
	must(t, err)
	must(t, f.EraseAssessment(ctx, north, draft.ID, f.event(north, "draft.erased", draft.ID)))
	_, err = f.CodesOf(ctx, north, draft.ID)
	refused(t, err, care.ErrNotFound)
	_, _, err = f.CodesByReference(ctx, north, "DRAFTREF")
	refused(t, err, care.ErrNotFound)
	_, err = f.CodeByHash(ctx, north, codes[0].Hash)
	refused(t, err, care.ErrNotFound)
	refused(t, f.useCode(ctx, north, codes[1].ID, care.CodeUse{At: noon}, ev(draft.ID)), care.ErrNotFound)
}

func testUseCode(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.newCase(t, north)
	ev := f.event(north, "code.used", a.ID)
	use := func(c care.Code, at time.Time) error { return f.useCode(ctx, north, c.ID, care.CodeUse{At: at}, ev) }
	add := func(kind care.CodeKind, change func(*care.Code)) care.Code {
		t.Helper()
		c := f.code(a.ID, kind)
		if change != nil {
			change(&c)
		}
		must(t, f.AddCode(ctx, north, c, f.event(north, "code.given", "x")))
		return c
	}
	uses := 0
	for _, kind := range []care.CodeKind{care.CodeReturn, care.CodePerson} { // again and again
		c := add(kind, nil)
		must(t, use(c, noon.Add(time.Hour)))
		must(t, use(c, noon.Add(2*time.Hour)))
		uses += 2
		codes, err := f.CodesOf(ctx, north, a.ID)
		must(t, err)
		c.UsedAt = noon.Add(2 * time.Hour)
		same(t, codes[len(codes)-1], c)
	}
	for _, kind := range []care.CodeKind{care.CodeLink, care.CodeHelper} { // once
		for range 5 {
			c := add(kind, nil)
			oneWins(t, race(racers, func(int) error { return use(c, noon.Add(time.Hour)) }))
			uses++
			refused(t, use(c, noon.Add(2*time.Hour)), care.ErrConflict)
		}
	}
	over := add(care.CodeReturn, func(c *care.Code) { c.Until = noon.Add(time.Minute) })
	refused(t, use(over, noon.Add(time.Minute)), care.ErrConflict)
	must(t, use(over, noon.Add(time.Second)))
	uses++
	ended := add(care.CodePerson, func(c *care.Code) { c.EndedAt = noon })
	refused(t, use(ended, noon), care.ErrConflict)
	refused(t, use(care.Code{ID: "missing"}, noon), care.ErrNotFound)
	n := 0
	for _, v := range f.verbs(t, north, a.ID) {
		if v == "code.used" {
			n++
		}
	}
	if n != uses {
		t.Fatalf("%d events of %d uses", n, uses)
	}
}

// useCode is UseCode where no account comes of it.
func (f *fixture) useCode(ctx context.Context, council, id string, use care.CodeUse, evs ...care.Event) error {
	_, err := f.UseCode(ctx, council, id, use, evs...)
	return err
}

// testPress presses forms twice: the same form gets what its first press got and leaves nothing more behind, whether one
// comes after the other or all at once; every other form, and the same one later, gets nothing.
func testPress(t *testing.T, f *fixture) {
	ctx := t.Context()
	about := f.newCase(t, north)
	account := func() care.Assessment {
		a := f.draft(north)
		a.LinkedTo, a.AccountOf, a.Kept, a.Reference = about.ID, true, true, f.id("REF")
		return a
	}
	drafts, events := 0, 0
	holds := func() {
		t.Helper()
		ids, err := f.AccountDrafts(ctx, north, about.ID)
		must(t, err)
		if n := len(f.verbs(t, north, about.ID)); len(ids) != drafts || n != events {
			t.Fatalf("%d accounts and %d events, want %d and %d", len(ids), n, drafts, events)
		}
	}
	events = len(f.verbs(t, north, about.ID))
	for _, kind := range []care.CodeKind{care.CodeHelper, care.CodeLink} {
		add := func() care.Code {
			c := f.code(about.ID, kind)
			must(t, f.AddCode(ctx, north, c, f.event(north, "code.given", "x")))
			return c
		}
		press := func(c care.Code, at time.Time, key string) (string, error) {
			use := care.CodeUse{At: at, Press: key}
			if kind == care.CodeHelper {
				use.Account = account()
			}
			return f.UseCode(ctx, north, c.ID, use, f.event(north, "code.used", about.ID))
		}
		used := func() {
			events++
			if kind == care.CodeHelper {
				drafts++
			}
		}
		c := add()
		first, err := press(c, noon, "mine")
		must(t, err)
		used()
		if _, err := f.Assessment(ctx, north, first); (err == nil) != (kind == care.CodeHelper) {
			t.Fatalf("%s: what was opened is %q: %v", kind, first, err)
		}
		last := noon.Add(care.PressLife - time.Second)
		for _, at := range []time.Time{noon, last, noon.Add(time.Second)} {
			again, err := press(c, at, "mine")
			must(t, err)
			same(t, again, first)
			for _, other := range []string{"", "yours"} {
				_, err := press(c, at, other)
				refused(t, err, care.ErrConflict)
			}
		}
		_, err = press(c, noon.Add(care.PressLife), "mine")
		refused(t, err, care.ErrConflict)
		codes, err := f.CodesOf(ctx, north, about.ID)
		must(t, err)
		c.UsedAt, c.Press, c.Opened = noon, "mine", first
		same(t, codes[len(codes)-1], c) // the second press does not make the time longer
		holds()

		// Whoever carried no key has nothing that opens again.
		plain := add()
		_, err = press(plain, noon, "")
		must(t, err)
		used()
		_, err = press(plain, noon, "")
		refused(t, err, care.ErrConflict)
		holds()

		for range 5 { // two forms, each pressed again and again, all at once
			c := add()
			var opened [racers]string
			errs := race(racers, func(i int) (err error) {
				opened[i], err = press(c, noon, []string{"mine", "yours"}[i%2])
				return err
			})
			used()
			won := 0
			if errs[1] == nil {
				won = 1
			}
			for i, err := range errs {
				if i%2 != won {
					refused(t, err, care.ErrConflict)
					continue
				}
				must(t, err)
				same(t, opened[i], opened[won])
			}
			holds()
		}

		taken := add()
		_, err = press(taken, noon, "mine")
		must(t, err)
		used()
		_, err = f.EndCodes(ctx, north, about.ID, kind, noon, f.event(north, "access.ended", "x"))
		must(t, err)
		_, err = press(taken, noon, "mine")
		refused(t, err, care.ErrConflict)
		holds()
	}
	// An account of another council, or under an id that is taken, uses nothing up.
	c := f.code(about.ID, care.CodeHelper)
	must(t, f.AddCode(ctx, north, c, f.event(north, "code.given", "x")))
	foreign, taken := account(), account()
	foreign.Council, taken.ID = south, about.ID
	for _, bad := range []care.Assessment{foreign, taken} {
		if _, err := f.UseCode(ctx, north, c.ID, care.CodeUse{At: noon, Press: "mine", Account: bad}, f.event(north, "code.used", about.ID)); err == nil {
			t.Fatal("an account that cannot be stored was taken")
		}
	}
	holds()
	must(t, f.useCode(ctx, north, c.ID, care.CodeUse{At: noon}, f.event(north, "code.used", about.ID)))
}

func testEndCodes(t *testing.T, f *fixture) {
	ctx := t.Context()
	a, other := f.newCase(t, north), f.newCase(t, north)
	account := f.newAccount(t, north, a.ID)
	strange := f.newAccount(t, north, other.ID)
	var codes []care.Code
	for _, c := range []care.Code{
		f.code(a.ID, care.CodeHelper), f.code(a.ID, care.CodeHelper), f.code(a.ID, care.CodeReturn), f.code(other.ID, care.CodeHelper),
	} {
		must(t, f.AddCode(ctx, north, c, f.event(north, "code.given", "x")))
		codes = append(codes, c)
	}
	sessions := map[string]bool{} // whether it is ended
	writers := map[string]bool{}  // whether it is the writer's
	for _, s := range []struct {
		council, assessment string
		as                  care.CodeKind
		ends                bool
	}{
		{north, a.ID, care.CodeHelper, true},
		{north, a.ID, care.CodeHelper, true},
		{north, account.ID, care.CodeHelper, true}, // where a helper's code leads
		{north, account.ID, care.CodePerson, false},
		{north, account.ID, "", false},
		{north, a.ID, care.CodePerson, false},
		{north, a.ID, "", false},
		{north, other.ID, care.CodeHelper, false},
		{north, strange.ID, care.CodeHelper, false},
		{south, a.ID, care.CodeHelper, false},
	} {
		v := care.Session{IDHash: f.id("session"), Kind: care.ActorCitizen, Council: s.council, Assessment: s.assessment, As: s.as, CreatedAt: noon, SeenAt: noon}
		must(t, f.PutSession(ctx, v))
		sessions[v.IDHash] = s.ends
		writers[v.IDHash] = s.council == north && s.assessment == a.ID && s.as == ""
	}
	end := func(kind care.CodeKind, want int) {
		t.Helper()
		n, err := f.EndCodes(ctx, north, a.ID, kind, noon.Add(time.Hour), f.event(north, "access.ended", a.ID))
		must(t, err)
		if n != want {
			t.Fatalf("%d codes ended, want %d", n, want)
		}
	}
	end(care.CodeHelper, 2)
	for id, ends := range sessions {
		_, err := f.Session(ctx, id)
		if ends {
			refused(t, err, care.ErrNotFound)
		} else if err != nil {
			t.Fatalf("%s was ended too: %v", id, err)
		}
	}
	codes[0].EndedAt, codes[1].EndedAt = noon.Add(time.Hour), noon.Add(time.Hour)
	got, err := f.CodesOf(ctx, north, a.ID)
	must(t, err)
	same(t, got, codes[:3])
	got, err = f.CodesOf(ctx, north, other.ID)
	must(t, err)
	same(t, got, codes[3:])
	refused(t, f.useCode(ctx, north, codes[0].ID, care.CodeUse{At: noon.Add(time.Hour)}, f.event(north, "code.used", a.ID)), care.ErrConflict)
	end(care.CodeReturn, 1)
	codes[2].EndedAt = noon.Add(time.Hour)
	for id, v := range writers {
		if _, err := f.Session(ctx, id); v {
			refused(t, err, care.ErrNotFound) // a return code opens a form as its writer
		}
	}
	end(care.CodeHelper, 0) // when they ended stays
	got, err = f.CodesOf(ctx, north, a.ID)
	must(t, err)
	same(t, got, codes[:3])
	_, err = f.EndCodes(ctx, north, "missing", care.CodeReturn, noon, f.event(north, "access.ended", "missing"))
	refused(t, err, care.ErrNotFound)
}
