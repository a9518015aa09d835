package web

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"net/http"
	"strings"

	"github.com/boombuler/barcode/qr"
	"github.com/labstack/echo/v4"
	"github.com/pquerna/otp"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/templates/pages"
)

// staffSignIn asks who somebody is.
func (s *Server) staffSignIn(c echo.Context) error {
	notice := ""
	if c.QueryParam("done") == "set-up" {
		notice = "Your account is ready. Sign in with your new password and a new code."
	}
	return s.signInPage(c, http.StatusOK, pages.StaffSignInPage{Notice: notice}, nil)
}

// signInPage draws what is in p so far, with what is wrong and, in the demonstration, its buttons.
func (s *Server) signInPage(c echo.Context, status int, p pages.StaffSignInPage, invalid *care.Invalid) error {
	p.Layout = s.staffLayout(c, "Sign in")
	if invalid != nil {
		rs, err := s.Casework.Words()
		if err != nil {
			return err
		}
		p.Layout.Error = true
		p.Problems = staffProblems(rs, invalid, func(field string) string { return field })
	}
	if s.Demo {
		var err error
		if p.Demo, err = s.demoButtons(c); err != nil {
			return err
		}
	}
	if err := s.askPasskey(c, &p); err != nil {
		return err
	}
	return render(c, status, pages.StaffSignIn(p))
}

// demoButtons sign in without password or code: first the demonstration practitioner, beside it the other people of that
// council and the practitioners of the others.
func (s *Server) demoButtons(c echo.Context) ([]pages.StaffDemoCouncil, error) {
	list, err := s.councilList(c)
	if err != nil {
		return nil, err
	}
	var first, more []pages.StaffDemoCouncil
	for _, council := range list {
		if !council.Demo {
			continue
		}
		people, err := s.Casework.DemoPeople(c.Request().Context(), council.Slug)
		switch {
		case errors.Is(err, care.ErrNotFound): // nobody to sign in as
		case err != nil:
			return nil, err
		case first == nil:
			first = append(first, pages.StaffDemoCouncil{Slug: council.Slug, Button: "Sign in as a demonstration practitioner"})
			for _, p := range people[1:] {
				first = append(first, pages.StaffDemoCouncil{Slug: council.Slug, As: p.ID, Button: "See it as " + p.Name + ", " + s.roleNames(p.Roles)})
			}
		default:
			more = append(more, pages.StaffDemoCouncil{Slug: council.Slug, Button: "See " + council.Name + " instead"})
		}
	}
	return append(first, more...), nil
}

// roleNames are somebody's roles in words, such as "manager".
func (s *Server) roleNames(roles []care.Role) string {
	rs, err := s.Casework.Words()
	if err != nil {
		return ""
	}
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = strings.ToLower(rs.Choice("roles", string(r)))
	}
	return strings.Join(names, " and ")
}

// staffSignInSend checks password and code and begins a session under a new id.
func (s *Server) staffSignInSend(c echo.Context) error {
	// The password is taken as it was typed: tidying would change it.
	if _, err := staffForm(c, "email", "password", "code", fieldKept); err != nil {
		return err
	}
	again := pages.StaffSignInPage{Email: tidy(c.FormValue("email"))}
	kept, isKept := s.unseal(c.FormValue(fieldKept))
	if isKept {
		again.Kept, again.KeptLines = c.FormValue(fieldKept), []string{"What you typed is still kept on this page."}
	}
	p, err := s.Casework.SignIn(c.Request().Context(), casework.SignInTry{
		Email: again.Email, Password: c.FormValue("password"), Code: c.FormValue("code"), Device: s.device(c),
	})
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		return s.signInPage(c, http.StatusUnprocessableEntity, again, invalid)
	case errors.Is(err, care.ErrTooMany):
		return s.signInPage(c, http.StatusTooManyRequests, again, care.Refuse("too_many", "too_many"))
	case err != nil:
		return err
	}
	return s.beginStaff(c, p, kept)
}

// staffSignInDemo signs in without password or code, in the demonstration alone.
func (s *Server) staffSignInDemo(c echo.Context) error {
	if !s.Demo {
		return care.ErrNotFound
	}
	values, err := staffForm(c, "council", "as", fieldKept)
	if err != nil {
		return err
	}
	p, err := s.Casework.SignInDemo(c.Request().Context(), values.Get("council"), values.Get("as"))
	if err != nil {
		return err
	}
	kept, _ := s.unseal(values.Get(fieldKept))
	return s.beginStaff(c, p, kept)
}

