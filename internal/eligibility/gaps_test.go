package eligibility

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestGaps: with nothing told everything is a gap, each topic is asked about once and in the person's words; what is settled
// is none.
func TestGaps(t *testing.T) {
	rs := published(t)
	a := walk(t, rs, [][]string{{"about", "condition=physical"}, {"daily", "daily=hygiene"}, {"daily/second-look", "second_look=all_fine"}, {"daily/hygiene", "hygiene.limbs=assistance"}})
	gaps := rs.Gaps(rs.Facts(a))
	if len(gaps) == 0 || gaps[0] != "outcomes.hygiene.cause" || slices.Contains(gaps, "outcomes.nutrition.cause") || slices.Contains(gaps, "impairment") || slices.Contains(gaps, "outcomes.hygiene.distress") {
		t.Fatalf("%q", gaps)
	}
	asks := rs.QuestionsFor(a, gaps, nil)
	if len(asks) != 3 || !strings.HasSuffix(asks[0], "?") { // why it is hard, how big it is, and where
		t.Errorf("%q", asks)
	}
	nothing := rs.NewFacts()
	if n := len(rs.Gaps(nothing)); n != refAdult.facts {
		t.Errorf("%d gaps where nothing is known, want %d", n, refAdult.facts)
	}
	if got := rs.QuestionsFor(walk(t, rs, nil), rs.Gaps(nothing), nil); len(got) != 13 { // health, ten outcomes, all in all, areas
		t.Errorf("%d questions: %q", len(got), got)
	}
}

// TestUndecidedAreGaps: what could change the suggestion is among what is not known.
func TestUndecidedAreGaps(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		rapid.Check(t, func(t *rapid.T) {
			f := parseRef(t, rs, rapidFacts(law, t))
			gaps := rs.Gaps(f)
			for _, path := range rs.Indicate(f).Undecided {
				if !slices.Contains(gaps, path) && !slices.ContainsFunc(gaps, func(g string) bool { return sameTopic(g, path) }) {
					t.Fatalf("%s is undecided and no gap: %q", path, gaps)
				}
			}
		})
	})
}

func sameTopic(a, b string) bool {
	topic := func(path string) string {
		return strings.Join(strings.Split(path, ".")[:min(2, strings.Count(path, ".")+1)], ".")
	}
	return topic(a) == topic(b)
}
