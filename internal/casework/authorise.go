package casework

import (
	"fmt"
	"slices"
	"time"

	"threshold/internal/care"
)

// A permission is one kind of thing that can be done. This file is the only place that says who may do what.
type permission string

const (
	mayAnswerDraft  permission = "answer a draft"
	mayReadQueue    permission = "read the queue"
	mayReadCase     permission = "read a case"
	mayWorkOnCase   permission = "work on a case"
	maySignRecord   permission = "sign a record"
	mayInvite       permission = "invite practitioners"
	mayReadTrail    permission = "read the trail"
	maySetCouncil   permission = "change a council's settings"
	mayEraseDraft   permission = "erase a draft"
	mayMakeContacts permission = "ask to be contacted"
	mayAddToOwn     permission = "add to what one sent, and end a helper's access"
	mayInviteHelper permission = "invite and list helpers"
	mayReadLooks    permission = "read who looked"
	mayOwnAccount   permission = "give an own account beside a helper's"
	mayKeyIn        permission = "key in a form for somebody"
	mayMendMail     permission = "see and mend messages that could not be delivered"
	mayRestrict     permission = "say who may open a case"
	mayReadFigures  permission = "read the council's figures"
	maySupervise    permission = "look through records, views and unusual access"
	mayExportCase   permission = "take a whole case out"
	mayExportCLD    permission = "take the client level data out"
)

// roleMay is the policy: which role may do what. No role both grants roles and reads cases.
var roleMay = map[care.Role][]permission{
	care.RolePractitioner: {mayReadQueue, mayReadCase, mayWorkOnCase, maySignRecord, mayKeyIn, mayExportCase, mayReadFigures},
	care.RoleManager:      {mayReadQueue, mayReadCase, mayWorkOnCase, maySignRecord, mayKeyIn, mayExportCase, mayExportCLD, mayMendMail, mayRestrict, mayReadFigures, maySupervise},
	care.RoleAdmin:        {mayInvite, maySetCouncil, mayMendMail},
	care.RoleAuditor:      {mayReadTrail, mayReadFigures},
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

// citizenMay is what a citizen may do, always with one form alone, by how they came to it: "" wrote it, a person came by
// their own code to what a helper sent, a helper by theirs. What a guest sees of the form they came to is nothing that
// anybody else said (Service.Draft).
var citizenMay = map[care.CodeKind][]permission{
	"":              {mayAnswerDraft, mayEraseDraft, mayMakeContacts, mayAddToOwn, mayInviteHelper, mayReadLooks},
	care.CodePerson: {mayAnswerDraft, mayEraseDraft, mayMakeContacts, mayAddToOwn, mayOwnAccount},
	care.CodeHelper: {mayAnswerDraft, mayEraseDraft, mayMakeContacts},
}

// authorise refuses with care.ErrForbidden what the actor's kind and roles do not allow. Whether the thing belongs to
// the actor's council is the store's part of the question: another council's thing is not found.
func authorise(actor care.Actor, p permission) error {
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
