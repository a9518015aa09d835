package mail

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"threshold/internal/care"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
)

// A hurried outbox is the real one, but that a message put off is due again at once: it writes down the wait asked for.
type hurried struct {
	*sqlite.Store
	mu    sync.Mutex
	waits []string
}

func (h *hurried) MailFailed(ctx context.Context, receipt, class string, after time.Duration, giveUp bool) error {
	h.mu.Lock()
	h.waits = append(h.waits, fmt.Sprint(class, " ", after, " ", giveUp))
	h.mu.Unlock()
	return h.Store.MailFailed(ctx, receipt, class, 0, giveUp)
}

func newOutbox(t *testing.T) *hurried {
	t.Helper()
	store, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "t.db"), Keys: keys.Generate()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &hurried{Store: store}
	h.queue(t, "example", nil)
	return h
}

// queue puts a message into the outbox as the service does: beside an event.
func (h *hurried) queue(t *testing.T, council string, m *care.Mail) {
	t.Helper()
	id := fmt.Sprintf("event-%s-%d", council, time.Now().UnixNano())
	ev := care.Event{ID: id, At: time.Now().UTC(), Council: council, Actor: care.ActorSystem, Verb: "council.changed", Mail: m}
	if err := h.PutCouncil(t.Context(), care.Council{Slug: council, Name: "Example Council", ReadDays: 5}, ev); err != nil {
		t.Fatal(err)
	}
}

func mailTo(to string) *care.Mail { m := letterTo(to).Mail; return &m }

// A running sender is stopped, and waited for, by stop.
func start(t *testing.T, o Outbox, s Sender) (wake chan<- time.Time, stop func(), log *bytes.Buffer) {
	t.Helper()
	log = new(bytes.Buffer)
	ctx, cancel := context.WithCancel(context.Background())
	ticks, done := make(chan time.Time), make(chan struct{})
	go func() {
		defer close(done)
		Run(ctx, o, s, slog.New(slog.NewJSONHandler(log, nil)), ticks)
	}()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	return ticks, stop, log
}

// TestRun: a message that is put off comes again until the server takes it, one that is refused becomes a dead letter
// at once and goes when somebody asks for it again; the log tells of none of them whom it was for.
func TestRun(t *testing.T) {
	box := newOutbox(t)
	busy := 3
	refuse := true
	s := newServer(t, startTLS, func(s *server) {
		s.user, s.password = "threshold", "correct horse"
		s.rcpt = func(to string) error {
			switch {
			case to == "eve@example.com" && refuse:
				return &smtp.SMTPError{Code: 550, Message: "nobody here is called " + to}
			case to == "ada@example.com" && busy > 0:
				busy--
				return &smtp.SMTPError{Code: 450, Message: "not now, " + to}
			}
			return nil
		}
	})
	box.queue(t, "example", mailTo("eve@example.com"))
	box.queue(t, "example", mailTo("ada@example.com"))
	wake, stop, log := start(t, box, s.sender(t, TLSStart))
	wake <- time.Time{} // taken only when the outbox was emptied once
	stop()
	if n := len(s.taken()); n != 1 || s.taken()[0].to != "ada@example.com" {
		t.Fatalf("%d messages were taken", n)
	}
	slices.Sort(box.waits)
	if want := []string{"busy 1m0s false", "busy 30m0s false", "busy 5m0s false", "refused 0s true"}; !slices.Equal(box.waits, want) {
		t.Errorf("put off %q, not %q", box.waits, want)
	}
	dead, err := box.DeadMail(t.Context(), "example", 10)
	if err != nil || len(dead) != 1 || dead[0].LastError != "refused" || dead[0].Tries != 1 || dead[0].Kind != "saved_link" {
		t.Fatalf("dead letters %+v, %v", dead, err)
	}
	if told := log.String(); strings.Contains(told, "@") || strings.Contains(told, "Köln") || strings.Contains(told, "/open/") {
		t.Errorf("the log tells too much: %s", told)
	} else if strings.Count(told, `"class":"busy"`) != 3 || strings.Count(told, `"msg":"mail sent"`) != 1 || !strings.Contains(told, `"class":"refused","tries":1,"given_up":true`) {
		t.Errorf("the log tells too little: %s", told)
	}

	refuse = false
	ev := care.Event{ID: "again", At: time.Now().UTC(), Council: "example", Actor: care.ActorSystem, Verb: "mail.retried"}
	if err := box.RetryMail(t.Context(), "example", dead[0].ID, ev); err != nil {
		t.Fatal(err)
	}
	wake, stop, _ = start(t, box, s.sender(t, TLSStart))
	wake <- time.Time{}
	stop()
	if n := len(s.taken()); n != 2 {
		t.Errorf("%d messages after the dead one was asked for again", n)
	}
}

