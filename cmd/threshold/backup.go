package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
)

const backupUsage = `Usage: threshold backup -db FILE -to FILE

Writes a copy of the database, as it is at one moment, to a new file. The service may run meanwhile. The copy
is read through and on the disk before it gets its name, and nothing is ever overwritten: give each a name of
its own, such as the day.

The keys are not in it. Keep the keys file in another place: the backup without the keys cannot be read by
anybody, you neither, and both together are everything that people told you. Keep the backup on another
machine too.

Somebody may ask for what they wrote to be erased. It stays in backups until they are deleted, so delete old
ones.

`

const restoreUsage = `Usage: threshold restore -from FILE -db FILE [-keys FILE]

Puts a backup where the service can use it. The backup is checked first, every byte of it, and stays as it is.
-db names a file that is not there yet: stop the service and move the old database away, with its -wal and
-shm, and keep it until you are sure. With -keys it also tries whether everything opens.

`

const verifyUsage = `Usage: threshold verify -db FILE [-keys FILE]

Reads the whole of a database or of a backup and says whether it is sound: its pages, its references, the
trail of every council and, with the keys, every sealed value. It changes nothing and may run beside the
service. Exit 0 when all is well, 1 when not.

`

// findKeysFor are the keys to try a file with: those named, those of the environment, those that a demonstration has
// beside it, or none.
func findKeysFor(file, db string) (keys.Ring, error) {
	ring, err := keys.Find(file, os.Getenv)
	if file == "" && errors.Is(err, keys.ErrNone) {
		if ring, err = keys.Load(db + ".keys"); errors.Is(err, keys.ErrNone) {
			return keys.Ring{}, nil
		}
	}
	return ring, err
}

// untilStopped is a context that ends when somebody stops the command, so that it can tidy up after itself.
func untilStopped() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
}

// backupCommand copies a database while it is used.
func backupCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("backup", flag.ContinueOnError)
	db := flags.String("db", "", "the database file")
	to := flags.String("to", "", "the file to make")
	if code, ok := parse(flags, args, backupUsage, stdout, stderr); !ok {
		return code
	}
	if *db == "" || *to == "" {
		fmt.Fprintln(stderr, "threshold backup needs the database and where the copy goes, such as: threshold backup -db threshold.db -to backups/threshold-2026-11-23.backup")
		return 2
	}
	ctx, stop := untilStopped()
	defer stop()
	began := time.Now()
	report, err := sqlite.Backup(ctx, *db, *to)
	if err != nil {
		printProblems(stderr, report)
		fmt.Fprintf(stderr, "threshold backup: %v\nNo backup was made.\n", err)
		return 1
	}
	fmt.Fprintf(stdout, "Backed up %s to %s in %s.\n", *db, *to, time.Since(began).Round(10*time.Millisecond))
	printContents(stdout, report)
	fmt.Fprint(stdout, "\nThe keys are not in it. ")
	if report.KeysID == "" {
		fmt.Fprintln(stdout, "There is no council in it yet, and nothing that is sealed.")
	} else {
		fmt.Fprintf(stdout, "It opens with the keys %s alone: keep a copy of that keys file in a\nplace of its own, not beside the backups. Note the heads of the trail elsewhere too.\n", report.KeysID)
	}
	return 0
}

// restoreCommand puts a backup where it can be used.
func restoreCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("restore", flag.ContinueOnError)
	from := flags.String("from", "", "the backup")
	db := flags.String("db", "", "the database file to make")
	keyFile := flags.String("keys", "", "the keys file, to try whether everything opens; or set THRESHOLD_KEYS")
	if code, ok := parse(flags, args, restoreUsage, stdout, stderr); !ok {
		return code
	}
	if *db == "" || *from == "" {
		fmt.Fprintln(stderr, "threshold restore needs the backup and where it goes, such as: threshold restore -from backups/threshold-2026-11-23.backup -db threshold.db -keys keys.json")
		return 2
	}
	ring, err := findKeysFor(*keyFile, *db)
	if err != nil {
		fmt.Fprintf(stderr, "threshold restore: %v\n", err)
		return 2
	}
	warnOfKeys(ring, stderr)
	ctx, stop := untilStopped()
	defer stop()
	report, err := sqlite.Restore(ctx, *from, *db, ring)
	if err != nil {
		printProblems(stderr, report)
		fmt.Fprintf(stderr, "threshold restore: %v\nNothing was put in place.\n", err)
		return 1
	}
	fmt.Fprintf(stdout, "Restored %s from %s.\n", *db, *from)
	printContents(stdout, report)
	if ring.IsZero() && report.KeysID != "" {
		fmt.Fprintf(stdout, "\nNot tried: whether it opens, since no keys were given. Before you start the service, run\n"+
			"  threshold verify -db %s -keys FILE      (with the keys %s)\n", *db, report.KeysID)
	}
	fmt.Fprintf(stdout, `
What to know before you start the service:

- What happened after %s is not in it. Tell whoever worked since then what to do again: cases
  sent, findings, people disabled, forms erased on request, access that somebody ended or restricted.
- Compare the heads of the trail with those you noted.
- When it first starts, everybody is signed out, and links and codes that open once are void: some may
  have been used or ended since. People's own return codes go on working.
- Messages that waited are not sent. They are listed under messages that were given up, for somebody to
  look at each: some may have gone out already.
- The file belongs to whoever ran this: the service must be able to write it.

Then start it as before: threshold serve -db %s -keys FILE
`, report.BackedUp.Format("15:04:05 on 2 January 2006 (UTC)"), *db)
	return 0
}

