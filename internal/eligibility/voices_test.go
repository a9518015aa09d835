package eligibility

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"threshold/internal/care"
)

// TestTwoVoicesTable is every pair of words on every kind of fact. "" is not answered; ! says that the accounts differ.
func TestTwoVoicesTable(t *testing.T) {
	rs := published(t)
	for _, c := range []struct {
		fact string
		rows string // person, helper: both
	}{
		{"outcomes.nutrition.assistance", `
			yes, yes: yes       yes, no: yes            yes, not_sure: yes            yes, : yes
			no, yes: yes!       no, no: no              no, not_sure: not_sure        no, : no
			not_sure, yes: yes!  not_sure, no: not_sure  not_sure, not_sure: not_sure  not_sure, : not_sure
			, yes: yes!         , no: no                , not_sure: not_sure          , :`},
		{"outcomes.nutrition.cause", `
			impairment, other: impairment  other, impairment: other  mixed, not_sure: mixed  other, : other
			not_sure, impairment: impairment  not_sure, : not_sure  , other: other  , not_sure: not_sure  , :`},
		{"outcomes.nutrition.frequency", `
			daily, rarely: daily  past, daily: past  not_sure, most_days: most_days  not_sure, : not_sure  , some_days: some_days  , :`},
		{"outcomes.work_learning.applies", `
			no, yes: no  yes, no: yes  no, : no  , yes: yes  , no: no  , :`},
		{"impairment", `
			yes, no: yes  yes, not_sure: yes  no, yes: not_sure  no, no: no  no, not_sure: no  no, : no
			not_sure, yes: not_sure  not_sure, no: not_sure  , yes: yes  , no: no  , not_sure: not_sure  , :`},
		{"wellbeing.overall", `
			yes, no: yes  yes, : yes  no, yes: not_sure  no, no: no  no, not_sure: no  , yes: yes  , no: no  not_sure, yes: not_sure  , :`},
		{"wellbeing.areas.home", `
			big, none: big  none, big: not_sure  none, none: none  none, some: none  some, big: some  , big: big  , none: none  , :`},
		{"outcomes.nutrition.help", `
			nobody, family: nobody family  family, paid: family paid  family, : family  , equipment: equipment  , :`},
	} {
		for _, cell := range cells(c.rows) {
			pair, want, _ := strings.Cut(cell, ":")
			mine, theirs, _ := strings.Cut(pair, ",")
			want, differ := strings.CutSuffix(strings.TrimSpace(want), "!")
			own, helper := rs.NewFacts(), rs.NewFacts()
			set(t, &own, c.fact, strings.TrimSpace(mine))
			set(t, &helper, c.fact, strings.TrimSpace(theirs))
			both := rs.TwoVoices(own, helper)
			if got := strings.Join(both.Get(c.fact), " "); got != want {
				t.Errorf("%s %q: %q, not %q", c.fact, cell, got, want)
			}
			outcome, _, _ := strings.Cut(strings.TrimPrefix(c.fact, "outcomes."), ".")
			if got := said(both, "outcomes."+outcome+".accounts_differ", "true"); got != differ {
				t.Errorf("%s %q: the accounts differ is %v", c.fact, cell, got)
			}
		}
	}
}

