package main

import (
	"context"
	"fmt"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// demoRegistration is made up, like everybody in the demonstration. Who has none cannot sign alone.
const demoRegistration = "SW000000"

// These are what the practitioners of the demonstration wrote on the cases they worked on: to the person, whose letter quotes it.
const (
	demoReason = "You told me on the visit, and showed me in the kitchen and the bathroom."
	demoAble   = "We went through it on the visit. You manage this on your own."
)

// seedRecord works one case as far as its signature: everything is found and written, the person was told and said that it is
// right, and only signing is left.
func seedRecord(ctx context.Context, service *casework.Service, council care.Council, worker care.Actor, made []madeCase) error {
	for _, one := range made {
		if one.reference == "" {
			continue
		}
		f, err := service.Open(ctx, worker, one.reference, casework.PageSummary)
		if err != nil {
			return err
		}
		if f.Kind != care.KindAdultNeeds || f.Indication == nil || f.Indication.Suggestion != care.LikelyMet || f.SafetyMarked() || len(f.Accounts) > 1 || f.Rules.Voice(f.Answers) != care.VoiceSelf {
			continue
		}
		if err := workToTheEnd(ctx, service, council, worker, f.Reference); err != nil {
			return fmt.Errorf("working a case of the demonstration of %s: %w", council.Name, err)
		}
		return nil
	}
	return nil
}

// workToTheEnd works a case as far as its signature.
func workToTheEnd(ctx context.Context, service *casework.Service, council care.Council, worker care.Actor, reference string) error {
	f, err := workToTheDraft(ctx, service, worker, reference)
	if err != nil {
		return err
	}
	if err := service.ShareDraft(ctx, worker, council, f.Reference, casework.DraftRead, f.Seen(), ""); err != nil {
		return err
	}
	return service.NoteDraftReply(ctx, worker, f.Reference, casework.ReplyRight, "That is how it is.", "")
}

// workToTheDraft works a case until the person can be told what will be recorded, and returns it as it then is.
func workToTheDraft(ctx context.Context, service *casework.Service, worker care.Actor, reference string) (casework.CaseFile, error) {
	f, err := service.Open(ctx, worker, reference, casework.PageSummary)
	if err != nil {
		return f, err
	}
	today := service.Now().Format(time.DateOnly)
	err = service.LogContact(ctx, worker, f.Reference, "", care.Contact{On: today, How: "visit", SeenAlone: "yes", Advocate: "not_needed"})
	if err != nil {
		return f, err
	}
	impact := care.Impact{
		Areas: map[string]string{}, Significant: "yes", SignificantReason: "You eat one meal a day, and have stopped seeing people.",
		Cause: "yes", CauseReason: "It comes from the illness you told us about.",
	}
	for _, area := range f.AreaIDs() {
		impact.Areas[area] = "some"
	}
	for _, id := range f.OutcomeIDs() {
		finding := care.Finding{Outcome: id, Conclusion: care.ConcludesAble, Sources: []string{"told"}, Reason: demoAble, Period: "The last six months"}
		if f.Suggested(id) == care.OutcomeUnable {
			finding.Conclusion, finding.Sources, finding.Reason = care.ConcludesUnable, []string{"told", "seen"}, demoReason
		}
		if err := service.Find(ctx, worker, f.Reference, finding, 0); err != nil {
			return f, fmt.Errorf("%s: %w", id, err)
		}
	}
	if err := service.SetImpact(ctx, worker, f.Reference, impact, 0); err != nil {
		return f, err
	}
	record := care.RecordDraft{
		Decision: casework.DecisionEligible, DecisionReason: "You cannot manage several parts of daily life, and it changes a lot for you.",
		NextSteps: "A plan with you next week, of help in the mornings.",
		Ending:    care.RecordEnding{Wants: "yes", Residence: "here"},
		Making: care.Making{
			Training: "Assessor's training", Strengths: "They know their neighbours well, and like to be up early.", Prevention: "A rail by the bath.",
			Carers: "no", Support: "none", SupportWho: "They took part on their own, and told it back to me.", Interpreter: "Nobody was needed: see the formats.",
			Children: "no", ChildrenNote: "No child lives there or helps.", Urgent: "not_needed", UrgentNote: "A neighbour brings food today.",
			CHC: "not_indicated", Equipment: "made", EquipmentNote: "Asked for a look at the bathroom.", Copies: []string{"person"},
		},
	}
	for _, check := range f.Rules.Choices(casework.ListChecks) {
		record.Checks = append(record.Checks, check.ID)
	}
	if err := service.SaveRecord(ctx, worker, f.Reference, record, 0); err != nil {
		return f, err
	}
	return service.Open(ctx, worker, f.Reference, "record")
}
