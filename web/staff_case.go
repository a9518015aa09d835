package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/layouts"
	"threshold/templates/pages"
)

// staffLayout is what every practitioner's page shares.
func (s *Server) staffLayout(c echo.Context, title string) layouts.StaffPage {
	v := visitOf(c)
	p := layouts.StaffPage{
		Title:         title,
		Council:       layouts.Council{Name: v.Council.Name, Slug: v.Council.Slug, Phone: v.Council.Phone, Phone24h: v.Council.Phone24h},
		SignedInAs:    v.Practitioner.Name,
		Demonstration: s.Demo,
		Words: layouts.StaffWords{
			Service: "Self-assessments", ErrorPrefix: "Error: ", SkipLink: "Skip to main content", Back: "Back",
			NavigationLabel: "Main", SignOut: "Sign out",
			DemonstrationTag: "Demonstration", DemonstrationText: "Nobody here is real. Do not enter real details.",
		},
	}
	if v.Council.Slug != "" {
		p.Council.ThemeHref = themeHref(v.Council)
	}
	if v.Practitioner.ID != "" {
		first := components.SubNavigationItem{Text: "Start page", Href: "/staff", Current: c.Path() == "/staff"}
		if casework.ReadsQueue(v.Actor) {
			first.Text = "Queue"
		}
		p.Navigation = []components.SubNavigationItem{first}
		if casework.ReadsQueue(v.Actor) {
			p.Navigation = append(p.Navigation, components.SubNavigationItem{Text: "Search", Href: staffSearchPath, Current: c.Path() == staffSearchPath})
		}
		if casework.KeysIn(v.Actor) {
			p.Navigation = append(p.Navigation, components.SubNavigationItem{Text: "Fill in a form for somebody", Href: keyInPath, Current: c.Path() == keyInPath})
		}
		p.Navigation = append(p.Navigation, wholeNavigation(c)...)
		if casework.MendsMail(v.Actor) {
			p.Navigation = append(p.Navigation, components.SubNavigationItem{Text: "Messages", Href: staffMailPath, Current: c.Path() == staffMailPath})
		}
		p.Navigation = append(p.Navigation, ownNavigation(c, v.Actor)...)
	}
	return p
}

