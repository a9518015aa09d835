package mail

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConfig(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"host: mail.example.com\nfrom: care@example.com\n", ""},
		{"host: mail.example.com\nfrom: care@example.com\ntls: implicit\nreply_to: team@example.com\nport: 2465\n", ""},
		{"host: localhost\nfrom: care@example.com\ntls: none\n", ""},
		{"host: \"::1\"\nfrom: care@example.com\ntls: none\n", ""},
		{"", "host is missing"},
		{"host: mail.example.com\n", "give the address that messages come from, such as care@example.com"},
		{"host: mail.example.com\nfrom: Care\n", `from is "Care"`},
		{"host: mail.example.com\nfrom: care@example.com\ntls: none\n", "mail.example.com is another machine"},
		{"host: mail.example.com\nfrom: care@example.com\ntls: perhaps\n", `tls is "perhaps": it can be starttls, implicit, or none`},
		{"host: mail.example.com\nfrom: care@example.com\nport: 70000\n", "port is 70000"},
		{"host: smtp://mail.example.com\nfrom: care@example.com\n", "leave out smtp://"},
		{"host: mail.example.com:587\nfrom: care@example.com\n", "put the port into port"},
		{"host: mail.example.com\nfrom: care@example.com\nuser: us\n", "user and password_file belong together"},
		{"host: mail.example.com\nfrom: care@example.com\nreply_to: us\n", `reply_to is "us"`},
		{"host: mail.example.com\nfrom: care@example.com\npassword: secret\n", "unknown field \"password\""},
		{"host: [mail\n", "cannot be used"},
	} {
		path := write(t, "mail.yaml", c.text)
		got, err := Load(path)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%q: %v", c.text, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path)):
			t.Errorf("%q: %v, not %q with the file's name", c.text, err, c.want)
		case c.want == "" && got.Port == 0:
			t.Errorf("%q: no port", c.text)
		}
	}
	// All that is wrong is told at once.
	_, err := Load(write(t, "mail.yaml", "tls: perhaps\n"))
	if err == nil || !strings.Contains(err.Error(), "host is missing") || !strings.Contains(err.Error(), "tls is") || !strings.Contains(err.Error(), "from is") {
		t.Errorf("%v", err)
	}
}

func TestConfigPorts(t *testing.T) {
	for tls, want := range map[string]int{"": 587, TLSStart: 587, TLSImplicit: 465, TLSNone: 25} {
		c := Config{Host: "127.0.0.1", From: "care@example.com", TLS: tls}
		if err := c.check(); err != nil || c.Port != want {
			t.Errorf("%q: port %d, %v", tls, c.Port, err)
		}
	}
}

// TestFind: the flag goes before the environment, and without either there is no mail.
func TestFind(t *testing.T) {
	one, two := write(t, "one.yaml", "host: one.example.com\nfrom: care@example.com\n"), write(t, "two.yaml", "host: two.example.com\nfrom: care@example.com\n")
	env := func(name string) string { return map[string]string{"THRESHOLD_MAIL": two}[name] }
	if c, err := Find(one, env); err != nil || c.Host != "one.example.com" {
		t.Errorf("%v, %v", c, err)
	}
	if c, err := Find("", env); err != nil || c.Host != "two.example.com" {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := Find("", func(string) string { return "" }); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
	if _, err := Find(one+".none", env); err == nil || errors.Is(err, ErrNone) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestPasswordFile: it is looked for beside the settings, and holds the password and nothing else.
func TestPasswordFile(t *testing.T) {
	path := write(t, "mail.yaml", "host: mail.example.com\nfrom: care@example.com\nuser: us\npassword_file: password\n")
	c, err := Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewSMTP(c); err == nil || !strings.Contains(err.Error(), "reading the mail password") {
		t.Errorf("without the file: %v", err)
	}
	for text, good := range map[string]bool{"correct horse\n": true, "correct horse": true, "\n": false, "two\nlines\n": false} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), "password"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := NewSMTP(c)
		if (err == nil) != good || good && s.password != "correct horse" {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), "two") {
			t.Errorf("the error tells the password: %v", err)
		}
	}
}
