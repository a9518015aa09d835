package web_test

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
)

// The ways into the form, and what everybody of a kind says; the rest of each walk is as it pleases them.
var walkers = []struct {
	name string
	says url.Values
	kind care.CaseKind // of what is sent
}{
	{"for themselves", url.Values{"for": {"self"}}, care.KindAdultNeeds},
	{"not sure who it is for", url.Values{"for": {"not_sure"}}, care.KindAdultNeeds},
	{"for somebody, alone", url.Values{"for": {"someone"}, "knows": {"yes_agree"}, "with_them": {"no"}}, care.KindAdultNeeds},
	{"for somebody, together", url.Values{"for": {"someone"}, "knows": {"yes_agree"}, "with_them": {"yes"}}, care.KindAdultNeeds},
	{"a concern", url.Values{"for": {"someone"}, "knows": {"said_no"}}, care.KindConcern},
	{"a carer", url.Values{"for": {"carer"}, "their_age": {"adult"}, "own_age": {"adult"}}, care.KindCarer},
	{"a carer whose health suffers", url.Values{
		"for": {"carer"}, "their_age": {"adult"}, "own_age": {"adult"}, "health": {"deteriorating"}, "daily": {"none"}, "second_look": {"all_fine"},
	}, care.KindCarer},
	{"a young person", url.Values{"for": {"under_18"}, "young": {"needs_16"}, "born": nil}, care.KindTransition},
	{"a parent", url.Values{"for": {"under_18"}, "young": {"parent"}}, care.KindChildren},
	{"somebody with help from the council", url.Values{"for": {"self"}, "council_help": {"yes"}}, care.KindAdultNeeds},
}

