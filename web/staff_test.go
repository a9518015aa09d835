package web_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// told are answers of somebody whose answers suggest two outcomes; eating goes up and down.
var told = map[string][]string{
	"for": {"self"}, "today": {"none"}, "private": {"alone"}, "safety": {"none"}, "condition": {"physical"}, "council_help": {"no"},
	"daily": {"nutrition", "hygiene"}, "second_look": {"all_fine"}, "overall": {"big"}, "areas": {"health"},
	"nutrition.limbs": {"assistance"}, "nutrition.frequency": {"some_days"}, "nutrition.cause": {"impairment"}, "nutrition.help": {"family"},
	"nutrition.words": {"I burn my food <b>every</b> day."},
	"hygiene.limbs":   {"distress"}, "hygiene.frequency": {"daily"}, "hygiene.cause": {"impairment"},
	"matters": {"My garden."}, "name": {"Kim Example"}, "born": {"1950-03-27"}, "ways": {"call"}, "phone": {"07700 900123"},
}

// sends walks the journey for a council with answers changed from told, and returns the reference.
func (s *site) sends(council string, changed map[string][]string) string {
	s.t.Helper()
	ctx, answers := s.t.Context(), maps.Clone(told)
	maps.Copy(answers, changed)
	fatal := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	draft, err := s.service.Start(ctx, council)
	fatal(err)
	actor := care.Actor{Kind: care.ActorCitizen, ID: draft.ID, Council: council}
	for path := draft.Rules.Start(); path != "check"; path = draft.Rules.NextUnvisited(draft.Answers) {
		page, _ := draft.Rules.Page(path, draft.Answers, nil)
		typed := map[string][]string{}
		for _, q := range page.Questions {
			if v, ok := answers[q.ID]; ok {
				typed[q.ID] = v
			}
		}
		draft, err = s.service.Answer(ctx, actor, path, "", typed)
		fatal(err)
	}
	draft, err = s.service.Send(ctx, actor, care.Council{Slug: council, ReadDays: 10})
	fatal(err)
	return draft.Reference
}

const password = "correct horse battery staple"

// invite sets an account up through its one-time link, as the person would, and signs in with a real code.
func (s *site) invite(council, name string, role care.Role) *browser {
	s.t.Helper()
	email := strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@example.com"
	_, token, err := s.service.Invite(s.t.Context(), care.Actor{Kind: care.ActorSystem}, council, name, email, role)
	if err != nil {
		s.t.Fatal(err)
	}
	b := s.browser().get("/staff/set-up/" + token)
	secret := strings.ReplaceAll(text(find(b.doc, func(n *html.Node) bool { return n.Data == "code" })), " ", "")
	b.submit(url.Values{"password": {password}, "code": {s.code(secret)}})
	if b.status != http.StatusOK || b.path != "/staff/sign-in?done=set-up" {
		s.t.Fatalf("setting up: %d at %s\n%s", b.status, b.path, b.body)
	}
	if role == care.RolePractitioner || role == care.RoleManager {
		s.register(email)
	}
	s.now = s.now.Add(time.Minute) // a code works once
	b.submit(url.Values{"email": {email}, "password": {password}, "code": {s.code(secret)}})
	if b.status != http.StatusOK && b.status != http.StatusForbidden || b.path != "/staff" {
		s.t.Fatalf("signing in: %d at %s\n%s", b.status, b.path, b.body)
	}
	return b
}

