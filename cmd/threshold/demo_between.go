package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// demoCasesBetween are those that show what passes between people: a draft that waits for the person's word, a signed record
// with its letter, a restricted case, somebody who was written down twice, and the partner of a carer.
func demoCasesBetween(surname string) []demoCase {
	self := func(first, born, phone string) map[string][]string {
		return said(reach(phone), map[string][]string{
			"for": {"self"}, "today": {"none"}, "private": {"skip"}, "second_look": {"all_fine"}, "council_help": {"no"},
			"name": {first + " " + surname}, "call_me": {first}, "born": {born},
		})
	}
	juniper := said(self("Juniper", "1940-05-30", "07700 900118"), map[string][]string{
		"condition": {"sight"}, "daily": {"nutrition"}, "overall": {"between"}, "areas": {"control"},
	}, hard("nutrition", "danger", "some_days", "nobody", "I burn myself on the oven.", ""))
	return []demoCase{
		{name: "Bryony", daysAgo: 15, said: said(self("Bryony", "1956-08-23", "07700 900117"), map[string][]string{
			"condition": {"physical"}, "daily": {"clothing", "community"}, "overall": {"big"}, "areas": {"social", "control"},
			"matters": {"The Friday market, and the people I know there."},
		}, hard("clothing", "assistance", "daily", "nobody", "My arms do not go up any more.", "To wear what I like."),
			hard("community", "assistance", "daily", "nobody", "I have not been out alone since spring.", "To go to the market by myself."))},
		{name: "Reed", daysAgo: 10, said: said(self("Reed", "1970-01-17", "07700 900119"), map[string][]string{
			"condition": {"mental", "physical"}, "daily": {"home_upkeep", "relationships"}, "overall": {"big"}, "areas": {"social", "home"},
			"matters": {"To have my brother round again without being ashamed of the house."},
		}, hard("home_upkeep", "distress", "daily", "nobody", "I look at it and cannot begin.", "One clean room."),
			hard("relationships", "assistance", "most_days", "nobody", "I let the phone ring.", "My brother on a Sunday."))},
		{name: "Juniper", daysAgo: 6, said: juniper},
		{name: "Juniper", daysAgo: 2, keyed: casework.KeyedPhone, said: juniper},
		{name: "Linden", daysAgo: 5, said: said(self("Linden", "1982-03-09", "07700 900120"), map[string][]string{
			"condition": {"physical"}, "daily": {"hygiene"}, "overall": {"likely"}, "areas": {"dignity"},
		}, hard("hygiene", "assistance", "daily", "family", "I need a hand in and out of the shower.", ""))},
		{name: "Pat", daysAgo: 6, said: said(self("Pat", "1973-12-01", "07700 900121"), map[string][]string{
			"condition": {"brain_injury"}, "daily": {"nutrition", "community"}, "overall": {"big"}, "areas": {"family", "activity"},
			"matters": {"That Laurel gets to sing again."},
		}, hard("nutrition", "assistance", "daily", "family", "I leave the pan on. Laurel cooks.", ""),
			hard("community", "assistance", "daily", "family", "I get lost.", "To walk to the shop and back."))},
	}
}

// What the people of the demonstration said about reading their two cases together.
const (
	demoLinkPat    = "Said so on the phone, and wants Laurel to be heard too."
	demoLinkLaurel = "Ticked it on the form, and said it again on the phone."
)

// seedBetween does what those cases are there to show. It needs everybody of demoStaff.
func seedBetween(ctx context.Context, service *casework.Service, council care.Council, worker care.Actor, made []madeCase) error {
	staff := func(id string, roles ...care.Role) care.Actor {
		return care.Actor{Kind: care.ActorPractitioner, ID: casework.DemoPractitioner(council.Slug) + "-" + id, Council: council.Slug, Roles: roles}
	}
	wren, max := staff("practitioner", care.RolePractitioner), staff("manager", care.RoleManager)
	of := func(first string) (madeCase, bool) {
		i := slices.IndexFunc(made, func(m madeCase) bool { return m.reference != "" && strings.HasPrefix(m.name, first+" ") })
		if i < 0 {
			return madeCase{}, false // it was there before
		}
		return made[i], true
	}
	give := func(m madeCase, to string) error {
		st, err := service.Store.Standing(ctx, council.Slug, m.reference, worker.ID)
		if err != nil {
			return err
		}
		return service.Assign(ctx, worker, []casework.Pick{{Reference: m.reference, Version: st.Version}}, casework.GiveTo{Worker: to})
	}
	for _, step := range []struct {
		name string
		do   func(m madeCase) error
	}{
		{"Bryony", func(m madeCase) error {
			if err := give(m, wren.ID); err != nil {
				return err
			}
			return signedByWren(ctx, service, council, wren, max, m.reference)
		}},
		{"Reed", func(m madeCase) error {
			if err := give(m, wren.ID); err != nil {
				return err
			}
			f, err := workToTheDraft(ctx, service, wren, m.reference)
			if err != nil {
				return err
			}
			return service.ShareDraft(ctx, wren, council, f.Reference, casework.DraftByStatus, f.Seen(), "")
		}},
		{"Linden", func(m madeCase) error {
			f, err := service.Open(ctx, worker, m.reference, casework.PageSummary)
			if err != nil {
				return err
			}
			return service.Restrict(ctx, worker, m.reference, true, "Their sister works on the front desk here.", f.Version)
		}},
		{"Pat", func(m madeCase) error {
			laurel, ok := of("Laurel")
			if !ok {
				return nil
			}
			return service.LinkCases(ctx, worker, m.reference, laurel.reference, casework.Say{Said: "yes", How: demoLinkPat}, casework.Say{Said: "yes", How: demoLinkLaurel})
		}},
		{"Moss", func(m madeCase) error {
			return service.Offer(ctx, worker, m.reference, casework.OfferTo{Team: demoTeamID(council.Slug, "north")}, "Moved in with a daughter on the north side.")
		}},
	} {
		m, ok := of(step.name)
		if !ok {
			continue
		}
		if err := step.do(m); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	return nil
}

// signedByWren works a case to its end, signs it and gives the letter; a manager notes what to learn from it, because it was
// signed very soon after it was first opened.
func signedByWren(ctx context.Context, service *casework.Service, council care.Council, wren, manager care.Actor, reference string) error {
	if err := workToTheEnd(ctx, service, council, wren, reference); err != nil {
		return err
	}
	f, err := service.Open(ctx, wren, reference, "record")
	if err != nil {
		return err
	}
	if _, err := service.Sign(ctx, wren, reference, f.Seen()); err != nil {
		return err
	}
	given := care.CopyGiven{To: "person", How: "post", On: service.Now().Format(time.DateOnly)}
	if err := service.GiveLetter(ctx, wren, reference, casework.LetterForms[0], given, ""); err != nil {
		return err
	}
	return service.AddLearning(ctx, manager, reference, "", "Clear reasons, and in their own words. Next time write down what they said about the visit itself.")
}
