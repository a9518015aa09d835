package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// The demonstration's councils. Neither exists; the numbers are Ofcom's for fiction.
var demoCouncils = []care.Council{
	{
		Slug: "alderford", Name: "Alderford Council", Phone: "020 7946 0101", Phone24h: "020 7946 0199", Email: "care@alderford.example.com",
		LeaveURL: "https://www.bbc.co.uk/weather", Colour: "#17495a", ReadDays: 5, Settings: care.Settings{UrgentHours: 4, CheckInDays: 7}, Demo: true,
	},
	{
		Slug: "northmere", Name: "Northmere Council", Phone: "0113 496 0101", Phone24h: "0113 496 0199", Email: "care@northmere.example.com",
		LeaveURL: "https://www.bbc.co.uk/weather", Colour: "#4a2f6b", ReadDays: 8, Settings: care.Settings{UrgentHours: 4, CheckInDays: 7}, Demo: true,
	},
}

// A demoCase is somebody made up, and what they fill in: answers by question id.
type demoCase struct {
	name    string
	daysAgo int    // when it was sent
	form    string // a form outside the journey in its place, such as "contact"
	said    map[string][]string

	// What came after it was sent.
	own       map[string][]string // the person's own account, of a case that a helper sent
	adds      string
	days      []care.DiaryLine // with On as the number of days before it was sent
	withdraws string
	asks      string // by the practitioner
	replies   string
	keyed     string // how a practitioner typed it in: paper or phone
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
			hard("home_upkeep", "distress", "most_days", "nobody", "", "")),
			asks: "Which day would suit you for a visit with an interpreter?", replies: "Any day but Thursday."},
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
			hard("work_learning", "assistance", "past", "nobody", "I lost my job over it.", "To work two days a week.")),
			days: []care.DiaryLine{
				{On: "1", Kind: casework.DayGood, Text: "Went to the shop."}, {On: "2", Kind: casework.DayMixed}, {On: "3", Kind: casework.DayBad, Text: "In bed all day."},
				{On: "4", Kind: casework.DayBad, Text: "Could not hold a cup."},
			}},
		{name: "Ivy", daysAgo: 3, said: said(base, person("Ivy", "1967-02-21"), reach("07700 900109"), map[string][]string{
			"condition": {"physical"}, "daily": {"home_upkeep"}, "overall": {"small"}, "areas": {"none"},
		}, hard("home_upkeep", "time", "some_days", "nobody", "Hoovering takes me all day.", "")),
			adds: "My neighbour hoovers for me now.", withdraws: "I think others need it more than me."},
		{name: "Jay", daysAgo: 0, form: "questions/send", said: map[string][]string{
			"for": {"self"}, "today": {"none"}, "private": {"alone"}, "safety": {"paid_carers"},
			"call_you": {"Jay " + surname}, "safe_way": {"Write to my work address: jay@example.com"},
		}},
	}
	cases = append(cases, moreDemoCases(surname)...)
	cases = append(cases, demoCasesBetween(surname)...)
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
			if err := seedStaff(ctx, service, council); err != nil {
				return err
			}
			continue
		}
		surname := []string{"Example", "Sample"}[i]
		// A manager, so that every page of the practitioner's side can be seen.
		p := care.Practitioner{
			ID: "demonstration-" + council.Slug, Council: council.Slug, Name: []string{"Robin Demonstration", "Sky Demonstration"}[i],
			Email: "demonstration@" + council.Slug + ".example.com", Roles: []care.Role{care.RoleManager}, Registration: demoRegistration, OnDuty: true, Demo: true, CreatedAt: service.Now().UTC(),
		}
		worker := care.Actor{Kind: care.ActorPractitioner, ID: p.ID, Council: council.Slug, Roles: p.Roles}
		made, err := seedCases(ctx, service, council, worker, surname)
		if err != nil {
			return fmt.Errorf("making the demonstration's cases of %s: %w", council.Name, err)
		}
		ev := care.Event{At: p.CreatedAt, Council: council.Slug, Actor: care.ActorSystem, Verb: "practitioner.invited", Subject: p.ID}
		if err := service.Store.PutPractitioner(ctx, p, ev); err != nil {
			return fmt.Errorf("making the demonstration's practitioners: %w", err)
		}
		if err := seedQuestions(ctx, service, council, worker, made); err != nil {
			return fmt.Errorf("asking in the demonstration of %s: %w", council.Name, err)
		}
		if err := seedRecord(ctx, service, council, worker, made); err != nil {
			return err
		}
		if err := seedTeams(ctx, service, council); err != nil {
			return err
		}
		if err := seedPlaces(ctx, service, council, worker, made); err != nil {
			return err
		}
		if err := seedStaff(ctx, service, council); err != nil {
			return err
		}
		var neighbour care.Council
		if i > 0 {
			neighbour = demoCouncils[i-1]
		}
		if err := seedPassing(ctx, service, council, neighbour, worker, made); err != nil {
			return fmt.Errorf("passing on in the demonstration of %s: %w", council.Name, err)
		}
		if i > 0 {
			continue // in one of them is enough: a start has to be quick
		}
		if err := seedBetween(ctx, service, council, worker, made); err != nil {
			return fmt.Errorf("what people send each other in the demonstration of %s: %w", council.Name, err)
		}
	}
	return nil
}

// A madeCase is a sample case that was sent just now, and whoever sent it.
type madeCase struct {
	demoCase
	reference string
	sender    care.Actor
}

