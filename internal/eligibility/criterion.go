package eligibility

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// Truth is a value of Kleene's strong three-valued logic (S. C. Kleene, Introduction to Metamathematics, 1952, §64).
// Unknown is the zero value, so that whatever nobody worked out is never a yes or a no.
type Truth uint8

// The three values.
const (
	Unknown Truth = iota
	False
	True
)

// String gives "unknown", "false" or "true".
func (t Truth) String() string {
	switch t {
	case False:
		return "false"
	case True:
		return "true"
	}
	return "unknown"
}

// And is True when all of ts are, False when any is, else Unknown. Of nothing it is True.
func And(ts ...Truth) Truth {
	out := True
	for _, t := range ts {
		if t == False {
			return False
		}
		if t == Unknown {
			out = Unknown
		}
	}
	return out
}

// Or is True when any of ts is, False when all are, else Unknown. Of nothing it is False.
func Or(ts ...Truth) Truth {
	out := False
	for _, t := range ts {
		if t == True {
			return True
		}
		if t == Unknown {
			out = Unknown
		}
	}
	return out
}

// AtLeast is True when n or more of ts are True, False when fewer than n would be even if every Unknown turned out
// True, else Unknown.
func AtLeast(n int, ts ...Truth) Truth {
	yes, perhaps := 0, 0
	for _, t := range ts {
		switch t {
		case True:
			yes++
		case Unknown:
			perhaps++
		}
	}
	switch {
	case yes >= n:
		return True
	case yes+perhaps < n:
		return False
	}
	return Unknown
}

// Absent is the option that stands for "not answered" in a criterion. No fact or question may have an option of
// this name.
const Absent = "absent"

// A Reading is what is known of one fact or answer: the options given, as they were given. No values means that it
// was not answered. Unknown says that the value given leaves the matter open ("not_sure"; a frequency of "rarely";
// an effect of "some"): what it does not settle stays unknown instead of becoming false.
type Reading struct {
	Values  []string
	Unknown bool
}

// A Criterion is a test over facts, as it is written in the rules:
//
//	is: {impairment: yes}                                   the fact has this option
//	one_of: {outcomes.nutrition.cause: [impairment, mixed]} the fact has one of these options
//	all: [ … ]                                              every one holds
//	any: [ … ]                                              at least one holds
//	at_least: {n: 2, of: [ … ]}                             n or more hold
//
// In place of a list, all, any and at_least take `each`, which writes one test out for every member of a list
// (outcome, limb, area); the member's id stands where <outcome>, <limb> or <area> does:
//
//	any: {each: outcome, that: {is: {outcomes.<outcome>.danger: yes}}}
//	any: {each: outcome, in: [home_safety, home_upkeep], that: { … }}
//	at_least: {n: 2, each: area, that: {is: {wellbeing.areas.<area>: some}}}
//
// A test is three-valued. `is` and `one_of` are True when a value given is among the options named; else Unknown
// when nothing was given or when the value given leaves the matter open; else False. The option "absent" holds when
// nothing was given. all, any and at_least follow And, Or and AtLeast.
//
// The zero Criterion was not written; see IsZero.
type Criterion struct {
	op      criterionOp
	n       int         // at_least
	of      []Criterion // all, any, at_least; with each: the one template
	each    string      // the list that is written out, or ""
	in      []string    // only these members of it, or all when empty
	fact    string      // is, one_of
	options []string    // is, one_of
	line    int
}

type criterionOp uint8

const (
	opNone criterionOp = iota
	opAll
	opAny
	opAtLeast
	opIs // is and one_of alike
)

var criterionWords = map[string]criterionOp{"all": opAll, "any": opAny, "at_least": opAtLeast, "is": opIs, "one_of": opIs}

// IsZero says whether nothing was written.
func (c Criterion) IsZero() bool { return c.op == opNone }

// Line is the line of the file on which the criterion begins, or 0.
func (c Criterion) Line() int { return c.line }

