package eligibility

import (
	"errors"
	"fmt"
	"strings"
)

// A Problem is one mistake in a file of rules, told so that the person who wrote the rules can mend it without
// reading Go: where it is, what is wrong, why it is refused, and what to write instead.
type Problem struct {
	File string // path inside the rules folder, such as "adult-needs/2015-04-01/ruleset.yaml"
	Line int    // counted from 1; 0 when the whole file is meant
	What string
	Why  string
	Mend string
}

// Error gives the problem on three lines: place and fault, reason, mend.
func (p Problem) Error() string {
	place := p.File
	if p.Line > 0 {
		place = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s: %s\n    why: %s\n    mend: %s", place, p.What, p.Why, p.Mend)
}

// Problems are all the mistakes that were found in one go, in the order of the files and lines. Rules with any
// problem are not loaded at all: half a ruleset would give answers that look right.
type Problems []Problem

// Error lists every problem.
func (ps Problems) Error() string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = p.Error()
	}
	return strings.Join(parts, "\n")
}

// err is ps as an error, and a true nil when there is none.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}

func (ps *Problems) add(file string, line int, what, why, mend string) {
	*ps = append(*ps, Problem{File: file, Line: line, What: what, Why: why, Mend: mend})
}

// asProblems gives back the Problems that decodeStrict returned as an error.
func asProblems(err error) Problems {
	var ps Problems
	if errors.As(err, &ps) {
		return ps
	}
	return Problems{{What: err.Error(), Why: "it was not expected while reading rules", Mend: "see the message"}}
}
