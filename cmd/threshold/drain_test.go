package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

// TestStoppingUnderLoadFailsNobody sends SIGTERM to the service while people save over kept and over new connections, and
// while one of them is in the middle of sending a form. Everybody is answered, and what was acknowledged is there.
func TestStoppingUnderLoadFailsNobody(t *testing.T) {
	s := startService(t)
	c := newCrowd(t.Context(), t, s.addr, 12)
	slow := c.people[0]
	seen, err := slow.page(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	slow.leave()
	c.people = c.people[1:]
	c.work(t.Context(), 0)
	c.await(t, 100)

	// Half a form is sent, then SIGTERM, then the service says that it is stopping, and then comes the other half.
	form := slow.answers(1)
	form.Set("seen", seen)
	body := form.Encode()
	conn, err := net.Dial("tcp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // closed by the service
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		pageOfLoad, s.addr, slow.cookie, len(body), body[:10])
	stopped := make(chan int, 1)
	go func() { stopped <- s.stop(t) }()
	for ready := true; ready; {
		resp, _, err := newResident(s.addr, "proxy", false).ask(t.Context(), http.MethodGet, "/readyz", nil)
		ready = err == nil && resp.StatusCode == http.StatusOK
		if err != nil && !errors.Is(err, errGone) {
			t.Error(err)
		}
	}
	if _, err := io.WriteString(conn, body[10:]); err != nil {
		t.Error(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil || resp.StatusCode != http.StatusSeeOther {
		t.Errorf("who was in the middle of sending a form was answered %+v, %v", resp, err)
	}
	c.wg.Wait() // until nobody answers any more
	if code := <-stopped; code != 0 {
		t.Errorf("the service ended with %d", code)
	}
	for _, err := range c.failed {
		t.Error(err)
	}
	for _, beside := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(s.db + beside); err == nil {
			t.Errorf("the database was not closed: %s is there", beside)
		}
	}
	stored, kept := c.stored(t, s, s.db), c.kept()
	for _, r := range c.people {
		tried, kept := r.ledger()
		if stored[r.name] != kept { // a save may be begun when nobody is there any more
			t.Errorf("%s: %d begun, %d acknowledged, %d is there", r.name, tried, kept, stored[r.name])
		}
	}
	if stored[slow.name] != 1 {
		t.Errorf("%s: %d is there", slow.name, stored[slow.name])
	}
	t.Logf("%d people, %d saves: nobody's request failed", len(c.people)+1, kept+1)
}

// TestStoppingTells: while the service stops, every answer ends its connection, and a proxy that asks is told.
func TestStoppingTells(t *testing.T) {
	d := &drain{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a page") })}
	ask := func(path string) *http.Response {
		w := httptest.NewRecorder()
		d.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Result()
	}
	for _, path := range []string{"/readyz", "/"} {
		if resp := ask(path); resp.StatusCode != 200 || resp.Header.Get("Connection") != "" {
			t.Errorf("%s: %d, %v", path, resp.StatusCode, resp.Header)
		}
	}
	d.wait()
	if resp := ask("/readyz"); resp.StatusCode != 503 || resp.Header.Get("Connection") != "close" {
		t.Errorf("stopping: %d, %v", resp.StatusCode, resp.Header)
	}
	if resp := ask("/"); resp.StatusCode != 200 || resp.Header.Get("Connection") != "close" {
		t.Errorf("stopping: %d, %v", resp.StatusCode, resp.Header)
	}
}

// TestDoorHasSoManyPlaces: a connection above the ceiling waits until another leaves, and is then served.
func TestDoorHasSoManyPlaces(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	door, err := newDoor(listener, 2)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "a page") }))
	_ = server.Listener.Close()
	server.Listener = door
	server.Start()
	defer server.Close()
	addr := door.Addr().String()
	var idle []*resident
	for i := range 2 {
		r := newResident(addr, fmt.Sprint(i), true)
		if _, _, err := r.ask(t.Context(), http.MethodGet, "/", nil); err != nil {
			t.Fatal(err)
		}
		idle = append(idle, r)
	}
	third := make(chan error, 1)
	go func() {
		_, _, err := newResident(addr, "third", false).ask(t.Context(), http.MethodGet, "/", nil)
		third <- err
	}()
	if len(door.places) != 2 {
		t.Errorf("%d places are taken", len(door.places))
	}
	select {
	case err := <-third:
		t.Errorf("the third was served beside two others: %v", err)
	default:
	}
	idle[0].leave()
	if err := <-third; err != nil {
		t.Error(err)
	}
	idle[1].leave()
}
