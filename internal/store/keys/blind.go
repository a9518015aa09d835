package keys

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// BlindSize is how long a blind value is, in bytes: too long for two different ones to meet by chance in any council.
const BlindSize = 16

// blindKey derives the key of a council's blind indexes from the key of the council (HKDF, RFC 5869), so that it is thrown away
// with it and nothing that is sealed can be opened with it.
func blindKey(council []byte) []byte {
	k, err := hkdf.Key(sha256.New, council, nil, "threshold blind index", size)
	if err != nil {
		panic(fmt.Sprintf("deriving %d bytes: %v", size, err)) // only for lengths over 8160 bytes
	}
	return k
}

// Blind returns a value that stands for parts of one kind in an index: the same for the same parts of the same council, and
// without the keys neither to be turned back nor to be made for a guess (HMAC-SHA-256, RFC 2104, cut to BlindSize). What it
// tells all the same is which records have a value in common.
func (c *Council) Blind(kind string, parts ...string) []byte {
	mac := hmac.New(sha256.New, c.blind)
	var buf []byte
	for _, s := range append([]string{kind}, parts...) { // each with its length, so that no two lists give the same bytes
		buf = binary.AppendUvarint(buf, uint64(len(s)))
		buf = append(buf, s...)
	}
	mac.Write(buf)
	return mac.Sum(nil)[:BlindSize]
}
