package eligibility

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// words checks that every page, question and option has its words, and that there are none without something to say
// them.
func (c *journeyCheck) words() {
	w := c.j.words
	c.pageSet(c.j.pages, w.Pages, "page", "pages")
	var forms []*page
	for _, id := range c.j.formOrder {
		forms = append(forms, c.j.forms[id])
	}
	c.pageSet(forms, w.Forms, "form", "forms")
	for _, o := range c.j.lists["outcome"] {
		x := w.Outcomes[o]
		if x == nil {
			c.addWords(0, fmt.Sprintf("the outcome %q has no words", o), "nobody could be asked about it", "write it under `outcomes`")
			continue
		}
		for what, s := range map[string]string{"title": x.Title, "about": x.About, "screen_label": x.ScreenLabel, "second_look": x.SecondLook} {
			if s == "" {
				c.addWords(x.line, fmt.Sprintf("the outcome %q lacks `%s`", o, what), "a page shows it", "write it")
			}
		}
		if w.Groups[x.Group] == "" {
			c.addWords(x.line, fmt.Sprintf("the outcome %q is in the group %q, which has no words", o, x.Group), "the boxes stand under a heading", "write the heading under `groups`, or use one that is there")
		}
	}
	for _, o := range slices.Sorted(maps.Keys(w.Outcomes)) {
		if !slices.Contains(c.j.lists["outcome"], o) {
			c.addWords(w.Outcomes[o].line, fmt.Sprintf("there are words for the outcome %q, which does not exist", o), "nobody would ever read them", "take them away, or correct the spelling")
			continue
		}
		for _, suffix := range slices.Sorted(maps.Keys(w.Outcomes[o].Questions)) {
			if c.j.questions[o+"."+suffix] == nil {
				c.addWords(w.Outcomes[o].Questions[suffix].line, fmt.Sprintf("there are words for the question %q, which does not exist", o+"."+suffix),
					"nobody would ever read them", "take them away, or write the question in questions.yaml")
			}
		}
	}
	c.resultWords()
}

func (c *journeyCheck) pageSet(pages []*page, words map[string]*pageWords, what, section string) {
	need := map[string]bool{}
	for _, p := range pages {
		need[p.source] = true
		pw := words[p.source]
		if pw == nil {
			c.addWords(0, fmt.Sprintf("the %s %q has no words", what, p.source), "it could not be drawn", fmt.Sprintf("write it under `%s`", section))
			continue
		}
		if pw.Title == "" {
			c.addWords(pw.line, fmt.Sprintf("the %s %q has no title", what, p.source), "every page has one heading, which is its title too", "write `title:`")
		}
		c.pageWords(p, pw, pages)
	}
	for _, source := range slices.Sorted(maps.Keys(words)) {
		if !need[source] {
			c.addWords(words[source].line, fmt.Sprintf("there are words for the %s %q, which does not exist", what, source), "nobody would ever read them", "take them away, or write it in questions.yaml")
		}
	}
}

func (c *journeyCheck) pageWords(p *page, pw *pageWords, pages []*page) {
	for _, x := range p.parts {
		if len(pw.Parts[x.ID]) == 0 {
			c.addWords(pw.line, fmt.Sprintf("the part %q of the page %q has no words", x.ID, p.source), "the page would show nothing for it", "write it under `parts`")
		}
	}
	// A page that is written out for several outcomes shares its words; each of them may use some.
	parts, asks := map[string]bool{}, map[string]bool{}
	for _, same := range pages {
		if same.source != p.source {
			continue
		}
		for _, x := range same.parts {
			parts[x.ID] = true
		}
		for _, q := range same.asks {
			asks[q.source] = true
		}
	}
	for _, id := range slices.Sorted(maps.Keys(pw.Parts)) {
		if !parts[id] {
			c.addWords(pw.line, fmt.Sprintf("there are words for the part %q of the page %q, which does not exist", id, p.source), "nobody would ever read them", "take them away")
		}
	}
	for _, source := range slices.Sorted(maps.Keys(pw.Questions)) {
		if !asks[source] {
			c.addWords(pw.Questions[source].line, fmt.Sprintf("there are words for the question %q, which the page %q does not ask", source, p.source), "nobody would ever read them", "take them away, or correct the spelling")
		}
	}
	if i := slices.IndexFunc(p.asks, func(q *question) bool { return q.required }); pw.Extra["skip_button"] != "" && i >= 0 {
		c.addWords(pw.line, fmt.Sprintf("the page %q has a skip_button and must have an answer to %q", p.source, p.asks[i].source), "the button would be refused", "take one of the two away")
	}
	for _, id := range p.services {
		if len(c.j.words.Words["service."+id]) == 0 {
			c.add(p.line, fmt.Sprintf("there is no service %q", id), "a number to call would be missing from the page", "write `service."+id+"` under `words` in content.en.yaml")
		}
	}
	for _, q := range p.asks {
		c.questionWords(q, pw)
	}
}

