package pages

import (
	"slices"

	"threshold/internal/casework"
	"threshold/templates/components"
	"threshold/templates/layouts"
)

// A LetterSheet is a letter as it is set on a page or on paper.
type LetterSheet struct {
	casework.Letter
	Large bool // 18 points
}

func (s LetterSheet) classes() string {
	classes := "app-letter"
	if s.Easy {
		classes += " app-letter--easy"
	}
	if s.Large {
		classes += " app-letter--large"
	}
	return classes
}

// roomy says whether the letter is set so large that its head, above the window, has room for the council's name alone.
func (s LetterSheet) roomy() bool { return s.Large || s.Easy }

// facts stand below the window; how to reach the council is among them where the head has no room for it.
func (s LetterSheet) facts() []casework.LetterRow {
	if s.roomy() {
		return slices.Concat(s.Facts, s.Head)
	}
	return s.Facts
}

// StaffLetterPage shows the letter of a signed case and writes down that it was given.
type StaffLetterPage struct {
	StaffCase
	Sheet    LetterSheet
	Forms    []components.SubNavigationItem
	FormsFor string
	Asked    string   // which form the person asked for
	ByHand   []string // what they asked for that somebody has to see to
	Window   string   // why the window is empty
	Cautions []string
	Given    []string // when and how it went out so far
	Problems StaffProblems
	Give     StaffLetterGive
	Words    StaffLetterWords
}

// StaffLetterWords are the words of the page.
type StaffLetterWords struct {
	Title, PrintNote, GivenTitle, NotGiven, GiveTitle, GiveHint, Button, Note, NoteHint string
}

// StaffLetterGive is the form that says a letter was given.
type StaffLetterGive struct {
	Action, Once, Form, Note string
	To                       components.RadiosParams
	How                      components.RadiosParams
	On                       components.DateInputParams
}

// LetterPage is the letter as the person reads it.
type LetterPage struct {
	Layout layouts.CitizenPage
	Title  string
	Lines  []string
	Again  Link
	Sheet  LetterSheet
}

// FormName is what the form that is shown is called.
func (p StaffLetterPage) FormName() string {
	for _, f := range p.Forms {
		if f.Current {
			return f.Text
		}
	}
	return ""
}
