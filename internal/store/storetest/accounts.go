package storetest

import (
	"errors"
	"testing"
	"time"

	"threshold/internal/care"
)

func (f *fixture) admin(t *testing.T, council, name string) care.Practitioner {
	t.Helper()
	p := f.practitioner(council, name)
	p.Roles, p.SetupHash, p.SetupUntil = []care.Role{care.RoleAdmin}, "", time.Time{}
	must(t, f.PutPractitioner(t.Context(), p, f.event(council, "practitioner.put", p.ID)))
	p.Version++
	return p
}

// testChangePractitioner: what ends with a change ends in the same moment, and nobody else's.
func testChangePractitioner(t *testing.T, f *fixture) {
	ctx := t.Context()
	ann, bob := f.practitioner(north, "Ann"), f.practitioner(north, "Bob")
	for _, p := range []care.Practitioner{ann, bob} {
		must(t, f.PutPractitioner(ctx, p, f.event(north, "practitioner.put", p.ID)))
	}
	ann.Version++
	for id, s := range map[string]care.Session{
		"a1": {Kind: care.ActorPractitioner, Practitioner: ann.ID, Browser: "Firefox"}, "a2": {Kind: care.ActorPractitioner, Practitioner: ann.ID},
		"desk": {Kind: care.ActorCitizen, Practitioner: ann.ID, Assessment: "draft"}, "b1": {Kind: care.ActorPractitioner, Practitioner: bob.ID},
	} {
		s.IDHash, s.Council, s.CreatedAt, s.SeenAt = id, north, noon, noon
		must(t, f.PutSession(ctx, s))
	}
	there := func() string {
		out := ""
		for _, id := range []string{"a1", "a2", "desk", "b1"} {
			if _, err := f.Session(ctx, id); err == nil {
				out += id + " "
			}
		}
		return out
	}
	// A change that ends all sessions but the one it is made in.
	n, err := f.ChangePractitioner(ctx, ann, care.AccountEnds{Sessions: true, Keep: "a1"}, f.event(north, "practitioner.password", ann.ID))
	must(t, err)
	if n != 1 || there() != "a1 desk b1 " {
		t.Fatalf("%d ended, %sleft", n, there())
	}
	// A stale one ends nothing.
	_, err = f.ChangePractitioner(ctx, ann, care.AccountEnds{Sessions: true}, f.event(north, "practitioner.disabled", ann.ID))
	refused(t, err, care.ErrConflict)
	if there() != "a1 desk b1 " {
		t.Fatalf("a refused change ended sessions: %sleft", there())
	}
	// One whose event is refused changes and ends nothing.
	ann.Version++
	ann.Disabled = true
	if _, err = f.ChangePractitioner(ctx, ann, care.AccountEnds{Sessions: true}, f.event(south, "practitioner.disabled", ann.ID)); err == nil {
		t.Fatal("an event of another council was taken")
	}
	if got, err := f.Practitioner(ctx, ann.ID); err != nil || got.Disabled || there() != "a1 desk b1 " {
		t.Fatalf("half a change: %v %v %s", got.Disabled, err, there())
	}
	must(t, f.AddPasskey(ctx, care.Passkey{ID: "k", Council: north, Practitioner: ann.ID, Credential: []byte("{}"), CreatedAt: noon}))
	must(t, f.KnowDevice(ctx, care.Device{Hash: "d", Council: north, Practitioner: ann.ID, SeenAt: noon}))
	n, err = f.ChangePractitioner(ctx, ann, care.AccountEnds{Sessions: true, Passkeys: true, Devices: true}, f.event(north, "practitioner.disabled", ann.ID))
	must(t, err)
	if n != 2 || there() != "b1 " {
		t.Fatalf("%d ended, %sleft", n, there())
	}
	if keys, err := f.Passkeys(ctx, ann.ID); err != nil || len(keys) != 0 {
		t.Fatalf("%d passkeys left, %v", len(keys), err)
	}
	if known, err := f.KnowsDevice(ctx, "d", ann.ID, noon); err != nil || known {
		t.Fatalf("the browser is still known: %v", err)
	}
	same(t, f.verbs(t, north, ann.ID), []string{"practitioner.put", "practitioner.password", "practitioner.disabled"})
}

