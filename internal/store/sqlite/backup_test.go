package sqlite

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// filled is a database with something in every kind of row that a backup must bring back or end.
func filled(t *testing.T) (*Store, Options, care.Assessment) {
	t.Helper()
	ctx, p := t.Context(), &planted{}
	o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
	s := newStore(t, func(n *Options) { *n = o })
	a := fullCase(t, s, p, "one")
	must(t, s.SavePart(ctx, north, a.ID, care.Part{Name: "impact", Body: []byte("part")}, care.Event{At: noon, Verb: "impact.saved", Subject: a.ID}))
	must(t, s.PutPractitioner(ctx, care.Practitioner{ID: "p", Council: north, Name: "Ann Example", Email: "ann@example.com", PasswordHash: "h", SetupHash: "5e7", SetupUntil: noon}, care.Event{At: noon}))
	must(t, s.CreateAssessment(ctx, draft("draft")))
	must(t, s.PutSession(ctx, care.Session{IDHash: "one", Kind: care.ActorCitizen, Council: north, Assessment: "draft", CreatedAt: noon, SeenAt: noon}))
	for kind, id := range map[care.CodeKind]string{care.CodeReturn: "r", care.CodeLink: "l", care.CodeHelper: "h", care.CodePerson: "q"} {
		must(t, s.AddCode(ctx, north, care.Code{ID: id, Assessment: a.ID, Kind: kind, Hash: id + "hash"}, care.Event{At: noon, Verb: "code.given", Subject: a.ID}))
	}
	must(t, s.AddEntry(ctx, north, care.Entry{ID: "e", Case: a.ID, Kind: care.EntryAddition, At: noon, By: care.ActorCitizen, Body: []byte("entry")},
		care.Event{At: noon, Mail: &care.Mail{Kind: "saved_link", To: "tess@example.com"}}))
	return s, o, a
}

// backedUp makes a backup of a filled database.
func backedUp(t *testing.T) (file string, o Options, a care.Assessment) {
	t.Helper()
	s, o, a := filled(t)
	file = filepath.Join(t.TempDir(), "one.backup")
	report, err := Backup(t.Context(), s.path, file)
	must(t, err)
	if report.Cases != 1 || report.Drafts != 1 || report.Councils != 1 || report.Practitioners != 1 || report.Messages != 1 || report.Events == 0 ||
		report.KeysID != o.Keys.ID() || report.BackedUp.IsZero() || len(report.Trail) != 1 || report.Opened != 0 {
		t.Errorf("the report says %+v", report)
	}
	return file, o, a
}

