package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/web"
)

// form finds the page's form with this action.
func (b *browser) form(action string) *pageForm {
	b.t.Helper()
	for _, f := range b.forms() {
		if f.action == action {
			return f
		}
	}
	b.t.Fatalf("%s (%d) has no form for %s\n%s", b.path, b.status, action, b.body)
	return nil
}

// sends fills the form with this action over what is there and sends it.
func (b *browser) sends(action string, values url.Values) *browser {
	b.t.Helper()
	v := b.form(action).values()
	for name, given := range values {
		v[name] = given
	}
	return b.post(action, v)
}

// account finds somebody's page from the list of people.
func (b *browser) account(name string) string {
	b.t.Helper()
	b.get("/staff/people").answers(http.StatusOK)
	link := find(b.doc, func(n *html.Node) bool { return n.Data == "a" && text(n) == name })
	if link == nil {
		b.t.Fatalf("%s is not in the list:\n%s", name, b.body)
	}
	return attr(link, "href")
}

var setUpLink = regexp.MustCompile(`https://care\.example\.com(/staff/set-up/[A-Z2-7]{26})`)

// setsUp opens a set-up link, pairs an app and chooses (or enters) the password, and signs in. It returns the secret.
func (s *site) setsUp(link, email, word string) (*browser, string) {
	s.t.Helper()
	b := s.browser().get(link).answers(http.StatusOK)
	secret := strings.ReplaceAll(text(find(b.doc, func(n *html.Node) bool { return n.Data == "code" })), " ", "")
	b.submit(url.Values{"password": {word}, "code": {s.code(secret)}}).answers(http.StatusOK).says("Your account is ready")
	s.now = s.now.Add(time.Minute)
	b.sends("/staff/sign-in", url.Values{"email": {email}, "password": {word}, "code": {s.code(secret)}})
	if b.path != "/staff" {
		s.t.Fatalf("signing in as %s led to %s (%d)\n%s", email, b.path, b.status, b.body)
	}
	return b, secret
}

// verbsOf are the events about somebody, oldest first.
func (s *site) verbsOf(id string) []string {
	s.t.Helper()
	evs, err := s.store.Events(s.t.Context(), "ashdale", id)
	if err != nil {
		s.t.Fatal(err)
	}
	var verbs []string
	for _, ev := range evs {
		verbs = append(verbs, strings.TrimSpace(ev.Verb+" "+ev.Detail))
	}
	return verbs
}

func TestAnAdministratorInvitesSomebody(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Ada Example", care.RoleAdmin)
	b.get("/staff").says("It opens no case")
	b.get("/staff/people").says("Ada Example", "Administrator", "Invite somebody")

	b.get("/staff/people/invite").sends("/staff/people/invite", nil).answers(http.StatusUnprocessableEntity)
	b.says("Error: ", "Enter a name", "Enter a work email address", "Select at least one role")
	b.sends("/staff/people/invite", url.Values{
		"name": {"Pat Example"}, "email": {"Pat@Example.com"}, "roles": {"practitioner"}, "registration": {"sw 12345"}, "training": {"assessor", "deafblind"}, "duty": {"yes"},
	}).answers(http.StatusOK).says("Set-up link for Pat Example", "shown once and works once", "It was also sent to pat@example.com")
	if b.path != "/staff/people/link" {
		t.Errorf("after inviting at %s", b.path)
	}
	link := setUpLink.FindStringSubmatch(b.body)
	if link == nil {
		t.Fatalf("no link:\n%s", b.body)
	}
	if b.get("/staff/people/link").says("There is no link here to show"); setUpLink.MatchString(b.body) {
		t.Error("the link is shown twice")
	}
	out, ok, err := s.store.NextMail(t.Context())
	if err != nil || !ok || out.Mail.To != "pat@example.com" || !strings.HasSuffix(out.Mail.Link, link[1]) {
		t.Fatalf("the message: %v %v %+v", ok, err, out.Mail)
	}
	if strings.Contains(strings.Join(out.Mail.Lines, " ")+out.Mail.Subject, "no words") {
		t.Errorf("the message has no words: %+v", out.Mail)
	}
	b.get(b.account("Pat Example")).says("Not set up yet", "On duty", "Invited", "Ada Example")
	if f := b.form(b.path); f.control("roles").kind != "checkbox" || f.control("registration").value != "SW12345" {
		t.Errorf("the form of an account: %+v", f.control("registration"))
	}

	pat, _ := s.setsUp(link[1], "pat@example.com", password)
	pat.get("/staff").says("Queue: 0 open", "Pat Example")
	pat.get("/staff/people").answers(http.StatusForbidden)

	again := url.Values{"name": {"Pat Twice"}, "email": {"pat@example.com"}, "roles": {"manager"}}
	b.get("/staff/people/invite").sends("/staff/people/invite", again).answers(http.StatusUnprocessableEntity)
	b.says("Somebody has an account with this address already")
	if b.form("/staff/people/invite").control("name").value != "Pat Twice" {
		t.Error("what was typed is lost")
	}
}

