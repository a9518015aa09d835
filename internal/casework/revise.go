package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
)

// ListCopyHow is how a copy of a record can go out.
const ListCopyHow = "copy_how"

// copyPerson is the person themself among those who get copies.
const copyPerson = "person"

// Locked says whether nothing of a case changes any more: it is signed, and no next record is being prepared; or it is a
// duplicate, and work goes on with another one.
func (f CaseFile) Locked() bool { return locked(f.Assessment) }

func locked(a care.Assessment) bool {
	return a.Status == care.StatusSigned && !a.Revising || a.DuplicateOf != ""
}

// Revise begins the next record of a signed case, with a reason. The signed one stays as it is, and the working papers start
// from where they stood.
func (s *Service) Revise(ctx context.Context, actor care.Actor, reference, reason, once string) error {
	if err := authorise(actor, MaySignRecord); err != nil {
		return err
	}
	f, err := s.open(ctx, actor, reference, "case.opened-to-change", "revise")
	if err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	c := checks{rules: f.Rules}
	c.words("revise_reason", reason)
	if !enough(reason) {
		c.add("revise_reason", "reason")
	}
	if err := c.err(); err != nil {
		return err
	}
	if f.Status != care.StatusSigned {
		return fmt.Errorf("preparing a next record of case %s: %w", reference, care.ErrNotFound)
	}
	if f.Revising {
		return nil // a second press of the button, or a colleague's first
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("looking up who prepares a next record of case %s: %w", reference, err)
	}
	m := care.MoveOf(f.Assessment)
	m.To.Revising = true
	e := s.entry(care.Actor{ID: f.ID}, care.EntryRevision, "", once)
	e.By, e.ByID = care.ActorPractitioner, p.ID
	if e.Body, err = json.Marshal(care.Note{Text: reason, ByName: p.Name}); err != nil {
		return fmt.Errorf("preparing a next record of case %s: %w", reference, err)
	}
	m.Entries = []care.Entry{e}
	if err := s.Store.MoveCases(ctx, actor.Council, []care.Move{m}, s.event(actor, "record.revised", f.ID, "")); err != nil {
		return fmt.Errorf("preparing a next record of case %s: %w", reference, err)
	}
	return nil
}

// RevisedBecause is why the record in hand is prepared, "" for the first.
func (f CaseFile) RevisedBecause() string {
	if !f.Revising {
		return ""
	}
	for _, l := range slices.Backward(f.Later) {
		if l.Kind == care.EntryRevision {
			return l.Note.Text
		}
	}
	return ""
}

// GiveCopy writes down that somebody got a copy of a signed record (Care Act 2014 s.12(3)-(4)). Once the person has the
// newest one, no copy is owed any more.
//
// Codes: to and how choose_one; on as of LogContact, or before_signed.
func (s *Service) GiveCopy(ctx context.Context, actor care.Actor, reference string, given care.CopyGiven, once string) error {
	return s.giveCopy(ctx, actor, reference, given, once, "copy.given", given.To)
}

func (s *Service) giveCopy(ctx context.Context, actor care.Actor, reference string, given care.CopyGiven, once, verb, detail string) error {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return err
	}
	f, err := s.open(ctx, actor, reference, "case.opened-to-change", "copy")
	if err != nil {
		return err
	}
	d, ok := f.LastDetermination()
	if !ok {
		return fmt.Errorf("a copy of the record of case %s: %w", reference, care.ErrNotFound)
	}
	c := checks{rules: f.Rules}
	c.oneOf("to", given.To, ListCopies, true)
	c.oneOf("copy_how", given.How, ListCopyHow, true)
	c.words("copy_note", given.Note)
	switch _, err := time.Parse(time.DateOnly, given.On); {
	case given.On == "":
		c.add("copy_on", "enter")
	case err != nil:
		c.add("copy_on", "enter")
	case given.On > s.Now().In(ukTime).Format(time.DateOnly):
		c.add("copy_on", "future")
	case given.On < d.SignedAt.In(ukTime).Format(time.DateOnly):
		c.add("copy_on", "before_signed")
	}
	if err := c.err(); err != nil {
		return err
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("looking up who gives a copy of case %s: %w", reference, err)
	}
	given.ByName, given.Version = p.Name, d.Version
	e := care.Entry{Kind: care.EntryCopy}
	if given.To == copyPerson {
		e.Settle = care.OwesCopy
	}
	var tallies []care.Tally
	if verb == "letter.given" && given.To == copyPerson {
		tallies = f.letterTallies(detail)
	}
	return s.addBody(ctx, actor, f, e, once, given, verb, detail, nil, tallies...)
}

