package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// The clocks of a draft, told to people in the same words everywhere (words "clock.*" of the content).
const (
	// IdleLock is how long nothing may happen before the view is locked. Nothing is lost by it.
	IdleLock = 30 * time.Minute
	// DraftLife is how long a draft that was not sent is kept after it was last saved.
	DraftLife = 24 * time.Hour
	// KeptLife is the same for a draft with a return code.
	KeptLife = 30 * 24 * time.Hour
)

// A Draft is an unsent assessment with the rules and words it is pinned to.
type Draft struct {
	care.Assessment
	Rules *eligibility.Ruleset
	// Guest is set for somebody who came to a form they did not write: it is here without anything that was said in it.
	Guest bool
}

// fresh is a new, empty draft under a version.
func (s *Service) fresh(rs *eligibility.Ruleset, council string) care.Assessment {
	now := s.Now().UTC()
	return care.Assessment{
		ID: newID(), Council: council, Kind: care.CaseKind(rs.Kind), Ruleset: rs.ID(), Status: care.StatusDraft,
		Version: 1, StartedAt: now, SavedAt: now,
	}
}

// Start makes a new draft for a council under the ruleset in force today and stores it.
func (s *Service) Start(ctx context.Context, council string) (Draft, error) {
	now := s.Now().UTC()
	rs, err := s.Library.ToStart(string(care.KindAdultNeeds), now)
	if err != nil {
		return Draft{}, fmt.Errorf("starting a draft: %w", err)
	}
	a := s.fresh(rs, council)
	actor := care.Actor{Kind: care.ActorCitizen, ID: a.ID, Council: council}
	if err := s.Store.CreateAssessment(ctx, a, s.event(actor, "draft.started", a.ID, "")); err != nil {
		return Draft{}, fmt.Errorf("starting a draft: %w", err)
	}
	return Draft{Assessment: a, Rules: rs}, nil
}

// Words returns the ruleset whose wording serves pages before there is a draft: the one in force today.
func (s *Service) Words() (*eligibility.Ruleset, error) {
	return s.Library.ToStart(string(care.KindAdultNeeds), s.Now())
}

// Draft opens the actor's own draft, or the assessment it became when it was sent.
func (s *Service) Draft(ctx context.Context, actor care.Actor) (Draft, error) {
	if err := authorise(actor, MayAnswerDraft); err != nil {
		return Draft{}, err
	}
	a, err := s.Store.Assessment(ctx, actor.Council, actor.ID)
	if err != nil {
		return Draft{}, fmt.Errorf("opening a draft: %w", err)
	}
	rs, err := s.rulesetOf(a)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{Assessment: a, Rules: rs}
	if ended, err := s.ended(ctx, actor, d); err != nil {
		return Draft{}, err
	} else if ended {
		return Draft{}, fmt.Errorf("opening what the person took back: %w", care.ErrNotFound)
	}
	if actor.As != "" && !a.AccountOf {
		d.Guest = true
		d.Answers, d.Summary, d.Indication = care.Answers{}, care.Summary{}, nil
	}
	return d, nil
}

