package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"threshold/internal/care"
)

// owe notes what is owed on a case from a moment on. What is owed already stays owed from the moment it was.
func (t *tx) owe(council, caseID string, o care.Owed) error {
	if o.What == "" {
		return nil
	}
	_, err := t.exec("INSERT INTO owed (case_id, council, what, from_at) VALUES (?, ?, ?, ?) ON CONFLICT (case_id, what) DO NOTHING",
		caseID, council, o.What, micros(o.From))
	return told(err)
}

// settle notes that something is owed no more.
func (t *tx) settle(council, caseID, what string) error {
	if what == "" {
		return nil
	}
	_, err := t.exec("DELETE FROM owed WHERE case_id = ? AND council = ? AND what = ?", caseID, council, what)
	return told(err)
}

const owedSQL = `SELECT a.id, a.reference, a.kind, a.status, a.queue_rank, a.sent_at, a.due_at, a.worker, a.worker_name,
	a.team, a.restricted, a.test, a.adapted, a.revising, a.sealed_version, a.data_key, a.summary, o.what, o.from_at
	FROM owed o INDEXED BY owed_of_council CROSS JOIN assessments a ON a.id = o.case_id
	WHERE o.council = ? AND o.what = ? AND o.from_at <= ? ORDER BY o.from_at, o.case_id LIMIT ?`

// Owed lists the cases of a council on which something has been owed since by or before, the longest first, at most limit.
func (s *Store) Owed(ctx context.Context, council, what string, by time.Time, limit int) ([]care.OwedLine, error) {
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return nil, fmt.Errorf("reading what is owed: %w", err)
	}
	var all []care.OwedLine
	err = s.readRows(ctx, owedSQL, []any{council, what, micros(by), limit}, func(r *sql.Rows) error {
		var l care.OwedLine
		var sent, due, from int64
		var version, rank int
		var wrapped, summary sql.RawBytes
		if err := r.Scan(&l.ID, &l.Reference, (*string)(&l.Kind), (*string)(&l.Status), &rank, &sent, &due, &l.Worker, &l.WorkerName,
			&l.Team, &l.Restricted, &l.Test, &l.Adapted, &l.Revising, &version, &wrapped, &summary, &l.What, &from); err != nil {
			return err
		}
		record, err := key.Record(assessmentPlace(l.ID, version), wrapped)
		if err != nil {
			return err
		}
		if err := openJSON(record, "summary", summary, &l.Summary); err != nil {
			return err
		}
		l.Priority, l.SentAt, l.DueAt, l.From = care.Priority(-rank), fromMicros(sent), fromDueMicros(due), fromMicros(from)
		all = append(all, l)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading what is owed: %w", err)
	}
	return all, nil
}
