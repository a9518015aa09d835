package storetest

import (
	"testing"
	"time"

	"threshold/internal/care"
)

// testCasesOf: the cases of a period are those that came or were signed in it, of the one council, and no drafts.
func testCasesOf(t *testing.T, f *fixture) {
	ctx := t.Context()
	sent, signed, other := f.newCase(t, north), f.newCase(t, north), f.newCase(t, south)
	f.newDraft(t, north)
	d := f.determination(signed.ID, 1)
	d.SignedAt = signed.SentAt.AddDate(0, 3, 0)
	must(t, f.SignCase(ctx, north, d, nil))
	find := func(council string, from, to time.Time, want ...care.Assessment) {
		t.Helper()
		got, err := f.CasesOf(ctx, council, from, to)
		must(t, err)
		ids := map[string]bool{}
		for _, id := range got {
			ids[id] = true
		}
		if len(got) != len(want) || len(ids) != len(want) {
			t.Fatalf("%d cases, want %d", len(got), len(want))
		}
		for _, a := range want {
			if !ids[a.ID] {
				t.Errorf("case %s is missing", a.ID)
			}
		}
	}
	day := 24 * time.Hour
	find(north, sent.SentAt.Add(-day), sent.SentAt.Add(day), sent, signed)
	find(north, d.SignedAt, d.SignedAt.Add(time.Second), signed)
	find(north, d.SignedAt.Add(-day), d.SignedAt) // the end is not in it
	find(south, sent.SentAt.Add(-day), d.SignedAt.Add(day), other)
}
