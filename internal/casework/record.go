package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// RecordFormat is how records are written now. Every earlier one has the same fields but for those added since.
const RecordFormat = "threshold-record/2"

// A SignedRecord is the written record of an assessment and its determination (Care Act 2014 ss.12(3), 13(2)), complete
// in itself: it can be read in many years without the ruleset or the wording of today. It holds no answer to the private
// questions, since the person gets a copy and others may see it.
type SignedRecord struct {
	Format    string    `json:"format"` // "threshold-record/2"; /1 has less and reads the same
	Reference string    `json:"reference"`
	Council   string    `json:"council"`
	Kind      string    `json:"kind"`
	Ruleset   string    `json:"ruleset"`
	Version   int       `json:"version"`
	SentAt    time.Time `json:"sent_at"`

	Person   RecordPerson    `json:"person"`
	Contacts []RecordContact `json:"contacts"`
	// NoContactReason is given when nobody spoke with the person.
	NoContactReason string       `json:"no_contact_reason,omitempty"`
	Checks          []RecordLine `json:"checks,omitempty"`
	// Accounts are what each voice told, oldest first; the first is the form that was sent. Added counts what else came to the
	// case, by kind of entry.
	Accounts []RecordAccount `json:"accounts,omitempty"`
	Added    map[string]int  `json:"added,omitempty"`
	// Indication is what the rules suggested from all accounts together: likely_met, likely_not_met, cannot_tell.
	Indication string          `json:"indication,omitempty"`
	Findings   []RecordFinding `json:"findings,omitempty"`
	Impact     *RecordImpact   `json:"impact,omitempty"`
	Conditions []RecordLine    `json:"conditions,omitempty"` // the conditions of the criteria, tested on the findings

	Decision       string       `json:"decision"` // eligible, not_eligible, closed
	DecisionReason string       `json:"decision_reason,omitempty"`
	Advice         string       `json:"advice,omitempty"`           // s.13(5)
	Considered19   string       `json:"considered_s19_1,omitempty"` // will_meet, will_not_meet
	NextSteps      string       `json:"next_steps,omitempty"`
	SignedBy       RecordSigner `json:"signed_by"`
	SignedAt       time.Time    `json:"signed_at"`

	// From format 2 on.

	DecisionText string             `json:"decision_text,omitempty"` // the decision in the words of the day
	Law          []RecordLine       `json:"law,omitempty"`           // what the law says of this end
	Advices      []RecordAdvice     `json:"advices,omitempty"`       // s.13(5), a row for each need
	Ending       *care.RecordEnding `json:"ending,omitempty"`
	Making       *care.Making       `json:"making,omitempty"`
	Draft        *RecordShared      `json:"draft,omitempty"`
	Second       *RecordSecond      `json:"second,omitempty"`
	// RevisedBecause is why a record after the first was prepared.
	RevisedBecause string `json:"revised_because,omitempty"`
	// Letter is what the letter to the person needs beside the rest of the record.
	Letter *RecordLetter `json:"letter,omitempty"`
}

// RecordAdvice is a row of advice with the name of its outcome in everyday words.
type RecordAdvice struct {
	care.Advice
	Name string `json:"name,omitempty"`
}

// RecordShared is how the draft went to the person, and what they said of it.
type RecordShared struct {
	At        time.Time     `json:"at,omitzero"`
	How       string        `json:"how,omitempty"` // status, read, paper
	ByName    string        `json:"by_name,omitempty"`
	NotShared string        `json:"not_shared,omitempty"`  // why it did not go to them
	Replies   []RecordReply `json:"replies,omitempty"`     // oldest first
	WhatItDid string        `json:"what_it_did,omitempty"` // what came of a wish to change it
}

// RecordReply is a reply to the draft in the person's own words.
type RecordReply struct {
	At      time.Time `json:"at"`
	Choice  string    `json:"choice"` // yes, change, disagree
	Text    string    `json:"text,omitempty"`
	NotedBy string    `json:"noted_by,omitempty"` // the practitioner who wrote it down for them
}

// RecordSecond is the second signature, where one was a must for a reason that others may read. Why it was stays with the
// case: one of the reasons is a mark of safety, and this record is read by the person and by those who get a copy of it.
type RecordSecond struct {
	RecordSigner
	At time.Time `json:"at"`
}

