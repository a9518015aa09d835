package eligibility

import (
	"encoding/json"
	"slices"
	"testing"

	"threshold/internal/care"
	"threshold/rules"
)

// This file is a second coding of the rules, written straight from SI 2015/313 reg 2 (adults) and reg 3 (carers) in plain
// Go with no use of the engine or of ruleset.yaml. Tests hold the two against each other: a mistake would have to be made
// twice.

// A refLaw is what tells the two regulations apart. Both say: every gate, enough of the circumstances, and a significant
// impact on well-being.
type refLaw struct {
	kind                         string
	gates                        []string // yes or no questions that must all hold
	outcomes, limbs, mayNotApply []string
	cause                        string // besides mixed, the cause that counts
	health                       bool   // health is one circumstance more, beside the outcomes
	need                         int    // how many circumstances are enough
	facts                        int    // how many can be undecided
}

var (
	refAdult = &refLaw{
		kind: "adult-needs", gates: []string{"impairment"}, cause: "impairment", need: 2,
		outcomes:    []string{"nutrition", "hygiene", "toilet", "clothing", "home_safety", "home_upkeep", "relationships", "work_learning", "community", "caring_for_child"},
		limbs:       []string{"assistance", "distress", "danger", "time"},
		mayNotApply: []string{"work_learning", "caring_for_child"},
		facts:       61,
	}
	refCarer = &refLaw{
		kind: "carer-support", gates: []string{"is_carer", "necessary_care"}, cause: "caring", health: true, need: 1,
		outcomes:    []string{"child", "others", "home", "nutrition", "relationships", "work", "community", "recreation"},
		limbs:       []string{"assistance", "distress", "danger"},
		mayNotApply: []string{"child", "others", "work"},
		facts:       45,
	}
	refAreas = []string{"dignity", "health", "protection", "control", "activity", "social", "family", "home", "contribution"}
)

// bothLaws runs a proof on the adult's and the carer's rules.
func bothLaws(t *testing.T, proof func(t *testing.T, law *refLaw, rs *Ruleset)) {
	t.Helper()
	for _, law := range []*refLaw{refAdult, refCarer} {
		t.Run(law.kind, func(t *testing.T) { proof(t, law, rulesOf(t, law.kind)) })
	}
}

// tri is -1 false, 0 unknown, 1 true.
type tri int

type refOutcome struct {
	Assistance     string   `json:"assistance,omitempty"`
	Distress       string   `json:"distress,omitempty"`
	Danger         string   `json:"danger,omitempty"`
	Time           string   `json:"time,omitempty"`
	Cause          string   `json:"cause,omitempty"`
	Frequency      string   `json:"frequency,omitempty"`
	Applies        string   `json:"applies,omitempty"`
	AccountsDiffer *bool    `json:"accounts_differ,omitempty"`
	Help           []string `json:"help,omitempty"`
}

type refFacts struct {
	law           *refLaw
	Impairment    string                `json:"impairment,omitempty"`
	IsCarer       string                `json:"is_carer,omitempty"`
	NecessaryCare string                `json:"necessary_care,omitempty"`
	Health        string                `json:"health,omitempty"`
	Outcomes      map[string]refOutcome `json:"outcomes,omitempty"`
	Wellbeing     refWellbeing          `json:"wellbeing"`
}

func (f *refFacts) gate(id string) *string {
	return map[string]*string{"impairment": &f.Impairment, "is_carer": &f.IsCarer, "necessary_care": &f.NecessaryCare}[id]
}

// gates is the least of the yes or no questions.
func (f refFacts) gates() tri {
	out := tri(1)
	for _, id := range f.law.gates {
		out = min(out, yesNo(*f.gate(id)))
	}
	return out
}

type refWellbeing struct {
	Overall string            `json:"overall,omitempty"`
	Areas   map[string]string `json:"areas,omitempty"`
}

func (o refOutcome) limb(id string) string {
	switch id {
	case "assistance":
		return o.Assistance
	case "distress":
		return o.Distress
	case "danger":
		return o.Danger
	}
	return o.Time
}

