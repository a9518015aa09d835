package eligibility

import "threshold/internal/care"

// CarryInto copies into the answers of a form that is sent at once what of a draft goes along with it: the answers to
// the pages its `carries` names, and no others. Somebody who asks to be rung today should not have to say again why,
// and nothing goes along that they were not told of.
func (j *Journey) CarryInto(into *care.Answers, form string, from care.Answers) {
	f := j.forms[form]
	if f == nil {
		return
	}
	for _, path := range f.carries {
		p := j.byPath[path]
		if p == nil {
			continue
		}
		for _, q := range p.asks {
			into.Set(q.id, from.Get(q.id)...)
			for _, o := range q.options {
				into.Set(textID(q, o), from.Get(textID(q, o))...)
			}
		}
		into.Visit(path)
	}
}
