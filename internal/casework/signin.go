package casework

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"threshold/internal/care"
)

// Tries to sign in are counted in two ways, so that whoever hammers at an address cannot keep its owner out: those from a
// browser in which the owner signed in before have an allowance of their own, all the others of an address share one.
// Passkeys are not counted at all: there is nothing to guess.
const (
	signInTries  = 10
	signInWindow = 10 * time.Minute
)

// A SignInTry is what somebody typed to sign in, and what is known of their browser.
type SignInTry struct {
	Email, Password, Code string
	Device                string // the random id of the browser's cookie, "" for none
}

// SignIn checks password and code. Every refusal is the same care.Refuse("email", "sign_in"), after the same work, so
// that nobody learns which addresses exist; care.ErrTooMany after too many tries.
func (s *Service) SignIn(ctx context.Context, try SignInTry) (care.Practitioner, error) {
	email := strings.ToLower(strings.TrimSpace(try.Email))
	p, err := s.Store.PractitionerByEmail(ctx, email)
	if err != nil && !errors.Is(err, care.ErrNotFound) {
		return care.Practitioner{}, fmt.Errorf("looking up an account: %w", err)
	}
	device := HashToken(try.Device)
	known, err := s.Store.KnowsDevice(ctx, device, p.ID, s.Now().Add(-care.DeviceLife)) // asked for nobody too: it takes as long
	if err != nil {
		return care.Practitioner{}, err
	}
	key, slots := "sign-in:"+HashToken(email), hashSlots
	if known {
		key, slots = "sign-in-known:"+p.ID+":"+device, knownSlots
	}
	if err := s.allow(ctx, key); err != nil {
		return care.Practitioner{}, err
	}
	hash := p.PasswordHash
	if hash == "" {
		hash = nobodyHash
	}
	right, err := checkPassword(ctx, slots, try.Password, hash)
	if err != nil {
		return care.Practitioner{}, err
	}
	step, codeRight := s.checkCode(p, try.Code)
	if !right || !codeRight || p.PasswordHash == "" || p.SetupHash != "" || p.Disabled {
		return care.Practitioner{}, care.Refuse("email", "sign_in")
	}
	p.TOTPLast = step
	if err := s.Store.PutPractitioner(ctx, p, s.event(actorOf(p), "practitioner.signed-in", p.ID, "")); err != nil {
		return care.Practitioner{}, fmt.Errorf("signing in: %w", err)
	}
	return p, nil
}

// allow counts a try and refuses one too many with care.ErrTooMany.
func (s *Service) allow(ctx context.Context, key string) error {
	ok, err := s.Store.Try(ctx, key, s.Now(), signInTries, signInWindow)
	switch {
	case err != nil:
		return fmt.Errorf("counting sign-in tries: %w", err)
	case !ok:
		return care.ErrTooMany
	}
	return nil
}

// KnowBrowser remembers a browser after a good sign-in, by the random id of its cookie.
func (s *Service) KnowBrowser(ctx context.Context, p care.Practitioner, device string) error {
	return s.Store.KnowDevice(ctx, care.Device{Hash: HashToken(device), Council: p.Council, Practitioner: p.ID, SeenAt: s.Now().UTC()})
}

// checkPassword compares in one of the slots. Whoever waits for one longer than their request lives gets care.ErrTooMany.
func checkPassword(ctx context.Context, slots chan struct{}, password, hash string) (bool, error) {
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return false, fmt.Errorf("checking a password: %w", care.ErrTooMany)
	}
	defer func() { <-slots }()
	right, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("checking a password: %w", err)
	}
	return right, nil
}

func hashPassword(ctx context.Context, password string) (string, error) {
	select {
	case hashSlots <- struct{}{}:
	case <-ctx.Done():
		return "", fmt.Errorf("hashing a password: %w", care.ErrTooMany)
	}
	defer func() { <-hashSlots }()
	hash, err := argon2id.CreateHash(password, hashParams)
	if err != nil {
		return "", fmt.Errorf("hashing a password: %w", err)
	}
	return hash, nil
}

