package casework_test

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// A model is what a case holds by the test's own book-keeping: nothing in it is read back from the case. ready is the
// predicate of the law and of the council's policy, written from the regulations and without any of the code it is held
// against.
type model struct {
	kind      care.CaseKind
	told      []string // outcomes that the person said are hard
	safety    bool
	refers    []string // what the answers raise: deafblind, advocate, interpreter, urgent, chc, equipment, child
	findings  map[string]care.Conclusion
	areas     int // filled in
	impact    care.Impact
	record    care.RecordDraft
	contacted bool
	checks    int

	shared     bool
	sharedAs   string // decision and conclusions as they were told
	reply      string
	asked      bool // asked to stop, not settled
	goesOn     bool
	seconded   bool   // a second signature that stands for exactly this
	secondedBy string // who gave it
	reasons    []string
	before     *model // the record before

	registered, trained bool // whoever signs
	signer              string
}

func long(s string) bool { return len([]rune(s)) >= 10 }

func (m *model) telling(outcomes []string) string {
	out := m.record.Decision
	for _, o := range outcomes {
		out += " " + o + "=" + string(m.findings[o])
	}
	return out
}

// unable counts the outcomes found unable.
func (m *model) unable() int {
	n := 0
	for _, c := range m.findings {
		if c == care.ConcludesUnable {
			n++
		}
	}
	return n
}

// whySecond is the list of journeys: lower than the self-report on two or more, lower than the record before, capacity or
// refusal overridden, a mark of safety, a first signer who is not registered.
func (m *model) whySecond() []string {
	var out []string
	if m.record.Decision != "refused" {
		lower := 0
		for _, o := range m.told {
			if m.findings[o] == care.ConcludesAble {
				lower++
			}
		}
		if lower >= 2 {
			out = append(out, "lower_self")
		}
		if b := m.before; b != nil {
			cut := b.record.Decision != "not_eligible" && b.record.Decision != "refused" && m.record.Decision == "not_eligible"
			for o, c := range b.findings {
				cut = cut || b.record.Decision != "refused" && c == care.ConcludesUnable && m.findings[o] == care.ConcludesAble
			}
			if cut {
				out = append(out, "lower_record")
			}
		}
	}
	for _, c := range m.record.Making.Capacity {
		if c.Finding == "lacks" {
			out = append(out, "capacity")
			break
		}
	}
	if m.goesOn {
		out = append(out, "refusal")
	}
	if m.safety {
		out = append(out, "safety")
	}
	if !m.registered {
		out = append(out, "unregistered")
	}
	return out
}

func (m *model) secondDone() bool {
	why := m.whySecond()
	if len(why) == 0 {
		return true
	}
	if !m.seconded || m.secondedBy == m.signer {
		return false
	}
	for _, w := range why {
		if !slices.Contains(m.reasons, w) {
			return false
		}
	}
	return true
}

func (m *model) capacity(of string) (c care.Capacity, ok bool) {
	for _, one := range m.record.Making.Capacity {
		if one.Decision == of {
			c, ok = one, true
		}
	}
	return c, ok
}

