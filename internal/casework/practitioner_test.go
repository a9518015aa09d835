package casework_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
	"threshold/rules"
)

// A desk is a council with two practitioners on a real database.
type desk struct {
	*casework.Service
	store   *sqlite.Store
	council care.Council
	ann, bo care.Actor
	now     time.Time
}

var library = sync.OnceValues(func() (*eligibility.Library, error) { return eligibility.Load(rules.FS) })

func newDesk(t testing.TB) *desk {
	t.Helper()
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "test.db"), Keys: keys.Generate()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	d := &desk{store: store, now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	d.Service = &casework.Service{
		Store: store, Library: lib, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { d.now = d.now.Add(time.Second); return d.now },
	}
	d.council = care.Council{Slug: "north", Name: "North Council", ReadDays: 5}
	for _, c := range []care.Council{d.council, {Slug: "south", Name: "South Council", ReadDays: 5}} {
		must(t, d.SetCouncil(t.Context(), care.Actor{Kind: care.ActorSystem}, c))
	}
	d.ann = d.staff(t, "north", "Ann Example", care.RolePractitioner)
	d.bo = d.staff(t, "north", "Bo Example", care.RolePractitioner)
	return d
}

func (d *desk) staff(t testing.TB, council, name string, role care.Role) care.Actor {
	t.Helper()
	email := strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@" + council + ".example.com"
	p, _, err := d.Invite(t.Context(), care.Actor{Kind: care.ActorSystem}, council, name, email, role)
	must(t, err)
	if role == care.RolePractitioner || role == care.RoleManager {
		d.change(t, p.ID, func(p *care.Practitioner) { p.Registration = "SW000000" })
	}
	return care.Actor{Kind: care.ActorPractitioner, ID: p.ID, Council: council, Roles: p.Roles}
}

