package eligibility

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
)

// says are answers by question id; whoever gives them goes on from every other page as it is.
type says map[string][]string

// with returns these answers and more.
func (s says) with(more says) says {
	out := says{}
	for _, m := range []says{s, more} {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

// walkTo answers page by page what is asked there until stop, and notes the pages seen.
func walkTo(t testing.TB, rs *Ruleset, stop string, s says) (p *person, seen []string) {
	t.Helper()
	p = newPerson(t, rs)
	s = says{"for": {"self"}, "young": {"not_sure"}, "name": {"Sam Example"}, "ways": {"not_sure"}}.with(s)
	for range 80 {
		seen = append(seen, p.at)
		if p.at == stop {
			return p, seen
		}
		page, ok := rs.Page(p.at, p.a, councilWords)
		if !ok {
			t.Fatalf("led to %q, which does not apply", p.at)
		}
		var fields []string
		for _, q := range page.Questions {
			for _, v := range s[q.ID] {
				fields = append(fields, q.ID+"="+v)
			}
		}
		p.on(p.at, fields...)
	}
	t.Fatalf("%q was never reached: %v", stop, seen)
	return p, seen
}

var (
	helper = says{"for": {"someone"}, "they_call": {"Ada"}, "helper_is": {"family"}, "knows": {"yes_agree"}, "with_them": {"no"}, "decides": {"yes"}}
	// ada cannot eat or wash without help.
	ada = helper.with(says{
		"condition": {"memory"}, "daily": {"nutrition", "hygiene"}, "second_look": {"all_fine"}, "overall": {"big"},
		"nutrition.limbs": {"assistance"}, "nutrition.frequency": {"daily"}, "nutrition.cause": {"impairment"}, "nutrition.how_known": {"seen", "told"},
		"hygiene.limbs": {"danger"}, "hygiene.frequency": {"daily"}, "hygiene.cause": {"impairment"},
	})
)

func TestHelperWalk(t *testing.T) {
	rs := published(t)
	p, seen := walkTo(t, rs, "sent", ada)
	for _, page := range []string{"proxy/who", "proxy/know", "proxy/decide", "talk", "today", "about", "daily/nutrition", "daily/hygiene/more", "proxy/own-words", "result", "you/name", "check"} {
		if !slices.Contains(seen, page) {
			t.Errorf("the helper was not shown %q: %v", page, seen)
		}
	}
	if slices.Contains(seen, "proxy/concern") || slices.Contains(seen, "questions") || slices.Contains(seen, "proxy/worry") {
		t.Errorf("shown without cause: %v", seen)
	}
	if rs.Voice(p.a) != care.VoiceHelper || rs.SentAs(p.a) != care.KindAdultNeeds {
		t.Errorf("voice %q, sent as %q", rs.Voice(p.a), rs.SentAs(p.a))
	}
	if got := rs.Indicate(p.facts()).Suggestion; got != care.LikelyMet {
		t.Errorf("a helper's two outcomes and a big effect: %s", got)
	}
	t.Logf("a helper with two outcomes sees %d screens to the end", p.screens+1)
}

// What somebody has no wish for only they can say. From a helper it is not known, and never "does not apply".
func TestNoWishFromAHelperIsNotKnown(t *testing.T) {
	rs := published(t)
	work := says{"daily": {"work_learning"}, "second_look": {"all_fine"}, "work_learning.limbs": {"no_wish"}}
	own, _ := walkTo(t, rs, "result", work)
	if f := own.facts(); f.Reading("outcomes.work_learning.applies").Values == nil {
		t.Errorf("the person's own word does not count: %v", f.Reading("outcomes.work_learning.applies"))
	}
	p, _ := walkTo(t, rs, "result", helper.with(work))
	f := p.facts()
	if got := f.Reading("outcomes.work_learning.applies").Values; got != nil {
		t.Errorf("a helper made it %v", got)
	}
	for _, limb := range rs.Limbs() {
		if got := f.Reading("outcomes.work_learning." + limb.ID).Values; !slices.Equal(got, []string{"not_sure"}) {
			t.Errorf("%s is %v", limb.ID, got)
		}
	}
}

// Without the person's yes it is a concern: it may be sent early, it may be the whole form, and no indication is shown.
func TestConcern(t *testing.T) {
	rs := published(t)
	for _, knows := range []string{"said_no", "no"} {
		early, seen := walkTo(t, rs, "sent", ada.with(says{"knows": {knows}, "concern_go": {"now"}, "private": {"alone"}}))
		want := []string{"for", "proxy/who", "proxy/know", "proxy/decide", "proxy/concern", "today", "proxy/worry", "you/name", "you/where", "you/contact", "check", "sent"}
		if !slices.Equal(seen, want) {
			t.Errorf("%s, sent early: %v", knows, seen)
		}
		whole, seen := walkTo(t, rs, "sent", ada.with(says{"knows": {knows}, "concern_go": {"more"}}))
		if !slices.Contains(seen, "daily/nutrition/more") || !slices.Contains(seen, "result") {
			t.Errorf("%s, the whole form: %v", knows, seen)
		}
		for _, p := range []*person{early, whole} {
			if got := rs.SentAs(p.a); got != care.KindConcern {
				t.Errorf("%s: sent as %q", knows, got)
			}
		}
		ind := rs.Indicate(whole.facts())
		r := rs.Result(whole.a, &ind, councilWords)
		if r.State != StateConcern || len(r.Why)+len(r.ToAsk)+len(r.ToWeigh) > 0 || !strings.Contains(strings.Join(r.Body, " "), "Ada") {
			t.Errorf("%s: the result page says %+v", knows, r)
		}
	}
	p, _ := walkTo(t, rs, "sent", ada.with(says{"knows": {"not_sure"}}))
	if got := rs.SentAs(p.a); got != care.KindAdultNeeds {
		t.Errorf("not sure if they know: sent as %q", got)
	}
}

// What a helper fears is asked when they are alone, in place of the person's own private questions, and shown to no one
// but a practitioner.
func TestWorry(t *testing.T) {
	rs := published(t)
	for _, private := range []string{"seen", "skip"} {
		_, seen := walkTo(t, rs, "sent", helper.with(says{"private": {private}, "worry": {"hurt"}}))
		if slices.Contains(seen, "proxy/worry") {
			t.Errorf("%s: asked all the same", private)
		}
	}
	told := helper.with(says{"private": {"alone"}, "worry": {"hurt", "suicidal"}, "ring_helper": {"yes"}})
	p, seen := walkTo(t, rs, "sent", told)
	for _, page := range []string{"proxy/worry", "proxy/worry/support", "proxy/worry/send"} {
		if !slices.Contains(seen, page) {
			t.Errorf("%s was not shown: %v", page, seen)
		}
	}
	for _, path := range rs.Path(p.a) {
		if path == "proxy/worry/support" || path == "proxy/worry/send" {
			t.Errorf("%s can be read off the path", path)
		}
	}
	for _, s := range rs.Told(p.a, councilWords) {
		for _, r := range s.Rows {
			if r.ID == "worry" || r.ID == "ring_helper" || r.ID == "private" {
				t.Errorf("%s is told again", r.ID)
			}
		}
	}
	private := rs.Private(p.a, councilWords)
	if !slices.ContainsFunc(private, func(r ToldRow) bool { return r.ID == "worry" && len(r.Answers) == 2 }) {
		t.Errorf("a practitioner reads %+v", private)
	}
	// What was said once stays, whatever somebody else answers later.
	a, _, err := rs.Answer(p.a, "proxy/worry", form("worry=none"), today)
	if err != nil || !slices.Contains(a.Get("worry"), "hurt") {
		t.Errorf("taken back: %v %v", a.Get("worry"), err)
	}
}

func TestYoungRoutes(t *testing.T) {
	rs := published(t)
	short := []string{"for", "young", "young/route", "you/name", "you/where", "you/contact", "check", "sent"}
	for young, kind := range map[string]care.CaseKind{
		"needs_16": care.KindTransition, "carer_16": care.KindChildren, "parent": care.KindChildren, "under_16": care.KindChildren,
		"someone_else": care.KindChildren, "not_sure": care.KindChildren,
	} {
		s := says{"for": {"under_18"}, "young": {young}, "born": {"2010-3-27"}, "young_words": {"Someone to talk to"}}
		p, seen := walkTo(t, rs, "sent", s)
		if got := rs.SentAs(p.a); got != kind {
			t.Errorf("%s: sent as %q", young, got)
		}
		if young != "needs_16" {
			if !slices.Equal(seen, short) {
				t.Errorf("%s: %v", young, seen)
			}
			page, _ := rs.Page("young/route", p.a, councilWords)
			if len(page.Lines) < 2 || len(page.Services) == 0 {
				t.Errorf("%s: names no door: %v", young, page.Lines)
			}
			rows := rs.ToldPages(p.a, councilWords, "young", "young/route")
			if !slices.ContainsFunc(rows, func(r ToldRow) bool { return slices.Contains(r.Answers, "Someone to talk to") }) {
				t.Errorf("%s: what was typed is lost: %v", young, rows)
			}
			continue
		}
		if !slices.Contains(seen, "young/plan") || !slices.Contains(seen, "result") || slices.Contains(seen, "you/young") {
			t.Errorf("%s: %v", young, seen)
		}
	}
	// Until a date of birth says otherwise the result speaks of after 18; and somebody who is 18 is an adult.
	sixteen := ada.with(says{"for": {"under_18"}, "young": {"needs_16"}})
	for born, want := range map[string]string{"": "after_18_likely", "2010-3-27": "after_18_likely", "1999-3-27": StateLikely} {
		s := sixteen
		if born != "" {
			s = s.with(says{"born": {born}})
		}
		p, _ := walkTo(t, rs, "check", s)
		ind := rs.Indicate(p.facts())
		r := rs.Result(p.a, &ind, councilWords)
		if !strings.Contains(want, r.State) || (r.State == StateLikely) != (want == StateLikely) {
			t.Errorf("born %q: the result is %q (%s)", born, r.State, r.H1)
		}
	}
	// Somebody who began as an adult and turns out to be under 18 loses nothing and is sent on as a transition.
	p, seen := walkTo(t, rs, "sent", says{"born": {"2010-3-27"}})
	if !slices.Contains(seen, "you/young") || rs.SentAs(p.a) != care.KindTransition {
		t.Errorf("under 18 by the date: sent as %q, %v", rs.SentAs(p.a), seen)
	}
}

// The worked process cases of helpers, young people and the edges of the law: what is answered, and what a worker is told.
func TestFlagsOfHelpersAndEdges(t *testing.T) {
	rs := published(t)
	for _, c := range []struct {
		name      string
		says      says
		want, not []string
		kind      care.CaseKind
	}{
		{"P01 a daughter with no power fills it in; he may lack capacity", ada.with(says{"decides": {"not_think"}, "authority": {"none"}}),
			[]string{"ssa_not_available_capacity", "capacity_assessment_mca", "authority_none_recorded", "helper_account"}, []string{"authority_to_check"}, care.KindAdultNeeds},
		{"not sure if they can decide", helper.with(says{"decides": {"not_sure"}}), []string{"capacity_assessment_mca"}, []string{"ssa_not_available_capacity"}, care.KindAdultNeeds},
		{"can decide with help", helper.with(says{"decides": {"with_help"}}), []string{"support_to_decide"}, []string{"capacity_assessment_mca"}, care.KindAdultNeeds},
		{"a power for money alone", helper.with(says{"authority": {"lpa_property", "appointee"}}), []string{"authority_finance_only"}, []string{"authority_to_check"}, care.KindAdultNeeds},
		{"a power for health", helper.with(says{"authority": {"lpa_health"}}), []string{"authority_to_check"}, []string{"authority_finance_only"}, care.KindAdultNeeds},
		{"P05 refuses, with capacity", helper.with(says{"knows": {"said_no"}, "concern_go": {"now"}}),
			[]string{"refusal_s11", "no_agreement_concern", "see_alone"}, []string{"refusal_check_s11_2_a"}, care.KindConcern},
		{"P07 refuses, and may lack capacity to", helper.with(says{"knows": {"said_no"}, "decides": {"not_think"}, "concern_go": {"now"}}),
			[]string{"refusal_s11", "refusal_check_s11_2_a", "capacity_assessment_mca", "no_agreement_concern"}, nil, care.KindConcern},
		{"P09 refused before, asks now", says{"also": {"refused_before"}}, []string{"refused_before_s11_3"}, []string{"refusal_s11"}, care.KindAdultNeeds},
		{"does not know of it", helper.with(says{"knows": {"no"}}), []string{"no_agreement_concern"}, []string{"refusal_s11"}, care.KindConcern},
		{"knows, and said nothing", helper.with(says{"knows": {"yes_silent"}}), []string{"agreement_not_known"}, []string{"no_agreement_concern"}, care.KindAdultNeeds},
		{"nothing said of what they know", says{"for": {"someone"}}, []string{"agreement_not_known", "helper_account", "ask_in_private"}, nil, care.KindAdultNeeds},
		{"agrees", helper, []string{"helper_account"}, []string{"agreement_not_known", "typed_by_helper", "see_alone", "source_private"}, care.KindAdultNeeds},
		{"the person sits beside the helper", helper.with(says{"with_them": {"yes"}}), []string{"typed_by_helper"}, nil, care.KindAdultNeeds},
		{"a paid carer who wants no name given", helper.with(says{"helper_is": {"paid_carer"}, "may_say": {"no"}}), []string{"helper_paid", "source_private"}, nil, care.KindAdultNeeds},
		{"fears harm", helper.with(says{"private": {"alone"}, "worry": {"money"}}), []string{"safeguarding_s42", "see_alone"}, []string{"ask_in_private"}, care.KindAdultNeeds},
		{"fears that they may end their life", helper.with(says{"private": {"alone"}, "worry": {"suicidal"}, "ring_helper": {"yes"}}), []string{"urgent_safety", "ring_today"}, nil, care.KindAdultNeeds},
		{"would rather ring", helper.with(says{"private": {"alone"}, "worry": {"rather_phone"}}), []string{"ring_about_worry", "see_alone"}, []string{"safeguarding_s42"}, care.KindAdultNeeds},
		{"P12 terminal illness", says{"condition": {"not_long"}}, []string{"urgent_s19_3", "chc_fast_track"}, nil, care.KindAdultNeeds},
		{"P12 terminal illness, told by a helper", helper.with(says{"condition": {"not_long"}}), []string{"urgent_s19_3", "chc_fast_track"}, nil, care.KindAdultNeeds},
		{"P15 once detained", says{"also": {"held"}}, []string{"s117_check"}, nil, care.KindAdultNeeds},
		{"P16 moves to another council", says{"lives_here": {"moving_away"}}, []string{"continuity_s37_38"}, []string{"other_council"}, care.KindAdultNeeds},
		{"P16 moves here", says{"lives_here": {"moving_in"}, "other_council": {"E08000035"}}, []string{"continuity_s37_38"}, []string{"other_council"}, care.KindAdultNeeds},
		{"P17 aged 17 with an EHC plan", says{"for": {"under_18"}, "young": {"needs_16"}, "young_plan": {"ehc"}, "young_agree": {"yes"}, "young_benefit": {"yes"}, "born": {"2009-1-31"}},
			[]string{"transition_s58", "indication_after_18"}, []string{"transition_consent_s58_3", "transition_benefit_s58_1"}, care.KindTransition},
		{"aged 17, does not agree", says{"for": {"under_18"}, "young": {"needs_16"}, "young_agree": {"no"}, "young_benefit": {"not_sure"}},
			[]string{"transition_s58", "transition_consent_s58_3", "transition_benefit_s58_1"}, nil, care.KindTransition},
		{"aged 17, harmed by somebody", says{"for": {"under_18"}, "young": {"needs_16"}, "private": {"alone"}, "safety": {"hurt"}}, []string{"child_protection_ca1989_s47"}, nil, care.KindTransition},
		{"P19 parent of a 17-year-old", says{"for": {"under_18"}, "young": {"parent"}, "young_age": {"near_18"}}, []string{"transition_s60", "parent_carer_ca1989_s17ZD"}, []string{"transition_s58"}, care.KindChildren},
		{"parent of a small child", says{"for": {"under_18"}, "young": {"parent"}, "young_age": {"under_16"}}, []string{"parent_carer_ca1989_s17ZD"}, []string{"transition_s60"}, care.KindChildren},
		{"a young carer of 16", says{"for": {"under_18"}, "young": {"carer_16"}, "young_age": {"near_18"}}, []string{"young_carer_ca1989_s17ZA", "transition_s63"}, nil, care.KindChildren},
		{"about a child", says{"for": {"under_18"}, "young": {"someone_else"}}, []string{"child_in_need_ca1989_s17"}, nil, care.KindChildren},
		{"P21 a child helps, told by a helper", ada.with(says{"hygiene.help": {"child"}}), []string{"young_carer_identified_reg4", "children_services_referral"}, nil, care.KindAdultNeeds},
		{"P32 has a plan, told by a helper", ada.with(says{"council_help": {"yes"}}), []string{"existing_plan_review_s27"}, nil, care.KindAdultNeeds},
	} {
		p, _ := walkTo(t, rs, "sent", c.says)
		got := p.flags()
		for _, id := range c.want {
			if !slices.Contains(got, id) {
				t.Errorf("%s: the flag %q is missing from %v", c.name, id, got)
			}
		}
		for _, id := range c.not {
			if slices.Contains(got, id) {
				t.Errorf("%s: the flag %q should not be raised", c.name, id)
			}
		}
		if got := rs.SentAs(p.a); got != c.kind {
			t.Errorf("%s: sent as %q, not %q", c.name, got, c.kind)
		}
	}
}

// Before 18 there is no determination: what a worker is told of an adult's assessment or decision is not told there, and
// what is urgent still is.
func TestNoDutiesOfAnAssessmentBefore18(t *testing.T) {
	rs := published(t)
	told := func(s says) []string {
		p, _ := walkTo(t, rs, "sent", s)
		ind := rs.Indicate(p.facts())
		var ids []string
		for _, f := range rs.Flags(p.a, p.facts(), &ind) {
			ids = append(ids, f.ID)
		}
		return ids
	}
	needs := says{"condition": {"learning"}, "daily": {"hygiene"}, "second_look": {"all_fine"}, "hygiene.limbs": {"danger"}, "hygiene.cause": {"impairment"}, "overall": {"small"}, "areas": {"none"}}
	adult, young := told(needs), told(needs.with(says{"for": {"under_18"}, "young": {"needs_16"}, "born": {"2010-3-27"}}))
	for _, id := range []string{"duty_to_assess_s9", "written_record_s13_2", "advice_s13_5", "power_s19_1"} {
		if !slices.Contains(adult, id) || slices.Contains(young, id) {
			t.Errorf("%s: told of an adult %t, before 18 %t", id, slices.Contains(adult, id), slices.Contains(young, id))
		}
	}
	if !slices.Contains(young, "urgent_triage") {
		t.Errorf("danger is not told of somebody under 18: %v", young)
	}
}

// P33 and P34 begin with what two people answer on the same pages.
func TestTwoAccountsFromPages(t *testing.T) {
	rs := published(t)
	none := says{"condition": {"memory"}, "daily": {"nutrition", "hygiene"}, "second_look": {"all_fine"}, "overall": {"big"}, "nutrition.limbs": {"none"}, "hygiene.limbs": {"none"}}
	hard := ada.with(says{"for": {"self"}})
	account := func(s says) Facts {
		p, _ := walkTo(t, rs, "result", s)
		return p.facts()
	}
	if got := rs.Indicate(rs.TwoVoices(account(none), account(ada))).Suggestion; got != care.CannotTell {
		t.Errorf("P33 helper says yes, person says no: %s", got)
	}
	if got := rs.Indicate(rs.TwoVoices(account(hard), account(none.with(helper)))).Suggestion; got != care.LikelyMet {
		t.Errorf("P34 person says yes, helper says no: %s", got)
	}
}

var (
	// firstPerson are words that speak as the person; a page put to a helper must ask about them by name.
	firstPerson = regexp.MustCompile(`\b(I|me|my|My|Me|mine|myself)\b`)
	// ownThings are what a page would call the helper's when it means the person's.
	ownThings = regexp.MustCompile(`(?i)\byour (own )?(health|life|home|needs?|body|mind|money|days?|family|address|postcode|privacy|full name|child|date)\b|\b(for|about|with|of|to) you\b`)
	// notSure are the helper's own ways to say nothing.
	notSure = regexp.MustCompile(`I'm not sure|I'd rather not say`)
)

func TestHelperPagesSpeakOfThePersonByName(t *testing.T) {
	rs := published(t)
	j := rs.helper
	if j == nil {
		t.Fatal("there are no words for a helper")
	}
	check := func(where, s string) {
		s = notSure.ReplaceAllString(s, "")
		if w := firstPerson.FindString(s); w != "" {
			t.Errorf("%s speaks as the person (%q): %q", where, w, s)
		}
		if w := ownThings.FindString(s); w != "" && !slices.Contains([]string{
			"We will sort it out with you.",
		}, s) {
			t.Errorf("%s takes the helper for the person (%q): %q", where, w, s)
		}
	}
	// Pages that are the helper's own, or that no helper comes to.
	helpersOwn := regexp.MustCompile(`^(for|young.*|proxy/.*|questions.*|today/now)$`)
	ownQuestions := []string{"private", "how_known", "call_me"} // the last is not asked of them
	for _, p := range j.pages {
		if helpersOwn.MatchString(p.path) {
			continue
		}
		page := j.whole(p, councilWords.with(Words{"name": "Ada"}))
		for _, s := range slices.Concat([]string{page.Title, page.Hint, page.Note, page.Button}, page.Lines) {
			check(p.path, s)
		}
		if page.Title == "" {
			t.Errorf("%s has no title", p.path)
		}
		for _, q := range page.Questions {
			if slices.ContainsFunc(ownQuestions, func(id string) bool { return q.ID == id || strings.HasSuffix(q.ID, "."+id) }) {
				continue
			}
			where := p.path + " " + q.ID
			check(where, q.Text)
			check(where, q.Hint)
			for _, o := range q.Options {
				check(where+" "+o.ID, o.Label)
				check(where+" "+o.ID, o.Hint)
			}
			for code, m := range q.Messages {
				check(where+" "+code, m)
			}
		}
	}
	for _, s := range []string{"likely", "cannot_tell", "unlikely", "already_helped", "concern"} {
		state := j.words.Result.States[s]
		for _, text := range slices.Concat([]string{state.H1}, state.Body, state.BodyWhenNothingAnswered) {
			check("result "+s, text)
		}
		for key, text := range state.Told {
			check("result "+s+" "+key, strings.Replace(text, "told us about", "", 1))
		}
	}
	for _, text := range slices.Concat(j.words.Result.Now, j.words.Result.Next) {
		check("result", text)
	}
}

// A sentence is a sentence too when nobody said what to call the person.
func TestHelperPagesWithoutAName(t *testing.T) {
	rs := published(t)
	s := ada.with(says{"they_call": nil})
	p, seen := walkTo(t, rs, "check", s)
	for _, path := range seen {
		page, ok := rs.Page(path, p.a, councilWords)
		if !ok {
			continue
		}
		all := append([]string{page.Title}, page.Lines...)
		for _, q := range page.Questions {
			all = append(all, q.Text)
			for _, o := range q.Options {
				all = append(all, o.Label)
			}
		}
		for _, text := range all {
			if text == "" || strings.Contains(text, "{name}") {
				t.Errorf("%s: a gap where the name would stand: %q", path, text)
			}
			if strings.HasPrefix(text, "the person") || strings.Contains(text, ". the person") {
				t.Errorf("%s: begins small: %q", path, text)
			}
		}
	}
}

// A worker reads first what the person would say, as near to their own words as a helper could bring it.
func TestOwnWordsComeFirst(t *testing.T) {
	rs := published(t)
	p, _ := walkTo(t, rs, "sent", ada.with(says{"own_words": {"Let me stay at home"}, "matters": {"Her garden"}}))
	rows := rs.ToldMatters(p.a, councilWords)
	if len(rows) != 2 || !slices.Contains(rows[0].Answers, "Let me stay at home") || !slices.Contains(rows[1].Answers, "Her garden") {
		t.Errorf("%+v", rows)
	}
}

// The answers to be checked and kept are told under headings that speak of the person.
func TestHelperChecksAnswersAboutThePerson(t *testing.T) {
	rs := published(t)
	p, _ := walkTo(t, rs, "check", ada)
	var titles []string
	for _, s := range rs.Told(p.a, councilWords) {
		titles = append(titles, s.Title)
		if strings.Contains(s.Title, "Your") || strings.Contains(s.Title, "{name}") {
			t.Errorf("the heading %q speaks to the person", s.Title)
		}
		for _, r := range s.Rows {
			if strings.Contains(r.Question, "{name}") || strings.Contains(strings.Join(r.Answers, " "), "{name}") {
				t.Errorf("%s: a gap: %q %q", s.Title, r.Question, r.Answers)
			}
		}
	}
	if !slices.Contains(titles, "Ada's details") || !slices.Contains(titles, "Eating and drinking") {
		t.Errorf("headings: %v", titles)
	}
}
