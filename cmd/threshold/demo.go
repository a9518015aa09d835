package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// The demonstration's councils. Neither exists; the numbers are Ofcom's for fiction.
var demoCouncils = []care.Council{
	{
		Slug: "alderford", Name: "Alderford Council", Phone: "020 7946 0101", Phone24h: "020 7946 0199", Email: "care@alderford.example.com",
		LeaveURL: "https://www.bbc.co.uk/weather", Colour: "#17495a", ReadDays: 5, Demo: true,
	},
	{
		Slug: "northmere", Name: "Northmere Council", Phone: "0113 496 0101", Phone24h: "0113 496 0199", Email: "care@northmere.example.com",
		LeaveURL: "https://www.bbc.co.uk/weather", Colour: "#4a2f6b", ReadDays: 8, Demo: true,
	},
}

// A demoCase is somebody made up, and what they fill in: answers by question id.
type demoCase struct {
	name    string
	daysAgo int    // when it was sent
	form    string // a form outside the journey in its place, such as "contact"
	said    map[string][]string
}

// said gathers answers; later ones win.
func said(parts ...map[string][]string) map[string][]string {
	out := map[string][]string{}
	for _, p := range parts {
		maps.Copy(out, p)
	}
	return out
}

// hard is an outcome that was told of in full.
func hard(outcome, limb, frequency, help, words, wish string) map[string][]string {
	out := map[string][]string{
		outcome + ".limbs": {limb}, outcome + ".frequency": {frequency}, outcome + ".cause": {"impairment"}, outcome + ".help": {help},
		outcome + ".words": {words},
	}
	if wish != "" {
		out[outcome+".wish"] = []string{wish}
	}
	return out
}

func reach(phone string) map[string][]string {
	return map[string][]string{"ways": {"call"}, "phone": {phone}}
}

