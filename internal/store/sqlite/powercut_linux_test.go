package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/faultfs"
	"threshold/internal/store/keys"
)

// The power cuts. A child writes to the real store on a file system that keeps apart what was synced (see faultfs), and
// prints what the store has acknowledged. At a random step the power goes: what was not synced is dropped, kept or torn,
// and the child gets EIO for everything. (It lives on for a moment, so an acknowledgement that comes after the cut
// counts, and is found out.) The next child opens what survived, looks for everything that was ever acknowledged, and
// writes on.
//
// THRESHOLD_POWER_CUTS says how many; THRESHOLD_TEST_SEED makes the random choices those of an earlier run. (How the
// writers take turns is not among them.)

const (
	powerDir    = "THRESHOLD_TEST_POWER_DIR"    // set in a child: the folder on the file system
	powerLedger = "THRESHOLD_TEST_POWER_LEDGER" // a file elsewhere: what was acknowledged before
	powerRound  = "THRESHOLD_TEST_POWER_ROUND"  // part of every id
	powerOnly   = "THRESHOLD_TEST_POWER_ONLY"   // set: look, and do not write
	powerNormal = "THRESHOLD_TEST_POWER_NORMAL" // set: synchronous=NORMAL, the fault to be found

	powerWriters = 6
	powerSaves   = 4  // saves of a draft before the next one is begun; each third is then erased
	powerEpoch   = 12 // cuts of a database before another is begun
)

// init and not TestMain: other systems have that too, and not this file.
func init() {
	dir := os.Getenv(powerDir)
	if dir == "" {
		return
	}
	if err := powerChild(context.Background(), dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// A ledger is what was acknowledged. It is kept as lines: "ring ID", "council", "saved ID VERSION", "erasing ID" (begun and
// perhaps not done), "erased ID", "backup NAME", "whole NAME" (a backup that was looked at).
type ledger struct {
	ring    string
	council bool
	saved   map[string]int // the newest version of each draft
	erasing map[string]bool
	erased  map[string]bool
	backups []string
	whole   map[string]bool // backups that were looked at
	lines   []string
}

func newLedger() *ledger {
	return &ledger{saved: map[string]int{}, erasing: map[string]bool{}, erased: map[string]bool{}, whole: map[string]bool{}}
}

// note takes one line down. A line that is cut short is none.
func (l *ledger) note(line string) {
	word := strings.Fields(line)
	switch {
	case len(word) == 2 && word[0] == "ring":
		l.ring = word[1]
	case len(word) == 1 && word[0] == "council":
		l.council = true
	case len(word) == 3 && word[0] == "saved":
		version, err := strconv.Atoi(word[2])
		if err != nil {
			return
		}
		l.saved[word[1]] = max(l.saved[word[1]], version)
	case len(word) == 2 && word[0] == "erasing":
		l.erasing[word[1]] = true
	case len(word) == 2 && word[0] == "erased":
		l.erased[word[1]] = true
	case len(word) == 2 && word[0] == "backup":
		l.backups = append(l.backups, word[1])
	case len(word) == 2 && word[0] == "whole":
		l.whole[word[1]] = true
	default:
		return
	}
	l.lines = append(l.lines, line)
}

func (l *ledger) answers() (n int) {
	for _, version := range l.saved {
		n += version
	}
	return n
}

// powerChild opens the database, looks whether it is as the ledger says, and writes until it cannot any more.
func powerChild(ctx context.Context, dir string) error {
	known := newLedger()
	b, err := os.ReadFile(os.Getenv(powerLedger))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(b)) {
		known.note(strings.TrimSpace(line))
	}
	ring, err := powerKeys(filepath.Join(dir, "threshold.keys"), known)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "threshold.db")
	s, err := Open(ctx, Options{Path: path, Keys: ring})
	if err != nil {
		return err
	}
	if os.Getenv(powerNormal) != "" { // Open would refuse it
		if _, err := s.writer.conn.ExecContext(ctx, "PRAGMA synchronous = NORMAL"); err != nil {
			return err
		}
	}
	if err := powerLook(ctx, s, dir, known); err != nil {
		return err
	}
	fmt.Println("looked")
	if os.Getenv(powerOnly) != "" {
		return s.Close()
	}
	if err := s.PutCouncil(ctx, care.Council{Slug: north, Name: "Northby"}, care.Event{At: noon, Verb: "council.put", Subject: north}); err != nil {
		return err
	}
	fmt.Println("council")
	var all sync.WaitGroup
	for w := range powerWriters {
		all.Go(func() {
			for n := 0; powerWrite(ctx, s, fmt.Sprintf("%s-%d-%d", os.Getenv(powerRound), w, n), n%3 == 2) == nil; n++ {
			}
		})
	}
	all.Go(func() {
		for n := range 2 {
			name := fmt.Sprintf("backup-%s-%d", os.Getenv(powerRound), n)
			if _, err := Backup(ctx, path, filepath.Join(dir, name)); err != nil {
				return
			}
			fmt.Println("backup " + name)
		}
	})
	all.Wait()
	return nil
}

