package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// InviteHelper gives a code with which one helper can add what they see, once, beside what the person says. The helper
// sees nothing that anybody else wrote. The form is kept from then on, so that its reference goes with the code.
func (s *Service) InviteHelper(ctx context.Context, actor care.Actor) (Draft, Secret, error) {
	if err := authorise(actor, MayInviteHelper); err != nil {
		return Draft{}, Secret{}, err
	}
	d, err := s.named(ctx, actor)
	if err != nil {
		return d, Secret{}, err
	}
	if d.AccountOf {
		return d, Secret{}, fmt.Errorf("a helper's code to an account: %w", care.ErrForbidden) // the form is somebody else's
	}
	code, err := s.giveCode(ctx, actor, d.Assessment, care.CodeHelper, HelperCodeLife)
	return d, code, err
}

// Helpers lists the helpers' codes of the actor's form, oldest first: when given, used and ended, never by whom.
func (s *Service) Helpers(ctx context.Context, actor care.Actor) ([]care.Code, error) {
	if err := authorise(actor, MayInviteHelper); err != nil {
		return nil, err
	}
	all, err := s.Store.CodesOf(ctx, actor.Council, actor.ID)
	if err != nil {
		return nil, fmt.Errorf("listing helpers: %w", err)
	}
	var out []care.Code
	for _, c := range all {
		if c.Kind == care.CodeHelper {
			out = append(out, c)
		}
	}
	return out, nil
}

// EndHelpers takes back every helper's access to the actor's form: codes not used yet, and sessions that came by one.
// When the person came to a helper's form by their own code, it ends what the helper can open of it as well. What a helper
// has sent stays: the council has it, and the person is told so.
func (s *Service) EndHelpers(ctx context.Context, actor care.Actor) error {
	if err := authorise(actor, MayAddToOwn); err != nil {
		return err
	}
	now := s.Now().UTC()
	kinds := []care.CodeKind{care.CodeHelper}
	if actor.As == care.CodePerson {
		kinds = append(kinds, care.CodeReturn, care.CodeLink) // the helper wrote the form: these are the helper's
	}
	for _, kind := range kinds {
		if _, err := s.Store.EndCodes(ctx, actor.Council, actor.ID, kind, now, s.event(actor, "access.ended", actor.ID, string(kind))); err != nil {
			return fmt.Errorf("ending helpers: %w", err)
		}
	}
	e := s.entry(actor, care.EntryAccessEnd, "", "")
	if err := s.add(ctx, actor, e, care.Note{Voice: voiceOf(actor), Choice: string(actor.As)}, "access.ended"); err != nil {
		return err
	}
	return nil
}

// GiveCode gives the person concerned a code, after a practitioner has checked who asks: their own account beside a
// helper's where a helper sent the case, else a new return code. Where no case needs it kept secret, the practitioner reads
// it to the person; it never goes through a helper. A signed case gives one too: who lost theirs could not read their own
// letter otherwise (s.13(2)). One that has passed to another council does not: theirs gives it.
func (s *Service) GiveCode(ctx context.Context, actor care.Actor, reference string) (CaseFile, Secret, error) {
	if err := authorise(actor, MayFollowUp); err != nil {
		return CaseFile{}, Secret{}, err
	}
	f, err := s.open(ctx, actor, reference, "case.opened-to-change", "code")
	if err != nil {
		return f, Secret{}, err
	}
	if f.Passed != "" {
		return f, Secret{}, fmt.Errorf("giving a code for case %s: %w", reference, ErrPassed)
	}
	kind := care.CodeReturn
	if f.Rules.Voice(f.Answers) == care.VoiceHelper {
		kind = care.CodePerson
	}
	code, err := s.giveCode(ctx, actor, f.Assessment, kind, 0)
	return f, code, err
}

