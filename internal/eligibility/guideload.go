package eligibility

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
)

// guideFolder has, by date, the words of the guide. It is no kind of assessment.
const guideFolder = "guide"

// guideWords are the labels that pages of the guide show; each must be written, and no other.
var guideWords = []string{
	"alike", "all_examples", "already_no", "as_it_was", "asked", "back", "basis_guidance", "basis_law", "basis_policy",
	"change_intro", "change_more", "change_none", "change_same", "change_title", "changed", "contents", "contested", "examples_lead",
	"examples_title", "example_said", "fact_fine", "fact_rest_no", "fact_silent", "facts_intro", "facts_none", "facts_title", "form_lead",
	"form_title", "law_title", "life", "mark_false", "mark_true", "mark_unknown", "next", "no_lawyer", "not_advice", "not_decision", "not_form",
	"not_verified", "on_page", "prompts_title", "reviewed", "source", "suggests_title", "tree_title", "try", "undecided_none", "undecided_title",
	"verified", "weigh_title", "why_title",
}

// guideClocks are the placeholders that the service fills: how long it keeps things.
var guideClocks = []string{"idle", "draft", "kept", "staff_idle", "staff_life"}

// guideFills are the placeholders that only labels may use.
var guideFills = []string{"list", "title", "name"}

// A guideVersion is one dated folder of the guide.
type guideVersion struct {
	from     string // yyyy-mm-dd
	dir      string
	head     guideHead
	pages    map[string]guidePageRow
	examples []guideExampleRow
	byCase   map[string]int // where an example stands
	sources  []guideSource
	bindings []*guideBinding // by date, oldest first
}

// A guideBinding is a version of the guide with the rulesets that are in force from a date.
type guideBinding struct {
	from    string
	rules   map[string]*guideRules // by kind
	cases   map[string]*guideCase
	marks   map[string]map[string]*bool // by citation and basis: whether all that rests on it was read
	numbers Words
}

// guideRules are what the guide takes from one version of the rules.
type guideRules struct {
	rs       *Ruleset
	form     []guideFormPage
	patterns map[string]string // of facts
	covers   map[string]string // by outcome: what stands beside its box in the journey
	example  map[string]string // by outcome
}

// A guideFormPage is a page of a journey that the guide may name.
type guideFormPage struct {
	GuideFormPage
	outcome    string
	firstAlike string // anchor of the first page that is written as the same one
	questions  []*question
	facts      []string // that answers to it become
}

// A guideCase is a worked case and what the rules make of it. That this is what the case expects is for `rules test`.
type guideCase struct {
	Case
	rules      *guideRules
	suggestion care.Suggestion
}

// The files of a version, as they are written.

type guideHead struct {
	Locale   string               `yaml:"locale"`
	Status   string               `yaml:"status"`
	Kinds    []string             `yaml:"kinds"`
	Title    string               `yaml:"title"`
	Lead     []string             `yaml:"lead"`
	Pages    []string             `yaml:"pages"`
	Numbers  []string             `yaml:"numbers"` // the word for 0, 1, 2, …
	Suggests map[string]string    `yaml:"suggests"`
	Help     map[string]string    `yaml:"help"` // by option of the help that is written down and never counts
	Words    map[string]sentences `yaml:"words"`
}

type guidePageRow struct {
	Title    string            `yaml:"title"`
	Of       string            `yaml:"of"` // the kind whose form is meant; "" for every one
	Lead     string            `yaml:"lead"`
	Sections []guideSectionRow `yaml:"sections"`
}

type guideSectionRow struct {
	ID       string         `yaml:"id"`
	Heading  string         `yaml:"heading"`
	Paras    []guideParaRow `yaml:"paras"`
	List     guideListRow   `yaml:"list"`
	Table    *guideTableRow `yaml:"table"`
	Examples []string       `yaml:"examples"`
}

