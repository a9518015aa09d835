package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// diaryPage takes one day.
func diaryPage(rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	return care.Page{Button: rs.Text("diary.button", w), Questions: []care.Question{
		{ID: "on", Kind: care.KindDate, Text: rs.Text("diary.on", w), Hint: rs.Text("diary.on_hint", w)},
		{
			ID: "kind", Kind: care.KindRadios, Text: rs.Text("diary.kind", w), Messages: map[string]string{"choose_one": rs.Text("diary.kind_choose", w)},
			Options: []care.Option{
				{ID: casework.DayGood, Label: rs.Text("diary.good", w)},
				{ID: casework.DayBad, Label: rs.Text("diary.bad", w)},
				{ID: casework.DayMixed, Label: rs.Text("diary.mixed", w)},
			},
		},
		{ID: "text", Kind: care.KindTextarea, Text: rs.Text("diary.text", w), Hint: rs.Text("diary.text_hint", w), MaxChars: casework.DiaryMax},
	}}
}

// showDiary takes a day and shows those that this person added.
func (s *Server) showDiary(c echo.Context) error {
	v := visitOf(c)
	if v.Session.As == care.CodeHelper || v.Draft.AccountOf {
		return c.Redirect(http.StatusSeeOther, placeOf(v.Council, *v.Draft))
	}
	var today care.Answers
	today.Set("on", s.Now().In(ukTime).Format(time.DateOnly))
	return s.diaryPageOf(c, http.StatusOK, today, nil)
}

func (s *Server) diaryPageOf(c echo.Context, status int, shown care.Answers, invalid *care.Invalid) error {
	v := visitOf(c)
	if v.Session.Locked {
		return s.showLocked(c)
	}
	st, err := s.Casework.Status(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	rs, w := v.Draft.Rules, s.words(v)
	layout := s.layout(c, rs, rs.Text("diary.title", w), wayBeside(v))
	layout.Error = invalid != nil
	p := pages.DiaryPage{
		Layout: layout, Title: rs.Text("diary.title", w), Lines: append(rs.Texts("diary.lines", w), rs.Texts("diary.read", w)...),
		Form:      s.form(rs, w, diaryPage(rs, w), shown, invalid),
		DaysTitle: rs.Text("diary.days_title", w), None: rs.Text("diary.none", w), Months: diaryMonths(rs, w, st.Diary),
		KeyTitle: rs.Text("diary.key", w),
		Key:      diaryKey(rs, w),
	}
	p.Form.Action, p.Form.Once = councilPath(v.Council, "diary"), onceKey(c)
	if c.QueryParam(done) == "added" {
		p.Banner = rs.Text("diary.added", w)
	}
	return render(c, status, pages.Diary(p))
}

// addDay adds a line to the diary.
func (s *Server) addDay(c echo.Context) error {
	v := visitOf(c)
	typed, err := readOwn(c, diaryPage(v.Draft.Rules, s.words(v)))
	if err != nil {
		return err
	}
	line := care.DiaryLine{On: strings.Join(typed["on"], ""), Kind: strings.Join(typed["kind"], " "), Text: strings.Join(typed["text"], "\n")}
	err = s.Casework.AddDay(c.Request().Context(), v.Actor, line, c.FormValue(fieldOnce))
	var invalid *care.Invalid
	if errors.As(err, &invalid) {
		return s.diaryPageOf(c, http.StatusUnprocessableEntity, asTyped(typed), invalid)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "diary")+"?"+done+"=added")
}

// diaryKey says what the shapes mean.
func diaryKey(rs *eligibility.Ruleset, w eligibility.Words) []pages.DayWord {
	return []pages.DayWord{
		{Kind: pages.DayGood, Text: rs.Text("diary.good", w)},
		{Kind: pages.DayBad, Text: rs.Text("diary.bad", w)},
		{Kind: pages.DayMixed, Text: rs.Text("diary.mixed", w)},
		{Kind: pages.DayNone, Text: rs.Text("diary.key_none", w)},
	}
}

// diaryMonths groups days by month, newest month and day first. A day with good and bad lines is some of both.
func diaryMonths(rs *eligibility.Ruleset, w eligibility.Words, days []care.DiaryLine) []pages.DiaryMonth {
	var out []pages.DiaryMonth
	kinds := map[string]string{
		casework.DayGood: rs.Text("diary.good", w), casework.DayBad: rs.Text("diary.bad", w), casework.DayMixed: rs.Text("diary.mixed", w),
	}
	for _, line := range slices.Backward(days) {
		on, err := time.Parse(time.DateOnly, line.On)
		if err != nil {
			continue // the verb takes real days only
		}
		month := time.Date(on.Year(), on.Month(), 1, 0, 0, 0, 0, time.UTC)
		if n := len(out); n == 0 || !out[n-1].Month.Equal(month) {
			out = append(out, pages.DiaryMonth{Month: month, Title: month.Format("January 2006")})
		}
		m := &out[len(out)-1]
		switch was := &m.Days[on.Day()-1]; {
		case *was == pages.DayNone:
			*was = pages.DayKind(line.Kind)
		case *was != pages.DayKind(line.Kind):
			*was = pages.DayMixed
		}
		m.Lines = append(m.Lines, pages.DiaryEntry{Day: longDate(on), Kind: kinds[line.Kind], Text: line.Text})
	}
	for i := range out {
		count := map[pages.DayKind]int{}
		for _, kind := range out[i].Days {
			count[kind]++
		}
		out[i].Words = rs.Text("diary.month", eligibility.Words{
			"month": out[i].Title, "good": fmt.Sprint(count[pages.DayGood]), "bad": fmt.Sprint(count[pages.DayBad]), "mixed": fmt.Sprint(count[pages.DayMixed]),
		})
	}
	return out
}
