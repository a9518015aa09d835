package eligibility

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"threshold/internal/care"
)

// A journeyCheck finds what is wrong with questions and words that can be read: a page nobody can reach, a path that
// does not end, a way through on which nothing can be sent, an option without words, a fact that does not exist.
type journeyCheck struct {
	j      *Journey
	dir    string
	file   string // where what is being checked stands
	rows   *questionsFile
	shared *sharedFile
	layers layers
	ps     Problems
	unused Problems // what nobody would miss in the shared folder, were this journey the only one
}

func (c *journeyCheck) add(line int, what, why, mend string) { c.once(c.file, line, what, why, mend) }

func (c *journeyCheck) addWords(at spot, what, why, mend string) {
	c.once(at.file, at.line, what, why, mend)
}

// once tells a mistake once, although it comes back for every outcome.
func (c *journeyCheck) once(file string, line int, what, why, mend string) {
	p := Problem{File: file, Line: line, What: what, Why: why, Mend: mend}
	if !slices.Contains(c.ps, p) {
		c.ps = append(c.ps, p)
	}
}

func (c *journeyCheck) run() {
	c.pages()
	c.criteria()
	if len(c.ps) == 0 {
		c.reach()
	}
	c.maps()
	c.journeys()
	c.flags()
	c.postcodes()
	c.words()
	c.toldWords()
	for _, l := range c.layers.each {
		c.surplus(l)
	}
	for _, l := range c.layers.voiced {
		c.voiced(l)
	}
	c.pictures(c.layers)
	c.unusedPages()
}

// unusedPages notes shared pages and forms that this journey does not use.
func (c *journeyCheck) unusedPages() {
	for _, row := range c.shared.Pages {
		if !slices.ContainsFunc(c.j.pages, func(p *page) bool { return p.file == c.shared.file && p.source == row.Path }) {
			c.unused.add(c.shared.file, row.line, fmt.Sprintf("no journey uses the shared page %q", row.Path), "nobody would ever be asked it", "use it in a journey, or take it away")
		}
	}
	for _, row := range c.shared.Forms {
		if f := c.j.forms[row.Path]; f == nil || f.file != c.shared.file {
			c.unused.add(c.shared.file, row.line, fmt.Sprintf("no journey uses the shared form %q", row.Path), "nobody could ever send it", "use it in a journey, or take it away")
		}
	}
}

var (
	knownKinds = []care.Kind{
		care.KindRadios, care.KindCheckboxes, care.KindSelect, care.KindText, care.KindTextarea, care.KindDate, care.KindPhone, care.KindEmail, care.KindPostcode,
	}
	knownTemplates = []string{"questions", "urgent", "advice", "send", "result", "check", "sent"}
	// waysOut are options with which a person can go on without saying anything about the matter.
	waysOut = []string{"not_sure", "skip"}
)

func (c *journeyCheck) pages() {
	for _, p := range c.j.allPages() {
		c.file = p.file
		if !slices.Contains(knownTemplates, p.template) {
			c.add(p.line, fmt.Sprintf("%q is not a kind of page", p.template), "no page could be drawn", "use one of: "+strings.Join(knownTemplates, ", "))
		}
		if p.aside != nil && c.j.byPath[p.aside.After] == nil {
			c.add(p.line, fmt.Sprintf("the page %q that this one follows does not exist", p.aside.After),
				"an aside is shown straight after a page", "write the path of a page in `after`")
		}
		if p.form != "" && c.j.forms[p.form] == nil {
			c.add(p.line, fmt.Sprintf("there is no form %q", p.form), "the page offers to send it", "write the form under `forms`, or take the line away")
		}
		for _, path := range p.carries {
			if c.j.byPath[path] == nil {
				c.add(p.line, fmt.Sprintf("the form %q carries the page %q, which does not exist", p.source, path), "what people expect to go along would be lost", "write the path of a page in `carries`")
			}
		}
		for _, r := range p.refuse {
			if !slices.ContainsFunc(p.asks, func(q *question) bool { return q.id == r.Field }) {
				c.add(r.When.Line(), fmt.Sprintf("the page has no question %q to refuse", r.Field), "the message would stand beside nothing", "name a question of the same page in `field`")
			}
		}
		for _, q := range p.asks {
			c.question(q)
		}
	}
}

