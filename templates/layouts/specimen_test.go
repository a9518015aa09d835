package layouts

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"threshold/templates/components"
)

// The specimens are made-up pages that between them use every component in both
// layouts. Tests read them as trees; SPECIMENS=folder writes them to look at.

var fictional = Council{
	Name: "Ashdown and Weir District Council", Slug: "ashdown",
	Phone: "0113 496 0123", Phone24h: "0113 496 0999",
}

var citizenWords = CitizenWords{
	Service: "Get help with daily life", ErrorPrefix: "Error: ", SkipLink: "Skip to main content", Back: "Back",
	Leave: "Leave this site", LeaveNote: "It takes you to another site. It does not clear your history.",
	DemonstrationTag: "Demonstration", DemonstrationText: "Do not enter real details. Nobody reads them.",
	Contact: "Get help or ask us to contact you", Save: "Save and finish later",
	Danger: "In danger now? Call 999.", Urgent: "Need help today? Call {council} on {phone_24h}, day or night.",
}

var staffWords = StaffWords{
	Service: "Self-assessments", ErrorPrefix: "Error: ", SkipLink: "Skip to main content", Back: "Back",
	NavigationLabel: "Main", SignOut: "Sign out",
	DemonstrationTag: "Demonstration", DemonstrationText: "Nobody here is real.",
}

// page wraps content in a layout.
func page(layout, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return layout.Render(templ.WithChildren(ctx, content), w)
	})
}

