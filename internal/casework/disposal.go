package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
)

const (
	// DisposalGrace is how long an agreed destruction can still be taken back.
	DisposalGrace = 7 * 24 * time.Hour
	// KeepYears is for how long at most a case is kept longer at a time.
	KeepYears = 2
	// disposalPage is how many cases stand on one page, disposeAtOnce how many are destroyed in one transaction.
	disposalPage  = 50
	disposeAtOnce = 20
)

// KeepReasons are why a case is kept longer than the council's time, in the order in which they are offered.
var KeepReasons = []string{"complaint", "court", "inquiry", "person", "other"}

// keepOther needs words of its own.
const keepOther = "other"

// A DisposalStore keeps what is said of finished cases whose time is over, and destroys them. ev is the pattern of the event of
// each case that changed: its ID, Council and Subject are filled in. All changes are of all the cases of a step, or of none.
type DisposalStore interface {
	// Disposals lists one page of a council's cases in one state. ErrNotFound when q.After was never given out for that state.
	Disposals(ctx context.Context, q care.DisposalQuery) (care.DisposalPage, error)
	// KeepCases keeps cases until step.Until; ProposeDisposal and AgreeDisposal are the first and the second person's word.
	// TakeBackDisposal forgets whatever was said. A second press changes nothing. ErrConflict when a case is not due, something
	// is in the way of it, or it stands otherwise by now; ErrForbidden when the second person is the first.
	KeepCases(ctx context.Context, council string, step care.DisposalStep, ev care.Event) error
	ProposeDisposal(ctx context.Context, council string, step care.DisposalStep, ev care.Event) error
	AgreeDisposal(ctx context.Context, council string, step care.DisposalStep, ev care.Event) error
	TakeBackDisposal(ctx context.Context, council string, step care.DisposalStep, ev care.Event) error
	// Dispose destroys cases that two people agreed on, as far as that still holds at all[i].At, with everything of theirs and
	// their keys, and returns how many. What is not due any more, or has something in the way, is taken off the list with dropped.
	Dispose(ctx context.Context, council string, all []care.Disposed, before time.Time, done, dropped care.Event) (int, error)
	// DisposedCase is what is left of a destroyed case, by its reference. ErrNotFound.
	DisposedCase(ctx context.Context, council, reference string) (care.Disposed, error)
}

// Disposes says whether an actor decides on the destruction of cases.
func Disposes(actor care.Actor) bool { return authorise(actor, MayDispose) == nil }

// KeptUntil is the last day on which a case is kept that was finished at a moment: so many calendar months later, or the last day of
// that month where it is shorter. From the day after it is due.
func KeptUntil(finished time.Time, months int) time.Time {
	return addMonths(finished.In(ukTime), months)
}

// addMonths is the day so many months later, at its beginning: 31 August and six months is 28 or 29 February.
func addMonths(day time.Time, months int) time.Time {
	first := time.Date(day.Year(), day.Month()+time.Month(months), 1, 0, 0, 0, 0, ukTime)
	last := first.AddDate(0, 1, -1).Day()
	return time.Date(first.Year(), first.Month(), min(day.Day(), last), 0, 0, 0, 0, ukTime)
}

// dueBefore is the moment before which a case was finished if it is due at now: the inverse of KeptUntil. Zero when the council has
// set no time: then nothing is due.
func dueBefore(now time.Time, months int) time.Time {
	if months < 1 {
		return time.Time{}
	}
	now = now.In(ukTime)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, ukTime)
	// Months differ by three days at most, and a later day is never kept for less long.
	day := addMonths(today, -months).AddDate(0, 0, 4)
	for !addMonths(day, months).Before(today) {
		day = day.AddDate(0, 0, -1)
	}
	return day.AddDate(0, 0, 1).UTC()
}

// A DisposalList is one page of cases in one state, with how many there are in each state and who they are that said something.
type DisposalList struct {
	care.DisposalPage
	State  care.DisposalState
	Counts map[care.DisposalState]care.DisposalPage // without lines
	Months int                                      // the council's time; 0 for none
	Names  map[string]string
}

