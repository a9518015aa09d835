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
	"threshold/internal/eligibility"
)

// QueuePageSize is how many cases stand on one page of the queue.
const QueuePageSize = 25

// The names of a case's working papers in the store.
const (
	partImpact  = "impact"
	partRecord  = "record"
	partFinding = "finding/" // and the outcome's id
	partContact = "contact/" // and the contact's id
)

// ReasonMin is the fewest characters of a reason: enough that "n/a" and "ok" are not one.
const ReasonMin = 10

// ReadsQueue says whether an actor has a queue to come to; who has none needs another first page.
func ReadsQueue(actor care.Actor) bool { return authorise(actor, MayReadQueue) == nil }

// ReadsTrail says whether an actor may read what happened to a case.
func ReadsTrail(actor care.Actor) bool {
	return ReadsQueue(actor) || authorise(actor, MayReadTrail) == nil
}

// Queue returns one page of the actor's council's queue.
func (s *Service) Queue(ctx context.Context, actor care.Actor, q care.QueueQuery) (care.QueuePage, error) {
	if err := authorise(actor, MayReadQueue); err != nil {
		return care.QueuePage{}, err
	}
	q.Council, q.Viewer, q.Limit = actor.Council, actor.ID, QueuePageSize
	page, err := s.Store.Queue(ctx, q)
	if err != nil {
		return page, fmt.Errorf("reading the queue: %w", err)
	}
	s.hide(actor, page.Lines)
	return page, nil
}

// Open returns a case and writes down who looked at which page of it. care.ErrNotFound when there is none in the actor's
// council.
func (s *Service) Open(ctx context.Context, actor care.Actor, reference, page string) (CaseFile, error) {
	if err := authorise(actor, MayReadCase); err != nil {
		return CaseFile{}, err
	}
	return s.open(ctx, actor, reference, "case.viewed", page)
}

// toChange loads a case that is still open, for a verb that changes it.
func (s *Service) toChange(ctx context.Context, actor care.Actor, reference, detail string) (CaseFile, care.Practitioner, error) {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return CaseFile{}, care.Practitioner{}, err
	}
	f, err := s.open(ctx, actor, reference, "case.opened-to-change", detail)
	if err != nil {
		return f, care.Practitioner{}, err
	}
	if f.Passed != "" {
		return f, care.Practitioner{}, fmt.Errorf("changing case %s: %w", reference, ErrPassed)
	}
	if f.DuplicateOf != "" {
		return f, care.Practitioner{}, fmt.Errorf("changing case %s: %w", reference, ErrDuplicate)
	}
	if f.Locked() {
		return f, care.Practitioner{}, fmt.Errorf("changing case %s: %w", reference, care.ErrLocked)
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return f, p, fmt.Errorf("looking up who changes case %s: %w", reference, err)
	}
	return f, p, nil
}

// savePart stores one working paper under the version that was read.
func (s *Service) savePart(ctx context.Context, actor care.Actor, f CaseFile, name string, version int, body any, verb, detail string, tallies ...care.Tally) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("writing %s of case %s: %w", name, f.Reference, err)
	}
	part := care.Part{Name: name, Version: version, Body: b}
	ev := s.event(actor, verb, f.ID, detail)
	if !f.Test {
		ev.Tallies = tallies
	}
	if err := s.Store.SavePart(ctx, actor.Council, f.ID, part, ev); err != nil {
		return fmt.Errorf("saving %s of case %s: %w", name, f.Reference, err)
	}
	return nil
}

// Take gives the case to the actor. held is the worker it was shown with ("" for nobody): when somebody else took it in
// the meantime the answer is care.ErrConflict, and nobody's case is taken from them unseen.
func (s *Service) Take(ctx context.Context, actor care.Actor, reference, held string) error {
	return s.assign(ctx, actor, reference, held, true)
}

// PutBack gives a case of the actor's back to the queue.
func (s *Service) PutBack(ctx context.Context, actor care.Actor, reference string) error {
	return s.assign(ctx, actor, reference, actor.ID, false)
}

func (s *Service) assign(ctx context.Context, actor care.Actor, reference, held string, take bool) error {
	f, p, err := s.toChange(ctx, actor, reference, "worker")
	if err != nil {
		return err
	}
	worker, name, verb := p.ID, p.Name, "case.taken"
	if !take {
		worker, name, verb = "", "", "case.put-back"
	}
	switch f.Worker {
	case worker:
		return nil // a second press of the button
	case held:
	default:
		return fmt.Errorf("assigning case %s: %w", reference, care.ErrConflict)
	}
	err = s.Store.AssignCase(ctx, actor.Council, f.ID, f.Version, worker, name, s.event(actor, verb, f.ID, ""))
	if err != nil {
		return fmt.Errorf("assigning case %s: %w", reference, err)
	}
	return nil
}

