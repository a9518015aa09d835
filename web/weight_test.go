package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// beside are the pages beside the form, before it is sent and after.
var beside = []string{
	"save", "contact", "back", "bring", "copy", "about-me", "plan", "held", "helpers", "diary", "reading", "erase", "check", "result", "paper",
	"status", "status/withdraw", "equality",
}

// asLongAsAnswers are the pages that list what somebody answered.
var asLongAsAnswers = []string{"check", "copy"}

// filled fills a form. Everything is every box but those that go alone, the first of every choice, and a sentence in every
// field; otherwise one box of each question, two of the outcomes, and no more words than have to be. What is said
// beforehand goes first.
func (b *browser) filled(f *pageForm, says url.Values, everything bool) url.Values {
	v := f.values()
	alone := map[string]bool{}
	each(b.doc, func(n *htmlNode) {
		if attr(n, "data-behaviour") == "exclusive" {
			alone[attr(n, "name")+"="+attr(n, "value")] = true
		}
	})
	for _, c := range f.controls {
		said, given := says[c.name]
		switch name := c.name; {
		case given:
			v[name] = said
		case c.kind == "hidden":
		case c.kind == "radio":
			v.Set(name, c.values[0])
		case c.kind == "checkbox":
			for _, value := range c.values {
				if !alone[name+"="+value] && (everything || len(v[name]) == 0 || name == "daily" && len(v[name]) < 2) {
					v.Add(name, value)
				}
			}
		case strings.HasSuffix(name, "-day"), strings.HasSuffix(name, "-month"), strings.HasSuffix(name, "-year"),
			strings.Contains(name, "postcode"), strings.Contains(name, "email"), strings.Contains(name, "phone"):
			v.Set(name, map[string]string{"day": "7", "month": "3", "year": "1948", "code": "LS1 4AP", "mail": "sam@example.com"}[dayPart(name)])
			if strings.Contains(name, "phone") {
				v.Set(name, "07700 900 982")
			}
		case name == "name":
			v.Set(name, "Ada Example")
		case everything:
			v.Set(name, "On bad days somebody has to do it for me.")
		}
	}
	return v
}

func dayPart(name string) string {
	for _, part := range []string{"day", "month", "year"} {
		if strings.HasSuffix(name, "-"+part) {
			return part
		}
	}
	if strings.Contains(name, "email") {
		return "mail"
	}
	return "code"
}

// TestEveryPageIsLight walks every kind of journey twice, with two outcomes and with everything, and weighs every page on the
// way and beside it.
func TestEveryPageIsLight(t *testing.T) {
	weighable(t)
	s := newSite(t, false)
	few := url.Values{"format": {"standard"}, "second_look": {"all_fine"}}
	for _, who := range walkers {
		for _, much := range []string{"two outcomes", "everything"} {
			says := cloneValues(who.says)
			if much != "everything" {
				for name, said := range few {
					if says[name] == nil {
						says[name] = said
					}
				}
			}
			if strings.Contains(who.name, "young") {
				says["born-year"] = []string{"2009"}
			}
			b := s.browser().get("/ashdale").get("/ashdale/for")
			heaviest, where, screens := 0, "", 0
			weigh := func() {
				size, budget := b.served(b.path), laterPageBudget
				if much == "everything" && slices.Contains(asLongAsAnswers, b.page()) {
					budget = everythingBudget
				}
				if size > budget {
					t.Errorf("%s, %s: %s takes %d bytes, the budget is %d", who.name, much, b.path, size, budget)
				}
				if size > heaviest {
					heaviest, where = size, b.path
				}
				screens++
			}
			aside := func() {
				at := b.path
				for _, page := range beside {
					if b.get("/ashdale/" + page); b.status == http.StatusOK && b.path == "/ashdale/"+page {
						weigh()
					}
				}
				b.get(at)
			}
			for !b.confirmed() {
				if weigh(); screens > 200 {
					t.Fatalf("%s: no end in sight at %s", who.name, b.path)
				}
				if b.page() == "check" {
					aside()
				}
				f := b.forms()
				from := b.path
				if b.post(f[len(f)-1].action, b.filled(f[len(f)-1], says, much == "everything")); b.status == http.StatusUnprocessableEntity {
					f = b.forms()
					v := b.filled(f[len(f)-1], says, much == "everything")
					for name := range v { // boxes that go with no others
						v[name] = v[name][:1]
					}
					b.post(f[len(f)-1].action, v)
				}
				if b.status != http.StatusOK {
					t.Fatalf("%s, %s: %s answered %d after %s: %s", who.name, much, b.path, b.status, from, text(b.doc))
				}
			}
			weigh()
			aside()
			t.Logf("%s, %s: %d pages, the heaviest is %s, %d bytes", who.name, much, screens, where, heaviest)
		}
	}
}

// readingMatter are the four longest texts of the guide: the rights of carers, what every question is asked for, and two examples
// worked out step by step. They are read at a time of one's own choosing and stand on no journey.
var readingMatter = []string{"/guide/carers", "/guide/form", "/guide/example/A02", "/guide/example/C18"}

const readingBudget = 4_600

// TestTheGuideIsLight weighs every page of the guide.
func TestTheGuideIsLight(t *testing.T) {
	weighable(t)
	s := newSite(t, false)
	b := s.browser()
	heaviest, where := 0, ""
	seen, todo := map[string]bool{}, []string{"/guide"}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		size, budget := b.served(path), laterPageBudget
		if slices.Contains(readingMatter, path) {
			budget = readingBudget
		}
		if size > heaviest {
			heaviest, where = size, path
		}
		if size > budget {
			t.Errorf("%s takes %d bytes, the budget is %d", path, size, budget)
		}
		each(b.get(path).doc, func(n *htmlNode) {
			if to, _, _ := strings.Cut(attr(n, "href"), "#"); n.Data == "a" && strings.HasPrefix(to, "/guide") && !strings.Contains(to, "?") {
				todo = append(todo, to)
			}
		})
	}
	t.Logf("%d pages, the heaviest is %s, %d bytes", len(seen), where, heaviest)
}
