package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/web"
)

// A standing is one way in which a case can stand to people: with which team, restricted or not, and at which stage.
type stand struct {
	council    string
	team       string // "" none yet
	restricted bool
	stage      casework.Stage
	worker     string // whose it is, the id of a member, "" nobody's
	ref, id    string
}

func (c stand) String() string {
	return fmt.Sprintf("%s's case, team %q, restricted %v, %s, worker %q", c.council, c.team, c.restricted, c.stage, c.worker)
}

// stands makes one case of every kind, and some that are the first practitioner's own.
func (s *site) stands(people []member) []stand {
	s.t.Helper()
	ctx := s.t.Context()
	var all []stand
	for _, council := range []string{"ashdale", "birchley"} {
		for _, team := range []string{"", "oak", "elm"} {
			for _, restricted := range []bool{false, true} {
				for _, stage := range casework.Stages {
					if council == "birchley" && (team == "oak" || restricted) {
						continue // of another council one is as good as all
					}
					c := stand{council: council, team: team, restricted: restricted, stage: stage}
					c.ref = s.sends(council, map[string][]string{"name": {"Pat Example"}})
					st, err := s.store.Standing(ctx, council, c.ref, "")
					if err != nil {
						s.t.Fatal(err)
					}
					c.id = st.Case
					s.place(c)
					all = append(all, c)
				}
			}
		}
	}
	own := people[slices.IndexFunc(people, func(m member) bool { return m.role == care.RolePractitioner && m.team == "oak" })].id
	for _, c := range []stand{
		{team: "oak", stage: casework.StageOpen}, {team: "elm", stage: casework.StageSigned}, {team: "elm", restricted: true, stage: casework.StageRevising},
	} {
		c.council, c.worker = "ashdale", own
		c.ref = s.sends(c.council, map[string][]string{"name": {"Pat Example"}})
		st, err := s.store.Standing(ctx, c.council, c.ref, "")
		if err != nil {
			s.t.Fatal(err)
		}
		c.id = st.Case
		s.place(c)
		all = append(all, c)
	}
	return all
}

// place puts a case where it is to stand, as the store would after all that led there.
func (s *site) place(c stand) {
	s.t.Helper()
	ctx := s.t.Context()
	fatal := func(err error) {
		s.t.Helper()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	event := func(verb string) care.Event {
		return care.Event{At: s.now, Council: c.council, Actor: care.ActorSystem, Verb: verb, Subject: c.id}
	}
	if c.stage != casework.StageOpen {
		body, err := json.Marshal(casework.SignedRecord{Format: "threshold-record/1", Reference: c.ref, Council: c.council, Kind: string(care.KindAdultNeeds), Version: 1, Decision: casework.DecisionNotEligible, SignedAt: s.now})
		fatal(err)
		fatal(s.store.SignCase(ctx, c.council, care.Determination{
			ID: c.id + "-signed", CaseID: c.id, Version: 1, Decision: casework.DecisionNotEligible, SignedBy: "x", ByName: "Somebody Example", SignedAt: s.now,
			Body: body, Hash: casework.HashRecord(body),
		}, nil, event("record.signed")))
	}
	a, err := s.store.Assessment(ctx, c.council, c.id)
	fatal(err)
	move := care.MoveOf(a)
	move.To.Team, move.To.Restricted, move.To.Revising, move.To.Worker = c.team, c.restricted, c.stage == casework.StageRevising, c.worker
	fatal(s.store.MoveCases(ctx, c.council, []care.Move{move}, event("case.moved")))
}

// A member is one kind of colleague.
type member struct {
	role care.Role
	team string
	id   string
	b    *browser
}

func (m member) String() string { return fmt.Sprintf("%s of team %q", m.role, m.team) }

// members makes one of every role and team.
func (s *site) members() []member {
	s.t.Helper()
	var all []member
	for _, role := range []care.Role{care.RolePractitioner, care.RoleManager, care.RoleAdmin, care.RoleAuditor} {
		for _, team := range []string{"", "oak", "elm"} {
			name := "Member " + string(role) + " " + strings.ToUpper("x"+team)
			m := member{role: role, team: team, b: s.invite("ashdale", name, role)}
			staff, err := s.store.Practitioners(s.t.Context(), "ashdale")
			if err != nil {
				s.t.Fatal(err)
			}
			i := slices.IndexFunc(staff, func(p care.Practitioner) bool { return p.Name == name })
			p := staff[i]
			p.Team, m.id = team, p.ID
			if err := s.store.PutPractitioner(s.t.Context(), p, care.Event{At: s.now, Council: "ashdale", Actor: care.ActorSystem, Verb: "practitioner.changed", Subject: p.ID}); err != nil {
				s.t.Fatal(err)
			}
			all = append(all, m)
		}
	}
	return all
}

// The policy, said a second time and by hand: which role opens which case, by how they stand to it. The rows are "own"
// (their team's, no team's, and all of them for a manager of no team), "other" (another team's) and "closed" (restricted,
// and not named).
var policyOpens = map[care.Role]map[string]string{
	care.RolePractitioner: {"own": "opens", "other": "asks", "closed": "shut"},
	care.RoleManager:      {"own": "opens", "other": "asks", "closed": "asks"},
	care.RoleAdmin:        {"own": "shut", "other": "shut", "closed": "shut"},
	care.RoleAuditor:      {"own": "shut", "other": "shut", "closed": "shut"},
}

func (m member) reach(c stand) string {
	switch {
	case c.worker == m.id:
		return "own"
	case c.restricted:
		return "closed"
	case c.team == "" || c.team == m.team || m.role == care.RoleManager && m.team == "":
		return "own"
	}
	return "other"
}

// ask sends one request as a member and follows nothing. A POST carries a field that no form has: who may be there is told
// that nothing was stored (400), and so no cell of the table changes what the next one meets.
func (m member) ask(ctx context.Context, method, path string) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, m.b.site.server.URL+path, strings.NewReader(url.Values{"no_such_field": {"x"}}.Encode()))
	if err != nil {
		return 0, "", err
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", m.b.site.server.URL)
	} else {
		r.Body = nil
		r.ContentLength = 0
	}
	for name, value := range m.b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	var b strings.Builder
	buf := make([]byte, 32<<10)
	for {
		n, err := response.Body.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			break
		}
	}
	return response.StatusCode, b.String(), nil
}

