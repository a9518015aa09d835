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

// BreakLife is how long a case that somebody opened with a reason stays open to them: a working day.
const BreakLife = 8 * time.Hour

// Outside is the refusal of a case that is with another team or restricted. It is care.ErrForbidden.
type Outside struct {
	Reference  string
	Restricted bool
	// MayBreak says that giving a reason opens it.
	MayBreak bool
}

func (e *Outside) Error() string {
	if e.Restricted {
		return "case " + e.Reference + " is restricted"
	}
	return "case " + e.Reference + " is with another team"
}

func (e *Outside) Unwrap() error { return care.ErrForbidden }

// admit lets an actor come to a case, or refuses with *Outside. A try at a restricted case by somebody who may not even give a
// reason is written down.
func (s *Service) admit(ctx context.Context, actor care.Actor, reference string) error {
	return s.admitTo(ctx, actor, reference, MayReadCase)
}

// admitTo is the same for doing something: care.ErrLocked when the case has come too far for it,
// care.ErrForbidden when it is only for whose case it is.
func (s *Service) admitTo(ctx context.Context, actor care.Actor, reference string, p Permission) error {
	if actor.Kind == care.ActorSystem {
		return nil
	}
	st, err := s.Store.Standing(ctx, actor.Council, reference, actor.ID)
	if err != nil {
		return fmt.Errorf("opening a case: %w", err)
	}
	may := openingOf(actor, st, s.Now())
	if may == opens {
		if theirsOnly(actor, p, st) {
			return fmt.Errorf("%s of case %s is for who works on it or signed it: %w", p, reference, care.ErrForbidden)
		}
		if slices.Contains(lockedAt[p], stageOf(st)) {
			return fmt.Errorf("case %s: %w", reference, care.ErrLocked)
		}
		return nil
	}
	if may == shut {
		if err := s.Store.SetAccess(ctx, actor.Council, care.AccessChange{Case: st.Case}, s.event(actor, "case.refused", st.Case, "")); err != nil {
			return err
		}
	}
	return &Outside{Reference: reference, Restricted: st.Restricted, MayBreak: may == asks}
}

// Break opens a case of another team, or a restricted one, to a practitioner for BreakLife. The reason (ReasonMin characters)
// stands with the case, and the event among what managers look through. Where the case is open to them anyway nothing
// happens; *Outside when a reason does not help.
func (s *Service) Break(ctx context.Context, actor care.Actor, reference, reason string) error {
	if err := authorise(actor, MayReadCase); err != nil {
		return err
	}
	err := s.admit(ctx, actor, reference)
	outside := (*Outside)(nil)
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &outside) || !outside.MayBreak:
		return err
	}
	if c := (&checks{}); !enough(reason) || len([]rune(reason)) > MaxNote {
		c.add("reason", map[bool]string{true: "too_long", false: "reason"}[enough(reason)])
		return c.err()
	}
	st, err := s.Store.Standing(ctx, actor.Council, reference, actor.ID)
	if err != nil {
		return fmt.Errorf("opening case %s with a reason: %w", reference, err)
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("looking up who opens case %s: %w", reference, err)
	}
	now := s.Now().UTC()
	note, err := s.accessNote(st.Case, p, care.Note{Text: strings.TrimSpace(reason), ByName: p.Name, Choice: AccessBroken})
	if err != nil {
		return err
	}
	detail := "team"
	if st.Restricted {
		detail = "restricted"
	}
	return s.Store.SetAccess(ctx, actor.Council, care.AccessChange{
		Case: st.Case, Given: []care.Grant{{Case: st.Case, Practitioner: p.ID, At: now, Until: now.Add(BreakLife)}}, Entries: []care.Entry{note},
	}, s.event(actor, "case.broken-open", st.Case, detail))
}

// What an entry of care.EntryAccess says, as its Note's Choice.
const (
	AccessBroken     = "broken"     // opened with a reason
	AccessRestricted = "restricted" // restricted
	AccessLifted     = "lifted"     // the restriction was lifted
	AccessNamed      = "named"      // somebody was named for it
	AccessUnnamed    = "unnamed"    // a name was taken off
)

func (s *Service) accessNote(caseID string, p care.Practitioner, note care.Note) (care.Entry, error) {
	body, err := json.Marshal(note)
	if err != nil {
		return care.Entry{}, fmt.Errorf("writing why a case opens: %w", err)
	}
	return care.Entry{ID: newID(), Case: caseID, Kind: care.EntryAccess, At: s.Now().UTC(), By: care.ActorPractitioner, ByID: p.ID, Body: body}, nil
}

// An Access is who may open a case.
type Access struct {
	File  CaseFile
	Named []care.Practitioner // by name, of a restricted case
	Staff []care.Practitioner // who could be named: of a role that reads cases, not disabled, not named yet
	// MayChange says whether the reader may restrict the case and name people.
	MayChange bool
}

