package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// The other ends of an assessment. Each has requirements of its own (endBlockers); what the law says of each is data, under
// "end_" and the decision's id.
const (
	DecisionDeclines   = "eligible_declines" // needs are eligible, and the person does not want the council to meet them
	DecisionSelfFunder = "self_funder"       // needs are eligible, and the person pays for their own care
	DecisionElsewhere  = "elsewhere"         // needs are eligible, and another council has the duty to meet them
	DecisionRefused    = "refused"           // there was no assessment: the person refused it, s.11
)

// The lists of the ruleset's content that the ends and the rest of a record are chosen from.
const (
	ListWants      = "wants"
	ListResidence  = "residence"
	ListCapacityOf = "capacity_of" // the decision that a finding on capacity is about
	ListCapacity   = "capacity"
	ListSupport    = "support"
	ListOffer      = "carers_offer"
	ListUrgent     = "urgent_met"
	ListCHC        = "chc"
	ListAftercare  = "aftercare"
	ListEquipment  = "equipment"
	ListCopies     = "copies"
)

// Values of those lists that the rules of this package go by.
const (
	lacksCapacity  = "lacks"
	capacityRefuse = "refuse"
	capacityOffer  = "support"
	livesElsewhere = "elsewhere"
	supportNone    = "none"
	answerYes      = "yes"
	answerNo       = "no"
)

// EndLaw is what the law says of an end of an assessment, and where.
func EndLaw(rs *eligibility.Ruleset, decision string) (text, citation string) {
	key := "end_" + decision
	return rs.Law(key)
}

// endsEligible says whether a decision says that needs are eligible.
func endsEligible(decision string) bool {
	return slices.Contains([]string{DecisionEligible, DecisionDeclines, DecisionSelfFunder, DecisionElsewhere}, decision)
}

// CapacityFor returns the newest finding on capacity for one decision.
func (f CaseFile) CapacityFor(decision string) (care.Capacity, bool) {
	for _, c := range slices.Backward(f.Record.Making.Capacity) {
		if c.Decision == decision {
			return c, true
		}
	}
	return care.Capacity{}, false
}

// AdviceOwed lists the outcomes that need a row of advice of their own when no needs are eligible: those found unable, and
// those that anybody told are hard (Care Act 2014 s.13(5)).
func (f CaseFile) AdviceOwed() []string {
	var out []string
	for _, id := range f.OutcomeIDs() {
		if f.Findings[id].Conclusion == care.ConcludesUnable || f.toldOfNeed(id) {
			out = append(out, id)
		}
	}
	return out
}

// endBlockers asks for what each end owes beside its decision and reasons.
func endBlockers(f CaseFile) []Blocker {
	var out []Blocker
	add := func(code, field, subject string) { out = append(out, Blocker{code, "record", field, subject}) }
	end := f.Record.Ending
	switch f.Record.Decision {
	case DecisionEligible: // s.13(3); of a carer s.13(4)
		if !enough(f.Record.NextSteps) {
			add("next_steps", "next_steps", "")
		}
		switch end.Wants {
		case "":
			add("wants", "wants", "")
		case answerNo:
			add("wants_no", "decision", "")
		}
		switch end.Residence {
		case "":
			add("residence", "residence", "")
		case livesElsewhere:
			add("residence_elsewhere", "decision", "")
		}
	case DecisionNotEligible:
		out = append(out, adviceBlockers(f)...)
		if f.Record.Considered19 == "" {
			add("considered", "considered", "") // s.19(1)
		}
	case DecisionDeclines:
		switch c, ok := f.CapacityFor(capacityOffer); {
		case !ok || !enough(c.How):
			add("declines_capacity", capacityRow(f), "")
		case c.Finding == lacksCapacity:
			add("declines_lacks", "decision", "")
		}
		if !enough(end.Pressure) {
			add("pressure", "pressure", "")
		}
		if end.OfferAgain == "" {
			add("offer_again", "offer_again-day", "")
		}
	case DecisionSelfFunder:
		if end.Asks == "" {
			add("asks", "asks", "")
		}
		if !enough(f.Record.NextSteps) {
			add("next_steps_self", "next_steps", "")
		}
	case DecisionElsewhere:
		if strings.TrimSpace(end.Council) == "" {
			add("elsewhere_council", "council", "")
		}
		if end.ToldOn == "" {
			add("elsewhere_told", "told_on-day", "")
		}
		if end.PassedOn == "" || strings.TrimSpace(end.PassedTo) == "" {
			add("elsewhere_passed", "passed_to", "")
		}
	}
	return out
}

