package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Stopping without a failed request. What is begun is answered, and whoever is connected learns with the next answer that
// this connection ends, instead of finding it shut in the middle of a question. Only then is nobody let in any more.
//
//  1. Every answer says "Connection: close", and /readyz says that the service is stopping, so that a proxy looks for
//     another. New connections are taken: closing the listener now would reset those that the kernel has taken already.
//  2. When nobody has asked for anything for a moment, or after drainTime at most, new connections are no longer begun
//     (see stopGreeting), and those that were are taken in.
//  3. When every connection is closed or idle, the server is shut down. Not before: http.Server.Shutdown drops a connection
//     whose request it has not read to the end of its head.

const (
	// drainTime is how long whoever is connected has to ask once more and be told. Under steady load all of it passes.
	drainTime = 2 * time.Second
	// quietTime without a new request is long enough to take nobody to be in the middle of something.
	quietTime = 250 * time.Millisecond
	// lastCall is how long the listener waits for connections that were begun before it stopped greeting.
	lastCall = 100 * time.Millisecond
)

// A drain knows whether the service is stopping, when somebody last asked for something, and who is in the middle of it.
type drain struct {
	stopping atomic.Bool
	asked    atomic.Int64 // Unix nanoseconds
	http.Handler

	mu   sync.Mutex
	busy map[net.Conn]bool // connections that are neither idle nor closed
}

// follow is the server's ConnState.
func (d *drain) follow(conn net.Conn, state http.ConnState) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch state {
	case http.StateNew, http.StateActive:
		if d.busy == nil {
			d.busy = map[net.Conn]bool{}
		}
		d.busy[conn] = true
	default:
		delete(d.busy, conn)
	}
}

// settle returns when nobody is in the middle of anything, or when ctx ends.
func (d *drain) settle(ctx context.Context) {
	tick := time.NewTicker(quietTime / 10)
	defer tick.Stop()
	for {
		d.mu.Lock()
		busy := len(d.busy)
		d.mu.Unlock()
		if busy == 0 {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (d *drain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.asked.Store(time.Now().UnixNano())
	if d.stopping.Load() {
		w.Header().Set("Connection", "close")
		if r.URL.Path == "/readyz" {
			http.Error(w, "stopping", http.StatusServiceUnavailable)
			return
		}
	}
	d.Handler.ServeHTTP(w, r)
}

// wait returns when nobody has asked for quietTime, or after drainTime.
func (d *drain) wait() {
	d.stopping.Store(true)
	for end := time.Now().Add(drainTime); time.Now().Before(end); time.Sleep(quietTime / 5) {
		if time.Since(time.Unix(0, d.asked.Load())) > quietTime {
			return
		}
	}
}

// A door is a listener that can stop taking connections without losing one, and takes so many at a time.
type door struct {
	*net.TCPListener
	places  chan struct{} // one for each connection that is open
	closing chan struct{} // closed when nobody waits for a place any more
	once    sync.Once
}

func newDoor(l net.Listener, places int) (*door, error) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return nil, errors.New("not a TCP listener")
	}
	return &door{TCPListener: tcp, places: make(chan struct{}, places), closing: make(chan struct{})}, nil
}

// Accept waits for a place and then for a connection. net.ErrClosed when the door was shut and nobody is left before it.
func (d *door) Accept() (net.Conn, error) {
	select {
	case d.places <- struct{}{}:
		conn, err := d.AcceptTCP()
		if err == nil {
			return &guest{TCPConn: conn, leave: sync.OnceFunc(func() { <-d.places })}, nil
		}
		<-d.places
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, err
		}
	case <-d.closing:
	}
	// The last few are taken in, place or not. Each time anew the deadline is ahead: one that has passed would hide who waits.
	if err := d.SetDeadline(time.Now().Add(lastCall)); err != nil {
		return nil, err
	}
	conn, err := d.AcceptTCP()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = net.ErrClosed
	}
	if err != nil {
		return nil, err // and no conn that is nil and not nil
	}
	return conn, nil
}

// shut lets nobody begin a connection any more. Those that were begun still come out of Accept. Where the kernel does not
// know how, one that is being begun at that moment may be lost; that is no reason not to stop.
func (d *door) shut() error {
	_ = stopGreeting(d.TCPListener)
	d.once.Do(func() { close(d.closing) })
	return d.SetDeadline(time.Now()) // wakes who waits in Accept
}

// Close may be called twice.
func (d *door) Close() error {
	d.once.Do(func() { close(d.closing) })
	return d.TCPListener.Close()
}

// A guest gives its place back when it leaves.
type guest struct {
	*net.TCPConn
	leave func()
}

func (g *guest) Close() error {
	err := g.TCPConn.Close()
	g.leave()
	return err
}

// connections is how many connections are taken at a time. More wait before the door until somebody leaves, as
// ReadHeaderTimeout and its like see to. Without a ceiling a flood would take every file that the process may have open,
// and the database could not open its own.
func connections() int {
	const most, kept = 8_192, 128 // kept for the database, mail and logs
	return max(16, min(most, openFiles()-kept))
}

// stopServing ends a server without a failed request. It returns when the last is answered, or with the error of grace when that
// ends first.
func stopServing(grace context.Context, server *http.Server, d *drain, door *door, served <-chan error) error {
	d.wait()
	if err := door.shut(); err != nil {
		return err
	}
	select {
	case err := <-served: // everybody who had begun a connection is in
		if !errors.Is(err, net.ErrClosed) {
			return err
		}
	case <-grace.Done():
	}
	d.settle(grace)
	return server.Shutdown(grace)
}
