package eligibility

import (
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
	"threshold/rules"
)

// walk answers some pages on the way, each with its fields, and skips those between.
func walk(t testing.TB, rs *Ruleset, steps [][]string) care.Answers {
	t.Helper()
	p := newPerson(t, rs)
	for _, s := range steps {
		p.skipTo(s[0]).on(s[0], s[1:]...)
	}
	return p.a
}

// TestConsistency: each row of an adult's journey comes up for the answers it is about, and not for those beside them.
func TestConsistency(t *testing.T) {
	rs := published(t)
	all := func(last ...string) []string { return append([]string{"daily/second-look"}, last...) }
	fine := all("second_look=all_fine")
	wish := []string{"matters", "matters=My garden"}
	for _, c := range []struct {
		want  string // "" for nothing
		steps [][]string
	}{
		{"", [][]string{{"daily", "daily=hygiene"}, fine, {"daily/hygiene", "hygiene.limbs=assistance"}, {"life", "overall=big", "areas=health"}, wish}},
		{"check_mobility_bathroom", [][]string{{"daily", "daily=home_safety"}, fine, {"daily/home_safety", "home_safety.limbs=danger"}, {"daily/home_safety/more", "home_safety.parts=bathroom"}, wish}},
		{"", [][]string{{"daily", "daily=home_safety", "daily=hygiene"}, fine, {"daily/hygiene", "hygiene.limbs=danger"}, {"daily/home_safety", "home_safety.limbs=danger"}, {"daily/home_safety/more", "home_safety.parts=bathroom"}, wish}},
		{"check_mobility_bed_chair", [][]string{{"daily", "daily=home_safety"}, fine, {"daily/home_safety", "home_safety.limbs=danger"}, {"daily/home_safety/more", "home_safety.parts=bed_chair"}, wish}},
		{"check_mobility_out", [][]string{{"daily", "daily=home_safety"}, fine, {"daily/home_safety", "home_safety.limbs=danger"}, {"daily/home_safety/more", "home_safety.parts=stairs"}, wish}},
		{"check_falls_not_unsafe", [][]string{{"daily", "daily=home_safety"}, fine, {"daily/home_safety", "home_safety.limbs=time"}, {"daily/home_safety/more", "home_safety.falls=more"}, wish}},
		{"", [][]string{{"daily", "daily=home_safety"}, fine, {"daily/home_safety", "home_safety.limbs=danger"}, {"daily/home_safety/more", "home_safety.falls=more"}, wish}},
		{"check_choking_not_unsafe", [][]string{{"daily", "daily=nutrition"}, fine, {"daily/nutrition", "nutrition.limbs=time"}, {"daily/nutrition/more", "nutrition.choking=yes"}, wish}},
		{"check_condition_nowhere", [][]string{{"about", "condition=physical"}, {"daily", "daily=none"}, fine, wish}},
		{"", [][]string{{"about", "condition=none"}, {"daily", "daily=none"}, fine, wish}},
		{"check_memory_no_difficulty", [][]string{{"talk", "difficulties=none"}, {"about", "condition=memory"}, {"daily", "daily=hygiene"}, fine, wish}},
		{"", [][]string{{"talk", "difficulties=retain"}, {"about", "condition=memory"}, {"daily", "daily=hygiene"}, fine, wish}},
		{"check_able_helper_stopped", [][]string{{"today", "today=helper"}, {"daily", "daily=none"}, fine, wish}},
		{"check_nobody_helper_stopped", [][]string{{"today", "today=helper"}, {"daily", "daily=hygiene"}, {"daily/hygiene/more", "hygiene.help=nobody"}, wish}},
		{"check_nobody_help_may_stop", [][]string{{"daily", "daily=hygiene"}, fine, {"daily/hygiene/more", "hygiene.help=nobody", "hygiene.help_enough=may_stop"}, wish}},
		{"check_small_but_areas", [][]string{{"daily", "daily=hygiene"}, fine, {"life", "overall=small", "areas=health"}, wish}},
		{"check_big_but_nowhere", [][]string{{"daily", "daily=hygiene"}, fine, {"life", "overall=big", "areas=none"}, wish}},
		{"check_leaving_home", [][]string{{"daily", "daily=relationships"}, fine, {"daily/relationships/more", "relationships.parts=leaving"}, wish}},
		{"check_gap_second_look", [][]string{{"daily", "daily=hygiene"}, wish}},
		{"check_gap_wishes", [][]string{{"daily", "daily=hygiene"}, fine, {"daily/hygiene", "hygiene.limbs=assistance"}}},
		{"", [][]string{{"daily", "daily=hygiene"}, fine, {"daily/hygiene/more", "hygiene.wish=To bath alone"}}},
	} {
		a := walk(t, rs, c.steps)
		facts := rs.Facts(a)
		var got []string
		for _, x := range rs.Consistency(a, facts) {
			got = append(got, x.ID)
			if x.Text == "" || x.Citation == "" || x.Priority != care.PriorityRoutine {
				t.Errorf("%+v", x)
			}
		}
		if c.want == "" && len(got) > 0 || c.want != "" && !slices.Contains(got, c.want) {
			t.Errorf("%v: %v, want %q", c.steps, got, c.want)
		}
		for _, x := range rs.Flags(a, facts, nil) {
			if strings.HasPrefix(x.ID, "check_") {
				t.Errorf("%s is among the flags of a case", x.ID)
			}
		}
	}
}

// TestReveals: a prompt that hangs on what the rules made of the answers waits for who looks first; one about the answers does
// not.
func TestReveals(t *testing.T) {
	lib, err := Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range lib.Kinds() {
		rs, _ := lib.InForce(kind, today)
		for id, want := range map[string]bool{
			"duty_to_assess_s9": false, "written_record_s13_2": false, "fluctuating": false, "urgent_triage": false, "young_carer_reg4": false,
			"ask_again": true, "advice_s13_5": true, "power_s19_1": true, "partial_but_decisive": true, "carer_duty_s20": true, "cumulative_impact": true,
		} {
			if _, exists := rs.Journey.prompts[id]; exists && rs.Reveals(id) != want {
				t.Errorf("%s %s: %v", kind, id, !want)
			}
		}
		if rs.Reveals("safeguarding_s42") {
			t.Error("a flag of the answers counts as a prompt")
		}
	}
}