type guideParaRow struct {
	Text   string   `yaml:"text"`
	Points []string `yaml:"points"`
	Cite   []string `yaml:"cite"`
	Basis  string   `yaml:"basis"`
	Law    string   `yaml:"law"`
	Asked  []string `yaml:"asked"`
	Facts  []string `yaml:"facts"`
}

type guideListRow struct {
	Of    string            `yaml:"of"`
	Items string            `yaml:"items"` // outcomes, limbs or areas
	Each  map[string]string `yaml:"each"`
}

type guideTableRow struct {
	Caption string     `yaml:"caption"`
	Head    []string   `yaml:"head"`
	Rows    []guideRow `yaml:"rows"`
}

type guideRow struct {
	Cells []string `yaml:"cells"`
	Cite  []string `yaml:"cite"`
	Basis string   `yaml:"basis"`
}

type guideExampleRow struct {
	Case  string `yaml:"case"`
	Title string `yaml:"title"`
}

type guideSource struct {
	RuleMark `yaml:",inline"`
}

type guideSourcesFile struct {
	Sources []guideSource `yaml:"sources"`
}

type guideExamplesFile struct {
	Examples []guideExampleRow `yaml:"examples"`
}

// items returns one of the lists of the law.
func (r *guideRules) items(list string) []Item {
	switch list {
	case "outcomes":
		return r.rs.Outcomes()
	case "limbs":
		return r.rs.Limbs()
	case "areas":
		return r.rs.Areas()
	}
	return nil
}

// counts are the numbers of a ruleset that the guide may say. The threshold is 0 when no condition has one.
func (r *guideRules) counts() map[string]int {
	return map[string]int{"outcomes": len(r.rs.outcomes), "limbs": len(r.rs.limbs), "areas": len(r.rs.areas), "threshold": r.rs.Threshold()}
}

// loadGuides reads every version of the guide and holds it against the rulesets of lib, which have been loaded.
func (l *Library) loadGuides(fsys fs.FS) Problems {
	files, err := fs.Glob(fsys, guideFolder+"/*/guide.en.yaml")
	if err != nil {
		return Problems{{File: guideFolder, What: err.Error(), Why: "it was not expected while reading the guide", Mend: "see the message"}}
	}
	var ps Problems
	sources := map[string]map[string]source{}
	for _, file := range files {
		dir := strings.TrimSuffix(file, "/guide.en.yaml")
		v, src, found := readGuide(fsys, dir)
		ps = append(ps, found...)
		sources[dir] = src
		l.guides = append(l.guides, v)
	}
	if len(ps) > 0 {
		return ps
	}
	slices.SortFunc(l.guides, func(a, b *guideVersion) int { return strings.Compare(a.from, b.from) })
	taken := map[*Ruleset]*guideRules{}
	for i, v := range l.guides {
		until := "9999-12-31"
		if i+1 < len(l.guides) {
			until = l.guides[i+1].from
		}
		for _, date := range l.guideDates(v, until) {
			b, found := l.bindGuide(fsys, v, date, taken)
			if found == nil {
				ck := guideChecker{v: v, b: b, src: sources[v.dir]}
				ck.run()
				found = ck.ps
			}
			for _, p := range found {
				if !slices.Contains(ps, p) { // most are the same for every ruleset
					ps = append(ps, p)
				}
			}
			v.bindings = append(v.bindings, b)
		}
	}
	ps.sort()
	return ps
}

// guideDates are the days on which what a version of the guide is made from changes.
func (l *Library) guideDates(v *guideVersion, until string) []string {
	dates := []string{v.from}
	for _, k := range v.head.Kinds {
		for _, rs := range l.byKind[k] {
			if rs.InForceFrom > v.from && rs.InForceFrom < until && !slices.Contains(dates, rs.InForceFrom) {
				dates = append(dates, rs.InForceFrom)
			}
		}
	}
	slices.Sort(dates)
	return dates
}

