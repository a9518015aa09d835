package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"threshold/internal/care"
)

// Until an offer is accepted the case stays where it is, and with it the duty to assess (Care Act 2014 s.9; ss.37-38 for
// people who move).

// ErrPassed says that another council has a case now. It is a care.ErrLocked too.
var ErrPassed = fmt.Errorf("another council has it: %w", care.ErrLocked)

// Passed says where another council has a case now, or ok is false.
func Passed(a care.Assessment) (council, reference string, ok bool) {
	return strings.Cut(a.Passed, "/")
}

// OfferTo says to whom a case is offered: a team of the council or another council.
type OfferTo struct {
	Team    string // id
	Council string // slug
}

// Offer offers a case to another team or another council, with a reason. The case stays where it is until it is accepted.
// Refusals name the field: whom (choose_one, unknown_option), reason (reason, too_long). care.ErrConflict when it is offered
// already, or was changed meanwhile.
func (s *Service) Offer(ctx context.Context, actor care.Actor, reference string, to OfferTo, reason string) error {
	f, p, err := s.toChange(ctx, actor, reference, "transfer")
	if err != nil {
		return err
	}
	x := care.Transfer{
		ID: newID(), Council: actor.Council, Case: f.ID, Reference: f.Reference, ToCouncil: actor.Council, ToTeam: to.Team,
		State: care.TransferOffered, OfferedAt: s.Now().UTC(),
	}
	c := checks{rules: f.Rules}
	whom, detail := "", "team"
	switch {
	case (to.Team == "") == (to.Council == ""):
		c.add("whom", "choose_one")
	case to.Team != "":
		team, err := s.teamOf(ctx, actor.Council, to.Team)
		if err != nil {
			return err
		}
		if team.ID == "" || team.Closed || team.ID == f.Team {
			c.add("whom", "unknown_option")
		}
		whom = team.Name
	default:
		other, err := s.otherCouncil(ctx, actor.Council, to.Council)
		if err != nil {
			return err
		}
		if other.Slug == "" {
			c.add("whom", "unknown_option")
		}
		x.ToCouncil, whom, detail = other.Slug, other.Name, other.Slug
	}
	if reason = strings.TrimSpace(reason); !enough(reason) {
		c.add("reason", "reason")
	}
	c.words("reason", reason)
	if err := c.err(); err != nil {
		return err
	}
	x.Offer = care.Offer{Kind: f.Kind, AgeBand: s.ageBand(f.Summary.Born), Priority: f.Priority, Reason: reason, ByID: p.ID, ByName: p.Name}
	e, err := s.staffEntry(f.ID, p, care.EntryOffered, "", care.Note{Text: reason, ByName: p.Name, Whom: whom})
	if err != nil {
		return err
	}
	e.ID = x.ID // what comes of it is about this entry
	evs := []care.Event{s.event(actor, "case.offered", f.ID, detail)}
	if x.Across() {
		theirs := s.event(care.Actor{Kind: care.ActorSystem, Council: x.ToCouncil}, "offer.received", x.ID, actor.Council)
		evs = append(evs, theirs)
	}
	if err := s.Store.OfferCase(ctx, x, f.Version, e, evs...); err != nil {
		return fmt.Errorf("offering case %s: %w", reference, err)
	}
	return nil
}

// TakeBack ends an offer that nobody has answered yet.
func (s *Service) TakeBack(ctx context.Context, actor care.Actor, reference string) error {
	f, p, err := s.toChange(ctx, actor, reference, "transfer")
	if err != nil {
		return err
	}
	all, err := s.Store.TransfersOf(ctx, actor.Council, f.ID)
	if err != nil {
		return fmt.Errorf("taking back an offer of case %s: %w", reference, err)
	}
	i := slices.IndexFunc(all, func(x care.Transfer) bool { return x.Case == f.ID && x.State == care.TransferOffered })
	if i < 0 {
		return fmt.Errorf("taking back an offer of case %s: %w", reference, care.ErrConflict)
	}
	return s.settleOffer(ctx, actor, p, all[i], care.TransferTakenBack, "")
}

// An OfferedCase is an open offer as the receiving side sees it, with who offers it.
type OfferedCase struct {
	care.Transfer
	From string // the council, or the team of the case now; "" for a case with no team
	To   string // the team, or "" for the whole council
	Mine bool   // the actor may answer it
}

