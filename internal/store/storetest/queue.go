package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"threshold/internal/care"
)

// testQueueFilters lists a few dozen cases in every order with every set of filters, and compares with what a plain look at
// each case says.
func testQueueFilters(t *testing.T, f *fixture) {
	now := noon.Add(100 * time.Hour)
	var all []care.Assessment
	add := func(kind care.CaseKind, priority int, worker, team string, adapted bool) {
		a := f.sent(f.draft(north))
		i := len(all)
		a.Kind, a.Priority, a.Worker, a.Team, a.Adapted = kind, care.Priority(priority), worker, team, adapted
		if worker != "" {
			a.WorkerName = worker + " Example"
		}
		a.DueAt, a.SentAt = now.Add(time.Duration(i*7%11-5)*time.Hour), now.Add(-time.Duration(i*5%13)*time.Hour)
		if i%9 == 0 {
			a.DueAt = time.Time{}
		}
		must(t, f.CreateAssessment(t.Context(), a))
		all = append(all, a)
	}
	for _, kind := range []care.CaseKind{care.KindAdultNeeds, care.KindContact} {
		for priority := range 3 {
			for i, worker := range []string{"", "ann", "bob"} {
				add(kind, priority, worker, []string{"", "east", "west"}[(priority+i)%3], (priority+i)%2 == 0)
				add(kind, priority, worker, "east", i == 1)
			}
		}
	}
	due := func(a care.Assessment) int64 {
		if a.DueAt.IsZero() {
			return 1 << 62
		}
		return a.DueAt.UnixMicro()
	}
	pressing := func(a, b care.Assessment) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(due(a), due(b)), a.SentAt.Compare(b.SentAt), cmp.Compare(a.ID, b.ID))
	}
	orders := map[care.QueueSort]func(a, b care.Assessment) int{
		care.SortPressing: pressing,
		care.SortWaiting:  func(a, b care.Assessment) int { return cmp.Or(a.SentAt.Compare(b.SentAt), cmp.Compare(a.ID, b.ID)) },
		care.SortDue: func(a, b care.Assessment) int {
			return cmp.Or(cmp.Compare(due(a), due(b)), a.SentAt.Compare(b.SentAt), cmp.Compare(a.ID, b.ID))
		},
		care.SortWorker: func(a, b care.Assessment) int { return cmp.Or(cmp.Compare(a.WorkerName, b.WorkerName), pressing(a, b)) },
		care.SortKind:   func(a, b care.Assessment) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), pressing(a, b)) },
	}
	is := func(asked, has string) bool { return asked == "" || asked == has || asked == care.Nobody && has == "" }
	for order, compare := range orders {
		for _, kind := range []care.CaseKind{"", care.KindContact} {
			for _, worker := range []string{"", care.Nobody, "ann"} {
				for _, team := range []string{"", care.Nobody, "east"} {
					for _, level := range []care.Priority{0, care.PriorityUrgent, care.PrioritySafety} {
						for _, adapted := range []bool{false, true} {
							for _, before := range []time.Time{{}, now} {
								for _, descending := range []bool{false, true} {
									q := care.QueueQuery{
										Council: north, Kind: kind, Worker: worker, Team: team, Level: level, Adapted: adapted, DueBefore: before,
										Sort: order, Descending: descending,
									}
									var want, got []string
									matching := slices.DeleteFunc(slices.Clone(all), func(a care.Assessment) bool {
										return kind != "" && a.Kind != kind || !is(worker, a.Worker) || !is(team, a.Team) || a.Priority < level ||
											adapted && !a.Adapted || !before.IsZero() && (a.DueAt.IsZero() || !a.DueAt.Before(before))
									})
									slices.SortFunc(matching, compare)
									if descending {
										slices.Reverse(matching)
									}
									for _, a := range matching {
										want = append(want, a.Reference)
									}
									for _, l := range f.queue(t, q, 5) {
										got = append(got, l.Reference)
									}
									if !slices.Equal(got, want) {
										t.Fatalf("%+v:\ngot  %v\nwant %v", q, got, want)
									}
								}
							}
						}
					}
				}
			}
		}
	}
	for name, q := range map[string]care.QueueQuery{"lane": {Lane: "draft"}, "order": {Sort: "name"}} {
		q.Council = north
		if _, err := f.Queue(t.Context(), q); err == nil {
			t.Fatalf("an unknown %s shows everything", name)
		}
	}
}