// testLastAdmin: whatever two admins do to each other at once, one is left.
func testLastAdmin(t *testing.T, f *fixture) {
	ctx := t.Context()
	ada, alf := f.admin(t, north, "Ada"), f.admin(t, north, "Alf")
	f.admin(t, south, "Sue")
	waits := f.practitioner(north, "Wim") // invited, and not set up yet: of no use to anybody who is locked out
	waits.Roles = []care.Role{care.RoleAdmin}
	must(t, f.PutPractitioner(ctx, waits, f.event(north, "practitioner.put", waits.ID)))
	both := []care.Practitioner{ada, alf}
	wrong := make(chan error, 2)
	for _, p := range both {
		go func() {
			p.Disabled = true
			_, err := f.ChangePractitioner(ctx, p, care.AccountEnds{}, f.event(north, "practitioner.disabled", p.ID))
			wrong <- err
		}()
	}
	a, b := <-wrong, <-wrong
	if a == nil {
		a, b = b, a
	}
	must(t, b)
	refused(t, a, care.ErrForbidden)
	left := 0
	for _, p := range both {
		got, err := f.Practitioner(ctx, p.ID)
		must(t, err)
		if !got.Disabled {
			left++
			got.Roles = []care.Role{care.RoleAuditor}
			_, err := f.ChangePractitioner(ctx, got, care.AccountEnds{}, f.event(north, "practitioner.changed", p.ID))
			refused(t, err, care.ErrForbidden)
		}
	}
	if left != 1 {
		t.Fatalf("%d admins left", left)
	}
	// A council that never had one is not held to it.
	must(t, f.PutCouncil(ctx, council("eastby"), f.event("eastby", "council.put", "eastby")))
	eve := f.practitioner("eastby", "Eve")
	must(t, f.PutPractitioner(ctx, eve, f.event("eastby", "practitioner.put", eve.ID)))
	eve.Version++
	_, err := f.ChangePractitioner(ctx, eve, care.AccountEnds{}, f.event("eastby", "practitioner.changed", eve.ID))
	must(t, err)
}

func testChangeCouncil(t *testing.T, f *fixture) {
	ctx := t.Context()
	read := func() care.Council {
		all, err := f.Councils(ctx)
		must(t, err)
		for _, c := range all {
			if c.Slug == north {
				return c
			}
		}
		t.Fatal("the council is gone")
		return care.Council{}
	}
	was := read()
	next := was
	next.Name, next.Colour, next.ReadDays, next.Email = "Northby City", "#654321", 9, "new@example.com"
	next.Settings = care.Settings{Hours: "9 to 5", TargetDays: 28, UrgentHours: 4, CheckInDays: 14, RetentionMonths: 84, ViewFirst: true, BlindPercent: 10}
	must(t, f.ChangeCouncil(ctx, was, next, f.event(north, "council.changed", north)))
	same(t, read(), next)
	refused(t, f.ChangeCouncil(ctx, was, next, f.event(north, "council.changed", north)), care.ErrConflict)
	missing := was
	missing.Slug = "missing"
	refused(t, f.ChangeCouncil(ctx, missing, missing, f.event("missing", "council.changed", "missing")), care.ErrNotFound)
	same(t, f.verbs(t, north, north), []string{"council.put", "council.changed"})
	oneWins(t, race(racers, func(n int) error {
		mine := next
		mine.ReadDays = 20 + n
		return f.ChangeCouncil(ctx, next, mine, f.event(north, "council.changed", north))
	}))
}

func testPasskeys(t *testing.T, f *fixture) {
	ctx := t.Context()
	ann, sue := f.practitioner(north, "Ann"), f.practitioner(south, "Sue")
	for _, p := range []care.Practitioner{ann, sue} {
		must(t, f.PutPractitioner(ctx, p, f.event(p.Council, "practitioner.put", p.ID)))
	}
	key := care.Passkey{ID: "one", Council: north, Practitioner: ann.ID, Name: "Work laptop", Credential: []byte(`{"made":"up"}`), SignCount: 7, CreatedAt: noon}
	must(t, f.AddPasskey(ctx, key, f.event(north, "passkey.added", ann.ID)))
	second := key
	second.ID, second.SignCount, second.CreatedAt = "two", 0, noon.Add(time.Minute)
	must(t, f.AddPasskey(ctx, second, f.event(north, "passkey.added", ann.ID)))
	refused(t, f.AddPasskey(ctx, key, f.event(north, "passkey.added", ann.ID)), care.ErrConflict)
	elsewhere := key
	elsewhere.ID, elsewhere.Practitioner = "three", sue.ID
	refused(t, f.AddPasskey(ctx, elsewhere, f.event(north, "passkey.added", sue.ID)), care.ErrNotFound)
	all, err := f.Passkeys(ctx, ann.ID)
	must(t, err)
	same(t, all, []care.Passkey{key, second})
	got, err := f.Passkey(ctx, "one")
	must(t, err)
	same(t, got, key)
	_, err = f.Passkey(ctx, "missing")
	refused(t, err, care.ErrNotFound)

	use := func(id string, count uint32) error {
		return f.UsePasskey(ctx, id, count, noon.Add(time.Hour), f.event(north, "passkey.used", ann.ID), f.event(north, "passkey.cloned", ann.ID))
	}
	oneWins(t, race(racers, func(int) error {
		err := use("one", 8)
		if errors.Is(err, care.ErrNotFound) { // the copy was seen by then
			return care.ErrConflict
		}
		return err
	}))
	got, err = f.Passkey(ctx, "one")
	must(t, err)
	if got.SignCount != 8 || !got.UsedAt.Equal(noon.Add(time.Hour)) || !got.Cloned {
		t.Fatalf("after a race: %+v", got)
	}
	refused(t, use("one", 9), care.ErrNotFound)
	must(t, use("two", 0))
	must(t, use("two", 0)) // many passkeys have no counter
	must(t, use("two", 5))
	refused(t, use("two", 5), care.ErrConflict)
	refused(t, use("missing", 1), care.ErrNotFound)
	same(t, f.verbs(t, north, ann.ID), []string{"practitioner.put", "passkey.added", "passkey.added", "passkey.used", "passkey.cloned",
		"passkey.used", "passkey.used", "passkey.used", "passkey.cloned"})

	refused(t, f.RemovePasskey(ctx, sue.ID, "one", f.event(south, "passkey.removed", sue.ID)), care.ErrNotFound)
	must(t, f.RemovePasskey(ctx, ann.ID, "one", f.event(north, "passkey.removed", ann.ID)))
	refused(t, f.RemovePasskey(ctx, ann.ID, "one", f.event(north, "passkey.removed", ann.ID)), care.ErrNotFound)
}

