package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"
	"golang.org/x/net/html"

	"threshold/internal/care"
)

// joins makes an account through its set-up link and signs in once; it returns the browser and the app's secret.
func (s *site) joins(council, name string, role care.Role) (b *browser, email, secret string) {
	s.t.Helper()
	email = strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@example.com"
	_, token, err := s.service.Invite(s.t.Context(), care.Actor{Kind: care.ActorSystem}, council, name, email, role)
	if err != nil {
		s.t.Fatal(err)
	}
	b, secret = s.setsUp("/staff/set-up/"+token, email, password)
	return b, email, secret
}

// signsIn tries from this browser with a new code.
func (b *browser) signsIn(email, word, secret string) *browser {
	b.t.Helper()
	b.site.now = b.site.now.Add(30 * time.Second)
	code, err := totp.GenerateCode(secret, b.site.now)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.post("/staff/sign-in", url.Values{"email": {email}, "password": {word}, "code": {code}})
}

// TestAStrangerCannotKeepTheOwnerOut: whoever hammers at an address from elsewhere uses up the strangers' tries, and the
// owner signs in from the browser they know. A new browser waits, and not for long.
func TestAStrangerCannotKeepTheOwnerOut(t *testing.T) {
	s := newSite(t, false)
	owner, email, secret := s.joins("ashdale", "Pat Example", care.RolePractitioner)
	owner.post("/staff/sign-out", nil)
	stranger := func() int {
		return s.browser().post("/staff/sign-in", url.Values{"email": {email}, "password": {"wrong wrong wrong wrong"}, "code": {"000000"}}).status
	}
	refused := 0
	for range 15 {
		if stranger() == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 5 {
		t.Fatalf("%d of 15 tries were refused", refused)
	}
	if s.browser().signsIn(email, password, secret); stranger() != http.StatusTooManyRequests {
		t.Fatal("the stranger is not held back any more")
	}
	if owner.signsIn(email, password, secret); owner.path != "/staff" {
		t.Fatalf("the owner is kept out of their own browser: %d at %s", owner.status, owner.path)
	}
	// The known browser has a limit too, of its own.
	owner.post("/staff/sign-out", nil)
	for range 12 {
		owner.post("/staff/sign-in", url.Values{"email": {email}, "password": {"wrong wrong wrong wrong"}, "code": {"000000"}})
	}
	owner.answers(http.StatusTooManyRequests).says("too many tries")
	// A known browser of one person is a stranger's for another.
	_, other, _ := s.joins("ashdale", "Kit Example", care.RolePractitioner)
	blocked := false
	for range 12 {
		blocked = s.browser().post("/staff/sign-in", url.Values{"email": {other}, "password": {"x"}, "code": {"1"}}).status == http.StatusTooManyRequests
	}
	if !blocked || owner.post("/staff/sign-in", url.Values{"email": {other}, "password": {"x"}, "code": {"1"}}).status != http.StatusTooManyRequests {
		t.Error("a browser known for one person has tries to spare on another")
	}
	s.now = s.now.Add(25 * time.Minute)
	if fresh := s.browser().signsIn(email, password, secret); fresh.path != "/staff" {
		t.Errorf("after a while a new browser is still kept out: %d", fresh.status)
	}
	// A cookie that was made up is no known browser.
	forged := s.browser()
	forged.cookies["__Host-threshold-known"] = "made-up"
	forged.signsIn(email, "wrong wrong wrong wrong", secret).answers(http.StatusUnprocessableEntity)
}

func TestOwnSessions(t *testing.T) {
	s := newSite(t, false)
	one, email, secret := s.joins("ashdale", "Pat Example", care.RolePractitioner)
	one.get("/staff/me").says("Pat Example", email, "Practitioner", "This one", "You have no passkey yet.")
	two := s.browser().signsIn(email, password, secret)
	three := s.browser().signsIn(email, password, secret)
	one.get("/staff/me").says("End all but this one")
	ends := 0
	for _, f := range one.forms() {
		if f.action == "/staff/me/sessions/end" {
			ends++
		}
	}
	if ends != 4 { // two in the table, and as cards on narrow screens
		t.Errorf("%d sessions can be ended", ends)
	}
	one.submit(nil) // the name, unchanged
	one.get("/staff/me").sends("/staff/me/sessions/end", nil).answers(http.StatusOK).says("It is ended.")
	gone := 0
	for _, b := range []*browser{two, three} {
		if b.get("/staff"); b.path == "/staff/sign-in" {
			gone++
		}
	}
	if gone != 1 {
		t.Fatalf("ending one session ended %d", gone)
	}
	four := s.browser().signsIn(email, password, secret)
	one.get("/staff/me").sends("/staff/me/sessions/others", nil).says("It is ended.")
	for _, b := range []*browser{two, three, four} {
		if b.get("/staff"); b.path != "/staff/sign-in" {
			t.Error("another session is still there")
		}
	}
	if one.get("/staff"); one.path != "/staff" {
		t.Error("ending the others ended this one")
	}
	// Somebody else's session cannot be ended by its id.
	kit, _, _ := s.joins("ashdale", "Kit Example", care.RolePractitioner)
	p, err := s.store.PractitionerByEmail(t.Context(), "kit.example@example.com")
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := s.store.SessionsOf(t.Context(), p.ID)
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	one.post("/staff/me/sessions/end", url.Values{"session": {sessions[0].IDHash}})
	if kit.get("/staff"); kit.path != "/staff" {
		t.Error("somebody ended another's session")
	}
}

func TestOwnNameAndPassword(t *testing.T) {
	s := newSite(t, false)
	b, email, secret := s.joins("ashdale", "Pat Example", care.RolePractitioner)
	other := s.browser().signsIn(email, password, secret)
	b.get("/staff/me").sends("/staff/me/name", url.Values{"name": {""}}).answers(http.StatusUnprocessableEntity).says("Enter your name")
	b.sends("/staff/me/name", url.Values{"name": {"Pat B Example"}}).answers(http.StatusOK).says("Your name is saved.", "Pat B Example")

	const next = "a new quiet river of seven words"
	b.sends("/staff/me/password", url.Values{"current": {"not it at all, sorry"}, "password": {"short"}}).answers(http.StatusUnprocessableEntity)
	b.says("Enter the password that you have now", "Use 15 characters or more")
	if strings.Contains(b.body, "not it at all") {
		t.Error("a password comes back with the page")
	}
	b.sends("/staff/me/password", url.Values{"current": {password}, "password": {next}}).answers(http.StatusOK).says("Your password is changed")
	if other.get("/staff"); other.path != "/staff/sign-in" {
		t.Error("another session outlived the password")
	}
	if b.get("/staff"); b.path != "/staff" {
		t.Error("changing the password ended the session it was done in")
	}
	s.browser().signsIn(email, password, secret).answers(http.StatusUnprocessableEntity)
	if in := s.browser().signsIn(email, next, secret); in.path != "/staff" {
		t.Errorf("the new password does not sign in: %d", in.status)
	}
	for range 12 {
		b.get("/staff/me").sends("/staff/me/password", url.Values{"current": {"not it at all, sorry"}, "password": {next}})
	}
	b.answers(http.StatusTooManyRequests).says("too many tries with a wrong password")
}

// A device is a made-up phone or key that holds passkeys.
type device struct {
	virtualwebauthn.Authenticator
	rp  virtualwebauthn.RelyingParty
	key virtualwebauthn.Credential
}

// atLocalhost serves the site where passkeys work.
func (s *site) atLocalhost() virtualwebauthn.RelyingParty {
	s.server.URL = strings.Replace(s.server.URL, "127.0.0.1", "localhost", 1)
	s.service.PublicURL = s.server.URL
	return virtualwebauthn.RelyingParty{Name: "Threshold", ID: "localhost", Origin: s.server.URL}
}

// passkeyOptions reads what the page asks the browser for.
func (b *browser) passkeyOptions(action string) string {
	b.t.Helper()
	form := find(b.doc, func(n *html.Node) bool { return n.Data == "form" && attr(n, "action") == action })
	if form == nil {
		b.t.Fatalf("%s (%d) asks for no passkey\n%s", b.path, b.status, b.body)
	}
	if find(b.doc, func(n *html.Node) bool {
		return n.Data == "script" && strings.Contains(attr(n, "src"), "/static/passkey.")
	}) == nil {
		b.t.Error("the page has no script for passkeys")
	}
	return attr(form, "data-options")
}

// addsPasskey adds one through the pages.
func (b *browser) addsPasskey(rp virtualwebauthn.RelyingParty, name string) *device {
	b.t.Helper()
	p, err := b.site.store.PractitionerByEmail(b.t.Context(), "pat.example@example.com")
	if err != nil {
		b.t.Fatal(err)
	}
	d := &device{rp: rp, key: virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)}
	d.Authenticator = virtualwebauthn.NewAuthenticatorWithOptions(virtualwebauthn.AuthenticatorOptions{UserHandle: []byte(p.ID)})
	b.get("/staff/me").sends("/staff/me/passkeys", url.Values{"key_name": {name}, "current": {password}}).answers(http.StatusOK)
	options, err := virtualwebauthn.ParseAttestationOptions(b.passkeyOptions("/staff/me/passkeys/add"))
	if err != nil {
		b.t.Fatal(err)
	}
	b.sends("/staff/me/passkeys/add", url.Values{"answer": {virtualwebauthn.CreateAttestationResponse(rp, d.Authenticator, d.key, *options)}})
	d.AddCredential(d.key)
	return d
}

