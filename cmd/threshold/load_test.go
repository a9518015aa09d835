package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
)

// What the tests of load, of stopping and of backups have in common: the real program as a process of its own, and people
// who fill in a form over connections of their own.

// programEnv makes this test program the real one, with the rest of the command line.
const programEnv = "THRESHOLD_TEST_PROGRAM"

func init() {
	if os.Getenv(programEnv) == "" {
		return
	}
	limitFiles()
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// program is the real program with arguments, not yet begun.
func program(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), programEnv+"=1")
	return cmd
}

// A service is the program serving a demonstration.
type service struct {
	cmd  *exec.Cmd
	addr string
	db   string
	log  string // a file
}

// startService begins to serve a demonstration in a folder of its own and returns when it answers.
func startService(t *testing.T) *service {
	t.Helper()
	dir := t.TempDir()
	s := &service{db: filepath.Join(dir, "threshold.db"), log: filepath.Join(t.TempDir(), "log")}
	s.cmd = program("serve", "-demo", "-addr", "127.0.0.1:0", "-db", s.db)
	log, err := os.Create(s.log)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	s.cmd.Stderr = log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.cmd.ProcessState == nil {
			_ = s.cmd.Process.Kill()
			_ = s.cmd.Wait()
		}
		if t.Failed() {
			said, _ := os.ReadFile(s.log)
			for line := range strings.Lines(string(said)) {
				if !strings.Contains(line, `"level":"INFO"`) {
					t.Logf("the service said: %s", line)
				}
			}
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the service did not start: %v", err)
	}
	_, s.addr, _ = strings.Cut(strings.TrimSpace(line), "http://")
	return s
}

// stop sends SIGTERM and returns the exit code.
func (s *service) stop(t *testing.T) int {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = s.cmd.Wait() // the exit code says it
	return s.cmd.ProcessState.ExitCode()
}

// open opens the service's database, or another with its keys.
func (s *service) open(t *testing.T, db string) *sqlite.Store {
	t.Helper()
	ring, err := keys.Load(s.db + ".keys")
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Options{Path: db, Keys: ring})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// A resident fills in one page of a form again and again. Each save changes two answers together: the text says which save
// it is, and the radio whether its number is even.
type resident struct {
	addr, name, cookie string
	keep               bool // uses a connection again as long as the service keeps it
	conn               net.Conn
	read               *bufio.Reader

	mu          sync.Mutex
	tried, kept int // the number of the last save that was begun, and of the last that was acknowledged
	took        []time.Duration
}

const pageOfLoad = "/alderford/talk"

// errGone: nobody answers at the address any more, which is no failed request.
var errGone = errors.New("nobody is there")

func newResident(addr, name string, keep bool) *resident {
	return &resident{addr: addr, name: name, keep: keep}
}

