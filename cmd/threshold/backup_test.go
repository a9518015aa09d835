package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/sqlite"
)

// begun lists the ids of all forms that were begun, as the trail tells.
func begun(t *testing.T, store *sqlite.Store) (ids []string) {
	t.Helper()
	q := care.TrailQuery{Council: "alderford", Verbs: []string{"draft.started"}, Limit: 500}
	for {
		page, err := store.Trail(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range page.Lines {
			ids = append(ids, line.Subject)
		}
		if q.After = page.Next; q.After == "" {
			return ids
		}
	}
}

// TestBackupDrill makes backups while people save, restores each, and looks for every answer that the service had said is
// kept before the backup was begun.
func TestBackupDrill(t *testing.T) {
	s := startService(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := newCrowd(ctx, t, s.addr, 8)
	c.work(ctx, 0)
	type drill struct {
		file          string
		before, after map[string]int // acknowledged before it was begun; begun before it was done
	}
	var drills []drill
	dir := t.TempDir()
	for i := range 4 {
		c.await(t, 60)
		d := drill{filepath.Join(dir, fmt.Sprintf("%d.backup", i)), map[string]int{}, map[string]int{}}
		for _, r := range c.people {
			_, d.before[r.name] = r.ledger()
		}
		var out, errs bytes.Buffer
		if code := backupCommand([]string{"-db", s.db, "-to", d.file}, nil, &out, &errs); code != 0 {
			t.Fatalf("exit %d: %s%s", code, out.String(), errs.String())
		}
		for _, r := range c.people {
			d.after[r.name], _ = r.ledger()
		}
		if !strings.Contains(out.String(), "The keys are not in it") || !strings.Contains(out.String(), "trail of alderford: ") {
			t.Errorf("it says %s", out.String())
		}
		drills = append(drills, d)
	}
	c.await(t, 60)
	cancel()
	c.wg.Wait()
	if len(c.failed) > 0 {
		t.Error(c.failed)
	}
	if code := s.stop(t); code != 0 {
		t.Errorf("the service ended with %d", code)
	}
	total, later := 0, 0
	for i, d := range drills {
		db := filepath.Join(dir, fmt.Sprintf("%d.db", i))
		if code, out, errs := runCommand(t, "", "restore", "-from", d.file, "-db", db, "-keys", s.db+".keys"); code != 0 || !strings.Contains(out, "What happened after") {
			t.Fatalf("restore: exit %d: %s%s", code, out, errs)
		}
		stored := c.stored(t, s, db)
		for name, kept := range d.before {
			if stored[name] < kept || stored[name] > d.after[name] {
				t.Errorf("backup %d: %s has save %d; %d were acknowledged before, %d begun in all", i, name, stored[name], kept, d.after[name])
			}
			total += kept
			later += stored[name] - kept
		}
		if code, out, errs := runCommand(t, "", "verify", "-db", db, "-keys", s.db+".keys"); code != 0 || !strings.Contains(out, " is sound.") {
			t.Errorf("verify: exit %d: %s%s", code, out, errs)
		}
	}
	// Another look at the database that was never touched by it all.
	if code, out, errs := runCommand(t, "", "verify", "-db", s.db); code != 0 || !strings.Contains(out, "sealed values opened") {
		t.Errorf("verify: exit %d: %s%s", code, out, errs)
	}
	t.Logf("%d backups while %d people saved: %d acknowledged answers restored, 0 lost; %d more that came while it was made", len(drills), len(c.people), total, later)
}

// TestDamagedBackupByCommand: what the commands say of a backup that is not whole, and that they put nothing in place.
func TestDamagedBackupByCommand(t *testing.T) {
	p := newPlace(t)
	if code, _, errs := p.council("-slug", "example", "-name", "Example Council"); code != 0 {
		t.Fatal(errs)
	}
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	if code, out, errs := runCommand(t, "", "backup", "-db", p.db, "-to", good); code != 0 {
		t.Fatal(out, errs)
	}
	if code, _, errs := runCommand(t, "", "backup", "-db", p.db, "-to", good); code != 1 || !strings.Contains(errs, "nothing is ever overwritten") || !strings.Contains(errs, "No backup was made.") {
		t.Errorf("the same again: exit %d, %s", code, errs)
	}
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	flipped := slices.Clone(whole)
	flipped[len(flipped)/2] ^= 4
	for name, b := range map[string][]byte{"flipped": flipped, "half": whole[:len(whole)/2]} {
		bad, db := filepath.Join(dir, name), filepath.Join(dir, name+".db")
		if err := os.WriteFile(bad, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, errs := runCommand(t, "", "verify", "-db", bad, "-keys", p.keys); code != 1 || !strings.Contains(errs, "Wrong: ") || !strings.Contains(errs, "is not sound.") {
			t.Errorf("verify %s: exit %d, %s", name, code, errs)
		}
		if code, _, errs := runCommand(t, "", "restore", "-from", bad, "-db", db, "-keys", p.keys); code != 1 || !strings.Contains(errs, "Nothing was put in place.") {
			t.Errorf("restore %s: exit %d, %s", name, code, errs)
		}
		if _, err := os.Stat(db); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("restore %s left a file: %v", name, err)
		}
	}
	other := newPlace(t)
	code, _, errs := runCommand(t, "", "verify", "-db", good, "-keys", other.keys)
	if code != 1 || !strings.Contains(errs, "Try again with its own keys") || strings.Contains(errs, "restore") {
		t.Errorf("with other keys: exit %d, %s", code, errs)
	}
	code, out, errs := runCommand(t, "", "restore", "-from", good, "-db", filepath.Join(dir, "no keys.db"))
	if code != 0 || !strings.Contains(out, "Not tried: whether it opens") {
		t.Errorf("without keys: exit %d, %s%s", code, out, errs)
	}
	for _, args := range [][]string{{"backup"}, {"backup", "-db", p.db}, {"restore", "-from", good}, {"verify"}} {
		if code, _, errs := runCommand(t, "", args...); code != 2 || !strings.Contains(errs, "such as: threshold "+args[0]) {
			t.Errorf("%v: exit %d, %s", args, code, errs)
		}
	}
}

// TestBackupOnAFullDisk: wherever the room ends, nothing is left that looks like a backup.
func TestBackupOnAFullDisk(t *testing.T) {
	if fileSizeEnv == "" {
		t.Skipf("left out: how large a file may be cannot be limited on %s", runtime.GOOS)
	}
	p := newPlace(t)
	if code, _, errs := p.council("-slug", "example", "-name", "Example Council"); code != 0 {
		t.Fatal(errs)
	}
	dir := t.TempDir()
	whole := filepath.Join(t.TempDir(), "whole")
	if code, out, errs := runCommand(t, "", "backup", "-db", p.db, "-to", whole); code != 0 {
		t.Fatal(out, errs)
	}
	info, err := os.Stat(whole)
	if err != nil {
		t.Fatal(err)
	}
	rooms := []int64{0, 4096, info.Size() / 2, info.Size() - 4096, info.Size() - 50, info.Size() - 1}
	for _, room := range rooms {
		cmd := program("backup", "-db", p.db, "-to", filepath.Join(dir, "a.backup"))
		cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%d", fileSizeEnv, room))
		said, err := cmd.CombinedOutput()
		if err == nil || cmd.ProcessState.ExitCode() != 1 || !bytes.Contains(said, []byte("No backup was made.")) {
			t.Errorf("room for %d bytes of %d: %v, %s", room, info.Size(), err, said)
		}
		if left := contents(t, dir); len(left) > 0 {
			t.Errorf("room for %d bytes of %d: left in the folder: %v", room, info.Size(), slices.Sorted(maps.Keys(left)))
		}
	}
	// The same with enough room, so that it is the room that was missing.
	cmd := program("backup", "-db", p.db, "-to", filepath.Join(dir, "a.backup"))
	cmd.Env = append(cmd.Env, fmt.Sprintf("%s=%d", fileSizeEnv, 2*info.Size()))
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("with room: %v, %s", err, said)
	}
}

// TestStoppedBackupLeavesNothing: a backup that is stopped in the middle tidies up after itself.
func TestStoppedBackupLeavesNothing(t *testing.T) {
	p := newPlace(t)
	if code, _, errs := p.council("-slug", "example", "-name", "Example Council"); code != 0 {
		t.Fatal(errs)
	}
	dir := t.TempDir()
	unfinished := func() bool {
		for name := range contents(t, dir) {
			if strings.Contains(name, "unfinished") {
				return true
			}
		}
		return false
	}
	for i := range 6 {
		cmd := program("backup", "-db", p.db, "-to", filepath.Join(dir, fmt.Sprint(i)))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		var err error
		for done := false; !done; {
			select {
			case err = <-ended:
				done = true
			case <-time.After(time.Millisecond):
				if unfinished() {
					_ = cmd.Process.Signal(os.Interrupt)
				}
			}
		}
		if _, there := contents(t, dir)[fmt.Sprint(i)]; there != (err == nil) {
			t.Errorf("it ended with %v, and the backup is there: %v", err, there)
		}
		if unfinished() {
			t.Errorf("left in the folder: %v", slices.Sorted(maps.Keys(contents(t, dir))))
		}
	}
}
