package eligibility

import (
	"encoding/json"
	"slices"
	"testing"

	"threshold/internal/care"
	"threshold/rules"
)

// This file is a second coding of the adult's rules, written straight from SI 2015/313 reg 2 in plain Go with no use of
// the engine or of ruleset.yaml. Tests hold the two against each other: a mistake would have to be made twice.

var (
	refOutcomes = []string{"nutrition", "hygiene", "toilet", "clothing", "home_safety", "home_upkeep", "relationships", "work_learning", "community", "caring_for_child"}
	refLimbs    = []string{"assistance", "distress", "danger", "time"}
	refAreas    = []string{"dignity", "health", "protection", "control", "activity", "social", "family", "home", "contribution"}
)

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
	Impairment string                `json:"impairment,omitempty"`
	Outcomes   map[string]refOutcome `json:"outcomes,omitempty"`
	Wellbeing  refWellbeing          `json:"wellbeing"`
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

func (o refOutcome) unable() tri {
	if o.AccountsDiffer != nil && *o.AccountsDiffer {
		return 0
	}
	limbs := max(yesNo(o.Assistance), yesNo(o.Distress), yesNo(o.Danger), yesNo(o.Time))
	cause := tri(0)
	switch o.Cause {
	case "impairment", "mixed":
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

func twoOf(outcomes []tri) tri {
	yes, perhaps := 0, 0
	for _, u := range outcomes {
		if u == 1 {
			yes++
		}
		if u == 0 {
			perhaps++
		}
	}
	if yes >= 2 {
		return 1
	}
	if yes+perhaps < 2 {
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
	out := make([]tri, len(refOutcomes))
	for i, id := range refOutcomes {
		out[i] = f.Outcomes[id].unable()
	}
	return out
}

func (f refFacts) indication() tri {
	return min(yesNo(f.Impairment), twoOf(f.unables()), f.Wellbeing.impact())
}

func refWord(t tri) string { return [3]string{"likely_not_met", "cannot_tell", "likely_met"}[t+1] }

// refUndecided works the undecided facts out by reasoning over values instead of sets of pairs: for one fact, every
// other branch is put where it lets the most through. Because each rule grows with each fact, a fact can change the
// indication exactly if it does so when the others are as helpful as they can be:
// condition a and c as true as possible, and the other outcomes with exactly one unable where that can be had.
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
	_, impHi := canBe(f.Impairment, f.Impairment == "yes", f.Impairment == "no")
	type rng struct{ lo, hi tri }
	limbRng := func(o refOutcome, skip string) rng {
		r := rng{-1, -1}
		for _, l := range refLimbs {
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
		lo, hi := canBe(o.Cause, o.Cause == "impairment" || o.Cause == "mixed", o.Cause == "other")
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
	for _, id := range refOutcomes {
		ranges = append(ranges, outRng(f.Outcomes[id]))
	}
	countHi := func() tri {
		var ts []tri
		for _, r := range ranges {
			ts = append(ts, r.hi)
		}
		return twoOf(ts)
	}()
	well := wellRng("")
	if open(f.Impairment) && min(countHi, well.hi) > -1 {
		out = append(out, "impairment")
	}
	// An outcome that goes from lo to hi changes the indication when some state of the nine others lets it, and the two
	// other conditions do not hide it. Every reachable value of the nine others lies between their least and greatest,
	// and each can be moved alone, so the state of the nine is walked as counts of unable and unknown.
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
					if v == 0 && r.lo < 0 && !refCanBeOpen(f.Outcomes[refOutcomes[j]]) {
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
				if y >= 2 {
					return 1
				}
				if y+p < 2 {
					return -1
				}
				return 0
			}
			if rest := min(impHi, well.hi); min(value(lo), rest) != min(value(hi), rest) {
				return true
			}
		}
		return false
	}
	for k, id := range refOutcomes {
		o := f.Outcomes[id]
		c, x := causeRng(o), fixed(o)
		for _, l := range refLimbs {
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
	top := min(impHi, countHi)
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
	for _, id := range refOutcomes {
		o := f.Outcomes[id]
		if o.unable() != 0 {
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
		for _, id := range refOutcomes {
			if test(id, f.Outcomes[id]) {
				return true
			}
		}
		return false
	}
	family := any(func(_ string, o refOutcome) bool { return o.helps("family") })
	out := []string{"duty_to_assess_s9", "written_record_s13_2"}
	add := func(when bool, ids ...string) {
		if when {
			out = append(out, ids...)
		}
	}
	add(ind == 0 && len(undecided) > 0, "ask_again")
	add(ind == 0 && len(f.judgement()) > 0, "professional_judgement")
	add(ind == -1, "advice_s13_5", "prevention_s2")
	add(ind == -1 || any(func(_ string, o refOutcome) bool { return o.limbYes() && (o.Cause == "mixed" || o.Cause == "other") }), "information_s4")
	add(ind == -1 && n == 1, "power_s19_1", "check_related_outcomes")
	add(any(func(id string, o refOutcome) bool {
		return (id == "home_safety" || id == "home_upkeep") && o.limbYes() && o.Cause == "other"
	}), "housing_s23")
	add(any(func(_ string, o refOutcome) bool {
		return o.limbYes() && (o.Frequency == "some_days" || o.Frequency == "rarely" || o.Frequency == "past")
	}), "fluctuating")
	add(f.Wellbeing.impact() == 0 && some >= 2, "cumulative_impact")
	add(family, "carer_blind", "carer_assessment_offer_s10")
	add(f.Impairment == "yes" && n == 0 && any(func(_ string, o refOutcome) bool { return o.helps("equipment") }), "equipment_review")
	add(f.Impairment == "not_sure", "health_referral_suggest")
	add(ind == 1 && unknown > 0, "partial_but_decisive")
	add(!any(func(_ string, o refOutcome) bool {
		return o.Assistance+o.Distress+o.Danger+o.Time != "" || o.Applies == "no"
	}), "nothing_answered")
	add(any(func(_ string, o refOutcome) bool { return o.Danger == "yes" }), "urgent_triage")
	add(any(func(_ string, o refOutcome) bool { return o.helps("child") }), "young_carer_reg4")
	return out
}

// compare holds everything the engine says about facts against the second coding. It returns "" when they agree.
func (f refFacts) compare(ind care.Indication) string {
	if got, want := string(ind.Suggestion), refWord(f.indication()); got != want {
		return "indication " + got + ", want " + want
	}
	conditions := []tri{yesNo(f.Impairment), twoOf(f.unables()), f.Wellbeing.impact()}
	for i, want := range conditions {
		if got := ind.Conditions[i].Value; got != [3]string{"not_met", "unknown", "met"}[want+1] {
			return "condition " + ind.Conditions[i].ID + " " + got
		}
	}
	for i, want := range f.unables() {
		o := ind.Outcomes[i]
		if o.ID != refOutcomes[i] || o.Value != [3]string{"able", "unknown", "unable"}[want+1] {
			return "outcome " + o.ID + " " + o.Value
		}
		limbs := []string{}
		for _, l := range refLimbs {
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

// adultRules loads the rules of the adult's version alone: what is proven here does not hang on its questions.
func adultRules(t testing.TB) *Ruleset {
	t.Helper()
	rs := &Ruleset{}
	if ps := loadRules(rules.FS, "adult-needs/2015-04-01", rs); len(ps) > 0 {
		t.Fatal(ps)
	}
	return rs
}
