package static

import (
	"fmt"
	"strconv"
)

// Focus is the yellow that shows where the keyboard is (GOV.UK Frontend's focus colour).
const Focus = "#ffdd00"

// A Pale colour is one on which white words, or the yellow of the focus, cannot be read.
type Pale struct {
	On    string  // the colour that does not stand out: white or Focus
	Ratio float64 // their contrast
	Try   string  // the same hue, just dark enough
}

// HeaderColour says whether white words and the focus stand out on a colour by 4.5 to 1 (WCAG 2.2, 1.4.3), and if not how
// to mend it: a nil Pale is a colour that will do. An error is text that is no colour.
func HeaderColour(colour string) (*Pale, error) {
	fails := func(c string) (*Pale, error) {
		for _, on := range []string{white, Focus} {
			ratio, err := Contrast(on, c)
			if err != nil {
				return nil, err
			}
			if ratio < leastContrast {
				return &Pale{On: on, Ratio: ratio}, nil
			}
		}
		return nil, nil
	}
	pale, err := fails(colour)
	if pale == nil || err != nil {
		return nil, err
	}
	rgb, err := strconv.ParseUint(colour[1:], 16, 32)
	if err != nil {
		return nil, fmt.Errorf("reading colour %q: %w", colour, err)
	}
	const steps = 100
	for n := uint64(steps - 1); ; n-- { // black passes
		part := func(shift uint) uint64 { return (rgb >> shift & 0xff) * n / steps }
		try := fmt.Sprintf("#%02x%02x%02x", part(16), part(8), part(0))
		if still, err := fails(try); err != nil || still == nil {
			pale.Try = try
			return pale, err
		}
	}
}
