package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
)

// ukTime says in which month something was: the councils are in England.
var ukTime = care.UKTime

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

// openSQL counts open cases by team and kind. A count of a range of an index that begins with the team and the kind walks over
// that range and looks at nothing; adding up conditions on each case took five times as long. The first part steps from one
// team and kind to the next. The parameters are the council, the beginning of today, and where each band but the first begins.
func openSQL(bands int) string {
	const (
		of    = " FROM assessments INDEXED BY %s WHERE council = ?1 AND lane = 'open' AND status = 'sent'"
		group = " AND team = g.team AND kind = g.kind"
	)
	count := func(index, cond string) string {
		return ", (SELECT count(*)" + fmt.Sprintf(of, index) + group + cond + ")"
	}
	first := func(column, cond, order string) string {
		return "(SELECT " + column + fmt.Sprintf(of, "figures_sent") + cond + " ORDER BY " + order + " LIMIT 1)"
	}
	// The next kind of the team, or the first of the next team: comparing both at once would walk over all of the team.
	next := func(column string) string {
		return "coalesce(" + first(column, " AND team = g.team AND kind > g.kind", "kind") + ", " + first(column, " AND team > g.team", "team, kind") + ")"
	}
	var b strings.Builder
	b.WriteString("WITH RECURSIVE g (team, kind) AS (SELECT * FROM " + first("team, kind", "", "team, kind") +
		" UNION ALL SELECT " + next("team") + ", " + next("kind") + " FROM g WHERE g.team IS NOT NULL) SELECT team, kind" +
		count("figures_nobody", " AND worker = ''") + count("figures_due", " AND due_at < ?2") + count("figures_safety", " AND queue_rank <= -2"))
	for i := range bands {
		cond := ""
		if i+1 < bands {
			cond += fmt.Sprintf(" AND sent_at > ?%d", i+3)
		}
		if i > 0 { // the first has no end: a clock that was set back loses nobody
			cond += fmt.Sprintf(" AND sent_at <= ?%d", i+2)
		}
		b.WriteString(count("figures_sent", cond))
	}
	b.WriteString(" FROM g WHERE team IS NOT NULL")
	return b.String()
}

const heldSQL = "SELECT team, kind, count(*) FROM assessments INDEXED BY figures_sent WHERE council = ? AND lane = 'held' AND status = 'sent' GROUP BY team, kind"

// OpenFigures counts the open cases of a council by team and kind, as things stand at now, and beside them those on hold; what
// was due before today is overdue. bands are how long ago a case was sent, from the shortest: the first band begins at bands[0].
func (s *Store) OpenFigures(ctx context.Context, council string, now, today time.Time, bands []time.Duration) ([]care.OpenFigures, error) {
	args := []any{council, micros(today)}
	for _, from := range bands[1:] {
		args = append(args, micros(now.Add(-from)))
	}
	var all []care.OpenFigures
	err := s.readRows(ctx, openSQL(len(bands)), args, func(r *sql.Rows) error {
		f := care.OpenFigures{Waiting: make([]int, len(bands))}
		dest := []any{&f.Team, (*string)(&f.Kind), &f.Unassigned, &f.Overdue, &f.Safety}
		for i := range f.Waiting {
			dest = append(dest, &f.Waiting[i])
		}
		err := r.Scan(dest...)
		for _, n := range f.Waiting {
			f.Open += n
		}
		all = append(all, f)
		return err
	})
	if err == nil {
		err = s.readRows(ctx, heldSQL, []any{council}, func(r *sql.Rows) error {
			h := care.OpenFigures{Waiting: make([]int, len(bands))}
			if err := r.Scan(&h.Team, (*string)(&h.Kind), &h.Held); err != nil {
				return err
			}
			if i := slices.IndexFunc(all, func(f care.OpenFigures) bool { return f.Team == h.Team && f.Kind == h.Kind }); i >= 0 {
				all[i].Held = h.Held
			} else {
				all = append(all, h)
			}
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("counting open cases: %w", err)
	}
	return all, nil
}

const (
	// Somebody who sent twice came in once: duplicates and tests have lanes of their own.
	cameSQL   = "SELECT count(*) FROM assessments INDEXED BY queue_all_sent WHERE council = ? AND sent_at >= ? AND sent_at < ? AND lane IN ('open', 'held', 'signed') AND lane <> ''"
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
		if err := s.addDisposed(ctx, args, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// workersSQL counts the cases of each worker in one lane, stepping from one worker to the next as openSQL does.
const workersSQL = `WITH RECURSIVE g (worker) AS (
		SELECT * FROM (SELECT worker FROM assessments INDEXED BY figures_worker WHERE council = ?1 AND lane = ?2 AND status = 'sent' ORDER BY worker LIMIT 1)
		UNION ALL SELECT (SELECT worker FROM assessments INDEXED BY figures_worker WHERE council = ?1 AND lane = ?2 AND status = 'sent' AND worker > g.worker
			ORDER BY worker LIMIT 1) FROM g WHERE g.worker IS NOT NULL)
	SELECT worker, (SELECT count(*) FROM assessments INDEXED BY figures_worker WHERE council = ?1 AND lane = ?2 AND status = 'sent' AND worker = g.worker),
		(SELECT count(*) FROM assessments INDEXED BY figures_worker WHERE council = ?1 AND lane = ?2 AND status = 'sent' AND worker = g.worker AND due_at < ?3)
	FROM g WHERE worker IS NOT NULL`

// WorkerFigures counts the open cases of a council by who has them, and beside them those on hold; what was due before today is
// overdue. Names are for the caller to fill in.
func (s *Store) WorkerFigures(ctx context.Context, council string, today time.Time) ([]care.WorkerFigures, error) {
	var all []care.WorkerFigures
	for _, lane := range []care.Lane{care.LaneOpen, care.LaneHeld} {
		err := s.readRows(ctx, workersSQL, []any{council, string(lane), micros(today)}, func(r *sql.Rows) error {
			var worker string
			var n, overdue int
			if err := r.Scan(&worker, &n, &overdue); err != nil {
				return err
			}
			i := slices.IndexFunc(all, func(f care.WorkerFigures) bool { return f.Worker == worker })
			if i < 0 {
				i, all = len(all), append(all, care.WorkerFigures{Worker: worker})
			}
			if lane == care.LaneHeld {
				all[i].Held = n
			} else {
				all[i].Open, all[i].Overdue = n, overdue
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("counting cases by worker: %w", err)
		}
	}
	return all, nil
}
