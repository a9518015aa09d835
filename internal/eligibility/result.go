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
)

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

// Result words the result page. ind is nil on the review route, and is not read there.
func (j *Journey) Result(a care.Answers, ind *care.Indication, w Words) Result {
	words := j.words.Result
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
	if ind == nil || j.Review(a) {
		r.H1, r.Body = w.one(words.States[r.State].H1), w.all(words.States[r.State].Body)
		return r
	}
	switch ind.Suggestion {
	case care.LikelyMet:
		r.State = StateLikely
	case care.LikelyNotMet:
		r.State = StateUnlikely
	default:
		r.State = StateCannotTell
	}
	state := words.States[r.State]
	r.H1, r.Body = w.one(state.H1), w.all(state.Body)
	if r.State == StateCannotTell && ind.Prompted("nothing_answered") {
		r.Body = w.all(state.BodyWhenNothingAnswered)
	}
	if told := w.one(state.Told[whyUnlikely(ind)]); r.State == StateUnlikely && told != "" {
		r.Body = append([]string{told}, r.Body...)
	}
	for _, x := range ind.Reasons {
		if len(r.Why) < 3 {
			r.Why = append(r.Why, WhyLine{x.Text, x.Citation})
		}
	}
	r.ToAsk, r.ToWeigh = j.topics(ind.Undecided), j.topics(ind.Judgement)
	r.ToAskLine = w.with(Words{"list": listed(r.ToAsk)}).one(words.ToAsk)
	r.ToWeighLine = w.with(Words{"list": listed(r.ToWeigh)}).one(words.ToWeigh)
	return r
}

// whyUnlikely says which part of the test was not reached, the first of: outcomes, impairment, wellbeing. Somebody who
// told of hard things that have another cause is not told that they told of none.
func whyUnlikely(ind *care.Indication) string {
	notMet := func(id string) bool {
		return slices.ContainsFunc(ind.Conditions, func(c care.Condition) bool { return c.ID == id && c.Value == care.ConditionNotMet })
	}
	if notMet("outcomes") {
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
	for _, id := range []string{"impairment", "wellbeing"} {
		if notMet(id) {
			return id
		}
	}
	return ""
}

// topics turns paths of facts into everyday words, each once: all that is open about eating is "eating and drinking".
func (j *Journey) topics(paths []string) []string {
	var out []string
	for _, p := range paths {
		head, rest, _ := strings.Cut(p, ".")
		topic := j.words.Result.Topics[head]
		if head == "outcomes" {
			id, _, _ := strings.Cut(rest, ".")
			if o := j.words.Outcomes[id]; o != nil {
				topic = o.About
			}
		}
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
