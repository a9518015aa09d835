package pages

import (
	"threshold/templates/components"
	"threshold/templates/layouts"
)

// StaffOutsidePage stands before a case that is not its reader's.
type StaffOutsidePage struct {
	Layout   layouts.StaffPage
	Problems StaffProblems
	Title    string
	Lines    []string
	// KeptLine and Kept give back what was typed into a form of the case before it was found to be shut.
	KeptLine string
	Kept     []StaffTold
	// Action takes the reason; "" where a reason does not help. Next is the page of the case to go on to.
	Action, Next, Button string
	Reason               components.TextareaParams
}

// StaffAccessPage says who may open a case.
type StaffAccessPage struct {
	StaffCase
	Title, Lead, Nobody string
	Restricted          bool
	Named               []Link
	NoChange            string // said to those who cannot change it
	Forms               []StaffAccessForm
}

// StaffAccessForm is one change of who may open a case.
type StaffAccessForm struct {
	Title, Hint, Action string
	Hidden              []Link // name in Text, value in Href
	Who                 components.SelectParams
	Reason              components.TextareaParams
}
