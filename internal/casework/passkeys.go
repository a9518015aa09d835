package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"threshold/internal/care"
)

// PasskeyLife is how long a page waits for a passkey; a challenge is used once.
const PasskeyLife = 15 * time.Minute

const (
	maxPasskeyName = 60
	maxPasskeys    = 10
)

// A PasskeyAsk is what a browser needs to ask for a passkey, and what the service must have back to check the answer.
// Neither is a secret of the person's; State must not be changed on its way, so the caller seals it.
type PasskeyAsk struct {
	Options []byte // JSON for navigator.credentials, with its binary fields in base64url
	State   []byte
}

// passkeyState is what State holds.
type passkeyState struct {
	Session webauthn.SessionData `json:"session"`
	Who     string               `json:"who,omitempty"` // whose passkey is to be added; "" for signing in
	Name    string               `json:"name,omitempty"`
	At      time.Time            `json:"at"`
}

// PasskeyHost says at which host ("care.example.org", "localhost:8080") passkeys work, from the public address, and false where
// they cannot: a passkey belongs to a name, not to a number (Web Authentication s.5.1.3). This very machine is localhost.
func (s *Service) PasskeyHost() (string, bool) {
	u, _, ok := s.passkeySite()
	if !ok {
		return "", false
	}
	return u.Host, true
}

func (s *Service) passkeySite() (origin *url.URL, id string, ok bool) {
	u, err := url.Parse(s.PublicURL)
	if err != nil || u.Host == "" {
		return nil, "", false
	}
	host := u.Hostname()
	if ip := net.ParseIP(host); ip != nil {
		if !ip.IsLoopback() {
			return nil, "", false
		}
		host = "localhost"
		u.Host = net.JoinHostPort(host, u.Port())
		if u.Port() == "" {
			u.Host = host
		}
	}
	if u.Scheme != "https" && host != "localhost" {
		return nil, "", false // browsers offer no passkeys there
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, host, true
}

func (s *Service) webAuthn() (*webauthn.WebAuthn, error) {
	origin, id, ok := s.passkeySite()
	if !ok {
		return nil, fmt.Errorf("passkeys at %s: %w", s.PublicURL, care.ErrNotFound)
	}
	return webauthn.New(&webauthn.Config{
		RPID: id, RPDisplayName: "Threshold", RPOrigins: []string{origin.String()}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
		},
	})
}

// passkeyUser is a practitioner as the library wants one.
type passkeyUser struct {
	care.Practitioner
	keys []webauthn.Credential
}

func (u passkeyUser) WebAuthnID() []byte                         { return []byte(u.ID) }
func (u passkeyUser) WebAuthnName() string                       { return u.Email }
func (u passkeyUser) WebAuthnDisplayName() string                { return u.Name }
func (u passkeyUser) WebAuthnCredentials() []webauthn.Credential { return u.keys }

// credentialOf reads the stored record, with the counter that is kept beside it.
func credentialOf(p care.Passkey) (webauthn.Credential, error) {
	var c webauthn.Credential
	if err := json.Unmarshal(p.Credential, &c); err != nil {
		return c, fmt.Errorf("reading a passkey: %w", err)
	}
	c.Authenticator.SignCount, c.Authenticator.CloneWarning = p.SignCount, false
	return c, nil
}

func (s *Service) passkeyAsk(options any, st passkeyState) (PasskeyAsk, error) {
	st.At = s.Now().UTC()
	o, err := json.Marshal(options)
	if err != nil {
		return PasskeyAsk{}, fmt.Errorf("asking for a passkey: %w", err)
	}
	b, err := json.Marshal(st)
	if err != nil {
		return PasskeyAsk{}, fmt.Errorf("asking for a passkey: %w", err)
	}
	return PasskeyAsk{Options: o, State: b}, nil
}

// readState opens what came back. One that is too old, or for another purpose, is care.Refuse("passkey", "passkey_late").
func (s *Service) readState(state []byte, who string) (passkeyState, error) {
	var st passkeyState
	if err := json.Unmarshal(state, &st); err != nil || st.Who != who || s.Now().Sub(st.At) > PasskeyLife {
		return st, care.Refuse("passkey", "passkey_late")
	}
	return st, nil
}

// once uses a challenge up.
func (s *Service) once(ctx context.Context, st passkeyState) error {
	first, err := s.Store.Try(ctx, "passkey:"+st.Session.Challenge, s.Now(), 1, PasskeyLife)
	if err != nil {
		return fmt.Errorf("using up a challenge: %w", err)
	}
	if !first {
		return care.Refuse("passkey", "passkey_late")
	}
	return nil
}

// BeginPasskey asks for a new passkey for the actor's own account, after their password (where they have one). Problems: key_name
// (enter, too_long, too_many), current (password_wrong). care.ErrNotFound where there can be no passkeys.
func (s *Service) BeginPasskey(ctx context.Context, actor care.Actor, name, current string) (PasskeyAsk, error) {
	p, err := s.ownAccount(ctx, actor)
	if err != nil {
		return PasskeyAsk{}, err
	}
	w, err := s.webAuthn()
	if err != nil {
		return PasskeyAsk{}, err
	}
	have, err := s.Store.Passkeys(ctx, p.ID)
	if err != nil {
		return PasskeyAsk{}, err
	}
	var c checks
	name = strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		c.add("key_name", "enter")
	case n > maxPasskeyName:
		c.add("key_name", "too_long")
	case len(have) >= maxPasskeys:
		c.add("key_name", "too_many")
	}
	if p.PasswordHash != "" {
		switch right, err := s.tryPassword(ctx, p, current); {
		case err != nil:
			return PasskeyAsk{}, err
		case !right:
			c.add("current", "password_wrong")
		}
	}
	if err := c.err(); err != nil {
		return PasskeyAsk{}, err
	}
	user := passkeyUser{Practitioner: p}
	var exclude []protocol.CredentialDescriptor
	for _, k := range have {
		credential, err := credentialOf(k)
		if err != nil {
			return PasskeyAsk{}, err
		}
		exclude = append(exclude, credential.Descriptor())
	}
	options, session, err := w.BeginRegistration(user, webauthn.WithExclusions(exclude))
	if err != nil {
		return PasskeyAsk{}, fmt.Errorf("asking for a new passkey: %w", err)
	}
	return s.passkeyAsk(options.Response, passkeyState{Session: *session, Who: p.ID, Name: name})
}

