package mail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"threshold/internal/care"
)

// letterTo is a message such as casework queues, with what is hard to carry: letters beyond ASCII, a long line, a dot
// alone, and what HTML would take for its own.
func letterTo(to string) care.Outgoing {
	return care.Outgoing{
		ID: "m_0a1b2c", Council: "koeln", QueuedAt: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC), Receipt: "r1",
		Mail: care.Mail{
			Kind: "saved_link", To: to, Subject: "Your saved form – Köln & Example Council, which has a rather long name indeed",
			Lines: []string{
				"You saved a form with Köln & Example Council.",
				strings.Repeat("A long line has to arrive whole, ", 40) + "end.",
				".",
				"<b>Not bold</b>, and \"quoted\".",
			},
			Link: "https://care.example.com/koeln/open/abc?x=1&y=2", LinkText: "Carry on with your form",
			From: "Köln & Example Council", ReplyTo: "office@example.com", Lang: "en",
		},
	}
}

// read takes a message apart with the standard library, which shares nothing with what wrote it.
func read(t *testing.T, message string) (h mail.Header, text, html string) {
	t.Helper()
	for i, line := range strings.Split(message, "\r\n") {
		if len(line) > 998 || strings.ContainsAny(line, "\r\n") {
			t.Fatalf("line %d breaks RFC 5322 section 2.1.1: %d characters", i, len(line))
		}
		for _, c := range []byte(line) {
			if c > 126 {
				t.Fatalf("line %d holds 8-bit characters: %q", i, line)
			}
		}
	}
	m, err := mail.ReadMessage(strings.NewReader(message))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	var bodies, kinds []string
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e := p.Header.Get("Content-Transfer-Encoding"); e != "quoted-printable" {
			t.Errorf("encoding %q", e)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		bodies, kinds = append(bodies, strings.ReplaceAll(string(b), "\r\n", "\n")), append(kinds, p.Header.Get("Content-Type"))
	}
	if len(kinds) != 2 || !strings.HasPrefix(kinds[0], "text/plain; charset=UTF-8") || !strings.HasPrefix(kinds[1], "text/html; charset=UTF-8") {
		t.Fatalf("parts %q: the plain text comes first", kinds)
	}
	return m.Header, bodies[0], bodies[1]
}

func TestSMTPDelivers(t *testing.T) {
	for _, c := range []struct {
		name string
		how  encryption
		mode string
		user string
	}{
		{"STARTTLS and a password", startTLS, TLSStart, "threshold"},
		{"STARTTLS without", startTLS, TLSStart, ""},
		{"TLS from the first byte", fromTheStart, TLSImplicit, "threshold"},
		{"in clear on this machine", inClear, TLSNone, "threshold"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, c.how, func(s *server) { s.user, s.password = c.user, "correct horse" })
			if err := s.sender(t, c.mode).Send(t.Context(), letterTo("ada@example.com")); err != nil {
				t.Fatal(err)
			}
			all := s.taken()
			if len(all) != 1 {
				t.Fatalf("%d messages", len(all))
			}
			got := all[0]
			if got.from != "care@example.com" || got.to != "ada@example.com" || got.user != c.user || got.encrypted != (c.how != inClear) {
				t.Errorf("envelope %q to %q as %q, encrypted %v", got.from, got.to, got.user, got.encrypted)
			}
			checkLetter(t, got.message)
		})
	}
}

