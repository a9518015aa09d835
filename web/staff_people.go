package web

import (
	"errors"
	"fmt"
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

// The pages of whoever looks after a council's accounts.
const (
	peoplePath   = "/staff/people"
	teamsPath    = peoplePath + "/teams"
	linkPath     = peoplePath + "/link"
	handOffSetup = "set-up link"
)

// personEvents is how many of the newest events stand on the page of an account; the trail has them all.
const personEvents = 50

// What is said after something was done with an account or a team.
var peopleDone = map[string]string{
	"saved": "It is saved.", "disabled": "The account is disabled. They are signed out everywhere.", "enabled": "The account is enabled.",
	"team-added": "The team is added.", "team-renamed": "The team is renamed.", "team-closed": "The team is closed.", "team-opened": "The team is open again.",
}

// formProblems words what a form was refused for: the key of a sentence is begin, the field and the code.
func formProblems(rs *eligibility.Ruleset, invalid *care.Invalid, begin string) pages.StaffProblems {
	out := pages.StaffProblems{ByField: map[string]string{}}
	for _, p := range invalid.Problems {
		if _, twice := out.ByField[p.Field]; twice {
			continue // one thing at a time
		}
		text := rs.Text(begin+p.Field+"."+p.Code, eligibility.Words(p.Args))
		out.ByField[p.Field] = text
		out.Summary = append(out.Summary, components.ErrorSummaryItem{Text: text, Href: "#" + p.Field})
	}
	return out
}

func peopleProblems(rs *eligibility.Ruleset, invalid *care.Invalid) pages.StaffProblems {
	return formProblems(rs, invalid, "staff.people.error.")
}

// staffPeople lists everybody who can sign in at the council.
func (s *Server) staffPeople(c echo.Context) error {
	people, teams, err := s.Casework.People(c.Request().Context(), visitOf(c).Actor)
	if err != nil {
		return err
	}
	p := pages.StaffPeoplePage{Layout: s.staffLayout(c, "People"), Success: peopleDone[c.QueryParam(done)]}
	for _, one := range people {
		p.Rows = append(p.Rows, pages.StaffPersonRow{
			Name: one.Name, Href: personPath(one.ID), Email: one.Email, Roles: sentence(s.roleNames(one.Roles)), Team: teamName(teams, one.Team), Badges: s.personState(one),
		})
	}
	return render(c, http.StatusOK, pages.StaffPeople(p))
}

func personPath(id string) string { return peoplePath + "/" + url.PathEscape(id) }

func teamName(teams []care.Team, id string) string {
	for _, t := range teams {
		if t.ID == id {
			return t.Name
		}
	}
	return "None"
}

// personState are the marks of an account.
func (s *Server) personState(p care.Practitioner) []components.BadgeParams {
	var out []components.BadgeParams
	add := func(text string, kind components.BadgeKind) {
		out = append(out, components.BadgeParams{Text: text, Kind: kind})
	}
	switch {
	case p.Disabled:
		add("Disabled", components.BadgeUrgent)
	case p.SetupHash != "" && s.Now().After(p.SetupUntil):
		add("Link has run out", components.BadgeWarn)
	case p.SetupHash != "":
		add("Not set up yet", components.BadgeWarn)
	}
	if p.OnDuty {
		add("On duty", components.BadgeInfo)
	}
	return out
}

// personForm reads the form of an account; unknown ids are refused by the verb.
func personForm(values url.Values) casework.PersonForm {
	f := casework.PersonForm{
		Name: values.Get("name"), Email: values.Get("email"), Team: values.Get("team"), Registration: values.Get("registration"),
		Training: values["training"], OnDuty: values.Get("duty") == "yes",
	}
	for _, r := range values["roles"] {
		f.Roles = append(f.Roles, care.Role(r))
	}
	return f
}

// personPage draws the form of an account with what stands in form.
func (s *Server) personPage(rs *eligibility.Ruleset, p pages.StaffPersonPage, form casework.PersonForm, teams []care.Team) pages.StaffPersonPage {
	p.Name, p.Email, p.Registration, p.OnDuty = form.Name, form.Email, form.Registration, form.OnDuty
	p.Roles = components.CheckboxesParams{
		Name: "roles", Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: "Role", Classes: "govuk-fieldset__legend--s"}},
		Hint: components.HintParams{Text: rs.Text("staff.people.roles_hint", nil)}, ErrorMessage: components.ErrorMessageParams{Text: p.Problems.ByField["roles"]},
	}
	for _, r := range casework.AllRoles {
		p.Roles.Items = append(p.Roles.Items, components.CheckboxItem{
			Value: string(r), Text: rs.Choice("roles", string(r)), Checked: slices.Contains(form.Roles, r),
			Hint: components.HintParams{Text: rs.Text("staff.people.role."+string(r), nil)},
		})
		if slices.Contains(form.Roles, r) {
			p.KeptRoles = append(p.KeptRoles, string(r))
		}
	}
	p.Team = components.SelectParams{
		Name: "team", Label: components.LabelParams{Text: "Team"}, Value: form.Team, Items: []components.SelectItem{{Text: "None"}},
		ErrorMessage: components.ErrorMessageParams{Text: p.Problems.ByField["team"]},
	}
	for _, t := range teams {
		if !t.Closed || t.ID == form.Team {
			p.Team.Items = append(p.Team.Items, components.SelectItem{Value: t.ID, Text: t.Name})
		}
	}
	p.Training = components.CheckboxesParams{
		Name: "training", Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: "Training", Classes: "govuk-fieldset__legend--s"}},
		ErrorMessage: components.ErrorMessageParams{Text: p.Problems.ByField["training"]},
	}
	for _, id := range casework.AllTrainings {
		p.Training.Items = append(p.Training.Items, components.CheckboxItem{
			Value: id, Text: rs.Text("staff.people.training."+id, nil), Checked: slices.Contains(form.Training, id),
		})
	}
	return p
}

