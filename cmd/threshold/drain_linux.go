package main

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// stopGreeting has the kernel pass over new connections in silence: whoever tries does so again after a second, and meets
// the next process on the same port, or hears that nobody is there. To close the listener instead would reset connections
// that the kernel had greeted and the program had not taken in yet. The connections that there are go on.
//
// It is a socket filter of one instruction, which keeps nothing of any packet
// (https://www.kernel.org/doc/Documentation/networking/filter.txt).
func stopGreeting(l *net.TCPListener) error {
	raw, err := l.SyscallConn()
	if err != nil {
		return err
	}
	nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: 0}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing})
	})
	return errors.Join(err, failed)
}

// openFiles is how many files the process may have open. Go raises the limit as far as it may be raised at the start.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur > 1<<20 {
		return 1 << 20
	}
	return int(limit.Cur)
}
