package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"threshold/internal/care"
)

// testTallies: what an event counts is counted with it, once, or not at all.
func testTallies(t *testing.T, f *fixture) {
	ctx := t.Context()
	count := func(council string) []care.Figure {
		t.Helper()
		all, err := f.Figures(ctx, council, "2026-01", care.TallySent, care.TallyShown)
		must(t, err)
		return all
	}
	a := f.draft(north)
	ev := f.event(north, "assessment.sent", a.ID)
	ev.Tallies = []care.Tally{{Name: care.TallySent, Key: "adult-needs/likely_met", N: 1}}
	must(t, f.CreateAssessment(ctx, a, ev))
	refused(t, f.CreateAssessment(ctx, a, ev), care.ErrConflict) // and counts nothing
	ev.ID, ev.Tallies[0].N, ev.Tallies[0].At = "", 4, noon.AddDate(0, -1, 0)
	must(t, f.AddEventOnce(ctx, ev))
	same(t, count(north), []care.Figure{
		{Name: care.TallySent, Month: "2026-02", Key: "adult-needs/likely_met", N: 4},
		{Name: care.TallySent, Month: "2026-03", Key: "adult-needs/likely_met", N: 1},
	})
	ev.ID, ev.Tallies[0].N, ev.Tallies[0].At = "", -1, noon // taken back to nothing
	must(t, f.AddEventOnce(ctx, ev))
	if got := count(north); len(got) != 1 || got[0].N != 4 {
		t.Errorf("after taking back: %+v", got)
	}
	once := f.event(north, "result.shown", a.ID)
	once.ID, once.Tallies = "one-id", []care.Tally{{Name: care.TallyShown, Key: "adult-needs/cannot_tell", N: 1}}
	for range 3 {
		must(t, f.AddEventOnce(ctx, once))
	}
	if got := count(north); len(got) != 2 || got[1].N != 1 {
		t.Errorf("shown once: %+v", got)
	}
	// In England the month begins an hour before midnight UTC in summer.
	summer := f.event(north, "assessment.sent", a.ID)
	summer.Tallies = []care.Tally{{Name: care.TallySent, Key: "x", N: 1, At: time.Date(2026, 6, 30, 23, 30, 0, 0, time.UTC)}}
	must(t, f.AddEventOnce(ctx, summer))
	all, err := f.Figures(ctx, north, "2026-07", care.TallySent)
	must(t, err)
	if len(all) != 1 {
		t.Errorf("half past midnight on 1 July is counted in %+v", all)
	}
	if got := count(south); len(got) != 0 {
		t.Errorf("another council counts %+v", got)
	}
}

// testFigures: open cases are counted by what can be seen of them, without tests, drafts and what is signed.
func testFigures(t *testing.T, f *fixture) {
	ctx := t.Context()
	now := noon.AddDate(0, 0, 30)
	team := care.Team{ID: "east", Council: north, Name: "East"}
	must(t, f.PutTeam(ctx, team, f.event(north, "team.put", "east")))
	add := func(council string, daysAgo int, change func(*care.Assessment)) care.Assessment {
		t.Helper()
		return f.newCase(t, council, func(a *care.Assessment) {
			a.SentAt, a.DueAt, a.Priority = now.AddDate(0, 0, -daysAgo), now.AddDate(0, 0, 5-daysAgo), care.PriorityRoutine
			if change != nil {
				change(a)
			}
		})
	}
	add(north, 0, nil)
	add(north, 3, func(a *care.Assessment) { a.Priority = care.PrioritySafety })
	late := add(north, 9, func(a *care.Assessment) { a.Kind = care.KindCarer })
	signed := add(north, 10, nil)
	test := add(north, 11, nil)
	add(south, 2, nil)
	f.newDraft(t, north)
	move := func(a care.Assessment, change func(*care.Move)) {
		t.Helper()
		m := care.MoveOf(a)
		change(&m)
		must(t, f.MoveCases(ctx, north, []care.Move{m}, f.event(north, "case.moved", a.ID)))
	}
	move(late, func(m *care.Move) { m.To.Team, m.To.Worker, m.To.WorkerName = "east", "p", "Pat Example" })
	move(test, func(m *care.Move) { m.To.Test = true })
	must(t, f.SignCase(ctx, north, func() care.Determination {
		d := f.determination(signed.ID, 1)
		d.SignedAt = now.AddDate(0, 0, -1)
		return d
	}(), nil, f.event(north, "record.signed", signed.ID)))

	day := 24 * time.Hour
	open, err := f.OpenFigures(ctx, north, now, now, []time.Duration{0, 7 * day, 28 * day})
	must(t, err)
	slices.SortFunc(open, func(a, b care.OpenFigures) int { return len(a.Team) - len(b.Team) })
	same(t, open, []care.OpenFigures{
		{Kind: care.KindAdultNeeds, Open: 2, Unassigned: 2, Safety: 1, Waiting: []int{2, 0, 0}},
		{Team: "east", Kind: care.KindCarer, Open: 1, Overdue: 1, Waiting: []int{0, 1, 0}},
	})
	workers, err := f.WorkerFigures(ctx, north, now)
	must(t, err)
	slices.SortFunc(workers, func(a, b care.WorkerFigures) int { return len(a.Worker) - len(b.Worker) })
	same(t, workers, []care.WorkerFigures{{Open: 2}, {Worker: "p", Open: 1, Overdue: 1}})
	weeks, err := f.WeekFigures(ctx, north, []time.Time{now.AddDate(0, 0, -14), now.AddDate(0, 0, -7)})
	must(t, err)
	// 14 to 7 days ago: the late and the signed one; since then the other two. The test one is in neither.
	if weeks[0].In != 2 || weeks[0].Out != 0 || weeks[1].In != 1 || weeks[1].Out != 1 {
		t.Errorf("weeks: %+v", weeks)
	}
}

