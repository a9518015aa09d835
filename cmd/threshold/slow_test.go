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
	alone := "not measured"
	if measure { // what the same people wait on this machine now, without anybody slow
		alone = c.measure(ctx, t, pause, 10*time.Second).String()
	}
	var slowly slowness
	for i := range connections {
		slowly.wg.Go(func() { slowly.hold(ctx, s.addr, kindsOfSlow[i%len(kindsOfSlow)], every) })
	}
	await(t, "every slow connection is open", func() bool { return slowly.open.Load() >= int64(connections)*9/10 })
	began := time.Now()
	var waits waits
	if measure {
		waits = c.measure(ctx, t, pause, 30*time.Second)
	} else {
		working, stop := context.WithCancel(ctx)
		c.work(working, pause)
		c.await(t, saves)
		stop()
		waits = c.waited()
	}
	await(t, "the service ends what is slow for ever", func() bool { return slowly.ended.Load() > 0 })
	memory := residentMemory(s.cmd.Process.Pid)
	lasted := time.Since(began)
	cancel()
	slowly.wg.Wait()
	for _, err := range c.failed {
		t.Error(err)
	}
	t.Logf("%d slow connections (of heads, bodies and readers, a byte each %s; %d were ended by the service and came again) beside %d people for %s: %d failed, %s; the same people alone: %s; memory of the service %s",
		connections, every, slowly.ended.Load(), people, lasted.Round(time.Second), len(c.failed), waits, alone, memory)
	if measure && waits.at(0.99) >= 500*time.Millisecond {
		t.Errorf("the 99th percentile is %s, and must be less than 500 ms", waits.at(0.99))
	}
	if code := s.stop(t); code != 0 {
		t.Errorf("the service ended with %d", code)
	}
}

// waits are what requests took, the shortest first.
type waits []time.Duration

func (w waits) at(share float64) time.Duration {
	return w[int(float64(len(w)-1)*share)].Round(100 * time.Microsecond)
}

func (w waits) String() string {
	return fmt.Sprintf("%d requests, p50 %s, p99 %s, longest %s", len(w), w.at(0.5), w.at(0.99), w.at(1))
}

// waited returns what everybody's requests took since the last time, when all have stopped.
func (c *crowd) waited() waits {
	c.wg.Wait()
	var all waits
	for _, r := range c.people {
		all = append(all, r.took...)
		r.took = nil
	}
	slices.Sort(all)
	return all
}

// measure has everybody work for so long.
func (c *crowd) measure(ctx context.Context, t *testing.T, pause, lasts time.Duration) waits {
	t.Helper()
	working, stop := context.WithTimeout(ctx, lasts)
	defer stop()
	c.waited() // what was before
	c.work(working, pause)
	return c.waited()
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