func readGuide(fsys fs.FS, dir string) (*guideVersion, map[string]source, Problems) {
	v := &guideVersion{dir: dir, from: strings.TrimPrefix(dir, guideFolder+"/"), pages: map[string]guidePageRow{}, byCase: map[string]int{}}
	src := map[string]source{}
	var ps Problems
	read := func(name string, into any) {
		s, err := decodeStrictAt(fsys, dir+"/"+name, into)
		if err != nil {
			ps = append(ps, asProblems(err)...)
		}
		src[name] = s
	}
	var sources guideSourcesFile
	var examples guideExamplesFile
	read("guide.en.yaml", &v.head)
	read("sources.yaml", &sources)
	read("examples.en.yaml", &examples)
	v.sources, v.examples = sources.Sources, examples.Examples
	for _, id := range v.head.Pages {
		var p guidePageRow
		read(id+".en.yaml", &p)
		v.pages[id] = p
	}
	if _, err := time.Parse(time.DateOnly, v.from); err != nil {
		ps.add(dir, 0, fmt.Sprintf("the folder of the guide is called %q", v.from), "it is the day from which it is shown", "call it by a date, such as 2015-04-01")
	}
	known := []string{"guide.en.yaml", "sources.yaml", "examples.en.yaml"}
	files, err := fs.Glob(fsys, dir+"/*.yaml")
	if err != nil {
		ps.add(dir, 0, err.Error(), "it was not expected while reading the guide", "see the message")
	}
	for _, file := range files {
		name := strings.TrimPrefix(file, dir+"/")
		if id, ok := strings.CutSuffix(name, ".en.yaml"); !slices.Contains(known, name) && !(ok && slices.Contains(v.head.Pages, id)) {
			ps.add(file, 0, "no page of the guide is called so", "nobody would ever read it", "name it under `pages` in guide.en.yaml, or take the file away")
		}
	}
	return v, src, ps
}

// bindGuide takes from the rulesets in force on a day what the guide is made from.
func (l *Library) bindGuide(fsys fs.FS, v *guideVersion, date string, taken map[*Ruleset]*guideRules) (*guideBinding, Problems) {
	b := &guideBinding{
		from: date, rules: map[string]*guideRules{}, cases: map[string]*guideCase{}, marks: map[string]map[string]*bool{}, numbers: Words{},
	}
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return b, Problems{{File: v.dir, What: err.Error(), Why: "a guide is of a day", Mend: "call the folder by a date"}}
	}
	var ps Problems
	mark := func(_ string, m RuleMark) {
		if b.marks[m.Citation] == nil {
			b.marks[m.Citation] = map[string]*bool{}
		}
		read := m.IsVerified()
		if had := b.marks[m.Citation][m.Basis]; had != nil {
			read = read && *had // one rule that nobody checked is enough to say so
		}
		b.marks[m.Citation][m.Basis] = &read
	}
	for _, kind := range v.head.Kinds {
		rs, err := l.InForce(kind, day)
		if err != nil {
			ps.add(v.dir+"/guide.en.yaml", 0, err.Error(), "the guide is made from these rules", "correct `kinds`, or give the folder a later date")
			continue
		}
		if taken[rs] == nil {
			taken[rs] = guideRulesOf(rs)
		}
		r := taken[rs]
		b.rules[kind] = r
		rs.eachMark(mark)
		cases, err := rs.Cases(fsys)
		if err != nil {
			ps = append(ps, asProblems(err)...)
		}
		for _, c := range cases {
			if had := b.cases[c.ID]; had != nil {
				ps.add(v.dir+"/examples.en.yaml", 0, fmt.Sprintf("the case %s is one of %s and one of %s", c.ID, had.rules.rs.ID(), rs.ID()),
					"the address of an example has only the id", "give one of them another id")
			}
			b.cases[c.ID] = &guideCase{Case: c, rules: r, suggestion: rs.Evaluate(c.Facts, rs.NewTrace())}
		}
		for name, n := range r.counts() {
			if n > 0 && n < len(v.head.Numbers) {
				b.numbers[kind+"."+name] = v.head.Numbers[n]
			}
		}
	}
	for _, s := range v.sources {
		mark("", s.RuleMark)
	}
	return b, ps
}

