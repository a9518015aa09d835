package storetest

import (
	"slices"
	"testing"
	"time"

	"threshold/internal/care"
)

// finish signs a case at a moment.
func (f *fixture) finish(t *testing.T, a care.Assessment, version int, at time.Time) {
	t.Helper()
	d := f.determination(a.ID, version)
	d.SignedAt = at
	must(t, f.SignCase(t.Context(), a.Council, d, nil))
}

// agreed brings cases to where they are destroyed once until has come.
func (f *fixture) agreed(t *testing.T, before, until time.Time, cases ...care.Assessment) {
	t.Helper()
	for _, a := range cases {
		step := care.DisposalStep{References: []string{a.Reference}, Before: before, By: "p", At: noon, Until: until}
		must(t, f.ProposeDisposal(t.Context(), a.Council, step, f.event(a.Council, "disposal.proposed", "")))
		step.By = "q"
		must(t, f.AgreeDisposal(t.Context(), a.Council, step, f.event(a.Council, "disposal.agreed", "")))
	}
}

func (f *fixture) dispose(t *testing.T, before, at time.Time, cases ...care.Assessment) int {
	t.Helper()
	var all []care.Disposed
	for _, a := range cases {
		all = append(all, care.Disposed{Case: a.ID, Council: a.Council, Reference: a.Reference, Ending: "eligible", At: at})
	}
	n, err := f.Dispose(t.Context(), cases[0].Council, all, before, f.event(cases[0].Council, "case.disposed", ""), f.event(cases[0].Council, "disposal.dropped", ""))
	must(t, err)
	return n
}

// disposals lists the references in a state, page by page.
func (f *fixture) disposals(t *testing.T, council string, state care.DisposalState, before, now time.Time, limit int) (refs []string) {
	t.Helper()
	q := care.DisposalQuery{Council: council, State: state, Before: before, Now: now, Limit: limit}
	for {
		page, err := f.Disposals(t.Context(), q)
		must(t, err)
		if len(page.Lines) > limit {
			t.Fatalf("%d lines on a page of %d", len(page.Lines), limit)
		}
		for _, l := range page.Lines {
			refs = append(refs, l.Reference)
		}
		if q.After = page.Next; q.After == "" {
			if page.Total != len(refs) || page.More {
				t.Errorf("%d counted as %s, %d listed", page.Total, state, len(refs))
			}
			return refs
		}
	}
}

func refsOf(all ...care.Assessment) (refs []string) {
	for _, a := range all {
		refs = append(refs, a.Reference)
	}
	return refs
}