// change changes what is known of somebody who works for a council.
func (d *desk) change(t testing.TB, id string, how func(*care.Practitioner)) {
	t.Helper()
	p, err := d.store.Practitioner(context.Background(), id)
	must(t, err)
	how(&p)
	must(t, d.store.PutPractitioner(context.Background(), p, care.Event{Verb: "practitioner.changed", Actor: care.ActorSystem, Subject: id, At: d.now}))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// likely are answers that suggest two outcomes; eating goes up and down.
var likely = map[string][]string{
	"for": {"self"}, "today": {"none"}, "private": {"alone"}, "safety": {"none"}, "condition": {"physical"}, "council_help": {"no"},
	"daily": {"nutrition", "hygiene"}, "second_look": {"all_fine"}, "overall": {"big"}, "areas": {"health"},
	"nutrition.limbs": {"assistance"}, "nutrition.frequency": {"some_days"}, "nutrition.cause": {"impairment"}, "nutrition.help": {"family"},
	"nutrition.words": {"I burn my food."},
	"hygiene.limbs":   {"danger"}, "hygiene.frequency": {"daily"}, "hygiene.cause": {"impairment"},
	"matters": {"My garden."}, "name": {"Kim Example"}, "born": {"1950-03-27"}, "ways": {"call"}, "phone": {"07700 900123"},
}

// with returns answers with some changed; nil takes one away.
func with(answers, changed map[string][]string) map[string][]string {
	out := maps.Clone(answers)
	for k, v := range changed {
		if v == nil {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}

// send walks the journey with these answers and returns the reference.
func (d *desk) send(t testing.TB, answers map[string][]string) string {
	t.Helper()
	ctx := context.Background()
	draft, err := d.Start(ctx, d.council.Slug)
	must(t, err)
	actor := care.Actor{Kind: care.ActorCitizen, ID: draft.ID, Council: d.council.Slug}
	for path := draft.Rules.Start(); path != "check"; path = draft.Rules.NextUnvisited(draft.Answers) {
		page, ok := draft.Rules.Page(path, draft.Answers, nil)
		if !ok {
			t.Fatalf("no page %s", path)
		}
		typed := map[string][]string{}
		for _, q := range page.Questions {
			if v, ok := answers[q.ID]; ok {
				typed[q.ID] = v
			}
		}
		draft, err = d.Answer(ctx, actor, path, "", typed)
		must(t, err)
	}
	draft, err = d.Send(ctx, actor, d.council)
	must(t, err)
	return draft.Reference
}

func (d *desk) open(t testing.TB, ref string) casework.CaseFile {
	t.Helper()
	f, err := d.Open(context.Background(), d.ann, ref, "summary")
	must(t, err)
	return f
}

func visit() care.Contact {
	return care.Contact{On: "2026-11-19", How: "visit", SeenAlone: "yes", Advocate: "not_needed"}
}

const because = "She says: I burn my food. I saw the pans."

// find saves the first finding on an outcome, with all it can need.
func (d *desk) find(t testing.TB, ref, outcome string, conclusion care.Conclusion) {
	t.Helper()
	must(t, d.Find(context.Background(), d.ann, ref, care.Finding{
		Outcome: outcome, Conclusion: conclusion, Sources: []string{"told"}, Reason: because, Period: "The last six months",
	}, 0))
}

// finish does everything that a signature needs, for a decision that needs are eligible.
func (d *desk) finish(t testing.TB, ref string) {
	t.Helper()
	ctx := context.Background()
	must(t, d.LogContact(ctx, d.ann, ref, "", visit()))
	f := d.open(t, ref)
	areas := map[string]string{}
	for _, a := range f.AreaIDs() {
		areas[a] = "none"
	}
	areas["health"] = "big"
	for _, o := range f.OutcomeIDs() {
		conclusion := care.ConcludesAble
		if o == "nutrition" || o == "hygiene" {
			conclusion = care.ConcludesUnable
		}
		d.find(t, ref, o, conclusion)
	}
	must(t, d.SetImpact(ctx, d.ann, ref, care.Impact{Areas: areas, Significant: "yes", SignificantReason: because, Cause: "yes", CauseReason: because}, 0))
	must(t, d.SaveRecord(ctx, d.ann, ref, wholeRecord(f), 0))
	d.agree(t, ref)
}

// agree tells the person the draft, notes that it is right, and has it signed a second time where that is a must.
func (d *desk) agree(t testing.TB, ref string) {
	t.Helper()
	ctx := context.Background()
	must(t, d.ShareDraft(ctx, d.ann, d.council, ref, casework.DraftRead, d.open(t, ref).Seen(), ""))
	must(t, d.NoteDraftReply(ctx, d.ann, ref, casework.ReplyRight, "", ""))
	d.countersign(t, ref)
}

// countersign has a record signed by a second person where that is a must.
func (d *desk) countersign(t testing.TB, ref string) {
	t.Helper()
	ctx := context.Background()
	f := d.open(t, ref)
	if len(f.SecondReasons()) == 0 || !casework.ReadyForSecond(f) {
		return
	}
	must(t, d.AskSecond(ctx, d.ann, ref, f.Seen(), ""))
	_, err := d.Open(ctx, d.bo, ref, casework.PageSecond)
	must(t, err)
	d.now = d.now.Add(5 * time.Minute) // they read it
	must(t, d.Countersign(ctx, d.bo, ref, d.open(t, ref).Fingerprint(), false, "", ""))
}

func wholeRecord(f casework.CaseFile) care.RecordDraft {
	r := care.RecordDraft{
		Decision: "eligible", DecisionReason: because, NextSteps: "A support plan, as she wishes.",
		Ending: care.RecordEnding{Wants: "yes", Residence: "here"},
		Making: care.Making{
			Strengths: because, Carers: "yes", CarersDo: because, CarersStop: because, CarersOffer: "offered",
			Risk: because, RiskWith: "Kim Example", Interpreter: "Nobody was needed", Support: "person", SupportWho: "Her sister",
			Urgent: "met", CHC: "not_indicated", Equipment: "made", EquipmentNote: because, Children: "no", ChildrenNote: because,
		},
	}
	for _, c := range f.Rules.Choices(casework.ListChecks) {
		r.Checks = append(r.Checks, c.ID)
	}
	return r
}

// advices are whole rows of advice on outcomes.
func advices(outcomes ...string) []care.Advice {
	var out []care.Advice
	for _, o := range outcomes {
		out = append(out, care.Advice{Outcome: o, Action: "Try meals on wheels", Who: "Meals Example", Phone: "020 7946 0111", By: "2026-12-24"})
	}
	return out
}

func codes(blockers []casework.Blocker) []string {
	var out []string
	for _, b := range blockers {
		out = append(out, strings.TrimSuffix(b.Code+" "+b.Subject, " "))
	}
	return out
}

func TestFromTheQueueToASignedRecord(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, likely)

	page, err := d.Queue(ctx, d.ann, care.QueueQuery{})
	must(t, err)
	if len(page.Lines) != 1 || page.Lines[0].Reference != ref || page.Lines[0].Summary.Name != "Kim Example" {
		t.Fatalf("queue: %+v", page)
	}
	must(t, d.Take(ctx, d.ann, ref, ""))
	must(t, d.Take(ctx, d.ann, ref, "")) // pressed twice
	if err := d.Take(ctx, d.bo, ref, ""); !errors.Is(err, care.ErrConflict) {
		t.Errorf("a case that was shown as free and is not any more: %v", err)
	}
	must(t, d.Take(ctx, d.bo, ref, d.ann.ID))
	must(t, d.PutBack(ctx, d.bo, ref))

	f := d.open(t, ref)
	if got := f.Suggested("nutrition") + " " + f.Suggested("toilet"); got != "unable able" {
		t.Errorf("suggested %s", got)
	}
	if !f.Fluctuates("nutrition") || f.Fluctuates("hygiene") || f.Fluctuates("toilet") {
		t.Error("eating alone goes up and down")
	}
	_, err = d.Sign(ctx, d.ann, ref, f.Seen())
	var missing *casework.NotSignable
	if !errors.As(err, &missing) || len(missing.Blockers) < 20 {
		t.Fatalf("signing an empty record: %v", err)
	}

	d.finish(t, ref)
	f = d.open(t, ref)
	if left := casework.Blockers(f); len(left) > 0 {
		t.Fatalf("still blocked: %v", codes(left))
	}
	first, err := d.Sign(ctx, d.ann, ref, f.Seen())
	must(t, err)
	again, err := d.Sign(ctx, d.bo, ref, "whatever")
	must(t, err)
	if again.ID != first.ID || again.SignedBy != d.ann.ID {
		t.Error("signing twice made another record")
	}

	f = d.open(t, ref)
	stored, _ := f.LastDetermination()
	r, err := casework.ReadRecord(stored)
	must(t, err)
	if f.Status != care.StatusSigned || stored.Hash != first.Hash || stored.Version != 1 {
		t.Errorf("stored record: %+v", stored)
	}
	if len(r.Findings) != 10 || r.Decision != "eligible" || r.Indication != "likely_met" || r.SignedBy.Name != "Ann Example" {
		t.Errorf("record: %+v", r)
	}
	for _, finding := range r.Findings {
		if finding.Citation == "" || len(finding.Sources) == 0 {
			t.Errorf("%s has no citation or source", finding.Outcome)
		}
	}
	stored.Body[20] ^= 1
	if _, err := casework.ReadRecord(stored); err == nil {
		t.Error("a changed record was read as if it were whole")
	}

	for name, err := range map[string]error{
		"find":    d.Find(ctx, d.ann, ref, care.Finding{Outcome: "toilet", Conclusion: care.NeedMore}, 1),
		"impact":  d.SetImpact(ctx, d.ann, ref, care.Impact{}, 1),
		"record":  d.SaveRecord(ctx, d.ann, ref, care.RecordDraft{}, 1),
		"contact": d.LogContact(ctx, d.ann, ref, "", visit()),
		"take":    d.Take(ctx, d.ann, ref, ""),
	} {
		if !errors.Is(err, care.ErrLocked) {
			t.Errorf("%s after signing: %v", name, err)
		}
	}
}

func TestEveryLookAndChangeIsAnEvent(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, likely)
	d.finish(t, ref)
	f := d.open(t, ref)
	_, err := d.Sign(ctx, d.ann, ref, f.Seen())
	must(t, err)
	trail, err := d.Timeline(ctx, d.ann, ref)
	must(t, err)
	count := map[string]int{}
	for _, ev := range trail.Events {
		count[ev.Verb]++
		if strings.Contains(ev.Detail, "burn") || strings.Contains(ev.Detail, "Kim") {
			t.Errorf("an event has words of a person: %q", ev.Detail)
		}
	}
	want := map[string]int{
		"draft.started": 1, "assessment.sent": 1, "finding.saved": 10, "impact.saved": 1, "record.saved": 1, "contact.logged": 1,
		"record.signed": 1, "draft.shared": 1, "draft.answered": 1, "case.viewed": 5, "case.opened-to-change": 16, // the fifth look is the timeline's own
	}
	for verb, n := range want {
		if count[verb] != n {
			t.Errorf("%s: %d events, want %d", verb, count[verb], n)
		}
	}
}

func TestAFindingNeedsWhatMakesItOne(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, likely)
	told := []string{"told"}
	for _, c := range []struct {
		name    string
		finding care.Finding
		want    string // fields and codes refused
	}{
		{"nothing chosen", care.Finding{Outcome: "hygiene"}, "conclusion choose_one"},
		{"no such conclusion", care.Finding{Outcome: "hygiene", Conclusion: "maybe", Sources: told}, "conclusion unknown_option"},
		{"unable without a reason", care.Finding{Outcome: "hygiene", Conclusion: "unable", Sources: told}, "reason reason"},
		{"a reason of nine characters", care.Finding{Outcome: "hygiene", Conclusion: "unable", Sources: told, Reason: " aaaaaaaaa "}, "reason reason"},
		{"differing without a reason", care.Finding{Outcome: "hygiene", Conclusion: "able", Sources: told}, "reason reason"},
		{"no source", care.Finding{Outcome: "toilet", Conclusion: "able"}, "sources source"},
		{"a source that is none", care.Finding{Outcome: "toilet", Conclusion: "able", Sources: []string{"rumour"}}, "sources unknown_option"},
		{"going up and down without a period", care.Finding{Outcome: "nutrition", Conclusion: "unable", Sources: told, Reason: because}, "period period"},
		{"too long", care.Finding{Outcome: "toilet", Conclusion: "able", Sources: told, Reason: strings.Repeat("a", casework.MaxNote+1)}, "reason too_long"},
		{"agreeing that they are able", care.Finding{Outcome: "toilet", Conclusion: "able", Sources: told}, ""},
		{"need more needs no more", care.Finding{Outcome: "nutrition", Conclusion: "need_more"}, ""},
		{"all of it", care.Finding{Outcome: "hygiene", Conclusion: "unable", Sources: told, Reason: because}, ""},
	} {
		err := d.Find(ctx, d.ann, ref, c.finding, 0)
		got := ""
		if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
			got = invalid.Problems[0].Field + " " + invalid.Problems[0].Code
		} else {
			must(t, err)
		}
		if got != c.want {
			t.Errorf("%s: refused for %q, want %q", c.name, got, c.want)
		}
	}
	if err := d.Find(ctx, d.ann, ref, care.Finding{Outcome: "walking", Conclusion: "able"}, 0); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("an outcome that is none: %v", err)
	}
}

