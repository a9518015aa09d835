package pages

import (
	"threshold/templates/components"
	"threshold/templates/layouts"
)

// StaffTeamPage shows how a council's work stands.
type StaffTeamPage struct {
	Layout layouts.StaffPage
	Title  string
	Intro  string
	Cards  []components.KeyFigure
	Parts  []StaffTeamPart
	Export Link
	CLD    Link // the client level data, for those who may take it out

	Disposal Link   // cases to destroy, for those who decide on it
	Note     string // what the file leaves out
	Printed  string
}

// StaffTeamPart is a heading with charts and a table or two.
type StaffTeamPart struct {
	Title  string
	Lines  []string
	Bars   []components.ChartParams
	Line   []components.ChartParams
	Tables []components.TableParams
}

// StaffSupervisionPage lists records that are marked for supervision; to a practitioner, those of their own with notes.
type StaffSupervisionPage struct {
	Layout       layouts.StaffPage
	Title        string
	Intro        []string
	Rules        []StaffRule
	Filter       components.FilterParams
	Why          components.SelectParams
	Rows         []StaffSupervisionRow
	Empty        string
	Next, First  string
	Own          bool // a practitioner's own: a list of links
	OwnLinks     []Link
	NotesHeading string
}

// StaffRule is a rule in words.
type StaffRule struct{ Name, Text string }

// StaffSupervisionRow is a signed record.
type StaffSupervisionRow struct {
	Reference, Href, Kind, By, When string
	Why                             []components.BadgeParams
	Noted                           string
	NoteHref                        string
}

// StaffLearningPage are the learning notes of a case.
type StaffLearningPage struct {
	StaffCase
	Intro  string
	Flags  []string
	Notes  []StaffLater
	None   string
	Action string // "" when the reader adds none
	Once   string
	Text   string
	Label  string
	Hint   string
}

// StaffViewsPage shows managers who opened what, and what was unusual.
type StaffViewsPage struct {
	Layout      layouts.StaffPage
	Title       string
	Notice      string
	Intro       string
	Unusual     []StaffUnusual
	UnusualNone string
	Short       string
	Rules       []StaffRule
	Problems    StaffProblems
	Filter      components.FilterParams
	Who         components.SelectParams
	Ref         components.InputParams
	Rows        []StaffTrailRow
	Empty       string
	Next, First string
}

// StaffUnusual is one time that a rule of unusual access was met. Action is "" once somebody looked into it.
type StaffUnusual struct {
	ID, Rule, Who, When, Text string
	Cases                     []Link
	Action                    string
	Typed                     string
	Done, Note                string
}

// StaffTrailRow is an event in a list.
type StaffTrailRow struct {
	When, At, Who, What, Detail, Reference, Href, Kind string
}

// StaffAuditPage searches the trail.
type StaffAuditPage struct {
	Layout      layouts.StaffPage
	Title       string
	Intro       []string
	Problems    StaffProblems
	Filter      components.FilterParams
	From, To    components.InputParams
	Ref         components.InputParams
	Verb        components.SelectParams
	Who         components.SelectParams
	Kind        components.SelectParams
	Rows        []StaffTrailRow
	Empty       string
	Next, First string
	Export      Link
}
