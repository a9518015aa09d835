// Weaknesses sabotages the product, one small change at a time, and asks the tests whether they notice.
//
// The list is weaknesses.yaml beside this file. Each change is laid over the sources with go test's -overlay: nothing in the tree is
// written. A change that the named tests do not notice is a test that is missing.
//
//	go run tools/weaknesses/main.go            all of them, in order
//	go run tools/weaknesses/main.go -only x    those whose id matches the regular expression x
//	go run tools/weaknesses/main.go -check     only that every change still fits the sources
//
// It runs from the top of the repository, and ends with status 1 when a change was missed, no longer fits or does not compile.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
)

const list = "tools/weaknesses/weaknesses.yaml"

// A weakness is one sabotage: what it breaks, the texts it replaces, and who must notice.
type weakness struct {
	ID     string `yaml:"id"`
	Breaks string `yaml:"breaks"`
	Edits  []edit `yaml:"edits"`
	// Package and Run name the tests, as go test has them: the narrowest that must fail.
	Package string `yaml:"package"`
	Run     string `yaml:"run"`
}

// An edit replaces a text, which must stand in the file exactly once.
type edit struct {
	File string `yaml:"file"`
	Old  string `yaml:"old"`
	New  string `yaml:"new"`
}

func main() {
	check := flag.Bool("check", false, "only check that every change still fits the sources")
	only := flag.String("only", "", "run those whose id matches this regular expression")
	limit := flag.Duration("timeout", 5*time.Minute, "how long the tests of one change may take")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *check, *only, *limit); err != nil {
		fmt.Fprintln(os.Stderr, "weaknesses:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, check bool, only string, limit time.Duration) error {
	data, err := os.ReadFile(list)
	if err != nil {
		return fmt.Errorf("run it from the top of the repository: %w", err)
	}
	var all []weakness
	if err := yaml.UnmarshalWithOptions(data, &all, yaml.Strict()); err != nil {
		return fmt.Errorf("%s: %w", list, err)
	}
	which, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	if err := fits(all); err != nil {
		return err
	}
	if check {
		fmt.Printf("%d changes fit the sources\n", len(all))
		return nil
	}
	dir, err := os.MkdirTemp("", "weaknesses")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, limit: limit, built: map[string]string{}}
	caught, begun := 0, time.Now()
	var wrong []string
	for _, w := range all {
		if !which.MatchString(w.ID) {
			continue
		}
		at := time.Now()
		verdict, output, err := b.try(ctx, w)
		if ctx.Err() != nil {
			return errors.New("stopped")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.ID, err)
		}
		fmt.Printf("%-8s %-34s %5.1fs  %s\n", verdict, w.ID, time.Since(at).Seconds(), w.Breaks)
		if verdict == "caught" {
			caught++
			continue
		}
		wrong = append(wrong, w.ID)
		fmt.Printf("         go test -run '%s' %s\n%s", w.Run, w.Package, indent(output))
	}
	fmt.Printf("%d caught, %d not, in %s\n", caught, len(wrong), time.Since(begun).Round(time.Second))
	if len(wrong) > 0 {
		return fmt.Errorf("not caught: %s. Write the test that is missing, or mend the list", strings.Join(wrong, ", "))
	}
	return nil
}

// fits says which changes cannot be made any more.
func fits(all []weakness) error {
	var wrong []error
	seen := map[string]bool{}
	for _, w := range all {
		if w.ID == "" || seen[w.ID] || w.Breaks == "" || w.Package == "" || w.Run == "" || len(w.Edits) == 0 {
			wrong = append(wrong, fmt.Errorf("%q is there twice or lacks id, breaks, package, run or edits", w.ID))
		}
		seen[w.ID] = true
		for _, e := range w.Edits {
			data, err := os.ReadFile(e.File)
			switch n := bytes.Count(data, []byte(e.Old)); {
			case err != nil:
				wrong = append(wrong, fmt.Errorf("%s: %w", w.ID, err))
			case n != 1 || e.Old == "" || e.Old == e.New:
				wrong = append(wrong, fmt.Errorf("%s: its text stands %d times in %s: copy it from there anew, so that it stands there once", w.ID, n, e.File))
			}
		}
	}
	return errors.Join(wrong...)
}

// A bench holds the test programs of the sources as they are, one for each package, built when first asked for.
type bench struct {
	dir   string
	limit time.Duration
	built map[string]string
}

// try makes one change and runs its tests: "caught", "MISSED", "NOBUILD" when the change does not compile, or "BROKEN" when the
// tests fail without it or there are none.
func (b *bench) try(ctx context.Context, w weakness) (verdict, output string, err error) {
	program := b.built[w.Package]
	if program == "" {
		program = filepath.Join(b.dir, fmt.Sprintf("%d.test", len(b.built)))
		if out, ok := build(ctx, w.Package, program); !ok {
			return "BROKEN", out, nil
		}
		b.built[w.Package] = program
	}
	if out, passed := b.runTests(ctx, w, program); !passed || strings.Contains(out, "no tests to run") {
		return "BROKEN", out, nil
	}
	dir, err := os.MkdirTemp(b.dir, "change")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(dir)
	replace := map[string]string{}
	for i, e := range w.Edits {
		from, err := filepath.Abs(e.File)
		if err != nil {
			return "", "", err
		}
		to, earlier := replace[from]
		source := to
		if !earlier {
			to, source = filepath.Join(dir, fmt.Sprintf("%d-%s", i, filepath.Base(from))), from
			replace[from] = to
		}
		data, err := os.ReadFile(source)
		if err != nil {
			return "", "", err
		}
		if err := os.WriteFile(to, bytes.Replace(data, []byte(e.Old), []byte(e.New), 1), 0o600); err != nil {
			return "", "", err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", "", err
	}
	file, changed := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "changed.test")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return "", "", err
	}
	if out, ok := build(ctx, w.Package, changed, "-overlay", file); !ok {
		return "NOBUILD", out, nil
	}
	out, passed := b.runTests(ctx, w, changed)
	if passed {
		return "MISSED", out, nil
	}
	return "caught", out, nil
}

// build makes the test program of a package.
func build(ctx context.Context, pkg, to string, more ...string) (output string, ok bool) {
	args := append([]string{"test", "-c", "-o", to}, more...)
	out, err := exec.CommandContext(ctx, "go", append(args, pkg)...).CombinedOutput()
	return string(out), err == nil
}

// runTests runs the tests of a weakness in the folder of their package, where they find their files.
func (b *bench) runTests(ctx context.Context, w weakness, program string) (output string, passed bool) {
	cmd := exec.CommandContext(ctx, program, "-test.run", w.Run, "-test.timeout", b.limit.String())
	cmd.Dir = filepath.FromSlash(w.Package)
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// indent shows the end of what the tests said.
func indent(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	const most = 12
	lines = lines[max(0, len(lines)-most):]
	return "         | " + strings.Join(lines, "\n         | ") + "\n"
}
