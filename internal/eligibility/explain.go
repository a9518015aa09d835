package eligibility

import (
	"slices"
	"strings"
)

// A Line of the reason tree: something that holds, does not hold or is not known, in plain words, with the provision it
// rests on and the lines below it that make it so.
type Line struct {
	Value    Truth
	Text     string
	Citation string
	Basis    string   // law, guidance or policy; "" for a thing that was told
	Because  []string // the facts it comes from, as paths
	Kids     []Line

	kind, id string
}

// Explain gives the reason tree of the indication for facts of this version.
func (rs *Ruleset) Explain(f Facts) Line {
	w := rs.borrow()
	defer rs.work.Put(w)
	rs.logic.run(f.v, &w.trace)
	return rs.explainGroup(0, f.v, &w.trace, rs.indication.RuleMark, nil)
}

// Outcome finds the line of one outcome in a tree.
func (l Line) Outcome(id string) (Line, bool) {
	if l.kind == "outcome" && l.id == id {
		return l, true
	}
	for _, k := range l.Kids {
		if found, ok := k.Outcome(id); ok {
			return found, true
		}
	}
	return Line{}, false
}

func (rs *Ruleset) explainGroup(g int, v []uint8, t *Trace, rule RuleMark, bound []string) Line {
	p := rs.logic
	m := p.marks[g]
	if m.rule != nil {
		rule = *m.rule
	}
	if m.kind == "outcome" {
		bound = []string{"outcome", m.id}
	}
	l := Line{
		Value: toTruth(t.group(g)), Citation: rule.Citation, Basis: rule.Basis,
		Because: rs.becausePaths(g, v, t), kind: m.kind, id: m.id,
	}
	switch m.kind {
	case "indication":
		l.Text = rs.words.Tree.Indication
	case "condition":
		l.Text = rs.words.Tree.Conditions[m.id]
	case "outcome":
		l.Text = rs.fillNames(rs.words.Tree.Outcome, bound)
	case "part":
		l.Text = rs.words.Tree.Parts[m.id]
	}
	for _, mem := range p.members[g] {
		if mem.leaf >= 0 {
			l.Kids = append(l.Kids, rs.explainLeaf(mem.leaf, v, t, rule))
			continue
		}
		kid := rs.explainGroup(mem.group, v, t, rule, bound)
		if kid.kind == "" { // a group that nobody has a name for: its lines stand in its place
			l.Kids = append(l.Kids, kid.Kids...)
			continue
		}
		l.Kids = append(l.Kids, kid)
	}
	if t.guarded(g) {
		kid := rs.explainLeaf(p.guards[g], v, t, rs.guardRule())
		kid.Value = Unknown // that accounts differ is certain; what it says about the outcome is that it is open
		l.Kids = append(l.Kids, kid)
	}
	return l
}

// guardRule is the rule of the part that leaves an outcome open.
func (rs *Ruleset) guardRule() RuleMark {
	for _, p := range rs.parts {
		if !p.UnknownWhen.IsZero() {
			return p.RuleMark
		}
	}
	return RuleMark{}
}

// explainLeaf tells what was said. Its citation is that of the limb or area it is about, or else of the rule around it.
func (rs *Ruleset) explainLeaf(leaf int, v []uint8, t *Trace, rule RuleMark) Line {
	slot := int(rs.logic.leaves[leaf].slot)
	d := &rs.schema.defs[slot]
	l := Line{Value: toTruth(t.leaf(leaf)), Text: rs.toldText(d, v[slot]), Citation: rule.Citation, Because: []string{d.path}}
	if k := slices.Index(d.bound, "limb"); k >= 0 {
		if it, ok := rs.Limb(d.bound[k+1]); ok {
			l.Citation = it.Citation
		}
	}
	if k := slices.Index(d.bound, "area"); k >= 0 {
		if it, ok := rs.Area(d.bound[k+1]); ok {
			l.Citation = it.Citation
		}
	}
	return l
}

// String prints the tree, one line each with a mark (✓ holds, ✗ does not, ? not known) and its citation in brackets.
func (l Line) String() string {
	var b strings.Builder
	l.print(&b, 0)
	return b.String()
}

func (l Line) print(b *strings.Builder, depth int) {
	b.WriteString(strings.Repeat("  ", depth))
	b.WriteString(map[Truth]string{True: "✓ ", False: "✗ ", Unknown: "? "}[l.Value])
	b.WriteString(l.Text)
	b.WriteString("  [")
	b.WriteString(l.Citation)
	if l.Basis == "policy" || l.Basis == "guidance" {
		b.WriteString("; " + l.Basis)
	}
	b.WriteString("]\n")
	for _, k := range l.Kids {
		k.print(b, depth+1)
	}
}
