package eligibility

// Which facts could still change the indication?
//
// A fact that is absent or not sure is undecided when there are two completions of all such facts by definite answers
// that differ only in it and give different indications. Trying all completions would take 2^61 runs. Because the
// loader makes sure that every fact is read once, the tree falls apart into branches that know nothing of each other,
// and two passes over it are enough:
//
//   - up: which of the three values can each branch still take? (reach)
//   - down: which pairs of values, at this place, can still come out as two different indications? (matters) At the top
//     every pair of different values does. Below, a pair matters when the branches beside it can take values under
//     which it becomes a pair that matters above.
//
// A fact is undecided when two of its definite answers make a pair that matters at its leaf. What only a person can
// weigh (a frequency of "rarely", accounts that differ, "some" effect) is no open fact: it stays unknown in every
// completion.

// Sets of truth values, as bits in the order false < unknown < true, so that AND is the lesser and OR the greater.
const (
	canFalse   uint8 = 1
	canUnknown uint8 = 2
	canTrue    uint8 = 4
)

// Sets of pairs of different values.
const (
	pairFU uint8 = 1
	pairUT uint8 = 2
	pairFT uint8 = 4
	pairs  uint8 = 7
)

// setOf turns the two bits of a value into the set that has only this value.
var setOf = [4]uint8{bitTrue: canTrue, bitFalse: canFalse, bitsOpen: canUnknown}

// pairValues are the values (0 false, 1 unknown, 2 true) of each pair, and pairOf is the other way round.
var (
	pairValues = [8][2]uint8{pairFU: {0, 1}, pairUT: {1, 2}, pairFT: {0, 2}}
	pairOf     = [3][3]uint8{{0, pairFU, pairFT}, {0, 0, pairUT}, {0, 0, 0}}
)

// andSets and orSets give the values AND and OR can take over two sets.
var andSets, orSets = func() (and, or [8][8]uint8) {
	for a := range 8 {
		for b := range 8 {
			for x := range 3 {
				for y := range 3 {
					if a>>x&1 == 1 && b>>y&1 == 1 {
						and[a][b] |= 1 << min(x, y)
						or[a][b] |= 1 << max(x, y)
					}
				}
			}
		}
	}
	return and, or
}()

// throughAnd and throughOr give, for a set of pairs that matter above and the values the branches beside can take
// together, the pairs that matter below.
var throughAnd, throughOr = func() (and, or [8][8]uint8) {
	for above := range uint8(8) {
		for beside := range uint8(8) {
			for _, p := range []uint8{pairFU, pairUT, pairFT} {
				for s := range uint8(3) {
					if beside>>s&1 == 0 {
						continue
					}
					lo, hi := pairValues[p][0], pairValues[p][1]
					if above&pairOf[min(lo, s)][min(hi, s)] != 0 {
						and[above][beside] |= p
					}
					if above&pairOf[max(lo, s)][max(hi, s)] != 0 {
						or[above][beside] |= p
					}
				}
			}
		}
	}
	return and, or
}()

// An undecidedWork is the scratch space of one run.
type undecidedWork struct {
	leafReach, leafMatters   []uint8
	groupReach, groupMatters []uint8
	beside                   []uint8 // sets, by member of the widest group, plus one
	counts                   []counts
	open                     []bool // by slot
}

func newUndecidedWork(p *program) undecidedWork {
	widest, atLeast := 0, 0
	slots := 0
	for g, ms := range p.members {
		widest = max(widest, len(ms))
		if p.groups[g].op == opAtLeast {
			atLeast = max(atLeast, int(p.groups[g].n))
		}
	}
	for _, l := range p.leaves {
		slots = max(slots, int(l.slot)+1)
	}
	w := undecidedWork{
		leafReach: make([]uint8, len(p.leaves)), leafMatters: make([]uint8, len(p.leaves)),
		groupReach: make([]uint8, len(p.groups)), groupMatters: make([]uint8, len(p.groups)),
		beside: make([]uint8, widest+1), counts: make([]counts, widest+2), open: make([]bool, slots),
	}
	for i := range w.counts {
		w.counts[i] = newCounts(atLeast)
	}
	return w
}

