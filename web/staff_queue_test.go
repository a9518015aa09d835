package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// rows are the references in the lists above the queue and in its table, from top to bottom.
func (b *browser) rows() []string {
	b.t.Helper()
	var refs []string
	for n := range b.doc.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "th" && attr(n, "scope") == "row" || attr(n, "class") == "app-lead__name") {
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
	b.says("The other open cases", "Queue: 3 open")
	if n := strings.Count(b.get("/staff?sort=due").says("Cannot wait: 1", "See them above the queue").body, `class="app-lead__name"`); n != 0 {
		t.Errorf("a page in another order repeats %d cases above", n)
	}
	if got := b.rows(); !slices.Equal(got, []string{urgent, first, second}) {
		t.Errorf("by the day they are due: %v", got)
	}
	b.get("/staff").post("/staff/case/"+urgent+"/take", url.Values{"back": {"queue"}}).says("Cannot wait: 1", "The case is yours")
	b.get("/staff/case/" + urgent).answers(http.StatusOK)
	if b.get("/staff"); strings.Contains(b.body, "Cannot wait") {
		t.Error("what was taken and opened still cannot wait")
	}
}

// TestEachCaseStandsOnThePageOnce: what cannot wait, what went to the duty rota and the table share no case, and none is left
// out; all can be ticked.
func TestEachCaseStandsOnThePageOnce(t *testing.T) {
	s := newSite(t, false)
	councils, err := s.store.Councils(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	council := councils[slices.IndexFunc(councils, func(c care.Council) bool { return c.Slug == "ashdale" })]
	council.Settings.UrgentHours = 4
	if err := s.service.SetCouncil(t.Context(), care.Actor{Kind: care.ActorSystem}, council); err != nil {
		t.Fatal(err)
	}
	late := s.sends("ashdale", map[string][]string{"name": {"Ada Example"}, "today": {"food"}})
	s.now = s.now.Add(5 * time.Hour)
	if err := s.service.Escalate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var want []string
	for range casework.LeadSize + 2 {
		want = append(want, s.sends("ashdale", map[string][]string{"today": {"food"}}))
	}
	want = append(want, late, s.sends("ashdale", nil))
	slices.Sort(want)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner).get("/staff")
	once := func() {
		t.Helper()
		got := slices.Sorted(slices.Values(b.rows()))
		if !slices.Equal(got, want) {
			t.Errorf("the page has %v\nof %v", got, want)
		}
		for _, ref := range want {
			if find(b.doc, func(n *html.Node) bool {
				return n.Data == "input" && attr(n, "form") == "give" && strings.HasPrefix(attr(n, "value"), ref+":")
			}) == nil {
				t.Errorf("%s cannot be ticked", ref)
			}
		}
	}
	once()
	b.says("Cannot wait: 13", "The first 10 of them are here", "Queue: 14 open")
	if strings.Contains(b.body, "On duty") {
		t.Error("who is not on duty reads the duty rota's list")
	}
	p, err := s.store.Practitioner(t.Context(), s.actor("Sam Example").ID)
	if err != nil {
		t.Fatal(err)
	}
	p.OnDuty = true
	if err := s.store.PutPractitioner(t.Context(), p, care.Event{Verb: "practitioner.changed", Actor: care.ActorSystem, Council: "ashdale", Subject: p.ID, At: s.now}); err != nil {
		t.Fatal(err)
	}
	b.get("/staff").says("On duty: 1", "Cannot wait: 13", "1 of them stand above, with duty.")
	once()
	if got := b.rows(); got[0] != late {
		t.Errorf("duty stands after %s", got[0])
	}
	b.post("/staff/give", url.Values{"back": {"queue"}}).answers(http.StatusUnprocessableEntity)
	for n := range b.doc.Descendants() { // the error leads to the first box there is
		if n.Type == html.ElementNode && n.Data == "a" && strings.HasPrefix(attr(n, "href"), "#pick-") && attr(n, "href") != "#pick-l-"+casework.FormatReference(late) {
			t.Errorf("the error leads to %s", attr(n, "href"))
		}
	}
}

// badges are the marks of a case in the list, as they are read.
func (b *browser) badges(ref string) string {
	b.t.Helper()
	for n := range b.doc.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "tr" || n.Data == "li") && find(n, func(n *html.Node) bool { return n.Data == "a" && attr(n, "href") == "/staff/case/"+ref }) != nil {
			return strings.Join(strings.Fields(text(n)), " ")
		}
	}
	b.t.Fatalf("%s has no case %s", b.path, ref)
	return ""
}

