package pages

import (
	"threshold/templates/components"
	"threshold/templates/layouts"
)

// A StaffField is one field of a long form. Exactly one of the pointers is filled.
type StaffField struct {
	Radios *components.RadiosParams
	Text   *components.TextareaParams
	Line   *components.InputParams
	Date   *components.DateInputParams
	Boxes  *components.CheckboxesParams
	Select *components.SelectParams
	Hidden *StaffHidden
	Note   *string // words between fields
	Title  *string // a small heading over a row of fields
}

// A StaffPart is a group of fields that opens where something in it is still to be done.
type StaffPart struct {
	ID, Title string
	Open      bool
	Fields    []StaffField
	// More is the words of a button that saves and makes room for another row; "" for none. MoreDo is what it sends.
	More, MoreDo string
}

// StaffSharing is the draft on its way to the person, and what they said of it.
type StaffSharing struct {
	Lines  []string // intro and cautions
	Now    []StaffTold
	How    components.RadiosParams
	Once   string
	Button string      // "" while there is nothing to tell
	Told   []StaffTold // what was told before, and the replies
	Note   StaffNoteReply
}

// StaffNoteReply writes down what the person said of the draft to a practitioner.
type StaffNoteReply struct {
	Title  string // "" when there is nothing to reply to
	Choice components.RadiosParams
	Label  string
	Text   string
	Once   string
}

// StaffSecondPart is what stands of the second signature; Reasons is empty when none is needed.
type StaffSecondPart struct {
	Why     string
	Reasons []string
	Lines   []string
	Once    string
	Button  string // "" when it cannot be asked for now
	See     Link
}

// StaffSecondPage is where a second practitioner reads a record and signs it or sends it back.
type StaffSecondPage struct {
	StaffCase
	Lines    []string
	Why      string
	Reasons  []string
	Sections []StaffSection
	Outcomes []StaffSection
	May      bool // the forms are shown
	Once     string
	Read     string
	Confirm  string
	Sign     string
	Back     string
	Label    string
	Hint     string
	Text     string
}

// StaffOwedPage lists the cases on which something is owed.
type StaffOwedPage struct {
	Layout layouts.StaffPage
	Title  string
	Law    string
	None   string
	Rows   []StaffOwedRow
	Others []Link
}

// StaffOwedRow is one of them.
type StaffOwedRow struct{ Name, Href, Reference, Kind, Since, Worker string }

// StaffAfter is what can still be done with a signed record.
type StaffAfter struct {
	Versions     []Link
	VersionTitle string
	Copy         StaffCopyForm
	Revise       StaffReviseForm
	Plan         StaffReviseForm // somebody who turns 18
}

// StaffCopyForm writes down that somebody got a copy.
type StaffCopyForm struct {
	Title  string
	Owed   string // said while the person has none
	Given  []string
	Fields []StaffField
	Once   string
	Button string
	Done   string // said once it is written down
}

// StaffReviseForm is one box of words with a button.
type StaffReviseForm struct {
	Title, Intro string
	Action       string
	Name, Label  string
	Text         string
	Once         string
	Button       string
}
