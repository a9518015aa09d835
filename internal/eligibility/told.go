package eligibility

import (
	"slices"
	"strings"

	"threshold/internal/care"
)

// A ToldSection is a heading with what was told under it.
type ToldSection struct {
	Title   string
	Outcome string // the outcome it is about, or ""
	Rows    []ToldRow
}

// A ToldRow is one question with its answer in words. Page is where it can be changed. When it was not answered,
// Answered is false and Answers says so.
type ToldRow struct {
	Question string
	Answers  []string
	Answered bool
	Page     string
	ID       string // of the question
}

// Told lists what was told, for the person to check and keep: all questions of the pages they have been on, and never
// one of the private questions. A quiet one is listed when it was answered.
func (j *Journey) Told(a care.Answers, w Words) []ToldSection {
	v := j.view(a)
	var out []ToldSection
	for _, s := range v.j.words.Told.Sections {
		outcomes := []string{""}
		if slices.ContainsFunc(s.Pages, func(p string) bool { return strings.Contains(p, "<outcome>") }) {
			outcomes = j.lists["outcome"]
		}
		for _, o := range outcomes {
			section := ToldSection{Title: v.fill(w, o).one(s.Title), Outcome: o}
			for _, source := range s.Pages {
				p := j.byPath[strings.ReplaceAll(source, "<outcome>", o)]
				if p == nil || !v.live[p.index] || !(a.Visited(p.path) || p.path == pageCheck) {
					continue
				}
				section.Rows = append(section.Rows, v.rows(p, w)...)
			}
			if len(section.Rows) > 0 {
				out = append(out, section)
			}
		}
	}
	return out
}

func (v *view) rows(p *page, w Words) []ToldRow {
	var out []ToldRow
	for _, q := range v.asksNow(p) {
		if q.writeOnly {
			continue
		}
		if r := v.row(q, w); r.Answered || !q.quiet {
			out = append(out, r)
		}
	}
	return out
}

func (v *view) row(q *question, w Words) ToldRow {
	w = v.fill(w, q.page.outcome)
	r := ToldRow{Question: v.drawQuestion(q, w)[0].Text, Answers: v.answered(q), Page: q.page.path, ID: q.id}
	r.Answered = len(r.Answers) > 0
	if !r.Answered {
		r.Answers = []string{v.j.words.Told.NotAnswered}
	}
	return r
}

// ToldForm lists what a form outside the path was filled in with.
func (j *Journey) ToldForm(id string, a care.Answers, w Words) []ToldRow {
	p := j.forms[id]
	if p == nil {
		return nil
	}
	return j.view(a).rows(p, w)
}

// ToldOutcome lists everything a person told about one outcome, for the practitioner: how it came up, and every answer
// of its pages. An outcome that nobody chose has one row, which says what is known of it: that the person said they do
// it on their own, or nothing.
func (j *Journey) ToldOutcome(a care.Answers, outcome string, w Words) []ToldRow {
	v := j.view(a)
	o := v.j.words.Outcomes[outcome]
	if o == nil {
		return nil
	}
	w = v.fill(w, outcome)
	var out []ToldRow
	came := func(q *question, answer string) {
		out = append(out, ToldRow{Question: v.drawQuestion(q, w)[0].Text, Answers: []string{answer}, Answered: true, Page: q.page.path, ID: q.id})
	}
	switch {
	case v.chosen(outcome):
		came(j.daily, w.one(o.ScreenLabel))
	case j.second != nil && slices.Contains(v.given(j.second), outcome):
		came(j.second, w.one(o.SecondLook))
	case j.second != nil && slices.Contains(v.shownThen(), outcome) && len(v.given(j.second)) > 0:
		for _, s := range v.given(j.second) {
			if x, ok := j.second.option(s); ok {
				came(j.second, v.label(j.second, x.ID))
			}
		}
	}
	for _, p := range j.pages {
		if p.outcome == outcome && v.live[p.index] {
			out = append(out, v.rows(p, w)...)
		}
	}
	if len(out) == 0 {
		out = append(out, ToldRow{Question: w.one(o.Title), Answers: []string{v.j.words.Told.NotAnswered}})
	}
	return out
}

