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
		WhyTitle:  r.Headings["why"],
		LawTitle:  r.Headings["law"],
		GapsTitle: r.Headings["unknown"],
		SendTitle: r.Headings["send"],
		NotRead:   r.NotRead,
		Send:      pages.Button{Text: r.Buttons["send"], Action: councilPath(council, "result")},
		NowTitle:  r.Headings["now"],
		Now:       r.Now,
		NextTitle: r.Headings["next"],
		Next:      r.Next,
		Money:     r.Money,
		Disagree:  r.Headings["disagree"],
		DisagreeL: r.Disagree,
		Keep:      pages.Link{Text: r.Buttons["keep"], Href: councilPath(council, "copy")},
		Stop:      pages.Link{Text: r.Buttons["stop"], Href: councilPath(council, "erase")},
	}
	for _, why := range r.Why {
		p.Why = append(p.Why, pages.Reason{Text: why.Text, Citation: why.Citation})
	}
	for _, line := range []string{r.ToAskLine, r.ToWeighLine} {
		if line != "" {
			p.Gaps = append(p.Gaps, line)
		}
	}
	if council.DirectoryURL != "" {
		p.NowLinks = append(p.NowLinks, pages.Link{Text: rs.Text("result.directory", w), Href: council.DirectoryURL})
	}
	return p
}
