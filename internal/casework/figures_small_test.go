package casework_test

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// aWhole has open cases of some kinds and teams: waiting[kind][team] are the numbers of the bands.
func aWhole(waiting [][][]int) casework.Whole {
	w := casework.Whole{Teams: map[string]string{}}
	for k, teams := range waiting {
		for t, bands := range teams {
			team := fmt.Sprint("t", t)
			w.Teams[team] = "Team " + team
			f := care.OpenFigures{Team: team, Kind: care.CaseKind(fmt.Sprint("kind", k)), Waiting: make([]int, len(casework.WaitingBands))}
			copy(f.Waiting, bands)
			for _, n := range bands {
				f.Open += n
			}
			w.Open = append(w.Open, f)
		}
	}
	return w
}

// A reader has the file and nothing else, and knows how it was made.
type reader struct {
	known map[string]int
	left  []string   // names of the numbers that are left out
	sums  [][]string // of each the first is the total of the others
}

func read(w casework.Whole) reader {
	r := reader{known: map[string]int{}}
	all := []string{"open/all/all"}
	by := map[string]map[bool][]string{}
	for _, row := range w.Export() {
		name := row.Part + "/" + row.Measure + "/" + row.Group
		switch n, err := strconv.Atoi(row.Count); {
		case err == nil:
			r.known[name] = n
		default:
			r.left = append(r.left, name)
		}
		switch {
		case row.Part == "waiting" && row.Measure == "all":
			all = append(all, name)
		case row.Part == "waiting":
			if by[row.Measure] == nil {
				by[row.Measure] = map[bool][]string{}
			}
			kind := row.Group[:4] == "kind"
			by[row.Measure][kind] = append(by[row.Measure][kind], name)
		}
	}
	r.sums = append(r.sums, all)
	for band, groups := range by {
		for _, parts := range groups {
			r.sums = append(r.sums, append([]string{"waiting/all/" + band}, parts...))
		}
	}
	return r
}

// found are the numbers that were left out and follow from the others by adding and taking away: those that the equations,
// brought to their simplest form, say alone.
func (r reader) found() (names []string) {
	var rows [][]*big.Rat
	for _, s := range r.sums {
		row := make([]*big.Rat, len(r.left))
		for i, name := range r.left {
			row[i] = new(big.Rat)
			for at, in := range s {
				if in == name && at == 0 {
					row[i].SetInt64(-1)
				} else if in == name {
					row[i].SetInt64(1)
				}
			}
		}
		rows = append(rows, row)
	}
	done := 0
	for col := range r.left {
		pivot := slices.IndexFunc(rows[done:], func(row []*big.Rat) bool { return row[col].Sign() != 0 })
		if pivot < 0 {
			continue
		}
		rows[done], rows[done+pivot] = rows[done+pivot], rows[done]
		by := new(big.Rat).Inv(rows[done][col])
		for i := range rows[done] {
			rows[done][i] = new(big.Rat).Mul(rows[done][i], by)
		}
		for at, row := range rows {
			if at == done || row[col].Sign() == 0 {
				continue
			}
			times := row[col]
			for i := range row {
				row[i] = new(big.Rat).Sub(row[i], new(big.Rat).Mul(times, rows[done][i]))
			}
		}
		if done++; done == len(rows) {
			break
		}
	}
	for _, row := range rows {
		only := -1
		for i, x := range row {
			switch {
			case x.Sign() == 0:
			case only < 0:
				only = i
			default:
				only = len(r.left)
			}
		}
		if only >= 0 && only < len(r.left) {
			names = append(names, r.left[only])
		}
	}
	return names
}

// TestSmallNumbersDoNotFollowFromTheFile: no number that was left out of the file can be worked out from its sums, in any of
// many councils; and what is not small is left out only where that would happen.
func TestSmallNumbersDoNotFollowFromTheFile(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 11))
	told, left := 0, 0
	for range 3000 {
		waiting := make([][][]int, 1+dice.IntN(3))
		teams, most := 1+dice.IntN(3), []int{3, 9, 60}[dice.IntN(3)]
		for k := range waiting {
			for range teams {
				bands := make([]int, len(casework.WaitingBands))
				for i := range bands {
					if dice.IntN(3) > 0 {
						bands[i] = dice.IntN(most)
					}
				}
				waiting[k] = append(waiting[k], bands)
			}
		}
		w := aWhole(waiting)
		r := read(w)
		if found := r.found(); len(found) > 0 {
			t.Fatalf("%v: the file gives away %v\nknown: %v\nleft out: %v", waiting, found, r.known, r.left)
		}
		for name, n := range r.known {
			if n > 0 && n < casework.SmallNumber {
				t.Fatalf("%v: %s is told as %d", waiting, name, n)
			}
		}
		told, left = told+len(r.known), left+len(r.left)
	}
	t.Logf("%d numbers told, %d left out", told, left)
	if told < left {
		t.Errorf("of %d numbers only %d are told: more is left out than small numbers need", told+left, told)
	}
}

// TestSmallNumbersThatTheirSumGivesAway: that a number is left out says that it is not nought.
func TestSmallNumbersThatTheirSumGivesAway(t *testing.T) {
	for name, c := range map[string]struct {
		waiting [][][]int
		hidden  []string
	}{
		"two ones and their total": { // 12 open less 10 is two, in two bands
			[][][]int{{{10, 1, 1}}}, []string{"waiting/all/0-7", "waiting/all/8-14", "waiting/all/15-28"},
		},
		"one kind tells the total of its band": {
			[][][]int{{{10, 3, 20}}}, []string{"waiting/all/8-14", "waiting/all/0-7", "waiting/0-7/kind0", "waiting/0-7/Team t0", "waiting/8-14/kind0"},
		},
		"a small number alone in its group": {
			[][][]int{{{7, 0, 30}}, {{2, 0, 0}}}, []string{"waiting/0-7/kind1", "waiting/0-7/kind0"},
		},
	} {
		r := read(aWhole(c.waiting))
		for _, cell := range c.hidden {
			if !slices.Contains(r.left, cell) {
				t.Errorf("%s: %s is told; left out are %v", name, cell, r.left)
			}
		}
	}
}
