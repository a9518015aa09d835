package casework_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// team makes a team of the desk's council.
func (d *desk) team(t testing.TB, id string) {
	t.Helper()
	must(t, d.store.PutTeam(t.Context(), care.Team{ID: id, Council: "north", Name: "Team " + id}, care.Event{Verb: "team.put", Actor: care.ActorSystem, Subject: id, At: d.now}))
}

// lines reads the first page of a lane.
func (d *desk) lines(t testing.TB, actor care.Actor, lane care.Lane) []care.CaseLine {
	t.Helper()
	page, err := d.Queue(t.Context(), actor, care.QueueQuery{Lane: lane})
	must(t, err)
	return page.Lines
}

// pick is a case as it stands now.
func (d *desk) pick(t testing.TB, ref string) casework.Pick {
	t.Helper()
	return casework.Pick{Reference: ref, Version: mustOpen(t, d, d.ann, ref).Version}
}

func (d *desk) verbs(t testing.TB, ref string) []string {
	t.Helper()
	events, err := d.store.Events(t.Context(), "north", mustOpen(t, d, d.ann, ref).ID)
	must(t, err)
	var verbs []string
	for _, e := range events {
		verbs = append(verbs, e.Verb)
	}
	return verbs
}

// invalid are the fields and codes of a refusal.
func invalid(t testing.TB, err error) []string {
	t.Helper()
	refused := (*care.Invalid)(nil)
	if !errors.As(err, &refused) {
		t.Fatalf("%v is no refusal", err)
	}
	var out []string
	for _, p := range refused.Problems {
		out = append(out, p.Field+" "+p.Code)
	}
	return out
}

func TestAssignAndUndo(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	d.team(t, "east")
	d.team(t, "west")
	one, two := d.send(t, likely), d.send(t, likely)
	picks := []casework.Pick{d.pick(t, one), d.pick(t, two)}
	must(t, d.Assign(ctx, d.ann, picks, casework.GiveTo{Worker: d.bo.ID}))
	for _, ref := range []string{one, two} {
		if f := d.open(t, ref); f.Worker != d.bo.ID || f.WorkerName != "Bo Example" {
			t.Errorf("%s is with %q", ref, f.WorkerName)
		}
		if !slices.Contains(d.verbs(t, ref), "case.assigned") {
			t.Error("no event tells of it")
		}
	}
	if n := d.canUndo(t, d.ann); n != 2 || d.canUndo(t, d.bo) != 0 {
		t.Fatalf("%d to undo", n)
	}
	// The service may have begun anew meanwhile: nothing of it is in memory.
	anew := &casework.Service{Store: d.Store, Library: d.Library, Log: d.Log, Now: d.Now}
	must(t, anew.Undo(ctx, d.ann))
	if f := d.open(t, one); f.Worker != "" {
		t.Errorf("after undoing it is with %q", f.WorkerName)
	}
	if err := d.Undo(ctx, d.ann); !errors.Is(err, care.ErrConflict) {
		t.Errorf("undone twice: %v", err)
	}
	must(t, d.Assign(ctx, d.ann, []casework.Pick{d.pick(t, one)}, casework.GiveTo{Worker: d.bo.ID}))
	d.now = d.now.Add(casework.UndoLife)
	if err := d.Undo(ctx, d.ann); !errors.Is(err, care.ErrConflict) || d.canUndo(t, d.ann) != 0 {
		t.Errorf("undone when it was too late: %v", err)
	}
	must(t, d.Assign(ctx, d.ann, []casework.Pick{d.pick(t, one)}, casework.GiveTo{}))

	// Old versions: nothing is given, and the case in the way is named.
	var stuck *casework.Stuck
	fresh := d.pick(t, two)
	err := d.Assign(ctx, d.ann, []casework.Pick{fresh, picks[0]}, casework.GiveTo{Worker: d.bo.ID})
	if !errors.Is(err, care.ErrConflict) || !errors.As(err, &stuck) || stuck.Reference != one {
		t.Fatalf("of an old version: %v", err)
	}
	if d.open(t, two).Worker != "" {
		t.Error("one of two was given")
	}

	// Undo is off once somebody changed a case.
	must(t, d.Assign(ctx, d.ann, []casework.Pick{d.pick(t, one), d.pick(t, two)}, casework.GiveTo{Team: "east"}))
	d.change(t, d.bo.ID, func(p *care.Practitioner) { p.Team = "east" })
	d.bo.Team = "east"
	must(t, d.Take(ctx, d.bo, two, ""))
	if err := d.Undo(ctx, d.ann); !errors.Is(err, care.ErrConflict) {
		t.Fatalf("undone over somebody's work: %v", err)
	}
	if n := d.canUndo(t, d.ann); n != 2 {
		t.Errorf("a refused undo left %d to undo", n)
	}
	if f := mustOpen(t, d, d.bo, one); f.Team != "east" {
		t.Error("a refused undo changed a case")
	}

	// It is with a team: to another one it goes by a transfer.
	err = d.Assign(ctx, d.bo, []casework.Pick{{Reference: one, Version: mustOpen(t, d, d.bo, one).Version}}, casework.GiveTo{Team: "west"})
	if !errors.As(err, &stuck) || !stuck.WithTeam() {
		t.Errorf("taken from a team: %v", err)
	}
	// Ann is of no team: Bo's case does not open to her, and so she gives it to nobody.
	err = d.Assign(ctx, d.ann, []casework.Pick{{Reference: one, Version: mustOpen(t, d, d.bo, one).Version}}, casework.GiveTo{Worker: d.ann.ID})
	if !errors.Is(err, care.ErrForbidden) {
		t.Errorf("another team's case was given: %v", err)
	}
	for _, to := range []casework.GiveTo{{Worker: "nobody known"}, {Team: "nowhere"}, {Worker: d.staff(t, "south", "Cy Example", care.RolePractitioner).ID}, {Worker: d.staff(t, "north", "Di Example", care.RoleAuditor).ID}} {
		if got := invalid(t, d.Assign(ctx, d.bo, []casework.Pick{{Reference: one, Version: 1}}, to)); !slices.Equal(got, []string{"to unknown_option"}) {
			t.Errorf("%+v: %v", to, got)
		}
	}
}

