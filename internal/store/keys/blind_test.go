package keys

import (
	"bytes"
	"testing"
)

func TestBlind(t *testing.T) {
	ring := Generate()
	council := func(r Ring, slug string) *Council {
		t.Helper()
		c, err := r.Council(slug, r.NewCouncil(slug))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	wrapped := ring.NewCouncil("northby")
	a, err := ring.Council("northby", wrapped)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ring.Council("northby", wrapped)
	if err != nil {
		t.Fatal(err)
	}
	one := a.Blind("name", "kim", "example")
	if len(one) != BlindSize || !bytes.Equal(one, again.Blind("name", "kim", "example")) {
		t.Error("the same parts give another value after the key was opened again")
	}
	for name, other := range map[string][]byte{
		"another kind":     a.Blind("born", "kim", "example"),
		"another split":    a.Blind("name", "kimexample"),
		"another order":    a.Blind("name", "example", "kim"),
		"another council":  council(ring, "southby").Blind("name", "kim", "example"),
		"another key":      council(Generate(), "northby").Blind("name", "kim", "example"),
		"kind and a part":  a.Blind("namekim", "example"),
		"a part left over": a.Blind("name", "kim", "example", ""),
	} {
		if bytes.Equal(one, other) {
			t.Errorf("%s gives the same value", name)
		}
	}
}
