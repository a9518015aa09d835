package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"threshold/internal/care"
)

// queue reads all pages, limit lines at a time, and checks that they fit together.
func (f *fixture) queue(t *testing.T, q care.QueueQuery, limit int) []care.CaseLine {
	t.Helper()
	q.Limit = limit
	var all []care.CaseLine
	for {
		page, err := f.Queue(t.Context(), q)
		must(t, err)
		if len(page.Lines) > limit {
			t.Fatalf("%d lines on a page of %d", len(page.Lines), limit)
		}
		all = append(all, page.Lines...)
		if page.Next == "" {
			if page.Total != len(all) {
				t.Fatalf("the total says %d, the pages have %d", page.Total, len(all))
			}
			return all
		}
		if len(page.Lines) < limit {
			t.Fatalf("a short page of %d with more to come", len(page.Lines))
		}
		q.After = page.Next
	}
}

func testQueueOrder(t *testing.T, f *fixture) {
	now := noon.Add(100 * time.Hour)
	var want []string
	type row struct {
		priority  care.Priority
		due, sent time.Duration // from now
	}
	// In the order they must come: safety, urgent, routine; in each what is overdue longest; then due; then sent.
	rows := []row{
		{care.PrioritySafety, -2 * time.Hour, -60 * time.Hour},
		{care.PrioritySafety, 50 * time.Hour, -59 * time.Hour},
		{care.PriorityUrgent, -90 * time.Hour, -95 * time.Hour},
		{care.PriorityUrgent, 1 * time.Hour, -58 * time.Hour},
		{care.PriorityRoutine, -48 * time.Hour, -70 * time.Hour},
		{care.PriorityRoutine, -1 * time.Hour, -57 * time.Hour},
		{care.PriorityRoutine, 1 * time.Hour, -56 * time.Hour},
		{care.PriorityRoutine, 24 * time.Hour, -71 * time.Hour}, // due together: who sent first comes first
		{care.PriorityRoutine, 24 * time.Hour, -55 * time.Hour},
		{care.PriorityRoutine, 24 * time.Hour, -54 * time.Hour},
		{care.PriorityRoutine, 0, -80 * time.Hour}, // no due date: last
	}
	made := map[int]care.Assessment{}
	for _, i := range []int{5, 0, 10, 3, 8, 1, 9, 4, 2, 7, 6} {
		made[i] = f.newCase(t, north, func(a *care.Assessment) {
			a.Priority, a.SentAt, a.DueAt = rows[i].priority, now.Add(rows[i].sent), now.Add(rows[i].due)
			if rows[i].due == 0 {
				a.DueAt = time.Time{}
			}
		})
	}
	for i := range rows {
		want = append(want, made[i].Reference)
	}
	f.newDraft(t, north) // never in the queue
	f.newCase(t, south)
	for _, limit := range []int{1, 2, 3, 5, 10, 11, 12, 100} {
		lines := f.queue(t, care.QueueQuery{Council: north}, limit)
		var got []string
		for _, l := range lines {
			got = append(got, l.Reference)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("pages of %d: got %v, want %v", limit, got, want)
		}
		a := made[0]
		same(t, lines[0], care.CaseLine{
			ID: a.ID, Reference: a.Reference, Kind: a.Kind, Status: a.Status, Priority: a.Priority,
			SentAt: a.SentAt, DueAt: a.DueAt, Placing: a.Placing, Summary: a.Summary, Version: a.Version,
		})
	}

	// Somebody sends between two pages: nothing is shown twice and nothing left out.
	page, err := f.Queue(t.Context(), care.QueueQuery{Council: north, Limit: 4})
	must(t, err)
	f.newCase(t, north, func(a *care.Assessment) { a.Priority = care.PrioritySafety })
	rest, err := f.Queue(t.Context(), care.QueueQuery{Council: north, Limit: 100, After: page.Next})
	must(t, err)
	var got []string
	for _, l := range append(page.Lines, rest.Lines...) {
		got = append(got, l.Reference)
	}
	if !slices.Equal(got, want) {
		t.Fatalf("after somebody sent: got %v, want %v", got, want)
	}
}

