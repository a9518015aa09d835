package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// staffLanding is the first page of somebody whose role has no queue. typed and problem are those of a reference that
// cannot be one.
func (s *Server) staffLanding(c echo.Context, status int, typed, problem string) error {
	v := visitOf(c)
	const title = "Start page"
	p := pages.StaffLandingPage{Layout: s.staffLayout(c, title), Title: title}
	if slices.Contains(v.Practitioner.Roles, care.RoleAdmin) {
		p.Lines = append(p.Lines,
			"Your account looks after accounts and settings of "+v.Council.Name+". It opens no case.",
			"Invite people and give them roles and teams under People. What residents see and how cases are worked on is under Settings.")
	}
	if p.Trail = casework.ReadsTrail(v.Actor); p.Trail {
		p.Lines = append(p.Lines, "Your account sees who did what in a case, and when. It does not see what people told us.")
		p.Reference = typed
	}
	if problem != "" {
		p.Layout.Error = true
		p.Problems = pages.StaffProblems{
			ByField: map[string]string{"ref": problem},
			Summary: []components.ErrorSummaryItem{{Text: problem, Href: "#ref"}},
		}
	}
	return render(c, status, pages.StaffLanding(p))
}

// staffFindTimeline leads from a typed reference to the timeline of its case.
func (s *Server) staffFindTimeline(c echo.Context) error {
	if v := visitOf(c); !casework.ReadsTrail(v.Actor) {
		return care.ErrForbidden
	}
	typed := tidy(c.QueryParam("ref"))
	ref, ok := casework.ParseReference(typed)
	switch {
	case ok:
		return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/timeline")
	case casework.ReadsQueue(visitOf(c).Actor):
		return care.ErrNotFound // their pages have no such form
	}
	return s.staffLanding(c, http.StatusUnprocessableEntity, typed, "Enter the reference: ten letters and digits. Check that none is missing or swapped")
}
