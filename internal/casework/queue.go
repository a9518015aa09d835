package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"threshold/internal/care"
)

// LeadSize is how many cases of a short list stand above the queue; the list says how many more there are.
const LeadSize = 10

// hide takes out of a line what its viewer may not see. It stands in the list all the same, so that nobody takes the queue
// for shorter than it is.
func (s *Service) hide(actor care.Actor, lines []care.CaseLine) {
	now := s.Now()
	for i := range lines {
		l := &lines[i]
		st := care.Standing{Case: l.ID, Kind: l.Kind, Status: l.Status, Team: l.Team, Worker: l.Worker, Restricted: l.Restricted, Granted: l.Granted, Until: l.Until}
		if openingOf(actor, st, now) != opens {
			l.Hidden, l.Summary = true, care.Summary{}
		}
	}
}

// Lead returns what stands above the queue, for somebody who reads it.
func (s *Service) Lead(ctx context.Context, actor care.Actor, lead care.Lead) (care.QueuePage, error) {
	if err := authorise(actor, MayReadQueue); err != nil {
		return care.QueuePage{}, err
	}
	page, err := s.Store.Lead(ctx, actor.Council, lead, actor.ID, LeadSize)
	if err != nil {
		return page, fmt.Errorf("reading what stands above the queue: %w", err)
	}
	s.hide(actor, page.Lines)
	return page, nil
}

// Hands are whom cases can be given to.
type Hands struct {
	Workers []care.Practitioner // by name: not disabled, of a role that works on cases
	Teams   []care.Team         // by name, closed ones too
}

// Hands of the actor's council.
func (s *Service) Hands(ctx context.Context, actor care.Actor) (Hands, error) {
	if err := authorise(actor, MayReadQueue); err != nil {
		return Hands{}, err
	}
	var out Hands
	staff, err := s.Store.Practitioners(ctx, actor.Council)
	if err != nil {
		return out, fmt.Errorf("reading whom a case can be given to: %w", err)
	}
	for _, p := range staff {
		if !p.Disabled && authorise(actorOf(p), MayWorkOnCase) == nil {
			out.Workers = append(out.Workers, p)
		}
	}
	slices.SortFunc(out.Workers, func(a, b care.Practitioner) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	if out.Teams, err = s.Store.Teams(ctx, actor.Council); err != nil {
		return out, fmt.Errorf("reading whom a case can be given to: %w", err)
	}
	return out, nil
}

// A Pick is a case as it was shown: a change to it is refused when it has moved on.
type Pick struct {
	Reference string
	Version   int
}

// A GiveTo says to whom cases are given: one worker, or one team (then nobody has them), or neither (then nobody has them, and
// the team stays).
type GiveTo struct{ Worker, Team string }

// mostPicks bounds how many cases change at once: those of one page.
const mostPicks = QueuePageSize

// Assign gives cases to a worker or a team, all of them or none, and keeps for UndoLife what it takes to undo that. Which of
// them stood in the way is told with *Stuck; problems with to itself are care.Invalid. A case that is with a team goes to
// another one only by a transfer, which that team must accept.
func (s *Service) Assign(ctx context.Context, actor care.Actor, picks []Pick, to GiveTo) error {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return err
	}
	hands, err := s.Hands(ctx, actor)
	if err != nil {
		return err
	}
	if len(picks) == 0 || len(picks) > mostPicks {
		return care.Refuse("case", "choose_one")
	}
	var worker care.Practitioner
	var what string
	switch {
	case to.Worker != "":
		i := slices.IndexFunc(hands.Workers, func(p care.Practitioner) bool { return p.ID == to.Worker })
		if i < 0 {
			return care.Refuse("to", "unknown_option")
		}
		worker, what = hands.Workers[i], "worker"
	case to.Team != "":
		if !slices.ContainsFunc(hands.Teams, func(t care.Team) bool { return t.ID == to.Team && !t.Closed }) {
			return care.Refuse("to", "unknown_option")
		}
		what = "team"
	default:
		what = "nobody"
	}
	var moves, undo []care.Move
	var events []care.Event
	for _, pick := range picks {
		f, _, err := s.toChange(ctx, actor, pick.Reference, "worker")
		if err != nil {
			return &Stuck{Reference: pick.Reference, Err: err}
		}
		if f.Version != pick.Version {
			return &Stuck{Reference: pick.Reference, Err: care.ErrConflict}
		}
		m := care.MoveOf(f.Assessment)
		switch what {
		case "worker":
			m.To.Worker, m.To.WorkerName = worker.ID, worker.Name
			if m.To.Team == "" {
				m.To.Team = worker.Team
			}
		case "team":
			if m.To.Team != "" && m.To.Team != to.Team {
				return &Stuck{Reference: pick.Reference, Err: errWithTeam}
			}
			m.To.Team, m.To.Worker, m.To.WorkerName = to.Team, "", ""
		default:
			m.To.Worker, m.To.WorkerName = "", ""
		}
		if m.To == f.Placing {
			continue // it is with them already
		}
		back := care.MoveOf(f.Assessment)
		back.Version++
		moves, undo = append(moves, m), append(undo, back)
		events = append(events, s.event(actor, "case.assigned", f.ID, what))
	}
	if len(moves) == 0 {
		return nil
	}
	keep := care.Undo{Council: actor.Council, Practitioner: actor.ID, Moves: undo, Until: s.Now().UTC().Add(UndoLife)}
	if err := s.Store.GiveCases(ctx, actor.Council, moves, keep, events...); err != nil {
		return fmt.Errorf("assigning cases: %w", err)
	}
	return nil
}

