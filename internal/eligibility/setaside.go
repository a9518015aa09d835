package eligibility

import (
	"slices"
	"strings"

	"threshold/internal/care"
)

// SetAside lists what was told and does not count now, because an earlier answer was changed since. Nothing of it is lost:
// it counts again once that answer is changed back. It has what Told would have, so never a private question, and only
// what was answered. Page is where it was asked, which may not be open now.
func (j *Journey) SetAside(a care.Answers, w Words) []ToldSection {
	v := j.view(a)
	var out []ToldSection
	for _, s := range v.j.words.Told.Sections {
		outcomes := []string{""}
		if slices.ContainsFunc(s.Pages, func(p string) bool { return strings.Contains(p, "<outcome>") }) {
			outcomes = j.lists["outcome"]
		}
		for _, o := range outcomes {
			section := ToldSection{Title: v.fill(w, o).one(s.Title), Outcome: o}
			for _, source := range s.Pages {
				if p := j.byPath[strings.ReplaceAll(source, "<outcome>", o)]; p != nil && a.Visited(p.path) {
					section.Rows = append(section.Rows, v.overtaken(p, w)...)
				}
			}
			if len(section.Rows) > 0 {
				out = append(out, section)
			}
		}
	}
	return out
}

// overtaken are the rows of a page that were answered and are not asked any more.
func (v *view) overtaken(p *page, w Words) []ToldRow {
	w = v.fill(w, p.outcome)
	var out []ToldRow
	for _, q := range p.asks {
		values := v.a.Get(q.id)
		if q.writeOnly || v.asked(q) || len(values) == 0 {
			continue
		}
		row := ToldRow{Question: v.drawQuestion(q, w)[0].Text, Answered: true, Page: p.path, ID: q.id}
		for _, value := range values {
			row.Answers = append(row.Answers, v.label(q, value))
		}
		out = append(out, row)
	}
	return out
}
