package eligibility

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"

	"threshold/internal/care"
)

// pageTexts are the texts of a page that come from words.
func pageTexts(p care.Page) []string {
	out := slices.Concat([]string{p.Title, p.Hint, p.Note, p.Example, p.Button}, p.Lines, p.Services)
	for key, s := range p.Extra {
		if key != "progress" {
			out = append(out, s)
		}
	}
	for _, q := range p.Questions {
		out = append(out, q.Text, q.Hint)
		for _, o := range q.Options {
			if q.Kind != care.KindSelect { // the names of councils are names
				out = append(out, o.Label, o.Hint, o.Group)
			}
		}
		for _, m := range q.Messages {
			out = append(out, m)
		}
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// TestLocalesOfTheLibrary: English comes first, and the test locales are there only for who asks for them.
func TestLocalesOfTheLibrary(t *testing.T) {
	plain := load(t, allRules(t)).Locales()
	all := load(t, allRules(t), WithTestLocales()).Locales()
	if plain[0].ID != "en" || plain[0].Dir != "ltr" || plain[0].Lang != "en" || plain[0].Name == "" {
		t.Errorf("%+v", plain[0])
	}
	if len(all) != len(plain)+2 || slices.ContainsFunc(plain, func(l Locale) bool { return l.test }) {
		t.Errorf("%+v", all)
	}
	if last := all[len(all)-1]; last.ID != "ar-XB" || last.Dir != "rtl" {
		t.Errorf("%+v", last)
	}
}

// TestWithoutALocaleFileThereIsEnglish, because a folder of rules needs no list of one.
func TestWithoutALocaleFileThereIsEnglish(t *testing.T) {
	fsys := allRules(t)
	delete(fsys, localesFile)
	if got := load(t, fsys).Locales(); len(got) != 1 || got[0].ID != "en" {
		t.Errorf("%+v", got)
	}
}

// TestInGivesTheSameRules: only the words differ from locale to locale.
func TestInGivesTheSameRules(t *testing.T) {
	rs := published(t)
	if rs.In("en") != rs || rs.In("xx") != rs || rs.In("en-XA").In("en") != rs || rs.In("en-XA").In("ar-XB") != rs.In("ar-XB") {
		t.Error("a locale leads to another version")
	}
	a := answersOf("for=self condition=physical overall=big daily=nutrition nutrition.limbs=time")
	want := rs.Indicate(rs.Facts(a))
	for _, locale := range []string{"en-XA", "ar-XB"} {
		in := rs.In(locale)
		if in.ID() != rs.ID() || !slices.Equal(in.Path(a), rs.Path(a)) {
			t.Errorf("%s: %s, %v", locale, in.ID(), in.Path(a))
		}
		got := in.Indicate(in.Facts(a))
		if got.Suggestion != want.Suggestion || !slices.Equal(got.Undecided, want.Undecided) || got.Reasons[0].Text == want.Reasons[0].Text || got.Reasons[0].Citation != want.Reasons[0].Citation {
			t.Errorf("%s: %+v", locale, got)
		}
		if !reflect.DeepEqual(got.Prompts, want.Prompts) || !reflect.DeepEqual(in.Flags(a, in.Facts(a), &got), rs.Flags(a, rs.Facts(a), &want)) {
			t.Errorf("%s: a practitioner reads something else", locale)
		}
	}
}

var latinWord = regexp.MustCompile(`[A-Za-z]{3,}`)

// TestTestLocalesLeaveNoEnglish: on every page, in both voices, and in what is told back, nothing is left in English but
// what the council filled in. So every text comes from words.
func TestTestLocalesLeaveNoEnglish(t *testing.T) {
	lib, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	filled := Words{}
	for name, s := range councilWords {
		filled[name] = strings.Map(func(r rune) rune { // what a council fills in is in no locale
			if unicode.IsLetter(r) {
				return '#'
			}
			return r
		}, s)
	}
	for _, id := range lib.IDs() {
		rs, _ := lib.Version(id)
		if !rs.HasJourney() {
			continue
		}
		for _, locale := range []string{"en-XA", "ar-XB"} {
			in := rs.In(locale)
			for _, j := range []*Journey{in.Journey, in.helper} {
				if j == nil {
					continue
				}
				for _, page := range j.AllPages(filled) {
					for _, s := range pageTexts(page) {
						s = strings.NewReplacer("{max}", "", "{have}", "").Replace(s)
						if w := latinWord.FindString(s); w != "" && locale == "ar-XB" || locale == "en-XA" && !strings.Contains(s, "[") {
							t.Errorf("%s %s: %s: %q", id, locale, page.Path, s)
						}
					}
				}
				r := j.Result(care.Answers{}, nil, filled)
				for _, s := range slices.Concat([]string{r.H1, r.NotRead, r.Money}, r.Body, r.Now, r.Next, r.Disagree) {
					if latinWord.MatchString(s) && locale == "ar-XB" {
						t.Errorf("%s %s: result: %q", id, locale, s)
					}
				}
			}
		}
	}
}

// TestTestLocaleTexts: placeholders and figures stay, letters do not, and the accented text is about three tenths longer.
func TestTestLocaleTexts(t *testing.T) {
	const text = "Call {council} on {phone_24h}, day or night. Or call 999 for somebody who may be badly hurt."
	long, arabic := accented(text), mirrored(text)
	for _, s := range []string{long, arabic} {
		if !slices.Equal(placeholders(s), placeholders(text)) || !strings.Contains(s, "999") {
			t.Errorf("%q", s)
		}
	}
	if got := float64(len([]rune(long))) / float64(len([]rune(text))); got < 1.15 || got > 1.35 {
		t.Errorf("%.2f times as long: %q", got, long)
	}
	if !strings.HasPrefix(long, "[") || !strings.HasSuffix(long, "]") || long == strings.ToLower(long) {
		t.Errorf("%q", long)
	}
	for _, r := range strings.NewReplacer("{council}", "", "{phone_24h}", "").Replace(arabic) {
		if unicode.IsLetter(r) && !unicode.Is(unicode.Arabic, r) {
			t.Errorf("%q has %q", arabic, r)
		}
	}
}

// TestAnotherLocale: words of another locale are read from its files; what practitioners read stays English, and so do the
// words for a helper where the locale has none.
func TestAnotherLocale(t *testing.T) {
	fsys := inEnglish(t)
	inWelsh(fsys)
	change(t, fsys, "shared/2015-04-01/content.cy.yaml", "    title: \"What matters to you?\"\n", "    title: \"Beth sy'n bwysig i chi?\"\n    picture: heart\n")
	change(t, fsys, "shared/2015-04-01/words/sent.cy.yaml", "  sent.reference: \"Your reference is\"\n", "  sent.reference: \"Eich cyfeirnod yw\"\n")
	lib := load(t, fsys)
	rs := inForce(t, lib, "adult-needs")
	in := rs.In("cy")
	a := answersOf("for=self")
	page, _ := in.Page("matters", a, councilWords)
	if page.Title != "Beth sy'n bwysig i chi?" || page.Picture != "heart" || in.Text("sent.reference", nil) != "Eich cyfeirnod yw" {
		t.Errorf("%q, %q, %q", page.Title, page.Picture, in.Text("sent.reference", nil))
	}
	if page, _ := rs.Page("matters", a, councilWords); page.Picture != "" || page.Title != "What matters to you?" {
		t.Errorf("in English: %+v", page)
	}
	if !slices.Contains(lib.Pictures(), "heart") {
		t.Errorf("the pictures are %v", lib.Pictures())
	}
	for _, key := range []string{"staff.not_counted", "summary.phone"} {
		if got := in.Text(key, Words{"list": "x"}); got != rs.Text(key, Words{"list": "x"}) || got == "" {
			t.Errorf("%s is %q", key, got)
		}
	}
	if len(in.Choices("events")) != len(rs.Choices("events")) {
		t.Error("lists for practitioners are not the same")
	}
	helper := answersOf("for=someone they_call=Ada")
	got, _ := in.Page("matters", helper, councilWords)
	want, _ := rs.Page("matters", helper, councilWords)
	if got.Title != want.Title || !strings.Contains(got.Title, "Ada") {
		t.Errorf("a helper reads %q", got.Title)
	}
	// Words for a helper in the locale itself come before the English ones.
	fsys["shared/2015-04-01/content.cy.helper.yaml"] = &fstest.MapFile{Data: []byte("locale: cy\npages: {matters: {title: \"Beth sy'n bwysig i {name}?\"}}\n")}
	in = inForce(t, load(t, fsys), "adult-needs").In("cy")
	if page, _ := in.Page("matters", helper, councilWords); page.Title != "Beth sy'n bwysig i Ada?" {
		t.Errorf("a helper reads %q", page.Title)
	}
}

// TestPicturesStandBesideWords: of a page, a question, an option, and an outcome wherever it is named.
func TestPicturesStandBesideWords(t *testing.T) {
	fsys := inEnglish(t)
	inWelsh(fsys)
	file := "adult-needs/2015-04-01/content.cy.yaml"
	change(t, fsys, file, "    about: \"eating and drinking\"\n", "    about: \"eating and drinking\"\n    picture: plate\n")
	change(t, fsys, file, "      overall:\n", "      overall:\n        picture: scales\n        pictures: {big: tree}\n")
	rs := inForce(t, load(t, fsys), "adult-needs").In("cy")
	a := answersOf("for=self daily=nutrition nutrition.limbs=time")
	daily, _ := rs.Page("daily", a, nil)
	if o := daily.Questions[0].Options[0]; o.ID != "nutrition" || o.Picture != "plate" {
		t.Errorf("%+v", o)
	}
	if page, _ := rs.Page("daily/nutrition", a, nil); page.Picture != "plate" {
		t.Errorf("the page of the outcome has %q", page.Picture)
	}
	life, _ := rs.Page("life", a, nil)
	q, _ := life.Question("overall")
	if o, _ := q.Option("big"); q.Picture != "scales" || o.Picture != "tree" {
		t.Errorf("%q, %q", q.Picture, o.Picture)
	}
}
