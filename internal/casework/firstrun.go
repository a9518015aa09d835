package casework

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"strings"
	"sync"
	"time"

	"threshold/internal/care"
)

// firstRun holds the token of the one-time link that sets a new service up. It is kept in memory alone: a restart
// makes a new one, for as long as there is no council.
type firstRun struct {
	mu    sync.Mutex
	hash  string
	until time.Time
}

// BeginFirstRun makes the link's token when there is no council yet, and "" when there is one. There is no default
// account: whoever can read the service's terminal can set it up.
func (s *Service) BeginFirstRun(ctx context.Context) (string, error) {
	councils, err := s.Store.Councils(ctx)
	if err != nil || len(councils) > 0 {
		return "", err
	}
	token := rand.Text()
	s.first.mu.Lock()
	defer s.first.mu.Unlock()
	s.first.hash, s.first.until = HashToken(token), s.Now().Add(SetupLife)
	return token, nil
}

// FirstRun says whether a token opens the set-up: care.ErrNotFound when it was used, has run out or is another's.
func (s *Service) FirstRun(token string) error {
	s.first.mu.Lock()
	defer s.first.mu.Unlock()
	right := subtle.ConstantTimeCompare([]byte(s.first.hash), []byte(HashToken(token))) == 1
	if s.first.hash == "" || !right || s.Now().After(s.first.until) {
		return fmt.Errorf("opening the first set-up: %w", care.ErrNotFound)
	}
	return nil
}

// FinishFirstRun adds the first council and the first person, an administrator who invites the others, and uses the token up. It returns the token of
// that person's own set-up link. On a *care.Invalid (fields of council, "name" being the council's, "your_name" and
// "email") nothing is stored.
func (s *Service) FinishFirstRun(ctx context.Context, token string, council care.Council, name, email string) (string, error) {
	if err := s.FirstRun(token); err != nil {
		return "", err
	}
	if strings.TrimSpace(name) == "" {
		return "", care.Refuse("your_name", "enter")
	}
	if p := (care.Question{ID: "email", Kind: care.KindEmail, Required: true}).Check([]string{strings.TrimSpace(email)}, s.Now()); p != nil {
		return "", &care.Invalid{Problems: []care.Problem{*p}}
	}
	system := care.Actor{Kind: care.ActorSystem}
	if err := s.SetCouncil(ctx, system, council); err != nil {
		return "", err
	}
	_, setup, err := s.Invite(ctx, system, council.Slug, name, email, care.RoleAdmin)
	if err != nil {
		return "", err
	}
	s.first.mu.Lock()
	defer s.first.mu.Unlock()
	s.first.hash = ""
	return setup, nil
}
