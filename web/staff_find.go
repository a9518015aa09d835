package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/templates/pages"
)

// A typedFinding is a row as it came from the page: shown is the mark of what stood in it when the page was drawn.
type typedFinding struct {
	care.Finding
	shown   string
	invalid *care.Invalid
}

// findingMark tells a finding from every other one by what the practitioner chooses and types.
func findingMark(f care.Finding) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q", f.Conclusion, slices.Sorted(slices.Values(f.Sources)), f.Reason, f.Period))
	return hex.EncodeToString(sum[:6])
}

// The names of a row's fields stand behind its outcome: "nutrition-reason".
var findingFields = []string{"version", "shown", "conclusion", "sources", "reason", "period"}

// staffFindAll saves every row that was changed. Rows are saved one by one, so that a row with something missing holds up no
// other; what was typed in it stays on the page. "on" goes on to the next page, a row's own button comes back to the row.
func (s *Server) staffFindAll(c echo.Context) error {
	f, err := s.openCase(c, "answers")
	if err != nil {
		return err
	}
	if !f.Assessed() {
		return care.ErrNotFound
	}
	fields := []string{"do", "version"} // the page of a conflict adds the latter
	for _, id := range f.OutcomeIDs() {
		for _, field := range findingFields {
			fields = append(fields, id+"-"+field)
		}
	}
	values, err := staffForm(c, fields...)
	if err != nil {
		return err
	}
	kept, conflicts, locked := map[string]typedFinding{}, []string(nil), []pages.StaffTold(nil)
	var lock error
	anyInvalid := false
	for _, id := range f.OutcomeIDs() {
		typed, err := typedRow(values, id)
		if err != nil {
			return err
		}
		if mark := findingMark(typed.Finding); mark == typed.shown || mark == findingMark(f.Findings[id]) {
			continue // not touched, or saved already
		}
		err = s.Casework.Find(c.Request().Context(), visitOf(c).Actor, f.Reference, typed.Finding, typed.Version)
		var invalid *care.Invalid
		switch {
		case errors.As(err, &invalid):
			anyInvalid = true
			typed.invalid = differs(f, typed.Finding, invalid)
			kept[id] = typed
		case errors.Is(err, care.ErrConflict):
			conflicts = append(conflicts, id)
			kept[id] = typed
		case errors.Is(err, care.ErrLocked):
			lock = err
			locked = append(locked, typedRows(f, typed.Finding)...)
		case err != nil:
			return err
		}
	}
	if shown, err := s.lockedPage(c, lock, locked); shown || err != nil {
		return err
	}
	if len(kept) == 0 {
		return c.Redirect(http.StatusSeeOther, casePath(f.Assessment)+afterFinding(f, values.Get("do")))
	}
	if f, err = s.openCase(c, "answers"); err != nil { // with the rows that were saved just now
		return err
	}
	if anyInvalid { // what two people saved is looked at once the page has nothing else to mend
		return render(c, http.StatusUnprocessableEntity, pages.StaffAnswers(s.answersPage(c, f, kept)))
	}
	x := conflictOf{page: "answers", posted: values, action: casePath(f.Assessment) + "/answers", keep: casePath(f.Assessment) + "/answers#finding-" + conflicts[0]}
	for _, id := range conflicts {
		theirs := f.Findings[id]
		x.by, x.at, x.version = theirs.ByName, theirs.At, theirs.Version
		x.what = strings.TrimPrefix(x.what+", "+f.Rules.OutcomeTitle(id), ", ")
		x.theirs = append(x.theirs, foundRows(f.Rules, theirs)...)
		x.mine = append(x.mine, foundRows(f.Rules, kept[id].Finding)...)
		values.Set(id+"-version", strconv.Itoa(theirs.Version))
	}
	return s.conflict(c, f, x)
}

// typedRow reads the row of an outcome. An empty mark is that of a row in which nothing stood.
func typedRow(values url.Values, id string) (typedFinding, error) {
	at := func(field string) string { return strings.TrimSpace(values.Get(id + "-" + field)) }
	read, err := version(url.Values{"version": {at("version")}})
	t := typedFinding{shown: at("shown"), Finding: care.Finding{
		Outcome: id, Conclusion: care.Conclusion(at("conclusion")), Sources: values[id+"-sources"], Reason: at("reason"), Period: at("period"), Version: read,
	}}
	if t.shown == "" {
		t.shown = findingMark(care.Finding{})
	}
	return t, err
}

// afterFinding is where the buttons of the page lead.
func afterFinding(f casework.CaseFile, do string) string {
	if slices.Contains(f.OutcomeIDs(), do) {
		return "/answers#finding-" + do
	}
	return "/impact"
}

// differs says, of a reason that is missing, that it is owed because the finding differs from the suggestion.
func differs(f casework.CaseFile, finding care.Finding, invalid *care.Invalid) *care.Invalid {
	suggested := f.Suggested(finding.Outcome)
	for i, p := range invalid.Problems {
		if p.Code == "reason" && suggested != care.OutcomeUnknown && suggested != string(finding.Conclusion) {
			invalid.Problems[i].Code = "reason_differ"
		}
	}
	return invalid
}

func typedRows(f casework.CaseFile, finding care.Finding) []pages.StaffTold {
	if finding.Reason+finding.Period == "" {
		return nil
	}
	return []pages.StaffTold{{Question: f.Rules.OutcomeTitle(finding.Outcome), Answers: nonEmpty(finding.Reason, finding.Period)}}
}

// staffFind saves the finding of one row.
func (s *Server) staffFind(c echo.Context) error {
	values, err := staffForm(c, "version", "conclusion", "sources", "reason", "period")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	read, err := version(values)
	if err != nil {
		return err
	}
	finding := care.Finding{
		Outcome: c.Param("outcome"), Conclusion: care.Conclusion(values.Get("conclusion")), Sources: values["sources"],
		Reason: values.Get("reason"), Period: values.Get("period"), Version: read,
	}
	err = s.Casework.Find(c.Request().Context(), visitOf(c).Actor, ref, finding, read)
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		f, err := s.openCase(c, "answers")
		if err != nil {
			return err
		}
		typed := typedFinding{Finding: finding, shown: findingMark(f.Findings[finding.Outcome]), invalid: differs(f, finding, invalid)}
		return render(c, http.StatusUnprocessableEntity, pages.StaffAnswers(s.answersPage(c, f, map[string]typedFinding{finding.Outcome: typed})))
	case errors.Is(err, care.ErrConflict):
		f, err := s.openCase(c, "answers")
		if err != nil {
			return err
		}
		theirs := f.Findings[finding.Outcome]
		return s.conflict(c, f, conflictOf{
			page: "answers", what: f.Rules.OutcomeTitle(finding.Outcome), by: theirs.ByName, at: theirs.At, version: theirs.Version,
			theirs: foundRows(f.Rules, theirs), mine: foundRows(f.Rules, finding), posted: values,
			action: casePath(f.Assessment) + "/answers/" + finding.Outcome, keep: casePath(f.Assessment) + "/answers#finding-" + finding.Outcome,
		})
	}
	var mine []pages.StaffTold
	if errors.Is(err, care.ErrLocked) {
		mine = []pages.StaffTold{{Question: "Why", Answers: nonEmpty(finding.Reason)}, {Question: "Period looked at", Answers: nonEmpty(finding.Period)}}
	}
	if shown, err := s.lockedPage(c, err, mine); shown || err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/answers#finding-"+finding.Outcome)
}
