package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"

	"threshold/internal/care"
	"threshold/rules"
)

// cldRelease is the folder of rules/cld that is used: one for each release of the specification.
const cldRelease = "release-1"

// A CLDMapping says how what is held becomes client level data, the return that councils make to NHS England every quarter.
// It is data: rules/cld/<release>/mapping.yaml.
type CLDMapping struct {
	Release  string      `yaml:"release"`
	Name     string      `yaml:"name"`
	Verified bool        `yaml:"verified"`
	Source   string      `yaml:"source"`
	Columns  []CLDColumn `yaml:"columns"`

	ClientTypes         map[string]string `yaml:"client_types"` // by kind of case; what is not here is in no event
	ClientTypesVerified bool              `yaml:"client_types_verified"`
	Request             struct {
		Type            string            `yaml:"type"`
		Route           string            `yaml:"route"`
		RouteVerified   bool              `yaml:"route_verified"`
		Outcome         map[string]string `yaml:"outcome"` // form, contact, withdrawn, refused
		OutcomeVerified bool              `yaml:"outcome_verified"`
	} `yaml:"request"`
	Assessment struct {
		Type            string            `yaml:"type"`
		Long            string            `yaml:"long"`
		Short           string            `yaml:"short"`
		Determinations  []string          `yaml:"determinations"`
		Cancelled       []string          `yaml:"cancelled"`
		Outcome         map[string]string `yaml:"outcome"`
		OutcomeVerified bool              `yaml:"outcome_verified"`
	} `yaml:"assessment"`
	UnpaidCarer map[string]string `yaml:"unpaid_carer"`
	// SupportReasons are the primary support reasons in the standard's own words, which are its codes, in its order.
	SupportReasons []string `yaml:"primary_support_reasons"`
}

// A CLDColumn is one column of the file.
type CLDColumn struct {
	Name     string `yaml:"name"`
	From     string `yaml:"from"` // where it comes from; "" is left empty
	Verified bool   `yaml:"verified"`
	Note     string `yaml:"note"`
}

// cldSources are what a column can come from.
var cldSources = []string{
	"", "council.la_code", "period.from", "period.to", "client_type", "reference", "birth.month", "birth.year", "unpaid_carer",
	"primary_support_reason", "event.type", "event.start", "event.end", "request.route", "assessment.type", "event.outcome",
}

// CLD reads the mapping that is used. A mistake in it is a fault of the build, and a test finds it.
var CLD = sync.OnceValues(func() (CLDMapping, error) {
	const file = "cld/" + cldRelease + "/mapping.yaml"
	var m CLDMapping
	b, err := rules.FS.ReadFile(file)
	if err != nil {
		return m, fmt.Errorf("reading the mapping of client level data: %w", err)
	}
	if err := yaml.UnmarshalWithOptions(b, &m, yaml.Strict()); err != nil {
		return m, fmt.Errorf("rules/%s: %w", file, err)
	}
	for _, c := range m.Columns {
		if !slices.Contains(cldSources, c.From) {
			return m, fmt.Errorf("rules/%s: the column %s comes from %q, which nothing fills: use one of %s", file, c.Name, c.From, strings.Join(cldSources[1:], ", "))
		}
	}
	return m, nil
})

// Unverified lists what of the mapping could not be checked against the specification.
func (m CLDMapping) Unverified() []string {
	var out []string
	for _, c := range m.Columns {
		if !c.Verified {
			out = append(out, strings.TrimSuffix(c.Name+": "+c.Note, ": "))
		}
	}
	for what, ok := range map[string]bool{
		"Client_Type, the words": m.ClientTypesVerified, "Request_Route_of_Access, the words": m.Request.RouteVerified,
		"Event_Outcome of requests": m.Request.OutcomeVerified, "Event_Outcome of assessments: which word stands for which end": m.Assessment.OutcomeVerified,
	} {
		if !ok {
			out = append(out, what)
		}
	}
	slices.Sort(out)
	return out
}

// A CLDPeriod is what a return is about: days in England, both in it. LACode is the council's three-digit CASSR code, "" to
// leave it out.
type CLDPeriod struct {
	From, To string // yyyy-mm-dd
	LACode   string
}