// mustOpen opens a case without looking at its summary.
func mustOpen(t testing.TB, d *desk, actor care.Actor, ref string) casework.CaseFile {
	t.Helper()
	f, err := d.Open(t.Context(), actor, ref, "timeline")
	must(t, err)
	return f
}

func TestTheQueueHidesWhoseCaseItIs(t *testing.T) {
	d := newDesk(t)
	d.team(t, "east")
	ref := d.send(t, likely)
	if lines := d.lines(t, d.ann, ""); lines[0].Hidden || lines[0].Summary.Name == "" {
		t.Fatal("a case of no team is hidden")
	}
	must(t, d.Assign(t.Context(), d.ann, []casework.Pick{d.pick(t, ref)}, casework.GiveTo{Team: "east"}))
	for name, c := range map[string]struct {
		actor  care.Actor
		hidden bool
	}{
		"of no team":   {d.ann, true},
		"of the team":  {func() care.Actor { a := d.bo; a.Team = "east"; return a }(), false},
		"manager":      {d.staff(t, "north", "Mo Example", care.RoleManager), false},
		"the service":  {care.Actor{Kind: care.ActorSystem, Council: "north"}, false},
		"another team": {func() care.Actor { a := d.bo; a.Team = "west"; return a }(), true},
	} {
		l := d.lines(t, c.actor, "")[0]
		if l.Hidden != c.hidden || c.hidden != (l.Summary.Name == "") {
			t.Errorf("%s: hidden %v, name %q", name, l.Hidden, l.Summary.Name)
		}
		found, err := d.Search(t.Context(), c.actor, casework.Search{Name: "Kim Example"})
		must(t, err)
		if len(found.Lines) != 1 || c.hidden != (found.Lines[0].Summary.Name == "") {
			t.Errorf("%s finds %+v", name, found.Lines)
		}
	}
}

