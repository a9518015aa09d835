package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// recordFields are the fields of the record's form that hold one value each, beside those of its first part.
var recordFields = []string{
	"wants", "residence", "pressure", "offer_again", "asks", "council", "told_on", "passed_on", "passed_to", "refusal_words",
	"best_interests", "abuse", "abuse_known", "ask_again",
	"training", "assessor", "expert", "interpreter", "support", "support_who", "strengths", "prevention", "carers", "carers_do",
	"carers_stop", "carers_offer", "children", "children_note", "risk", "risk_with", "urgent", "urgent_note", "chc", "chc_note",
	"aftercare", "aftercare_note", "equipment", "equipment_note", "support_reason", "copies_named", "not_shared", "reply_done",
}

// The parts of a row.
var (
	adviceParts   = []string{"outcome", "action", "who", "phone", "by"}
	capacityParts = []string{"of", "finding", "how"}
)

// recordNames are all names that the form of the record may have.
func recordNames() []string {
	names := append([]string{
		"version", "do", "no_contact_reason", "checks", "decision", "decision_reason", "advice", "considered", "next_steps", "copies",
	}, recordFields...)
	for i := range casework.MaxRows + 1 { // and the empty one behind the last
		for _, part := range append(slices.Clone(adviceParts), "remove") {
			names = append(names, rowName("advice", i, part))
		}
		for _, part := range append(slices.Clone(capacityParts), "remove") {
			names = append(names, rowName("capacity", i, part))
		}
	}
	for _, name := range slices.Clone(names) {
		if isDay(name) {
			names = append(names, name+"-day", name+"-month", name+"-year")
		}
	}
	return names
}

func isDay(name string) bool {
	return slices.Contains([]string{"offer_again", "told_on", "passed_on"}, name) || strings.HasPrefix(name, "advice-") && strings.HasSuffix(name, "-by")
}

func rowName(list string, i int, part string) string {
	return list + "-" + strconv.Itoa(i) + "-" + part
}

// readRecord reads the form of the record. Rows that are empty, or marked to be removed, are left out.
func readRecord(values url.Values) care.RecordDraft {
	one := values.Get
	r := care.RecordDraft{
		NoContactReason: one("no_contact_reason"), Checks: values["checks"], Decision: one("decision"), DecisionReason: one("decision_reason"),
		Advice: one("advice"), Considered19: one("considered"), NextSteps: one("next_steps"),
		NotShared: one("not_shared"), ReplyDone: one("reply_done"),
		Ending: care.RecordEnding{
			Wants: one("wants"), Residence: one("residence"), Pressure: one("pressure"), OfferAgain: dayOf(values, "offer_again"),
			Asks: one("asks"), Council: one("council"), ToldOn: dayOf(values, "told_on"), PassedOn: dayOf(values, "passed_on"), PassedTo: one("passed_to"),
			RefusalWords: one("refusal_words"), BestInterests: one("best_interests"), Abuse: one("abuse"), AbuseKnown: one("abuse_known"), AskAgain: one("ask_again"),
		},
		Making: care.Making{
			Training: one("training"), Assessor: one("assessor"), Expert: one("expert"), Interpreter: one("interpreter"),
			Support: one("support"), SupportWho: one("support_who"), Strengths: one("strengths"), Prevention: one("prevention"),
			Carers: one("carers"), CarersDo: one("carers_do"), CarersStop: one("carers_stop"), CarersOffer: one("carers_offer"),
			Children: one("children"), ChildrenNote: one("children_note"), Risk: one("risk"), RiskWith: one("risk_with"),
			Urgent: one("urgent"), UrgentNote: one("urgent_note"), CHC: one("chc"), CHCNote: one("chc_note"),
			Aftercare: one("aftercare"), AftercareNote: one("aftercare_note"), Equipment: one("equipment"), EquipmentNote: one("equipment_note"),
			SupportReason: one("support_reason"),
			Copies:        values["copies"], CopiesNamed: one("copies_named"),
		},
	}
	for i := range casework.MaxRows + 1 {
		at := func(part string) string { return rowName("advice", i, part) }
		a := care.Advice{Outcome: one(at("outcome")), Action: one(at("action")), Who: one(at("who")), Phone: one(at("phone")), By: dayOf(values, at("by"))}
		if a.Action+a.Who+a.Phone+a.By != "" && one(at("remove")) == "" {
			r.Advices = append(r.Advices, a)
		}
		at = func(part string) string { return rowName("capacity", i, part) }
		found := care.Capacity{Decision: one(at("of")), Finding: one(at("finding")), How: one(at("how"))}
		if found.Decision+found.Finding+found.How != "" && one(at("remove")) == "" {
			r.Making.Capacity = append(r.Making.Capacity, found)
		}
	}
	return r
}

