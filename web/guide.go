package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

const guidePath = "/guide"

// guideToday is the guide as it is made from the rules in force today. Tests and partial builds may have none.
func (s *Server) guideToday() (*eligibility.Guide, error) {
	g, err := s.Casework.Library.Guide(s.Now().In(ukTime))
	if err != nil {
		return nil, care.ErrNotFound
	}
	return g, nil
}

// guideClocks are the times that the guide tells about, as the service keeps to them.
func guideClocks() eligibility.Words {
	return eligibility.Words{
		"idle": plainTime(casework.IdleLock), "draft": plainTime(casework.DraftLife), "kept": plainTime(casework.KeptLife),
		"staff_idle": plainTime(staffIdle), "staff_life": plainTime(staffLife),
	}
}

// plainTime says a time in the largest unit that fits: "30 minutes", "24 hours", "30 days".
func plainTime(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d%day == 0 && d > day:
		return strconv.Itoa(int(d/day)) + " days"
	case d%time.Hour == 0:
		return strconv.Itoa(int(d/time.Hour)) + " hours"
	}
	return strconv.Itoa(int(d/time.Minute)) + " minutes"
}

// guideFrame is what stands round every page of the guide, which belongs to no council and is open to everybody.
func (s *Server) guideFrame(c echo.Context, g *eligibility.Guide, title string) (pages.GuideFrame, error) {
	rs, err := s.Casework.Words()
	if err != nil {
		return pages.GuideFrame{}, err
	}
	f := pages.GuideFrame{
		Layout: s.layout(c, rs, title, ""),
		Title:  title,
		Notice: g.Say("not_advice", nil),
		Words: pages.GuideWords{
			Contents: g.Say("contents", nil), OnPage: g.Say("on_page", nil), Source: g.Say("source", nil), Asked: g.Say("asked", nil),
			Example: g.Say("example_said", nil), Law: g.Say("law_title", nil), Try: g.Say("try", nil),
			Verified: g.Say("verified", nil), NotVerified: g.Say("not_verified", nil),
		},
	}
	f.Layout.NoIndex = false // it is for everybody
	if by := g.ReviewedBy(); by != "" {
		f.Notice += " " + g.Say("reviewed", eligibility.Words{"name": by})
	} else {
		f.Notice += " " + g.Say("no_lawyer", nil)
	}
	if c.Request().URL.Path != guidePath {
		f.Layout.BackHref = guidePath
		f.Back = pages.Link{Text: g.Say("back", nil), Href: guidePath}
	}
	return f, nil
}

// guideHome lists the pages of the guide.
func (s *Server) guideHome(c echo.Context) error {
	g, err := s.guideToday()
	if err != nil {
		return err
	}
	frame, err := s.guideFrame(c, g, g.Title())
	if err != nil {
		return err
	}
	page := pages.GuideHomePage{GuideFrame: frame, Lead: g.Lead(), Links: []pages.Link{
		{Text: g.Say("all_examples", nil), Href: guidePath + "/examples"},
		{Text: g.Say("form_title", nil), Href: guidePath + "/form"},
	}}
	for _, e := range g.Contents() {
		page.Pages = append(page.Pages, pages.GuideLead{Link: pages.Link{Text: e.Title, Href: guidePath + "/" + e.ID}, Lead: e.Lead})
	}
	return render(c, http.StatusOK, pages.GuideHome(page))
}

// guidePage is one page of the guide; what is held about people (/guide/data) is one of them.
func (s *Server) guidePage(c echo.Context) error {
	g, err := s.guideToday()
	if err != nil {
		return err
	}
	p, ok := g.Page(c.Param("page"), guideClocks())
	if !ok {
		return care.ErrNotFound
	}
	frame, err := s.guideFrame(c, g, p.Title)
	if err != nil {
		return err
	}
	contents := g.Contents()
	for i, e := range contents {
		if e.ID == p.ID && i+1 < len(contents) {
			next := contents[i+1]
			frame.Next = pages.Link{Text: g.Say("next", eligibility.Words{"title": next.Title}), Href: guidePath + "/" + next.ID}
		}
	}
	page := pages.GuidePage{GuideFrame: frame}
	for _, section := range p.Sections {
		page.Sections = append(page.Sections, guideSection(g, section))
	}
	return render(c, http.StatusOK, pages.Guide(page))
}

