package casework

import (
	"errors"
	"testing"

	"threshold/internal/care"
)

// TestWhatGuestsMay is the whole table for citizens, by how they came to a form.
func TestWhatGuestsMay(t *testing.T) {
	const wrote = care.CodeKind("")
	for p, may := range map[Permission][]care.CodeKind{
		MayAnswerDraft:  {wrote, care.CodePerson, care.CodeHelper},
		MayEraseDraft:   {wrote, care.CodePerson, care.CodeHelper},
		MayMakeContacts: {wrote, care.CodePerson, care.CodeHelper},
		MayAddToOwn:     {wrote, care.CodePerson},
		MayInviteHelper: {wrote},
		MayReadLooks:    {wrote},
		MayOwnAccount:   {care.CodePerson},
		MayReadQueue:    nil,
		MayReadCase:     nil,
		MayWorkOnCase:   nil,
		MaySignRecord:   nil,
		MayInvite:       nil,
		MayReadTrail:    nil,
		MaySetCouncil:   nil,
		MayKeyIn:        nil,
		MayMendMail:     nil,
	} {
		want := map[care.CodeKind]bool{}
		for _, as := range may {
			want[as] = true
		}
		// A return code or link opens a form as its writer, so no actor carries them; one that did may do nothing.
		for _, as := range []care.CodeKind{wrote, care.CodePerson, care.CodeHelper, care.CodeReturn, care.CodeLink} {
			err := authorise(care.Actor{Kind: care.ActorCitizen, As: as}, p)
			if (err == nil) != want[as] || err != nil && !errors.Is(err, care.ErrForbidden) {
				t.Errorf("a citizen who came as %q and may %s: %v", as, p, err)
			}
		}
	}
}
