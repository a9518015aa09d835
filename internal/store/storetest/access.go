package storetest

import (
	"testing"
	"time"

	"threshold/internal/care"
)

// worker stores a practitioner of a council, since access is given to those who are there.
func (f *fixture) worker(t *testing.T, council string) care.Practitioner {
	t.Helper()
	id := f.id("worker")
	p := care.Practitioner{ID: id, Council: council, Name: "Worker " + id, Email: id + "@example.com", Roles: []care.Role{care.RolePractitioner}, CreatedAt: noon}
	must(t, f.PutPractitioner(t.Context(), p, f.event(council, "practitioner.invited", id)))
	return p
}

func testTeams(t *testing.T, f *fixture) {
	must(t, f.PutTeam(t.Context(), care.Team{ID: "b", Council: north, Name: "Beech"}, f.event(north, "team.added", "b")))
	must(t, f.PutTeam(t.Context(), care.Team{ID: "a", Council: north, Name: "Ash"}, f.event(north, "team.added", "a")))
	must(t, f.PutTeam(t.Context(), care.Team{ID: "s", Council: south, Name: "Ash"}, f.event(south, "team.added", "s")))
	refused(t, f.PutTeam(t.Context(), care.Team{ID: "c", Council: north, Name: "Ash"}, f.event(north, "team.added", "c")), care.ErrConflict)
	// Another council's team is not theirs to change.
	refused(t, f.PutTeam(t.Context(), care.Team{ID: "b", Council: south, Name: "Stolen"}, f.event(south, "team.changed", "b")), care.ErrNotFound)
	must(t, f.PutTeam(t.Context(), care.Team{ID: "b", Council: north, Name: "Birch", Closed: true}, f.event(north, "team.changed", "b")))
	got, err := f.Teams(t.Context(), north)
	must(t, err)
	same(t, got, []care.Team{{ID: "a", Council: north, Name: "Ash"}, {ID: "b", Council: north, Name: "Birch", Closed: true}})
	same(t, f.verbs(t, north, "b"), []string{"team.added", "team.changed"})
}

func testMove(t *testing.T, f *fixture) {
	a, b := f.newCase(t, north), f.newCase(t, north)
	move := func(a care.Assessment) care.Move {
		m := care.MoveOf(a)
		m.To.Team, m.To.Worker, m.To.WorkerName, m.To.Test, m.To.HeldUntil = "team", "ann", "Ann Example", true, noon.Add(time.Hour)
		m.Priority, m.DueAt = care.PrioritySafety, noon.Add(2*time.Hour)
		m.Entries = []care.Entry{f.entry(a.ID)}
		return m
	}
	ma, mb := move(a), move(b)
	must(t, f.MoveCases(t.Context(), north, []care.Move{ma, mb}, f.event(north, "case.moved", a.ID), f.event(north, "case.moved", b.ID)))
	a.Version, a.Placing, a.Priority, a.DueAt = a.Version+1, ma.To, ma.Priority, ma.DueAt
	got, err := f.Assessment(t.Context(), north, a.ID)
	must(t, err)
	same(t, got, a)
	entries, err := f.Entries(t.Context(), north, b.ID)
	must(t, err)
	if len(entries) != 1 {
		t.Fatalf("%d entries came with the move", len(entries))
	}

	// One that has moved on takes the others, the entries and the events with it.
	stale := care.MoveOf(a)
	fresh, err := f.Assessment(t.Context(), north, b.ID)
	must(t, err)
	stale.Version--
	first := care.MoveOf(fresh)
	first.To.Team, first.Entries = "elsewhere", []care.Entry{f.entry(b.ID)}
	refused(t, f.MoveCases(t.Context(), north, []care.Move{first, stale}, f.event(north, "case.moved", b.ID)), care.ErrConflict)
	again, err := f.Assessment(t.Context(), north, b.ID)
	must(t, err)
	same(t, again, fresh)
	if entries, err = f.Entries(t.Context(), north, b.ID); err != nil || len(entries) != 1 {
		t.Fatalf("a move that failed left %d entries (%v)", len(entries), err)
	}
	refused(t, f.MoveCases(t.Context(), south, []care.Move{first}, f.event(south, "case.moved", b.ID)), care.ErrNotFound)
	// Only what was signed can be revised.
	first.To.Revising = true
	refused(t, f.MoveCases(t.Context(), north, []care.Move{first}, f.event(north, "case.moved", b.ID)), care.ErrConflict)
}

func testAccess(t *testing.T, f *fixture) {
	a, p, q := f.newCase(t, north), f.worker(t, north), f.worker(t, north)
	stranger := f.worker(t, south)
	standing := func() care.Standing {
		t.Helper()
		st, err := f.Standing(t.Context(), north, a.Reference, p.ID)
		must(t, err)
		return st
	}
	if st := standing(); st.Granted || st.Restricted || st.Case != a.ID || st.Status != care.StatusSent || st.Version != a.Version {
		t.Fatalf("a case that nobody touched: %+v", st)
	}
	_, err := f.Standing(t.Context(), south, a.Reference, stranger.ID)
	refused(t, err, care.ErrNotFound)

	until := noon.Add(time.Hour)
	broken := care.AccessChange{Case: a.ID, Given: []care.Grant{{Case: a.ID, Practitioner: p.ID, At: noon, Until: until}}, Entries: []care.Entry{f.entry(a.ID)}}
	must(t, f.SetAccess(t.Context(), north, broken, f.event(north, "case.broken-open", a.ID)))
	if st := standing(); !st.Granted || !st.Until.Equal(until) || st.Version != a.Version {
		t.Fatalf("opened with a reason: %+v", st)
	}
	// A name lasts, and a grant with an end does not shorten it.
	named := care.AccessChange{Case: a.ID, Version: a.Version, Restricted: true, Given: []care.Grant{{Practitioner: p.ID, At: noon}, {Practitioner: q.ID, At: noon}}}
	must(t, f.SetAccess(t.Context(), north, named, f.event(north, "case.restricted", a.ID)))
	must(t, f.SetAccess(t.Context(), north, care.AccessChange{Case: a.ID, Given: broken.Given}, f.event(north, "case.broken-open", a.ID)))
	if st := standing(); !st.Granted || !st.Until.IsZero() || !st.Restricted || st.Version != a.Version+1 {
		t.Fatalf("named: %+v", st)
	}
	grants, err := f.Grants(t.Context(), north, a.ID)
	must(t, err)
	same(t, grants, []care.Grant{{Case: a.ID, Practitioner: p.ID, At: noon}, {Case: a.ID, Practitioner: q.ID, At: noon}})
	if grants, err = f.Grants(t.Context(), south, a.ID); err != nil || len(grants) != 0 {
		t.Fatalf("another council reads %d grants (%v)", len(grants), err)
	}
	must(t, f.SetAccess(t.Context(), north, care.AccessChange{Case: a.ID, Ended: []string{p.ID}}, f.event(north, "case.unnamed", a.ID)))
	if standing().Granted {
		t.Fatal("a name that was taken off still opens")
	}

	refused(t, f.SetAccess(t.Context(), north, named, f.event(north, "case.restricted", a.ID)), care.ErrConflict)
	refused(t, f.SetAccess(t.Context(), south, care.AccessChange{Case: a.ID}, f.event(south, "case.named", a.ID)), care.ErrNotFound)
	outsider := care.AccessChange{Case: a.ID, Given: []care.Grant{{Practitioner: stranger.ID, At: noon}}}
	refused(t, f.SetAccess(t.Context(), north, outsider, f.event(north, "case.named", a.ID)), care.ErrNotFound)
}