// Eval works the criterion out. read is asked for each fact by its path, possibly more than once. A criterion with
// `each` in it must have been written out with Expand before; the zero Criterion is True, for "always".
func (c Criterion) Eval(read func(fact string) Reading) Truth {
	switch c.op {
	case opIs:
		return leafTruth(c.options, read(c.fact))
	case opAll:
		out := True
		for _, k := range c.of {
			switch k.Eval(read) {
			case False:
				return False
			case Unknown:
				out = Unknown
			}
		}
		return out
	case opAny:
		out := False
		for _, k := range c.of {
			switch k.Eval(read) {
			case True:
				return True
			case Unknown:
				out = Unknown
			}
		}
		return out
	case opAtLeast:
		ts := make([]Truth, len(c.of))
		for i, k := range c.of {
			ts[i] = k.Eval(read)
		}
		return AtLeast(c.n, ts...)
	}
	return True
}

// leafTruth is the meaning of `is` and `one_of`, and the only place that has it.
func leafTruth(options []string, r Reading) Truth {
	if len(r.Values) == 0 {
		if slices.Contains(options, Absent) {
			return True
		}
		return Unknown
	}
	for _, v := range r.Values {
		if slices.Contains(options, v) {
			return True
		}
	}
	// Whatever was said, it was said: "was it left out?" has a definite answer.
	if r.Unknown && !(len(options) == 1 && options[0] == Absent) {
		return Unknown
	}
	return False
}

// Facts returns the paths of all facts read, each once, in the order in which they are written.
func (c Criterion) Facts() []string {
	var out []string
	c.leaves(func(leaf Criterion) {
		if !slices.Contains(out, leaf.fact) {
			out = append(out, leaf.fact)
		}
	})
	return out
}

// leaves visits every is and one_of in the order in which they are written.
func (c Criterion) leaves(visit func(leaf Criterion)) {
	if c.op == opIs {
		visit(c)
		return
	}
	for _, k := range c.of {
		k.leaves(visit)
	}
}

// Lists are the lists that `each` can walk, by the name used between the angle brackets: outcome, limb, area.
type Lists map[string][]string

// Expand writes every `each` out over the lists and returns a criterion without any. The problems have a line but no
// file yet; they are about a list or a member that does not exist, or a <name> that no `each` fills.
func (c Criterion) Expand(lists Lists) (Criterion, Problems) {
	return c.expand(lists, nil)
}

func (c Criterion) expand(lists Lists, bound []string) (Criterion, Problems) {
	var ps Problems
	switch c.op {
	case opNone:
		return c, nil
	case opIs:
		out := c
		out.fact = fill(c.fact, bound)
		if i := strings.IndexByte(out.fact, '<'); i >= 0 {
			ps.add("", c.line, fmt.Sprintf("nothing fills the gap in %q", out.fact),
				"a name in angle brackets stands for each member of a list, one at a time",
				"put the test under `all`, `any` or `at_least` with `each:` and the name of the list, or write the id itself")
		}
		return out, ps
	}
	out := c
	out.each, out.in, out.of = "", nil, nil
	if c.each == "" {
		for _, k := range c.of {
			e, kps := k.expand(lists, bound)
			out.of, ps = append(out.of, e), append(ps, kps...)
		}
		return out, ps
	}
	members, ok := lists[c.each]
	if !ok {
		names := make([]string, 0, len(lists))
		for n := range lists {
			names = append(names, n)
		}
		slices.Sort(names)
		ps.add("", c.line, fmt.Sprintf("there is no list called %q to go through with `each`", c.each),
			"`each` needs to know what to write the test out for", "use one of: "+strings.Join(names, ", "))
		return out, ps
	}
	for i := 0; i+1 < len(bound); i += 2 {
		if bound[i] == c.each {
			ps.add("", c.line, fmt.Sprintf("`each: %s` stands inside another `each: %s`", c.each, c.each),
				"it would not be clear which of the two <"+c.each+"> means", "go through the list once")
			return out, ps
		}
	}
	if len(c.in) > 0 {
		for _, id := range c.in {
			if !slices.Contains(members, id) {
				ps.add("", c.line, fmt.Sprintf("%q is not one of the %ss", id, c.each),
					"a test about something that does not exist could never hold", "use one of: "+strings.Join(members, ", "))
			}
		}
		if members = c.in; len(ps) > 0 {
			return out, ps
		}
	}
	for _, id := range members {
		e, kps := c.of[0].expand(lists, append(slices.Clone(bound), c.each, id))
		out.of = append(out.of, e)
		if len(kps) > 0 { // the same mistake once, not once for each member
			return out, append(ps, kps...)
		}
	}
	if c.op == opAtLeast && c.n > len(out.of) {
		ps = append(ps, thresholdProblem(c.n, len(out.of), c.line))
	}
	return out, ps
}

