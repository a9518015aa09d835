package eligibility

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"threshold/internal/care"
)

// A Journey is the way through the questions of one ruleset version: its pages in order, when each is asked, what the
// answers mean as facts, what a worker is told, and the words of it all. It never changes once it is loaded, and every
// method is a pure function of the answers given to it.
type Journey struct {
	pages      []*page // every page written out, in the order of asking; asides stand where they are shown
	byPath     map[string]*page
	forms      map[string]*page
	formOrder  []string
	questions  map[string]*question // by id; those of forms too
	flags      []flagRow
	flagByID   map[string]*flagRow
	prompts    map[string]RuleMark      // the prompts an indication may have
	priorities map[string]care.Priority // of those that are more than routine
	postcodes  postcodes
	councils   []listedCouncil // to choose from, by name
	mapping    RuleMark        // of maps_to as a whole
	words      *content
	lists      Lists
	schema     *schema   // the facts that answers become
	daily      *question // where outcomes are chosen
	second     *question // where those that were not chosen are shown once more
}

// A page as the rules have it, without words.
type page struct {
	path     string
	source   string // the path as written, with <outcome> in it; where its words are
	outcome  string
	template string
	askWhen  Criterion
	aside    *aside
	ends     bool
	form     string
	services []string
	carries  []string // pages whose answers go along when a form is sent at once
	parts    []part
	asks     []*question
	refuse   []refusal
	line     int
	index    int
}

// An aside is shown once, straight after a page, because of what was just said there.
type aside struct {
	After string    `yaml:"after"`
	When  Criterion `yaml:"when"`
}

// A part of a page's words that is shown only when its test holds.
type part struct {
	ID   string    `yaml:"id"`
	When Criterion `yaml:"when"`
}

// A refusal is a problem between answers of one page that no single question can see.
type refusal struct {
	Field string    `yaml:"field"`
	Code  string    `yaml:"code"`
	When  Criterion `yaml:"when"`
}

// A question as the rules have it, without words.
type question struct {
	id       string
	suffix   string // the id without its outcome
	source   string // the id as written
	page     *page
	kind     care.Kind
	max      int
	required bool
	// writeOnly answers are never shown again, and never taken away by a blank.
	writeOnly    bool
	autocomplete string
	choose       string // "", outcomes, outcomes_not_chosen, councils
	askWhen      Criterion
	options      []option
	leftUnticked *leftUnticked
	variants     []part
	line         int
}

func (q *question) isChoice() bool {
	return q.kind.Chosen()
}

func (q *question) option(id string) (option, bool) {
	for _, o := range q.options {
		if o.ID == id {
			return o, true
		}
	}
	return option{}, false
}

// An option, what it means as a fact, and what it tells a worker.
type option struct {
	ID        string            `yaml:"id"`
	Exclusive bool              `yaml:"exclusive"`
	Text      bool              `yaml:"text"`
	Only      []string          `yaml:"only"`
	Flags     []string          `yaml:"flags"`
	MapsTo    map[string]string `yaml:"maps_to"`
	But       []butMap          `yaml:"but"`
	line      int
}

type butMap struct {
	When   Criterion         `yaml:"when"`
	MapsTo map[string]string `yaml:"maps_to"`
}

type leftUnticked struct {
	When   Criterion         `yaml:"when"`
	MapsTo map[string]string `yaml:"maps_to"`
}

// A flagRow is a flag and its rule.
type flagRow struct {
	ID       string    `yaml:"id"`
	Priority string    `yaml:"priority"`
	When     Criterion `yaml:"when"`
	RuleMark `yaml:",inline"`
	line     int
}

var flagPriorities = map[string]care.Priority{
	"safety": care.PrioritySafety, "urgent": care.PriorityUrgent, "routine": care.PriorityRoutine,
}

// The nations a postcode can point to, in the order in which they are tried.
var nations = []string{"wales", "border_wales", "scotland", "border_scotland", "northern_ireland", "islands"}

type postcodes struct {
	RuleMark        `yaml:",inline"`
	Wales           []string `yaml:"wales"`
	BorderWales     []string `yaml:"border_wales"`
	Scotland        []string `yaml:"scotland"`
	BorderScotland  []string `yaml:"border_scotland"`
	NorthernIreland []string `yaml:"northern_ireland"`
	Islands         []string `yaml:"islands"`
}

func (p postcodes) of(nation string) []string {
	return map[string][]string{
		"wales": p.Wales, "border_wales": p.BorderWales, "scotland": p.Scotland, "border_scotland": p.BorderScotland,
		"northern_ireland": p.NorthernIreland, "islands": p.Islands,
	}[nation]
}

