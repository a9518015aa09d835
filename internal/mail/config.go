package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
)

// EnvName is the environment variable that names the mail settings file when no flag does.
const EnvName = "THRESHOLD_MAIL"

// What a Config's TLS may be.
const (
	TLSStart    = "starttls" // begins in clear, is encrypted before anything is said; port 587 (RFC 3207)
	TLSImplicit = "implicit" // encrypted from the first byte; port 465 (RFC 8314)
	TLSNone     = "none"     // in clear, to a server on this same machine only; port 25
)

// A Config says how to reach the mail server.
type Config struct {
	Host string `yaml:"host"`
	Port int    `yaml:"port"` // 0: the usual one for TLS
	// User and PasswordFile sign in, when the server wants it. The password stands alone in a file of its own; a
	// relative path begins at the settings file's folder.
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
	From         string `yaml:"from"`     // the service's address; the council's name stands before it
	ReplyTo      string `yaml:"reply_to"` // for messages of a council without an address; "" for none
	TLS          string `yaml:"tls"`      // TLSStart when left out
}

// ErrNone says that no mail settings were given.
var ErrNone = errors.New("no mail settings")

// Find reads the settings file that path names or, when path is "", the environment (see [EnvName]). getenv is
// os.Getenv but for tests. Without either it returns [ErrNone].
func Find(path string, getenv func(string) string) (Config, error) {
	if path == "" {
		path = strings.TrimSpace(getenv(EnvName))
	}
	if path == "" {
		return Config{}, ErrNone
	}
	return Load(path)
}

// Load reads and checks a settings file. An unknown key is refused: a mistyped one would otherwise be left out silently.
func Load(path string) (Config, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("reading the mail settings: %w", err)
	}
	var c Config
	if err := decode(b, &c); err != nil {
		return c, fmt.Errorf("the mail settings %s cannot be used (known are host, port, user, password_file, from, reply_to, tls):\n%w", path, err)
	}
	if c.PasswordFile != "" && !filepath.IsAbs(c.PasswordFile) {
		c.PasswordFile = filepath.Join(filepath.Dir(path), c.PasswordFile)
	}
	if err := c.check(); err != nil {
		return c, fmt.Errorf("the mail settings %s cannot be used: %w", path, err)
	}
	return c, nil
}

// decode reads YAML strictly. The library panics on some tags ("! 0"); that is an error like any other.
func decode(b []byte, c *Config) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the YAML cannot be read (%v): look for a value that begins with an exclamation mark, and put it into quotation marks", p)
		}
	}()
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.DisallowUnknownField()).Decode(c); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// check fills in what was left out and says what is wrong, all of it at once.
func (c *Config) check() error {
	var wrong []error
	if c.TLS == "" {
		c.TLS = TLSStart
	}
	if c.Port == 0 {
		c.Port = map[string]int{TLSStart: 587, TLSImplicit: 465, TLSNone: 25}[c.TLS]
	}
	switch {
	case c.Host == "":
		wrong = append(wrong, errors.New("host is missing: name the mail server, such as mail.example.com"))
	case strings.ContainsAny(c.Host, "/ @") || strings.Contains(c.Host, ":") && net.ParseIP(c.Host) == nil:
		wrong = append(wrong, fmt.Errorf("host %q is no name of a server: leave out smtp:// and put the port into port", c.Host))
	}
	switch c.TLS {
	case TLSStart, TLSImplicit:
	case TLSNone:
		if !loopback(c.Host) {
			wrong = append(wrong, fmt.Errorf("tls is none, but %s is another machine: messages hold people's addresses and links, so use starttls or implicit", c.Host))
		}
	default:
		wrong = append(wrong, fmt.Errorf("tls is %q: it can be starttls, implicit, or none for a server on this machine", c.TLS))
	}
	if c.TLS == TLSStart || c.TLS == TLSImplicit || c.TLS == TLSNone {
		if c.Port < 1 || c.Port > 65535 {
			wrong = append(wrong, fmt.Errorf("port is %d: it must be between 1 and 65535", c.Port))
		}
	}
	if _, err := address(c.From); err != nil {
		wrong = append(wrong, fmt.Errorf("from is %q: give the address that messages come from, such as care@example.com", c.From))
	}
	if _, err := address(c.ReplyTo); c.ReplyTo != "" && err != nil {
		wrong = append(wrong, fmt.Errorf("reply_to is %q: give an address, or leave it out", c.ReplyTo))
	}
	if (c.User == "") != (c.PasswordFile == "") {
		wrong = append(wrong, errors.New("user and password_file belong together: give both, or neither"))
	}
	return errors.Join(wrong...)
}

// password reads the password file; a line end after it is no part of it.
func (c *Config) password() (string, error) {
	if c.PasswordFile == "" {
		return "", nil
	}
	b, err := os.ReadFile(c.PasswordFile)
	if err != nil {
		return "", fmt.Errorf("reading the mail password: %w", err)
	}
	password := strings.TrimRight(string(b), "\r\n")
	if password == "" || strings.ContainsAny(password, "\r\n\x00") {
		return "", fmt.Errorf("the mail password file %s must hold the password on one line and nothing else", c.PasswordFile)
	}
	return password, nil
}

// loopback says that a host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
