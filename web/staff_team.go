package web

import (
	"encoding/csv"
	"maps"
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

// Where the pages of the whole stand.
const (
	teamPath        = "/staff/team"
	supervisionPath = "/staff/supervision"
	viewsPath       = "/staff/views"
	auditPath       = "/staff/audit"
)

// wholeNavigation leads to the pages of the whole, as far as the role goes.
func wholeNavigation(c echo.Context) []components.SubNavigationItem {
	actor := visitOf(c).Actor
	var items []components.SubNavigationItem
	add := func(may bool, text, path string) {
		if may {
			items = append(items, components.SubNavigationItem{Text: text, Href: path, Current: c.Path() == path})
		}
	}
	add(casework.ReadsFigures(actor), "Team", teamPath)
	add(casework.ReadsQueue(actor), "Supervision", supervisionPath)
	add(casework.Supervises(actor), "Views", viewsPath)
	add(casework.SearchesTrail(actor), "Trail", auditPath)
	return items
}

// staffTeam shows how the council's work stands.
func (s *Server) staffTeam(c echo.Context) error {
	w, err := s.Casework.Whole(c.Request().Context(), visitOf(c).Actor)
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	t := team{rs: rs, w: w, s: s}
	title := rs.Text("staff.team.title", nil)
	p := pages.StaffTeamPage{
		Layout: s.staffLayout(c, title), Title: title, Intro: rs.Text("staff.team.intro", eligibility.Words{"when": longTime(s.Now())}),
		Cards: t.cards(casework.ReadsQueue(visitOf(c).Actor)), Parts: []pages.StaffTeamPart{t.waiting(), t.weeks(), t.sends(), t.agree(), t.formats(), t.decisions()},
		Export: pages.Link{Text: rs.Text("staff.team.export", nil), Href: teamPath + "/figures.csv"},
		Note:   rs.Text("staff.team.export_note", nil), Printed: rs.Text("staff.team.printed", nil),
	}
	if casework.ExportsCLD(visitOf(c).Actor) {
		p.CLD = pages.Link{Text: rs.Text("staff.cld.title", nil), Href: cldPath}
	}
	if casework.Disposes(visitOf(c).Actor) {
		p.Disposal = pages.Link{Text: rs.Text("staff.disposal.title", nil), Href: disposalPath}
	}
	if casework.Supervises(visitOf(c).Actor) {
		p.Parts = append(p.Parts, t.workers())
	}
	return render(c, http.StatusOK, pages.StaffTeam(p))
}

// A team puts figures into words and charts.
type team struct {
	rs *eligibility.Ruleset
	w  casework.Whole
	s  *Server
}

func (t team) text(key string) string { return t.rs.Text("staff.team."+key, nil) }

func (t team) cards(links bool) []components.KeyFigure {
	all := t.w.Total()
	cards := []components.KeyFigure{
		{Number: strconv.Itoa(all.Open), Label: t.text("open"), Href: "/staff"},
		{Number: strconv.Itoa(all.Held), Label: t.text("held"), Href: "/staff?status=held"},
		{Number: strconv.Itoa(all.Unassigned), Label: t.text("unassigned"), Href: "/staff?who=nobody"},
		{Number: strconv.Itoa(all.Overdue), Label: t.text("overdue"), Href: "/staff?due=overdue", Urgent: all.Overdue > 0},
		{Number: strconv.Itoa(all.Safety), Label: t.text("safety"), Href: "/staff?flag=safety", Urgent: all.Safety > 0},
	}
	if !links {
		for i := range cards {
			cards[i].Href = ""
		}
	}
	return cards
}

func (t team) chart(id, title, heading string, series ...string) components.ChartParams {
	p := components.ChartParams{ID: id, Title: t.text(title), RowHeading: heading, TableSummary: t.text("twin"), Empty: t.text("nothing")}
	for _, name := range series {
		p.Series = append(p.Series, components.Series{Name: name})
	}
	return p
}

func (t team) band(i int) string {
	return t.rs.Text("staff.team.band", eligibility.Words{"band": strings.NewReplacer("-", " to ", "+", " or more").Replace(casework.BandName(i))})
}

func (t team) kind(id string) string { return t.rs.Choice("kinds", id) }

func (t team) waiting() pages.StaffTeamPart {
	bars := t.chart("waiting", "waiting", "Waiting", t.text("open"))
	for i, n := range t.w.Total().Waiting {
		bars.Rows = append(bars.Rows, components.ChartRow{Label: t.band(i), Values: []int{n}})
	}
	table := components.TableParams{Caption: t.text("waiting_by"), FirstCellIsHeader: true, Head: []components.TableHead{{Text: "Kind or team"}}}
	for i := range casework.WaitingBands {
		table.Head = append(table.Head, components.TableHead{Text: t.band(i), Format: "numeric"})
	}
	for _, name := range []string{"open", "unassigned", "overdue", "held"} {
		table.Head = append(table.Head, components.TableHead{Text: t.text(name), Format: "numeric"})
	}
	groups := t.w.By(func(f care.OpenFigures) string { return t.kind(string(f.Kind)) })
	groups = append(groups, t.w.By(func(f care.OpenFigures) string {
		if name := t.w.Teams[f.Team]; name != "" {
			return name
		}
		return t.text("no_team")
	})...)
	for _, g := range groups {
		cells := []components.TableCell{{Text: g.Name}}
		for _, n := range append(slices.Clone(g.Waiting), g.Open, g.Unassigned, g.Overdue, g.Held) {
			cells = append(cells, components.TableCell{Text: strconv.Itoa(n), Format: "numeric"})
		}
		table.Rows = append(table.Rows, cells)
	}
	part := pages.StaffTeamPart{Title: t.text("waiting_title"), Lines: []string{t.text("waiting_line")}, Bars: []components.ChartParams{bars}}
	if len(table.Rows) > 0 {
		part.Tables = []components.TableParams{table}
	}
	return part
}

func (t team) weeks() pages.StaffTeamPart {
	line := t.chart("weeks", "weeks", "Week from", t.text("weeks_in"), t.text("weeks_out"))
	for _, week := range t.w.Weeks {
		line.Rows = append(line.Rows, components.ChartRow{Label: week.From.In(ukTime).Format("2 Jan"), Values: []int{week.In, week.Out}})
	}
	return pages.StaffTeamPart{Title: t.text("weeks_title"), Line: []components.ChartParams{line}}
}

func (t team) sends() pages.StaffTeamPart {
	bars := t.chart("sends", "sends", "Kind and result", t.text("shown"), t.text("sent"))
	bars.NoteHeading = t.text("sent_rate")
	for _, x := range t.w.Sends {
		if x.Shown == 0 && x.Result == "none" {
			continue // sent without a result page: requests, concerns, reviews
		}
		bars.Rows = append(bars.Rows, components.ChartRow{
			Label: t.kind(string(x.Kind)) + ", " + t.text("result."+x.Result), Values: []int{x.Shown, x.Sent}, Note: percent(x.Sent, x.Shown),
		})
	}
	return pages.StaffTeamPart{Title: t.text("sends_title"), Lines: []string{t.text("sends_line")}, Bars: []components.ChartParams{bars}}
}

// percent is a share in words, "" of nothing.
func percent(part, of int) string {
	if of == 0 {
		return ""
	}
	return strconv.Itoa((200*part+of)/(2*of)) + "%"
}

func (t team) agree() pages.StaffTeamPart {
	bars := t.chart("agree", "agree", "Outcome", t.text("agrees"), t.text("differs"))
	bars.NoteHeading = t.text("agree_rate")
	blindAgree, blindDiffer := 0, 0
	for _, a := range t.w.Agree {
		bars.Rows = append(bars.Rows, components.ChartRow{Label: t.outcome(a.Outcome), Values: []int{a.Agree, a.Differ}, Note: percent(a.Agree, a.Agree+a.Differ)})
		blindAgree, blindDiffer = blindAgree+a.BlindAgree, blindDiffer+a.BlindDiffer
	}
	part := pages.StaffTeamPart{Title: t.text("agree_title"), Lines: t.rs.Texts("staff.team.agree_line", nil), Bars: []components.ChartParams{bars}}
	if blindAgree+blindDiffer > 0 {
		part.Lines = append(part.Lines, t.rs.Text("staff.team.blind", eligibility.Words{"agree": strconv.Itoa(blindAgree), "differ": strconv.Itoa(blindDiffer)}))
	}
	return part
}

// outcome names an outcome of an adult's or a carer's assessment.
func (t team) outcome(id string) string {
	if title := t.rs.OutcomeTitle(id); title != id {
		return title
	}
	if carers, err := t.s.Casework.Library.ToStart(string(care.KindCarer), t.s.Now()); err == nil {
		return carers.OutcomeTitle(id)
	}
	return id
}

func (t team) formats() pages.StaffTeamPart {
	bars := t.chart("formats", "formats", "Asked for", t.text("formats_met"), t.text("formats_other"))
	bars.NoteHeading = t.text("formats_met")
	for _, f := range t.w.Formats {
		bars.Rows = append(bars.Rows, components.ChartRow{Label: t.text("format." + f.Asked), Values: []int{f.Met, f.Other}, Note: percent(f.Met, f.Met+f.Other)})
	}
	return pages.StaffTeamPart{Title: t.text("formats_title"), Bars: []components.ChartParams{bars}}
}

func (t team) decisions() pages.StaffTeamPart {
	decisions := t.chart("decisions", "decisions", "Kind and end", t.text("weeks_out"))
	for _, key := range slices.Sorted(maps.Keys(t.w.Decisions)) {
		kind, decision, _ := strings.Cut(key, "/")
		name := t.rs.Text("staff.closed", nil)
		if decision != casework.DecisionClosed {
			name = t.rs.Choice(casework.ListDecision, decision)
		}
		decisions.Rows = append(decisions.Rows, components.ChartRow{Label: t.kind(kind) + ": " + name, Values: []int{t.w.Decisions[key]}})
	}
	contacts := t.chart("contacts", "contacts", "How", t.text("contacts"))
	for _, choice := range t.rs.Choices(casework.ListHow) {
		if n := t.w.Contacts[choice.ID]; n > 0 {
			contacts.Rows = append(contacts.Rows, components.ChartRow{Label: choice.Label, Values: []int{n}})
		}
	}
	return pages.StaffTeamPart{Title: t.text("decisions_title"), Bars: []components.ChartParams{decisions, contacts}}
}

func (t team) workers() pages.StaffTeamPart {
	table := components.TableParams{Caption: t.text("workers"), FirstCellIsHeader: true, Head: []components.TableHead{
		{Text: "Worker"}, {Text: t.text("open"), Format: "numeric"}, {Text: t.text("overdue"), Format: "numeric"}, {Text: t.text("held"), Format: "numeric"},
	}}
	for _, f := range t.w.Workers {
		name := f.Name
		if f.Worker == "" {
			name = t.text("unassigned")
		}
		row := []components.TableCell{{Text: name}}
		for _, n := range []int{f.Open, f.Overdue, f.Held} {
			row = append(row, components.TableCell{Text: strconv.Itoa(n), Format: "numeric"})
		}
		table.Rows = append(table.Rows, row)
	}
	return pages.StaffTeamPart{Title: t.text("workers"), Tables: []components.TableParams{table}}
}

// staffFigures is the file of figures for outside the council.
func (s *Server) staffFigures(c echo.Context) error {
	w, err := s.Casework.ExportedFigures(c.Request().Context(), visitOf(c).Actor)
	if err != nil {
		return err
	}
	rows := [][]string{{"part", "group", "measure", "count"}}
	for _, r := range w.Export() {
		rows = append(rows, []string{r.Part, r.Group, r.Measure, r.Count})
	}
	return sendCSV(c, "figures.csv", rows)
}

// sendCSV sends rows as a file in which no cell is a formula.
func sendCSV(c echo.Context, name string, rows [][]string) error {
	var b strings.Builder
	w := csv.NewWriter(&b)
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = casework.SafeCell(cell)
		}
		if err := w.Write(safe); err != nil {
			return err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", []byte(b.String()))
}
