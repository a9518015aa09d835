package web

import (
	"cmp"
	"crypto/rand"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// The two forms somebody may choose between who comes back in a browser where another one is open.
const (
	whichHere  = "here"
	whichOther = "other"
)

// backPage asks for a reference and a code and, where another form is open here, which one to go on with: it is never
// lost without a word.
func backPage(v *visit, rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	page := care.Page{Title: rs.Text("back.title", w), Button: rs.Text("back.button", w), Questions: []care.Question{
		{ID: "reference", Kind: care.KindText, Text: rs.Text("back.reference", w), Hint: rs.Text("back.reference_hint", w)},
		{ID: "code", Kind: care.KindText, Text: rs.Text("back.code", w), Hint: rs.Text("back.code_hint", w)},
	}}
	if v.unsent() {
		page.Questions = append(page.Questions, whichQuestion(rs, w, rs.Text("back.which_other", w)))
	}
	return page
}

// readBack reads a form for coming back. The choice between two forms may stand in it although there is nothing to choose
// any more: the first of two presses has closed the form that was open here.
func readBack(c echo.Context, page care.Page) (typed map[string][]string, press casework.Press, err error) {
	if _, ok := page.Question("which"); !ok {
		page.Questions = append(page.Questions, care.Question{ID: "which", Kind: care.KindRadios})
	}
	typed, err = readOwn(c, page)
	press.Key = keyOf(c)
	// A guest holds no form, whoever writes an account holds that alone, and a form that a practitioner keyed in is theirs.
	if v := visitOf(c); v.Draft != nil && !v.Draft.Guest && !v.KeyedAway {
		press.Held = v.Draft.ID
	}
	return typed, press, err
}

// keyOf is the random key that a form for coming back was posted with, "" for none. One in the address does not count:
// whoever makes somebody else's link must not know the key of the form it leads to.
func keyOf(c echo.Context) string {
	if key := c.Request().PostFormValue(fieldOnce); len(key) == len(rand.Text()) {
		return key
	}
	return ""
}

func whichQuestion(rs *eligibility.Ruleset, w eligibility.Words, other string) care.Question {
	return care.Question{
		ID: "which", Kind: care.KindRadios, Text: rs.Text("back.which", w), Messages: map[string]string{"choose_one": rs.Text("back.which_choose", w)},
		Options: []care.Option{{ID: whichHere, Label: rs.Text("back.which_here", w)}, {ID: whichOther, Label: other}},
	}
}

// askBack asks for the code.
func (s *Server) askBack(c echo.Context) error {
	return s.backPageOf(c, http.StatusOK, nil, nil)
}

func (s *Server) backPageOf(c echo.Context, status int, typed map[string][]string, invalid *care.Invalid) error {
	v := visitOf(c)
	rs, err := s.rulesOf(v)
	if err != nil {
		return err
	}
	w := s.words(v)
	page := backPage(v, rs, w)
	layout := s.layout(c, rs, page.Title, "/"+v.Council.Slug)
	layout.NoSave, layout.Error = true, invalid != nil
	p := pages.BackPage{
		Layout: layout, Title: page.Title, Lines: rs.Texts("back.lines", w), Lost: rs.Text("back.lost", w),
		Form: s.form(rs, w, page, asTyped(typed), invalid), Remember: ownDevice(c), Numbers: numbersToRing(v.Council),
	}
	p.Form.Action, p.Form.Once = councilPath(v.Council, "back"), cmp.Or(keyOf(c), rand.Text())
	p.Links = []pages.Link{{Text: rs.Text("bring.link", w), Href: councilPath(v.Council, bringPath)}}
	if v.unsent() {
		if p.Here, p.First, err = s.leftHere(c, rs); err != nil {
			return err
		}
	}
	return render(c, status, pages.Back(p))
}

// leftHere tells what becomes of the form that is open in this browser when somebody goes on with another one.
func (s *Server) leftHere(c echo.Context, rs *eligibility.Ruleset) (lines []string, first pages.Link, err error) {
	v := visitOf(c)
	has, err := s.Casework.CodeGiven(c.Request().Context(), v.Actor)
	if err != nil {
		return nil, first, err
	}
	w := clocks(v, s.words(v))
	if has {
		return append(rs.Texts("back.left_kept", w), rs.Texts("clock.code", w)...), first, nil
	}
	return append(rs.Texts("back.left", w), rs.Texts("clock.browser", w)...),
		pages.Link{Text: rs.Text("back.first", w), Href: councilPath(v.Council, "save")}, nil
}

// comeBack opens a form by reference and code. A wrong code and a reference that nobody has are told in the same words.
func (s *Server) comeBack(c echo.Context) error {
	v := visitOf(c)
	rs, err := s.rulesOf(v)
	if err != nil {
		return err
	}
	typed, press, err := readBack(c, backPage(v, rs, s.words(v)))
	if err != nil {
		return err
	}
	one := func(id string) string {
		if given := typed[id]; len(given) > 0 {
			return given[0]
		}
		return ""
	}
	reference, _ := casework.ParseReference(one("reference"))
	again := false
	if v.unsent() {
		if again, err = s.Casework.PressedHere(c.Request().Context(), v.Actor, reference, "", press); err != nil {
			return err
		}
	}
	switch {
	case again:
		return s.openAgain(c)
	case !v.unsent() || reference != "" && reference == v.Draft.Reference:
	case one("which") == whichHere:
		return s.openAgain(c)
	case one("which") != whichOther:
		return s.backPageOf(c, http.StatusUnprocessableEntity, typed, care.Refuse("which", "choose_one"))
	}
	opened, err := s.Casework.ComeBack(c.Request().Context(), v.Council.Slug, one("reference"), one("code"), press)
	var invalid *care.Invalid
	switch {
	case errors.As(err, &invalid):
		return s.backPageOf(c, http.StatusUnprocessableEntity, typed, invalid)
	case errors.Is(err, care.ErrTooMany):
		return s.backPageOf(c, http.StatusTooManyRequests, typed, care.Refuse("code", "too_many"))
	case err != nil:
		return err
	}
	return s.comeIn(c, opened)
}

// comeIn gives this browser a new session on what a code or link has opened, and leads to where the person was.
func (s *Server) comeIn(c echo.Context, opened casework.Return) error {
	v, now := visitOf(c), s.Now().UTC()
	row := care.Session{
		Kind: care.ActorCitizen, Council: v.Council.Slug, Assessment: opened.Assessment, As: opened.As, CreatedAt: now, SeenAt: now,
		Locale: v.Session.Locale, Large: v.Session.Large,
	}
	draft, err := s.Casework.Draft(c.Request().Context(), care.Actor{Kind: care.ActorCitizen, ID: row.Assessment, Council: row.Council, As: row.As})
	if err != nil {
		return err
	}
	if err := s.cookies.begin(c.Request(), c.Response(), citizenCookie(v.Council.Slug), row); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, placeOf(v.Council, draft))
}

