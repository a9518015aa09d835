package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

func partPlace(caseID, name string, version int) keys.Place {
	return keys.Place{Table: "case_parts", Record: caseID + "/" + name, Version: version}
}

// Parts returns the working papers on a case by name. care.ErrNotFound when there is no such case in the council.
func (s *Store) Parts(ctx context.Context, council, caseID string) ([]care.Part, error) {
	if err := s.caseExists(ctx, council, caseID); err != nil {
		return nil, fmt.Errorf("reading the papers on case %s: %w", caseID, err)
	}
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return nil, fmt.Errorf("reading the papers on case %s: %w", caseID, err)
	}
	var all []care.Part
	err = s.readRows(ctx, "SELECT name, version, data_key, body FROM case_parts WHERE case_id = ? AND council = ? ORDER BY name",
		[]any{caseID, council}, func(r *sql.Rows) error {
			var p care.Part
			var wrapped, body sql.RawBytes
			if err := r.Scan(&p.Name, &p.Version, &wrapped, &body); err != nil {
				return err
			}
			record, err := key.Record(partPlace(caseID, p.Name, p.Version), wrapped)
			if err != nil {
				return err
			}
			if p.Body, err = record.Open("body", body); err != nil {
				return err
			}
			all = append(all, p)
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("reading the papers on case %s: %w", caseID, err)
	}
	return all, nil
}

// caseExists is care.ErrNotFound for drafts and for another council's.
func (s *Store) caseExists(ctx context.Context, council, id string) error {
	var one int
	return told(s.readRow(ctx, "SELECT 1 FROM assessments WHERE id = ? AND council = ? AND status <> 'draft'", []any{id, council}, &one))
}

// SavePart stores one working paper as version p.Version+1. care.ErrConflict when p.Version (0 for new) is not the
// stored one, care.ErrLocked when the case is signed and its next record is not being prepared.
func (s *Store) SavePart(ctx context.Context, council, caseID string, p care.Part, ev care.Event) error {
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return fmt.Errorf("saving %s of case %s: %w", p.Name, caseID, err)
	}
	next := p.Version + 1
	record, wrapped := key.NewRecord(partPlace(caseID, p.Name, next))
	body := record.Seal("body", p.Body)
	err = s.write(ctx, func(t *tx) error {
		status, _, err := t.caseState(council, caseID)
		switch {
		case err != nil:
			return err
		case status == care.StatusSigned:
			switch revising, err := t.revising(caseID); {
			case err != nil:
				return err
			case !revising:
				return care.ErrLocked
			}
		}
		if p.Version == 0 {
			_, err := t.exec("INSERT INTO case_parts (case_id, name, council, version, data_key, body) VALUES (?, ?, ?, ?, ?, ?)",
				caseID, p.Name, council, next, wrapped, body)
			if err != nil {
				return told(err)
			}
			return t.addEvents(council, ev)
		}
		n, err := t.exec("UPDATE case_parts SET version = ?, data_key = ?, body = ? WHERE case_id = ? AND name = ? AND council = ? AND version = ?",
			next, wrapped, body, caseID, p.Name, council, p.Version)
		if err != nil {
			return told(err)
		}
		if n == 0 {
			return care.ErrConflict
		}
		return t.addEvents(council, ev)
	})
	if err != nil {
		return fmt.Errorf("saving %s of case %s: %w", p.Name, caseID, err)
	}
	return nil
}

// revising says whether the next record of a signed case is being prepared.
func (t *tx) revising(caseID string) (on bool, err error) {
	err = t.row("SELECT revising FROM assessments WHERE id = ?", []any{caseID}, &on)
	return on, told(err)
}
