package eligibility

import (
	"math"
	"slices"
	"strings"

	"threshold/internal/care"
)

// What would change it?
//
// A practitioner who sees a suggestion should see how firm it is: which few answers, learnt or told otherwise, would turn
// it. A change is one fact that gets another definite answer. A set of changes turns an indication when putting all of
// them in gives another one, and it is among the smallest when no set of fewer changes gives that one.
//
// Trying all sets would take 3^80 runs. Because the loader makes sure that every fact is read once, the tree falls apart
// into branches that know nothing of each other, and one pass from the leaves up is enough (the idea of undecided.go with
// numbers in place of sets): for each branch and each of the three values, the fewest changes that give it that value, in
// how many ways, and the first of these ways. An AND of branches is joined member by member, keeping for each value so far
// the cheapest ways to it; so is an OR; at_least keeps how many are true and how many unknown. The counts are exact since a
// set of changes gives every branch exactly one value.
//
// What is recorded only (the help that a person has now) is in no rule, so it is in no set.

// A Change is one fact with another answer.
type Change struct {
	Fact string   // path, such as "outcomes.hygiene.cause"
	From []string // what is answered now; nil for nothing
	To   []string // the answers of which each one would do, in the order of the rules
	// Learn says that the fact is open now: it would be learnt. Otherwise an answer that was given would turn out otherwise.
	Learn bool
	// Holds says whether what the rules ask of the fact would hold then.
	Holds bool

	def *factDef
}

// A Turn is another result that the rules could come to, and the smallest sets of changes that lead to it. All have the
// same number of changes. They stand in the order of the regulation: a set that changes an earlier fact comes first.
type Turn struct {
	To    string // a suggestion (care.LikelyMet ...), or the value of an outcome (care.OutcomeUnable ...)
	Sets  [][]Change
	Count uint64 // how many smallest sets there are, of which Sets are the first
}

// Size is the number of changes in each set.
func (t Turn) Size() int { return len(t.Sets[0]) }

// More is how many smallest sets there are besides those listed.
func (t Turn) More() uint64 { return t.Count - uint64(len(t.Sets)) }

// WouldChange lists, for each other suggestion that can be reached by definite answers, the smallest sets of changes that
// lead to it, at most `most` (at least 1) of each. It is a pure function of the version and the facts, which must be of
// this version.
func (rs *Ruleset) WouldChange(f Facts, most int) []Turn {
	return rs.turns(f, 0, -1, most)
}

// WouldChangeBy is WouldChange for those of the smallest sets that change something about one outcome. A suggestion whose
// smallest sets leave the outcome alone is not among them, and so is none when there is no such outcome.
func (rs *Ruleset) WouldChangeBy(f Facts, outcome string, most int) []Turn {
	i := slices.IndexFunc(rs.outcomes, func(o Item) bool { return o.ID == outcome })
	if i < 0 {
		return nil
	}
	return rs.turns(f, 0, rs.outcomeGroups[i], most)
}

// WouldChangeOutcome lists the smallest sets that change what the rules make of one outcome, whether or not that changes
// the suggestion.
func (rs *Ruleset) WouldChangeOutcome(f Facts, outcome string, most int) []Turn {
	i := slices.IndexFunc(rs.outcomes, func(o Item) bool { return o.ID == outcome })
	if i < 0 {
		return nil
	}
	return rs.turns(f, rs.outcomeGroups[i], -1, most)
}

// turns works out group root of the logic. With touch >= 0 only sets that change something below that group are kept.
func (rs *Ruleset) turns(f Facts, root, touch, most int) []Turn {
	w := rs.borrow()
	defer rs.work.Put(w)
	rs.logic.run(f.v, &w.trace)
	s := changeSearch{rs: rs, v: f.v, t: &w.trace, touch: -1, most: max(most, 1)}
	all := s.group(root)
	touching := all
	if touch >= 0 {
		s.touch, s.order = touch, nil
		touching = s.group(root)
	}
	now := level(w.trace.group(root))
	var out []Turn
	for _, v := range [3]int{isTrue, isFalse, isUnknown} {
		found := touching[v]
		if v == now || found.cost == never || found.cost > all[v].cost { // a larger set is none of the smallest
			continue
		}
		turn := Turn{To: valueWord(root, v), Count: found.count, Sets: make([][]Change, len(found.first))}
		for i, set := range found.first {
			turn.Sets[i] = s.changes(set)
		}
		out = append(out, turn)
	}
	return out
}

