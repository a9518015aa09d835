package web_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/securecookie"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
	"threshold/rules"
	"threshold/web"
)

// A test may have the service run by a process of its own, which it can kill: this test program again, with killedDB
// set, serves the database that it is told of. What time it is stands in a file beside the database.
const (
	killedDB    = "THRESHOLD_TEST_WEB_DB"
	killedClock = ".clock" // appended to the database's name; microseconds since 1970
)

func TestMain(m *testing.M) {
	if path := os.Getenv(killedDB); path != "" {
		if err := serveUntilKilled(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// serveUntilKilled reads the rules, waits for a line, and then opens the database and serves it as the program does; it
// says where. It ends with the test that started it.
func serveUntilKilled(path string) error {
	library, err := eligibility.Load(rules.FS)
	if err != nil {
		return err
	}
	ring, err := keys.Find("", os.Getenv)
	if err != nil {
		return err
	}
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		return nil //nolint:nilerr // the test ended and never needed this one
	}
	store, err := sqlite.Open(context.Background(), sqlite.Options{Path: path, Keys: ring})
	if err != nil {
		return err
	}
	var clock atomic.Int64
	now := func() time.Time { return time.UnixMicro(clock.Load()).UTC() }
	log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	service := &casework.Service{Store: store, Library: library, Now: now, Log: log, Pepper: ring.Pepper()}
	pages := web.New(web.Options{Casework: service, Sessions: store, CookieKeys: ring.CookieKeys(), Now: now, Log: log})
	var listen net.ListenConfig
	listener, err := listen.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		read, err := os.ReadFile(path + killedClock)
		at, err2 := strconv.ParseInt(string(read), 10, 64)
		if err != nil || err2 != nil {
			http.Error(w, "the test's clock does not go", http.StatusInternalServerError)
			return
		}
		clock.Store(at)
		pages.ServeHTTP(w, r)
	})}
	fmt.Printf("%s\n", listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, in)
		os.Exit(0)
	}()
	return server.Serve(listener)
}

// A process serves the site's database and can be killed.
type process struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Reader
	addr string
}

// standby starts a process that reads the rules and then waits: starting again after a kill does not take long.
func (s *site) standby() *process {
	s.t.Helper()
	var ring strings.Builder
	if _, err := s.ring.WriteTo(&ring); err != nil {
		s.t.Fatal(err)
	}
	p := &process{cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), killedDB+"="+s.db, keys.EnvName+"="+ring.String())
	p.cmd.Stderr = os.Stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	p.in, p.out = in, bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	return p
}

// serve opens the database and waits until the process answers.
func (p *process) serve(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(p.in, "\n"); err != nil {
		t.Fatal(err)
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatalf("the service did not start: %v", err)
	}
	p.addr = strings.TrimSpace(line)
}

// end kills the process (SIGKILL) and waits until it is gone.
func (p *process) end() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// apart has a process of its own serve the site from now on. The test keeps looking into the database.
func (s *site) apart() *processes {
	s.t.Helper()
	s.server.Close()
	_ = s.store.Close()
	s.later(0)
	s.server = httptest.NewUnstartedServer(nil) // serves nothing: its URL is that of the process
	ps := &processes{site: s}
	ps.start(s.standby())
	s.t.Cleanup(func() {
		ps.now.end()
		ps.next.end()
	})
	return ps
}