// many writes components one after the other.
func many(parts ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, part := range parts {
			if err := part.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

func raw(html string) templ.Component { return templ.Raw(html) }

func inside(wrapper templ.Component, content ...templ.Component) templ.Component {
	return page(wrapper, many(content...))
}

func citizenPage(title string) CitizenPage {
	return CitizenPage{
		Title: title, Council: fictional, Words: citizenWords,
		BackHref: "/ashdown/daily", SavedAt: "Saved at 10:42", NoIndex: true,
	}
}

// questionSpecimen is a typical page: one question with six answers.
func questionSpecimen() templ.Component {
	p := citizenPage("What is hard about eating and drinking?")
	return page(Citizen(p), many(
		components.Progress(components.ProgressParams{Text: "1 of 3", Done: 1, Total: 3}),
		raw(`<form method="post" action="/ashdown/daily/nutrition">`),
		components.Checkboxes(components.CheckboxesParams{
			Name: "nutrition",
			Fieldset: &components.FieldsetParams{Legend: components.LegendParams{
				Text: p.Title, IsPageHeading: true, Classes: "govuk-fieldset__legend--l",
			}},
			Hint: components.HintParams{Text: "Answer as if nobody was there to help you. Choose all that are true"},
			Items: []components.CheckboxItem{
				{Value: "assistance", Text: "I need help to do it, or to be reminded"},
				{Value: "distress", Text: "I can do it, but it causes a lot of pain, upset or worry", Checked: true},
				{Value: "danger", Text: "I can do it, but it is not safe for me or other people", Hint: components.HintParams{Text: "For example, you might choke, burn yourself or fall"}},
				{Value: "time", Text: "I can do it, but it takes far longer than it should"},
				{Divider: "or"},
				{Value: "none", Text: "None of these. I do this on my own and it is fine", Behaviour: "exclusive"},
				{Value: "not_sure", Text: "I'm not sure", Behaviour: "exclusive"},
			},
		}),
		components.Button(components.ButtonParams{Text: "Continue", PreventDoubleClick: components.On}),
		raw(`</form>`),
	))
}

// errorSpecimen is a page that was not accepted, with every kind of input.
func errorSpecimen() templ.Component {
	p := citizenPage("About you")
	p.Error, p.Demonstration = true, true
	problem := func(text string) components.ErrorMessageParams { return components.ErrorMessageParams{Text: text} }
	return page(Citizen(p), many(
		components.ErrorSummary(components.ErrorSummaryParams{TitleText: "There is a problem", ErrorList: []components.ErrorSummaryItem{
			{Text: "Select how often, or select ‘I'm not sure’", Href: "#frequency"},
			{Text: "Date of birth must include a month, like 3 for March", Href: "#dob-month"},
			{Text: "Enter a phone number, like 07700 900 982, or leave it out", Href: "#phone"},
		}}),
		raw(`<h1 class="govuk-heading-l">About you</h1><form method="post" action="/ashdown/you" novalidate>`),
		components.Radios(components.RadiosParams{
			Name: "frequency", Hint: components.HintParams{Text: "Think of the last month"}, ErrorMessage: problem("Select how often, or select ‘I'm not sure’"),
			Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: "How often is it hard?", Classes: "govuk-fieldset__legend--m"}},
			Items: []components.RadioItem{
				{Value: "daily", Text: "Every day"}, {Value: "most_days", Text: "Most days", Checked: true},
				{Value: "rarely", Text: "Rarely", Hint: components.HintParams{Text: "Less than once a month"}}, {Divider: "or"}, {Value: "not_sure", Text: "I'm not sure"},
			},
		}),
		components.DateInput(components.DateInputParams{
			ID: "dob", NamePrefix: "dob", Hint: components.HintParams{Text: "For example, 31 3 1950"}, ErrorMessage: problem("Date of birth must include a month, like 3 for March"),
			Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: "Date of birth", Classes: "govuk-fieldset__legend--m"}},
			Day:      &components.DateInputItem{Value: "4", Autocomplete: "bday-day"},
			Month:    &components.DateInputItem{Error: components.On, Autocomplete: "bday-month"},
			Year:     &components.DateInputItem{Value: "1951", Autocomplete: "bday-year"},
		}),
		components.Input(components.InputParams{
			Name: "phone", Type: "tel", Autocomplete: "tel", Value: "o77", Classes: "govuk-input--width-20",
			Label: components.LabelParams{Text: "Phone number", Classes: "govuk-label--m"}, ErrorMessage: problem("Enter a phone number, like 07700 900 982, or leave it out"),
		}),
		components.Select(components.SelectParams{
			Name: "council", Label: components.LabelParams{Text: "Another council"},
			Items: []components.SelectItem{{Value: "", Text: "Choose a council"}, {Value: "a", Text: "Ashdown and Weir"}},
		}),
		components.CharacterCount(components.CharacterCountParams{
			Name: "words", Maxlength: 1000, Value: "My hands shake.", Label: components.LabelParams{Text: "In your own words", Classes: "govuk-label--m"},
			Hint: components.HintParams{Text: "You can leave this out"},
		}),
		raw(`<div class="govuk-button-group">`),
		components.Button(components.ButtonParams{Text: "Continue", PreventDoubleClick: components.On}),
		components.Button(components.ButtonParams{Text: "None of these, carry on", Classes: "govuk-button--secondary", Name: "none", Value: "yes"}),
		raw(`</div></form>`),
	))
}

