package sqlite

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

const north = "northby"

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// newStore opens a store with one council in a folder of its own.
func newStore(t testing.TB, change ...func(*Options)) *Store {
	t.Helper()
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
	for _, c := range change {
		c(&o)
	}
	s := openStore(t, o)
	if err := s.PutCouncil(t.Context(), care.Council{Slug: north, Name: "Northby"}, care.Event{At: noon, Verb: "council.put", Subject: north}); err != nil {
		t.Fatal(err)
	}
	return s
}

func openStore(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil && !errors.Is(err, errClosed) {
			t.Error(err)
		}
	})
	return s
}

func draft(id string) care.Assessment {
	return care.Assessment{ID: id, Council: north, Kind: care.KindAdultNeeds, Status: care.StatusDraft, Version: 1, StartedAt: noon, SavedAt: noon}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenRefusesWhatCouldLoseAnswers(t *testing.T) {
	// The driver applies pragmas in alphabetical order, so the last two ride behind one that comes late.
	for pragma, name := range map[string]string{
		"synchronous(NORMAL)":                        "synchronous",
		"synchronous(OFF)":                           "synchronous",
		"journal_mode(DELETE)":                       "journal_mode",
		"synchronous(FULL);PRAGMA foreign_keys=OFF":  "foreign_keys",
		"synchronous(FULL);PRAGMA secure_delete=OFF": "secure_delete",
	} {
		o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
		s, err := Open(t.Context(), o)
		must(t, err)
		must(t, s.Close())
		o.pragmas = []string{pragma}
		_, err = Open(t.Context(), o)
		if unsafe := (*UnsafeError)(nil); !errors.As(err, &unsafe) || unsafe.Pragma != name || !strings.Contains(err.Error(), name) {
			t.Errorf("with %s: %v, want an UnsafeError about %s", pragma, err, name)
		}
	}

	// Somebody changed the mode in the file itself.
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
	s, err := Open(t.Context(), o)
	must(t, err)
	must(t, s.Close())
	raw, err := sql.Open("sqlite", o.Path)
	must(t, err)
	_, err = raw.Exec("PRAGMA journal_mode = DELETE")
	must(t, errors.Join(err, raw.Close()))
	_, err = Open(t.Context(), o)
	if unsafe := (*UnsafeError)(nil); !errors.As(err, &unsafe) || unsafe.Got != "delete" || !strings.Contains(err.Error(), "PRAGMA journal_mode=WAL") {
		t.Errorf("%v, want an UnsafeError that says how to mend it", err)
	}
}

func TestOpenRefusesOtherKeys(t *testing.T) {
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
	s, err := Open(t.Context(), o)
	must(t, err)
	must(t, s.Close())
	right := o.Keys
	o.Keys = keys.Generate()
	_, err = Open(t.Context(), o)
	if !errors.Is(err, ErrWrongKeys) || !strings.Contains(err.Error(), right.ID()) || !strings.Contains(err.Error(), o.Keys.ID()) {
		t.Errorf("%v, want ErrWrongKeys that names both", err)
	}
	o.Keys = keys.Ring{}
	if _, err := Open(t.Context(), o); !errors.Is(err, keys.ErrNone) {
		t.Errorf("%v, want keys.ErrNone", err)
	}
	o.Keys = right
	must(t, openStore(t, o).Close())

	// Without its check value a database in use is refused rather than given a new one.
	s = newStore(t, func(n *Options) { n.Keys = right; o.Path = n.Path })
	must(t, s.write(t.Context(), func(t *tx) error { _, err := t.exec("DELETE FROM meta WHERE name = 'key_check'"); return err }))
	must(t, s.Close())
	if _, err := Open(t.Context(), o); !errors.Is(err, ErrWrongKeys) {
		t.Errorf("%v, want ErrWrongKeys", err)
	}
}

func TestOpenRefusesOtherFiles(t *testing.T) {
	dir := t.TempDir()
	o := Options{Keys: keys.Generate()}

	o.Path = filepath.Join(dir, "other.db")
	raw, err := sql.Open("sqlite", o.Path)
	must(t, err)
	_, err = raw.Exec("CREATE TABLE invoices (id INTEGER)")
	must(t, errors.Join(err, raw.Close()))
	before, err := os.ReadFile(o.Path)
	must(t, err)
	if _, err := Open(t.Context(), o); !errors.Is(err, ErrNotThreshold) {
		t.Errorf("%v, want ErrNotThreshold", err)
	}
	after, err := os.ReadFile(o.Path)
	must(t, err)
	if string(before) != string(after) {
		t.Error("another program's database was changed")
	}

	o.Path = filepath.Join(dir, "letter.txt")
	must(t, os.WriteFile(o.Path, []byte(strings.Repeat("Dear council, ", 200)), 0o600))
	if _, err := Open(t.Context(), o); !errors.Is(err, ErrNotThreshold) {
		t.Errorf("%v, want ErrNotThreshold", err)
	}

	o.Path = filepath.Join(dir, "missing", "threshold.db")
	if _, err := Open(t.Context(), o); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), filepath.Join(dir, "missing")) {
		t.Errorf("%v, want one that names the folder", err)
	}

	o.Path = filepath.Join(dir, "newer.db")
	s := openStore(t, o)
	must(t, s.write(t.Context(), func(t *tx) error {
		_, err := t.exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)")
		return err
	}))
	must(t, s.Close())
	if _, err := Open(t.Context(), o); !errors.Is(err, ErrNewer) {
		t.Errorf("%v, want ErrNewer", err)
	}
}

