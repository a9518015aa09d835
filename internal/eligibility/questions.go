package eligibility

import (
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"threshold/internal/care"
)

// A Journey is the way through the questions of one ruleset version: its pages in order, when each is asked, what the
// answers mean as facts, what a worker is told, and the words of it all. It never changes once it is loaded, and every
// method is a pure function of the answers given to it.
type Journey struct {
	pages      []*page // every page written out, in the order of asking; asides stand where they are shown
	byPath     map[string]*page
	forms      map[string]*page
	formOrder  []string
	questions  map[string]*question // by id; those of forms too
	flags      []flagRow
	flagByID   map[string]*flagRow
	prompts    map[string]RuleMark      // the prompts an indication may have
	priorities map[string]care.Priority // of those that are more than routine
	postcodes  postcodes
	councils   []listedCouncil // to choose from, by name
	mapping    RuleMark        // of maps_to as a whole
	words      *content
	lists      Lists
	schema     *schema // the facts that answers become
	kind       care.CaseKind
	choosing   []*question // where an option leads to another journey
	voicing    []*question // where an option says whose voice speaks
	helper     *Journey    // the same journey in the words for a helper, nil when there are none or this is it
	sentAs     []sentAsRow
	carries    []carryRow
	names      map[string][]string // placeholder: the questions that fill it
	daily      *question           // where outcomes are chosen
	second     *question           // where those that were not chosen are shown once more
}

// A page as the rules have it, without words.
type page struct {
	path     string
	source   string // the path as written, with <outcome> in it; where its words are
	outcome  string
	template string
	askWhen  Criterion
	aside    *aside
	ends     bool
	form     string
	services []string
	carries  []string // pages whose answers go along when a form is sent at once
	parts    []part
	asks     []*question
	refuse   []refusal
	file     string // the questions.yaml it is written in, the journey's own or the shared one
	line     int
	index    int
	// askTests are the tests askWhen is made of, each with the file it is written in.
	askTests []askTest
}

// An askTest is a test on a page, and where it is written.
type askTest struct {
	file string
	when Criterion
}

// An aside is shown once, straight after a page, because of what was just said there.
type aside struct {
	After string    `yaml:"after"`
	When  Criterion `yaml:"when"`
}

// A part of a page's words that is shown only when its test holds.
type part struct {
	ID   string    `yaml:"id"`
	When Criterion `yaml:"when"`
}

// A refusal is a problem between answers of one page that no single question can see.
type refusal struct {
	Field string    `yaml:"field"`
	Code  string    `yaml:"code"`
	When  Criterion `yaml:"when"`
}

// A question as the rules have it, without words.
type question struct {
	id       string
	suffix   string // the id without its outcome
	source   string // the id as written
	page     *page
	kind     care.Kind
	max      int
	required bool
	// writeOnly answers are never shown again, and never taken away by a blank.
	writeOnly bool
	// quiet questions leave no gap: unanswered they are not listed among the answers.
	quiet        bool
	autocomplete string
	choose       string // "", outcomes, outcomes_not_chosen, councils
	askWhen      Criterion
	options      []option
	leftUnticked *leftUnticked
	variants     []part
	line         int
}

func (q *question) isChoice() bool {
	return q.kind.Chosen()
}

func (q *question) option(id string) (option, bool) {
	for _, o := range q.options {
		if o.ID == id {
			return o, true
		}
	}
	return option{}, false
}

// An option, what it means as a fact, and what it tells a worker.
type option struct {
	ID        string            `yaml:"id"`
	Exclusive bool              `yaml:"exclusive"`
	Text      bool              `yaml:"text"`
	Only      []string          `yaml:"only"`
	Flags     []string          `yaml:"flags"`
	MapsTo    map[string]string `yaml:"maps_to"`
	But       []butMap          `yaml:"but"`
	Journey   string            `yaml:"journey"` // the kind whose journey choosing it leads to
	Voice     care.Voice        `yaml:"voice"`   // whose voice answers from then on
	line      int
}

type butMap struct {
	When   Criterion         `yaml:"when"`
	MapsTo map[string]string `yaml:"maps_to"`
}

type leftUnticked struct {
	When   Criterion         `yaml:"when"`
	MapsTo map[string]string `yaml:"maps_to"`
}

// A flagRow is a flag and its rule.
type flagRow struct {
	ID       string    `yaml:"id"`
	Priority string    `yaml:"priority"`
	When     Criterion `yaml:"when"`
	Later    bool      `yaml:"later"` // raised by what comes to a case after it was sent, never by an answer
	RuleMark `yaml:",inline"`
	file     string
	line     int
	// consistency marks a row of the list of that name: a question about answers that do not go together. It is no flag of a
	// case, is stored with none and moves none in the queue; see Consistency.
	consistency bool
}

var flagPriorities = map[string]care.Priority{
	"safety": care.PrioritySafety, "urgent": care.PriorityUrgent, "routine": care.PriorityRoutine,
}

