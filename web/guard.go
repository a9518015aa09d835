package web

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// A visit is what the guard found out about a request, for the handler: which council, whose session, which draft or
// practitioner.
type visit struct {
	Council      care.Council
	Session      care.Session
	Actor        care.Actor
	Draft        *casework.Draft // the citizen's draft or what it became; nil when there is none
	Practitioner care.Practitioner
	// KeyedAway says that the draft is one a practitioner fills in for somebody, and that they are not signed in here now.
	KeyedAway bool
}

const visitKey = "visit"

func visitOf(c echo.Context) *visit {
	v, ok := c.Get(visitKey).(*visit)
	if !ok {
		v = &visit{}
		c.Set(visitKey, v)
	}
	return v
}

// A guard stands before a handler and answers "who is this, and may they be here?".
type guard func(s *Server, next echo.HandlerFunc) echo.HandlerFunc

// open lets everybody in.
func open(_ *Server, next echo.HandlerFunc) echo.HandlerFunc { return next }

// citizen finds the council of the address and, when the browser has one, the session and draft. Nobody is turned away.
func citizen(s *Server, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := visitOf(c)
		council, err := s.council(c, c.Param("council"))
		if err != nil {
			return err
		}
		v.Council = council
		setCSP(c, council.LeaveURL)
		row, ok, err := s.cookies.load(c.Request(), citizenCookie(v.Council.Slug))
		if err != nil {
			return err
		}
		if !ok || row.Council != council.Slug {
			return next(c)
		}
		if row.Assessment == "" { // nothing but how this browser reads
			v.Session = row
			return next(c)
		}
		row, err = s.touch(c, row, casework.IdleLock)
		if err != nil {
			return err
		}
		v.Session = row
		v.Actor = care.Actor{Kind: care.ActorCitizen, ID: row.Assessment, Council: council.Slug, As: row.As}
		draft, err := s.Casework.Draft(c.Request().Context(), v.Actor)
		if errors.Is(err, care.ErrNotFound) {
			v.Session, v.Actor = onlyReading(row), care.Actor{}
			return next(c) // erased: it had run out, or was taken back
		}
		if err != nil {
			return err
		}
		if s.runOut(draft, row) {
			v.Session, v.Actor = onlyReading(row), care.Actor{}
			return next(c) // run out, though not swept away yet
		}
		draft = v.spoken(draft)
		v.Draft = &draft
		if row.Practitioner != "" { // filled in for somebody at a practitioner's desk
			beside, err := s.keptBeside(c, row.Practitioner)
			if err != nil {
				return err
			}
			if v.KeyedAway = !beside; v.KeyedAway {
				v.Session.Locked = true // for this request: what is typed is kept, nothing is shown
			}
		}
		return next(c)
	}
}

// runOut says whether a session shows nothing any more: a draft when its clock has run out, what was sent a day after the
// session began. A draft with a return code stays open in its own browser for as long as the session is in use.
func (s *Server) runOut(draft casework.Draft, row care.Session) bool {
	if draft.Status == care.StatusDraft {
		return s.Now().After(draft.Until(row))
	}
	since := row.CreatedAt
	if draft.SentAt.After(since) {
		since = draft.SentAt // sent in a session that had been in use for days
	}
	return s.Now().Sub(since) > casework.DraftLife
}

// unsent says whether the visit has a form that can still be answered. A guest of somebody else's draft has none.
func (v *visit) unsent() bool {
	return v.Draft != nil && v.Draft.Status == care.StatusDraft && !v.Draft.Guest
}

// openWhenSent are the pages of a draft that open once it was sent; every other one leads to the receipt.
var openWhenSent = []string{"/:council/sent", "/:council/copy", "/:council/" + copyFilePath, "/:council/" + aboutMePath, "/:council/" + planPath, "/:council/" + equalityPath}

