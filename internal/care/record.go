package care

import "time"

// An Advice is one row of the advice that is owed where no needs are eligible (Care Act 2014 s.13(5)): one thing to do, who
// helps with it, their number, and by when.
type Advice struct {
	Outcome string `json:"outcome,omitempty"` // the outcome it is about; "" for advice about none of them
	Action  string `json:"action"`
	Who     string `json:"who"`
	Phone   string `json:"phone"`
	By      string `json:"by"` // yyyy-mm-dd
}

// A RecordEnding is what the end of an assessment owes beside the decision and its reasons. Which fields count depends on the
// decision; the rest stay as they were typed.
type RecordEnding struct {
	// Wants is whether the adult wants the council to meet them, s.13(3)(b): yes, no, not_sure.
	Wants string `json:"wants,omitempty"`
	// Residence is where the adult, or of a carer the adult they care for, is ordinarily resident, s.13(3)(c), (4)(b): here,
	// unsettled (present with no settled residence), elsewhere.
	Residence string `json:"residence,omitempty"`

	// Of who declines: how it was made sure that nobody pressed them, and when the offer is made again (yyyy-mm-dd).
	Pressure   string `json:"pressure,omitempty"`
	OfferAgain string `json:"offer_again,omitempty"`

	// Asks is whether somebody above the financial limit asks the council to meet their needs at home, s.18(3): yes, no.
	Asks string `json:"asks,omitempty"`

	// Of who lives elsewhere: which council, when the person was told, and when and to whom it was passed on.
	Council  string `json:"council,omitempty"`
	ToldOn   string `json:"told_on,omitempty"`
	PassedOn string `json:"passed_on,omitempty"`
	PassedTo string `json:"passed_to,omitempty"`

	// Of an assessment that is refused, s.11: in the person's own words; whether assessing an adult who cannot decide on the
	// refusal would be in their best interests (yes, no); whether the adult experiences or is at risk of abuse or neglect
	// (yes, no) and how that is known; and how they know that they can ask again, s.11(3)-(4), (6)-(7).
	RefusalWords  string `json:"refusal_words,omitempty"`
	BestInterests string `json:"best_interests,omitempty"`
	Abuse         string `json:"abuse,omitempty"`
	AbuseKnown    string `json:"abuse_known,omitempty"`
	AskAgain      string `json:"ask_again,omitempty"`
}

// A Capacity is the finding on one decision at the time it had to be made (Mental Capacity Act 2005 ss.1-3).
type Capacity struct {
	Decision string `json:"decision"` // id of the list: assessment, refuse, support, money, share, other
	Finding  string `json:"finding"`  // has, supported (with help to decide), lacks
	How      string `json:"how"`
}

