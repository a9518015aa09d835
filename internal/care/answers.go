package care

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
)

// Answers is what was said, by question id: option ids for a choice, the text itself for words. A question that is
// not there was not answered, which is not the same as "no" and never becomes it.
//
// The map is unexported and every way of printing gives "[answers]": health and care data must not reach a log by
// a stray %v. Only MarshalJSON tells what is inside, for the store, which seals it.
type Answers struct {
	given   map[string][]string
	visited map[string]bool
	typed   map[string][]string
}

// Typed returns what was last typed for a question when it could not be accepted, or nil. It is kept so that nothing is
// lost, shown again on the page, and read by nothing else: no fact, flag or copy.
func (a Answers) Typed(question string) []string { return a.typed[question] }

// SetTyped keeps what could not be accepted; no values clears it.
func (a *Answers) SetTyped(question string, values ...string) {
	if len(values) == 0 {
		delete(a.typed, question)
		return
	}
	if a.typed == nil {
		a.typed = map[string][]string{}
	}
	a.typed[question] = slices.Clone(values)
}

// Get returns the values given to a question, or nil when it was not answered. The caller must not change them.
func (a Answers) Get(question string) []string { return a.given[question] }

// One returns the first value given, or "".
func (a Answers) One(question string) string {
	if v := a.given[question]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Has says whether option is among the values given to question.
func (a Answers) Has(question, option string) bool {
	return slices.Contains(a.given[question], option)
}

// Set replaces the values of a question; no values takes the answer away.
func (a *Answers) Set(question string, values ...string) {
	if len(values) == 0 {
		delete(a.given, question)
		return
	}
	if a.given == nil {
		a.given = map[string][]string{}
	}
	a.given[question] = slices.Clone(values)
}

// Visit notes that the person went on from a page, whether or not they answered: skipping is allowed, and the path
// must know the difference between "not there yet" and "left out".
func (a *Answers) Visit(page string) {
	if a.visited == nil {
		a.visited = map[string]bool{}
	}
	a.visited[page] = true
}

// Visited says whether the person has gone on from a page.
func (a Answers) Visited(page string) bool { return a.visited[page] }

// Questions returns the ids of all answered questions, sorted.
func (a Answers) Questions() []string { return slices.Sorted(maps.Keys(a.given)) }

// Clone returns a copy that can be changed without touching a.
func (a Answers) Clone() Answers {
	return Answers{given: cloneValues(a.given), visited: maps.Clone(a.visited), typed: cloneValues(a.typed)}
}

func cloneValues(m map[string][]string) map[string][]string {
	c := make(map[string][]string, len(m))
	for k, v := range m {
		c[k] = slices.Clone(v)
	}
	return c
}

type answersJSON struct {
	Given   map[string][]string `json:"given,omitempty"`
	Visited []string            `json:"visited,omitempty"`
	Typed   map[string][]string `json:"typed,omitempty"`
}

// MarshalJSON writes everything, for the store.
func (a Answers) MarshalJSON() ([]byte, error) {
	return json.Marshal(answersJSON{a.given, slices.Sorted(maps.Keys(a.visited)), a.typed})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Answers) UnmarshalJSON(b []byte) error {
	var j answersJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return fmt.Errorf("reading stored answers: %w", err)
	}
	*a = Answers{given: j.Given, typed: j.Typed}
	for _, p := range j.Visited {
		a.Visit(p)
	}
	return nil
}

const answersHidden = "[answers]"

// String hides the answers.
func (a Answers) String() string { return answersHidden }

// Format hides the answers from every verb, %#v too.
func (a Answers) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(answersHidden)) }

// LogValue hides the answers from slog.
func (a Answers) LogValue() slog.Value { return slog.StringValue(answersHidden) }