// seedCases makes the cases that are not there yet: a first start may have been cut short.
func seedCases(ctx context.Context, service *casework.Service, council care.Council, worker care.Actor, surname string) ([]madeCase, error) {
	there := map[string]int{} // somebody is in it twice
	for after := ""; ; {
		page, err := service.Queue(ctx, care.Actor{Kind: care.ActorSystem, Council: council.Slug}, care.QueueQuery{After: after})
		if err != nil {
			return nil, err
		}
		for _, line := range page.Lines {
			there[line.Summary.Name]++
		}
		if after = page.Next; after == "" {
			break
		}
	}
	var made []madeCase
	for _, sample := range demoCases(surname) {
		if there[sample.name] > 0 {
			there[sample.name]--
			continue
		}
		then := casework.Service{Store: service.Store, Library: service.Library, Log: service.Log}
		at := service.Now().AddDate(0, 0, -sample.daysAgo)
		then.Now = func() time.Time { return at }
		one, err := fillIn(ctx, &then, council, worker, sample)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", sample.name, err)
		}
		if later := at.Add(sinceSent); later.Before(service.Now()) {
			at = later
		}
		if err := addLater(ctx, &then, council, one); err != nil {
			return nil, fmt.Errorf("%s, what came later: %w", sample.name, err)
		}
		made = append(made, one)
	}
	return made, nil
}

// sinceSent is when the people of the demonstration add to what they sent.
const sinceSent = 20 * time.Hour

// fillIn begins a form and walks its pages as the person would, one answer after the other, and sends what comes of it.
func fillIn(ctx context.Context, service *casework.Service, council care.Council, worker care.Actor, sample demoCase) (madeCase, error) {
	made := madeCase{demoCase: sample}
	if sample.form == "contact" {
		return made, askNow(ctx, service, council, nil, sample.form, sample.said)
	}
	var draft casework.Draft
	var err error
	if sample.keyed != "" {
		draft, err = service.StartKeyed(ctx, worker, sample.keyed)
	} else {
		draft, err = service.Start(ctx, council.Slug)
	}
	if err != nil {
		return made, err
	}
	made.sender = care.Actor{Kind: care.ActorCitizen, ID: draft.ID, Council: council.Slug}
	left := maps.Clone(sample.said)
	if draft, err = goOn(ctx, service, made.sender, draft, left, sample.form); err != nil {
		return made, err
	}
	if sample.form != "" {
		return made, askNow(ctx, service, council, &draft, sample.form, left)
	}
	draft, err = service.Send(ctx, made.sender, council)
	made.reference = draft.Reference
	return made, err
}

// goOn answers a draft's pages from left, up to its last or, for somebody who sends the private part at once, to that. What
// was never asked for is a slip in the sample.
func goOn(ctx context.Context, service *casework.Service, actor care.Actor, draft casework.Draft, left map[string][]string, form string) (casework.Draft, error) {
	for path := draft.Rules.NextUnvisited(draft.Answers); path != "check"; path = draft.Rules.NextUnvisited(draft.Answers) {
		page, ok := draft.Rules.Page(path, draft.Answers, nil)
		if !ok {
			return draft, fmt.Errorf("page %s does not exist", path)
		}
		typed := map[string][]string{}
		for _, q := range page.Questions {
			if values, ok := left[q.ID]; ok {
				typed[q.ID] = values
				delete(left, q.ID)
			}
		}
		var err error
		if draft, err = service.Answer(ctx, actor, path, "", typed); err != nil {
			return draft, fmt.Errorf("page %s: %w", path, err)
		}
		if form != "" && path == "questions" {
			return draft, nil
		}
	}
	if len(left) > 0 {
		return draft, fmt.Errorf("these answers were never asked for: %v", slices.Sorted(maps.Keys(left)))
	}
	return draft, nil
}

func askNow(ctx context.Context, service *casework.Service, council care.Council, draft *casework.Draft, form string, typed map[string][]string) error {
	_, err := service.Ask(ctx, council, draft, form, "", typed)
	return err
}

// addLater adds what came to a case after it was sent.
func addLater(ctx context.Context, service *casework.Service, council care.Council, made madeCase) error {
	for _, day := range made.days {
		ago, err := strconv.Atoi(day.On)
		if err != nil {
			return fmt.Errorf("a day of the diary: %w", err)
		}
		day.On = service.Now().AddDate(0, 0, -made.daysAgo-ago).Format(time.DateOnly)
		if err := service.AddDay(ctx, made.sender, day, ""); err != nil {
			return err
		}
	}
	if made.adds != "" {
		if err := service.AddTo(ctx, made.sender, made.adds, ""); err != nil {
			return err
		}
	}
	if made.withdraws != "" {
		if err := service.AskToWithdraw(ctx, made.sender, made.withdraws, ""); err != nil {
			return err
		}
	}
	if made.own == nil {
		return nil
	}
	person := care.Actor{Kind: care.ActorCitizen, ID: made.sender.ID, Council: council.Slug, As: care.CodePerson}
	draft, err := service.BeginAccount(ctx, person)
	if err != nil {
		return err
	}
	person.ID = draft.ID
	if _, err := goOn(ctx, service, person, draft, maps.Clone(made.own), ""); err != nil {
		return err
	}
	_, err = service.Send(ctx, person, council)
	return err
}

// seedQuestions lets the practitioner ask, and the person reply.
func seedQuestions(ctx context.Context, service *casework.Service, council care.Council, worker care.Actor, made []madeCase) error {
	for _, one := range made {
		if one.asks == "" {
			continue
		}
		if err := service.AskPerson(ctx, worker, council, one.reference, one.asks, "", ""); err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		status, err := service.Status(ctx, one.sender)
		if err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		for _, asked := range status.Asked {
			if err := service.Reply(ctx, one.sender, asked.ID, one.replies, false, ""); err != nil {
				return fmt.Errorf("%s: %w", one.name, err)
			}
		}
	}
	return nil
}
