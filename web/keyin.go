package web

import (
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

// keyInPath is where a practitioner begins a form for somebody.
const keyInPath = "/staff/key-in"

// askKeyIn asks how the practitioner has somebody's answers.
func (s *Server) askKeyIn(c echo.Context) error {
	if !casework.KeysIn(visitOf(c).Actor) {
		return care.ErrForbidden
	}
	return s.keyInPage(c, http.StatusOK, "", nil)
}

func (s *Server) keyInPage(c echo.Context, status int, how string, invalid *care.Invalid) error {
	v := visitOf(c)
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	open, _, err := s.openHere(c)
	if err != nil {
		return err
	}
	title := rs.Text("staff.keyin.title", nil)
	p := pages.StaffKeyInPage{
		Layout: s.staffLayout(c, title), Title: title, Lines: rs.Texts("staff.keyin.lines", s.words(v)), Button: rs.Text("staff.keyin.button", nil),
		How: components.RadiosParams{
			Name: "how", Value: how, Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: rs.Text("staff.keyin.how", nil), Classes: "govuk-fieldset__legend--s"}},
			Items: []components.RadioItem{
				{Value: casework.KeyedPaper, Text: rs.Text("staff.keyin.paper", nil)},
				{Value: casework.KeyedPhone, Text: rs.Text("staff.keyin.phone", nil)},
			},
		},
	}
	p.Layout.BackHref = "/staff"
	if open {
		p.OpenNote = rs.Texts("staff.keyin.open_lines", nil)
		p.Open = components.RadiosParams{
			Name: "which", Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: rs.Text("staff.keyin.open", nil), Classes: "govuk-fieldset__legend--s"}},
			Items: []components.RadioItem{
				{Value: whichHere, Text: rs.Text("staff.keyin.go_on", nil)},
				{Value: whichOther, Text: rs.Text("staff.keyin.begin", nil)},
			},
		}
	}
	if invalid != nil {
		p.Layout.Error = true
		p.Problems = pages.StaffProblems{ByField: map[string]string{}}
		for _, problem := range invalid.Problems {
			text := rs.Text("staff.keyin.error."+problem.Field, nil)
			p.Problems.ByField[problem.Field] = text
			p.Problems.Summary = append(p.Problems.Summary, components.ErrorSummaryItem{Text: text, Href: "#" + problem.Field})
		}
		p.How.ErrorMessage = components.ErrorMessageParams{Text: p.Problems.ByField["how"]}
		p.Open.ErrorMessage = components.ErrorMessageParams{Text: p.Problems.ByField["which"]}
	}
	return render(c, status, pages.StaffKeyIn(p))
}

// keyIn begins the form and opens it in this browser, on the pages that residents see. The practitioner stays signed in.
func (s *Server) keyIn(c echo.Context) error {
	v := visitOf(c)
	values, err := staffForm(c, "how", "which")
	if err != nil {
		return err
	}
	open, place, err := s.openHere(c)
	if err != nil {
		return err
	}
	if open {
		switch values.Get("which") {
		case whichHere:
			return c.Redirect(http.StatusSeeOther, place)
		case whichOther:
		default:
			return s.keyInPage(c, http.StatusUnprocessableEntity, values.Get("how"), care.Refuse("which", "choose_one"))
		}
	}
	draft, err := s.Casework.StartKeyed(c.Request().Context(), v.Actor, values.Get("how"))
	var invalid *care.Invalid
	if errors.As(err, &invalid) {
		return s.keyInPage(c, http.StatusUnprocessableEntity, "", invalid)
	}
	if err != nil {
		return err
	}
	now := s.Now().UTC()
	row := care.Session{
		Kind: care.ActorCitizen, Council: v.Council.Slug, Assessment: draft.ID, Practitioner: draft.KeyedBy, CreatedAt: now, SeenAt: now,
	}
	if err := s.cookies.begin(c.Request(), c.Response(), citizenCookie(v.Council.Slug), row); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, draft.Rules.Start()))
}

// openHere says whether this browser has a resident's form of the practitioner's council that was not sent, and where it
// is gone on with.
func (s *Server) openHere(c echo.Context) (open bool, place string, err error) {
	council := visitOf(c).Council
	row, ok, err := s.cookies.load(c.Request(), citizenCookie(council.Slug))
	if err != nil || !ok || row.Council != council.Slug || row.Assessment == "" {
		return false, "", err
	}
	draft, err := s.Casework.Draft(c.Request().Context(), care.Actor{Kind: care.ActorCitizen, ID: row.Assessment, Council: council.Slug, As: row.As})
	if errors.Is(err, care.ErrNotFound) {
		return false, "", nil
	}
	if err != nil {
		return false, "", err
	}
	return draft.Status == care.StatusDraft && !draft.Guest && !s.runOut(draft, row), placeOf(council, draft), nil
}

// keptBeside says whether a form that a practitioner fills in for somebody may be shown: only in the browser in which
// that very practitioner is signed in. Filling it in keeps them signed in.
func (s *Server) keptBeside(c echo.Context, practitioner string) (bool, error) {
	row, ok, err := s.cookies.load(c.Request(), staffCookie)
	if err != nil || !ok || row.Practitioner != practitioner {
		return false, err
	}
	if now := s.Now(); now.Sub(row.SeenAt) > staffIdle || now.Sub(row.CreatedAt) > staffLife {
		return false, nil
	}
	_, err = s.touch(c, row, staffIdle)
	return err == nil, err
}

// keyedBanner is what every page of such a form says; "" for any other.
func keyedBanner(v *visit, rs *eligibility.Ruleset) string {
	if !v.unsent() || v.Draft.KeyedBy == "" {
		return ""
	}
	return rs.Text("staff.keyin.banner."+v.Draft.KeyedHow, nil)
}

// endKeyed closes the forms that a practitioner fills in for others in this browser, when they sign out: the next at the
// desk finds none of them open.
func (s *Server) endKeyed(c echo.Context) error {
	for _, cookie := range c.Request().Cookies() {
		if !strings.HasPrefix(cookie.Name, citizenCookie("")) {
			continue
		}
		row, ok, err := s.cookies.load(c.Request(), cookie.Name)
		if err != nil {
			return err
		}
		if !ok || row.Practitioner == "" {
			continue
		}
		if err := s.cookies.end(c.Request(), c.Response(), cookie.Name); err != nil {
			return err
		}
	}
	return nil
}
