package casework

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/pquerna/otp/totp"

	"threshold/internal/care"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
)

var fuzzNow = time.Date(2026, 11, 22, 10, 42, 0, 0, time.UTC)

// FuzzReference: what is read as a reference is one as it is stored, and reads as itself however it is written.
func FuzzReference(f *testing.F) {
	f.Fuzz(func(t *testing.T, typed string) {
		ref, ok := ParseReference(typed)
		if !ok {
			if ref != "" {
				t.Fatalf("%q was refused and gave %q", typed, ref)
			}
			return
		}
		if len(ref) != referenceLength || strings.Trim(ref, crockford) != "" {
			t.Fatalf("%q was read as %q", typed, ref)
		}
		for _, again := range []string{ref, FormatReference(ref), strings.ToLower(ref), strings.ReplaceAll(ref, "0", "o"), strings.ReplaceAll(ref, "1", "l")} {
			if got, ok := ParseReference(again); !ok || got != ref {
				t.Fatalf("%q was read as %q, and %q as %q, %v", typed, ref, again, got, ok)
			}
		}
		// The check character tells every single slip.
		for i := range ref {
			slip := ref[:i] + string(crockford[(strings.IndexByte(crockford, ref[i])+1)%32]) + ref[i+1:]
			if _, ok := ParseReference(slip); ok {
				t.Fatalf("%q with a slip at %d, %q, was taken", ref, i, slip)
			}
		}
	})
}

// FuzzReturnCode: a code reads the same however it is spaced and in whatever letters, and reading it again changes nothing.
func FuzzReturnCode(f *testing.F) {
	f.Fuzz(func(t *testing.T, typed string) {
		tidied := tidyCode(typed)
		if strings.ContainsAny(tidied, " -\t") {
			t.Fatalf("%q was read as %q", typed, tidied)
		}
		if again := tidyCode(tidied); utf8.ValidString(typed) && again != tidied {
			t.Fatalf("%q was read as %q, and that as %q", typed, tidied, again)
		}
		if len(tidied) == codeLength && strings.Trim(tidied, codeAlphabet) == "" {
			spaced := strings.ToLower(tidied[:4] + " - " + tidied[4:8] + "\t" + tidied[8:])
			if got := tidyCode(spaced); got != tidied {
				t.Fatalf("%q, written %q, was read as %q", tidied, spaced, got)
			}
		}
		// A secret is in no way of printing it.
		if s := (Secret{typed}); len(typed) > len(secretHidden) && (strings.Contains(s.String(), typed) || strings.Contains(s.LogValue().String(), typed)) {
			t.Fatalf("%q was printed", typed)
		}
	})
}

// FuzzAuthenticatorCode: of all that can be typed only the code of the half minute, or of the one before or after it, opens, and
// that once.
func FuzzAuthenticatorCode(f *testing.F) {
	const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	s := &Service{Now: func() time.Time { return fuzzNow }}
	var right []string
	for _, skew := range []time.Duration{0, -totpPeriod * time.Second, totpPeriod * time.Second} {
		code, err := totp.GenerateCode(secret, fuzzNow.Add(skew))
		if err != nil {
			f.Fatal(err)
		}
		right = append(right, code)
	}
	f.Add(right[0])
	f.Fuzz(func(t *testing.T, typed string) {
		p := care.Practitioner{TOTPSecret: secret}
		step, ok := s.checkCode(p, typed)
		if !ok {
			return
		}
		if digits := strings.ReplaceAll(strings.TrimSpace(typed), " ", ""); !slices.Contains(right, digits) {
			t.Fatalf("%q was taken", typed)
		}
		p.TOTPLast = step
		if _, again := s.checkCode(p, typed); again {
			t.Fatalf("%q was taken twice", typed)
		}
		if _, without := s.checkCode(care.Practitioner{}, typed); without {
			t.Fatal("an account without a secret took a code")
		}
	})
}

