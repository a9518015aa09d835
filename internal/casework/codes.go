package casework

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// The limits on trying codes, per reference. They count what is tried, right or wrong, against the newest code: a new
// one from the council opens a door that somebody else has hammered shut, and a browser that holds the form's own
// session is not counted at all, so nobody can lock the person out.
const (
	codeTriesAtOnce = 5  // before the one a minute begins
	codeTriesADay   = 20 // in all
	linkTriesAnHour = 3  // links asked for, per form

	// LinkLife is how long a link sent by e-mail works, once. Its page pressed again is care.PressLife's affair.
	LinkLife = 10 * time.Minute
	// HelperCodeLife is how long a helper's code works, once.
	HelperCodeLife = 7 * 24 * time.Hour
)

// codeAlphabet has no 0, 1, I, L, O or U: what is read aloud or copied by hand must not be mistaken. Twelve of its thirty
// characters are 58.9 bits.
const (
	codeAlphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
	codeLength   = 12
)

// A Secret is shown to one person once and kept nowhere: not in a log, however it is printed.
type Secret struct{ value string }

// Reveal is the secret itself, for the one page or message that tells it.
func (s Secret) Reveal() string { return s.value }

const secretHidden = "[secret]"

// String hides the secret.
func (s Secret) String() string { return secretHidden }

// Format hides the secret from every verb, %#v too.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, secretHidden) }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(secretHidden) }

// newCode makes a code of twelve characters in three groups, each character equally likely.
func newCode() Secret {
	const groups = 4
	out := make([]byte, 0, codeLength+2)
	for n := 0; n < codeLength; {
		var b [1]byte
		if _, err := rand.Read(b[:]); err != nil {
			panic(fmt.Sprintf("the system gives no random numbers: %v", err)) // crypto/rand never returns one
		}
		if int(b[0]) >= 256-256%len(codeAlphabet) {
			continue // taking it would make the first letters likelier
		}
		if n > 0 && n%groups == 0 {
			out = append(out, '-')
		}
		out = append(out, codeAlphabet[int(b[0])%len(codeAlphabet)])
		n++
	}
	return Secret{string(out)}
}

// tidyCode reads a code as people type it: lower case, with spaces or hyphens, or none.
func tidyCode(typed string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '‐' || r == '–' || r == '\t' {
			return -1
		}
		return r
	}, strings.ToUpper(typed))
}

// hashCode is how a code is kept: argon2id (RFC 9106; 19 MiB, two passes, OWASP's floor) over the code keyed with the
// pepper, so that a stolen database alone cannot be guessed against. The salt is drawn from the reference: one hash
// then serves for all codes of a reference, and one that does not exist takes as long.
//
// At most two are worked out at once, apart from the sign-ins of practitioners, which must not wait for them. Whoever waits
// longer than their request lives gets care.ErrTooMany.
func (s *Service) hashCode(ctx context.Context, reference, typed string) (string, error) {
	keyed := hmac.New(sha256.New, s.Pepper)
	keyed.Write([]byte("return code\x00" + tidyCode(typed)))
	salt := hmac.New(sha256.New, s.Pepper)
	salt.Write([]byte("return salt\x00" + reference))
	select {
	case codeSlots <- struct{}{}:
	case <-ctx.Done():
		return "", fmt.Errorf("hashing a code: %w", care.ErrTooMany)
	}
	defer func() { <-codeSlots }()
	return hex.EncodeToString(argon2.IDKey(keyed.Sum(nil), salt.Sum(nil)[:16], hashParams.Iterations, hashParams.Memory, hashParams.Parallelism, 32)), nil
}

var codeSlots = make(chan struct{}, 2)

