package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/rules"
)

func (s *site) guide() *eligibility.Guide {
	s.t.Helper()
	g, err := s.service.Library.Guide(s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return g
}

// inside says whether a node stands in an element that is so.
func inside(n *htmlNode, is func(*htmlNode) bool) bool {
	for at := n; at != nil; at = at.Parent {
		if is(at) {
			return true
		}
	}
	return false
}

func hasClass(n *htmlNode, class string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), class)
}

// plainText is the text of a page outside what is folded away.
func plainText(doc *htmlNode) string {
	var out []string
	var walk func(n *htmlNode)
	walk = func(n *htmlNode) {
		if n.Type == html.TextNode {
			out = append(out, n.Data)
		}
		if n.Type == html.ElementNode && n.Data == "details" {
			return
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return strings.Join(out, " ")
}

var guideBanned = regexp.MustCompile(`(?i)\b(eligib\w*|ineligib\w*|determin\w*|outcomes?|assessors?|utilis\w*)\b`)

// TestEveryPageOfTheGuide follows every link below /guide, and the first changes of each example: each leads to a page, each
// anchor to its place, each page has one heading and its own title, says that it is no legal advice, and has the words
// of the law behind "The exact law" alone.
func TestEveryPageOfTheGuide(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	ids := map[string]map[string]bool{} // by address
	titles := map[string]string{}
	wanted := map[string]string{} // address with anchor, and where it is linked
	changes := map[string]int{}   // by example: how many were followed; the rest are worked out in internal/eligibility
	queue := []string{"/guide"}
	for len(queue) > 0 {
		address := queue[0]
		queue = queue[1:]
		if ids[address] != nil {
			continue
		}
		b.get(address)
		if b.status != http.StatusOK {
			t.Fatalf("%s answered %d", address, b.status)
		}
		ids[address] = map[string]bool{}
		h1 := 0
		each(b.doc, func(n *htmlNode) {
			if id := attr(n, "id"); id != "" {
				if ids[address][id] {
					t.Errorf("%s: the id %q is there twice", address, id)
				}
				ids[address][id] = true
			}
			if n.Data == "h1" {
				h1++
			}
			if n.Data == "title" && !strings.Contains(address, "?") {
				if had := titles[text(n)]; had != "" {
					t.Errorf("%s and %s have the title %q", had, address, text(n))
				}
				titles[text(n)] = address
			}
			if href := attr(n, "href"); n.Data == "a" && href != "" {
				at, err := url.Parse(href)
				if err != nil || href == "//" {
					t.Errorf("%s leads to %q: %v", address, href, err)
					return
				}
				to := at.Path
				if to == "" {
					to, _, _ = strings.Cut(address, "?")
				}
				if at.RawQuery != "" {
					if changes[at.Path]++; changes[at.Path] > 3 {
						return
					}
					to += "?" + at.RawQuery
				}
				if at.Fragment != "" && at.Path != "" || strings.HasPrefix(href, "#") && href != "#content" {
					wanted[to+"#"+at.Fragment] = address
				}
				if strings.HasPrefix(to, "/guide") {
					queue = append(queue, to)
				}
			}
		})
		if h1 != 1 {
			t.Errorf("%s has %d h1", address, h1)
		}
		words := plainText(b.doc)
		for _, want := range []string{"This is not legal advice.", "No lawyer has checked it yet."} {
			if !strings.Contains(words, want) {
				t.Errorf("%s does not say %q", address, want)
			}
		}
		if w := guideBanned.FindString(words); w != "" {
			t.Errorf("%s: readers would meet %q", address, w)
		}
		if b.header.Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", address)
		}
	}
	for want, from := range wanted {
		address, anchor, _ := strings.Cut(want, "#")
		if !ids[address][anchor] {
			t.Errorf("%s leads to %s, and there is no such place", from, want)
		}
	}
	t.Logf("%d pages, %d anchors", len(ids), len(wanted))
	if len(ids) < 50+len(s.guide().Examples()) {
		t.Errorf("only %d pages were found", len(ids))
	}
}

// TestEveryParagraphOfTheGuideIsCited looks at the pages themselves: under each paragraph, and in each item and row,
// stands where it comes from, with what that is.
func TestEveryParagraphOfTheGuideIsCited(t *testing.T) {
	s := newSite(t, false)
	g := s.guide()
	paragraphs, folded := 0, 0
	for _, e := range g.Contents() {
		b := s.browser().get("/guide/" + e.ID)
		began := false
		each(b.doc, func(n *htmlNode) {
			if inside(n, func(p *htmlNode) bool {
				return p.Data == "details" || p.Data == "nav" || p.Data == "footer" || hasClass(p, "govuk-inset-text")
			}) {
				if n.Data == "summary" && strings.HasPrefix(text(n), "The exact law") {
					folded++
				}
				return
			}
			began = began || n.Data == "h2"
			if !began || n.Data != "p" || !hasClass(n, "govuk-body") || find(n, func(a *htmlNode) bool { return a.Data == "a" || a.Data == "b" }) != nil {
				return
			}
			paragraphs++
			cited := false
			for at := n.NextSibling; at != nil && at.Data != "h2" && at.Data != "h3"; at = at.NextSibling {
				if at.Type == html.ElementNode && hasClass(at, "app-source") {
					source := text(at)
					cited = strings.Contains(source, "Comes from:") && (strings.Contains(source, "the law") || strings.Contains(source, "guidance") || strings.Contains(source, "our own choice"))
					break
				}
			}
			if !cited {
				t.Errorf("%s: nothing says where this comes from: %q", e.ID, text(n))
			}
		})
	}
	t.Logf("%d paragraphs, %d times the exact law", paragraphs, folded)
	s.browser().get("/guide/money").says("Care Act 2014 s.14 (the law, not checked at the source yet)", "Care Act 2014 s.9(1), (3) (the law)")
	if paragraphs < 60 || folded < 30 {
		t.Error("too few were found: the test looks in the wrong place")
	}
}

// TestTheGuidesExamples: each shows what its worked case expects, as a suggestion, with a step of reasons.
func TestTheGuidesExamples(t *testing.T) {
	s := newSite(t, false)
	g := s.guide()
	shown := map[string]bool{}
	for _, e := range g.Examples() {
		shown[e.ID] = true
	}
	for _, kind := range []string{"adult-needs", "carer-support"} {
		rs, err := s.service.Library.InForce(kind, s.now)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := rs.Cases(rules.FS)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			if !shown[c.ID] {
				t.Errorf("the worked case %s cannot be tried: it has no title in plain words", c.ID)
				continue
			}
			b := s.browser().get("/guide/example/" + c.ID)
			result := find(b.doc, func(n *htmlNode) bool { return hasClass(n, "app-result") })
			if result == nil {
				t.Fatalf("%s: %d, no result", c.ID, b.status)
			}
			for _, want := range []string{g.Suggests(rs.Indicate(c.Facts).Suggestion), "This is not a decision."} {
				if !strings.Contains(text(result), want) {
					t.Errorf("%s does not say %q: %q", c.ID, want, text(result))
				}
			}
			if got := string(rs.Indicate(c.Facts).Suggestion); got != c.Expect.Indication {
				t.Errorf("%s comes to %s, expected %s", c.ID, got, c.Expect.Indication)
			}
			steps := 0
			each(b.doc, func(n *htmlNode) {
				if hasClass(n, "app-tree") {
					steps++
				}
			})
			if steps < 5 {
				t.Errorf("%s shows %d steps of its reasons", c.ID, steps)
			}
		}
	}
	b := s.browser().get("/guide/example/A01?fact=outcomes.nutrition.assistance&is=no").says(
		"You changed one answer:", "You told us it can be done without help: eating and drinking.", "the test in the law may not be met")
	b.get("/guide/example/A07?fact=outcomes.nutrition.help&is=nobody").says("the council may have to help")
	for _, path := range []string{"A99", "A01?fact=impairment&is=maybe", "A01?fact=nothing&is=yes", "a01"} {
		if b.get("/guide/example/" + path); b.status != http.StatusNotFound {
			t.Errorf("%s answered %d", path, b.status)
		}
	}
}

