package web_test

import (
	"html"
	"net/url"
	"strings"
	"testing"

	"threshold/internal/care"
	"threshold/static"
)

// TestHelpersAndYoungPeople walks the journeys of those who do not answer for themselves alone through the real pages:
// every page is light, all of it can be sent, and the case page says what a worker must know.
func TestHelpersAndYoungPeople(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	helper := func(more url.Values) url.Values {
		v := url.Values{"for": {"someone"}, "they_call": {"Ada"}, "helper_is": {"family"}, "helper_name": {"Jo Example"}, "knows": {"yes_agree"}, "private": {"alone"},
			"daily": {"nutrition", "hygiene"}, "nutrition.limbs": {"assistance"}, "nutrition.how_known": {"seen"}, "hygiene.limbs": {"danger"},
			"own_words": {"Let me stay at home"}, "name": {"Ada Example"}}
		for k, all := range more {
			v[k] = all
		}
		return v
	}
	young := func(who string, more url.Values) url.Values {
		v := url.Values{"for": {"under_18"}, "young": {who}, "young_words": {"Somebody to talk to"}}
		for k, all := range more {
			v[k] = all
		}
		return v
	}
	for _, c := range []struct {
		about string
		says  url.Values
		kind  care.CaseKind
		flags []string
		reads []string // on the case page, or on a page of the walk
	}{
		{"P01 a daughter without a power", helper(url.Values{"decides": {"not_think"}, "authority": {"none"}}), care.KindAdultNeeds,
			[]string{"ssa_not_available_capacity", "capacity_assessment_mca", "authority_none_recorded", "helper_account"}, []string{"Let me stay at home", "Jo Example"}},
		{"fears harm", helper(url.Values{"worry": {"money", "rather_phone"}}), care.KindAdultNeeds, []string{"safeguarding_s42", "see_alone", "ring_about_worry"}, nil},
		{"P05 said no, sent early", helper(url.Values{"knows": {"said_no"}, "concern_go": {"now"}, "concern_words": {"She has bruises"}}), care.KindConcern,
			[]string{"refusal_s11", "no_agreement_concern"}, []string{"She has bruises"}},
		{"P07 said no, may lack capacity, the whole form", helper(url.Values{"knows": {"said_no"}, "decides": {"not_think"}, "concern_go": {"more"}}), care.KindConcern,
			[]string{"refusal_check_s11_2_a"}, nil},
		{"P17 aged 17 with an EHC plan", young("needs_16", url.Values{"young_plan": {"ehc"}, "young_agree": {"yes"}, "young_benefit": {"yes"}}), care.KindTransition,
			[]string{"transition_s58", "indication_after_18"}, nil},
		{"P19 parent of a 17-year-old", young("parent", url.Values{"young_age": {"near_18"}}), care.KindChildren, []string{"transition_s60", "parent_carer_ca1989_s17ZD"}, []string{"Somebody to talk to"}},
		{"a young carer", young("carer_16", nil), care.KindChildren, []string{"young_carer_ca1989_s17ZA"}, nil},
		{"about a child", young("under_16", nil), care.KindChildren, []string{"child_in_need_ca1989_s17"}, nil},
		{"not sure", young("not_sure", nil), care.KindChildren, []string{"who_for_not_sure"}, nil},
	} {
		t.Run(c.about, func(t *testing.T) {
			b := s.browser()
			b.t = t
			for _, stop := range b.pagesOf(c.says) {
				size := b.served(stop)
				if stop == "/ashdale/check" { // as long as the list of what was answered
					t.Logf("%s takes %d bytes", stop, size)
				} else if size > laterPageBudget && !static.Empty() {
					t.Errorf("%s takes %d bytes, the budget is %d", stop, size, laterPageBudget)
				}
			}
			reference := s.browser().walk(c.says)
			a, err := s.store.CaseByReference(t.Context(), "ashdale", reference, care.Event{Verb: "case.viewed", Actor: care.ActorSystem, At: s.now})
			if err != nil {
				t.Fatal(err)
			}
			if a.Kind != c.kind || (a.Indication != nil) != (c.kind == care.KindAdultNeeds || c.kind == care.KindTransition) {
				t.Errorf("sent as %q, indication %v", a.Kind, a.Indication)
			}
			staff.get("/staff/case/" + reference)
			got := map[string]string{}
			for _, f := range a.Summary.Flags {
				got[f.ID] = f.Text
			}
			for _, want := range c.flags {
				if got[want] == "" {
					t.Errorf("flag %s is not raised; there are %v", want, got)
				} else if !strings.Contains(html.UnescapeString(staff.body), got[want]) {
					t.Errorf("the case page does not say %q", got[want])
				}
			}
			for _, want := range c.reads {
				if !strings.Contains(html.UnescapeString(staff.body), want) {
					t.Errorf("the case page does not say %q", want)
				}
			}
		})
	}
}

// pagesOf walks up to the check page and returns the addresses it came by; they can be opened again in this browser.
func (b *browser) pagesOf(says url.Values) []string {
	b.t.Helper()
	b.walkTo("check", says)
	seen := []string{b.path}
	for range 60 {
		back := find(b.doc, func(n *htmlNode) bool { return n.Data == "a" && strings.Contains(attr(n, "class"), "govuk-back-link") })
		if back == nil || attr(back, "href") == "/ashdale" {
			return seen
		}
		b.get(attr(back, "href"))
		seen = append(seen, b.path)
	}
	b.t.Fatalf("no first page: %v", seen)
	return nil
}
