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
	a := trail.Assessment
	rs, err := s.wordsOf(a)
	if err != nil {
		return err
	}
	p := pages.StaffTimelinePage{
		Bare:  trail.Bare,
		Other: pages.Link{Text: "Show everything, views too", Href: casePath(a) + "/timeline?show=" + showAll},
	}
	p.Layout = s.staffLayout(c, "Timeline, "+casework.FormatReference(a.Reference))
	if !trail.Bare {
		p.StaffCase = pages.StaffCase{
			Layout: p.Layout, Path: casePath(a), Identity: s.identity(a, rs, a.Summary.Flags), Nav: caseNavigation(a, "timeline"),
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
			Title: rs.Choice("events", ev.Verb), By: whoDid(ev, trail, rs), At: ev.At.UTC().Format(time.RFC3339),
			When: longTime(ev.At), Text: eventDetail(rs, ev),
		})
	}
	p.Count = plural(shown, "event", "events") + ", the newest first. Nothing here can be changed or taken away."
	return render(c, http.StatusOK, pages.StaffTimeline(p))
}

// wordsOf are the rules that a case was sent under, or those of its kind where the view of it does not say.
func (s *Server) wordsOf(a care.Assessment) (*eligibility.Ruleset, error) {
	if a.Ruleset != "" {
		return s.Casework.Library.Version(a.Ruleset)
	}
	if a.Kind == care.KindCarer {
		return s.Casework.Library.ToStart(string(a.Kind), s.Now())
	}
	return s.Casework.Words()
}

func whoDid(ev care.Event, trail casework.Trail, rs *eligibility.Ruleset) string {
	switch ev.Actor {
	case care.ActorCitizen:
		return citizenDid(ev, trail, rs)
	case care.ActorSystem:
		return "The service"
	}
	if name := trail.Names[ev.ActorID]; name != "" {
		return name
	}
	return "Somebody who no longer has an account"
}

// citizenDid says which citizen it was. An event of an account or a code says whose; everything else was done by whoever
// had the form open, of whom nothing is known where the answers are not.
func citizenDid(ev care.Event, trail casework.Trail, rs *eligibility.Ruleset) string {
	const person, helper, somebody = "The person, on the form", "A helper, on the form", "Somebody, on the form"
	switch {
	case ev.Detail == string(care.VoiceHelper) && ev.Verb != "code.given":
		return helper
	case ev.Detail == string(care.VoiceSelf), ev.Detail == string(care.CodePerson):
		return person
	case trail.Bare:
		return somebody
	case rs.Voice(trail.Assessment.Answers) == care.VoiceSelf:
		return person
	case slices.Contains([]string{"draft.started", "draft.saved", "draft.kept", "assessment.sent", "concern.sent"}, ev.Verb):
		return helper
	}
	return somebody // the person may have come in by their own code, and so may the helper
}

// eventDetail puts the closed words of an event's detail into everyday ones.
func eventDetail(rs *eligibility.Ruleset, ev care.Event) string {
	list := map[string]string{"code.given": "codes", "code.used": "codes", "access.ended": "codes", "account.started": "voices", "account.sent": "voices", "draft.started": "begun"}[ev.Verb]
	if list != "" {
		if text := rs.Choice(list, ev.Detail); text != ev.Detail {
			return text
		}
	}
	detail := strings.TrimPrefix(ev.Detail, "finding/")
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