// TestTheGuideKeepsNothing: what is tried in an example reaches neither log nor store.
func TestTheGuideKeepsNothing(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/guide/example/A01?fact=outcomes.nutrition.assistance&is=no")
	if len(b.cookies) > 0 || strings.Contains(s.log.String(), "nutrition") {
		t.Errorf("cookies %v, or the log has the fact", b.cookies)
	}
}

// TestWhatIsHeld: the times on /guide/data are those the service keeps to, in a table that can be read aloud.
func TestWhatIsHeld(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/guide/data").says("24 hours after you last saved", "With a return code, 30 days", "After 30 minutes with no use", "Then two managers decide that they are destroyed")
	if casework.DraftLife.Hours() != 24 || casework.KeptLife.Hours() != 24*30 || casework.IdleLock.Minutes() != 30 {
		t.Fatal("the clocks have changed, and so must what this test expects")
	}
	table := find(b.doc, func(n *htmlNode) bool { return n.Data == "table" })
	if table == nil {
		t.Fatal("there is no table")
	}
	columns, rows := 0, 0
	each(table, func(n *htmlNode) {
		switch {
		case n.Data == "th" && attr(n, "scope") == "col":
			columns++
		case n.Data == "th" && attr(n, "scope") == "row":
			rows++
		}
	})
	if columns != 4 || rows < 6 {
		t.Errorf("%d columns and %d rows have a heading", columns, rows)
	}
}

// TestTheGuideBelongsToNoCouncil: it is open to everybody, on a service without a council too, and no council can take
// its address.
func TestTheGuideBelongsToNoCouncil(t *testing.T) {
	for _, s := range []*site{emptySite(t), newSite(t, true)} {
		b := s.browser().get("/guide")
		if b.status != http.StatusOK || find(b.doc, func(n *htmlNode) bool { return hasClass(n, "app-header__council") }) != nil {
			t.Errorf("it answered %d, or names a council", b.status)
		}
		for _, path := range []string{"/guide/nothing", "/guide/example", "/guide/act/more"} {
			if b.get(path); b.status != http.StatusNotFound {
				t.Errorf("%s answered %d", path, b.status)
			}
		}
	}
}
