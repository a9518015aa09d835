package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
	"threshold/rules"
	"threshold/static"
)

const councilUsage = `Usage: threshold council add -db FILE -slug SLUG -name NAME [more]

Adds a council, or replaces the settings of the one with this slug. What is left out does not
appear on its pages: nothing is guessed.

`

// councilCommand carries out "threshold council": args are what follows that word. It returns the exit code: 0, 1 when
// it could not be done, 2 for a wrong command line.
func councilCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("council add", flag.ContinueOnError)
	var where database
	where.flags(flags)
	var c care.Council
	flags.StringVar(&c.Slug, "slug", "", "first part of every address: a-z, 0-9 and hyphens")
	flags.StringVar(&c.Name, "name", "", "the council's name")
	flags.StringVar(&c.GSS, "gss", "", "ONS code, such as E08000035")
	flags.StringVar(&c.Phone, "phone", "", "daytime number")
	flags.StringVar(&c.Phone24h, "phone-24h", "", "number that is answered day and night")
	flags.StringVar(&c.Email, "email", "", "address people can write to")
	flags.StringVar(&c.LeaveURL, "leave", "https://www.bbc.co.uk/weather", "where \"Leave this site\" goes: an ordinary page")
	flags.StringVar(&c.ComplaintURL, "complaints", "", "page about complaints")
	flags.StringVar(&c.DirectoryURL, "directory", "", "page with help near people")
	flags.StringVar(&c.Colour, "colour", "", "colour of the header, such as #17495a; white must be readable on it")
	flags.IntVar(&c.ReadDays, "read-days", 5, "within how many days somebody reads what was sent: the council's promise, not law")
	if code, ok := parseAdd(flags, args, councilUsage, stdout, stderr); !ok {
		return code
	}
	if c.Colour != "" {
		if _, err := (static.Theme{Header: c.Colour}).Stylesheet(); err != nil {
			fmt.Fprintf(stderr, "threshold council add: -colour: %v\n", err)
			return 2
		}
	}
	return where.with(stderr, "threshold council add", func(ctx context.Context, service *casework.Service) error {
		err := service.SetCouncil(ctx, care.Actor{Kind: care.ActorSystem}, c)
		if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
			return usageError{councilProblem(invalid.Problems[0])}
		}
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%s is set up: its pages are under /%s\n", c.Name, c.Slug)
		fmt.Fprintf(stdout, "Next, somebody who can sign in:\n  threshold practitioner add -db %s -council %s -name \"Sam Example\" -email sam@example.com\n", where.file, c.Slug)
		return nil
	})
}

func councilProblem(p care.Problem) string {
	switch p.Field + " " + p.Code {
	case "slug slug":
		return "-slug must have only a-z, 0-9 and single hyphens between, such as -slug example"
	case "slug reserved":
		return "-slug is one of the service's own words (" + strings.Join(care.ReservedSlugs, ", ") + "); choose another, such as the council's name"
	case "name enter":
		return "-name is missing, such as -name \"Example Council\""
	}
	return "-read-days must be from 1 to 60"
}

// parseAdd reads "add" and its flags. ok is false when the command ends here, with this exit code.
func parseAdd(flags *flag.FlagSet, args []string, usage string, stdout, stderr io.Writer) (code int, ok bool) {
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(flags.Output(), usage)
		flags.PrintDefaults()
	}
	if len(args) == 0 || args[0] != "add" {
		if len(args) == 1 && (args[0] == "help" || args[0] == "-h" || args[0] == "-help" || args[0] == "--help") {
			flags.SetOutput(stdout)
			flags.Usage()
			return 0, false
		}
		flags.Usage()
		return 2, false
	}
	if asksForHelp(args[1:]) {
		flags.SetOutput(stdout)
	}
	if err := flags.Parse(args[1:]); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0, false
		}
		return 2, false
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "threshold %s: %q is not understood; every setting has a name, such as -name\n", flags.Name(), flags.Arg(0))
		return 2, false
	}
	return 0, true
}

// database says which database a command works on and with which keys.
type database struct{ file, keys string }

func (d *database) flags(flags *flag.FlagSet) {
	flags.StringVar(&d.file, "db", "", "the database file")
	flags.StringVar(&d.keys, "keys", "", "the keys file (see threshold keys new); or set THRESHOLD_KEYS")
}

// usageError is a mistake in the command line, told with how to mend it.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

// with opens the database for one verb and closes it again. It returns the exit code.
func (d *database) with(stderr io.Writer, command string, do func(context.Context, *casework.Service) error) int {
	err := d.open(stderr, do)
	if err == nil {
		return 0
	}
	fmt.Fprintf(stderr, "%s: %v\n", command, err)
	if usage := (usageError{}); errors.As(err, &usage) {
		return 2
	}
	return 1
}

func (d *database) open(stderr io.Writer, do func(context.Context, *casework.Service) error) (err error) {
	if d.file == "" {
		return usageError{"-db is missing: the database file, such as -db data/threshold.db"}
	}
	ring, err := keys.Find(d.keys, os.Getenv)
	if errors.Is(err, keys.ErrNone) {
		// The demonstration keeps its keys beside its database.
		if ring, err = keys.Load(d.file + ".keys"); errors.Is(err, keys.ErrNone) {
			return usageError{"the keys that seal this database are missing: give -keys FILE or set THRESHOLD_KEYS (threshold keys new makes them)"}
		}
	}
	if err != nil {
		return err
	}
	warnOfKeys(ring, stderr)
	library, err := eligibility.Load(rules.FS)
	if err != nil {
		return fmt.Errorf("loading the rules: %w", err)
	}
	ctx := context.Background()
	store, err := sqlite.Open(ctx, sqlite.Options{Path: d.file, Keys: ring})
	if err != nil {
		return err
	}
	defer func() {
		if closed := store.Close(); err == nil {
			err = closed
		}
	}()
	return do(ctx, &casework.Service{Store: store, Library: library, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
}
