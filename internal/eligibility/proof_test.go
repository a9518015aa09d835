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
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		cases, err := rs.Cases(rules.FS)
		if err != nil {
			t.Fatal(err)
		}
		if least := map[*refLaw]int{refAdult: 27, refCarer: 13}[law]; len(cases) < least {
			t.Errorf("only %d worked cases", len(cases))
		}
		for _, c := range cases {
			for _, wrong := range c.Check(rs) {
				t.Errorf("%s (%s): %s", c.ID, c.Title, wrong)
			}
		}
	})
}

// TestEveryCombination goes through all values of everything the conditions are made of, 3^12 = 531,441 for each law: an
// adult's impairment, ten outcomes and well-being; a carer's is_carer, necessary care, health, eight outcomes and
// well-being. It holds the engine against the second coding.
func TestEveryCombination(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		trace := rs.NewTrace()
		f := rs.NewFacts()
		set := func(path, option string) {
			if err := f.Set(path, option); err != nil {
				t.Fatal(err)
			}
		}
		words := [3]string{"no", "not_sure", "yes"}
		type place struct {
			path  string
			words [3]string // false, unknown, true
		}
		var places []place
		for _, o := range law.outcomes {
			set("outcomes."+o+".cause", law.cause)
			for _, l := range law.limbs[1:] {
				set("outcomes."+o+"."+l, "no")
			}
			places = append(places, place{"outcomes." + o + ".assistance", words})
		}
		if law.health {
			places = append(places, place{"health", [3]string{"no", "not_sure", "at_risk"}})
		}
		for _, a := range refAreas {
			set("wellbeing.areas."+a, "none")
		}
		circumstances := len(places)
		places = append(places, place{"wellbeing.overall", words})
		for _, g := range law.gates {
			places = append(places, place{g, words})
		}
		values := make([]tri, len(places))
		n := 0
		var walk func(i int)
		walk = func(i int) {
			if i < len(places) {
				for v := tri(-1); v <= 1; v++ {
					values[i] = v
					set(places[i].path, places[i].words[v+1])
					walk(i + 1)
				}
				return
			}
			n++
			some := refEnoughOf(law.need, values[:circumstances])
			want := min(some, slices.Min(values[circumstances:]))
			if got := string(rs.Evaluate(f, trace)); got != refWord(want) {
				t.Fatalf("circumstances %v, well-being and gates %v: %s, want %s", values[:circumstances], values[circumstances:], got, refWord(want))
			}
			if got := rs.Condition(trace, len(law.gates)); got != [3]Truth{False, Unknown, True}[some+1] {
				t.Fatalf("circumstances %v: condition %v", values[:circumstances], got)
			}
		}
		walk(0)
		if n != 531_441 {
			t.Errorf("%d combinations, want 531441", n)
		}
	})
}

// TestOneOutcome goes through every way in which one outcome can be answered: limbs, cause, frequency, whether it
// applies, and whether accounts differ.
func TestOneOutcome(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		trace := rs.NewTrace()
		n := 0
		for _, id := range []string{"nutrition", law.mayNotApply[0]} {
			k := slices.Index(law.outcomes, id)
			fields := append(slices.Clone(law.limbs), "cause", "frequency", "accounts_differ")
			if slices.Contains(law.mayNotApply, id) {
				fields = append(fields, "applies")
			}
			options := map[string][]string{
				"cause":           {"", law.cause, "mixed", "other", "not_sure"},
				"frequency":       {"", "daily", "most_days", "some_days", "rarely", "past", "not_sure"},
				"accounts_differ": {"", "true", "false"},
				"applies":         {"", "yes", "no"},
			}
			f := rs.NewFacts()
			at := map[string]string{}
			var walk func(i int)
			walk = func(i int) {
				if i < len(fields) {
					of := options[fields[i]]
					if of == nil {
						of = []string{"", "yes", "no", "not_sure"}
					}
					for _, option := range of {
						at[fields[i]] = option
						given := []string{option}
						if option == "" {
							given = nil
						}
						if err := f.Set("outcomes."+id+"."+fields[i], given...); err != nil {
							t.Fatal(err)
						}
						walk(i + 1)
					}
					return
				}
				n++
				differ := at["accounts_differ"] == "true"
				o := refOutcome{Assistance: at["assistance"], Distress: at["distress"], Danger: at["danger"], Time: at["time"],
					Cause: at["cause"], Frequency: at["frequency"], Applies: at["applies"], AccountsDiffer: &differ}
				rs.Evaluate(f, trace)
				if got := rs.OutcomeUnable(trace, k); got != [3]Truth{False, Unknown, True}[o.unable(law)+1] {
					t.Fatalf("%s %v: %v", id, at, got)
				}
			}
			walk(0)
		}
		// Limbs of four answers, five causes, seven frequencies, three for accounts; and three times as many where it may not apply.
		ways := 5 * 7 * 3 * (1 + 3)
		for range law.limbs {
			ways *= 4
		}
		if n != ways {
			t.Errorf("%d ways to answer one outcome, want %d", n, ways)
		}
	})
}

