package static

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pictureStyle is what every drawing has at its top, so that they look like one hand's.
var pictureStyle = map[string]string{
	"xmlns": "http://www.w3.org/2000/svg", "width": "48", "height": "48", "viewBox": "0 0 48 48", "fill": "none",
	"stroke": "currentColor", "stroke-width": "2.5", "stroke-linecap": "round", "stroke-linejoin": "round",
}

// TestPictures: every drawing is lines in one style and nothing else: no text, no fill, no script, nothing from elsewhere.
func TestPictures(t *testing.T) {
	files, err := filepath.Glob("pictures/*.svg")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d drawings: %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkPicture(string(data)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if !Empty() && !slices.Contains(Names(), filepath.ToSlash(file)) {
			t.Errorf("%s is not built: run `npm run build`", file)
		}
	}
	for _, bad := range []string{
		strings.Replace(aPicture, "2.5", "3", 1), strings.Replace(aPicture, "<path", `<path fill="red"`, 1),
		strings.Replace(aPicture, "<path", "<text>A</text><path", 1), strings.Replace(aPicture, ` viewBox="0 0 48 48"`, "", 1),
		strings.Replace(aPicture, "<path", `<image href="https://example.com/x"/><path`, 1),
	} {
		if checkPicture(bad) == nil {
			t.Errorf("this would pass: %s", bad)
		}
	}
}

const aPicture = `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48" viewBox="0 0 48 48" fill="none" stroke="currentColor" ` +
	`stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round"><path d="M6 24h36"/></svg>`

func checkPicture(svg string) error {
	allowed := []string{"d", "cx", "cy", "r", "rx", "ry", "x", "y", "width", "height", "transform"}
	tokens := xml.NewDecoder(strings.NewReader(svg))
	for first := true; ; {
		token, err := tokens.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch x := token.(type) {
		case xml.StartElement:
			if first {
				first = false
				if x.Name.Local != "svg" || len(x.Attr) != len(pictureStyle) {
					return fmt.Errorf("begins with <%s> and %d attributes, want <svg> and %d", x.Name.Local, len(x.Attr), len(pictureStyle))
				}
				for _, a := range x.Attr {
					if pictureStyle[a.Name.Local] != a.Value {
						return fmt.Errorf("%s is %q, want %q", a.Name.Local, a.Value, pictureStyle[a.Name.Local])
					}
				}
				continue
			}
			if !slices.Contains([]string{"path", "circle", "ellipse", "rect", "g"}, x.Name.Local) {
				return fmt.Errorf("has a <%s>", x.Name.Local)
			}
			for _, a := range x.Attr {
				if !slices.Contains(allowed, a.Name.Local) {
					return fmt.Errorf("<%s> has %s", x.Name.Local, a.Name.Local)
				}
			}
		case xml.CharData:
			if strings.TrimSpace(string(x)) != "" {
				return fmt.Errorf("has the text %q", x)
			}
		case xml.Comment, xml.Directive, xml.ProcInst:
			return errors.New("has more than elements")
		}
	}
}
