package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// signedRecord opens the signed record of the address: the newest, or the one whose number is asked for. A case that is not
// signed has none.
func (s *Server) signedRecord(c echo.Context, page string) (casework.CaseFile, care.Determination, casework.SignedRecord, error) {
	f, err := s.openCase(c, page)
	if err != nil {
		return f, care.Determination{}, casework.SignedRecord{}, err
	}
	d, ok := f.LastDetermination()
	if asked := c.QueryParam("version"); ok && asked != "" {
		i := slices.IndexFunc(f.Determinations, func(d care.Determination) bool { return strconv.Itoa(d.Version) == asked })
		if ok = i >= 0; ok {
			d = f.Determinations[i]
		}
	}
	if !ok {
		return f, d, casework.SignedRecord{}, care.ErrNotFound
	}
	r, err := casework.ReadRecord(d)
	return f, d, r, err
}

// staffSigned shows the signed record, for the screen and for paper. It is read from the record alone: what is shown is
// what was signed.
func (s *Server) staffSigned(c echo.Context) error {
	f, d, r, err := s.signedRecord(c, "signed")
	if err != nil {
		return err
	}
	p, err := s.signedPage(c, f, d, r)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, pages.StaffSigned(p))
}

func (s *Server) signedPage(c echo.Context, f casework.CaseFile, d care.Determination, r casework.SignedRecord) (p pages.StaffSignedPage, err error) {
	rs, v := f.Rules, visitOf(c)
	p = pages.StaffSignedPage{
		StaffCase: s.staffCase(c, f, "signed", "The record"), Just: c.QueryParam("done") == doneSigned,
		Hash: d.Hash, HashNote: rs.Text("staff.hash_note", nil), PrintNote: rs.Text("staff.print_note", nil),
		JSONHref: casePath(f.Assessment) + "/record.json?version=" + strconv.Itoa(d.Version),
		SignedBy: rs.Text("staff.signed_by", eligibility.Words{"name": r.SignedBy.Name, "council": v.Council.Name, "when": longTime(r.SignedAt)}),
	}
	if slices.ContainsFunc(f.Flags(), func(x care.Flag) bool { return x.ID == "source_private" }) {
		p.Caution = rs.Text("staff.signed_source", nil)
	}
	p.StaffCase.Locked = false // the page is the record itself: it needs no note that leads to it
	p.Take.Allowed = false
	// The person gets a copy, and others at home may read it: no marks, and nothing of how or when they can be reached.
	p.Identity = components.IdentityBarParams{Label: "This record", Name: r.Person.Name, Facts: []components.Fact{
		{Key: "Reference", Value: casework.FormatReference(r.Reference)}, {Key: "Kind", Value: rs.Choice("kinds", r.Kind)}, {Key: "Sent", Value: longDate(r.SentAt)},
	}}
	p.Decision = rs.Text("staff.closed", nil)
	if r.Decision != casework.DecisionClosed {
		p.Decision = rs.Choice(casework.ListDecision, r.Decision)
	}
	p.Sections, p.Outcomes = recordSections(rs, r)
	p.After = s.afterPart(f, afterTyped{}, map[string]string{})
	p.Success = map[string]string{
		doneCopied: rs.Text("staff.copy.done", nil), donePlanned: rs.Text("staff.transition.settled", nil),
	}[c.QueryParam("done")]
	p.Next, err = s.nextCase(c)
	return p, err
}

// nextCase is the worker's own most pressing case, or one that nobody has.
func (s *Server) nextCase(c echo.Context) (pages.Link, error) {
	v := visitOf(c)
	for _, worker := range []string{v.Actor.ID, "-"} {
		found, err := s.Casework.Queue(c.Request().Context(), v.Actor, care.QueueQuery{Worker: worker})
		if err != nil {
			return pages.Link{}, err
		}
		if len(found.Lines) > 0 {
			line := found.Lines[0]
			return pages.Link{Text: "Next case: " + nameOf(line.Summary), Href: "/staff/case/" + line.Reference}, nil
		}
	}
	return pages.Link{}, nil
}

