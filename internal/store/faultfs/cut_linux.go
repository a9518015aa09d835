package faultfs

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
)

// sectorSize is what a disk writes as a whole (512 bytes on everything that is not known to be better).
const sectorSize = 512

// A Fate is what becomes of everything that was not synced when the power goes.
type Fate int

// The fates. A disk with a cache of its own can bring about each of them.
const (
	Dropped Fate = iota // none of it is there
	Kept                // all of it is there, as if the cut had come a little later
	Torn                // any of it, by sectors
)

// String names the fate.
func (f Fate) String() string { return [...]string{"dropped", "kept", "torn"}[f] }

// Survive makes what the disk has after the power came back, in a folder of its own below the mount, and returns that
// folder. Everything before is gone: who still has a file of it open gets EIO.
//
// What was synced is there. Of the rest, when it is torn, each sector of each file has the bytes it had after any of the
// writes since the last sync, or those of the disk; each file has one of the lengths it had since; bytes that were made
// room for and not written are zeros or rubbish; and of the changes of names any may be missing, by whole calls, or (one
// time of two) all after a certain one.
//
// The same operations and the same random source make the same result.
func (f *FS) Survive(fate Fate, random *rand.Rand) (dir string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	was := f.top
	f.fateOfNames(fate, random)
	made := map[*node]*node{}
	f.nodes, f.renamings = map[uint64]*node{}, nil
	var build func(old *node) *node
	build = func(old *node) *node {
		if n := made[old]; n != nil { // a second name of the same file
			return n
		}
		n := f.newNode(old.mode)
		n.name = old.name
		made[old] = n
		if !old.isDir() {
			n.kept = old.fate(fate, random)
			n.data = slices.Clone(n.kept)
			return n
		}
		for _, name := range slices.Sorted(maps.Keys(old.keptNames)) {
			n.names[name] = build(old.keptNames[name])
		}
		n.keptNames = maps.Clone(n.names)
		return n
	}
	top := build(was)
	return f.begin(top), nil
}

// fateOfNames carries out on the disk those changes of names that are to survive.
func (f *FS) fateOfNames(fate Fate, random *rand.Rand) {
	until := len(f.renamings)
	one := false // by one and one, not up to a certain one
	if fate == Torn {
		if one = random.IntN(2) == 0; !one {
			until = random.IntN(until + 1)
		}
	}
	for i, r := range f.renamings {
		if fate == Dropped || i >= until || one && random.IntN(2) == 0 {
			continue
		}
		for _, set := range r {
			put(set.dir.keptNames, set.name, set.to)
		}
	}
}

// fate returns what the disk has of a file.
func (n *node) fate(fate Fate, random *rand.Rand) []byte {
	if fate == Kept {
		n.sync()
	}
	if fate != Torn || len(n.pending) == 0 {
		return slices.Clone(n.kept)
	}
	// How often each sector was written, and then which of its writes is the last that reached the disk. 0: none.
	times := map[int64]int{}
	for _, c := range n.pending {
		for s := range c.sectors() {
			times[s]++
		}
	}
	last := map[int64]int{}
	for _, s := range slices.Sorted(maps.Keys(times)) {
		last[s] = random.IntN(times[s] + 1)
	}
	sizes := []int64{int64(len(n.kept))}
	out, now := slices.Clone(n.kept), slices.Clone(n.kept)
	clear(times)
	for _, c := range n.pending {
		now = resize(now, c.size)
		sizes = append(sizes, c.size)
		copy(now[min(c.at, int64(len(now))):], c.data)
		for s := range c.sectors() {
			if times[s]++; times[s] == last[s] {
				from, to := s*sectorSize, min((s+1)*sectorSize, int64(len(now)))
				if out = resize(out, max(int64(len(out)), to)); from < to {
					copy(out[from:to], now[from:to])
				}
			}
		}
	}
	size := sizes[random.IntN(len(sizes))]
	if size <= int64(len(out)) {
		return out[:size]
	}
	room := make([]byte, size-int64(len(out)))
	if random.IntN(2) == 0 {
		for i := range room {
			room[i] = byte(random.Uint32())
		}
	}
	return append(out, room...)
}

// sectors are the numbers of those that a change touches.
func (c change) sectors() func(yield func(int64) bool) {
	return func(yield func(int64) bool) {
		if len(c.data) == 0 {
			return
		}
		for s := c.at / sectorSize; s*sectorSize < c.at+int64(len(c.data)); s++ {
			if !yield(s) {
				return
			}
		}
	}
}

// begin makes a tree the one that is served, below a name that was not used before: whatever the kernel remembers of
// the one before is of other files.
func (f *FS) begin(top *node) string {
	f.generation++
	f.top, f.dead, f.steps, f.counted, f.plan, f.last = top, false, 0, 0, Plan{}, nil
	f.cut = make(chan struct{})
	return fmt.Sprintf("%s/%d", f.dir, f.generation)
}
