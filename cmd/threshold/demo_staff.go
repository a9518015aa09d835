package main

import (
	"context"
	"fmt"
	"slices"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// demoStaff are the people of the demonstration beside its first practitioner, one for each way of looking at it.
var demoStaff = []struct {
	id, name string
	roles    []care.Role
	training []string
}{
	{"practitioner", "Wren Demonstration", []care.Role{care.RolePractitioner}, []string{care.TrainingAssessor, care.TrainingDeafblind}},
	{"manager", "Max Demonstration", []care.Role{care.RoleManager}, []string{care.TrainingAssessor}},
	{"auditor", "Orla Demonstration", []care.Role{care.RoleAuditor}, nil},
	{"admin", "Ada Demonstration", []care.Role{care.RoleAdmin}, nil},
}

// seedStaff adds whoever of them is not there yet, so that a demonstration made by an earlier version gets them too. They have
// no password: nobody signs in as one of them outside the demonstration.
func seedStaff(ctx context.Context, service *casework.Service, council care.Council) error {
	there, err := service.Store.Practitioners(ctx, council.Slug)
	if err != nil {
		return err
	}
	for _, one := range demoStaff {
		p := care.Practitioner{
			ID: casework.DemoPractitioner(council.Slug) + "-" + one.id, Council: council.Slug, Name: one.name,
			Email: one.id + "@" + council.Slug + ".example.com", Roles: one.roles, Training: one.training, Registration: demoRegistration, Demo: true, CreatedAt: service.Now().UTC(),
		}
		if slices.ContainsFunc(there, func(have care.Practitioner) bool { return have.ID == p.ID }) {
			continue
		}
		ev := care.Event{At: p.CreatedAt, Council: council.Slug, Actor: care.ActorSystem, Verb: "practitioner.invited", Subject: p.ID}
		if err := service.Store.PutPractitioner(ctx, p, ev); err != nil {
			return fmt.Errorf("making the demonstration's %s of %s: %w", one.id, council.Name, err)
		}
	}
	return nil
}
