package web

import (
	"net/http"
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
	pagePrepare  = "prepare"
	pageVersions = casework.PageVersions
)

// aloneFlags say that somebody is to be seen alone. What was said in private stays on the screen: on paper it is the same
// sentence for whoever wishes it, whoever was overheard, and whoever is in danger.
var aloneFlags = []string{"see_alone", "ask_in_private", "safeguarding_s42", "urgent_safety", "ring_today"}

// talkFlags are about how to talk with the person and who supports them: they go on the sheet for a visit.
var talkFlags = []string{"advocate_s67", "appropriate_person_check", "deafblind_check", "interpreter", "formats"}

// offPaper are questions about what a carer said of going on: the adult they care for may read the sheet, and never that.
var offPaper = []string{"check_able_but_unwell"}

// How much of each list there is room for on one sheet of paper; the rest stands on the screen.
const (
	paperOwn    = 6
	paperAsks   = 10
	paperChecks = 3
)

// cutBlocks cuts blocks after n rows.
func cutBlocks(all []pages.StaffBlock, n int) (fit, rest []pages.StaffBlock) {
	for _, b := range all {
		has := min(n, len(b.Rows))
		if n -= has; has > 0 {
			fit = append(fit, pages.StaffBlock{Title: b.Title, Rows: b.Rows[:has]})
		}
		if has < len(b.Rows) {
			rest = append(rest, pages.StaffBlock{Title: b.Title, Rows: b.Rows[has:]})
		}
	}
	return fit, rest
}

// onOneSheet cuts the lists of the sheet to what one side of paper has room for, and says how much more there is.
func onOneSheet(rs *eligibility.Ruleset, p *pages.StaffPreparePage) {
	more := func(n int) string {
		if n <= 0 {
			return ""
		}
		return rs.Text("staff.prepare_more", eligibility.Words{"n": strconv.Itoa(n)})
	}
	p.Own, p.OwnRest = cutBlocks(p.Own, paperOwn)
	rest := 0
	for _, b := range p.OwnRest {
		rest += len(b.Rows)
	}
	p.OwnMore = more(rest)
	asks := min(paperAsks, len(p.Asks))
	p.Asks, p.AsksRest = p.Asks[:asks], p.Asks[asks:]
	p.AsksMore = more(len(p.AsksRest))
	checks := min(paperChecks, len(p.Checks.Items))
	p.Checks.Items, p.ChecksRest = p.Checks.Items[:checks], p.Checks.Items[checks:]
	p.ChecksMore = more(len(p.ChecksRest))
}