// ready says whether the record may be signed.
func (m *model) ready(outcomes []string) bool {
	r, e, k := m.record, m.record.Ending, m.record.Making
	if !m.contacted && !long(r.NoContactReason) || m.asked || !long(r.DecisionReason) {
		return false
	}
	if r.Decision == "refused" {
		refuse, ok := m.capacity("refuse")
		return long(e.RefusalWords) && long(e.AskAgain) && m.secondDone() && !m.safety && ok && long(refuse.How) &&
			(refuse.Finding != "lacks" || e.BestInterests == "no") && e.Abuse == "no" && long(e.AbuseKnown)
	}
	for _, o := range outcomes {
		if c := m.findings[o]; c != care.ConcludesAble && c != care.ConcludesUnable {
			return false
		}
	}
	if m.areas != 9 || m.impact.Significant == "" || m.impact.Cause == "" || m.checks != 7 {
		return false
	}
	met := m.unable() >= 2 && m.impact.Significant == "yes" && m.impact.Cause == "yes"
	switch r.Decision {
	case "eligible":
		if e.Wants != "yes" && e.Wants != "not_sure" || e.Residence != "here" && e.Residence != "unsettled" || !long(r.NextSteps) {
			return false
		}
	case "eligible_declines":
		if c, ok := m.capacity("support"); !ok || !long(c.How) || c.Finding == "lacks" || !long(e.Pressure) || e.OfferAgain == "" {
			return false
		}
	case "self_funder":
		if e.Asks == "" || !long(r.NextSteps) {
			return false
		}
	case "elsewhere":
		if e.Council == "" || e.ToldOn == "" || e.PassedOn == "" || e.PassedTo == "" {
			return false
		}
	case "not_eligible":
		if met || r.Considered19 == "" {
			return false
		}
		for _, a := range r.Advices {
			if a.Action == "" || a.Who == "" || a.Phone == "" || a.By == "" {
				return false
			}
		}
		owed := false
		for _, o := range outcomes {
			if m.findings[o] == care.ConcludesUnable || slices.Contains(m.told, o) {
				owed = true
				if !slices.ContainsFunc(r.Advices, func(a care.Advice) bool { return a.Outcome == o }) {
					return false
				}
			}
		}
		if !owed && len(r.Advices) == 0 {
			return false
		}
	default:
		return false
	}
	if r.Decision != "not_eligible" && !met {
		return false
	}
	raised := func(what string) bool { return slices.Contains(m.refers, what) }
	switch {
	case !long(k.Strengths):
		return false
	case k.Carers == "", k.Carers == "yes" && (!long(k.CarersDo) || !long(k.CarersStop) || k.CarersOffer == ""):
		return false
	case raised("deafblind") && !m.trained:
		return false
	case raised("interpreter") && k.Interpreter == "":
		return false
	case raised("advocate") && (k.Support == "" || k.SupportWho == "" || k.Support == "none" && !long(k.SupportWho)):
		return false
	case raised("urgent") && k.Urgent == "":
		return false
	case raised("equipment") && (k.Equipment == "" || !long(k.EquipmentNote)):
		return false
	case raised("child") && (k.Children == "" || !long(k.ChildrenNote)):
		return false
	case m.safety && (!long(k.Risk) || k.RiskWith == ""):
		return false
	}
	for _, c := range k.Capacity {
		if c.Decision == "" || c.Finding == "" || !long(c.How) {
			return false
		}
	}
	heard := m.shared && (m.sharedAs == m.telling(outcomes) || long(r.NotShared)) && (m.reply != "change" && m.reply != "disagree" || long(r.ReplyDone))
	if !heard && (m.shared || !long(r.NotShared)) {
		return false
	}
	return m.secondDone()
}

// The cases that the walk begins with, and what their answers raise. It is told here and not read from the rules.
var bases = []struct {
	name    string
	changed map[string][]string
	safety  bool
	refers  []string
}{
	{"plain", nil, false, nil},
	{"safety", map[string][]string{"safety": {"money"}}, true, nil},
	{"deafblind", map[string][]string{"ways_to_talk": {"deafblind"}}, false, []string{"deafblind"}},
	{"advocate", map[string][]string{"difficulties": {"retain"}}, false, []string{"advocate"}},
	{"urgent", map[string][]string{"today": {"food"}}, false, []string{"urgent"}},
	{"equipment", map[string][]string{"hygiene.help": {"equipment"}}, false, []string{"equipment"}},
	{"child", map[string][]string{"hygiene.help": {"child"}}, false, []string{"child"}},
}

// TestSignsExactlyWhenNothingIsOpen walks cases at random: findings, impact, the record and its end, contacts, drafts and
// replies, wishes to stop, second signatures, colleagues who sign, records after the first. After each change it tries to
// sign, and the answer must be that of the model.
func TestSignsExactlyWhenNothingIsOpen(t *testing.T) {
	steps := 30 // of each of fourteen walks; RECORD_STEPS asks for more
	if n, err := strconv.Atoi(os.Getenv("RECORD_STEPS")); err == nil {
		steps = n
	}
	d := newDesk(t)
	clock := sync.Mutex{}
	now := d.now
	d.Service = &casework.Service{Store: d.store, Library: d.Library, Log: slog.New(slog.DiscardHandler), Now: func() time.Time {
		clock.Lock()
		defer clock.Unlock()
		now = now.Add(time.Second)
		return now
	}}
	cy := d.staff(t, "north", "Cy Example", care.RolePractitioner)
	d.change(t, cy.ID, func(p *care.Practitioner) { p.Registration = "" })
	dee := d.staff(t, "north", "Dee Example", care.RolePractitioner)
	d.change(t, dee.ID, func(p *care.Practitioner) { p.Training = []string{care.TrainingDeafblind} })

	var counted sync.Mutex
	signed, refused, ends := 0, 0, map[string]int{}
	t.Run("walks", func(t *testing.T) {
		for i, base := range append(slices.Clone(bases), bases...) {
			t.Run(fmt.Sprintf("%s %d", base.name, i), func(t *testing.T) {
				t.Parallel()
				w := newWalk(t, d, uint64(i), base.changed, base.safety, base.refers)
				w.actors = []signer{{d.ann, true, false}, {cy, false, false}, {dee, true, true}}
				for step := range steps {
					w.change()
					ok, end := w.sign(step)
					counted.Lock()
					if ok {
						signed++
						ends[end]++
					} else {
						refused++
					}
					counted.Unlock()
					if t.Failed() {
						return
					}
				}
			})
		}
	})
	for _, end := range []string{"eligible", "not_eligible", "eligible_declines", "self_funder", "elsewhere", "refused"} {
		if ends[end] == 0 {
			t.Errorf("no walk came to the end %s", end)
		}
	}
	if refused == 0 {
		t.Error("nothing was ever refused")
	}
	t.Logf("%d states: %d signed %v, %d refused", signed+refused, signed, ends, refused)
}

