package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/store/keys"
)

// contents is what is in the folder of a database, by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(b)
	}
	return out
}

// TestDemoLeavesRealDataAlone: starting the demonstration on a council's database by mistake leaves nothing beside it.
func TestDemoLeavesRealDataAlone(t *testing.T) {
	p := newPlace(t)
	if code, _, errs := p.council("-slug", "example", "-name", "Example Council"); code != 0 {
		t.Fatal(errs)
	}
	for name, set := range map[string]struct{ env, flag string }{
		"no keys at all":         {"", ""},
		"its keys in the env":    {p.keys, ""},
		"its keys on the line":   {"", p.keys},
		"its keys in both these": {p.keys, p.keys},
	} {
		t.Setenv(keys.EnvName, set.env)
		args := []string{"serve", "-demo", "-addr", "127.0.0.1:0", "-db", p.db}
		if set.flag != "" {
			args = append(args, "-keys", set.flag)
		}
		before := contents(t, filepath.Dir(p.db))
		code, out, errs := runCommand(t, "", args...)
		if code != 1 || out != "" || !strings.Contains(errs, "this database holds real data") {
			t.Errorf("%s: exit %d, %s%s", name, code, out, errs)
		}
		after := contents(t, filepath.Dir(p.db))
		for file, b := range after {
			if was, ok := before[file]; (!ok || was != b) && set.flag == "" {
				t.Errorf("%s: %s was made or changed", name, file)
			}
		}
		if _, ok := after[filepath.Base(p.db)+".keys"]; ok {
			t.Errorf("%s: keys lie beside real data", name)
		}
	}
}

// TestDemoKeys: the demonstration's keys are beside its database whatever the environment says.
func TestDemoKeys(t *testing.T) {
	p := newPlace(t)
	t.Setenv(keys.EnvName, p.keys)
	db := filepath.Join(t.TempDir(), "new", "demo.db")
	ring, err := findKeys("", db, true)
	if err != nil {
		t.Fatal(err)
	}
	real, err := keys.Load(p.keys)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(db + ".keys")
	if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 || ring.ID() == real.ID() {
		t.Fatalf("%v, %v, keys %s", info, err, ring.ID())
	}
	// With a database beside them, made by the start before, they are the same.
	if err := os.WriteFile(db, []byte("a database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if again, err := findKeys("", db, true); err != nil || again.ID() != ring.ID() {
		t.Errorf("the second start: keys %s, not %s, %v", again.ID(), ring.ID(), err)
	}
	if named, err := findKeys(p.keys, db, true); err != nil || named.ID() != real.ID() {
		t.Errorf("with -keys: keys %s, not %s, %v", named.ID(), real.ID(), err)
	}
	if given, err := findKeys("", db, false); err != nil || given.ID() != real.ID() {
		t.Errorf("without -demo: keys %s, not %s, %v", given.ID(), real.ID(), err)
	}
	// An empty file is no data: a start that was broken off may have left it.
	empty := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := findKeys("", empty, true); err != nil {
		t.Error(err)
	}
}

// TestServeCommandLine: what ends before anything is served.
func TestServeCommandLine(t *testing.T) {
	t.Setenv(keys.EnvName, "")
	db := filepath.Join(t.TempDir(), "t.db")
	for _, c := range []struct {
		args       []string
		code       int
		out, wrong string // what stands on either; "" means nothing does
	}{
		{[]string{"-h"}, 0, "Usage: threshold serve", ""},
		{[]string{"-help"}, 0, "-demo", ""},
		{[]string{"--help"}, 0, "-keys", ""},
		{nil, 2, "", "needs a database file"},
		{[]string{"-colour"}, 2, "", "-colour"},
		{[]string{"-db", db, "stray"}, 2, "", `"stray" is not expected`},
		{[]string{"-db", db}, 2, "", "threshold keys new"},
		{[]string{"-db", db, "-keys", db + ".none"}, 2, "", "threshold keys new"},
	} {
		code, out, errs := runCommand(t, "", append([]string{"serve"}, c.args...)...)
		if code != c.code || !strings.Contains(out, c.out) || !strings.Contains(errs, c.wrong) || (c.out == "") != (out == "") || (c.wrong == "") != (errs == "") {
			t.Errorf("serve %v: exit %d\nout: %s\nerr: %s", c.args, code, out, errs)
		}
	}
	if _, err := os.Stat(db); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a database was made: %v", err)
	}
	for _, args := range [][]string{{"council", "add", "-h"}, {"practitioner", "add", "-help"}, {"keys", "-h"}, {"indicate", "-h"}, {"rules", "check", "-h"}} {
		if code, out, errs := runCommand(t, "", args...); code != 0 || errs != "" || !strings.Contains(out, "Usage:") {
			t.Errorf("%v: exit %d\nout: %s\nerr: %s", args, code, out, errs)
		}
	}
}

