package web

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/static"
	"threshold/templates/components"
	"threshold/templates/pages"
)

const settingsPath = "/staff/settings"

// A setting is one field of the form: how it is asked for, read and written.
type setting struct {
	name, label, hint string
	hintKey           string // of the wording, in place of hint
	short             bool   // a number or a colour
	get               func(care.Council) string
	set               func(*care.Council, string)
}

func textSetting(name, label, hint, hintKey string, at func(*care.Council) *string) setting {
	return setting{name: name, label: label, hint: hint, hintKey: hintKey,
		get: func(c care.Council) string { return *at(&c) }, set: func(c *care.Council, v string) { *at(c) = v }}
}

// notANumber is out of every range, so that what is no number is refused like one that is too large.
const notANumber = -1

func numberSetting(name, label string, at func(*care.Council) *int) setting {
	return setting{name: name, label: label, hintKey: "staff.settings." + name, short: true,
		get: func(c care.Council) string {
			if n := *at(&c); n != notANumber {
				return strconv.Itoa(n)
			}
			return ""
		},
		set: func(c *care.Council, v string) {
			n, err := strconv.Atoi(v)
			switch {
			case v == "":
				n = 0
			case err != nil || n < 0:
				n = notANumber
			}
			*at(c) = n
		}}
}

// settingGroups are the form, in its order.
var settingGroups = []struct {
	title    string
	settings []setting
}{
	{"What residents see", []setting{
		textSetting("name", "Name", "As residents know the council", "", func(c *care.Council) *string { return &c.Name }),
		{name: "colour", label: "Colour of the header", hint: "Such as #17495a. White words and the yellow of the keyboard's focus must be readable on it", short: true,
			get: func(c care.Council) string { return c.Colour }, set: func(c *care.Council, v string) { c.Colour = strings.ToLower(v) }},
		textSetting("phone", "Daytime phone number", "", "", func(c *care.Council) *string { return &c.Phone }),
		textSetting("phone_24h", "Phone number answered day and night", "The emergency duty team. It stands on every page", "", func(c *care.Council) *string { return &c.Phone24h }),
		textSetting("hours", "When people can ring the daytime number", "Such as Monday to Friday, 9am to 5pm", "", func(c *care.Council) *string { return &c.Settings.Hours }),
		numberSetting("read_days", "Days until somebody reads what was sent", func(c *care.Council) *int { return &c.ReadDays }),
		textSetting("email", "Address for replies to messages", "Replies to e-mail messages go there", "", func(c *care.Council) *string { return &c.Email }),
		textSetting("leave_url", "Address of Leave this site", "", "staff.settings.leave", func(c *care.Council) *string { return &c.LeaveURL }),
		textSetting("complaint_url", "Address of your page on complaints", "", "", func(c *care.Council) *string { return &c.ComplaintURL }),
		textSetting("directory_url", "Address of your page on help nearby", "", "", func(c *care.Council) *string { return &c.DirectoryURL }),
		numberSetting("retention_months", "Months that what was sent is kept after it is signed", func(c *care.Council) *int { return &c.Settings.RetentionMonths }),
	}},
	{"How practitioners work", []setting{
		numberSetting("target_days", "Target in days", func(c *care.Council) *int { return &c.Settings.TargetDays }),
		numberSetting("urgent_hours", "Hours until an unopened urgent case goes to the duty rota", func(c *care.Council) *int { return &c.Settings.UrgentHours }),
		numberSetting("check_in_days", "Days between check-ins while people wait", func(c *care.Council) *int { return &c.Settings.CheckInDays }),
		numberSetting("blind_percent", "Percent of cases where the finding comes before the suggestion", func(c *care.Council) *int { return &c.Settings.BlindPercent }),
	}},
}

// fieldViewFirst is the one tick box among the settings.
const fieldViewFirst = "view_first"

