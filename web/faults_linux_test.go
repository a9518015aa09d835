package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/faultfs"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
)

// The service on a disk that is full, has turned read-only, or fails at any one write or sync. The disk is a file system in
// memory that a process of its own serves (see faultfs).

func init() { faultfs.ServeIfAsked() } // and not TestMain, which other systems have too

// A faulty site stands on such a disk.
type faulty struct {
	*site
	disk *faultfs.Child
	seed uint64
}

func newFaulty(t *testing.T) *faulty {
	t.Helper()
	library, err := loadRules()
	if err != nil {
		t.Fatal(err)
	}
	f := &faulty{seed: uint64(time.Now().UnixNano())}
	if f.disk, err = faultfs.Start(t.TempDir(), f.seed); err != nil {
		t.Fatal(err)
	}
	f.site = &site{
		t: t, db: f.disk.Dir() + "/threshold.db", now: time.Date(2026, 11, 22, 10, 42, 0, 0, time.UTC), log: &strings.Builder{},
		ring: keys.Generate(), library: library,
	}
	f.serve()
	t.Cleanup(func() {
		f.set(faultfs.Plan{})
		f.server.Close()
		if err := f.store.Close(); err != nil {
			t.Error(err)
		}
		if err := f.disk.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("the seed was %d", f.seed)
		}
	})
	council := care.Council{
		Slug: "ashdale", Name: "Ashdale Council", Phone: "020 7946 0101", Phone24h: "020 7946 0102",
		LeaveURL: "https://www.example.com/weather", ReadDays: 10, CreatedAt: f.now,
	}
	if err := f.store.PutCouncil(t.Context(), council, care.Event{Verb: "council.added", Actor: care.ActorSystem, At: f.now}); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *faulty) set(p faultfs.Plan) (steps int64) {
	f.t.Helper()
	steps, err := f.disk.Set(p)
	if err != nil {
		f.t.Fatal(err)
	}
	return steps
}

// powerCut cuts the power, keeps nothing that was not synced, and starts the service on what is left.
func (f *faulty) powerCut() {
	f.t.Helper()
	if err := f.disk.Cut(); err != nil {
		f.t.Fatal(err)
	}
	f.server.Close()
	_ = f.store.Close() // without a disk it cannot
	dir, err := f.disk.Survive(faultfs.Dropped, f.seed)
	if err != nil {
		f.t.Fatal(err)
	}
	f.db = dir + "/threshold.db"
	f.serve()
	trail, err := sqlite.VerifyTrail(f.t.Context(), f.db)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, r := range trail {
		if r.Broken != "" {
			f.t.Fatalf("the trail of %s: %s", r.Council, r.Broken)
		}
	}
}

// A faultyWalk is one person's journey to its end.
type faultyWalk struct {
	*browser
	faulty *faulty
	plant  string            // in all that is typed
	typed  map[string]string // what was typed and acknowledged, by field
	failed int               // posts that were answered with 503
	// before and after run round each post; nil for nothing.
	before, after func()
}

// says fills in a form: words in every box, and the first of what can be chosen but for these.
func (w *faultyWalk) says(f *pageForm) (v url.Values, typed map[string]string) {
	choices := map[string][]string{
		"for": {"self"}, "difficulties": {"retain", "weigh"}, "private": {"alone"}, "safety": {"no"}, "council_help": {"no"},
		"daily": {"nutrition"}, "living": {"alone"}, "hospital": {"no"}, "ways": {"call"}, "nutrition.limbs": {"assistance"},
	}
	v, typed = f.values(), map[string]string{}
	for _, c := range f.controls {
		switch {
		case c.kind == "hidden":
		case choices[c.name] != nil && slices.Contains(c.values, choices[c.name][0]):
			v[c.name] = choices[c.name]
		case c.kind == "radio" || c.kind == "checkbox":
			v.Set(c.name, c.values[len(c.values)-1])
		case strings.HasSuffix(c.name, "-day"), strings.HasSuffix(c.name, "-month"):
			v.Set(c.name, "7")
		case strings.HasSuffix(c.name, "-year"):
			v.Set(c.name, "1948")
		case c.name == "postcode":
			v.Set(c.name, "LS1 4AP")
		case c.name == "email":
			v.Set(c.name, "sam@example.com")
		case c.name == "phone":
			v.Set(c.name, "07700 900 982")
		default:
			typed[c.name] = w.plant + " said of " + c.name
			v.Set(c.name, typed[c.name])
		}
	}
	return v, typed
}

