package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"threshold/internal/care"
)

// Standing says how a practitioner stands to a sent case, without opening anything of it. care.ErrNotFound when the council
// has none under the reference.
func (s *Store) Standing(ctx context.Context, council, reference, practitioner string) (care.Standing, error) {
	var out care.Standing
	var granted, until int64
	err := s.readRow(ctx, `SELECT a.id, a.kind, a.status, a.version, a.team, a.worker, a.restricted, a.revising, coalesce(g.at, 0), coalesce(g.until, 0),
			EXISTS (SELECT 1 FROM determinations d WHERE d.case_id = a.id AND d.signed_by = ?)
		FROM assessments a LEFT JOIN case_grants g ON g.case_id = a.id AND g.practitioner = ?
		WHERE a.reference = ? AND a.council = ? AND a.status <> 'draft'`, []any{practitioner, practitioner, reference, council},
		&out.Case, (*string)(&out.Kind), (*string)(&out.Status), &out.Version, &out.Team, &out.Worker, &out.Restricted, &out.Revising, &granted, &until, &out.Signed)
	if err != nil {
		return care.Standing{}, fmt.Errorf("looking up case %s: %w", reference, told(err))
	}
	out.Granted, out.Until = granted != 0, fromMicros(until)
	return out, nil
}

// Grants of a case, the oldest first.
func (s *Store) Grants(ctx context.Context, council, caseID string) ([]care.Grant, error) {
	var all []care.Grant
	err := s.readRows(ctx, "SELECT case_id, practitioner, at, until FROM case_grants WHERE case_id = ? AND council = ? ORDER BY at, practitioner",
		[]any{caseID, council}, func(r *sql.Rows) error {
			var g care.Grant
			var at, until int64
			err := r.Scan(&g.Case, &g.Practitioner, &at, &until)
			g.At, g.Until = fromMicros(at), fromMicros(until)
			all = append(all, g)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("reading who may open case %s: %w", caseID, err)
	}
	return all, nil
}

// SetAccess restricts a case or lifts that, gives and takes grants, and adds the entries that say why: all of it or nothing.
// A grant that somebody has already is replaced, but a name is never replaced by a grant with an end. care.ErrConflict when
// the case has moved on since c.Version was read (0 where the case itself does not change), care.ErrNotFound when it, or a
// practitioner, is not the council's.
func (s *Store) SetAccess(ctx context.Context, council string, c care.AccessChange, evs ...care.Event) error {
	adds := make([]func(*tx) error, len(c.Entries))
	for i, e := range c.Entries {
		add, err := s.entryToAdd(ctx, council, e)
		if err != nil {
			return fmt.Errorf("changing who may open case %s: %w", c.Case, err)
		}
		adds[i] = add
	}
	err := s.write(ctx, func(t *tx) error {
		_, stored, err := t.caseState(council, c.Case)
		switch {
		case err != nil:
			return err
		case c.Version != 0 && c.Version != stored:
			return care.ErrConflict
		}
		if c.Version != 0 {
			if _, err := t.exec("UPDATE assessments SET restricted = ?, version = version + 1 WHERE id = ?", c.Restricted, c.Case); err != nil {
				return told(err)
			}
		}
		for _, id := range c.Ended {
			if _, err := t.exec("DELETE FROM case_grants WHERE case_id = ? AND practitioner = ? AND council = ?", c.Case, id, council); err != nil {
				return told(err)
			}
		}
		for _, g := range c.Given {
			var one int
			if err := t.row("SELECT 1 FROM practitioners WHERE id = ? AND council = ?", []any{g.Practitioner, council}, &one); err != nil {
				return told(err)
			}
			if _, err := t.exec(`INSERT INTO case_grants (case_id, practitioner, council, at, until) VALUES (?, ?, ?, ?, ?)
				ON CONFLICT (case_id, practitioner) DO UPDATE SET at = excluded.at, until = excluded.until WHERE case_grants.until <> 0`,
				c.Case, g.Practitioner, council, micros(g.At), micros(g.Until)); err != nil {
				return told(err)
			}
		}
		for _, add := range adds {
			if err := add(t); err != nil {
				return err
			}
		}
		return t.addEvents(council, evs...)
	})
	if err != nil {
		return fmt.Errorf("changing who may open case %s: %w", c.Case, err)
	}
	return nil
}
