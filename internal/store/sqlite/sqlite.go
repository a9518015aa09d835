// Package sqlite is the store in one SQLite file.
//
// Durability: the write-ahead log with synchronous=FULL, so that every commit is synced before anybody is told that
// something is saved (https://www.sqlite.org/pragma.html#pragma_synchronous). [Open] refuses to serve otherwise.
//
// Concurrency: one connection writes and takes everybody who waits into one commit (see writer.go); a few others read,
// and never wait for the writer.
//
// Secrecy: answers, summaries, indications, entries, working papers, determinations, messages in the outbox and the
// secrets of practitioners are sealed per record before they reach SQLite (see package keys). Clear are ids, council,
// kind, status, priority, reference, times, versions, hashes of codes, names and addresses of staff, and the events,
// which hold no personal text.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"maragu.dev/goqite"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"threshold/internal/store/keys"
)

// Options for [Open]. Both are required.
type Options struct {
	Path string // the database file; made, with mode 0600, when it is missing. Its folder must exist
	Keys keys.Ring

	// For tests of what Open refuses: more pragmas of the writer, such as "synchronous(NORMAL)".
	pragmas []string
	// For tests of durability: runs in the writer before each COMMIT.
	beforeCommit func(batch []*job)
}

// What Open refuses, beside [UnsafeError]. The error that wraps them says how to mend it.
var (
	// ErrWrongKeys means that the database was made with another keys file.
	ErrWrongKeys = errors.New("these are not the keys of this database")
	// ErrNotThreshold means that the file is a database of something else, or none at all.
	ErrNotThreshold = errors.New("not a Threshold database")
	// ErrNewer means that a later version of this program has changed the database.
	ErrNewer = errors.New("made by a newer version of this program")
)

// An UnsafeError refuses a database whose settings could lose what was acknowledged.
type UnsafeError struct {
	Path              string
	Pragma, Want, Got string
}

// Error says what is wrong and how to mend it.
func (e *UnsafeError) Error() string {
	mend := "it is set by this program alone, so something between it and the file must have changed it"
	if e.Pragma == "journal_mode" {
		mend = "the file must be on a local disk; then, with nothing else using it, run `sqlite3 FILE 'PRAGMA journal_mode=WAL'`"
	}
	return fmt.Sprintf("database %s: %s reads back as %s, it must be %s, or saved answers could be lost: %s", e.Path, e.Pragma, e.Got, e.Want, mend)
}

// A Store is one open database. Its methods may be called by many at once.
type Store struct {
	path    string
	ring    keys.Ring
	limits  []byte // names rate limits, see limits.go
	writeDB *sql.DB
	readDB  *sql.DB
	writer  *writer
	mail    *goqite.Queue // what is due of the outbox, see outbox.go

	reads    sync.Map // SQL text -> *sql.Stmt on readDB
	councils sync.Map // slug -> *keys.Council
}

const busyMillis = 5000 // how long to wait for another process, such as `threshold council add`

// Open opens the database, makes or migrates its tables, and checks that it is safe to write to and that the keys are
// its own.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Keys.IsZero() {
		return nil, fmt.Errorf("opening database %s: %w", o.Path, keys.ErrNone)
	}
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, fmt.Errorf("opening database %s: %w", o.Path, err)
	}
	if err := refuseBackup(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening database %s: %w", o.Path, err)
	}
	if err := ownFile(path); err != nil {
		return nil, fmt.Errorf("opening database %s: %w", o.Path, err)
	}
	s := &Store{path: path, ring: o.Keys, limits: o.Keys.LimitKey()}
	if err := s.open(ctx, o); err != nil {
		return nil, errors.Join(fmt.Errorf("opening database %s: %w", o.Path, err), s.closeDBs())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, o Options) error {
	var err error
	// recursive_triggers: without it INSERT OR REPLACE deletes a row past the trigger that forbids it.
	write := append([]string{"synchronous(FULL)", "secure_delete(ON)", "recursive_triggers(ON)"}, o.pragmas...)
	// Transactions begin immediate: one that reads first and writes later fails with SQLITE_BUSY as soon as another
	// process writes too.
	if s.writeDB, err = openDB(s.path, 1, "immediate", write...); err != nil {
		return err
	}
	if err := refuseCopied(ctx, s.writeDB); err != nil {
		return err
	}
	if err := migrate(ctx, s.writeDB); err != nil {
		return err
	}
	if err := checkPragmas(ctx, s.writeDB, s.path); err != nil {
		return err
	}
	if err := checkKeys(ctx, s.writeDB, s.ring); err != nil {
		return err
	}
	if err := fillBlind(ctx, s.writeDB, s.ring); err != nil {
		return fmt.Errorf("making what can be searched for of cases that were sent before: %w", err)
	}
	if s.readDB, err = openDB(s.path, max(4, 2*runtime.NumCPU()), "deferred", "query_only(ON)"); err != nil {
		return err
	}
	s.mail = newMailQueue(s.writeDB)
	if s.writer, err = newWriter(ctx, s.writeDB, s.post, o.beforeCommit); err != nil {
		return err
	}
	if err := s.settleRestored(ctx); err != nil {
		return errors.Join(fmt.Errorf("settling what was restored: %w", err), s.writer.close())
	}
	return nil
}

