package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"threshold/internal/store/keys"
)

func TestKeysNew(t *testing.T) {
	var out, complaints bytes.Buffer
	if code := keysCommand([]string{"new"}, nil, &out, &complaints); code != 0 {
		t.Fatalf("exit %d: %s", code, complaints.String())
	}
	ring, err := keys.Find("", func(string) string { return out.String() })
	if err != nil {
		t.Fatalf("what was printed cannot be used: %v", err)
	}
	if !strings.Contains(complaints.String(), ring.ID()) || !strings.Contains(complaints.String(), "0600") {
		t.Errorf("told %q", complaints.String())
	}
	for _, args := range [][]string{nil, {"old"}, {"new", "more"}} {
		out.Reset()
		if code := keysCommand(args, nil, &out, &complaints); code != 2 || out.Len() != 0 {
			t.Errorf("%v: exit %d, printed %q", args, code, out.String())
		}
	}
	if code := keysCommand([]string{"new"}, nil, brokenWriter{}, &complaints); code != 1 {
		t.Errorf("keys that could not be written: exit %d", code)
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("disk full") }