// capacityRow is the field of the empty row in which a finding on capacity is made.
func capacityRow(f CaseFile) string {
	return fmt.Sprintf("capacity-%d-of", len(f.Record.Making.Capacity))
}

func adviceBlockers(f CaseFile) []Blocker {
	var out []Blocker
	whole := map[string]bool{}
	for i, a := range f.Record.Advices {
		if a.Action == "" || a.Who == "" || a.Phone == "" || a.By == "" {
			out = append(out, Blocker{"advice_row", "record", fmt.Sprintf("advice-%d-action", i), a.Outcome})
		}
		whole[a.Outcome] = true
	}
	// The form has a row for each that is missing, behind those that are there.
	row := len(f.Record.Advices)
	owed := f.AdviceOwed()
	for _, id := range owed {
		if !whole[id] {
			out = append(out, Blocker{"advice_for", "record", fmt.Sprintf("advice-%d-action", row), id})
			row++
		}
	}
	if len(owed) == 0 && len(f.Record.Advices) == 0 {
		out = append(out, Blocker{"advice", "record", "advice-0-action", ""})
	}
	return out
}

// refusalBlockers holds a refusal against the law: an adult's is overridden where they lack the capacity to refuse and an
// assessment is in their best interests, and where they experience or are at risk of abuse or neglect (s.11(2)); a carer's
// never is (s.11(5)).
func refusalBlockers(f CaseFile) []Blocker {
	var out []Blocker
	add := func(code, field string) { out = append(out, Blocker{code, "record", field, ""}) }
	end := f.Record.Ending
	if !enough(f.Record.DecisionReason) {
		add("decision_reason", "decision_reason")
	}
	if !enough(end.RefusalWords) {
		add("refusal_words", "refusal_words")
	}
	if f.Kind == care.KindAdultNeeds {
		switch c, ok := f.CapacityFor(capacityRefuse); {
		case !ok || !enough(c.How):
			add("refusal_capacity", capacityRow(f))
		case c.Finding == lacksCapacity && end.BestInterests == "":
			add("best_interests", "best_interests")
		case c.Finding == lacksCapacity && end.BestInterests == answerYes:
			add("refusal_lacks", "decision")
		}
		switch {
		case end.Abuse == "":
			add("abuse", "abuse")
		case end.Abuse == answerYes:
			add("refusal_abuse", "decision")
		case !enough(end.AbuseKnown):
			add("abuse_known", "abuse_known")
		}
		if f.SafetyMarked() {
			add("refusal_safety", "decision")
		}
	}
	if !enough(end.AskAgain) {
		add("ask_again", "ask_again")
	}
	return out
}

