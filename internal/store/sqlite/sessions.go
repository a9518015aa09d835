package sqlite

import (
	"context"
	"fmt"
	"time"

	"threshold/internal/care"
)

// Session of a browser by the hash of its id. care.ErrNotFound when it was ended.
func (s *Store) Session(ctx context.Context, idHash string) (care.Session, error) {
	v := care.Session{IDHash: idHash}
	var created, seen int64
	err := s.readRow(ctx, "SELECT kind, council, assessment, practitioner, created_at, seen_at, locked, as_kind, locale, large, equality, browser FROM sessions WHERE id_hash = ?", []any{idHash},
		(*string)(&v.Kind), &v.Council, &v.Assessment, &v.Practitioner, &created, &seen, &v.Locked, (*string)(&v.As), &v.Locale, &v.Large, &v.Equality, &v.Browser)
	if err != nil {
		return care.Session{}, fmt.Errorf("reading a session: %w", told(err))
	}
	v.CreatedAt, v.SeenAt = fromMicros(created), fromMicros(seen)
	return v, nil
}

// PutSession adds or replaces a session.
func (s *Store) PutSession(ctx context.Context, v care.Session) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO sessions (id_hash, kind, council, assessment, practitioner, created_at, seen_at, locked, as_kind, locale, large, equality, browser)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (id_hash) DO UPDATE SET kind = excluded.kind, council = excluded.council, assessment = excluded.assessment,
			practitioner = excluded.practitioner, created_at = excluded.created_at, seen_at = excluded.seen_at, locked = excluded.locked,
			as_kind = excluded.as_kind, locale = excluded.locale, large = excluded.large, equality = excluded.equality, browser = excluded.browser`,
			v.IDHash, string(v.Kind), v.Council, v.Assessment, v.Practitioner, micros(v.CreatedAt), micros(v.SeenAt), v.Locked,
			string(v.As), v.Locale, v.Large, v.Equality, v.Browser)
		return err
	})
	if err != nil {
		return fmt.Errorf("storing a session: %w", err)
	}
	return nil
}

// TouchSession stores when a session was last seen and whether it is locked. One that was ended meanwhile stays ended.
func (s *Store) TouchSession(ctx context.Context, v care.Session) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec("UPDATE sessions SET seen_at = ?, locked = ? WHERE id_hash = ?", micros(v.SeenAt), v.Locked, v.IDHash)
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping a session in use: %w", err)
	}
	return nil
}

// DeleteSession ends a session. One that is not there is no error: it is ended.
func (s *Store) DeleteSession(ctx context.Context, idHash string) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec("DELETE FROM sessions WHERE id_hash = ?", idHash)
		return err
	})
	if err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

// DeleteSessions ends all sessions last seen before a time and, when practitioner is not "", all of that person's. It
// returns how many.
func (s *Store) DeleteSessions(ctx context.Context, seenBefore time.Time, practitioner string) (int, error) {
	var total int64
	err := s.write(ctx, func(t *tx) error {
		stale, err := t.exec("DELETE FROM sessions WHERE seen_at < ?", micros(seenBefore))
		if err != nil {
			return err
		}
		total = stale
		if practitioner == "" {
			return nil
		}
		// The second condition lets SQLite use the index of the signed-in.
		own, err := t.exec("DELETE FROM sessions WHERE practitioner = ? AND practitioner <> ''", practitioner)
		total += own
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("ending sessions: %w", err)
	}
	return int(total), nil
}
