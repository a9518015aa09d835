package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/mail"
	"threshold/internal/store/keys"
)

// A mailServer is a real one on this machine that passes on what it takes.
type mailServer struct {
	took chan string
	to   string
}

func (s *mailServer) NewSession(*smtp.Conn) (smtp.Session, error) { return s, nil }
func (s *mailServer) Reset()                                      {}
func (s *mailServer) Logout() error                               { return nil }
func (s *mailServer) Mail(string, *smtp.MailOptions) error        { return nil }
func (s *mailServer) Rcpt(to string, _ *smtp.RcptOptions) error   { s.to = to; return nil }
func (s *mailServer) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.took <- s.to + "\n" + string(b)
	return err
}

// startMailServer returns the server and a settings file for it.
func startMailServer(t *testing.T) (*mailServer, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	back := &mailServer{took: make(chan string, 1)}
	srv, done := smtp.NewServer(back), make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(listener) }()
	t.Cleanup(func() {
		_ = srv.Close()
		_ = listener.Close()
		<-done
	})
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return back, settings(t, "host: 127.0.0.1\nport: "+port+"\ntls: none\nfrom: care@example.com\n")
}

func settings(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "mail.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// serving runs the service on a database until the test is done with it, and returns what it logged.
func serving(t *testing.T, p place, post post, meanwhile func()) string {
	t.Helper()
	ring, err := keys.Load(p.keys)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, w := io.Pipe()
	done := make(chan error, 1)
	var log bytes.Buffer
	go func() {
		err := serve(ctx, "127.0.0.1:0", p.db, ring, false, post, slog.New(slog.NewJSONHandler(&log, nil)), w, io.Discard)
		_ = w.CloseWithError(io.EOF)
		done <- err
	}()
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatalf("%q, %v, %v", line, err, <-done)
	}
	meanwhile()
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	return log.String()
}

// queueMail puts a message into the outbox, as an event of the council.
func queueMail(t *testing.T, p place) {
	t.Helper()
	where := database{file: p.db, keys: p.keys}
	err := where.open(io.Discard, func(ctx context.Context, service *casework.Service) error {
		council := care.Council{Slug: "example", Name: "Example Council", ReadDays: 5}
		ev := care.Event{ID: fmt.Sprint(time.Now().UnixNano()), At: time.Now().UTC(), Council: "example", Actor: care.ActorSystem, Verb: "council.changed"}
		if err := service.Store.PutCouncil(ctx, council, ev); err != nil {
			return err
		}
		ev.ID += "-mail"
		ev.Mail = &care.Mail{Kind: "sent", To: "ada@example.com", Subject: "We have your answers", Lines: []string{"Thank you."}, From: "Example Council"}
		return service.Store.PutCouncil(ctx, council, ev)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestServeSendsMail: what waits in the outbox goes out when mail is set up, once, and waits when it is not.
func TestServeSendsMail(t *testing.T) {
	t.Setenv(mail.EnvName, "")
	p := newPlace(t)
	queueMail(t, p)
	server, file := startMailServer(t)

	off, err := findPost("", "", false)
	if err != nil || off.sender != nil {
		t.Fatalf("%+v, %v", off, err)
	}
	if log := serving(t, p, off, func() {}); strings.Contains(log, "mail") {
		t.Errorf("without mail: %s", log)
	}
	on, err := findPost(file, "https://care.example.com/", false)
	if err != nil || on.public != "https://care.example.com" || on.box != nil {
		t.Fatalf("%+v, %v", on, err)
	}
	var took string
	log := serving(t, p, on, func() { took = <-server.took })
	if !strings.HasPrefix(took, "ada@example.com\n") || !strings.Contains(took, "Subject: We have your answers\r\n") || !strings.Contains(took, "From: \"Example Council\" <care@example.com>\r\n") {
		t.Errorf("the server took %s", took)
	}
	if !strings.Contains(log, `"msg":"mail sent","kind":"sent","tries":1`) || strings.Contains(log, "ada") {
		t.Errorf("the log says %s", log)
	}
	where := database{file: p.db, keys: p.keys}
	err = where.open(io.Discard, func(ctx context.Context, service *casework.Service) error {
		if _, ok, err := service.Store.(mail.Outbox).NextMail(ctx); ok || err != nil {
			t.Errorf("it would go out again: %v, %v", ok, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestServeMailCommandLine: what is wrong with the settings is told before anything is made or served.
func TestServeMailCommandLine(t *testing.T) {
	t.Setenv(mail.EnvName, "")
	p := newPlace(t)
	db := filepath.Join(t.TempDir(), "t.db")
	good := settings(t, "host: mail.example.com\nfrom: care@example.com\n")
	for _, c := range []struct {
		args []string
		env  string
		want string
	}{
		{[]string{"-mail", good}, "", "add -public https://care.example.com"},
		{nil, good, "add -public https://care.example.com"},
		{[]string{"-mail", good + ".none", "-public", "https://care.example.com"}, "", "reading the mail settings"},
		{[]string{"-mail", settings(t, "host: mail.example.com\n"), "-public", "https://care.example.com"}, "", "give the address that messages come from"},
		{[]string{"-public", "care.example.com"}, "", "give scheme and host alone"},
		{[]string{"-public", "https://care.example.com/ashdale"}, "", "give scheme and host alone"},
		{[]string{"-public", "https://"}, "", "give scheme and host alone"},
	} {
		t.Setenv(mail.EnvName, c.env)
		code, out, errs := runCommand(t, "", append([]string{"serve", "-db", db, "-keys", p.keys}, c.args...)...)
		if code != 2 || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%v, env %q: exit %d, %s%s", c.args, c.env, code, out, errs)
		}
	}
	if _, err := os.Stat(db); err == nil {
		t.Error("a database was made")
	}
}

// TestDemoMail: a demonstration keeps messages to itself, whatever the environment says.
func TestDemoMail(t *testing.T) {
	good := settings(t, "host: mail.example.com\nfrom: care@example.com\n")
	t.Setenv(mail.EnvName, good)
	if p, err := findPost("", "", true); err != nil || p.box == nil || p.sender != mail.Sender(p.box) {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := findPost(good, "", true); err == nil || !strings.Contains(err.Error(), "the demonstration sends nothing") {
		t.Errorf("%v", err)
	}
}
