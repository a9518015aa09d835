//go:build !linux

package main

import "net"

// stopGreeting is for kernels that can pass over new connections in silence. On others one that was greeted and not taken
// in yet may be reset when the service stops.
func stopGreeting(*net.TCPListener) error { return nil }

// openFiles is how many files the process may have open.
func openFiles() int { return 1024 }
