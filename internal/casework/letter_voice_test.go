package casework_test

import (
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// TestALetterHasNoOtherVoice: what a carer or helper told, such as that they are afraid, stands in no letter to the person, whether
// theirs was the account that was sent or came later. What the person told themself stands there.
func TestALetterHasNoOtherVoice(t *testing.T) {
	d := newDesk(t)
	ref := d.signed(t, "eligible", answersFor("eligible"))
	f, err := d.OpenLetter(t.Context(), d.ann, ref, casework.LetterPlain)
	must(t, err)
	const fear = "I am afraid of what he does at night"
	told := []casework.RecordTold{{ID: "nutrition.words", Question: "In your own words", Answers: []string{fear}}}
	for _, voice := range []care.Voice{care.VoiceSelf, care.VoiceHelper} {
		for when, put := range map[string]func(*casework.SignedRecord){
			"sent": func(r *casework.SignedRecord) {
				r.Accounts[0].Voice, r.Findings[0].Said = string(voice), told
			},
			"later": func(r *casework.SignedRecord) {
				r.Accounts = append(r.Accounts, casework.RecordAccount{Voice: string(voice)})
				r.Findings[0].Others = []casework.RecordSaid{{Account: len(r.Accounts) - 1, Said: told}}
			},
		} {
			r := f.Signed
			r.Accounts, r.Findings = slices.Clone(r.Accounts), slices.Clone(r.Findings)
			put(&r)
			letter := casework.LetterFor(r, f.Rules).Text()
			if got, want := strings.Contains(strings.Join(strings.Fields(letter), " "), fear), voice == care.VoiceSelf; got != want {
				t.Errorf("an account of %s, %s: in the letter %v, want %v:\n%s", voice, when, got, want, letter)
			}
		}
	}
}
