package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// entryPlace binds a body to the case it was added to: moved to another, it does not open.
func entryPlace(caseID, id string) keys.Place {
	return keys.Place{Table: "entries", Record: caseID + "/" + id}
}

// AddEntry adds an entry to a draft or case, signed or not. care.ErrConflict when its id is taken, so that a second
// press adds nothing; care.ErrNotFound when the council has no such assessment.
func (s *Store) AddEntry(ctx context.Context, council string, e care.Entry, evs ...care.Event) error {
	add, err := s.entryToAdd(ctx, council, e)
	if err == nil {
		err = s.write(ctx, func(t *tx) error {
			if err := add(t); err != nil {
				return err
			}
			return t.addEvents(council, evs...)
		})
	}
	if err != nil {
		return fmt.Errorf("adding entry %s to %s: %w", e.ID, e.Case, err)
	}
	return nil
}

// entryToAdd seals an entry in the caller's goroutine and returns what stores it in the writer's.
func (s *Store) entryToAdd(ctx context.Context, council string, e care.Entry) (func(*tx) error, error) {
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return nil, err
	}
	record, wrapped := key.NewRecord(entryPlace(e.Case, e.ID))
	body := record.Seal("body", e.Body)
	return func(t *tx) error {
		if err := t.mayAdd(council, e.Case); err != nil {
			return err
		}
		_, err := t.exec("INSERT INTO entries (id, case_id, council, kind, about, at, by_kind, by_id, data_key, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			e.ID, e.Case, council, string(e.Kind), e.About, micros(e.At), string(e.By), e.ByID, wrapped, body)
		if err != nil {
			return told(err)
		}
		if err := t.news(e); err != nil {
			return err
		}
		if err := t.settle(council, e.Case, e.Settle); err != nil {
			return err
		}
		return t.owe(council, e.Case, e.Owe)
	}, nil
}

const assessmentExistsSQL = "SELECT 1 FROM assessments WHERE id = ? AND council = ?"

// assessmentExists is care.ErrNotFound when the council has no such draft or case.
func (t *tx) assessmentExists(council, id string) error {
	var one int
	return told(t.row(assessmentExistsSQL, []any{id, council}, &one))
}

// assessmentExists is the same for readers.
func (s *Store) assessmentExists(ctx context.Context, council, id string) error {
	var one int
	return told(s.readRow(ctx, assessmentExistsSQL, []any{id, council}, &one))
}

const entriesSQL = `SELECT id, kind, about, at, by_kind, by_id, data_key, body
	FROM entries WHERE case_id = ? AND council = ? ORDER BY at, seq`

// Entries of a draft or case, oldest first. care.ErrNotFound when it is not the council's.
func (s *Store) Entries(ctx context.Context, council, assessment string) ([]care.Entry, error) {
	all, err := s.entries(ctx, council, assessment)
	if err != nil {
		return nil, fmt.Errorf("reading the entries of %s: %w", assessment, err)
	}
	return all, nil
}

func (s *Store) entries(ctx context.Context, council, assessment string) ([]care.Entry, error) {
	if err := s.assessmentExists(ctx, council, assessment); err != nil {
		return nil, err
	}
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return nil, err
	}
	var all []care.Entry
	err = s.readRows(ctx, entriesSQL, []any{assessment, council}, func(r *sql.Rows) error {
		e := care.Entry{Case: assessment}
		var at int64
		var wrapped, body sql.RawBytes
		if err := r.Scan(&e.ID, (*string)(&e.Kind), &e.About, &at, (*string)(&e.By), &e.ByID, &wrapped, &body); err != nil {
			return err
		}
		e.At = fromMicros(at)
		record, err := key.Record(entryPlace(assessment, e.ID), wrapped)
		if err != nil {
			return err
		}
		if e.Body, err = record.Open("body", body); err != nil {
			return err
		}
		all = append(all, e)
		return nil
	})
	return all, err
}

// AccountDrafts lists the ids of accounts being written about an assessment, oldest first.
func (s *Store) AccountDrafts(ctx context.Context, council, about string) ([]string, error) {
	var ids []string
	err := s.readRows(ctx, accountsOfSQL+" ORDER BY id", []any{about, council}, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listing accounts of %s: %w", about, err)
	}
	return ids, nil
}

// JoinAccount adds e to the case or draft that draft.LinkedTo names, and erases the draft, in one transaction.
// care.ErrConflict when draft.Version is not the stored one, or an entry of that id is there already; care.ErrNotFound
// when draft or case is not there; care.ErrLocked when the draft was sent as a case.
func (s *Store) JoinAccount(ctx context.Context, draft care.Assessment, e care.Entry, evs ...care.Event) error {
	if e.Case != draft.LinkedTo || draft.LinkedTo == "" {
		return fmt.Errorf("joining account %s: it is about %q, and the entry would go to %q", draft.ID, draft.LinkedTo, e.Case)
	}
	add, err := s.entryToAdd(ctx, draft.Council, e)
	if err == nil {
		err = s.write(ctx, func(t *tx) error {
			n, err := t.exec("DELETE FROM assessments WHERE id = ? AND council = ? AND version = ? AND status = 'draft' AND account_of = 1 AND linked_to = ?",
				draft.ID, draft.Council, draft.Version, draft.LinkedTo)
			if err != nil {
				return told(err)
			}
			if n == 0 {
				return t.whyNot(draft.Council, draft.ID)
			}
			if err := add(t); err != nil {
				return err
			}
			// What somebody else tells of danger brings the case forward, and the one that goes on in its stead. A version more, so that
			// nobody signs what they have not read.
			_, err = t.exec(`UPDATE assessments SET version = version + 1, queue_rank = min(queue_rank, ?),
				due_at = CASE WHEN ? < 0 THEN min(due_at, ?) ELSE due_at END WHERE id IN (?, `+goesOnSQL+`) AND council = ? AND status = 'sent'`,
				-int(draft.Priority), -int(draft.Priority), micros(e.At), draft.LinkedTo, draft.LinkedTo, draft.Council)
			if err != nil {
				return told(err)
			}
			if err := t.adapt(draft.Council, draft.LinkedTo, draft.Adapted); err != nil {
				return err
			}
			t.erased()
			return t.addEvents(draft.Council, evs...)
		})
	}
	if err != nil {
		return fmt.Errorf("joining account %s: %w", draft.ID, err)
	}
	return nil
}
