package casework_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/store/sqlite"
)

// managers invites two, who decide on destruction.
func (d *desk) managers(t *testing.T) (mo, pat care.Actor) {
	t.Helper()
	return d.staff(t, "north", "Mo Manager", care.RoleManager), d.staff(t, "north", "Pat Manager", care.RoleManager)
}

// keeps sets the council's time.
func (d *desk) keeps(t *testing.T, months int) {
	t.Helper()
	councils, err := d.Councils(t.Context())
	must(t, err)
	i := slices.IndexFunc(councils, func(c care.Council) bool { return c.Slug == "north" })
	c := councils[i]
	c.Settings.RetentionMonths = months
	must(t, d.SetCouncil(t.Context(), care.Actor{Kind: care.ActorSystem}, c))
}

// done signs a case that ends eligible, and gives the person their copy.
func (d *desk) done(t *testing.T) (ref, id string) {
	t.Helper()
	ref = d.send(t, likely)
	d.finish(t, ref)
	f := d.open(t, ref)
	_, err := d.Sign(t.Context(), d.ann, ref, f.Seen())
	must(t, err)
	must(t, d.GiveCopy(t.Context(), d.ann, ref, care.CopyGiven{To: "person", How: "post", On: d.now.Format(time.DateOnly)}, ""))
	return ref, f.ID
}

func (d *desk) listed(t *testing.T, as care.Actor, state care.DisposalState) (refs []string) {
	t.Helper()
	list, err := d.Disposals(t.Context(), as, state, "")
	must(t, err)
	for _, l := range list.Lines {
		refs = append(refs, l.Reference)
	}
	if list.Counts[state].Total != len(refs) {
		t.Errorf("%d counted, %d listed", list.Counts[state].Total, len(refs))
	}
	return refs
}

func (d *desk) carriedOut(t *testing.T) int {
	t.Helper()
	n, err := d.CarryOutDisposals(t.Context())
	must(t, err)
	return n
}

// lastVerb is that of the newest event of a case.
func (d *desk) lastVerb(t *testing.T, id string) string {
	t.Helper()
	events, err := d.store.Events(t.Context(), "north", id)
	must(t, err)
	return events[len(events)-1].Verb
}

// TestACaseIsKeptAndDestroyed from its signature to its end, day by day.
func TestACaseIsKeptAndDestroyed(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	mo, pat := d.managers(t)
	d.keeps(t, 3)
	d.now = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC) // and so until 28 February
	ref, id := d.done(t)
	if got := d.listed(t, mo, care.DisposalDue); got != nil {
		t.Errorf("due as it is signed: %v", got)
	}
	d.now = time.Date(2027, 2, 28, 23, 59, 0, 0, time.UTC)
	if got := d.listed(t, mo, care.DisposalDue); got != nil {
		t.Errorf("due while its last day lasts: %v", got)
	}
	if err := d.ProposeDisposal(ctx, mo, []string{ref}); !errors.Is(err, care.ErrConflict) {
		t.Errorf("proposed before its time: %v", err)
	}
	d.now = time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)
	if got := d.listed(t, mo, care.DisposalDue); !slices.Equal(got, []string{ref}) {
		t.Fatalf("on the day after: %v", got)
	}
	for range 2 { // pressed twice
		must(t, d.ProposeDisposal(ctx, mo, []string{ref, ref}))
	}
	if err := d.AgreeDisposal(ctx, mo, []string{ref}); !errors.Is(err, care.ErrForbidden) {
		t.Errorf("agreed to one's own proposal: %v", err)
	}
	for range 2 {
		must(t, d.AgreeDisposal(ctx, pat, []string{ref}))
	}
	agreed := d.now
	if n := d.carriedOut(t); n != 0 {
		t.Error("destroyed at once")
	}
	d.now = agreed.Add(casework.DisposalGrace - time.Minute)
	if n := d.carriedOut(t); n != 0 {
		t.Error("destroyed while it could be taken back")
	}
	if _, err := d.Open(ctx, d.ann, ref, "summary"); err != nil {
		t.Errorf("it cannot be opened while it is there: %v", err)
	}
	d.now = agreed.Add(casework.DisposalGrace + time.Minute)
	if n := d.carriedOut(t) + d.carriedOut(t); n != 1 {
		t.Fatalf("%d destroyed, want 1", n)
	}

	// Nobody opens it any more, the person finds nothing, and the two who decided stand with what is left.
	if _, err := d.Open(ctx, d.ann, ref, "summary"); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("opened: %v", err)
	}
	left, names, err := d.Destroyed(ctx, mo, ref)
	must(t, err)
	if left.Ending != "eligible" || names[left.ProposedBy] != "Mo Manager" || names[left.AgreedBy] != "Pat Manager" {
		t.Errorf("left: %+v", left)
	}
	for _, state := range care.DisposalStates {
		if got := d.listed(t, mo, state); got != nil {
			t.Errorf("still %s: %v", state, got)
		}
	}
	events, err := d.store.Events(ctx, "north", id)
	must(t, err)
	counted := map[string]int{}
	for _, ev := range events {
		counted[ev.Verb]++
	}
	for _, verb := range []string{"assessment.sent", "record.signed", "disposal.proposed", "disposal.agreed", "case.disposed"} {
		if counted[verb] != 1 {
			t.Errorf("%s stands %d times in the trail", verb, counted[verb])
		}
	}
	page, err := d.store.Trail(ctx, care.TrailQuery{Council: "north", Subject: id, Limit: 100})
	if err != nil || len(page.Lines) != len(events) {
		t.Errorf("the trail of what was destroyed: %d lines of %d, %v", len(page.Lines), len(events), err)
	}
	whole, err := d.Whole(ctx, mo)
	must(t, err)
	if got := whole.Decisions["adult-needs/eligible"]; got != 1 {
		t.Errorf("the figures have %d such decisions, want the one that was destroyed", got)
	}
}

