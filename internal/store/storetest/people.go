package storetest

import (
	"fmt"
	"testing"
	"time"

	"threshold/internal/care"
)

func (f *fixture) practitioner(council, name string) care.Practitioner {
	return care.Practitioner{
		ID: f.id("person"), Council: council, Name: name, Email: f.id("mail") + "@example.com",
		Roles: []care.Role{care.RolePractitioner, care.RoleManager}, Registration: "SW000000",
		PasswordHash: "$argon2id$v=19$made-up", TOTPSecret: "JBSWY3DPEHPK3PXP", TOTPLast: 58_000_000,
		SetupHash: f.id("setup"), SetupUntil: noon.Add(15 * time.Minute), Demo: true, CreatedAt: noon,
	}
}

func testPractitioners(t *testing.T, f *fixture) {
	ctx := t.Context()
	put := func(p care.Practitioner) error {
		return f.PutPractitioner(ctx, p, f.event(p.Council, "practitioner.put", p.ID))
	}
	zoe, ann, sue := f.practitioner(north, "Zoe"), f.practitioner(north, "Ann"), f.practitioner(south, "Sue")
	for _, p := range []care.Practitioner{zoe, ann, sue} {
		must(t, put(p))
	}
	zoe.Version, ann.Version, sue.Version = 1, 1, 1
	for name, find := range map[string]func() (care.Practitioner, error){
		"id":              func() (care.Practitioner, error) { return f.Practitioner(ctx, zoe.ID) },
		"address":         func() (care.Practitioner, error) { return f.PractitionerByEmail(ctx, zoe.Email) },
		"set-up token":    func() (care.Practitioner, error) { return f.PractitionerBySetup(ctx, zoe.SetupHash) },
		"list of council": func() (care.Practitioner, error) { all, err := f.Practitioners(ctx, north); return all[1], err },
	} {
		got, err := find()
		if err != nil {
			t.Fatalf("by %s: %v", name, err)
		}
		same(t, got, zoe)
	}
	all, err := f.Practitioners(ctx, north)
	must(t, err)
	same(t, all, []care.Practitioner{ann, zoe})
	for _, find := range []func(string) (care.Practitioner, error){
		func(s string) (care.Practitioner, error) { return f.Practitioner(ctx, s) },
		func(s string) (care.Practitioner, error) { return f.PractitionerByEmail(ctx, s) },
		func(s string) (care.Practitioner, error) { return f.PractitionerBySetup(ctx, s) },
	} {
		for _, s := range []string{"missing", ""} {
			_, err := find(s)
			refused(t, err, care.ErrNotFound)
		}
	}

	// Set up: the token is used up, and an empty one finds nobody.
	zoe.PasswordHash, zoe.SetupHash, zoe.SetupUntil, zoe.Disabled, zoe.Roles = "$argon2id$another", "", time.Time{}, true, []care.Role{care.RoleAuditor}
	must(t, put(zoe))
	zoe.Version++
	got, err := f.Practitioner(ctx, zoe.ID)
	must(t, err)
	same(t, got, zoe)
	_, err = f.PractitionerBySetup(ctx, "")
	refused(t, err, care.ErrNotFound)

	stale := zoe
	stale.Version--
	refused(t, put(stale), care.ErrConflict)
	twin := f.practitioner(south, "Twin")
	twin.Email = ann.Email
	refused(t, put(twin), care.ErrConflict)
	taken := sue
	taken.Email = ann.Email
	refused(t, put(taken), care.ErrConflict)
	again := ann
	again.Version = 0
	refused(t, put(again), care.ErrConflict)
	moved := ann
	moved.Council = south // people change council by a new account: what was sealed for one is not another's
	refused(t, put(moved), care.ErrNotFound)
	nowhere := f.practitioner(north, "N")
	nowhere.Council = "nowhere"
	refused(t, put(nowhere), care.ErrNotFound)
	missing := f.practitioner(north, "M")
	missing.Version = 4
	refused(t, put(missing), care.ErrNotFound)
	same(t, f.verbs(t, north, zoe.ID), []string{"practitioner.put", "practitioner.put"})
	same(t, f.verbs(t, south, sue.ID), []string{"practitioner.put"})
	same(t, f.verbs(t, south, ann.ID), []string{})
}

func testPractitionerRace(t *testing.T, f *fixture) {
	p := f.practitioner(north, "Ann")
	must(t, f.PutPractitioner(t.Context(), p, f.event(north, "practitioner.put", p.ID)))
	for version := 1; version <= 20; version++ {
		oneWins(t, race(racers, func(int) error {
			mine := p
			mine.Version, mine.TOTPLast = version, p.TOTPLast+int64(version)
			return f.PutPractitioner(t.Context(), mine, f.event(north, "practitioner.signed-in", p.ID))
		}))
	}
}

