package web

import (
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// anybody is for the pages that everybody who is signed in has: their own account, and a start page by their role.
var anybody []casework.Permission

// staffMay says for every page of the practitioner's side what its reader must be allowed, any of those named. The guard
// asks it before the page, with the case of the address where there is one; a page that is not here opens to nobody. Who
// may do what is the policy's to say (casework/authorise.go), and the verbs ask it again.
var staffMay = func() map[string][]casework.Permission {
	const get, post, one = http.MethodGet + " ", http.MethodPost + " ", "/staff/case/:ref"
	type may = []casework.Permission
	reads, works, follows := may{casework.MayReadCase}, may{casework.MayWorkOnCase}, may{casework.MayFollowUp}
	signs, restricts := may{casework.MaySignRecord}, may{casework.MayRestrict}
	invites, sets, mends := may{casework.MayInvite}, may{casework.MaySetCouncil}, may{casework.MayMendMail}
	learns := may{casework.MayReadLearning}
	queue, supervises, trail := may{casework.MayReadQueue}, may{casework.MaySupervise}, may{casework.MayReadTrail}
	all := map[string]may{}
	for _, row := range []struct {
		may    may
		routes []string
	}{
		{anybody, []string{
			get + "/staff", get + mePath, post + mePath + "/name", post + mePath + "/password", post + mePath + "/sessions/end",
			post + mePath + "/sessions/others", post + mePath + "/passkeys", post + mePath + "/passkeys/add", post + mePath + "/passkeys/:id/remove",
		}},
		{invites, []string{
			get + peoplePath, get + peoplePath + "/invite", post + peoplePath + "/invite", get + linkPath, get + teamsPath, post + teamsPath,
			post + teamsPath + "/:id", get + peoplePath + "/:id", post + peoplePath + "/:id", post + peoplePath + "/:id/disable",
			post + peoplePath + "/:id/enable", post + peoplePath + "/:id/reset",
		}},
		{sets, []string{
			get + settingsPath, post + settingsPath, post + settingsPath + "/change", post + settingsPath + "/save", get + settingsPath + "/theme/:name",
		}},
		{mends, []string{get + staffMailPath, post + staffMailPath + "/:id/retry", post + staffMailPath + "/:id/drop"}},
		{queue, []string{
			post + "/staff/give", post + "/staff/undo", get + staffSearchPath, post + staffSearchPath, get + "/staff/owed/:what",
			get + staffOffersPath,
		}},
		{works, []string{post + staffOffersPath + "/:id/accept", post + staffOffersPath + "/:id/decline"}},
		{may{casework.MayKeyIn}, []string{get + keyInPath, post + keyInPath}},
		{may{casework.MayReadFigures}, []string{get + teamPath, get + teamPath + "/figures.csv"}},
		{learns, []string{get + supervisionPath}}, // to a practitioner, the notes on records they signed
		{supervises, []string{get + viewsPath, post + viewsPath + "/:alert"}},
		{may{casework.MayExportCLD}, []string{get + cldPath}},
		{may{casework.MayDispose}, []string{get + disposalPath, post + disposalPath, post + disposalPath + "/confirm", post + disposalPath + "/keep"}},
		{trail, []string{get + auditPath, get + auditPath + "/trail.csv"}},
		{may{casework.MayReadCase, casework.MayReadTrail}, []string{get + "/staff/timeline", get + one + "/timeline"}},

		{reads, []string{
			get + one, get + one + "/" + placePage, get + one + "/code", get + one + "/prepare", get + one + "/versions", get + one + "/answers",
			get + one + "/impact", get + one + "/record", get + one + "/second", get + one + "/signed", get + one + "/record.json",
			get + one + "/letter", get + one + "/notes", get + one + "/transfer", get + one + "/link", get + one + "/access",
		}},
		{learns, []string{get + one + "/learning"}},
		{works, []string{
			post + one + "/give", post + one + "/triage", post + one + "/hold", post + one + "/off-hold", post + one + "/duplicate", post + one + "/take",
			post + one + "/put-back", post + one + "/contact", post + one + "/ask", post + one + "/withdrawal", post + one + "/answers", post + one + "/answers/:outcome",
			post + one + "/impact", post + one + "/record", post + one + "/draft", post + one + "/draft/reply", post + one + "/second/ask",
			post + one + "/transfer", post + one + "/transfer/take-back", post + one + "/link",
		}},
		{follows, []string{
			post + one + "/test", post + one + "/code", post + one + "/copy", post + one + "/revise", post + one + "/transition", post + one + "/letter",
			post + one + "/notes", post + one + "/link/end",
		}},
		{signs, []string{post + one + "/sign", post + one + "/second"}},
		{supervises, []string{post + one + "/learning"}},
		{may{casework.MayExportCase}, []string{get + one + "/export.json", get + one + "/export.csv"}},
		{restricts, []string{post + one + "/access", post + one + "/access/name"}},
	} {
		for _, route := range row.routes {
			all[route] = row.may
		}
	}
	return all
}()

// breaking is the one page of a case that is there because the case does not open.
const breaking = http.MethodPost + " /staff/case/:ref/break"

// permitted asks the policy about the page of a request. A form for a case that was signed meanwhile is answered with what
// was typed in it.
func (s *Server) permitted(c echo.Context, next echo.HandlerFunc) error {
	method := c.Request().Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	route := method + " " + c.Path()
	if route == breaking {
		return next(c)
	}
	may, known := staffMay[route]
	switch {
	case !known:
		return care.ErrForbidden
	case len(may) == 0:
		return next(c)
	}
	ref := ""
	if c.Param("ref") != "" {
		var err error
		if ref, err = reference(c); err != nil {
			return err
		}
	}
	err := s.Casework.Admit(c.Request().Context(), visitOf(c).Actor, ref, may...)
	if errors.Is(err, care.ErrLocked) && method == http.MethodPost {
		values, formErr := c.FormParams()
		if formErr != nil {
			return echo.NewHTTPError(http.StatusBadRequest).SetInternal(formErr)
		}
		_, err = s.lockedPage(c, err, keptWords(values))
		return err
	}
	if err != nil {
		return err
	}
	return next(c)
}
