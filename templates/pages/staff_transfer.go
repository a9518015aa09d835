package pages

import (
	"threshold/templates/components"
	"threshold/templates/layouts"
)

// StaffTransferPage offers a case to somebody else and tells what became of earlier offers.
type StaffTransferPage struct {
	StaffCase
	Intro, Duty string
	Came        string // where it came from; "" for nowhere
	Open        string // to whom it is offered now; "" for nobody
	TakeBack    string
	Whom        []components.RadioItem // teams, then councils
	WhomLegend  string
	WhomHint    string
	Across      string // what it means to pass it to another council
	Reason      string
	ReasonHint  string
	Chosen      string
	Button      string
	None        string // said when there is nobody to offer it to
	History     string // heading
	Offers      []StaffTold
}

// StaffOffersPage lists what is offered to somebody's teams and council.
type StaffOffersPage struct {
	Layout   layouts.StaffPage
	Title    string
	Intro    string
	None     string
	Notice   string
	Rows     []StaffOffer
	Problems StaffProblems
}

// StaffOffer is one offer: all that may be known of a case before it is accepted.
type StaffOffer struct {
	Anchor  string
	Title   string // to whom, or by whom
	Facts   []StaffTold
	Accept  string // address; "" when it is not theirs to answer
	Decline string
	Words   StaffOfferWords
	Reason  string // as it was typed
	Error   components.ErrorMessageParams
}

// StaffOfferWords are the words of its buttons.
type StaffOfferWords struct{ Accept, Decline, Why, NotYours string }
