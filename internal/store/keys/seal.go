package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrSealed means that a sealed value does not open: it was changed, moved from another place, or sealed with other
// keys. Nothing of it is returned.
var ErrSealed = errors.New("sealed value does not open: it was changed, moved here from elsewhere, or sealed with other keys")

// A Place says where a record lives. It is bound into everything sealed there as additional data (NIST SP 800-38D), so
// that a value copied to another row, council, table or version does not open.
type Place struct {
	Table   string
	Council string // slug
	Record  string // id
	Version int    // 0 where rows have none
}

// additional appends p and column to b, each with its length, so that no two places give the same bytes.
func (p Place) additional(b []byte, column string) []byte {
	for _, s := range [...]string{"threshold", p.Table, column, p.Council, p.Record} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return binary.AppendUvarint(b, uint64(p.Version))
}

// sealing is the first byte of every sealed value: AES-256-GCM with a random 96-bit nonce before the text and a
// 128-bit tag after it. Another way of sealing takes another number, so that both can be read side by side.
const sealing = 1

// Overhead is by how many bytes a sealed value is longer than the plain one.
const Overhead = 1 + 12 + 16

func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(fmt.Sprintf("an AES key of %d bytes", len(key))) // parse and random allow 32 only
	}
	a, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for a block other than AES
	}
	return a
}

func seal(a cipher.AEAD, p Place, column string, plain []byte) []byte {
	var buf [256]byte
	out := make([]byte, 1, len(plain)+Overhead)
	out[0] = sealing
	return a.Seal(out, nil, plain, p.additional(buf[:0], column))
}

func open(a cipher.AEAD, p Place, column string, sealed []byte) ([]byte, error) {
	if len(sealed) < Overhead || sealed[0] != sealing {
		return nil, fmt.Errorf("%s.%s of %s: %w", p.Table, column, p.Record, ErrSealed)
	}
	var buf [256]byte
	plain, err := a.Open(nil, nil, sealed[1:], p.additional(buf[:0], column))
	if err != nil {
		return nil, fmt.Errorf("%s.%s of %s: %w", p.Table, column, p.Record, ErrSealed)
	}
	return plain, nil
}

// Check returns a value that only this ring opens, to be kept in the database: see [Ring.Verify].
func (r Ring) Check() []byte {
	return seal(newAEAD(r.root), Place{Table: "meta"}, "key_check", []byte(r.ID()))
}

// Verify says with ErrSealed that check was made by another ring.
func (r Ring) Verify(check []byte) error {
	_, err := open(newAEAD(r.root), Place{Table: "meta"}, "key_check", check)
	return err
}

const councilColumn = "council_key"

func councilPlace(slug string) Place { return Place{Table: "councils", Council: slug, Record: slug} }

// NewCouncil makes the key of a council and returns it wrapped by the root key.
func (r Ring) NewCouncil(slug string) []byte {
	return seal(newAEAD(r.root), councilPlace(slug), councilColumn, random())
}

// Council unwraps the key of a council.
func (r Ring) Council(slug string, wrapped []byte) (*Council, error) {
	key, err := open(newAEAD(r.root), councilPlace(slug), councilColumn, wrapped)
	if err != nil {
		return nil, err
	}
	return &Council{slug: slug, aead: newAEAD(key), blind: blindKey(key)}, nil
}

// A Council is the key of one council. It may be used by many at once.
//
// It wraps one data key per save. Random 96-bit nonces are good for 2^32 wraps under one key (NIST SP 800-38D s.8.3):
// a save every second for 136 years.
type Council struct {
	slug  string
	aead  cipher.AEAD
	blind []byte // see Blind
}

const dataColumn = "data_key"

// NewRecord makes a data key for one record and returns it with its wrapped form. p.Council is filled in.
func (c *Council) NewRecord(p Place) (Record, []byte) {
	p.Council = c.slug
	var key [size]byte
	_, _ = rand.Read(key[:])
	return Record{place: p, aead: newAEAD(key[:])}, seal(c.aead, p, dataColumn, key[:])
}

// Record unwraps the data key of the record at p.
func (c *Council) Record(p Place, wrapped []byte) (Record, error) {
	p.Council = c.slug
	key, err := open(c.aead, p, dataColumn, wrapped)
	if err != nil {
		return Record{}, err
	}
	return Record{place: p, aead: newAEAD(key)}, nil
}

// A Record seals and opens the columns of one record.
type Record struct {
	place Place
	aead  cipher.AEAD
}

// Seal returns plain sealed for a column of the record.
func (r Record) Seal(column string, plain []byte) []byte { return seal(r.aead, r.place, column, plain) }

// Open returns what Seal was given, or ErrSealed.
func (r Record) Open(column string, sealed []byte) ([]byte, error) {
	return open(r.aead, r.place, column, sealed)
}
