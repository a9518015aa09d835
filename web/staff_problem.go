package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/casework"
	"threshold/templates/pages"
)

// problemLookup is how long an error page may take to find out whose it is.
const problemLookup = time.Second

// underStaff says whether an address is one of the practitioners'. A council's name may begin with the same letters.
func underStaff(c echo.Context) bool {
	path := c.Request().URL.Path
	return path == "/staff" || strings.HasPrefix(path, "/staff/")
}

// staffProblemPages say, by status, what happened and what to do now. Nothing in them depends on the address, so another
// council's case and a missing one read the same.
var staffProblemPages = map[int]pages.StaffMessagePage{
	http.StatusNotFound: {Title: "There is nothing at this address", Lines: []string{
		"There is no such case or page at your council. Check the reference: it has ten letters and digits.",
	}},
	http.StatusForbidden: {Title: "Your account cannot open this", Lines: []string{
		"Your role does not allow it. If your work needs it, ask whoever looks after accounts at your council.",
	}},
	http.StatusConflict: {Title: "This was changed by somebody else", Lines: []string{
		"A colleague changed the case after you opened the page, so nothing was saved over theirs. Go back, copy what you typed if you need it, and open the page again.",
	}},
	http.StatusTooManyRequests: {Title: "Please wait a little", Lines: []string{
		"There were too many tries in a short time. Try again in ten minutes.",
	}},
	http.StatusBadRequest: {Title: "This could not be saved", Lines: []string{
		"What was sent did not come from the form of this page, so nothing was saved. Go back, reload the page and try again.",
	}},
	http.StatusRequestEntityTooLarge: {Title: "This was too long to save", Lines: []string{
		"Nothing was saved. Go back, shorten what you typed, and save again.",
	}},
	http.StatusServiceUnavailable: {Title: "The service cannot save anything just now", Lines: []string{
		"It is not your fault, and what was saved before is safe. Nothing was saved of this. Go back and try again in a few minutes. If it happens again, tell whoever looks after this service at your council.",
	}},
	http.StatusInternalServerError: {Title: "Something went wrong here", Lines: []string{
		"It is not your fault. What you saved before is safe. Go back and try again in a few minutes. If it happens again, tell whoever looks after this service at your council.",
	}},
}

// staffProblem draws the page of a status the way the practitioner's pages look, so that they can sign out from it.
func (s *Server) staffProblem(c echo.Context, status int) error {
	key := status
	switch status {
	case http.StatusMethodNotAllowed:
		key = http.StatusNotFound
	case http.StatusLocked:
		key = http.StatusConflict
	}
	p, ok := staffProblemPages[key]
	if !ok {
		p = staffProblemPages[http.StatusInternalServerError]
	}
	v := visitOf(c)
	if v.Practitioner.ID == "" && key == http.StatusNotFound {
		// An address that is no page has no guard. The request's own context ended with the handler, so the lookup gets a
		// short one; when it fails the page is merely without a name and a button.
		ctx, done := context.WithTimeout(context.WithoutCancel(c.Request().Context()), problemLookup)
		defer done()
		c.SetRequest(c.Request().WithContext(ctx))
		_, _, _ = s.signedIn(c)
	}
	p.Layout = s.staffLayout(c, p.Title)
	switch {
	case v.Practitioner.ID == "":
		p.Next = pages.Link{Text: "Sign in", Href: "/staff/sign-in"}
	case casework.ReadsQueue(v.Actor):
		p.Next = pages.Link{Text: "Back to the queue", Href: "/staff"}
	default:
		p.Next = pages.Link{Text: "Back to the start page", Href: "/staff"}
	}
	return render(c, status, pages.StaffMessage(p))
}
