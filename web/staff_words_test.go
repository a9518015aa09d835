package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"threshold/internal/care"
)

// TestEveryHeadingHasItsWords: the pages of a case take their headings, buttons and labels by key, so a key without words
// would stand on the page itself.
func TestEveryHeadingHasItsWords(t *testing.T) {
	s := newSite(t, false)
	words, err := s.service.Words()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../templates/pages/staff*.templ")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d pages: %v", len(files), err)
	}
	key, n := regexp.MustCompile(`p\.say\("([a-z0-9_]+)"\)`), 0
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(body), -1) {
			n++
			if text := words.Text("staff.page."+m[1], nil); text == "" || strings.HasPrefix(text, "[") {
				t.Errorf("%s: there are no words for %s: %q", filepath.Base(file), m[1], text)
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d keys were found: has the way in which pages take their words changed?", n)
	}
}

// TestTheTimelineNamesWhatWasOpened: in words, and never by the last part of an address.
func TestTheTimelineNamesWhatWasOpened(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	ref := s.signed("eligible", map[string][]string{"safety": {"none"}})
	home := "/staff/case/" + ref
	for _, page := range []string{"prepare", "versions", "second", "letter?as=easy", "export.csv", "place", "access", "notes"} {
		b.get(home + "/" + page).answers(http.StatusOK)
	}
	b.get(home+"/timeline?show=all").says("The sheet for a visit", "The answers under other versions of the rules", "The second signature", "The letter: Easy Read", "As CSV",
		"Who has it, and how pressing it is", "Who may open it", "Notes and messages", "The signature")
	for _, bare := range []string{">Prepare<", ">Versions<", ">Letter/easy<", ">Csv<", ">Sign<"} {
		if strings.Contains(b.body, bare) {
			t.Errorf("the timeline says %s", bare)
		}
	}
}