// TestKeysOfTheUsualUmask: what `threshold keys new > k` makes where everybody may read new files can be used, with one
// warning.
func TestKeysOfTheUsualUmask(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("left out: files have no such bits on Windows")
	}
	p := newPlace(t)
	if err := os.Chmod(p.keys, 0o644); err != nil {
		t.Fatal(err)
	}
	code, _, errs := p.council("-slug", "example", "-name", "Example Council")
	if code != 0 || strings.Count(errs, "chmod 600 "+p.keys) != 1 {
		t.Errorf("council add: exit %d, %s", code, errs)
	}
	// serve reads the keys, warns, and only then finds that it cannot listen.
	code, _, errs = runCommand(t, "", "serve", "-db", p.db, "-keys", p.keys, "-addr", "no port")
	if code != 1 || strings.Count(errs, "chmod 600 "+p.keys) != 1 || !strings.Contains(errs, "listening on no port") {
		t.Errorf("serve: exit %d, %s", code, errs)
	}
	if err := os.Chmod(p.keys, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := p.council("-slug", "example", "-name", "Example Council"); code != 0 || errs != "" {
		t.Errorf("council add with good keys: exit %d, %s", code, errs)
	}
}

// TestServeErasesBeforeItAnswers: what ran out while the service was not running is gone before anybody can open it.
func TestServeErasesBeforeItAnswers(t *testing.T) {
	p := newPlace(t)
	where := database{file: p.db, keys: p.keys}
	var stale, fresh casework.Draft
	err := where.open(io.Discard, func(ctx context.Context, service *casework.Service) error {
		if err := service.SetCouncil(ctx, care.Actor{Kind: care.ActorSystem}, care.Council{Slug: "example", Name: "Example Council", ReadDays: 5}); err != nil {
			return err
		}
		var err error
		if fresh, err = service.Start(ctx, "example"); err != nil {
			return err
		}
		service.Now = func() time.Time { return time.Now().Add(-casework.DraftLife - time.Hour) }
		stale, err = service.Start(ctx, "example")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	ring, err := keys.Load(p.keys)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	out, w := io.Pipe()
	done := make(chan error, 1)
	var log bytes.Buffer
	go func() {
		err := serve(ctx, "127.0.0.1:0", p.db, ring, false, post{}, slog.New(slog.NewJSONHandler(&log, nil)), w, io.Discard)
		_ = w.CloseWithError(io.EOF)
		done <- err
	}()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Errorf("%q, %v", line, err)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), `"drafts":1`) {
		t.Errorf("the log says %s", log.String())
	}
	err = where.open(io.Discard, func(ctx context.Context, service *casework.Service) error {
		if _, err := service.Store.Assessment(ctx, "example", stale.ID); !errors.Is(err, care.ErrNotFound) {
			t.Errorf("what ran out is there: %v", err)
		}
		_, err := service.Store.Assessment(ctx, "example", fresh.ID)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
