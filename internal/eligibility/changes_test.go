package eligibility

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"threshold/internal/care"
	"threshold/rules"
)

// A refChange is a fact that can be put to a definite answer, in the second coding: what it is now, and an answer for each
// level that differs from it.
type refChange struct {
	path string
	to   []refTo // by level, false first
}

type refTo struct {
	holds bool
	put   func(f *refFacts)
}

// refChanges lists all there are for facts, in the order of the regulation.
func (f refFacts) refChanges() []refChange {
	var out []refChange
	add := func(path string, now tri, no, yes func(*refFacts)) {
		c := refChange{path: path}
		if now != -1 && no != nil {
			c.to = append(c.to, refTo{false, no})
		}
		if now != 1 && yes != nil {
			c.to = append(c.to, refTo{true, yes})
		}
		out = append(out, c)
	}
	for _, id := range f.law.gates {
		add(id, yesNo(*f.gate(id)), func(f *refFacts) { *f.gate(id) = "no" }, func(f *refFacts) { *f.gate(id) = "yes" })
	}
	if f.law.health {
		add("health", healthSuffers(f.Health), func(f *refFacts) { f.Health = "no" }, func(f *refFacts) { f.Health = "at_risk" })
	}
	for _, id := range f.law.outcomes {
		put := func(change func(o *refOutcome)) func(*refFacts) {
			return func(f *refFacts) {
				o := f.Outcomes[id]
				change(&o)
				f.Outcomes[id] = o
			}
		}
		o, path := f.Outcomes[id], "outcomes."+id+"."
		for _, l := range f.law.limbs {
			set := func(v string) func(*refFacts) {
				return put(func(o *refOutcome) {
					*map[string]*string{"assistance": &o.Assistance, "distress": &o.Distress, "danger": &o.Danger, "time": &o.Time}[l] = v
				})
			}
			add(path+l, yesNo(o.limb(l)), set("no"), set("yes"))
		}
		cause := tri(0)
		switch o.Cause {
		case f.law.cause, "mixed":
			cause = 1
		case "other":
			cause = -1
		}
		add(path+"cause", cause, put(func(o *refOutcome) { o.Cause = "other" }), put(func(o *refOutcome) { o.Cause = f.law.cause }))
		often := tri(1)
		if o.Frequency == "rarely" || o.Frequency == "past" {
			often = 0
		}
		add(path+"frequency", often, nil, put(func(o *refOutcome) { o.Frequency = "daily" }))
		if slices.Contains(f.law.mayNotApply, id) {
			part := tri(1)
			if o.Applies == "no" {
				part = -1
			}
			add(path+"applies", part, put(func(o *refOutcome) { o.Applies = "no" }), put(func(o *refOutcome) { o.Applies = "yes" }))
		}
		differ := tri(-1)
		if o.AccountsDiffer != nil && *o.AccountsDiffer {
			differ = 1
		}
		add(path+"accounts_differ", differ, put(func(o *refOutcome) { no := false; o.AccountsDiffer = &no }), nil)
	}
	add("wellbeing.overall", yesNo(f.Wellbeing.Overall), func(f *refFacts) { f.Wellbeing.Overall = "no" }, func(f *refFacts) { f.Wellbeing.Overall = "yes" })
	for _, a := range refAreas {
		now := tri(0)
		switch f.Wellbeing.Areas[a] {
		case "big":
			now = 1
		case "none", "little":
			now = -1
		}
		add("wellbeing.areas."+a, now, func(f *refFacts) { f.Wellbeing.Areas[a] = "none" }, func(f *refFacts) { f.Wellbeing.Areas[a] = "big" })
	}
	return out
}

// clone copies what a change can change.
func (f refFacts) clone() refFacts {
	outcomes, areas := map[string]refOutcome{}, map[string]string{}
	for k, v := range f.Outcomes {
		outcomes[k] = v
	}
	for k, v := range f.Wellbeing.Areas {
		areas[k] = v
	}
	f.Outcomes, f.Wellbeing.Areas = outcomes, areas
	return f
}