// staffAskInvite asks whom to invite.
func (s *Server) staffAskInvite(c echo.Context) error {
	return s.invitePage(c, http.StatusOK, casework.PersonForm{}, nil)
}

func (s *Server) invitePage(c echo.Context, status int, form casework.PersonForm, invalid *care.Invalid) error {
	_, teams, err := s.Casework.People(c.Request().Context(), visitOf(c).Actor)
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	const title = "Invite somebody"
	p := pages.StaffPersonPage{Layout: s.staffLayout(c, title), Heading: title, Action: peoplePath + "/invite", Invite: true}
	p.Layout.BackHref = peoplePath
	if invalid != nil {
		p.Layout.Error, p.Problems = true, peopleProblems(rs, invalid)
	}
	return render(c, status, pages.StaffPerson(s.personPage(rs, p, form, teams)))
}

// staffInvite adds somebody, and leads to the page that shows their link once.
func (s *Server) staffInvite(c echo.Context) error {
	values, err := staffForm(c, "name", "email", "roles", "team", "registration", "training", "duty")
	if err != nil {
		return err
	}
	v, form := visitOf(c), personForm(values)
	link, err := s.Casework.InvitePerson(c.Request().Context(), v.Actor, v.Council, form)
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		return s.invitePage(c, http.StatusUnprocessableEntity, form, invalid)
	case err != nil:
		return err
	}
	return s.handOverLink(c, link)
}

func (s *Server) handOverLink(c echo.Context, link casework.SetupLink) error {
	s.handOffs.put(visitOf(c).Session.IDHash, handOffSetup, handOff{Link: &link}, s.Now())
	return c.Redirect(http.StatusSeeOther, linkPath)
}

