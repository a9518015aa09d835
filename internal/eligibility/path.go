package eligibility

import (
	"fmt"
	"slices"
	"strings"

	"threshold/internal/care"
)

// The last pages of every journey. The loader refuses one that ends otherwise.
const (
	pageResult = "result"
	pageCheck  = "check"
	pageSent   = "sent"
)

// Names under which Answer keeps what cannot be worked out again later: what was said a moment ago to questions that
// are never shown again, what the second look showed, and whether somebody was under 18 on the day they gave their
// date of birth. They are no questions, so no page, copy or form can name them.
const (
	suffixLatest  = ".latest"
	suffixShown   = ".shown"
	suffixUnder18 = ".under_18"
	suffixNation  = ".nation"
	suffixLeft    = ".left"
	anyOutcome    = "*."
	given         = "given"
)

// A view is a set of answers as they count now: only those to pages and questions that are asked, given all the
// others. This is the one place where an answer that was overtaken by another is set aside; it stays stored.
type view struct {
	j      *Journey
	a      care.Answers
	live   []bool // by page index
	facts  *Facts // read by flags, nil elsewhere
	latest bool   // read what was last said to write-only questions instead of all that was ever said
}

func (j *Journey) view(a care.Answers) *view {
	v := &view{j: j, a: a, live: make([]bool, len(j.pages))}
	for _, p := range j.pages {
		if p.aside != nil || p.askWhen.Eval(v.read) != True {
			continue
		}
		v.live[p.index] = true
		if p.ends {
			break
		}
	}
	if j.helper != nil && v.voice() == care.VoiceHelper {
		v.j = j.helper
	}
	return v
}

// asked says whether a question counts: it stands on a page of the path, and its own test holds. Answers that are
// never shown again always count, whatever happens to their page: a concern cannot be taken away by answering
// something else differently.
func (v *view) asked(q *question) bool {
	if q.writeOnly || v.j.forms[q.page.path] == q.page {
		return true
	}
	return v.live[q.page.index] && q.askWhen.Eval(v.read) == True
}

// given returns the answer to a question as it counts now.
func (v *view) given(q *question) []string {
	if q == nil || !v.asked(q) {
		return nil
	}
	if v.latest && q.writeOnly {
		return v.a.Get(q.id + suffixLatest)
	}
	return v.a.Get(q.id)
}

// chosen says whether an outcome was chosen where outcomes are chosen.
func (v *view) chosen(outcome string) bool { return slices.Contains(v.given(v.j.daily), outcome) }

// read is what a Criterion over answers sees. A question of words reads "given" when something was written.
func (v *view) read(name string) Reading {
	if q := v.j.questions[name]; q != nil {
		values := v.given(q)
		if len(values) > 0 && !q.isChoice() {
			values = []string{given}
		}
		return Reading{Values: values}
	}
	if rest, ok := strings.CutPrefix(name, anyOutcome); ok {
		var all []string
		for _, o := range v.j.lists["outcome"] {
			all = append(all, v.given(v.j.questions[o+"."+rest])...)
		}
		return Reading{Values: all}
	}
	if id, ok := strings.CutSuffix(name, suffixLeft); ok && v.j.daily != nil && v.j.daily.id == id {
		for _, o := range v.j.lists["outcome"] {
			if !v.chosen(o) {
				return Reading{Values: []string{"some"}}
			}
		}
		return Reading{Values: []string{"none"}}
	}
	if id, ok := strings.CutSuffix(name, suffixUnder18); ok && len(v.given(v.j.questions[id])) > 0 {
		return Reading{Values: v.a.Get(name)}
	}
	if id, ok := strings.CutSuffix(name, suffixNation); ok {
		if g := v.given(v.j.questions[id]); len(g) > 0 {
			return Reading{Values: []string{v.j.postcodes.nation(g[0])}}
		}
	}
	if v.facts != nil {
		return v.facts.Reading(name)
	}
	return Reading{}
}

// done says whether a page has been answered or skipped, with nothing on it left to mend.
func (v *view) done(p *page) bool {
	if !v.a.Visited(p.path) {
		return false
	}
	for _, q := range p.asks {
		if !v.asked(q) {
			continue
		}
		if v.a.Typed(q.id) != nil || (q.required && len(v.given(q)) == 0) {
			return false
		}
		// An outcome that came up since was not looked at yet: "I do all the others" did not speak of it.
		if q.choose == "outcomes_not_chosen" {
			for _, o := range v.shownNow() {
				if !slices.Contains(v.a.Get(q.id+suffixShown), o) {
					return false
				}
			}
		}
	}
	for _, r := range p.refuse {
		if r.When.Eval(v.read) == True {
			return false
		}
	}
	return true
}

