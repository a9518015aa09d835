package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryWeaknessStillApplies: each small sabotage of tools/weaknesses finds the text it replaces, once. Whether the tests notice
// them is what make weaknesses says.
func TestEveryWeaknessStillApplies(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", "run", "tools/weaknesses/main.go", "-check")
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// TestEveryFuzzTargetHasACorpus: where bytes come in, a fuzz target stands with committed inputs, which every run of the tests tries;
// no input lies about whose target is gone.
func TestEveryFuzzTargetHasACorpus(t *testing.T) {
	root, targets := filepath.Join("..", ".."), map[string]bool{}
	var corpora []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2):
			return filepath.SkipDir
		case d.IsDir() && filepath.Base(filepath.Dir(path)) == "fuzz":
			corpora = append(corpora, path)
			return nil
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		data, err := os.ReadFile(path)
		for _, m := range fuzzTarget.FindAllStringSubmatch(string(data), -1) {
			corpus := filepath.Join(filepath.Dir(path), "testdata", "fuzz", m[1])
			targets[corpus] = true
			if inputs, _ := filepath.Glob(filepath.Join(corpus, "*")); len(inputs) < 3 {
				t.Errorf("%s has %d committed inputs: put the ones that matter into %s", m[1], len(inputs), corpus)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, corpus := range corpora {
		if !targets[corpus] {
			t.Errorf("%s belongs to no fuzz target", corpus)
		}
	}
	if len(targets) < 30 {
		t.Errorf("%d fuzz targets", len(targets))
	}
}
