package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// The crash test runs this test program again as a child that writes with eight goroutines and prints what the store
// has acknowledged, kills it without warning, opens the database and looks for every acknowledged answer.
//
// What it shows: no acknowledgement comes before its commit, and a database killed at any moment opens again whole.
// What it cannot show: that the disk keeps what was synced when the power goes, since the kernel survives a killed
// process. That rests on synchronous=FULL, without which Open refuses.

const (
	crashPath  = "THRESHOLD_TEST_CRASH_DB"    // set in a child: the database to write to
	crashRound = "THRESHOLD_TEST_CRASH_ROUND" // part of every id
	crashEarly = "THRESHOLD_TEST_CRASH_EARLY" // set: acknowledge before COMMIT, the fault to be found

	crashWriters = 8
	crashSaves   = 15 // saves of a draft before the next one is begun
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashPath); path != "" {
		if err := crashChild(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// crashChild writes until it is killed. Each line on stdout is an acknowledged save: the draft and its version.
func crashChild(path string) error {
	ctx := context.Background()
	ring, err := keys.Find("", os.Getenv)
	if err != nil {
		return err
	}
	o := Options{Path: path, Keys: ring}
	if os.Getenv(crashEarly) != "" {
		o.beforeCommit = func(batch []*job) {
			for _, j := range batch {
				j.finish(j.err)
			}
		}
	}
	s, err := Open(ctx, o)
	if err != nil {
		return err
	}
	failed := make(chan error, crashWriters)
	for w := range crashWriters {
		go func() {
			for n := 0; ; n++ {
				if err := crashWrite(ctx, s, fmt.Sprintf("%s-%d-%d", os.Getenv(crashRound), w, n)); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	return <-failed
}

func crashWrite(ctx context.Context, s *Store, id string) error {
	a := draft(id)
	event := func() care.Event { return care.Event{At: noon, Verb: "draft.saved", Subject: id} }
	a.Answers.Set(crashAnswer(id, 1))
	if err := s.CreateAssessment(ctx, a, event()); err != nil {
		return err
	}
	fmt.Printf("%s %d\n", id, 1)
	for a.Version <= crashSaves {
		a.Answers.Set(crashAnswer(id, a.Version+1))
		if err := s.SaveAssessment(ctx, a, event()); err != nil {
			return err
		}
		a.Version++
		fmt.Printf("%s %d\n", id, a.Version)
	}
	return nil
}

// crashAnswer is what version n of a draft adds: a question and what was said.
func crashAnswer(id string, n int) (question, value string) {
	return fmt.Sprint("question", n), fmt.Sprintf("%s said %d %s", id, n, strings.Repeat("and so on ", 20))
}

// crash runs a child until it has acknowledged as many saves as asked for, kills it, and returns what it acknowledged:
// the newest version of each draft.
func crash(t *testing.T, o Options, round, after int, early bool) map[string]int {
	t.Helper()
	var ring strings.Builder
	if _, err := o.Keys.WriteTo(&ring); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), crashPath+"="+o.Path, fmt.Sprintf("%s=r%d", crashRound, round), keys.EnvName+"="+ring.String())
	if early {
		child.Env = append(child.Env, crashEarly+"=1")
	}
	var complaints bytes.Buffer
	child.Stderr = &complaints
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	acknowledged := map[string]int{}
	lines := bufio.NewScanner(out)
	for n := 1; lines.Scan(); n++ { // to the end: what was printed before the kill counts too
		if n == after {
			must(t, child.Process.Kill())
		}
		var id string
		var version int
		if _, err := fmt.Sscanf(lines.Text(), "%s %d", &id, &version); err != nil {
			continue // the last line, cut short
		}
		acknowledged[id] = max(acknowledged[id], version)
	}
	err = child.Wait()
	if child.ProcessState.ExitCode() != -1 {
		t.Fatalf("the child ended by itself: %v\n%s", err, complaints.String())
	}
	return acknowledged
}

// lost opens the database and returns which acknowledged saves are not in it, and how many are.
func lost(t *testing.T, o Options, acknowledged map[string]int) (missing []string, found int) {
	t.Helper()
	s, err := Open(t.Context(), o)
	must(t, err)
	defer func() { must(t, s.Close()) }()
	for id, version := range acknowledged {
		a, err := s.Assessment(t.Context(), north, id)
		if err != nil || a.Version < version {
			missing = append(missing, fmt.Sprintf("%s: version %d of %d, %v", id, a.Version, version, err))
			continue
		}
		for n := range version {
			if question, said := crashAnswer(id, n+1); a.Answers.One(question) != said {
				missing = append(missing, fmt.Sprintf("%s: answer %d", id, n+1))
			}
		}
		evs, err := s.Events(t.Context(), north, id)
		must(t, err)
		if len(evs) != a.Version {
			t.Fatalf("%s: version %d with %d events", id, a.Version, len(evs))
		}
		found += version
	}
	return missing, found
}

func crashDB(t *testing.T) Options {
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
	must(t, newStore(t, func(n *Options) { *n = o }).Close())
	return o
}

func TestKilledServerLosesNothingAcknowledged(t *testing.T) {
	rounds := 200
	if testing.Short() {
		rounds = 10
	}
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 1))
	o := crashDB(t)
	all, answers := map[string]int{}, 0
	for round := range rounds {
		acknowledged := crash(t, o, round, 1+random.IntN(150), false)
		missing, found := lost(t, o, acknowledged)
		if len(missing) > 0 {
			t.Fatalf("seed %d, round %d: lost %v", seed, round, missing)
		}
		answers += found
		for id, version := range acknowledged {
			all[id] = version
		}
	}
	if missing, _ := lost(t, o, all); len(missing) > 0 {
		t.Fatalf("seed %d: lost later %v", seed, missing)
	}
	s := openStore(t, o)
	var whole string
	must(t, s.readRow(t.Context(), "PRAGMA integrity_check", nil, &whole))
	if whole != "ok" {
		t.Fatalf("the database is damaged: %s", whole)
	}
	t.Logf("%d kills under %d writers: %d acknowledged answers in %d drafts, 0 lost", rounds, crashWriters, answers, len(all))
}

// TestCrashTestBites has the child acknowledge before COMMIT: the test above must see it.
func TestCrashTestBites(t *testing.T) {
	random := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 2))
	o := crashDB(t)
	const rounds = 100
	for round := range rounds {
		if missing, _ := lost(t, o, crash(t, o, round, 1+random.IntN(50), true)); len(missing) > 0 {
			t.Logf("acknowledging before COMMIT lost %d in round %d", len(missing), round+1)
			return
		}
	}
	t.Fatalf("acknowledging before COMMIT lost nothing in %d kills: the crash test sees nothing", rounds)
}
