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
	// UseCode notes that a code was used, stores the account that its use begins, both or neither, and returns that account's
	// id ("" for none). Of several uses of a link or a helper's code at once only one does so. A use that the code opens again
	// for (care.Code.OpensAgain) gets what the first got, and changes and notes nothing; the rest get ErrConflict.
	// ErrNotFound when there is no such code.
	UseCode(ctx context.Context, council, id string, use care.CodeUse, evs ...care.Event) (opened string, err error)
	// EndCodes ends all codes of a kind of an assessment and the sessions that came in by them (Session.As), and returns how
	// many codes were ended. Return codes and links open a form as its writer: with them end the writer's sessions.
	EndCodes(ctx context.Context, council, assessment string, kind care.CodeKind, at time.Time, ev care.Event) (int, error)

	// OfferCase stores an offer of an open case with the entry that says why; events may be of both councils. ErrConflict when
	// the case has moved on since version or is offered already, ErrLocked when it is signed.
	OfferCase(ctx context.Context, x care.Transfer, version int, e care.Entry, evs ...care.Event) error
	// Offers lists the open offers to a council and its teams; TransfersOf those of a case, with the one it came by.
	Offers(ctx context.Context, council string) ([]care.Transfer, error)
	TransfersOf(ctx context.Context, council, caseID string) ([]care.Transfer, error)
	// SettleOffer ends an open offer as x.State says; a team that accepts has the case. ErrConflict when it is not open any more.
	SettleOffer(ctx context.Context, x care.Transfer, e care.Entry, evs ...care.Event) error
	// PassCase makes another council's case of one that was offered to it, all of it or nothing. ErrConflict when the offer is
	// not open any more or the case has changed since it was read. Nothing is added to the old one from then on (ErrLocked).
	PassCase(ctx context.Context, p care.Passing, evs ...care.Event) error
	// JoinPassed is JoinAccount for an account about a case that another council has now.
	JoinPassed(ctx context.Context, draft care.Assessment, x care.Transfer, e care.Entry, evs ...care.Event) error
	// LinkCases and UnlinkCases begin and end that an adult's and a carer's case are read beside each other, with an entry on
	// each. ErrConflict when the carer's is linked, or the link ended, already. LinksOf lists a case's links.
	LinkCases(ctx context.Context, l care.CaseLink, entries []care.Entry, evs ...care.Event) error
	UnlinkCases(ctx context.Context, l care.CaseLink, at time.Time, entries []care.Entry, evs ...care.Event) error
	LinksOf(ctx context.Context, council, caseID string) ([]care.CaseLink, error)
	// Waiting lists open cases sent before a time whose people were last asked or spoken with before it, as far as NoteWaiting
	// was told. NoteWaiting sets that moment, and adds the entry that asks: ErrConflict when it is no later than the stored one.
	Waiting(ctx context.Context, council string, before time.Time, limit int) ([]string, error)
	NoteWaiting(ctx context.Context, council, id string, from time.Time, asked *care.Entry, evs ...care.Event) error
	// AddUrgent adds an entry and brings an open case forward to a priority, both or neither. Errors as of AddEntry.
	AddUrgent(ctx context.Context, council string, e care.Entry, p care.Priority, evs ...care.Event) error

	// DeadMail lists messages of a council ("" for all) that were given up, newest first, at most limit.
	DeadMail(ctx context.Context, council string, limit int) ([]care.DeadMail, error)
	// RetryMail puts a dead message back into the outbox; DropMail forgets it. ErrNotFound when it is not there.
	RetryMail(ctx context.Context, council, id string, ev care.Event) error
	DropMail(ctx context.Context, council, id string, ev care.Event) error

	// Queue returns up to q.Limit sent cases of one council's lane in an order, beginning after q.After. The work of it is bounded
	// whatever the council's size: see care.QueuePage. ErrNotFound when q.After was never given out for that order.
	Queue(ctx context.Context, q care.QueueQuery) (care.QueuePage, error)
	// Lead returns the first limit cases of a short list above the queue and how many there are (Total, More). viewer as in
	// care.QueueQuery.
	Lead(ctx context.Context, council string, lead care.Lead, viewer string, limit int) (care.QueuePage, error)
	// Search finds sent cases over sealed names and dates of birth, in any lane, and writes ev before it tells anything.
	// Restricted cases are found only by those who were named for them. ErrNotFound as of Queue.
	Search(ctx context.Context, q care.SearchQuery, ev care.Event) (care.SearchPage, error)
	// Alike lists open cases that may be of the same person as one: the same date of birth and a part of the name, or the same
	// whole name; restricted ones as in Search. ErrNotFound when the council has no such case.
	Alike(ctx context.Context, council, caseID, viewer string, limit int) ([]care.CaseLine, error)
	// EscalateCases puts a council's open cases of urgency or safety that were sent by a time and never opened on the duty
	// rota's list, each once; EndHolds brings back what was on hold until now. Both return how many. ev is the pattern of the
	// event that each of them leaves: its ID, Council and Subject are filled in.
	EscalateCases(ctx context.Context, council string, sentBy time.Time, ev care.Event) (int, error)
	EndHolds(ctx context.Context, now time.Time, ev care.Event) (int, error)
	// CaseByReference returns a sent assessment and writes the view's event in the same transaction, so that nothing is
	// looked at without a trace. Another council's reference is ErrNotFound, and leaves no event. view.Subject may be
	// empty: the store fills in the id. A practitioner's first view of the summary (care.VerbViewed, care.DetailSummary) is
	// kept as FirstOpened.
	CaseByReference(ctx context.Context, council, reference string, view care.Event) (care.Assessment, error)
	// AssignCase sets the worker (id and name; "" puts it back) and raises the case's version. ErrConflict when version is
	// not the stored one, ErrLocked when the case is signed.
	AssignCase(ctx context.Context, council, id string, version int, worker, workerName string, ev care.Event) error

	// Standing says how a practitioner stands to a sent case, without opening it and without a trace. ErrNotFound when the
	// council has none under the reference.
	Standing(ctx context.Context, council, reference, practitioner string) (care.Standing, error)
	// Grants of a case, oldest first. SetAccess changes who may open it: all of it or nothing; ErrConflict when the case has
	// moved on since c.Version, ErrNotFound when it or somebody named is not the council's.
	Grants(ctx context.Context, council, caseID string) ([]care.Grant, error)
	SetAccess(ctx context.Context, council string, c care.AccessChange, evs ...care.Event) error
	// MoveCases changes where cases stand, adds the entries that say why, and writes the events: all of it or nothing. Each case
	// gets a version more. ErrConflict when one has moved on since it was read, ErrNotFound when one is not the council's.
	MoveCases(ctx context.Context, council string, moves []care.Move, evs ...care.Event) error
	// GiveCases is MoveCases that keeps, in the same transaction, what undoes it in place of what the practitioner could undo
	// before; nothing when undo has no Moves. UndoOf returns it: ErrNotFound when there is none.
	GiveCases(ctx context.Context, council string, moves []care.Move, undo care.Undo, evs ...care.Event) error
	UndoOf(ctx context.Context, council, practitioner string) (care.Undo, error)
	// Twins are the cases that a case stands for, and the one that goes on in its own stead (Placing.DuplicateOf). What a citizen
	// adds to a duplicate is news on the one that goes on too, and what makes it pressing brings both forward.
	Twins(ctx context.Context, council, caseID string) ([]care.Twin, error)
	// AddEntries adds entries to several cases of a council, all or none; errors as of AddEntry.
	AddEntries(ctx context.Context, council string, entries []care.Entry, evs ...care.Event) error
	// Teams of a council by name. PutTeam adds or changes one: ErrConflict when the name is taken. ChangeTeam changes one that is
	// still as it was read: ErrConflict when it is not, or when the name is taken.
	Teams(ctx context.Context, council string) ([]care.Team, error)
	PutTeam(ctx context.Context, team care.Team, ev care.Event) error
	ChangeTeam(ctx context.Context, was, next care.Team, ev care.Event) error

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
	// Owed lists cases on which something (care.OwesCopy and so on) has been owed since by or before, the longest first. What an
	// entry or a determination makes owed, and what it settles, stands in it; a signature settles care.OwesSecond.
	Owed(ctx context.Context, council, what string, by time.Time, limit int) ([]care.OwedLine, error)
	// Determinations of a case, oldest first.
	Determinations(ctx context.Context, council, caseID string) ([]care.Determination, error)

	// CasesOf lists the ids of a council's cases that were sent, or on which a record was signed, from one moment until before
	// another: by when they were sent, oldest first.
	CasesOf(ctx context.Context, council string, from, to time.Time) ([]string, error)

	// Events about a subject, oldest first.
	Events(ctx context.Context, council, subject string) ([]care.Event, error)

	// Trail returns one page of a council's events, the newest first, and writes evs, those of having searched, before it
	// reads. ErrNotFound when q.After was never given out.
	Trail(ctx context.Context, q care.TrailQuery, evs ...care.Event) (care.TrailPage, error)
	// AddEventOnce writes an event whose id the caller made from what it is about. One that is there is left as it is, without
	// an error, and nothing of the new one is counted.
	AddEventOnce(ctx context.Context, ev care.Event) error
	// SignedAndNoted are the references of cases of which a practitioner signed a record and that have an event of a verb since
	// a moment, the newest first, at most limit.
	SignedAndNoted(ctx context.Context, council, practitioner, verb string, since time.Time, limit int) ([]string, error)
	// Acknowledge keeps what somebody found out about something unusual: ErrConflict when it was acknowledged before.
	// Acknowledgements returns those there are of some alerts, by alert.
	Acknowledge(ctx context.Context, council string, a care.Acknowledgement, ev care.Event) error
	Acknowledgements(ctx context.Context, council string, alerts []string) (map[string]care.Acknowledgement, error)

	// Figures are the tallies of some names from a month (yyyy-mm) on: by name as asked, then by month and key. The tallies of
	// an event are counted in its transaction.
	Figures(ctx context.Context, council, from string, names ...string) ([]care.Figure, error)
	// OpenFigures counts the open cases by team and kind, WorkerFigures by who has them, and beside them those on hold; test entries
	// and duplicates are in neither. What was due before today is overdue. bands are how long before now a case was sent, from the shortest (0).
	OpenFigures(ctx context.Context, council string, now, today time.Time, bands []time.Duration) ([]care.OpenFigures, error)
	WorkerFigures(ctx context.Context, council string, today time.Time) ([]care.WorkerFigures, error)
	// WeekFigures counts what came in and what was signed for the first time in the weeks that begin at from, without test
	// entries.
	WeekFigures(ctx context.Context, council string, from []time.Time) ([]care.WeekFigures, error)

	DisposalStore

	// Practitioner by id or by e-mail address (lower case). An e-mail address belongs to one practitioner.
	Practitioner(ctx context.Context, id string) (care.Practitioner, error)
	PractitionerByEmail(ctx context.Context, email string) (care.Practitioner, error)
	PractitionerBySetup(ctx context.Context, setupHash string) (care.Practitioner, error)
	Practitioners(ctx context.Context, council string) ([]care.Practitioner, error)
	// PutPractitioner adds (Version 0) or replaces; ErrConflict when it moved on or the e-mail address is taken.
	PutPractitioner(ctx context.Context, p care.Practitioner, ev care.Event) error
	// ChangePractitioner replaces one and ends what end says, all of it or nothing, and returns how many sessions were ended.
	// Errors of PutPractitioner; ErrForbidden when nobody who can sign in would be left to look after the council's accounts.
	ChangePractitioner(ctx context.Context, p care.Practitioner, end care.AccountEnds, evs ...care.Event) (int, error)
	// ChangeCouncil replaces a council's settings when they are still those of was (ErrConflict). Slug, GSS, Demo and
	// CreatedAt stay.
	ChangeCouncil(ctx context.Context, was, c care.Council, ev care.Event) error

	// Passkey by id; Passkeys of a practitioner, oldest first. AddPasskey: ErrConflict when the credential is known,
	// ErrNotFound when the council has no such practitioner. RemovePasskey: ErrNotFound when they have none such.
	Passkey(ctx context.Context, id string) (care.Passkey, error)
	Passkeys(ctx context.Context, practitioner string) ([]care.Passkey, error)
	AddPasskey(ctx context.Context, p care.Passkey, evs ...care.Event) error
	RemovePasskey(ctx context.Context, practitioner, id string, ev care.Event) error
	// UsePasskey notes a use with the counter it came with. Of several uses with the same counter one alone succeeds. A counter
	// that did not go up marks the passkey, writes the event cloned in place of used, and is ErrConflict. One that is marked
	// or not there is ErrNotFound. Passkeys without a counter say 0 each time.
	UsePasskey(ctx context.Context, id string, count uint32, at time.Time, used, cloned care.Event) error
	// KnowDevice remembers a browser for a practitioner; KnowsDevice says whether it is known and was seen since. The longest
	// unseen are forgotten.
	KnowDevice(ctx context.Context, d care.Device) error
	KnowsDevice(ctx context.Context, hash, practitioner string, since time.Time) (bool, error)
	// SessionsOf lists the sessions in which a practitioner is signed in, the last used first. EndSessions ends one of them
	// (only) or, when only is "", all but keep; the event, whose Council must be set, is written when any was ended.
	SessionsOf(ctx context.Context, practitioner string) ([]care.Session, error)
	EndSessions(ctx context.Context, practitioner, only, keep string, ev care.Event) (int, error)

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
