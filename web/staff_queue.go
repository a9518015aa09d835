package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// The filters of the queue: query name, its label and its choices. The first choice of each is "any".
var queueFilters = []struct {
	name, label string
	choices     []components.SelectItem
}{
	{"who", "Worker", []components.SelectItem{{Value: "", Text: "Anybody"}, {Value: "mine", Text: "My cases"}, {Value: "nobody", Text: "Not taken"}}},
	{"flag", "How pressing", []components.SelectItem{{Value: "", Text: "All"}, {Value: "urgent", Text: "Urgent or safety"}, {Value: "safety", Text: "Safety"}, {Value: "overdue", Text: "Overdue"}}},
	{"kind", "Kind", []components.SelectItem{{Value: "", Text: "All kinds"}, {Value: string(care.KindAdultNeeds), Text: "Needs assessment"}, {Value: string(care.KindCarer), Text: "Carer's assessment"}, {Value: string(care.KindTransition), Text: "Before 18"}, {Value: string(care.KindChildren), Text: "For children's services"}, {Value: string(care.KindContact), Text: "Asks for contact"}, {Value: string(care.KindConcern), Text: "Concern"}}},
	{"status", "Status", []components.SelectItem{{Value: "", Text: "Open"}, {Value: string(care.StatusSigned), Text: "Signed"}}},
}

// staffQueue lists the council's cases, the most pressing first.
func (s *Server) staffQueue(c echo.Context) error {
	v := visitOf(c)
	if !casework.ReadsQueue(v.Actor) {
		return s.staffLanding(c, http.StatusOK, "", "")
	}
	chosen := url.Values{} // only filters that are on and known: anything else in the address is ignored
	for _, f := range queueFilters {
		for _, choice := range f.choices[1:] {
			if c.QueryParam(f.name) == choice.Value {
				chosen.Set(f.name, choice.Value)
			}
		}
	}
	q := care.QueueQuery{
		Kind: care.CaseKind(chosen.Get("kind")), Status: care.Status(chosen.Get("status")), Flag: chosen.Get("flag"), After: c.QueryParam("after"),
	}
	switch chosen.Get("who") {
	case "mine":
		q.Worker = v.Actor.ID
	case "nobody":
		q.Worker = "-"
	}
	found, err := s.Casework.Queue(c.Request().Context(), v.Actor, q)
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	word := "open"
	if q.Status == care.StatusSigned {
		word = "signed"
	}
	p := pages.StaffQueuePage{Heading: "Queue: " + strconv.Itoa(found.Total) + " " + word}
	p.Layout = s.staffLayout(c, p.Heading)
	p.Filter, p.Who, p.Flag, p.Kind, p.Status = queueFilter(chosen)
	back := "queue"
	if len(chosen) > 0 {
		back += "?" + chosen.Encode()
	}
	for _, line := range found.Lines {
		p.Rows = append(p.Rows, s.queueRow(rs, v, line, back))
	}
	if len(p.Rows) == 0 {
		key := "staff.empty"
		if len(chosen) > 0 {
			key = "staff.empty_filter"
		}
		p.Empty = rs.Texts(key, nil)
	}
	if found.Next != "" {
		p.NextHref = queueHref(chosen, "after", found.Next)
	}
	if q.After != "" {
		p.FirstRef = queueHref(chosen, "", "")
	}
	switch c.QueryParam("done") {
	case doneTaken:
		p.Notice = "The case is yours. To undo this, put it back."
	case donePutBack:
		p.Notice = "The case is back in the queue. To undo this, take it."
	}
	return render(c, http.StatusOK, pages.StaffQueue(p))
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

func queueFilter(chosen url.Values) (filter components.FilterParams, who, flag, kind, status components.SelectParams) {
	filter = components.FilterParams{
		Label: "Filter cases", Action: "/staff", ApplyText: "Apply", SelectedText: "Filters on", ClearHref: "/staff", ClearText: "Clear all",
		SummaryText: "Filter the queue",
	}
	selects := map[string]components.SelectParams{}
	for _, f := range queueFilters {
		value := chosen.Get(f.name)
		selects[f.name] = components.SelectParams{Name: f.name, Items: f.choices, Value: value, Label: components.LabelParams{Text: f.label}}
		for _, choice := range f.choices[1:] {
			if choice.Value == value {
				rest := url.Values{}
				for k, v := range chosen {
					if k != f.name {
						rest[k] = v
					}
				}
				filter.Chips = append(filter.Chips, components.FilterChip{Text: choice.Text, RemoveHref: queueHref(rest, "", ""), RemoveText: "Remove filter"})
			}
		}
	}
	return filter, selects["who"], selects["flag"], selects["kind"], selects["status"]
}

func (s *Server) queueRow(rs *eligibility.Ruleset, v *visit, line care.CaseLine, back string) pages.StaffQueueRow {
	row := pages.StaffQueueRow{
		Name: nameOf(line.Summary), Href: "/staff/case/" + line.Reference, Reference: casework.FormatReference(line.Reference),
		ContactRule: slices.ContainsFunc(line.Summary.Flags, func(f care.Flag) bool { return f.ID == "contact_rule" }), Kind: rs.Choice("kinds", string(line.Kind)),
		Worker: line.WorkerName, Mine: line.Worker == v.Actor.ID && line.Worker != "", BackTo: back,
	}
	row.Badges, row.More = s.badges(rs, line.Summary.Flags, line.Priority, line.Status, line.DueAt, 2)
	switch waiting := days(line.SentAt, s.Now()); {
	case waiting <= 0:
		row.Waiting = "Since today"
	default:
		row.Waiting = plural(waiting, "day", "days")
	}
	switch {
	case line.Status == care.StatusSigned:
		row.Due = "Signed"
	case days(line.DueAt, s.Now()) == 0:
		row.Due = "Today"
	default:
		row.Due = line.DueAt.In(ukTime).Format("2 Jan")
	}
	if line.Status == care.StatusSent {
		switch {
		case row.Mine:
			row.TakeAction = row.Href + "/put-back"
		case line.Worker == "":
			row.TakeAction = row.Href + "/take"
		}
	}
	return row
}