func (c *journeyCheck) question(q *question) {
	if !slices.Contains(knownKinds, q.kind) {
		c.add(q.line, fmt.Sprintf("%q is not a kind of question", q.kind), "nothing could ask it", fmt.Sprintf("use one of: %s", joinKinds()))
		return
	}
	if !slices.Contains([]string{"", "outcomes", "outcomes_not_chosen", "councils"}, q.choose) {
		c.add(q.line, fmt.Sprintf("`choose_from` is %q", q.choose), "there are three lists to choose from", "use outcomes, outcomes_not_chosen or councils")
	}
	if q.max < 0 || q.max > 5000 {
		c.add(q.line, fmt.Sprintf("`max` is %d", q.max), "it is the greatest number of characters", "write a number between 1 and 5000")
	}
	if !q.isChoice() {
		if len(q.options) > 0 {
			c.add(q.line, fmt.Sprintf("the question %q is of words and has options", q.source), "nobody could choose them", "make it radios or checkboxes, or take the options away")
		}
		return
	}
	seen := map[string]bool{}
	for _, o := range q.options {
		if seen[o.ID] || o.ID == Absent || o.ID == "" || slices.Contains(c.j.lists["outcome"], o.ID) && q.choose != "" {
			c.add(o.line, fmt.Sprintf("the question %q has the option %q twice", q.source, o.ID), "an answer could mean either", "give every option an id of its own; \"absent\" is taken")
		}
		seen[o.ID] = true
	}
	out := waysOut
	if c.j.forms[q.page.path] == q.page { // a form stands outside the facts: there is nothing that silence could be taken for
		out = append(slices.Clone(out), "rather_not")
	}
	if !slices.ContainsFunc(q.options, func(o option) bool { return slices.Contains(out, o.ID) }) {
		c.add(q.line, fmt.Sprintf("the question %q has no way to say \"not sure\"", q.source),
			"people who do not know must be able to go on, and their silence must not become a no", "add the option not_sure (or skip)")
	}
}

func joinKinds() string {
	out := make([]string, len(knownKinds))
	for i, k := range knownKinds {
		out[i] = string(k)
	}
	return strings.Join(out, ", ")
}

// criteria checks that every test reads something that exists, and that a page hangs only on what was asked before it.
func (c *journeyCheck) criteria() {
	for _, p := range c.j.pages {
		for _, t := range p.askTests {
			c.file = t.file
			c.criterion(t.when, p, "page")
		}
		c.file = p.file
		if p.aside != nil {
			c.criterion(p.aside.When, nil, "")
		}
		for _, x := range p.parts {
			c.criterion(x.When, p, "page")
		}
		for _, r := range p.refuse {
			c.criterion(r.When, nil, "")
		}
	}
	for _, p := range c.j.allPages() {
		c.file = p.file
		before := p
		if c.j.forms[p.path] == p {
			before = nil
		}
		for _, q := range p.asks {
			c.criterion(q.askWhen, before, "question")
			for _, x := range q.variants {
				c.criterion(x.When, before, "question")
			}
			if q.leftUnticked != nil {
				c.criterion(q.leftUnticked.When, nil, "")
			}
			for _, o := range q.options {
				for _, b := range o.But {
					c.criterion(b.When, nil, "")
				}
			}
		}
	}
	for _, f := range c.j.flags {
		c.file = f.file
		c.criterion(f.When, nil, "flag")
	}
}

