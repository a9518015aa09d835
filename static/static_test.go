package static

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

// small is a bundle as the build writes it.
func small(t testing.TB) bundle {
	t.Helper()
	return load(fstest.MapFS{
		"dist/manifest.json":          {Data: []byte(`{"a.css": "a.0123456789.css", "icon.svg": "icon.abcdefabcd.svg"}`)},
		"dist/a.0123456789.css":       {Data: []byte("plain")},
		"dist/a.0123456789.css.br":    {Data: []byte("brotli")},
		"dist/a.0123456789.css.gz":    {Data: []byte("gzip")},
		"dist/icon.abcdefabcd.svg":    {Data: []byte("<svg/>")},
		"dist/leftover.0000000000.js": {Data: []byte("not in the manifest")},
	})
}

func TestLookupChoosesTheEncoding(t *testing.T) {
	b := small(t)
	for header, want := range map[string]string{
		"":                            "plain",
		"identity":                    "plain",
		"gzip":                        "gzip",
		"gzip, deflate, br":           "brotli",
		"GZIP;q=1.0, BR;q=0.5":        "brotli",
		"br;q=0, gzip":                "gzip",
		"br; q=0, gzip;q=0, *;q=1":    "plain",
		"*":                           "brotli",
		"*;q=0":                       "plain",
		"br;q=nonsense, gzip;q=0.001": "gzip",
		",,;q=1,":                     "plain",
	} {
		file, ok := b.lookup("/static/a.0123456789.css", header)
		if !ok || string(file.Body) != want {
			t.Errorf("Accept-Encoding %q: got %q, want %q", header, file.Body, want)
		}
	}
}