// testDue: what was finished before a moment is due, in order and once; what is worked on, another council's, and what is kept is not.
func testDue(t *testing.T, f *fixture) {
	ctx, before := t.Context(), noon.AddDate(1, 0, 0)
	var due []care.Assessment
	for i := range 5 {
		a := f.newCase(t, north)
		f.finish(t, a, 1, noon.Add(time.Duration(5-i)*time.Hour))
		due = append([]care.Assessment{a}, due...)
	}
	f.newCase(t, north)
	f.newDraft(t, north)
	late, other, again := f.newCase(t, north), f.newCase(t, south), f.newCase(t, north)
	f.finish(t, late, 1, before)
	f.finish(t, other, 1, noon)
	f.finish(t, again, 1, noon)
	revised, err := f.Assessment(ctx, north, again.ID)
	must(t, err)
	m := care.MoveOf(revised)
	m.To.Revising = true
	must(t, f.MoveCases(ctx, north, []care.Move{m}, f.event(north, "record.revised", again.ID)))
	for _, limit := range []int{1, 2, 50} {
		same(t, f.disposals(t, north, care.DisposalDue, before, noon, limit), refsOf(due...))
	}
	same(t, f.disposals(t, south, care.DisposalDue, before, noon, 50), refsOf(other))
	if got := f.disposals(t, north, care.DisposalDue, time.Time{}, noon, 50); got != nil {
		t.Errorf("without a time %v are due", got)
	}
	_, err = f.Disposals(ctx, care.DisposalQuery{Council: north, State: care.DisposalDue, Before: before, Now: noon, After: "nonsense"})
	refused(t, err, care.ErrNotFound)

	// A next record begins the time anew.
	f.finish(t, again, 2, before.Add(time.Hour))
	same(t, f.disposals(t, north, care.DisposalDue, before.Add(time.Minute), noon, 50), append(refsOf(due...), late.Reference))

	// Kept until a day, and due again from then on. Pressed twice it is kept once.
	until := noon.AddDate(0, 3, 0)
	step := care.DisposalStep{References: refsOf(due[1], due[3]), Before: before, By: "p", At: noon, Until: until, Why: "court", Note: "A hearing in May."}
	for range 2 {
		must(t, f.KeepCases(ctx, north, step, f.event(north, "disposal.kept", "")))
	}
	if got := f.verbs(t, north, due[1].ID); !slices.Equal(got, []string{"draft.started", "assessment.sent", "disposal.kept"}) {
		t.Errorf("events: %v", got)
	}
	same(t, f.disposals(t, north, care.DisposalDue, before, noon, 50), refsOf(due[0], due[2], due[4]))
	same(t, f.disposals(t, north, care.DisposalKept, before, noon, 1), refsOf(due[3], due[1])) // until the same moment: by id
	same(t, f.disposals(t, north, care.DisposalDue, before, until, 50), refsOf(due...))
	if got := f.disposals(t, north, care.DisposalKept, before, until, 50); got != nil {
		t.Errorf("still kept: %v", got)
	}
	page, err := f.Disposals(ctx, care.DisposalQuery{Council: north, State: care.DisposalKept, Now: noon})
	must(t, err)
	if l := page.Lines[0]; l.Why != "court" || l.Note != "A hearing in May." || l.ByID != "p" || !l.At.Equal(until) || l.Kind != care.KindAdultNeeds {
		t.Errorf("kept as %+v", l)
	}
	refused(t, f.ProposeDisposal(ctx, north, care.DisposalStep{References: refsOf(due[1]), Before: before, By: "p", At: noon}, f.event(north, "disposal.proposed", "")), care.ErrConflict)
	must(t, f.ProposeDisposal(ctx, north, care.DisposalStep{References: refsOf(due[1]), Before: before, By: "p", At: until}, f.event(north, "disposal.proposed", "")))
	refused(t, f.KeepCases(ctx, north, step, f.event(north, "disposal.kept", "")), care.ErrConflict)
	must(t, f.TakeBackDisposal(ctx, north, step, f.event(north, "disposal.taken-back", "")))
	same(t, f.disposals(t, north, care.DisposalDue, before, noon, 50), refsOf(due...))

	// What is not due can be neither kept nor proposed, and takes the rest of the step along.
	for _, wrong := range []care.Assessment{late, again, other} {
		step := care.DisposalStep{References: refsOf(due[0], wrong), Before: before, By: "p", At: noon, Until: until, Why: "court"}
		refused(t, f.KeepCases(ctx, north, step, f.event(north, "disposal.kept", "")), care.ErrConflict)
		refused(t, f.ProposeDisposal(ctx, north, step, f.event(north, "disposal.proposed", "")), care.ErrConflict)
	}
	same(t, f.disposals(t, north, care.DisposalDue, before, noon, 50), refsOf(due...))
}