// staffPrepare is the sheet for a visit.
func (s *Server) staffPrepare(c echo.Context) error {
	f, err := s.openCase(c, pagePrepare)
	if err != nil {
		return err
	}
	if !f.Assessed() && f.Kind != care.KindTransition {
		return care.ErrNotFound
	}
	rs, all := f.Rules, s.accounts(c, f)
	openly := func(paths ...string) func(account) []pages.StaffTold {
		return func(a account) []pages.StaffTold { return told(a.rules.ToldOpenly(a.Answers, a.words, paths...)) }
	}
	p := pages.StaffPreparePage{
		StaffCase: s.staffCase(c, f, pagePrepare, "Prepare a visit"),
		Intro:     rs.Texts("staff.prepare_intro", nil),
		Alone:     rs.Text("staff.prepare_alone_offer", nil),
		OwnTitle:  rs.Text("staff.own_title", nil), OwnNone: rs.Text("staff.own_none", nil),
		Own:       blocks(all, func(a account) []pages.StaffTold { return told(a.rules.ToldMatters(a.Answers, a.words)) }),
		TalkTitle: rs.Text("staff.prepare_talk", nil), Talk: blocks(all, openly("talk", "talk/more", "you/contact")),
		WhoTitle: rs.Text("staff.prepare_who", nil), Who: whoAnswered(f, all),
		WhoTold:  told(all[0].rules.ToldOpenly(all[0].Answers, all[0].words, "proxy/who", "proxy/decide")),
		AskTitle: rs.Text("staff.prepare_ask", nil), AskIntro: rs.Text("staff.prepare_ask_intro", nil), AskAll: rs.Text("staff.prepare_ask_none", nil),
		Checks:    checksOf(f, all, offPaper...),
		DaysTitle: rs.Text("staff.prepare_days", nil), DaysNone: rs.Text("staff.prepare_days_none", nil),
		TableSummary: rs.Text("staff.table_twin", nil), NotesTitle: rs.Text("staff.prepare_notes", nil),
		DayHeads: [3]string{rs.Text("staff.prepare_day", nil), rs.Text("staff.prepare_kind", nil), rs.Text("staff.prepare_told", nil)},
	}
	p.Identity = onPaper(p.Identity)
	for i := range p.Own {
		p.Own[i].Rows = withoutPrivate(all, p.Own[i].Rows)
	}
	if f.Linked != "" {
		p.Who = append(p.Who, rs.Text("staff.prepare_linked", map[string]string{"reference": casework.FormatReference(f.Linked)}))
	}
	for _, flag := range f.Flags() {
		if slices.Contains(aloneFlags, flag.ID) {
			p.Alone = rs.Text("staff.prepare_alone", nil)
		}
		if slices.Contains(talkFlags, flag.ID) {
			p.TalkFlags = append(p.TalkFlags, pages.StaffFlag{Text: flag.Text, Citation: flag.Citation, Basis: rs.Choice("basis", flag.Basis)})
		}
	}
	_, involved := rs.Law("differ")
	for _, differ := range differsOf(f) {
		p.Checks.Items = append(p.Checks.Items, pages.StaffFlag{Text: differ, Citation: involved, Basis: rs.Choice("basis", "law")})
	}
	for _, id := range f.OutcomeIDs() {
		if f.Fluctuates(id) {
			period, citation := rs.Law("fluctuation")
			p.Checks.Items = append(p.Checks.Items, pages.StaffFlag{Text: rs.OutcomeTitle(id) + ": " + period, Citation: citation, Basis: rs.Choice("basis", "law")})
		}
	}
	for _, ask := range rs.QuestionsFor(f.Answers, rs.Gaps(f.Facts), all[0].words) {
		p.Asks = append(p.Asks, pages.StaffAskLine{Text: ask})
	}
	p.Months = diaryMonths(rs, all[0].words, diaryOf(f))
	p.Key = diaryKey(rs, all[0].words)
	onOneSheet(rs, &p)
	return render(c, http.StatusOK, pages.StaffPrepare(p))
}

// diaryOf are the days that were written down, oldest first.
func diaryOf(f casework.CaseFile) []care.DiaryLine {
	var days []care.DiaryLine
	for _, l := range f.Later {
		if l.Kind == care.EntryDiary {
			days = append(days, l.Day)
		}
	}
	slices.SortStableFunc(days, func(a, b care.DiaryLine) int { return strings.Compare(a.On, b.On) })
	return days
}

// onPaper leaves of the identity what may be read by others at home: who it is, and no mark or way to reach them.
func onPaper(bar components.IdentityBarParams) components.IdentityBarParams {
	bar.Badges = nil
	bar.Facts = slices.DeleteFunc(slices.Clone(bar.Facts), func(x components.Fact) bool {
		return !slices.Contains([]string{"Call them", "Age", "Reference", "Kind", "Sent"}, x.Key)
	})
	return bar
}

// withoutPrivate takes out what was said to a private question: who must not be told something stands beside what matters.
func withoutPrivate(all []account, rows []pages.StaffTold) []pages.StaffTold {
	private := map[string]bool{}
	for _, a := range all {
		open := a.rules.ToldOpenly(a.Answers, a.words, "matters", "proxy/own-words")
		for _, r := range a.rules.ToldPages(a.Answers, a.words, "matters", "proxy/own-words") {
			if !slices.ContainsFunc(open, func(o eligibility.ToldRow) bool { return o.ID == r.ID }) {
				private[r.Question] = true
			}
		}
	}
	return slices.DeleteFunc(rows, func(r pages.StaffTold) bool { return private[r.Question] })
}

