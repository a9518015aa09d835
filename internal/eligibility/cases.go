package eligibility

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"threshold/internal/care"
)

// A Case is a worked case of a version: facts of a made-up person, what the rules must make of them, and why, so that a
// lawyer can check the rules without reading them.
type Case struct {
	ID        string
	Title     string
	Facts     Facts
	Expect    Expected
	Why       string
	Citations []string
	Contested bool // lawyers may differ
}

// Expected is what a case must come to: the indication, the whole set of prompts, and how many facts are undecided.
type Expected struct {
	Indication string   `yaml:"indication"`
	Prompts    []string `yaml:"prompts"`
	Undecided  *int     `yaml:"undecided"`
}

type casesFile struct {
	NoDifficulty map[string]string `yaml:"no_difficulty"`
	Cases        []caseRow         `yaml:"cases"`
}

type caseRow struct {
	ID           string     `yaml:"id"`
	Title        string     `yaml:"title"`
	Facts        factValues `yaml:"facts"`
	NoDifficulty []string   `yaml:"no_difficulty"`
	Expect       Expected   `yaml:"expect"`
	Why          string     `yaml:"why"`
	Citations    []string   `yaml:"citations"`
	Contested    bool       `yaml:"contested"`
}

// factValues are facts as a case writes them, with the line of each.
type factValues []factValue

type factValue struct {
	path    string
	options []string
	line    int
}

// UnmarshalYAML flattens nested mappings into paths.
func (fv *factValues) UnmarshalYAML(n ast.Node) error {
	return fv.read(n, "")
}

func (fv *factValues) read(n ast.Node, path string) error {
	if pairs, ok := pairsOf(n); ok {
		for _, p := range pairs {
			key, _ := scalarOf(p.Key)
			if err := fv.read(p.Value, join(path, key)); err != nil {
				return err
			}
		}
		return nil
	}
	v := factValue{path: path, line: lineOf(n)}
	nodes := []ast.Node{n}
	if l, ok := n.(*ast.SequenceNode); ok {
		nodes = l.Values
	}
	for _, o := range nodes {
		word, ok := scalarOf(o)
		if !ok {
			return Problem{Line: lineOf(o), What: fmt.Sprintf("the fact %q has a value that is not a word", path),
				Why: "facts are plain words or lists of them", Mend: "write an option, or a list in square brackets"}
		}
		v.options = append(v.options, word)
	}
	*fv = append(*fv, v)
	return nil
}

// Cases reads the worked cases of this version from the same file system it was loaded from. The error is Problems.
func (rs *Ruleset) Cases(fsys fs.FS) ([]Case, error) {
	files, err := fs.Glob(fsys, rs.dir+"/cases/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("looking for cases: %w", err)
	}
	var out []Case
	var ps Problems
	seen := map[string]bool{}
	for _, name := range files {
		var file casesFile
		src, err := decodeStrictAt(fsys, name, &file)
		if err != nil {
			ps = append(ps, asProblems(err)...)
			continue
		}
		for i, row := range file.Cases {
			line := src.line("cases", i)
			if row.ID == "" || seen[row.ID] {
				ps.add(name, line, fmt.Sprintf("the case id %q is missing or there twice", row.ID), "a failed case is told by its id", "give each case its own id")
			}
			seen[row.ID] = true
			if row.Why == "" || len(row.Citations) == 0 {
				ps.add(name, line, fmt.Sprintf("the case %s has no why or no citations", row.ID), "a case shows what the law asks, so it must say so", "write both")
			}
			if !slices.Contains(indicationOptions, row.Expect.Indication) || row.Expect.Prompts == nil || row.Expect.Undecided == nil {
				ps.add(name, line, fmt.Sprintf("expect of the case %s is not complete", row.ID), "a case that expects nothing proves nothing",
					"write indication ("+strings.Join(indicationOptions, ", ")+"), prompts and undecided")
			}
			facts := rs.caseFacts(name, line, file.NoDifficulty, row, &ps)
			out = append(out, Case{ID: row.ID, Title: row.Title, Facts: facts, Expect: row.Expect, Why: row.Why, Citations: row.Citations, Contested: row.Contested})
		}
	}
	return out, ps.err()
}

func (rs *Ruleset) caseFacts(name string, line int, none map[string]string, row caseRow, ps *Problems) Facts {
	f := rs.NewFacts()
	set := func(line int, path string, options ...string) {
		if err := f.Set(path, options...); err != nil {
			ps.add(name, line, fmt.Sprintf("the facts of the case %s are not known: %v", row.ID, err), "a case must use the facts of its version", "correct it")
		}
	}
	for _, o := range row.NoDifficulty {
		for field, option := range none {
			set(line, "outcomes."+o+"."+field, option)
		}
	}
	for _, v := range row.Facts {
		set(v.line, v.path, v.options...)
	}
	return f
}

// Check evaluates a case and returns what came out other than expected, one sentence each; none when it holds.
func (c Case) Check(rs *Ruleset) []string {
	ind := rs.Indicate(c.Facts)
	var wrong []string
	if got := string(ind.Suggestion); got != c.Expect.Indication {
		wrong = append(wrong, fmt.Sprintf("indication is %s, expected %s", got, c.Expect.Indication))
	}
	if got := len(ind.Undecided); got != *c.Expect.Undecided {
		wrong = append(wrong, fmt.Sprintf("%d facts are undecided, expected %d: %s", got, *c.Expect.Undecided, strings.Join(ind.Undecided, ", ")))
	}
	got := promptIDs(ind.Prompts)
	for _, id := range got {
		if !slices.Contains(c.Expect.Prompts, id) {
			wrong = append(wrong, "prompt "+id+" was raised and not expected")
		}
	}
	for _, id := range c.Expect.Prompts {
		if !slices.Contains(got, id) {
			wrong = append(wrong, "prompt "+id+" was expected and not raised")
		}
	}
	return wrong
}

func promptIDs(ps []care.Prompt) []string {
	out := make([]string, len(ps))
	for i, p := range ps {
		out[i] = p.ID
	}
	return out
}