// testStops: what stands in the way of a destruction is told, and refuses it at each of its three steps.
func testStops(t *testing.T, f *fixture) {
	ctx, before, until := t.Context(), noon.AddDate(1, 0, 0), noon.AddDate(0, 0, 7)
	stopOf := func(state care.DisposalState, ref string) care.DisposalStop {
		t.Helper()
		page, err := f.Disposals(ctx, care.DisposalQuery{Council: north, State: state, Before: before, Now: noon, Limit: 100})
		must(t, err)
		i := slices.IndexFunc(page.Lines, func(l care.DisposalLine) bool { return l.Reference == ref })
		if i < 0 {
			return "not listed"
		}
		return page.Lines[i].Stop
	}
	for _, c := range []struct {
		name string
		want care.DisposalStop
		stop func(a care.Assessment)
	}{
		{"news", care.StopNews, func(a care.Assessment) {
			e := f.entry(a.ID)
			e.By = care.ActorCitizen
			must(t, f.AddEntry(ctx, north, e))
		}},
		{"a copy is owed", care.StopOwed, func(a care.Assessment) {
			e := f.entry(a.ID)
			e.By, e.Owe = care.ActorPractitioner, care.Owed{What: care.OwesCopy, From: noon}
			must(t, f.AddEntry(ctx, north, e))
		}},
		{"read with an open case", care.StopLinked, func(a care.Assessment) {
			l := care.CaseLink{ID: f.id("link"), Council: north, Adult: f.newCase(t, north).ID, Carer: a.ID, Since: noon}
			must(t, f.LinkCases(ctx, l, nil))
		}},
		{"an open case reads it", care.StopLinked, func(a care.Assessment) {
			l := care.CaseLink{ID: f.id("link"), Council: north, Adult: a.ID, Carer: f.newCase(t, north).ID, Since: noon}
			must(t, f.LinkCases(ctx, l, nil))
		}},
		{"something was begun from it", care.StopLinked, func(a care.Assessment) {
			d := f.draft(north)
			d.LinkedTo = a.ID
			must(t, f.CreateAssessment(ctx, d))
		}},
		{"it is opened again", care.StopOpen, func(a care.Assessment) {
			now, err := f.Assessment(ctx, north, a.ID)
			must(t, err)
			m := care.MoveOf(now)
			m.To.Revising = true
			must(t, f.MoveCases(ctx, north, []care.Move{m}))
		}},
	} {
		make := func() care.Assessment {
			a := f.newCase(t, north)
			f.finish(t, a, 1, noon)
			return a
		}
		step := func(a care.Assessment, by string) care.DisposalStep {
			return care.DisposalStep{References: refsOf(a), Before: before, By: by, At: noon, Until: until}
		}
		early, proposed, agreed := make(), make(), make()
		must(t, f.ProposeDisposal(ctx, north, step(proposed, "p"), f.event(north, "disposal.proposed", "")))
		f.agreed(t, before, until, agreed)
		for _, a := range []care.Assessment{early, proposed, agreed} {
			c.stop(a)
		}
		refused(t, f.ProposeDisposal(ctx, north, step(early, "p"), f.event(north, "disposal.proposed", "")), care.ErrConflict)
		refused(t, f.AgreeDisposal(ctx, north, step(proposed, "q"), f.event(north, "disposal.agreed", "")), care.ErrConflict)
		if got := stopOf(care.DisposalAgreed, agreed.Reference); got != c.want {
			t.Errorf("%s: told as %q", c.name, got)
		}
		if n := f.dispose(t, before, until, agreed); n != 0 {
			t.Errorf("%s: destroyed", c.name)
		}
		if got := f.verbs(t, north, agreed.ID); got[len(got)-1] != "disposal.dropped" {
			t.Errorf("%s: no event that it came off the list: %v", c.name, got)
		}
		if got := stopOf(care.DisposalAgreed, agreed.Reference); got != "not listed" {
			t.Errorf("%s: still agreed, %q", c.name, got)
		}
		if _, err := f.Assessment(ctx, north, agreed.ID); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}

	// The council's time was made longer meanwhile.
	a := f.newCase(t, north)
	f.finish(t, a, 1, noon)
	f.agreed(t, before, until, a)
	if n := f.dispose(t, noon, until, a); n != 0 {
		t.Error("not due any more, and destroyed")
	}
}

// testTwoPeople: nobody destroys alone, twice is once, and it can be taken back until it is done.
func testTwoPeople(t *testing.T, f *fixture) {
	ctx, before, until := t.Context(), noon.AddDate(1, 0, 0), noon.AddDate(0, 0, 7)
	a := f.newCase(t, north)
	f.finish(t, a, 1, noon)
	step := func(by string) care.DisposalStep {
		return care.DisposalStep{References: refsOf(a), Before: before, By: by, At: noon, Until: until}
	}
	event := func(verb string) care.Event { return f.event(north, verb, "") }
	refused(t, f.AgreeDisposal(ctx, north, step("q"), event("disposal.agreed")), care.ErrConflict) // nobody proposed it
	if n := f.dispose(t, before, until, a); n != 0 {
		t.Error("destroyed, and nobody said so")
	}
	for range 2 {
		must(t, f.ProposeDisposal(ctx, north, step("p"), event("disposal.proposed")))
	}
	refused(t, f.ProposeDisposal(ctx, north, step("q"), event("disposal.proposed")), care.ErrConflict)
	refused(t, f.AgreeDisposal(ctx, north, step("p"), event("disposal.agreed")), care.ErrForbidden)
	if n := f.dispose(t, before, until, a); n != 0 {
		t.Error("destroyed, and one person said so")
	}
	for range 2 {
		must(t, f.AgreeDisposal(ctx, north, step("q"), event("disposal.agreed")))
	}
	if n := f.dispose(t, before, until.Add(-time.Second), a); n != 0 {
		t.Error("destroyed before the time was over in which it can be taken back")
	}
	for range 2 {
		must(t, f.TakeBackDisposal(ctx, north, step("r"), event("disposal.taken-back")))
	}
	if n := f.dispose(t, before, until, a); n != 0 {
		t.Error("destroyed, and it was taken back")
	}
	f.agreed(t, before, until, a)
	_, err := f.DisposedCase(ctx, north, a.Reference)
	refused(t, err, care.ErrNotFound)
	if n := f.dispose(t, before, until, a, a); n != 1 {
		t.Errorf("%d destroyed, want 1", n)
	}
	want := []string{"draft.started", "assessment.sent", "disposal.proposed", "disposal.agreed", "disposal.taken-back", "disposal.proposed", "disposal.agreed", "case.disposed"}
	if got := f.verbs(t, north, a.ID); !slices.Equal(got, want) {
		t.Errorf("events: %v", got)
	}
	for name, err := range map[string]error{
		"take back":   f.TakeBackDisposal(ctx, north, step("p"), event("disposal.taken-back")),
		"keep":        f.KeepCases(ctx, north, step("p"), event("disposal.kept")),
		"propose":     f.ProposeDisposal(ctx, north, step("p"), event("disposal.proposed")),
		"agree again": f.AgreeDisposal(ctx, north, step("q"), event("disposal.agreed")),
	} {
		t.Log(name)
		refused(t, err, care.ErrConflict)
	}
}

