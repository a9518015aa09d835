package care

import "time"

// A DisposalState is what was said of a finished case whose time is over.
type DisposalState string

// The states. A case that nobody said anything of, or whose longer time is over too, is due.
const (
	DisposalDue      DisposalState = "due"
	DisposalKept     DisposalState = "kept"     // for longer
	DisposalProposed DisposalState = "proposed" // a manager proposed to destroy it
	DisposalAgreed   DisposalState = "agreed"   // a second one agreed, and it can still be taken back
)

// DisposalStates lists them in order.
var DisposalStates = []DisposalState{DisposalDue, DisposalProposed, DisposalAgreed, DisposalKept}

// A DisposalStop is why a case is not destroyed although its time is over.
type DisposalStop string

// The stops, the strongest first.
const (
	StopOpen   DisposalStop = "open"   // it is worked on: never finished, or opened again for a next record
	StopNews   DisposalStop = "news"   // its person added something that nobody has looked at
	StopLinked DisposalStop = "linked" // it belongs with a case or a form that is not finished
	StopOwed   DisposalStop = "owed"   // something is owed on it, such as the person's copy
	StopNotDue DisposalStop = "not_due"
)

// A DisposalQuery asks for one page of the cases in one state, in order: those that are due by when they were finished, the
// others by At.
type DisposalQuery struct {
	Council string
	State   DisposalState
	Before  time.Time // a case that was finished before this is due; zero for none
	Now     time.Time // what was to be kept until now is due again
	After   string    // cursor of the page before
	Limit   int
}

// A DisposalLine is one of them: nothing of what is in the case, nor whose it is.
type DisposalLine struct {
	ID, Reference string
	Kind          CaseKind
	Test          bool
	FinishedAt    time.Time
	Twins         int          // duplicates of it, which go with it
	Stop          DisposalStop // "" for none
	State         DisposalState
	// At is until when it is kept, when its destruction was proposed, or from when that is carried out; zero while it is due.
	At       time.Time
	Why      string // of one that is kept: a closed word
	Note     string // and what was written with it
	ByID     string // who keeps or proposed
	AgreedBy string
}

// A DisposalPage is one page. Next is the cursor of the one after it, "" on the last. Total stops counting at a bound: then More.
type DisposalPage struct {
	Lines []DisposalLine
	Next  string
	Total int
	More  bool
}

// A DisposalStep is something said of cases, by reference: all of it or nothing.
type DisposalStep struct {
	References []string
	Before     time.Time // as in DisposalQuery
	By         string    // practitioner id
	At         time.Time // now
	// Until is how long they are kept, or from when an agreed destruction is carried out.
	Until     time.Time
	Why, Note string // of keeping
}

// Disposed is what is left of a case that was destroyed.
type Disposed struct {
	Case, Council, Reference string // the reference is not kept: it can be held against what is
	Kind                     CaseKind
	Test                     bool
	Ending                   string // id of the decision of its last record; "passed" where another council took it over
	SentAt, FinishedAt       time.Time
	SignedAt                 time.Time // of the first record; zero for none
	ProposedBy, AgreedBy     string
	At                       time.Time
}

// The endings of cases without a record: one that another council took over, and one that went with the case it was a duplicate of.
const (
	EndingPassed    = "passed"
	EndingDuplicate = "duplicate"
)
