package web

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/securecookie"
	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/templates/pages"
)

// A keptForm is a form that was posted after its session ran out. It is stored nowhere: it travels, sealed, in the
// sign-in form of the very browser that posted it, and opens only for the practitioner whose session it was. Sealing it
// (encrypted and signed with the cookie's keys) means that nobody else at that screen reads it from the page, and that
// neither its fields nor the address it goes back to can be made up.
type keptForm struct {
	By     string // practitioner's id; "" when there is no form
	At     time.Time
	Path   string // of one of keptRoutes
	Values url.Values
}

// fieldKept carries a sealed keptForm.
const fieldKept = "kept"

// keptRoutes are the forms into which something is typed. A signature is not one: whoever signs must have the record
// before their eyes.
var keptRoutes = []string{
	"/staff/case/:ref/contact", "/staff/case/:ref/answers", "/staff/case/:ref/answers/:outcome", "/staff/case/:ref/impact", "/staff/case/:ref/record",
	"/staff/case/:ref/ask", "/staff/case/:ref/withdrawal",
	"/staff/case/:ref/draft/reply", "/staff/case/:ref/copy", "/staff/case/:ref/revise", "/staff/case/:ref/transition",
	"/staff/case/:ref/triage", "/staff/case/:ref/hold", "/staff/case/:ref/test", "/staff/case/:ref/duplicate",
}

const (
	keptName = "threshold-kept" // part of what is signed, so that no cookie passes for a kept form or the other way
	keptLife = staffLife        // after a working day the case has moved on
	// keptMax leaves room beside it for the rest of the sign-in form within maxBody. The longest texts that the forms
	// accept stay below it.
	keptMax = 60_000
)

func keepsTyped(c echo.Context) bool {
	return c.Request().Method == http.MethodPost && slices.Contains(keptRoutes, c.Path())
}

// keepTyped answers a form whose session ran out: nothing is stored, and the sign-in page carries what was typed.
func (s *Server) keepTyped(c echo.Context, row care.Session) error {
	values, err := c.FormParams()
	if err != nil {
		return echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	sealed, err := securecookie.EncodeMulti(keptName, keptForm{
		By: row.Practitioner, At: s.Now().UTC(), Path: c.Request().URL.EscapedPath(), Values: values,
	}, s.keptCodecs()...)
	if err != nil {
		return fmt.Errorf("keeping a practitioner's form: %w", err)
	}
	why := "You were signed out after 15 minutes."
	if s.Now().Sub(row.SeenAt) <= staffIdle {
		why = "You were signed out after 8 hours."
	}
	p := pages.StaffSignInPage{Kept: sealed, KeptLines: []string{
		why + " What you typed is kept on this page.", "Nothing is saved yet. Sign in with the same account, and you can save it.",
	}}
	if len(sealed) > keptMax {
		p.Kept, p.KeptWords = "", keptWords(values)
		p.KeptLines = []string{why + " What you typed is not saved.", "It is too long to keep while you sign in. Copy it from here first."}
	}
	// 403 and not 401: the latter must name a scheme of HTTP authentication (RFC 9110 section 15.5.2), and there is none.
	return s.signInPage(c, http.StatusForbidden, p, nil)
}

func (s *Server) keptCodecs() []securecookie.Codec {
	codecs := securecookie.CodecsFromPairs(s.CookieKeys...)
	for _, codec := range codecs {
		if sealer, ok := codec.(*securecookie.SecureCookie); ok {
			sealer.MaxAge(0).MaxLength(0) // how old it is, is reckoned with the service's own clock; keptMax is the limit
		}
	}
	return codecs
}

// unseal opens what keepTyped sealed; false for anything else.
func (s *Server) unseal(sealed string) (keptForm, bool) {
	var kept keptForm
	if sealed == "" || securecookie.DecodeMulti(keptName, sealed, &kept, s.keptCodecs()...) != nil {
		return keptForm{}, false
	}
	return kept, true
}

// offerKept shows what was typed to whoever typed it, with one button to save it. The form goes where it was going the
// first time, with the version it was shown with: a colleague's newer one is not overwritten.
func (s *Server) offerKept(c echo.Context, p care.Practitioner, kept keptForm) error {
	if _, _, err := s.signedIn(c); err != nil { // so that the page says who is signed in
		return err
	}
	if kept.By != p.ID || s.Now().Sub(kept.At) > keptLife {
		const title = "You are signed in"
		line := "What was typed before on this screen was another person's. It was not saved, and only they could save it."
		if kept.By == p.ID {
			line = "What you typed before is too old to save. It was not saved."
		}
		return render(c, http.StatusOK, pages.StaffMessage(pages.StaffMessagePage{
			Layout: s.staffLayout(c, title), Title: title, Lines: []string{line}, Next: pages.Link{Text: "Go to the first page", Href: "/staff"},
		}))
	}
	const title = "Save what you typed?"
	page := pages.StaffKeptPage{
		Layout: s.staffLayout(c, title), Title: title, Action: kept.Path, Words: keptWords(kept.Values),
		Lines: []string{"You typed this before you were signed out. It is not saved yet. What you chose on the form is kept with it."},
	}
	for _, name := range slices.Sorted(maps.Keys(kept.Values)) {
		for _, value := range kept.Values[name] {
			page.Hidden = append(page.Hidden, pages.StaffHidden{Name: name, Value: value})
		}
	}
	return render(c, http.StatusOK, pages.StaffKept(page))
}

// keptFields are the fields of the forms that hold words, in the order of the pages.
var keptFields = []struct{ name, label string }{
	{"note", "Note"}, {"reason", "Why"}, {"period", "Period you looked at"},
	{"significant_reason", "Why, as a whole"}, {"cause_reason", "Why, on where the needs come from"},
	{"carer_reason", "Why, on being a carer"}, {"health_reason", "Why, on the carer's health"},
	{"question", "Your question"}, {"how_known", "How you know what came of the wish to stop"},
	{"no_contact_reason", "Why nobody spoke with the person"}, {"decision_reason", "Reasons for the decision"},
	{"advice", "Advice and information"}, {"next_steps", "What happens next"},
	{"strengths", "Strengths"}, {"prevention", "Prevention"}, {"carers_do", "What the carer does now"}, {"carers_stop", "If the carer stops"},
	{"children_note", "Children"}, {"training", "Training"}, {"risk", "The risk"}, {"pressure", "Pressure"}, {"refusal_words", "Their refusal"},
	{"abuse_known", "How you know about abuse or neglect"}, {"ask_again", "How they can ask again"}, {"equipment_note", "Equipment"},
	{"reply_done", "What came of their reply"}, {"not_shared", "Why the draft did not go to them"}, {"draft_text", "What they said of the draft"},
	{"revise_reason", "Why a next record is needed"}, {"transition_done", "What was done for 18"},
}

// keptWords picks the words out of a form.
func keptWords(values url.Values) []pages.StaffTold {
	var rows []pages.StaffTold
	for _, f := range keptFields {
		if text := tidy(values.Get(f.name)); text != "" {
			rows = append(rows, pages.StaffTold{Question: f.label, Answers: []string{text}})
		}
	}
	// The rows of the answers: "nutrition-reason".
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, f := range []struct{ end, label string }{{"-reason", "Why"}, {"-period", "Period you looked at"}} {
			if given := nonEmpty(values.Get(name)); strings.HasSuffix(name, f.end) && given != nil {
				rows = append(rows, pages.StaffTold{Question: f.label, Answers: given})
			}
		}
	}
	return rows
}
