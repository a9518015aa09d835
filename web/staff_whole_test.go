package web_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// figure reads one number of the team page's cards by its label.
func (b *browser) figure(label string) string {
	b.t.Helper()
	number := ""
	each(b.doc, func(n *html.Node) {
		if n.Data == "div" && strings.Contains(attr(n, "class"), "app-figures__item") && strings.HasPrefix(strings.TrimSpace(text(n)), label) {
			number = strings.TrimSpace(text(find(n, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "app-figures__number") })))
		}
	})
	return number
}

// TestTheTeamPage counts what really came in, and nothing that was made to try the service out.
func TestTheTeamPage(t *testing.T) {
	s := newSite(t, false)
	s.now = s.now.AddDate(0, 0, -20)
	s.sends("ashdale", nil)
	s.now = s.now.AddDate(0, 0, 20)
	s.sends("ashdale", map[string][]string{"safety": {"hurt"}})
	try := s.sends("ashdale", nil)
	s.sends("birchley", nil)
	boss := s.invite("ashdale", "Mo Manager", care.RoleManager)
	b := boss.get("/staff/team").answers(http.StatusOK).says("never a worker's target", "Came in", "With no team yet", "15 to 28 days")
	for label, want := range map[string]string{"Open": "3", "Not taken": "3", "Overdue": "1", "Safety": "1"} {
		if got := b.figure(label); got != want {
			t.Errorf("%s: %q, want %s", label, got, want)
		}
	}
	for _, chart := range []string{"waiting", "weeks", "sends"} {
		svg := find(b.doc, func(n *html.Node) bool { return n.Data == "svg" && attr(n, "aria-labelledby") == chart+"-title" })
		if svg == nil || attr(svg, "role") != "img" {
			t.Errorf("no picture for %s", chart)
		}
	}
	if got := s.tally(care.TallySent, "adult-needs/likely_met"); got != 3 {
		t.Errorf("%d counted as sent, want 3", got)
	}
	actor := s.actor("Mo Manager")
	f, err := s.service.Open(t.Context(), actor, try, "test")
	if err != nil {
		t.Fatal(err)
	}
	mark := func(test bool) {
		t.Helper()
		if f, err = s.service.Open(t.Context(), actor, try, "test"); err != nil {
			t.Fatal(err)
		}
		if err := s.service.MarkTest(t.Context(), actor, casework.Pick{Reference: try, Version: f.Version}, test, "I tried whether it works."); err != nil {
			t.Fatal(err)
		}
	}
	mark(true)
	if got := s.tally(care.TallySent, "adult-needs/likely_met"); got != 2 {
		t.Errorf("%d counted once one is a test, want 2", got)
	}
	if got := b.get("/staff/team").figure("Open"); got != "2" {
		t.Errorf("open once one is a test: %s", got)
	}
	mark(false)
	if got := s.tally(care.TallySent, "adult-needs/likely_met"); got != 3 {
		t.Errorf("%d counted once the mark is taken off, want 3", got)
	}

	// What is on hold stands apart from what is open.
	if f, err = s.service.Open(t.Context(), actor, try, "test"); err != nil {
		t.Fatal(err)
	}
	if err := s.service.Hold(t.Context(), actor, casework.Pick{Reference: try, Version: f.Version}, s.now.AddDate(0, 0, 5).Format(time.DateOnly), "The ward rings when she goes home."); err != nil {
		t.Fatal(err)
	}
	b.get("/staff/team")
	for label, want := range map[string]string{"Open": "2", "On hold": "1"} {
		if got := b.figure(label); got != want {
			t.Errorf("with one on hold: %s: %q, want %s", label, got, want)
		}
	}

	// The file leaves out small numbers, and says nothing of workers.
	rows, err := csv.NewReader(strings.NewReader(b.get("/staff/team/figures.csv").answers(http.StatusOK).body)).ReadAll()
	if err != nil || len(rows) < 10 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows[1:] {
		if n := row[3]; n != "" && n != "0" && len(n) == 1 && n < "5" {
			t.Errorf("a small number left: %v", row)
		}
	}
	if strings.Contains(b.body, "Manager") {
		t.Error("the file names a worker")
	}
	s.invite("ashdale", "Adi Admin", care.RoleAdmin).get("/staff/team").answers(http.StatusForbidden)
}