// testDisposed: everything of a destroyed case is gone, what is left can be held against its reference by its council alone, it counts in
// its weeks as before, and its neighbours are untouched.
func testDisposed(t *testing.T, f *fixture) {
	ctx, before, until := t.Context(), noon.AddDate(1, 0, 0), noon.AddDate(0, 0, 7)
	make := func() care.Assessment {
		a := f.newCase(t, north)
		must(t, f.AddEntry(ctx, north, f.entry(a.ID)))
		must(t, f.SavePart(ctx, north, a.ID, care.Part{Name: "impact", Body: []byte("{}")}, f.event(north, "impact.saved", a.ID)))
		must(t, f.AddCode(ctx, north, care.Code{ID: f.id("code"), Assessment: a.ID, Kind: care.CodeReturn, Hash: "5eed", CreatedAt: noon}, f.event(north, "code.given", a.ID)))
		mail := f.event(north, "letter.given", a.ID)
		mail.Mail = &care.Mail{Kind: "question", To: a.ID + "@example.com"}
		must(t, f.AddEntry(ctx, north, f.entry(a.ID), mail))
		must(t, f.PutSession(ctx, care.Session{IDHash: a.ID, Kind: care.ActorCitizen, Council: north, Assessment: a.ID, CreatedAt: noon, SeenAt: noon}))
		d := f.determination(a.ID, 1)
		d.SignedAt = noon.Add(time.Hour)
		must(t, f.SignCase(ctx, north, d, map[string]int{"impact": 1}, f.event(north, "record.signed", a.ID)))
		looked := f.event(north, care.VerbViewed, a.ID)
		looked.Detail = care.DetailSummary
		_, err := f.CaseByReference(ctx, north, a.Reference, looked)
		must(t, err)
		return a
	}
	gone, stays := make(), make()
	must(t, f.LinkCases(ctx, care.CaseLink{ID: "link", Council: north, Adult: gone.ID, Carer: stays.ID, Since: noon}, nil))
	weeks, err := f.WeekFigures(ctx, north, []time.Time{noon.AddDate(0, 0, -3)})
	must(t, err)
	f.agreed(t, before, until, gone)
	if n := f.dispose(t, before, until, gone); n != 1 {
		t.Fatalf("%d destroyed", n)
	}

	for name, ask := range map[string]func(a care.Assessment) error{
		"assessment":     func(a care.Assessment) error { _, err := f.Assessment(ctx, north, a.ID); return err },
		"standing":       func(a care.Assessment) error { _, err := f.Standing(ctx, north, a.Reference, "p"); return err },
		"entries":        func(a care.Assessment) error { _, err := f.Entries(ctx, north, a.ID); return err },
		"papers":         func(a care.Assessment) error { _, err := f.Parts(ctx, north, a.ID); return err },
		"determinations": func(a care.Assessment) error { _, err := f.Determinations(ctx, north, a.ID); return err },
		"codes":          func(a care.Assessment) error { _, _, err := f.CodesByReference(ctx, north, a.Reference); return err },
		"session":        func(a care.Assessment) error { _, err := f.Session(ctx, a.ID); return err },
	} {
		if err := ask(stays); err != nil {
			t.Errorf("%s of another case: %v", name, err)
		}
		t.Log(name)
		refused(t, ask(gone), care.ErrNotFound)
	}
	page, err := f.Search(ctx, care.SearchQuery{Council: north, Name: gone.Summary.Name, Born: gone.Summary.Born, Limit: 10}, f.event(north, "search.made", ""))
	must(t, err)
	if len(page.Lines) != 1 || page.Lines[0].ID != stays.ID {
		t.Errorf("found by name: %+v", page.Lines)
	}
	m, ok, err := f.NextMail(ctx)
	if err != nil || !ok || m.Mail.To != stays.ID+"@example.com" {
		t.Errorf("the next message is %+v, %v, %v", m, ok, err)
	}
	if m, ok, err := f.NextMail(ctx); err != nil || ok {
		t.Errorf("a message of a destroyed case is on its way: %+v, %v", m, err)
	}
	links, err := f.LinksOf(ctx, north, stays.ID)
	if err != nil || len(links) != 0 {
		t.Errorf("linked to what is gone: %v, %v", links, err)
	}
	after, err := f.WeekFigures(ctx, north, []time.Time{noon.AddDate(0, 0, -3)})
	must(t, err)
	same(t, after, weeks)
	if weeks[0].In != 2 || weeks[0].Out != 2 {
		t.Errorf("the week has %+v: this shows nothing", weeks[0])
	}

	d, err := f.DisposedCase(ctx, north, gone.Reference)
	must(t, err)
	same(t, d, care.Disposed{
		Case: gone.ID, Council: north, Reference: gone.Reference, Kind: gone.Kind, Ending: "eligible", SentAt: gone.SentAt, SignedAt: noon.Add(time.Hour),
		FinishedAt: noon.Add(time.Hour), ProposedBy: "p", AgreedBy: "q", At: until,
	})
	_, err = f.DisposedCase(ctx, south, gone.Reference)
	refused(t, err, care.ErrNotFound)
}

