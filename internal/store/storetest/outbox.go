package storetest

import (
	"sync"
	"testing"
	"time"

	"threshold/internal/care"
)

func (f *fixture) mail() *care.Mail {
	return &care.Mail{
		Kind: "saved_link", To: f.id("to") + "@example.com", Subject: "Your form is saved", Lines: []string{"Hello,", "it is saved: ünïcode."},
		Link: "https://example.com/back", LinkText: "Carry on", From: "Council of " + north, ReplyTo: "help@example.com", Lang: "en",
	}
}

// queueMail has a council's event tell of something by a message.
func (f *fixture) queueMail(t *testing.T, council string) *care.Mail {
	t.Helper()
	ev := f.event(council, "told", council)
	ev.Mail = f.mail()
	must(t, f.AddCode(t.Context(), council, f.code(f.newDraft(t, council).ID, care.CodeReturn), ev))
	return ev.Mail
}

// nothingDue checks that the outbox hands nothing out.
func (f *fixture) nothingDue(t *testing.T) {
	t.Helper()
	out, ok, err := f.NextMail(t.Context())
	must(t, err)
	if ok {
		t.Fatalf("message %s was handed out", out.ID)
	}
}

func (f *fixture) nextMail(t *testing.T) care.Outgoing {
	t.Helper()
	out, ok, err := f.NextMail(t.Context())
	must(t, err)
	if !ok {
		t.Fatal("nothing was handed out")
	}
	return out
}

func testMail(t *testing.T, f *fixture) {
	ctx := t.Context()
	f.nothingDue(t)

	// A change that is refused, and one whose later event fails, tell nobody.
	a := f.newDraft(t, north)
	bad := f.event(north, "told", a.ID)
	bad.Mail = f.mail()
	refused(t, f.useCode(ctx, north, "missing", care.CodeUse{At: noon}, bad), care.ErrNotFound)
	foreign := f.event(south, "foreign", a.ID)
	if f.SaveAssessment(ctx, a, bad, foreign) == nil {
		t.Fatal("an event of another council was taken")
	}
	f.nothingDue(t)

	want := f.queueMail(t, south)
	evs, err := f.Events(ctx, south, south)
	must(t, err)
	if last := evs[len(evs)-1]; last.Verb != "told" || last.Mail != nil {
		t.Fatalf("the event came back as %+v", last)
	}
	got := f.nextMail(t)
	same(t, got.Mail, *want)
	if got.Council != south || got.Tries != 0 || got.ID == "" || got.Receipt == "" || !got.QueuedAt.Equal(noon) {
		t.Fatalf("handed out as %+v", got)
	}
	f.nothingDue(t) // it is hidden while somebody tries
	must(t, f.MailSent(ctx, got.Receipt))
	must(t, f.MailSent(ctx, got.Receipt)) // sent is sent
	f.nothingDue(t)
	refused(t, f.MailFailed(ctx, got.Receipt, "busy", 0, false), care.ErrNotFound)
	dead, err := f.DeadMail(ctx, "", 10)
	must(t, err)
	same(t, dead, []care.DeadMail(nil))
}