// Seen is a fingerprint of what is stored for the questions of a page. A form carries it, so that two tabs never
// overwrite each other silently; it is keyed by the draft and tells nothing of the answers.
func (d Draft) Seen(page care.Page) string {
	if d.ID == "" {
		return "" // nothing is stored yet, so nothing can be overwritten
	}
	h := sha256.New()
	h.Write([]byte(d.ID))
	for _, q := range page.Questions {
		if q.WriteOnly {
			continue // never shown again, so never compared
		}
		ids := []string{q.ID}
		for _, o := range q.Options {
			if o.Text {
				ids = append(ids, q.TextID(o.ID))
			}
		}
		for _, id := range ids {
			fmt.Fprintf(h, "\x00%s\x01%q\x02%q", id, d.Answers.Get(id), d.Answers.Typed(id))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// SeenAll is the same for everything that was answered: the check page carries it, so that nothing is sent that was
// changed elsewhere and not seen.
func (d Draft) SeenAll() string {
	h := sha256.New()
	h.Write([]byte(d.ID))
	for _, id := range d.Answers.Questions() {
		_, _ = fmt.Fprintf(h, "\x00%s\x01%q", id, d.Answers.Get(id))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Until is when a draft that is not sent is erased: KeptLife after it was last saved when it has a return code, else a day
// after it was last saved, and a day after its session began.
func (d Draft) Until(session care.Session) time.Time {
	if d.Kept {
		return d.SavedAt.Add(KeptLife)
	}
	until := d.SavedAt.Add(DraftLife)
	if end := session.CreatedAt.Add(DraftLife); end.Before(until) {
		return end
	}
	return until
}

// Answer stores what was typed on one page of the actor's draft and returns the draft after it.
//
// seen is the fingerprint the form carried. When the page was changed elsewhere since, and to something else than is
// typed now, the answer is care.ErrConflict and nothing is stored. A *care.Invalid comes with a draft in which all that
// was typed is kept. An unknown field is eligibility.ErrUnknownField and stores nothing.
func (s *Service) Answer(ctx context.Context, actor care.Actor, path, seen string, typed map[string][]string) (Draft, error) {
	for { // a concurrent save of another page is not the person's conflict: read again and apply, while there is time
		d, err := s.Draft(ctx, actor)
		if err != nil {
			return Draft{}, err
		}
		if d.Status != care.StatusDraft || d.Guest {
			return d, care.ErrLocked
		}
		if d.AccountOf && path == d.Rules.Start() {
			return d, fmt.Errorf("changing whose account this is: %w", care.ErrForbidden) // the code that began it says so
		}
		page, ok := d.Rules.Page(path, d.Answers, nil)
		if !ok {
			return d, fmt.Errorf("page %s: %w", path, care.ErrNotFound)
		}
		answers, invalid, err := d.Rules.Answer(d.Answers, path, typed, s.Now())
		if err != nil {
			return d, err
		}
		before := d.Seen(page)
		next := d
		next.Answers = answers
		if seen != "" && seen != before && next.Seen(page) != before {
			return d, fmt.Errorf("page %s: %w", path, care.ErrConflict)
		}
		next.SavedAt = s.Now().UTC()
		if kind := d.Rules.LeadsTo(answers); kind != "" && invalid == nil && !d.AccountOf {
			// What was answered stays stored, whichever journey asks it.
			if next.Rules, err = s.Library.ToStart(kind, s.Now()); err != nil {
				return d, fmt.Errorf("changing to another journey: %w", err)
			}
			next.Ruleset, next.Kind = next.Rules.ID(), care.CaseKind(kind)
		}
		err = s.Store.SaveAssessment(ctx, next.Assessment, s.event(actor, "draft.saved", d.ID, "")) // which page would tell something of the person
		if errors.Is(err, care.ErrConflict) {
			continue
		}
		if err != nil {
			return d, fmt.Errorf("saving page %s: %w", path, err)
		}
		next.Version++
		if invalid != nil {
			return next, invalid
		}
		return next, nil
	}
}

// Indicate evaluates a draft as it stands. nil means that none is worked out: the person already gets help from the
// council, and a review never begins with an indication; or what will be sent is no assessment.
func (d Draft) Indicate() *care.Indication {
	switch kind := d.Rules.SentAs(d.Answers); {
	case d.Rules.Review(d.Answers):
		return nil
	case kind != care.CaseKind(d.Rules.Kind) && kind != care.KindTransition:
		return nil
	}
	ind := d.Rules.Indicate(d.Rules.Facts(d.Answers))
	return &ind
}

// Send locks the actor's draft as a case of the council: answers, ruleset version, indication, flags and reasons are
// stored together. Sending twice gives the same reference and makes one case. When the path still has a page that must
// be answered, NotReady names it.
func (s *Service) Send(ctx context.Context, actor care.Actor, council care.Council) (Draft, error) {
	for {
		d, err := s.Draft(ctx, actor)
		if err != nil {
			return Draft{}, err
		}
		if d.Status != care.StatusDraft || d.Guest {
			return d, nil // a second press of the button
		}
		if page := d.Rules.NextUnvisited(d.Answers); page != "check" && page != "sent" {
			return d, &NotReady{Page: page}
		}
		d.Answers.Visit("check")
		if d.AccountOf {
			return s.join(ctx, actor, d)
		}
		d.Kind = d.Rules.SentAs(d.Answers)
		d.Indication = d.Indicate()
		facts := d.Rules.Facts(d.Answers)
		flags := d.Rules.Flags(d.Answers, facts, d.Indication)
		now := s.Now().UTC()
		d.Summary = d.Rules.Summary(d.Answers, flags)
		d.Adapted = d.Adapted || len(d.Summary.Formats) > 0 // an account that joined the draft may have told of it
		if d.Priority, err = s.withAccounts(ctx, d.Assessment, topPriority(flags)); err != nil {
			return d, err
		}
		if d.Reference == "" {
			d.Reference = newReference()
		}
		d.Status = care.StatusSent
		d.SentAt, d.SavedAt, d.DueAt = now, now, dueAt(now, council, d.Priority)
		ev := s.event(actor, "assessment.sent", d.ID, "")
		ev.Tallies = sentTallies(d.Assessment, 1)
		ev.Mail = s.toPerson(d, council, "sent", "/"+council.Slug+"/back")
		err = s.Store.SaveAssessment(ctx, d.Assessment, ev)
		switch {
		case errors.Is(err, care.ErrConflict), errors.Is(err, care.ErrLocked):
			continue // saved or sent in another tab: look again
		case err != nil:
			return d, fmt.Errorf("sending: %w", err)
		}
		d.Version++
		return d, nil
	}
}

// withAccounts raises a priority to that of what helpers have told already beside a draft.
func (s *Service) withAccounts(ctx context.Context, a care.Assessment, p care.Priority) (care.Priority, error) {
	entries, err := s.Store.Entries(ctx, a.Council, a.ID)
	if err != nil {
		return p, fmt.Errorf("reading what helpers told: %w", err)
	}
	for _, e := range entries {
		if e.Kind != care.EntryAccount {
			continue
		}
		account, rules, err := s.readAccount(e)
		if err != nil {
			return p, err
		}
		p = max(p, topPriority(rules.Flags(account.Answers, rules.Facts(account.Answers), nil)))
	}
	return p, nil
}

// NotReady says which page must be answered before a draft can be sent.
type NotReady struct{ Page string }

func (e *NotReady) Error() string {
	return "not ready to send: page " + e.Page + " is still to be answered"
}

// The forms that are sent at once, by their id in the ruleset's questions.
const (
	FormContact   = "contact"
	formRingToday = "today/now"
	formConcern   = "questions/send"
)

// Ask sends a form that stands outside the journey at once: "contact" (ask us to contact you), "today/now" (ring me
// today) or "questions/send" (send this part now). With a draft, what it says about today and safety goes along, and
// only that. The new case is linked to the draft.
//
// once is the random key of the form as it was shown: pressing the button twice makes one case and gives it back. An
// empty one makes a new case each time.
func (s *Service) Ask(ctx context.Context, council care.Council, draft *Draft, form, once string, typed map[string][]string) (care.Assessment, error) {
	rs, err := s.Words()
	if err != nil {
		return care.Assessment{}, err
	}
	a := care.Assessment{ID: newID(), Council: council.Slug, Kind: care.KindContact, Status: care.StatusSent}
	if once != "" {
		a.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte(council.Slug+"\x00"+form+"\x00"+once)).String()
	}
	actor := care.Actor{Kind: care.ActorCitizen, ID: a.ID, Council: council.Slug}
	if err := authorise(actor, MayMakeContacts); err != nil {
		return a, err
	}
	if draft != nil {
		rs, a.LinkedTo = draft.Rules.In(""), draft.ID // records are in ordinary English, however somebody reads
		if draft.AccountOf {
			a.LinkedTo = draft.LinkedTo // the account's own draft is gone once it joins the case
		}
	}
	answers, invalid, err := rs.AnswerForm(form, typed, s.Now())
	if err != nil {
		return a, err
	}
	a.Answers = answers
	if invalid != nil {
		return a, invalid
	}
	if draft != nil {
		rs.CarryInto(&a.Answers, form, draft.Answers)
	}
	if form == formConcern {
		a.Kind = care.KindConcern
	}
	flags := rs.Flags(a.Answers, rs.Facts(a.Answers), nil)
	now := s.Now().UTC()
	a.Ruleset = rs.ID()
	a.Summary = rs.Summary(a.Answers, flags)
	a.Adapted = len(a.Summary.Formats) > 0
	a.Priority = topPriority(flags)
	if form == formRingToday {
		a.Priority = max(a.Priority, care.PriorityUrgent)
	}
	if a.Kind == care.KindConcern {
		a.Priority = care.PrioritySafety
	}
	a.Reference, a.Version = newReference(), 1
	a.StartedAt, a.SavedAt, a.SentAt, a.DueAt = now, now, now, dueAt(now, council, a.Priority)
	ev := s.event(actor, string(a.Kind)+".sent", a.ID, "")
	ev.Tallies = sentTallies(a, 1)
	err = s.Store.CreateAssessment(ctx, a, ev)
	if errors.Is(err, care.ErrConflict) && once != "" {
		if before, err := s.Store.Assessment(ctx, council.Slug, a.ID); err == nil {
			return before, nil // a second press of the button
		}
	}
	if err != nil {
		return a, fmt.Errorf("sending form %s: %w", form, err)
	}
	return a, nil
}

// Erase deletes the actor's draft and its key for good. What was sent cannot be erased this way (care.ErrLocked):
// taking it back is a request that a practitioner confirms.
func (s *Service) Erase(ctx context.Context, actor care.Actor) error {
	if err := authorise(actor, MayEraseDraft); err != nil {
		return err
	}
	if d, err := s.Draft(ctx, actor); err == nil && d.Guest {
		return fmt.Errorf("erasing as a guest: %w", care.ErrForbidden)
	}
	if err := s.Store.EraseAssessment(ctx, actor.Council, actor.ID, s.event(actor, "draft.erased", actor.ID, "")); err != nil {
		return fmt.Errorf("erasing a draft: %w", err)
	}
	return nil
}

// Promised is the day by which a person reads what was sent, as the council promises it to everybody. It may be later than
// DueAt: a day that came sooner because of a private answer would tell whoever looks over the shoulder that one was given.
// A council that took a form over from another promises it from that day on.
func Promised(a care.Assessment, council care.Council) time.Time {
	from := a.SentAt
	if a.SavedAt.After(from) {
		from = a.SavedAt
	}
	return from.AddDate(0, 0, council.ReadDays)
}

func topPriority(flags []care.Flag) care.Priority {
	top := care.PriorityRoutine
	for _, f := range flags {
		top = max(top, f.Priority)
	}
	return top
}

// dueAt is the promise a council makes: within its own number of days, and on the same day when something is urgent.
// There is no legal deadline for an assessment, only a reasonable time (Guidance ch.6), so none is invented.
func dueAt(now time.Time, council care.Council, p care.Priority) time.Time {
	if p > care.PriorityRoutine {
		return now
	}
	return now.AddDate(0, 0, council.ReadDays)
}

// Pages returns the draft's path up to the first page not yet gone on from.
func (d Draft) Pages() []string {
	path := d.Rules.Path(d.Answers)
	if i := slices.IndexFunc(path, func(p string) bool { return !d.Answers.Visited(p) }); i >= 0 {
		return path[:i+1]
	}
	return path
}
