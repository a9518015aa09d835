package eligibility

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"threshold/internal/care"
	"threshold/rules"
)

// TestCases runs every worked case, as `threshold rules test` does.
func TestCases(t *testing.T) {
	rs := adultRules(t)
	cases, err := rs.Cases(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) < 27 {
		t.Errorf("only %d worked cases", len(cases))
	}
	for _, c := range cases {
		for _, wrong := range c.Check(rs) {
			t.Errorf("%s (%s): %s", c.ID, c.Title, wrong)
		}
	}
}

// TestEveryCombination goes through all 3^10 values of the ten outcomes, times three values of each of the other two
// conditions: 531,441 in all, and holds the engine against the second coding.
func TestEveryCombination(t *testing.T) {
	rs := adultRules(t)
	trace := rs.NewTrace()
	f := rs.NewFacts()
	words := map[tri]string{1: "yes", -1: "no", 0: "not_sure"}
	set := func(path, option string) {
		if err := f.Set(path, option); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range refOutcomes {
		set("outcomes."+o+".cause", "impairment")
		for _, l := range refLimbs[1:] {
			set("outcomes."+o+"."+l, "no")
		}
	}
	for _, a := range refAreas {
		set("wellbeing.areas."+a, "none")
	}
	outcomes := make([]tri, len(refOutcomes))
	n := 0
	var walk func(i int)
	walk = func(i int) {
		if i < len(outcomes) {
			for v := tri(-1); v <= 1; v++ {
				outcomes[i] = v
				set("outcomes."+refOutcomes[i]+".assistance", words[v])
				walk(i + 1)
			}
			return
		}
		two := twoOf(outcomes)
		for impairment := tri(-1); impairment <= 1; impairment++ {
			set("impairment", words[impairment])
			for wellbeing := tri(-1); wellbeing <= 1; wellbeing++ {
				set("wellbeing.overall", words[wellbeing])
				n++
				if got, want := string(rs.Evaluate(f, trace)), refWord(min(impairment, two, wellbeing)); got != want {
					t.Fatalf("impairment %d, outcomes %v, wellbeing %d: %s, want %s", impairment, outcomes, wellbeing, got, want)
				}
				if got := toTruth(trace.group(rs.conditionGroups[1])); got != [3]Truth{False, Unknown, True}[two+1] {
					t.Fatalf("outcomes %v: condition %v", outcomes, got)
				}
			}
		}
	}
	walk(0)
	if n != 531_441 {
		t.Errorf("%d combinations, want 531441", n)
	}
}

// TestOneOutcome goes through every way in which one outcome can be answered: limbs, cause, frequency, whether it
// applies, and whether accounts differ.
func TestOneOutcome(t *testing.T) {
	rs := adultRules(t)
	trace := rs.NewTrace()
	yesNo := []string{"", "yes", "no", "not_sure"}
	n := 0
	for _, id := range []string{"nutrition", "work_learning"} {
		k := slices.Index(refOutcomes, id)
		applies := []string{""}
		if id == "work_learning" {
			applies = []string{"", "yes", "no"}
		}
		f := rs.NewFacts()
		set := func(field, option string) {
			options := []string{}
			if option != "" {
				options = append(options, option)
			}
			if err := f.Set("outcomes."+id+"."+field, options...); err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range yesNo {
			for _, b := range yesNo {
				for _, c := range yesNo {
					for _, d := range yesNo {
						for _, cause := range []string{"", "impairment", "mixed", "other", "not_sure"} {
							for _, frequency := range []string{"", "daily", "most_days", "some_days", "rarely", "past", "not_sure"} {
								for _, app := range applies {
									for _, differ := range []string{"", "true", "false"} {
										yes := differ == "true"
										o := refOutcome{Assistance: a, Distress: b, Danger: c, Time: d, Cause: cause, Frequency: frequency, Applies: app, AccountsDiffer: &yes}
										for field, v := range map[string]string{"assistance": a, "distress": b, "danger": c, "time": d, "cause": cause, "frequency": frequency, "accounts_differ": differ} {
											set(field, v)
										}
										if id == "work_learning" {
											set("applies", app)
										}
										rs.Evaluate(f, trace)
										n++
										if got := rs.OutcomeUnable(trace, k); got != [3]Truth{False, Unknown, True}[o.unable()+1] {
											t.Fatalf("%s %+v: %v", id, o, got)
										}
									}
								}
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d ways to answer one outcome", n)
}

// drawFacts makes random facts; pick chooses a number below n. About one fact in three is left out.
func drawFacts(pick func(n int) int) refFacts {
	one := func(options ...string) string {
		if pick(3) == 0 {
			return ""
		}
		return options[pick(len(options))]
	}
	// Each person has a leaning of their own, so that all three indications and the edges between them come up often.
	lean := pick(4)
	limb := func() string {
		switch {
		case lean == 0:
			return []string{"no", "no", "no", "no", "not_sure", "yes"}[pick(6)]
		case lean == 1:
			return []string{"no", "no", "no", "no", "no", "no", "no", "no", "yes", ""}[pick(10)]
		}
		return one("yes", "no", "not_sure")
	}
	f := refFacts{Impairment: one("yes", "yes", "yes", "no", "not_sure"), Outcomes: map[string]refOutcome{}}
	for _, id := range refOutcomes {
		if pick(12) == 0 {
			continue
		}
		o := refOutcome{Assistance: limb(), Distress: limb(), Danger: limb(), Time: limb(), Cause: one("impairment", "impairment", "mixed", "other", "not_sure"), Frequency: one("daily", "most_days", "some_days", "daily", "rarely", "past", "not_sure")}
		if lean == 1 {
			o.Cause = []string{"impairment", "other", ""}[pick(3)]
		}
		if id == "work_learning" || id == "caring_for_child" {
			o.Applies = one("yes", "no")
		}
		if pick(8) == 0 {
			yes := pick(2) == 0
			o.AccountsDiffer = &yes
		}
		if pick(3) == 0 {
			for _, h := range []string{"nobody", "family", "child", "paid", "equipment", "not_sure"} {
				if pick(6) == 0 {
					o.Help = append(o.Help, h)
				}
			}
		}
		f.Outcomes[id] = o
	}
	f.Wellbeing.Overall = one("yes", "no", "not_sure")
	f.Wellbeing.Areas = map[string]string{}
	for _, a := range refAreas {
		v := one("none", "little", "some", "big", "not_sure")
		if lean < 2 {
			v = []string{"none", "little", "none", "none", "none", "none", "none", "some", "big", ""}[pick(10)]
		}
		if v != "" {
			f.Wellbeing.Areas[a] = v
		}
	}
	return f
}

// TestRandomFacts sends 20,000 random sets of facts through JSON and back, as `threshold indicate` does, and holds
// everything in the answer against the second coding.
func TestRandomFacts(t *testing.T) {
	rs := adultRules(t)
	r := rand.New(rand.NewPCG(2014, 313))
	tally := map[care.Suggestion]int{}
	undecided := map[int]int{}
	for i := range 20_000 {
		ref := drawFacts(r.IntN)
		in, err := json.Marshal(ref)
		if err != nil {
			t.Fatal(err)
		}
		out, err := rs.IndicateJSON(in, nil)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		var ind care.Indication
		if err := json.Unmarshal(out, &ind); err != nil {
			t.Fatal(err)
		}
		if diff := ref.compare(ind); diff != "" {
			t.Fatalf("facts %d\n%s\n%s", i, in, diff)
		}
		tally[ind.Suggestion]++
		undecided[min(len(ind.Undecided), 2)]++
	}
	t.Logf("%v; none, one or more undecided: %v", tally, undecided)
	for _, s := range []care.Suggestion{care.LikelyMet, care.LikelyNotMet, care.CannotTell} {
		if tally[s] < 1000 {
			t.Errorf("only %d random sets came to %s: the test does not look at it", tally[s], s)
		}
	}
}

// TestIndicateJSON checks that the hand-written JSON is what encoding/json would write.
func TestIndicateJSON(t *testing.T) {
	rs := adultRules(t)
	r := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		ref := drawFacts(r.IntN)
		in, _ := json.Marshal(ref)
		f, err := rs.ParseFacts(in)
		if err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(rs.Indicate(f)); err != nil {
			t.Fatal(err)
		}
		got, err := rs.IndicateJSON(in, nil)
		if err != nil || string(got)+"\n" != want.String() {
			t.Fatalf("got  %s\nwant %s\nerr %v", got, want.String(), err)
		}
	}
}

// TestUndecidedByBruteForce tries every completion of up to 10 open facts on small random sets: no cleverness at all.
func TestUndecidedByBruteForce(t *testing.T) {
	rs := adultRules(t)
	r := rand.New(rand.NewPCG(9, 9))
	trace := rs.NewTrace()
	found := 0
	for range 1500 {
		f := rs.NewFacts()
		open := []string{}
		wanted := 2 + r.IntN(9)
		for _, i := range r.Perm(len(rs.schema.defs)) {
			d := rs.schema.defs[i]
			if len(d.typ.askAgain) > 0 && len(open) < wanted {
				open = append(open, d.path)
				if r.IntN(2) == 0 {
					_ = f.Set(d.path, "not_sure")
				}
				continue
			}
			var options []string
			for _, o := range d.typ.options {
				if slices.Contains(d.typ.askAgain, o) || d.typ.recordedOnly {
					continue
				}
				options = append(options, o)
				if (o == "no" || o == "none" || o == "false" || o == "impairment" || o == "daily") && d.path != "impairment" && d.path != "wellbeing.overall" {
					options = append(options, o, o, o, o, o) // mostly unremarkable, so that the edge of two is near
				}
			}
			if len(options) > 0 && !strings.HasSuffix(d.path, ".applies") {
				if err := f.Set(d.path, options[r.IntN(len(options))]); err != nil {
					t.Fatal(err)
				}
			}
		}
		slices.SortFunc(open, func(a, b string) int { return rs.schema.index[a] - rs.schema.index[b] })
		definite := make([][]string, len(open))
		for i, p := range open {
			typ := rs.schema.defs[rs.schema.index[p]].typ
			for _, o := range typ.options {
				if !slices.Contains(typ.askAgain, o) && !slices.Contains(typ.weigh, o) && !slices.Contains([]string{"mixed", "little"}, o) {
					definite[i] = append(definite[i], o) // mixed is as impairment, little as none: leaving them out keeps it 2^n
				}
			}
		}
		// results[mask] is the indication when open fact i has definite[i][bit i of mask].
		results := make([]care.Suggestion, 1<<len(open))
		c := f.Clone()
		for mask := range results {
			for i, p := range open {
				if err := c.Set(p, definite[i][mask>>i&1]); err != nil {
					t.Fatal(err)
				}
			}
			results[mask] = rs.Evaluate(c, trace)
		}
		want := []string{}
		for i, p := range open {
			for mask := range results {
				if results[mask] != results[mask^1<<i] {
					want = append(want, p)
					break
				}
			}
		}
		found += len(want)
		if got := rs.Indicate(f).Undecided; !slices.Equal(got, want) {
			in, _ := f.MarshalJSON()
			t.Fatalf("%s\ngot  %q\nwant %q", in, got, want)
		}
	}
	if found < 500 {
		t.Errorf("only %d undecided facts were found in all: the test does not look at them", found)
	}
}

// TestEmptyFacts: with nothing known, everything is undecided, in the order of the regulation.
func TestEmptyFacts(t *testing.T) {
	rs := adultRules(t)
	ind := rs.Indicate(rs.NewFacts())
	want := []string{"impairment"}
	for _, o := range refOutcomes {
		for _, l := range refLimbs {
			want = append(want, "outcomes."+o+"."+l)
		}
		want = append(want, "outcomes."+o+".cause")
	}
	want = append(want, "wellbeing.overall")
	for _, a := range refAreas {
		want = append(want, "wellbeing.areas."+a)
	}
	if len(want) != 61 || !slices.Equal(ind.Undecided, want) || ind.Suggestion != care.CannotTell {
		t.Errorf("%s, undecided %q", ind.Suggestion, ind.Undecided)
	}
}

// manyTimes tries a property on 2,000 draws; rapid alone tries 100.
func manyTimes(t *testing.T, property func(t *rapid.T)) {
	t.Helper()
	for range 20 {
		rapid.Check(t, property)
	}
}

func rapidFacts(t *rapid.T) refFacts {
	return drawFacts(func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") })
}

func parseRef(t *rapid.T, rs *Ruleset, ref refFacts) Facts {
	in, err := json.Marshal(ref)
	if err != nil {
		t.Fatal(err)
	}
	f, err := rs.ParseFacts(in)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestAnsweringNeverFlips: answering what was open may settle an indication, and never turns a settled one round.
func TestAnsweringNeverFlips(t *testing.T) {
	rs := adultRules(t)
	manyTimes(t, func(t *rapid.T) {
		f := parseRef(t, rs, rapidFacts(t))
		before := rs.Indicate(f)
		for i, d := range rs.schema.defs {
			if d.typ.openAt[f.v[i]] && rapid.Bool().Draw(t, "answer") {
				_ = f.Set(d.path, rapid.SampledFrom(d.typ.options).Draw(t, "option"))
			}
		}
		after := rs.Indicate(f)
		if before.Suggestion != care.CannotTell && after.Suggestion != before.Suggestion {
			t.Fatalf("%s became %s", before.Suggestion, after.Suggestion)
		}
		for i, c := range before.Conditions {
			if c.Value != "unknown" && after.Conditions[i].Value != c.Value {
				t.Fatalf("condition %s was %s and became %s", c.ID, c.Value, after.Conditions[i].Value)
			}
		}
		for i, o := range before.Outcomes {
			if o.Value != "unknown" && after.Outcomes[i].Value != o.Value {
				t.Fatalf("outcome %s was %s and became %s", o.ID, o.Value, after.Outcomes[i].Value)
			}
		}
	})
}

// TestCarerBlind: help that a person gets now changes prompts and nothing else.
func TestCarerBlind(t *testing.T) {
	rs := adultRules(t)
	manyTimes(t, func(t *rapid.T) {
		f := parseRef(t, rs, rapidFacts(t))
		before, tree := rs.Indicate(f), rs.Explain(f)
		for i, d := range rs.schema.defs {
			if d.typ.recordedOnly {
				f.v[i] = uint8(rapid.IntRange(0, 1<<len(d.typ.options)-1).Draw(t, "help"))
			}
		}
		after := rs.Indicate(f)
		before.Prompts, after.Prompts = nil, nil
		if !reflect.DeepEqual(before, after) || !reflect.DeepEqual(tree, rs.Explain(f)) {
			t.Fatalf("help changed more than prompts:\n%+v\n%+v", before, after)
		}
	})
}

// TestReasons: every sentence is there, cites something and names facts that exist; what it says was told was told.
func TestReasons(t *testing.T) {
	rs := adultRules(t)
	paths := rs.FactPaths()
	seen := map[string]bool{}
	manyTimes(t, func(t *rapid.T) {
		f := parseRef(t, rs, rapidFacts(t))
		ind := rs.Indicate(f)
		if len(ind.Reasons) != len(ind.Conditions) {
			t.Fatalf("%d reasons for %d conditions", len(ind.Reasons), len(ind.Conditions))
		}
		for i, r := range ind.Reasons {
			seen[r.Text] = true
			if r.Text == "" || strings.ContainsAny(r.Text, "{}") || strings.Contains(r.Text, ": .") || r.Citation != ind.Conditions[i].Citation || len(r.Because) == 0 {
				t.Fatalf("reason %+v", r)
			}
			for _, p := range r.Because {
				if !slices.Contains(paths, p) {
					t.Fatalf("because names %q", p)
				}
				if ind.Conditions[i].Value != "unknown" && f.Get(p) == nil {
					t.Fatalf("%s is %s because of %q, which was not answered", ind.Conditions[i].ID, ind.Conditions[i].Value, p)
				}
			}
		}
		checkTree(t, rs.Explain(f))
	})
	if len(seen) < 12 {
		t.Errorf("only %d different sentences came up", len(seen))
	}
}

// TestBecauseIsEnough: the facts a settled condition names are enough for it. Everything else can be left out.
func TestBecauseIsEnough(t *testing.T) {
	rs := adultRules(t)
	manyTimes(t, func(t *rapid.T) {
		f := parseRef(t, rs, rapidFacts(t))
		ind := rs.Indicate(f)
		for i, r := range ind.Reasons {
			if ind.Conditions[i].Value == "unknown" {
				continue
			}
			only := rs.NewFacts()
			for _, p := range r.Because {
				_ = only.Set(p, f.Get(p)...)
			}
			if got := rs.Indicate(only).Conditions[i]; got != ind.Conditions[i] {
				t.Fatalf("with only %q, %s is %s instead of %s", r.Because, got.ID, got.Value, ind.Conditions[i].Value)
			}
		}
	})
}

func checkTree(t *rapid.T, l Line) {
	if l.Text == "" || l.Citation == "" || strings.ContainsAny(l.Text, "{}") {
		t.Fatalf("line %+v", l)
	}
	for _, k := range l.Kids {
		checkTree(t, k)
	}
}

// TestNoVerdict: nobody is told the council's decision by the rules, in any of their words.
func TestNoVerdict(t *testing.T) {
	rs := adultRules(t)
	for where, text := range allWords(rs) {
		lower := strings.ToLower(text)
		for _, word := range []string{"eligib", "determin", "assessor", "utilis", "entitled", "qualif"} {
			if strings.Contains(lower, word) {
				t.Errorf("%s says %q: %s", where, word, text)
			}
		}
		for _, sentence := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(".:;", r) }) {
			if n := len(strings.Fields(sentence)); n > 20 {
				t.Errorf("%s has a sentence of %d words: %s", where, n, sentence)
			}
		}
	}
}

func allWords(rs *Ruleset) map[string]string {
	out := map[string]string{"tree.indication": rs.words.Tree.Indication, "tree.outcome": rs.words.Tree.Outcome}
	put := func(where string, m map[string]string) {
		for k, v := range m {
			out[where+"."+k] = v
		}
	}
	put("outcomes", rs.words.Outcomes)
	put("areas", rs.words.Areas)
	put("tree.conditions", rs.words.Tree.Conditions)
	put("tree.parts", rs.words.Tree.Parts)
	put("prompts", rs.words.Prompts)
	for k, m := range rs.words.Told {
		put("told."+k, m)
	}
	for c, byValue := range rs.words.Reasons {
		for v, lines := range byValue {
			for i, l := range lines {
				out[fmt.Sprintf("reasons.%s.%s.%d", c, v, i)] = l.Text
			}
		}
	}
	return out
}
