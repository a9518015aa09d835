package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threshold/internal/care"
)

// rows are the references in the queue's table, in its order.
func (b *browser) rows() []string {
	b.t.Helper()
	var refs []string
	for n := range b.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "th" && attr(n, "scope") == "row" {
			if a := find(n, func(n *html.Node) bool { return n.Data == "a" }); a != nil {
				refs = append(refs, strings.TrimPrefix(attr(a, "href"), "/staff/case/"))
			}
		}
	}
	return refs
}

// sorted is the aria-sort of a column, and where its link leads.
func (b *browser) sorted(column string) (sort, href string) {
	b.t.Helper()
	for n := range b.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "th" && attr(n, "scope") == "col" && strings.HasPrefix(strings.TrimSpace(text(n)), column) {
			if a := find(n, func(n *html.Node) bool { return n.Data == "a" }); a != nil {
				href = attr(a, "href")
			}
			return attr(n, "aria-sort"), href
		}
	}
	b.t.Fatalf("%s has no column %s", b.path, column)
	return "", ""
}

func TestTheQueueFiltersAndSorts(t *testing.T) {
	s := newSite(t, false)
	first := s.sends("ashdale", map[string][]string{"name": {"Ada Example"}})
	s.now = s.now.AddDate(0, 0, 2)
	second := s.sends("ashdale", map[string][]string{"name": {"Bea Example"}, "ways_to_talk": {"bsl"}})
	s.now = s.now.AddDate(0, 0, 1)
	urgent := s.sends("ashdale", map[string][]string{"name": {"Cy Example"}, "today": {"food"}})
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner).get("/staff")

	if got := b.rows(); !slices.Equal(got, []string{urgent, first, second}) {
		t.Errorf("the usual order is %v", got)
	}
	if strings.Count(b.body, ">Apply</button>") != 2 {
		t.Error("the filter has no button above and below")
	}
	sort, href := b.sorted("Waiting")
	if sort != "" {
		t.Errorf("the list is in the order of waiting already: %q", sort)
	}
	if got := b.get(href).rows(); !slices.Equal(got, []string{first, second, urgent}) {
		t.Errorf("by waiting: %v", got)
	}
	sort, href = b.sorted("Waiting")
	if sort != "descending" {
		t.Errorf("the longest wait comes first, and aria-sort says %q", sort)
	}
	if got := b.get(href).rows(); !slices.Equal(got, []string{urgent, second, first}) {
		t.Errorf("by waiting the other way: %v", got)
	}
	if _, href := b.sorted("Name"); href != "" {
		t.Error("the list offers an order by sealed names")
	}

	b.get("/staff?need=yes&sort=-sent").says("Queue: 1 open", "Communication: Needs another format, language or way")
	chip := find(b.doc, func(n *html.Node) bool {
		return n.Data == "a" && strings.Contains(attr(n, "class"), "app-filter__chip")
	})
	if got := attr(chip, "href"); got != "/staff?sort=-sent" {
		t.Errorf("taking the filter off leads to %s", got)
	}
	for query, want := range map[string][]string{
		"flag=urgent": {urgent}, "due=0": {urgent}, "due=2": {urgent}, "due=7": {urgent, first}, "due=overdue": nil, "who=nobody": {urgent, first, second}, "who=mine": nil,
		"team=none": {urgent, first, second}, "kind=carer-support": nil, "status=held": nil, "status=test": nil, "flag=nonsense&who=no-one-known": {urgent, first, second},
		"sort=due": {urgent, first, second}, "sort=-due&kind=adult-needs&team=none": {second, first, urgent},
	} {
		if got := b.get("/staff?" + query).answers(http.StatusOK).rows(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	b.get("/staff?after=nonsense").answers(http.StatusNotFound)

	// What cannot wait stands above, and leaves once it is taken and opened.
	b.get("/staff").says("Cannot wait: 1")
	b.post("/staff/case/"+urgent+"/take", url.Values{"back": {"queue"}}).says("Cannot wait: 1", "The case is yours")
	b.get("/staff/case/" + urgent).answers(http.StatusOK)
	if b.get("/staff"); strings.Contains(b.body, "Cannot wait") {
		t.Error("what was taken and opened still cannot wait")
	}
}

// lines are the open cases of the first council.
func lines(t *testing.T, s *site) []care.CaseLine {
	t.Helper()
	page, err := s.service.Queue(t.Context(), care.Actor{Kind: care.ActorSystem, Council: "ashdale"}, care.QueueQuery{})
	if err != nil {
		t.Fatal(err)
	}
	return page.Lines
}

func TestGivingCasesAndUndoing(t *testing.T) {
	s := newSite(t, false)
	one, two := s.sends("ashdale", nil), s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner).get("/staff")
	other := s.invite("ashdale", "Ola Example", care.RolePractitioner).get("/staff")
	var picks []string
	ola := ""
	for n := range b.get("/staff").doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "option" && text(n) == "Ola Example" && strings.HasPrefix(attr(n, "value"), "worker:") {
			ola = attr(n, "value")
		}
	}
	boxes := 0
	for n := range b.doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "input" && attr(n, "name") == "case" {
			boxes++
			if !slices.Contains(picks, attr(n, "value")) {
				picks = append(picks, attr(n, "value"))
			}
			if attr(n, "form") != "give" || find(b.doc, func(l *html.Node) bool { return l.Data == "label" && attr(l, "for") == attr(n, "id") }) == nil {
				t.Errorf("a box of %q, form %q", attr(n, "value"), attr(n, "form"))
			}
		}
	}
	if boxes != 4 || len(picks) != 2 { // in the table and on the cards
		t.Fatalf("%d boxes of %v", boxes, picks)
	}
	now := func(refs ...string) (picks []string) { // as the cases stand now
		t.Helper()
		for _, l := range lines(t, s) {
			if slices.Contains(refs, l.Reference) {
				picks = append(picks, l.Reference+":"+strconv.Itoa(l.Version))
			}
		}
		return picks
	}
	b.post("/staff/give", url.Values{"to": {ola}, "back": {"queue?who=nobody"}}).answers(http.StatusUnprocessableEntity).says("Tick the cases to give", "Queue: 2 open")
	b.post("/staff/give", url.Values{"case": picks, "back": {"queue"}}).answers(http.StatusUnprocessableEntity).says("Select who gets them")
	if n := strings.Count(b.body, " checked"); n != 4 {
		t.Errorf("%d of 4 ticks were kept", n)
	}
	b.post("/staff/give", url.Values{"case": picks, "to": {"worker:nobody-known"}}).answers(http.StatusUnprocessableEntity).says("Select who gets them from the list")
	b.post("/staff/give", url.Values{"case": {one + ":x"}, "to": {ola}}).answers(http.StatusBadRequest)

	b.post("/staff/give", url.Values{"case": append(picks, picks...), "to": {ola}, "back": {"queue?who=nobody"}}).answers(http.StatusOK)
	if b.path != "/staff?done=given&who=nobody" {
		t.Errorf("after giving at %s", b.path)
	}
	b.says("2 cases were given.", "Undo", "Queue: 0 open")
	b.press("/staff/undo", nil).answers(http.StatusOK).says("It is undone", "Queue: 2 open")
	b.post("/staff/undo", url.Values{"back": {"queue"}}).answers(http.StatusConflict).says("It cannot be undone any more")

	// Somebody was quicker.
	before := now(one, two)
	other.post("/staff/case/"+one+"/take", url.Values{"held": {""}}).answers(http.StatusOK)
	b.post("/staff/give", url.Values{"case": before, "to": {ola}, "back": {"queue"}}).answers(http.StatusConflict).says("Somebody changed case")
	b.get("/staff?who=nobody").says("Queue: 1 open")
	b.post("/staff/give", url.Values{"case": now(two), "to": {ola}, "back": {"queue"}}).says("1 case was given.")
	other.post("/staff/case/"+two+"/put-back", url.Values{"back": {"queue"}})
	b.post("/staff/undo", url.Values{"back": {"queue"}}).answers(http.StatusConflict).says("It cannot be undone any more")
	for _, role := range []care.Role{care.RoleAdmin, care.RoleAuditor} {
		s.invite("ashdale", "No "+string(role), role).post("/staff/give", url.Values{"case": before, "to": {ola}}).answers(http.StatusForbidden)
	}
}

