package web

import (
	"slices"
	"strconv"
	"strings"

	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// The smallest sets of answers that are listed for a case as a whole, and for one outcome.
const (
	changeSets        = 3
	changeSetsOutcome = 2
)

// turnsOf words what would change it. to is the beginning of the keys that name the result: "staff.change.to." or
// "staff.change.outcome.".
func turnsOf(rs *eligibility.Ruleset, turns []eligibility.Turn, to string) []pages.StaffTurn {
	out := make([]pages.StaffTurn, len(turns))
	for i, t := range turns {
		out[i].To = rs.Text(to+t.To, nil) + ":"
		for _, set := range t.Sets {
			out[i].Sets = append(out[i].Sets, rs.ChangeText(set))
		}
		switch more := t.More(); {
		case more == 1:
			out[i].More = rs.Text("staff.change.one_more", nil)
		case more > 1:
			out[i].More = rs.Text("staff.change.more", eligibility.Words{"n": strconv.FormatUint(more, 10)})
		}
	}
	return out
}

// wouldChange says what would change what is suggested as a whole; nothing while the practitioner's own view comes first, or
// where nothing is suggested.
func wouldChange(f casework.CaseFile) pages.StaffChanges {
	if f.Shown() == nil || f.HidesSome() {
		return pages.StaffChanges{}
	}
	rs := f.Rules
	return pages.StaffChanges{
		ID: "would-change", Title: rs.Text("staff.change.title", nil), Intro: rs.Text("staff.change.intro", nil), None: rs.Text("staff.change.none", nil),
		Turns: turnsOf(rs, rs.WouldChange(f.Facts, changeSets), "staff.change.to."),
	}
}

// wouldChangeOutcome says what would change what is suggested on one outcome, and what of that would turn the whole.
func wouldChangeOutcome(f casework.CaseFile, outcome string) pages.StaffChanges {
	if f.Shown() == nil || f.Hides(outcome) {
		return pages.StaffChanges{}
	}
	rs := f.Rules
	p := pages.StaffChanges{
		ID: "change-" + outcome, Title: rs.Text("staff.change.title", nil), None: rs.Text("staff.change.none", nil),
		Turns: turnsOf(rs, rs.WouldChangeOutcome(f.Facts, outcome, changeSetsOutcome), "staff.change.outcome."),
	}
	if f.HidesSome() {
		return p // what is suggested as a whole waits for the other outcomes
	}
	whole := turnsOf(rs, rs.WouldChangeBy(f.Facts, outcome, changeSetsOutcome), "staff.change.to.")
	if len(whole) == 0 && len(p.Turns) > 0 {
		p.Intro = rs.Text("staff.change.alone", nil)
	}
	for _, turn := range whole {
		if len(turn.Sets) > 0 {
			turn.Note = rs.Text("staff.change.whole", nil)
		}
		p.Turns = append(p.Turns, turn)
	}
	return p
}

// checksOf are answers that do not go together, of each account, without those of some ids.
func checksOf(f casework.CaseFile, all []account, without ...string) pages.StaffCheckList {
	rs := f.Rules
	p := pages.StaffCheckList{Title: rs.Text("staff.checks_title", nil), Intro: rs.Text("staff.checks_intro", nil)}
	if !f.Assessed() {
		return p
	}
	for _, a := range all {
		for _, x := range a.rules.Consistency(a.Answers, a.rules.Facts(a.Answers)) {
			if slices.Contains(without, x.ID) {
				continue
			}
			text := x.Text
			if a.title != "" {
				text = a.title + ": " + text
			}
			p.Items = append(p.Items, pages.StaffFlag{Text: text, Citation: x.Citation, Basis: rs.Choice("basis", x.Basis)})
		}
	}
	return p
}

// differsOf says, outcome by outcome, where the voices differ.
func differsOf(f casework.CaseFile) []string {
	var out []string
	for _, id := range f.OutcomeIDs() {
		if differ := f.Differ(id); differ != "" {
			out = append(out, f.Rules.OutcomeTitle(id)+": "+f.Rules.Text("staff.differ."+differ, nil))
		}
	}
	return out
}

// helpOf takes the help that somebody has now out of what is told of an outcome: it is shown apart, because it is not counted,
// with what its end would mean.
func helpOf(rs *eligibility.Ruleset, a account, id string) (told []pages.StaffTold, help pages.StaffHelp) {
	for _, row := range a.rules.ToldOutcome(a.Answers, id, a.words) {
		if !row.Answered {
			continue
		}
		line := pages.StaffTold{Question: row.Question, Answers: row.Answers}
		if strings.HasSuffix(row.ID, ".help") || strings.HasSuffix(row.ID, ".help_enough") {
			line.Note = rs.Text("staff.not_counted", nil)
			help.Rows = append(help.Rows, line)
			continue
		}
		told = append(told, line)
	}
	if help.Rows == nil {
		return told, help
	}
	help.Title = rs.Text("staff.help_now", nil)
	if a.Answers.Has(id+".help_enough", "may_stop") {
		help.Stops = append(help.Stops, rs.Text("staff.help_may_stop", nil))
	}
	if !slices.Contains(a.Answers.Get(id+".help"), "nobody") {
		help.Stops = append(help.Stops, rs.Text("staff.help_stops", nil))
	}
	return told, help
}

// wellbeingDots draws how big an effect was told of each area of well-being.
func wellbeingDots(f casework.CaseFile) *components.DotsParams {
	rs := f.Rules
	levels := []string{"none", "some", "big"}
	p := components.DotsParams{
		ID: "dots", Title: rs.Text("staff.dots_title", nil), RowHeading: rs.Text("staff.dots_area", nil), WordsHeading: rs.Text("staff.dots_words", nil),
		TableSummary: rs.Text("staff.table_twin", nil),
	}
	for _, level := range levels {
		p.Columns = append(p.Columns, rs.Choice("effects", level))
	}
	for _, area := range rs.Areas() {
		row := components.DotsRow{Label: sentence(area.Name), Level: -1, Words: rs.Text("staff.impact_not_said", nil)}
		if told := f.Facts.Get("wellbeing.areas." + area.ID); len(told) > 0 {
			row.Words = rs.Choice("effects", told[0])
			if told[0] == "little" {
				told = []string{"some"} // between none and a big one
			}
			row.Level = slices.Index(levels, told[0])
		}
		p.Rows = append(p.Rows, row)
	}
	return &p
}
