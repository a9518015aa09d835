package web

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"

	"github.com/gorilla/securecookie"
	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/templates/components"
	"threshold/templates/pages"
)

const mePath = "/staff/me"

var meDone = map[string]string{
	"name": "Your name is saved.", "password": "Your password is changed. Your other sessions are ended.", "ended": "It is ended.",
	"passkey": "The passkey is added. You can sign in with it from now on.", "removed": "The passkey is taken away.",
}

// A meAgain is what a refused form of the page comes back with.
type meAgain struct {
	status        int
	name, keyName *string
	problems      *care.Invalid
	keyForm       bool // the refused form is that of a new passkey
}

// staffMe is somebody's own account.
func (s *Server) staffMe(c echo.Context) error { return s.mePage(c, meAgain{status: http.StatusOK}) }

func (s *Server) mePage(c echo.Context, again meAgain) error {
	v := visitOf(c)
	f, err := s.Casework.Own(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	team := f.Team
	if team == "" {
		team = "None"
	}
	p := pages.StaffMePage{
		Layout: s.staffLayout(c, "Your account"), Success: meDone[c.QueryParam(done)], Name: f.Person.Name, HasPassword: f.HasPassword,
		Facts: []pages.StaffTold{
			{Question: "Work email address", Answers: []string{f.Person.Email}}, {Question: "Role", Answers: []string{sentence(s.roleNames(f.Person.Roles))}},
			{Question: "Team", Answers: []string{team}},
		},
		PasswordNote: rs.Text("staff.me.password", nil), SessionsNote: rs.Text("staff.me.sessions", nil),
		PasskeysNote: rs.Text("staff.me.passkeys", nil), PasskeysNone: rs.Text("staff.me.passkeys_none", nil),
	}
	if f.Person.Registration != "" {
		p.Facts = append(p.Facts, pages.StaffTold{Question: "Registration number", Answers: []string{f.Person.Registration}})
	}
	for _, id := range f.Person.Training {
		p.Facts = append(p.Facts, pages.StaffTold{Question: "Training", Answers: []string{rs.Text("staff.people.training."+id, nil)}})
	}
	now := s.Now()
	for _, session := range f.Sessions {
		if now.Sub(session.SeenAt) > staffIdle || now.Sub(session.CreatedAt) > staffLife {
			continue // it has run out, and only its row is still there
		}
		row := pages.StaffSessionRow{Browser: session.Browser, Began: longTime(session.CreatedAt), Seen: longTime(session.SeenAt)}
		if row.Browser == "" {
			row.Browser = "Another browser"
		}
		if session.IDHash != v.Session.IDHash {
			row.End, p.Others = session.IDHash, true
		}
		p.Sessions = append(p.Sessions, row)
	}
	for _, key := range f.Passkeys {
		row := pages.StaffPasskeyRow{
			Name: key.Name, Added: "Added " + longTime(key.CreatedAt), Used: "Not used yet", Remove: mePath + "/passkeys/" + url.PathEscape(key.ID) + "/remove",
		}
		if !key.UsedAt.IsZero() {
			row.Used = "Last used " + longTime(key.UsedAt)
		}
		if key.Cloned {
			row.Warning = rs.Text("staff.me.cloned", nil)
		}
		p.Passkeys = append(p.Passkeys, row)
	}
	switch host, ok := s.Casework.PasskeyHost(); {
	case !ok:
		p.PasskeysHow = rs.Text("staff.me.passkeys_off", nil)
	case host != c.Request().Host:
		p.PasskeysHow = rs.Text("staff.me.passkeys_elsewhere", map[string]string{"address": host})
	default:
		p.PasskeysHow, p.CanAdd = rs.Text("staff.me.passkeys_script", nil), true
	}
	if again.name != nil {
		p.Name = *again.name
	}
	if again.keyName != nil {
		p.KeyName = *again.keyName
	}
	if again.problems != nil {
		p.Layout.Error, p.Problems = true, formProblems(rs, again.problems, "staff.me.error.")
		for i, item := range p.Problems.Summary {
			switch {
			case item.Href == "#current" && again.keyForm:
				p.Problems.Summary[i].Href = "#key-current"
				p.Problems.ByField["key-current"] = item.Text
				delete(p.Problems.ByField, "current")
			case item.Href == "#passkey":
				p.Problems.Summary[i].Href = "#passkeys"
			case item.Href == "#too_many":
				p.Problems.Summary[i].Href = "#current"
			}
		}
	}
	return render(c, again.status, pages.StaffMe(p))
}

// afterMe goes back to the page, or draws it again with what was wrong.
func (s *Server) afterMe(c echo.Context, word string, again meAgain, err error) error {
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		again.status, again.problems = http.StatusUnprocessableEntity, invalid
		return s.mePage(c, again)
	case errors.Is(err, care.ErrTooMany):
		again.status, again.problems = http.StatusTooManyRequests, care.Refuse("too_many", "too_many")
		return s.mePage(c, again)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, mePath+"?"+done+"="+word)
}

func (s *Server) staffRename(c echo.Context) error {
	values, err := staffForm(c, "name")
	if err != nil {
		return err
	}
	name := values.Get("name")
	return s.afterMe(c, "name", meAgain{name: &name}, s.Casework.RenameSelf(c.Request().Context(), visitOf(c).Actor, name))
}

func (s *Server) staffChangePassword(c echo.Context) error {
	if _, err := staffForm(c, "current", "password"); err != nil {
		return err
	}
	v := visitOf(c)
	// Passwords are taken as they were typed: tidying would change them.
	err := s.Casework.ChangePassword(c.Request().Context(), v.Actor, v.Session.IDHash, c.FormValue("current"), c.FormValue("password"))
	if err == nil {
		err = s.knowDevice(c, v.Practitioner)
	}
	return s.afterMe(c, "password", meAgain{}, err)
}

