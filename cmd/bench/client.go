package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// A client is one browser with one connection. It is written by hand because it shares the machine with what it measures:
// net/http's client takes as long for a request as the service does.
type client struct {
	addr   string
	conn   net.Conn
	in     *bufio.Reader
	out    []byte
	cookie string
}

// An answer is what came back. body is valid until the next request; it is packed when the service packed it.
type answer struct {
	status   int
	location string
	body     []byte
}

// giveUp is how long one request may take before the run fails.
const giveUp = 30 * time.Second

func dial(addr string) (*client, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{addr: addr, conn: conn, in: bufio.NewReaderSize(conn, 16<<10)}, nil
}

func (c *client) close() { _ = c.conn.Close() }

// get asks for a page as browsers do, packed; plain asks for it as it is.
func (c *client) get(path string) (answer, error)   { return c.do("GET", path, "", "gzip") }
func (c *client) plain(path string) (answer, error) { return c.do("GET", path, "", "identity") }

// post sends a form.
func (c *client) post(path, form string) (answer, error) { return c.do("POST", path, form, "gzip") }

func (c *client) do(method, path, form, encoding string) (answer, error) {
	b := append(c.out[:0], method...)
	b = append(append(append(b, ' '), path...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, c.addr...), "\r\nSec-Fetch-Site: same-origin\r\nAccept-Encoding: "...)
	b = append(append(b, encoding...), "\r\n"...)
	if c.cookie != "" {
		b = append(append(append(b, "Cookie: "...), c.cookie...), "\r\n"...)
	}
	if method == "POST" {
		b = append(b, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "...)
		b = append(strconv.AppendInt(b, int64(len(form)), 10), "\r\n"...)
	}
	b = append(append(b, "\r\n"...), form...)
	c.out = b
	if err := c.conn.SetDeadline(time.Now().Add(giveUp)); err != nil {
		return answer{}, err
	}
	if _, err := c.conn.Write(b); err != nil {
		return answer{}, fmt.Errorf("%s %s: %w", method, path, err)
	}
	a, err := c.read()
	if err != nil {
		return a, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return a, nil
}

// read takes one answer from the connection (RFC 9112).
func (c *client) read() (answer, error) {
	var a answer
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return a, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return a, fmt.Errorf("no HTTP answer: %q", line)
	}
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, err
	}
	length, chunked := 0, false
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return a, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return a, err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		case bytes.EqualFold(name, []byte("Location")):
			a.location = string(value)
		case bytes.EqualFold(name, []byte("Set-Cookie")):
			c.cookie, _, _ = strings.Cut(string(value), ";")
		}
	}
	if !chunked {
		a.body = make([]byte, length)
		_, err = io.ReadFull(c.in, a.body)
		return a, err
	}
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return a, err
		}
		size, err := strconv.ParseInt(string(bytes.TrimRight(line, "\r\n")), 16, 32)
		if err != nil {
			return a, err
		}
		chunk := make([]byte, size+2) // with the line's end behind it
		if _, err := io.ReadFull(c.in, chunk); err != nil {
			return a, err
		}
		if size == 0 {
			return a, nil
		}
		a.body = append(a.body, chunk[:size]...)
	}
}

// expect turns another status into an error.
func expect(a answer, err error, status int) (answer, error) {
	if err == nil && a.status != status {
		err = fmt.Errorf("answered %d and not %d: %.200s", a.status, status, a.body)
	}
	return a, err
}

// A person is somebody at a question page: they answer it one way and the other in turn, so that every answer is a change
// that has to be stored.
type person struct {
	*client
	page    string
	answers [2]string // forms, in turn
	seen    [2]string // the fingerprint of the page before each
	turn    int
}

var errNoSeen = errors.New("the page's form has no fingerprint")

// fingerprint reads the hidden field that guards against overwriting what another tab wrote.
func fingerprint(page []byte) (string, error) {
	const mark = `name="seen" value="`
	i := bytes.Index(page, []byte(mark))
	if i < 0 {
		return "", errNoSeen
	}
	value, _, _ := bytes.Cut(page[i+len(mark):], []byte(`"`))
	return string(value), nil
}

// arrive starts a form at Threshold, the way people do: page by page, leaving questions out, until the page that is asked
// for is the next one.
func arrive(addr, council, stop string) (*person, error) {
	c, err := dial(addr)
	if err != nil {
		return nil, err
	}
	home := "/" + council + "/"
	p := &person{client: c, page: home + stop, answers: [2]string{"nutrition.limbs=assistance", "nutrition.limbs=danger"}}
	a, err := expect2(c.post(home+"for", "for=self"))(303)
	for screens := 0; err == nil && a.location != p.page; screens++ {
		if screens > 20 {
			return nil, fmt.Errorf("%s does not come, after twenty pages comes %s", p.page, a.location)
		}
		form := ""
		if a.location == home+"daily" {
			form = "daily=nutrition&"
		}
		_, a, err = p.answer(a.location, form)
	}
	return p, err
}

// begin walks to the question about food and answers it until both fingerprints are known.
func begin(addr, council string) (*person, error) {
	p, err := arrive(addr, council, "daily/nutrition")
	if err != nil {
		return nil, err
	}
	for i, form := range []string{p.answers[1], p.answers[0], p.answers[1]} {
		seen, _, err := p.answer(p.page, form+"&")
		if err != nil {
			return nil, err
		}
		if i > 0 {
			p.seen[i-1] = seen // the page before each form has what the other form said
		}
	}
	return p, nil
}

// answer opens a page and sends a form, which ends in & unless it is empty. It returns the fingerprint that the page had.
func (p *person) answer(path, form string) (seen string, a answer, err error) {
	if a, err = expect2(p.plain(path))(200); err != nil {
		return "", a, err
	}
	if seen, err = fingerprint(a.body); err != nil {
		return "", a, fmt.Errorf("%s: %w", path, err)
	}
	a, err = expect2(p.post(path, form+"seen="+seen))(303)
	return seen, a, err
}

func expect2(a answer, err error) func(status int) (answer, error) {
	return func(status int) (answer, error) { return expect(a, err, status) }
}

// beginPeer opens the peer's question page, which gives a session.
func beginPeer(addr string) (*person, error) {
	c, err := dial(addr)
	if err != nil {
		return nil, err
	}
	p := &person{client: c, page: "/question", answers: [2]string{"limbs=assistance", "limbs=danger"}}
	_, err = expect2(p.get(p.page))(200)
	return p, err
}

// look opens the page.
func (p *person) look() error {
	_, err := expect2(p.get(p.page))(200)
	return err
}

// write changes the answer, durably.
func (p *person) write() error {
	_, err := p.change()
	return err
}

func (p *person) change() (answer, error) {
	form := p.answers[p.turn]
	if p.seen[p.turn] != "" {
		form += "&seen=" + p.seen[p.turn]
	}
	p.turn = 1 - p.turn
	return expect2(p.post(p.page, form))(303)
}

// pair changes the answer and opens the page it leads to, as a browser does.
func (p *person) pair() error {
	a, err := p.change()
	if err != nil {
		return err
	}
	_, err = expect2(p.get(a.location))(200)
	return err
}