// resultSpecimen shows everything else a citizen meets.
func resultSpecimen() templ.Component {
	p := citizenPage("The council may have to help you")
	p.Demonstration = true
	row := func(key, value string) components.SummaryListRow {
		return components.SummaryListRow{
			Key: components.SummaryListCell{Text: key}, Value: components.SummaryListCell{Text: value},
			Actions: components.Actions{Items: []components.ActionItem{{Href: "/ashdown/about", Text: "Change", VisuallyHiddenText: key}}},
		}
	}
	return page(Citizen(p), many(
		components.NotificationBanner(components.NotificationBannerParams{Text: "We have kept your answers", Type: "success", TitleText: "Saved"}),
		raw(`<h1 class="govuk-heading-l">The council may have to help you</h1>
<div class="app-result"><p class="govuk-body">This is not a decision. A social worker decides after they talk to you.</p></div>
<h2 class="govuk-heading-m">Why</h2><ul class="govuk-list govuk-list--bullet"><li>You told us eating is hard</li><li>You told us washing is hard</li></ul>`),
		components.Details(components.DetailsParams{SummaryText: "See the exact law", Text: "Regulation 2 of SI 2015/313"}),
		components.InsetText(components.InsetTextParams{Text: "You can have your needs looked at, whatever this page says."}),
		components.WarningText(components.WarningTextParams{Text: "We do not read this straight away."}),
		picture(true),
		raw(`<blockquote class="app-words">I would like to cook for my grandson again.</blockquote>`),
		components.SummaryList(components.SummaryListParams{Rows: []components.SummaryListRow{
			row("Name", "Wilhelmina Featherstonehaugh-Cholmondeley-Jones"), row("What is hard", "Eating and drinking, washing"), row("Phone", "07700 900 982"),
		}}),
		raw(`<h2 class="govuk-heading-m">Who can help now</h2><div class="app-cards">`),
		components.ServiceCard(components.ServiceCardParams{Title: "In danger now", HeadingLevel: 3, Text: "Call 999.", Phone: "999", Urgent: true}),
		components.ServiceCard(components.ServiceCardParams{Title: "Carers' line", HeadingLevel: 3, Text: "Talk to somebody who cares for someone too.", Phone: "0113 496 0456", Note: "Monday to Friday, 9am to 5pm", Href: "https://example.com/", LinkText: "Read about the carers' line"}),
		raw(`</div>`),
		inside(components.Scroller("Your answers"), components.Table(components.TableParams{
			Caption: "Your answers", FirstCellIsHeader: true, Head: []components.TableHead{{Text: "What"}, {Text: "How often"}, {Text: "Who helps"}},
			Rows: [][]components.TableCell{{{Text: "Eating"}, {Text: "Every day"}, {Text: "My daughter"}}},
		})),
		raw(`<p class="govuk-body">Status: `), components.Tag(components.TagParams{Text: "Sent"}), raw(`</p>`),
		components.Button(components.ButtonParams{Text: "Send this to the council", IsStartButton: true, Href: "/ashdown/you/name"}),
	))
}

// sentSpecimen is the end of a journey.
func sentSpecimen() templ.Component {
	p := citizenPage("We have your answers")
	p.NoSave, p.BackHref, p.SavedAt, p.EasyRead = true, "", "", true
	return page(Citizen(p), many(
		components.Panel(components.PanelParams{TitleText: "We have your answers", Content: raw("Your reference<br><strong>7K2M-9QXD</strong>")}),
		raw(`<h2 class="govuk-heading-m">What happens next</h2><ol class="govuk-list govuk-list--number"><li>A worker reads it.</li><li>We call or visit.</li></ol>`),
	))
}

func picture(open bool) templ.Component {
	yes, no, unknown := components.BoxYes, components.BoxNo, components.BoxNotKnown
	return components.Picture(components.PictureParams{
		ID: "picture", Title: "Ten outcomes and the four ways each can be hard", TableOpen: open,
		Columns:    []string{"Needs help to do it", "Pain, upset or worry", "Not safe", "Takes far longer"},
		RowHeading: "Outcome", WordsHeading: "In words", TableSummary: "The same as a table",
		BoxWords: map[components.Box]string{yes: "Yes", no: "No", unknown: "Not known"},
		Rows: []components.PictureRow{
			{Label: "Eating and drinking", Boxes: []components.Box{yes, yes, no, unknown}, Words: "2 of 4"},
			{Label: "Washing and keeping clean", Boxes: []components.Box{yes, no, no, no}, Words: "1 of 4"},
			{Label: "Using the toilet", Boxes: []components.Box{no, no, no, no}, Words: "None reported"},
			{Label: "Getting around the community and using services", Boxes: []components.Box{unknown, unknown, unknown, unknown}, Words: "Not known"},
		},
	})
}

