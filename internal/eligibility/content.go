package eligibility

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// Words fill the placeholders of a text: {council}, {phone}, {phone_24h}, {date}, {ref} and whatever else a sentence
// names. A sentence that needs a word which is missing or empty is left out, so that what a council has not set never
// shows as a gap on a page.
type Words map[string]string

// fill puts the words into s. ok is false when one that s needs is missing or empty.
func (w Words) fill(s string) (filled string, ok bool) {
	if !strings.Contains(s, "{") {
		return s, true
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '{')
		if i < 0 {
			b.WriteString(s)
			return b.String(), true
		}
		n := strings.IndexByte(s[i:], '}')
		if n < 0 {
			b.WriteString(s)
			return b.String(), true
		}
		v := w[s[i+1:i+n]]
		if v == "" {
			return "", false
		}
		b.WriteString(s[:i])
		if beginsSentence(b.String()) && !strings.ContainsAny(v, "/@") { // an address stays as it is
			first, size := utf8.DecodeRuneInString(v)
			b.WriteRune(unicode.ToUpper(first))
			v = v[size:]
		}
		b.WriteString(v)
		s = s[i+n+1:]
	}
}

// beginsSentence says whether what follows this text begins a sentence: "the person you help" is written large there.
func beginsSentence(before string) bool {
	before = strings.TrimRight(before, "'\"")
	if before == "" {
		return true
	}
	end := strings.TrimRight(before, " ")
	return end != before && strings.ContainsAny(end[len(end)-1:], ".?!")
}

// one is fill for a single text: "" when a word is missing.
func (w Words) one(s string) string {
	out, _ := w.fill(s)
	return out
}

// all fills a list and leaves out what lacks a word.
func (w Words) all(lines []string) []string {
	var out []string
	for _, l := range lines {
		if s, ok := w.fill(l); ok && s != "" {
			out = append(out, s)
		}
	}
	return out
}

