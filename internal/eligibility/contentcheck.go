package eligibility

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// words checks that every page, question and option has its words, and that there are none without something to say
// them.
func (c *journeyCheck) words() {
	w := c.j.words
	c.missingPages(c.j.pages, w.Pages, "page", "pages")
	c.missingPages(c.formList(), w.Forms, "form", "forms")
	own := spot{file: contentFile(c.dir, w.Locale)}
	for _, o := range c.j.lists["outcome"] {
		x := w.Outcomes[o]
		if x == nil {
			c.addWords(own, fmt.Sprintf("the outcome %q has no words", o), "nobody could be asked about it", "write it under `outcomes`")
			continue
		}
		for what, s := range map[string]string{"title": x.Title, "about": x.About, "screen_label": x.ScreenLabel, "second_look": x.SecondLook} {
			if s == "" {
				c.addWords(x.at, fmt.Sprintf("the outcome %q lacks `%s`", o, what), "a page shows it", "write it")
			}
		}
		if w.Groups[x.Group] == "" {
			c.addWords(x.at, fmt.Sprintf("the outcome %q is in the group %q, which has no words", o, x.Group), "the boxes stand under a heading", "write the heading under `groups`, or use one that is there")
		}
	}
	c.resultWords(own)
}

func (c *journeyCheck) formList() []*page {
	var forms []*page
	for _, id := range c.j.formOrder {
		forms = append(forms, c.j.forms[id])
	}
	return forms
}

func (c *journeyCheck) missingPages(pages []*page, words map[string]*pageWords, what, section string) {
	for _, p := range pages {
		pw := words[p.source]
		if pw == nil {
			c.addWords(spot{file: contentFile(path.Dir(p.file), c.j.words.Locale)}, fmt.Sprintf("the %s %q has no words", what, p.source), "it could not be drawn", fmt.Sprintf("write it under `%s`", section))
			continue
		}
		if pw.Title == "" {
			c.addWords(pw.at, fmt.Sprintf("the %s %q has no title", what, p.source), "every page has one heading, which is its title too", "write `title:`")
		}
		for _, x := range p.parts {
			if len(pw.Parts[x.ID]) == 0 {
				c.addWords(pw.at, fmt.Sprintf("the part %q of the page %q has no words", x.ID, p.source), "the page would show nothing for it", "write it under `parts`")
			}
		}
		if i := slices.IndexFunc(p.asks, func(q *question) bool { return q.required }); pw.Extra["skip_button"] != "" && i >= 0 {
			c.addWords(pw.at, fmt.Sprintf("the page %q has a skip_button and must have an answer to %q", p.source, p.asks[i].source), "the button would be refused", "take one of the two away")
		}
		for _, id := range p.services {
			if len(c.j.words.Words["service."+id]) == 0 {
				c.file = p.file
				c.add(p.line, fmt.Sprintf("there is no service %q", id), "a number to call would be missing from the page", "write `service."+id+"` in words/frame."+c.j.words.Locale+".yaml")
			}
		}
		for _, q := range p.asks {
			c.missingQuestion(q, pw)
		}
	}
}

func (c *journeyCheck) missingQuestion(q *question, pw *pageWords) {
	words := c.j.wordsOf(q)
	at := pw.at
	if x := pw.Questions[q.source]; x != nil {
		at = x.at
	}
	if o := c.j.words.Outcomes[q.page.outcome]; o != nil && o.Questions[q.suffix] != nil {
		at = o.Questions[q.suffix].at
	}
	if words.Text == "" {
		c.addWords(at, fmt.Sprintf("the question %q has no words", q.id), "nobody would know what is asked", "write its `text`")
	}
	for _, o := range q.options {
		if words.Options[o.ID] == "" {
			c.addWords(at, fmt.Sprintf("the option %q of the question %q has no words", o.ID, q.id), "it would be a box with nothing beside it", "write it under `options`")
		}
		if o.Text && words.Texts[o.ID] == "" {
			c.addWords(at, fmt.Sprintf("the field for words beside the option %q of %q has no label", o.ID, q.id), "nobody would know what to write", "write it under `texts`")
		}
	}
	for _, x := range q.variants {
		if words.Variants[x.ID] == "" {
			c.addWords(at, fmt.Sprintf("the variant %q of the question %q has no words", x.ID, q.id), "the question would be empty for some", "write it under `variants`")
		}
	}
	for _, r := range q.page.refuse {
		if _, ok := c.j.messages(q.kind, words.Messages)[r.Code]; r.Field == q.id && !ok {
			c.addWords(at, fmt.Sprintf("the question %q has no message %q", q.id, r.Code), "the page would refuse an answer and not say why", "write it under `messages`")
		}
	}
}

