package web

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/templates/pages"
)

// The parts of a copy's file that bringing it back reads: on the root element what it is and the shape it has, and on
// elements anywhere in it one value of one answer.
const (
	copyMark     = "care-and-support-form-1"
	attrCopy     = "data-copy"
	attrQuestion = "data-question"
	attrValue    = "data-value"
	copyName     = "my-form.html" // tells whoever sees the folder nothing
	copyFilePath = "copy/file"
)

// showCopy is everything the person said, on one page to print or keep. Private answers are not on it.
func (s *Server) showCopy(c echo.Context) error {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	page := pages.CopyPage{
		Layout: s.layout(c, rs, rs.Text("copy.title", w), s.copyBack(v)),
		Title:  rs.Text("copy.title", w), Lines: rs.Texts("copy.lines", w),
		Sections:    sections(rs, w, v.Council, v.Draft.Answers, false),
		File:        pages.Link{Text: rs.Text("copy.file", w), Href: councilPath(v.Council, copyFilePath)},
		FileLines:   rs.Texts("copy.file_lines", w),
		SheetsTitle: rs.Text("copy.sheets", w),
		Sheets:      []pages.Link{{Text: rs.Text("about.link", w), Href: councilPath(v.Council, aboutMePath)}},
	}
	if s.hasPlan(v) {
		page.Sheets = append(page.Sheets, pages.Link{Text: rs.Text("plan.link", w), Href: councilPath(v.Council, planPath)})
	}
	if ok, _ := rs.MayBeOn(v.Draft.Answers, "result"); ok {
		result := rs.Result(v.Draft.Answers, v.Draft.Indicate(), w)
		page.ResultTitle, page.Result = result.H1, result.Body
		for _, r := range result.Why {
			page.Result = append(page.Result, r.Text)
		}
	}
	return render(c, http.StatusOK, pages.Copy(page))
}

// copyBack is where somebody came from to a copy: the page they are on, or the receipt.
func (s *Server) copyBack(v *visit) string {
	if v.Draft.Status != care.StatusDraft {
		return councilPath(v.Council, "sent")
	}
	return councilPath(v.Council, v.Draft.Rules.NextUnvisited(v.Draft.Answers))
}

// saveCopy gives the copy as a file to keep: it can be read without this site, and brought back.
func (s *Server) saveCopy(c echo.Context) error {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	layout := s.layout(c, rs, "", "")
	w["date"] = longDate(s.Now())
	f := pages.CopyFile{
		Lang: layout.Lang, Dir: layout.Dir, Mark: copyMark, Ruleset: v.Draft.Ruleset, Title: rs.Text("copy.title", w),
		Lines: append(rs.Texts("copy.kept", w), rs.Texts("copy.back", w)...),
	}
	if f.Lang == "" {
		f.Lang = "en-GB"
	}
	kept := rs.Copied(v.Draft.Answers)
	for _, told := range rs.Told(v.Draft.Answers, w) {
		section := pages.CopySection{Title: told.Title}
		for _, row := range told.Rows {
			if row.Answered {
				section.Rows = append(section.Rows, pages.CopyRow{Question: row.Question, Answers: row.Answers, Kept: takeKept(kept, row.ID)})
			}
		}
		if len(section.Rows) > 0 {
			f.Sections = append(f.Sections, section)
		}
	}
	if last := len(f.Sections) - 1; last >= 0 { // words of an option that was not chosen after all
		row := &f.Sections[last].Rows[len(f.Sections[last].Rows)-1]
		for len(kept) > 0 {
			row.Kept = append(row.Kept, takeKept(kept, firstKey(kept))...)
		}
	}
	var b bytes.Buffer
	if err := pages.CopyDocument(f).Render(context.WithoutCancel(c.Request().Context()), &b); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+copyName+`"`)
	return c.HTMLBlob(http.StatusOK, b.Bytes())
}

// takeKept moves the values of a question, and of the words that go with its options, out of kept.
func takeKept(kept map[string][]string, question string) []pages.CopyValue {
	var out []pages.CopyValue
	ids := []string{question}
	for id := range kept {
		if strings.HasPrefix(id, question+".") && strings.HasSuffix(id, ".text") {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids[1:])
	for _, id := range ids {
		for _, value := range kept[id] {
			out = append(out, pages.CopyValue{Question: id, Value: value})
		}
		delete(kept, id)
	}
	return out
}

func firstKey(m map[string][]string) string {
	first := ""
	for id := range m {
		if first == "" || id < first {
			first = id
		}
	}
	return first
}
