package eligibility

import (
	"fmt"
	"io/fs"
	"slices"
)

// sharedFolder has, by date, the pages, forms, flags and words that several journeys use. It is no kind of assessment.
const sharedFolder = "shared"

// sharedFile is the questions.yaml of a shared folder: what a journey may `use`, flags and postcodes.
type sharedFile struct {
	Pages     []pageRow `yaml:"pages"`
	Forms     []pageRow `yaml:"forms"`
	Flags     []flagRow `yaml:"flags"`
	Postcodes postcodes `yaml:"postcodes"`

	dir  string // "" when a version has no `shared`
	file string
}

// loadShared reads the shared questions of a date, which a version names in ruleset.yaml; of "" there are none.
func loadShared(fsys fs.FS, date string) (*sharedFile, Problems) {
	if date == "" {
		return &sharedFile{}, nil
	}
	s := &sharedFile{dir: sharedFolder + "/" + date}
	s.file = s.dir + "/questions.yaml"
	if err := decodeStrict(fsys, s.file, s); err != nil {
		return nil, asProblems(err)
	}
	var ps Problems
	for _, rows := range [][]pageRow{s.Pages, s.Forms} {
		for i := range rows {
			rows[i].file = s.file
			if rows[i].Use != "" {
				ps.add(s.file, rows[i].line, fmt.Sprintf("the shared folder uses the page %q", rows[i].Use), "there is nothing behind it to take the page from",
					"write the page itself: path, questions")
			}
		}
	}
	for i := range s.Flags {
		s.Flags[i].file = s.file
	}
	if ps != nil {
		return nil, ps
	}
	return s, nil
}

// in notes in which file the rows are written.
func (f *questionsFile) in(file string) {
	for _, rows := range [][]pageRow{f.Pages, f.Forms} {
		for i := range rows {
			rows[i].file = file
		}
	}
	for i := range f.Flags {
		f.Flags[i].file = file
	}
	for i := range f.Consistency {
		row := &f.Consistency[i]
		row.file, row.consistency, row.Priority = file, true, "routine"
	}
}

// resolve puts shared pages and forms where the journey uses them, and shared flags and postcodes before its own. A flag
// of its own takes the place of the shared one of the same id.
func (f *questionsFile) resolve(shared *sharedFile, date string) Problems {
	var ps Problems
	ps = append(ps, resolveRows(f.Pages, shared.Pages, "page", date)...)
	if len(ps) == 0 || date != "" {
		ps = append(ps, resolveRows(f.Forms, shared.Forms, "form", date)...)
	}
	var flags []flagRow
	for _, row := range shared.Flags {
		if !slices.ContainsFunc(f.Flags, func(own flagRow) bool { return own.ID == row.ID }) {
			flags = append(flags, row)
		}
	}
	f.Flags = slices.Concat(flags, f.Flags, f.Consistency)
	if f.Postcodes.Citation == "" {
		f.Postcodes = shared.Postcodes
	}
	return ps
}

func resolveRows(rows, shared []pageRow, what, date string) Problems {
	var ps Problems
	for i, row := range rows {
		if row.Use == "" {
			continue
		}
		at := slices.IndexFunc(shared, func(r pageRow) bool { return r.Path == row.Use })
		bare := row.Path == "" && row.Template == "" && row.Each == "" && row.In == nil && row.Aside == nil && !row.Ends && row.Form == "" &&
			row.Services == nil && (row.Carries == nil || what == "form") && row.Parts == nil && row.Questions == nil && row.Refuse == nil
		switch {
		case date == "":
			ps.add(row.file, row.line, fmt.Sprintf("the shared %s %q is used, but ruleset.yaml names no shared folder", what, row.Use),
				"nobody could tell which version of it is meant", "write shared: \"<date>\" in ruleset.yaml, or write the "+what+" here")
			return ps // it is so for all of them
		case at < 0:
			ps.add(row.file, row.line, fmt.Sprintf("there is no shared %s %q", what, row.Use), "nothing would stand in its place",
				"use one of those in "+sharedFolder+"/"+date+"/questions.yaml, or write the "+what+" here with `path`")
		case !bare:
			ps.add(row.file, row.line, fmt.Sprintf("the shared %s %q is used and changed in the same place", what, row.Use), "what a shared page asks would differ from journey to journey and look the same",
				"keep `use` and `ask_when` alone (a form may add `carries`), or write the "+what+" here with `path`")
		default:
			rows[i] = shared[at]
			rows[i].used = askTest{row.file, row.AskWhen}
			rows[i].Carries = slices.Concat(rows[i].Carries, row.Carries) // pages of this journey that go along as well
		}
	}
	return ps
}

func (f *questionsFile) chooseFrom(list string) bool {
	for _, p := range slices.Concat(f.Pages, f.Forms) {
		if slices.ContainsFunc(p.Questions, func(q questionRow) bool { return q.ChooseFrom == list }) {
			return true
		}
	}
	return false
}
