package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID is what migrations/00001_first.sql writes into the file's header.
const applicationID = 0x54687265

// migrate brings the tables to the shape of this program. An empty file is put into WAL mode first, once: the mode is
// kept in the file, and setting it on every connection would take a lock each time.
func migrate(ctx context.Context, db *sql.DB) error {
	var id int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		if code(err) == sqlite3.SQLITE_NOTADB {
			return fmt.Errorf("%w: choose another -db: %w", ErrNotThreshold, err)
		}
		return err
	}
	if id != applicationID {
		// A run that was stopped while it made the tables leaves at most goose's own.
		var foreign int
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE tbl_name NOT IN ('goose_db_version', 'sqlite_sequence')").Scan(&foreign); err != nil {
			return err
		}
		if foreign > 0 {
			return fmt.Errorf("%w: it has tables of another program; choose another -db", ErrNotThreshold)
		}
		// A mode other than WAL is refused afterwards, by name.
		if _, err := db.ExecContext(ctx, "PRAGMA journal_mode = WAL"); err != nil {
			return fmt.Errorf("setting the write-ahead log: %w", err)
		}
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	has, knows, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("reading the version of the tables: %w", err)
	}
	switch {
	case has > knows:
		return fmt.Errorf("%w: its tables are at version %d, this program knows up to %d. Run the newer program, or restore the backup made before it", ErrNewer, has, knows)
	case has == knows:
		return nil
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("bringing the tables from version %d to %d: %w", has, knows, err)
	}
	return nil
}