// tryPassword checks the password of an account that somebody has got to already (their own page, or a set-up link), with
// an allowance of its own.
func (s *Service) tryPassword(ctx context.Context, p care.Practitioner, password string) (bool, error) {
	if err := s.allow(ctx, "password:"+p.ID); err != nil {
		return false, err
	}
	return checkPassword(ctx, knownSlots, password, p.PasswordHash)
}

// An OwnFile is what somebody sees of their own account.
type OwnFile struct {
	Person      care.Practitioner
	Team        string // name, "" for none
	Sessions    []care.Session
	Passkeys    []care.Passkey
	HasPassword bool
}

// ownAccount loads the actor's own account.
func (s *Service) ownAccount(ctx context.Context, actor care.Actor) (care.Practitioner, error) {
	if actor.Kind != care.ActorPractitioner {
		return care.Practitioner{}, fmt.Errorf("an account of one's own: %w", care.ErrForbidden)
	}
	return s.Store.Practitioner(ctx, actor.ID)
}

// Own returns the actor's own account, with the sessions in which they are signed in.
func (s *Service) Own(ctx context.Context, actor care.Actor) (OwnFile, error) {
	p, err := s.ownAccount(ctx, actor)
	if err != nil {
		return OwnFile{}, err
	}
	f := OwnFile{Person: p, HasPassword: p.PasswordHash != ""}
	if f.Sessions, err = s.Store.SessionsOf(ctx, p.ID); err != nil {
		return f, err
	}
	if f.Passkeys, err = s.Store.Passkeys(ctx, p.ID); err != nil {
		return f, err
	}
	teams, err := s.Store.Teams(ctx, p.Council)
	for _, t := range teams {
		if t.ID == p.Team {
			f.Team = t.Name
		}
	}
	return f, err
}

// RenameSelf changes the actor's own name as colleagues and letters show it. Problems: name (enter, too_long).
func (s *Service) RenameSelf(ctx context.Context, actor care.Actor, name string) error {
	p, err := s.ownAccount(ctx, actor)
	if err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return care.Refuse("name", "enter")
	case n > maxName:
		return care.Refuse("name", "too_long")
	case name == p.Name:
		return nil
	}
	p.Name = name
	if err := s.Store.PutPractitioner(ctx, p, s.event(actor, "practitioner.changed", p.ID, "name")); err != nil {
		return fmt.Errorf("changing one's name: %w", err)
	}
	return nil
}

// ChangePassword replaces the actor's own password and ends their other sessions and known browsers; keep is the session it
// is done in. Problems: current (password_wrong), password (password_short, password_common). care.ErrTooMany after too many
// tries.
func (s *Service) ChangePassword(ctx context.Context, actor care.Actor, keep, current, next string) error {
	p, err := s.ownAccount(ctx, actor)
	if err != nil {
		return err
	}
	if p.PasswordHash == "" {
		return fmt.Errorf("changing a password: %w", care.ErrForbidden)
	}
	right, err := s.tryPassword(ctx, p, current)
	if err != nil {
		return err
	}
	var c checks
	if !right {
		c.add("current", "password_wrong")
	}
	if code := passwordProblem(next, p); code != "" {
		c.add("password", code)
	}
	if err := c.err(); err != nil {
		return err
	}
	if p.PasswordHash, err = hashPassword(ctx, next); err != nil {
		return err
	}
	_, err = s.Store.ChangePractitioner(ctx, p, care.AccountEnds{Sessions: true, Keep: keep, Devices: true}, s.event(actor, "practitioner.password", p.ID, ""))
	if err != nil {
		return fmt.Errorf("changing a password: %w", err)
	}
	return nil
}

// EndSession ends one of the actor's own sessions, or with only "" all but keep. It returns how many were ended.
func (s *Service) EndSession(ctx context.Context, actor care.Actor, only, keep string) (int, error) {
	p, err := s.ownAccount(ctx, actor)
	if err != nil {
		return 0, err
	}
	detail := "one"
	if only == "" {
		detail = "others"
	}
	return s.Store.EndSessions(ctx, p.ID, only, keep, s.event(actor, "sessions.ended", p.ID, detail))
}
