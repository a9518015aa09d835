package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// A queueFilter is one field of the queue's filter: its name in the address, its label and its choices. The first choice is
// that of an address without it.
type queueFilter struct {
	name, label string
	choices     []components.SelectItem
}

// The values of who and team that are no id.
const (
	whoMine    = "mine"
	whoNobody  = "nobody"
	teamMine   = "mine"
	teamNobody = "none"
)

// sortParam is the field that says the order; it is no filter, so it is no chip.
const sortParam = "sort"

// queueFilters are the fields of the filter, with the council's teams and workers.
func queueFilters(hands casework.Hands, me care.Practitioner) []queueFilter {
	who := []components.SelectItem{{Value: "", Text: "Anybody"}, {Value: whoMine, Text: "My cases"}, {Value: whoNobody, Text: "Not taken"}}
	for _, p := range hands.Workers {
		if p.ID != me.ID {
			who = append(who, components.SelectItem{Value: p.ID, Text: p.Name})
		}
	}
	team := []components.SelectItem{{Value: "", Text: "All teams"}}
	if me.Team != "" {
		team = append(team, components.SelectItem{Value: teamMine, Text: "My team"})
	}
	team = append(team, components.SelectItem{Value: teamNobody, Text: "No team yet"})
	for _, t := range hands.Teams {
		team = append(team, components.SelectItem{Value: t.ID, Text: t.Name})
	}
	return []queueFilter{
		{"who", "Worker", who},
		{"team", "Team", team},
		{"flag", "How pressing", []components.SelectItem{{Value: "", Text: "All"}, {Value: "urgent", Text: "Urgent or safety"}, {Value: "safety", Text: "Safety"}}},
		{"due", "Due", []components.SelectItem{
			{Value: "", Text: "Any day"}, {Value: "overdue", Text: "Overdue"}, {Value: "0", Text: "Today or before"}, {Value: "2", Text: "Within 2 days"},
			{Value: "7", Text: "Within 7 days"}, {Value: "14", Text: "Within 14 days"},
		}},
		{"kind", "Kind", []components.SelectItem{
			{Value: "", Text: "All kinds"}, {Value: string(care.KindAdultNeeds), Text: "Needs assessment"}, {Value: string(care.KindCarer), Text: "Carer's assessment"},
			{Value: string(care.KindTransition), Text: "Before 18"}, {Value: string(care.KindChildren), Text: "For children's services"},
			{Value: string(care.KindContact), Text: "Asks for contact"}, {Value: string(care.KindConcern), Text: "Concern"},
		}},
		{"need", "Communication", []components.SelectItem{{Value: "", Text: "All"}, {Value: "yes", Text: "Needs another format, language or way"}}},
		{"status", "Status", []components.SelectItem{
			{Value: "", Text: "Open"}, {Value: string(care.LaneHeld), Text: "On hold"}, {Value: string(care.LaneSigned), Text: "Signed"}, {Value: string(care.LaneDuplicate), Text: "Duplicates"}, {Value: string(care.LaneTest), Text: "Tests"},
		}},
		{sortParam, "Order", []components.SelectItem{
			{Value: "", Text: "Most pressing first"}, {Value: "-pressing", Text: "Least pressing first"}, {Value: "sent", Text: "Waiting longest first"}, {Value: "-sent", Text: "Newest first"},
			{Value: "due", Text: "Due soonest first"}, {Value: "-due", Text: "Due latest first"}, {Value: "worker", Text: "Worker, A to Z"}, {Value: "-worker", Text: "Worker, Z to A"},
			{Value: "kind", Text: "Kind, A to Z"}, {Value: "-kind", Text: "Kind, Z to A"},
		}},
	}
}

// laneWords are what the heading calls the cases of a lane.
var laneWords = map[care.Lane]string{"": "open", care.LaneHeld: "on hold", care.LaneSigned: "signed", care.LaneDuplicate: "marked as duplicates", care.LaneTest: "marked as tests"}

// queueChosen keeps of an address what is a known choice: anything else is ignored.
func queueChosen(filters []queueFilter, given url.Values) url.Values {
	chosen := url.Values{}
	for _, f := range filters {
		for _, choice := range f.choices[1:] {
			if given.Get(f.name) == choice.Value {
				chosen.Set(f.name, choice.Value)
			}
		}
	}
	return chosen
}

