//go:build !linux

package main

// fileSizeEnv limits how large a file the program may write, where the system can do that.
const fileSizeEnv = ""

func limitFiles() {}
