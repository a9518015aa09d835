package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// TestOlderShapesAreBroughtOn makes a database of each earlier shape, with a draft, a case and a session in it, and
// opens it: what was stored is there, and what is new works on it.
func TestOlderShapesAreBroughtOn(t *testing.T) {
	const newest = 14
	for version := int64(1); version < newest; version++ {
		t.Run(fmt.Sprint("from ", version), func(t *testing.T) {
			ctx := t.Context()
			o := Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()}
			sent := olderDB(t, o, version)
			s := openStore(t, o)
			got, err := s.Assessment(ctx, north, sent.ID)
			must(t, err)
			if got.Answers.One("words") != "kept" || got.Reference != "REF" || got.Kept || got.AccountOf || got.KeyedBy != "" {
				t.Errorf("the case came back as %+v", got)
			}
			session, err := s.Session(ctx, "one")
			must(t, err)
			if want := (care.Session{IDHash: "one", Kind: care.ActorCitizen, Council: north, Assessment: "draft", CreatedAt: noon, SeenAt: noon}); session != want {
				t.Errorf("the session came back as %+v", session)
			}
			must(t, s.AddEquality(ctx, north, noon.Format("2006-01"), map[string]string{"sex": "male"}))
			if err := s.AddEquality(ctx, "nowhere", noon.Format("2006-01"), map[string]string{"sex": "male"}); !errors.Is(err, care.ErrNotFound) {
				t.Errorf("%v, want care.ErrNotFound", err)
			}
			must(t, s.AddEntry(ctx, north, care.Entry{ID: "e", Case: sent.ID, At: noon}))
			must(t, s.AddCode(ctx, north, care.Code{ID: "c", Assessment: "draft", Kind: care.CodeReturn, Hash: "5eed"},
				care.Event{At: noon, Mail: &care.Mail{Kind: "saved_link", To: "tess@example.com"}}))
			if m, ok, err := s.NextMail(ctx); err != nil || !ok || m.Mail.To != "tess@example.com" {
				t.Errorf("handed out %v, %v", ok, err)
			}
			n, err := s.EraseStaleDrafts(ctx, noon.Add(time.Hour), noon.Add(time.Hour), care.Event{At: noon})
			must(t, err)
			if n != 1 {
				t.Errorf("%d stale drafts, want 1", n)
			}
		})
	}
	s := newStore(t)
	var has int
	must(t, s.readRow(t.Context(), "SELECT max(version_id) FROM goose_db_version", nil, &has))
	if has != newest {
		t.Errorf("the newest shape is %d, and this test looks at those before %d", has, newest)
	}
}

// olderDB makes a database as it was at a version. It returns the case in it.
func olderDB(t *testing.T, o Options, version int64) care.Assessment {
	t.Helper()
	ctx := t.Context()
	db, err := sql.Open("sqlite", o.Path)
	must(t, err)
	defer func() { must(t, db.Close()) }()
	db.SetMaxOpenConns(1)
	_, err = db.Exec("PRAGMA journal_mode = WAL")
	must(t, err)
	dir, err := fs.Sub(migrations, "migrations")
	must(t, err)
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
	must(t, err)
	_, err = p.UpTo(ctx, version)
	must(t, err)
	must(t, checkKeys(ctx, db, o.Keys))

	wrapped := o.Keys.NewCouncil(north)
	_, err = db.Exec(`INSERT INTO councils (slug, name, gss, phone, phone_24h, email, leave_url, complaint_url, directory_url, colour, read_days, demo, created_at, council_key)
		VALUES (?, 'Northby', '', '', '', '', '', '', '', '', 3, 0, 0, ?)`, north, wrapped)
	must(t, err)
	council, err := o.Keys.Council(north, wrapped)
	must(t, err)
	sent := draft("sent")
	sent.Answers.Set("words", "kept")
	sent.Status, sent.Reference = care.StatusSent, "REF"
	for _, a := range []care.Assessment{sent, draft("draft")} {
		record, key := council.NewRecord(assessmentPlace(a.ID, 1))
		answers, err := a.Answers.AppendBinary(nil)
		must(t, err)
		_, err = db.Exec(`INSERT INTO assessments (id, council, kind, ruleset, status, version, sealed_version, started_at, saved_at,
			reference, sent_at, due_at, queue_rank, linked_to, worker, worker_name, data_key, answers, summary)
			VALUES (?, ?, 'adult-needs', '', ?, 1, 1, ?, ?, NULLIF(?, ''), 0, 0, 0, '', '', '', ?, ?, ?)`,
			a.ID, north, string(a.Status), micros(noon), micros(noon), a.Reference, key, record.Seal("answers", answers), record.Seal("summary", []byte("{}")))
		must(t, err)
	}
	_, err = db.Exec(`INSERT INTO sessions (id_hash, kind, council, assessment, practitioner, created_at, seen_at, locked)
		VALUES ('one', 'citizen', ?, 'draft', '', ?, ?, 0)`, north, micros(noon), micros(noon))
	must(t, err)
	return sent
}
