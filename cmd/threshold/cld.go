package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"threshold/internal/care"
	"threshold/internal/casework"
)

const cldUsage = `Usage: threshold cld -db FILE -council SLUG -from YYYY-MM-DD -to YYYY-MM-DD [-la-code NNN]

Writes the client level data of a period as CSV to standard output: a line for each completed
event Request and Assessment. What of the mapping could not be checked against the
specification is told on standard error. That the data was taken out is written down.

`

// cldCommand carries out "threshold cld": args are what follows that word. It returns the exit code: 0, 1 when it could not
// be done, 2 for a wrong command line.
func cldCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("cld", flag.ContinueOnError)
	var where database
	where.flags(flags)
	council := flags.String("council", "", "the council's slug")
	var p casework.CLDPeriod
	flags.StringVar(&p.From, "from", "", "first day, such as 2026-04-01")
	flags.StringVar(&p.To, "to", "", "last day, such as 2026-06-30")
	flags.StringVar(&p.LACode, "la-code", "", "the council's three-digit CASSR code")
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), cldUsage)
		flags.PrintDefaults()
	}
	if asksForHelp(args) {
		flags.SetOutput(stdout)
	}
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "threshold cld: %q is not understood; every setting has a name, such as -council\n", flags.Arg(0))
		return 2
	}
	return where.with(stderr, "threshold cld", func(ctx context.Context, service *casework.Service) error {
		councils, err := service.Councils(ctx)
		if err != nil {
			return err
		}
		var slugs []string
		for _, c := range councils {
			slugs = append(slugs, c.Slug)
		}
		if !slices.Contains(slugs, *council) {
			return usageError{fmt.Sprintf("-council %q is not in this database; it has: %s", *council, strings.Join(slugs, ", "))}
		}
		file, err := service.CLDFile(ctx, care.Actor{Kind: care.ActorSystem, Council: *council}, p)
		if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
			return usageError{map[string]string{
				"from": "-from must be a day, such as 2026-04-01", "to": "-to must be a day that is not before -from, such as 2026-06-30",
				"la_code": "-la-code must have three digits, such as 503",
			}[invalid.Problems[0].Field]}
		}
		if err != nil {
			return err
		}
		mapping, err := casework.CLD()
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "Mapped as %s. Not checked against the specification:\n", mapping.Name)
		for _, what := range mapping.Unverified() {
			fmt.Fprintf(stderr, "  %s\n", what)
		}
		_, err = stdout.Write(file)
		return err
	})
}
