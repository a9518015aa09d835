package web_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// upload posts a form with a file, as a browser does, and follows redirects within the site. A nil file is a form whose
// file was not chosen.
func (b *browser) upload(path, name string, file []byte, fields url.Values) *browser {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for field, values := range fields {
		for _, v := range values {
			if err := w.WriteField(field, v); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(file)
	}
	if err != nil || w.Close() != nil {
		b.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.site.server.URL+path, &body)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", w.FormDataContentType())
	r.Header.Set("Origin", b.site.server.URL)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		b.t.Fatal(err)
	}
	var text bytes.Buffer
	_, err = text.ReadFrom(response.Body)
	_ = response.Body.Close()
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range response.Cookies() {
		b.cookies[c.Name] = c.Value
	}
	b.path, b.status, b.header, b.body = path, response.StatusCode, response.Header, text.String()
	if to := response.Header.Get("Location"); response.StatusCode == http.StatusSeeOther {
		return b.get(to)
	}
	if b.doc, err = html.Parse(strings.NewReader(b.body)); err != nil {
		b.t.Fatal(err)
	}
	return b
}

// countDrafts counts the drafts that are made from now on.
func (s *site) countDrafts() *recorder {
	s.t.Helper()
	r := &recorder{Store: s.service.Store}
	s.service.Store = r
	return r
}

// copied are the answers in the file of the form that a browser has open, by question id.
func (b *browser) copied() map[string][]string {
	b.t.Helper()
	b.get("/ashdale/copy/file")
	if b.status != http.StatusOK {
		b.t.Fatalf("the file answered %d", b.status)
	}
	out := map[string][]string{}
	each(b.doc, func(n *htmlNode) {
		if q := attr(n, "data-question"); q != "" {
			out[q] = append(out[q], attr(n, "data-value"))
		}
	})
	return out
}

// told are the answers in words on the page of the copy, by heading and question; nothing of what was left out.
func (b *browser) told() map[string]string {
	b.t.Helper()
	b.get("/ashdale/copy").answers(http.StatusOK)
	out, heading := map[string]string{}, ""
	each(b.doc, func(n *htmlNode) {
		switch {
		case n.Data == "h2":
			heading = text(n)
		case class(n, "govuk-summary-list__row"):
			answer := find(n, func(e *htmlNode) bool { return e.Data == "dd" })
			if find(answer, func(e *htmlNode) bool { return class(e, "govuk-hint") }) == nil {
				out[heading+": "+text(find(n, func(e *htmlNode) bool { return e.Data == "dt" }))] = text(answer)
			}
		}
	})
	return out
}

// wander answers at random until there are steps pages behind, or the form is sent.
func (b *browser) wander(r *rand.Rand, first string, steps int) {
	b.t.Helper()
	b.get("/ashdale/for").submit(url.Values{"for": {first}})
	for range steps {
		forms := b.forms()
		if len(forms) == 0 || b.confirmed() || b.page() == "check" {
			return
		}
		b.post(forms[0].action, plausible(r, forms[0], false))
		for try := 0; b.status == http.StatusUnprocessableEntity; try++ {
			if try == 30 {
				b.t.Fatalf("%s refuses everything:\n%s", b.path, text(b.doc))
			}
			forms = b.forms()
			b.post(forms[0].action, plausible(r, forms[0], true))
		}
		if b.status != http.StatusOK {
			b.t.Fatalf("%s answered %d", b.path, b.status)
		}
	}
}

// TestACopyComesBack: whatever was answered, in whatever journey and however far, the file of the copy brings the same
// answers back, on another device, but for those to private questions.
func TestACopyComesBack(t *testing.T) {
	s := newSite(t, false)
	most := 0
	for seed := range uint64(24) {
		r := rand.New(rand.NewPCG(seed, 11))
		b := s.browser()
		first := []string{"self", "someone", "carer", "under_18", "not_sure"}[seed%5]
		b.wander(r, first, 3+r.IntN(45))
		told, kept := b.told(), b.copied()
		if len(kept) == 0 {
			t.Fatalf("walk %d: nothing was kept", seed)
		}
		most = max(most, len(kept))
		file := []byte(b.body)
		other := s.browser().upload("/ashdale/bring", "my-form.html", file, nil)
		if other.page() != "bring/taken" || other.status != http.StatusOK {
			t.Fatalf("walk %d (%s): bringing the copy back came to %s (%d): %s", seed, first, other.path, other.status, text(other.doc))
		}
		if strings.Contains(other.body, "What we left out") {
			t.Errorf("walk %d (%s): something of a fresh copy was left out: %s", seed, first, text(other.doc))
		}
		toldBack, back := other.told(), other.copied()
		for question, answer := range told {
			if toldBack[question] != answer {
				t.Errorf("walk %d (%s): %q was told as %q and came back as %q", seed, first, question, answer, toldBack[question])
			}
		}
		for id, values := range kept {
			if !slices.Equal(sorted(back[id]), sorted(values)) {
				t.Errorf("walk %d (%s): %s was %q and came back as %q", seed, first, id, values, back[id])
			}
		}
		for id := range back {
			if kept[id] == nil {
				t.Errorf("walk %d (%s): %s came back and was not in the copy", seed, first, id)
			}
		}
	}
	if most < 30 {
		t.Errorf("the longest copy had %d answers: the walks are too short to show anything", most)
	}
}