func checkLetter(t *testing.T, message string) {
	t.Helper()
	m := letterTo("").Mail
	h, text, html := read(t, message)
	words := new(mime.WordDecoder)
	if subject, err := words.DecodeHeader(h.Get("Subject")); err != nil || subject != m.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	if from, err := h.AddressList("From"); err != nil || len(from) != 1 || from[0].Name != m.From || from[0].Address != "care@example.com" {
		t.Errorf("from %v, %v", from, err)
	}
	for name, want := range map[string]string{
		"To": "<ada@example.com>", "Reply-To": "<office@example.com>", "Message-Id": "<m_0a1b2c@example.com>",
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All", "Content-Language": "en", "Mime-Version": "1.0",
		"User-Agent": "", "X-Mailer": "", "List-Unsubscribe": "", "Disposition-Notification-To": "", "Return-Receipt-To": "",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
	if at, err := h.Date(); err != nil || !at.Equal(letterTo("").QueuedAt) {
		t.Errorf("date %v, %v", at, err)
	}
	wantText := strings.Join(m.Lines, "\n\n") + "\n\nCarry on with your form:\n" + m.Link + "\n\n" + m.From + "\n"
	if strings.TrimRight(text, "\n") != strings.TrimRight(wantText, "\n") {
		t.Errorf("plain part:\n%s", text)
	}
	for _, want := range []string{
		`<html lang="en">`, "<p>You saved a form with Köln &amp; Example Council.</p>", "&lt;b&gt;Not bold&lt;/b&gt;",
		`<a href="https://care.example.com/koeln/open/abc?x=1&amp;y=2"`, ">Carry on with your form</a>", m.Lines[1],
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the HTML part lacks %q:\n%s", want, html)
		}
	}
	for _, never := range []string{"<img", "<table", "<script", "<link", "url(", "src=", "<b>"} {
		if strings.Contains(html, never) {
			t.Errorf("the HTML part holds %q", never)
		}
	}
}

// TestComposeHeaders: nothing in a message can add a header or a recipient.
func TestComposeHeaders(t *testing.T) {
	s := newServer(t, inClear, nil)
	out := letterTo("ada@example.com")
	out.ID = "x>\r\nBcc: eve@example.com"
	out.Mail.Subject = "Your form\r\nBcc: eve@example.com"
	out.Mail.From = "Example\r\nBcc: eve@example.com"
	out.Mail.Lang = "en\r\nBcc: eve@example.com"
	out.Mail.ReplyTo = "not an address"
	out.Mail.Link = "javascript:alert(1)"
	if err := s.sender(t, TLSNone).Send(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	h, _, html := read(t, s.taken()[0].message)
	if h.Get("Bcc") != "" || h.Get("Subject") != "Your form Bcc: eve@example.com" || h.Get("Message-Id") != "<xBcceveexamplecom@example.com>" || h.Get("Content-Language") != "en" {
		t.Errorf("headers %v", h)
	}
	if h.Get("Reply-To") != "<team@example.com>" {
		t.Errorf("reply to %q: the service's own stands in for one that cannot be read", h.Get("Reply-To"))
	}
	if strings.Contains(html, `href="javascript`) {
		t.Error("the HTML part runs a script")
	}
}

// TestDomains: a domain in other letters is written as the name system knows it.
func TestDomains(t *testing.T) {
	s := newServer(t, inClear, nil)
	if err := s.sender(t, TLSNone).Send(t.Context(), letterTo("ada@köln.example")); err != nil {
		t.Fatal(err)
	}
	if to := s.taken()[0].to; to != "ada@xn--kln-sna.example" {
		t.Errorf("to %q", to)
	}
}

func TestSMTPFailures(t *testing.T) {
	says := func(code int) func(string) error {
		return func(who string) error { return &smtp.SMTPError{Code: code, Message: "no, not for " + who} }
	}
	for _, c := range []struct {
		name string
		how  encryption
		mode string
		set  func(*server)
		bend func(*SMTP)
		to   string
		want Failure
	}{
		{name: "no such person", set: func(s *server) { s.rcpt = says(550) }, want: Failure{Refused, 550}},
		{name: "come back later", set: func(s *server) { s.rcpt = says(451) }, want: Failure{Busy, 451}},
		{name: "sender not allowed", set: func(s *server) { s.from = says(553) }, want: Failure{From, 553}},
		{name: "shutting down", set: func(s *server) { s.from = says(421) }, want: Failure{Busy, 421}},
		{name: "message refused", set: func(s *server) { s.data = func(string) error { return says(554)("this") } }, want: Failure{Refused, 554}},
		{name: "message not now", set: func(s *server) { s.data = func(string) error { return says(452)("this") } }, want: Failure{Busy, 452}},
		{name: "no address", to: "nobody", want: Failure{Refused, 0}},
		{name: "two addresses", to: "ada@example.com, eve@example.com", want: Failure{Refused, 0}},
		{name: "no domain", to: "ada@-", want: Failure{Refused, 0}},
		{name: "no STARTTLS there", mode: TLSStart, want: Failure{TLS, 502}},
		{name: "a certificate of nobody", how: startTLS, mode: TLSStart, bend: func(s *SMTP) { s.roots = nil }, want: Failure{TLS, 0}},
		{name: "a certificate of somebody else", how: fromTheStart, mode: TLSImplicit, bend: func(s *SMTP) { s.host = "other.example.com" }, want: Failure{TLS, 0}},
		{name: "TLS to a server in clear", mode: TLSImplicit, want: Failure{TLS, 0}},
		{name: "wrong password", how: startTLS, mode: TLSStart, set: user, bend: func(s *SMTP) { s.password = "wrong" }, want: Failure{Auth, 535}},
		{name: "a password is missing", how: startTLS, mode: TLSStart, set: user, bend: func(s *SMTP) { s.user = "" }, want: Failure{Auth, 530}},
		{name: "nobody may sign in", how: startTLS, mode: TLSStart, bend: func(s *SMTP) { s.user = "threshold" }, want: Failure{Auth, 502}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mode := c.mode
			if mode == "" {
				mode = TLSNone
			}
			s := newServer(t, c.how, c.set)
			sender := s.sender(t, mode)
			if c.bend != nil {
				c.bend(sender)
			}
			to := c.to
			if to == "" {
				to = "ada@example.com"
			}
			err := sender.Send(t.Context(), letterTo(to))
			var got *Failure
			if !errors.As(err, &got) || *got != c.want {
				t.Errorf("%v, not %v", err, &c.want)
			}
			if n := len(s.taken()); n != 0 {
				t.Errorf("%d messages were taken", n)
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if text := fmt.Sprintf("%v %+v", e, e); strings.Contains(text, "@") || strings.Contains(text, "ada") {
					t.Errorf("the error tells the address: %s", text)
				}
			}
		})
	}
}