func testDevices(t *testing.T, f *fixture) {
	ctx := t.Context()
	ann, bob := f.practitioner(north, "Ann"), f.practitioner(north, "Bob")
	for _, p := range []care.Practitioner{ann, bob} {
		must(t, f.PutPractitioner(ctx, p, f.event(north, "practitioner.put", p.ID)))
	}
	know := func(who care.Practitioner, hash string, at time.Time) {
		t.Helper()
		must(t, f.KnowDevice(ctx, care.Device{Hash: hash, Council: north, Practitioner: who.ID, SeenAt: at}))
	}
	known := func(who care.Practitioner, hash string, since time.Time) bool {
		t.Helper()
		ok, err := f.KnowsDevice(ctx, hash, who.ID, since)
		must(t, err)
		return ok
	}
	know(ann, "one", noon)
	if !known(ann, "one", noon) || known(bob, "one", noon) || known(ann, "two", noon) || known(ann, "one", noon.Add(time.Second)) {
		t.Fatal("a browser is known for the wrong person or time")
	}
	know(bob, "one", noon) // a shared computer
	know(ann, "one", noon.Add(time.Hour))
	if !known(ann, "one", noon.Add(time.Hour)) || !known(bob, "one", noon) {
		t.Fatal("seen again is not noted, or is another's too")
	}
	for range 25 {
		know(ann, f.id("device"), noon.Add(2*time.Hour))
	}
	if known(ann, "one", noon) || !known(bob, "one", noon) {
		t.Fatal("the longest unseen is not forgotten, or another's is")
	}
	know(ann, "late", noon.Add(care.DeviceLife+3*time.Hour))
	if known(ann, "device-0003", noon) || !known(ann, "late", noon) {
		t.Fatal("browsers unseen for too long are still known")
	}
	refused(t, f.KnowDevice(ctx, care.Device{Hash: "x", Council: north, Practitioner: "missing", SeenAt: noon}), care.ErrNotFound)
}

func testSessionList(t *testing.T, f *fixture) {
	ctx := t.Context()
	put := func(id, who string, kind care.ActorKind, after time.Duration) care.Session {
		s := care.Session{IDHash: id, Kind: kind, Council: north, Practitioner: who, CreatedAt: noon, SeenAt: noon.Add(after), Browser: "Firefox"}
		must(t, f.PutSession(ctx, s))
		return s
	}
	one, two, three := put("1", "ann", care.ActorPractitioner, 0), put("2", "ann", care.ActorPractitioner, time.Hour), put("3", "ann", care.ActorPractitioner, time.Minute)
	put("desk", "ann", care.ActorCitizen, time.Hour)
	put("bob", "bob", care.ActorPractitioner, time.Hour)
	list := func() []care.Session {
		t.Helper()
		all, err := f.SessionsOf(ctx, "ann")
		must(t, err)
		return all
	}
	same(t, list(), []care.Session{two, three, one})
	end := func(only, keep string) int {
		t.Helper()
		n, err := f.EndSessions(ctx, "ann", only, keep, f.event(north, "sessions.ended", "ann"))
		must(t, err)
		return n
	}
	if end("bob", "") != 0 || end("desk", "") != 0 || end("missing", "") != 0 {
		t.Fatal("somebody else's session was ended")
	}
	same(t, f.verbs(t, north, "ann"), []string{})
	if end("3", "1") != 1 {
		t.Fatal("it was not ended")
	}
	same(t, list(), []care.Session{two, one})
	if end("", "2") != 1 || end("", "2") != 0 {
		t.Fatal("all the others were not ended, or again")
	}
	same(t, list(), []care.Session{two})
	same(t, f.verbs(t, north, "ann"), []string{"sessions.ended", "sessions.ended"})
	if _, err := f.Session(ctx, "bob"); err != nil {
		t.Fatal(err)
	}
}