// errWithTeam is why a case cannot be given to a team.
var errWithTeam = fmt.Errorf("it is with another team, which hands it over by a transfer: %w", care.ErrForbidden)

// A Stuck refuses a change of several cases because of one of them. Nothing was changed.
type Stuck struct {
	Reference string
	Err       error
}

func (e *Stuck) Error() string { return "case " + e.Reference + ": " + e.Err.Error() }

func (e *Stuck) Unwrap() error { return e.Err }

// WithTeam says whether a case stood in the way because it is with another team.
func (e *Stuck) WithTeam() bool { return errors.Is(e.Err, errWithTeam) }

// UndoLife is how long the last giving out of cases can be undone by whoever did it, if nobody changed them since.
const UndoLife = 10 * time.Minute

// CanUndo says how many cases the actor could give back to where they were; 0 for none.
func (s *Service) CanUndo(ctx context.Context, actor care.Actor) (int, error) {
	undo, err := s.undo(ctx, actor)
	return len(undo.Moves), err
}

// undo is what the actor can undo at this moment; one without Moves when that is nothing.
func (s *Service) undo(ctx context.Context, actor care.Actor) (care.Undo, error) {
	undo, err := s.Store.UndoOf(ctx, actor.Council, actor.ID)
	if errors.Is(err, care.ErrNotFound) || err == nil && s.Now().After(undo.Until) {
		return care.Undo{}, nil
	}
	if err != nil {
		return undo, fmt.Errorf("looking what can be undone: %w", err)
	}
	return undo, nil
}

// Undo puts back what the actor gave out last. care.ErrConflict when somebody has changed one of the cases since, or it is too
// late: then nothing changes.
func (s *Service) Undo(ctx context.Context, actor care.Actor) error {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return err
	}
	undo, err := s.undo(ctx, actor)
	if err != nil {
		return err
	}
	if len(undo.Moves) == 0 {
		return fmt.Errorf("undoing: there is nothing to undo any more: %w", care.ErrConflict)
	}
	events := make([]care.Event, len(undo.Moves))
	for i, m := range undo.Moves {
		events[i] = s.event(actor, "case.assignment-undone", m.ID, "")
	}
	if err := s.Store.GiveCases(ctx, actor.Council, undo.Moves, care.Undo{Council: actor.Council, Practitioner: actor.ID}, events...); err != nil {
		return fmt.Errorf("undoing: %w", err)
	}
	return nil
}

