package web

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// pagePath is the page a request asks for, below the council's slug.
func pagePath(c echo.Context) string {
	if p := c.Param("*"); p != "" {
		return strings.Trim(p, "/")
	}
	return c.Path()[strings.LastIndexByte(c.Path(), '/')+1:]
}

// showQuestion shows a page of the journey with what was answered, or the way to the page the person has come to.
func (s *Server) showQuestion(c echo.Context) error {
	v, path := visitOf(c), pagePath(c)
	if v.Session.Locked {
		return s.showLocked(c)
	}
	draft, err := s.draftOrNew(v)
	if err != nil {
		return err
	}
	if draft.AccountOf && path == draft.Rules.Start() {
		return c.Redirect(http.StatusSeeOther, placeOf(v.Council, draft)) // whose account it is was settled by the code
	}
	ok, goTo := draft.Rules.MayBeOn(draft.Answers, path)
	if !ok && goTo == "" {
		return care.ErrNotFound
	}
	if !ok {
		return c.Redirect(http.StatusSeeOther, councilPath(v.Council, goTo))
	}
	return s.questionPage(c, http.StatusOK, draft, path, nil, "")
}

// draftOrNew returns the visit's draft, or an empty one that is not stored: the first page is shown before there is
// anything to keep, and after something was sent the next person starts clean.
func (s *Server) draftOrNew(v *visit) (casework.Draft, error) {
	if v.unsent() {
		return *v.Draft, nil
	}
	rs, err := s.wording(v)
	return casework.Draft{Rules: rs}, err
}

// answerFirst takes the very first answer, which makes the draft and its session.
func (s *Server) answerFirst(c echo.Context) error {
	v := visitOf(c)
	if v.unsent() {
		return s.answerQuestion(c)
	}
	rs, err := s.wording(v)
	if err != nil {
		return err
	}
	// Nothing is made of a first answer that cannot be accepted: there is nothing to lose yet.
	page, _ := rs.Page("for", care.Answers{}, s.words(v))
	typed, err := readForm(c, page)
	if err != nil {
		return err
	}
	if _, invalid, err := rs.Answer(care.Answers{}, "for", typed, s.Now()); err != nil {
		return err
	} else if invalid != nil {
		return s.questionPage(c, http.StatusUnprocessableEntity, casework.Draft{Rules: rs}, "for", invalid, "")
	}
	draft, err := s.Casework.Start(c.Request().Context(), v.Council.Slug)
	if err != nil {
		return err
	}
	now := s.Now().UTC()
	v.Session = care.Session{
		Kind: care.ActorCitizen, Council: v.Council.Slug, Assessment: draft.ID, CreatedAt: now, SeenAt: now,
		Locale: v.Session.Locale, Large: v.Session.Large,
	}
	if err := s.cookies.begin(c.Request(), c.Response(), citizenCookie(v.Council.Slug), v.Session); err != nil {
		return err
	}
	draft = v.spoken(draft)
	v.Draft = &draft
	v.Actor = care.Actor{Kind: care.ActorCitizen, ID: draft.ID, Council: v.Council.Slug}
	return s.answerQuestion(c)
}

// answerQuestion stores what was typed on one page and goes on to the next.
func (s *Server) answerQuestion(c echo.Context) error {
	v, path := visitOf(c), pagePath(c)
	page, ok := v.Draft.Rules.Page(path, v.Draft.Answers, s.words(v))
	if !ok {
		return care.ErrNotFound
	}
	typed, err := readForm(c, page)
	if err != nil {
		return err
	}
	if page.Form != "" && c.FormValue(fieldDo) == doSend {
		return s.sendAside(c, page)
	}
	draft, err := s.Casework.Answer(c.Request().Context(), v.Actor, path, c.FormValue(fieldSeen), typed)
	draft = v.spoken(draft)
	var invalid *care.Invalid
	switch {
	case v.Session.Locked && (errors.As(err, &invalid) || errors.Is(err, care.ErrConflict)):
		return s.showLocked(c) // what was typed is kept where it can be; nothing is shown
	case errors.As(err, &invalid):
		return s.questionPage(c, http.StatusUnprocessableEntity, draft, path, invalid, "")
	case errors.Is(err, care.ErrConflict):
		return s.conflictPage(c, draft, path, typed)
	case err != nil:
		return err
	}
	if err := s.readAsAnswered(c, *v.Draft, draft); err != nil {
		return err
	}
	return s.goOn(c, draft, path)
}

// goOn redirects to the page after path, or back to the check page when the person came from there.
func (s *Server) goOn(c echo.Context, draft casework.Draft, path string) error {
	next := draft.Rules.Next(draft.Answers, path)
	if c.FormValue(fieldChange) != "" {
		if next = draft.Rules.NextUnvisited(draft.Answers); next != "check" {
			// Only what has another meaning now is asked again, and then the check page comes back.
			return c.Redirect(http.StatusSeeOther, councilPath(visitOf(c).Council, next)+"?"+fieldChange+"=1")
		}
	}
	return c.Redirect(http.StatusSeeOther, councilPath(visitOf(c).Council, next))
}

