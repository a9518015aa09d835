// Command bench measures how fast and how light Threshold is, beside what its parts allow and beside what people would
// pick instead, and writes docs/performance.md and its picture. Everything runs on this machine, over loopback, against
// processes that it starts and stops itself; it takes some minutes. Run it by `make bench`.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// settings say how long and how much.
type settings struct {
	root, binary, scratch, report string
	long                          time.Duration // each closed loop
	open                          time.Duration // the open loop
	cases                         int           // of the larger queue
	peer                          bool
}

const council = "ashdale"

func main() {
	if len(os.Args) == 2 && os.Args[1] == "hello" { // a child of ours
		fatal(helloServer())
	}
	var s settings
	flag.StringVar(&s.root, "root", ".", "the repository")
	flag.StringVar(&s.binary, "binary", "bin/threshold", "the program to measure")
	flag.StringVar(&s.report, "report", "docs/performance.md", "the file to write; its picture goes into images beside it")
	flag.DurationVar(&s.long, "long", 4*time.Second, "how long each rate is measured")
	flag.DurationVar(&s.open, "open", 15*time.Second, "how long requests come at a fixed rate")
	flag.IntVar(&s.cases, "cases", 10_000, "how many cases the larger queue has")
	flag.BoolVar(&s.peer, "peer", true, "measure the peer in tools/peers too")
	flag.Parse()
	fatal(measure(s))
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func measure(s settings) error {
	var err error
	if s.root, err = filepath.Abs(s.root); err != nil {
		return err
	}
	if !filepath.IsAbs(s.binary) {
		s.binary = filepath.Join(s.root, s.binary)
	}
	if _, err := os.Stat(s.binary); err != nil {
		return fmt.Errorf("%w: run make build first", err)
	}
	// On a disk: /tmp may be memory, where nothing has to be synced.
	if s.scratch, err = os.MkdirTemp(s.root, ".bench-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(s.scratch) }()
	f := &figures{begun: time.Now(), loadBefore: load(), machine: machine(), long: s.long, open: s.open, cases: s.cases}
	for _, step := range []struct {
		name string
		do   func(settings, *figures) error
	}{
		{"the rules beside plain Go", rulesBesideGo},
		{"what the disk and the store allow", storeLimits},
		{"what HTTP allows", httpLimits},
		{"starting", starting},
		{"pages and answers", pagesAndAnswers},
		{"2,000 requests a second", steady},
		{"many at once", sessions},
		{"the queue", queue},
		{"the peer", peer},
	} {
		began := time.Now()
		fmt.Fprintf(os.Stderr, "bench: %s …", step.name)
		if err := step.do(s, f); err != nil {
			fmt.Fprintln(os.Stderr)
			return fmt.Errorf("%s: %w", step.name, err)
		}
		fmt.Fprintf(os.Stderr, " %.0f s\n", time.Since(began).Seconds())
	}
	f.loadAfter, f.took = load(), time.Since(f.begun)
	return f.write(s)
}

func rulesBesideGo(s settings, f *figures) error {
	m, err := goBench(s.root, "^BenchmarkAgainstPlainGo$", "./internal/eligibility")
	if err != nil {
		return err
	}
	many := m["BenchmarkAgainstPlainGo/many"]
	f.trace, f.traceNs, f.plainNs = many["x-plain"], many["ns/engine"], many["ns/plain"]
	for name, to := range map[string]struct {
		pkg string
		us  *float64
	}{"BenchmarkDrawQuestionPage": {"./templates/pages", &f.drawUs}, "BenchmarkAskQuestionPage": {"./web", &f.askUs}} {
		m, err := goBench(s.root, "^"+name+"$", to.pkg)
		if err != nil {
			return err
		}
		*to.us = m[name]["ns/op"] / 1000
	}
	return nil
}

func storeLimits(s settings, f *figures) error {
	var err error
	if f.syncs, err = syncRate(s.scratch, 3*time.Second); err != nil {
		return err
	}
	m, err := goBench(s.root, "^BenchmarkSave(Small)?$", "./internal/store/sqlite")
	if err != nil {
		return err
	}
	f.saves = map[int]float64{}
	for _, clients := range []int{1, 64, 256} {
		f.saves[clients] = m["BenchmarkSave/clients="+strconv.Itoa(clients)]["saves/s"]
		f.small = append(f.small, smallSaves{clients, m["BenchmarkSaveSmall/clients="+strconv.Itoa(clients)]["saves/s"]})
	}
	return nil
}

// clients is how many ask at once where a rate is measured.
const clients = 64

func httpLimits(s settings, f *figures) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	p, err := start(s.scratch, s.scratch, nil, self, "hello")
	if err != nil {
		return err
	}
	defer func() { _ = p.stop() }()
	people, err := crowd(clients, func() (*person, error) {
		c, err := dial(p.addr)
		return &person{client: c, page: "/hello"}, err
	})
	defer leave(people)
	if err != nil {
		return err
	}
	f.hello, err = rate(clients, time.Second, s.long, func(i int) error { return people[i].look() })
	return err
}

// fresh makes a database with one council and starts the service on it.
func fresh(s settings, name string) (*process, error) {
	db, keys := filepath.Join(s.scratch, name+".db"), filepath.Join(s.scratch, name+".keys")
	made, err := run(s.root, s.binary, "keys", "new")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(keys, []byte(made), 0o600); err != nil {
		return nil, err
	}
	_, err = run(s.root, s.binary, "council", "add", "-db", db, "-keys", keys, "-slug", council, "-name", "Ashdale Council", "-phone", "020 7946 0101", "-phone-24h", "020 7946 0102")
	if err != nil {
		return nil, err
	}
	return serve(s, db, keys)
}

func serve(s settings, db, keys string) (*process, error) {
	return start(s.scratch, s.scratch, nil, s.binary, "serve", "-db", db, "-keys", keys, "-addr", "127.0.0.1:0")
}

// starting starts the service again and again on a database that is there, and reads its memory while nobody is there.
func starting(s settings, f *figures) error {
	info, err := os.Stat(s.binary)
	if err != nil {
		return err
	}
	f.binary = info.Size()
	p, err := fresh(s, "start")
	if err != nil {
		return err
	}
	db, keys := filepath.Join(s.scratch, "start.db"), filepath.Join(s.scratch, "start.keys")
	for range 11 {
		if err := p.stop(); err != nil {
			return err
		}
		if p, err = serve(s, db, keys); err != nil {
			return err
		}
		f.starts = append(f.starts, p.ready)
	}
	time.Sleep(time.Second) // what it does after it is ready
	if f.idle, err = p.resident(); err != nil {
		return err
	}
	return p.stop()
}

func pagesAndAnswers(s settings, f *figures) error {
	p, err := fresh(s, "pages")
	if err != nil {
		return err
	}
	defer func() { _ = p.stop() }()
	people, err := crowd(clients, func() (*person, error) { return begin(p.addr, council) })
	defer leave(people)
	if err != nil {
		return err
	}
	if f.gets, err = rate(clients, time.Second, s.long, func(i int) error { return people[i].look() }); err != nil {
		return err
	}
	if f.posts, err = rate(clients, time.Second, s.long, func(i int) error { return people[i].write() }); err != nil {
		return err
	}
	if f.pairs, err = rate(clients, time.Second, s.long, func(i int) error { return people[i].pair() }); err != nil {
		return err
	}
	f.afterLoad, err = p.resident()
	return err
}

// perSecond is the fixed rate, and steadyPeople how many ask in turn: each again after an eighth of a second.
const (
	perSecond    = 2000
	steadyPeople = 251 // odd, so that everybody both looks and answers
)

func steady(s settings, f *figures) error {
	p, err := fresh(s, "steady")
	if err != nil {
		return err
	}
	defer func() { _ = p.stop() }()
	people, err := crowd(steadyPeople, func() (*person, error) { return begin(p.addr, council) })
	defer leave(people)
	if err != nil {
		return err
	}
	once := func(i, k int) error {
		if k%2 == 0 {
			return people[i].write()
		}
		return people[i].look()
	}
	if _, err := openLoop(steadyPeople, perSecond, 2*time.Second, once); err != nil { // warms up
		return err
	}
	times, err := openLoop(steadyPeople, perSecond, s.open, once)
	if err != nil {
		return err
	}
	f.requests = len(times)
	f.p50, f.p99, f.worst = percentile(times, 50), percentile(times, 99), percentile(times, 100)
	return nil
}

// sessions lets people begin a form, answer, and stay.
func sessions(s settings, f *figures) error {
	p, err := fresh(s, "sessions")
	if err != nil {
		return err
	}
	defer func() { _ = p.stop() }()
	have := 0
	for _, many := range []int{1_000, 10_000} {
		began := time.Now()
		people, err := crowd(many-have, func() (*person, error) {
			one, err := arrive(p.addr, council, "about")
			if err == nil {
				one.close() // they read; the next request opens a connection again
			}
			return one, err
		})
		if err != nil {
			leave(people)
			return err
		}
		f.crowds = append(f.crowds, held{many, float64(many-have) / time.Since(began).Seconds(), 0})
		have = many
		if f.crowds[len(f.crowds)-1].memory, err = p.resident(); err != nil {
			return err
		}
	}
	return nil
}

// smallCases are enough that every filter fills its page.
const smallCases = 5_000

// queue compares the queue and the search of a small council with those of a larger one.
func queue(s settings, f *figures) error {
	small, large := filepath.Join(s.scratch, "small.db"), filepath.Join(s.scratch, "large.db")
	for db, cases := range map[string]int{small: smallCases, large: s.cases} {
		if _, err := run(s.root, s.binary, "generate", "-db", db, "-cases", strconv.Itoa(cases)); err != nil {
			return err
		}
	}
	out, err := run(s.root, s.binary, "bench-queue", "-small", small, "-large", large, "-runs", "100")
	if err != nil {
		return err
	}
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if strings.HasPrefix(line, "all together") && len(fields) == 7 {
			for i, to := range []*float64{&f.queueSmall50, &f.queueSmall99, &f.queueLarge50, &f.queueLarge99} {
				if *to, err = strconv.ParseFloat(fields[2+i], 64); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return fmt.Errorf("bench-queue has no last line:\n%s", out)
}

func peer(s settings, f *figures) error {
	if !s.peer {
		return nil
	}
	dir := filepath.Join(s.root, "tools", "peers")
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		return fmt.Errorf("%w: run npm ci in tools/peers first, or leave the peer out by -peer=false", err)
	}
	version, err := run(dir, "node", "--version")
	if err != nil {
		return err
	}
	f.node = strings.TrimSpace(version)
	p, err := start(dir, s.scratch, []string{"NODE_ENV=production"}, "node", "server.mjs", filepath.Join(s.scratch, "peer.db"), "2")
	if err != nil {
		return err
	}
	defer func() { _ = p.stop() }()
	f.peerReady = p.ready
	people, err := crowd(clients, func() (*person, error) { return beginPeer(p.addr) })
	defer leave(people)
	if err != nil {
		return err
	}
	if f.peerGets, err = rate(clients, 2*time.Second, s.long, func(i int) error { return people[i].look() }); err != nil {
		return err
	}
	f.peerPosts, err = rate(clients, time.Second, s.long, func(i int) error { return people[i].write() })
	return err
}
