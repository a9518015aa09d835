package pages

import (
	"threshold/templates/components"
	"threshold/templates/layouts"
)

// StaffProblems is what is wrong with a form of the practitioner's side: the summary at the top and the sentence at each
// field, by field name.
type StaffProblems struct {
	Summary []components.ErrorSummaryItem
	ByField map[string]string
}

func (p StaffProblems) at(field string) components.ErrorMessageParams {
	return components.ErrorMessageParams{Text: p.ByField[field]}
}

// StaffSignInPage asks who somebody is.
type StaffSignInPage struct {
	Layout   layouts.StaffPage
	Email    string
	Notice   string
	Problems StaffProblems
	// Kept is what was typed before the session ran out, sealed; "" when there is nothing. It goes back with the form.
	Kept      string
	KeptLines []string    // what happened, when something was typed
	KeptWords []StaffTold // the words themselves, only when they are too many to go back with the form
	// Demo offers signing in without password or code, at the demonstration's councils; empty outside it.
	Demo []StaffDemoCouncil
	// Passkey asks for one; its Action is "" where there can be none.
	Passkey PasskeyForm
}

// StaffDemoCouncil is one of the demonstration's councils; As is one of its people by id, "" for the first practitioner.
type StaffDemoCouncil struct{ Slug, As, Button string }

// StaffSetUpPage is where a one-time link leads: choose a password, pair an authenticator app.
type StaffSetUpPage struct {
	Layout layouts.StaffPage
	Action string
	Name   string
	Email  string
	Secret string // in groups of four
	Link   string // otpauth://
	QR     QR
	Until  string // how long the link works
	// HasPassword: only the second factor was reset, so the password is asked for and not chosen.
	HasPassword bool
	Problems    StaffProblems
}

// QR is a QR code as one SVG path, a unit to a module.
type QR struct {
	Size int // modules along a side, with the quiet zone
	Path string
}

// StaffCase stands on every page of a case.
type StaffCase struct {
	Layout   layouts.StaffPage
	Identity components.IdentityBarParams
	Nav      components.SubNavigationParams
	Path     string // /staff/case/{reference}
	Locked   bool   // signed: nothing is to be filled in any more
	LockedBy string // a sentence
	Signed   string // address of the signed record
	Passed   string // where another council has it now, in a sentence; "" while the case is here
	GoesOn   StaffGoesOn
	Twins    []StaffTwin // duplicates that the case stands for
	Success  string      // a sentence after something was saved
	Take     StaffTake
	Problems StaffProblems
	// Texts gives the words of the headings, buttons and labels, by key: under "staff.page." in the words.
	Texts func(key string) string
}

// say is a heading, button or label of the page; its key where nobody gave the page its words.
func (p StaffCase) say(key string) string {
	if p.Texts == nil {
		return key
	}
	return p.Texts(key)
}

// StaffGoesOn says of a duplicate with which case work goes on. Text is "" for a case that stands for itself.
type StaffGoesOn struct {
	Text string
	Do   []Link // to that case, and to take the mark off again
}

// StaffTwin is a duplicate that a case stands for.
type StaffTwin struct {
	Link Link
	New  string // that the person added something there, "" for nothing new
}

// StaffTake is who has a case and how that can change.
type StaffTake struct {
	Held    string // the worker's id, posted back so that nobody's case is taken unseen
	Worker  string // name, "" for nobody
	Mine    bool
	Allowed bool
}

// StaffTold is a question with what was answered.
type StaffTold struct {
	Question string
	Answers  []string
	Note     string // such as: not counted
}

// StaffFlag is something the answers raise, with what it rests on.
type StaffFlag struct {
	Text, Citation, Basis string
	Priority              int
}