// makingBlockers asks for what the case shows to matter, and for what every assessment has to look at.
func makingBlockers(f CaseFile) []Blocker {
	var out []Blocker
	add := func(code, field string) { out = append(out, Blocker{code, "record", field, ""}) }
	m := f.Record.Making
	if f.Raised("deafblind_check") && !slices.Contains(f.Reader.Training, care.TrainingDeafblind) && !slices.Contains(f.Assessor.Training, care.TrainingDeafblind) {
		add("deafblind", "assessor") // SI 2014/2827 reg 6
	}
	if f.Raised("interpreter") && strings.TrimSpace(m.Interpreter) == "" {
		add("interpreter", "interpreter")
	}
	if f.Raised("advocate_s67") {
		switch {
		case m.Support == "":
			add("support", "support")
		case strings.TrimSpace(m.SupportWho) == "", m.Support == supportNone && !enough(m.SupportWho):
			add("support_who", "support_who")
		}
	}
	for i, c := range m.Capacity {
		if c.Decision == "" || c.Finding == "" || !enough(c.How) {
			add("capacity_row", fmt.Sprintf("capacity-%d-how", i))
		}
	}
	if !enough(m.Strengths) {
		add("strengths", "strengths") // s.9(6), s.10(8)
	}
	if f.Kind == care.KindAdultNeeds {
		switch {
		case m.Carers == "":
			add("carers", "carers")
		case m.Carers == answerYes:
			if !enough(m.CarersDo) {
				add("carers_do", "carers_do")
			}
			if !enough(m.CarersStop) {
				add("carers_stop", "carers_stop")
			}
			if m.CarersOffer == "" {
				add("carers_offer", "carers_offer")
			}
		}
	}
	if f.ChildHelps() && (m.Children == "" || !enough(m.ChildrenNote)) {
		add("children", "children") // SI 2014/2827 reg 4
	}
	if f.SafetyMarked() {
		if !enough(m.Risk) {
			add("risk", "risk")
		}
		if strings.TrimSpace(m.RiskWith) == "" {
			add("risk_with", "risk_with")
		}
	}
	if f.Raised("urgent_s19_3") && m.Urgent == "" {
		add("urgent", "urgent")
	}
	if (f.Raised("chc_reg7") || f.Raised("chc_fast_track")) && m.CHC == "" {
		add("chc", "chc")
	}
	if f.EquipmentRaised() && (m.Equipment == "" || !enough(m.EquipmentNote)) {
		add("equipment", "equipment")
	}
	return out
}

// Raised says whether a flag was raised by anything that was told.
func (f CaseFile) Raised(flag string) bool {
	return slices.ContainsFunc(f.Flags(), func(x care.Flag) bool { return x.ID == flag })
}

// ChildHelps says whether anything told points to a child who helps (SI 2014/2827 reg 4).
func (f CaseFile) ChildHelps() bool {
	return f.Raised("young_carer_identified_reg4") || f.helpedBy("child")
}

// EquipmentRaised says whether anything told points to aids or adaptations: a look by occupational therapy is then a task of its own.
func (f CaseFile) EquipmentRaised() bool {
	shown := f.Shown()
	return shown != nil && shown.Prompted("equipment_review") || f.helpedBy("equipment")
}

// helpedBy says whether somebody or something helps now with any outcome.
func (f CaseFile) helpedBy(who string) bool {
	return slices.ContainsFunc(f.OutcomeIDs(), func(o string) bool {
		return slices.Contains(f.Facts.Get("outcomes."+o+".help"), who)
	})
}

// openPeople looks up who has the case open, and whom the record names as having assessed with them.
func (s *Service) openPeople(ctx context.Context, actor care.Actor, f *CaseFile) error {
	for _, who := range []struct {
		id string
		to *care.Practitioner
	}{{actor.ID, &f.Reader}, {f.Record.Making.Assessor, &f.Assessor}} {
		if who.id == "" || actor.Kind != care.ActorPractitioner {
			continue
		}
		p, err := s.Store.Practitioner(ctx, who.id)
		if err != nil && !errors.Is(err, care.ErrNotFound) {
			return fmt.Errorf("looking up who works on case %s: %w", f.Reference, err)
		}
		if p.Council == f.Council {
			*who.to = p
		}
	}
	return nil
}

// nameAssessor looks up the colleague a record names as having assessed: somebody of the council who works on cases.
func (s *Service) nameAssessor(ctx context.Context, f CaseFile, c *checks, m *care.Making) error {
	m.AssessorName = ""
	if m.Assessor == "" {
		return nil
	}
	p, err := s.Store.Practitioner(ctx, m.Assessor)
	if err != nil && !errors.Is(err, care.ErrNotFound) {
		return fmt.Errorf("looking up who assessed in case %s: %w", f.Reference, err)
	}
	if err != nil || p.Council != f.Council || p.Disabled {
		c.add("assessor", "unknown_option")
		return nil
	}
	m.AssessorName = p.Name
	return nil
}

