package care

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A Kind of question decides which control asks it and how its values are checked.
type Kind string

// The kinds of question. A new kind touches this file, the loader's check, the form reader and one component.
const (
	KindRadios     Kind = "radios"     // one option id
	KindCheckboxes Kind = "checkboxes" // any number of option ids
	KindSelect     Kind = "select"     // one option id, of a list too long for radios
	KindText       Kind = "text"       // one line of words
	KindTextarea   Kind = "textarea"   // several lines of words
	KindDate       Kind = "date"       // "2006-01-02"; asked as day, month and year
	KindPhone      Kind = "phone"
	KindEmail      Kind = "email"
	KindPostcode   Kind = "postcode"
)

// Chosen says whether answers of this kind are option ids.
func (k Kind) Chosen() bool {
	return k == KindRadios || k == KindCheckboxes || k == KindSelect
}

// An Option of a question to choose from (Kind.Chosen). Label and Hint are already in the words for this reader.
type Option struct {
	ID        string
	Label     string
	Hint      string
	Group     string // subheading under which it stands, in words; "" when the list has no groups
	Exclusive bool   // choosing it and another one is a contradiction to be mended
	Text      bool   // invites a few words of its own, stored under TextID
	Picture   string // a drawing that stands beside it, such as "plate"; "" for none
}

// A Question as it is asked: what it is about and the words in which this person reads it.
type Question struct {
	ID       string
	Kind     Kind
	Text     string // the question itself: legend or label
	Hint     string
	Options  []Option
	MaxChars int  // for words; counted in characters, not bytes
	Required bool // only what is needed to go on or to send; every other question can be skipped
	// WriteOnly answers are never shown again on any page, copy or message (private and safety questions).
	WriteOnly    bool
	Autocomplete string // HTML autofill token, such as "given-name"
	Messages     map[string]string
	Picture      string // a drawing that stands beside it; "" for none
}

// TextID is the id under which the words that go with an option are stored.
func (q Question) TextID(option string) string { return q.ID + "." + option + ".text" }

// Option finds an option by id.
func (q Question) Option(id string) (Option, bool) {
	for _, o := range q.Options {
		if o.ID == id {
			return o, true
		}
	}
	return Option{}, false
}

// MaxWords is the limit for words where a question names none.
const MaxWords = 1000

// Check says what is wrong with values as an answer to q, or nil. now is for dates, which must be in the past.
// Problem codes: choose_one, enter, unknown_option, not_both, too_long, one_only, date_incomplete, date_real, date_past,
// phone, email, postcode.
func (q Question) Check(values []string, now time.Time) *Problem {
	bad := func(code string, args ...string) *Problem {
		p := &Problem{Field: q.ID, Code: code, Args: map[string]string{}}
		for i := 0; i+1 < len(args); i += 2 {
			p.Args[args[i]] = args[i+1]
		}
		return p
	}
	if len(values) == 0 {
		if !q.Required {
			return nil
		}
		if q.Kind.Chosen() {
			return bad("choose_one")
		}
		return bad("enter")
	}
	if q.Kind.Chosen() {
		exclusive := false
		for _, v := range values {
			o, ok := q.Option(v)
			if !ok {
				return bad("unknown_option")
			}
			exclusive = exclusive || o.Exclusive
		}
		if q.Kind != KindCheckboxes && len(values) > 1 {
			return bad("one_only")
		}
		if exclusive && len(values) > 1 {
			return bad("not_both")
		}
		return nil
	}
	if len(values) > 1 {
		return bad("one_only")
	}
	v := values[0]
	limit := q.MaxChars
	if limit == 0 {
		limit = MaxWords
	}
	if n := utf8.RuneCountInString(v); n > limit {
		return bad("too_long", "max", thousands(limit), "have", thousands(n))
	}
	switch q.Kind {
	case KindDate:
		if code := checkDate(v, now); code != "" {
			return bad(code)
		}
	case KindPhone:
		if !plausiblePhone(v) {
			return bad("phone")
		}
	case KindEmail:
		if at := strings.IndexByte(v, '@'); at < 1 || at == len(v)-1 || strings.ContainsAny(v, " \t\r\n") || strings.Count(v, "@") > 1 {
			return bad("email")
		}
	case KindPostcode:
		if _, ok := ParsePostcode(v); !ok {
			return bad("postcode")
		}
	}
	return nil
}