// moved is what every change of one case's place does: it checks the version it was shown with and the reason, and stores the
// change, the entry that says why, and the event together.
func (s *Service) moved(ctx context.Context, actor care.Actor, pick Pick, verb, detail string, kind care.EntryKind, note care.Note,
	change func(f CaseFile, m *care.Move, c *checks) error) error {
	f, p, err := s.toChange(ctx, actor, pick.Reference, detail)
	if err != nil {
		return err
	}
	c := &checks{rules: f.Rules}
	note.Text, note.ByName = strings.TrimSpace(note.Text), p.Name
	switch {
	case utf8.RuneCountInString(note.Text) > MaxNote:
		c.add("reason", "too_long")
	case !enough(note.Text):
		c.add("reason", "reason")
	}
	m := care.MoveOf(f.Assessment)
	if err := change(f, &m, c); err != nil {
		return err
	}
	if err := c.err(); err != nil {
		return err
	}
	if f.Version != pick.Version {
		return fmt.Errorf("changing where case %s stands: %w", pick.Reference, care.ErrConflict)
	}
	body, err := json.Marshal(note)
	if err != nil {
		return fmt.Errorf("writing why case %s changes: %w", pick.Reference, err)
	}
	m.Entries = []care.Entry{{ID: newID(), Case: f.ID, Kind: kind, At: s.Now().UTC(), By: care.ActorPractitioner, ByID: p.ID, Body: body}}
	ev := s.event(actor, verb, f.ID, detail)
	if m.To.Test != f.Test {
		if ev.Tallies, err = f.testTallies(m.To.Test); err != nil {
			return err
		}
	}
	if err := s.Store.MoveCases(ctx, actor.Council, []care.Move{m}, ev); err != nil {
		return fmt.Errorf("changing where case %s stands: %w", pick.Reference, err)
	}
	return nil
}

// The priorities by the ids that forms and events have for them.
var priorityIDs = map[string]care.Priority{"routine": care.PriorityRoutine, "urgent": care.PriorityUrgent, "safety": care.PrioritySafety}

// PriorityID is a priority's id.
func PriorityID(p care.Priority) string {
	for id, is := range priorityIDs {
		if is == p {
			return id
		}
	}
	return ""
}

// day reads a day typed into a form, which must be after a day and within a year, as noon in England: the day is the same in
// summer time.
func (s *Service) day(c *checks, field, typed string, after int) time.Time {
	now := s.Now().In(ukTime)
	first := time.Date(now.Year(), now.Month(), now.Day()+after, 0, 0, 0, 0, ukTime)
	on, err := time.ParseInLocation(time.DateOnly, typed, ukTime)
	switch {
	case typed == "":
		c.add(field, "enter")
	case err != nil:
		c.add(field, "date_real")
	case on.Before(first):
		c.add(field, "past")
	case on.After(first.AddDate(1, 0, 0)):
		c.add(field, "far")
	default:
		return on.Add(12 * time.Hour).UTC()
	}
	return time.Time{}
}

// Triage sets the priority ("routine", "urgent" or "safety") and the due day (yyyy-mm-dd, today or later) of a case anew, and
// says why.
func (s *Service) Triage(ctx context.Context, actor care.Actor, pick Pick, priority, due, reason string) error {
	return s.moved(ctx, actor, pick, "case.triaged", priority, care.EntryTriage, care.Note{Text: reason, Choice: priority}, func(f CaseFile, m *care.Move, c *checks) error {
		p, ok := priorityIDs[priority]
		if !ok {
			c.add("priority", "choose_one")
		}
		m.Priority = p
		if f.DueAt.IsZero() || due != f.DueAt.In(ukTime).Format(time.DateOnly) { // a day that stays may have passed
			m.DueAt = s.day(c, "due", due, 0)
		}
		return nil
	})
}