// criterion checks one test. before is the page it decides on, nil when it may read any page.
func (c *journeyCheck) criterion(test Criterion, before *page, what string) {
	test.leaves(func(leaf Criterion) {
		options, at, ok := c.readable(leaf.fact, what == "flag")
		if !ok {
			c.add(leaf.line, fmt.Sprintf("there is no question %q", leaf.fact), "a test about something that is never asked could never hold",
				"correct the spelling; the questions are listed under `pages`")
			return
		}
		for _, o := range leaf.options {
			if o != Absent && !slices.Contains(options, o) {
				c.add(leaf.line, fmt.Sprintf("the question %q has no option %q", leaf.fact, o), "a test about an answer that cannot be given could never hold",
					"use one of: "+strings.Join(options, ", "))
			}
		}
		if before == nil {
			return
		}
		for _, q := range at {
			if q.page.index >= before.index || c.j.forms[q.page.path] == q.page {
				c.add(leaf.line, fmt.Sprintf("whether the %s is asked hangs on %q, which is asked only on the page %q", what, leaf.fact, q.page.source),
					"the path would change behind the person and might never end", "hang it on an answer of an earlier page, or move it behind that page")
				return
			}
		}
	})
}

// readable gives the options of what a test may read, and the questions it comes from.
func (c *journeyCheck) readable(name string, facts bool) (options []string, from []*question, ok bool) {
	if q := c.j.questions[name]; q != nil {
		options = c.optionsOf(q)
		// A test that is written once for all outcomes may name an option that only some of them have.
		for _, o := range c.j.lists["outcome"] {
			if sister := c.j.questions[o+"."+q.suffix]; q.page.outcome != "" && sister != nil {
				options = append(options, c.optionsOf(sister)...)
			}
		}
		slices.Sort(options)
		return slices.Compact(options), []*question{q}, true
	}
	if rest, is := strings.CutPrefix(name, anyOutcome); is {
		for _, o := range c.j.lists["outcome"] {
			if q := c.j.questions[o+"."+rest]; q != nil {
				from = append(from, q)
				options = append(options, c.optionsOf(q)...)
			}
		}
		return options, from, len(from) > 0
	}
	for suffix, values := range map[string][]string{
		suffixLeft: {"some", "none"}, suffixUnder18: {"yes", "no"}, suffixNation: append([]string{"england"}, nations...),
	} {
		id, is := strings.CutSuffix(name, suffix)
		q := c.j.questions[id]
		if !is || q == nil {
			continue
		}
		fits := map[string]bool{suffixLeft: q.choose == "outcomes", suffixUnder18: q.kind == care.KindDate, suffixNation: q.kind == care.KindPostcode}
		return values, []*question{q}, fits[suffix]
	}
	if i, is := c.j.schema.index[name]; is && facts {
		return c.j.schema.defs[i].typ.options, nil, true
	}
	return nil, nil, false
}

func (c *journeyCheck) optionsOf(q *question) []string {
	if !q.isChoice() {
		return []string{given}
	}
	var out []string
	switch q.choose {
	case "":
	case "councils":
		for _, x := range c.j.councils {
			out = append(out, x.id)
		}
	default:
		out = append(out, c.j.lists["outcome"]...)
	}
	for _, o := range q.options {
		out = append(out, o.ID)
	}
	return out
}

// reach checks that every page can be asked, and that every way through comes to where answers are sent.
func (c *journeyCheck) reach() {
	n := len(c.j.pages)
	if n < 2 || c.j.pages[n-1].path != pageSent || c.j.pages[n-2].path != pageCheck {
		line := 0
		c.file = c.dir + "/questions.yaml"
		if n > 0 {
			line, c.file = c.j.pages[n-1].line, c.j.pages[n-1].file
		}
		c.add(line, "the journey does not end with the pages \"check\" and \"sent\"", "there would be a path on which nothing can be sent",
			"make check and sent the last two pages, in this order")
		return
	}
	for _, p := range c.j.pages[n-2:] {
		c.file = p.file
		if !p.askWhen.IsZero() || p.aside != nil || p.ends {
			c.add(p.line, fmt.Sprintf("the page %q is not always asked", p.path), "there would be a path on which nothing can be sent",
				"take `ask_when`, `aside` and `ends` away from it")
		}
	}
	ended := ""
	for _, p := range c.j.pages {
		c.file = p.file
		if ended != "" {
			c.add(p.line, fmt.Sprintf("nobody can reach the page %q", p.source), fmt.Sprintf("the path always ends on %q before it", ended),
				"give the page that ends the path an `ask_when`")
			return
		}
		if p.ends && p.askWhen.IsZero() {
			ended = p.path
		}
		if !c.canHold(p.askWhen) {
			c.add(p.line, fmt.Sprintf("nobody can reach the page %q", p.source), "no answers make its `ask_when` hold", "check the test: two answers to one question cannot both be given")
		}
	}
}

