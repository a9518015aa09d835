package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"

	"threshold/internal/store/keys"
)

// A FileReport is what [Verify] found in a database file or a backup.
type FileReport struct {
	Path  string
	Bytes int64 // of the file alone; of a database in use, some may wait in the write-ahead log beside it

	BackedUp time.Time // when the backup was begun; zero for a database in use
	Restored time.Time // when a backup was put in its place, until the service first opens it; zero otherwise
	Version  int64     // of the tables
	Knows    int64     // the version of the tables that this program makes

	Councils, Practitioners, Drafts, Cases, Signed, Events, Messages int // Cases were sent, those signed too; Messages wait to be sent

	KeysID    string // names the keys that it was made with; "" while it has no council
	WrongKeys bool   // those given are others: nothing can be said of what is sealed
	Opened    int    // how many sealed values opened; 0 when no keys were given
	Trail     []TrailReport

	// Problems are what is wrong, each a sentence that says where; none when the file is whole.
	Problems []string
}

func (r *FileReport) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// mostProblems is how many problems of one kind are listed: the first few say what happened, thousands hide it.
const mostProblems = 5

// Verify reads the whole of a database file or of a backup and changes nothing: whether SQLite finds it sound
// (https://www.sqlite.org/pragma.html#pragma_integrity_check), whether every row refers to one that is there, whether
// the trail of each council holds, and, unless ring is zero, whether every sealed value opens. It may run beside the
// service. An error means that the file could not be read at all; what is wrong in it is in the report.
func Verify(ctx context.Context, path string, ring keys.Ring) (r FileReport, err error) {
	r.Path = path
	abs, err := filepath.Abs(path)
	if err != nil {
		return r, fmt.Errorf("verifying %s: %w", path, err)
	}
	sealed, err := readSeal(abs)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return r, fmt.Errorf("verifying %s: there is no such file: %w", path, err)
	case errors.Is(err, errNoSeal):
	case err != nil:
		return r, fmt.Errorf("verifying %s: %w", path, err)
	default:
		if err := sealed.check(abs); errors.Is(err, ErrChanged) {
			r.problem("%v", err)
		} else if err != nil {
			return r, fmt.Errorf("verifying %s: %w", path, err)
		}
	}
	backup := sealed.content > 0
	if err := verify(ctx, abs, ring, backup, backup, &r); err != nil {
		return r, fmt.Errorf("verifying %s: %w", path, err)
	}
	return r, nil
}

// openToRead opens a file to be looked at. One that is fixed is opened as what cannot change, so that SQLite makes no files
// beside it and it may lie where nothing can be written. (SQLite's check then leaves out CHECK constraints. A backup was looked
// at before it was sealed.)
func openToRead(path string, fixed bool) (*sql.DB, error) {
	if !fixed {
		return openDB(path, 1, "deferred", "query_only(ON)")
	}
	q := url.Values{"mode": {"ro"}, "immutable": {"1"}, "_dqs": {"0"}, "_pragma": {"query_only(ON)"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// verify looks into the database itself. fixed says that nobody changes it, backup that it has the mark of one.
func verify(ctx context.Context, path string, ring keys.Ring, fixed, backup bool, r *FileReport) (err error) {
	info, err := os.Stat(path) //nolint:gosec // what whoever runs this named
	if err != nil {
		return err
	}
	r.Bytes = info.Size()
	db, err := openToRead(path, fixed)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil) // one view of everything, whatever is written meanwhile
	if err != nil {
		return damage(err, r, "it cannot be opened")
	}
	defer func() { _ = tx.Rollback() }()
	v := verifier{tx: tx, ring: ring, backup: backup, r: r}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"what it is cannot be read", v.identity},
		{"its pages cannot be read", v.pages},
		{"its references cannot be read", v.references},
		{"its rows cannot be counted", v.counts},
		{"its trail cannot be read", v.trail},
		{"its sealed values cannot be read", v.sealed},
	} {
		if v.foreign {
			break
		}
		if err := damage(step.do(ctx), r, step.what); err != nil {
			return err
		}
	}
	return nil
}

// damage turns an error that means that the file itself is damaged into a problem of the report; others it returns.
func damage(err error, r *FileReport, what string) error {
	switch code(err) & 0xff { // the primary code: https://www.sqlite.org/rescode.html
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_TOOBIG:
		r.problem("%s: %v", what, err)
		return nil
	}
	return err
}

type verifier struct {
	tx      *sql.Tx
	ring    keys.Ring
	backup  bool
	foreign bool // no database of ours: nothing more can be said
	tables  map[string]bool
	r       *FileReport
}