// Disposals lists the cases of the actor's council in one state of disposal, in pages: references and dates, and nothing that is in
// a case. That somebody looked is an event of its own. care.ErrNotFound for a page that was never given out.
func (s *Service) Disposals(ctx context.Context, actor care.Actor, state care.DisposalState, after string) (DisposalList, error) {
	out := DisposalList{State: state, Counts: map[care.DisposalState]care.DisposalPage{}}
	q, err := s.disposalQuery(ctx, actor)
	if err != nil {
		return out, err
	}
	out.Months = q.months
	for _, each := range care.DisposalStates {
		one := q.DisposalQuery
		one.State, one.Limit = each, 1
		if each == state {
			one.After, one.Limit = after, disposalPage
		}
		page, err := s.Store.Disposals(ctx, one)
		if err != nil {
			return out, err
		}
		if each == state {
			out.DisposalPage = page
		}
		page.Lines, page.Next = nil, ""
		out.Counts[each] = page
	}
	if out.Names, err = s.staffNames(ctx, actor.Council); err != nil {
		return out, err
	}
	ev := s.event(actor, "disposal.opened", actor.Council, string(state))
	if err := s.Store.AddEventOnce(ctx, ev); err != nil {
		return out, err
	}
	return out, nil
}

type disposalQuery struct {
	care.DisposalQuery
	months int
}

// disposalQuery is what is due at the actor's council now.
func (s *Service) disposalQuery(ctx context.Context, actor care.Actor) (q disposalQuery, err error) {
	if err := authorise(actor, MayDispose); err != nil {
		return q, err
	}
	councils, err := s.Store.Councils(ctx)
	if err != nil {
		return q, err
	}
	i := slices.IndexFunc(councils, func(c care.Council) bool { return c.Slug == actor.Council })
	if i < 0 {
		return q, fmt.Errorf("council %s: %w", actor.Council, care.ErrNotFound)
	}
	q.months = councils[i].Settings.RetentionMonths
	now := s.Now().UTC()
	q.DisposalQuery = care.DisposalQuery{Council: actor.Council, Before: dueBefore(now, q.months), Now: now}
	return q, nil
}

// step begins something that the actor says of cases. Each is meant once, however often it was ticked.
func (s *Service) step(ctx context.Context, actor care.Actor, references []string) (care.DisposalStep, error) {
	q, err := s.disposalQuery(ctx, actor)
	if err != nil {
		return care.DisposalStep{}, err
	}
	if len(references) == 0 {
		return care.DisposalStep{}, care.Refuse("case", "choose_one")
	}
	references = slices.Compact(slices.Sorted(slices.Values(references)))
	return care.DisposalStep{References: references, Before: q.Before, By: actor.ID, At: q.Now}, nil
}

// KeepLonger keeps cases whose time is over until a day (yyyy-mm-dd, after today and within KeepYears), for one of KeepReasons and
// with a note, which "other" needs. The note is sealed, and destroyed with the case.
//
// Codes: why choose_one; until enter, date_real, past, far; note reason, too_long; case choose_one.
func (s *Service) KeepLonger(ctx context.Context, actor care.Actor, references []string, why, until, note string) error {
	step, err := s.step(ctx, actor, references)
	if err != nil {
		return err
	}
	c := checks{}
	if !slices.Contains(KeepReasons, why) {
		c.add("why", "choose_one")
	}
	step.Why, step.Note, step.Until = why, strings.TrimSpace(note), s.keepUntil(&c, until)
	c.words("note", step.Note)
	if why == keepOther && !enough(step.Note) {
		c.add("note", "reason")
	}
	if err := c.err(); err != nil {
		return err
	}
	return s.Store.KeepCases(ctx, actor.Council, step, s.event(actor, "disposal.kept", "", why))
}

// keepUntil is the end of the typed day.
func (s *Service) keepUntil(c *checks, typed string) time.Time {
	now := s.Now().In(ukTime)
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, ukTime)
	on, err := time.ParseInLocation(time.DateOnly, typed, ukTime)
	switch {
	case typed == "":
		c.add("until", "enter")
	case err != nil:
		c.add("until", "date_real")
	case !on.After(today):
		c.add("until", "past")
	case on.After(addMonths(today, 12*KeepYears)):
		c.add("until", "far")
	default:
		return on.AddDate(0, 0, 1).UTC()
	}
	return time.Time{}
}

// ProposeDisposal proposes that cases are destroyed. care.ErrConflict when one is not due, or not any more, or something is in the
// way of it: then nothing is proposed.
func (s *Service) ProposeDisposal(ctx context.Context, actor care.Actor, references []string) error {
	step, err := s.step(ctx, actor, references)
	if err != nil {
		return err
	}
	return s.Store.ProposeDisposal(ctx, actor.Council, step, s.event(actor, "disposal.proposed", "", ""))
}

