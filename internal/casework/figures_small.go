package casework

import (
	"math"
	"slices"
	"strconv"
)

// A figureTable is a file of numbers on its way out, with the sums that anybody who has it can work out.
type figureTable struct {
	cells []figureCell
	sums  []sum
}

// A figureCell is one number, and whether it is left out.
type figureCell struct {
	row    FigureRow
	n      int
	hidden bool
}

// A sum says that one cell is the others together. They are places in the table.
type sum struct {
	total int
	parts []int
}

// group adds numbers of which each is left out as the group alone asks for, and returns their places.
func (t *figureTable) group(part, measure string, names []string, numbers []int) []int {
	hidden := suppressed(numbers)
	at := make([]int, len(names))
	for i, name := range names {
		at[i] = len(t.cells)
		t.cells = append(t.cells, figureCell{FigureRow{Part: part, Group: name, Measure: measure}, numbers[i], hidden[i]})
	}
	return at
}

func (t *figureTable) rows() []FigureRow {
	rows := make([]FigureRow, len(t.cells))
	for i, c := range t.cells {
		rows[i] = c.row
		if !c.hidden {
			rows[i].Count = strconv.Itoa(c.n)
		}
	}
	return rows
}

// protect leaves out more numbers until none of those left out can be worked out from the sums. Who reads the file knows that
// a number that is left out is not nought, and so knows two ones from their sum of two.
func (t *figureTable) protect() {
	for {
		least, most := t.bounds()
		more := false
		for i, c := range t.cells {
			if c.hidden && least[i] == most[i] {
				more = t.hideBeside(i) || more
			}
		}
		if !more {
			return
		}
	}
}

// hideBeside leaves out the smallest number that stands in a sum with a cell, nought last. It says whether there was any.
func (t *figureTable) hideBeside(cell int) bool {
	best := -1
	for _, s := range t.sums {
		all := append(slices.Clone(s.parts), s.total)
		if !slices.Contains(all, cell) {
			continue
		}
		for _, i := range all {
			c := t.cells[i]
			better := best < 0 || t.cells[best].n == 0 && c.n > 0 || c.n > 0 && c.n < t.cells[best].n
			if !c.hidden && better {
				best = i
			}
		}
	}
	if best >= 0 {
		t.cells[best].hidden = true
	}
	return best >= 0
}

// bounds are the least and the most that each number can be for somebody who has the file, by the sums. Each round narrows them
// by one sum after the other, until none does any more.
func (t *figureTable) bounds() (least, most []int) {
	const unbounded = math.MaxInt32
	least, most = make([]int, len(t.cells)), make([]int, len(t.cells))
	for i, c := range t.cells {
		least[i], most[i] = c.n, c.n
		if c.hidden {
			least[i], most[i] = min(c.n, 1), unbounded
		}
	}
	for again := true; again; {
		again = false
		narrow := func(i, from, to int) {
			if from > least[i] {
				least[i], again = from, true
			}
			if to < most[i] {
				most[i], again = to, true
			}
		}
		for _, s := range t.sums {
			low, high := 0, 0
			for _, i := range s.parts {
				low, high = low+least[i], min(high+most[i], unbounded)
			}
			narrow(s.total, low, high)
			for _, i := range s.parts {
				to := most[s.total]
				if to < unbounded {
					to -= low - least[i]
				}
				from := least[s.total]
				for _, other := range s.parts {
					if other != i {
						from -= most[other]
					}
				}
				narrow(i, from, to)
			}
		}
	}
	return least, most
}
