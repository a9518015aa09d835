package casework_test

import (
	"errors"
	"slices"
	"testing"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// TestASecondSignatureIsForWhatWasRead: when the record changes after the second signature, that signature stands for nothing, and the
// record cannot be signed until it is given again.
func TestASecondSignatureIsForWhatWasRead(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	a, err := d.Ask(ctx, d.council, nil, "questions/send", "", concern)
	must(t, err)
	must(t, d.LogContact(ctx, d.ann, a.Reference, "", visit()))
	must(t, d.SaveRecord(ctx, d.ann, a.Reference, care.RecordDraft{NextSteps: "Saw her, and wrote down what she wants."}, 0))
	d.countersign(t, a.Reference)
	if left := codes(casework.Blockers(d.open(t, a.Reference))); left != nil {
		t.Fatalf("signed twice, and this is in the way: %v", left)
	}
	must(t, d.SaveRecord(ctx, d.ann, a.Reference, care.RecordDraft{NextSteps: "Nothing, after all."}, 1))
	f := d.open(t, a.Reference)
	if left := codes(casework.Blockers(f)); !slices.Equal(left, []string{"second_changed"}) {
		t.Errorf("after a change this is in the way: %v", left)
	}
	if _, err := d.Sign(ctx, d.ann, a.Reference, f.Seen()); !errors.As(err, new(*casework.NotSignable)) {
		t.Errorf("signed what nobody else has read: %v", err)
	}
	d.countersign(t, a.Reference)
	_, err = d.Sign(ctx, d.ann, a.Reference, d.open(t, a.Reference).Seen())
	must(t, err)
}
