package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// letterCopy is the form of a letter that is a copy for a carer.
const letterCopy = "copy"

const doneLetter = "letter"

// staffLetter shows the letter of a signed case in one of its forms: the one the person asked for, unless another is chosen.
func (s *Server) staffLetter(c echo.Context) error {
	as := c.QueryParam("as")
	if as != "" && as != letterCopy && !slices.Contains(casework.LetterForms, as) {
		return care.ErrNotFound
	}
	f, err := s.openLetter(c, as)
	if err != nil {
		return err
	}
	asked, _ := f.Signed.AskedForm()
	if as == "" {
		as = asked
	}
	if as == casework.LetterText {
		c.Response().Header().Set(echo.HeaderContentDisposition, `inline; filename="letter-`+f.Reference+`.txt"`)
		return c.Blob(http.StatusOK, "text/plain; charset=utf-8", []byte(casework.LetterFor(f.Signed, f.Rules).Text()))
	}
	p, ok := s.letterPage(c, f, as)
	if !ok {
		return care.ErrNotFound
	}
	return render(c, http.StatusOK, pages.StaffLetter(p))
}

func (s *Server) openLetter(c echo.Context, as string) (casework.LetterFile, error) {
	ref, err := reference(c)
	if err != nil {
		return casework.LetterFile{}, err
	}
	if as == "" {
		as = "asked"
	}
	return s.Casework.OpenLetter(c.Request().Context(), visitOf(c).Actor, ref, as)
}

// letterPage is ok unless the form is a copy for a carer that the person did not ask for.
func (s *Server) letterPage(c echo.Context, f casework.LetterFile, as string) (pages.StaffLetterPage, bool) {
	rs := f.Rules
	text := func(key string, w eligibility.Words) string { return rs.Text("staff.letter."+key, w) }
	p := pages.StaffLetterPage{
		StaffCase: s.staffCase(c, f.CaseFile, "signed", text("title", nil)), FormsFor: text("forms", nil),
		Words: pages.StaffLetterWords{
			Title: text("title", nil), PrintNote: text("print", nil), GivenTitle: text("given_title", nil), NotGiven: text("not_given", nil),
			GiveTitle: text("give_title", nil), Button: text("button", nil), Note: text("note", nil), NoteHint: text("note_hint", nil),
		},
	}
	p.StaffCase.Locked, p.Take.Allowed = false, false
	// What is printed or read out over a shoulder says nothing of how they can be reached, or of marks.
	p.Identity = components.IdentityBarParams{Label: "This record", Name: f.Signed.Person.Name, Facts: []components.Fact{
		{Key: "Reference", Value: casework.FormatReference(f.Signed.Reference)}, {Key: "Kind", Value: rs.Choice("kinds", f.Signed.Kind)},
	}}
	path := casePath(f.Assessment) + "/letter"
	asked, byHand := f.Signed.AskedForm()
	p.Asked = text("asked."+asked, nil)
	if asked == casework.LetterEasy && f.Signed.AskedLarge() {
		p.Asked += " " + text("asked_large", nil)
	}
	if len(byHand) > 0 {
		p.ByHand = some(text("by_hand", eligibility.Words{"list": strings.Join(formatNames(rs, byHand), ", ")}))
	}
	copied, mayCopy := casework.CarerCopy(f.Signed, rs)
	for _, form := range casework.LetterForms {
		p.Forms = append(p.Forms, components.SubNavigationItem{Text: text("form."+form, nil), Href: path + "?as=" + form, Current: form == as})
	}
	if mayCopy {
		p.Forms = append(p.Forms, components.SubNavigationItem{Text: text("form.copy", nil), Href: path + "?as=" + letterCopy, Current: as == letterCopy})
	}
	window := ""
	switch as {
	case letterCopy:
		if !mayCopy {
			return p, false
		}
		p.Sheet, window = pages.LetterSheet{Letter: copied}, letterCopy
	case casework.LetterEasy:
		p.Sheet = pages.LetterSheet{Letter: casework.LetterFor(f.Signed, rs.In(casework.EasyLocale)), Large: f.Signed.AskedLarge()}
		p.Cautions = append(p.Cautions, text("words", nil))
	default:
		p.Sheet = pages.LetterSheet{Letter: casework.LetterFor(f.Signed, rs), Large: as == casework.LetterLarge}
	}
	if window == "" {
		window = p.Sheet.NoAddress
	}
	if window != "" && len(p.Sheet.To) == 0 {
		p.Window = text("window."+window, nil)
	}
	if f.NotTold {
		p.Cautions = append(p.Cautions, text("not_told", nil))
	}
	for _, given := range f.Given {
		on, err := time.Parse(time.DateOnly, given.On)
		if err != nil {
			on = time.Time{}
		}
		p.Given = append(p.Given, text("given", eligibility.Words{
			"date": on.Format("2 January 2006"), "to": rs.Choice(casework.ListCopies, given.To), "how": rs.Choice(casework.ListCopyHow, given.How), "name": given.ByName,
		}))
	}
	form := as
	if as == letterCopy {
		form = casework.LetterPlain
	}
	p.Words.GiveHint = text("give_hint", eligibility.Words{"form": p.FormName()})
	p.Give = s.giveForm(c, rs, path, form, url.Values{}, nil)
	if as == letterCopy {
		p.Give.To.Value = "carer"
	}
	if c.QueryParam(done) == doneLetter {
		p.Success = text("done", nil)
	}
	return p, true
}

