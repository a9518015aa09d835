package care

import "time"

// A Conclusion of a practitioner on one outcome.
type Conclusion string

// The conclusions. NeedMore keeps the record open: a signature needs one of the other two on every outcome.
const (
	ConcludesUnable Conclusion = "unable"
	ConcludesAble   Conclusion = "able"
	NeedMore        Conclusion = "need_more"
)

// A Finding is what a practitioner concludes on one outcome (SI 2015/313 reg 2(2)), from what sources, and why.
type Finding struct {
	Outcome    string     `json:"outcome"`
	Conclusion Conclusion `json:"conclusion"`
	Sources    []string   `json:"sources"` // told, seen, record, professional
	Reason     string     `json:"reason,omitempty"`
	Period     string     `json:"period,omitempty"` // the period considered where needs go up and down, reg 2(4)
	// Blind says that it was made before the suggestion was shown.
	Blind  bool      `json:"blind,omitempty"`
	By     string    `json:"by"`
	ByName string    `json:"by_name"`
	At     time.Time `json:"at"`
	// Version counts saves of this finding; two workers never overwrite each other silently.
	Version int `json:"-"`
}

// An Impact is the practitioner's view on the conditions of SI 2015/313 reg 2(1) or 3(1) beside the outcomes: where the needs
// come from, (a), and whether there is or is likely to be a significant impact on well-being (Care Act 2014 s.1(2)), (c). Of
// a carer also whether they are one in the law's terms (Care Act 2014 s.10(3), (9)-(10)), and whether their health is, or is
// at risk of, deteriorating (reg 3(2)(a)).
type Impact struct {
	Areas             map[string]string `json:"areas"` // area id -> none, some, big
	Significant       string            `json:"significant"`
	SignificantReason string            `json:"significant_reason"`
	Cause             string            `json:"cause"` // needs arise from an impairment or illness, a carer's from giving necessary care: yes, no
	CauseReason       string            `json:"cause_reason"`
	Carer             string            `json:"carer,omitempty"` // yes, no
	CarerReason       string            `json:"carer_reason,omitempty"`
	Health            string            `json:"health,omitempty"` // yes, no
	HealthReason      string            `json:"health_reason,omitempty"`
	By                string            `json:"by"`
	ByName            string            `json:"by_name"`
	At                time.Time         `json:"at"`
	Version           int               `json:"-"`
}

// A Contact with the person (or a try), logged by a practitioner.
type Contact struct {
	ID        string    `json:"id"`
	On        string    `json:"on"`  // yyyy-mm-dd
	How       string    `json:"how"` // visit, phone, video, other, none
	SeenAlone string    `json:"seen_alone"`
	Advocate  string    `json:"advocate"`
	Note      string    `json:"note,omitempty"`
	By        string    `json:"by"`
	ByName    string    `json:"by_name"`
	At        time.Time `json:"at"`
}

// RecordDraft is what the practitioner is writing towards the signed record.
type RecordDraft struct {
	NoContactReason string       `json:"no_contact_reason,omitempty"`
	Checks          []string     `json:"checks,omitempty"`   // assurance checks done (ids in the ruleset's review wording)
	Decision        string       `json:"decision,omitempty"` // eligible, not_eligible
	DecisionReason  string       `json:"decision_reason,omitempty"`
	Advice          string       `json:"advice,omitempty"` // s.13(5): how to meet or reduce needs, prevent or delay them
	Considered19    string       `json:"considered_s19_1,omitempty"`
	NextSteps       string       `json:"next_steps,omitempty"`
	Advices         []Advice     `json:"advices,omitempty"` // s.13(5), a row for each need
	Ending          RecordEnding `json:"ending,omitzero"`
	Making          Making       `json:"making,omitzero"`
	// NotShared is why the draft did not go to the person; ReplyDone what came of a reply that asked for a change.
	NotShared string    `json:"not_shared,omitempty"`
	ReplyDone string    `json:"reply_done,omitempty"`
	By        string    `json:"by"`
	ByName    string    `json:"by_name"`
	At        time.Time `json:"at"`
	Version   int       `json:"-"`
}

// A Determination is the council's signed decision under s.13(1) with its written record (s.13(2)). It is locked:
// Body is the whole record as JSON and Hash its SHA-256 in hex, so that any later change would show.
type Determination struct {
	ID       string
	CaseID   string
	Version  int // 1 for the first record of a case; a later one never replaces it
	Decision string
	SignedBy string
	ByName   string
	SignedAt time.Time
	Body     []byte
	Hash     string
	Owe      []Owed // what signing makes owed; not read back
}
