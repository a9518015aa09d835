package pages

import (
	"strings"

	"threshold/templates/components"
	"threshold/templates/layouts"
)

// GuideFrame stands round what every page of the guide says.
type GuideFrame struct {
	Layout layouts.CitizenPage
	Title  string
	Notice string // that it is no legal advice, and who has checked it
	Back   Link
	Next   Link
	Words  GuideWords
}

// GuideWords are the labels of the guide.
type GuideWords struct {
	Contents, OnPage, Source, Asked, Example, Law, Try, Verified, NotVerified string
}

// A GuideCite is a provision with what it is ("the law") and whether it was read.
type GuideCite struct {
	Citation, Basis string
	Verified        bool
}

// GuideHomePage lists the pages.
type GuideHomePage struct {
	GuideFrame
	Lead  []string
	Pages []GuideLead
	Links []Link
}

// A GuideLead is a link with a line that says what is behind it.
type GuideLead struct {
	Link
	Lead string
}

// GuidePage is one page of text about the law.
type GuidePage struct {
	GuideFrame
	Sections []GuideSection
}

// A GuideSection is a heading with what stands under it.
type GuideSection struct {
	ID, Heading string
	Paras       []GuidePara
	Items       []GuideItem
	Plain       bool // items are lines of a list, without more to say of each
	Caption     string
	Head        []string
	Rows        []GuideRow
	Examples    []Link
	Law         []GuideLaw
}

// A GuidePara is a paragraph, where it comes from, and where the form asks about it.
type GuidePara struct {
	Text   string
	Points []string
	Cites  []GuideCite
	Asked  []Link
}

// A GuideItem is one thing on a list of the law.
type GuideItem struct {
	ID, Title, Text, Example string
	Cites                    []GuideCite
	Asked                    []Link
}

// A GuideRow is a row of a table with where it comes from.
type GuideRow struct {
	Cells []string
	Cites []GuideCite
}

// GuideLaw is a provision in the law's own terms.
type GuideLaw struct {
	GuideCite
	Text string
}

// GuideListPage is a list under headings: the examples, or what the form asks.
type GuideListPage struct {
	GuideFrame
	Lead   string
	Groups []GuideGroup
}

// A GuideGroup is a heading with entries.
type GuideGroup struct {
	ID, Heading string
	Entries     []GuideEntry
}

// A GuideEntry has a link, or an address of its own on the page, and lines.
type GuideEntry struct {
	ID, Title, Href string
	Lines           []string
}

// GuideExamplePage is a worked case.
type GuideExamplePage struct {
	GuideFrame
	FactsTitle, FactsIntro string
	Facts                  []GuideGroup
	Changed                string // label of the change; "" when nothing was changed
	Change                 string
	AsItWas                Link
	SuggestsTitle          string
	Suggests               string
	Notes                  []string // no decision; nothing is kept
	WhyTitle               string
	Why                    []Reason
	TreeTitle              string
	Tree                   GuideStep
	OpenTitle              string
	Open                   []string
	OpenNone               string
	WeighTitle             string
	Weigh                  []string
	PromptsTitle           string
	Prompts                []Reason
	ChangeTitle            string
	ChangeIntro            string
	Changes                []GuideChanges
	ChangeMore             string
	SameIntro              string
	Same                   []Link
	Case                   []string // what the case says to lawyers
	CaseCites              []string
}

// A GuideStep is a line of the reason tree.
type GuideStep struct {
	Mark, Text, Citation string
	Kids                 []GuideStep
}

// GuideChanges are single changes that come to the same.
type GuideChanges struct {
	Suggests string
	Links    []Link
}

// shownChanges is how many changes stand open; the rest are behind "More changes".
const shownChanges = 5

// dataTable is the table of a section, with where a row comes from under its second cell, which says why.
func dataTable(s GuideSection, w GuideWords) components.TableParams {
	p := components.TableParams{Caption: s.Caption, CaptionClasses: "govuk-visually-hidden", FirstCellIsHeader: true, Classes: "app-sentences"}
	for _, h := range s.Head {
		p.Head = append(p.Head, components.TableHead{Text: h})
	}
	for _, r := range s.Rows {
		row := make([]components.TableCell, len(r.Cells))
		for i, c := range r.Cells {
			row[i] = components.TableCell{Text: c}
			if i == 1 {
				row[i] = components.TableCell{Content: citedCell(c, r.Cites, w)}
			}
		}
		p.Rows = append(p.Rows, row)
	}
	return p
}

// foldedSteps is how deep in the reason tree the outcomes stand: below the indication and its conditions.
const foldedSteps = 2

// sourcesOf lists provisions in one line.
func sourcesOf(cites []GuideCite, w GuideWords) string {
	all := make([]string, len(cites))
	for i, c := range cites {
		all[i] = sourceOf(c, w)
	}
	return strings.Join(all, "; ")
}

// sourceOf says what a provision is, and openly when nobody has read it for this.
func sourceOf(c GuideCite, w GuideWords) string {
	if c.Verified {
		return c.Citation + " (" + c.Basis + ")"
	}
	return c.Citation + " (" + c.Basis + ", " + w.NotVerified + ")"
}

// checkedOf is sourceOf for the exact law, which says both.
func checkedOf(c GuideCite, w GuideWords) string {
	if c.Verified {
		return c.Basis + ", " + w.Verified
	}
	return c.Basis + ", " + w.NotVerified
}
