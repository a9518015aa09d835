package casework_test

import (
	"strings"
	"testing"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// The letter as nothing but words reads aloud without stumbling: no sentence ends in a full stop and a colon, and no two blank
// lines stand in a row. A carer reads of three ways of being unable and not of four (SI 2015/313 reg 3(2)(b)), and is nobody's
// "your carer". Where nothing was decided no heading says that something was.
func TestTheLetterReadsWell(t *testing.T) {
	ctx := t.Context()
	for name, answers := range map[string]map[string][]string{"adult": likely, "carer": cares, "request": nil} {
		d := newDesk(t)
		ref := ""
		if answers == nil {
			a, err := d.Ask(ctx, d.council, nil, casework.FormContact, "", concern)
			must(t, err)
			ref = a.Reference
			must(t, d.LogContact(ctx, d.ann, ref, "", visit()))
			must(t, d.SaveRecord(ctx, d.ann, ref, care.RecordDraft{NextSteps: "Rang, and posted a form."}, 0))
		} else {
			ref = d.send(t, answers)
			must(t, d.LogContact(ctx, d.ann, ref, "", visit()))
			f := d.open(t, ref)
			impact := care.Impact{Areas: map[string]string{}, Significant: "yes", SignificantReason: because, Cause: "yes", CauseReason: because}
			if name == "carer" {
				impact.Carer, impact.CarerReason, impact.Health, impact.HealthReason = "yes", because, "yes", because
			}
			for _, a := range f.AreaIDs() {
				impact.Areas[a] = "some"
			}
			for i, o := range f.OutcomeIDs() {
				d.find(t, ref, o, map[bool]care.Conclusion{true: care.ConcludesUnable, false: care.ConcludesAble}[i < 2])
			}
			must(t, d.SetImpact(ctx, d.ann, ref, impact, 0))
			record := wholeRecord(f)
			record.Making.Copies = []string{"person", "carer"}
			must(t, d.SaveRecord(ctx, d.ann, ref, record, 0))
			d.agree(t, ref)
		}
		signed, err := d.Sign(ctx, d.ann, ref, d.open(t, ref).Seen())
		must(t, err)
		r, err := casework.ReadRecord(signed)
		must(t, err)
		text := casework.LetterFor(r, d.open(t, ref).Rules).Text()
		for _, bad := range []string{".:", "?:", "\n\n\n"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s: the letter has %q:\n%s", name, bad, text)
			}
		}
		for words, want := range map[string]bool{"not in good\ntime": name == "adult", "your carer": name == "adult", "WHAT WE DECIDED": name != "request", "WHAT CAME OF IT": name == "request"} {
			if strings.Contains(text, words) != want && strings.Contains(strings.ReplaceAll(text, "\n", " "), strings.ReplaceAll(words, "\n", " ")) != want {
				t.Errorf("%s: the letter says %q: %t", name, words, !want)
			}
		}
	}
}