// The lists of the ruleset's content that a practitioner chooses from. Ids are stored, the words may change.
const (
	ListConclusions = "conclusions"
	ListSources     = "sources"
	ListHow         = "contact_how"
	ListSeenAlone   = "seen_alone"
	ListAdvocate    = "advocate"
	ListImpact      = "impact"
	ListYesNo       = "yes_no"
	ListDecision    = "decision"
	ListChecks      = "checks"     // what a council assures itself of (SCIE, self-assessment)
	ListConsidered  = "considered" // what came of considering the power of s.19(1)
)

// HowNone is a try that did not reach the person. It is logged, and is no contact.
const HowNone = "none"

// The decisions on an assessment (Care Act 2014 s.13(1)).
const (
	DecisionEligible    = "eligible"
	DecisionNotEligible = "not_eligible"
)

// DecisionClosed is the decision of the short record that closes a contact request or a concern.
const DecisionClosed = "closed"

// Problem codes of the verbs below, beside those of care.Question: reason (too short), period, source, future,
// before_act.

// checks gathers what is wrong with a form.
type checks struct {
	rules    *eligibility.Ruleset
	problems []care.Problem
}

func (c *checks) add(field, code string) {
	c.problems = append(c.problems, care.Problem{Field: field, Code: code})
}

// oneOf accepts an id of a list, and "" unless it is required.
func (c *checks) oneOf(field, value, list string, required bool) {
	switch {
	case value == "" && !required:
	case value == "":
		c.add(field, "choose_one")
	case !slices.Contains(choiceIDs(c.rules, list), value):
		c.add(field, "unknown_option")
	}
}

// choiceIDs returns the ids of one of the content's lists, in its order.
func choiceIDs(rules *eligibility.Ruleset, list string) []string {
	var ids []string
	for _, choice := range rules.Choices(list) {
		ids = append(ids, choice.ID)
	}
	return ids
}

// words accepts text up to the limit that holds everywhere.
func (c *checks) words(field, value string) {
	if utf8.RuneCountInString(value) > MaxNote {
		c.add(field, "too_long")
	}
}

func (c *checks) err() error {
	if c.problems == nil {
		return nil
	}
	return &care.Invalid{Problems: c.problems}
}

// MaxNote is the limit of a practitioner's text, in characters.
const MaxNote = 4000

func enough(reason string) bool {
	return utf8.RuneCountInString(strings.TrimSpace(reason)) >= ReasonMin
}

// LogContact writes down a contact with the person or a try. Pressing twice within a form's life logs it once: id is
// the form's own ("" makes a new one).
func (s *Service) LogContact(ctx context.Context, actor care.Actor, reference, id string, contact care.Contact) error {
	f, p, err := s.toChange(ctx, actor, reference, "contact")
	if err != nil {
		return err
	}
	c := checks{rules: f.Rules}
	today := s.Now().In(ukTime).Format(time.DateOnly)
	switch _, err := time.Parse(time.DateOnly, contact.On); {
	case contact.On == "":
		c.add("on", "enter")
	case err != nil:
		c.add("on", "date_real")
	case contact.On > today:
		c.add("on", "future")
	case contact.On < actInForce:
		c.add("on", "before_act")
	}
	c.oneOf("how", contact.How, ListHow, true)
	met := contact.How != HowNone
	c.oneOf("seen_alone", contact.SeenAlone, ListSeenAlone, met)
	c.oneOf("advocate", contact.Advocate, ListAdvocate, met)
	c.words("note", contact.Note)
	if err := c.err(); err != nil {
		return err
	}
	if id == "" {
		id = newID()
	}
	contact.ID, contact.By, contact.ByName, contact.At = id, p.ID, p.Name, s.Now().UTC()
	err = s.savePart(ctx, actor, f, partContact+id, 0, contact, "contact.logged", contact.How,
		care.Tally{Name: care.TallyContacts, Key: contact.How, N: 1})
	if errors.Is(err, care.ErrConflict) && f.versions[partContact+id] > 0 {
		return nil // this very form was sent before
	}
	return err
}

