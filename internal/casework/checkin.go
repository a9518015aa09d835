package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
)

// The answers to "Are things still OK?".
const (
	HowOK      = "ok"
	HowWorse   = "worse"
	HowBetter  = "better"
	HowNotSure = "not_sure"
)

// HowsNow are those answers, in the order in which they are offered.
var HowsNow = []string{HowOK, HowWorse, HowBetter, HowNotSure}

// checkInAtOnce is how many cases of a council are looked at before the next are read.
const checkInAtOnce = 100

// A CheckIn is the newest time that somebody was asked how they are while they wait.
type CheckIn struct {
	ID   string
	At   time.Time
	Said string // one of HowsNow; "" while it is not answered
	// AnsweredAt is when it was; zero while it is not.
	AnsweredAt time.Time
}

// CheckIn asks everybody who has waited for their council's number of days, and with whom nobody spoke meanwhile, how they
// are: on the page where their form stands, and by a message that says nothing of it where the contact rule allows e-mail. It
// returns how many were asked. Councils that set no number of days ask nobody.
func (s *Service) CheckIn(ctx context.Context) (asked int, err error) {
	councils, err := s.Store.Councils(ctx)
	if err != nil {
		return 0, fmt.Errorf("checking in: %w", err)
	}
	for _, council := range councils {
		if council.Settings.CheckInDays < 1 {
			continue
		}
		n, err := s.checkInAt(ctx, council)
		asked += n
		if err != nil {
			return asked, fmt.Errorf("checking in with those who wait for %s: %w", council.Name, err)
		}
	}
	if asked > 0 {
		s.Log.Info("asked people who wait how they are", "people", asked)
	}
	return asked, nil
}

func (s *Service) checkInAt(ctx context.Context, council care.Council) (asked int, err error) {
	before := s.Now().UTC().AddDate(0, 0, -council.Settings.CheckInDays)
	for {
		ids, err := s.Store.Waiting(ctx, council.Slug, before, checkInAtOnce)
		if err != nil {
			return asked, err
		}
		for _, id := range ids {
			did, err := s.checkInWith(ctx, council, id, before)
			if errors.Is(err, care.ErrConflict) {
				continue // asked or signed at this moment
			}
			if err != nil {
				return asked, err
			}
			if did {
				asked++
			}
		}
		if len(ids) < checkInAtOnce {
			return asked, nil
		}
	}
}

// checkInWith asks one person, unless somebody spoke with them after before or there is no page on which they could answer.
func (s *Service) checkInWith(ctx context.Context, council care.Council, id string, before time.Time) (bool, error) {
	now := s.Now().UTC()
	a, err := s.Store.Assessment(ctx, council.Slug, id)
	if err != nil {
		return false, err
	}
	f := CaseFile{Assessment: a}
	if f.Rules, err = s.rulesetOf(a); err != nil {
		return false, err
	}
	spoken, err := s.lastContact(ctx, a)
	if err != nil {
		return false, err
	}
	if !spoken.Before(before) {
		return false, s.Store.NoteWaiting(ctx, council.Slug, id, spoken, nil)
	}
	entries, err := s.Store.Entries(ctx, council.Slug, id)
	if err != nil {
		return false, err
	}
	stopping := slices.ContainsFunc(entries, func(e care.Entry) bool { return e.Kind == care.EntryWithdrawal })
	if a.Test || stopping || a.Kind == care.KindContact || a.Kind == care.KindConcern {
		return false, s.Store.NoteWaiting(ctx, council.Slug, id, now, nil)
	}
	if f.Accounts, err = Accounts(a, f.Rules, entries); err != nil {
		return false, err
	}
	e := care.Entry{ID: newID(), Case: id, Kind: care.EntryCheckIn, At: now, By: care.ActorSystem}
	if e.Body, err = json.Marshal(care.Note{}); err != nil {
		return false, err
	}
	ev := s.event(care.Actor{Kind: care.ActorSystem, Council: council.Slug}, "check-in.asked", id, "")
	ev.Mail = s.toPerson(f.asTold(), council, "check_in", "/"+council.Slug+"/back")
	return true, s.Store.NoteWaiting(ctx, council.Slug, id, now, &e, ev)
}

// lastContact is when somebody last spoke with the person, as it was logged; zero for never. A try that reached nobody is none.
func (s *Service) lastContact(ctx context.Context, a care.Assessment) (last time.Time, err error) {
	parts, err := s.Store.Parts(ctx, a.Council, a.ID)
	if err != nil {
		return last, fmt.Errorf("reading contacts: %w", err)
	}
	for _, p := range parts {
		var contact care.Contact
		if !strings.HasPrefix(p.Name, partContact) {
			continue
		}
		if err := json.Unmarshal(p.Body, &contact); err != nil {
			return last, fmt.Errorf("reading contacts: %w", err)
		}
		if contact.How != HowNone && contact.At.After(last) {
			last = contact.At
		}
	}
	return last, nil
}

// AnswerCheckIn takes the answer of somebody who was asked how they are, with words if they like. "Worse" brings a routine
// case forward, at once. Refusals name the field: how_now (choose_one), how_words (too_long).
func (s *Service) AnswerCheckIn(ctx context.Context, actor care.Actor, id, how, words, once string) error {
	d, err := s.sentOwn(ctx, actor)
	if err != nil {
		return err
	}
	asked := d.ID
	if actor, d, err = s.follow(ctx, actor, d); err != nil {
		return err
	}
	if d.ID != asked {
		id = passedID(id, d.ID)
	}
	entries, err := s.Store.Entries(ctx, actor.Council, d.ID)
	if err != nil {
		return fmt.Errorf("answering a check-in: %w", err)
	}
	if !slices.ContainsFunc(entries, func(e care.Entry) bool { return e.Kind == care.EntryCheckIn && e.ID == id }) {
		return fmt.Errorf("answering a check-in: %w", care.ErrNotFound)
	}
	var c checks
	if !slices.Contains(HowsNow, how) {
		c.add("how_now", "choose_one")
	}
	if words = strings.TrimSpace(words); words != "" {
		text, err := typedWords("how_words", words, NoteMax)
		words = text
		if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
			c.problems = append(c.problems, invalid.Problems...)
		}
	}
	if err := c.err(); err != nil {
		return err
	}
	e := s.entry(actor, care.EntryHowNow, id, once)
	n := care.Note{Text: words, Choice: how, Voice: voiceIn(actor, d)}
	if how != HowWorse {
		return s.add(ctx, actor, e, n, "check-in.answered")
	}
	if e.Body, err = json.Marshal(n); err != nil {
		return fmt.Errorf("answering a check-in: %w", err)
	}
	evs := []care.Event{s.event(actor, "check-in.answered", d.ID, "")}
	if d.Status == care.StatusSent && d.Priority < care.PriorityUrgent {
		evs = append(evs, s.event(actor, "priority.raised", d.ID, "check_in"))
	}
	err = s.Store.AddUrgent(ctx, actor.Council, e, care.PriorityUrgent, evs...)
	if errors.Is(err, care.ErrConflict) {
		return nil // a second press of the button
	}
	if err != nil {
		return fmt.Errorf("answering a check-in: %w", err)
	}
	return nil
}

// Worse says whether the newest answer to a check-in is that things are worse.
func (f CaseFile) Worse() bool {
	said := ""
	for _, l := range f.Later {
		if l.Kind == care.EntryHowNow {
			said = l.Note.Choice
		}
	}
	return said == HowWorse
}
