package eligibility

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
)

var (
	sentenceEnd = regexp.MustCompile(`[.!?:]+(\s|$)`)
	wordPattern = regexp.MustCompile(`[A-Za-z0-9][A-Za-z0-9'’.-]*[A-Za-z0-9]|[A-Za-z0-9]`)
	vowels      = regexp.MustCompile(`[aeiouy]+`)
)

// syllables counts the syllables of an English word by its groups of vowels, less a silent last e. It errs by a few
// per cent over a page, to either side.
func syllables(word string) int {
	w := strings.Trim(strings.ToLower(word), "'’.-")
	if w == "" || strings.IndexFunc(w, func(r rune) bool { return r >= 'a' && r <= 'z' }) < 0 {
		return 1 // a number is read as one breath
	}
	n := 0
	for _, part := range strings.FieldsFunc(w, func(r rune) bool { return r == '-' || r == '\'' || r == '’' || r == '.' }) {
		k := len(vowels.FindAllString(part, -1))
		switch {
		case strings.HasSuffix(part, "le") && len(part) > 2 && !strings.ContainsRune("aeiouy", rune(part[len(part)-3])):
			// table, little: the e is silent and the l is a syllable
		case strings.HasSuffix(part, "e") && k > 1:
			k--
		case strings.HasSuffix(part, "ed") && k > 1 && !strings.HasSuffix(part, "ted") && !strings.HasSuffix(part, "ded"):
			k--
		case strings.HasSuffix(part, "es") && k > 1 && !slices.ContainsFunc([]string{"ses", "zes", "ches", "shes", "xes", "ges", "ces"}, func(s string) bool { return strings.HasSuffix(part, s) }):
			k--
		}
		n += k
	}
	return max(n, 1)
}

func TestSyllables(t *testing.T) {
	for word, want := range map[string]int{
		"cat": 1, "eating": 2, "table": 2, "help": 1, "people": 2, "carers": 2, "decide": 2, "washed": 1, "needed": 2, "clothes": 1,
		"changes": 2, "council": 2, "999": 1, "it's": 1, "lip-read": 2, "information": 4, "independent": 4,
	} {
		if got := syllables(word); got != want {
			t.Errorf("%s has %d syllables, counted %d", word, want, got)
		}
	}
}

// sentencesOf cuts a text into sentences. A piece without a full stop, such as a label, is one.
func sentencesOf(texts []string) []string {
	var out []string
	for _, t := range texts {
		for _, s := range sentenceEnd.Split(t, -1) {
			if strings.TrimSpace(s) != "" {
				out = append(out, strings.TrimSpace(s))
			}
		}
	}
	return out
}

// fleschKincaid is the Flesch-Kincaid grade of texts taken together (J. P. Kincaid and others, Derivation of New
// Readability Formulas for Navy Enlisted Personnel, 1975).
func fleschKincaid(texts []string) float64 {
	sentences, words, beats := 0, 0, 0
	for _, s := range sentencesOf(texts) {
		found := wordPattern.FindAllString(s, -1)
		if len(found) == 0 {
			continue
		}
		sentences++
		words += len(found)
		for _, w := range found {
			beats += syllables(w)
		}
	}
	if words == 0 {
		return 0
	}
	return 0.39*float64(words)/float64(sentences) + 11.8*float64(beats)/float64(words) - 15.59
}

// A reading is one way in which a journey can be read.
type reading struct {
	name string
	rs   *Ruleset
	j    *Journey // in the words of one voice
	easy bool     // Easy Read
}

// readings are every journey that is shipped, in the words for the person and for a helper, in every locale that people
// wrote.
func readings(t *testing.T) []reading {
	t.Helper()
	lib, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	var out []reading
	for _, id := range lib.IDs() {
		for _, l := range lib.Locales() {
			rs, err := lib.Version(id)
			if err != nil {
				t.Fatal(err)
			}
			if rs = rs.In(l.ID); !rs.HasJourney() || l.test {
				continue
			}
			r := reading{name: id + " " + l.ID, rs: rs, j: rs.Journey, easy: strings.HasSuffix(l.ID, "-easy")}
			out = append(out, r)
			if rs.helper != nil {
				r.name, r.j = r.name+" helper", rs.helper
				out = append(out, r)
			}
		}
	}
	return out
}

// filled are the words of a reading as somebody meets them, with a short name where a name was given.
func (r reading) filled(texts ...string) []string {
	unknown := strings.Join(r.j.words.Words["name"+unknownName], " ")
	var out []string
	for _, s := range texts {
		if unknown != "" {
			s = strings.NewReplacer(unknown, "Ada", upperFirst(unknown), "Ada").Replace(s)
		}
		s = strings.NewReplacer("{max}", "1,000", "{have}", "1,042", "{name}", "Ada").Replace(s)
		for _, name := range parseTemplate(s).names() {
			if councilWords[name] == "" { // something else that is known when it is shown
				s = strings.ReplaceAll(s, "{"+name+"}", "cooking")
			}
		}
		out = append(out, councilWords.one(s))
	}
	return out
}

