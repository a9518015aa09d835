package main

import "threshold/internal/casework"

// moreDemoCases are those that somebody else has a part in: a helper whose person sees it differently, carers, somebody
// under 18, and a form from paper.
func moreDemoCases(surname string) []demoCase {
	person := func(first, born string) map[string][]string {
		return map[string][]string{"name": {first + " " + surname}, "call_me": {first}, "born": {born}}
	}
	cares := func(name, born, phone, forWhom, relation string) map[string][]string {
		return said(person(name, born), reach(phone), map[string][]string{
			"for": {"carer"}, "today": {"none"}, "private": {"skip"}, "they_call": {forWhom}, "relation": {relation}, "their_age": {"adult"}, "own_age": {"adult"},
			"council_help": {"no"},
		})
	}
	return []demoCase{
		{name: "Olive", daysAgo: 4, said: said(map[string][]string{
			"for": {"someone"}, "they_call": {"Olive"}, "helper_is": {"neighbour"}, "helper_name": {"Len " + surname}, "helper_phone": {"07700 900110"}, "may_say": {"yes"},
			"knows": {"yes_agree"}, "with_them": {"no"}, "decides": {"yes"}, "today": {"none"}, "private": {"skip"}, "condition": {"memory"}, "council_help": {"not_sure"},
			"daily": {"nutrition", "home_safety"}, "second_look": {"not_sure"}, "areas": {"health", "home"}, "overall": {"big"},
			"nutrition.how_known": {"seen"}, "home_safety.how_known": {"seen", "told"}, "own_words": {"That she wants to stay in her house."},
			"name": {"Olive " + surname}, "born": {"1938-04-11"},
		}, reach("07700 900111"),
			hard("nutrition", "assistance", "daily", "nobody", "There is only milk in her fridge. I bring her soup.", ""),
			hard("home_safety", "danger", "some_days", "nobody", "She leaves the gas on.", "")),
			own: map[string][]string{
				"today": {"none"}, "private": {"alone"}, "safety": {"none"}, "condition": {"memory"}, "council_help": {"no"},
				"daily": {"nutrition", "home_safety"}, "nutrition.limbs": {"none"}, "home_safety.limbs": {"danger"}, "home_safety.frequency": {"rarely"},
				"home_safety.cause": {"not_sure"}, "home_safety.words": {"I forgot the gas once."}, "second_look": {"all_fine"}, "overall": {"small"},
				"matters": {"My house, and nobody telling me what to eat."}, "alone": {"yes"}, "ways": {"post"}, "address": {"3 Example Row"},
				"name": {"Olive " + surname}, "born": {"1938-04-11"},
			}},
		{name: "Kit", daysAgo: 3, said: said(cares("Kit", "1960-10-02", "07700 900112", "Mum", "My mother"), map[string][]string{
			"does": {"personal", "nights", "medicine"}, "since": {"years"}, "hours": {"h50_plus"}, "nights": {"most_nights"}, "paid": {"none"},
			"able": {"some"}, "willing": {"with_help"}, "emergency": {"nobody"}, "health": {"deteriorating"}, "health_words": {"My back has gone, and I do not sleep."},
			"own_needs": {"not_sure"}, "daily": {"none"}, "second_look": {"all_fine"}, "areas": {"health"}, "overall": {"big"}, "link": {"ask_first"},
			"emergency_know": {"Her tablets are in the blue box."}, "matters": {"One whole night's sleep."},
		})},
		{name: "Laurel", daysAgo: 6, said: said(cares("Laurel", "1975-06-18", "07700 900113", "Pat", "My partner"), map[string][]string{
			"does": {"paperwork", "watch", "outings"}, "since": {"months"}, "hours": {"h20_34"}, "nights": {"no"}, "paid": {"none"}, "able": {"yes"}, "willing": {"yes"},
			"emergency": {"someone"}, "health": {"no"}, "own_needs": {"no"}, "daily": {"work", "recreation"}, "second_look": {"all_fine"}, "areas": {"activity", "social"}, "overall": {"likely"},
			"work.limbs": {"distress"}, "work.frequency": {"daily"}, "work.cause": {"caring"}, "work.help": {"nobody"}, "work.change": {"cut_hours", "may_leave"}, "work.words": {"I take calls in the car park."},
			"recreation.limbs": {"assistance"}, "recreation.frequency": {"most_days"}, "recreation.cause": {"mixed"}, "recreation.help": {"family"}, "recreation.last_break": {"longer"},
			"recreation.wish": {"To sing in the choir again."}, "emergency_who": {"My sister"}, "emergency_phone": {"07700 900114"}, "link": {"yes"},
		})},
		{name: "Moss", daysAgo: 9, said: said(cares("Moss", "1944-02-09", "07700 900115", "Joan", "My wife"), map[string][]string{
			"does": {"food", "home"}, "since": {"years"}, "hours": {"varies"}, "nights": {"not_sure"}, "paid": {"all"}, "able": {"no"}, "willing": {"no"}, "health": {"not_sure"},
			"daily": {"not_sure", "home"}, "second_look": {"not_sure"}, "home.limbs": {"not_sure"}, "overall": {"not_sure"}, "link": {"no"}, "keep_from": {"That I cannot go on."},
		})},
		{name: "Rowan", daysAgo: 7, said: said(person("Rowan", "2009-12-12"), reach("07700 900116"), map[string][]string{
			"for": {"under_18"}, "young": {"needs_16"}, "today": {"none"}, "private": {"skip"}, "condition": {"learning", "neurodivergent"}, "council_help": {"no"},
			"young_plan": {"ehc", "school"}, "young_agree": {"yes"}, "young_benefit": {"yes"}, "daily": {"work_learning", "community"}, "second_look": {"all_fine"},
			"areas": {"activity"}, "overall": {"likely"}, "matters": {"To get a job with animals."},
		}, hard("work_learning", "assistance", "daily", "family", "I need somebody to go through it with me.", ""),
			hard("community", "distress", "most_days", "family", "Buses are too loud.", "To go to college on my own."))},
		{name: "Sage", daysAgo: 8, keyed: casework.KeyedPaper, said: said(person("Sage", "1931-08-30"), map[string][]string{
			"for": {"self"}, "today": {"none"}, "private": {"skip"}, "condition": {"sight", "physical"}, "council_help": {"no"}, "daily": {"home_upkeep"}, "second_look": {"not_sure"},
			"overall": {"between"}, "ways": {"post"}, "address": {"12 Example Lane"}, "format": {"large_print"},
		}, hard("home_upkeep", "assistance", "daily", "nobody", "The stairs and the bins.", ""))},
	}
}
