package eligibility

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var threeValues = []Truth{Unknown, False, True}

// TestKleene holds the connectives against the truth tables, written out by hand.
func TestKleene(t *testing.T) {
	const U, F, T = Unknown, False, True
	and := map[[2]Truth]Truth{
		{T, T}: T, {T, F}: F, {T, U}: U,
		{F, T}: F, {F, F}: F, {F, U}: F,
		{U, T}: U, {U, F}: F, {U, U}: U,
	}
	or := map[[2]Truth]Truth{
		{T, T}: T, {T, F}: T, {T, U}: T,
		{F, T}: T, {F, F}: F, {F, U}: U,
		{U, T}: T, {U, F}: U, {U, U}: U,
	}
	for _, a := range threeValues {
		for _, b := range threeValues {
			if got := And(a, b); got != and[[2]Truth{a, b}] {
				t.Errorf("And(%v, %v) = %v", a, b, got)
			}
			if got := Or(a, b); got != or[[2]Truth{a, b}] {
				t.Errorf("Or(%v, %v) = %v", a, b, got)
			}
			for _, c := range threeValues {
				// Two of three is the same as any pair of them holding.
				want := Or(And(a, b), And(a, c), And(b, c))
				if got := AtLeast(2, a, b, c); got != want {
					t.Errorf("AtLeast(2, %v, %v, %v) = %v, want %v", a, b, c, got, want)
				}
				if got := AtLeast(1, a, b, c); got != Or(a, b, c) {
					t.Errorf("AtLeast(1, %v, %v, %v) = %v", a, b, c, got)
				}
				if got := AtLeast(3, a, b, c); got != And(a, b, c) {
					t.Errorf("AtLeast(3, %v, %v, %v) = %v", a, b, c, got)
				}
			}
		}
	}
}

func parseCriterion(t *testing.T, yaml string) Criterion {
	t.Helper()
	var into struct {
		When Criterion `yaml:"when"`
	}
	if _, err := decodeStrictBytes("x.yaml", []byte("when: "+yaml+"\n"), &into); err != nil {
		t.Fatalf("%s: %v", yaml, err)
	}
	return into.When
}

func TestCriterionEval(t *testing.T) {
	readings := map[string]Reading{
		"a": {Values: []string{"yes"}},
		"b": {Values: []string{"not_sure"}, Unknown: true},
		"c": {Values: []string{"no"}},
		"m": {Values: []string{"x", "y"}},
	}
	for yaml, want := range map[string]Truth{
		"{is: {a: yes}}":                          True,
		"{is: {a: no}}":                           False,
		"{is: {b: yes}}":                          Unknown,
		"{is: {b: not_sure}}":                     True,
		"{is: {b: absent}}":                       False,
		"{is: {gone: yes}}":                       Unknown,
		"{is: {gone: absent}}":                    True,
		"{one_of: {gone: [yes, absent]}}":         True,
		"{one_of: {c: [yes, absent]}}":            False,
		"{one_of: {m: [y, z]}}":                   True,
		"{one_of: {m: [z]}}":                      False,
		"{all: [{is: {a: yes}}, {is: {b: yes}}]}": Unknown,
		"{all: [{is: {b: yes}}, {is: {c: yes}}]}": False,
		"{any: [{is: {a: yes}}, {is: {b: yes}}]}": True,
		"{any: [{is: {b: yes}}, {is: {c: yes}}]}": Unknown,
		"{at_least: {n: 2, of: [{is: {a: yes}}, {is: {b: yes}}, {is: {c: yes}}]}}": Unknown,
		"{at_least: {n: 2, of: [{is: {a: yes}}, {is: {c: no}}, {is: {b: yes}}]}}":  True,
	} {
		if got := parseCriterion(t, yaml).Eval(func(f string) Reading { return readings[f] }); got != want {
			t.Errorf("%s = %v, want %v", yaml, got, want)
		}
	}
	if got := (Criterion{}).Eval(nil); got != True {
		t.Errorf("a criterion that was not written is %v, want true (always)", got)
	}
}

