package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// A case that was kept as long as its council says is destroyed once two people agreed: what was said of it stands in the table
// disposals, and what is left of it in the table disposed (docs/adr/0018). Triggers let nothing of a sent case go before it is
// written down there, and let it be written down only when two people agreed.

// blindDisposed is the kind of token by which the reference of a destroyed case is found.
const blindDisposed = "destroyed reference"

func disposalPlace(caseID string) keys.Place { return keys.Place{Table: "disposals", Record: caseID} }

func disposedPlace(caseID string) keys.Place { return keys.Place{Table: "disposed", Record: caseID} }

// unfinishedSQL says of a case or draft o that somebody may still need the one it belongs with.
const unfinishedSQL = "(o.status <> 'signed' OR o.revising <> 0)"

// linkedSQL says of a case that one it belongs with is not finished; %[1]s is what the query calls it.
const linkedSQL = `(EXISTS (SELECT 1 FROM case_links l JOIN assessments o ON o.id = l.carer WHERE l.adult = %[1]s.id AND l.ended_at = 0 AND ` + unfinishedSQL + `)
	OR EXISTS (SELECT 1 FROM case_links l JOIN assessments o ON o.id = l.adult WHERE l.carer = %[1]s.id AND l.ended_at = 0 AND ` + unfinishedSQL + `)
	OR EXISTS (SELECT 1 FROM assessments o WHERE o.id = %[1]s.linked_to AND ` + unfinishedSQL + `)
	OR EXISTS (SELECT 1 FROM assessments o WHERE o.linked_to = %[1]s.id AND o.linked_to <> '' AND o.duplicate_of <> %[1]s.id AND ` + unfinishedSQL + `))`

// twinsSQL are the duplicates of a case a: they go with it. One that was signed before it was found out is finished by itself.
const twinsSQL = "FROM assessments z WHERE z.duplicate_of = a.id AND z.duplicate_of <> '' AND z.status = 'sent'"

// stopSQL says of a case a why it is not destroyed, "" for nothing in the way.
var stopSQL = `CASE
	WHEN a.status <> 'signed' OR a.revising <> 0 OR a.finished_at = 0 THEN 'open'
	WHEN a.news_at <> 0 OR EXISTS (SELECT 1 ` + twinsSQL + ` AND z.news_at <> 0) THEN 'news'
	WHEN ` + fmt.Sprintf(linkedSQL, "a") + ` OR EXISTS (SELECT 1 ` + twinsSQL + " AND " + fmt.Sprintf(linkedSQL, "z") + `) THEN 'linked'
	WHEN EXISTS (SELECT 1 FROM owed w WHERE w.case_id = a.id) THEN 'owed'
	ELSE '' END`

var disposalColumns = "a.id, a.reference, a.kind, a.test, a.finished_at, (SELECT count(*) " + twinsSQL + "), " + stopSQL + `, coalesce(d.state, ''), coalesce(d.at, 0),
	coalesce(d.why, ''), coalesce(d.by_id, ''), coalesce(d.agreed_by, ''), d.data_key, d.note`

const (
	// A case that is worked on again is not on the list at all: it is not finished.
	dueSQL = ` FROM assessments a INDEXED BY assessments_finished LEFT JOIN disposals d ON d.case_id = a.id
	WHERE a.council = ? AND a.finished_at <> 0 AND a.finished_at < ? AND a.status = 'signed' AND a.revising = 0
	AND (d.state IS NULL OR d.state = 'kept' AND d.at <= ?)`
	dueAfterSQL = " AND (a.finished_at, a.id) > (?, ?)"
	dueOrderSQL = " ORDER BY a.finished_at, a.id LIMIT ?"

	statedSQL = ` FROM disposals d INDEXED BY disposals_state CROSS JOIN assessments a ON a.id = d.case_id
	WHERE d.council = ? AND d.state = ?`
	statedAfterSQL = " AND (d.at, d.case_id) > (?, ?)"
	statedOrderSQL = " ORDER BY d.at, d.case_id LIMIT ?"
)

// disposalCursor names the columns of a cursor.
var disposalCursor = []string{"at", "id"}

