package eligibility

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"threshold/rules"
)

func TestFactErrors(t *testing.T) {
	rs := adultRules(t)
	for in, want := range map[string]string{
		``:                                       "this is not JSON: unexpected end of JSON input (at byte 0); send one JSON object with the facts",
		`{"impairment":"yes"`:                    "this is not JSON: unexpected end of JSON input (at byte 19); send one JSON object with the facts",
		`[]`:                                     "the facts must be a JSON object; write {} when nothing is known",
		`null`:                                   "the facts must be a JSON object; write {} when nothing is known",
		`{} {}`:                                  "this is not JSON: invalid character '{' after top-level value (at byte 4); send one JSON object with the facts",
		`{"colour":"red"}`:                       "colour: there is no such fact; use one of: impairment, outcomes, wellbeing",
		`{"impairment":"perhaps"}`:               `impairment: there is no option "perhaps"; use one of: yes, no, not_sure`,
		`{"impairment":null}`:                    "impairment: this is not an answer that is known here; use one of: yes, no, not_sure; leave it out when it was not answered",
		`{"impairment":true}`:                    "impairment: this is not an answer that is known here; use one of: yes, no, not_sure; leave it out when it was not answered",
		`{"impairment":"yes","impairment":"no"}`: "impairment: this is written twice; keep one of them",
		`{"outcomes":{},"outcomes":{}}`:          "outcomes: this is written twice; keep one of them",
		`{"outcomes":[]}`:                        "outcomes: this must be an object; put these facts inside it, or leave it out: nutrition, hygiene, toilet, clothing, home_safety, home_upkeep, relationships, work_learning, community, caring_for_child",
		`{"outcomes":{"eating":{}}}`:             "outcomes.eating: there is no such outcome; use one of: nutrition, hygiene, toilet, clothing, home_safety, home_upkeep, relationships, work_learning, community, caring_for_child",
		`{"outcomes":{"nutrition":{"speed":"yes"}}}`:            "outcomes.nutrition.speed: there is no such limb or field; use one of: assistance, distress, danger, time, cause, frequency, accounts_differ, help",
		`{"outcomes":{"nutrition":{"applies":"no"}}}`:           "outcomes.nutrition.applies: there is no such limb or field; use one of: assistance, distress, danger, time, cause, frequency, accounts_differ, help",
		`{"outcomes":{"nutrition":{"accounts_differ":"true"}}}`: "outcomes.nutrition.accounts_differ: this is not an answer that is known here; use true or false, without quotes; leave it out when it was not answered",
		`{"outcomes":{"nutrition":{"help":"family"}}}`:          "outcomes.nutrition.help: this is not an answer that is known here; use a list with any of: nobody, family, child, paid, equipment, not_sure; leave it out when it was not answered",
		`{"outcomes":{"nutrition":{"help":["dog"]}}}`:           `outcomes.nutrition.help: there is no option "dog"; use a list with any of: nobody, family, child, paid, equipment, not_sure`,
		`{"outcomes":{"nutrition":{"help":[1]}}}`:               "outcomes.nutrition.help: this is not an answer that is known here; use a list with any of: nobody, family, child, paid, equipment, not_sure; leave it out when it was not answered",
		`{"wellbeing":{"areas":{"money":"big"}}}`:               "wellbeing.areas.money: there is no such area; use one of: dignity, health, protection, control, activity, social, family, home, contribution",
		`{"wellbeing":{"area":{}}}`:                             "wellbeing.area: there is no such field; use one of: overall, areas",
	} {
		_, err := rs.ParseFacts([]byte(in))
		var fe *FactError
		if !errors.As(err, &fe) || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", in, err, want)
		}
	}
	if _, err := rs.ParseFacts([]byte(`{"impairment":"` + strings.Repeat("x", 5000) + `"}`)); err == nil || len(err.Error()) > 200 {
		t.Errorf("a long option is told in full: %v", err)
	}
	// The limb about time is the adult's alone (reg 2(3)(d)), the cause is named after caring, and six outcomes always apply.
	carer := rulesOf(t, refCarer.kind)
	for in, want := range map[string]string{
		`{"outcomes":{"child":{"time":"yes"}}}`:         "outcomes.child.time: there is no such limb or field; use one of: assistance, distress, danger, cause, frequency, applies, accounts_differ, help",
		`{"outcomes":{"recreation":{"applies":"no"}}}`:  "outcomes.recreation.applies: there is no such limb or field; use one of: assistance, distress, danger, cause, frequency, accounts_differ, help",
		`{"outcomes":{"home":{"cause":"impairment"}}}`:  `outcomes.home.cause: there is no option "impairment"; use one of: caring, mixed, other, not_sure`,
		`{"outcomes":{"hygiene":{"assistance":"yes"}}}`: "outcomes.hygiene: there is no such outcome; use one of: child, others, home, nutrition, relationships, work, community, recreation",
		`{"health":"yes"}`:                              `health: there is no option "yes"; use one of: deteriorating, at_risk, no, not_sure`,
		`{"impairment":"yes"}`:                          "impairment: there is no such fact; use one of: is_carer, necessary_care, health, outcomes, wellbeing",
	} {
		if _, err := carer.ParseFacts([]byte(in)); err == nil || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", in, err, want)
		}
	}
	f := rs.NewFacts()
	for path, want := range map[string]string{
		"impairement":                "impairement: there is no such fact",
		"outcomes.nutrition":         "outcomes.nutrition: this holds other facts and has no value of its own",
		"impairment.more":            "impairment.more: there is nothing below impairment",
		"outcomes.nutrition.applies": "outcomes.nutrition.applies: there is no such limb or field",
	} {
		if err := f.Set(path, "yes"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Set %s: %v", path, err)
		}
	}
	if err := f.Set("impairment", "yes", "no"); err == nil {
		t.Error("two answers to a question with one were taken")
	}
}

