package care

import "time"

// A QueueQuery asks for one page of a council's queue.
type QueueQuery struct {
	Council string
	Now     time.Time // overdue is reckoned from here
	Status  Status    // "" = sent (open)
	Kind    CaseKind  // "" any
	Worker  string    // practitioner id; "" any; "-" nobody
	Flag    string    // "urgent" or "safety": at least that priority; "overdue": due before Now
	After   string    // opaque keyset cursor from the page before
	Limit   int
}

// A QueuePage is one page of the queue and the cursor of the next, "" at the end. Total counts all that match.
type QueuePage struct {
	Lines []CaseLine
	Next  string
	Total int
}

// A Part is one working paper on a case: a finding, the impact on well-being, a contact, the draft record.
type Part struct {
	Name    string // such as "finding/nutrition"
	Version int    // counts saves; 0 before the first
	Body    []byte // JSON
}
