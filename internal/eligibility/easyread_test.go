package eligibility

import (
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/rules"
)

const easyRead = "en-easy"

// easyWords is how many words a sentence in Easy Read has at most.
const easyWords = 12

// TestEasyRead holds every text in Easy Read to its rules, in both journeys and both voices: one idea a sentence, so few
// words; no word of the office; no pair of marks that only makes sense on paper; and easier to read than plain English.
func TestEasyRead(t *testing.T) {
	library, err := Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(library.Locales(), func(l Locale) bool { return l.ID == easyRead }) {
		t.Fatalf("Easy Read is not in rules/%s", localesFile)
	}
	for _, kind := range library.Kinds() {
		rs, err := library.InForce(kind, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if !rs.HasJourney() {
			continue
		}
		for _, voice := range []string{"self", "helper"} {
			in := *rs.In(easyRead)
			if voice == "helper" {
				if in.Journey = in.helper; in.Journey == nil {
					continue
				}
			}
			checkEasyRead(t, kind+", "+voice, citizenTexts(&in))
		}
	}
}

func checkEasyRead(t *testing.T, where string, pages map[string][]string) {
	t.Helper()
	var grades []float64
	worst, worstPage, longest, count := 0.0, "", "", 0
	for name, texts := range pages {
		g := fleschKincaid(texts)
		grades = append(grades, g)
		if g > worst {
			worst, worstPage = g, name
		}
		for _, text := range texts {
			if w := bannedWords.FindString(text); w != "" {
				t.Errorf("%s, %s: residents would meet %q in %q", where, name, w, text)
			}
			if strings.ContainsAny(text, ";()") {
				t.Errorf("%s, %s: a semicolon or brackets in %q", where, name, text)
			}
		}
		for _, s := range sentencesOf(texts) {
			count++
			n := len(wordPattern.FindAllString(s, -1))
			if n > len(wordPattern.FindAllString(longest, -1)) {
				longest = s
			}
			if n > easyWords {
				t.Errorf("%s, %s: %d words in one sentence: %q", where, name, n, s)
			}
		}
	}
	slices.Sort(grades)
	median := grades[len(grades)/2]
	if median > 3 || worst > 8 { // the names of councils make one page harder
		t.Errorf("%s: half of the pages read above grade %.1f, and %s at grade %.1f", where, median, worstPage, worst)
	}
	t.Logf("%s: %d sentences on %d pages, grade: median %.1f, highest %.1f (%s); longest sentence, %d words: %q",
		where, count, len(grades), median, worst, worstPage, len(wordPattern.FindAllString(longest, -1)), longest)
}