// later moves the clock on, that of a process too.
func (s *site) later(d time.Duration) {
	s.t.Helper()
	s.now = s.now.Add(d)
	if err := os.WriteFile(s.db+killedClock, strconv.AppendInt(nil, s.now.UnixMicro(), 10), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// processes are the one that serves and the one that will.
type processes struct {
	site      *site
	now, next *process
	kills     int
	// Requests that were under way when the process was killed and got no answer: by whether what they brought is stored.
	unanswered struct{ kept, lost int }
}

func (ps *processes) start(p *process) {
	s := ps.site
	s.t.Helper()
	p.serve(s.t)
	ps.now, ps.next = p, s.standby()
	s.server.URL = "http://" + p.addr
	store, err := sqlite.Open(s.t.Context(), sqlite.Options{Path: s.db, Keys: s.ring})
	if err != nil {
		s.t.Fatal(err)
	}
	s.store, s.service.Store = store, store
}

// killWhile kills the process while requests are under way, as soon as so many of them are answered, and starts it again.
// It returns the answers' statuses; 0 is a request that was not answered.
func (ps *processes) killWhile(requests []*http.Request, answered int) []int {
	s := ps.site
	s.t.Helper()
	if err := s.store.Close(); err != nil { // nobody else has the database open when the process goes
		s.t.Fatal(err)
	}
	type answer struct{ n, status int }
	came := make(chan answer, len(requests))
	under := make(chan struct{}, len(requests))
	for n, r := range requests {
		go func() {
			under <- struct{}{}
			response, err := http.DefaultTransport.RoundTrip(r)
			if err != nil {
				came <- answer{n, 0}
				return
			}
			came <- answer{n, response.StatusCode}
			_ = response.Body.Close()
		}()
	}
	for range requests {
		<-under
	}
	statuses := make([]int, len(requests))
	take := func() { a := <-came; statuses[a.n] = a.status }
	for range answered {
		take()
	}
	ps.now.end()
	ps.kills++
	for range len(requests) - answered {
		take()
	}
	ps.start(ps.next)
	return statuses
}

// request is what pressing a form's button sends.
func (b *browser) request(action string, v url.Values) *http.Request {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.site.server.URL+action, strings.NewReader(v.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	return r
}

// draftID is the form that the browser's cookie opens.
func (b *browser) draftID() string {
	b.t.Helper()
	const name = "__Host-threshold-for-ashdale"
	codecs := securecookie.CodecsFromPairs(b.site.ring.CookieKeys()...)
	for _, codec := range codecs {
		if c, ok := codec.(*securecookie.SecureCookie); ok {
			c.SetSerializer(securecookie.NopEncoder{})
		}
	}
	var id []byte
	if err := securecookie.DecodeMulti(name, b.cookies[name], &id, codecs...); err != nil {
		b.t.Fatal(err)
	}
	row, err := b.site.store.Session(b.t.Context(), casework.HashToken(string(id)))
	if err != nil {
		b.t.Fatal(err)
	}
	return row.Assessment
}

// kill: some people press a button at the same moment, and the service is killed while it answers. What was
// acknowledged is stored, and what was not is stored as a whole or not at all. Then it is started again.
func (ps *processes) kill(pressing []*filler, prepare func(p *filler) (page string, form *pageForm, v url.Values), answered int) {
	t := ps.site.t
	t.Helper()
	type press struct {
		*filler
		page   string
		asked  []care.Question
		v      url.Values
		before casework.Draft
	}
	var all []press
	var requests []*http.Request
	for _, p := range pressing {
		page, form, v := prepare(p)
		if form == nil {
			continue
		}
		all = append(all, press{p, page, p.questionsOf(page), v, p.draft()})
		requests = append(requests, p.request(form.action, v))
	}
	for n, status := range ps.killWhile(requests, min(answered, len(requests))) {
		p := all[n]
		now := p.draft()
		p.log = append(p.log, fmt.Sprintf("%s, killed -> %d", p.page, status))
		acknowledged := status == http.StatusSeeOther || status == http.StatusUnprocessableEntity
		switch {
		case status != 0 && !acknowledged && status != http.StatusConflict:
			t.Fatalf("%s: %s answered %d", p.name, p.page, status)
		case acknowledged && status == http.StatusSeeOther && p.page == "check" && now.Status == care.StatusDraft:
			t.Fatalf("%s: was told that the form is sent, and it is not", p.name)
		case acknowledged && now.Version == p.before.Version:
			t.Fatalf("%s: %s was acknowledged, and the form is as it was", p.name, p.page)
		case p.page != "check" && now.Version > p.before.Version+1: // the check page is answered and then sent
			t.Fatalf("%s: one press of %s made %d versions", p.name, p.page, now.Version-p.before.Version)
		}
		stored := now.Version > p.before.Version
		switch {
		case acknowledged:
		case stored:
			ps.unanswered.kept++
		default:
			ps.unanswered.lost++
		}
		if !stored {
			p.compare() // as it was, in every answer
			continue
		}
		p.noted(p.asked, p.v, now)
		p.compare()
	}
}
