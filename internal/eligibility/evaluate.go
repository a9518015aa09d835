package eligibility

import (
	"slices"

	"threshold/internal/care"
)

// NewTrace returns a trace for Evaluate, to be used again and again by one goroutine.
func (rs *Ruleset) NewTrace() *Trace {
	t := rs.logic.newTrace()
	return &t
}

// Evaluate works out the indication alone and leaves in t what every rule came to. It does not allocate. f and t must
// come from this version.
func (rs *Ruleset) Evaluate(f Facts, t *Trace) care.Suggestion {
	rs.logic.run(f.v, t)
	return suggestion(t.group(0))
}

func suggestion(bits uint8) care.Suggestion {
	switch bits {
	case bitTrue:
		return care.LikelyMet
	case bitFalse:
		return care.LikelyNotMet
	}
	return care.CannotTell
}

// Condition tells what a condition came to in a trace that Evaluate filled; i counts as ConditionIDs does.
func (rs *Ruleset) Condition(t *Trace, i int) Truth { return toTruth(t.group(rs.conditionGroups[i])) }

// OutcomeUnable tells what an outcome came to in a trace that Evaluate filled: True for unable, False for able; i
// counts as Outcomes does.
func (rs *Ruleset) OutcomeUnable(t *Trace, i int) Truth {
	return toTruth(t.group(rs.outcomeGroups[i]))
}

// A work is the scratch space of one evaluation.
type work struct {
	trace    Trace
	messages Trace
	values   []uint8 // the facts, then what is derived from them
	facts    []uint8
	reach    undecidedWork
	seen     []bool
}

func (rs *Ruleset) newWork() *work {
	return &work{
		trace: rs.logic.newTrace(), messages: rs.messages.newTrace(),
		values: make([]uint8, len(rs.schema.defs)+len(rs.derived)),
		facts:  make([]uint8, len(rs.schema.defs)),
		reach:  newUndecidedWork(rs.logic), seen: make([]bool, rs.schema.nodes),
	}
}

func (rs *Ruleset) borrow() *work {
	return rs.work.Get().(*work) // the pool makes nothing else
}

// Indicate works out everything: indication, conditions, outcomes, reasons, what is undecided or to be weighed, and
// prompts. It is a pure function of the version and the facts, which must be of this version.
func (rs *Ruleset) Indicate(f Facts) care.Indication {
	w := rs.borrow()
	defer rs.work.Put(w)
	return rs.indicate(f, w)
}

func (rs *Ruleset) indicate(f Facts, w *work) care.Indication {
	rs.logic.run(f.v, &w.trace)
	ind := care.Indication{
		Ruleset: rs.ID(), Suggestion: suggestion(w.trace.group(0)),
		Conditions: make([]care.Condition, len(rs.conditions)),
		Outcomes:   make([]care.OutcomeResult, len(rs.outcomes)),
		Reasons:    make([]care.Reason, 0, len(rs.conditions)),
		Undecided:  rs.undecided(f.v, &w.trace, &w.reach),
		Judgement:  rs.judgement(f.v, &w.trace),
		Prompts:    []care.Prompt{},
	}
	for i, c := range rs.conditions {
		ind.Conditions[i] = care.Condition{ID: c.ID, Value: conditionOptions[place(w.trace.group(rs.conditionGroups[i]))], Citation: c.Citation}
	}
	for i, o := range rs.outcomes {
		r := care.OutcomeResult{ID: o.ID, Value: outcomeOptions[place(w.trace.group(rs.outcomeGroups[i]))], Limbs: []string{}, Citation: o.Citation}
		for k, slot := range rs.limbSlots[i] {
			if slot >= 0 && slices.Contains(rs.schema.defs[slot].typ.decode(f.v[slot]), "yes") {
				r.Limbs = append(r.Limbs, rs.limbs[k].ID)
			}
		}
		ind.Outcomes[i] = r
	}
	rs.derive(f.v, &ind, w)
	rs.messages.run(w.values, &w.messages)
	for i := range rs.conditions {
		ind.Reasons = append(ind.Reasons, rs.reason(i, f.v, w))
	}
	for i := range rs.prompts {
		if w.messages.group(i) == bitTrue {
			p := &rs.prompts[i]
			ind.Prompts = append(ind.Prompts, care.Prompt{ID: p.ID, Text: p.text, Citation: p.Citation})
		}
	}
	return ind
}