// canHold says whether some answers make a criterion over answers hold. It tries every combination of what the
// questions in it can be answered with; where there are too many of them it takes the criterion as right.
func (c *journeyCheck) canHold(test Criterion) bool {
	names := test.Facts()
	choices := make([][][]string, len(names))
	total := 1
	for i, name := range names {
		options, from, _ := c.readable(name, false)
		several := []string{}
		choices[i] = append(choices[i], nil)
		for _, o := range options {
			choices[i] = append(choices[i], []string{o})
			exclusive := false
			for _, q := range from {
				x, ok := q.option(o)
				exclusive = exclusive || (ok && x.Exclusive)
			}
			if len(from) > 0 && from[0].kind == care.KindCheckboxes && !exclusive && name == from[0].id {
				several = append(several, o)
			}
		}
		if len(several) > 1 {
			choices[i] = append(choices[i], several)
		}
		if total *= len(choices[i]); total > 200_000 {
			return true
		}
	}
	given := map[string][]string{}
	for k := range total {
		for i, name := range names {
			given[name] = choices[i][k%len(choices[i])]
			k /= len(choices[i])
		}
		if test.Eval(func(name string) Reading { return Reading{Values: given[name]} }) == True {
			return true
		}
	}
	return false
}

// maps checks that answers become facts and options that exist.
func (c *journeyCheck) maps() {
	for _, p := range c.j.pages {
		c.file = p.file
		for _, q := range p.asks {
			for _, o := range q.options {
				c.mapping(o.line, o.MapsTo)
				for _, b := range o.But {
					c.mapping(b.When.Line(), b.MapsTo)
				}
			}
			if l := q.leftUnticked; l != nil {
				c.mapping(l.When.Line(), l.MapsTo)
				if l.When.IsZero() {
					c.add(q.line, fmt.Sprintf("`left_unticked` of %q has no `when`", q.source), "an empty page would be taken as an answer, and silence is not a no",
						"say with `when` which boxes must be ticked for the others to count")
				}
			}
		}
	}
	c.file = c.dir + "/questions.yaml"
	if c.rows.Facts.Citation == "" || c.rows.Facts.Verified == nil || c.rows.Facts.Basis == "" {
		c.add(0, "`facts` lacks a citation, a basis or `verified`", "how answers become facts is a rule like any other", "give it citation, basis and verified")
	}
}

// mapping checks one `maps_to`. One member stands for all where a gap is written out.
func (c *journeyCheck) mapping(line int, m map[string]string) {
	for _, pattern := range slices.Sorted(maps.Keys(m)) {
		fact := pattern
		for gap, list := range map[string]string{"<shown>": "outcome", "<limb>": "limb", "<area>": "area"} {
			fact = strings.ReplaceAll(fact, gap, c.j.lists[list][0])
		}
		i, ok := c.j.schema.index[fact]
		if !ok {
			c.add(line, fmt.Sprintf("there is no fact %q", pattern), "an answer that becomes nothing would look as if it counted", "use a fact of ruleset.yaml")
			continue
		}
		if t := c.j.schema.defs[i].typ; !slices.Contains(t.options, m[pattern]) {
			c.add(line, fmt.Sprintf("the fact %q has no option %q", pattern, m[pattern]), "the rules could not read it", "use one of: "+strings.Join(t.options, ", "))
		}
	}
}