func (o refOutcome) limbYes() bool {
	return o.Assistance == "yes" || o.Distress == "yes" || o.Danger == "yes" || o.Time == "yes"
}

func (o refOutcome) helps(who string) bool { return slices.Contains(o.Help, who) }

func yesNo(s string) tri {
	switch s {
	case "yes":
		return 1
	case "no":
		return -1
	}
	return 0
}

func (o refOutcome) unable(law *refLaw) tri {
	if o.AccountsDiffer != nil && *o.AccountsDiffer {
		return 0
	}
	limbs := max(yesNo(o.Assistance), yesNo(o.Distress), yesNo(o.Danger))
	if law == refAdult { // reg 2(3)(d) has no counterpart in reg 3(3)
		limbs = max(limbs, yesNo(o.Time))
	}
	cause := tri(0)
	switch o.Cause {
	case law.cause, "mixed":
		cause = 1
	case "other":
		cause = -1
	}
	often := tri(1)
	if o.Frequency == "rarely" || o.Frequency == "past" {
		often = 0
	}
	part := tri(1)
	if o.Applies == "no" {
		part = -1
	}
	return min(limbs, cause, often, part)
}

// refEnough says whether as many as are needed are true, or still could be.
func refEnough(need, yes, perhaps int) tri {
	if yes >= need {
		return 1
	}
	if yes+perhaps < need {
		return -1
	}
	return 0
}

// refEnoughOf is refEnough over a list, such as two of ten outcomes, or one of health and eight.
func refEnoughOf(need int, list []tri) tri {
	yes, perhaps := 0, 0
	for _, u := range list {
		if u == 1 {
			yes++
		}
		if u == 0 {
			perhaps++
		}
	}
	return refEnough(need, yes, perhaps)
}

// healthSuffers is reg 3(2)(a): the carer's health is, or is at risk of, deteriorating.
func healthSuffers(s string) tri {
	switch s {
	case "deteriorating", "at_risk":
		return 1
	case "no":
		return -1
	}
	return 0
}

func (w refWellbeing) impact() tri {
	out := yesNo(w.Overall)
	for _, a := range refAreas {
		switch w.Areas[a] {
		case "big":
			return 1
		case "none", "little":
		default:
			out = max(out, 0)
		}
	}
	return out
}

func (f refFacts) unables() []tri {
	out := make([]tri, len(f.law.outcomes))
	for i, id := range f.law.outcomes {
		out[i] = f.Outcomes[id].unable(f.law)
	}
	return out
}

func (f refFacts) circumstances() tri {
	list := f.unables()
	if f.law.health {
		list = append(list, healthSuffers(f.Health))
	}
	return refEnoughOf(f.law.need, list)
}

func (f refFacts) indication() tri {
	return min(f.gates(), f.circumstances(), f.Wellbeing.impact())
}

func refWord(t tri) string { return [3]string{"likely_not_met", "cannot_tell", "likely_met"}[t+1] }

