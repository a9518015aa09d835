package components

import (
	"strconv"
	"strings"
)

// Series is one kind of thing that a chart counts. Each of the first three has a shape of its own, so that they can be told
// apart without colours.
type Series struct{ Name string }

// ChartRow is one group of bars, or one point of each line.
type ChartRow struct {
	Label  string
	Values []int  // one for each series
	Note   string // said after the numbers: "9 of 12"
}

// ChartParams are a chart and the same as a table.
type ChartParams struct {
	ID           string // of the chart, unique on the page
	Title        string // what it shows, in a sentence
	RowHeading   string // heads the first column of the table
	NoteHeading  string // heads the last; no such column when empty
	Series       []Series
	Rows         []ChartRow
	TableSummary string // opens the table: "The same as a table"
	Empty        string // said when there is nothing to count
}

// Sizes of a chart in its own units: at the width of a phone one unit is about a pixel.
const (
	chartWidth  = 304
	chartBar    = 16
	chartStep   = 20 // from one bar to the next of a group
	chartLabel  = 18 // above a group
	chartGap    = 12 // below it
	chartNumber = 44 // kept free beside the longest bar
	chartLine   = 15
	chartWrap   = 40 // characters of a label

	lineTop    = 14
	lineHeight = 130
	lineLeft   = 30
	lineFoot   = 24
)

type placedBar struct {
	y, width int
	series   int
	number   string
}

type placedGroup struct {
	lines []string
	y     int
	bars  []placedBar
}

// groups are the rows with their bars in place, and the height of the whole.
func (p ChartParams) groups() (groups []placedGroup, height int) {
	top := max(p.most(), 1)
	for _, row := range p.Rows {
		g := placedGroup{lines: wrap(row.Label, chartWrap), y: height}
		y := (len(g.lines)-1)*chartLine + chartLabel
		for i, v := range row.Values {
			width := v * (chartWidth - chartNumber) / top
			if v > 0 {
				width = max(width, 2) // one case is seen too
			}
			g.bars = append(g.bars, placedBar{y: y, width: width, series: i, number: strconv.Itoa(v)})
			y += chartStep
		}
		groups, height = append(groups, g), height+y+chartGap
	}
	return groups, height
}

func (p ChartParams) most() int {
	most := 0
	for _, row := range p.Rows {
		for _, v := range row.Values {
			most = max(most, v)
		}
	}
	return most
}

func (p ChartParams) empty() bool { return p.most() == 0 }

func (p ChartParams) placedGroups() []placedGroup {
	groups, _ := p.groups()
	return groups
}

func (p ChartParams) barsBox() string {
	_, height := p.groups()
	return "0 0 " + strconv.Itoa(chartWidth) + " " + strconv.Itoa(max(height, 1))
}

// scale is the number at the top of a line chart: not below the most, and easy to halve.
func (p ChartParams) scale() int {
	top := 4
	for top < p.most() {
		if strings.HasPrefix(strconv.Itoa(top), "4") {
			top = top / 4 * 10
		} else {
			top *= 2
		}
	}
	return top
}

func (p ChartParams) lineX(row int) int {
	if len(p.Rows) < 2 {
		return lineLeft
	}
	return lineLeft + row*(chartWidth-lineLeft-10)/(len(p.Rows)-1)
}

func (p ChartParams) lineY(value int) int {
	return lineTop + lineHeight - value*lineHeight/p.scale()
}

// path joins the points of a series.
func (p ChartParams) path(series int) string {
	var b strings.Builder
	for i, row := range p.Rows {
		b.WriteString(map[bool]string{true: "M", false: "L"}[i == 0])
		b.WriteString(strconv.Itoa(p.lineX(i)) + " " + strconv.Itoa(p.lineY(row.Values[series])))
	}
	return b.String()
}

// dashes of a line, by series.
func dashes(series int) string { return []string{"none", "6 4", "2 3"}[series%3] }

func (p ChartParams) linesBox() string {
	return "0 0 " + strconv.Itoa(chartWidth) + " " + strconv.Itoa(lineTop+lineHeight+lineFoot)
}

// table gives the chart's twin.
func (p ChartParams) table() TableParams {
	table := TableParams{FirstCellIsHeader: true, Head: []TableHead{{Text: p.RowHeading}}}
	for _, s := range p.Series {
		table.Head = append(table.Head, TableHead{Text: s.Name, Format: "numeric"})
	}
	if p.NoteHeading != "" {
		table.Head = append(table.Head, TableHead{Text: p.NoteHeading, Format: "numeric"})
	}
	for _, row := range p.Rows {
		cells := []TableCell{{Text: row.Label}}
		for _, v := range row.Values {
			cells = append(cells, TableCell{Text: strconv.Itoa(v), Format: "numeric"})
		}
		if p.NoteHeading != "" {
			cells = append(cells, TableCell{Text: row.Note, Format: "numeric"})
		}
		table.Rows = append(table.Rows, cells)
	}
	return table
}