func TestTriageHoldAndTest(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	ref := d.send(t, likely)
	today := d.now.Format(time.DateOnly)
	for _, c := range []struct {
		priority, due, reason string
		want                  []string
	}{
		{"urgent", today, "No", []string{"reason reason"}},
		{"grave", today, because, []string{"priority choose_one"}},
		{"urgent", "", because, []string{"due enter"}},
		{"urgent", "2026-02-31", because, []string{"due date_real"}},
		{"urgent", d.now.AddDate(0, 0, -1).Format(time.DateOnly), because, []string{"due past"}},
		{"urgent", d.now.AddDate(2, 0, 0).Format(time.DateOnly), because, []string{"due far"}},
	} {
		if got := invalid(t, d.Triage(ctx, d.ann, d.pick(t, ref), c.priority, c.due, c.reason)); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v", c, got)
		}
	}
	old := d.pick(t, ref)
	must(t, d.Triage(ctx, d.ann, old, "urgent", today, because))
	if err := d.Triage(ctx, d.ann, old, "routine", today, because); !errors.Is(err, care.ErrConflict) {
		t.Errorf("over somebody's change: %v", err)
	}
	f := d.open(t, ref)
	last := f.Later[len(f.Later)-1]
	if f.Priority != care.PriorityUrgent || last.Kind != care.EntryTriage || last.Note.Text != because || last.Note.Choice != "urgent" || last.Note.ByName != "Ann Example" {
		t.Fatalf("after triage: %v, %+v", f.Priority, last)
	}
	if !slices.Contains(d.verbs(t, ref), "case.triaged") {
		t.Error("no event tells of it")
	}

	tomorrow := d.now.AddDate(0, 0, 1).Format(time.DateOnly)
	if got := invalid(t, d.Hold(ctx, d.ann, d.pick(t, ref), tomorrow, because)); !slices.Equal(got, []string{"until urgent"}) {
		t.Errorf("an urgent case waits: %v", got)
	}
	must(t, d.Triage(ctx, d.ann, d.pick(t, ref), "routine", today, because))
	if got := invalid(t, d.Hold(ctx, d.ann, d.pick(t, ref), today, "")); !slices.Equal(got, []string{"reason reason", "until past"}) {
		t.Errorf("held until today: %v", got)
	}
	must(t, d.Hold(ctx, d.ann, d.pick(t, ref), tomorrow, because))
	if len(d.lines(t, d.ann, "")) != 0 || len(d.lines(t, d.ann, care.LaneHeld)) != 1 {
		t.Fatal("a case on hold is among the open ones")
	}
	must(t, d.Escalate(ctx))
	if len(d.lines(t, d.ann, "")) != 0 {
		t.Fatal("it came back before its day")
	}
	d.now = d.now.AddDate(0, 0, 1)
	d.now = time.Date(d.now.Year(), d.now.Month(), d.now.Day(), 0, 0, 0, 0, time.UTC) // midnight in winter
	must(t, d.Escalate(ctx))
	if len(d.lines(t, d.ann, "")) != 1 {
		t.Fatal("it did not come back on its day")
	}
	must(t, d.Hold(ctx, d.ann, d.pick(t, ref), d.now.AddDate(0, 0, 9).Format(time.DateOnly), because))
	must(t, d.TakeOffHold(ctx, d.ann, ref))
	must(t, d.TakeOffHold(ctx, d.ann, ref))
	if len(d.lines(t, d.ann, "")) != 1 {
		t.Fatal("it was not taken off hold")
	}

	must(t, d.MarkTest(ctx, d.ann, d.pick(t, ref), true, because))
	if len(d.lines(t, d.ann, "")) != 0 || len(d.lines(t, d.ann, care.LaneTest)) != 1 {
		t.Fatal("a test is among the open ones")
	}
	must(t, d.MarkTest(ctx, d.ann, d.pick(t, ref), false, because))
	if len(d.lines(t, d.ann, "")) != 1 {
		t.Fatal("the mark stays")
	}
}

// canUndo is how many cases an actor could give back.
func (d *desk) canUndo(t *testing.T, actor care.Actor) int {
	t.Helper()
	n, err := d.CanUndo(t.Context(), actor)
	must(t, err)
	return n
}

