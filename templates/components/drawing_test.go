package components

import (
	"strings"
	"testing"

	"threshold/static"
)

// A drawing says nothing of its own: the words beside it are all that is read aloud, once.
func TestDrawings(t *testing.T) {
	src := static.Href("pictures/plate.svg")
	for name, c := range map[string]struct{ got, want string }{
		"page":       {written(t, PageDrawing("plate")), `<p class="app-drawing-page"><img class="app-drawing" src="` + src + `" alt="" width="96" height="96"></p>`},
		"no page":    {written(t, PageDrawing("")), ""},
		"words":      {written(t, Drawn("plate", "Food & drink.")), `<img class="app-drawing" src="` + src + `" alt="" width="48" height="48">Food &amp; drink.`},
		"only words": {written(t, Drawn("", "Food.")), "Food."},
		"line":       {written(t, DrawnLine("plate", "Food.")), `<span class="app-drawn"><img class="app-drawing" src="` + src + `" alt="" width="48" height="48">Food.</span>`},
	} {
		if strings.TrimSpace(c.got) != c.want {
			t.Errorf("%s\n got  %s\n want %s", name, c.got, c.want)
		}
	}
}