// Threshold is how many outcomes a person must be unable to achieve for the condition about outcomes to be met, as it is
// written there; 0 when no condition counts them.
func (rs *Ruleset) Threshold() int {
	for _, c := range rs.conditions {
		if n := countsOutcomes(c.MetWhen); n > 0 {
			return n
		}
	}
	return 0
}

// countsOutcomes finds the number in a test over all outcomes: that of at_least, or one of any.
func countsOutcomes(c Criterion) int {
	if c.each == "outcome" && len(c.of) == 1 && slices.Contains(c.of[0].options, care.OutcomeUnable) {
		switch c.op {
		case opAtLeast:
			return c.n
		case opAny:
			return 1
		}
	}
	for _, k := range c.of {
		if n := countsOutcomes(k); n > 0 {
			return n
		}
	}
	return 0
}

// guideRulesOf reads from a version and its journey what the guide shows of them.
func guideRulesOf(rs *Ruleset) *guideRules {
	r := &guideRules{rs: rs, patterns: map[string]string{}, covers: map[string]string{}, example: map[string]string{}}
	meant := map[string][]string{} // by what maps_to may write: the facts
	for _, d := range rs.schema.defs {
		r.patterns[d.path] = d.pattern
		for _, p := range patternsOf(&d) {
			meant[p] = append(meant[p], d.path)
		}
	}
	if !rs.HasJourney() {
		return r
	}
	first := map[string]string{}
	drawn := rs.AllPages(nil)
	for i, p := range rs.pages {
		f := guideFormPage{outcome: p.outcome}
		f.Anchor, f.Title = rs.Kind+"-"+strings.ReplaceAll(p.path, "/", "-"), drawn[i].Title
		if p.template == "questions" && p.outcome != "" && drawn[i].Example != "" && r.example[p.outcome] == "" {
			r.example[p.outcome] = drawn[i].Example
		}
		for _, q := range p.asks {
			if q.choose == "outcomes" {
				for _, o := range rs.outcomes {
					r.covers[o.ID] = rs.optionLabel(drawn[i], q.id, o.ID)
				}
			}
			if q.writeOnly || p.aside != nil {
				continue
			}
			f.questions = append(f.questions, q)
			f.facts = append(f.facts, q.becomes(meant)...)
			if at := slices.IndexFunc(drawn[i].Questions, func(x care.Question) bool { return x.ID == q.id }); at >= 0 && drawn[i].Questions[at].Text != f.Title {
				f.Questions = append(f.Questions, drawn[i].Questions[at].Text)
			}
		}
		if len(f.questions) == 0 {
			continue
		}
		if first[p.source] == "" {
			first[p.source] = f.Anchor
		}
		f.firstAlike = first[p.source]
		r.form = append(r.form, f)
	}
	return r
}

func (rs *Ruleset) optionLabel(p care.Page, question, option string) string {
	for _, q := range p.Questions {
		if q.ID == question {
			if o, ok := q.Option(option); ok {
				return o.Label
			}
		}
	}
	return ""
}

// becomes are the facts that answers to a question may become. Where an answer speaks for every limb or area, all of them
// are meant.
func (q *question) becomes(meant map[string][]string) []string {
	facts := map[string]bool{}
	add := func(m map[string]string) {
		for written := range m {
			for _, path := range meant[written] {
				facts[path] = true
			}
		}
	}
	for _, o := range q.options {
		add(o.MapsTo)
		for _, but := range o.But {
			add(but.MapsTo)
		}
	}
	return slices.Sorted(maps.Keys(facts))
}
