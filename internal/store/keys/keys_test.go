package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func text(t *testing.T, r Ring) string {
	t.Helper()
	var b strings.Builder
	if _, err := r.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func same(a, b Ring) bool {
	return bytes.Equal(a.root, b.root) && bytes.Equal(a.pepper, b.pepper) && len(a.CookieKeys()) == len(b.CookieKeys()) &&
		bytes.Equal(bytes.Join(a.CookieKeys(), nil), bytes.Join(b.CookieKeys(), nil))
}

func TestFileAndBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "threshold.keys")
	made, err := CreateFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if _, err := CreateFile(path); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("%v: keys were overwritten", err)
	}
	none := func(string) string { return "" }
	for name, find := range map[string]func() (Ring, error){
		"Load":              func() (Ring, error) { return Load(path) },
		"the flag":          func() (Ring, error) { return Find(path, none) },
		"a path in the env": func() (Ring, error) { return Find("", func(string) string { return path }) },
		"the env":           func() (Ring, error) { return Find("", func(string) string { return " " + text(t, made) }) },
		"the flag, not env": func() (Ring, error) { return Find(path, func(string) string { return text(t, Generate()) }) },
	} {
		got, err := find()
		if err != nil || !same(got, made) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, err := range []error{
		func() error { _, err := Find("", none); return err }(),
		func() error { _, err := Load(path + ".missing"); return err }(),
	} {
		if !errors.Is(err, ErrNone) || !strings.Contains(err.Error(), "threshold keys new") {
			t.Errorf("%v, want one that says how to make keys", err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	good := text(t, Generate())
	secret := strings.Split(good, "\"")[5] // the root key as it is written
	if len(secret) != 44 {
		t.Fatalf("the file has another shape than this test thinks:\n%s", good)
	}
	for name, c := range map[string]struct{ text, says string }{
		"empty":         {"", "`threshold keys new`"},
		"cut short":     {good[:len(good)/2], "`threshold keys new`"},
		"not keys":      {`{"colour": "blue"}`, "`threshold keys new`"},
		"another form":  {strings.Replace(good, "1,", "2,", 1), "threshold_keys is 2"},
		"a short root":  {strings.Replace(good, secret, secret[:20], 1), "root has"},
		"no root":       {strings.Replace(good, secret, "", 1), "root has 0 bytes"},
		"no cookies":    {`{"threshold_keys": 1, "root": "` + secret + `", "pepper": "` + secret + `"}`, "cookies is empty"},
		"short cookies": {`{"threshold_keys": 1, "root": "` + secret + `", "pepper": "` + secret + `", "cookies": [{"hash": "AAAA"}]}`, "cookies[0].hash has 3"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want one that names the file and says %q", name, err, c.says)
		}
		if err != nil && strings.Contains(err.Error(), secret[:20]) {
			t.Errorf("%s: the error tells the key: %v", name, err)
		}
	}
}

// TestLoadWarns: what a shell makes under its usual umask can be used, and is told of with the mend.
func TestLoadWarns(t *testing.T) {
	made := Generate()
	for mode, warns := range map[fs.FileMode]bool{0o600: false, 0o400: false, 0o644: true, 0o640: true, 0o604: true} {
		path := filepath.Join(t.TempDir(), "threshold.keys")
		if err := os.WriteFile(path, []byte(text(t, made)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		r, err := Load(path)
		if err != nil || !same(r, made) {
			t.Errorf("mode %#o: %v", mode, err)
		}
		if got := strings.Contains(r.Warning(), "chmod 600 "+path); got != (warns && runtime.GOOS != "windows") {
			t.Errorf("mode %#o: the warning is %q", mode, r.Warning())
		}
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	r := Generate()
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("started", "keys", r, "in", struct{ Keys Ring }{r})
	out := log.String() + fmt.Sprintf("%v %+v %#v %s %q %x %d %v", r, r, r, r, r, r, r, struct{ R Ring }{r}) + r.String()
	for _, k := range append(r.CookieKeys(), r.root, r.pepper) {
		for _, form := range []string{string(k), fmt.Sprintf("%x", k), fmt.Sprint(k), strings.Trim(fmt.Sprint(k), "[]"), fmt.Sprintf("%q", k)} {
			if strings.Contains(out, form) {
				t.Errorf("a key is printed in %s", out)
			}
		}
	}
	if strings.Contains(out, r.ID()) || len(r.ID()) != 12 || r.ID() == Generate().ID() {
		t.Errorf("id %q", r.ID())
	}
}

func TestSealing(t *testing.T) {
	ring, other := Generate(), Generate()
	if err := ring.Verify(ring.Check()); err != nil {
		t.Error(err)
	}
	if err := other.Verify(ring.Check()); !errors.Is(err, ErrSealed) {
		t.Errorf("another ring: %v", err)
	}
	wrapped := ring.NewCouncil("northby")
	council, err := ring.Council("northby", wrapped)
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func() (*Council, error){
		"other keys":    func() (*Council, error) { return other.Council("northby", wrapped) },
		"other council": func() (*Council, error) { return ring.Council("southby", wrapped) },
	} {
		if _, err := open(); !errors.Is(err, ErrSealed) {
			t.Errorf("a council's key with %s: %v", name, err)
		}
	}
	place := Place{Table: "t", Record: "r", Version: 3}
	record, key := council.NewRecord(place)
	plain := []byte("what was said")
	sealed := record.Seal("c", plain)
	if len(sealed) != len(plain)+Overhead || bytes.Contains(sealed, plain) {
		t.Errorf("sealed %q", sealed)
	}
	if bytes.Equal(sealed, record.Seal("c", plain)) {
		t.Error("the same text sealed twice is the same: the nonce repeats")
	}
	again, err := council.Record(place, key)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Open("c", sealed); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := again.Open("c", record.Seal("c", nil)); err != nil || len(got) != 0 {
		t.Errorf("nothing came back as %q, %v", got, err)
	}
	for i := range sealed { // every byte is covered
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if _, err := again.Open("c", bad); !errors.Is(err, ErrSealed) {
			t.Fatalf("byte %d turned: %v", i, err)
		}
		if _, err := again.Open("c", sealed[:i]); !errors.Is(err, ErrSealed) {
			t.Fatalf("cut at %d: %v", i, err)
		}
	}
	if _, err := again.Open("d", sealed); !errors.Is(err, ErrSealed) {
		t.Errorf("another column: %v", err)
	}
	for _, p := range []Place{
		{Table: "u", Record: "r", Version: 3}, {Table: "t", Record: "s", Version: 3}, {Table: "t", Record: "r", Version: 4},
	} {
		if _, err := council.Record(p, key); !errors.Is(err, ErrSealed) {
			t.Errorf("%+v: %v", p, err)
		}
	}
}

// TestPlacesDiffer shows that no part of a place can be taken for its neighbour.
func TestPlacesDiffer(t *testing.T) {
	seen := map[string]Place{}
	words := []string{"", "a", "b", "ab", "ba", "a\x01b"}
	for _, table := range words {
		for _, council := range words {
			for _, record := range words {
				for _, column := range words {
					p := Place{Table: table, Council: council, Record: record}
					key := string(p.additional(nil, column))
					if twin, ok := seen[key]; ok {
						t.Fatalf("%+v and %+v in %q give the same bytes", p, twin, column)
					}
					seen[key] = p
				}
			}
		}
	}
}

// TestEveryRecordHasAKeyOfItsOwn: a key that is destroyed with its record opens nothing else, and no other key opens what it sealed.
func TestEveryRecordHasAKeyOfItsOwn(t *testing.T) {
	ring := Generate()
	council, err := ring.Council("northby", ring.NewCouncil("northby"))
	if err != nil {
		t.Fatal(err)
	}
	place := Place{Table: "t", Record: "r", Version: 1}
	one, _ := council.NewRecord(place)
	two, _ := council.NewRecord(place)
	if plain, err := two.Open("c", one.Seal("c", []byte("what was said"))); !errors.Is(err, ErrSealed) {
		t.Errorf("a second record opened what the first sealed: %q, %v", plain, err)
	}
}