// Assessors lists who of the council has the training that SI 2014/2827 reg 6 asks for, by name.
func (s *Service) Assessors(ctx context.Context, actor care.Actor) ([]care.Practitioner, error) {
	if err := authorise(actor, MayWorkOnCase); err != nil {
		return nil, err
	}
	all, err := s.Store.Practitioners(ctx, actor.Council)
	if err != nil {
		return nil, fmt.Errorf("listing who has a training: %w", err)
	}
	return slices.DeleteFunc(all, func(p care.Practitioner) bool {
		return p.Disabled || !slices.Contains(p.Training, care.TrainingDeafblind)
	}), nil
}

// checkMore says what is wrong with the parts of a draft record that came after its first form.
func (f CaseFile) checkMore(c *checks, r *care.RecordDraft) {
	e, m := &r.Ending, &r.Making
	for _, one := range []struct{ field, value, list string }{
		{"wants", e.Wants, ListWants}, {"residence", e.Residence, ListResidence}, {"asks", e.Asks, ListYesNo},
		{"best_interests", e.BestInterests, ListYesNo}, {"abuse", e.Abuse, ListYesNo},
		{"support", m.Support, ListSupport}, {"carers", m.Carers, ListYesNo}, {"carers_offer", m.CarersOffer, ListOffer},
		{"children", m.Children, ListYesNo}, {"urgent", m.Urgent, ListUrgent}, {"chc", m.CHC, ListCHC},
		{"aftercare", m.Aftercare, ListAftercare}, {"equipment", m.Equipment, ListEquipment},
	} {
		c.oneOf(one.field, one.value, one.list, false)
	}
	if mapping, err := CLD(); m.SupportReason != "" && (err != nil || !slices.Contains(mapping.SupportReasons, m.SupportReason)) {
		c.add("support_reason", "unknown_option")
	}
	for _, id := range m.Copies {
		c.oneOf("copies", id, ListCopies, true)
	}
	for _, day := range []struct{ field, value string }{{"offer_again", e.OfferAgain}, {"told_on", e.ToldOn}, {"passed_on", e.PassedOn}} {
		c.day(day.field, day.value)
	}
	for _, text := range []struct{ field, value string }{
		{"pressure", e.Pressure}, {"council", e.Council}, {"passed_to", e.PassedTo}, {"refusal_words", e.RefusalWords},
		{"abuse_known", e.AbuseKnown}, {"ask_again", e.AskAgain}, {"training", m.Training}, {"expert", m.Expert},
		{"interpreter", m.Interpreter}, {"support_who", m.SupportWho}, {"strengths", m.Strengths}, {"prevention", m.Prevention},
		{"carers_do", m.CarersDo}, {"carers_stop", m.CarersStop}, {"children_note", m.ChildrenNote}, {"risk", m.Risk},
		{"risk_with", m.RiskWith}, {"urgent_note", m.UrgentNote}, {"chc_note", m.CHCNote}, {"aftercare_note", m.AftercareNote},
		{"equipment_note", m.EquipmentNote}, {"copies_named", m.CopiesNamed}, {"not_shared", r.NotShared}, {"reply_done", r.ReplyDone},
	} {
		c.words(text.field, text.value)
	}
	if len(r.Advices) > MaxRows || len(m.Capacity) > MaxRows {
		c.add("rows", "too_many_rows")
	}
	for i, a := range r.Advices {
		at := fmt.Sprintf("advice-%d-", i)
		if a.Outcome != "" && !slices.Contains(f.OutcomeIDs(), a.Outcome) {
			c.add(at+"outcome", "unknown_option")
		}
		c.words(at+"action", a.Action)
		c.words(at+"who", a.Who)
		c.words(at+"phone", a.Phone)
		c.day(at+"by", a.By)
	}
	for i, one := range m.Capacity {
		at := fmt.Sprintf("capacity-%d-", i)
		c.oneOf(at+"of", one.Decision, ListCapacityOf, false)
		c.oneOf(at+"finding", one.Finding, ListCapacity, false)
		c.words(at+"how", one.How)
	}
}

// MaxRows is how many rows of advice, and of findings on capacity, a record has room for.
const MaxRows = 40

// day accepts a day of the calendar, and "".
func (c *checks) day(field, value string) {
	if value == "" {
		return
	}
	if t, err := time.Parse(time.DateOnly, value); err != nil || t.Year() < 1900 || t.Year() > 2200 {
		c.add(field, "day_real")
	}
}
