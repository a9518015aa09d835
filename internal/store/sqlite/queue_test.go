package sqlite

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
)

// plan asks SQLite how it would find something.
func plan(t *testing.T, s *Store, query string, args []any) string {
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

// everyQueue calls each with every kind of query: all orders, both directions, all filters, first and later pages.
func everyQueue(t *testing.T, each func(q care.QueueQuery)) (n int) {
	t.Helper()
	for _, lane := range append([]care.Lane{""}, care.Lanes[1:]...) {
		for _, order := range []care.QueueSort{care.SortPressing, care.SortWaiting, care.SortDue, care.SortWorker, care.SortKind} {
			for filters := range 1 << 7 {
				for _, later := range []bool{false, true} {
					q := care.QueueQuery{Council: north, Lane: lane, Sort: order, Limit: 20}
					for i, set := range []func(){
						func() { q.Descending = true },
						func() { q.Kind = care.KindContact },
						func() { q.Worker = "ann" },
						func() { q.Team = care.Nobody },
						func() { q.Level = care.PriorityUrgent },
						func() { q.Adapted = true },
						func() { q.DueBefore = noon },
					} {
						if filters&(1<<i) != 0 {
							set()
						}
					}
					if later {
						p, err := planQueue(q)
						must(t, err)
						key := make([]any, len(p.columns))
						for i, c := range p.columns {
							if key[i] = any("x"); strings.HasSuffix(c, "_at") || c == "queue_rank" {
								key[i] = 5
							}
						}
						q.After = cursor{Sort: p.cursorSort(), Key: key}.String()
					}
					each(q)
					n++
				}
			}
		}
	}
	return n
}

// TestQueueIsIndexed asks SQLite how it would find a page, for every kind of query: by looking up a place in an index and
// walking on from there, never through the table, never by sorting, and what the filters ask from the index alone.
func TestQueueIsIndexed(t *testing.T) {
	s := newStore(t)
	n := everyQueue(t, func(q care.QueueQuery) {
		p, err := planQueue(q)
		must(t, err)
		query, args := p.pageSQL(q.Limit + 1)
		page := plan(t, s, query, args)
		walk := "SEARCH assessments USING COVERING INDEX " + p.index + " (council=? AND lane=?"
		if p.rest != "" {
			if !strings.HasPrefix(page, "CO-ROUTINE") { // it hands out one case after the other, so that the walk ends with the page
				t.Errorf("%+v: the walk does not end with the page: %s", q, page)
			}
			if !strings.Contains(query, " LIMIT ?) WHERE") {
				t.Errorf("%+v: nothing bounds the walk: %s", q, query)
			}
		} else if !strings.HasPrefix(page, walk) {
			t.Errorf("%+v: %s", q, page)
		}
		if !strings.Contains(page, walk) || strings.Contains(page, "TEMP B-TREE") {
			t.Errorf("%+v: %s", q, page)
		}
		if begins := strings.Count(p.begin, " = ?"); strings.Count(page, "=?") != begins {
			t.Errorf("%+v: %d columns are looked up, want %d: %s", q, strings.Count(page, "=?"), begins, page)
		}
		if q.After != "" && !strings.Contains(page, ")"+map[bool]string{false: ">", true: "<"}[q.Descending]+"(") && !singleLeft(p, page) {
			t.Errorf("%+v: the cursor is not looked up: %s", q, page)
		}
		for name, with := range map[string]func() (string, []any){"counting": p.countSQL, "the end of the walk": p.furthestSQL} {
			query, args := with()
			if got := plan(t, s, query, args); !strings.Contains(got, walk) || strings.Contains(got, "TEMP B-TREE") {
				t.Errorf("%+v: %s: %s", q, name, got)
			}
		}
	})
	t.Logf("%d queries", n)
}

// singleLeft: where the order begins with a column that the query holds still, SQLite looks up what is left of the cursor.
func singleLeft(p queuePlan, page string) bool {
	return slices.Contains(p.columns, "kind") && strings.Contains(p.begin, "kind = ?") && strings.Contains(page, p.index)
}

// TestOthersAreIndexed does the same for what else is looked up.
func TestOthersAreIndexed(t *testing.T) {
	s := newStore(t)
	for _, query := range []string{
		staleSQL, entriesSQL, codesSQL, endSessionsSQL, accountsOfSQL, lineSQL, escalateSQL, releaseSQL, alikeSQL, waitingSQL,
		"SELECT id " + leadSQL[care.LeadToday] + " ORDER BY queue_rank, due_at, sent_at, id LIMIT ?",
		"SELECT id " + leadSQL[care.LeadDuty] + " ORDER BY queue_rank, due_at, sent_at, id LIMIT ?",
		"SELECT id FROM codes WHERE kind = 'link' AND hash = 'x' AND council = 'y'",
		"SELECT 1 FROM outbox WHERE message IS NOT NULL",
		"DELETE FROM codes WHERE assessment = 'x'",
		"DELETE FROM entries WHERE case_id = 'x'",
		"DELETE FROM search_tokens WHERE case_id = 'x'",
		"SELECT id FROM assessments WHERE reference = 'x' AND council = 'y'",
		"SELECT id FROM assessments WHERE reference = 'x' AND council = 'y' AND status <> 'draft'",
		"SELECT id FROM events WHERE council = 'x' AND subject = 'y' ORDER BY seq",
		"DELETE FROM sessions WHERE seen_at < 5",
		"DELETE FROM sessions WHERE practitioner = 'x' AND practitioner <> ''",
		"SELECT id FROM practitioners WHERE setup_hash = 'x'",
		"SELECT id FROM practitioners WHERE email = 'x'",
	} {
		p := plan(t, s, query, make([]any, strings.Count(query, "?")))
		if strings.Contains(strings.ReplaceAll(p, "SCAN w", ""), "SCAN") || strings.Contains(p, "TEMP B-TREE") { // w is a walk with an end
			t.Errorf("%s: %s", query, p)
		}
	}
	// The dead letters are an index of their own, read in its order as far as asked.
	if p := plan(t, s, deadMailSQL, []any{"", 10}); !strings.Contains(p, "USING INDEX outbox_dead") || strings.Contains(p, "TEMP B-TREE") {
		t.Errorf("%s: %s", deadMailSQL, p)
	}
}

// TestSearchIsIndexed: every search walks along one token.
func TestSearchIsIndexed(t *testing.T) {
	s := newStore(t)
	council, err := s.councilKey(t.Context(), north)
	must(t, err)
	for _, q := range []care.SearchQuery{
		{Name: "Kim"}, {Name: "Kim Example"}, {Name: "Kim Ann Example"}, {Born: "1950-03-27"}, {Name: "Kim", Born: "1950-03-27"}, {Name: "Kim Example", Born: "1950-03-27"},
	} {
		q.Council, q.Limit = north, 25
		for _, after := range [][]any{nil, {5, "x"}} {
			query, args := planSearch(council, q).pageSQL(q, after)
			got := plan(t, s, query, args)
			if !strings.HasPrefix(got, "CO-ROUTINE w; SEARCH search_tokens USING PRIMARY KEY (token=?") || strings.Contains(got, "TEMP B-TREE") ||
				strings.Contains(strings.ReplaceAll(got, "SCAN w", ""), "SCAN") {
				t.Errorf("%+v: %s", q, got)
			}
		}
	}
}

func TestCursorHoldsNothingPersonal(t *testing.T) {
	s, p := newStore(t), &planted{}
	for i := range 3 {
		fullCase(t, s, p, fmt.Sprint("c", i))
	}
	page, err := s.Queue(t.Context(), care.QueueQuery{Council: north, Limit: 2})
	must(t, err)
	key, err := parseCursor(page.Next, "pressing", queueOrder[care.SortPressing])
	must(t, err)
	if key[len(key)-1] != "c1" {
		t.Errorf("cursor %+v", key)
	}
	if strings.ContainsAny(page.Next, "+/=&? ") {
		t.Errorf("%q does not fit into an address", page.Next)
	}
}
