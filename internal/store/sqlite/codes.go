package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"threshold/internal/care"
)

// AddCode keeps a code of an assessment. care.ErrNotFound when the council has no such assessment, care.ErrConflict when
// its id, or a link's hash, is taken.
func (s *Store) AddCode(ctx context.Context, council string, c care.Code, ev care.Event) error {
	err := s.write(ctx, func(t *tx) error {
		if err := t.assessmentExists(council, c.Assessment); err != nil {
			return err
		}
		_, err := t.exec("INSERT INTO codes (id, assessment, council, kind, hash, created_at, until, used_at, ended_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			c.ID, c.Assessment, council, string(c.Kind), c.Hash, micros(c.CreatedAt), micros(c.Until), micros(c.UsedAt), micros(c.EndedAt))
		if err != nil {
			return told(err)
		}
		return t.addEvents(council, ev)
	})
	if err != nil {
		return fmt.Errorf("keeping a code of %s: %w", c.Assessment, err)
	}
	return nil
}

const codeColumns = "id, assessment, kind, hash, created_at, until, used_at, ended_at"

func scanCode(scan func(...any) error) (c care.Code, err error) {
	var created, until, used, ended int64
	if err := scan(&c.ID, &c.Assessment, (*string)(&c.Kind), &c.Hash, &created, &until, &used, &ended); err != nil {
		return care.Code{}, told(err)
	}
	c.CreatedAt, c.Until, c.UsedAt, c.EndedAt = fromMicros(created), fromMicros(until), fromMicros(used), fromMicros(ended)
	return c, nil
}

const codesSQL = "SELECT " + codeColumns + " FROM codes WHERE assessment = ? AND council = ? ORDER BY created_at, seq"

// CodesOf lists the codes of an assessment, oldest first, those used and ended too. care.ErrNotFound when it is not the
// council's.
func (s *Store) CodesOf(ctx context.Context, council, assessment string) ([]care.Code, error) {
	err := s.assessmentExists(ctx, council, assessment)
	var all []care.Code
	if err == nil {
		err = s.readRows(ctx, codesSQL, []any{assessment, council}, func(r *sql.Rows) error {
			c, err := scanCode(r.Scan)
			all = append(all, c)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("reading the codes of %s: %w", assessment, err)
	}
	return all, nil
}

// CodesByReference finds the draft or case of a reference, and its codes, oldest first; there may be none.
// care.ErrNotFound when the council has no such reference.
func (s *Store) CodesByReference(ctx context.Context, council, reference string) (assessment string, codes []care.Code, err error) {
	err = s.readRow(ctx, "SELECT id FROM assessments WHERE reference = ? AND council = ?", []any{reference, council}, &assessment)
	if err != nil {
		return "", nil, fmt.Errorf("looking up a reference: %w", told(err))
	}
	codes, err = s.CodesOf(ctx, council, assessment)
	if err != nil {
		return "", nil, err
	}
	return assessment, codes, nil
}

// CodeByHash finds a link by its hash, whether it still opens anything or not. care.ErrNotFound when there is none in
// the council; codes that people type are never found without their reference.
func (s *Store) CodeByHash(ctx context.Context, council, hash string) (care.Code, error) {
	c, err := scanCode(func(dest ...any) error {
		return s.readRow(ctx, "SELECT "+codeColumns+" FROM codes WHERE kind = 'link' AND hash = ? AND council = ?", []any{hash, council}, dest...)
	})
	if err != nil {
		return care.Code{}, fmt.Errorf("looking up a link: %w", err)
	}
	return c, nil
}

// UseCode notes that a code was used at a time. care.ErrConflict when it is not live then ([care.Code.Live]): used, if
// it opens only once, ended or run out, be it a moment ago. care.ErrNotFound when the council has no such code.
func (s *Store) UseCode(ctx context.Context, council, id string, at time.Time, ev care.Event) error {
	err := s.write(ctx, func(t *tx) error {
		c, err := scanCode(func(dest ...any) error {
			return t.row("SELECT "+codeColumns+" FROM codes WHERE id = ? AND council = ?", []any{id, council}, dest...)
		})
		if err != nil {
			return err
		}
		if !c.Live(at) {
			return care.ErrConflict
		}
		if _, err := t.exec("UPDATE codes SET used_at = ? WHERE id = ?", micros(at), id); err != nil {
			return told(err)
		}
		return t.addEvents(council, ev)
	})
	if err != nil {
		return fmt.Errorf("using code %s: %w", id, err)
	}
	return nil
}

const endSessionsSQL = "DELETE FROM sessions WHERE assessment <> '' AND as_kind = ? AND council = ? AND assessment = ?"

const accountsOfSQL = "SELECT id FROM assessments WHERE linked_to = ? AND account_of = 1 AND council = ?"

// EndCodes ends all codes of a kind of an assessment and returns how many; those ended before are not counted. It also
// ends the sessions that came in by such a code, whether they stand at the assessment itself or at the account that is
// being written for it. care.ErrNotFound when the council has no such assessment.
func (s *Store) EndCodes(ctx context.Context, council, assessment string, kind care.CodeKind, at time.Time, ev care.Event) (int, error) {
	var ended int64
	err := s.write(ctx, func(t *tx) error {
		if err := t.assessmentExists(council, assessment); err != nil {
			return err
		}
		n, err := t.exec("UPDATE codes SET ended_at = ? WHERE assessment = ? AND council = ? AND kind = ? AND ended_at = 0",
			micros(at), assessment, council, string(kind))
		if err != nil {
			return told(err)
		}
		ended = n
		opened := []string{assessment}
		err = t.rows(accountsOfSQL, []any{assessment, council}, func(r *sql.Rows) error {
			var id string
			err := r.Scan(&id)
			opened = append(opened, id)
			return err
		})
		if err != nil {
			return err
		}
		as := string(kind)
		if kind == care.CodeReturn || kind == care.CodeLink {
			as = "" // they open a form as its writer, and so does the browser it was written in
		}
		for _, id := range opened {
			if _, err := t.exec(endSessionsSQL, as, council, id); err != nil {
				return err
			}
		}
		return t.addEvents(council, ev)
	})
	if err != nil {
		return 0, fmt.Errorf("ending the codes of %s: %w", assessment, err)
	}
	return int(ended), nil
}