// AddPasskey keeps the passkey that a browser made. What does not fit is care.Refuse("passkey", "passkey_new").
func (s *Service) AddPasskey(ctx context.Context, actor care.Actor, state, answer []byte) error {
	p, err := s.ownAccount(ctx, actor)
	if err != nil {
		return err
	}
	w, err := s.webAuthn()
	if err != nil {
		return err
	}
	st, err := s.readState(state, p.ID)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return care.Refuse("passkey", "passkey_new")
	}
	credential, err := w.CreateCredential(passkeyUser{Practitioner: p}, st.Session, parsed)
	if err != nil {
		return care.Refuse("passkey", "passkey_new")
	}
	if err := s.once(ctx, st); err != nil {
		return err
	}
	body, err := json.Marshal(credential)
	if err != nil {
		return fmt.Errorf("keeping a passkey: %w", err)
	}
	key := care.Passkey{
		ID: HashToken(string(credential.ID)), Council: p.Council, Practitioner: p.ID, Name: st.Name, Credential: body,
		SignCount: credential.Authenticator.SignCount, CreatedAt: s.Now().UTC(),
	}
	err = s.Store.AddPasskey(ctx, key, s.event(actor, "passkey.added", p.ID, ""))
	if errors.Is(err, care.ErrConflict) {
		return care.Refuse("passkey", "passkey_new")
	}
	return err
}

// RemovePasskey takes one of the actor's own away. care.ErrNotFound when it is not theirs.
func (s *Service) RemovePasskey(ctx context.Context, actor care.Actor, id string) error {
	p, err := s.ownAccount(ctx, actor)
	if err != nil {
		return err
	}
	return s.Store.RemovePasskey(ctx, p.ID, id, s.event(actor, "passkey.removed", p.ID, ""))
}

// AskPasskey asks for whichever passkey somebody has here: no address is typed, and none is told.
func (s *Service) AskPasskey() (PasskeyAsk, error) {
	w, err := s.webAuthn()
	if err != nil {
		return PasskeyAsk{}, err
	}
	options, session, err := w.BeginDiscoverableLogin()
	if err != nil {
		return PasskeyAsk{}, fmt.Errorf("asking for a passkey: %w", err)
	}
	return s.passkeyAsk(options.Response, passkeyState{Session: *session})
}

// errNoSuchPasskey is told to nobody: every refusal reads the same.
var errNoSuchPasskey = errors.New("no such passkey")

// SignInPasskey signs in by what a browser answered to AskPasskey. Refusals: care.Refuse("passkey", "passkey"), "passkey_late"
// when the page waited too long or was used, "passkey_cloned" when its counter says that there may be a copy.
func (s *Service) SignInPasskey(ctx context.Context, state, answer []byte) (care.Practitioner, error) {
	w, err := s.webAuthn()
	if err != nil {
		return care.Practitioner{}, err
	}
	st, err := s.readState(state, "")
	if err != nil {
		return care.Practitioner{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return care.Practitioner{}, care.Refuse("passkey", "passkey")
	}
	var key care.Passkey
	var p care.Practitioner
	var fault error // of the store: not the person's
	_, _, err = w.ValidatePasskeyLogin(func(rawID, userHandle []byte) (webauthn.User, error) {
		if key, fault = s.Store.Passkey(ctx, HashToken(string(rawID))); fault != nil {
			return nil, fault
		}
		if p, fault = s.Store.Practitioner(ctx, key.Practitioner); fault != nil {
			return nil, fault
		}
		// A link that waits means that the account was reset and is not set up yet.
		if key.Practitioner != string(userHandle) || p.Disabled || p.SetupHash != "" || key.Cloned {
			return nil, errNoSuchPasskey
		}
		credential, err := credentialOf(key)
		return passkeyUser{Practitioner: p, keys: []webauthn.Credential{credential}}, err
	}, st.Session, parsed)
	switch {
	case fault != nil && !errors.Is(fault, care.ErrNotFound):
		return care.Practitioner{}, fmt.Errorf("signing in by passkey: %w", fault)
	case err != nil:
		return care.Practitioner{}, care.Refuse("passkey", "passkey")
	}
	if err := s.once(ctx, st); err != nil {
		return care.Practitioner{}, err
	}
	actor := actorOf(p)
	err = s.Store.UsePasskey(ctx, key.ID, parsed.Response.AuthenticatorData.Counter, s.Now().UTC(),
		s.event(actor, "practitioner.signed-in", p.ID, "passkey"), s.event(actor, "passkey.cloned", p.ID, ""))
	switch {
	case errors.Is(err, care.ErrConflict):
		return care.Practitioner{}, care.Refuse("passkey", "passkey_cloned")
	case errors.Is(err, care.ErrNotFound):
		return care.Practitioner{}, care.Refuse("passkey", "passkey")
	case err != nil:
		return care.Practitioner{}, fmt.Errorf("signing in by passkey: %w", err)
	}
	return p, nil
}
