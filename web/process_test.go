package web_test

import (
	"encoding/json"
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
)

// demoPractitioner adds somebody who signs in by the demonstration's button.
func (s *site) demoPractitioner(council string) *browser {
	s.t.Helper()
	p := care.Practitioner{
		ID: "0198a000-0000-7000-8000-" + strings.Repeat("0", 12-len(council)) + strings.Repeat("a", len(council)), Council: council,
		Name: "Robin Example", Email: "robin@" + council + ".example.com",
		Roles: []care.Role{care.RolePractitioner}, Demo: true, CreatedAt: s.now, Registration: "SW000000",
	}
	ev := care.Event{Verb: "practitioner.invited", Actor: care.ActorSystem, At: s.now, Council: council, Subject: p.ID}
	if err := s.store.PutPractitioner(s.t.Context(), p, ev); err != nil {
		s.t.Fatal(err)
	}
	b := s.browser().post("/staff/sign-in/demonstration", url.Values{"council": {council}})
	if b.path != "/staff" {
		s.t.Fatalf("signing in as a demonstration practitioner led to %s (%d)", b.path, b.status)
	}
	return b
}

// walk answers as said, goes on from every other page as it is, and returns the reference of what was sent.
func (b *browser) walk(says url.Values) string {
	b.t.Helper()
	b.walkTo("", says)
	return b.reference()
}

// walkTo stops at a page, or at the confirmation.
func (b *browser) walkTo(stop string, says url.Values) {
	b.t.Helper()
	says = cloneValues(says)
	for name, value := range map[string]string{"for": "self", "name": "Ada Example", "ways": "not_sure"} {
		if says[name] == nil {
			says.Set(name, value)
		}
	}
	b.get("/ashdale/for")
	for range 60 {
		if b.confirmed() || b.page() == stop {
			return
		}
		forms := b.forms()
		if len(forms) == 0 {
			b.t.Fatalf("dead end at %s (%d)", b.path, b.status)
		}
		// Where something can be sent at once there are two forms; these people go on without sending.
		form := forms[len(forms)-1]
		v := form.values()
		for _, c := range form.controls {
			if given, ok := says[c.name]; ok {
				v[c.name] = given
			}
		}
		before := b.path
		b.post(form.action, v)
		if b.status != 200 {
			b.t.Fatalf("%s answered %d: %s", before, b.status, text(b.doc))
		}
	}
	b.t.Fatalf("no end in sight at %s", b.path)
}

func cloneValues(v url.Values) url.Values {
	out := url.Values{}
	for k, all := range v {
		out[k] = slices.Clone(all)
	}
	return out
}

