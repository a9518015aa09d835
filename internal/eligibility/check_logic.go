package eligibility

import (
	"fmt"
	"slices"
	"strings"

	"threshold/internal/care"
)

// logic builds the program that works out the indication, and checks that every fact is read once: only then is the
// set of undecided facts exact (see undecided.go).
func (ck *rulesetChecker) logic() {
	rs, src := ck.rs, ck.src
	readAt := map[int]int{} // fact -> line
	used := map[string]int{}
	b := treeBuilder{file: src.file, ps: &ck.ps}
	b.slot = func(leaf Criterion) (int, *factType, *Problem) { return ck.eligibilitySlot(leaf, readAt) }

	outcomeTrees := make([]*treeNode, len(rs.outcomes))
	ck.checkParts()
	for i := range rs.outcomes {
		outcomeTrees[i] = ck.outcomeTree(&b, i)
	}
	conditionTrees := make([]*treeNode, len(rs.conditions))
	b.subtree = func(leaf Criterion) (*treeNode, *Problem) {
		id, ok := strings.CutPrefix(leaf.fact, "outcomes.")
		i := slices.IndexFunc(rs.outcomes, func(o Item) bool { return o.ID == id })
		if !ok || strings.Contains(id, ".") || i < 0 {
			return nil, nil
		}
		return outcomeTrees[i], onlyPositive(leaf, care.OutcomeUnable, used)
	}
	seen := map[string]bool{}
	for i, c := range rs.conditions {
		line := src.line("conditions", i)
		ck.id(line, "conditions", c.ID, seen)
		ck.mark(line, "the condition "+c.ID, c.RuleMark)
		if c.MetWhen.IsZero() {
			ck.add(line, fmt.Sprintf("the condition %q has no met_when", c.ID), "it would hold for everybody", "add met_when: with a test")
			continue
		}
		conditionTrees[i] = b.build(ck.expand(c.MetWhen, src))
		conditionTrees[i].mark = mark{"condition", c.ID, i, &rs.conditions[i].RuleMark}
	}
	if len(rs.conditions) == 0 {
		ck.add(0, "conditions is missing or empty", "the indication is made of the conditions of the regulation", "list each with id and met_when")
	}
	b.subtree = func(leaf Criterion) (*treeNode, *Problem) {
		id, ok := strings.CutPrefix(leaf.fact, "conditions.")
		i := slices.IndexFunc(rs.conditions, func(c ruleCondition) bool { return c.ID == id })
		if !ok || i < 0 || conditionTrees[i] == nil {
			return nil, nil
		}
		return conditionTrees[i], onlyPositive(leaf, care.ConditionMet, used)
	}
	line := src.line("indication")
	ck.mark(line, "the indication", rs.indication.RuleMark)
	if rs.indication.MetWhen.IsZero() {
		ck.add(line, "the indication has no met_when", "nothing would ever be suggested", "add met_when: naming every condition")
		return
	}
	root := b.build(ck.expand(rs.indication.MetWhen, src))
	root.mark = mark{kind: "indication", rule: &rs.indication.RuleMark}
	if len(ck.ps) == 0 { // a wrong test reads nothing, and that is told already
		ck.unused(used, readAt)
	}
	if len(ck.ps) > 0 {
		return
	}
	if n := countLeaves(root); n > maxLeaves {
		ck.add(line, fmt.Sprintf("the rules come to %d tests", n), "they are kept in small numbers", fmt.Sprintf("write rules with at most %d", maxLeaves))
		return
	}
	rs.logic = compile([]*treeNode{root}, func(slot int) *factType { return rs.schema.defs[slot].typ })
	ck.indexLogic()
}

const maxLeaves = 20_000

func countLeaves(n *treeNode) int {
	count := 0
	for _, m := range n.members {
		if m.leaf != nil {
			count++
		} else {
			count += countLeaves(m.node)
		}
	}
	return count
}

// onlyPositive checks how a rule of eligibility asks for an outcome or a condition, and that it does so once.
func onlyPositive(leaf Criterion, want string, used map[string]int) *Problem {
	if len(leaf.options) != 1 || leaf.options[0] != want {
		return &Problem{Line: leaf.line, What: fmt.Sprintf("a rule of eligibility asks whether %s is %s", leaf.fact, strings.Join(leaf.options, " or ")),
			Why: "asking for anything else would turn what is not known into an answer", Mend: fmt.Sprintf("write is: {%s: %s}", leaf.fact, want)}
	}
	if used[leaf.fact]++; used[leaf.fact] > 1 {
		return &Problem{Line: leaf.line, What: fmt.Sprintf("%s is read twice by the rules of eligibility", leaf.fact),
			Why: "which answers could still change the indication is exact only when everything is read once", Mend: "read it in one place"}
	}
	return nil
}

