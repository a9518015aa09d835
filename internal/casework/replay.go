package casework

import (
	"context"
	"fmt"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// A Replay is a case's answers put through another version of the rules. It is a look, and changes nothing: the case stays on
// the version it was sent under, and so does what is signed.
type Replay struct {
	File CaseFile
	// Others are the other published versions of the same kind, oldest first; empty when there is only the case's own.
	Others []*eligibility.Ruleset
	// Rules is the version looked at, nil when there is none; Before and After are what its own version and that one make of
	// the answers. Both are nil while the practitioner's own view comes first.
	Rules         *eligibility.Ruleset
	Before, After *care.Indication
	// Lost are facts that the other version has no place for, as paths.
	Lost []string
}

// PageVersions is the page of a case that puts its answers through other versions.
const PageVersions = "versions"

// Replay puts the answers of a case through another version of its rules; version "" is the newest other one.
// care.ErrNotFound when there is no such version of that kind, or the case is no assessment.
func (s *Service) Replay(ctx context.Context, actor care.Actor, reference, version string) (Replay, error) {
	f, err := s.Open(ctx, actor, reference, PageVersions)
	if err != nil {
		return Replay{}, err
	}
	out := Replay{File: f}
	if !f.Assessed() {
		return out, fmt.Errorf("other versions of case %s: %w", reference, care.ErrNotFound)
	}
	for _, rs := range s.Library.Versions(f.Rules.Kind) {
		if rs.ID() == f.Rules.ID() {
			continue
		}
		out.Others = append(out.Others, rs)
		if version == "" || version == rs.ID() {
			out.Rules = rs
		}
	}
	switch {
	case out.Rules == nil && version != "":
		return out, fmt.Errorf("version %q of case %s: %w", version, reference, care.ErrNotFound)
	case out.Rules == nil || f.Indication == nil || f.HidesSome():
		return out, nil
	}
	before := f.Rules.Indicate(f.Facts)
	facts, lost := f.under(out.Rules)
	after := out.Rules.Indicate(facts)
	out.Before, out.After, out.Lost = &before, &after, lost
	return out, nil
}

// under gives the facts of a case to another version: from the answers, by that version's own mapping; where it was published
// as rules alone, from the facts that both have.
func (f CaseFile) under(rs *eligibility.Ruleset) (facts eligibility.Facts, lost []string) {
	if rs.HasJourney() {
		facts, _ = BothVoices(rs, f.Accounts)
	} else {
		facts = rs.NewFacts()
		for _, path := range f.Facts.Paths() {
			_ = facts.Set(path, f.Facts.Get(path)...) // one that does not fit is told of below
		}
	}
	for _, path := range f.Facts.Paths() {
		if rs.FactOptions(path) == nil {
			lost = append(lost, path)
		}
	}
	return facts, lost
}
