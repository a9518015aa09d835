package eligibility

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A guideChecker holds one version of the guide against the rules of one day.
type guideChecker struct {
	v    *guideVersion
	b    *guideBinding
	src  map[string]source
	ps   Problems
	used map[string]bool // citations
}

func (ck *guideChecker) add(file string, line int, what, why, mend string) {
	ck.ps.add(ck.v.dir+"/"+file, line, what, why, mend)
}

func (ck *guideChecker) run() {
	ck.used = map[string]bool{}
	ck.labels()
	ck.listed()
	for _, id := range ck.v.head.Pages {
		ck.page(id)
	}
	for i, s := range ck.v.sources {
		line := ck.src["sources.yaml"].line("sources", i)
		if s.Citation == "" || !slices.Contains(guideBases, s.Basis) || s.Verified == nil {
			ck.add("sources.yaml", line, fmt.Sprintf("the source %q lacks its citation, basis or verified", s.Citation),
				"readers must see what a sentence rests on, and if anybody has checked it", "write citation, basis (law, guidance or policy) and verified")
		}
		if !ck.used[s.Citation] {
			ck.add("sources.yaml", line, fmt.Sprintf("nothing in the guide rests on %q", s.Citation), "a source nobody uses is checked for nothing", "take it away, or correct the spelling")
		}
	}
}

// labels checks the words that every page shares.
func (ck *guideChecker) labels() {
	const file = "guide.en.yaml"
	h, src := &ck.v.head, ck.src[file]
	if h.Locale != "en" {
		ck.add(file, src.line("locale"), fmt.Sprintf("the locale is %q, but the file is guide.en.yaml", h.Locale), "words in one language would be shown as another", "write locale: en")
	}
	if h.Title == "" || len(h.Lead) == 0 || len(h.Pages) == 0 || len(h.Kinds) == 0 {
		ck.add(file, 1, "title, lead, pages or kinds is missing", "the first page of the guide is made from them", "write all four")
	}
	keys := func(section, what string, have []string, need []string) {
		for _, k := range need {
			if !slices.Contains(have, k) {
				ck.add(file, src.line(section), fmt.Sprintf("%s %q has no words", what, k), "people would see a gap", "write it under `"+section+"`")
			}
		}
		for _, k := range have {
			if !slices.Contains(need, k) {
				ck.add(file, src.line(section, k), fmt.Sprintf("there are words for %s %q, which does not exist", what, k), "nobody would ever read them", "take them away, or correct the spelling")
			}
		}
	}
	keys("words", "the label", slices.Sorted(maps.Keys(h.Words)), guideWords)
	keys("suggests", "the suggestion", slices.Sorted(maps.Keys(h.Suggests)), indicationOptions)
	var help []string
	for _, k := range h.Kinds {
		for _, d := range ck.b.rules[k].rs.schema.defs {
			if d.typ.recordedOnly {
				for _, o := range d.typ.options {
					if !slices.Contains(help, o) {
						help = append(help, o)
					}
				}
			}
		}
	}
	keys("help", "the help", slices.Sorted(maps.Keys(h.Help)), help)
	for _, k := range slices.Sorted(maps.Keys(h.Words)) {
		for _, s := range h.Words[k] {
			ck.filled(file, src.line("words", k), s, guideFills)
		}
	}
	for _, s := range append([]string{h.Title}, h.Lead...) {
		ck.filled(file, src.line("lead"), s, nil)
	}
}

// filled checks the placeholders of a text.
func (ck *guideChecker) filled(file string, line int, text string, more []string) {
	for _, name := range parseTemplate(text).names() {
		if ck.b.numbers[name] != "" || slices.Contains(guideClocks, name) || slices.Contains(more, name) {
			continue
		}
		use := slices.Concat(slices.Sorted(maps.Keys(ck.b.numbers)), guideClocks, more)
		mend := "use one of: " + strings.Join(use, ", ")
		if kind, what, ok := strings.Cut(name, "."); ok && ck.b.rules[kind] != nil {
			switch n, known := ck.b.rules[kind].counts()[what]; {
			case known && n == 0:
				mend = "write the number in ruleset.yaml with at_least or any over `each: outcome`"
			case known:
				mend = "write the word for " + strconv.Itoa(n) + " under `numbers` in guide.en.yaml"
			}
		}
		ck.add(file, line, fmt.Sprintf("the placeholder {%s} is not known", name), "the sentence would be left out", mend)
	}
}