// AgreeDisposal agrees that cases are destroyed, which somebody else proposed (care.ErrForbidden for one's own). They are once
// DisposalGrace is over, unless that is taken back. care.ErrConflict as of ProposeDisposal.
func (s *Service) AgreeDisposal(ctx context.Context, actor care.Actor, references []string) error {
	step, err := s.step(ctx, actor, references)
	if err != nil {
		return err
	}
	step.Until = step.At.Add(DisposalGrace)
	return s.Store.AgreeDisposal(ctx, actor.Council, step, s.event(actor, "disposal.agreed", "", ""))
}

// TakeBackDisposal takes back whatever was said of cases: they are due as before. care.ErrConflict when one is destroyed already.
func (s *Service) TakeBackDisposal(ctx context.Context, actor care.Actor, references []string) error {
	step, err := s.step(ctx, actor, references)
	if err != nil {
		return err
	}
	return s.Store.TakeBackDisposal(ctx, actor.Council, step, s.event(actor, "disposal.taken-back", "", ""))
}

// Destroyed is what is left of the case that had a reference, and who agreed to destroy it, by id. That it was looked for is an event. care.ErrNotFound.
func (s *Service) Destroyed(ctx context.Context, actor care.Actor, reference string) (care.Disposed, map[string]string, error) {
	if err := authorise(actor, MayDispose); err != nil {
		return care.Disposed{}, nil, err
	}
	d, err := s.Store.DisposedCase(ctx, actor.Council, reference)
	subject := d.Case
	if errors.Is(err, care.ErrNotFound) {
		subject = actor.Council
	} else if err != nil {
		return d, nil, err
	}
	if err := s.Store.AddEventOnce(ctx, s.event(actor, "disposal.looked-up", subject, "")); err != nil {
		return care.Disposed{}, nil, err
	}
	if err != nil {
		return care.Disposed{}, nil, err
	}
	names, err := s.staffNames(ctx, actor.Council)
	return d, names, err
}

// CarryOutDisposals destroys, in all councils, the cases that two people agreed on and whose grace is over, and returns how many.
// Each is looked at once more first: one that was opened again meanwhile, or is not due any more, comes off the list. It is run
// every few minutes.
func (s *Service) CarryOutDisposals(ctx context.Context) (int, error) {
	councils, err := s.Store.Councils(ctx)
	if err != nil {
		return 0, fmt.Errorf("destroying what was kept long enough: %w", err)
	}
	total := 0
	for _, council := range councils {
		n, failed := s.carryOut(ctx, council)
		total += n
		if failed != nil { // the others' cases do not wait for it
			err = errors.Join(err, fmt.Errorf("destroying what %s kept long enough: %w", council.Name, failed))
		}
	}
	if total > 0 {
		s.Log.Info("destroyed what was kept long enough", "cases", total)
	}
	return total, err
}

func (s *Service) carryOut(ctx context.Context, council care.Council) (total int, err error) {
	now := s.Now().UTC()
	before := dueBefore(now, council.Settings.RetentionMonths)
	actor := care.Actor{Kind: care.ActorSystem, Council: council.Slug}
	q := care.DisposalQuery{Council: council.Slug, State: care.DisposalAgreed, Before: before, Now: now, Limit: disposeAtOnce}
	for {
		page, err := s.Store.Disposals(ctx, q)
		if err != nil {
			return total, err
		}
		var all []care.Disposed
		for _, l := range page.Lines { // the soonest first
			if l.At.After(now) {
				break
			}
			d := care.Disposed{Case: l.ID, Council: council.Slug, Reference: l.Reference, At: now}
			if d.Ending, err = s.ending(ctx, council.Slug, l.ID); err != nil {
				return total, err
			}
			all = append(all, d)
		}
		if len(all) == 0 {
			return total, nil
		}
		n, err := s.Store.Dispose(ctx, council.Slug, all, before, s.event(actor, "case.disposed", "", ""), s.event(actor, "disposal.dropped", "", ""))
		total += n
		if err != nil || len(all) < disposeAtOnce {
			return total, err
		}
	}
}

// ending is how a case ended.
func (s *Service) ending(ctx context.Context, council, id string) (string, error) {
	signed, err := s.Store.Determinations(ctx, council, id)
	switch {
	case errors.Is(err, care.ErrNotFound): // gone at this moment
		return "", nil
	case err != nil:
		return "", err
	case len(signed) == 0:
		return care.EndingPassed, nil
	}
	return signed[len(signed)-1].Decision, nil
}
