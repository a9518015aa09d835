package web_test

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"threshold/internal/casework"
)

// link says whether the main part of the page has a link with these words, and where it leads.
func (b *browser) link(words string) string {
	main := find(b.doc, func(n *htmlNode) bool { return n.Data == "main" })
	a := find(main, func(n *htmlNode) bool { return n.Data == "a" && text(n) == words })
	if a == nil {
		return ""
	}
	return attr(a, "href")
}

// TestStartOffersAnInterpreter: one press from the first page to asking for one.
func TestStartOffersAnInterpreter(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale")
	if to := b.link("I need an interpreter"); to != "/ashdale/contact" {
		t.Fatalf("it leads to %q", to)
	}
	if b.get("/ashdale/contact"); !strings.Contains(b.body, `name="reach_help" type="checkbox" value="interpreter"`) || b.forms()[0].control("reach_language") == nil {
		t.Error("there is nowhere to ask for an interpreter and to name the language")
	}
}

// skipButton is the button above the questions, and whether it stands before the first of them.
func (b *browser) skipButton() (button *htmlNode, first bool) {
	form := find(b.doc, func(n *htmlNode) bool { return n.Data == "form" && attr(n, "action") == "/ashdale/talk" })
	each(form, func(n *htmlNode) {
		switch {
		case n.Data == "button" && text(n) == "None of these, go on":
			button = n
		case n.Data == "input" && attr(n, "type") != "hidden" && button == nil:
			first = true
		}
	})
	return button, button != nil && !first
}

// TestMostPeopleNeedNotScroll: the first button of "How should we talk to you?" goes on; it is not there once something
// was answered, and it takes nothing away that was typed before it was pressed.
func TestMostPeopleNeedNotScroll(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	button, first := b.skipButton()
	if !first || attr(button, "name") != "" || len(b.forms()) != 1 {
		t.Fatalf("the button is there: %t, above the questions: %t; %d forms", button != nil, first, len(b.forms()))
	}
	if b.submit(nil); b.page() != "today" {
		t.Fatalf("it leads to %s", b.path)
	}
	if b.get("/ashdale/talk"); b.status != http.StatusOK {
		t.Fatal(b.status)
	}
	if button, _ := b.skipButton(); button == nil {
		t.Error("skipped once, and the button is gone")
	}
	// It is an ordinary button of the form: what was typed above all is sent.
	if b.submit(url.Values{"language": {"Gujarati"}}).get("/ashdale/talk"); !strings.Contains(b.body, "Gujarati") {
		t.Error("what was typed before pressing it is lost")
	}
	if button, _ := b.skipButton(); button != nil {
		t.Error(`"None of these" is offered to somebody who has named a language`)
	}
	// Only the pages whose wording has it show one.
	if b.get("/ashdale/today"); strings.Contains(b.body, "None of these, go on") {
		t.Error("the button is on a page whose wording does not have it")
	}
}

