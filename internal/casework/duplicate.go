package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"threshold/internal/care"
)

// Somebody who sends two forms waits once: work goes on with one case, and the other stays as it is, out of every list but its
// own and out of what counts as open. Nothing is taken from one into the other but how pressing it is.

// ErrDuplicate says that work goes on with another case. It is a care.ErrLocked too.
var ErrDuplicate = fmt.Errorf("work goes on with another case: %w", care.ErrLocked)

// What an entry of care.EntryDuplicate says, as its Note's Choice. The Note's Outcome is the reference of the other case.
const (
	DuplicateOf       = "duplicate-of"
	DuplicateHere     = "has-duplicate"
	NoDuplicate       = "no-duplicate"         // the mark was a mistake
	NoDuplicateOfHere = "no-duplicate-of-this" // the other one stands for itself again
)

// MarkDuplicate ends work on a case because another one of the council, of is its reference, is of the same person and the same
// matter: both stay, each says so with the reason, and each has the event. The one that goes on becomes as pressing as the
// other was, so that nothing urgent leaves the queue. Problems: reason (reason, too_long); of: reference (there is none),
// kind (each kind of assessment is owed on its own: Care Act 2014 ss.9 and 10), locked (it is signed, or another council has
// it), duplicate (it is one itself), test, stands_for (another case is a duplicate of the one to be marked), has_record (the
// one to be marked has a signed record, which is changed by a new one).
func (s *Service) MarkDuplicate(ctx context.Context, actor care.Actor, pick Pick, of, reason string) error {
	f, p, err := s.toChange(ctx, actor, pick.Reference, "duplicate")
	if err != nil {
		return err
	}
	c := &checks{rules: f.Rules}
	reason = c.why(reason)
	of, ok := ParseReference(of)
	if !ok || of == pick.Reference {
		c.add("of", "reference")
	}
	if err := c.err(); err != nil {
		return err
	}
	other, err := s.open(ctx, actor, of, "case.opened-to-change", "duplicate")
	if errors.Is(err, care.ErrNotFound) {
		return care.Refuse("of", "reference")
	}
	if err != nil {
		return err
	}
	switch {
	case f.Status == care.StatusSigned:
		c.add("of", "has_record")
	case len(f.Duplicates) > 0:
		c.add("of", "stands_for")
	case other.DuplicateOf != "":
		c.add("of", "duplicate") // which is locked too, and for another reason
	case other.Locked() || other.Passed != "":
		c.add("of", "locked")
	case other.Test != f.Test:
		c.add("of", "test")
	case f.Assessed() && f.Kind != other.Kind:
		c.add("of", "kind")
	}
	if err := c.err(); err != nil {
		return err
	}
	if f.Version != pick.Version {
		return fmt.Errorf("marking case %s as a duplicate: %w", pick.Reference, care.ErrConflict)
	}
	ends, goesOn := care.MoveOf(f.Assessment), care.MoveOf(other.Assessment)
	ends.To.DuplicateOf, ends.To.HeldUntil = other.ID, time.Time{}
	if f.Priority > other.Priority {
		goesOn.Priority = f.Priority
		goesOn.To.HeldUntil = time.Time{} // what is pressing does not wait: see Hold
	}
	if !f.DueAt.IsZero() && (other.DueAt.IsZero() || f.DueAt.Before(other.DueAt)) {
		goesOn.DueAt = f.DueAt
	}
	goesOn.To.Adapted = goesOn.To.Adapted || f.Adapted
	return s.pairUp(ctx, actor, p, care.Note{Text: reason}, [2]pairing{
		{ends, DuplicateOf, other.Reference, "duplicate"}, {goesOn, DuplicateHere, f.Reference, "has_duplicate"},
	})
}

