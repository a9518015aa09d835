package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
	"threshold/rules"
)

// apiServer is the public interface alone, as the service mounts it, with the service's own log line and error handler.
func apiServer(t *testing.T) (*echo.Echo, *bytes.Buffer) {
	t.Helper()
	lib, err := eligibility.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	now := func() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }
	e := echo.New()
	e.HTTPErrorHandler = func(err error, c echo.Context) { writeAPIError(c, statusOf(err), err) }
	e.Use(logLine(slog.New(slog.NewJSONHandler(&log, nil)), now), securityHeaders)
	registerAPI(e.Group("/api/v1"), lib, now)
	return e, &log
}

// apiDocument is openapi.json, checked, with a router over it.
func apiDocument(t *testing.T) (*openapi3.T, routers.Router) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return doc, router
}

// call sends a request and holds the answer against openapi.json.
func call(t *testing.T, e *echo.Echo, router routers.Router, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Origin", "https://elsewhere.example.com")
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, req)
	if got := rec.Header().Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("%s %s: Access-Control-Allow-Origin %q", method, path, got)
	}
	if rec.Header().Get("Access-Control-Allow-Credentials") != "" || rec.Header().Get("Set-Cookie") != "" {
		t.Errorf("%s %s reads or sets credentials", method, path)
	}
	route, params, err := router.FindRoute(req)
	if err != nil {
		t.Fatalf("%s %s is not in openapi.json: %v", method, path, err)
	}
	in := &openapi3filter.RequestValidationInput{Request: httptest.NewRequest(method, path, strings.NewReader(body)), PathParams: params, Route: route}
	in.Request.Header.Set("Content-Type", "application/json")
	if rec.Code == http.StatusOK {
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			t.Errorf("%s %s was answered, but openapi.json refuses it: %v", method, path, err)
		}
	} else if rec.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s %s: %d as %s", method, path, rec.Code, rec.Header().Get("Content-Type"))
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: rec.Code, Header: rec.Header(), Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes())), Options: &openapi3filter.Options{IncludeResponseStatus: true}}
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		t.Errorf("%s %s: the answer is not what openapi.json says: %v\n%s", method, path, err, rec.Body)
	}
	return rec
}

func TestAPIIndications(t *testing.T) {
	e, _ := apiServer(t)
	_, router := apiDocument(t)
	for body, want := range map[string]care.Suggestion{
		`{"ruleset":"adult-needs","facts":{}}`:                                                    care.CannotTell,
		`{"ruleset":"adult-needs","on":"2026-11-22","facts":{"impairment":"no"}}`:                 care.LikelyNotMet,
		`{"ruleset":"adult-needs@2015-04-01","facts":{"wellbeing":{"areas":{"dignity":"some"}}}}`: care.CannotTell,
		`{"facts":{"impairment":"yes","outcomes":{"hygiene":{"time":"yes","cause":"mixed"},"work_learning":{"danger":"yes","cause":"impairment","help":["family"],"applies":"yes","accounts_differ":false}},"wellbeing":{"overall":"yes"}},"ruleset":"adult-needs"}`: care.LikelyMet,
		`{"ruleset":"carer-support","facts":{}}`:                                             care.CannotTell,
		`{"ruleset":"carer-support@2015-04-01","on":"2026-11-22","facts":{"is_carer":"no"}}`: care.LikelyNotMet,
		`{"ruleset":"carer-support","facts":{"is_carer":"yes","necessary_care":"yes","health":"deteriorating","outcomes":{"others":{"applies":"no","help":["child"]}},"wellbeing":{"areas":{"health":"big"}}}}`: care.LikelyMet,
	} {
		rec := call(t, e, router, http.MethodPost, "/api/v1/indications", body)
		var ind care.Indication
		version := "adult-needs@2015-04-01"
		if strings.Contains(body, "carer-support") {
			version = "carer-support@2015-04-01"
		}
		if err := json.Unmarshal(rec.Body.Bytes(), &ind); err != nil || rec.Code != http.StatusOK || ind.Suggestion != want || ind.Ruleset != version {
			t.Errorf("%s: %d, %s, %v", body, rec.Code, rec.Body, err)
		}
	}
}

