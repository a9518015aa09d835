package eligibility

import (
	"slices"
	"strings"

	"threshold/internal/care"
)

// A PaperPage is a page of the journey as it can be printed: everything it may ask, with what has to be ticked for it.
// Whoever fills in paper sees all of it at once, so what a screen would leave out is left to a line that says when.
type PaperPage struct {
	care.Page // with the questions that are printed
	// When must all hold for the page to be filled in; those of pages it hangs on come first.
	When []PaperTest
	// Asks has the tests of single questions, by id.
	Asks map[string][]PaperTest
	// Parts are lines for those who ticked something.
	Parts []PaperPart
}

// A PaperPart of a page's words.
type PaperPart struct {
	When  []PaperTest
	Lines []string
}

// A PaperTest says, of what was ticked before, when something is filled in: when any of Ticks was made, or, with Skip,
// unless one was. A question that was left blank has no tick.
type PaperTest struct {
	Skip  bool
	Ticks []PaperTick
}

// A PaperTick is a question and the options of it that count, by id and in the order in which they are printed.
type PaperTick struct {
	Question string
	Options  []string
}

// Same says whether two tests are one and the same.
func (t PaperTest) Same(u PaperTest) bool {
	return t.Skip == u.Skip && slices.EqualFunc(t.Ticks, u.Ticks, func(a, b PaperTick) bool {
		return a.Question == b.Question && slices.Equal(a.Options, b.Options)
	})
}

// Paper returns the pages to print for somebody of whom chosen is known already (who the form is for), in order. Left out
// are pages that nobody who chose so is asked, pages that have nothing to fill in or to heed, and every write-only question:
// paper lies about, and is posted to a home.
//
// What only a computer can tell before the next page (which nation a postcode is in) is taken as not known: a worker asks.
func (j *Journey) Paper(chosen care.Answers, w Words) []PaperPage {
	if j == nil {
		return nil
	}
	b := &paperMaker{view: j.view(chosen), words: w, chosen: chosen.Questions(), pageOf: map[string]int{}}
	for _, p := range j.pages {
		if p.aside == nil && p.template != pageResult && p.template != "coming" && p.path != pageSent {
			b.add(p)
		}
	}
	return b.out
}

type paperMaker struct {
	*view
	words  Words
	chosen []string
	pageOf map[string]int // where a question is printed, by id
	out    []PaperPage
}

func (b *paperMaker) add(p *page) {
	truth, when := b.rest(p.askWhen)
	if truth == False {
		return
	}
	out := PaperPage{Page: b.draw(p, b.j.words.Pages[p.source], b.words), When: b.inherit(when), Asks: map[string][]PaperTest{}}
	out.Lines, out.Questions = b.fill(b.words, p.outcome).all(b.j.words.Pages[p.source].Lines), nil
	if p.template == pageCheck { // it is called after what the screen shows there
		out.Lines = nil
		for _, s := range b.j.words.Told.Sections {
			if slices.Contains(s.Pages, p.path) {
				out.Title = b.named(b.words).one(s.Title)
			}
		}
	}
	for _, x := range p.parts {
		if truth, when := b.rest(x.When); truth != False {
			out.Parts = append(out.Parts, PaperPart{When: when, Lines: b.fill(b.words, p.outcome).all(b.j.words.Pages[p.source].Parts[x.ID])})
		}
	}
	var printed []string
	for _, q := range p.asks {
		truth, when := b.rest(q.askWhen)
		if q.writeOnly || truth == False || slices.Contains(b.chosen, q.id) {
			continue
		}
		out.Questions = append(out.Questions, b.drawQuestion(q, b.fill(b.words, p.outcome))...)
		printed = append(printed, q.id)
		if len(when) > 0 {
			out.Asks[q.id] = when
		}
	}
	switch {
	case len(p.asks) > 0 && len(printed) == 0, len(p.asks) == 0 && len(out.Services)+len(out.Parts) == 0:
		return
	}
	for _, id := range printed {
		b.pageOf[id] = len(b.out)
	}
	b.out = append(b.out, out)
}

// inherit puts before the tests of a page those of the pages whose ticks it needs: whoever was not asked there has made
// none.
func (b *paperMaker) inherit(when []PaperTest) []PaperTest {
	var out []PaperTest
	put := func(t PaperTest) {
		if !slices.ContainsFunc(out, t.Same) {
			out = append(out, t)
		}
	}
	for _, t := range when {
		if t.Skip {
			continue
		}
		for _, of := range b.out[b.pageOf[t.Ticks[0].Question]].When {
			if !slices.ContainsFunc(t.Ticks, func(k PaperTick) bool {
				return !slices.ContainsFunc(b.out[b.pageOf[k.Question]].When, of.Same)
			}) {
				put(of)
			}
		}
	}
	for _, t := range when {
		put(t)
	}
	return out
}

// rest is what is left of a test when all that is known is put in: True or False, or Unknown with what must be ticked. A
// test that cannot be told in one line is taken as true: too much is printed then, and nothing is missing.
func (b *paperMaker) rest(c Criterion) (Truth, []PaperTest) {
	switch c.op {
	case opNone:
		return True, nil
	case opIs:
		return b.restOfLeaf(c)
	case opAll:
		var all []PaperTest
		for _, k := range c.of {
			truth, when := b.rest(k)
			if truth == False {
				return False, nil
			}
			all = append(all, when...)
		}
		return truthOf(all), all
	case opAny:
		var any PaperTest
		open, certain := false, false
		for _, k := range c.of {
			truth, when := b.rest(k)
			switch {
			case truth == False:
			case truth == True, len(when) != 1, when[0].Skip:
				certain = true
			default:
				open = true
				any.Ticks = append(any.Ticks, when[0].Ticks...)
			}
		}
		switch {
		case certain:
			return True, nil
		case open:
			return Unknown, []PaperTest{any}
		}
		return False, nil
	}
	return True, nil
}

func truthOf(left []PaperTest) Truth {
	if len(left) > 0 {
		return Unknown
	}
	return True
}

func (b *paperMaker) restOfLeaf(c Criterion) (Truth, []PaperTest) {
	if slices.Contains(b.chosen, c.fact) {
		if leafTruth(c.options, Reading{Values: b.a.Get(c.fact)}) == True {
			return True, nil
		}
		return False, nil
	}
	if strings.HasSuffix(c.fact, suffixLeft) {
		return True, nil // on paper all are shown
	}
	q := b.j.questions[c.fact]
	blank := slices.Contains(c.options, Absent)
	if _, printed := b.pageOf[c.fact]; !printed || q == nil {
		if blank { // never asked, or not on paper
			return True, nil
		}
		return False, nil
	}
	if !q.isChoice() {
		return True, nil
	}
	var named, others []string
	for _, o := range b.offered(q) {
		if slices.Contains(c.options, o.ID) {
			named = append(named, o.ID)
		} else {
			others = append(others, o.ID)
		}
	}
	switch {
	case blank && len(others) == 0:
		return True, nil
	case blank && len(others) <= len(named), blank && len(named) == 0:
		return Unknown, []PaperTest{{Skip: true, Ticks: []PaperTick{{q.id, others}}}}
	}
	return Unknown, []PaperTest{{Ticks: []PaperTick{{q.id, named}}}}
}
