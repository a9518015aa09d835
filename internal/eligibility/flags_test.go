package eligibility

import (
	"slices"
	"testing"

	"threshold/internal/care"
)

// The worked cases of what an answer raises for a worker (their ids in brackets), each walked through the pages.
func TestFlagsOfTheWorkedCases(t *testing.T) {
	rs := published(t)
	for _, c := range []struct {
		name  string
		steps [][]string // a page and its fields; pages between them are skipped
		want  []string
		not   []string
	}{
		{
			name: "substantial difficulty, nobody to help (P02)", steps: [][]string{{"talk", "difficulties=understand"}, {"talk/more", "trusted=no"}},
			want: []string{"advocate_s67"}, not: []string{"appropriate_person_check"},
		},
		{
			name: "substantial difficulty, a friend agreed to help (P03)", steps: [][]string{{"talk", "difficulties=retain"}, {"talk/more", "trusted=yes", "trusted.yes.text=Jo Example"}},
			want: []string{"appropriate_person_check", "advocate_s67"}, // a form never switches the advocate off
		},
		{
			name: "tells of abuse (P10)", steps: [][]string{{"today", "private=alone"}, {"questions", "safety=hurt"}},
			want: []string{"safeguarding_s42", "see_alone"}, not: []string{"urgent_safety", "ask_in_private"},
		},
		{
			name: "paid carers do harm", steps: [][]string{{"today", "private=alone"}, {"questions", "safety=paid_carers"}},
			want: []string{"safeguarding_s42", "see_alone"},
		},
		{
			name: "fears hurting someone", steps: [][]string{{"today", "private=alone"}, {"questions", "safety=harm_others"}},
			want: []string{"urgent_safety", "see_alone"}, not: []string{"safeguarding_s42"},
		},
		{
			name: "no food or heat today (P11, P39)", steps: [][]string{{"today", "today=food", "today=helper"}},
			want: []string{"urgent_s19_3", "ask_in_private"},
		},
		{
			name: "complex health needs (P14)", steps: [][]string{{"daily", "daily=nutrition"}, {"daily/nutrition/more", "nutrition.parts=tube"}},
			want: []string{"chc_reg7"},
		},
		{
			name: "under 18 (P17)", steps: [][]string{{"you/name", "name=Kim Example", "born=2009-05-04"}},
			want: []string{"transition_s58"},
		},
		{
			name: "a child helps (P21)", steps: [][]string{{"daily", "daily=hygiene"}, {"daily/hygiene/more", "hygiene.help=child"}},
			want: []string{"young_carer_identified_reg4", "children_services_referral"},
		},
		{name: "lives in Wales (P22)", steps: [][]string{{"you/where", "postcode=CF10 3AT"}}, want: []string{"out_of_scope_wales"}},
		{
			name: "lives near the border, in Wales", steps: [][]string{{"you/where", "postcode=SY10 7AA"}, {"you/country", "country=wales"}},
			want: []string{"out_of_scope_wales"},
		},
		{
			name: "lives near the border, in England", steps: [][]string{{"you/where", "postcode=SY10 7AA"}, {"you/country", "country=england"}},
			not: []string{"out_of_scope_wales"},
		},
		{name: "lives in Scotland", steps: [][]string{{"you/where", "postcode=EH1 1YZ"}}, want: []string{"out_of_scope_scotland"}},
		{name: "lives in Northern Ireland", steps: [][]string{{"you/where", "postcode=BT1 1AA"}}, want: []string{"out_of_scope_northern_ireland"}},
		{name: "lives in the area of another council", steps: [][]string{{"you/where", "lives_here=no"}, {"you/council", "other_council=E08000035"}}, want: []string{"other_council"}},
		{name: "not sure if they live here", steps: [][]string{{"you/where", "lives_here=not_sure"}}, not: []string{"other_council"}},
		{name: "in prison (P30)", steps: [][]string{{"you/where", "living=prison"}}, want: []string{"prison_s76"}},
		{name: "in a refuge (P31)", steps: [][]string{{"you/where", "living=secret"}}, want: []string{"address_secret", "contact_rule"}},
		{name: "no fixed address", steps: [][]string{{"you/where", "living=no_fixed"}}, want: []string{"no_fixed_address"}},
		{name: "has a plan already (P32)", steps: [][]string{{"about", "council_help=yes"}}, want: []string{"existing_plan_review_s27"}},
		{name: "cannot speak privately (P37)", steps: [][]string{{"today", "private=seen"}}, want: []string{"ask_in_private"}},
		{name: "skipped whether anyone can see", steps: [][]string{{"today"}}, want: []string{"ask_in_private"}},
		{name: "alone, and nothing to tell", steps: [][]string{{"today", "private=alone"}, {"questions", "safety=none"}}, not: []string{"ask_in_private", "safeguarding_s42", "see_alone"}},
		{name: "would rather not say", steps: [][]string{{"today", "private=alone"}, {"questions", "safety=rather_not"}}, want: []string{"ask_in_private"}},
		{
			name: "thoughts of ending own life (P38)", steps: [][]string{{"today", "private=alone"}, {"questions", "safety=suicidal"}, {"questions/support", "ring_me=yes"}},
			want: []string{"urgent_safety", "ring_today"},
		},
		{
			name: "no condition, then because of health (P41)", steps: [][]string{{"about", "condition=none"}, {"daily", "daily=nutrition"}, {"daily/nutrition/more", "nutrition.cause=impairment"}},
			want: []string{"condition_contradiction"},
		},
		{
			name: "a condition, and something else as the cause (P42)", steps: [][]string{{"about", "condition=memory"}, {"daily", "daily=nutrition"}, {"daily/nutrition/more", "nutrition.cause=other"}},
			not: []string{"condition_contradiction"},
		},
		{name: "sight and hearing", steps: [][]string{{"about", "condition=sight", "condition=hearing"}}, want: []string{"deafblind_check"}},
		{name: "sight alone", steps: [][]string{{"about", "condition=sight"}}, not: []string{"deafblind_check"}},
		{name: "signs on hands", steps: [][]string{{"talk", "ways_to_talk=deafblind"}}, want: []string{"deafblind_check", "formats"}},
		{name: "interpreter and large print", steps: [][]string{{"talk", "interpreter=yes", "format=large_print"}}, want: []string{"interpreter", "formats"}},
		{name: "plain print", steps: [][]string{{"talk", "interpreter=no", "format=standard"}}, not: []string{"interpreter", "formats"}},
		{name: "in hospital", steps: [][]string{{"you/where", "hospital=yes"}}, want: []string{"hospital_discharge"}},
		{name: "chokes", steps: [][]string{{"daily", "daily=nutrition"}, {"daily/nutrition/more", "nutrition.choking=yes", "nutrition.low_intake=yes"}}, want: []string{"urgent_choking", "urgent_low_intake"}},
		{name: "fell more than once", steps: [][]string{{"daily", "daily=home_safety"}, {"daily/home_safety/more", "home_safety.falls=more"}}, want: []string{"urgent_falls"}},
		{name: "fell once", steps: [][]string{{"daily", "daily=home_safety"}, {"daily/home_safety/more", "home_safety.falls=once"}}, not: []string{"urgent_falls"}},
		{name: "may lose the home", steps: [][]string{{"daily", "daily=home_upkeep"}, {"daily/home_upkeep/more", "home_upkeep.may_lose=yes"}}, want: []string{"may_lose_home"}},
		{name: "help may stop", steps: [][]string{{"daily", "daily=toilet"}, {"daily/toilet/more", "toilet.help_enough=may_stop"}}, want: []string{"help_may_stop"}},
		{name: "people who are not safe", steps: [][]string{{"today", "private=alone"}, {"daily", "daily=relationships"}, {"daily/relationships/more", "relationships.parts=feeling_safe"}}, want: []string{"ask_in_private"}},
		{name: "safety is affected", steps: [][]string{{"today", "private=alone"}, {"life", "areas=protection"}}, want: []string{"ask_in_private"}},
		{name: "somebody must not be told", steps: [][]string{{"matters", "not_told=My neighbour"}}, want: []string{"contact_rule"}},
		{name: "do not contact me", steps: [][]string{{"you/contact", "ways=not_at_all"}}, want: []string{"contact_rule"}},
		{name: "wants to talk alone", steps: [][]string{{"you/contact", "ways=call", "phone=07700 900 982", "alone=yes"}}, want: []string{"see_alone"}},
		{name: "not sure who it is for", steps: [][]string{{"for", "for=not_sure"}}, want: []string{"who_for_not_sure"}},
		{name: "objects to sharing", steps: [][]string{{"check", "share_gp=object"}}, want: []string{"share_objection"}},
	} {
		p := newPerson(t, rs)
		for _, s := range c.steps {
			p.skipTo(s[0]).on(s[0], s[1:]...)
		}
		got := p.flags()
		for _, id := range c.want {
			if !slices.Contains(got, id) {
				t.Errorf("%s: lacks %s, has %v", c.name, id, got)
			}
		}
		for _, id := range c.not {
			if slices.Contains(got, id) {
				t.Errorf("%s: must not have %s", c.name, id)
			}
		}
	}
}

