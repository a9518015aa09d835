// Package static holds the built styles and scripts as bytes, each under a name that
// carries a hash of its content, so that browsers may keep it for ever.
//
// It knows no handlers: Lookup gives a body and its headers, and web sends them.
// Sources are in sass/ and js/; `npm run build` fills dist/.
package static

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

//go:embed all:dist
var dist embed.FS

// Root is the path that assets are served below.
const Root = "/static/"

// File is one answer: what to send and the headers that belong to it.
type File struct {
	Body   []byte
	Header map[string]string
}

// asset is one built file: its bytes by encoding, "" for as they are. The build keeps compressed files only: what few ask
// for is unpacked for them, and takes no room in the program.
type asset struct {
	bodies map[string][]byte
	kind   string
	hash   string
}

// bundle is everything that was built.
type bundle struct {
	names  map[string]string // plain name -> hashed name
	assets map[string]asset  // by hashed name
}

var built = load(dist)

// encodings are the ways a file was compressed when it was built, the smallest first.
var encodings = []struct{ token, ending string }{{"br", ".br"}, {"gzip", ".gz"}}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// load reads the manifest and the files it names. A folder without a manifest is one
// that was not built yet, and gives an empty bundle.
func load(files fs.FS) bundle {
	b := bundle{names: map[string]string{}, assets: map[string]asset{}}
	manifest, err := fs.ReadFile(files, "dist/manifest.json")
	if err != nil {
		return b
	}
	if err := json.Unmarshal(manifest, &b.names); err != nil {
		return bundle{names: map[string]string{}, assets: map[string]asset{}}
	}
	for _, hashed := range b.names {
		a := asset{bodies: map[string][]byte{}, kind: kinds[path.Ext(hashed)], hash: hashOf(hashed)}
		for _, e := range encodings {
			if body, err := fs.ReadFile(files, "dist/"+hashed+e.ending); err == nil {
				a.bodies[e.token] = body
			}
		}
		if plain, err := fs.ReadFile(files, "dist/"+hashed); err == nil {
			a.bodies[""] = plain
		} else if _, err := unpack(a.bodies["gzip"]); err != nil {
			continue
		}
		b.assets[hashed] = a
	}
	return b
}

// unpack gives the bytes as they are from those of gzip.
func unpack(zipped []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(zipped))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// hashOf gives the middle of "name.hash.ext".
func hashOf(name string) string {
	return strings.TrimPrefix(path.Ext(strings.TrimSuffix(name, path.Ext(name))), ".")
}

// Empty tells whether nothing was built: run `make assets`.
func Empty() bool { return len(built.assets) == 0 }

// Href gives the address of a file by its plain name: "citizen.css". Before anything
// is built it is the plain name's, which Lookup does not find.
func Href(name string) string { return built.href(name) }

func (b bundle) href(name string) string {
	if hashed, ok := b.names[name]; ok {
		return Root + hashed
	}
	return Root + name
}

// Names lists the plain names of what was built, sorted.
func Names() []string {
	var names []string
	for name := range built.names {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Lookup gives the file at a path below Root (with or without Root) in the best
// encoding that the request's Accept-Encoding header allows. The name carries the
// hash, so the answer never changes and may be kept for ever.
func Lookup(name, acceptEncoding string) (File, bool) { return built.lookup(name, acceptEncoding) }

func (b bundle) lookup(name, acceptEncoding string) (File, bool) {
	a, ok := b.assets[strings.TrimPrefix(name, Root)]
	if !ok {
		return File{}, false
	}
	encoding := choose(a, acceptEncoding)
	body, ok := a.bodies[encoding]
	if !ok {
		body, _ = unpack(a.bodies["gzip"]) // load has seen that it can be
	}
	header := map[string]string{
		"Content-Type":   a.kind,
		"Content-Length": strconv.Itoa(len(body)),
		"Cache-Control":  "public, max-age=31536000, immutable",
		"ETag":           etag(a.hash, encoding),
		"Vary":           "Accept-Encoding",
	}
	if encoding != "" {
		header["Content-Encoding"] = encoding
	}
	return File{Body: bytes.Clone(body), Header: header}, true
}

// etag differs by encoding: the bytes do (RFC 9110, section 8.8.3.3).
func etag(hash, encoding string) string {
	if encoding == "" {
		return `"` + hash + `"`
	}
	return `"` + hash + "-" + encoding + `"`
}

// choose gives the first of our encodings that the header allows and the asset has.
func choose(a asset, acceptEncoding string) string {
	accepted := accepts(acceptEncoding)
	for _, e := range encodings {
		if _, ok := a.bodies[e.token]; !ok {
			continue
		}
		q, named := accepted[e.token]
		if !named {
			q = accepted["*"]
		}
		if q > 0 {
			return e.token
		}
	}
	return ""
}

// accepts reads an Accept-Encoding header (RFC 9110, section 12.5.3): the weight of
// each coding, 1 when none is given. A weight that is no number refuses its coding.
func accepts(header string) map[string]float64 {
	weights := map[string]float64{}
	for part := range strings.SplitSeq(header, ",") {
		coding, parameter, _ := strings.Cut(part, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding == "" {
			continue
		}
		weight := 1.0
		if name, value, found := strings.Cut(parameter, "="); found && strings.EqualFold(strings.TrimSpace(name), "q") {
			weight, _ = strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
		weights[coding] = weight
	}
	return weights
}