// queueQuery turns what was chosen into a query.
func (s *Server) queueQuery(v *visit, chosen url.Values) care.QueueQuery {
	q := care.QueueQuery{Kind: care.CaseKind(chosen.Get("kind")), Lane: care.Lane(chosen.Get("status")), Adapted: chosen.Get("need") != ""}
	switch who := chosen.Get("who"); who {
	case whoMine:
		q.Worker = v.Actor.ID
	case whoNobody:
		q.Worker = care.Nobody
	default:
		q.Worker = who
	}
	switch team := chosen.Get("team"); team {
	case teamMine:
		q.Team = v.Practitioner.Team
	case teamNobody:
		q.Team = care.Nobody
	default:
		q.Team = team
	}
	switch chosen.Get("flag") {
	case "urgent":
		q.Level = care.PriorityUrgent
	case "safety":
		q.Level = care.PrioritySafety
	}
	if due := chosen.Get("due"); due != "" { // days in England; overdue is what was due on a day before today
		now, ahead := s.Now().In(ukTime), 0
		if n, err := strconv.Atoi(due); err == nil {
			ahead = n + 1
		}
		q.DueBefore = time.Date(now.Year(), now.Month(), now.Day()+ahead, 0, 0, 0, 0, ukTime)
	}
	order, descending := strings.CutPrefix(chosen.Get(sortParam), "-")
	if order == "pressing" {
		order = ""
	}
	q.Sort, q.Descending = care.QueueSort(order), descending
	return q
}

// staffQueue lists the council's cases, the most pressing first.
func (s *Server) staffQueue(c echo.Context) error {
	v := visitOf(c)
	if !casework.ReadsQueue(v.Actor) {
		return s.staffLanding(c, http.StatusOK, "", "")
	}
	return s.queuePage(c, http.StatusOK, c.QueryParams(), giveTyped{})
}

// giveTyped is what was ticked and chosen to be given, when the page comes again because of a problem.
type giveTyped struct {
	picks   []string
	to      string
	problem string
	field   string // where the problem is: case or to
}

// queuePage draws the queue as an address asks for it.
func (s *Server) queuePage(c echo.Context, status int, given url.Values, typed giveTyped) error {
	ctx, v := c.Request().Context(), visitOf(c)
	hands, err := s.Casework.Hands(ctx, v.Actor)
	if err != nil {
		return err
	}
	filters := queueFilters(hands, v.Practitioner)
	chosen := queueChosen(filters, given)
	q := s.queueQuery(v, chosen)
	q.After = given.Get("after")
	found, err := s.Casework.Queue(ctx, v.Actor, q)
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	p := pages.StaffQueuePage{Heading: "Queue: " + countWords(found.Total, found.More) + " " + laneWords[q.Lane], NextText: "Next page"}
	p.Layout = s.staffLayout(c, p.Heading)
	if p.Owed, err = s.owedLinks(c, rs); err != nil {
		return err
	}
	if p.Offers, err = s.offersNote(c, rs); err != nil {
		return err
	}
	p.Filter, p.Selects = filterParams(filters, chosen)
	p.Columns, p.Caption = queueColumns(filters, chosen)
	here := url.Values{}
	for name, values := range chosen {
		here[name] = values
	}
	if q.After != "" {
		here.Set("after", q.After)
		p.FirstRef = queueHref(chosen, "", "")
	}
	back := "queue"
	if len(here) > 0 {
		back += "?" + here.Encode()
	}
	rows := queueRows{s: s, rs: rs, v: v, teams: hands.Teams, back: back}
	rows.picked = typed.picks
	var above map[string]bool
	if q.Lane == "" && q.After == "" {
		if above, err = s.leads(c, rows, len(chosen) == 0, &p); err != nil {
			return err
		}
	}
	for _, line := range found.Lines {
		if !above[line.Reference] {
			p.Rows = append(p.Rows, rows.row(line))
		}
	}
	switch {
	case len(p.Rows) == 0 && len(chosen) > 0:
		p.Empty = rs.Texts("staff.empty_filter", nil)
	case len(p.Rows) == 0 && len(above) > 0:
		p.Empty = rs.Texts("staff.queue.no_others", nil)
	case len(p.Rows) == 0:
		p.Empty = rs.Texts("staff.empty", nil)
	case len(above) > 0:
		p.Others = rs.Text("staff.queue.others", nil)
	}
	if found.Next != "" {
		p.NextHref = queueHref(chosen, "after", found.Next)
	}
	if found.Short {
		p.Short, p.NextText, p.Empty = rs.Texts("staff.queue.short", nil), "Look further", nil
	}
	if q.Lane == "" || q.Lane == care.LaneHeld {
		p.Give = s.handOut(rs, hands, "/staff/give", back, typed.to)
		p.Give.To.Hint = components.HintParams{Text: rs.Text("staff.queue.give_hint", nil)}
	}
	canUndo, err := s.Casework.CanUndo(ctx, v.Actor)
	if err != nil {
		return err
	}
	queueNotice(rs, canUndo, given, &p)
	if typed.problem != "" {
		href := "#to"
		if typed.field == "case" {
			href = "#give"
			if all := p.Listed(); len(all) > 0 {
				href = "#" + all[0].PickID
			}
		} else {
			p.Give.To.ErrorMessage = components.ErrorMessageParams{Text: typed.problem}
		}
		p.Layout.Error = true
		p.Problems = pages.StaffProblems{ByField: map[string]string{typed.field: typed.problem}, Summary: []components.ErrorSummaryItem{{Text: typed.problem, Href: href}}}
	}
	return render(c, status, pages.StaffQueue(p))
}

