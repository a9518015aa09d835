package web

import (
	"errors"
	"net/http"
	"net/url"
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

// doneAcknowledged is said after something unusual was looked into.
const doneAcknowledged = "acknowledged"

// thresholds are the words of the rules of unusual access.
func thresholds() eligibility.Words {
	return eligibility.Words{
		"team": strconv.Itoa(casework.UnusualTeamCases), "many": strconv.Itoa(casework.UnusualManyCases), "searches": strconv.Itoa(casework.UnusualSearchTries),
		"from": strconv.Itoa(casework.NightFrom), "to": strconv.Itoa(casework.NightTo), "days": strconv.Itoa(casework.UnusualDays),
	}
}

var unusualRules = []string{
	casework.UnusualBroken, casework.UnusualRefused, casework.UnusualTeam, casework.UnusualMany, casework.UnusualHours, casework.UnusualSearches,
}

// staffViews shows managers who opened what, and what was unusual about it.
func (s *Server) staffViews(c echo.Context) error {
	return s.showViews(c, http.StatusOK, "", "", nil)
}

// showViews shows the page; alert is the one whose note was refused, and typed what it said.
func (s *Server) showViews(c echo.Context, status int, alert, typed string, invalid *care.Invalid) error {
	ctx, v := c.Request().Context(), visitOf(c)
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	who, after, asked := c.QueryParam("who"), c.QueryParam("after"), tidy(c.QueryParam("ref"))
	w := thresholds()
	title := rs.Text("staff.views.title", nil)
	p := pages.StaffViewsPage{Layout: s.staffLayout(c, title), Title: title, Intro: rs.Text("staff.views.intro", nil), Empty: rs.Text("staff.views.none", nil), UnusualNone: rs.Text("staff.views.unusual_none", w)}
	unusual, short, err := s.Casework.Unusual(ctx, v.Actor)
	if err != nil {
		return err
	}
	if short {
		p.Short = rs.Text("staff.views.short", w)
	}
	for _, rule := range unusualRules {
		p.Rules = append(p.Rules, pages.StaffRule{Name: rs.Text("staff.views.rule."+rule, nil), Text: rs.Text("staff.views.means."+rule, w)})
	}
	for _, u := range unusual {
		w["n"] = strconv.Itoa(u.N)
		row := pages.StaffUnusual{
			ID: u.ID, Rule: rs.Text("staff.views.rule."+u.Rule, nil), Who: u.Name, When: longTime(u.From), Text: rs.Text("staff.views.says."+u.Rule, w),
			Action: viewsPath + "/" + u.ID,
		}
		for _, ref := range u.Cases {
			row.Cases = append(row.Cases, pages.Link{Text: casework.FormatReference(ref), Href: "/staff/case/" + ref + "/timeline"})
		}
		if u.Done != nil {
			row.Action, row.Done, row.Note = "", rs.Text("staff.views.done", eligibility.Words{"name": u.Done.ByName, "when": longTime(u.Done.At)}), u.Done.Note
		}
		if u.ID == alert {
			row.Typed = typed
		}
		p.Unusual = append(p.Unusual, row)
	}
	problem := func(field, key string) {
		text := rs.Text(key, eligibility.Words{"max": strconv.Itoa(casework.MaxNote)})
		p.Layout.Error = true
		p.Problems = pages.StaffProblems{ByField: map[string]string{field: text}, Summary: []components.ErrorSummaryItem{{Text: text, Href: "#" + field}}}
	}
	if invalid != nil {
		problem("note-"+alert, map[string]string{"too_long": "staff.error.too_long", "own": "staff.views.own"}[invalid.Problems[0].Code]+map[bool]string{true: "staff.views.note"}[invalid.Problems[0].Code == "reason"])
	}
	q := url.Values{}
	if who != "" {
		q.Set("who", who)
	}
	ref, ok := "", true
	if asked != "" {
		q.Set("ref", asked)
		ref, ok = casework.ParseReference(asked)
	}
	var found casework.TrailFound
	if ok {
		found, err = s.Casework.Openings(ctx, v.Actor, who, ref, after)
		if errors.Is(err, care.ErrNotFound) && asked != "" {
			ok = false
		} else if err != nil {
			return err
		}
	}
	if !ok {
		status = http.StatusUnprocessableEntity
		problem("ref", "staff.error.ref")
	}
	if p.Who, err = s.whoSelect(c, rs, who); err != nil {
		return err
	}
	p.Ref = components.InputParams{Name: "ref", Value: asked, Label: components.LabelParams{Text: rs.Text("staff.audit.ref", nil)}, Spellcheck: components.Off, Autocomplete: "off", ErrorMessage: components.ErrorMessageParams{Text: p.Problems.ByField["ref"]}}
	p.Filter = components.FilterParams{Label: "Filter views", Action: viewsPath, ApplyText: "Apply", SelectedText: "Filters on", ClearHref: viewsPath, ClearText: "Clear all", SummaryText: "Filter the list", Open: len(q) > 0}
	p.Rows = s.trailRows(rs, found)
	p.First, p.Next = pager(viewsPath, q, after, found.Next)
	if c.QueryParam(done) == doneAcknowledged {
		p.Notice = rs.Text("staff.views.acknowledged", nil)
	}
	return render(c, status, pages.StaffViews(p))
}

// staffAcknowledge writes down that somebody looked into something unusual.
func (s *Server) staffAcknowledge(c echo.Context) error {
	form, err := staffForm(c, "note")
	if err != nil {
		return err
	}
	err = s.Casework.Acknowledge(c.Request().Context(), visitOf(c).Actor, c.Param("alert"), form.Get("note"))
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		return s.showViews(c, http.StatusUnprocessableEntity, c.Param("alert"), form.Get("note"), invalid)
	case errors.Is(err, care.ErrConflict): // a second press, or a colleague: the page says who
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, viewsPath+"?"+done+"="+doneAcknowledged)
}

