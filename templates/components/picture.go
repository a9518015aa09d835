package components

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Box is what is known of one way of being unable to do something.
type Box string

// The states of a box. Each has a shape of its own.
const (
	BoxYes      Box = "yes"      // filled, with a tick
	BoxNo       Box = "no"       // an empty box
	BoxNotKnown Box = "notknown" // a dashed box with a question mark
)

// PictureRow is one outcome.
type PictureRow struct {
	Label string // "Eating and drinking"
	Boxes []Box  // one for each column
	Words string // "2 of 4", "Not known", "None reported"
}

// PictureParams are the outcomes picture: a row for each outcome, a box for each way
// of being unable (regulations 2(3) and 3(3) of SI 2015/313), and the same as a table.
type PictureParams struct {
	ID           string // of the picture, unique on the page
	Title        string // what it shows, in a sentence
	Columns      []string
	RowHeading   string         // heads the first column of the table: "Outcome"
	WordsHeading string         // heads the last: "In words"
	BoxWords     map[Box]string // "Yes", "No", "Not known": the boxes in the table
	Rows         []PictureRow
	TableSummary string // opens the table: "The same as a table"
	TableOpen    bool
}

// Sizes of the picture in its own units: at the width of a phone one unit is about a pixel.
const (
	pictureWidth  = 304
	pictureBox    = 22
	pictureStep   = 28
	pictureTop    = 26
	pictureHeight = 46
	pictureLine   = 23 // characters of a label that fit beside four boxes
)

func (p PictureParams) viewBox() string {
	return "0 0 " + strconv.Itoa(pictureWidth) + " " + strconv.Itoa(pictureTop+len(p.Rows)*pictureHeight)
}

// boxX is the left edge of box n; the boxes end at the right edge of the picture.
func (p PictureParams) boxX(n int) int {
	return pictureWidth - 2 - (len(p.Columns)-n)*pictureStep + pictureStep - pictureBox
}

func rowY(row int) int { return pictureTop + row*pictureHeight }

// at writes a translation.
func at(x, y int) string {
	return "translate(" + strconv.Itoa(x) + " " + strconv.Itoa(y) + ")"
}

// pictureLines breaks a label into at most two lines: SVG text does not wrap. What
// does not fit stays on the second line, where the table twin has room for it.
func pictureLines(label string) []string {
	if utf8.RuneCountInString(label) <= pictureLine {
		return []string{label}
	}
	line, rest := "", strings.Fields(label)
	for len(rest) > 1 && utf8.RuneCountInString(line+" "+rest[0]) <= pictureLine {
		line, rest = strings.TrimSpace(line+" "+rest[0]), rest[1:]
	}
	if line == "" {
		return []string{label}
	}
	return []string{line, strings.Join(rest, " ")}
}

// table gives the picture's twin.
func (p PictureParams) table() TableParams {
	table := TableParams{FirstCellIsHeader: true, Head: []TableHead{{Text: p.RowHeading}}}
	for _, column := range p.Columns {
		table.Head = append(table.Head, TableHead{Text: column})
	}
	table.Head = append(table.Head, TableHead{Text: p.WordsHeading})
	for _, row := range p.Rows {
		cells := []TableCell{{Text: row.Label}}
		for _, box := range row.Boxes {
			cells = append(cells, TableCell{Text: p.BoxWords[box]})
		}
		table.Rows = append(table.Rows, append(cells, TableCell{Text: row.Words}))
	}
	return table
}