func (s *Server) staffEndSession(c echo.Context) error {
	values, err := staffForm(c, "session")
	if err != nil {
		return err
	}
	if only := values.Get("session"); only != "" {
		v := visitOf(c)
		_, err = s.Casework.EndSession(c.Request().Context(), v.Actor, only, v.Session.IDHash)
	}
	return s.afterMe(c, "ended", meAgain{}, err)
}

func (s *Server) staffEndOthers(c echo.Context) error {
	if _, err := staffForm(c); err != nil {
		return err
	}
	v := visitOf(c)
	_, err := s.Casework.EndSession(c.Request().Context(), v.Actor, "", v.Session.IDHash)
	return s.afterMe(c, "ended", meAgain{}, err)
}

// staffBeginPasskey takes a name and the password, and asks the browser for a new passkey.
func (s *Server) staffBeginPasskey(c echo.Context) error {
	values, err := staffForm(c, "key_name", "current")
	if err != nil {
		return err
	}
	name := values.Get("key_name")
	ask, err := s.Casework.BeginPasskey(c.Request().Context(), visitOf(c).Actor, name, c.FormValue("current"))
	if err != nil {
		return s.afterMe(c, "", meAgain{keyName: &name, keyForm: true}, err)
	}
	p := pages.StaffPasskeyPage{Layout: s.staffLayout(c, "Add a passkey"), Name: name}
	p.Layout.Script, p.Layout.BackHref = passkeyScript, mePath
	p.Passkey, err = s.passkeyForm(ask, mePath+"/passkeys/add", "Add the passkey", "")
	if err != nil {
		return err
	}
	p.Passkey.Create = true
	return render(c, http.StatusOK, pages.StaffPasskey(p))
}

// staffAddPasskey keeps the passkey that the browser made.
func (s *Server) staffAddPasskey(c echo.Context) error {
	values, err := staffForm(c, "state", "answer")
	if err != nil {
		return err
	}
	err = s.Casework.AddPasskey(c.Request().Context(), visitOf(c).Actor, s.openState(values.Get("state")), []byte(values.Get("answer")))
	return s.afterMe(c, "passkey", meAgain{}, err)
}

func (s *Server) staffRemovePasskey(c echo.Context) error {
	return s.afterMe(c, "removed", meAgain{}, s.Casework.RemovePasskey(c.Request().Context(), visitOf(c).Actor, c.Param("id")))
}

const (
	passkeyScript = "passkey.js"
	passkeySeal   = "threshold-passkey" // part of what is signed, so that nothing else passes for it
)

// passkeyForm is the form whose button asks the browser. What the service must have back travels in it, sealed: nothing is
// held for somebody who may never answer.
func (s *Server) passkeyForm(ask casework.PasskeyAsk, action, button, kept string) (pages.PasskeyForm, error) {
	sealed, err := securecookie.EncodeMulti(passkeySeal, base64.StdEncoding.EncodeToString(ask.State), s.keptCodecs()...)
	if err != nil {
		return pages.PasskeyForm{}, err
	}
	return pages.PasskeyForm{
		Action: action, Button: button, Options: string(ask.Options), State: sealed, Kept: kept,
		Failed: "Your browser gave no passkey. Press the button to try again, or use your password and code.",
	}, nil
}

// openState opens what passkeyForm sealed; nil for anything else.
func (s *Server) openState(sealed string) []byte {
	var text string
	if securecookie.DecodeMulti(passkeySeal, sealed, &text, s.keptCodecs()...) != nil {
		return nil
	}
	state, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return state
}

// askPasskey puts the button onto the sign-in page, where there can be passkeys.
func (s *Server) askPasskey(c echo.Context, p *pages.StaffSignInPage) error {
	if host, ok := s.Casework.PasskeyHost(); !ok || host != c.Request().Host {
		return nil
	}
	ask, err := s.Casework.AskPasskey()
	if err != nil {
		return err
	}
	p.Layout.Script = passkeyScript
	p.Passkey, err = s.passkeyForm(ask, "/staff/sign-in/passkey", "Sign in with a passkey", p.Kept)
	return err
}

// staffSignInPasskey begins a session for whoever holds the passkey.
func (s *Server) staffSignInPasskey(c echo.Context) error {
	values, err := staffForm(c, "state", "answer", fieldKept)
	if err != nil {
		return err
	}
	again := pages.StaffSignInPage{}
	kept, isKept := s.unseal(values.Get(fieldKept))
	if isKept {
		again.Kept, again.KeptLines = values.Get(fieldKept), []string{"What you typed is still kept on this page."}
	}
	p, err := s.Casework.SignInPasskey(c.Request().Context(), s.openState(values.Get("state")), []byte(values.Get("answer")))
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		return s.signInPage(c, http.StatusUnprocessableEntity, again, invalid)
	case err != nil:
		return err
	}
	return s.beginStaff(c, p, kept)
}

// ownNavigation are the pages of whoever looks after accounts, and everybody's own.
func ownNavigation(c echo.Context, actor care.Actor) []components.SubNavigationItem {
	var items []components.SubNavigationItem
	if casework.LooksAfterPeople(actor) {
		items = append(items, components.SubNavigationItem{Text: "People", Href: peoplePath, Current: c.Path() == peoplePath})
	}
	if casework.SetsCouncil(actor) {
		items = append(items, components.SubNavigationItem{Text: "Settings", Href: settingsPath, Current: c.Path() == settingsPath})
	}
	return append(items, components.SubNavigationItem{Text: "Your account", Href: mePath, Current: c.Path() == mePath})
}
