package casework_test

import (
	"errors"
	"slices"
	"testing"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// TestAbleAgainstTheirOwnWordsNeedsAReason: somebody said it is hard, or already has help for it; to find that they can
// manage takes something from them, and reasons are owed (VI v Lewisham: a cut needs reasons).
func TestAbleAgainstTheirOwnWordsNeedsAReason(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	able := func(outcome string) care.Finding {
		return care.Finding{Outcome: outcome, Conclusion: care.ConcludesAble, Sources: []string{"told"}, Period: "The last six months"}
	}
	refused := func(ref string, finding care.Finding) bool {
		err := d.Find(ctx, d.ann, ref, finding, 0)
		invalid := (*care.Invalid)(nil)
		if errors.As(err, &invalid) {
			return invalid.Problems[0].Field == "reason" && invalid.Problems[0].Code == "reason"
		}
		must(t, err)
		return false
	}

	// They said it is hard, but not why: the rules can suggest nothing.
	open := d.send(t, with(likely, map[string][]string{"condition": {"none"}, "hygiene.cause": {"not_sure"}}))
	if got := d.open(t, open).Suggested("hygiene"); got != care.OutcomeUnknown {
		t.Fatalf("the rules suggest %s, so this shows nothing", got)
	}
	if !refused(open, able("hygiene")) {
		t.Error("able was found against a person's words without a reason")
	}
	if refused(open, able("toilet")) {
		t.Error("agreeing with somebody that they are able asks for a reason")
	}

	// A review: whatever is found able can end help that is there now.
	review := d.send(t, with(likely, map[string][]string{"council_help": {"yes"}}))
	f := d.open(t, review)
	if f.Indication != nil {
		t.Fatal("a review has an indication, so this shows nothing")
	}
	for _, outcome := range f.OutcomeIDs() {
		if !refused(review, able(outcome)) {
			t.Errorf("on a review %s was found able without a reason", outcome)
		}
	}

	// Two people told different things.
	f = d.open(t, d.send(t, likely))
	if f.NeedsReason(able("toilet")) {
		t.Fatal("nobody told anything different yet")
	}
	must(t, f.Facts.Set("outcomes.toilet.accounts_differ", "true"))
	if !f.NeedsReason(able("toilet")) {
		t.Error("one of two accounts was believed without a reason")
	}
	if !f.NeedsReason(care.Finding{Outcome: "home", Conclusion: care.ConcludesUnable}) || f.NeedsReason(care.Finding{Outcome: "toilet", Conclusion: care.NeedMore}) {
		t.Error("the rules for unable and for need more changed")
	}

	// Signing holds to the same.
	ref := d.send(t, with(likely, map[string][]string{"condition": {"none"}, "hygiene.cause": {"not_sure"}}))
	d.finish(t, ref)
	f = d.open(t, ref)
	f.Findings["hygiene"] = able("hygiene")
	if got := codes(casework.Blockers(f)); !slices.Contains(got, "finding_reason hygiene") {
		t.Errorf("blockers %v", got)
	}
}

func TestAContactIsNotOlderThanTheAct(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, likely)
	for on, want := range map[string]string{"2015-03-31": "before_act", "0206-11-19": "before_act", "2015-04-01": "", "2026-11-21": "future"} {
		contact := visit()
		contact.On = on
		got := ""
		if invalid := (*care.Invalid)(nil); errors.As(d.LogContact(ctx, d.ann, ref, "", contact), &invalid) {
			got = invalid.Problems[0].Code
		}
		if got != want {
			t.Errorf("a contact on %s: %q, want %q", on, got, want)
		}
	}
}