func TestLookupHeaders(t *testing.T) {
	b := small(t)
	file, _ := b.lookup(b.href("a.css"), "br")
	for name, want := range map[string]string{
		"Content-Type": "text/css; charset=utf-8", "Content-Encoding": "br", "Content-Length": "6",
		"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding", "ETag": `"0123456789-br"`,
	} {
		if got := file.Header[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	plain, _ := b.lookup(b.href("a.css"), "")
	if _, said := plain.Header["Content-Encoding"]; said || plain.Header["ETag"] == file.Header["ETag"] {
		t.Errorf("the plain file has the headers %v", plain.Header)
	}
	// An icon was not compressed: it is sent as it is to everybody.
	icon, ok := b.lookup(b.href("icon.svg"), "br, gzip")
	if !ok || string(icon.Body) != "<svg/>" || icon.Header["Content-Type"] != "image/svg+xml" {
		t.Errorf("the icon came as %q with %v", icon.Body, icon.Header)
	}
}

func TestLookupFindsOnlyWhatWasBuilt(t *testing.T) {
	b := small(t)
	for _, name := range []string{"", "/static/", "a.css", "/static/a.0123456789.css.br", "manifest.json", ".keep", "../static.go", "leftover.0000000000.js"} {
		if _, ok := b.lookup(name, "br"); ok {
			t.Errorf("%q was found", name)
		}
	}
}

// TestUnpacksForThoseWhoNeedIt: where only the compressed file was kept, a browser that takes none gets it unpacked.
func TestUnpacksForThoseWhoNeedIt(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	_, _ = w.Write([]byte("a{}"))
	_ = w.Close()
	b := load(fstest.MapFS{
		"dist/manifest.json":       {Data: []byte(`{"a.css": "a.0123456789.css", "b.css": "b.0123456789.css"}`)},
		"dist/a.0123456789.css.gz": {Data: zipped.Bytes()},
		"dist/b.0123456789.css.gz": {Data: zipped.Bytes()[:9]},
	})
	file, ok := b.lookup(b.href("a.css"), "identity")
	if _, said := file.Header["Content-Encoding"]; !ok || said || string(file.Body) != "a{}" || file.Header["Content-Length"] != "3" {
		t.Errorf("got %q with %v", file.Body, file.Header)
	}
	if file, _ := b.lookup(b.href("a.css"), "gzip"); !bytes.Equal(file.Body, zipped.Bytes()) {
		t.Error("gzip is not what was built")
	}
	if _, ok := b.lookup(b.href("b.css"), "gzip"); ok {
		t.Error("a broken file is served")
	}
}

// TestCallersCannotSpoilTheBundle: a body is the caller's own.
func TestCallersCannotSpoilTheBundle(t *testing.T) {
	b := small(t)
	first, _ := b.lookup(b.href("a.css"), "")
	first.Body[0] = 'X'
	if second, _ := b.lookup(b.href("a.css"), ""); string(second.Body) != "plain" {
		t.Errorf("the next caller gets %q", second.Body)
	}
}

func TestEmptyFolder(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"only .keep":        {"dist/.keep": {}},
		"spoilt manifest":   {"dist/manifest.json": {Data: []byte("{")}},
		"manifest, no file": {"dist/manifest.json": {Data: []byte(`{"a.css": "a.1.css"}`)}},
	} {
		b := load(files)
		if len(b.assets) != 0 {
			t.Errorf("%s: %d files", name, len(b.assets))
		}
		if name == "only .keep" && b.href("a.css") != "/static/a.css" {
			t.Errorf("%s: href %q", name, b.href("a.css"))
		}
	}
}

// TestBuilt looks at what the build made: every encoding gives the same bytes back, and
// nothing in them breaks the content security policy or comes from elsewhere.
func TestBuilt(t *testing.T) {
	if Empty() {
		const mend = "nothing is built in static/dist: run `npm ci --ignore-scripts` and `npm run build` first"
		if os.Getenv("CI") == "true" {
			t.Fatal(mend)
		}
		fmt.Println("left out: built assets: " + mend)
		t.Skip(mend)
	}
	for _, name := range Names() {
		plain, ok := Lookup(Href(name), "")
		if !ok {
			t.Errorf("%s is in the manifest but not in the folder", name)
			continue
		}
		small, _ := Lookup(Href(name), "br")
		if got, err := io.ReadAll(brotli.NewReader(bytes.NewReader(small.Body))); err != nil || !bytes.Equal(got, plain.Body) {
			t.Errorf("%s: brotli does not give the file back (%v)", name, err)
		}
		zipped, _ := Lookup(Href(name), "gzip")
		r, err := gzip.NewReader(bytes.NewReader(zipped.Body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, plain.Body) {
			t.Errorf("%s: gzip does not give the file back (%v)", name, err)
		}
		for _, banned := range []string{"GDS Transport", "@font-face", "@import", "data:", "url("} {
			if strings.Contains(string(plain.Body), banned) {
				t.Errorf("%s has %q in it", name, banned)
			}
		}
	}
}

// TestTokens checks the pairs of our own colours that text and ground make.
func TestTokens(t *testing.T) {
	file, err := os.ReadFile("sass/_tokens.scss")
	if err != nil {
		t.Fatal(err)
	}
	token := map[string]string{"white": white}
	for _, m := range regexp.MustCompile(`(?m)^\$([a-z-]+): (#[0-9a-f]{6});`).FindAllStringSubmatch(string(file), -1) {
		token[m[1]] = m[2]
	}
	for _, pair := range []struct {
		text, ground string
		least        float64
	}{
		{"text", "ground", 7}, {"text", "warm", 7}, {"text", "calm", 7}, {"text", "warn-ground", 7}, {"text", "danger-ground", 7},
		{"quiet", "ground", 7}, {"quiet", "warm", 7}, {"quiet", "calm", 4.5},
		{"link", "ground", 7}, {"link", "warm", 7}, {"link", "calm", 4.5}, {"link-hover", "ground", 7}, {"link-visited", "ground", 7}, {"link-visited", "warm", 4.5},
		{"council-text", "council", 7}, {"white", "danger", 7}, {"white", "leave", 7},
		// Edges that mean something: WCAG 2.2, success criterion 1.4.11.
		{"calm-edge", "ground", 3}, {"calm-edge", "calm", 3}, {"warn-edge", "warn-ground", 3}, {"leave", "white", 3},
	} {
		ratio, err := Contrast(token[pair.text], token[pair.ground])
		if err != nil {
			t.Errorf("%s on %s: %v", pair.text, pair.ground, err)
		} else if ratio < pair.least {
			t.Errorf("%s on %s: %.2f to 1, want %.1f or more", pair.text, pair.ground, ratio, pair.least)
		}
	}
	for name, ours := range map[string]string{"council": ourHeader, "council-text": ourHeaderText, "link": ourLink, "warm": warm} {
		if token[name] != ours {
			t.Errorf("$%s is %s in the styles and %s in theme.go", name, token[name], ours)
		}
	}
}

// TestMirrored: the bundle for right-to-left languages has the same rules the other way
// round, and turning it lost none.
func TestMirrored(t *testing.T) {
	if Empty() {
		t.Skip("nothing is built in static/dist: run `npm ci --ignore-scripts` and `npm run build` first")
	}
	plain, _ := Lookup(Href("citizen.css"), "")
	mirrored, ok := Lookup(Href("citizen-rtl.css"), "")
	if !ok {
		t.Fatal("citizen-rtl.css is not built")
	}
	if a, b := bytes.Count(plain.Body, []byte("{")), bytes.Count(mirrored.Body, []byte("{")); a != b {
		t.Errorf("%d rules became %d", a, b)
	}
	for here, there := range map[string]string{
		".govuk-list--bullet{padding-left:20px": ".govuk-list--bullet{padding-right:20px",
		"padding:10px 20px 10px 0":              "padding:10px 0 10px 20px",
	} {
		if !bytes.Contains(plain.Body, []byte(here)) || !bytes.Contains(mirrored.Body, []byte(there)) || bytes.Contains(mirrored.Body, []byte(here)) {
			t.Errorf("%q did not become %q", here, there)
		}
	}
}