// place is where the word for a value stands in conditionOptions and outcomeOptions.
func place(bits uint8) int {
	switch bits {
	case bitTrue:
		return 0
	case bitFalse:
		return 1
	}
	return 2
}

// derive fills the values that prompts and reasons may read besides the facts. They are options counted from 1.
func (rs *Ruleset) derive(v []uint8, ind *care.Indication, w *work) {
	n := copy(w.values, v)
	d := w.values[n:]
	d[derivedIndication] = uint8(slices.Index(indicationOptions, string(ind.Suggestion)) + 1)
	unable := 0
	for i, g := range rs.outcomeGroups {
		b := w.trace.group(g)
		d[derivedFixed+len(rs.conditions)+i] = uint8(place(b) + 1)
		if b == bitTrue {
			unable++
		}
	}
	d[derivedUnable] = uint8(min(unable, 2) + 1)
	d[derivedUndecided], d[derivedJudgement] = 1, 1
	if len(ind.Undecided) > 0 {
		d[derivedUndecided] = 2
	}
	if len(ind.Judgement) > 0 {
		d[derivedJudgement] = 2
	}
	for i, g := range rs.conditionGroups {
		d[derivedFixed+i] = uint8(place(w.trace.group(g)) + 1)
	}
}

// judgement lists answered facts that leave an outcome or a condition open and that no further answer will settle.
func (rs *Ruleset) judgement(v []uint8, t *Trace) []string {
	out := []string{}
	for _, j := range rs.judged {
		d := &rs.schema.defs[j.slot]
		if t.group(j.group) == bitsOpen && d.typ.weighAt[v[j.slot]] {
			out = append(out, d.path)
		}
	}
	return out
}

// reason says why a condition came out as it did.
func (rs *Ruleset) reason(i int, v []uint8, w *work) care.Reason {
	g := rs.conditionGroups[i]
	r := care.Reason{Citation: rs.conditions[i].Citation, Because: rs.becausePaths(g, v, &w.trace)}
	for _, l := range rs.reasonLines[i][w.trace.group(g)] {
		if l.root < 0 || w.messages.group(l.root) == bitTrue {
			r.Text = l.template.fill(func(name string) string { return rs.placeholder(name, v, &w.trace) })
			break
		}
	}
	return r
}

func (rs *Ruleset) becausePaths(g int, v []uint8, t *Trace) []string {
	slots := rs.because(g, v, t, nil)
	slices.Sort(slots)
	out := make([]string, len(slots))
	for i, s := range slots {
		out[i] = rs.schema.defs[s].path
	}
	return out
}

// because collects the facts that make a group what it is: of an AND that holds, all members; of one that fails, the
// failing ones; of one that is open, the open ones; of an OR the other way round; of a count, those that count and those
// that decide. A fact that was not answered explains only something that is open.
func (rs *Ruleset) because(g int, v []uint8, t *Trace, out []int) []int {
	p := rs.logic
	grp := p.groups[g]
	if t.guarded(g) {
		return append(out, int(p.leaves[p.guards[g]].slot))
	}
	value := t.group(g)
	for _, m := range p.members[g] {
		b := uint8(0)
		if m.leaf >= 0 {
			b = t.leaf(m.leaf)
		} else {
			b = t.group(m.group)
		}
		if b != value && !(grp.op == opAtLeast && b == bitTrue) {
			continue
		}
		if m.group >= 0 {
			out = rs.because(m.group, v, t, out)
			continue
		}
		if slot := int(p.leaves[m.leaf].slot); v[slot] != 0 || b == bitsOpen {
			out = append(out, slot)
		}
	}
	return out
}
