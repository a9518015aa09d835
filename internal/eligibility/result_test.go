package eligibility

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
)

func TestResultStates(t *testing.T) {
	rs := published(t)
	two := "daily=nutrition daily=hygiene nutrition.limbs=time hygiene.limbs=time"
	linked := " nutrition.cause=impairment hygiene.cause=impairment"
	allFine := " second_look=all_fine second_look.shown=toilet second_look.shown=clothing second_look.shown=home_safety second_look.shown=home_upkeep second_look.shown=relationships second_look.shown=work_learning second_look.shown=community second_look.shown=caring_for_child"
	for _, c := range []struct{ name, answers, state, says string }{
		{"two outcomes and a big effect", "condition=physical overall=big " + two + linked, StateLikely, "This is not a decision."},
		{"nothing answered", "", StateCannotTell, "You can send this with no answers."},
		{"gaps", "condition=physical overall=big daily=nutrition nutrition.limbs=time", StateCannotTell, "Many people have gaps."},
		{"nothing hard", "condition=physical overall=big daily=none second_look=all_fine second_look.shown=nutrition second_look.shown=hygiene" + strings.Replace(allFine, " second_look=all_fine", "", 1), StateUnlikely, "You did not tell us about things you cannot manage."},
		{"one thing", "condition=physical overall=big daily=nutrition daily=hygiene nutrition.limbs=time nutrition.cause=impairment hygiene.limbs=none" + allFine, StateUnlikely, "You told us about one thing you cannot manage."},
		{"hard, for lack of money", "condition=none overall=big nutrition.cause=other hygiene.cause=other " + two + allFine, StateUnlikely, "You said what is hard is not linked to your body or mind."},
		{"two hard things, one for lack of money", "overall=big nutrition.cause=impairment hygiene.cause=other " + two + allFine, StateUnlikely, "You told us about one hard thing that is linked"},
		{"no condition", "condition=none overall=big " + two, StateUnlikely, "You said this is not linked to your body, mind or senses."},
		{"small effect", "condition=physical overall=small areas=none " + two + linked, StateUnlikely, "You said the effect on your life is small."},
		{"gets help already", "council_help=yes condition=physical overall=big " + two + linked, StateAlreadyHelped, "Sending this does not change the help you get now."},
	} {
		a := answersOf(c.answers)
		ind := rs.Indicate(rs.Facts(a))
		r := rs.Result(a, &ind, councilWords)
		text := strings.Join(slices.Concat([]string{r.H1, r.ToAskLine, r.ToWeighLine, r.NotRead, r.Money}, r.Body, r.Now, r.Next, r.Disagree), " ")
		for _, s := range r.Why {
			text += " " + s.Text
		}
		if r.State != c.state || !strings.Contains(strings.Join(r.Body, " "), c.says) {
			t.Errorf("%s: state %s (%s), body %q", c.name, r.State, ind.Suggestion, r.Body)
		}
		if r.H1 == "" || r.Buttons["send"] != "Send this to Example Council" || len(r.Next) != 4 || r.Money == "" || len(r.Disagree) == 0 || len(r.Now) == 0 || r.NotRead == "" {
			t.Errorf("%s: incomplete: %+v", c.name, r)
		}
		if strings.Contains(text, "eligible") || strings.ContainsAny(text, "{}") {
			t.Errorf("%s: %s", c.name, text)
		}
		if len(r.Why) > 3 || (c.state == StateAlreadyHelped) != (len(r.Why) == 0) {
			t.Errorf("%s: %d reasons", c.name, len(r.Why))
		}
		for _, w := range r.Why {
			if w.Citation == "" || w.Text == "" {
				t.Errorf("%s: a reason without its source: %+v", c.name, w)
			}
		}
		if c.state == StateAlreadyHelped && (r.ToAskLine != "" || r.ToWeighLine != "") {
			t.Errorf("%s: tells what the rules could not tell", c.name)
		}
	}
	if r := rs.Result(care.Answers{}, nil, councilWords); r.State != StateAlreadyHelped {
		t.Errorf("without an indication: %s", r.State)
	}
}

func TestResultNamesEachTopicOnce(t *testing.T) {
	rs := published(t)
	ind := rs.Indicate(rs.NewFacts())
	r := rs.Result(care.Answers{}, &ind, councilWords)
	if len(ind.Undecided) != 61 || len(r.ToAsk) != 12 {
		t.Errorf("%d facts, topics %q", len(ind.Undecided), r.ToAsk)
	}
	if !strings.HasPrefix(r.ToAskLine, "A worker will ask you about: your health; eating and drinking; ") || r.ToWeighLine != "" {
		t.Errorf("%q %q", r.ToAskLine, r.ToWeighLine)
	}
	a := answersOf("condition=physical overall=big daily=nutrition daily=hygiene nutrition.limbs=time nutrition.cause=impairment nutrition.frequency=rarely hygiene.limbs=time hygiene.cause=impairment")
	ind = rs.Indicate(rs.Facts(a))
	if r := rs.Result(a, &ind, councilWords); !slices.Equal(r.ToWeigh, []string{"eating and drinking"}) || !strings.Contains(r.ToWeighLine, "eating and drinking.") {
		t.Errorf("%q %q", r.ToWeigh, r.ToWeighLine)
	}
}