type signer struct {
	care.Actor
	registered, trained bool
}

// A walk is one case under change.
type walk struct {
	*desk
	t        *testing.T
	r        *rand.Rand
	ref, id  string
	outcomes []string
	allAreas []string
	actors   []signer
	m        model
	first    casework.CaseFile
	versions map[string]int // of the papers, so that nothing has to be read to change one
	done     bool           // the record in hand was made whole
}

func newWalk(t *testing.T, d *desk, seed uint64, changed map[string][]string, safety bool, refers []string) *walk {
	ref := d.send(t, with(likely, changed))
	f := d.open(t, ref)
	w := &walk{desk: d, t: t, r: rand.New(rand.NewPCG(seed, 7)), ref: ref, id: f.ID, outcomes: f.OutcomeIDs(), allAreas: f.AreaIDs(), first: f, versions: map[string]int{}}
	w.m = model{kind: f.Kind, told: []string{"nutrition", "hygiene"}, safety: safety, refers: refers, findings: map[string]care.Conclusion{}}
	return w
}

func (w *walk) one(of ...string) string { return of[w.r.IntN(len(of))] }

// rarely is true one time in n.
func (w *walk) rarely(n int) bool { return w.r.IntN(n) == 0 }

func (w *walk) find(o string, c care.Conclusion) {
	w.t.Helper()
	if w.m.findings[o] == c {
		return
	}
	must(w.t, w.Find(w.t.Context(), w.ann, w.ref, care.Finding{Outcome: o, Conclusion: c, Sources: []string{"told"}, Reason: because, Period: "The last six months"}, w.versions[o]))
	w.versions[o]++
	w.m.findings[o] = c
	w.m.seconded = false
}

func (w *walk) weigh(significant, cause string, areas int) {
	w.t.Helper()
	impact := care.Impact{Areas: map[string]string{}, Significant: significant, SignificantReason: because, Cause: cause, CauseReason: because}
	for _, a := range w.allAreas[:areas] {
		impact.Areas[a] = "some"
	}
	must(w.t, w.SetImpact(w.t.Context(), w.ann, w.ref, impact, w.versions["impact"]))
	w.versions["impact"]++
	w.m.impact, w.m.areas, w.m.seconded = impact, areas, false
}

func (w *walk) write(r care.RecordDraft) {
	w.t.Helper()
	must(w.t, w.SaveRecord(w.t.Context(), w.ann, w.ref, r, w.versions["record"]))
	w.versions["record"]++
	w.m.record, w.m.checks, w.m.seconded = r, len(r.Checks), false
}

