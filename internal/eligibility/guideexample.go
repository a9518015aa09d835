package eligibility

import (
	"slices"
	"strings"

	"threshold/internal/care"
)

// A GuideExample is a worked case of the rules, told as if it were the reader's own form.
type GuideExample struct {
	GuideEntry               // Suggestion is what the rules make of it, after the change
	Changed    *GuideChange  // nil when nothing was changed
	Told       []GuideTold   // what would have been said
	Reasons    []care.Reason // one for each condition
	Tree       Line
	Undecided  []string      // what could still change the suggestion, in words
	Weigh      []string      // what only a person can weigh
	Prompts    []care.Prompt // what a worker would be told
	Changes    []GuideChange // single changes that alter the suggestion of the case as it was, in the order of the facts
	Same       []GuideChange // single changes that never do: help that somebody gives
	Case       GuideCase
}

// GuideCase is what the case says to lawyers.
type GuideCase struct {
	Title, Why string
	Citations  []string
	Contested  bool
}

// A GuideTold is a group of sentences, with a heading when they are about one outcome.
type GuideTold struct {
	Heading string
	Lines   []string
}

// A GuideChange is one fact with another answer, in words, and what the rules would then suggest.
type GuideChange struct {
	Fact, Option string
	Text         string
	Suggestion   care.Suggestion
}

// Example works a case out, with one fact changed when fact is not "". It keeps nothing. ok is false when there is no
// such example, fact or option.
func (g *Guide) Example(id, fact, option string) (example GuideExample, ok bool) {
	at, ok := g.byCase[id]
	if !ok {
		return GuideExample{}, false
	}
	c := g.cases[id]
	rs := c.rules.rs
	facts := c.Facts.Clone()
	out := GuideExample{
		GuideEntry: g.entry(g.examples[at]),
		Case:       GuideCase{Title: c.Title, Why: c.Why, Citations: c.Citations, Contested: c.Contested},
	}
	out.Changes, out.Same = g.changes(rs, c.Facts)
	if fact != "" {
		if facts.Set(fact, option) != nil {
			return GuideExample{}, false
		}
		out.Changed = &GuideChange{Fact: fact, Option: option, Text: g.toldOption(rs, fact, option)}
	}
	ind := rs.Indicate(facts)
	out.Suggestion = ind.Suggestion
	if out.Changed != nil {
		out.Changed.Suggestion = ind.Suggestion
	}
	out.Reasons, out.Prompts, out.Tree = ind.Reasons, ind.Prompts, rs.Explain(facts)
	out.Told = g.told(rs, facts)
	out.Undecided = g.open(rs, facts, ind.Undecided)
	for _, path := range ind.Judgement {
		d := &rs.schema.defs[rs.schema.index[path]]
		out.Weigh = append(out.Weigh, g.named(rs, d, rs.toldText(d, facts.v[rs.schema.index[path]])))
	}
	return out, true
}

// named puts the everyday name of an outcome before a sentence that does not say which one it is about.
func (g *Guide) named(rs *Ruleset, d *factDef, text string) string {
	o, ok := rs.Outcome(boundTo(d, "outcome"))
	if !ok || strings.Contains(text, o.Everyday) {
		return text
	}
	return upperFirst(o.Everyday) + ": " + text
}

func boundTo(d *factDef, list string) string {
	if k := slices.Index(d.bound, list); k >= 0 {
		return d.bound[k+1]
	}
	return ""
}

// toldOption is the sentence for a fact with an option.
func (g *Guide) toldOption(rs *Ruleset, path, option string) string {
	i, ok := rs.schema.index[path]
	if !ok {
		return ""
	}
	d := &rs.schema.defs[i]
	if d.typ.recordedOnly {
		return g.named(rs, d, g.head.Help[option])
	}
	v, err := d.typ.encode(path, []string{option})
	if err != nil {
		return ""
	}
	return g.named(rs, d, rs.toldText(d, v))
}

