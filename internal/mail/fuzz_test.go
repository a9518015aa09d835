package mail

import (
	"bytes"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
)

// FuzzCompose: nothing that stands in a message, its subject, its sender's name or its addresses writes a header of its own, sends
// it to anybody else, or keeps it from being read as the MIME it says it is.
func FuzzCompose(f *testing.F) {
	from := &mail.Address{Address: "care@example.com"}
	known := map[string]bool{
		"Date": true, "Mime-Version": true, "Message-Id": true, "From": true, "To": true, "Reply-To": true, "Subject": true, "Content-Language": true,
		"Auto-Submitted": true, "X-Auto-Response-Suppress": true, "Content-Type": true, "Content-Transfer-Encoding": true,
	}
	f.Fuzz(func(t *testing.T, to, replyTo, subject, name, line, id string) {
		l, err := compose(care.Outgoing{ID: id, QueuedAt: time.Unix(1_790_000_000, 0), Mail: care.Mail{
			To: to, ReplyTo: replyTo, Subject: subject, From: name, Lines: []string{line}, Lang: name, Link: "https://care.example.com/x", LinkText: subject,
		}}, from, from)
		if err != nil {
			return
		}
		if strings.ContainsAny(l.to, "\r\n\x00<>") && !strings.HasPrefix(l.to, `"`) || l.from != from.Address {
			t.Fatalf("%q goes to %q from %q", to, l.to, l.from)
		}
		var b bytes.Buffer
		if _, err := l.body.WriteTo(&b); err != nil {
			return // refused where it is sent
		}
		m, err := mail.ReadMessage(&b)
		if err != nil {
			t.Fatalf("to %q, subject %q, from %q: %v", to, subject, name, err)
		}
		for header, values := range m.Header {
			if !known[header] || len(values) != 1 {
				t.Fatalf("to %q, subject %q, from %q wrote the header %q as %q", to, subject, name, header, values)
			}
		}
	})
}

// FuzzConfig: a file of mail settings is refused, or whole: a server, a port, a way to encrypt, a sender.
func FuzzConfig(f *testing.F) {
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(dir, "mail.yaml")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Load(path)
		if err != nil {
			return
		}
		if c.Host == "" || c.Port < 1 || c.Port > 65535 || strings.ContainsAny(c.Host, " /@") || c.TLS == TLSNone && !loopback(c.Host) {
			t.Fatalf("%q was taken as %+v", data, c)
		}
		if _, err := address(c.From); err != nil {
			t.Fatalf("%q has no sender", data)
		}
	})
}
