package pages

import "threshold/templates/components"

// StaffPairsPage reads an adult's and a carer's case beside each other, or asks whether both agree to that.
type StaffPairsPage struct {
	StaffCase
	Title        string
	Intro, Keeps string
	Told         string // what this carer's form says of a link; "" for nothing
	Missing      string // said when a case that it is read with does not open
	Pairs        []StaffPair
	Ask          bool // there can be another link
	Other        string
	Own, Theirs  components.RadiosParams
	OwnHow       string
	TheirsHow    string
	Words        StaffPairsWords
}

// StaffPairsWords are the words of its forms.
type StaffPairsWords struct {
	Another                                                                                 string // heads the form where there is a pair already
	Other, How, HowHint, Button, Shared, SharedHint, Chart, ChartHint, End, EndWhy, EndHint string
}

// StaffPair is one pair of cases.
type StaffPair struct {
	Link   string // id
	Title  string
	Open   Link // the other case
	Facts  []StaffTold
	Bars   components.MirrorParams
	Action string // ends it
	Hint   string // under the chart's heading
	Why    string // as it was typed
}