// told says the facts: first those about the person, then outcome by outcome, then well-being. Outcomes of which every
// way was denied, and those nobody was asked about, are named together.
func (g *Guide) told(rs *Ruleset, f Facts) []GuideTold {
	var person, life []string
	var fine, silent []string
	var hard []GuideTold
	areas := map[string][]string{} // by option: everyday names
	var areaOptions []string
	for i := range rs.schema.defs {
		d := &rs.schema.defs[i]
		area := boundTo(d, "area")
		switch {
		case boundTo(d, "outcome") != "" || f.v[i] == 0:
		case area != "":
			option := d.typ.decode(f.v[i])[0]
			if areas[option] == nil {
				areaOptions = append(areaOptions, option)
			}
			areas[option] = append(areas[option], area)
		case strings.HasPrefix(d.path, "wellbeing."):
			life = append(life, rs.toldText(d, f.v[i]))
		default:
			person = append(person, rs.toldText(d, f.v[i]))
		}
	}
	for _, o := range rs.outcomes {
		switch lines, kind := g.toldOutcome(rs, f, o); kind {
		case toldFine:
			fine = append(fine, o.Everyday)
		case toldSilent:
			silent = append(silent, o.Everyday)
		default:
			hard = append(hard, GuideTold{Heading: upperFirst(o.Everyday), Lines: lines})
		}
	}
	for _, option := range areaOptions {
		life = append(life, rs.toldAreas(areas[option], option))
	}
	var rest []string
	if len(fine) > 0 {
		rest = append(rest, g.Say("fact_fine", Words{"list": list(fine)}))
	}
	if len(silent) > 0 {
		rest = append(rest, g.Say("fact_silent", Words{"list": list(silent)}))
	}
	var out []GuideTold
	for _, group := range slices.Concat([]GuideTold{{Lines: person}}, hard, []GuideTold{{Heading: g.heading(len(hard) > 0), Lines: slices.Concat(rest, life)}}) {
		if len(group.Lines) > 0 {
			out = append(out, group)
		}
	}
	return out
}

// heading parts what is said of life as a whole from the outcomes before it.
func (g *Guide) heading(needed bool) string {
	if !needed {
		return ""
	}
	return g.Say("life", nil)
}

// toldAreas is the sentence for several areas of well-being of which the same was said.
func (rs *Ruleset) toldAreas(areas []string, option string) string {
	var names []string
	for _, a := range areas {
		names = append(names, rs.words.Areas[a])
	}
	for i := range rs.schema.defs {
		d := &rs.schema.defs[i]
		if boundTo(d, "area") != areas[0] {
			continue
		}
		for _, key := range patternsOf(d) {
			if byOption, ok := rs.words.Told[key]; ok {
				return parseTemplate(byOption[option]).fill(func(string) string { return list(names) })
			}
		}
	}
	return ""
}

type toldKind int

const (
	toldHard   toldKind = iota // worth lines of its own
	toldFine                   // every way of being unable was denied, and nothing else said
	toldSilent                 // nothing was said
)

func (g *Guide) toldOutcome(rs *Ruleset, f Facts, o Item) ([]string, toldKind) {
	var lines, no []string
	var denied, limbs, given int
	yes, plain := false, true
	for i := range rs.schema.defs {
		d := &rs.schema.defs[i]
		if boundTo(d, "outcome") != o.ID {
			continue
		}
		v := f.v[i]
		isLimb := boundTo(d, "limb") != ""
		if v != 0 {
			given++
		}
		switch {
		case isLimb:
			limbs++
			options := d.typ.decode(v)
			yes = yes || slices.Contains(options, "yes")
			if slices.Contains(options, "no") {
				denied++
				no = append(no, rs.toldText(d, v))
				continue
			}
			lines = append(lines, rs.toldText(d, v)) // what was left out of a page that was begun is told too
		case d.typ.recordedOnly:
			for _, option := range d.typ.decode(v) {
				lines, plain = append(lines, g.head.Help[option]), false
			}
		case v != 0:
			lines = append(lines, rs.toldText(d, v))
			plain = plain && !d.typ.boolean && rs.settles(d, v)
		}
	}
	switch {
	case given == 0:
		return nil, toldSilent
	case denied == limbs && plain:
		return nil, toldFine
	case denied == limbs:
		lines = append([]string{g.Say("already_no", nil)}, lines...)
	case yes && denied > 0:
		lines = slices.Insert(lines, limbs-denied, g.Say("fact_rest_no", nil)) // after the limbs, which come first
	default:
		lines = append(no, lines...)
	}
	return lines, toldHard
}