// rows calls each for every row of a query whose columns are all text; NULL is "".
func (v *verifier) rows(ctx context.Context, query string, each func(row []sql.RawBytes) error) error {
	rows, err := v.tx.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	row, dest := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range row {
		dest[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// meta returns a value of the table meta, or "".
func (v *verifier) meta(ctx context.Context, name string) (string, error) {
	var value []byte
	err := v.tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = ?", name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return string(value), err
}

// identity: is it ours, of which version, and is it a backup?
func (v *verifier) identity(ctx context.Context) error {
	v.foreign = true
	var id int64
	if err := v.tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return err
	}
	if id != applicationID {
		v.r.problem("it is not a Threshold database: its first page does not say so")
		return nil
	}
	v.foreign = false
	v.tables = map[string]bool{}
	if err := v.rows(ctx, "SELECT name FROM sqlite_schema WHERE type = 'table'", func(row []sql.RawBytes) error {
		v.tables[string(row[0])] = true
		return nil
	}); err != nil {
		return err
	}
	if err := v.tx.QueryRowContext(ctx, "SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&v.r.Version); err != nil {
		return err
	}
	knows, err := newestVersion()
	if err != nil {
		return err
	}
	if v.r.Knows = knows; v.r.Version > knows {
		v.r.problem("its tables are at version %d and this program knows up to %d: verify it with the newer program", v.r.Version, knows)
	}
	id2, err := v.meta(ctx, "key_id")
	if err != nil {
		return err
	}
	v.r.KeysID = id2
	for name, at := range map[string]*time.Time{metaCopied: &v.r.BackedUp, metaRestored: &v.r.Restored} {
		value, err := v.meta(ctx, name)
		if err != nil {
			return err
		}
		if value == "" {
			continue
		}
		if *at, err = time.Parse(time.RFC3339, value); err != nil {
			v.r.problem("the time in its mark %q cannot be read", name)
		}
	}
	switch copied := !v.r.BackedUp.IsZero(); {
	case copied && !v.backup:
		v.r.problem("it is a backup whose end is missing or damaged: it was cut short, or never finished. Take another backup")
	case !copied && v.backup:
		v.r.problem("it ends like a backup and is none: something wrote into it after it was made. Take another backup")
	}
	return nil
}

// newestVersion of the tables that this program makes.
func newestVersion() (int64, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("migration %s: %w", name, err)
		}
		newest = max(newest, n)
	}
	return newest, nil
}

// pages has SQLite look through every page, index and constraint.
func (v *verifier) pages(ctx context.Context) error {
	return v.rows(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", mostProblems), func(row []sql.RawBytes) error {
		if said := string(row[0]); said != "ok" {
			v.r.problem("the file is damaged: %s", said)
		}
		return nil
	})
}

// references looks for rows that refer to rows which are not there.
func (v *verifier) references(ctx context.Context) error {
	broken := map[string]int{}
	err := v.rows(ctx, "PRAGMA foreign_key_check", func(row []sql.RawBytes) error {
		broken[fmt.Sprintf("of %s refer to %s", row[0], row[2])]++
		return nil
	})
	for what, n := range broken {
		v.r.problem("%d rows %s that are not there", n, what)
	}
	slices.Sort(v.r.Problems)
	return err
}

func (v *verifier) counts(ctx context.Context) error {
	for _, c := range []struct {
		n            *int
		table, where string
	}{
		{&v.r.Councils, "councils", "true"},
		{&v.r.Practitioners, "practitioners", "true"},
		{&v.r.Drafts, "assessments", "status = 'draft'"},
		{&v.r.Cases, "assessments", "status <> 'draft'"},
		{&v.r.Signed, "assessments", "status = 'signed'"},
		{&v.r.Events, "events", "true"},
		{&v.r.Messages, "outbox", "message IS NOT NULL"},
	} {
		if !v.tables[c.table] {
			continue
		}
		if err := v.tx.QueryRowContext(ctx, "SELECT count(*) FROM "+c.table+" WHERE "+c.where).Scan(c.n); err != nil {
			return fmt.Errorf("counting %s: %w", c.table, err)
		}
	}
	return nil
}

// trail recomputes the chains. Databases from before there were any have none.
func (v *verifier) trail(ctx context.Context) (err error) {
	if !v.tables["event_heads"] {
		return nil
	}
	if v.r.Trail, err = verifyTrail(ctx, v.tx); err != nil {
		return err
	}
	for _, c := range v.r.Trail {
		if c.Broken != "" {
			v.r.problem("the trail of %s: %s", council(c.Council), c.Broken)
		}
	}
	return nil
}

