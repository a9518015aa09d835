package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"threshold/internal/care"
)

// Group commit. A commit costs one sync of the disk however much is in it. So one goroutine owns the writing
// connection, takes everybody who waits into one transaction, and lets them go when that is durable. Each caller runs
// in a savepoint of its own: an error undoes what that caller did and nothing else. (The idea is old: DeWitt et al.,
// "Implementation techniques for main memory database systems", SIGMOD 1984, s.5.)

// maxBatch bounds how long the first of a batch waits for the rest of it.
const maxBatch = 256

// errClosed answers calls that come after Close.
var errClosed = errors.New("the store is closed")

// A job is one caller's change.
type job struct {
	do    func(*tx) error
	state atomic.Int32 // waiting, taken or left
	err   error        // what do returned
	done  chan error   // told once; room for one, so that the writer never waits
}

const (
	waiting int32 = iota // may still be left
	taken                // being done: its outcome must be waited for
	left                 // the caller gave up before it was taken: never done
)

// finish tells the caller the outcome. Only the first call counts.
func (j *job) finish(err error) {
	select {
	case j.done <- err:
	default:
	}
}

type writer struct {
	conn   *sql.Conn
	stmts  map[string]*sql.Stmt
	open   *sql.Tx                      // the batch's transaction, while there is one
	post   func(*tx, *care.Event) error // puts an event's message into the outbox
	before func([]*job)                 // tests only
	erased bool                         // something was erased and may still be in the write-ahead log
	chains chains                       // where the trail of each council ends, in this batch

	mu     sync.RWMutex // guards closed against sends on jobs
	closed bool
	jobs   chan *job
	ended  chan struct{}
}

func newWriter(ctx context.Context, db *sql.DB, post func(*tx, *care.Event) error, before func([]*job)) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	w := &writer{
		conn: conn, stmts: map[string]*sql.Stmt{}, post: post, before: before,
		jobs: make(chan *job, maxBatch), ended: make(chan struct{}),
	}
	go w.run()
	return w, nil
}

// write runs do with everybody else's changes in one transaction and returns when that is durable.
//
// care.ErrUnavailable when the disk is full, read-only or faulty: nothing is changed, and a later change may succeed. After a
// failed sync too: SQLite does not count what it wrote before one as written, and writes all of it again (ADR 0019).
//
// When ctx ends before do was begun, do is not run and nothing is changed. After that the outcome is waited for: to
// walk away from a change under way would be to not know whether it was made.
func (s *Store) write(ctx context.Context, do func(*tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{do: do, done: make(chan error, 1)}
	if err := s.writer.submit(ctx, j); err != nil {
		return unavailable(err)
	}
	select {
	case err := <-j.done:
		return unavailable(err)
	case <-ctx.Done():
		if j.state.CompareAndSwap(waiting, left) {
			return ctx.Err()
		}
		return unavailable(<-j.done)
	}
}

func (w *writer) submit(ctx context.Context, j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return errClosed
	}
	select {
	case w.jobs <- j:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close lets everything that was submitted finish.
func (w *writer) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return errClosed
	}
	w.closed = true
	close(w.jobs)
	w.mu.Unlock()
	<-w.ended
	_, err := w.checkpoint()
	for _, st := range w.stmts {
		err = errors.Join(err, st.Close())
	}
	return errors.Join(err, w.conn.Close())
}

func (w *writer) run() {
	defer close(w.ended)
	batch := make([]*job, 0, maxBatch)
	for j := range w.jobs {
		batch = w.take(append(batch[:0], j))
		w.do(batch)
		clear(batch) // the jobs hold what they were given, answers too: let it go
		// Erased is erased: the log would keep the old pages until it is written over. A reader may be in the way;
		// then the next batch tries again.
		if w.erased {
			emptied, err := w.checkpoint()
			w.erased = err != nil || !emptied
		}
	}
}

// take adds those who wait now.
func (w *writer) take(batch []*job) []*job {
	for len(batch) < maxBatch {
		select {
		case j, open := <-w.jobs:
			if !open {
				return batch
			}
			batch = append(batch, j)
		default:
			return batch
		}
	}
	return batch
}

// do carries out one batch and tells everybody the outcome.
func (w *writer) do(batch []*job) {
	err := w.transaction(batch)
	for _, j := range batch {
		switch {
		case j.state.Load() == left:
		case j.err != nil:
			j.finish(j.err)
		default:
			j.finish(err)
		}
	}
}