// dayOf joins the three boxes of a day; nothing typed is "".
func dayOf(values url.Values, name string) string {
	v := joinDate(values, name)
	if t, err := time.Parse("2006-1-2", v); err == nil {
		return t.Format(time.DateOnly)
	}
	return v
}

// recordForm lays the long form of the record out.
type recordForm struct {
	rs       *eligibility.Ruleset
	record   care.RecordDraft
	problems map[string]string
	blocked  map[string]bool // fields that a blocker points to
	part     *pages.StaffPart
	// supportReasons are those of the client level data, in the words of its standard.
	supportReasons []string
}

func (b *recordForm) begin(id, title string) { b.part = &pages.StaffPart{ID: id, Title: title} }

// end closes a part; it stands open where something in it is to be done.
func (b *recordForm) end() pages.StaffPart { return *b.part }

func (b *recordForm) add(name string, f pages.StaffField) {
	if b.blocked[name] || b.blocked[name+"-day"] || b.problems[name] != "" {
		b.part.Open = true
	}
	b.part.Fields = append(b.part.Fields, f)
}

func (b *recordForm) say(key string, words eligibility.Words) string { return b.rs.Text(key, words) }

func (b *recordForm) note(text string) {
	b.part.Fields = append(b.part.Fields, pages.StaffField{Note: &text})
}

func (b *recordForm) title(text string) {
	b.part.Fields = append(b.part.Fields, pages.StaffField{Title: &text})
}

func (b *recordForm) hint(key string) components.HintParams {
	if key == "" {
		return components.HintParams{}
	}
	return components.HintParams{Text: b.say(key, nil)}
}

func (b *recordForm) text(name, key, hint, value string) {
	b.add(name, pages.StaffField{Text: &components.TextareaParams{
		Name: name, Value: value, Rows: 2, Label: components.LabelParams{Text: b.say(key, nil), Classes: "govuk-label--s"},
		Hint: b.hint(hint), ErrorMessage: components.ErrorMessageParams{Text: b.problems[name]},
	}})
}

func (b *recordForm) line(name, key, hint, value, width string) {
	b.add(name, pages.StaffField{Line: &components.InputParams{
		Name: name, Value: value, Label: components.LabelParams{Text: b.say(key, nil), Classes: "govuk-label--s"}, Classes: width,
		Hint: b.hint(hint), ErrorMessage: components.ErrorMessageParams{Text: b.problems[name]}, Autocomplete: "off",
	}})
}

func (b *recordForm) radios(name, key, hint, list, value string) {
	said := ""
	if hint != "" {
		said = b.say(hint, nil)
	}
	r := choiceRadios(b.rs, name, b.say(key, nil), list, value, said, b.problems[name])
	b.add(name, pages.StaffField{Radios: &r})
}

func (b *recordForm) day(name, legend, value string) {
	day, month, year := splitDate(value)
	b.add(name, pages.StaffField{Date: &components.DateInputParams{
		ID: name, NamePrefix: name,
		Fieldset:     &components.FieldsetParams{Legend: components.LegendParams{Text: legend, Classes: "govuk-fieldset__legend--s"}},
		Hint:         b.hint("staff.end.dates"),
		ErrorMessage: components.ErrorMessageParams{Text: b.problems[name]},
		Items: []components.DateInputItem{
			{Name: "day", Label: "Day", Value: day, Classes: "govuk-input--width-2"},
			{Name: "month", Label: "Month", Value: month, Classes: "govuk-input--width-2"},
			{Name: "year", Label: "Year", Value: year, Classes: "govuk-input--width-4"},
		},
	}})
}

func (b *recordForm) remove(list string, i int) {
	b.part.Fields = append(b.part.Fields, pages.StaffField{Boxes: &components.CheckboxesParams{
		Name: rowName(list, i, "remove"), Classes: "govuk-checkboxes--small", Items: []components.CheckboxItem{{Value: "yes", Text: "Remove this row when I save"}},
	}})
}

