package static

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Theme is a council's colours, each as "#rrggbb". An empty one keeps ours.
type Theme struct {
	Header     string // ground of the header
	HeaderText string // words on it
	Link       string // links on white and on warm paper
}

// The grounds that links stand on (sass/_tokens.scss).
const (
	white = "#ffffff"
	warm  = "#f8f4ed"
	// Ours, for whichever of a pair a theme leaves out.
	ourHeader     = "#17495a"
	ourHeaderText = "#ffffff"
	ourLink       = "#14506b"
)

// leastContrast is the floor for text: WCAG 2.2, success criterion 1.4.3.
const leastContrast = 4.5

// Stylesheet gives the stylesheet that sets the theme's colours as custom properties:
// a style attribute would break the content security policy. A pair of colours that
// people with low vision cannot read is refused.
func (t Theme) Stylesheet() ([]byte, error) {
	pairs := []struct{ text, textName, ground, groundName string }{
		{or(t.HeaderText, ourHeaderText), "header text", or(t.Header, ourHeader), "header"},
		{or(t.Link, ourLink), "link", white, "white"},
		{or(t.Link, ourLink), "link", warm, "our warm paper"},
	}
	for _, p := range pairs {
		ratio, err := Contrast(p.text, p.ground)
		if err != nil {
			return nil, fmt.Errorf("theme: %s on %s: %w", p.textName, p.groundName, err)
		}
		if ratio < leastContrast {
			return nil, fmt.Errorf("theme: %s %s on %s %s has a contrast of %.2f to 1; choose a darker or a lighter colour, so that it is %.1f or more",
				p.textName, p.text, p.groundName, p.ground, ratio, leastContrast)
		}
	}
	var css strings.Builder
	for _, property := range []struct{ name, value string }{
		{"--app-council", t.Header}, {"--app-council-text", t.HeaderText}, {"--govuk-link-colour", t.Link},
	} {
		if property.value != "" {
			css.WriteString(property.name + ":" + strings.ToLower(property.value) + ";")
		}
	}
	return []byte(":root{" + strings.TrimSuffix(css.String(), ";") + "}"), nil
}

// Href gives the address of the theme's stylesheet for a council: it carries a hash of
// the colours, so it too may be kept for ever. It is "" for a theme without colours.
func (t Theme) Href(slug string) string {
	if t == (Theme{}) {
		return ""
	}
	sum := sha256.Sum256([]byte(strings.ToLower(t.Header + t.HeaderText + t.Link)))
	return Root + "theme/" + slug + "." + hex.EncodeToString(sum[:5]) + ".css"
}

// Contrast gives the contrast of two colours written "#rrggbb", from 1 to 21, as WCAG
// 2.2 defines it (relative luminance of sRGB).
func Contrast(a, b string) (float64, error) {
	first, err := luminance(a)
	if err != nil {
		return 0, err
	}
	second, err := luminance(b)
	if err != nil {
		return 0, err
	}
	return (max(first, second) + 0.05) / (min(first, second) + 0.05), nil
}

func luminance(colour string) (float64, error) {
	digits, hasHash := strings.CutPrefix(colour, "#")
	if !hasHash || len(digits) != 6 {
		return 0, fmt.Errorf("%q is no colour; write it as # and six hexadecimal digits, like #17495a", colour)
	}
	weights := [3]float64{0.2126, 0.7152, 0.0722}
	total := 0.0
	for n, weight := range weights {
		channel, err := strconv.ParseUint(digits[2*n:2*n+2], 16, 8)
		if err != nil {
			return 0, fmt.Errorf("%q is no colour; write it as # and six hexadecimal digits, like #17495a", colour)
		}
		s := float64(channel) / 255
		if s <= 0.04045 {
			total += weight * s / 12.92
		} else {
			total += weight * math.Pow((s+0.055)/1.055, 2.4)
		}
	}
	return total, nil
}

func or(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}
