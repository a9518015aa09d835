package web

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/templates/pages"
)

// demoMailPath shows, below a council's name, the messages that a demonstration keeps in place of sending them.
const demoMailPath = "messages"

// showMessages shows what people of a council would have got. It is there in a demonstration alone.
func (s *Server) showMessages(c echo.Context) error {
	if !s.Demo || s.Box == nil {
		return care.ErrNotFound
	}
	v := visitOf(c)
	rs, err := s.rulesOf(v)
	if err != nil {
		return err
	}
	w := s.words(v)
	p := pages.MessagesPage{
		Layout: s.layout(c, rs, rs.Text("staff.demo_mail_title", w), "/"+v.Council.Slug), Title: rs.Text("staff.demo_mail_title", w),
		Lines: rs.Texts("staff.demo_mail_lines", w), None: rs.Text("staff.demo_mail_none", w),
	}
	p.Layout.NoSave, p.Layout.DemoText = true, ""
	for _, m := range s.Box.Of(v.Council.Slug) {
		p.All = append(p.All, pages.ShownMessage{
			Subject: m.Mail.Subject, When: longTime(m.At), To: inPart(m.Mail.To), Lines: m.Mail.Lines,
			Link: pages.Link{Text: m.Mail.LinkText, Href: m.Mail.Link},
		})
	}
	return render(c, http.StatusOK, pages.Messages(p))
}

// inPart shows enough of an address to know one's own: "a…@example.com".
func inPart(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return "…"
	}
	first := []rune(address[:at])[0]
	return string(first) + "…" + address[at:]
}
