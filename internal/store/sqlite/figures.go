package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"threshold/internal/care"
)

// ukTime says in which month something was: the councils are in England.
var ukTime = func() *time.Location {
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		return time.UTC // the binary embeds the zone data
	}
	return l
}()

// tally counts what an event brings, with it.
func (t *tx) tally(ev *care.Event) error {
	for _, y := range ev.Tallies {
		at := y.At
		if at.IsZero() {
			at = ev.At
		}
		if _, err := t.exec("INSERT INTO figures (council, name, month, key, n) VALUES (?, ?, ?, ?, ?) ON CONFLICT (council, name, month, key) DO UPDATE SET n = n + excluded.n",
			ev.Council, y.Name, at.In(ukTime).Format("2006-01"), y.Key, y.N); err != nil {
			return err
		}
	}
	return nil
}

const figuresSQL = "SELECT name, month, key, n FROM figures WHERE council = ? AND name = ? AND month >= ? ORDER BY month, key"

// Figures are the tallies of some names from a month (yyyy-mm) on, by name in the order asked for, then by month and key. A
// tally that was taken back to nothing is left out.
func (s *Store) Figures(ctx context.Context, council, from string, names ...string) ([]care.Figure, error) {
	var all []care.Figure
	for _, name := range names {
		err := s.readRows(ctx, figuresSQL, []any{council, name, from}, func(r *sql.Rows) error {
			var f care.Figure
			err := r.Scan(&f.Name, &f.Month, &f.Key, &f.N)
			if f.N != 0 {
				all = append(all, f)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading figures: %w", err)
		}
	}
	return all, nil
}

// openSQL counts open cases by team and kind in one pass over an index that holds all it needs, in its order. The band
// counts are one for each moment.
func openSQL(bands int) string {
	var b strings.Builder
	b.WriteString("SELECT team, kind, count(*), sum(worker = ''), sum(due_at < ?), sum(queue_rank <= ?)")
	for range bands {
		b.WriteString(", sum(sent_at > ? AND sent_at <= ?)")
	}
	b.WriteString(" FROM assessments INDEXED BY assessments_open WHERE council = ? AND test = 0 AND status = 'sent' GROUP BY team, kind")
	return b.String()
}

// OpenFigures counts the open cases of a council by team and kind, as things stand at now; what was due before today is
// overdue. bands are how long ago a case was sent, from the shortest: the first band begins at bands[0].
func (s *Store) OpenFigures(ctx context.Context, council string, now, today time.Time, bands []time.Duration) ([]care.OpenFigures, error) {
	args := []any{micros(today), -int(care.PrioritySafety)}
	for i, from := range bands {
		oldest := int64(-1)
		if i+1 < len(bands) {
			oldest = micros(now.Add(-bands[i+1]))
		}
		newest := micros(now.Add(-from))
		if i == 0 {
			newest = micros(now.AddDate(100, 0, 0)) // a clock that was set back loses nobody
		}
		args = append(args, oldest, newest)
	}
	var all []care.OpenFigures
	err := s.readRows(ctx, openSQL(len(bands)), append(args, council), func(r *sql.Rows) error {
		f := care.OpenFigures{Waiting: make([]int, len(bands))}
		dest := []any{&f.Team, (*string)(&f.Kind), &f.Open, &f.Unassigned, &f.Overdue, &f.Safety}
		for i := range f.Waiting {
			dest = append(dest, &f.Waiting[i])
		}
		err := r.Scan(dest...)
		all = append(all, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("counting open cases: %w", err)
	}
	return all, nil
}

const (
	cameSQL   = "SELECT count(*) FROM assessments INDEXED BY assessments_came WHERE council = ? AND test = 0 AND sent_at >= ? AND sent_at < ? AND status <> 'draft'"
	closedSQL = `SELECT count(*) FROM determinations d INDEXED BY determinations_signed WHERE d.council = ? AND d.signed_at >= ? AND d.signed_at < ? AND d.version = 1
		AND NOT EXISTS (SELECT 1 FROM assessments a WHERE a.id = d.case_id AND a.test = 1)`
)

// WeekFigures counts what came in and what was closed for the first time in each of the weeks that begin at from.
func (s *Store) WeekFigures(ctx context.Context, council string, from []time.Time) ([]care.WeekFigures, error) {
	all := make([]care.WeekFigures, len(from))
	for i, monday := range from {
		all[i].From = monday
		args := []any{council, micros(monday), micros(monday.AddDate(0, 0, 7))}
		if err := s.readRow(ctx, cameSQL, args, &all[i].In); err != nil {
			return nil, fmt.Errorf("counting what came in: %w", err)
		}
		if err := s.readRow(ctx, closedSQL, args, &all[i].Out); err != nil {
			return nil, fmt.Errorf("counting what was closed: %w", err)
		}
	}
	return all, nil
}

const workersSQL = `SELECT worker, count(*), sum(due_at < ?) FROM assessments INDEXED BY assessments_held
	WHERE council = ? AND test = 0 AND status = 'sent' GROUP BY worker`

// WorkerFigures counts the open cases of a council by who has them; what was due before today is overdue. Names are for the
// caller to fill in.
func (s *Store) WorkerFigures(ctx context.Context, council string, today time.Time) ([]care.WorkerFigures, error) {
	var all []care.WorkerFigures
	err := s.readRows(ctx, workersSQL, []any{micros(today), council}, func(r *sql.Rows) error {
		var f care.WorkerFigures
		err := r.Scan(&f.Worker, &f.Open, &f.Overdue)
		all = append(all, f)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("counting cases by worker: %w", err)
	}
	return all, nil
}