// surplus checks one folder of words for those that nobody would ever read. What a shared folder has is surplus only when
// it is so for every journey that uses it, so these problems are kept for Load to compare.
func (c *journeyCheck) surplus(l layer) {
	add := c.addWords
	if l.shared {
		add = func(at spot, what, why, mend string) { c.unused.add(at.file, at.line, what, why, mend) }
	}
	s := surplusCheck{c: c, add: add}
	s.pages(c.j.pages, l.Pages, "page")
	s.pages(c.formList(), l.Forms, "form")
	for _, o := range slices.Sorted(maps.Keys(l.Outcomes)) {
		if !slices.Contains(c.j.lists["outcome"], o) {
			add(l.Outcomes[o].at, fmt.Sprintf("there are words for the outcome %q, which does not exist", o), "nobody would ever read them", "take them away, or correct the spelling")
			continue
		}
		for _, suffix := range slices.Sorted(maps.Keys(l.Outcomes[o].Questions)) {
			q, words := c.j.questions[o+"."+suffix], l.Outcomes[o].Questions[suffix]
			if q == nil {
				add(words.at, fmt.Sprintf("there are words for the question %q, which does not exist", o+"."+suffix),
					"nobody would ever read them", "take them away, or write the question in questions.yaml")
				continue
			}
			s.question(q.id, words, q)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(l.Flags)) {
		if c.j.flagByID[id] == nil {
			add(spot{file: l.src.file}, fmt.Sprintf("there are words for the flag %q, which does not exist", id), "nobody would ever read them", "take them away, or write the flag in questions.yaml")
		}
	}
}

// voiced checks the words for a helper: each takes the place of words that are there.
func (c *journeyCheck) voiced(l layer) {
	c.surplus(l)
	for _, key := range slices.Sorted(maps.Keys(l.Words)) {
		if _, ok := c.j.words.Words[key]; !ok {
			c.addWords(spot{l.src.file, l.src.line("words", key)}, fmt.Sprintf("there are words for a helper under %q, and none for the person", key),
				"nobody would ever read them", "correct the spelling, or write words/<topic>."+c.j.words.Locale+".yaml first")
		}
	}
}

type surplusCheck struct {
	c   *journeyCheck
	add func(at spot, what, why, mend string)
}

// pages checks the words of pages or forms. A page that is written out for several outcomes shares its words; each of
// them may use some.
func (s surplusCheck) pages(pages []*page, words map[string]*pageWords, what string) {
	parts, asks := map[string]map[string]bool{}, map[string]map[string][]*question{}
	for _, p := range pages {
		if parts[p.source] == nil {
			parts[p.source], asks[p.source] = map[string]bool{}, map[string][]*question{}
		}
		for _, x := range p.parts {
			parts[p.source][x.ID] = true
		}
		for _, q := range p.asks {
			asks[p.source][q.source] = append(asks[p.source][q.source], q)
		}
	}
	for _, source := range slices.Sorted(maps.Keys(words)) {
		pw := words[source]
		if asks[source] == nil {
			s.add(pw.at, fmt.Sprintf("there are words for the %s %q, which does not exist", what, source), "nobody would ever read them", "take them away, or write it in questions.yaml")
			continue
		}
		for _, id := range slices.Sorted(maps.Keys(pw.Parts)) {
			if !parts[source][id] {
				s.add(pw.at, fmt.Sprintf("there are words for the part %q of the page %q, which does not exist", id, source), "nobody would ever read them", "take them away")
			}
		}
		for _, id := range slices.Sorted(maps.Keys(pw.Questions)) {
			if asks[source][id] == nil {
				s.add(pw.Questions[id].at, fmt.Sprintf("there are words for the question %q, which the page %q does not ask", id, source), "nobody would ever read them", "take them away, or correct the spelling")
				continue
			}
			name := id
			if same := asks[source][id]; len(same) == 1 {
				name = same[0].id
			}
			s.question(name, pw.Questions[id], asks[source][id]...)
		}
	}
}

// question checks the words of one question, or of the same question about several outcomes.
func (s surplusCheck) question(name string, words *questionWords, same ...*question) {
	var have, texts, variants, codes []string
	for _, q := range same {
		for _, o := range q.options {
			have = append(have, o.ID)
			if o.Text {
				texts = append(texts, o.ID)
			}
		}
		for _, x := range q.variants {
			variants = append(variants, x.ID)
		}
		codes = append(codes, problemCodes(q.kind)...)
		for _, r := range q.page.refuse {
			if r.Field == q.id {
				codes = append(codes, r.Code)
			}
		}
	}
	for _, x := range []struct {
		what  string
		words map[string]string
		known []string
	}{{"options", words.Options, have}, {"hints", words.Hints, have}, {"texts", words.Texts, texts}, {"variants", words.Variants, variants}, {"pictures", words.Pictures, have}} {
		for _, id := range slices.Sorted(maps.Keys(x.words)) {
			if !slices.Contains(x.known, id) {
				s.add(words.at, fmt.Sprintf("under `%s` of the question %q there are words for %q, which does not exist", x.what, name, id),
					"nobody would ever read them", "take them away, or write the option in questions.yaml")
			}
		}
	}
	for _, code := range slices.Sorted(maps.Keys(words.Messages)) {
		if !slices.Contains(codes, code) {
			s.add(words.at, fmt.Sprintf("the question %q has a message %q, which can never be needed", name, code), "nobody would ever read it", "use one of: "+strings.Join(slices.Compact(codes), ", "))
		}
	}
}

// resultWords checks that the result page has words for every state that answers can lead to.
func (c *journeyCheck) resultWords(own spot) {
	r := c.j.words.Result
	has := func(state string) bool {
		st := r.States[state]
		return st != nil && st.H1 != "" && len(st.Body) > 0
	}
	need := []string{StateLikely, StateCannotTell, StateUnlikely, StateAlreadyHelped}
	if p := c.j.byPath[pageResult]; p != nil && p.askWhen.IsZero() {
		for _, row := range c.j.sentAs {
			state := resultStates[row.Kind]
			if state == StateAfter18 && has(state+"_"+StateLikely) && has(state+"_"+StateCannotTell) && has(state+"_"+StateUnlikely) {
				continue
			}
			if !slices.Contains(need, state) && state != "" {
				need = append(need, state)
			}
		}
	}
	for _, s := range need {
		if !has(s) {
			c.addWords(own, fmt.Sprintf("the result page lacks words for the state %q", s), "some people would see an empty result", "write h1 and body under `result: states:`")
		}
	}
	for _, s := range slices.Sorted(maps.Keys(r.States)) {
		base := strings.TrimPrefix(s, StateAfter18+"_")
		known := slices.Contains(need[:4], s) || slices.ContainsFunc(c.j.sentAs, func(row sentAsRow) bool {
			state := resultStates[row.Kind]
			return s == state || state == StateAfter18 && base != s && slices.Contains(need[:3], base)
		})
		if !known {
			c.addWords(own, fmt.Sprintf("the result page has words for the state %q, which no answers lead to", s), "nobody would ever read them", "take them away, or write in `sent_as` which answers lead there")
		}
	}
	for _, b := range []string{"send", "keep", "stop", "contact"} {
		if r.Buttons[b] == "" {
			c.addWords(own, fmt.Sprintf("the result page lacks the button %q", b), "nobody may be left without a way to go on", "write it under `result: buttons:`")
		}
	}
}

// toldWords checks that everything that is told can be seen again before it is sent.
func (c *journeyCheck) toldWords() {
	t := c.j.words.Told
	own := spot{file: contentFile(c.dir, c.j.words.Locale)}
	if t.NotAnswered == "" {
		c.addWords(own, "`told` lacks `not_answered`", "a question that was left out must show as such", "write it")
	}
	listed := map[string]bool{}
	for _, s := range t.Sections {
		for _, source := range s.Pages {
			if listed[source] {
				c.addWords(s.at, fmt.Sprintf("the page %q is in two sections", source), "its answers would be shown twice", "keep it in one")
			}
			listed[source] = true
			if !slices.ContainsFunc(c.j.pages, func(p *page) bool { return p.source == source }) {
				c.addWords(s.at, fmt.Sprintf("the section %q names the page %q, which does not exist", s.Title, source), "the section would be incomplete", "correct the spelling")
			}
		}
	}
	for _, p := range c.j.pages {
		shown := slices.ContainsFunc(p.asks, func(q *question) bool { return !q.writeOnly })
		if shown && !listed[p.source] {
			c.addWords(own, fmt.Sprintf("no section under `told` has the page %q", p.source), "what was answered there could not be checked before it is sent", "add it to a section")
		}
	}
}