// tally reads a number of the database.
func (s *site) tally(name, key string) int {
	s.t.Helper()
	return s.tallyOf("ashdale", name, key)
}

// tallyOf reads a number of a council; of all keys when key is "".
func (s *site) tallyOf(council, name, key string) int {
	s.t.Helper()
	figures, err := s.store.Figures(s.t.Context(), council, "2000-01", name)
	if err != nil {
		s.t.Fatal(err)
	}
	n := 0
	for _, f := range figures {
		if key == "" || f.Key == key {
			n += f.N
		}
	}
	return n
}

// actor is somebody who was invited, by name.
func (s *site) actor(name string) care.Actor {
	s.t.Helper()
	staff, err := s.store.Practitioners(s.t.Context(), "ashdale")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range staff {
		if p.Name == name {
			return care.Actor{Kind: care.ActorPractitioner, ID: p.ID, Council: p.Council, Roles: p.Roles, Team: p.Team}
		}
	}
	s.t.Fatalf("nobody is called %s", name)
	return care.Actor{}
}

// TestAResultIsCountedOnce: shown as often as one likes, it counts once; sending counts beside it.
func TestAResultIsCountedOnce(t *testing.T) {
	s := newSite(t, false)
	ctx := t.Context()
	d, err := s.service.Start(ctx, "ashdale")
	if err != nil {
		t.Fatal(err)
	}
	actor := care.Actor{Kind: care.ActorCitizen, ID: d.ID, Council: "ashdale"}
	for range 3 {
		if err := s.service.Shown(ctx, actor, d); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.tally(care.TallyShown, "adult-needs/cannot_tell"); got != 1 {
		t.Errorf("counted %d times", got)
	}
}

// TestTheTrailCanBeSearched by whoever may, and by nobody else; searching leaves its own trace, and the chain holds.
func TestTheTrailCanBeSearched(t *testing.T) {
	s := newSite(t, false)
	ref, other := s.sends("ashdale", nil), s.sends("birchley", nil)
	worker := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	worker.get("/staff/case/" + ref)
	worker.get("/staff/audit").answers(http.StatusForbidden)
	worker.get("/staff/audit/trail.csv").answers(http.StatusForbidden)
	b := s.invite("ashdale", "Aud Itor", care.RoleAuditor).get("/staff/audit").answers(http.StatusOK).says("Looked at the case", "Answers sent", "Sam Example", casework.FormatReference(ref))
	if strings.Contains(b.body, "Kim") || strings.Contains(b.body, other) {
		t.Error("the trail shows a name, or another council's case")
	}
	rows := func() int { return strings.Count(b.body, "<time ") / 1 }
	b.get("/staff/audit?verb=case.viewed&ref=" + ref).says("Looked at the case")
	if strings.Contains(b.body, ">Answers sent</td>") || rows() == 0 {
		t.Error("the search by verb and case does not narrow")
	}
	b.get("/staff/audit?who=" + s.actor("Sam Example").ID).says("Looked at the case")
	if strings.Contains(b.body, "Searched the trail</td>") {
		t.Error("the search by practitioner does not narrow")
	}
	b.get("/staff/audit?kind=carer-support").says("No event fits.")
	b.get("/staff/audit?from=1/1/2030").says("No event fits.")
	b.get("/staff/audit?from=soon").answers(http.StatusUnprocessableEntity).says("Enter a date like")
	missing := b.get("/staff/audit?ref=0000000000").answers(http.StatusUnprocessableEntity).body
	if theirs := b.get("/staff/audit?ref=" + other).answers(http.StatusUnprocessableEntity).body; strings.ReplaceAll(theirs, other, "0000000000") != missing {
		t.Error("another council's case and a missing one answer differently")
	}
	file, err := csv.NewReader(strings.NewReader(b.get("/staff/audit/trail.csv?ref=" + ref).answers(http.StatusOK).body)).ReadAll()
	if err != nil || len(file) < 3 {
		t.Fatalf("%d rows, %v", len(file), err)
	}
	for _, row := range file[1:] {
		if row[7] != ref {
			t.Errorf("a row about %q", row[7])
		}
	}
	b.get("/staff/audit?verb=trail.exported").says("Downloaded the trail", "Aud Itor")
	b.get("/staff/audit?verb=trail.searched").says("Searched the trail")
}

// TestUnusualAccess puts each rule just below and just above its threshold, and a manager looks into one.
func TestUnusualAccess(t *testing.T) {
	s := newSite(t, false)
	boss := s.invite("ashdale", "Mo Manager", care.RoleManager)
	sam := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	actor := s.actor("Sam Example")
	var refs []string
	for i := range casework.UnusualManyCases {
		refs = append(refs, s.sends("ashdale", map[string][]string{"name": {fmt.Sprint("Person ", i)}}))
	}
	see := func(n int) {
		t.Helper()
		for _, ref := range refs[:n] {
			if _, err := s.service.Open(t.Context(), actor, ref, "summary"); err != nil {
				t.Fatal(err)
			}
		}
	}
	rules := func() map[string]int {
		t.Helper()
		all, _, err := s.service.Unusual(t.Context(), s.actor("Mo Manager"))
		if err != nil {
			t.Fatal(err)
		}
		n := map[string]int{}
		for _, u := range all {
			n[u.Rule]++
		}
		return n
	}
	see(casework.UnusualManyCases - 1)
	if got := rules(); len(got) != 0 {
		t.Fatalf("unusual in a working day: %v", got)
	}
	s.now = s.now.Add(2 * time.Hour)
	see(casework.UnusualManyCases)
	if got := rules(); got[casework.UnusualMany] != 1 || len(got) != 1 {
		t.Errorf("after many cases: %v", got)
	}
	s.now = time.Date(2026, 11, 22, 19, 59, 0, 0, time.UTC)
	see(1)
	if got := rules(); got[casework.UnusualHours] != 0 {
		t.Errorf("before eight: %v", got)
	}
	s.now = s.now.Add(2 * time.Minute)
	see(1)
	s.now = s.now.Add(6 * time.Hour) // the same night
	see(2)
	if got := rules(); got[casework.UnusualHours] != 1 {
		t.Errorf("after hours: %v", got)
	}
	s.now = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)
	for range casework.UnusualSearchTries {
		if got := rules(); got[casework.UnusualSearches] != 0 {
			t.Errorf("below the threshold: %v", got)
		}
		if _, err := s.service.Search(t.Context(), actor, casework.Search{Name: "Neighbour"}); err != nil {
			t.Fatal(err)
		}
	}
	if got := rules(); got[casework.UnusualSearches] != 1 {
		t.Errorf("searches without opening: %v", got)
	}
	see(1) // what was looked for was found: no longer without opening
	if got := rules(); got[casework.UnusualSearches] != 0 {
		t.Errorf("searches, and a case opened: %v", got)
	}

	s.signIn(boss, "Mo Manager")
	boss.get("/staff/views").answers(http.StatusOK).says("Many cases in an hour: Sam Example", "Different cases opened within an hour: 20.", "After hours")
	var form *pageForm
	for _, f := range boss.forms() {
		if strings.HasPrefix(f.action, "/staff/views/") {
			form = f
			break
		}
	}
	boss.post(form.action, url.Values{"note": {"ok"}}).answers(http.StatusUnprocessableEntity).says("Say what you found out")
	boss.post(form.action, url.Values{"note": {"Sam took over the list of a colleague who is ill."}}).answers(http.StatusOK).says("It is written down", "Mo Manager looked into it", "took over the list")
	boss.post(form.action, url.Values{"note": {"A second press of the button."}}).answers(http.StatusOK)
	if strings.Contains(boss.body, "A second press") {
		t.Error("an acknowledgement was written over")
	}
	boss.get("/staff/views?ref="+refs[0]+"&who="+actor.ID).says("Looked at the case", casework.FormatReference(refs[0]))
	if strings.Contains(boss.body, ">"+casework.FormatReference(refs[5])+"</a></td>") {
		t.Error("views of another case are listed")
	}
	_ = sam
	s.signIn(sam, "Sam Example")
	sam.get("/staff/views").answers(http.StatusForbidden)
	sam.post(form.action, url.Values{"note": {"Nothing to see here."}}).answers(http.StatusForbidden)
}

