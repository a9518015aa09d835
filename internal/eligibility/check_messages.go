package eligibility

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"threshold/internal/care"
)

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
				l.root, l.template = -1, parseTemplate(l.Text)
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
	if w.Locale != ck.locale {
		ck.addWords(ck.wordsSrc.line("locale"), fmt.Sprintf("the locale is %q, but the file is reasons.%s.yaml", w.Locale, ck.locale),
			"words in one language would be shown as another", "write locale: "+ck.locale)
	}
	prompts := make([]string, len(rs.prompts))
	for i, p := range rs.prompts {
		prompts[i] = p.ID
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
	ck.toldWords()
	ck.reasonWords()
}

// say puts words where the rules keep them at hand.
func (rs *Ruleset) say(w wording) {
	rs.words = w
	for i, p := range rs.prompts {
		rs.prompts[i].text = w.Prompts[p.ID]
	}
	for i, o := range rs.outcomes {
		rs.outcomes[i].Everyday = w.Outcomes[o.ID]
	}
	for i, a := range rs.areas {
		rs.areas[i].Everyday = w.Areas[a.ID]
	}
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
