package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"threshold/internal/care"
)

// TestErrorPagesArePages: whatever goes wrong, a person still finds the way out and who to ring.
func TestErrorPagesArePages(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	for status, ask := range map[int]func() *browser{
		http.StatusNotFound:              func() *browser { return b.get("/ashdale/no/such/page") },
		http.StatusBadRequest:            func() *browser { return b.get("/ashdale/talk").submit(url.Values{"nonsense": {"x"}}) },
		http.StatusRequestEntityTooLarge: func() *browser { return b.post("/ashdale/talk", url.Values{"language": {strings.Repeat("x", 70_000)}}) },
		http.StatusMethodNotAllowed:      func() *browser { return b.do(http.MethodPut, "/ashdale/talk", nil) },
	} {
		ask()
		if b.status != status || !strings.HasPrefix(b.header.Get("Content-Type"), "text/html") {
			t.Errorf("want %d as a page, got %d as %s", status, b.status, b.header.Get("Content-Type"))
		}
		if find(b.doc, func(n *htmlNode) bool { return attr(n, "action") == "/leave" }) == nil || !strings.Contains(b.body, "999") {
			t.Errorf("the page of %d has no way out", status)
		}
	}
}

// TestLeavingIsAllowedByThePage: the policy of every page allows where its Leave button goes.
func TestLeavingIsAllowedByThePage(t *testing.T) {
	s := newSite(t, false)
	council := care.Council{Slug: "cotley", Name: "Cotley Council", ReadDays: 5}
	if err := s.service.SetCouncil(t.Context(), care.Actor{Kind: care.ActorSystem}, council); err != nil {
		t.Fatal(err)
	}
	for _, page := range []string{"/", "/cotley", "/cotley/contact", "/ashdale", "/ashdale/for", "/nobody"} {
		b := s.browser().get(page)
		policy := b.header.Get("Content-Security-Policy")
		b.post("/leave", nil)
		to, err := url.Parse(b.header.Get("Location"))
		if err != nil || to.Host == "" || !strings.Contains(policy, to.Scheme+"://"+to.Host) {
			t.Errorf("%s: leaving goes to %s, which its policy %q forbids", page, to, policy)
		}
	}
}

// TestManySavesAtOnce: forty saves of different pages of one draft, none lost, none answered with a fault.
func TestManySavesAtOnce(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	var all sync.WaitGroup
	for i := range 40 {
		one := *b
		one.t = t
		all.Go(func() {
			if i%2 == 0 {
				one.post("/ashdale/talk", url.Values{"language": {"Gujarati"}})
			} else {
				one.post("/ashdale/about", url.Values{"condition": {"memory"}})
			}
			if one.status != http.StatusOK {
				t.Errorf("a save among many answered %d", one.status)
			}
		})
	}
	all.Wait()
	if b.get("/ashdale/talk"); !strings.Contains(b.body, "Gujarati") {
		t.Error("an answer was lost")
	}
}

// TestPressingTwice: a request to be contacted is sent once, however often its button is pressed.
func TestPressingTwice(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/contact")
	form := b.forms()[0]
	v := form.values()
	v.Set("call_you", "Lou Example")
	v.Set("safe_way", "07700 900124")
	first := b.post(form.action, v).reference()
	if again := b.post(form.action, v).reference(); again != first {
		t.Errorf("pressing twice made %s and %s", first, again)
	}
	if other := b.get("/ashdale/contact").submit(url.Values{"call_you": {"Lou Example"}, "safe_way": {"07700 900124"}}).reference(); other == first {
		t.Error("a second request was swallowed")
	}
}

// TestTheOtherTabIsNotMixedIn: a conflict shows what is typed here, not what another tab chose.
func TestTheOtherTabIsNotMixedIn(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	tab := *b
	b.submit(url.Values{"interpreter": {"yes"}})
	tab.submit(url.Values{"language": {"Polish"}}).answers(http.StatusConflict)
	if strings.Contains(tab.body, " checked") {
		t.Error("what the other tab chose stands chosen here")
	}
}

// TestTwoCouncils: a form with a second council never loses the first.
func TestTwoCouncils(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Gujarati"}})
	b.get("/birchley/for").submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Polish"}})
	if b.get("/ashdale/talk"); !strings.Contains(b.body, "Gujarati") {
		t.Error("the form with the first council is lost")
	}
	b.post("/leave", nil)
	for _, council := range []string{"ashdale", "birchley"} {
		if b.get("/" + council + "/talk"); b.page() == "talk" {
			t.Errorf("after leaving the form with %s still opens", council)
		}
	}
}

