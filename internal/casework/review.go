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
	if f.Unsettled() != "" { // s.11(1): an assessment that the person may not want is not decided over their head
		add("withdrawal", "", "withdrawal", "")
	}
	if f.Short() {
		if !enough(f.Record.NextSteps) {
			add("done", "record", "next_steps", "")
		}
		return append(out, secondBlockers(f)...)
	}

	if f.Record.Decision == DecisionRefused { // there is no assessment to look for findings in
		return append(append(out, refusalBlockers(f)...), secondBlockers(f)...)
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
				add("areas", "impact", "area-"+id, "") // s.9(4)(a), s.10(5)(c): the assessment covers the whole list of s.1(2)
			}
		}
	}
	if f.Impact.Significant == "" || !enough(f.Impact.SignificantReason) {
		add("significant", "impact", "significant", "")
	}
	for _, p := range f.Points(f.Impact) {
		if p.Value == "" || !enough(p.Reason) {
			add(p.ID, "impact", p.ID, "")
		}
	}

	for _, check := range choiceIDs(f.Rules, ListChecks) {
		if !slices.Contains(f.Record.Checks, check) {
			add("check", "record", "checks-"+check, check)
		}
	}
	out = append(out, makingBlockers(f)...)
	out = append(out, decisionBlockers(f)...)
	out = append(out, sharingBlockers(f)...)
	return append(out, secondBlockers(f)...)
}

// decisionBlockers holds the decision against the findings and asks for what each decision owes.
func decisionBlockers(f CaseFile) []Blocker {
	var out []Blocker
	add := func(code, field, subject string) { out = append(out, Blocker{code, "record", field, subject}) }
	if !endsEligible(f.Record.Decision) && f.Record.Decision != DecisionNotEligible {
		add("decision", "decision", "")
		return out
	}
	// While findings are missing their test says nothing yet; the missing ones are blockers themselves.
	if tested, complete := f.Tested(); complete {
		unmet := 0
		for _, condition := range tested.Conditions {
			if condition.Value != care.ConditionMet {
				unmet++
				if endsEligible(f.Record.Decision) {
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
	return append(out, endBlockers(f)...)
}

// A Point is a condition of the criteria beside the outcomes and well-being: the practitioner answers it with yes or no and
// says why.
type Point struct {
	ID            string // of its field; the reason's field is ID + "_reason"
	Fact          string // of the ruleset, which the answer settles
	Law           string // key of its words in the law's terms (Ruleset.Law)
	Value, Reason string // yes, no or ""
}

// Points lists those of the case's ruleset, in the order of the regulation, as they are answered in impact: of an adult
// where the needs come from, of a carer that they are one, that the care is necessary, and their health.
func (f CaseFile) Points(impact care.Impact) []Point {
	all := []Point{
		{"carer", "is_carer", "carer", impact.Carer, impact.CarerReason},
		{"cause", "impairment", "impairment", impact.Cause, impact.CauseReason},
		{"cause", "necessary_care", "necessary_care", impact.Cause, impact.CauseReason},
		{"health", "health", "health", impact.Health, impact.HealthReason},
	}
	return slices.DeleteFunc(all, func(p Point) bool { return f.Rules.FactOptions(p.Fact) == nil })
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
		case care.ConcludesUnable: // by which limb is in the reason; to the criteria any one is enough, reg 2(3), 3(3)
			set("outcomes."+id+"."+limbs[0], "yes")
			cause := "outcomes." + id + ".cause"
			set(cause, f.Rules.FactOptions(cause)[0]) // the one that the criteria are about
		case care.ConcludesAble:
			for _, limb := range limbs {
				set("outcomes."+id+"."+limb, "no")
			}
		default:
			return tested, false
		}
	}
	if f.Impact.Significant == "" {
		return tested, false
	}
	for _, p := range f.Points(f.Impact) {
		switch p.Value {
		case "yes":
			set(p.Fact, f.Rules.FactOptions(p.Fact)[0]) // what holds stands first: yes, or health that is deteriorating
		case "no":
			set(p.Fact, "no")
		default:
			return tested, false
		}
	}
	set("wellbeing.overall", f.Impact.Significant)
	if f.Impact.Significant == "no" {
		for _, id := range f.AreaIDs() { // the judgement on the whole was made: no area is left to overrule it
			set("wellbeing.areas."+id, "none")
		}
	}
	return f.Rules.Indicate(facts), true
}

// Seen is a fingerprint of all working papers, and of what was added to the case, as they were read. A form to sign carries
// it, so that nobody signs over what a colleague changed or the person told a moment ago.
func (f CaseFile) Seen() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f.versions)) {
		fmt.Fprintf(h, "%s=%d\n", name, f.versions[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