func TestTwoWorkersOnOneRow(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, likely)
	mine := care.Finding{Outcome: "hygiene", Conclusion: "unable", Sources: []string{"seen"}, Reason: because}
	theirs := care.Finding{Outcome: "hygiene", Conclusion: "need_more"}
	must(t, d.Find(ctx, d.bo, ref, theirs, 0))
	if err := d.Find(ctx, d.ann, ref, mine, 0); !errors.Is(err, care.ErrConflict) {
		t.Fatalf("the second save of one version: %v", err)
	}
	f := d.open(t, ref)
	if got := f.Findings["hygiene"]; got.ByName != "Bo Example" || got.Conclusion != care.NeedMore || got.Version != 1 {
		t.Errorf("the first save was lost: %+v", got)
	}
	must(t, d.Find(ctx, d.ann, ref, mine, 1))
	if err := d.SetImpact(ctx, d.ann, ref, care.Impact{}, 3); !errors.Is(err, care.ErrConflict) {
		t.Errorf("impact from a version that never was: %v", err)
	}
}

func TestNobodySignsWhatTheyHaveNotRead(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, likely)
	d.finish(t, ref)
	f := d.open(t, ref)
	must(t, d.Find(ctx, d.bo, ref, care.Finding{Outcome: "toilet", Conclusion: "able", Sources: []string{"seen"}}, f.Findings["toilet"].Version))
	if _, err := d.Sign(ctx, d.ann, ref, f.Seen()); !errors.Is(err, care.ErrConflict) {
		t.Errorf("signed over a change that was not seen: %v", err)
	}
}