// ask sends one request over a connection of the resident's own, and neither repeats it nor follows where it leads: what
// goes wrong shows.
func (r *resident) ask(ctx context.Context, method, path string, form url.Values) (*http.Response, string, error) {
	began := time.Now()
	if r.conn == nil {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", r.addr)
		if err != nil {
			return nil, "", fmt.Errorf("%w: %w", errGone, err)
		}
		r.conn, r.read = conn, bufio.NewReader(conn)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+r.addr+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if r.cookie != "" {
		req.Header.Set("Cookie", r.cookie)
	}
	req.Close = !r.keep
	_ = r.conn.SetDeadline(time.Now().Add(time.Minute))
	if err := req.Write(r.conn); err != nil {
		return nil, "", fmt.Errorf("%s %s: sending: %w", method, path, err)
	}
	resp, err := http.ReadResponse(r.read, req)
	if err != nil {
		return nil, "", fmt.Errorf("%s %s: no answer after %s: %w", method, path, time.Since(began), err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, "", fmt.Errorf("%s %s: half an answer: %w", method, path, err)
	}
	if resp.Close || !r.keep {
		r.leave()
	}
	r.mu.Lock()
	r.took = append(r.took, time.Since(began))
	r.mu.Unlock()
	return resp, string(body), nil
}

func (r *resident) leave() {
	if r.conn != nil {
		_ = r.conn.Close()
		r.conn = nil
	}
}

// begin starts a form.
func (r *resident) begin(ctx context.Context) error {
	resp, _, err := r.ask(ctx, http.MethodPost, "/alderford/for", url.Values{"for": {"self"}})
	if err != nil {
		return err
	}
	for _, c := range resp.Cookies() {
		if strings.HasPrefix(c.Name, "__Host-") {
			r.cookie = c.Name + "=" + c.Value
		}
	}
	if resp.StatusCode != http.StatusSeeOther || r.cookie == "" {
		return fmt.Errorf("beginning a form answered %d", resp.StatusCode)
	}
	return nil
}

var seenField = regexp.MustCompile(`name="seen" value="([^"]*)"`)

// page reads the page and returns what the form must send along.
func (r *resident) page(ctx context.Context) (seen string, err error) {
	resp, body, err := r.ask(ctx, http.MethodGet, pageOfLoad, nil)
	if err != nil {
		return "", err
	}
	field := seenField.FindStringSubmatch(body)
	if resp.StatusCode != http.StatusOK || field == nil {
		return "", fmt.Errorf("the page answered %d", resp.StatusCode)
	}
	return field[1], nil
}

// answers of a save.
func (r *resident) answers(n int) url.Values {
	return url.Values{"language": {fmt.Sprintf("%s %d", r.name, n)}, "interpreter": {[]string{"yes", "no"}[n%2]}}
}

// save reads the page and saves it. It returns when the service has said that it is kept.
func (r *resident) save(ctx context.Context) error {
	seen, err := r.page(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	r.tried++
	n := r.tried
	r.mu.Unlock()
	form := r.answers(n)
	form.Set("seen", seen)
	resp, _, err := r.ask(ctx, http.MethodPost, pageOfLoad, form)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("saving answered %d", resp.StatusCode)
	}
	r.mu.Lock()
	r.kept = n
	r.mu.Unlock()
	return nil
}

func (r *resident) ledger() (tried, kept int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tried, r.kept
}

// A crowd is many residents at once.
type crowd struct {
	people []*resident
	wg     sync.WaitGroup
	mu     sync.Mutex
	failed []error
}

// newCrowd has n people begin a form; each second one opens a connection for each request.
func newCrowd(ctx context.Context, t *testing.T, addr string, n int) *crowd {
	t.Helper()
	c := &crowd{}
	for i := range n {
		r := newResident(addr, fmt.Sprintf("resident-%d", i), i%2 == 0)
		if err := r.begin(ctx); err != nil {
			t.Fatal(err)
		}
		c.people = append(c.people, r)
	}
	return c
}

// work has everybody save again and again, with a pause between, until ctx ends or nobody answers any more.
func (c *crowd) work(ctx context.Context, pause time.Duration) {
	for _, r := range c.people {
		c.wg.Go(func() {
			defer r.leave()
			for ctx.Err() == nil {
				if err := r.save(context.WithoutCancel(ctx)); err != nil {
					if !errors.Is(err, errGone) {
						c.mu.Lock()
						c.failed = append(c.failed, fmt.Errorf("%s: %w", r.name, err))
						c.mu.Unlock()
					}
					return
				}
				select {
				case <-ctx.Done():
				case <-time.After(pause):
				}
			}
		})
	}
}

// kept is how many saves everybody together was told are kept.
func (c *crowd) kept() (total int) {
	for _, r := range c.people {
		_, kept := r.ledger()
		total += kept
	}
	return total
}

// await waits until the crowd has saved so many more.
func (c *crowd) await(t *testing.T, more int) {
	t.Helper()
	goal := c.kept() + more
	await(t, "the crowd has saved enough", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		if len(c.failed) > 0 {
			t.Fatal(c.failed)
		}
		return c.kept() >= goal
	})
}

// stored reads what is in a database of each resident: the number of the save that it holds. A save of which a part alone is
// there, or whose event is missing, fails the test.
func (c *crowd) stored(t *testing.T, s *service, db string) map[string]int {
	t.Helper()
	store := s.open(t, db)
	out := map[string]int{}
	for _, id := range begun(t, store) {
		a, err := store.Assessment(t.Context(), "alderford", id)
		if err != nil {
			continue // another council's, or gone since
		}
		name, number, ok := strings.Cut(a.Answers.One("language"), " ")
		n, err := strconv.Atoi(number)
		if !ok || err != nil || !strings.HasPrefix(name, "resident-") {
			continue
		}
		if want := []string{"yes", "no"}[n%2]; a.Answers.One("interpreter") != want {
			t.Errorf("%s: save %d is there by halves", name, n)
		}
		events, err := store.Events(t.Context(), "alderford", id)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) != a.Version {
			t.Errorf("%s: version %d with %d events", name, a.Version, len(events))
		}
		out[name] = n
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}
