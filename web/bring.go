package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// bringPath is where a copy is brought back, below the council's slug.
const bringPath = "bring"

const (
	// maxCopy is the largest file that is read. A copy with every question answered at full length is a third of it.
	maxCopy = 256 << 10
	// maxBring is the whole request: the file, and what a browser puts round it.
	maxBring = maxCopy + 16<<10
	// maxKept is more values than any form has.
	maxKept = 2000
	// handOffLeft is the purpose under which what was left out waits for the page that tells of it.
	handOffLeft = "left"
)

// takesFile says whether a request may be larger than a form: its own handler limits it.
func takesFile(c echo.Context) bool { return c.Path() == "/:council/"+bringPath }

func bringPageOf(v *visit, rs *eligibility.Ruleset, w eligibility.Words) care.Page {
	page := care.Page{Title: rs.Text("bring.title", w), Button: rs.Text("bring.button", w), Questions: []care.Question{
		{ID: "file", Kind: care.KindText, Text: rs.Text("bring.file", w), Hint: rs.Text("bring.file_hint", w)},
	}}
	if v.unsent() {
		page.Questions = append(page.Questions, whichQuestion(rs, w, rs.Text("bring.which", w)))
	}
	return page
}

// askBring asks for the file.
func (s *Server) askBring(c echo.Context) error {
	return s.bringPage(c, http.StatusOK, nil, nil)
}

func (s *Server) bringPage(c echo.Context, status int, which []string, invalid *care.Invalid) error {
	v := visitOf(c)
	rs, err := s.rulesOf(v)
	if err != nil {
		return err
	}
	w := s.words(v)
	page := bringPageOf(v, rs, w)
	layout := s.layout(c, rs, page.Title, "/"+v.Council.Slug)
	layout.NoSave, layout.Error = true, invalid != nil
	p := pages.BringPage{
		Layout: layout, Title: page.Title, Lines: rs.Texts("bring.lines", w),
		Form: s.form(rs, w, page, asTyped(map[string][]string{"which": which}), invalid),
	}
	p.Form.Action = councilPath(v.Council, bringPath)
	if v.unsent() {
		if p.Here, p.First, err = s.leftHere(c, rs); err != nil {
			return err
		}
		if invalid != nil {
			p.Here = append(p.Here, rs.Text("bring.again", w))
		}
	}
	return render(c, status, pages.Bring(p))
}

// bring makes a draft of the file and opens it in this browser. Whatever is wrong with the file, nothing is stored.
func (s *Server) bring(c echo.Context) error {
	v := visitOf(c)
	file, which, err := readUpload(c)
	tooLarge := errors.Is(err, errTooLarge)
	if err != nil && !tooLarge {
		return err
	}
	if v.unsent() {
		switch {
		case len(which) == 1 && which[0] == whichHere:
			return s.openAgain(c)
		case !tooLarge && (len(which) != 1 || which[0] != whichOther):
			return s.bringPage(c, http.StatusUnprocessableEntity, nil, care.Refuse("which", "choose_one"))
		}
	}
	switch {
	case tooLarge:
		return s.bringPage(c, http.StatusRequestEntityTooLarge, which, care.Refuse("file", "file_large"))
	case len(file) == 0:
		return s.bringPage(c, http.StatusUnprocessableEntity, which, care.Refuse("file", "no_file"))
	}
	kept, ok := readCopy(file)
	if !ok {
		return s.bringPage(c, http.StatusUnprocessableEntity, which, care.Refuse("file", "not_a_copy"))
	}
	draft, left, err := s.Casework.Bring(c.Request().Context(), v.Council.Slug, kept)
	var invalid *care.Invalid
	if errors.As(err, &invalid) {
		return s.bringPage(c, http.StatusUnprocessableEntity, which, invalid)
	}
	if err != nil {
		return err
	}
	now := s.Now().UTC()
	row := care.Session{
		Kind: care.ActorCitizen, Council: v.Council.Slug, Assessment: draft.ID, CreatedAt: now, SeenAt: now,
		Locale: v.Session.Locale, Large: v.Session.Large,
	}
	if err := s.cookies.begin(c.Request(), c.Response(), citizenCookie(v.Council.Slug), row); err != nil {
		return err
	}
	if row, _, err = s.cookies.load(c.Request(), citizenCookie(v.Council.Slug)); err != nil {
		return err
	}
	s.handOffs.put(row.IDHash, handOffLeft, handOff{Left: left}, now)
	return c.Redirect(http.StatusSeeOther, councilPath(v.Council, bringPath+"/taken"))
}