// lanes lists the references in each lane.
func (f *fixture) lanes(t *testing.T) map[care.Lane][]string {
	t.Helper()
	out := map[care.Lane][]string{}
	for _, lane := range care.Lanes {
		for _, l := range f.queue(t, care.QueueQuery{Council: north, Lane: lane}, 10) {
			out[lane] = append(out[lane], l.Reference)
		}
	}
	return out
}

func testLanes(t *testing.T, f *fixture) {
	ctx, a := t.Context(), f.newCase(t, north)
	in := func(lane care.Lane) {
		t.Helper()
		same(t, f.lanes(t), map[care.Lane][]string{lane: {a.Reference}})
	}
	move := func(change func(*care.Placing)) {
		t.Helper()
		m := care.MoveOf(a)
		change(&m.To)
		must(t, f.MoveCases(ctx, north, []care.Move{m}))
		a.Placing, a.Version = m.To, a.Version+1
	}
	in(care.LaneOpen)
	move(func(p *care.Placing) { p.HeldUntil = noon.Add(time.Hour) })
	in(care.LaneHeld)
	move(func(p *care.Placing) { p.Test = true })
	in(care.LaneTest)
	move(func(p *care.Placing) { p.Test = false })
	in(care.LaneHeld)
	move(func(p *care.Placing) { p.HeldUntil = time.Time{} })
	in(care.LaneOpen)
	must(t, f.SignCase(ctx, north, f.determination(a.ID, 1), nil))
	a.Version++
	in(care.LaneSigned)
	move(func(p *care.Placing) { p.Revising = true })
	in(care.LaneOpen)
	must(t, f.SignCase(ctx, north, f.determination(a.ID, 2), nil))
	in(care.LaneSigned)

	b := f.sent(f.draft(north)) // sent as it is made
	b.Test = true
	must(t, f.CreateAssessment(ctx, b))
	same(t, f.lanes(t), map[care.Lane][]string{care.LaneSigned: {a.Reference}, care.LaneTest: {b.Reference}})
}

