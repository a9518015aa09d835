package web

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

const (
	staffOffersPath = "/staff/offers"

	doneOffered  = "offered"
	doneTookBack = "took-back"
	doneAccepted = "accepted"
	doneDeclined = "declined"
)

// A choice of whom to offer a case to is a kind, a colon and an id.
const (
	toTeam    = "team:"
	toCouncil = "council:"
)

// passedOn says on every page of a case that another council has it now.
func (s *Server) passedOn(c echo.Context, f casework.CaseFile, p *pages.StaffCase) {
	slug, ref, ok := casework.Passed(f.Assessment)
	if !ok {
		return
	}
	p.Locked, p.Take.Allowed = true, false
	p.Passed = f.Rules.Text("staff.passed", eligibility.Words{"council": s.councilName(c, slug), "ref": casework.FormatReference(ref)})
}

// councilName is a council's name, or its slug when it is not there.
func (s *Server) councilName(c echo.Context, slug string) string {
	council, err := s.council(c, slug)
	if err != nil {
		return slug
	}
	return council.Name
}

// staffTransfer offers to pass a case on.
func (s *Server) staffTransfer(c echo.Context) error {
	f, err := s.openCase(c, "transfer")
	if err != nil {
		return err
	}
	p, err := s.transferPage(c, f)
	if err != nil {
		return err
	}
	switch c.QueryParam("done") {
	case doneOffered:
		p.Success = f.Rules.Text("staff.transfer_done", nil)
	case doneTookBack:
		p.Success = f.Rules.Text("staff.transfer_back_done", nil)
	}
	return render(c, http.StatusOK, pages.StaffTransfer(p))
}

func (s *Server) transferPage(c echo.Context, f casework.CaseFile) (pages.StaffTransferPage, error) {
	rs, ctx := f.Rules, c.Request().Context()
	p := pages.StaffTransferPage{
		StaffCase: s.staffCase(c, f, "transfer", rs.Text("staff.transfer_title", nil)),
		Intro:     rs.Text("staff.transfer_intro", nil), Duty: rs.Text("staff.transfer_duty", nil), TakeBack: rs.Text("staff.transfer_take_back", nil),
		WhomLegend: "Who to", WhomHint: rs.Text("staff.transfer_to_hint", nil), ReasonHint: rs.Text("staff.transfer_reason_hint", nil),
		Button: rs.Text("staff.transfer_button", nil), None: rs.Text("staff.transfer_none", nil), History: rs.Text("staff.transfer_history", nil),
	}
	teams, err := s.Casework.Store.Teams(ctx, f.Council)
	if err != nil {
		return p, err
	}
	names := map[string]string{}
	for _, t := range teams {
		names[t.ID] = t.Name
		if !t.Closed && t.ID != f.Team {
			p.Whom = append(p.Whom, components.RadioItem{Value: toTeam + t.ID, Text: t.Name, Hint: components.HintParams{Text: rs.Text("staff.transfer_to_team", nil)}})
		}
	}
	councils, err := s.Casework.CouncilsToOffer(ctx, f.Council)
	if err != nil {
		return p, err
	}
	for _, council := range councils {
		p.Whom = append(p.Whom, components.RadioItem{Value: toCouncil + council.Slug, Text: council.Name, Hint: components.HintParams{Text: rs.Text("staff.transfer_to_council", nil)}})
		p.Across = rs.Text("staff.transfer_to_council_note", nil)
	}
	all, err := s.Casework.Transfers(ctx, f)
	if err != nil {
		return p, err
	}
	for _, x := range all {
		if x.NewCase == f.ID {
			p.Came = rs.Text("staff.transfer_came", eligibility.Words{"council": s.councilName(c, x.Council), "when": longTime(x.SettledAt), "ref": casework.FormatReference(x.Reference)})
			continue
		}
		whom := cmp.Or(names[x.ToTeam], x.ToTeam)
		if x.Across() {
			whom = s.councilName(c, x.ToCouncil)
		}
		if x.State == care.TransferOffered {
			p.Open = rs.Text("staff.transfer_open", eligibility.Words{"whom": whom, "when": longTime(x.OfferedAt)})
		}
		said := []string{longTime(x.OfferedAt) + ", " + x.Offer.ByName + ": " + x.Offer.Reason, rs.Text("staff.transfer_state."+string(x.State), nil)}
		if !x.SettledAt.IsZero() {
			said[1] += ", " + longTime(x.SettledAt)
		}
		p.Offers = append(p.Offers, pages.StaffTold{Question: whom, Answers: append(said, declinedWhy(f, x)...)})
	}
	return p, nil
}

