package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// auditSearch reads what is asked of the trail; problems are by field.
func (s *Server) auditSearch(c echo.Context, rs *eligibility.Ruleset) (search casework.TrailSearch, q url.Values, problems map[string]string) {
	q, problems = url.Values{}, map[string]string{}
	get := func(name string) string {
		v := tidy(c.QueryParam(name))
		if v != "" {
			q.Set(name, v)
		}
		return v
	}
	day := func(name string) time.Time {
		typed := get(name)
		if typed == "" {
			return time.Time{}
		}
		for _, form := range []string{"2/1/2006", "2006-01-02", "2 1 2006", "2 January 2006", "2 Jan 2006"} {
			if t, err := time.ParseInLocation(form, typed, ukTime); err == nil {
				return t
			}
		}
		problems[name] = rs.Text("staff.error.date", nil)
		return time.Time{}
	}
	search.From = day("from")
	if to := day("to"); !to.IsZero() {
		search.To = to.AddDate(0, 0, 1)
	}
	known := func(list []eligibility.Choice, v string) string {
		if slices.ContainsFunc(list, func(x eligibility.Choice) bool { return x.ID == v }) {
			return v
		}
		q.Del("verb")
		return ""
	}
	if v := get("verb"); v != "" {
		search.Verb = known(rs.Choices("events"), v)
	}
	search.Practitioner, search.Kind = get("who"), care.CaseKind(get("kind"))
	if typed := get("ref"); typed != "" {
		ref, ok := casework.ParseReference(typed)
		if !ok {
			problems["ref"] = rs.Text("staff.error.ref", nil)
		}
		search.Reference = ref
	}
	search.After = c.QueryParam("after")
	return search, q, problems
}

// staffAudit searches the trail of the council.
func (s *Server) staffAudit(c echo.Context) error {
	v := visitOf(c)
	if !casework.SearchesTrail(v.Actor) {
		return care.ErrForbidden
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	search, q, problems := s.auditSearch(c, rs)
	var found casework.TrailFound
	if len(problems) == 0 {
		found, err = s.Casework.SearchTrail(c.Request().Context(), v.Actor, search)
		switch {
		case errors.Is(err, care.ErrNotFound) && search.Reference != "":
			problems["ref"] = rs.Text("staff.error.ref", nil)
		case err != nil:
			return err
		}
	}
	title := rs.Text("staff.audit.title", nil)
	p := pages.StaffAuditPage{Layout: s.staffLayout(c, title), Title: title, Intro: rs.Texts("staff.audit.intro", nil), Empty: rs.Text("staff.audit.none", nil)}
	if found.Next != "" {
		p.Empty = rs.Text("staff.audit.none_more", nil)
	}
	status := http.StatusOK
	for _, field := range []string{"from", "to", "ref"} {
		if text := problems[field]; text != "" {
			status, p.Layout.Error = http.StatusUnprocessableEntity, true
			p.Problems.Summary = append(p.Problems.Summary, components.ErrorSummaryItem{Text: text, Href: "#" + field})
		}
	}
	input := func(name, hint string) components.InputParams {
		return components.InputParams{
			Name: name, Value: q.Get(name), Label: components.LabelParams{Text: rs.Text("staff.audit."+name, nil)}, Hint: components.HintParams{Text: hint},
			ErrorMessage: components.ErrorMessageParams{Text: problems[name]}, Autocomplete: "off", Spellcheck: components.Off,
		}
	}
	choose := func(name, list string) components.SelectParams {
		out := components.SelectParams{Name: name, Value: q.Get(name), Label: components.LabelParams{Text: rs.Text("staff.audit."+name, nil)}, Items: []components.SelectItem{{Text: rs.Text("staff.audit.any", nil)}}}
		for _, x := range rs.Choices(list) {
			out.Items = append(out.Items, components.SelectItem{Value: x.ID, Text: x.Label})
		}
		return out
	}
	hint := rs.Text("staff.audit.date_hint", nil)
	p.From, p.To, p.Ref = input("from", hint), input("to", hint), input("ref", "")
	p.Verb, p.Kind = choose("verb", "events"), choose("kind", "kinds")
	if p.Who, err = s.whoSelect(c, rs, search.Practitioner); err != nil {
		return err
	}
	p.Filter = components.FilterParams{Label: "Search the trail", Action: auditPath, ApplyText: "Search", SelectedText: "Search", ClearHref: auditPath, ClearText: "Clear all"}
	p.Rows = s.trailRows(rs, found)
	if len(p.Rows) > 0 {
		p.Export = pages.Link{Text: rs.Text("staff.audit.export", nil), Href: address(auditPath+"/trail.csv", q)}
	}
	p.First, p.Next = pager(auditPath, q, search.After, found.Next)
	return render(c, status, pages.StaffAudit(p))
}

// staffAuditFile is what fits as a file.
func (s *Server) staffAuditFile(c echo.Context) error {
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	search, _, problems := s.auditSearch(c, rs)
	if len(problems) > 0 {
		return care.ErrNotFound
	}
	rows := [][]string{{"id", "at", "actor", "actor_id", "actor_name", "verb", "subject", "reference", "kind", "detail"}}
	_, err = s.Casework.ExportTrail(c.Request().Context(), visitOf(c).Actor, search, func(l care.TrailLine, names map[string]string) error {
		rows = append(rows, []string{
			l.ID, l.At.UTC().Format(time.RFC3339Nano), string(l.Actor), l.ActorID, names[l.ActorID], l.Verb, l.Subject, l.Reference, string(l.Kind), l.Detail,
		})
		return nil
	})
	if err != nil {
		return err
	}
	return sendCSV(c, "trail.csv", rows)
}