// Disposals lists one page of a council's cases in one state of disposal. care.ErrNotFound when q.After was never given out for
// that state.
func (s *Store) Disposals(ctx context.Context, q care.DisposalQuery) (care.DisposalPage, error) {
	page, err := s.disposals(ctx, q)
	if err != nil {
		return care.DisposalPage{}, fmt.Errorf("listing cases to be destroyed: %w", err)
	}
	return page, nil
}

func (s *Store) disposals(ctx context.Context, q care.DisposalQuery) (page care.DisposalPage, err error) {
	if q.Limit < 1 || q.Limit > 100 {
		q.Limit = 50
	}
	key, err := s.councilKey(ctx, q.Council)
	if err != nil {
		return page, err
	}
	from, after, order, args := statedSQL, statedAfterSQL, statedOrderSQL, []any{q.Council, string(q.State)}
	switch q.State {
	case care.DisposalDue:
		from, after, order, args = dueSQL, dueAfterSQL, dueOrderSQL, []any{q.Council, micros(q.Before), micros(q.Now)}
	case care.DisposalKept: // those whose longer time is over are due again
		from, args = from+" AND d.at > ?", append(args, micros(q.Now))
	}
	err = s.readRow(ctx, "SELECT count(*) FROM (SELECT 1"+from+" LIMIT ?)", append(args[:len(args):len(args)], countMost+1), &page.Total)
	if err != nil {
		return page, err
	}
	if page.Total > countMost {
		page.Total, page.More = countMost, true
	}
	query := "SELECT " + disposalColumns + from
	if q.After != "" {
		place, err := parseCursor(q.After, string(q.State), disposalCursor)
		if err != nil {
			return page, err
		}
		query, args = query+after, append(args, place...)
	}
	var next cursor
	err = s.readRows(ctx, query+order, append(args, q.Limit+1), func(r *sql.Rows) error {
		l, at, wrapped, note, err := scanDisposal(r.Scan)
		if err != nil {
			return err
		}
		if len(page.Lines) == q.Limit {
			page.Next = next.String()
			return nil
		}
		if l.State == care.DisposalKept {
			record, err := key.Record(disposalPlace(l.ID), wrapped)
			if err != nil {
				return err
			}
			plain, err := record.Open("note", note)
			if err != nil {
				return err
			}
			l.Note = string(plain)
		}
		next = cursor{Sort: string(q.State), Key: []any{at, l.ID}}
		if q.State == care.DisposalDue {
			next.Key[0] = micros(l.FinishedAt)
		}
		page.Lines = append(page.Lines, l)
		return nil
	})
	return page, err
}

func scanDisposal(scan func(...any) error) (l care.DisposalLine, at int64, wrapped, note []byte, err error) {
	var finished int64
	err = scan(&l.ID, &l.Reference, (*string)(&l.Kind), &l.Test, &finished, &l.Twins, (*string)(&l.Stop), (*string)(&l.State), &at, &l.Why, &l.ByID, &l.AgreedBy, &wrapped, &note)
	l.FinishedAt, l.At = fromMicros(finished), fromMicros(at)
	return l, at, wrapped, note, err
}

// disposal is how a case stands at this moment, by one column that names it. care.ErrConflict when the council has none: it was on
// the page that was read, and is destroyed by now.
func (t *tx) disposal(council, column, value string) (care.DisposalLine, error) {
	l, _, _, _, err := scanDisposal(func(dest ...any) error {
		return t.row("SELECT "+disposalColumns+" FROM assessments a LEFT JOIN disposals d ON d.case_id = a.id WHERE a."+column+" = ? AND a.council = ? AND a.status <> 'draft'",
			[]any{value, council}, dest...)
	})
	if errors.Is(err, sql.ErrNoRows) {
		return l, fmt.Errorf("case %s is there no more: %w", value, care.ErrConflict)
	}
	return l, err
}

// overdue says why a case is not to be destroyed or kept longer, "" when its time is over.
func overdue(l care.DisposalLine, before time.Time) care.DisposalStop {
	if l.Stop == care.StopOpen || l.FinishedAt.Before(before) {
		return l.Stop
	}
	return care.StopNotDue
}

