package care

import (
	_ "embed" // the clock's own file
	"fmt"
	"time"
)

// londonZone is Europe/London of the IANA time zone database (in the public domain), in the format of RFC 9636, as Go
// brings it. The program carries this one zone: all of them would be 450 KB, and a council's clocks show no other.
//
//go:embed europe-london.tzif
var londonZone []byte

// UKTime is the time that people in England see on their clocks. It decides when a day ends, and needs no files of the
// machine.
var UKTime = func() *time.Location {
	l, err := time.LoadLocationFromTZData("Europe/London", londonZone)
	if err != nil {
		panic(fmt.Sprintf("care: the built-in time zone of England cannot be read: %v", err)) // TestUKTime reads the same bytes
	}
	return l
}()
