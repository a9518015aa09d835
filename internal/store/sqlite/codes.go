package sqlite

import (
	"context"
	"database/sql"
	"errors"
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
		_, err := t.exec("INSERT INTO codes (id, assessment, council, kind, hash, created_at, until, used_at, ended_at, press, opened) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			c.ID, c.Assessment, council, string(c.Kind), c.Hash, micros(c.CreatedAt), micros(c.Until), micros(c.UsedAt), micros(c.EndedAt), c.Press, c.Opened)
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

const codeColumns = "id, assessment, kind, hash, created_at, until, used_at, ended_at, press, opened"

func scanCode(scan func(...any) error) (c care.Code, err error) {
	var created, until, used, ended int64
	if err := scan(&c.ID, &c.Assessment, (*string)(&c.Kind), &c.Hash, &created, &until, &used, &ended, &c.Press, &c.Opened); err != nil {
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
	if errors.Is(err, sql.ErrNoRows) { // one that another council gave, of a case that came from there
		err = s.readRow(ctx, cameAsSQL, []any{council, reference}, &assessment)
	}
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

// UseCode notes that a code was used and stores the account that its use begins, in one transaction; it returns that
// account's id, "" for none. A second press of the form that used it ([care.Code.OpensAgain]) gets the same and writes
// nothing. care.ErrConflict when the code is not live then ([care.Code.Live]): used, if it opens only once, ended or run
// out, be it a moment ago. care.ErrNotFound when the council has no such code, or no longer the form it belongs to.
func (s *Store) UseCode(ctx context.Context, council, id string, use care.CodeUse, evs ...care.Event) (opened string, err error) {
	var sealed sealedAssessment
	if use.Account.ID != "" {
		if use.Account.Council != council {
			return "", fmt.Errorf("using code %s: the account is of council %q, not %q", id, use.Account.Council, council)
		}
		if sealed, err = s.sealAssessment(ctx, use.Account, 1); err != nil {
			return "", fmt.Errorf("using code %s: %w", id, err)
		}
	}
	err = s.write(ctx, func(t *tx) error {
		opened = ""
		c, err := scanCode(func(dest ...any) error {
			return t.row("SELECT "+codeColumns+" FROM codes WHERE id = ? AND council = ?", []any{id, council}, dest...)
		})
		if err != nil {
			return err
		}
		if c.OpensAgain(use.Press, use.At) {
			opened = c.Opened
			return nil
		}
		if !c.Live(use.At) {
			return care.ErrConflict
		}
		if use.Account.ID != "" {
			if err := t.insertAssessment(use.Account, sealed); err != nil {
				return err
			}
		}
		opened = use.Account.ID
		_, err = t.exec("UPDATE codes SET used_at = ?, press = ?, opened = ? WHERE id = ?", micros(use.At), use.Press, opened, id)
		if err != nil {
			return told(err)
		}
		return t.addEvents(council, evs...)
	})
	if err != nil {
		return "", fmt.Errorf("using code %s: %w", id, err)
	}
	return opened, nil
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
