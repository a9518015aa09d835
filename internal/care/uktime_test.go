package care

import (
	"testing"
	"time"
	_ "time/tzdata" // what Go itself says, to compare with
)

// TestUKTime: the one zone that the program carries is the one Go has, from the Act to well past our lifetimes.
func TestUKTime(t *testing.T) {
	want, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for at := time.Date(2014, 5, 14, 0, 30, 0, 0, time.UTC); at.Year() < 2090; at = at.Add(6 * time.Hour) {
		name, offset := at.In(UKTime).Zone()
		if wantName, wantOffset := at.In(want).Zone(); name != wantName || offset != wantOffset {
			t.Fatalf("%s: %s %d, Go says %s %d", at, name, offset, wantName, wantOffset)
		}
	}
	// Directive 2000/84/EC, kept in UK law by the Summer Time Order 2002: the clocks go forward at 01:00 UTC on the last
	// Sunday of March.
	for clock, at := range map[string]time.Time{
		"00:59 GMT": time.Date(2026, 3, 29, 0, 59, 0, 0, time.UTC), "02:00 BST": time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC),
	} {
		if got := at.In(UKTime).Format("15:04 MST"); got != clock {
			t.Errorf("%s is %s in England, want %s", at, got, clock)
		}
	}
}
