package care

import "time"

// A Passkey lets a practitioner in without password and code (W3C, Web Authentication Level 3, credential record).
type Passkey struct {
	ID           string // SHA-256 (hex) of the credential's own id
	Council      string // slug
	Practitioner string // id
	Name         string // what its owner calls it, such as "Work laptop"; sealed
	Credential   []byte // the credential record as JSON, in clear; the store seals it
	SignCount    uint32 // the counter last seen; 0 for the many passkeys that have none
	// Cloned: the counter went backwards, so there may be a copy (Web Authentication s.6.1.1). It opens nothing any more.
	Cloned    bool
	CreatedAt time.Time
	UsedAt    time.Time // zero: never
}

// A Device is a browser from which a practitioner signed in well. Its cookie carries a random id; only the SHA-256 of that
// is stored. Its tries to sign in are counted apart from everybody else's, so that nobody can use up the owner's.
type Device struct {
	Hash         string
	Council      string // slug
	Practitioner string // id
	SeenAt       time.Time
}

// DeviceLife is how long a browser is known after the last good sign-in.
const DeviceLife = 180 * 24 * time.Hour

// AccountEnds says what of an account ends in the transaction that changes it.
type AccountEnds struct {
	Sessions bool   // all sessions, at once
	Keep     string // but not this one (hash of its id)
	Passkeys bool   // all passkeys
	Devices  bool   // all known browsers
}
