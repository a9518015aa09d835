package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCLDCommand: the command writes a table with its heads, and says what is wrong with a command line.
func TestCLDCommand(t *testing.T) {
	dir := t.TempDir()
	db, keys := filepath.Join(dir, "t.db"), filepath.Join(dir, "t.keys")
	do := func(args ...string) (int, string, string) {
		var out, err bytes.Buffer
		code := run(args, strings.NewReader(""), &out, &err)
		return code, out.String(), err.String()
	}
	code, made, err := do("keys", "new")
	if code != 0 {
		t.Fatal(err)
	}
	if err := os.WriteFile(keys, []byte(made), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, err := do("council", "add", "-db", db, "-keys", keys, "-slug", "north", "-name", "North Council"); code != 0 {
		t.Fatal(err)
	}
	in := []string{"cld", "-db", db, "-keys", keys, "-council", "north"}
	code, out, err := do(append(in, "-from", "2026-04-01", "-to", "2026-06-30")...)
	if code != 0 || !strings.HasPrefix(out, "LA_Code,") || strings.Count(out, "\n") != 1 || !strings.Contains(err, "Not checked") {
		t.Errorf("%d %q %q", code, out, err)
	}
	for _, c := range []struct{ from, to, want string }{{"", "2026-06-30", "-from"}, {"2026-04-01", "31 June", "-to"}, {"2026-04-01", "2026-03-31", "-to"}} {
		if code, _, err := do(append(in, "-from", c.from, "-to", c.to)...); code != 2 || !strings.Contains(err, c.want) {
			t.Errorf("from %q to %q: %d %q", c.from, c.to, code, err)
		}
	}
	if code, _, err := do("cld", "-db", db, "-keys", keys, "-council", "south", "-from", "2026-04-01", "-to", "2026-06-30"); code != 2 || !strings.Contains(err, "north") {
		t.Errorf("an unknown council: %d %q", code, err)
	}
}
