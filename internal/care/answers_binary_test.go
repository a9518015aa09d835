package care

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

func sampleAnswers() Answers {
	var a Answers
	a.Set("nutrition.limbs", "assistance", "danger")
	a.Set("nutrition.words", "ünïcode, \x00 and \"quotes\"\n")
	a.Set("empty", "")
	a.SetTyped("about.born", "31-31-31")
	a.Visit("daily/nutrition")
	a.Visit("")
	return a
}

func TestAnswersBinary(t *testing.T) {
	for name, want := range map[string]Answers{"none": {}, "some": sampleAnswers()} {
		b, err := want.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		got := Answers{given: map[string][]string{"left": {"over"}}}
		if err := got.UnmarshalBinary(b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(got, want) {
			g, _ := json.Marshal(got)
			w, _ := json.Marshal(want)
			t.Fatalf("%s: got %s, want %s", name, g, w)
		}
		for n := range b { // cut short anywhere, or with more behind it
			if got.UnmarshalBinary(b[:n]) == nil {
				t.Fatalf("%s: %d of %d bytes were taken for the whole", name, n, len(b))
			}
		}
		if got.UnmarshalBinary(append(bytes.Clone(b), 0)) == nil {
			t.Fatalf("%s: a byte too many was taken", name)
		}
		b[0]++
		if got.UnmarshalBinary(b) == nil {
			t.Fatalf("%s: another format was taken", name)
		}
	}
}

// A field of Answers that AppendBinary does not know would be lost at the first save.
func TestAnswersBinaryKnowsEveryField(t *testing.T) {
	if n := reflect.TypeFor[Answers]().NumField(); n != 3 {
		t.Fatalf("Answers has %d fields, AppendBinary writes given, typed and visited: teach it (as format 2) and this test", n)
	}
}

func FuzzAnswersBinary(f *testing.F) {
	b, err := sampleAnswers().MarshalBinary()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte{answersFormat, 0, 0, 0})
	f.Add([]byte{answersFormat, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		var a, again Answers
		if a.UnmarshalBinary(b) != nil {
			return
		}
		out, err := a.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := again.UnmarshalBinary(out); err != nil || !reflect.DeepEqual(a, again) {
			t.Fatalf("%v after a second time through", err)
		}
	})
}