func testLeads(t *testing.T, f *fixture) {
	ctx := t.Context()
	list := func(lead care.Lead) []string {
		t.Helper()
		page, err := f.Lead(ctx, north, lead, "p", 10)
		must(t, err)
		refs := []string{}
		for _, l := range page.Lines {
			refs = append(refs, l.Reference)
		}
		if page.Total != len(refs) || page.More {
			t.Fatalf("%s: %d lines, %d in all", lead, len(refs), page.Total)
		}
		return refs
	}
	routine := f.newCase(t, north, func(a *care.Assessment) { a.Priority = care.PriorityRoutine })
	urgent := f.newCase(t, north)
	safety := f.newCase(t, north, func(a *care.Assessment) { a.Priority = care.PrioritySafety })
	f.newCase(t, south)
	same(t, list(care.LeadToday), []string{safety.Reference, urgent.Reference})
	page, err := f.Lead(ctx, north, care.LeadToday, "p", 1)
	must(t, err)
	if len(page.Lines) != 1 || page.Total != 2 {
		t.Fatalf("%d lines of %d, want 1 of 2", len(page.Lines), page.Total)
	}

	// Taken and never opened, or opened and never taken, it stays.
	must(t, f.AssignCase(ctx, north, safety.ID, safety.Version, "ann", "Ann Example", f.event(north, "case.taken", safety.ID)))
	same(t, list(care.LeadToday), []string{safety.Reference, urgent.Reference})
	look := func(a care.Assessment, verb, detail string, by care.ActorKind) {
		t.Helper()
		ev := f.event(north, verb, "")
		ev.Detail, ev.Actor = detail, by
		_, err := f.CaseByReference(ctx, north, a.Reference, ev)
		must(t, err)
	}
	for _, a := range []care.Assessment{safety, urgent, routine} {
		look(a, care.VerbViewed, "timeline", care.ActorPractitioner)
		look(a, "case.opened-to-change", care.DetailSummary, care.ActorPractitioner)
		look(a, care.VerbViewed, care.DetailSummary, care.ActorSystem)
	}
	same(t, list(care.LeadToday), []string{safety.Reference, urgent.Reference})
	look(safety, care.VerbViewed, care.DetailSummary, care.ActorPractitioner)
	look(urgent, care.VerbViewed, care.DetailSummary, care.ActorPractitioner)
	same(t, list(care.LeadToday), []string{urgent.Reference})
	got, err := f.Assessment(ctx, north, urgent.ID)
	must(t, err)
	if !got.FirstOpened.Equal(noon) || got.Version != urgent.Version {
		t.Fatalf("opened at %v as version %d, want %v and %d", got.FirstOpened, got.Version, noon, urgent.Version)
	}
	later := f.event(north, care.VerbViewed, "")
	later.Detail, later.At = care.DetailSummary, noon.Add(time.Hour)
	got, err = f.CaseByReference(ctx, north, urgent.Reference, later)
	must(t, err)
	if !got.FirstOpened.Equal(noon) {
		t.Fatalf("a second look is the first: %v", got.FirstOpened)
	}
	m := care.MoveOf(got)
	m.To.HeldUntil = noon.Add(time.Hour)
	must(t, f.MoveCases(ctx, north, []care.Move{m}))
	same(t, list(care.LeadToday), []string{})
	same(t, list(care.LeadDuty), []string{})
	if _, err := f.Lead(ctx, north, "unheard of", "p", 10); err == nil {
		t.Fatal("an unknown list is there")
	}
}

func testNews(t *testing.T, f *fixture) {
	ctx, a := t.Context(), f.newCase(t, north)
	must(t, f.AssignCase(ctx, north, a.ID, a.Version, "ann", "Ann Example", f.event(north, "case.taken", a.ID)))
	news := func() time.Time {
		t.Helper()
		return f.queue(t, care.QueueQuery{Council: north}, 10)[0].NewsAt
	}
	add := func(by care.ActorKind, at time.Time) {
		t.Helper()
		e := f.entry(a.ID)
		e.By, e.At = by, at
		must(t, f.AddEntry(ctx, north, e))
	}
	look := func(who string) {
		t.Helper()
		view := f.event(north, care.VerbViewed, "")
		view.Detail, view.ActorID = care.DetailSummary, who
		_, err := f.CaseByReference(ctx, north, a.Reference, view)
		must(t, err)
	}
	add(care.ActorPractitioner, noon)
	if !news().IsZero() {
		t.Fatal("what a practitioner wrote is news to them")
	}
	add(care.ActorCitizen, noon.Add(time.Hour))
	look("bob")
	if !news().Equal(noon.Add(time.Hour)) {
		t.Fatalf("somebody else looked, and the news is of %v", news())
	}
	look("ann")
	if !news().IsZero() {
		t.Fatal("the worker looked, and it is still news")
	}
}

func testCounting(t *testing.T, f *fixture) {
	if testing.Short() {
		t.Skip("it makes a thousand cases: left out by -short")
	}
	for i := range 1002 {
		a := f.sent(f.draft(north))
		a.Reference, a.Team = fmt.Sprint("COUNT", i), "east"
		must(t, f.CreateAssessment(t.Context(), a))
	}
	for _, q := range []care.QueueQuery{{}, {Team: "east", Level: care.PriorityUrgent}} {
		q.Council, q.Limit = north, 10
		page, err := f.Queue(t.Context(), q)
		must(t, err)
		if page.Total != 1000 || !page.More {
			t.Fatalf("of 1,002 it counts %d, more: %v", page.Total, page.More)
		}
	}
}