// whole makes everything right for one end.
func (w *walk) whole() {
	w.t.Helper()
	ctx := w.t.Context()
	end := w.one("eligible", "not_eligible", "eligible_declines", "self_funder", "elsewhere", "refused")
	if !w.m.contacted {
		must(w.t, w.LogContact(ctx, w.ann, w.ref, "", visit()))
		w.m.contacted, w.m.seconded = true, false
	}
	for i, o := range w.outcomes {
		c := care.ConcludesAble
		if i < 2 || end != "not_eligible" && w.rarely(12) {
			c = care.ConcludesUnable
		}
		if end == "not_eligible" && i > 0 && w.rarely(2) {
			c = care.ConcludesAble
		}
		w.find(o, c)
	}
	significant := "yes"
	if end == "not_eligible" {
		significant = "no"
	}
	w.weigh(significant, "yes", 9)
	r := wholeRecord(w.first)
	r.Decision, r.NotShared, r.ReplyDone = end, "", ""
	r.Ending = care.RecordEnding{
		Wants: w.one("yes", "not_sure"), Residence: w.one("here", "unsettled"), Pressure: because, OfferAgain: "2027-02-01", Asks: w.one("yes", "no"),
		Council: "Birchley Council", ToldOn: "2026-11-20", PassedOn: "2026-11-20", PassedTo: "Their duty desk", RefusalWords: because, BestInterests: "no",
		Abuse: "no", AbuseKnown: because, AskAgain: because,
	}
	r.Considered19, r.Making.Assessor = "will_not_meet", ""
	for _, o := range w.outcomes {
		if w.m.findings[o] == care.ConcludesUnable || slices.Contains(w.m.told, o) {
			r.Advices = append(r.Advices, advices(o)...)
		}
	}
	r.Making.Capacity = []care.Capacity{{Decision: "support", Finding: "has", How: because}, {Decision: "refuse", Finding: w.one("has", "has", "supported", "lacks"), How: because}}
	w.write(r)
	w.tell(w.one("yes", "yes", "change"))
	if w.m.reply == "change" {
		r.ReplyDone = because
		w.write(r)
	}
}

func (w *walk) tell(reply string) {
	w.t.Helper()
	ctx, f := w.t.Context(), w.open(w.t, w.ref)
	if !f.Shareable() {
		return
	}
	must(w.t, w.ShareDraft(ctx, w.ann, w.council, w.ref, casework.DraftRead, f.Seen(), ""))
	must(w.t, w.NoteDraftReply(ctx, w.ann, w.ref, reply, "Something else", ""))
	w.m.shared, w.m.sharedAs, w.m.reply, w.m.seconded = true, w.m.telling(w.outcomes), reply, false
}

// second asks for a second signature as one of the signers, and has it given, sent back, or neither.
func (w *walk) second(by signer) {
	w.t.Helper()
	ctx := w.t.Context()
	f, err := w.Open(ctx, by.Actor, w.ref, "record")
	must(w.t, err)
	if len(f.SecondReasons()) == 0 || !casework.ReadyForSecond(f) || f.Waits() {
		return
	}
	must(w.t, w.AskSecond(ctx, by.Actor, w.ref, f.Seen(), ""))
	w.m.seconded = false
	if err := w.Countersign(ctx, by.Actor, w.ref, f.Fingerprint(), false, "", ""); err == nil {
		w.t.Error("the same person signed twice")
	}
	switch w.r.IntN(8) {
	case 0:
	case 1:
		must(w.t, w.Countersign(ctx, w.bo, w.ref, f.Fingerprint(), true, because, ""))
	default:
		must(w.t, w.Countersign(ctx, w.bo, w.ref, f.Fingerprint(), false, "", ""))
		by := w.as(by)
		w.m.seconded, w.m.secondedBy, w.m.reasons = true, w.bo.ID, by.whySecond()
	}
}

// as is the model with somebody about to sign.
func (w *walk) as(by signer) *model {
	m := w.m
	m.signer, m.registered, m.trained = by.ID, by.registered, by.trained
	return &m
}