// folder is what is in a folder.
func folder(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestBackupComesBack(t *testing.T) {
	ctx := t.Context()
	file, o, a := backedUp(t)
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup has mode %v, %v", info.Mode(), err)
	}
	was, err := os.ReadFile(file)
	must(t, err)
	report, err := Verify(ctx, file, o.Keys)
	must(t, err)
	if len(report.Problems) > 0 || report.Opened == 0 || report.BackedUp.IsZero() {
		t.Errorf("the backup verifies as %+v", report)
	}
	if other, err := Verify(ctx, file, keys.Generate()); err != nil || !other.WrongKeys || len(other.Problems) != 1 || !strings.Contains(other.Problems[0], o.Keys.ID()) {
		t.Errorf("with other keys: %+v, %v", other, err)
	}

	// Whoever opens it by mistake does not change it.
	if _, err := Open(ctx, Options{Path: file, Keys: o.Keys}); !errors.Is(err, ErrBackup) || !strings.Contains(err.Error(), "threshold restore -from") {
		t.Errorf("opening a backup: %v", err)
	}
	if _, err := Backup(ctx, file, file+"2"); !errors.Is(err, ErrBackup) {
		t.Errorf("a backup of a backup: %v", err)
	}
	if heads, err := VerifyTrail(ctx, file); err != nil || len(heads) != 1 || heads[0].Broken != "" {
		t.Errorf("its trail: %+v, %v", heads, err)
	}

	dir := t.TempDir()
	o.Path = filepath.Join(dir, "again.db")
	if _, err := Restore(ctx, file, o.Path, keys.Generate()); !errors.Is(err, ErrWrongKeys) || len(folder(t, dir)) > 0 {
		t.Errorf("with other keys: %v, in the folder %v", err, folder(t, dir))
	}
	_, err = Restore(ctx, file, o.Path, o.Keys)
	must(t, err)
	if got := folder(t, dir); !slices.Equal(got, []string{"again.db"}) {
		t.Errorf("in the folder: %v", got)
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(was, now) {
		t.Errorf("the backup was changed, %v", err)
	}
	if got := folder(t, filepath.Dir(file)); !slices.Equal(got, []string{"one.backup"}) {
		t.Errorf("beside the backup: %v", got)
	}
	report, err = Verify(ctx, o.Path, o.Keys)
	must(t, err)
	if len(report.Problems) > 0 || report.Restored.IsZero() || !report.BackedUp.IsZero() {
		t.Errorf("restored, it verifies as %+v", report)
	}

	for range 2 { // settled once, and not again
		s := openStore(t, o)
		got, err := s.Assessment(ctx, north, a.ID)
		must(t, err)
		if got.Answers.One("words") != a.Answers.One("words") || got.Summary.Name != a.Summary.Name {
			t.Error("the case came back otherwise")
		}
		if _, err := s.Session(ctx, "one"); !errors.Is(err, care.ErrNotFound) {
			t.Errorf("the session goes on: %v", err)
		}
		codes, err := s.CodesOf(ctx, north, a.ID)
		must(t, err)
		for _, c := range codes {
			if c.Live(noon) == c.Once() {
				t.Errorf("code of kind %s: live is %v", c.Kind, c.Live(noon))
			}
		}
		p, err := s.PractitionerByEmail(ctx, "ann@example.com")
		must(t, err)
		if p.SetupHash != "" || p.PasswordHash != "h" {
			t.Errorf("the practitioner came back as %+v", p)
		}
		if m, ok, err := s.NextMail(ctx); err != nil || ok {
			t.Errorf("a message goes out: %+v, %v", m, err)
		}
		dead, err := s.DeadMail(ctx, north, 10)
		must(t, err)
		if len(dead) != 1 || dead[0].LastError != "restored" {
			t.Errorf("messages given up: %+v", dead)
		}
		var told int
		must(t, s.readRow(ctx, "SELECT count(*) FROM events WHERE verb = 'database.restored'", nil, &told))
		if told != 1 {
			t.Errorf("%d events say that it was restored", told)
		}
		must(t, s.Close())
	}
	if report, err := Verify(ctx, o.Path, o.Keys); err != nil || len(report.Problems) > 0 || !report.Restored.IsZero() {
		t.Errorf("in use again: %+v, %v", report, err)
	}
	// A dead letter can be sent all the same.
	s := openStore(t, o)
	dead, err := s.DeadMail(ctx, north, 10)
	must(t, err)
	must(t, s.RetryMail(ctx, north, dead[0].ID, care.Event{At: noon}))
	if m, ok, err := s.NextMail(ctx); err != nil || !ok || m.Mail.To != "tess@example.com" {
		t.Errorf("handed out %+v, %v, %v", m, ok, err)
	}
}

// TestChangedBackupIsRefused flips bytes all over a backup, one at a time, and cuts it short in many places. Verify says
// that something is wrong, Restore puts nothing in place, and Open does not serve it.
func TestChangedBackupIsRefused(t *testing.T) {
	ctx := t.Context()
	file, o, _ := backedUp(t)
	whole, err := os.ReadFile(file)
	must(t, err)
	seed := uint64(time.Now().UnixNano())
	dice := rand.New(rand.NewPCG(seed, 1))
	content := len(whole) - sealLength
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.backup")
	refused := func(what string, b []byte) {
		t.Helper()
		must(t, os.WriteFile(bad, b, 0o600))
		switch report, err := Verify(ctx, bad, o.Keys); {
		case err == nil && len(report.Problems) == 0:
			t.Errorf("seed %d, %s: verify finds it sound", seed, what)
		case err != nil:
			t.Errorf("seed %d, %s: verify could not read it: %v", seed, what, err)
		}
		_, err := Restore(ctx, bad, filepath.Join(dir, "new.db"), o.Keys)
		if !errors.Is(err, ErrChanged) && !errors.Is(err, ErrNotBackup) {
			t.Errorf("seed %d, %s: restore says %v", seed, what, err)
		}
		if s, err := Open(ctx, Options{Path: bad, Keys: o.Keys}); err == nil {
			must(t, s.Close())
			t.Errorf("seed %d, %s: it is served", seed, what)
		}
		for _, beside := range besides {
			must(t, errors.Join(os.RemoveAll(bad+beside)))
		}
		if got := folder(t, dir); !slices.Equal(got, []string{"bad.backup"}) {
			t.Fatalf("seed %d, %s: left in the folder: %v", seed, what, got)
		}
	}
	flip := func(at int) {
		b := slices.Clone(whole)
		b[at] ^= byte(1 << dice.IntN(8))
		refused(fmt.Sprintf("byte %d of %d", at, len(whole)), b)
	}
	for at := content; at < len(whole); at++ { // the seal itself
		flip(at)
	}
	for range 150 {
		flip(dice.IntN(content))
	}
	for _, n := range []int{1, 100, 4096, content / 2, content - 4096, content, content + 1, len(whole) - 1} {
		refused(fmt.Sprintf("the first %d bytes of %d", n, len(whole)), whole[:n])
	}
	refused("a byte more", append(slices.Clone(whole), 'x'))
	refused("twice", append(slices.Clone(whole), whole...))
	t.Logf("%d bytes: %d flips and 10 cuts, all refused", len(whole), 150+sealLength)
}

// TestBackupAndRestoreOverwriteNothing: nor do they take what SQLite left beside another database for their own.
func TestBackupAndRestoreOverwriteNothing(t *testing.T) {
	ctx := t.Context()
	file, o, _ := backedUp(t)
	dir := t.TempDir()
	there := filepath.Join(dir, "there")
	must(t, os.WriteFile(there, []byte("mine"), 0o600))
	if _, err := Backup(ctx, o.Path, there); !errors.Is(err, ErrExists) {
		t.Errorf("backup: %v", err)
	}
	if _, err := Restore(ctx, file, there, o.Keys); !errors.Is(err, ErrExists) {
		t.Errorf("restore: %v", err)
	}
	for _, beside := range besides {
		name := filepath.Join(dir, "new.db")
		must(t, os.WriteFile(name+beside, []byte("another's"), 0o600))
		if _, err := Restore(ctx, file, name, o.Keys); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "new.db"+beside) {
			t.Errorf("restore beside %s: %v", beside, err)
		}
		must(t, os.Remove(name+beside))
	}
	if b, err := os.ReadFile(there); err != nil || string(b) != "mine" || len(folder(t, dir)) != 1 {
		t.Errorf("%q, %v, in the folder %v", b, err, folder(t, dir))
	}
	// Two at once: one of them wins, and what the other made is gone.
	results := make(chan error, 2)
	for range 2 {
		go func() { _, err := Backup(ctx, o.Path, filepath.Join(dir, "both")); results <- err }()
	}
	first, second := <-results, <-results
	if (first == nil) == (second == nil) || !errors.Is(errors.Join(first, second), ErrExists) {
		t.Errorf("two at once: %v and %v", first, second)
	}
	if got := folder(t, dir); !slices.Equal(got, []string{"both", "there"}) {
		t.Errorf("in the folder: %v", got)
	}
}