func guideSection(g *eligibility.Guide, from eligibility.GuideSection) pages.GuideSection {
	to := pages.GuideSection{ID: from.ID, Heading: from.Heading, Plain: true, Caption: from.Table.Caption, Head: from.Table.Head}
	for _, p := range from.Paras {
		to.Paras = append(to.Paras, pages.GuidePara{Text: p.Text, Points: p.Points, Cites: guideCites(g, p.Cites), Asked: guideAsked(g, p.Asked)})
	}
	for _, it := range from.Items {
		to.Plain = to.Plain && it.Text == "" && it.Example == ""
		to.Items = append(to.Items, pages.GuideItem{
			ID: it.ID, Title: it.Title, Text: it.Text, Example: it.Example, Cites: guideCites(g, it.Cites), Asked: guideAsked(g, it.Asked),
		})
	}
	for _, r := range from.Table.Rows {
		to.Rows = append(to.Rows, pages.GuideRow{Cells: r.Cells, Cites: guideCites(g, r.Cites)})
	}
	for _, e := range from.Examples {
		to.Examples = append(to.Examples, pages.Link{Text: e.Title, Href: guidePath + "/example/" + e.ID})
	}
	for _, l := range from.Law {
		to.Law = append(to.Law, pages.GuideLaw{GuideCite: guideCite(g, l.GuideCite), Text: l.Text})
	}
	return to
}

func guideCites(g *eligibility.Guide, from []eligibility.GuideCite) []pages.GuideCite {
	to := make([]pages.GuideCite, len(from))
	for i, c := range from {
		to[i] = guideCite(g, c)
	}
	return to
}

func guideCite(g *eligibility.Guide, c eligibility.GuideCite) pages.GuideCite {
	return pages.GuideCite{Citation: c.Citation, Basis: g.Say("basis_"+c.Basis, nil), Verified: c.Verified}
}

func guideAsked(g *eligibility.Guide, from []eligibility.GuideAsked) []pages.Link {
	to := make([]pages.Link, len(from))
	for i, a := range from {
		title := a.Title
		if a.Alike {
			title = g.Say("alike", eligibility.Words{"title": a.Title})
		}
		to[i] = pages.Link{Text: title, Href: guidePath + "/form#" + a.Anchor}
	}
	return to
}

// guideExamples lists the worked cases that can be tried, by what the rules make of them.
func (s *Server) guideExamples(c echo.Context) error {
	g, err := s.guideToday()
	if err != nil {
		return err
	}
	frame, err := s.guideFrame(c, g, g.Say("examples_title", nil))
	if err != nil {
		return err
	}
	page := pages.GuideListPage{GuideFrame: frame, Lead: g.Say("examples_lead", nil)}
	for _, e := range g.Examples() {
		heading := g.KindTitle(e.Kind)
		if n := len(page.Groups); n == 0 || page.Groups[n-1].Heading != heading {
			page.Groups = append(page.Groups, pages.GuideGroup{Heading: heading})
		}
		last := &page.Groups[len(page.Groups)-1]
		last.Entries = append(last.Entries, pages.GuideEntry{Title: e.Title, Href: guidePath + "/example/" + e.ID})
	}
	return render(c, http.StatusOK, pages.GuideList(page))
}

// guideForm lists what the form asks, without the private questions.
func (s *Server) guideForm(c echo.Context) error {
	g, err := s.guideToday()
	if err != nil {
		return err
	}
	frame, err := s.guideFrame(c, g, g.Say("form_title", nil))
	if err != nil {
		return err
	}
	page := pages.GuideListPage{GuideFrame: frame, Lead: g.Say("form_lead", nil)}
	for _, f := range g.Form() {
		group := pages.GuideGroup{Heading: g.KindTitle(f.Kind)}
		for _, p := range f.Pages {
			group.Entries = append(group.Entries, pages.GuideEntry{ID: p.Anchor, Title: p.Title, Lines: p.Questions})
		}
		page.Groups = append(page.Groups, group)
	}
	return render(c, http.StatusOK, pages.GuideList(page))
}