// drafting lets in whoever has a draft whose view is not locked; the rest are shown the way: to the locked page, to
// the receipt of what they have sent, or to the start. What is posted to a locked draft is still saved: only showing is
// locked, and typed words are never lost.
func drafting(s *Server, next echo.HandlerFunc) echo.HandlerFunc {
	return citizen(s, func(c echo.Context) error {
		v := visitOf(c)
		switch {
		case v.Draft == nil && c.Request().Method != http.MethodPost:
			return c.Redirect(http.StatusSeeOther, "/"+v.Council.Slug)
		case v.Draft == nil:
			return s.gone(c)
		case v.Session.Locked && c.Request().Method != http.MethodPost, v.KeyedAway && c.Path() != "/:council/*":
			return s.showLocked(c)
		case v.Draft.Guest:
			return c.Redirect(http.StatusSeeOther, councilPath(v.Council, statusPath))
		case v.Draft.Status != care.StatusDraft && c.Request().Method == http.MethodPost && c.Path() == "/:council/*":
			return s.showSentAlready(c)
		case v.Draft.Status != care.StatusDraft && !slices.Contains(openWhenSent, c.Path()):
			return c.Redirect(http.StatusSeeOther, "/"+v.Council.Slug+"/sent")
		}
		return next(c)
	})
}

// own lets in whoever wrote a form, before and after it is sent. Somebody with no form open is asked for their code, a
// guest is shown where they may be, and a locked view stays hidden; what is posted to it is still taken.
func own(s *Server, next echo.HandlerFunc) echo.HandlerFunc {
	return sender(s, func(c echo.Context) error {
		if v := visitOf(c); v.Draft.Guest {
			return c.Redirect(http.StatusSeeOther, councilPath(v.Council, statusPath))
		}
		return next(c)
	})
}

// sender is the same for the pages below "where your form stands": guests may be there too.
func sender(s *Server, next echo.HandlerFunc) echo.HandlerFunc {
	return citizen(s, func(c echo.Context) error {
		v := visitOf(c)
		posted := c.Request().Method == http.MethodPost
		switch {
		case v.Draft == nil && posted:
			return s.gone(c)
		case v.Draft == nil:
			return c.Redirect(http.StatusSeeOther, councilPath(v.Council, "back"))
		case v.Session.Locked && !posted, v.KeyedAway:
			return s.showLocked(c) // whoever comes to the desk next does nothing in somebody else's name
		}
		return next(c)
	})
}

// The staff clocks: 15 minutes idle, 8 hours in all.
const (
	staffIdle = 15 * time.Minute
	staffLife = 8 * time.Hour
)

// practitioner lets in whoever is signed in; the rest go to the sign-in page, with what they typed when their session
// ran out over it.
func practitioner(s *Server, next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		switch who, row, err := s.signedIn(c); {
		case err != nil:
			return err
		case who == signedInNow:
			return s.permitted(c, next)
		case who == signedInBefore && keepsTyped(c):
			return s.keepTyped(c, row)
		}
		return c.Redirect(http.StatusSeeOther, "/staff/sign-in")
	}
}

// touch notes that a session is in use, at most once a minute, and locks it when it was idle for too long.
func (s *Server) touch(c echo.Context, row care.Session, idle time.Duration) (care.Session, error) {
	now := s.Now().UTC()
	since := now.Sub(row.SeenAt)
	switch {
	case !row.Locked && since > idle:
		row.Locked = true
	case !row.Locked && since > time.Minute:
		row.SeenAt = now
	default:
		return row, nil
	}
	err := s.Sessions.TouchSession(c.Request().Context(), row)
	if errors.Is(err, care.ErrUnavailable) {
		return row, nil // a disk that is full keeps nobody from reading; it is noted, or locked, with the next request
	}
	return row, err
}

// councilCache remembers the councils for a few seconds: every request needs one, they hardly ever change, and another
// process (threshold council add) may change them.
type councilCache struct {
	mu    sync.Mutex
	list  []care.Council
	until time.Time
}

const councilCacheLife = 5 * time.Second

func (s *Server) councilList(c echo.Context) ([]care.Council, error) {
	s.councils.mu.Lock()
	defer s.councils.mu.Unlock()
	if now := s.Now(); s.councils.list == nil || now.After(s.councils.until) {
		list, err := s.Casework.Councils(c.Request().Context())
		if err != nil {
			return nil, err
		}
		s.councils.list, s.councils.until = list, now.Add(councilCacheLife)
	}
	return s.councils.list, nil
}

func (s *Server) council(c echo.Context, slug string) (care.Council, error) {
	list, err := s.councilList(c)
	if err != nil {
		return care.Council{}, err
	}
	for _, council := range list {
		if council.Slug == slug {
			return council, nil
		}
	}
	return care.Council{}, care.ErrNotFound
}
