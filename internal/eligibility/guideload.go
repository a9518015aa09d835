package eligibility

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
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