// staffSetupLink shows a set-up link once.
func (s *Server) staffSetupLink(c echo.Context) error {
	v := visitOf(c)
	if !casework.LooksAfterPeople(v.Actor) {
		return care.ErrForbidden
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	p := pages.StaffLinkPage{Title: "Set-up link", Next: pages.Link{Text: "Back to people", Href: peoplePath}}
	o, ok := s.handOffs.take(v.Session.IDHash, handOffSetup, s.Now())
	if !ok || o.Link == nil {
		p.Layout, p.Lines = s.staffLayout(c, p.Title), rs.Texts("staff.people.link_gone", nil)
		return render(c, http.StatusOK, pages.StaffLink(p))
	}
	link := o.Link
	p.Title = "Set-up link for " + link.Person.Name
	p.Layout = s.staffLayout(c, p.Title)
	p.Next = pages.Link{Text: "Back to their account", Href: personPath(link.Person.ID)}
	w := eligibility.Words{"name": link.Person.Name, "email": link.Person.Email, "until": longTime(link.Until)}
	token := link.Token.Reveal()
	switch {
	case token == "":
		p.Lines = rs.Texts("staff.people.link_sent_alone", w)
	case link.Person.PasswordHash != "":
		p.Lines, p.Link = rs.Texts("staff.people.link_once_password", w), s.address(c, "/staff/set-up/"+token)
	default:
		p.Lines, p.Link = rs.Texts("staff.people.link_once", w), s.address(c, "/staff/set-up/"+token)
	}
	if link.Sent && token != "" {
		p.Lines = append(p.Lines, rs.Text("staff.people.link_sent", w))
	}
	return render(c, http.StatusOK, pages.StaffLink(p))
}

// staffPerson is one account.
func (s *Server) staffPerson(c echo.Context) error {
	f, err := s.Casework.Person(c.Request().Context(), visitOf(c).Actor, c.Param("id"))
	if err != nil {
		return err
	}
	form := casework.FormOf(f.Person)
	return s.onePerson(c, http.StatusOK, f, form, form.Seen(), nil)
}

func (s *Server) onePerson(c echo.Context, status int, f casework.PersonFile, form casework.PersonForm, seen string, invalid *care.Invalid) error {
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	form.Email = f.Person.Email
	p := pages.StaffPersonPage{
		Layout: s.staffLayout(c, f.Person.Name), Heading: f.Person.Name, Success: peopleDone[c.QueryParam(done)], Action: personPath(f.Person.ID),
		Seen: seen, State: s.personState(f.Person),
	}
	p.Layout.BackHref = peoplePath
	if invalid != nil {
		p.Layout.Error, p.Problems = true, peopleProblems(rs, invalid)
	}
	if f.Self {
		p.OwnRoles = rs.Text("staff.people.roles_own", nil)
		form.Roles = f.Person.Roles
	} else {
		p.Acts = s.personActs(rs, f)
	}
	if n := len(f.Events) - personEvents; n > 0 {
		f.Events = f.Events[n:]
	}
	for _, ev := range slices.Backward(f.Events) {
		by := "The service"
		if ev.Actor == care.ActorPractitioner {
			if by = f.Names[ev.ActorID]; by == "" {
				by = "Somebody who no longer has an account"
			}
		}
		p.Events.Items = append(p.Events.Items, components.TimelineItem{
			Title: rs.Choice("events", ev.Verb), By: by, At: ev.At.UTC().Format(time.RFC3339), When: longTime(ev.At), Text: sentence(strings.ReplaceAll(ev.Detail, "_", " ")),
		})
	}
	return render(c, status, pages.StaffPerson(s.personPage(rs, p, form, f.Teams)))
}

// personActs are what can happen to somebody else's account at one press.
func (s *Server) personActs(rs *eligibility.Ruleset, f casework.PersonFile) []pages.StaffPersonAct {
	at := personPath(f.Person.ID)
	if f.Person.Disabled {
		return []pages.StaffPersonAct{{Title: "Enable the account", Text: "They can sign in again with the password and app they had.", Action: at + "/enable", Button: "Enable it"}}
	}
	var acts []pages.StaffPersonAct
	reset := pages.StaffPersonAct{Title: "New set-up link", Text: rs.Text("staff.people.again", nil), Action: at + "/reset", Button: "Make a new link"}
	if f.Person.PasswordHash != "" {
		reset = pages.StaffPersonAct{Title: "Reset the second factor", Text: rs.Text("staff.people.reset", nil), Action: at + "/reset", Button: "Reset the second factor", Value: "factor"}
		forgotten := pages.StaffPersonAct{Title: "Reset the password too", Text: rs.Text("staff.people.forgotten", nil), Action: at + "/reset", Button: "Reset both", Value: "password"}
		if s.Casework.MailOn {
			forgotten.Text = rs.Text("staff.people.forgotten_mail", nil)
		}
		acts = append(acts, reset, forgotten)
	} else if !f.Person.Demo {
		acts = append(acts, reset)
	}
	return append(acts, pages.StaffPersonAct{Title: "Disable the account", Text: rs.Text("staff.people.disable", nil), Action: at + "/disable", Button: "Disable it at once", Warning: true})
}

// staffChangePerson saves what is said of somebody. What somebody else changed in the meantime is shown beside it.
func (s *Server) staffChangePerson(c echo.Context) error {
	values, err := staffForm(c, "seen", "name", "roles", "team", "registration", "training", "duty")
	if err != nil {
		return err
	}
	ctx, actor, form := c.Request().Context(), visitOf(c).Actor, personForm(values)
	now, err := s.Casework.ChangePerson(ctx, actor, c.Param("id"), values.Get("seen"), form)
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		f, err := s.Casework.Person(ctx, actor, c.Param("id"))
		if err != nil {
			return err
		}
		return s.onePerson(c, http.StatusUnprocessableEntity, f, form, values.Get("seen"), invalid)
	case errors.Is(err, care.ErrConflict):
		return s.personConflict(c, now, form, values)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, personPath(now.ID)+"?"+done+"=saved")
}

