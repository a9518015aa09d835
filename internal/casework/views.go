package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
)

// looks are the verbs of opening a case.
var looks = []string{"case.viewed", "case.opened-to-change", "case.broken-open"}

func isLook(verb string) bool { return slices.Contains(looks, verb) }

// The rules of unusual access. None says that something is wrong: each asks somebody to look.
const (
	UnusualBroken   = "broken-open" // a case that is not theirs was opened with a reason
	UnusualRefused  = "refused"     // a restricted case was tried and stayed shut
	UnusualTeam     = "other-team"  // cases that are with another team now were opened, UnusualTeamCases or more in a day
	UnusualMany     = "many"        // UnusualManyCases different cases or more within an hour
	UnusualHours    = "after-hours" // cases were opened between NightFrom and NightTo o'clock
	UnusualSearches = "searches"    // UnusualSearchTries searches or more within an hour, and no case opened in it
)

// The thresholds. A worker who reads through their own caseload in the morning stays below them; so does a search with a slip
// in it.
const (
	UnusualTeamCases   = 3
	UnusualManyCases   = 20
	UnusualSearchTries = 5
	NightFrom          = 20
	NightTo            = 7
	// UnusualDays is how far back it is looked, and unusualEvents how many events are read for it at most.
	UnusualDays   = 14
	unusualEvents = 50_000
)

// verbSearched is the event of a search for a case.
const verbSearched = "search.made"

// An Unusual is one time that a rule of unusual access was met.
type Unusual struct {
	ID   string // the same whenever it is worked out
	Rule string
	Who  string // practitioner id
	Name string
	From time.Time // the first of the events that it is about
	N    int       // how many cases or searches
	// Cases are the references of the first of the cases, at most five.
	Cases []string
	Done  *care.Acknowledgement // nil until somebody looked into it
}

// Openings returns one page of who opened which case when, newest first, for managers. practitioner and reference narrow it; a
// reference that is not the council's is care.ErrNotFound.
func (s *Service) Openings(ctx context.Context, actor care.Actor, practitioner, reference, after string) (TrailFound, error) {
	if err := authorise(actor, MaySupervise); err != nil {
		return TrailFound{}, err
	}
	q := care.TrailQuery{Council: actor.Council, Verbs: looks, Actor: practitioner, After: after, Limit: trailPage}
	return s.findTrail(ctx, actor, q, reference, "views.opened")
}

// Unusual returns what was unusual in the last UnusualDays, newest first. short says that not all of that time could be looked
// through.
func (s *Service) Unusual(ctx context.Context, actor care.Actor) (all []Unusual, short bool, err error) {
	if err := authorise(actor, MaySupervise); err != nil {
		return nil, false, err
	}
	lines, short, err := s.lately(ctx, actor.Council, append([]string{verbSearched, "case.refused"}, looks...))
	if err != nil {
		return nil, false, fmt.Errorf("looking for unusual access: %w", err)
	}
	staff, err := s.Store.Practitioners(ctx, actor.Council)
	if err != nil {
		return nil, false, fmt.Errorf("reading the names of practitioners: %w", err)
	}
	for _, p := range staff {
		var own []care.TrailLine
		for _, l := range lines {
			if l.ActorID == p.ID {
				own = append(own, l)
			}
		}
		all = append(all, unusualOf(p, own)...)
	}
	slices.SortFunc(all, func(a, b Unusual) int { return b.From.Compare(a.From) })
	ids := make([]string, len(all))
	for i, u := range all {
		ids[i] = u.ID
	}
	done, err := s.Store.Acknowledgements(ctx, actor.Council, ids)
	if err != nil {
		return nil, false, err
	}
	for i := range all {
		if a, ok := done[all[i].ID]; ok {
			all[i].Done = &a
		}
	}
	return all, short, nil
}