func council(slug string) string {
	if slug == "" {
		return "(no council)"
	}
	return slug
}

// A sealedTable says where sealed values are and to what they are bound. Every table with sealed columns is here:
// TestVerifyKnowsEverySealedColumn holds the list against the newest shape of the database.
type sealedTable struct {
	name                     string
	council, record, version string // SQL: the parts of the keys.Place
	columns                  []string
	check                    func(plain map[string][]byte) string // what is wrong with what opened, or ""
}

var sealedTables = []sealedTable{
	{"assessments", "council", "id", "sealed_version", []string{"answers", "summary", "indication"}, nil},
	{"case_parts", "council", "case_id || '/' || name", "version", []string{"body"}, nil},
	{"determinations", "council", "id", "version", []string{"decision", "body", "hash"}, signedHash},
	{"entries", "council", "case_id || '/' || id", "0", []string{"body"}, nil},
	{"outbox", "council", "id", "0", []string{"body"}, nil},
	{"practitioners", "council", "id", "version", []string{"password_hash", "totp_secret"}, nil},
	{"passkeys", "council", "id", "0", []string{"name", "credential"}, nil},
	{"acknowledgements", "council", "council || '/' || alert", "0", []string{"body"}, nil},
	{"transfers", "to_council", "id", "0", []string{"offer"}, nil}, // sealed for whoever is to read it
	{"disposals", "council", "case_id", "0", []string{"note"}, nil},
	{"disposed", "council", "case_id", "0", []string{"ending"}, nil},
}

// signedHash: the record that was signed is the one that the signature is of.
func signedHash(plain map[string][]byte) string {
	if sum := sha256.Sum256(plain["body"]); hex.EncodeToString(sum[:]) != string(plain["hash"]) {
		return "the record is not the one that was signed"
	}
	return ""
}

// sealed opens everything.
func (v *verifier) sealed(ctx context.Context) error {
	if v.ring.IsZero() || v.r.KeysID == "" {
		return nil
	}
	check, err := v.meta(ctx, "key_check")
	if err != nil {
		return err
	}
	if v.ring.Verify([]byte(check)) != nil {
		v.r.WrongKeys = true
		v.r.problem("it was made with the keys %s and those given are %s: nothing in it opens with them. Give the keys file that was kept for it", v.r.KeysID, v.ring.ID())
		return nil
	}
	councils := map[string]*keys.Council{}
	if err := v.rows(ctx, "SELECT slug, council_key FROM councils", func(row []sql.RawBytes) error {
		key, err := v.ring.Council(string(row[0]), row[1])
		if err != nil {
			v.r.problem("the key of council %s does not open, and so nothing of it: the row was changed", row[0])
			return nil
		}
		councils[string(row[0])] = key
		return nil
	}); err != nil {
		return err
	}
	for _, t := range sealedTables {
		if !v.tables[t.name] {
			continue
		}
		closed := 0
		query := fmt.Sprintf("SELECT %s, %s, %s, data_key, %s FROM %s", t.council, t.record, t.version, strings.Join(t.columns, ", "), t.name)
		if err := v.rows(ctx, query, func(row []sql.RawBytes) error {
			wrong := t.open(councils, row, &v.r.Opened)
			if wrong == "" {
				return nil
			}
			if closed++; closed <= mostProblems {
				v.r.problem("%s %s: %s", t.name, row[1], wrong)
			}
			return nil
		}); err != nil {
			return fmt.Errorf("reading %s: %w", t.name, err)
		}
		if closed > mostProblems {
			v.r.problem("%s: %d more like these", t.name, closed-mostProblems)
		}
	}
	return nil
}

// open opens a row and says what is wrong with it, or "".
func (t *sealedTable) open(councils map[string]*keys.Council, row []sql.RawBytes, opened *int) string {
	council := councils[string(row[0])]
	if council == nil {
		return fmt.Sprintf("the key of its council %q is not there", row[0])
	}
	var version int
	if _, err := fmt.Sscan(string(row[2]), &version); err != nil {
		return "its version is no number"
	}
	record, err := council.Record(keys.Place{Table: t.name, Record: string(row[1]), Version: version}, row[3])
	if err != nil {
		return "its key does not open: it was changed, or moved here from elsewhere"
	}
	plain := map[string][]byte{}
	for i, column := range t.columns {
		sealed := row[4+i]
		if sealed == nil {
			continue // a draft has no indication
		}
		if plain[column], err = record.Open(column, sealed); err != nil {
			return column + " does not open: it was changed, or moved here from elsewhere"
		}
		*opened++
	}
	if t.check == nil {
		return ""
	}
	return t.check(plain)
}
