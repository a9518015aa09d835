package care

import (
	"crypto/subtle"
	"time"
)

// A Voice says whose account answers are: the person's own, or somebody's who speaks about them. The two are kept side
// by side and never merged.
type Voice string

// The voices.
const (
	VoiceSelf   Voice = "self"
	VoiceHelper Voice = "helper"
)

// An Account is what one voice said about a person, locked when it was given. The first account of a case is the
// assessment itself; later ones join it as entries.
type Account struct {
	Voice   Voice     `json:"voice"`
	Ruleset string    `json:"ruleset"` // pinned version the answers were given under
	Answers Answers   `json:"answers"`
	SentAt  time.Time `json:"sent_at"`
}

// An EntryKind says what was added to a case beside the assessment itself.
type EntryKind string

// The kinds of entry. A citizen makes the first six, a practitioner the rest.
const (
	EntryAccount       EntryKind = "account"       // body: Account
	EntryAddition      EntryKind = "addition"      // body: Note; something the person wants to add
	EntryDiary         EntryKind = "diary"         // body: DiaryLine; a good or a bad day
	EntryReply         EntryKind = "reply"         // body: Note; About is the id of the question
	EntryWithdrawal    EntryKind = "withdrawal"    // body: Note; a request, never the end of a case
	EntryAccessEnd     EntryKind = "access-end"    // body: Note; the person ended a helper's access
	EntryQuestion      EntryKind = "question"      // body: Note; a practitioner asks the person
	EntryConfirmed     EntryKind = "confirmed"     // body: Note; what a practitioner found out about a withdrawal (About)
	EntryAccess        EntryKind = "access"        // body: Note; why somebody opened a case that is not theirs, or who may open it
	EntryDraft         EntryKind = "draft"         // body: SharedDraft; what the person was told will be recorded
	EntryDraftReply    EntryKind = "draft-reply"   // body: Note; About is the draft. A citizen's, or one that a practitioner noted for them
	EntrySecond        EntryKind = "second"        // body: Second; a second signature was asked for
	EntryCountersigned EntryKind = "countersigned" // body: Second; it was given
	EntrySentBack      EntryKind = "sent-back"     // body: Second; it was not, and why
	EntryRevision      EntryKind = "revision"      // body: Note; why a next record is prepared
	EntryTransition    EntryKind = "transition"    // body: Note; what was done for somebody who turns 18
	EntryCopy          EntryKind = "copy"          // body: CopyGiven; who got a copy of a signed record
	EntryLearning      EntryKind = "learning"      // body: Note; what supervision wants the worker to take from a record
	EntryTriage        EntryKind = "triage"        // body: Note; why priority and due day were changed, Choice is the new priority
	EntryHold          EntryKind = "hold"          // body: Note; why a case is on hold, Choice is the day it ends
	EntryTest          EntryKind = "test"          // body: Note; why a case is marked as a try, or is no more
	EntryDuplicate     EntryKind = "duplicate"     // body: Note; Choice says which of the two, Outcome is the other's reference
	EntryMessage       EntryKind = "message"       // body: Note; a message was queued: which, never what it said
)

// An Entry is something added to a case or draft after its first answers. Entries are only ever added, each sealed on
// its own, and go with a draft that is erased.
type Entry struct {
	ID    string // UUID version 7
	Case  string // id of the assessment
	Kind  EntryKind
	About string // id of the entry it answers, or ""
	At    time.Time
	// By says as what somebody added it; ByID is the practitioner's id, "" for a citizen.
	By   ActorKind
	ByID string
	Body []byte // JSON by kind, in clear; the store seals it
	// Owe and Settle are what the entry makes owed on its case, and what it settles, in the transaction that adds it. They are
	// not read back.
	Owe    Owed
	Settle string
}

// SeenEntries is the name under which a signature says how many entries a case had when it was read, beside the versions of
// its working papers.
const SeenEntries = "entries"

