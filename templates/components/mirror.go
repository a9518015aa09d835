package components

import "strconv"

// MirrorSide is one person's bar in a row: N of Of, or the words that stand in place of a bar.
type MirrorSide struct {
	N, Of int
	Words string // "2 of 4", "Not known", "Not asked"
}

// MirrorRow is one part of life, with what each of two people told of it.
type MirrorRow struct {
	Label       string
	Left, Right MirrorSide
}

// MirrorParams are the bars of two people, back to back, and the same as a table.
type MirrorParams struct {
	ID           string // of the picture, unique on the page
	Title        string // what it shows, in a sentence
	Left, Right  string // whose bars they are
	RowHeading   string // heads the first column of the table: "Outcome"
	Rows         []MirrorRow
	TableSummary string // opens the table: "The same as a table"
	TableOpen    bool
}

// Sizes of the picture in its own units: at the width of a phone one unit is about a pixel.
const (
	mirrorMiddle = 152
	mirrorLong   = 140 // of a whole bar
	mirrorHigh   = 16
	mirrorStep   = 60 // from one row to the next
	mirrorTop    = 26
)

func (p MirrorParams) viewBox() string {
	return "0 0 " + strconv.Itoa(2*mirrorMiddle) + " " + strconv.Itoa(mirrorTop+mirrorStep*len(p.Rows))
}

func (s MirrorSide) length() int {
	if s.Of == 0 {
		return 0
	}
	return mirrorLong * s.N / s.Of
}

// shape is the bar as a path from the middle line. The left one is drawn in outline and the right one filled, so that the two
// differ without colour.
func (s MirrorSide) shape(left bool) string {
	if left {
		return "M" + strconv.Itoa(mirrorMiddle-2) + " 0h-" + strconv.Itoa(s.length()) + "v" + strconv.Itoa(mirrorHigh) + "h" + strconv.Itoa(s.length()) + "z"
	}
	return "M" + strconv.Itoa(mirrorMiddle+2) + " 0h" + strconv.Itoa(s.length()) + "v" + strconv.Itoa(mirrorHigh) + "h-" + strconv.Itoa(s.length()) + "z"
}

// table gives the picture's twin.
func (p MirrorParams) table() TableParams {
	table := TableParams{FirstCellIsHeader: true, Head: []TableHead{{Text: p.RowHeading}, {Text: p.Left}, {Text: p.Right}}}
	for _, row := range p.Rows {
		table.Rows = append(table.Rows, []TableCell{{Text: row.Label}, {Text: row.Left.Words}, {Text: row.Right.Words}})
	}
	return table
}