func TestBackupSaysWhatItNeeds(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	file, o, _ := backedUp(t)
	text := filepath.Join(dir, "text")
	must(t, os.WriteFile(text, []byte(strings.Repeat("no database\n", 500)), 0o600))
	for what, c := range map[string]struct {
		err  func() error
		want error
		says string
	}{
		"no database": {func() error { _, err := Backup(ctx, filepath.Join(dir, "none"), filepath.Join(dir, "b")); return err }, fs.ErrNotExist, "no such database"},
		"not ours":    {func() error { _, err := Backup(ctx, text, filepath.Join(dir, "b")); return err }, ErrNotThreshold, ""},
		"no folder":   {func() error { _, err := Backup(ctx, o.Path, filepath.Join(dir, "no", "b")); return err }, fs.ErrNotExist, "make it first"},
		"no backup": {func() error {
			_, err := Restore(ctx, filepath.Join(dir, "none"), filepath.Join(dir, "r"), o.Keys)
			return err
		}, fs.ErrNotExist, "no such backup"},
		"restoring a database": {func() error { _, err := Restore(ctx, o.Path, filepath.Join(dir, "r"), o.Keys); return err }, ErrNotBackup, "threshold backup"},
		"no folder to restore": {func() error { _, err := Restore(ctx, file, filepath.Join(dir, "no", "r"), o.Keys); return err }, fs.ErrNotExist, "make it first"},
		"verifying nothing":    {func() error { _, err := Verify(ctx, filepath.Join(dir, "none"), o.Keys); return err }, fs.ErrNotExist, "no such file"},
	} {
		if err := c.err(); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if got := folder(t, dir); !slices.Equal(got, []string{"text"}) {
		t.Errorf("left in the folder: %v", got)
	}
	report, err := Verify(ctx, text, o.Keys)
	if err != nil || len(report.Problems) != 1 {
		t.Errorf("verifying a text: %+v, %v", report, err)
	}
}

// TestVerifyFindsWhatIsWrong changes a database behind the program's back.
func TestVerifyFindsWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ change, want string }{
		"nothing":            {"", ""},
		"answers changed":    {"UPDATE assessments SET answers = zeroblob(100) WHERE id = 'draft'", "assessments draft: answers does not open"},
		"moved answers":      {"UPDATE assessments SET (answers, data_key) = (SELECT answers, data_key FROM assessments WHERE id = 'one') WHERE id = 'draft'", "assessments draft: its key does not open"},
		"a part changed":     {"UPDATE case_parts SET body = zeroblob(99)", "case_parts one/impact: body does not open"},
		"the council's key":  {"UPDATE councils SET council_key = zeroblob(61)", "the key of council northby does not open"},
		"a password changed": {"UPDATE practitioners SET password_hash = zeroblob(99)", "practitioners p: password_hash does not open"},
		"the trail":          {"UPDATE events SET detail = 'otherwise' WHERE seq = 2", "the trail of northby: event"},
		"a case gone":        {"DELETE FROM assessments WHERE id = 'one'", "that are not there"},
		"a constraint":       {"UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (status IN (', 'CHECK (status NOT IN (') WHERE name = 'assessments'", "the file is damaged: CHECK constraint failed"},
		"a later version":    {"INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)", "version 9999"},
		"the schema":         {"DROP TABLE meta", "what it is cannot be read: SQL logic error: no such table: meta"},
	} {
		t.Run(name, func(t *testing.T) {
			s, o, _ := filled(t)
			if c.change != "" {
				must(t, s.Close())
				db, err := sql.Open("sqlite", o.Path+"?_pragma=writable_schema(1)")
				must(t, err)
				for _, table := range []string{"events", "assessments", "entries", "case_parts"} {
					dropTriggers(t, db, table)
				}
				_, err = db.Exec(c.change)
				must(t, err)
				must(t, db.Close())
			}
			report, err := Verify(t.Context(), o.Path, o.Keys)
			must(t, err)
			if got := strings.Join(report.Problems, "\n"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("it says %q, and should say %q", got, c.want)
			}
			if c.change == "" { // the service has it open
				if report.Opened == 0 {
					t.Error("nothing was opened")
				}
				return
			}
			to := filepath.Join(t.TempDir(), "bad.backup")
			if _, err := Backup(t.Context(), o.Path, to); strings.Contains(c.want, "does not open") || strings.Contains(c.want, "key of council") {
				must(t, err) // without the keys nobody can tell
			} else if err == nil || len(folder(t, filepath.Dir(to))) > 0 {
				t.Errorf("it is backed up all the same: %v", err)
			}
		})
	}
}

