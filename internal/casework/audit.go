package casework

import (
	"context"
	"errors"
	"fmt"
	"time"

	"threshold/internal/care"
)

// trailPage is how many events stand on one page, trailExport how many go into one file.
const (
	trailPage   = 50
	trailExport = 10_000
)

// A TrailSearch is what an auditor looks for.
type TrailSearch struct {
	From, To     time.Time // from From up to but without To; zero for no end
	Verb         string    // "" for all
	Practitioner string    // id, "" for everybody
	Reference    string    // of a case, as it is stored; "" for any
	Kind         care.CaseKind
	After        string // cursor of the page before
}

// A TrailFound is a page of the trail with the names of the council's practitioners by id.
type TrailFound struct {
	Lines []care.TrailLine
	Next  string
	Names map[string]string
}

// SearchTrail returns one page of the events of the actor's council, newest first: who, when, what, never what was said.
// Searching is itself an event. A reference that is not the council's is care.ErrNotFound, and so is a page that was never
// given out.
func (s *Service) SearchTrail(ctx context.Context, actor care.Actor, search TrailSearch) (TrailFound, error) {
	if err := authorise(actor, MayReadTrail); err != nil {
		return TrailFound{}, err
	}
	return s.findTrail(ctx, actor, search.query(actor, trailPage), search.Reference, "trail.searched")
}

func (q TrailSearch) query(actor care.Actor, limit int) care.TrailQuery {
	out := care.TrailQuery{Council: actor.Council, From: q.From, To: q.To, Actor: q.Practitioner, Kind: q.Kind, After: q.After, Limit: limit}
	if q.Verb != "" {
		out.Verbs = []string{q.Verb}
	}
	return out
}

// findTrail reads one page of a query, of one case where a reference is given, and writes verb as the event of having looked.
// About a case it stands in that case's own trail too.
func (s *Service) findTrail(ctx context.Context, actor care.Actor, q care.TrailQuery, reference, verb string) (found TrailFound, err error) {
	subject := actor.Council
	if reference != "" {
		st, err := s.Store.Standing(ctx, actor.Council, reference, actor.ID)
		if err != nil {
			return found, fmt.Errorf("searching the trail of a case: %w", err)
		}
		q.Subject, subject = st.Case, st.Case
	}
	page, err := s.Store.Trail(ctx, q, s.event(actor, verb, subject, q.Actor))
	if err != nil {
		return found, err
	}
	found.Lines, found.Next = page.Lines, page.Next
	found.Names, err = s.staffNames(ctx, actor.Council)
	return found, err
}

// ExportTrail hands each event that fits, newest first, to each, at most trailExport of them, and says whether there were more.
// It is one event of its own.
func (s *Service) ExportTrail(ctx context.Context, actor care.Actor, search TrailSearch, each func(care.TrailLine, map[string]string) error) (more bool, err error) {
	if err := authorise(actor, MayReadTrail); err != nil {
		return false, err
	}
	q := search.query(actor, 500)
	q.After = ""
	found, err := s.findTrail(ctx, actor, q, search.Reference, "trail.exported")
	if err != nil {
		return false, err
	}
	if search.Reference != "" {
		st, err := s.Store.Standing(ctx, actor.Council, search.Reference, actor.ID)
		if err != nil {
			return false, fmt.Errorf("exporting the trail of a case: %w", err)
		}
		q.Subject = st.Case
	}
	for n := 0; ; {
		for _, l := range found.Lines {
			if n == trailExport {
				return true, nil
			}
			n++
			if err := each(l, found.Names); err != nil {
				return false, err
			}
		}
		if q.After = found.Next; q.After == "" {
			return false, nil
		}
		page, err := s.Store.Trail(ctx, q)
		if err != nil {
			return false, errors.Join(fmt.Errorf("exporting the trail: %w", err))
		}
		found.Lines, found.Next = page.Lines, page.Next
	}
}