func testQueueCursor(t *testing.T, f *fixture) {
	f.newCase(t, north)
	for _, after := range []string{"x", "!!!", "e30x", "bnVsbA0K' OR 1=1"} {
		_, err := f.Queue(t.Context(), care.QueueQuery{Council: north, After: after})
		refused(t, err, care.ErrNotFound)
	}
	_, err := f.Queue(t.Context(), care.QueueQuery{Council: "nowhere"})
	refused(t, err, care.ErrNotFound)
	for range 2 {
		f.newCase(t, north)
	}
	page, err := f.Queue(t.Context(), care.QueueQuery{Council: north, Limit: 1})
	must(t, err)
	for _, q := range []care.QueueQuery{{Sort: care.SortDue}, {Descending: true}} { // a place of another order is none here
		q.Council, q.After = north, page.Next
		_, err = f.Queue(t.Context(), q)
		refused(t, err, care.ErrNotFound)
	}
}

func testView(t *testing.T, f *fixture) {
	a := f.newCase(t, north)
	view := f.event(north, "case.viewed", "") // who looks by reference does not know the id yet
	got, err := f.CaseByReference(t.Context(), north, a.Reference, view)
	must(t, err)
	same(t, got, a)
	same(t, f.verbs(t, north, a.ID), []string{"draft.started", "assessment.sent", "case.viewed"})
	_, err = f.CaseByReference(t.Context(), north, "NOSUCHREF", view)
	refused(t, err, care.ErrNotFound)
	_, err = f.CaseByReference(t.Context(), north, "", view)
	refused(t, err, care.ErrNotFound)

	// A draft has no reference yet, and if it had, nobody but its writer may see it.
	d := f.draft(north)
	d.Reference = "DRAFTREF"
	must(t, f.CreateAssessment(t.Context(), d))
	_, err = f.CaseByReference(t.Context(), north, "DRAFTREF", view)
	refused(t, err, care.ErrNotFound)
	same(t, f.verbs(t, north, ""), []string{})
}

func testAssign(t *testing.T, f *fixture) {
	a := f.newCase(t, north)
	for _, worker := range []string{"ann", "bob", ""} {
		must(t, f.AssignCase(t.Context(), north, a.ID, a.Version, worker, worker+" Example", f.event(north, "case.assigned", a.ID)))
		a.Version++
		a.Worker, a.WorkerName = worker, worker+" Example"
		got, err := f.Assessment(t.Context(), north, a.ID)
		must(t, err)
		same(t, got, a)
	}
	refused(t, f.AssignCase(t.Context(), north, a.ID, a.Version-1, "ann", "Ann", f.event(north, "case.assigned", a.ID)), care.ErrConflict)
	refused(t, f.AssignCase(t.Context(), north, "missing", 1, "ann", "Ann", f.event(north, "case.assigned", "missing")), care.ErrNotFound)
	d := f.newDraft(t, north)
	refused(t, f.AssignCase(t.Context(), north, d.ID, d.Version, "ann", "Ann", f.event(north, "case.assigned", d.ID)), care.ErrNotFound)
	must(t, f.SignCase(t.Context(), north, f.determination(a.ID, 1), nil))
	refused(t, f.AssignCase(t.Context(), north, a.ID, a.Version+1, "ann", "Ann", f.event(north, "case.assigned", a.ID)), care.ErrLocked)
	same(t, f.verbs(t, north, a.ID), []string{"draft.started", "assessment.sent", "case.assigned", "case.assigned", "case.assigned"})
}

func testAssignRace(t *testing.T, f *fixture) {
	for range 20 {
		a := f.newCase(t, north)
		won := oneWins(t, race(racers, func(i int) error {
			return f.AssignCase(t.Context(), north, a.ID, a.Version, fmt.Sprint("w", i), "W", f.event(north, "case.assigned", a.ID))
		}))
		got, err := f.Assessment(t.Context(), north, a.ID)
		must(t, err)
		if got.Worker != fmt.Sprint("w", won) {
			t.Fatalf("w%d won, %s has it", won, got.Worker)
		}
	}
}

