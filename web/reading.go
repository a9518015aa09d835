package web

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// readingPath has the choice of words and of the size of type.
const readingPath = "reading"

// The question on which people say how things shall be sent to them, and what of it changes pages too.
const (
	formatQuestion = "format"
	formatEasy     = "easy_read"
	formatLarge    = "large_print"
)

// readingOf is how a browser reads: the locale chosen in it, else Easy Read where the answers ask for it; and whether the
// print is large. A choice made in the browser stands over the answers.
func readingOf(row care.Session, draft *casework.Draft) (locale string, large bool) {
	// What a practitioner fills in for somebody tells how that person reads, and not how the practitioner does.
	own := row.Locale == "" && draft != nil && draft.KeyedBy == ""
	locale, large = row.Locale, row.Large
	if own && draft.Answers.Has(formatQuestion, formatEasy) {
		locale = eligibility.EasyEnglish
	}
	return locale, large || own && draft.Answers.Has(formatQuestion, formatLarge)
}

// onlyReading is what stays of a session whose draft is gone: how its browser reads.
func onlyReading(row care.Session) care.Session {
	return care.Session{Locale: row.Locale, Large: row.Large}
}

// spoken puts a draft into the words of this browser. Records are not touched by it: they stay in ordinary English.
func (v *visit) spoken(draft casework.Draft) casework.Draft {
	if draft.Rules != nil {
		locale, _ := readingOf(v.Session, &draft)
		draft.Rules = draft.Rules.In(locale)
	}
	return draft
}

// wording is what pages say that belong to no draft, in the words of this browser.
func (s *Server) wording(v *visit) (*eligibility.Ruleset, error) {
	rs, err := s.Casework.Words()
	if err != nil {
		return nil, err
	}
	locale, _ := readingOf(v.Session, v.Draft)
	return rs.In(locale), nil
}

// offered are the locales to choose from. Those for tests are there only when they were loaded, and last.
func (s *Server) offered() []eligibility.Locale {
	all := s.Casework.Library.Locales()
	slices.SortStableFunc(all, func(a, b eligibility.Locale) int {
		switch {
		case a.ForTests() == b.ForTests():
			return 0
		case b.ForTests():
			return -1
		}
		return 1
	})
	return all
}

func (s *Server) readingForm(rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	way := care.Question{ID: "way", Kind: care.KindRadios, Text: rs.Text("reading.way", w), Required: true}
	for _, l := range s.offered() {
		o := care.Option{ID: l.ID, Label: l.Name}
		switch {
		case l.ForTests():
			o.Group = rs.Text("reading.tests", w)
		case l.Lang != rs.Locale().Lang: // a hint in words that its reader does not know helps nobody
		case l.Easy():
			o.Hint = rs.Text("reading.easy_hint", w)
		default:
			o.Hint = rs.Text("reading.usual_hint", w)
		}
		way.Options = append(way.Options, o)
	}
	return care.Page{Title: rs.Text("reading.title", w), Button: rs.Text("reading.button", w), Questions: []care.Question{way, {
		ID: "size", Kind: care.KindCheckboxes, Text: rs.Text("reading.size", w),
		Options: []care.Option{{ID: "large", Label: rs.Text("reading.large", w)}},
	}}}
}

// askReading shows the choice as it stands.
func (s *Server) askReading(c echo.Context) error {
	v := visitOf(c)
	locale, large := readingOf(v.Session, v.Draft)
	rs, err := s.rulesOf(v)
	if err != nil {
		return err
	}
	chosen := map[string][]string{"way": {rs.In(locale).Locale().ID}}
	if large {
		chosen["size"] = []string{"large"}
	}
	from := c.QueryParam(fieldFrom)
	if from == "" {
		if u, err := url.Parse(c.Request().Referer()); err == nil && u.Host == c.Request().Host {
			from = u.RequestURI()
		}
	}
	return s.readingPage(c, http.StatusOK, s.cameFrom(c, from), asTyped(chosen), nil)
}

func (s *Server) readingPage(c echo.Context, status int, from string, chosen care.Answers, invalid *care.Invalid) error {
	v := visitOf(c)
	rs, err := s.rulesOf(v)
	if err != nil {
		return err
	}
	w := s.words(v)
	page := s.readingForm(rs, w)
	layout := s.layout(c, rs, page.Title, from)
	layout.NoReading, layout.Error = true, invalid != nil
	form := s.form(rs, w, page, chosen, invalid)
	form.Action = councilPath(v.Council, readingPath)
	return render(c, status, pages.Reading(pages.ReadingPage{
		Layout: layout, Title: page.Title, Lines: rs.Texts("reading.lines", w), Form: form, From: from,
	}))
}