// undecided lists the undecided facts in the order of the regulation.
func (rs *Ruleset) undecided(v []uint8, t *Trace, w *undecidedWork) []string {
	p := rs.logic
	out := []string{}
	if !rs.anyOpen(v) {
		return out
	}
	rs.reachUp(v, t, w)
	w.groupMatters[0] = pairs
	for g := range p.groups {
		rs.mattersDown(g, t, w)
	}
	clear(w.open)
	for l, lf := range p.leaves {
		s := lf.slot
		w.open[s] = rs.schema.defs[s].typ.openAt[v[s]] && definitePairs(w.leafReach[l])&w.leafMatters[l] != 0
	}
	for s, open := range w.open {
		if open {
			out = append(out, rs.schema.defs[s].path)
		}
	}
	return out
}

func (rs *Ruleset) anyOpen(v []uint8) bool {
	for _, l := range rs.logic.leaves {
		if rs.schema.defs[l.slot].typ.openAt[v[l.slot]] {
			return true
		}
	}
	return false
}

// definitePairs are the pairs within a set of values.
func definitePairs(set uint8) uint8 {
	var out uint8
	for _, p := range []uint8{pairFU, pairUT, pairFT} {
		lo, hi := pairValues[p][0], pairValues[p][1]
		if set>>lo&1 == 1 && set>>hi&1 == 1 {
			out |= p
		}
	}
	return out
}

// reachUp fills the values that every leaf and group can still take.
func (rs *Ruleset) reachUp(v []uint8, t *Trace, w *undecidedWork) {
	p := rs.logic
	for l, lf := range p.leaves {
		s := lf.slot
		if rs.schema.defs[s].typ.openAt[v[s]] {
			w.leafReach[l] = rs.definite[l]
		} else {
			w.leafReach[l] = setOf[t.leaf(l)]
		}
	}
	for g := len(p.groups) - 1; g >= 0; g-- {
		grp := &p.groups[g]
		if t.guarded(g) {
			w.groupReach[g] = canUnknown
			continue
		}
		switch grp.op {
		case opAtLeast:
			c := w.counts[0]
			c.start(int(grp.n))
			for _, m := range p.members[g] {
				w.counts[1].n = c.n
				w.counts[1].addTo(c, w.reachOf(m))
				c, w.counts[1] = w.counts[1], c
			}
			w.counts[0] = c
			w.groupReach[g] = c.results()
		case opAll:
			set := canTrue
			for _, m := range p.members[g] {
				set = andSets[set][w.reachOf(m)]
			}
			w.groupReach[g] = set
		default:
			set := canFalse
			for _, m := range p.members[g] {
				set = orSets[set][w.reachOf(m)]
			}
			w.groupReach[g] = set
		}
	}
}

// definite is the set of values of a leaf over the answers that settle its fact.
func (t *factType) definite(tab *truthTable) uint8 {
	var set uint8
	for i := range t.options {
		v := uint8(i + 1)
		if t.many {
			v = 1 << i
		}
		if !t.openAt[v] && !t.weighAt[v] {
			set |= setOf[tab[v]]
		}
	}
	return set
}

func (w *undecidedWork) reachOf(m member) uint8 {
	if m.leaf >= 0 {
		return w.leafReach[m.leaf]
	}
	return w.groupReach[m.group]
}

func (w *undecidedWork) setMatters(m member, pairs uint8) {
	if m.leaf >= 0 {
		w.leafMatters[m.leaf] = pairs
		return
	}
	w.groupMatters[m.group] = pairs
}

// mattersDown fills which pairs matter at every member of a group, from those that matter at the group.
func (rs *Ruleset) mattersDown(g int, t *Trace, w *undecidedWork) {
	p := rs.logic
	grp := &p.groups[g]
	ms := p.members[g]
	above := w.groupMatters[g]
	if guard := p.guards[g]; guard >= 0 {
		w.leafMatters[guard] = 0 // what leaves an outcome open is itself known
		if t.guarded(g) {
			above = 0
		}
	}
	if above == 0 {
		for _, m := range ms {
			w.setMatters(m, 0)
		}
		return
	}
	if grp.op == opAtLeast {
		w.countsBeside(ms, int(grp.n), above)
		return
	}
	sets, through, nothing := &andSets, &throughAnd, canTrue
	if grp.op == opAny {
		sets, through, nothing = &orSets, &throughOr, canFalse
	}
	// beside[k] becomes the set of the members after k; before grows from the left.
	w.beside[len(ms)] = nothing
	for k := len(ms) - 1; k >= 0; k-- {
		w.beside[k] = sets[w.beside[k+1]][w.reachOf(ms[k])]
	}
	before := nothing
	for k, m := range ms {
		w.setMatters(m, through[above][sets[before][w.beside[k+1]]])
		before = sets[before][w.reachOf(m)]
	}
}