// ownFile makes the file, or takes it away from others on the machine; SQLite gives -wal and -shm the mode of the
// database.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the folder %s does not exist, make it first: %w", filepath.Dir(path), err)
	}
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Chmod(name, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// openDB returns a pool of n connections. Defensive mode and no double-quoted strings close off ways to corrupt the file
// by SQL or by a typo.
func openDB(path string, n int, begin string, pragmas ...string) (*sql.DB, error) {
	q := url.Values{
		"_txlock":    {begin},
		"_defensive": {"1"},
		"_dqs":       {"0"},
		"_pragma":    append([]string{fmt.Sprintf("busy_timeout(%d)", busyMillis), "foreign_keys(ON)"}, pragmas...),
	}
	// The path is escaped: a "?" or "%" in it would otherwise end or change it.
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n) // their prepared statements stay
	return db, nil
}

// checkPragmas reads back what durability rests on: asking is not having.
func checkPragmas(ctx context.Context, db *sql.DB, path string) error {
	for _, p := range []struct{ name, want, means string }{
		{"journal_mode", "wal", "wal"},
		{"synchronous", "2", "FULL (2)"},
		{"foreign_keys", "1", "on (1)"},
		{"secure_delete", "1", "on (1)"},
		{"recursive_triggers", "1", "on (1)"},
	} {
		var got string
		if err := db.QueryRowContext(ctx, "PRAGMA "+p.name).Scan(&got); err != nil {
			return fmt.Errorf("reading back %s: %w", p.name, err)
		}
		if !strings.EqualFold(got, p.want) {
			return &UnsafeError{Path: path, Pragma: p.name, Want: p.means, Got: got}
		}
	}
	return nil
}

// checkKeys compares the keys with the check value in meta, and writes it into a database that is still without
// councils: nothing was sealed in it before.
func checkKeys(ctx context.Context, db *sql.DB, ring keys.Ring) (err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	var check []byte
	err = tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'key_check'").Scan(&check)
	if errors.Is(err, sql.ErrNoRows) {
		var councils int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM councils").Scan(&councils); err != nil {
			return err
		}
		if councils > 0 {
			return fmt.Errorf("the value that tells its keys is gone: restore the database from a backup: %w", ErrWrongKeys)
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('key_check', ?), ('key_id', ?)", ring.Check(), []byte(ring.ID())); err != nil {
			return err
		}
		return tx.Commit()
	}
	if err != nil {
		return err
	}
	if ring.Verify(check) != nil {
		var id []byte
		if err := tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'key_id'").Scan(&id); err != nil {
			return err
		}
		return fmt.Errorf("%w: it was made with the keys %s, the ones given are %s. Start with the keys file that was made with it; new keys cannot open it", ErrWrongKeys, id, ring.ID())
	}
	return nil
}

// Close waits for writes under way, moves the write-ahead log into the database, and leaves only that file when
// nobody else has it open. Later calls of other methods fail.
func (s *Store) Close() error {
	err := s.writer.close()
	s.reads.Range(func(_, stmt any) bool {
		err = errors.Join(err, stmt.(*sql.Stmt).Close())
		return true
	})
	if err = errors.Join(err, s.closeDBs()); err != nil {
		return fmt.Errorf("closing database %s: %w", s.path, err)
	}
	return nil
}

// closeDBs closes the readers first: the last connection of all removes -wal and -shm, and one that may not write
// cannot.
func (s *Store) closeDBs() error {
	var err error
	for _, db := range []*sql.DB{s.readDB, s.writeDB} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}

// read returns the statement of a query on the readers, prepared once.
func (s *Store) read(ctx context.Context, query string) (*sql.Stmt, error) {
	if st, ok := s.reads.Load(query); ok {
		return st.(*sql.Stmt), nil
	}
	st, err := s.readDB.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("preparing a query: %w", unavailable(err))
	}
	if first, loaded := s.reads.LoadOrStore(query, st); loaded {
		_ = st.Close() // another goroutine was quicker
		return first.(*sql.Stmt), nil
	}
	return st, nil
}

// readRow reads one row into dest. sql.ErrNoRows when there is none. It takes some microseconds and never waits for the
// writer: a ctx that ends meanwhile is not heeded, since watching it (a goroutine each time) costs as much as reading.
func (s *Store) readRow(ctx context.Context, query string, args []any, dest ...any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	st, err := s.read(ctx, query)
	if err != nil {
		return err
	}
	return unavailable(st.QueryRowContext(ctx, args...).Scan(dest...))
}

// readRows calls each for every row; scan there.
func (s *Store) readRows(ctx context.Context, query string, args []any, each func(*sql.Rows) error) error {
	st, err := s.read(ctx, query)
	if err != nil {
		return err
	}
	rows, err := st.QueryContext(ctx, args...)
	if err != nil {
		return unavailable(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return unavailable(rows.Err())
}
