package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// The cookies. A browser can hold both: a practitioner may try the citizen's pages. __Host- ties a cookie to this
// very host and to HTTPS (and localhost), and forbids a subdomain to set it.
const staffCookie = "__Host-threshold-staff"

// citizenCookie is named after the council, so that beginning a form with a second council never loses the first.
func citizenCookie(council string) string { return "__Host-threshold-for-" + council }

// sessionRow is the key in sessions.Session.Values under which the stored row hangs.
type sessionRow struct{}

// cookieStore is a gorilla sessions.Store whose cookie carries one signed opaque id and nothing else. The row is kept
// under the id's SHA-256, so that a stolen database opens no session.
type cookieStore struct {
	rows   Sessions
	codecs []securecookie.Codec
}

func newCookieStore(rows Sessions, keys [][]byte) *cookieStore {
	codecs := securecookie.CodecsFromPairs(keys...)
	for _, codec := range codecs {
		if c, ok := codec.(*securecookie.SecureCookie); ok {
			// The id is plain text already; the default gob encoding costs more than rendering a page.
			c.SetSerializer(securecookie.NopEncoder{})
			c.MaxAge(0) // how long a session lasts is decided by its row, not by the cookie
		}
	}
	return &cookieStore{rows: rows, codecs: codecs}
}

// Get returns the request's session, loading it once per request.
func (s *cookieStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New loads the session a cookie names. A cookie that is missing, forged or out of date gives a new, empty session
// without an error: the person simply has no session.
func (s *cookieStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.Options = cookieOptions()
	session.IsNew = true
	cookie, err := r.Cookie(name)
	if err != nil {
		return session, nil
	}
	var id []byte
	if err := securecookie.DecodeMulti(name, cookie.Value, &id, s.codecs...); err != nil {
		return session, nil
	}
	row, err := s.rows.Session(r.Context(), casework.HashToken(string(id)))
	if errors.Is(err, care.ErrNotFound) {
		return session, nil
	}
	if err != nil {
		return session, fmt.Errorf("loading a session: %w", err)
	}
	session.ID, session.IsNew = string(id), false
	session.Values[sessionRow{}] = row
	return session, nil
}

// Save stores the row and sets the cookie; a negative MaxAge ends the session.
func (s *cookieStore) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	row, _ := session.Values[sessionRow{}].(care.Session)
	if session.Options.MaxAge < 0 {
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		if row.IDHash == "" {
			return nil
		}
		return s.rows.DeleteSession(r.Context(), row.IDHash)
	}
	fresh := session.ID == ""
	if fresh {
		session.ID = rand.Text() + rand.Text() // 260 bits
	}
	row.IDHash = casework.HashToken(session.ID)
	session.Values[sessionRow{}] = row
	if err := s.rows.PutSession(r.Context(), row); err != nil {
		return fmt.Errorf("storing a session: %w", err)
	}
	if fresh {
		value, err := securecookie.EncodeMulti(session.Name(), []byte(session.ID), s.codecs...)
		if err != nil {
			return fmt.Errorf("signing a session cookie: %w", err)
		}
		http.SetCookie(w, sessions.NewCookie(session.Name(), value, session.Options))
	}
	return nil
}

// cookieOptions: no Max-Age, so that closing the browser ends the session; Lax and not Strict, because a link from a
// letter or an e-mail must find the session.
func cookieOptions() *sessions.Options {
	return &sessions.Options{Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// load returns the stored row of a cookie, or false.
func (s *cookieStore) load(r *http.Request, name string) (care.Session, bool, error) {
	session, err := s.Get(r, name)
	if err != nil {
		return care.Session{}, false, err
	}
	row, ok := session.Values[sessionRow{}].(care.Session)
	return row, ok, nil
}

// begin starts a session under a new id, whatever the browser had before: an id handed to somebody in advance must
// never become a signed-in one.
func (s *cookieStore) begin(r *http.Request, w http.ResponseWriter, name string, row care.Session) error {
	old, err := s.Get(r, name)
	if err != nil {
		return err
	}
	if was, ok := old.Values[sessionRow{}].(care.Session); ok {
		if err := s.rows.DeleteSession(r.Context(), was.IDHash); err != nil {
			return err
		}
	}
	old.ID = ""
	old.Options = cookieOptions()
	old.Values[sessionRow{}] = row
	return s.Save(r, w, old)
}

// put stores a changed row of the same session.
func (s *cookieStore) put(ctx context.Context, row care.Session) error {
	return s.rows.PutSession(ctx, row)
}

// end deletes the row and the cookie.
func (s *cookieStore) end(r *http.Request, w http.ResponseWriter, name string) error {
	session, err := s.Get(r, name)
	if err != nil {
		return err
	}
	session.Options.MaxAge = -1
	if err := s.Save(r, w, session); err != nil {
		return err
	}
	delete(session.Values, sessionRow{})
	return nil
}
