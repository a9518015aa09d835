package storetest

import (
	"fmt"
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

	// A change is of a team as it was read: of two from the same state one wins, and neither is written over.
	was := care.Team{ID: "b", Council: north, Name: "Birch", Closed: true}
	next := was
	next.Name, next.Closed = "Beech", false
	must(t, f.ChangeTeam(t.Context(), was, next, f.event(north, "team.opened", "b")))
	other := was
	other.Name = "Oak"
	refused(t, f.ChangeTeam(t.Context(), was, other, f.event(north, "team.renamed", "b")), care.ErrConflict)
	taken := next
	taken.Name = "Ash"
	refused(t, f.ChangeTeam(t.Context(), next, taken, f.event(north, "team.renamed", "b")), care.ErrConflict)
	stolen := next
	stolen.Council = south
	refused(t, f.ChangeTeam(t.Context(), stolen, other, f.event(south, "team.renamed", "b")), care.ErrNotFound)
	if got, err = f.Teams(t.Context(), north); err != nil || len(got) != 2 || got[1] != next {
		t.Fatalf("%+v (%v)", got, err)
	}
	same(t, f.verbs(t, north, "b"), []string{"team.added", "team.changed", "team.opened"})
}

func testTeamRace(t *testing.T, f *fixture) {
	was := care.Team{ID: "b", Council: north, Name: "Beech"}
	must(t, f.PutTeam(t.Context(), was, f.event(north, "team.added", "b")))
	names := make([]care.Team, 8)
	for i := range names {
		names[i] = was
		names[i].Name = fmt.Sprint("Name ", i)
	}
	won := oneWins(t, race(len(names), func(i int) error {
		return f.ChangeTeam(t.Context(), was, names[i], f.event(north, "team.renamed", "b"))
	}))
	got, err := f.Teams(t.Context(), north)
	must(t, err)
	same(t, got, []care.Team{names[won]})
}

func testUndo(t *testing.T, f *fixture) {
	ctx, p, a := t.Context(), f.worker(t, north), f.newCase(t, north)
	nothing := func() {
		t.Helper()
		_, err := f.UndoOf(ctx, north, p.ID)
		refused(t, err, care.ErrNotFound)
	}
	nothing()
	give := func(until time.Time) care.Undo {
		t.Helper()
		m, back := care.MoveOf(a), care.MoveOf(a)
		m.To.Worker, m.To.WorkerName = p.ID, "Pat Example"
		back.Version++
		back.DueAt = back.DueAt.UTC()
		undo := care.Undo{Council: north, Practitioner: p.ID, Moves: []care.Move{back}, Until: until}
		must(t, f.GiveCases(ctx, north, []care.Move{m}, undo, f.event(north, "case.assigned", a.ID)))
		a.Version, a.Placing = a.Version+1, m.To
		return undo
	}
	undo := give(noon.Add(10 * time.Minute))
	got, err := f.UndoOf(ctx, north, p.ID)
	must(t, err)
	same(t, got, undo)
	_, err = f.UndoOf(ctx, south, p.ID)
	refused(t, err, care.ErrNotFound)

	// A refused one keeps what there is to undo; one that was undone leaves nothing.
	stale := undo.Moves[0]
	stale.Version--
	refused(t, f.GiveCases(ctx, north, []care.Move{stale}, care.Undo{Council: north, Practitioner: p.ID}, f.event(north, "case.assigned", a.ID)), care.ErrConflict)
	if got, err = f.UndoOf(ctx, north, p.ID); err != nil || len(got.Moves) != 1 {
		t.Fatalf("%+v (%v)", got, err)
	}
	must(t, f.GiveCases(ctx, north, undo.Moves, care.Undo{Council: north, Practitioner: p.ID}, f.event(north, "case.assignment-undone", a.ID)))
	nothing()
	a.Version, a.Placing = a.Version+1, undo.Moves[0].To

	// What nobody can undo any more goes when somebody else gives cases.
	give(noon.Add(-time.Minute))
	q := f.worker(t, north)
	must(t, f.GiveCases(ctx, north, nil, care.Undo{Council: north, Practitioner: q.ID}, f.event(north, "case.assigned", a.ID)))
	nothing()
}