func testParts(t *testing.T, f *fixture) {
	ctx, a := t.Context(), f.newCase(t, north)
	parts, err := f.Parts(ctx, north, a.ID)
	must(t, err)
	if len(parts) != 0 {
		t.Fatal("papers from nowhere")
	}
	save := func(p care.Part) error { return f.SavePart(ctx, north, a.ID, p, f.event(north, "part.saved", a.ID)) }
	impact := care.Part{Name: "impact", Body: []byte(`{"cause":"yes"}`)}
	finding := care.Part{Name: "finding/nutrition", Body: []byte(`{"reason":"ünïcode"}`)}
	must(t, save(impact))
	must(t, save(finding))
	refused(t, save(impact), care.ErrConflict) // somebody else made it first
	impact.Version, impact.Body = 1, []byte(`{"cause":"no"}`)
	must(t, save(impact))
	refused(t, save(impact), care.ErrConflict)
	impact.Version = 7
	refused(t, save(impact), care.ErrConflict)
	impact.Version, finding.Version = 2, 1
	parts, err = f.Parts(ctx, north, a.ID)
	must(t, err)
	same(t, parts, []care.Part{finding, impact})
	refused(t, save(care.Part{Name: "never made", Version: 3, Body: []byte("{}")}), care.ErrConflict)

	d := f.newDraft(t, north) // a draft is nobody's to write on
	refused(t, f.SavePart(ctx, north, d.ID, care.Part{Name: "impact"}, f.event(north, "part.saved", d.ID)), care.ErrNotFound)
	_, err = f.Parts(ctx, north, d.ID)
	refused(t, err, care.ErrNotFound)
	same(t, f.verbs(t, north, a.ID), []string{"draft.started", "assessment.sent", "part.saved", "part.saved", "part.saved"})
}

func testPartRace(t *testing.T, f *fixture) {
	a := f.newCase(t, north)
	for version := range 20 { // the first round is for who makes it
		won := oneWins(t, race(racers, func(i int) error {
			p := care.Part{Name: "finding/nutrition", Version: version, Body: fmt.Appendf(nil, `"%d"`, i)}
			return f.SavePart(t.Context(), north, a.ID, p, f.event(north, "part.saved", a.ID))
		}))
		parts, err := f.Parts(t.Context(), north, a.ID)
		must(t, err)
		same(t, parts, []care.Part{{Name: "finding/nutrition", Version: version + 1, Body: fmt.Appendf(nil, `"%d"`, won)}})
	}
}