// powerKeys reads the keys beside the database, or makes them as the demonstration does on its first run.
func powerKeys(path string, known *ledger) (keys.Ring, error) {
	ring, err := keys.Load(path)
	if errors.Is(err, keys.ErrNone) && known.ring == "" {
		ring, err = keys.CreateFile(path)
	}
	if err != nil {
		return ring, err
	}
	if known.ring != "" && known.ring != ring.ID() {
		return ring, fmt.Errorf("LOST: the keys were %s and are %s", known.ring, ring.ID())
	}
	fmt.Println("ring " + ring.ID())
	return ring, nil
}

func powerWrite(ctx context.Context, s *Store, id string, erase bool) error {
	a := draft(id)
	event := func(verb string) care.Event { return care.Event{At: noon, Verb: verb, Subject: id} }
	a.Answers.Set(crashAnswer(id, 1))
	if err := s.CreateAssessment(ctx, a, event("draft.saved")); err != nil {
		return err
	}
	fmt.Printf("saved %s %d\n", id, 1)
	for a.Version < powerSaves {
		a.Answers.Set(crashAnswer(id, a.Version+1))
		if err := s.SaveAssessment(ctx, a, event("draft.saved")); err != nil {
			return err
		}
		a.Version++
		fmt.Printf("saved %s %d\n", id, a.Version)
	}
	if !erase {
		return nil
	}
	fmt.Printf("erasing %s\n", id)
	if err := s.EraseAssessment(ctx, north, id, event("draft.erased")); err != nil {
		return err
	}
	fmt.Printf("erased %s\n", id)
	return nil
}

