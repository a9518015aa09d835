package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/eligibility"
	"threshold/static"
)

func class(n *htmlNode, name string) bool {
	return slices.Contains(strings.Fields(attr(n, "class")), name)
}

// asked are the questions of a printed form, each with the words of its boxes, in order.
func (b *browser) asked() (questions []string, boxes map[string][]string) {
	boxes = map[string][]string{}
	each(b.doc, func(n *htmlNode) {
		if !class(n, "app-ask") {
			return
		}
		question := ""
		each(n, func(e *htmlNode) {
			switch {
			case class(e, "app-ask__text"):
				question = strings.TrimSpace(strings.TrimLeft(text(e), "0123456789 "))
				questions = append(questions, question)
			case class(e, "app-ask__box"):
				boxes[question] = append(boxes[question], text(e))
			}
		})
	})
	return questions, boxes
}

// TestPaperAsksWhatTheScreenAsks: each printed form has every question that somebody who chose so may be asked, with
// every option, and not one of the private questions.
func TestPaperAsksWhatTheScreenAsks(t *testing.T) {
	s := newSite(t, false)
	if b := s.browser().get("/ashdale"); !strings.Contains(b.body, `href="/ashdale/paper"`) {
		t.Error("the first page does not lead to the forms to print")
	}
	for _, form := range []struct {
		name, first string
		kind        care.CaseKind
		has, not    []string
	}{
		{"self", "self", care.KindAdultNeeds, []string{"What shall we call you?"}, []string{"Who are you to them?", "Who is this about?"}},
		{"helper", "someone", care.KindAdultNeeds, []string{"Who are you to them?", "How do you know this?"}, []string{"What shall we call you?"}},
		{"carer", "carer", care.KindCarer, []string{"Would someone step in if you were ill?"}, []string{"Who are you to them?"}},
		{"young", "under_18", care.KindAdultNeeds, []string{"Who is this about?", "Would it help you to plan this now?"}, []string{"Who are you to them?"}},
	} {
		b := s.browser().get("/ashdale/paper").get("/ashdale/paper/" + form.name).answers(http.StatusOK)
		questions, boxes := b.asked()
		page := text(b.doc)
		rs, err := s.library.ToStart(string(form.kind), s.now)
		if err != nil {
			t.Fatal(err)
		}
		var chosen care.Answers
		chosen.Set("for", form.first)
		w := eligibility.Words{"council": "Ashdale Council", "phone": "020 7946 0101", "phone_24h": "020 7946 0102"}
		printed := 0
		for _, p := range rs.Paper(chosen, w) {
			for _, q := range p.Questions {
				if !strings.HasSuffix(q.ID, ".text") {
					printed++
				}
				if !strings.Contains(page, strings.Join(strings.Fields(q.Text), " ")) {
					t.Errorf("%s: %s is not asked", form.name, q.ID)
				}
				for _, o := range q.Options {
					if q.Kind != care.KindSelect && !slices.ContainsFunc(boxes[q.Text], func(b string) bool { return strings.Contains(b, o.Label) }) {
						t.Errorf("%s: %s has no box for %s", form.name, q.ID, o.ID)
					}
				}
			}
		}
		if len(questions) != printed+1 || printed < 60 { // one more: who it is for
			t.Errorf("%s: %d questions are printed of %d", form.name, len(questions), printed+1)
		}
		for _, want := range append(form.has, "Call Ashdale Council on 020 7946 0101", "Do not wait for the post") {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the form does not say %q", form.name, want)
			}
		}
		for _, not := range form.not {
			if slices.Contains(questions, not) {
				t.Errorf("%s: the form asks %q", form.name, not)
			}
		}
		for _, q := range writeOnly(s, form.kind) {
			for _, not := range labels(q) {
				if strings.Contains(page, not) {
					t.Errorf("%s: the form tells of the private question %s: %q", form.name, q.ID, not)
				}
			}
			if q.ID != "safety" && q.ID != "worry" && slices.Contains(questions, q.Text) { // these share their words with others
				t.Errorf("%s: the form asks the private question %s", form.name, q.ID)
			}
		}
		if size := b.served("/ashdale/paper/" + form.name); size > paperBudget {
			t.Errorf("%s takes %d bytes", form.name, size)
		}
	}
	s.browser().get("/ashdale/paper/nobody").answers(http.StatusNotFound)
}

var pointer = regexp.MustCompile(`(\d+)([a-z])|go to question (\d+)`)

