package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"threshold/internal/care"
)

// AskPerson puts a question to the person, who finds it on their status page. A message says that there is one, and never
// what it asks, where the contact rule allows it. outcome may be "".
func (s *Service) AskPerson(ctx context.Context, actor care.Actor, council care.Council, reference, text, outcome, once string) error {
	f, p, err := s.toChange(ctx, actor, reference, "question")
	if err != nil {
		return err
	}
	if text, err = typedWords("question", text, NoteMax); err != nil {
		return err
	}
	if outcome != "" && !slices.Contains(f.OutcomeIDs(), outcome) {
		return care.Refuse("outcome", "unknown_option")
	}
	mail := s.toPerson(f.asTold(), council, "question", "/"+council.Slug+"/back")
	return s.addAs(ctx, actor, f, p, care.EntryQuestion, "", once, care.Note{Text: text, Outcome: outcome, ByName: p.Name}, "question.asked", mail)
}

// SettleWithdrawal writes down what came of a request to withdraw, once a practitioner has spoken with the person by the
// safe route: ChoiceClosed, ChoiceGoesOn or ChoiceOverridden, and how they know. It closes nothing: a record does that.
//
// A case with a safety mark cannot be settled as closed: the duty to assess stands where an adult is experiencing, or is
// at risk of, abuse or neglect (Care Act 2014 s.11(2)(b)). Only an adult's assessment can go on against their wish: a carer's
// refusal ends it, whatever the case shows (s.11(5)).
//
// Codes: choice choose_one, safety_mark, not_overridden; how as of typedWords.
func (s *Service) SettleWithdrawal(ctx context.Context, actor care.Actor, council care.Council, reference, request, choice, how, once string) error {
	f, p, err := s.toChange(ctx, actor, reference, "withdrawal")
	if err != nil {
		return err
	}
	if !slices.Contains([]string{ChoiceClosed, ChoiceGoesOn, ChoiceOverridden}, choice) {
		return care.Refuse("choice", "choose_one")
	}
	if choice == ChoiceOverridden && !f.MayOverride() {
		return care.Refuse("choice", "not_overridden")
	}
	if choice == ChoiceClosed && f.SafetyMarked() {
		return care.Refuse("choice", "safety_mark")
	}
	if how, err = typedWords("how", how, NoteMax); err != nil {
		return err
	}
	if !slices.ContainsFunc(f.Entries, func(e care.Entry) bool { return e.ID == request && e.Kind == care.EntryWithdrawal }) {
		return fmt.Errorf("settling a withdrawal: %w", care.ErrNotFound)
	}
	var mail *care.Mail
	if choice == ChoiceClosed {
		mail = s.toPerson(f.asTold(), council, "withdrawn", "/"+council.Slug+"/back")
	}
	return s.addAs(ctx, actor, f, p, care.EntryConfirmed, request, once, care.Note{Text: how, Choice: choice, ByName: p.Name}, "withdrawal.settled", mail)
}

// MayOverride says whether the law knows a reason for which the assessment may go on against the wish of the person: of an
// adult it does (Care Act 2014 s.11(2)), of a carer it does not (s.11(5)).
func (f CaseFile) MayOverride() bool { return f.Kind == care.KindAdultNeeds }

// SafetyMarked says whether anything told makes this a case of safety, whoever told it.
func (f CaseFile) SafetyMarked() bool {
	marked := func(flags []care.Flag) bool {
		return slices.ContainsFunc(flags, func(x care.Flag) bool { return x.Priority == care.PrioritySafety })
	}
	return f.Priority == care.PrioritySafety || marked(f.Summary.Flags) || marked(f.LaterFlags)
}

func (s *Service) addAs(ctx context.Context, actor care.Actor, f CaseFile, p care.Practitioner, kind care.EntryKind, about, once string, n care.Note, verb string, mail *care.Mail) error {
	e := s.entry(care.Actor{ID: f.ID}, kind, about, once)
	e.By, e.ByID = care.ActorPractitioner, p.ID
	var err error
	if e.Body, err = json.Marshal(n); err != nil {
		return fmt.Errorf("adding to case %s: %w", f.Reference, err)
	}
	ev := s.event(actor, verb, f.ID, "")
	ev.Mail = mail
	err = s.Store.AddEntry(ctx, actor.Council, e, ev)
	if errors.Is(err, care.ErrConflict) {
		return nil // a second press of the button
	}
	if err != nil {
		return fmt.Errorf("adding to case %s: %w", f.Reference, err)
	}
	return nil
}
