package components

import (
	"context"
	"html"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// Phones writes text in which every given number is a link that rings it: a number
// that is only text has to be remembered and typed. Longer numbers are looked for
// first, so that "111" is not found in "0111 496 0111".
func Phones(text string, numbers ...string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, linkPhones(text, numbers))
		return err
	})
}

func linkPhones(text string, numbers []string) string {
	start, number := -1, ""
	for _, candidate := range numbers {
		at := indexNumber(text, candidate)
		if at < 0 {
			continue
		}
		if start < 0 || len(candidate) > len(number) {
			start, number = at, candidate
		}
	}
	if start < 0 {
		return html.EscapeString(text)
	}
	return linkPhones(text[:start], numbers) + phoneLink(number) + linkPhones(text[start+len(number):], numbers)
}

// indexNumber finds a number that stands by itself: "999" is not rung in "999bsl.co.uk", nor "111" in "111.nhs.uk".
func indexNumber(text, number string) int {
	if number == "" {
		return -1
	}
	for from := 0; ; {
		at := strings.Index(text[from:], number)
		if at < 0 {
			return -1
		}
		at += from
		before, after := text[:at], strings.TrimPrefix(text[at+len(number):], ".")
		if !endsInWord(before) && !startsAsWord(after) {
			return at
		}
		from = at + 1
	}
}

func startsAsWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func endsInWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return s != "" && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// phoneLink keeps only digits and a leading plus in the address: RFC 3966 allows no
// spaces. No-break spaces keep the number on one line.
func phoneLink(number string) string {
	var digits strings.Builder
	for n, r := range number {
		if r >= '0' && r <= '9' || r == '+' && n == 0 {
			digits.WriteRune(r)
		}
	}
	return `<a class="govuk-link app-phone" href="tel:` + digits.String() + `">` +
		strings.ReplaceAll(html.EscapeString(number), " ", "\u00a0") + `</a>`
}