// ended says whether the person has taken back what a helper could open: an account that a helper began before that, or
// the form that a helper sent. It holds for whatever code or session the helper comes with. Choice says as what the
// access was ended: whoever wrote a form ends others' accounts with it, and not their own view.
func (s *Service) ended(ctx context.Context, actor care.Actor, d Draft) (bool, error) {
	if actor.As == care.CodePerson || d.Rules.Voice(d.Answers) != care.VoiceHelper || d.Status == care.StatusDraft && !d.AccountOf {
		return false, nil
	}
	about := d.ID
	if d.AccountOf {
		about = d.LinkedTo
	}
	entries, err := s.Store.Entries(ctx, actor.Council, about)
	if err != nil {
		return false, fmt.Errorf("reading whether access was ended: %w", err)
	}
	for _, e := range entries {
		if e.Kind != care.EntryAccessEnd {
			continue
		}
		var n care.Note
		if err := json.Unmarshal(e.Body, &n); err != nil {
			return false, fmt.Errorf("reading entry %s: %w", e.ID, err)
		}
		if d.AccountOf && !e.At.Before(d.StartedAt) || !d.AccountOf && n.Choice == string(care.CodePerson) {
			return true, nil
		}
	}
	return false, nil
}

func (s *Service) giveCode(ctx context.Context, actor care.Actor, a care.Assessment, kind care.CodeKind, life time.Duration) (Secret, error) {
	code, now := newCode(), s.Now().UTC()
	hash, err := s.hashCode(ctx, a.Reference, code.value)
	if err != nil {
		return Secret{}, err
	}
	c := care.Code{ID: newID(), Assessment: a.ID, Kind: kind, Hash: hash, CreatedAt: now}
	if life > 0 {
		c.Until = now.Add(life)
	}
	if err := s.Store.AddCode(ctx, a.Council, c, s.event(actor, "code.given", a.ID, string(kind))); err != nil {
		return Secret{}, fmt.Errorf("giving a code: %w", err)
	}
	return code, nil
}

// BeginAccount starts the person's own account beside what a helper sent, for an actor who came by their own code.
func (s *Service) BeginAccount(ctx context.Context, actor care.Actor) (Draft, error) {
	if err := authorise(actor, MayOwnAccount); err != nil {
		return Draft{}, err
	}
	// One that was begun and left is gone on with: nothing of it is lost.
	drafts, err := s.Store.AccountDrafts(ctx, actor.Council, actor.ID)
	if err != nil {
		return Draft{}, fmt.Errorf("beginning an account: %w", err)
	}
	for _, id := range drafts {
		d, err := s.Draft(ctx, care.Actor{Kind: care.ActorCitizen, ID: id, Council: actor.Council, As: actor.As})
		if errors.Is(err, care.ErrNotFound) {
			continue // sent or erased a moment ago
		}
		if err != nil {
			return Draft{}, err
		}
		if d.Rules.Voice(d.Answers) == care.VoiceSelf {
			return d, nil
		}
	}
	about, err := s.Store.Assessment(ctx, actor.Council, actor.ID)
	if err != nil {
		return Draft{}, fmt.Errorf("beginning an account: %w", err)
	}
	d, ev, err := s.newAccount(actor, about, care.VoiceSelf)
	if err != nil {
		return Draft{}, err
	}
	if err := s.Store.CreateAssessment(ctx, d.Assessment, ev); err != nil {
		return Draft{}, fmt.Errorf("beginning an account: %w", err)
	}
	return d, nil
}

// newAccount makes the draft of an account and the event it is stored with. It begins empty: nobody sees what another
// voice wrote. Only the person's own name and date of birth go along to the person, who need not say them twice.
func (s *Service) newAccount(actor care.Actor, about care.Assessment, voice care.Voice) (Draft, care.Event, error) {
	rs, err := s.Library.ToStart(string(care.KindAdultNeeds), s.Now())
	if err != nil {
		return Draft{}, care.Event{}, fmt.Errorf("beginning an account: %w", err)
	}
	a := s.fresh(rs, actor.Council)
	a.LinkedTo, a.AccountOf, a.Kept, a.Reference = about.ID, true, true, newReference()
	a.Answers.Set("for", map[care.Voice]string{care.VoiceSelf: "self", care.VoiceHelper: "someone"}[voice])
	a.Answers.Visit(rs.Start())
	if voice == care.VoiceSelf {
		for _, id := range []string{"name", "born"} {
			a.Answers.Set(id, about.Answers.Get(id)...)
		}
	}
	self := care.Actor{Kind: care.ActorCitizen, ID: a.ID, Council: a.Council, As: actor.As}
	return Draft{Assessment: a, Rules: rs}, s.event(self, "account.started", about.ID, string(voice)), nil
}

