package care

// A Suggestion is the one word of an indication. It is never the council's decision.
type Suggestion string

// The three suggestions. There is no fourth and none of them ends a journey: Care Act 2014 s.9(1) and (3) ask for an
// assessment whenever it appears that there may be needs, whatever their level.
const (
	LikelyMet    Suggestion = "likely_met"
	LikelyNotMet Suggestion = "likely_not_met"
	CannotTell   Suggestion = "cannot_tell"
)

// What the rules make of one condition of the regulation.
const (
	ConditionMet     = "met"
	ConditionNotMet  = "not_met"
	ConditionUnknown = "unknown"
)

// What the rules make of one outcome of the regulation.
const (
	OutcomeUnable  = "unable"
	OutcomeAble    = "able"
	OutcomeUnknown = "unknown"
)

// An Indication is what the rules suggest from a person's answers, with everything needed to see why. Its JSON is what
// the public interface answers and what is stored with a sent assessment, so that it can be replayed for ever. Lists
// are never nil once evaluated: they read [] in JSON.
type Indication struct {
	Ruleset    string          `json:"ruleset"` // version, such as "adult-needs@2015-04-01"
	Suggestion Suggestion      `json:"indication"`
	Conditions []Condition     `json:"conditions"` // in the order of the regulation
	Outcomes   []OutcomeResult `json:"outcomes"`   // all of them, in the order of the regulation
	Reasons    []Reason        `json:"reasons"`    // condition by condition
	// Undecided are the facts, as paths, whose answer could still change the suggestion.
	Undecided []string `json:"undecided"`
	// Judgement are facts that were answered and still leave something open. A person must weigh them.
	Judgement []string `json:"judgement"`
	Prompts   []Prompt `json:"prompts"`
}

// Prompted says whether the indication raises the prompt with this id.
func (i Indication) Prompted(id string) bool {
	for _, p := range i.Prompts {
		if p.ID == id {
			return true
		}
	}
	return false
}

// Outcome finds the result for one outcome by id.
func (i Indication) Outcome(id string) (OutcomeResult, bool) {
	for _, o := range i.Outcomes {
		if o.ID == id {
			return o, true
		}
	}
	return OutcomeResult{}, false
}

// A Condition is one of the cumulative conditions of SI 2015/313 reg 2(1) or reg 3(1), and its value.
type Condition struct {
	ID       string `json:"id"`
	Value    string `json:"value"` // met, not_met, unknown
	Citation string `json:"citation"`
}

// An OutcomeResult is what the rules make of one outcome of SI 2015/313 reg 2(2) or reg 3(2)(b).
type OutcomeResult struct {
	ID       string   `json:"id"`
	Value    string   `json:"value"` // unable, able, unknown
	Limbs    []string `json:"limbs"` // limbs of reg 2(3) or 3(3) answered yes, in that order
	Citation string   `json:"citation"`
}

// A Reason is a sentence in plain words, the provision it rests on, and the facts it comes from as paths.
type Reason struct {
	Text     string   `json:"text"`
	Citation string   `json:"citation"`
	Because  []string `json:"because"`
}

// A Prompt tells a practitioner, or the program that asked, about a duty or a caution that the facts raise.
type Prompt struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Citation string `json:"citation"`
}
