package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"threshold/internal/care"
)

// TestPrepareAVisit: what is on the sheet, and what must not be.
func TestPrepareAVisit(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", map[string][]string{
		"safety": {"hurt"}, "alone": {"yes"}, "not_told": {"My neighbour Pat"}, "condition": {"memory"}, "difficulties": {"none"}, "language": {"Polish"},
		"hygiene.cause": {"not_sure"}, "times": {"Mornings"},
	})
	s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	home := "/staff/case/" + ref
	b.get(home).says("Prepare a visit", "My neighbour Pat") // on the screen it is told
	b.get(home+"/prepare").answers(http.StatusOK).says(
		"See them alone.", "What matters to them", "My garden.", "Polish", "Mornings", "Not known yet: ask", "Notes",
		"They forget a lot or have dementia", "No days were written down", "Eating and drinking: Where the level of need fluctuates",
	)
	for _, private := range []string{"hurt", "harm", "Pat", "safety", "42", "criteria", "suggest"} {
		if page := strings.ReplaceAll(text(b.doc), "what the rules suggest: others at home", ""); strings.Contains(page, private) {
			t.Errorf("the sheet says %q", private)
		}
	}
	for _, f := range b.forms() {
		if !strings.HasSuffix(f.action, "/take") {
			t.Errorf("the sheet has a form to %s", f.action)
		}
	}

	carer := s.sends("ashdale", map[string][]string{
		"for": {"carer"}, "they_call": {"Bea"}, "their_age": {"adult"}, "own_age": {"adult"}, "does": {"nights"}, "nights": {"no"}, "paid": {"none"},
		"able": {"yes"}, "willing": {"no"}, "health": {"deteriorating"}, "daily": {"none"},
	})
	b.get("/staff/case/" + carer + "/answers").says("They say they can go on, and that caring is making their health worse.")
	b.get("/staff/case/" + carer + "/prepare").says("they say their nights are not broken")
	if strings.Contains(text(b.doc), "go on") {
		t.Error("the sheet says if the carer can or wants to go on")
	}

	safe := s.sends("ashdale", map[string][]string{"alone": {"no"}})
	b.get("/staff/case/" + safe + "/prepare").says("Offer to see them alone")
	asked, err := s.service.Ask(t.Context(), care.Council{Slug: "ashdale", ReadDays: 5}, nil, "contact", "", map[string][]string{"call_you": {"Lou Example"}, "safe_way": {"07700 900124"}})
	if err != nil {
		t.Fatal(err)
	}
	b.get("/staff/case/" + asked.Reference + "/prepare").answers(http.StatusNotFound)
}

// TestWhatWouldChangeIt: the summary and each outcome say it, and help is no part of it.
func TestWhatWouldChangeIt(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	b.get("/staff/case/"+ref).says(
		"What would change it", "The answers would suggest that the criteria may not be met:",
		"If after all the needs do not come from an illness, a disability, or trouble with body or mind.",
	)
	b.get("/staff/case/"+ref+"/answers").says("The rules would suggest: able to achieve it:", "If after all they can manage eating and drinking without help.", "Help they have now", "If it stops:")
	if strings.Contains(text(section(b, "finding-nutrition")), "If nobody") {
		t.Error("help is among what would change it")
	}
}

// TestTwoWorkersOnOnePaper: whoever comes second to the impact or the record sees both versions, and neither is lost.
func TestTwoWorkersOnOnePaper(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", nil)
	home := "/staff/case/" + ref
	ann := s.invite("ashdale", "Ann Example", care.RolePractitioner)
	ola := s.invite("ashdale", "Ola Example", care.RolePractitioner)
	for page, typed := range map[string]string{"/impact": "significant_reason", "/record": "next_steps"} {
		mine := url.Values{"version": {"0"}, typed: {"First words of Ann, to be kept."}}
		theirs := url.Values{"version": {"0"}, typed: {"Second words of Ola, to be kept."}}
		if page == "/impact" {
			mine.Set("significant", "yes")
			theirs.Set("significant", "no")
		}
		ann.post(home+page, mine).answers(http.StatusOK)
		ola.post(home+page, theirs).answers(http.StatusConflict).says("First words of Ann", "Second words of Ola", "Keep this one", "Save mine in its place")
		ann.get(home + page).says("First words of Ann")
		forms := ola.forms()
		again := forms[len(forms)-1]
		ola.post(again.action, again.values()).answers(http.StatusOK)
		ola.get(home + page).says("Second words of Ola")
		// Ann's next save is on top of what she has not seen.
		mine.Set("version", "1")
		ann.post(home+page, mine).answers(http.StatusConflict).says("Second words of Ola", "First words of Ann")
	}
}

// TestOtherVersions: the same answers under another version, outcome by outcome; with one version it says so.
func TestOtherVersions(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	versions := "/staff/case/" + ref + "/versions"
	b.get(versions).answers(http.StatusOK).says("There is only one published version of these rules: adult-needs@2015-04-01")

	s.service.Library = otherRules(t, func(files fstest.MapFS) {
		for path, file := range files {
			if rest, ok := strings.CutPrefix(path, "adult-needs/2015-04-01/"); ok {
				files["adult-needs/2030-04-01/"+rest] = file
			}
		}
		const later = "adult-needs/2030-04-01/ruleset.yaml"
		mend(t, files, later, "adult-needs@2015-04-01", "adult-needs@2030-04-01")
		mend(t, files, later, `in_force_from: "2015-04-01"`, `in_force_from: "2030-04-01"`)
		mend(t, files, later, "met_when: {at_least: {n: 2,", "met_when: {at_least: {n: 3,")
	})
	b.get(versions).answers(http.StatusOK).says(
		"adult-needs@2015-04-01 and adult-needs@2030-04-01", "adult-needs@2015-04-01: The answers would suggest that the criteria may be met.",
		"adult-needs@2030-04-01: The answers would suggest that the criteria may not be met.", "Eating and drinking", "Differs", "1 row differs.",
	)
	if strings.Contains(text(b.doc), "Not in this version") {
		t.Error("an outcome of both versions is missing")
	}
	b.get(versions + "?version=adult-needs@1999-01-01").answers(http.StatusNotFound)
	b.get(versions + "?version=carer-support@2015-04-01").answers(http.StatusNotFound)
	b.get("/staff/case/" + ref).says("The answers suggest that the criteria may be met") // the case stays where it was

	s.with(care.Settings{ViewFirst: true})
	b.get(versions).says("Your own view comes first")
	if strings.Contains(text(b.doc), "may not be met") {
		t.Error("another version tells what is suggested")
	}
}
