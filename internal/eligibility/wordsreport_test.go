package eligibility

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/goccy/go-yaml"

	"threshold/internal/care"
)

// bannedWords are the words that residents must not meet: they belong to the council's decision or to an office. They are data:
// rules/plain.yaml has each with what to write in its place.
var bannedWords = regexp.MustCompile(bannedPattern())

func bannedPattern() string {
	data, err := os.ReadFile(filepath.Join("..", "..", "rules", "plain.yaml"))
	if err != nil {
		panic(err) // the tests of the words are worth nothing without it
	}
	var list []struct {
		Words string `yaml:"words"`
		Write string `yaml:"write"`
	}
	if err := yaml.UnmarshalWithOptions(data, &list, yaml.Strict()); err != nil {
		panic(err)
	}
	var all []string
	for _, w := range list {
		if w.Words == "" || w.Write == "" {
			panic(fmt.Sprintf("rules/plain.yaml: %+v lacks words or write", w))
		}
		all = append(all, w.Words)
	}
	return `(?i)\b(` + strings.Join(all, "|") + `)\b`
}

// mendVerbs are how a message says what to do.
var mendVerbs = regexp.MustCompile(`(?i)\b(enter|select|choose|use|must|check|wait|write|try)\b`)

var updateWords = flag.Bool("update-words", false, "write the figures of the words anew")

// wordFigures are what is committed of one reading: none of them may get worse.
type wordFigures struct {
	Median, Highest float64 // Flesch-Kincaid grade of the pages
	Hard            int     // pages above grade 5
	Longest         int     // words in the longest sentence
	Banned          int     // words that residents must not meet
	Must            int     // questions that can neither be skipped nor answered with "not sure"
	NoMend          int     // error messages that do not say how to mend it
}

var wordColumns = []string{"reading", "median", "highest", "above_5", "longest", "banned", "must_answer", "no_mend"}

func (f wordFigures) row(name string) []string {
	return []string{name, fmt.Sprintf("%.1f", f.Median), fmt.Sprintf("%.1f", f.Highest), strconv.Itoa(f.Hard), strconv.Itoa(f.Longest), strconv.Itoa(f.Banned), strconv.Itoa(f.Must), strconv.Itoa(f.NoMend)}
}

// TestWordsReport prints how the words read, page by page, and fails when a figure is worse than in testdata/words.csv (a tenth of a
// grade is within what counting syllables errs by). make words prints it whole; make words UPDATE=1 writes the figures anew.
func TestWordsReport(t *testing.T) {
	file := filepath.Join("testdata", "words.csv")
	var table strings.Builder
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	rows := [][]string{wordColumns}
	for _, r := range readings(t) {
		f, must := r.figures(out)
		rows = append(rows, f.row(r.name))
		if len(must) > 0 {
			_, _ = fmt.Fprintf(out, "  must be answered:\t%s\n", strings.Join(must, ", "))
		}
	}
	_, _ = fmt.Fprintln(out)
	for _, row := range rows {
		_, _ = fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table.String())
	if *updateWords {
		var b strings.Builder
		if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	committed, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil || len(committed) == 0 || !slices.Equal(committed[0], wordColumns) {
		t.Fatalf("%s cannot be read (%v): make words UPDATE=1 writes it anew", file, err)
	}
	for _, row := range rows[1:] {
		i := slices.IndexFunc(committed, func(c []string) bool { return c[0] == row[0] })
		if i < 0 {
			t.Errorf("%s is not in %s: make words UPDATE=1 adds it", row[0], file)
			continue
		}
		for c, column := range wordColumns[1:] {
			now, was := number(t, row[c+1]), number(t, committed[i][c+1])
			slack := 0.0
			if column == "median" || column == "highest" {
				slack = 0.1001
			}
			if now > was+slack {
				t.Errorf("%s: %s was %s and is %s: mend the words, or say why and run make words UPDATE=1", row[0], column, committed[i][c+1], row[c+1])
			}
		}
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// figures measures a reading and writes a line for each page; must are the questions that have to be answered.
func (r reading) figures(out *tabwriter.Writer) (f wordFigures, must []string) {
	pages := r.texts()
	var grades []float64
	_, _ = fmt.Fprintf(out, "\n%s\tgrade\tsentences\twords in the longest\n", r.name)
	names := make([]string, 0, len(pages))
	for name := range pages {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		texts := pages[name]
		grade, longest, sentences := fleschKincaid(texts), 0, sentencesOf(texts)
		for _, s := range sentences {
			longest = max(longest, len(wordPattern.FindAllString(s, -1)))
		}
		for _, s := range texts {
			f.Banned += len(bannedWords.FindAllString(s, -1))
		}
		grades = append(grades, grade)
		f.Highest, f.Longest = max(f.Highest, grade), max(f.Longest, longest)
		if grade > 5 {
			f.Hard++
		}
		_, _ = fmt.Fprintf(out, "  %s\t%.1f\t%d\t%d\n", name, grade, len(sentences), longest)
	}
	slices.Sort(grades)
	f.Median = grades[len(grades)/2]
	noMend := func(s string) {
		if !mendVerbs.MatchString(s) {
			f.NoMend++
		}
	}
	for key, s := range r.j.words.Words {
		if strings.HasPrefix(key, "error.") && key != "error.title" {
			noMend(s[0])
		}
	}
	for _, p := range r.j.allPages() {
		for _, q := range r.j.everything(p).Questions {
			for _, m := range q.Messages {
				noMend(m)
			}
			if unsure := slices.ContainsFunc(q.Options, func(o care.Option) bool { return slices.Contains(waysOut, o.ID) }); q.Required && !unsure {
				must = append(must, q.ID)
			}
		}
	}
	slices.Sort(must)
	must = slices.Compact(must)
	f.Must = len(must)
	return f, must
}
