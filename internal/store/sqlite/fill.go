package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"threshold/internal/care"
)

// fillAtOnce is how many cases Fill stores in one transaction. Each transaction writes nearly every page of the indexes whose
// order has nothing to do with when a case was sent, so that few long ones write much less than many short ones.
const fillAtOnce = 40_000

// ErrNotDemo refuses to put made-up people among real ones.
var ErrNotDemo = errors.New("the database is no demonstration")

// Fill stores n sent cases of a demonstration, made by one after the other, each with the event ev (its ID, Council and Subject
// are filled in). It is for trying how the service does with many: it holds much more in memory than the service does, and one
// change of it is long, so that nobody else should write meanwhile. [ErrNotDemo] where the database is not a demonstration.
func (s *Store) Fill(ctx context.Context, n int, ev care.Event, one func(i int) care.Assessment) error {
	demo, err := s.IsDemo(ctx)
	if err == nil && !demo {
		err = ErrNotDemo
	}
	if err != nil {
		return fmt.Errorf("filling a demonstration: %w", err)
	}
	// New cases fall all over the indexes: with few pages in memory each of them would be read and written again and again.
	settings := func(cache, log string) error {
		return s.write(ctx, func(t *tx) error {
			for _, pragma := range []string{"PRAGMA cache_size = " + cache, "PRAGMA wal_autocheckpoint = " + log} {
				if err := t.rows(pragma, nil, func(*sql.Rows) error { return nil }); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := settings("-2000000", "400000"); err != nil {
		return fmt.Errorf("filling a demonstration: %w", err)
	}
	type sealed struct {
		a      care.Assessment
		body   sealedAssessment
		tokens [][]byte
	}
	for first := 0; first < n; first += fillAtOnce {
		if err := ctx.Err(); err != nil {
			return err
		}
		all := make([]sealed, min(fillAtOnce, n-first))
		for i := range all {
			x := &all[i]
			x.a = one(first + i)
			if x.body, err = s.sealAssessment(ctx, x.a, 1); err == nil {
				x.tokens, err = s.tokensOf(ctx, x.a)
			}
			if err != nil {
				return fmt.Errorf("filling a demonstration: %w", err)
			}
		}
		err := s.write(ctx, func(t *tx) error {
			for _, x := range all {
				if err := t.insertAssessment(x.a, x.body); err != nil {
					return err
				}
				if err := t.addTokens(x.a.ID, x.a.SentAt, x.tokens); err != nil {
					return err
				}
				ev.ID, ev.Council, ev.Subject = "", x.a.Council, x.a.ID
				if err := t.addEvents(x.a.Council, ev); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("filling a demonstration: %w", err)
		}
	}
	return settings("-2000", "1000")
}
