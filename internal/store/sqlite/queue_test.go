package sqlite

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"threshold/internal/care"
)

// TestQueueIsIndexed asks SQLite how it would find a page, for every kind of query: never by looking through the table,
// never by sorting, and the count from the index alone.
func TestQueueIsIndexed(t *testing.T) {
	s := newStore(t)
	after := cursor{Rank: -1, Due: 5, Sent: 4, ID: "x"}.String()
	plan := func(query string, args []any) string {
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
	n := 0
	for _, kind := range []care.CaseKind{"", care.KindContact} {
		for _, worker := range []string{"", "-", "ann"} {
			for _, flag := range []string{"", "urgent", "safety", "overdue"} {
				for _, a := range []string{"", after} {
					n++
					q := care.QueueQuery{Council: north, Now: noon, Kind: kind, Worker: worker, Flag: flag, After: a, Limit: 20}
					lines, args, err := linesSQL(q)
					must(t, err)
					page := plan(lines, args)
					if !strings.HasPrefix(page, "SEARCH assessments USING INDEX "+queueIndex(q)+" (council=? AND status=?") || strings.Contains(page, "TEMP B-TREE") {
						t.Errorf("%+v: %s", q, page)
					}
					if a != "" && !strings.Contains(page, "(queue_rank,due_at,sent_at,id)>(?,?,?,?)") {
						t.Errorf("%+v: the cursor is not looked up: %s", q, page)
					}
					count, args, err := countSQL(q)
					must(t, err)
					if total := plan(count, args); !strings.HasPrefix(total, "SEARCH assessments USING COVERING INDEX") {
						t.Errorf("%+v: %s", q, total)
					}
				}
			}
		}
	}
	t.Logf("%d queries", n)
	for _, query := range []string{
		staleSQL, entriesSQL, codesSQL, endSessionsSQL, accountsOfSQL,
		"SELECT id FROM codes WHERE kind = 'link' AND hash = 'x' AND council = 'y'",
		"SELECT 1 FROM outbox WHERE message IS NOT NULL",
		"DELETE FROM codes WHERE assessment = 'x'",
		"DELETE FROM entries WHERE case_id = 'x'",
		"SELECT id FROM assessments WHERE reference = 'x' AND council = 'y'",
		"SELECT id FROM assessments WHERE reference = 'x' AND council = 'y' AND status <> 'draft'",
		"SELECT id FROM events WHERE council = 'x' AND subject = 'y' ORDER BY seq",
		"DELETE FROM sessions WHERE seen_at < 5",
		"DELETE FROM sessions WHERE practitioner = 'x' AND practitioner <> ''",
		"SELECT id FROM practitioners WHERE setup_hash = 'x'",
		"SELECT id FROM practitioners WHERE email = 'x'",
	} {
		if p := plan(query, make([]any, strings.Count(query, "?"))); strings.Contains(p, "SCAN") || strings.Contains(p, "TEMP B-TREE") {
			t.Errorf("%s: %s", query, p)
		}
	}
	// The dead letters are an index of their own, read in its order as far as asked.
	if p := plan(deadMailSQL, []any{"", 10}); !strings.Contains(p, "USING INDEX outbox_dead") || strings.Contains(p, "TEMP B-TREE") {
		t.Errorf("%s: %s", deadMailSQL, p)
	}
}

func TestCursorHoldsNothingPersonal(t *testing.T) {
	s, p := newStore(t), &planted{}
	for i := range 3 {
		fullCase(t, s, p, fmt.Sprint("c", i))
	}
	page, err := s.Queue(t.Context(), care.QueueQuery{Council: north, Now: noon, Limit: 2})
	must(t, err)
	c, err := parseCursor(page.Next)
	must(t, err)
	if c.ID != "c1" {
		t.Errorf("cursor %+v", c)
	}
	if strings.ContainsAny(page.Next, "+/=&? ") {
		t.Errorf("%q does not fit into an address", page.Next)
	}
}
