package eligibility

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"threshold/internal/care"
)

// Page returns a page in words for these answers: what it says and what it asks now. ok is false when there is no such
// page or when it does not apply to the answers. w fills the placeholders; nil leaves out whatever needs one. A page
// about an outcome says in Extra["progress"] how many of those chosen it is ("1 of 3").
func (j *Journey) Page(path string, a care.Answers, w Words) (page care.Page, ok bool) {
	v := j.view(a)
	p := j.byPath[path]
	if p == nil || !v.applies(p) {
		return care.Page{}, false
	}
	page = v.draw(p, v.j.words.Pages[p.source], w)
	if at, of := j.Progress(a, path); at > 0 {
		page.Extra["progress"] = v.j.Text("page.progress", Words{"at": strconv.Itoa(at), "of": strconv.Itoa(of)})
	}
	return page, true
}

// Form returns a form that can be sent from outside the path: "contact" (ask us to contact you), "today/now" (ask us to
// ring today) and "questions/send" (send only the private part). ok is false when there is no such form.
func (j *Journey) Form(id string, w Words) (form care.Page, ok bool) {
	p := j.forms[id]
	if p == nil {
		return care.Page{}, false
	}
	return j.view(care.Answers{}).draw(p, j.words.Forms[p.source], w), true
}

// AllPages returns every page of the path in order, each with all that it can say and ask, whatever the answers: the
// journey as a list, for those who want to read it. There are none of a version without a journey.
func (j *Journey) AllPages(w Words) []care.Page {
	if j == nil {
		return nil
	}
	out := make([]care.Page, len(j.pages))
	for i, p := range j.pages {
		out[i] = j.whole(p, w)
	}
	return out
}

// whole draws a page with everything that depends on answers.
func (j *Journey) whole(p *page, w Words) care.Page {
	v := j.view(care.Answers{})
	words := j.words.Pages[p.source]
	if j.forms[p.path] == p {
		words = j.words.Forms[p.source]
	}
	out := v.draw(p, words, w)
	w = v.fill(w, p.outcome)
	out.Lines, out.Questions = w.all(words.Lines), nil
	for _, x := range p.parts {
		out.Lines = append(out.Lines, w.all(words.Parts[x.ID])...)
	}
	for _, q := range p.asks {
		out.Questions = append(out.Questions, v.drawQuestion(q, w)...)
	}
	return out
}

// fill adds what answers fill, and what a page about an outcome may name.
func (v *view) fill(w Words, outcome string) Words {
	w = v.named(w)
	o := v.j.words.Outcomes[outcome]
	if o == nil {
		return w
	}
	more := Words{"title": w.one(o.Title), "about": w.one(o.About), "note": w.one(o.Note), "example": w.one(o.Example)}
	if q := o.Questions["limbs"]; q != nil {
		more["question"] = w.one(q.Text)
	}
	return w.with(more)
}

// wordsOf returns the words of a question: those of its page, with those that its outcome has for itself over them.
func (j *Journey) wordsOf(q *question) questionWords {
	pages := j.words.Pages
	if j.forms[q.page.path] == q.page {
		pages = j.words.Forms
	}
	var out questionWords
	if p := pages[q.page.source]; p != nil && p.Questions[q.source] != nil {
		out = *p.Questions[q.source]
	}
	if o := j.words.Outcomes[q.page.outcome]; o != nil {
		if x := o.Questions[q.suffix]; x != nil {
			if x.Text != "" {
				out.Text = x.Text
			}
			if x.Hint != "" {
				out.Hint = x.Hint
			}
			out.Options, out.Hints = over(out.Options, x.Options), over(out.Hints, x.Hints)
			out.Texts, out.Messages = over(out.Texts, x.Texts), over(out.Messages, x.Messages)
			out.Variants, out.Pictures = over(out.Variants, x.Variants), over(out.Pictures, x.Pictures)
			if x.Picture != "" {
				out.Picture = x.Picture
			}
		}
	}
	return out
}

func over(under, top map[string]string) map[string]string {
	if len(top) == 0 {
		return under
	}
	out := maps.Clone(under)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, top)
	return out
}

func (v *view) draw(p *page, words *pageWords, w Words) care.Page {
	j := v.j
	w = v.fill(w, p.outcome)
	out := care.Page{
		Path: p.path, Template: p.template, Title: w.one(words.Title), Lines: w.all(words.Lines), Hint: w.one(words.Hint),
		Example: w.one(words.Example), Note: w.one(words.Note), Button: w.one(words.Button), Form: p.form,
		Outcome: p.outcome, Picture: words.Picture, Extra: map[string]string{},
	}
	if o := j.words.Outcomes[p.outcome]; o != nil && out.Picture == "" {
		out.Picture = o.Picture
	}
	if out.Button == "" {
		out.Button = j.Text("page.continue", w)
	}
	for k, s := range words.Extra {
		out.Extra[k] = w.one(s)
	}
	for _, x := range p.parts {
		if x.When.Eval(v.read) == True {
			out.Lines = append(out.Lines, w.all(words.Parts[x.ID])...)
		}
	}
	for _, id := range p.services {
		out.Services = append(out.Services, j.Texts("service."+id, w)...)
	}
	for _, q := range v.asksNow(p) {
		out.Questions = append(out.Questions, v.drawQuestion(q, w)...)
	}
	return out
}

