package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"threshold/internal/care"
)

// A LetterFile is a signed case with its newest record, to make a letter of.
type LetterFile struct {
	CaseFile
	Signed        SignedRecord
	Determination care.Determination
	// Given are the copies and letters that went out, oldest first; when each was written down stands in GivenAt.
	Given   []care.CopyGiven
	GivenAt []time.Time
	// NotTold says that the person wrote down what must not be told to others: whoever gives a copy away reads it first.
	NotTold bool
}

// OpenLetter opens the letter of a case in one of LetterForms; looking at it is written down. care.ErrNotFound when the case
// is not signed.
func (s *Service) OpenLetter(ctx context.Context, actor care.Actor, reference, form string) (LetterFile, error) {
	if err := authorise(actor, MayReadCase); err != nil {
		return LetterFile{}, err
	}
	f, err := s.open(ctx, actor, reference, "case.viewed", "letter/"+form)
	if err != nil {
		return LetterFile{}, err
	}
	d, ok := f.LastDetermination()
	if !ok {
		return LetterFile{}, fmt.Errorf("the letter of case %s: %w", reference, care.ErrNotFound)
	}
	out := LetterFile{CaseFile: f, Determination: d, NotTold: len(f.asTold().Answers.Get("not_told")) > 0}
	if out.Signed, err = ReadRecord(d); err != nil {
		return out, err
	}
	for _, e := range f.Entries {
		if e.Kind != care.EntryCopy {
			continue
		}
		var given care.CopyGiven
		if err := json.Unmarshal(e.Body, &given); err != nil {
			return out, fmt.Errorf("reading who got a letter of case %s: %w", reference, err)
		}
		out.Given, out.GivenAt = append(out.Given, given), append(out.GivenAt, e.At)
	}
	return out, nil
}

// GiveLetter writes down that a letter went out, to whom, how and in which of LetterForms. Codes as of GiveCopy, and form
// choose_one; a carer gets one only where the person asked for that (to: not_agreed).
func (s *Service) GiveLetter(ctx context.Context, actor care.Actor, reference, form string, given care.CopyGiven, once string) error {
	if !slices.Contains(LetterForms, form) {
		return care.Refuse("form", "choose_one")
	}
	if given.To == "carer" {
		f, err := s.OpenLetter(ctx, actor, reference, form)
		if err != nil {
			return err
		}
		if _, ok := CarerCopy(f.Signed, f.Rules); !ok {
			return care.Refuse("to", "not_agreed")
		}
	}
	return s.giveCopy(ctx, actor, reference, given, once, "letter.given", form)
}

// OwnLetter is the record of which a person reads their letter, by their own code or as the writer of their own form. Somebody
// who wrote about them, or helps them, has no letter here: care.ErrNotFound, as while nothing is signed. That it was read is
// written down.
func (s *Service) OwnLetter(ctx context.Context, actor care.Actor) (SignedRecord, error) {
	if err := authorise(actor, MayAddToOwn); err != nil {
		return SignedRecord{}, err
	}
	d, err := s.Draft(ctx, actor)
	if err != nil {
		return SignedRecord{}, err
	}
	last, ok, err := s.ownLetter(ctx, actor, d)
	if err != nil {
		return SignedRecord{}, err
	}
	if !ok {
		return SignedRecord{}, fmt.Errorf("reading one's own letter: %w", care.ErrNotFound)
	}
	if _, err := s.Store.CaseByReference(ctx, actor.Council, d.Reference, s.event(actor, "letter.read", d.ID, "")); err != nil {
		return SignedRecord{}, fmt.Errorf("reading one's own letter: %w", err)
	}
	return ReadRecord(last)
}

// HasLetter says whether the actor has a letter to read.
func (s *Service) HasLetter(ctx context.Context, actor care.Actor, d Draft) (bool, error) {
	if authorise(actor, MayAddToOwn) != nil {
		return false, nil
	}
	_, ok, err := s.ownLetter(ctx, actor, d)
	return ok, err
}

func (s *Service) ownLetter(ctx context.Context, actor care.Actor, d Draft) (care.Determination, bool, error) {
	if d.Status == care.StatusDraft || voiceIn(actor, d) != care.VoiceSelf {
		return care.Determination{}, false, nil
	}
	all, err := s.Store.Determinations(ctx, actor.Council, d.ID)
	if err != nil {
		return care.Determination{}, false, fmt.Errorf("looking for a letter: %w", err)
	}
	if len(all) == 0 {
		return care.Determination{}, false, nil
	}
	return all[len(all)-1], true, nil
}
