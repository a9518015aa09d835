package web_test

import (
	"math/rand/v2"
	"net/http"
	"testing"
)

// TestRandomWalks: thirty people who answer as they please all come to a confirmation, whatever they say. Nothing on
// the way is a gate.
func TestRandomWalks(t *testing.T) {
	s := newSite(t, false)
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		b := s.browser().get("/ashdale").get("/ashdale/for")
		// Self, or "not sure", which goes on as self; the other ways in have their own page for now.
		b.submit(map[string][]string{"for": {[]string{"self", "not_sure"}[r.IntN(2)]}})
		screens := 2
		for !b.confirmed() {
			if screens++; screens > 60 {
				t.Fatalf("walk %d: no end in sight at %s", seed, b.path)
			}
			forms := b.forms()
			if len(forms) == 0 {
				t.Fatalf("walk %d: dead end at %s (%d)", seed, b.path, b.status)
			}
			before := b.path
			b.post(forms[0].action, plausible(r, forms[0], false))
			for try := 0; b.status == http.StatusUnprocessableEntity; try++ {
				if try == 20 {
					t.Fatalf("walk %d: %s refuses everything:\n%s", seed, before, b.body)
				}
				forms = b.forms()
				b.post(forms[0].action, plausible(r, forms[0], true))
			}
			if b.status != http.StatusOK {
				t.Fatalf("walk %d: %s answered %d", seed, b.path, b.status)
			}
		}
		if _, err := s.service.Store.Assessment(t.Context(), "ashdale", ""); err == nil {
			t.Fatal("an assessment without an id was found")
		}
		t.Logf("walk %d: %s after %d screens", seed, b.reference(), screens)
	}
}