// staffVersions puts the answers through another version of the rules.
func (s *Server) staffVersions(c echo.Context) error {
	ref, err := reference(c)
	if err != nil {
		return err
	}
	x, err := s.Casework.Replay(c.Request().Context(), visitOf(c).Actor, ref, c.QueryParam("version"))
	if err != nil {
		return err
	}
	f, rs := x.File, x.File.Rules
	p := pages.StaffVersionsPage{StaffCase: s.staffCase(c, f, pageVersions, "Other versions of the rules")}
	own := map[string]string{"version": rs.ID(), "date": rs.InForceFrom}
	switch {
	case len(x.Others) == 0:
		p.Lines = rs.Texts("staff.versions_one", own)
	case f.Indication == nil:
		p.Lines = []string{rs.Text("staff.shows.review", nil)}
	case x.After == nil:
		p.Lines = []string{rs.Text("staff.view_first.versions", nil)}
	default:
		p.Lines = rs.Texts("staff.versions_intro", own)
		s.compareVersions(&p, x)
	}
	for _, o := range x.Others {
		l := pages.Link{Text: o.ID(), Href: casePath(f.Assessment) + "/" + pageVersions + "?version=" + o.ID()}
		if x.Rules != nil && o.ID() == x.Rules.ID() {
			l.Href = ""
		}
		p.Others = append(p.Others, l)
	}
	return render(c, http.StatusOK, pages.StaffVersions(p))
}

func (s *Server) compareVersions(p *pages.StaffVersionsPage, x casework.Replay) {
	rs, f := x.File.Rules, x.File
	p.Title = rs.Text("staff.versions_title", map[string]string{"before": rs.ID(), "after": x.Rules.ID()})
	suggests := func(id, suggestion string) string {
		return id + ": " + rs.Text("staff.change.to."+suggestion, nil) + "."
	}
	p.Summary = []string{suggests(rs.ID(), string(x.Before.Suggestion)), suggests(x.Rules.ID(), string(x.After.Suggestion))}
	p.Table = components.TableParams{FirstCellIsHeader: true, Head: []components.TableHead{
		{Text: rs.Text("staff.versions_outcome", nil)}, {Text: rs.ID()}, {Text: x.Rules.ID()}, {Text: rs.Text("staff.versions_same", nil)},
	}}
	differ := 0
	none := rs.Text("staff.versions_absent", nil)
	row := func(title, before, after string) {
		same := rs.Text("staff.versions_yes", nil)
		if before != after {
			same = rs.Text("staff.versions_differs", nil)
			differ++
		}
		p.Table.Rows = append(p.Table.Rows, []components.TableCell{{Text: title}, {Text: before}, {Text: after}, {Text: same}})
	}
	value := func(ind *care.Indication, id string) string {
		if o, ok := ind.Outcome(id); ok {
			return rs.Text("staff.suggest."+o.Value, nil)
		}
		return none
	}
	for _, o := range rs.Outcomes() {
		row(rs.OutcomeTitle(o.ID), value(x.Before, o.ID), value(x.After, o.ID))
	}
	for _, o := range x.Rules.Outcomes() { // what only the other version has
		if _, both := rs.Outcome(o.ID); !both {
			row(sentence(o.Name), none, value(x.After, o.ID))
		}
	}
	conditions := func(ind *care.Indication, id string) string {
		i := slices.IndexFunc(ind.Conditions, func(c care.Condition) bool { return c.ID == id })
		if i < 0 {
			return none
		}
		return rs.Text("staff.versions_condition."+ind.Conditions[i].Value, nil)
	}
	for _, id := range rs.ConditionIDs() {
		title, _ := rs.Law(id)
		row(title, conditions(x.Before, id), conditions(x.After, id))
	}
	p.Summary = append(p.Summary, rs.Text("staff.versions_count", map[string]string{"n": plural(differ, "row differs", "rows differ")}))
	if len(x.Lost) > 0 {
		p.LostIs, p.Lost = rs.Text("staff.versions_lost", nil), capitals(rs.Topics(f.Answers, x.Lost, nil))
	}
}
