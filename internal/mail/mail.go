// Package mail carries messages from the outbox to people: over SMTP, or into a box that the demonstration shows. It
// composes nothing itself. Addresses go to the mail server and nowhere else: errors and log lines hold a class only.
package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"threshold/internal/care"
)

// A Sender hands one message over to be delivered. An error is a *Failure; nil says that the next server has taken the
// message, not that somebody has read it.
type Sender interface {
	Send(ctx context.Context, out care.Outgoing) error
}

// An Outbox keeps messages until they are sent. NextMail hides what it gives out for a while (at least [TryTime] and
// some more), so that a message in the hands of a process that dies is tried again; ok is false when nothing is due.
type Outbox interface {
	NextMail(ctx context.Context) (out care.Outgoing, ok bool, err error)
	MailSent(ctx context.Context, receipt string) error
	// MailFailed puts a message back for after, or among the dead letters when giveUp is true.
	MailFailed(ctx context.Context, receipt, class string, after time.Duration, giveUp bool) error
}

// A Class says in one word why a message was not sent. It is all that is logged and shown of a failure.
type Class string

// The classes of failure.
const (
	Refused     Class = "refused"     // the server will not deliver to this address, or not this message (5xx)
	Busy        Class = "busy"        // the server asks to try later (4xx)
	Unreachable Class = "unreachable" // no connection, or it broke or took too long
	TLS         Class = "tls"         // no encryption, or a certificate that does not hold
	Auth        Class = "auth"        // the server does not accept the user or password
	From        Class = "from"        // the server does not let us send from this address (5xx to MAIL FROM)
)

// final says that trying again would end the same way.
func (c Class) final() bool { return c == Refused }

// serverWide says that the fault is not of this message, so that the next one would fail as well.
func (c Class) serverWide() bool { return c == Unreachable || c == TLS || c == Auth || c == From }

// A Failure is why a message was not sent. It deliberately wraps nothing: what servers answer often holds the address.
type Failure struct {
	Class Class
	Code  int // the server's reply code (RFC 5321 section 4.2), 0 when it gave none
}

func (f *Failure) Error() string {
	if f.Code != 0 {
		return fmt.Sprintf("the message was not sent: %s (the mail server answered %d)", f.Class, f.Code)
	}
	return fmt.Sprintf("the message was not sent: %s", f.Class)
}

// ClassOf returns the class of what a Sender returned. What is no Failure counts as unreachable, which is tried again.
func ClassOf(err error) Class {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f.Class
	}
	return Unreachable
}
