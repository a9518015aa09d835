package web

import (
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// A route is one row of the surface: what is asked, who may be there, and who answers.
type route struct {
	method, path string
	guard        guard
	handler      echo.HandlerFunc
}

// routes puts together the whole surface of the service. Safety that no page may forget (headers, same origin, body
// limit, time limit, log line) is put on here, once, for every row.
func (s *Server) routes(e *echo.Echo) {
	e.Use(
		logLine(s.Log, s.Now),
		securityHeaders,
		recovered(s.Log),
		middleware.BodyLimitWithConfig(middleware.BodyLimitConfig{Limit: maxBody, Skipper: takesFile}),
		middleware.ContextTimeout(handlerTime),
		sameOrigin(),
		compressed(newGzipper()),
	)
	for _, r := range s.table() {
		e.Add(r.method, r.path, r.guard(s, r.handler))
		if r.method == http.MethodGet && !slices.Contains(shownOnce, r.path) {
			e.Add(http.MethodHead, r.path, r.guard(s, r.handler)) // net/http leaves the body out
		}
	}
	registerAPI(e.Group("/api/v1"), s.Casework.Library, s.Now)
}

// table lists every page. Static names stand before the council's slug because echo prefers them.
func (s *Server) table() []route {
	const get, post = http.MethodGet, http.MethodPost
	rows := []route{
		{get, "/healthz", open, s.healthz},
		{get, "/readyz", open, s.readyz},
		{get, "/static/theme/:name", open, s.theme},
		{get, "/static/*", open, s.asset},
		{get, "/favicon.ico", open, s.favicon},
		{get, "/", open, s.home},
		{post, "/leave", open, s.leave},
		{get, guidePath, open, s.guideHome},
		{get, guidePath + "/examples", open, s.guideExamples},
		{get, guidePath + "/example/:case", open, s.guideExample},
		{get, guidePath + "/form", open, s.guideForm},
		{get, guidePath + "/:page", open, s.guidePage},

		{get, "/:council", citizen, s.start},
		{get, "/:council/", citizen, s.start},
		{get, "/:council/contact", citizen, s.askContact},
		{post, "/:council/contact", citizen, s.sendContact},
		{get, "/:council/contact/sent", citizen, s.contactSent},
		{get, "/:council/save", citizen, s.showSave},
		{post, "/:council/save", own, s.keep},
		{get, "/:council/save/code", own, s.showCode},
		{post, "/:council/save/link", own, s.sendLink},
		{get, "/:council/back", citizen, s.askBack},
		{post, "/:council/back", citizen, s.comeBack},
		{get, "/:council/back/:token", citizen, s.askLink},
		{post, "/:council/back/:token", citizen, s.followLink},
		{post, "/:council/carry-on", citizen, s.carryOn},
		{post, "/:council/start", citizen, s.startAgain},

		{get, "/:council/" + readingPath, citizen, s.askReading},
		{post, "/:council/" + readingPath, citizen, s.chooseReading},

		{get, "/:council/for", citizen, s.showQuestion},
		{post, "/:council/for", citizen, s.answerFirst},
		{get, "/:council/result", drafting, s.showResult},
		{post, "/:council/result", drafting, s.leaveResult},
		{get, "/:council/copy", drafting, s.showCopy},
		{get, "/:council/" + copyFilePath, drafting, s.saveCopy},
		{get, "/:council/" + aboutMePath, drafting, s.showAboutMe},
		{get, "/:council/" + planPath, drafting, s.showPlan},
		{get, "/:council/" + bringPath, citizen, s.askBring},
		{post, "/:council/" + bringPath, citizen, s.bring},
		{get, "/:council/" + bringPath + "/taken", drafting, s.showBrought},
		{get, "/:council/" + paperPath, citizen, s.listPaper},
		{get, "/:council/" + paperPath + "/:form", citizen, s.showPaper},
		{get, "/:council/erase", drafting, s.askErase},
		{post, "/:council/erase", drafting, s.erase},
		{get, "/:council/check", drafting, s.showCheck},
		{post, "/:council/check", drafting, s.send},
		{get, "/:council/sent", drafting, s.showSent},
		{get, "/:council/" + equalityPath, drafting, s.askEquality},
		{post, "/:council/" + equalityPath, drafting, s.takeEquality},
		{get, "/:council/" + statusPath, sender, s.showStatus},
		{get, "/:council/" + letterPath, sender, s.showLetter},
		{post, "/:council/" + statusPath + "/add", sender, s.add},
		{post, "/:council/" + statusPath + "/answer/:question", sender, s.reply},
		{post, "/:council/" + statusPath + "/how-now", sender, s.howNow},
		{post, "/:council/" + statusPath + "/moved", sender, s.carryOnThere},
		{get, "/:council/" + draftPath, sender, s.showDraft},
		{post, "/:council/" + draftPath, sender, s.replyDraft},
		{get, "/:council/" + statusPath + "/withdraw", sender, s.askWithdraw},
		{post, "/:council/" + statusPath + "/withdraw", sender, s.withdraw},
		{post, "/:council/" + statusPath + "/own", sender, s.beginOwn},
		{post, "/:council/" + statusPath + "/end-helpers", sender, s.endHelpers},
		{get, "/:council/diary", sender, s.showDiary},
		{post, "/:council/diary", sender, s.addDay},
		{get, "/:council/helpers", own, s.formOfOwn(s.showHelpers)},
		{post, "/:council/helpers", own, s.formOfOwn(s.inviteHelper)},
		{get, "/:council/helpers/code", own, s.formOfOwn(s.showHelperCode)},
		{post, "/:council/helpers/end", own, s.formOfOwn(s.endAllHelpers)},
		{get, "/:council/held", own, s.formOfOwn(s.showHeld)},
		{post, "/:council/another", own, s.another},
		{get, "/:council/" + demoMailPath, citizen, s.showMessages},
		{post, "/:council/finish", citizen, s.finish},
		{get, "/:council/*", drafting, s.showQuestion},
		{post, "/:council/*", drafting, s.answerQuestion},
	}
	return append(rows, s.staffRoutes()...)
}

// shownOnce are the pages whose first showing uses something up: asking for their head alone must not.
var shownOnce = []string{"/:council/save/code", "/:council/helpers/code", "/:council/bring/taken", "/staff/case/:ref/code", linkPath}

func isStatic(c echo.Context) bool { return c.Path() == "/static/*" }