// Offers lists what is offered to the actor's council and its teams, the oldest first. Nothing of what a person said is in it.
func (s *Service) Offers(ctx context.Context, actor care.Actor) ([]OfferedCase, error) {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return nil, err
	}
	all, err := s.Store.Offers(ctx, actor.Council)
	if err != nil {
		return nil, fmt.Errorf("reading offers: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	teams, err := s.Store.Teams(ctx, actor.Council)
	if err != nil {
		return nil, fmt.Errorf("reading offers: %w", err)
	}
	var out []OfferedCase
	for _, x := range all {
		o := OfferedCase{Transfer: x, Mine: answersOffer(actor, x)}
		for _, t := range teams {
			if t.ID == x.ToTeam {
				o.To = t.Name
			}
		}
		if x.Across() {
			from, err := s.councilOf(ctx, x.Council)
			if err != nil {
				return nil, fmt.Errorf("reading offers: %w", err)
			}
			o.From = from.Name
		}
		out = append(out, o)
	}
	return out, nil
}

// answersOffer says whether an actor may accept or decline: those of the team, a manager, and for an offer of another council
// everybody who works on cases.
func answersOffer(actor care.Actor, x care.Transfer) bool {
	return authorise(actor, MayWorkOnCase) == nil && actor.Council == x.ToCouncil &&
		(x.Across() || actor.Team == x.ToTeam || slices.Contains(actor.Roles, care.RoleManager))
}

// offer finds an open offer that the actor may answer: care.ErrNotFound for one that is not theirs to know of.
func (s *Service) offer(ctx context.Context, actor care.Actor, id string) (care.Transfer, care.Practitioner, error) {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return care.Transfer{}, care.Practitioner{}, err
	}
	all, err := s.Store.Offers(ctx, actor.Council)
	if err != nil {
		return care.Transfer{}, care.Practitioner{}, fmt.Errorf("answering an offer: %w", err)
	}
	i := slices.IndexFunc(all, func(x care.Transfer) bool { return x.ID == id })
	switch {
	case i < 0:
		return care.Transfer{}, care.Practitioner{}, fmt.Errorf("answering an offer: %w", care.ErrNotFound)
	case !answersOffer(actor, all[i]):
		return care.Transfer{}, care.Practitioner{}, fmt.Errorf("answering an offer: %w", care.ErrForbidden)
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return care.Transfer{}, p, fmt.Errorf("answering an offer: %w", err)
	}
	return all[i], p, nil
}

// Decline says no to an offer, and why. The case stays where it is.
func (s *Service) Decline(ctx context.Context, actor care.Actor, id, reason string) error {
	x, p, err := s.offer(ctx, actor, id)
	if err != nil {
		return err
	}
	var c checks
	if reason = strings.TrimSpace(reason); !enough(reason) {
		c.add("reason", "reason")
	}
	c.words("reason", reason)
	if err := c.err(); err != nil {
		return err
	}
	return s.settleOffer(ctx, actor, p, x, care.TransferDeclined, reason)
}

// Accept takes a case that was offered and returns its reference: for a team the same, for another council the new one.
// care.ErrConflict when the case was changed at that moment: nothing is half passed on.
func (s *Service) Accept(ctx context.Context, actor care.Actor, id string) (reference string, err error) {
	x, p, err := s.offer(ctx, actor, id)
	if err != nil {
		return "", err
	}
	if !x.Across() {
		return x.Reference, s.settleOffer(ctx, actor, p, x, care.TransferAccepted, "")
	}
	return s.passOn(ctx, actor, p, x)
}

// settleOffer ends an offer with an entry on the case. Where another council answers, its own trail has an event too.
func (s *Service) settleOffer(ctx context.Context, actor care.Actor, p care.Practitioner, x care.Transfer, state care.TransferState, reason string) error {
	x.State, x.SettledAt = state, s.Now().UTC()
	e, err := s.answerEntry(ctx, p, x, reason)
	if err != nil {
		return err
	}
	if err := s.Store.SettleOffer(ctx, x, e, s.offerEvents(actor, x)...); err != nil {
		return fmt.Errorf("settling the offer of case %s: %w", x.Reference, err)
	}
	return nil
}