// texts are all words that residents can meet in a reading, by page.
func (r reading) texts() map[string][]string {
	out := map[string][]string{}
	for _, p := range r.j.allPages() {
		page := r.j.everything(p)
		texts := append([]string{page.Title, page.Hint, page.Note, page.Example, page.Button}, page.Lines...)
		texts = append(texts, page.Services...)
		for _, s := range page.Extra {
			texts = append(texts, s)
		}
		for _, q := range page.Questions {
			texts = append(texts, q.Text, q.Hint)
			for _, o := range q.Options {
				if q.Kind != care.KindSelect { // names of councils
					texts = append(texts, o.Label, o.Hint)
				}
			}
			for _, m := range q.Messages {
				texts = append(texts, m)
			}
		}
		name := p.path
		if r.j.forms[p.path] == p {
			name = "form " + name
		}
		out[name] = r.filled(texts...)
	}
	w := r.j.words.Result
	for name, s := range w.States {
		texts := slices.Concat([]string{s.H1, w.NotRead, w.Money, w.ToAsk, w.ToWeigh}, s.Body, s.BodyWhenNothingAnswered, w.Now, w.Next, w.Disagree)
		for _, m := range []map[string]string{s.Told, w.Buttons, w.Headings, w.Topics} {
			for _, x := range m {
				texts = append(texts, x)
			}
		}
		out["result "+name] = r.filled(texts...)
	}
	for condition, lines := range r.rs.words.Reasons {
		for _, value := range lines {
			for _, l := range value {
				out["reasons "+condition] = append(out["reasons "+condition], r.filled(l.Text)...)
			}
		}
	}
	for key, s := range r.j.words.Words {
		head, _, _ := strings.Cut(key, ".")
		if isForStaff([]string{"words", key}) || strings.HasSuffix(key, unknownName) {
			continue
		}
		out["words "+head] = append(out["words "+head], r.filled(s...)...)
	}
	return out
}

// citizenTexts are all words that residents can meet, by page.
func citizenTexts(rs *Ruleset) map[string][]string {
	return reading{rs: rs, j: rs.Journey}.texts()
}

// TestReadability measures every reading: half of the pages at grade 5 or below, none above 8; no sentence of more than 20
// words, in Easy Read of more than 12.
func TestReadability(t *testing.T) {
	for _, r := range readings(t) {
		t.Run(r.name, func(t *testing.T) {
			longest := 20
			if r.easy {
				longest = 12
			}
			var grades []float64
			worst, worstPage := 0.0, ""
			for name, texts := range r.texts() {
				g := fleschKincaid(texts)
				grades = append(grades, g)
				if g > worst {
					worst, worstPage = g, name
				}
				if g > 8 {
					t.Errorf("%s reads at grade %.1f", name, g)
				}
				for _, s := range sentencesOf(texts) {
					if n := len(wordPattern.FindAllString(s, -1)); n > longest {
						t.Errorf("%s: %d words in one sentence: %q", name, n, s)
					}
				}
				for _, s := range texts {
					if w := bannedWords.FindString(s); w != "" {
						t.Errorf("%s: residents would meet %q in %q", name, w, s)
					}
				}
			}
			slices.Sort(grades)
			median := grades[len(grades)/2]
			if median > 5 {
				t.Errorf("half of the pages read above grade %.1f", median)
			}
			t.Logf("Flesch-Kincaid grade over %d pages: median %.1f, highest %.1f (%s)", len(grades), median, worst, worstPage)
		})
	}
}

func TestHintsAreShort(t *testing.T) {
	for _, r := range readings(t) {
		for _, p := range r.j.allPages() {
			page := r.j.everything(p)
			hints := []string{page.Hint}
			for _, q := range page.Questions {
				hints = append(hints, q.Hint)
				for _, o := range q.Options {
					hints = append(hints, o.Hint)
				}
			}
			for _, h := range r.filled(hints...) {
				if n := len(wordPattern.FindAllString(h, -1)); (n > 20 || strings.HasSuffix(h, ".")) && !r.easy { // there each sentence is short, and ends
					t.Errorf("%s: %s: %d words or a full stop: %q", r.name, p.path, n, h)
				}
			}
		}
	}
}

// An error must tell how to mend it.
func TestMessagesSayTheMend(t *testing.T) {
	for _, r := range readings(t) {
		check := func(where, s string) {
			if !mendVerbs.MatchString(s) {
				t.Errorf("%s: %s does not say how to mend it: %q", r.name, where, s)
			}
		}
		for key, s := range r.j.words.Words {
			if strings.HasPrefix(key, "error.") && key != "error.title" {
				check(key, s[0])
			}
		}
		for _, p := range r.j.allPages() {
			for _, q := range r.j.everything(p).Questions {
				for code, s := range q.Messages {
					check(q.ID+" "+code, s)
				}
			}
		}
	}
}
