package pages

import "threshold/templates/components"

// StaffTurn is another result the rules could come to, with the smallest sets of answers that lead to it in words.
type StaffTurn struct {
	To   string
	Sets []string
	More string // how many more sets there are, "" for none
	Note string // what comes with it
}

// StaffChanges say what would change what the rules suggest.
type StaffChanges struct {
	ID, Title, Intro string
	Turns            []StaffTurn
	None             string // said when there is no turn
}

// StaffCheckList are answers that do not go together.
type StaffCheckList struct {
	Title, Intro string
	Items        []StaffFlag
}

// StaffPreparePage is the sheet to take along to a visit. Nothing private is on it, and nothing the rules suggest.
type StaffPreparePage struct {
	StaffCase
	Intro                      []string
	Alone                      string
	OwnTitle, OwnNone          string
	Own                        []StaffBlock
	TalkTitle                  string
	Talk                       []StaffBlock
	TalkFlags                  []StaffFlag
	WhoTitle                   string
	Who                        []string
	WhoTold                    []StaffTold
	AskTitle, AskIntro, AskAll string
	Asks                       []StaffAskLine
	Checks                     StaffCheckList
	DaysTitle, DaysNone        string
	Months                     []DiaryMonth
	Key                        []DayWord
	DayHeads                   [3]string
	TableSummary               string
	NotesTitle                 string
	// What stands on the screen alone, since one sheet has no room for it, and what the paper says in its place: "" where all
	// of it fits.
	OwnRest                       []StaffBlock
	AsksRest                      []StaffAskLine
	ChecksRest                    []StaffFlag
	OwnMore, AsksMore, ChecksMore string
}

// StaffAskLine is a question to ask, with room to write.
type StaffAskLine struct{ Account, Text string }

// table is the month's twin: every day that was written down.
func (m DiaryMonth) table(heads [3]string) components.TableParams {
	t := components.TableParams{FirstCellIsHeader: true}
	for _, h := range heads {
		t.Head = append(t.Head, components.TableHead{Text: h})
	}
	for _, l := range m.Lines {
		t.Rows = append(t.Rows, []components.TableCell{{Text: l.Day}, {Text: l.Kind}, {Text: l.Text}})
	}
	return t
}

// StaffVersionsPage lays what two versions of the rules make of the same answers side by side.
type StaffVersionsPage struct {
	StaffCase
	Lines   []string
	Others  []Link // the other versions, the one looked at without an address
	Title   string
	Summary []string // what is suggested as a whole, and how many outcomes differ
	Table   components.TableParams
	Lost    []string
	LostIs  string
}