// actInForce is the first day of Part 1 of the Care Act 2014: no contact of an assessment under it is older, so an
// earlier date is a slip of the keyboard.
const actInForce = "2015-04-01"

// ukTime is where "today" is decided: the councils are in England.
var ukTime = care.UKTime

// Find stores a finding on one outcome. version is the one the form was shown with; when a colleague saved the same row
// since, the answer is care.ErrConflict and both versions live on: theirs in the store, this one with the caller.
func (s *Service) Find(ctx context.Context, actor care.Actor, reference string, finding care.Finding, version int) error {
	f, p, err := s.toChange(ctx, actor, reference, "finding/"+finding.Outcome)
	if err != nil {
		return err
	}
	if !f.Assessed() || !slices.Contains(f.OutcomeIDs(), finding.Outcome) {
		return fmt.Errorf("finding on case %s: %w", reference, care.ErrNotFound)
	}
	finding.Reason, finding.Period = strings.TrimSpace(finding.Reason), strings.TrimSpace(finding.Period)
	if err := f.checkFinding(finding).err(); err != nil {
		return err
	}
	finding.Blind = f.madeBlind(finding)
	finding.By, finding.ByName, finding.At = p.ID, p.Name, s.Now().UTC()
	return s.savePart(ctx, actor, f, partFinding+finding.Outcome, version, finding, "finding.saved", finding.Outcome)
}

// checkFinding says what is wrong with a finding as one to be kept. "Need more" needs nothing else: it says that the
// work goes on.
func (f CaseFile) checkFinding(finding care.Finding) *checks {
	c := &checks{rules: f.Rules}
	c.oneOf("conclusion", string(finding.Conclusion), ListConclusions, true)
	for _, source := range finding.Sources {
		c.oneOf("sources", source, ListSources, true)
	}
	c.words("reason", finding.Reason)
	c.words("period", finding.Period)
	if finding.Conclusion == care.NeedMore || len(c.problems) > 0 {
		return c
	}
	if len(finding.Sources) == 0 {
		c.add("sources", "source")
	}
	if f.NeedsReason(finding) && !enough(finding.Reason) {
		c.add("reason", "reason")
	}
	if finding.Period == "" && f.Fluctuates(finding.Outcome) {
		c.add("period", "period")
	}
	return c
}

// NeedsReason: a finding of unable is one the council acts on. A finding of able must be explained when it goes against
// what somebody said: the rules suggest unable, any limb was answered yes, or two accounts differ; and on every review,
// where it can take away help that is there now. Reasons are owed to the person (Care Act 2014 s.13(2); R (VI) v
// Lewisham [2018]: less support than before needs reasons, outcome by outcome).
func (f CaseFile) NeedsReason(finding care.Finding) bool {
	switch finding.Conclusion {
	case care.ConcludesUnable:
		return true
	case care.ConcludesAble:
		return f.Indication == nil || f.Suggested(finding.Outcome) == care.OutcomeUnable || f.toldOfNeed(finding.Outcome)
	}
	return false
}

// toldOfNeed says whether any limb of an outcome was answered yes, or two people told different things about it.
func (f CaseFile) toldOfNeed(outcome string) bool {
	path := "outcomes." + outcome + "."
	if slices.Contains(f.Facts.Get(path+"accounts_differ"), "true") {
		return true
	}
	return slices.ContainsFunc(f.Rules.Lists()["limb"], func(limb string) bool {
		return slices.Contains(f.Facts.Get(path+limb), "yes")
	})
}

// SetImpact stores the view on where the needs come from and what they do to well-being. What is not filled in yet may
// stay empty; the record cannot be signed before it is. version as in Find.
func (s *Service) SetImpact(ctx context.Context, actor care.Actor, reference string, impact care.Impact, version int) error {
	f, p, err := s.toChange(ctx, actor, reference, partImpact)
	if err != nil {
		return err
	}
	if !f.Assessed() {
		return fmt.Errorf("impact on case %s: %w", reference, care.ErrNotFound)
	}
	c := checks{rules: f.Rules}
	for area, level := range impact.Areas {
		if !slices.Contains(f.AreaIDs(), area) {
			return fmt.Errorf("impact on case %s: %w", reference, eligibility.ErrUnknownField)
		}
		c.oneOf("area-"+area, level, ListImpact, false)
	}
	c.yesNo("significant", impact.Significant, impact.SignificantReason)
	ofCarers := map[string]string{"carer": impact.Carer + impact.CarerReason, "health": impact.Health + impact.HealthReason}
	for _, p := range f.Points(impact) {
		c.yesNo(p.ID, p.Value, p.Reason)
		delete(ofCarers, p.ID)
	}
	for _, given := range ofCarers {
		if given != "" {
			return fmt.Errorf("impact on case %s: %w", reference, eligibility.ErrUnknownField)
		}
	}
	if err := c.err(); err != nil {
		return err
	}
	impact.By, impact.ByName, impact.At = p.ID, p.Name, s.Now().UTC()
	return s.savePart(ctx, actor, f, partImpact, version, impact, "impact.saved", "")
}