func testSessions(t *testing.T, f *fixture) {
	ctx := t.Context()
	session := func(id, practitioner string, seen time.Duration) care.Session {
		return care.Session{
			IDHash: id, Kind: care.ActorPractitioner, Council: north, Assessment: "draft", Practitioner: practitioner,
			CreatedAt: noon, SeenAt: noon.Add(seen), Locked: true, As: care.CodePerson, Locale: "en-easy", Large: true, Equality: true,
		}
	}
	_, err := f.Session(ctx, "missing")
	refused(t, err, care.ErrNotFound)
	s := session("one", "ann", 0)
	must(t, f.PutSession(ctx, s))
	got, err := f.Session(ctx, "one")
	must(t, err)
	same(t, got, s)
	s.SeenAt, s.Locked, s.Equality, s.Assessment, s.Kind = noon.Add(time.Minute), false, false, "", care.ActorCitizen
	s.As, s.Locale, s.Large = "", "", false
	must(t, f.PutSession(ctx, s))
	got, err = f.Session(ctx, "one")
	must(t, err)
	same(t, got, s)
	must(t, f.DeleteSession(ctx, "one"))
	must(t, f.DeleteSession(ctx, "one")) // ended is ended
	_, err = f.Session(ctx, "one")
	refused(t, err, care.ErrNotFound)

	there := func() string {
		out := ""
		for i := range 5 {
			if _, err := f.Session(ctx, fmt.Sprint("s", i)); err == nil {
				out += fmt.Sprint(i)
			}
		}
		return out
	}
	for i, who := range []string{"ann", "bob", "ann", "", ""} {
		must(t, f.PutSession(ctx, session(fmt.Sprint("s", i), who, time.Duration(i)*time.Hour)))
	}
	for _, step := range []struct {
		before time.Duration
		who    string
		n      int
		left   string
	}{
		{0, "", 0, "01234"},
		{time.Hour, "", 1, "1234"},         // s0; s1 was seen at that moment and stays
		{0, "ann", 1, "134"},               // s2
		{2 * time.Hour, "nobody", 1, "34"}, // s1
		{9 * time.Hour, "", 2, ""},         // residents' too
	} {
		n, err := f.DeleteSessions(ctx, noon.Add(step.before), step.who)
		must(t, err)
		if n != step.n || there() != step.left {
			t.Fatalf("before +%v and %q: %d ended, %q left; want %d and %q", step.before, step.who, n, there(), step.n, step.left)
		}
	}
}

func testLimits(t *testing.T, f *fixture) {
	ctx := t.Context()
	const limit, window = 5, 10 * time.Minute
	start := noon.Truncate(window)
	try := func(key string, after time.Duration) bool {
		t.Helper()
		ok, err := f.Try(ctx, key, start.Add(after), limit, window)
		must(t, err)
		return ok
	}
	for i := range limit {
		if !try("a", time.Duration(i)*time.Second) {
			t.Fatalf("try %d of %d was refused", i+1, limit)
		}
	}
	for i := range 50 {
		if try("a", time.Minute+time.Duration(i)*time.Second) {
			t.Fatal("one too many was allowed")
		}
	}
	if !try("b", time.Minute) {
		t.Fatal("another key was refused")
	}
	if ok, err := f.Try(ctx, "a", start.Add(time.Minute), 20, 24*time.Hour); err != nil || !ok {
		t.Fatalf("the count of another window was mixed up: %v %v", ok, err)
	}
	// The turn of the window is no loophole: what was tried before still counts, less and less.
	if try("a", window+time.Second) {
		t.Fatal("the turn of the window gave a new start at once")
	}
	allowed := 0
	for i := range 600 { // a try every second through the next window; the refused ones did not count
		if try("a", window+time.Duration(i)*time.Second) {
			allowed++
		}
	}
	if allowed < limit-1 || allowed > limit {
		t.Fatalf("%d allowed in the window after, want %d or one less", allowed, limit)
	}
	if !try("a", 10*window) {
		t.Fatal("after a long rest the first was refused")
	}
	if ok, err := f.Try(ctx, "none", start, 0, window); err != nil || ok {
		t.Fatalf("a limit of 0 allowed one: %v %v", ok, err)
	}
	if _, err := f.Try(ctx, "odd", start, 1, 0); err == nil {
		t.Fatal("a window of nothing was taken")
	}

	oks := make([]bool, 40)
	for _, err := range race(len(oks), func(i int) (err error) {
		oks[i], err = f.Try(ctx, "crowd", start, limit, window)
		return err
	}) {
		must(t, err)
	}
	n := 0
	for _, ok := range oks {
		if ok {
			n++
		}
	}
	if n != limit {
		t.Fatalf("%d of a crowd came in, want %d", n, limit)
	}
}

func testReady(t *testing.T, f *fixture) {
	must(t, f.Ready(t.Context()))
	must(t, f.Ready(t.Context()))
}

// Nothing gives equality answers back, so what can be asked of every store is whether it takes them, and that the trail
// does not show that somebody answered.
func testEquality(t *testing.T, f *fixture) {
	ctx := t.Context()
	before := f.verbs(t, north, north)
	must(t, f.AddEquality(ctx, north, "2026-03", map[string]string{"sex": "female", "religion": "none"}))
	must(t, f.AddEquality(ctx, north, "2026-03", map[string]string{"sex": "female", "religion": "none"})) // as another person may
	must(t, f.AddEquality(ctx, south, "2026-12", nil))
	refused(t, f.AddEquality(ctx, "nowhere", "2026-03", map[string]string{"sex": "male"}), care.ErrNotFound)
	for _, month := range []string{"", "2026", "2026-3", "2026-13", "2026-03-02"} {
		if err := f.AddEquality(ctx, north, month, map[string]string{"sex": "male"}); err == nil {
			t.Errorf("the month %q was taken", month)
		}
	}
	same(t, f.verbs(t, north, north), before)
}
