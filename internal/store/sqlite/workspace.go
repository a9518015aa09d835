package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

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

// ChangeTeam makes next of a team that is still what was says. care.ErrConflict when somebody has changed it since, or the
// council has another team of that name: which of the two, a look at the team tells. care.ErrNotFound when the council has
// no such team.
func (s *Store) ChangeTeam(ctx context.Context, was, next care.Team, ev care.Event) error {
	err := s.write(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE teams SET name = ?, closed = ? WHERE id = ? AND council = ? AND name = ? AND closed = ?",
			next.Name, next.Closed, was.ID, was.Council, was.Name, was.Closed)
		if err != nil {
			return told(err)
		}
		if n == 0 {
			var one int
			if err := t.row("SELECT 1 FROM teams WHERE id = ? AND council = ?", []any{was.ID, was.Council}, &one); err != nil {
				return told(err)
			}
			return care.ErrConflict
		}
		return t.addEvents(was.Council, ev)
	})
	if err != nil {
		return fmt.Errorf("changing team %s: %w", was.ID, err)
	}
	return nil
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
	return s.moveCases(ctx, council, moves, nil, evs)
}

// GiveCases is MoveCases that in the same transaction keeps what undoes it, in place of what the same practitioner could undo
// before. One without Moves leaves them nothing to undo. What nobody can undo any more at the time of the first event goes.
func (s *Store) GiveCases(ctx context.Context, council string, moves []care.Move, undo care.Undo, evs ...care.Event) error {
	body, err := json.Marshal(undo)
	if err != nil {
		return fmt.Errorf("writing what undoes a move: %w", err)
	}
	return s.moveCases(ctx, council, moves, func(t *tx) error {
		if _, err := t.exec("DELETE FROM undos WHERE practitioner = ? OR until < ?", undo.Practitioner, when(evs)); err != nil || len(undo.Moves) == 0 {
			return told(err)
		}
		_, err := t.exec("INSERT INTO undos (practitioner, council, until, undo) VALUES (?, ?, ?, ?)", undo.Practitioner, council, micros(undo.Until), string(body))
		return told(err)
	}, evs)
}

// UndoOf returns what a practitioner of a council can undo; care.ErrNotFound when there is nothing. Whether it is too late is for
// the caller to see.
func (s *Store) UndoOf(ctx context.Context, council, practitioner string) (care.Undo, error) {
	var body string
	var undo care.Undo
	err := s.readRow(ctx, "SELECT undo FROM undos WHERE practitioner = ? AND council = ?", []any{practitioner, council}, &body)
	if err != nil {
		return undo, fmt.Errorf("reading what %s can undo: %w", practitioner, told(err))
	}
	if err := json.Unmarshal([]byte(body), &undo); err != nil {
		return undo, fmt.Errorf("reading what %s can undo: %w", practitioner, err)
	}
	return undo, nil
}

// when is the moment of what changes, as its events say.
func when(evs []care.Event) int64 {
	if len(evs) == 0 {
		return micros(time.Now())
	}
	return micros(evs[0].At)
}

func (s *Store) moveCases(ctx context.Context, council string, moves []care.Move, keep func(*tx) error, evs []care.Event) error {
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
				first_opened = max(first_opened, ?), revising = ?, queue_rank = ?, due_at = ?, duplicate_of = ?, version = version + 1 WHERE id = ?`,
				m.To.Worker, m.To.WorkerName, m.To.Team, m.To.Restricted, micros(m.To.HeldUntil), m.To.Test, m.To.Adapted,
				micros(m.To.FirstOpened), m.To.Revising, -int(m.Priority), dueMicros(m.DueAt), m.To.DuplicateOf, m.ID); err != nil {
				return told(err)
			}
			if m.To.DuplicateOf != "" { // it is offered to nobody any more
				if _, err := t.exec("UPDATE transfers SET state = 'taken-back', settled_at = ? WHERE case_id = ? AND state = 'offered'", when(evs), m.ID); err != nil {
					return told(err)
				}
			}
		}
		for _, add := range adds {
			if err := add(t); err != nil {
				return err
			}
		}
		if keep != nil {
			if err := keep(t); err != nil {
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