func TestAPIRefuses(t *testing.T) {
	e, log := apiServer(t)
	_, router := apiDocument(t)
	for body, want := range map[string]problem{
		``:                          {Field: "", Detail: "not one JSON value"},
		`[]`:                        {Field: "", Detail: "must be a JSON object"},
		`{"facts":{}}`:              {Field: "ruleset", Detail: "ruleset: this is missing"},
		`{"ruleset":"adult-needs"}`: {Field: "facts", Detail: "facts: this is missing"},
		`{"ruleset":"adult-needs","ruleset":"adult-needs","facts":{}}`:               {Field: "ruleset", Detail: "written twice"},
		`{"ruleset":"adult-needs","facts":{},"colour":"red"}`:                        {Field: "colour", Detail: "use one of: ruleset, on, facts"},
		`{"ruleset":7,"facts":{}}`:                                                   {Field: "ruleset", Detail: "must be a text"},
		`{"ruleset":"martian","facts":{}}`:                                           {Field: "ruleset", Detail: `there is no ruleset "martian"; use one of: adult-needs`},
		`{"ruleset":"adult-needs@2014-01-01","facts":{}}`:                            {Field: "ruleset", Detail: "use one of: adult-needs@2015-04-01"},
		`{"ruleset":"adult-needs","on":"yesterday","facts":{}}`:                      {Field: "on", Detail: "write it like 2026-11-22"},
		`{"ruleset":"adult-needs","on":"2015-03-31","facts":{}}`:                     {Field: "on", Detail: "in force from 2015-04-01"},
		`{"ruleset":"adult-needs@2015-04-01","on":"2014-01-01","facts":{}}`:          {Field: "on", Detail: "adult-needs@2015-04-01 is not in force yet on 2014-01-01; it is in force from 2015-04-01"},
		`{"ruleset":"carer-support","facts":{"outcomes":{"home":{"time":"yes"}}}}`:   {Field: "facts.outcomes.home.time", Detail: "use one of: assistance, distress, danger, cause"},
		`{"ruleset":"carer-support","facts":{"impairment":"yes"}}`:                   {Field: "facts.impairment", Detail: "use one of: is_carer, necessary_care, health, outcomes, wellbeing"},
		`{"ruleset":"carer-support","on":"2015-03-31","facts":{}}`:                   {Field: "on", Detail: "in force from 2015-04-01"},
		`{"ruleset":"adult-needs","facts":[]}`:                                       {Field: "facts", Detail: "must be a JSON object"},
		`{"ruleset":"adult-needs","facts":{"impairment":"plainly"}}`:                 {Field: "facts.impairment", Detail: "use one of: yes, no, not_sure"},
		`{"ruleset":"adult-needs","facts":{"outcomes":{"flying":{}}}}`:               {Field: "facts.outcomes.flying", Detail: "there is no such outcome"},
		`{"ruleset":"adult-needs","facts":{"outcomes":{"toilet":{"slowly":"yes"}}}}`: {Field: "facts.outcomes.toilet.slowly", Detail: "there is no such limb"},
	} {
		rec := call(t, e, router, http.MethodPost, "/api/v1/indications", body)
		var p problem
		if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || rec.Code != http.StatusBadRequest || p.Status != rec.Code || p.Field != want.Field || !strings.Contains(p.Detail, want.Detail) {
			t.Errorf("%s: %d %s", body, rec.Code, rec.Body)
		}
	}
	for _, word := range []string{"plainly", "slowly", "flying", "impairment"} {
		if strings.Contains(log.String(), word) {
			t.Errorf("the log has %q:\n%s", word, log)
		}
	}
	if !strings.Contains(log.String(), "/api/v1/indications") {
		t.Errorf("no log line:\n%s", log)
	}
}