// beginStaff begins the session and goes on to the first page or, when the form brought typed words along, to them.
func (s *Server) beginStaff(c echo.Context, p care.Practitioner, kept keptForm) error {
	now := s.Now().UTC()
	err := s.cookies.begin(c.Request(), c.Response(), staffCookie, care.Session{
		Kind: care.ActorPractitioner, Council: p.Council, Practitioner: p.ID, CreatedAt: now, SeenAt: now, Browser: browserFamily(c.Request().UserAgent()),
	})
	if err != nil {
		return err
	}
	if err := s.knowDevice(c, p); err != nil {
		return err
	}
	if kept.By != "" {
		return s.offerKept(c, p, kept)
	}
	return c.Redirect(http.StatusSeeOther, "/staff")
}

// staffSignOut ends the session; pressing it without one does no harm.
func (s *Server) staffSignOut(c echo.Context) error {
	if err := s.endKeyed(c); err != nil {
		return err
	}
	if err := s.cookies.end(c.Request(), c.Response(), staffCookie); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/sign-in")
}

// staffSetUp is where a one-time link leads.
func (s *Server) staffSetUp(c echo.Context) error {
	p, key, err := s.Casework.BeginSetup(c.Request().Context(), c.Param("token"))
	if errors.Is(err, care.ErrNotFound) {
		return s.setUpGone(c)
	}
	if err != nil {
		return err
	}
	return s.setUpPage(c, http.StatusOK, p, key, nil)
}

func (s *Server) setUpGone(c echo.Context) error {
	const title = "This link does not work any more"
	return render(c, http.StatusNotFound, pages.StaffMessage(pages.StaffMessagePage{
		Layout: s.staffLayout(c, title), Title: title,
		Lines: []string{
			"A set-up link works once, and only for a while. It may have been used already, or only part of it was copied.",
			"Ask whoever looks after accounts at your council to make a new one.",
		},
		Next: pages.Link{Text: "Sign in", Href: "/staff/sign-in"},
	}))
}

func (s *Server) setUpPage(c echo.Context, status int, p care.Practitioner, key *otp.Key, invalid *care.Invalid) error {
	code, err := qrCode(key.URL())
	if err != nil {
		return err
	}
	page := pages.StaffSetUpPage{
		Layout: s.staffLayout(c, "Set up your account"), Action: "/staff/set-up/" + c.Param("token"),
		Name: p.Name, Email: p.Email, Secret: inFours(key.Secret()), Link: key.URL(), QR: code,
		Until: longTime(p.SetupUntil), HasPassword: p.PasswordHash != "",
	}
	if invalid != nil {
		rs, err := s.Casework.Words()
		if err != nil {
			return err
		}
		page.Layout.Error = true
		page.Problems = staffProblems(rs, invalid, func(field string) string { return field })
	}
	return render(c, status, pages.StaffSetUp(page))
}

// staffSetUpSend sets the password once the first code is right.
func (s *Server) staffSetUpSend(c echo.Context) error {
	if _, err := staffForm(c, "password", "code"); err != nil {
		return err
	}
	ctx, token := c.Request().Context(), c.Param("token")
	err := s.Casework.FinishSetup(ctx, token, c.FormValue("password"), c.FormValue("code"))
	invalid := (*care.Invalid)(nil)
	switch {
	case errors.As(err, &invalid):
		p, key, err := s.Casework.BeginSetup(ctx, token)
		if err != nil {
			return err
		}
		return s.setUpPage(c, http.StatusUnprocessableEntity, p, key, invalid)
	case errors.Is(err, care.ErrNotFound):
		return s.setUpGone(c)
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/sign-in?done=set-up")
}

// inFours groups a secret for reading and typing.
func inFours(secret string) string {
	var b strings.Builder
	for i, r := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// quietZone is the empty border a reader needs, in modules (ISO/IEC 18004).
const quietZone = 4

// qrCode draws text as one path: a run of dark modules is one rectangle.
func qrCode(text string) (pages.QR, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return pages.QR{}, fmt.Errorf("drawing a QR code: %w", err)
	}
	side := code.Bounds().Dx()
	dark := func(x, y int) bool { return color.GrayModel.Convert(code.At(x, y)).(color.Gray).Y < 128 }
	var path strings.Builder
	for y := range side {
		for x := 0; x < side; x++ {
			run := 0
			for x+run < side && dark(x+run, y) {
				run++
			}
			if run > 0 {
				at := image.Pt(x+quietZone, y+quietZone)
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", at.X, at.Y, run, run)
				x += run
			}
		}
	}
	return pages.QR{Size: side + 2*quietZone, Path: path.String()}, nil
}
