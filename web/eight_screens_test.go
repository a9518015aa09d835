package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"threshold/internal/care"
)

// A screenWalk goes from page to page as a worker does: by the links and buttons of the page it is on, and no others. It
// keeps which pages it had to read and what it typed in which field.
type screenWalk struct {
	*browser
	home    string
	screens []string          // distinct pages, in the order in which they were first read
	views   int               // every time that a page came up
	typed   map[string]string // a value that was typed or a date that was entered, by value
	asked   map[string]string // a field that was filled in, by name, with its page
}

// mostScreens is what a worker with sixty cases has patience for, from the queue to the letter.
const mostScreens = 8

func (w *screenWalk) at() string {
	path, _, _ := strings.Cut(w.path, "?")
	path, _, _ = strings.Cut(path, "#")
	if rest, ok := strings.CutPrefix(path, w.home); ok {
		return "case" + rest
	}
	return path
}

// reads notes the page that has come up, which must be the one named.
func (w *screenWalk) reads(page string) {
	w.t.Helper()
	w.answers(http.StatusOK)
	if at := w.at(); at != page {
		w.t.Fatalf("the walk is on %s (%s), not on %s", at, w.path, page)
	}
	w.views++
	if !slices.Contains(w.screens, page) {
		w.screens = append(w.screens, page)
	}
}

// follows goes where a link of the page leads.
func (w *screenWalk) follows(words, to string) {
	w.t.Helper()
	link := find(w.doc, func(n *html.Node) bool { return n.Data == "a" && strings.Contains(text(n), words) })
	if link == nil {
		w.t.Fatalf("%s has no link %q", w.path, words)
	}
	w.get(attr(link, "href"))
	w.reads(to)
}

// sends fills the form of the page with this end of its address and presses a button: its name and value, or none.
func (w *screenWalk) sends(end string, fill url.Values, button, to string) {
	w.t.Helper()
	f := w.formTo(end)
	values := f.values()
	for name := range f.button {
		values.Del(name)
	}
	for name, given := range fill {
		control := f.control(name)
		if control == nil {
			w.t.Fatalf("%s does not ask for %s", w.path, name)
		}
		for _, value := range given {
			if (control.kind == "radio" || control.kind == "checkbox") && !slices.Contains(control.values, value) {
				w.t.Fatalf("%s: %s cannot be %q", w.path, name, value)
			}
			if control.kind == "text" && len(value) > 4 { // shorter ones are parts of a date
				if before := w.typed[value]; before != "" {
					w.t.Errorf("%q is typed twice: in %s and in %s", value, before, w.at()+" "+name)
				}
				w.typed[value] = w.at() + " " + name
			}
		}
		if before := w.asked[name]; before != "" {
			w.t.Errorf("%s is asked for twice: on %s and on %s", name, before, w.at())
		}
		w.asked[name] = w.at()
		values[name] = given
	}
	if name, value, ok := strings.Cut(button, "="); ok {
		values.Set(name, value)
	}
	w.post(f.action, values)
	w.reads(to)
}

// nothingChosen fails when a choice stands made on the page.
func (w *screenWalk) nothingChosen() {
	w.t.Helper()
	each(w.doc, func(n *html.Node) {
		if n.Data == "input" && has(n, "checked") || n.Data == "option" && has(n, "selected") && attr(n, "value") != "" {
			w.t.Errorf("%s: %s=%s stands chosen before anybody chose", w.path, attr(n, "name"), attr(n, "value"))
		}
	})
}

// A shortWalk is what a worker fills in on the way of somebody whose answers they agree with; each part can be left open.
type shortWalk struct {
	contact, findings, impact, record, draft url.Values
	refused                                  bool // the page of the impact is itself refused
}

