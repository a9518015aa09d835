// Command threshold is the self-assessment service for the Care Act 2014 in England: the web service, the rules engine
// on the command line, and what a council needs to set it up. This package is the only place that knows every other one.
package main

import (
	"fmt"
	"io"
	"os"
)

// A command gets what follows its name and returns the exit code: 0, 1 when something it was asked to do failed, 2 for a
// wrong command line.
type command struct {
	name, does string
	run        func(args []string, stdin io.Reader, stdout, stderr io.Writer) int
}

// commands is the whole surface of the binary.
var commands = []command{
	{"serve", "run the web service", serveCommand},
	{"indicate", "facts in, indications out, one JSON object a line", indicateCommand},
	{"rules", "check, test, explain or draw the rules", rulesCommand},
	{"keys", "make a new keys file", keysCommand},
	{"council", "add or change a council", councilCommand},
	{"generate", "fill a demonstration with made-up cases", generateCommand},
	{"bench-queue", "measure the queue and the search of two demonstrations", benchQueueCommand},
	{"practitioner", "add somebody who can sign in, by a one-time set-up link", practitionerCommand},
	{"audit", "verify that nobody changed the trail", auditCommand},
	{"backup", "copy the database while the service runs", backupCommand},
	{"restore", "put a backup where the service can use it", restoreCommand},
	{"verify", "read a database or a backup through and say whether it is sound", verifyCommand},
	{"cld", "write the client level data of a period as CSV", cldCommand},
}

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run dispatches to a command.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		help(stderr)
		return 2
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		help(stdout)
		return 0
	}
	for _, c := range commands {
		if c.name == args[0] {
			return c.run(args[1:], stdin, stdout, stderr)
		}
	}
	_, _ = fmt.Fprintf(stderr, "threshold: there is no command %q\n\n", args[0])
	help(stderr)
	return 2
}

func help(w io.Writer) {
	_, _ = fmt.Fprint(w, "Usage: threshold COMMAND [flags]\n\n")
	for _, c := range commands {
		_, _ = fmt.Fprintf(w, "  %-13s %s\n", c.name, c.does)
	}
	_, _ = fmt.Fprint(w, "\nthreshold COMMAND -h tells the flags of one.\n")
}