// found lists whom a search finds, in its order.
func (f *fixture) found(t *testing.T, q care.SearchQuery) []string {
	t.Helper()
	if q.Council == "" {
		q.Council = north
	}
	q.Limit = 2
	names := []string{}
	for {
		page, err := f.Search(t.Context(), q, f.event(q.Council, "search.made", "p"))
		must(t, err)
		for _, l := range page.Lines {
			names = append(names, l.Summary.Name)
		}
		if q.After = page.Next; q.After == "" {
			return names
		}
		if len(page.Lines) != q.Limit {
			t.Fatalf("a page of %d with more to come", len(page.Lines))
		}
	}
}

func testSearch(t *testing.T, f *fixture) {
	refs := map[string]string{}
	for i, who := range []struct{ name, callMe, born string }{
		{"Kim Example", "", "1950-03-27"}, {"Kim Sample", "", "1950-03-27"}, {"Zoë O’Brien-Łuk", "Zo", "1961-01-01"},
		{"Anne-Marie van der Berg", "", ""}, {"", "Dot", "1950-03-27"}, {"Kim Alex Example", "", "1949-09-09"}, {"Jürgen Groß", "", "1970-07-07"},
	} {
		a := f.newCase(t, north, func(a *care.Assessment) {
			a.Summary.Name, a.Summary.CallMe, a.Summary.Born, a.SentAt = who.name, who.callMe, who.born, noon.Add(time.Duration(i)*time.Hour)
		})
		refs[who.name] = a.Reference
	}
	f.newCase(t, south, func(a *care.Assessment) { a.Summary.Name = "Kim Example" })
	d := f.sent(f.draft(north))
	d.Status, d.Summary.Name = care.StatusDraft, "Kim Draft"
	must(t, f.CreateAssessment(t.Context(), d))
	for _, c := range []struct {
		q    care.SearchQuery
		want []string
	}{
		{care.SearchQuery{Name: "Kim"}, []string{"Kim Alex Example", "Kim Sample", "Kim Example"}},
		{care.SearchQuery{Name: " eXample "}, []string{"Kim Alex Example", "Kim Example"}},
		{care.SearchQuery{Name: "Example, Kim"}, []string{"Kim Alex Example", "Kim Example"}},
		{care.SearchQuery{Name: "Kim Alex Example"}, []string{"Kim Alex Example"}},
		{care.SearchQuery{Name: "zoe obrien luk"}, []string{"Zoë O’Brien-Łuk"}},
		{care.SearchQuery{Name: "O'Brien-Luk"}, []string{"Zoë O’Brien-Łuk"}},
		{care.SearchQuery{Name: "ZO"}, []string{"Zoë O’Brien-Łuk"}},
		{care.SearchQuery{Name: "Annemarie Berg"}, []string{"Anne-Marie van der Berg"}},
		{care.SearchQuery{Name: "Anne–Marie"}, []string{"Anne-Marie van der Berg"}},
		{care.SearchQuery{Name: "JURGEN GROSS"}, []string{"Jürgen Groß"}},
		{care.SearchQuery{Born: "1950-03-27"}, []string{"", "Kim Sample", "Kim Example"}},
		{care.SearchQuery{Name: "kim", Born: "1950-03-27"}, []string{"Kim Sample", "Kim Example"}},
		{care.SearchQuery{Name: "kim example", Born: "1950-03-27"}, []string{"Kim Example"}},
		{care.SearchQuery{Reference: refs["Kim Sample"]}, []string{"Kim Sample"}},
		{care.SearchQuery{Reference: "NOSUCHREF"}, []string{}},
		{care.SearchQuery{Name: "Ki"}, []string{}}, // no beginnings
		{care.SearchQuery{Name: "Kym Example"}, []string{}},
		{care.SearchQuery{Name: "Kim Nobody"}, []string{}},
		{care.SearchQuery{Name: "Kim", Born: "1999-01-01"}, []string{}},
		{care.SearchQuery{Name: "'- ."}, []string{}},
		{care.SearchQuery{}, []string{}},
	} {
		if got := f.found(t, c.q); !slices.Equal(got, c.want) {
			t.Errorf("%+v finds %q, want %q", c.q, got, c.want)
		}
	}
	for _, after := range []string{"x", "bnVsbA"} {
		_, err := f.Search(t.Context(), care.SearchQuery{Council: north, Name: "Kim", After: after}, f.event(north, "search.made", "p"))
		refused(t, err, care.ErrNotFound)
	}
}