func agreeing(s *site) shortWalk {
	w := shortWalk{
		contact: url.Values{"on-day": {"21"}, "on-month": {"11"}, "on-year": {"2026"}, "how": {"visit"}, "seen_alone": {"yes"}, "advocate": {"not_needed"}},
		findings: url.Values{
			"nutrition-conclusion": {"unable"}, "nutrition-sources": {"told", "seen"}, "nutrition-reason": {"She burns her food; I saw the pans."}, "nutrition-period": {"Since the spring"},
			"hygiene-conclusion": {"unable"}, "hygiene-sources": {"told"}, "hygiene-reason": {"Washing hurts her every day, she says."},
		},
		impact: url.Values{"significant": {"yes"}, "significant_reason": {"She has lost a stone since May."}, "cause": {"yes"}, "cause_reason": {"Arthritis in both hands."}},
		record: url.Values{
			"checks": {"gaps", "all_needs", "wishes", "others", "consistent", "condition", "evidence"}, "decision": {"eligible"},
			"decision_reason": {"Two outcomes, and a great effect on her health."}, "wants": {"yes"}, "residence": {"here"},
			"next_steps": {"A support plan, with her, next week."}, "strengths": {"She knows her neighbours well."}, "carers": {"no"},
		},
		draft: url.Values{"draft_how": {"read"}},
	}
	for _, id := range s.outcomes() {
		if id != "nutrition" && id != "hygiene" {
			w.findings[id+"-conclusion"], w.findings[id+"-sources"] = []string{"able"}, []string{"told"}
		}
	}
	for _, area := range []string{"dignity", "health", "protection", "control", "activity", "social", "family", "home", "contribution"} {
		w.impact.Set("area-"+area, "some")
	}
	return w
}

// walks goes from the queue to the record, by what the pages offer.
func (s *site) walks(t *testing.T, b *browser, name string, given shortWalk) *screenWalk {
	t.Helper()
	b.t, s.t = t, t
	ref := s.sends("ashdale", map[string][]string{"name": {name}})
	w := &screenWalk{browser: b, home: "/staff/case/" + ref, typed: map[string]string{}, asked: map[string]string{}}
	w.get("/staff?who=nobody")
	w.reads("/staff")
	w.follows(name, "case")
	w.nothingChosen()
	if given.contact != nil {
		w.sends("/contact", given.contact, "do=on", "case/answers")
	} else {
		w.follows("Answers and law", "case/answers")
	}
	w.nothingChosen()
	w.sends("/answers", given.findings, "do=on", "case/impact")
	w.nothingChosen()
	if given.refused {
		w.press("/impact", given.impact).answers(http.StatusUnprocessableEntity)
		w.get(w.home + "/record")
		w.reads("case/record")
	} else {
		w.sends("/impact", given.impact, "do=on", "case/record")
	}
	w.nothingChosen()
	w.sends("/record", given.record, "", "case/record")
	if given.draft != nil && find(w.doc, func(n *html.Node) bool { return n.Data == "form" && strings.HasSuffix(attr(n, "action"), "/draft") }) != nil {
		w.sends("/draft", given.draft, "", "case/record")
	}
	return w
}

// TestQueueToSignedLetterInEightScreens: a worker who agrees goes from the queue to the letter over at most eight pages,
// without JavaScript, by the pages' own links and buttons. No fact is asked for twice and none typed twice, nothing is chosen
// for them, and what they typed on one page reaches the letter.
func TestQueueToSignedLetterInEightScreens(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	given := agreeing(s)
	w := s.walks(t, b, "Wanda Walker", given)
	w.sends("/sign", url.Values{"confirm": {"yes"}}, "", "case/signed")
	w.says("Record signed", "21 November 2026", "She burns her food; I saw the pans.", "Arthritis in both hands.")
	w.follows("Make the letter", "case/letter")
	w.says("Two outcomes, and a great effect on her health.", "She burns her food; I saw the pans.", "A support plan, with her, next week.")
	if len(w.screens) > mostScreens {
		t.Errorf("%d screens from the queue to the letter, want %d at most: %v", len(w.screens), mostScreens, w.screens)
	}
	if w.views > mostScreens+1 { // the record comes up again when it was saved, and when the person was told
		t.Errorf("a page came up %d times", w.views)
	}
	t.Logf("%d screens (%s); a page came up %d times; %d fields filled in", len(w.screens), strings.Join(w.screens, ", "), w.views, len(w.asked))
}