// join sends an account: it becomes an entry of the case or draft it is about, and its own draft is gone.
func (s *Service) join(ctx context.Context, actor care.Actor, d Draft) (Draft, error) {
	now := s.Now().UTC()
	account := care.Account{Voice: d.Rules.Voice(d.Answers), Ruleset: d.Rules.ID(), Answers: d.Answers, SentAt: now}
	body, err := json.Marshal(account)
	if err != nil {
		return d, fmt.Errorf("sending an account: %w", err)
	}
	e := care.Entry{ID: d.ID, Case: d.LinkedTo, Kind: care.EntryAccount, At: now, By: actor.Kind, Body: body}
	d.Priority = topPriority(d.Rules.Flags(d.Answers, d.Rules.Facts(d.Answers), nil))
	d.Adapted = len(d.Rules.Summary(d.Answers, nil).Formats) > 0
	if passed, err := s.joinPassed(ctx, actor, d, e); passed || err != nil {
		return d, err
	}
	err = s.Store.JoinAccount(ctx, d.Assessment, e, s.event(actor, "account.sent", d.LinkedTo, string(account.Voice)))
	if err != nil {
		return d, fmt.Errorf("sending an account: %w", err)
	}
	return d, nil
}

// Accounts are what each voice said about a person, the assessment's own first, then as they came.
func Accounts(a care.Assessment, rs *eligibility.Ruleset, entries []care.Entry) ([]care.Account, error) {
	out := []care.Account{{Voice: rs.Voice(a.Answers), Ruleset: a.Ruleset, Answers: a.Answers, SentAt: a.SentAt}}
	for _, e := range entries {
		if e.Kind != care.EntryAccount {
			continue
		}
		var account care.Account
		if err := json.Unmarshal(e.Body, &account); err != nil {
			return nil, fmt.Errorf("reading account %s: %w", e.ID, err)
		}
		out = append(out, account)
	}
	return out, nil
}

// readAccount opens an account and the rules it was given under.
func (s *Service) readAccount(e care.Entry) (care.Account, *eligibility.Ruleset, error) {
	var account care.Account
	if err := json.Unmarshal(e.Body, &account); err != nil {
		return account, nil, fmt.Errorf("reading account %s: %w", e.ID, err)
	}
	rules, err := s.Library.Version(account.Ruleset)
	if err != nil {
		return account, nil, fmt.Errorf("reading account %s: %w", e.ID, err)
	}
	return account, rules, nil
}

// BothVoices puts accounts together as the ruleset says: the newest of the person and all helpers', side by side and never
// merged into one text. ok is false when only one voice has spoken.
func BothVoices(rs *eligibility.Ruleset, accounts []care.Account) (facts eligibility.Facts, ok bool) {
	var own, helper *eligibility.Facts
	for _, account := range accounts {
		if kindOf(account.Ruleset) != rs.Kind {
			continue // told under other rules: shown, and no fact of these
		}
		f := rs.Facts(account.Answers)
		switch {
		case account.Voice == care.VoiceSelf:
			own = &f // the newest correction of the person stands
		case helper == nil:
			helper = &f
		default:
			both := rs.TwoVoices(*helper, f)
			helper = &both
		}
	}
	switch {
	case own != nil && helper != nil:
		return rs.TwoVoices(*own, *helper), true
	case own != nil:
		return *own, false
	case helper != nil:
		return *helper, false
	}
	return rs.NewFacts(), false
}