// Truth as a level, so that AND is the lesser and OR the greater.
const (
	isFalse = iota
	isUnknown
	isTrue
)

func level(bits uint8) int {
	switch bits {
	case bitTrue:
		return isTrue
	case bitFalse:
		return isFalse
	}
	return isUnknown
}

var levelBits = [3]uint8{isFalse: bitFalse, isUnknown: bitsOpen, isTrue: bitTrue}

// valueWord is the word for a value of the indication (group 0) or of an outcome.
func valueWord(group, v int) string {
	if group == 0 {
		return string(suggestion(levelBits[v]))
	}
	return [3]string{isFalse: care.OutcomeAble, isUnknown: care.OutcomeUnknown, isTrue: care.OutcomeUnable}[v]
}

// never is the cost of a value that no definite answers can give.
const never = math.MaxInt32

// A changeSet has a step for each change, in the order of the tree: three times the place of the leaf, and its new level.
type changeSet []int

// ways are the cheapest ways to one value of one branch.
type ways struct {
	cost  int         // how many changes; never when there is no way
	count uint64      // how many ways; it stays at the largest number rather than run over
	first []changeSet // the first of them, in order
}

var (
	noWay   = ways{cost: never}
	stayPut = ways{count: 1, first: []changeSet{nil}} // change nothing
)

// A changeSearch is one pass over the tree.
type changeSearch struct {
	rs    *Ruleset
	v     []uint8
	t     *Trace
	touch int // group that must not stay as it is, or -1
	most  int
	order []int // the leaves in the order in which they are written, as they are come by
}

// leaf gives the ways to each value of a leaf: it stays, or its fact gets an answer that settles it.
func (s *changeSearch) leaf(l int) [3]ways {
	out := [3]ways{noWay, noWay, noWay}
	step := 3 * len(s.order)
	s.order = append(s.order, l)
	for v := range out {
		switch {
		case v == level(s.t.leaf(l)):
			out[v] = stayPut
		case s.rs.definite[l]>>v&1 == 1:
			out[v] = ways{1, 1, []changeSet{{step + v}}}
		}
	}
	return out
}

// group gives the ways to each value of a group.
func (s *changeSearch) group(g int) [3]ways {
	p := s.rs.logic
	op, n := p.groups[g].op, int(p.groups[g].n)
	// What members before the next one come to: for AND and OR the value so far, for at_least how many are true and how many
	// unknown, each up to n.
	size, start := 3, isTrue
	join := func(state, v int) int { return min(state, v) }
	result := func(state int) int { return state }
	switch op {
	case opAny:
		start, join = isFalse, func(state, v int) int { return max(state, v) }
	case opAtLeast:
		size, start = (n+1)*(n+1), 0
		join = func(state, v int) int {
			yes, perhaps := state/(n+1), state%(n+1)
			if v == isTrue {
				yes = min(yes+1, n)
			}
			if v == isUnknown {
				perhaps = min(perhaps+1, n)
			}
			return yes*(n+1) + perhaps
		}
		result = func(state int) int { return int(atLeastValue(n, state/(n+1), state%(n+1))) }
	}
	states, next := make([]ways, size), make([]ways, size)
	for i := range states {
		states[i] = noWay
	}
	states[start] = stayPut
	for _, m := range p.members[g] {
		var of [3]ways
		if m.leaf >= 0 {
			of = s.leaf(m.leaf)
		} else {
			of = s.group(m.group)
		}
		for i := range next {
			next[i] = noWay
		}
		for i, state := range states {
			for v := range of {
				s.add(&next[join(i, v)], state, of[v])
			}
		}
		states, next = next, states
	}
	out := [3]ways{noWay, noWay, noWay}
	for i, state := range states {
		s.add(&out[result(i)], state, stayPut)
	}
	if guard := p.guards[g]; guard >= 0 { // while it is true the group is unknown, whatever its members are
		of, members := s.leaf(guard), out
		out = [3]ways{noWay, noWay, noWay}
		for v := range out {
			s.add(&out[v], members[v], of[isFalse])
			s.add(&out[v], members[v], of[isUnknown])
		}
		s.add(&out[isUnknown], stayPut, of[isTrue])
	}
	if g == s.touch {
		// Changes below that leave the group as it is are in no smallest set: without them it would be smaller.
		out[level(s.t.group(g))] = noWay
	}
	return out
}

