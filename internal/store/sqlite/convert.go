package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
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

// unavailable tells a disk that is full, read-only or faulty, and a database that another process holds, from everything
// else: trying again later may help. Every code in err counts, since an error while undoing hides the one that led to it.
func unavailable(err error) error {
	if err == nil || errors.Is(err, care.ErrUnavailable) {
		return err
	}
	if errors.Is(err, errClosed) || outOfOrder(err) {
		return fmt.Errorf("%w: %w", care.ErrUnavailable, err)
	}
	return err
}

func outOfOrder(err error) bool {
	switch e := err.(type) { //nolint:errorlint // it walks the whole tree itself
	case *driver.Error:
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_PROTOCOL:
			return true
		}
		return false
	case interface{ Unwrap() error }:
		return outOfOrder(e.Unwrap())
	case interface{ Unwrap() []error }:
		return slices.ContainsFunc(e.Unwrap(), outOfOrder)
	}
	return false
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
