package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/eligibility"
	"threshold/rules"
)

var (
	standing      = regexp.MustCompile(`@(?:standing|part|drawnWords)\(p\.Layout, "([a-z0-9-]+)"`)
	startDrawings = regexp.MustCompile(`var startDrawings = \[\]string\{([^}]*)\}`)
	quoted        = regexp.MustCompile(`"([a-z0-9-]+)"`)
)

// TestPicturesAreThereAndUsed: every drawing that words or pages name is a file, and no file is there that none names.
func TestPicturesAreThereAndUsed(t *testing.T) {
	library, err := eligibility.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]string{}
	for _, name := range library.Pictures() {
		named[name] = "the words"
	}
	templates, err := filepath.Glob("../templates/pages/*.templ")
	if err != nil || len(templates) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, file := range templates {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range standing.FindAllStringSubmatch(string(source), -1) {
			named[m[1]] = file
		}
		if m := startDrawings.FindStringSubmatch(string(source)); m != nil {
			drawings := quoted.FindAllStringSubmatch(m[1], -1)
			for _, name := range drawings {
				named[name[1]] = file
			}
			// One drawing stands beside each line, in their order.
			rs, err := library.InForce("adult-needs", time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if lines := rs.In("en-easy").Texts("start.lines", nil); len(lines) != len(drawings) {
				t.Errorf("start.lines has %d lines in Easy Read, and %s has %d drawings for them", len(lines), file, len(drawings))
			}
		}
	}
	files, err := filepath.Glob("../static/pictures/*.svg")
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, file := range files {
		have = append(have, strings.TrimSuffix(filepath.Base(file), ".svg"))
	}
	for name, where := range named {
		if !slices.Contains(have, name) {
			t.Errorf("%s names the drawing %q, and static/pictures/%s.svg is not there", where, name, name)
		}
	}
	if !slices.ContainsFunc(library.Locales(), func(l eligibility.Locale) bool { return l.ID == "en-easy" }) {
		t.Error("Easy Read, whose words have drawings, is not in rules/locales.yaml")
		return
	}
	for _, name := range have {
		if named[name] == "" {
			t.Errorf("static/pictures/%s.svg is used nowhere", name)
		}
	}
}