func (c *journeyCheck) questionWords(q *question, pw *pageWords) {
	words := c.j.wordsOf(q)
	line := pw.line
	if x := pw.Questions[q.source]; x != nil {
		line = x.line
	}
	if o := c.j.words.Outcomes[q.page.outcome]; o != nil && o.Questions[q.suffix] != nil {
		line = o.Questions[q.suffix].line
	}
	if words.Text == "" {
		c.addWords(line, fmt.Sprintf("the question %q has no words", q.id), "nobody would know what is asked", "write its `text`")
	}
	var have, texts []string
	for _, o := range q.options {
		have = append(have, o.ID)
		if words.Options[o.ID] == "" {
			c.addWords(line, fmt.Sprintf("the option %q of the question %q has no words", o.ID, q.id), "it would be a box with nothing beside it", "write it under `options`")
		}
		if o.Text {
			texts = append(texts, o.ID)
			if words.Texts[o.ID] == "" {
				c.addWords(line, fmt.Sprintf("the field for words beside the option %q of %q has no label", o.ID, q.id), "nobody would know what to write", "write it under `texts`")
			}
		}
	}
	var variants []string
	for _, x := range q.variants {
		variants = append(variants, x.ID)
		if words.Variants[x.ID] == "" {
			c.addWords(line, fmt.Sprintf("the variant %q of the question %q has no words", x.ID, q.id), "the question would be empty for some", "write it under `variants`")
		}
	}
	for what, pair := range map[string]struct {
		words map[string]string
		known []string
	}{
		"options": {words.Options, have}, "hints": {words.Hints, have}, "texts": {words.Texts, texts}, "variants": {words.Variants, variants},
	} {
		for _, id := range slices.Sorted(maps.Keys(pair.words)) {
			if !slices.Contains(pair.known, id) {
				c.addWords(line, fmt.Sprintf("under `%s` of the question %q there are words for %q, which does not exist", what, q.id, id),
					"nobody would ever read them", "take them away, or write the option in questions.yaml")
			}
		}
	}
	codes := problemCodes(q.kind)
	for _, r := range q.page.refuse {
		if r.Field == q.id {
			codes = append(codes, r.Code)
			if _, ok := c.j.messages(q.kind, words.Messages)[r.Code]; !ok {
				c.addWords(line, fmt.Sprintf("the question %q has no message %q", q.id, r.Code), "the page would refuse an answer and not say why", "write it under `messages`")
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(words.Messages)) {
		if !slices.Contains(codes, code) {
			c.addWords(line, fmt.Sprintf("the question %q has a message %q, which can never be needed", q.id, code), "nobody would ever read it", "use one of: "+strings.Join(codes, ", "))
		}
	}
}

// resultWords checks that the result page has words for every state.
func (c *journeyCheck) resultWords() {
	r := c.j.words.Result
	for _, s := range []string{StateLikely, StateCannotTell, StateUnlikely, StateAlreadyHelped} {
		if st := r.States[s]; st == nil || st.H1 == "" || len(st.Body) == 0 {
			c.addWords(0, fmt.Sprintf("the result page lacks words for the state %q", s), "some people would see an empty result", "write h1 and body under `result: states:`")
		}
	}
	for _, b := range []string{"send", "keep", "stop", "contact"} {
		if r.Buttons[b] == "" {
			c.addWords(0, fmt.Sprintf("the result page lacks the button %q", b), "nobody may be left without a way to go on", "write it under `result: buttons:`")
		}
	}
}

// toldWords checks that everything that is told can be seen again before it is sent.
func (c *journeyCheck) toldWords() {
	t := c.j.words.Told
	if t.NotAnswered == "" {
		c.addWords(0, "`told` lacks `not_answered`", "a question that was left out must show as such", "write it")
	}
	listed := map[string]bool{}
	for _, s := range t.Sections {
		for _, source := range s.Pages {
			if listed[source] {
				c.addWords(s.line, fmt.Sprintf("the page %q is in two sections", source), "its answers would be shown twice", "keep it in one")
			}
			listed[source] = true
			if !slices.ContainsFunc(c.j.pages, func(p *page) bool { return p.source == source }) {
				c.addWords(s.line, fmt.Sprintf("the section %q names the page %q, which does not exist", s.Title, source), "the section would be incomplete", "correct the spelling")
			}
		}
	}
	for _, p := range c.j.pages {
		shown := slices.ContainsFunc(p.asks, func(q *question) bool { return !q.writeOnly })
		if shown && !listed[p.source] {
			c.addWords(0, fmt.Sprintf("no section under `told` has the page %q", p.source), "what was answered there could not be checked before it is sent", "add it to a section")
		}
	}
}
