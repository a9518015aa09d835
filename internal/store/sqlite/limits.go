package sqlite

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Try counts a try under key and says whether it is within limit tries per window. The count slides: tries of the
// window before count less and less as this one goes on, so that the turn of a window is no loophole of twice the
// limit at once. A refused try is not counted: hammering at a door cannot keep its owner out for longer.
//
// key may name a person or a reference; only its HMAC is stored.
func (s *Store) Try(ctx context.Context, key string, now time.Time, limit int, window time.Duration) (bool, error) {
	if window < time.Microsecond {
		return false, fmt.Errorf("counting tries: a window of %v", window)
	}
	mac := hmac.New(sha256.New, s.limits)
	fmt.Fprintf(mac, "%d %s", window.Microseconds(), key) // another window is another count
	name, at, length := mac.Sum(nil), micros(now), window.Microseconds()
	start := at - at%length
	allowed := false
	err := s.write(ctx, func(t *tx) error {
		allowed = false
		var stored, tries, before int64
		err := t.row("SELECT started_at, tries, before FROM limits WHERE key = ?", []any{name}, &stored, &tries, &before)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return err
		case stored == start-length:
			tries, before = 0, tries
		case stored < start:
			tries, before = 0, 0
		case stored > start: // the clock was set back: what is stored still counts
			start = stored
		}
		// before * (1 - elapsed/window), in whole tries, rounded up: in doubt it counts.
		elapsed := min(max(at-start, 0), length)
		weighed := (before*(length-elapsed) + length - 1) / length
		if weighed+tries >= int64(limit) {
			return nil
		}
		allowed = true
		_, err = t.exec(`INSERT INTO limits (key, started_at, tries, before, expires_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (key) DO UPDATE SET started_at = excluded.started_at, tries = excluded.tries, before = excluded.before, expires_at = excluded.expires_at`,
			name, start, tries+1, before, start+2*length)
		if err != nil {
			return err
		}
		// Each new count clears away a few that no longer matter, so that the table needs no sweeper.
		_, err = t.exec("DELETE FROM limits WHERE key IN (SELECT key FROM limits WHERE expires_at < ? LIMIT 4)", at)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("counting tries: %w", err)
	}
	return allowed, nil
}
