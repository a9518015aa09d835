// Package eligibility turns what a person answers into an indication under the Care Act 2014, with reasons. Everything
// here is a pure function of a published ruleset version and the facts: no clock, no store, no network. The law and the
// words are data in the rules folder; this package only knows how to read and apply them, and it refuses to load rules
// that contradict themselves.
//
// An indication is what the rules suggest. It is never the council's decision, which only a practitioner makes
// (Care Act 2014 s.13(1)).
package eligibility

import (
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// A RuleMark is what every rule carries: where it comes from, and who vouches for that.
type RuleMark struct {
	// Citation names the provision, such as "SI 2015/313 reg 2(1)(a)".
	Citation string `yaml:"citation" json:"citation"`
	// Basis is law, guidance or policy.
	Basis string `yaml:"basis" json:"basis"`
	// Verified says that the provision itself was read for this rule. It must be written, so it is a pointer here.
	Verified *bool `yaml:"verified" json:"verified"`
	// Note is for the lawyer.
	Note string `yaml:"note" json:"note,omitempty"`
}

// IsVerified says whether the provision itself was read for this rule.
func (m RuleMark) IsVerified() bool { return m.Verified != nil && *m.Verified }

// An Item is one outcome, limb or area of well-being of the law.
type Item struct {
	ID       string `yaml:"id" json:"id"`
	Letter   string `yaml:"letter" json:"letter"`
	Name     string `yaml:"name" json:"name"` // in the words of the law
	Everyday string `yaml:"-" json:"everyday,omitempty"`
	RuleMark `yaml:",inline"`
}

// A Citation is a source the whole version rests on.
type Citation struct {
	Citation string `yaml:"citation" json:"citation"`
	Title    string `yaml:"title" json:"title"`
}

// A Ruleset is one published version: rules, words and questions that are in force from a date. It is loaded by Load,
// never changes afterwards and may be used by many goroutines at once.
type Ruleset struct {
	Kind        string // such as "adult-needs"
	Title       string
	Territory   string
	InForceFrom string // yyyy-mm-dd
	InForceTo   string // yyyy-mm-dd, the last day; "" while it is in force or until the next version begins
	ReviewedBy  string // "" = not yet reviewed by a lawyer
	Citations   []Citation

	// Journey has the questions, the path through them and the words: questions.yaml and content.en.yaml. It is nil for a
	// version that is published as rules alone (no_journey: true); see HasJourney.
	*Journey

	dir       string
	noJourney bool   // said on purpose in ruleset.yaml
	shared    string // the date of the shared folder its journey uses, or ""
	// unusedShared is what this journey does not need of the shared folder; see Load.
	unusedShared Problems
	english      layers              // the words of the journey, to hold other locales against
	locales      map[string]*Ruleset // the same rules in other words, by locale; see In
	locale       Locale              // of its words; see Locale
	outcomes     []Item
	limbs        []Item
	areas        []Item
	conditions   []ruleCondition
	parts        []rulePart
	indication   ruleIndication
	prompts      []rulePrompt
	words        wording

	schema   *schema
	types    map[string]*factType
	derived  []factDef // what rules may read besides the facts: indication, conditions.<id>, …
	logic    *program  // works out the indication; group 0 is the indication
	messages *program  // works out prompts and which reasons are said

	conditionGroups []int   // by condition: its group in logic
	outcomeGroups   []int   // by outcome
	limbSlots       [][]int // by outcome, by limb: the fact, or -1
	judged          []judgedLeaf
	definite        []uint8            // by leaf: the values it takes over the answers that settle its fact
	reasonLines     []conditionReasons // by condition
	work            *sync.Pool
}

// A judgedLeaf is a leaf whose fact may hold an answer that only a person can weigh, and the outcome or condition that
// it may leave open.
type judgedLeaf struct{ slot, group int }

// ID is the version, such as "adult-needs@2015-04-01".
func (rs *Ruleset) ID() string { return rs.Kind + "@" + rs.InForceFrom }

// HasJourney says whether people can be asked this version's questions on pages. A version without one has rules, words
// and worked cases: it can be evaluated and explained, and no draft can begin under it. Of a Journey's methods only Graph
// and AllPages may be called then.
func (rs *Ruleset) HasJourney() bool { return rs.Journey != nil }

// Outcomes returns the outcomes in the order of the regulation. The caller must not change them.
func (rs *Ruleset) Outcomes() []Item { return rs.outcomes }

// Limbs returns the ways of being unable to achieve an outcome, in the order of the regulation.
func (rs *Ruleset) Limbs() []Item { return rs.limbs }

// Areas returns the areas of well-being of Care Act 2014 s.1(2), in its order.
func (rs *Ruleset) Areas() []Item { return rs.areas }

// Outcome finds an outcome by id.
func (rs *Ruleset) Outcome(id string) (Item, bool) { return find(rs.outcomes, id) }

// Limb finds a limb by id.
func (rs *Ruleset) Limb(id string) (Item, bool) { return find(rs.limbs, id) }

// Area finds an area of well-being by id.
func (rs *Ruleset) Area(id string) (Item, bool) { return find(rs.areas, id) }

func find(items []Item, id string) (Item, bool) {
	for _, it := range items {
		if it.ID == id {
			return it, true
		}
	}
	return Item{}, false
}

// ConditionIDs returns the ids of the conditions in the order of the regulation.
func (rs *Ruleset) ConditionIDs() []string {
	out := make([]string, len(rs.conditions))
	for i, c := range rs.conditions {
		out[i] = c.ID
	}
	return out
}

// Lists returns what `each` can walk in the criteria of this version.
func (rs *Ruleset) Lists() Lists {
	return Lists{"outcome": ids(rs.outcomes), "limb": ids(rs.limbs), "area": ids(rs.areas)}
}

func ids(items []Item) []string {
	out := make([]string, len(items))
	for i, it := range items {
		out[i] = it.ID
	}
	return out
}

// NewFacts returns facts of this version, all absent.
func (rs *Ruleset) NewFacts() Facts {
	return Facts{s: rs.schema, v: make([]uint8, len(rs.schema.defs))}
}

// ParseFacts reads facts from a JSON object, strictly. The error is a *FactError that names the path and the mend.
func (rs *Ruleset) ParseFacts(data []byte) (Facts, error) {
	f := rs.NewFacts()
	if err := rs.ReadFacts(data, &f); err != nil {
		return Facts{}, err
	}
	return f, nil
}

// ReadFacts is ParseFacts into facts of this version that are used again, for reading many lines.
func (rs *Ruleset) ReadFacts(data []byte, f *Facts) error {
	w := rs.borrow()
	defer rs.work.Put(w)
	return rs.schema.parse(data, f, w.seen)
}

// FactPaths returns the path of every fact there is, in the order of the regulation.
func (rs *Ruleset) FactPaths() []string {
	out := make([]string, len(rs.schema.defs))
	for i, d := range rs.schema.defs {
		out[i] = d.path
	}
	return out
}

// FactOptions returns the options a fact may have, nil when there is no such fact.
func (rs *Ruleset) FactOptions(path string) []string {
	if i, ok := rs.schema.index[path]; ok {
		return slices.Clone(rs.schema.defs[i].typ.options)
	}
	return nil
}

// Unverified lists every rule whose provision nobody has read yet, as "what: citation".
func (rs *Ruleset) Unverified() []string {
	var out []string
	rs.eachMark(func(what string, m RuleMark) {
		if !m.IsVerified() {
			out = append(out, what+": "+m.Citation)
		}
	})
	return out
}

// Policies lists every rule that is our own choice, as "what: citation".
func (rs *Ruleset) Policies() []string {
	var out []string
	rs.eachMark(func(what string, m RuleMark) {
		if m.Basis == "policy" {
			out = append(out, what+": "+m.Citation)
		}
	})
	return out
}

func (rs *Ruleset) eachMark(visit func(what string, m RuleMark)) {
	for _, l := range []struct {
		what  string
		items []Item
	}{{"outcome", rs.outcomes}, {"limb", rs.limbs}, {"area", rs.areas}} {
		for _, it := range l.items {
			visit(l.what+" "+it.ID, it.RuleMark)
		}
	}
	for _, p := range rs.parts {
		visit("part "+p.ID, p.RuleMark)
	}
	for _, c := range rs.conditions {
		visit("condition "+c.ID, c.RuleMark)
	}
	visit("indication", rs.indication.RuleMark)
	for _, p := range rs.prompts {
		visit("prompt "+p.ID, p.RuleMark)
	}
	if rs.Journey != nil {
		rs.Journey.marks(visit)
	}
}

// The shape of ruleset.yaml. Every struct here is also what docs/schema/ruleset.schema.json is made from.

type rulesetFile struct {
	ID          string                  `yaml:"id"`
	Title       string                  `yaml:"title"`
	Territory   string                  `yaml:"territory"`
	InForceFrom string                  `yaml:"in_force_from"`
	InForceTo   string                  `yaml:"in_force_to"`
	ReviewedBy  *string                 `yaml:"reviewed_by"`
	NoJourney   bool                    `yaml:"no_journey"`
	Shared      string                  `yaml:"shared"`
	Citations   []Citation              `yaml:"citations"`
	FactTypes   map[string]ruleFactType `yaml:"fact_types"`
	Facts       []ruleFact              `yaml:"facts"`
	Outcomes    []Item                  `yaml:"outcomes"`
	Limbs       []Item                  `yaml:"limbs"`
	Areas       []Item                  `yaml:"areas"`
	Unable      []rulePart              `yaml:"unable"`
	Conditions  []ruleCondition         `yaml:"conditions"`
	Indication  ruleIndication          `yaml:"indication"`
	Prompts     []rulePrompt            `yaml:"prompts"`
}

type ruleFactType struct {
	Options      []string `yaml:"options"`
	Many         bool     `yaml:"many"`
	Boolean      bool     `yaml:"boolean"`
	RecordedOnly bool     `yaml:"recorded_only"`
	AskAgain     []string `yaml:"ask_again"`
	Weigh        []string `yaml:"weigh"`
}

type ruleFact struct {
	Fact string   `yaml:"fact"`
	Type string   `yaml:"type"`
	Only []string `yaml:"only"`
}

type rulePart struct {
	ID          string    `yaml:"id"`
	Only        []string  `yaml:"only"`
	HoldsWhen   Criterion `yaml:"holds_when"`
	UnknownWhen Criterion `yaml:"unknown_when"`
	RuleMark    `yaml:",inline"`
}

type ruleCondition struct {
	ID       string    `yaml:"id"`
	MetWhen  Criterion `yaml:"met_when"`
	RuleMark `yaml:",inline"`
}

type ruleIndication struct {
	MetWhen  Criterion `yaml:"met_when"`
	RuleMark `yaml:",inline"`
}

type rulePrompt struct {
	ID       string    `yaml:"id"`
	Always   bool      `yaml:"always"`
	When     Criterion `yaml:"when"`
	RuleMark `yaml:",inline"`
	text     string
}

// loadRules reads ruleset.yaml and reasons.en.yaml of one version folder and compiles them.
func loadRules(fsys fs.FS, dir string, rs *Ruleset) Problems {
	var file rulesetFile
	src, err := decodeStrictAt(fsys, dir+"/ruleset.yaml", &file)
	if err != nil {
		return asProblems(err)
	}
	var words wording
	wordsSrc, err := decodeStrictAt(fsys, dir+"/reasons.en.yaml", &words)
	if err != nil {
		return asProblems(err)
	}
	kind, _, _ := strings.Cut(dir, "/")
	*rs = Ruleset{
		Kind: kind, Title: file.Title, Territory: file.Territory, InForceFrom: file.InForceFrom, InForceTo: file.InForceTo,
		Citations: file.Citations, dir: dir, noJourney: file.NoJourney, shared: file.Shared, outcomes: file.Outcomes, limbs: file.Limbs, areas: file.Areas,
		conditions: file.Conditions, parts: file.Unable, indication: file.Indication, prompts: file.Prompts, words: words,
	}
	if file.ReviewedBy != nil {
		rs.ReviewedBy = *file.ReviewedBy
	}
	ck := rulesetChecker{rs: rs, file: &file, src: src, locale: english, words: &rs.words, wordsSrc: wordsSrc}
	ck.head()
	ck.lists()
	ck.types()
	if len(ck.ps) == 0 { // a wrong list would make every fact over it wrong
		ck.facts()
	}
	if len(ck.ps) > 0 { // criteria cannot be understood before the lists and facts are right
		return ck.ps
	}
	ck.logic()
	ck.messages()
	ck.wording()
	if len(ck.ps) > 0 {
		return ck.ps
	}
	rs.say(words)
	rs.work = &sync.Pool{New: func() any { return rs.newWork() }}
	return nil
}

// PromptCount is how many prompts the rules may raise.
func (rs *Ruleset) PromptCount() int { return len(rs.prompts) }