// shownNow are the outcomes that the second look shows: those not chosen.
func (v *view) shownNow() []string {
	var out []string
	for _, o := range v.j.lists["outcome"] {
		if !v.chosen(o) {
			out = append(out, o)
		}
	}
	return out
}

func (v *view) path() []*page {
	var out []*page
	for _, p := range v.j.pages {
		if v.live[p.index] {
			out = append(out, p)
		}
	}
	return out
}

// Start is the first page of the journey.
func (j *Journey) Start() string { return j.pages[0].path }

// Path returns the pages that these answers lead through, in order. It ends with "check" and "sent", or, where the
// journey for somebody is not open yet, with the page that says so. Asides are never on it: nothing that was said to
// the private questions can be read off the path.
func (j *Journey) Path(a care.Answers) []string {
	var out []string
	for _, p := range j.view(a).path() {
		out = append(out, p.path)
	}
	return out
}

// MayBeOn says whether a person may open a page: it applies to their answers, and every page before it was answered or
// skipped. If not, goTo is the page to send them to, or "" when there is no such page for anybody.
func (j *Journey) MayBeOn(a care.Answers, path string) (ok bool, goTo string) {
	v := j.view(a)
	target := j.byPath[path]
	if target == nil {
		return false, ""
	}
	if target.aside != nil {
		// Open to everybody who was asked the page before it, whatever they said there: that it opens tells nothing.
		if after := j.byPath[target.aside.After]; v.live[after.index] && v.done(after) {
			return true, path
		}
		return false, j.NextUnvisited(a)
	}
	if !v.live[target.index] {
		return false, j.NextUnvisited(a)
	}
	for _, p := range v.path() {
		if p == target {
			return true, path
		}
		if !v.done(p) {
			return false, p.path
		}
	}
	return false, j.NextUnvisited(a)
}

// Next returns the page after from. Right after a page with asides it is the aside that the answers given a moment ago
// ask for, if any. After the last page it is the last page.
func (j *Journey) Next(a care.Answers, from string) string {
	v := j.view(a)
	at := j.byPath[from]
	if at == nil {
		return j.NextUnvisited(a)
	}
	anchor, past := at, true
	if at.aside != nil {
		anchor, past = j.byPath[at.aside.After], false
	}
	for _, p := range j.pages {
		if p == at {
			past = true
			continue
		}
		if past && p.aside != nil && p.aside.After == anchor.path {
			v.latest = true
			show := p.aside.When.Eval(v.read) == True
			v.latest = false
			if show {
				return p.path
			}
		}
	}
	for _, p := range v.path() {
		if p.index > anchor.index {
			return p.path
		}
	}
	return from
}

// Back returns the page before from on the path, "" on the first. It is never an aside.
func (j *Journey) Back(a care.Answers, from string) string {
	at := j.byPath[from]
	if at == nil {
		return j.NextUnvisited(a)
	}
	if at.aside != nil {
		return at.aside.After
	}
	before := ""
	for _, p := range j.view(a).path() {
		if p.index >= at.index {
			break
		}
		if p.allWriteOnly() {
			continue // Back must not tell whether the private questions were asked
		}
		before = p.path
	}
	return before
}

// allWriteOnly says whether nothing on the page is ever shown again.
func (p *page) allWriteOnly() bool {
	return len(p.asks) > 0 && !slices.ContainsFunc(p.asks, func(q *question) bool { return !q.writeOnly })
}

// NextUnvisited returns the first page of the path that still has to be answered or skipped, or "check" when there is
// none: where a person goes on after changing an answer, and where a return leads to.
func (j *Journey) NextUnvisited(a care.Answers) string {
	v := j.view(a)
	last := ""
	for _, p := range v.path() {
		if p.path == pageSent {
			return pageCheck
		}
		last = p.path
		if !v.done(p) {
			return last
		}
	}
	return last
}