// A Making is how the assessment was made, and what else it had to look at.
type Making struct {
	// Training is what trains whoever assessed for this person, SI 2014/2827 reg 5. Assessor is the id of a colleague who
	// assessed with the signer, "" for the signer alone; AssessorName is filled in when it is saved.
	Training     string `json:"training,omitempty"`
	Assessor     string `json:"assessor,omitempty"`
	AssessorName string `json:"assessor_name,omitempty"`
	Expert       string `json:"expert,omitempty"`      // who was consulted, reg 5
	Interpreter  string `json:"interpreter,omitempty"` // who, and for which language
	// Support is who supports the person in taking part, s.67: advocate, person (an appropriate one), none.
	Support    string     `json:"support,omitempty"`
	SupportWho string     `json:"support_who,omitempty"`
	Capacity   []Capacity `json:"capacity,omitempty"`
	Strengths  string     `json:"strengths,omitempty"`  // s.9(6), s.10(8)
	Prevention string     `json:"prevention,omitempty"` // s.2
	// Carers is whether anybody cares for the person unpaid (yes, no), what they do, what happens if it stops, and whether
	// they were offered an assessment of their own (accepted, declined, offered, cannot), s.10(1).
	Carers       string `json:"carers,omitempty"`
	CarersDo     string `json:"carers_do,omitempty"`
	CarersStop   string `json:"carers_stop,omitempty"`
	CarersOffer  string `json:"carers_offer,omitempty"`
	Children     string `json:"children,omitempty"` // in the household, reg 4: yes, no
	ChildrenNote string `json:"children_note,omitempty"`
	Risk         string `json:"risk,omitempty"`
	RiskWith     string `json:"risk_with,omitempty"`
	// Urgent is what came of the power to meet urgent needs before an assessment, s.19(3): met, not_needed.
	Urgent     string `json:"urgent,omitempty"`
	UrgentNote string `json:"urgent_note,omitempty"`
	// CHC is what came of considering NHS continuing healthcare, reg 7: referred, not_indicated, has. It is never scored.
	CHC     string `json:"chc,omitempty"`
	CHCNote string `json:"chc_note,omitempty"`
	// Aftercare is whether Mental Health Act 1983 s.117 applies: yes, no, not_sure.
	Aftercare     string `json:"aftercare,omitempty"`
	AftercareNote string `json:"aftercare_note,omitempty"`
	// Equipment is what came of aids, adaptations and occupational therapy: made (a referral), not_needed, waiting.
	Equipment     string `json:"equipment,omitempty"`
	EquipmentNote string `json:"equipment_note,omitempty"`
	// SupportReason is the primary support reason of the client level data in the words of its standard, "" where the worker
	// chose none.
	SupportReason string `json:"primary_support_reason,omitempty"`
	// Copies are who gets a copy, s.12(3)-(4): person, carer, advocate, other. CopiesNamed are those the person named.
	Copies      []string `json:"copies,omitempty"`
	CopiesNamed string   `json:"copies_named,omitempty"`
}

// A SharedDraft is the body of an EntryDraft: what the person was told will be recorded, in plain words, before it is signed.
type SharedDraft struct {
	ByName string `json:"by_name"`
	How    string `json:"how"` // status (on their status page), read (read to them), paper
	// Decision, DecisionText and Reason as they were; Outcomes and Advices likewise.
	Decision string              `json:"decision"`
	Reason   string              `json:"reason,omitempty"`
	Outcomes []SharedDraftResult `json:"outcomes,omitempty"`
	Advices  []Advice            `json:"advices,omitempty"`
	Next     string              `json:"next,omitempty"`
}

// A SharedDraftResult is what a draft says of one outcome.
type SharedDraftResult struct {
	Outcome    string     `json:"outcome"`
	Conclusion Conclusion `json:"conclusion"`
	Reason     string     `json:"reason,omitempty"`
}

// A Second is the body of the entries of a second signature: what was read, and what came of it.
type Second struct {
	ByName       string   `json:"by_name"`
	Registration string   `json:"registration,omitempty"`
	Read         string   `json:"read"`              // fingerprint of what it is about
	Reasons      []string `json:"reasons,omitempty"` // why a second signature is a must, ids
	Text         string   `json:"text,omitempty"`    // why it was sent back
}

// A CopyGiven is the body of an EntryCopy.
type CopyGiven struct {
	ByName  string `json:"by_name"`
	To      string `json:"to"`  // person, carer, advocate, other
	On      string `json:"on"`  // yyyy-mm-dd
	How     string `json:"how"` // post, hand, email, status, read
	Version int    `json:"version"`
	Note    string `json:"note,omitempty"`
}

// What is owed on a case besides its next step.
const (
	OwesSecond     = "second"     // somebody asked for a second signature
	OwesCopy       = "copy"       // a record is signed, and no copy of it went out (Care Act 2014 s.12(3))
	OwesTransition = "transition" // the person turns 17: plan for 18 (Care Act 2014 s.58)
)

// An Owed is one thing owed on a case, from a moment on.
type Owed struct {
	What string
	From time.Time
}

// An OwedLine is a case with what is owed on it.
type OwedLine struct {
	CaseLine
	Owed
}
