package casework

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"threshold/internal/care"
)

// A Blocker is one thing that must be done before a record can be signed, and where.
type Blocker struct {
	Code    string // names the sentence, "staff.blocker." in the content
	Page    string // of the case: "" for the summary, answers, impact, record
	Field   string // id of the field on that page
	Subject string // the outcome, check or condition it is about, or ""
}

// Blockers lists what stands between a case and its signature, in the order of the pages. It is the policy of signing,
// and all of it: Sign succeeds exactly when the list is empty.
func Blockers(f CaseFile) []Blocker {
	var out []Blocker
	add := func(code, page, field, subject string) { out = append(out, Blocker{code, page, field, subject}) }

	// A self-assessment is carried out jointly (SI 2014/2827 reg 2(1)): somebody spoke with the person, or says why not.
	if !f.Contacted() && !enough(f.Record.NoContactReason) {
		add("contact", "", "contact", "")
	}
	if !f.Assessed() {
		if !enough(f.Record.NextSteps) {
			add("done", "record", "next_steps", "")
		}
		return out
	}

	for _, id := range f.OutcomeIDs() {
		finding, field := f.Findings[id], "finding-"+id
		switch finding.Conclusion {
		case "":
			add("finding", "answers", field, id)
			continue
		case care.NeedMore:
			add("need_more", "answers", field, id)
			continue
		}
		finding.Outcome = id
		for _, p := range f.checkFinding(finding).problems {
			add("finding_"+p.Field, "answers", field, id)
		}
	}

	areas := 0
	for _, id := range f.AreaIDs() {
		if f.Impact.Areas[id] == "" {
			if areas++; areas == 1 {
				add("areas", "impact", "area-"+id, "") // s.9(4)(a): the assessment covers the whole list of s.1(2)
			}
		}
	}
	if f.Impact.Significant == "" || !enough(f.Impact.SignificantReason) {
		add("significant", "impact", "significant", "")
	}
	if f.Impact.Cause == "" || !enough(f.Impact.CauseReason) {
		add("cause", "impact", "cause", "")
	}

	for _, check := range choiceIDs(f.Rules, ListChecks) {
		if !slices.Contains(f.Record.Checks, check) {
			add("check", "record", "checks-"+check, check)
		}
	}
	out = append(out, decisionBlockers(f)...)
	return out
}

// decisionBlockers holds the decision against the findings and asks for what each decision owes.
func decisionBlockers(f CaseFile) []Blocker {
	var out []Blocker
	add := func(code, field, subject string) { out = append(out, Blocker{code, "record", field, subject}) }
	switch f.Record.Decision {
	case DecisionEligible, DecisionNotEligible:
	default:
		add("decision", "decision", "")
		return out
	}
	// While findings are missing their test says nothing yet; the missing ones are blockers themselves.
	if tested, complete := f.Tested(); complete {
		unmet := 0
		for _, condition := range tested.Conditions {
			if condition.Value != care.ConditionMet {
				unmet++
				if f.Record.Decision == DecisionEligible {
					add("decision_unmet", "decision", condition.ID)
				}
			}
		}
		if unmet == 0 && f.Record.Decision == DecisionNotEligible {
			add("decision_all_met", "decision", "")
		}
	}
	if !enough(f.Record.DecisionReason) {
		add("decision_reason", "decision_reason", "") // s.13(2)
	}
	if f.Record.Decision == DecisionNotEligible {
		if !enough(f.Record.Advice) {
			add("advice", "advice", "") // s.13(5)
		}
		if f.Record.Considered19 == "" {
			add("considered", "considered", "") // s.19(1)
		}
	}
	if f.Record.Decision == DecisionEligible && !enough(f.Record.NextSteps) {
		add("next_steps", "next_steps", "") // s.13(3)
	}
	return out
}

// Tested puts the practitioner's findings through the same ruleset as the person's answers: the criteria are written down
// once, as data, and a decision is held against them and not against a second copy. complete is false while a finding
// or a condition is still open.
func (f CaseFile) Tested() (tested care.Indication, complete bool) {
	facts := f.Rules.NewFacts()
	set := func(path, value string) {
		if err := facts.Set(path, value); err != nil {
			panic(fmt.Sprintf("ruleset %s does not know its own fact: %v", f.Rules.ID(), err))
		}
	}
	limbs := f.Rules.Lists()["limb"]
	for _, id := range f.OutcomeIDs() {
		switch f.Findings[id].Conclusion {
		case care.ConcludesUnable: // by which limb is in the reason; to the criteria any one is enough, reg 2(3)
			set("outcomes."+id+"."+limbs[0], "yes")
			set("outcomes."+id+".cause", "impairment")
		case care.ConcludesAble:
			for _, limb := range limbs {
				set("outcomes."+id+"."+limb, "no")
			}
		default:
			return tested, false
		}
	}
	if f.Impact.Cause == "" || f.Impact.Significant == "" {
		return tested, false
	}
	set("impairment", f.Impact.Cause)
	set("wellbeing.overall", f.Impact.Significant)
	if f.Impact.Significant == "no" {
		for _, id := range f.AreaIDs() { // the judgement on the whole was made: no area is left to overrule it
			set("wellbeing.areas."+id, "none")
		}
	}
	return f.Rules.Indicate(facts), true
}

// Seen is a fingerprint of all working papers as they were read. A form to sign carries it, so that nobody signs what a
// colleague changed a moment ago.
func (f CaseFile) Seen() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f.versions)) {
		fmt.Fprintf(h, "%s=%d\n", name, f.versions[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