// checkDate reads "yyyy-mm-dd" where parts may be empty, because the three boxes are typed one by one.
func checkDate(v string, now time.Time) string {
	parts := strings.Split(v, "-")
	if len(parts) != 3 || slices.Contains(parts, "") {
		return "date_incomplete"
	}
	// Figures alone, as many as a date has: what reads a date later takes neither a sign nor more noughts.
	if strings.Trim(v, "-0123456789") != "" || len(parts[0]) != 4 || len(parts[1]) > 2 || len(parts[2]) > 2 {
		return "date_real"
	}
	y, errY := strconv.Atoi(parts[0])
	m, errM := strconv.Atoi(parts[1])
	d, errD := strconv.Atoi(parts[2])
	if errY != nil || errM != nil || errD != nil || y < 1000 || m < 1 || m > 12 || d < 1 {
		return "date_real"
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Day() != d || t.Month() != time.Month(m) || y < 1900 {
		return "date_real"
	}
	if !t.Before(now) {
		return "date_past"
	}
	return ""
}

// plausiblePhone accepts what a person would recognise as a phone number anywhere in the world: 7 to 15 digits
// (ITU-T E.164), with the usual marks between them. Ofcom's numbers for fiction are valid here.
func plausiblePhone(v string) bool {
	digits := 0
	for i, r := range v {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && i == 0, r == ' ', r == '-', r == '(', r == ')', r == '.':
		default:
			return false
		}
	}
	return digits >= 7 && digits <= 15
}

// ParsePostcode returns a UK postcode in its written form ("LS1 4AP") when v has the shape of one: an outward code of
// 2 to 4 characters that begins with a letter, and an inward code of a digit and two letters (BS 7666).
func ParsePostcode(v string) (string, bool) {
	s := strings.ToUpper(strings.Join(strings.Fields(v), ""))
	if len(s) < 5 || len(s) > 7 {
		return "", false
	}
	letter := func(b byte) bool { return b >= 'A' && b <= 'Z' }
	digit := func(b byte) bool { return b >= '0' && b <= '9' }
	out, in := s[:len(s)-3], s[len(s)-3:]
	if !digit(in[0]) || !letter(in[1]) || !letter(in[2]) || !letter(out[0]) {
		return "", false
	}
	hasDigit := false
	for i := 0; i < len(out); i++ {
		if !letter(out[i]) && !digit(out[i]) {
			return "", false
		}
		hasDigit = hasDigit || digit(out[i])
	}
	if !hasDigit {
		return "", false
	}
	return out + " " + in, true
}

func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// A Page is one screen of a journey: one address, one heading, the questions asked together.
type Page struct {
	Path      string // below the council's slug, such as "daily/nutrition"
	Template  string // which page draws it: "questions" unless the journey says otherwise
	Title     string // the h1, and the page's title
	Lines     []string
	Hint      string
	Example   string
	Note      string
	Button    string
	Questions []Question
	Services  []string // numbers to call and places to go, a sentence each
	Form      string   // id of the form that can be sent from this page, beside going on; "" for none
	Outcome   string   // the outcome it is about, or ""
	Picture   string   // a drawing that stands beside the heading; "" for none
	// Extra holds the named wording of pages with a shape of their own.
	Extra map[string]string
}

// Question finds a question of the page by id.
func (p Page) Question(id string) (Question, bool) {
	for _, q := range p.Questions {
		if q.ID == id {
			return q, true
		}
	}
	return Question{}, false
}
