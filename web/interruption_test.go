package web_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// interruptions is how many of them TestInterruptions makes in all.
const interruptions = 1000

// A filler is somebody who fills in a form while everything goes wrong, and what the model says of them: the last answer
// to every question that was acknowledged.
type filler struct {
	*browser
	name  string // stands in every word they type, and nobody else's
	words int
	model map[string][]string
	id    string // of the draft
	sent  string // reference
	code  string
	ref   string
	log   []string // what was done and answered, for whoever has to find a failure
}

// TestInterruptions: people fill in forms side by side while the process that serves is killed under their hands (SIGKILL,
// with buttons being pressed) and started again on the same database, Back is pressed, a second tab saves the same page,
// another device goes on, a button is pressed twice and half an hour goes by. Nothing acknowledged is lost, nothing is there
// twice, what a kill left without an answer is stored whole or not at all, and nobody sees a word of anybody else's.
func TestInterruptions(t *testing.T) {
	s := newSite(t, false)
	served := s.apart()
	r := rand.New(rand.NewPCG(20261123, 3))
	var all []*filler
	for i := range 10 {
		all = append(all, s.filler(i))
	}
	counts := map[string]int{}
	made := 0
	for made < interruptions {
		p := all[r.IntN(len(all))]
		if p.sent != "" { // another person sits down at the same browser
			i := slices.Index(all, p)
			p.compare()
			cookies := p.cookies
			p = s.filler(len(all) + made)
			p.cookies = cookies
			p.post("/ashdale/finish", url.Values{})
			all[i] = p
		}
		kinds := []string{"back", "second tab", "other device", "double submit", "idle", "leave and come back"}
		interrupted := []*filler{p}
		kind := "kill"
		if r.IntN(24) > 0 { // a kill interrupts four people at once
			kind = kinds[r.IntN(len(kinds))]
			p.interrupt(r, kind)
		} else {
			for _, other := range all {
				if other != p && other.id != "" && other.sent == "" && len(interrupted) < 4 {
					interrupted = append(interrupted, other)
				}
			}
			served.kill(interrupted, func(p *filler) (string, *pageForm, url.Values) { return p.ready(r) }, r.IntN(len(interrupted)+1))
		}
		counts[kind] += len(interrupted)
		made += len(interrupted)
		for _, p := range interrupted {
			p.answerNext(r, false)
			p.answerNext(r, r.IntN(3) == 0)
		}
	}
	for _, p := range all {
		for range 80 {
			if p.sent != "" {
				break
			}
			p.answerNext(r, false)
		}
		if p.sent == "" {
			t.Errorf("%s never came to the end", p.name)
		}
		p.compare()
	}
	queue := map[string]int{}
	page, err := s.service.Queue(t.Context(), care.Actor{Kind: care.ActorSystem, Council: "ashdale"}, care.QueueQuery{})
	for ; err == nil; page, err = s.service.Queue(t.Context(), care.Actor{Kind: care.ActorSystem, Council: "ashdale"}, care.QueueQuery{After: page.Next}) {
		for _, line := range page.Lines {
			queue[line.ID]++
			if queue[line.ID] > 1 {
				t.Errorf("%s is in the queue twice", line.Reference)
			}
		}
		if page.Next == "" {
			break
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d interruptions: %v; %d kills; %d forms sent; of the requests that a kill left without an answer %d were stored and %d were not",
		made, counts, served.kills, len(queue), served.unanswered.kept, served.unanswered.lost)
	if served.unanswered.kept+served.unanswered.lost < served.kills {
		t.Error("the process was hardly ever killed under anybody's hands")
	}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		if counts[kind] < interruptions/20 {
			t.Errorf("%s came only %d times", kind, counts[kind])
		}
	}
}

// A recorder notes which draft was made.
type recorder struct {
	casework.Store
	id string
}

func (r *recorder) CreateAssessment(ctx context.Context, a care.Assessment, evs ...care.Event) error {
	r.id = a.ID
	return r.Store.CreateAssessment(ctx, a, evs...)
}

func (s *site) filler(n int) *filler {
	s.t.Helper()
	return &filler{browser: s.browser(), name: fmt.Sprintf("qx%04dz", n), model: map[string][]string{}}
}

// says one page's answers and, when they were acknowledged, puts them into the model.
func (p *filler) say(page string, form *pageForm, v url.Values) {
	p.t.Helper()
	asked := p.questionsOf(page)
	p.post(form.action, v)
	p.mine()
	p.log = append(p.log, fmt.Sprintf("%s -> %d %s", form.action, p.status, p.path))
	if p.status != http.StatusOK && p.status != http.StatusUnprocessableEntity {
		return
	}
	p.noted(asked, v, p.draft())
	if p.confirmed() {
		p.sent = p.reference()
	}
}

