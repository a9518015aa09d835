package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"threshold/internal/care"
)

// runCommand runs the binary's dispatch in this process.
func runCommand(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(args, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func TestIndicateKeepsOrder(t *testing.T) {
	var in strings.Builder
	options := []string{"yes", "no", "not_sure"}
	const n = 5000
	for i := range n {
		fmt.Fprintf(&in, "{\"impairment\":%q}\n", options[i%3])
	}
	code, out, errs := runCommand(t, in.String(), "indicate", "-ruleset", "adult-needs", "-on", "2026-11-22")
	if code != 0 || errs != "" {
		t.Fatalf("exit %d, %s", code, errs)
	}
	want := []string{"met", "not_met", "unknown"}
	i := 0
	for line := range strings.Lines(out) {
		var ind care.Indication
		if err := json.Unmarshal([]byte(line), &ind); err != nil {
			t.Fatalf("line %d: %v", i+1, err)
		}
		if ind.Conditions[0].Value != want[i%3] {
			t.Fatalf("line %d is not in its place", i+1)
		}
		i++
	}
	if i != n {
		t.Errorf("%d lines out, want %d", i, n)
	}
}

func TestIndicateBadLines(t *testing.T) {
	long := `{"impairment":"` + strings.Repeat("x", maxLine) + `"}`
	padded := `{"impairment":` + strings.Repeat(" ", maxLine/2) + `"no"}`
	in := "{}\n\nnot json\n{\"colour\":1}\r\n" + long + "\n" + padded + "\n{\"impairment\":\"no\"}" // the last without a break
	code, out, errs := runCommand(t, in, "indicate", "-ruleset", "adult-needs")
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	want := []string{`"indication":"cannot_tell"`, `{"error":"the line is empty`, `{"error":"this is not JSON`, `{"error":"colour: there is no such fact`, `{"error":"the line is longer`, `"indication":"likely_not_met"`, `"indication":"likely_not_met"`}
	if code != 1 || !strings.Contains(errs, "4 lines could not be read") || len(lines) != len(want) {
		t.Fatalf("exit %d, %d lines, %s", code, len(lines), errs)
	}
	for i, w := range want {
		if !strings.Contains(lines[i], w) || !json.Valid([]byte(lines[i])) {
			t.Errorf("line %d: %.200s", i+1, lines[i])
		}
	}
	if code, _, errs := runCommand(t, "{}\n\n", "indicate", "-ruleset", "adult-needs"); code != 1 || !strings.Contains(errs, " 1 line could not be read") {
		t.Errorf("one bad line: exit %d, %s", code, errs)
	}
	if code, out, _ := runCommand(t, "", "indicate", "-ruleset", "adult-needs"); code != 0 || out != "" {
		t.Errorf("nothing in: exit %d, %q", code, out)
	}
}

// TestIndicateTalksLineByLine: a program that waits for each answer before it sends the next line gets it.
func TestIndicateTalksLineByLine(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run([]string{"indicate", "-ruleset", "adult-needs"}, inR, outW, io.Discard)
		_ = outW.Close()
	}()
	answers := bufio.NewReader(outR)
	for _, line := range []string{"{}\n", `{"impairment":"no"}` + "\n", "{}\n"} {
		if _, err := io.WriteString(inW, line); err != nil {
			t.Fatal(err)
		}
		if got, err := answers.ReadString('\n'); err != nil || !strings.HasPrefix(got, `{"ruleset":`) {
			t.Fatalf("%q, %v", got, err)
		}
	}
	_ = inW.Close()
	if code := <-done; code != 0 {
		t.Errorf("exit %d", code)
	}
}

type closedWriter struct{}

func (closedWriter) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestIndicateReaderGone(t *testing.T) {
	var errs bytes.Buffer
	code := run([]string{"indicate", "-ruleset", "adult-needs"}, strings.NewReader(strings.Repeat("{}\n", 3000)), closedWriter{}, &errs)
	if code != 1 || !strings.Contains(errs.String(), "writing indications") {
		t.Errorf("exit %d, %s", code, errs.String())
	}
}

func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 2, "Usage: threshold COMMAND"},
		{[]string{"help"}, 0, "indicate"},
		{[]string{"fly"}, 2, `there is no command "fly"`},
		{[]string{"indicate"}, 2, "say which rules with -ruleset; there are: adult-needs"},
		{[]string{"indicate", "-h"}, 0, "one JSON object of facts a line"},
		{[]string{"indicate", "-ruleset", "martian"}, 2, `there is no ruleset "martian"`},
		{[]string{"indicate", "-ruleset", "adult-needs", "-on", "soon"}, 2, "is not a date"},
		{[]string{"indicate", "-ruleset", "adult-needs", "-on", "2015-03-31"}, 2, "in force from 2015-04-01"},
		{[]string{"indicate", "-ruleset", "adult-needs@2015-04-01", "-on", "2014-01-01"}, 2, "not in force yet on 2014-01-01"},
		{[]string{"indicate", "-ruleset", "adult-needs", "more"}, 2, `"more" is not expected here`},
		{[]string{"rules"}, 2, "Usage: threshold rules"},
		{[]string{"rules", "paint"}, 2, `there is no "paint"`},
		{[]string{"rules", "check", "-dir", "no-such-folder"}, 1, "there is no ruleset"},
	} {
		code, out, errs := runCommand(t, "", c.args...)
		if code != c.code || !strings.Contains(out+errs, c.want) {
			t.Errorf("threshold %s: exit %d\n%s%s", strings.Join(c.args, " "), code, out, errs)
		}
	}
}
