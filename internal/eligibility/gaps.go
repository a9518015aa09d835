package eligibility

import (
	"slices"
	"strings"

	"threshold/internal/care"
)

// Gaps are the facts, in the order of the rules, that were not told and without which an outcome, or a condition beside the
// outcomes, is not settled. Other than the undecided facts of an indication they do not hang on what the rules suggest: all
// that is open is among them, so they can be read before anybody has seen a suggestion, and asked when a suggestion stands.
func (rs *Ruleset) Gaps(f Facts) []string {
	w := rs.borrow()
	defer rs.work.Put(w)
	rs.logic.run(f.v, &w.trace)
	var out []string
	rs.gaps(0, f.v, &w.trace, &out)
	return out
}

func (rs *Ruleset) gaps(g int, v []uint8, t *Trace, out *[]string) {
	p := rs.logic
	kind := p.marks[g].kind
	if t.group(g) != bitsOpen && kind != "" && !rs.hasOutcomes(g) || t.guarded(g) {
		return // settled, or open because two people told different things
	}
	for _, m := range p.members[g] {
		if m.group >= 0 {
			rs.gaps(m.group, v, t, out)
			continue
		}
		l := p.leaves[m.leaf]
		if d := &rs.schema.defs[l.slot]; d.typ.openAt[v[l.slot]] && t.leaf(m.leaf) == bitsOpen {
			*out = append(*out, d.path)
		}
	}
}

// hasOutcomes says whether a group is made of outcomes: it can be settled while some of them are open.
func (rs *Ruleset) hasOutcomes(g int) bool {
	return slices.ContainsFunc(rs.logic.members[g], func(m member) bool {
		return m.group >= 0 && (rs.logic.marks[m.group].kind == "outcome" || rs.hasOutcomes(m.group))
	})
}

// Topics are everyday words for facts, each topic once: all that is open about eating is "eating and drinking".
func (j *Journey) Topics(a care.Answers, paths []string, w Words) []string {
	v := j.view(a)
	return v.topics(paths, v.named(w))
}

// QuestionsFor are the questions, as the person reads them, whose answers settle the first of these facts of each topic.
func (j *Journey) QuestionsFor(a care.Answers, paths []string, w Words) []string {
	v := j.view(a)
	var topics, out []string
	for _, path := range paths {
		topic := path
		if outcome, is := strings.CutPrefix(path, "outcomes."); is {
			topic, _, _ = strings.Cut(outcome, ".")
		}
		q := j.questionOf(path)
		if q == nil || slices.Contains(topics, topic) {
			continue
		}
		topics = append(topics, topic)
		if text := v.drawQuestion(q, v.fill(w, q.page.outcome))[0].Text; !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// questionOf finds the question whose answers are a fact: one of the fact's own outcome before one for several.
func (j *Journey) questionOf(path string) *question {
	var found *question
	for _, p := range j.pages {
		for _, q := range p.asks {
			for _, o := range q.options {
				for pattern := range o.MapsTo {
					if fits(pattern, path) && (found == nil || found.page.outcome == "") {
						found = q
					}
				}
			}
		}
	}
	return found
}

// fits says whether a fact is one of those that a pattern such as "outcomes.<shown>.<limb>" names.
func fits(pattern, path string) bool {
	a, b := strings.Split(pattern, "."), strings.Split(path, ".")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], "<") {
			return false
		}
	}
	return true
}

// ToldOpenly is ToldPages without the private answers: what may stand on paper that others at home could read.
func (j *Journey) ToldOpenly(a care.Answers, w Words, pages ...string) []ToldRow {
	v := j.view(a)
	var out []ToldRow
	for _, path := range pages {
		if p := j.byPath[path]; p != nil && v.live[p.index] {
			out = append(out, slices.DeleteFunc(v.rows(p, w), func(r ToldRow) bool { return !r.Answered })...)
		}
	}
	return out
}
