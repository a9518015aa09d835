package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// olderPeople puts sent cases with a name and a date of birth into a database of an older shape, and a draft: person i is
// "Person{i} Example", born in the year 1930+i%60.
func olderPeople(t *testing.T, o Options, n int) {
	t.Helper()
	db, err := sql.Open("sqlite", o.Path)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	var wrapped []byte
	must(t, db.QueryRow("SELECT council_key FROM councils WHERE slug = ?", north).Scan(&wrapped))
	council, err := o.Keys.Council(north, wrapped)
	must(t, err)
	tx, err := db.Begin()
	must(t, err)
	for i := range n + 1 {
		id, status, ref := fmt.Sprintf("p%04d", i), care.StatusSent, any(fmt.Sprintf("P%04d", i))
		if i == n {
			status, ref = care.StatusDraft, nil
		}
		record, key := council.NewRecord(assessmentPlace(id, 1))
		summary, err := json.Marshal(care.Summary{Name: fmt.Sprintf("Person%d Example", i), Born: fmt.Sprintf("%d-03-27", 1930+i%60)})
		must(t, err)
		_, err = tx.Exec(`INSERT INTO assessments (id, council, kind, ruleset, status, version, sealed_version, started_at, saved_at,
			reference, sent_at, due_at, queue_rank, linked_to, worker, worker_name, data_key, answers, summary)
			VALUES (?, ?, 'adult-needs', '', ?, 1, 1, ?, ?, ?, ?, 0, 0, '', '', '', ?, ?, ?)`,
			id, north, string(status), micros(noon), micros(noon), ref, micros(noon.Add(time.Duration(i)*time.Minute)), key, record.Seal("answers", []byte{}), record.Seal("summary", summary))
		must(t, err)
	}
	must(t, tx.Commit())
}

// TestOlderCasesAreFound: cases that were sent before there was any search are found once the database was opened, all of
// them, over more than one transaction; a draft is not; an opening that was cut short is taken up; and when all is done it is
// not done again.
func TestOlderCasesAreFound(t *testing.T) {
	const people = blindAtOnce + 20
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
	olderDB(t, o, 5) // before the blind indexes
	olderPeople(t, o, people)
	opened := func(look func(s *Store)) {
		t.Helper()
		s, err := Open(t.Context(), o)
		must(t, err)
		look(s)
		must(t, s.Close())
	}
	found := func(s *Store, q care.SearchQuery) (refs []string) {
		t.Helper()
		q.Council, q.Limit = north, 25
		page, err := s.Search(t.Context(), q, care.Event{At: noon, Actor: care.ActorPractitioner, Verb: "search.made"})
		must(t, err)
		for _, l := range page.Lines {
			refs = append(refs, l.Reference)
		}
		return refs
	}
	all := func(s *Store) {
		t.Helper()
		for _, i := range []int{0, 1, blindAtOnce - 1, blindAtOnce, people - 1} {
			for _, q := range []care.SearchQuery{
				{Name: fmt.Sprintf("person%d", i)}, {Name: fmt.Sprintf("Example Person%d", i)}, {Name: fmt.Sprintf("Person%d", i), Born: fmt.Sprintf("%d-03-27", 1930+i%60)},
			} {
				if got := found(s, q); len(got) != 1 || got[0] != fmt.Sprintf("P%04d", i) {
					t.Errorf("%+v finds %v", q, got)
				}
			}
		}
		if got := found(s, care.SearchQuery{Name: fmt.Sprintf("Person%d", people)}); len(got) != 0 {
			t.Errorf("a draft is found: %v", got)
		}
	}
	tokens := func(s *Store) (n int) {
		t.Helper()
		must(t, s.readRow(t.Context(), "SELECT count(*) FROM search_tokens", nil, &n))
		return n
	}
	run := func(s *Store, query string, args ...any) {
		t.Helper()
		must(t, s.write(t.Context(), func(t *tx) error { _, err := t.exec(query, args...); return err }))
	}
	n := 0
	opened(func(s *Store) {
		all(s)
		n = tokens(s)
		run(s, "DELETE FROM meta WHERE name = 'blind'") // as if the opening had ended in the middle
		run(s, "DELETE FROM search_tokens WHERE case_id > ?", fmt.Sprintf("p%04d", blindAtOnce/2))
	})
	opened(func(s *Store) {
		all(s)
		if again := tokens(s); again != n {
			t.Errorf("%d tokens, and %d when it was taken up again", n, again)
		}
		run(s, "DELETE FROM search_tokens WHERE case_id = 'p0001'")
	})
	opened(func(s *Store) {
		if got := found(s, care.SearchQuery{Name: "Person1"}); len(got) != 0 {
			t.Errorf("what was done is done again each time: %v", got)
		}
	})
}