// change makes the case whole, or takes one thing away, or both.
func (w *walk) change() {
	w.t.Helper()
	if !w.done || w.rarely(6) {
		w.whole()
		w.done = true
	}
	if w.rarely(3) {
		w.second(w.actors[w.r.IntN(len(w.actors))])
		return
	}
	ctx := w.t.Context()
	r := w.m.record
	r.Checks, r.Advices, r.Making.Capacity = slices.Clone(r.Checks), slices.Clone(r.Advices), slices.Clone(r.Making.Capacity)
	spoil := []*string{
		&r.DecisionReason, &r.NextSteps, &r.Considered19, &r.Ending.Wants, &r.Ending.Residence, &r.Ending.Pressure, &r.Ending.OfferAgain, &r.Ending.Asks,
		&r.Ending.Council, &r.Ending.ToldOn, &r.Ending.PassedOn, &r.Ending.PassedTo, &r.Ending.RefusalWords, &r.Ending.BestInterests, &r.Ending.Abuse,
		&r.Ending.AbuseKnown, &r.Ending.AskAgain, &r.Making.Strengths, &r.Making.Carers, &r.Making.CarersDo, &r.Making.CarersStop, &r.Making.CarersOffer,
		&r.Making.Interpreter, &r.Making.Support, &r.Making.SupportWho, &r.Making.Urgent, &r.Making.Equipment, &r.Making.EquipmentNote, &r.Making.Risk,
		&r.Making.RiskWith, &r.Making.Children, &r.Making.ChildrenNote, &r.ReplyDone,
	}
	switch w.r.IntN(16) {
	case 0:
		w.find(w.outcomes[w.r.IntN(len(w.outcomes))], care.Conclusion(w.one("unable", "able", "need_more")))
		return
	case 1:
		w.weigh(w.one("yes", "no"), w.one("yes", "no"), 9-w.r.IntN(2))
		return
	case 2:
		w.tell(w.one("yes", "change", "disagree"))
		return
	case 3:
		must(w.t, w.AddTo(ctx, care.Actor{Kind: care.ActorCitizen, ID: w.id, Council: "north"}, "Something new", ""))
		w.m.seconded = false
		return
	case 4:
		if w.rarely(4) {
			person := care.Actor{Kind: care.ActorCitizen, ID: w.id, Council: "north"}
			must(w.t, w.AskToWithdraw(ctx, person, "", ""))
			w.m.asked, w.m.seconded = true, false
		} else if request := w.open(w.t, w.ref).Unsettled(); request != "" {
			choice := w.one(casework.ChoiceGoesOn, casework.ChoiceOverridden)
			must(w.t, w.SettleWithdrawal(ctx, w.ann, w.council, w.ref, request, choice, because, ""))
			w.m.asked, w.m.goesOn, w.m.seconded = false, choice == casework.ChoiceOverridden, false
		}
		return
	case 5:
		r.Decision = w.one("eligible", "not_eligible", "eligible_declines", "self_funder", "elsewhere", "refused", "")
	case 6:
		r.NotShared = w.one("", because)
	case 7:
		r.Ending.Abuse = w.one("yes", "no")
		r.Ending.BestInterests = w.one("yes", "no")
	case 8:
		r.Ending.Wants, r.Ending.Residence = w.one("yes", "no", "not_sure"), w.one("here", "unsettled", "elsewhere")
	case 9:
		if len(r.Advices) > 0 {
			i := w.r.IntN(len(r.Advices))
			r.Advices[i].Phone = w.one("", "020 7946 0111")
			if w.rarely(2) {
				r.Advices = slices.Delete(r.Advices, i, i+1)
			}
		}
	case 10:
		if len(r.Making.Capacity) > 0 {
			i := w.r.IntN(len(r.Making.Capacity))
			r.Making.Capacity[i].Finding = w.one("has", "supported", "lacks", "")
		}
	case 11:
		if len(r.Checks) > 0 && w.rarely(2) {
			r.Checks = r.Checks[1:]
		}
	default:
		*spoil[w.r.IntN(len(spoil))] = ""
	}
	w.write(r)
}

// sign tries to, and holds the answer against the model. After a signature the next record begins.
func (w *walk) sign(step int) (bool, string) {
	w.t.Helper()
	ctx := w.t.Context()
	by := w.actors[0]
	if w.rarely(2) {
		by = w.actors[w.r.IntN(len(w.actors))]
	}
	f, err := w.Open(ctx, by.Actor, w.ref, "record")
	must(w.t, err)
	want := w.as(by).ready(w.outcomes)
	_, err = w.Sign(ctx, by.Actor, w.ref, f.Seen())
	var missing *casework.NotSignable
	if err != nil && !errors.As(err, &missing) {
		w.t.Fatal(err)
	}
	if (err == nil) != want {
		w.t.Fatalf("step %d, %s: signing answers %v, the model says %v; in the way: %v; the model: %+v", step, by.ID, err, want, codes(casework.Blockers(f)), *w.as(by))
	}
	if (err == nil) != (len(casework.Blockers(f)) == 0) {
		w.t.Fatalf("step %d: signing answers %v, and the list is %v", step, err, codes(casework.Blockers(f)))
	}
	if err != nil {
		return false, ""
	}
	if !w.open(w.t, w.ref).Locked() {
		w.t.Fatalf("step %d: signed, and not locked", step)
	}
	end := w.m.record.Decision
	must(w.t, w.Revise(ctx, w.ann, w.ref, because, ""))
	before := w.m
	before.findings, before.before = maps.Clone(w.m.findings), nil
	w.m.before, w.m.shared, w.m.seconded, w.m.reply, w.done = &before, false, false, "", false
	return true, end
}