func TestDuplicates(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	one, two := d.send(t, likely), d.send(t, likely)
	lines, err := d.Alike(ctx, d.ann, d.open(t, one))
	must(t, err)
	if len(lines) != 1 || lines[0].Reference != two {
		t.Fatalf("alike: %+v", lines)
	}
	for of, want := range map[string]string{"": "of reference", one: "of reference", "AAAAAAAAAA": "of reference"} {
		if got := invalid(t, d.MarkDuplicate(ctx, d.ann, d.pick(t, one), of, because)); !slices.Equal(got, []string{want}) {
			t.Errorf("a duplicate of %q: %v", of, got)
		}
	}
	sentAt := d.open(t, one).Version
	must(t, d.Triage(ctx, d.ann, d.pick(t, one), "urgent", d.now.Format(time.DateOnly), because))
	if err := d.MarkDuplicate(ctx, d.ann, casework.Pick{Reference: one, Version: sentAt}, two, because); !errors.Is(err, care.ErrConflict) {
		t.Errorf("marked over somebody's change: %v", err)
	}
	must(t, d.Triage(ctx, d.ann, d.pick(t, two), "routine", d.now.AddDate(0, 0, 5).Format(time.DateOnly), because))
	must(t, d.Hold(ctx, d.ann, d.pick(t, two), d.now.AddDate(0, 0, 9).Format(time.DateOnly), because))
	must(t, d.MarkDuplicate(ctx, d.ann, d.pick(t, one), casework.FormatReference(two), because))
	says := func(ref string, want care.Note) casework.CaseFile {
		t.Helper()
		f := d.open(t, ref)
		if last := f.Later[len(f.Later)-1]; last.Kind != care.EntryDuplicate || last.Note != want || f.Status != care.StatusSent {
			t.Errorf("%s says %+v", ref, last)
		}
		if verbs := d.verbs(t, ref); !slices.Contains(verbs, "case.marked") {
			t.Error("no event tells of it")
		}
		return f
	}
	ended := says(one, care.Note{Text: because, ByName: "Ann Example", Choice: casework.DuplicateOf, Outcome: two})
	goesOn := says(two, care.Note{Text: because, ByName: "Ann Example", Choice: casework.DuplicateHere, Outcome: one})
	if ended.GoesOn != two || !ended.Locked() || len(goesOn.Duplicates) != 1 || goesOn.Duplicates[0].Reference != one {
		t.Errorf("%s goes on with %q, %s stands for %+v", one, ended.GoesOn, two, goesOn.Duplicates)
	}
	// The one that goes on is as pressing as both, and what is pressing does not wait.
	if goesOn.Priority != care.PriorityUrgent || goesOn.DueAt.After(ended.DueAt) || !goesOn.HeldUntil.IsZero() {
		t.Errorf("priority %d, due %v, held until %v", goesOn.Priority, goesOn.DueAt, goesOn.HeldUntil)
	}
	if open := d.lines(t, d.ann, ""); len(open) != 1 || open[0].Reference != two || len(d.lines(t, d.ann, care.LaneDuplicate)) != 1 {
		t.Errorf("the open list has %+v", open)
	}
	whole, err := d.Whole(ctx, d.staff(t, "north", "Max Example", care.RoleManager))
	must(t, err)
	if all := whole.Total(); all.Open != 1 || whole.Weeks[len(whole.Weeks)-1].In != 1 {
		t.Errorf("%d open, %d came in", all.Open, whole.Weeks[len(whole.Weeks)-1].In)
	}

	// Work on it is refused, by a refusal that says why.
	for name, do := range map[string]func() error{
		"take": func() error { return d.Take(ctx, d.ann, one, "") },
		"find": func() error {
			return d.Find(ctx, d.ann, one, care.Finding{Outcome: "nutrition", Conclusion: care.NeedMore}, 0)
		},
		"hold":  func() error { return d.Hold(ctx, d.ann, d.pick(t, one), "2027-01-01", because) },
		"again": func() error { return d.MarkDuplicate(ctx, d.ann, d.pick(t, one), two, because) },
		"offer": func() error { return d.Offer(ctx, d.ann, one, casework.OfferTo{Council: "south"}, because) },
	} {
		if err := do(); !errors.Is(err, casework.ErrDuplicate) || !errors.Is(err, care.ErrLocked) {
			t.Errorf("%s: %v", name, err)
		}
	}
	three := d.send(t, likely)
	for name, c := range map[string]struct{ ref, of, want string }{
		"of a duplicate":     {three, one, "of duplicate"},
		"of another kind":    {three, d.send(t, cares), "of kind"},
		"one that goes on":   {two, three, "of stands_for"},
		"of one that signed": {three, d.signed(t, "eligible", nil), "of locked"},
	} {
		if got := invalid(t, d.MarkDuplicate(ctx, d.ann, d.pick(t, c.ref), c.of, because)); !slices.Equal(got, []string{c.want}) {
			t.Errorf("%s: %v", name, got)
		}
	}

	// A mistake is taken back, with a reason.
	if got := invalid(t, d.NotDuplicate(ctx, d.ann, d.pick(t, one), "")); !slices.Equal(got, []string{"reason reason"}) {
		t.Errorf("taken back without a reason: %v", got)
	}
	back := d.pick(t, one)
	must(t, d.NotDuplicate(ctx, d.ann, back, because))
	says(one, care.Note{Text: because, ByName: "Ann Example", Choice: casework.NoDuplicate, Outcome: two})
	says(two, care.Note{Text: because, ByName: "Ann Example", Choice: casework.NoDuplicateOfHere, Outcome: one})
	if err := d.NotDuplicate(ctx, d.ann, back, because); !errors.Is(err, care.ErrConflict) {
		t.Errorf("taken back twice: %v", err)
	}
	must(t, d.Take(ctx, d.ann, one, ""))
}

