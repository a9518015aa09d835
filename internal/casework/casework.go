// Package casework holds the verbs: what a citizen and a practitioner can do with an assessment, who may do it, and
// what is written down of it. It knows the nouns (care) and the judgement (eligibility), and asks any Store to keep
// things. It knows nothing of HTTP.
package casework

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/google/uuid"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// A Service carries out the verbs. Store, Library, Now and Log are required.
type Service struct {
	Store   Store
	Library *eligibility.Library
	Now     func() time.Time
	Log     *slog.Logger
	// Pepper keys the hashes of return codes; it is kept apart from the database (keys.Ring).
	Pepper []byte
	// PublicURL is the address people see, such as "https://care.example.org", for links in messages. MailOn says whether
	// messages can be sent at all; when not, none is queued and none is offered.
	PublicURL string
	MailOn    bool

	first firstRun
}

// newID returns a UUID version 7 (RFC 9562): rows made later sort later, which keeps the store's indexes compact.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// event begins an audit event of an actor at this moment.
func (s *Service) event(actor care.Actor, verb, subject, detail string) care.Event {
	return care.Event{
		ID: newID(), At: s.Now().UTC(), Council: actor.Council, Actor: actor.Kind, ActorID: actor.ID,
		Verb: verb, Subject: subject, Detail: detail,
	}
}

// rulesetOf returns the version an assessment is pinned to. A version that was ever published is never withdrawn, so
// a missing one is a fault of the build, not of the person.
func (s *Service) rulesetOf(a care.Assessment) (*eligibility.Ruleset, error) {
	rs, err := s.Library.Version(a.Ruleset)
	if err != nil {
		return nil, fmt.Errorf("assessment %s is pinned to a ruleset version that this build does not have: %w", a.ID, err)
	}
	return rs, nil
}

// Councils returns every council by name.
func (s *Service) Councils(ctx context.Context) ([]care.Council, error) {
	return s.Store.Councils(ctx)
}

// EraseStale erases drafts that nobody saved for DraftLife and sessions nobody used for it. It is run every few
// minutes; what it erases can be opened by nobody any more.
func (s *Service) EraseStale(ctx context.Context) error {
	before, kept := s.Now().Add(-DraftLife), s.Now().Add(-KeptLife)
	system := care.Actor{Kind: care.ActorSystem}
	drafts, err := s.Store.EraseStaleDrafts(ctx, before, kept, s.event(system, "draft.erased", "", "run out"))
	if err != nil {
		return fmt.Errorf("erasing stale drafts: %w", err)
	}
	sessions, err := s.Store.DeleteSessions(ctx, before, "")
	if err != nil {
		return fmt.Errorf("deleting stale sessions: %w", err)
	}
	if drafts+sessions > 0 {
		s.Log.Info("erased what had run out", "drafts", drafts, "sessions", sessions)
	}
	return nil
}