// refUndecided works the undecided facts out by reasoning over values instead of sets of pairs: for one fact, every
// other branch is put where it lets the most through. Because each rule grows with each fact, a fact can change the
// indication exactly if it does so when the others are as helpful as they can be: the other conditions as true as
// possible, and the other circumstances one short of enough where that can be had.
func (f refFacts) undecided() []string {
	out := []string{}
	open := func(s string) bool { return s == "" || s == "not_sure" }
	canBe := func(s string, yes, no bool) (lo, hi tri) { // a fact's least and greatest value
		if open(s) {
			return -1, 1
		}
		if yes {
			return 1, 1
		}
		if no {
			return -1, -1
		}
		return 0, 0
	}
	gatesHi := func(skip string) tri {
		out := tri(1)
		for _, id := range f.law.gates {
			if id == skip {
				continue
			}
			s := *f.gate(id)
			_, hi := canBe(s, s == "yes", s == "no")
			out = min(out, hi)
		}
		return out
	}
	type rng struct{ lo, hi tri }
	limbRng := func(o refOutcome, skip string) rng {
		r := rng{-1, -1}
		for _, l := range f.law.limbs {
			if l == skip {
				continue
			}
			v := o.limb(l)
			lo, hi := canBe(v, v == "yes", v == "no")
			r = rng{max(r.lo, lo), max(r.hi, hi)}
		}
		return r
	}
	fixed := func(o refOutcome) tri {
		t := tri(1)
		if o.Frequency == "rarely" || o.Frequency == "past" {
			t = 0
		}
		if o.Applies == "no" {
			t = -1
		}
		return t
	}
	causeRng := func(o refOutcome) rng {
		lo, hi := canBe(o.Cause, o.Cause == f.law.cause || o.Cause == "mixed", o.Cause == "other")
		return rng{lo, hi}
	}
	differs := func(o refOutcome) bool { return o.AccountsDiffer != nil && *o.AccountsDiffer }
	outRng := func(o refOutcome) rng {
		if differs(o) {
			return rng{0, 0}
		}
		l, c, x := limbRng(o, ""), causeRng(o), fixed(o)
		return rng{min(l.lo, c.lo, x), min(l.hi, c.hi, x)}
	}
	wellRng := func(skip string) rng {
		r := rng{-1, -1}
		if skip != "overall" {
			lo, hi := canBe(f.Wellbeing.Overall, f.Wellbeing.Overall == "yes", f.Wellbeing.Overall == "no")
			r = rng{lo, hi}
		}
		for _, a := range refAreas {
			if a == skip {
				continue
			}
			v := f.Wellbeing.Areas[a]
			lo, hi := canBe(v, v == "big", v == "none" || v == "little")
			r = rng{max(r.lo, lo), max(r.hi, hi)}
		}
		return r
	}
	var ranges []rng
	var halfWay []bool // whether it can still be unknown when all that is open in it has been answered
	for _, id := range f.law.outcomes {
		ranges = append(ranges, outRng(f.Outcomes[id]))
		halfWay = append(halfWay, refCanBeOpen(f.Outcomes[id]))
	}
	if f.law.health {
		lo, hi := canBe(f.Health, healthSuffers(f.Health) > 0, f.Health == "no")
		ranges, halfWay = append(ranges, rng{lo, hi}), append(halfWay, false)
	}
	countHi := func() tri {
		var ts []tri
		for _, r := range ranges {
			ts = append(ts, r.hi)
		}
		return refEnoughOf(f.law.need, ts)
	}()
	well := wellRng("")
	for _, id := range f.law.gates {
		if open(*f.gate(id)) && min(gatesHi(id), countHi, well.hi) > -1 {
			out = append(out, id)
		}
	}
	// A circumstance that goes from lo to hi changes the indication when some state of the others lets it, and the other
	// conditions do not hide it. Every reachable value of the others lies between their least and greatest, and each can
	// be moved alone, so their state is walked as counts of what holds and what is unknown.
	matters := func(k int, lo, hi tri) bool {
		if lo == hi {
			return false
		}
		type state struct{ yes, perhaps int }
		states := map[state]bool{{0, 0}: true}
		for j, r := range ranges {
			if j == k {
				continue
			}
			next := map[state]bool{}
			for s := range states {
				for v := r.lo; v <= r.hi; v++ {
					if v == 0 && r.lo < 0 && !halfWay[j] {
						continue // a completion never stops half-way when nothing in it is for a person to weigh
					}
					if v == 1 {
						next[state{s.yes + 1, s.perhaps}] = true
					} else if v == 0 {
						next[state{s.yes, s.perhaps + 1}] = true
					} else {
						next[s] = true
					}
				}
			}
			states = next
		}
		for s := range states {
			value := func(v tri) tri {
				y, p := s.yes, s.perhaps
				if v == 1 {
					y++
				} else if v == 0 {
					p++
				}
				return refEnough(f.law.need, y, p)
			}
			if rest := min(gatesHi(""), well.hi); min(value(lo), rest) != min(value(hi), rest) {
				return true
			}
		}
		return false
	}
	if f.law.health && open(f.Health) && matters(len(ranges)-1, -1, 1) {
		out = append(out, "health")
	}
	for k, id := range f.law.outcomes {
		o := f.Outcomes[id]
		c, x := causeRng(o), fixed(o)
		for _, l := range f.law.limbs {
			if !open(o.limb(l)) || differs(o) {
				continue
			}
			// The other limbs must not have made it true already; cause and the rest as true as they can be.
			others := limbRng(o, l)
			if top := min(c.hi, x); matters(k, min(max(-1, others.lo), top), min(1, top)) {
				out = append(out, "outcomes."+id+"."+l)
			}
		}
		if l := limbRng(o, ""); open(o.Cause) && !differs(o) && matters(k, -1, min(l.hi, x)) {
			out = append(out, "outcomes."+id+".cause")
		}
	}
	top := min(gatesHi(""), countHi)
	hidden := func(skip string) bool { // what the rest of the OR cannot go below hides a no
		return min(top, wellRng(skip).lo) == min(top, 1)
	}
	if open(f.Wellbeing.Overall) && !hidden("overall") {
		out = append(out, "wellbeing.overall")
	}
	for _, a := range refAreas {
		if open(f.Wellbeing.Areas[a]) && !hidden(a) {
			out = append(out, "wellbeing.areas."+a)
		}
	}
	return out
}

