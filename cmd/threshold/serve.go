package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
	"threshold/rules"
	"threshold/web"
)

const (
	// shutdownTime is how long requests in flight may take to finish after SIGTERM. It is longer than all that the server allows
	// one of them (see newServer), so that however slow somebody is, nobody is cut off.
	shutdownTime = 40 * time.Second
	// sweepEvery is how often what has run out is erased.
	sweepEvery = 5 * time.Minute
)

const serveUsage = `Usage: threshold serve -db FILE -keys FILE [-addr HOST:PORT] [-public URL] [-mail FILE]
       threshold serve -db FILE -demo [-addr HOST:PORT] [-public URL]

Runs the web service until it gets SIGTERM, and then answers what is in flight. When it is ready it
says so in one line; its log goes to standard error. A demonstration keeps its keys in FILE.keys.

With -mail people are offered messages by e-mail, sent over the mail server that the file names:

  host: mail.example.com
  from: care@example.com         # the address messages come from
  tls: starttls                  # or implicit; or none for a server on this machine
  port: 587                      # left out: 587, 465 or 25, by tls
  user: threshold                # when the server asks who we are
  password_file: mail-password   # holds the password alone; looked for beside this file
  reply_to: office@example.com   # where replies go when a council has no address

Without it nothing is offered by e-mail. A demonstration sends nothing and keeps messages to be looked at.

`

// serveCommand runs the service until SIGTERM or SIGINT.
func serveCommand(args []string, _ io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	addr := flags.String("addr", "127.0.0.1:8080", "host:port to listen on; port 0 picks a free one")
	db := flags.String("db", "", "the database file; it is made when it is missing")
	keyFile := flags.String("keys", "", "the keys file (see threshold keys new); or set THRESHOLD_KEYS")
	demo := flags.Bool("demo", false, "a demonstration with made-up councils, people and cases")
	public := flags.String("public", "", "the address people see, such as https://care.example.com, for links in messages (default http://ADDR)")
	mailFile := flags.String("mail", "", "the mail settings file (see above); or set THRESHOLD_MAIL")
	if code, ok := parse(flags, args, serveUsage, stdout, stderr); !ok {
		return code
	}
	if *db == "" {
		fmt.Fprintln(stderr, "threshold serve needs a database file, such as: threshold serve -db data/threshold.db -keys keys.json")
		return 2
	}
	ring, err := findKeys(*keyFile, *db, *demo)
	if err != nil {
		fmt.Fprintf(stderr, "threshold serve: %v\n", err)
		if errors.Is(err, errRealData) {
			return 1
		}
		return 2
	}
	post, err := findPost(*mailFile, *public, *demo)
	if err != nil {
		fmt.Fprintf(stderr, "threshold serve: %v\n", err)
		return 2
	}
	warnOfKeys(ring, stderr)
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	if err := serve(ctx, *addr, *db, ring, *demo, post, log, stdout, stderr); err != nil {
		fmt.Fprintf(stderr, "threshold serve: %v\n", err)
		return 1
	}
	return 0
}

// errRealData keeps the demonstration away from a database that it did not make.
var errRealData = errors.New("this database holds real data and the demonstration will not touch it; use another file, such as -db data/threshold.db")

