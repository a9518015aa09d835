package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// formHow names the form that asks how somebody is, among those of the status page.
const formHow = "how"

// howPage asks how things are while somebody waits.
func howPage(rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	q := care.Question{
		ID: "how_now", Kind: care.KindRadios, Text: rs.Text("waiting.how", w), Messages: map[string]string{"choose_one": rs.Text("waiting.choose", w)},
	}
	for _, id := range casework.HowsNow {
		q.Options = append(q.Options, care.Option{ID: id, Label: rs.Text("waiting."+id, w)})
	}
	return care.Page{Button: rs.Text("waiting.button", w), Questions: []care.Question{q, {
		ID: "how_words", Kind: care.KindTextarea, Text: rs.Text("waiting.words", w), Hint: rs.Text("waiting.words_hint", w), MaxChars: casework.NoteMax,
	}}}
}

// statusHow adds the question how somebody is, while it is not answered; what they answered is not shown again.
func (s *Server) statusHow(c echo.Context, p *pages.StatusPage, st casework.Status, refused refusedForm) {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	if c.QueryParam(done) == "worse" {
		w["phone_24h"] = v.Council.Phone24h
		p.HowNow = rs.Texts("waiting.now", w)
	}
	switch {
	case st.CheckIn == nil || st.Step >= casework.StepDecided:
	case st.CheckIn.Said != "":
		p.HowSaid = rs.Text("waiting.answered", eligibility.Words{"date": longDate(st.CheckIn.AnsweredAt)})
	default:
		p.HowTitle, p.HowLines = rs.Text("waiting.title", w), rs.Texts("waiting.lines", w)
		page := howPage(rs, w)
		if refused.form == formHow {
			p.How = s.form(rs, w, page, asTyped(refused.typed), refused.invalid)
		} else {
			p.How = s.form(rs, w, page, care.Answers{}, nil)
		}
		p.How.Action, p.How.Once = councilPath(v.Council, statusPath+"/how-now"), onceKey(c)
	}
}

// howNow takes the answer. Whoever says that things are worse reads at once who helps now.
func (s *Server) howNow(c echo.Context) error {
	v := visitOf(c)
	typed, err := readOwn(c, howPage(v.Draft.Rules, s.words(v)))
	if err != nil {
		return err
	}
	st, err := s.Casework.Status(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	if st.CheckIn == nil {
		return care.ErrNotFound
	}
	how := strings.Join(typed["how_now"], "")
	err = s.Casework.AnswerCheckIn(c.Request().Context(), v.Actor, st.CheckIn.ID, how, strings.Join(typed["how_words"], "\n"), c.FormValue(fieldOnce))
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		return s.statusPageOf(c, http.StatusUnprocessableEntity, refusedForm{form: formHow, typed: typed, invalid: invalid})
	}
	if err != nil {
		return err
	}
	what := "how"
	if how == casework.HowWorse {
		what = "worse"
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, statusPath)+"?"+done+"="+what)
}

// movedPage says that another council has the form now, and leads there with the same code.
func (s *Server) movedPage(c echo.Context, m *casework.Moved) error {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	there, err := s.Casework.Draft(c.Request().Context(), care.Actor{Kind: care.ActorCitizen, ID: m.Case, Council: m.Council.Slug, As: v.Actor.As})
	if err != nil {
		return err
	}
	w["council"], w["phone"], w["date"] = m.Council.Name, m.Council.Phone, longDate(casework.Promised(there.Assessment, m.Council))
	p := pages.StatusPage{
		Title: rs.Text("moved.title", w), RefLabel: rs.Text("moved.reference", w), Reference: casework.FormatReference(m.Reference),
		Lines: append(rs.Texts("moved.lines", w), rs.Texts("moved.code", w)...), Numbers: []string{m.Council.Phone},
		Finish: pages.Button{Text: rs.Text("moved.button", w), Action: councilPath(v.Council, statusPath+"/moved")},
	}
	p.Layout = s.layout(c, rs, p.Title, "")
	return render(c, http.StatusOK, pages.Status(p))
}

// carryOnThere opens a session at the council that has the form now: whoever stands at it here may stand at it there, as the
// same.
func (s *Server) carryOnThere(c echo.Context) error {
	v := visitOf(c)
	m, err := s.Casework.MovedTo(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	if m == nil || v.Session.Locked {
		return c.Redirect(http.StatusSeeOther, councilPath(v.Council, statusPath))
	}
	now := s.Now().UTC()
	row := care.Session{
		Kind: care.ActorCitizen, Council: m.Council.Slug, Assessment: m.Case, As: v.Actor.As, CreatedAt: now, SeenAt: now,
		Locale: v.Session.Locale, Large: v.Session.Large,
	}
	if err := s.cookies.begin(c.Request(), c.Response(), citizenCookie(m.Council.Slug), row); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(m.Council, statusPath))
}