// TestEachBlocker takes one thing at a time away from a record that could be signed.
func TestEachBlocker(t *testing.T) {
	d := newDesk(t)
	ref := d.send(t, likely)
	d.finish(t, ref)
	whole := d.open(t, ref)
	finding := func(f *casework.CaseFile, outcome string, change func(*care.Finding)) {
		x := f.Findings[outcome]
		change(&x)
		f.Findings[outcome] = x
	}
	for _, c := range []struct {
		name   string
		change func(*casework.CaseFile)
		want   []string
	}{
		{"nothing", func(*casework.CaseFile) {}, nil},
		{"no contact", func(f *casework.CaseFile) { f.Contacts = nil }, []string{"contact"}},
		{"only a try", func(f *casework.CaseFile) { f.Contacts[0].How = "none" }, []string{"contact"}},
		{"no contact, and why", func(f *casework.CaseFile) {
			f.Contacts, f.Record.NoContactReason = nil, "She died before we could visit."
		}, nil},
		{"no finding", func(f *casework.CaseFile) { delete(f.Findings, "toilet") }, []string{"finding toilet"}},
		{"need more", func(f *casework.CaseFile) {
			finding(f, "toilet", func(x *care.Finding) { x.Conclusion = care.NeedMore })
		}, []string{"need_more toilet"}},
		{"no source", func(f *casework.CaseFile) { finding(f, "toilet", func(x *care.Finding) { x.Sources = nil }) }, []string{"finding_sources toilet"}},
		{"unable, no reason", func(f *casework.CaseFile) { finding(f, "hygiene", func(x *care.Finding) { x.Reason = "yes" }) }, []string{"finding_reason hygiene"}},
		{"no period", func(f *casework.CaseFile) { finding(f, "nutrition", func(x *care.Finding) { x.Period = "" }) }, []string{"finding_period nutrition"}},
		{"two areas open", func(f *casework.CaseFile) {
			f.Impact.Areas = maps.Clone(f.Impact.Areas)
			delete(f.Impact.Areas, "home")
			delete(f.Impact.Areas, "social")
		}, []string{"areas"}},
		{"no reason for the impact", func(f *casework.CaseFile) { f.Impact.SignificantReason = "" }, []string{"significant"}},
		{"no cause", func(f *casework.CaseFile) { f.Impact.Cause = "" }, []string{"cause"}},
		{"a check", func(f *casework.CaseFile) { f.Record.Checks = f.Record.Checks[1:] }, []string{"check gaps"}},
		{"no decision", func(f *casework.CaseFile) { f.Record.Decision = "" }, []string{"decision"}},
		{"no reasons", func(f *casework.CaseFile) { f.Record.DecisionReason = "ok" }, []string{"decision_reason"}},
		{"eligible, nothing next", func(f *casework.CaseFile) { f.Record.NextSteps = "" }, []string{"next_steps"}},
		{"not eligible against the findings", func(f *casework.CaseFile) { f.Record.Decision = "not_eligible" }, []string{"decision_all_met", "advice_for nutrition", "advice_for hygiene", "considered", "draft_changed"}},
		{"eligible with one outcome", func(f *casework.CaseFile) {
			finding(f, "hygiene", func(x *care.Finding) { x.Conclusion = care.ConcludesAble })
		}, []string{"decision_unmet outcomes", "draft_changed"}},
		{"eligible with another cause", func(f *casework.CaseFile) { f.Impact.Cause = "no" }, []string{"decision_unmet impairment"}},
		{"eligible without impact", func(f *casework.CaseFile) { f.Impact.Significant = "no" }, []string{"decision_unmet wellbeing"}},
		{"not eligible, with all that it owes", func(f *casework.CaseFile) {
			f.Impact.Significant = "no"
			f.Record.Decision, f.Record.Advice, f.Record.Considered19, f.Record.NextSteps = "not_eligible", "Meals delivered: 020 7946 0111.", "will_not_meet", ""
			f.Record.Advices, f.Record.NotShared = advices("nutrition", "hygiene"), "There is no safe way to reach her."
		}, nil},
	} {
		f := whole
		f.Findings, f.Contacts = maps.Clone(whole.Findings), slices.Clone(whole.Contacts)
		c.change(&f)
		if got := codes(casework.Blockers(f)); !slices.Equal(got, c.want) {
			t.Errorf("%s: blockers %v, want %v", c.name, got, c.want)
		}
	}
}

