package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// verified fails unless the chain of every council holds, and returns the reports by council.
func verified(t *testing.T, path string) map[string]TrailReport {
	t.Helper()
	reports, err := VerifyTrail(t.Context(), path)
	must(t, err)
	by := map[string]TrailReport{}
	for _, r := range reports {
		if r.Broken != "" {
			t.Errorf("%s: %s", r.Council, r.Broken)
		}
		by[r.Council] = r
	}
	return by
}

// TestTheTrailIsAChain writes from many at once, with jobs that fail in between, and from a second process.
func TestTheTrailIsAChain(t *testing.T) {
	ctx := t.Context()
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
	s, other := openStore(t, o), openStore(t, o)
	for _, slug := range []string{north, "southby"} {
		must(t, s.PutCouncil(ctx, care.Council{Slug: slug, Name: slug}, care.Event{At: noon, Verb: "council.put"}))
	}
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			store := []*Store{s, other}[n%2]
			for i := range 20 {
				a := draft(fmt.Sprint("d", n, "-", i))
				if i%4 == 3 {
					a.ID = fmt.Sprint("d", n, "-", i-1) // taken: the job fails after others of its batch succeeded
				}
				err := store.CreateAssessment(ctx, a, care.Event{At: noon, Verb: "draft.started", Subject: a.ID})
				if (err != nil) != (i%4 == 3) {
					t.Errorf("draft %s: %v", a.ID, err)
				}
				// An event that is written before its job fails is taken back, and so is its place in the chain.
				fail := errors.New("on purpose")
				if err := store.write(ctx, func(tx *tx) error {
					if err := tx.addEvents(north, care.Event{At: noon, Verb: "draft.saved", Subject: a.ID}); err != nil {
						return err
					}
					return fail
				}); !errors.Is(err, fail) {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	reports := verified(t, o.Path)
	if r := reports[north]; r.Events != 8*15+1 || r.Earlier != 0 {
		t.Errorf("northby: %+v, want %d events", r, 8*15+1)
	}
	if reports[north].Head == reports["southby"].Head {
		t.Error("two councils' chains end alike")
	}
}

// TestTamperingShows changes the trail behind the program's back, each time in another way.
func TestTamperingShows(t *testing.T) {
	for name, change := range map[string]string{
		"a field":           "UPDATE events SET detail = 'nothing' WHERE seq = 4",
		"a time":            "UPDATE events SET at = at + 1 WHERE seq = 4",
		"who":               "UPDATE events SET actor_id = 'somebody' WHERE seq = 4",
		"from the middle":   "DELETE FROM events WHERE seq = 4",
		"the newest":        "DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)",
		"all":               "DELETE FROM events",
		"no hash":           "UPDATE events SET hash = NULL WHERE seq = 4",
		"the end forgotten": "DELETE FROM event_heads",
		"swapped":           "UPDATE events SET seq = -1 WHERE seq = 4; UPDATE events SET seq = 4 WHERE seq = 5; UPDATE events SET seq = 5 WHERE seq = -1",
		"an older one":      "INSERT INTO events (seq, id, at, council, actor, actor_id, verb, subject, detail, hash) SELECT 900, 'x', at, council, actor, actor_id, verb, subject, detail, hash FROM events WHERE seq = 4",
		"moved to another":  "UPDATE events SET council = 'southby' WHERE seq = 4",
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
			s := openStore(t, o)
			must(t, s.PutCouncil(t.Context(), care.Council{Slug: north}, care.Event{At: noon, Verb: "council.put"}))
			for i := range 6 {
				must(t, s.CreateAssessment(t.Context(), draft(fmt.Sprint("d", i)), care.Event{At: noon, Verb: "draft.started", Subject: fmt.Sprint("d", i), Detail: "copy"}))
			}
			verified(t, o.Path)
			db, err := sql.Open("sqlite", o.Path)
			must(t, err)
			_, err = db.Exec("DROP TRIGGER events_never_change; DROP TRIGGER events_never_go; " + change)
			must(t, err)
			must(t, db.Close())
			reports, err := VerifyTrail(t.Context(), o.Path)
			must(t, err)
			broken := false
			for _, r := range reports {
				broken = broken || r.Broken != ""
			}
			if !broken {
				t.Errorf("not seen: %+v", reports)
			}
		})
	}
}

// TestAnOlderTrailIsMarked: what was written before the chain is counted apart, and what comes after is held by it.
func TestAnOlderTrailIsMarked(t *testing.T) {
	ctx := t.Context()
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
	olderDB(t, o, 5)
	db, err := sql.Open("sqlite", o.Path)
	must(t, err)
	for i := range 3 {
		_, err = db.Exec("INSERT INTO events (id, at, council, actor, actor_id, verb, subject, detail) VALUES (?, 1, ?, '', '', 'old', '', '')", fmt.Sprint("old", i), north)
		must(t, err)
	}
	must(t, db.Close())
	s := openStore(t, o)
	must(t, s.AddEventOnce(ctx, care.Event{ID: "new", At: noon, Council: north, Verb: "new"}))
	if r := verified(t, o.Path)[north]; r.Earlier != 3 || r.Events != 1 {
		t.Errorf("%+v, want 3 earlier and 1", r)
	}
	_, err = VerifyTrail(ctx, filepath.Join(t.TempDir(), "nothing.db"))
	if err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("a file that is not there: %v", err)
	}
}
