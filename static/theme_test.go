package static

import (
	"math"
	"strings"
	"testing"
)

// TestContrast holds the formula against values that follow from WCAG 2.2's definition.
func TestContrast(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want float64
	}{
		{"#000000", "#ffffff", 21}, {"#ffffff", "#000000", 21}, {"#777777", "#777777", 1},
		{"#767676", "#ffffff", 4.54}, {"#777777", "#FFFFFF", 4.48}, {"#ff0000", "#ffffff", 4.00},
	} {
		got, err := Contrast(c.a, c.b)
		if err != nil || math.Abs(got-c.want) > 0.005 {
			t.Errorf("%s on %s: got %.3f (%v), want %.2f", c.a, c.b, got, err, c.want)
		}
	}
}

func TestThemeStylesheet(t *testing.T) {
	css, err := Theme{Header: "#4B2A63", HeaderText: "#ffffff", Link: "#4b2a63"}.Stylesheet()
	const want = ":root{--app-council:#4b2a63;--app-council-text:#ffffff;--govuk-link-colour:#4b2a63}"
	if err != nil || string(css) != want {
		t.Errorf("got %q (%v), want %q", css, err, want)
	}
	if css, err := (Theme{}).Stylesheet(); err != nil || string(css) != ":root{}" {
		t.Errorf("a theme without colours gives %q (%v)", css, err)
	}
}

func TestThemeRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		theme Theme
		want  string
	}{
		"pale header":            {Theme{Header: "#7fb2d9"}, "header text #ffffff on header #7fb2d9 has a contrast of"},
		"pale link":              {Theme{Link: "#2a9d8f"}, "link #2a9d8f on white #ffffff has a contrast of"},
		"link that warm spoils":  {Theme{Link: "#757575"}, "link #757575 on our warm paper #f8f4ed has a contrast of 4."},
		"a word":                 {Theme{Header: "teal"}, `"teal" is no colour; write it as # and six hexadecimal digits`},
		"short form":             {Theme{Link: "#036"}, `"#036" is no colour`},
		"a way out of the sheet": {Theme{Link: "#00}a{b"}, "is no colour"},
	} {
		_, err := c.theme.Stylesheet()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestThemeHref(t *testing.T) {
	if got := (Theme{}).Href("ashdown"); got != "" {
		t.Errorf("a theme without colours is at %q", got)
	}
	first, second := Theme{Header: "#4b2a63"}.Href("ashdown"), Theme{Header: "#4b2a64"}.Href("ashdown")
	if !strings.HasPrefix(first, "/static/theme/ashdown.") || !strings.HasSuffix(first, ".css") || first == second {
		t.Errorf("got %q and %q: other colours need another address", first, second)
	}
}
