// Package pages holds one page a file: a struct in, HTML out, no decisions. What a page says comes in its struct,
// from the wording in rules; what it looks like comes from components.
package pages

import (
	"threshold/internal/care"
	"threshold/templates/components"
)

// A Field is a question with what was answered or typed so far and what is wrong with it.
type Field struct {
	Question care.Question
	Values   []string
	Error    string
	// The three boxes of a date, as typed.
	Day, Month, Year string
}

func (f Field) value() string {
	if len(f.Values) == 0 {
		return ""
	}
	return f.Values[0]
}

// A Form is the part of a page that is posted: questions, what stands around them, and how it goes on.
type Form struct {
	Action string
	Do     string // value of the button, where a page has two
	Seen   string // fingerprint, see web/form.go
	Once   string // random key of a form that is sent at once
	Change bool
	Fields []Field
	Button string
	// Skip is a second button above the questions, for pages on which most people have nothing to say; "" for none. It
	// sends the form as it stands, so that it can take no answer away, whatever was ticked before it was pressed.
	Skip string
	// Introduced says that the page has lines of its own between its heading and the form.
	Introduced bool
	// Errors stand at the top, in the order of the fields; empty when all is well.
	Errors      []components.ErrorSummaryItem
	ErrorsTitle string
	Words       FormWords
}

// FormWords are the few words that every form needs.
type FormWords struct {
	Day, Month, Year string
	ErrorPrefix      string // read out before an error
	Choose           string // first line of a select, for no answer
}

// Link is an address with its words.
type Link struct{ Text, Href string }

// Button is a form of one button that posts.
type Button struct{ Text, Action string }

func errorOf(f Form, message string) components.ErrorMessageParams {
	return components.ErrorMessageParams{Text: message, VisuallyHiddenText: f.Words.ErrorPrefix}
}

// alone says whether the page's only question is its heading.
func alone(title string, f Form) bool {
	return len(f.Fields) == 1 && f.Fields[0].Question.Text == title
}

// behaviour is the option's part in a set of which some exclude the rest.
func behaviour(o care.Option) string {
	if o.Exclusive {
		return "exclusive"
	}
	return ""
}

func rows(q care.Question) int {
	if q.MaxChars > 0 && q.MaxChars <= 500 {
		return 3
	}
	return 4
}

func width(q care.Question) string {
	switch q.Kind {
	case care.KindPostcode:
		return "govuk-input--width-10"
	case care.KindPhone:
		return "govuk-input--width-20"
	}
	return ""
}

func inputType(q care.Question) string {
	switch q.Kind {
	case care.KindPhone:
		return "tel"
	case care.KindEmail:
		return "email"
	}
	return ""
}
