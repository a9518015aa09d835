package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"threshold/internal/eligibility"
	"threshold/rules"
)

const rulesUsage = `Usage: threshold rules check|test|explain|graph|schema [flags]

  check     read every ruleset strictly; list what a lawyer should look at
  test      run every worked case
  explain   read facts as JSON and print why the rules come to what they do, with citations
  graph     print the questions and their path as a Mermaid drawing
  schema    print the JSON Schema of ruleset.yaml

check and test take -dir FOLDER to look at rules that are being written; without it they look at those in
this binary. explain and graph take -ruleset NAME and -on YYYY-MM-DD.
`

// rulesCommand carries out "threshold rules".
func rulesCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		_, _ = fmt.Fprint(stderr, rulesUsage)
		return 2
	}
	name, args := args[0], args[1:]
	flags := flag.NewFlagSet("rules "+name, flag.ContinueOnError)
	switch name {
	case "-h", "-help", "--help", "help":
		_, _ = fmt.Fprint(stdout, rulesUsage)
		return 0
	case "check", "test":
		dir := flags.String("dir", "", "a folder of rules, instead of those in this binary")
		if code, ok := parse(flags, args, rulesUsage, stdout, stderr); !ok {
			return code
		}
		fsys := fs.FS(rules.FS)
		if *dir != "" {
			fsys = os.DirFS(*dir)
		}
		if name == "check" {
			return rulesCheck(fsys, stdout, stderr)
		}
		return rulesTest(fsys, stdout, stderr)
	case "explain", "graph":
		choose := chooseFlags(flags)
		if code, ok := parse(flags, args, rulesUsage, stdout, stderr); !ok {
			return code
		}
		lib, code := loadLibrary(rules.FS, stderr)
		if lib == nil {
			return code
		}
		rs, err := choose.find(lib)
		if err != nil {
			_, _ = fmt.Fprintf(stderr, "threshold rules %s: %v\n", name, err)
			return 2
		}
		if name == "graph" {
			_, _ = fmt.Fprint(stdout, rs.Graph())
			return 0
		}
		return rulesExplain(rs, stdin, stdout, stderr)
	case "schema":
		if code, ok := parse(flags, args, rulesUsage, stdout, stderr); !ok {
			return code
		}
		_, _ = stdout.Write(eligibility.RulesetSchema())
		return 0
	}
	_, _ = fmt.Fprintf(stderr, "threshold rules: there is no %q\n\n%s", name, rulesUsage)
	return 2
}

// loadLibrary reads all rules and tells what is wrong with them; the library is nil then.
func loadLibrary(fsys fs.FS, stderr io.Writer) (*eligibility.Library, int) {
	lib, err := eligibility.Load(fsys)
	if err != nil {
		tellProblems(err, stderr)
		return nil, 1
	}
	return lib, 0
}

func tellProblems(err error, stderr io.Writer) {
	_, _ = fmt.Fprintln(stderr, err)
	var ps eligibility.Problems
	if errors.As(err, &ps) {
		_, _ = fmt.Fprintf(stderr, "%s. Nothing was loaded.\n", count(len(ps), "problem"))
	}
}

func rulesCheck(fsys fs.FS, stdout, stderr io.Writer) int {
	lib, code := loadLibrary(fsys, stderr)
	if lib == nil {
		return code
	}
	for _, id := range lib.IDs() {
		rs, err := lib.Version(id)
		if err != nil {
			tellProblems(err, stderr)
			return 1
		}
		cases, err := rs.Cases(fsys)
		if err != nil {
			tellProblems(err, stderr)
			return 1
		}
		tellRuleset(rs, cases, stdout)
	}
	if unread := lib.UnverifiedGuides(); len(unread) > 0 {
		tellList(stdout, "The guide\n  not verified against the provision (verified: false):", unread)
		_, _ = fmt.Fprintln(stdout)
	}
	_, _ = fmt.Fprintf(stdout, "%s, no problems.\n", count(len(lib.IDs()), "ruleset"))
	return 0
}

func tellRuleset(rs *eligibility.Ruleset, cases []eligibility.Case, w io.Writer) {
	until := ""
	if rs.InForceTo != "" {
		until = " to " + rs.InForceTo
	}
	reviewed := "not yet reviewed by a lawyer"
	if rs.ReviewedBy != "" {
		reviewed = "reviewed by " + rs.ReviewedBy
	}
	contested := 0
	for _, c := range cases {
		if c.Contested {
			contested++
		}
	}
	_, _ = fmt.Fprintf(w, "%s: %s (%s)\n", rs.ID(), rs.Title, rs.Territory)
	_, _ = fmt.Fprintf(w, "  in force from %s%s; %s\n", rs.InForceFrom, until, reviewed)
	_, _ = fmt.Fprintf(w, "  %s, %s, %s of well-being, %s, %s, %s, %s (%d contested)\n",
		count(len(rs.Outcomes()), "outcome"), count(len(rs.Limbs()), "limb"), count(len(rs.Areas()), "area"),
		count(len(rs.ConditionIDs()), "condition"), count(len(rs.FactPaths()), "fact"), count(rs.PromptCount(), "prompt"),
		count(len(cases), "worked case"), contested)
	if !rs.HasJourney() {
		_, _ = fmt.Fprintln(w, "  no journey yet: rules alone, and nobody can be asked its questions on pages")
	}
	tellList(w, "  our own choices, not the law's (basis: policy):", rs.Policies())
	tellList(w, "  not verified against the provision (verified: false):", rs.Unverified())
	_, _ = fmt.Fprintln(w)
}

func tellList(w io.Writer, head string, list []string) {
	if len(list) > 0 {
		_, _ = fmt.Fprintf(w, "%s\n    %s\n", head, strings.Join(list, "\n    "))
	}
}

// count is a number with its noun: 1 problem, 2 problems.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func rulesTest(fsys fs.FS, stdout, stderr io.Writer) int {
	lib, code := loadLibrary(fsys, stderr)
	if lib == nil {
		return code
	}
	passed, failed := 0, 0
	for _, id := range lib.IDs() {
		rs, err := lib.Version(id)
		if err != nil {
			tellProblems(err, stderr)
			return 1
		}
		cases, err := rs.Cases(fsys)
		if err != nil {
			tellProblems(err, stderr)
			return 1
		}
		for _, c := range cases {
			wrong := c.Check(rs)
			if len(wrong) == 0 {
				passed++
				continue
			}
			failed++
			_, _ = fmt.Fprintf(stdout, "%s %s: %s\n  why it should be so: %s [%s]\n", id, c.ID, c.Title, c.Why, strings.Join(c.Citations, "; "))
			for _, line := range wrong {
				_, _ = fmt.Fprintf(stdout, "  - %s\n", line)
			}
		}
	}
	_, _ = fmt.Fprintf(stdout, "%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return 1
	}
	return 0
}

func rulesExplain(rs *eligibility.Ruleset, stdin io.Reader, stdout, stderr io.Writer) int {
	data, err := io.ReadAll(io.LimitReader(stdin, maxLine))
	if err == nil {
		var f eligibility.Facts
		if f, err = rs.ParseFacts(data); err == nil {
			ind := rs.Indicate(f)
			_, _ = fmt.Fprintf(stdout, "%s: %s. This is not a decision: only a council decides. [Care Act 2014 s.13(1)]\n\n%s", rs.ID(), ind.Suggestion, rs.Explain(f))
			return 0
		}
	}
	_, _ = fmt.Fprintf(stderr, "threshold rules explain: %v\n", err)
	return 1
}
