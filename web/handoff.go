package web

import (
	"maps"
	"sync"
	"time"

	"threshold/internal/casework"
)

// handOffLife is how long a secret waits for the page that shows it.
const handOffLife = 2 * time.Minute

// A handOff is a secret on its way from the POST that made it to the page that shows it once.
type handOff struct {
	Reference string // of the form it opens, as it is stored
	Code      casework.Secret
	Left      []string            // ids of the questions whose answers were left out of what was brought
	Link      *casework.SetupLink // a colleague's
	Until     time.Time           // how long the code works; zero: as long as the form is kept
	at        time.Time
}

// handOffs hold secrets in memory, by session and purpose: a code is in no address, cookie or log, and on no disk but as
// a hash. A reload of the page that showed it finds nothing.
type handOffs struct {
	mu      sync.Mutex
	waiting map[string]handOff
}

func handOffKey(session, purpose string) string { return session + "\x00" + purpose }

// put keeps a secret for the session (the hash of its id) until take, at most for handOffLife.
func (h *handOffs) put(session, purpose string, o handOff, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	maps.DeleteFunc(h.waiting, func(_ string, w handOff) bool { return now.Sub(w.at) > handOffLife })
	if h.waiting == nil {
		h.waiting = map[string]handOff{}
	}
	o.at = now
	h.waiting[handOffKey(session, purpose)] = o
}

// take gives the secret out, once.
func (h *handOffs) take(session, purpose string, now time.Time) (handOff, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	o, ok := h.waiting[handOffKey(session, purpose)]
	delete(h.waiting, handOffKey(session, purpose))
	return o, ok && now.Sub(o.at) <= handOffLife
}
