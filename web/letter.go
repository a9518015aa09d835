package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"threshold/internal/casework"
	"threshold/templates/pages"
)

const letterPath = "status/letter"

// showLetter is the letter as the person reads it, in the way this browser reads.
func (s *Server) showLetter(c echo.Context) error {
	v := visitOf(c)
	if v.Session.Locked {
		return s.showLocked(c)
	}
	r, err := s.Casework.OwnLetter(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	rs, w := v.Draft.Rules, s.words(v)
	letter := casework.LetterFor(r, rs) // the case is pinned to the version its record was written under
	return render(c, http.StatusOK, pages.Letter(pages.LetterPage{
		Layout: s.layout(c, rs, rs.Text("letter.page_title", w), councilPath(v.Council, statusPath)),
		Title:  rs.Text("letter.page_title", w), Lines: rs.Texts("letter.page_lines", w),
		Again: pages.Link{Text: rs.Text("letter.again", w), Href: councilPath(v.Council, statusPath) + "#add"},
		Sheet: pages.LetterSheet{Letter: letter, Large: v.Session.Large},
	}))
}