func (s *site) code(secret string) string {
	s.t.Helper()
	code, err := totp.GenerateCode(secret, s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

// says fails unless every one of the words stands on the page.
func (b *browser) says(words ...string) *browser {
	b.t.Helper()
	page := text(b.doc)
	for _, w := range words {
		if !strings.Contains(page, w) {
			b.t.Errorf("%s (%d) does not say %q", b.path, b.status, w)
		}
	}
	return b
}

func (b *browser) answers(status int) *browser {
	b.t.Helper()
	if b.status != status {
		b.t.Fatalf("%s answered %d, want %d\n%s", b.path, b.status, status, b.body)
	}
	return b
}

// version reads the version that the form with this action was shown with, or the row of an outcome in the form of all rows.
func (b *browser) version(action string) string {
	b.t.Helper()
	page, outcome, _ := strings.Cut(action, "/answers/")
	for _, f := range b.forms() {
		if f.action == action {
			return f.control("version").value
		}
		if c := f.control(outcome + "-version"); c != nil && f.action == page+"/answers" {
			return c.value
		}
	}
	b.t.Fatalf("%s has no form for %s", b.path, action)
	return ""
}

func TestSignInBySetUpLink(t *testing.T) {
	s := newSite(t, false)
	_, token, err := s.service.Invite(t.Context(), care.Actor{Kind: care.ActorSystem}, "ashdale", "Sam Example", "sam@example.com", care.RolePractitioner)
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser().get("/staff/set-up/" + token).answers(http.StatusOK)
	secret := strings.ReplaceAll(text(find(b.doc, func(n *html.Node) bool { return n.Data == "code" })), " ", "")
	if again := s.browser().get("/staff/set-up/" + token); !strings.Contains(strings.ReplaceAll(text(again.doc), " ", ""), secret) {
		t.Error("a reload shows another secret")
	}
	b.submit(url.Values{"password": {"short"}, "code": {"000000"}}).answers(http.StatusUnprocessableEntity)
	b.says("There is a problem", "15 characters or more", "six digits")
	b.submit(url.Values{"password": {password}, "code": {s.code(secret)}}).answers(http.StatusOK)
	s.browser().get("/staff/set-up/" + token).answers(http.StatusNotFound).says("does not work any more")

	s.now = s.now.Add(time.Minute)
	in := url.Values{"email": {"sam@example.com"}, "password": {"wrong horse battery staple"}, "code": {s.code(secret)}}
	wrong := s.browser().post("/staff/sign-in", in).answers(http.StatusUnprocessableEntity).body
	in.Set("email", "nobody@example.com")
	if nobody := s.browser().post("/staff/sign-in", in).body; strings.ReplaceAll(nobody, "nobody@", "sam@") != wrong {
		t.Error("a wrong password and an unknown address read differently")
	}
	in.Set("email", "sam@example.com")
	in.Set("password", password)
	b.post("/staff/sign-in", in).answers(http.StatusOK).says("Queue: 0 open", "Sam Example", "Nothing here just now.")
	s.browser().post("/staff/sign-in", in).answers(http.StatusUnprocessableEntity) // the code was used

	b.post("/staff/sign-out", nil)
	if b.get("/staff"); b.path != "/staff/sign-in" {
		t.Errorf("after signing out the queue is at %s", b.path)
	}
}

func TestAStaffSessionEnds(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	s.now = s.now.Add(14 * time.Minute)
	if b.get("/staff"); b.path != "/staff" {
		t.Fatal("signed out before 15 idle minutes")
	}
	s.now = s.now.Add(16 * time.Minute)
	if b.get("/staff"); b.path != "/staff/sign-in" {
		t.Error("still signed in after 16 idle minutes")
	}
}

func TestTheDemonstrationButton(t *testing.T) {
	s := newSite(t, true)
	council := care.Council{Slug: "madeup", Name: "Made-up Council", ReadDays: 5, Demo: true}
	if err := s.service.SetCouncil(t.Context(), care.Actor{Kind: care.ActorSystem}, council); err != nil {
		t.Fatal(err)
	}
	p := care.Practitioner{ID: "demo", Council: "madeup", Name: "Robin Demonstration", Email: "robin@example.com", Roles: []care.Role{care.RolePractitioner}, Demo: true}
	if err := s.store.PutPractitioner(t.Context(), p, care.Event{Verb: "practitioner.invited", Actor: care.ActorSystem, Subject: "demo", At: s.now}); err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(time.Minute) // the list of councils is remembered for a few seconds
	b := s.browser().get("/staff/sign-in").says("Sign in as a demonstration practitioner", "Demonstration")
	b.submit(nil).answers(http.StatusOK).says("Queue: 0 open", "Robin Demonstration")

	real := newSite(t, false)
	if b := real.browser().get("/staff/sign-in"); strings.Contains(b.body, "emonstration") {
		t.Error("the button stands outside the demonstration")
	}
	real.browser().post("/staff/sign-in/demonstration", url.Values{"council": {"ashdale"}}).answers(http.StatusNotFound)
}

func TestTheQueue(t *testing.T) {
	s := newSite(t, false)
	add := func(name string, changed map[string][]string) string {
		changed["name"] = []string{name}
		return s.sends("ashdale", changed)
	}
	s.now = s.now.AddDate(0, 0, -20)
	add("Olive Old", map[string][]string{})
	s.now = s.now.AddDate(0, 0, 20)
	routine := add("Rita Routine", map[string][]string{})
	add("Una Urgent", map[string][]string{"today": {"food"}})
	add("Safiya Safety", map[string][]string{"safety": {"hurt"}, "seen_by": {"My brother"}, "ways_to_talk": {"bsl"}, "council_help": {"yes"}, "hospital": {"yes"}})
	s.sends("birchley", map[string][]string{"name": {"Bea Birchley"}})

	b := s.invite("ashdale", "Sam Example", care.RolePractitioner).get("/staff").says("Queue: 4 open", "Contact rule", "Urgent: safety", "Urgent: today", "more")
	order := []int{}
	for _, name := range []string{"Safiya Safety", "Una Urgent", "Olive Old", "Rita Routine"} {
		order = append(order, strings.Index(b.body, name))
	}
	for i := 1; i < len(order); i++ {
		if order[i] <= order[i-1] {
			t.Errorf("the queue's order is wrong: %v", order)
		}
	}
	if strings.Contains(b.body, "Bea Birchley") {
		t.Error("another council's case is in the queue")
	}
	if n := strings.Count(b.body, "Overdue 10 days"); n != 2 { // in the table and on the card
		t.Errorf("%d marks for the overdue case", n)
	}

	b.get("/staff?flag=safety").says("Queue: 1 open", "Safiya Safety")
	b.get("/staff?kind=contact").says("Queue: 0 open", "No case fits these filters.")
	b.post("/staff/case/"+routine+"/take", url.Values{"held": {""}, "back": {"queue?who=nobody"}})
	if b.path != "/staff?done=taken&who=nobody" || strings.Contains(b.body, "Rita Routine") {
		t.Errorf("after taking a case at %s it is still free", b.path)
	}
	b.get("/staff?who=mine").says("Queue: 1 open", "Rita Routine", "Put back")
	b.post("/staff/case/"+routine+"/put-back", url.Values{"back": {"queue"}}).says("back in the queue")

	other := s.invite("ashdale", "Ola Example", care.RolePractitioner)
	other.post("/staff/case/"+routine+"/take", url.Values{"held": {""}}).answers(http.StatusOK)
	b.post("/staff/case/"+routine+"/take", url.Values{"held": {""}}).answers(http.StatusConflict).says("Somebody else took this case")
	other.post("/staff/case/"+routine+"/take", url.Values{"held": {""}, "back": {"https://elsewhere.example.com"}})
	if !strings.HasPrefix(other.path, "/staff/case/") {
		t.Errorf("a form led to %s", other.path)
	}
}

func TestTheQueueHasPages(t *testing.T) {
	s := newSite(t, false)
	for range casework.QueuePageSize + 2 {
		if _, err := s.service.Ask(t.Context(), care.Council{Slug: "ashdale", ReadDays: 5}, nil, "contact", "", map[string][]string{"call_you": {"Lou Example"}, "safe_way": {"07700 900124"}}); err != nil {
			t.Fatal(err)
		}
	}
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner).get("/staff").says("Queue: 27 open", "Next page")
	rows := func() int { return strings.Count(b.body, `scope="row"`) }
	if rows() != casework.QueuePageSize {
		t.Errorf("%d rows on the first page", rows())
	}
	next := find(b.doc, func(n *html.Node) bool { return n.Data == "a" && attr(n, "rel") == "next" })
	if b.get(attr(next, "href")); rows() != 2 || strings.Contains(b.body, "Next page") {
		t.Errorf("%d rows on the last page", rows())
	}
}

// TestACaseToItsSignedRecord is the whole way, with what can go wrong on it.
func TestACaseToItsSignedRecord(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", map[string][]string{"safety": {"money"}})
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	home := "/staff/case/" + ref

	b.get(home).answers(http.StatusOK).says("Kim Example", "76", "My garden.", "Said in private", "Someone takes or controls my money", "Outcomes at a glance", "No contact is logged yet.")
	b.get(strings.ToLower(home[:len(home)-10]) + strings.ToLower(ref)).answers(http.StatusOK) // as people type it
	b.get(home+"/answers").says("Managing and maintaining nutrition", "SI 2015/313 reg 2(2)(a)", "Agree: unable", "Differ: unable", "Not counted", "I burn my food <b>every</b> day.")
	if strings.Contains(b.body, "<b>every</b>") {
		t.Error("what a person typed became markup")
	}
	if strings.Contains(b.body, "checked") {
		t.Error("a finding stands chosen before anybody found")
	}
	if strings.Contains(b.body, "controls my money") {
		t.Error("a private answer stands outside the summary")
	}

	// A record with open blockers cannot be signed, pressed or posted.
	b.get(home+"/record").says("Before you can sign", "Eating and drinking: make a finding", "You can sign when the list above is empty.")
	b.post(home+"/sign", url.Values{"confirm": {"yes"}, "seen": {"x"}})
	if b.status == http.StatusOK {
		t.Fatal("an empty record was signed")
	}

	b.post(home+"/contact", url.Values{"on-day": {"31"}, "on-month": {"2"}, "on-year": {"2026"}, "note": {"Kettle was on."}}).answers(http.StatusUnprocessableEntity)
	b.says("Enter the date of the contact", "Select how the contact was made", "Kettle was on.")
	b.post(home+"/contact", url.Values{"on-day": {"21"}, "on-month": {"11"}, "on-year": {"2026"}, "how": {"visit"}, "seen_alone": {"yes"}, "advocate": {"not_needed"}, "note": {"Kettle was on."}})
	b.says("The contact is logged.", "21 November 2026", "Kettle was on.")

	row := home + "/answers/nutrition"
	b.post(row, url.Values{"version": {"0"}, "conclusion": {"able"}, "sources": {"told", "seen"}, "reason": {"No"}}).answers(http.StatusUnprocessableEntity)
	b.says("Error: ", "Eating and drinking: Say why you differ, in 10 characters or more", "Say the period you looked at")
	if checked := strings.Count(b.body, " checked"); checked != 3 {
		t.Errorf("%d of 3 choices were kept after a refusal", checked)
	}
	if link := find(b.doc, func(n *html.Node) bool { return attr(n, "href") == "#nutrition-reason" }); link == nil {
		t.Error("the error summary does not lead to the reason")
	} else if find(b.doc, func(n *html.Node) bool { return attr(n, "id") == "nutrition-reason" }) == nil {
		t.Error("the error summary leads nowhere")
	}
	b.post(row, url.Values{"conclusion": {"unable"}, "wellbeing": {"x"}}).answers(http.StatusBadRequest)
	for _, f := range s.outcomes() {
		v := url.Values{"version": {"0"}, "conclusion": {"able"}, "sources": {"told"}}
		if f == "nutrition" || f == "hygiene" {
			v = url.Values{"version": {"0"}, "conclusion": {"unable"}, "sources": {"told", "seen"}, "reason": {"She says she burns her food."}}
		}
		if f == "nutrition" {
			v.Set("period", "Since the spring")
		}
		b.post(home+"/answers/"+f, v).answers(http.StatusOK)
	}
	b.says("Saved 10:4", "by Sam Example")

	// Two workers on one row: the second sees both and chooses.
	other := s.invite("ashdale", "Ola Example", care.RolePractitioner).get(home + "/answers")
	stale := other.version(row)
	b.post(row, url.Values{"version": {stale}, "conclusion": {"unable"}, "sources": {"record"}, "reason": {"The hospital's letter says so."}, "period": {"Since March"}}).answers(http.StatusOK)
	other.post(row, url.Values{"version": {stale}, "conclusion": {"need_more"}, "reason": {"I want to ask her sister."}}).answers(http.StatusConflict)
	other.says("The hospital's letter says so.", "I want to ask her sister.", "Keep this one", "Save mine in its place")
	other.get(home + "/answers").says("The hospital's letter says so.")

	areas := url.Values{"version": {"0"}, "significant": {"yes"}, "significant_reason": {"She has lost a stone."}, "cause": {"yes"}, "cause_reason": {"Arthritis in both hands."}}
	b.post(home+"/impact", url.Values{"version": {"0"}, "significant": {"yes"}}).answers(http.StatusUnprocessableEntity).says("Say why, in 10 characters or more")
	for _, a := range []string{"dignity", "health", "protection", "control", "activity", "social", "family", "home", "contribution"} {
		areas.Set("area-"+a, "some")
	}
	b.post(home+"/impact", areas).answers(http.StatusOK).says("Saved")
	record := url.Values{
		"version": {"0"}, "checks": {"gaps", "all_needs", "wishes", "others", "consistent", "condition", "evidence"},
		"decision": {"not_eligible"}, "decision_reason": {"Two outcomes and a big impact."}, "advice": {"Meals: 020 7946 0111."}, "considered": {"will_not_meet"}, "next_steps": {"A support plan."},
		"strengths": {"She knows her neighbours well."}, "carers": {"no"}, "risk": {"Somebody takes her money."}, "risk_with": {"Kim, on her own"}, "wants": {"yes"}, "residence": {"here"},
	}
	b.post(home+"/record", record).answers(http.StatusOK).says("by your findings all conditions are met")
	record.Set("version", "1")
	record.Set("decision", "eligible")
	b.post(home+"/record", record).answers(http.StatusOK)
	b.tells(home).seconded(home, other).says("I decide this on behalf of Ashdale Council")
	sign := b.forms()[len(b.forms())-1]
	b.post(sign.action, sign.values()).answers(http.StatusUnprocessableEntity).says("Tick the box")
	v := sign.values()
	v.Set("confirm", "yes")
	b.post(sign.action, v).answers(http.StatusOK).says("Record signed", "Has eligible needs", "Sam Example signed this for Ashdale Council", "She says she burns her food.", "Export as JSON")
	first := b.get(home + "/record.json").body
	b.post(sign.action, v).answers(http.StatusOK)
	if again := b.get(home + "/record.json").body; again != first {
		t.Error("signing twice made another record")
	}

	sum := sha256.Sum256([]byte(first))
	b.get(home + "/signed").says(hex.EncodeToString(sum[:]))
	if strings.Contains(b.body, "Urgent: safety") || strings.Contains(b.body, "07700") {
		t.Error("the page that is printed for the person shows marks of safety or how to reach them")
	}
	if strings.Contains(b.body, "controls my money") || strings.Contains(first, "controls my money") || strings.Contains(first, "Kettle") {
		t.Error("the record says what was private")
	}
	var exported map[string]any
	if err := json.Unmarshal([]byte(first), &exported); err != nil || len(exported["findings"].([]any)) != 10 {
		t.Errorf("the export is no whole record: %v", err)
	}

	for _, page := range []string{"", "/answers", "/impact"} {
		b.get(home + page).says("signed and locked")
		for _, form := range b.forms() {
			if form.action != home+"/code" { // who lost their code could not read their letter otherwise
				t.Errorf("%s still has a form for %s after signing", b.path, form.action)
			}
		}
	}
	b.post(row, url.Values{"version": {"2"}, "conclusion": {"need_more"}, "reason": {"Words not to lose"}}).answers(http.StatusConflict).says("signed and locked", "Words not to lose")
	b.get("/staff?status=signed").says("Queue: 1 signed")

	b.get(home+"/timeline?show=all").says("Signed the record", "Saved a finding", "Looked at the case", "Logged a contact", "Answers sent", "Sam Example", "Ola Example", "The person, on the form")
	b.get(home + "/timeline").says("Signed the record")
	if strings.Contains(b.body, "Looked at the case") {
		t.Error("the changes alone show views")
	}
}

func (s *site) outcomes() []string {
	rs, err := s.service.Words()
	if err != nil {
		s.t.Fatal(err)
	}
	return rs.Lists()["outcome"]
}

// TestAnotherCouncilsCaseAnswersAsAMissingOne compares bytes, for every address of a case.
func TestAnotherCouncilsCaseAnswersAsAMissingOne(t *testing.T) {
	s := newSite(t, false)
	theirs := s.sends("birchley", nil)
	mine := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	missing, ok := casework.ParseReference("0000000000")
	if !ok {
		t.Fatal("the reference that stands for a missing one has a wrong check letter")
	}
	for _, page := range []string{"", "/answers", "/impact", "/record", "/signed", "/record.json", "/timeline"} {
		a := mine.get("/staff/case/" + theirs + page).answers(http.StatusNotFound).body
		for name, other := range map[string]string{"a missing case": missing, "what is no reference": "nonsense"} {
			if b := mine.get("/staff/case/" + other + page).answers(http.StatusNotFound).body; a != b {
				t.Errorf("%s: another council's case and %s differ", page, name)
			}
		}
	}
	posts := map[string]url.Values{"/take": {}, "/put-back": {}, "/contact": {}, "/answers/nutrition": {"version": {"0"}}, "/impact": {}, "/record": {}, "/sign": {"confirm": {"yes"}}}
	for page, values := range posts {
		a := mine.post("/staff/case/"+theirs+page, values).answers(http.StatusNotFound).body
		if b := mine.post("/staff/case/"+missing+page, values).answers(http.StatusNotFound).body; a != b {
			t.Errorf("POST %s: another council's case and a missing one differ", page)
		}
	}
}

func TestRolesWithoutCases(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", nil)
	for _, role := range []care.Role{care.RoleAdmin, care.RoleAuditor} {
		b := s.invite("ashdale", "No "+string(role), role)
		for _, page := range []string{"", "/answers", "/impact", "/record", "/signed", "/record.json"} {
			b.get("/staff/case/" + ref + page).answers(http.StatusForbidden)
			if strings.Contains(b.body, "Kim") {
				t.Errorf("%s sees a name at %s", role, b.path)
			}
		}
		b.get("/staff").answers(http.StatusOK).says("Start page", "Sign out", "No "+string(role))
		if strings.Contains(b.body, "Kim") || strings.Contains(b.body, ref) {
			t.Errorf("the first page of %s shows a case", role)
		}
		b.get("/staff/case/" + ref + "/timeline")
		if want := map[care.Role]int{care.RoleAdmin: http.StatusForbidden, care.RoleAuditor: http.StatusOK}[role]; b.status != want {
			t.Errorf("%s gets %d for the timeline, want %d", role, b.status, want)
		}
		if strings.Contains(b.body, "Kim") {
			t.Errorf("%s sees a name on the timeline", role)
		}
	}
}

// TestAConflictForm posts what was typed over the newer version when that is chosen.
func TestAConflictForm(t *testing.T) {
	s := newSite(t, false)
	home := "/staff/case/" + s.sends("ashdale", nil)
	b, other := s.invite("ashdale", "Sam Example", care.RolePractitioner), s.invite("ashdale", "Ola Example", care.RolePractitioner)
	row := home + "/answers/toilet"
	b.post(row, url.Values{"version": {"0"}, "conclusion": {"able"}, "sources": {"seen"}}).answers(http.StatusOK)
	other.post(row, url.Values{"version": {"0"}, "conclusion": {"unable"}, "sources": {"told", "record"}, "reason": {"He cannot get there in time."}}).answers(http.StatusConflict)
	forms := other.forms()
	mine := forms[len(forms)-1]
	hidden := url.Values{}
	each(other.doc, func(n *html.Node) {
		if n.Data == "input" && attr(n, "type") == "hidden" && attr(n, "name") != "held" {
			hidden.Add(attr(n, "name"), attr(n, "value"))
		}
	})
	other.post(mine.action, hidden).answers(http.StatusOK).says("He cannot get there in time.")
	f, err := s.service.Open(t.Context(), care.Actor{Kind: care.ActorPractitioner, ID: "x", Council: "ashdale", Roles: []care.Role{care.RolePractitioner}}, strings.TrimPrefix(home, "/staff/case/"), "test")
	if err != nil {
		t.Fatal(err)
	}
	if got := f.Findings["toilet"]; got.Version != 2 || got.ByName != "Ola Example" || len(got.Sources) != 2 {
		t.Errorf("stored: %+v", got)
	}
	record := url.Values{"version": {"0"}, "next_steps": {"Mine to keep"}}
	b.post(home+"/record", url.Values{"version": {"0"}, "next_steps": {"Theirs to keep"}}).answers(http.StatusOK)
	other.post(home+"/record", record).answers(http.StatusConflict).says("Mine to keep", "Theirs to keep")
	b.post(home+"/impact", url.Values{"version": {"0"}, "area-home": {"big"}}).answers(http.StatusOK)
	other.post(home+"/impact", url.Values{"version": {"0"}, "area-home": {"none"}}).answers(http.StatusConflict).says("Suitability of living accommodation")
}

// TestNothingOfACaseReachesTheLog: the log names routes, never people.
func TestNothingOfACaseReachesTheLog(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	b.get("/staff/case/" + ref + "/answers")
	b.post("/staff/case/"+ref+"/answers/toilet", url.Values{"conclusion": {"able"}, "reason": {"Zanzibar"}})
	b.get("/staff/case/0000000000")
	for _, word := range []string{"Zanzibar", "Kim", ref, "sam.example", password} {
		if bytes.Contains([]byte(s.log.String()), []byte(word)) {
			t.Errorf("the log says %q", word)
		}
	}
}

// TestTheFirstRun: the link the service prints on its first start makes one council and one account, once.
func TestTheFirstRun(t *testing.T) {
	s := newSite(t, false)
	if token, err := s.service.BeginFirstRun(t.Context()); err != nil || token != "" {
		t.Fatalf("a service with councils gave a first link: %q, %v", token, err)
	}
	s = emptySite(t)
	token, err := s.service.BeginFirstRun(t.Context())
	if err != nil || token == "" {
		t.Fatalf("no link for an empty service: %v", err)
	}
	s.browser().get("/staff/first-run/" + token + "X").answers(http.StatusNotFound)
	b := s.browser().get("/staff/first-run/" + token).answers(http.StatusOK)
	b.submit(url.Values{"name": {"Cotley Council"}, "slug": {"Not A Slug"}, "your_name": {"Sam Example"}, "email": {"sam@example.com"}})
	b.answers(http.StatusUnprocessableEntity)
	if !strings.Contains(b.body, "Cotley Council") {
		t.Error("what was typed is lost")
	}
	b.submit(url.Values{"slug": {"cotley"}}).answers(http.StatusOK).says("Set up your account", "Sam Example")
	s.browser().get("/staff/first-run/" + token).answers(http.StatusNotFound)
	s.browser().get("/cotley").answers(http.StatusOK).says("Cotley Council")
}

// TestInvitingAgain: a link that ran out is replaced; an account that was set up is never touched.
func TestInvitingAgain(t *testing.T) {
	s := newSite(t, false)
	system := care.Actor{Kind: care.ActorSystem}
	invite := func() (string, error) {
		_, token, err := s.service.Invite(t.Context(), system, "ashdale", "Sam Example", "sam.example@example.com", care.RolePractitioner)
		return token, err
	}
	first, err := invite()
	if err != nil {
		t.Fatal(err)
	}
	s.now = s.now.Add(time.Hour)
	s.browser().get("/staff/set-up/" + first).answers(http.StatusNotFound)
	if _, err := invite(); err != nil {
		t.Fatalf("no new link for an account that was never set up: %v", err)
	}
	s.invite("ashdale", "Sam Example", care.RolePractitioner)
	if _, err := invite(); !errors.Is(err, care.ErrConflict) {
		t.Errorf("an account that is in use was invited anew: %v", err)
	}
}