// demoCases are the sample cases of one council. Each shows something a practitioner meets.
func demoCases(surname string) []demoCase {
	base := map[string][]string{"for": {"self"}, "today": {"none"}, "private": {"skip"}, "second_look": {"all_fine"}, "council_help": {"no"}}
	person := func(first, born string) map[string][]string {
		return map[string][]string{"name": {first + " " + surname}, "call_me": {first}, "born": {born}}
	}
	cases := []demoCase{
		{name: "Amber", daysAgo: 0, said: said(base, person("Amber", "1948-03-27"), reach("07700 900101"), map[string][]string{
			"today": {"helper", "food"}, "condition": {"physical", "memory"}, "daily": {"nutrition", "hygiene"}, "overall": {"big"}, "areas": {"health", "dignity"},
			"matters": {"I want to stay in my own home, and cook a Sunday dinner again."},
		}, hard("nutrition", "assistance", "daily", "family", "My hands shake. My sister cooked for me, but she is in hospital now.", "To make my own breakfast."),
			hard("hygiene", "danger", "daily", "family", "I slipped in the bath twice.", ""))},
		{name: "Basil", daysAgo: 1, said: said(base, person("Basil", "1961-11-05"), reach("07700 900102"), map[string][]string{
			"private": {"alone"}, "safety": {"hurt", "money"}, "condition": {"mental", "physical"}, "daily": {"relationships", "home_safety"}, "overall": {"likely"},
			"areas": {"protection", "control"}, "seen_by": {"My son reads my letters and my phone"}, "alone": {"yes"}, "times": {"Weekday mornings, before 11"},
			"matters": {"A quiet life. My garden."},
		}, hard("relationships", "distress", "most_days", "nobody", "I do not see anybody any more.", "To see my old friends from the allotment."),
			hard("home_safety", "danger", "some_days", "nobody", "The stairs frighten me.", ""))},
		{name: "Clover", daysAgo: 2, said: said(base, person("Clover", "1935-07-19"), reach("07700 900103"), map[string][]string{
			"ways_to_talk": {"bsl"}, "format": {"large_print"}, "deafblind": {"no"}, "condition": {"hearing", "physical"},
			"daily": {"clothing", "community", "home_upkeep"}, "overall": {"big"}, "areas": {"activity", "social"},
			"matters": {"Going to my deaf club on Thursdays. I have gone for forty years."},
		}, hard("clothing", "time", "daily", "nobody", "It takes me an hour to get dressed.", "To wear my good shoes again."),
			hard("community", "assistance", "most_days", "nobody", "I cannot get on the bus with my frame.", "To get to the deaf club."),
			hard("home_upkeep", "distress", "most_days", "nobody", "", ""))},
		{name: "Dale", daysAgo: 16, said: said(base, person("Dale", "1952-01-30"), reach("07700 900104"), map[string][]string{
			"condition": {"brain_injury"}, "daily": {"nutrition", "toilet"}, "overall": {"big"}, "areas": {"dignity", "family"},
			"goes_well": {"My wife does everything. She never complains. She is very tired."}, "nutrition.help_enough": {"enough"}, "toilet.help_enough": {"enough"},
		}, hard("nutrition", "assistance", "daily", "family", "My wife makes every meal.", ""),
			hard("toilet", "assistance", "daily", "family", "I need my wife at night.", "That she can sleep through."))},
		{name: "Elm", daysAgo: 3, form: "contact", said: map[string][]string{
			"call_you": {"Elm " + surname}, "safe_way": {"07700 900105"}, "reach_how": {"call"}, "safe_time": {"Afternoons"},
		}},
		{name: "Fern", daysAgo: 4, said: said(base, person("Fern", "1944-09-02"), reach("07700 900106"), map[string][]string{
			"condition": {"memory"}, "council_help": {"yes"}, "daily": {"hygiene", "community"}, "overall": {"big"}, "areas": {"health"},
			"matters": {"The carers come too late. I am in bed till eleven."},
		}, hard("hygiene", "assistance", "daily", "paid", "They help me wash.", "To be up by nine."),
			hard("community", "assistance", "daily", "nobody", "", ""))},
		{name: "Glen", daysAgo: 5, said: said(base, person("Glen", "1958-05-14"), reach("07700 900107"), map[string][]string{
			"condition": {"none"}, "daily": {"nutrition", "home_upkeep"}, "overall": {"between"}, "areas": {"home"},
		}, hard("nutrition", "time", "most_days", "nobody", "I am not ill, I am only slow since my fall.", ""),
			hard("home_upkeep", "assistance", "most_days", "nobody", "I let it go.", "A clean kitchen."))},
		{name: "Hazel", daysAgo: 6, said: said(base, person("Hazel", "1979-12-08"), reach("07700 900108"), map[string][]string{
			"condition": {"physical"}, "daily": {"hygiene", "work_learning"}, "overall": {"likely"}, "areas": {"activity"}, "second_look": {"not_sure"},
			"matters": {"On a good day I can do most things. On a bad day I cannot lift a cup."},
		}, hard("hygiene", "distress", "rarely", "nobody", "When it comes, for three or four days, I cannot wash at all.", ""),
			hard("work_learning", "assistance", "past", "nobody", "I lost my job over it.", "To work two days a week."))},
		{name: "Ivy", daysAgo: 3, said: said(base, person("Ivy", "1967-02-21"), reach("07700 900109"), map[string][]string{
			"condition": {"physical"}, "daily": {"home_upkeep"}, "overall": {"small"}, "areas": {"none"},
		}, hard("home_upkeep", "time", "some_days", "nobody", "Hoovering takes me all day.", ""))},
		{name: "Jay", daysAgo: 0, form: "questions/send", said: map[string][]string{
			"for": {"self"}, "today": {"none"}, "private": {"alone"}, "safety": {"paid_carers"},
			"call_you": {"Jay " + surname}, "safe_way": {"Write to my work address: jay@example.com"},
		}},
	}
	slices.SortStableFunc(cases, func(a, b demoCase) int { return b.daysAgo - a.daysAgo }) // sent in the order of their days
	for i := range cases {
		cases[i].name += " " + surname
	}
	return cases
}

