package care

import "time"

// DetailNotes names the page of notes and messages in a view's event. Like the summary it shows what a citizen added.
const DetailNotes = "notes"

// A TransferState says how far an offer of a case has come.
type TransferState string

// The states of an offer. Until it is accepted the case stays where it is, and with it the duty to assess.
const (
	TransferOffered   TransferState = "offered"
	TransferAccepted  TransferState = "accepted"
	TransferDeclined  TransferState = "declined"
	TransferTakenBack TransferState = "taken-back"
)

// A Transfer is an offer of a case to another team of the council or to another council, and what came of it.
type Transfer struct {
	ID        string
	Council   string // slug: has the case until another council accepts
	Case      string // id of the assessment there
	Reference string // its reference there
	ToCouncil string // slug; Council itself for an offer to a team
	ToTeam    string // id; "" for another council
	State     TransferState
	OfferedAt time.Time
	SettledAt time.Time // zero while it is open
	// NewCase and NewReference are those of the case that the other council made of it; "" for a team.
	NewCase, NewReference string
	Offer                 Offer
}

// Across says whether it goes to another council.
func (t Transfer) Across() bool { return t.ToCouncil != t.Council }

// An Offer is all that the receiving side knows of a case before it accepts: enough to see whose work it is, and nothing that
// the person said.
type Offer struct {
	Kind     CaseKind `json:"kind"`
	AgeBand  string   `json:"age_band"` // such as "65-74"; "" when no date of birth was given
	Priority Priority `json:"priority"`
	Reason   string   `json:"reason"`
	ByID     string   `json:"by_id"`
	ByName   string   `json:"by_name"`
}

// A Passing is a case on its way into another council's hands, with everything that goes along. The store keeps all of it
// or nothing.
type Passing struct {
	Transfer Transfer       // as it was offered, with NewCase, NewReference and SettledAt filled in
	Version  int            // of the old case, as it was read
	Parts    map[string]int // versions of its working papers, as they were read
	Entries  int            // how many it had
	New      Assessment     // the case as the receiving council has it
	NewItems []Entry        // what was added to it, under ids of its own
	NewParts []Part
	Closing  Entry  // says on the old case where it went
	By       string // the receiving council's practitioner who accepted it: a restricted case opens to them
}

// A CaseLink joins an adult's case and a carer's so that they can be read beside each other (Care Act 2014 s.12(5)-(7)).
// The two stay separate records.
type CaseLink struct {
	ID, Council  string
	Adult, Carer string // ids of the assessments
	Since        time.Time
}

// Other is the case that is read beside one of the two.
func (l CaseLink) Other(id string) string {
	if l.Adult == id {
		return l.Carer
	}
	return l.Adult
}

// A Twin is a case beside another of the same council of which one is a duplicate.
type Twin struct {
	ID, Reference string
	Kind          CaseKind
	SentAt        time.Time
	NewsAt        time.Time // when a citizen last added something there that nobody has looked at; zero for nothing new
	GoesOn        bool      // work goes on with this one: the case asked about is the duplicate
}

// The kinds of entry that these bring.
const (
	EntryNote     EntryKind = "note"     // body: Note; for the council's staff alone
	EntryOffered  EntryKind = "offered"  // body: Note; the case was offered to a team or council (Whom), and why
	EntryAnswered EntryKind = "answered" // body: Note; what came of an offer (Choice, a TransferState); About is the offer's entry
	EntryLink     EntryKind = "link"     // body: Note; the person's say in reading two cases together (Choice), and how it is known
	EntryCheckIn  EntryKind = "check-in" // body: Note; the service asks how the person is while they wait
	EntryHowNow   EntryKind = "how-now"  // body: Note; their answer (Choice), About is the check-in
)
