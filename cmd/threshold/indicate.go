package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"time"

	"threshold/internal/eligibility"
	"threshold/rules"
)

const indicateUsage = `Usage: threshold indicate -ruleset NAME [-on YYYY-MM-DD] < facts.ndjson > out.ndjson

Reads one JSON object of facts a line and writes one indication a line, in the same order. A line that
cannot be read gives {"error": "…"} in its place, and exit code 1 at the end.

`

// maxLine is the longest line of facts that is read. All facts of an adult, spelt out, take about 3,000 bytes.
const maxLine = 1 << 20

// indicateCommand carries out "threshold indicate".
func indicateCommand(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("indicate", flag.ContinueOnError)
	choose := chooseFlags(flags)
	if code, ok := parse(flags, args, indicateUsage, stdout, stderr); !ok {
		return code
	}
	lib, code := loadLibrary(rules.FS, stderr)
	if lib == nil {
		return code
	}
	rs, err := choose.find(lib)
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "threshold indicate: %v\n", err)
		return 2
	}
	bad, err := indicateLines(rs, stdin, stdout)
	switch {
	case err != nil:
		_, _ = fmt.Fprintf(stderr, "threshold indicate: %v\n", err)
		return 1
	case bad > 0:
		_, _ = fmt.Fprintf(stderr, "threshold indicate: %s could not be read; see \"error\" in place of the indication\n", countLines(bad))
		return 1
	}
	return 0
}

func countLines(n int) string {
	if n == 1 {
		return "1 line"
	}
	return fmt.Sprintf("%d lines", n)
}

// A batch of lines goes to one worker; the writer takes batches in the order in which they were read.
type batch struct {
	lines []byte // lines as read, with their breaks
	ends  []int  // where each line ends in lines; -1 before it marks one that was too long
	long  []bool
	out   []byte
	bad   int
	done  chan struct{}
}

const batchLines, batchBytes = 256, 256 << 10

// indicateLines answers every line and returns how many could not be read. A pause in the input is answered at once, so
// that a program may talk line by line; a steady stream is worked on by all processors.
func indicateLines(rs *eligibility.Ruleset, in io.Reader, out io.Writer) (bad int, err error) {
	workers := runtime.GOMAXPROCS(0)
	work := make(chan *batch, workers)
	order := make(chan *batch, 2*workers)
	for range workers {
		go func() {
			for b := range work {
				b.answer(rs)
				close(b.done)
			}
		}()
	}
	var readErr error
	go func() {
		defer close(work)
		defer close(order)
		r := bufio.NewReaderSize(in, 256<<10)
		for {
			b, err := readBatch(r)
			if len(b.ends) > 0 {
				order <- b
				work <- b
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					readErr = fmt.Errorf("reading facts: %w", err)
				}
				return
			}
		}
	}()
	w := bufio.NewWriterSize(out, 256<<10)
	for b := range order {
		<-b.done
		bad += b.bad
		if err != nil {
			continue // the reader of our output is gone; let the rest run dry
		}
		if _, err = w.Write(b.out); err == nil && len(order) == 0 {
			err = w.Flush()
		}
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return bad, fmt.Errorf("writing indications: %w", err)
	}
	return bad, readErr
}

// readBatch reads lines until the batch is full or the input pauses.
func readBatch(r *bufio.Reader) (*batch, error) {
	b := &batch{done: make(chan struct{})}
	for len(b.ends) < batchLines && len(b.lines) < batchBytes {
		start := len(b.lines)
		long := false
		for {
			part, err := r.ReadSlice('\n')
			if len(b.lines)-start+len(part) > maxLine {
				long, b.lines = true, b.lines[:start]
			}
			if !long {
				b.lines = append(b.lines, part...)
			}
			if errors.Is(err, bufio.ErrBufferFull) {
				continue
			}
			if err != nil && len(part) == 0 && len(b.lines) == start && !long {
				return b, err // no line begins here
			}
			b.ends, b.long = append(b.ends, len(b.lines)), append(b.long, long)
			if err != nil {
				return b, err
			}
			break
		}
		if r.Buffered() == 0 {
			break
		}
	}
	return b, nil
}

func (b *batch) answer(rs *eligibility.Ruleset) {
	start := 0
	for i, end := range b.ends {
		line := bytes.TrimSpace(b.lines[start:end])
		start = end
		var err error
		switch {
		case b.long[i]:
			err = fmt.Errorf("the line is longer than %d bytes; send one person's facts a line", maxLine)
		case len(line) == 0:
			err = errors.New("the line is empty; write {} when nothing is known")
		default:
			b.out, err = rs.IndicateJSON(line, b.out)
		}
		if err != nil {
			b.bad++
			text, _ := json.Marshal(err.Error()) // a string always encodes
			b.out = append(append(append(b.out, `{"error":`...), text...), '}')
		}
		b.out = append(b.out, '\n')
	}
}

// A choice says which ruleset the command line asks for.
type choice struct{ ruleset, on string }

func chooseFlags(flags *flag.FlagSet) *choice {
	var c choice
	flags.StringVar(&c.ruleset, "ruleset", "", "a kind of assessment, such as adult-needs, or a version, such as adult-needs@2015-04-01")
	flags.StringVar(&c.on, "on", "", "the day whose rules are used, as YYYY-MM-DD (default: today)")
	return &c
}

func (c *choice) find(lib *eligibility.Library) (*eligibility.Ruleset, error) {
	if c.ruleset == "" {
		return nil, fmt.Errorf("say which rules with -ruleset; there are: %s", strings.Join(lib.Kinds(), ", "))
	}
	if c.on == "" {
		return lib.Find(c.ruleset, time.Now())
	}
	on, err := time.Parse(time.DateOnly, c.on)
	if err != nil {
		return nil, fmt.Errorf("-on %q is not a date; write it like 2026-11-22", c.on)
	}
	return lib.FindOn(c.ruleset, on)
}

// parse reads the flags; when ok is false the command ends with code.
func parse(flags *flag.FlagSet, args []string, usage string, stdout, stderr io.Writer) (code int, ok bool) {
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	if asksForHelp(args) {
		flags.SetOutput(stdout)
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0, false
		}
		return 2, false
	}
	if flags.NArg() > 0 {
		_, _ = fmt.Fprintf(stderr, "threshold %s: %q is not expected here\n", flags.Name(), flags.Arg(0))
		flags.Usage()
		return 2, false
	}
	return 0, true
}

func asksForHelp(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool { return a == "-h" || a == "-help" || a == "--help" })
}