func testDeadMail(t *testing.T, f *fixture) {
	ctx := t.Context()
	want := f.queueMail(t, north)
	first := f.nextMail(t)
	must(t, f.MailFailed(ctx, first.Receipt, "busy", time.Hour, false))
	f.nothingDue(t)                                                    // for an hour
	must(t, f.MailFailed(ctx, first.Receipt, "unreachable", 0, false)) // or at once
	again := f.nextMail(t)
	same(t, again.Mail, *want)
	if again.ID != first.ID || again.Tries != 1 {
		t.Fatalf("message %s after %d tries, want %s after 1", again.ID, again.Tries, first.ID)
	}
	ev := f.event(north, "mail.retried", north)
	refused(t, f.RetryMail(ctx, north, again.ID, ev), care.ErrNotFound) // it is not dead yet
	refused(t, f.DropMail(ctx, north, again.ID, ev), care.ErrNotFound)
	must(t, f.MailFailed(ctx, again.Receipt, "refused", time.Hour, true))
	refused(t, f.MailFailed(ctx, again.Receipt, "refused", 0, true), care.ErrNotFound)
	f.nothingDue(t)

	// Another council's, given up later.
	f.queueMail(t, south)
	other := f.nextMail(t)
	must(t, f.MailFailed(ctx, other.Receipt, "tls", 0, true))
	list := func(council string, limit int) (ids []string) {
		t.Helper()
		dead, err := f.DeadMail(ctx, council, limit)
		must(t, err)
		for _, d := range dead {
			ids = append(ids, d.ID)
			if d.LastTryAt.IsZero() || !d.QueuedAt.Equal(noon) || d.Kind != "saved_link" {
				t.Fatalf("%+v", d)
			}
			d.LastTryAt, d.QueuedAt = time.Time{}, time.Time{}
			same(t, d, map[string]care.DeadMail{
				again.ID: {ID: again.ID, Council: north, Kind: "saved_link", Tries: 2, LastError: "refused"},
				other.ID: {ID: other.ID, Council: south, Kind: "saved_link", Tries: 1, LastError: "tls"},
			}[d.ID])
		}
		return ids
	}
	same(t, list("", 10), []string{other.ID, again.ID})
	same(t, list("", 1), []string{other.ID})
	same(t, list(north, 10), []string{again.ID})
	same(t, list("nowhere", 10), []string(nil))

	// One council's dead are not another's, and a failed event keeps all as it was.
	foreign := f.event(south, "mail.retried", south)
	refused(t, f.RetryMail(ctx, south, again.ID, foreign), care.ErrNotFound)
	refused(t, f.DropMail(ctx, south, again.ID, foreign), care.ErrNotFound)
	if f.RetryMail(ctx, north, again.ID, foreign) == nil || f.DropMail(ctx, north, again.ID, foreign) == nil {
		t.Fatal("an event of another council was taken")
	}
	f.nothingDue(t)
	same(t, list(north, 10), []string{again.ID})

	must(t, f.RetryMail(ctx, north, again.ID, ev))
	refused(t, f.RetryMail(ctx, north, again.ID, ev), care.ErrNotFound)
	same(t, list(north, 10), []string(nil))
	once := f.nextMail(t)
	same(t, once.Mail, *want)
	if once.ID != first.ID || once.Tries != 0 || once.Council != north {
		t.Fatalf("after the dead letter: %+v", once)
	}
	must(t, f.MailFailed(ctx, once.Receipt, "refused", 0, true))
	must(t, f.DropMail(ctx, north, once.ID, ev))
	refused(t, f.DropMail(ctx, north, once.ID, ev), care.ErrNotFound)
	refused(t, f.RetryMail(ctx, north, once.ID, ev), care.ErrNotFound)
	same(t, list("", 10), []string{other.ID})
	f.nothingDue(t)
}

func testMailRace(t *testing.T, f *fixture) {
	const n = 40
	for range n {
		f.queueMail(t, north)
	}
	var mu sync.Mutex
	seen := map[string]int{}
	for _, err := range race(racers, func(int) error {
		for {
			out, ok, err := f.NextMail(t.Context())
			if err != nil || !ok {
				return err
			}
			mu.Lock()
			seen[out.Mail.To]++
			mu.Unlock()
			if err := f.MailSent(t.Context(), out.Receipt); err != nil {
				return err
			}
		}
	}) {
		must(t, err)
	}
	for to, times := range seen {
		if times != 1 {
			t.Errorf("%s got it %d times", to, times)
		}
	}
	if len(seen) != n {
		t.Errorf("%d of %d messages were sent", len(seen), n)
	}
	f.nothingDue(t)
}