// powerLook looks for everything that was acknowledged, and for anything that is there by halves. An error that begins
// with LOST is about the first.
func powerLook(ctx context.Context, s *Store, dir string, known *ledger) error {
	var whole string
	if err := s.readRow(ctx, "PRAGMA integrity_check", nil, &whole); err != nil || whole != "ok" {
		return errors.Join(fmt.Errorf("the database is damaged: %s", whole), err)
	}
	if known.council {
		if list, err := s.Councils(ctx); err != nil || len(list) != 1 {
			return errors.Join(fmt.Errorf("LOST: the council: there are %d", len(list)), err)
		}
	}
	for id, version := range known.saved {
		a, err := s.Assessment(ctx, north, id)
		switch {
		case errors.Is(err, care.ErrNotFound) && known.erasing[id]:
			continue
		case err == nil && known.erased[id]:
			return fmt.Errorf("LOST: the erasing of %s: it is there again", id)
		case err != nil || a.Version < version:
			return errors.Join(fmt.Errorf("LOST: %s: version %d of %d", id, a.Version, version), err)
		}
		for n := range version {
			if question, said := crashAnswer(id, n+1); a.Answers.One(question) != said {
				return fmt.Errorf("LOST: %s: answer %d is %q", id, n+1, a.Answers.One(question))
			}
		}
	}
	// By halves: an event without its change, or a change without its event. (What an older version stored had none.)
	err := s.readRows(ctx, `
		SELECT s.subject, s.saves, ifnull(a.version, 0), s.erasures FROM
			(SELECT subject, sum(verb = 'draft.saved') AS saves, sum(verb = 'draft.erased') AS erasures FROM events WHERE verb LIKE 'draft.%' GROUP BY subject) s
			LEFT JOIN assessments a ON a.id = s.subject
			WHERE CASE WHEN s.erasures > 0 THEN a.id IS NOT NULL OR s.erasures > 1 ELSE a.version IS NOT s.saves END
		UNION ALL
		SELECT id, 0, version, 0 FROM assessments WHERE id LIKE 'r%' AND NOT EXISTS (SELECT 1 FROM events WHERE subject = assessments.id)`,
		nil, func(r *sql.Rows) error {
			var id string
			var saves, version, erasures int
			if err := r.Scan(&id, &saves, &version, &erasures); err != nil {
				return err
			}
			return fmt.Errorf("by halves: %s has version %d, and events of %d saves and %d erasures", id, version, saves, erasures)
		})
	if err != nil {
		return err
	}
	trails, err := VerifyTrail(ctx, s.path)
	if err != nil {
		return err
	}
	for _, r := range trails {
		if r.Broken != "" {
			return fmt.Errorf("the trail of %s: %s", r.Council, r.Broken)
		}
	}
	return powerBackups(ctx, dir, known)
}

// powerBackups: a backup that was acknowledged is there, and whatever has the name of one is whole.
func powerBackups(ctx context.Context, dir string, known *ledger) error {
	for _, name := range known.backups {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("LOST: a backup: %w", err)
		}
	}
	found, err := filepath.Glob(filepath.Join(dir, "backup-*"))
	if err != nil {
		return err
	}
	for _, path := range found {
		if known.whole[filepath.Base(path)] {
			continue // it was looked at after an earlier cut
		}
		report, err := Verify(ctx, path, keys.Ring{})
		if err == nil && len(report.Problems) > 0 {
			err = fmt.Errorf("%v", report.Problems)
		}
		if err != nil {
			return fmt.Errorf("the backup %s: %w", filepath.Base(path), err)
		}
		fmt.Println("whole " + filepath.Base(path))
	}
	return nil
}

// A powerTest is one file system and what was done to it.
type powerTest struct {
	t      *testing.T
	seed   uint64
	random *rand.Rand
	fs     *faultfs.FS
	normal bool

	opening bool // the next cut is to come while the database is opened

	book    *ledger
	history []string       // of the database in use
	cutIn   map[string]int // what was cut in the middle of: "write wal" and the like
	fates   map[faultfs.Fate]int
	cuts    int
	answers int // acknowledged, in databases that are done with
	erased  int
	backups int
}

func newPowerTest(t *testing.T) *powerTest {
	t.Helper()
	p := &powerTest{t: t, seed: uint64(time.Now().UnixNano()), book: newLedger(), cutIn: map[string]int{}, fates: map[faultfs.Fate]int{}}
	if given := os.Getenv("THRESHOLD_TEST_SEED"); given != "" {
		var err error
		p.seed, err = strconv.ParseUint(given, 10, 64)
		must(t, err)
	}
	p.random = rand.New(rand.NewPCG(p.seed, 3))
	var err error
	p.fs, err = faultfs.Mount(t.TempDir(), p.seed)
	must(t, err)
	t.Cleanup(func() {
		if err := p.fs.Unmount(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("again: THRESHOLD_TEST_SEED=%d. The database was made so: %s", p.seed, strings.Join(p.history, "; "))
		}
	})
	return p
}