// FuzzPassword: a password is taken or refused with a code that has a sentence; short ones never pass.
func FuzzPassword(f *testing.F) {
	f.Fuzz(func(t *testing.T, password, email string) {
		switch code := passwordProblem(password, care.Practitioner{Email: email}); code {
		case "":
			if utf8.RuneCountInString(password) < PasswordMin {
				t.Fatalf("a password of %d characters was taken", utf8.RuneCountInString(password))
			}
		case "password_short", "password_common":
		default:
			t.Fatalf("%q has no sentence", code)
		}
	})
}

// FuzzPasskey: neither the state that comes back sealed nor what a browser says it has signed makes the service fall over, and
// nothing of it opens an account.
func FuzzPasskey(f *testing.F) {
	store, err := sqlite.Open(f.Context(), sqlite.Options{Path: f.TempDir() + "/threshold.db", Keys: keys.Generate()})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = store.Close() })
	s := &Service{Store: store, Now: func() time.Time { return fuzzNow }, PublicURL: "https://care.example.com"}
	ask, err := s.AskPasskey()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, state, answer []byte) {
		for _, st := range [][]byte{state, ask.State} {
			_, err := s.SignInPasskey(context.Background(), st, answer)
			var invalid *care.Invalid
			if !errors.As(err, &invalid) || invalid.Problems[0].Field != "passkey" {
				t.Fatalf("%q, %q: %v", st, answer, err)
			}
		}
		if st, err := s.readState(state, ""); err == nil && (st.Who != "" || !json.Valid(state) || fuzzNow.Sub(st.At) > PasskeyLife) {
			t.Fatalf("the state %q was taken", state)
		}
	})
}

// FuzzCSV: what is written as cells is read as the same cells by whoever reads RFC 4180, and no cell begins as a formula, a
// command or a blank before one.
func FuzzCSV(f *testing.F) {
	f.Fuzz(func(t *testing.T, a, b string) {
		cells := []string{a, b, "end"}
		out, err := WriteCSV([][]string{cells}, true)
		if err != nil {
			t.Fatal(err)
		}
		text, marked := strings.CutPrefix(string(out), "\ufeff")
		if !marked {
			t.Fatal("spreadsheets take it for another encoding")
		}
		r := csv.NewReader(strings.NewReader(text))
		read, err := r.Read()
		if err != nil || len(read) != len(cells) {
			t.Fatalf("%q was written as %q and read as %q: %v", cells, text, read, err)
		}
		if _, err := r.Read(); !errors.Is(err, io.EOF) {
			t.Fatalf("%q was written as more than one row: %q", cells, text)
		}
		for i, cell := range read {
			if begins := strings.TrimLeftFunc(cell, unicode.IsSpace); begins != "" && strings.ContainsAny(begins[:1], "=+-@|%") {
				t.Fatalf("%q was written as %q, which a spreadsheet runs", cells[i], cell)
			}
			// Line ends may change (RFC 4180 has one kind of them), nothing else.
			plain := func(s string) string { return strings.ReplaceAll(s, "\r", "") }
			if got := strings.TrimPrefix(cell, "'"); plain(got) != strings.TrimPrefix(plain(cells[i]), "'") {
				t.Fatalf("%q was read as %q", cells[i], cell)
			}
		}
	})
}

// FuzzDay: a day of a record is one of the calendar, or refused.
func FuzzDay(f *testing.F) {
	f.Fuzz(func(t *testing.T, value string) {
		var c checks
		c.day("day", value)
		p := CLDPeriod{From: value, To: value}
		from, to, err := p.days()
		if err == nil && !to.After(from) {
			t.Fatalf("a period of the day %q goes from %v to %v", value, from, to)
		}
		if c.err() != nil || value == "" {
			return
		}
		if day, err := time.Parse(time.DateOnly, value); err != nil || day.Format(time.DateOnly) != value || len(value) != 10 {
			t.Fatalf("the day %q was taken", value)
		}
	})
}

// FuzzAddress: an address of a page that a council names leads by HTTPS to a host, without a name and password in it.
func FuzzAddress(f *testing.F) {
	f.Fuzz(func(t *testing.T, address string) {
		if !isHTTPS(address) || address == "" {
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || strings.ContainsAny(address, "\r\n\x00 ") && strings.ContainsAny(u.Host, "\r\n\x00 ") || len(address) > 500 {
			t.Fatalf("%q was taken", address)
		}
	})
}
