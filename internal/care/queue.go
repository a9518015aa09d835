package care

import "time"

// A Lane is where a case is among all of a council's: every case that was sent is in exactly one.
type Lane string

// The lanes. What is on hold comes back to the open ones by itself; an entry made to try the service out is in no other lane,
// so that no list and no count of real cases has it, and a duplicate is in none, because its person waits once.
const (
	LaneOpen      Lane = "open" // to be worked on; also a signed one whose next record is being prepared
	LaneHeld      Lane = "held"
	LaneSigned    Lane = "signed"
	LaneDuplicate Lane = "duplicate" // work goes on with another case
	LaneTest      Lane = "test"
)

// Lanes are all of them, in the order in which they are offered.
var Lanes = []Lane{LaneOpen, LaneHeld, LaneSigned, LaneDuplicate, LaneTest}

// A QueueSort says in what order cases are listed. Names are sealed, so that nothing can be in their order.
type QueueSort string

// The orders. Each ends in when a case was sent and in its id, so that two never stand at the same place.
const (
	SortPressing QueueSort = ""       // safety, urgent, then by due date: what is overdue comes before what is not
	SortWaiting  QueueSort = "sent"   // who has waited longest first
	SortDue      QueueSort = "due"    // by due date alone
	SortWorker   QueueSort = "worker" // by the worker's name, nobody first; then pressing
	SortKind     QueueSort = "kind"   // then pressing
)

// Nobody asks a QueueQuery for cases that no one has taken.
const Nobody = "-"

// A QueueQuery asks for one page of a council's cases in one lane. All that is filled in must hold at once.
type QueueQuery struct {
	Council string
	Lane    Lane // "" = open
	Kind    CaseKind
	Worker  string   // practitioner id; Nobody
	Team    string   // team id; Nobody for cases that are with no team yet
	Level   Priority // at least that
	Adapted bool     // who needs another format, language or way of communicating
	// DueBefore narrows to what is due before then; zero for all. What has no due date is never due before any.
	DueBefore  time.Time
	Sort       QueueSort
	Descending bool
	Viewer     string // practitioner id: their grants are told with each line; "" tells none
	After      string // opaque keyset cursor from the page before
	Limit      int
}

// A QueuePage is one page of the queue and the cursor of the next, "" at the end.
type QueuePage struct {
	Lines []CaseLine
	Next  string
	// Short says that the page has fewer lines than asked for because so few of the many cases that were looked at match:
	// Next looks further.
	Short bool
	// Total counts all that match, exactly unless More says that there are more than so many: counting stops there, so that it
	// does not take longer in a large council.
	Total int
	More  bool
}

// A Lead is a short list above the queue with how many there are in all.
type Lead string

// The lists.
const (
	// LeadToday is what cannot wait: open cases of safety or urgency that nobody has taken, or that nobody has opened.
	LeadToday Lead = "today"
	// LeadDuty is what went to the duty rota because nobody opened it in time.
	LeadDuty Lead = "duty"
)

// What the store takes for the first opening of a case: a practitioner's view of its summary.
const (
	VerbViewed    = "case.viewed"
	DetailSummary = "summary"
)

// A SearchQuery asks for cases by what somebody on the telephone can say. A reference stands alone; of the others all must
// hold at once.
type SearchQuery struct {
	Council   string
	Reference string // as stored
	Name      string // one or several parts of a name, in any order; accents, capitals, apostrophes and hyphens do not matter
	Born      string // yyyy-mm-dd
	Viewer    string // practitioner id: restricted cases are listed only to those who were named for them
	After     string // opaque keyset cursor from the page before
	Limit     int
}

// A SearchPage is one page of what was found, newest first. Short is as in QueuePage.
type SearchPage struct {
	Lines []CaseLine
	Next  string
	Short bool
}

// An Undo is what puts cases back to where they were before a practitioner gave them out, while nobody has changed them since
// and Until has not passed. Each practitioner has one at most.
type Undo struct {
	Council      string    `json:"council"`
	Practitioner string    `json:"practitioner"` // id
	Moves        []Move    `json:"moves"`
	Until        time.Time `json:"until"`
}

// A Part is one working paper on a case: a finding, the impact on well-being, a contact, the draft record.
type Part struct {
	Name    string // such as "finding/nutrition"
	Version int    // counts saves; 0 before the first
	Body    []byte // JSON
}