// yesNo checks a condition and the reason that goes with it once it is answered.
func (c *checks) yesNo(field, value, reason string) {
	c.oneOf(field, value, ListYesNo, false)
	c.words(field+"_reason", reason)
	if value != "" && !enough(reason) {
		c.add(field+"_reason", "reason")
	}
}

// SaveRecord stores the draft of the written record. It may be unfinished; only words too long and values outside their
// set are refused. version as in Find.
func (s *Service) SaveRecord(ctx context.Context, actor care.Actor, reference string, record care.RecordDraft, version int) error {
	f, p, err := s.toChange(ctx, actor, reference, partRecord)
	if err != nil {
		return err
	}
	c := checks{rules: f.Rules}
	for _, check := range record.Checks {
		c.oneOf("checks", check, ListChecks, true)
	}
	c.oneOf("decision", record.Decision, ListDecision, false)
	c.oneOf("considered", record.Considered19, ListConsidered, false)
	c.words("no_contact_reason", record.NoContactReason)
	c.words("decision_reason", record.DecisionReason)
	c.words("advice", record.Advice)
	c.words("next_steps", record.NextSteps)
	f.checkMore(&c, &record)
	if err := s.nameAssessor(ctx, f, &c, &record.Making); err != nil {
		return err
	}
	if f.Short() && (record.Decision != "" || len(record.Checks) > 0) {
		return fmt.Errorf("record of case %s: %w", reference, eligibility.ErrUnknownField)
	}
	if err := c.err(); err != nil {
		return err
	}
	record.By, record.ByName, record.At = p.ID, p.Name, s.Now().UTC()
	return s.savePart(ctx, actor, f, partRecord, version, record, "record.saved", "")
}

// A Trail is what happened to a case: who, when and what, never what was said. Names are those of the council's
// practitioners by id.
type Trail struct {
	Assessment care.Assessment
	Bare       bool         // an auditor's: the assessment is without name, answers and flags
	Events     []care.Event // oldest first
	Names      map[string]string
	Elsewhere  map[string]string // of another council's practitioners, who answered an offer: their council's slug, by id
}

// Timeline returns the trail of a case; looking at it is itself an event. An auditor may read it and gets reference,
// kind and status of the case alone.
func (s *Service) Timeline(ctx context.Context, actor care.Actor, reference string) (Trail, error) {
	readsCase := authorise(actor, MayReadCase)
	if readsCase != nil {
		if err := authorise(actor, MayReadTrail); err != nil {
			return Trail{}, err
		}
	}
	if readsCase == nil {
		if err := s.admit(ctx, actor, reference); err != nil {
			return Trail{}, err
		}
	}
	a, err := s.Store.CaseByReference(ctx, actor.Council, reference, s.event(actor, "case.viewed", "", "timeline"))
	if err != nil {
		return Trail{}, fmt.Errorf("opening a timeline: %w", err)
	}
	if readsCase != nil {
		a = care.Assessment{ID: a.ID, Council: a.Council, Reference: a.Reference, Kind: a.Kind, Status: a.Status, SentAt: a.SentAt}
	}
	events, err := s.Store.Events(ctx, actor.Council, a.ID)
	if err != nil {
		return Trail{}, fmt.Errorf("reading the trail of case %s: %w", reference, err)
	}
	staff, err := s.Store.Practitioners(ctx, actor.Council)
	if err != nil {
		return Trail{}, fmt.Errorf("reading the names for the trail of case %s: %w", reference, err)
	}
	names := make(map[string]string, len(staff))
	for _, p := range staff {
		names[p.ID] = p.Name
	}
	elsewhere, err := s.elsewhere(ctx, actor, events, names)
	if err != nil {
		return Trail{}, fmt.Errorf("reading the names for the trail of case %s: %w", reference, err)
	}
	return Trail{Assessment: a, Bare: readsCase != nil, Events: events, Names: names, Elsewhere: elsewhere}, nil
}