// countsBeside is mattersDown for at_least.
func (w *undecidedWork) countsBeside(ms []member, n int, above uint8) {
	after := w.counts[:len(ms)+1]
	after[len(ms)].start(n)
	for k := len(ms) - 1; k >= 0; k-- {
		after[k].n = n
		after[k].addTo(after[k+1], w.reachOf(ms[k]))
	}
	// The counts before member k are kept in after[0], which nobody needs any more, with the last place as a spare.
	before, spare := &after[0], &w.counts[len(w.counts)-1]
	before.start(n)
	for k, m := range ms {
		w.setMatters(m, before.matters(after[k+1], above))
		spare.n = n
		spare.addTo(*before, w.reachOf(m))
		*before, *spare = *spare, *before
	}
}

// counts is a set of pairs (how many are true, how many are unknown), each counted up to n, because more than n of
// either changes nothing: rows[yes] has a bit for each number of unknowns.
type counts struct {
	n    int
	rows []uint64
}

// maxCount is the largest number at_least may ask for, so that a row fits one word.
const maxCount = 62

func newCounts(n int) counts { return counts{n: n, rows: make([]uint64, n+1)} }

// start makes c the set with only (0, 0).
func (c *counts) start(n int) {
	c.n = n
	clear(c.rows)
	c.rows[0] = 1
}

// addTo makes c the set of from with one more member that can take the values of reach.
func (c *counts) addTo(from counts, reach uint8) {
	n := c.n
	clear(c.rows)
	for yes := range n + 1 {
		row := from.rows[yes]
		if reach&canFalse != 0 {
			c.rows[yes] |= row
		}
		if reach&canUnknown != 0 {
			c.rows[yes] |= moreUnknown(row, n)
		}
		if reach&canTrue != 0 {
			c.rows[min(yes+1, n)] |= row
		}
	}
}

// moreUnknown counts one more unknown, up to n.
func moreUnknown(row uint64, n int) uint64 {
	full := uint64(1) << n
	return (row<<1 | row&full) & (full<<1 - 1)
}

// results is the set of values at_least can take.
func (c *counts) results() uint8 {
	var set uint8
	for yes, row := range c.rows[:c.n+1] {
		for perhaps := 0; row>>perhaps != 0; perhaps++ {
			if row>>perhaps&1 == 1 {
				set |= 1 << atLeastValue(c.n, yes, perhaps)
			}
		}
	}
	return set
}

// atLeastValue is 0 for false, 1 for unknown, 2 for true.
func atLeastValue(n, yes, perhaps int) uint8 {
	switch {
	case yes >= n:
		return 2
	case yes+perhaps < n:
		return 0
	}
	return 1
}

// matters gives the pairs that matter at one member, when the members before it have the counts c and those after it
// the counts after.
func (c *counts) matters(after counts, above uint8) uint8 {
	var out uint8
	n := c.n
	for y1, r1 := range c.rows[:n+1] {
		for u1 := 0; r1>>u1 != 0; u1++ {
			if r1>>u1&1 == 0 {
				continue
			}
			for y2, r2 := range after.rows[:n+1] {
				for u2 := 0; r2>>u2 != 0; u2++ {
					if r2>>u2&1 == 0 {
						continue
					}
					yes, perhaps := y1+y2, u1+u2
					value := [3]uint8{atLeastValue(n, yes, perhaps), atLeastValue(n, yes, perhaps+1), atLeastValue(n, yes+1, perhaps)}
					for _, p := range []uint8{pairFU, pairUT, pairFT} {
						if above&pairOf[value[pairValues[p][0]]][value[pairValues[p][1]]] != 0 {
							out |= p
						}
					}
				}
			}
		}
	}
	return out
}