func TestEscalate(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	ref := d.send(t, likely)
	must(t, d.Triage(ctx, d.ann, d.pick(t, ref), "urgent", d.now.Format(time.DateOnly), because)) // opened by nobody's summary
	duty := func() int {
		t.Helper()
		page, err := d.Lead(ctx, d.ann, care.LeadDuty)
		must(t, err)
		return len(page.Lines)
	}
	d.now = d.now.Add(5 * time.Hour)
	must(t, d.Escalate(ctx))
	if duty() != 0 {
		t.Fatal("a council that set no hours has something escalated")
	}
	council := d.council
	council.Settings.UrgentHours = 4
	must(t, d.store.PutCouncil(ctx, council, care.Event{Verb: "council.put", Actor: care.ActorSystem, Subject: "north", At: d.now}))
	must(t, d.Escalate(ctx))
	must(t, d.Escalate(ctx))
	if duty() != 1 {
		t.Fatal("it was not escalated")
	}
	n := 0
	for _, verb := range d.verbs(t, ref) {
		if verb == "case.escalated" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("escalated %d times", n)
	}
	_, err := d.Open(ctx, d.ann, ref, casework.PageSummary)
	must(t, err)
	if duty() != 0 {
		t.Error("what was opened stays with the duty rota")
	}
}

func TestSearchIsWrittenDownWithoutItsTerm(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	d.send(t, likely)
	for _, in := range []casework.Search{{}, {Reference: "short"}, {Born: "1950-13-01"}} {
		if _, err := d.Search(ctx, d.ann, in); len(invalid(t, err)) != 1 {
			t.Errorf("%+v: %v", in, err)
		}
	}
	_, err := d.Search(ctx, d.ann, casework.Search{Name: "Kim", Born: "1950-03-27"})
	must(t, err)
	if _, err := d.Search(ctx, d.staff(t, "north", "Di Example", care.RoleAdmin), casework.Search{Name: "Kim"}); !errors.Is(err, care.ErrForbidden) {
		t.Errorf("an admin searches: %v", err)
	}
	events, err := d.store.Events(ctx, "north", d.ann.ID)
	must(t, err)
	last := events[len(events)-1]
	if last.Verb != "search.made" || last.Detail != "name+born" {
		t.Errorf("the trail says %+v", last)
	}
}
