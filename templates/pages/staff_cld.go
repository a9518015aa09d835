package pages

import (
	"threshold/templates/components"
	"threshold/templates/layouts"
)

// StaffCLDPage asks for a period and gives the client level data of it as a file.
type StaffCLDPage struct {
	Layout     layouts.StaffPage
	Problems   StaffProblems
	Title      string
	Lines      []string
	CheckTitle string
	Check      []string // what of the mapping could not be checked
	Action     string
	From, To   components.DateInputParams
	LACode     components.InputParams
	Button     string
}