// RecordPerson is whom the record is about.
type RecordPerson struct {
	Name string `json:"name"`
	Born string `json:"born,omitempty"`
}

// RecordSigner signed on behalf of the council.
type RecordSigner struct {
	ID           string `json:"id"`
	Name         string `json:"name"`
	Registration string `json:"registration,omitempty"` // Social Work England number
}

// RecordContact is a contact without its note: notes are the council's own working papers.
type RecordContact struct {
	On        string `json:"on"`
	How       string `json:"how"`
	SeenAlone string `json:"seen_alone,omitempty"`
	Advocate  string `json:"advocate,omitempty"`
	ByName    string `json:"by_name"`
}

// RecordLine is an id with its words and, where it has one, its value and citation.
type RecordLine struct {
	ID       string `json:"id"`
	Text     string `json:"text,omitempty"`
	Value    string `json:"value,omitempty"`
	Citation string `json:"citation,omitempty"`
}

// RecordFinding is one outcome: what the person said, what the rules suggested, and what was found and why.
type RecordFinding struct {
	Outcome    string       `json:"outcome"`
	Name       string       `json:"name"`
	Citation   string       `json:"citation"`
	Said       []RecordTold `json:"said,omitempty"`   // in the form that was sent
	Others     []RecordSaid `json:"others,omitempty"` // in the accounts that came later; never merged
	Suggested  string       `json:"suggested"`
	Conclusion string       `json:"conclusion"`
	Sources    []string     `json:"sources"`
	Reason     string       `json:"reason,omitempty"`
	Period     string       `json:"period,omitempty"`
	Blind      bool         `json:"blind,omitempty"` // found before the suggestion was shown
	ByName     string       `json:"by_name"`
	At         time.Time    `json:"at"`
}

// RecordAccount is one voice: self or helper, what a helper is to the person, and when it was told.
type RecordAccount struct {
	Voice   string    `json:"voice"`
	Who     string    `json:"who,omitempty"`
	SentAt  time.Time `json:"sent_at"`
	KeyedBy string    `json:"keyed_by,omitempty"` // the practitioner who typed it, from paper or on the phone
	// Indication is what the rules suggest from this account alone.
	Indication string `json:"indication,omitempty"`
}

// RecordSaid is what a later account told of an outcome: by which of the record's Accounts, counted from 0.
type RecordSaid struct {
	Account int          `json:"account"`
	Said    []RecordTold `json:"said"`
}

// RecordPoint is a condition beside the outcomes as the practitioner answered it.
type RecordPoint struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Citation string `json:"citation"`
	Value    string `json:"value"`
	Reason   string `json:"reason"`
}

// RecordTold is a question with what was answered.
type RecordTold struct {
	ID       string   `json:"id,omitempty"` // of the question
	Question string   `json:"question"`
	Answers  []string `json:"answers"`
}

// RecordImpact is the view on well-being and on the conditions beside the outcomes.
type RecordImpact struct {
	Areas             []RecordLine `json:"areas"`
	Significant       string       `json:"significant"`
	SignificantReason string       `json:"significant_reason"`
	// Points are where the needs come from and, of a carer, the other conditions.
	Points []RecordPoint `json:"points"`
}

// NotSignable says what must be done before the record can be signed.
type NotSignable struct{ Blockers []Blocker }

func (e *NotSignable) Error() string {
	return fmt.Sprintf("the record cannot be signed: %d things are still to be done", len(e.Blockers))
}

