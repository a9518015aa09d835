package care

import "time"

// A Council with adult social services duties. Everything people read about it is set by the council, nothing is
// guessed: an empty field is left out of the page.
type Council struct {
	Slug     string // first part of every citizen's address; a-z, 0-9 and "-"
	Name     string
	GSS      string // ONS code, such as "E08000035"; "" for a made-up council
	Phone    string // daytime
	Phone24h string // answered day and night (emergency duty team)
	Email    string
	// LeaveURL is where "Leave this site" goes: an ordinary page nobody would wonder about.
	LeaveURL     string
	ComplaintURL string
	DirectoryURL string // help near you
	Colour       string // "#rrggbb" for the header, checked for contrast with white
	ReadDays     int    // working promise: somebody reads what was sent within so many days. There is no legal deadline.
	Settings     Settings
	Demo         bool
	CreatedAt    time.Time
}

// Settings are what a council chooses for its practitioners' side. A zero means that nothing was set, and nothing is
// promised or done because of it.
type Settings struct {
	Hours           string `json:"hours,omitempty"`            // when people can ring, as they read it
	TargetDays      int    `json:"target_days,omitempty"`      // the council's own target from sent to decided, in days; no legal deadline
	UrgentHours     int    `json:"urgent_hours,omitempty"`     // an urgent case that nobody opened for so long goes to the duty rota
	CheckInDays     int    `json:"check_in_days,omitempty"`    // while a person waits they are asked how they are, so many days apart
	RetentionMonths int    `json:"retention_months,omitempty"` // how long what was sent is kept after it is signed
	ViewFirst       bool   `json:"view_first,omitempty"`       // the suggestion is hidden until a finding on the outcome is saved
	BlindPercent    int    `json:"blind_percent,omitempty"`    // of all cases, so many are worked on that way in any case, 0-100
}

// ReservedSlugs are first path segments that belong to the service itself.
var ReservedSlugs = []string{"staff", "api", "guide", "static", "healthz", "readyz", "leave"}