// TestNoRoleGrantsRolesAndReadsCases: not by the form, not by hand, and not for oneself.
func TestNoRoleGrantsRolesAndReadsCases(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Ada Example", care.RoleAdmin)
	pat := s.invite("ashdale", "Pat Example", care.RolePractitioner)
	for _, roles := range [][]string{{"admin", "practitioner"}, {"manager", "admin"}, {"admin", "auditor", "practitioner", "manager"}} {
		b.get("/staff/people/invite").sends("/staff/people/invite", url.Values{"name": {"Kit Example"}, "email": {"kit@example.com"}, "roles": roles})
		b.answers(http.StatusUnprocessableEntity).says("not both", "one person could let themself into any of them")
		at := b.account("Pat Example")
		b.get(at).sends(at, url.Values{"roles": roles}).answers(http.StatusUnprocessableEntity).says("not both")
	}
	at := b.account("Pat Example")
	b.get(at).sends(at, url.Values{"roles": {"owner"}}).answers(http.StatusUnprocessableEntity).says("Select roles from the list")
	pat.get("/staff").answers(http.StatusOK)

	own := b.account("Ada Example")
	b.get(own).says("You cannot change your own role")
	seen := b.form(own).control("seen").value
	b.post(own, url.Values{"seen": {seen}, "name": {"Ada Example"}, "roles": {"practitioner"}}).answers(http.StatusUnprocessableEntity).says("Ask another administrator to do it")
	b.post(own, url.Values{"seen": {seen}, "name": {"Ada Example"}, "roles": {"admin", "manager"}}).answers(http.StatusUnprocessableEntity)
	for _, act := range []string{"/disable", "/enable", "/reset"} {
		b.post(own+act, nil).answers(http.StatusUnprocessableEntity).says("You cannot do this to your own account")
	}
	b.get("/staff").says("It opens no case")
	// What is their own to change they can.
	b.get(own).sends(own, url.Values{"roles": {"admin"}, "name": {"Ada B Example"}}).answers(http.StatusOK).says("It is saved.", "Ada B Example")
}

func TestDisablingEndsEverySessionAtOnce(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Ada Example", care.RoleAdmin)
	pat := s.invite("ashdale", "Pat Example", care.RolePractitioner)
	at := b.account("Pat Example")
	id := strings.TrimPrefix(at, "/staff/people/")
	pat.get("/staff").answers(http.StatusOK)
	b.post(at+"/disable", nil).answers(http.StatusOK).says("The account is disabled", "Disabled", "Enable the account")
	if sessions, err := s.store.SessionsOf(t.Context(), id); err != nil || len(sessions) != 0 {
		t.Errorf("%d sessions are left, %v", len(sessions), err)
	}
	if pat.get("/staff"); pat.path != "/staff/sign-in" {
		t.Errorf("a disabled account is still at %s", pat.path)
	}
	b.post(at+"/disable", nil).answers(http.StatusOK) // a second press
	b.post(at+"/reset", nil).answers(http.StatusUnprocessableEntity).says("Enable it first")
	b.post(at+"/enable", nil).answers(http.StatusOK).says("The account is enabled")
	if verbs := s.verbsOf(id); !slices.Equal(verbs[len(verbs)-2:], []string{"practitioner.disabled", "practitioner.enabled"}) {
		t.Errorf("events: %v", verbs)
	}
	if pat.get("/staff"); pat.path != "/staff/sign-in" {
		t.Error("enabling opened an ended session again")
	}
}

// TestTwoAdministratorsOnOneAccount: the second sees both and chooses; a sign-in in between is no conflict.
func TestTwoAdministratorsOnOneAccount(t *testing.T) {
	s := newSite(t, false)
	ada, alf := s.invite("ashdale", "Ada Example", care.RoleAdmin), s.invite("ashdale", "Alf Example", care.RoleAdmin)
	s.invite("ashdale", "Pat Example", care.RolePractitioner)
	at := ada.account("Pat Example")
	ada.get(at)
	alf.get(at)
	ada.sends(at, url.Values{"roles": {"manager"}, "name": {"Pat Example"}}).answers(http.StatusOK)
	alf.sends(at, url.Values{"roles": {"practitioner"}, "name": {"Patricia Example"}}).answers(http.StatusConflict)
	alf.says("Somebody else changed this account too", "Manager", "Patricia Example", "Keep this one")
	if p, err := s.store.PractitionerByEmail(t.Context(), "pat.example@example.com"); err != nil || p.Name != "Pat Example" || p.Roles[0] != care.RoleManager {
		t.Fatalf("a conflict stored something: %+v %v", p, err)
	}
	alf.submit(nil).answers(http.StatusOK).says("It is saved.", "Patricia Example")

	ada.get(at)
	p, err := s.store.PractitionerByEmail(t.Context(), "pat.example@example.com")
	if err != nil {
		t.Fatal(err)
	}
	p.TOTPLast++
	if err := s.store.PutPractitioner(t.Context(), p, care.Event{At: s.now, Actor: care.ActorPractitioner, ActorID: p.ID, Verb: "practitioner.signed-in", Subject: p.ID}); err != nil {
		t.Fatal(err)
	}
	ada.sends(at, url.Values{"roles": {"practitioner"}, "name": {"Pat Example"}}).answers(http.StatusOK).says("It is saved.")
}

