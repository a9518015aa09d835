package casework

import (
	"sync"
	"time"

	"threshold/internal/care"
)

// undos keeps the last thing that each practitioner can undo. It is in memory alone: it is good for some minutes, and when the
// service starts again there is nothing to undo. One for each person bounds it.
type undos struct {
	mu sync.Mutex
	of map[string]undoing // by practitioner
}

// undoing is what puts cases back to where they were.
type undoing struct {
	council string
	moves   []care.Move
	until   time.Time
}

func (u *undos) keep(who string, what undoing) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.of == nil {
		u.of = map[string]undoing{}
	}
	u.of[who] = what
}

func (u *undos) get(who string) (undoing, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	what, ok := u.of[who]
	return what, ok
}

func (u *undos) drop(who string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.of, who)
}