// Sign makes the council's determination: it locks the case and stores the whole record with its hash. seen is the
// fingerprint of the papers the practitioner read (CaseFile.Seen); care.ErrConflict when one changed since. A
// *NotSignable lists what is missing. Signing a signed case returns the record that is there.
func (s *Service) Sign(ctx context.Context, actor care.Actor, reference, seen string) (care.Determination, error) {
	if err := authorise(actor, MaySignRecord); err != nil {
		return care.Determination{}, err
	}
	for range 2 {
		f, err := s.open(ctx, actor, reference, "case.opened-to-change", "sign")
		if err != nil {
			return care.Determination{}, err
		}
		if d, ok := f.LastDetermination(); ok && f.Locked() {
			return d, nil
		}
		if seen != f.Seen() {
			return care.Determination{}, fmt.Errorf("signing case %s: %w", reference, care.ErrConflict)
		}
		if blockers := Blockers(f); len(blockers) > 0 {
			return care.Determination{}, &NotSignable{blockers}
		}
		p, err := s.Store.Practitioner(ctx, actor.ID)
		if err != nil {
			return care.Determination{}, fmt.Errorf("looking up who signs case %s: %w", reference, err)
		}
		d, err := s.determine(ctx, f, p)
		if err != nil {
			return care.Determination{}, err
		}
		ev := s.event(actor, "record.signed", f.ID, d.Decision)
		if d.Decision != DecisionClosed {
			if ev.Mail, err = s.decided(ctx, f); err != nil {
				return care.Determination{}, err
			}
		}
		flagged, err := s.atSigning(ctx, actor, f, d, &ev)
		if err != nil {
			return care.Determination{}, err
		}
		err = s.Store.SignCase(ctx, actor.Council, d, f.versions, append([]care.Event{ev}, flagged...)...)
		if errors.Is(err, care.ErrConflict) || errors.Is(err, care.ErrLocked) {
			continue // signed or changed by somebody else between reading and signing: look again
		}
		if err != nil {
			return care.Determination{}, fmt.Errorf("signing case %s: %w", reference, err)
		}
		return d, nil
	}
	return care.Determination{}, fmt.Errorf("signing case %s: %w", reference, care.ErrConflict)
}

// decided is the message that a decision was made, where the contact rule lets one be sent. It does not say which.
func (s *Service) decided(ctx context.Context, f CaseFile) (*care.Mail, error) {
	council, err := s.councilOf(ctx, f.Council)
	if err != nil {
		return nil, fmt.Errorf("telling of the decision on case %s: %w", f.Reference, err)
	}
	return s.toPerson(f.asTold(), council, "decision", "/"+council.Slug+"/back"), nil
}

// determine writes the record of a case that has no blocker.
func (s *Service) determine(ctx context.Context, f CaseFile, p care.Practitioner) (care.Determination, error) {
	r, err := s.writeRecord(ctx, f, p)
	if err != nil {
		return care.Determination{}, err
	}
	body, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return care.Determination{}, fmt.Errorf("writing the record of case %s: %w", f.Reference, err)
	}
	return care.Determination{
		ID: newID(), CaseID: f.ID, Version: r.Version, Decision: r.Decision, SignedBy: p.ID, ByName: p.Name, SignedAt: r.SignedAt,
		Body: body, Hash: HashRecord(body), Owe: f.owesWhenSigned(r.Decision, r.SignedAt),
	}, nil
}

// Preview is the record as it would be if the practitioner who has the case open signed it now. It may be unfinished.
func (s *Service) Preview(ctx context.Context, f CaseFile) (SignedRecord, error) {
	return s.writeRecord(ctx, f, f.Reader)
}

// writeRecord writes the whole record of a case.
func (s *Service) writeRecord(ctx context.Context, f CaseFile, p care.Practitioner) (SignedRecord, error) {
	now := s.Now().UTC()
	letter, err := s.recordLetter(ctx, f)
	if err != nil {
		return SignedRecord{}, err
	}
	r := SignedRecord{
		Format: RecordFormat, Reference: f.Reference, Council: f.Council, Kind: string(f.Kind), Ruleset: f.Ruleset,
		Version: len(f.Determinations) + 1, SentAt: f.SentAt,
		Person:   RecordPerson{Name: f.Summary.Name, Born: f.Summary.Born},
		Contacts: []RecordContact{}, NoContactReason: f.Record.NoContactReason,
		Decision: DecisionClosed, NextSteps: f.Record.NextSteps,
		SignedBy: RecordSigner{p.ID, p.Name, p.Registration}, SignedAt: now, Letter: letter,
	}
	if r.Person.Name == "" {
		r.Person.Name = f.Summary.CallMe
	}
	for _, c := range f.Contacts {
		r.Contacts = append(r.Contacts, RecordContact{c.On, c.How, c.SeenAlone, c.Advocate, c.ByName})
	}
	if err := s.writeAccounts(f, &r); err != nil {
		return r, err
	}
	if !f.Short() {
		if err := s.writeAssessment(f, &r); err != nil {
			return r, err
		}
	}
	s.writeRest(f, &r)
	return r, nil
}

