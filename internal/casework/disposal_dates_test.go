package casework

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestKeptUntil: calendar months, and the last day of a month that is shorter; the day is England's, in summer time too.
func TestKeptUntil(t *testing.T) {
	for _, c := range []struct {
		finished string
		months   int
		until    string
	}{
		{"2024-08-31T12:00:00Z", 6, "2025-02-28"},
		{"2023-08-31T12:00:00Z", 6, "2024-02-29"}, // a leap year
		{"2024-02-29T12:00:00Z", 12, "2025-02-28"},
		{"2024-02-29T12:00:00Z", 48, "2028-02-29"},
		{"2024-12-31T23:59:59Z", 2, "2025-02-28"},
		{"2024-01-30T00:00:00Z", 1, "2024-02-29"},
		{"2024-06-30T23:30:00Z", 1, "2024-08-01"}, // half past midnight on 1 July in England
		{"2024-10-27T00:30:00Z", 84, "2031-10-27"},
		{"2024-05-15T12:00:00Z", 1200, "2124-05-15"},
	} {
		finished, err := time.Parse(time.RFC3339, c.finished)
		if err != nil {
			t.Fatal(err)
		}
		if got := KeptUntil(finished, c.months).Format(time.DateOnly); got != c.until {
			t.Errorf("%s and %d months: %s, want %s", c.finished, c.months, got, c.until)
		}
	}
}

// TestDueTheDayAfter: whatever the day and the time, a case is due from the day after the last on which it is kept, and not a
// moment sooner.
func TestDueTheDayAfter(t *testing.T) {
	r := rand.New(rand.NewPCG(18, 14))
	for range 20_000 {
		months := 1 + r.IntN(1200)
		finished := time.Date(2015+r.IntN(60), time.Month(1+r.IntN(12)), 1+r.IntN(31), r.IntN(24), r.IntN(60), r.IntN(60), 0, time.UTC)
		last := KeptUntil(finished, months)
		after := last.AddDate(0, 0, 1) // the first moment of the next day in England
		if !finished.Before(dueBefore(after, months)) {
			t.Fatalf("finished %v, kept for %d months until %v: not due on the day after", finished, months, last)
		}
		if finished.Before(dueBefore(after.Add(-time.Second), months)) {
			t.Fatalf("finished %v, kept for %d months until %v: due while that day lasts", finished, months, last)
		}
	}
	if !dueBefore(time.Now(), 0).IsZero() {
		t.Error("a council that says no time has cases that are due")
	}
}
