package sqlite

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// trailScan is how many events are looked through for one page, whatever fits.
const trailScan = 5000

// trailCursor is the event after which a page begins.
type trailCursor struct {
	At  int64 `json:"a"`
	Seq int64 `json:"s"`
}

func (c trailCursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // two numbers
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseTrailCursor(s string) (c trailCursor, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return c, fmt.Errorf("page of the trail: %w", care.ErrNotFound)
	}
	return c, nil
}

// trailSQL returns the statement that walks the trail for a query, newest first, and its values. The narrowest of what was
// asked for leads through an index in order; the rest is tried event by event. Of a subject all events are read: there are few.
func trailSQL(q care.TrailQuery, after *trailCursor) (string, []any) {
	const columns = `SELECT e.seq, e.id, e.at, e.council, e.actor, e.actor_id, e.verb, e.subject, e.detail,
		coalesce(a.reference, ''), CASE WHEN a.status <> 'draft' THEN a.kind ELSE '' END, CASE WHEN a.status <> 'draft' THEN a.team ELSE '' END
		FROM events e INDEXED BY `
	var where strings.Builder
	args := []any{q.Council}
	add := func(cond string, v ...any) {
		where.WriteString(" AND " + cond)
		args = append(args, v...)
	}
	index := "events_at"
	switch {
	case q.Subject != "":
		index = "events_subject"
		add("e.subject = ?", q.Subject)
	case q.Actor != "":
		index = "events_actor"
		add("e.actor = 'practitioner' AND e.actor_id = ?", q.Actor)
	case len(q.Verbs) == 1 && q.Verbs[0] != "draft.saved":
		index = "events_verb"
		add("e.verb <> 'draft.saved' AND e.verb = ?", q.Verbs[0])
	}
	if q.Subject != "" && q.Actor != "" {
		add("e.actor_id = ?", q.Actor)
	}
	if !q.From.IsZero() {
		add("e.at >= ?", micros(q.From))
	}
	if !q.To.IsZero() {
		add("e.at < ?", micros(q.To))
	}
	if after != nil {
		add("(e.at, e.seq) < (?, ?)", after.At, after.Seq)
	}
	return columns + index + " LEFT JOIN assessments a ON a.id = e.subject AND a.council = e.council WHERE e.council = ?" +
		where.String() + " ORDER BY e.at DESC, e.seq DESC", args
}

// errEnough ends a walk.
var errEnough = errors.New("enough")

// Trail returns one page of a council's trail, the newest events first. evs, those of having searched, are written before
// anything is read. care.ErrNotFound when q.After is not a cursor of ours.
func (s *Store) Trail(ctx context.Context, q care.TrailQuery, evs ...care.Event) (care.TrailPage, error) {
	var after *trailCursor
	if q.After != "" {
		c, err := parseTrailCursor(q.After)
		if err != nil {
			return care.TrailPage{}, fmt.Errorf("searching the trail: %w", err)
		}
		after = &c
	}
	if len(evs) > 0 {
		if err := s.write(ctx, func(t *tx) error { return t.addEvents(q.Council, evs...) }); err != nil {
			return care.TrailPage{}, fmt.Errorf("searching the trail: %w", err)
		}
	}
	page, err := s.trail(ctx, q, after)
	if err != nil {
		return care.TrailPage{}, fmt.Errorf("searching the trail: %w", err)
	}
	return page, nil
}