// begin begins another database: none yet, or one of an older version with a case in it.
func (p *powerTest) begin() {
	t := p.t
	t.Helper()
	p.answers, p.erased, p.backups = p.answers+p.book.answers(), p.erased+len(p.book.erased), p.backups+len(p.book.backups)
	p.book, p.history = newLedger(), nil
	from := ""
	if p.random.IntN(2) == 0 {
		from = t.TempDir()
		ring, err := keys.CreateFile(filepath.Join(from, "threshold.keys"))
		must(t, err)
		version := 1 + p.random.Int64N(10)
		olderDB(t, Options{Path: filepath.Join(from, "threshold.db"), Keys: ring}, version)
		p.book.note("ring " + ring.ID())
		p.book.note("council")
		p.history = append(p.history, fmt.Sprint("made by version ", version))
	}
	_, err := p.fs.Import(from)
	must(t, err)
	if from != "" {
		must(t, os.RemoveAll(from))
	}
}

// run runs a child to its end, and returns what it complained of. It takes down what was acknowledged.
func (p *powerTest) run(look bool) (looked bool, complaints string) {
	t := p.t
	t.Helper()
	book := filepath.Join(t.TempDir(), "ledger")
	must(t, os.WriteFile(book, []byte(strings.Join(p.book.lines, "\n")), 0o600))
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), powerDir+"="+p.fs.Dir(), powerLedger+"="+book, fmt.Sprintf("%s=r%d", powerRound, p.cuts))
	if look {
		child.Env = append(child.Env, powerOnly+"=1")
	}
	if p.normal {
		child.Env = append(child.Env, powerNormal+"=1")
	}
	var stderr bytes.Buffer
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	must(t, err)
	must(t, child.Start())
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if lines.Text() == "looked" {
			looked = true
			if !look && !p.opening {
				p.fs.Set(p.somePlan())
			}
			continue
		}
		p.book.note(lines.Text())
	}
	if err := child.Wait(); err != nil && stderr.Len() == 0 {
		fmt.Fprintln(&stderr, err)
	}
	return looked, stderr.String()
}

// somePlan cuts at any step, more often at a near one: the first are all different, later ones repeat. Every other time it
// is a step of a rarer kind, of which there are always some to come.
func (p *powerTest) somePlan() faultfs.Plan {
	if p.random.IntN(2) == 0 {
		return faultfs.Plan{CutAt: 1 + p.random.Int64N(1<<(1+p.random.IntN(12)))}
	}
	rare := []string{"sync ", "sync threshold.db-wal ", "write threshold.db ", "sync threshold.db ", "truncate threshold.db-wal ", "backup"}
	return faultfs.Plan{Of: rare[p.random.IntN(len(rare))], CutAt: 1 + p.random.Int64N(20)}
}

// cut lets a child write until the power goes, and brings back what survives. It returns what the child found wrong
// before.
func (p *powerTest) cut() error {
	t := p.t
	t.Helper()
	p.fs.Set(faultfs.Plan{})
	if p.opening = p.random.IntN(4) == 0; p.opening { // recovery, migration, the first run
		plan := p.somePlan()
		if p.book.ring == "" { // the first run: the keys come first, in a few steps
			plan = faultfs.Plan{CutAt: 1 + p.random.Int64N(1<<(1+p.random.IntN(9)))}
		}
		p.fs.Set(plan)
	}
	_, complaints := p.run(false)
	select {
	case <-p.fs.WhenCut():
	default:
		return errors.New(complaints)
	}
	p.cuts++
	last := p.fs.Last()
	last = last[strings.LastIndex(last, ", ")+1:]
	p.cutIn[stepKind(last)]++
	fate := []faultfs.Fate{faultfs.Dropped, faultfs.Kept, faultfs.Torn, faultfs.Torn}[p.random.IntN(4)]
	p.fates[fate]++
	p.history = append(p.history, fmt.Sprintf("cut at%s (%s)", last, fate))
	if strings.Contains(complaints, "LOST") {
		return errors.New(complaints)
	}
	_, err := p.fs.Survive(fate, p.random)
	must(t, err)
	return nil
}