// drawQuestion gives a question and, after it, a field for the words of each option that invites some. They stand on
// the page for everybody: a field that comes and goes with a tick is lost on people who cannot see it move.
func (v *view) drawQuestion(q *question, w Words) []care.Question {
	words := v.j.wordsOf(q)
	w = v.named(w)
	out := v.checkable(q)
	out.Text, out.Hint = w.one(words.Text), w.one(words.Hint)
	out.WriteOnly, out.Autocomplete, out.Picture = q.writeOnly, q.autocomplete, words.Picture
	for _, x := range q.variants {
		if x.When.Eval(v.read) == True {
			out.Text = w.one(words.Variants[x.ID])
		}
	}
	for i := range out.Options {
		o := &out.Options[i]
		o.Label, o.Hint, o.Picture = w.one(words.Options[o.ID]), w.one(words.Hints[o.ID]), words.Pictures[o.ID]
		if q.choose == "councils" && o.Label == "" {
			o.Label = v.j.councilName(o.ID)
		}
		if x := v.j.words.Outcomes[o.ID]; x != nil && o.Label == "" {
			if o.Picture == "" {
				o.Picture = x.Picture
			}
			switch q.choose {
			case "outcomes":
				o.Label, o.Group = w.one(x.ScreenLabel), w.one(v.j.words.Groups[x.Group])
			case "outcomes_not_chosen":
				o.Label = w.one(x.SecondLook)
			}
		}
	}
	out.Messages = v.messages(q.kind, words.Messages)
	all := []care.Question{out}
	for _, o := range q.options {
		if o.Text {
			all = append(all, care.Question{
				ID: textID(q, o), Kind: care.KindText, Text: w.one(words.Texts[o.ID]), MaxChars: optionWords,
				WriteOnly: q.writeOnly, Messages: v.messages(care.KindText, nil),
			})
		}
	}
	return all
}

// problemCodes are the problems that an answer of a kind can have; see care.Question.Check.
func problemCodes(kind care.Kind) []string {
	switch kind {
	case care.KindRadios, care.KindCheckboxes, care.KindSelect:
		return []string{"choose_one", "unknown_option", "not_both", "one_only"}
	case care.KindDate:
		return []string{"enter", "one_only", "date_incomplete", "date_real", "date_past", "too_long"}
	case care.KindPhone, care.KindEmail, care.KindPostcode:
		return []string{"enter", "one_only", "too_long", string(kind)}
	}
	return []string{"enter", "one_only", "too_long"}
}

func (j *Journey) messages(kind care.Kind, own map[string]string) map[string]string {
	out := map[string]string{}
	for _, code := range problemCodes(kind) {
		if s := j.words.Words["error."+code]; len(s) > 0 {
			out[code] = s[0]
		}
	}
	maps.Copy(out, own)
	return out
}

// messages are those of a question, with the names that answers fill in them; the rest is filled when one is shown.
func (v *view) messages(kind care.Kind, own map[string]string) map[string]string {
	out := v.j.messages(kind, own)
	for name, s := range v.names() {
		for code := range out {
			out[code] = strings.ReplaceAll(out[code], "{"+name+"}", s)
		}
	}
	return out
}

// ProblemText is the sentence that says what is wrong with a field of a page and how to mend it.
func (j *Journey) ProblemText(p care.Page, problem care.Problem) string {
	w := Words(problem.Args)
	if q, ok := p.Question(problem.Field); ok {
		if s := w.one(q.Messages[problem.Code]); s != "" {
			return s
		}
	}
	if s := j.words.Words["error."+problem.Code]; len(s) > 0 {
		if t := w.one(s[0]); t != "" {
			return t
		}
	}
	return j.Text("error.enter", nil)
}

// label is what an answer reads like: the words of an option, the text itself, a date in full.
func (v *view) label(q *question, value string) string {
	switch {
	case q.kind == care.KindDate:
		if t, ok := readDate(value); ok && v.j.words.Told.Date != "" {
			return t.Format(v.j.words.Told.Date)
		}
		return value
	case !q.isChoice():
		return value
	}
	w := v.named(nil)
	if s := v.j.words.Outcomes[value]; s != nil && slices.Contains([]string{"outcomes", "outcomes_not_chosen"}, q.choose) {
		if q.choose == "outcomes" {
			return w.one(s.ScreenLabel)
		}
		return w.one(s.SecondLook)
	}
	s := w.one(v.j.wordsOf(q).Options[value])
	if s == "" && q.choose == "councils" {
		s = v.j.councilName(value)
	}
	if s == "" {
		s = value
	}
	o, _ := q.option(value)
	if text := v.a.One(textID(q, o)); o.Text && text != "" {
		s += ": " + text
	}
	return s
}

// answered are the words of an answer as it counts now, in the order of the options.
func (v *view) answered(q *question) []string {
	values := v.given(q)
	var out []string
	if !q.isChoice() {
		for _, value := range values {
			out = append(out, v.label(q, value))
		}
		return out
	}
	for _, o := range v.offered(q) {
		if slices.Contains(values, o.ID) {
			out = append(out, v.label(q, o.ID))
		}
	}
	return out
}
