package mail

import (
	"context"
	"log/slog"
	"time"

	"threshold/internal/care"
)

// waits are the pauses after each failed try. After the last one the message is a dead letter, about fifteen hours after
// it was queued: what people wait for has lost its use by then, and staff can see it and reach the person otherwise.
var waits = [...]time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 12 * time.Hour}

// grace is how long a try that has begun may go on after the service was told to stop.
const grace = 10 * time.Second

// Run sends what is in the outbox, looks again whenever wake gives something, and returns when ctx ends and the try in
// hand is over. It tries at least once for every message; what a killed process had in hand is tried again, so that a
// person may get a message twice but never misses one. Log lines hold the kind of message, the class and the tries.
func Run(ctx context.Context, outbox Outbox, sender Sender, log *slog.Logger, wake <-chan time.Time) {
	for {
		empty(ctx, outbox, sender, log)
		select {
		case <-ctx.Done():
			return
		case <-wake:
		}
	}
}

// empty sends until nothing is due, or the fault is the server's and the next message would meet it too.
func empty(ctx context.Context, outbox Outbox, sender Sender, log *slog.Logger) {
	for ctx.Err() == nil {
		out, ok, err := outbox.NextMail(ctx)
		if err != nil {
			if ctx.Err() == nil {
				log.Error("reading the outbox", "error", err)
			}
			return
		}
		if !ok || !try(ctx, outbox, sender, log, out) {
			return
		}
	}
}

// try sends one message, writes down how it went, and says whether to go on with the next.
func try(ctx context.Context, outbox Outbox, sender Sender, log *slog.Logger, out care.Outgoing) (goOn bool) {
	// A stop must not cut a message in two, and how the try went is written down whatever happens.
	lasting := context.WithoutCancel(ctx)
	sending, cancel := context.WithCancel(lasting)
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()

	err := sender.Send(sending, out)
	tries := out.Tries + 1
	if err == nil {
		log.Info("mail sent", "kind", out.Mail.Kind, "tries", tries)
		if err := outbox.MailSent(lasting, out.Receipt); err != nil {
			log.Error("noting that mail was sent", "error", err)
			return false
		}
		return true
	}
	class := ClassOf(err)
	after, giveUp := next(class, tries)
	log.Warn("mail not sent", "kind", out.Mail.Kind, "class", string(class), "tries", tries, "given_up", giveUp)
	if err := outbox.MailFailed(lasting, out.Receipt, string(class), after, giveUp); err != nil {
		log.Error("noting that mail was not sent", "error", err)
		return false
	}
	return !class.serverWide()
}

// next says when to try again after so many tries, or to give up.
func next(class Class, tries int) (after time.Duration, giveUp bool) {
	if class.final() || tries > len(waits) {
		return 0, true
	}
	return waits[max(tries, 1)-1], false
}