// guideExample works a case out, with one fact changed when the address says so. Nothing is kept of it.
func (s *Server) guideExample(c echo.Context) error {
	g, err := s.guideToday()
	if err != nil {
		return err
	}
	x, ok := g.Example(c.Param("case"), c.QueryParam("fact"), c.QueryParam("is"))
	if !ok {
		return care.ErrNotFound
	}
	frame, err := s.guideFrame(c, g, x.Title)
	if err != nil {
		return err
	}
	address := guidePath + "/example/" + x.ID
	frame.Layout.BackHref = guidePath + "/examples"
	frame.Next = pages.Link{Text: g.Say("all_examples", nil), Href: guidePath + "/examples"}
	page := pages.GuideExamplePage{
		GuideFrame:    frame,
		FactsTitle:    g.Say("facts_title", nil),
		FactsIntro:    g.Say("facts_intro", nil),
		SuggestsTitle: g.Say("suggests_title", nil),
		Suggests:      g.Suggests(x.Suggestion),
		Notes:         append(g.SayAll("not_decision", nil), g.SayAll("not_form", nil)...),
		WhyTitle:      g.Say("why_title", nil),
		Why:           guideReasons(x.Reasons),
		TreeTitle:     g.Say("tree_title", nil),
		Tree:          guideSteps(g, x.Tree),
		OpenTitle:     g.Say("undecided_title", nil),
		Open:          x.Undecided,
		OpenNone:      g.Say("undecided_none", nil),
		WeighTitle:    g.Say("weigh_title", nil),
		Weigh:         x.Weigh,
		PromptsTitle:  g.Say("prompts_title", nil),
		ChangeTitle:   g.Say("change_title", nil),
		ChangeIntro:   g.Say("change_intro", nil),
		ChangeMore:    g.Say("change_more", nil),
		SameIntro:     g.Say("change_same", nil),
		Case:          []string{x.Case.Title, x.Case.Why},
		CaseCites:     x.Case.Citations,
	}
	if x.Case.Contested {
		page.Case = append(page.Case, g.Say("contested", nil))
		page.Notes = append(page.Notes, g.Say("contested", nil))
	}
	for _, p := range x.Prompts {
		page.Prompts = append(page.Prompts, pages.Reason{Text: p.Text, Citation: p.Citation})
	}
	for _, group := range x.Told {
		to := pages.GuideGroup{Heading: group.Heading}
		for _, line := range group.Lines {
			to.Entries = append(to.Entries, pages.GuideEntry{Title: line})
		}
		page.Facts = append(page.Facts, to)
	}
	if len(x.Told) == 0 {
		page.FactsIntro = g.Say("facts_none", nil)
	}
	if x.Changed != nil {
		page.Layout.NoIndex = true // one page of each is enough for those who search
		page.Changed, page.Change = g.Say("changed", nil), x.Changed.Text
		page.AsItWas = pages.Link{Text: g.Say("as_it_was", nil), Href: address}
	}
	for _, change := range x.Changes {
		at := -1
		for i := range page.Changes {
			if page.Changes[i].Suggests == g.Suggests(change.Suggestion) {
				at = i
			}
		}
		if at < 0 {
			at = len(page.Changes)
			page.Changes = append(page.Changes, pages.GuideChanges{Suggests: g.Suggests(change.Suggestion)})
		}
		page.Changes[at].Links = append(page.Changes[at].Links, changeLink(address, change))
	}
	if len(x.Changes) == 0 {
		page.ChangeIntro = g.Say("change_none", nil)
	}
	for _, change := range x.Same {
		page.Same = append(page.Same, changeLink(address, change))
	}
	return render(c, http.StatusOK, pages.GuideExample(page))
}

func changeLink(address string, change eligibility.GuideChange) pages.Link {
	query := url.Values{"fact": {change.Fact}, "is": {change.Option}}
	return pages.Link{Text: change.Text, Href: address + "?" + query.Encode() + "#suggests"}
}

func guideReasons(from []care.Reason) []pages.Reason {
	to := make([]pages.Reason, len(from))
	for i, r := range from {
		to[i] = pages.Reason{Text: r.Text, Citation: r.Citation}
	}
	return to
}

func guideSteps(g *eligibility.Guide, l eligibility.Line) pages.GuideStep {
	to := pages.GuideStep{Mark: g.Say("mark_"+l.Value.String(), nil), Text: l.Text, Citation: l.Citation}
	for _, k := range l.Kids {
		to.Kids = append(to.Kids, guideSteps(g, k))
	}
	return to
}
