package eligibility

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// english is the locale that every version has, and to which the others are held.
const english = "en"

const localesFile = "locales.yaml"

// A Locale is a way in which all pages can be read: a language, or Easy Read.
type Locale struct {
	ID   string `yaml:"id"`   // such as "en-easy"; part of the names of its files
	Name string `yaml:"name"` // what people choose it by, in its own words
	Lang string `yaml:"lang"` // BCP 47, for the lang attribute of a page
	Dir  string `yaml:"dir"`  // ltr or rtl
	test bool   // made from English by machine
}

// A LoadOption changes how Load reads the rules.
type LoadOption func(*loadOptions)

type loadOptions struct{ testLocales bool }

// WithTestLocales adds two locales that are made from English by machine, to see whether every text of a page comes from
// the words and whether a page holds together when words are longer, strange or from right to left: en-XA and ar-XB.
func WithTestLocales() LoadOption { return func(o *loadOptions) { o.testLocales = true } }

// Locales returns the locales there are, English first.
func (l *Library) Locales() []Locale { return slices.Clone(l.locales) }

// In returns the same version in the words of a locale; one that is not known gives English. It costs nothing: the words
// were read by Load. What practitioners read is English in all of them.
func (rs *Ruleset) In(locale string) *Ruleset {
	if in := rs.locales[locale]; in != nil {
		return in
	}
	return rs.locales[english]
}

// Locale is that of a version's words; see In.
func (rs *Ruleset) Locale() Locale { return rs.locale }

// easy ends the ids of the locales that are Easy Read.
const easy = "-easy"

// EasyEnglish is the locale of Easy Read in English.
const EasyEnglish = english + easy

// Easy says whether a locale is Easy Read: pages are then drawn with pictures and larger words.
func (l Locale) Easy() bool { return strings.HasSuffix(l.ID, easy) }

// ForTests says whether a locale was made by machine (see WithTestLocales): nobody should meet it in a live service.
func (l Locale) ForTests() bool { return l.test }

