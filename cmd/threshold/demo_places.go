package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// demoTeams are the teams of each of the demonstration's councils.
var demoTeams = []struct{ id, name string }{{"north", "North neighbourhoods"}, {"south", "South neighbourhoods"}}

func demoTeamID(council, id string) string { return "demonstration-" + council + "-" + id }

// seedTeams makes the teams that are not there yet.
func seedTeams(ctx context.Context, service *casework.Service, council care.Council) error {
	for _, t := range demoTeams {
		team := care.Team{ID: demoTeamID(council.Slug, t.id), Council: council.Slug, Name: t.name}
		ev := care.Event{At: service.Now().UTC(), Council: council.Slug, Actor: care.ActorSystem, Verb: "team.set", Subject: team.ID}
		if err := service.Store.PutTeam(ctx, team, ev); err != nil {
			return fmt.Errorf("making the demonstration's teams: %w", err)
		}
	}
	return nil
}

// seedPlaces shares out some of the cases that were just made, through the verbs: to a team, to the worker, on hold, as a try.
// Those about safety, the urgent ones and most others are left for whoever looks at the demonstration.
func seedPlaces(ctx context.Context, service *casework.Service, council care.Council, worker care.Actor, made []madeCase) error {
	for _, m := range made {
		if m.reference == "" {
			continue
		}
		st, err := service.Store.Standing(ctx, council.Slug, m.reference, worker.ID)
		if err != nil {
			return err
		}
		pick := casework.Pick{Reference: m.reference, Version: st.Version}
		give := func(to casework.GiveTo) error { return service.Assign(ctx, worker, []casework.Pick{pick}, to) }
		first, _, _ := strings.Cut(m.name, " ")
		switch first {
		case "Dale", "Fern":
			err = give(casework.GiveTo{Team: demoTeamID(council.Slug, "north")})
		case "Hazel", "Moss":
			err = give(casework.GiveTo{Team: demoTeamID(council.Slug, "south")})
		case "Clover":
			err = give(casework.GiveTo{Worker: worker.ID})
		case "Glen":
			until := service.Now().AddDate(0, 0, 6).Format(time.DateOnly)
			err = service.Hold(ctx, worker, pick, until, "In hospital for a new hip. The ward rings us when the day to go home is known.")
		case "Laurel":
			due := service.Now().AddDate(0, 0, 1).Format(time.DateOnly)
			err = service.Triage(ctx, worker, pick, "urgent", due, "Rang to say that they cannot go on much longer.")
		}
		if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
			return fmt.Errorf("%s: the sample cannot be placed: %w", m.name, err)
		}
		if err != nil {
			return fmt.Errorf("placing %s: %w", m.name, err)
		}
	}
	return nil
}