// StaffSummaryPage is the first page of a case.
type StaffSummaryPage struct {
	StaffCase
	Urgent  []StaffFlag
	Private []string
	// PrivateUrgent: what was said in private puts the case first.
	PrivateUrgent bool
	Caution       string
	Matters       bool         // there is a heading for it: a form was filled in, and not only a request
	Own           []StaffBlock // what matters to them, in their own words first
	OwnNone       string
	Who           []string     // who answered
	Helper        []StaffTold  // what a helper told about themself and about the person's say in it
	Form          []StaffTold  // what a contact request or concern says
	Daily         []StaffBlock // what is told of daily life, where no findings are made
	Shows         []string     // what the rules suggest, in sentences
	Changes       StaffChanges
	Differ        []string // where the voices differ, in sentences
	Checks        StaffCheckList
	Prepare       Link
	Versions      Link
	AnswersHref   string
	Picture       *components.PictureParams
	Dots          *components.DotsParams
	AskAbout      []string
	Weigh         []string
	Flags         []StaffFlag
	About         []StaffBlock // health, help now, how they talk, today
	OwnContact    string       // said before Details: whose word goes first
	Details       []StaffBlock // who and where they are, how to reach them
	Later         []StaffLater // what came since it was sent, in order
	Withdraw      StaffWithdraw
	Code          StaffCode
	Contacts      []StaffContact
	Contact       StaffContactForm
	Linked        Link
	Alike         StaffAlike // likely duplicates
}

// StaffBlock is one account's part of something: whose it is, "" where there is only one account, and what was told.
type StaffBlock struct {
	Title string
	Rows  []StaffTold
}

// StaffLater is something that came after a form was sent.
type StaffLater struct {
	Anchor   string
	Title    string // what was done
	Meta     string // who and when
	About    string // the question that a reply answers, or the outcome a question is about
	Text     string
	New      bool
	StaffOne bool // written by a practitioner
}

// StaffWithdraw settles a wish to stop. Action is "" when there is none to settle.
type StaffWithdraw struct {
	Action, Once, Request string
	Lines                 []string
	Caution               string // why it cannot be settled as stopped
	Choice                components.RadiosParams
	How                   string
}

// StaffAsk puts a question to the person.
type StaffAsk struct {
	Action, Once string
	Intro        string
	Caution      string
	Text         string
	Outcome      components.SelectParams
}

// StaffCode gives the person a code.
type StaffCode struct {
	Action  string
	Intro   string
	Caution string
	Confirm string // words of the box to tick
}

// StaffCodePage shows a code once.
type StaffCodePage struct {
	StaffCase
	Lines           []string
	Reference, Code string // "" when there is none to show
	How             string
	Give            StaffCode
}

// StaffContact is a logged contact.
type StaffContact struct{ When, How, By, Detail, Note string }

// StaffContactForm logs one more.
type StaffContactForm struct {
	ID               string
	On               string // the button that goes on to the answers; none when empty
	Day, Month, Year string
	How              components.RadiosParams
	SeenAlone        components.RadiosParams
	Advocate         components.RadiosParams
	Note             string
}

// StaffAnswersPage lays each outcome's answer beside the law's test, with the finding under it.
type StaffAnswersPage struct {
	StaffCase
	Intro  []string
	Checks StaffCheckList // answers that do not go together
	Index  components.TaskListParams
	Rows   []StaffFindingRow
	// SaveAll saves every row that was filled in, and goes on.
	SaveAll string
}

// StaffFindingRow is one outcome.
type StaffFindingRow struct {
	ID, Anchor          string
	Title               string
	Statutory, Citation string
	Limbs               []StaffLimb
	LimbsIntro          string
	Told                []StaffTold    // where there is one account
	Voices              []StaffTelling // where there are several, side by side
	Differ              string         // how they differ, and what to do
	Silent              string         // said instead when nothing was answered
	Suggestion          string         // "" while the practitioner's own view comes first; then First says so
	SuggestionClasses   string
	First               string
	Why                 []StaffReason
	Changes             StaffChanges
	Help                StaffHelp // where there is one account
	Version             string
	Shown               string // a mark of the finding as it was shown, to know a row that was changed
	Conclusions         components.RadiosParams
	Sources             components.CheckboxesParams
	Reason, Period      string
	ReasonHint          string
	AskPeriod           bool
	PeriodHint          string
	Problems            StaffProblems
	Saved               string
	Found               []StaffTold // the finding as it stands once the case is locked
}

// StaffTelling is what one account says of one outcome.
type StaffTelling struct {
	Title, Sent string
	Told        []StaffTold
	Help        StaffHelp
}

