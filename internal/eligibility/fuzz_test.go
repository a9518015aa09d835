package eligibility

import (
	"encoding/json"
	"errors"
	"io/fs"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
	"unicode"

	"threshold/internal/care"
	"threshold/rules"
)

// FuzzAnswer: a journey of made-up forms, one a line ("path fields"). However wrong a form is, it is refused as a page or a field
// that there is not, or taken as far as it is right; the rest stays as typed. Whatever was taken gives facts, an indication and a
// next page, and is in its usual form: sending it again changes nothing.
func FuzzAnswer(f *testing.F) {
	lib, err := loadedOnce()
	if err != nil {
		f.Fatal(err)
	}
	var all []*Ruleset
	for _, kind := range []string{"adult-needs", "carer-support"} {
		rs, err := lib.InForce(kind, time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC))
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, rs)
	}
	now := time.Date(2026, 11, 22, 10, 42, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, carer bool, script string) {
		rs := all[0]
		if carer {
			rs = all[1]
		}
		var a care.Answers
		for line := range strings.SplitSeq(script, "\n") {
			path, form, _ := strings.Cut(line, " ")
			fields, err := url.ParseQuery(form)
			if err != nil {
				continue
			}
			before, err := json.Marshal(a)
			if err != nil {
				t.Fatal(err)
			}
			next, invalid, err := rs.Answer(a, path, fields, now)
			if after, _ := json.Marshal(a); string(after) != string(before) {
				t.Fatalf("%q changed the answers it was given", line)
			}
			if err != nil {
				if !errors.Is(err, care.ErrNotFound) && !errors.Is(err, ErrUnknownField) {
					t.Fatalf("%q: %v", line, err)
				}
				if len(err.Error()) > 400 {
					t.Fatalf("%q fills a log line: %v", line, err)
				}
				continue
			}
			if invalid != nil {
				for _, p := range invalid.Problems {
					if p.Field == "" || p.Code == "" {
						t.Fatalf("%q is refused without a field or a code: %v", line, invalid)
					}
				}
			} else {
				again, _, err := rs.Answer(next, path, fields, now)
				if err == nil { // an answer may take away the page it stood on
					one, _ := json.Marshal(next)
					two, _ := json.Marshal(again)
					if string(one) != string(two) {
						t.Fatalf("%q sent twice:\n%s\n%s", line, one, two)
					}
				}
			}
			for _, id := range next.Questions() {
				for _, v := range next.Get(id) {
					if strings.ContainsFunc(v, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) || v == "" {
						t.Fatalf("%q was kept as %q", line, v)
					}
				}
			}
			a = next
		}
		if to := rs.NextUnvisited(a); to == "" {
			t.Fatal("there is nowhere to go on to")
		}
		facts := rs.Facts(a)
		ind := rs.Indicate(facts)
		if len(ind.Reasons) == 0 || ind.Suggestion == "" {
			t.Fatal("no indication")
		}
		_ = rs.Flags(a, facts, &ind)
	})
}

// FuzzFind: a ruleset's name is one of ours or is refused in a message that stays short.
func FuzzFind(f *testing.F) {
	lib, err := loadedOnce()
	if err != nil {
		f.Fatal(err)
	}
	on := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, name, date string) {
		day, err := time.Parse(time.DateOnly, date)
		if err != nil {
			day = on
		}
		for _, find := range []func(string, time.Time) (*Ruleset, error){lib.Find, lib.FindOn} {
			rs, err := find(name, day)
			switch {
			case err == nil && name != rs.ID() && name != rs.Kind:
				t.Fatalf("%q found %s", name, rs.ID())
			case err != nil && (rs != nil || len(err.Error()) > 600):
				t.Fatalf("%q: %v", name, err)
			}
		}
	})
}

// oneFile lays one file over others.
type oneFile struct {
	fs.FS
	name string
	data []byte
}

