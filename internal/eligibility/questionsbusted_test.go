package eligibility

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"threshold/rules"
)

var writeWant = flag.Bool("write-want", false, "write want.txt of the broken rulesets anew; read the difference before keeping it")

// Every folder testdata/busted/* holds one mistake, as a patch of the published
// files, and the exact message that its author must read. A patch names the file on its first line (the adult's, unless
// it names a folder too, or is one of all versions); then come lines
// that begin with "-" (found once in the file) and the lines with "+" that stand in their place. Lines of the file are
// counted in want.txt from the first line of the patch, "@", and left out, "#", far from it or in the other file, so that
// a sentence added elsewhere does not change twenty messages.
func TestBusted(t *testing.T) {
	folders, err := filepath.Glob("testdata/busted/*")
	if err != nil || len(folders) < 50 {
		t.Fatalf("%d broken rulesets, %v", len(folders), err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			fsys, name, at := patched(t, filepath.Join(folder, "patch.txt"))
			_, err := Load(fsys)
			if err == nil {
				t.Fatal("it was loaded")
			}
			got := lineOfPlace.ReplaceAllStringFunc(err.Error()+"\n", func(place string) string {
				m := lineOfPlace.FindStringSubmatch(place)
				line, _ := strconv.Atoi(m[2])
				switch {
				case m[1] != name, line-at > 40, at-line > 40:
					return m[1] + ":#:"
				case line == at:
					return m[1] + ":@:"
				}
				return fmt.Sprintf("%s:@%+d:", m[1], line-at)
			})
			wantFile := filepath.Join(folder, "want.txt")
			if *writeWant {
				if err := os.WriteFile(wantFile, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(wantFile)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the message is\n%s\nand not\n%s", got, want)
			}
			for _, p := range folderOfProblem.Split(strings.TrimSpace(got), -1) {
				if !strings.Contains(p, "why: ") || !strings.Contains(p, "mend: ") {
					t.Errorf("a message without a reason or a mend: %s", p)
				}
			}
		})
	}
}

var folderOfProblem = regexp.MustCompile(`\n(?:adult-needs/|carer-support/|shared/|locales)`)

var lineOfPlace = regexp.MustCompile(`([a-z0-9/-]+(?:\.[a-z-]+)*\.yaml):([0-9]+):`)

// englishAlone leaves the other locales out of the list: a test that changes English words is about those alone.
func englishAlone(fsys fstest.MapFS) {
	if list := fsys[localesFile]; list != nil {
		lines := strings.SplitAfter(string(list.Data), "\n")
		lines = slices.DeleteFunc(lines, func(l string) bool { return strings.HasPrefix(l, "- ") && !strings.HasPrefix(l, "- {id: en,") })
		fsys[localesFile] = &fstest.MapFile{Data: []byte(strings.Join(lines, ""))}
	}
}

// allRules is a copy of everything published, in English.
func allRules(t *testing.T) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(rules.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(rules.FS, name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	englishAlone(out)
	return out
}

// inEnglish is everything published, in English alone: what is wrong there is found sooner.
func inEnglish(t *testing.T) fstest.MapFS {
	t.Helper()
	out := allRules(t)
	file := out[localesFile]
	var keep []string
	for line := range strings.Lines(string(file.Data)) {
		if !strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "- {id: en,") {
			keep = append(keep, line)
		}
	}
	out[localesFile] = &fstest.MapFile{Data: []byte(strings.Join(keep, ""))}
	return out
}

// inWelsh adds a locale to everything published. Its words are the English ones: only their keys matter here.
func inWelsh(fsys fstest.MapFS) {
	for name, file := range maps.Clone(fsys) {
		if to := strings.Replace(name, ".en.yaml", ".cy.yaml", 1); to != name && !strings.HasPrefix(name, guideFolder) {
			fsys[to] = &fstest.MapFile{Data: []byte(strings.Replace(string(file.Data), "\nlocale: en\n", "\nlocale: cy\n", 1))}
		}
	}
	list := fsys[localesFile]
	fsys[localesFile] = &fstest.MapFile{Data: append(slices.Clone(list.Data), "- {id: cy, name: Cymraeg, lang: cy, dir: ltr}\n"...)}
}

// patched is the published rules with one patch applied, the file it changes, and the line where it does. A patch of a
// .cy.yaml file is of the rules with a second locale.
func patched(t *testing.T, patch string) (fsys fs.FS, name string, line int) {
	t.Helper()
	out := inEnglish(t)
	data, err := os.ReadFile(patch)
	if err != nil {
		t.Fatal(err)
	}
	name, rest, _ := strings.Cut(string(data), "\n")
	if !strings.Contains(name, "/") && out[name] == nil {
		name = "adult-needs/2015-04-01/" + name
	}
	if strings.HasSuffix(name, ".cy.yaml") {
		inWelsh(out)
	}
	file := out[name]
	if file == nil {
		t.Fatalf("%s: there is no file %q", patch, name)
	}
	var old, fresh strings.Builder
	for line := range strings.Lines(rest) {
		switch {
		case strings.HasPrefix(line, "-"):
			old.WriteString(line[1:])
		case strings.HasPrefix(line, "+"):
			fresh.WriteString(line[1:])
		}
	}
	if n := strings.Count(string(file.Data), old.String()); n != 1 {
		t.Fatalf("%s: what it takes away is in %s %d times", patch, name, n)
	}
	before, after, _ := strings.Cut(string(file.Data), old.String())
	file.Data = []byte(before + fresh.String() + after)
	return out, name, strings.Count(before, "\n") + 1
}