// add puts the ways that go first one way and then another among those of to, when they are as cheap. All sets of one cost
// have the same length and every step of b is behind those of a, so the first ways joined are joined first ways.
func (s *changeSearch) add(to *ways, a, b ways) {
	if a.cost == never || b.cost == never || a.cost+b.cost > to.cost {
		return
	}
	if cost := a.cost + b.cost; cost < to.cost {
		*to = ways{cost: cost}
	}
	to.count = addCounts(to.count, a.count, b.count)
	joined := make([]changeSet, 0, min(s.most, len(a.first)*len(b.first)))
	for _, x := range a.first {
		for _, y := range b.first {
			if len(joined) == s.most {
				break
			}
			switch {
			case len(y) == 0:
				joined = append(joined, x)
			case len(x) == 0:
				joined = append(joined, y)
			default:
				joined = append(joined, slices.Concat(x, y))
			}
		}
	}
	if len(to.first) > 0 {
		joined = append(joined, to.first...)
		slices.SortFunc(joined, slices.Compare)
	}
	to.first = joined[:min(len(joined), s.most)]
}

// addCounts is n + a*b, or the largest number when that is too large.
func addCounts(n, a, b uint64) uint64 {
	if a != 0 && b > (math.MaxUint64-n)/a {
		return math.MaxUint64
	}
	return n + a*b
}

// changes tells a set in terms of facts.
func (s *changeSearch) changes(set changeSet) []Change {
	out := make([]Change, len(set))
	for i, step := range set {
		l := s.rs.logic.leaves[s.order[step/3]]
		d := &s.rs.schema.defs[l.slot]
		now := s.v[l.slot]
		out[i] = Change{
			Fact: d.path, From: d.typ.decode(now), To: d.typ.settling(l.table, levelBits[step%3]),
			Learn: now == 0 || d.typ.openAt[now], Holds: step%3 == isTrue, def: d,
		}
	}
	return out
}

// settling lists the answers that settle a fact and give its leaf a value. Ways to say nothing are left out: they may count
// as an answer to a rule, and nobody learns them.
func (t *factType) settling(tab *truthTable, want uint8) []string {
	var out []string
	for i, o := range t.options {
		v := uint8(i + 1)
		if t.many {
			v = 1 << i
		}
		if tab[v] == want && !t.openAt[v] && !t.weighAt[v] && !slices.Contains(waysOut, o) {
			out = append(out, o)
		}
	}
	return out
}

// ChangeText says in words what a set of changes is: what would be learnt, and what would turn out other than it was told.
// It needs a version with a journey, whose words it uses.
func (rs *Ruleset) ChangeText(set []Change) string {
	parts := make([]string, len(set))
	for i, c := range set {
		how := "change.told"
		if c.Learn {
			how = "change.learn"
		}
		parts[i] = rs.within("staff."+how, Words{"what": rs.changeWhat(c)})
	}
	return rs.Text("staff.change.if", Words{"what": strings.Join(parts, rs.within("staff.change.and", nil))})
}

// changeWhat says one change as a part of a sentence.
func (rs *Ruleset) changeWhat(c Change) string {
	words := Words{}
	for i := 0; i+1 < len(c.def.bound); i += 2 {
		switch id := c.def.bound[i+1]; c.def.bound[i] {
		case "outcome":
			words["outcome"] = rs.words.Outcomes[id]
		case "area":
			words["area"] = rs.words.Areas[id]
		}
	}
	return rs.within(c.wordsKey(), words)
}

// within gives the words of a key as they stand inside a sentence: Text begins one, with a capital.
func (rs *Ruleset) within(key string, w Words) string {
	for _, part := range rs.Journey.words.Words[key] {
		if filled, whole := w.fill(part); whole {
			return filled
		}
	}
	return "[no words: " + key + "]"
}

// wordsKey is where the words for a change stand: by the last part of the fact, by "area" for all areas, and by what the
// rules ask of it.
func (c Change) wordsKey() string {
	name := c.def.segs[len(c.def.segs)-1]
	if k := slices.Index(c.def.bound, "area"); k >= 0 && k%2 == 0 {
		name = "area"
	}
	if c.Holds {
		return "staff.change." + name + ".holds"
	}
	return "staff.change." + name + ".not"
}