// bruteTurns tries every set of up to `deep` changes. found has, by result, the sets of the smallest size in order, each
// written as path=holds.
func (f refFacts) bruteTurns(deep int) map[tri][]string {
	changes, now := f.refChanges(), f.indication()
	found := map[tri][]string{}
	for size := 1; size <= deep && len(found) < 2; size++ {
		had := map[tri]bool{}
		for r := range found {
			had[r] = true
		}
		var walk func(from, left int, at refFacts, set []string)
		walk = func(from, left int, at refFacts, set []string) {
			if left == 0 {
				if r := at.indication(); r != now && !had[r] {
					found[r] = append(found[r], strings.Join(set, " "))
				}
				return
			}
			for i := from; i <= len(changes)-left; i++ {
				for _, to := range changes[i].to {
					next := at.clone()
					to.put(&next)
					word := changes[i].path + "=no"
					if to.holds {
						word = changes[i].path + "=yes"
					}
					walk(i+1, left-1, next, append(slices.Clone(set), word))
				}
			}
		}
		walk(0, size, f, nil)
	}
	return found
}

func setText(set []Change) string {
	var parts []string
	for _, c := range set {
		word := c.Fact + "=no"
		if c.Holds {
			word = c.Fact + "=yes"
		}
		parts = append(parts, word)
	}
	return strings.Join(parts, " ")
}

var triOf = map[string]tri{"likely_met": 1, "cannot_tell": 0, "likely_not_met": -1}

// TestChangesByBruteForce holds the smallest sets against trying every set, in the second coding: their size, how many there
// are, which come first, and that nothing smaller was missed.
func TestChangesByBruteForce(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		r := rand.New(rand.NewPCG(20, 15))
		sizes := map[int]int{}
		for i := range 70 {
			deep := 2
			if i < 2 {
				deep = 3
			}
			ref := drawFacts(law, r.IntN)
			f := parseRefT(t, rs, ref)
			brute := ref.bruteTurns(deep)
			for _, most := range []int{1, 3, 1000} {
				turns := rs.WouldChange(f, most)
				got := map[tri]bool{}
				for _, turn := range turns {
					to := triOf[turn.To]
					got[to] = true
					want := brute[to]
					if turn.Size() > deep {
						if len(want) > 0 {
							t.Fatalf("facts %d: %d changes to %s, but %s is enough", i, turn.Size(), turn.To, want[0])
						}
						continue
					}
					if most == 3 {
						sizes[turn.Size()]++
					}
					if turn.Count != uint64(len(want)) || len(turn.Sets) != min(most, len(want)) || turn.More() != uint64(len(want)-len(turn.Sets)) {
						t.Fatalf("facts %d to %s: %d sets, %d listed of %d; brute force has %d", i, turn.To, turn.Count, len(turn.Sets), most, len(want))
					}
					for k, set := range turn.Sets {
						if got := setText(set); got != want[k] {
							t.Fatalf("facts %d to %s, set %d: %s, want %s", i, turn.To, k, got, want[k])
						}
					}
				}
				for to, sets := range brute {
					if !got[to] && len(sets) > 0 {
						t.Fatalf("facts %d: %s was missed, by %s", i, refWord(to), sets[0])
					}
				}
			}
		}
		if sizes[1] < 20 || sizes[2] < 5 {
			t.Errorf("sets by size %v: the test does not look at enough", sizes)
		}
	})
}