// declinedWhy is the reason that was given for what came of an offer, if any.
func declinedWhy(f casework.CaseFile, x care.Transfer) []string {
	for _, l := range f.Later {
		if l.Kind == care.EntryAnswered && l.About == x.ID && l.Note.Text != "" {
			return []string{l.Note.ByName + ": " + l.Note.Text}
		}
	}
	return nil
}

// staffOffer offers a case to a team or a council.
func (s *Server) staffOffer(c echo.Context) error {
	values, err := staffForm(c, "whom", "reason")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	var to casework.OfferTo
	if id, ok := strings.CutPrefix(values.Get("whom"), toTeam); ok {
		to.Team = id
	} else if slug, ok := strings.CutPrefix(values.Get("whom"), toCouncil); ok {
		to.Council = slug
	}
	err = s.Casework.Offer(c.Request().Context(), visitOf(c).Actor, ref, to, values.Get("reason"))
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		f, err := s.openCase(c, "transfer")
		if err != nil {
			return err
		}
		p, err := s.transferPage(c, f)
		if err != nil {
			return err
		}
		p.Layout.Error = true
		p.Problems = staffProblems(f.Rules, invalid, func(field string) string {
			if field == "whom" {
				return "whom-1"
			}
			return field
		})
		p.Chosen, p.Reason = values.Get("whom"), values.Get("reason")
		return render(c, http.StatusUnprocessableEntity, pages.StaffTransfer(p))
	}
	if shown, err := s.lockedPage(c, err, []pages.StaffTold{{Question: "Why", Answers: values["reason"]}}); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/transfer?done="+doneOffered)
}

// staffTakeBack ends an offer that nobody has answered.
func (s *Server) staffTakeBack(c echo.Context) error {
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.TakeBack(c.Request().Context(), visitOf(c).Actor, ref)
	if shown, err := s.lockedPage(c, err, nil); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/transfer?done="+doneTookBack)
}

// staffOffers lists what is offered to the practitioner's team and council.
func (s *Server) staffOffers(c echo.Context) error {
	p, _, err := s.offersPage(c)
	if err != nil {
		return err
	}
	return render(c, http.StatusOK, pages.StaffOffers(p))
}

func (s *Server) offersPage(c echo.Context) (pages.StaffOffersPage, *eligibility.Ruleset, error) {
	v := visitOf(c)
	rs, err := s.Casework.Words()
	if err != nil {
		return pages.StaffOffersPage{}, nil, err
	}
	all, err := s.Casework.Offers(c.Request().Context(), v.Actor)
	if err != nil {
		return pages.StaffOffersPage{}, nil, err
	}
	p := pages.StaffOffersPage{Title: rs.Text("staff.offers_title", nil), Intro: rs.Text("staff.offers_intro", nil), None: rs.Text("staff.offers_none", nil)}
	p.Layout = s.staffLayout(c, p.Title)
	if c.QueryParam("done") == doneDeclined {
		p.Notice = rs.Text("staff.offers_declined", nil)
	}
	for _, o := range all {
		p.Rows = append(p.Rows, offerRow(rs, v.Actor, o))
	}
	return p, rs, nil
}