// TestOneBlockerLeftOpenCannotSign walks the same way with one thing left out each time. The record says what is missing with a
// link to its place, offers no button to sign, and a form that is posted all the same signs nothing.
func TestOneBlockerLeftOpenCannotSign(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	without := func(v url.Values, names ...string) {
		for _, name := range names {
			delete(v, name)
		}
	}
	type left struct {
		what, says, field string
		leave             func(*shortWalk)
	}
	cases := []left{
		{"contact", "contact", "#contact", func(w *shortWalk) { w.contact = nil }},
		{"an area", "area", "/impact#area-dignity", func(w *shortWalk) { without(w.impact, "area-dignity") }},
		{"the effect", "effect", "/impact#significant", func(w *shortWalk) { without(w.impact, "significant", "significant_reason") }},
		{"the reason of the effect", "effect", "/impact#significant", func(w *shortWalk) { without(w.impact, "significant_reason"); w.refused = true }},
		{"the cause", "", "/impact#cause", func(w *shortWalk) { without(w.impact, "cause", "cause_reason") }},
		{"the reason of the cause", "", "/impact#cause", func(w *shortWalk) { without(w.impact, "cause_reason"); w.refused = true }},
		{"the decision", "decision", "/record#decision", func(w *shortWalk) { without(w.record, "decision") }},
		{"the reasons of the decision", "reasons", "/record#decision_reason", func(w *shortWalk) { without(w.record, "decision_reason") }},
		{"the next steps", "", "/record#next_steps", func(w *shortWalk) { without(w.record, "next_steps") }},
		{"what they want", "wants", "/record#wants", func(w *shortWalk) { without(w.record, "wants") }},
		{"where they live", "resident", "/record#residence", func(w *shortWalk) { without(w.record, "residence") }},
		{"strengths", "", "/record#strengths", func(w *shortWalk) { without(w.record, "strengths") }},
		{"carers", "", "/record#carers", func(w *shortWalk) { without(w.record, "carers") }},
		{"the draft to the person", "Tell the person", "/record#draft", func(w *shortWalk) { w.draft = nil }},
		{"a decision against the findings", "", "/record#decision", func(w *shortWalk) { w.impact.Set("significant", "no") }},
	}
	for _, id := range s.outcomes() {
		cases = append(cases, left{"the finding on " + id, "make a finding", "/answers#finding-" + id, func(w *shortWalk) {
			without(w.findings, id+"-conclusion", id+"-sources", id+"-reason", id+"-period")
		}})
	}
	for _, check := range agreeing(s).record["checks"] {
		cases = append(cases, left{"the check " + check, "", "/record#checks-" + check, func(w *shortWalk) {
			w.record["checks"] = slices.DeleteFunc(slices.Clone(w.record["checks"]), func(c string) bool { return c == check })
		}})
	}
	for n, c := range cases {
		if n%20 == 19 { // a page of the queue has so many lines
			s = newSite(t, false)
			b = s.invite("ashdale", "Sam Example", care.RolePractitioner)
		}
		t.Run(c.what, func(t *testing.T) {
			given := agreeing(s)
			c.leave(&given)
			w := s.walks(t, b, "Wanda "+string(rune('A'+n/26))+string(rune('a'+n%26)), given)
			w.says("Before you can sign", c.says)
			link := find(w.doc, func(n *html.Node) bool { return n.Data == "a" && attr(n, "href") == w.home+c.field })
			if link == nil {
				t.Fatalf("nothing leads to %s", c.field)
			}
			w.get(attr(link, "href")).answers(http.StatusOK)
			_, id, _ := strings.Cut(c.field, "#")
			if find(w.doc, func(n *html.Node) bool { return attr(n, "id") == id }) == nil {
				t.Errorf("%s leads nowhere", c.field)
			}
			w.refusesToSign(w.home, c.says)
		})
	}
}

// resend is press with what stands chosen on the page, as a browser sends it.
func (b *browser) resend(end string, values url.Values) *browser {
	b.t.Helper()
	sent := url.Values{}
	each(b.doc, func(n *html.Node) {
		if n.Data == "input" && has(n, "checked") {
			sent.Add(attr(n, "name"), attr(n, "value"))
		}
	})
	for name, given := range values {
		sent[name] = given
	}
	return b.press(end, sent)
}