// noted puts answers that are stored by all that is known into the model. A refused page keeps what is right of it, and
// shows the rest as it was typed.
func (p *filler) noted(asked []care.Question, v url.Values, d casework.Draft) {
	for _, q := range asked {
		if q.WriteOnly || q.Kind == care.KindDate || d.Answers.Typed(q.ID) != nil {
			continue
		}
		p.model[q.ID] = tidied(q, v[q.ID])
	}
}

// draft is what is stored.
func (p *filler) draft() casework.Draft {
	p.t.Helper()
	d, err := p.site.service.Draft(p.t.Context(), p.actor())
	if err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
	return d
}

// ready shows the page that comes next and fills it in: what pressing its button would send. The form is nil when there is
// nothing left to send.
func (p *filler) ready(r *rand.Rand) (page string, form *pageForm, v url.Values) {
	p.t.Helper()
	if p.id == "" {
		p.begin()
	}
	p.open(p.next())
	forms := p.forms()
	if p.page() == "sent" || len(forms) == 0 {
		return "", nil, nil
	}
	if p.page() == "result" {
		return "result", forms[0], forms[0].values()
	}
	form = forms[len(forms)-1]
	return strings.TrimPrefix(form.action, "/ashdale/"), form, p.fill(r, form, false)
}

func tidied(q care.Question, values []string) []string {
	var out []string
	for _, s := range values {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if full, ok := care.ParsePostcode(strings.Join(out, "")); ok && q.Kind == care.KindPostcode {
		return []string{full}
	}
	return out
}

func (p *filler) questionsOf(path string) []care.Question {
	p.t.Helper()
	if p.id == "" {
		return nil
	}
	d := p.draft()
	page, _ := d.Rules.Page(path, d.Answers, nil)
	return page.Questions
}

func (p *filler) actor() care.Actor {
	return care.Actor{Kind: care.ActorCitizen, ID: p.id, Council: "ashdale"}
}

// answerNext goes on from wherever the person is: the page that comes next is shown, filled in and sent.
func (p *filler) answerNext(r *rand.Rand, twice bool) {
	p.t.Helper()
	if p.sent != "" {
		return
	}
	if p.id == "" {
		p.begin()
	}
	p.open(p.next())
	if p.page() == "sent" {
		p.sent = p.reference()
		return
	}
	for try := 0; ; try++ {
		if try == 20 {
			p.t.Fatalf("%s: %s (%d) refuses everything:\n%s", p.name, p.path, p.status, p.body)
		}
		forms := p.forms()
		if len(forms) == 0 {
			p.t.Fatalf("%s: dead end at %s (%d); the last steps:\n%s", p.name, p.path, p.status, strings.Join(p.log[max(0, len(p.log)-8):], "\n"))
		}
		form := forms[len(forms)-1]
		page := strings.TrimPrefix(form.action, "/ashdale/")
		v := p.fill(r, form, try > 0)
		if page == "result" {
			form = forms[0]
			v = form.values()
		}
		p.say(page, form, v)
		if twice && p.status == http.StatusOK && p.sent == "" {
			p.say(page, form, v) // the same bytes again
		}
		if p.status == http.StatusOK {
			return
		}
		if p.status != http.StatusUnprocessableEntity && p.status != http.StatusConflict {
			p.t.Fatalf("%s: %s answered %d", p.name, p.path, p.status)
		}
	}
}

func (p *filler) begin() {
	p.t.Helper()
	p.get("/ashdale/for")
	p.submit(url.Values{"for": {"self"}})
	if p.status != http.StatusOK {
		p.t.Fatalf("%s: beginning answered %d", p.name, p.status)
	}
	p.id = p.draftID()
	if p.id == "" {
		p.t.Fatalf("%s: no draft was made", p.name)
	}
	p.model["for"] = []string{"self"}
}

// next is the page the rules say comes next.
func (p *filler) next() string {
	p.t.Helper()
	d := p.draft()
	return d.Rules.NextUnvisited(d.Answers)
}

// open shows a page, and carries on first when the view was locked meanwhile.
func (p *filler) open(path string) {
	p.t.Helper()
	for range 2 {
		p.get("/ashdale/" + path)
		p.mine()
		forms := p.forms()
		if len(forms) == 0 || !strings.HasSuffix(forms[0].action, "/carry-on") {
			return
		}
		p.submit(nil)
	}
}

// fill is what somebody might type, with their name in every word.
func (p *filler) fill(r *rand.Rand, form *pageForm, retry bool) url.Values {
	v := plausible(r, form, retry)
	for _, c := range form.controls {
		plain := !slices.ContainsFunc([]string{"-day", "-month", "-year", "postcode", "email", "phone"}, func(s string) bool { return strings.Contains(c.name, s) })
		if c.kind == "text" && plain && v.Get(c.name) != "" && !slices.Contains([]string{"seen", "do", "change", "once"}, c.name) {
			p.words++
			v.Set(c.name, fmt.Sprintf("%s %d", p.name, p.words))
		}
	}
	return v
}

// mine fails when a page shows a word of somebody else's.
func (p *filler) mine() {
	p.t.Helper()
	for i := 0; ; {
		k := strings.Index(p.body[i:], "qx")
		if k < 0 {
			return
		}
		i += k
		if word := p.body[i:min(i+len(p.name), len(p.body))]; len(word) == len(p.name) && strings.HasSuffix(word, "z") && word != p.name {
			p.t.Fatalf("%s sees %s on %s", p.name, word, p.path)
		}
		i += 2
	}
}

func (p *filler) interrupt(r *rand.Rand, kind string) {
	p.t.Helper()
	if p.id == "" {
		p.begin()
	}
	p.log = append(p.log, kind)
	switch kind {
	case "back": // an earlier page is opened again and answered otherwise
		d := p.draft()
		var been []string
		for _, path := range d.Rules.Path(d.Answers) {
			if d.Answers.Visited(path) && path != "for" && path != "result" {
				been = append(been, path)
			}
		}
		if len(been) > 0 {
			p.revisit(r, been[r.IntN(len(been))])
		}
	case "second tab": // both tabs show the same page; the second save must not pass in silence
		p.open(p.next())
		forms := p.forms()
		if page := p.page(); len(forms) > 0 && page != "result" && page != "check" {
			form := forms[len(forms)-1]
			first, second := p.fill(r, form, true), p.fill(r, form, true)
			p.say(page, form, first)
			p.say(page, form, second)
			if p.status == http.StatusConflict { // pressing again keeps what is typed here
				again := p.forms()
				last := again[len(again)-1]
				v := last.values()
				for name, values := range second {
					if name != "seen" {
						v[name] = values
					}
				}
				p.say(page, last, v)
			}
		}
	case "other device":
		if p.code == "" {
			p.open("save")
			p.submit(url.Values{"own": {"shared"}})
			p.ref, p.code = p.shownCode()
		}
		p.comeBack()
	case "double submit":
		p.answerNext(r, true)
	case "idle":
		p.site.later(31 * time.Minute)
		p.get("/ashdale/" + p.next())
		if p.sent == "" && strings.Contains(p.body, p.name) {
			p.t.Fatalf("%s: a locked view shows what was typed", p.name)
		}
		p.post("/ashdale/carry-on", url.Values{})
	case "leave and come back":
		if p.code == "" {
			return // without a code nobody can come back, and that is said on the page
		}
		p.post("/leave", url.Values{})
		p.comeBack()
	}
	p.compare()
}

// comeBack opens the form with its code in a new browser, and not sooner than codes may be tried again.
func (p *filler) comeBack() {
	p.t.Helper()
	p.site.later(2 * time.Minute)
	p.browser = p.site.browser()
	p.get("/ashdale/back").submit(url.Values{"reference": {p.ref}, "code": {p.code}})
	if p.status != http.StatusOK || !strings.HasPrefix(p.path, "/ashdale/") || p.page() == "back" {
		p.t.Fatalf("%s: coming back led to %s (%d)\n%s", p.name, p.path, p.status, text(p.doc))
	}
	p.mine()
}

func (p *filler) revisit(r *rand.Rand, path string) {
	p.t.Helper()
	p.open(path)
	forms := p.forms()
	if p.status != http.StatusOK || p.page() != path || len(forms) == 0 {
		return // an aside, or a page that the answers no longer lead to
	}
	form := forms[len(forms)-1]
	p.say(path, form, p.fill(r, form, false))
}

// shownCode reads reference and code off the page that shows them once.
func (p *filler) shownCode() (reference, code string) {
	p.t.Helper()
	var shown []string
	each(p.doc, func(n *htmlNode) {
		if n.Data == "dd" {
			shown = append(shown, text(n))
		}
	})
	if len(shown) < 2 {
		p.t.Fatalf("%s: no reference and code on %s (%d): %v\n%s", p.name, p.path, p.status, shown, text(p.doc))
	}
	return shown[0], shown[1]
}

// compare holds what is stored against the model.
func (p *filler) compare() {
	p.t.Helper()
	if p.id == "" {
		return
	}
	d := p.draft()
	for _, q := range slices.Sorted(maps.Keys(p.model)) {
		if got, want := d.Answers.Get(q), p.model[q]; !slices.Equal(got, want) && d.Answers.Typed(q) == nil {
			p.t.Fatalf("%s: %s is stored as %q, was acknowledged as %q; the last steps:\n%s", p.name, q, got, want, strings.Join(p.log[max(0, len(p.log)-8):], "\n"))
		}
	}
}