// transaction returns an error when nothing at all of the batch was kept. Jobs have their own errors in err.
//
// It is a sql.Tx because the outbox's library takes nothing else; the statements of the connection run in it all the
// same. It begins immediate, as openDB says, and no context may end it.
func (w *writer) transaction(batch []*job) error {
	open, err := w.conn.BeginTx(context.Background(), nil)
	if err != nil {
		w.takeAll(batch)
		return fmt.Errorf("beginning to write: %w", err)
	}
	w.open = open
	w.chains.begin()
	defer func() { w.open = nil }()
	for _, j := range batch {
		if !j.state.CompareAndSwap(waiting, taken) {
			continue
		}
		if err := w.savepoint(j); err != nil {
			w.takeAll(batch)
			return w.giveUp(err)
		}
	}
	if err := w.keepChains(); err != nil {
		return w.giveUp(err)
	}
	if w.before != nil {
		w.before(batch)
	}
	if err := open.Commit(); err != nil {
		return w.giveUp(fmt.Errorf("committing: %w", err))
	}
	return nil
}

// takeAll claims the jobs that were not begun, so that their callers hear of the failure.
func (w *writer) takeAll(batch []*job) {
	for _, j := range batch {
		j.state.CompareAndSwap(waiting, taken)
	}
}

// giveUp ends the transaction, if it is not over yet (a full disk ends it, and so does a failed commit), so that the
// next batch begins afresh.
func (w *writer) giveUp(cause error) error {
	_ = w.open.Rollback()
	return cause
}

// savepoint runs one job. Its own error goes to j.err; an error returned means that the transaction itself is broken.
func (w *writer) savepoint(j *job) error {
	if _, err := w.exec("SAVEPOINT job"); err != nil {
		return err
	}
	w.chains.mark()
	if j.err = guarded(j.do, &tx{w}); j.err != nil {
		w.chains.undo()
		if _, err := w.exec("ROLLBACK TO job"); err != nil {
			// Not the failed job's doing alone: SQLite has rolled back everything, so nobody's change is kept.
			return fmt.Errorf("undoing one change of several (%w): %w", err, j.err)
		}
	}
	_, err := w.exec("RELEASE job")
	return err
}

// guarded turns a panic into an error: one bad request must not take the writer, and so the service, with it.
func guarded(do func(*tx) error, t *tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic while writing: %v\n%s", p, debug.Stack())
		}
	}()
	return do(t)
}

// checkpointMillis is how long a checkpoint may wait for readers: everybody who writes waits with it.
const checkpointMillis = 100

// checkpoint moves the whole write-ahead log into the database and empties it. false when a reader is in the way.
func (w *writer) checkpoint() (emptied bool, err error) {
	if _, err := w.exec(fmt.Sprintf("PRAGMA busy_timeout = %d", checkpointMillis)); err != nil {
		return false, err
	}
	st, err := w.stmt("PRAGMA wal_checkpoint(TRUNCATE)")
	if err != nil {
		return false, err
	}
	var busy, logged, moved int
	err = st.QueryRow().Scan(&busy, &logged, &moved)
	_, back := w.exec(fmt.Sprintf("PRAGMA busy_timeout = %d", busyMillis))
	return busy == 0, errors.Join(err, back)
}

// stmt returns the statement of a query on the writing connection, prepared once. Only the writer's goroutine calls
// it. No caller's context reaches SQLite: an interrupt would hit the whole batch.
func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if st := w.stmts[query]; st != nil {
		return st, nil
	}
	st, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("preparing a change: %w", err)
	}
	w.stmts[query] = st
	return st, nil
}

func (w *writer) exec(query string, args ...any) (sql.Result, error) {
	st, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return st.Exec(args...)
}

// A tx is the batch's transaction as one job sees it.
type tx struct{ w *writer }

// exec returns how many rows were changed.
func (t *tx) exec(query string, args ...any) (int64, error) {
	r, err := t.w.exec(query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// row reads one row into dest. sql.ErrNoRows when there is none.
func (t *tx) row(query string, args []any, dest ...any) error {
	st, err := t.w.stmt(query)
	if err != nil {
		return err
	}
	return st.QueryRow(args...).Scan(dest...)
}

// rows calls each for every row. each must not use t.
func (t *tx) rows(query string, args []any, each func(*sql.Rows) error) error {
	st, err := t.w.stmt(query)
	if err != nil {
		return err
	}
	rows, err := st.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// erased notes that what was deleted must leave the write-ahead log too.
func (t *tx) erased() { t.w.erased = true }
