package eligibility

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// Facts are what the rules read: one small number for each fact of one ruleset version. They are made by a Ruleset
// (NewFacts, ParseFacts) and fit that version only.
//
// Every way of printing gives "[facts]": what somebody cannot do must not reach a log by a stray %v. Only MarshalJSON
// tells what is inside.
type Facts struct {
	s *schema
	// v has a value for each fact of the schema: 0 is absent; otherwise the option's place counted from 1 or, for a
	// fact that takes several options, one bit for each.
	v []uint8
}

// A FactError says which fact cannot be accepted and how to mend it.
type FactError struct {
	Path string // such as "outcomes.nutrition.cause"; "" when the whole object is meant
	What string
	Mend string
}

// Error is one line.
func (e *FactError) Error() string {
	at := ""
	if e.Path != "" {
		at = e.Path + ": "
	}
	return at + e.What + "; " + e.Mend
}

const factsHidden = "[facts]"

// String hides the facts.
func (f Facts) String() string { return factsHidden }

// Format hides the facts from every verb, %#v too.
func (f Facts) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(factsHidden)) }

// LogValue hides the facts from slog.
func (f Facts) LogValue() slog.Value { return slog.StringValue(factsHidden) }

// Set gives a fact its option, or several where the fact takes several; none makes it absent again. The error is a
// *FactError.
func (f *Facts) Set(path string, options ...string) error {
	i, ok := f.s.index[path]
	if !ok {
		return f.s.unknownPath(path)
	}
	v, err := f.s.defs[i].typ.encode(path, options)
	if err != nil {
		return err
	}
	f.v[i] = v
	return nil
}

// Get returns the options of a fact, none when it is absent or there is no such fact.
func (f Facts) Get(path string) []string {
	if f.s == nil {
		return nil
	}
	i, ok := f.s.index[path]
	if !ok {
		return nil
	}
	return f.s.defs[i].typ.decode(f.v[i])
}

// Reading is what a Criterion sees of a fact.
func (f Facts) Reading(path string) Reading {
	if f.s == nil {
		return Reading{}
	}
	i, ok := f.s.index[path]
	if !ok {
		return Reading{}
	}
	return f.s.defs[i].typ.reading(f.v[i])
}

// Paths returns the paths of the facts that are not absent, in the order of the regulation.
func (f Facts) Paths() []string {
	var out []string
	for i, v := range f.v {
		if v != 0 {
			out = append(out, f.s.defs[i].path)
		}
	}
	return out
}

// Clone returns a copy that can be changed without touching f.
func (f Facts) Clone() Facts { return Facts{s: f.s, v: slices.Clone(f.v)} }

// Clear makes every fact absent, so that f can be filled again.
func (f *Facts) Clear() { clear(f.v) }

// MarshalJSON writes the facts that are not absent as the nested object ParseFacts reads.
func (f Facts) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	var open []string // names of the objects that are open
	first := true
	for i, v := range f.v {
		if v == 0 {
			continue
		}
		d := &f.s.defs[i]
		parents := d.segs[:len(d.segs)-1]
		same := 0
		for same < len(open) && same < len(parents) && open[same] == parents[same] {
			same++
		}
		for range len(open) - same {
			out, first = append(out, '}'), false
		}
		open = open[:same]
		for _, name := range parents[same:] {
			out = appendKey(out, name, first)
			out, first, open = append(out, '{'), true, append(open, name)
		}
		out, first = appendKey(out, d.segs[len(d.segs)-1], first), false
		out = d.typ.appendJSON(out, v)
	}
	for range open {
		out = append(out, '}')
	}
	return append(out, '}'), nil
}

// appendKey writes a key; ids are checked by the loader and need no escaping.
func appendKey(out []byte, name string, first bool) []byte {
	if !first {
		out = append(out, ',')
	}
	out = append(out, '"')
	out = append(out, name...)
	return append(out, '"', ':')
}

// A factType says which options a fact has and which of them leave the matter open.
type factType struct {
	name    string
	options []string
	// many facts take several options at once. They are kept as bits, so they have at most 8 options.
	many bool
	// boolean facts are true and false in JSON.
	boolean bool
	// recordedOnly facts are written down for people. No rule of eligibility may read them.
	recordedOnly bool
	askAgain     []string // options (or Absent) that stay open until somebody asks again
	weigh        []string // options that stay open whatever else is asked

	openAt, weighAt [256]bool // by value: whether it is one of askAgain, of weigh
}

// index fills what is looked up by value.
func (t *factType) index() {
	for v := range 256 {
		if t.valid(v) {
			t.openAt[v], t.weighAt[v] = t.hasValue(t.askAgain, uint8(v)), t.hasValue(t.weigh, uint8(v))
		}
	}
}