// verifyCommand reads a database or a backup through.
func verifyCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("verify", flag.ContinueOnError)
	db := flags.String("db", "", "the database file, or a backup")
	keyFile := flags.String("keys", "", "the keys file, to try whether everything opens; or set THRESHOLD_KEYS")
	if code, ok := parse(flags, args, verifyUsage, stdout, stderr); !ok {
		return code
	}
	if *db == "" {
		fmt.Fprintln(stderr, "threshold verify needs a file, such as: threshold verify -db threshold.db -keys keys.json")
		return 2
	}
	ring, err := findKeysFor(*keyFile, *db)
	if err != nil {
		fmt.Fprintf(stderr, "threshold verify: %v\n", err)
		return 2
	}
	warnOfKeys(ring, stderr)
	ctx, stop := untilStopped()
	defer stop()
	report, err := sqlite.Verify(ctx, *db, ring)
	if err != nil {
		fmt.Fprintf(stderr, "threshold verify: %v\n", err)
		return 1
	}
	printContents(stdout, report)
	switch {
	case ring.IsZero() && report.KeysID != "":
		fmt.Fprintf(stdout, "  not tried: sealed values, since no keys were given; give -keys FILE (the keys %s)\n", report.KeysID)
	case report.Opened > 0:
		fmt.Fprintf(stdout, "  %s opened with the keys %s\n", several(report.Opened, "sealed value", "sealed values"), report.KeysID)
	}
	if len(report.Problems) == 0 {
		fmt.Fprintf(stdout, "%s is sound.\n", *db)
		return 0
	}
	printProblems(stderr, report)
	advice := "Keep this file as it is, and a copy of it. Stop the service, and restore the newest backup that\nthreshold verify finds sound: threshold restore -h. The trail tells what came after that backup."
	switch {
	case report.WrongKeys && len(report.Problems) == 1:
		advice = "Nothing else is wrong with it. Try again with its own keys."
	case !report.BackedUp.IsZero():
		advice = "Do not rely on this backup: use the one before it, and take another now: threshold backup -h."
	}
	fmt.Fprintf(stderr, "%s is not sound.\n%s\n", *db, advice)
	return 1
}

// printProblems lists what is wrong.
func printProblems(w io.Writer, r sqlite.FileReport) {
	for _, p := range r.Problems {
		fmt.Fprintf(w, "Wrong: %s\n", p)
	}
}

// printContents says what is in a file.
func printContents(w io.Writer, r sqlite.FileReport) {
	what := "a database"
	switch {
	case !r.BackedUp.IsZero():
		what = "a backup of " + r.BackedUp.Format("15:04:05 on 2 January 2006 (UTC)")
	case !r.Restored.IsZero():
		what = "a database restored at " + r.Restored.Format("15:04:05 on 2 January 2006 (UTC)") + ", not yet opened"
	}
	fmt.Fprintf(w, "  %s: %s, %s", filepath.Base(r.Path), what, fileSize(r.Bytes))
	if r.Version < r.Knows {
		fmt.Fprintf(w, ", made by an earlier version (its tables at %d are brought to %d when the service first opens it)", r.Version, r.Knows)
	}
	fmt.Fprintf(w, "\n  %s, %s, %s begun and not sent, %s (%d signed), %s waiting, %s\n",
		several(r.Councils, "council", "councils"), several(r.Practitioners, "practitioner", "practitioners"), several(r.Drafts, "form", "forms"),
		several(r.Cases, "case", "cases"), r.Signed, several(r.Messages, "message", "messages"), several(r.Events, "event", "events"))
	for _, t := range r.Trail {
		if t.Broken != "" {
			continue
		}
		name := t.Council
		if name == "" {
			name = "(no council)"
		}
		fmt.Fprintf(w, "  trail of %s: %s, head %s\n", name, several(t.Events, "event", "events"), t.Head)
	}
}

func several(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// fileSize for people, with three digits.
func fileSize(bytes int64) string {
	size, unit := float64(bytes), "bytes"
	for _, next := range []string{"KB", "MB", "GB", "TB"} {
		if size < 1000 {
			break
		}
		size, unit = size/1000, next
	}
	if unit == "bytes" {
		return fmt.Sprintf("%d bytes", bytes)
	}
	return fmt.Sprintf("%.3g %s", size, unit)
}
