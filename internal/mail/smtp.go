package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"threshold/internal/care"
)

// TryTime is how long one try may take in all.
const TryTime = time.Minute

// An SMTP sends over a mail server (RFC 5321), one connection a message: a service of this kind sends few messages, and
// a connection kept open is one more thing that can be found broken.
type SMTP struct {
	addr, host     string
	user, password string
	tls            string
	from, replyTo  *mail.Address
	roots          *x509.CertPool // nil: those of the machine
	timeout        time.Duration
}

// Send delivers one message to the server. Errors are *Failure.
func (s *SMTP) Send(ctx context.Context, out care.Outgoing) error {
	l, err := compose(out, s.from, s.replyTo)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	conn, err := s.dial(ctx)
	if err != nil {
		return failure(err, Unreachable)
	}
	// The connection is closed when the time is over and at the end of every try, so that nothing can hang on it.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() { _ = conn.Close() }()
	defer stop()
	client, err := s.greet(conn)
	if err != nil {
		return err
	}
	if err := deliver(client, l); err != nil {
		return err
	}
	_ = client.Quit() // the message was taken; how the server says goodbye changes nothing
	return nil
}

func (s *SMTP) dial(ctx context.Context) (net.Conn, error) {
	if s.tls == TLSImplicit {
		d := tls.Dialer{Config: s.tlsConfig()}
		return d.DialContext(ctx, "tcp", s.addr)
	}
	var d net.Dialer
	return d.DialContext(ctx, "tcp", s.addr)
}

func (s *SMTP) tlsConfig() *tls.Config {
	return &tls.Config{ServerName: s.host, RootCAs: s.roots, MinVersion: tls.VersionTLS12}
}

// greet brings a new connection to the point where messages can be given.
func (s *SMTP) greet(conn net.Conn) (*smtp.Client, error) {
	client, err := smtp.NewClient(conn, s.host)
	if err != nil {
		return nil, failure(err, Unreachable)
	}
	// The name we greet with is the domain of our address: a machine's own name means nothing outside, and tells much.
	if err := client.Hello(s.from.Address[strings.LastIndexByte(s.from.Address, '@')+1:]); err != nil {
		return nil, failure(err, Unreachable)
	}
	if s.tls == TLSStart {
		// Asked for whatever the server offers: somebody between us could have taken the offer out (RFC 3207, section 6).
		if err := client.StartTLS(s.tlsConfig()); err != nil {
			return nil, failure(err, TLS)
		}
	}
	if s.user == "" {
		return client, nil
	}
	_, offered := client.Extension("AUTH")
	if err := client.Auth(s.mechanism(strings.Fields(strings.ToUpper(offered)))); err != nil {
		return nil, failure(err, Auth)
	}
	return client, nil
}

// mechanism chooses the way to sign in that shows least of the password.
func (s *SMTP) mechanism(offered []string) smtp.Auth {
	has := map[string]bool{}
	for _, m := range offered {
		has[m] = true
	}
	plain := s.tls == TLSNone // only to this machine itself (see Config)
	switch {
	case has["SCRAM-SHA-256"]:
		return smtp.ScramSHA256Auth(s.user, s.password)
	case has["LOGIN"] && !has["PLAIN"]:
		return smtp.LoginAuth(s.user, s.password, s.host, plain)
	default:
		return smtp.PlainAuth("", s.user, s.password, s.host, plain)
	}
}

// deliver gives the message to the server. Which command failed says whose fault it is.
func deliver(client *smtp.Client, l letter) error {
	if err := client.Mail("<" + l.from + ">"); err != nil {
		return failure(err, From)
	}
	if err := client.Rcpt("<" + l.to + ">"); err != nil {
		return failure(err, Refused)
	}
	w, err := client.Data()
	if err != nil {
		return failure(err, Refused)
	}
	if _, err := l.body.WriteTo(w); err != nil {
		return failure(err, Unreachable)
	}
	if err := w.Close(); err != nil {
		return failure(err, Refused)
	}
	return nil
}

// failure classes an error of the step whose own class is given: a reply of the server by its code, the rest by what
// broke. Nothing of the error's text goes on.
func failure(err error, step Class) *Failure {
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		switch {
		case reply.Code == 530 || reply.Code == 534 || reply.Code == 535 || reply.Code == 538: // RFC 4954, section 6
			return &Failure{Class: Auth, Code: reply.Code}
		case reply.Code >= 400 && reply.Code < 500:
			return &Failure{Class: Busy, Code: reply.Code}
		default:
			return &Failure{Class: step, Code: reply.Code}
		}
	}
	if tlsFault(err) {
		return &Failure{Class: TLS}
	}
	if step == Auth && !isNetwork(err) {
		return &Failure{Class: Auth} // the server offers no way to sign in that we would use
	}
	return &Failure{Class: Unreachable}
}

func tlsFault(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	// The peer's alerts and our own refusals in a handshake are plain texts of crypto/tls, some wrapped by net.
	return strings.Contains(err.Error(), "tls: ")
}

func isNetwork(err error) bool {
	_, ok := errors.AsType[net.Error](err)
	return ok || errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

// NewSMTP returns a sender for a checked configuration, and reads the password.
func NewSMTP(c Config) (*SMTP, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	password, err := c.password()
	if err != nil {
		return nil, err
	}
	s := &SMTP{
		addr: net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), host: c.Host,
		user: c.User, password: password, tls: c.TLS, timeout: TryTime,
	}
	s.from, _ = address(c.From) // check has read both
	if c.ReplyTo != "" {
		s.replyTo, _ = address(c.ReplyTo)
	}
	return s, nil
}