// TestPaperPointsForwardAndBack: every code on a form names an answer that was printed before, and every "go to question"
// one that comes later, so that nobody is sent in a circle or to nothing.
func TestPaperPointsForwardAndBack(t *testing.T) {
	s := newSite(t, false)
	for _, form := range []string{"self", "helper", "carer", "young"} {
		b := s.browser().get("/ashdale/paper/" + form).answers(http.StatusOK)
		at, pointers := 0, 0
		letters := map[int]int{} // by question, how many boxes it has
		each(b.doc, func(n *htmlNode) {
			switch {
			case class(n, "app-ask__number"):
				number, err := strconv.Atoi(text(n))
				if err != nil || number != at+1 {
					t.Errorf("%s: after question %d comes %q", form, at, text(n))
				}
				at = number
			case class(n, "app-ask__code"):
				letters[at]++
			case class(n, "app-skip"), class(n, "app-ask__if"), class(n, "app-sheet"):
				for _, m := range pointer.FindAllStringSubmatch(text(n), -1) {
					pointers++
					if m[3] != "" {
						if to, _ := strconv.Atoi(m[3]); to <= at {
							t.Errorf("%s: after question %d it says %q", form, at, text(n))
						}
						continue
					}
					number, _ := strconv.Atoi(m[1])
					if i := int(m[2][0]-'a') + 1; number > at || i > letters[number] {
						t.Errorf("%s: after question %d %q names %s, which has %d boxes", form, at, text(n), m[0], letters[number])
					}
				}
			}
		})
		if pointers < 30 {
			t.Errorf("%s: only %d lines say who goes on where", form, pointers)
		}
	}
}

// TestPaperIsReadEasily: the same form in Easy Read, when this browser reads so.
func TestPaperIsReadEasily(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/reading").submit(url.Values{"way": {"en-easy"}})
	b.get("/ashdale/paper/self").answers(http.StatusOK).says("You can leave things out. Someone you trust can help you.")
	if find(b.doc, func(n *htmlNode) bool { return class(n, "app-drawing") }) == nil {
		t.Error("the Easy Read form has no drawing")
	}
}

// printed prints the page a browser is on in Chromium and returns how many sides of A4 it takes.
func (b *browser) printed() int {
	b.t.Helper()
	chromium := ""
	for _, name := range []string{os.Getenv("CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); name != "" && err == nil {
			chromium = path
			break
		}
	}
	if why := map[bool]string{chromium == "": "Chromium is not installed", static.Empty(): "the style sheets are not built (make assets)"}[true]; why != "" {
		if os.Getenv("CI") == "true" {
			b.t.Fatal(why)
		}
		b.t.Skip("left out: the length of the printed page, because " + why)
	}
	page := b.body
	to, err := url.Parse(b.site.server.URL)
	if err != nil {
		b.t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			proxy.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	}))
	defer server.Close()
	file := filepath.Join(b.t.TempDir(), "page.pdf")
	out, err := exec.CommandContext(b.t.Context(), chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
		"--user-data-dir="+b.t.TempDir(), "--print-to-pdf="+file, server.URL+"/").CombinedOutput()
	if err != nil {
		b.t.Fatalf("printing: %v\n%s", err, out)
	}
	pdf, err := os.ReadFile(file)
	if err != nil {
		b.t.Fatal(err)
	}
	return len(regexp.MustCompile(`/Type ?/Page\b`).FindAll(pdf, -1))
}

// brought is a browser with a form that has these answers.
func (s *site) brought(answers map[string][]string) *browser {
	s.t.Helper()
	file := copyHead
	for id, values := range answers {
		for _, v := range values {
			file += keptSpan(id, v)
		}
	}
	b := s.browser().upload("/ashdale/bring", "my-form.html", []byte(file), nil)
	if b.page() != "bring/taken" || strings.Contains(b.body, "What we left out") {
		s.t.Fatalf("the answers were not taken: %s", text(b.doc))
	}
	return b
}