// Pictures returns the names of all drawings that words in any locale ask for, sorted.
func (l *Library) Pictures() []string {
	names := map[string]bool{}
	for _, rs := range l.byID {
		for _, in := range rs.locales {
			if !in.HasJourney() {
				continue
			}
			for _, j := range []*Journey{in.Journey, in.helper} {
				if j != nil {
					j.words.eachPicture(func(_ spot, name string) { names[name] = true })
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func (c *content) eachPicture(visit func(at spot, name string)) {
	one := func(at spot, name string) {
		if name != "" {
			visit(at, name)
		}
	}
	questions := func(m map[string]*questionWords) {
		for _, id := range slices.Sorted(maps.Keys(m)) {
			one(m[id].at, m[id].Picture)
			for _, o := range slices.Sorted(maps.Keys(m[id].Pictures)) {
				one(m[id].at, m[id].Pictures[o])
			}
		}
	}
	for _, pages := range []map[string]*pageWords{c.Pages, c.Forms} {
		for _, source := range slices.Sorted(maps.Keys(pages)) {
			one(pages[source].at, pages[source].Picture)
			questions(pages[source].Questions)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.Outcomes)) {
		one(c.Outcomes[id].at, c.Outcomes[id].Picture)
		questions(c.Outcomes[id].Questions)
	}
}

var pictureName = regexp.MustCompile(`^[a-z0-9-]+$`)

// pictures checks the names of drawings.
func (c *journeyCheck) pictures(words layers) {
	for _, l := range slices.Concat(words.each, words.voiced) {
		l.eachPicture(func(at spot, name string) {
			if !pictureName.MatchString(name) {
				c.addWords(at, fmt.Sprintf("the picture %q cannot be the name of a drawing", name), "no file could be found under it", "use small letters, figures and hyphens, without .svg")
			}
		})
	}
}

// loadLocales reads locales.yaml. Without the file there is English alone.
func loadLocales(fsys fs.FS) ([]Locale, Problems) {
	only := []Locale{{ID: english, Name: "English", Lang: english, Dir: "ltr"}}
	if _, err := fs.Stat(fsys, localesFile); errors.Is(err, fs.ErrNotExist) {
		return only, nil
	}
	var all []Locale
	src, err := decodeStrictAt(fsys, localesFile, &all)
	if err != nil {
		return nil, asProblems(err)
	}
	var ps Problems
	seen := map[string]bool{}
	for i, l := range all {
		line := src.line(i)
		if i == 0 && l.ID != english {
			ps.add(localesFile, line, fmt.Sprintf("the first locale is %q", l.ID), "English is what every other one is held to", "put en first")
		}
		if seen[l.ID] || !localeID.MatchString(l.ID) {
			ps.add(localesFile, line, fmt.Sprintf("the locale %q is there twice, or is no name for one", l.ID), "it is part of the names of files", "use a language and a variant, such as cy or en-easy, once")
		}
		seen[l.ID] = true
		if l.Name == "" || l.Lang == "" || l.Dir != "ltr" && l.Dir != "rtl" {
			ps.add(localesFile, line, fmt.Sprintf("the locale %q lacks a name or lang, or its dir is neither ltr nor rtl", l.ID), "people choose it by its name, and browsers read it aloud by its lang", "write name, lang and dir")
		}
	}
	if len(all) == 0 {
		ps.add(localesFile, 0, "there is no locale", "nobody could read anything", "write en, or take the file away")
	}
	if ps != nil {
		return nil, ps
	}
	return all, nil
}

var localeID = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]+)*$`)

// localise prepares a version in every locale. Its English has been loaded.
func localise(fsys fs.FS, rs *Ruleset, locales []Locale) Problems {
	rs.locales = map[string]*Ruleset{english: rs}
	var ps Problems
	for _, l := range locales {
		if l.ID == english {
			rs.locale = l
			continue
		}
		in := *rs
		in.locale = l
		if l.test {
			in.translate(l.ID)
		} else {
			in.unusedShared = nil
			ps = append(ps, in.read(fsys, l.ID)...)
			rs.unusedShared = append(rs.unusedShared, in.unusedShared...)
		}
		rs.locales[l.ID] = &in
	}
	return ps
}

// reword puts the words of reasons into a version that shares everything else with another.
func (rs *Ruleset) reword(w wording) {
	rs.outcomes, rs.areas, rs.prompts = slices.Clone(rs.outcomes), slices.Clone(rs.areas), slices.Clone(rs.prompts)
	rs.say(w)
	lines := make([]conditionReasons, len(rs.reasonLines))
	for i, c := range rs.conditions {
		for value, bits := range map[string]uint8{conditionOptions[0]: bitTrue, conditionOptions[1]: bitFalse, conditionOptions[2]: bitsOpen} {
			for k, l := range rs.reasonLines[i][bits] {
				l.template = parseTemplate(w.Reasons[c.ID][value][k].Text)
				lines[i][bits] = append(lines[i][bits], l)
			}
		}
	}
	rs.reasonLines = lines
}

// read reads the words of a locale from its files, and holds them to the English ones.
func (rs *Ruleset) read(fsys fs.FS, locale string) Problems {
	w, ps := rs.readReasons(fsys, locale)
	if ps != nil {
		return ps
	}
	rs.reword(w)
	if !rs.HasJourney() {
		return nil
	}
	sharedDir := ""
	if rs.shared != "" {
		sharedDir = sharedFolder + "/" + rs.shared
	}
	words, ps := loadWords(fsys, rs.dir, sharedDir, locale, fallback(rs.english.merged))
	if ps != nil {
		return ps
	}
	if len(words.voiced) == 0 { // a helper reads the English words for helpers until there are others
		words.voiced = rs.english.voiced
		words.voice()
		words.voiced = nil
	}
	c := journeyCheck{j: rs.in(words), dir: rs.dir, rows: &questionsFile{}, shared: &sharedFile{}, layers: words}
	for i, l := range words.each {
		c.parity(rs.english.each[i], l)
	}
	if len(c.ps) == 0 {
		c.words()
		c.toldWords()
		for _, l := range words.each {
			c.surplus(l)
		}
		for _, l := range words.voiced {
			c.voiced(l)
		}
	}
	c.pictures(words)
	rs.Journey, rs.unusedShared = c.j, c.unused
	return c.ps
}

// fallback is what other locales share with English: what practitioners read, and what is not words.
func fallback(en *content) *content {
	out := &content{Groups: map[string]string{}, Outcomes: map[string]*outcomeWords{}, Words: map[string]sentences{}, Lists: en.Lists, Law: en.Law, Flags: en.Flags}
	for id, o := range en.Outcomes {
		out.Outcomes[id] = &outcomeWords{Group: o.Group, at: o.at}
	}
	for key, s := range en.Words {
		if isForStaff([]string{"words", key}) {
			out.Words[key] = s
		}
	}
	out.Told.Date = en.Told.Date
	return out
}

// parity checks that one folder has in another locale the same keys as in English, and that no text needs a word that the
// English one does not.
func (c *journeyCheck) parity(en, other layer) {
	have, want := textsByKey(other.content), textsByKey(en.content)
	locale := other.Locale
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if _, ok := have[key]; !ok {
			at := en.at(want[key].path)
			at.file = strings.TrimSuffix(at.file, english+".yaml") + locale + ".yaml"
			c.addWords(spot{file: at.file}, fmt.Sprintf("the text %q is missing", key), "a reader of this locale would meet a gap, or another language", "write it, as the English file of the same name does")
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		e, at := have[key], other.at(have[key].path)
		if _, ok := want[key]; !ok {
			c.addWords(at, fmt.Sprintf("the text %q is not there in English", key), "one of the two says something that the other does not", "take it away, or write it in English too")
			continue
		}
		allowed := append(placeholders(want[key].texts...), slices.Collect(maps.Keys(c.j.names))...)
		for _, name := range placeholders(e.texts...) {
			if !slices.Contains(allowed, name) {
				c.addWords(at, fmt.Sprintf("the text %q needs {%s}, which the English one does not", key, name), "the sentence would be left out wherever nobody gives the word", "use the names in braces of the English text")
			}
		}
	}
}

// at is where the text at a path is written.
func (l layer) at(path []string) spot {
	if path[0] == "words" {
		return l.wordsAt[path[1]]
	}
	return spot{l.src.file, l.src.line(anyOf(path)...)}
}

func anyOf(path []string) []any {
	out := make([]any, len(path))
	for i, p := range path {
		out[i] = p
	}
	return out
}

// readReasons reads reasons.<locale>.yaml. What practitioners alone read may be left out: prompts, and the reason tree.
func (rs *Ruleset) readReasons(fsys fs.FS, locale string) (wording, Problems) {
	var w wording
	src, err := decodeStrictAt(fsys, rs.dir+"/reasons."+locale+".yaml", &w)
	if err != nil {
		return w, asProblems(err)
	}
	if w.Prompts == nil {
		w.Prompts = rs.words.Prompts
	}
	if w.Tree.Indication == "" && w.Tree.Outcome == "" && w.Tree.Conditions == nil && w.Tree.Parts == nil {
		w.Tree = rs.words.Tree
	}
	ck := rulesetChecker{rs: rs, src: src, locale: locale, words: &w, wordsSrc: src}
	ck.wording()
	for _, c := range rs.conditions {
		for _, value := range conditionOptions {
			en, lines := rs.words.Reasons[c.ID][value], w.Reasons[c.ID][value]
			at := src.line("reasons", c.ID, value)
			if len(lines) != len(en) {
				ck.addWords(at, fmt.Sprintf("the condition %q has %d reasons when it is %s, and %d in English", c.ID, len(lines), value, len(en)), "they are said by the same tests, one for one", "write as many as reasons.en.yaml has, in its order")
				continue
			}
			for i := range lines {
				if !lines[i].When.same(en[i].When) {
					ck.addWords(src.line("reasons", c.ID, value, i), fmt.Sprintf("reason %d of the condition %q when it is %s has another test than in English", i+1, c.ID, value), "the same answers would be told another reason", "copy `when` from reasons.en.yaml")
				}
			}
		}
	}
	return w, ck.ps
}

// same says whether two tests are written alike.
func (c Criterion) same(d Criterion) bool {
	return c.op == d.op && c.n == d.n && c.each == d.each && c.fact == d.fact && slices.Equal(c.options, d.options) && slices.Equal(c.in, d.in) &&
		slices.EqualFunc(c.of, d.of, Criterion.same)
}

// ------------------------------------------------------------------------------------------------------- made by machine

// testLocales are made from English.
var testLocales = []Locale{
	{ID: "en-XA", Name: "English with accents (for testing)", Lang: "en-XA", Dir: "ltr", test: true},
	{ID: "ar-XB", Name: "Right to left (for testing)", Lang: "ar-XB", Dir: "rtl", test: true},
}

// translate gives a version the words of a test locale.
func (rs *Ruleset) translate(locale string) {
	text := accented
	if locale == "ar-XB" {
		text = mirrored
	}
	change := func(path []string, s string) string {
		if isForStaff(path) || path[0] == "prompts" {
			return s
		}
		return text(s)
	}
	rs.reword(mapTexts(reflect.ValueOf(rs.words), nil, change).Interface().(wording))
	if !rs.HasJourney() {
		return
	}
	content := func(c *content) *content {
		if c == nil {
			return nil
		}
		out := mapTexts(reflect.ValueOf(c), nil, change).Interface().(*content)
		out.Locale = locale
		return out
	}
	rs.Journey = rs.in(layers{merged: content(rs.english.merged), helper: content(rs.english.helper)})
}

// outsideBraces changes a text but for its placeholders.
func outsideBraces(s string, change func(string) string) string {
	t := parseTemplate(s)
	var b strings.Builder
	for i, part := range t {
		if i%2 == 1 {
			b.WriteString("{" + part + "}")
			continue
		}
		b.WriteString(change(part))
	}
	return b.String()
}

var accents = strings.NewReplacer(
	"a", "á", "b", "ḃ", "c", "ç", "d", "ð", "e", "é", "f", "ƒ", "g", "ĝ", "h", "ĥ", "i", "í", "j", "ĵ", "k", "ķ", "l", "ļ", "m", "ɱ",
	"n", "ñ", "o", "ó", "p", "þ", "q", "ǫ", "r", "ŕ", "s", "š", "t", "ţ", "u", "ú", "v", "ṽ", "w", "ŵ", "x", "ẋ", "y", "ý", "z", "ž",
	"A", "Á", "B", "Ḃ", "C", "Ç", "D", "Ð", "E", "É", "F", "Ƒ", "G", "Ĝ", "H", "Ĥ", "I", "Í", "J", "Ĵ", "K", "Ķ", "L", "Ļ", "M", "Ṁ",
	"N", "Ñ", "O", "Ó", "P", "Þ", "Q", "Ǫ", "R", "Ŕ", "S", "Š", "T", "Ţ", "U", "Ú", "V", "Ṽ", "W", "Ŵ", "X", "Ẋ", "Y", "Ý", "Z", "Ž",
)

// accented puts an accent on every letter and makes a text about three tenths longer, as translations of English often
// are; brackets show where a text begins and ends, so that one put together from pieces is seen.
func accented(s string) string {
	letters := 0
	return "[" + outsideBraces(s, func(part string) string {
		var b strings.Builder
		for _, r := range part {
			b.WriteRune(r)
			if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				if letters++; letters%10 == 3 || letters%10 == 6 || letters%10 == 9 {
					b.WriteRune(r)
				}
			}
		}
		return accents.Replace(b.String())
	}) + "]"
}

// arabic has a letter for each Latin one. The words mean nothing; they run from right to left.
var arabic = []rune("ابتثجحخدذرزسشصضطظعغفقكلمنه")

func mirrored(s string) string {
	return outsideBraces(s, func(part string) string {
		return strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z':
				return arabic[r-'a']
			case r >= 'A' && r <= 'Z':
				return arabic[r-'A']
			}
			return r
		}, part)
	})
}