// ends lays out what each end owes. The one that is chosen stands open.
func (b *recordForm) ends(f casework.CaseFile) []pages.StaffPart {
	e := b.record.Ending
	var out []pages.StaffPart
	of := func(decision string, fields func()) {
		b.begin("end-"+decision, b.say("staff.end.of."+decision, nil))
		text, citation := casework.EndLaw(b.rs, decision)
		b.note(b.say("staff.end.law", eligibility.Words{"text": text, "citation": citation}))
		fields()
		b.part.Open = b.part.Open && b.record.Decision == "" || b.record.Decision == decision || b.wrong()
		out = append(out, b.end())
	}
	of(casework.DecisionEligible, func() {
		b.radios("wants", "staff.end.wants", "", casework.ListWants, e.Wants)
		b.radios("residence", "staff.end.residence", "", casework.ListResidence, e.Residence)
	})
	of(casework.DecisionNotEligible, func() { b.advice(f) })
	of(casework.DecisionDeclines, func() {
		b.text("pressure", "staff.end.pressure", "", e.Pressure)
		b.day("offer_again", b.say("staff.end.offer_again", nil), e.OfferAgain)
	})
	of(casework.DecisionSelfFunder, func() {
		b.radios("asks", "staff.end.asks", "staff.end.asks_hint", casework.ListYesNo, e.Asks)
	})
	of(casework.DecisionElsewhere, func() {
		b.line("council", "staff.end.council", "", e.Council, "govuk-input--width-20")
		b.day("told_on", b.say("staff.end.told_on", nil), e.ToldOn)
		b.line("passed_to", "staff.end.passed_to", "", e.PassedTo, "govuk-input--width-20")
		b.day("passed_on", b.say("staff.end.passed_on", nil), e.PassedOn)
	})
	of(casework.DecisionRefused, func() {
		b.text("refusal_words", "staff.end.refusal_words", "", e.RefusalWords)
		if f.Kind == care.KindAdultNeeds { // of a carer there is no such test, s.11(5)-(7)
			b.radios("best_interests", "staff.end.best_interests", "", casework.ListYesNo, e.BestInterests)
			b.radios("abuse", "staff.end.abuse", "", casework.ListYesNo, e.Abuse)
			b.text("abuse_known", "staff.end.abuse_known", "", e.AbuseKnown)
		}
		b.text("ask_again", "staff.end.ask_again", "", e.AskAgain)
	})
	return out
}

// wrong says whether a field of the part in hand was refused.
func (b *recordForm) wrong() bool {
	for _, f := range b.part.Fields {
		switch {
		case f.Text != nil && f.Text.ErrorMessage.Text != "", f.Line != nil && f.Line.ErrorMessage.Text != "",
			f.Date != nil && f.Date.ErrorMessage.Text != "", f.Radios != nil && f.Radios.ErrorMessage.Text != "":
			return true
		}
	}
	return false
}

// advice is the builder of the advice that s.13(5) owes: the rows that are there, a row for each outcome that still needs one,
// and an empty one.
func (b *recordForm) advice(f casework.CaseFile) {
	b.note(b.say("staff.end.advice", nil))
	rows := slices.Clone(b.record.Advices)
	stored := len(rows)
	for _, id := range f.AdviceOwed() {
		if !slices.ContainsFunc(rows, func(a care.Advice) bool { return a.Outcome == id }) {
			rows = append(rows, care.Advice{Outcome: id})
		}
	}
	rows = append(rows, care.Advice{})
	for i, a := range rows {
		at := func(part string) string { return rowName("advice", i, part) }
		if a.Outcome != "" {
			b.title(b.say("staff.end.advice_row", eligibility.Words{"subject": b.rs.OutcomeTitle(a.Outcome)}))
			b.part.Fields = append(b.part.Fields, pages.StaffField{Hidden: &pages.StaffHidden{Name: at("outcome"), Value: a.Outcome}})
		} else {
			b.title(b.say("staff.end.advice_more", nil))
			about := components.SelectParams{
				Name: at("outcome"), Label: components.LabelParams{Text: "What it is about", Classes: "govuk-label--s"},
				Items: []components.SelectItem{{Text: "Nothing in particular"}},
			}
			for _, id := range f.OutcomeIDs() {
				about.Items = append(about.Items, components.SelectItem{Value: id, Text: b.rs.OutcomeTitle(id)})
			}
			b.part.Fields = append(b.part.Fields, pages.StaffField{Select: &about})
		}
		b.line(at("action"), "staff.end.advice_action", "", a.Action, "")
		b.line(at("who"), "staff.end.advice_who", "", a.Who, "govuk-input--width-20")
		b.line(at("phone"), "staff.end.advice_phone", "", a.Phone, "govuk-input--width-20")
		b.day(at("by"), b.say("staff.end.advice_by", nil), a.By)
		if i < stored {
			b.remove("advice", i)
		}
	}
	b.text("advice", "staff.advice", "staff.advice_hint", b.record.Advice)
	c := choiceRadios(b.rs, "considered", b.say("staff.considered", nil), casework.ListConsidered, b.record.Considered19, b.say("staff.considered_hint", nil), b.problems["considered"])
	b.add("considered", pages.StaffField{Radios: &c})
	b.part.More, b.part.MoreDo = "Save, and add another", "add-advice"
}