// cells are the entries of a table, on lines of their own or two blanks or more apart.
func cells(rows string) []string {
	var out []string
	for _, s := range strings.Split(strings.NewReplacer("\n", "  ", "\t", "").Replace(rows), "  ") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func set(t *testing.T, f *Facts, fact, option string) {
	t.Helper()
	if option == "" {
		return
	}
	if err := f.Set(fact, option); err != nil {
		t.Fatal(err)
	}
}

// facts of an adult whose needs would meet the rules with two outcomes, but for what is said of those.
func gatesMet(t *testing.T, rs *Ruleset, outcomes string) Facts {
	t.Helper()
	f, err := rs.ParseFacts([]byte(`{"impairment":"yes","wellbeing":{"overall":"yes"},"outcomes":` + outcomes + `}`))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestHelperSaysYesPersonSaysNo: both outcomes stay open, whoever is right, and nothing is suggested against the person.
func TestHelperSaysYesPersonSaysNo(t *testing.T) {
	rs := published(t)
	own := gatesMet(t, rs, `{"nutrition":{"assistance":"no","cause":"impairment"},"hygiene":{"assistance":"no","cause":"impairment"}}`)
	helper := gatesMet(t, rs, `{"nutrition":{"assistance":"yes","cause":"impairment"},"hygiene":{"assistance":"yes","cause":"impairment"}}`)
	both := rs.TwoVoices(own, helper)
	ind := rs.Indicate(both)
	if ind.Suggestion != care.CannotTell {
		t.Errorf("it suggests %s", ind.Suggestion)
	}
	for _, o := range ind.Outcomes {
		if (o.ID == "nutrition" || o.ID == "hygiene") && o.Value != care.OutcomeUnknown {
			t.Errorf("%s is %s", o.ID, o.Value)
		}
	}
	if !slices.Contains(ind.Judgement, "outcomes.nutrition.accounts_differ") {
		t.Errorf("to be weighed: %v", ind.Judgement)
	}
}

// TestPersonSaysYesHelperSaysNo: nobody can take back what a person says of themselves.
func TestPersonSaysYesHelperSaysNo(t *testing.T) {
	rs := published(t)
	own := gatesMet(t, rs, `{"nutrition":{"assistance":"yes","cause":"impairment"},"hygiene":{"assistance":"yes","cause":"impairment"}}`)
	helper, err := rs.ParseFacts([]byte(`{"impairment":"no","wellbeing":{"overall":"no"},"outcomes":{"nutrition":{"assistance":"no","danger":"no","cause":"other"},"hygiene":{"assistance":"no"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	both := rs.TwoVoices(own, helper)
	if ind := rs.Indicate(both); ind.Suggestion != care.LikelyMet {
		t.Errorf("it suggests %s", ind.Suggestion)
	}
	if text, _ := json.Marshal(both); strings.Contains(string(text), "differ") {
		t.Errorf("the accounts are said to differ: %s", text)
	}
}

// TestHelperSaysMore: what a helper adds to an outcome of which the person told something hard takes nothing from it.
func TestHelperSaysMore(t *testing.T) {
	rs := published(t)
	own := gatesMet(t, rs, `{"nutrition":{"assistance":"yes","danger":"no","cause":"impairment"},"hygiene":{"distress":"yes","cause":"mixed"}}`)
	helper := gatesMet(t, rs, `{"nutrition":{"danger":"yes","cause":"impairment"},"hygiene":{"assistance":"yes"}}`)
	both := rs.TwoVoices(own, helper)
	if ind := rs.Indicate(both); ind.Suggestion != care.LikelyMet {
		t.Errorf("it suggests %s", ind.Suggestion)
	}
	if !said(both, "outcomes.nutrition.danger", "yes") {
		t.Error("the danger that the helper told of was lost")
	}
}

// TestHelperCannotExplainAway: whatever a helper says of why, how often or whether it applies, what the person told as hard
// comes to no less.
func TestHelperCannotExplainAway(t *testing.T) {
	rs := published(t)
	own := gatesMet(t, rs, `{"nutrition":{"assistance":"yes","cause":"impairment"},"caring_for_child":{"danger":"yes","cause":"not_sure"}}`)
	helper := gatesMet(t, rs, `{"nutrition":{"frequency":"past"},"caring_for_child":{"applies":"no","cause":"other"}}`)
	both := rs.TwoVoices(own, helper)
	for _, fact := range []string{"outcomes.nutrition.frequency", "outcomes.caring_for_child.applies"} {
		if got := both.Get(fact); got != nil {
			t.Errorf("%s is %v", fact, got)
		}
	}
	if got := both.Get("outcomes.caring_for_child.cause"); !slices.Equal(got, []string{"not_sure"}) {
		t.Errorf("the cause is %v", got)
	}
	helper = gatesMet(t, rs, `{"nutrition":{"frequency":"daily"},"caring_for_child":{"cause":"impairment"}}`)
	both = rs.TwoVoices(own, helper)
	if !said(both, "outcomes.nutrition.frequency", "daily") || !said(both, "outcomes.caring_for_child.cause", "impairment") {
		t.Error("what the helper knew and the person did not say was lost")
	}
}

// TestAnotherVoiceNeverLowers: over facts drawn at random, whatever a helper adds, the outcomes that the person's own words
// make out stay so, and what they suggest stays when it was that the rules may be met.
func TestAnotherVoiceNeverLowers(t *testing.T) {
	bothLaws(t, func(t *testing.T, law *refLaw, rs *Ruleset) {
		manyTimes(t, func(t *rapid.T) {
			own, helper := parseRef(t, rs, rapidFacts(law, t)), parseRef(t, rs, rapidFacts(law, t))
			alone, both := rs.Indicate(own), rs.Indicate(rs.TwoVoices(own, helper))
			if alone.Suggestion == care.LikelyMet && both.Suggestion != care.LikelyMet {
				t.Fatalf("the person's own answers suggested %s, and both together %s", alone.Suggestion, both.Suggestion)
			}
			for i, o := range alone.Outcomes {
				if o.Value == care.OutcomeUnable && both.Outcomes[i].Value != care.OutcomeUnable {
					t.Fatalf("the person's own words make out %s, and both together %s", o.ID, both.Outcomes[i].Value)
				}
			}
		})
	})
}