// answerEntry says on the case what came of its offer. A practitioner of another council is named with their council.
func (s *Service) answerEntry(ctx context.Context, p care.Practitioner, x care.Transfer, reason string) (care.Entry, error) {
	n := care.Note{Text: reason, Choice: string(x.State), ByName: p.Name}
	if p.Council != x.Council {
		theirs, err := s.councilOf(ctx, p.Council)
		if err != nil {
			return care.Entry{}, err
		}
		n.Whom, n.ByName = theirs.Name, p.Name+", "+theirs.Name
	}
	e, err := s.staffEntry(x.Case, p, care.EntryAnswered, x.ID, n)
	if p.Council != x.Council {
		e.ByID = ""
	}
	return e, err
}

func (s *Service) offerEvents(actor care.Actor, x care.Transfer) []care.Event {
	verb := map[care.TransferState]string{
		care.TransferAccepted: "offer.accepted", care.TransferDeclined: "offer.declined", care.TransferTakenBack: "offer.taken-back",
	}[x.State]
	detail := "team"
	if x.Across() {
		detail = x.ToCouncil
	}
	here := actor
	here.Council = x.Council // the trail of the case is its own council's; whose account it was stands in it
	evs := []care.Event{s.event(here, verb, x.Case, detail)}
	if x.Across() {
		there := actor
		if actor.Council == x.Council {
			there = care.Actor{Kind: care.ActorSystem} // taken back: nobody of the other council did anything
		}
		there.Council = x.ToCouncil
		evs = append(evs, s.event(there, verb, x.ID, x.Council))
	}
	return evs
}

// passOn makes a case of the actor's council of one that another council offered.
func (s *Service) passOn(ctx context.Context, actor care.Actor, p care.Practitioner, x care.Transfer) (string, error) {
	old, err := s.Store.Assessment(ctx, x.Council, x.Case)
	if err != nil {
		return "", fmt.Errorf("taking case %s over: %w", x.Reference, err)
	}
	rules, err := s.rulesetOf(old)
	if err != nil {
		return "", err
	}
	council, err := s.councilOf(ctx, actor.Council)
	if err != nil {
		return "", err
	}
	entries, err := s.Store.Entries(ctx, x.Council, x.Case)
	if err != nil {
		return "", fmt.Errorf("taking case %s over: %w", x.Reference, err)
	}
	parts, err := s.Store.Parts(ctx, x.Council, x.Case)
	if err != nil {
		return "", fmt.Errorf("taking case %s over: %w", x.Reference, err)
	}
	now := s.Now().UTC()
	x.State, x.SettledAt, x.NewCase, x.NewReference = care.TransferAccepted, now, newID(), newReference()
	passing := care.Passing{Transfer: x, Version: old.Version, Entries: len(entries), Parts: map[string]int{}, NewParts: parts, By: p.ID}
	for _, part := range parts {
		passing.Parts[part.Name] = part.Version
	}

	a := old
	a.ID, a.Council, a.Reference, a.Version = x.NewCase, actor.Council, x.NewReference, 1
	a.LinkedTo = "" // what it came from is another council's
	a.Placing = care.Placing{Team: p.Team, Worker: p.ID, WorkerName: p.Name, Restricted: old.Restricted, Test: old.Test, Adapted: old.Adapted}
	a.SavedAt, a.DueAt = now, dueAt(now, council, old.Priority) // the new council's promise begins now; SentAt stays
	passing.New = a
	for _, e := range entries {
		if e.Kind == care.EntryLink || e.Kind == care.EntryAccess {
			continue // the first tells of somebody else, whose case stays behind, the second of the old council's own people
		}
		e.ID, e.Case = passedID(e.ID, a.ID), a.ID
		if e.About != "" {
			e.About = passedID(e.About, a.ID)
		}
		e.Owe, e.Settle = care.Owed{}, ""
		passing.NewItems = append(passing.NewItems, e)
	}
	if passing.Closing, err = s.answerEntry(ctx, p, x, ""); err != nil {
		return "", err
	}

	file := CaseFile{Assessment: a, Rules: rules, Findings: map[string]care.Finding{}, versions: map[string]int{}}
	for _, part := range parts {
		if err := file.take(part); err != nil {
			return "", fmt.Errorf("taking case %s over: %w", x.Reference, err)
		}
	}
	if file.Accounts, err = Accounts(a, rules, entries); err != nil {
		return "", fmt.Errorf("taking case %s over: %w", x.Reference, err)
	}
	told := file.asTold()
	evs := s.offerEvents(actor, x)
	came := s.event(actor, "case.taken-over", a.ID, x.Council)
	if !a.Test { // it is in this council's figures from now on, and leaves them if it turns out to be a test
		if came.Tallies, err = file.tallies(1); err != nil {
			return "", err
		}
	}
	came.Mail = s.toPerson(told, council, "passed_on", "/"+council.Slug+"/back")
	if err := s.Store.PassCase(ctx, passing, append(evs, came)...); err != nil {
		return "", fmt.Errorf("taking case %s over: %w", x.Reference, err)
	}
	return a.Reference, nil
}

