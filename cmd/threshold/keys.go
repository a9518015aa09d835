package main

import (
	"fmt"
	"io"

	"threshold/internal/store/keys"
)

const keysUsage = `Usage: threshold keys new

Prints a new keys file. Keep it in a file that only the service can read, apart from the
database and its backups:

    (umask 077; threshold keys new > threshold.keys)

Make it once. What was sealed with these keys opens with no others, so keep a copy in a safe
place: without it the answers in the database are lost.
`

// keysCommand carries out "threshold keys": args are what follows that word. It returns the exit code: 0, 1 when
// writing failed, 2 for a wrong command line.
func keysCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	switch {
	case len(args) == 1 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help" || args[0] == "help"):
		fmt.Fprint(stdout, keysUsage)
		return 0
	case len(args) != 1 || args[0] != "new":
		fmt.Fprint(stderr, keysUsage)
		return 2
	}
	ring := keys.Generate()
	if _, err := ring.WriteTo(stdout); err != nil {
		fmt.Fprintf(stderr, "threshold keys new: %v\n", err)
		return 1
	}
	fmt.Fprintf(stderr, "Made keys %s. Keep them in a file of mode 0600, apart from the database and its backups, and a copy in a safe place.\n", ring.ID())
	return 0
}