// stepKind is "write wal" of " 17 write threshold.db-wal 4096+24".
func stepKind(step string) string {
	word := strings.Fields(step)
	if len(word) < 3 {
		return step
	}
	kind := "database"
	switch name := word[len(word)-1]; {
	case word[2] == "the":
		kind = "folder"
	case strings.HasPrefix(word[2], "threshold.db-"):
		kind = strings.TrimPrefix(word[2], "threshold.db-")
	case strings.Contains(word[2], "keys"), strings.Contains(name, "keys"):
		kind = "keys"
	case strings.Contains(word[2], "backup"), strings.Contains(name, "backup"):
		kind = "backup"
	}
	return word[1] + " " + kind
}

// look has a child look whether everything is there, without a fault of the disk.
func (p *powerTest) look() error {
	p.t.Helper()
	p.fs.Set(faultfs.Plan{})
	if looked, complaints := p.run(true); !looked {
		return errors.New(complaints)
	}
	return nil
}

func TestPowerCutsLoseNothingAcknowledged(t *testing.T) {
	cuts := 300
	if testing.Short() {
		cuts = 30
	}
	if given := os.Getenv("THRESHOLD_POWER_CUTS"); given != "" {
		var err error
		cuts, err = strconv.Atoi(given)
		must(t, err)
	}
	p := newPowerTest(t)
	for p.cuts < cuts {
		if p.cuts%powerEpoch == 0 {
			p.begin()
		}
		if err := p.cut(); err != nil {
			t.Fatalf("cut %d: %v", p.cuts, err)
		}
		if p.cuts%powerEpoch == 0 || p.cuts == cuts {
			if err := p.look(); err != nil {
				t.Fatalf("after cut %d: %v", p.cuts, err)
			}
		}
	}
	p.begin()
	t.Logf("%d power cuts (%v), seed %d: %d acknowledged answers, %d erasures and %d backups, 0 lost. In the middle of: %v",
		p.cuts, p.fates, p.seed, p.answers, p.erased, p.backups, p.cutIn)
	for _, want := range []string{"write wal", "sync wal", "write database", "sync database", "truncate wal", "write backup", "sync backup"} {
		if cuts >= 300 && p.cutIn[want] == 0 {
			t.Errorf("no cut came in the middle of %q: they come at the wrong steps", want)
		}
	}
}

// TestPowerCutsOnTheFirstRun: wherever the power goes while keys and database are made, starting again works.
func TestPowerCutsOnTheFirstRun(t *testing.T) {
	p := newPowerTest(t)
	for step := int64(1); step <= 8; step++ { // of the keys; the steps of the database are cut above
		for try := range 6 {
			p.book = newLedger()
			_, err := p.fs.Import("")
			must(t, err)
			p.fs.Set(faultfs.Plan{CutAt: step})
			p.run(true)
			p.history = []string{fmt.Sprintf("cut at %s, try %d", p.fs.Last(), try)}
			_, err = p.fs.Survive(faultfs.Torn, p.random)
			must(t, err)
			if err := p.look(); err != nil {
				t.Fatalf("after a cut at step %d of the first run: %v", step, err)
			}
		}
	}
}

// TestPowerCutsFindWhatIsNotSynced has the child write with synchronous=NORMAL, which syncs at checkpoints alone: the test
// above must see it.
func TestPowerCutsFindWhatIsNotSynced(t *testing.T) {
	p := newPowerTest(t)
	p.normal = true
	const most = 60
	for p.cuts < most {
		if p.cuts%powerEpoch == 0 {
			p.begin()
		}
		err := p.cut()
		if err == nil {
			err = p.look()
		}
		switch {
		case err != nil && strings.Contains(err.Error(), "LOST"):
			t.Logf("synchronous=NORMAL lost acknowledged answers by cut %d: %v", p.cuts, err)
			return
		case err != nil:
			t.Fatalf("cut %d: %v", p.cuts, err)
		}
	}
	t.Fatalf("synchronous=NORMAL lost nothing in %d power cuts: the test proves nothing", most)
}
