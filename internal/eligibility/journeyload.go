package eligibility

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"threshold/internal/care"
)

// loadJourney reads questions.yaml and the words of one ruleset folder, and what they use of the shared folder, and
// checks that they fit each other and the facts of rs, whose own rules have been loaded. It is a stage of Load.
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
	rows.in(file)
	shared, ps := loadShared(fsys, rs.shared)
	if ps != nil {
		return ps
	}
	if ps = rows.resolve(shared, rs.shared); ps != nil {
		return ps
	}
	words, ps := loadWords(fsys, dir, shared.dir, english, nil)
	if ps != nil {
		return ps
	}
	j := &Journey{
		byPath: map[string]*page{}, forms: map[string]*page{}, questions: map[string]*question{},
		flags: rows.Flags, flagByID: map[string]*flagRow{}, priorities: map[string]care.Priority{},
		postcodes: rows.Postcodes, mapping: rows.Facts, words: words.merged, lists: rs.Lists(), schema: rs.schema, prompts: map[string]RuleMark{},
		kind: care.CaseKind(rs.Kind), sentAs: rows.SentAs, carries: rows.Carries, names: rows.Names,
	}
	for _, p := range rs.prompts {
		j.prompts[p.ID] = p.RuleMark
	}
	if rows.chooseFrom("councils") {
		if j.councils, ps = loadCouncils(fsys); ps != nil {
			return ps
		}
	}
	b := builder{j: j}
	b.journey(&rows, file)
	if len(b.ps) == 0 { // what follows reads criteria and ids that must be sound
		c := journeyCheck{j: j, dir: dir, file: file, rows: &rows, shared: shared, layers: words}
		c.run()
		b.ps, rs.unusedShared = c.ps, c.unused
	}
	if len(b.ps) > 0 {
		b.ps.sort()
		return b.ps
	}
	rs.Journey, rs.english = j.in(words), words
	return nil
}

// in is the same journey in other words.
func (j *Journey) in(words layers) *Journey {
	out := *j
	out.words, out.helper = words.merged, nil
	if words.helper != nil {
		helper := out
		helper.words = words.helper
		out.helper = &helper
	}
	return &out
}

// journey writes out every page, form and flag.
func (b *builder) journey(rows *questionsFile, file string) {
	j := b.j
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
		b.file = f.file
		if j.flagByID[f.ID] != nil {
			b.problem(f.line, fmt.Sprintf("the flag %q is written twice", f.ID), "only one of the two would count", "keep one of them")
		}
		j.flagByID[f.ID] = f
		f.When = b.expand(f.When, "")
	}
	b.file = file
	for i := range j.sentAs {
		j.sentAs[i].When = b.expand(j.sentAs[i].When, "")
	}
	for _, id := range slices.Sorted(maps.Keys(rows.PromptPriority)) {
		p, ok := flagPriorities[rows.PromptPriority[id]]
		if !ok {
			b.problem(0, fmt.Sprintf("the prompt %q has the priority %q", id, rows.PromptPriority[id]),
				"the queue has three priorities", "use safety, urgent or routine")
		}
		j.priorities[id] = p
	}
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

// A builder writes out what the files say once for every outcome.
type builder struct {
	j    *Journey
	file string // where what is being written out stands
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
		b.file = row.file
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
	b.file = p.file
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
		if slices.ContainsFunc(q.options, func(o option) bool { return o.Journey != "" }) {
			b.j.choosing = append(b.j.choosing, q)
		}
		if slices.ContainsFunc(q.options, func(o option) bool { return o.Voice != "" }) {
			b.j.voicing = append(b.j.voicing, q)
		}
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
		services: row.Services, carries: row.Carries, file: row.file, line: row.line,
	}
	for _, t := range []askTest{{row.file, row.AskWhen}, row.used} {
		if !t.when.IsZero() {
			b.file = t.file
			p.askTests = append(p.askTests, askTest{t.file, b.expand(t.when, outcome)})
		}
	}
	switch len(p.askTests) {
	case 0:
	case 1:
		p.askWhen = p.askTests[0].when
	default:
		p.askWhen = Criterion{op: opAll, of: []Criterion{p.askTests[0].when, p.askTests[1].when}, line: p.askTests[1].when.line}
	}
	b.file = row.file
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
			required: x.Required, writeOnly: x.WriteOnly, quiet: x.Quiet, autocomplete: x.Autocomplete, choose: x.ChooseFrom,
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
