package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

const (
	doneLinked   = "linked"
	doneUnlinked = "unlinked"
)

// staffLink reads an adult's and a carer's case beside each other, or asks whether both agree to that.
func (s *Server) staffLink(c echo.Context) error {
	f, err := s.openCase(c, "link")
	if err != nil {
		return err
	}
	p, err := s.linkPage(c, f, nil)
	if err != nil {
		return err
	}
	switch c.QueryParam("done") {
	case doneLinked:
		p.Success = f.Rules.Text("staff.link_done", nil)
	case doneUnlinked:
		p.Success = f.Rules.Text("staff.link_ended", nil)
	}
	return render(c, http.StatusOK, pages.StaffPairs(p))
}

// linkPage draws it; typed are the fields of a form that was refused.
func (s *Server) linkPage(c echo.Context, f casework.CaseFile, typed url.Values) (pages.StaffPairsPage, error) {
	rs := f.Rules
	if !f.Assessed() {
		return pages.StaffPairsPage{}, care.ErrNotFound
	}
	key := "staff.link_title"
	if f.Kind == care.KindCarer {
		key = "staff.link_title_carer"
	}
	p := pages.StaffPairsPage{
		Title: rs.Text(key, nil), Intro: rs.Text("staff.link_intro", nil), Keeps: rs.Text("staff.link_keeps", nil),
		StaffCase: s.staffCase(c, f, "link", rs.Text(key, nil)),
		Other:     typed.Get("other"), OwnHow: typed.Get("own_how"), TheirsHow: typed.Get("theirs_how"),
		Words: pages.StaffPairsWords{
			Other: rs.Text("staff.link_other", nil), How: rs.Text("staff.link_how", nil), HowHint: rs.Text("staff.link_how_hint", nil), Button: rs.Text("staff.link_button", nil),
			Shared: rs.Text("staff.link_shared", nil), SharedHint: rs.Text("staff.link_shared_hint", nil), Chart: rs.Text("staff.link_chart", nil),
			End: rs.Text("staff.link_end", nil), EndWhy: rs.Text("staff.link_end_why", nil), EndHint: rs.Text("staff.link_end_hint", nil),
		},
	}
	switch f.Answers.One("link") {
	case "no":
		p.Told = rs.Text("staff.link_refused", nil)
	case "ask_first":
		p.Told = rs.Text("staff.link_asked", nil)
	}
	all, missing, err := s.Casework.Pairs(c.Request().Context(), visitOf(c).Actor, f)
	if err != nil {
		return p, err
	}
	if missing > 0 {
		p.Missing = rs.Text("staff.link_missing", nil)
	}
	for _, pair := range all {
		p.Pairs = append(p.Pairs, s.pairOf(c, f, pair, typed))
	}
	if len(all) > 0 {
		p.Words.Another = rs.Text("staff.link_another", nil)
	}
	p.Ask = f.Kind == care.KindAdultNeeds || len(all)+missing == 0 // an adult can have several carers
	p.Own = choiceRadios(rs, "own", rs.Text("staff.link_own", eligibility.Words{"name": personOf(f)}), casework.ListLink, typed.Get("own"), "", "")
	p.Theirs = choiceRadios(rs, "theirs", rs.Text("staff.link_theirs", nil), casework.ListLink, typed.Get("theirs"), "", "")
	return p, nil
}

// pairOf lays two cases beside each other. It takes nothing but closed answers from either, of questions that are named
// below: what somebody wrote in their own words, what they fear or can go on with, and what they do not want told stay in
// their own case.
func (s *Server) pairOf(c echo.Context, f casework.CaseFile, pair casework.Pair, typed url.Values) pages.StaffPair {
	rs, other := f.Rules, pair.Adult
	if other.ID == f.ID {
		other = pair.Carer
	}
	names := eligibility.Words{"adult": nameOf(pair.Adult.Summary), "carer": nameOf(pair.Carer.Summary), "when": longDate(pair.Link.Since), "name": nameOf(other.Summary)}
	out := pages.StaffPair{
		Link: pair.Link.ID, Title: rs.Text("staff.link_with", names), Hint: rs.Text("staff.link_chart_hint", names),
		Open:   pages.Link{Text: rs.Text("staff.link_open", names), Href: casePath(other.Assessment)},
		Action: casePath(f.Assessment) + "/link/end", Facts: s.sharedFacts(c, pair), Bars: mirrored(rs, pair),
	}
	if typed.Get("link") == pair.Link.ID {
		out.Why = typed.Get("why")
	}
	return out
}

// carerFacts are the carer's questions with closed answers that are about the two of them, by their page.
var carerFacts = []struct{ page, question string }{
	{"carer/person", "lives_with"}, {"carer/care", "does"}, {"carer/care", "since"}, {"carer/care", "hours"}, {"carer/care", "nights"},
}

// sharedFacts tells once what both have a part in, each with who told it.
func (s *Server) sharedFacts(c echo.Context, pair casework.Pair) []pages.StaffTold {
	rs := pair.Adult.Rules
	source := func(f casework.CaseFile) string {
		return rs.Text("staff.link_source", eligibility.Words{"name": nameOf(f.Summary), "when": longDate(f.SentAt)})
	}
	var out []pages.StaffTold
	for _, fact := range carerFacts {
		if row, ok := closedAnswer(pair.Carer, fact.page, fact.question); ok {
			row.Note = source(pair.Carer)
			out = append(out, row)
		}
	}
	var helps []string
	for _, outcome := range pair.Adult.OutcomeIDs() {
		if row, ok := closedAnswer(pair.Adult, "daily/"+outcome+"/more", outcome+".help"); ok {
			helps = append(helps, pair.Adult.Rules.OutcomeTitle(outcome)+": "+strings.Join(row.Answers, ", "))
		}
	}
	if helps != nil {
		out = append(out, pages.StaffTold{Question: "Who helps now", Answers: helps, Note: source(pair.Adult)})
	}
	return out
}

