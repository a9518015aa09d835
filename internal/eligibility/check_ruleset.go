package eligibility

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
)

// A rulesetChecker turns the files of one version into a Ruleset, and everything that is wrong with them into Problems that a
// lawyer can act on. It goes on after a mistake as far as that makes sense.
type rulesetChecker struct {
	rs       *Ruleset
	file     *rulesetFile
	src      source
	words    *wording
	wordsSrc source
	ps       Problems
}

var idPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func (ck *rulesetChecker) add(line int, what, why, mend string) {
	ck.ps.add(ck.src.file, line, what, why, mend)
}

func (ck *rulesetChecker) addWords(line int, what, why, mend string) {
	ck.ps.add(ck.wordsSrc.file, line, what, why, mend)
}

// head checks what is told about the version as a whole.
func (ck *rulesetChecker) head() {
	f, src := ck.file, ck.src
	kind, date, _ := strings.Cut(ck.rs.dir, "/")
	if want := kind + "@" + date; f.ID != want {
		ck.add(src.line("id"), fmt.Sprintf("the id is %q, but the folder says %q", f.ID, want),
			"drafts and signed records name a version by its id, so it must lead to one folder", "write id: "+want)
	}
	if f.Title == "" {
		ck.add(src.line("title"), "the title is missing", "people choose and cite a ruleset by its title", "write a title")
	}
	if _, err := time.Parse(time.DateOnly, f.InForceFrom); err != nil {
		ck.add(src.line("in_force_from"), fmt.Sprintf("in_force_from is %q, which is not a date", f.InForceFrom),
			"without it nobody could tell which version applies on a day", "write it as year-month-day, such as \"2015-04-01\"")
	} else if f.InForceFrom != date {
		ck.add(src.line("in_force_from"), fmt.Sprintf("in_force_from is %s, but the folder says %s", f.InForceFrom, date),
			"the folder and the file would name two different days", "make both the first day on which the version is in force")
	}
	if f.InForceTo != "" {
		if _, err := time.Parse(time.DateOnly, f.InForceTo); err != nil {
			ck.add(src.line("in_force_to"), fmt.Sprintf("in_force_to is %q, which is not a date", f.InForceTo),
				"without it nobody could tell which version applies on a day", "write the last day as year-month-day, or leave the line out")
		} else if f.InForceTo < f.InForceFrom {
			ck.add(src.line("in_force_to"), fmt.Sprintf("in_force_to (%s) is before in_force_from (%s)", f.InForceTo, f.InForceFrom),
				"the version would never be in force", "write the last day on which it is in force, or leave the line out")
		}
	}
	if f.ReviewedBy == nil {
		ck.add(0, "reviewed_by is missing", "readers must see whether a lawyer has signed for these rules",
			"write `reviewed_by: \"\"` until a named person has reviewed them")
	}
	if len(f.Citations) == 0 {
		ck.add(0, "citations is missing", "a ruleset must say which law it puts into practice", "list each source with citation and title")
	}
	for i, c := range f.Citations {
		if c.Citation == "" || c.Title == "" {
			ck.add(src.line("citations", i), "a source lacks its citation or title", "readers must be able to find the law", "write both")
		}
	}
}

// mark checks what every rule must carry.
func (ck *rulesetChecker) mark(line int, what string, m RuleMark) {
	const why = "every rule must say where it comes from, so that a lawyer can check it"
	if m.Citation == "" {
		ck.add(line, what+" has no citation", why, "add citation: with the provision, such as SI 2015/313 reg 2(1)(a)")
	}
	if !slices.Contains([]string{"law", "guidance", "policy"}, m.Basis) {
		said := "has no basis"
		if m.Basis != "" {
			said = fmt.Sprintf("has the basis %q", m.Basis)
		}
		ck.add(line, what+" "+said, why, "add basis: law, guidance or policy (our own choice)")
	}
	if m.Verified == nil {
		ck.add(line, what+" does not say whether it is verified", why, "add verified: true when the provision itself was read for it, else verified: false")
	}
}

func (ck *rulesetChecker) id(line int, what, id string, seen map[string]bool) {
	if !idPattern.MatchString(id) {
		ck.add(line, fmt.Sprintf("the id %q of %s cannot be used", id, what),
			"ids stand in facts, addresses and stored records", "use small letters, digits and _, beginning with a letter")
	}
	if seen[id] {
		ck.add(line, fmt.Sprintf("the id %q is there twice among the %s", id, what),
			"facts and records could not tell the two apart", "give each its own id, or take one away")
	}
	seen[id] = true
}