func TestARequestIsClosedWithAShortRecord(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	a, err := d.Ask(ctx, d.council, nil, "contact", "", map[string][]string{"call_you": {"Lou Example"}, "safe_way": {"07700 900124"}})
	must(t, err)
	f := d.open(t, a.Reference)
	if got := codes(casework.Blockers(f)); !slices.Equal(got, []string{"contact", "done"}) {
		t.Errorf("blockers %v", got)
	}
	if err := d.Find(ctx, d.ann, a.Reference, care.Finding{Outcome: "toilet", Conclusion: "able"}, 0); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("a finding on a request: %v", err)
	}
	must(t, d.LogContact(ctx, d.ann, a.Reference, "", visit()))
	must(t, d.SaveRecord(ctx, d.ann, a.Reference, care.RecordDraft{NextSteps: "Rang, and sent the paper form."}, 0))
	f = d.open(t, a.Reference)
	det, err := d.Sign(ctx, d.ann, a.Reference, f.Seen())
	must(t, err)
	r, err := casework.ReadRecord(det)
	must(t, err)
	if r.Decision != casework.DecisionClosed || len(r.Findings) != 0 || r.Person.Name != "Lou Example" {
		t.Errorf("record: %+v", r)
	}
}

func TestAReviewSuggestsNothing(t *testing.T) {
	d := newDesk(t)
	f := d.open(t, d.send(t, with(likely, map[string][]string{"council_help": {"yes"}})))
	if f.Indication != nil || f.Suggested("nutrition") != care.OutcomeUnknown {
		t.Error("somebody who gets help already was given an indication")
	}
}