func TestCriterionExpand(t *testing.T) {
	lists := Lists{"outcome": {"nutrition", "hygiene"}, "limb": {"danger", "time"}}
	c, ps := parseCriterion(t, "{any: {each: outcome, that: {all: [{is: {outcomes.<outcome>.cause: other}}, {any: {each: limb, that: {is: {outcomes.<outcome>.<limb>: yes}}}}]}}}").Expand(lists)
	if ps != nil {
		t.Fatal(ps)
	}
	want := []string{
		"outcomes.nutrition.cause", "outcomes.nutrition.danger", "outcomes.nutrition.time",
		"outcomes.hygiene.cause", "outcomes.hygiene.danger", "outcomes.hygiene.time",
	}
	if got := c.Facts(); !slices.Equal(got, want) {
		t.Errorf("Facts = %q, want %q", got, want)
	}
	for yaml, want := range map[string]string{
		"{any: {each: colour, that: {is: {a: yes}}}}":                                   `there is no list called "colour"`,
		"{any: {each: outcome, in: [eating], that: {is: {outcomes.<outcome>.a: yes}}}}": `"eating" is not one of the outcomes`,
		"{is: {outcomes.<outcome>.a: yes}}":                                             `nothing fills the gap`,
		"{at_least: {n: 3, each: outcome, that: {is: {outcomes.<outcome>.a: yes}}}}":    "`at_least` asks for 3",
	} {
		if _, ps := parseCriterion(t, yaml).Expand(lists); len(ps) != 1 || !strings.Contains(ps[0].What, want) {
			t.Errorf("%s: problems %v, want one with %q", yaml, ps, want)
		}
	}
}

func TestCriterionRefused(t *testing.T) {
	for yaml, want := range map[string]string{
		"{}":                                       "a test is missing",
		"yes":                                      "a test is missing",
		"{some: [{is: {a: yes}}]}":                 `"some" is not a kind of test`,
		"{is: {a: yes, b: no}}":                    "`is` needs exactly one fact",
		"{is: {a: [yes]}}":                         "`is` needs one option",
		"{one_of: {a: yes}}":                       "`one_of` needs a list",
		"{one_of: {a: [yes, yes]}}":                "written twice",
		"{all: []}":                                "is empty",
		"{all: [{is: {a: yes}}], any: []}":         "a test has one key",
		"{any: {each: outcome}}":                   "not complete",
		"{any: {n: 2, of: [{is: {a: yes}}]}}":      `the key "n" is not known`,
		"{at_least: {n: 0, of: [{is: {a: b}}]}}":   "asks for 0",
		"{at_least: {n: 2, of: [{is: {a: b}}]}}":   "asks for 2",
		"{at_least: {n: two, of: [{is: {a: b}}]}}": "`n` of `at_least` is \"two\"",
	} {
		var into struct {
			Title string    `yaml:"title"`
			When  Criterion `yaml:"when"`
		}
		err := decodeStrict(fstest.MapFS{"x.yaml": {Data: []byte("title: T\n\nwhen: " + yaml + "\n")}}, "x.yaml", &into)
		var ps Problems
		if !errors.As(err, &ps) || len(ps) != 1 || !strings.Contains(ps[0].What, want) || ps[0].File != "x.yaml" || ps[0].Line != 3 {
			t.Errorf("%s: got %v, want x.yaml:3 with %q", yaml, err, want)
		}
	}
}

func TestDecodeStrict(t *testing.T) {
	type inner struct {
		ID string `yaml:"id"`
		N  int    `yaml:"n"`
	}
	type file struct {
		Title string  `yaml:"title"`
		List  []inner `yaml:"list"`
	}
	for _, c := range []struct {
		data, want string
		line       int
	}{
		{"title: T\nlist:\n  - id: a\n    colour: red\n", `the key "colour" is not known`, 4},
		{"title: T\ntitle: U\n", "written twice", 2},
		{"title: T\nlist:\n  - id: a\n    n: many\n", "wrong kind", 4},
		{"title: [\n", "not well-formed", 1},
		{"# nothing\n", "the file is empty", 0},
		{"title: T\n---\ntitle: U\n", "second document", 3},
	} {
		_, err := decodeStrictBytes("x.yaml", []byte(c.data), &file{})
		var ps Problems
		if !errors.As(err, &ps) || len(ps) != 1 || !strings.Contains(ps[0].What, c.want) || ps[0].Line != c.line || ps[0].Why == "" || ps[0].Mend == "" {
			t.Errorf("%q: got %v, want line %d with %q", c.data, err, c.line, c.want)
		}
	}
	var f file
	if _, err := decodeStrictBytes("x.yaml", []byte("title: yes\nlist: [{id: no, n: 2}]\n"), &f); err != nil || f.Title != "yes" || f.List[0] != (inner{"no", 2}) {
		t.Errorf("got %+v, %v", f, err)
	}
	if err := decodeStrict(fstest.MapFS{}, "gone.yaml", &f); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("missing file: %v", err)
	}
}