func TestFilesAreOurs(t *testing.T) {
	// Every mark that means something in a URI or a pattern, to show that the path is taken as it is.
	dir := filepath.Join(t.TempDir(), "a b?c#d%20e")
	must(t, os.Mkdir(dir, 0o700))
	o := Options{Path: filepath.Join(dir, "threshold.db"), Keys: keys.Generate()}
	must(t, os.WriteFile(o.Path, nil, 0o644))
	s := newStore(t, func(n *Options) { *n = o })
	for _, name := range []string{"threshold.db", "threshold.db-wal", "threshold.db-shm"} {
		info, err := os.Stat(filepath.Join(dir, name))
		must(t, err)
		if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("%s has mode %#o", name, mode)
		}
	}
	must(t, s.Close())
	left, err := os.ReadDir(dir)
	must(t, err)
	if len(left) != 1 || left[0].Name() != "threshold.db" {
		t.Errorf("closing left %v", left)
	}
	if err := s.Close(); !errors.Is(err, errClosed) {
		t.Errorf("closing twice: %v", err)
	}
	if err := s.CreateAssessment(t.Context(), draft("late")); err == nil {
		t.Error("a closed store took a draft")
	}
}

func TestDemo(t *testing.T) {
	ctx := t.Context()
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
	s := openStore(t, o)
	is := func(demo, empty bool) {
		t.Helper()
		d, err1 := s.IsDemo(ctx)
		e, err2 := s.IsEmpty(ctx)
		must(t, errors.Join(err1, err2))
		if d != demo || e != empty {
			t.Fatalf("demo %v, empty %v; want %v, %v", d, e, demo, empty)
		}
	}
	is(false, true)
	must(t, s.MarkDemo(ctx))
	must(t, s.MarkDemo(ctx))
	is(true, true)
	must(t, s.PutCouncil(ctx, care.Council{Slug: north}, care.Event{At: noon}))
	must(t, s.MarkDemo(ctx))
	is(true, false)
	must(t, s.Close())
	s = openStore(t, o)
	is(true, false)

	s = newStore(t)
	if err := s.MarkDemo(ctx); !errors.Is(err, ErrNotEmpty) {
		t.Fatalf("%v, want ErrNotEmpty", err)
	}
	is(false, false)
}

func TestTwoProcessesShareOneFile(t *testing.T) {
	// As `threshold council add` does beside a running service.
	var o Options
	a := newStore(t, func(n *Options) { o = *n })
	b := openStore(t, o)
	must(t, b.PutCouncil(t.Context(), care.Council{Slug: "southby", Name: "Southby"}, care.Event{At: noon}))
	d := draft("one")
	d.Council = "southby"
	must(t, a.CreateAssessment(t.Context(), d))
	_, err := b.Assessment(t.Context(), "southby", "one")
	must(t, err)
}