func TestFactsThereAndBack(t *testing.T) {
	rs := adultRules(t)
	const in = `{"impairment":"not_sure","outcomes":{"nutrition":{"danger":"yes","accounts_differ":true,"help":["family","equipment"]},"caring_for_child":{"applies":"no","accounts_differ":false}},"wellbeing":{"overall":"no","areas":{"home":"some","contribution":"none"}}}`
	f, err := rs.ParseFacts([]byte(strings.ReplaceAll(in, `:`, " :\n\t")))
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(f)
	if err != nil || string(out) != in {
		t.Errorf("got  %s\nwant %s", out, in)
	}
	built := rs.NewFacts()
	for _, p := range f.Paths() {
		if err := built.Set(p, f.Get(p)...); err != nil {
			t.Fatal(err)
		}
	}
	if again, _ := json.Marshal(built); string(again) != in {
		t.Errorf("built one by one: %s", again)
	}
	if r := f.Reading("impairment"); !r.Unknown || r.Values[0] != "not_sure" {
		t.Errorf("%+v", r)
	}
	built.Clear()
	if empty, _ := json.Marshal(built); string(empty) != "{}" {
		t.Errorf("empty facts are %s", empty)
	}
	if none, err := rs.ParseFacts([]byte(`{"outcomes":{"nutrition":{"help":[]}},"wellbeing":{}}`)); err != nil || len(none.Paths()) != 0 {
		t.Errorf("%v, %v", none.Paths(), err)
	}
}

// TestFactsNeverPrint: facts do not reach a log by any verb, alone or inside something else.
func TestFactsNeverPrint(t *testing.T) {
	rs := adultRules(t)
	f := rs.NewFacts()
	_ = f.Set("impairment", "not_sure")
	type holder struct {
		Name string
		F    Facts
		P    *Facts
	}
	var b strings.Builder
	log := slog.New(slog.NewTextHandler(&b, nil))
	log.Info("x", "facts", f, "pointer", &f)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		fmt.Fprintf(&b, verb+"\n", f)
		fmt.Fprintf(&b, verb+"\n", &f)
		fmt.Fprintf(&b, verb+"\n", holder{"x", f, nil})
	}
	for _, word := range []string{"not_sure", "impairment"} {
		if strings.Contains(b.String(), word) {
			t.Errorf("%q was printed:\n%s", word, b.String())
		}
	}
	if !strings.Contains(b.String(), "facts=[facts] pointer=[facts]") {
		t.Errorf("log line: %s", b.String())
	}
}

// FuzzFacts: whatever bytes come in, reading either refuses them with a path and a mend, or gives facts that come out and
// in again as the same, and everything can be said about them.
func FuzzFacts(f *testing.F) {
	rs := adultRules(f)
	for _, s := range []string{
		`{}`, `{"impairment":"yes"}`, `{"outcomes":{"nutrition":{"help":["family"],"accounts_differ":true}}}`,
		`{"wellbeing":{"areas":{"dignity":"some"},"overall":"not_sure"}}`, `{"\u0069mpairment":"no"}`, `{"impairment":"y\u0065s"}`, `[{}]`, "{\"a\":\xff}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		facts, err := rs.ParseFacts(data)
		if err != nil {
			var fe *FactError
			if !errors.As(err, &fe) || fe.What == "" || fe.Mend == "" {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatalf("%q is not JSON and was taken", data)
		}
		out, err := facts.MarshalJSON()
		if err != nil || !json.Valid(out) {
			t.Fatalf("%q became %q, %v", data, out, err)
		}
		again, err := rs.ParseFacts(out)
		if err != nil || string(again.v) != string(facts.v) {
			t.Fatalf("%q became %q, which reads as something else: %v", data, out, err)
		}
		if ind := rs.Indicate(facts); len(ind.Reasons) != 3 || !ind.Prompted("duty_to_assess_s9") {
			t.Fatalf("%q: %+v", data, ind)
		}
	})
}

// FuzzRuleset: whatever a file of rules says, it is loaded or refused with a message that has a reason and a mend.
func FuzzRuleset(f *testing.F) {
	good, err := rules.FS.ReadFile("adult-needs/2015-04-01/ruleset.yaml")
	if err != nil {
		f.Fatal(err)
	}
	words, err := rules.FS.ReadFile("adult-needs/2015-04-01/reasons.en.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, cut := range []int{0, 40, 900, 3000, len(good) / 2, len(good) - 5, len(good)} {
		f.Add(good[:cut])
	}
	f.Add([]byte("facts: [{fact: <outcome>, type: x}]\noutcomes: [{id: a}]\n"))
	f.Add([]byte("conditions: [{id: a, met_when: {at_least: {n: 1, each: outcome}}}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		rs := &Ruleset{}
		ps := loadRules(mapOf("ruleset.yaml", data, "reasons.en.yaml", words), "adult-needs/2015-04-01", rs)
		for _, p := range ps {
			if p.What == "" || p.Why == "" || p.Mend == "" || p.File == "" {
				t.Fatalf("%+v", p)
			}
		}
		if len(ps) == 0 {
			rs.Indicate(rs.NewFacts())
		}
	})
}