func TestEveryFlagIsCitedAndWorded(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("today").on("today", "private=alone", "today=food").on("today/now").on("questions", "safety=hurt").skipTo("you/where").
		on("you/where", "hospital=yes")
	ind := rs.Indicate(p.facts())
	flags := rs.Flags(p.a, p.facts(), &ind)
	for i, f := range flags {
		if f.Text == "" || f.Citation == "" || !slices.Contains([]string{"law", "guidance", "policy"}, f.Basis) {
			t.Errorf("%+v", f)
		}
		if i > 0 && flags[i-1].Priority < f.Priority {
			t.Errorf("%s comes after %s", f.ID, flags[i-1].ID)
		}
	}
	if flags[0].ID != "safeguarding_s42" || rs.Priority(flags) != care.PrioritySafety {
		t.Errorf("first is %s, priority %d", flags[0].ID, rs.Priority(flags))
	}
	if !slices.ContainsFunc(flags, func(f care.Flag) bool { return f.ID == "duty_to_assess_s9" }) {
		t.Error("the prompts of the indication are not among the flags")
	}
}

// A concern sent on its own has the private answers and one safe way, and comes first in the queue.
func TestConcernRaisesItsFlags(t *testing.T) {
	rs := published(t)
	a, invalid, err := rs.AnswerForm("questions/send", form("call_you=Sam", "safe_way=a friend, 07700 900 982"), today)
	if err != nil || invalid != nil {
		t.Fatal(err, invalid)
	}
	a.Set("safety", "hurt")
	flags := rs.Flags(a, rs.Facts(a), nil)
	if rs.Priority(flags) != care.PrioritySafety || flags[0].ID != "safeguarding_s42" {
		t.Errorf("%+v", flags)
	}
}
