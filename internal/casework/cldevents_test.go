package casework

import (
	"testing"
	"time"

	"threshold/internal/care"
)

// An assessment that ends without a determination is a short one; one that was cancelled is none. Which end is which stands in
// the mapping, so this asks with a mapping of its own.
func TestAssessmentTypes(t *testing.T) {
	m, err := CLD()
	if err != nil {
		t.Fatal(err)
	}
	m.Assessment.Determinations, m.Assessment.Cancelled = []string{DecisionEligible}, []string{DecisionRefused, DecisionClosed}
	at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	a := care.Assessment{Kind: care.KindAdultNeeds, Status: care.StatusSigned, SentAt: at}
	for decision, want := range map[string]string{
		DecisionEligible: m.Assessment.Long, DecisionElsewhere: m.Assessment.Short, DecisionRefused: "", DecisionClosed: "",
	} {
		got := ""
		for _, e := range m.events(a, &SignedRecord{Decision: decision, SignedAt: at}, at.AddDate(0, 0, -1), at.AddDate(0, 0, 1)) {
			if e["event.type"] == m.Assessment.Type {
				got = e["assessment.type"]
			}
		}
		if got != want {
			t.Errorf("%s is %q, want %q", decision, got, want)
		}
	}
}
