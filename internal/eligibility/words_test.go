package eligibility

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sourceFiles reads every .go and .templ file of the module that people wrote, by path from its root.
func sourceFiles(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && path != root) {
			return fs.SkipDir
		}
		written := strings.HasSuffix(path, ".templ") || strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_templ.go")
		if d.IsDir() || !written {
			return nil
		}
		data, err := os.ReadFile(path)
		out[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

var (
	textCall   = regexp.MustCompile(`\bTexts?\("([^"]+)"`)
	lawCall    = regexp.MustCompile(`\bLaw\("([^"]+)"`)
	choiceCall = regexp.MustCompile(`\bChoices?\("([^"]+)"`)
	literal    = regexp.MustCompile(`"([a-z_]+\.[a-z0-9_.-]*)"`)
)

// allWritten are the words of all journeys together.
func allWritten(t *testing.T) *content {
	t.Helper()
	all := &content{}
	for _, r := range readings(t) {
		if strings.HasSuffix(r.name, " "+english) {
			all = overlay(all, r.j.words)
		}
	}
	return all
}

// Every key of a sentence that is used anywhere exists, and none is there that nobody uses. A key that is put together
// counts by its beginning, which ends in a full stop: Text("staff.blocker." + code). A key with "_title" behind it is
// used with the one it is the title of.
func TestWordsAreThereAndUsed(t *testing.T) {
	words := allWritten(t)
	used := map[string]bool{}
	var beginnings []string
	for path, text := range sourceFiles(t) {
		if strings.HasPrefix(filepath.Base(path), "words_test") {
			continue
		}
		for _, m := range textCall.FindAllStringSubmatch(text, -1) {
			key := m[1]
			found := len(words.Words[key]) > 0
			if strings.HasSuffix(key, ".") {
				found = slices.ContainsFunc(slices.Collect(maps.Keys(words.Words)), func(k string) bool { return strings.HasPrefix(k, key) })
			}
			if !found {
				t.Errorf("%s uses the words %q, which no words/*.en.yaml has", path, key)
			}
		}
		for _, m := range choiceCall.FindAllStringSubmatch(text, -1) {
			if len(words.Lists[m[1]]) == 0 {
				t.Errorf("%s uses the list %q, which no content.en.yaml has", path, m[1])
			}
		}
		for _, m := range lawCall.FindAllStringSubmatch(text, -1) {
			if words.Law[m[1]].Text == "" {
				t.Errorf("%s uses the law %q, which no content.en.yaml has", path, m[1])
			}
		}
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			used[m[1]] = true
			if strings.HasSuffix(m[1], ".") {
				beginnings = append(beginnings, m[1])
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(words.Words)) {
		if strings.HasSuffix(key, unknownName) { // stands in for a name that was not given
			continue
		}
		if !used[strings.TrimSuffix(key, "_title")] && !used[key] && !slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasPrefix(key, b) }) {
			t.Errorf("nobody uses the words %q", key)
		}
	}
}