// refCanBeOpen says whether an outcome can still be unknown when all that is open in it has been answered.
func refCanBeOpen(o refOutcome) bool {
	return o.Frequency == "rarely" || o.Frequency == "past" || (o.AccountsDiffer != nil && *o.AccountsDiffer)
}

func (f refFacts) judgement() []string {
	out := []string{}
	for _, id := range f.law.outcomes {
		o := f.Outcomes[id]
		if o.unable(f.law) != 0 {
			continue
		}
		if o.Frequency == "rarely" || o.Frequency == "past" {
			out = append(out, "outcomes."+id+".frequency")
		}
		if o.AccountsDiffer != nil && *o.AccountsDiffer {
			out = append(out, "outcomes."+id+".accounts_differ")
		}
	}
	if f.Wellbeing.impact() == 0 {
		for _, a := range refAreas {
			if f.Wellbeing.Areas[a] == "some" {
				out = append(out, "wellbeing.areas."+a)
			}
		}
	}
	return out
}

func (f refFacts) prompts(undecided []string) []string {
	ind := f.indication()
	unables := f.unables()
	n, unknown := 0, 0
	for _, u := range unables {
		if u == 1 {
			n++
		}
		if u == 0 {
			unknown++
		}
	}
	some := 0
	for _, v := range f.Wellbeing.Areas {
		if v == "some" {
			some++
		}
	}
	any := func(test func(id string, o refOutcome) bool) bool {
		for _, id := range f.law.outcomes {
			if test(id, f.Outcomes[id]) {
				return true
			}
		}
		return false
	}
	family := any(func(_ string, o refOutcome) bool { return o.helps("family") })
	adult, carer := f.law == refAdult, f.law == refCarer
	out := []string{}
	add := func(when bool, ids ...string) {
		if when {
			out = append(out, ids...)
		}
	}
	add(adult, "duty_to_assess_s9", "written_record_s13_2")
	add(carer, "duty_to_assess_s10", "written_record_s13_2", "cared_for_assessment_offer_s9")
	add(ind == 0 && len(undecided) > 0, "ask_again")
	add(ind == 0 && len(f.judgement()) > 0, "professional_judgement")
	add(ind == -1, "advice_s13_5", "prevention_s2")
	add(ind == -1 || any(func(_ string, o refOutcome) bool { return o.limbYes() && (o.Cause == "mixed" || o.Cause == "other") }), "information_s4")
	add(adult && ind == -1 && n == 1, "power_s19_1", "check_related_outcomes")
	add(adult && any(func(id string, o refOutcome) bool {
		return (id == "home_safety" || id == "home_upkeep") && o.limbYes() && o.Cause == "other"
	}), "housing_s23")
	add(any(func(_ string, o refOutcome) bool {
		return o.limbYes() && (o.Frequency == "some_days" || o.Frequency == "rarely" || o.Frequency == "past")
	}), "fluctuating")
	add(f.Wellbeing.impact() == 0 && some >= 2, "cumulative_impact")
	add(adult && family, "carer_blind", "carer_assessment_offer_s10")
	add(adult && f.Impairment == "yes" && n == 0 && any(func(_ string, o refOutcome) bool { return o.helps("equipment") }), "equipment_review")
	add(adult && f.Impairment == "not_sure", "health_referral_suggest")
	add(ind == 1 && unknown > 0, "partial_but_decisive")
	add(!any(func(_ string, o refOutcome) bool {
		return o.Assistance+o.Distress+o.Danger+o.Time != "" || o.Applies == "no"
	}), "nothing_answered")
	add(any(func(_ string, o refOutcome) bool { return o.Danger == "yes" }), "urgent_triage")
	add(any(func(_ string, o refOutcome) bool { return o.helps("child") }), "young_carer_reg4")
	add(carer && ind == 1, "carer_duty_s20")
	add(carer && f.IsCarer == "no", "not_a_carer_s10_9")
	add(carer && any(func(_ string, o refOutcome) bool { return o.limbYes() && o.Cause == "other" }), "adult_assessment_offer_s9")
	return out
}