func TestTold(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).on("for", "for=self").on("talk", "format=large_print", "ways_to_talk=other", "ways_to_talk.other.text=Slow and loud").
		skipTo("about").on("about", "condition=memory").on("daily", "daily=nutrition").on("daily/second-look", "second_look=toilet").
		on("daily/nutrition", "nutrition.limbs=time", "nutrition.limbs=assistance").on("daily/nutrition/more", "nutrition.words=Toast").
		skipTo("matters").on("matters", "matters=My cat", "not_told=My brother").
		on("you/name", "name=Sam Example", "born=1950-3-7").skipTo("check")
	sections := rs.Told(p.a, councilWords)
	rows := map[string]ToldRow{}
	for _, s := range sections {
		if s.Title == "" {
			t.Error("a section without a title")
		}
		for _, r := range s.Rows {
			rows[r.ID] = r
			if ok, _ := rs.MayBeOn(p.a, r.Page); !ok || r.Question == "" || len(r.Answers) == 0 {
				t.Errorf("%+v cannot be changed or read", r)
			}
		}
	}
	for id, want := range map[string]string{
		"format": "In large print", "ways_to_talk": "Something else: Slow and loud", "born": "7 March 1950", "matters": "My cat",
		"nutrition.limbs": "I cannot shop, cook, eat or drink, or I need help, reminding or watching",
		"toilet.limbs":    "Not answered", "language": "Not answered", "go_on": "Not answered", "daily": "Getting, making or eating food and drink",
	} {
		if got := rows[id].Answers; len(got) == 0 || got[0] != want || rows[id].Answered == (want == "Not answered") {
			t.Errorf("%s: %v", id, rows[id])
		}
	}
	text := fmt.Sprint(sections)
	for _, hidden := range []string{"My brother", "not_told", "today private", "safety", "see this screen"} {
		if strings.Contains(text, hidden) {
			t.Errorf("%q is shown", hidden)
		}
	}
	if got := rs.ToldPages(p.a, councilWords, "matters"); len(got) != 2 || got[1].Answers[0] != "My brother" {
		t.Errorf("the worker reads %v", got)
	}
	if early := rs.Told(newPerson(t, rs).skipTo("about").a, councilWords); strings.Contains(fmt.Sprint(early), "full name") {
		t.Error("pages not seen yet are listed")
	}
}

func TestToldOutcomeAndPrivate(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).skipTo("today").on("today", "private=alone").on("questions", "safety=money").skipTo("daily").
		on("daily", "daily=nutrition").on("daily/second-look", "second_look=toilet").
		on("daily/nutrition", "nutrition.limbs=time").
		on("daily/nutrition/more", "nutrition.frequency=most_days", "nutrition.help=family", "nutrition.parts=making", "nutrition.wish=Cook on Sundays").
		skipTo("check")
	text := fmt.Sprint(rs.ToldOutcome(p.a, "nutrition", councilWords))
	for _, want := range []string{"Getting, making or eating", "far longer", "Most days", "without pay", "Making food", "Cook on Sundays", "Not answered"} {
		if !strings.Contains(text, want) {
			t.Errorf("the worker does not read %q in %s", want, text)
		}
	}
	if rows := rs.ToldOutcome(p.a, "toilet", councilWords); !strings.Contains(rows[0].Answers[0], "I wear pads") {
		t.Errorf("how it came up: %v", rows)
	}
	if rows := rs.ToldOutcome(p.a, "community", councilWords); len(rows) != 1 || rows[0].Answered {
		t.Errorf("never chosen: %v", rows)
	}
	q := newPerson(t, rs).skipTo("daily").on("daily").on("daily/second-look", "second_look=all_fine")
	if rows := rs.ToldOutcome(q.a, "community", councilWords); len(rows) != 1 || !strings.HasPrefix(rows[0].Answers[0], "I do all the others") {
		t.Errorf("does all the others: %v", rows)
	}
	if rows := rs.Private(p.a, councilWords); len(rows) != 2 || rows[1].Answers[0] != "Someone takes or controls my money" || rows[1].Page != "" {
		t.Errorf("private: %v", rows)
	}
	if rows := rs.ToldMatters(p.a, councilWords); len(rows) != 1 || rows[0].Answers[0] != "Cook on Sundays" {
		t.Errorf("what they want: %v", rows)
	}
}

func TestSummary(t *testing.T) {
	rs := published(t)
	p := newPerson(t, rs).on("for", "for=self").on("talk", "language=Polish", "interpreter=yes", "format=large_print", "ways_to_talk=none").skipTo("you/name").
		on("you/name", "name=Sam Example", "call_me=Sam", "born=1950-3-7").on("you/where", "living=secret").skipTo("you/contact").
		on("you/contact", "ways=call", "ways=text", "phone=07700 900 982", "times=After 2pm", "alone=yes")
	flags := rs.Flags(p.a, p.facts(), nil)
	s := rs.Summary(p.a, flags)
	if s.Name != "Sam Example" || s.CallMe != "Sam" || s.Born != "1950-03-07" || !s.Withheld || len(s.Flags) != len(flags) {
		t.Errorf("%+v", s)
	}
	if want := []string{"Language: Polish", "Interpreter wanted: Yes", "To read: In large print"}; !slices.Equal(s.Formats, want) {
		t.Errorf("formats %q", s.Formats)
	}
	if want := []string{"Ways that are safe: Call me; Send a text", "Phone: 07700 900 982", "Good times: After 2pm", "Wants to talk alone: Yes"}; !slices.Equal(s.Contact, want) {
		t.Errorf("contact %q", s.Contact)
	}
}