// steps runs one step for each case, and writes the event that fits, all or none. do says what changed; nothing for a second press.
func (s *Store) steps(ctx context.Context, council string, st care.DisposalStep, ev care.Event, do func(*tx, care.DisposalLine) (bool, error)) error {
	return s.write(ctx, func(t *tx) error {
		for _, ref := range st.References {
			l, err := t.disposal(council, "reference", ref)
			if err != nil {
				return err
			}
			changed, err := do(t, l)
			if err != nil {
				return fmt.Errorf("case %s: %w", ref, told(err))
			}
			if !changed {
				continue
			}
			ev.ID, ev.Council, ev.Subject = "", council, l.ID
			if err := t.addEvents(council, ev); err != nil {
				return err
			}
		}
		return nil
	})
}

const stateSQL = `INSERT INTO disposals (case_id, council, state, at, why, by_id, agreed_by, agreed_at, data_key, note) VALUES (?, ?, ?, ?, ?, ?, '', 0, ?, ?)
	ON CONFLICT (case_id) DO UPDATE SET state = excluded.state, at = excluded.at, why = excluded.why, by_id = excluded.by_id, data_key = excluded.data_key, note = excluded.note`

// KeepCases keeps cases whose time is over until step.Until, or for another time than before. care.ErrConflict when one is not due,
// or somebody proposed to destroy it: that is to be taken back first.
func (s *Store) KeepCases(ctx context.Context, council string, step care.DisposalStep, ev care.Event) error {
	key, err := s.councilKey(ctx, council)
	if err == nil {
		err = s.steps(ctx, council, step, ev, func(t *tx, l care.DisposalLine) (bool, error) {
			switch stop := overdue(l, step.Before); {
			case stop == care.StopOpen, stop == care.StopNotDue, l.State != "" && l.State != care.DisposalKept:
				return false, care.ErrConflict
			case l.State == care.DisposalKept && l.At.Equal(step.Until) && l.Why == step.Why && l.ByID == step.By:
				return false, nil // a second press
			}
			record, wrapped := key.NewRecord(disposalPlace(l.ID))
			_, err := t.exec(stateSQL, l.ID, council, string(care.DisposalKept), micros(step.Until), step.Why, step.By, wrapped, record.Seal("note", []byte(step.Note)))
			return true, err
		})
	}
	if err != nil {
		return fmt.Errorf("keeping cases longer: %w", err)
	}
	return nil
}

// ProposeDisposal notes that somebody proposes to destroy cases. care.ErrConflict when one is not due or something is in the way of
// it, or somebody else has proposed it.
func (s *Store) ProposeDisposal(ctx context.Context, council string, step care.DisposalStep, ev care.Event) error {
	err := s.steps(ctx, council, step, ev, func(t *tx, l care.DisposalLine) (bool, error) {
		switch {
		case l.State == care.DisposalProposed && l.ByID == step.By:
			return false, nil // a second press
		case overdue(l, step.Before) != "", l.State == care.DisposalProposed, l.State == care.DisposalAgreed, l.State == care.DisposalKept && l.At.After(step.At):
			return false, care.ErrConflict
		}
		_, err := t.exec(stateSQL, l.ID, council, string(care.DisposalProposed), micros(step.At), "", step.By, []byte{}, []byte{})
		return true, err
	})
	if err != nil {
		return fmt.Errorf("proposing to destroy cases: %w", err)
	}
	return nil
}

// AgreeDisposal notes that a second person agrees; it is carried out from step.Until on. care.ErrForbidden when it is the one who
// proposed it, care.ErrConflict when one is not proposed any more or something has come in the way.
func (s *Store) AgreeDisposal(ctx context.Context, council string, step care.DisposalStep, ev care.Event) error {
	err := s.steps(ctx, council, step, ev, func(t *tx, l care.DisposalLine) (bool, error) {
		switch {
		case l.State == care.DisposalAgreed && l.AgreedBy == step.By:
			return false, nil // a second press
		case l.State != care.DisposalProposed, overdue(l, step.Before) != "":
			return false, care.ErrConflict
		case l.ByID == step.By:
			return false, fmt.Errorf("whoever proposed it cannot agree to it: %w", care.ErrForbidden)
		}
		_, err := t.exec("UPDATE disposals SET state = 'agreed', agreed_by = ?, agreed_at = ?, at = ? WHERE case_id = ?", step.By, micros(step.At), micros(step.Until), l.ID)
		return true, err
	})
	if err != nil {
		return fmt.Errorf("agreeing to destroy cases: %w", err)
	}
	return nil
}