// Keep gives the actor's form a reference and a new return code, and keeps a draft for KeptLife from then on. Codes given
// before go on working. What was sent has a reference already; its code opens the status page.
func (s *Service) Keep(ctx context.Context, actor care.Actor) (Draft, Secret, error) {
	d, err := s.named(ctx, actor)
	if err != nil {
		return d, Secret{}, err
	}
	code := newCode()
	hash, err := s.hashCode(ctx, d.Reference, code.value)
	if err != nil {
		return d, Secret{}, err
	}
	c := care.Code{ID: newID(), Assessment: d.ID, Kind: care.CodeReturn, Hash: hash, CreatedAt: s.Now().UTC()}
	if err := s.Store.AddCode(ctx, actor.Council, c, s.event(actor, "code.given", d.ID, string(c.Kind))); err != nil {
		return d, Secret{}, fmt.Errorf("giving a return code: %w", err)
	}
	return d, code, nil
}

// named gives the actor's own draft a reference and marks it as kept.
func (s *Service) named(ctx context.Context, actor care.Actor) (Draft, error) {
	for {
		d, err := s.Draft(ctx, actor)
		if err != nil {
			return d, err
		}
		if d.Guest {
			return d, fmt.Errorf("a guest's return code: %w", care.ErrForbidden)
		}
		if d.Status != care.StatusDraft || d.Kept {
			return d, nil
		}
		if d.Reference == "" {
			d.Reference = newReference()
		}
		d.Kept = true
		err = s.Store.SaveAssessment(ctx, d.Assessment, s.event(actor, "draft.kept", d.ID, ""))
		if errors.Is(err, care.ErrConflict) || errors.Is(err, care.ErrLocked) {
			continue // saved or sent in another tab: look again
		}
		if err != nil {
			return d, fmt.Errorf("keeping a draft: %w", err)
		}
		d.Version++
		return d, nil
	}
}

// CodeGiven says whether somebody can come back to the actor's form with a return code.
func (s *Service) CodeGiven(ctx context.Context, actor care.Actor) (bool, error) {
	if err := authorise(actor, MayAnswerDraft); err != nil {
		return false, err
	}
	codes, err := s.Store.CodesOf(ctx, actor.Council, actor.ID)
	if err != nil {
		return false, fmt.Errorf("looking for a return code: %w", err)
	}
	return slices.ContainsFunc(codes, func(c care.Code) bool { return c.Kind == care.CodeReturn && c.Live(s.Now()) }), nil
}

// A Return is what a code or link has opened.
type Return struct {
	Assessment string        // id: of the form, or of the account draft that a helper's code began
	As         care.CodeKind // as what the session stands there: "" for whoever wrote it
	Council    string
}

// A Press is what is known of the browser whose button was pressed, to come back by a code or a link.
type Press struct {
	// Held is the assessment that the browser's own session may read, "" for none: that one is not held to the limits.
	Held string
	// Key is the random key that the form carried, "" for none: whoever presses the same form again within care.PressLife is
	// let in again where their first press led, by a code that opens once. Only its SHA-256 is kept.
	Key string
}

// hash is the key as it is kept.
func (p Press) hash() string {
	if p.Key == "" {
		return ""
	}
	return HashToken(p.Key)
}

// ComeBack opens a form by reference and code. A wrong code, an unknown reference and a reference of another council are
// all the same care.Refuse("code", "no_match") after the same work; care.ErrTooMany when the limit is reached.
func (s *Service) ComeBack(ctx context.Context, council, reference, code string, press Press) (Return, error) {
	ref, ok := ParseReference(reference)
	if !ok {
		return Return{}, care.Refuse("reference", "reference")
	}
	if len([]rune(tidyCode(code))) != codeLength {
		return Return{}, care.Refuse("code", "code")
	}
	id, codes, err := s.Store.CodesByReference(ctx, council, ref)
	if err != nil && !errors.Is(err, care.ErrNotFound) {
		return Return{}, fmt.Errorf("looking up a reference: %w", err)
	}
	newest := "none"
	if len(codes) > 0 {
		newest = codes[len(codes)-1].ID
	}
	if id == "" || id != press.Held {
		if err := s.tryCode(ctx, council+"/"+ref+"/"+newest); err != nil {
			return Return{}, err
		}
	}
	hash, err := s.hashCode(ctx, ref, code)
	if err != nil {
		return Return{}, err
	}
	now := s.Now()
	i := slices.IndexFunc(codes, func(c care.Code) bool {
		return c.Kind != care.CodeLink && (c.Live(now) || c.OpensAgain(press.hash(), now)) && hmac.Equal([]byte(c.Hash), []byte(hash))
	})
	if i < 0 {
		return Return{}, care.Refuse("code", "no_match")
	}
	return s.open1(ctx, council, codes[i], press)
}

