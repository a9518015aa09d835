package casework

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// InviteLife is how long a set-up link works that an administrator made: a colleague may be off today.
const InviteLife = 24 * time.Hour

const (
	maxName         = 100 // characters of somebody's or a team's name
	maxRegistration = 20
)

// Roles and trainings in the order in which they are offered.
var (
	AllRoles     = []care.Role{care.RolePractitioner, care.RoleManager, care.RoleAuditor, care.RoleAdmin}
	AllTrainings = []string{care.TrainingAssessor, care.TrainingDeafblind}
)

// LooksAfterPeople says whether an actor looks after the accounts of a council.
func LooksAfterPeople(actor care.Actor) bool { return authorise(actor, MayInvite) == nil }

// SetsCouncil says whether an actor may change a council's settings.
func SetsCouncil(actor care.Actor) bool { return authorise(actor, MaySetCouncil) == nil }

// A PersonForm is what an administrator says of somebody.
type PersonForm struct {
	Name         string
	Email        string // when they are invited; it stays
	Roles        []care.Role
	Team         string // id, "" for none
	Registration string
	Training     []string
	OnDuty       bool
}

// FormOf is what is said of somebody as it stands.
func FormOf(p care.Practitioner) PersonForm {
	return PersonForm{Name: p.Name, Email: p.Email, Roles: p.Roles, Team: p.Team, Registration: p.Registration, Training: p.Training, OnDuty: p.OnDuty}
}

// Seen marks what a form was shown with, so that a change by somebody else in the meantime is noticed. The version of an
// account would not do: each sign-in raises it.
func (f PersonForm) Seen() string { return seenMark(f) }

