package eligibility

import (
	"slices"
	"strings"

	"threshold/internal/care"
)

// Flags returns what a practitioner must be told about these answers: the flags that an option names or whose own test
// holds, and the prompts of the indication (nil when there is none). The most pressing come first, then the order of
// the rules. facts are those of the same answers; flags may read them.
func (j *Journey) Flags(a care.Answers, facts Facts, ind *care.Indication) []care.Flag {
	v := j.view(a)
	raised := map[string]bool{}
	for _, p := range j.allPages() {
		for _, q := range p.asks {
			for _, s := range v.given(q) {
				if o, ok := q.option(s); ok {
					for _, id := range o.Flags {
						raised[id] = true
					}
				}
			}
		}
	}
	v.facts = &facts
	said := v.quoted()
	var out []care.Flag
	for _, f := range j.flags {
		if f.consistency {
			continue
		}
		if raised[f.ID] || (!f.When.IsZero() && f.When.Eval(v.read) == True) {
			out = append(out, care.Flag{
				ID: f.ID, Text: strings.Join(said.all(j.words.Flags[f.ID]), " "), Citation: f.Citation, Basis: f.Basis, Priority: flagPriorities[f.Priority],
			})
		}
	}
	if ind != nil {
		without := v.sentAs().Without
		for _, p := range ind.Prompts {
			if slices.Contains(without, p.ID) {
				continue
			}
			out = append(out, care.Flag{
				ID: p.ID, Text: p.Text, Citation: p.Citation, Basis: j.prompts[p.ID].Basis, Priority: j.priorities[p.ID],
			})
		}
	}
	slices.SortStableFunc(out, func(a, b care.Flag) int { return int(b.Priority) - int(a.Priority) })
	return out
}

// quoted are the answers that a flag may name, in words: what was chosen, less the ways to say nothing. A sentence that
// names one which was not given is left out.
func (v *view) quoted() Words {
	w := Words{}
	for _, f := range v.j.flags {
		for _, s := range v.j.words.Flags[f.ID] {
			if !strings.Contains(s, "{") {
				continue
			}
			for _, id := range parseTemplate(s).names() {
				var labels []string
				for _, value := range v.given(v.j.questions[id]) {
					if !slices.Contains(waysOut, value) {
						labels = append(labels, v.label(v.j.questions[id], value))
					}
				}
				w[id] = list(labels)
			}
		}
	}
	return w
}

// allPages are the pages of the path and then the forms, each in order.
func (j *Journey) allPages() []*page {
	out := slices.Clone(j.pages)
	for _, id := range j.formOrder {
		out = append(out, j.forms[id])
	}
	return out
}

// Priority is the place in the queue that flags ask for: the highest among them.
func (j *Journey) Priority(flags []care.Flag) care.Priority {
	top := care.PriorityRoutine
	for _, f := range flags {
		top = max(top, f.Priority)
	}
	return top
}

// marks visits where every rule of the journey comes from.
func (j *Journey) marks(visit func(what string, m RuleMark)) {
	visit("questions: from answers to facts", j.mapping)
	for _, f := range j.flags {
		visit("flag "+f.ID, f.RuleMark)
	}
	visit("questions: postcodes", j.postcodes.RuleMark)
}