// conflictPage shows what is typed here and nothing of what another tab saved: pressing the button again keeps this.
func (s *Server) conflictPage(c echo.Context, draft casework.Draft, path string, typed map[string][]string) error {
	page, _ := draft.Rules.Page(path, draft.Answers, s.words(visitOf(c)))
	seen := draft.Seen(page)
	var here care.Answers
	for _, q := range page.Questions {
		here.SetTyped(q.ID, typed[q.ID]...)
	}
	notice := draft.Rules.Text("conflict.notice", s.words(visitOf(c)))
	return s.formPage(c, http.StatusConflict, draft, page, here, seen, nil, notice)
}

func (s *Server) questionPage(c echo.Context, status int, draft casework.Draft, path string, invalid *care.Invalid, notice string) error {
	page, ok := draft.Rules.Page(path, draft.Answers, s.words(visitOf(c)))
	if !ok {
		return care.ErrNotFound
	}
	return s.formPage(c, status, draft, page, draft.Answers, draft.Seen(page), invalid, notice)
}

// formPage draws a page of the journey by its template, with the given answers in its form.
func (s *Server) formPage(c echo.Context, status int, draft casework.Draft, page care.Page, shown care.Answers, seen string, invalid *care.Invalid, notice string) error {
	v := visitOf(c)
	w := s.words(v)
	rs := draft.Rules
	layout := s.layout(c, rs, page.Title, s.backFrom(v, draft, page.Path))
	layout.Error = invalid != nil
	s.saved(&layout, rs, draft.Assessment)
	form := s.form(rs, w, page, shown, invalid)
	form.Action, form.Seen = councilPath(v.Council, page.Path), seen
	form.Change = c.QueryParam(fieldChange) != "" || c.FormValue(fieldChange) != ""
	if page.Template != "questions" {
		return s.asidePage(c, status, draft, page, nil)
	}
	if invalid == nil && notice == "" && !answered(page, draft.Answers) {
		form.Skip = page.Extra["skip_button"]
	}
	return render(c, status, pages.Question(pages.QuestionPage{
		Layout: layout, Page: page, Form: form, Notice: notice, Numbers: numbersToRing(v.Council),
		Progress: page.Extra["progress"], Example: rs.Text("page.example", w),
	}))
}

// answered says whether anything on the page was answered or typed: "none of these" would then be untrue.
func answered(page care.Page, a care.Answers) bool {
	return slices.ContainsFunc(page.Questions, func(q care.Question) bool {
		return len(a.Get(q.ID)) > 0 || a.Typed(q.ID) != nil
	})
}

// backFrom is the address of the page before path on the person's own path.
func (s *Server) backFrom(v *visit, draft casework.Draft, path string) string {
	if back := draft.Rules.Back(draft.Answers, path); back != "" {
		return councilPath(v.Council, back)
	}
	return "/" + v.Council.Slug
}

// form turns a page and the answers to it into what the templates draw. What could not be accepted is shown as it was
// typed; answers that are write-only are never shown again.
func (s *Server) form(rs *eligibility.Ruleset, w eligibility.Words, page care.Page, a care.Answers, invalid *care.Invalid) pages.Form {
	f := pages.Form{
		Button: page.Button, Introduced: len(page.Lines) > 0 || page.Hint != "",
		Words: pages.FormWords{
			Day: rs.Text("page.day", w), Month: rs.Text("page.month", w), Year: rs.Text("page.year", w),
			ErrorPrefix: rs.Text("page.error_read", w), Choose: rs.Text("page.choose", w),
		},
		ErrorsTitle: rs.Text("error.title", w),
	}
	problems := map[string]string{}
	if invalid != nil {
		for _, p := range invalid.Problems {
			q, _ := page.Question(p.Field)
			problems[p.Field] = rs.ProblemText(page, p)
			f.Errors = append(f.Errors, components.ErrorSummaryItem{Text: problems[p.Field], Href: "#" + focusID(q, p)})
		}
	}
	for _, q := range page.Questions {
		field := pages.Field{Question: q, Error: problems[q.ID]}
		if !q.WriteOnly {
			field.Values = a.Get(q.ID)
		}
		if typed := a.Typed(q.ID); typed != nil && (!q.WriteOnly || invalid != nil) {
			field.Values = typed
		}
		if q.Kind == care.KindDate && len(field.Values) > 0 {
			field.Day, field.Month, field.Year = splitDate(field.Values[0])
		}
		f.Fields = append(f.Fields, field)
	}
	return f
}

// focusID is the control an error summary links to: the first option, the first box of a date, or the box itself.
func focusID(q care.Question, p care.Problem) string {
	if q.Kind == care.KindDate {
		return p.Field + "-day"
	}
	return p.Field
}