// countWords is a number as it is counted: up to a thousand exactly.
func countWords(n int, more bool) string {
	switch {
	case more && n >= 1000:
		return "more than 1,000"
	case more:
		return strconv.Itoa(n) + " or more"
	case n == 1000:
		return "1,000"
	}
	return strconv.Itoa(n)
}

// queueNotice says what was just done. canUndo is how many cases could be given back.
func queueNotice(rs *eligibility.Ruleset, canUndo int, given url.Values, p *pages.StaffQueuePage) {
	switch given.Get("done") {
	case doneTaken:
		p.Notice = "The case is yours. To undo this, put it back."
	case donePutBack:
		p.Notice = "The case is back in the queue. To undo this, take it."
	case doneGiven:
		if n := canUndo; n > 0 {
			key := "staff.queue.given.many"
			if n == 1 {
				key = "staff.queue.given.one"
			}
			p.Notice, p.Undo = rs.Text(key, eligibility.Words{"count": strconv.Itoa(n)}), rs.Text("staff.queue.undo", nil)
			if p.Give.Back == "" {
				p.Give.Back = "queue"
			}
		}
	case doneUndone:
		p.Notice = rs.Text("staff.queue.undone", nil)
	case doneTooLate:
		p.Notice = rs.Text("staff.queue.undo_late", nil)
	}
}

// leads puts above the queue what cannot wait, and for whoever is on duty what went to the duty rota, and returns which cases
// are shown so. Each case stands on a page once: the table leaves out what stands above it, and a page that is filtered or in
// another order says only how many there are, with the way to them.
func (s *Server) leads(c echo.Context, rows queueRows, whole bool, p *pages.StaffQueuePage) (map[string]bool, error) {
	ctx, v := c.Request().Context(), visitOf(c)
	rows.triage = true
	shown := map[string]bool{}
	list := func(lead care.Lead, id string) (pages.StaffLead, error) {
		found, err := s.Casework.Lead(ctx, v.Actor, lead)
		if err != nil || len(found.Lines) == 0 {
			return pages.StaffLead{}, err
		}
		out := pages.StaffLead{ID: id, Title: rows.rs.Text("staff.queue."+id, eligibility.Words{"count": countWords(found.Total, found.More)})}
		if !whole {
			out.Link = pages.Link{Text: rows.rs.Text("staff.queue.lead_see", nil), Href: queueHref(nil, "", "") + "#" + id}
			return out, nil
		}
		out.Lines = rows.rs.Texts("staff.queue."+id+"_lines", nil)
		above := 0
		for _, line := range found.Lines {
			if shown[line.Reference] {
				above++
				continue
			}
			shown[line.Reference] = true
			out.Rows = append(out.Rows, rows.row(line))
		}
		if above > 0 {
			out.Lines = append(out.Lines, rows.rs.Text("staff.queue.lead_above", eligibility.Words{"count": strconv.Itoa(above)}))
		}
		if found.Total > len(found.Lines) {
			out.More = rows.rs.Text("staff.queue.lead_more", eligibility.Words{"shown": strconv.Itoa(len(found.Lines))})
		}
		return out, nil
	}
	var err error
	if v.Practitioner.OnDuty {
		if p.Duty, err = list(care.LeadDuty, "duty"); err != nil {
			return nil, err
		}
	}
	p.Today, err = list(care.LeadToday, "today")
	return shown, err
}