// staffSpecimen is the queue and a case in one.
func staffSpecimen() templ.Component {
	p := StaffPage{
		Title: "Queue: 2 open", Council: fictional, Words: staffWords, SignedInAs: "Robin Okafor-Lindqvist",
		Demonstration: true, BackHref: "/staff", SavedAt: "Saved 10:42",
		Navigation: []components.SubNavigationItem{{Text: "Queue", Href: "/staff", Current: true}, {Text: "Team", Href: "/staff/team"}, {Text: "Search", Href: "/staff/search"}},
	}
	urgent := []components.BadgeParams{{Text: "Urgent: safety", Kind: components.BadgeUrgent}, {Text: "Overdue 2 days", Kind: components.BadgeWarn}}
	calm := []components.BadgeParams{{Text: "Needs BSL", Kind: components.BadgeInfo}, {Text: "Contact rule"}}
	cell := func(text string) components.TableCell { return components.TableCell{Text: text} }
	link := func(text string) components.TableCell {
		return components.TableCell{Content: raw(`<a class="govuk-link" href="/staff/case/7K2M">` + text + `</a>`)}
	}
	badges := func(all []components.BadgeParams) components.TableCell {
		return components.TableCell{Content: components.Badges(all)}
	}
	return page(Staff(p), many(
		raw(`<h1 class="govuk-heading-l">Queue: 2 open</h1>`),
		components.KeyFigures([]components.KeyFigure{
			{Number: "42", Label: "Open", Href: "/staff"}, {Number: "7", Label: "Unassigned"},
			{Number: "3", Label: "Overdue", Note: "1 more than yesterday", Urgent: true}, {Number: "1", Label: "Safety today", Urgent: true},
		}),
		inside(components.Filter(components.FilterParams{
			Label: "Filter cases", Action: "/staff", ApplyText: "Apply filters", SelectedText: "Selected filters",
			Chips:     []components.FilterChip{{Text: "Urgent", RemoveHref: "/staff", RemoveText: "Remove"}, {Text: "My team", RemoveHref: "/staff", RemoveText: "Remove"}},
			ClearHref: "/staff", ClearText: "Clear all", SummaryText: "Filter", Open: true,
		}),
			components.Checkboxes(components.CheckboxesParams{
				Name: "flag", Classes: "govuk-checkboxes--small", Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: "Flags", Classes: "govuk-fieldset__legend--s"}},
				Items: []components.CheckboxItem{{Value: "urgent", Text: "Urgent", Checked: true}, {Value: "safety", Text: "Safety"}},
			}),
			components.Select(components.SelectParams{Name: "team", Label: components.LabelParams{Text: "Team"}, Items: []components.SelectItem{{Value: "", Text: "All teams"}, {Value: "north", Text: "North"}}}),
			components.Input(components.InputParams{Name: "due", Label: components.LabelParams{Text: "Due within, days"}, Inputmode: "numeric", Classes: "govuk-input--width-3"}),
		),
		inside(components.WideOnly(), inside(components.Scroller("Cases"), components.Table(components.TableParams{
			Caption: "Cases", CaptionClasses: "govuk-visually-hidden", FirstCellIsHeader: true,
			Head: []components.TableHead{{Text: "Name", Attributes: templ.Attributes{"aria-sort": "ascending"}}, {Text: "Reference"}, {Text: "Age", Format: "numeric"}, {Text: "Due"}, {Text: "Flags"}, {Text: "Worker"}},
			Rows: [][]components.TableCell{
				{link("Wilhelmina Featherstonehaugh"), cell("7K2M-9QXD"), {Text: "81", Format: "numeric"}, cell("20 November 2026"), badges(urgent), cell("Robin Okafor-Lindqvist")},
				{link("Jo Bloggs"), cell("3FRT-0ZZP"), {Text: "34", Format: "numeric"}, cell("1 December 2026"), badges(calm), cell("Nobody yet")},
			},
		}))),
		components.RecordCards([]components.RecordCard{
			{Title: "Wilhelmina Featherstonehaugh", Href: "/staff/case/7K2M", Badges: urgent, Facts: []components.Fact{{Key: "Reference", Value: "7K2M-9QXD"}, {Key: "Due", Value: "20 November 2026"}}},
			{Title: "Jo Bloggs", Href: "/staff/case/3FRT", Badges: calm, Facts: []components.Fact{{Key: "Reference", Value: "3FRT-0ZZP"}, {Key: "Due", Value: "1 December 2026"}}},
		}),
		components.Pagination(components.PaginationParams{
			Next: &components.PaginationLink{Href: "/staff?page=2"}, Items: []components.PaginationItem{{Number: "1", Href: "/staff", Current: true}, {Number: "2", Href: "/staff?page=2"}, {Ellipsis: true}, {Number: "9", Href: "/staff?page=9"}},
		}),
		components.IdentityBar(components.IdentityBarParams{
			Label: "This case", Name: "Wilhelmina Featherstonehaugh-Cholmondeley-Jones", Badges: urgent,
			Facts: []components.Fact{{Key: "Age", Value: "81"}, {Key: "Reference", Value: "7K2M-9QXD"}, {Key: "Contact", Value: "Ring before noon; do not write"}, {Key: "Format", Value: "Large print"}},
		}),
		components.SubNavigation(components.SubNavigationParams{Label: "Parts of this case", Items: []components.SubNavigationItem{
			{Text: "Summary", Href: "#s", Current: true}, {Text: "Answers and law", Href: "#a"}, {Text: "Impact", Href: "#i"}, {Text: "Timeline", Href: "#t"}, {Text: "Notes and messages", Href: "#n"}, {Text: "Record", Href: "#r"},
		}}),
		raw(`<div class="app-columns"><div>`), picture(false), raw(`</div><div><div class="app-note"><h2 class="govuk-heading-s">Note, seen by staff alone</h2><p class="govuk-body">Rang on Monday.</p></div><div class="app-message"><h2 class="govuk-heading-s">Message to the person</h2><p class="govuk-body">Is this right?</p></div></div></div>`),
		components.Radios(components.RadiosParams{
			Name: "finding", Classes: "govuk-radios--small govuk-radios--inline", Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: "Your finding", Classes: "govuk-fieldset__legend--s"}},
			Items: []components.RadioItem{{Value: "agree", Text: "Agree"}, {Value: "differ", Text: "Differ"}, {Value: "more", Text: "Need more"}},
		}),
		components.Textarea(components.TextareaParams{Name: "reason", Label: components.LabelParams{Text: "Reason"}, Rows: 3}),
		components.Timeline(components.TimelineParams{Items: []components.TimelineItem{
			{Title: "Case opened", By: "Robin Okafor-Lindqvist", At: "2026-11-20T10:42:00Z", When: "20 November 2026, 10:42"},
			{Title: "Answers sent", By: "The person", At: "2026-11-19T09:00:00Z", When: "19 November 2026, 9:00", Text: "Reference 7K2M-9QXD"},
		}}),
		components.TaskList(components.TaskListParams{Items: []components.TaskListItem{
			{Title: components.TaskTitle{Text: "Findings"}, Href: "#f", Status: components.TaskStatus{Text: "Done"}},
			{Title: components.TaskTitle{Text: "Effect on wellbeing"}, Href: "#w", Status: components.TaskStatus{Tag: components.TagParams{Text: "To do", Classes: "govuk-tag--blue"}}},
		}}),
		components.Button(components.ButtonParams{Text: "Save"}),
	))
}

// specimens are all of them by name.
var specimens = map[string]func() templ.Component{
	"question": questionSpecimen, "error": errorSpecimen, "result": resultSpecimen, "sent": sentSpecimen, "staff": staffSpecimen,
}
