package faultfs

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// The calls of the kernel. See fuse(4) and the kernel's Documentation/filesystems/fuse.

// longTime is how long the kernel may remember names and lengths: all changes go through it, and after a power cut
// everything has another name.
const longTime = time.Hour

// find returns a node of before no cut.
func (f *FS) find(id uint64) (*node, fuse.Status) {
	n := f.nodes[id]
	if n == nil || f.dead {
		return nil, fuse.EIO
	}
	return n, fuse.OK
}

func (n *node) attr(out *fuse.Attr) {
	out.Ino, out.Mode, out.Nlink, out.Size = n.id, n.mode, 1, uint64(len(n.data))
	out.Blksize, out.Blocks = 4096, (out.Size+sectorSize-1)/sectorSize
}

func (n *node) entry(out *fuse.EntryOut) {
	out.NodeId = n.id
	out.SetEntryTimeout(longTime)
	out.SetAttrTimeout(longTime)
	n.attr(&out.Attr)
}

// folder finds the node of a call that changes names, and what becomes of the call.
func (f *FS) folder(id uint64, what, name string) (*node, fuse.Status) {
	dir, st := f.find(id)
	if st != fuse.OK {
		return nil, st
	}
	v := f.step(func() string { return what + " " + name })
	if v.cut {
		f.powerOff() // before it happened: a moment later is the next step
	}
	if v.errno == syscall.ENOSPC && (what == "unlink" || what == "rmdir") {
		v.errno = 0 // it makes room
	}
	return dir, fuse.Status(v.errno)
}

// Lookup finds a name.
func (f *FS) Lookup(_ <-chan struct{}, h *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h.NodeId == fuse.FUSE_ROOT_ID {
		if name != strconv.Itoa(f.generation) {
			return fuse.ENOENT
		}
		f.top.entry(out)
		return fuse.OK
	}
	dir, st := f.find(h.NodeId)
	if st != fuse.OK {
		return st
	}
	n := dir.names[name]
	if n == nil {
		return fuse.ENOENT
	}
	n.entry(out)
	return fuse.OK
}

// Forget has nothing to do: nodes go with their generation.
func (f *FS) Forget(uint64, uint64) {}

// GetAttr is stat(2).
func (f *FS) GetAttr(_ <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if in.NodeId == fuse.FUSE_ROOT_ID {
		out.Ino, out.Mode, out.Nlink = fuse.FUSE_ROOT_ID, syscall.S_IFDIR|0o755, 2
		return fuse.OK
	}
	n, st := f.find(in.NodeId)
	if st != fuse.OK {
		return st
	}
	n.attr(&out.Attr)
	out.SetTimeout(longTime)
	return fuse.OK
}

// SetAttr is chmod(2) and truncate(2); owners and times are not kept.
func (f *FS) SetAttr(_ <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, st := f.find(in.NodeId)
	if st != fuse.OK {
		return st
	}
	if size, ok := in.GetSize(); ok && size != uint64(len(n.data)) {
		shrinks := size < uint64(len(n.data))
		v := f.step(func() string { return fmt.Sprintf("truncate %s %d", n.name, size) })
		if v.errno == syscall.ENOSPC && shrinks {
			v.errno = 0 // it makes room
		}
		if v.cut || v.errno == 0 {
			n.truncate(int64(size))
		}
		if v.cut {
			f.powerOff()
		}
		if v.errno != 0 {
			return fuse.Status(v.errno)
		}
	}
	if mode, ok := in.GetMode(); ok {
		n.mode = n.mode&syscall.S_IFMT | mode&0o7777
	}
	n.attr(&out.Attr)
	out.SetTimeout(longTime)
	return fuse.OK
}

func (f *FS) make(parent uint64, what, name string, mode uint32, out *fuse.EntryOut) (*node, fuse.Status) {
	dir, st := f.folder(parent, what, name)
	if st != fuse.OK {
		return nil, st
	}
	n := f.newNode(mode)
	f.rename(renaming{{dir, name, n}})
	n.entry(out)
	return n, fuse.OK
}

// Create is open(2) with O_CREAT.
func (f *FS) Create(_ <-chan struct{}, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, st := f.make(in.NodeId, "create", name, syscall.S_IFREG|in.Mode&0o7777, &out.EntryOut)
	out.OpenFlags = fuse.FOPEN_KEEP_CACHE
	return st
}

// Mkdir is mkdir(2).
func (f *FS) Mkdir(_ <-chan struct{}, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	_, st := f.make(in.NodeId, "mkdir", name, syscall.S_IFDIR|in.Mode&0o7777, out)
	return st
}

// Unlink is unlink(2). Who has the file open keeps it.
func (f *FS) Unlink(_ <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, st := f.folder(h.NodeId, "unlink", name)
	if st != fuse.OK {
		return st
	}
	f.rename(renaming{{dir, name, nil}})
	return fuse.OK
}

// Rmdir is rmdir(2).
func (f *FS) Rmdir(_ <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	dir, st := f.find(h.NodeId)
	if st != fuse.OK {
		return st
	}
	if n := dir.names[name]; n != nil && len(n.names) > 0 {
		return fuse.Status(syscall.ENOTEMPTY)
	}
	if dir, st = f.folder(h.NodeId, "rmdir", name); st != fuse.OK {
		return st
	}
	f.rename(renaming{{dir, name, nil}})
	return fuse.OK
}

const renameNoReplace = 1 // RENAME_NOREPLACE of renameat2(2)

