package web

import (
	"threshold/internal/care"
	"threshold/internal/eligibility"
	"threshold/templates/layouts"
	"threshold/templates/pages"
)

// resultPage lays out what the rules and the wording made of the answers (journeys 2.6, in its order).
func resultPage(rs *eligibility.Ruleset, w eligibility.Words, council care.Council, layout layouts.CitizenPage, r eligibility.Result) pages.ResultPage {
	p := pages.ResultPage{
		Layout: layout, H1: r.H1, Body: r.Body,
		WhyTitle:  rs.Text("result.headings.why", w),
		LawTitle:  rs.Text("result.law", w),
		GapsTitle: rs.Text("result.headings.unknown", w),
		SendTitle: rs.Text("result.headings.send", w),
		NotRead:   rs.Text("result.not_read", w),
		Send:      pages.Button{Text: rs.Text("result.buttons.send", w), Action: councilPath(council, "result")},
		NowTitle:  rs.Text("result.headings.now", w),
		Now:       rs.Texts("result.now", w),
		NextTitle: rs.Text("result.headings.next", w),
		Next:      rs.Texts("result.next", w),
		Money:     rs.Text("result.money", w),
		Disagree:  rs.Text("result.headings.disagree", w),
		DisagreeL: rs.Texts("result.disagree", w),
		Keep:      pages.Link{Text: rs.Text("result.buttons.keep", w), Href: councilPath(council, "copy")},
		Stop:      pages.Link{Text: rs.Text("result.buttons.stop", w), Href: councilPath(council, "erase")},
		Contact:   pages.Link{Text: rs.Text("result.buttons.contact_me", w), Href: councilPath(council, "contact")},
	}
	for _, why := range r.Why {
		p.Why = append(p.Why, pages.Reason{Text: why.Text, Citation: why.Citation})
	}
	for _, line := range []string{r.ToAsk, r.ToWeigh} {
		if line != "" {
			p.Gaps = append(p.Gaps, line)
		}
	}
	if council.DirectoryURL != "" {
		p.NowLinks = append(p.NowLinks, pages.Link{Text: rs.Text("result.directory", w), Href: council.DirectoryURL})
	}
	return p
}
