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
	Demo         bool
	CreatedAt    time.Time
}

// ReservedSlugs are first path segments that belong to the service itself.
var ReservedSlugs = []string{"staff", "api", "guide", "static", "healthz", "readyz", "leave"}