func (t *factType) encode(path string, options []string) (uint8, error) {
	if len(options) > 1 && !t.many {
		return 0, &FactError{path, "only one answer is taken here", "use one of: " + strings.Join(t.options, ", ")}
	}
	var v uint8
	for _, o := range options {
		i := slices.Index(t.options, o)
		if i < 0 {
			return 0, t.unknownOption(path, o)
		}
		if t.many {
			v |= 1 << i
		} else {
			v = uint8(i + 1)
		}
	}
	return v, nil
}

func (t *factType) unknownOption(path, option string) error {
	return &FactError{path, fmt.Sprintf("there is no option %q", shorten(option)), "use " + t.oneOf()}
}

// oneOf says what JSON a fact takes.
func (t *factType) oneOf() string {
	switch {
	case t.boolean:
		return "true or false, without quotes"
	case t.many:
		return "a list with any of: " + strings.Join(t.options, ", ")
	}
	return "one of: " + strings.Join(t.options, ", ")
}

func (t *factType) decode(v uint8) []string {
	if v == 0 {
		return nil
	}
	if !t.many {
		return []string{t.options[v-1]}
	}
	var out []string
	for i, o := range t.options {
		if v&(1<<i) != 0 {
			out = append(out, o)
		}
	}
	return out
}

func (t *factType) reading(v uint8) Reading {
	r := Reading{Values: t.decode(v)}
	for _, o := range r.Values {
		r.Unknown = r.Unknown || slices.Contains(t.askAgain, o) || slices.Contains(t.weigh, o)
	}
	return r
}

// valid says whether v is a value that encode can give.
func (t *factType) valid(v int) bool {
	if t.many {
		return v < 1<<len(t.options)
	}
	return v <= len(t.options)
}

func (t *factType) hasValue(set []string, v uint8) bool {
	if v == 0 {
		return slices.Contains(set, Absent)
	}
	if t.many {
		return false // several at once are never compared with a single open option
	}
	return slices.Contains(set, t.options[v-1])
}

func (t *factType) appendJSON(out []byte, v uint8) []byte {
	switch {
	case t.many:
		out = append(out, '[')
		for m := v; m != 0; m &= m - 1 {
			if m != v {
				out = append(out, ',')
			}
			out = append(out, '"')
			out = append(out, t.options[bits.TrailingZeros8(m)]...)
			out = append(out, '"')
		}
		return append(out, ']')
	case t.boolean:
		return append(out, t.options[v-1]...)
	}
	out = append(out, '"')
	out = append(out, t.options[v-1]...)
	return append(out, '"')
}

// A factDef is one fact of one version.
type factDef struct {
	path    string
	segs    []string
	typ     *factType
	pattern string   // as written in the rules, such as "outcomes.<outcome>.<limb>"
	bound   []string // what stands for the gaps: name, id, name, id, …
}

// A schema is all facts of one version, in the order of the regulation, and the shape of their JSON.
type schema struct {
	defs  []factDef
	index map[string]int
	root  *jsonNode
	nodes int
}

// A jsonNode is an object (kids) or a fact (def) in the JSON of the facts.
type jsonNode struct {
	id    int
	names []string
	kids  []*jsonNode
	def   int    // -1 for an object
	noun  string // what the keys of an object are called in an error
}

func newSchema(defs []factDef) *schema {
	s := &schema{defs: defs, index: make(map[string]int, len(defs)), root: &jsonNode{def: -1, noun: "fact"}, nodes: 1}
	for i := range defs {
		s.index[defs[i].path] = i
		n := s.root
		patternSegs := strings.Split(defs[i].pattern, ".")
		for k, name := range defs[i].segs {
			kind := "field"
			if p := patternSegs[k]; strings.HasPrefix(p, "<") {
				kind = strings.Trim(p, "<>")
			}
			if n != s.root && !slices.Contains(strings.Split(n.noun, " or "), kind) {
				n.noun = strings.TrimPrefix(n.noun+" or "+kind, " or ")
			}
			kid := n.kid([]byte(name))
			if kid == nil {
				kid = &jsonNode{id: s.nodes, def: -1}
				s.nodes++
				n.names, n.kids = append(n.names, name), append(n.kids, kid)
			}
			n = kid
		}
		n.def = i
	}
	return s
}

func (n *jsonNode) kid(name []byte) *jsonNode {
	for i, k := range n.names {
		if k == string(name) {
			return n.kids[i]
		}
	}
	return nil
}

// unknownPath finds out how much of a path exists, to say what may stand there.
func (s *schema) unknownPath(path string) error {
	n := s.root
	segs := strings.Split(path, ".")
	for i, seg := range segs {
		kid := n.kid([]byte(seg))
		if kid == nil {
			return n.unknownKey(strings.Join(segs[:i], "."), seg)
		}
		n = kid
	}
	return &FactError{path, "this holds other facts and has no value of its own", "use one of its keys: " + strings.Join(n.names, ", ")}
}

