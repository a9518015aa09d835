package eligibility

import (
	"slices"

	"threshold/internal/care"
)

// Copied returns what a copy holds that somebody keeps and may bring back: by question id, every answer that counts now,
// with the words that go with an option. Write-only answers are in no copy.
func (j *Journey) Copied(a care.Answers) map[string][]string {
	v := j.view(a)
	out := map[string][]string{}
	for _, p := range j.pages {
		for _, q := range p.asks {
			if q.writeOnly || len(v.given(q)) == 0 {
				continue
			}
			out[q.id] = slices.Clone(v.given(q))
			for _, o := range q.options {
				if words := a.Get(textID(q, o)); o.Text && len(words) > 0 {
					out[textID(q, o)] = slices.Clone(words)
				}
			}
		}
	}
	return out
}

// ToldOf lists the answered ones of some questions, in the order named: for a page that is put together from answers of
// many pages. An answer that does not count now is left out, and so is every write-only one.
func (j *Journey) ToldOf(a care.Answers, w Words, questions ...string) []ToldRow {
	v := j.view(a)
	var out []ToldRow
	for _, id := range questions {
		q := j.questions[id]
		if q == nil || q.writeOnly || len(v.given(q)) == 0 {
			continue
		}
		out = append(out, v.row(q, w))
	}
	return out
}

// QuestionText is what a question asks, for these answers; "" when there is none of this id, or a write-only one. The words that go with an
// option have the text of their own field.
func (j *Journey) QuestionText(a care.Answers, id string, w Words) string {
	v := j.view(a)
	for _, p := range j.pages {
		for _, q := range p.asks {
			if q.writeOnly {
				continue
			}
			for _, drawn := range v.drawQuestion(q, v.fill(w, p.outcome)) {
				if drawn.ID == id {
					return drawn.Text
				}
			}
		}
	}
	return ""
}
