package care

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

// TestAnswersNeverPrint: answers reach no log and no error message, however somebody prints them or what they are in.
func TestAnswersNeverPrint(t *testing.T) {
	const planted = "Quillwort"
	var a Answers
	a.Set("matters", planted)
	a.SetTyped("born", planted)
	var out bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{}))
	for _, v := range []any{a, &a, struct{ A Answers }{a}, []Answers{a}, map[string]Answers{"x": a}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&out, verb, v)
		}
	}
	log.Info("line", "answers", a)
	if strings.Contains(out.String(), planted) || strings.Contains(out.String(), fmt.Sprintf("%x", planted)) {
		t.Errorf("answers were printed: %s", out.String())
	}
}