// CLDFile makes the client level data of the actor's council for a period: a CSV file with a line for each completed event
// Request and Assessment. What was cancelled and entries made to try the service out are not in it. That it was made is
// written down. Codes: from, to enter or date_real; to order; la_code la_code.
func (s *Service) CLDFile(ctx context.Context, actor care.Actor, p CLDPeriod) ([]byte, error) {
	if err := authorise(actor, MayExportCLD); err != nil {
		return nil, err
	}
	m, err := CLD()
	if err != nil {
		return nil, err
	}
	from, to, err := p.days()
	if err != nil {
		return nil, err
	}
	ids, err := s.Store.CasesOf(ctx, actor.Council, from, to)
	if err != nil {
		return nil, fmt.Errorf("looking for the cases of a period: %w", err)
	}
	rows := [][]string{{}}
	for _, c := range m.Columns {
		rows[0] = append(rows[0], c.Name)
	}
	for _, id := range ids {
		a, err := s.Store.Assessment(ctx, actor.Council, id)
		if err != nil {
			return nil, fmt.Errorf("client level data of case %s: %w", id, err)
		}
		signed, err := s.Store.Determinations(ctx, actor.Council, id)
		if err != nil {
			return nil, fmt.Errorf("client level data of case %s: %w", id, err)
		}
		first := (*SignedRecord)(nil)
		if len(signed) > 0 {
			r, err := ReadRecord(signed[0])
			if err != nil {
				return nil, err
			}
			first = &r
		}
		for _, event := range m.events(a, first, from, to) {
			rows = append(rows, m.row(event, p))
		}
	}
	ev := s.event(actor, "cld.exported", actor.Council, p.From+" "+p.To)
	if err := s.Store.AddEventOnce(ctx, ev); err != nil {
		return nil, fmt.Errorf("writing down that client level data was taken out: %w", err)
	}
	return WriteCSV(rows, false)
}

// ExportsCLD says whether an actor may take the client level data out.
func ExportsCLD(actor care.Actor) bool { return authorise(actor, MayExportCLD) == nil }

// days are the moments at which the period begins and ends.
func (p CLDPeriod) days() (from, to time.Time, err error) {
	var c checks
	day := func(field, text string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, text, ukTime)
		switch {
		case text == "":
			c.add(field, "enter")
		case err != nil:
			c.add(field, "date_real")
		}
		return t
	}
	from, to = day("from", p.From), day("to", p.To)
	if len(c.problems) == 0 && to.Before(from) {
		c.add("to", "order")
	}
	if p.LACode != "" && (len(p.LACode) != 3 || strings.Trim(p.LACode, "0123456789") != "") {
		c.add("la_code", "la_code")
	}
	return from, to.AddDate(0, 0, 1), c.err()
}

// A cldEvent is one line, by where its columns come from.
type cldEvent map[string]string

// events are the completed ones of a case that ended in the period: the request, and the assessment it led to. first is the
// first signed record, nil for none; a later record is a review of what was decided, and no Assessment.
func (m CLDMapping) events(a care.Assessment, first *SignedRecord, from, to time.Time) []cldEvent {
	client := m.ClientTypes[string(a.Kind)]
	if client == "" || a.Test || a.Status == care.StatusDraft {
		return nil
	}
	within := func(t time.Time) bool { return !t.Before(from) && t.Before(to) }
	day := func(t time.Time) string { return t.In(ukTime).Format(time.DateOnly) }
	common := func(kind string, start, end time.Time) cldEvent {
		e := cldEvent{"client_type": client, "reference": a.Reference, "event.type": kind, "event.start": day(start), "event.end": day(end)}
		if born, err := time.Parse(time.DateOnly, a.Summary.Born); err == nil {
			e["birth.month"], e["birth.year"] = born.Format("01"), born.Format("2006")
		}
		if first != nil && first.Making != nil {
			e["unpaid_carer"] = m.UnpaidCarer[first.Making.Carers]
			e["primary_support_reason"] = first.Making.SupportReason
		}
		return e
	}
	var out []cldEvent
	assessed := (CaseFile{Assessment: a}).Assessed()
	ended, outcome := a.SentAt, "form"
	switch {
	case assessed && first != nil && first.Decision == DecisionClosed:
		ended, outcome = first.SignedAt, "withdrawn"
	case assessed && first != nil && first.Decision == DecisionRefused:
		ended, outcome = first.SignedAt, "refused"
	case !assessed && first == nil:
		outcome = "" // a contact that nobody has dealt with yet is not completed
	case !assessed:
		ended, outcome = first.SignedAt, "contact"
	}
	if outcome != "" && within(ended) {
		e := common(m.Request.Type, a.SentAt, ended)
		e["request.route"], e["event.outcome"] = m.Request.Route, m.Request.Outcome[outcome]
		out = append(out, e)
	}
	if !assessed || first == nil || slices.Contains(m.Assessment.Cancelled, first.Decision) || !within(first.SignedAt) {
		return out
	}
	e := common(m.Assessment.Type, a.SentAt, first.SignedAt)
	e["assessment.type"] = m.Assessment.Short
	if slices.Contains(m.Assessment.Determinations, first.Decision) {
		e["assessment.type"] = m.Assessment.Long
	}
	end := first.Decision
	if end == DecisionSelfFunder && first.Ending != nil && first.Ending.Asks == "yes" {
		end += "_asks"
	}
	e["event.outcome"] = m.Assessment.Outcome[end]
	return append(out, e)
}

func (m CLDMapping) row(e cldEvent, p CLDPeriod) []string {
	e["council.la_code"], e["period.from"], e["period.to"] = p.LACode, p.From, p.To
	row := make([]string, len(m.Columns))
	for i, c := range m.Columns {
		row[i] = e[c.From]
	}
	return row
}