// testDisposedPassed: what another council took over is destroyed by each council in its own time, and the person's old reference opens
// the case as long as that is there.
func testDisposedPassed(t *testing.T, f *fixture) {
	ctx, before, until := t.Context(), noon.AddDate(2, 0, 0), noon.AddDate(1, 0, 0)
	old := f.newCase(t, north)
	x := care.Transfer{ID: "x", Council: north, Case: old.ID, Reference: old.Reference, ToCouncil: south, State: care.TransferOffered, OfferedAt: noon, Offer: care.Offer{Reason: "They moved."}}
	must(t, f.OfferCase(ctx, x, old.Version, f.entry(old.ID), f.event(north, "case.offered", old.ID)))
	taken := f.sent(f.draft(south))
	x.State, x.SettledAt, x.NewCase, x.NewReference = care.TransferAccepted, noon.Add(time.Hour), taken.ID, taken.Reference
	must(t, f.PassCase(ctx, care.Passing{Transfer: x, Version: old.Version, Entries: 1, New: taken, Closing: f.entry(old.ID)},
		f.event(north, "offer.accepted", old.ID), f.event(south, "case.taken-over", taken.ID)))
	// What a citizen added to the old case is the new council's to look at; nothing is new here.
	same(t, f.disposals(t, north, care.DisposalDue, before, noon, 50), refsOf(old))
	f.agreed(t, before, until, old)
	if n := f.dispose(t, before, until, old); n != 1 {
		t.Fatal("the old case is not destroyed")
	}
	id, _, err := f.CodesByReference(ctx, south, old.Reference)
	if err != nil || id != taken.ID {
		t.Errorf("the old reference opens %q, %v", id, err)
	}
	came, err := f.TransfersOf(ctx, south, taken.ID)
	if err != nil || len(came) != 1 || came[0].Offer.Reason != "They moved." {
		t.Errorf("it came by %+v, %v", came, err)
	}
	f.finish(t, taken, 1, noon.Add(2*time.Hour))
	f.agreed(t, before, until, taken)
	if n := f.dispose(t, before, until, taken); n != 1 {
		t.Fatal("the new case is not destroyed")
	}
	_, _, err = f.CodesByReference(ctx, south, old.Reference)
	refused(t, err, care.ErrNotFound)
}
