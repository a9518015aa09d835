package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// securityHeaders puts the same headers on every answer, errors too. Pages hold the most private things people have,
// so nothing of them may be kept by a browser or a proxy (static files set their own Cache-Control).
func securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		// same-origin and not no-referrer: with the latter browsers send "Origin: null" with forms, which the
		// cross-origin check would have to refuse.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		// Browsers heed it over TLS only.
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		setCSP(c, "")
		if strings.HasPrefix(c.Request().URL.Path, "/api/") {
			// Pages of other sites may read what the public interface answers, refusals too. There is nothing to steal:
			// it heeds no credentials, so an answer depends on nothing but what the caller sent.
			h.Set("Access-Control-Allow-Origin", "*")
			h.Set("Cross-Origin-Resource-Policy", "cross-origin")
		}
		return next(c)
	}
}

// leaveElsewhere is where "Leave this site" goes for a council that has set no page of its own.
const leaveElsewhere = "https://www.bbc.co.uk/weather"

// setCSP allows nothing but this site. A form may also end at the page where "Leave this site" goes: the policy covers
// the redirect that follows a POST.
func setCSP(c echo.Context, leaveURL string) {
	action := "'self'"
	for _, to := range []string{leaveElsewhere, leaveURL} {
		if u, err := url.Parse(to); err == nil && u.Host != "" {
			action += " " + u.Scheme + "://" + u.Host
		}
	}
	c.Response().Header().Set("Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; form-action "+action+
			"; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'")
}

// sameOrigin refuses unsafe requests that another site makes a browser send (net/http's CrossOriginProtection). The
// public API is meant to be called from elsewhere: it reads no session and stores nothing.
func sameOrigin() echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if strings.HasPrefix(c.Request().URL.Path, "/api/") {
				return next(c)
			}
			if err := protection.Check(c.Request()); err != nil {
				return echo.NewHTTPError(http.StatusForbidden).SetInternal(err)
			}
			return next(c)
		}
	}
}

// errPanic stands in for whatever a handler panicked with: the value could hold an answer.
var errPanic = errors.New("a handler panicked")

// recovered turns a panic into an error and writes down where it was, but not with what.
func recovered(log *slog.Logger) echo.MiddlewareFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		DisableErrorHandler: true,
		DisableStackAll:     true,
		LogErrorFunc: func(c echo.Context, _ error, stack []byte) error {
			_, where, _ := strings.Cut(string(stack), "\n") // the first line may hold the value
			log.LogAttrs(c.Request().Context(), slog.LevelError, "panic", slog.String("route", c.Path()), slog.String("stack", where))
			return errPanic
		},
	})
}

// logLine writes one line a request, from a closed set of keys: never a body, a query, a name or a code. The route's
// pattern stands in for the address, which could hold a reference.
func logLine(log *slog.Logger, now func() time.Time) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			begun := now()
			err := next(c)
			if err != nil {
				c.Error(err) // writes the page, so that the status below is the one that was sent
			}
			v := visitOf(c)
			attrs := []slog.Attr{
				slog.String("method", c.Request().Method),
				slog.String("route", c.Path()),
				slog.Int("status", c.Response().Status),
				slog.Duration("took", now().Sub(begun)),
				slog.String("actor", string(v.Actor.Kind)),
				slog.String("council", v.Council.Slug),
			}
			level := slog.LevelInfo
			if c.Response().Status >= http.StatusInternalServerError {
				level = slog.LevelError
				attrs = append(attrs, slog.Any("error", err))
			}
			log.LogAttrs(c.Request().Context(), level, "request", attrs...)
			return nil
		}
	}
}
