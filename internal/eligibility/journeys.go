package eligibility

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"threshold/internal/care"
)

// A sentAsRow says as what answers are sent when its test holds.
type sentAsRow struct {
	Kind care.CaseKind `yaml:"kind"`
	When Criterion     `yaml:"when"`
	// Without names prompts of the indication that are of an assessment alone: what is sent as this raises none of them.
	Without []string `yaml:"without"`
	line    int
}

// UnmarshalYAML keeps the line, for problems.
func (r *sentAsRow) UnmarshalYAML(n ast.Node) error {
	type plain sentAsRow
	if err := decodeNode(n, (*plain)(r)); err != nil {
		return err
	}
	r.line = lineOf(n)
	return nil
}

// A carryRow names an answer of another journey and the question of this one that it answers as well.
type carryRow struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
	line int
}

// UnmarshalYAML reads a plain id where both are equal.
func (r *carryRow) UnmarshalYAML(n ast.Node) error {
	if id, ok := scalarOf(n); ok {
		*r = carryRow{From: id, To: id, line: lineOf(n)}
		return nil
	}
	type plain carryRow
	if err := decodeNode(n, (*plain)(r)); err != nil {
		return err
	}
	r.line = lineOf(n)
	return nil
}

// sentAsKinds are the kinds that answers to a journey can be sent as, besides the kind of the rules themselves.
var sentAsKinds = []care.CaseKind{care.KindConcern, care.KindTransition, care.KindChildren, care.KindContact}

// LeadsTo is the kind of assessment whose journey these answers have chosen ("carer-support"), or "" when it is this one.
// What was answered stays good there: the first page has the same question in every journey.
func (j *Journey) LeadsTo(a care.Answers) string {
	v := j.view(a)
	for _, q := range j.choosing {
		for _, s := range v.given(q) {
			if o, ok := q.option(s); ok && o.Journey != "" {
				return o.Journey
			}
		}
	}
	return ""
}

// SentAs is what a council gets when these answers are sent: an assessment of the kind of the rules, or, where they say
// so, a concern, a child's needs assessment before 18, something for children's services, or a request to be contacted.
func (j *Journey) SentAs(a care.Answers) care.CaseKind { return j.view(a).sentAs().Kind }

func (v *view) sentAs() sentAsRow {
	for _, r := range v.j.sentAs {
		if r.When.Eval(v.read) == True {
			return r
		}
	}
	return sentAsRow{Kind: v.j.kind}
}

// TakeOver returns the answers with which a form begins after another one was sent: what both ask, as the rules list it,
// so that nobody has to say it twice. No page counts as visited: people see what was carried, and may change it.
func (j *Journey) TakeOver(from care.Answers) care.Answers {
	var out care.Answers
	for _, r := range j.carries {
		q := j.questions[r.To]
		if len(from.Get(r.From)) == 0 {
			continue
		}
		values := slices.DeleteFunc(slices.Clone(from.Get(r.From)), func(s string) bool {
			_, known := q.option(s)
			return q.isChoice() && q.choose == "" && !known
		})
		out.Set(q.id, values...)
		for _, o := range q.options {
			if o.Text {
				out.Set(textID(q, o), from.Get(care.Question{ID: r.From}.TextID(o.ID))...)
			}
		}
		if under := from.Get(r.From + suffixUnder18); q.kind == care.KindDate && len(values) > 0 {
			out.Set(q.id+suffixUnder18, under...)
		}
	}
	return out
}

// Flag returns a flag that no answer raises, such as that two people told different things: what came to a case later
// raises it. A flag that the rules do not have comes with its id alone.
func (j *Journey) Flag(id string) care.Flag {
	f := j.flagByID[id]
	if f == nil {
		return care.Flag{ID: id}
	}
	return care.Flag{
		ID: f.ID, Text: strings.Join(Words{}.all(j.words.Flags[id]), " "), Citation: f.Citation, Basis: f.Basis, Priority: flagPriorities[f.Priority],
	}
}

// unknownName is the key of the words for somebody whose name was not given.
const unknownName = ".unknown"

