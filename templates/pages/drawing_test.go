package pages

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threshold/internal/care"
)

// pictured is a page of every kind of question, with or without drawings.
func pictured(with bool) QuestionPage {
	name := func(s string) string {
		if with {
			return s
		}
		return ""
	}
	question := func(id string, kind care.Kind, picture string) Field {
		q := care.Question{ID: id, Kind: kind, Text: "Question " + id, Picture: name(picture)}
		if kind.Chosen() {
			q.Options = []care.Option{{ID: "yes", Label: "Yes.", Picture: name("tick")}, {ID: "some", Label: "Some days."}}
		}
		return Field{Question: q}
	}
	return QuestionPage{
		Page: care.Page{Title: "A page", Picture: name("house")},
		Form: Form{Action: "/x", Button: "Continue", Fields: []Field{
			question("one", care.KindRadios, "bus"), question("many", care.KindCheckboxes, "shop"), question("words", care.KindTextarea, "pen"),
		}},
	}
}

// byTag lists the elements of this name in what was drawn.
func byTag(t *testing.T, p QuestionPage, tag string) []*html.Node {
	t.Helper()
	var out bytes.Buffer
	if err := Question(p).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	root, err := html.Parse(&out)
	if err != nil {
		t.Fatal(err)
	}
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == tag {
			found = append(found, n)
		}
	}
	return found
}

// Each drawing stands with its words: the page's before the heading, a question's in its legend or label, an option's in
// its label, so that a press on the drawing chooses the answer. Words without one are as they are elsewhere.
func TestDrawingsStandWithTheirWords(t *testing.T) {
	where := map[string]string{}
	for _, img := range byTag(t, pictured(true), "img") {
		src, alt, has := "", "", false
		for _, a := range img.Attr {
			switch a.Key {
			case "src":
				src = a.Val
			case "alt":
				alt, has = a.Val, true
			}
		}
		if alt != "" || !has {
			t.Errorf("%s has the alternative text %q (there: %v)", src, alt, has)
		}
		parent := img.Parent.Data
		if parent == "span" {
			parent = img.Parent.Parent.Data
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(src, "/static/pictures/"), ".")
		where[name] += parent + " "
	}
	for name, want := range map[string]string{"house": "p ", "bus": "legend ", "shop": "legend ", "pen": "label ", "tick": "label label "} {
		if where[name] != want {
			t.Errorf("%s stands in %q, want %q", name, where[name], want)
		}
	}
	if len(where) != 5 {
		t.Errorf("drawings on the page: %v", where)
	}
	if n := len(byTag(t, pictured(false), "img")); n != 0 {
		t.Errorf("%d drawings on a page without any", n)
	}
}