// passedID is the id of an entry on the case that another council made of one, so that a reply on its way still finds the
// question it answers.
func passedID(id, newCase string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(newCase+"\x00passed\x00"+id)).String()
}

// A Moved says where another council has a form now.
type Moved struct {
	Council   care.Council
	Reference string
	Case      string // id of the assessment there
}

// movedTo is where another council has a case now, or nil.
func (s *Service) movedTo(ctx context.Context, a care.Assessment) (*Moved, *care.Transfer, error) {
	slug, reference, ok := Passed(a)
	if !ok {
		return nil, nil, nil
	}
	council, err := s.councilOf(ctx, slug)
	if err != nil {
		return nil, nil, err
	}
	all, err := s.Store.TransfersOf(ctx, a.Council, a.ID)
	if err != nil {
		return nil, nil, err
	}
	i := slices.IndexFunc(all, func(x care.Transfer) bool { return x.Case == a.ID && x.NewReference == reference })
	if i < 0 {
		return nil, nil, fmt.Errorf("case %s was passed on, and nothing says how", a.Reference)
	}
	return &Moved{Council: council, Reference: reference, Case: all[i].NewCase}, &all[i], nil
}

// MovedTo says where another council has what the actor sent, or nil when nobody else has it. Whoever came by a helper's code
// is told nothing.
func (s *Service) MovedTo(ctx context.Context, actor care.Actor) (*Moved, error) {
	d, err := s.Draft(ctx, actor)
	if err != nil {
		return nil, err
	}
	if actor.As == care.CodeHelper {
		return nil, nil
	}
	m, _, err := s.movedTo(ctx, d.Assessment)
	if err != nil {
		return nil, fmt.Errorf("looking where a form went: %w", err)
	}
	return m, nil
}

// follow is the actor at the council that has their form now: what somebody typed into a page that was open while it moved
// is read where it went.
func (s *Service) follow(ctx context.Context, actor care.Actor, d Draft) (care.Actor, Draft, error) {
	m, _, err := s.movedTo(ctx, d.Assessment)
	if err != nil {
		return actor, d, fmt.Errorf("following a form that moved: %w", err)
	}
	if m == nil {
		return actor, d, nil
	}
	actor.Council, actor.ID = m.Council.Slug, m.Case
	d, err = s.Draft(ctx, actor)
	if err != nil {
		return actor, d, err
	}
	return s.follow(ctx, actor, d) // it may have moved on
}

// teamOf finds a team of a council; an empty one when there is none.
func (s *Service) teamOf(ctx context.Context, council, id string) (care.Team, error) {
	teams, err := s.Store.Teams(ctx, council)
	if err != nil {
		return care.Team{}, fmt.Errorf("looking up a team: %w", err)
	}
	for _, t := range teams {
		if t.ID == id {
			return t, nil
		}
	}
	return care.Team{}, nil
}

// otherCouncil finds another council of the service; an empty one when there is none. The demonstration's councils and real
// ones never pass cases to each other.
func (s *Service) otherCouncil(ctx context.Context, own, slug string) (care.Council, error) {
	all, err := s.CouncilsToOffer(ctx, own)
	if err != nil {
		return care.Council{}, err
	}
	for _, c := range all {
		if c.Slug == slug {
			return c, nil
		}
	}
	return care.Council{}, nil
}