// WhoOpens tells who may open a case.
func (s *Service) WhoOpens(ctx context.Context, actor care.Actor, reference string) (Access, error) {
	f, err := s.Open(ctx, actor, reference, "access")
	if err != nil {
		return Access{}, err
	}
	out := Access{File: f, MayChange: authorise(actor, MayRestrict) == nil}
	grants, err := s.Store.Grants(ctx, actor.Council, f.ID)
	if err != nil {
		return out, err
	}
	staff, err := s.Store.Practitioners(ctx, actor.Council)
	if err != nil {
		return out, fmt.Errorf("reading who could open case %s: %w", reference, err)
	}
	for _, p := range staff {
		named := slices.ContainsFunc(grants, func(g care.Grant) bool { return g.Practitioner == p.ID && g.Until.IsZero() })
		switch {
		case named || p.ID == f.Worker:
			out.Named = append(out.Named, p)
		case !p.Disabled && authorise(actorOf(p), MayReadCase) == nil:
			out.Staff = append(out.Staff, p)
		}
	}
	return out, nil
}

// Restrict closes a case to everybody but those named for it, or opens it again (on false). Whoever does it, and the worker
// who has it, are named at once. version is that of the case as it was read.
func (s *Service) Restrict(ctx context.Context, actor care.Actor, reference string, on bool, reason string, version int) error {
	f, p, err := s.toSetAccess(ctx, actor, reference, reason)
	if err != nil {
		return err
	}
	if f.Restricted == on {
		return nil // a second press
	}
	choice, verb := AccessLifted, "case.opened-up"
	change := care.AccessChange{Case: f.ID, Version: version, Restricted: on}
	if on {
		choice, verb = AccessRestricted, "case.restricted"
		change.Given = []care.Grant{{Case: f.ID, Practitioner: p.ID, At: s.Now().UTC()}}
		if f.Worker != "" && f.Worker != p.ID {
			change.Given = append(change.Given, care.Grant{Case: f.ID, Practitioner: f.Worker, At: s.Now().UTC()})
		}
	}
	note, err := s.accessNote(f.ID, p, care.Note{Text: strings.TrimSpace(reason), ByName: p.Name, Choice: choice})
	if err != nil {
		return err
	}
	change.Entries = []care.Entry{note}
	return s.Store.SetAccess(ctx, actor.Council, change, s.event(actor, verb, f.ID, ""))
}

// Name names a practitioner for a restricted case, or takes the name off (on false). The worker who has the case can open it
// whatever is done here.
func (s *Service) Name(ctx context.Context, actor care.Actor, reference, practitioner string, on bool, reason string) error {
	f, p, err := s.toSetAccess(ctx, actor, reference, reason)
	if err != nil {
		return err
	}
	other, err := s.Store.Practitioner(ctx, practitioner)
	if err != nil || other.Council != actor.Council || on && authorise(actorOf(other), MayReadCase) != nil {
		if err == nil || errors.Is(err, care.ErrNotFound) {
			return care.Refuse("practitioner", "choose_one")
		}
		return fmt.Errorf("naming somebody for case %s: %w", reference, err)
	}
	change := care.AccessChange{Case: f.ID}
	choice, verb := AccessUnnamed, "case.unnamed"
	if on {
		choice, verb = AccessNamed, "case.named"
		change.Given = []care.Grant{{Case: f.ID, Practitioner: other.ID, At: s.Now().UTC()}}
	} else {
		change.Ended = []string{other.ID}
	}
	note, err := s.accessNote(f.ID, p, care.Note{Text: strings.TrimSpace(reason + " (" + other.Name + ")"), ByName: p.Name, Choice: choice})
	if err != nil {
		return err
	}
	change.Entries = []care.Entry{note}
	return s.Store.SetAccess(ctx, actor.Council, change, s.event(actor, verb, f.ID, other.ID))
}

// toSetAccess opens a case for a change of who may open it, signed or not, and checks the reason.
func (s *Service) toSetAccess(ctx context.Context, actor care.Actor, reference, reason string) (CaseFile, care.Practitioner, error) {
	if err := authorise(actor, MayRestrict); err != nil {
		return CaseFile{}, care.Practitioner{}, err
	}
	f, err := s.open(ctx, actor, reference, "case.opened-to-change", "access")
	if err != nil {
		return f, care.Practitioner{}, err
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return f, p, fmt.Errorf("looking up who changes who may open case %s: %w", reference, err)
	}
	c := checks{rules: f.Rules}
	c.words("reason", reason)
	if !enough(reason) {
		c.add("reason", "reason")
	}
	return f, p, c.err()
}