// walk answers every page and sends, pressing again whenever something could not be saved.
func (w *faultyWalk) walk() {
	t := w.t
	t.Helper()
	w.get("/ashdale/for").answers(http.StatusOK)
	for range 60 {
		if w.confirmed() {
			return
		}
		page := w.path
		forms := w.forms()
		if len(forms) == 0 {
			t.Fatalf("%s: dead end at %s (%d)", w.plant, page, w.status)
		}
		form := forms[len(forms)-1]
		if w.page() == "result" {
			form = forms[0]
		}
		v, typed := w.says(form)
		if w.before != nil {
			w.before()
		}
		w.post(form.action, v)
		if w.after != nil {
			w.after()
		}
		for try := 0; w.status == http.StatusServiceUnavailable; try++ {
			w.refused(page, typed)
			if try == 3 {
				t.Fatalf("%s: %s is never saved", w.plant, page)
			}
			if again := w.forms(); len(again) > 0 {
				again := again[0]
				pressed, _ := w.says(again) // private answers are given once more; words stand there already
				for name := range typed {
					if c := again.control(name); c != nil && c.value != "" {
						pressed.Set(name, c.value)
					}
				}
				w.post(again.action, pressed)
				continue
			}
			if w.get(page).answers(http.StatusOK); w.confirmed() || w.path != page {
				break // it was sent after all
			}
			again := w.forms()
			pressed, _ := w.says(again[len(again)-1])
			w.post(again[len(again)-1].action, pressed)
		}
		if w.status != http.StatusOK {
			t.Fatalf("%s: %s answered %d: %s", w.plant, page, w.status, text(w.doc))
		}
		for name, words := range typed {
			w.typed[name] = words
		}
	}
	t.Fatalf("%s: no end in sight at %s", w.plant, w.path)
}

// privateFields are typed and never shown again.
var privateFields = []string{"not_told"}

// refused looks at an answer of 503: it says so, and holds every word that was typed.
func (w *faultyWalk) refused(page string, typed map[string]string) {
	w.t.Helper()
	w.failed++
	if w.header.Get("Retry-After") == "" {
		w.t.Errorf("%s: 503 without Retry-After", page)
	}
	for name, words := range typed {
		if shown := strings.Contains(w.body, html.EscapeString(words)); shown == slices.Contains(privateFields, name) {
			w.t.Fatalf("%s: could not be saved; what was typed into %s is shown: %t\n%s", page, name, shown, text(w.doc))
		}
	}
}

// stored fails unless every acknowledged word is in the case that was sent.
func (w *faultyWalk) stored(reference string) {
	w.t.Helper()
	id := w.site.idOf(reference) // ends the test when there is none
	a, err := w.site.store.Assessment(w.t.Context(), "ashdale", id)
	if err != nil {
		w.t.Fatal(err)
	}
	for name, words := range w.typed {
		if got := a.Answers.One(name); got != words {
			w.t.Fatalf("%s: %s is %q, and %q was acknowledged", w.plant, name, got, words)
		}
	}
	events, err := w.site.store.Events(w.t.Context(), "ashdale", id)
	if err != nil {
		w.t.Fatal(err)
	}
	sent := 0
	for _, e := range events {
		if e.Verb == "assessment.sent" {
			sent++
		}
	}
	if sent != 1 {
		w.t.Fatalf("%s: sent once, and the trail tells of it %d times", w.plant, sent)
	}
}

