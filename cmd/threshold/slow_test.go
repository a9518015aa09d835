package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// slowEnv is how many slow connections `make slow` holds; then the figures count too.
const slowEnv = "THRESHOLD_SLOW"

// TestSlowConnectionsHoldNobodyUp has many connections dribble a byte now and then, or read so, and people fill in forms
// beside them. Nobody's request may fail, and the service must end connections that are slow for ever. `make slow` does it
// with 2,000 connections and fifty people for half a minute, and fails where the 99th percentile of what people wait for an
// answer is 500 ms or more.
func TestSlowConnectionsHoldNobodyUp(t *testing.T) {
	connections, people, saves := 200, 10, 300
	every, pause := 500*time.Millisecond, 10*time.Millisecond
	measure := os.Getenv(slowEnv) != ""
	if measure {
		var err error
		if connections, err = strconv.Atoi(os.Getenv(slowEnv)); err != nil || connections < 1 || connections > 10_000 {
			t.Fatalf("%s is %q, and has to be a number from 1 to 10000", slowEnv, os.Getenv(slowEnv))
		}
		people, every, pause = 50, 3*time.Second, 250*time.Millisecond
	}
	s := startService(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := newCrowd(ctx, t, s.addr, people)
	var slowly slowness
	for i := range connections {
		slowly.wg.Go(func() { slowly.hold(ctx, s.addr, kindsOfSlow[i%len(kindsOfSlow)], every) })
	}
	await(t, "every slow connection is open", func() bool { return slowly.open.Load() >= int64(connections)*9/10 })
	for _, r := range c.people {
		r.took = nil // measured is what people wait beside all of these
	}
	began := time.Now()
	c.work(ctx, pause)
	if measure {
		await(t, "half a minute", func() bool { return time.Since(began) > 30*time.Second })
	} else {
		c.await(t, saves)
	}
	await(t, "the service ends what is slow for ever", func() bool { return slowly.ended.Load() > 0 })
	memory := residentMemory(s.cmd.Process.Pid)
	lasted := time.Since(began)
	cancel()
	c.wg.Wait()
	slowly.wg.Wait()
	for _, err := range c.failed {
		t.Error(err)
	}
	var took []time.Duration
	for _, r := range c.people {
		took = append(took, r.took...)
	}
	slices.Sort(took)
	at := func(share float64) time.Duration {
		return took[int(float64(len(took)-1)*share)].Round(100 * time.Microsecond)
	}
	t.Logf("%d slow connections (of heads, bodies and readers, a byte each %s; %d were ended by the service and came again) beside %d people for %s: %d requests, %d failed, p50 %s, p99 %s, longest %s, memory of the service %s",
		connections, every, slowly.ended.Load(), people, lasted.Round(time.Second), len(took), len(c.failed), at(0.5), at(0.99), at(1), memory)
	if measure && at(0.99) >= 500*time.Millisecond {
		t.Errorf("the 99th percentile is %s, and must be less than 500 ms", at(0.99))
	}
	if code := s.stop(t); code != 0 {
		t.Errorf("the service ended with %d", code)
	}
}

// await looks until something is so, for a minute and a half at most.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(90 * time.Second); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// residentMemory of a process, as Linux tells it, or "not known".
func residentMemory(pid int) string {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, ok := strings.Cut(string(status), "VmRSS:")
	if err != nil || !ok {
		return "not known"
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

// slowness is everybody who holds connections and sends or reads next to nothing.
type slowness struct {
	wg          sync.WaitGroup
	open, ended atomic.Int64 // now, and by the service
}

// kindsOfSlow: who sends the head of a request byte by byte, who sends a form so, and who asks for much and reads it so.
var kindsOfSlow = []string{"head", "body", "reader"}

// hold opens a connection, and another when the service ends it, until ctx ends.
func (s *slowness) hold(ctx context.Context, addr, kind string, every time.Duration) {
	for ctx.Err() == nil {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err != nil {
			return
		}
		s.open.Add(1)
		ended := dribble(ctx, conn, addr, kind, every)
		_ = conn.Close()
		s.open.Add(-1)
		if ended {
			s.ended.Add(1)
		}
	}
}

// dribble says whether the service ended the connection.
func dribble(ctx context.Context, conn net.Conn, addr, kind string, every time.Duration) bool {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	tick := time.NewTicker(every)
	defer tick.Stop()
	switch kind {
	case "head":
		_, _ = io.WriteString(conn, "GET /alderford HTTP/1.1\r\nHost: ")
	case "body":
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 5000\r\n\r\n", pageOfLoad, addr)
	case "reader":
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetReadBuffer(1) // the least that there is
		}
		_, _ = io.WriteString(conn, strings.Repeat(fmt.Sprintf("GET /guide HTTP/1.1\r\nHost: %s\r\n\r\n", addr), 5))
	}
	// Whoever sends looks in between whether the other end is still there.
	gone := make(chan struct{})
	if kind != "reader" {
		go func() {
			defer close(gone)
			_, _ = io.Copy(io.Discard, conn)
		}()
	}
	one := []byte{'a'}
	for {
		select {
		case <-ctx.Done():
			return false
		case <-gone:
			return ctx.Err() == nil
		case <-tick.C:
		}
		var err error
		if kind == "reader" {
			_, err = conn.Read(one)
		} else {
			_, err = conn.Write(one)
		}
		if err != nil {
			return ctx.Err() == nil
		}
	}
}
