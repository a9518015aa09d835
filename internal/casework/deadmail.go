package casework

import (
	"context"
	"fmt"

	"threshold/internal/care"
)

// deadMailShown is how many messages that were given up are listed: more are a fault of the mail server and not of messages.
const deadMailShown = 100

// MendsMail says whether an actor sees messages that could not be delivered.
func MendsMail(actor care.Actor) bool { return authorise(actor, MayMendMail) == nil }

// DeadMail lists the messages of the actor's council that were given up, newest first: which kind, when, how often and why,
// never to whom or what they say.
func (s *Service) DeadMail(ctx context.Context, actor care.Actor) ([]care.DeadMail, error) {
	if err := authorise(actor, MayMendMail); err != nil {
		return nil, err
	}
	all, err := s.Store.DeadMail(ctx, actor.Council, deadMailShown)
	if err != nil {
		return nil, fmt.Errorf("listing messages that were given up: %w", err)
	}
	return all, nil
}

// RetryMail sends a message that was given up once more. care.ErrNotFound when it is not there: sent or dropped meanwhile.
func (s *Service) RetryMail(ctx context.Context, actor care.Actor, id string) error {
	if err := authorise(actor, MayMendMail); err != nil {
		return err
	}
	if err := s.Store.RetryMail(ctx, actor.Council, id, s.event(actor, "message.retried", id, "")); err != nil {
		return fmt.Errorf("sending a message again: %w", err)
	}
	return nil
}

// DropMail forgets a message that was given up. care.ErrNotFound as in RetryMail.
func (s *Service) DropMail(ctx context.Context, actor care.Actor, id string) error {
	if err := authorise(actor, MayMendMail); err != nil {
		return err
	}
	if err := s.Store.DropMail(ctx, actor.Council, id, s.event(actor, "message.dropped", id, "")); err != nil {
		return fmt.Errorf("dropping a message: %w", err)
	}
	return nil
}