func (f *faulty) walker(plant string) *faultyWalk {
	return &faultyWalk{browser: f.browser(), faulty: f, plant: plant, typed: map[string]string{}}
}

// TestFullOrReadOnlyDisk: at every step of a journey the disk is full, or has turned read-only. Saving says so and keeps the
// words; reading goes on; with room again it is saved, by the same process.
func TestFullOrReadOnlyDisk(t *testing.T) {
	for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EROFS} {
		t.Run(errno.Error(), func(t *testing.T) {
			f := newFaulty(t)
			w := f.walker("Sam")
			posts := 0
			w.before = func() { f.set(faultfs.Plan{FailAt: 1, Onwards: true, Errno: errno}) }
			w.after = func() {
				posts++
				was := *w.browser
				for _, path := range []string{"/", "/ashdale", "/ashdale/contact", "/guide", "/healthz"} {
					was.get(path).answers(http.StatusOK)
				}
				was.get("/readyz").answers(http.StatusServiceUnavailable)
				if len(was.cookies) > 0 && w.page() != "sent" {
					f.now = f.now.Add(2 * time.Minute) // a session in use is noted each minute: that it cannot be stops nobody
					was.get("/ashdale/for").answers(http.StatusOK)
				}
				f.set(faultfs.Plan{})
			}
			w.walk()
			reference := w.reference()
			w.stored(reference)
			w.browser.get("/readyz").answers(http.StatusOK)
			if w.failed < posts*3/4 {
				t.Errorf("%d of %d posts were refused: the disk was not full", w.failed, posts)
			}
			t.Logf("%d of %d posts could not be saved, and were a moment later", w.failed, posts)

			// A practitioner's words are kept as well.
			reference = strings.ReplaceAll(reference, "-", "")
			staff := f.invite("ashdale", "Sam Example", care.RolePractitioner)
			home := "/staff/case/" + reference
			staff.post(home+"/take", nil).answers(http.StatusOK)
			f.set(faultfs.Plan{FailAt: 1, Onwards: true, Errno: errno})
			const words = "She showed me how she reaches the shelf."
			staff.post(home+"/answers/nutrition", url.Values{
				"version": {"0"}, "conclusion": {"able"}, "sources": {"seen"}, "reason": {words}, "period": {"The last year"},
			}).answers(http.StatusServiceUnavailable)
			if !strings.Contains(staff.body, words) {
				t.Fatalf("a practitioner's words are gone:\n%s", text(staff.doc))
			}
			f.set(faultfs.Plan{})
			staff.submit(nil).answers(http.StatusOK)
			if staff.get(home + "/answers"); !strings.Contains(staff.body, words) {
				t.Errorf("a practitioner's words were not saved by pressing again:\n%s", text(staff.doc))
			}
		})
	}
}

// TestEveryWriteMayFail: in one journey after another the first, the second, … write or sync fails, until one runs through
// without. Every word that was acknowledged is there after a power cut that keeps nothing but what was synced.
func TestEveryWriteMayFail(t *testing.T) {
	f := newFaulty(t)
	every := int64(1)
	if testing.Short() {
		every = 17
	}
	const together = 8 // journeys before a power cut
	failed, k, last := 0, int64(1), false
	var sent []*faultyWalk
	var references []string
	for ; !last; k += every {
		w := f.walker(fmt.Sprint("Person ", k))
		f.set(faultfs.Plan{FailAt: k, Errno: syscall.EIO})
		w.walk()
		last = f.set(faultfs.Plan{}) < k
		failed += w.failed
		if sent, references = append(sent, w), append(references, w.reference()); !last && len(sent) < together {
			continue
		}
		f.powerCut()
		for i, w := range sent {
			w.stored(references[i])
		}
		sent, references = nil, nil
	}
	if k < 100 || failed < int(k/every)/3 {
		t.Errorf("%d journeys and %d refusals: nothing failed", k/every, failed)
	}
	t.Logf("each of the %d writes and syncs of a journey failed in turn: %d posts were refused with every word on the page, 0 acknowledged words lost", k-1-every, failed)
}
