package care

import (
	"encoding/binary"
	"errors"
)

// answersFormat is the first byte of what AppendBinary writes. A change of the format takes the next number, and the
// old one stays readable: drafts and cases outlive programs.
const answersFormat = 1

var errAnswersBinary = errors.New("reading stored answers: not what this program wrote")

// AppendBinary appends everything, for the store: the same as MarshalJSON at a tenth of the price, which every page
// of every draft pays. Each list is its length and then its entries, each string its length in bytes and then its
// bytes; lengths are unsigned varints.
func (a Answers) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, answersFormat)
	b = appendValues(b, a.given)
	b = appendValues(b, a.typed)
	b = binary.AppendUvarint(b, uint64(len(a.visited)))
	for page := range a.visited {
		b = appendString(b, page)
	}
	return b, nil
}

// MarshalBinary is AppendBinary for those who have nothing to append to.
func (a Answers) MarshalBinary() ([]byte, error) { return a.AppendBinary(nil) }

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

func appendValues(b []byte, m map[string][]string) []byte {
	b = binary.AppendUvarint(b, uint64(len(m)))
	for question, values := range m {
		b = binary.AppendUvarint(appendString(b, question), uint64(len(values)))
		for _, v := range values {
			b = appendString(b, v)
		}
	}
	return b
}

// UnmarshalBinary reads what AppendBinary wrote.
func (a *Answers) UnmarshalBinary(b []byte) error {
	if len(b) == 0 || b[0] != answersFormat {
		return errAnswersBinary
	}
	// One copy serves all strings: they are parts of it.
	r := answersReader{b: b[1:], s: string(b[1:])}
	read := Answers{given: r.values(), typed: r.values()}
	if n := r.length(); n > 0 {
		read.visited = make(map[string]bool, n)
		for range n {
			read.visited[r.string()] = true
		}
	}
	if r.bad || len(r.b) != 0 {
		return errAnswersBinary
	}
	*a = read
	return nil
}

// An answersReader takes parts off the front of b, and of s, which is the same as text. Once something does not fit,
// bad is set and everything is empty.
type answersReader struct {
	b   []byte
	s   string
	bad bool
}

// length of a list or string. Each entry takes at least one byte, so that a wrong length cannot ask for more memory
// than was read.
func (r *answersReader) length() int {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > uint64(len(r.b)-size) {
		r.bad, r.b, r.s = true, nil, ""
		return 0
	}
	r.b, r.s = r.b[size:], r.s[size:]
	return int(n)
}

func (r *answersReader) string() string {
	n := r.length()
	s := r.s[:n]
	r.b, r.s = r.b[n:], r.s[n:]
	return s
}

func (r *answersReader) values() map[string][]string {
	n := r.length()
	if n == 0 {
		return nil
	}
	m := make(map[string][]string, n)
	for range n {
		question := r.string()
		values := make([]string, r.length())
		for i := range values {
			values[i] = r.string()
		}
		m[question] = values
	}
	return m
}