// nation says what the beginning of a postcode tells: one of nations, or "england" for every other, or "" for none.
// A beginning of letters alone is a whole postcode area; one with a figure is a district.
func (p postcodes) nation(postcode string) string {
	full, ok := care.ParsePostcode(postcode)
	if !ok {
		return ""
	}
	outward, _, _ := strings.Cut(full, " ")
	area := outward
	if i := strings.IndexAny(outward, "0123456789"); i >= 0 {
		area = outward[:i] // "EC1A" is area EC: what follows the first figure is part of the district
	}
	for _, want := range []string{outward, area} {
		for _, n := range nations {
			if slices.Contains(p.of(n), want) {
				return n
			}
		}
	}
	return "england"
}

// ---------------------------------------------------------------------------------------- questions.yaml as it is written

type questionsFile struct {
	Facts          RuleMark          `yaml:"facts"`
	Pages          []pageRow         `yaml:"pages"`
	Forms          []pageRow         `yaml:"forms"`
	Flags          []flagRow         `yaml:"flags"`
	PromptPriority map[string]string `yaml:"prompt_priority"`
	Postcodes      postcodes         `yaml:"postcodes"`
}

func (f *questionsFile) chooseFrom(list string) bool {
	for _, p := range slices.Concat(f.Pages, f.Forms) {
		if slices.ContainsFunc(p.Questions, func(q questionRow) bool { return q.ChooseFrom == list }) {
			return true
		}
	}
	return false
}

type pageRow struct {
	Path      string        `yaml:"path"`
	Template  string        `yaml:"template"`
	Each      string        `yaml:"each"`
	In        []string      `yaml:"in"`
	AskWhen   Criterion     `yaml:"ask_when"`
	Aside     *aside        `yaml:"aside"`
	Ends      bool          `yaml:"ends"`
	Form      string        `yaml:"form"`
	Services  []string      `yaml:"services"`
	Carries   []string      `yaml:"carries"`
	Parts     []part        `yaml:"parts"`
	Questions []questionRow `yaml:"questions"`
	Refuse    []refusal     `yaml:"refuse"`
	line      int
}

// UnmarshalYAML keeps the line, for problems.
func (p *pageRow) UnmarshalYAML(n ast.Node) error {
	type plain pageRow
	if err := decodeNode(n, (*plain)(p)); err != nil {
		return err
	}
	p.line = lineOf(n)
	return nil
}

type questionRow struct {
	ID           string        `yaml:"id"`
	Kind         care.Kind     `yaml:"kind"`
	Max          int           `yaml:"max"`
	Required     bool          `yaml:"required"`
	WriteOnly    bool          `yaml:"write_only"`
	Autocomplete string        `yaml:"autocomplete"`
	Only         []string      `yaml:"only"`
	ChooseFrom   string        `yaml:"choose_from"`
	AskWhen      Criterion     `yaml:"ask_when"`
	Options      []option      `yaml:"options"`
	LeftUnticked *leftUnticked `yaml:"left_unticked"`
	Variants     []part        `yaml:"variants"`
	line         int
}

// UnmarshalYAML keeps the line, for problems.
func (q *questionRow) UnmarshalYAML(n ast.Node) error {
	type plain questionRow
	if err := decodeNode(n, (*plain)(q)); err != nil {
		return err
	}
	q.line = lineOf(n)
	return nil
}

// UnmarshalYAML reads an option: its bare id when there is nothing more to say, else a mapping.
func (o *option) UnmarshalYAML(n ast.Node) error {
	if id, ok := scalarOf(n); ok {
		*o = option{ID: id, line: lineOf(n)}
		return nil
	}
	type plain option
	if err := decodeNode(n, (*plain)(o)); err != nil {
		return err
	}
	o.line = lineOf(n)
	return nil
}

// UnmarshalYAML keeps the line, for problems.
func (f *flagRow) UnmarshalYAML(n ast.Node) error {
	type plain flagRow
	if err := decodeNode(n, (*plain)(f)); err != nil {
		return err
	}
	f.line = lineOf(n)
	return nil
}

// ------------------------------------------------------------------------------------------------------------- loading

