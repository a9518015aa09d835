package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"threshold/internal/care"
)

// A Permission is one kind of thing that can be done. This file is the only place that says who may do what: the verbs ask
// it, and so does the guard before every page of the practitioner's side, each page by the permission of its route.
type Permission string

const (
	MayAnswerDraft  Permission = "answer a draft"
	MayReadQueue    Permission = "read the queue"
	MayReadCase     Permission = "read a case"
	MayWorkOnCase   Permission = "work on a case"
	MaySignRecord   Permission = "sign a record"
	MayInvite       Permission = "invite practitioners"
	MayReadTrail    Permission = "read the trail"
	MaySetCouncil   Permission = "change a council's settings"
	MayEraseDraft   Permission = "erase a draft"
	MayMakeContacts Permission = "ask to be contacted"
	MayAddToOwn     Permission = "add to what one sent, and end a helper's access"
	MayInviteHelper Permission = "invite and list helpers"
	MayReadLooks    Permission = "read who looked"
	MayOwnAccount   Permission = "give an own account beside a helper's"
	MayKeyIn        Permission = "key in a form for somebody"
	MayMendMail     Permission = "see and mend messages that could not be delivered"
	MayRestrict     Permission = "say who may open a case"
	MayReadFigures  Permission = "read the council's figures"
	MaySupervise    Permission = "look through records, views and unusual access"
	MayExportCase   Permission = "take a whole case out"
	MayFollowUp     Permission = "follow up on a case, signed or not"
	MayExportCLD    Permission = "take the client level data out"
	MayReadLearning Permission = "read learning notes"
	MayDispose      Permission = "decide on the destruction of cases"
)

// roleMay is the policy: which role may do what. No role both grants roles and reads cases.
var roleMay = map[care.Role][]Permission{
	care.RolePractitioner: {MayReadQueue, MayReadCase, MayWorkOnCase, MayFollowUp, MaySignRecord, MayKeyIn, MayExportCase, MayReadFigures, MayReadLearning},
	care.RoleManager:      {MayReadQueue, MayReadCase, MayWorkOnCase, MayFollowUp, MaySignRecord, MayKeyIn, MayExportCase, MayExportCLD, MayMendMail, MayRestrict, MayReadFigures, MaySupervise, MayReadLearning, MayDispose},
	care.RoleAdmin:        {MayInvite, MaySetCouncil, MayMendMail},
	care.RoleAuditor:      {MayReadTrail, MayReadFigures},
}

// onlyTheirs are the permissions that a role has over no case but their own: one that they work on, or signed a record of.
var onlyTheirs = map[care.Role][]Permission{
	care.RolePractitioner: {MayReadLearning},
}

// theirsOnly says whether all roles by which an actor may do a thing let them do it with their own cases alone, and this is none.
func theirsOnly(actor care.Actor, p Permission, st care.Standing) bool {
	if actor.Kind != care.ActorPractitioner || st.Signed || st.Worker != "" && st.Worker == actor.ID {
		return false
	}
	return !slices.ContainsFunc(actor.Roles, func(r care.Role) bool {
		return slices.Contains(roleMay[r], p) && !slices.Contains(onlyTheirs[r], p)
	})
}

// A reach is how a practitioner stands to a case of their own council. Another council's case is out of every reach: the
// store answers for it as for one that does not exist.
type reach string

const (
	reachOwn    reach = "own"    // theirs, of their team, of no team yet, or opened to them by name or with a reason
	reachOther  reach = "other"  // with another team
	reachClosed reach = "closed" // restricted, and they are not named for it
)

// An opening is what happens when somebody of a role comes to a case.
type opening int

const (
	shut  opening = iota // it stays shut: they are told whom to ask
	asks                 // it opens after they have said why, and the managers are told
	opens                // it opens
)

// reachOpens is the policy: does a case open, by role and reach. Whoever has several roles goes by the one that opens most.
// Roles that are not named here never open a case.
var reachOpens = map[care.Role]map[reach]opening{
	care.RolePractitioner: {reachOwn: opens, reachOther: asks, reachClosed: shut},
	care.RoleManager:      {reachOwn: opens, reachOther: asks, reachClosed: asks},
}

