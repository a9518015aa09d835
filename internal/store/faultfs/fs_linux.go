package faultfs

import (
	"errors"
	"fmt"
	"io/fs"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// A Plan is what is to go wrong. Steps are counted from 1 since the plan was set: each write, sync, change of length and
// change of a name is one. (Pages of a shared memory map that the kernel writes back in its own time are none, and never
// fail.) The zero Plan is a disk without faults.
type Plan struct {
	// CutAt is the step in the middle of which the power goes: a write is among what may be torn, a sync has not happened.
	// From then on everything fails with EIO until [FS.Survive].
	CutAt int64 `json:"cut_at"`
	// FailAt is the step that fails with Errno, alone; or, with Onwards, it and every one after it.
	FailAt  int64         `json:"fail_at"`
	Errno   syscall.Errno `json:"errno"`
	Onwards bool          `json:"onwards"`
	// Of narrows CutAt and FailAt to steps whose description, with a space after it, holds this: with "sync threshold.db "
	// they are the number of such a sync. See [FS.Last] for descriptions.
	Of string `json:"of"`
}

// FS is one mounted file system. Its methods may be called by many at once.
type FS struct {
	fuse.RawFileSystem // what is not done here answers ENOSYS

	dir    string
	server *fuse.Server

	mu         sync.Mutex
	nodes      map[uint64]*node
	lastID     uint64
	generation int
	top        *node      // the folder of this generation
	renamings  []renaming // of names, that no folder was synced after; oldest first
	random     *rand.Rand // for the fate of what a failed sync leaves

	plan    Plan
	steps   int64
	counted int64    // those of plan.Of
	last    []string // the newest steps, for people
	dead    bool
	cut     chan struct{} // closed when the power goes
}

// Mount serves a new file system at dir, an existing empty folder. The seed decides what failed syncs leave on the disk.
func Mount(dir string, seed uint64) (*FS, error) {
	f := &FS{
		RawFileSystem: fuse.NewDefaultRawFileSystem(), dir: dir, nodes: map[uint64]*node{}, lastID: fuse.FUSE_ROOT_ID,
		random: rand.New(rand.NewPCG(seed, 1)),
	}
	f.begin(f.newNode(syscall.S_IFDIR | 0o700))
	server, err := fuse.NewServer(f, dir, &fuse.MountOptions{
		FsName: "faultfs", Name: "faultfs", DirectMountStrict: true, DisableXAttrs: true, DisableReadDirPlus: true,
		// The kernel keeps pages as on a disk; it would drop them at each change of the time of last writing.
		ExplicitDataCacheControl: true,
		Logger:                   log.New(os.Stderr, "faultfs: ", 0),
	})
	if err != nil {
		return nil, fmt.Errorf("mounting a file system at %s: %w. It needs Linux with /dev/fuse (modprobe fuse; in a container: --device /dev/fuse --cap-add SYS_ADMIN) and to be run by root", dir, err)
	}
	f.server = server
	go server.Serve()
	if err := server.WaitMount(); err != nil {
		return nil, errors.Join(fmt.Errorf("mounting a file system at %s: %w", dir, err), f.Unmount())
	}
	return f, nil
}

// Unmount ends it. Files that a child has not closed yet keep it busy for a moment: it tries for ten seconds, and then
// lets the kernel take it away when the last is closed.
func (f *FS) Unmount() error {
	for end := time.Now().Add(10 * time.Second); ; {
		err := f.server.Unmount() // tries some times itself
		switch {
		case err == nil:
			return nil
		case time.Now().Before(end):
			continue
		}
		return errors.Join(fmt.Errorf("unmounting %s: %w", f.dir, err), syscall.Unmount(f.dir, syscall.MNT_DETACH))
	}
}

// Dir is the folder to use: below the mount, another after each [FS.Survive] and [FS.Import].
func (f *FS) Dir() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fmt.Sprintf("%s/%d", f.dir, f.generation)
}

// Set sets what is to go wrong, begins to count anew, and returns how many steps there were since the last time.
func (f *FS) Set(p Plan) (steps int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	steps, f.steps, f.counted, f.plan = f.steps, 0, 0, p
	return steps
}

// Cut cuts the power now.
func (f *FS) Cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.powerOff()
}

// WhenCut is closed when the power goes.
func (f *FS) WhenCut() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.cut
}

// Last tells the newest steps, oldest first, such as "write threshold.db-wal 4096+24".
func (f *FS) Last() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.last, ", ")
}

// Import begins anew with the files of a folder, all of them on the disk, and returns the folder to use. "" begins empty.
func (f *FS) Import(from string) (dir string, err error) {
	files := map[string][]byte{}
	if from != "" {
		entries, err := os.ReadDir(from)
		if err != nil {
			return "", fmt.Errorf("taking over files: %w", err)
		}
		for _, e := range entries {
			if files[e.Name()], err = os.ReadFile(filepath.Join(from, e.Name())); err != nil {
				return "", fmt.Errorf("taking over files: %w", err)
			}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nodes, f.renamings = map[uint64]*node{}, nil
	top := f.newNode(syscall.S_IFDIR | 0o700)
	for name, data := range files {
		n := f.newNode(syscall.S_IFREG | 0o600)
		n.name, n.data, n.kept = name, data, append([]byte(nil), data...)
		top.names[name], top.keptNames[name] = n, n
	}
	return f.begin(top), nil
}

// Export writes the files of the folder in use, as everybody sees them, into a folder elsewhere.
func (f *FS) Export(to string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, n := range f.top.names {
		if n.isDir() {
			continue
		}
		if err := os.WriteFile(filepath.Join(to, name), n.data, fs.FileMode(n.mode&0o777)); err != nil {
			return fmt.Errorf("writing out what is on the disk: %w", err)
		}
	}
	return nil
}

func (f *FS) powerOff() {
	if !f.dead {
		f.dead = true
		close(f.cut)
	}
}

// What a step does next.
type verdict struct {
	errno syscall.Errno
	cut   bool // the power goes in the middle of it
}

// step counts one and says what becomes of it. note describes it.
func (f *FS) step(note func() string) verdict {
	if f.dead {
		return verdict{errno: syscall.EIO}
	}
	f.steps++
	if len(f.last) == 24 {
		f.last = append(f.last[:0], f.last[1:]...)
	}
	what := note()
	f.last = append(f.last, strconv.FormatInt(f.steps, 10)+" "+what)
	if !strings.Contains(what+" ", f.plan.Of) {
		return verdict{}
	}
	f.counted++
	switch p := f.plan; {
	case p.CutAt == f.counted:
		return verdict{errno: syscall.EIO, cut: true}
	case p.FailAt == f.counted, p.Onwards && p.FailAt > 0 && f.counted > p.FailAt:
		return verdict{errno: p.Errno}
	}
	return verdict{}
}

// readOnly says whether the disk has turned read-only: such a one is not even opened for writing.
func (f *FS) readOnly() bool {
	return f.plan.Errno == syscall.EROFS && f.plan.Onwards && f.counted+1 >= f.plan.FailAt
}