// StaffHelp is the help that somebody has now, which is not counted, and what its end would mean. Title is "" for none told.
type StaffHelp struct {
	Title string
	Rows  []StaffTold
	Stops []string
}

// StaffLimb is one of the ways of being unable, and whether the person said so.
type StaffLimb struct{ Text, Citation, Said, Classes string }

// StaffReason is a sentence with its citation.
type StaffReason struct{ Text, Citation string }

// StaffImpactPage asks for the effect on well-being and the cause.
type StaffImpactPage struct {
	StaffCase
	Areas             []components.RadiosParams
	Significant       components.RadiosParams
	SignificantReason string
	Points            []StaffPoint
	Version           string
	Saved             string
	Words             StaffImpactWords
	Found             []StaffTold
}

// StaffPoint is one more condition, answered yes or no with a reason.
type StaffPoint struct {
	Answer             components.RadiosParams
	ReasonName, Reason string
}

// StaffImpactWords are the sentences of that page that are the law's.
type StaffImpactWords struct {
	Areas, ReasonHint, Points, PointHint, SaveOn string
}

// StaffRecordPage is where the record is checked and signed.
type StaffRecordPage struct {
	StaffCase
	Intro           string
	Blockers        []Link
	Assessed        bool
	Checks          components.CheckboxesParams
	Contacted       bool
	NoContactReason string
	Decision        components.RadiosParams
	DecisionReason  string
	NextSteps       string
	Version         string
	Saved           string
	Seen            string
	Confirm         string // "I decide this on behalf of {council}"
	SignError       string
	Words           StaffRecordWords
	Ends            []StaffPart // what each end owes
	Parts           []StaffPart // how the assessment was made
	Reply           StaffPart
	Sharing         StaffSharing
	Second          StaffSecondPart
	Revising        string // why a next record is prepared
	See             Link   // the record that stands meanwhile
}

// StaffRecordWords are the sentences of that page that are the law's.
type StaffRecordWords struct {
	NoContactHint, DecisionReason, DecisionReasonHint, NextSteps, NextStepsHint, SignNote, NotYet string
}

// StaffSignedPage is the signed record: read on screen, printed, exported.
type StaffSignedPage struct {
	StaffCase
	Just      bool // signed a moment ago
	Decision  string
	SignedBy  string
	Hash      string
	JSONHref  string
	Next      Link
	Sections  []StaffSection
	Outcomes  []StaffSection
	HashNote  string
	PrintNote string
	Caution   string // before a copy goes to the person
	After     StaffAfter
}

// StaffSection is a heading with question and answer rows.
type StaffSection struct {
	Title, Note string
	Rows        []StaffTold
}

// StaffTimelinePage lists what happened to a case.
type StaffTimelinePage struct {
	StaffCase
	Bare  bool // an auditor's view: no identity, no pages of the case
	Items components.TimelineParams
	Count string
	Other Link // the changes alone, or everything

	Filter components.FilterParams
	Types  components.CheckboxesParams
	None   string // said when nothing fits
}

// StaffConflictPage shows what two people wrote on one form, and lets the second one choose. Neither is lost by looking.
type StaffConflictPage struct {
	StaffCase
	What        string
	Lead        string
	Theirs      []StaffTold
	TheirsBy    string
	Mine        []StaffTold
	Action      string
	KeepHref    string
	Hidden      []StaffHidden // mine, to be posted again over theirs
	MineButton  string
	TheirButton string
}

// StaffHidden is one field posted again.
type StaffHidden struct{ Name, Value string }

// StaffMessagePage says one thing about a case, such as that a form can no longer be saved.
type StaffMessagePage struct {
	Layout layouts.StaffPage
	Title  string
	Lines  []string
	Next   Link
}

// StaffMailPage lists messages that were given up.
type StaffMailPage struct {
	Layout layouts.StaffPage
	Title  string
	Notice string
	Intro  string
	None   string
	Rows   []StaffMailRow
}

// StaffMailRow is one of them.
type StaffMailRow struct{ Kind, Queued, Tries, Last, Why, Retry, Drop string }