// TestNotAForm: a body of another kind is refused, and wipes nothing.
func TestNotAForm(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Gujarati"}})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.server.URL+"/ashdale/talk", strings.NewReader(`{"language":"Polish"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("JSON answered %d", response.StatusCode)
	}
	if b.get("/ashdale/talk"); !strings.Contains(b.body, "Gujarati") {
		t.Error("a body that is no form wiped the page")
	}
}

// TestALockedViewShowsNothing: not even a page that could not be accepted.
func TestALockedViewShowsNothing(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Gujarati"}})
	b.get("/ashdale/talk")
	s.now = s.now.Add(31 * time.Minute)
	b.submit(url.Values{"difficulties": {"none", "retain"}})
	if strings.Contains(b.body, "Gujarati") || strings.Contains(b.body, " checked") {
		t.Error("a locked view shows answers")
	}
	for _, page := range []string{"talk", "copy", "check", "result", "erase"} {
		if b.get("/ashdale/" + page); len(b.forms()) != 1 || !strings.HasSuffix(b.forms()[0].action, "/carry-on") {
			t.Errorf("%s is open on a locked view", page)
		}
	}
	if b.get("/ashdale/save"); strings.Contains(b.body, "/ashdale/today") {
		t.Error("a locked view tells how far somebody has come")
	}
}

// TestADayInAll: a session ends a day after it began, however much it is used.
func TestADayInAll(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	for range 74 {
		s.now = s.now.Add(20 * time.Minute)
		b.post("/ashdale/talk", url.Values{"language": {"Gujarati"}})
	}
	if b.get("/ashdale/talk"); b.page() == "talk" {
		t.Error("the form is still open after more than a day")
	}
}

// TestSentInAnotherTab: words typed after the form was sent are shown, not dropped.
func TestSentInAnotherTab(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	answerEverything(t, b, "Sam")
	b.post("/ashdale/matters", url.Values{"matters": {"My garden, and the cat"}})
	if b.status != http.StatusConflict || !strings.Contains(b.body, "My garden, and the cat") {
		t.Errorf("answered %d without the words", b.status)
	}
}

// TestChangedSinceItWasChecked: what another tab changed is shown before anything is sent.
func TestChangedSinceItWasChecked(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	b.walkTo("check", nil)
	tab := *b
	tab.post("/ashdale/life", url.Values{"overall": {"small"}})
	b.submit(nil)
	if b.status != http.StatusConflict || b.confirmed() {
		t.Fatalf("sent unseen: %d at %s", b.status, b.path)
	}
	if b.submit(nil); !b.confirmed() {
		t.Errorf("after looking again it cannot be sent: %d", b.status)
	}
}

func TestHead(t *testing.T) {
	s := newSite(t, false)
	for _, path := range []string{"/healthz", "/ashdale", "/api/v1/rulesets"} {
		if b := s.browser().do(http.MethodHead, path, nil); b.status != http.StatusOK || b.body != "" {
			t.Errorf("HEAD %s answered %d with %d bytes", path, b.status, len(b.body))
		}
	}
}

// TestTheNextPersonStartsClean: on a shared computer nothing of what was sent stands in a new form.
func TestTheNextPersonStartsClean(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	answerEverything(t, b, "Sam")
	first := b.reference()
	if b.get("/ashdale/for"); strings.Contains(b.body, " checked") {
		t.Error("a new form begins with somebody else's answer")
	}
	b.submit(url.Values{"for": {"self"}})
	if b.page() != "talk" || strings.Contains(b.body, "Sam in") {
		t.Errorf("a new form led to %s, or shows what was sent", b.path)
	}
	if answerEverything(t, b, "Kim"); b.reference() == first {
		t.Error("the second person has the first one's reference")
	}
}

// The check page shows everything that was said. A locked view shows none of it, however it is asked for, and sends
// nothing that nobody can see.
func TestALockedViewNeitherShowsNorSendsTheCheckPage(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	b.walkTo("check", url.Values{"matters": {"Wildflowers by the canal"}})
	if !strings.Contains(b.body, "Wildflowers") {
		t.Fatalf("the check page at %s does not show what was said", b.path)
	}
	form := b.forms()[len(b.forms())-1]
	stale := form.values()
	stale.Set("seen", "changed-elsewhere")
	s.now = s.now.Add(31 * time.Minute)
	for _, v := range []url.Values{stale, form.values(), {}} {
		b.post(form.action, v)
		if strings.Contains(b.body, "Wildflowers") || b.confirmed() {
			t.Errorf("a locked view answered %d at %s with what was said, or sent it", b.status, b.path)
		}
	}
	b.submit(nil).get("/ashdale/check")
	if !strings.Contains(b.body, "Wildflowers") {
		t.Errorf("after carrying on, %s (%d) does not show what was said", b.path, b.status)
	}
}