func testSearchScope(t *testing.T, f *fixture) {
	ctx := t.Context()
	named := f.practitioner(north, "Named Example")
	must(t, f.PutPractitioner(ctx, named, f.event(north, "practitioner.invited", named.ID)))
	a := f.newCase(t, north, func(a *care.Assessment) { a.Summary.Name = "Kim Example" })
	q := care.SearchQuery{Name: "Kim"}
	same(t, f.found(t, q), []string{"Kim Example"})
	same(t, f.found(t, care.SearchQuery{Council: south, Name: "Kim"}), []string{})
	same(t, f.found(t, care.SearchQuery{Council: south, Reference: a.Reference}), []string{})
	same(t, f.verbs(t, north, "p"), []string{"search.made"})
	same(t, f.verbs(t, south, "p"), []string{"search.made", "search.made"})
	_, err := f.Search(ctx, care.SearchQuery{Council: north, Name: "Kim"}, f.event(south, "search.made", "p"))
	if err == nil {
		t.Fatal("a search in one council left its event in another")
	}

	m := care.MoveOf(a)
	m.To.Restricted = true
	must(t, f.MoveCases(ctx, north, []care.Move{m}))
	same(t, f.found(t, q), []string{})
	same(t, f.found(t, care.SearchQuery{Reference: a.Reference}), []string{})
	must(t, f.SetAccess(ctx, north, care.AccessChange{Case: a.ID, Given: []care.Grant{{Case: a.ID, Practitioner: named.ID, At: noon}}}))
	q.Viewer = named.ID
	same(t, f.found(t, q), []string{"Kim Example"})
	page, err := f.Queue(ctx, care.QueueQuery{Council: north, Viewer: named.ID})
	must(t, err)
	if !page.Lines[0].Granted || !page.Lines[0].Restricted {
		t.Fatalf("the line does not say who was named: %+v", page.Lines[0])
	}
}

func testAlike(t *testing.T, f *fixture) {
	ctx := t.Context()
	made := map[string]care.Assessment{}
	add := func(key, name, born string, hours int) {
		made[key] = f.newCase(t, north, func(a *care.Assessment) {
			a.Summary.Name, a.Summary.CallMe, a.Summary.Born, a.SentAt = name, "", born, noon.Add(time.Duration(hours)*time.Hour)
		})
	}
	add("one", "Kim Example", "1950-03-27", 0)
	add("same day, one part", "K. Example", "1950-03-27", 1)
	add("same name, no date", "Example Kim", "", 2)
	add("same day, another name", "Ola Sample", "1950-03-27", 3)
	add("one part, another day", "Kim Sample", "1951-01-01", 4)
	add("signed", "Kim Example", "1950-03-27", 5)
	add("a try", "Kim Example", "1950-03-27", 6)
	add("restricted", "Kim Example", "1950-03-27", 7)
	must(t, f.SignCase(ctx, north, f.determination(made["signed"].ID, 1), nil))
	for key, change := range map[string]func(*care.Placing){
		"a try":      func(p *care.Placing) { p.Test = true },
		"restricted": func(p *care.Placing) { p.Restricted = true },
	} {
		m := care.MoveOf(made[key])
		change(&m.To)
		must(t, f.MoveCases(ctx, north, []care.Move{m}))
	}
	list := func(limit int) []string {
		lines, err := f.Alike(ctx, north, made["one"].ID, "p", limit)
		must(t, err)
		refs := []string{}
		for _, l := range lines {
			refs = append(refs, l.Reference)
		}
		return refs
	}
	want := []string{made["same name, no date"].Reference, made["same day, one part"].Reference}
	same(t, list(10), want)
	same(t, list(1), want[:1])
	_, err := f.Alike(ctx, south, made["one"].ID, "p", 10)
	refused(t, err, care.ErrNotFound)
}

