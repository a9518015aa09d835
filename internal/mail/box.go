package mail

import (
	"context"
	"slices"
	"sync"
	"time"

	"threshold/internal/care"
)

// boxSize is how many messages of a council a Box keeps.
const boxSize = 50

// A Box is where messages go in a demonstration: nothing leaves the machine, and a page can show what would have been
// sent. It keeps the newest of each council in memory only. The zero value is ready; it may be used by many at once.
type Box struct {
	mu    sync.Mutex
	shown map[string][]Shown
}

// A Shown is a message in a Box.
type Shown struct {
	ID   string
	At   time.Time // when it was queued
	Mail care.Mail
	Text string // the plain part, as it would be sent
}

// Send keeps the message. It never fails.
func (b *Box) Send(_ context.Context, out care.Outgoing) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shown == nil {
		b.shown = map[string][]Shown{}
	}
	kept := append(b.shown[out.Council], Shown{ID: out.ID, At: out.QueuedAt, Mail: out.Mail, Text: Text(out.Mail)})
	b.shown[out.Council] = kept[max(0, len(kept)-boxSize):]
	return nil
}

// Of returns the messages of a council, newest first.
func (b *Box) Of(council string) []Shown {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := slices.Clone(b.shown[council])
	slices.Reverse(out)
	return out
}
