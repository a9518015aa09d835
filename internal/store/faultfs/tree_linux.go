package faultfs

import "syscall"

// A node is a file or a folder. Guarded by FS.mu.
type node struct {
	id   uint64
	mode uint32 // with the kind, as in stat(2)
	name string // the last it had, for people who read of a step

	// Of a file.
	data    []byte   // as everybody sees it
	kept    []byte   // as the disk has it
	pending []change // what came since the last sync, oldest first

	// Of a folder.
	names     map[string]*node // as everybody sees them
	keptNames map[string]*node // as the disk has them
}

func (n *node) isDir() bool { return n.mode&syscall.S_IFMT == syscall.S_IFDIR }

// A change of a file: bytes at a place, or, without any, a new length.
type change struct {
	at   int64
	data []byte
	size int64 // the file's length afterwards
}

// A renaming is what one call did to names: made one, took one away, or both at once. A file system with a journal does
// all of it or nothing.
type renaming []struct {
	dir  *node
	name string
	to   *node // nil: no such name any more
}

// write changes what everybody sees and remembers that the disk does not have it.
func (n *node) write(at int64, data []byte) {
	n.data = resize(n.data, max(int64(len(n.data)), at+int64(len(data))))
	copy(n.data[at:], data)
	n.pending = append(n.pending, change{at, append([]byte(nil), data...), int64(len(n.data))})
}

func (n *node) truncate(size int64) {
	n.data = resize(n.data, size)
	n.pending = append(n.pending, change{size: size})
}

// sync brings what is pending to the disk. That is not always all that everybody sees: what a failed sync has left behind
// is pending no more.
func (n *node) sync() {
	for _, c := range n.pending {
		n.kept = resize(n.kept, c.size)
		copy(n.kept[min(c.at, c.size):], c.data)
	}
	n.pending = nil
}

// resize returns b with another length; what is new is zero.
func resize(b []byte, size int64) []byte {
	if size <= int64(len(b)) {
		return b[:size]
	}
	if size <= int64(cap(b)) {
		was := len(b)
		b = b[:size]
		clear(b[was:])
		return b
	}
	bigger := make([]byte, size, size+size/4)
	copy(bigger, b)
	return bigger
}

// rename changes names as everybody sees them and remembers that the disk does not.
func (f *FS) rename(r renaming) {
	for _, set := range r {
		put(set.dir.names, set.name, set.to)
		if set.to != nil {
			set.to.name = set.name
		}
	}
	f.renamings = append(f.renamings, r)
}

func put(names map[string]*node, name string, to *node) {
	if to == nil {
		delete(names, name)
		return
	}
	names[name] = to
}

// syncDir brings the names of a folder to the disk. One that was moved between two folders is in both.
func (f *FS) syncDir(dir *node) {
	rest := f.renamings[:0]
	for _, r := range f.renamings {
		touches := false
		for _, set := range r {
			touches = touches || set.dir == dir
		}
		if !touches {
			rest = append(rest, r)
			continue
		}
		for _, set := range r {
			put(set.dir.keptNames, set.name, set.to)
		}
	}
	clear(f.renamings[len(rest):])
	f.renamings = rest
}

func (f *FS) newNode(mode uint32) *node {
	f.lastID++
	n := &node{id: f.lastID, mode: mode}
	if n.isDir() {
		n.names, n.keptNames = map[string]*node{}, map[string]*node{}
	}
	f.nodes[n.id] = n
	return n
}
