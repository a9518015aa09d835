package eligibility

import (
	"encoding/binary"
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

// A program is criteria compiled to flat arrays: no maps, no strings and no allocation when it runs. All values, one byte
// each, stand in one array: the members of a group side by side, whether they are single tests (leaves) or groups
// themselves. So a group looks at up to eight members in one machine word. Groups are numbered so that those below have
// higher numbers.
type program struct {
	leaves []leaf
	groups []group
	size   int // bytes of values
	// For the tree in the order in which it is written; not read when the program runs.
	members [][]member // by group
	guards  []int      // by group: the leaf that leaves it open when it is true, or -1
	marks   []mark     // by group
	parents []int      // by group, -1 for a root
}

// A leaf is one look into a table by the value of one fact.
type leaf struct {
	table    *truthTable
	slot, at uint16 // which fact it reads; where its value goes
}

// A truthTable gives the bits of a leaf for every value a fact can have.
type truthTable [256]uint8

// A group joins the members that stand from lo on.
type group struct {
	every, some uint64 // bits that all members must have, and that none may have; see run
	yes, no     uint8  // what comes of it when they do; when one has
	wide        bool   // at_least, or more members than a word holds
	guarded     bool   // the byte after the members is a guard: when it is true the group is unknown, whatever it was
	lo, at      uint16 // where the members begin; where the group's own value goes
	guard       uint16 // where the guard is
	n, size     uint16 // at_least n of size
	op          criterionOp
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
	p *program
	v []uint8
}

func (p *program) newTrace() Trace { return Trace{p, make([]uint8, p.size+wordBytes)} }

func (t *Trace) group(g int) uint8 { return t.v[t.p.groups[g].at] }

func (t *Trace) leaf(l int) uint8 { return t.v[t.p.leaves[l].at] }

// guarded says whether a guard leaves a group open.
func (t *Trace) guarded(g int) bool {
	return t.p.guards[g] >= 0 && t.leaf(t.p.guards[g]) == bitTrue
}

const (
	wordBytes = 8
	allTrue   = 0x0101010101010101 * uint64(bitTrue)
	allFalse  = 0x0101010101010101 * uint64(bitFalse)
)

// run works out every leaf and group from the values of the facts. Nothing is cut short: the whole trace is wanted.
//
// A group of "all" can be true when every member can, and can be false when some member can; "any" is the other way
// round. With one byte for each member, each of the two is one comparison of a whole word.
func (p *program) run(facts []uint8, t *Trace) {
	v := t.v
	for _, l := range p.leaves {
		v[l.at] = l.table[facts[l.slot]]
	}
	groups := p.groups
	for i := len(groups) - 1; i >= 0; i-- {
		g := &groups[i]
		if g.wide {
			v[g.at] = g.runWide(v)
			continue
		}
		x := binary.LittleEndian.Uint64(v[g.lo:])
		var every, some uint8
		if x&g.every == g.every {
			every = 1
		}
		if x&g.some != 0 {
			some = 1
		}
		r := -every&g.yes | -some&g.no
		if g.guarded && v[g.guard] == bitTrue {
			r = bitsOpen
		}
		v[g.at] = r
	}
}

// runWide is run for a group that counts or has more than eight members.
func (g *group) runWide(v []uint8) uint8 {
	if g.guarded && v[g.guard] == bitTrue {
		return bitsOpen
	}
	members := v[g.lo : g.lo+g.size]
	every, some := bitsOpen, uint8(0)
	yes, perhaps := 0, 0
	for _, b := range members {
		every &= b
		some |= b
		yes += int(b>>1) ^ 1
		perhaps += int(b & (b >> 1))
	}
	switch {
	case g.op == opAll:
		return every&bitTrue | some&bitFalse
	case g.op == opAny:
		return some&bitTrue | every&bitFalse
	case yes >= int(g.n):
		return bitTrue
	case yes+perhaps < int(g.n):
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
	p := &program{size: len(roots)}
	cache := map[string]*truthTable{}
	type placed struct {
		node       *treeNode
		at, parent int
	}
	var queue []placed
	for i, r := range roots {
		queue = append(queue, placed{r, i, -1})
	}
	addLeaf := func(l *treeLeaf) int {
		p.leaves = append(p.leaves, leaf{table: tableFor(typeOf(l.slot), l.options, cache), slot: uint16(l.slot), at: uint16(p.size)})
		p.size++
		return len(p.leaves) - 1
	}
	for i := 0; i < len(queue); i++ {
		n := queue[i].node
		size := len(n.members)
		g := group{op: n.op, n: uint16(n.n), lo: uint16(p.size), size: uint16(size), at: uint16(queue[i].at), guarded: n.guard != nil}
		g.guard = g.lo + g.size
		g.wide = n.op == opAtLeast || size > wordBytes
		if !g.wide && size > 0 {
			g.every = ^uint64(0) >> (8 * (wordBytes - size))
		}
		g.every, g.some, g.yes, g.no = g.every&allTrue, g.every&allFalse, bitTrue, bitFalse
		if n.op == opAny {
			g.every, g.some, g.yes, g.no = g.some, g.every, bitFalse, bitTrue
		}
		ms := make([]member, size)
		for k, m := range n.members {
			if m.leaf != nil {
				ms[k] = member{addLeaf(m.leaf), -1}
				continue
			}
			ms[k] = member{-1, len(queue)}
			queue = append(queue, placed{m.node, p.size, i})
			p.size++
		}
		guard := -1
		if n.guard != nil {
			guard = addLeaf(n.guard)
		}
		p.groups, p.members, p.guards = append(p.groups, g), append(p.members, ms), append(p.guards, guard)
		p.marks, p.parents = append(p.marks, n.mark), append(p.parents, queue[i].parent)
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