// TestWhatIsOpenedAgainIsNotDestroyed, and neither is what the council keeps longer by now, nor what was taken back.
func TestWhatIsOpenedAgainIsNotDestroyed(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	mo, pat := d.managers(t)
	d.keeps(t, 12)
	var refs, ids []string
	for range 4 {
		ref, id := d.done(t)
		refs, ids = append(refs, ref), append(ids, id)
	}
	d.now = d.now.AddDate(1, 0, 1)
	must(t, d.ProposeDisposal(ctx, mo, refs))
	must(t, d.AgreeDisposal(ctx, pat, refs))
	must(t, d.Revise(ctx, d.ann, refs[0], "Her date of birth is wrong in it.", ""))
	must(t, d.TakeBackDisposal(ctx, mo, refs[1:2]))
	must(t, d.AddTo(ctx, care.Actor{Kind: care.ActorCitizen, ID: ids[2], Council: "north"}, "I fell today.", ""))
	d.keeps(t, 24)
	d.now = d.now.Add(casework.DisposalGrace + time.Hour)
	if n := d.carriedOut(t); n != 0 {
		t.Errorf("%d destroyed", n)
	}
	for i, want := range []string{"disposal.dropped", "disposal.taken-back", "disposal.dropped", "disposal.dropped"} {
		if got := d.lastVerb(t, ids[i]); got != want {
			t.Errorf("case %d: the last event is %s, want %s", i, got, want)
		}
		if _, err := d.store.Assessment(ctx, "north", ids[i]); err != nil {
			t.Error(err)
		}
	}
	d.keeps(t, 0)
	if got := d.listed(t, mo, care.DisposalDue); got != nil {
		t.Errorf("due without a time: %v", got)
	}
}

// TestKeptLonger: with a reason, until a day within two years, and due again the day after.
func TestKeptLonger(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	mo, _ := d.managers(t)
	d.keeps(t, 1)
	ref, id := d.done(t)
	d.now = time.Date(2028, 2, 29, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct{ why, until, note, want string }{
		{"", "2028-03-01", "", "why choose_one"},
		{"because", "2028-03-01", "", "why choose_one"},
		{"court", "", "", "until enter"},
		{"court", "2028-02-30", "", "until date_real"},
		{"court", "2028-02-29", "", "until past"},
		{"court", "2030-03-01", "", "until far"},
		{"other", "2028-03-01", "no", "note reason"},
	} {
		invalid := (*care.Invalid)(nil)
		if err := d.KeepLonger(ctx, mo, []string{ref}, c.why, c.until, c.note); !errors.As(err, &invalid) || invalid.Problems[0].Field+" "+invalid.Problems[0].Code != c.want {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if err := d.KeepLonger(ctx, mo, nil, "court", "2028-03-01", ""); err == nil {
		t.Error("kept no case longer")
	}
	for range 2 {
		must(t, d.KeepLonger(ctx, mo, []string{ref}, "court", "2030-02-28", "A hearing in May."))
	}
	if got := d.lastVerb(t, id); got != "disposal.kept" {
		t.Errorf("the last event is %s", got)
	}
	d.now = time.Date(2030, 2, 28, 23, 59, 0, 0, time.UTC)
	if got := d.listed(t, mo, care.DisposalKept); len(got) != 1 {
		t.Errorf("kept on its last day: %v", got)
	}
	d.now = time.Date(2030, 3, 1, 0, 0, 0, 0, time.UTC)
	if got := d.listed(t, mo, care.DisposalDue); len(got) != 1 {
		t.Errorf("due after it: %v", got)
	}
}

// TestOnlyManagersDispose, each of their own council.
func TestOnlyManagersDispose(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	d.keeps(t, 1)
	ref, _ := d.done(t)
	d.now = d.now.AddDate(1, 0, 0)
	admin, auditor := d.staff(t, "north", "Adi Admin", care.RoleAdmin), d.staff(t, "north", "Al Auditor", care.RoleAuditor)
	citizen := care.Actor{Kind: care.ActorCitizen, ID: "x", Council: "north"}
	for _, actor := range []care.Actor{d.ann, admin, auditor, citizen} {
		_, listing := d.Disposals(ctx, actor, care.DisposalDue, "")
		_, _, looking := d.Destroyed(ctx, actor, ref)
		for name, err := range map[string]error{
			"list": listing, "look up": looking, "keep": d.KeepLonger(ctx, actor, []string{ref}, "court", "2028-03-01", ""),
			"propose": d.ProposeDisposal(ctx, actor, []string{ref}), "agree": d.AgreeDisposal(ctx, actor, []string{ref}), "take back": d.TakeBackDisposal(ctx, actor, []string{ref}),
		} {
			if !errors.Is(err, care.ErrForbidden) {
				t.Errorf("%s as %v: %v", name, actor.Roles, err)
			}
		}
	}
	other := d.staff(t, "south", "Sal Manager", care.RoleManager)
	if err := d.ProposeDisposal(ctx, other, []string{ref}); !errors.Is(err, care.ErrConflict) {
		t.Errorf("another council's manager: %v", err)
	}
	if _, _, err := d.Destroyed(ctx, other, ref); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("another council's manager looks it up: %v", err)
	}
}

var _ casework.DisposalStore = (*sqlite.Store)(nil)
