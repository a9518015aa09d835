package eligibility

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"threshold/internal/care"
)

// ErrUnknownField means that a form carried a field that its page does not ask. Nothing of it was taken.
var ErrUnknownField = errors.New("the form has a field that this page does not ask")

// optionWords is the limit for the few words that an option such as "something else" invites.
const optionWords = 300

// Answer applies a submitted form of one page to answers and returns the new answers; a is not changed. typed has the
// values by question id, as they were typed; a date as "yyyy-mm-dd" from its three boxes.
//
// What is right is kept even when something else on the page is not: then the *care.Invalid says what to mend, the rest
// is kept as typed, and the page does not count as visited. The error wraps care.ErrNotFound for a page that does not
// exist or does not apply, and ErrUnknownField; nothing is taken then.
func (j *Journey) Answer(a care.Answers, path string, typed map[string][]string, now time.Time) (care.Answers, *care.Invalid, error) {
	v := j.view(a)
	p := j.byPath[path]
	if p == nil || p.path == pageSent || !v.applies(p) {
		return a, nil, fmt.Errorf("answering page %q: %w", shorten(path), care.ErrNotFound)
	}
	return j.apply(v, p, typed, now)
}

// AnswerForm reads a submitted form outside the path (see Form) into answers of its own, with the rules of Answer.
func (j *Journey) AnswerForm(id string, typed map[string][]string, now time.Time) (care.Answers, *care.Invalid, error) {
	p := j.forms[id]
	if p == nil {
		return care.Answers{}, nil, fmt.Errorf("answering form %q: %w", shorten(id), care.ErrNotFound)
	}
	return j.apply(j.view(care.Answers{}), p, typed, now)
}

// applies says whether a page can be shown and answered now.
func (v *view) applies(p *page) bool {
	if p.aside != nil {
		return v.live[v.j.byPath[p.aside.After].index]
	}
	return v.live[p.index]
}

// asksNow returns the questions of a page that are asked now.
func (v *view) asksNow(p *page) []*question {
	var out []*question
	for _, q := range p.asks {
		if v.j.forms[p.path] == p || q.writeOnly || q.askWhen.Eval(v.read) == True {
			out = append(out, q)
		}
	}
	return out
}

func (j *Journey) apply(v *view, p *page, typed map[string][]string, now time.Time) (care.Answers, *care.Invalid, error) {
	asks := v.asksNow(p)
	known := map[string]bool{}
	for _, q := range asks {
		known[q.id] = true
		for _, o := range q.options {
			known[textID(q, o)] = o.Text
		}
	}
	for _, field := range slices.Sorted(maps.Keys(typed)) {
		if !known[field] {
			return v.a, nil, fmt.Errorf("page %q, field %q: %w", p.path, shorten(field), ErrUnknownField)
		}
	}
	next := v.a.Clone()
	invalid := new(care.Invalid)
	for _, q := range asks {
		values := tidy(q, typed[q.id])
		check := v.checkable(q)
		if q.choose == "outcomes_not_chosen" { // an outcome chosen in another tab since the page was shown is no mistake
			for _, o := range j.lists["outcome"] {
				if v.chosen(o) {
					check.Options = append(check.Options, care.Option{ID: o})
				}
			}
		}
		problem := check.Check(values, now)
		switch {
		case q.writeOnly:
			keepForGood(&next, q, values, problem)
		case problem != nil:
			next.Set(q.id)
			next.SetTyped(q.id, v.redrawable(q, values)...)
		default:
			next.Set(q.id, normal(q, values)...)
			next.SetTyped(q.id)
		}
		if problem != nil {
			invalid.Problems = append(invalid.Problems, *problem)
		} else {
			derive(&next, v, q, values, now)
		}
		for _, o := range q.options {
			if o.Text {
				invalid.Problems = append(invalid.Problems, v.optionText(&next, q, o, typed[textID(q, o)], now)...)
			}
		}
	}
	after := j.view(next)
	for _, r := range p.refuse {
		told := slices.ContainsFunc(invalid.Problems, func(x care.Problem) bool { return x.Field == r.Field })
		if !told && r.When.Eval(after.read) == True {
			invalid.Problems = append(invalid.Problems, care.Problem{Field: r.Field, Code: r.Code})
		}
	}
	if len(invalid.Problems) > 0 {
		return next, invalid, nil
	}
	if j.forms[p.path] != p {
		next.Visit(p.path)
	}
	return next, nil, nil
}

