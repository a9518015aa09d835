package web_test

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"threshold/internal/care"
)

// TestRandomWalks: thirty people who answer as they please all come to a confirmation, whatever they say: nothing on
// the way is a gate. Each is then found in the queue, and one is signed, by forms alone.
func TestRandomWalks(t *testing.T) {
	s := newSite(t, false)
	sent := map[string]bool{}
	last := ""
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		b := s.browser().get("/ashdale").get("/ashdale/for")
		// Self, or "not sure", which goes on as self; the other ways in have their own page for now.
		b.submit(map[string][]string{"for": {[]string{"self", "not_sure"}[r.IntN(2)]}})
		screens := 2
		for !b.confirmed() {
			if screens++; screens > 60 {
				t.Fatalf("walk %d: no end in sight at %s", seed, b.path)
			}
			forms := b.forms()
			if len(forms) == 0 {
				t.Fatalf("walk %d: dead end at %s (%d)", seed, b.path, b.status)
			}
			before := b.path
			b.post(forms[0].action, plausible(r, forms[0], false))
			for try := 0; b.status == http.StatusUnprocessableEntity; try++ {
				if try == 20 {
					t.Fatalf("walk %d: %s refuses everything:\n%s", seed, before, b.body)
				}
				forms = b.forms()
				b.post(forms[0].action, plausible(r, forms[0], true))
			}
			if b.status != http.StatusOK {
				t.Fatalf("walk %d: %s answered %d", seed, b.path, b.status)
			}
		}
		last = b.reference()
		sent[last] = true
		t.Logf("walk %d: %s after %d screens", seed, last, screens)
	}

	staff := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	found := map[string]bool{}
	for page := "/staff"; page != ""; {
		staff.get(page)
		page = ""
		each(staff.doc, func(n *htmlNode) {
			href := attr(n, "href")
			if reference, ok := strings.CutPrefix(href, "/staff/case/"); ok {
				found[reference] = true
			}
			if attr(n, "rel") == "next" {
				page = href
			}
		})
	}
	for reference := range sent {
		if !found[reference] {
			t.Errorf("%s was sent and is not in the queue of %d", reference, len(found))
		}
	}
	staff.sign(last)
}

// sign makes a finding on every outcome and signs the record, as a practitioner would who finds that there are no
// eligible needs.
func (b *browser) sign(reference string) {
	b.t.Helper()
	home := "/staff/case/" + reference
	b.post(home+"/contact", url.Values{
		"on-day": {"21"}, "on-month": {"11"}, "on-year": {"2026"}, "how": {"visit"}, "seen_alone": {"yes"}, "advocate": {"not_needed"},
	}).answers(http.StatusOK)
	for _, outcome := range b.site.outcomes() {
		b.post(home+"/answers/"+outcome, url.Values{
			"version": {"0"}, "conclusion": {"able"}, "sources": {"seen"}, "reason": {"Shown to me on the visit."}, "period": {"The last year"},
		}).answers(http.StatusOK)
	}
	impact := url.Values{"version": {"0"}, "significant": {"no"}, "significant_reason": {"Little has changed."}, "cause": {"yes"}, "cause_reason": {"Arthritis in both hands."}}
	for _, area := range []string{"dignity", "health", "protection", "control", "activity", "social", "family", "home", "contribution"} {
		impact.Set("area-"+area, "some")
	}
	b.post(home+"/impact", impact).answers(http.StatusOK)
	b.post(home+"/record", url.Values{
		"version": {"0"}, "checks": {"gaps", "all_needs", "wishes", "others", "consistent", "condition", "evidence"}, "decision": {"not_eligible"},
		"decision_reason": {"Able to achieve all ten."}, "advice": {"The falls clinic: 020 7946 0111."}, "considered": {"will_not_meet"}, "next_steps": {"None wanted."},
	}).answers(http.StatusOK)
	forms := b.forms()
	v := forms[len(forms)-1].values()
	v.Set("confirm", "yes")
	b.post(forms[len(forms)-1].action, v).answers(http.StatusOK).says("Record signed")
}
