package care

import "time"

// A Grant lets one practitioner open one case that their team and the case's restriction would keep from them.
type Grant struct {
	Case         string // id of the assessment
	Practitioner string // id
	At           time.Time
	// Until is when it ends: zero for somebody who was named for a restricted case, a moment for who broke in with a reason.
	Until time.Time
}

// A Standing is how a practitioner stands to a case: all that is needed to say whether it opens to them, and nothing of what
// is in it.
type Standing struct {
	Case       string // id of the assessment
	Kind       CaseKind
	Status     Status
	Version    int
	Team       string
	Worker     string
	Restricted bool
	Revising   bool
	Granted    bool
	Until      time.Time // of the grant; zero for a name
	Signed     bool      // they signed a record of it
}

// An AccessChange changes who may open a case.
type AccessChange struct {
	Case       string
	Version    int  // of the case as it was read, where Restricted changes; 0 where only grants do
	Restricted bool // told only with Version
	Given      []Grant
	Ended      []string // practitioners whose grant is taken
	Entries    []Entry  // why
}
