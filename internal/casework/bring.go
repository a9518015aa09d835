package casework

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// Bring makes a draft of a copy that somebody kept: answers by question id, as the copy has them. Each page is answered as
// if it had just been typed, with every check; what does not fit any more is left out and named in left, by question id.
// Private answers are in no copy, so none come back.
func (s *Service) Bring(ctx context.Context, council string, kept map[string][]string) (d Draft, left []string, err error) {
	rest := maps.Clone(kept)
	rs, err := s.Words()
	if err != nil {
		return Draft{}, nil, err
	}
	answers := care.Answers{}
	for range maxPages {
		path := rs.NextUnvisited(answers)
		page, ok := rs.Page(path, answers, nil)
		if !ok || path == "check" {
			break
		}
		typed := take(page, rest)
		if len(typed) == 0 && !anyLeft(rest) {
			break // the rest of the path was never reached
		}
		next, invalid, err := rs.Answer(answers, path, typed, s.Now())
		if err != nil {
			return Draft{}, nil, fmt.Errorf("bringing back page %s: %w", path, err)
		}
		if invalid != nil { // take what is right, leave the rest
			for _, p := range invalid.Problems {
				left = append(left, p.Field)
				delete(typed, p.Field)
			}
			if next, invalid, err = rs.Answer(answers, path, typed, s.Now()); err != nil {
				return Draft{}, nil, fmt.Errorf("bringing back page %s: %w", path, err)
			}
			if invalid != nil {
				answers = next
				break // a must that is missing: the person goes on from here
			}
		}
		answers = next
		if kind := rs.LeadsTo(answers); kind != "" {
			if rs, err = s.Library.ToStart(kind, s.Now()); err != nil {
				return Draft{}, nil, fmt.Errorf("bringing back a copy: %w", err)
			}
		}
	}
	if len(answers.Questions()) == 0 {
		return Draft{}, nil, care.Refuse("file", "not_a_copy")
	}
	left = append(left, slices.Sorted(maps.Keys(rest))...)
	a := s.fresh(rs, council)
	a.Answers = answers
	actor := care.Actor{Kind: care.ActorCitizen, ID: a.ID, Council: council}
	if err := authorise(actor, MayAnswerDraft); err != nil {
		return Draft{}, nil, err
	}
	if err := s.Store.CreateAssessment(ctx, a, s.event(actor, "draft.started", a.ID, "copy")); err != nil {
		return Draft{}, nil, fmt.Errorf("bringing back a copy: %w", err)
	}
	return Draft{Assessment: a, Rules: rs}, left, nil
}

// maxPages is more than any path has.
const maxPages = 100

// take moves what belongs to a page out of kept.
func take(page care.Page, kept map[string][]string) map[string][]string {
	typed := map[string][]string{}
	for _, q := range page.Questions {
		if values, ok := kept[q.ID]; ok && !q.WriteOnly {
			typed[q.ID] = values
			delete(kept, q.ID)
		}
	}
	return typed
}

func anyLeft(kept map[string][]string) bool { return len(kept) > 0 }

// StartAfter begins a second form after one was sent, with what both ask carried over, so that nothing is asked twice: a
// carer's after an adult's, an adult's after a carer's (Care Act 2014 s.9, s.10). The two are separate cases.
func (s *Service) StartAfter(ctx context.Context, actor care.Actor, kind care.CaseKind) (Draft, error) {
	d, err := s.sentOwn(ctx, actor)
	if err != nil {
		return d, err
	}
	if d.Guest {
		return Draft{}, fmt.Errorf("beginning another form: %w", care.ErrForbidden)
	}
	rs, err := s.Library.ToStart(string(kind), s.Now())
	if unknown := (*eligibility.UnknownRuleset)(nil); errors.As(err, &unknown) {
		return Draft{}, fmt.Errorf("beginning another form: %w", care.ErrNotFound)
	}
	if err != nil {
		return Draft{}, fmt.Errorf("beginning another form: %w", err)
	}
	a := s.fresh(rs, actor.Council)
	a.LinkedTo, a.Answers = d.ID, rs.TakeOver(d.Answers)
	a.KeyedBy, a.KeyedHow = d.KeyedBy, d.KeyedHow // whoever types goes on typing
	a.Answers.Set("for", map[care.CaseKind]string{care.KindCarer: "carer"}[kind])
	if kind != care.KindCarer {
		a.Answers.Set("for", "self")
	}
	a.Answers.Visit(rs.Start())
	self := care.Actor{Kind: care.ActorCitizen, ID: a.ID, Council: a.Council}
	if err := s.Store.CreateAssessment(ctx, a, s.event(self, "draft.started", a.ID, "after another")); err != nil {
		return Draft{}, fmt.Errorf("beginning another form: %w", err)
	}
	return Draft{Assessment: a, Rules: rs}, nil
}

// How a practitioner fills a form in for somebody.
const (
	KeyedPaper = "paper"
	KeyedPhone = "phone"
)

// KeysIn says whether an actor may fill in a form for somebody.
func KeysIn(actor care.Actor) bool { return authorise(actor, MayKeyIn) == nil }

// StartKeyed begins a draft that a practitioner keys in from paper or fills in with the person on the phone. Who typed it
// is written down, and shown on the case: it is never taken for the person's own hand.
func (s *Service) StartKeyed(ctx context.Context, actor care.Actor, how string) (Draft, error) {
	if err := authorise(actor, MayKeyIn); err != nil {
		return Draft{}, err
	}
	if how != KeyedPaper && how != KeyedPhone {
		return Draft{}, care.Refuse("how", "choose_one")
	}
	rs, err := s.Words()
	if err != nil {
		return Draft{}, err
	}
	a := s.fresh(rs, actor.Council)
	a.KeyedBy, a.KeyedHow = actor.ID, how
	if err := s.Store.CreateAssessment(ctx, a, s.event(actor, "draft.started", a.ID, how)); err != nil {
		return Draft{}, fmt.Errorf("keying in a form: %w", err)
	}
	return Draft{Assessment: a, Rules: rs}, nil
}