// listed checks the list of examples.
func (ck *guideChecker) listed() {
	const file = "examples.en.yaml"
	clear(ck.v.byCase)
	for i, e := range ck.v.examples {
		line := ck.src[file].line("examples", i)
		if ck.b.cases[e.Case] == nil {
			ck.add(file, line, fmt.Sprintf("there is no worked case %q", e.Case), "its example could not be shown", "use the id of a case in <kind>/<date>/cases, or take the line away")
		}
		if _, twice := ck.v.byCase[e.Case]; twice {
			ck.add(file, line, fmt.Sprintf("the example %q is there twice", e.Case), "only one of the two could be opened", "keep one of them")
		}
		if e.Title == "" {
			ck.add(file, line, fmt.Sprintf("the example %q has no title", e.Case), "the title of the case is for lawyers", "write `title:` in plain words")
		}
		ck.filled(file, line, e.Title, nil)
		ck.v.byCase[e.Case] = i
	}
}

func (ck *guideChecker) page(id string) {
	file := id + ".en.yaml"
	p, src := ck.v.pages[id], ck.src[file]
	if p.Title == "" || p.Lead == "" || len(p.Sections) == 0 {
		ck.add(file, 1, "title, lead or sections is missing", "every page has a heading, a line in the contents, and something to say", "write all three")
	}
	if slices.Contains(guideReserved, id) {
		ck.add(file, 1, fmt.Sprintf("a page of the guide cannot be called %q", id), "that address belongs to another page", "call it something else")
	}
	if p.Of != "" && ck.b.rules[p.Of] == nil {
		ck.add(file, src.line("of"), fmt.Sprintf("the page is of %q", p.Of), "the pages of a form are looked for in one of the rulesets", "use one of: "+strings.Join(ck.v.head.Kinds, ", ")+", or leave it out")
	}
	ck.filled(file, src.line("title"), p.Title+p.Lead, nil)
	seen := map[string]bool{}
	for i, s := range p.Sections {
		line := src.line("sections", i)
		if s.ID == "" || seen[s.ID] || s.Heading == "" {
			ck.add(file, line, fmt.Sprintf("a section lacks its id or heading, or the id %q is there twice", s.ID), "the contents list leads to it", "give each section its own id and a heading")
		}
		seen[s.ID] = true
		ck.filled(file, line, s.Heading, nil)
		if len(s.Paras) == 0 && s.List.Of == "" && s.Table == nil {
			ck.add(file, line, fmt.Sprintf("the section %q says nothing", s.ID), "people would read a heading with nothing under it", "write paras, a list or a table")
		}
		for k, para := range s.Paras {
			ck.para(file, src.line("sections", i, "paras", k), para)
		}
		if s.List.Of != "" || s.List.Items != "" || s.List.Each != nil {
			ck.list(file, src.line("sections", i, "list"), s.List)
		}
		if s.Table != nil {
			ck.table(file, src.line("sections", i, "table"), *s.Table)
		}
		for _, e := range s.Examples {
			if _, ok := ck.v.byCase[e]; !ok {
				ck.add(file, src.line("sections", i, "examples"), fmt.Sprintf("there is no example %q", e), "the link would lead nowhere", "name it in examples.en.yaml, or take it away")
			}
		}
	}
}

// guideReserved are addresses below /guide that are no page of its own.
var guideReserved = []string{"example", "examples", "form"}

func (ck *guideChecker) para(file string, line int, p guideParaRow) {
	if p.Text == "" {
		ck.add(file, line, "a paragraph has no text", "people would see a gap", "write `text`")
	}
	for _, s := range append([]string{p.Text, p.Law}, p.Points...) {
		ck.filled(file, line, s, nil)
	}
	ck.cites(file, line, "a paragraph", p.Cite, p.Basis)
	for _, id := range p.Asked {
		ck.asked(file, line, id)
	}
	for _, f := range p.Facts {
		if !ck.isFact(f) {
			ck.add(file, line, fmt.Sprintf("no rule reads the fact %q", f), "the questions that ask for it could not be found", "write it as under `facts` in ruleset.yaml")
		}
	}
}

func (ck *guideChecker) isFact(pattern string) bool {
	for _, r := range ck.b.rules {
		for _, d := range r.rs.schema.defs {
			if d.path == pattern || d.pattern == pattern {
				return true
			}
		}
	}
	return false
}

