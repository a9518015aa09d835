package web

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzReadCopy: no file makes the reader panic or run away, and what it returns is plain text by question.
func FuzzReadCopy(f *testing.F) {
	const head = `<html data-copy="care-and-support-form-1">`
	for _, seed := range []string{
		"", "<html>", head, head + `<span data-question="for" data-value="self"></span>`, head + `<p data-value=x data-question=a.b>`,
		head + `<script><p data-question=for data-value=self></script>`, head + `<p data-question="for" data-value="&#x202e;self&#0;">`,
		head + strings.Repeat("<div>", 300), head + "<!-- " + head + " --><![CDATA[<p data-question=for data-value=self>]]>", head + "<p data-question=for data-value='a\r\nb'",
		"\xff\xfe<\x00h\x00t\x00m\x00l\x00", head + `<textarea><p data-question=for data-value=self></textarea><plaintext><p data-question=a data-value=b>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		kept, ok := readCopy(file)
		if !ok {
			return
		}
		if !strings.Contains(strings.ToLower(string(file)), attrCopy) {
			t.Error("a file that is not marked was taken for a copy")
		}
		n := 0
		for id, values := range kept {
			if id == "" || len(values) == 0 {
				t.Errorf("an answer without a question or without a value: %q", id)
			}
			for _, v := range values {
				if n++; !utf8.ValidString(v) || v != tidy(v) || v == "" {
					t.Errorf("a value was not tidied: %q", v)
				}
			}
		}
		if n == 0 || n > maxKept {
			t.Errorf("%d values", n)
		}
	})
}
