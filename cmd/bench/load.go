package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// rate runs do for each of n workers as fast as it goes, for a while after a warm-up, and returns how many were done a
// second.
func rate(n int, warm, long time.Duration, do func(worker int) error) (float64, error) {
	var count atomic.Int64
	var failed firstError
	stop := make(chan struct{})
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := do(i); err != nil {
					failed.set(err)
					return
				}
				count.Add(1)
			}
		})
	}
	time.Sleep(warm)
	before, begun := count.Load(), time.Now()
	time.Sleep(long)
	done, took := count.Load()-before, time.Since(begun)
	close(stop)
	all.Wait()
	return float64(done) / took.Seconds(), failed.err()
}

// openLoop starts requests at fixed times, perSecond of them, whatever the service does: worker i has every workers-th. The
// time of each counts from when it should have begun, so that a service that stands still is charged for all who would
// have come meanwhile (Gil Tene's "coordinated omission").
func openLoop(workers, perSecond int, long time.Duration, do func(worker, k int) error) ([]time.Duration, error) {
	total := int(long.Seconds() * float64(perSecond))
	step := time.Second / time.Duration(perSecond)
	times := make([]time.Duration, total)
	var failed firstError
	var all sync.WaitGroup
	begun := time.Now().Add(50 * time.Millisecond)
	for i := range workers {
		all.Go(func() {
			for k := i; k < total; k += workers {
				due := begun.Add(time.Duration(k) * step)
				time.Sleep(time.Until(due))
				if err := do(i, k); err != nil {
					failed.set(fmt.Errorf("request %d: %w", k, err))
					return
				}
				times[k] = time.Since(due)
			}
		})
	}
	all.Wait()
	return times, failed.err()
}

// percentile gives the time that p percent of them did not exceed (nearest rank). It sorts times.
func percentile(times []time.Duration, p float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	rank := int(p/100*float64(len(times)) + 0.999999)
	return times[min(max(rank, 1), len(times))-1]
}

// firstError keeps what went wrong first.
type firstError struct {
	mu   sync.Mutex
	errs []error
}

func (f *firstError) set(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.errs = append(f.errs, err)
}

func (f *firstError) err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.errs) == 0 {
		return nil
	}
	return errors.Join(fmt.Errorf("%d workers failed", len(f.errs)), f.errs[0])
}

// crowd begins n people, some at a time.
func crowd(n int, begin func() (*person, error)) ([]*person, error) {
	people := make([]*person, n)
	var failed firstError
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(n, 64) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				p, err := begin()
				if err != nil {
					failed.set(err)
					return
				}
				people[i] = p
			}
		})
	}
	all.Wait()
	return people, failed.err()
}

func leave(people []*person) {
	for _, p := range people {
		if p != nil {
			p.close()
		}
	}
}