// settles says whether an answer leaves nothing open and takes nothing away: what goes without saying of an outcome that
// is fine.
func (rs *Ruleset) settles(d *factDef, v uint8) bool {
	return !d.typ.openAt[v] && !d.typ.weighAt[v] && !slices.Contains(d.typ.decode(v), "no")
}

// open names what is undecided: outcomes by their name, each once, and all else by what was or was not said.
func (g *Guide) open(rs *Ruleset, f Facts, paths []string) []string {
	var out []string
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	var areas, unsure []string
	for _, path := range paths {
		i := rs.schema.index[path]
		d := &rs.schema.defs[i]
		if o, ok := rs.Outcome(boundTo(d, "outcome")); ok {
			add(upperFirst(o.Everyday))
			continue
		}
		if a := boundTo(d, "area"); a != "" {
			if f.v[i] == 0 {
				areas = append(areas, a)
			} else {
				unsure = append(unsure, a)
			}
			continue
		}
		add(rs.toldText(d, f.v[i]))
	}
	if len(areas) > 0 {
		add(rs.toldAreas(areas, Absent))
	}
	if len(unsure) > 0 {
		add(rs.toldAreas(unsure, "not_sure"))
	}
	return out
}

// changes tries every fact with every other answer, one at a time. Of several answers to one fact that come to the same,
// the first is told.
func (g *Guide) changes(rs *Ruleset, f Facts) (alter, same []GuideChange) {
	trace := rs.NewTrace()
	before := rs.Evaluate(f, trace)
	for i := range rs.schema.defs {
		d := &rs.schema.defs[i]
		if d.typ.recordedOnly {
			if len(same) == 0 && rs.hasYes(f, boundTo(d, "outcome")) {
				same = g.helpChanges(rs, f, i, before)
			}
			continue
		}
		seen := map[care.Suggestion]bool{before: true}
		for _, option := range d.typ.options {
			changed := f.Clone()
			if changed.Set(d.path, option) != nil || changed.v[i] == f.v[i] {
				continue
			}
			if to := rs.Evaluate(changed, trace); !seen[to] {
				seen[to] = true
				alter = append(alter, GuideChange{Fact: d.path, Option: option, Text: g.toldOption(rs, d.path, option), Suggestion: to})
			}
		}
	}
	return alter, same
}

// helpChanges are the answers about help with an outcome, none of which changes anything.
func (g *Guide) helpChanges(rs *Ruleset, f Facts, i int, before care.Suggestion) []GuideChange {
	d := &rs.schema.defs[i]
	var out []GuideChange
	for _, option := range d.typ.options {
		changed := f.Clone()
		if changed.Set(d.path, option) != nil || changed.v[i] == f.v[i] {
			continue
		}
		if rs.Indicate(changed).Suggestion == before {
			out = append(out, GuideChange{Fact: d.path, Option: option, Text: g.toldOption(rs, d.path, option), Suggestion: before})
		}
	}
	return out
}

// hasYes says whether any way of being unable was said of an outcome.
func (rs *Ruleset) hasYes(f Facts, outcome string) bool {
	for _, l := range rs.limbs {
		if slices.Contains(f.Get("outcomes."+outcome+"."+l.ID), "yes") {
			return true
		}
	}
	return false
}
