package care

import "time"

// A Tally counts something of sealed content when it comes about, so that figures can be had later without opening what is
// sealed. It holds closed words and a number, and nothing that leads to a person.
type Tally struct {
	Name string // what is counted, such as TallySent
	Key  string // which one of them: closed words with "/" between
	N    int    // added to the number; negative takes back what was counted of something that turns out to be a test
	// At is the moment whose month is counted; zero for that of the event.
	At time.Time
}

// The names of tallies, and what their keys are made of.
const (
	TallyShown    = "shown"    // kind / result: a result page was shown for a form, once a form
	TallySent     = "sent"     // kind / result; a result is a Suggestion, or "none"
	TallySigned   = "signed"   // kind / decision
	TallyFinding  = "finding"  // outcome / suggested / conclusion / "open" or "blind", when a record is signed
	TallyFormat   = "format"   // asked / given: a letter in the format somebody asked for, or in another
	TallyContacts = "contacts" // how: a contact with a person was logged
)

// A Figure is a number of a month.
type Figure struct {
	Name  string
	Month string // yyyy-mm, as it was in England
	Key   string
	N     int
}

// OpenFigures counts the open cases of one kind in one team. Test entries and duplicates are in none.
type OpenFigures struct {
	Team       string // id, "" for none
	Kind       CaseKind
	Open       int
	Held       int // on hold: in Held alone, and in no other number here
	Unassigned int // nobody has taken it
	Overdue    int // due before now
	Safety     int // marked for safety: to be seen to today
	// Waiting counts by how long ago it was sent, by the bands that were asked for: Waiting[i] is from band i up to the next,
	// the last has no end.
	Waiting []int
}

// WorkerFigures counts the open cases of one worker.
type WorkerFigures struct {
	Worker, Name  string // "" for the cases that nobody has taken
	Open, Overdue int
	Held          int // on hold, and not in Open
}

// WeekFigures counts what came in and what was closed in one week.
type WeekFigures struct {
	From    time.Time // a Monday at midnight, as it was in England
	In, Out int
}
