package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/templates/pages"
)

// The two buttons of a page from which something can be sent at once.
const doSend = "send"

// asidePage draws a page that mainly tells something: who to ring now, which team, which nation's service it is.
// Where the page has a form of its own (FormID), it can be sent at once as a case; the journey goes on either way.
func (s *Server) asidePage(c echo.Context, status int, draft casework.Draft, page care.Page, invalid *care.Invalid) error {
	v := visitOf(c)
	w := s.words(v)
	rs := draft.Rules
	layout := s.layout(c, rs, page.Title, s.backFrom(v, draft, page.Path))
	layout.Error = invalid != nil
	p := pages.AsidePage{
		Layout: layout, Page: page,
		Numbers: numbersToRing(v.Council),
		GoOn:    pages.Button{Text: page.Button, Action: councilPath(v.Council, page.Path)},
	}
	if form, ok := rs.Form(page.Form, w); ok {
		typed := care.Answers{}
		if invalid != nil {
			for _, q := range form.Questions {
				typed.SetTyped(q.ID, tidy(c.FormValue(q.ID)))
			}
		}
		f := s.form(rs, w, form, typed, invalid)
		f.Action, f.Do = councilPath(v.Council, page.Path), doSend
		f.Once = onceKey(c)
		p.Form = &f
		p.GoOn.Text = form.Extra["go_on"]
	}
	return render(c, status, pages.Aside(p))
}

// numbersToRing are the numbers that stand in the words of pages which tell whom to ring.
func numbersToRing(council care.Council) []string {
	return []string{"999", "116 123", "18001 111", "111", council.Phone24h, council.Phone}
}

// sendAside sends the form of such a page at once as a case of its own, and goes on with the journey.
func (s *Server) sendAside(c echo.Context, page care.Page) error {
	v := visitOf(c)
	ctx := c.Request().Context()
	form, ok := v.Draft.Rules.Form(page.Form, s.words(v))
	if !ok {
		return care.ErrNotFound
	}
	typed, err := readForm(c, form)
	if err != nil {
		return err
	}
	_, err = s.Casework.Ask(ctx, v.Council, v.Draft, page.Form, c.FormValue(fieldOnce), typed)
	var invalid *care.Invalid
	if errors.As(err, &invalid) {
		return s.asidePage(c, http.StatusUnprocessableEntity, *v.Draft, page, invalid)
	}
	if err != nil {
		return err
	}
	draft, err := s.Casework.Answer(ctx, v.Actor, page.Path, "", nil)
	if err != nil {
		return err
	}
	return s.goOn(c, draft, page.Path)
}
