package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// staffOutside answers for a case that is with another team or restricted. What was typed into one of its forms comes back.
func (s *Server) staffOutside(c echo.Context, outside *casework.Outside, reason string, invalid *care.Invalid) error {
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	p := pages.StaffOutsidePage{Title: rs.Text("staff.outside.title", nil)}
	if outside.Restricted {
		p.Title = rs.Text("staff.outside.title_restricted", nil)
	}
	p.Lines = rs.Texts("staff.outside.shut", nil)
	path, status := "/staff/case/"+outside.Reference, http.StatusForbidden
	if outside.MayBreak {
		p.Lines = rs.Texts("staff.outside.lines", nil)
		p.Action, p.Button, p.Next = path+"/break", rs.Text("staff.outside.button", nil), path
		if asked := c.Request().URL.Path; c.Request().Method == http.MethodGet && strings.HasPrefix(asked, path+"/") {
			p.Next = asked
		}
		if typed := c.FormValue("next"); strings.HasPrefix(typed, path) && invalid != nil {
			p.Next = typed
		}
		p.Reason = components.TextareaParams{
			Name: "reason", Rows: 3, Value: reason, Label: components.LabelParams{Text: rs.Text("staff.outside.reason", nil), Classes: "govuk-label--s"},
			Hint: components.HintParams{Text: rs.Text("staff.outside.reason_hint", nil)},
		}
	}
	if invalid != nil {
		status = http.StatusUnprocessableEntity
		p.Problems = staffProblems(rs, invalid, func(field string) string { return field })
		p.Reason.ErrorMessage = components.ErrorMessageParams{Text: p.Problems.ByField["reason"]}
	} else if c.Request().Method == http.MethodPost {
		if values, err := c.FormParams(); err == nil {
			p.Kept, p.KeptLine = keptWords(values), rs.Text("staff.outside.kept", nil)
		}
	}
	p.Layout = s.staffLayout(c, p.Title)
	p.Layout.Error = invalid != nil
	return render(c, status, pages.StaffOutside(p))
}

// staffBreak opens a case of another team with a reason.
func (s *Server) staffBreak(c echo.Context) error {
	values, err := staffForm(c, "reason", "next")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.Break(c.Request().Context(), visitOf(c).Actor, ref, values.Get("reason"))
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		// Asked again, so that the page says the same of the case as before.
		_, err := s.Casework.WhoOpens(c.Request().Context(), visitOf(c).Actor, ref)
		if outside := (*casework.Outside)(nil); errors.As(err, &outside) {
			return s.staffOutside(c, outside, values.Get("reason"), invalid)
		}
	}
	if err != nil {
		return err
	}
	next, path := values.Get("next"), "/staff/case/"+ref
	if to, err := url.Parse(next); err != nil || to.IsAbs() || to.Host != "" || next != path && !strings.HasPrefix(next, path+"/") {
		next = path
	}
	return c.Redirect(http.StatusSeeOther, next)
}

// staffAccess says who may open a case.
func (s *Server) staffAccess(c echo.Context) error { return s.accessPage(c, nil) }

