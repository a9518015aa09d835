package casework

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"threshold/internal/care"
)

const (
	// SetupLife is how long a one-time set-up link works.
	SetupLife = 15 * time.Minute
	// PasswordMin is the fewest characters of a password: length is what counts (NCSC and NIST SP 800-63B).
	PasswordMin = 15

	totpPeriod = 30 // seconds a code lives (RFC 6238)
)

// hashing takes 19 MiB and about 65 ms a password (OWASP's argon2id floor); at most two at once, so that sign-ins can
// never starve the pages of memory or processor.
var (
	hashParams = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	hashSlots  = make(chan struct{}, 2)
	// One more for browsers that are known: whoever fills the other two from elsewhere keeps nobody waiting there.
	knownSlots = make(chan struct{}, 1)
	// nobodyHash is compared against when there is no such account, so that a reply takes as long for an unknown address.
	nobodyHash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

// HashToken is how one-time tokens and session ids are kept: their SHA-256 in hex. They are random and long, so that
// a slow hash adds nothing.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// Invite adds a practitioner to a council and returns the token of a one-time set-up link. The account cannot sign in
// before it is set up. Inviting somebody again whose link ran out unused gives a new link for the same account; an
// account that was set up is never touched (care.ErrConflict).
func (s *Service) Invite(ctx context.Context, actor care.Actor, council, name, email string, roles ...care.Role) (care.Practitioner, string, error) {
	if err := authorise(actor, MayInvite); err != nil {
		return care.Practitioner{}, "", err
	}
	if err := ofCouncil(actor, council); err != nil {
		return care.Practitioner{}, "", err
	}
	name, email = strings.TrimSpace(name), strings.ToLower(strings.TrimSpace(email))
	if name == "" {
		return care.Practitioner{}, "", care.Refuse("name", "enter")
	}
	if clashing(roles) {
		return care.Practitioner{}, "", care.Refuse("roles", "clash")
	}
	if p := (care.Question{ID: "email", Kind: care.KindEmail, Required: true}).Check([]string{email}, s.Now()); p != nil {
		return care.Practitioner{}, "", &care.Invalid{Problems: []care.Problem{*p}}
	}
	token, now := rand.Text(), s.Now().UTC()
	p := care.Practitioner{
		ID: newID(), Council: council, Name: name, Email: email, Roles: roles,
		SetupHash: HashToken(token), SetupUntil: now.Add(SetupLife), CreatedAt: now,
	}
	switch old, err := s.Store.PractitionerByEmail(ctx, email); {
	case err == nil && old.Council == council && old.PasswordHash == "" && !old.Disabled:
		p.ID, p.Version, p.CreatedAt = old.ID, old.Version, old.CreatedAt
	case err != nil && !errors.Is(err, care.ErrNotFound):
		return care.Practitioner{}, "", fmt.Errorf("looking up an account: %w", err)
	}
	actor.Council = council
	if err := s.Store.PutPractitioner(ctx, p, s.event(actor, "practitioner.invited", p.ID, "")); err != nil {
		return care.Practitioner{}, "", fmt.Errorf("inviting a practitioner: %w", err)
	}
	return p, token, nil
}

// BeginSetup returns the practitioner a set-up link belongs to and the secret for their authenticator app, which is
// stored so that a reload shows the same one. care.ErrNotFound when the link was used or has run out.
func (s *Service) BeginSetup(ctx context.Context, token string) (care.Practitioner, *otp.Key, error) {
	p, err := s.Store.PractitionerBySetup(ctx, HashToken(token))
	if err != nil {
		return p, nil, fmt.Errorf("opening a set-up link: %w", err)
	}
	if s.Now().After(p.SetupUntil) || p.Disabled {
		return p, nil, fmt.Errorf("opening a set-up link: %w", care.ErrNotFound)
	}
	if p.TOTPSecret == "" {
		key, err := totp.Generate(totp.GenerateOpts{Issuer: "Threshold", AccountName: p.Email})
		if err != nil {
			return p, nil, fmt.Errorf("making an authenticator secret: %w", err)
		}
		p.TOTPSecret = key.Secret()
		if err := s.Store.PutPractitioner(ctx, p, s.event(actorOf(p), "practitioner.setup-opened", p.ID, "")); err != nil {
			return p, nil, fmt.Errorf("keeping an authenticator secret: %w", err)
		}
		p.Version++
	}
	key, err := otp.NewKeyFromURL("otpauth://totp/Threshold:" + p.Email + "?secret=" + p.TOTPSecret + "&issuer=Threshold")
	if err != nil {
		return p, nil, fmt.Errorf("reading an authenticator secret: %w", err)
	}
	return p, key, nil
}

// FinishSetup sets the password once the first code of the authenticator app is right, and uses the link up. Where only the
// second factor was reset, the password must be the one the account has: whoever has nothing but the link does not get in.
func (s *Service) FinishSetup(ctx context.Context, token, password, code string) error {
	p, _, err := s.BeginSetup(ctx, token)
	if err != nil {
		return err
	}
	var problems []care.Problem
	hash := p.PasswordHash
	if hash != "" {
		switch right, err := s.tryPassword(ctx, p, password); {
		case err != nil:
			return err
		case !right:
			problems = append(problems, care.Problem{Field: "password", Code: "password_wrong"})
		}
	} else if c := passwordProblem(password, p); c != "" {
		problems = append(problems, care.Problem{Field: "password", Code: c})
	}
	step, ok := s.checkCode(p, code)
	if !ok {
		problems = append(problems, care.Problem{Field: "code", Code: "code_wrong"})
	}
	if problems != nil {
		return &care.Invalid{Problems: problems}
	}
	if hash == "" {
		if hash, err = hashPassword(ctx, password); err != nil {
			return err
		}
	}
	p.PasswordHash, p.TOTPLast, p.SetupHash, p.SetupUntil = hash, step, "", time.Time{}
	if err := s.Store.PutPractitioner(ctx, p, s.event(actorOf(p), "practitioner.set-up", p.ID, "")); err != nil {
		return fmt.Errorf("finishing a set-up: %w", err)
	}
	return nil
}

// DemoPeople are those whom the demonstration made at a council: first the one that its button signs in as, who has cases to
// see. care.ErrNotFound when there is nobody.
func (s *Service) DemoPeople(ctx context.Context, council string) ([]care.Practitioner, error) {
	all, err := s.Store.Practitioners(ctx, council)
	if err != nil {
		return nil, fmt.Errorf("looking up demonstration practitioners: %w", err)
	}
	all = slices.DeleteFunc(all, func(p care.Practitioner) bool { return !p.Demo || p.Disabled })
	if len(all) == 0 {
		return nil, fmt.Errorf("demonstration practitioner: %w", care.ErrNotFound)
	}
	slices.SortStableFunc(all, func(a, b care.Practitioner) int { return demoOrder(a) - demoOrder(b) })
	return all, nil
}

// DemoPractitioner is the id of the demonstration's first practitioner of a council.
func DemoPractitioner(council string) string { return "demonstration-" + council }

func demoOrder(p care.Practitioner) int {
	switch {
	case p.ID == DemoPractitioner(p.Council):
		return 0
	case authorise(actorOf(p), MayReadCase) == nil:
		return 1
	}
	return 2
}

// SignInDemo signs in one of the demonstration's people of a council ("" the first practitioner) without password or code. It
// refuses everybody who was not made by the demonstration.
func (s *Service) SignInDemo(ctx context.Context, council, id string) (care.Practitioner, error) {
	all, err := s.DemoPeople(ctx, council)
	if err != nil {
		return care.Practitioner{}, err
	}
	for _, p := range all {
		if id == "" || p.ID == id {
			return p, nil
		}
	}
	return care.Practitioner{}, fmt.Errorf("demonstration practitioner: %w", care.ErrNotFound)
}

// PractitionerActor returns the actor behind a session, or care.ErrNotFound when the account was disabled meanwhile.
func (s *Service) PractitionerActor(ctx context.Context, id string) (care.Practitioner, care.Actor, error) {
	p, err := s.Store.Practitioner(ctx, id)
	if err != nil {
		return p, care.Actor{}, err
	}
	if p.Disabled {
		return p, care.Actor{}, care.ErrNotFound
	}
	return p, actorOf(p), nil
}

func actorOf(p care.Practitioner) care.Actor {
	return care.Actor{Kind: care.ActorPractitioner, ID: p.ID, Council: p.Council, Roles: p.Roles, Team: p.Team}
}

// checkCode accepts the code of this half minute or of the one before or after (clocks differ), and each code once.
func (s *Service) checkCode(p care.Practitioner, code string) (step int64, ok bool) {
	if p.TOTPSecret == "" {
		return 0, false
	}
	code = strings.ReplaceAll(strings.TrimSpace(code), " ", "")
	now := s.Now()
	for _, skew := range []time.Duration{0, -totpPeriod * time.Second, totpPeriod * time.Second} {
		at := now.Add(skew)
		want, err := totp.GenerateCode(p.TOTPSecret, at)
		if err == nil && want == code {
			step = at.Unix() / totpPeriod
			return step, step > p.TOTPLast
		}
	}
	return 0, false
}

// passwordProblem refuses short passwords and the ones a guesser tries first: one thing repeated, and the words of
// the account or the service.
func passwordProblem(password string, p care.Practitioner) string {
	runes := []rune(password)
	if len(runes) < PasswordMin {
		return "password_short"
	}
	distinct := map[rune]bool{}
	for _, r := range runes {
		distinct[r] = true
	}
	lower := strings.ToLower(password)
	local, _, _ := strings.Cut(p.Email, "@")
	for _, word := range []string{"password", "threshold", "123456789", "qwertyuiop", "letmein", local} {
		if word != "" && strings.Contains(lower, word) && len(lower) < len(word)+8 {
			return "password_common"
		}
	}
	if len(distinct) < 5 {
		return "password_common"
	}
	return ""
}