// lately reads the practitioners' events of some verbs of the last UnusualDays, oldest first.
func (s *Service) lately(ctx context.Context, council string, verbs []string) (all []care.TrailLine, short bool, err error) {
	from := s.Now().AddDate(0, 0, -UnusualDays)
	for _, verb := range verbs {
		q := care.TrailQuery{Council: council, Verbs: []string{verb}, From: from, Limit: 500}
		for n := 0; ; {
			page, err := s.Store.Trail(ctx, q)
			if err != nil {
				return nil, false, err
			}
			all = append(all, page.Lines...)
			if n += len(page.Lines); n >= unusualEvents/len(verbs) && page.Next != "" {
				short = true
				break
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b care.TrailLine) int { return a.At.Compare(b.At) })
	return all, short, nil
}

// unusualOf puts one practitioner's events, oldest first, through the rules.
func unusualOf(p care.Practitioner, lines []care.TrailLine) []Unusual {
	var all []Unusual
	add := func(rule string, of []care.TrailLine, n int) {
		sum := sha256.Sum256([]byte(strings.Join([]string{rule, p.ID, of[0].ID}, "\x00")))
		u := Unusual{ID: hex.EncodeToString(sum[:12]), Rule: rule, Who: p.ID, Name: p.Name, From: of[0].At, N: n}
		for _, l := range of {
			if l.Reference != "" && len(u.Cases) < 5 && !slices.Contains(u.Cases, l.Reference) {
				u.Cases = append(u.Cases, l.Reference)
			}
		}
		all = append(all, u)
	}
	var nights, others [][]care.TrailLine
	lastNight, lastDay := "", ""
	for _, l := range lines {
		switch l.Verb {
		case "case.broken-open":
			add(UnusualBroken, []care.TrailLine{l}, 1)
		case "case.refused":
			add(UnusualRefused, []care.TrailLine{l}, 1)
		}
		if !isLook(l.Verb) {
			continue
		}
		at := l.At.In(ukTime)
		if at.Hour() >= NightFrom || at.Hour() < NightTo {
			night := at.Add(-NightTo * time.Hour).Format(time.DateOnly) // up to the morning it is the same night
			if night != lastNight {
				nights, lastNight = append(nights, nil), night
			}
			nights[len(nights)-1] = append(nights[len(nights)-1], l)
		}
		if l.Team != "" && p.Team != "" && l.Team != p.Team {
			if day := at.Format(time.DateOnly); day != lastDay {
				others, lastDay = append(others, nil), day
			}
			others[len(others)-1] = append(others[len(others)-1], l)
		}
	}
	for _, of := range nights {
		add(UnusualHours, of, cases(of))
	}
	for _, of := range others {
		if n := cases(of); n >= UnusualTeamCases {
			add(UnusualTeam, of, n)
		}
	}
	hourly(lines, isLookLine, func(of []care.TrailLine) bool {
		if n := cases(of); n >= UnusualManyCases {
			add(UnusualMany, of, n)
			return true
		}
		return false
	})
	hourly(lines, func(l care.TrailLine) bool { return l.Verb == verbSearched || isLookLine(l) }, func(of []care.TrailLine) bool {
		if slices.ContainsFunc(of, isLookLine) || len(of) < UnusualSearchTries {
			return false
		}
		add(UnusualSearches, of, len(of))
		return true
	})
	return all
}

func isLookLine(l care.TrailLine) bool { return isLook(l.Verb) }

// cases counts the different cases that events are about.
func cases(lines []care.TrailLine) int {
	seen := map[string]bool{}
	for _, l := range lines {
		seen[l.Subject] = true
	}
	return len(seen)
}

// hourly shows each, for every event that fits, the events of the hour that begins with it. When each says that this was
// something, the next hour begins after it, so that one busy hour is told once.
func hourly(lines []care.TrailLine, fits func(care.TrailLine) bool, each func([]care.TrailLine) bool) {
	var of []care.TrailLine
	for _, l := range lines {
		if fits(l) {
			of = append(of, l)
		}
	}
	for from, to := 0, 0; from < len(of); from++ {
		for to < len(of) && of[to].At.Sub(of[from].At) <= time.Hour {
			to++
		}
		if each(of[from:to]) {
			from = to - 1
		}
	}
}

// Acknowledge writes down that a manager looked into something unusual and what they found (ReasonMin characters or more). A
// second press, or a colleague who was quicker, is care.ErrConflict; one that is not there is care.ErrNotFound.
func (s *Service) Acknowledge(ctx context.Context, actor care.Actor, alert, note string) error {
	all, _, err := s.Unusual(ctx, actor)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(u Unusual) bool { return u.ID == alert })
	if i < 0 {
		return fmt.Errorf("acknowledging %s: %w", alert, care.ErrNotFound)
	}
	c := checks{}
	c.words("note", note)
	if !enough(note) {
		c.add("note", "reason")
	}
	if all[i].Who == actor.ID {
		c.add("note", "own") // nobody looks into themselves
	}
	if err := c.err(); err != nil {
		return err
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("looking up who acknowledges %s: %w", alert, err)
	}
	a := care.Acknowledgement{Alert: alert, At: s.Now().UTC(), By: p.ID, ByName: p.Name, Note: strings.TrimSpace(note)}
	return s.Store.Acknowledge(ctx, actor.Council, a, s.event(actor, "access.acknowledged", all[i].Who, all[i].Rule))
}