// CouncilsToOffer lists the councils to which one can offer a case, by name.
func (s *Service) CouncilsToOffer(ctx context.Context, own string) ([]care.Council, error) {
	all, err := s.Store.Councils(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing councils: %w", err)
	}
	demo := slices.ContainsFunc(all, func(c care.Council) bool { return c.Slug == own && c.Demo })
	return slices.DeleteFunc(all, func(c care.Council) bool { return c.Slug == own || c.Demo != demo }), nil
}

// Transfers tells of a case's offers, oldest first, and of the one by which it came from another council.
func (s *Service) Transfers(ctx context.Context, f CaseFile) ([]care.Transfer, error) {
	all, err := s.Store.TransfersOf(ctx, f.Council, f.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the offers of case %s: %w", f.Reference, err)
	}
	return all, nil
}

// ageBands are wide enough that a band and a kind of case tell of nobody.
var ageBands = []struct {
	under int
	name  string
}{{18, "under 18"}, {25, "18 to 24"}, {65, "25 to 64"}, {75, "65 to 74"}, {85, "75 to 84"}, {200, "85 or over"}}

// ageBand is the band of somebody born on yyyy-mm-dd, "" when that is not known.
func (s *Service) ageBand(born string) string {
	b, err := time.Parse(time.DateOnly, born)
	if err != nil {
		return ""
	}
	now := wallClock(s.Now())
	age := now.Year() - b.Year()
	if now.Before(b.AddDate(age, 0, 0)) {
		age--
	}
	for _, band := range ageBands {
		if age < band.under {
			return band.name
		}
	}
	return ""
}

// staffEntry begins an entry of a practitioner's.
func (s *Service) staffEntry(caseID string, p care.Practitioner, kind care.EntryKind, about string, n care.Note) (care.Entry, error) {
	e := s.entry(care.Actor{ID: caseID, Kind: care.ActorPractitioner}, kind, about, "")
	e.ByID = p.ID
	var err error
	if e.Body, err = json.Marshal(n); err != nil {
		return e, fmt.Errorf("writing an entry: %w", err)
	}
	return e, nil
}

// joinPassed sends an account about a case that another council has now: it joins the case there.
func (s *Service) joinPassed(ctx context.Context, actor care.Actor, d Draft, e care.Entry) (bool, error) {
	about, err := s.Store.Assessment(ctx, d.Council, d.LinkedTo)
	if errors.Is(err, care.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("sending an account: %w", err)
	}
	m, x, err := s.movedTo(ctx, about)
	if err != nil || m == nil {
		return false, err
	}
	for { // it may have moved on from there
		next, err := s.Store.Assessment(ctx, m.Council.Slug, m.Case)
		if err != nil {
			return false, fmt.Errorf("sending an account: %w", err)
		}
		further, _, err := s.movedTo(ctx, next)
		if err != nil {
			return false, fmt.Errorf("sending an account: %w", err)
		}
		if further == nil {
			break
		}
		m = further
	}
	x.ToCouncil, x.NewCase = m.Council.Slug, m.Case
	e.Case = m.Case
	here := s.event(actor, "account.sent", d.LinkedTo, "passed on")
	there := care.Actor{Kind: care.ActorCitizen, ID: m.Case, Council: m.Council.Slug, As: actor.As}
	if err := s.Store.JoinPassed(ctx, d.Assessment, *x, e, here, s.event(there, "account.sent", m.Case, string(d.Rules.Voice(d.Answers)))); err != nil {
		return false, fmt.Errorf("sending an account to where the form went: %w", err)
	}
	return true, nil
}

// elsewhere finds the councils of practitioners in a trail who are not of the actor's own.
func (s *Service) elsewhere(ctx context.Context, actor care.Actor, events []care.Event, names map[string]string) (map[string]string, error) {
	out := map[string]string{}
	for _, e := range events {
		if e.Actor != care.ActorPractitioner || names[e.ActorID] != "" || out[e.ActorID] != "" {
			continue
		}
		p, err := s.Store.Practitioner(ctx, e.ActorID)
		switch {
		case errors.Is(err, care.ErrNotFound):
		case err != nil:
			return nil, err
		case p.Council != actor.Council:
			out[e.ActorID] = p.Council
		}
	}
	return out, nil
}
