package casework_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// cldLines makes the file of a year and reads it back, one map for each line by the names of the columns.
func (d *desk) cldLines(t *testing.T) []map[string]string {
	t.Helper()
	boss := d.staff(t, "north", "Mo Example", care.RoleManager)
	file, err := d.CLDFile(t.Context(), boss, casework.CLDPeriod{From: "2026-04-01", To: "2027-03-31", LACode: "503"})
	must(t, err)
	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	must(t, err)
	var out []map[string]string
	for _, row := range rows[1:] {
		line := map[string]string{}
		for i, name := range rows[0] {
			line[name] = row[i]
		}
		out = append(out, line)
	}
	return out
}

// What a signed case is in the return: a request that went on to an assessment, and the assessment with its end. The primary
// support reason is the worker's, in the words of the standard, and empty where they chose none.
func TestClientLevelData(t *testing.T) {
	ctx := t.Context()
	mapping, err := casework.CLD()
	must(t, err)
	if len(mapping.SupportReasons) != 12 {
		t.Fatalf("%d primary support reasons, want the 12 that are published", len(mapping.SupportReasons))
	}
	for _, reason := range []string{"", "Sensory Support: Support for dual impairment"} {
		d := newDesk(t)
		ref := d.send(t, likely)
		d.finish(t, ref)
		f := d.open(t, ref)
		record := f.Record
		record.Making.SupportReason = reason
		must(t, d.SaveRecord(ctx, d.ann, ref, record, record.Version))
		d.countersign(t, ref)
		_, err := d.Sign(ctx, d.ann, ref, d.open(t, ref).Seen())
		must(t, err)
		lines := d.cldLines(t)
		if len(lines) != 2 {
			t.Fatalf("%d events, want a request and an assessment: %v", len(lines), lines)
		}
		for i, want := range []map[string]string{
			{"Event_Type": "Request", "Event_Outcome": "Progress to Assessment", "Assessment_Type": ""},
			{"Event_Type": "Assessment", "Event_Outcome": "Progress to Support Planning / Services", "Assessment_Type": "Long Term Assessment", "Request_Route_of_Access": ""},
		} {
			want["LA_Code"], want["Client_Type"], want["Birth_Year"], want["Birth_Month"] = "503", "Service User", "1950", "03"
			want["Primary_Support_Reason"], want["Has_Unpaid_Carer"], want["Ethnicity"] = reason, "Yes", ""
			for column, value := range want {
				if lines[i][column] != value {
					t.Errorf("%s of the %s: %q, want %q", column, want["Event_Type"], lines[i][column], value)
				}
			}
		}
	}
}

// A reason that is not the standard's is refused, however it came.
func TestOnlyTheStandardsSupportReasons(t *testing.T) {
	d := newDesk(t)
	ref := d.send(t, likely)
	err := d.SaveRecord(t.Context(), d.ann, ref, care.RecordDraft{Making: care.Making{SupportReason: "=1+1"}}, 0)
	invalid := (*care.Invalid)(nil)
	if !errors.As(err, &invalid) || invalid.Problems[0].Field != "support_reason" {
		t.Errorf("answered %v", err)
	}
}

// Who refused an assessment, and a request that nobody has dealt with, are no assessment; an entry that was made to try the
// service out is in no line at all.
func TestWhatIsInNoAssessment(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	a, err := d.Ask(ctx, d.council, nil, casework.FormContact, "", concern)
	must(t, err)
	if lines := d.cldLines(t); len(lines) != 0 {
		t.Errorf("a request that waits is in the return: %v", lines)
	}
	must(t, d.LogContact(ctx, d.ann, a.Reference, "", visit()))
	must(t, d.SaveRecord(ctx, d.ann, a.Reference, care.RecordDraft{NextSteps: "Rang, and posted a form."}, 0))
	_, err = d.Sign(ctx, d.ann, a.Reference, d.open(t, a.Reference).Seen())
	must(t, err)

	refuses := d.send(t, likely)
	must(t, d.LogContact(ctx, d.ann, refuses, "", visit()))
	must(t, d.SaveRecord(ctx, d.ann, refuses, care.RecordDraft{
		Decision: casework.DecisionRefused, DecisionReason: because,
		Ending: care.RecordEnding{RefusalWords: "I will not have it, thank you.", Abuse: "no", AbuseKnown: because, AskAgain: because},
		Making: care.Making{Capacity: []care.Capacity{{Decision: "refuse", Finding: "has", How: because}}},
	}, 0))
	_, err = d.Sign(ctx, d.ann, refuses, d.open(t, refuses).Seen())
	must(t, err)

	tried := d.open(t, d.send(t, likely))
	must(t, d.MarkTest(ctx, d.ann, casework.Pick{Reference: tried.Reference, Version: tried.Version}, true, "To show it to a colleague."))

	lines := slices.Collect(func(yield func(string) bool) {
		for _, line := range d.cldLines(t) {
			if !yield(line["Event_Type"] + ", " + line["Event_Outcome"]) {
				return
			}
		}
	})
	slices.Sort(lines)
	if got, want := strings.Join(lines, "; "), "Request, ; Request, NFA - Support declined"; got != want {
		t.Errorf("in the return: %s, want %s", got, want)
	}
}