func seenMark(of any) string {
	b, err := json.Marshal(of)
	if err != nil {
		panic(fmt.Sprintf("marking a form: %v", err)) // plain fields only
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// clashing says whether roles together would both grant roles and read cases.
func clashing(roles []care.Role) bool {
	holder := care.Actor{Kind: care.ActorPractitioner, Roles: roles}
	return authorise(holder, MayInvite) == nil && (authorise(holder, MayReadCase) == nil || authorise(holder, MayReadQueue) == nil)
}

// ofCouncil refuses a practitioner who reaches into another council. The system may act for all.
func ofCouncil(actor care.Actor, council string) error {
	if actor.Kind == care.ActorPractitioner && actor.Council != council {
		return fmt.Errorf("acting for council %s: %w", council, care.ErrNotFound)
	}
	return nil
}

// People returns everybody of the actor's council, by name, and its teams.
func (s *Service) People(ctx context.Context, actor care.Actor) ([]care.Practitioner, []care.Team, error) {
	if err := authorise(actor, MayInvite); err != nil {
		return nil, nil, err
	}
	people, err := s.Store.Practitioners(ctx, actor.Council)
	if err != nil {
		return nil, nil, err
	}
	teams, err := s.Store.Teams(ctx, actor.Council)
	return people, teams, err
}

// A PersonFile is one account with the council's teams and what happened to it, oldest first.
type PersonFile struct {
	Person care.Practitioner
	Teams  []care.Team
	Events []care.Event
	Names  map[string]string // of the council's people, by id
	SetUp  bool              // it can be signed in to
	Self   bool              // it is the actor's own
}

// Person returns one account of the actor's council. care.ErrNotFound when there is none.
func (s *Service) Person(ctx context.Context, actor care.Actor, id string) (PersonFile, error) {
	p, err := s.person(ctx, actor, id)
	if err != nil {
		return PersonFile{}, err
	}
	f := PersonFile{Person: p, SetUp: isSetUp(p), Self: p.ID == actor.ID, Names: map[string]string{}}
	if f.Teams, err = s.Store.Teams(ctx, actor.Council); err != nil {
		return f, err
	}
	if f.Events, err = s.Store.Events(ctx, actor.Council, id); err != nil {
		return f, err
	}
	people, err := s.Store.Practitioners(ctx, actor.Council)
	for _, one := range people {
		f.Names[one.ID] = one.Name
	}
	return f, err
}

func isSetUp(p care.Practitioner) bool { return p.Demo || p.PasswordHash != "" && p.SetupHash == "" }

// person loads an account that the actor looks after.
func (s *Service) person(ctx context.Context, actor care.Actor, id string) (care.Practitioner, error) {
	if err := authorise(actor, MayInvite); err != nil {
		return care.Practitioner{}, err
	}
	p, err := s.Store.Practitioner(ctx, id)
	if err != nil {
		return p, err
	}
	if p.Council != actor.Council {
		return care.Practitioner{}, fmt.Errorf("account %s: %w", id, care.ErrNotFound)
	}
	return p, nil
}

// check tidies a form and says what is wrong with it: name (enter, too_long), roles (choose_one, unknown, clash), team
// (unknown), registration (registration), training (unknown).
func (s *Service) checkPerson(ctx context.Context, council string, was care.Practitioner, f *PersonForm) ([]care.Problem, error) {
	var c checks
	f.Name, f.Registration = strings.TrimSpace(f.Name), strings.ToUpper(strings.ReplaceAll(f.Registration, " ", ""))
	switch n := utf8.RuneCountInString(f.Name); {
	case n == 0:
		c.add("name", "enter")
	case n > maxName:
		c.add("name", "too_long")
	}
	f.Roles = inOrder(f.Roles, AllRoles, func() { c.add("roles", "unknown") })
	switch {
	case len(f.Roles) == 0:
		c.add("roles", "choose_one")
	case clashing(f.Roles):
		c.add("roles", "clash")
	}
	f.Training = inOrder(f.Training, AllTrainings, func() { c.add("training", "unknown") })
	if !plainRegistration(f.Registration) {
		c.add("registration", "registration")
	}
	if f.Team != "" {
		teams, err := s.Store.Teams(ctx, council)
		if err != nil {
			return nil, err
		}
		// A closed team keeps whoever is in it.
		if !slices.ContainsFunc(teams, func(t care.Team) bool { return t.ID == f.Team && (!t.Closed || t.ID == was.Team) }) {
			c.add("team", "unknown")
		}
	}
	return c.problems, nil
}

// inOrder keeps what is offered, each once, in the order in which it is offered.
func inOrder[T comparable](given, offered []T, unknown func()) []T {
	var out []T
	for _, one := range offered {
		if slices.Contains(given, one) {
			out = append(out, one)
		}
	}
	if slices.ContainsFunc(given, func(one T) bool { return !slices.Contains(offered, one) }) {
		unknown()
	}
	return out
}

func plainRegistration(number string) bool {
	if len(number) > maxRegistration {
		return false
	}
	return !strings.ContainsFunc(number, func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
}

// A SetupLink is a one-time link that an administrator made.
type SetupLink struct {
	Person care.Practitioner
	Token  Secret // empty when it was sent and is nobody's to see
	Until  time.Time
	Sent   bool // by e-mail to the person
}

// newLink puts the hash of a new one-time token into the account.
func (s *Service) newLink(p *care.Practitioner) (Secret, time.Time) {
	token, until := rand.Text(), s.Now().UTC().Add(InviteLife)
	p.SetupHash, p.SetupUntil = HashToken(token), until
	return Secret{token}, until
}

// staffMail words a message to a colleague about their own account, or nil when mail is not set up.
func (s *Service) staffMail(council care.Council, to, kind, path string, w eligibility.Words) (*care.Mail, error) {
	if !s.MailOn {
		return nil, nil
	}
	rs, err := s.Words()
	if err != nil {
		return nil, err
	}
	w["council"] = council.Name
	m := &care.Mail{
		Kind: kind, To: to, From: council.Name, Lang: "en",
		Subject: rs.Text("staff.message."+kind+".subject", w), Lines: rs.Texts("staff.message."+kind+".lines", w),
	}
	if path != "" {
		m.Link, m.LinkText = strings.TrimRight(s.PublicURL, "/")+path, rs.Text("staff.message."+kind+".link_text", w)
	}
	return m, nil
}

// InvitePerson adds somebody to the actor's council and makes their set-up link. Refusals as a *care.Invalid: those of
// checkPerson, and email (enter, email, taken).
func (s *Service) InvitePerson(ctx context.Context, actor care.Actor, council care.Council, form PersonForm) (SetupLink, error) {
	if err := authorise(actor, MayInvite); err != nil {
		return SetupLink{}, err
	}
	if err := ofCouncil(actor, council.Slug); err != nil {
		return SetupLink{}, err
	}
	form.Email = strings.ToLower(strings.TrimSpace(form.Email))
	problems, err := s.checkPerson(ctx, council.Slug, care.Practitioner{}, &form)
	if err != nil {
		return SetupLink{}, err
	}
	if p := (care.Question{ID: "email", Kind: care.KindEmail, Required: true, MaxChars: 254}).Check(given(form.Email), s.Now()); p != nil {
		problems = append(problems, *p)
	}
	if problems != nil {
		return SetupLink{}, &care.Invalid{Problems: problems}
	}
	p := care.Practitioner{
		ID: newID(), Council: council.Slug, Name: form.Name, Email: form.Email, Roles: form.Roles, Team: form.Team,
		Registration: form.Registration, Training: form.Training, OnDuty: form.OnDuty, CreatedAt: s.Now().UTC(),
	}
	link := SetupLink{}
	link.Token, link.Until = s.newLink(&p)
	ev := s.event(actor, "practitioner.invited", p.ID, roleWords(p.Roles))
	ev.Mail, err = s.staffMail(council, p.Email, "invited", "/staff/set-up/"+link.Token.value, eligibility.Words{"until": untilWords(link.Until)})
	if err != nil {
		return SetupLink{}, err
	}
	if err := s.Store.PutPractitioner(ctx, p, ev); errors.Is(err, care.ErrConflict) {
		return SetupLink{}, care.Refuse("email", "taken")
	} else if err != nil {
		return SetupLink{}, fmt.Errorf("inviting: %w", err)
	}
	link.Person, link.Sent = p, ev.Mail != nil
	return link, nil
}

func untilWords(t time.Time) string {
	return t.In(ukTime).Format("15:04") + " on " + longDate(t)
}

// roleWords are closed words for an event.
func roleWords(roles []care.Role) string {
	words := make([]string, len(roles))
	for i, r := range roles {
		words[i] = string(r)
	}
	return strings.Join(words, " ")
}

// ChangePerson stores what an administrator says of somebody. seen is PersonForm.Seen of what the form was shown with: when it
// was changed since, the answer is care.ErrConflict with the account as it stands now. Nobody changes their own roles
// (problem roles: own), so that no administrator lifts themself into cases.
func (s *Service) ChangePerson(ctx context.Context, actor care.Actor, id, seen string, form PersonForm) (care.Practitioner, error) {
	for {
		p, err := s.person(ctx, actor, id)
		if err != nil {
			return p, err
		}
		now := FormOf(p)
		problems, err := s.checkPerson(ctx, p.Council, p, &form)
		if err != nil {
			return p, err
		}
		if p.ID == actor.ID && !slices.Equal(form.Roles, inOrder(p.Roles, AllRoles, func() {})) {
			problems = append(problems, care.Problem{Field: "roles", Code: "own"})
		}
		if problems != nil {
			return p, &care.Invalid{Problems: problems}
		}
		if now.Seen() != seen {
			return p, fmt.Errorf("changing account %s: %w", id, care.ErrConflict)
		}
		changed := changedWords(now, form)
		if changed == "" {
			return p, nil
		}
		p.Name, p.Roles, p.Team, p.Registration, p.Training, p.OnDuty = form.Name, form.Roles, form.Team, form.Registration, form.Training, form.OnDuty
		_, err = s.Store.ChangePractitioner(ctx, p, care.AccountEnds{}, s.event(actor, "practitioner.changed", p.ID, changed))
		switch {
		case errors.Is(err, care.ErrConflict):
			continue // they signed in meanwhile, or somebody changed the same: look again
		case errors.Is(err, care.ErrForbidden):
			return p, care.Refuse("roles", "last_admin")
		case err != nil:
			return p, fmt.Errorf("changing account %s: %w", id, err)
		}
		p.Version++
		return p, nil
	}
}

// changedWords names what a form changes, in closed words.
func changedWords(was, now PersonForm) string {
	var words []string
	add := func(word string, differs bool) {
		if differs {
			words = append(words, word)
		}
	}
	add("name", was.Name != now.Name)
	add("roles", !slices.Equal(was.Roles, now.Roles))
	add("team", was.Team != now.Team)
	add("registration", was.Registration != now.Registration)
	add("training", !slices.Equal(was.Training, now.Training))
	add("duty", was.OnDuty != now.OnDuty)
	return strings.Join(words, " ")
}

// changeAccount applies a change to an account of the actor's council until nobody was quicker. Nobody does it to
// themself (care.Refuse("person", "own")).
func (s *Service) changeAccount(ctx context.Context, actor care.Actor, id string, change func(*care.Practitioner) (care.AccountEnds, care.Event, error)) (care.Practitioner, error) {
	for {
		p, err := s.person(ctx, actor, id)
		if err != nil {
			return p, err
		}
		if p.ID == actor.ID {
			return p, care.Refuse("person", "own")
		}
		ends, ev, err := change(&p)
		if err != nil || ev.Verb == "" { // nothing to do: a second press of the button
			return p, err
		}
		_, err = s.Store.ChangePractitioner(ctx, p, ends, ev)
		switch {
		case errors.Is(err, care.ErrConflict):
			continue
		case errors.Is(err, care.ErrForbidden):
			return p, care.Refuse("person", "last_admin")
		case err != nil:
			return p, fmt.Errorf("changing account %s: %w", id, err)
		}
		p.Version++
		return p, nil
	}
}

// DisablePerson shuts an account at once: all its sessions end in the same transaction. Their cases stay with them until
// somebody else takes them. Refused for oneself and for the last who could look after accounts.
func (s *Service) DisablePerson(ctx context.Context, actor care.Actor, id string) error {
	_, err := s.changeAccount(ctx, actor, id, func(p *care.Practitioner) (care.AccountEnds, care.Event, error) {
		if p.Disabled {
			return care.AccountEnds{}, care.Event{}, nil
		}
		p.Disabled, p.OnDuty = true, false
		return care.AccountEnds{Sessions: true, Devices: true}, s.event(actor, "practitioner.disabled", p.ID, ""), nil
	})
	return err
}

// EnablePerson opens an account again, with the password and second factor it had.
func (s *Service) EnablePerson(ctx context.Context, actor care.Actor, id string) error {
	_, err := s.changeAccount(ctx, actor, id, func(p *care.Practitioner) (care.AccountEnds, care.Event, error) {
		if !p.Disabled {
			return care.AccountEnds{}, care.Event{}, nil
		}
		p.Disabled = false
		return care.AccountEnds{}, s.event(actor, "practitioner.enabled", p.ID, ""), nil
	})
	return err
}

// ResetPerson makes a new set-up link for an account and ends its sessions, passkeys and known browsers. The second factor
// goes; the password stays and is asked for with the link, so that whoever made the link cannot use it. With the password
// forgotten it goes too: then the link alone opens the account, and where mail is set up it is sent and shown to nobody.
// Whoever has the account is told. An account that was never set up only gets a new link.
func (s *Service) ResetPerson(ctx context.Context, actor care.Actor, council care.Council, id string, forgotten bool) (SetupLink, error) {
	if err := ofCouncil(actor, council.Slug); err != nil {
		return SetupLink{}, err
	}
	var link SetupLink
	var ev care.Event
	p, err := s.changeAccount(ctx, actor, id, func(p *care.Practitioner) (care.AccountEnds, care.Event, error) {
		if p.Disabled {
			return care.AccountEnds{}, care.Event{}, care.Refuse("person", "disabled")
		}
		detail := "second factor"
		switch {
		case p.PasswordHash == "":
			detail = "link"
		case forgotten:
			p.PasswordHash, detail = "", "password"
		}
		p.TOTPSecret, p.TOTPLast = "", 0
		link.Token, link.Until = s.newLink(p)
		ev = s.event(actor, "practitioner.reset", p.ID, detail)
		var err error
		ev.Mail, err = s.staffMail(council, p.Email, "reset", "/staff/set-up/"+link.Token.value, eligibility.Words{"until": untilWords(link.Until)})
		return care.AccountEnds{Sessions: true, Passkeys: true, Devices: true}, ev, err
	})
	if err != nil {
		return SetupLink{}, err
	}
	link.Person, link.Sent = p, ev.Mail != nil
	if link.Sent && ev.Detail == "password" {
		link.Token = Secret{}
	}
	return link, nil
}

// AddTeam adds a team to the actor's council. Refusals: team (enter, too_long, taken).
func (s *Service) AddTeam(ctx context.Context, actor care.Actor, name string) error {
	if err := authorise(actor, MayInvite); err != nil {
		return err
	}
	name, err := teamName(name)
	if err != nil {
		return err
	}
	team := care.Team{ID: newID(), Council: actor.Council, Name: name}
	err = s.Store.PutTeam(ctx, team, s.event(actor, "team.added", team.ID, ""))
	if errors.Is(err, care.ErrConflict) {
		return care.Refuse("team", "taken")
	}
	if err != nil {
		return fmt.Errorf("adding a team: %w", err)
	}
	return nil
}

// teamName tidies the name of a team and checks it.
func teamName(name string) (string, error) {
	name = strings.TrimSpace(name)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		return name, care.Refuse("team", "enter")
	case n > maxName:
		return name, care.Refuse("team", "too_long")
	}
	return name, nil
}

// team finds a team of the actor's council.
func (s *Service) team(ctx context.Context, actor care.Actor, id string) (care.Team, error) {
	t, err := s.teamOf(ctx, actor.Council, id)
	if err == nil && t.ID == "" {
		err = fmt.Errorf("team %s: %w", id, care.ErrNotFound)
	}
	return t, err
}

// ChangeTeam renames, closes or opens a team of the actor's council. A closed team takes no more cases; what and whom it has
// stays. seen is the team as the form was shown with it: when somebody else has renamed, closed or opened it since, even at the
// same moment, the answer is care.ErrConflict with the team as it stands. Refusals as of AddTeam.
func (s *Service) ChangeTeam(ctx context.Context, actor care.Actor, seen care.Team, name string, closed bool) (care.Team, error) {
	if err := authorise(actor, MayInvite); err != nil {
		return care.Team{}, err
	}
	id := seen.ID
	was, err := s.team(ctx, actor, id)
	if err != nil {
		return was, err
	}
	if name, err = teamName(name); err != nil {
		return was, err
	}
	next := was
	next.Name, next.Closed = name, closed
	switch {
	case was.Name != seen.Name || was.Closed != seen.Closed:
		return was, fmt.Errorf("changing team %s: %w", id, care.ErrConflict)
	case next == was:
		return was, nil
	}
	verb := "team.renamed"
	switch {
	case closed && !was.Closed:
		verb = "team.closed"
	case !closed && was.Closed:
		verb = "team.opened"
	}
	err = s.Store.ChangeTeam(ctx, was, next, s.event(actor, verb, id, ""))
	if errors.Is(err, care.ErrConflict) { // somebody changed it at this moment, or another team has the name
		now, again := s.team(ctx, actor, id)
		switch {
		case again != nil:
			return now, again
		case now == was:
			return was, care.Refuse("team", "taken")
		}
		return now, fmt.Errorf("changing team %s: %w", id, care.ErrConflict)
	}
	if err != nil {
		return was, fmt.Errorf("changing team %s: %w", id, err)
	}
	return next, nil
}
