package sqlite

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// TestPasskeysAreSealed: what somebody calls a passkey, and its record, are not in the file in clear, and one cannot be
// moved under another account.
func TestPasskeysAreSealed(t *testing.T) {
	ctx := t.Context()
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
	s := openStore(t, o)
	must(t, s.PutCouncil(ctx, care.Council{Slug: north, Name: "Northby"}, care.Event{At: noon}))
	for _, id := range []string{"ann", "bob"} {
		must(t, s.PutPractitioner(ctx, care.Practitioner{ID: id, Council: north, Name: id, Email: id + "@example.com", CreatedAt: noon}, care.Event{At: noon, Council: north}))
	}
	must(t, s.AddPasskey(ctx, care.Passkey{ID: "k", Council: north, Practitioner: "ann", Name: "Zebra laptop", Credential: []byte("credential-record"), CreatedAt: noon}))
	for _, file := range []string{o.Path, o.Path + "-wal"} {
		raw, err := os.ReadFile(file)
		must(t, err)
		for _, secret := range []string{"Zebra", "credential-record"} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s holds %q in clear", filepath.Base(file), secret)
			}
		}
	}
	if err := s.write(ctx, func(t *tx) error {
		_, err := t.exec("UPDATE passkeys SET practitioner = 'bob' WHERE id = 'k'")
		return err
	}); err == nil {
		t.Error("a passkey was given to another account")
	}
	if got, err := s.Passkey(ctx, "k"); err != nil || got.Practitioner != "ann" || got.Name != "Zebra laptop" {
		t.Errorf("it came back as %+v, %v", got, err)
	}
}