// seedDemo makes the councils, people and cases of the demonstration through the verbs that everybody uses, so that
// nothing in it is faked. What is there already is left alone: it can be run at every start.
func seedDemo(ctx context.Context, service *casework.Service) error {
	have, err := service.Councils(ctx)
	if err != nil {
		return err
	}
	for i, council := range demoCouncils {
		if !slices.ContainsFunc(have, func(c care.Council) bool { return c.Slug == council.Slug }) {
			if err := service.SetCouncil(ctx, care.Actor{Kind: care.ActorSystem}, council); err != nil {
				return fmt.Errorf("making the demonstration's councils: %w", err)
			}
		}
		// The practitioners come last: where they are, the rest is.
		staff, err := service.Store.Practitioners(ctx, council.Slug)
		if err != nil {
			return err
		}
		if len(staff) > 0 {
			continue
		}
		surname := []string{"Example", "Sample"}[i]
		if err := seedCases(ctx, service, council, surname); err != nil {
			return fmt.Errorf("making the demonstration's cases of %s: %w", council.Name, err)
		}
		p := care.Practitioner{
			ID: "demonstration-" + council.Slug, Council: council.Slug, Name: []string{"Robin Demonstration", "Sky Demonstration"}[i],
			Email: "demonstration@" + council.Slug + ".example.com", Roles: []care.Role{care.RolePractitioner}, Demo: true, CreatedAt: service.Now().UTC(),
		}
		ev := care.Event{At: p.CreatedAt, Council: council.Slug, Actor: care.ActorSystem, Verb: "practitioner.invited", Subject: p.ID}
		if err := service.Store.PutPractitioner(ctx, p, ev); err != nil {
			return fmt.Errorf("making the demonstration's practitioners: %w", err)
		}
	}
	return nil
}

// seedCases makes the cases that are not there yet: a first start may have been cut short.
func seedCases(ctx context.Context, service *casework.Service, council care.Council, surname string) error {
	there := map[string]bool{}
	for after := ""; ; {
		page, err := service.Queue(ctx, care.Actor{Kind: care.ActorSystem, Council: council.Slug}, care.QueueQuery{After: after})
		if err != nil {
			return err
		}
		for _, line := range page.Lines {
			there[line.Summary.Name] = true
		}
		if after = page.Next; after == "" {
			break
		}
	}
	for _, sample := range demoCases(surname) {
		if there[sample.name] {
			continue
		}
		then := casework.Service{Store: service.Store, Library: service.Library, Log: service.Log}
		at := service.Now().AddDate(0, 0, -sample.daysAgo)
		then.Now = func() time.Time { return at }
		if err := fillIn(ctx, &then, council, sample); err != nil {
			return fmt.Errorf("%s: %w", sample.name, err)
		}
	}
	return nil
}

// fillIn walks the pages as the person would, one answer after the other, and sends what comes of it.
func fillIn(ctx context.Context, service *casework.Service, council care.Council, sample demoCase) error {
	left := maps.Clone(sample.said)
	take := func(page care.Page) map[string][]string {
		typed := map[string][]string{}
		for _, q := range page.Questions {
			if values, ok := left[q.ID]; ok {
				typed[q.ID] = values
				delete(left, q.ID)
			}
		}
		return typed
	}
	if sample.form == "contact" {
		return askNow(ctx, service, council, nil, sample.form, left)
	}
	draft, err := service.Start(ctx, council.Slug)
	if err != nil {
		return err
	}
	actor := care.Actor{Kind: care.ActorCitizen, ID: draft.ID, Council: council.Slug}
	for path := draft.Rules.Start(); path != "check"; path = draft.Rules.NextUnvisited(draft.Answers) {
		page, ok := draft.Rules.Page(path, draft.Answers, nil)
		if !ok {
			return fmt.Errorf("page %s does not exist", path)
		}
		if draft, err = service.Answer(ctx, actor, path, "", take(page)); err != nil {
			return fmt.Errorf("page %s: %w", path, err)
		}
		if sample.form != "" && path == "questions" {
			return askNow(ctx, service, council, &draft, sample.form, left)
		}
	}
	if len(left) > 0 {
		return fmt.Errorf("these answers were never asked for: %v", slices.Sorted(maps.Keys(left)))
	}
	_, err = service.Send(ctx, actor, council)
	return err
}

func askNow(ctx context.Context, service *casework.Service, council care.Council, draft *casework.Draft, form string, typed map[string][]string) error {
	_, err := service.Ask(ctx, council, draft, form, "", typed)
	return err
}