// Copies lists who got a copy of a record of the case, oldest first.
func (f CaseFile) Copies() []care.CopyGiven { return f.copies }

// SettleTransition writes down what was done for somebody who turns 18 (Care Act 2014 s.58), and takes the reminder off.
func (s *Service) SettleTransition(ctx context.Context, actor care.Actor, reference, done, once string) error {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return err
	}
	f, err := s.open(ctx, actor, reference, "case.opened-to-change", "transition")
	if err != nil {
		return err
	}
	if f.Kind != care.KindTransition {
		return fmt.Errorf("settling the reminder of case %s: %w", reference, care.ErrNotFound)
	}
	done = strings.TrimSpace(done)
	c := checks{rules: f.Rules}
	c.words("transition_done", done)
	if !enough(done) {
		c.add("transition_done", "reason")
	}
	if err := c.err(); err != nil {
		return err
	}
	e := care.Entry{Kind: care.EntryTransition, Settle: care.OwesTransition}
	return s.addBody(ctx, actor, f, e, once, care.Note{Text: done, ByName: f.Reader.Name}, "transition.planned", "", nil)
}

// transitionAge is when planning for adulthood is looked at again: a year before 18, so that an assessment can be done in time.
const transitionAge = 17

// owesWhenSigned is what a signature makes owed: a copy to the person, and of somebody under 18 a reminder when they turn 17.
func (f CaseFile) owesWhenSigned(decision string, now time.Time) []care.Owed {
	var out []care.Owed
	if decision != DecisionClosed {
		out = append(out, care.Owed{What: care.OwesCopy, From: now})
	}
	if born, err := time.ParseInLocation(time.DateOnly, f.Summary.Born, ukTime); err == nil && f.Kind == care.KindTransition {
		due := born.AddDate(transitionAge, 0, 0)
		if due.Before(now) {
			due = now
		}
		out = append(out, care.Owed{What: care.OwesTransition, From: due.UTC()})
	}
	return out
}

// openRecord reads what the record in hand goes by: drafts that went to the person, the second signature, the record before.
func (f *CaseFile) openRecord() (err error) {
	inHand := f.Entries // a next record begins with why it is prepared: what came before belongs to an earlier one
	for i, e := range f.Entries {
		if e.Kind == care.EntryRevision {
			inHand = f.Entries[i+1:]
		}
	}
	if f.drafts, err = draftsIn(inHand); err != nil {
		return fmt.Errorf("case %s: %w", f.Reference, err)
	}
	if f.steps, err = secondIn(inHand); err != nil {
		return fmt.Errorf("case %s: %w", f.Reference, err)
	}
	for _, e := range f.Entries {
		if e.Kind != care.EntryCopy {
			continue
		}
		var given care.CopyGiven
		if err := json.Unmarshal(e.Body, &given); err != nil {
			return fmt.Errorf("reading entry %s: %w", e.ID, err)
		}
		f.copies = append(f.copies, given)
	}
	if d, ok := f.LastDetermination(); ok {
		before, err := ReadRecord(d)
		if err != nil {
			return fmt.Errorf("case %s: %w", f.Reference, err)
		}
		f.before = &before
	}
	return nil
}