// tryCode counts a try: a handful at once, then one a minute, and so many a day.
func (s *Service) tryCode(ctx context.Context, what string) error {
	now := s.Now()
	try := func(kind string, limit int, window time.Duration) (bool, error) {
		ok, err := s.Store.Try(ctx, kind+":"+what, now, limit, window)
		if err != nil {
			return false, fmt.Errorf("counting tries of a return code: %w", err)
		}
		return ok, nil
	}
	// The day comes last: what is refused for coming too soon must not use it up.
	ok, err := try("return-first", codeTriesAtOnce, 24*time.Hour)
	if err == nil && !ok {
		ok, err = try("return-minute", 1, time.Minute)
	}
	if err == nil && ok {
		ok, err = try("return-day", codeTriesADay, 24*time.Hour)
	}
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("return code: %w", care.ErrTooMany)
	}
	return nil
}

// open1 uses a code: it notes that it was used and says what it opens. The account that a helper's code begins is stored
// in the same transaction: a code is never used up with nothing to show for it.
func (s *Service) open1(ctx context.Context, council string, c care.Code, press Press) (Return, error) {
	actor := care.Actor{Kind: care.ActorCitizen, ID: c.Assessment, Council: council, As: guestAs(c.Kind)}
	a, err := s.Store.Assessment(ctx, council, c.Assessment)
	use := care.CodeUse{At: s.Now().UTC()}
	evs := []care.Event{s.event(actor, "code.used", c.Assessment, string(c.Kind))}
	if c.Once() {
		use.Press = press.hash()
	}
	if err == nil && c.Kind == care.CodeHelper {
		var begun Draft
		var ev care.Event
		begun, ev, err = s.newAccount(actor, a, care.VoiceHelper)
		use.Account, evs = begun.Assessment, append(evs, ev)
	}
	opened := ""
	if err == nil {
		opened, err = s.Store.UseCode(ctx, council, c.ID, use, evs...)
	}
	if err == nil && opened != "" && opened != use.Account.ID { // a second press: the account may have been sent since
		_, err = s.Store.Assessment(ctx, council, opened)
	}
	switch {
	case errors.Is(err, care.ErrConflict), errors.Is(err, care.ErrNotFound):
		return Return{}, care.Refuse("code", "no_match") // used a moment ago by somebody else, or erased
	case err != nil:
		return Return{}, fmt.Errorf("using a code: %w", err)
	}
	out := Return{Assessment: c.Assessment, As: actor.As, Council: council}
	if opened != "" {
		out.Assessment = opened
	}
	if a.AccountOf { // whoever writes an account is a guest at the form it is about, by whichever code they come
		rs, err := s.rulesetOf(a)
		if err != nil {
			return Return{}, err
		}
		out.As = care.CodePerson
		if rs.Voice(a.Answers) == care.VoiceHelper {
			out.As = care.CodeHelper
		}
	}
	return out, nil
}

// PressedHere says whether the form with this key is what opened the draft that the actor's own session stands at: then a
// second press has nothing to choose and nothing to open. A link is named by its token, a helper's code by the reference
// that goes with it.
func (s *Service) PressedHere(ctx context.Context, actor care.Actor, reference, token string, press Press) (bool, error) {
	var codes []care.Code
	var err error
	if token != "" {
		var c care.Code
		c, err = s.Store.CodeByHash(ctx, actor.Council, HashToken(token))
		c.Opened = c.Assessment
		codes = []care.Code{c}
	} else {
		_, codes, err = s.Store.CodesByReference(ctx, actor.Council, reference)
	}
	if err != nil && !errors.Is(err, care.ErrNotFound) {
		return false, fmt.Errorf("looking for a first press: %w", err)
	}
	return err == nil && slices.ContainsFunc(codes, func(c care.Code) bool {
		return c.Opened == actor.ID && c.OpensAgain(press.hash(), s.Now())
	}), nil
}

