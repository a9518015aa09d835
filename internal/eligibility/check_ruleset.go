package eligibility

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A rulesetChecker turns the files of one version into a Ruleset, and everything that is wrong with them into Problems that a
// lawyer can act on. It goes on after a mistake as far as that makes sense.
type rulesetChecker struct {
	rs       *Ruleset
	file     *rulesetFile
	src      source
	locale   string
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
