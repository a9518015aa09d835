package keys

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// FuzzKeysFile: a keys file is refused without a word of it, or comes out and in again as the same keys.
func FuzzKeysFile(f *testing.F) {
	var good bytes.Buffer
	if _, err := Generate().WriteTo(&good); err != nil {
		f.Fatal(err)
	}
	f.Add(good.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := parse(data)
		if err != nil {
			for _, word := range strings.FieldsFunc(string(data), func(r rune) bool { return strings.ContainsRune("\" \t\r\n,:{}[]", r) }) {
				if len(word) > 20 && strings.Contains(err.Error(), word) {
					t.Fatalf("the error holds what stands in the file: %v", err)
				}
			}
			return
		}
		var out bytes.Buffer
		if _, err := r.WriteTo(&out); err != nil {
			t.Fatal(err)
		}
		again, err := parse(out.Bytes())
		if err != nil || again.ID() != r.ID() || !bytes.Equal(again.Pepper(), r.Pepper()) {
			t.Fatalf("came back as other keys: %v", err)
		}
	})
}

// FuzzOpen: no bytes open but those that were sealed for this very place; nothing is returned of what does not open.
func FuzzOpen(f *testing.F) {
	ring := Generate()
	council, err := ring.Council("northby", ring.NewCouncil("northby"))
	if err != nil {
		f.Fatal(err)
	}
	record, _ := council.NewRecord(Place{Table: "assessments", Record: "a", Version: 1})
	f.Fuzz(func(t *testing.T, sealed []byte, plain []byte, column string) {
		if out, err := record.Open(column, sealed); err == nil || !errors.Is(err, ErrSealed) || out != nil {
			t.Fatalf("%x opened as %q, %v", sealed, out, err)
		}
		good := record.Seal(column, plain)
		if out, err := record.Open(column, good); err != nil || !bytes.Equal(out, plain) || len(good) != len(plain)+Overhead {
			t.Fatalf("%q came back as %q, %v", plain, out, err)
		}
		if _, err := record.Open(column+"x", good); !errors.Is(err, ErrSealed) {
			t.Fatalf("another column opened: %v", err)
		}
		if len(sealed) > 0 { // one bit anywhere
			bad := bytes.Clone(good)
			bad[int(sealed[0])%len(bad)] ^= 1 << (sealed[0] % 8)
			if _, err := record.Open(column, bad); !errors.Is(err, ErrSealed) {
				t.Fatalf("a changed value opened: %v", err)
			}
		}
	})
}
