package casework

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"threshold/internal/care"
)

// A council can ask its practitioners for their own view first: what the rules suggest is kept back until they have made
// their finding. People lean towards what a program says, also where it is wrong. Some of all cases can be worked on that way
// whatever the council's habit is, so that the difference between findings made with and without the suggestion can be seen.

// verbSampled is the event of a case that fell into the sample, left once when it is first opened so.
const verbSampled = "case.sampled"

// Sampled says whether a case falls into the sample of percent of all cases (0 to 100). It is drawn from the case's id, so
// that nobody chooses it, it is the same for everybody and at every look, and raising the percentage lets none go.
func Sampled(caseID string, percent int) bool {
	sum := sha256.Sum256([]byte("view-first " + caseID))
	return binary.BigEndian.Uint64(sum[:])%100 < uint64(max(percent, 0))
}

// Hides says whether what the rules suggest on an outcome is kept back: the practitioner looks first, and there is no
// finding yet that settles it. "Need more" settles nothing.
func (f CaseFile) Hides(outcome string) bool {
	if !f.ViewFirst || f.Locked() || f.Short() {
		return false
	}
	made := f.Findings[outcome].Conclusion
	return made != care.ConcludesUnable && made != care.ConcludesAble
}

// HidesSome says whether any outcome's suggestion is kept back; what is suggested as a whole waits for all of them.
func (f CaseFile) HidesSome() bool {
	return f.ViewFirst && slices.ContainsFunc(f.OutcomeIDs(), f.Hides)
}

// lookFirst finds out whether the view of the practitioner comes first on a case, writes down when it is so by chance, and
// takes out of the file what must not be seen yet: no page has to think of it, and none can forget.
func (s *Service) lookFirst(ctx context.Context, actor care.Actor, f *CaseFile) error {
	if !f.Assessed() || f.Indication == nil {
		return nil
	}
	council, err := s.councilOf(ctx, f.Council)
	if err != nil {
		return fmt.Errorf("reading how %s works: %w", f.Council, err)
	}
	sampled := Sampled(f.ID, council.Settings.BlindPercent)
	f.ViewFirst = council.Settings.ViewFirst || sampled
	if sampled && !f.Locked() {
		if err := s.noteSampled(ctx, actor, f.ID); err != nil {
			return err
		}
	}
	if f.HidesSome() {
		f.veil()
	}
	return nil
}

func (s *Service) noteSampled(ctx context.Context, actor care.Actor, caseID string) error {
	events, err := s.Store.Events(ctx, actor.Council, caseID)
	if err != nil {
		return fmt.Errorf("reading whether case %s is in the sample: %w", caseID, err)
	}
	if slices.ContainsFunc(events, func(e care.Event) bool { return e.Verb == verbSampled }) {
		return nil
	}
	by := care.Actor{Kind: care.ActorSystem, Council: actor.Council} // nobody chose it
	return s.Store.SetAccess(ctx, actor.Council, care.AccessChange{Case: caseID}, s.event(by, verbSampled, caseID, ""))
}

// veil leaves of the indication what has been found already, and nothing from which the rest could be guessed.
func (f *CaseFile) veil() {
	f.Indication, f.Both = f.veiled(f.Indication), f.veiled(f.Both)
	keep := func(flags []care.Flag) []care.Flag {
		return slices.DeleteFunc(slices.Clone(flags), func(x care.Flag) bool { return f.Rules.Reveals(x.ID) })
	}
	f.Summary.Flags, f.LaterFlags = keep(f.Summary.Flags), keep(f.LaterFlags)
}

func (f *CaseFile) veiled(ind *care.Indication) *care.Indication {
	if ind == nil {
		return nil
	}
	out := &care.Indication{Ruleset: ind.Ruleset}
	for _, o := range ind.Outcomes {
		if !f.Hides(o.ID) {
			out.Outcomes = append(out.Outcomes, o)
		}
	}
	for _, p := range ind.Prompts {
		if !f.Rules.Reveals(p.ID) {
			out.Prompts = append(out.Prompts, p)
		}
	}
	return out
}

// madeBlind says whether a finding is made without having seen what the rules suggest: it is hidden now, or it was when the
// same conclusion was first saved. Who changes their mind once it is shown has seen it.
func (f CaseFile) madeBlind(finding care.Finding) bool {
	if f.Hides(finding.Outcome) {
		return true
	}
	before := f.Findings[finding.Outcome]
	return before.Blind && before.Conclusion == finding.Conclusion
}