func sorted(in []string) []string { out := slices.Clone(in); slices.Sort(out); return out }

// TestACopyHasNothingPrivate: neither the page nor the file holds an answer to a private question, or tells that there
// is one.
func TestACopyHasNothingPrivate(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	const plant = "Quillwort"
	answerEverything(t, b, plant)
	private := writeOnly(s, care.KindAdultNeeds)
	for _, path := range []string{"/ashdale/copy", "/ashdale/copy/file", "/ashdale/about-me"} {
		b.get(path)
		if b.status != http.StatusOK {
			t.Fatalf("%s answered %d after sending", path, b.status)
		}
		if !strings.Contains(b.body, plant) {
			t.Errorf("%s does not hold what was written", path)
		}
		for _, q := range private {
			for _, sign := range append([]string{`"` + q.ID + `"`, plant + " in " + q.ID, q.Text}, labels(q)...) {
				if strings.Contains(html.UnescapeString(b.body), sign) {
					t.Errorf("%s tells of the private question %s: %q", path, q.ID, sign)
				}
			}
		}
	}
	b.get("/ashdale/copy/file")
	if got := b.header.Get("Content-Disposition"); got != `attachment; filename="my-form.html"` {
		t.Errorf("the file is served as %q", got)
	}
	if strings.Contains(b.body, "<script") || strings.Contains(b.body, "http://") || strings.Contains(b.body, "https://") {
		t.Error("the file runs or fetches something")
	}
}