// TestRandomWalks: thirty people of each kind who answer as they please all come to a confirmation, whatever they say:
// nothing on the way is a gate. Each is then found in the queue as what it is, and one is signed, by forms alone.
func TestRandomWalks(t *testing.T) {
	s := newSite(t, false)
	sent := map[string]care.CaseKind{}
	last := ""
	for k, who := range walkers {
		most := 0
		for seed := range uint64(30) {
			r := rand.New(rand.NewPCG(seed, 7+uint64(k)))
			b := s.browser().get("/ashdale").get("/ashdale/for")
			screens := 1
			for !b.confirmed() {
				if screens++; screens > 80 {
					t.Fatalf("%s, walk %d: no end in sight at %s", who.name, seed, b.path)
				}
				forms := b.forms()
				if len(forms) == 0 {
					t.Fatalf("%s, walk %d: dead end at %s (%d)", who.name, seed, b.path, b.status)
				}
				// Where something can be sent at once there are two forms; the last goes on with the journey.
				at := func() *pageForm {
					forms = b.forms()
					if b.page() == "result" {
						return forms[0]
					}
					return forms[len(forms)-1]
				}
				fill := func(retry bool) url.Values {
					v := plausible(r, at(), retry)
					for _, c := range at().controls {
						if said, ok := who.says[c.name]; ok && said != nil {
							v[c.name] = said
						}
						if strings.HasPrefix(c.name, "born-") && !strings.Contains(who.name, "young") {
							v.Set(c.name, word(r, c.name)) // a grown-up
						} else if strings.HasPrefix(c.name, "born-") {
							v.Del(c.name)
						}
					}
					return v
				}
				before := b.path
				b.post(at().action, fill(false))
				for try := 0; b.status == http.StatusUnprocessableEntity; try++ {
					if try == 20 {
						t.Fatalf("%s, walk %d: %s refuses everything:\n%s", who.name, seed, before, b.body)
					}
					b.post(at().action, fill(true))
				}
				if b.status != http.StatusOK {
					t.Fatalf("%s, walk %d: %s answered %d after %s", who.name, seed, b.path, b.status, before)
				}
			}
			reference := b.reference()
			sent[reference] = who.kind
			most = max(most, screens)
			if who.name == "for themselves" {
				last = reference
			}
		}
		t.Logf("%s: thirty walks, at most %d screens", who.name, most)
	}
	// Asking to be contacted is a walk of its own.
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 99))
		b := s.browser().get("/ashdale/contact")
		b.post(b.forms()[0].action, plausible(r, b.forms()[0], false))
		for try := 0; b.status == http.StatusUnprocessableEntity && try < 20; try++ {
			b.post(b.forms()[0].action, plausible(r, b.forms()[0], true))
		}
		if !b.confirmed() {
			t.Fatalf("asking to be contacted, walk %d: %s answered %d", seed, b.path, b.status)
		}
	}
	ctx, system := t.Context(), care.Actor{Kind: care.ActorSystem, Council: "ashdale"}
	for after := ""; ; {
		page, err := s.service.Queue(ctx, system, care.QueueQuery{After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range page.Lines {
			if want, ok := sent[line.Reference]; ok && line.Kind != want {
				t.Errorf("%s was sent as %q and is in the queue as %q", line.Reference, want, line.Kind)
			}
		}
		if after = page.Next; after == "" {
			break
		}
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
	// What a form raises at random decides what is owed before its record can be signed; the signing of one is
	// TestACaseToItsSignedRecord. Here every page of it has to open.
	for _, page := range []string{"", "/answers", "/impact", "/record", "/notes", "/prepare", "/timeline"} {
		staff.get("/staff/case/" + last + page).answers(http.StatusOK)
	}
}

// findings logs a contact, makes a finding on every outcome, able but for those named, and weighs the impact: a significant
// one when anything is named.
func (b *browser) findings(reference string, unable ...string) {
	b.t.Helper()
	home := "/staff/case/" + reference
	b.post(home+"/contact", url.Values{
		"on-day": {"21"}, "on-month": {"11"}, "on-year": {"2026"}, "how": {"visit"}, "seen_alone": {"yes"}, "advocate": {"not_needed"},
	}).answers(http.StatusOK)
	for _, outcome := range b.site.outcomes() {
		b.post(home+"/answers/"+outcome, url.Values{
			"version": {"0"}, "conclusion": {map[bool]string{false: "able", true: "unable"}[slices.Contains(unable, outcome)]},
			"sources": {"seen"}, "reason": {"Shown to me on the visit."}, "period": {"The last year"},
		}).answers(http.StatusOK)
	}
	impact := url.Values{"version": {"0"}, "significant": {"no"}, "significant_reason": {"Little has changed."}, "cause": {"yes"}, "cause_reason": {"Arthritis in both hands."}}
	for _, area := range []string{"dignity", "health", "protection", "control", "activity", "social", "family", "home", "contribution"} {
		impact.Set("area-"+area, "some")
	}
	if len(unable) > 0 {
		impact.Set("significant", "yes")
		impact.Set("significant_reason", "She eats once a day.")
	}
	b.post(home+"/impact", impact).answers(http.StatusOK)
}

// noneEligible is the record of a case in which no needs are eligible, with everything that is owed then.
func noneEligible() url.Values {
	return url.Values{
		"strengths": {"She knows her neighbours well."}, "carers": {"no"},
		"advice-0-action": {"Ask for a falls check"}, "advice-0-who": {"The falls clinic"}, "advice-0-phone": {"020 7946 0111"}, "advice-0-by-day": {"1"}, "advice-0-by-month": {"12"}, "advice-0-by-year": {"2026"},
		"version": {"0"}, "checks": {"gaps", "all_needs", "wishes", "others", "consistent", "condition", "evidence"}, "decision": {"not_eligible"},
		"decision_reason": {"Able to achieve all ten."}, "advice": {"The falls clinic: 020 7946 0111."}, "considered": {"will_not_meet"}, "next_steps": {"None wanted."},
	}
}

// confirm presses the button that signs, on the record page.
func (b *browser) confirm() *browser {
	b.t.Helper()
	return b.press("/sign", url.Values{"confirm": {"yes"}})
}
