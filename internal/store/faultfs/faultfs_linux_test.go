package faultfs

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestMain(m *testing.M) {
	ServeIfAsked()
	os.Exit(m.Run())
}

// These tests use files of a file system that their own process serves. That is safe as long as none is mapped into
// memory: who waits in a system call does not hold up the garbage collector.

func mount(t *testing.T) *FS {
	t.Helper()
	f, err := Mount(t.TempDir(), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Unmount(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func syncDir(t *testing.T, dir string) {
	t.Helper()
	d, err := os.Open(dir)
	must(t, err)
	must(t, d.Sync())
	must(t, d.Close())
}

// after cuts the power and returns what is there then: name to contents.
func after(t *testing.T, f *FS, fate Fate, seed uint64) map[string]string {
	t.Helper()
	f.Cut()
	dir, err := f.Survive(fate, rand.New(rand.NewPCG(seed, 1)))
	must(t, err)
	entries, err := os.ReadDir(dir)
	must(t, err)
	found := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		must(t, err)
		found[e.Name()] = string(b)
	}
	return found
}

// made is a file of four sectors on the disk, and its first and third sector written anew since.
func made(t *testing.T, f *FS) {
	t.Helper()
	_, err := f.Import("")
	must(t, err)
	file, err := os.Create(filepath.Join(f.Dir(), "a"))
	must(t, err)
	_, err = file.Write(bytes.Repeat([]byte("o"), 4*sectorSize))
	must(t, err)
	must(t, file.Sync())
	syncDir(t, f.Dir())
	for _, sector := range []int64{0, 2} {
		_, err = file.WriteAt(bytes.Repeat([]byte("n"), sectorSize), sector*sectorSize)
		must(t, err)
	}
	must(t, file.Close()) // which syncs nothing
}

// sectors shows a file by the first letter of each sector; "?" for a sector that is not all one letter.
func sectors(s string) string {
	out := ""
	for len(s) >= sectorSize {
		letter := s[:1]
		if strings.Trim(s[:sectorSize], letter) != "" {
			letter = "?"
		}
		out, s = out+letter, s[sectorSize:]
	}
	return out + strings.Repeat("+", min(1, len(s)))
}

func TestWhatIsNotSyncedMayBeLost(t *testing.T) {
	f := mount(t)
	made(t, f)
	if got := sectors(after(t, f, Dropped, 1)["a"]); got != "oooo" {
		t.Errorf("dropped: %s", got)
	}
	made(t, f)
	if got := sectors(after(t, f, Kept, 1)["a"]); got != "nono" {
		t.Errorf("kept: %s", got)
	}
	seen := map[string]int{}
	for seed := range uint64(60) {
		made(t, f)
		got := sectors(after(t, f, Torn, seed)["a"])
		seen[got]++
		made(t, f)
		if again := sectors(after(t, f, Torn, seed)["a"]); again != got {
			t.Fatalf("seed %d tore to %s and then to %s", seed, got, again)
		}
	}
	if len(seen) != 4 || seen["oooo"]*seen["nooo"]*seen["oono"]*seen["nono"] == 0 {
		t.Errorf("torn: %v, want each of the four ways", seen)
	}
}

func TestNamesAreSyncedByTheirFolder(t *testing.T) {
	f := mount(t)
	write := func(name string) {
		file, err := os.Create(filepath.Join(f.Dir(), name))
		must(t, err)
		_, err = file.WriteString(name)
		must(t, err)
		must(t, file.Sync())
		must(t, file.Close())
	}
	begin := func() {
		_, err := f.Import("")
		must(t, err)
		write("first")
		syncDir(t, f.Dir())
		write("second")
		must(t, os.Rename(filepath.Join(f.Dir(), "second"), filepath.Join(f.Dir(), "first")))
	}
	begin()
	if got := fmt.Sprint(after(t, f, Dropped, 1)); got != "map[first:first]" {
		t.Errorf("dropped: %s", got)
	}
	begin()
	syncDir(t, f.Dir())
	if got := fmt.Sprint(after(t, f, Dropped, 1)); got != "map[first:second]" {
		t.Errorf("with the folder synced: %s", got)
	}
	seen := map[string]bool{}
	for seed := range uint64(60) {
		begin()
		seen[fmt.Sprint(after(t, f, Torn, seed))] = true
	}
	// Neither call; the first alone; both, or the second alone, which has the same end. Never the name gone, nor the file
	// under both.
	for _, want := range []string{"map[first:first]", "map[first:first second:second]", "map[first:second]"} {
		if !seen[want] {
			t.Errorf("torn: %v lacks %s", seen, want)
		}
		delete(seen, want)
	}
	if len(seen) > 0 {
		t.Errorf("torn: %v, which no journal leaves", seen)
	}
}

// TestAFailedSyncCleans: a second sync succeeds, everybody reads what was written, and the disk never gets it.
func TestAFailedSyncCleans(t *testing.T) {
	f := mount(t)
	lost := 0
	for seed := range uint64(40) {
		made(t, f)
		file, err := os.OpenFile(filepath.Join(f.Dir(), "a"), os.O_RDWR, 0)
		must(t, err)
		f.Set(Plan{FailAt: 1, Errno: syscall.EIO})
		if err := file.Sync(); !errors.Is(err, syscall.EIO) {
			t.Fatalf("the sync that was to fail: %v", err)
		}
		_, err = file.WriteAt(bytes.Repeat([]byte("l"), sectorSize), 3*sectorSize) // later, and synced
		must(t, err)
		must(t, file.Sync())
		all, err := os.ReadFile(file.Name())
		must(t, err)
		if got := sectors(string(all)); got != "nonl" {
			t.Fatalf("read back as %s", got)
		}
		must(t, file.Close())
		switch got := sectors(after(t, f, Kept, seed)["a"]); {
		case got[3] != 'l':
			t.Fatalf("%s lacks what was synced afterwards", got)
		case got != "nonl":
			lost++
		}
	}
	if lost == 0 {
		t.Error("nothing that a failed sync left was ever lost")
	}
}

func TestFullAndReadOnly(t *testing.T) {
	f := mount(t)
	made(t, f)
	path := filepath.Join(f.Dir(), "a")
	for _, errno := range []syscall.Errno{syscall.ENOSPC, syscall.EROFS} {
		file, err := os.OpenFile(path, os.O_RDWR, 0)
		must(t, err)
		f.Set(Plan{FailAt: 1, Onwards: true, Errno: errno})
		if _, err := file.WriteAt([]byte("x"), 0); !errors.Is(err, errno) {
			t.Errorf("writing: %v, want %v", err, errno)
		}
		if _, err := os.Create(path + "b"); !errors.Is(err, errno) {
			t.Errorf("making a file: %v, want %v", err, errno)
		}
		if _, err := os.ReadFile(path); err != nil {
			t.Errorf("reading: %v", err)
		}
		again, err := os.OpenFile(path, os.O_RDWR, 0)
		if errno == syscall.EROFS != errors.Is(err, errno) {
			t.Errorf("opening for writing: %v", err)
		}
		if err == nil {
			must(t, again.Close())
		}
		f.Set(Plan{})
		if _, err := file.WriteAt([]byte("x"), 0); err != nil {
			t.Errorf("afterwards: %v", err)
		}
		must(t, file.Close())
	}
}

// TestTheStepIsCut: everything fails from the chosen step on, and the write it fell in is among what may be there.
func TestTheStepIsCut(t *testing.T) {
	f := mount(t)
	made(t, f)
	path := filepath.Join(f.Dir(), "a")
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer func() { _ = file.Close() }()
	must(t, file.Sync())
	f.Set(Plan{CutAt: 2})
	_, err = file.WriteAt([]byte("1"), 0)
	must(t, err)
	if _, err := file.WriteAt([]byte("2"), 1); !errors.Is(err, syscall.EIO) {
		t.Fatalf("the write in which the power goes: %v", err)
	}
	<-f.WhenCut()
	if err := file.Sync(); !errors.Is(err, syscall.EIO) {
		t.Errorf("a sync without power: %v", err)
	}
	if got := after(t, f, Kept, 1)["a"][:3]; got != "12n" {
		t.Errorf("kept: %q", got)
	}
	if _, err := file.WriteAt([]byte("3"), 2); !errors.Is(err, syscall.EIO) {
		t.Errorf("a write into a file of before the cut: %v", err)
	}
}

func TestAChildServes(t *testing.T) {
	c, err := Start(t.TempDir(), 1)
	must(t, err)
	path := filepath.Join(c.Dir(), "a")
	must(t, os.WriteFile(path, []byte("words"), 0o600))
	if n, err := c.Set(Plan{FailAt: 1, Errno: syscall.EIO}); err != nil || n < 2 {
		t.Errorf("%d steps, %v; want making and writing", n, err)
	}
	if err := os.WriteFile(path+"b", nil, 0o600); !errors.Is(err, syscall.EIO) {
		t.Errorf("the step that was to fail: %v", err)
	}
	must(t, c.Cut())
	dir, err := c.Survive(Dropped, 1)
	must(t, err)
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 || dir != c.Dir() {
		t.Errorf("%v, %v in %s", entries, err, dir)
	}
	must(t, c.Stop())
}
