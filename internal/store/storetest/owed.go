package storetest

import (
	"errors"
	"testing"
	"time"

	"threshold/internal/care"
)

// testOwed: an entry and a signature make something owed, another settles it, both or neither with what they stand in.
func testOwed(t *testing.T, f *fixture) {
	ctx := t.Context()
	first, second := f.newCase(t, north), f.newCase(t, north)
	listed := func(council, what string, by time.Time) []string {
		t.Helper()
		lines, err := f.Owed(ctx, council, what, by, 10)
		must(t, err)
		var out []string
		for _, l := range lines {
			if l.What != what || l.Reference == "" || l.From.After(by) {
				t.Errorf("listed: %+v", l)
			}
			out = append(out, l.ID)
		}
		return out
	}
	ask := func(id string, from time.Time) care.Entry {
		e := f.entry(id)
		e.Kind, e.By, e.ByID = care.EntrySecond, care.ActorPractitioner, "p"
		e.Owe = care.Owed{What: care.OwesSecond, From: from}
		return e
	}
	must(t, f.AddEntry(ctx, north, ask(first.ID, noon.Add(time.Hour))))
	asked := ask(second.ID, noon)
	must(t, f.AddEntry(ctx, north, asked))
	must(t, f.AddEntry(ctx, north, ask(second.ID, noon.Add(2*time.Hour)))) // it is owed since the first time
	same(t, listed(north, care.OwesSecond, noon.Add(3*time.Hour)), []string{second.ID, first.ID})
	same(t, listed(north, care.OwesSecond, noon), []string{second.ID})
	if got := listed(south, care.OwesSecond, noon.Add(3*time.Hour)); got != nil {
		t.Errorf("another council reads %v", got)
	}

	settled := f.entry(second.ID)
	settled.Kind, settled.Settle = care.EntryCountersigned, care.OwesSecond
	must(t, f.AddEntry(ctx, north, settled))
	same(t, listed(north, care.OwesSecond, noon.Add(3*time.Hour)), []string{first.ID})

	twice := asked // refused, so nothing is owed anew
	if err := f.AddEntry(ctx, north, twice); !errors.Is(err, care.ErrConflict) {
		t.Errorf("the same entry twice: %v", err)
	}
	same(t, listed(north, care.OwesSecond, noon.Add(3*time.Hour)), []string{first.ID})

	// A signature settles the second one, and makes a copy owed.
	d := f.determination(first.ID, 1)
	d.Owe = []care.Owed{{What: care.OwesCopy, From: noon}}
	must(t, f.SignCase(ctx, north, d, nil))
	if got := listed(north, care.OwesSecond, noon.Add(3*time.Hour)); got != nil {
		t.Errorf("signed, and still waiting: %v", got)
	}
	same(t, listed(north, care.OwesCopy, noon), []string{first.ID})
}
