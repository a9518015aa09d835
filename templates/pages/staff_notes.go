package pages

import "threshold/templates/components"

// StaffNotesPage has the notes between staff and what went to and fro with the person, apart.
type StaffNotesPage struct {
	StaffCase
	Words    StaffNotesWords
	Notes    []StaffLater
	Messages []StaffLater
	Once     string // key of the form for a note
	Note     string // as it was typed
	Ask      StaffAsk
	More     StaffMore
}

// StaffNotesWords are the headings and marks of that page.
type StaffNotesWords struct {
	Staff, StaffMark, NotesNone, AddNote, Person, PersonMark, MessagesNone string
}

// StaffMore builds questions: first what to ask about, then the questions themselves.
type StaffMore struct {
	Title, Intro, None string
	Choose             components.CheckboxesParams // outcomes that left something open
	Others             components.CheckboxesParams // the rest of them
	ChooseButton       string
	WriteTitle         string
	Write              []StaffMoreQuestion // the questions chosen, to be changed and sent; none while choosing
	SendButton         string
}

// StaffMoreQuestion is one question on its way to the person.
type StaffMoreQuestion struct{ Field, Label, Text string }
