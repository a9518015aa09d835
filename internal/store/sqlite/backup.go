package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	sqlite3 "modernc.org/sqlite/lib"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// A backup is one file: a database that SQLite can read, and after its last page a line with the SHA-256 of all before
// it, its seal. The seal tells a backup that is whole from one that was cut short or changed, whichever byte it was:
// SQLite's own check looks at how pages hang together, and not at what rows say. SQLite does not mind the line, since
// the first page says how many pages there are.
//
// A backup is no database to serve: Open refuses it. Restore copies it, without its seal, to where it is to be used.

// What Backup, Restore and Open refuse. The error that wraps them says how to mend it.
var (
	// ErrExists means that there is a file already where one is to be put.
	ErrExists = errors.New("there is a file already")
	// ErrBackup means that the file is a backup, and not a database in use.
	ErrBackup = errors.New("this is a backup, and a backup stays as it is")
	// ErrNotBackup means that the file does not end as a backup does.
	ErrNotBackup = errors.New("this is no whole backup")
	// ErrChanged means that a backup is not as it was made.
	ErrChanged = errors.New("this backup was changed after it was made, or damaged: what is in it and its seal do not agree")
	// ErrDamaged means that what is in the file is not sound; the report of the call says what is wrong.
	ErrDamaged = errors.New("what is in it is not sound")
)

// Marks in the table meta, with the time in RFC 3339.
const (
	metaCopied   = "copied"   // in a backup: when it was begun
	metaRestored = "restored" // in what was restored, until it is first opened: see settleRestored
)

const (
	sealBegin  = "threshold backup 1 sha256 "
	sealLength = len(sealBegin) + 2*sha256.Size + 1
	// sector divides the size of every page, so that a file with a seal has a size that no database has.
	sector = 512
)

// errNoSeal: the file does not end as a backup does.
var errNoSeal = errors.New("no seal")

// A seal is the end of a backup.
type seal struct {
	content int64 // bytes before it
	sum     string
}

// readSeal returns a file's seal. errNoSeal when it has none.
func readSeal(path string) (s seal, err error) {
	f, err := os.Open(path) //nolint:gosec // what whoever runs this named
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return s, err
	}
	if !info.Mode().IsRegular() {
		return s, errors.New("it is not a file")
	}
	content := info.Size() - int64(sealLength)
	if content <= 0 || content%sector != 0 {
		return s, errNoSeal
	}
	end := make([]byte, sealLength)
	if _, err := f.ReadAt(end, content); err != nil {
		return s, err
	}
	sum, ok := strings.CutPrefix(string(end), sealBegin)
	if _, err := hex.DecodeString(strings.TrimSuffix(sum, "\n")); !ok || err != nil || !strings.HasSuffix(sum, "\n") {
		return s, errNoSeal
	}
	return seal{content, strings.TrimSuffix(sum, "\n")}, nil
}

// check reads the whole file. ErrChanged when it is not what was sealed.
func (s seal) check(path string) (err error) {
	f, err := os.Open(path) //nolint:gosec // what whoever runs this named
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return s.copy(io.Discard, f)
}

// copy copies what was sealed and looks whether it is still that.
func (s seal) copy(to io.Writer, from io.Reader) error {
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(to, sum), io.LimitReader(from, s.content))
	if err != nil {
		return err
	}
	if n != s.content || hex.EncodeToString(sum.Sum(nil)) != s.sum {
		return ErrChanged
	}
	return nil
}