// whoSelect offers the council's practitioners.
func (s *Server) whoSelect(c echo.Context, rs *eligibility.Ruleset, value string) (components.SelectParams, error) {
	out := components.SelectParams{Name: "who", Label: components.LabelParams{Text: rs.Text("staff.audit.who", nil)}, Value: value, Items: []components.SelectItem{{Text: "Anybody"}}}
	staff, err := s.Casework.Colleagues(c.Request().Context(), visitOf(c).Actor)
	for _, p := range staff {
		out.Items = append(out.Items, components.SelectItem{Value: p.ID, Text: p.Name})
	}
	return out, err
}

// trailRows put events into everyday words.
func (s *Server) trailRows(rs *eligibility.Ruleset, found casework.TrailFound) []pages.StaffTrailRow {
	var rows []pages.StaffTrailRow
	for _, l := range found.Lines {
		row := pages.StaffTrailRow{
			When: longTime(l.At), At: l.At.UTC().Format(time.RFC3339), Who: whoActed(l.Event, found.Names), What: rs.Choice("events", l.Verb),
			Detail: eventDetail(rs, l.Event), Kind: rs.Choice("kinds", string(l.Kind)),
		}
		if row.What == l.Verb {
			row.What = sentence(strings.NewReplacer(".", ", ", "-", " ").Replace(l.Verb))
		}
		if name := found.Names[l.Detail]; name != "" { // an event may name a practitioner by id
			row.Detail = name
		}
		if flag := rs.Text("staff.supervision.flag."+l.Detail, nil); l.Verb == casework.VerbFlagged {
			row.Detail = flag
		}
		if l.Reference != "" && l.Kind != "" {
			row.Reference, row.Href = casework.FormatReference(l.Reference), "/staff/case/"+l.Reference+"/timeline"
		}
		rows = append(rows, row)
	}
	return rows
}

func whoActed(ev care.Event, names map[string]string) string {
	switch ev.Actor {
	case care.ActorCitizen:
		return "Somebody, on the form"
	case care.ActorSystem:
		return "The service"
	}
	if name := names[ev.ActorID]; name != "" {
		return name
	}
	return "Somebody who no longer has an account"
}
