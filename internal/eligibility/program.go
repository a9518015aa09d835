package eligibility

import (
	"fmt"
	"slices"
	"strings"
)

// Three-valued truth as two bits, "can be true" and "can be false", so that Kleene's connectives are plain bit
// operations over any number of members: AND keeps "can be true" when all have it and "can be false" when any has it.
const (
	bitTrue  uint8 = 1
	bitFalse uint8 = 2
	bitsOpen uint8 = 3 // unknown
)

func toBits(t Truth) uint8 {
	switch t {
	case True:
		return bitTrue
	case False:
		return bitFalse
	}
	return bitsOpen
}

func toTruth(b uint8) Truth {
	switch b {
	case bitTrue:
		return True
	case bitFalse:
		return False
	}
	return Unknown
}

// A program is criteria compiled to flat arrays: no maps, no strings and no allocation when it runs. A leaf is one look
// into a table by the value of one fact; a group joins the leaves and groups that stand side by side below it.
// Groups are numbered so that those below have higher numbers, and those of one parent follow each other.
type program struct {
	slots  []uint16      // by leaf: which value it reads
	tables []*truthTable // by leaf
	groups []group
	// For the tree in the order in which it is written; not read when the program runs.
	members [][]member // by group
	marks   []mark     // by group
	parents []int      // by group, -1 for a root
}

// A truthTable gives the bits of a leaf for every value a fact can have.
type truthTable [256]uint8

type group struct {
	op               criterionOp
	guarded          bool   // the leaf after the last is a guard: when it is true the group is unknown, whatever it was
	n                uint16 // at_least
	leafLo, leafHi   uint16
	groupLo, groupHi uint16
}

// A member of a group: a leaf, or a group when leaf is -1.
type member struct{ leaf, group int }

// A mark names a group that people know: the indication, a condition, an outcome, a part of an outcome.
type mark struct {
	kind string // "", "indication", "condition", "outcome", "part"
	id   string
	item int // place in the list of its kind
	rule *RuleMark
}

// A Trace holds what every leaf and group of a program came to. It can be used again and again without allocating; it
// must not be used by two evaluations at the same time.
type Trace struct {
	leaves []uint8
	groups []uint8
}

func (p *program) newTrace() Trace {
	return Trace{leaves: make([]uint8, len(p.slots)), groups: make([]uint8, len(p.groups))}
}

// run works out every leaf and group from the values v. Nothing is cut short: the whole trace is wanted.
func (p *program) run(v []uint8, t *Trace) {
	slots := p.slots
	tables, leaves := p.tables[:len(slots)], t.leaves[:len(slots)]
	for i, s := range slots {
		leaves[i] = tables[i][v[s]]
	}
	groups := t.groups[:len(p.groups)]
	for i := len(p.groups) - 1; i >= 0; i-- {
		g := &p.groups[i]
		var r uint8
		switch g.op {
		case opAtLeast:
			r = g.count(leaves, groups)
		case opAll: // can be true when all can, can be false when any can
			every, some := bitsOpen, uint8(0)
			for _, b := range leaves[g.leafLo:g.leafHi] {
				every &= b
				some |= b
			}
			for _, b := range groups[g.groupLo:g.groupHi] {
				every &= b
				some |= b
			}
			r = every&bitTrue | some&bitFalse
		default: // opAny, the other way round
			every, some := bitsOpen, uint8(0)
			for _, b := range leaves[g.leafLo:g.leafHi] {
				every &= b
				some |= b
			}
			for _, b := range groups[g.groupLo:g.groupHi] {
				every &= b
				some |= b
			}
			r = some&bitTrue | every&bitFalse
		}
		if g.guarded && leaves[g.leafHi] == bitTrue {
			r = bitsOpen
		}
		groups[i] = r
	}
}

// count works out at_least.
func (g *group) count(leaves, groups []uint8) uint8 {
	no, perhaps := uint16(0), uint16(0)
	for _, b := range leaves[g.leafLo:g.leafHi] {
		no += uint16(b >> 1)
		perhaps += uint16(b & (b >> 1))
	}
	for _, b := range groups[g.groupLo:g.groupHi] {
		no += uint16(b >> 1)
		perhaps += uint16(b & (b >> 1))
	}
	// no counts all that can be false, so the rest is certainly true.
	yes := g.leafHi - g.leafLo + g.groupHi - g.groupLo - no
	switch {
	case yes >= g.n:
		return bitTrue
	case yes+perhaps < g.n:
		return bitFalse
	}
	return bitsOpen
}

// A treeNode is a criterion on its way to being compiled.
type treeNode struct {
	op      criterionOp
	n       int
	members []treeMember
	guard   *treeLeaf
	mark    mark
}

type treeMember struct {
	leaf *treeLeaf
	node *treeNode
}

