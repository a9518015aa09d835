package sqlite

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"threshold/internal/care"
)

// cursor is the place in the queue after which a page begins. The names are short because it goes into an address.
type cursor struct {
	Rank int64  `json:"r"`
	Due  int64  `json:"d"`
	Sent int64  `json:"s"`
	ID   string `json:"i"`
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // three numbers and a string
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads what String wrote; care.ErrNotFound for anything else, because it is an address that was never
// given out.
func parseCursor(s string) (c cursor, err error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		return c, fmt.Errorf("page of the queue: %w", care.ErrNotFound)
	}
	return c, nil
}

// queueWhere returns the conditions of q and their values. c is nil for the first page and for counting.
//
// Two things are for SQLite's planner. The condition on drafts is said literally: a partial index is used only when the
// text proves that the rows are in it. And the cursor comes before the flag: the other way round the flag's bound on
// the rank is used alone, and every page reads from the top.
func queueWhere(q care.QueueQuery, c *cursor) (string, []any, error) {
	status := q.Status
	if status == "" {
		status = care.StatusSent
	}
	var where strings.Builder
	where.WriteString("council = ? AND status = ? AND status <> 'draft'")
	args := []any{q.Council, string(status)}
	add := func(cond string, v ...any) {
		where.WriteString(" AND " + cond)
		args = append(args, v...)
	}
	switch q.Worker {
	case "":
	case "-":
		add("worker = ?", "")
	default:
		add("worker = ?", q.Worker)
	}
	if q.Kind != "" {
		add("kind = ?", string(q.Kind))
	}
	if c != nil {
		add("(queue_rank, due_at, sent_at, id) > (?, ?, ?, ?)", c.Rank, c.Due, c.Sent, c.ID)
	}
	switch q.Flag {
	case "":
	case "urgent":
		add("queue_rank <= ?", -int(care.PriorityUrgent))
	case "safety":
		add("queue_rank <= ?", -int(care.PrioritySafety))
	case "overdue":
		add("due_at < ?", micros(q.Now))
	default:
		return "", nil, fmt.Errorf("queue flag %q: choose urgent, safety or overdue", q.Flag)
	}
	return where.String(), args, nil
}

// queueIndex names the index of a query. SQLite left to itself may take another one while its statistics are young
// or old, and sort the whole queue for one page; a wrong name is an error, not a slow page.
func queueIndex(q care.QueueQuery) string {
	switch {
	case q.Worker != "":
		return "assessments_queue_worker"
	case q.Kind != "":
		return "assessments_queue_kind"
	default:
		return "assessments_queue"
	}
}

// linesSQL returns the statement of a page and its values. It asks for one line more than a page has, to see whether
// there is another page.
func linesSQL(q care.QueueQuery) (string, []any, error) {
	var after *cursor
	if q.After != "" {
		c, err := parseCursor(q.After)
		if err != nil {
			return "", nil, err
		}
		after = &c
	}
	where, args, err := queueWhere(q, after)
	return `SELECT id, reference, kind, status, queue_rank, sent_at, due_at, worker, worker_name, sealed_version, data_key, summary
		FROM assessments INDEXED BY ` + queueIndex(q) + " WHERE " + where + " ORDER BY queue_rank, due_at, sent_at, id LIMIT ?", append(args, q.Limit+1), err
}

// countSQL returns the statement of the number of all that match, and its values.
func countSQL(q care.QueueQuery) (string, []any, error) {
	where, args, err := queueWhere(q, nil)
	return "SELECT count(*) FROM assessments INDEXED BY " + queueIndex(q) + " WHERE " + where, args, err
}