// A Note is the body of most entries.
type Note struct {
	Text    string `json:"text,omitempty"`
	Voice   Voice  `json:"voice,omitempty"`   // of a citizen's note
	ByName  string `json:"by_name,omitempty"` // of a practitioner's note
	Choice  string `json:"choice,omitempty"`  // a closed answer, such as "not_sure" or "close"
	Outcome string `json:"outcome,omitempty"` // the outcome a question is about
	Whom    string `json:"whom,omitempty"`    // the team or council an offer goes to, or the other case of a link
}

// A DiaryLine says how one day was.
type DiaryLine struct {
	On    string `json:"on"`   // yyyy-mm-dd
	Kind  string `json:"kind"` // good, bad, mixed
	Text  string `json:"text,omitempty"`
	Voice Voice  `json:"voice,omitempty"`
}

// A CodeKind says what a code opens.
type CodeKind string

// The kinds of code.
const (
	CodeReturn CodeKind = "return" // with the reference: the draft, and its status after sending
	CodeLink   CodeKind = "link"   // alone: a one-time link sent by e-mail, to the same
	CodePerson CodeKind = "person" // with the reference: the person's own account on a case that a helper sent
	CodeHelper CodeKind = "helper" // with the reference, once: a helper's account beside the person's
)

// A Code lets somebody back in. Only a hash of it is kept: argon2id with a pepper for those people type, SHA-256 for
// links, which are long and random.
type Code struct {
	ID         string
	Assessment string
	Kind       CodeKind
	Hash       string // hex
	CreatedAt  time.Time
	Until      time.Time // zero: as long as the assessment is kept
	UsedAt     time.Time // zero: never
	EndedAt    time.Time // zero: not ended
	Press      string    // of a code that opens once: [CodeUse.Press] of the use; "" before, and of the rest
	Opened     string    // id of the account that the use of a helper's code began; "" for none
}

// PressLife is how long the same form, pressed a second time, opens again what its first press opened: for whoever presses
// twice, or whose connection broke off before the answer came. A code that opens once opens for no other form meanwhile.
const PressLife = 10 * time.Minute

// A CodeUse is one press of a button that uses a code.
type CodeUse struct {
	At time.Time
	// Press is the SHA-256 in hex of the random key of the form that was pressed; "" when it is not to open again.
	Press string
	// Account is the draft that the use of a helper's code begins; its ID is "" for none.
	Account Assessment
}

// Once says whether a code opens a single time: a link and a helper's code do.
func (c Code) Once() bool { return c.Kind == CodeLink || c.Kind == CodeHelper }

// Live says whether a code still opens anything at now.
func (c Code) Live(now time.Time) bool {
	return c.EndedAt.IsZero() && (c.Until.IsZero() || now.Before(c.Until)) && (!c.Once() || c.UsedAt.IsZero())
}

// OpensAgain says whether a press at now is of the very form that used a code up no longer than PressLife ago. Nothing that
// was taken back opens again.
func (c Code) OpensAgain(press string, now time.Time) bool {
	return c.Once() && c.EndedAt.IsZero() && !c.UsedAt.IsZero() && now.Before(c.UsedAt.Add(PressLife)) &&
		press != "" && subtle.ConstantTimeCompare([]byte(c.Press), []byte(press)) == 1
}

// A Mail is a message on its way to a person: plain lines, no answers, no results. It waits sealed in the outbox.
type Mail struct {
	Kind    string   `json:"kind"` // which message, such as "saved_link"; safe to show and count
	To      string   `json:"to"`
	Subject string   `json:"subject"`
	Lines   []string `json:"lines"`
	// Link stands on a line of its own, and as a button in the HTML part; "" for none.
	Link     string `json:"link,omitempty"`
	LinkText string `json:"link_text,omitempty"`
	From     string `json:"from"` // the council's name; the address is the service's
	ReplyTo  string `json:"reply_to,omitempty"`
	Lang     string `json:"lang,omitempty"`
}

// A DeadMail is a message that could not be delivered: enough to see what is wrong, and nothing about the person.
type DeadMail struct {
	ID        string
	Council   string
	Kind      string
	QueuedAt  time.Time
	LastTryAt time.Time
	Tries     int
	LastError string // the class of the error, such as "refused" or "unreachable"; never an address
}
