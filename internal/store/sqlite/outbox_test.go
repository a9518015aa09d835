package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// queued stores a draft whose event has a message.
func queued(t *testing.T, s *Store, id string) {
	t.Helper()
	must(t, s.CreateAssessment(t.Context(), draft(id), care.Event{At: noon, Subject: id, Mail: &care.Mail{Kind: "saved_link", To: id + "@example.com"}}))
}

func nextMail(t *testing.T, s *Store) (care.Outgoing, bool) {
	t.Helper()
	m, ok, err := s.NextMail(t.Context())
	must(t, err)
	return m, ok
}

// alter changes the database behind the store's back, and only as many rows as said.
func alter(t *testing.T, s *Store, rows int64, query string, args ...any) {
	t.Helper()
	must(t, s.write(t.Context(), func(t *tx) error {
		n, err := t.exec(query, args...)
		if err == nil && n != rows {
			err = fmt.Errorf("%d rows changed, want %d", n, rows)
		}
		return err
	}))
}

// TestTakenMailComesBack has whoever took a message vanish: after its time it is handed out again, in another run of
// the program too.
func TestTakenMailComesBack(t *testing.T) {
	var o Options
	s := newStore(t, func(n *Options) { o = *n })
	queued(t, s, "one")
	before := time.Now()
	first, ok := nextMail(t, s)
	if !ok {
		t.Fatal("nothing was handed out")
	}
	var hidden string
	must(t, s.readRow(t.Context(), "SELECT timeout FROM goqite", nil, &hidden))
	until, err := time.Parse(time.RFC3339Nano, hidden)
	must(t, err)
	if left := until.Sub(before); left < 2*time.Minute {
		t.Errorf("hidden for %v: a slow server may take as long, and the person would get it twice", left)
	}
	must(t, s.Close())
	s = openStore(t, o)
	if _, ok := nextMail(t, s); ok {
		t.Fatal("handed out while somebody may be sending it")
	}
	alter(t, s, 1, "UPDATE goqite SET timeout = ?", before.UTC().Format("2006-01-02T15:04:05.000Z07:00")) // the time has come
	again, ok := nextMail(t, s)
	if !ok || again.ID != first.ID || again.Tries != 1 || again.Mail.To != "one@example.com" {
		t.Fatalf("handed out %v, %+v", ok, again)
	}
	must(t, s.MailSent(t.Context(), first.Receipt)) // by the one that was thought lost: it went out
	var left int
	must(t, s.readRow(t.Context(), "SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM goqite)", nil, &left))
	if left != 0 {
		t.Errorf("%d rows are left of a message that was sent", left)
	}
}

// TestUnreadableMailIsGivenUp damages messages in every way that makes them not open: each is given up and none stands
// in the way of the next.
func TestUnreadableMailIsGivenUp(t *testing.T) {
	ctx := t.Context()
	for name, damage := range map[string]string{
		"a bit turned":       "UPDATE outbox SET body = CAST(substr(body, 1, 20) || x'00' || substr(body, 22) AS BLOB) WHERE id = ?",
		"another's body":     "UPDATE outbox SET (data_key, body) = (SELECT data_key, body FROM outbox AS o WHERE o.id <> outbox.id) WHERE id = ?",
		"another council":    "UPDATE outbox SET council = 'southby' WHERE id = ?",
		"body for the key":   "UPDATE outbox SET data_key = body WHERE id = ?",
		"clear text instead": "UPDATE outbox SET body = CAST('{}' AS BLOB) WHERE id = ?",
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore(t)
			must(t, s.PutCouncil(ctx, care.Council{Slug: "southby"}, care.Event{At: noon}))
			queued(t, s, "one")
			queued(t, s, "two")
			var bad string
			must(t, s.readRow(ctx, "SELECT id FROM outbox ORDER BY id", nil, &bad))
			alter(t, s, 1, damage, bad)
			m, ok := nextMail(t, s)
			if !ok || m.Mail.To != "two@example.com" {
				t.Fatalf("handed out %v, %+v", ok, m)
			}
			if _, ok := nextMail(t, s); ok {
				t.Fatal("something else was handed out")
			}
			dead, err := s.DeadMail(ctx, "", 10)
			must(t, err)
			if len(dead) != 1 || dead[0].ID != bad || dead[0].LastError != "unreadable" {
				t.Errorf("dead: %+v", dead)
			}
		})
	}
}