// reachOf says how an actor stands to a case at now. A manager of no team looks after all of them.
func reachOf(actor care.Actor, st care.Standing, now time.Time) reach {
	granted := st.Granted && (st.Until.IsZero() || now.Before(st.Until))
	overall := actor.Team == "" && slices.Contains(actor.Roles, care.RoleManager)
	switch {
	case granted, st.Worker != "" && st.Worker == actor.ID:
		return reachOwn
	case st.Restricted:
		return reachClosed
	case st.Team == "", st.Team == actor.Team, overall:
		return reachOwn
	}
	return reachOther
}

// openingOf is what the policy says of an actor and a case.
func openingOf(actor care.Actor, st care.Standing, now time.Time) opening {
	if actor.Kind == care.ActorSystem {
		return opens
	}
	most, r := shut, reachOf(actor, st, now)
	if actor.Kind == care.ActorPractitioner {
		for _, role := range actor.Roles {
			most = max(most, reachOpens[role][r])
		}
	}
	return most
}

// A Stage is how far a sent case has come, as far as it says what can be done with it.
type Stage string

// The stages.
const (
	StageOpen     Stage = "open"
	StageSigned   Stage = "signed"   // and locked
	StageRevising Stage = "revising" // signed, and its next record is being prepared
)

// Stages lists them in order.
var Stages = []Stage{StageOpen, StageSigned, StageRevising}

func stageOf(st care.Standing) Stage {
	switch {
	case st.Status != care.StatusSigned:
		return StageOpen
	case st.Revising:
		return StageRevising
	}
	return StageSigned
}

// lockedAt are the stages at which a permission is of no use, whoever has it: a signed case does not change. (To sign once
// more answers with the record that is there, so that a second press does no harm.)
var lockedAt = map[Permission][]Stage{MayWorkOnCase: {StageSigned}}

// overPapers are the permissions for which a case need not open: they show nothing of what is in it.
var overPapers = []Permission{MayReadTrail}

// Admit says whether an actor may do one of the things named, with the case under a reference where that is not "". It is what
// the guard asks before a page; the verbs ask again, each for itself. care.ErrForbidden, *Outside, care.ErrNotFound, or
// care.ErrLocked at a stage at which nothing more of the kind can be done.
func (s *Service) Admit(ctx context.Context, actor care.Actor, reference string, anyOf ...Permission) error {
	var err error
	for _, p := range anyOf {
		if err = authorise(actor, p); err == nil {
			if reference == "" {
				return nil
			}
			if slices.Contains(overPapers, p) {
				_, err := s.Store.Standing(ctx, actor.Council, reference, actor.ID)
				return err
			}
			return s.admitTo(ctx, actor, reference, p)
		}
	}
	return err
}

// citizenMay is what a citizen may do, always with one form alone, by how they came to it: "" wrote it, a person came by
// their own code to what a helper sent, a helper by theirs. What a guest sees of the form they came to is nothing that
// anybody else said (Service.Draft).
var citizenMay = map[care.CodeKind][]Permission{
	"":              {MayAnswerDraft, MayEraseDraft, MayMakeContacts, MayAddToOwn, MayInviteHelper, MayReadLooks},
	care.CodePerson: {MayAnswerDraft, MayEraseDraft, MayMakeContacts, MayAddToOwn, MayOwnAccount},
	care.CodeHelper: {MayAnswerDraft, MayEraseDraft, MayMakeContacts},
}

// authorise refuses with care.ErrForbidden what the actor's kind and roles do not allow. Whether the thing belongs to
// the actor's council is the store's part of the question: another council's thing is not found.
func authorise(actor care.Actor, p Permission) error {
	switch actor.Kind {
	case care.ActorSystem:
		return nil
	case care.ActorCitizen:
		if slices.Contains(citizenMay[actor.As], p) {
			return nil
		}
	case care.ActorPractitioner:
		for _, r := range actor.Roles {
			if slices.Contains(roleMay[r], p) {
				return nil
			}
		}
	}
	return fmt.Errorf("%s may not %s: %w", actor.Kind, p, care.ErrForbidden)
}