func TestWhereACaseStands(t *testing.T) {
	s := newSite(t, false)
	ref, twin := s.sends("ashdale", nil), s.sends("ashdale", nil)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	home := "/staff/case/" + ref
	b.get(home).answers(http.StatusOK).says("There may be another case", twin[:2], "Give, priority, hold")
	b.get(home+"/place").answers(http.StatusOK).says("As it stands", "Routine", "Nobody")
	version := b.version(home + "/triage")
	b.post(home+"/triage", url.Values{"version": {version}, "priority": {"urgent"}, "due-day": {"31"}, "due-month": {"2"}, "due-year": {"2026"}, "reason": {"No"}}).
		answers(http.StatusUnprocessableEntity).says("Say why, in 10 characters or more", "Enter a real date")
	if f := b.formTo(home + "/triage"); f.control("reason").value != "No" || f.control("due-day").value != "31" {
		t.Error("what was typed is gone")
	}
	for n := range b.doc.Descendants() { // every link of the error summary leads to a field
		if n.Type == html.ElementNode && n.Data == "a" && strings.HasPrefix(attr(n, "href"), "#") && find(b.doc, func(x *html.Node) bool { return "#"+attr(x, "id") == attr(n, "href") }) == nil {
			t.Errorf("%s leads nowhere", attr(n, "href"))
		}
	}
	day := url.Values{"version": {version}, "priority": {"urgent"}, "due-day": {"24"}, "due-month": {"11"}, "due-year": {"2026"}, "reason": {"The sister is in hospital now."}}
	b.post(home+"/triage", day).answers(http.StatusOK).says("The priority is changed.")
	b.post(home+"/triage", day).answers(http.StatusConflict).says("Somebody changed this case", "The sister is in hospital now.", "Urgent", "Sam Example")
	b.get("/staff").says("Cannot wait: 1")
	if b.get("/staff?flag=urgent").rows()[0] != ref {
		t.Error("it is not urgent in the queue")
	}

	hold := func(version string) *browser {
		return b.post(home+"/hold", url.Values{"version": {version}, "until-day": {"9"}, "until-month": {"12"}, "until-year": {"2026"}, "reason": {"The ward rings when she goes home."}})
	}
	if b.get(home + "/place").says("does not wait"); strings.Contains(b.body, home+"/hold") {
		t.Error("an urgent case can be put on hold")
	}
	hold(b.version(home + "/triage")).answers(http.StatusUnprocessableEntity)
	b.get(home+"/place").post(home+"/triage", url.Values{"version": {b.version(home + "/triage")}, "priority": {"routine"}, "due-day": {"30"}, "due-month": {"11"}, "due-year": {"2026"}, "reason": {"The sister is back at home."}}).answers(http.StatusOK)
	b.get(home + "/place")
	hold(b.version(home + "/hold")).answers(http.StatusOK).says("The case is on hold.")
	b.get("/staff").says("Queue: 1 open")
	b.get("/staff?status=held").says("Queue: 1 on hold", "On hold until 9 Dec")
	b.get(home+"/place").says("It is on hold until 9 December 2026").press(home+"/off-hold", nil).answers(http.StatusOK).says("The case is open again.")

	b.get(home+"/place").post(home+"/duplicate", url.Values{"version": {b.version(home + "/duplicate")}, "of": {"nonsense"}, "reason": {"Both were sent by her today."}}).
		answers(http.StatusUnprocessableEntity).says("Enter the reference of another case", "Both were sent by her today.")
	b.post(home+"/duplicate", url.Values{"version": {b.version(home + "/duplicate")}, "of": {twin}, "reason": {"Both were sent by her today."}}).answers(http.StatusOK).says("It is written down.")
	b.get("/staff/case/" + twin + "/place").says("Both were sent by her today.")
	b.get("/staff/case/"+twin+"/place").post("/staff/case/"+twin+"/test", url.Values{"version": {b.version("/staff/case/" + twin + "/test")}, "test": {"yes"}, "reason": {"I made it to try the form."}}).answers(http.StatusOK)
	b.get("/staff").says("Queue: 1 open")
	b.get("/staff?status=test").says("Queue: 1 marked as tests", "Test")

	// Nothing of it is the person's to read.
	other := s.invite("birchley", "Ola Example", care.RolePractitioner)
	for _, path := range []string{"/place", "/triage", "/hold", "/off-hold", "/test", "/duplicate", "/give"} {
		if path == "/place" {
			other.get(home + path).answers(http.StatusNotFound)
			continue
		}
		form := url.Values{"version": {"1"}}
		switch path {
		case "/test":
			form.Set("test", "yes")
		case "/off-hold":
		case "/give":
			form.Set("to", "nobody")
		}
		other.post(home+path, form).answers(http.StatusNotFound)
	}
}