// testTrail: the trail comes newest first, page by page, narrowed as asked, for its council alone.
func testTrail(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := f.newCase(t, north)
	for i := range 7 {
		ev := f.event(north, []string{"case.viewed", "finding.saved"}[i%2], a.ID)
		ev.At, ev.ActorID = noon.Add(time.Duration(10+i)*time.Hour), []string{"p", "q"}[i%2]
		must(t, f.AddEventOnce(ctx, ev))
	}
	f.newCase(t, south)
	search := f.event(north, "trail.searched", north)
	search.At = noon.AddDate(0, 0, 5)
	var pages []string
	q := care.TrailQuery{Council: north, Verbs: []string{"case.viewed", "finding.saved"}, Limit: 3}
	for {
		page, err := f.Trail(ctx, q, search)
		must(t, err)
		for _, l := range page.Lines {
			if l.Reference != a.Reference || l.Kind != a.Kind || l.Council != north {
				t.Errorf("line %+v", l)
			}
			pages = append(pages, l.At.Format("15"))
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	if want := []string{"04", "03", "02", "01", "00", "23", "22"}; !slices.Equal(pages, want) {
		t.Errorf("events at %v, want %v", pages, want)
	}
	for name, one := range map[string]struct {
		q    care.TrailQuery
		want int
	}{
		"verb":              {care.TrailQuery{Verbs: []string{"case.viewed"}}, 4},
		"actor":             {care.TrailQuery{Actor: "q"}, 3},
		"actor and verb":    {care.TrailQuery{Actor: "q", Verbs: []string{"case.viewed"}}, 0},
		"subject":           {care.TrailQuery{Subject: a.ID, Verbs: []string{"finding.saved"}}, 3},
		"subject and actor": {care.TrailQuery{Subject: a.ID, Actor: "q"}, 3},
		"from":              {care.TrailQuery{Verbs: []string{"case.viewed"}, From: noon.Add(14 * time.Hour)}, 2},
		"to":                {care.TrailQuery{Verbs: []string{"case.viewed"}, To: noon.Add(14 * time.Hour)}, 2},
		"kind":              {care.TrailQuery{Kind: care.KindAdultNeeds, Verbs: []string{"case.viewed"}}, 4},
		"another kind":      {care.TrailQuery{Kind: care.KindCarer}, 0},
		"the searches":      {care.TrailQuery{Verbs: []string{"trail.searched"}}, 3},
		"saved answers":     {care.TrailQuery{Verbs: []string{"draft.saved"}}, 0},
	} {
		one.q.Council = north
		page, err := f.Trail(ctx, one.q)
		must(t, err)
		if len(page.Lines) != one.want || page.Next != "" {
			t.Errorf("%s: %d events, want %d", name, len(page.Lines), one.want)
		}
	}
	before := len(f.verbs(t, north, north))
	_, err := f.Trail(ctx, care.TrailQuery{Council: north, After: "nonsense"}, search)
	refused(t, err, care.ErrNotFound)
	if len(f.verbs(t, north, north)) != before {
		t.Error("a page that was never given out was searched")
	}
	refs, err := f.SignedAndNoted(ctx, north, "p", "finding.saved", noon, 10)
	must(t, err)
	if len(refs) != 0 {
		t.Errorf("noted before anything is signed: %v", refs)
	}
	must(t, f.SignCase(ctx, north, f.determination(a.ID, 1), nil, f.event(north, "record.signed", a.ID)))
	if refs, err = f.SignedAndNoted(ctx, north, "p", "finding.saved", noon, 10); err != nil || !slices.Equal(refs, []string{a.Reference}) {
		t.Errorf("noted: %v, %v", refs, err)
	}
	for _, other := range [][2]string{{south, "p"}, {north, "q"}} {
		if refs, err := f.SignedAndNoted(ctx, other[0], other[1], "finding.saved", noon, 10); err != nil || len(refs) != 0 {
			t.Errorf("noted for %v: %v, %v", other, refs, err)
		}
	}
}

// testAcknowledgements: one is kept once, for its council alone.
func testAcknowledgements(t *testing.T, f *fixture) {
	ctx := t.Context()
	a := care.Acknowledgement{Alert: "alert", At: noon, By: "p", ByName: "Pat Example", Note: "Ünusual, but fine."}
	must(t, f.Acknowledge(ctx, north, a, f.event(north, "access.acknowledged", "p")))
	again := a
	again.Note = "Something else"
	refused(t, f.Acknowledge(ctx, north, again, f.event(north, "access.acknowledged", "p")), care.ErrConflict)
	got, err := f.Acknowledgements(ctx, north, []string{"alert", "other"})
	must(t, err)
	if len(got) != 1 || got["alert"] != a {
		t.Errorf("got %+v", got)
	}
	if got, err := f.Acknowledgements(ctx, south, []string{"alert"}); err != nil || len(got) != 0 {
		t.Errorf("another council has %+v, %v", got, err)
	}
	if verbs := f.verbs(t, north, "p"); !slices.Equal(verbs, []string{"access.acknowledged"}) {
		t.Errorf("events %v", verbs)
	}
	if err := f.Acknowledge(ctx, "nowhere", a, f.event("nowhere", "access.acknowledged", "p")); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("a council that is not there: %v", err)
	}
}