// drawFacts makes random facts; pick chooses a number below n. About one fact in three is left out.
func drawFacts(law *refLaw, pick func(n int) int) refFacts {
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
	f := refFacts{law: law, Outcomes: map[string]refOutcome{}}
	for _, id := range law.gates {
		*f.gate(id) = one("yes", "yes", "yes", "no", "not_sure")
		if len(law.gates) > 1 && *f.gate(id) == "" && pick(2) == 0 {
			*f.gate(id) = "yes" // with two of them, one would mostly hide all the rest
		}
	}
	if law.health {
		f.Health = one("no", "no", "no", "at_risk", "deteriorating", "not_sure")
	}
	for _, id := range law.outcomes {
		if pick(12) == 0 {
			continue
		}
		o := refOutcome{Assistance: limb(), Distress: limb(), Danger: limb(), Cause: one(law.cause, law.cause, "mixed", "other", "not_sure"), Frequency: one("daily", "most_days", "some_days", "daily", "rarely", "past", "not_sure")}
		if slices.Contains(law.limbs, "time") {
			o.Time = limb()
		}
		if lean == 1 {
			o.Cause = []string{law.cause, "other", ""}[pick(3)]
		}
		if slices.Contains(law.mayNotApply, id) {
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
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		r := rand.New(rand.NewPCG(2014, 313))
		tally := map[care.Suggestion]int{}
		undecided := map[int]int{}
		for i := range 20_000 {
			ref := drawFacts(law, r.IntN)
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
	})
}

// TestIndicateJSON checks that the hand-written JSON is what encoding/json would write.
func TestIndicateJSON(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		r := rand.New(rand.NewPCG(1, 1))
		for range 200 {
			ref := drawFacts(law, r.IntN)
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
	})
}

// TestUndecidedByBruteForce tries every completion of up to 10 open facts on small random sets: no cleverness at all.
func TestUndecidedByBruteForce(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
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
					if (o == "no" || o == "none" || o == "false" || o == law.cause || o == "daily") && !slices.Contains(law.gates, d.path) && d.path != "wellbeing.overall" {
						options = append(options, o, o, o, o, o) // mostly unremarkable, so that the edge is near
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
					if !slices.Contains(typ.askAgain, o) && !slices.Contains(typ.weigh, o) && !slices.Contains([]string{"mixed", "little", "at_risk"}, o) {
						definite[i] = append(definite[i], o) // each is as another answer: leaving them out keeps it 2^n
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
	})
}

// TestEmptyFacts: with nothing known, everything is undecided, in the order of the regulation.
func TestEmptyFacts(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		ind := rs.Indicate(rs.NewFacts())
		want := slices.Clone(law.gates)
		if law.health {
			want = append(want, "health")
		}
		for _, o := range law.outcomes {
			for _, l := range law.limbs {
				want = append(want, "outcomes."+o+"."+l)
			}
			want = append(want, "outcomes."+o+".cause")
		}
		want = append(want, "wellbeing.overall")
		for _, a := range refAreas {
			want = append(want, "wellbeing.areas."+a)
		}
		if len(want) != law.facts || !slices.Equal(ind.Undecided, want) || ind.Suggestion != care.CannotTell {
			t.Errorf("%s, undecided %q", ind.Suggestion, ind.Undecided)
		}
	})
}

// manyTimes tries a property on 2,000 draws; rapid alone tries 100.
func manyTimes(t *testing.T, property func(t *rapid.T)) {
	t.Helper()
	for range 20 {
		rapid.Check(t, property)
	}
}

func rapidFacts(law *refLaw, t *rapid.T) refFacts {
	return drawFacts(law, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "pick") })
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
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		manyTimes(t, func(t *rapid.T) {
			f := parseRef(t, rs, rapidFacts(law, t))
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
	})
}

// TestCarerBlind: help that a person gets now changes prompts and nothing else.
func TestCarerBlind(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		manyTimes(t, func(t *rapid.T) {
			f := parseRef(t, rs, rapidFacts(law, t))
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
	})
}

// TestReasons: every sentence is there, cites something and names facts that exist; what it says was told was told.
func TestReasons(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		paths := rs.FactPaths()
		seen := map[string]bool{}
		manyTimes(t, func(t *rapid.T) {
			f := parseRef(t, rs, rapidFacts(law, t))
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
	})
}

// TestBecauseIsEnough: the facts a settled condition names are enough for it. Everything else can be left out.
func TestBecauseIsEnough(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		manyTimes(t, func(t *rapid.T) {
			f := parseRef(t, rs, rapidFacts(law, t))
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
	bothLaws(t, func(t *testing.T, _ *refLaw, rs *Ruleset) {
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
	})
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
