// Package keys holds the secrets of one installation and the sealing they are for.
//
// There are three rings of keys, so that each can be thrown away by itself (envelope encryption, NIST SP 800-57
// part 1 s.5.3 on key-wrapping keys):
//
//   - the root key, in the keys file and nowhere else, wraps
//   - one key per council, kept wrapped in the council's row, which wraps
//   - one data key per record, kept wrapped in the record's row. Deleting the row deletes the key, and with it every
//     copy of what it sealed.
//
// The keys file also holds the pepper for return codes and the keys that sign and seal the session cookie. It must be
// kept apart from backups of the database: either alone is worth nothing, both together are everything.
package keys

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// EnvName is the environment variable that holds the keys when no file is named: either the path of a keys file, or
// the text of one (it begins with "{").
const EnvName = "THRESHOLD_KEYS"

// size of every key in bytes: AES-256 and HMAC-SHA-256.
const size = 32

// format is the version of the keys file.
const format = 1

// ErrNone means that no keys were given at all.
var ErrNone = errors.New("no keys: make them once with `(umask 077; threshold keys new > threshold.keys)`, " +
	"then start with -keys threshold.keys or set " + EnvName)

// A Ring is what a keys file holds. It prints as "[keys]" whatever the verb, and the zero Ring opens nothing.
type Ring struct {
	root    []byte
	pepper  []byte
	cookies []cookiePair
	warning string
}

type cookiePair struct {
	Hash  []byte `json:"hash"`  // HMAC-SHA-256
	Block []byte `json:"block"` // AES-256
}

// file is the keys file: JSON, keys in standard base64 (which is how encoding/json writes bytes).
type file struct {
	Format  int          `json:"threshold_keys"`
	Root    []byte       `json:"root"`
	Pepper  []byte       `json:"pepper"`
	Cookies []cookiePair `json:"cookies"` // newest first; older ones still read cookies made before
}

// Generate makes a new ring from the operating system's random source.
func Generate() Ring {
	return Ring{
		root:    random(),
		pepper:  random(),
		cookies: []cookiePair{{Hash: random(), Block: random()}},
	}
}

// random never fails: since Go 1.24 crypto/rand.Read ends the program rather than return less than asked.
func random() []byte {
	b := make([]byte, size)
	_, _ = rand.Read(b)
	return b
}

// Find returns the keys named by path or, when path is "", by the environment (see [EnvName]). getenv is os.Getenv
// but for tests. Without either it returns [ErrNone].
func Find(path string, getenv func(string) string) (Ring, error) {
	if path != "" {
		return Load(path)
	}
	v := strings.TrimSpace(getenv(EnvName))
	switch {
	case v == "":
		return Ring{}, ErrNone
	case strings.HasPrefix(v, "{"):
		r, err := parse([]byte(v))
		if err != nil {
			return Ring{}, fmt.Errorf("the keys in %s cannot be used: %w", EnvName, err)
		}
		return r, nil
	default:
		return Load(v)
	}
}

// Load reads a keys file. One that others on the machine may read is read all the same, with a [Ring.Warning]: a shell
// makes such a file under its usual umask, and a council whose service does not start over it can help nobody.
func Load(path string) (Ring, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Ring{}, fmt.Errorf("there is no keys file %s: %w", path, ErrNone)
	}
	if err != nil {
		return Ring{}, fmt.Errorf("opening the keys file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Ring{}, fmt.Errorf("opening the keys file: %w", err)
	}
	b, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return Ring{}, fmt.Errorf("reading the keys file %s: %w", path, err)
	}
	r, err := parse(b)
	if err != nil {
		return Ring{}, fmt.Errorf("the keys file %s cannot be used: %w", path, err)
	}
	// Windows has no such bits; os reports 0666 for every file there.
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 {
		r.warning = fmt.Sprintf("the keys file %s is open to other accounts on this machine (mode %#o), and with it all that it seals: run `chmod 600 %s`", path, mode, path)
	}
	return r, nil
}