// names are the placeholders that answers fill: what to call the person somebody helps.
func (v *view) names() Words {
	out := Words{}
	for placeholder, ids := range v.j.names {
		for _, id := range ids {
			if g := v.given(v.j.questions[id]); len(g) > 0 && out[placeholder] == "" {
				out[placeholder] = strings.NewReplacer("{", "(", "}", ")").Replace(g[0]) // no name may open a gap
			}
		}
		if out[placeholder] == "" {
			out[placeholder] = strings.Join(v.j.words.Words[placeholder+unknownName], " ")
		}
	}
	return out
}

// named adds what answers fill to the words of a caller.
func (v *view) named(w Words) Words {
	if len(v.j.names) == 0 {
		return w
	}
	return w.with(v.names())
}

// journeys checks what leads from one journey to another, as far as one version can tell.
func (c *journeyCheck) journeys() {
	own := c.dir + "/questions.yaml"
	c.file = own
	for _, r := range c.j.sentAs {
		if !slices.Contains(sentAsKinds, r.Kind) {
			c.add(r.line, fmt.Sprintf("answers cannot be sent as %q", r.Kind), "a council would not know what it has got", "use concern, transition, children or contact")
		}
		if r.When.IsZero() {
			c.add(r.line, fmt.Sprintf("`sent_as` %q has no `when`", r.Kind), "everything would be sent as it, and nothing as an assessment", "say with `when` which answers make it so")
		}
		c.criterion(r.When, nil, "")
		for _, id := range r.Without {
			if _, ok := c.j.prompts[id]; !ok {
				c.add(r.line, fmt.Sprintf("`sent_as` %q goes without %q, which is no prompt", r.Kind, id), "it would change nothing", "use the id of a prompt of ruleset.yaml")
			}
		}
	}
	for _, r := range c.j.carries {
		switch q := c.j.questions[r.To]; {
		case q == nil || c.j.forms[q.page.path] == q.page:
			c.add(r.line, fmt.Sprintf("there is no question %q to carry an answer to", r.To), "what people were told they need not say again would be lost", "write the id of a question on a page in `to`")
		case q.writeOnly:
			c.add(r.line, fmt.Sprintf("the answer to %q is carried, and it is write-only", r.To), "what was told in private must not turn up in another form, which somebody else may see", "take it out of `carries`")
		}
	}
	for _, placeholder := range slices.Sorted(maps.Keys(c.j.names)) {
		for _, id := range c.j.names[placeholder] {
			if q := c.j.questions[id]; q == nil || q.isChoice() || q.writeOnly {
				c.add(0, fmt.Sprintf("{%s} is filled from %q, which is no question of words that may be shown again", placeholder, id), "a page would show a gap, or something private", "name questions of words in `names`")
			}
		}
		if len(c.j.words.Words[placeholder+unknownName]) == 0 {
			c.add(0, fmt.Sprintf("there are no words for {%s} while nobody has given it", placeholder), "sentences that name somebody would be left out", "write `"+placeholder+unknownName+"` in words/frame."+c.j.words.Locale+".yaml")
		}
	}
	for _, p := range c.j.allPages() {
		c.file = p.file
		for _, q := range p.asks {
			for _, o := range q.options {
				if o.Journey != "" && (p != c.j.pages[0] || q.kind != care.KindRadios) {
					c.add(o.line, fmt.Sprintf("the option %q of %q leads to another journey", o.ID, q.source), "what was answered before it would be lost on the way", "let only one choice on the first page lead to another journey")
				}
				if o.Voice != "" && o.Voice != care.VoiceSelf && o.Voice != care.VoiceHelper {
					c.add(o.line, fmt.Sprintf("%q is not a voice", o.Voice), "people would read words meant for somebody else", "use self or helper")
				}
			}
		}
	}
}

// journeysExist checks, when every version is loaded, that each journey an option leads to can be begun.
func (l *Library) journeysExist() Problems {
	var ps Problems
	for _, id := range l.IDs() {
		rs := l.byID[id]
		if !rs.HasJourney() {
			continue
		}
		for _, q := range rs.choosing {
			for _, o := range q.options {
				if o.Journey == "" || slices.ContainsFunc(l.byKind[o.Journey], (*Ruleset).HasJourney) {
					continue
				}
				ps.add(q.page.file, o.line, fmt.Sprintf("the option %q leads to the journey %q, which does not exist", o.ID, o.Journey),
					"people who choose it could not go on", "write that journey first, or take `journey` away")
			}
		}
	}
	return ps
}
