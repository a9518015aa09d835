package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// staffTimeline lists what happened to a case, newest first.
func (s *Server) staffTimeline(c echo.Context) error {
	ref, err := reference(c)
	if err != nil {
		return err
	}
	trail, err := s.Casework.Timeline(c.Request().Context(), visitOf(c).Actor, ref)
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	a := trail.Assessment
	p := pages.StaffTimelinePage{
		Bare:   trail.Bare,
		Filter: components.FilterParams{Label: "Filter the timeline", Action: casePath(a) + "/timeline", ApplyText: "Apply"},
		Show: components.SelectParams{
			Name: "show", Value: c.QueryParam("show"), Label: components.LabelParams{Text: "Show"},
			Items: []components.SelectItem{{Value: "", Text: "Everything"}, {Value: "changes", Text: "Changes only"}},
		},
	}
	p.Layout = s.staffLayout(c, "Timeline, "+casework.FormatReference(a.Reference))
	if !trail.Bare {
		p.StaffCase = pages.StaffCase{
			Layout: p.Layout, Path: casePath(a), Identity: s.identity(a, rs), Nav: caseNavigation(a, "timeline"),
			Take: pages.StaffTake{Held: a.Worker, Worker: a.WorkerName, Mine: a.Worker != "" && a.Worker == visitOf(c).Actor.ID, Allowed: a.Status == care.StatusSent},
		}
	}
	for _, ev := range slices.Backward(trail.Events) {
		if c.QueryParam("show") == "changes" && (ev.Verb == "case.viewed" || ev.Verb == "case.opened-to-change") {
			continue
		}
		p.Items.Items = append(p.Items.Items, components.TimelineItem{
			Title: rs.Choice("events", ev.Verb), By: whoDid(ev, trail.Names), At: ev.At.UTC().Format(time.RFC3339),
			When: longTime(ev.At), Text: eventDetail(rs, ev.Detail),
		})
	}
	p.Count = plural(len(p.Items.Items), "event", "events") + ". Nothing here can be changed or taken away."
	return render(c, http.StatusOK, pages.StaffTimeline(p))
}

func whoDid(ev care.Event, names map[string]string) string {
	switch ev.Actor {
	case care.ActorCitizen:
		return "The person, on the form"
	case care.ActorSystem:
		return "The service"
	}
	if name := names[ev.ActorID]; name != "" {
		return name
	}
	return "Somebody who no longer has an account"
}

// eventDetail puts the closed words of an event's detail into everyday ones.
func eventDetail(rs *eligibility.Ruleset, detail string) string {
	detail = strings.TrimPrefix(detail, "finding/")
	if title := rs.OutcomeTitle(detail); title != detail {
		return title
	}
	for _, list := range []string{casework.ListHow, casework.ListDecision} {
		if text := rs.Choice(list, detail); text != detail && detail != "other" {
			return text
		}
	}
	return sentence(strings.ReplaceAll(detail, "_", " "))
}
