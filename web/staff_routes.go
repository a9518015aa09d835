package web

import "net/http"

// staffRoutes are the practitioner's pages.
func (s *Server) staffRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	const one = "/staff/case/:ref"
	return []route{
		{get, "/staff/sign-in", open, s.staffSignIn},
		{post, "/staff/sign-in", open, s.staffSignInSend},
		{post, "/staff/sign-in/demonstration", open, s.staffSignInDemo},
		{get, "/staff/first-run/:token", open, s.firstRun},
		{post, "/staff/first-run/:token", open, s.finishFirstRun},
		{get, "/staff/set-up/:token", open, s.staffSetUp},
		{post, "/staff/set-up/:token", open, s.staffSetUpSend},
		{post, "/staff/sign-out", open, s.staffSignOut},

		{get, "/staff", practitioner, s.staffQueue},
		{get, keyInPath, practitioner, s.askKeyIn},
		{post, keyInPath, practitioner, s.keyIn},
		{get, "/staff/timeline", practitioner, s.staffFindTimeline},
		{get, staffMailPath, practitioner, s.staffMail},
		{post, staffMailPath + "/:id/retry", practitioner, s.staffRetryMail},
		{post, staffMailPath + "/:id/drop", practitioner, s.staffDropMail},
		{get, one, practitioner, s.staffSummary},
		{post, one + "/take", practitioner, s.staffTake},
		{post, one + "/put-back", practitioner, s.staffPutBack},
		{post, one + "/contact", practitioner, s.staffLogContact},
		{post, one + "/ask", practitioner, s.staffAsk},
		{post, one + "/withdrawal", practitioner, s.staffSettle},
		{post, one + "/code", practitioner, s.staffMakeCode},
		{get, one + "/code", practitioner, s.staffShowCode},
		{get, one + "/answers", practitioner, s.staffAnswers},
		{post, one + "/answers/:outcome", practitioner, s.staffFind},
		{get, one + "/impact", practitioner, s.staffImpact},
		{post, one + "/impact", practitioner, s.staffSetImpact},
		{get, one + "/record", practitioner, s.staffRecord},
		{post, one + "/record", practitioner, s.staffSaveRecord},
		{post, one + "/sign", practitioner, s.staffSign},
		{get, one + "/signed", practitioner, s.staffSigned},
		{get, one + "/record.json", practitioner, s.staffRecordJSON},
		{get, one + "/timeline", practitioner, s.staffTimeline},
	}
}
