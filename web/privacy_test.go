package web_test

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"threshold/internal/casework"
)

// answerEverything is a resident who chooses every option that opens another page and writes a planted word into every
// field. It returns the addresses it came through.
func answerEverything(t *testing.T, b *browser, plant string) []string {
	t.Helper()
	choices := map[string][]string{
		"for": {"self"}, "interpreter": {"yes"}, "difficulties": {"retain", "weigh"}, "today": {"food"}, "private": {"alone"},
		"safety": {"hurt", "suicidal"}, "ring_me": {"yes"}, "condition": {"other"}, "council_help": {"no"},
		"daily": {"nutrition", "relationships"}, "living": {"no_fixed"}, "hospital": {"yes"}, "ways": {"call", "someone"},
		"nutrition.limbs": {"assistance"}, "relationships.limbs": {"distress"},
	}
	var came []string
	b.get("/ashdale/for")
	for range 60 {
		came = append(came, b.path)
		if b.confirmed() {
			return came
		}
		forms := b.forms()
		if len(forms) == 0 {
			t.Fatalf("dead end at %s (%d)", b.path, b.status)
		}
		v := forms[0].values()
		for _, c := range forms[0].controls {
			switch {
			case c.kind == "hidden":
			case choices[c.name] != nil:
				v[c.name] = choices[c.name]
			case c.kind == "radio" || c.kind == "checkbox":
				v.Set(c.name, c.values[0])
			case strings.HasSuffix(c.name, "-day"), strings.HasSuffix(c.name, "-month"):
				v.Set(c.name, "7")
			case strings.HasSuffix(c.name, "-year"):
				v.Set(c.name, "1948")
			case c.name == "postcode":
				v.Set(c.name, "LS1 4AP")
			case c.name == "email":
				v.Set(c.name, plant+"@example.com")
			case c.name == "phone":
				v.Set(c.name, "07700 900 982")
			default:
				v.Set(c.name, plant+" in "+c.name)
			}
		}
		before := b.path
		b.post(forms[0].action, v)
		if b.status != http.StatusOK {
			t.Fatalf("%s answered %d: %s", before, b.status, text(b.doc))
		}
	}
	t.Fatalf("no end in sight at %s", b.path)
	return nil
}

// TestNothingPersonalLeaksOut plants a word in every field of a journey and finds it in no log line, no address and no
// byte of the database, its WAL or its shared memory.
func TestNothingPersonalLeaksOut(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	const plant = "Quillwort"
	came := answerEverything(t, b, plant)
	if n := len(came); n < 20 {
		t.Fatalf("the journey had %d screens: too few to have asked everything", n)
	}
	b.get("/ashdale/copy")
	if !strings.Contains(b.body, plant) {
		t.Fatal("the person's own copy does not hold their words: the walk planted nothing")
	}
	for _, words := range []string{plant, "07700 900 982", "07700900982", "LS1 4AP", "1948-"} {
		if strings.Contains(s.log.String(), words) {
			t.Errorf("%q is in the log", words)
		}
		for _, path := range came {
			if p, _ := url.QueryUnescape(path); strings.Contains(p, words) {
				t.Errorf("%q is in the address %s", words, path)
			}
		}
		for _, end := range []string{"", "-wal", "-shm"} {
			raw, err := os.ReadFile(s.db + end)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(raw, []byte(words)) {
				t.Errorf("%q is in clear in the database%s", words, end)
			}
		}
	}
	if !strings.Contains(s.log.String(), `"route":"/:council/*"`) {
		t.Error("the log has no request lines: nothing was proven")
	}
}

// TestPrivateAnswersAreNeverShownAgain: what was ticked on the private page is on no page that comes after it.
func TestPrivateAnswersAreNeverShownAgain(t *testing.T) {
	s := newSite(t, false)
	with, without := s.browser(), s.browser()
	walk := func(b *browser, safety []string) map[string]string {
		pages := map[string]string{}
		b.get("/ashdale/for").submit(url.Values{"for": {"self"}})
		b.submit(nil) // talk
		b.submit(url.Values{"today": {"none"}, "private": {"alone"}})
		if b.page() != "questions" {
			t.Fatalf("after saying one is alone: %s", b.path)
		}
		b.submit(url.Values{"safety": safety})
		for b.page() == "questions/support" || b.page() == "questions/send" {
			forms := b.forms()
			last := forms[len(forms)-1]
			b.post(last.action, last.values())
		}
		for range 40 {
			if b.confirmed() {
				break
			}
			pages[b.page()] = text(find(b.doc, func(n *htmlNode) bool { return n.Data == "main" }))
			v := url.Values{}
			switch b.page() {
			case "you/name":
				v.Set("name", "Ada Example")
			case "you/contact":
				v["ways"] = []string{"call"}
				v.Set("phone", "07700 900 982")
			}
			b.submit(v)
		}
		// The receipt and its date, too: a case with a safety mark is due sooner, and nobody at home may see it.
		pages["sent"] = strings.ReplaceAll(text(b.doc), casework.FormatReference(b.reference()), "")
		b.get("/ashdale/copy")
		pages["copy"] = text(b.doc)
		b.get("/ashdale/questions")
		pages["questions again"] = b.page()
		return pages
	}
	told, silent := walk(with, []string{"hurt", "money"}), walk(without, []string{"none"})
	for page, words := range silent {
		if told[page] != words {
			t.Errorf("page %s differs because of a private answer:\n%s\n%s", page, told[page], words)
		}
	}
	if len(told) != len(silent) {
		t.Errorf("%d pages after telling, %d after not telling", len(told), len(silent))
	}
}
