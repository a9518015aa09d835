// Package components holds the page parts that every layout and page is made of:
// a struct in, HTML out, no decisions. Most follow a component of GOV.UK Frontend
// option for option, and components_test.go holds each against the fixtures that
// GOV.UK Frontend publishes. The rest (leave.templ, picture.templ and the like)
// are ours.
//
// It is not a form engine: nothing here knows a question, a rule or an address.
//
// Text and Content: where both are offered, Text is plain text and is escaped;
// Content is a component for the rare case that text is not enough, and wins.
package components

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Flag is an option that GOV.UK Frontend leaves out unless somebody decides:
// the empty value writes no attribute, On writes "true" and Off writes "false".
type Flag string

// The two decided values of a Flag.
const (
	On  Flag = "true"
	Off Flag = "false"
)

// Slot is text or content that stands beside an input.
type Slot struct {
	Text    string
	Content templ.Component
}

func (s Slot) isSet() bool { return s.Text != "" || s.Content != nil }

// FormGroup is the box around a label, its hint, its error and its input.
type FormGroup struct {
	Classes     string
	Attributes  templ.Attributes
	BeforeInput Slot // directly before the input (of radios: before the first)
	AfterInput  Slot // directly after the input
}

// classes joins class names and leaves out the empty ones.
func classes(names ...string) string {
	var kept []string
	for _, name := range names {
		if name = strings.TrimSpace(name); name != "" {
			kept = append(kept, name)
		}
	}
	return strings.Join(kept, " ")
}

// when gives name if the condition holds.
func when(condition bool, name string) string {
	if condition {
		return name
	}
	return ""
}

// or gives the first string that is not empty.
func or(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// describedBy joins the ids that aria-describedby lists: those given first, then
// the hint, then the error, the order in which they stand on the page.
func describedBy(given, id string, hint HintParams, problem ErrorMessageParams) string {
	return classes(given, when(hint.isSet(), id+"-hint"), when(problem.isSet(), id+"-error"))
}

// numbered gives the id of item n (from 1). The first has no number, so that an
// error summary can link to "#name".
func numbered(prefix string, n int) string {
	if n == 1 {
		return prefix
	}
	return prefix + "-" + strconv.Itoa(n)
}

// bracketed writes the card's title after a space and in brackets. It is in Go because
// templ would put a space before the closing bracket.
func bracketed(card CardTitle) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, " ("); err != nil {
			return err
		}
		if err := inner(card.Text, card.Content).Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, ")")
		return err
	})
}
