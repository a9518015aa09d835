package layouts

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threshold/static"
)

func render(t *testing.T, name string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := specimens[name]().Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// elements lists every element of a page in order.
func elements(t *testing.T, page []byte) []*html.Node {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var all []*html.Node
	for node := range root.Descendants() {
		if node.Type == html.ElementNode {
			all = append(all, node)
		}
	}
	return all
}

func attribute(node *html.Node, key string) (string, bool) {
	for _, a := range node.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func words(node *html.Node) string {
	var out strings.Builder
	for child := range node.Descendants() {
		if child.Type == html.TextNode {
			out.WriteString(child.Data)
		}
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(out.String(), "\u00a0", " ")), " ")
}

// TestSpecimensToLookAt writes the specimens to the folder that SPECIMENS names.
func TestSpecimensToLookAt(t *testing.T) {
	folder := os.Getenv("SPECIMENS")
	for name := range specimens {
		page := render(t, name)
		if folder == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(folder, name+".html"), page, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPagesKeepThePolicy: the content security policy refuses inline styles and
// scripts, event attributes and anything from elsewhere.
func TestPagesKeepThePolicy(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(specimens)) {
		for _, node := range elements(t, render(t, name)) {
			if node.Data == "style" {
				t.Errorf("%s: a style element", name)
			}
			if src, ok := attribute(node, "src"); node.Data == "script" && (!ok || !strings.HasPrefix(src, static.Root)) {
				t.Errorf("%s: a script that is not one of our files: %q", name, src)
			}
			for _, a := range node.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s: <%s %s=%q> would be refused", name, node.Data, a.Key, a.Val)
				}
			}
		}
	}
}

// TestPagesAreSound: one h1, ids that are used once, labels that find their input,
// forms that say where they go, and the skip link first and with a target.
func TestPagesAreSound(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(specimens)) {
		all := elements(t, render(t, name))
		ids, headings, firstLink := map[string]int{}, 0, ""
		for _, node := range all {
			if id, ok := attribute(node, "id"); ok {
				ids[id]++
			}
			if node.Data == "h1" {
				headings++
			}
			if href, ok := attribute(node, "href"); ok && node.Data == "a" && firstLink == "" {
				firstLink = href
			}
			if _, ok := attribute(node, "action"); node.Data == "form" && !ok {
				t.Errorf("%s: a form without an action", name)
			}
		}
		if headings != 1 {
			t.Errorf("%s: %d h1, want 1", name, headings)
		}
		for id, times := range ids {
			if times > 1 {
				t.Errorf("%s: the id %q is there %d times", name, id, times)
			}
		}
		if firstLink != "#content" || ids["content"] != 1 {
			t.Errorf("%s: the first link is %q, want the skip link to #content", name, firstLink)
		}
		for _, node := range all {
			for _, key := range []string{"for", "aria-describedby", "aria-labelledby"} {
				value, _ := attribute(node, key)
				for id := range strings.FieldsSeq(value) {
					if ids[id] == 0 {
						t.Errorf("%s: <%s %s=%q> points at nothing", name, node.Data, key, id)
					}
				}
			}
		}
	}
}

// TestCitizenPagesKeepTheirPromises: the way out, the way to help, the way to stop and
// the numbers to ring are on the page.
func TestCitizenPagesKeepTheirPromises(t *testing.T) {
	leaves, links, footer := 0, map[string]string{}, ""
	for _, node := range elements(t, render(t, "question")) {
		action, _ := attribute(node, "action")
		method, _ := attribute(node, "method")
		if node.Data == "form" && action == "/leave" && method == "post" {
			leaves++
		}
		if href, ok := attribute(node, "href"); ok && node.Data == "a" {
			links[href] = words(node)
		}
		if node.Data == "footer" {
			footer = words(node)
		}
	}
	if leaves != 1 {
		t.Errorf("%d forms that leave the site, want 1", leaves)
	}
	for href, want := range map[string]string{
		"/ashdown/contact": citizenWords.Contact, "/ashdown/save": citizenWords.Save, "/ashdown/daily": "Back",
		"tel:999": "999", "tel:01134960999": "0113 496 0999",
	} {
		if links[href] != want {
			t.Errorf("the link to %s says %q, want %q", href, links[href], want)
		}
	}
	const want = "In danger now? Call 999. Need help today? Call Ashdown and Weir District Council on 0113 496 0999, day or night."
	if !strings.HasPrefix(footer, want) {
		t.Errorf("the footer says %q, want %q first", footer, want)
	}
}

func TestTitleAndLanguage(t *testing.T) {
	p := citizenPage("About you")
	p.Error, p.Lang, p.Dir = true, "ar", "rtl"
	var out bytes.Buffer
	if err := Citizen(p).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<title>Error: About you - Get help with daily life - Ashdown and Weir District Council</title>",
		`<html lang="ar" dir="rtl"`,
		`href="` + static.Href("citizen-rtl.css") + `"`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the page has no %s", want)
		}
	}
}

// TestDemonstrationIsSaid on every page of a demonstration, and on no other.
func TestDemonstrationIsSaid(t *testing.T) {
	for _, shown := range []bool{true, false} {
		citizen, staff := citizenPage("x"), StaffPage{Words: staffWords, Demonstration: shown}
		citizen.Demonstration = shown
		var out bytes.Buffer
		if err := many(Citizen(citizen), Staff(staff)).Render(context.Background(), &out); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(out.String(), "Demonstration"); got != map[bool]int{true: 2, false: 0}[shown] {
			t.Errorf("demonstration %v: said %d times on two pages", shown, got)
		}
	}
}

// Limits on what goes over the wire, in bytes, as served: pages with gzip 1, assets
// with brotli.
const (
	mostOfFirstVisit = 14_600
	mostOfLaterPage  = 4_000
	mostOfScript     = 2_500
)

func TestBytesOnTheWire(t *testing.T) {
	if static.Empty() {
		const mend = "nothing is built in static/dist: run `npm ci --ignore-scripts` and `npm run build` first"
		if os.Getenv("CI") == "true" {
			t.Fatal(mend)
		}
		fmt.Println("left out: sizes: " + mend)
		t.Skip(mend)
	}
	page := zipped(t, render(t, "question"))
	style, script := served(t, "citizen.css"), served(t, "citizen.js")
	fmt.Printf("citizen: page %d B gzip, style %d B and script %d B brotli; first visit %d B of %d\n",
		page, style, script, page+style+script, mostOfFirstVisit)
	fmt.Printf("staff: page %d B gzip, style %d B and script %d B brotli\n",
		zipped(t, render(t, "staff")), served(t, "staff.css"), served(t, "staff.js"))
	if page+style+script > mostOfFirstVisit {
		t.Errorf("a first visit is %d bytes, want %d or fewer", page+style+script, mostOfFirstVisit)
	}
	if page > mostOfLaterPage {
		t.Errorf("a later page is %d bytes, want %d or fewer", page, mostOfLaterPage)
	}
	if script > mostOfScript {
		t.Errorf("the script is %d bytes, want %d or fewer", script, mostOfScript)
	}
}

func zipped(t *testing.T, page []byte) int {
	t.Helper()
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(page); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Len()
}

func served(t *testing.T, name string) int {
	t.Helper()
	file, ok := static.Lookup(static.Href(name), "br")
	if !ok {
		t.Fatalf("%s is not built", name)
	}
	return len(file.Body)
}