// Queue returns one page: safety first, then urgent, then by due date (so what is overdue comes before what is not),
// then by when it was sent. care.ErrNotFound when q.After is not a cursor of ours. Limit is 50 unless 1 to 500.
func (s *Store) Queue(ctx context.Context, q care.QueueQuery) (care.QueuePage, error) {
	if q.Limit < 1 || q.Limit > 500 {
		q.Limit = 50
	}
	lines, args, err := linesSQL(q)
	if err != nil {
		return care.QueuePage{}, fmt.Errorf("reading the queue: %w", err)
	}
	council, err := s.councilKey(ctx, q.Council)
	if err != nil {
		return care.QueuePage{}, fmt.Errorf("reading the queue: %w", err)
	}
	var page care.QueuePage
	var last cursor
	more := false
	err = s.readRows(ctx, lines, args, func(r *sql.Rows) error {
		if len(page.Lines) == q.Limit {
			more = true
			return nil
		}
		var l care.CaseLine
		var sent, due int64
		var version, rank int
		var key, summary sql.RawBytes // opened before the next row: no copy
		if err := r.Scan(&l.ID, &l.Reference, (*string)(&l.Kind), (*string)(&l.Status), &rank, &sent, &due,
			&l.Worker, &l.WorkerName, &version, &key, &summary); err != nil {
			return err
		}
		record, err := council.Record(assessmentPlace(l.ID, version), key)
		if err != nil {
			return err
		}
		if err := openJSON(record, "summary", summary, &l.Summary); err != nil {
			return err
		}
		l.Priority, l.SentAt, l.DueAt = care.Priority(-rank), fromMicros(sent), fromDueMicros(due)
		last = cursor{Rank: int64(rank), Due: due, Sent: sent, ID: l.ID}
		page.Lines = append(page.Lines, l)
		return nil
	})
	if err != nil {
		return care.QueuePage{}, fmt.Errorf("reading the queue: %w", err)
	}
	count, args, err := countSQL(q)
	if err == nil {
		err = s.readRow(ctx, count, args, &page.Total)
	}
	if err != nil {
		return care.QueuePage{}, fmt.Errorf("counting the queue: %w", err)
	}
	if more {
		page.Next = last.String()
	}
	return page, nil
}

// CaseByReference returns what was sent under a reference, and writes that it was looked at in the same transaction:
// nobody looks without a trace. Another council's reference is care.ErrNotFound and leaves none. view.Subject is
// filled in when empty: the caller does not know the id yet.
func (s *Store) CaseByReference(ctx context.Context, council, reference string, view care.Event) (care.Assessment, error) {
	var r assessmentRow
	err := s.write(ctx, func(t *tx) error {
		err := t.row("SELECT "+assessmentColumns+" FROM assessments WHERE reference = ? AND council = ? AND status <> 'draft'",
			[]any{reference, council}, r.dest()...)
		if err != nil {
			return told(err)
		}
		if view.Subject == "" {
			view.Subject = r.a.ID
		}
		return t.addEvents(council, view)
	})
	if err != nil {
		return care.Assessment{}, fmt.Errorf("reading case %s: %w", reference, err)
	}
	a, err := s.openAssessment(ctx, &r)
	if err != nil {
		return care.Assessment{}, fmt.Errorf("reading case %s: %w", reference, err)
	}
	return a, nil
}

// AssignCase sets who works on a case, or nobody, and raises its version. care.ErrConflict when version is not the
// stored one, care.ErrLocked when it is signed, care.ErrNotFound for drafts.
func (s *Store) AssignCase(ctx context.Context, council, id string, version int, worker, workerName string, ev care.Event) error {
	err := s.write(ctx, func(t *tx) error {
		status, stored, err := t.caseState(council, id)
		switch {
		case err != nil:
			return err
		case status == care.StatusSigned:
			return care.ErrLocked
		case stored != version:
			return care.ErrConflict
		}
		if _, err := t.exec("UPDATE assessments SET worker = ?, worker_name = ?, version = version + 1 WHERE id = ?", worker, workerName, id); err != nil {
			return told(err)
		}
		return t.addEvents(council, ev)
	})
	if err != nil {
		return fmt.Errorf("assigning case %s: %w", id, err)
	}
	return nil
}

// caseState returns where a case stands; care.ErrNotFound when it is a draft or another council's.
func (t *tx) caseState(council, id string) (status care.Status, version int, err error) {
	err = t.row("SELECT status, version FROM assessments WHERE id = ? AND council = ? AND status <> 'draft'", []any{id, council}, (*string)(&status), &version)
	return status, version, told(err)
}