// Rename is rename(2); of renameat2(2) it knows RENAME_NOREPLACE.
func (f *FS) Rename(_ <-chan struct{}, in *fuse.RenameIn, oldName, newName string) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	to, st := f.find(in.Newdir)
	if st != fuse.OK {
		return st
	}
	switch {
	case in.Flags&^renameNoReplace != 0:
		return fuse.EINVAL
	case in.Flags == renameNoReplace && to.names[newName] != nil:
		return fuse.Status(syscall.EEXIST)
	}
	from, st := f.folder(in.NodeId, "rename "+oldName, newName)
	if st != fuse.OK {
		return st
	}
	n := from.names[oldName]
	if n == nil {
		return fuse.ENOENT
	}
	f.rename(renaming{{from, oldName, nil}, {to, newName, n}})
	return fuse.OK
}

// Link is link(2).
func (f *FS) Link(_ <-chan struct{}, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, st := f.find(in.Oldnodeid)
	if st != fuse.OK {
		return st
	}
	dir, st := f.folder(in.NodeId, "link", name)
	if st != fuse.OK {
		return st
	}
	f.rename(renaming{{dir, name, n}})
	n.entry(out)
	return fuse.OK
}

// Open is open(2).
func (f *FS) Open(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, st := f.find(in.NodeId); st != fuse.OK {
		return st
	}
	if in.Flags&syscall.O_ACCMODE != syscall.O_RDONLY && f.readOnly() {
		return fuse.EROFS
	}
	out.OpenFlags = fuse.FOPEN_KEEP_CACHE
	return fuse.OK
}

// Read is pread(2).
func (f *FS) Read(_ <-chan struct{}, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, st := f.find(in.NodeId)
	if st != fuse.OK {
		return nil, st
	}
	if in.Offset >= uint64(len(n.data)) {
		return fuse.ReadResultData(nil), fuse.OK
	}
	return fuse.ReadResultData(buf[:copy(buf, n.data[in.Offset:])]), fuse.OK
}

// Write is pwrite(2).
func (f *FS) Write(_ <-chan struct{}, in *fuse.WriteIn, data []byte) (uint32, fuse.Status) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, st := f.find(in.NodeId)
	if st != fuse.OK {
		return 0, st
	}
	if in.WriteFlags&fuse.WRITE_CACHE == 0 { // otherwise a page of a shared memory map
		v := f.step(func() string { return fmt.Sprintf("write %s %d+%d", n.name, in.Offset, len(data)) })
		if v.cut {
			n.write(int64(in.Offset), data)
			f.powerOff()
		}
		if v.errno != 0 {
			return 0, fuse.Status(v.errno)
		}
	}
	n.write(int64(in.Offset), data)
	return uint32(len(data)), fuse.OK
}

// Fsync is fsync(2) and fdatasync(2). One that fails is as on Linux: everything counts as clean from then on, and the
// disk has whatever it has.
func (f *FS) Fsync(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, st := f.find(in.NodeId)
	if st != fuse.OK {
		return st
	}
	v := f.step(func() string { return "sync " + n.name })
	switch {
	case v.cut:
		f.powerOff()
	case v.errno == syscall.EIO:
		n.kept, n.pending = n.fate(Torn, f.random), nil
	case v.errno == 0, v.errno == syscall.EROFS, v.errno == syscall.ENOSPC:
		n.sync() // no room is needed to write out what has its room already
		return fuse.OK
	}
	return fuse.Status(v.errno)
}

// FsyncDir is fsync(2) of a folder.
func (f *FS) FsyncDir(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if in.NodeId == fuse.FUSE_ROOT_ID {
		return fuse.OK
	}
	dir, st := f.find(in.NodeId)
	if st != fuse.OK {
		return st
	}
	v := f.step(func() string { return "sync the folder" })
	switch {
	case v.cut:
		f.powerOff()
	case v.errno == 0, v.errno == syscall.EROFS, v.errno == syscall.ENOSPC:
		f.syncDir(dir)
		return fuse.OK
	}
	return fuse.Status(v.errno)
}

// OpenDir opens a folder for listing.
func (f *FS) OpenDir(_ <-chan struct{}, in *fuse.OpenIn, _ *fuse.OpenOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	if in.NodeId == fuse.FUSE_ROOT_ID {
		return fuse.OK
	}
	_, st := f.find(in.NodeId)
	return st
}

// ReadDir lists a folder, by name.
func (f *FS) ReadDir(_ <-chan struct{}, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	list := map[string]*node{strconv.Itoa(f.generation): f.top}
	if in.NodeId != fuse.FUSE_ROOT_ID {
		dir, st := f.find(in.NodeId)
		if st != fuse.OK {
			return st
		}
		list = dir.names
	}
	names := slices.Sorted(maps.Keys(list))
	for i := min(in.Offset, uint64(len(names))); i < uint64(len(names)); i++ {
		n := list[names[i]]
		if !out.AddDirEntry(fuse.DirEntry{Name: names[i], Mode: n.mode, Ino: n.id, Off: i + 1}) {
			break
		}
	}
	return fuse.OK
}

// StatFs is statfs(2). A full disk has no room.
func (f *FS) StatFs(_ <-chan struct{}, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	f.mu.Lock()
	defer f.mu.Unlock()
	out.Bsize, out.Frsize, out.NameLen, out.Blocks = 4096, 4096, 255, 1<<24
	if f.plan.Errno != syscall.ENOSPC {
		out.Bfree, out.Bavail = out.Blocks/2, out.Blocks/2
	}
	return fuse.OK
}

// Flush comes at each close(2).
func (f *FS) Flush(<-chan struct{}, *fuse.FlushIn) fuse.Status { return fuse.OK }