// loadJourney reads questions.yaml and content.en.yaml of one ruleset folder and checks that they fit each other and
// the facts of rs, whose own rules have been loaded. It is a stage of Load.
func loadJourney(fsys fs.FS, dir string, rs *Ruleset) Problems {
	file := dir + "/questions.yaml"
	if rs.noJourney {
		return withoutJourney(fsys, dir)
	}
	var rows questionsFile
	if _, err := fs.Stat(fsys, file); errors.Is(err, fs.ErrNotExist) {
		return Problems{{File: file, What: "the file does not exist", Why: "nobody could be asked anything under this version",
			Mend: "write it, or say in ruleset.yaml that the version is published as rules alone: no_journey: true"}}
	}
	if err := decodeStrict(fsys, file, &rows); err != nil {
		return asProblems(err)
	}
	words, ps := loadContent(fsys, dir+"/content.en.yaml")
	if ps != nil {
		return ps
	}
	j := &Journey{
		byPath: map[string]*page{}, forms: map[string]*page{}, questions: map[string]*question{},
		flags: rows.Flags, flagByID: map[string]*flagRow{}, priorities: map[string]care.Priority{},
		postcodes: rows.Postcodes, mapping: rows.Facts, words: words, lists: rs.Lists(), schema: rs.schema, prompts: map[string]RuleMark{},
	}
	for _, p := range rs.prompts {
		j.prompts[p.ID] = p.RuleMark
	}
	if rows.chooseFrom("councils") {
		if j.councils, ps = loadCouncils(fsys); ps != nil {
			return ps
		}
	}
	b := builder{j: j, file: file}
	for i := 0; i < len(rows.Pages); {
		n := 1
		for rows.Pages[i].Each != "" && i+n < len(rows.Pages) && rows.Pages[i+n].Each != "" {
			n++
		}
		b.addPages(rows.Pages[i : i+n])
		i += n
	}
	for _, row := range rows.Forms {
		b.addForm(row)
	}
	for i := range j.flags {
		f := &j.flags[i]
		if j.flagByID[f.ID] != nil {
			b.problem(f.line, fmt.Sprintf("the flag %q is written twice", f.ID), "only one of the two would count", "keep one of them")
		}
		j.flagByID[f.ID] = f
		f.When = b.expand(f.When, "")
	}
	for _, id := range slices.Sorted(maps.Keys(rows.PromptPriority)) {
		p, ok := flagPriorities[rows.PromptPriority[id]]
		if !ok {
			b.problem(0, fmt.Sprintf("the prompt %q has the priority %q", id, rows.PromptPriority[id]),
				"the queue has three priorities", "use safety, urgent or routine")
		}
		j.priorities[id] = p
	}
	if len(b.ps) == 0 { // what follows reads criteria and ids that must be sound
		c := journeyCheck{j: j, file: file, contentFile: dir + "/content.en.yaml", rows: &rows}
		c.run()
		b.ps = c.ps
	}
	if len(b.ps) > 0 {
		b.ps.sort()
		return b.ps
	}
	rs.Journey = j
	return nil
}

// withoutJourney checks that a version which says it has no journey has none of a journey's files: they would be read by
// nobody, and a mistake in them would be found by nobody. A version that lost its files by accident does not say so, and
// is refused for the missing file.
func withoutJourney(fsys fs.FS, dir string) Problems {
	var ps Problems
	for _, name := range []string{"questions.yaml", "content.en.yaml"} {
		if _, err := fs.Stat(fsys, dir+"/"+name); err == nil {
			ps.add(dir+"/"+name, 0, "ruleset.yaml says no_journey: true, and yet this file is here", "nobody would ever be asked what it has",
				"take no_journey out of ruleset.yaml, or take the file away")
		}
	}
	return ps
}

// sort puts problems in the order of files and lines, so that a message does not change from run to run.
func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return strings.Compare(a.What, b.What)
	})
}

// A builder writes out what the file says once for every outcome.
type builder struct {
	j    *Journey
	file string
	ps   Problems
}

func (b *builder) problem(line int, what, why, mend string) {
	b.ps.add(b.file, line, what, why, mend)
}

// addPages adds one page, or writes a run of neighbours with `each` out, outcome by outcome.
func (b *builder) addPages(run []pageRow) {
	if run[0].Each == "" {
		b.register(b.page(run[0], ""))
		return
	}
	members := b.j.lists["outcome"]
	for _, row := range run {
		if row.Each != "outcome" {
			b.problem(row.line, fmt.Sprintf("a page cannot be written out for each %q", row.Each),
				"pages are repeated for outcomes only", "write `each: outcome`, or leave it out")
			return
		}
		for _, id := range row.In {
			if !slices.Contains(members, id) {
				b.problem(row.line, fmt.Sprintf("%q is not one of the outcomes", id),
					"a page about something that does not exist could never be asked", "use one of: "+strings.Join(members, ", "))
				return
			}
		}
	}
	for _, id := range members {
		for _, row := range run {
			if len(row.In) == 0 || slices.Contains(row.In, id) {
				b.register(b.page(row, id))
			}
		}
	}
}

