package care

import "time"

// A Role of a practitioner in one council.
type Role string

// The roles. An admin manages people and settings and sees no case content; an auditor sees the trail.
const (
	RolePractitioner Role = "practitioner"
	RoleManager      Role = "manager"
	RoleAdmin        Role = "admin"
	RoleAuditor      Role = "auditor"
)

// A Practitioner is somebody who works for a council and signs in.
type Practitioner struct {
	ID           string
	Council      string // slug
	Name         string
	Email        string // what they sign in with, lower case
	Roles        []Role
	Registration string // Social Work England number, or "" when not registered
	PasswordHash string // argon2id, PHC string; "" until set up
	TOTPSecret   string // base32; the store seals it
	TOTPLast     int64  // the last time step accepted, so that a code works once (RFC 6238 s.5.2)
	SetupHash    string // SHA-256 (hex) of the one-time set-up token, "" when used
	SetupUntil   time.Time
	Disabled     bool
	Team         string   // id of a team of the council, "" for none
	Training     []string // ids of trainings the council has recorded, such as TrainingDeafblind
	OnDuty       bool     // on the duty rota: urgent cases that nobody opens come here
	Demo         bool
	CreatedAt    time.Time
	Version      int
}

// TrainingDeafblind is the specific training and expertise that SI 2014/2827 reg 6 asks of whoever assesses a deafblind
// person.
const TrainingDeafblind = "deafblind"

// TrainingAssessor is what SI 2014/2827 reg 5 asks of everybody who assesses: skilled, competent and trained for it.
const TrainingAssessor = "assessor"

// A Team of a council's practitioners. Cases are shared out to teams; who is in another one needs a reason to open them.
type Team struct {
	ID      string
	Council string // slug
	Name    string
	Closed  bool // takes no more cases; what it has stays
}

// A Session of a browser. The cookie carries a random id; only its SHA-256 is stored.
type Session struct {
	IDHash       string
	Kind         ActorKind // citizen or practitioner
	Council      string
	Assessment   string // the citizen's draft, or the sent assessment whose receipt may be shown
	Practitioner string
	CreatedAt    time.Time
	SeenAt       time.Time
	Locked       bool // idle too long: nothing is shown until the person carries on or signs in
	// As says what the session may do with Assessment: "" wrote it, so reads it all; CodePerson and CodeHelper came by
	// such a code to the case and see nothing that anybody else wrote.
	As CodeKind
	// Locale and Large are how this browser reads: a locale of the rules ("" the usual one) and large print.
	Locale   string
	Large    bool
	Browser  string // family of a practitioner's browser, such as "Firefox"; "" when not known
	Equality bool   // the equality questions were answered in it; what was said is kept elsewhere, without a name
}
