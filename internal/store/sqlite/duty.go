package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"threshold/internal/care"
)

// sweepAtOnce bounds one transaction of the verbs below, so that nobody's save waits behind a long one.
const sweepAtOnce = 100

const (
	escalateSQL = `SELECT id, council FROM assessments INDEXED BY queue_unopened
		WHERE council = ? AND lane = 'open' AND queue_rank < 0 AND first_opened = 0 AND escalated = 0 AND sent_at <= ? ORDER BY sent_at, id LIMIT ?`
	releaseSQL = `SELECT id, council FROM assessments INDEXED BY queue_held
		WHERE held_until <> 0 AND held_until <= ? ORDER BY held_until, id LIMIT ?`
)

// EscalateCases puts a council's open cases of urgency or safety that were sent at sentBy or earlier, and that nobody has opened,
// on the list of the duty rota, each once for ever, and returns how many. ev is the pattern of the event that each leaves: its ID,
// Council and Subject are filled in, and its At is when the case was put there.
func (s *Store) EscalateCases(ctx context.Context, council string, sentBy time.Time, ev care.Event) (int, error) {
	n, err := s.sweep(ctx, escalateSQL, []any{council, micros(sentBy)}, "UPDATE assessments SET escalated = ? WHERE id = ?", micros(ev.At), ev)
	if err != nil {
		return n, fmt.Errorf("putting cases of %s on the duty rota: %w", council, err)
	}
	return n, nil
}

// EndHolds brings back, in all councils, cases whose hold has run out at now, and returns how many. ev is the pattern of the event
// that each leaves, as of EscalateCases. Each gets a version more.
func (s *Store) EndHolds(ctx context.Context, now time.Time, ev care.Event) (int, error) {
	n, err := s.sweep(ctx, releaseSQL, []any{micros(now)}, "UPDATE assessments SET held_until = ?, version = version + 1 WHERE id = ?", 0, ev)
	if err != nil {
		return n, fmt.Errorf("ending holds: %w", err)
	}
	return n, nil
}

// sweep changes what a query finds, until it finds no more.
func (s *Store) sweep(ctx context.Context, find string, args []any, change string, value int64, ev care.Event) (int, error) {
	type found struct{ id, council string }
	total := 0
	for {
		n := 0
		err := s.write(ctx, func(t *tx) error {
			var all []found
			err := t.rows(find, append(args, sweepAtOnce), func(r *sql.Rows) error {
				var f found
				err := r.Scan(&f.id, &f.council)
				all = append(all, f)
				return err
			})
			if err != nil {
				return err
			}
			for _, f := range all {
				if _, err := t.exec(change, value, f.id); err != nil {
					return told(err)
				}
				ev.ID, ev.Council, ev.Subject = "", f.council, f.id
				if err := t.addEvents(f.council, ev); err != nil {
					return err
				}
			}
			n = len(all)
			return nil
		})
		if err != nil {
			return total, err
		}
		total += n
		if n < sweepAtOnce {
			return total, nil
		}
	}
}