// ToldPages lists the answered questions of the pages named, for the practitioner. Unlike Told it has the answers that
// the person is not shown again; Private has those to the private questions.
func (j *Journey) ToldPages(a care.Answers, w Words, pages ...string) []ToldRow {
	v := j.view(a)
	var out []ToldRow
	for _, path := range pages {
		p := j.byPath[path]
		if p == nil || !v.live[p.index] {
			continue
		}
		for _, q := range v.asksNow(p) {
			if r := v.row(q, w); r.Answered {
				out = append(out, r)
			}
		}
	}
	return out
}

// ToldMatters lists what the person says matters to them, in their own words first: the worker's summary opens with it.
func (j *Journey) ToldMatters(a care.Answers, w Words) []ToldRow {
	v := j.view(a)
	out := j.ToldPages(a, w, "proxy/own-words", "matters")
	for _, p := range j.pages {
		if p.outcome == "" || !v.live[p.index] {
			continue
		}
		for _, q := range p.asks {
			if q.suffix == "wish" && v.asked(q) {
				if r := v.row(q, w); r.Answered {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

// Private lists what was said to the questions that nobody but a practitioner may see: each question with its answers.
// It is empty when nothing was said.
func (j *Journey) Private(a care.Answers, w Words) []ToldRow {
	v := j.view(a)
	var out []ToldRow
	for _, p := range j.pages {
		for _, q := range p.asks {
			if !q.writeOnly || !q.isChoice() {
				continue
			}
			if r := v.row(q, w); r.Answered {
				r.Page = ""
				out = append(out, r)
			}
		}
	}
	return out
}

// Summary is what a queue row and the head of a case need. It is made of what was answered on the path or on a form
// outside it.
func (j *Journey) Summary(a care.Answers, flags []care.Flag) care.Summary {
	v := j.view(a)
	one := func(id string) string {
		if q := j.questions[id]; q != nil {
			if g := v.given(q); len(g) > 0 {
				return g[0]
			}
		}
		return ""
	}
	s := care.Summary{Name: one("name"), CallMe: one("call_me"), Born: one("born"), Flags: flags, Withheld: one("living") == "secret"}
	if s.CallMe == "" {
		s.CallMe = one("call_you")
	}
	add := func(to *[]string, key, id string, except ...string) {
		q := j.questions[id]
		if q == nil {
			return
		}
		var said []string
		for _, value := range v.given(q) {
			if !slices.Contains(except, value) {
				said = append(said, v.label(q, value))
			}
		}
		if len(said) > 0 {
			*to = append(*to, j.Text(key, Words{"list": strings.Join(said, "; ")}))
		}
	}
	add(&s.Formats, "summary.language", "language")
	add(&s.Formats, "summary.interpreter", "interpreter", "no")
	add(&s.Formats, "summary.talk", "ways_to_talk", "none")
	add(&s.Formats, "summary.format", "format", "standard")
	add(&s.Formats, "summary.talk", "reach_help", "none")
	add(&s.Formats, "summary.language", "reach_language")
	add(&s.Contact, "summary.ways", "ways")
	add(&s.Contact, "summary.ways", "reach_how")
	add(&s.Contact, "summary.safe_way", "safe_way")
	add(&s.Contact, "summary.phone", "phone")
	add(&s.Contact, "summary.email", "email")
	add(&s.Contact, "summary.times", "times")
	add(&s.Contact, "summary.times", "safe_time")
	add(&s.Contact, "summary.seen_by", "seen_by")
	add(&s.Contact, "summary.alone", "alone", "no", "no_mind")
	add(&s.Contact, "summary.not_told", "not_told")
	return s
}
