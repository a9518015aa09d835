package care

import "time"

// A CaseKind says what was sent to the council.
type CaseKind string

// The kinds of case. An adult's needs assessment and a carer's carry an indication, and so does a transition, of what may
// be likely after 18; the others never do.
const (
	KindAdultNeeds CaseKind = "adult-needs"   // Care Act 2014 s.9, evaluated by the ruleset of the same name
	KindCarer      CaseKind = "carer-support" // Care Act 2014 s.10, likewise
	KindTransition CaseKind = "transition"    // a child's needs assessment, Care Act 2014 s.58: never a s.13 verdict
	KindChildren   CaseKind = "children"      // for children's services: young carers, parents of a disabled child, under 16
	KindContact    CaseKind = "contact"       // "Ask us to contact you"
	KindConcern    CaseKind = "concern"       // sent at once from the private questions; s.42 is for the council to weigh
)

// A Status of an assessment. It only moves forward.
type Status string

// The statuses.
const (
	StatusDraft  Status = "draft"
	StatusSent   Status = "sent"
	StatusSigned Status = "signed" // a determination or closing record was signed
)

// A Priority orders the queue: safety first, then urgent, then by due date.
type Priority int

// The priorities, highest first in the queue.
const (
	PriorityRoutine Priority = 0
	PriorityUrgent  Priority = 1
	PrioritySafety  Priority = 2
)

// A Flag tells a practitioner something the answers raise: a duty, a need for communication, a caution. Flags never
// change the indication or any page a citizen sees.
type Flag struct {
	ID       string   `json:"id"`
	Text     string   `json:"text"`
	Citation string   `json:"citation,omitempty"`
	Basis    string   `json:"basis"` // law, guidance or policy
	Priority Priority `json:"priority"`
}

// An Assessment from its first answer on. While it is a draft its Answers change; once sent they are locked, together
// with the ruleset version and the indication, so that the result can be replayed for ever.
type Assessment struct {
	ID        string // UUID version 7
	Council   string // slug
	Kind      CaseKind
	Ruleset   string // pinned version, such as "adult-needs@2015-04-01"; "" for contact and concern
	Status    Status
	Answers   Answers
	Version   int // counts saves; what was loaded must be what is overwritten
	StartedAt time.Time
	SavedAt   time.Time

	// Filled when it is sent.
	Reference  string // what people read out: see internal/casework
	SentAt     time.Time
	DueAt      time.Time
	Priority   Priority
	Summary    Summary
	Indication *Indication // nil for contact, concern, and the review route
	// LinkedTo is the id of what it came from, "" when alone: the draft of a concern or contact request; the case whose
	// answers a carer's form took over; the case an account is being written for (AccountOf says so).
	LinkedTo string
	// AccountOf marks the draft of an account that will join the case LinkedTo names: it is never a case of its own.
	AccountOf bool
	// Kept says that a return code was given: the draft is kept for 30 days after it was last saved, not for one.
	Kept bool
	// KeyedBy is the practitioner who keys in a paper form or fills it in with the person on the phone, "" for nobody;
	// KeyedHow says which: paper or phone.
	KeyedBy, KeyedHow string

	Placing // the practitioner's side
}

// A Placing is where a sent case stands with the council: whose it is, and what keeps it from moving. It changes as work
// goes on, while what the person said stays locked. Its zero value is a case that nobody has touched.
type Placing struct {
	Worker     string // practitioner id, "" when nobody has taken it
	WorkerName string
	Team       string // id of a team of the council, "" when it is with none yet
	// Restricted cases open only to those who were named for it: of staff, of their family, of people in a refuge.
	Restricted bool
	HeldUntil  time.Time // on hold until then, with a reason among the entries; zero when it is not
	// Test marks an entry made to try the service out: it is in no figure.
	Test bool
	// Adapted says that the person needs another format, language or way of communicating; which is in the Summary.
	Adapted bool
	// FirstOpened is when a practitioner first opened it; zero for never.
	FirstOpened time.Time
	// Revising marks a signed case whose next record is being prepared: its working papers can change until that is signed.
	Revising bool
	// Passed is where another council has the case now: its slug, "/" and the reference there. "" while the case is here.
	Passed string
	// NewsAt is when a citizen last added something that whoever works on the case has not looked at yet; zero for nothing new.
	NewsAt time.Time
	// DuplicateOf is the id of the council's other case with which work goes on; "" for a case that stands for itself. A duplicate
	// is in no list but its own and in no count of open work; nothing is changed on it but that mark.
	DuplicateOf string
}

// A Move changes where a case stands with the council, and says why in the entries that come with it.
type Move struct {
	ID       string
	Version  int // the version of the case that was read
	To       Placing
	Priority Priority
	DueAt    time.Time
	Entries  []Entry
}

// MoveOf is the move of a case that changes nothing yet.
func MoveOf(a Assessment) Move {
	return Move{ID: a.ID, Version: a.Version, To: a.Placing, Priority: a.Priority, DueAt: a.DueAt}
}

// A Summary is what a queue row and the identity bar need, sealed with the rest of the record.
type Summary struct {
	Name     string   `json:"name,omitempty"`
	CallMe   string   `json:"call_me,omitempty"`
	Born     string   `json:"born,omitempty"` // yyyy-mm-dd
	Flags    []Flag   `json:"flags,omitempty"`
	Formats  []string `json:"formats,omitempty"`  // communication needs, in plain words
	Contact  []string `json:"contact,omitempty"`  // the contact rule: safe ways, times, cautions
	Withheld bool     `json:"withheld,omitempty"` // address secret
}

// A CaseLine is one row of the queue.
type CaseLine struct {
	ID, Reference string
	Kind          CaseKind
	Status        Status
	Priority      Priority
	SentAt, DueAt time.Time
	Placing
	Summary Summary
	Version int
	// Granted says that the viewer of the list was named for the case, or opened it with a reason, until Until (zero for a name).
	Granted bool
	Until   time.Time
	// Escalated is when it went to the duty rota; zero for never.
	Escalated time.Time
	// Hidden says that the viewer may not see whose case it is: it is with another team or restricted. The Summary is empty.
	Hidden bool
}
