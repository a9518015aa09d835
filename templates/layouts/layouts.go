// Package layouts holds what stands round every page: the citizen's and the staff's.
// A struct in, HTML out; the page itself comes as children and has the one h1.
//
// Wording comes from the ruleset's content through the Words structs. In a citizen's
// words {council}, {phone} and {phone_24h} stand for the council's name and numbers.
package layouts

import (
	"strings"

	"threshold/static"
)

// Council is what a page shows of the council that serves it.
type Council struct {
	Name      string
	Slug      string // first part of every address
	Phone     string // in office hours, as people read it
	Phone24h  string // day and night, as people read it
	ThemeHref string // stylesheet with the council's colours (static.Theme); none when empty
}

// fill puts the council's name and numbers into words. Numbers keep their spaces as
// no-break spaces only where they become links (components.Phones), so that the same
// text can be compared.
func (c Council) fill(words string) string {
	return strings.NewReplacer("{council}", c.Name, "{phone_24h}", c.Phone24h, "{phone}", c.Phone).Replace(words)
}

// numbers lists the numbers that the footer's words can be rung on.
func (c Council) numbers() []string { return []string{"999", c.Phone24h, c.Phone} }

// asset gives the address of a built file by its plain name.
func asset(name string) string { return static.Href(name) }

// title joins the parts of a page's title that are not empty, the most telling first.
func title(errorWord string, wrong bool, parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	joined := strings.Join(kept, " - ")
	if wrong {
		return errorWord + joined
	}
	return joined
}

// language gives the lang attribute: English as written in Britain when not said.
func language(lang string) string {
	if lang == "" {
		return "en-GB"
	}
	return lang
}