// recordSections lays a record out for reading.
func recordSections(rs *eligibility.Ruleset, r casework.SignedRecord) (sections, outcomes []pages.StaffSection) {
	var why []pages.StaffTold
	add := func(rows *[]pages.StaffTold, question string, answers ...string) {
		if answers = nonEmpty(answers...); len(answers) > 0 {
			*rows = append(*rows, pages.StaffTold{Question: question, Answers: answers})
		}
	}
	done := rs.Text("staff.next_steps", nil)
	if r.Decision == casework.DecisionClosed {
		done = rs.Text("staff.done", nil)
	}
	add(&why, rs.Text("staff.decision_reason", nil), r.DecisionReason)
	add(&why, rs.Text("staff.advice", nil), r.Advice)
	for _, a := range r.Advices {
		why = append(why, adviceRows(rs, []care.Advice{a.Advice})...)
	}
	if r.Considered19 != "" {
		add(&why, rs.Text("staff.considered", nil), rs.Choice(casework.ListConsidered, r.Considered19))
	}
	add(&why, done, r.NextSteps)
	if r.Ending != nil {
		why = append(why, endRows(rs, r.Decision, *r.Ending)...)
	}
	for _, law := range r.Law {
		add(&why, law.Citation, law.Text)
	}
	add(&why, rs.Text("staff.revise.reason", nil), r.RevisedBecause)
	sections = append(sections, pages.StaffSection{Title: "Reasons", Rows: why})

	var conditions []pages.StaffTold
	for _, condition := range r.Conditions {
		value := "Not met"
		if condition.Value == care.ConditionMet {
			value = "Met"
		}
		add(&conditions, condition.Text+" "+condition.Citation, value)
	}
	if len(conditions) > 0 {
		sections = append(sections, pages.StaffSection{Title: "The criteria, tested on the findings", Rows: conditions})
	}
	if r.Impact != nil {
		var impact []pages.StaffTold
		for _, area := range r.Impact.Areas {
			add(&impact, sentence(area.Text), rs.Choice(casework.ListImpact, area.Value))
		}
		wellbeing, _ := rs.Law("wellbeing")
		add(&impact, wellbeing, rs.Choice(casework.ListYesNo, r.Impact.Significant), r.Impact.SignificantReason)
		for _, point := range r.Impact.Points {
			add(&impact, point.Text, rs.Choice(casework.ListYesNo, point.Value), point.Reason)
		}
		sections = append(sections, pages.StaffSection{Title: "Effect on wellbeing", Rows: impact})
	}
	var how []pages.StaffTold
	for i, account := range r.Accounts {
		if len(r.Accounts) > 1 || account.Voice == string(care.VoiceHelper) || account.KeyedBy != "" {
			add(&how, recordVoice(rs, r, i), "Sent "+longTime(account.SentAt), keyedBy(account.KeyedBy))
		}
	}
	for _, contact := range r.Contacts {
		line := contactLine(rs, care.Contact{On: contact.On, How: contact.How, SeenAlone: contact.SeenAlone, Advocate: contact.Advocate})
		add(&how, line.When, line.How+". "+line.Detail)
	}
	add(&how, "Why nobody spoke with the person", r.NoContactReason)
	var checks []string
	for _, check := range r.Checks {
		checks = append(checks, check.Text)
	}
	add(&how, rs.Text("staff.checks", nil), checks...)
	if r.Ruleset != "" && r.Indication != "" {
		add(&how, "Rules used", r.Ruleset)
	}
	if r.Making != nil {
		how = append(how, makingRows(rs, *r.Making)...)
	}
	sections = append(sections, pages.StaffSection{Title: "How the assessment was made", Rows: how})
	sections = append(sections, sharedSections(rs, r)...)

	for _, finding := range r.Findings {
		section := pages.StaffSection{Title: rs.OutcomeTitle(finding.Outcome), Note: sentence(finding.Name) + ". " + finding.Citation}
		for _, t := range finding.Said {
			add(&section.Rows, t.Question, t.Answers...)
		}
		if len(r.Accounts) > 1 {
			for i := range section.Rows {
				section.Rows[i].Note = recordVoice(rs, r, 0)
			}
		}
		for _, other := range finding.Others {
			for _, t := range other.Said {
				section.Rows = append(section.Rows, pages.StaffTold{Question: t.Question, Answers: t.Answers, Note: recordVoice(rs, r, other.Account)})
			}
		}
		section.Rows = append(section.Rows, foundRows(rs, care.Finding{
			Conclusion: care.Conclusion(finding.Conclusion), Sources: finding.Sources, Reason: finding.Reason, Period: finding.Period,
		})...)
		outcomes = append(outcomes, section)
	}
	return sections, outcomes
}

// sharedSections tell what the person said of the draft, and of the second signature.
func sharedSections(rs *eligibility.Ruleset, r casework.SignedRecord) []pages.StaffSection {
	var out []pages.StaffSection
	if d := r.Draft; d != nil {
		section := pages.StaffSection{Title: "What the person said of the draft"}
		if d.How != "" {
			sent := rs.Text("staff.draft.sent", eligibility.Words{"when": longTime(d.At), "name": d.ByName, "how": rs.Choice(casework.ListDraftHow, d.How)})
			row := pages.StaffTold{Question: sent, Answers: []string{rs.Text("staff.draft.none", nil)}}
			if len(d.Replies) > 0 {
				row.Answers = nil
			}
			for _, reply := range d.Replies {
				row.Answers = append(row.Answers, join(longTime(reply.At)+": "+rs.Choice(casework.ListDraftReply, reply.Choice), reply.Text))
			}
			section.Rows = append(section.Rows, row)
		}
		if d.WhatItDid != "" {
			section.Rows = append(section.Rows, pages.StaffTold{Question: rs.Text("staff.draft.reply_done", nil), Answers: []string{d.WhatItDid}})
		}
		if d.NotShared != "" {
			section.Rows = append(section.Rows, pages.StaffTold{Question: rs.Text("staff.draft.not_shared", nil), Answers: []string{d.NotShared}})
		}
		out = append(out, section)
	}
	if r.Second != nil {
		row := pages.StaffTold{Question: r.Second.Name, Answers: []string{longTime(r.Second.At)}}
		out = append(out, pages.StaffSection{Title: "Second signature", Rows: []pages.StaffTold{row}})
	}
	return out
}

// recordVoice says whose account one of the record's is.
func recordVoice(rs *eligibility.Ruleset, r casework.SignedRecord, i int) string {
	if i < 0 || i >= len(r.Accounts) {
		return ""
	}
	return voiceTitle(rs, care.Voice(r.Accounts[i].Voice), r.Accounts[i].Who)
}

func keyedBy(name string) string {
	if name == "" {
		return ""
	}
	return "Keyed in by " + name
}

// staffRecordJSON gives the record byte for byte as it was signed: its SHA-256 is the fingerprint printed on it.
func (s *Server) staffRecordJSON(c echo.Context) error {
	f, d, _, err := s.signedRecord(c, "export")
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="threshold-`+f.Reference+`.json"`)
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, d.Body)
}
