package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"threshold/internal/mail"
)

// mailEvery is how often the outbox is looked at: somebody may be waiting for a link with their form open. A look at an
// empty one is one read.
const mailEvery = 5 * time.Second

// A post is how messages leave the service. The zero value sends none.
type post struct {
	public string      // the address people see; "" for that of the listener
	sender mail.Sender // nil when nothing is sent
	box    *mail.Box   // the sender of a demonstration
}

// findPost reads where messages go. The demonstration's go into a box, whatever the environment says: its people are
// made up, and their addresses might not be.
func findPost(file, public string, demo bool) (post, error) {
	p := post{}
	var err error
	if p.public, err = publicURL(public); err != nil {
		return p, err
	}
	if demo {
		if file != "" {
			return p, errors.New("the demonstration sends nothing: leave out -mail, or leave out -demo")
		}
		p.box = &mail.Box{}
		p.sender = p.box
		return p, nil
	}
	config, err := mail.Find(file, os.Getenv)
	if errors.Is(err, mail.ErrNone) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	if p.public == "" {
		return p, errors.New("messages hold links, so with mail settings it needs the address that people see: add -public https://care.example.com")
	}
	sender, err := mail.NewSMTP(config)
	if err != nil {
		return p, err
	}
	p.sender = sender
	return p, nil
}

// publicURL checks the address people see and returns it without a slash at the end.
func publicURL(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", fmt.Errorf("-public is %q: give scheme and host alone, such as https://care.example.com", s)
	}
	return u.Scheme + "://" + u.Host, nil
}

// carry empties the outbox until ctx ends.
func (p post) carry(ctx context.Context, outbox mail.Outbox, log *slog.Logger) {
	if p.sender == nil {
		return // what is in the outbox from before waits there
	}
	tick := time.NewTicker(mailEvery)
	defer tick.Stop()
	mail.Run(ctx, outbox, p.sender, log, tick.C)
}
