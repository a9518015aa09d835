package sqlite

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
)

// equalityRows are all rows as "council month question answer", in the order of the table.
func equalityRows(t *testing.T, s *Store) (rows []string) {
	t.Helper()
	must(t, s.readRows(t.Context(), "SELECT council || ' ' || month || ' ' || question || ' ' || answer FROM equality", nil, func(r *sql.Rows) error {
		var row string
		err := r.Scan(&row)
		rows = append(rows, row)
		return err
	}))
	return rows
}

func TestEqualityAnswersLeadToNobody(t *testing.T) {
	ctx, s := t.Context(), newStore(t)
	must(t, s.AddEquality(ctx, north, "2026-11", map[string]string{"sex": "female", "religion": "sikh"}))
	must(t, s.AddEquality(ctx, north, "2026-11", map[string]string{"sex": "female"}))
	got := equalityRows(t, s)
	slices.Sort(got)
	want := []string{north + " 2026-11 religion sikh", north + " 2026-11 sex female", north + " 2026-11 sex female"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	// What the table has is what was said it has: a column more could lead to somebody.
	var columns []string
	must(t, s.readRows(ctx, "SELECT name FROM pragma_table_info('equality')", nil, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		columns = append(columns, name)
		return err
	}))
	if !slices.Equal(columns, []string{"id", "council", "month", "question", "answer"}) {
		t.Errorf("columns %v", columns)
	}
	// There is no rowid, which would count on from row to row, and the rows lie in the order of random keys.
	if err := s.readRow(ctx, "SELECT rowid FROM equality", nil, new(int64)); err == nil {
		t.Error("the rows are numbered as they come")
	}
	var come []string
	for i := range 40 {
		answer := string(rune('A' + i))
		come = append(come, answer)
		must(t, s.AddEquality(ctx, north, "2026-12", map[string]string{"sex": answer}))
	}
	var lie []string
	for _, row := range equalityRows(t, s) {
		if strings.Contains(row, "2026-12") {
			lie = append(lie, row[strings.LastIndex(row, " ")+1:])
		}
	}
	if len(lie) != 40 || slices.Equal(lie, come) { // by chance once in 40!, which is 8 followed by 47 noughts
		t.Errorf("%d rows, which lie in the order in which they came", len(lie))
	}
	evs, err := s.Events(ctx, north, north)
	must(t, err)
	if len(evs) != 1 { // the council's own
		t.Errorf("%d events", len(evs))
	}
	for _, change := range []string{
		"UPDATE equality SET answer = 'male'",
		"DELETE FROM equality",
		"INSERT OR REPLACE INTO equality (id, council, month, question, answer) SELECT id, council, month, question, 'male' FROM equality LIMIT 1",
		"INSERT INTO equality (id, council, month, question, answer) VALUES (zeroblob(16), '" + north + "', '2026-11-22', 'sex', 'male')",
	} {
		if err := s.write(ctx, func(t *tx) error { _, err := t.exec(change); return err }); err == nil {
			t.Errorf("%s: not refused", change)
		}
	}
}