func testSign(t *testing.T, f *fixture) {
	ctx, a := t.Context(), f.newCase(t, north)
	for _, name := range []string{"impact", "record"} {
		must(t, f.SavePart(ctx, north, a.ID, care.Part{Name: name, Body: []byte("{}")}, f.event(north, "part.saved", a.ID)))
	}
	must(t, f.AddEntry(ctx, north, f.entry(a.ID)))
	d := f.determination(a.ID, 1)
	sign := func(d care.Determination, seen map[string]int) error {
		return f.SignCase(ctx, north, d, seen, f.event(north, "case.signed", a.ID), f.event(north, "case.closed", a.ID))
	}
	for name, seen := range map[string]map[string]int{
		"nothing was read":         nil,
		"one paper came":           {"impact": 1},
		"one paper changed":        {"impact": 1, "record": 2},
		"one paper went":           {"impact": 1, "record": 1, "contact/1": 1},
		"another paper was read":   {"impact": 1, "contact/1": 1},
		"one was read as not made": {"impact": 1, "record": 0},
		"an entry came":            {"impact": 1, "record": 1, care.SeenEntries: 0},
		"an entry went":            {"impact": 1, "record": 1, care.SeenEntries: 2},
	} {
		err := sign(d, seen)
		if err == nil {
			t.Fatalf("%s, and it was signed", name)
		}
		refused(t, err, care.ErrConflict)
	}
	later := d
	later.Version = 2
	read := map[string]int{"impact": 1, "record": 1, "finding/nutrition": 0, care.SeenEntries: 1}
	refused(t, sign(later, read), care.ErrConflict)
	forged := d
	forged.Body = []byte(`{"other":"body"}`)
	if err := sign(forged, read); err == nil {
		t.Fatal("a record whose hash is another's was signed")
	}
	ds, err := f.Determinations(ctx, north, a.ID)
	must(t, err)
	if len(ds) != 0 {
		t.Fatal("a refused record was kept")
	}

	must(t, sign(d, read))
	ds, err = f.Determinations(ctx, north, a.ID)
	must(t, err)
	same(t, ds, []care.Determination{d})
	a.Status, a.Version = care.StatusSigned, a.Version+1
	got, err := f.Assessment(ctx, north, a.ID)
	must(t, err)
	same(t, got, a)
	refused(t, sign(d, read), care.ErrConflict) // a second press
	refused(t, f.SavePart(ctx, north, a.ID, care.Part{Name: "impact", Version: 1, Body: []byte("{}")}, f.event(north, "part.saved", a.ID)), care.ErrLocked)
	refused(t, f.SavePart(ctx, north, a.ID, care.Part{Name: "new", Body: []byte("{}")}, f.event(north, "part.saved", a.ID)), care.ErrLocked)
	refused(t, f.SaveAssessment(ctx, a), care.ErrLocked)
	if lines := f.queue(t, care.QueueQuery{Council: north}, 10); len(lines) != 0 {
		t.Fatal("a signed case is still open")
	}
	same(t, f.verbs(t, north, a.ID), []string{"draft.started", "assessment.sent", "part.saved", "part.saved", "case.signed", "case.closed"})

	draft := f.newDraft(t, north)
	refused(t, f.SignCase(ctx, north, f.determination(draft.ID, 1), nil), care.ErrNotFound)
	_, err = f.Determinations(ctx, north, draft.ID)
	refused(t, err, care.ErrNotFound)
}

func testSignAgain(t *testing.T, f *fixture) {
	ctx, a := t.Context(), f.newCase(t, north)
	first, second := f.determination(a.ID, 1), f.determination(a.ID, 2)
	second.Decision = "not_eligible"
	must(t, f.SignCase(ctx, north, first, nil))
	oneWins(t, race(racers, func(i int) error {
		d := second
		d.ID = fmt.Sprint(second.ID, i)
		return f.SignCase(ctx, north, d, nil)
	}))
	ds, err := f.Determinations(ctx, north, a.ID)
	must(t, err)
	if len(ds) != 2 {
		t.Fatalf("%d records, want 2", len(ds))
	}
	second.ID = ds[1].ID
	same(t, ds, []care.Determination{first, second})
}

func testEvents(t *testing.T, f *fixture) {
	a := f.draft(north)
	var want []care.Event
	for i := range 5 {
		// Times run backwards: the order is that of writing, not of clocks.
		want = append(want, care.Event{
			ID: fmt.Sprint("event-", i), At: noon.Add(-time.Duration(i) * time.Hour), Council: north, Actor: care.ActorCitizen,
			ActorID: a.ID, Verb: fmt.Sprint("verb-", i), Subject: a.ID, Detail: "daily/nutrition",
		})
	}
	must(t, f.CreateAssessment(t.Context(), a, want[:2]...))
	must(t, f.SaveAssessment(t.Context(), a, want[2:]...))
	got, err := f.Events(t.Context(), north, a.ID)
	must(t, err)
	same(t, got, want)
	got, err = f.Events(t.Context(), south, a.ID)
	must(t, err)
	if len(got) != 0 {
		t.Fatal("another council reads the trail")
	}

	// An event without id and council gets both.
	b := f.newDraft(t, north)
	must(t, f.SaveAssessment(t.Context(), b, care.Event{At: noon, Verb: "bare", Subject: b.ID}))
	got, err = f.Events(t.Context(), north, b.ID)
	must(t, err)
	if last := got[len(got)-1]; last.ID == "" || last.Council != north || last.Verb != "bare" {
		t.Fatalf("a bare event came back as %+v", last)
	}
}