func (ck *rulesetChecker) lists() {
	for _, l := range []struct {
		key, what string
		items     []Item
		need      bool
	}{{"outcomes", "outcomes", ck.file.Outcomes, true}, {"limbs", "limbs", ck.file.Limbs, true}, {"areas", "areas", ck.file.Areas, true}} {
		if len(l.items) == 0 && l.need {
			ck.add(ck.src.line(l.key), l.key+" is missing or empty", "the rules go through this list", "list each with id, letter, name, citation, basis and verified")
		}
		seen := map[string]bool{}
		for i, it := range l.items {
			line := ck.src.line(l.key, i)
			ck.id(line, l.what, it.ID, seen)
			if it.Name == "" {
				ck.add(line, fmt.Sprintf("%s in %s has no name", it.ID, l.key), "practitioners read it in the words of the law", "add name:")
			}
			ck.mark(line, fmt.Sprintf("%s in %s", it.ID, l.key), it.RuleMark)
		}
	}
}

func (ck *rulesetChecker) types() {
	ck.rs.types = map[string]*factType{}
	for _, name := range slices.Sorted(maps.Keys(ck.file.FactTypes)) {
		ft := ck.file.FactTypes[name]
		line := ck.src.line("fact_types", name)
		t := &factType{
			name: name, options: ft.Options, many: ft.Many, boolean: ft.Boolean, recordedOnly: ft.RecordedOnly,
			askAgain: ft.AskAgain, weigh: ft.Weigh,
		}
		ck.rs.types[name] = t
		seen := map[string]bool{}
		for _, o := range ft.Options {
			ck.id(line, "options of "+name, o, seen)
			if o == Absent {
				ck.add(line, fmt.Sprintf("the fact type %q has an option called absent", name),
					"absent is the word for what was not answered", "call it something else")
			}
		}
		most := 200
		if ft.Many {
			most = 8
		}
		if len(ft.Options) == 0 || len(ft.Options) > most {
			ck.add(line, fmt.Sprintf("the fact type %q has %d options", name, len(ft.Options)),
				"a fact keeps its answer in one byte", fmt.Sprintf("give it 1 to %d", most))
		}
		if ft.Boolean && !slices.Equal(slices.Sorted(slices.Values(ft.Options)), []string{"false", "true"}) {
			ck.add(line, fmt.Sprintf("the fact type %q is boolean and has other options than true and false", name),
				"in JSON it is true or false", `write options: ["true", "false"]`)
		}
		if ft.Many && len(ft.AskAgain)+len(ft.Weigh) > 0 {
			ck.add(line, fmt.Sprintf("the fact type %q takes several options and has ask_again or weigh", name),
				"several answers at once have no single one that stays open", "leave ask_again and weigh out")
		}
		for _, o := range ft.AskAgain {
			if o != Absent && !slices.Contains(ft.Options, o) {
				ck.add(line, fmt.Sprintf("ask_again of %q names %q, which is not an option", name, o),
					"it would never happen", "use one of: "+strings.Join(ft.Options, ", ")+", or absent")
			}
		}
		for _, o := range ft.Weigh {
			if !slices.Contains(ft.Options, o) || slices.Contains(ft.AskAgain, o) {
				ck.add(line, fmt.Sprintf("weigh of %q names %q, which is not an option of its own", name, o),
					"an answer is either to be asked again or to be weighed", "use one of the options, and name it only once")
			}
		}
	}
}