func dropTriggers(t *testing.T, db *sql.DB, table string) {
	t.Helper()
	rows, err := db.Query("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?", table)
	must(t, err)
	var names []string
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		names = append(names, name)
	}
	must(t, errors.Join(rows.Err(), rows.Close()))
	for _, name := range names {
		_, err := db.Exec("DROP TRIGGER " + name)
		must(t, err)
	}
}

// TestVerifyKnowsEverySealedColumn: a table with a data_key has sealed columns, and verify must open each.
func TestVerifyKnowsEverySealedColumn(t *testing.T) {
	s := newStore(t)
	known := map[string]bool{}
	for _, table := range sealedTables {
		known[table.name+".data_key"] = true
		for _, column := range table.columns {
			known[table.name+"."+column] = true
		}
	}
	for _, clear := range []string{ // not sealed for a record, see the migrations
		"meta.value", "councils.council_key", "limits.key", "events.hash", "event_heads.hash", "search_tokens.token", "equality.id", "goqite.body", "disposed.reference",
	} {
		known[clear] = true
	}
	n := 0
	must(t, s.readRows(t.Context(), `SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
		WHERE t.type = 'table' AND c.type = 'BLOB'`, nil, func(r *sql.Rows) error {
		var column string
		err := r.Scan(&column)
		if n++; !known[column] {
			t.Errorf("threshold verify does not open %s: put it into sealedTables (verify.go), or say here that it is not sealed", column)
		}
		return err
	}))
	if n != len(known) {
		t.Errorf("%d columns are known and %d are there", len(known), n)
	}
}
