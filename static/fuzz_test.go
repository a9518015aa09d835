package static

import (
	"math"
	"strings"
	"testing"
)

// FuzzColour: a colour is six hexadecimal digits or refused; the contrast of two is between 1 and 21 whichever comes first, and a
// style sheet made of it holds nothing else.
func FuzzColour(f *testing.F) {
	f.Fuzz(func(t *testing.T, a, b string) {
		ratio, err := Contrast(a, b)
		if err != nil {
			return
		}
		for _, colour := range []string{a, b} {
			if len(colour) != 7 || strings.Trim(colour[1:], "0123456789abcdefABCDEF") != "" {
				t.Fatalf("%q was taken for a colour", colour)
			}
		}
		if other, err := Contrast(b, a); err != nil || other != ratio || math.IsNaN(ratio) || ratio < 1 || ratio > 21.0001 {
			t.Fatalf("%q on %q is %v, the other way %v, %v", a, b, ratio, other, err)
		}
		theme := Theme{Header: a, HeaderText: b, Link: a}
		if href := theme.Href("northby"); !strings.HasPrefix(href, Root+"theme/northby.") || strings.ContainsAny(href, "\"'<> ") {
			t.Fatalf("the address %q", href)
		}
	})
}

// FuzzAcceptEncoding: whatever a browser says it accepts, the answer is one of the encodings there are.
func FuzzAcceptEncoding(f *testing.F) {
	b := small(f)
	f.Fuzz(func(t *testing.T, header, name string) {
		for _, asked := range []string{b.href("a.css"), b.href("icon.svg"), name} {
			file, ok := b.lookup(asked, header)
			if !ok {
				continue
			}
			if e := file.Header["Content-Encoding"]; e != "" && e != "br" && e != "gzip" {
				t.Fatalf("%q gives %q", header, e)
			}
			if len(file.Body) == 0 {
				t.Fatalf("%q of %q is empty", header, asked)
			}
		}
	})
}