// facts writes the facts out over the lists: those that begin with the same outcome stand together, so that the order
// is that of the regulation.
func (ck *rulesetChecker) facts() {
	lists := ck.rs.Lists()
	var defs []factDef
	seen := map[string]bool{}
	list := ck.file.Facts
	for at := 0; at < len(list); {
		run := at + 1
		head, name := firstGap(list[at].Fact)
		for name != "" && run < len(list) {
			if h, _ := firstGap(list[run].Fact); h != head {
				break
			}
			run++
		}
		members := lists[name]
		if name == "" {
			members = []string{""}
		} else if members == nil {
			ck.add(ck.src.line("facts", at), fmt.Sprintf("there is no list called %q", name),
				"a name in angle brackets stands for each member of a list", "use <outcome>, <limb> or <area>")
		}
		for _, id := range members {
			for k := at; k < run; k++ {
				if len(list[k].Only) > 0 && !slices.Contains(list[k].Only, id) {
					continue
				}
				var bound []string
				if name != "" {
					bound = []string{name, id}
				}
				defs = ck.expandFact(k, bound, defs, seen)
			}
		}
		at = run
	}
	for k, f := range list {
		line := ck.src.line("facts", k)
		t, ok := ck.rs.types[f.Type]
		if !ok {
			ck.add(line, fmt.Sprintf("the fact %q has the type %q, which does not exist", f.Fact, f.Type),
				"the type says which answers there are", "use one of: "+strings.Join(slices.Sorted(maps.Keys(ck.rs.types)), ", "))
			continue
		}
		// Care Act 2014 s.9 and Guidance ch.6: needs are looked at regardless of help. This is the one thing about facts
		// that is fixed here and not in the data, so that no ruleset can undo it by leaving a word out.
		if last := f.Fact[strings.LastIndexByte(f.Fact, '.')+1:]; last == "help" && !t.recordedOnly {
			ck.add(line, fmt.Sprintf("the fact %q is not recorded_only", f.Fact),
				"help that a person gets now must not count against them (carer-blind assessment, Guidance ch.6)", "give it a type with recorded_only: true")
		}
		_, name := firstGap(f.Fact)
		for _, id := range f.Only {
			if !slices.Contains(lists[name], id) {
				ck.add(line, fmt.Sprintf("only of %q names %q, which does not exist", f.Fact, id),
					"the fact would never be there", "use one of: "+strings.Join(lists[name], ", "))
			}
		}
	}
	if len(list) == 0 {
		ck.add(ck.src.line("facts"), "facts is missing or empty", "the rules read facts", "list each fact with its type")
	}
	if len(ck.ps) == 0 {
		for _, t := range ck.rs.types {
			t.index()
		}
		ck.rs.schema = newSchema(defs)
	}
}

// firstGap returns the path up to the first <name>, and the name.
func firstGap(path string) (head, name string) {
	i, j := strings.IndexByte(path, '<'), strings.IndexByte(path, '>')
	if i < 0 || j < i {
		return path, ""
	}
	return path[:j+1], path[i+1 : j]
}

func (ck *rulesetChecker) expandFact(k int, bound []string, defs []factDef, seen map[string]bool) []factDef {
	pattern := ck.file.Facts[k].Fact
	path := fill(pattern, bound)
	if _, name := firstGap(path); name != "" {
		for _, id := range ck.rs.Lists()[name] {
			defs = ck.expandFact(k, append(slices.Clone(bound), name, id), defs, seen)
		}
		return defs
	}
	segs := strings.Split(path, ".")
	line := ck.src.line("facts", k)
	for _, s := range segs {
		if !idPattern.MatchString(s) {
			ck.add(line, fmt.Sprintf("the fact %q cannot be used", path), "the parts of a fact's name stand in JSON and in stored records",
				"use small letters, digits and _, with dots between the parts and <outcome>, <limb> or <area> for lists")
			return defs
		}
	}
	for i := range segs {
		if at := strings.Join(segs[:i+1], "."); seen[at] && i == len(segs)-1 || seen["="+at] {
			ck.add(line, fmt.Sprintf("the fact %q is there twice, or stands inside another one", path),
				"one path in the JSON must mean one thing", "give each fact its own name")
			return defs
		}
	}
	for i := range segs {
		seen[strings.Join(segs[:i+1], ".")] = true
	}
	seen["="+path] = true
	return append(defs, factDef{path: path, segs: segs, typ: ck.rs.types[ck.file.Facts[k].Type], pattern: pattern, bound: bound})
}

// The places of the derived facts after the last fact.
const (
	derivedIndication = iota
	derivedUnable
	derivedUndecided
	derivedJudgement
	derivedFixed
)

var (
	indicationOptions = []string{string(care.LikelyMet), string(care.LikelyNotMet), string(care.CannotTell)}
	conditionOptions  = []string{care.ConditionMet, care.ConditionNotMet, care.ConditionUnknown}
	outcomeOptions    = []string{care.OutcomeUnable, care.OutcomeAble, care.OutcomeUnknown}
)

func (ck *rulesetChecker) derived() map[string]int {
	rs := ck.rs
	index := map[string]int{}
	put := func(path string, t *factType) {
		index[path] = len(rs.schema.defs) + len(rs.derived)
		rs.derived = append(rs.derived, factDef{path: path, typ: t})
	}
	count := &factType{name: "(count)", options: []string{"none", "one", "more"}}
	some := &factType{name: "(some)", options: []string{"none", "some"}}
	put("indication", &factType{name: "(indication)", options: indicationOptions})
	put("unable_outcomes", count)
	put("undecided", some)
	put("judgement", some)
	condition := &factType{name: "(condition)", options: conditionOptions}
	for _, c := range rs.conditions {
		put("conditions."+c.ID, condition)
	}
	outcome := &factType{name: "(outcome)", options: outcomeOptions}
	for _, o := range rs.outcomes {
		put("outcomes."+o.ID, outcome)
	}
	return index
}