// policyRoles says by hand which roles have each permission that a page asks for.
var policyRoles = map[casework.Permission][]care.Role{
	casework.MayReadQueue:    {care.RolePractitioner, care.RoleManager},
	casework.MayReadCase:     {care.RolePractitioner, care.RoleManager},
	casework.MayWorkOnCase:   {care.RolePractitioner, care.RoleManager},
	casework.MayFollowUp:     {care.RolePractitioner, care.RoleManager},
	casework.MaySignRecord:   {care.RolePractitioner, care.RoleManager},
	casework.MayKeyIn:        {care.RolePractitioner, care.RoleManager},
	casework.MayExportCase:   {care.RolePractitioner, care.RoleManager},
	casework.MayReadFigures:  {care.RolePractitioner, care.RoleManager, care.RoleAuditor},
	casework.MayRestrict:     {care.RoleManager},
	casework.MaySupervise:    {care.RoleManager},
	casework.MayReadLearning: {care.RolePractitioner, care.RoleManager},
	casework.MayExportCLD:    {care.RoleManager},
	casework.MayDispose:      {care.RoleManager},
	casework.MayMendMail:     {care.RoleManager, care.RoleAdmin},
	casework.MayInvite:       {care.RoleAdmin},
	casework.MaySetCouncil:   {care.RoleAdmin},
	casework.MayReadTrail:    {care.RoleAuditor},
}

// policyTheirs are the permissions that a role has over its own cases alone.
var policyTheirs = map[care.Role][]casework.Permission{care.RolePractitioner: {casework.MayReadLearning}}

// expects is what the policy says of one cell: a status, or 0 for any that lets the member in (a page, a way on, or for a form
// the refusal of a field it does not have). form says whether the page has a form to give a reason in.
func expects(m member, r web.StaffRoute, c *stand) (status int, form bool) {
	if len(r.Any) == 0 {
		return 0, false
	}
	var held casework.Permission
	for _, p := range r.Any {
		if held == "" && slices.Contains(policyRoles[casework.Permission(p)], m.role) {
			held = casework.Permission(p)
		}
	}
	switch {
	case held == "":
		return http.StatusForbidden, false
	case c == nil:
		return 0, false
	case c.council != "ashdale":
		return http.StatusNotFound, false
	case held == casework.MayReadTrail:
		return 0, false
	}
	switch policyOpens[m.role][m.reach(*c)] {
	case "shut":
		return http.StatusForbidden, false
	case "asks":
		return http.StatusForbidden, true
	}
	if slices.Contains(policyTheirs[m.role], held) && c.worker != m.id {
		return http.StatusForbidden, false
	}
	if held == casework.MayWorkOnCase && c.stage == casework.StageSigned {
		return http.StatusConflict, false
	}
	return 0, false
}