// TestRunGivesUp: a message that fails every time is a dead letter after the last wait. A server that is not there is
// asked once each time the outbox is looked at, not once for every message.
func TestRunGivesUp(t *testing.T) {
	box := newOutbox(t)
	gone := &server{addr: "127.0.0.1:1"} // a privileged port where nobody listens
	box.queue(t, "example", mailTo("ada@example.com"))
	wake, stop, _ := start(t, box, gone.sender(t, TLSNone))
	for range 10 {
		wake <- time.Time{}
	}
	stop()
	want := []string{
		"unreachable 1m0s false", "unreachable 5m0s false", "unreachable 30m0s false", "unreachable 2h0m0s false",
		"unreachable 12h0m0s false", "unreachable 0s true",
	}
	if !slices.Equal(box.waits, want) {
		t.Errorf("waits %q", box.waits)
	}
	if dead, err := box.DeadMail(t.Context(), "", 10); err != nil || len(dead) != 1 || dead[0].Tries != 6 || dead[0].LastError != "unreachable" {
		t.Errorf("dead letters %+v, %v", dead, err)
	}

	box.waits = nil
	for range 5 {
		box.queue(t, "example", mailTo("ada@example.com"))
	}
	wake, stop, _ = start(t, box, gone.sender(t, TLSNone))
	wake <- time.Time{} // after the first look
	wake <- time.Time{} // after the second
	stop()
	if len(box.waits) < 2 || len(box.waits) > 3 {
		t.Errorf("%d tries in two or three looks", len(box.waits))
	}
}

// TestRunStops: a try that has begun when the service is told to stop ends as it would have, and is written down.
func TestRunStops(t *testing.T) {
	box := newOutbox(t)
	box.queue(t, "example", mailTo("ada@example.com"))
	arrived, leave := make(chan struct{}), make(chan struct{})
	s := newServer(t, inClear, func(s *server) {
		s.rcpt = func(string) error { close(arrived); <-leave; return nil }
	})
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	go func() { defer close(stopped); Run(ctx, box, s.sender(t, TLSNone), slog.New(slog.DiscardHandler), nil) }()
	<-arrived
	stop()
	close(leave)
	<-stopped
	if n := len(s.taken()); n != 1 {
		t.Errorf("%d messages", n)
	}
	if _, ok, err := box.NextMail(t.Context()); ok || err != nil || len(box.waits) != 0 {
		t.Errorf("it is not written down: %v, %v, %q", ok, err, box.waits)
	}
}

// TestBox: the demonstration's box keeps the newest of each council, and no council sees another's.
func TestBox(t *testing.T) {
	outbox, box := newOutbox(t), &Box{}
	outbox.queue(t, "other", nil)
	for i := range boxSize + 5 {
		m := mailTo("ada@example.com")
		m.Subject = fmt.Sprint("Message ", i)
		outbox.queue(t, "example", m)
	}
	outbox.queue(t, "other", mailTo("eve@example.com"))
	wake, stop, _ := start(t, outbox, box)
	wake <- time.Time{}
	stop()
	all := box.Of("example")
	if len(all) != boxSize || all[0].Mail.Subject != fmt.Sprint("Message ", boxSize+4) || all[boxSize-1].Mail.Subject != "Message 5" {
		t.Fatalf("%d messages, %q to %q", len(all), all[0].Mail.Subject, all[len(all)-1].Mail.Subject)
	}
	if !strings.Contains(all[0].Text, "Carry on with your form:\nhttps://care.example.com/koeln/open/abc") || all[0].ID == "" || all[0].At.IsZero() {
		t.Errorf("%+v", all[0])
	}
	if other := box.Of("other"); len(other) != 1 || other[0].Mail.To != "eve@example.com" {
		t.Errorf("the other council: %+v", other)
	}
	if none := box.Of("nobody"); len(none) != 0 {
		t.Errorf("nobody: %+v", none)
	}
}
