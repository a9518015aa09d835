package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"threshold/internal/care"
)

// A SignedRecord is the written record of an assessment and its determination (Care Act 2014 ss.12(3), 13(2)), complete
// in itself: it can be read in many years without the ruleset or the wording of today. It holds no answer to the private
// questions, since the person gets a copy and others may see it.
type SignedRecord struct {
	Format    string    `json:"format"` // "threshold-record/1"
	Reference string    `json:"reference"`
	Council   string    `json:"council"`
	Kind      string    `json:"kind"`
	Ruleset   string    `json:"ruleset"`
	Version   int       `json:"version"`
	SentAt    time.Time `json:"sent_at"`

	Person   RecordPerson    `json:"person"`
	Contacts []RecordContact `json:"contacts"`
	// NoContactReason is given when nobody spoke with the person.
	NoContactReason string          `json:"no_contact_reason,omitempty"`
	Checks          []RecordLine    `json:"checks,omitempty"`
	Indication      string          `json:"indication,omitempty"` // what the rules suggested: likely_met, likely_not_met, cannot_tell
	Findings        []RecordFinding `json:"findings,omitempty"`
	Impact          *RecordImpact   `json:"impact,omitempty"`
	Conditions      []RecordLine    `json:"conditions,omitempty"` // the conditions of the criteria, tested on the findings

	Decision       string       `json:"decision"` // eligible, not_eligible, closed
	DecisionReason string       `json:"decision_reason,omitempty"`
	Advice         string       `json:"advice,omitempty"`           // s.13(5)
	Considered19   string       `json:"considered_s19_1,omitempty"` // will_meet, will_not_meet
	NextSteps      string       `json:"next_steps,omitempty"`
	SignedBy       RecordSigner `json:"signed_by"`
	SignedAt       time.Time    `json:"signed_at"`
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
	Said       []RecordTold `json:"said,omitempty"`
	Suggested  string       `json:"suggested"`
	Conclusion string       `json:"conclusion"`
	Sources    []string     `json:"sources"`
	Reason     string       `json:"reason,omitempty"`
	Period     string       `json:"period,omitempty"`
	ByName     string       `json:"by_name"`
	At         time.Time    `json:"at"`
}

// RecordTold is a question with what was answered.
type RecordTold struct {
	Question string   `json:"question"`
	Answers  []string `json:"answers"`
}

// RecordImpact is the view on well-being and on the cause.
type RecordImpact struct {
	Areas             []RecordLine `json:"areas"`
	Significant       string       `json:"significant"`
	SignificantReason string       `json:"significant_reason"`
	Cause             string       `json:"cause"`
	CauseReason       string       `json:"cause_reason"`
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
	if err := authorise(actor, maySignRecord); err != nil {
		return care.Determination{}, err
	}
	for range 2 {
		f, err := s.open(ctx, actor, reference, "case.opened-to-change", "sign")
		if err != nil {
			return care.Determination{}, err
		}
		if d, ok := f.LastDetermination(); ok && f.Status == care.StatusSigned {
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
		d, err := s.determine(f, p)
		if err != nil {
			return care.Determination{}, err
		}
		err = s.Store.SignCase(ctx, actor.Council, d, f.versions, s.event(actor, "record.signed", f.ID, d.Decision))
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

// determine writes the record of a case that has no blocker.
func (s *Service) determine(f CaseFile, p care.Practitioner) (care.Determination, error) {
	now := s.Now().UTC()
	r := SignedRecord{
		Format: "threshold-record/1", Reference: f.Reference, Council: f.Council, Kind: string(f.Kind), Ruleset: f.Ruleset,
		Version: len(f.Determinations) + 1, SentAt: f.SentAt,
		Person:   RecordPerson{Name: f.Summary.Name, Born: f.Summary.Born},
		Contacts: []RecordContact{}, NoContactReason: f.Record.NoContactReason,
		Decision: DecisionClosed, NextSteps: f.Record.NextSteps,
		SignedBy: RecordSigner{p.ID, p.Name, p.Registration}, SignedAt: now,
	}
	if r.Person.Name == "" {
		r.Person.Name = f.Summary.CallMe
	}
	for _, c := range f.Contacts {
		r.Contacts = append(r.Contacts, RecordContact{c.On, c.How, c.SeenAlone, c.Advocate, c.ByName})
	}
	if f.Assessed() {
		f.writeAssessment(&r)
	}
	body, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return care.Determination{}, fmt.Errorf("writing the record of case %s: %w", f.Reference, err)
	}
	return care.Determination{
		ID: newID(), CaseID: f.ID, Version: r.Version, Decision: r.Decision, SignedBy: p.ID, ByName: p.Name, SignedAt: now,
		Body: body, Hash: HashRecord(body),
	}, nil
}

func (f CaseFile) writeAssessment(r *SignedRecord) {
	for _, id := range f.Record.Checks {
		r.Checks = append(r.Checks, RecordLine{ID: id, Text: f.Rules.Choice(ListChecks, id)})
	}
	if f.Indication != nil {
		r.Indication = string(f.Indication.Suggestion)
	}
	for _, rule := range f.Rules.Outcomes() {
		id, finding := rule.ID, f.Findings[rule.ID]
		line := RecordFinding{
			Outcome: id, Name: rule.Name, Citation: rule.Citation, Suggested: f.Suggested(id),
			Conclusion: string(finding.Conclusion), Sources: finding.Sources, Reason: finding.Reason, Period: finding.Period,
			ByName: finding.ByName, At: finding.At,
		}
		for _, row := range f.Rules.ToldOutcome(f.Answers, id, nil) {
			if row.Answered {
				line.Said = append(line.Said, RecordTold{row.Question, row.Answers})
			}
		}
		r.Findings = append(r.Findings, line)
	}
	r.Impact = &RecordImpact{
		Significant: f.Impact.Significant, SignificantReason: f.Impact.SignificantReason,
		Cause: f.Impact.Cause, CauseReason: f.Impact.CauseReason,
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
