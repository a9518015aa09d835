package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	driver "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"threshold/internal/care"
)

// micros is how times are stored: microseconds since 1970 in UTC, 0 for none.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// noDue is how "no due date" is stored: after every date.
const noDue = math.MaxInt64

func dueMicros(t time.Time) int64 {
	if t.IsZero() {
		return noDue
	}
	return t.UnixMicro()
}

func fromDueMicros(n int64) time.Time {
	if n == noDue {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// code returns SQLite's extended result code of err, or 0 (https://www.sqlite.org/rescode.html).
func code(err error) int {
	if e := (*driver.Error)(nil); errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// told turns what a statement refused into the error of care that the caller tells apart.
func told(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return care.ErrNotFound
	}
	switch code(err) {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%w: %w", care.ErrConflict, err)
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: // only councils and cases are referred to
		return fmt.Errorf("%w: %w", care.ErrNotFound, err)
	}
	return err
}
