package web

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"threshold/internal/eligibility"
)

// The public interface for other programs. It is open to callers from any site, reads no session and no cookie, and
// keeps nothing of what it is sent: not in the store, not in the log.

//go:embed openapi.json
var openAPI []byte

type api struct {
	library *eligibility.Library
	now     func() time.Time
}

// registerAPI puts the public interface under g. Every address answers every method, with 405 where it is not the one it
// takes, and every other address under g is not found: left to the router, both would be looked up as a council's page.
// securityHeaders lets other sites read all of it.
func registerAPI(g *echo.Group, lib *eligibility.Library, now func() time.Time) {
	a := &api{lib, now}
	g.RouteNotFound("", echo.NotFoundHandler)
	g.RouteNotFound("/*", echo.NotFoundHandler)
	for _, r := range []struct {
		method, path string
		handler      echo.HandlerFunc
	}{
		{http.MethodGet, "/rulesets", a.rulesets},
		{http.MethodGet, "/rulesets/:id", a.ruleset},
		{http.MethodPost, "/indications", a.indicate},
		{http.MethodGet, "/openapi.json", a.openAPI},
	} {
		g.Any(r.path, takesOnly(r.method))
		g.Add(r.method, r.path, r.handler)
		if r.method == http.MethodGet {
			g.HEAD(r.path, r.handler) // net/http leaves the body out
		}
		g.OPTIONS(r.path, a.preflight(r.method))
	}
}

// takesOnly refuses a method and names the right one (RFC 9110 s.15.5.6).
func takesOnly(method string) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderAllow, method+", "+http.MethodOptions)
		return echo.ErrMethodNotAllowed
	}
}

func (a *api) preflight(method string) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Access-Control-Allow-Methods", method)
		h.Set("Access-Control-Allow-Headers", "Content-Type")
		h.Set("Access-Control-Max-Age", "86400")
		return c.NoContent(http.StatusNoContent)
	}
}

func (a *api) openAPI(c echo.Context) error {
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, openAPI)
}

// A rulesetView is a published version as the interface tells it.
type rulesetView struct {
	ID          string                 `json:"id"`
	Kind        string                 `json:"kind"`
	Title       string                 `json:"title"`
	Territory   string                 `json:"territory"`
	InForceFrom string                 `json:"in_force_from"`
	InForceTo   string                 `json:"in_force_to,omitempty"`
	InForce     bool                   `json:"in_force"` // today
	ReviewedBy  *string                `json:"reviewed_by"`
	Citations   []eligibility.Citation `json:"citations"`
	Outcomes    []eligibility.Item     `json:"outcomes"`
	Limbs       []eligibility.Item     `json:"limbs"`
	Areas       []eligibility.Item     `json:"areas"`
	Questions   []questionView         `json:"questions"`
}

type questionView struct {
	Page    string       `json:"page"`
	ID      string       `json:"id"`
	Kind    string       `json:"kind"`
	Text    string       `json:"text"`
	Options []optionView `json:"options,omitempty"`
}

type optionView struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

func (a *api) view(rs *eligibility.Ruleset) rulesetView {
	v := rulesetView{
		ID: rs.ID(), Kind: rs.Kind, Title: rs.Title, Territory: rs.Territory, InForceFrom: rs.InForceFrom, InForceTo: rs.InForceTo,
		Citations: rs.Citations, Outcomes: rs.Outcomes(), Limbs: rs.Limbs(), Areas: rs.Areas(), Questions: []questionView{},
	}
	if current, err := a.library.InForce(rs.Kind, a.now()); err == nil {
		v.InForce = current == rs
	}
	if rs.ReviewedBy != "" {
		v.ReviewedBy = &rs.ReviewedBy
	}
	for _, p := range rs.AllPages(nil) {
		for _, q := range p.Questions {
			qv := questionView{Page: p.Path, ID: q.ID, Kind: string(q.Kind), Text: q.Text}
			for _, o := range q.Options {
				qv.Options = append(qv.Options, optionView{o.ID, o.Label})
			}
			v.Questions = append(v.Questions, qv)
		}
	}
	return v
}

func (a *api) rulesets(c echo.Context) error {
	out := struct {
		Rulesets []rulesetView `json:"rulesets"`
	}{[]rulesetView{}}
	for _, id := range a.library.IDs() {
		rs, err := a.library.Version(id)
		if err != nil {
			return err
		}
		out.Rulesets = append(out.Rulesets, a.view(rs))
	}
	return c.JSON(http.StatusOK, out)
}

func (a *api) ruleset(c echo.Context) error {
	rs, err := a.library.Find(c.Param("id"), a.now())
	if err != nil {
		return refuse(c, problem{Status: http.StatusNotFound, Title: "There is no such ruleset", Detail: err.Error()})
	}
	return c.JSON(http.StatusOK, a.view(rs))
}

