package main

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// fileSizeEnv limits how large a file the program may write, in bytes: a disk that is full.
const fileSizeEnv = "THRESHOLD_TEST_FILE_SIZE"

func limitFiles() {
	most, err := strconv.ParseUint(os.Getenv(fileSizeEnv), 10, 64)
	if err != nil {
		return
	}
	signal.Ignore(syscall.SIGXFSZ) // then a write fails, as it does on a full disk, and does not end the process
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: most, Max: most}); err != nil {
		panic(err)
	}
}
