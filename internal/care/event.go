package care

import "time"

// An ActorKind says as what somebody acts.
type ActorKind string

// The kinds of actor. Roles of practitioners are kept apart so that no role both grants roles and reads cases.
const (
	ActorCitizen      ActorKind = "citizen"
	ActorPractitioner ActorKind = "practitioner"
	ActorSystem       ActorKind = "system"
)

// An Actor is who acts, always passed openly as an argument.
type Actor struct {
	Kind    ActorKind
	ID      string // practitioner id, or the draft id for a citizen
	Council string // slug
	Roles   []Role
	Team    string // of a practitioner, "" for none
	// As is set for a citizen who came to a form by a code of their own and did not write it (CodePerson, CodeHelper).
	As CodeKind
}

// An Event says that something was done or looked at: who, what, when, never what it said. Events are written in the
// same transaction as the change and can be neither changed nor deleted.
type Event struct {
	ID      string
	At      time.Time
	Council string
	Actor   ActorKind
	ActorID string
	Verb    string // such as "assessment.sent", "case.viewed", "finding.saved"
	Subject string // id of the assessment, practitioner or council it is about
	Detail  string // closed words only, such as an outcome id; no personal text
	// Mail, when there is one, goes into the outbox in the same transaction as the event. It is no part of the trail.
	Mail *Mail
	// Tallies are counted in the same transaction as the event. They are no part of the trail either.
	Tallies []Tally
}
