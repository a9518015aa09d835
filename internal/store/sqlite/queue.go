package sqlite

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// The work of one page of the queue is bounded, whatever the council's size and the filters. A page walks along one index in
// the order that was asked for. Filters that begin the index (the worker, the team) skip to what matches; the others are
// looked at on the way, and no more than lookAhead cases are looked at for one page: what was found until then is a short page,
// and the next one goes on from there. Counting stops likewise.
const (
	lookAhead = 4000
	countMost = 1000
)

// queueOrder are the columns of each order, all in one direction, with the last ones making every place unique.
var queueOrder = map[care.QueueSort][]string{
	care.SortPressing: {"queue_rank", "due_at", "sent_at", "id"},
	care.SortWaiting:  {"sent_at", "id"},
	care.SortDue:      {"due_at", "sent_at", "id"},
	care.SortWorker:   {"worker_name", "queue_rank", "due_at", "sent_at", "id"},
	care.SortKind:     {"kind", "queue_rank", "due_at", "sent_at", "id"},
}

// sortNames are the orders in the names of indexes.
var sortNames = map[care.QueueSort]string{
	care.SortPressing: "pressing", care.SortWaiting: "sent", care.SortDue: "due", care.SortWorker: "worker", care.SortKind: "kind",
}

// A cursor is the place in the queue after which a page begins: the values of its order's columns. The names are short because
// it goes into an address.
type cursor struct {
	Sort string `json:"s"`
	Key  []any  `json:"k"`
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // numbers and strings
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads what String wrote; care.ErrNotFound for anything else, because it is an address that was never given out.
func parseCursor(s, sort string, columns []string) ([]any, error) {
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		d := json.NewDecoder(strings.NewReader(string(b)))
		d.UseNumber() // a time in microseconds is more than a float holds
		err = d.Decode(&c)
	}
	if err == nil && (c.Sort != sort || len(c.Key) != len(columns)) {
		err = errors.New("of another order")
	}
	for i := range c.Key {
		if err != nil {
			break
		}
		switch v := c.Key[i].(type) {
		case json.Number:
			c.Key[i], err = v.Int64()
		case string:
		default:
			err = errors.New("neither a number nor a string")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("page of a list: %w", care.ErrNotFound)
	}
	return c.Key, nil
}

// A queuePlan is how one query runs.
type queuePlan struct {
	order   care.QueueSort
	columns []string // of the order
	index   string
	begin   string // conditions on the first columns of the index, and its values
	values  []any
	rest    string // conditions that are looked at on the way, "" for none
	looked  []any
	after   []any // the cursor's values, nil for the first page
	desc    bool
}

// planQueue chooses the index. SQLite left to itself may take another one while its statistics are young or old, and sort the
// whole queue for one page; a wrong name is an error, not a slow page.
func planQueue(q care.QueueQuery) (queuePlan, error) {
	p := queuePlan{order: q.Sort, desc: q.Descending}
	if p.columns = queueOrder[p.order]; p.columns == nil {
		return p, fmt.Errorf("order %q of the queue: choose one of care.QueueSort", q.Sort)
	}
	lane := q.Lane
	if lane == "" {
		lane = care.LaneOpen
	}
	if !slices.Contains(care.Lanes, lane) {
		return p, fmt.Errorf("lane %q of the queue: choose one of care.Lanes", q.Lane)
	}
	// The condition on drafts is said literally: a partial index is used only when the text proves that the rows are in it.
	p.begin, p.values = "council = ? AND lane = ? AND lane <> ''", []any{q.Council, string(lane)}
	begin := func(cond string, v any) { p.begin, p.values = p.begin+" AND "+cond, append(p.values, v) }
	rest := func(cond string, v any) {
		if p.rest != "" {
			p.rest += " AND "
		}
		p.rest, p.looked = p.rest+cond, append(p.looked, v)
	}
	nobody := func(id string) string {
		if id == care.Nobody {
			return ""
		}
		return id
	}
	group := "all"
	if q.Worker != "" {
		group = "worker"
		begin("worker = ?", nobody(q.Worker))
		if p.order == care.SortWorker { // of one worker all stand at the same place
			p.order, p.columns = care.SortPressing, queueOrder[care.SortPressing]
		}
	}
	if q.Team != "" {
		if group == "all" {
			group = "team"
			begin("team = ?", nobody(q.Team))
		} else {
			rest("team = ?", nobody(q.Team))
		}
	}
	p.index = "queue_" + group + "_" + sortNames[p.order]
	if q.Kind != "" {
		if group == "all" && p.order == care.SortPressing {
			p.order, p.columns, p.index = care.SortKind, queueOrder[care.SortKind], "queue_all_kind"
		}
		if p.order == care.SortKind {
			begin("kind = ?", string(q.Kind))
		} else {
			rest("kind = ?", string(q.Kind))
		}
	}
	if q.Level != 0 {
		rest("queue_rank <= ?", -int(q.Level))
	}
	if q.Adapted {
		rest("adapted = ?", 1)
	}
	if !q.DueBefore.IsZero() {
		rest("due_at < ?", micros(q.DueBefore))
	}
	if q.After != "" {
		after, err := parseCursor(q.After, p.cursorSort(), p.columns)
		if err != nil {
			return p, err
		}
		p.after = after
	}
	return p, nil
}

// cursorSort marks cursors with their order and direction: one of another order would be a place in nowhere.
func (p queuePlan) cursorSort() string {
	if p.desc {
		return sortNames[p.order] + "-"
	}
	return sortNames[p.order]
}

// walk is the statement along the index, with what the filters need of each case.
func (p queuePlan) walk(columns string) (string, []any) {
	where, args, order := p.begin, slices.Clone(p.values), strings.Join(p.columns, ", ")
	if p.after != nil {
		than := ">"
		if p.desc {
			than = "<"
		}
		where += " AND (" + order + ") " + than + " (?" + strings.Repeat(", ?", len(p.columns)-1) + ")"
		args = append(args, p.after...)
	}
	if p.desc {
		order = strings.Join(p.columns, " DESC, ") + " DESC"
	}
	return "SELECT " + columns + " FROM assessments INDEXED BY " + p.index + " WHERE " + where + " ORDER BY " + order, args
}

// filterColumns end every index of the queue that does not begin with them.
var filterColumns = []string{"queue_rank", "due_at", "kind", "worker", "team", "adapted"}

// pageSQL finds the places of a page: the columns of the order, of which id is the last. The inner query is a walk that ends
// after lookAhead cases; the outer one takes from it until it has limit of them.
func (p queuePlan) pageSQL(limit int) (string, []any) {
	places := strings.Join(p.columns, ", ")
	if p.rest == "" {
		walk, args := p.walk(places)
		return walk + " LIMIT ?", append(args, limit)
	}
	all := slices.Clone(p.columns)
	for _, c := range filterColumns {
		if !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	walk, args := p.walk(strings.Join(all, ", "))
	return "SELECT " + places + " FROM (" + walk + " LIMIT ?) WHERE " + p.rest + " LIMIT ?", append(append(append(args, lookAhead), p.looked...), limit)
}

// furthestSQL finds the place where a walk ended after lookAhead cases; no row when it came to the end of the list before.
func (p queuePlan) furthestSQL() (string, []any) {
	walk, args := p.walk(strings.Join(p.columns, ", "))
	return walk + " LIMIT 1 OFFSET ?", append(args, lookAhead-1)
}

// countSQL counts what matches up to countMost+1, and how many cases were looked at for that.
func (p queuePlan) countSQL() (string, []any) {
	p.after = nil
	if p.rest == "" {
		walk, args := p.walk("1")
		return "SELECT count(*), 0 FROM (" + walk + " LIMIT ?)", append(args, countMost+1)
	}
	walk, args := p.walk(strings.Join(filterColumns, ", "))
	return "SELECT count(*) FILTER (WHERE " + p.rest + "), count(*) FROM (" + walk + " LIMIT ?)", append(append(p.looked[:len(p.looked):len(p.looked)], args...), lookAhead)
}

// Queue returns one page of a lane. care.ErrNotFound when q.After is not a cursor of ours, or of another order. Limit is 50
// unless 1 to 500.
func (s *Store) Queue(ctx context.Context, q care.QueueQuery) (care.QueuePage, error) {
	page, err := s.queue(ctx, q)
	if err != nil {
		return care.QueuePage{}, fmt.Errorf("reading the queue: %w", err)
	}
	return page, nil
}

func (s *Store) queue(ctx context.Context, q care.QueueQuery) (page care.QueuePage, err error) {
	if q.Limit < 1 || q.Limit > 500 {
		q.Limit = 50
	}
	p, err := planQueue(q)
	if err != nil {
		return page, err
	}
	council, err := s.councilKey(ctx, q.Council)
	if err != nil {
		return page, err
	}
	query, args := p.pageSQL(q.Limit + 1) // one more than a page has, to see whether there is another
	places, err := s.places(ctx, query, args, len(p.columns))
	if err != nil {
		return page, err
	}
	more := len(places) > q.Limit
	places = places[:min(len(places), q.Limit)]
	for _, place := range places {
		id, _ := place[len(place)-1].(string)
		line, err := s.line(ctx, council, q.Council, id, q.Viewer)
		if err != nil {
			return page, err
		}
		page.Lines = append(page.Lines, line)
	}
	var next []any
	switch {
	case more:
		next = places[len(places)-1]
	case p.rest != "":
		query, args = p.furthestSQL()
		furthest, err := s.places(ctx, query, args, len(p.columns))
		if err != nil {
			return page, err
		}
		if len(furthest) > 0 {
			page.Short, next = true, furthest[0]
		}
	}
	if next != nil {
		page.Next = cursor{Sort: p.cursorSort(), Key: next}.String()
	}
	query, args = p.countSQL()
	var looked int
	if err := s.readRow(ctx, query, args, &page.Total, &looked); err != nil {
		return page, fmt.Errorf("counting: %w", err)
	}
	page.More = page.Total > countMost || looked >= lookAhead
	page.Total = min(page.Total, countMost)
	return page, nil
}

// places reads rows of n columns as they are.
func (s *Store) places(ctx context.Context, query string, args []any, n int) (all [][]any, err error) {
	err = s.readRows(ctx, query, args, func(r *sql.Rows) error {
		place, dest := make([]any, n), make([]any, n)
		for i := range place {
			dest[i] = &place[i]
		}
		err := r.Scan(dest...)
		all = append(all, place)
		return err
	})
	return all, err
}

const lineSQL = `SELECT a.id, a.reference, a.kind, a.status, a.version, a.queue_rank, a.sent_at, a.due_at, a.worker, a.worker_name,
	a.team, a.restricted, a.held_until, a.test, a.adapted, a.first_opened, a.revising, a.passed, a.news_at, a.duplicate_of, a.escalated, coalesce(g.at, 0), coalesce(g.until, 0),
	a.sealed_version, a.data_key, a.summary
	FROM assessments a LEFT JOIN case_grants g ON g.case_id = a.id AND g.practitioner = ?
	WHERE a.id = ? AND a.council = ? AND a.status <> 'draft'`

// line reads one row of a list, with what the viewer was granted.
func (s *Store) line(ctx context.Context, council *keys.Council, slug, id, viewer string) (l care.CaseLine, err error) {
	var rank, sent, due, held, opened, news, escalated, granted, until int64
	var version int
	var key, summary []byte
	err = s.readRow(ctx, lineSQL, []any{viewer, id, slug}, &l.ID, &l.Reference, (*string)(&l.Kind), (*string)(&l.Status), &l.Version, &rank, &sent, &due,
		&l.Worker, &l.WorkerName, &l.Team, &l.Restricted, &held, &l.Test, &l.Adapted, &opened, &l.Revising, &l.Passed, &news, &l.DuplicateOf, &escalated, &granted, &until, &version, &key, &summary)
	if err != nil {
		return l, told(err)
	}
	record, err := council.Record(assessmentPlace(l.ID, version), key)
	if err != nil {
		return l, err
	}
	if err := openJSON(record, "summary", summary, &l.Summary); err != nil {
		return l, err
	}
	l.Priority, l.SentAt, l.DueAt = care.Priority(-rank), fromMicros(sent), fromDueMicros(due)
	l.HeldUntil, l.FirstOpened, l.Escalated, l.NewsAt = fromMicros(held), fromMicros(opened), fromMicros(escalated), fromMicros(news)
	l.Granted, l.Until = granted != 0, fromMicros(until)
	return l, nil
}

// leadSQL are the short lists, each on an index that holds nothing else.
var leadSQL = map[care.Lead]string{
	care.LeadToday: `FROM assessments INDEXED BY queue_today
		WHERE council = ? AND lane = 'open' AND queue_rank < 0 AND (worker = '' OR first_opened = 0)`,
	care.LeadDuty: `FROM assessments INDEXED BY queue_duty
		WHERE council = ? AND lane = 'open' AND escalated <> 0 AND first_opened = 0`,
}

// Lead returns the first limit cases of a short list above the queue in the queue's usual order, and how many there are in all,
// counted as in Queue.
func (s *Store) Lead(ctx context.Context, council string, lead care.Lead, viewer string, limit int) (care.QueuePage, error) {
	page, err := s.lead(ctx, council, lead, viewer, limit)
	if err != nil {
		return care.QueuePage{}, fmt.Errorf("reading the list %s: %w", lead, err)
	}
	return page, nil
}

func (s *Store) lead(ctx context.Context, council string, lead care.Lead, viewer string, limit int) (page care.QueuePage, err error) {
	from, ok := leadSQL[lead]
	if !ok {
		return page, errors.New("there is no such list")
	}
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return page, err
	}
	places, err := s.places(ctx, "SELECT id "+from+" ORDER BY queue_rank, due_at, sent_at, id LIMIT ?", []any{council, limit}, 1)
	if err != nil {
		return page, err
	}
	for _, place := range places {
		id, _ := place[0].(string)
		line, err := s.line(ctx, key, council, id, viewer)
		if err != nil {
			return page, err
		}
		page.Lines = append(page.Lines, line)
	}
	if err := s.readRow(ctx, "SELECT count(*) FROM (SELECT 1 "+from+" LIMIT ?)", []any{council, countMost + 1}, &page.Total); err != nil {
		return page, err
	}
	page.More, page.Total = page.Total > countMost, min(page.Total, countMost)
	return page, nil
}

// CaseByReference returns what was sent under a reference, and writes that it was looked at in the same transaction:
// nobody looks without a trace. Another council's reference is care.ErrNotFound and leaves none. view.Subject is
// filled in when empty: the caller does not know the id yet. The first view of its summary by a practitioner is kept as
// FirstOpened; it raises no version, since nothing changes that anybody read.
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
		if r.firstOpened == 0 && view.Actor == care.ActorPractitioner && view.Verb == care.VerbViewed && view.Detail == care.DetailSummary {
			r.firstOpened = micros(view.At)
			if _, err := t.exec("UPDATE assessments SET first_opened = ? WHERE id = ?", r.firstOpened, r.a.ID); err != nil {
				return told(err)
			}
		}
		if err := t.looked(view); err != nil {
			return err
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