// findKeys reads the keys that seal the database. The demonstration makes its own beside a database that it is about to
// make, and uses those whatever the environment says; anything else must be given them, because whoever holds a backup
// must not find the keys in it.
func findKeys(file, db string, demo bool) (keys.Ring, error) {
	if !demo || file != "" {
		ring, err := keys.Find(file, os.Getenv)
		if file == "" && errors.Is(err, keys.ErrNone) {
			return ring, errors.New("it needs the keys that seal people's answers, and has none.\n" +
				"Make them once:   (umask 077; threshold keys new > keys.json)\n" +
				"then start with:  threshold serve -db FILE -keys keys.json   (or set THRESHOLD_KEYS)\n" +
				"Keep them apart from the database and its backups: without them nobody can read either")
		}
		return ring, err
	}
	beside := db + ".keys"
	ring, err := keys.Load(beside)
	if !errors.Is(err, keys.ErrNone) {
		return ring, err
	}
	// Every demonstration has its keys beside it from before it is made, so a database without them is none of ours.
	switch info, err := os.Stat(db); {
	case err == nil && info.Size() > 0:
		return ring, fmt.Errorf("%w.\n(If it is a demonstration whose keys %s were moved, put them back or name them with -keys)", errRealData, beside)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return ring, fmt.Errorf("looking for the database: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(beside), 0o700); err != nil {
		return ring, fmt.Errorf("making the folder for the demonstration: %w", err)
	}
	return keys.CreateFile(beside)
}

// warnOfKeys tells once, at the start of a command, when the keys are kept badly.
func warnOfKeys(ring keys.Ring, stderr io.Writer) {
	if w := ring.Warning(); w != "" {
		fmt.Fprintf(stderr, "Warning: %s\n", w)
	}
}

func serve(ctx context.Context, addr, db string, ring keys.Ring, demo bool, post post, log *slog.Logger, stdout, stderr io.Writer) error {
	var options []eligibility.LoadOption
	if demo {
		options = append(options, eligibility.WithTestLocales())
	}
	// Reading the rules takes much memory for a moment. Collecting it less often is a quarter of the time until the service is
	// ready; what it took is given back as soon as it is.
	eager := debug.SetGCPercent(400)
	library, err := eligibility.Load(rules.FS, options...)
	debug.SetGCPercent(eager)
	if err != nil {
		return fmt.Errorf("loading the rules: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(db), 0o700); err != nil {
		return fmt.Errorf("making the folder of the database: %w", err)
	}
	store, err := sqlite.Open(ctx, sqlite.Options{Path: db, Keys: ring})
	if err != nil {
		return err
	}
	defer func() {
		if err := store.Close(); err != nil {
			log.Error("closing the database", "error", err)
		}
	}()
	service := &casework.Service{Store: store, Library: library, Now: time.Now, Log: log, Pepper: ring.Pepper()}
	if err := settleDemo(ctx, store, service, demo); err != nil {
		return err
	}
	sweepOnce(ctx, service, log) // nobody may open what ran out while the service was not there
	handler := web.New(web.Options{
		Casework: service, Sessions: store, CookieKeys: ring.CookieKeys(), Now: time.Now, Log: log, Demo: demo,
		Box: post.box,
	})
	draining := &drain{Handler: handler}
	server := newServer(draining, log)
	server.ConnState = draining.follow
	var listen net.ListenConfig
	listen.SetMultipathTCP(false) // the kernel cannot stop greeting on such sockets, see stopGreeting
	listener, err := listen.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("listening on %s: %w (is another one running? -addr 127.0.0.1:0 picks a free port)", addr, err)
	}
	shown := shownAddr(addr, listener.Addr())
	door, err := newDoor(listener, connections())
	if err != nil {
		return err
	}
	if err := greet(ctx, service, shown, stderr); err != nil {
		return err
	}
	service.MailOn, service.PublicURL = post.sender != nil, post.public
	if service.PublicURL == "" {
		service.PublicURL = "http://" + shown
	}
	fmt.Fprintf(stdout, "Threshold is ready at http://%s\n", shown)

	go debug.FreeOSMemory()

	working, stopWork := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait() // the store is closed after this
	defer stopWork()
	work.Go(func() { sweep(working, service, log) })
	work.Go(func() { duty(working, service, log) })
	work.Go(func() { post.carry(working, store, log) })
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(door) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := stopServing(grace, server, draining, door, failed); err != nil {
		return fmt.Errorf("waiting for requests in flight: %w", err)
	}
	return nil
}

// newServer bounds what one connection may take, so that slow or silent ones hold nobody else up: a page takes milliseconds,
// and the largest goes through the thinnest line that people have in some seconds.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// shownAddr keeps the host as it was asked for (localhost stays localhost) with the port that was really taken.
func shownAddr(asked string, taken net.Addr) string {
	host, _, err := net.SplitHostPort(asked)
	_, port, err2 := net.SplitHostPort(taken.String())
	if err != nil || err2 != nil {
		return taken.String()
	}
	if host == "" {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// sweep erases what has run out again and again, until ctx ends.
func sweep(ctx context.Context, service *casework.Service, log *slog.Logger) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	checkInOnce(ctx, service, log)
	disposeOnce(ctx, service, log)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			sweepOnce(ctx, service, log)
			checkInOnce(ctx, service, log)
			disposeOnce(ctx, service, log)
		}
	}
}

func sweepOnce(ctx context.Context, service *casework.Service, log *slog.Logger) {
	if err := service.EraseStale(ctx); err != nil && ctx.Err() == nil {
		log.Error("sweeping", "error", err)
	}
}

// disposeOnce destroys cases whose time is over, as far as two managers agreed and nobody took it back.
func disposeOnce(ctx context.Context, service *casework.Service, log *slog.Logger) {
	if _, err := service.CarryOutDisposals(ctx); err != nil && ctx.Err() == nil {
		log.Error("destroying what was kept long enough", "error", err)
	}
}

// checkInOnce asks people who have waited for long how they are. It comes after messages can be sent.
func checkInOnce(ctx context.Context, service *casework.Service, log *slog.Logger) {
	if _, err := service.CheckIn(ctx); err != nil && ctx.Err() == nil {
		log.Error("checking in", "error", err)
	}
}

// settleDemo keeps the demonstration and real data apart: a database made by one is refused by the other.
func settleDemo(ctx context.Context, store *sqlite.Store, service *casework.Service, demo bool) error {
	marked, err := store.IsDemo(ctx)
	if err != nil {
		return err
	}
	switch {
	case marked && !demo:
		return errors.New("this database was made by the demonstration and holds made-up people; start it with -demo, or use another file")
	case !marked && demo:
		empty, err := store.IsEmpty(ctx)
		if err != nil {
			return err
		}
		if !empty {
			return errRealData
		}
		if err := store.MarkDemo(ctx); err != nil {
			return err
		}
	}
	if demo {
		return seedDemo(ctx, service)
	}
	return nil
}

// greet prints, on the first run alone, the one-time link with which the first council and the first account are made.
// It goes to the terminal's standard error and into no log.
func greet(ctx context.Context, service *casework.Service, shown string, stderr io.Writer) error {
	token, err := service.BeginFirstRun(ctx)
	if err != nil || token == "" {
		return err
	}
	fmt.Fprintf(stderr, "\nThere is no council here yet. Set up the first one, and your own account, at this address.\n"+
		"It works once, for %d minutes; starting the service again makes a new one.\n\n  http://%s/staff/first-run/%s\n\n",
		int(casework.SetupLife/time.Minute), shown, token)
	return nil
}