// TestAboutMe: one side of paper for a stranger, with what helps them treat somebody well and nothing that is private or
// says where it comes from.
func TestAboutMe(t *testing.T) {
	s := newSite(t, false)
	answers := map[string][]string{
		"for": {"self"}, "language": {"Gujarati, and some English"}, "interpreter": {"yes"}, "ways_to_talk": {"time", "quiet", "loop"}, "format": {"audio"},
		"difficulties": {"retain", "communicate"}, "trusted": {"yes"}, "trusted.yes.text": {"My sister Ann"}, "condition": {"physical", "hearing", "memory"},
		"daily": {"nutrition", "hygiene", "home_safety"}, "nutrition.limbs": {"assistance"}, "nutrition.words": {"Cold soup from the tin."},
		"matters":   {"A cup of tea before anybody talks to me. My garden, and the birds in it. Being asked first, and not being hurried."},
		"goes_well": {"Ann rings each evening. The cat sleeps on my bed. I can still cook if somebody sits with me and reads the recipe out."},
		"who_i_am":  {"I eat no meat. I pray at dawn. I would like a woman to help me wash."}, "may_talk_to": {"My sister Ann Example, and my GP."},
		"name": {"Edie Example"}, "call_me": {"Edie"}, "born": {"1944-03-07"}, "living": {"home"}, "address": {"1 Sample Street"}, "phone": {"07700 900 982"}, "ways": {"call"},
	}
	b := s.brought(answers)
	b.get("/ashdale/about-me").answers(http.StatusOK)
	b.says("About me", "Edie", "7 March 1944", "Gujarati, and some English", "A quiet place", "My sister Ann", "Being asked first", "I pray at dawn", "Eating and drinking")
	for _, not := range []string{"1 Sample Street", "07700", "Cold soup"} {
		if strings.Contains(b.body, not) {
			t.Errorf("the page tells %q", not)
		}
	}
	if n := b.printed(); n != 1 {
		t.Errorf("an ordinary page about somebody takes %d sides", n)
	}
	// Nothing told yet: the bare sheet, to write on.
	bare := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	if bare.get("/ashdale/about-me").answers(http.StatusOK); !strings.Contains(bare.body, "app-rule") {
		t.Error("the bare sheet has no line to write on")
	}
	// Somebody else's words are about that person.
	helper := s.brought(map[string][]string{"for": {"someone"}, "they_call": {"Edie"}, "knows": {"yes_agree"}, "matters": {"Her garden."}})
	helper.get("/ashdale/about-me").answers(http.StatusOK).says("About Edie", "Her garden.")
	if b := s.browser().get("/ashdale/about-me"); b.page() == "about-me" {
		t.Error("the page opens without a form")
	}
}

// TestEmergencyPlan: one side of paper for whoever steps in for a carer.
func TestEmergencyPlan(t *testing.T) {
	s := newSite(t, false)
	answers := map[string][]string{
		"for": {"carer"}, "they_call": {"Sam"}, "their_age": {"adult"}, "own_age": {"adult"}, "willing": {"no"}, "emergency": {"someone"},
		"emergency_who": {"Pat Example, our neighbour at number 4"}, "emergency_phone": {"020 7946 0155"},
		"emergency_know":  {"Pills at 8 and 8, in the blue box. Soft food only. Sam walks with the frame, one person beside. Loud noise frightens Sam. The radio helps."},
		"emergency_where": {"Keys on the hook by the door. Care plan in the kitchen drawer."}, "name": {"Jo Example"}, "ways": {"call"}, "phone": {"07700 900 982"},
	}
	b := s.brought(answers)
	if b.get("/ashdale/copy"); !strings.Contains(b.body, `href="/ashdale/plan"`) {
		t.Error("the copy does not lead to the plan")
	}
	b.get("/ashdale/plan").answers(http.StatusOK)
	b.says("Emergency plan", "This is about Sam", "Pat Example", "020 7946 0155", "in the blue box", "Keys on the hook", "Jo Example 07700 900 982", "020 7946 0102")
	if strings.Contains(b.body, "want to go on") {
		t.Error("the plan tells if the carer is willing")
	}
	if n := b.printed(); n != 1 {
		t.Errorf("the plan takes %d sides", n)
	}
	nobody := s.brought(map[string][]string{"for": {"carer"}, "they_call": {"Sam"}, "emergency": {"nobody"}})
	nobody.get("/ashdale/plan").answers(http.StatusOK).says("You told us no one would step in")
	if n := nobody.printed(); n != 1 || !strings.Contains(nobody.body, "app-rule") {
		t.Errorf("a bare plan takes %d sides, with lines to write on: %t", n, strings.Contains(nobody.body, "app-rule"))
	}
	adult := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}})
	adult.get("/ashdale/plan").answers(http.StatusNotFound)
	if strings.Contains(adult.get("/ashdale/copy").body, "/ashdale/plan") {
		t.Error("somebody who is no carer is offered a plan")
	}
}

// TestPaperPrints: no page of a form is lost to a heading alone, and the whole is not longer than people will print.
func TestPaperPrints(t *testing.T) {
	s := newSite(t, false)
	b := s.browser().get("/ashdale/paper/self").answers(http.StatusOK)
	if n := b.printed(); n < 10 || n > 45 {
		t.Errorf("the form takes %d sides", n)
	} else {
		t.Logf("the form takes %d sides", n)
	}
	if _, err := html.Parse(strings.NewReader(b.body)); err != nil {
		t.Error(err)
	}
}