// refuseBackup keeps a backup from being opened and changed, and the stump of a file from being taken for a new database,
// as SQLite would. It looks before SQLite does.
func refuseBackup(path string) error {
	if info, err := os.Stat(path); err == nil && info.Size() > 0 && info.Size() < sector { //nolint:gosec // what whoever runs this named
		return fmt.Errorf("%w: it has %d bytes, which is less than any database has", ErrNotThreshold, info.Size())
	}
	switch _, err := readSeal(path); {
	case errors.Is(err, errNoSeal):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%w. Put it where it is to be used first: threshold restore -from %s -db FILE", ErrBackup, path)
}

// refuseCopied refuses a backup that has lost its seal.
func refuseCopied(ctx context.Context, db *sql.DB) error {
	var id int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil || id != applicationID {
		return nil //nolint:nilerr // migrate says what is wrong
	}
	var copied bool
	err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM meta WHERE name = ?)", metaCopied).Scan(&copied)
	if err != nil || !copied {
		return nil //nolint:nilerr // migrate says what is wrong
	}
	return fmt.Errorf("%w: it is a backup whose end is missing, so it was cut short or never finished. Restore another: threshold restore", ErrNotBackup)
}

// Backup writes a copy of the database at from, as it is at one moment between two commits, to the new file to, and
// returns what is in it. The service may run meanwhile and is not held up: the copy is made from a view that readers
// have. The keys are not in it; whoever needs the copy needs them too.
//
// Until it is whole, checked and on the disk, the copy has another name, beginning with a dot; when anything fails it
// is removed. ErrExists when to is there already, ErrDamaged with the report when what was copied is not sound.
func Backup(ctx context.Context, from, to string) (FileReport, error) {
	report, err := backup(ctx, from, to)
	report.Path = to
	if err != nil {
		return report, fmt.Errorf("backing up %s to %s: %w", from, to, err)
	}
	return report, nil
}

func backup(ctx context.Context, from, to string) (report FileReport, err error) {
	if from, err = filepath.Abs(from); err != nil {
		return report, err
	}
	if to, err = filepath.Abs(to); err != nil {
		return report, err
	}
	if err := freePlace(to); err != nil {
		return report, err
	}
	switch _, err := os.Stat(from); { //nolint:gosec // what whoever runs this named
	case errors.Is(err, fs.ErrNotExist):
		return report, fmt.Errorf("there is no such database: %w", err)
	case err != nil:
		return report, err
	}
	if err := refuseBackup(from); err != nil {
		return report, err
	}
	part, err := newPart(to)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, part.remove()) }()
	began := time.Now().UTC()
	if err := vacuumInto(ctx, from, part.path); err != nil {
		return report, err
	}
	if err := stamp(ctx, part.path, metaCopied, began); err != nil {
		return report, fmt.Errorf("marking the copy: %w", err)
	}
	// A backup that nobody has read is a hope.
	if err := verify(ctx, part.path, keys.Ring{}, false, true, &report); err != nil {
		return report, fmt.Errorf("reading the copy: %w", err)
	}
	if len(report.Problems) > 0 {
		return report, ErrDamaged
	}
	if err := part.sealed(); err != nil {
		return report, err
	}
	report.Bytes += int64(sealLength)
	return report, part.place(to)
}

// vacuumInto copies a database by VACUUM INTO: from the view of one reader, without pages that hold nothing any more
// (https://www.sqlite.org/lang_vacuum.html#vacuuminto). What was erased is not in the copy.
func vacuumInto(ctx context.Context, from, to string) (err error) {
	db, err := openDB(from, 1, "deferred", "synchronous(FULL)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var id int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil && code(err) != sqlite3.SQLITE_NOTADB {
		return err
	}
	if id != applicationID {
		return ErrNotThreshold
	}
	if err := refuseCopied(ctx, db); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		if primary := code(err) & 0xff; primary == sqlite3.SQLITE_CORRUPT {
			return fmt.Errorf("%w: run threshold verify, it says what is wrong: %w", ErrDamaged, err)
		}
		return fmt.Errorf("copying: %w", full(err))
	}
	return nil
}

// full says what to do when there is no room.
func full(err error) error {
	if code(err)&0xff == sqlite3.SQLITE_FULL {
		return fmt.Errorf("there is not enough room on the disk; make some, or back up to another: %w", err)
	}
	return err
}