func (n *jsonNode) unknownKey(parent, key string) error {
	key = shorten(key)
	if parent != "" {
		key = parent + "." + key
	}
	if n.def >= 0 {
		return &FactError{key, "there is nothing below " + parent, "take it away"}
	}
	return &FactError{key, "there is no such " + n.noun, "use one of: " + strings.Join(n.names, ", ")}
}

// shorten keeps what a caller sent from filling an error.
func shorten(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// parse fills f from one JSON object. It is strict: an unknown key or option, a key written twice, a value of another
// type and null are refused with their path. seen is scratch space of s.nodes places.
func (s *schema) parse(data []byte, f *Facts, seen []bool) error {
	clear(f.v)
	clear(seen)
	if !json.Valid(data) {
		var v any
		err := json.Unmarshal(data, &v) // only to learn where it is wrong
		return &FactError{"", "this is not JSON: " + jsonFault(err), "send one JSON object with the facts"}
	}
	r := factReader{data: data, s: s, f: f, seen: seen}
	r.space()
	if r.data[r.i] != '{' {
		return &FactError{"", "the facts must be a JSON object", "write {} when nothing is known"}
	}
	return r.object(s.root, "")
}

func jsonFault(err error) string {
	if err == nil {
		return "it cannot be read"
	}
	if e, ok := err.(*json.SyntaxError); ok { //nolint:errorlint // straight from Unmarshal, never wrapped
		return fmt.Sprintf("%s (at byte %d)", e.Error(), e.Offset)
	}
	return err.Error()
}

// A factReader walks over JSON that json.Valid has accepted, so it never has to ask whether the text is well formed.
// It exists because a line of `indicate` must be read without building a tree.
type factReader struct {
	data []byte
	i    int
	s    *schema
	f    *Facts
	seen []bool
}

func (r *factReader) space() {
	for {
		switch r.data[r.i] {
		case ' ', '\t', '\r', '\n':
			r.i++
		default:
			return
		}
	}
}

// text reads a string and returns its content.
func (r *factReader) text() []byte {
	start := r.i
	r.i++
	escaped := false
	for r.data[r.i] != '"' {
		if r.data[r.i] == '\\' {
			escaped = true
			r.i++
		}
		r.i++
	}
	r.i++
	if !escaped {
		return r.data[start+1 : r.i-1]
	}
	var s string
	_ = json.Unmarshal(r.data[start:r.i], &s) // valid by json.Valid
	return []byte(s)
}

func (r *factReader) object(n *jsonNode, path string) error {
	r.i++ // {
	r.space()
	for r.data[r.i] != '}' {
		if r.data[r.i] == ',' {
			r.i++
			r.space()
		}
		key := r.text()
		r.space()
		r.i++ // :
		r.space()
		kid := n.kid(key)
		if kid == nil {
			return n.unknownKey(path, string(key))
		}
		if r.seen[kid.id] {
			return &FactError{join(path, string(key)), "this is written twice", "keep one of them"}
		}
		r.seen[kid.id] = true
		if err := r.value(kid, path, key); err != nil {
			return err
		}
		r.space()
	}
	r.i++ // }
	return nil
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (r *factReader) value(n *jsonNode, path string, key []byte) error {
	c := r.data[r.i]
	if n.def < 0 {
		if c != '{' {
			return &FactError{join(path, string(key)), "this must be an object", "put these facts inside it, or leave it out: " + strings.Join(n.names, ", ")}
		}
		return r.object(n, join(path, string(key)))
	}
	d := &r.s.defs[n.def]
	wrong := func() error {
		return &FactError{d.path, "this is not an answer that is known here", "use " + d.typ.oneOf() + "; leave it out when it was not answered"}
	}
	switch {
	case d.typ.many:
		if c != '[' {
			return wrong()
		}
		return r.list(d, n.def, wrong)
	case d.typ.boolean:
		if c != 't' && c != 'f' {
			return wrong()
		}
		word := "true"
		if c == 'f' {
			word = "false"
		}
		r.i += len(word)
		r.f.v[n.def] = uint8(slices.Index(d.typ.options, word) + 1)
		return nil
	}
	if c != '"' {
		return wrong()
	}
	word := r.text()
	for i, o := range d.typ.options {
		if o == string(word) {
			r.f.v[n.def] = uint8(i + 1)
			return nil
		}
	}
	return d.typ.unknownOption(d.path, string(word))
}

func (r *factReader) list(d *factDef, def int, wrong func() error) error {
	r.i++ // [
	r.space()
	for r.data[r.i] != ']' {
		if r.data[r.i] == ',' {
			r.i++
			r.space()
		}
		if r.data[r.i] != '"' {
			return wrong()
		}
		word := string(r.text())
		bit, err := d.typ.encode(d.path, []string{word})
		if err != nil {
			return err
		}
		r.f.v[def] |= bit
		r.space()
	}
	r.i++ // ]
	return nil
}