func (s *Server) accessPage(c echo.Context, invalid *care.Invalid) error {
	ref, err := reference(c)
	if err != nil {
		return err
	}
	access, err := s.Casework.WhoOpens(c.Request().Context(), visitOf(c).Actor, ref)
	if err != nil {
		return err
	}
	f := access.File
	rs, path := f.Rules, casePath(f.Assessment)+"/access"
	p := pages.StaffAccessPage{
		Title: rs.Text("staff.access.title", nil), Nobody: rs.Text("staff.access.nobody", nil), Restricted: f.Restricted,
		StaffCase: s.staffCase(c, f, "access", rs.Text("staff.access.title", nil)),
	}
	switch {
	case f.Restricted:
		p.Lead = rs.Text("staff.access.closed", nil)
	case f.Team == "":
		p.Lead = rs.Text("staff.access.open_no_team", nil)
	default:
		p.Lead = rs.Text("staff.access.open", nil)
	}
	status := http.StatusOK
	posted := "" // which of the forms came
	if invalid != nil {
		status, posted = http.StatusUnprocessableEntity, c.FormValue("form")
		p.Layout.Error = true
		p.Problems = staffProblems(rs, invalid, func(field string) string { return posted + "-" + field })
	}
	form := func(id, title, hint, action string, hidden ...pages.Link) pages.StaffAccessForm {
		out := pages.StaffAccessForm{Title: title, Hint: hint, Action: action, Hidden: append(hidden, pages.Link{Text: "form", Href: id})}
		out.Reason = components.TextareaParams{
			Name: "reason", ID: id + "-reason", Rows: 2, Label: components.LabelParams{Text: rs.Text("staff.access.reason", nil)},
			Hint: components.HintParams{Text: rs.Text("staff.access.reason_hint", nil)},
		}
		if id == posted {
			out.Reason.Value = c.FormValue("reason")
			out.Reason.ErrorMessage = components.ErrorMessageParams{Text: p.Problems.ByField["reason"]}
		}
		return out
	}
	who := func(id string, people []care.Practitioner) components.SelectParams {
		out := components.SelectParams{
			Name: "practitioner", ID: id + "-practitioner", Label: components.LabelParams{Text: "Practitioner"},
			Items: []components.SelectItem{{Text: "Select somebody"}},
		}
		for _, one := range people {
			out.Items = append(out.Items, components.SelectItem{Value: one.ID, Text: one.Name})
		}
		if id == posted {
			out.Value = c.FormValue("practitioner")
			out.ErrorMessage = components.ErrorMessageParams{Text: p.Problems.ByField["practitioner"]}
		}
		return out
	}
	for _, one := range access.Named {
		p.Named = append(p.Named, pages.Link{Text: one.Name})
	}
	version := pages.Link{Text: "version", Href: strconv.Itoa(f.Version)}
	switch {
	case !access.MayChange:
		p.NoChange = rs.Text("staff.blocked.manager", nil)
	case f.Restricted:
		name := form("name", rs.Text("staff.access.name", nil), "", path+"/name", pages.Link{Text: "on", Href: "yes"})
		name.Who = who("name", access.Staff)
		p.Forms = append(p.Forms, name)
		if len(access.Named) > 0 {
			off := form("unname", rs.Text("staff.access.unname", nil), "", path+"/name", pages.Link{Text: "on", Href: "no"})
			off.Who = who("unname", access.Named)
			p.Forms = append(p.Forms, off)
		}
		p.Forms = append(p.Forms, form("lift", rs.Text("staff.access.lift", nil), "", path, version, pages.Link{Text: "on", Href: "no"}))
	default:
		p.Forms = append(p.Forms, form("restrict", rs.Text("staff.access.restrict", nil), rs.Text("staff.access.restrict_hint", nil), path, version, pages.Link{Text: "on", Href: "yes"}))
	}
	return render(c, status, pages.StaffAccess(p))
}

// staffRestrict restricts a case, or lifts the restriction.
func (s *Server) staffRestrict(c echo.Context) error {
	values, err := staffForm(c, "reason", "version", "on", "form")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	read, err := version(values)
	if err != nil {
		return err
	}
	err = s.Casework.Restrict(c.Request().Context(), visitOf(c).Actor, ref, values.Get("on") == "yes", values.Get("reason"), read)
	return s.afterAccess(c, ref, err)
}

// staffName names somebody for a restricted case, or takes the name off.
func (s *Server) staffName(c echo.Context) error {
	values, err := staffForm(c, "reason", "practitioner", "on", "form")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.Name(c.Request().Context(), visitOf(c).Actor, ref, values.Get("practitioner"), values.Get("on") == "yes", values.Get("reason"))
	return s.afterAccess(c, ref, err)
}

func (s *Server) afterAccess(c echo.Context, ref string, err error) error {
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		return s.accessPage(c, invalid)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/access")
}
