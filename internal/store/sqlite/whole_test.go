package sqlite

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
)

// planOf asks SQLite how it would carry out a query.
func planOf(t *testing.T, s *Store, query string, args []any) string {
	t.Helper()
	var steps []string
	must(t, s.readRows(t.Context(), "EXPLAIN QUERY PLAN "+query, args, func(r *sql.Rows) error {
		var id, parent, unused int
		var detail string
		err := r.Scan(&id, &parent, &unused, &detail)
		steps = append(steps, detail)
		return err
	}))
	return strings.Join(steps, "; ")
}

// TestTheTrailIsIndexed: every search is led by an index in the order of the page, but for that of one case, whose events are
// few; and a cursor is looked up, not walked to.
func TestTheTrailIsIndexed(t *testing.T) {
	s := newStore(t)
	for _, q := range []care.TrailQuery{
		{}, {Actor: "p"}, {Verbs: []string{"case.viewed"}}, {Verbs: []string{"a", "b"}}, {Verbs: []string{"draft.saved"}}, {Kind: care.KindCarer}, {Subject: "x"}, {Subject: "x", Actor: "p"},
	} {
		for _, from := range []time.Time{{}, noon} {
			for _, after := range []*trailCursor{nil, {At: 5, Seq: 9}} {
				q.Council, q.From, q.To = north, from, from
				query, args := trailSQL(q, after)
				plan := planOf(t, s, query, args)
				if strings.Contains(plan, "SCAN") || !strings.HasPrefix(plan, "SEARCH e USING INDEX events_") {
					t.Errorf("%+v: %s", q, plan)
				}
				if q.Subject != "" {
					continue
				}
				if strings.Contains(plan, "TEMP B-TREE") {
					t.Errorf("%+v is sorted: %s", q, plan)
				}
				if after != nil && !strings.Contains(plan, "at<") && !strings.Contains(plan, "(at,seq)<(?,?)") {
					t.Errorf("%+v: the cursor is not looked up: %s", q, plan)
				}
			}
		}
	}
	if plan := planOf(t, s, notedSQL, make([]any, 5)); !strings.Contains(plan, "events_verb (council=? AND verb=? AND at>?)") {
		t.Errorf("%s: %s", notedSQL, plan)
	}
}

// TestASearchLooksThroughSoMany: what fits nothing comes back after a bounded number of events, with a way on.
func TestASearchLooksThroughSoMany(t *testing.T) {
	s := newStore(t)
	var evs []care.Event
	for i := range trailScan + 10 {
		evs = append(evs, care.Event{At: noon.Add(time.Duration(i) * time.Second), Verb: "draft.saved", Subject: fmt.Sprint(i)})
	}
	must(t, s.write(t.Context(), func(tx *tx) error { return tx.addEvents(north, evs...) }))
	q := care.TrailQuery{Council: north, Kind: care.KindCarer}
	page, err := s.Trail(t.Context(), q)
	must(t, err)
	if len(page.Lines) != 0 || page.Next == "" {
		t.Fatalf("%d lines, next %q", len(page.Lines), page.Next)
	}
	q.After = page.Next
	if page, err = s.Trail(t.Context(), q); err != nil || page.Next != "" {
		t.Errorf("the rest has a next page %q, %v", page.Next, err)
	}
}
