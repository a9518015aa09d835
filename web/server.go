// Package web is everything that knows an address, a cookie, a form or a status: it turns a request into one verb of
// casework and the verb's answer into one page. No law, no wording and no permission is decided here.
package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/mail"
)

// Sessions keeps browsers' sessions; a store satisfies it.
type Sessions interface {
	Session(ctx context.Context, idHash string) (care.Session, error)
	PutSession(ctx context.Context, s care.Session) error
	TouchSession(ctx context.Context, s care.Session) error
	DeleteSession(ctx context.Context, idHash string) error
}

// Options of a Server. All fields but Demo are required.
type Options struct {
	Casework *casework.Service
	Sessions Sessions
	// CookieKeys are pairs of a key to sign and a key to encrypt the session cookie with, newest pair first, so that
	// keys can be rotated (securecookie.CodecsFromPairs).
	CookieKeys [][]byte
	Now        func() time.Time
	Log        *slog.Logger
	// Demo puts "Demonstration" on every page and allows signing in without a password.
	Demo bool
	// Box holds the messages of a demonstration, for a page that shows them; nil when messages really leave.
	Box *mail.Box
}

// A Server answers HTTP.
type Server struct {
	Options
	cookies  *cookieStore
	councils councilCache
	handOffs handOffs
}

const (
	// maxBody is far more than any form of ours holds (about twelve texts of 1,000 characters in UTF-8).
	maxBody = "64K"
	// handlerTime is how long one request may take before it is given up; every page takes milliseconds.
	handlerTime = 15 * time.Second
)

// New returns the whole service as one handler.
func New(o Options) http.Handler {
	s := &Server{Options: o}
	s.cookies = newCookieStore(o.Sessions, o.CookieKeys)
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	// Only what connects to us is believed: a header that anybody can send must not stand in for an address.
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = s.handleError
	s.routes(e)
	return e
}