// writeAccounts says who told what when, and what else came to the case. What a helper is to the person stands in the words
// of the form.
func (s *Service) writeAccounts(f CaseFile, r *SignedRecord) error {
	for i, account := range f.Accounts {
		rs, err := s.Library.Version(account.Ruleset)
		if err != nil {
			return fmt.Errorf("writing the accounts of case %s: %w", f.Reference, err)
		}
		line := RecordAccount{Voice: string(account.Voice), Who: HelperIs(rs, account.Answers), SentAt: account.SentAt}
		if i == 0 {
			line.KeyedBy = f.KeyedByName
		}
		if f.Indication != nil && f.sameKind(account) {
			line.Indication = string(f.Rules.Indicate(f.Rules.Facts(account.Answers)).Suggestion)
		}
		r.Accounts = append(r.Accounts, line)
	}
	for _, l := range f.Later {
		if l.Kind == care.EntryAccount {
			continue
		}
		if !exportedEntries[l.Kind] { // how the council dealt with it is its own, and would tell of a mark of safety
			continue
		}
		if r.Added == nil {
			r.Added = map[string]int{}
		}
		r.Added[string(l.Kind)]++
	}
	return nil
}

// HelperIs is what whoever gave a helper's account is to the person, in the words of the form; "" when they did not say.
func HelperIs(rs *eligibility.Ruleset, a care.Answers) string {
	for _, row := range rs.ToldPages(a, nil, "proxy/who") {
		if row.ID == "helper_is" && row.Answered {
			return row.Answers[0]
		}
	}
	return ""
}

// toldOn lists what an account tells of an outcome.
func toldOn(rs *eligibility.Ruleset, a care.Answers, outcome string) []RecordTold {
	var out []RecordTold
	for _, row := range rs.ToldOutcome(a, outcome, nil) {
		if row.Answered {
			out = append(out, RecordTold{row.ID, row.Question, row.Answers})
		}
	}
	return out
}

// writeRest adds what came with format 2: the end in its own words and law, how the assessment was made, what the person said
// of the draft, and the second signature.
func (s *Service) writeRest(f CaseFile, r *SignedRecord) {
	r.RevisedBecause = f.RevisedBecause()
	if f.Short() {
		return
	}
	ending, making := endingOf(f.Record), f.Record.Making
	if f.SafetyMarked() { // what is written about a danger stays with the case: this record is read by others, too
		making.Risk, making.RiskWith = "", ""
	}
	r.Ending, r.Making = &ending, &making
	r.DecisionText = f.Rules.Choice(ListDecision, r.Decision)
	if text, citation := f.Rules.Law("decision"); text != "" {
		r.Law = append(r.Law, RecordLine{ID: "decision", Text: text, Citation: citation})
	}
	if text, citation := EndLaw(f.Rules, r.Decision); text != "" {
		r.Law = append(r.Law, RecordLine{ID: r.Decision, Text: text, Citation: citation})
	}
	if r.Decision == DecisionNotEligible {
		for _, a := range f.Record.Advices {
			row := RecordAdvice{Advice: a}
			if a.Outcome != "" {
				row.Name = f.Rules.OutcomeTitle(a.Outcome)
			}
			r.Advices = append(r.Advices, row)
		}
	}
	if told, ok := f.Told(); ok {
		r.Draft = &RecordShared{At: told.At, How: told.How, ByName: told.ByName, WhatItDid: f.Record.ReplyDone}
		for _, reply := range told.Replies {
			r.Draft.Replies = append(r.Draft.Replies, RecordReply(reply))
		}
	}
	if f.Record.NotShared != "" {
		if r.Draft == nil {
			r.Draft = &RecordShared{}
		}
		r.Draft.NotShared = f.Record.NotShared
	}
	if !slices.ContainsFunc(f.SecondReasons(), func(reason string) bool { return !slices.Contains(secondKept, reason) }) {
		return
	}
	if step, ok := f.Countersigned(); ok {
		r.Second = &RecordSecond{RecordSigner: RecordSigner{step.ByID, step.ByName, step.Registration}, At: step.At}
	}
}