func testEscalate(t *testing.T, f *fixture) {
	ctx := t.Context()
	old := func(hours int) func(*care.Assessment) {
		return func(a *care.Assessment) { a.SentAt = noon.Add(-time.Duration(hours) * time.Hour) }
	}
	late := f.newCase(t, north, old(5))
	f.newCase(t, north, old(1))
	f.newCase(t, south, old(5))
	f.newCase(t, north, old(5), func(a *care.Assessment) { a.Priority = care.PriorityRoutine })
	opened := f.sent(f.draft(north))
	opened.SentAt, opened.FirstOpened = noon.Add(-5*time.Hour), noon.Add(-time.Hour)
	must(t, f.CreateAssessment(ctx, opened))
	f.newCase(t, north, old(5), func(a *care.Assessment) { a.Test = true })
	ev := care.Event{At: noon, Actor: care.ActorSystem, Verb: "case.escalated", Detail: "duty"}
	for i, want := range []int{1, 0} {
		n, err := f.EscalateCases(ctx, north, noon.Add(-4*time.Hour), ev)
		must(t, err)
		if n != want {
			t.Fatalf("time %d: %d went to the duty rota, want %d", i, n, want)
		}
	}
	same(t, f.verbs(t, north, late.ID), []string{"draft.started", "assessment.sent", "case.escalated"})
	page, err := f.Lead(ctx, north, care.LeadDuty, "p", 10)
	must(t, err)
	if len(page.Lines) != 1 || page.Lines[0].ID != late.ID || !page.Lines[0].Escalated.Equal(noon) {
		t.Fatalf("the duty rota has %+v", page.Lines)
	}
	view := f.event(north, care.VerbViewed, "")
	view.Detail = care.DetailSummary
	_, err = f.CaseByReference(ctx, north, late.Reference, view)
	must(t, err)
	page, err = f.Lead(ctx, north, care.LeadDuty, "p", 10)
	must(t, err)
	if len(page.Lines) != 0 {
		t.Fatal("what was opened still waits for the duty rota")
	}
}

func testEndHolds(t *testing.T, f *fixture) {
	ctx := t.Context()
	hold := func(council string, until time.Time) care.Assessment {
		a := f.newCase(t, council)
		m := care.MoveOf(a)
		m.To.HeldUntil = until
		must(t, f.MoveCases(ctx, council, []care.Move{m}))
		a.Version++
		return a
	}
	over, overThere, on := hold(north, noon), hold(south, noon.Add(-time.Hour)), hold(north, noon.Add(time.Second))
	ev := care.Event{At: noon, Actor: care.ActorSystem, Verb: "case.hold-ended"}
	n, err := f.EndHolds(ctx, noon, ev)
	must(t, err)
	if n != 2 {
		t.Fatalf("%d holds ended, want 2", n)
	}
	same(t, f.lanes(t), map[care.Lane][]string{care.LaneOpen: {over.Reference}, care.LaneHeld: {on.Reference}})
	same(t, f.verbs(t, south, overThere.ID), []string{"draft.started", "assessment.sent", "case.hold-ended"})
	got, err := f.Assessment(ctx, north, over.ID)
	must(t, err)
	if !got.HeldUntil.IsZero() || got.Version != over.Version+1 {
		t.Fatalf("after the hold: %+v", got.Placing)
	}
	n, err = f.EndHolds(ctx, noon, ev)
	must(t, err)
	if n != 0 {
		t.Fatal("a hold ended twice")
	}
}
