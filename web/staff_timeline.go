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

// showAll is the choice to see views too, and every single event on its own.
const showAll = "all"

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
		Bare:  trail.Bare,
		Other: pages.Link{Text: "Show everything, views too", Href: casePath(a) + "/timeline?show=" + showAll},
	}
	p.Layout = s.staffLayout(c, "Timeline, "+casework.FormatReference(a.Reference))
	if !trail.Bare {
		p.StaffCase = pages.StaffCase{
			Layout: p.Layout, Path: casePath(a), Identity: s.identity(a, rs), Nav: caseNavigation(a, "timeline"),
			Take: pages.StaffTake{Held: a.Worker, Worker: a.WorkerName, Mine: a.Worker != "" && a.Worker == visitOf(c).Actor.ID, Allowed: a.Status == care.StatusSent},
		}
	}
	shown, all := 0, c.QueryParam("show") == showAll
	if all {
		p.Other = pages.Link{Text: "Show the changes alone", Href: casePath(a) + "/timeline"}
	}
	var last care.Event
	for _, ev := range slices.Backward(trail.Events) {
		if !all && (ev.Verb == "case.viewed" || ev.Verb == "case.opened-to-change") {
			continue
		}
		shown++
		if items := p.Items.Items; !all && len(items) > 0 && ev.Verb == last.Verb && ev.ActorID == last.ActorID && ev.Detail == "" && last.Detail == "" {
			items[len(items)-1].Text = "The last of several in a row"
			continue
		}
		last = ev
		p.Items.Items = append(p.Items.Items, components.TimelineItem{
			Title: rs.Choice("events", ev.Verb), By: whoDid(ev, trail.Names), At: ev.At.UTC().Format(time.RFC3339),
			When: longTime(ev.At), Text: eventDetail(rs, ev.Detail),
		})
	}
	p.Count = plural(shown, "event", "events") + ", the newest first. Nothing here can be changed or taken away."
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