func TestStrayMessageIsNoObstacle(t *testing.T) {
	s := newStore(t)
	queued(t, s, "one")
	alter(t, s, 1, "INSERT INTO goqite (queue, body, priority) VALUES ('mail', CAST('of nothing' AS BLOB), 9)")
	if m, ok := nextMail(t, s); !ok || m.Mail.To != "one@example.com" {
		t.Fatalf("handed out %v, %+v", ok, m)
	}
	var left int
	must(t, s.readRow(t.Context(), "SELECT count(*) FROM goqite", nil, &left))
	if left != 1 {
		t.Errorf("%d rows in the queue, want the one that was handed out", left)
	}
}

// TestQueueKnowsNothing: the queue's table has an id and nothing else of a message.
func TestQueueKnowsNothing(t *testing.T) {
	s := newStore(t)
	queued(t, s, "one")
	var id, body string
	must(t, s.readRow(t.Context(), "SELECT outbox.id, CAST(goqite.body AS TEXT) FROM outbox, goqite", nil, &id, &body))
	if body != id {
		t.Errorf("the queue holds %q", body)
	}
}

// TestSentMailIsGone looks for the sealed bytes and the wrapped key of a message that was sent, and of one that was
// dropped, in every file of the database.
func TestSentMailIsGone(t *testing.T) {
	ctx := t.Context()
	for name, end := range map[string]func(s *Store, m care.Outgoing) error{
		"sent": func(s *Store, m care.Outgoing) error { return s.MailSent(ctx, m.Receipt) },
		"dropped": func(s *Store, m care.Outgoing) error {
			return errors.Join(s.MailFailed(ctx, m.Receipt, "refused", 0, true), s.DropMail(ctx, north, m.ID, care.Event{At: noon}))
		},
	} {
		s := newStore(t)
		queued(t, s, "one")
		var key, body []byte
		must(t, s.readRow(ctx, "SELECT data_key, body FROM outbox", nil, &key, &body))
		m, ok := nextMail(t, s)
		if !ok {
			t.Fatal("nothing was handed out")
		}
		must(t, end(s, m))
		must(t, s.Ready(ctx)) // the log is emptied by the writer after it has answered
		for file, b := range onDisk(t, s) {
			if bytes.Contains(b, key) || bytes.Contains(b, body) {
				t.Errorf("%s, and still in %s", name, file)
			}
		}
	}
}

// TestMailOfAMissingCouncilUndoesTheChange: a message that cannot be sealed is not left out in silence.
func TestMailOfAMissingCouncilUndoesTheChange(t *testing.T) {
	s := newStore(t)
	err := s.PutCouncil(t.Context(), care.Council{Slug: "new"}, care.Event{At: noon, Mail: &care.Mail{Kind: "saved_link"}}) // its key is not stored yet
	if !errors.Is(err, care.ErrNotFound) {
		t.Errorf("%v, want care.ErrNotFound", err)
	}
	all, err := s.Councils(t.Context())
	must(t, err)
	if len(all) != 1 {
		t.Errorf("%d councils", len(all))
	}
}

// TestEntriesDoNotMove moves sealed entries from case to case, as somebody with the file but not the keys could.
func TestEntriesDoNotMove(t *testing.T) {
	ctx := t.Context()
	for name, move := range map[string]string{
		"to another case":  "UPDATE entries SET case_id = 'two' WHERE id = 'e1'",
		"under another id": "UPDATE entries SET id = 'e9' WHERE id = 'e1'",
		"another's body":   "UPDATE entries SET (data_key, body) = (SELECT data_key, body FROM entries WHERE id = 'e2') WHERE id = 'e1'",
	} {
		s := newStore(t)
		for _, id := range []string{"one", "two"} {
			must(t, s.CreateAssessment(ctx, draft(id)))
		}
		must(t, s.AddEntry(ctx, north, care.Entry{ID: "e1", Case: "one", Body: []byte("{}")}))
		must(t, s.AddEntry(ctx, north, care.Entry{ID: "e2", Case: "one", Body: []byte("[]")}))
		must(t, s.write(ctx, func(t *tx) error { _, err := t.exec("DROP TRIGGER entries_never_change"); return err }))
		alter(t, s, 1, move)
		_, one := s.Entries(ctx, north, "one")
		_, two := s.Entries(ctx, north, "two")
		if err := errors.Join(one, two); !errors.Is(err, keys.ErrSealed) {
			t.Errorf("%s: %v, want keys.ErrSealed", name, err)
		}
	}
}
