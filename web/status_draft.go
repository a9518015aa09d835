package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// draftPath is where the person reads what will be recorded about them, before it is.
const draftPath = statusPath + "/draft"

// draftAsk asks if a draft is right.
func draftAsk(rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	return care.Page{Button: rs.Text("draft.button", w), Questions: []care.Question{
		{
			ID: "choice", Kind: care.KindRadios, Text: rs.Text("draft.ask", w), Messages: map[string]string{"choose_one": rs.Text("draft.choose", w)},
			Options: []care.Option{
				{ID: casework.ReplyRight, Label: rs.Text("draft.yes", w)},
				{ID: casework.ReplyChange, Label: rs.Text("draft.change", w)},
				{ID: casework.ReplyDisagree, Label: rs.Text("draft.disagree", w)},
			},
		},
		{ID: "text", Kind: care.KindTextarea, Text: rs.Text("draft.words", w), Hint: rs.Text("draft.words_hint", w), MaxChars: casework.NoteMax},
	}}
}

// showDraft tells the person what will be recorded. Where there is nothing to tell it leads back to where the form stands.
func (s *Server) showDraft(c echo.Context) error {
	return s.draftPageOf(c, http.StatusOK, nil, nil)
}

func (s *Server) draftPageOf(c echo.Context, code int, typed map[string][]string, invalid *care.Invalid) error {
	v := visitOf(c)
	if v.Session.Locked {
		return s.showLocked(c)
	}
	if v.unsent() {
		return c.Redirect(http.StatusSeeOther, placeOf(v.Council, *v.Draft))
	}
	st, err := s.Casework.Status(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	way := councilPath(v.Council, statusPath)
	if len(st.Drafts) == 0 {
		return c.Redirect(http.StatusSeeOther, way)
	}
	told := st.Drafts[len(st.Drafts)-1]
	rs, w := v.Draft.Rules, s.words(v)
	w["date"] = longDate(told.At)
	p := pages.DraftPage{
		Layout: s.layout(c, rs, rs.Text("draft.title", w), way), Title: rs.Text("draft.title", w),
		Lines: append(rs.Texts("draft.intro", w), rs.Text("draft.on", w)),
		Back:  pages.Link{Text: rs.Text("status.link", w), Href: way},
	}
	p.Layout.Error = invalid != nil
	for _, o := range told.Outcomes {
		p.Sections = append(p.Sections, pages.DraftSection{
			Title: rs.OutcomeTitle(o.Outcome), Lines: []string{draftFound(rs, w, o)}, Why: rs.Text("draft.why", w), Words: o.Reason,
		})
	}
	p.Sections = append(p.Sections, pages.DraftSection{
		Title: rs.Text("draft.decision", w), Lines: []string{rs.Text("draft.decision."+told.Decision, w)}, Why: rs.Text("draft.reason", w), Words: told.Reason,
	})
	if len(told.Advices) > 0 {
		advice := pages.DraftSection{Title: rs.Text("draft.advice", w)}
		for _, a := range told.Advices {
			advice.Lines = append(advice.Lines, draftAdvice(rs, w, a))
		}
		p.Sections = append(p.Sections, advice)
	}
	if told.Next != "" {
		p.Sections = append(p.Sections, pages.DraftSection{Title: rs.Text("draft.next", w), Words: told.Next})
	}
	if n := len(told.Replies); n > 0 {
		reply := told.Replies[n-1]
		choice := map[string]string{casework.ReplyRight: "draft.yes", casework.ReplyChange: "draft.change", casework.ReplyDisagree: "draft.disagree"}[reply.Choice]
		p.Said = join(rs.Text("draft.said", eligibility.Words{"choice": rs.Text(choice, w)}), reply.Text)
	} else {
		p.Form = s.form(rs, w, draftAsk(rs, w), asTyped(typed), invalid)
		p.Form.Action, p.Form.Once = councilPath(v.Council, draftPath), onceKey(c)
	}
	return render(c, code, pages.Draft(p))
}

// replyDraft is what the person says of it.
func (s *Server) replyDraft(c echo.Context) error {
	v := visitOf(c)
	typed, err := readOwn(c, draftAsk(v.Draft.Rules, s.words(v)))
	if err != nil {
		return err
	}
	st, err := s.Casework.Status(c.Request().Context(), v.Actor)
	if err != nil {
		return err
	}
	if len(st.Drafts) == 0 {
		return care.ErrNotFound
	}
	told := st.Drafts[len(st.Drafts)-1]
	err = s.Casework.ReplyDraft(c.Request().Context(), v.Actor, told.ID, strings.Join(typed["choice"], " "), strings.Join(typed["text"], "\n"), c.FormValue(fieldOnce))
	var invalid *care.Invalid
	if errors.As(err, &invalid) {
		return s.draftPageOf(c, http.StatusUnprocessableEntity, typed, invalid)
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, statusPath)+"?"+done+"=draft")
}
