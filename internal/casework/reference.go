package casework

import (
	"crypto/rand"
	"fmt"
	"strings"
)

// crockford is Douglas Crockford's base 32 alphabet: no I, L, O or U, so that a reference can be read aloud and copied
// by hand.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const referenceLength = 10

// newReference makes what people read out on the phone: nine random characters (45 bits, so one cannot be guessed from
// another) and a check character by the Luhn mod N algorithm, which catches every single mistyped character and nearly
// every swap of neighbours.
func newReference() string {
	var b [referenceLength - 1]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic(fmt.Sprintf("the system gives no random numbers: %v", err)) // crypto/rand never returns one
	}
	for i := range b {
		b[i] = crockford[b[i]%32]
	}
	return string(b[:]) + string(crockford[luhn(string(b[:]))])
}

// luhn returns the check digit of s over the alphabet (ISO/IEC 7812-1 annex B, generalised to base 32).
func luhn(s string) int {
	sum, factor := 0, 2
	for i := len(s) - 1; i >= 0; i-- {
		v := factor * strings.IndexByte(crockford, s[i])
		sum += v/32 + v%32
		factor = 3 - factor
	}
	return (32 - sum%32) % 32
}

// ParseReference reads a reference as people type it: lower case, spaces and hyphens, O for 0, I or L for 1. ok is
// false when it cannot be one, so that a slip is told before anything is looked up.
func ParseReference(typed string) (reference string, ok bool) {
	s := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-':
			return -1
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, strings.ToUpper(typed))
	if len(s) != referenceLength {
		return "", false
	}
	for i := range len(s) {
		if strings.IndexByte(crockford, s[i]) < 0 {
			return "", false
		}
	}
	if crockford[luhn(s[:referenceLength-1])] != s[referenceLength-1] {
		return "", false
	}
	return s, true
}

// FormatReference writes a reference the way it is shown, in two groups of five.
func FormatReference(reference string) string {
	if len(reference) != referenceLength {
		return reference
	}
	return reference[:5] + "-" + reference[5:]
}

// NewReference makes a reference that no case has yet, for cases that are made up outside the verbs.
func NewReference() string { return newReference() }