func guestAs(kind care.CodeKind) care.CodeKind {
	if kind == care.CodePerson || kind == care.CodeHelper {
		return kind
	}
	return ""
}

// SendLink sends a one-time link to the actor's own form to an address typed for just that. It tells nobody whether the
// address exists, and is refused with care.ErrTooMany when it is asked for too often.
func (s *Service) SendLink(ctx context.Context, actor care.Actor, council care.Council, email string) error {
	email = strings.TrimSpace(email)
	if p := (care.Question{ID: "email", Kind: care.KindEmail, Required: true, MaxChars: 254}).Check([]string{email}, s.Now()); p != nil {
		return &care.Invalid{Problems: []care.Problem{*p}}
	}
	if !s.MailOn {
		return fmt.Errorf("sending a link: %w", care.ErrNotFound)
	}
	d, err := s.named(ctx, actor)
	if err != nil {
		return err
	}
	ok, err := s.Store.Try(ctx, "link:"+d.ID, s.Now(), linkTriesAnHour, time.Hour)
	if err != nil {
		return fmt.Errorf("counting links: %w", err)
	}
	if !ok {
		return fmt.Errorf("link: %w", care.ErrTooMany)
	}
	// So many to one address from whatever forms: a form costs nothing to begin. That nothing goes out is not told.
	ok, err = s.Store.Try(ctx, "link-to:"+strings.ToLower(email), s.Now(), linkTriesAnHour, time.Hour)
	if err != nil {
		return fmt.Errorf("counting links: %w", err)
	}
	if !ok {
		return nil
	}
	token, now := rand.Text(), s.Now().UTC()
	c := care.Code{ID: newID(), Assessment: d.ID, Kind: care.CodeLink, Hash: HashToken(token), CreatedAt: now, Until: now.Add(LinkLife)}
	ev := s.event(actor, "code.given", d.ID, string(c.Kind))
	w := eligibility.Words{}
	if d.Status == care.StatusDraft {
		w["date"] = longDate(d.Until(care.Session{}))
	}
	ev.Mail = s.message(d, council, "saved_link", email, "/"+council.Slug+"/back/"+token, w)
	// The clocks, in the very words of the pages.
	clocks := append(d.Rules.Texts("clock.link", w), d.Rules.Texts("clock.code", w)...)
	ev.Mail.Lines = slices.Insert(ev.Mail.Lines, 1, clocks...)
	if err := s.Store.AddCode(ctx, actor.Council, c, ev); err != nil {
		return fmt.Errorf("sending a link: %w", err)
	}
	return nil
}

// Link says whether a link still opens something, and uses nothing up: mail scanners open links, people press buttons.
func (s *Service) Link(ctx context.Context, council, token string) (bool, error) {
	c, err := s.link(ctx, council, token)
	return err == nil && c.Kind == care.CodeLink && c.Live(s.Now()), err
}

func (s *Service) link(ctx context.Context, council, token string) (care.Code, error) {
	c, err := s.Store.CodeByHash(ctx, council, HashToken(token))
	if errors.Is(err, care.ErrNotFound) {
		return care.Code{}, nil
	}
	if err != nil {
		return c, fmt.Errorf("looking up a link: %w", err)
	}
	return c, nil
}

// FollowLink opens a form by a link, once. care.ErrNotFound when the link was used, has run out or never was.
func (s *Service) FollowLink(ctx context.Context, council, token string, press Press) (Return, error) {
	c, err := s.link(ctx, council, token)
	if err != nil {
		return Return{}, err
	}
	if now := s.Now(); c.Kind != care.CodeLink || !c.Live(now) && !c.OpensAgain(press.hash(), now) {
		return Return{}, fmt.Errorf("link: %w", care.ErrNotFound)
	}
	out, err := s.open1(ctx, council, c, press)
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		return out, fmt.Errorf("link: %w", care.ErrNotFound)
	}
	return out, err
}
