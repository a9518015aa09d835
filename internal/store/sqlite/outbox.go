package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"maragu.dev/goqite"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// The outbox. A message is queued in the transaction of the event that it tells of: there is never one without the
// other. A row of the table outbox holds it, sealed, with the council in clear beside it; goqite says which is due, in
// the batch's own transaction, and never sees more than the row's id. Its times are those of the machine's clock.

const (
	mailQueueName = "mail"
	// mailHidden is how long a message that was handed out stays hidden. After that it is taken to be lost with the
	// process that had it. It is well above what one try to send may take.
	mailHidden = 5 * time.Minute
	// mailUnreadable is the class of error of a message that does not open.
	mailUnreadable = "unreadable"
)

// newMailQueue: who sends says when a message is given up, so goqite's own limit is out of the way. Only the methods
// that take a transaction are called, and db is never used.
func newMailQueue(db *sql.DB) *goqite.Queue {
	return goqite.New(goqite.NewOpts{DB: db, Name: mailQueueName, MaxReceive: math.MaxInt32, Timeout: mailHidden})
}

func mailPlace(id string) keys.Place { return keys.Place{Table: "outbox", Record: id} }

// post seals an event's message and queues it. It runs in the writer, since the events come there; messages are few.
func (s *Store) post(t *tx, ev *care.Event) error {
	key, err := s.councilKey(context.Background(), ev.Council)
	if err != nil {
		return err
	}
	body, err := json.Marshal(ev.Mail)
	if err != nil {
		return err
	}
	id := newID()
	record, wrapped := key.NewRecord(mailPlace(id))
	message, err := s.enqueue(t, id)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO outbox (id, council, message, kind, queued_at, tries, last_try_at, last_error, about, data_key, body)
		VALUES (?, ?, ?, ?, ?, 0, 0, '', ?, ?, ?)`,
		id, ev.Council, message, ev.Mail.Kind, micros(ev.At), ev.Subject, wrapped, record.Seal("body", body))
	return told(err)
}

// enqueue makes a message due at once and returns its id in the queue.
func (s *Store) enqueue(t *tx, id string) (string, error) {
	message, err := s.mail.SendAndGetIDTx(context.Background(), t.w.open, goqite.Message{Body: []byte(id)})
	return string(message), err
}

// NextMail hands out one message that is due, and hides it for five minutes: whoever takes it tells how it went by
// [Store.MailSent] or [Store.MailFailed], or it comes out again. So a message may go out twice, but is never lost. ok is
// false when nothing is due. One that does not open is given up as "unreadable", and the next is handed out.
func (s *Store) NextMail(ctx context.Context) (out care.Outgoing, ok bool, err error) {
	for {
		m, ok, err := s.takeMail(ctx)
		if err != nil || !ok {
			if err != nil {
				err = fmt.Errorf("taking a message from the outbox: %w", err)
			}
			return care.Outgoing{}, false, err
		}
		out, err = s.openMail(ctx, m)
		switch {
		case err == nil:
			return out, true, nil
		case !errors.Is(err, errUnreadable):
			return care.Outgoing{}, false, fmt.Errorf("opening message %s: %w", m.out.ID, err)
		}
		if err := s.MailFailed(ctx, m.out.ID, mailUnreadable, 0, true); err != nil {
			return care.Outgoing{}, false, err
		}
	}
}

// mailRow is a message before it is opened.
type mailRow struct {
	out       care.Outgoing
	key, body []byte
}

func (s *Store) takeMail(ctx context.Context) (m mailRow, ok bool, err error) {
	var waiting bool // a look costs no turn of the writer
	err = s.readRow(ctx, "SELECT EXISTS (SELECT 1 FROM outbox WHERE message IS NOT NULL)", nil, &waiting)
	if err != nil || !waiting {
		return m, false, err
	}
	err = s.write(ctx, func(t *tx) error {
		m, ok = mailRow{}, false
		for {
			message, err := s.mail.ReceiveTx(context.Background(), t.w.open)
			if err != nil || message == nil {
				return err
			}
			m.out.ID = string(message.Body)
			n, err := t.exec("UPDATE outbox SET tries = tries + 1, last_try_at = ? WHERE id = ? AND message = ?",
				micros(time.Now()), m.out.ID, string(message.ID))
			if err != nil {
				return err
			}
			if n == 0 { // of no row here: it must not stand in the way of the others
				if err := s.mail.DeleteTx(context.Background(), t.w.open, message.ID); err != nil {
					return err
				}
				continue
			}
			var queued int64
			err = t.row("SELECT council, queued_at, tries - 1, data_key, body FROM outbox WHERE id = ?", []any{m.out.ID},
				&m.out.Council, &queued, &m.out.Tries, &m.key, &m.body)
			m.out.QueuedAt, m.out.Receipt, ok = fromMicros(queued), m.out.ID, err == nil
			return err
		}
	})
	return m, ok && err == nil, err
}

// errUnreadable means that trying again would not help.
var errUnreadable = errors.New("the message does not open")

func (s *Store) openMail(ctx context.Context, m mailRow) (care.Outgoing, error) {
	council, err := s.councilKey(ctx, m.out.Council)
	if err != nil && !errors.Is(err, keys.ErrSealed) {
		return care.Outgoing{}, err
	}
	var record keys.Record
	if err == nil {
		record, err = council.Record(mailPlace(m.out.ID), m.key)
	}
	if err == nil {
		err = openJSON(record, "body", m.body, &m.out.Mail)
	}
	if err != nil {
		return care.Outgoing{}, fmt.Errorf("%w: %w", errUnreadable, err)
	}
	return m.out, nil
}

// MailSent forgets a message, its key and all: it was delivered. One that is not there is no error.
func (s *Store) MailSent(ctx context.Context, receipt string) error {
	err := s.write(ctx, func(t *tx) error {
		message, err := t.queued(receipt)
		if errors.Is(err, care.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.mail.DeleteTx(context.Background(), t.w.open, message); err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM outbox WHERE id = ?", receipt); err != nil {
			return err
		}
		t.erased()
		return nil
	})
	if err != nil {
		return fmt.Errorf("forgetting message %s: %w", receipt, err)
	}
	return nil
}

// MailFailed notes why a try failed. With giveUp the message becomes a dead letter, else it comes out again after a
// while, counted from now. class is a closed word such as "refused": it is shown, and must hold no address.
// care.ErrNotFound when the message was sent or given up meanwhile.
func (s *Store) MailFailed(ctx context.Context, receipt, class string, after time.Duration, giveUp bool) error {
	err := s.write(ctx, func(t *tx) error {
		message, err := t.queued(receipt)
		if err != nil {
			return err
		}
		if !giveUp {
			if err := s.mail.ExtendTx(context.Background(), t.w.open, message, max(after, 0)); err != nil {
				return err
			}
			_, err = t.exec("UPDATE outbox SET last_error = ? WHERE id = ?", class, receipt)
			return err
		}
		if err := s.mail.DeleteTx(context.Background(), t.w.open, message); err != nil {
			return err
		}
		_, err = t.exec("UPDATE outbox SET last_error = ?, message = NULL WHERE id = ?", class, receipt)
		return err
	})
	if err != nil {
		return fmt.Errorf("putting message %s off: %w", receipt, err)
	}
	return nil
}

// queued returns where a message stands in the queue. care.ErrNotFound when it is not there or was given up.
func (t *tx) queued(id string) (goqite.ID, error) {
	var message string
	err := t.row("SELECT message FROM outbox WHERE id = ? AND message IS NOT NULL", []any{id}, &message)
	return goqite.ID(message), told(err)
}

const deadMailSQL = `SELECT id, council, kind, queued_at, last_try_at, tries, last_error
	FROM outbox INDEXED BY outbox_dead WHERE message IS NULL AND (?1 = '' OR council = ?1) ORDER BY last_try_at DESC, id DESC LIMIT ?2`

// DeadMail lists the messages of a council, or of all when it is "", that were given up, the one tried last first.
func (s *Store) DeadMail(ctx context.Context, council string, limit int) ([]care.DeadMail, error) {
	var all []care.DeadMail
	err := s.readRows(ctx, deadMailSQL, []any{council, max(limit, 0)}, func(r *sql.Rows) error {
		var m care.DeadMail
		var queued, tried int64
		err := r.Scan(&m.ID, &m.Council, &m.Kind, &queued, &tried, &m.Tries, &m.LastError)
		m.QueuedAt, m.LastTryAt = fromMicros(queued), fromMicros(tried)
		all = append(all, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the messages that were given up: %w", err)
	}
	return all, nil
}

// RetryMail makes a dead message due again, as if it had never been tried. care.ErrNotFound when the council has no such
// dead message.
func (s *Store) RetryMail(ctx context.Context, council, id string, ev care.Event) error {
	err := s.write(ctx, func(t *tx) error {
		var one int
		if err := t.row("SELECT 1 FROM outbox WHERE id = ? AND council = ? AND message IS NULL", []any{id, council}, &one); err != nil {
			return told(err)
		}
		message, err := s.enqueue(t, id)
		if err != nil {
			return err
		}
		if _, err := t.exec("UPDATE outbox SET message = ?, tries = 0 WHERE id = ?", message, id); err != nil {
			return told(err)
		}
		return t.addEvents(council, ev)
	})
	if err != nil {
		return fmt.Errorf("sending message %s again: %w", id, err)
	}
	return nil
}

// DropMail forgets a dead message, its key and all. care.ErrNotFound when the council has no such dead message.
func (s *Store) DropMail(ctx context.Context, council, id string, ev care.Event) error {
	err := s.write(ctx, func(t *tx) error {
		n, err := t.exec("DELETE FROM outbox WHERE id = ? AND council = ? AND message IS NULL", id, council)
		if err != nil {
			return told(err)
		}
		if n == 0 {
			return care.ErrNotFound
		}
		t.erased()
		return t.addEvents(council, ev)
	})
	if err != nil {
		return fmt.Errorf("dropping message %s: %w", id, err)
	}
	return nil
}
