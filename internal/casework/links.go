package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"threshold/internal/care"
)

// The say of a person in reading their case together with another's.
const (
	LinkAgreed = "agreed"
	LinkEnded  = "ended"
)

// ListLink is the list of the content with the answers to "do they agree?".
const ListLink = "yes_no"

// A Pair is an adult's and a carer's case, read beside each other.
type Pair struct {
	Link         care.CaseLink
	Adult, Carer CaseFile
}

// A Say is what one of two people said to the two cases being read together, and how that is known.
type Say struct{ Said, How string }

// LinkCases lets an adult's and a carer's case be read beside each other: only where both agreed, with how each agreement is known
// (Care Act 2014 s.12(5)-(7)). The two stay separate records, and nothing of one becomes part of the other.
//
// Refusals name the field: other (choose_one, link_same, link_kind, link_taken), own and theirs (choose_one, link_no),
// own_how and theirs_how (reason).
func (s *Service) LinkCases(ctx context.Context, actor care.Actor, reference, other string, own, theirs Say) error {
	f, p, err := s.toChange(ctx, actor, reference, "link")
	if err != nil {
		return err
	}
	c := checks{rules: f.Rules}
	var o CaseFile
	switch ref, ok := ParseReference(other); {
	case strings.TrimSpace(other) == "":
		c.add("other", "choose_one")
	case !ok:
		c.add("other", "link_unknown")
	case ref == f.Reference:
		c.add("other", "link_same")
	default:
		o, err = s.open(ctx, actor, ref, "case.viewed", "link")
		switch {
		case errors.Is(err, care.ErrNotFound), errors.Is(err, care.ErrForbidden):
			c.add("other", "link_unknown")
		case err != nil && isGate(err):
			c.add("other", "link_gate")
		case err != nil:
			return err
		case !pairs(f.Kind, o.Kind):
			c.add("other", "link_kind")
		case o.Status != care.StatusSent:
			c.add("other", "link_signed")
		}
	}
	for _, side := range []struct {
		field string
		Say
	}{{"own", own}, {"theirs", theirs}} {
		switch c.oneOf(side.field, side.Said, ListLink, true); {
		case side.Said == "no":
			c.add(side.field, "link_no")
		case side.Said == "yes" && !enough(side.How):
			c.add(side.field+"_how", "reason")
		}
		c.words(side.field+"_how", side.How)
	}
	if err := c.err(); err != nil {
		return err
	}
	l := care.CaseLink{ID: newID(), Council: actor.Council, Adult: f.ID, Carer: o.ID, Since: s.Now().UTC()}
	if f.Kind == care.KindCarer {
		l.Adult, l.Carer = o.ID, f.ID
	}
	entries, err := s.linkEntries(p, f, o, LinkAgreed, own.How, theirs.How)
	if err != nil {
		return err
	}
	err = s.Store.LinkCases(ctx, l, entries, s.event(actor, "case.linked", f.ID, ""), s.event(actor, "case.linked", o.ID, ""))
	if errors.Is(err, care.ErrConflict) {
		return care.Refuse("other", "link_taken")
	}
	if err != nil {
		return fmt.Errorf("linking case %s: %w", reference, err)
	}
	return nil
}

// UnlinkCases ends that two cases are read beside each other, and says why. Either person can ask for it at any time.
func (s *Service) UnlinkCases(ctx context.Context, actor care.Actor, reference, link, why string) error {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return err
	}
	f, err := s.open(ctx, actor, reference, "case.opened-to-change", "link")
	if err != nil {
		return err
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("looking up who unlinks case %s: %w", reference, err)
	}
	all, err := s.Store.LinksOf(ctx, actor.Council, f.ID)
	if err != nil {
		return fmt.Errorf("unlinking case %s: %w", reference, err)
	}
	i := slices.IndexFunc(all, func(l care.CaseLink) bool { return l.ID == link })
	if i < 0 {
		return fmt.Errorf("unlinking case %s: %w", reference, care.ErrConflict)
	}
	c := checks{rules: f.Rules}
	if !enough(why) {
		c.add("why", "reason")
	}
	c.words("why", why)
	if err := c.err(); err != nil {
		return err
	}
	// Ending it must not need the other case to open: whoever may work on one of the two can keep them apart.
	o, err := s.Store.Assessment(ctx, actor.Council, all[i].Other(f.ID))
	if err != nil {
		return fmt.Errorf("unlinking case %s: %w", reference, err)
	}
	entries, err := s.linkEntries(p, f, CaseFile{Assessment: o}, LinkEnded, why, "")
	if err != nil {
		return err
	}
	err = s.Store.UnlinkCases(ctx, all[i], s.Now().UTC(), entries, s.event(actor, "case.unlinked", f.ID, ""), s.event(actor, "case.unlinked", o.ID, ""))
	if err != nil {
		return fmt.Errorf("unlinking case %s: %w", reference, err)
	}
	return nil
}

// linkEntries write on each case what its own person said. How it is known of the other stays on the other's case: it may
// tell of things that person must not hear.
func (s *Service) linkEntries(p care.Practitioner, f, o CaseFile, choice, own, theirs string) ([]care.Entry, error) {
	var out []care.Entry
	for _, x := range []struct {
		caseID, how, other string
	}{{f.ID, own, o.Reference}, {o.ID, theirs, f.Reference}} {
		e, err := s.staffEntry(x.caseID, p, care.EntryLink, "", care.Note{Text: strings.TrimSpace(x.how), Choice: choice, ByName: p.Name, Whom: FormatReference(x.other)})
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// pairs says whether one is an adult's and the other a carer's.
func pairs(a, b care.CaseKind) bool {
	return a == care.KindAdultNeeds && b == care.KindCarer || a == care.KindCarer && b == care.KindAdultNeeds
}

// Pairs opens the cases that are read beside one, and writes down that each was looked at. One that does not open to the
// actor by itself is left out: a link opens no door. missing counts those.
func (s *Service) Pairs(ctx context.Context, actor care.Actor, f CaseFile) (all []Pair, missing int, err error) {
	links, err := s.Store.LinksOf(ctx, actor.Council, f.ID)
	if err != nil {
		return nil, 0, fmt.Errorf("reading the links of case %s: %w", f.Reference, err)
	}
	for _, l := range links {
		other, err := s.Store.Assessment(ctx, actor.Council, l.Other(f.ID))
		if err != nil {
			return nil, 0, fmt.Errorf("reading the links of case %s: %w", f.Reference, err)
		}
		o, err := s.open(ctx, actor, other.Reference, "case.viewed", "link")
		if errors.Is(err, care.ErrForbidden) || isGate(err) {
			missing++
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		pair := Pair{Link: l, Adult: f, Carer: o}
		if f.Kind == care.KindCarer {
			pair.Adult, pair.Carer = o, f
		}
		all = append(all, pair)
	}
	return all, missing, nil
}

// Linked says whether a case is read beside another now.
func (s *Service) Linked(ctx context.Context, f CaseFile) (bool, error) {
	all, err := s.Store.LinksOf(ctx, f.Council, f.ID)
	if err != nil {
		return false, fmt.Errorf("reading the links of case %s: %w", f.Reference, err)
	}
	return len(all) > 0, nil
}

// isGate says whether a case did not open because it is another team's or restricted.
func isGate(err error) bool {
	outside := (*Outside)(nil)
	return errors.As(err, &outside)
}