// making lays out how the assessment was made. trained are colleagues who may assess a deafblind person.
func (b *recordForm) making(f casework.CaseFile, trained []care.Practitioner) []pages.StaffPart {
	m := b.record.Making
	var out []pages.StaffPart
	of := func(id, key string, fields func()) {
		b.begin("part-"+id, b.say(key, nil))
		fields()
		out = append(out, b.end())
	}
	of("strengths", "staff.made.part.strengths", func() {
		b.text("strengths", "staff.made.strengths", "staff.made.strengths_hint", m.Strengths)
		b.text("prevention", "staff.made.prevention", "staff.made.prevention_hint", m.Prevention)
	})
	of("carers", "staff.made.part.carers", func() {
		if f.Kind == care.KindAdultNeeds {
			b.radios("carers", "staff.made.carers", "staff.made.carers_hint", casework.ListYesNo, m.Carers)
			b.text("carers_do", "staff.made.carers_do", "", m.CarersDo)
			b.text("carers_stop", "staff.made.carers_stop", "", m.CarersStop)
			b.radios("carers_offer", "staff.made.carers_offer", "staff.made.carers_offer_hint", casework.ListOffer, m.CarersOffer)
		}
		b.radios("children", "staff.made.children", "staff.made.children_hint", casework.ListYesNo, m.Children)
		b.text("children_note", "staff.made.children_note", "", m.ChildrenNote)
	})
	of("support", "staff.made.part.support", func() {
		b.text("training", "staff.made.training", "staff.made.training_hint", m.Training)
		colleagues := components.SelectParams{
			Name: "assessor", Value: m.Assessor, Label: components.LabelParams{Text: b.say("staff.made.assessor", nil), Classes: "govuk-label--s"},
			Hint: b.hint("staff.made.assessor_hint"), ErrorMessage: components.ErrorMessageParams{Text: b.problems["assessor"]},
			Items: []components.SelectItem{{Text: "Nobody"}},
		}
		for _, p := range trained {
			colleagues.Items = append(colleagues.Items, components.SelectItem{Value: p.ID, Text: p.Name})
		}
		if m.Assessor != "" && !slices.ContainsFunc(trained, func(p care.Practitioner) bool { return p.ID == m.Assessor }) {
			colleagues.Items = append(colleagues.Items, components.SelectItem{Value: m.Assessor, Text: f.Assessor.Name})
		}
		b.add("assessor", pages.StaffField{Select: &colleagues})
		b.line("expert", "staff.made.expert", "staff.made.expert_hint", m.Expert, "")
		b.line("interpreter", "staff.made.interpreter", "staff.made.interpreter_hint", m.Interpreter, "")
		b.radios("support", "staff.made.support", "staff.made.support_hint", casework.ListSupport, m.Support)
		b.text("support_who", "staff.made.support_who", "", m.SupportWho)
	})
	of("capacity", "staff.made.part.capacity", b.capacity)
	of("risk", "staff.made.part.risk", func() {
		b.text("risk", "staff.made.risk", "staff.made.risk_hint", m.Risk)
		b.line("risk_with", "staff.made.risk_with", "", m.RiskWith, "")
		b.radios("urgent", "staff.made.urgent", "staff.made.urgent_hint", casework.ListUrgent, m.Urgent)
		b.text("urgent_note", "staff.made.urgent_note", "", m.UrgentNote)
	})
	of("tasks", "staff.made.part.tasks", func() {
		b.radios("equipment", "staff.made.equipment", "", casework.ListEquipment, m.Equipment)
		b.text("equipment_note", "staff.made.equipment_note", "", m.EquipmentNote)
		b.radios("chc", "staff.made.chc", "staff.made.chc_hint", casework.ListCHC, m.CHC)
		b.text("chc_note", "staff.made.chc_note", "", m.CHCNote)
		b.radios("aftercare", "staff.made.aftercare", "", casework.ListAftercare, m.Aftercare)
		b.text("aftercare_note", "staff.made.aftercare_note", "", m.AftercareNote)
	})
	of("return", "staff.made.part.return", func() {
		reasons := components.SelectParams{
			Name: "support_reason", Value: m.SupportReason, Label: components.LabelParams{Text: b.say("staff.made.support_reason", nil), Classes: "govuk-label--s"},
			Hint: b.hint("staff.made.support_reason_hint"), ErrorMessage: components.ErrorMessageParams{Text: b.problems["support_reason"]},
			Items: []components.SelectItem{{Text: b.say("staff.made.support_reason_none", nil)}},
		}
		for _, reason := range b.supportReasons {
			reasons.Items = append(reasons.Items, components.SelectItem{Value: reason, Text: reason})
		}
		b.add("support_reason", pages.StaffField{Select: &reasons})
	})
	of("copies", "staff.made.part.copies", func() {
		boxes := components.CheckboxesParams{
			Name: "copies", Values: m.Copies, Classes: "govuk-checkboxes--small", Hint: b.hint("staff.made.copies_hint"),
			ErrorMessage: components.ErrorMessageParams{Text: b.problems["copies"]},
			Fieldset:     &components.FieldsetParams{Legend: components.LegendParams{Text: b.say("staff.made.copies", nil), Classes: "govuk-fieldset__legend--s"}},
		}
		for _, choice := range b.rs.Choices(casework.ListCopies) {
			boxes.Items = append(boxes.Items, components.CheckboxItem{Value: choice.ID, Text: choice.Label})
		}
		b.add("copies", pages.StaffField{Boxes: &boxes})
		b.line("copies_named", "staff.made.copies_named", "", m.CopiesNamed, "")
	})
	return out
}

