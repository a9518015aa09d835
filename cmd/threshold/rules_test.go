package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"threshold/internal/eligibility"
	"threshold/rules"
)

func TestRulesCheck(t *testing.T) {
	code, out, errs := runCommand(t, "", "rules", "check")
	for _, want := range []string{"adult-needs@2015-04-01: Needs assessment for an adult (England)", "not yet reviewed by a lawyer", "10 outcomes, 4 limbs", "prompt young_carer_reg4: SI 2014/2827 reg 4",
		"carer-support@2015-04-01: A carer's assessment (England)", "8 outcomes, 3 limbs", "2 rulesets, no problems."} {
		if code != 0 || errs != "" || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q in\n%s%s", code, want, out, errs)
		}
	}
}

func TestRulesTest(t *testing.T) {
	code, out, _ := runCommand(t, "", "rules", "test")
	if code != 0 || !regexp.MustCompile(`(?m)^([4-9]\d) passed, 0 failed\n\z`).MatchString(out) {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// copyRules writes the rules to a folder, with one text replaced in one file.
func copyRules(t *testing.T, file, old, fresh string) string {
	t.Helper()
	dir := t.TempDir()
	err := fs.WalkDir(rules.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, path)
		if d.IsDir() {
			return os.MkdirAll(to, 0o755)
		}
		data, err := fs.ReadFile(rules.FS, path)
		if err != nil {
			return err
		}
		if path == file {
			if strings.Count(string(data), old) == 0 {
				t.Fatalf("%s has no %q", path, old)
			}
			data = []byte(strings.Replace(string(data), old, fresh, 1))
		}
		return os.WriteFile(to, data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestRulesBeingWritten(t *testing.T) {
	// Three outcomes instead of two: the rules load, and the cases tell that they are wrong, and why.
	dir := copyRules(t, "adult-needs/2015-04-01/ruleset.yaml", "n: 2, each: outcome", "n: 3, each: outcome")
	code, out, _ := runCommand(t, "", "rules", "test", "-dir", dir)
	if code != 1 || !strings.Contains(out, "A01: Exactly two outcomes") || !strings.Contains(out, "indication is likely_not_met, expected likely_met") || !regexp.MustCompile(`\d+ passed, [1-9]\d* failed\n\z`).MatchString(out) {
		t.Errorf("exit %d\n%s", code, out)
	}
	// The adult's two outcomes asked of a carer: those who have one are told off by name.
	dir = copyRules(t, "carer-support/2015-04-01/ruleset.yaml", "- {any: {each: outcome, that: {is: {outcomes.<outcome>: unable}}}}", "- {at_least: {n: 2, each: outcome, that: {is: {outcomes.<outcome>: unable}}}}")
	code, out, _ = runCommand(t, "", "rules", "test", "-dir", dir)
	if code != 1 || !strings.Contains(out, "C03: One outcome only (recreation)") || !strings.Contains(out, "indication is likely_not_met, expected likely_met") {
		t.Errorf("exit %d\n%s", code, out)
	}
	dir = copyRules(t, "adult-needs/2015-04-01/ruleset.yaml", "territory: England", "teritory: England")
	code, _, errs := runCommand(t, "", "rules", "check", "-dir", dir)
	if code != 1 || !strings.Contains(errs, `the key "teritory" is not known here`) || !strings.Contains(errs, "1 problem. Nothing was loaded.") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	dir = copyRules(t, "adult-needs/2015-04-01/cases/likely_met.yaml", "nutrition: {assistance: yes", "nutrition: {assistance: perhaps")
	code, _, errs = runCommand(t, "", "rules", "check", "-dir", dir)
	if code != 1 || !strings.Contains(errs, `there is no option "perhaps"`) || !strings.Contains(errs, "cases/likely_met.yaml:") {
		t.Errorf("exit %d\n%s", code, errs)
	}
}

// TestRulesExplain: every line of the tree has its mark and its citation.
func TestRulesExplain(t *testing.T) {
	const facts = `{"impairment":"yes","outcomes":{"nutrition":{"time":"yes","cause":"other"},"hygiene":{"assistance":"yes","cause":"mixed","frequency":"rarely"}},"wellbeing":{"overall":"no","areas":{"home":"big"}}}`
	code, out, errs := runCommand(t, facts, "rules", "explain", "-ruleset", "adult-needs")
	if code != 0 || errs != "" {
		t.Fatalf("exit %d, %s", code, errs)
	}
	_, tree, _ := strings.Cut(out, "\n\n")
	line := regexp.MustCompile(`^ *[✓✗?] \S.*  \[.+\]$`)
	n := 0
	for l := range strings.Lines(tree) {
		n++
		if !line.MatchString(strings.TrimSuffix(l, "\n")) {
			t.Errorf("%q", l)
		}
	}
	if n < 60 {
		t.Errorf("only %d lines", n)
	}
	for _, want := range []string{
		"adult-needs@2015-04-01: cannot_tell. This is not a decision",
		"\n    ✗ This cannot be managed: eating and drinking  [SI 2015/313 reg 2(2)(a)]\n",
		"\n        ✗ You told us it only comes from something else, not from body or mind.  [SI 2015/313 reg 2(1)(a)-(b)]\n",
		"\n    ? This cannot be managed: keeping clean  [SI 2015/313 reg 2(2)(b)]\n",
		"\n  ✓ There is a big effect on life, now or soon  [SI 2015/313 reg 2(1)(c); policy]\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	code, _, errs = runCommand(t, `{"impairment":"maybe"}`, "rules", "explain", "-ruleset", "adult-needs")
	if code != 1 || !strings.Contains(errs, "impairment: there is no option") {
		t.Errorf("exit %d, %s", code, errs)
	}
}

// TestCarer: the carer's rules answer the same commands; only their questions are not there yet.
func TestCarer(t *testing.T) {
	const facts = `{"is_carer":"yes","necessary_care":"yes","health":"at_risk","outcomes":{"child":{"applies":"no"},"home":{"danger":"yes","cause":"other"}},"wellbeing":{"overall":"yes"}}`
	code, out, errs := runCommand(t, facts, "rules", "explain", "-ruleset", "carer-support")
	for _, want := range []string{
		"carer-support@2015-04-01: likely_met. This is not a decision",
		"\n  ✓ Caring harms health, or one thing on the list in the law cannot be managed  [SI 2015/313 reg 3(1)(b), (2)]\n",
		"\n    ✗ This cannot be managed: looking after a child  [SI 2015/313 reg 3(2)(b)(i)]\n",
		"\n        ✗ You told us it only comes from something else, not from caring.  [SI 2015/313 reg 3(1)(a)-(b)]\n",
	} {
		if code != 0 || errs != "" || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q in\n%s%s", code, want, out, errs)
		}
	}
	in := facts + "\n" + `{"outcomes":{"home":{"time":"yes"}}}` + "\n{}\n"
	code, out, _ = runCommand(t, in, "indicate", "-ruleset", "carer-support", "-on", "2026-11-22")
	lines := strings.Split(out, "\n")
	if code != 1 || len(lines) != 4 || !strings.Contains(lines[0], `"indication":"likely_met"`) || !strings.Contains(lines[1], `{"error":"outcomes.home.time: there is no such limb`) || !strings.Contains(lines[2], `"indication":"cannot_tell"`) {
		t.Errorf("exit %d\n%s", code, out)
	}
	if code, out, _ := runCommand(t, "", "rules", "graph", "-ruleset", "carer-support"); code != 0 || !strings.HasPrefix(out, "flowchart") || !strings.Contains(out, "carer/go-on") {
		t.Errorf("exit %d, %s", code, out)
	}
}

func TestRulesGraphAndSchema(t *testing.T) {
	if code, out, _ := runCommand(t, "", "rules", "graph", "-ruleset", "adult-needs"); code != 0 || !strings.HasPrefix(out, "flowchart") {
		t.Errorf("exit %d, %.100s", code, out)
	}
	if code, out, _ := runCommand(t, "", "rules", "schema"); code != 0 || out != string(eligibility.RulesetSchema()) {
		t.Errorf("exit %d, %.100s", code, out)
	}
}
