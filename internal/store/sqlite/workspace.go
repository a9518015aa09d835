package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"threshold/internal/care"
)

// Teams of a council by name.
func (s *Store) Teams(ctx context.Context, council string) ([]care.Team, error) {
	var all []care.Team
	err := s.readRows(ctx, "SELECT id, council, name, closed FROM teams WHERE council = ? ORDER BY name, id", []any{council}, func(r *sql.Rows) error {
		var t care.Team
		err := r.Scan(&t.ID, &t.Council, &t.Name, &t.Closed)
		all = append(all, t)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the teams of %s: %w", council, err)
	}
	return all, nil
}

// PutTeam adds a team or renames, closes or opens it. care.ErrConflict when the council has another team of that name,
// care.ErrNotFound when there is no such council or the id is another council's.
func (s *Store) PutTeam(ctx context.Context, team care.Team, ev care.Event) error {
	err := s.write(ctx, func(t *tx) error {
		n, err := t.exec(`INSERT INTO teams (id, council, name, closed) VALUES (?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, closed = excluded.closed WHERE council = excluded.council`,
			team.ID, team.Council, team.Name, team.Closed)
		if err != nil {
			return told(err)
		}
		if n == 0 {
			return care.ErrNotFound
		}
		return t.addEvents(team.Council, ev)
	})
	if err != nil {
		return fmt.Errorf("storing team %s: %w", team.ID, err)
	}
	return nil
}

// MoveCases changes where cases stand, adds the entries that say why, and writes the events: all of it or nothing. Each
// case gets a version more. care.ErrConflict when one has moved on since it was read, care.ErrNotFound when one is a draft or
// another council's. FirstOpened never goes back to zero.
func (s *Store) MoveCases(ctx context.Context, council string, moves []care.Move, evs ...care.Event) error {
	var adds []func(*tx) error
	for _, m := range moves {
		for _, e := range m.Entries {
			add, err := s.entryToAdd(ctx, council, e)
			if err != nil {
				return fmt.Errorf("moving case %s: %w", m.ID, err)
			}
			adds = append(adds, add)
		}
	}
	err := s.write(ctx, func(t *tx) error {
		for _, m := range moves {
			status, stored, err := t.caseState(council, m.ID)
			switch {
			case err != nil:
				return fmt.Errorf("case %s: %w", m.ID, err)
			case stored != m.Version:
				return fmt.Errorf("case %s: %w", m.ID, care.ErrConflict)
			case m.To.Revising && status != care.StatusSigned:
				return fmt.Errorf("case %s has no record to revise: %w", m.ID, care.ErrConflict)
			}
			if _, err := t.exec(`UPDATE assessments SET worker = ?, worker_name = ?, team = ?, restricted = ?, held_until = ?, test = ?, adapted = ?,
				first_opened = max(first_opened, ?), revising = ?, queue_rank = ?, due_at = ?, version = version + 1 WHERE id = ?`,
				m.To.Worker, m.To.WorkerName, m.To.Team, m.To.Restricted, micros(m.To.HeldUntil), m.To.Test, m.To.Adapted,
				micros(m.To.FirstOpened), m.To.Revising, -int(m.Priority), dueMicros(m.DueAt), m.ID); err != nil {
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
		return fmt.Errorf("moving cases: %w", err)
	}
	return nil
}

// AddEntries adds entries to several cases of a council, all or none. Errors as of AddEntry.
func (s *Store) AddEntries(ctx context.Context, council string, entries []care.Entry, evs ...care.Event) error {
	adds := make([]func(*tx) error, len(entries))
	for i, e := range entries {
		add, err := s.entryToAdd(ctx, council, e)
		if err != nil {
			return fmt.Errorf("adding entry %s to %s: %w", e.ID, e.Case, err)
		}
		adds[i] = add
	}
	err := s.write(ctx, func(t *tx) error {
		for _, add := range adds {
			if err := add(t); err != nil {
				return err
			}
		}
		return t.addEvents(council, evs...)
	})
	if err != nil {
		return fmt.Errorf("adding %d entries: %w", len(entries), err)
	}
	return nil
}