func parseRefT(t *testing.T, rs *Ruleset, ref refFacts) Facts {
	t.Helper()
	f := rs.NewFacts()
	in, err := json.Marshal(ref)
	if err == nil {
		err = rs.ReadFacts(in, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestChangesAreSmallest: a set that is put in gives the result it names; less of it does not. Help is in none, every answer
// named does as well as the first, and the outcome asked about is touched.
func TestChangesAreSmallest(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		rapid.Check(t, func(t *rapid.T) {
			f := parseRef(t, rs, rapidFacts(law, t))
			for i, d := range rs.schema.defs {
				if d.typ.recordedOnly {
					f.v[i] = uint8(rapid.IntRange(0, 1<<len(d.typ.options)-1).Draw(t, "help"))
				}
			}
			before := rs.Indicate(f)
			all := rs.WouldChange(f, 4)
			for _, turn := range all {
				if turn.To == string(before.Suggestion) {
					t.Fatal("a turn to what it is")
				}
				checkTurn(t, rs, f, turn, func(ind care.Indication) string { return string(ind.Suggestion) })
			}
			outcome := rapid.SampledFrom(law.outcomes).Draw(t, "outcome")
			for _, turn := range rs.WouldChangeBy(f, outcome, 4) {
				checkTurn(t, rs, f, turn, func(ind care.Indication) string { return string(ind.Suggestion) })
				i := slices.IndexFunc(all, func(a Turn) bool { return a.To == turn.To })
				if i < 0 || all[i].Size() != turn.Size() || all[i].Count < turn.Count {
					t.Fatalf("what touches %s is no part of all", outcome)
				}
				for _, set := range turn.Sets {
					if !slices.ContainsFunc(set, func(c Change) bool { return strings.HasPrefix(c.Fact, "outcomes."+outcome+".") }) {
						t.Fatalf("%s does not touch %s", setText(set), outcome)
					}
				}
			}
			for _, turn := range rs.WouldChangeOutcome(f, outcome, 4) {
				checkTurn(t, rs, f, turn, func(ind care.Indication) string {
					o, _ := ind.Outcome(outcome)
					return o.Value
				})
			}
		})
	})
}

func checkTurn(t *rapid.T, rs *Ruleset, f Facts, turn Turn, result func(care.Indication) string) {
	if turn.Count < uint64(len(turn.Sets)) || len(turn.Sets) > 4 {
		t.Fatalf("%d sets of %d", len(turn.Sets), turn.Count)
	}
	for k, set := range turn.Sets {
		if len(set) != turn.Size() {
			t.Fatal("sets of different sizes")
		}
		if slices.ContainsFunc(turn.Sets[:k], func(s []Change) bool { return setText(s) == setText(set) }) {
			t.Fatalf("%s stands twice", setText(set))
		}
		for leave := -1; leave < len(set); leave++ {
			g := f.Clone()
			for i, c := range set {
				if strings.HasSuffix(c.Fact, ".help") {
					t.Fatal("help would change something")
				}
				if len(c.To) == 0 || slices.Contains(c.To, "not_sure") || c.Learn != (c.From == nil || slices.Equal(c.From, []string{"not_sure"})) {
					t.Fatalf("change %+v", c)
				}
				if i != leave {
					if err := g.Set(c.Fact, rapid.SampledFrom(c.To).Draw(t, "to")); err != nil {
						t.Fatal(err)
					}
				}
			}
			if got := result(rs.Indicate(g)); (got == turn.To) != (leave < 0) {
				t.Fatalf("%s without %d gives %s, wanted %s", setText(set), leave, got, turn.To)
			}
		}
	}
}

// TestChangesOfNothingKnown: what is told of a case of which nothing is known, by hand.
func TestChangesOfNothingKnown(t *testing.T) {
	rs := adultRules(t)
	turns := rs.WouldChange(rs.NewFacts(), 2)
	if len(turns) != 2 || turns[0].To != "likely_met" || turns[1].To != "likely_not_met" {
		t.Fatalf("%+v", turns)
	}
	// Impairment, two of ten outcomes each by one of four ways and a cause, and well-being as a whole or by one of nine areas.
	if met := turns[0]; met.Size() != 6 || met.Count != 45*4*4*10 || setText(met.Sets[0]) !=
		"impairment=yes outcomes.nutrition.assistance=yes outcomes.nutrition.cause=yes outcomes.hygiene.assistance=yes outcomes.hygiene.cause=yes wellbeing.overall=yes" {
		t.Errorf("%d changes, %d sets, first %s", met.Size(), met.Count, setText(met.Sets[0]))
	}
	if not := turns[1]; not.Count != 1 || setText(not.Sets[0]) != "impairment=no" {
		t.Errorf("%d sets, first %s", not.Count, setText(not.Sets[0]))
	}
}

// TestChangeWords: everything that can change has words, in every ruleset with a journey.
func TestChangeWords(t *testing.T) {
	lib, err := Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range lib.IDs() {
		rs, _ := lib.Version(id)
		if !rs.HasJourney() {
			continue
		}
		for i, l := range rs.logic.leaves {
			d := &rs.schema.defs[l.slot]
			for v := range 3 {
				if rs.definite[i]>>v&1 == 0 {
					continue
				}
				for _, learn := range []bool{true, false} {
					text := rs.ChangeText([]Change{{Fact: d.path, Learn: learn, Holds: v == isTrue, def: d}})
					if strings.Contains(text, "[no words") || strings.ContainsAny(text, "{}") || !strings.HasPrefix(text, "If ") || text[3] < 'a' || text[3] > 'z' || !strings.HasSuffix(text, ".") {
						t.Errorf("%s %s: %q", id, d.path, text)
					}
				}
			}
		}
	}
}

func BenchmarkWouldChange(b *testing.B) {
	rs := adultRules(b)
	facts := benchFacts(b, rs)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		turnSink = rs.WouldChange(facts[i&63], 3)
		i++
	}
}

var turnSink []Turn
