// Package faultfs is a file system for tests of what a disk does to those who trust it.
//
// It lives in memory and is mounted through FUSE, so that the programs on it are the real ones. For every file it keeps
// apart what was written and what was synced, and for every folder which names were synced. From that it can make what
// a real disk makes:
//
//   - a power cut, at a chosen step: what was synced is there, and of the rest each 512-byte sector may be there or not,
//     whatever the order in which it was written (see [FS.Survive]);
//   - a write or a sync that fails, with what Linux does then: the pages count as clean, the next sync reports success,
//     and the disk has some of them or none (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC
//     2020);
//   - a full disk, and one that turned read-only.
//
// It is for tests alone: nothing that is shipped imports it. It needs Linux, /dev/fuse, and to be root: it mounts without
// fusermount. A process must not use a file system that it serves itself, since the garbage collector would wait for a
// page that only the same process can bring: let the files be used by a child (as the power cuts do), or be served by
// one (see [Start]).
//
// What it does not show: a disk that says it has synced and has not, or that loses what was once synced.
package faultfs