func settingFields() []string {
	fields := []string{"seen", fieldViewFirst}
	for _, g := range settingGroups {
		for _, f := range g.settings {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// settingsOf reads the form over the council as it is: what the form does not ask for stays.
func settingsOf(was care.Council, values url.Values) care.Council {
	for _, g := range settingGroups {
		for _, f := range g.settings {
			f.set(&was, values.Get(f.name))
		}
	}
	was.Settings.ViewFirst = values.Get(fieldViewFirst) == "yes"
	return was
}

// fresh is the council as it is stored now, past what is remembered for a few seconds.
func (s *Server) fresh(c echo.Context) (care.Council, error) {
	s.forgetCouncils()
	return s.council(c, visitOf(c).Council.Slug)
}

// forgetCouncils makes the next request read them anew.
func (s *Server) forgetCouncils() {
	s.councils.mu.Lock()
	defer s.councils.mu.Unlock()
	s.councils.list = nil
}

// staffSettings asks for the council's settings.
func (s *Server) staffSettings(c echo.Context) error {
	if !casework.SetsCouncil(visitOf(c).Actor) {
		return care.ErrForbidden
	}
	council, err := s.fresh(c)
	if err != nil {
		return err
	}
	return s.settingsPage(c, http.StatusOK, council, casework.CouncilSeen(council), nil, nil)
}

// settingsPage draws the form with what stands in council, or where it was typed in values.
func (s *Server) settingsPage(c echo.Context, status int, council care.Council, seen string, typed url.Values, invalid *care.Invalid) error {
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	p := pages.StaffSettingsPage{Layout: s.staffLayout(c, "Council settings"), Intro: rs.Text("staff.settings.intro", nil), Seen: seen}
	if c.QueryParam(done) == "saved" {
		p.Success = "The settings are saved."
	}
	if invalid != nil {
		p.Layout.Error, p.Problems = true, settingsProblems(rs, invalid)
	}
	for _, g := range settingGroups {
		group := pages.StaffSettingsGroup{Title: g.title}
		for _, f := range g.settings {
			in := components.InputParams{
				Name: f.name, Value: f.get(council), Label: components.LabelParams{Text: f.label}, Hint: components.HintParams{Text: f.hint},
				Autocomplete: "off", Spellcheck: components.Off, ErrorMessage: components.ErrorMessageParams{Text: p.Problems.ByField[f.name]},
			}
			if typed != nil {
				in.Value = typed.Get(f.name)
			}
			if f.hintKey != "" {
				in.Hint.Text = rs.Text(f.hintKey, nil)
			}
			if f.short {
				in.Classes = "govuk-input--width-5"
			}
			if f.name == "colour" {
				in.Classes = "govuk-input--width-10"
			}
			if _, number := casework.SettingRanges[f.name]; number {
				in.Inputmode = "numeric"
			}
			group.Fields = append(group.Fields, in)
		}
		p.Groups = append(p.Groups, group)
	}
	p.Groups[len(p.Groups)-1].Boxes = &components.CheckboxesParams{Name: fieldViewFirst, Items: []components.CheckboxItem{
		{Value: "yes", Text: rs.Text("staff.settings.view_first", nil), Checked: council.Settings.ViewFirst},
	}}
	return render(c, status, pages.StaffSettings(p))
}

// settingsProblems words a refusal; numbers out of range share one sentence.
func settingsProblems(rs *eligibility.Ruleset, invalid *care.Invalid) pages.StaffProblems {
	out := pages.StaffProblems{ByField: map[string]string{}}
	for _, p := range invalid.Problems {
		text := ""
		if r, ok := casework.SettingRanges[p.Field]; ok {
			text = rs.Text("staff.settings.error.range", eligibility.Words{"what": settingLabel(p.Field), "least": strconv.Itoa(r[0]), "most": strconv.Itoa(r[1])})
		} else {
			text = rs.Text("staff.settings.error."+p.Field+"."+p.Code, eligibility.Words(p.Args))
		}
		out.ByField[p.Field] = text
		out.Summary = append(out.Summary, components.ErrorSummaryItem{Text: text, Href: "#" + p.Field})
	}
	return out
}

func settingLabel(name string) string {
	for _, g := range settingGroups {
		for _, f := range g.settings {
			if f.name == name {
				return f.label
			}
		}
	}
	return name
}

// checkSettings gathers what is wrong: the service's rules, and a colour on which words could not be read.
func (s *Server) checkSettings(council care.Council) *care.Invalid {
	invalid := &care.Invalid{}
	if err := s.Casework.CheckCouncil(council); err != nil && !errors.As(err, &invalid) {
		return care.Refuse("name", "enter")
	}
	if p := colourProblem(council.Colour); p != nil {
		invalid.Problems = append(invalid.Problems, *p)
	}
	if len(invalid.Problems) == 0 {
		return nil
	}
	return invalid
}

func colourProblem(colour string) *care.Problem {
	if colour == "" {
		return nil
	}
	pale, err := static.HeaderColour(colour)
	switch {
	case err != nil:
		return &care.Problem{Field: "colour", Code: "colour"}
	case pale == nil:
		return nil
	}
	p := &care.Problem{Field: "colour", Code: "contrast", Args: map[string]string{"colour": colour, "ratio": fmt.Sprintf("%.1f", pale.Ratio), "try": pale.Try}}
	if pale.On == static.Focus {
		p.Code = "focus"
	}
	return p
}

// settingsTyped reads what was posted, over the council as it is.
func (s *Server) settingsTyped(c echo.Context) (was, next care.Council, values url.Values, err error) {
	if !casework.SetsCouncil(visitOf(c).Actor) {
		return was, next, nil, care.ErrForbidden
	}
	if values, err = staffForm(c, settingFields()...); err != nil {
		return was, next, nil, err
	}
	if was, err = s.fresh(c); err != nil {
		return was, next, nil, err
	}
	return was, settingsOf(was, values), values, nil
}

// staffPreview shows a resident's page as it would look, with what would change. Nothing is saved.
func (s *Server) staffPreview(c echo.Context) error {
	was, next, values, err := s.settingsTyped(c)
	if err != nil {
		return err
	}
	if invalid := s.checkSettings(next); invalid != nil {
		return s.settingsPage(c, http.StatusUnprocessableEntity, next, values.Get("seen"), values, invalid)
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	v := visitOf(c)
	v.Council = next
	w := s.words(v)
	p := pages.SettingsPreviewPage{
		Layout: s.layout(c, rs, "This is how it looks", ""), Promise: rs.Texts("confirmation.lines", w), Hidden: hiddenFields(values),
		Save: settingsPath + "/save", Change: settingsPath + "/change",
	}
	p.Layout.Preview, p.Layout.NoContact, p.Layout.NoSave, p.Layout.NoReading = true, true, true, true
	p.Layout.Words.Aloud = ""
	if next.Colour != "" {
		p.Layout.Council.ThemeHref = settingsPath + "/theme/" + strings.TrimPrefix(next.Colour, "#") + ".css"
	}
	if p.Changes = settingChanges(was, next); len(p.Changes) == 0 {
		p.Nothing = rs.Text("staff.settings.nothing", nil)
	}
	return render(c, http.StatusOK, pages.SettingsPreview(p))
}

// settingChanges says before and after of every setting that differs.
func settingChanges(was, next care.Council) []pages.StaffTold {
	var out []pages.StaffTold
	add := func(label, from, to string) {
		if from != to {
			out = append(out, pages.StaffTold{Question: label, Answers: []string{"Now: " + orNothing(from), "Then: " + orNothing(to)}})
		}
	}
	for _, g := range settingGroups {
		for _, f := range g.settings {
			add(f.label, f.get(was), f.get(next))
		}
	}
	add("Finding before the suggestion, in all cases", yesNo(was.Settings.ViewFirst), yesNo(next.Settings.ViewFirst))
	return out
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

func hiddenFields(values url.Values) []pages.StaffHidden {
	var out []pages.StaffHidden
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			out = append(out, pages.StaffHidden{Name: name, Value: value})
		}
	}
	return out
}

// staffChangeSettings goes back from the preview to the form, with what was typed.
func (s *Server) staffChangeSettings(c echo.Context) error {
	_, next, values, err := s.settingsTyped(c)
	if err != nil {
		return err
	}
	return s.settingsPage(c, http.StatusOK, next, values.Get("seen"), values, nil)
}

// staffSaveSettings saves what was looked at.
func (s *Server) staffSaveSettings(c echo.Context) error {
	_, next, values, err := s.settingsTyped(c)
	if err != nil {
		return err
	}
	if invalid := s.checkSettings(next); invalid != nil {
		return s.settingsPage(c, http.StatusUnprocessableEntity, next, values.Get("seen"), values, invalid)
	}
	now, err := s.Casework.ChangeCouncil(c.Request().Context(), visitOf(c).Actor, values.Get("seen"), next)
	if errors.Is(err, care.ErrConflict) {
		var theirs, mine []pages.StaffTold
		for _, t := range settingChanges(now, next) {
			theirs = append(theirs, pages.StaffTold{Question: t.Question, Answers: []string{strings.TrimPrefix(t.Answers[0], "Now: ")}})
			mine = append(mine, pages.StaffTold{Question: t.Question, Answers: []string{strings.TrimPrefix(t.Answers[1], "Then: ")}})
		}
		values.Set("seen", casework.CouncilSeen(now))
		return s.twoVersions(c, "Somebody else changed the settings too", theirs, mine, settingsPath+"/save", settingsPath, values)
	}
	if err != nil {
		return err
	}
	s.forgetCouncils()
	return c.Redirect(http.StatusSeeOther, settingsPath+"?"+done+"=saved")
}

// previewTheme serves a colour that is being looked at.
func (s *Server) previewTheme(c echo.Context) error {
	if !casework.SetsCouncil(visitOf(c).Actor) {
		return care.ErrForbidden
	}
	digits, _, _ := strings.Cut(c.Param("name"), ".")
	if colourProblem("#"+digits) != nil {
		return care.ErrNotFound
	}
	css, err := static.Theme{Header: "#" + digits}.Stylesheet()
	if err != nil {
		return care.ErrNotFound
	}
	return c.Blob(http.StatusOK, "text/css; charset=utf-8", css)
}
