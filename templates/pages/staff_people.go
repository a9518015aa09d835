package pages

import (
	"strconv"

	"threshold/templates/components"
	"threshold/templates/layouts"
)

// StaffPeoplePage lists everybody who can sign in at a council.
type StaffPeoplePage struct {
	Layout  layouts.StaffPage
	Success string
	Rows    []StaffPersonRow
}

// StaffPersonRow is one account.
type StaffPersonRow struct {
	Name, Href, Email, Roles, Team string
	Badges                         []components.BadgeParams
}

// StaffPersonPage is one account: what is said of somebody, and what can be done with it. With Invite it is the form for
// somebody new.
type StaffPersonPage struct {
	Layout       layouts.StaffPage
	Heading      string
	Success      string
	Action       string
	Invite       bool
	Name, Email  string
	Roles        components.CheckboxesParams
	OwnRoles     string // said in place of the choice, on one's own account
	KeptRoles    []string
	Team         components.SelectParams
	Registration string
	Training     components.CheckboxesParams
	OnDuty       bool
	Seen         string
	State        []components.BadgeParams
	Acts         []StaffPersonAct
	Events       components.TimelineParams
	Problems     StaffProblems
}

// StaffPersonAct is something that happens to an account at one press.
type StaffPersonAct struct {
	Title, Text, Action, Button string
	Value                       string // of the field "what", "" for none
	Warning                     bool
}

// StaffLinkPage shows a set-up link once.
type StaffLinkPage struct {
	Layout layouts.StaffPage
	Title  string
	Lines  []string
	Link   string // "" when there is none to show
	Next   Link
}

// StaffTeamsPage lists a council's teams.
type StaffTeamsPage struct {
	Layout   layouts.StaffPage
	Success  string
	Intro    string
	Rows     []StaffTeamRow
	Typed    string // the name of a new one, before a refusal
	Problems StaffProblems
}

// StaffTeamRow is one team.
type StaffTeamRow struct {
	Name, Seen, Action, People string
	Was                        string // whether it was open or closed, for the form
	Closed                     bool
	Problem                    string
}

// StaffTwoPage shows what somebody else saved and what was typed on top of an older state, with a choice. Neither is lost by
// looking.
type StaffTwoPage struct {
	Layout       layouts.StaffPage
	Title, Lead  string
	Theirs, Mine []StaffTold
	Action       string
	KeepHref     string
	Hidden       []StaffHidden
}

// StaffSettingsPage asks for a council's settings.
type StaffSettingsPage struct {
	Layout   layouts.StaffPage
	Success  string
	Intro    string
	Groups   []StaffSettingsGroup
	Seen     string
	Problems StaffProblems
}

// StaffSettingsGroup is one part of the form.
type StaffSettingsGroup struct {
	Title  string
	Fields []components.InputParams
	// Boxes stand after the fields; nil for none.
	Boxes *components.CheckboxesParams
}

// SettingsPreviewPage is a resident's page as it would look, with what would change and a choice.
type SettingsPreviewPage struct {
	Layout  layouts.CitizenPage
	Promise []string
	Changes []StaffTold
	Nothing string // said when nothing differs
	Hidden  []StaffHidden
	Save    string // addresses of the two buttons
	Change  string
}

// StaffMePage is somebody's own account.
type StaffMePage struct {
	Layout       layouts.StaffPage
	Success      string
	Facts        []StaffTold
	Name         string
	HasPassword  bool
	PasswordNote string
	SessionsNote string
	Sessions     []StaffSessionRow
	Others       bool // there are sessions besides this one
	PasskeysNote string
	PasskeysNone string
	PasskeysHow  string // why none can be added here, or what adding needs
	CanAdd       bool
	KeyName      string
	Passkeys     []StaffPasskeyRow
	Problems     StaffProblems
}

// StaffSessionRow is one session. End is its id to be posted back, "" for the one of this very browser.
type StaffSessionRow struct{ Browser, Began, Seen, End string }

// StaffPasskeyRow is one passkey.
type StaffPasskeyRow struct{ Name, Added, Used, Remove, Warning string }

// StaffPasskeyPage asks the browser for a passkey. Options and State belong together.
type StaffPasskeyPage struct {
	Layout  layouts.StaffPage
	Name    string
	Passkey PasskeyForm
}

// PasskeyForm is a form whose button asks the browser for a passkey, by static/js/passkey.mjs; without it, it stays hidden.
type PasskeyForm struct {
	Action, Button string
	Create         bool   // makes a new passkey; else one is asked for
	Options        string // JSON
	State          string // sealed
	Failed         string // said when the browser gives none
	Kept           string // what was typed before a session ran out, sealed
}

// teamField is the id of a team's input; the error summary leads there.
func teamField(n int) string { return "team-" + strconv.Itoa(n+1) }