// with returns w and more; more wins.
func (w Words) with(more Words) Words {
	out := make(Words, len(w)+len(more))
	for k, v := range w {
		out[k] = v
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// A spot is where something is written.
type spot struct {
	file string
	line int
}

// content is content.<locale>.yaml, with the sentences by key of words/*.<locale>.yaml beside it.
type content struct {
	Locale   string                   `yaml:"locale"`
	Status   string                   `yaml:"status"`
	Pages    map[string]*pageWords    `yaml:"pages"`
	Forms    map[string]*pageWords    `yaml:"forms"`
	Groups   map[string]string        `yaml:"groups"`
	Outcomes map[string]*outcomeWords `yaml:"outcomes"`
	Result   resultWords              `yaml:"result"`
	Told     toldWords                `yaml:"told"`
	Flags    map[string]sentences     `yaml:"flags"`
	Lists    map[string]idList        `yaml:"lists"`
	Law      map[string]lawWords      `yaml:"law"`
	Words    map[string]sentences     `yaml:"words"`

	wordsAt map[string]spot // where each of Words is written
}

type pageWords struct {
	Title     string                    `yaml:"title"`
	Lines     []string                  `yaml:"lines"`
	Parts     map[string][]string       `yaml:"parts"`
	Hint      string                    `yaml:"hint"`
	Note      string                    `yaml:"note"`
	Example   string                    `yaml:"example"`
	Button    string                    `yaml:"button"`
	Extra     map[string]string         `yaml:"extra"`
	Questions map[string]*questionWords `yaml:"questions"`
	Picture   string                    `yaml:"picture"` // the name of a drawing that stands beside it, such as "plate"
	at        spot
}

type questionWords struct {
	Text     string            `yaml:"text"`
	Hint     string            `yaml:"hint"`
	Options  map[string]string `yaml:"options"`
	Hints    map[string]string `yaml:"hints"`    // of options
	Texts    map[string]string `yaml:"texts"`    // label of the words an option invites
	Variants map[string]string `yaml:"variants"` // in place of text where the variant's test holds
	Messages map[string]string `yaml:"messages"` // by problem code
	Picture  string            `yaml:"picture"`
	Pictures map[string]string `yaml:"pictures"` // of options
	at       spot
}

type outcomeWords struct {
	Title       string                    `yaml:"title"`
	About       string                    `yaml:"about"` // the title as it stands inside a sentence
	Group       string                    `yaml:"group"`
	ScreenLabel string                    `yaml:"screen_label"`
	SecondLook  string                    `yaml:"second_look"`
	Note        string                    `yaml:"note"`
	Example     string                    `yaml:"example"`
	Questions   map[string]*questionWords `yaml:"questions"`
	Picture     string                    `yaml:"picture"`
	at          spot
}

type lawWords struct {
	Text     string `yaml:"text"`
	Citation string `yaml:"citation"`
}

type resultWords struct {
	States   map[string]*stateWords `yaml:"states"`
	ToAsk    string                 `yaml:"to_ask"`
	ToWeigh  string                 `yaml:"to_weigh"`
	Topics   map[string]string      `yaml:"topics"`
	Buttons  map[string]string      `yaml:"buttons"`
	Headings map[string]string      `yaml:"headings"`
	NotRead  string                 `yaml:"not_read"`
	Now      []string               `yaml:"now"`
	Next     []string               `yaml:"next"`
	Money    string                 `yaml:"money"`
	Disagree []string               `yaml:"disagree"`
}

type stateWords struct {
	H1                      string            `yaml:"h1"`
	Body                    []string          `yaml:"body"`
	BodyWhenNothingAnswered []string          `yaml:"body_when_nothing_answered"`
	Told                    map[string]string `yaml:"told"`
}

type toldWords struct {
	NotAnswered string         `yaml:"not_answered"`
	Date        string         `yaml:"date"` // layout of a date, as in package time
	Sections    []sectionWords `yaml:"sections"`
}

type sectionWords struct {
	Title string   `yaml:"title"`
	Pages []string `yaml:"pages"`
	at    spot
}

// UnmarshalYAML keeps the line, for problems.
func (p *pageWords) UnmarshalYAML(n ast.Node) error {
	type plain pageWords
	if err := decodeNode(n, (*plain)(p)); err != nil {
		return err
	}
	p.at.line = lineOf(n)
	return nil
}

// UnmarshalYAML keeps the line, for problems.
func (q *questionWords) UnmarshalYAML(n ast.Node) error {
	type plain questionWords
	if err := decodeNode(n, (*plain)(q)); err != nil {
		return err
	}
	q.at.line = lineOf(n)
	return nil
}

// UnmarshalYAML keeps the line, for problems.
func (o *outcomeWords) UnmarshalYAML(n ast.Node) error {
	type plain outcomeWords
	if err := decodeNode(n, (*plain)(o)); err != nil {
		return err
	}
	o.at.line = lineOf(n)
	return nil
}

// UnmarshalYAML keeps the line, for problems.
func (s *sectionWords) UnmarshalYAML(n ast.Node) error {
	type plain sectionWords
	if err := decodeNode(n, (*plain)(s)); err != nil {
		return err
	}
	s.at.line = lineOf(n)
	return nil
}

// sentences is one text or a list of them.
type sentences []string

// UnmarshalYAML reads a text or a list of texts.
func (s *sentences) UnmarshalYAML(n ast.Node) error {
	if _, ok := n.(*ast.SequenceNode); ok {
		var many []string
		if err := decodeNode(n, &many); err != nil {
			return err
		}
		*s = many
		return nil
	}
	var one string
	if err := decodeNode(n, &one); err != nil {
		return err
	}
	*s = sentences{one}
	return nil
}

// An idList is a list of ids with their words, in the order in which it is written.
type idList []idLabel

type idLabel struct{ ID, Label string }

// UnmarshalYAML keeps the order of the keys.
func (l *idList) UnmarshalYAML(n ast.Node) error {
	pairs, ok := pairsOf(n)
	if !ok {
		return Problem{Line: lineOf(n), What: "a list of ids with their words is missing here",
			Why: "pages offer these as choices", Mend: "write one `id: \"words\"` a line"}
	}
	for _, p := range pairs {
		id, _ := scalarOf(nodeOfKey(p))
		var label string
		if err := decodeNode(p.Value, &label); err != nil {
			return err
		}
		*l = append(*l, idLabel{id, label})
	}
	return nil
}

// Text returns the sentence with this key of words/*.<locale>.yaml, filled. It is "" when the sentence
// needs a word that w lacks. A key that does not exist shows itself on the page, and fails a test that reads every key
// used in the source.
func (j *Journey) Text(key string, w Words) string {
	s, ok := j.words.Words[key]
	if !ok {
		return "[no words: " + key + "]"
	}
	return strings.Join(w.all(s), " ")
}

// Texts is Text for a key with several sentences or lines: each is filled, and those that lack a word are left out.
func (j *Journey) Texts(key string, w Words) []string {
	s, ok := j.words.Words[key]
	if !ok {
		return []string{"[no words: " + key + "]"}
	}
	return w.all(s)
}

// A Choice is an id with its words, for the lists that practitioners choose from.
type Choice struct{ ID, Label string }

// Choices returns one of the `lists` of the content, in its order, or nil when there is none of this name.
func (j *Journey) Choices(list string) []Choice {
	var out []Choice
	for _, x := range j.words.Lists[list] {
		out = append(out, Choice(x))
	}
	return out
}

// Choice returns the words for one id of a list, or the id itself when it is not there: what was stored under older
// words must still be readable.
func (j *Journey) Choice(list, id string) string {
	for _, x := range j.words.Lists[list] {
		if x.ID == id {
			return x.Label
		}
	}
	return id
}

// Law returns a test in the law's terms with its citation, for practitioners. Empty when there is none of this key.
func (j *Journey) Law(key string) (text, citation string) {
	l := j.words.Law[key]
	return l.Text, l.Citation
}

// OutcomeTitle is what an outcome is called in everyday words, such as "Eating and drinking"; the id when unknown.
func (j *Journey) OutcomeTitle(id string) string {
	if o := j.words.Outcomes[id]; o != nil {
		return o.Title
	}
	return id
}

// AreaTitle is what an area of well-being is called on the page that asks about it; the id when unknown.
func (j *Journey) AreaTitle(id string) string {
	for _, p := range j.words.Pages {
		if q := p.Questions["areas"]; q != nil && q.Options[id] != "" {
			return q.Options[id]
		}
	}
	return id
}