// queueHref is the queue's address with these filters and one more.
func queueHref(chosen url.Values, name, value string) string {
	q := url.Values{}
	for k, v := range chosen {
		q[k] = v
	}
	if name != "" {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return "/staff"
	}
	return "/staff?" + q.Encode()
}

// without is what was chosen but for one field.
func without(chosen url.Values, name string) url.Values {
	rest := url.Values{}
	for k, v := range chosen {
		if k != name {
			rest[k] = v
		}
	}
	return rest
}

func filterParams(filters []queueFilter, chosen url.Values) (components.FilterParams, []components.SelectParams) {
	p := components.FilterParams{
		Label: "Filter cases", Action: "/staff", ApplyText: "Apply", SelectedText: "Filters on", ClearHref: queueHref(nil, "", ""), ClearText: "Clear all",
		SummaryText: "Filter and order the queue",
	}
	var selects []components.SelectParams
	for _, f := range filters {
		value := chosen.Get(f.name)
		selects = append(selects, components.SelectParams{Name: f.name, Items: f.choices, Value: value, Label: components.LabelParams{Text: f.label}})
		if f.name == sortParam || value == "" {
			continue
		}
		for _, choice := range f.choices[1:] {
			if choice.Value == value {
				p.Chips = append(p.Chips, components.FilterChip{Text: f.label + ": " + choice.Text, RemoveHref: queueHref(without(chosen, f.name), "", ""), RemoveText: "Remove filter"})
			}
		}
	}
	return p, selects
}

// queueColumns are the heads of the table. A column that the list can be in the order of has a link that puts it so, or turns it
// round. What a column shows may run against the order of its field: who was sent first has waited longest.
func queueColumns(filters []queueFilter, chosen url.Values) (columns []pages.StaffColumn, caption string) {
	order, descending := strings.CutPrefix(chosen.Get(sortParam), "-")
	if order == "" {
		order = "pressing"
	}
	for _, col := range []struct {
		text, order string
		against     bool
	}{
		{"Name", "", false}, {"Ref", "", false}, {"Type", "kind", false}, {"Age", "", false}, {"Waiting", "sent", true}, {"Due", "due", false},
		{"Flags", "pressing", true}, {"Team and worker", "worker", false},
	} {
		out := pages.StaffColumn{Text: col.text}
		if col.order != "" {
			value := col.order
			if col.order == order && !descending {
				value = "-" + value
			}
			if value == "pressing" {
				value = ""
			}
			rest := without(chosen, sortParam)
			if value != "" {
				rest.Set(sortParam, value)
			}
			out.Href = queueHref(rest, "", "")
			if col.order == order {
				out.Sort = map[bool]string{false: "ascending", true: "descending"}[descending != col.against]
			}
		}
		columns = append(columns, out)
	}
	for _, f := range filters {
		if f.name != sortParam {
			continue
		}
		for _, choice := range f.choices {
			if choice.Value == chosen.Get(sortParam) {
				caption = "Cases: " + strings.ToLower(choice.Text[:1]) + choice.Text[1:]
			}
		}
	}
	return columns, caption
}

// queueRows draws lines of lists.
type queueRows struct {
	s      *Server
	rs     *eligibility.Ruleset
	v      *visit
	teams  []care.Team
	back   string
	picked []string
	triage bool // it stands above the queue: offer to change the priority
}

