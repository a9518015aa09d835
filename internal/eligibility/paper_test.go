package eligibility

import (
	"slices"
	"testing"

	"threshold/internal/care"
	"threshold/rules"
)

// What is left of the tests of pages for somebody of whom only the first answer is known.
func TestPaperTests(t *testing.T) {
	lib := load(t, rules.FS)
	paper := func(kind, first string) map[string]PaperPage {
		rs, err := lib.Version(kind + "@2015-04-01")
		if err != nil {
			t.Fatal(err)
		}
		var chosen care.Answers
		chosen.Set("for", first)
		out := map[string]PaperPage{}
		for _, p := range rs.Paper(chosen, Words{"council": "Ashdale Council"}) {
			out[p.Path] = p
		}
		return out
	}
	only := func(question string, options ...string) PaperTest {
		return PaperTest{Ticks: []PaperTick{{question, options}}}
	}
	skip := func(question string, options ...string) PaperTest {
		return PaperTest{Skip: true, Ticks: []PaperTick{{question, options}}}
	}
	nutrition := PaperTest{Ticks: []PaperTick{{"daily", []string{"nutrition"}}, {"second_look", []string{"nutrition"}}}}
	for _, c := range []struct {
		kind, first, page string
		want              []PaperTest
	}{
		{"adult-needs", "self", "talk", nil},
		{"adult-needs", "self", "daily/second-look", nil}, // all are shown on paper
		{"adult-needs", "self", "daily/nutrition", []PaperTest{nutrition}},
		{"adult-needs", "self", "daily/nutrition/more", []PaperTest{nutrition, skip("nutrition.limbs", "none")}},
		{"adult-needs", "self", "you/council", []PaperTest{only("lives_here", "moving_in", "no")}}, // nothing is known of the postcode
		{"adult-needs", "someone", "proxy/concern", []PaperTest{only("knows", "said_no", "no")}},
		{"adult-needs", "someone", "life", []PaperTest{skip("concern_go", "now")}},
		{"adult-needs", "under_18", "daily", []PaperTest{only("young", "needs_16")}},
		{"adult-needs", "under_18", "daily/nutrition", []PaperTest{only("young", "needs_16"), nutrition}}, // with those of where it is ticked
		{"carer-support", "carer", "life", []PaperTest{skip("their_age", "near_18", "child"), skip("own_age", "under_18")}},
	} {
		p, ok := paper(c.kind, c.first)[c.page]
		if !ok {
			t.Errorf("%s, %s: %s is not printed", c.kind, c.first, c.page)
		} else if !slices.EqualFunc(p.When, c.want, PaperTest.Same) {
			t.Errorf("%s, %s: %s is filled in when %v, want %v", c.kind, c.first, c.page, p.When, c.want)
		}
	}
	self := paper("adult-needs", "self")
	for _, path := range []string{"for", "coming", "young", "proxy/who", "questions", "questions/support", "questions/send", "you/country", "you/young", "result", "sent"} {
		if _, ok := self[path]; ok {
			t.Errorf("%s is printed for somebody who answers for themselves", path)
		}
	}
	for path, p := range self {
		for _, q := range p.Questions {
			if q.WriteOnly {
				t.Errorf("%s: the private question %s is printed", path, q.ID)
			}
		}
	}
	if got := self["you/where/more"].Asks["sleeps"]; !slices.EqualFunc(got, []PaperTest{only("living", "no_fixed")}, PaperTest.Same) {
		t.Errorf("sleeps is asked when %v", got)
	}
}

// A copy holds what counts now, with the words that go with an option, and nothing private.
func TestCopied(t *testing.T) {
	lib := load(t, rules.FS)
	rs, err := lib.Version("adult-needs@2015-04-01")
	if err != nil {
		t.Fatal(err)
	}
	var a care.Answers
	for id, values := range map[string][]string{
		"for": {"self"}, "knows": {"yes_agree"}, "condition": {"other"}, "condition.other.text": {"A rare one"}, "private": {"alone"}, "safety": {"hurt"},
		"not_told": {"My son"}, "daily": {"nutrition"}, "nutrition.limbs": {"assistance"}, "hygiene.limbs": {"danger"}, "born": {"1950-01-02"}, "born.under_18": {"no"},
	} {
		a.Set(id, values...)
	}
	got := rs.Copied(a)
	for _, id := range []string{"for", "condition", "condition.other.text", "daily", "nutrition.limbs", "born"} {
		if !slices.Equal(got[id], a.Get(id)) {
			t.Errorf("%s is copied as %q", id, got[id])
		}
	}
	if len(got) != 6 {
		t.Errorf("the copy holds %v", got)
	}
	if rows := rs.ToldOf(a, nil, "condition", "safety", "hygiene.limbs", "matters"); len(rows) != 1 || rows[0].Answers[0] != "Something else: A rare one" {
		t.Errorf("told: %v", rows)
	}
	for id, want := range map[string]string{"safety": "", "not_told": "", "nobody": "", "born": "When were you born?", "condition.other.text": "If it is something else, what is it?"} {
		if text := rs.QuestionText(a, id, nil); text != want {
			t.Errorf("%s asks %q", id, text)
		}
	}
}