// placeOf is where a form is gone on from: the page the person had come to, or where it stands.
func placeOf(council care.Council, d casework.Draft) string {
	if d.Status == care.StatusDraft && !d.Guest {
		return councilPath(council, d.Rules.NextUnvisited(d.Answers))
	}
	return councilPath(council, statusPath)
}

// openAgain goes on with the form that is open in this browser, locked or not.
func (s *Server) openAgain(c echo.Context) error { return s.carryOn(c) }

// askLink is what a link from a message opens: a page with one button. Opening it uses nothing up, for programs open
// links and people press buttons.
func (s *Server) askLink(c echo.Context) error {
	return s.linkPageOf(c, http.StatusOK, nil)
}

func (s *Server) linkPageOf(c echo.Context, status int, invalid *care.Invalid) error {
	v := visitOf(c)
	live, err := s.Casework.Link(c.Request().Context(), v.Council.Slug, c.Param("token"))
	if err != nil {
		return err
	}
	if !live {
		return s.linkGone(c)
	}
	rs, err := s.rulesOf(v)
	if err != nil {
		return err
	}
	w := s.words(v)
	page := linkChoice(v, rs, w)
	layout := s.layout(c, rs, page.Title, "")
	layout.NoSave, layout.Error = true, invalid != nil
	p := pages.BackPage{
		Layout: layout, Title: page.Title, Lines: append(rs.Texts("back.link_lines", w), rs.Texts("clock.link", w)...),
		Form: s.form(rs, w, page, care.Answers{}, invalid),
	}
	p.Form.Action, p.Form.Once = councilPath(v.Council, "back/"+c.Param("token")), cmp.Or(keyOf(c), rand.Text())
	if v.unsent() {
		if p.Here, p.First, err = s.leftHere(c, rs); err != nil {
			return err
		}
	}
	return render(c, status, pages.Back(p))
}

func linkChoice(v *visit, rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	page := care.Page{Title: rs.Text("back.link_title", w), Button: rs.Text("save.carry_on", w)}
	if v.unsent() {
		page.Questions = []care.Question{whichQuestion(rs, w, rs.Text("back.which_link", w))}
	}
	return page
}

// linkGone says the same of a link that was used, has run out or never was.
func (s *Server) linkGone(c echo.Context) error {
	v := visitOf(c)
	rs, err := s.wording(v)
	if err != nil {
		return err
	}
	w := s.words(v)
	return render(c, http.StatusNotFound, pages.Problem(pages.ProblemPage{
		Layout: s.layout(c, rs, rs.Text("back.link_gone_title", w), ""),
		Title:  rs.Text("back.link_gone_title", w),
		Lines:  append(rs.Texts("clock.link", w), rs.Texts("back.link_gone", w)...),
		Next:   pages.Link{Text: rs.Text("save.back", w), Href: councilPath(v.Council, "back")},
	}))
}

// followLink opens the form, once.
func (s *Server) followLink(c echo.Context) error {
	v := visitOf(c)
	rs, err := s.rulesOf(v)
	if err != nil {
		return err
	}
	typed, press, err := readBack(c, linkChoice(v, rs, s.words(v)))
	if err != nil {
		return err
	}
	if v.unsent() {
		again, err := s.Casework.PressedHere(c.Request().Context(), v.Actor, "", c.Param("token"), press)
		if err != nil {
			return err
		}
		switch which := typed["which"]; {
		case again:
			return s.openAgain(c)
		case len(which) == 1 && which[0] == whichHere:
			return s.openAgain(c)
		case len(which) != 1 || which[0] != whichOther:
			return s.linkPageOf(c, http.StatusUnprocessableEntity, care.Refuse("which", "choose_one"))
		}
	}
	opened, err := s.Casework.FollowLink(c.Request().Context(), v.Council.Slug, c.Param("token"), press)
	if errors.Is(err, care.ErrNotFound) {
		return s.linkGone(c)
	}
	if err != nil {
		return err
	}
	return s.comeIn(c, opened)
}