// eligibilitySlot finds the fact a rule of eligibility reads, and refuses what it may not read.
func (ck *rulesetChecker) eligibilitySlot(leaf Criterion, readAt map[int]int) (int, *factType, *Problem) {
	i, ok := ck.rs.schema.index[leaf.fact]
	if !ok {
		return 0, nil, ck.noSuchFact(leaf)
	}
	t := ck.rs.schema.defs[i].typ
	if t.recordedOnly {
		return 0, nil, &Problem{Line: leaf.line, What: fmt.Sprintf("a rule of eligibility reads %q, which is recorded only", leaf.fact),
			Why: "help that a person gets now must not count against them (carer-blind assessment, Guidance ch.6)", Mend: "take it out of the rule; a prompt may read it"}
	}
	if at, twice := readAt[i]; twice {
		return 0, nil, &Problem{Line: leaf.line, What: fmt.Sprintf("the fact %q is read twice by the rules of eligibility (also on line %d)", leaf.fact, at),
			Why: "which answers could still change the indication is exact only when everything is read once", Mend: "read it in one place"}
	}
	readAt[i] = leaf.line
	return i, t, nil
}

func (ck *rulesetChecker) noSuchFact(leaf Criterion) *Problem {
	mend := "declare it under facts, or correct the spelling"
	if e, ok := ck.rs.schema.unknownPath(leaf.fact).(*FactError); ok { //nolint:errorlint // unknownPath gives nothing else
		mend = e.Mend
	}
	return &Problem{Line: leaf.line, What: fmt.Sprintf("there is no fact %q", leaf.fact), Why: "a test about something that cannot be known could never hold", Mend: mend}
}

func (ck *rulesetChecker) checkParts() {
	seen := map[string]bool{}
	for i, p := range ck.rs.parts {
		line := ck.src.line("unable", i)
		ck.id(line, "parts of unable", p.ID, seen)
		ck.mark(line, "the part "+p.ID, p.RuleMark)
		if p.HoldsWhen.IsZero() == p.UnknownWhen.IsZero() {
			ck.add(line, fmt.Sprintf("the part %q needs either holds_when or unknown_when", p.ID),
				"a part must hold for the outcome to be unable, or leave it open", "write one of the two")
		}
		if !p.UnknownWhen.IsZero() && p.UnknownWhen.op != opIs {
			ck.add(line, fmt.Sprintf("unknown_when of the part %q is more than one test", p.ID),
				"what leaves an outcome open must be plain to see", "write a single is: or one_of:")
		}
		for _, id := range p.Only {
			if _, ok := ck.rs.Outcome(id); !ok {
				ck.add(line, fmt.Sprintf("only of the part %q names %q, which is not an outcome", p.ID, id),
					"the part would never be used", "use one of: "+strings.Join(ids(ck.rs.outcomes), ", "))
			}
		}
	}
	if len(ck.rs.parts) == 0 {
		ck.add(ck.src.line("unable"), "unable is missing or empty", "every outcome would be unable for everybody", "list the parts that must hold")
	}
}

// outcomeTree joins the parts of one outcome.
func (ck *rulesetChecker) outcomeTree(b *treeBuilder, i int) *treeNode {
	rs := ck.rs
	o := rs.outcomes[i]
	n := &treeNode{op: opAll, mark: mark{"outcome", o.ID, i, &rs.outcomes[i].RuleMark}}
	for k, p := range rs.parts {
		if len(p.Only) > 0 && !slices.Contains(p.Only, o.ID) {
			continue
		}
		bound := []string{"outcome", o.ID}
		if !p.UnknownWhen.IsZero() {
			c, ps := p.UnknownWhen.expand(rs.Lists(), bound)
			ck.partProblems(ps)
			if c.op != opIs {
				continue // told by checkParts
			}
			leaf := b.leaf(c)
			switch {
			case leaf == nil:
			case n.guard != nil:
				b.problem(Problem{Line: p.UnknownWhen.line, What: "two parts of an outcome have unknown_when",
					Why: "it must be plain what leaves an outcome open", Mend: "keep one"})
			case len(rs.schema.defs[leaf.slot].typ.askAgain) > 0:
				b.problem(Problem{Line: p.UnknownWhen.line, What: fmt.Sprintf("unknown_when reads %q, which may be asked again", c.fact),
					Why: "what leaves an outcome open must itself be known", Mend: "read a fact without ask_again"})
			default:
				n.guard = leaf
			}
			continue
		}
		c, ps := p.HoldsWhen.expand(rs.Lists(), bound)
		ck.partProblems(ps)
		if c.IsZero() || len(ps) > 0 {
			continue
		}
		part := b.build(c)
		part.mark = mark{"part", p.ID, k, &rs.parts[k].RuleMark}
		n.members = append(n.members, treeMember{node: part})
	}
	return n
}