func TestSearching(t *testing.T) {
	s := newSite(t, false)
	ref := s.sends("ashdale", map[string][]string{"name": {"Zoë O’Brien"}, "born": {"1950-03-27"}})
	s.sends("birchley", map[string][]string{"name": {"Zoë O’Brien"}})
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner).get("/staff/search").answers(http.StatusOK).says("Find a case")
	b.submit(nil).answers(http.StatusUnprocessableEntity).says("Enter a reference, a name or a date of birth")
	b.submit(url.Values{"name": {"zoe obrien"}}).answers(http.StatusOK).says("1 case found", "Zoë O’Brien")
	if b.path != "/staff/search" {
		t.Errorf("what was searched for is in the address: %s", b.path)
	}
	if got := b.rows(); !slices.Equal(got, []string{ref}) {
		t.Errorf("found %v", got)
	}
	b.post("/staff/search", url.Values{"born-day": {"27"}, "born-month": {"3"}, "born-year": {"1950"}}).says("1 case found")
	b.post("/staff/search", url.Values{"born-day": {"31"}, "born-month": {"2"}, "born-year": {"1950"}, "name": {"Zoe"}}).answers(http.StatusUnprocessableEntity).says("Enter the date of birth")
	b.post("/staff/search", url.Values{"reference": {strings.ToLower(ref)}}).says("1 case found")
	b.post("/staff/search", url.Values{"name": {"Nobody"}}).says("Nothing found", "ask your manager")
	s.invite("ashdale", "No Admin", care.RoleAdmin).get("/staff/search").answers(http.StatusForbidden)
	for range 30 {
		if _, err := s.service.Ask(t.Context(), care.Council{Slug: "ashdale", ReadDays: 5}, nil, "contact", "", map[string][]string{"call_you": {"Lou Example"}, "safe_way": {"07700 900124"}}); err != nil {
			t.Fatal(err)
		}
	}
	b.post("/staff/search", url.Values{"name": {"Lou"}}).says("25 cases on this page")
	first := b.rows()
	next := b.forms()[len(b.forms())-1]
	b.post(next.action, next.values()).says("5 cases on this page")
	for _, ref := range b.rows() {
		if slices.Contains(first, ref) {
			t.Error("a case is on both pages")
		}
	}
}
