package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"

	"threshold/internal/care"
)

// Events about a subject in one council, oldest first. None is not an error: what was erased leaves its events.
func (s *Store) Events(ctx context.Context, council, subject string) ([]care.Event, error) {
	var all []care.Event
	err := s.readRows(ctx, "SELECT id, at, council, actor, actor_id, verb, subject, detail FROM events WHERE council = ? AND subject = ? ORDER BY seq",
		[]any{council, subject}, func(r *sql.Rows) error {
			var e care.Event
			var at int64
			if err := r.Scan(&e.ID, &at, &e.Council, (*string)(&e.Actor), &e.ActorID, &e.Verb, &e.Subject, &e.Detail); err != nil {
				return err
			}
			e.At = fromMicros(at)
			all = append(all, e)
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	return all, nil
}

// addEvents writes what was done, and queues the messages that tell of it, in the same transaction as the doing. An event's id and council are filled in when
// empty; an event of another council is a fault of the caller, and nothing is kept.
func (t *tx) addEvents(council string, evs ...care.Event) error {
	for _, ev := range evs {
		if ev.Council == "" {
			ev.Council = council
		}
		if ev.Council != council {
			return fmt.Errorf("event %s of council %s about something of council %s", ev.Verb, ev.Council, council)
		}
		if ev.ID == "" {
			ev.ID = newID()
		}
		if err := t.chain(&ev); err != nil {
			return fmt.Errorf("writing event %s: %w", ev.Verb, told(err))
		}
		if err := t.tally(&ev); err != nil {
			return fmt.Errorf("counting event %s: %w", ev.Verb, told(err))
		}
		if ev.Mail != nil {
			if err := t.w.post(t, &ev); err != nil {
				return fmt.Errorf("queueing the message of event %s: %w", ev.Verb, err)
			}
		}
	}
	return nil
}

// newID returns a UUID version 7: later ones sort later, which keeps the index compact.
func newID() string { return uuid.Must(uuid.NewV7()).String() }