// expand writes a criterion out and keeps its problems.
func (ck *rulesetChecker) expand(c Criterion, src source) Criterion {
	out, ps := c.Expand(ck.rs.Lists())
	for _, p := range ps {
		p.File = src.file
		ck.ps = append(ck.ps, p)
	}
	return out
}

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

// messages builds the program of the prompts and of the choice among reasons.
func (ck *rulesetChecker) messages() {
	rs, src := ck.rs, ck.src
	index := ck.derived()
	typeOf := func(slot int) *factType {
		if slot < len(rs.schema.defs) {
			return rs.schema.defs[slot].typ
		}
		return rs.derived[slot-len(rs.schema.defs)].typ
	}
	slot := func(leaf Criterion) (int, *factType, *Problem) {
		if i, ok := index[leaf.fact]; ok {
			return i, typeOf(i), nil
		}
		if i, ok := rs.schema.index[leaf.fact]; ok {
			return i, typeOf(i), nil
		}
		p := ck.noSuchFact(leaf)
		if strings.HasPrefix(leaf.fact, "conditions.") {
			p.Mend = "use one of: " + strings.Join(rs.ConditionIDs(), ", ")
		}
		return 0, nil, p
	}
	var roots []*treeNode
	b := treeBuilder{file: src.file, ps: &ck.ps, slot: slot}
	seen := map[string]bool{}
	for i, p := range rs.prompts {
		line := src.line("prompts", i)
		ck.id(line, "prompts", p.ID, seen)
		ck.mark(line, "the prompt "+p.ID, p.RuleMark)
		if p.Always != p.When.IsZero() {
			ck.add(line, fmt.Sprintf("the prompt %q needs either `always: true` or `when`", p.ID),
				"a test left out by mistake would raise it for everybody", "write one of the two")
		}
		roots = append(roots, b.build(ck.expand(p.When, src)))
	}
	wb := treeBuilder{file: ck.wordsSrc.file, ps: &ck.ps, slot: slot}
	rs.reasonLines = make([]conditionReasons, len(rs.conditions))
	for i, c := range rs.conditions {
		for value, lines := range map[string]uint8{care.ConditionMet: bitTrue, care.ConditionNotMet: bitFalse, care.ConditionUnknown: bitsOpen} {
			for _, l := range ck.words.Reasons[c.ID][value] {
				l.root, l.text = -1, parseTemplate(l.Text)
				if !l.When.IsZero() {
					l.root = len(roots)
					roots = append(roots, wb.build(ck.expand(l.When, ck.wordsSrc)))
				}
				rs.reasonLines[i][lines] = append(rs.reasonLines[i][lines], l)
			}
		}
	}
	if len(ck.ps) > 0 {
		return
	}
	total := 0
	for _, r := range roots {
		total += countLeaves(r)
	}
	if total > maxLeaves {
		ck.add(src.line("prompts"), fmt.Sprintf("the prompts come to %d tests", total), "they are kept in small numbers", fmt.Sprintf("write prompts with at most %d", maxLeaves))
		return
	}
	rs.messages = compile(roots, typeOf)
}

// wording checks that nothing lacks its words and no words lack their thing.
func (ck *rulesetChecker) wording() {
	w, rs := ck.words, ck.rs
	if w.Locale != "en" {
		ck.addWords(ck.wordsSrc.line("locale"), fmt.Sprintf("the locale is %q, but the file is reasons.en.yaml", w.Locale),
			"words in one language would be shown as another", "write locale: en")
	}
	prompts := make([]string, len(rs.prompts))
	for i, p := range rs.prompts {
		prompts[i] = p.ID
		rs.prompts[i].text = w.Prompts[p.ID]
	}
	partIDs := make([]string, len(rs.parts))
	for i, p := range rs.parts {
		partIDs[i] = p.ID
	}
	ck.words1("outcomes", "outcome", ids(rs.outcomes), w.Outcomes)
	ck.words1("areas", "area", ids(rs.areas), w.Areas)
	ck.words1("prompts", "prompt", prompts, w.Prompts)
	ck.words1("tree", "condition", rs.ConditionIDs(), w.Tree.Conditions, "conditions")
	ck.words1("tree", "part", partIDs, w.Tree.Parts, "parts")
	if w.Tree.Indication == "" || w.Tree.Outcome == "" {
		ck.addWords(ck.wordsSrc.line("tree"), "the reason tree lacks the words of the indication or of an outcome",
			"people would see an empty line", "add indication: and outcome: under tree:")
	}
	for i, o := range rs.outcomes {
		rs.outcomes[i].Everyday = w.Outcomes[o.ID]
	}
	for i, a := range rs.areas {
		rs.areas[i].Everyday = w.Areas[a.ID]
	}
	ck.toldWords()
	ck.reasonWords()
}

