package casework_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// TestEveryChangeAndViewHasItsEvent walks the verbs of a practitioner from an untouched case to its second record, and holds what
// is stored before and after each against the trail: what changed has its event, what was looked at has its own, and a verb that
// is refused leaves the look alone.
func TestEveryChangeAndViewHasItsEvent(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, with(likely, map[string][]string{"safety": {"money"}}))
	f := d.open(t, ref)
	// state is of everything that is stored about the case, and the number of events.
	state := func() (string, []care.Event) {
		a, err := d.store.Assessment(ctx, "north", f.ID)
		must(t, err)
		parts, err := d.store.Parts(ctx, "north", f.ID)
		must(t, err)
		entries, err := d.store.Entries(ctx, "north", f.ID)
		must(t, err)
		signed, err := d.store.Determinations(ctx, "north", f.ID)
		must(t, err)
		events, err := d.store.Events(ctx, "north", f.ID)
		must(t, err)
		out := fmt.Sprintf("%d %+v %d entries %d records ", a.Version, a.Placing, len(entries), len(signed))
		for _, p := range parts {
			out += fmt.Sprintf("%s=%d ", p.Name, p.Version)
		}
		return out, events
	}
	record := wholeRecord(f)
	seen := func() string {
		a, err := d.Open(ctx, d.ann, ref, "test")
		must(t, err)
		return a.Seen()
	}
	read := func() string { return d.open(t, ref).Fingerprint() }
	type step struct {
		name, verb string // verb is the event of the change; "" where nothing may change
		do         func() error
	}
	refusedWith := func(err error, want error) error {
		if !errors.Is(err, want) {
			return fmt.Errorf("answered %w, want %w", err, want)
		}
		return nil
	}
	boss := d.staff(t, "north", "Max Example", care.RoleManager)
	pick := func() casework.Pick {
		a, err := d.store.Assessment(ctx, "north", f.ID)
		must(t, err)
		return casework.Pick{Reference: ref, Version: a.Version}
	}
	steps := []step{
		{"look", "", func() error { _, err := d.Open(ctx, d.bo, ref, "record"); return err }},
		{"timeline", "", func() error { _, err := d.Timeline(ctx, d.bo, ref); return err }},
		{"take", "case.taken", func() error { return d.Take(ctx, d.ann, ref, "") }},
		{"put back", "case.put-back", func() error { return d.PutBack(ctx, d.ann, ref) }},
		{"give", "case.assigned", func() error {
			return d.Assign(ctx, d.ann, []casework.Pick{pick()}, casework.GiveTo{Worker: d.ann.ID})
		}},
		{"undo", "case.assignment-undone", func() error { return d.Undo(ctx, d.ann) }},
		{"triage", "case.triaged", func() error {
			return d.Triage(ctx, d.ann, pick(), "routine", d.now.AddDate(0, 0, 7).Format("2006-01-02"), because)
		}},
		{"triage without a reason", "", func() error {
			if d.Triage(ctx, d.ann, pick(), "routine", d.now.AddDate(0, 0, 7).Format("2006-01-02"), "no") == nil {
				return errors.New("taken")
			}
			return nil
		}},
		{"hold", "case.held", func() error { return d.Hold(ctx, d.ann, pick(), d.now.AddDate(0, 0, 7).Format("2006-01-02"), because) }},
		{"off hold", "case.hold-ended", func() error { return d.TakeOffHold(ctx, d.ann, ref) }},
		{"a test", "case.marked", func() error { return d.MarkTest(ctx, d.ann, pick(), true, because) }},
		{"no test", "case.marked", func() error { return d.MarkTest(ctx, d.ann, pick(), false, because) }},
		{"note", "note.added", func() error { return d.AddNote(ctx, d.ann, ref, "She rang about the stairs.", "") }},
		{"restrict", "case.restricted", func() error { return d.Restrict(ctx, boss, ref, true, because, pick().Version) }},
		{"name", "case.named", func() error { return d.Name(ctx, boss, ref, d.bo.ID, true, because) }},
		{"take the name off", "case.unnamed", func() error { return d.Name(ctx, boss, ref, d.bo.ID, false, because) }},
		{"look at what is shut", "", func() error {
			_, err := d.Open(ctx, d.bo, ref, "record")
			return refusedWith(err, care.ErrForbidden)
		}},
		{"lift", "case.opened-up", func() error { return d.Restrict(ctx, boss, ref, false, because, pick().Version) }},
		{"export", "", func() error { _, err := d.Export(ctx, d.ann, ref, casework.ExportJSON); return err }},
		{"take once more", "case.taken", func() error { return d.Take(ctx, d.ann, ref, "") }},
		{"contact", "contact.logged", func() error { return d.LogContact(ctx, d.ann, ref, "", visit()) }},
		{"impact", "impact.saved", func() error {
			areas := map[string]string{}
			for _, a := range f.AreaIDs() {
				areas[a] = "some"
			}
			return d.SetImpact(ctx, d.ann, ref, care.Impact{Areas: areas, Significant: "yes", SignificantReason: because, Cause: "yes", CauseReason: because}, 0)
		}},
	}
	for _, o := range f.OutcomeIDs() {
		c := care.ConcludesAble
		if o == "nutrition" || o == "hygiene" {
			c = care.ConcludesUnable
		}
		steps = append(steps, step{"find " + o, "finding.saved", func() error {
			return d.Find(ctx, d.ann, ref, care.Finding{Outcome: o, Conclusion: c, Sources: []string{"told"}, Reason: because, Period: "The last six months"}, 0)
		}})
	}
	steps = append(steps, []step{
		{"sign too early", "", func() error {
			_, err := d.Sign(ctx, d.ann, ref, seen())
			if missing := (*casework.NotSignable)(nil); !errors.As(err, &missing) {
				return err
			}
			return nil
		}},
		{"record", "record.saved", func() error { return d.SaveRecord(ctx, d.ann, ref, record, 0) }},
		{"record from an old version", "", func() error { return refusedWith(d.SaveRecord(ctx, d.bo, ref, record, 0), care.ErrConflict) }},
		{"draft", "draft.shared", func() error { return d.ShareDraft(ctx, d.ann, d.council, ref, casework.DraftRead, seen(), "") }},
		{"reply", "draft.answered", func() error { return d.NoteDraftReply(ctx, d.ann, ref, casework.ReplyRight, "", "") }},
		{"ask for a second", "record.second-asked", func() error { return d.AskSecond(ctx, d.ann, ref, seen(), "") }},
		{"send back", "record.sent-back", func() error { return d.Countersign(ctx, d.bo, ref, read(), true, because, "") }},
		{"ask again", "record.second-asked", func() error { return d.AskSecond(ctx, d.ann, ref, seen(), "") }},
		{"countersign what was read before", "", func() error {
			return refusedWith(d.Countersign(ctx, d.bo, ref, "old", false, "", ""), care.ErrConflict)
		}},
		{"read it as the second", "", func() error {
			_, err := d.Open(ctx, d.bo, ref, casework.PageSecond)
			d.now = d.now.Add(5 * time.Minute) // without which the signature is marked
			return err
		}},
		{"countersign", "record.countersigned", func() error { return d.Countersign(ctx, d.bo, ref, read(), false, "", "") }},
		{"sign", "record.signed", func() error { _, err := d.Sign(ctx, d.ann, ref, seen()); return err }},
		{"save after signing", "", func() error { return refusedWith(d.SaveRecord(ctx, d.ann, ref, record, 1), care.ErrLocked) }},
		{"copy", "copy.given", func() error {
			return d.GiveCopy(ctx, d.ann, ref, care.CopyGiven{To: "person", How: "post", On: d.now.Format("2006-01-02")}, "")
		}},
		{"next record", "record.revised", func() error { return d.Revise(ctx, d.ann, ref, because, "") }},
		{"record again", "record.saved", func() error { return d.SaveRecord(ctx, d.ann, ref, record, 1) }},
	}...)
	for _, s := range steps {
		before, had := state()
		if err := s.do(); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		after, has := state()
		fresh := has[len(had):]
		var verbs []string
		for _, ev := range fresh {
			verbs = append(verbs, ev.Verb)
			if ev.Actor != care.ActorPractitioner || ev.ActorID == "" || ev.Council != "north" {
				t.Errorf("%s: an event without who: %+v", s.name, ev)
			}
		}
		switch {
		case len(fresh) == 0:
			t.Errorf("%s left no event", s.name)
		case s.verb == "" && before != after:
			t.Errorf("%s changed something:\n%s\n%s", s.name, before, after)
		case s.verb != "" && before == after:
			t.Errorf("%s changed nothing", s.name)
		case s.verb != "" && !slices.Contains(verbs, s.verb):
			t.Errorf("%s: events %v, want %s among them", s.name, verbs, s.verb)
		}
		for _, verb := range verbs {
			if s.name == "sign" && verb == casework.VerbFlagged {
				continue // one record in ten is looked at, by chance of its case's id
			}
			if verb != s.verb && verb != "case.viewed" && verb != "case.opened-to-change" && verb != "case.exported" && verb != "case.refused" {
				t.Errorf("%s: an event %s of nothing that was done", s.name, verb)
			}
		}
	}
}
