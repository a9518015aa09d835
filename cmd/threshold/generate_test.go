package main

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// TestGenerateAndBench fills two small demonstrations and measures them: that the commands do what they say, not how fast.
func TestGenerateAndBench(t *testing.T) {
	dir := t.TempDir()
	var out, wrong bytes.Buffer
	for name, cases := range map[string]string{"small.db": "2500", "large.db": "3000"} {
		out.Reset()
		if code := run([]string{"generate", "-db", filepath.Join(dir, name), "-cases", cases}, nil, &out, &wrong); code != 0 || !strings.Contains(out.String(), "Added "+cases) {
			t.Fatalf("generate: %d, %s%s", code, out.String(), wrong.String())
		}
	}
	out.Reset()
	code := run([]string{"bench-queue", "-small", filepath.Join(dir, "small.db"), "-large", filepath.Join(dir, "large.db"), "-runs", "2"}, nil, &out, &wrong)
	if code != 0 || !strings.Contains(out.String(), "all together") || !strings.Contains(out.String(), "search by whole name                  25") {
		t.Errorf("bench-queue: %d\n%s%s", code, out.String(), wrong.String())
	}
	for _, args := range [][]string{{"generate"}, {"generate", "-db", "x", "-cases", "0"}, {"bench-queue"}} {
		if code := run(args, nil, io.Discard, io.Discard); code != 2 {
			t.Errorf("%v: %d", args, code)
		}
	}
}
