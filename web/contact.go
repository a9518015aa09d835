package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/templates/pages"
)

// contactFlash remembers, for the page after the redirect, the reference of a request to be contacted. It is put into
// the address of that page: a reference opens nothing by itself.
const contactFlash = "reference"

// askContact is "Ask us to contact you": two fields, from anywhere, with or without a draft.
func (s *Server) askContact(c echo.Context) error {
	return s.contactPage(c, http.StatusOK, care.Answers{}, nil)
}

func (s *Server) contactPage(c echo.Context, status int, a care.Answers, invalid *care.Invalid) error {
	v := visitOf(c)
	rs, err := s.wording(v)
	if err != nil {
		return err
	}
	w := s.words(v)
	page, ok := rs.Form(casework.FormContact, w)
	if !ok {
		return care.ErrNotFound
	}
	layout := s.layout(c, rs, page.Title, s.wayBack(v))
	layout.Error, layout.NoContact = invalid != nil, true
	form := s.form(rs, w, page, a, invalid)
	form.Action, form.Once = councilPath(v.Council, "contact"), onceKey(c)
	return render(c, status, pages.Question(pages.QuestionPage{Layout: layout, Page: page, Form: form}))
}

// wayBack is where Back leads from a page beside the journey: to the page the person had come to, or to the start.
func (s *Server) wayBack(v *visit) string {
	if v.unsent() && !v.Session.Locked {
		return councilPath(v.Council, v.Draft.Rules.NextUnvisited(v.Draft.Answers))
	}
	return "/" + v.Council.Slug
}

// sendContact sends the request at once.
func (s *Server) sendContact(c echo.Context) error {
	v := visitOf(c)
	rs, err := s.wording(v)
	if err != nil {
		return err
	}
	page, _ := rs.Form(casework.FormContact, s.words(v))
	typed, err := readForm(c, page)
	if err != nil {
		return err
	}
	sent, err := s.Casework.Ask(c.Request().Context(), v.Council, v.Draft, casework.FormContact, c.FormValue(fieldOnce), typed)
	var invalid *care.Invalid
	if errors.As(err, &invalid) {
		return s.contactPage(c, http.StatusUnprocessableEntity, sent.Answers, invalid)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "contact/sent")+"?"+contactFlash+"="+sent.Reference)
}

// contactSent confirms. The reference comes from the address and is shown only when it can be one.
func (s *Server) contactSent(c echo.Context) error {
	v := visitOf(c)
	rs, err := s.wording(v)
	if err != nil {
		return err
	}
	reference, ok := casework.ParseReference(c.QueryParam(contactFlash))
	if !ok {
		return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "contact"))
	}
	w := s.words(v)
	w["ref"] = casework.FormatReference(reference)
	page := pages.SentPage{
		Layout:    s.layout(c, rs, rs.Text("contact.sent_title", w), ""),
		Title:     rs.Text("contact.sent_title", w),
		Reference: w["ref"],
		RefLabel:  rs.Text("sent.reference", w),
		Lines:     rs.Texts("contact.sent_lines", w),
	}
	if v.unsent() {
		page.Links = []pages.Link{{Text: rs.Text("contact.go_on", w), Href: s.wayBack(v)}}
	}
	return render(c, http.StatusOK, pages.Sent(page))
}
