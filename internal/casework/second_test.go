package casework_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// concern is what somebody says who sends their private answers at once.
var concern = map[string][]string{"call_you": {"Lou"}, "safe_way": {"Text 07700 900124, never ring"}}

// everyWord is all of a signed case that leaves the desk: the record, the letter in every form, and both exports.
func (d *desk) everyWord(t *testing.T, ref string, signed care.Determination) string {
	t.Helper()
	r, err := casework.ReadRecord(signed)
	must(t, err)
	rules := d.open(t, ref).Rules
	out := string(signed.Body) + casework.LetterFor(r, rules).Text() + casework.LetterFor(r, rules.In(casework.EasyLocale)).Text()
	if carers, ok := casework.CarerCopy(r, rules); ok {
		out += carers.Text()
	}
	export, err := d.Export(t.Context(), d.ann, ref, casework.ExportJSON)
	must(t, err)
	asJSON, err := export.JSON()
	must(t, err)
	asCSV, err := export.CSV()
	must(t, err)
	return out + string(asJSON) + string(asCSV)
}

// A concern has a short record, and all the same a second signature: and nothing that leaves the desk tells of it. A request
// to be rung is closed by one.
func TestAConcernIsSignedTwice(t *testing.T) {
	ctx := t.Context()
	for form, twice := range map[string]bool{"questions/send": true, casework.FormContact: false} {
		d := newDesk(t)
		a, err := d.Ask(ctx, d.council, nil, form, "", concern)
		must(t, err)
		must(t, d.LogContact(ctx, d.ann, a.Reference, "", visit()))
		must(t, d.SaveRecord(ctx, d.ann, a.Reference, care.RecordDraft{NextSteps: "Saw her, and wrote down what she wants."}, 0))
		f := d.open(t, a.Reference)
		if want := map[bool][]string{true: {"second"}}[twice]; !slices.Equal(codes(casework.Blockers(f)), want) {
			t.Fatalf("%s: in the way: %v, want %v", form, codes(casework.Blockers(f)), want)
		}
		if twice {
			_, err := d.Sign(ctx, d.ann, a.Reference, f.Seen())
			if missing := (*casework.NotSignable)(nil); !errors.As(err, &missing) {
				t.Fatalf("signed by one alone: %v", err)
			}
			d.countersign(t, a.Reference)
		}
		signed, err := d.Sign(ctx, d.ann, a.Reference, d.open(t, a.Reference).Seen())
		must(t, err)
		said := d.everyWord(t, a.Reference, signed)
		for _, word := range []string{"Bo Example", "second", "countersigned", "priority", "concern about"} {
			if strings.Contains(said, word) {
				t.Errorf("%s: what leaves the desk says %q", form, word)
			}
		}
	}
}

// Only an assessment that goes on against the wish of the person is an override. Somebody who changed their mind was asked, and
// that is all; a carer's wish to stop is never overridden (Care Act 2014 s.11(5)).
func TestOnlyARealOverrideIsOne(t *testing.T) {
	ctx := t.Context()
	for _, c := range []struct {
		answers map[string][]string
		choices []string
		refused bool
		want    []string
	}{
		{likely, []string{casework.ChoiceGoesOn}, false, nil},
		{likely, []string{casework.ChoiceOverridden}, false, []string{casework.SecondRefusal}},
		{likely, []string{casework.ChoiceOverridden, casework.ChoiceGoesOn}, false, nil}, // asked again, and had changed their mind
		{likely, []string{casework.ChoiceGoesOn, casework.ChoiceOverridden}, false, []string{casework.SecondRefusal}},
		{cares, []string{casework.ChoiceGoesOn}, false, nil},
		{cares, []string{casework.ChoiceOverridden}, true, nil},
	} {
		d := newDesk(t)
		ref := d.send(t, c.answers)
		person := care.Actor{Kind: care.ActorCitizen, ID: d.open(t, ref).ID, Council: "north"}
		for _, choice := range c.choices {
			must(t, d.AskToWithdraw(ctx, person, "", ""))
			err := d.SettleWithdrawal(ctx, d.ann, d.council, ref, d.open(t, ref).Unsettled(), choice, "Saw him alone; he fears for his brother's temper.", "")
			if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) != c.refused {
				t.Fatalf("%v: %v", c.choices, err)
			}
		}
		f := d.open(t, ref)
		if got := f.SecondReasons(); !slices.Equal(got, c.want) {
			t.Errorf("%v: a second signature because of %v, want %v", c.choices, got, c.want)
		}
		if c.refused {
			continue
		}
		if st, err := d.Status(ctx, person); err != nil || st.Withdrawal != casework.ChoiceGoesOn {
			t.Errorf("%v: the person reads %q (%v)", c.choices, st.Withdrawal, err)
		}
		if c.want == nil || len(c.choices) > 1 {
			continue
		}
		d.finish(t, ref)
		signed, err := d.Sign(ctx, d.ann, ref, d.open(t, ref).Seen())
		must(t, err)
		said := d.everyWord(t, ref, signed)
		for _, word := range []string{"Bo Example", "overridden", "temper", `"second"`} {
			if strings.Contains(said, word) {
				t.Errorf("an override: what leaves the desk says %q", word)
			}
		}
	}
}