// closedAnswer is a question with the labels of the options that were chosen, and never what was written beside them.
func closedAnswer(f casework.CaseFile, path, question string) (pages.StaffTold, bool) {
	page, ok := f.Rules.Page(path, f.Answers, nil)
	if !ok {
		return pages.StaffTold{}, false
	}
	q, ok := page.Question(question)
	if !ok {
		return pages.StaffTold{}, false
	}
	row := pages.StaffTold{Question: q.Text}
	for _, o := range q.Options {
		if slices.Contains(f.Answers.Get(question), o.ID) {
			row.Answers = append(row.Answers, o.Label)
		}
	}
	return row, len(row.Answers) > 0
}

// mirrored draws in how many ways each told that something is hard. Outcomes of the two regulations that are about the same
// part of life share a row; which ones do is said in the words.
func mirrored(rs *eligibility.Ruleset, pair casework.Pair) components.MirrorParams {
	p := components.MirrorParams{
		ID: "bars-" + pair.Link.ID, Title: rs.Text("staff.link_chart", nil), Left: shortName(pair.Adult), Right: shortName(pair.Carer),
		RowHeading: rs.Text("staff.link_outcome", nil), TableSummary: rs.Text("staff.link_table", nil),
	}
	none := components.MirrorSide{Words: rs.Text("staff.link_not_asked", nil)}
	left := pair.Carer.OutcomeIDs()
	for _, id := range pair.Adult.OutcomeIDs() {
		row := components.MirrorRow{Label: pair.Adult.Rules.OutcomeTitle(id), Left: sideOf(rs, pair.Adult, id), Right: none}
		for _, twin := range pair.Carer.OutcomeIDs() {
			if rs.Text("staff.link_pair."+id, nil) == twin {
				row.Right = sideOf(rs, pair.Carer, twin)
				left = slices.DeleteFunc(slices.Clone(left), func(x string) bool { return x == twin })
			}
		}
		p.Rows = append(p.Rows, row)
	}
	for _, id := range left {
		p.Rows = append(p.Rows, components.MirrorRow{Label: pair.Carer.Rules.OutcomeTitle(id), Left: none, Right: sideOf(rs, pair.Carer, id)})
	}
	return p
}

func sideOf(rs *eligibility.Ruleset, f casework.CaseFile, outcome string) components.MirrorSide {
	limbs := f.Rules.Limbs()
	side := components.MirrorSide{Of: len(limbs)}
	known := false
	for _, limb := range limbs {
		switch said(f, outcome, limb.ID) {
		case "yes":
			side.N++
			known = true
		case "no":
			known = true
		}
	}
	side.Words = rs.Text("staff.link_unknown", nil)
	if known {
		side.Words = rs.Text("staff.link_ways", eligibility.Words{"n": strconv.Itoa(side.N), "all": strconv.Itoa(side.Of)})
	}
	return side
}

// shortName fits beside a bar.
func shortName(f casework.CaseFile) string {
	name := nameOf(f.Summary)
	if f.Summary.CallMe != "" {
		name = f.Summary.CallMe
	}
	if runes := []rune(name); len(runes) > 18 {
		return string(runes[:17]) + "…"
	}
	return name
}

// staffMakeLink lets two cases be read together.
func (s *Server) staffMakeLink(c echo.Context) error {
	values, err := staffForm(c, "other", "own", "own_how", "theirs", "theirs_how")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.LinkCases(c.Request().Context(), visitOf(c).Actor, ref, values.Get("other"),
		casework.Say{Said: values.Get("own"), How: values.Get("own_how")}, casework.Say{Said: values.Get("theirs"), How: values.Get("theirs_how")})
	return s.afterLink(c, err, ref, values, doneLinked)
}

// staffEndLink ends that.
func (s *Server) staffEndLink(c echo.Context) error {
	values, err := staffForm(c, "link", "why")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.UnlinkCases(c.Request().Context(), visitOf(c).Actor, ref, values.Get("link"), values.Get("why"))
	return s.afterLink(c, err, ref, values, doneUnlinked)
}

func (s *Server) afterLink(c echo.Context, err error, ref string, values url.Values, done string) error {
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		f, err := s.openCase(c, "link")
		if err != nil {
			return err
		}
		p, err := s.linkPage(c, f, values)
		if err != nil {
			return err
		}
		p.Layout.Error = true
		p.Problems = staffProblems(f.Rules, invalid, func(field string) string {
			if field == "why" {
				return "why-" + values.Get("link")
			}
			return field
		})
		p.Own.ErrorMessage.Text, p.Theirs.ErrorMessage.Text = p.Problems.ByField["own"], p.Problems.ByField["theirs"]
		return render(c, http.StatusUnprocessableEntity, pages.StaffPairs(p))
	}
	typed := []pages.StaffTold{
		{Question: "How you know", Answers: nonEmpty(values.Get("own_how"), values.Get("theirs_how"))}, {Question: "Why", Answers: nonEmpty(values.Get("why"))},
	}
	if shown, err := s.lockedPage(c, err, typed); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/link?done="+done)
}
