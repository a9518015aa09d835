package care

import "time"

// An Outgoing is a message that the outbox hands out to be sent now.
type Outgoing struct {
	// ID stays the same however often the message is tried, so that a copy sent twice can be known as one.
	ID      string
	Council string // the slug
	Mail    Mail
	// QueuedAt is when the outbox took the message, Tries how often it was tried before this time.
	QueuedAt time.Time
	Tries    int
	Receipt  string // what the outbox wants back when it is told how this try went
}