// TestAnotherCouncilCanBeChosen: it is asked only of those who say they live elsewhere, it is a plain select that works
// without JavaScript, the form still goes here, and the worker reads the name.
func TestAnotherCouncilCanBeChosen(t *testing.T) {
	s := newSite(t, true)
	b := s.browser()
	says := url.Values{"lives_here": {"no"}, "other_council": {"E06000023"}}
	b.get("/ashdale/for").submit(url.Values{"for": {"self"}})
	for range 40 {
		if b.page() == "you/council" {
			break
		}
		v := url.Values{"name": {"Ada Example"}}
		for name := range v {
			if b.forms()[0].control(name) == nil {
				v.Del(name)
			}
		}
		if b.forms()[0].control("lives_here") != nil {
			v["lives_here"] = says["lives_here"]
		}
		b.submit(v)
	}
	if b.page() != "you/council" {
		t.Fatalf("the question is not asked: %s", b.path)
	}
	size := b.served(b.path)
	t.Logf("%s: %d bytes", b.path, size)
	if size > laterPageBudget {
		t.Errorf("%s takes %d bytes, the budget is %d", b.path, size, laterPageBudget)
	}
	page := text(b.doc)
	for _, words := range []string{"It goes to Ashdale Council", "sort it out with your own council", "Bristol, City of", "I'm not sure"} {
		if !strings.Contains(page, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	c := b.forms()[0].control("other_council")
	if c == nil || len(c.values) != 154 || c.value != "" {
		t.Fatalf("the select: %+v", c)
	}
	if b.submit(nil); b.page() != "you/contact" {
		t.Errorf("left as it is, it leads to %s", b.path)
	}
	if b.get("/ashdale/you/council").submit(url.Values{"other_council": {"E08000099"}}); b.status != http.StatusUnprocessableEntity || !strings.Contains(b.body, "Select an answer from the list") {
		t.Errorf("a council that does not exist answered %d", b.status)
	}
	if b.submit(says); b.status != http.StatusBadRequest { // says has a field of another page
		t.Errorf("a field of another page answered %d", b.status)
	}
	b.get("/ashdale/you/council").submit(url.Values{"other_council": says["other_council"]})
	if b.get("/ashdale/you/council"); !strings.Contains(b.body, `value="E06000023" selected`) {
		t.Error("what was chosen is not shown again")
	}

	reference := s.browser().walk(says)
	staff := s.demoPractitioner("ashdale").get("/staff/case/" + reference)
	if !strings.Contains(text(staff.doc), "They chose Bristol, City of.") {
		t.Errorf("the case page (%d) does not name the council", staff.status)
	}
	if staff.get("/staff/case/" + s.browser().walk(url.Values{"lives_here": {"yes"}})); strings.Contains(text(staff.doc), "another council") {
		t.Error("the flag is raised for somebody who lives here")
	}
}

// A ledger is the site's own store, which also notes what of the equality answers went into it: the store gives nothing
// back.
type ledger struct {
	casework.Store
	rows, where []string // "question answer"; "council month"
}

func (l *ledger) AddEquality(ctx context.Context, council, month string, answers map[string]string) error {
	for question, answer := range answers {
		l.rows = append(l.rows, question+" "+answer)
	}
	l.where = append(l.where, council+" "+month)
	slices.Sort(l.rows)
	return l.Store.AddEquality(ctx, council, month, answers)
}

// TestEqualityQuestions: linked once something was sent, all of them optional, counted once in a session, kept apart
// from the case, and nowhere in what a worker sees.
func TestEqualityQuestions(t *testing.T) {
	s := newSite(t, true)
	kept := &ledger{Store: s.service.Store}
	s.service.Store = kept
	const linked = "A few questions about you. You can skip them"
	b := s.browser().get("/ashdale/equality")
	if b.page() != "" {
		t.Errorf("without a form it opens at %s", b.path)
	}
	b.get("/ashdale/for").submit(url.Values{"for": {"self"}})
	if b.get("/ashdale/equality"); b.page() != "talk" {
		t.Errorf("before sending it leads to %s", b.path)
	}
	if b.post("/ashdale/equality", url.Values{"sex": {"female"}}); b.page() != "talk" {
		t.Errorf("before sending a post leads to %s", b.path)
	}
	reference := b.walk(url.Values{})
	if b.link(linked) != "/ashdale/equality" {
		t.Fatalf("not linked from %s", b.path)
	}
	before, err := s.store.Events(t.Context(), "ashdale", "ashdale")
	if err != nil {
		t.Fatal(err)
	}
	b.get("/ashdale/equality")
	f := b.forms()[0]
	for _, name := range []string{"ethnic_group", "sex", "religion", "orientation"} {
		if c := f.control(name); c == nil || !slices.Contains(c.values, "rather_not") {
			t.Errorf("%s cannot be left unsaid", name)
		}
	}
	for _, words := range []string{"with no name", "do not see these answers", "Equality Act 2010"} {
		if !strings.Contains(text(b.doc), words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if b.submit(nil); b.page() != "sent" || b.link(linked) == "" {
		t.Errorf("nothing chosen leads to %s, and the questions are linked: %t", b.path, b.link(linked) != "")
	}
	if b.post("/ashdale/equality", url.Values{"sex": {"unheard_of"}}); b.status != http.StatusUnprocessableEntity {
		t.Errorf("an option that does not exist answered %d", b.status)
	}
	if b.post("/ashdale/equality", url.Values{"sex": {"female"}, "name": {"Ada Example"}}); b.status != http.StatusBadRequest {
		t.Errorf("a field that is not the page's answered %d", b.status)
	}
	if len(kept.where) > 0 {
		t.Fatalf("stored %v before anything was accepted", kept.rows)
	}
	b.post("/ashdale/equality", url.Values{"sex": {"female"}, "religion": {"sikh"}, "orientation": {"rather_not"}})
	if b.page() != "sent" || !strings.Contains(b.body, "Thank you") || b.link(linked) != "" {
		t.Errorf("afterwards: %s", b.path)
	}
	b.post("/ashdale/equality", url.Values{"sex": {"male"}, "ethnic_group": {"asian"}})
	if b.page() != "sent" || !strings.Contains(b.body, "Thank you") {
		t.Errorf("a second time: %s", b.path)
	}
	if b.get("/ashdale/equality"); b.page() != "sent" {
		t.Errorf("they are asked again at %s", b.path)
	}
	if !slices.Equal(kept.rows, []string{"orientation rather_not", "religion sikh", "sex female"}) || !slices.Equal(kept.where, []string{"ashdale 2026-11"}) {
		t.Errorf("stored %v for %v", kept.rows, kept.where)
	}
	// Somebody else counts for themselves.
	other := s.browser()
	other.walk(url.Values{})
	other.post("/ashdale/equality", url.Values{"sex": {"male"}})
	if len(kept.rows) != 4 {
		t.Errorf("after a second person: %v", kept.rows)
	}

	after, err := s.store.Events(t.Context(), "ashdale", "ashdale")
	if err != nil || len(after) != len(before) {
		t.Errorf("the trail shows that somebody answered: %d events, %d before (%v)", len(after), len(before), err)
	}
	staff := s.demoPractitioner("ashdale")
	for _, path := range []string{"", "/answers", "/impact", "/record", "/timeline"} {
		staff.get("/staff/case/" + reference + path)
		if staff.status != http.StatusOK || strings.Contains(strings.ToLower(text(staff.doc)), "sikh") || strings.Contains(text(staff.doc), "ethnic") {
			t.Errorf("%s (%d) shows an answer", staff.path, staff.status)
		}
	}
	if b.get("/ashdale/copy"); strings.Contains(b.body, "Sikh") {
		t.Error("the person's copy holds an answer, which somebody at home may find")
	}
	if strings.Contains(s.log.String(), "sikh") {
		t.Error("the log holds an answer")
	}
}
