package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/templates/pages"
)

// showSentAlready answers a page that was posted after the form was sent in another tab: what was sent does not change
// any more, and the words just typed are shown so that they can be kept.
func (s *Server) showSentAlready(c echo.Context) error {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	page := pages.ProblemPage{
		Layout: s.layout(c, rs, rs.Text("wrong.sent_title", w), ""),
		Title:  rs.Text("wrong.sent_title", w),
		Lines:  rs.Texts("wrong.sent", w),
		Next:   pages.Link{Text: rs.Text("wrong.sent_receipt", w), Href: councilPath(v.Council, "sent")},
	}
	if asked, ok := rs.Page(pagePath(c), v.Draft.Answers, w); ok && !v.Session.Locked {
		typed, err := readForm(c, asked)
		if err != nil {
			return err
		}
		for _, q := range asked.Questions {
			if (q.Kind == care.KindText || q.Kind == care.KindTextarea) && len(typed[q.ID]) > 0 && !q.WriteOnly {
				page.Typed = append(page.Typed, typed[q.ID]...)
			}
		}
		if page.Typed != nil {
			page.TypedTitle = rs.Text("wrong.sent_typed", w)
		}
	}
	return render(c, http.StatusConflict, pages.Problem(page))
}
