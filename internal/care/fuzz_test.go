package care

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// fuzzNow is the day on which the fuzzed dates are typed.
var fuzzNow = time.Date(2026, 11, 22, 10, 42, 0, 0, time.UTC)

// checkCodes are the problems that Check documents: a page has a sentence for each, and for nothing else.
var checkCodes = []string{"choose_one", "enter", "unknown_option", "not_both", "too_long", "one_only", "date_incomplete", "date_real", "date_past", "phone", "email", "postcode"}

// FuzzCheck: whatever stands in one field, of whatever kind, it is refused with a code that has a sentence, or it is what the
// kind promises. Lengths are bounded in characters.
func FuzzCheck(f *testing.F) {
	kinds := []Kind{KindText, KindTextarea, KindDate, KindPhone, KindEmail, KindPostcode, KindRadios, KindCheckboxes, KindSelect}
	f.Fuzz(func(t *testing.T, kind uint8, value, second string) {
		q := Question{ID: "q", Kind: kinds[int(kind)%len(kinds)], Options: []Option{{ID: "yes"}, {ID: "none", Exclusive: true}, {ID: "other", Text: true}}}
		values := []string{value}
		if second != "" {
			values = append(values, second)
		}
		if p := q.Check(values, fuzzNow); p != nil {
			if p.Field != "q" || !slices.Contains(checkCodes, p.Code) {
				t.Fatalf("%s %q is refused as %q of %q", q.Kind, values, p.Code, p.Field)
			}
			for _, arg := range p.Args {
				if len(arg) > 12 {
					t.Fatalf("%s: what was typed came back in the problem: %q", q.Kind, arg)
				}
			}
			return
		}
		switch {
		case q.Kind.Chosen():
			for _, v := range values {
				if _, ok := q.Option(v); !ok {
					t.Fatalf("%s took %q, which is no option", q.Kind, v)
				}
			}
			return
		case len(values) > 1:
			t.Fatalf("%s took two values", q.Kind)
		case utf8.RuneCountInString(value) > MaxWords:
			t.Fatalf("%s took %d characters", q.Kind, utf8.RuneCountInString(value))
		}
		switch q.Kind {
		case KindDate:
			parts := strings.Split(value, "-")
			if len(parts) != 3 {
				t.Fatalf("the date %q was taken", value)
			}
			if day, err := time.Parse("2006-1-2", value); err != nil || day.Year() < 1900 || !day.Before(fuzzNow) {
				t.Fatalf("the date %q was taken, and reads as %v, %v", value, day, err)
			}
		case KindPhone:
			if strings.ContainsAny(value, "\r\n\t\x00") || len(value) > MaxWords {
				t.Fatalf("the number %q was taken", value)
			}
		case KindEmail:
			if strings.ContainsAny(value, "\r\n \t") || strings.Count(value, "@") != 1 {
				t.Fatalf("the address %q was taken", value)
			}
		}
	})
}

// FuzzPostcode: what has the shape of a postcode comes out in its one written form, which reads as itself.
func FuzzPostcode(f *testing.F) {
	f.Fuzz(func(t *testing.T, typed string) {
		postcode, ok := ParsePostcode(typed)
		if !ok {
			if postcode != "" {
				t.Fatalf("%q was refused and gave %q", typed, postcode)
			}
			return
		}
		for _, c := range []byte(strings.Replace(postcode, " ", "", 1)) {
			if (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
				t.Fatalf("%q became %q", typed, postcode)
			}
		}
		if len(postcode) < 6 || len(postcode) > 8 || postcode[len(postcode)-4] != ' ' {
			t.Fatalf("%q became %q", typed, postcode)
		}
		for _, again := range []string{postcode, strings.ToLower(postcode), " " + strings.ReplaceAll(postcode, " ", "  ") + "\n"} {
			if p, ok := ParsePostcode(again); !ok || p != postcode {
				t.Fatalf("%q became %q, and that became %q, %v", typed, postcode, p, ok)
			}
		}
	})
}

// FuzzAnswersJSON: stored answers are refused or come out and in again as the same.
func FuzzAnswersJSON(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		var a, again Answers
		if json.Unmarshal(data, &a) != nil {
			return
		}
		out, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &again); err != nil {
			t.Fatalf("%q became %q: %v", data, out, err)
		}
		if second, err := json.Marshal(again); err != nil || string(second) != string(out) {
			t.Fatalf("%q became %q and then %q, %v", data, out, second, err)
		}
		if !reflect.DeepEqual(a.Questions(), again.Questions()) {
			t.Fatalf("%q lost questions", data)
		}
	})
}