func TestAPIRulesets(t *testing.T) {
	e, _ := apiServer(t)
	_, router := apiDocument(t)
	for _, path := range []string{"/api/v1/rulesets", "/api/v1/rulesets/adult-needs", "/api/v1/rulesets/adult-needs@2015-04-01", "/api/v1/rulesets/carer-support@2015-04-01", "/api/v1/openapi.json"} {
		if rec := call(t, e, router, http.MethodGet, path, ""); rec.Code != http.StatusOK {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	rec := call(t, e, router, http.MethodGet, "/api/v1/rulesets/adult-needs", "")
	var v rulesetView
	if err := json.Unmarshal(rec.Body.Bytes(), &v); err != nil {
		t.Fatal(err)
	}
	if v.ID != "adult-needs@2015-04-01" || !v.InForce || v.ReviewedBy != nil || len(v.Outcomes) != 10 || len(v.Limbs) != 4 || len(v.Areas) != 9 || len(v.Questions) < 30 || len(v.Citations) == 0 {
		t.Errorf("%s", rec.Body)
	}
	// The carer's rules have their own outcomes, limbs and questions.
	rec = call(t, e, router, http.MethodGet, "/api/v1/rulesets/carer-support", "")
	var carer rulesetView
	if err := json.Unmarshal(rec.Body.Bytes(), &carer); err != nil {
		t.Fatal(err)
	}
	if carer.ID != "carer-support@2015-04-01" || !carer.InForce || len(carer.Outcomes) != 8 || len(carer.Limbs) != 3 || len(carer.Areas) != 9 || len(carer.Questions) == 0 {
		t.Errorf("%s", rec.Body)
	}
	for _, q := range v.Questions {
		if q.Text == "" || q.ID == "" || strings.ContainsAny(q.Text, "{}") {
			t.Errorf("question %+v", q)
		}
	}
	if rec := call(t, e, router, http.MethodGet, "/api/v1/rulesets/martian", ""); rec.Code != http.StatusNotFound || !strings.Contains(rec.Body.String(), "use one of: adult-needs") {
		t.Errorf("%d %s", rec.Code, rec.Body)
	}
}

// TestAPIPreflight: a browser on another site asks before it posts JSON.
func TestAPIPreflight(t *testing.T) {
	e, _ := apiServer(t)
	req := httptest.NewRequest(http.MethodOptions, "/api/v1/indications", nil)
	req.Header.Set("Origin", "https://elsewhere.example.com")
	req.Header.Set("Access-Control-Request-Method", "POST")
	req.Header.Set("Access-Control-Request-Headers", "content-type")
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, req)
	h := rec.Header()
	if rec.Code != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Methods") != "POST" || h.Get("Access-Control-Allow-Headers") != "Content-Type" {
		t.Errorf("%d %v", rec.Code, h)
	}
}

// wholeService is everything the service mounts, pages too, on an empty database.
func wholeService(t *testing.T) http.Handler {
	t.Helper()
	lib, err := eligibility.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	ring := keys.Generate()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Path: t.TempDir() + "/t.db", Keys: ring})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	log := slog.New(slog.DiscardHandler)
	service := &casework.Service{Store: store, Library: lib, Now: time.Now, Log: log}
	return New(Options{Casework: service, Sessions: store, CookieKeys: ring.CookieKeys(), Now: time.Now, Log: log})
}