// showBrought tells what came of it. What was left out is told once, like everything that no address may hold.
func (s *Server) showBrought(c echo.Context) error {
	v := visitOf(c)
	rs, w := v.Draft.Rules, s.words(v)
	title := rs.Text("bring.taken_title", w)
	p := pages.BroughtPage{
		Layout: s.layout(c, rs, title, ""), Title: title, Lines: rs.Texts("bring.taken", w),
		GoOn: pages.Button{Text: rs.Text("bring.go_on", w), Action: councilPath(v.Council, "carry-on")},
	}
	o, _ := s.handOffs.take(v.Session.IDHash, handOffLeft, s.Now())
	for _, id := range o.Left {
		if text := rs.QuestionText(v.Draft.Answers, id, w); text != "" {
			p.Left = append(p.Left, text)
		} else {
			p.Unknown = rs.Text("bring.unknown", w)
		}
	}
	if len(p.Left) > 0 {
		p.LeftLines = rs.Texts("bring.left", w)
	}
	if len(o.Left) > 0 {
		p.LeftTitle = rs.Text("bring.left_title", w)
	}
	return render(c, http.StatusOK, pages.Brought(p))
}

var errTooLarge = errors.New("the file is too large")

// readUpload returns the file of the form and what was chosen beside it. It is read into memory: nothing is written to a
// disk before it is known to be a copy. errTooLarge comes with whatever was read before.
func readUpload(c echo.Context) (file []byte, which []string, err error) {
	r := c.Request()
	if kind, _, _ := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); kind != echo.MIMEMultipartForm {
		return nil, nil, echo.NewHTTPError(http.StatusUnsupportedMediaType)
	}
	r.Body = http.MaxBytesReader(c.Response(), r.Body, maxBring)
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	files := 0
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return file, which, nil
		}
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, which, errTooLarge
		}
		if err != nil {
			return nil, nil, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
		}
		body, err := io.ReadAll(io.LimitReader(part, maxCopy+1))
		switch {
		case errors.As(err, &large):
			return nil, which, errTooLarge
		case err != nil:
			return nil, nil, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
		}
		switch part.FormName() {
		case "file":
			if len(body) > maxCopy {
				return nil, which, errTooLarge
			}
			file = body
			files++
		case "which":
			which = append(which, tidy(string(body)))
		default:
			files = 2
		}
		if files > 1 || len(which) > 1 {
			return nil, nil, fmt.Errorf("field of another form: %w", eligibility.ErrUnknownField)
		}
	}
}

// readCopy reads the answers out of a copy's file, by question id. ok is false when it is no copy. Only attributes of its
// elements are read, one tag after the other: no depth of elements, script or style in the file does anything. What the
// answers are worth is for the rules to say.
func readCopy(file []byte) (kept map[string][]string, ok bool) {
	if !utf8.Valid(file) {
		return nil, false
	}
	kept = map[string][]string{}
	marked, values := false, 0
	for z := html.NewTokenizer(bytes.NewReader(file)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return kept, marked && values > 0 && errors.Is(z.Err(), io.EOF)
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			root := string(name) == "html"
			question, value, has := "", "", false
			for more {
				var k, v []byte
				k, v, more = z.TagAttr()
				switch string(k) {
				case attrCopy:
					marked = marked || root && string(v) == copyMark
				case attrQuestion:
					question = string(v)
				case attrValue:
					value, has = tidy(string(v)), true
				}
			}
			if question == "" || !has || strings.TrimSpace(value) == "" {
				continue
			}
			if values++; values > maxKept {
				return nil, false
			}
			kept[question] = append(kept[question], value)
		}
	}
}
