package components

import (
	"bytes"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// outline parses a fragment of HTML and writes it one node a line, so that two
// fragments that a browser shows alike give the same lines: attributes sorted, class
// names separated by one space, white space collapsed as CSS does it (a run is one
// space; none at either end of a block). Comments do not count.
func outline(fragment string) ([]string, error) {
	context := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), context)
	if err != nil {
		return nil, err
	}
	collapser := collapser{open: true}
	for _, node := range nodes {
		collapser.walk(node)
	}
	collapser.edge()
	var lines []string
	for _, node := range nodes {
		lines = append(lines, outlineOf(node, "")...)
	}
	return lines, nil
}

// space marks the gap between two words. It stands before the tags that open and after
// those that close there, since "a <b>c" and "a<b> c" show alike.
const space = `" "`

func outlineOf(node *html.Node, indent string) []string {
	switch node.Type {
	case html.TextNode:
		if node.Data == "" {
			return nil
		}
		var lines []string
		if strings.HasPrefix(node.Data, " ") {
			lines = append(lines, space)
		}
		if words := strings.Trim(node.Data, " "); words != "" {
			lines = append(lines, indent+`"`+words+`"`)
		}
		if strings.HasSuffix(node.Data, " ") && node.Data != " " {
			lines = append(lines, space)
		}
		return lines
	case html.ElementNode:
		var line bytes.Buffer
		line.WriteString(indent + "<" + node.Data)
		var attributes []string
		for _, a := range node.Attr {
			if a.Key == "class" {
				a.Val = strings.Join(strings.Fields(a.Val), " ")
			}
			attributes = append(attributes, " "+a.Key+"="+`"`+a.Val+`"`)
		}
		slices.Sort(attributes)
		line.WriteString(strings.Join(attributes, "") + ">")
		lines := []string{line.String()}
		for child := node.FirstChild; child != nil; child = child.NextSibling {
			lines = append(lines, outlineOf(child, indent+"  ")...)
		}
		if len(lines) > 1 && lines[1] == space {
			lines[0], lines[1] = lines[1], lines[0]
		}
		return lines
	}
	return nil
}

// inline elements let white space at their edges show. Labels, inputs and pictures are
// not among them: GOV.UK Frontend sets them as blocks or in a flex box.
var inline = []string{"a", "abbr", "b", "code", "em", "i", "span", "strong"}

// collapser applies CSS's rule for white space while walking in document order.
type collapser struct {
	open bool       // at the start of a line, or after a space: more space does not show
	last *html.Node // the text that ends in that space
}

func (c *collapser) edge() {
	if c.last != nil {
		c.last.Data = strings.TrimSuffix(c.last.Data, " ")
	}
	c.open, c.last = true, nil
}

func (c *collapser) walk(node *html.Node) {
	switch {
	case node.Type == html.TextNode:
		text := spaces(node.Data)
		if c.open {
			text = strings.TrimPrefix(text, " ")
		}
		node.Data = text
		if text != "" {
			c.open, c.last = strings.HasSuffix(text, " "), nil
			if c.open {
				c.last = node
			}
		}
	case node.Type == html.ElementNode && node.Data == "textarea":
		c.edge() // and its text is kept as it is
	case node.Type == html.ElementNode:
		block := !slices.Contains(inline, node.Data)
		if block {
			c.edge()
		}
		for child := node.FirstChild; child != nil; child = child.NextSibling {
			c.walk(child)
		}
		if block {
			c.edge()
		}
	}
}

// spaces makes every run of white space one space. A no-break space is not white space here.
func spaces(text string) string {
	var out strings.Builder
	inRun := false
	for _, r := range text {
		if strings.ContainsRune(" \t\r\n\f", r) {
			if !inRun {
				out.WriteByte(' ')
			}
			inRun = true
			continue
		}
		inRun = false
		out.WriteRune(r)
	}
	return out.String()
}
