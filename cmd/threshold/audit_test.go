package main

import (
	"database/sql" //nolint:depguard // who tampers does not ask the store
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAuditVerify makes a database by the command line, verifies it, tampers with it, and verifies it again.
func TestAuditVerify(t *testing.T) {
	dir := t.TempDir()
	db, keys := filepath.Join(dir, "threshold.db"), filepath.Join(dir, "keys")
	call := func(want int, args ...string) (string, string) {
		t.Helper()
		var out, errs strings.Builder
		if code := run(args, strings.NewReader(""), &out, &errs); code != want {
			t.Fatalf("threshold %s: %d, want %d\n%s%s", strings.Join(args, " "), code, want, out.String(), errs.String())
		}
		return out.String(), errs.String()
	}
	call(2, "audit")
	call(2, "audit", "verify", "too much")
	if _, errs := call(1, "audit", "verify", "-db", db); !strings.Contains(errs, "no such file") {
		t.Errorf("a file that is not there: %s", errs)
	}
	ring, _ := call(0, "keys", "new")
	if err := os.WriteFile(keys, []byte(ring), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, slug := range []string{"ashdale", "birchley"} {
		call(0, "council", "add", "-db", db, "-keys", keys, "-slug", slug, "-name", slug, "-phone", "020 7946 0101", "-phone-24h", "020 7946 0102")
	}
	out, _ := call(0, "audit", "verify", "-db", db)
	if strings.Count(out, "hold together") != 2 || !strings.Contains(out, "ashdale: 1 events") {
		t.Errorf("verified: %s", out)
	}
	raw, err := sql.Open("sqlite", db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec("DROP TRIGGER events_never_change; UPDATE events SET verb = 'nothing' WHERE council = 'birchley'"); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	if out, _ := call(1, "audit", "verify", "-db", db); !strings.Contains(out, "birchley: BROKEN") || !strings.Contains(out, "ashdale: 1 events hold") {
		t.Errorf("after tampering: %s", out)
	}
}
