package pages

import (
	"strconv"
	"time"
)

// A DayKind is how a day was.
type DayKind string

// The kinds of day. Each has a shape of its own.
const (
	DayNone  DayKind = ""
	DayGood  DayKind = "good"
	DayBad   DayKind = "bad"
	DayMixed DayKind = "mixed"
)

// A DiaryMonth is a month of the diary: a strip with one mark a day, and the same in words below it.
type DiaryMonth struct {
	Title string // "November 2026"
	Words string // "November 2026: 2 good, 1 bad, 0 with some of both"
	Month time.Time
	Days  [31]DayKind
	Lines []DiaryEntry
}

// A DiaryEntry is one line of the diary.
type DiaryEntry struct{ Day, Kind, Text string }

// Sizes of the strip in its own units: at the width of a phone one unit is about a pixel.
const (
	stripDays = 16 // in a row
	stripStep = 18
	stripMark = 12
)

func (m DiaryMonth) length() int {
	return time.Date(m.Month.Year(), m.Month.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func (m DiaryMonth) viewBox() string {
	rows := (m.length() + stripDays - 1) / stripDays
	return "0 0 " + strconv.Itoa(stripDays*stripStep) + " " + strconv.Itoa(rows*stripStep)
}

// at moves the mark of a day, counted from 0, to its place.
func (m DiaryMonth) at(day int) string {
	gap := (stripStep - stripMark) / 2
	return "translate(" + strconv.Itoa(day%stripDays*stripStep+gap) + " " + strconv.Itoa(day/stripDays*stripStep+gap) + ")"
}

func (m DiaryMonth) marks() []DayKind { return m.Days[:m.length()] }

func (m DiaryMonth) titleID() string { return "strip-" + m.Month.Format("2006-01") }
