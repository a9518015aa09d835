package eligibility

import (
	"strings"

	"threshold/internal/care"
)

// Consistency returns what a practitioner should ask because answers do not go together: the rows of `consistency` in
// questions.yaml whose test holds, in their order. It is one of the checks by which a council assures itself of a
// self-assessment (SCIE). facts are those of the same answers. It is worked out when it is shown, and changes nothing: no
// indication, no flag of the case, no page a citizen sees.
func (j *Journey) Consistency(a care.Answers, facts Facts) []care.Flag {
	v := j.view(a)
	v.facts = &facts
	said := v.quoted()
	var out []care.Flag
	for _, f := range j.flags {
		if f.consistency && f.When.Eval(v.read) == True {
			out = append(out, care.Flag{ID: f.ID, Text: strings.Join(said.all(j.words.Flags[f.ID]), " "), Citation: f.Citation, Basis: f.Basis})
		}
	}
	return out
}

// Reveals says whether a prompt lets somebody guess what the rules suggest: its test reads the indication, a condition or
// an outcome as the rules made it, and not the answers alone. Where a practitioner is to look first it waits.
func (rs *Ruleset) Reveals(prompt string) bool {
	for i := range rs.prompts {
		if rs.prompts[i].ID == prompt {
			return rs.readsDerived(i)
		}
	}
	return false
}

// readsDerived says whether a group of messages reads anything besides the facts.
func (rs *Ruleset) readsDerived(g int) bool {
	p := rs.messages
	for _, m := range p.members[g] {
		if m.leaf >= 0 && int(p.leaves[m.leaf].slot) >= len(rs.schema.defs) || m.leaf < 0 && rs.readsDerived(m.group) {
			return true
		}
	}
	return false
}
