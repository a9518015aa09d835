package main

import (
	"context"
	"fmt"
	"strings"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// seedPassing writes a note between staff, and offers a case to the council that was made before this one, so that there is
// something to accept. made are the cases that were not there before: a second start offers nothing twice.
func seedPassing(ctx context.Context, service *casework.Service, council, neighbour care.Council, worker care.Actor, made []madeCase) error {
	for _, one := range made {
		name, _, _ := strings.Cut(one.name, " ")
		var err error
		switch {
		case name == "Clover":
			err = service.AddNote(ctx, worker, one.reference, "The interpreter is booked for Tuesday. Ring the club's text line to confirm.", "")
		case name == "Hazel" && neighbour.Slug != "":
			err = service.Offer(ctx, worker, one.reference, casework.OfferTo{Council: neighbour.Slug}, "Moved in with a cousin over there last week, and means to stay.")
		}
		if err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
	}
	return nil
}