// capacity has a row for each finding, and an empty one.
func (b *recordForm) capacity() {
	b.note(b.say("staff.made.capacity_intro", nil))
	rows := append(slices.Clone(b.record.Making.Capacity), care.Capacity{})
	for i, row := range rows {
		at := func(part string) string { return rowName("capacity", i, part) }
		if i < len(rows)-1 {
			b.title(b.say("staff.made.capacity_row", eligibility.Words{"subject": strconv.Itoa(i + 1)}))
		} else {
			b.title(b.say("staff.made.capacity_more", nil))
		}
		of := components.SelectParams{
			Name: at("of"), Value: row.Decision, Label: components.LabelParams{Text: b.say("staff.made.capacity_of", nil), Classes: "govuk-label--s"},
			Items: []components.SelectItem{{Text: ""}}, ErrorMessage: components.ErrorMessageParams{Text: b.problems[at("of")]},
		}
		for _, choice := range b.rs.Choices(casework.ListCapacityOf) {
			of.Items = append(of.Items, components.SelectItem{Value: choice.ID, Text: choice.Label})
		}
		b.add(at("of"), pages.StaffField{Select: &of})
		b.radios(at("finding"), "staff.made.capacity_finding", "", casework.ListCapacity, row.Finding)
		b.text(at("how"), "staff.made.capacity_how", "", row.How)
		if i < len(rows)-1 {
			b.remove("capacity", i)
		}
	}
	b.part.More, b.part.MoreDo = "Save, and add another", "add-capacity"
}

// reply is what the record says of the draft that went to the person.
func (b *recordForm) reply() pages.StaffPart {
	b.begin("part-reply", b.say("staff.draft.part", nil))
	b.text("reply_done", "staff.draft.reply_done", "staff.draft.reply_done_hint", b.record.ReplyDone)
	b.text("not_shared", "staff.draft.not_shared", "staff.draft.not_shared_hint", b.record.NotShared)
	return b.end()
}

