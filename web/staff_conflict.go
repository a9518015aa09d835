package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/casework"
	"threshold/templates/pages"
)

// A conflictOf is one form that two people saved: what the store has, and what was posted on top of an older version.
type conflictOf struct {
	page, what   string
	by           string
	at           time.Time
	version      int // the store's
	theirs, mine []pages.StaffTold
	posted       url.Values
	action, keep string
}

// conflict shows both versions with a choice. What was posted travels on in the form, so that looking loses nothing.
func (s *Server) conflict(c echo.Context, f casework.CaseFile, x conflictOf) error {
	p := pages.StaffConflictPage{
		StaffCase: s.staffCase(c, f, x.page, "Somebody else saved this too"),
		What:      x.what, Lead: f.Rules.Text("staff.conflict", nil),
		Theirs: x.theirs, TheirsBy: s.savedAt(x.at, x.by), Mine: x.mine,
		Action: x.action, KeepHref: x.keep, MineButton: "Save mine in its place", TheirButton: "Keep this one",
	}
	x.posted.Set("version", strconv.Itoa(x.version))
	for _, name := range slices.Sorted(maps.Keys(x.posted)) {
		for _, value := range x.posted[name] {
			p.Hidden = append(p.Hidden, pages.StaffHidden{Name: name, Value: value})
		}
	}
	return render(c, http.StatusConflict, pages.StaffConflict(p))
}
