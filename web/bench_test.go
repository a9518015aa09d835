package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
	"threshold/web"
)

// BenchmarkAskQuestionPage is a question page through the whole service and no network: the session and the form are read
// and unsealed, the rules say what stands on the page, it is drawn and packed.
func BenchmarkAskQuestionPage(b *testing.B) {
	library, err := loadRules()
	if err != nil {
		b.Fatal(err)
	}
	ring := keys.Generate()
	store, err := sqlite.Open(b.Context(), sqlite.Options{Path: b.TempDir() + "/threshold.db", Keys: ring})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	council := care.Council{Slug: "ashdale", Name: "Ashdale Council", Phone: "020 7946 0101", Phone24h: "020 7946 0102", ReadDays: 10, CreatedAt: time.Now()}
	if err := store.PutCouncil(b.Context(), council, care.Event{Verb: "council.added", Actor: care.ActorSystem, At: time.Now()}); err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	service := &casework.Service{Store: store, Library: library, Now: time.Now, Log: log, Pepper: ring.Pepper()}
	handler := web.New(web.Options{Casework: service, Sessions: store, CookieKeys: ring.CookieKeys(), Now: time.Now, Log: log})
	cookie := ""
	ask := func(method, path string, form url.Values, status int) (next string) {
		r := httptest.NewRequestWithContext(b.Context(), method, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("Cookie", cookie)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != status {
			b.Fatalf("%s %s answered %d", method, path, w.Code)
		}
		if set := w.Header().Get("Set-Cookie"); set != "" {
			cookie, _, _ = strings.Cut(set, ";")
		}
		return w.Header().Get("Location")
	}
	const page = "/ashdale/daily/nutrition"
	at := ask(http.MethodPost, "/ashdale/for", url.Values{"for": {"self"}}, http.StatusSeeOther)
	for range 20 {
		if at == page {
			break
		}
		form := url.Values{}
		if at == "/ashdale/daily" {
			form.Set("daily", "nutrition")
		}
		at = ask(http.MethodPost, at, form, http.StatusSeeOther)
	}
	ask(http.MethodPost, page, url.Values{"nutrition.limbs": {"danger"}}, http.StatusSeeOther)
	b.ReportAllocs()
	for b.Loop() {
		ask(http.MethodGet, page, nil, http.StatusOK)
	}
}
