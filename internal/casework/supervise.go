package casework

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"threshold/internal/care"
)

// VerbFlagged marks a record for supervision as it is signed; the event's detail says why.
const VerbFlagged = "record.flagged"

// Why a record is marked for supervision.
const (
	FlagSample      = "sample"       // one in SampleEvery, by chance
	FlagOverride    = "override"     // decided against what the rules suggest
	FlagLowerTold   = "lower-told"   // found able on two outcomes or more of which a need was told
	FlagLowerRecord = "lower-record" // found able on an outcome that the record before found unable
	FlagQuick       = "quick"        // signed within QuickSign of the signer's first look
	FlagQuickSecond = "quick-second" // the second signature came within QuickSign of a first look at what it is about, or with none
)

// SupervisionFlags are all of them, in the order in which they are told.
var SupervisionFlags = []string{FlagLowerRecord, FlagLowerTold, FlagOverride, FlagQuick, FlagQuickSecond, FlagSample}

// SampleEvery says of how many records one is looked at whatever is in it. QuickSign is how soon after first looking a signature
// looks like a rubber stamp.
const (
	SampleEvery = 10
	QuickSign   = time.Minute
)

// sampled says whether a record is one of the sample. It is the hash of the case's random id and the record's number, so that
// nobody can choose, and anybody can check.
func sampled(caseID string, version int) bool {
	sum := sha256.Sum256([]byte("supervision\x00" + caseID + "\x00" + strconv.Itoa(version)))
	return binary.BigEndian.Uint64(sum[:8])%SampleEvery == 0
}

// atSigning adds to a signature's event what is counted, and returns the events that mark the record for supervision.
func (s *Service) atSigning(ctx context.Context, actor care.Actor, f CaseFile, d care.Determination, signed *care.Event) ([]care.Event, error) {
	r, err := ReadRecord(d)
	if err != nil {
		return nil, err
	}
	if f.Test {
		return nil, nil
	}
	signed.Tallies = append(signed.Tallies, signedTallies(r, 1)...)
	var why []string
	if sampled(d.CaseID, d.Version) {
		why = append(why, FlagSample)
	}
	if overridden(r) {
		why = append(why, FlagOverride)
	}
	lower := 0
	for _, finding := range r.Findings {
		if finding.Conclusion == string(care.ConcludesAble) && f.toldOfNeed(finding.Outcome) {
			lower++
		}
	}
	if lower >= 2 {
		why = append(why, FlagLowerTold)
	}
	if last, ok := f.LastDetermination(); ok {
		before, err := ReadRecord(last)
		if err != nil {
			return nil, err
		}
		if lowerThan(r, before) {
			why = append(why, FlagLowerRecord)
		}
	}
	events, err := s.Store.Events(ctx, actor.Council, f.ID)
	if err != nil {
		return nil, fmt.Errorf("reading when case %s was first opened: %w", f.Reference, err)
	}
	if since := firstLook(events, actor.ID); since.IsZero() || d.SignedAt.Sub(since) < QuickSign {
		why = append(why, FlagQuick)
	}
	if step, ok := f.Countersigned(); ok && quickSecond(events, step) {
		why = append(why, FlagQuickSecond)
	}
	var evs []care.Event
	for _, flag := range why {
		evs = append(evs, s.event(actor, VerbFlagged, f.ID, flag))
	}
	return evs, nil
}

// overridden says whether the decision goes against what the rules suggest.
func overridden(r SignedRecord) bool {
	return r.Indication == string(care.LikelyMet) && r.Decision == DecisionNotEligible ||
		r.Indication == string(care.LikelyNotMet) && r.Decision == DecisionEligible
}

// lowerThan says whether a record finds somebody able where the one before found them unable.
func lowerThan(r, before SignedRecord) bool {
	for _, was := range before.Findings {
		if was.Conclusion != string(care.ConcludesUnable) {
			continue
		}
		if slices.ContainsFunc(r.Findings, func(now RecordFinding) bool {
			return now.Outcome == was.Outcome && now.Conclusion == string(care.ConcludesAble)
		}) {
			return true
		}
	}
	return false
}