// endingOf is what of an end stands in the record: what its decision goes by. The rest may have been typed on the way to
// another one, and a test for abuse that was begun is nobody's to read. Of that test there stands that it was made, and never
// how the answer is known.
func endingOf(r care.RecordDraft) care.RecordEnding {
	e := r.Ending
	switch r.Decision {
	case DecisionEligible:
		return care.RecordEnding{Wants: e.Wants, Residence: e.Residence}
	case DecisionDeclines:
		return care.RecordEnding{Pressure: e.Pressure, OfferAgain: e.OfferAgain}
	case DecisionSelfFunder:
		return care.RecordEnding{Asks: e.Asks}
	case DecisionElsewhere:
		return care.RecordEnding{Council: e.Council, ToldOn: e.ToldOn, PassedOn: e.PassedOn, PassedTo: e.PassedTo}
	case DecisionRefused:
		return care.RecordEnding{RefusalWords: e.RefusalWords, BestInterests: e.BestInterests, Abuse: e.Abuse, AskAgain: e.AskAgain}
	}
	return care.RecordEnding{}
}

// writeAssessment adds findings, impact and decision.
func (s *Service) writeAssessment(f CaseFile, r *SignedRecord) error {
	if f.Record.Decision == DecisionRefused { // there is no finding, and nothing that was not looked at is said to be
		r.Decision, r.DecisionReason = f.Record.Decision, f.Record.DecisionReason
		return nil
	}
	for _, id := range f.Record.Checks {
		r.Checks = append(r.Checks, RecordLine{ID: id, Text: f.Rules.Choice(ListChecks, id)})
	}
	if shown := f.Shown(); shown != nil {
		r.Indication = string(shown.Suggestion)
	}
	for _, rule := range f.Rules.Outcomes() {
		id, finding := rule.ID, f.Findings[rule.ID]
		line := RecordFinding{
			Outcome: id, Name: rule.Name, Citation: rule.Citation, Suggested: f.Suggested(id),
			Conclusion: string(finding.Conclusion), Sources: finding.Sources, Reason: finding.Reason, Period: finding.Period, Blind: finding.Blind,
			ByName: finding.ByName, At: finding.At,
		}
		for i, account := range f.Accounts {
			rs, err := s.Library.Version(account.Ruleset)
			if err != nil {
				return fmt.Errorf("writing the findings of case %s: %w", f.Reference, err)
			}
			said := toldOn(rs, account.Answers, id)
			switch {
			case len(said) == 0:
			case i == 0:
				line.Said = said
			default:
				line.Others = append(line.Others, RecordSaid{i, said})
			}
		}
		r.Findings = append(r.Findings, line)
	}
	r.Impact = &RecordImpact{Significant: f.Impact.Significant, SignificantReason: f.Impact.SignificantReason}
	for _, p := range f.Points(f.Impact) {
		text, citation := f.Rules.Law(p.Law)
		r.Impact.Points = append(r.Impact.Points, RecordPoint{ID: p.ID, Text: text, Citation: citation, Value: p.Value, Reason: p.Reason})
	}
	for _, area := range f.Rules.Areas() {
		r.Impact.Areas = append(r.Impact.Areas, RecordLine{ID: area.ID, Text: area.Name, Value: f.Impact.Areas[area.ID], Citation: area.Citation})
	}
	if tested, complete := f.Tested(); complete {
		for _, c := range tested.Conditions {
			text, _ := f.Rules.Law(c.ID)
			r.Conditions = append(r.Conditions, RecordLine{ID: c.ID, Text: text, Value: c.Value, Citation: c.Citation})
		}
	}
	r.Decision, r.DecisionReason = f.Record.Decision, f.Record.DecisionReason
	r.Advice, r.Considered19 = f.Record.Advice, f.Record.Considered19
	return nil
}

// HashRecord is the SHA-256 of a record's bytes in hex, as printed on it.
func HashRecord(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// ReadRecord returns what a determination says, and refuses one whose bytes are not those that were signed.
func ReadRecord(d care.Determination) (SignedRecord, error) {
	var r SignedRecord
	if HashRecord(d.Body) != d.Hash {
		return r, fmt.Errorf("record %s: its text does not match the hash it was signed with", d.ID)
	}
	if err := json.Unmarshal(d.Body, &r); err != nil {
		return r, fmt.Errorf("reading record %s: %w", d.ID, err)
	}
	return r, nil
}
