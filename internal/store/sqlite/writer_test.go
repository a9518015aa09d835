package sqlite

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"threshold/internal/care"
)

// batched hands the writer n jobs as one batch: it is held in a first job until all the others wait.
func batched(t *testing.T, s *Store, jobs ...func(*tx) error) []error {
	t.Helper()
	held, let := make(chan bool), make(chan bool)
	errs := make([]error, len(jobs))
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.write(context.Background(), func(*tx) error { close(held); <-let; return nil })
	})
	<-held
	queued := make([]*job, len(jobs))
	for i, do := range jobs {
		queued[i] = &job{do: do, done: make(chan error, 1)}
		must(t, s.writer.submit(t.Context(), queued[i]))
	}
	close(let)
	for i, j := range queued {
		errs[i] = <-j.done
	}
	wg.Wait()
	return errs
}

func mark(name string) func(*tx) error {
	return func(t *tx) error {
		_, err := t.exec("INSERT INTO meta (name, value) VALUES (?, x'01')", name)
		return err
	}
}

func (s *Store) marked(t *testing.T, name string) bool {
	t.Helper()
	var there bool
	must(t, s.readRow(t.Context(), "SELECT EXISTS (SELECT 1 FROM meta WHERE name = ?)", []any{name}, &there))
	return there
}

func TestOneFailureUndoesOnlyItself(t *testing.T) {
	s := newStore(t)
	boom := errors.New("boom")
	errs := batched(t, s,
		mark("a"),
		func(t *tx) error { return errors.Join(mark("b")(t), boom) }, // wrote, then failed
		mark("a"), // taken already
		func(t *tx) error { _ = mark("d")(t); panic("at the worst moment") },
		func(t *tx) error { _, err := t.exec("NOT EVEN SQL"); return err },
		mark("f"),
	)
	if errs[0] != nil || errs[5] != nil {
		t.Errorf("the innocent failed: %v, %v", errs[0], errs[5])
	}
	if !errors.Is(errs[1], boom) || errs[2] == nil || errs[3] == nil || errs[4] == nil {
		t.Errorf("the failed did not: %v", errs[1:5])
	}
	if !strings.Contains(fmt.Sprint(errs[3]), "at the worst moment") {
		t.Errorf("a panic is not told: %v", errs[3])
	}
	for name, want := range map[string]bool{"a": true, "b": false, "d": false, "f": true} {
		if s.marked(t, name) != want {
			t.Errorf("%s: stored is %v", name, !want)
		}
	}
}

// TestFailedCommitFailsAll ends the transaction behind the writer's back, so that COMMIT has nothing to commit.
func TestFailedCommitFailsAll(t *testing.T) {
	var s *Store
	sabotage := false
	s = newStore(t, func(o *Options) {
		o.beforeCommit = func(batch []*job) {
			if sabotage && len(batch) > 1 {
				_, _ = s.writer.exec("ROLLBACK")
			}
		}
	})
	sabotage = true
	boom := errors.New("boom")
	errs := batched(t, s, mark("a"), func(*tx) error { return boom }, mark("b"))
	if errs[0] == nil || errs[2] == nil || !errors.Is(errs[1], boom) {
		t.Fatalf("told %v", errs)
	}
	if s.marked(t, "a") || s.marked(t, "b") {
		t.Fatal("stored, though the callers were told otherwise")
	}
	sabotage = false
	must(t, s.write(t.Context(), mark("a"))) // the writer goes on
}

// TestBrokenTransactionFailsAll has SQLite roll back everything in the middle of a batch, as a full disk does: nobody
// of the batch may be told that something is stored, and nothing of it may be.
func TestBrokenTransactionFailsAll(t *testing.T) {
	s := newStore(t)
	must(t, s.write(t.Context(), func(t *tx) error {
		_, err := t.exec("CREATE TRIGGER full BEFORE INSERT ON meta WHEN NEW.name = 'full' BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END")
		return err
	}))
	errs := batched(t, s, mark("a"), mark("full"), mark("b"))
	for i, err := range errs {
		if err == nil {
			t.Errorf("job %d was told that it is stored", i)
		}
	}
	for _, name := range []string{"a", "full", "b"} {
		if s.marked(t, name) {
			t.Errorf("%s is stored", name)
		}
	}
	must(t, s.write(t.Context(), mark("a")))
	if !s.marked(t, "a") {
		t.Error("the writer does not go on")
	}
}

func TestCallerWhoLeftIsNotServed(t *testing.T) {
	s := newStore(t)
	held, let := make(chan bool), make(chan bool)
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.write(context.Background(), func(*tx) error { close(held); <-let; return nil })
	})
	<-held
	ctx, cancel := context.WithCancel(t.Context())
	told := make(chan error)
	go func() { told <- s.write(ctx, mark("left")) }()
	for len(s.writer.jobs) == 0 { // until it waits
		runtime.Gosched()
	}
	cancel()
	if err := <-told; !errors.Is(err, context.Canceled) { // while the writer is still held: nobody waits in vain
		t.Errorf("told %v", err)
	}

	// Cancelled once it is begun: the outcome is waited for.
	ctx, cancel = context.WithCancel(t.Context())
	go func() {
		told <- s.write(ctx, func(t *tx) error { cancel(); return mark("begun")(t) })
	}()
	close(let)
	if err := <-told; err != nil {
		t.Errorf("begun, and told %v", err)
	}
	wg.Wait()
	if s.marked(t, "left") || !s.marked(t, "begun") {
		t.Errorf("left stored is %v, begun stored is %v", s.marked(t, "left"), s.marked(t, "begun"))
	}
}

func TestClosingFinishesWhatWaits(t *testing.T) {
	var o Options
	s := newStore(t, func(n *Options) { o = *n })
	const n = 200
	errs := make([]error, n)
	var wg sync.WaitGroup
	started := make(chan bool, n)
	for i := range n {
		wg.Go(func() {
			started <- true
			errs[i] = s.CreateAssessment(context.Background(), draft(fmt.Sprint("d", i)))
		})
	}
	for range n / 2 {
		<-started
	}
	must(t, s.Close())
	wg.Wait()
	s = openStore(t, o)
	kept := 0
	for i, err := range errs {
		_, found := s.Assessment(t.Context(), north, fmt.Sprint("d", i))
		if (err == nil) != (found == nil) {
			t.Fatalf("told %v, found %v", err, found)
		}
		if err == nil {
			kept++
		} else if !errors.Is(found, care.ErrNotFound) {
			t.Fatal(found)
		}
	}
	t.Logf("%d of %d were in time", kept, n)
}

func TestReadsDoNotWaitForTheWriter(t *testing.T) {
	s := newStore(t)
	must(t, s.CreateAssessment(t.Context(), draft("one")))
	held, let := make(chan bool), make(chan bool)
	release := sync.OnceFunc(func() { close(let) })
	t.Cleanup(release) // when this fails: the store cannot close before
	var wg sync.WaitGroup
	wg.Go(func() {
		_ = s.write(context.Background(), func(t *tx) error { err := mark("x")(t); close(held); <-let; return err })
	})
	<-held
	_, err := s.Assessment(t.Context(), north, "one") // would never come back otherwise
	must(t, err)
	if s.marked(t, "x") {
		t.Error("what is not committed can be read")
	}
	release()
	wg.Wait()
}
