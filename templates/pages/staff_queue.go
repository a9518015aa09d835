package pages

import (
	"slices"

	"threshold/templates/components"
	"threshold/templates/layouts"
)

// StaffQueuePage is the list of a council's cases.
type StaffQueuePage struct {
	Layout   layouts.StaffPage
	Heading  string
	Owed     []Link // lists of what is owed on cases
	Filter   components.FilterParams
	Selects  []components.SelectParams // the fields of the filter
	Columns  []StaffColumn             // Name, Reference, Kind, Age, Waiting, Due, Flags, Team and worker
	Caption  string
	Others   string          // heading of the table where cases stand above it, "" where none do
	Rows     []StaffQueueRow // those that stand nowhere above
	NextHref string
	NextText string
	FirstRef string   // back to the first page, "" when on it
	Short    []string // said when few of many match and a page is short
	Empty    []string
	Notice   string
	Undo     string // words of the button that undoes what the notice tells, "" for none
	Problems StaffProblems
	Today    StaffLead
	Offers   Link // to what is offered to the team or the council; none when nothing is
	Duty     StaffLead
	Give     StaffGive
}

// StaffColumn is the head of a column: with a link when the list can be in its order.
type StaffColumn struct {
	Text string
	Href string
	Sort string // value of aria-sort: ascending, descending, or "" for none
}

// StaffLead is a short list above the queue. Title is "" when there is nothing to show.
type StaffLead struct {
	ID, Title string
	Lines     []string
	Rows      []StaffQueueRow
	More      string
	Link      Link // to the page on which they stand; none on that page
}

// Listed are all rows of the page from top to bottom.
func (p StaffQueuePage) Listed() []StaffQueueRow {
	return slices.Concat(p.Duty.Rows, p.Today.Rows, p.Rows)
}

// StaffGive gives several cases to somebody. Action is "" where none can be.
type StaffGive struct {
	Action, Back string
	To           components.SelectParams
	Hint         string
}

// StaffQueueRow is one case in the queue.
type StaffQueueRow struct {
	Name, Href, Reference string
	ContactRule           bool
	Kind                  string
	Age                   string
	Waiting               string
	Due                   string
	Badges                []components.BadgeParams
	More                  string // "and 2 more"
	Worker                string // "" when nobody has it
	Team                  string // "" for none
	Mine                  bool
	TakeAction, BackTo    string // "" when the case cannot be taken or put back any more
	Pick                  string // value of its box, "" when it cannot be given to anybody
	PickID                string // id of its box where there is room for a table
	Picked                bool
	Triage                string // address where its priority is changed, "" for none
}

// StaffSearchPage finds a case. What is typed is in no address.
type StaffSearchPage struct {
	Layout           layouts.StaffPage
	Title            string
	Intro            []string
	Problems         StaffProblems
	Reference, Name  string
	Born             string // as it was found with, to be sent along for the next page
	Day, Month, Year string
	Searched         bool
	Found            string // how many, in words
	Rows             []StaffQueueRow
	None             []string
	Next, NextText   string // the cursor of the next page
	Short            []string
}

// StaffAlike tells of cases that may be of the same person.
type StaffAlike struct {
	Title, Intro string
	Rows         []StaffAlikeRow
	Mark         Link
}

// StaffAlikeRow is one of them.
type StaffAlikeRow struct{ Href, Text string }

// StaffPlacePage changes where a case stands: who has it, how pressing it is, whether it waits.
type StaffPlacePage struct {
	StaffCase
	Version   string
	Now       []StaffTold // as it stands
	Conflict  string      // said when somebody changed the case meanwhile
	Give      StaffGive
	Priority  components.RadiosParams
	Due       components.DateInputParams
	Reasons   map[string]string // as typed, by form
	ReasonFor string            // the form whose reason has a problem
	Held      string            // "" when it is not on hold
	CanHold   bool
	NoHold    string
	Until     components.DateInputParams
	Test      bool
	TestWords []string
	Alike     StaffAlike
	Of        string
	Undo      string // what taking the mark of a duplicate off means, "" for a case that stands for itself
	Words     StaffPlaceWords
}

// StaffPlaceWords are the sentences of that page.
type StaffPlaceWords struct{ Triage, Hold, Duplicate string }

func (p StaffPlacePage) reason(form, label, hint string) components.TextareaParams {
	t := components.TextareaParams{
		ID: form + "-reason", Name: "reason", Value: p.Reasons[form], Rows: 3, Label: components.LabelParams{Text: label, Classes: "govuk-label--s"},
		Hint: components.HintParams{Text: hint},
	}
	if p.ReasonFor == form {
		t.ErrorMessage = p.Problems.at("reason")
	}
	return t
}
