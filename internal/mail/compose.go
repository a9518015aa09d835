package mail

import (
	"crypto/rand"
	"fmt"
	"html"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"threshold/internal/care"
)

// The HTML part: one column of text that needs no table, picture, font or request to anywhere, and follows the reader's own
// colours and text size. The address stands in full below the button, for those who cannot press it.
//
// It is put together by hand, every word escaped: html/template calls methods by name, so with it the linker has to keep
// every method of every type there is, and the program is four megabytes larger.
const (
	pageTop = `<!DOCTYPE html>
<html lang="%s">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%s</title>
</head>
<body style="font-family: Arial, sans-serif; font-size: 1.1875em; line-height: 1.4; max-width: 35em; margin: 0; padding: 1em">
`
	pageLine = "<p>%s</p>\n"
	pageLink = `<p><a href="%s" style="display: inline-block; padding: .6em 1em; background: #0f5132; color: #ffffff; border: 2px solid #0f5132">%s</a></p>
<p style="word-break: break-all">%[1]s</p>
`
	pageEnd = "</body>\n</html>\n"
)

// Text is the plain part: a paragraph a line, then the link on a line of its own, then who it is from.
func Text(m care.Mail) string {
	var b strings.Builder
	for _, line := range m.Lines {
		b.WriteString(line + "\n\n")
	}
	if m.Link != "" {
		if m.LinkText != "" {
			b.WriteString(m.LinkText + ":\n")
		}
		b.WriteString(m.Link + "\n\n")
	}
	b.WriteString(m.From + "\n")
	return b.String()
}

// HTML is the same for programs that show HTML. A link that is no web address is text: nothing that a program could run
// or open is ever behind a button.
func HTML(m care.Mail) string {
	esc := html.EscapeString
	var b strings.Builder
	fmt.Fprintf(&b, pageTop, esc(langOf(m)), esc(m.Subject))
	for _, line := range m.Lines {
		fmt.Fprintf(&b, pageLine, esc(line))
	}
	switch {
	case m.Link == "":
	case isWeb(m.Link):
		label := m.LinkText
		if label == "" {
			label = m.Link
		}
		fmt.Fprintf(&b, pageLink, esc(m.Link), esc(label))
	default:
		fmt.Fprintf(&b, pageLine, esc(m.Link))
	}
	fmt.Fprintf(&b, pageLine, esc(m.From))
	b.WriteString(pageEnd)
	return b.String()
}

func isWeb(link string) bool {
	u, err := url.Parse(link)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// langTag is the shape of a language tag (RFC 5646), enough to keep anything else out of a header.
var langTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)

func langOf(m care.Mail) string {
	if langTag.MatchString(m.Lang) {
		return m.Lang
	}
	return "en"
}

// A letter is a message ready for the wire.
type letter struct {
	from, to string // the envelope, without angle brackets
	body     *gomail.Msg
}

// compose writes the message as MIME (RFC 2045, RFC 5322). from is the service's own address, replyTo stands in when
// the message has none. A message whose address nobody could deliver to fails as Refused.
func compose(out care.Outgoing, from, replyTo *mail.Address) (letter, error) {
	m := out.Mail
	to, err := address(m.To)
	if err != nil {
		return letter{}, &Failure{Class: Refused}
	}
	if m.ReplyTo != "" {
		if own, err := address(m.ReplyTo); err == nil { // a mistyped one must not keep the message from the person
			replyTo = own
		}
	}
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingQP))
	msg.FromMailAddress(&mail.Address{Name: oneLine(m.From), Address: from.Address})
	msg.ToMailAddress(to)
	if replyTo != nil {
		msg.ReplyToMailAddress(replyTo)
	}
	msg.Subject(oneLine(m.Subject))
	at := out.QueuedAt
	if at.IsZero() {
		at = time.Now()
	}
	msg.SetDateWithValue(at.UTC())
	msg.SetMessageIDWithValue(messageID(out.ID, from.Address))
	msg.SetGenHeader(gomail.HeaderContentLang, langOf(m))
	// Nobody's holiday reply or read receipt should answer (RFC 3834; the second is for Exchange).
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	msg.SetBodyString(gomail.TypeTextPlain, Text(m))
	msg.AddAlternativeString(gomail.TypeTextHTML, HTML(m))
	return letter{from: from.Address, to: to.Address, body: msg}, nil
}

// address reads a bare address. A domain in other letters is written as the name system knows it (RFC 5891), so that a
// server without SMTPUTF8 can deliver to it.
func address(s string) (*mail.Address, error) {
	a, err := mail.ParseAddress(strings.TrimSpace(s))
	if err != nil {
		return nil, fmt.Errorf("reading an address: %w", err)
	}
	at := strings.LastIndexByte(a.Address, '@')
	domain, err := idna.Lookup.ToASCII(a.Address[at+1:])
	if err != nil {
		return nil, fmt.Errorf("reading the domain of an address: %w", err)
	}
	a.Name, a.Address = "", a.Address[:at+1]+domain
	return a, nil
}

// messageID stays the same for every try of a message, so that a copy delivered twice can be known as one. It holds
// nothing of the person, and the domain of the service's address in place of a machine's name.
func messageID(id, from string) string {
	id = strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, id)
	if id == "" {
		id = rand.Text()
	}
	return id + from[strings.LastIndexByte(from, '@'):]
}

// oneLine keeps a header on one line.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
