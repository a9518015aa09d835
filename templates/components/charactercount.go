package components

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// CountMessage styles the line that says how many characters are left.
type CountMessage struct{ Classes string }

// CharacterCountParams are an answer in own words of a limited length. Without
// JavaScript the limit is said in words; with it the words count down.
type CharacterCountParams struct {
	ID                      string // Name when empty
	Name                    string
	Value                   string
	Rows                    int // 5 when zero
	Maxlength               int // characters
	Maxwords                int // words; wins over Maxlength
	Threshold               int // percent of the limit from which the count is shown
	CountType               string
	TextareaDescriptionText string // "%{count}" stands for the limit
	Label                   LabelParams
	Hint                    HintParams
	ErrorMessage            ErrorMessageParams
	Spellcheck              Flag
	FormGroup               FormGroup
	CountMessage            CountMessage
	Classes                 string
	Attributes              templ.Attributes

	// The words of the running count, when they are not English. "%{count}" stands
	// for the number; the maps are by plural category ("one", "other").
	CharactersUnderLimitText map[string]string
	CharactersAtLimitText    string
	CharactersOverLimitText  map[string]string
	WordsUnderLimitText      map[string]string
	WordsAtLimitText         string
	WordsOverLimitText       map[string]string
}

func (p CharacterCountParams) limit() int { return cmp.Or(p.Maxwords, p.Maxlength) }

func (p CharacterCountParams) countType() string {
	return or(p.CountType, when(p.Maxwords > 0, "words"))
}

func (p CharacterCountParams) description() string {
	if p.limit() == 0 {
		return ""
	}
	unit := "characters"
	if p.countType() == "words" {
		unit = "words"
	}
	text := or(p.TextareaDescriptionText, "You can enter up to %{count} "+unit)
	return strings.ReplaceAll(text, "%{count}", strconv.Itoa(p.limit()))
}

// textarea gives the text area that the count is about.
func (p CharacterCountParams) textarea() TextareaParams {
	id := or(p.ID, p.Name)
	group := p.FormGroup
	group.Classes = classes("govuk-character-count", group.Classes)
	group.Attributes = p.data()
	group.AfterInput = Slot{Content: countMessage(p, id+"-info")}
	return TextareaParams{
		ID: id, Name: p.Name, Value: p.Value, Rows: p.Rows, DescribedBy: id + "-info", Spellcheck: p.Spellcheck,
		Classes: classes("govuk-js-character-count", p.Classes), Attributes: p.Attributes,
		Label: p.Label, Hint: p.Hint, ErrorMessage: p.ErrorMessage, FormGroup: group,
	}
}

// data gives the attributes that the script reads.
func (p CharacterCountParams) data() templ.Attributes {
	data := templ.Attributes{"data-module": "govuk-character-count"}
	for name, value := range p.FormGroup.Attributes {
		data[name] = value
	}
	number := func(name string, value int) {
		if value > 0 {
			data[name] = strconv.Itoa(value)
		}
	}
	text := func(name, value string) {
		if value != "" {
			data[name] = value
		}
	}
	plural := func(name string, values map[string]string) {
		for category, value := range values {
			data[name+"."+category] = value
		}
	}
	number("data-maxlength", p.Maxlength)
	number("data-maxwords", p.Maxwords)
	number("data-threshold", p.Threshold)
	text("data-count-type", p.countType())
	if p.limit() == 0 {
		text("data-i18n.textarea-description.other", p.TextareaDescriptionText)
	}
	plural("data-i18n.characters-under-limit", p.CharactersUnderLimitText)
	text("data-i18n.characters-at-limit", p.CharactersAtLimitText)
	plural("data-i18n.characters-over-limit", p.CharactersOverLimitText)
	plural("data-i18n.words-under-limit", p.WordsUnderLimitText)
	text("data-i18n.words-at-limit", p.WordsAtLimitText)
	plural("data-i18n.words-over-limit", p.WordsOverLimitText)
	return data
}