// badgesMost is how many marks a row has at most.
const badgesMost = 2

func (q queueRows) row(line care.CaseLine) pages.StaffQueueRow {
	s, rs := q.s, q.rs
	row := pages.StaffQueueRow{
		Name: nameOf(line.Summary), Href: "/staff/case/" + line.Reference, Reference: casework.FormatReference(line.Reference),
		ContactRule: slices.ContainsFunc(line.Summary.Flags, func(f care.Flag) bool { return f.ID == "contact_rule" }), Kind: rs.Choice("kinds", string(line.Kind)),
		Worker: line.WorkerName, Mine: line.Worker == q.v.Actor.ID && line.Worker != "", BackTo: q.back,
	}
	if i := slices.IndexFunc(q.teams, func(t care.Team) bool { return t.ID == line.Team }); i >= 0 {
		row.Team = q.teams[i].Name
	}
	if age, ok := ageOn(line.Summary.Born, s.Now()); ok {
		row.Age = strconv.Itoa(age)
	}
	row.Badges, row.More = q.marks(line)
	switch waiting := days(line.SentAt, s.Now()); {
	case waiting <= 0:
		row.Waiting = "Since today"
	default:
		row.Waiting = plural(waiting, "day", "days")
	}
	switch {
	case line.Status == care.StatusSigned && !line.Revising:
		row.Due = "Signed"
	case line.DuplicateOf != "":
		row.Due = "Duplicate"
	case !line.HeldUntil.IsZero():
		row.Due = "On hold until " + line.HeldUntil.In(ukTime).Format("2 Jan")
	case line.DueAt.IsZero():
		row.Due = "No day"
	case days(line.DueAt, s.Now()) == 0:
		row.Due = "Today"
	default:
		row.Due = line.DueAt.In(ukTime).Format("2 Jan")
	}
	if line.Hidden {
		key := "staff.queue.hidden_team"
		if line.Restricted {
			key = "staff.queue.hidden_restricted"
		}
		row.Name = rs.Text(key, nil)
		return row
	}
	if line.Status == care.StatusSent && line.DuplicateOf == "" {
		row.Pick = line.Reference + ":" + strconv.Itoa(line.Version)
		row.PickID, row.Picked = "pick-t-"+row.Reference, slices.Contains(q.picked, row.Pick)
		if q.triage {
			row.PickID = "pick-l-" + row.Reference
		}
		switch {
		case row.Mine:
			row.TakeAction = row.Href + "/put-back"
		case line.Worker == "":
			row.TakeAction = row.Href + "/take"
		}
		if q.triage {
			row.Triage = row.Href + "/place#triage"
		}
	}
	return row
}

// marks are a row's badges: what is urgent or overdue, then where the case stands, then what it needs. more counts what has no
// room. What the person added since always has room: it is why the case is to be looked at again.
func (q queueRows) marks(line care.CaseLine) (shown []components.BadgeParams, more string) {
	all, _ := q.s.badges(q.rs, line.Summary.Flags, line.Priority, line.Status, line.DueAt, 100)
	var stands []components.BadgeParams
	add := func(on bool, text string, kind components.BadgeKind) {
		if on {
			stands = append(stands, components.BadgeParams{Text: text, Kind: kind})
		}
	}
	news := !line.NewsAt.IsZero()
	add(news, q.rs.Text("staff.new_from_person", nil), components.BadgeWarn)
	add(line.Test, "Test", components.BadgeQuiet)
	add(line.DuplicateOf != "", "Duplicate", components.BadgeQuiet)
	add(!line.Escalated.IsZero() && line.FirstOpened.IsZero(), "With duty", components.BadgeWarn)
	add(line.Revising, "New record", components.BadgeInfo)
	at := 0
	for at < len(all) && all[at].Kind != components.BadgeInfo {
		at++
	}
	if news {
		at = min(at, badgesMost-1)
	}
	all = slices.Insert(all, at, stands...)
	if len(all) > badgesMost {
		return all[:badgesMost], "and " + strconv.Itoa(len(all)-badgesMost) + " more"
	}
	return all, ""
}