func (s *Server) personConflict(c echo.Context, now care.Practitioner, mine casework.PersonForm, posted url.Values) error {
	_, teams, err := s.Casework.People(c.Request().Context(), visitOf(c).Actor)
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	told := func(f casework.PersonForm) []pages.StaffTold {
		duty := "No"
		if f.OnDuty {
			duty = "Yes"
		}
		var training []string
		for _, id := range f.Training {
			training = append(training, rs.Text("staff.people.training."+id, nil))
		}
		return []pages.StaffTold{
			{Question: "Name", Answers: []string{f.Name}}, {Question: "Role", Answers: []string{sentence(s.roleNames(f.Roles))}},
			{Question: "Team", Answers: []string{teamName(teams, f.Team)}}, {Question: "Registration number", Answers: nonEmpty(f.Registration)},
			{Question: "Training", Answers: training}, {Question: "On the duty rota", Answers: []string{duty}},
		}
	}
	current := casework.FormOf(now)
	posted.Set("seen", current.Seen())
	return s.twoVersions(c, "Somebody else changed this account too", told(current), told(mine), personPath(now.ID), personPath(now.ID), posted)
}

// twoVersions shows what is stored and what was posted on top of an older state.
func (s *Server) twoVersions(c echo.Context, title string, theirs, mine []pages.StaffTold, action, keep string, posted url.Values) error {
	p := pages.StaffTwoPage{
		Layout: s.staffLayout(c, title), Title: title, Lead: "Nothing is lost yet. Choose which one is to stand.",
		Theirs: theirs, Mine: mine, Action: action, KeepHref: keep, Hidden: hiddenFields(posted),
	}
	return render(c, http.StatusConflict, pages.StaffTwo(p))
}

// personAct answers one of the buttons of an account.
func (s *Server) personAct(c echo.Context, word string, err error) error {
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		f, err := s.Casework.Person(c.Request().Context(), visitOf(c).Actor, c.Param("id"))
		if err != nil {
			return err
		}
		form := casework.FormOf(f.Person)
		return s.onePerson(c, http.StatusUnprocessableEntity, f, form, form.Seen(), invalid)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, personPath(c.Param("id"))+"?"+done+"="+word)
}

func (s *Server) staffDisable(c echo.Context) error {
	return s.personAct(c, "disabled", s.Casework.DisablePerson(c.Request().Context(), visitOf(c).Actor, c.Param("id")))
}

func (s *Server) staffEnable(c echo.Context) error {
	return s.personAct(c, "enabled", s.Casework.EnablePerson(c.Request().Context(), visitOf(c).Actor, c.Param("id")))
}

func (s *Server) staffReset(c echo.Context) error {
	values, err := staffForm(c, "what")
	if err != nil {
		return err
	}
	v := visitOf(c)
	link, err := s.Casework.ResetPerson(c.Request().Context(), v.Actor, v.Council, c.Param("id"), values.Get("what") == "password")
	if err != nil {
		return s.personAct(c, "", err)
	}
	return s.handOverLink(c, link)
}