// Two people told the same, but for one private answer. What leaves the desk is the same, word for word: not even that
// somebody signed second gives the mark away, whether nothing else asks for it or something does.
func TestAMarkOfSafetyLeavesNoTrace(t *testing.T) {
	ctx := t.Context()
	for _, registered := range []bool{true, false} {
		var said []string
		for _, answer := range []string{"none", "hurt"} {
			d := newDesk(t)
			ref := d.send(t, with(likely, map[string][]string{"safety": {answer}}))
			marked := d.open(t, ref).SafetyMarked()
			if marked != (answer == "hurt") {
				t.Fatalf("%s: marked %t", answer, marked)
			}
			if !registered {
				d.change(t, d.ann.ID, func(p *care.Practitioner) { p.Registration = "" })
			}
			must(t, d.LogContact(ctx, d.ann, ref, "", visit()))
			f := d.open(t, ref)
			record := wholeRecord(f)
			// Typed on the way to another end, and of no use to this one.
			record.Ending.Abuse, record.Ending.AbuseKnown = map[bool]string{true: "yes", false: "no"}[marked], because
			if !marked {
				record.Making.Risk, record.Making.RiskWith = "", ""
			}
			areas := map[string]string{}
			for _, a := range f.AreaIDs() {
				areas[a] = "some"
			}
			for _, o := range f.OutcomeIDs() {
				d.find(t, ref, o, map[bool]care.Conclusion{true: care.ConcludesUnable, false: care.ConcludesAble}[o == "nutrition" || o == "hygiene"])
			}
			must(t, d.SetImpact(ctx, d.ann, ref, care.Impact{Areas: areas, Significant: "yes", SignificantReason: because, Cause: "yes", CauseReason: because}, 0))
			must(t, d.SaveRecord(ctx, d.ann, ref, record, 0))
			d.agree(t, ref)
			if got, want := len(d.open(t, ref).SecondReasons()) > 0, marked || !registered; got != want {
				t.Fatalf("%s: a second signature is asked for: %t", answer, got)
			}
			signed, err := d.Sign(ctx, d.ann, ref, d.open(t, ref).Seen())
			must(t, err)
			said = append(said, shape(t, signed.Body), shape(t, exported(t, d, ref)))
			if second := strings.Contains(string(signed.Body), "Bo Example"); second == registered {
				t.Errorf("%s, first signer registered %t: the record names who signed second: %t", answer, registered, second)
			}
		}
		if said[0] != said[2] {
			t.Errorf("the records differ by more than their times:\n%s\n%s", said[0], said[2])
		}
		if said[1] != said[3] {
			t.Errorf("the exports differ by more than their times:\n%s\n%s", said[1], said[3])
		}
	}
}

func exported(t *testing.T, d *desk, ref string) []byte {
	t.Helper()
	e, err := d.Export(t.Context(), d.ann, ref, casework.ExportJSON)
	must(t, err)
	out, err := e.JSON()
	must(t, err)
	return out
}