// asked checks that some journey asks a question, and that it is not a private one.
func (ck *guideChecker) asked(file string, line int, id string) {
	hidden := false
	for _, r := range ck.b.rules {
		for _, f := range r.form {
			if slices.ContainsFunc(f.questions, func(q *question) bool { return q.id == id || q.source == id }) {
				return
			}
		}
		if r.rs.HasJourney() {
			for _, q := range r.rs.questions {
				hidden = hidden || q.id == id || q.source == id
			}
		}
	}
	if hidden {
		ck.add(file, line, fmt.Sprintf("the question %q is a private one, or on no page of the path", id), "the guide must not show others what people are asked alone", "name another question, or none")
		return
	}
	ck.add(file, line, fmt.Sprintf("there is no question %q", id), "the link to the form would lead nowhere", "use the id of a question in questions.yaml, or none")
}

func (ck *guideChecker) cites(file string, line int, what string, citations []string, basis string) {
	if len(citations) == 0 {
		ck.add(file, line, what+" has no citation", "people must be able to check every sentence about the law", "add `cite` with the provision, such as [\"Care Act 2014 s.9(1)\"]")
	}
	found := basis == ""
	for _, c := range citations {
		ck.used[c] = true
		marks := ck.b.marks[c]
		if marks == nil {
			ck.add(file, line, fmt.Sprintf("no rule has the citation %q", c), "nobody could tell if it is law, and if anybody has read it",
				"write it as the rule has it that says so, or add it to sources.yaml")
			continue
		}
		found = found || marks[basis] != nil
	}
	if !found && len(citations) > 0 {
		ck.add(file, line, fmt.Sprintf("no rule with this citation has the basis %q", basis), "a sentence must not claim to be more than the rule it rests on",
			"use law, guidance or policy as the rule has it, or leave it out")
	}
}

func (ck *guideChecker) list(file string, line int, l guideListRow) {
	r := ck.b.rules[l.Of]
	if r == nil {
		ck.add(file, line, fmt.Sprintf("the list is of %q", l.Of), "a list of the law is taken from one of the rulesets", "use one of: "+strings.Join(ck.v.head.Kinds, ", "))
		return
	}
	items := r.items(l.Items)
	if items == nil {
		ck.add(file, line, fmt.Sprintf("there is no list %q", l.Items), "nothing would stand in its place", "use outcomes, limbs or areas")
		return
	}
	if l.Items == "limbs" || l.Each != nil {
		for _, it := range items {
			if l.Each[it.ID] == "" {
				ck.add(file, line, fmt.Sprintf("%q of %s of %s has no words", it.ID, l.Items, r.rs.ID()), "a part of the law would be left out", "write it under `each`")
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.Each)) {
		ck.filled(file, line, l.Each[id], nil)
		if _, ok := find(items, id); !ok {
			ck.add(file, line, fmt.Sprintf("there are words for %q, which is not one of the %s of %s", id, l.Items, r.rs.ID()), "nobody would ever read them", "take them away, or correct the spelling")
		}
	}
	if l.Items == "outcomes" && r.rs.HasJourney() {
		for _, it := range items {
			if r.example[it.ID] == "" {
				ck.add(file, line, fmt.Sprintf("the outcome %q of %s has no example", it.ID, r.rs.ID()), "everyday words alone do not show what is meant", "write `example` beside its words in content.en.yaml")
			}
		}
	}
}

func (ck *guideChecker) table(file string, line int, t guideTableRow) {
	if t.Caption == "" || len(t.Head) == 0 || len(t.Rows) == 0 {
		ck.add(file, line, "a table lacks its caption, its head or its rows", "it could not be read aloud", "write all three")
	}
	uneven := false
	for i, r := range t.Rows {
		if len(r.Cells) != len(t.Head) && !uneven {
			uneven = true // once: more often than not it is the head that is wrong
			ck.add(file, line, fmt.Sprintf("row %d of the table has %d cells under %d headings", i+1, len(r.Cells), len(t.Head)), "what stands in a column would not be what its heading says", "write one cell for each heading")
		}
		for _, c := range r.Cells {
			ck.filled(file, line, c, nil)
		}
		ck.cites(file, line, fmt.Sprintf("row %d of the table", i+1), r.Cite, r.Basis)
	}
}
