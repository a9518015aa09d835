package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// staffSupervision lists the records that managers are to look at; a practitioner finds the notes on their own.
func (s *Server) staffSupervision(c echo.Context) error {
	v := visitOf(c)
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	title := rs.Text("staff.supervision.title", nil)
	p := pages.StaffSupervisionPage{Layout: s.staffLayout(c, title), Title: title}
	if !casework.Supervises(v.Actor) {
		refs, err := s.Casework.LearningFor(c.Request().Context(), v.Actor)
		if err != nil {
			return err
		}
		p.Own, p.Intro, p.Empty = true, rs.Texts("staff.supervision.own_intro", nil), rs.Text("staff.supervision.own_none", nil)
		for _, ref := range refs {
			p.OwnLinks = append(p.OwnLinks, pages.Link{Text: casework.FormatReference(ref), Href: "/staff/case/" + ref + "/learning"})
		}
		return render(c, http.StatusOK, pages.StaffSupervision(p))
	}
	why, after := c.QueryParam("why"), c.QueryParam("after")
	if !slices.Contains(casework.SupervisionFlags, why) {
		why = ""
	}
	rows, next, err := s.Casework.Supervision(c.Request().Context(), v.Actor, why, after)
	if err != nil {
		return err
	}
	w := eligibility.Words{"every": strconv.Itoa(casework.SampleEvery)}
	p.Intro = rs.Texts("staff.supervision.intro", w)
	p.Why = components.SelectParams{Name: "why", Label: components.LabelParams{Text: "Mark"}, Value: why, Items: []components.SelectItem{{Text: "All"}}}
	p.Filter = components.FilterParams{Label: "Filter records", Action: supervisionPath, ApplyText: "Apply", SelectedText: "Filters on", ClearHref: supervisionPath, ClearText: "Clear all", SummaryText: "Filter the records"}
	for _, flag := range casework.SupervisionFlags {
		name := rs.Text("staff.supervision.flag."+flag, nil)
		p.Rules = append(p.Rules, pages.StaffRule{Name: name, Text: rs.Text("staff.supervision.rule."+flag, w)})
		p.Why.Items = append(p.Why.Items, components.SelectItem{Value: flag, Text: name})
		if flag == why {
			p.Filter.Chips = []components.FilterChip{{Text: name, RemoveHref: supervisionPath, RemoveText: "Remove filter"}}
		}
	}
	for _, f := range rows {
		row := pages.StaffSupervisionRow{
			Reference: casework.FormatReference(f.Reference), Href: "/staff/case/" + f.Reference + "/signed", Kind: rs.Choice("kinds", string(f.Kind)),
			By: f.SignedBy, When: longTime(f.SignedAt), Noted: rs.Text("staff.supervision.not_noted", nil), NoteHref: "/staff/case/" + f.Reference + "/learning",
		}
		if f.Noted {
			row.Noted = rs.Text("staff.supervision.noted", nil)
		}
		for _, flag := range f.Why {
			kind := components.BadgeWarn
			if flag == casework.FlagSample {
				kind = components.BadgeInfo
			}
			row.Why = append(row.Why, components.BadgeParams{Text: rs.Text("staff.supervision.flag."+flag, nil), Kind: kind})
		}
		p.Rows = append(p.Rows, row)
	}
	p.Empty = rs.Text("staff.supervision.none", nil)
	if why != "" {
		p.Empty = rs.Text("staff.supervision.none_filter", nil)
	}
	q := url.Values{}
	if why != "" {
		q.Set("why", why)
	}
	p.First, p.Next = pager(supervisionPath, q, after, next)
	return render(c, http.StatusOK, pages.StaffSupervision(p))
}

// pager gives the addresses of the first page, "" when it is this one, and of the next, "" when there is none.
func pager(path string, q url.Values, after, next string) (first, then string) {
	if after != "" {
		first = address(path, q)
	}
	if next != "" {
		q.Set("after", next)
		then = address(path, q)
		q.Del("after")
	}
	return first, then
}

func address(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// staffLearning shows the learning notes of a case.
func (s *Server) staffLearning(c echo.Context) error {
	return s.showLearning(c, http.StatusOK, "", nil)
}

func (s *Server) showLearning(c echo.Context, status int, typed string, invalid *care.Invalid) error {
	ref, err := reference(c)
	if err != nil {
		return err
	}
	l, err := s.Casework.Learning(c.Request().Context(), visitOf(c).Actor, ref)
	if err != nil {
		return err
	}
	rs := l.File.Rules
	p := pages.StaffLearningPage{
		StaffCase: s.staffCase(c, l.File, "learning", "Learning notes"), Intro: rs.Text("staff.learning.intro", nil), None: rs.Text("staff.learning.none", nil),
		Text: typed, Label: rs.Text("staff.learning.label", nil), Hint: rs.Text("staff.learning.hint", nil),
	}
	p.Locked = false // a note is no part of the record
	for _, ev := range l.Flags {
		p.Flags = append(p.Flags, rs.Text("staff.learning.flagged", eligibility.Words{
			"flag": rs.Text("staff.supervision.flag."+ev.Detail, nil), "name": l.Names[ev.ActorID], "when": longTime(ev.At),
		}))
	}
	for _, n := range l.Notes {
		p.Notes = append(p.Notes, pages.StaffLater{Title: n.ByName, Meta: longTime(n.At), Text: n.Text})
	}
	if l.MayAdd {
		p.Action, p.Once = casePath(l.File.Assessment)+"/learning", uuid.NewString()
	}
	if c.QueryParam(done) == doneLearning {
		p.Success = rs.Text("staff.learning.saved", nil)
	}
	if invalid != nil {
		text := rs.Text("staff.error.text", nil)
		if invalid.Problems[0].Code == "too_long" {
			text = rs.Text("staff.error.too_long", eligibility.Words{"max": strconv.Itoa(casework.MaxNote)})
		}
		p.Layout.Error = true
		p.Problems = pages.StaffProblems{ByField: map[string]string{"text": text}, Summary: []components.ErrorSummaryItem{{Text: text, Href: "#text"}}}
	}
	return render(c, status, pages.StaffLearning(p))
}

// doneLearning is said after a note was saved.
const doneLearning = "learnt"

// staffAddLearning adds a learning note.
func (s *Server) staffAddLearning(c echo.Context) error {
	ref, err := reference(c)
	if err != nil {
		return err
	}
	form, err := staffForm(c, "id", "text")
	if err != nil {
		return err
	}
	err = s.Casework.AddLearning(c.Request().Context(), visitOf(c).Actor, ref, form.Get("id"), form.Get("text"))
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		return s.showLearning(c, http.StatusUnprocessableEntity, form.Get("text"), invalid)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/learning?"+done+"="+doneLearning)
}
