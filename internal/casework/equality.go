package casework

import (
	"context"
	"fmt"

	"threshold/internal/care"
)

// FormEquality is the form of the optional questions about the person, asked after sending (Equality Act 2010 s.149).
const FormEquality = "equality"

// Equality takes what was chosen on that form and keeps it with the council and the month alone. It writes no event and
// takes no actor: a line in the trail would lead from the answers to the case. Nobody can read the answers back here.
// kept is how many questions were answered. The error is *care.Invalid when something is to be mended; answers then
// hold what was chosen.
func (s *Service) Equality(ctx context.Context, council care.Council, typed map[string][]string) (answers care.Answers, kept int, err error) {
	rs, err := s.Words()
	if err != nil {
		return care.Answers{}, 0, err
	}
	answers, invalid, err := rs.AnswerForm(FormEquality, typed, s.Now())
	if err != nil {
		return answers, 0, err
	}
	if invalid != nil {
		return answers, 0, invalid
	}
	form, _ := rs.Form(FormEquality, nil)
	said := map[string]string{}
	for _, q := range form.Questions {
		if one := answers.One(q.ID); one != "" {
			said[q.ID] = one
		}
	}
	if len(said) == 0 {
		return answers, 0, nil
	}
	if err := s.Store.AddEquality(ctx, council.Slug, s.Now().UTC().Format("2006-01"), said); err != nil {
		return answers, 0, fmt.Errorf("taking equality answers: %w", err)
	}
	return answers, len(said), nil
}
