package eligibility

import (
	"slices"
	"strconv"
	"strings"
)

// wording is the shape of reasons.<locale>.yaml: the words of reasons, reason tree and prompts.
type wording struct {
	Locale   string            `yaml:"locale"`
	Outcomes map[string]string `yaml:"outcomes"`
	Areas    map[string]string `yaml:"areas"`
	Tree     treeWords         `yaml:"tree"`
	// Told has, by the fact as the rules write it, a sentence for each option and for absent.
	Told map[string]map[string]string `yaml:"told"`
	// Reasons has, by condition and by its value (met, not_met, unknown), the lines to choose from.
	Reasons map[string]map[string][]reasonLine `yaml:"reasons"`
	Prompts map[string]string                  `yaml:"prompts"`
}

type treeWords struct {
	Indication string            `yaml:"indication"`
	Conditions map[string]string `yaml:"conditions"`
	Outcome    string            `yaml:"outcome"`
	Parts      map[string]string `yaml:"parts"`
}

type reasonLine struct {
	When     Criterion `yaml:"when"`
	Text     string    `yaml:"text"`
	root     int       // group in messages, -1 when there is no `when`
	template template
}

// conditionReasons are the lines of one condition by the bits of its value.
type conditionReasons [4][]reasonLine

// A template is text with {placeholders}: literals at even places, names at odd ones.
type template []string

func parseTemplate(s string) template {
	var t template
	for {
		i := strings.IndexByte(s, '{')
		j := strings.IndexByte(s, '}')
		if i < 0 || j < i {
			return append(t, s)
		}
		t = append(t, s[:i], s[i+1:j])
		s = s[j+1:]
	}
}

func (t template) names() []string {
	var out []string
	for i := 1; i < len(t); i += 2 {
		out = append(out, t[i])
	}
	return out
}

func (t template) fill(value func(name string) string) string {
	if len(t) == 1 {
		return t[0]
	}
	var b strings.Builder
	for i, s := range t {
		if i%2 == 1 {
			s = value(s)
		}
		b.WriteString(s)
	}
	return b.String()
}

// reasonPlaceholders are the names a reason may use.
var reasonPlaceholders = []string{"n_unable", "unable", "areas_big", "areas_some"}

// placeholder gives the value of a name in a reason.
func (rs *Ruleset) placeholder(name string, v []uint8, t *Trace) string {
	var out []string
	if option, ok := strings.CutPrefix(name, "areas_"); !ok {
		for i, g := range rs.outcomeGroups {
			if t.group(g) == bitTrue {
				out = append(out, rs.outcomes[i].Everyday)
			}
		}
		if name == "n_unable" {
			return strconv.Itoa(len(out))
		}
	} else {
		out = rs.areasWith(option, v)
	}
	return list(out)
}

// areasWith returns the everyday names of the areas of well-being whose fact has an option.
func (rs *Ruleset) areasWith(option string, v []uint8) []string {
	var out []string
	for i := range rs.schema.defs {
		d := &rs.schema.defs[i]
		if k := slices.Index(d.bound, "area"); k >= 0 && v[i] != 0 && slices.Contains(d.typ.decode(v[i]), option) {
			out = append(out, rs.words.Areas[d.bound[k+1]])
		}
	}
	return out
}

// list joins names as a sentence does: "a", "a and b", "a, b and c". A name that has an "and" of its own gets a comma
// before the last one, so that the parts stay apart.
func list(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	last := " and "
	for _, n := range names {
		if strings.Contains(n, " and ") {
			last = ", and "
		}
	}
	return strings.Join(names[:len(names)-1], ", ") + last + names[len(names)-1]
}

// toldText is the sentence for one fact with value v.
func (rs *Ruleset) toldText(d *factDef, v uint8) string {
	option := Absent
	if vs := d.typ.decode(v); len(vs) > 0 {
		option = vs[0]
	}
	for _, key := range patternsOf(d) {
		if byOption, ok := rs.words.Told[key]; ok {
			return rs.fillNames(byOption[option], d.bound)
		}
	}
	return ""
}

// fillNames puts everyday names where {outcome} and {area} stand.
func (rs *Ruleset) fillNames(text string, bound []string) string {
	return parseTemplate(text).fill(func(name string) string {
		k := slices.Index(bound, name)
		if k < 0 {
			return ""
		}
		if name == "area" {
			return rs.words.Areas[bound[k+1]]
		}
		return rs.words.Outcomes[bound[k+1]]
	})
}

// patternsOf returns the keys under which the words of a fact may stand, the most particular first: with some of the
// gaps filled ("outcomes.<outcome>.danger") or none ("outcomes.<outcome>.<limb>").
func patternsOf(d *factDef) []string {
	out := []string{d.pattern}
	for i := 0; i+1 < len(d.bound); i += 2 {
		for _, p := range slices.Clone(out) {
			out = append(out, fill(p, d.bound[i:i+2]))
		}
	}
	slices.Reverse(out)
	return out
}
