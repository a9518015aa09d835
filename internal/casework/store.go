package casework

import (
	"context"
	"time"

	"threshold/internal/care"
)

// A Store keeps what must not be lost. Every method that changes something returns only when the change and its
// events are durable (committed with a full sync), or returns an error and has changed nothing. Free text, identity
// and answers are sealed per record by the store; callers pass and get them in clear.
//
// An event whose ID or Council is empty gets them from the store; an event of another council than the thing it is
// about is refused as a fault of the caller.
//
// Errors: care.ErrNotFound, care.ErrConflict and care.ErrLocked where told; anything else is a fault of the store.
type Store interface {
	// Councils returns all councils by name.
	Councils(ctx context.Context) ([]care.Council, error)
	// PutCouncil adds a council or replaces its settings.
	PutCouncil(ctx context.Context, c care.Council, ev care.Event) error

	// CreateAssessment stores a new draft (Version 1), or a contact request or concern that is sent as it is made
	// (Status sent with its Reference). ErrConflict when the id or the reference is taken; ErrNotFound when there is no
	// such council.
	CreateAssessment(ctx context.Context, a care.Assessment, evs ...care.Event) error
	// Assessment loads one by id. ErrNotFound when the council differs.
	Assessment(ctx context.Context, council, id string) (care.Assessment, error)
	// SaveAssessment overwrites a draft's answers, or sends it (Status, Reference and the rest filled). a.Version is the
	// version that was loaded; the stored one becomes a.Version+1. ErrConflict when it has moved on or the reference is
	// taken, ErrLocked when it was sent before. Council and StartedAt stay as they were created; a draft's Kind and Ruleset
	// may change, when an early answer leads to another journey. A draft may have a Reference: it keeps it when sent.
	SaveAssessment(ctx context.Context, a care.Assessment, evs ...care.Event) error
	// EraseAssessment deletes a draft and its data key. ErrLocked when it was sent.
	EraseAssessment(ctx context.Context, council, id string, ev care.Event) error
	// EraseStaleDrafts erases every draft last saved before a time, before for ordinary ones and keptBefore for those that
	// are Kept, with their codes and entries, and returns how many. ev is the pattern of the event that each of them leaves:
	// its ID, Council and Subject are filled in.
	EraseStaleDrafts(ctx context.Context, before, keptBefore time.Time, ev care.Event) (int, error)

	// AddEntry adds an entry to a draft or case. The same id twice is ErrConflict, so that a second press adds nothing; no
	// such assessment in the council is ErrNotFound. A signed case still takes entries.
	AddEntry(ctx context.Context, council string, e care.Entry, evs ...care.Event) error
	// Entries of a draft or case, oldest first. ErrNotFound when it is not the council's.
	Entries(ctx context.Context, council, assessment string) ([]care.Entry, error)
	// JoinAccount adds e to the case that draft.LinkedTo names and erases the draft, both or neither. A sent case gets the
	// draft's Priority where that is higher, with its due date at e.At, and a version more. ErrConflict when
	// draft.Version is not the stored one, ErrNotFound when either is not there.
	JoinAccount(ctx context.Context, draft care.Assessment, e care.Entry, evs ...care.Event) error

	// AccountDrafts lists the ids of accounts being written about an assessment, oldest first.
	AccountDrafts(ctx context.Context, council, about string) ([]string, error)

	// AddCode keeps a code of an assessment of the council (ErrNotFound).
	AddCode(ctx context.Context, council string, c care.Code, ev care.Event) error
	// CodesOf lists the codes of an assessment, oldest first.
	CodesOf(ctx context.Context, council, assessment string) ([]care.Code, error)
	// CodesByReference finds a draft's or case's codes by its reference: ErrNotFound when there is none in the council.
	CodesByReference(ctx context.Context, council, reference string) (assessment string, codes []care.Code, err error)
	// CodeByHash finds a link by its hash. ErrNotFound when there is none in the council.
	CodeByHash(ctx context.Context, council, hash string) (care.Code, error)
	// UseCode notes that a code was used; of several uses of a link or a helper's code at once only one succeeds, the rest
	// get ErrConflict. ErrNotFound when there is none.
	UseCode(ctx context.Context, council, id string, at time.Time, ev care.Event) error
	// EndCodes ends all codes of a kind of an assessment and the sessions that came in by them (Session.As), and returns how
	// many codes were ended. Return codes and links open a form as its writer: with them end the writer's sessions.
	EndCodes(ctx context.Context, council, assessment string, kind care.CodeKind, at time.Time, ev care.Event) (int, error)

	// DeadMail lists messages of a council ("" for all) that were given up, newest first, at most limit.
	DeadMail(ctx context.Context, council string, limit int) ([]care.DeadMail, error)
	// RetryMail puts a dead message back into the outbox; DropMail forgets it. ErrNotFound when it is not there.
	RetryMail(ctx context.Context, council, id string, ev care.Event) error
	DropMail(ctx context.Context, council, id string, ev care.Event) error

	// Queue returns up to q.Limit sent cases of one council in queue order, beginning after q.After.
	Queue(ctx context.Context, q care.QueueQuery) (care.QueuePage, error)
	// CaseByReference returns a sent assessment and writes the view's event in the same transaction, so that nothing is
	// looked at without a trace. Another council's reference is ErrNotFound, and leaves no event. view.Subject may be
	// empty: the store fills in the id.
	CaseByReference(ctx context.Context, council, reference string, view care.Event) (care.Assessment, error)
	// AssignCase sets the worker (id and name; "" puts it back) and raises the case's version. ErrConflict when version is
	// not the stored one, ErrLocked when the case is signed.
	AssignCase(ctx context.Context, council, id string, version int, worker, workerName string, ev care.Event) error

	// Parts are the practitioner's working papers on a case, each with its own version: "finding/nutrition", "impact",
	// "contact/<id>", "record". Bodies are JSON in clear, sealed by the store.
	Parts(ctx context.Context, council, caseID string) ([]care.Part, error)
	// SavePart stores one; p.Version is the version that was read (0 for new), the stored one becomes p.Version+1.
	// ErrConflict when it moved on; ErrLocked when the case is signed.
	SavePart(ctx context.Context, council, caseID string, p care.Part, ev care.Event) error
	// SignCase appends a determination (Version must be the next one, Hash the SHA-256 of Body), sets the case to signed
	// and raises its version, and refuses with ErrConflict when any part's version differs from seen, or the number of entries
	// from seen[care.SeenEntries] where that is given: what is signed is what was read.
	SignCase(ctx context.Context, council string, d care.Determination, seen map[string]int, evs ...care.Event) error
	// Determinations of a case, oldest first.
	Determinations(ctx context.Context, council, caseID string) ([]care.Determination, error)

	// Events about a subject, oldest first.
	Events(ctx context.Context, council, subject string) ([]care.Event, error)

	// Practitioner by id or by e-mail address (lower case). An e-mail address belongs to one practitioner.
	Practitioner(ctx context.Context, id string) (care.Practitioner, error)
	PractitionerByEmail(ctx context.Context, email string) (care.Practitioner, error)
	PractitionerBySetup(ctx context.Context, setupHash string) (care.Practitioner, error)
	Practitioners(ctx context.Context, council string) ([]care.Practitioner, error)
	// PutPractitioner adds (Version 0) or replaces; ErrConflict when it moved on or the e-mail address is taken.
	PutPractitioner(ctx context.Context, p care.Practitioner, ev care.Event) error

	// Sessions of browsers, by SHA-256 of the cookie's id.
	Session(ctx context.Context, idHash string) (care.Session, error)
	PutSession(ctx context.Context, s care.Session) error
	// TouchSession stores when a session was last seen and whether it is locked, and nothing else of it. One that was ended
	// meanwhile stays ended, without an error.
	TouchSession(ctx context.Context, s care.Session) error
	DeleteSession(ctx context.Context, idHash string) error
	// DeleteSessions ends all sessions last seen before a time, and, when practitioner is not "", all of that person's.
	DeleteSessions(ctx context.Context, seenBefore time.Time, practitioner string) (int, error)

	// AddEquality keeps answers to the equality questions, by question, apart from everything else: each answer on its own,
	// with the council and the calendar month ("2006-01") and nothing that leads to a person, a case, a session or another
	// answer. It leaves no event, and nothing here gives them back: a report counts them. ErrNotFound when there is no such
	// council.
	AddEquality(ctx context.Context, council, month string, answers map[string]string) error

	// Try counts a try under key and says whether it is within limit tries per window (sliding by fixed windows). A
	// refused try is not counted, so that hammering keeps nobody out for longer.
	Try(ctx context.Context, key string, now time.Time, limit int, window time.Duration) (bool, error)

	// Ready says whether the store can be written.
	Ready(ctx context.Context) error
}
