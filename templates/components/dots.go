package components

import "strconv"

// DotsRow is one line of dots: how much something is affected.
type DotsRow struct {
	Label string // "Family and close people"
	Level int    // which column is filled, from 0; -1 when it is not known
	Words string // "A big effect", "They did not say"
}

// DotsParams are the well-being dots: a row for each area of Care Act 2014 s.1(2), a dot for each degree of effect, and the
// same as a table. What is filled differs by shape (full, empty, dashed) and not by colour alone.
type DotsParams struct {
	ID           string // of the picture, unique on the page
	Title        string // what it shows, in a sentence
	Columns      []string
	RowHeading   string // heads the first column of the table: "Area"
	WordsHeading string // heads the second: "In words"
	Rows         []DotsRow
	TableSummary string // opens the table: "The same as a table"
	TableOpen    bool
}

const (
	dotsTop  = 24
	dotsWrap = 30 // characters of a label that fit beside three dots
)

// placedDots is a row with its place in the picture.
type placedDots struct {
	DotsRow
	lines     []string
	y, height int
}

func (r placedDots) wordsY() int { return 3 + (len(r.lines)+1)*pictureLine }

func (r placedDots) dotsY() int { return r.height / 2 }

func (p DotsParams) placed() (rows []placedDots, height int) {
	height = dotsTop
	for _, row := range p.Rows {
		lines := wrap(row.Label, dotsWrap)
		placed := placedDots{DotsRow: row, lines: lines, y: height, height: 12 + (len(lines)+1)*pictureLine}
		rows, height = append(rows, placed), height+placed.height
	}
	return rows, height
}

func (p DotsParams) rows() []placedDots {
	rows, _ := p.placed()
	return rows
}

func (p DotsParams) viewBox() string {
	_, height := p.placed()
	return "0 0 " + strconv.Itoa(pictureWidth) + " " + strconv.Itoa(height)
}

// dotX is the middle of column n.
func (p DotsParams) dotX(n int) int {
	return pictureWidth - pictureBox/2 - 1 - (len(p.Columns)-1-n)*pictureStep
}

func (p DotsParams) table() TableParams {
	table := TableParams{FirstCellIsHeader: true, Head: []TableHead{{Text: p.RowHeading}, {Text: p.WordsHeading}}}
	for _, row := range p.Rows {
		table.Rows = append(table.Rows, []TableCell{{Text: row.Label}, {Text: row.Words}})
	}
	return table
}
