package casework

import (
	"slices"
	"strconv"

	"threshold/internal/care"
)

// SmallNumber is the least number that stands in what leaves the council. Behind a smaller one somebody might be recognised.
const SmallNumber = 5

// A FigureRow is one number of a file for outside the council.
type FigureRow struct {
	Part    string // what is counted: open, waiting, weeks, sent, findings, formats, decisions, contacts
	Group   string // of what: a kind, a team, a week, an outcome; "all" for the whole council
	Measure string
	// Count is the number, or "" where it is left out: it is small, or another could be worked out from it.
	Count string
}

// Export lays the figures out for a file that leaves the council. No worker is in it. Numbers below SmallNumber are left out,
// but for nought; where only one of a group would be, the next smallest is left out too, since the totals stand elsewhere; and
// more are, until none that is left out follows from the sums within the file.
func (w Whole) Export() []FigureRow {
	var t figureTable
	all := w.Total()
	open := t.group("open", "all", []string{"all"}, []int{all.Open})
	t.group("open", "held", []string{"all"}, []int{all.Held})
	t.group("open", "unassigned", []string{"all"}, []int{all.Unassigned})
	t.group("open", "overdue", []string{"all"}, []int{all.Overdue})
	bands := make([]string, len(WaitingBands))
	for i := range bands {
		bands[i] = BandName(i)
	}
	waiting := t.group("waiting", "all", bands, all.Waiting)
	t.sums = append(t.sums, sum{open[0], waiting})
	byKind, byTeam := w.By(func(f care.OpenFigures) string { return string(f.Kind) }), w.By(func(f care.OpenFigures) string { return w.Teams[f.Team] })
	for i, band := range bands {
		for _, by := range [][]Grouped{byKind, byTeam} {
			names, numbers := make([]string, len(by)), make([]int, len(by))
			for n, g := range by {
				names[n], numbers[n] = g.Name, g.Waiting[i]
			}
			if len(by) > 0 {
				t.sums = append(t.sums, sum{waiting[i], t.group("waiting", band, names, numbers)})
			}
		}
	}
	var weeks []string
	var in, out []int
	for _, week := range w.Weeks {
		weeks, in, out = append(weeks, week.From.Format("2006-01-02")), append(in, week.In), append(out, week.Out)
	}
	t.group("weeks", "in", weeks, in)
	t.group("weeks", "closed", weeks, out)
	var names []string
	var shown, sent []int
	for _, s := range w.Sends {
		names, shown, sent = append(names, string(s.Kind)+"/"+s.Result), append(shown, s.Shown), append(sent, s.Sent)
	}
	t.group("sent", "shown", names, shown)
	t.group("sent", "sent", names, sent)
	for _, a := range w.Agree {
		t.group("findings", a.Outcome, []string{"agree", "differ", "nothing suggested"}, []int{a.Agree, a.Differ, a.Found})
	}
	for _, f := range w.Formats {
		t.group("formats", f.Asked, []string{"met", "another"}, []int{f.Met, f.Other})
	}
	for part, m := range map[string]map[string]int{"decisions": w.Decisions, "contacts": w.Contacts} {
		var names []string
		var numbers []int
		for name, n := range m {
			names, numbers = append(names, name), append(numbers, n)
		}
		t.group(part, "all", names, numbers)
	}
	t.protect()
	rows := t.rows()
	slices.SortStableFunc(rows, func(a, b FigureRow) int {
		order := []string{"open", "waiting", "weeks", "sent", "findings", "formats", "decisions", "contacts"}
		if d := slices.Index(order, a.Part) - slices.Index(order, b.Part); d != 0 {
			return d
		}
		if a.Part == "decisions" || a.Part == "contacts" {
			return compare(a.Group, b.Group)
		}
		return 0
	})
	return rows
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// suppressed says which numbers of a group are left out.
func suppressed(numbers []int) []bool {
	hidden := make([]bool, len(numbers))
	count, next := 0, -1
	for i, n := range numbers {
		switch {
		case n > 0 && n < SmallNumber:
			hidden[i] = true
			count++
		case n != 0 && (next < 0 || n < numbers[next]):
			next = i
		}
	}
	if count == 1 && next >= 0 {
		hidden[next] = true
	}
	return hidden
}

// BandName is a waiting band in days, such as "8-14" or "183+".
func BandName(i int) string {
	from := strconv.Itoa(WaitingBands[i])
	if i == len(WaitingBands)-1 {
		return from + "+"
	}
	return from + "-" + strconv.Itoa(WaitingBands[i+1]-1)
}

// Grouped are the open figures of one group together.
type Grouped struct {
	Name string
	care.OpenFigures
}

// Total adds up all open figures.
func (w Whole) Total() care.OpenFigures {
	all := w.By(func(care.OpenFigures) string { return "" })
	if len(all) == 0 {
		return care.OpenFigures{Waiting: make([]int, len(WaitingBands))}
	}
	return all[0].OpenFigures
}

// By adds up the open figures of each group, the largest first.
func (w Whole) By(name func(care.OpenFigures) string) []Grouped {
	var all []Grouped
	for _, f := range w.Open {
		n := name(f)
		i := slices.IndexFunc(all, func(g Grouped) bool { return g.Name == n })
		if i < 0 {
			i = len(all)
			all = append(all, Grouped{Name: n, OpenFigures: care.OpenFigures{Waiting: make([]int, len(WaitingBands))}})
		}
		g := &all[i]
		g.Open, g.Held, g.Unassigned, g.Overdue, g.Safety = g.Open+f.Open, g.Held+f.Held, g.Unassigned+f.Unassigned, g.Overdue+f.Overdue, g.Safety+f.Safety
		for b, waiting := range f.Waiting {
			g.Waiting[b] += waiting
		}
	}
	slices.SortStableFunc(all, func(a, b Grouped) int { return b.Open - a.Open })
	return all
}

// ReadsFigures says whether an actor may read the council's figures.
func ReadsFigures(actor care.Actor) bool { return authorise(actor, MayReadFigures) == nil }

// Supervises says whether an actor looks through records, views and unusual access.
func Supervises(actor care.Actor) bool { return authorise(actor, MaySupervise) == nil }

// SearchesTrail says whether an actor may search the trail of the whole council.
func SearchesTrail(actor care.Actor) bool { return authorise(actor, MayReadTrail) == nil }