// stamp writes the time into the copy's table meta, and puts it into the journal mode that a database in use has.
func stamp(ctx context.Context, path, name string, at time.Time) (err error) {
	db, err := openDB(path, 1, "immediate", "synchronous(FULL)", "secure_delete(ON)")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	if _, err := tx.ExecContext(ctx, "DELETE FROM meta WHERE name IN (?, ?)", metaCopied, metaRestored); err != nil {
		return full(err)
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES (?, ?)", name, []byte(at.Format(time.RFC3339))); err != nil {
		return full(err)
	}
	if err := tx.Commit(); err != nil {
		return full(err)
	}
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return full(err)
	}
	if mode != "wal" {
		return fmt.Errorf("the write-ahead log cannot be set there (%s): the file must be on a local disk", mode)
	}
	return nil
}

// A part is a file that is not yet what it shall be.
type part struct{ path string }

// besides are the files that SQLite keeps beside a database.
var besides = []string{"-wal", "-shm", "-journal"}

// newPart makes an empty file in the folder where to shall be, with mode 0600.
func newPart(to string) (part, error) {
	f, err := os.CreateTemp(filepath.Dir(to), "."+filepath.Base(to)+".unfinished-*")
	if errors.Is(err, fs.ErrNotExist) {
		return part{}, fmt.Errorf("the folder %s does not exist, make it first: %w", filepath.Dir(to), err)
	}
	if err != nil {
		return part{}, err
	}
	return part{f.Name()}, f.Close()
}

// sealed puts the seal at the end.
func (p part) sealed() (err error) {
	f, err := os.OpenFile(p.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	if n%sector != 0 {
		return fmt.Errorf("the copy has %d bytes, which is no number of pages", n)
	}
	if _, err := fmt.Fprintf(f, "%s%x\n", sealBegin, sum.Sum(nil)); err != nil {
		return err
	}
	return f.Sync()
}

// place gives the file its name, durably. ErrExists when another took the name meanwhile.
func (p part) place(to string) error {
	// A link never replaces a file, as a renaming would. Not every file system has links.
	switch err := os.Link(p.path, to); {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%w: %s", ErrExists, to)
	case err != nil:
		if err := freePlace(to); err != nil {
			return err
		}
		if err := os.Rename(p.path, to); err != nil { //nolint:gosec // what whoever runs this named
			return err
		}
	}
	return syncFolder(filepath.Dir(to))
}

// remove takes away what is left of it: all of it, when it did not become what it should.
func (p part) remove() error {
	var all error
	for _, beside := range append([]string{""}, besides...) {
		if err := os.Remove(p.path + beside); !errors.Is(err, fs.ErrNotExist) {
			all = errors.Join(all, err)
		}
	}
	return all
}

// syncFolder makes a new name in a folder as durable as the file.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // folders cannot be synced there
	}
	d, err := os.Open(dir) //nolint:gosec // what whoever runs this named
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// freePlace refuses to put a file where one is.
func freePlace(path string) error {
	switch _, err := os.Lstat(path); { //nolint:gosec // what whoever runs this named
	case err == nil:
		return fmt.Errorf("%w: %s; nothing is ever overwritten, so choose another name or move that one away", ErrExists, path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	default:
		return err
	}
}

// Restore copies the backup at from to the new database to and returns what is in it. Everything is checked on the
// copy before it gets its name: the seal, what [Verify] looks for, and, unless ring is zero, that it opens with those
// keys. The backup itself stays as it is.
//
// ErrExists when to is there already, or what SQLite keeps beside a database is left of another: a write-ahead log of
// another database would be played into this one. ErrNotBackup, ErrChanged, or ErrDamaged with the report, when the
// backup is not whole; ErrWrongKeys when it was made with others.
func Restore(ctx context.Context, from, to string, ring keys.Ring) (FileReport, error) {
	report, err := restore(ctx, from, to, ring)
	report.Path = to
	if err != nil {
		return report, fmt.Errorf("restoring %s from %s: %w", to, from, err)
	}
	return report, nil
}

func restore(ctx context.Context, from, to string, ring keys.Ring) (report FileReport, err error) {
	if from, err = filepath.Abs(from); err != nil {
		return report, err
	}
	if to, err = filepath.Abs(to); err != nil {
		return report, err
	}
	for _, beside := range append([]string{""}, besides...) {
		if err := freePlace(to + beside); err != nil {
			return report, err
		}
	}
	s, err := readSeal(from)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return report, fmt.Errorf("there is no such backup: %w", err)
	case errors.Is(err, errNoSeal):
		return report, fmt.Errorf("%w: it does not end as one made by threshold backup does, so it was cut short, changed, or made another way. Use another backup", ErrNotBackup)
	case err != nil:
		return report, err
	}
	p, err := newPart(to)
	if err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, p.remove()) }()
	if err := p.fill(from, s); err != nil {
		return report, err
	}
	// It is looked at as the backup that it is, before anything is written into it.
	if err := verify(ctx, p.path, ring, false, true, &report); err != nil {
		return report, fmt.Errorf("reading the copy: %w", err)
	}
	if report.WrongKeys {
		return report, ErrWrongKeys
	}
	if len(report.Problems) > 0 {
		return report, ErrDamaged
	}
	if err := stamp(ctx, p.path, metaRestored, time.Now().UTC()); err != nil {
		return report, fmt.Errorf("marking the copy: %w", err)
	}
	f, err := os.OpenFile(p.path, os.O_RDWR, 0)
	if err != nil {
		return report, err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return report, err
	}
	return report, p.place(to)
}

