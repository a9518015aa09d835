package casework_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// unusual lists what a manager sees by rule: of each how many cases, in the order in which it happened.
func (d *desk) unusual(t *testing.T, boss care.Actor) map[string][]int {
	t.Helper()
	all, short, err := d.Unusual(t.Context(), boss)
	must(t, err)
	if short {
		t.Error("not all of the time was looked through")
	}
	out := map[string][]int{}
	for _, u := range slices.Backward(all) {
		out[u.Rule] = append(out[u.Rule], u.N)
	}
	return out
}

// TestUnusualOfCasesThatAreNotTheirs: breaking open, trying what is shut, and opening several cases of another team are each
// told, below their thresholds nothing is; and who did it is not the one who looks into it.
func TestUnusualOfCasesThatAreNotTheirs(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	boss := d.staff(t, "north", "Max Example", care.RoleManager)
	d.team(t, "east")
	d.team(t, "west")
	d.change(t, d.ann.ID, func(p *care.Practitioner) { p.Team = "east" })
	d.ann.Team = "east"
	var refs []string
	for range casework.UnusualTeamCases + 1 {
		refs = append(refs, d.send(t, likely))
	}
	for _, ref := range refs { // looked at before they were with any team but hers
		_, err := d.Open(ctx, d.ann, ref, casework.PageSummary)
		must(t, err)
	}
	if got := d.unusual(t, boss); len(got) != 0 {
		t.Fatalf("unusual before anything was: %v", got)
	}
	var picks []casework.Pick
	for _, ref := range refs {
		picks = append(picks, casework.Pick{Reference: ref, Version: mustOpen(t, d, boss, ref).Version})
	}
	d.now = d.now.AddDate(0, 0, casework.UnusualDays+1) // what was before is looked at no more
	must(t, d.Assign(ctx, boss, picks, casework.GiveTo{Team: "west"}))

	// It is shut: each time she gives a reason is told, one by one.
	for i, ref := range refs {
		if _, err := d.Open(ctx, d.ann, ref, casework.PageSummary); !errors.Is(err, care.ErrForbidden) {
			t.Fatalf("another team's case opens: %v", err)
		}
		must(t, d.Break(ctx, d.ann, ref, because))
		got := d.unusual(t, boss)
		if len(got[casework.UnusualBroken]) != i+1 {
			t.Errorf("broken open %d times: %v", i+1, got)
		}
		// The day counts as one from the third case on, with as many cases as there are.
		want := []int(nil)
		if i+1 >= casework.UnusualTeamCases {
			want = []int{i + 1}
		}
		if !slices.Equal(got[casework.UnusualTeam], want) {
			t.Errorf("cases of another team after %d: %v, want %v", i+1, got[casework.UnusualTeam], want)
		}
	}
	d.now = d.now.AddDate(0, 0, 1)
	for _, ref := range refs[:casework.UnusualTeamCases-1] {
		must(t, d.Break(ctx, d.ann, ref, because))
	}
	if got := d.unusual(t, boss)[casework.UnusualTeam]; len(got) != 1 {
		t.Errorf("two days were put together: %v", got)
	}

	// A restricted case that stayed shut.
	pick := casework.Pick{Reference: refs[0], Version: mustOpen(t, d, boss, refs[0]).Version}
	must(t, d.Restrict(ctx, boss, refs[0], true, because, pick.Version))
	if _, err := d.Open(ctx, d.bo, refs[0], casework.PageSummary); !errors.Is(err, care.ErrForbidden) {
		t.Fatalf("a restricted case opens: %v", err)
	}
	got := d.unusual(t, boss)
	if !slices.Equal(got[casework.UnusualRefused], []int{1}) {
		t.Errorf("a try at what is restricted: %v", got)
	}

	all, _, err := d.Unusual(ctx, boss)
	must(t, err)
	at := slices.IndexFunc(all, func(u casework.Unusual) bool { return u.Rule == casework.UnusualRefused })
	if u := all[at]; u.Who != d.bo.ID || u.Name != "Bo Example" || !slices.Equal(u.Cases, []string{refs[0]}) {
		t.Errorf("it says %+v", u)
	}
	for name, by := range map[string]care.Actor{"a worker": d.ann, "another council": d.staff(t, "south", "Sue Example", care.RoleManager)} {
		if err := d.Acknowledge(ctx, by, all[at].ID, because); !errors.Is(err, care.ErrForbidden) && !errors.Is(err, care.ErrNotFound) {
			t.Errorf("%s looks into it: %v", name, err)
		}
	}
	must(t, d.Acknowledge(ctx, boss, all[at].ID, because))
	if err := d.Acknowledge(ctx, boss, all[at].ID, because); !errors.Is(err, care.ErrConflict) {
		t.Errorf("looked into twice: %v", err)
	}
}

// TestNobodyLooksIntoThemselves: what a manager did that was unusual is for another manager.
func TestNobodyLooksIntoThemselves(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	boss, other := d.staff(t, "north", "Max Example", care.RoleManager), d.staff(t, "north", "Mo Example", care.RoleManager)
	ref := d.send(t, likely)
	d.now = time.Date(2026, 11, 20, casework.NightFrom, 30, 0, 0, time.UTC)
	_, err := d.Open(ctx, boss, ref, casework.PageSummary)
	must(t, err)
	all, _, err := d.Unusual(ctx, boss)
	must(t, err)
	if len(all) != 1 || all[0].Rule != casework.UnusualHours {
		t.Fatalf("%+v", all)
	}
	if got := invalid(t, d.Acknowledge(ctx, boss, all[0].ID, because)); !slices.Equal(got, []string{"note own"}) {
		t.Errorf("looked into themselves: %v", got)
	}
	must(t, d.Acknowledge(ctx, other, all[0].ID, because))
}