// partProblems keeps problems of a part once, not once for each outcome.
func (ck *rulesetChecker) partProblems(ps Problems) {
	for _, p := range ps {
		p.File = ck.src.file
		if !slices.ContainsFunc(ck.ps, func(q Problem) bool { return q.File == p.File && q.Line == p.Line }) {
			ck.ps = append(ck.ps, p)
		}
	}
}

// unused finds what was declared and is read by no rule.
func (ck *rulesetChecker) unused(used map[string]int, readAt map[int]int) {
	const why = "it would be asked and change nothing, or a condition of the law would be left out"
	var left []string
	for _, o := range ck.rs.outcomes {
		if used["outcomes."+o.ID] == 0 {
			left = append(left, o.ID)
		}
	}
	if len(left) > 0 {
		ck.add(ck.src.line("conditions"), "no condition reads these outcomes: "+strings.Join(left, ", "), why, "name them in a condition, or take them away")
	}
	for i, c := range ck.rs.conditions {
		if used["conditions."+c.ID] == 0 {
			ck.add(ck.src.line("conditions", i), fmt.Sprintf("the indication does not read the condition %q", c.ID), why, "name it in the indication's met_when")
		}
	}
	if len(ck.ps) > 0 {
		return
	}
	told := map[string]bool{}
	for i, d := range ck.rs.schema.defs {
		if _, ok := readAt[i]; ok || d.typ.recordedOnly || told[d.pattern] {
			continue
		}
		told[d.pattern] = true
		k := slices.IndexFunc(ck.file.Facts, func(f ruleFact) bool { return f.Fact == d.pattern })
		ck.add(ck.src.line("facts", k), fmt.Sprintf("no rule of eligibility reads the fact %q", d.path), why,
			"read it in a rule, give it a type with recorded_only: true, or take it away")
	}
}

// indexLogic remembers where in the program the things that people know are.
func (ck *rulesetChecker) indexLogic() {
	rs := ck.rs
	rs.conditionGroups = make([]int, len(rs.conditions))
	rs.outcomeGroups = make([]int, len(rs.outcomes))
	for g, m := range rs.logic.marks {
		switch m.kind {
		case "condition":
			rs.conditionGroups[m.item] = g
		case "outcome":
			rs.outcomeGroups[m.item] = g
		}
	}
	for g, ms := range rs.logic.members {
		for _, m := range ms {
			rs.judge(m.leaf, g)
		}
		rs.judge(rs.logic.guards[g], g)
	}
	for _, l := range rs.logic.leaves {
		rs.definite = append(rs.definite, rs.schema.defs[l.slot].typ.definite(l.table))
	}
	slices.SortFunc(rs.judged, func(a, b judgedLeaf) int { return a.slot - b.slot })
	for _, o := range rs.outcomes {
		row := make([]int, len(rs.limbs))
		for k, l := range rs.limbs {
			row[k] = -1
			if i, ok := rs.schema.index["outcomes."+o.ID+"."+l.ID]; ok {
				row[k] = i
			}
		}
		rs.limbSlots = append(rs.limbSlots, row)
	}
}

// judge remembers a leaf of group g that may hold an answer only a person can weigh, and the outcome or condition around it.
func (rs *Ruleset) judge(leaf, g int) {
	if leaf < 0 {
		return
	}
	slot := int(rs.logic.leaves[leaf].slot)
	if len(rs.schema.defs[slot].typ.weigh) == 0 {
		return
	}
	for g > 0 && rs.logic.marks[g].kind != "outcome" && rs.logic.marks[g].kind != "condition" {
		g = rs.logic.parents[g]
	}
	rs.judged = append(rs.judged, judgedLeaf{slot, g})
}