// fill copies what was sealed.
func (p part) fill(from string, s seal) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(p.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := s.copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}

// mailRestored is the class of error of a message that waited when the backup was made.
const mailRestored = "restored"

// settleRestored makes a database that was restored fit to serve, the first time it is opened. What happened after the
// backup is not known, so whatever may have been ended since then is ended now:
//
//   - every session. Somebody may have signed out, been disabled, or pressed "Leave this site" meanwhile;
//   - codes and links that open once, and set-up links of practitioners: they may have been used, or their giver may have
//     ended them. New ones are given on request. Return codes stay, since nothing else leads people to their answers;
//   - messages that waited become dead letters: they may have been sent, and whoever they are to may have said since
//     that nothing shall be. Somebody looks at each.
//
// The trail of each council says so.
func (s *Store) settleRestored(ctx context.Context) error {
	var mark []byte
	switch err := s.readRow(ctx, "SELECT value FROM meta WHERE name = ?", []any{metaRestored}, &mark); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return s.write(ctx, func(t *tx) error {
		now := time.Now().UTC()
		for _, change := range []struct {
			query string
			args  []any
		}{
			{"DELETE FROM sessions", nil},
			{"UPDATE codes SET ended_at = ? WHERE kind IN (?, ?) AND used_at = 0 AND ended_at = 0", []any{micros(now), string(care.CodeLink), string(care.CodeHelper)}},
			{"UPDATE practitioners SET setup_hash = NULL, setup_until = 0 WHERE setup_hash IS NOT NULL", nil},
			{"DELETE FROM goqite WHERE queue = ?", []any{mailQueueName}},
			{"UPDATE outbox SET message = NULL, last_error = ? WHERE message IS NOT NULL", []any{mailRestored}},
			{"DELETE FROM meta WHERE name = ?", []any{metaRestored}},
		} {
			if _, err := t.exec(change.query, change.args...); err != nil {
				return told(err)
			}
		}
		t.erased()
		var councils []string
		if err := t.rows("SELECT slug FROM councils ORDER BY slug", nil, func(r *sql.Rows) error {
			var slug string
			err := r.Scan(&slug)
			councils = append(councils, slug)
			return err
		}); err != nil {
			return err
		}
		for _, slug := range councils {
			if err := t.addEvents(slug, care.Event{At: now, Actor: care.ActorSystem, Verb: "database.restored", Subject: slug}); err != nil {
				return err
			}
		}
		return nil
	})
}