// fill puts ids where their <name> stands; bound has name, id, name, id, …
func fill(path string, bound []string) string {
	if !strings.Contains(path, "<") {
		return path
	}
	for i := 0; i+1 < len(bound); i += 2 {
		path = strings.ReplaceAll(path, "<"+bound[i]+">", bound[i+1])
	}
	return path
}

// UnmarshalYAML reads a criterion and says on which line it is wrong, if it is.
func (c *Criterion) UnmarshalYAML(n ast.Node) error {
	got, err := readCriterion(n)
	if err != nil {
		return err
	}
	*c = got
	return nil
}

const criterionHelp = "write one of: is, one_of, all, any, at_least"

func readCriterion(n ast.Node) (Criterion, error) {
	bad := func(at ast.Node, what, why, mend string) (Criterion, error) {
		return Criterion{}, Problem{Line: lineOf(at), What: what, Why: why, Mend: mend}
	}
	pairs, ok := pairsOf(n)
	if !ok || len(pairs) == 0 {
		return bad(n, "a test is missing here", "a test says what must hold, as a key with its facts", criterionHelp)
	}
	if len(pairs) > 1 {
		return bad(pairs[1], fmt.Sprintf("a test has one key, but here are %d", len(pairs)),
			"it would not be clear whether all of them must hold or any", "put them in a list under `all:` or `any:`")
	}
	word, _ := scalarOf(nodeOfKey(pairs[0]))
	value := pairs[0].Value
	c := Criterion{op: criterionWords[word], line: lineOf(n)}
	switch {
	case c.op == opNone:
		return bad(n, fmt.Sprintf("%q is not a kind of test", word), "the rules know five kinds of test", criterionHelp)
	case c.op == opIs:
		facts, ok := pairsOf(value)
		if !ok || len(facts) != 1 {
			return bad(n, fmt.Sprintf("`%s` needs exactly one fact with its option", word),
				"it would not be clear which facts must hold together", "write `"+word+": {fact: option}`; put several tests in a list under `all:` or `any:`")
		}
		c.fact, _ = scalarOf(nodeOfKey(facts[0]))
		if word == "is" {
			o, ok := scalarOf(facts[0].Value)
			if !ok {
				return bad(facts[0], fmt.Sprintf("`is` needs one option for %q", c.fact),
					"`is` compares with one option", "use `one_of` with a list in square brackets for several options")
			}
			c.options = []string{o}
			return c, nil
		}
		list, ok := facts[0].Value.(*ast.SequenceNode)
		if !ok || len(list.Values) == 0 {
			return bad(facts[0], fmt.Sprintf("`one_of` needs a list of options for %q", c.fact),
				"`one_of` compares with several options", "write them in square brackets, or use `is` for a single option")
		}
		for _, v := range list.Values {
			o, ok := scalarOf(v)
			if !ok || slices.Contains(c.options, o) {
				return bad(v, fmt.Sprintf("an option of %q is written twice or is not a word", c.fact),
					"each option counts once", "keep each option once, as a plain word")
			}
			c.options = append(c.options, o)
		}
		return c, nil
	}
	return readGroup(c, word, value, n)
}