// parse is strict, so that a truncated or edited file is told apart from a good one before anything is sealed with it.
// Its errors never hold a value from the file.
func parse(b []byte) (Ring, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var in file
	if err := d.Decode(&in); err != nil {
		return Ring{}, errors.New("it is not the JSON that `threshold keys new` prints; take it from your copy again")
	}
	if in.Format != format {
		return Ring{}, fmt.Errorf("its threshold_keys is %d, this program reads %d", in.Format, format)
	}
	whole := func(name string, key []byte) error {
		if len(key) != size {
			return fmt.Errorf("%s has %d bytes, it needs %d; take it from your copy again", name, len(key), size)
		}
		return nil
	}
	err := errors.Join(whole("root", in.Root), whole("pepper", in.Pepper))
	for i, c := range in.Cookies {
		err = errors.Join(err, whole(fmt.Sprintf("cookies[%d].hash", i), c.Hash), whole(fmt.Sprintf("cookies[%d].block", i), c.Block))
	}
	if len(in.Cookies) == 0 {
		err = errors.Join(err, errors.New("cookies is empty, it needs at least one pair"))
	}
	if err != nil {
		return Ring{}, err
	}
	return Ring{root: in.Root, pepper: in.Pepper, cookies: in.Cookies}, nil
}

// WriteTo writes the keys file. The writer should be a file of mode 0600.
func (r Ring) WriteTo(w io.Writer) (int64, error) {
	b, err := json.MarshalIndent(file{Format: format, Root: r.root, Pepper: r.pepper, Cookies: r.cookies}, "", "  ")
	if err != nil {
		return 0, err
	}
	n, err := w.Write(append(b, '\n'))
	return int64(n), err
}

// CreateFile makes a new ring and keeps it in path (mode 0600, synced). It never overwrites: the old keys would be
// lost, and with them all that they sealed. The file gets its name when all of it is on the disk, so that a power cut
// leaves no half of one.
func CreateFile(path string) (_ Ring, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".unfinished-*") // mode 0600
	if err != nil {
		return Ring{}, fmt.Errorf("making the keys file: %w", err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	r := Generate()
	_, err = r.WriteTo(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = place(f.Name(), path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	if err != nil {
		return Ring{}, fmt.Errorf("making the keys file %s: %w", path, err)
	}
	return r, nil
}

// place gives a file a name that nothing has yet. A link never replaces what is there, as a renaming would; not every file
// system has links.
func place(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fs.ErrExist
	}
	return os.Rename(from, to)
}

// syncDir makes a new file's name as durable as its contents.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be synced there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// IsZero says that there are no keys.
func (r Ring) IsZero() bool { return len(r.root) == 0 }

// Warning is what whoever starts the program should know about where the keys were found, with the mend, or "". It
// holds no key.
func (r Ring) Warning() string { return r.warning }

// ID names the ring without telling anything of it: the first 6 bytes in hex of a value derived from the root key.
// It is safe to print, and says which of two keys files belongs to a database.
func (r Ring) ID() string { return hex.EncodeToString(r.derive("threshold keys id")[:6]) }

// Pepper is mixed into return codes before they are hashed (32 bytes). The caller must not change it.
func (r Ring) Pepper() []byte { return r.pepper }

// CookieKeys returns hash and block keys in turn, newest pair first, in the shape gorilla/securecookie takes. The
// first pair makes new cookies, the others only read old ones.
func (r Ring) CookieKeys() [][]byte {
	out := make([][]byte, 0, 2*len(r.cookies))
	for _, c := range r.cookies {
		out = append(out, c.Hash, c.Block)
	}
	return out
}

// LimitKey is for naming rate limits in the store without telling whom they are about (32 bytes, HMAC).
func (r Ring) LimitKey() []byte { return r.derive("threshold limits") }

// derive makes a key for one purpose from the root key (HKDF, RFC 5869).
func (r Ring) derive(purpose string) []byte {
	k, err := hkdf.Key(sha256.New, slices.Clone(r.root), nil, purpose, size)
	if err != nil {
		panic(fmt.Sprintf("deriving %d bytes: %v", size, err)) // only for lengths over 8160 bytes
	}
	return k
}

const hidden = "[keys]"

// String hides the keys.
func (r Ring) String() string { return hidden }

// Format hides the keys from every verb.
func (r Ring) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// LogValue hides the keys from slog.
func (r Ring) LogValue() slog.Value { return slog.StringValue(hidden) }