// signIn opens a session anew, after the clock was moved on by hours.
func (s *site) signIn(b *browser, name string) {
	s.t.Helper()
	p := s.actor(name)
	full, err := s.store.Practitioner(s.t.Context(), p.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	s.now = s.now.Add(time.Minute)
	b.post("/staff/sign-in", url.Values{"email": {full.Email}, "password": {password}, "code": {s.code(full.TOTPSecret)}})
	if b.path != "/staff" {
		s.t.Fatalf("signing in again: %d at %s", b.status, b.path)
	}
}

// TestSupervision signs a record that calls for a look, and follows the note back to the worker.
func TestSupervision(t *testing.T) {
	s := newSite(t, false)
	boss, sam := s.invite("ashdale", "Mo Manager", care.RoleManager), s.invite("ashdale", "Sam Example", care.RolePractitioner)
	ola := s.invite("ashdale", "Ola Example", care.RolePractitioner)
	ref, err := s.service.Ask(t.Context(), care.Council{Slug: "ashdale", ReadDays: 5}, nil, "contact", "", map[string][]string{"call_you": {"Lou Example"}, "safe_way": {"07700 900124"}})
	if err != nil {
		t.Fatal(err)
	}
	home := "/staff/case/" + ref.Reference
	sam.post(home+"/record", url.Values{"version": {"0"}, "next_steps": {"Rang, and told them where to go."}, "no_contact_reason": {"They rang us themselves."}}).answers(http.StatusOK)
	sam.get(home + "/record")
	sign := sam.forms()[len(sam.forms())-1]
	v := sign.values()
	v.Set("confirm", "yes")
	sam.post(sign.action, v).answers(http.StatusOK)
	if got := s.tally(care.TallySigned, "contact/closed"); got != 1 {
		t.Errorf("%d signed counted", got)
	}
	boss.get("/staff/supervision").answers(http.StatusOK).says("Signed quickly", casework.FormatReference(ref.Reference), "Sam Example", "Write a note")
	boss.get("/staff/supervision?why=override").says("No record on this page has that mark")
	boss.get(home+"/learning").answers(http.StatusOK).says("There are no learning notes", "Signed quickly: signed by Sam Example")
	form := boss.forms()[len(boss.forms())-1]
	note := form.values()
	note.Set("text", "Short")
	boss.post(form.action, note).answers(http.StatusUnprocessableEntity).says("Enter the note", "Short")
	note.Set("text", "Ring back next time, and write down what they say.")
	boss.post(form.action, note).answers(http.StatusOK).says("The note is saved.", "Ring back next time")
	boss.post(form.action, note).answers(http.StatusOK)
	if n := strings.Count(boss.body, "Ring back next time"); n != 1 {
		t.Errorf("the note stands %d times", n)
	}
	boss.get("/staff/supervision").says("Read the notes")

	sam.get("/staff/supervision").answers(http.StatusOK).says(casework.FormatReference(ref.Reference))
	sam.get(home+"/learning").answers(http.StatusOK).says("Ring back next time", "Mo Manager")
	if len(sam.forms()) > 0 {
		t.Error("a worker can write learning notes")
	}
	sam.post(form.action, note).answers(http.StatusForbidden)
	ola.get("/staff/supervision").answers(http.StatusOK).says("There are no learning notes for you.")
	ola.get(home + "/learning").answers(http.StatusForbidden)
	for _, page := range []string{"", "/timeline?show=all", "/signed"} {
		if ola.get(home + page); strings.Contains(ola.body, "Ring back next time") {
			t.Errorf("the note stands on %s", page)
		}
	}
}
