package pages

import (
	"threshold/templates/components"
	"threshold/templates/layouts"
)

// StaffDisposalPage lists finished cases whose time is over: which, never whose or what is in them.
type StaffDisposalPage struct {
	Layout          layouts.StaffPage
	Problems        StaffProblems
	Title, Success  string
	Intro           []string
	States          components.SubNavigationParams
	Heading, Lead   string
	None            string // said when nothing is listed
	Action          string
	State, After    string // of the page, to come back to it
	Rows            []StaffDisposalRow
	Acts            []StaffDisposalAct
	StopsTitle      string
	StopsLead       string
	Stops           []StaffDisposalRow // nothing can be done with these yet
	First, Next     string
	Find            components.InputParams
	FindAction      string
	FindTitle, Said string
	SaidRest        string
}

// StaffDisposalRow is one case. Pick is "" where there is nothing to tick.
type StaffDisposalRow struct {
	Reference, Href, Pick string
	Picked                bool
	Kind                  string
	Lines                 []string
}

// StaffDisposalAct is one button, with what it sends.
type StaffDisposalAct struct{ Value, Text, Classes string }

// StaffDisposalSurePage asks once more, and how many cases it is about.
type StaffDisposalSurePage struct {
	Layout        layouts.StaffPage
	Problems      StaffProblems
	Title         string
	Lines         []string
	References    []string // as people read them
	Action        string
	Hidden        []StaffHidden
	Keep          *StaffDisposalKeep // what keeping asks for; nil when they are to be destroyed
	Button        string
	Danger        bool
	Cancel        Link
	ReferencesAre string
}

// StaffDisposalKeep asks why and how long.
type StaffDisposalKeep struct {
	Why   components.RadiosParams
	Until components.DateInputParams
	Note  components.TextareaParams
}