type treeLeaf struct {
	slot    int
	options []string
	line    int
}

// A treeBuilder turns expanded criteria into trees. resolve says what a fact of a criterion is: a slot, a tree of its
// own (an outcome or a condition inside a rule of eligibility), or a problem.
type treeBuilder struct {
	file    string
	slot    func(leaf Criterion) (slot int, typ *factType, p *Problem)
	subtree func(leaf Criterion) (node *treeNode, p *Problem)
	ps      *Problems
}

// build returns the tree of a criterion that has been expanded. A single test becomes a group of one.
func (b *treeBuilder) build(c Criterion) *treeNode {
	n := &treeNode{op: c.op, n: c.n}
	if c.op == opIs || c.op == opNone { // nothing written means always: a group of all of nothing
		n.op = opAll
		if c.op == opIs {
			b.add(n, c)
		}
		return n
	}
	if c.op == opAtLeast && c.n > maxCount {
		b.problem(thresholdProblem(c.n, maxCount, c.line))
	}
	for _, k := range c.of {
		b.add(n, k)
	}
	return n
}

func (b *treeBuilder) add(n *treeNode, c Criterion) {
	if c.op != opIs {
		kid := b.build(c)
		if kid.op == n.op && kid.op != opAtLeast { // all inside all is one all
			n.members = append(n.members, kid.members...)
			return
		}
		n.members = append(n.members, treeMember{node: kid})
		return
	}
	if b.subtree != nil {
		node, p := b.subtree(c)
		if p != nil {
			b.problem(*p)
			return
		}
		if node != nil {
			n.members = append(n.members, treeMember{node: node})
			return
		}
	}
	if leaf := b.leaf(c); leaf != nil {
		n.members = append(n.members, treeMember{leaf: leaf})
	}
}

func (b *treeBuilder) leaf(c Criterion) *treeLeaf {
	slot, typ, p := b.slot(c)
	if p != nil {
		b.problem(*p)
		return nil
	}
	for _, o := range c.options {
		if o != Absent && !slices.Contains(typ.options, o) {
			b.problem(Problem{Line: c.line, What: fmt.Sprintf("the fact %q has no option %q", c.fact, o),
				Why: "a test for it could never hold", Mend: "use one of: " + strings.Join(typ.options, ", ") + ", or absent"})
			return nil
		}
	}
	return &treeLeaf{slot: slot, options: c.options, line: c.line}
}

// problem keeps one problem for each line and fault: a test written out for ten outcomes is wrong once.
func (b *treeBuilder) problem(p Problem) {
	p.File = b.file
	for _, q := range *b.ps {
		if q.File == p.File && q.Line == p.Line {
			return
		}
	}
	*b.ps = append(*b.ps, p)
}

// compile lays trees out flat; typeOf gives the type of a slot. The roots become the groups 0, 1, … in this order.
func compile(roots []*treeNode, typeOf func(slot int) *factType) *program {
	p := &program{}
	cache := map[string]*truthTable{}
	queue := slices.Clone(roots)
	p.parents = make([]int, len(roots))
	for i := range p.parents {
		p.parents[i] = -1
	}
	addLeaf := func(l *treeLeaf) int {
		p.slots = append(p.slots, uint16(l.slot))
		p.tables = append(p.tables, tableFor(typeOf(l.slot), l.options, cache))
		return len(p.slots) - 1
	}
	for at := 0; at < len(queue); at++ {
		n := queue[at]
		g := group{op: n.op, n: uint16(n.n), leafLo: uint16(len(p.slots)), groupLo: uint16(len(queue)), guarded: n.guard != nil}
		ms := make([]member, len(n.members))
		for i, m := range n.members {
			if m.leaf != nil {
				ms[i] = member{addLeaf(m.leaf), -1}
				continue
			}
			ms[i] = member{-1, len(queue)}
			queue, p.parents = append(queue, m.node), append(p.parents, at)
		}
		g.leafHi, g.groupHi = uint16(len(p.slots)), uint16(len(queue))
		if n.guard != nil {
			addLeaf(n.guard)
		}
		p.groups, p.members, p.marks = append(p.groups, g), append(p.members, ms), append(p.marks, n.mark)
	}
	return p
}

// tableFor works a leaf out for every value its fact can have, by the same function a Criterion uses.
func tableFor(t *factType, options []string, cache map[string]*truthTable) *truthTable {
	key := t.name + "\x00" + strings.Join(options, "\x00")
	if tab, ok := cache[key]; ok {
		return tab
	}
	tab := new(truthTable)
	for v := range tab {
		tab[v] = bitsOpen
		if t.valid(v) {
			tab[v] = toBits(leafTruth(options, t.reading(uint8(v))))
		}
	}
	cache[key] = tab
	return tab
}