func (o oneFile) Open(name string) (fs.File, error) {
	if name == o.name {
		return fstest.MapFS{name: {Data: o.data}}.Open(name)
	}
	return o.FS.Open(name)
}

func wholeProblems(t *testing.T, ps Problems) {
	t.Helper()
	for _, p := range ps {
		if p.What == "" || p.Why == "" || p.Mend == "" || p.File == "" {
			t.Fatalf("half a message: %+v", p)
		}
	}
}

// FuzzQuestions: whatever a file of questions says, it is loaded or refused with where, why and the mend.
func FuzzQuestions(f *testing.F) {
	good, err := rules.FS.ReadFile("carer-support/2015-04-01/questions.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good[:1500])
	var base Ruleset
	if ps := loadRules(rules.FS, "carer-support/2015-04-01", &base); len(ps) > 0 {
		f.Fatal(ps)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		rs := base
		wholeProblems(t, loadJourney(oneFile{rules.FS, "carer-support/2015-04-01/questions.yaml", data}, "carer-support/2015-04-01", &rs))
	})
}

// FuzzContent: whatever the files of words say, they are read or refused with where, why and the mend.
func FuzzContent(f *testing.F) {
	f.Fuzz(func(t *testing.T, content, words []byte) {
		files := fstest.MapFS{"x/content.en.yaml": {Data: content}, "x/words/a.en.yaml": {Data: words}, "x/words/b.en.yaml": {Data: []byte("locale: en\nwords: {a.key: [A sentence.]}\n")}}
		l, ps := loadWords(files, "x", "", "en", nil)
		wholeProblems(t, ps)
		if ps != nil {
			return
		}
		for key, e := range textsByKey(l.merged) {
			for _, text := range e.texts {
				placeholders(text)
				if key == "" {
					t.Fatalf("%q stands under no key", text)
				}
			}
		}
	})
}

// FuzzLocales: a list of ways of reading is taken or refused with where, why and the mend.
func FuzzLocales(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		all, ps := loadLocales(fstest.MapFS{localesFile: {Data: data}})
		wholeProblems(t, ps)
		if ps != nil {
			return
		}
		if all[0].ID != english {
			t.Fatalf("the first is %q", all[0].ID)
		}
		for _, l := range all {
			if !fs.ValidPath(contentFile("x", l.ID)) || strings.Contains(l.ID, "/") {
				t.Fatalf("%q is no part of a file's name", l.ID)
			}
		}
	})
}

// FuzzGuide: a page of the guide, its sources and its examples are read or refused with where, why and the mend.
func FuzzGuide(f *testing.F) {
	f.Fuzz(func(t *testing.T, page, sources, examples []byte) {
		files := fstest.MapFS{
			"guide/2015-04-01/guide.en.yaml": {Data: []byte("pages: [a]\n")}, "guide/2015-04-01/a.en.yaml": {Data: page},
			"guide/2015-04-01/sources.yaml": {Data: sources}, "guide/2015-04-01/examples.en.yaml": {Data: examples},
		}
		_, _, ps := readGuide(files, "guide/2015-04-01")
		wholeProblems(t, ps)
	})
}

// FuzzCouncils: a list of councils is taken whole, in order and each once, or refused with the line and the mend.
func FuzzCouncils(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		all, ps := loadCouncils(fstest.MapFS{councilsFile: {Data: data}})
		wholeProblems(t, ps)
		if ps != nil {
			if all != nil {
				t.Fatal("a part of a list was taken")
			}
			return
		}
		if len(all) == 0 || !slices.IsSortedFunc(all, func(a, b listedCouncil) int { return strings.Compare(a.name, b.name) }) {
			t.Fatalf("%d councils, in no order", len(all))
		}
		seen := map[string]bool{}
		for _, c := range all {
			if seen[c.id] || seen[c.name] || c.name == "" || len(c.id) != 9 {
				t.Fatalf("%+v is there twice or is no council", c)
			}
			seen[c.id], seen[c.name] = true, true
		}
	})
}