// TestAPIOutsideItsHandlers: what goes wrong before a handler is told as a problem too, and other sites can read it.
func TestAPIOutsideItsHandlers(t *testing.T) {
	service := wholeService(t)
	tooLarge := `{"ruleset":"adult-needs","facts":{"impairment":"` + strings.Repeat("x", 70_000) + `"}}`
	type try struct {
		method, path, body string
		status             int
		allow              string
	}
	tries := []try{
		{http.MethodGet, "/api/v1/nothing", "", 404, ""},
		{http.MethodPost, "/api/v1/nothing/here", "{}", 404, ""},
		{http.MethodDelete, "/api/v1/nothing", "", 404, ""},
		{http.MethodGet, "/api/v1/", "", 404, ""},
		{http.MethodGet, "/api/v1", "", 404, ""},
		{http.MethodGet, "/api/nothing", "", 404, ""},
		{http.MethodPost, "/api/v1/indications", tooLarge, 413, ""},
	}
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodTrace} {
		tries = append(tries, try{method, "/api/v1/indications", "", 405, "POST, OPTIONS"})
	}
	for _, path := range []string{"/api/v1/rulesets", "/api/v1/rulesets/adult-needs", "/api/v1/openapi.json"} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			tries = append(tries, try{method, path, "{}", 405, "GET, OPTIONS"})
		}
	}
	for _, c := range tries {
		rec := httptest.NewRecorder()
		service.ServeHTTP(rec, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
		h := rec.Header()
		if rec.Code != c.status || h.Get("Content-Type") != "application/problem+json" || h.Get("Allow") != c.allow {
			t.Errorf("%s %s: %d, %s, allowed %q", c.method, c.path, rec.Code, h.Get("Content-Type"), h.Get("Allow"))
		}
		if h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Cross-Origin-Resource-Policy") != "cross-origin" || h.Get("Set-Cookie") != "" {
			t.Errorf("%s %s: %v", c.method, c.path, h)
		}
		var p problem
		if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil || p.Status != c.status || p.Detail == "" {
			t.Errorf("%s %s: %s", c.method, c.path, rec.Body)
		}
	}
	// Pages are not for other sites.
	rec := httptest.NewRecorder()
	service.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/staff/sign-in", nil))
	if h := rec.Header(); h.Get("Access-Control-Allow-Origin") != "" || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("a page: %v", h)
	}
}

// TestAPIFault: a handler that breaks down is told as a problem that other sites can read, without the fault itself.
func TestAPIFault(t *testing.T) {
	e := echo.New()
	e.HTTPErrorHandler = (&Server{}).handleError
	e.Use(securityHeaders, middleware.Recover())
	e.GET("/api/v1/broken", func(echo.Context) error { panic("the secret of the fault") })
	e.Logger.SetOutput(io.Discard)
	rec := httptest.NewRecorder()
	e.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/api/v1/broken", nil))
	h := rec.Header()
	if rec.Code != 500 || h.Get("Content-Type") != "application/problem+json" || h.Get("Access-Control-Allow-Origin") != "*" || strings.Contains(rec.Body.String(), "secret") {
		t.Errorf("%d %v %s", rec.Code, h, rec.Body)
	}
}

// TestAPIFactsAreDocumented keeps the facts of openapi.json those of the rules.
func TestAPIFactsAreDocumented(t *testing.T) {
	lib, err := eligibility.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	doc, _ := apiDocument(t)
	for kind, facts := range map[string]string{"adult-needs": "AdultFacts", "carer-support": "CarerFacts"} {
		rs, err := lib.Version(kind + "@2015-04-01")
		if err != nil {
			t.Fatal(err)
		}
		factsAreDocumented(t, rs, doc.Components.Schemas[facts])
	}
	if kinds := lib.Kinds(); len(kinds) != 2 {
		t.Errorf("there are rules of %v: openapi.json needs the facts of each", kinds)
	}
}

func factsAreDocumented(t *testing.T, rs *eligibility.Ruleset, facts *openapi3.SchemaRef) {
	t.Helper()
	documented := map[string]bool{}
	var walk func(path string, s *openapi3.SchemaRef)
	walk = func(path string, s *openapi3.SchemaRef) {
		if len(s.Value.Properties) == 0 {
			documented[path] = true
			options := s.Value.Enum
			if s.Value.Items != nil {
				options = s.Value.Items.Value.Enum
			}
			if s.Value.Type.Is("boolean") {
				options = []any{"true", "false"}
			}
			for i, o := range rs.FactOptions(path) {
				if i >= len(options) || options[i] != o {
					t.Errorf("%s has the options %v in openapi.json and %v in the rules", path, options, rs.FactOptions(path))
					break
				}
			}
			return
		}
		for name, p := range s.Value.Properties {
			walk(strings.TrimPrefix(path+"."+name, "."), p)
		}
	}
	walk("", facts)
	for _, p := range rs.FactPaths() {
		if !documented[p] {
			t.Errorf("openapi.json does not have the fact %s of %s", p, rs.Kind)
		}
	}
	if len(documented) != len(rs.FactPaths()) {
		t.Errorf("openapi.json has %d facts of %s, the rules %d", len(documented), rs.Kind, len(rs.FactPaths()))
	}
}