func TestPrivateAnswersStayOutOfTheRecord(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, with(likely, map[string][]string{"safety": {"hurt"}, "not_told": {"Do not tell my brother Zebedee"}}))
	f := d.open(t, ref)
	if len(f.Rules.Private(f.Answers, nil)) == 0 || f.Priority != care.PrioritySafety {
		t.Fatal("the practitioner is not told of the harm")
	}
	d.finish(t, ref)
	f = d.open(t, ref)
	det, err := d.Sign(ctx, d.ann, ref, f.Seen())
	must(t, err)
	body := strings.ToLower(string(det.Body))
	for _, word := range []string{"safeguarding", "s.42", "hurt", "zebedee", "in private"} {
		if strings.Contains(body, word) {
			t.Errorf("the record, of which the person gets a copy, says %q", word)
		}
	}
}

func TestWhoMaySeeACase(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, likely)
	south := d.staff(t, "south", "Cy Example", care.RolePractitioner)
	admin := d.staff(t, "north", "Di Example", care.RoleAdmin)
	auditor := d.staff(t, "north", "Ed Example", care.RoleAuditor)
	before, err := d.store.Events(ctx, "north", d.open(t, ref).ID)
	must(t, err)

	_, errSouth := d.Open(ctx, south, ref, "summary")
	_, errMissing := d.Open(ctx, south, "0000000000", "summary")
	if !errors.Is(errSouth, care.ErrNotFound) || !errors.Is(errMissing, care.ErrNotFound) {
		t.Errorf("another council's case: %v; a missing one: %v", errSouth, errMissing)
	}
	for name, actor := range map[string]care.Actor{"admin": admin, "auditor": auditor, "citizen": {Kind: care.ActorCitizen, ID: "x", Council: "north"}} {
		if _, err := d.Open(ctx, actor, ref, "summary"); !errors.Is(err, care.ErrForbidden) {
			t.Errorf("%s opens a case: %v", name, err)
		}
		if _, err := d.Queue(ctx, actor, care.QueueQuery{}); !errors.Is(err, care.ErrForbidden) {
			t.Errorf("%s reads the queue: %v", name, err)
		}
		if _, err := d.Sign(ctx, actor, ref, ""); !errors.Is(err, care.ErrForbidden) {
			t.Errorf("%s signs: %v", name, err)
		}
	}
	after, err := d.store.Events(ctx, "north", d.open(t, ref).ID)
	must(t, err)
	if len(after) != len(before)+1 { // the last open of this test's own
		t.Errorf("refusals left %d events", len(after)-len(before)-1)
	}
	trail, err := d.Timeline(ctx, auditor, ref)
	must(t, err)
	if !trail.Bare || trail.Assessment.Summary.Name != "" || len(trail.Assessment.Answers.Questions()) > 0 || len(trail.Events) == 0 {
		t.Error("an auditor sees the trail, and nothing of what it is about")
	}
	if _, err := d.Timeline(ctx, admin, ref); !errors.Is(err, care.ErrForbidden) {
		t.Errorf("an administrator reads the trail: %v", err)
	}
}

