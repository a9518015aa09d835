package web

import (
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/eligibility"
	"threshold/templates/layouts"
)

// words fills the {placeholders} of the wording for a visit.
func (s *Server) words(v *visit) eligibility.Words {
	w := eligibility.Words{
		"council":   v.Council.Name,
		"phone":     v.Council.Phone,
		"phone_24h": v.Council.Phone24h,
		"date":      longDate(s.Now().AddDate(0, 0, v.Council.ReadDays)),
	}
	return w
}

// ukTime is the time people in England see on their clocks.
var ukTime = care.UKTime

func longDate(t time.Time) string  { return t.In(ukTime).Format("2 January 2006") }
func clockTime(t time.Time) string { return t.In(ukTime).Format("15:04") }

// layout is what every citizen's page shares. back is an address, or "" for no Back link.
func (s *Server) layout(c echo.Context, rs *eligibility.Ruleset, title, back string) layouts.CitizenPage {
	v := visitOf(c)
	w := s.words(v)
	p := layouts.CitizenPage{
		Title:         title,
		Demonstration: s.Demo,
		BackHref:      back,
		NoIndex:       true,
		NoSave:        !v.unsent(),
		Keyed:         keyedBanner(v, rs),
		Council: layouts.Council{
			Name: v.Council.Name, Slug: v.Council.Slug, Phone: v.Council.Phone, Phone24h: v.Council.Phone24h,
			ThemeHref: themeHref(v.Council),
		},
		Words: layouts.CitizenWords{
			Service:           rs.Text("start.title", w),
			ErrorPrefix:       rs.Text("page.error_word", w),
			SkipLink:          rs.Text("page.skip_link", w),
			Back:              rs.Text("page.back", w),
			Leave:             rs.Text("page.leave", w),
			LeaveNote:         rs.Text("page.leave_note", w),
			DemonstrationTag:  rs.Text("page.demo", w),
			DemonstrationText: rs.Text("page.demo_note", w),
			Contact:           rs.Text("page.contact", w),
			Save:              rs.Text("page.save", w),
			Danger:            rs.Text("page.danger", w),
			Urgent:            rs.Text("page.urgent", w),
			Reading:           rs.Text("reading.link", w),
			Aloud:             rs.Text("reading.aloud", w),
			Stop:              rs.Text("reading.stop", w),
		},
	}
	l := rs.Locale()
	p.EasyRead = l.Easy()
	if l.Lang != "en" { // the layout says which English
		p.Lang = l.Lang
	}
	if l.Dir == "rtl" {
		p.Dir = l.Dir
	}
	_, p.Large = readingOf(v.Session, v.Draft)
	if v.Council.Slug == "" { // no council yet: nobody to ring, and no session to choose a way of reading in
		p.NoContact, p.NoReading = true, true
	} else if s.Demo && s.Box != nil {
		p.DemoText, p.DemoHref = rs.Text("staff.demo_mail_link", w), councilPath(v.Council, demoMailPath)
	}
	return p
}

// saved adds "Saved at 10:42" once something was saved.
func (s *Server) saved(p *layouts.CitizenPage, rs *eligibility.Ruleset, a care.Assessment) {
	if a.Version > 1 {
		p.SavedAt = rs.Text("page.saved_at", eligibility.Words{"time": clockTime(a.SavedAt)})
	}
}

func councilPath(council care.Council, path string) string {
	return (&url.URL{Path: "/" + council.Slug + "/" + path}).String()
}
