package eligibility

import (
	"slices"
	"strings"

	"threshold/internal/care"
)

// The states of the result page.
const (
	StateLikely        = "likely"
	StateCannotTell    = "cannot_tell"
	StateUnlikely      = "unlikely"
	StateAlreadyHelped = "already_helped" // the review route: no indication is worked out or shown
	// Answers that are sent as something else than an assessment say so; see SentAs. Where the rules have words for each
	// suggestion about after 18, the state is after_18_likely, after_18_cannot_tell or after_18_unlikely.
	StateAfter18  = "after_18"
	StateConcern  = "concern"
	StateChildren = "children"
	StateContact  = "contact"
)

// resultStates are the states of the result page for what is not sent as an assessment.
var resultStates = map[care.CaseKind]string{
	care.KindTransition: StateAfter18, care.KindConcern: StateConcern, care.KindChildren: StateChildren, care.KindContact: StateContact,
}

// A Result is the page that tells a person what their answers suggest, in words. It never says a verdict, and sending
// is its main button in every state.
type Result struct {
	State   string
	H1      string
	Body    []string
	Why     []WhyLine // up to three
	ToAsk   []string  // what is not known yet, in everyday words, each topic once
	ToWeigh []string  // what a person must weigh, likewise
	// ToAskLine and ToWeighLine are the sentences with the lists in them; "" when the list is empty.
	ToAskLine, ToWeighLine string
	NotRead                string
	Now, Next              []string
	Money                  string
	Disagree               []string
	// Headings: why, unknown, send, now, next, disagree, law. Buttons: send, keep, stop, contact.
	Headings, Buttons map[string]string
}

// A WhyLine is one reason in plain words and the provision it rests on.
type WhyLine struct{ Text, Citation string }

// Result words the result page. ind is nil where none is worked out: on the review route, and where answers are sent as
// a concern, for children's services or as a request to be contacted. It is not read there.
func (j *Journey) Result(a care.Answers, ind *care.Indication, w Words) Result {
	v := j.view(a)
	w = v.named(w)
	words := v.j.words.Result
	r := Result{
		State: StateAlreadyHelped, NotRead: w.one(words.NotRead), Now: w.all(words.Now), Next: w.all(words.Next),
		Money: w.one(words.Money), Disagree: w.all(words.Disagree),
		Headings: map[string]string{}, Buttons: map[string]string{},
	}
	for k, s := range words.Headings {
		r.Headings[k] = w.one(s)
	}
	for k, s := range words.Buttons {
		r.Buttons[k] = w.one(s)
	}
	special := resultStates[j.SentAs(a)]
	suggests := ""
	switch {
	case special != "" && special != StateAfter18:
		r.State = special
	case ind == nil || j.Review(a):
	default:
		suggests = map[care.Suggestion]string{care.LikelyMet: StateLikely, care.LikelyNotMet: StateUnlikely}[ind.Suggestion]
		if suggests == "" {
			suggests = StateCannotTell
		}
		r.State = suggests
		if special == StateAfter18 {
			r.State = special
		}
	}
	state := words.States[r.State]
	if own := words.States[r.State+"_"+suggests]; own != nil {
		state, r.State = own, r.State+"_"+suggests
	}
	if state == nil { // the loader asks for words wherever a journey can come to a state
		state = &stateWords{}
	}
	r.H1, r.Body = w.one(state.H1), w.all(state.Body)
	if suggests == "" {
		return r
	}
	if suggests == StateCannotTell && ind.Prompted("nothing_answered") && len(state.BodyWhenNothingAnswered) > 0 {
		r.Body = w.all(state.BodyWhenNothingAnswered)
	}
	if told := w.one(state.Told[whyUnlikely(ind)]); suggests == StateUnlikely && told != "" {
		r.Body = append([]string{told}, r.Body...)
	}
	for _, x := range ind.Reasons {
		if len(r.Why) < 3 {
			r.Why = append(r.Why, WhyLine{x.Text, x.Citation})
		}
	}
	r.ToAsk, r.ToWeigh = v.topics(ind.Undecided, w), v.topics(ind.Judgement, w)
	r.ToAskLine = w.with(Words{"list": listed(r.ToAsk)}).one(words.ToAsk)
	r.ToWeighLine = w.with(Words{"list": listed(r.ToWeigh)}).one(words.ToWeigh)
	return r
}

// whyUnlikely says which part of the test was not reached: first what was told of outcomes, where that is a condition of
// its own, then the other conditions in their order, by id. Somebody who told of hard things that have another cause is
// not told that they told of none.
func whyUnlikely(ind *care.Indication) string {
	first := ""
	for _, c := range ind.Conditions {
		if c.Value == care.ConditionNotMet && (first == "" || c.ID == conditionOutcomes) {
			first = c.ID
		}
	}
	if first != conditionOutcomes {
		return first
	}
	unable, unlinked := 0, false
	for _, o := range ind.Outcomes {
		if o.Value == care.OutcomeUnable {
			unable++
		} else if len(o.Limbs) > 0 {
			unlinked = true
		}
	}
	switch {
	case unable == 0 && unlinked:
		return "not_linked"
	case unable == 0:
		return "outcomes_none"
	case unlinked:
		return "one_linked"
	}
	return "outcomes_one"
}

// conditionOutcomes is the condition on the number of outcomes, SI 2015/313 reg 2(1)(b).
const conditionOutcomes = "outcomes"

// topics turns paths of facts into everyday words, each once: all that is open about eating is "eating and drinking".
func (v *view) topics(paths []string, w Words) []string {
	var out []string
	for _, p := range paths {
		head, rest, _ := strings.Cut(p, ".")
		topic := v.j.words.Result.Topics[head]
		if head == "outcomes" {
			id, _, _ := strings.Cut(rest, ".")
			if o := v.j.words.Outcomes[id]; o != nil {
				topic = o.About
			}
		}
		topic = w.one(topic)
		if topic != "" && !slices.Contains(out, topic) {
			out = append(out, topic)
		}
	}
	return out
}

// listed joins words as a sentence does; semicolons where an item has a comma of its own.
func listed(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	comma := ", "
	if slices.ContainsFunc(items, func(s string) bool { return strings.Contains(s, ",") }) {
		comma = "; "
	}
	last := len(items) - 1
	between := " and "
	if comma == "; " {
		between = "; and "
	}
	return strings.Join(items[:last], comma) + between + items[last]
}
