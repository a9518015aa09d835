package main

import (
	"os"
	"path/filepath"
	"regexp"
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
	// Somebody with the file and no program changes what an event of one council says.
	file, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	verb := regexp.MustCompile(`birchleysystemcouncil\.(set)`).FindSubmatchIndex(file)
	if verb == nil {
		t.Fatal("the event is not in the file as it is looked for here")
	}
	copy(file[verb[2]:], "put")
	if err := os.WriteFile(db, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _ := call(1, "audit", "verify", "-db", db); !strings.Contains(out, "birchley: BROKEN") || !strings.Contains(out, "ashdale: 1 events hold") {
		t.Errorf("after tampering: %s", out)
	}
}