func user(s *server) { s.user, s.password = "threshold", "correct horse" }

// TestUnreachable: nobody listens; somebody listens and says nothing; somebody hangs up in the middle.
func TestUnreachable(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{addr: listener.Addr().String()}
	accept := make(chan net.Conn)
	go func() {
		defer close(accept)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			accept <- conn
		}
	}()
	sender := s.sender(t, TLSNone)

	// It greets, is greeted, and then says nothing, until the one who waits is told to stop.
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- sender.Send(ctx, letterTo("ada@example.com")) }()
	silent := <-accept
	fmt.Fprint(silent, "220 mail.example.com\r\n")
	if line, err := bufio.NewReader(silent).ReadString('\n'); err != nil || line != "EHLO example.com\r\n" {
		t.Errorf("%q, %v", line, err)
	}
	cancel()
	if err := <-ended; ClassOf(err) != Unreachable {
		t.Errorf("silent: %v", err)
	}
	// The connection is closed on this side too.
	if _, err := silent.Read(make([]byte, 1)); err == nil {
		t.Error("the connection stands")
	}
	_ = silent.Close()

	go func() { ended <- sender.Send(t.Context(), letterTo("ada@example.com")) }()
	conn := <-accept
	fmt.Fprint(conn, "220 mail.example.com\r\n")
	_ = conn.Close()
	if err := <-ended; ClassOf(err) != Unreachable {
		t.Errorf("hung up: %v", err)
	}

	_ = listener.Close()
	<-accept
	if err := sender.Send(t.Context(), letterTo("ada@example.com")); ClassOf(err) != Unreachable {
		t.Errorf("nobody: %v", err)
	}
	// Time runs out by itself, too.
	sender.timeout = 0
	if err := sender.Send(t.Context(), letterTo("ada@example.com")); ClassOf(err) != Unreachable {
		t.Errorf("no time: %v", err)
	}
}

// TestSMTPHangsUp: a try that fails leaves no connection behind. Without that this test would never end.
func TestSMTPHangsUp(t *testing.T) {
	s := newServer(t, inClear, func(s *server) {
		s.rcpt = func(string) error { return &smtp.SMTPError{Code: 550, Message: "no"} }
	})
	if err := s.sender(t, TLSNone).Send(t.Context(), letterTo("ada@example.com")); ClassOf(err) != Refused {
		t.Fatal(err)
	}
	<-s.left
}
