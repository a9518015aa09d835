package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// PageNotes is the page of a case with its notes and messages.
const PageNotes = care.DetailNotes

// AddNote writes down a note for the council's staff. No page and no copy that a citizen reads ever shows one. A signed case
// takes notes too: what happens afterwards is written down somewhere.
func (s *Service) AddNote(ctx context.Context, actor care.Actor, reference, text, once string) error {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return err
	}
	f, err := s.open(ctx, actor, reference, "case.opened-to-change", "note")
	if err != nil {
		return err
	}
	if f.Passed != "" {
		return fmt.Errorf("a note on case %s: %w", reference, ErrPassed)
	}
	if text, err = typedWords("note", text, MaxNote); err != nil {
		return err
	}
	p, err := s.Store.Practitioner(ctx, actor.ID)
	if err != nil {
		return fmt.Errorf("looking up who writes a note on case %s: %w", reference, err)
	}
	return s.addAs(ctx, actor, f, p, care.EntryNote, "", once, care.Note{Text: text, ByName: p.Name}, "note.added", nil)
}

// A Question to the person. Outcome may be "".
type Question struct{ Outcome, Text string }

// AskAll puts several questions to the person, who finds them on their status page: all of them or none, with one message
// that says that there are some. Refusals name the field by the outcome: "question" for none, else "q-" and its id.
func (s *Service) AskAll(ctx context.Context, actor care.Actor, council care.Council, reference string, questions []Question, once string) error {
	f, p, err := s.toChange(ctx, actor, reference, "question")
	if err != nil {
		return err
	}
	var problems []care.Problem
	var entries []care.Entry
	var evs []care.Event
	for i, q := range questions {
		field := "question"
		if q.Outcome != "" {
			field = "q-" + q.Outcome
			if !slices.Contains(f.OutcomeIDs(), q.Outcome) {
				return fmt.Errorf("asking about case %s: %w", reference, eligibility.ErrUnknownField)
			}
		}
		text, err := typedWords(field, q.Text, NoteMax)
		if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
			problems = append(problems, invalid.Problems...)
			continue
		}
		e := s.entry(care.Actor{ID: f.ID}, care.EntryQuestion, "", each(once, i))
		e.By, e.ByID = care.ActorPractitioner, p.ID
		if e.Body, err = json.Marshal(care.Note{Text: text, Outcome: q.Outcome, ByName: p.Name}); err != nil {
			return fmt.Errorf("asking about case %s: %w", reference, err)
		}
		entries, evs = append(entries, e), append(evs, s.event(actor, "question.asked", f.ID, q.Outcome))
	}
	switch {
	case problems != nil:
		return &care.Invalid{Problems: problems}
	case len(entries) == 0:
		return care.Refuse("question", "enter")
	}
	evs[0].Mail = s.toPerson(f.asTold(), council, "question", "/"+council.Slug+"/back")
	err = s.Store.AddEntries(ctx, actor.Council, entries, evs...)
	if errors.Is(err, care.ErrConflict) {
		return nil // a second press of the button
	}
	if err != nil {
		return fmt.Errorf("asking about case %s: %w", reference, err)
	}
	return nil
}

func each(once string, i int) string {
	if once == "" {
		return ""
	}
	return fmt.Sprintf("%s-%d", once, i)
}

// A Gap is an outcome on which something was left open, with the questions that nobody answered, in the words of the form.
type Gap struct {
	Outcome   string
	Questions []string
}

// Gaps are the outcomes on which the person left something unanswered or was not sure, in the order of the regulation.
func (f CaseFile) Gaps(words eligibility.Words) []Gap {
	var out []Gap
	for _, id := range f.OutcomeIDs() {
		g := Gap{Outcome: id}
		for _, row := range f.Rules.ToldOutcome(f.Answers, id, words) {
			if !row.Answered && row.ID != "" && !strings.HasSuffix(row.ID, ".words") && !strings.HasSuffix(row.ID, ".wish") {
				g.Questions = append(g.Questions, row.Question)
			}
		}
		if len(g.Questions) > 0 || f.Suggested(id) == care.OutcomeUnknown && f.Shown() != nil {
			out = append(out, g)
		}
	}
	return out
}