// firstLook is when somebody first had a case before them since its last record was signed.
func firstLook(events []care.Event, practitioner string) time.Time {
	var first time.Time
	for _, ev := range events {
		switch {
		case ev.Verb == "record.signed":
			first = time.Time{}
		case ev.ActorID == practitioner && first.IsZero() && isLook(ev.Verb):
			first = ev.At
		}
	}
	return first
}

// quickSecond says whether a second signature looks like a rubber stamp: the whole record stands on a page of its own
// (PageSecond), and whoever signed it never had that before them after they were asked, or had it for less than QuickSign.
func quickSecond(events []care.Event, step SecondStep) bool {
	var asked, read time.Time
	for _, ev := range events {
		switch {
		case ev.At.After(step.At):
		case ev.Verb == verbAskedSecond:
			asked, read = ev.At, time.Time{}
		case ev.ActorID == step.ByID && ev.Verb == "case.viewed" && ev.Detail == PageSecond && read.IsZero() && !ev.At.Before(asked):
			read = ev.At
		}
	}
	return read.IsZero() || step.At.Sub(read) < QuickSign
}

// A Flagged is a record that is marked for supervision.
type Flagged struct {
	Reference string
	Kind      care.CaseKind
	SignedBy  string // name
	SignedAt  time.Time
	Why       []string // in the order of SupervisionFlags
	Noted     bool     // there is a learning note on the case since
}

// Supervision returns one page of the records that are marked for supervision, the newest first, and the cursor of the next.
// why narrows it to one flag, "" for all.
func (s *Service) Supervision(ctx context.Context, actor care.Actor, why, after string) ([]Flagged, string, error) {
	if err := authorise(actor, MaySupervise); err != nil {
		return nil, "", err
	}
	q := care.TrailQuery{Council: actor.Council, Verbs: []string{VerbFlagged}, After: after, Limit: 200}
	page, err := s.Store.Trail(ctx, q, s.event(actor, "supervision.opened", actor.Council, ""))
	if err != nil {
		return nil, "", fmt.Errorf("reading what is marked for supervision: %w", err)
	}
	names, err := s.staffNames(ctx, actor.Council)
	if err != nil {
		return nil, "", err
	}
	var all []Flagged
	index := map[string]int{}
	for _, l := range page.Lines {
		if l.Reference == "" {
			continue
		}
		key := l.Subject + l.At.String() // the flags of one signature are of one moment
		i, ok := index[key]
		if !ok {
			i = len(all)
			index[key] = i
			all = append(all, Flagged{Reference: l.Reference, Kind: l.Kind, SignedBy: names[l.ActorID], SignedAt: l.At})
			notes, err := s.Store.Trail(ctx, care.TrailQuery{
				Council: actor.Council, Subject: l.Subject, Verbs: []string{verbLearning}, From: l.At, Limit: 1,
			})
			if err != nil {
				return nil, "", fmt.Errorf("reading learning notes: %w", err)
			}
			all[i].Noted = len(notes.Lines) > 0
		}
		all[i].Why = append(all[i].Why, l.Detail)
	}
	for i := range all {
		slices.SortFunc(all[i].Why, func(a, b string) int {
			return slices.Index(SupervisionFlags, a) - slices.Index(SupervisionFlags, b)
		})
	}
	if why != "" {
		all = slices.DeleteFunc(all, func(f Flagged) bool { return !slices.Contains(f.Why, why) })
	}
	return all, page.Next, nil
}

// verbLearning is the event of a learning note.
const verbLearning = "learning.noted"

// A Learning is what supervision knows of one case: why its records were marked, and the notes on them.
type Learning struct {
	File  CaseFile
	Flags []care.Event // of VerbFlagged, newest first
	Names map[string]string
	Notes []LearningNote // oldest first
	// MayAdd says whether the reader may add a note.
	MayAdd bool
}

// A LearningNote is what a manager wants the worker to take from a record.
type LearningNote struct {
	At           time.Time
	ByName, Text string
}

