package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/components"
	"threshold/templates/pages"
)

// disposalPath lists finished cases whose time is over.
const disposalPath = "/staff/disposal"

// What can be done with ticked cases, and what was done. The acts that end in allShown mean every case on the page.
const (
	actPropose = "propose"
	actAgree   = "agree"
	actKeep    = "keep"
	actBack    = "back"
	allShown   = "_page"

	doneProposed = "proposed"
	doneAgreed   = "agreed"
	doneKept     = "kept"
	doneBack     = "back"
)

// disposalActs are the buttons of each state, the most usual first.
var disposalActs = map[care.DisposalState][]string{
	care.DisposalDue:      {actPropose, actPropose + allShown, actKeep},
	care.DisposalProposed: {actAgree, actAgree + allShown, actBack},
	care.DisposalAgreed:   {actBack},
	care.DisposalKept:     {actBack},
}

// actsFrom says in which state an act finds its cases.
var actsFrom = map[string]care.DisposalState{actPropose: care.DisposalDue, actAgree: care.DisposalProposed, actKeep: care.DisposalDue}

// disposalTyped is what is shown again with the list, and why.
type disposalTyped struct {
	show    care.DisposalState
	after   string
	picks   []string
	problem string // key under staff.disposal.error
}

func (s *Server) staffDisposal(c echo.Context) error {
	show := care.DisposalState(c.QueryParam("show"))
	if show == "" {
		show = care.DisposalDue
	}
	if !slices.Contains(care.DisposalStates, show) {
		return care.ErrNotFound
	}
	return s.disposalPage(c, http.StatusOK, disposalTyped{show: show, after: c.QueryParam("after")})
}

// disposalWords puts what is said of cases into words.
type disposalWords struct{ rs *eligibility.Ruleset }

func (d disposalWords) text(key string, w eligibility.Words) string {
	return d.rs.Text("staff.disposal."+key, w)
}

func (d disposalWords) texts(key string, w eligibility.Words) []string {
	return d.rs.Texts("staff.disposal."+key, w)
}

func casesWords(n int) string { return plural(n, "case", "cases") }

func graceDays() string { return strconv.Itoa(int(casework.DisposalGrace / (24 * time.Hour))) }