// TestResettingTheSecondFactor: the link pairs a new app, and opens nothing for whoever has only the link.
func TestResettingTheSecondFactor(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Ada Example", care.RoleAdmin)
	pat := s.invite("ashdale", "Pat Example", care.RolePractitioner)
	at := b.account("Pat Example")
	b.post(at+"/reset", url.Values{"what": {"factor"}}).answers(http.StatusOK).says("it asks for their password")
	link := setUpLink.FindStringSubmatch(b.body)
	if link == nil {
		t.Fatal("no link")
	}
	if pat.get("/staff"); pat.path != "/staff/sign-in" {
		t.Error("the old session is still there")
	}
	other := s.browser().get(link[1]).answers(http.StatusOK).says("Enter your password")
	secret := strings.ReplaceAll(text(find(other.doc, func(n *html.Node) bool { return n.Data == "code" })), " ", "")
	other.submit(url.Values{"password": {"a password of my own choosing"}, "code": {s.code(secret)}}).answers(http.StatusUnprocessableEntity).says("Enter the password that the account has")
	s.setsUp(link[1], "pat.example@example.com", password)

	// A forgotten password: where mail is set up the link goes to them alone.
	for range 2 {
		if _, _, err := s.store.NextMail(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	b.get(at).says("The link goes by email to them alone")
	b.post(at+"/reset", url.Values{"what": {"password"}}).answers(http.StatusOK).says("A link was sent to pat.example@example.com", "shown to nobody else")
	if setUpLink.MatchString(b.body) {
		t.Error("the administrator sees a link that opens the account")
	}
	s.service.MailOn = false
	b.post(at+"/reset", url.Values{"what": {"password"}}).answers(http.StatusOK)
	if link = setUpLink.FindStringSubmatch(b.body); link == nil {
		t.Fatal("without mail nobody sees the link")
	}
	s.setsUp(link[1], "pat.example@example.com", "another quiet river of seven plain words")
}

func TestTeams(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Ada Example", care.RoleAdmin)
	b.get("/staff/people/teams").sends("/staff/people/teams", nil).answers(http.StatusUnprocessableEntity).says("Enter a name for the team")
	b.sends("/staff/people/teams", url.Values{"team": {"Hospital"}}).answers(http.StatusOK).says("The team is added.", "Hospital", "0 people are in it.")
	b.sends("/staff/people/teams", url.Values{"team": {"Hospital"}}).answers(http.StatusUnprocessableEntity).says("There is a team of this name already")
	b.sends("/staff/people/teams", url.Values{"team": {"Community"}})
	teams, err := s.store.Teams(t.Context(), "ashdale")
	if err != nil || len(teams) != 2 {
		t.Fatalf("%d teams, %v", len(teams), err)
	}
	at := "/staff/people/teams/" + teams[1].ID
	b.get("/staff/people/teams").post(at, url.Values{"seen": {"Hospital"}, "team": {"Community"}, "do": {"rename"}}).answers(http.StatusUnprocessableEntity)
	b.says("There is a team of this name already")
	b.post(at, url.Values{"seen": {"Hospital"}, "team": {"Discharge"}, "do": {"rename"}}).answers(http.StatusOK).says("The team is renamed.", "Discharge")
	b.post(at, url.Values{"seen": {"Hospital"}, "team": {"Ward"}, "do": {"rename"}}).answers(http.StatusConflict).says("Somebody else changed this team", "Discharge", "Ward")

	s.invite("ashdale", "Pat Example", care.RolePractitioner)
	pat := b.account("Pat Example")
	b.get(pat).sends(pat, url.Values{"roles": {"practitioner"}, "team": {teams[1].ID}}).answers(http.StatusOK)
	b.get("/staff/people/teams").says("1 person is in it.")
	b.post(at, url.Values{"seen": {"Discharge"}, "do": {"close"}}).answers(http.StatusOK).says("The team is closed.", "Closed")
	b.get("/staff/people/invite")
	if slices.Contains(b.form("/staff/people/invite").control("team").values, teams[1].ID) {
		t.Error("somebody can be put into a closed team")
	}
	b.get(pat).sends(pat, url.Values{"roles": {"practitioner"}, "team": {teams[1].ID}, "name": {"Pat S Example"}}).answers(http.StatusOK) // who is in it stays
	// Somebody who does not know that it is closed does not open it by renaming it: both states are shown, and their choice holds.
	b.post(at, url.Values{"seen": {"Discharge"}, "was": {"open"}, "team": {"Ward"}, "do": {"rename"}}).answers(http.StatusConflict).says("Somebody else changed this team", "No, it is closed", "Ward")
	b.press(at, nil).answers(http.StatusOK).says("The team is renamed.", "Ward", "Closed")
	b.get("/staff/people/teams").post(at, url.Values{"seen": {"Ward"}, "was": {"closed"}, "do": {"open"}}).says("The team is open again.")
	b.post(at, url.Values{"seen": {"Discharge"}, "do": {"sell"}}).answers(http.StatusBadRequest)
}

// TestNobodyElseLooksAfterAccounts knocks at every door of these pages with every other role, and from another council.
func TestNobodyElseLooksAfterAccounts(t *testing.T) {
	s := newSite(t, false)
	ada := s.invite("ashdale", "Ada Example", care.RoleAdmin)
	s.invite("ashdale", "Pat Example", care.RolePractitioner)
	at := ada.account("Pat Example")
	gets := []string{"/staff/people", "/staff/people/invite", "/staff/people/link", "/staff/people/teams", at, "/staff/settings", "/staff/settings/theme/17495a.css"}
	posts := []string{"/staff/people/invite", "/staff/people/teams", "/staff/people/teams/x", at, at + "/disable", at + "/enable", at + "/reset",
		"/staff/settings", "/staff/settings/change", "/staff/settings/save"}
	for _, role := range []care.Role{care.RolePractitioner, care.RoleManager, care.RoleAuditor} {
		b := s.invite("ashdale", "Kim "+string(role), role)
		for _, path := range gets {
			b.get(path).answers(http.StatusForbidden)
		}
		for _, path := range posts {
			v := url.Values{}
			if strings.HasSuffix(path, "teams/x") {
				v.Set("do", "close")
			}
			b.post(path, v).answers(http.StatusForbidden)
		}
		if b.get("/staff/me"); strings.Contains(b.body, `href="/staff/people"`) || strings.Contains(b.body, `href="/staff/settings"`) {
			t.Errorf("a %s is led to pages that are not theirs", role)
		}
	}
	nobody := s.browser()
	for _, path := range gets {
		if nobody.get(path); nobody.path != "/staff/sign-in" {
			t.Errorf("%s is open to everybody", path)
		}
	}
	// Another council's administrator finds nothing, in the same bytes as for what does not exist.
	bea := s.invite("birchley", "Bea Example", care.RoleAdmin)
	missing := bea.get("/staff/people/missing").answers(http.StatusNotFound).body
	if bea.get(at).answers(http.StatusNotFound); bea.body != missing {
		t.Error("another council's account reads differently from a missing one")
	}
	for _, act := range []string{"", "/disable", "/enable", "/reset"} {
		if bea.post(at+act, nil).answers(http.StatusNotFound); bea.body != missing {
			t.Errorf("%s: another council's account reads differently from a missing one", act)
		}
	}
	bea.get("/staff/people")
	if strings.Contains(bea.body, "Pat Example") {
		t.Error("another council's people are in the list")
	}
}

// TestAnAdministratorSeesNoCase asks for every page of the practitioners' side as an administrator: nothing that anybody
// told is on any of them.
func TestAnAdministratorSeesNoCase(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", map[string][]string{"safety": {"money"}})
	b := s.invite("ashdale", "Ada Example", care.RoleAdmin)
	tried := 0
	for _, path := range web.StaffPages() {
		path = strings.NewReplacer(":ref", ref, ":outcome", "nutrition", ":token", "x", ":id", "x", ":name", "17495a.css").Replace(path)
		b.get(path)
		tried++
		for _, secret := range []string{"Kim Example", "My garden", "burn my food", "07700 900123", "controls my money", "1950"} {
			if strings.Contains(b.body, secret) {
				t.Errorf("%s (%d) shows an administrator %q", path, b.status, secret)
			}
		}
		if strings.HasPrefix(path, "/staff/case/") && b.status != http.StatusForbidden && b.status != http.StatusNotFound {
			t.Errorf("%s answers an administrator %d", path, b.status)
		}
	}
	if tried < 20 {
		t.Errorf("only %d pages were tried", tried)
	}
}