// TestNewsIsNeverHidden: with more marks than there is room for, that the person added something is among those that are shown.
func TestNewsIsNeverHidden(t *testing.T) {
	s := newSite(t, false)
	person := s.browser()
	ref := person.walk(merged(hardFor("nutrition"), url.Values{"private": {"alone"}, "safety": {"money"}, "today": {"food"}, "name": {"Ada Example"}}))
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner).get("/staff")
	if got := b.badges(ref); !strings.Contains(got, "more") || strings.Contains(got, "New from the person") {
		t.Fatalf("the marks before: %s", got)
	}
	person.get("/ashdale/status").press("/status/add", url.Values{"text": {"My sister has a key."}})
	if got := b.get("/staff").badges(ref); !strings.Contains(got, "New from the person") || !strings.Contains(got, "more") {
		t.Errorf("the marks: %s", got)
	}
	s.now = s.now.AddDate(0, 0, 30)
	s.signIn(b, "Sam Example")
	if got := b.get("/staff?sort=due").badges(ref); !strings.Contains(got, "New from the person") {
		t.Errorf("the marks when it is overdue: %s", got)
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
	b.get("/staff").says("Queue: 1 open")
	b.get("/staff?status=duplicate").says("Queue: 1 marked as duplicates")
	b.get(home).says("Work goes on with case", "It is not a duplicate: bring it back")
	b.get(home+"/place").post(home+"/duplicate", url.Values{"version": {b.version(home + "/duplicate")}, "mark": {"no"}, "reason": {"No"}}).
		answers(http.StatusUnprocessableEntity).says("Say why, in 10 characters or more")
	b.post(home+"/duplicate", url.Values{"version": {b.version(home + "/duplicate")}, "mark": {"no"}, "reason": {"They are two sisters."}}).answers(http.StatusOK).says("It is written down.")
	b.get("/staff").says("Queue: 2 open")
	b.get("/staff/case/"+twin+"/place").says("is no duplicate of this one after all", "They are two sisters.").post("/staff/case/"+twin+"/test", url.Values{"version": {b.version("/staff/case/" + twin + "/test")}, "test": {"yes"}, "reason": {"I made it to try the form."}}).answers(http.StatusOK)
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

// TestWhoSentADuplicateIsTold: the person reads with which form work goes on, and what they add there reaches whoever has it;
// a helper, and whoever sent the one of two that tells of danger, is not told of the other.
func TestWhoSentADuplicateIsTold(t *testing.T) {
	s := newSite(t, false)
	send := func(answers url.Values) (*browser, string) {
		t.Helper()
		person := s.browser()
		return person, person.walk(merged(hardFor("nutrition"), answers))
	}
	one, first := send(url.Values{"name": {"Ada Example"}})
	_, second := send(url.Values{"name": {"Ada Example"}})
	danger, third := send(url.Values{"name": {"Ada Example"}, "private": {"alone"}, "safety": {"money"}})
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	mark := func(ref, of string) {
		t.Helper()
		home := "/staff/case/" + ref
		b.get(home+"/place").post(home+"/duplicate", url.Values{"version": {b.version(home + "/duplicate")}, "of": {of}, "reason": {"She rang and told us so."}}).answers(http.StatusOK)
	}
	if one.get("/ashdale/status"); strings.Contains(one.body, "another form") {
		t.Error("it says so before")
	}
	mark(first, second)
	one.get("/ashdale/status").says("We have another form from you too: "+casework.FormatReference(second), "What you add below still reaches us.")
	if strings.Contains(one.body, "She rang") || strings.Contains(one.body, "Sam Example") {
		t.Error("the reason or the worker's name is on the person's page")
	}
	one.press("/status/add", url.Values{"text": {"My sister has a key."}}).answers(http.StatusOK)
	b.get("/staff").says("New from the person")
	b.get("/staff/case/"+second).says("This case stands for case", casework.FormatReference(first), "New from the person")
	b.get("/staff/case/" + first).says("My sister has a key.")
	b.post("/staff/case/"+first+"/take", url.Values{"held": {""}}).answers(http.StatusConflict).says("Work goes on with another case")

	mark(third, second)
	if danger.get("/ashdale/status").says("We go on with this together with what else we know."); strings.Contains(danger.body, casework.FormatReference(second)) {
		t.Error("a form that tells of danger leads to the other")
	}
	b.get("/staff/case/" + second).says("Urgent: safety")
	// The other one tells of danger from now on, and is not told of any more.
	if one.get("/ashdale/status"); strings.Contains(one.body, casework.FormatReference(second)) {
		t.Error("the form that goes on is told of though it is about safety")
	}
}