const passkeySignIn = "/staff/sign-in/passkey"

// offers opens the sign-in page and answers it with the device's passkey, without sending the answer.
func (d *device) offers(b *browser) url.Values {
	b.t.Helper()
	b.get("/staff/sign-in")
	options, err := virtualwebauthn.ParseAssertionOptions(b.passkeyOptions(passkeySignIn))
	if err != nil {
		b.t.Fatal(err)
	}
	if len(options.AllowCredentials) > 0 {
		b.t.Error("the sign-in page tells whose passkeys there are")
	}
	d.key.Counter++
	v := b.form(passkeySignIn).values()
	v.Set("answer", virtualwebauthn.CreateAssertionResponse(d.rp, d.Authenticator, d.key, *options))
	return v
}

func TestPasskeys(t *testing.T) {
	s := newSite(t, false)
	rp := s.atLocalhost()
	b, email, secret := s.joins("ashdale", "Pat Example", care.RolePractitioner)
	b.get("/staff/me").sends("/staff/me/passkeys", nil).answers(http.StatusUnprocessableEntity).says("Enter a name for the passkey", "Enter the password that you have now")
	d := b.addsPasskey(rp, "Blue laptop")
	b.answers(http.StatusOK).says("The passkey is added.", "Blue laptop", "Not used yet")
	s.now = s.now.Add(time.Minute)
	b.addsPasskey(rp, "Phone")
	b.says("Phone", "Blue laptop")

	in := s.browser()
	if in.post(passkeySignIn, d.offers(in)); in.path != "/staff" {
		t.Fatalf("signing in by passkey led to %s (%d)\n%s", in.path, in.status, in.body)
	}
	in.get("/staff/me").says("Last used")
	// The password's tries do not matter to it, and it does not matter to them.
	for range 15 {
		s.browser().post("/staff/sign-in", url.Values{"email": {email}, "password": {"wrong wrong wrong wrong"}, "code": {"000000"}})
	}
	if in = s.browser(); in.post(passkeySignIn, d.offers(in)).path != "/staff" {
		t.Fatal("tries with a password keep a passkey out")
	}
	// An answer is used once, and not long after.
	again := s.browser()
	v := d.offers(again)
	if again.post(passkeySignIn, v); again.path != "/staff" {
		t.Fatal("it does not sign in")
	}
	s.browser().post(passkeySignIn, v).answers(http.StatusUnprocessableEntity)
	late := s.browser()
	v = d.offers(late)
	s.now = s.now.Add(16 * time.Minute)
	late.post(passkeySignIn, v).answers(http.StatusUnprocessableEntity).says("The page waited too long")
	// Nor for another page's challenge, another site, or without the person being checked.
	mixed := s.browser()
	v = d.offers(mixed)
	v.Set("state", s.browser().get("/staff/sign-in").form(passkeySignIn).values().Get("state"))
	mixed.post(passkeySignIn, v).answers(http.StatusUnprocessableEntity).says("That passkey does not open an account here")
	v.Set("state", "made up")
	mixed.post(passkeySignIn, v).answers(http.StatusUnprocessableEntity)
	for name, change := range map[string]func(*device){
		"another site":             func(d *device) { d.rp.Origin = "https://elsewhere.example.com" },
		"nobody checked":           func(d *device) { d.Options.UserNotVerified = true },
		"another person's handle":  func(d *device) { d.Options.UserHandle = []byte("somebody-else") },
		"a key that nobody stored": func(d *device) { d.key = virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2) },
	} {
		bad := *d
		change(&bad)
		bad.key.Counter += 50
		try := s.browser()
		if try.post(passkeySignIn, bad.offers(try)); try.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: answered %d at %s", name, try.status, try.path)
		}
	}

	// A copy gives itself away by its counter. The passkey opens nothing from then on, and its owner is told.
	copied := *d
	owner := s.browser()
	if owner.post(passkeySignIn, d.offers(owner)); owner.path != "/staff" {
		t.Fatalf("the owner is at %s", owner.path)
	}
	thief := s.browser()
	thief.post(passkeySignIn, copied.offers(thief)).answers(http.StatusUnprocessableEntity).says("There may be a copy of this passkey")
	owner = s.browser()
	owner.post(passkeySignIn, d.offers(owner)).answers(http.StatusUnprocessableEntity)
	s.now = s.now.Add(25 * time.Minute)
	b = s.browser().signsIn(email, password, secret).get("/staff/me").says("There may be a copy of this passkey")
	for _, f := range b.forms() {
		if strings.HasSuffix(f.action, "/remove") {
			b.post(f.action, nil).says("The passkey is taken away.")
			b.post(f.action, nil).answers(http.StatusNotFound)
			break
		}
	}
	if b.get("/staff/me"); strings.Contains(b.body, "Blue laptop") {
		t.Error("it is still there")
	}
	// A disabled account's passkey opens nothing.
	phone := b.addsPasskey(rp, "Key ring")
	p, err := s.store.PractitionerByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	p.Disabled = true
	if _, err := s.store.ChangePractitioner(t.Context(), p, care.AccountEnds{Sessions: true}, care.Event{At: s.now, Actor: care.ActorSystem, Verb: "practitioner.disabled", Subject: p.ID}); err != nil {
		t.Fatal(err)
	}
	out := s.browser()
	out.post(passkeySignIn, phone.offers(out)).answers(http.StatusUnprocessableEntity)
}

// TestWhereThereCanBeNoPasskeys: a passkey is tied to a name. Elsewhere nothing is offered that would fail.
func TestWhereThereCanBeNoPasskeys(t *testing.T) {
	s := newSite(t, false)
	b, _, _ := s.joins("ashdale", "Pat Example", care.RolePractitioner)
	if b.get("/staff/me").says("Passkeys can be added and used at care.example.com alone"); strings.Contains(b.body, "Add a passkey") {
		t.Error("a passkey is offered at another address")
	}
	if strings.Contains(s.browser().get("/staff/sign-in").body, passkeySignIn) {
		t.Error("a passkey is asked for at another address")
	}
	s.service.PublicURL = "http://192.0.2.7"
	b.get("/staff/me").says("no address that passkeys can be tied to")
	b.post("/staff/me/passkeys", url.Values{"key_name": {"X"}, "current": {password}}).answers(http.StatusNotFound)
}