// words1 compares the keys of one map of words with what needs words.
func (ck *rulesetChecker) words1(section, what string, need []string, have map[string]string, sub ...string) {
	path := []any{section}
	for _, s := range sub {
		path = append(path, s)
	}
	for _, id := range need {
		if strings.TrimSpace(have[id]) == "" {
			ck.addWords(ck.wordsSrc.line(path...), fmt.Sprintf("the %s %q has no words", what, id),
				"people would see an empty line", "add "+id+": with a sentence")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(have)) {
		if !slices.Contains(need, id) {
			ck.addWords(ck.wordsSrc.line(append(path, id)...), fmt.Sprintf("there are words for the %s %q, which does not exist", what, id),
				"nobody would ever see them; perhaps the id is misspelt", "correct the id, or take the line away")
		}
	}
}

func (ck *rulesetChecker) toldWords() {
	rs := ck.rs
	used := map[string]bool{}
	missing := map[string]bool{}
	for _, d := range rs.schema.defs {
		if d.typ.recordedOnly {
			continue
		}
		key := ""
		for _, k := range patternsOf(&d) {
			if _, ok := ck.words.Told[k]; ok {
				key = k
				break
			}
		}
		if key == "" {
			if !missing[d.pattern] {
				ck.addWords(ck.wordsSrc.line("told"), fmt.Sprintf("the fact %q has no words", d.path), "people would see an empty line",
					"add "+d.pattern+": with a sentence for each option")
			}
			missing[d.pattern] = true
			continue
		}
		if used[key] {
			continue
		}
		used[key] = true
		need := append(slices.Clone(d.typ.options), Absent)
		if d.typ.boolean { // false and absent both say that nothing differs, each with its own sentence
			need = []string{"true", "false", Absent}
		}
		ck.words1("told", "answer", need, ck.words.Told[key], key)
	}
	for _, key := range slices.Sorted(maps.Keys(ck.words.Told)) {
		if !used[key] {
			ck.addWords(ck.wordsSrc.line("told", key), fmt.Sprintf("there are words for the fact %q, which no rule reads", key),
				"nobody would ever see them; perhaps it is misspelt", "write it as under facts in ruleset.yaml, or take it away")
		}
	}
}

func (ck *rulesetChecker) reasonWords() {
	for _, c := range ck.rs.conditions {
		for _, value := range conditionOptions {
			lines := ck.words.Reasons[c.ID][value]
			if len(lines) == 0 || !lines[len(lines)-1].When.IsZero() {
				ck.addWords(ck.wordsSrc.line("reasons", c.ID, value), fmt.Sprintf("the condition %q has no reason that always fits when it is %s", c.ID, value),
					"people must always be told why", "end the list with a text: without when:")
			}
			for i, l := range lines {
				line := ck.wordsSrc.line("reasons", c.ID, value, i)
				if i < len(lines)-1 && l.When.IsZero() {
					ck.addWords(line, "a reason without `when` stands before others", "those after it would never be said", "put it last")
				}
				if strings.TrimSpace(l.Text) == "" {
					ck.addWords(line, "a reason has no text", "people would see an empty line", "add text:")
				}
				for _, name := range parseTemplate(l.Text).names() {
					if !slices.Contains(reasonPlaceholders, name) {
						ck.addWords(line, fmt.Sprintf("the placeholder {%s} is not known", name), "people would see a gap", "use one of: "+strings.Join(reasonPlaceholders, ", "))
					}
				}
			}
		}
		for _, value := range slices.Sorted(maps.Keys(ck.words.Reasons[c.ID])) {
			if !slices.Contains(conditionOptions, value) {
				ck.addWords(ck.wordsSrc.line("reasons", c.ID, value), fmt.Sprintf("%q is not a value of a condition", value),
					"nobody would ever see these words", "use one of: "+strings.Join(conditionOptions, ", "))
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(ck.words.Reasons)) {
		if !slices.Contains(ck.rs.ConditionIDs(), id) {
			ck.addWords(ck.wordsSrc.line("reasons", id), fmt.Sprintf("there are reasons for the condition %q, which does not exist", id),
				"nobody would ever see these words", "use one of: "+strings.Join(ck.rs.ConditionIDs(), ", "))
		}
	}
}