// endRows tells what an end and the making of a record say, in rows: for reading, and for two versions side by side.
func endRows(rs *eligibility.Ruleset, decision string, e care.RecordEnding) []pages.StaffTold {
	var rows []pages.StaffTold
	add := func(key string, answers ...string) {
		if answers = nonEmpty(answers...); len(answers) > 0 {
			rows = append(rows, pages.StaffTold{Question: rs.Text(key, nil), Answers: answers})
		}
	}
	chosen := func(list, id string) string {
		if id == "" {
			return ""
		}
		return rs.Choice(list, id)
	}
	of := func(d string) bool { return decision == d || decision == "" }
	if of(casework.DecisionEligible) {
		add("staff.end.wants", chosen(casework.ListWants, e.Wants))
		add("staff.end.residence", chosen(casework.ListResidence, e.Residence))
	}
	if of(casework.DecisionDeclines) {
		add("staff.end.pressure", e.Pressure)
		add("staff.end.offer_again", longDay(e.OfferAgain))
	}
	if of(casework.DecisionSelfFunder) {
		add("staff.end.asks", chosen(casework.ListYesNo, e.Asks))
	}
	if of(casework.DecisionElsewhere) {
		add("staff.end.council", e.Council)
		add("staff.end.told_on", longDay(e.ToldOn))
		add("staff.end.passed_to", e.PassedTo)
		add("staff.end.passed_on", longDay(e.PassedOn))
	}
	if of(casework.DecisionRefused) {
		add("staff.end.refusal_words", e.RefusalWords)
		add("staff.end.best_interests", chosen(casework.ListYesNo, e.BestInterests))
		add("staff.end.abuse", chosen(casework.ListYesNo, e.Abuse), e.AbuseKnown)
		add("staff.end.ask_again", e.AskAgain)
	}
	return rows
}

func makingRows(rs *eligibility.Ruleset, m care.Making) []pages.StaffTold {
	var rows []pages.StaffTold
	add := func(key string, answers ...string) {
		if answers = nonEmpty(answers...); len(answers) > 0 {
			rows = append(rows, pages.StaffTold{Question: rs.Text(key, nil), Answers: answers})
		}
	}
	chosen := func(list, id string) string {
		if id == "" {
			return ""
		}
		return rs.Choice(list, id)
	}
	add("staff.made.strengths", m.Strengths)
	add("staff.made.prevention", m.Prevention)
	add("staff.made.carers", chosen(casework.ListYesNo, m.Carers))
	add("staff.made.carers_do", m.CarersDo)
	add("staff.made.carers_stop", m.CarersStop)
	add("staff.made.carers_offer", chosen(casework.ListOffer, m.CarersOffer))
	add("staff.made.children", chosen(casework.ListYesNo, m.Children), m.ChildrenNote)
	add("staff.made.training", m.Training)
	add("staff.made.assessor", m.AssessorName)
	add("staff.made.expert", m.Expert)
	add("staff.made.interpreter", m.Interpreter)
	add("staff.made.support", chosen(casework.ListSupport, m.Support), m.SupportWho)
	for _, c := range m.Capacity {
		rows = append(rows, pages.StaffTold{
			Question: chosen(casework.ListCapacityOf, c.Decision), Answers: nonEmpty(chosen(casework.ListCapacity, c.Finding), c.How),
		})
	}
	add("staff.made.risk", m.Risk)
	add("staff.made.risk_with", m.RiskWith)
	add("staff.made.urgent", chosen(casework.ListUrgent, m.Urgent), m.UrgentNote)
	add("staff.made.equipment", chosen(casework.ListEquipment, m.Equipment), m.EquipmentNote)
	add("staff.made.chc", chosen(casework.ListCHC, m.CHC), m.CHCNote)
	add("staff.made.aftercare", chosen(casework.ListAftercare, m.Aftercare), m.AftercareNote)
	add("staff.made.support_reason", m.SupportReason)
	var copies []string
	for _, id := range m.Copies {
		copies = append(copies, rs.Choice(casework.ListCopies, id))
	}
	add("staff.made.copies", append(copies, m.CopiesNamed)...)
	return rows
}

// adviceRows tells advice in rows.
func adviceRows(rs *eligibility.Ruleset, advices []care.Advice) []pages.StaffTold {
	var rows []pages.StaffTold
	for _, a := range advices {
		about := rs.Text("staff.end.advice_other", nil)
		if a.Outcome != "" {
			about = rs.Text("staff.end.advice_row", eligibility.Words{"subject": rs.OutcomeTitle(a.Outcome)})
		}
		rows = append(rows, pages.StaffTold{Question: about, Answers: nonEmpty(a.Action, a.Who, a.Phone, longDay(a.By))})
	}
	return rows
}

// longDay writes a day as people read it, and gives back what is none.
func longDay(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return fmt.Sprintf("%d %s %d", t.Day(), t.Month(), t.Year())
}
