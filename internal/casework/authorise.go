package casework

import (
	"fmt"
	"slices"

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
)

// roleMay is the policy: which role may do what. No role both grants roles and reads cases.
var roleMay = map[care.Role][]permission{
	care.RolePractitioner: {mayReadQueue, mayReadCase, mayWorkOnCase, maySignRecord, mayKeyIn},
	care.RoleManager:      {mayReadQueue, mayReadCase, mayWorkOnCase, maySignRecord, mayKeyIn, mayMendMail},
	care.RoleAdmin:        {mayInvite, maySetCouncil, mayMendMail},
	care.RoleAuditor:      {mayReadTrail},
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
