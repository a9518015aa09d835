package web

import (
	"net/http"
	"net/url"
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
			Layout: p.Layout, Path: casePath(a), Texts: pageTexts(rs), Identity: s.identity(a, rs, a.Summary.Flags), Nav: caseNavigation(a, "timeline"),
			Take: pages.StaffTake{Held: a.Worker, Worker: a.WorkerName, Mine: a.Worker != "" && a.Worker == visitOf(c).Actor.ID, Allowed: a.Status == care.StatusSent},
		}
	}
	types := slices.DeleteFunc(slices.Clone(c.QueryParams()["type"]), func(t string) bool { return rs.Choice(listTimeline, t) == t })
	p.Filter, p.Types = timelineFilter(rs, casePath(a)+"/timeline", types)
	shown, all := 0, c.QueryParam("show") == showAll || len(types) > 0
	if all {
		p.Other = pages.Link{Text: "Show the changes alone", Href: casePath(a) + "/timeline"}
	}
	var last care.Event
	for _, ev := range slices.Backward(trail.Events) {
		if !all && typeOf(ev) == typeViews || len(types) > 0 && !slices.Contains(types, typeOf(ev)) {
			continue
		}
		shown++
		if items := p.Items.Items; !all && len(items) > 0 && ev.Verb == last.Verb && ev.ActorID == last.ActorID && ev.Detail == "" && last.Detail == "" {
			items[len(items)-1].Text = "The last of several in a row"
			continue
		}
		last = ev
		p.Items.Items = append(p.Items.Items, components.TimelineItem{
			Title: rs.Choice("events", ev.Verb), By: s.whoDid(c, ev, trail, rs), At: ev.At.UTC().Format(time.RFC3339),
			When: longTime(ev.At), Text: s.detailOf(c, rs, ev),
		})
	}
	if shown == 0 {
		p.None = rs.Text("staff.timeline_none", nil)
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

// The types of event that a timeline can be narrowed to. Everything that is none of the others is a change.
const (
	listTimeline  = "timeline"
	listCasePages = "case_pages" // what of a case was opened, by the detail of the event

	typeViews    = "views"
	typeChanges  = "changes"
	typeContacts = "contacts"
	typeMessages = "messages"
)

// typeOf sorts an event by who it is between: looking, speaking with the person, what goes to and fro in writing, and the rest.
func typeOf(ev care.Event) string {
	about, _, _ := strings.Cut(ev.Verb, ".")
	switch about {
	case "case":
		if slices.Contains([]string{"case.viewed", "case.opened-to-change", "case.broken-open", "case.refused"}, ev.Verb) {
			return typeViews
		}
	case "contact":
		return typeContacts
	case "question", "addition", "diary", "withdrawal", "account", "assessment", "concern", "check-in", "message", "code":
		return typeMessages
	}
	return typeChanges
}

// timelineFilter is the form that narrows a timeline, with what is chosen.
func timelineFilter(rs *eligibility.Ruleset, path string, types []string) (components.FilterParams, components.CheckboxesParams) {
	filter := components.FilterParams{
		Label: rs.Text("staff.timeline_show", nil), Action: path, ApplyText: "Apply", SelectedText: "Filters on", ClearHref: path, ClearText: rs.Text("staff.timeline_all", nil),
	}
	boxes := components.CheckboxesParams{
		Name: "type", Classes: "govuk-checkboxes--small", Values: types,
		Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: rs.Text("staff.timeline_show", nil), Classes: "govuk-fieldset__legend--s"}},
	}
	for _, choice := range rs.Choices(listTimeline) {
		boxes.Items = append(boxes.Items, components.CheckboxItem{Value: choice.ID, Text: choice.Label})
		if slices.Contains(types, choice.ID) {
			rest := url.Values{"type": slices.DeleteFunc(slices.Clone(types), func(t string) bool { return t == choice.ID })}
			filter.Chips = append(filter.Chips, components.FilterChip{Text: choice.Label, RemoveHref: path + "?" + rest.Encode(), RemoveText: "Remove filter"})
		}
	}
	return filter, boxes
}

// detailOf names the council or team that an offer goes to; of everything else it is eventDetail.
func (s *Server) detailOf(c echo.Context, rs *eligibility.Ruleset, ev care.Event) string {
	if strings.HasPrefix(ev.Verb, "offer.") || ev.Verb == "case.offered" || ev.Verb == "case.taken-over" {
		if ev.Detail == "team" {
			return "To another team"
		}
		return s.councilName(c, ev.Detail)
	}
	return eventDetail(rs, ev)
}

func (s *Server) whoDid(c echo.Context, ev care.Event, trail casework.Trail, rs *eligibility.Ruleset) string {
	if slug := trail.Elsewhere[ev.ActorID]; slug != "" {
		return rs.Text("staff.timeline_elsewhere", eligibility.Words{"council": s.councilName(c, slug)})
	}
	return whoDid(ev, trail, rs)
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
	if typeOf(ev) == typeViews || ev.Verb == "case.exported" {
		page, part, _ := strings.Cut(ev.Detail, "/")
		if text := rs.Choice(listCasePages, page); text != page {
			if form := "staff.letter.form." + part; page == "letter" && slices.Contains(casework.LetterForms, part) {
				text += ": " + rs.Text(form, nil)
			}
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