// TestARowThatIsWrongHoldsUpNoOther: all rows are saved by one button, or by that of any row. A row with something missing
// comes back as it was typed, the others are saved; and where a colleague was quicker, both versions are shown.
func TestARowThatIsWrongHoldsUpNoOther(t *testing.T) {
	s := newSite(t, false)
	b, other := s.invite("ashdale", "Sam Example", care.RolePractitioner), s.invite("ashdale", "Ola Example", care.RolePractitioner)
	home := "/staff/case/" + s.sends("ashdale", nil)
	other.get(home + "/answers")
	b.get(home+"/answers").press("/answers", url.Values{
		"hygiene-conclusion": {"unable"}, "hygiene-sources": {"told"}, "hygiene-reason": {"Washing hurts her every day."},
		"nutrition-conclusion": {"able"}, "nutrition-reason": {"No"}, "home_upkeep-reason": {"Ask about the stairs."},
	}).answers(http.StatusUnprocessableEntity)
	b.says("Eating and drinking: Say why you differ, in 10 characters or more", "Ask about the stairs.", "Saved 10:4")
	if strings.Contains(text(find(b.doc, func(n *html.Node) bool { return strings.Contains(attr(n, "class"), "govuk-error-summary") })), "Keeping clean") {
		t.Error("the row that was right is told as wrong")
	}
	f := s.opened(strings.TrimPrefix(home, "/staff/case/"))
	if f.Findings["hygiene"].Conclusion != care.ConcludesUnable || f.Findings["nutrition"].Conclusion != "" {
		t.Errorf("what is saved: %v", f.Findings)
	}
	b.resend("/answers", url.Values{
		"nutrition-conclusion": {"able"}, "nutrition-reason": {"She cooked for me; the pans are new."}, "nutrition-sources": {"seen"}, "nutrition-period": {"This month"},
		"home_upkeep-conclusion": {"need_more"}, "do": {"nutrition"},
	}).answers(http.StatusOK)
	if !strings.HasSuffix(b.path, "/answers#finding-nutrition") {
		t.Errorf("the row's own button leads to %s", b.path)
	}

	// Ola's page is older than both; she changes one row of those.
	other.resend("/answers", url.Values{"hygiene-conclusion": {"able"}, "hygiene-sources": {"seen"}, "hygiene-reason": {"She washes alone on most days."}}).answers(http.StatusConflict)
	other.says("Washing hurts her every day.", "She washes alone on most days.", "Keep this one", "Save mine in its place")
	if strings.Contains(text(other.doc), "the pans are new") {
		t.Error("a row that she did not touch is told as a conflict")
	}
	other.press("/answers", nil).answers(http.StatusOK)
	f = s.opened(strings.TrimPrefix(home, "/staff/case/"))
	if f.Findings["hygiene"].Reason != "She washes alone on most days." || f.Findings["nutrition"].ByName != "Sam Example" {
		t.Errorf("after the choice: %+v", f.Findings)
	}
	b.get(home+"/answers").resend("/answers", url.Values{"do": {"on"}}).answers(http.StatusOK)
	if g := s.opened(strings.TrimPrefix(home, "/staff/case/")); g.Findings["hygiene"].Version != f.Findings["hygiene"].Version {
		t.Error("saving without a change writes the rows anew")
	}
	b.post(home+"/answers", url.Values{"wellbeing-reason": {"x"}}).answers(http.StatusBadRequest)
}

// TestAllRowsAreKeptWhenTheSessionRanOut: what was typed on the page of the answers can be saved after signing in again.
func TestAllRowsAreKeptWhenTheSessionRanOut(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Sam Example", care.RolePractitioner)
	ref := s.sends("ashdale", nil)
	b.get("/staff/case/" + ref + "/answers").answers(http.StatusOK)
	s.now = s.now.Add(16 * time.Minute)
	b.resend("/answers", url.Values{"hygiene-conclusion": {"unable"}, "hygiene-sources": {"told"}, "hygiene-reason": {"Washing hurts her every day."}}).answers(http.StatusForbidden)
	b.typedAgain("sam.example@example.com").says("Save what you typed?", "Washing hurts her every day.")
	b.submit(nil).answers(http.StatusOK)
	if f := s.opened(ref); f.Findings["hygiene"].Reason != "Washing hurts her every day." {
		t.Errorf("after signing in again the finding is %+v", f.Findings["hygiene"])
	}
}
