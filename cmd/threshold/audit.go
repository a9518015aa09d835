package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"

	"threshold/internal/store/sqlite"
)

const auditUsage = `Usage: threshold audit verify -db FILE

Reads the trail of every council and checks that each event follows from the one before it: nothing
was changed, taken out or put in. It needs no keys and may run beside the service. It prints the head
of each trail: note it elsewhere now and then. A trail that is the same up to there has the same head,
and one that was written anew from some point on does not.

`

// auditCommand carries out "threshold audit": args are what follows that word. It returns the exit code: 0 when every trail
// holds, 1 when one does not or could not be read, 2 for a wrong command line.
func auditCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("audit verify", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		_, _ = fmt.Fprint(flags.Output(), auditUsage)
		flags.PrintDefaults()
	}
	db := flags.String("db", "data/threshold.db", "the database file")
	if len(args) == 0 || args[0] != "verify" {
		if len(args) > 0 && (args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
			flags.SetOutput(stdout)
			flags.Usage()
			return 0
		}
		_, _ = fmt.Fprint(stderr, auditUsage)
		return 2
	}
	switch err := flags.Parse(args[1:]); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	case flags.NArg() > 0:
		_, _ = fmt.Fprintf(stderr, "threshold audit verify: %q is too much; the file goes behind -db\n", flags.Arg(0))
		return 2
	}
	reports, err := sqlite.VerifyTrail(context.Background(), *db)
	if err != nil {
		_, _ = fmt.Fprintf(stderr, "threshold audit verify: %v\n", err)
		return 1
	}
	code := 0
	for _, r := range reports {
		council := r.Council
		if council == "" {
			council = "(no council)"
		}
		line := fmt.Sprintf("%s: %d events hold together, head %s", council, r.Events, r.Head)
		if r.Broken != "" {
			line, code = fmt.Sprintf("%s: BROKEN: %s", council, r.Broken), 1
		}
		if r.Earlier > 0 {
			line += fmt.Sprintf("; %d before the chain began", r.Earlier)
		}
		_, _ = fmt.Fprintln(stdout, line)
	}
	if len(reports) == 0 {
		_, _ = fmt.Fprintln(stdout, "There is no event yet.")
	}
	return code
}