// readGroup reads what stands under all, any and at_least.
func readGroup(c Criterion, word string, value, at ast.Node) (Criterion, error) {
	bad := func(at ast.Node, what, why, mend string) (Criterion, error) {
		return Criterion{}, Problem{Line: lineOf(at), What: what, Why: why, Mend: mend}
	}
	list, isList := value.(*ast.SequenceNode)
	if isList && c.op != opAtLeast {
		return readMembers(c, word, list, at)
	}
	pairs, ok := pairsOf(value)
	if !ok {
		return bad(at, fmt.Sprintf("`%s` needs tests under it", word), "there is nothing that must hold",
			"give a list of tests, or `each:` with `that:`")
	}
	for _, p := range pairs {
		key, _ := scalarOf(nodeOfKey(p))
		switch {
		case key == "n" && c.op == opAtLeast:
			s, _ := scalarOf(p.Value)
			n, err := strconv.Atoi(s)
			if err != nil {
				return bad(p, fmt.Sprintf("`n` of `at_least` is %q", s), "it says how many must hold", "write a whole number")
			}
			c.n = n
		case key == "of" && c.op == opAtLeast:
			l, ok := p.Value.(*ast.SequenceNode)
			if !ok {
				return bad(p, "`of` needs a list of tests", "`at_least` counts how many of them hold", "write the tests as a list")
			}
			var err error
			if c, err = readMembers(c, word, l, at); err != nil {
				return c, err
			}
		case key == "each":
			c.each, _ = scalarOf(p.Value)
		case key == "in":
			l, ok := p.Value.(*ast.SequenceNode)
			if !ok || len(l.Values) == 0 {
				return bad(p, "`in` needs a list of ids", "it limits `each` to some members", "write the ids in square brackets, or leave `in` out")
			}
			for _, v := range l.Values {
				id, _ := scalarOf(v)
				c.in = append(c.in, id)
			}
		case key == "that":
			that, err := readCriterion(p.Value)
			if err != nil {
				return c, err
			}
			c.of = []Criterion{that}
		default:
			return bad(p, fmt.Sprintf("the key %q is not known under `%s`", key, word),
				"a key that nobody reads would look like a rule and change nothing", "use each, in, that"+map[bool]string{true: ", n, of"}[c.op == opAtLeast])
		}
	}
	if len(c.of) == 0 || (c.each == "" && c.op != opAtLeast) || (c.each == "" && len(c.in) > 0) || (c.each != "" && len(c.of) != 1) {
		return bad(at, fmt.Sprintf("`%s` is not complete", word), "`each` (the list) and `that` (the test) belong together",
			"give a list of tests, or both `each:` and `that:`")
	}
	return checkThreshold(c, at)
}

func readMembers(c Criterion, word string, list *ast.SequenceNode, at ast.Node) (Criterion, error) {
	if len(list.Values) == 0 {
		return Criterion{}, Problem{Line: lineOf(at), What: fmt.Sprintf("the list under `%s` is empty", word),
			Why: "a test of nothing holds always or never, which nobody means", Mend: "name at least one test"}
	}
	for _, v := range list.Values {
		k, err := readCriterion(v)
		if err != nil {
			return Criterion{}, err
		}
		c.of = append(c.of, k)
	}
	return c, nil
}

func checkThreshold(c Criterion, at ast.Node) (Criterion, error) {
	most := len(c.of)
	if c.each != "" {
		most = len(c.in) // 0 when the list is not known yet: the upper end is checked when it is written out
	}
	if c.op == opAtLeast && (c.n < 1 || (most > 0 && c.n > most)) {
		return Criterion{}, thresholdProblem(c.n, most, lineOf(at))
	}
	return c, nil
}

func thresholdProblem(n, most, line int) Problem {
	between := "1 or more"
	if most > 0 {
		between = fmt.Sprintf("between 1 and %d", most)
	}
	return Problem{Line: line, What: fmt.Sprintf("`at_least` asks for %d", n),
		Why:  "below 1 it would hold always, above the number of tests never",
		Mend: "write a number " + between}
}

// nodeOfKey is the key of a pair as a plain node.
func nodeOfKey(p *ast.MappingValueNode) ast.Node { return p.Key }
