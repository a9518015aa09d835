package components

import (
	"strings"

	"github.com/a-h/templ"
)

// DateInputItem is one box of a date.
type DateInputItem struct {
	Name         string // "day", "month", "year": NamePrefix goes before it
	ID           string
	Label        string // the name with a capital when empty
	Value        string
	Error        Flag // On: this box is wrong; Off: it is not, whatever the message says
	Inputmode    string
	Autocomplete string // "bday-day", "bday-month", "bday-year"
	Pattern      string
	Classes      string
	Attributes   templ.Attributes
}

func (i DateInputItem) wrong() bool {
	return i.Error == On || strings.Contains(i.Classes, "govuk-input--error")
}

// DateInputParams are a date that people know (a birthday). Without Items the boxes
// are Day, Month and Year.
type DateInputParams struct {
	ID           string
	NamePrefix   string // "dob" makes "dob-day"
	Day          *DateInputItem
	Month        *DateInputItem
	Year         *DateInputItem
	Items        []DateInputItem
	Values       map[string]string // by input name
	Fieldset     *FieldsetParams
	Hint         HintParams
	ErrorMessage ErrorMessageParams
	FormGroup    FormGroup
	Classes      string
	Attributes   templ.Attributes
}

// inputs gives the text inputs of the date in order.
func (p DateInputParams) inputs() []InputParams {
	day, month, year := p.part("day", p.Day), p.part("month", p.Month), p.part("year", p.Year)
	items := p.Items
	if len(items) == 0 {
		items = []DateInputItem{day, month, year}
	}
	oneIsWrong := false
	for _, item := range items {
		oneIsWrong = oneIsWrong || item.wrong()
	}
	var inputs []InputParams
	for _, item := range items {
		width := "govuk-input--width-2"
		switch item.Name {
		case day.Name, "day":
			item.Value = or(item.Value, day.Value)
		case month.Name, "month":
			item.Value = or(item.Value, month.Value)
		case year.Name, "year":
			item.Value, width = or(item.Value, year.Value), "govuk-input--width-4"
		}
		// Without a box of its own to blame, the message blames all of them.
		wrong := item.Error == On || item.Error != Off && p.ErrorMessage.isSet() && !oneIsWrong
		if strings.Contains(item.Classes, "govuk-input--error") {
			wrong = false // its classes say so already
		}
		if strings.Contains(item.Classes, "govuk-input--width-") {
			width = ""
		}
		name := item.Name
		if p.NamePrefix != "" {
			name = p.NamePrefix + "-" + item.Name
		}
		inputs = append(inputs, InputParams{
			ID: or(item.ID, p.ID+"-"+item.Name), Name: name, Value: or(item.Value, p.Values[name]),
			Label:     LabelParams{Text: or(item.Label, capital(item.Name)), Classes: "govuk-date-input__label"},
			Inputmode: or(item.Inputmode, "numeric"), Autocomplete: item.Autocomplete, Pattern: item.Pattern,
			Classes:    classes("govuk-date-input__input", when(wrong, "govuk-input--error"), width, item.Classes),
			Attributes: item.Attributes,
		})
	}
	return inputs
}

// part gives one of day, month and year with its name and value filled in.
func (p DateInputParams) part(name string, given *DateInputItem) DateInputItem {
	if given == nil {
		return DateInputItem{Name: name, Value: p.Values[name]}
	}
	item := *given
	item.Name = or(item.Name, name)
	return item
}

// capital gives the word with a capital letter and the rest small, as the fixtures do.
func capital(word string) string {
	if word == "" {
		return ""
	}
	first := []rune(word)[:1]
	return strings.ToUpper(string(first)) + strings.ToLower(strings.TrimPrefix(word, string(first)))
}
