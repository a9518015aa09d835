package sqlite

import (
	"compress/gzip"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"threshold/internal/store/keys"
)

// unpacked is a database that an earlier program made, and its keys.
func unpacked(t *testing.T, packed string) Options {
	t.Helper()
	ring, err := keys.Load(strings.TrimSuffix(packed, ".db.gz") + ".keys")
	must(t, err)
	in, err := os.Open(packed)
	must(t, err)
	defer in.Close()
	plain, err := gzip.NewReader(in)
	must(t, err)
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: ring}
	out, err := os.Create(o.Path)
	must(t, err)
	_, err = io.Copy(out, plain)
	must(t, err)
	must(t, out.Close())
	return o
}

// TestReleasedDatabasesMigrate opens the databases that earlier programs made (tools/released/keep.sh): nothing in them is
// lost, everything opens as before, the trail holds, and each case can be read by today's program.
func TestReleasedDatabasesMigrate(t *testing.T) {
	packed, err := filepath.Glob("testdata/released/*.db.gz")
	must(t, err)
	if len(packed) < 4 {
		t.Fatalf("%d databases are kept", len(packed))
	}
	newest, err := newestVersion()
	must(t, err)
	for _, file := range packed {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".db.gz"), func(t *testing.T) {
			ctx, o := t.Context(), unpacked(t, file)
			before, err := Verify(ctx, o.Path, o.Keys)
			must(t, err)
			if len(before.Problems) > 0 || before.Opened == 0 || before.Cases == 0 || before.Version >= newest {
				t.Fatalf("as it was kept: %+v", before)
			}
			// It can be backed up and restored before it migrates too, as somebody does who then tries the new program.
			backup := filepath.Join(t.TempDir(), "old.backup")
			_, err = Backup(ctx, o.Path, backup)
			must(t, err)
			again := Options{Path: filepath.Join(t.TempDir(), "again.db"), Keys: o.Keys}
			_, err = Restore(ctx, backup, again.Path, o.Keys)
			must(t, err)
			must(t, openStore(t, again).Close())

			s := openStore(t, o)
			read := 0
			type row struct{ id, council, status string }
			var rows []row
			must(t, s.readRows(ctx, "SELECT id, council, status FROM assessments", nil, func(r *sql.Rows) error {
				var x row
				err := r.Scan(&x.id, &x.council, &x.status)
				rows = append(rows, x)
				return err
			}))
			for _, x := range rows {
				a, err := s.Assessment(ctx, x.council, x.id)
				must(t, err)
				_, err = s.Entries(ctx, x.council, x.id)
				must(t, err)
				var signed int
				if x.status != "draft" {
					_, err := s.Parts(ctx, x.council, x.id)
					must(t, err)
					records, err := s.Determinations(ctx, x.council, x.id)
					must(t, err)
					signed = len(records)
				}
				events, err := s.Events(ctx, x.council, x.id)
				must(t, err)
				if len(events) == 0 || x.status == "signed" && signed == 0 {
					t.Errorf("%s: %s with %d records and %d events", x.id, x.status, signed, len(events))
				}
				read += len(a.Answers.Questions())
			}
			must(t, s.Close())
			if read == 0 {
				t.Error("no answer was read")
			}
			after, err := Verify(ctx, o.Path, o.Keys)
			must(t, err)
			if len(after.Problems) > 0 || after.Version != newest || len(after.Trail) == 0 {
				t.Errorf("brought on: %+v", after)
			}
			if after.Opened != before.Opened || after.Cases != before.Cases || after.Drafts != before.Drafts || after.Signed != before.Signed ||
				after.Events < before.Events || after.Practitioners != before.Practitioners || after.Councils != before.Councils {
				t.Errorf("before: %+v\nafter: %+v", before, after)
			}
			t.Logf("from version %d to %d: %d cases, %d drafts, %d events, %d sealed values open", before.Version, newest, after.Cases, after.Drafts, after.Events, after.Opened)
		})
	}
}