// Hold takes a case out of the open list until a day (yyyy-mm-dd, tomorrow or later), and says why. What is urgent or about
// safety does not wait: its priority must be changed first, with a reason of its own.
func (s *Service) Hold(ctx context.Context, actor care.Actor, pick Pick, until, reason string) error {
	return s.moved(ctx, actor, pick, "case.held", "hold", care.EntryHold, care.Note{Text: reason, Choice: until}, func(f CaseFile, m *care.Move, c *checks) error {
		if f.Priority > care.PriorityRoutine {
			c.add("until", "urgent")
			return nil
		}
		on := s.day(c, "until", until, 1)
		m.To.HeldUntil = on.Add(-12 * time.Hour) // from the beginning of that day it is open again
		return nil
	})
}

// TakeOffHold brings a case back to the open ones before its day. Pressing twice does it once.
func (s *Service) TakeOffHold(ctx context.Context, actor care.Actor, reference string) error {
	f, _, err := s.toChange(ctx, actor, reference, "hold")
	if err != nil || f.HeldUntil.IsZero() {
		return err
	}
	m := care.MoveOf(f.Assessment)
	m.To.HeldUntil = time.Time{}
	if err := s.Store.MoveCases(ctx, actor.Council, []care.Move{m}, s.event(actor, "case.hold-ended", f.ID, "")); err != nil {
		return fmt.Errorf("taking case %s off hold: %w", reference, err)
	}
	return nil
}

// MarkTest marks a case as one that was made to try the service out, or takes the mark off, and says why. A marked one is in no
// list but its own and in no figure.
func (s *Service) MarkTest(ctx context.Context, actor care.Actor, pick Pick, test bool, reason string) error {
	detail := map[bool]string{true: "test", false: "not_test"}[test]
	return s.moved(ctx, actor, pick, "case.marked", detail, care.EntryTest, care.Note{Text: reason, Choice: detail}, func(_ CaseFile, m *care.Move, _ *checks) error {
		m.To.Test = test
		return nil
	})
}

// AlikeMost is how many likely duplicates are told of.
const AlikeMost = 5

// Alike lists open cases that may be of the same person as one that the actor has open. Cases of another team are without
// name.
func (s *Service) Alike(ctx context.Context, actor care.Actor, f CaseFile) ([]care.CaseLine, error) {
	if err := authorise(actor, MayReadCase); err != nil {
		return nil, err
	}
	lines, err := s.Store.Alike(ctx, actor.Council, f.ID, actor.ID, AlikeMost)
	if err != nil {
		return nil, fmt.Errorf("looking for duplicates: %w", err)
	}
	s.hide(actor, lines)
	return lines, nil
}

// Escalate brings back what was on hold until now, and puts on the duty rota's list what is urgent or about safety and was not
// opened within the hours that its council has set. It is run every minute.
func (s *Service) Escalate(ctx context.Context) error {
	system := care.Actor{Kind: care.ActorSystem}
	ended, err := s.Store.EndHolds(ctx, s.Now().UTC(), s.event(system, "case.hold-ended", "", "run out"))
	if err != nil {
		return fmt.Errorf("ending holds: %w", err)
	}
	councils, err := s.Store.Councils(ctx)
	if err != nil {
		return fmt.Errorf("looking for what nobody opened: %w", err)
	}
	late := 0
	for _, c := range councils {
		if c.Settings.UrgentHours <= 0 {
			continue
		}
		n, err := s.Store.EscalateCases(ctx, c.Slug, s.Now().UTC().Add(-time.Duration(c.Settings.UrgentHours)*time.Hour), s.event(system, "case.escalated", "", "duty"))
		if err != nil {
			return fmt.Errorf("looking for what nobody opened: %w", err)
		}
		late += n
	}
	if ended+late > 0 {
		s.Log.Info("moved cases", "holds_ended", ended, "to_duty", late)
	}
	return nil
}