// The nations a postcode can point to, in the order in which they are tried.
var nations = []string{"wales", "border_wales", "scotland", "border_scotland", "northern_ireland", "islands"}

type postcodes struct {
	RuleMark        `yaml:",inline"`
	Wales           []string `yaml:"wales"`
	BorderWales     []string `yaml:"border_wales"`
	Scotland        []string `yaml:"scotland"`
	BorderScotland  []string `yaml:"border_scotland"`
	NorthernIreland []string `yaml:"northern_ireland"`
	Islands         []string `yaml:"islands"`
}

func (p postcodes) of(nation string) []string {
	return map[string][]string{
		"wales": p.Wales, "border_wales": p.BorderWales, "scotland": p.Scotland, "border_scotland": p.BorderScotland,
		"northern_ireland": p.NorthernIreland, "islands": p.Islands,
	}[nation]
}

// nation says what the beginning of a postcode tells: one of nations, or "england" for every other, or "" for none.
// A beginning of letters alone is a whole postcode area; one with a figure is a district.
func (p postcodes) nation(postcode string) string {
	full, ok := care.ParsePostcode(postcode)
	if !ok {
		return ""
	}
	outward, _, _ := strings.Cut(full, " ")
	area := outward
	if i := strings.IndexAny(outward, "0123456789"); i >= 0 {
		area = outward[:i] // "EC1A" is area EC: what follows the first figure is part of the district
	}
	for _, want := range []string{outward, area} {
		for _, n := range nations {
			if slices.Contains(p.of(n), want) {
				return n
			}
		}
	}
	return "england"
}

// ---------------------------------------------------------------------------------------- questions.yaml as it is written

type questionsFile struct {
	Facts          RuleMark          `yaml:"facts"`
	Pages          []pageRow         `yaml:"pages"`
	Forms          []pageRow         `yaml:"forms"`
	Flags          []flagRow         `yaml:"flags"`
	Consistency    []flagRow         `yaml:"consistency"`
	PromptPriority map[string]string `yaml:"prompt_priority"`
	Postcodes      postcodes         `yaml:"postcodes"`

	SentAs  []sentAsRow         `yaml:"sent_as"`
	Carries []carryRow          `yaml:"carries"`
	Names   map[string][]string `yaml:"names"`
}

type pageRow struct {
	Use       string        `yaml:"use"` // the path of a shared page or form, which stands here
	Path      string        `yaml:"path"`
	Template  string        `yaml:"template"`
	Each      string        `yaml:"each"`
	In        []string      `yaml:"in"`
	AskWhen   Criterion     `yaml:"ask_when"`
	Aside     *aside        `yaml:"aside"`
	Ends      bool          `yaml:"ends"`
	Form      string        `yaml:"form"`
	Services  []string      `yaml:"services"`
	Carries   []string      `yaml:"carries"`
	Parts     []part        `yaml:"parts"`
	Questions []questionRow `yaml:"questions"`
	Refuse    []refusal     `yaml:"refuse"`
	file      string
	line      int
	used      askTest // what a `use` adds to a shared page
}

// UnmarshalYAML keeps the line, for problems.
func (p *pageRow) UnmarshalYAML(n ast.Node) error {
	type plain pageRow
	if err := decodeNode(n, (*plain)(p)); err != nil {
		return err
	}
	p.line = lineOf(n)
	return nil
}

type questionRow struct {
	ID           string        `yaml:"id"`
	Kind         care.Kind     `yaml:"kind"`
	Max          int           `yaml:"max"`
	Required     bool          `yaml:"required"`
	WriteOnly    bool          `yaml:"write_only"`
	Quiet        bool          `yaml:"quiet"`
	Autocomplete string        `yaml:"autocomplete"`
	Only         []string      `yaml:"only"`
	ChooseFrom   string        `yaml:"choose_from"`
	AskWhen      Criterion     `yaml:"ask_when"`
	Options      []option      `yaml:"options"`
	LeftUnticked *leftUnticked `yaml:"left_unticked"`
	Variants     []part        `yaml:"variants"`
	line         int
}

// UnmarshalYAML keeps the line, for problems.
func (q *questionRow) UnmarshalYAML(n ast.Node) error {
	type plain questionRow
	if err := decodeNode(n, (*plain)(q)); err != nil {
		return err
	}
	q.line = lineOf(n)
	return nil
}

// UnmarshalYAML reads an option: its bare id when there is nothing more to say, else a mapping.
func (o *option) UnmarshalYAML(n ast.Node) error {
	if id, ok := scalarOf(n); ok {
		*o = option{ID: id, line: lineOf(n)}
		return nil
	}
	type plain option
	if err := decodeNode(n, (*plain)(o)); err != nil {
		return err
	}
	o.line = lineOf(n)
	return nil
}

// UnmarshalYAML keeps the line, for problems.
func (f *flagRow) UnmarshalYAML(n ast.Node) error {
	type plain flagRow
	if err := decodeNode(n, (*plain)(f)); err != nil {
		return err
	}
	f.line = lineOf(n)
	return nil
}