func (c *journeyCheck) flags() {
	raised := map[string]bool{}
	for _, p := range c.j.allPages() {
		c.file = p.file
		for _, q := range p.asks {
			for _, o := range q.options {
				for _, id := range o.Flags {
					raised[id] = true
					if c.j.flagByID[id] == nil {
						c.add(o.line, fmt.Sprintf("there is no flag %q", id), "a worker would not be told", "write it under `flags`, or correct the spelling")
					}
				}
			}
		}
	}
	for _, f := range c.j.flags {
		c.file = f.file
		if _, ok := flagPriorities[f.Priority]; !ok {
			c.add(f.line, fmt.Sprintf("the flag %q has the priority %q", f.ID, f.Priority), "the queue has three priorities", "use safety, urgent or routine")
		}
		c.mark(f.line, fmt.Sprintf("the flag %q", f.ID), f.RuleMark)
		words := spot{file: contentFile(path.Dir(f.file), c.j.words.Locale)}
		if f.Later && (raised[f.ID] || !f.When.IsZero()) {
			c.add(f.line, fmt.Sprintf("the flag %q is for what comes later, and an answer raises it", f.ID), "a worker would be told of something that has not happened", "keep `later`, or what raises it")
		}
		if !f.Later && !raised[f.ID] && f.When.IsZero() {
			p := Problem{f.file, f.line, fmt.Sprintf("nothing raises the flag %q", f.ID), "a flag that is never raised looks like care that is not taken",
				"name it in `flags` of an option, give it a `when`, or take it away"}
			if f.file == c.shared.file {
				c.unused = append(c.unused, p)
				continue
			}
			c.add(p.Line, p.What, p.Why, p.Mend)
		}
		if len(c.j.words.Flags[f.ID]) == 0 || c.j.words.Flags[f.ID][0] == "" {
			c.addWords(words, fmt.Sprintf("the flag %q has no words", f.ID), "a worker would read nothing", "write a sentence under `flags`")
		}
		c.flagNames(f.ID, words)
	}
	c.file = c.dir + "/questions.yaml"
	for _, id := range slices.Sorted(maps.Keys(c.rows.PromptPriority)) {
		if _, ok := c.j.prompts[id]; !ok {
			c.add(0, fmt.Sprintf("`prompt_priority` names %q, which is no prompt", id), "it would change nothing", "use the id of a prompt of ruleset.yaml")
		}
	}
}

// flagNames checks that the answers a flag's sentences quote are to questions that a worker may read anywhere, and that
// something is said when nothing was answered.
func (c *journeyCheck) flagNames(id string, at spot) {
	bare := false
	for _, s := range c.j.words.Flags[id] {
		names := parseTemplate(s).names()
		bare = bare || len(names) == 0
		for _, name := range names {
			if q := c.j.questions[name]; q == nil || !q.isChoice() || q.writeOnly {
				c.addWords(at, fmt.Sprintf("the flag %q quotes {%s}", id, name), "a flag is shown beside the name in lists: only what was chosen from a list fits there",
					"name a question that is chosen from and not write-only, or say it without")
			}
		}
	}
	if !bare && len(c.j.words.Flags[id]) > 0 {
		c.addWords(at, fmt.Sprintf("every sentence of the flag %q quotes an answer", id), "a worker would read nothing when it was skipped", "add a sentence without a name in it")
	}
}

func (c *journeyCheck) mark(line int, what string, m RuleMark) {
	if m.Citation == "" {
		c.add(line, what+" has no citation", "a worker must be able to see where it comes from", "add `citation:` with the provision")
	}
	if !slices.Contains([]string{"law", "guidance", "policy"}, m.Basis) {
		c.add(line, fmt.Sprintf("%s has the basis %q", what, m.Basis), "a worker must know what is law and what is our own choice", "use law, guidance or policy")
	}
	if m.Verified == nil {
		c.add(line, what+" does not say whether it is verified", "the lawyer is given a list of what nobody has read", "add `verified: true` or `verified: false`")
	}
}

func (c *journeyCheck) postcodes() {
	if c.rows.Postcodes.Citation == c.shared.Postcodes.Citation && c.shared.file != "" {
		c.file = c.shared.file
	}
	at := map[string]string{}
	for _, n := range nations {
		for _, begin := range c.j.postcodes.of(n) {
			if had := at[begin]; had != "" {
				c.add(0, fmt.Sprintf("postcodes that begin with %q are in %s and in %s", begin, had, n), "people would be sent to the wrong service", "keep it in one of them, or in a border list")
			}
			at[begin] = n
		}
	}
	c.mark(0, "`postcodes`", c.j.postcodes.RuleMark)
}