// Progress counts the outcome pages of the path: how many outcomes were chosen, and which of them path is about,
// counted from 1; at is 0 for any other page.
func (j *Journey) Progress(a care.Answers, path string) (at, of int) {
	here := ""
	if p := j.byPath[path]; p != nil {
		here = p.outcome
	}
	last := ""
	for _, p := range j.view(a).path() {
		if p.outcome != "" && p.outcome != last {
			of, last = of+1, p.outcome
			if last == here {
				at = of
			}
		}
	}
	return at, of
}

// Graph draws the path as a Mermaid flow chart. Pages that are asked for every outcome are drawn once; a line says
// when the page it leads to is asked. Choices that lead to another journey lead to a box with its kind. Of a version
// without a journey it says so, in one box.
func (j *Journey) Graph() string {
	if j == nil {
		return "flowchart TD\n  none[\"no journey yet\"]\n"
	}
	var rows []*page
	for _, p := range j.pages {
		if !slices.ContainsFunc(rows, func(r *page) bool { return r.source == p.source }) {
			rows = append(rows, p)
		}
	}
	id := func(p *page) string {
		return fmt.Sprintf("p%d", slices.Index(rows, p))
	}
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	for _, p := range rows {
		shape := fmt.Sprintf("[%q]", strings.NewReplacer("<", "‹", ">", "›").Replace(p.source))
		if p.aside != nil || p.ends || p.path == pageSent {
			shape = "(" + shape + ")"
		}
		fmt.Fprintf(&b, "  %s%s\n", id(p), shape)
	}
	edge := func(from, to *page, when string) {
		if when == "" {
			fmt.Fprintf(&b, "  %s --> %s\n", id(from), id(to))
			return
		}
		fmt.Fprintf(&b, "  %s -->|%q| %s\n", id(from), when, id(to))
	}
	for _, q := range j.choosing {
		var kinds []string
		for _, o := range q.options {
			if o.Journey != "" && !slices.Contains(kinds, o.Journey) {
				kinds = append(kinds, o.Journey)
				fmt.Fprintf(&b, "  j%d{{%q}}\n", len(kinds)-1, o.Journey)
			}
			if o.Journey != "" {
				fmt.Fprintf(&b, "  %s -->|%q| j%d\n", id(q.page), q.id+" is "+o.ID, slices.Index(kinds, o.Journey))
			}
		}
	}
	for i, p := range rows {
		if p.ends {
			continue
		}
		if p.aside != nil {
			continue // drawn from the page it follows
		}
		for _, to := range rows {
			if to.aside != nil && to.aside.After == p.path {
				edge(p, to, tellCriterion(to.aside.When, to))
			}
		}
		for k := i + 1; k < len(rows); k++ {
			to := rows[k]
			// The pages about an outcome are entered by their first.
			if to.aside != nil || (to.outcome != "" && p.outcome == "" && rows[k-1].outcome != "") {
				continue
			}
			edge(p, to, tellCriterion(to.askWhen, to))
			if to.askWhen.IsZero() {
				break
			}
		}
		if p.outcome != "" {
			first := slices.IndexFunc(rows, func(r *page) bool { return r.outcome != "" })
			edge(p, rows[first], "the next outcome")
		}
	}
	for _, p := range rows {
		if p.aside == nil {
			continue
		}
		for _, to := range rows[slices.Index(rows, p)+1:] {
			if to.aside != nil && to.aside.After == p.aside.After {
				edge(p, to, tellCriterion(to.aside.When, to))
			}
			if to.aside == nil && to.askWhen.IsZero() {
				edge(p, to, "")
				break
			}
		}
	}
	return b.String()
}

// tellCriterion writes a test as a short sentence, with the outcome as a gap where the page is asked for each.
func tellCriterion(c Criterion, p *page) string {
	gap := func(s string) string {
		if p.outcome == "" {
			return s
		}
		return strings.ReplaceAll(s, p.outcome, "‹outcome›")
	}
	join := func(word string) string {
		parts := make([]string, len(c.of))
		for i, k := range c.of {
			parts[i] = tellCriterion(k, p)
			if len(k.of) > 1 {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		return strings.Join(parts, word)
	}
	switch c.op {
	case opIs:
		options := make([]string, len(c.options))
		for i, o := range c.options {
			options[i] = gap(o)
		}
		return gap(c.fact) + " is " + strings.Join(options, " / ")
	case opAll:
		return join(" and ")
	case opAny:
		return join(" or ")
	case opAtLeast:
		return fmt.Sprintf("%d or more of: %s", c.n, join(", "))
	}
	return ""
}