// writeOnly are the private questions of a kind, in the words people read.
func writeOnly(s *site, kind care.CaseKind) []care.Question {
	rs, err := s.library.ToStart(string(kind), s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	var out []care.Question
	for _, p := range rs.AllPages(eligibility.Words{"council": "Ashdale Council", "name": "Sam"}) {
		for _, q := range p.Questions {
			if q.WriteOnly {
				out = append(out, q)
			}
		}
	}
	if len(out) == 0 {
		s.t.Fatal("the journey has no private question")
	}
	return out
}

// labels of options that no other question uses.
func labels(q care.Question) []string {
	var out []string
	for _, o := range q.Options {
		if len(o.Label) > 25 {
			out = append(out, o.Label)
		}
	}
	return out
}

const copyHead = `<!DOCTYPE html><html lang="en-GB" data-copy="care-and-support-form-1"><body>`

func keptSpan(question, value string) string {
	return fmt.Sprintf(`<span data-question="%s" data-value="%s"></span>`, html.EscapeString(question), html.EscapeString(value))
}

// TestHostileCopies: whatever file is chosen, the page says what is wrong and nothing is stored by halves.
func TestHostileCopies(t *testing.T) {
	s := newSite(t, false)
	made := s.countDrafts()
	refused := map[string]struct {
		file   []byte
		status int
		says   string
	}{
		"nothing chosen":       {nil, 422, "Choose the file you saved"},
		"empty page":           {[]byte("<html></html>"), 422, "This file is something else"},
		"a picture":            {[]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe"), 422, "This file is something else"},
		"not marked":           {[]byte("<html>" + keptSpan("for", "self")), 422, "This file is something else"},
		"marked elsewhere":     {[]byte(`<html><p data-copy="care-and-support-form-1">` + keptSpan("for", "self")), 422, "This file is something else"},
		"another shape":        {[]byte(`<html data-copy="care-and-support-form-9">` + keptSpan("for", "self")), 422, "This file is something else"},
		"no answers":           {[]byte(copyHead), 422, "This file is something else"},
		"only unknown answers": {[]byte(copyHead + keptSpan("status", "signed") + keptSpan("priority", "2")), 422, "This file is something else"},
		"answers in a script":  {[]byte(copyHead + "<script>" + keptSpan("for", "self") + "</script>"), 422, "This file is something else"},
		"answers in a comment": {[]byte(copyHead + "<!--" + keptSpan("for", "self") + "-->"), 422, "This file is something else"},
		"private answers only": {[]byte(copyHead + keptSpan("private", "alone") + keptSpan("safety", "hurt")), 422, "This file is something else"},
		"too many answers":     {[]byte(copyHead + strings.Repeat(`<p data-question=for data-value=self>`, 3000)), 422, "This file is something else"},
		"a large file":         {bytes.Repeat([]byte("x"), 260<<10), 413, "smaller file"},
		"a huge file":          {bytes.Repeat([]byte("x"), 2<<20), 413, "smaller file"},
		"deep elements":        {[]byte("<html>" + strings.Repeat("<div><a><table>", 9000)), 422, "This file is something else"},
		"many attributes":      {[]byte("<html " + strings.Repeat(`data-copy="care-and-support-form-1" data-question=for data-value=self `, 2000)), 422, "This file is something else"},
	}
	for name, is := range refused {
		b := s.browser().upload("/ashdale/bring", "my-form.html", is.file, nil)
		if b.status != is.status || !strings.Contains(html.UnescapeString(b.body), is.says) {
			t.Errorf("%s: answered %d: %s", name, b.status, text(b.doc))
		}
		if len(b.cookies) > 0 {
			t.Errorf("%s: a session began", name)
		}
	}
	if made.id != "" {
		t.Errorf("a draft was stored of a refused file: %s", made.id)
	}

	// What is right is taken, what is not is left out and named in our words; nothing of the file's own is shown.
	file := copyHead + keptSpan("for", "self") + keptSpan("language", "Gujarati") + keptSpan("interpreter", "perhaps") +
		keptSpan("format", "large_print") + keptSpan("matters", strings.Repeat("long ", 400)) + keptSpan("private", "alone") + keptSpan("safety", "hurt") +
		keptSpan("<img src=x>", "<script>alert(1)</script>") + keptSpan("born.under_18", "no") +
		`<script src="https://elsewhere.example.com/x.js"></script>` + keptSpan("ways_to_talk", "none") + keptSpan("ways_to_talk", "bsl")
	b := s.browser().upload("/ashdale/bring", "my-form.html", []byte(file), nil)
	if b.page() != "bring/taken" {
		t.Fatalf("a file with some right answers came to %s (%d): %s", b.path, b.status, text(b.doc))
	}
	for _, want := range []string{"Do you want an interpreter?", "What helps you talk with us?", "What matters most to you in life?", "no answer to this form"} {
		if !strings.Contains(html.UnescapeString(b.body), want) {
			t.Errorf("the page does not name what was left out: %q", want)
		}
	}
	for _, not := range []string{"<img src=x>", "alert(1)", "elsewhere", "Is any of this true for you?"} {
		if strings.Contains(b.body, not) {
			t.Errorf("the page shows something of the file: %q", not)
		}
	}
	kept := b.copied()
	for id, want := range map[string]string{"for": "self", "language": "Gujarati", "format": "large_print", "interpreter": "", "matters": "", "private": "", "safety": "", "ways_to_talk": ""} {
		if got := strings.Join(kept[id], ","); got != want {
			t.Errorf("%s came back as %q, want %q", id, got, want)
		}
	}
	if b.get("/ashdale/bring/taken"); strings.Contains(b.body, "What we left out") {
		t.Error("what was left out is told twice")
	}
}

// TestBringBesideAnotherForm: a form that is open here is never lost without a word (see /back).
func TestBringBesideAnotherForm(t *testing.T) {
	s := newSite(t, false)
	file := []byte(copyHead + keptSpan("for", "self") + keptSpan("language", "Polish"))
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Gujarati"}})
	if b.get("/ashdale/bring"); !strings.Contains(b.body, `name="which"`) {
		t.Fatal("nobody asks which form to go on with")
	}
	if b.upload("/ashdale/bring", "my-form.html", file, nil); b.status != http.StatusUnprocessableEntity {
		t.Errorf("without a choice the answer is %d", b.status)
	}
	if got := b.copied()["language"]; !slices.Equal(got, []string{"Gujarati"}) {
		t.Errorf("the open form now says %q", got)
	}
	if b.upload("/ashdale/bring", "my-form.html", file, url.Values{"which": {"here"}}); strings.Join(b.copied()["language"], "") != "Gujarati" {
		t.Error("going on with the form that is open here brought another one")
	}
	if b.upload("/ashdale/bring", "my-form.html", file, url.Values{"which": {"other"}}); strings.Join(b.copied()["language"], "") != "Polish" {
		t.Errorf("the copy was not brought back: %s", text(b.doc))
	}
	b = s.browser()
	if b.upload("/ashdale/bring", "my-form.html", file, url.Values{"status": {"sent"}}); b.status != http.StatusBadRequest {
		t.Errorf("a field that is not the form's answered %d", b.status)
	}
	if b.post("/ashdale/bring", url.Values{"file": {"x"}}); b.status != http.StatusUnsupportedMediaType {
		t.Errorf("a form without a file answered %d", b.status)
	}
}