func testTwins(t *testing.T, f *fixture) {
	ctx, a, b := t.Context(), f.newCase(t, north), f.newCase(t, north, func(a *care.Assessment) { a.Priority = care.PriorityRoutine })
	mark := func(of string) {
		t.Helper()
		now, err := f.Assessment(ctx, north, a.ID)
		must(t, err)
		m := care.MoveOf(now)
		m.To.DuplicateOf = of
		must(t, f.MoveCases(ctx, north, []care.Move{m}, f.event(north, "case.marked", a.ID)))
	}
	mark(b.ID)
	same(t, f.lanes(t), map[care.Lane][]string{care.LaneOpen: {b.Reference}, care.LaneDuplicate: {a.Reference}})
	if got := f.queue(t, care.QueueQuery{Council: north, Lane: care.LaneDuplicate}, 10); got[0].DuplicateOf != b.ID {
		t.Fatalf("the line says it is a duplicate of %q", got[0].DuplicateOf)
	}
	twins := func(id string, goesOn bool, want care.Assessment) {
		t.Helper()
		got, err := f.Twins(ctx, north, id)
		must(t, err)
		if len(got) != 1 || got[0].ID != want.ID || got[0].Reference != want.Reference || got[0].GoesOn != goesOn {
			t.Fatalf("%+v", got)
		}
	}
	twins(a.ID, true, b)
	twins(b.ID, false, a)
	if got, err := f.Twins(ctx, south, b.ID); err != nil || len(got) != 0 {
		t.Fatalf("another council reads %+v (%v)", got, err)
	}

	// What a citizen adds to the one is news on both, and what is pressing brings both forward.
	e := f.entry(a.ID)
	e.By = care.ActorCitizen
	must(t, f.AddUrgent(ctx, north, e, care.PrioritySafety, f.event(north, "addition.sent", a.ID)))
	for _, id := range []string{a.ID, b.ID} {
		got, err := f.Assessment(ctx, north, id)
		must(t, err)
		if got.NewsAt.IsZero() || got.Priority != care.PrioritySafety {
			t.Errorf("%s: news at %v, priority %d", id, got.NewsAt, got.Priority)
		}
	}
	account := f.newAccount(t, north, a.ID)
	account.Adapted = true
	e = f.entry(a.ID)
	e.ID, e.Kind = account.ID, care.EntryAccount
	must(t, f.JoinAccount(ctx, account, e, f.event(north, "account.sent", a.ID)))
	for _, id := range []string{a.ID, b.ID} {
		got, err := f.Assessment(ctx, north, id)
		must(t, err)
		if !got.Adapted {
			t.Errorf("%s: that somebody needs another format is not seen", id)
		}
	}

	// It is asked after, counted and listed once, until the mark goes.
	waiting, err := f.Waiting(ctx, north, noon.AddDate(1, 0, 0), 10)
	must(t, err)
	same(t, waiting, []string{b.ID})
	open, err := f.OpenFigures(ctx, north, noon, noon, []time.Duration{0})
	must(t, err)
	if len(open) != 1 || open[0].Open != 1 {
		t.Fatalf("counted as %+v", open)
	}
	weeks, err := f.WeekFigures(ctx, north, []time.Time{a.SentAt.AddDate(0, 0, -1)})
	must(t, err)
	if weeks[0].In != 1 {
		t.Fatalf("%d came in", weeks[0].In)
	}
	mark("")
	same(t, len(f.lanes(t)[care.LaneOpen]), 2)
	if got, err := f.Twins(ctx, north, b.ID); err != nil || len(got) != 0 {
		t.Fatalf("%+v (%v)", got, err)
	}
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