// TestProcessCases walks the worked process cases that touch an adult's own journey through the real pages, and asserts
// what the practitioner's case page says because of them.
func TestProcessCases(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	unable := func(outcomes ...string) url.Values {
		v := url.Values{"daily": outcomes, "condition": {"physical"}, "overall": {"big"}, "second_look": {"all_fine"}}
		for _, o := range outcomes {
			v[o+".limbs"] = []string{"assistance"}
			v[o+".frequency"] = []string{"daily"}
			v[o+".cause"] = []string{"impairment"}
		}
		return v
	}
	with := func(v url.Values, more url.Values) url.Values {
		for k, all := range more {
			v[k] = all
		}
		return v
	}
	for _, c := range []struct {
		id, about  string
		says       url.Values
		flags      []string
		not        []string
		indication care.Suggestion // "" for none
		priority   care.Priority
	}{
		{"P02", "substantial difficulty, nobody to help", url.Values{"difficulties": {"understand"}, "trusted": {"no"}},
			[]string{"advocate_s67"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P03", "substantial difficulty, a friend helps", url.Values{"difficulties": {"retain"}, "trusted": {"yes"}},
			[]string{"appropriate_person_check"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P01", "cannot decide, and a daughter without authority fills it in", url.Values{
			"for": {"someone"}, "they_call": {"Kim"}, "helper_is": {"family"}, "knows": {"yes_silent"}, "decides": {"not_think"}, "authority": {"none"}},
			[]string{"ssa_not_available_capacity", "capacity_assessment_mca", "authority_none_recorded"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P05", "refuses", url.Values{"for": {"someone"}, "knows": {"said_no"}}, []string{"refusal_s11", "no_agreement_concern"}, nil, "", care.PriorityUrgent},
		{"P07", "refuses, and may not be able to decide", url.Values{"for": {"someone"}, "knows": {"said_no"}, "decides": {"not_think"}},
			[]string{"refusal_s11", "refusal_check_s11_2_a", "capacity_assessment_mca"}, nil, "", care.PriorityUrgent},
		{"P09", "refused before, and asks now", url.Values{"also": {"refused_before"}}, []string{"refused_before_s11_3"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P12", "does not have long to live", url.Values{"condition": {"not_long"}}, []string{"urgent_s19_3", "chc_fast_track"}, nil, care.CannotTell, care.PriorityUrgent},
		{"P15", "was held in hospital under the Mental Health Act", url.Values{"also": {"held"}}, []string{"s117_check"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P16", "moves to another council", url.Values{"lives_here": {"moving_away"}}, []string{"continuity_s37_38"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P17", "is 17 with a plan for school", url.Values{"for": {"under_18"}, "young": {"needs_16"}, "young_plan": {"ehc"}, "young_agree": {"yes"}, "young_benefit": {"yes"}},
			[]string{"transition_s58", "indication_after_18"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P19", "cares for a 17-year-old of their own", url.Values{"for": {"under_18"}, "young": {"parent"}, "young_age": {"near_18"}},
			[]string{"transition_s60", "parent_carer_ca1989_s17ZD"}, nil, "", care.PriorityRoutine},
		{"P10", "tells of abuse, and the rules are not met", url.Values{
			"private": {"alone"}, "safety": {"hurt"}, "condition": {"none"}, "daily": {"none"}, "second_look": {"all_fine"}, "overall": {"small"}},
			[]string{"safeguarding_s42", "see_alone"}, nil, care.LikelyNotMet, care.PrioritySafety},
		{"P11", "carer collapsed today, no food or heating", with(unable("nutrition"), url.Values{"today": {"food", "heat", "helper"}}),
			[]string{"urgent_s19_3"}, nil, care.LikelyNotMet, care.PriorityUrgent},
		{"P14", "complex health needs are a reason to ask, never scored", with(unable("nutrition", "hygiene"), url.Values{"nutrition.parts": {"tube"}}),
			[]string{"chc_reg7"}, nil, care.LikelyMet, care.PriorityRoutine},
		{"P21", "an eleven-year-old helps to wash", with(unable("nutrition", "hygiene"), url.Values{"hygiene.help": {"child"}}),
			[]string{"young_carer_identified_reg4", "children_services_referral"}, nil, care.LikelyMet, care.PriorityUrgent},
		{"P22", "lives in Wales", url.Values{"postcode": {"CF10 1AA"}},
			[]string{"out_of_scope_wales"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P30", "in prison", url.Values{"living": {"prison"}}, []string{"prison_s76"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P31", "in a refuge", url.Values{"living": {"secret"}}, []string{"address_secret", "contact_rule"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P32", "already has a plan", with(unable("nutrition", "hygiene"), url.Values{"council_help": {"yes"}}),
			[]string{"existing_plan_review_s27"}, nil, "", care.PriorityRoutine},
		{"P35", "one thing ticked, the rest left silent", with(unable("nutrition"), url.Values{"second_look": nil}),
			nil, nil, care.CannotTell, care.PriorityRoutine},
		{"P37", "cannot speak privately", url.Values{"private": {"seen"}}, []string{"ask_in_private"}, []string{"safeguarding_s42"}, care.CannotTell, care.PriorityRoutine},
		{"P38", "thoughts of ending own life", url.Values{"private": {"alone"}, "safety": {"suicidal"}},
			[]string{"urgent_safety"}, nil, care.CannotTell, care.PrioritySafety},
		{"P39", "no food or medicine because the helper is ill", url.Values{"today": {"food", "helper"}},
			[]string{"urgent_s19_3"}, nil, care.CannotTell, care.PriorityUrgent},
		{"P40", "retired, no wish to work", with(unable("nutrition"), url.Values{"daily": {"nutrition", "work_learning"}, "work_learning.limbs": {"no_wish"}}),
			nil, nil, care.LikelyNotMet, care.PriorityRoutine},
		{"P41", "no condition, then because of my health", with(unable("nutrition", "hygiene"), url.Values{"condition": {"none"}}),
			[]string{"condition_contradiction"}, nil, care.CannotTell, care.PriorityRoutine},
		{"P42", "dementia ticked, but something else as the cause", with(unable("nutrition", "hygiene"), url.Values{
			"condition": {"memory"}, "nutrition.cause": {"other"}, "hygiene.cause": {"other"}}),
			nil, nil, care.CannotTell, care.PriorityRoutine},
	} {
		t.Run(c.id, func(t *testing.T) {
			reference := s.browser().walk(c.says)
			staff.t = t
			staff.get("/staff/case/" + reference)
			if staff.status != 200 {
				t.Fatalf("%s: the case page answered %d", c.about, staff.status)
			}
			a, err := s.store.CaseByReference(t.Context(), "ashdale", reference, care.Event{Verb: "case.viewed", Actor: care.ActorSystem, At: s.now})
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, f := range a.Summary.Flags {
				got[f.ID] = f.Text
			}
			for _, want := range c.flags {
				if got[want] == "" {
					t.Errorf("%s: flag %s is not raised; there are %v", c.about, want, got)
				} else if !strings.Contains(html.UnescapeString(staff.body), got[want]) {
					t.Errorf("%s: the case page does not say %q", c.about, got[want])
				}
			}
			for _, not := range c.not {
				if got[not] != "" {
					t.Errorf("%s: flag %s is raised", c.about, not)
				}
			}
			var indication care.Suggestion
			if a.Indication != nil {
				indication = a.Indication.Suggestion
			}
			if indication != c.indication || a.Priority != c.priority {
				t.Errorf("%s: indication %q, priority %d; want %q, %d", c.about, indication, a.Priority, c.indication, c.priority)
			}
		})
	}
}

// finished is a case that a citizen sent, as a practitioner has worked it as far as the record.
func (s *site) finished(staff *browser, says url.Values, unable ...string) (reference, home string, a care.Assessment) {
	s.t.Helper()
	reference = s.browser().walk(says)
	home = "/staff/case/" + reference
	staff.get(home).answers(http.StatusOK)
	a, err := s.store.CaseByReference(s.t.Context(), "ashdale", reference, care.Event{Verb: "case.viewed", Actor: care.ActorSystem, At: s.now})
	if err != nil {
		s.t.Fatal(err)
	}
	staff.findings(reference, unable...)
	return reference, home, a
}

// owed holds that a case page tells the practitioner of a duty, by its name in the rules and the law it stands in.
func (b *browser) owed(home string, a care.Assessment, prompt, citation string) {
	b.t.Helper()
	for _, p := range a.Indication.Prompts {
		if p.ID == prompt {
			if p.Citation != citation {
				b.t.Errorf("%s cites %q, want %q", prompt, p.Citation, citation)
			}
			b.get(home).says(strings.Join(strings.Fields(p.Text), " "), citation)
			return
		}
	}
	b.t.Errorf("the case does not say %s; there are %+v", prompt, a.Indication.Prompts)
}

// refusesToSign holds that a record lacks something that is owed: its page says so and has no button that signs, and
// signing all the same, by a form made by hand, makes no determination.
func (b *browser) refusesToSign(home, why string) {
	b.t.Helper()
	b.get(home + "/record").says(why)
	for _, f := range b.forms() {
		if strings.HasSuffix(f.action, "/sign") {
			b.t.Error("a record that lacks something can be signed")
		}
	}
	worker := care.Actor{Kind: care.ActorPractitioner, ID: "x", Council: "ashdale", Roles: []care.Role{care.RolePractitioner}}
	f, err := b.site.service.Open(b.t.Context(), worker, strings.TrimPrefix(home, "/staff/case/"), "test")
	if err != nil {
		b.t.Fatal(err)
	}
	b.post(home+"/sign", url.Values{"confirm": {"yes"}, "seen": {f.Seen()}}).answers(http.StatusUnprocessableEntity).says(why)
	if b.get(home + "/record.json"); b.status == http.StatusOK && strings.Contains(b.body, "decision_reason") {
		b.t.Errorf("%s is signed: %s", home, b.body)
	}
}

// written holds that a signed record is whole: the decision and its reasons, and a reasoned finding on each outcome.
func (b *browser) written(home, decision, reason string) {
	b.t.Helper()
	b.get(home+"/signed").answers(http.StatusOK).says(decision, reason, "Shown to me on the visit.")
	var record struct {
		Findings []struct {
			Reason string `json:"reason"`
		} `json:"findings"`
		DecisionReason string `json:"decision_reason"`
	}
	b.get(home + "/record.json").answers(http.StatusOK)
	if err := json.Unmarshal([]byte(b.body), &record); err != nil {
		b.t.Fatal(err)
	}
	if len(record.Findings) != len(b.site.outcomes()) || record.DecisionReason != reason {
		b.t.Errorf("the record has %d findings and the reasons %q", len(record.Findings), record.DecisionReason)
	}
	for n, f := range record.Findings {
		if f.Reason == "" {
			b.t.Errorf("finding %d has no reason", n+1)
		}
	}
}

// eligible is the record of a case in which needs are eligible.
func eligible() url.Values {
	v := noneEligible()
	for name := range v {
		if strings.HasPrefix(name, "advice") || name == "considered" {
			v.Del(name)
		}
	}
	v.Set("decision", "eligible")
	v.Set("decision_reason", "Two outcomes and a big impact.")
	v.Set("next_steps", "A support plan.")
	v.Set("wants", "yes")
	v.Set("residence", "here")
	return v
}

// TestFinishedDeterminations walks the process cases that come to a determination: from a citizen's form to a signed record.
func TestFinishedDeterminations(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	hard := url.Values{"daily": {"nutrition", "hygiene"}, "condition": {"physical"}, "overall": {"big"}, "second_look": {"all_fine"}}
	for _, o := range hard["daily"] {
		hard[o+".limbs"], hard[o+".frequency"], hard[o+".cause"] = []string{"assistance"}, []string{"daily"}, []string{"impairment"}
	}
	easy := url.Values{"condition": {"none"}, "daily": {"none"}, "second_look": {"all_fine"}, "overall": {"small"}}
	without := func(v url.Values, left string) url.Values {
		out := maps.Clone(v)
		for name := range v {
			if strings.HasPrefix(name, left) {
				out.Del(name)
			}
		}
		return out
	}
	again := func(v url.Values, home string) url.Values {
		out := maps.Clone(v)
		out.Set("version", staff.get(home+"/record").version(home+"/record"))
		return out
	}

	// Any finished determination: a written record of it with the reasons (s.13(2)), and of the assessment (s.12(3)-(4)).
	t.Run("P24", func(t *testing.T) {
		staff.t, s.t = t, t
		for _, c := range []struct {
			says, record     url.Values
			unable           []string
			decision, reason string
		}{
			{hard, eligible(), hard["daily"], "Has eligible needs", "Two outcomes and a big impact."},
			{easy, noneEligible(), nil, "Has no eligible needs", "Able to achieve all ten."},
		} {
			_, home, a := s.finished(staff, c.says, c.unable...)
			staff.owed(home, a, "written_record_s13_2", "Care Act 2014 s.13(2)")
			staff.post(home+"/record", without(c.record, "decision_reason")).answers(http.StatusOK)
			staff.refusesToSign(home, "Give the reasons for the decision")
			staff.post(home+"/record", again(c.record, home)).answers(http.StatusOK)
			staff.tells(home).confirm().answers(http.StatusOK).says("Record signed")
			staff.written(home, c.decision, c.reason)
		}
	})
	// None of the needs eligible: written advice on what can meet or reduce them, and prevent or delay more.
	t.Run("P25", func(t *testing.T) {
		staff.t, s.t = t, t
		_, home, a := s.finished(staff, easy)
		staff.owed(home, a, "advice_s13_5", "Care Act 2014 s.13(5)")
		record := noneEligible()
		staff.post(home+"/record", without(record, "advice")).answers(http.StatusOK)
		staff.refusesToSign(home, "Care Act 2014 s.13(5)")
		staff.post(home+"/record", again(record, home)).answers(http.StatusOK)
		staff.tells(home).confirm().answers(http.StatusOK).says("Record signed")
		staff.written(home, "Has no eligible needs", "Able to achieve all ten.")
		staff.get(home+"/signed").says("The falls clinic", "020 7946 0111")
	})
}