// chooseReading keeps the choice in the browser's session and goes back to where the person was. Somebody who has not
// begun a form gets a session that holds the choice and nothing else.
func (s *Server) chooseReading(c echo.Context) error {
	v := visitOf(c)
	rs, err := s.rulesOf(v)
	if err != nil {
		return err
	}
	page := s.readingForm(rs, s.words(v))
	page.Questions = append(page.Questions, care.Question{ID: fieldFrom, Kind: care.KindText})
	typed, err := readOwn(c, page)
	if err != nil {
		return err
	}
	from := s.cameFrom(c, c.FormValue(fieldFrom))
	delete(typed, fieldFrom)
	if invalid := s.checkOwn(page, typed); invalid != nil {
		return s.readingPage(c, http.StatusUnprocessableEntity, from, asTyped(typed), invalid)
	}
	if err := s.keepReading(c, typed["way"][0], len(typed["size"]) > 0); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, from)
}

func (s *Server) keepReading(c echo.Context, locale string, large bool) error {
	v, ctx := visitOf(c), c.Request().Context()
	row := care.Session{Kind: care.ActorCitizen, Council: v.Council.Slug, CreatedAt: s.Now().UTC(), SeenAt: s.Now().UTC()}
	begun := v.Session.IDHash != ""
	if begun {
		// As it is stored: what the guard changed for this request alone stays out.
		var err error
		if row, err = s.Sessions.Session(ctx, v.Session.IDHash); err != nil {
			return err
		}
	}
	row.Locale, row.Large = "", large
	// What the answers say anyway is not kept, so that changing them later still changes the pages.
	if asAnswered, answeredLarge := readingOf(row, v.Draft); locale != s.localeID(asAnswered) || answeredLarge != large {
		row.Locale = locale
	}
	if begun {
		return s.cookies.put(ctx, row)
	}
	return s.cookies.begin(c.Request(), c.Response(), citizenCookie(v.Council.Slug), row)
}

// localeID is the locale that pages really speak when one is asked for.
func (s *Server) localeID(asked string) string {
	all := s.Casework.Library.Locales()
	if slices.ContainsFunc(all, func(l eligibility.Locale) bool { return l.ID == asked }) {
		return asked
	}
	return all[0].ID
}

// readAsAnswered lets the newest word on how somebody reads stand: who chooses Easy Read or large print among their
// answers gets it at once, whatever their browser was told before.
func (s *Server) readAsAnswered(c echo.Context, before, after casework.Draft) error {
	v := visitOf(c)
	newly := func(format string) bool {
		return after.KeyedBy == "" && after.Answers.Has(formatQuestion, format) && !before.Answers.Has(formatQuestion, format)
	}
	easy, large := newly(formatEasy) && v.Session.Locale != "", newly(formatLarge) && v.Session.Locale != "" && !v.Session.Large
	if !easy && !large {
		return nil
	}
	row, err := s.Sessions.Session(c.Request().Context(), v.Session.IDHash)
	if err != nil {
		return err
	}
	if easy {
		row.Locale = ""
	}
	row.Large = row.Large || large
	return s.cookies.put(c.Request().Context(), row)
}

// fieldFrom is the page to which choosing how to read leads back.
const fieldFrom = "from"

// cameFrom is the address to go back to: a page of this council that can be opened, or where the person has come to. No
// other address passes, whoever wrote it: a link with ours in front must not lead to another site.
func (s *Server) cameFrom(c echo.Context, asked string) string {
	v := visitOf(c)
	home := "/" + v.Council.Slug
	u, err := url.Parse(asked)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || u.User != nil || strings.ContainsAny(asked, "\\\r\n\t") ||
		strings.HasPrefix(asked, "//") || u.RawPath != "" || u.Path != path.Clean(u.Path) || (u.Path != home && !strings.HasPrefix(u.Path, home+"/")) {
		return s.wayBack(v)
	}
	to := url.URL{Path: u.Path, RawQuery: u.RawQuery}
	for ; to.Path != home; to = (url.URL{Path: path.Dir(to.Path)}) { // a form's address may be one that only takes forms
		if s.opens(c, to.Path) {
			return to.String()
		}
	}
	if u.Path == home {
		return home
	}
	return s.wayBack(v)
}

// opens says whether an address shows a page of its own.
func (s *Server) opens(c echo.Context, at string) bool {
	v := visitOf(c)
	find := c.Echo().NewContext(c.Request(), nil)
	c.Echo().Router().Find(http.MethodGet, at, find)
	switch find.Path() {
	case "", "/:council/" + readingPath, "/:council/carry-on", "/:council/start":
		return false
	case "/:council/*":
		if v.Draft == nil {
			return false
		}
		ok, goTo := v.Draft.Rules.MayBeOn(v.Draft.Answers, strings.TrimPrefix(at, "/"+v.Council.Slug+"/"))
		return ok || goTo != ""
	}
	return true
}