func disposalHref(show care.DisposalState, more ...string) string {
	q := url.Values{"show": {string(show)}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return disposalPath + "?" + q.Encode()
}

func (s *Server) disposalPage(c echo.Context, status int, typed disposalTyped) error {
	ctx, v := c.Request().Context(), visitOf(c)
	list, err := s.Casework.Disposals(ctx, v.Actor, typed.show, typed.after)
	if err != nil {
		return err
	}
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	d := disposalWords{rs}
	title := d.text("title", nil)
	p := pages.StaffDisposalPage{
		Layout: s.staffLayout(c, title), Title: title, Action: disposalPath, State: string(typed.show), After: typed.after,
		Heading: d.text("show."+string(typed.show), nil), Lead: d.text("lead."+string(typed.show), nil),
		Intro: d.texts("unset", nil), StopsTitle: d.text("stops", nil), StopsLead: d.text("stops_lead", nil),
	}
	if list.Months > 0 {
		p.Intro = d.texts("intro", eligibility.Words{"months": monthsWords(list.Months), "days": graceDays()})
	}
	p.States.Label = d.text("states", nil)
	for _, state := range care.DisposalStates {
		w, key := eligibility.Words{"state": d.text("show."+string(state), nil), "n": strconv.Itoa(list.Counts[state].Total)}, "count"
		if list.Counts[state].More {
			key = "count_more"
		}
		p.States.Items = append(p.States.Items, components.SubNavigationItem{Text: d.text(key, w), Href: disposalHref(state), Current: state == typed.show})
	}
	for _, l := range list.Lines {
		row := d.row(list, l, v.Actor.ID)
		row.Picked = slices.Contains(typed.picks, row.Pick)
		if typed.show == care.DisposalDue && l.Stop != "" {
			row.Pick = ""
			p.Stops = append(p.Stops, row)
			continue
		}
		p.Rows = append(p.Rows, row)
	}
	if len(list.Lines) == 0 {
		p.None = d.text("none."+string(typed.show), nil)
	}
	for i, act := range disposalActs[typed.show] {
		key := strings.TrimSuffix(act, allShown)
		if key != act {
			key += "_page"
		}
		if act == actBack {
			key += "." + string(typed.show)
		}
		one := pages.StaffDisposalAct{Value: act, Text: d.text("act."+key, nil), Classes: "govuk-button--secondary"}
		if i == 0 && act != actBack {
			one.Classes = ""
		}
		p.Acts = append(p.Acts, one)
	}
	if typed.after != "" {
		p.First = disposalHref(typed.show)
	}
	if list.Next != "" {
		p.Next = disposalHref(typed.show, "after", list.Next)
	}
	if n, err := strconv.Atoi(c.QueryParam("n")); err == nil && n > 0 && c.Request().Method == http.MethodGet {
		if key := c.QueryParam(done); slices.Contains([]string{doneProposed, doneAgreed, doneKept, doneBack}, key) {
			p.Success = d.text("done."+key, eligibility.Words{"n": casesWords(n), "days": graceDays()})
		}
	}
	p.FindAction, p.FindTitle = disposalPath, d.text("find", nil)
	p.Find = components.InputParams{
		Name: "ref", Label: components.LabelParams{Text: "Reference", Classes: "govuk-label--s"}, Hint: components.HintParams{Text: d.text("find_hint", nil)},
		Classes: "govuk-input--width-10", Spellcheck: components.Off, Autocomplete: "off",
	}
	problem := func(field, text string) {
		p.Layout.Error = true
		p.Problems = pages.StaffProblems{ByField: map[string]string{field: text}, Summary: []components.ErrorSummaryItem{{Text: text, Href: "#" + field}}}
	}
	if asked := tidy(c.QueryParam("ref")); asked != "" && c.Request().Method == http.MethodGet {
		p.Find.Value = asked
		ref, ok := casework.ParseReference(asked)
		if !ok {
			status = http.StatusUnprocessableEntity
			problem("ref", rs.Text("staff.error.ref", nil))
			p.Find.ErrorMessage.Text = p.Problems.ByField["ref"]
		} else if p.Said, p.SaidRest, err = s.destroyed(c, d, ref); err != nil {
			return err
		}
	}
	if typed.problem != "" {
		problem("case", d.text("error."+typed.problem, nil))
		if len(p.Rows) > 0 {
			p.Problems.Summary[0].Href = "#case-" + p.Rows[0].Pick
		}
	}
	return render(c, status, pages.StaffDisposal(p))
}

// destroyed says what is left of the case that had a reference.
func (s *Server) destroyed(c echo.Context, d disposalWords, ref string) (said, rest string, err error) {
	gone, names, err := s.Casework.Destroyed(c.Request().Context(), visitOf(c).Actor, ref)
	w := eligibility.Words{"reference": casework.FormatReference(ref)}
	if errors.Is(err, care.ErrNotFound) {
		return d.text("found_none", w), "", nil
	}
	if err != nil {
		return "", "", err
	}
	w["at"], w["sent"], w["finished"] = longDate(gone.At), longDate(gone.SentAt), longDate(gone.FinishedAt)
	w["name"], w["second"] = nameIn(names, gone.ProposedBy), nameIn(names, gone.AgreedBy)
	switch w["end"] = d.text("end."+gone.Ending, nil); {
	case w["end"] == "" && gone.Ending == "":
		w["end"] = "-"
	case w["end"] == "":
		w["end"] = d.rs.Choice(casework.ListDecision, gone.Ending)
	}
	return d.text("found", w), d.text("found_rest", w), nil
}

func nameIn(names map[string]string, id string) string {
	if name := names[id]; name != "" {
		return name
	}
	return "somebody who no longer has an account"
}

func (d disposalWords) row(list casework.DisposalList, l care.DisposalLine, reader string) pages.StaffDisposalRow {
	row := pages.StaffDisposalRow{
		Reference: casework.FormatReference(l.Reference), Href: "/staff/case/" + l.Reference, Pick: l.Reference, Kind: d.rs.Choice("kinds", string(l.Kind)),
	}
	add := func(key string, w eligibility.Words) { row.Lines = append(row.Lines, d.text(key, w)) }
	if list.Months > 0 {
		add("finished", eligibility.Words{"finished": longDate(l.FinishedAt), "kept": longDate(casework.KeptUntil(l.FinishedAt, list.Months))})
	}
	name := func(id string) string {
		if id == reader {
			return "you"
		}
		return nameIn(list.Names, id)
	}
	if list.State != care.DisposalDue {
		w := eligibility.Words{"name": name(l.ByID), "second": name(l.AgreedBy), "at": longDate(l.At), "why": d.text("why."+l.Why, nil)}
		if l.State == care.DisposalKept {
			w["at"] = longDate(l.At.Add(-time.Second)) // the day that ends then
		}
		add("by."+string(l.State), w)
		if l.Note != "" {
			row.Lines = append(row.Lines, l.Note)
		}
	}
	if l.Twins > 0 {
		add("twins", eligibility.Words{"n": plural(l.Twins, "duplicate", "duplicates")})
	}
	if l.Test {
		add("test", nil)
	}
	if l.Stop != "" {
		add("stop."+string(l.Stop), nil)
	}
	return row
}

// references reads those of a form's field. What is no reference did not come from the form.
func references(values []string) ([]string, error) {
	var all []string
	for _, value := range values {
		ref, ok := casework.ParseReference(value)
		if !ok {
			return nil, eligibility.ErrUnknownField
		}
		all = append(all, ref)
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// staffDisposalAct takes the ticked cases. To take something back is done at once; the rest is asked once more.
func (s *Server) staffDisposalAct(c echo.Context) error {
	values, err := staffForm(c, "show", "after", "case", "shown", "act")
	if err != nil {
		return err
	}
	typed := disposalTyped{show: care.DisposalState(values.Get("show")), after: values.Get("after")}
	if !slices.Contains(care.DisposalStates, typed.show) || !slices.Contains(disposalActs[typed.show], values.Get("act")) {
		return eligibility.ErrUnknownField
	}
	field := "case"
	act, whole := strings.CutSuffix(values.Get("act"), allShown)
	if whole {
		field = "shown"
	}
	refs, err := references(values[field])
	if err != nil {
		return err
	}
	typed.picks = refs
	if len(refs) == 0 {
		typed.problem = "case.choose_one"
		return s.disposalPage(c, http.StatusUnprocessableEntity, typed)
	}
	if act == actBack {
		err := s.Casework.TakeBackDisposal(c.Request().Context(), visitOf(c).Actor, refs)
		return s.afterDisposal(c, err, typed, doneBack)
	}
	return s.disposalSure(c, http.StatusOK, act, refs, nil, nil)
}

// afterDisposal goes back to the list, or shows it with why nothing was done.
func (s *Server) afterDisposal(c echo.Context, err error, typed disposalTyped, said string) error {
	switch {
	case errors.Is(err, care.ErrConflict):
		typed.problem = "conflict"
		return s.disposalPage(c, http.StatusConflict, typed)
	case errors.Is(err, care.ErrForbidden) && casework.Disposes(visitOf(c).Actor):
		typed.problem = "own"
		return s.disposalPage(c, http.StatusUnprocessableEntity, typed)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, disposalHref(typed.show, done, said, "n", strconv.Itoa(len(typed.picks))))
}

// disposalSure names the cases once more before something is said of them; of keeping it asks why and for how long.
func (s *Server) disposalSure(c echo.Context, status int, act string, refs []string, values url.Values, invalid *care.Invalid) error {
	rs, err := s.Casework.Words()
	if err != nil {
		return err
	}
	d := disposalWords{rs}
	w := eligibility.Words{"n": casesWords(len(refs)), "at": longDate(s.Now().Add(casework.DisposalGrace)), "years": strconv.Itoa(casework.KeepYears), "max": strconv.Itoa(casework.MaxNote)}
	p := pages.StaffDisposalSurePage{
		Action: disposalPath + "/confirm", ReferencesAre: "References", Cancel: pages.Link{Text: d.text("sure.cancel", nil), Href: disposalHref(actsFrom[act])},
		Hidden: []pages.StaffHidden{{Name: "act", Value: act}},
	}
	for _, ref := range refs {
		p.References = append(p.References, casework.FormatReference(ref))
		p.Hidden = append(p.Hidden, pages.StaffHidden{Name: "case", Value: ref})
	}
	if act == actKeep {
		p.Title, p.Lines, p.Button = d.text("keep.title", w), d.texts("keep.line", nil), d.text("keep.button", nil)
		p.Action, p.Hidden = disposalPath+"/keep", p.Hidden[1:]
		if invalid != nil {
			p.Problems = pages.StaffProblems{ByField: map[string]string{}}
			for _, problem := range invalid.Problems {
				line, anchor := d.text("error."+problem.Field+"."+problem.Code, w), problem.Field
				if problem.Field == "until" {
					anchor = "until-day"
				}
				p.Problems.ByField[problem.Field] = line
				p.Problems.Summary = append(p.Problems.Summary, components.ErrorSummaryItem{Text: line, Href: "#" + anchor})
			}
		}
		p.Keep = d.keep(w, values, p.Problems)
	} else {
		p.Title, p.Lines = d.text("sure."+act, w), d.texts("sure."+act+"_lines", w)
		p.Button, p.Danger = d.text("sure.button."+act, nil), act == actAgree
	}
	p.Layout = s.staffLayout(c, p.Title)
	p.Layout.Error = invalid != nil
	return render(c, status, pages.StaffDisposalSure(p))
}

func (d disposalWords) keep(w eligibility.Words, typed url.Values, problems pages.StaffProblems) *pages.StaffDisposalKeep {
	small := func(key string) components.LegendParams {
		return components.LegendParams{Text: d.text(key, nil), Classes: "govuk-fieldset__legend--s"}
	}
	at := func(field string) components.ErrorMessageParams {
		return components.ErrorMessageParams{Text: problems.ByField[field]}
	}
	k := &pages.StaffDisposalKeep{
		Why: components.RadiosParams{Name: "why", Value: typed.Get("why"), Fieldset: &components.FieldsetParams{Legend: small("keep.why")}, ErrorMessage: at("why")},
		Until: components.DateInputParams{
			ID: "until", NamePrefix: "until", Fieldset: &components.FieldsetParams{Legend: small("keep.until")}, ErrorMessage: at("until"),
			Hint: components.HintParams{Text: d.text("keep.until_hint", w)},
			Items: []components.DateInputItem{
				{Name: "day", Label: "Day", Value: typed.Get("until-day"), Classes: "govuk-input--width-2"},
				{Name: "month", Label: "Month", Value: typed.Get("until-month"), Classes: "govuk-input--width-2"},
				{Name: "year", Label: "Year", Value: typed.Get("until-year"), Classes: "govuk-input--width-4"},
			},
		},
		Note: components.TextareaParams{
			Name: "note", Value: typed.Get("note"), Rows: 3, Label: components.LabelParams{Text: d.text("keep.note", nil), Classes: "govuk-label--s"},
			Hint: components.HintParams{Text: d.text("keep.note_hint", nil)}, ErrorMessage: at("note"),
		},
	}
	for _, why := range casework.KeepReasons {
		k.Why.Items = append(k.Why.Items, components.RadioItem{Value: why, Text: d.text("why."+why, nil)})
	}
	return k
}

// staffDisposalConfirm carries out what was asked once more.
func (s *Server) staffDisposalConfirm(c echo.Context) error {
	values, err := staffForm(c, "act", "case")
	if err != nil {
		return err
	}
	refs, err := references(values["case"])
	if err != nil {
		return err
	}
	ctx, actor := c.Request().Context(), visitOf(c).Actor
	act := values.Get("act")
	typed := disposalTyped{show: actsFrom[act], picks: refs}
	switch {
	case len(refs) == 0:
		typed.show, typed.problem = care.DisposalDue, "case.choose_one"
		return s.disposalPage(c, http.StatusUnprocessableEntity, typed)
	case act == actPropose:
		return s.afterDisposal(c, s.Casework.ProposeDisposal(ctx, actor, refs), typed, doneProposed)
	case act == actAgree:
		return s.afterDisposal(c, s.Casework.AgreeDisposal(ctx, actor, refs), typed, doneAgreed)
	}
	return eligibility.ErrUnknownField
}

// staffDisposalKeep keeps the cases longer.
func (s *Server) staffDisposalKeep(c echo.Context) error {
	values, err := staffForm(c, "case", "why", "note", "until-day", "until-month", "until-year")
	if err != nil {
		return err
	}
	refs, err := references(values["case"])
	if err != nil {
		return err
	}
	err = s.Casework.KeepLonger(c.Request().Context(), visitOf(c).Actor, refs, values.Get("why"), joinDate(values, "until"), values.Get("note"))
	typed := disposalTyped{show: care.DisposalDue, picks: refs}
	if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
		if len(refs) == 0 {
			typed.problem = "case.choose_one"
			return s.disposalPage(c, http.StatusUnprocessableEntity, typed)
		}
		return s.disposalSure(c, http.StatusUnprocessableEntity, actKeep, refs, values, invalid)
	}
	return s.afterDisposal(c, err, typed, doneKept)
}