func (b *builder) register(p *page) {
	if b.j.byPath[p.path] != nil {
		b.problem(p.line, fmt.Sprintf("the page %q is written twice", p.path), "an address belongs to one page", "give one of them another path")
		return
	}
	p.index = len(b.j.pages)
	b.j.byPath[p.path] = p
	b.j.pages = append(b.j.pages, p)
	for _, q := range p.asks {
		if b.j.questions[q.id] != nil {
			b.problem(q.line, fmt.Sprintf("the question %q is written twice", q.id),
				"both would be stored as one answer", "give one of them another id")
			continue
		}
		b.j.questions[q.id] = q
		switch q.choose {
		case "outcomes":
			b.j.daily = q
		case "outcomes_not_chosen":
			b.j.second = q
		}
	}
}

func (b *builder) addForm(row pageRow) {
	p := b.page(row, "")
	if b.j.forms[p.path] != nil {
		b.problem(p.line, fmt.Sprintf("the form %q is written twice", p.path), "a form has one set of fields", "keep one of them")
		return
	}
	b.j.forms[p.path] = p
	b.j.formOrder = append(b.j.formOrder, p.path)
	for _, q := range p.asks {
		had := b.j.questions[q.id]
		if had != nil && b.j.forms[had.page.path] != had.page {
			b.problem(q.line, fmt.Sprintf("the question %q is written twice", q.id),
				"both would be stored as one answer", "give one of them another id")
			continue
		}
		b.j.questions[q.id] = q // forms may share a field: each of them is stored on its own
	}
}

func (b *builder) page(row pageRow, outcome string) *page {
	in := func(s string) string { return strings.ReplaceAll(s, "<outcome>", outcome) }
	p := &page{
		path: in(row.Path), source: row.Path, outcome: outcome, template: row.Template, ends: row.Ends, form: row.Form,
		services: row.Services, carries: row.Carries, askWhen: b.expand(row.AskWhen, outcome), line: row.line,
	}
	if p.template == "" {
		p.template = "questions"
	}
	if row.Aside != nil {
		p.aside = &aside{After: row.Aside.After, When: b.expand(row.Aside.When, outcome)}
	}
	for _, x := range row.Questions {
		if len(x.Only) > 0 && !slices.Contains(x.Only, outcome) {
			continue
		}
		q := &question{
			id: in(x.ID), suffix: strings.TrimPrefix(x.ID, "<outcome>."), source: x.ID, page: p, kind: x.Kind, max: x.Max,
			required: x.Required, writeOnly: x.WriteOnly, autocomplete: x.Autocomplete, choose: x.ChooseFrom,
			askWhen: b.expand(x.AskWhen, outcome), line: x.line,
		}
		for _, o := range x.Options {
			if len(o.Only) > 0 && !slices.Contains(o.Only, outcome) {
				continue
			}
			o.MapsTo = inMap(o.MapsTo, in)
			o.But = slices.Clone(o.But)
			for i := range o.But {
				o.But[i].When, o.But[i].MapsTo = b.expand(o.But[i].When, outcome), inMap(o.But[i].MapsTo, in)
			}
			q.options = append(q.options, o)
		}
		if l := x.LeftUnticked; l != nil {
			q.leftUnticked = &leftUnticked{When: b.expand(l.When, outcome), MapsTo: inMap(l.MapsTo, in)}
		}
		q.variants = b.parts(x.Variants, outcome)
		p.asks = append(p.asks, q)
	}
	p.parts = b.parts(row.Parts, outcome)
	for _, r := range row.Refuse {
		p.refuse = append(p.refuse, refusal{Field: in(r.Field), Code: r.Code, When: b.expand(r.When, outcome)})
	}
	return p
}

func (b *builder) parts(rows []part, outcome string) []part {
	var out []part
	for _, r := range rows {
		out = append(out, part{ID: r.ID, When: b.expand(r.When, outcome)})
	}
	return out
}

func inMap(m map[string]string, in func(string) string) map[string]string {
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[in(k)] = in(v)
	}
	return out
}

// expand writes a criterion out for one outcome ("" for none) and over the lists. A test that nothing stands for is
// told once, not once for every outcome.
func (b *builder) expand(c Criterion, outcome string) Criterion {
	if outcome != "" {
		c = bind(c, outcome)
	}
	out, ps := c.Expand(b.j.lists)
	for _, p := range ps {
		p.File = b.file
		if !slices.Contains(b.ps, p) {
			b.ps = append(b.ps, p)
		}
	}
	return out
}

// bind puts an outcome where <outcome> stands, among the options too: a page may be asked because it was chosen.
func bind(c Criterion, outcome string) Criterion {
	c.fact = strings.ReplaceAll(c.fact, "<outcome>", outcome)
	c.options = slices.Clone(c.options)
	for i, o := range c.options {
		c.options[i] = strings.ReplaceAll(o, "<outcome>", outcome)
	}
	of := make([]Criterion, len(c.of))
	for i, k := range c.of {
		of[i] = bind(k, outcome)
	}
	c.of = of
	return c
}