// shape is JSON without what no two cases share: times, references, ids and hashes.
func shape(t *testing.T, body []byte) string {
	t.Helper()
	var v any
	must(t, json.Unmarshal(body, &v))
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for k := range v {
				switch {
				case slices.Contains([]string{"id", "by", "about", "reference", "sha256", "assessor"}, k):
					v[k] = ""
				default:
					v[k] = walk(v[k])
				}
			}
		case []any:
			for i := range v {
				v[i] = walk(v[i])
			}
		case string:
			if _, err := time.Parse(time.RFC3339, v); err == nil {
				return "a time"
			}
		}
		return v
	}
	out, err := json.MarshalIndent(walk(v), "", " ")
	must(t, err)
	return string(out)
}

// A second signature that comes within a minute of opening what it is about, or without opening it, is one that supervision
// looks at; a look from before anybody asked is of something else.
func TestAQuickSecondSignatureIsMarked(t *testing.T) {
	ctx := t.Context()
	manager := func(d *desk) care.Actor { return d.staff(t, "north", "Mo Example", care.RoleManager) }
	look := func(d *desk, ref string) {
		_, err := d.Open(ctx, d.bo, ref, casework.PageSecond)
		must(t, err)
	}
	for about, c := range map[string]struct {
		before, after func(d *desk, ref string)
		quick         bool
	}{
		"never opened":               {nil, nil, true},
		"opened before it was asked": {func(d *desk, ref string) { look(d, ref); d.now = d.now.Add(time.Hour) }, nil, true},
		"seconds after opening":      {nil, look, true},
		"read for a while":           {nil, func(d *desk, ref string) { look(d, ref); d.now = d.now.Add(10 * time.Minute) }, false},
		"another page alone": {nil, func(d *desk, ref string) {
			_, err := d.Open(ctx, d.bo, ref, casework.PageSummary)
			must(t, err)
			d.now = d.now.Add(10 * time.Minute)
		}, true},
	} {
		d := newDesk(t)
		a, err := d.Ask(ctx, d.council, nil, "questions/send", "", concern)
		must(t, err)
		must(t, d.LogContact(ctx, d.ann, a.Reference, "", visit()))
		must(t, d.SaveRecord(ctx, d.ann, a.Reference, care.RecordDraft{NextSteps: "Saw her, and wrote down what she wants."}, 0))
		if c.before != nil {
			c.before(d, a.Reference)
		}
		must(t, d.AskSecond(ctx, d.ann, a.Reference, d.open(t, a.Reference).Seen(), ""))
		read := d.open(t, a.Reference).Fingerprint()
		if c.after != nil {
			c.after(d, a.Reference)
		}
		must(t, d.Countersign(ctx, d.bo, a.Reference, read, false, "", ""))
		_, err = d.Sign(ctx, d.ann, a.Reference, d.open(t, a.Reference).Seen())
		must(t, err)
		rows, _, err := d.Supervision(ctx, manager(d), casework.FlagQuickSecond, "")
		must(t, err)
		if got := len(rows) == 1; got != c.quick {
			t.Errorf("%s: marked %t", about, got)
		}
	}
}

// Learning notes are for managers, and for who works on the case or signed a record of it; for nobody else who may open it.
func TestWhoReadsLearningNotes(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.send(t, likely)
	boss := d.staff(t, "north", "Mo Example", care.RoleManager)
	d.finish(t, ref)
	_, err := d.Sign(ctx, d.ann, ref, d.open(t, ref).Seen())
	must(t, err)
	must(t, d.AddLearning(ctx, boss, ref, "", "Ask for the night, too, next time."))
	for name, c := range map[string]struct {
		actor care.Actor
		may   bool
	}{"the manager": {boss, true}, "who signed": {d.ann, true}, "a colleague of the team": {d.bo, false}} {
		l, err := d.Learning(ctx, c.actor, ref)
		if c.may && (err != nil || len(l.Notes) != 1) || !c.may && !errors.Is(err, care.ErrForbidden) {
			t.Errorf("%s: %d notes, %v", name, len(l.Notes), err)
		}
		if f, err := d.Open(ctx, c.actor, ref, casework.PageSummary); err != nil || f.ShowsLearning(c.actor) != c.may {
			t.Errorf("%s: the case leads to the notes: %t (%v)", name, f.ShowsLearning(c.actor), err)
		}
		if err := d.Admit(ctx, c.actor, ref, casework.MayReadLearning); (err == nil) != c.may {
			t.Errorf("%s: the guard says %v", name, err)
		}
	}
}