// formatNames puts the ways of reading somebody asked for into the words of the form.
func formatNames(rs *eligibility.Ruleset, ids []string) []string {
	var out []string
	page, ok := rs.Page("talk", care.Answers{}, nil)
	for _, id := range ids {
		name := id
		if ok {
			for _, q := range page.Questions {
				for _, o := range q.Options {
					if q.ID == "format" && o.ID == id {
						name = o.Label
					}
				}
			}
		}
		out = append(out, name)
	}
	return out
}

func some(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

func (s *Server) giveForm(c echo.Context, rs *eligibility.Ruleset, path, form string, typed url.Values, problems map[string]string) pages.StaffLetterGive {
	text := func(key string) string { return rs.Text("staff.letter."+key, nil) }
	give := pages.StaffLetterGive{Action: path, Once: onceOr(typed.Get("once")), Form: form, Note: typed.Get("copy_note")}
	give.To = choiceRadios(rs, "to", text("to"), casework.ListCopies, typed.Get("to"), "", problems["to"])
	give.How = choiceRadios(rs, "copy_how", text("how"), casework.ListCopyHow, typed.Get("copy_how"), "", problems["copy_how"])
	today := s.Now().In(ukTime)
	day, month, year := today.Format("2"), today.Format("1"), today.Format("2006")
	if typed.Has("copy_on-day") || typed.Has("copy_on-month") || typed.Has("copy_on-year") || problems != nil {
		day, month, year = typed.Get("copy_on-day"), typed.Get("copy_on-month"), typed.Get("copy_on-year")
	}
	give.On = components.DateInputParams{
		ID: "copy_on", NamePrefix: "copy_on", ErrorMessage: components.ErrorMessageParams{Text: problems["copy_on"]},
		Fieldset: &components.FieldsetParams{Legend: components.LegendParams{Text: text("on"), Classes: "govuk-fieldset__legend--s"}},
		Items: []components.DateInputItem{
			{Name: "day", Label: "Day", Value: day, Classes: "govuk-input--width-2"},
			{Name: "month", Label: "Month", Value: month, Classes: "govuk-input--width-2"},
			{Name: "year", Label: "Year", Value: year, Classes: "govuk-input--width-4"},
		},
	}
	return give
}

// staffGiveLetter writes down that the letter went out.
func (s *Server) staffGiveLetter(c echo.Context) error {
	values, err := staffForm(c, "once", "form", "to", "copy_how", "copy_note", "copy_on-day", "copy_on-month", "copy_on-year")
	if err != nil {
		return err
	}
	ref, err := reference(c)
	if err != nil {
		return err
	}
	on := joinDate(values, "copy_on")
	if t, err := time.Parse("2006-1-2", on); err == nil {
		on = t.Format(time.DateOnly)
	}
	given := care.CopyGiven{To: values.Get("to"), How: values.Get("copy_how"), On: on, Note: values.Get("copy_note")}
	form := values.Get("form")
	err = s.Casework.GiveLetter(c.Request().Context(), visitOf(c).Actor, ref, form, given, onceOr(values.Get("once")))
	invalid := (*care.Invalid)(nil)
	if errors.As(err, &invalid) {
		if !slices.Contains(casework.LetterForms, form) {
			return eligibility.ErrUnknownField // no form of ours sends that
		}
		f, err := s.openLetter(c, form)
		if err != nil {
			return err
		}
		if form == casework.LetterText { // its page is bare text, so the form stands under plain print
			form = casework.LetterPlain
		}
		p, _ := s.letterPage(c, f, form)
		p.Layout.Error = true
		p.Problems = letterProblems(f.Rules, invalid)
		p.Give = s.giveForm(c, f.Rules, casePath(f.Assessment)+"/letter", values.Get("form"), values, p.Problems.ByField)
		p.StaffCase.Problems = p.Problems
		return render(c, http.StatusUnprocessableEntity, pages.StaffLetter(p))
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/case/"+ref+"/letter?as="+values.Get("form")+"&"+done+"="+doneLetter)
}

// letterProblems words what is wrong with the form.
func letterProblems(rs *eligibility.Ruleset, invalid *care.Invalid) pages.StaffProblems {
	out := pages.StaffProblems{ByField: map[string]string{}}
	for _, p := range invalid.Problems {
		key, anchor := p.Field, p.Field
		if slices.Contains([]string{"not_agreed", "future", "before_signed", "too_long"}, p.Code) {
			key = p.Code
		}
		if p.Field == "copy_on" {
			anchor = "copy_on-day"
		}
		text := rs.Text("staff.letter.error."+key, nil)
		out.ByField[p.Field] = text
		out.Summary = append(out.Summary, components.ErrorSummaryItem{Text: text, Href: "#" + anchor})
	}
	return out
}

// staffExport gives the whole case as a file: .json or .csv.
func (s *Server) staffExport(as string) echo.HandlerFunc {
	return func(c echo.Context) error {
		ref, err := reference(c)
		if err != nil {
			return err
		}
		export, err := s.Casework.Export(c.Request().Context(), visitOf(c).Actor, ref, as)
		if err != nil {
			return err
		}
		body, kind := []byte(nil), echo.MIMEApplicationJSON
		if as == casework.ExportCSV {
			body, err = export.CSV()
			kind = "text/csv; charset=utf-8"
		} else {
			body, err = export.JSON()
		}
		if err != nil {
			return err
		}
		c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="threshold-case-`+export.Reference+`.`+as+`"`)
		return c.Blob(http.StatusOK, kind, body)
	}
}
