package care

import "time"

// A TrailQuery asks for one page of a council's trail, the newest events first.
type TrailQuery struct {
	Council  string
	From, To time.Time // from From up to but without To; zero for no end
	Verbs    []string  // any of these; none for all
	Actor    string    // practitioner id, "" for everybody
	Subject  string    // id of the assessment or person it is about, "" for any
	Kind     CaseKind  // of the case it is about, "" for any
	After    string    // opaque keyset cursor from the page before
	Limit    int       // 1 to 500, else 50
}

// A TrailPage is one page and the cursor of the next, "" at the end. A query that fits few events may give a page that is
// short, or empty, and still has a next one: so many events were looked through for it, and no more.
type TrailPage struct {
	Lines []TrailLine
	Next  string
}

// A TrailLine is an event with the reference and kind of the case that it is about, "" when it is about none or the case is
// gone.
type TrailLine struct {
	Event
	Reference string
	Kind      CaseKind
	Team      string // the team the case is with now
}

// An Acknowledgement says that somebody looked into something unusual, and what they found. The note is sealed.
type Acknowledgement struct {
	Alert  string    `json:"-"` // id of what it is about
	At     time.Time `json:"-"`
	By     string    `json:"-"` // practitioner id
	ByName string    `json:"by_name"`
	Note   string    `json:"note"`
}
