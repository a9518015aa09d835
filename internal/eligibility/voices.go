package eligibility

import (
	"slices"

	"threshold/internal/care"
)

// Voice says whose account these answers are: the person's own unless an option says that somebody else speaks for them.
func (j *Journey) Voice(a care.Answers) care.Voice { return j.view(a).voice() }

func (v *view) voice() care.Voice {
	for _, q := range v.j.voicing {
		for _, s := range v.given(q) {
			if o, ok := q.option(s); ok && o.Voice != "" {
				return o.Voice
			}
		}
	}
	return care.VoiceSelf
}

// TwoVoices puts together the facts a person told and those that somebody who helps them told. The person's own word
// stands: a helper's "no" never lowers their "yes". Where the person said nothing hard of an outcome and the helper does,
// the fact is yes and the accounts differ, so that the outcome is open until a practitioner has asked both (Care Act 2014
// s.1(3)(a)-(b), s.9(5)). Where the person makes light of a condition or an effect and the helper does not, it is not
// known. What helps now is everything that either named. Of the cause, how often and whether it applies the helper's word
// counts where the person has none, but never so that an outcome of which they told something hard comes out as less.
func (rs *Ruleset) TwoVoices(own, helper Facts) Facts {
	out := own.Clone()
	hard := map[string]bool{} // outcomes of which the person says that something is hard
	for _, d := range rs.schema.defs {
		if slices.Contains(d.bound, "limb") && said(own, d.path, "yes") {
			hard[d.outcome()] = true
		}
	}
	for i, d := range rs.schema.defs {
		none := own.v[i] == 0
		take := func(option string) { out.v[i], _ = d.typ.encode(d.path, []string{option}) }
		switch {
		case helper.v[i] == 0, d.typ.boolean: // that a helper's helpers differ is seen in what they say
		case d.typ.many:
			out.v[i] = own.v[i] | helper.v[i]
		case slices.Contains(d.bound, "limb"):
			switch {
			case said(own, d.path, "yes"):
			case said(helper, d.path, "yes"):
				take("yes")
				if !hard[d.outcome()] { // else the outcome rests on the person's own word already
					_ = out.Set("outcomes."+d.outcome()+".accounts_differ", "true")
				}
			case none, said(helper, d.path, "not_sure"):
				out.v[i] = helper.v[i]
			}
		case d.outcome() != "": // the cause, how often, whether it applies
			if (none || said(own, d.path, "not_sure")) && !(hard[d.outcome()] && rs.lowers(own, i, helper.v[i], d.outcome())) {
				out.v[i] = helper.v[i]
			}
		case none:
			out.v[i] = helper.v[i]
		case said(own, d.path, "no", "none") && said(helper, d.path, "yes", "big"):
			take("not_sure")
		}
	}
	return out
}

// lowers says whether an outcome comes to less when one fact has another value.
func (rs *Ruleset) lowers(f Facts, fact int, value uint8, outcome string) bool {
	i := slices.IndexFunc(rs.outcomes, func(o Item) bool { return o.ID == outcome })
	other := f.Clone()
	other.v[fact] = value
	rank := func(f Facts) int {
		t := rs.NewTrace()
		rs.Evaluate(f, t)
		return map[Truth]int{False: 0, Unknown: 1, True: 2}[rs.OutcomeUnable(t, i)]
	}
	return rank(other) < rank(f)
}

// said says whether a fact has one of these options.
func said(f Facts, path string, options ...string) bool {
	return slices.ContainsFunc(f.Get(path), func(s string) bool { return slices.Contains(options, s) })
}

// outcome is the outcome a fact is about, or "".
func (d *factDef) outcome() string {
	if k := slices.Index(d.bound, "outcome"); k >= 0 {
		return d.bound[k+1]
	}
	return ""
}