func textID(q *question, o option) string { return care.Question{ID: q.id}.TextID(o.ID) }

// tidy drops what nobody meant to type: blanks around, blank values, doubles, control characters, the carriage returns
// of a browser's line ends, and a date of three empty boxes.
func tidy(q *question, typed []string) []string {
	var out []string
	for _, s := range typed {
		s = strings.ToValidUTF8(s, "")
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
		s = strings.Map(func(r rune) rune {
			if r == '\n' && q.kind != care.KindTextarea {
				return ' '
			}
			if unicode.IsControl(r) && r != '\n' && r != '\t' {
				return -1
			}
			return r
		}, s)
		s = strings.TrimSpace(s)
		if q.kind == care.KindDate && strings.Trim(s, "- ") == "" {
			s = ""
		}
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// normal writes an accepted value in its usual form, so that it reads the same wherever it is shown.
func normal(q *question, values []string) []string {
	if len(values) != 1 {
		return values
	}
	switch q.kind {
	case care.KindPostcode:
		if s, ok := care.ParsePostcode(values[0]); ok {
			return []string{s}
		}
	case care.KindDate:
		if t, ok := readDate(values[0]); ok {
			return []string{t.Format(time.DateOnly)}
		}
	}
	return values
}

// readDate reads a date whose day and month may lack a leading nought.
func readDate(s string) (time.Time, bool) {
	t, err := time.Parse("2006-1-2", s)
	return t, err == nil
}

// checkable is the question without its words, with the options that are offered now.
func (v *view) checkable(q *question) care.Question {
	c := care.Question{ID: q.id, Kind: q.kind, MaxChars: q.max, Required: q.required}
	for _, o := range v.offered(q) {
		c.Options = append(c.Options, care.Option{ID: o.ID, Exclusive: o.Exclusive, Text: o.Text})
	}
	return c
}

// offered are the options of a question as they are offered now: what it chooses from first, then its own.
func (v *view) offered(q *question) []option {
	var from []string
	switch q.choose {
	case "":
		return q.options
	case "councils":
		for _, c := range v.j.councils {
			from = append(from, c.id)
		}
	case "outcomes":
		from = v.j.lists["outcome"]
	default:
		from = v.shownNow()
	}
	var out []option
	for _, o := range from {
		out = append(out, option{ID: o})
	}
	return append(out, q.options...)
}

// redrawable keeps of a refused answer what the page can show again.
func (v *view) redrawable(q *question, values []string) []string {
	if !q.isChoice() {
		return values
	}
	c := v.checkable(q)
	return slices.DeleteFunc(slices.Clone(values), func(s string) bool { _, ok := c.Option(s); return !ok })
}

// optionText takes the few words that belong to an option.
func (v *view) optionText(next *care.Answers, q *question, o option, typed []string, now time.Time) []care.Problem {
	text := care.Question{ID: textID(q, o), Kind: care.KindText, MaxChars: optionWords}
	values := tidy(&question{kind: care.KindText}, typed)
	if problem := text.Check(values, now); problem != nil {
		next.Set(text.ID)
		next.SetTyped(text.ID, values...)
		return []care.Problem{*problem}
	}
	next.Set(text.ID, values...)
	next.SetTyped(text.ID)
	return nil
}

// keepForGood stores an answer that is never shown again. What was said once stays: a blank, a "none" or a later
// visit by somebody else takes nothing away, and even a form that clashes ("hurt" and "none of these") keeps what it
// told. What was said just now is noted beside it, for the aside that follows and nothing else.
func keepForGood(next *care.Answers, q *question, values []string, problem *care.Problem) {
	if !q.isChoice() {
		if problem != nil || len(values) == 0 {
			return
		}
		if had := next.One(q.id); had != "" && !strings.Contains("\n"+had+"\n", "\n"+values[0]+"\n") {
			values = []string{had + "\n" + values[0]}
		} else if had != "" {
			values = []string{had}
		}
		next.Set(q.id, values...)
		return
	}
	known := slices.DeleteFunc(slices.Clone(values), func(s string) bool { _, ok := q.option(s); return !ok })
	next.Set(q.id+suffixLatest, known...)
	weighs := func(s string) bool { // says something a worker must know
		o, _ := q.option(s)
		return !o.Exclusive && len(o.Flags) > 0
	}
	real := slices.DeleteFunc(slices.Clone(next.Get(q.id)), func(s string) bool { return !weighs(s) })
	for _, s := range known {
		if weighs(s) && !slices.Contains(real, s) {
			real = append(real, s)
		}
	}
	switch {
	case len(real) > 0:
		next.Set(q.id, real...)
	case len(known) > 0:
		next.Set(q.id, known...)
	}
}

// derive notes what cannot be worked out later from the answer alone.
func derive(next *care.Answers, v *view, q *question, values []string, now time.Time) {
	switch {
	case q.choose == "outcomes_not_chosen":
		next.Set(q.id+suffixShown, v.shownNow()...)
	case q.kind == care.KindDate:
		next.Set(q.id + suffixUnder18)
		if len(values) == 0 {
			return
		}
		if born, ok := readDate(values[0]); ok {
			under := "no"
			if born.AddDate(18, 0, 0).After(now) {
				under = "yes"
			}
			next.Set(q.id+suffixUnder18, under)
		}
	}
}

// Review says whether somebody gets help from the council already. Then the same questions are asked, and no
// indication is worked out: what is due is a review (Care Act 2014 s.27), and what they have does not hang on a form.
func (j *Journey) Review(a care.Answers) bool {
	return slices.Contains(j.view(a).given(j.questions["council_help"]), "yes")
}

// Facts turns answers into the facts of the ruleset, as `maps_to` in questions.yaml says. What was not answered is
// absent; nothing that was left silent becomes a "no".
func (j *Journey) Facts(a care.Answers) Facts {
	v := j.view(a)
	set := map[string][]string{}
	put := func(m map[string]string, overwrite bool) {
		for pattern, value := range m {
			for _, fact := range v.spread(pattern) {
				if _, had := set[fact]; had && !overwrite {
					continue
				}
				if i, ok := j.schema.index[fact]; ok && j.schema.defs[i].typ.many {
					set[fact] = append(set[fact], value)
				} else {
					set[fact] = []string{value}
				}
			}
		}
	}
	for _, p := range j.pages {
		for _, q := range p.asks {
			for _, s := range v.given(q) {
				o, ok := q.option(s)
				if !ok {
					continue
				}
				m := o.MapsTo
				for _, but := range o.But {
					if but.When.Eval(v.read) == True {
						m = but.MapsTo
						break
					}
				}
				put(m, true)
			}
			if l := q.leftUnticked; l != nil && l.When.Eval(v.read) == True {
				put(l.MapsTo, false)
			}
		}
	}
	f := Facts{s: j.schema, v: make([]uint8, len(j.schema.defs))}
	for fact, values := range set {
		// The loader has checked every fact and option that can be put here.
		if err := f.Set(fact, values...); err != nil {
			panic("facts from answers: " + err.Error())
		}
	}
	return f
}

// spread writes the gaps of a fact out: <limb> and <area> for every one, <shown> for the outcomes that the second look
// showed and that nobody has chosen since.
func (v *view) spread(pattern string) []string {
	out := []string{pattern}
	for _, gap := range []string{"limb", "area", "shown"} {
		if !strings.Contains(pattern, "<"+gap+">") {
			continue
		}
		members := v.j.lists[gap]
		if gap == "shown" {
			members = v.shownThen()
		}
		var wide []string
		for _, p := range out {
			for _, m := range members {
				wide = append(wide, strings.ReplaceAll(p, "<"+gap+">", m))
			}
		}
		out = wide
	}
	return out
}

// shownThen are the outcomes that the second look showed when it was answered, less those chosen since.
func (v *view) shownThen() []string {
	if v.j.second == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(v.a.Get(v.j.second.id+suffixShown)), v.chosen)
}