// TestThePolicy asks for every page of the practitioner's side as every kind of colleague, with every kind of case: role by
// team by council by page by how a case stands. Whatever is not as the policy says fails.
func TestThePolicy(t *testing.T) {
	s := newSite(t, false)
	for _, team := range []string{"oak", "elm"} {
		if err := s.store.PutTeam(t.Context(), care.Team{ID: team, Council: "ashdale", Name: team}, care.Event{At: s.now, Council: "ashdale", Actor: care.ActorSystem, Verb: "team.added", Subject: team}); err != nil {
			t.Fatal(err)
		}
	}
	people := s.members()
	cases := s.stands(people)
	routes := web.StaffRoutes()
	for _, r := range routes {
		if !r.Known {
			t.Errorf("%s %s is not in the table of permissions: it opens to nobody", r.Method, r.Path)
		}
	}
	if stale := web.StaleStaffPermissions(); len(stale) > 0 {
		t.Errorf("there is no page for %v", stale)
	}
	// What fills the address, where it is not the case's reference. Nothing of the kind exists: a page that lets somebody in
	// may then say that it is not there, but never that they may not.
	fill := strings.NewReplacer(":outcome", "nutrition", ":id", "none", ":what", "second", ":alert", "none", ":name", "none.css")
	cells, unexpected := 0, 0
	counted := map[string]int{}
	check := func(m member, r web.StaffRoute, c *stand, missing string) {
		path := fill.Replace(r.Path)
		if c != nil {
			path = strings.Replace(path, ":ref", c.ref, 1)
		}
		want, form := expects(m, r, c)
		status, body, err := m.ask(t.Context(), r.Method, path)
		if err != nil {
			t.Fatal(err)
		}
		cells++
		in := status == http.StatusOK || status == http.StatusSeeOther || status == http.StatusNotFound || status == http.StatusConflict || status == http.StatusUnprocessableEntity ||
			r.Method == http.MethodPost && status == http.StatusBadRequest
		switch {
		case want == 0 && r.Method == http.MethodPost && (status == http.StatusOK || status == http.StatusSeeOther):
			t.Errorf("%s %s takes a field that it does not have: %d", r.Method, r.Path, status)
		case want == 0 && in, want == status && (want != http.StatusForbidden || strings.Contains(body, c.breakPath()) == form):
			counted[map[bool]string{true: "let in", false: fmt.Sprint(want)}[want == 0]]++
			if want == http.StatusNotFound && missing != "" && body != missing {
				t.Errorf("%v: %s %s of %v differs from a case that does not exist", m, r.Method, r.Path, c)
			}
			return
		}
		if unexpected++; unexpected < 30 {
			t.Errorf("%v: %s %s of %v answered %d, want %d (reason asked: %v)", m, r.Method, r.Path, c, status, want, form)
		}
	}
	for _, m := range people {
		for _, r := range routes {
			if r.Path == "/staff/case/:ref/break" {
				continue // the way in, tried below
			}
			if !strings.Contains(r.Path, ":ref") {
				check(m, r, nil, "")
				continue
			}
			missing := ""
			if want, _ := expects(m, r, &stand{council: "birchley"}); want == http.StatusNotFound {
				_, body, err := m.ask(t.Context(), r.Method, strings.Replace(fill.Replace(r.Path), ":ref", "ZZZZZZZZZZ", 1))
				if err != nil {
					t.Fatal(err)
				}
				missing = body
			}
			for i := range cases {
				check(m, r, &cases[i], missing)
			}
		}
	}
	t.Logf("%d cells, %d unexpected: %v", cells, unexpected, counted)
	for _, of := range []string{"let in", "403", "404", "409"} {
		if counted[of] == 0 {
			t.Errorf("no cell was answered with %s: the table is not what it seems", of)
		}
	}
}

func (c *stand) breakPath() string {
	if c == nil {
		return "/staff/case/none/break"
	}
	return "/staff/case/" + c.ref + "/break"
}

