package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// anotherKind is the second form that what was sent suggests, "" for none: a carer's for somebody who helps, an adult's for
// a carer who may need help too. It is an offer: the two are separate, and neither waits for the other (Care Act 2014 s.9
// and s.10).
func (s *Server) anotherKind(d casework.Draft) care.CaseKind {
	kind := care.CaseKind("")
	switch {
	case d.Guest || d.Status == care.StatusDraft:
	case d.Rules.Voice(d.Answers) == care.VoiceHelper:
		kind = care.KindCarer
	case care.CaseKind(d.Rules.Kind) == care.KindCarer && (d.Answers.Has("own_needs", "yes") || d.Answers.Has("own_needs", "not_sure")):
		kind = care.KindAdultNeeds
	}
	if _, err := s.Casework.Library.ToStart(string(kind), s.Now()); kind == "" || err != nil {
		return ""
	}
	return kind
}

// anotherPanel offers it on the receipt.
func (s *Server) anotherPanel(v *visit, rs *eligibility.Ruleset, w eligibility.Words) pages.Panel {
	var p pages.Panel
	switch s.anotherKind(*v.Draft) {
	case care.KindCarer:
		w["name"] = v.Draft.Answers.One("they_call")
		if w["name"] == "" {
			w["name"] = rs.Text("name.unknown", nil)
		}
		p = pages.Panel{Title: rs.Text("sent.carer_title", w), Lines: rs.Texts("sent.carer", w), Do: pages.Button{Text: rs.Text("sent.carer_button", w)}}
	case care.KindAdultNeeds:
		p = pages.Panel{Title: rs.Text("sent.adult_title", w), Lines: rs.Texts("sent.adult", w), Do: pages.Button{Text: rs.Text("sent.adult_button", w)}}
	default:
		return p
	}
	p.Lines = append(p.Lines, rs.Texts("sent.another_first", w)...)
	p.Do.Action, p.Quiet = councilPath(v.Council, "another"), true
	return p
}

// another begins the second form with what both ask carried over. This browser then has that form open.
func (s *Server) another(c echo.Context) error {
	v := visitOf(c)
	if v.unsent() { // a second press of the button
		return c.Redirect(http.StatusSeeOther, placeOf(v.Council, *v.Draft))
	}
	if v.Session.Locked {
		return s.showLocked(c)
	}
	kind := s.anotherKind(*v.Draft)
	if kind == "" {
		return care.ErrNotFound
	}
	draft, err := s.Casework.StartAfter(c.Request().Context(), v.Actor, kind)
	if err != nil {
		return err
	}
	now := s.Now().UTC()
	row := care.Session{
		Kind: care.ActorCitizen, Council: v.Council.Slug, Assessment: draft.ID, CreatedAt: now, SeenAt: now,
		Locale: v.Session.Locale, Large: v.Session.Large, Practitioner: draft.KeyedBy,
	}
	if err := s.cookies.begin(c.Request(), c.Response(), citizenCookie(v.Council.Slug), row); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, placeOf(v.Council, draft))
}