func TestLoggingAContact(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, likely)
	for _, c := range []struct {
		contact care.Contact
		want    string
	}{
		{care.Contact{How: "visit", SeenAlone: "yes", Advocate: "no"}, "on enter"},
		{care.Contact{On: "2026-02-30", How: "visit", SeenAlone: "yes", Advocate: "no"}, "on date_real"},
		{care.Contact{On: "2026-11-21", How: "visit", SeenAlone: "yes", Advocate: "no"}, "on future"},
		{care.Contact{On: "2026-11-20", SeenAlone: "yes", Advocate: "no"}, "how choose_one"},
		{care.Contact{On: "2026-11-20", How: "visit", Advocate: "no"}, "seen_alone choose_one"},
		{care.Contact{On: "2026-11-20", How: "visit", SeenAlone: "yes"}, "advocate choose_one"},
		{care.Contact{On: "2026-11-20", How: "none"}, ""},
	} {
		got := ""
		if err := d.LogContact(ctx, d.ann, ref, "", c.contact); err != nil {
			invalid := (*care.Invalid)(nil)
			if !errors.As(err, &invalid) {
				t.Fatal(err)
			}
			got = invalid.Problems[0].Field + " " + invalid.Problems[0].Code
		}
		if got != c.want {
			t.Errorf("%+v: %q, want %q", c.contact, got, c.want)
		}
	}
	for range 2 { // the same form twice
		must(t, d.LogContact(ctx, d.ann, ref, "0190d1b8-0000-7000-8000-000000000001", visit()))
	}
	if n := len(d.open(t, ref).Contacts); n != 2 {
		t.Errorf("%d contacts, want the try and the visit", n)
	}
}

func TestTheRecordStandsAlone(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, likely)
	d.finish(t, ref)
	f := d.open(t, ref)
	det, err := d.Sign(ctx, d.ann, ref, f.Seen())
	must(t, err)
	var plain map[string]any
	must(t, json.Unmarshal(det.Body, &plain))
	for _, key := range []string{"reference", "ruleset", "findings", "impact", "conditions", "checks", "decision", "decision_reason", "signed_by", "signed_at"} {
		if plain[key] == nil {
			t.Errorf("the record lacks %s", key)
		}
	}
	if !strings.Contains(string(det.Body), "I burn my food.") {
		t.Error("the record lacks the person's own words")
	}
	if fmt.Sprint(plain["ruleset"]) != "adult-needs@2015-04-01" {
		t.Errorf("ruleset %v", plain["ruleset"])
	}
}