// compare holds everything the engine says about facts against the second coding. It returns "" when they agree.
func (f refFacts) compare(ind care.Indication) string {
	if got, want := string(ind.Suggestion), refWord(f.indication()); got != want {
		return "indication " + got + ", want " + want
	}
	var conditions []tri
	for _, id := range f.law.gates {
		conditions = append(conditions, yesNo(*f.gate(id)))
	}
	conditions = append(conditions, f.circumstances(), f.Wellbeing.impact())
	if len(ind.Conditions) != len(conditions) || len(ind.Outcomes) != len(f.law.outcomes) {
		return "another number of conditions or outcomes"
	}
	for i, want := range conditions {
		if got := ind.Conditions[i].Value; got != [3]string{"not_met", "unknown", "met"}[want+1] {
			return "condition " + ind.Conditions[i].ID + " " + got
		}
	}
	for i, want := range f.unables() {
		o := ind.Outcomes[i]
		if o.ID != f.law.outcomes[i] || o.Value != [3]string{"able", "unknown", "unable"}[want+1] {
			return "outcome " + o.ID + " " + o.Value
		}
		limbs := []string{}
		for _, l := range f.law.limbs {
			if f.Outcomes[o.ID].limb(l) == "yes" {
				limbs = append(limbs, l)
			}
		}
		if !slices.Equal(o.Limbs, limbs) {
			return "limbs of " + o.ID
		}
	}
	undecided := f.undecided()
	for _, l := range []struct {
		what      string
		got, want []string
	}{
		{"undecided", ind.Undecided, undecided},
		{"judgement", ind.Judgement, f.judgement()},
		{"prompts", promptIDs(ind.Prompts), f.prompts(undecided)},
	} {
		if !slices.Equal(l.got, l.want) {
			got, _ := json.Marshal(l.got)
			want, _ := json.Marshal(l.want)
			return l.what + " " + string(got) + "\nwant " + string(want)
		}
	}
	return ""
}

// adultRules is rulesOf for the adult's.
func adultRules(t testing.TB) *Ruleset {
	t.Helper()
	return rulesOf(t, refAdult.kind)
}

// rulesOf loads the rules of a kind alone: what is proven here does not hang on its questions.
func rulesOf(t testing.TB, kind string) *Ruleset {
	t.Helper()
	rs := &Ruleset{}
	if ps := loadRules(rules.FS, kind+"/2015-04-01", rs); len(ps) > 0 {
		t.Fatal(ps)
	}
	return rs
}
