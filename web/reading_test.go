package web_test

import (
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/eligibility"
	"threshold/rules"
)

// readingSite offers the test locales too.
func readingSite(t *testing.T) *site {
	t.Helper()
	s := newSite(t, false)
	library, err := eligibility.Load(rules.FS, eligibility.WithTestLocales())
	if err != nil {
		t.Fatal(err)
	}
	s.service.Library = library
	return s
}

func (b *browser) root() *html.Node {
	return find(b.doc, func(n *html.Node) bool { return n.Data == "html" })
}

// reads chooses a way of reading, coming from the page the browser is on.
func (b *browser) reads(locale string, large bool) *browser {
	b.t.Helper()
	b.get("/ashdale/reading").answers(http.StatusOK)
	v := url.Values{"way": {locale}}
	if large {
		v.Set("size", "large")
	}
	return b.submit(v)
}

// sameEverywhere are numbers to ring, citations, and the names of locales.
var sameEverywhere = regexp.MustCompile(`^([0-9 ]+|SI [0-9/]+ .*|.*\(for testing\))$`)

// sentences are the texts of a page that somebody wrote: in one element, with at least three words.
func sentences(doc *html.Node) []string {
	var out []string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && (n.Data == "script" || n.Data == "style" || n.Data == "select") {
			return // names of councils to choose from are the same in every language
		}
		if n.Type == html.TextNode {
			if s := strings.Join(strings.Fields(n.Data), " "); strings.Count(s, " ") >= 2 && !sameEverywhere.MatchString(s) {
				out = append(out, s)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
	}
	walk(doc)
	return out
}

// readingAnswers lead over most pages there are.
var readingAnswers = url.Values{
	"for": {"self"}, "daily": {"nutrition"}, "private": {"alone"}, "today": {"food"}, "difficulties": {"retain"}, "name": {"Ada"},
	"ways": {"not_sure"}, "living": {"no_fixed"}, "nutrition.limbs": {"assistance"}, "lives_here": {"no"}, "condition": {"physical"}, "overall": {"big"},
}

// wholeWalk answers everything to the end and gives every page to see.
func (b *browser) wholeWalk(see func(path string)) *browser {
	b.t.Helper()
	for range 50 {
		see(b.page())
		if b.confirmed() {
			return b
		}
		forms := b.forms()
		form := forms[len(forms)-1]
		v := form.values()
		for _, c := range form.controls {
			if given, ok := readingAnswers[c.name]; ok {
				v[c.name] = given
			}
		}
		b.post(form.action, v)
	}
	b.t.Fatalf("the walk ended at %s (%d)", b.path, b.status)
	return b
}

// TestEveryPageIsInTheWordsOfItsReader walks the journey in English and in each other locale. A sentence of the English
// pages may stand in another one only when that locale says the same.
func TestEveryPageIsInTheWordsOfItsReader(t *testing.T) {
	t.Parallel()
	s := readingSite(t)
	besides := []string{"save", "contact", "back", "paper", "paper/self", "bring", "reading", "copy", "about-me", "plan", "status", "status/withdraw", "diary", "helpers", "held", "equality"}
	walk := func(locale string) map[string][]string {
		b, out := s.browser().get("/ashdale"), map[string][]string{}
		see := func(path string) {
			out[path] = sentences(b.doc)
			if b.status != http.StatusOK {
				t.Errorf("%s: %s answers %d", locale, path, b.status)
			}
			lang, dir, easy := attr(b.root(), "lang"), attr(b.root(), "dir"), strings.Contains(attr(b.root(), "class"), "app-easy")
			want := map[string]string{"en": "en-GB", "en-easy": "en-GB", "en-XA": "en-XA", "ar-XB": "ar-XB"}[locale]
			if lang != want || (dir == "rtl") != (locale == "ar-XB") || easy != (locale == "en-easy") {
				t.Errorf("%s: %s has lang %q, dir %q and class %q", locale, path, lang, dir, attr(b.root(), "class"))
			}
			if styled := strings.Contains(b.body, "citizen-rtl"); styled != (locale == "ar-XB") && strings.Contains(b.body, "/static/citizen") {
				t.Errorf("%s: %s has the style sheet of the other direction", locale, path)
			}
		}
		if locale != "en" {
			b.reads(locale, false)
		}
		see("start")
		b.get("/ashdale/for")
		b.submit(url.Values{}) // an error, once
		if b.status != http.StatusUnprocessableEntity {
			t.Fatalf("an empty answer gives %d", b.status)
		}
		out["error"] = sentences(b.doc)
		b.get("/ashdale/for").wholeWalk(see)
		for _, path := range besides {
			if b.get("/ashdale/" + path); b.status == http.StatusOK {
				see(path)
			}
		}
		b.get("/ashdale/nowhere/at-all")
		out["not-found"] = sentences(b.doc)
		return out
	}
	english := walk("en")
	said := map[string]bool{}
	for _, all := range english {
		for _, sentence := range all {
			said[sentence] = true
		}
	}
	if len(said) < 200 {
		t.Fatalf("only %d English sentences were met", len(said))
	}
	for _, locale := range []string{"en-easy", "en-XA", "ar-XB"} {
		same, all := map[string]string{}, 0
		for path, shown := range walk(locale) {
			for _, sentence := range shown {
				all++
				if said[sentence] {
					same[sentence] = path
				}
			}
		}
		for sentence, path := range same {
			if locale != "en-easy" { // of a made-up language nothing is the same
				t.Errorf("%s: %s says in English: %q", locale, path, sentence)
			}
		}
		t.Logf("%s: %d of %d sentences are those of the English pages", locale, len(same), all)
	}
}

// TestEasyReadSpeaksEasyReadThroughout: what Easy Read has in its own words is never said in the others.
func TestEasyReadSpeaksEasyReadThroughout(t *testing.T) {
	t.Parallel()
	s := readingSite(t)
	b := s.browser().get("/ashdale").reads("en-easy", false)
	b.says("This takes about 10 minutes.").saysNot("About 10 minutes.")
	b.get("/ashdale/for").wholeWalk(func(path string) {
		if strings.Contains(text(b.doc), "Need help today?") || !strings.Contains(text(b.doc), "Do you need help today?") {
			t.Errorf("%s is not in Easy Read", path)
		}
	})
}

func (b *browser) saysNot(words string) *browser {
	b.t.Helper()
	if strings.Contains(text(b.doc), words) {
		b.t.Errorf("%s says %q", b.path, words)
	}
	return b
}

func TestChangingHowToReadKeepsThePlaceAndTheAnswers(t *testing.T) {
	t.Parallel()
	s := readingSite(t)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	for b.page() != "matters" {
		v := url.Values{}
		for _, c := range b.forms()[len(b.forms())-1].controls {
			if given, ok := readingAnswers[c.name]; ok {
				v[c.name] = given
			}
		}
		f := b.forms()[len(b.forms())-1]
		values := f.values()
		for k, x := range v {
			values[k] = x
		}
		b.post(f.action, values)
	}
	b.submit(url.Values{"matters": {"My garden, and Sunday lunch."}})
	b.get("/ashdale/matters")
	for _, locale := range []string{"en-easy", "ar-XB", "en"} {
		b.reads(locale, locale == "ar-XB")
		if b.page() != "matters" {
			t.Fatalf("%s: led to %s", locale, b.path)
		}
		if !strings.Contains(b.body, "My garden, and Sunday lunch.") {
			t.Errorf("%s: what was typed is not there", locale)
		}
		if large := strings.Contains(attr(b.root(), "class"), "app-large"); large != (locale == "ar-XB") {
			t.Errorf("%s: large print is %t", locale, large)
		}
	}
	if attr(b.root(), "lang") != "en-GB" {
		t.Error("English is not English again")
	}
}

func TestEasyReadChosenAmongTheAnswersSwitchesAtOnce(t *testing.T) {
	t.Parallel()
	s := readingSite(t)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	b.get("/ashdale/talk").submit(url.Values{"format": {"easy_read", "large_print"}})
	if class := attr(b.root(), "class"); class != "govuk-template app-easy app-large" {
		t.Fatalf("after choosing both: %q", class)
	}
	// On another device it is the same, because the answers say it.
	reference, code := b.keep()
	other := s.comesBack(reference, code)
	if class := attr(other.root(), "class"); class != "govuk-template app-easy app-large" {
		t.Errorf("on another device: %q at %s", class, other.path)
	}
	// A choice in the browser stands over them, until the answers say it anew.
	if b.get("/ashdale/talk").reads("en", false); attr(b.root(), "class") != "govuk-template" {
		t.Errorf("after choosing plain words: %q", attr(b.root(), "class"))
	}
	b.submit(url.Values{"format": {"braille"}})
	b.get("/ashdale/talk").submit(url.Values{"format": {"easy_read"}})
	if class := attr(b.root(), "class"); class != "govuk-template app-easy" {
		t.Errorf("after choosing Easy Read anew: %q", class)
	}
}

// TestRecordsAreInEnglishHoweverSomebodyReads sends the same answers in two ways of reading.
func TestRecordsAreInEnglishHoweverSomebodyReads(t *testing.T) {
	t.Parallel()
	s := readingSite(t)
	stored := func(locale string) care.Assessment {
		b := s.browser().get("/ashdale").reads(locale, false).get("/ashdale/for").wholeWalk(func(string) {})
		a, err := s.store.Assessment(t.Context(), "ashdale", s.idOf(b.reference()))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	usual := stored("en")
	for _, locale := range []string{"en-easy", "ar-XB"} {
		a := stored(locale)
		if !reflect.DeepEqual(a.Summary, usual.Summary) || !reflect.DeepEqual(a.Indication, usual.Indication) {
			t.Errorf("%s: what is stored differs: %+v, in English %+v", locale, a.Summary, usual.Summary)
		}
	}
}

func TestReadingBeforeThereIsAForm(t *testing.T) {
	t.Parallel()
	s := readingSite(t)
	b := s.browser().get("/ashdale").reads("en-easy", true)
	if b.path != "/ashdale" || attr(b.root(), "class") != "govuk-template app-easy app-large" {
		t.Fatalf("%s has %q", b.path, attr(b.root(), "class"))
	}
	if b.get("/ashdale/contact"); attr(b.root(), "class") != "govuk-template app-easy app-large" {
		t.Errorf("another page has %q", attr(b.root(), "class"))
	}
	b.get("/ashdale/for").submit(url.Values{"for": {"self"}})
	if b.status != http.StatusOK || attr(b.root(), "class") != "govuk-template app-easy app-large" {
		t.Errorf("with a form begun: %d %q", b.status, attr(b.root(), "class"))
	}
	if other := s.browser().get("/ashdale"); strings.Contains(attr(other.root(), "class"), "app-easy") {
		t.Error("another browser reads so too")
	}
}

func TestReadingLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	s := readingSite(t)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	for _, from := range []string{
		"https://elsewhere.example/ashdale/for", "//elsewhere.example/ashdale", "/\\elsewhere.example", "/birchley/for", "/ashdale/../birchley",
		"/ashdale/%2e%2e/birchley", "javascript:alert(1)", "/staff", "/ashdale//elsewhere.example", "/ashdale\n/for", "/ashdaleX", "/leave",
		"/ashdale/reading", "", "/ashdale/no/such/page",
	} {
		b.get("/ashdale/reading?from=" + url.QueryEscape(from))
		b.submit(url.Values{"way": {"en"}, "from": {from}})
		if b.page() == "reading" || !strings.HasPrefix(b.path, "/ashdale/") || b.status != http.StatusOK {
			t.Errorf("from %q leads to %s (%d)", from, b.path, b.status)
		}
	}
	for from, want := range map[string]string{
		"/ashdale": "/ashdale", "/ashdale/for?change=1": "/ashdale/for?change=1", "/ashdale/talk": "/ashdale/talk", "/ashdale/save/link": "/ashdale/save",
	} {
		b.get("/ashdale/reading").submit(url.Values{"way": {"en"}, "from": {from}})
		if b.path != want {
			t.Errorf("from %q leads to %s, wanted %s", from, b.path, want)
		}
	}
	b.get("/ashdale/reading").submit(url.Values{"way": {"xx"}})
	if b.status != http.StatusUnprocessableEntity {
		t.Errorf("a locale that is not there answers %d", b.status)
	}
	b.get("/ashdale/reading").submit(url.Values{"other": {"x"}})
	if b.status != http.StatusBadRequest {
		t.Errorf("a field of another form answers %d", b.status)
	}
}

func TestTestLocalesAreForTestsOnly(t *testing.T) {
	t.Parallel()
	for _, with := range []bool{true, false} {
		s := newSite(t, false)
		if with {
			s = readingSite(t)
		}
		b := s.browser().get("/ashdale/reading")
		offered := b.formTo("/reading").control("way").values
		if slices.Contains(offered, "en-XA") != with || slices.Contains(offered, "ar-XB") != with || offered[0] != "en" {
			t.Errorf("test locales loaded: %t, offered: %v", with, offered)
		}
		if b.submit(url.Values{"way": {"ar-XB"}}); (b.status == http.StatusOK) != with {
			t.Errorf("test locales loaded: %t, choosing one answers %d", with, b.status)
		}
	}
}
