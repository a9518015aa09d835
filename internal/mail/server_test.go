package mail

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// A server is a real mail server in this process, on a port of its own. Its knobs are set before it is asked anything.
type server struct {
	addr  string
	roots *x509.CertPool

	user, password string                     // AUTH is demanded when set
	rcpt           func(to string) error      // what it says to a recipient
	from           func(from string) error    // and to a sender
	data           func(message string) error // and to a whole message

	left chan struct{} // closed by the first caller who hangs up

	mu       sync.Mutex
	accepted []accepted
}

type accepted struct {
	from, to, message string
	encrypted         bool
	user              string
}

// how a server speaks TLS
type encryption int

const (
	inClear encryption = iota
	startTLS
	fromTheStart
)

func newServer(t *testing.T, how encryption, set func(*server)) *server {
	t.Helper()
	s := &server{left: make(chan struct{})}
	if set != nil {
		set(s)
	}
	cert, roots := certificate(t)
	s.roots = roots
	srv := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{server: s, conn: c}, nil }))
	srv.Domain = "mail.example.com"
	srv.AllowInsecureAuth = how == inClear
	srv.ErrorLog = log.New(io.Discard, "", 0)
	var listener net.Listener
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = listener.Addr().String()
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	switch how {
	case startTLS:
		srv.TLSConfig = config
	case fromTheStart:
		listener = tls.NewListener(listener, config)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.Serve(listener) }()
	t.Cleanup(func() {
		_ = srv.Close()
		_ = listener.Close() // the server does not know it yet when it has not begun to serve
		<-done
	})
	return s
}

// certificate makes one for 127.0.0.1 that only the pool beside it trusts.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// sender is an SMTP for the server, as the settings file would make it but for the roots of trust.
func (s *server) sender(t *testing.T, tlsMode string) *SMTP {
	t.Helper()
	host, port, _ := net.SplitHostPort(s.addr)
	n, _ := strconv.Atoi(port)
	c := Config{Host: host, Port: n, From: "care@example.com", ReplyTo: "team@example.com", TLS: tlsMode}
	if s.user != "" {
		c.User, c.PasswordFile = s.user, filepath.Join(t.TempDir(), "password")
		if err := os.WriteFile(c.PasswordFile, []byte(s.password+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := NewSMTP(c)
	if err != nil {
		t.Fatal(err)
	}
	out.roots = s.roots
	return out
}

func (s *server) taken() []accepted {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]accepted(nil), s.accepted...)
}

type session struct {
	server *server
	conn   *smtp.Conn
	user   string
	got    accepted
}

func (s *session) AuthMechanisms() []string {
	if s.server.user == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	if s.server.user == "" {
		return nil, smtp.ErrAuthUnsupported
	}
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != s.server.user || password != s.server.password {
			return smtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.user != "" && s.user == "" {
		return &smtp.SMTPError{Code: 530, Message: "sign in first"}
	}
	if s.server.from != nil {
		if err := s.server.from(from); err != nil {
			return err
		}
	}
	_, encrypted := s.conn.TLSConnectionState()
	s.got = accepted{from: from, encrypted: encrypted, user: s.user}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.got.to = to
	if s.server.rcpt != nil {
		return s.server.rcpt(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return err
	}
	if s.server.data != nil {
		if err := s.server.data(b.String()); err != nil {
			return err
		}
	}
	s.got.message = b.String()
	s.server.mu.Lock()
	s.server.accepted = append(s.server.accepted, s.got)
	s.server.mu.Unlock()
	return nil
}

func (s *session) Reset() {}

func (s *session) Logout() error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	select {
	case <-s.server.left:
	default:
		close(s.server.left)
	}
	return nil
}