// TestBreakingIn opens a case of another team with a reason: only then, only for a while, and not without a trace.
func TestBreakingIn(t *testing.T) {
	s := newSite(t, false)
	for _, team := range []string{"oak", "elm"} {
		if err := s.store.PutTeam(t.Context(), care.Team{ID: team, Council: "ashdale", Name: team}, care.Event{At: s.now, Council: "ashdale", Actor: care.ActorSystem, Verb: "team.added", Subject: team}); err != nil {
			t.Fatal(err)
		}
	}
	people := s.members()
	who := func(role care.Role, team string) member {
		i := slices.IndexFunc(people, func(m member) bool { return m.role == role && m.team == team })
		return people[i]
	}
	made := func(restricted bool) stand {
		c := stand{council: "ashdale", team: "oak", restricted: restricted, stage: casework.StageOpen, ref: s.sends("ashdale", nil)}
		st, err := s.store.Standing(t.Context(), "ashdale", c.ref, "")
		if err != nil {
			t.Fatal(err)
		}
		c.id = st.Case
		s.place(c)
		return c
	}
	c := made(false)
	path := "/staff/case/" + c.ref
	b := who(care.RolePractitioner, "elm").b
	b.get(path + "/answers").answers(http.StatusForbidden).says("This case is with another team")
	b.submit(url.Values{"reason": {"duty"}}).answers(http.StatusUnprocessableEntity).says("10 characters")
	b.submit(url.Values{"reason": {"I cover for Sam this week."}}).answers(http.StatusOK)
	if b.path != path+"/answers" {
		t.Errorf("went on to %s", b.path)
	}
	b.get(path + "/timeline?show=all").says("Opened the case with a reason")
	// What is typed into a case that is shut comes back to be copied.
	late := who(care.RolePractitioner, "").b
	late.post(path+"/contact", url.Values{"note": {"She rang about the stairs."}}).answers(http.StatusForbidden).says("She rang about the stairs.")
	// It is shut again after a working day.
	s.now = s.now.Add(casework.BreakLife + time.Minute)
	standing, err := s.store.Standing(t.Context(), "ashdale", c.ref, who(care.RolePractitioner, "elm").id)
	if err != nil || !standing.Granted {
		t.Fatalf("the grant is gone altogether: %+v, %v", standing, err)
	}
	actor := care.Actor{Kind: care.ActorPractitioner, ID: who(care.RolePractitioner, "elm").id, Council: "ashdale", Roles: []care.Role{care.RolePractitioner}, Team: "elm"}
	if _, err := s.service.Open(t.Context(), actor, c.ref, "summary"); statusLike(err) != "outside" {
		t.Errorf("after %v it opened with %v", casework.BreakLife, err)
	}

	// A restricted case: a practitioner is told whom to ask, and that it was written down; a manager names them.
	r := made(true)
	shut := care.Actor{Kind: care.ActorPractitioner, ID: actor.ID, Council: "ashdale", Roles: actor.Roles, Team: "oak"}
	if err := s.service.Break(t.Context(), shut, r.ref, "I would like to see it."); statusLike(err) != "outside" {
		t.Errorf("a reason opened a restricted case: %v", err)
	}
	boss := care.Actor{Kind: care.ActorPractitioner, ID: who(care.RoleManager, "").id, Council: "ashdale", Roles: []care.Role{care.RoleManager}}
	if err := s.service.Name(t.Context(), boss, r.ref, shut.ID, true, "They do the visit."); statusLike(err) != "outside" {
		t.Errorf("a manager who is not named changed who may open it: %v", err)
	}
	for _, err := range []error{
		s.service.Break(t.Context(), boss, r.ref, "To name the worker."),
		s.service.Name(t.Context(), boss, r.ref, shut.ID, true, "They do the visit."),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.service.Open(t.Context(), shut, r.ref, "summary"); err != nil {
		t.Errorf("named, and still %v", err)
	}
	if err := s.service.Name(t.Context(), boss, r.ref, shut.ID, false, "The visit is done."); err != nil {
		t.Fatal(err)
	}
	if _, err := s.service.Open(t.Context(), shut, r.ref, "summary"); statusLike(err) != "outside" {
		t.Errorf("a name that was taken off still opens: %v", err)
	}
	events, err := s.store.Events(t.Context(), "ashdale", r.id)
	if err != nil {
		t.Fatal(err)
	}
	verbs := map[string]int{}
	for _, ev := range events {
		verbs[ev.Verb]++
	}
	want := map[string]int{"case.refused": 2, "case.broken-open": 1, "case.named": 1, "case.unnamed": 1}
	for verb, n := range want {
		if verbs[verb] != n {
			t.Errorf("%s stands %d times in the trail, want %d", verb, verbs[verb], n)
		}
	}
}

// statusLike names the kind of a refusal.
func statusLike(err error) string {
	outside := (*casework.Outside)(nil)
	switch {
	case err == nil:
		return "none"
	case errors.As(err, &outside):
		return "outside"
	}
	return err.Error()
}