// Learning returns the learning notes of a case, to whom MayReadLearning lets read them; care.ErrForbidden to others.
func (s *Service) Learning(ctx context.Context, actor care.Actor, reference string) (Learning, error) {
	if err := s.Admit(ctx, actor, reference, MayReadLearning); err != nil {
		return Learning{}, err
	}
	f, err := s.Open(ctx, actor, reference, "learning")
	if err != nil {
		return Learning{}, err
	}
	l := Learning{File: f, MayAdd: authorise(actor, MaySupervise) == nil}
	page, err := s.Store.Trail(ctx, care.TrailQuery{Council: actor.Council, Subject: f.ID, Verbs: []string{VerbFlagged}})
	if err != nil {
		return l, fmt.Errorf("reading why case %s was marked: %w", reference, err)
	}
	for _, line := range page.Lines {
		l.Flags = append(l.Flags, line.Event)
	}
	if l.Names, err = s.staffNames(ctx, actor.Council); err != nil {
		return l, err
	}
	for _, e := range f.Entries {
		if e.Kind != care.EntryLearning {
			continue
		}
		var n care.Note
		if err := json.Unmarshal(e.Body, &n); err != nil {
			return l, fmt.Errorf("reading a learning note of case %s: %w", reference, err)
		}
		l.Notes = append(l.Notes, LearningNote{At: e.At, ByName: n.ByName, Text: n.Text})
	}
	return l, nil
}

// ShowsLearning says whether a case leads an actor to its learning notes: managers always, whoever they are for once there are
// some.
func (f CaseFile) ShowsLearning(actor care.Actor) bool {
	st := care.Standing{Worker: f.Worker, Signed: slices.ContainsFunc(f.Determinations, func(d care.Determination) bool { return d.SignedBy == actor.ID })}
	if authorise(actor, MayReadLearning) != nil || theirsOnly(actor, MayReadLearning, st) {
		return false
	}
	return Supervises(actor) || slices.ContainsFunc(f.Entries, func(e care.Entry) bool { return e.Kind == care.EntryLearning })
}

// AddLearning adds a learning note to a case, signed or not. id is the form's own, so that a second press adds nothing.
func (s *Service) AddLearning(ctx context.Context, actor care.Actor, reference, id, text string) error {
	if err := authorise(actor, MaySupervise); err != nil {
		return err
	}
	f, err := s.open(ctx, actor, reference, "case.opened-to-change", "learning")
	if err != nil {
		return err
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("looking up who writes a learning note: %w", err)
	}
	c := checks{rules: f.Rules}
	c.words("text", text)
	if !enough(text) {
		c.add("text", "reason")
	}
	if err := c.err(); err != nil {
		return err
	}
	e := s.entry(care.Actor{Kind: care.ActorPractitioner, ID: f.ID}, care.EntryLearning, "", id)
	e.ByID = p.ID
	return s.add(ctx, actor, e, care.Note{Text: strings.TrimSpace(text), ByName: p.Name}, verbLearning)
}

// LearningFor are the references of cases with learning notes for somebody: of the last year, newest first, at most 50.
func (s *Service) LearningFor(ctx context.Context, actor care.Actor) ([]string, error) {
	if err := authorise(actor, MayReadLearning); err != nil {
		return nil, err
	}
	return s.Store.SignedAndNoted(ctx, actor.Council, actor.ID, verbLearning, s.Now().AddDate(-1, 0, 0), 50)
}

// staffNames are the names of a council's practitioners by id.
func (s *Service) staffNames(ctx context.Context, council string) (map[string]string, error) {
	staff, err := s.Store.Practitioners(ctx, council)
	if err != nil {
		return nil, fmt.Errorf("reading the names of practitioners: %w", err)
	}
	names := make(map[string]string, len(staff))
	for _, p := range staff {
		names[p.ID] = p.Name
	}
	return names, nil
}

// Colleagues are the practitioners of the actor's council by name, for lists to choose from; nothing of how they sign in.
func (s *Service) Colleagues(ctx context.Context, actor care.Actor) ([]care.Practitioner, error) {
	if authorise(actor, MaySupervise) != nil && authorise(actor, MayReadTrail) != nil {
		return nil, fmt.Errorf("listing colleagues: %w", care.ErrForbidden)
	}
	staff, err := s.Store.Practitioners(ctx, actor.Council)
	if err != nil {
		return nil, fmt.Errorf("listing colleagues: %w", err)
	}
	out := make([]care.Practitioner, len(staff))
	for i, p := range staff {
		out[i] = care.Practitioner{ID: p.ID, Council: p.Council, Name: p.Name, Roles: p.Roles, Team: p.Team}
	}
	return out, nil
}
