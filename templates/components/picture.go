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
	pictureWidth = 304
	pictureBox   = 22
	pictureStep  = 28
	pictureTop   = 24 // below the column numbers
	pictureLine  = 15 // from one line of a label to the next
	pictureWrap  = 23 // characters of a label that fit beside four boxes
)

// placedRow is a row with its place in the picture: SVG text does not wrap, and rows
// with longer labels are higher.
type placedRow struct {
	PictureRow
	lines  []string
	y      int
	height int
}

// wordsY is the base line of the row's words, below its label.
func (r placedRow) wordsY() int { return 3 + (len(r.lines)+1)*pictureLine }

// boxesY is the top edge of the row's boxes: its middle.
func (r placedRow) boxesY() int { return (r.height - pictureBox) / 2 }

// placed gives the rows with their places, and the height of the whole.
func (p PictureParams) placed() (rows []placedRow, height int) {
	height = pictureTop
	for _, row := range p.Rows {
		lines := wrap(row.Label, pictureWrap)
		placed := placedRow{PictureRow: row, lines: lines, y: height, height: 12 + (len(lines)+1)*pictureLine}
		rows, height = append(rows, placed), height+placed.height
	}
	return rows, height
}

func (p PictureParams) rows() []placedRow {
	rows, _ := p.placed()
	return rows
}

func (p PictureParams) viewBox() string {
	_, height := p.placed()
	return "0 0 " + strconv.Itoa(pictureWidth) + " " + strconv.Itoa(height)
}

// boxX is the left edge of box n; the boxes end at the right edge of the picture.
func (p PictureParams) boxX(n int) int {
	return pictureWidth - pictureBox - 1 - (len(p.Columns)-1-n)*pictureStep
}

// moved writes a translation.
func moved(x, y int) string {
	return "translate(" + strconv.Itoa(x) + " " + strconv.Itoa(y) + ")"
}

// wrap breaks text between words into lines of at most width characters. A longer word
// has a line of its own.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
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