func (s *Store) trail(ctx context.Context, q care.TrailQuery, after *trailCursor) (page care.TrailPage, err error) {
	if q.Limit < 1 || q.Limit > 500 {
		q.Limit = 50
	}
	verbs := map[string]bool{}
	for _, verb := range q.Verbs {
		verbs[verb] = true
	}
	query, args := trailSQL(q, after)
	var last trailCursor
	looked := 0
	err = s.readRows(ctx, query, args, func(r *sql.Rows) error {
		if len(page.Lines) == q.Limit || looked == trailScan {
			page.Next = last.String()
			return errEnough
		}
		looked++
		var l care.TrailLine
		var at int64
		if err := r.Scan(&last.Seq, &l.ID, &at, &l.Council, (*string)(&l.Actor), &l.ActorID, &l.Verb, &l.Subject, &l.Detail,
			&l.Reference, (*string)(&l.Kind), &l.Team); err != nil {
			return err
		}
		last.At, l.At = at, fromMicros(at)
		if len(verbs) > 0 && !verbs[l.Verb] || q.Kind != "" && l.Kind != q.Kind {
			return nil
		}
		page.Lines = append(page.Lines, l)
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return page, err
}

func acknowledgementPlace(council, alert string) keys.Place {
	return keys.Place{Table: "acknowledgements", Record: council + "/" + alert}
}

// Acknowledge keeps what somebody found out about something unusual. care.ErrConflict when it was acknowledged before.
func (s *Store) Acknowledge(ctx context.Context, council string, a care.Acknowledgement, ev care.Event) error {
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return fmt.Errorf("acknowledging %s: %w", a.Alert, err)
	}
	body, err := json.Marshal(a)
	if err != nil {
		return fmt.Errorf("acknowledging %s: %w", a.Alert, err)
	}
	record, wrapped := key.NewRecord(acknowledgementPlace(council, a.Alert))
	sealed := record.Seal("body", body)
	err = s.write(ctx, func(t *tx) error {
		if _, err := t.exec("INSERT INTO acknowledgements (council, alert, at, by_id, data_key, body) VALUES (?, ?, ?, ?, ?, ?)",
			council, a.Alert, micros(a.At), a.By, wrapped, sealed); err != nil {
			return told(err)
		}
		return t.addEvents(council, ev)
	})
	if err != nil {
		return fmt.Errorf("acknowledging %s: %w", a.Alert, err)
	}
	return nil
}

const acknowledgementSQL = "SELECT at, by_id, data_key, body FROM acknowledgements WHERE council = ? AND alert = ?"

// Acknowledgements returns those that there are of some alerts, by alert.
func (s *Store) Acknowledgements(ctx context.Context, council string, alerts []string) (map[string]care.Acknowledgement, error) {
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return nil, fmt.Errorf("reading acknowledgements: %w", err)
	}
	all := map[string]care.Acknowledgement{}
	for _, alert := range alerts {
		a := care.Acknowledgement{Alert: alert}
		var at int64
		var wrapped, body []byte
		err := s.readRow(ctx, acknowledgementSQL, []any{council, alert}, &at, &a.By, &wrapped, &body)
		if errors.Is(err, sql.ErrNoRows) {
			continue
		}
		if err == nil {
			err = openAcknowledgement(key, council, alert, wrapped, body, &a)
		}
		if err != nil {
			return nil, fmt.Errorf("reading acknowledgement %s: %w", alert, err)
		}
		a.At = fromMicros(at)
		all[alert] = a
	}
	return all, nil
}

func openAcknowledgement(key *keys.Council, council, alert string, wrapped, body []byte, a *care.Acknowledgement) error {
	record, err := key.Record(acknowledgementPlace(council, alert), wrapped)
	if err != nil {
		return err
	}
	return openJSON(record, "body", body, a)
}

// AddEventOnce writes an event whose id was made from what it is about; one that is there already is left alone, with what it
// counts.
func (s *Store) AddEventOnce(ctx context.Context, ev care.Event) error {
	var one int
	err := s.readRow(ctx, "SELECT 1 FROM events WHERE id = ?", []any{ev.ID}, &one)
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = s.write(ctx, func(t *tx) error { return t.addEvents(ev.Council, ev) })
	}
	if err != nil && !errors.Is(err, care.ErrConflict) {
		return fmt.Errorf("writing event %s: %w", ev.Verb, err)
	}
	return nil
}

const notedSQL = `SELECT a.reference FROM events e INDEXED BY events_verb JOIN assessments a ON a.id = e.subject
	WHERE e.council = ? AND e.verb <> 'draft.saved' AND e.verb = ? AND e.at >= ?
	AND EXISTS (SELECT 1 FROM determinations d WHERE d.case_id = e.subject AND d.signed_by = ?) GROUP BY a.reference ORDER BY max(e.at) DESC LIMIT ?`

// SignedAndNoted are the references of cases of which somebody signed a record and that have an event of a verb since a moment,
// the newest first, at most limit.
func (s *Store) SignedAndNoted(ctx context.Context, council, practitioner, verb string, since time.Time, limit int) ([]string, error) {
	var refs []string
	err := s.readRows(ctx, notedSQL, []any{council, verb, micros(since), practitioner, limit}, func(r *sql.Rows) error {
		var ref string
		err := r.Scan(&ref)
		refs = append(refs, ref)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for notes: %w", err)
	}
	return refs, nil
}