// staffTeams lists the council's teams.
func (s *Server) staffTeams(c echo.Context) error {
	return s.teamsPage(c, http.StatusOK, "", "", nil)
}

// teamsPage draws the teams. typed and invalid are those of the team with this id, or of a new one.
func (s *Server) teamsPage(c echo.Context, status int, id, typed string, invalid *care.Invalid) error {
	people, teams, err := s.Casework.People(c.Request().Context(), visitOf(c).Actor)
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	p := pages.StaffTeamsPage{Layout: s.staffLayout(c, "Teams"), Success: peopleDone[c.QueryParam(done)], Intro: rs.Text("staff.people.team_closed", nil)}
	p.Layout.BackHref = peoplePath
	if invalid != nil {
		p.Layout.Error, p.Problems = true, peopleProblems(rs, invalid)
	}
	for n, t := range teams {
		row := pages.StaffTeamRow{Name: t.Name, Seen: t.Name, Was: teamState(t), Action: teamsPath + "/" + url.PathEscape(t.ID), Closed: t.Closed}
		in := 0
		for _, one := range people {
			if one.Team == t.ID && !one.Disabled {
				in++
			}
		}
		row.People = plural(in, "person is", "people are") + " in it."
		if t.ID == id && invalid != nil {
			row.Name, row.Problem = typed, p.Problems.ByField["team"]
			p.Problems.Summary[0].Href = fmt.Sprintf("#team-%d", n+1)
			delete(p.Problems.ByField, "team")
		}
		p.Rows = append(p.Rows, row)
	}
	if id == "" {
		p.Typed = typed
	}
	return render(c, status, pages.StaffTeams(p))
}

func (s *Server) staffAddTeam(c echo.Context) error {
	values, err := staffForm(c, "team")
	if err != nil {
		return err
	}
	err = s.Casework.AddTeam(c.Request().Context(), visitOf(c).Actor, values.Get("team"))
	return s.afterTeam(c, "", values.Get("team"), "team-added", err)
}

func (s *Server) afterTeam(c echo.Context, id, typed, word string, err error) error {
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		return s.teamsPage(c, http.StatusUnprocessableEntity, id, typed, invalid)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, teamsPath+"?"+done+"="+word)
}

// teamWasClosed says in a form that the team was closed when the form was shown.
const teamWasClosed = "closed"

func teamState(t care.Team) string {
	if t.Closed {
		return teamWasClosed
	}
	return "open"
}

// staffChangeTeam renames, closes or opens a team.
func (s *Server) staffChangeTeam(c echo.Context) error {
	values, err := staffForm(c, "seen", "was", "team", "do")
	if err != nil {
		return err
	}
	id, what := c.Param("id"), values.Get("do")
	name, closed := values.Get("team"), what == "close"
	word := map[string]string{"rename": "team-renamed", "close": "team-closed", "open": "team-opened"}[what]
	if word == "" {
		return fmt.Errorf("team form: %w", eligibility.ErrUnknownField)
	}
	seen := care.Team{ID: id, Name: values.Get("seen"), Closed: values.Get("was") == teamWasClosed}
	if what == "rename" {
		closed = seen.Closed // a closed team can be renamed
	} else {
		name = seen.Name
	}
	now, err := s.Casework.ChangeTeam(c.Request().Context(), visitOf(c).Actor, seen, name, closed)
	if errors.Is(err, care.ErrConflict) {
		told := func(name string, closed bool) []pages.StaffTold {
			return []pages.StaffTold{
				{Question: "Name of the team", Answers: []string{name}},
				{Question: "Takes cases", Answers: []string{map[bool]string{false: "Yes", true: "No, it is closed"}[closed]}},
			}
		}
		values.Set("seen", now.Name)
		values.Set("was", teamState(now))
		if what == "rename" { // each of them chose one of the two, and leaves the other as it is
			closed = now.Closed
		} else {
			name = now.Name
		}
		return s.twoVersions(c, "Somebody else changed this team", told(now.Name, now.Closed), told(name, closed), teamsPath+"/"+url.PathEscape(id), teamsPath, values)
	}
	return s.afterTeam(c, id, values.Get("team"), word, err)
}