// TakeBackDisposal forgets what was said of cases: they are due as before. One of which nothing is said is left alone;
// care.ErrConflict when one is destroyed already.
func (s *Store) TakeBackDisposal(ctx context.Context, council string, step care.DisposalStep, ev care.Event) error {
	err := s.steps(ctx, council, step, ev, func(t *tx, l care.DisposalLine) (bool, error) {
		n, err := t.exec("DELETE FROM disposals WHERE case_id = ? AND council = ?", l.ID, council)
		return n > 0, err
	})
	if err != nil {
		return fmt.Errorf("taking back what was said of cases: %w", err)
	}
	return nil
}

// Dispose destroys cases of one council of which two people said so and whose grace is over at d.At: all that was written, added,
// found and signed, with the keys it was sealed with, the tokens it was found by, and messages on their way; what is left is d. A
// case that is not due any more, or with something in the way by now, is not destroyed: what was said of it is forgotten, with
// the event dropped. One that was taken back meanwhile is left alone. It returns how many were destroyed.
func (s *Store) Dispose(ctx context.Context, council string, all []care.Disposed, before time.Time, done, dropped care.Event) (int, error) {
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return 0, fmt.Errorf("destroying cases of %s: %w", council, err)
	}
	n := 0
	err = s.write(ctx, func(t *tx) error {
		n = 0
		for _, d := range all {
			l, err := t.disposal(council, "id", d.Case)
			if errors.Is(err, care.ErrConflict) || err == nil && (l.State != care.DisposalAgreed || l.At.After(d.At)) {
				continue
			}
			if err != nil {
				return err
			}
			if stop := overdue(l, before); stop != "" {
				if _, err := t.exec("DELETE FROM disposals WHERE case_id = ?", l.ID); err != nil {
					return err
				}
				dropped.ID, dropped.Council, dropped.Subject, dropped.Detail = "", council, l.ID, string(stop)
				if err := t.addEvents(council, dropped); err != nil {
					return err
				}
				continue
			}
			gone, err := t.dispose(key, council, l, d)
			if err != nil {
				return fmt.Errorf("case %s: %w", l.ID, told(err))
			}
			for _, id := range gone {
				done.ID, done.Council, done.Subject = "", council, id
				if err := t.addEvents(council, done); err != nil {
					return err
				}
			}
			n += len(gone)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("destroying cases of %s: %w", council, err)
	}
	return n, nil
}

// disposing deletes what hangs on a case, in an order in which nothing refers to what is gone. Its entries, codes, search tokens,
// what is owed on it and what was said of its disposal go with the case itself. A message of before it was noted what messages are
// about cannot be told to be another's: those that were given up go along.
var disposing = []string{
	"DELETE FROM sessions WHERE assessment <> '' AND assessment = ?1 AND council = ?2",
	"DELETE FROM assessments WHERE linked_to = ?1 AND account_of = 1 AND status = 'draft' AND council = ?2",
	"UPDATE assessments SET duplicate_of = '' WHERE duplicate_of = ?1 AND duplicate_of <> '' AND council = ?2",
	"UPDATE assessments SET linked_to = '' WHERE linked_to = ?1 AND linked_to <> '' AND council = ?2",
	"DELETE FROM goqite WHERE queue = '" + mailQueueName + "' AND id IN (SELECT message FROM outbox WHERE council = ?2 AND about = ?1)",
	"DELETE FROM outbox WHERE council = ?2 AND (about = ?1 OR about = '' AND message IS NULL)",
	"DELETE FROM case_parts WHERE case_id = ?1 AND council = ?2",
	"DELETE FROM determinations WHERE case_id = ?1 AND council = ?2",
	"DELETE FROM case_grants WHERE case_id = ?1 AND council = ?2",
	"DELETE FROM case_links WHERE (adult = ?1 OR carer = ?1) AND council = ?2",
	"DELETE FROM transfers WHERE case_id = ?1 AND new_case = '' AND council = ?2",
	"DELETE FROM transfers WHERE new_case = ?1 AND new_case <> '' AND to_council = ?2",
	"DELETE FROM assessments WHERE id = ?1 AND council = ?2",
}

// dispose destroys a case and its duplicates, and returns their ids.
func (t *tx) dispose(key *keys.Council, council string, l care.DisposalLine, d care.Disposed) (gone []string, err error) {
	type one struct{ id, reference, ending string }
	all := []one{{l.ID, l.Reference, d.Ending}}
	err = t.rows("SELECT z.id, z.reference FROM assessments a JOIN assessments z ON z.duplicate_of = a.id WHERE a.id = ? AND z.duplicate_of <> '' AND z.status = 'sent'",
		[]any{l.ID}, func(r *sql.Rows) error {
			twin := one{ending: care.EndingDuplicate}
			err := r.Scan(&twin.id, &twin.reference)
			all = append(all, twin)
			return err
		})
	if err != nil {
		return nil, err
	}
	for _, c := range slices.Backward(all) { // a duplicate is one as long as its case is there
		record, wrapped := key.NewRecord(disposedPlace(c.id))
		_, err = t.exec(`INSERT INTO disposed (case_id, council, reference, kind, test, sent_at, signed_at, finished_at, proposed_by, agreed_by, disposed_at, data_key, ending)
			SELECT id, council, ?, kind, test, sent_at, coalesce((SELECT min(d.signed_at) FROM determinations d WHERE d.case_id = assessments.id), 0), ?, ?, ?, ?, ?, ?
			FROM assessments WHERE id = ?`, key.Blind(blindDisposed, c.reference), micros(l.FinishedAt), l.ByID, l.AgreedBy, micros(d.At), wrapped, record.Seal("ending", []byte(c.ending)), c.id)
		if err != nil {
			return nil, err
		}
		for _, statement := range disposing {
			if _, err := t.exec(statement, c.id, council); err != nil {
				return nil, err
			}
		}
		gone = append(gone, c.id)
	}
	t.erased()
	return gone, nil
}

// DisposedCase is what is left of the case that had a reference. care.ErrNotFound when the council destroyed none such.
func (s *Store) DisposedCase(ctx context.Context, council, reference string) (care.Disposed, error) {
	d, err := s.disposedCase(ctx, council, reference)
	if err != nil {
		return care.Disposed{}, fmt.Errorf("looking for a destroyed case: %w", told(err))
	}
	return d, nil
}

func (s *Store) disposedCase(ctx context.Context, council, reference string) (care.Disposed, error) {
	d := care.Disposed{Council: council, Reference: reference}
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return d, err
	}
	var sent, signed, finished, at int64
	var wrapped, ending []byte
	err = s.readRow(ctx, `SELECT case_id, kind, test, sent_at, signed_at, finished_at, proposed_by, agreed_by, disposed_at, data_key, ending
		FROM disposed WHERE council = ? AND reference = ?`, []any{council, key.Blind(blindDisposed, reference)},
		&d.Case, (*string)(&d.Kind), &d.Test, &sent, &signed, &finished, &d.ProposedBy, &d.AgreedBy, &at, &wrapped, &ending)
	if err != nil {
		return d, err
	}
	record, err := key.Record(disposedPlace(d.Case), wrapped)
	if err != nil {
		return d, err
	}
	plain, err := record.Open("ending", ending)
	d.Ending, d.SentAt, d.SignedAt, d.FinishedAt, d.At = string(plain), fromMicros(sent), fromMicros(signed), fromMicros(finished), fromMicros(at)
	return d, err
}

const (
	disposedCameSQL   = "SELECT count(*) FROM disposed INDEXED BY disposed_came WHERE council = ? AND test = 0 AND sent_at >= ? AND sent_at < ?"
	disposedClosedSQL = "SELECT count(*) FROM disposed INDEXED BY disposed_closed WHERE council = ? AND test = 0 AND signed_at >= ? AND signed_at < ?"
)

// addDisposed counts destroyed cases in the week in which they came in, and in which they were closed for the first time.
func (s *Store) addDisposed(ctx context.Context, args []any, week *care.WeekFigures) error {
	var in, out int
	if err := s.readRow(ctx, disposedCameSQL, args, &in); err != nil {
		return fmt.Errorf("counting what came in and was destroyed: %w", err)
	}
	if err := s.readRow(ctx, disposedClosedSQL, args, &out); err != nil {
		return fmt.Errorf("counting what was closed and destroyed: %w", err)
	}
	week.In, week.Out = week.In+in, week.Out+out
	return nil
}