// indicate answers POST /indications. It is read by hand, one key at a time, so that a key nobody knows is refused by
// its name and the facts are never copied into anything.
func (a *api) indicate(c echo.Context) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) || errors.Is(err, echo.ErrStatusRequestEntityTooLarge) {
			return echo.ErrStatusRequestEntityTooLarge
		}
		return badRequest(c, "", "the request could not be read to its end; send it again")
	}
	in, bad := readRequest(body)
	if bad != nil {
		return badRequest(c, bad.Path, bad.What+"; "+bad.Mend)
	}
	on, find := a.now(), a.library.Find
	if in.on != "" {
		find = a.library.FindOn
		if on, err = time.Parse(time.DateOnly, in.on); err != nil {
			return badRequest(c, "on", "this is not a date; write it like 2026-11-22, or leave it out for today")
		}
	}
	rs, err := find(in.ruleset, on)
	if err != nil {
		field := "ruleset"
		if early := (*eligibility.NotInForce)(nil); errors.As(err, &early) {
			field = "on"
		}
		return badRequest(c, field, err.Error())
	}
	out, err := rs.IndicateJSON(in.facts, nil)
	if err != nil {
		fact := (*eligibility.FactError)(nil)
		if !errors.As(err, &fact) {
			return err
		}
		return badRequest(c, strings.TrimSuffix("facts."+fact.Path, "."), fact.What+"; "+fact.Mend)
	}
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, append(out, '\n'))
}

type indicationRequest struct {
	ruleset, on string
	facts       json.RawMessage
}

// readRequest reads {"ruleset": …, "on": …, "facts": {…}}. A wrong one is told as the path, what is wrong and the mend.
func readRequest(body []byte) (in indicationRequest, bad *eligibility.FactError) {
	dec := json.NewDecoder(strings.NewReader(string(body)))
	wrong := func(path, what, mend string) (indicationRequest, *eligibility.FactError) {
		return indicationRequest{}, &eligibility.FactError{Path: path, What: what, Mend: mend}
	}
	const shape = `send {"ruleset": "adult-needs", "facts": {…}}`
	if !json.Valid(body) {
		return wrong("", "the request is not one JSON value", shape)
	}
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return wrong("", "the request must be a JSON object", shape)
	}
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return wrong("", "the request is not one JSON value", shape)
		}
		if seen[key] {
			return wrong(key, "this is written twice", "keep one of them")
		}
		seen[key] = true
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return wrong(key, "this cannot be read", shape)
		}
		switch key {
		case "ruleset", "on":
			to := map[string]*string{"ruleset": &in.ruleset, "on": &in.on}[key]
			if len(value) == 0 || value[0] != '"' || json.Unmarshal(value, to) != nil {
				return wrong(key, "this must be a text", shape)
			}
			if *to == "" {
				return wrong(key, "this is empty", shape)
			}
		case "facts":
			in.facts = value
		default:
			return wrong(short(key), "there is no such key", "use one of: ruleset, on, facts")
		}
	}
	for _, key := range []string{"ruleset", "facts"} {
		if !seen[key] {
			return wrong(key, "this is missing", shape)
		}
	}
	return in, nil
}

// short keeps what a caller sent from filling an answer.
func short(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// A problem is RFC 9457's problem+json, with the field that is wrong.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	Field  string `json:"field,omitempty"`
}

func badRequest(c echo.Context, field, detail string) error {
	if field != "" {
		detail = field + ": " + detail
	}
	return refuse(c, problem{Status: http.StatusBadRequest, Title: "The request cannot be used", Detail: detail, Field: field})
}

func refuse(c echo.Context, p problem) error {
	if p.Type == "" {
		p.Type = "about:blank"
	}
	body, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("writing a problem: %w", err)
	}
	return c.Blob(p.Status, "application/problem+json", body)
}

// writeAPIError answers for what went wrong outside the interface's own handlers: no such address, too large, a fault.
// It never tells the error itself.
func writeAPIError(c echo.Context, status int, _ error) {
	p := problem{Status: status, Title: http.StatusText(status)}
	switch status {
	case http.StatusNotFound:
		p.Detail = "There is nothing at this address. GET /api/v1/openapi.json tells what there is."
	case http.StatusMethodNotAllowed:
		p.Detail = "This address does not take this method. GET /api/v1/openapi.json tells which it takes."
	case http.StatusRequestEntityTooLarge:
		p.Detail = "The request is too large. The facts of one person fit in a few kilobytes."
	}
	_ = refuse(c, p) // an answer that cannot be written any more has no reader
}
