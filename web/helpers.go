package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// formOfOwn refuses an account that is still being written: it is a part of somebody else's form, which has the helpers,
// the diary and the record of who looked.
func (s *Server) formOfOwn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if v := visitOf(c); v.Draft.AccountOf {
			return c.Redirect(http.StatusSeeOther, placeOf(v.Council, *v.Draft))
		}
		return next(c)
	}
}

// wayBeside is where Back leads from a page beside the form: to the form, or to where it stands.
func wayBeside(v *visit) string {
	if v.unsent() {
		return councilPath(v.Council, "save")
	}
	return councilPath(v.Council, statusPath)
}

// showHelpers lists the codes that were given to helpers, and gives new ones.
func (s *Server) showHelpers(c echo.Context) error {
	v := visitOf(c)
	codes, err := s.Casework.Helpers(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	rs, w := v.Draft.Rules, s.words(v)
	p := pages.HelpersPage{
		Layout: s.layout(c, rs, rs.Text("helpers.title", w), wayBeside(v)),
		Title:  rs.Text("helpers.title", w), Lines: rs.Texts("helpers.lines", w),
		Invite:    pages.Button{Text: rs.Text("helpers.button", w), Action: councilPath(v.Council, "helpers")},
		ListTitle: rs.Text("helpers.list_title", w), None: rs.Text("helpers.none", w),
	}
	if c.QueryParam(done) == "ended" {
		p.Banner = rs.Text("helpers.end_done", w)
	}
	open := false
	for _, code := range codes {
		open = open || code.EndedAt.IsZero()
		p.Given = append(p.Given, pages.GivenCode{
			Given: rs.Text("helpers.given", eligibility.Words{"date": longDate(code.CreatedAt)}), State: s.codeState(rs, code),
		})
	}
	if open {
		p.End = pages.Panel{
			Title: rs.Text("helpers.end", w), Lines: rs.Texts("helpers.end_lines", w), Quiet: true,
			Do: pages.Button{Text: rs.Text("helpers.end", w), Action: councilPath(v.Council, "helpers/end")},
		}
	}
	return render(c, http.StatusOK, pages.Helpers(p))
}

// codeState says what became of a helper's code. Used and ended is told as ended: nothing can be added with it any more.
func (s *Server) codeState(rs *eligibility.Ruleset, code care.Code) string {
	switch {
	case !code.EndedAt.IsZero():
		return rs.Text("helpers.ended", eligibility.Words{"date": longDate(code.EndedAt)})
	case !code.UsedAt.IsZero():
		return rs.Text("helpers.used", eligibility.Words{"date": longDate(code.UsedAt)})
	case !code.Live(s.Now()):
		return rs.Text("helpers.over", nil)
	}
	return rs.Text("helpers.waiting", eligibility.Words{"date": longDate(code.Until)})
}

// inviteHelper makes a code for one helper.
func (s *Server) inviteHelper(c echo.Context) error {
	v := visitOf(c)
	draft, code, err := s.Casework.InviteHelper(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	o := handOff{Reference: draft.Reference, Code: code, Until: s.Now().Add(casework.HelperCodeLife)}
	s.handOffs.put(v.Session.IDHash, handOffHelper, o, s.Now())
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "helpers/code"))
}

// showHelperCode shows it once.
func (s *Server) showHelperCode(c echo.Context) error {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	way := councilPath(v.Council, "helpers")
	p := pages.CodePage{Layout: s.layout(c, rs, rs.Text("helpers.code_title", w), way), Title: rs.Text("helpers.code_title", w)}
	p.Layout.NoReading = true // what is shown once must not be lost by looking elsewhere
	if o, ok := s.handOffs.take(v.Session.IDHash, handOffHelper, s.Now()); ok {
		w["address"], w["date"] = s.address(c, "/"+v.Council.Slug+"/back"), longDate(o.Until)
		p.RefLabel, p.Reference = rs.Text("code.reference", w), casework.FormatReference(o.Reference)
		p.CodeLabel, p.Code = rs.Text("helpers.code", w), o.Code.Reveal()
		p.How, p.Lines = rs.Texts("helpers.code_how", w), rs.Texts("helpers.code_once", w)
	} else {
		p.Lines = rs.Texts("code.gone", w)
		p.Again = pages.Button{Text: rs.Text("code.again", w), Action: way}
	}
	p.Links = []pages.Link{{Text: rs.Text("helpers.title", w), Href: way}}
	return render(c, http.StatusOK, pages.Code(p))
}

// endAllHelpers takes back all helpers' access, for whoever wrote the form.
func (s *Server) endAllHelpers(c echo.Context) error {
	v := visitOf(c)
	if err := s.Casework.EndHelpers(c.Request().Context(), v.Actor); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "helpers")+"?"+done+"=ended")
}