// staffForm returns the posted fields, tidied. A field that is not the form's is refused and nothing is stored.
func staffForm(c echo.Context, fields ...string) (url.Values, error) {
	values, err := c.FormParams()
	if err != nil {
		return nil, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	out := url.Values{}
	for name, given := range values {
		if !slices.Contains(fields, name) {
			return nil, fmt.Errorf("practitioner's form: %w", eligibility.ErrUnknownField)
		}
		for _, v := range given {
			if v = tidy(v); v != "" {
				out.Add(name, v)
			}
		}
	}
	return out, nil
}

// version reads the version a form was shown with.
func version(values url.Values) (int, error) {
	if values.Get("version") == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(values.Get("version"))
	if err != nil || n < 0 {
		return 0, fmt.Errorf("version of a form: %w", eligibility.ErrUnknownField)
	}
	return n, nil
}

// reference reads the reference of the address. What cannot be one is answered exactly as one that does not exist.
func reference(c echo.Context) (string, error) {
	ref, ok := casework.ParseReference(c.Param("ref"))
	if !ok {
		return "", care.ErrNotFound
	}
	return ref, nil
}

// openCase opens the case of the address for one of its pages; looking is written down.
func (s *Server) openCase(c echo.Context, page string) (casework.CaseFile, error) {
	ref, err := reference(c)
	if err != nil {
		return casework.CaseFile{}, err
	}
	return s.Casework.Open(c.Request().Context(), visitOf(c).Actor, ref, page)
}

func casePath(f care.Assessment) string { return "/staff/case/" + f.Reference }

// pageTexts are the words of the headings, buttons and labels of a case's pages.
func pageTexts(rs *eligibility.Ruleset) func(key string) string {
	return func(key string) string { return rs.Text("staff.page."+key, nil) }
}

// staffCase is what every page of a case shares. page is its last path segment, "" for the summary.
func (s *Server) staffCase(c echo.Context, f casework.CaseFile, page, title string) pages.StaffCase {
	v, path := visitOf(c), casePath(f.Assessment)
	p := pages.StaffCase{
		Layout:   s.staffLayout(c, title+", "+casework.FormatReference(f.Reference)),
		Identity: s.identity(f.Assessment, f.Rules, f.Flags()),
		Path:     path, Texts: pageTexts(f.Rules),
		Take: pages.StaffTake{
			Held: f.Worker, Worker: f.WorkerName, Mine: f.Worker == v.Actor.ID && f.Worker != "", Allowed: f.Status == care.StatusSent,
		},
	}
	if i := newestOwn(f); i > 0 { // how the person says to reach them goes before what a helper told
		if ways := f.Rules.Summary(f.Accounts[i].Answers, nil).Contact; len(ways) > 0 {
			p.Identity.Facts = append(p.Identity.Facts, components.Fact{Key: "Contact, they say themself", Value: strings.Join(ways, ". ")})
		}
	}
	p.Nav = caseNavigation(f.Assessment, page)
	if f.ShowsLearning(v.Actor) {
		p.Nav.Items = append(p.Nav.Items, components.SubNavigationItem{Text: "Learning notes", Href: path + "/learning", Current: page == "learning"})
	}
	s.passedOn(c, f, &p)
	goesOn(f, page, &p)
	if d, ok := f.LastDetermination(); ok && f.Locked() {
		p.Locked, p.Signed = true, path+"/signed"
		p.LockedBy = f.Rules.Text("staff.locked_by", eligibility.Words{"name": d.ByName, "when": longTime(d.SignedAt)})
	}
	return p
}

func caseNavigation(a care.Assessment, page string) components.SubNavigationParams {
	nav := components.SubNavigationParams{Label: "Parts of this case"}
	add := func(text, segment string) {
		href := casePath(a)
		if segment != "" {
			href += "/" + segment
		}
		nav.Items = append(nav.Items, components.SubNavigationItem{Text: text, Href: href, Current: segment == page})
	}
	add("Summary", "")
	if (casework.CaseFile{Assessment: a}).Assessed() {
		add("Answers and law", "answers")
		add("Impact", "impact")
	}
	if _, _, passed := casework.Passed(a); passed || a.DuplicateOf != "" && a.Status == care.StatusSent {
		// its record is the other council's to make, or that of the case that goes on
	} else if (casework.CaseFile{Assessment: a}).Locked() {
		add("Record", "signed")
	} else {
		add("Record", "record")
	}
	add("Notes and messages", "notes")
	add("Timeline", "timeline")
	if (casework.CaseFile{Assessment: a}).Assessed() {
		add("Read together", "link")
	}
	if _, _, passed := casework.Passed(a); passed || a.Status == care.StatusSent && a.DuplicateOf == "" {
		add("Pass on", "transfer")
	}
	return nav
}

// identity says whose case it is.
func (s *Server) identity(a care.Assessment, rs *eligibility.Ruleset, flags []care.Flag) components.IdentityBarParams {
	bar := components.IdentityBarParams{Label: "This case", Name: nameOf(a.Summary)}
	fact := func(key, value string) {
		if value != "" {
			bar.Facts = append(bar.Facts, components.Fact{Key: key, Value: value})
		}
	}
	if a.Summary.CallMe != "" && a.Summary.CallMe != a.Summary.Name && a.Summary.Name != "" {
		fact("Call them", a.Summary.CallMe)
	}
	if age, ok := ageOn(a.Summary.Born, s.Now()); ok {
		fact("Age", strconv.Itoa(age))
	}
	fact("Reference", casework.FormatReference(a.Reference))
	fact("Kind", rs.Choice("kinds", string(a.Kind)))
	fact("Sent", longDate(a.SentAt))
	fact("Needs", strings.Join(a.Summary.Formats, ". "))
	fact("Contact", strings.Join(a.Summary.Contact, ". "))
	if a.Summary.Withheld {
		fact("Address", "Secret")
	}
	badges, more := s.badges(rs, flags, a.Priority, a.Status, a.DueAt, 6)
	bar.Badges = badges
	if more != "" {
		bar.Badges = append(bar.Badges, components.BadgeParams{Text: more})
	}
	return bar
}

func nameOf(sum care.Summary) string {
	switch {
	case sum.Name != "":
		return sum.Name
	case sum.CallMe != "":
		return sum.CallMe
	}
	return "No name given"
}

// ageOn reckons the age in full years of somebody born on yyyy-mm-dd.
func ageOn(born string, now time.Time) (int, bool) {
	b, err := time.Parse(time.DateOnly, born)
	if err != nil {
		return 0, false
	}
	now = now.In(ukTime)
	age := now.Year() - b.Year()
	if now.Month() < b.Month() || now.Month() == b.Month() && now.Day() < b.Day() {
		age--
	}
	return age, true
}

// days counts midnights in England between two moments.
func days(from, to time.Time) int {
	day := func(t time.Time) time.Time {
		t = t.In(ukTime)
		return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	}
	return int(day(to).Sub(day(from)).Hours() / 24)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func longTime(t time.Time) string { return longDate(t) + " at " + clockTime(t) }

// savedAt says when and by whom something was saved: the time alone on the same day.
func (s *Server) savedAt(at time.Time, by string) string {
	if at.IsZero() {
		return ""
	}
	when := clockTime(at)
	if days(at, s.Now()) > 0 {
		when = longTime(at)
	}
	return "Saved " + when + " by " + by
}

// badges are the short marks of a case, the loudest first and at most limit of them; more counts the rest.
func (s *Server) badges(rs *eligibility.Ruleset, flags []care.Flag, top care.Priority, status care.Status, due time.Time, limit int) (shown []components.BadgeParams, more string) {
	urgent, safety := top == care.PriorityUrgent, top == care.PrioritySafety
	for _, f := range flags {
		urgent = urgent || f.Priority == care.PriorityUrgent
		safety = safety || f.Priority == care.PrioritySafety
	}
	var all []components.BadgeParams
	add := func(text string, kind components.BadgeKind) {
		all = append(all, components.BadgeParams{Text: text, Kind: kind})
	}
	if safety {
		add(rs.Choice("priority", "safety"), components.BadgeUrgent)
	}
	if urgent {
		add(rs.Choice("priority", "urgent"), components.BadgeUrgent)
	}
	if late := days(due, s.Now()); late > 0 && status == care.StatusSent {
		add("Overdue "+plural(late, "day", "days"), components.BadgeWarn)
	}
	for _, b := range rs.Choices("badges") {
		if slices.ContainsFunc(flags, func(f care.Flag) bool { return f.ID == b.ID }) {
			add(b.Label, components.BadgeInfo)
		}
	}
	if len(all) > limit {
		return all[:limit], "and " + strconv.Itoa(len(all)-limit) + " more"
	}
	return all, ""
}

// staffProblems turns what a verb refused into sentences. anchor gives the id of a field's input.
func staffProblems(rs *eligibility.Ruleset, invalid *care.Invalid, anchor func(field string) string) pages.StaffProblems {
	out := pages.StaffProblems{ByField: map[string]string{}}
	for _, p := range invalid.Problems {
		key := p.Field
		switch p.Code {
		case "before_signed", "day_real":
			key = p.Code
		case "link_unknown", "link_gate", "link_same", "link_kind", "link_signed", "link_taken", "link_no":
			key = p.Code
		case "too_long", "reason", "reason_differ", "sign_in", "password_short", "password_common", "password_wrong", "code_wrong", "passkey_late", "passkey_cloned":
			key = p.Code
		case "unknown_option":
			key = "unknown"
		case "safety_mark":
			key = "choice_safety"
		case "future":
			key = "on_future"
		case "before_act":
			key = "on_before_act"
		}
		text := rs.Text("staff.error."+key, eligibility.Words{"max": mostChars(p)})
		out.ByField[p.Field] = text
		out.Summary = append(out.Summary, components.ErrorSummaryItem{Text: text, Href: "#" + anchor(p.Field)})
	}
	return out
}

// mostChars is how many characters a text may have that was too long.
func mostChars(p care.Problem) string {
	if most := p.Args["max"]; most != "" {
		return most
	}
	return fmt.Sprintf("%d,%03d", casework.MaxNote/1000, casework.MaxNote%1000)
}

// Done marks say on the next page what was just saved; they are in the address, so they hold nothing but a word.
const (
	doneTaken   = "taken"
	donePutBack = "put-back"
	doneContact = "contact"
	doneSigned  = "signed"
	doneAsked   = "asked"
	doneSettled = "settled"
)

// lockedPage answers a form that came after the signature, with what was typed so that it can be copied. shown is false
// when err is something else, which the handler must go on with.
func (s *Server) lockedPage(c echo.Context, err error, typed []pages.StaffTold) (shown bool, _ error) {
	if !errors.Is(err, care.ErrLocked) {
		return false, err
	}
	p := pages.StaffMessagePage{
		Layout: s.staffLayout(c, "This case is signed and locked"),
		Title:  "This case is signed and locked",
		Lines:  []string{"It was signed before this was saved, so nothing was changed. What you wrote is below, to copy if you need it."},
		Next:   pages.Link{Text: "See the signed record", Href: "/staff/case/" + url.PathEscape(c.Param("ref")) + "/signed"},
	}
	if errors.Is(err, casework.ErrPassed) {
		rs, err := s.Casework.Words()
		if err != nil {
			return true, err
		}
		p.Title = "Another council has this case"
		p.Layout, p.Lines = s.staffLayout(c, p.Title), rs.Texts("staff.passed_locked", nil)
		p.Next = pages.Link{Text: "See where it went", Href: "/staff/case/" + url.PathEscape(c.Param("ref")) + "/transfer"}
	}
	if errors.Is(err, casework.ErrDuplicate) {
		rs, err := s.Casework.Words()
		if err != nil {
			return true, err
		}
		p.Title = rs.Text("staff.duplicate.locked_title", nil)
		p.Layout, p.Lines = s.staffLayout(c, p.Title), rs.Texts("staff.duplicate.locked", nil)
		p.Next = pages.Link{Text: rs.Text("staff.duplicate.locked_see", nil), Href: "/staff/case/" + url.PathEscape(c.Param("ref")) + "/" + placePage}
	}
	for _, t := range typed {
		for _, a := range t.Answers {
			p.Lines = append(p.Lines, t.Question+": "+a)
		}
	}
	return true, render(c, http.StatusConflict, pages.StaffMessage(p))
}

// staffTake gives the case to whoever pressed the button.
func (s *Server) staffTake(c echo.Context) error {
	values, err := staffForm(c, "held", "back")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.Take(c.Request().Context(), visitOf(c).Actor, ref, values.Get("held"))
	if errors.Is(err, care.ErrConflict) {
		rs, err := s.Casework.Words()
		if err != nil {
			return err
		}
		const title = "Somebody else took this case"
		return render(c, http.StatusConflict, pages.StaffMessage(pages.StaffMessagePage{
			Layout: s.staffLayout(c, title), Title: title, Lines: []string{rs.Text("staff.conflict_taken", nil)},
			Next: pages.Link{Text: "See the case", Href: "/staff/case/" + ref},
		}))
	}
	return s.afterAssigning(c, ref, values.Get("back"), doneTaken, err)
}

// staffPutBack gives the case back to the queue.
func (s *Server) staffPutBack(c echo.Context) error {
	values, err := staffForm(c, "back")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	err = s.Casework.PutBack(c.Request().Context(), visitOf(c).Actor, ref)
	return s.afterAssigning(c, ref, values.Get("back"), donePutBack, err)
}

// afterAssigning goes back to where the button was: the queue with its filters, or the case.
func (s *Server) afterAssigning(c echo.Context, ref, back, done string, err error) error {
	if shown, err := s.lockedPage(c, err, nil); shown || err != nil {
		return err
	}
	if back == "queue" || len(back) > 6 && back[:6] == "queue?" {
		query, err := url.ParseQuery(back[min(len(back), 6):])
		if err != nil {
			return fmt.Errorf("going back to the queue: %w", eligibility.ErrUnknownField)
		}
		query.Set("done", done)
		return c.Redirect(http.StatusSeeOther, "/staff?"+query.Encode())
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"?done="+done)
}
