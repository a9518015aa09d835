package sqlite

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
)

var waitingBands = []time.Duration{0, 8 * 24 * time.Hour, 15 * 24 * time.Hour, 29 * 24 * time.Hour, 85 * 24 * time.Hour, 183 * 24 * time.Hour}

// manyOpen puts n open cases of 35 groups and 61 workers into a store, sent over 190 days, by SQL: nothing of them is opened.
func manyOpen(tb testing.TB, s *Store, n int) {
	tb.Helper()
	must(tb, s.write(tb.Context(), func(t *tx) error {
		for i := range n {
			sent := noon.Add(-time.Duration(i) * 190 * 24 * time.Hour / time.Duration(n))
			worker := fmt.Sprint("w", i%60)
			if i%7 == 0 {
				worker = ""
			}
			if _, err := t.exec(`INSERT INTO assessments (id, council, kind, ruleset, status, version, sealed_version, started_at, saved_at, reference, sent_at, due_at, queue_rank,
				linked_to, worker, worker_name, data_key, answers, summary, team, held_until)
				VALUES (?, ?, ?, '', 'sent', 1, 1, 0, 0, ?, ?, ?, ?, '', ?, '', x'', zeroblob(3000), zeroblob(500), ?, ?)`,
				fmt.Sprint("c", i), north, fmt.Sprint("kind", i%5), fmt.Sprint("R", i), micros(sent), micros(sent.AddDate(0, 0, 150)), -(i % 11 / 9),
				worker, fmt.Sprint("t", i%7), map[bool]int{true: 1}[i%20 == 0]); err != nil {
				return err
			}
		}
		return nil
	}))
}

// sumsSQL counts open cases in the plain way: one pass that looks at each of them.
func sumsSQL(bands int) string {
	q := "SELECT team, kind, sum(worker = ''), sum(due_at < ?2), sum(queue_rank <= -2)"
	for i := range bands {
		over, under := fmt.Sprintf(" AND sent_at > ?%d", i+3), fmt.Sprintf(" AND sent_at <= ?%d", i+2)
		if i+1 == bands {
			over = ""
		}
		if i == 0 {
			under = ""
		}
		q += ", sum(1" + over + under + ")"
	}
	return q + " FROM assessments INDEXED BY plain_sums WHERE council = ?1 AND lane = 'open' AND status = 'sent' GROUP BY team, kind"
}

const plainIndex = "CREATE INDEX plain_sums ON assessments (council, lane, team, kind, sent_at, due_at, queue_rank, worker) WHERE status = 'sent'"

func sumsArgs() []any {
	args := []any{north, micros(noon)}
	for _, from := range waitingBands[1:] {
		args = append(args, micros(noon.Add(-from)))
	}
	return args
}

// plainSums are the figures as the plain way counts them.
func plainSums(tb testing.TB, s *Store) (all []care.OpenFigures) {
	tb.Helper()
	must(tb, s.readRows(tb.Context(), sumsSQL(len(waitingBands)), sumsArgs(), func(r *sql.Rows) error {
		f := care.OpenFigures{Waiting: make([]int, len(waitingBands))}
		dest := []any{&f.Team, (*string)(&f.Kind), &f.Unassigned, &f.Overdue, &f.Safety}
		for i := range f.Waiting {
			dest = append(dest, &f.Waiting[i])
		}
		err := r.Scan(dest...)
		for _, n := range f.Waiting {
			f.Open += n
		}
		all = append(all, f)
		return err
	}))
	return all
}

// TestFiguresAreThoseOfAPlainCount holds the counts of ranges against the plain way, with cases on hold beside them.
func TestFiguresAreThoseOfAPlainCount(t *testing.T) {
	s := newStore(t)
	manyOpen(t, s, 1500)
	must(t, s.write(t.Context(), func(t *tx) error { _, err := t.exec(plainIndex); return err }))
	got, err := s.OpenFigures(t.Context(), north, noon, noon, waitingBands)
	must(t, err)
	held, open := 0, 0
	for i := range got {
		held, open = held+got[i].Held, open+got[i].Open
		got[i].Held = 0
	}
	if want := plainSums(t, s); !slices.EqualFunc(got, want, func(a, b care.OpenFigures) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
		t.Errorf("counted %+v\nthe plain way %+v", got, want)
	}
	if held != 75 || open != 1425 {
		t.Errorf("%d open and %d on hold, want 1425 and 75", open, held)
	}
	workers, err := s.WorkerFigures(t.Context(), north, noon)
	must(t, err)
	held, open = 0, 0
	for _, w := range workers {
		held, open = held+w.Held, open+w.Open
	}
	if len(workers) != 61 || held != 75 || open != 1425 {
		t.Errorf("%d workers with %d open and %d on hold", len(workers), open, held)
	}
	// A council without an open case has no figures, and neither has another council.
	if none, err := s.OpenFigures(t.Context(), "southby", noon, noon, waitingBands); err != nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
}

// TestFiguresAreCountedFromIndexes: every count is of a range of an index that holds all it needs, and nothing is sorted.
func TestFiguresAreCountedFromIndexes(t *testing.T) {
	s := newStore(t)
	for _, query := range []string{openSQL(len(waitingBands)), heldSQL, workersSQL, cameSQL, closedSQL, figuresSQL, acknowledgementSQL} {
		plan := plan(t, s, query, make([]any, params(query)))
		if strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, "COVERING INDEX") && !strings.Contains(plan, "PRIMARY KEY") {
			t.Errorf("%s: sorted, or not from an index alone: %s", query, plan)
		}
		for step := range strings.SplitSeq(plan, "; ") {
			steps := step == "SCAN g" || step == "SCAN (subquery-1)" // the groups that were found, one by one
			if strings.Contains(step, "SCAN") && !steps || strings.HasPrefix(step, "SEARCH assessments") && !strings.Contains(step, "USING COVERING INDEX") {
				t.Errorf("%s: %s", query, step)
			}
		}
	}
}

// params is how many parameters a query has, numbered or not.
func params(query string) int {
	for n := 8; n > 0; n-- {
		if strings.Contains(query, fmt.Sprint("?", n)) {
			return n
		}
	}
	return strings.Count(query, "?")
}

// BenchmarkOpenFigures counts a council's 10,000 open cases, and beside it does the same in the plain way: their ratio holds on
// any machine.
func BenchmarkOpenFigures(b *testing.B) {
	s := newStore(b)
	manyOpen(b, s, 10_000)
	must(b, s.write(b.Context(), func(t *tx) error { _, err := t.exec(plainIndex); return err }))
	b.Run("ranges", func(b *testing.B) {
		for b.Loop() {
			if all, err := s.OpenFigures(b.Context(), north, noon, noon, waitingBands); err != nil || len(all) != 35 {
				b.Fatal(len(all), err)
			}
		}
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			if all := plainSums(b, s); len(all) != 35 {
				b.Fatal(len(all))
			}
		}
	})
	b.Run("workers", func(b *testing.B) {
		for b.Loop() {
			if _, err := s.WorkerFigures(b.Context(), north, noon); err != nil {
				b.Fatal(err)
			}
		}
	})
}