// NotDuplicate takes the mark off again, with a reason: the case comes back to where it was, as pressing as it was. The other
// one keeps what it has. care.ErrConflict when it is no duplicate any more, or has moved on since it was shown.
func (s *Service) NotDuplicate(ctx context.Context, actor care.Actor, pick Pick, reason string) error {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return err
	}
	f, err := s.open(ctx, actor, pick.Reference, "case.opened-to-change", "duplicate")
	if err != nil {
		return err
	}
	c := &checks{rules: f.Rules}
	reason = c.why(reason)
	if err := c.err(); err != nil {
		return err
	}
	if f.DuplicateOf == "" || f.Passed != "" || f.Version != pick.Version {
		return fmt.Errorf("case %s is a duplicate no more: %w", pick.Reference, care.ErrConflict)
	}
	other, err := s.Store.Assessment(ctx, actor.Council, f.DuplicateOf)
	if err != nil {
		return fmt.Errorf("looking up what case %s is a duplicate of: %w", pick.Reference, err)
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("looking up who changes case %s: %w", pick.Reference, err)
	}
	back := care.MoveOf(f.Assessment)
	back.To.DuplicateOf = ""
	return s.pairUp(ctx, actor, p, care.Note{Text: reason}, [2]pairing{
		{back, NoDuplicate, other.Reference, "no_duplicate"}, {care.MoveOf(other), NoDuplicateOfHere, f.Reference, "has_no_duplicate"},
	})
}

// why tidies a reason and checks it.
func (c *checks) why(reason string) string {
	reason = strings.TrimSpace(reason)
	switch {
	case utf8.RuneCountInString(reason) > MaxNote:
		c.add("reason", "too_long")
	case !enough(reason):
		c.add("reason", "reason")
	}
	return reason
}

// A pairing is what becomes of one of two cases: its move, what its entry says of the other one, and its event.
type pairing struct {
	move                  care.Move
	choice, other, detail string
}

// pairUp changes two cases with an entry and an event on each, both or neither.
func (s *Service) pairUp(ctx context.Context, actor care.Actor, p care.Practitioner, note care.Note, both [2]pairing) error {
	var moves []care.Move
	var events []care.Event
	note.ByName = p.Name
	for _, one := range both {
		note.Choice, note.Outcome = one.choice, one.other
		body, err := json.Marshal(note)
		if err != nil {
			return fmt.Errorf("writing why two cases are one: %w", err)
		}
		one.move.Entries = []care.Entry{{ID: newID(), Case: one.move.ID, Kind: care.EntryDuplicate, At: s.Now().UTC(), By: care.ActorPractitioner, ByID: p.ID, Body: body}}
		moves, events = append(moves, one.move), append(events, s.event(actor, "case.marked", one.move.ID, one.detail))
	}
	if err := s.Store.MoveCases(ctx, actor.Council, moves, events...); err != nil {
		return fmt.Errorf("marking a duplicate: %w", err)
	}
	return nil
}

// openTwins reads what a case stands for, and what goes on in its stead.
func (s *Service) openTwins(ctx context.Context, f *CaseFile) error {
	all, err := s.Store.Twins(ctx, f.Council, f.ID)
	if err != nil {
		return fmt.Errorf("reading the duplicates of case %s: %w", f.Reference, err)
	}
	for _, x := range all {
		if x.GoesOn {
			f.GoesOn = x.Reference
		} else {
			f.Duplicates = append(f.Duplicates, x)
		}
	}
	return nil
}

// A GoesOn tells a citizen that work goes on with another form.
type GoesOn struct {
	// Reference of that form, or "" where it is not told: to whoever writes about somebody else, and where one of the two has a
	// mark of safety or tells of a concern. Who sent the one need not know of the other.
	Reference string
}

// goesOn is what an actor is told of the case that goes on in the stead of theirs; nil when theirs stands for itself.
func (s *Service) goesOn(ctx context.Context, actor care.Actor, d Draft) (*GoesOn, error) {
	if d.DuplicateOf == "" {
		return nil, nil
	}
	other, err := s.Store.Assessment(ctx, d.Council, d.DuplicateOf)
	if err != nil {
		return nil, fmt.Errorf("looking up the form that goes on: %w", err)
	}
	quiet := d.Priority == care.PrioritySafety || other.Priority == care.PrioritySafety || d.Kind == care.KindConcern || other.Kind == care.KindConcern || other.Restricted
	if quiet || voiceIn(actor, d) != care.VoiceSelf {
		return &GoesOn{}, nil
	}
	rules, err := s.rulesetOf(other)
	if err != nil {
		return nil, err
	}
	if rules.Voice(other.Answers) != care.VoiceSelf { // somebody else wrote it, who is not told of either
		return &GoesOn{}, nil
	}
	return &GoesOn{Reference: other.Reference}, nil
}