func offerRow(rs *eligibility.Ruleset, actor care.Actor, o casework.OfferedCase) pages.StaffOffer {
	row := pages.StaffOffer{
		Anchor: "offer-" + o.ID,
		Words: pages.StaffOfferWords{
			Accept: rs.Text("staff.offers_accept", nil), Decline: rs.Text("staff.offers_decline", nil), Why: rs.Text("staff.offers_why", nil), NotYours: rs.Text("staff.offers_not_yours", nil),
		},
	}
	switch {
	case o.Across():
		row.Title = rs.Text("staff.offers_council", eligibility.Words{"council": o.From})
	case actor.Team != "" && o.ToTeam == actor.Team:
		row.Title = rs.Text("staff.offers_team", nil)
	default:
		row.Title = rs.Text("staff.offers_team_named", eligibility.Words{"team": o.To})
	}
	fact := func(question string, answers ...string) {
		if answers = nonEmpty(answers...); len(answers) > 0 {
			row.Facts = append(row.Facts, pages.StaffTold{Question: question, Answers: answers})
		}
	}
	priority := "Routine"
	switch o.Offer.Priority {
	case care.PriorityUrgent:
		priority = rs.Choice("priority", "urgent")
	case care.PrioritySafety:
		priority = rs.Choice("priority", "safety")
	}
	fact("Kind", rs.Choice("kinds", string(o.Offer.Kind)))
	fact("Age", cmp.Or(sentence(o.Offer.AgeBand), "Not given"))
	fact("How urgent", priority)
	fact("Why", o.Offer.Reason)
	fact("Offered by", o.Offer.ByName+", "+longTime(o.OfferedAt))
	if o.Mine {
		row.Accept, row.Decline = staffOffersPath+"/"+o.ID+"/accept", staffOffersPath+"/"+o.ID+"/decline"
	}
	return row
}

// staffAccept takes a case that was offered.
func (s *Server) staffAccept(c echo.Context) error {
	ref, err := s.Casework.Accept(c.Request().Context(), visitOf(c).Actor, c.Param("id"))
	if gone, err := s.offerGone(c, err); gone || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"?done="+doneAccepted)
}

// offerGone shows the list again when an offer was settled meanwhile, or the case was changed at that moment.
func (s *Server) offerGone(c echo.Context, err error) (bool, error) {
	if !errors.Is(err, care.ErrConflict) && !errors.Is(err, care.ErrNotFound) {
		return false, err
	}
	p, rs, err := s.offersPage(c)
	if err != nil {
		return true, err
	}
	p.Notice = rs.Text("staff.offers_gone", nil)
	return true, render(c, http.StatusConflict, pages.StaffOffers(p))
}

// staffDecline says no to an offer.
func (s *Server) staffDecline(c echo.Context) error {
	values, err := staffForm(c, "reason")
	if err != nil {
		return err
	}
	err = s.Casework.Decline(c.Request().Context(), visitOf(c).Actor, c.Param("id"), values.Get("reason"))
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		p, rs, err := s.offersPage(c)
		if err != nil {
			return err
		}
		p.Layout.Error = true
		for i := range p.Rows {
			if p.Rows[i].Anchor == "offer-"+c.Param("id") {
				p.Problems = staffProblems(rs, invalid, func(string) string { return "reason-" + p.Rows[i].Anchor })
				p.Rows[i].Reason, p.Rows[i].Error.Text = values.Get("reason"), p.Problems.ByField["reason"]
			}
		}
		return render(c, http.StatusUnprocessableEntity, pages.StaffOffers(p))
	}
	if gone, err := s.offerGone(c, err); gone || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, staffOffersPath+"?done="+doneDeclined)
}

// offersNote says above the queue that something is offered, and leads there.
func (s *Server) offersNote(c echo.Context, rs *eligibility.Ruleset) (pages.Link, error) {
	all, err := s.Casework.Offers(c.Request().Context(), visitOf(c).Actor)
	if err != nil || len(all) == 0 {
		return pages.Link{}, err
	}
	return pages.Link{Text: rs.Text("staff.offers_note", eligibility.Words{"n": plural(len(all), "case", "cases")}), Href: staffOffersPath}, nil
}
