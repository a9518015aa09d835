package sqlite

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
)

// tables lists every table with its columns and their types.
func tables(t *testing.T, s *Store) map[string]map[string]string {
	t.Helper()
	all := map[string]map[string]string{}
	must(t, s.readRows(t.Context(), `SELECT m.name, c.name, c.type FROM sqlite_schema m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'`, nil, func(r *sql.Rows) error {
		var table, column, typ string
		err := r.Scan(&table, &column, &typ)
		if all[table] == nil {
			all[table] = map[string]string{}
		}
		all[table][column] = typ
		return err
	}))
	return all
}

// A cell is one value of the database, and where it stands.
type cell struct {
	table, column string
	blob          bool
	value         []byte
}

// cells reads every value of every table.
func cells(t *testing.T, s *Store) (all []cell) {
	t.Helper()
	for table, columns := range tables(t, s) {
		for column, typ := range columns {
			must(t, s.readRows(t.Context(), fmt.Sprintf(`SELECT CAST(%q AS BLOB) FROM %q WHERE %q IS NOT NULL`, column, table, column), nil, func(r *sql.Rows) error {
				var v sql.RawBytes
				err := r.Scan(&v)
				all = append(all, cell{table, column, typ == "BLOB", bytes.Clone(v)})
				return err
			}))
		}
	}
	return all
}

// wholeCase makes a case with something of it in every table in which there can be, and returns it signed.
func wholeCase(t *testing.T, s *Store, p *planted, id string, extra int) care.Assessment {
	t.Helper()
	ctx := t.Context()
	a := fullCase(t, s, p, id)
	event := func(verb string) care.Event { return care.Event{At: noon, Verb: verb, Subject: id} }
	seen := map[string]int{}
	for i := range 1 + extra {
		name := fmt.Sprint("contact/", i)
		must(t, s.SavePart(ctx, north, id, care.Part{Name: name, Body: []byte(p.word() + strings.Repeat(p.word(), i*300))}, event("contact.logged")))
		seen[name] = 1
		must(t, s.AddEntry(ctx, north, care.Entry{ID: fmt.Sprint(id, "-", i), Case: id, Kind: care.EntryNote, At: noon, By: care.ActorPractitioner, ByID: "p", Body: []byte(p.word())}))
	}
	x := care.Transfer{ID: id + "-offer", Council: north, Case: id, Reference: a.Reference, ToCouncil: north, ToTeam: "elm", OfferedAt: noon, Offer: care.Offer{Reason: p.word()}}
	now, err := s.Assessment(ctx, north, id)
	must(t, err)
	must(t, s.OfferCase(ctx, x, now.Version, care.Entry{ID: id + "-offered", Case: id, At: noon, Body: []byte(p.word())}, event("case.offered")))
	x.State, x.SettledAt = care.TransferDeclined, noon
	must(t, s.SettleOffer(ctx, x, care.Entry{ID: id + "-declined", Case: id, At: noon, Body: []byte(p.word())}, event("offer.declined")))
	must(t, s.AddCode(ctx, north, care.Code{ID: id + "-code", Assessment: id, Kind: care.CodeReturn, Hash: p.word(), CreatedAt: noon}, event("code.given")))
	must(t, s.PutSession(ctx, care.Session{IDHash: id, Kind: care.ActorCitizen, Council: north, Assessment: id, CreatedAt: noon, SeenAt: noon}))
	must(t, s.SetAccess(ctx, north, care.AccessChange{Case: id, Given: []care.Grant{{Case: id, Practitioner: "p", At: noon}}}, event("case.named")))
	for _, dead := range []bool{false, true} {
		ev := event("question.asked")
		ev.Mail = p.mail()
		must(t, s.write(ctx, func(t *tx) error { return t.addEvents(north, ev) }))
		if dead {
			m, ok, err := s.NextMail(ctx)
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			must(t, s.MailFailed(ctx, m.Receipt, "refused", 0, true))
		}
	}
	body := []byte(p.word())
	sum := sha256.Sum256(body)
	must(t, s.SignCase(ctx, north, care.Determination{
		ID: id + "-record", CaseID: id, Version: 1, Decision: "eligible", SignedBy: "p", ByName: "Pat Example", SignedAt: noon, Body: body, Hash: hex.EncodeToString(sum[:]),
	}, seen, event("record.signed")))
	return a
}

// agree says for two people that cases are destroyed from noon on.
func agree(t *testing.T, s *Store, refs ...string) care.DisposalStep {
	t.Helper()
	step := care.DisposalStep{References: refs, Before: noon.AddDate(1, 0, 0), By: "p", At: noon, Until: noon}
	must(t, s.ProposeDisposal(t.Context(), north, step, care.Event{At: noon, Verb: "disposal.proposed"}))
	step.By = "q"
	must(t, s.AgreeDisposal(t.Context(), north, step, care.Event{At: noon, Verb: "disposal.agreed"}))
	return step
}

func (s *Store) disposeNow(t *testing.T, ids ...string) int {
	t.Helper()
	var all []care.Disposed
	for _, id := range ids {
		all = append(all, care.Disposed{Case: id, Council: north, Ending: "eligible", At: noon})
	}
	n, err := s.Dispose(t.Context(), north, all, noon.AddDate(1, 0, 0), care.Event{At: noon, Verb: "case.disposed"}, care.Event{At: noon, Verb: "disposal.dropped"})
	must(t, err)
	return n
}

// TestNothingOfADestroyedCaseIsLeft destroys some of several cases of random sizes. Of those that go, no sealed value and no wrapped
// key is in any byte of the database's files (tables, free pages, write-ahead log), their reference is in no table, and their id
// stands in the trail and in what is left of them alone. Of those that stay everything is there.
func TestNothingOfADestroyedCaseIsLeft(t *testing.T) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 14))
		ctx, s, p := t.Context(), newStore(t), &planted{}
		must(t, s.PutTeam(ctx, care.Team{ID: "elm", Council: north, Name: "Elm"}, care.Event{At: noon}))
		must(t, s.PutPractitioner(ctx, care.Practitioner{ID: "p", Council: north, Email: "p@example.com"}, care.Event{At: noon}))
		var gone, stay []care.Assessment
		for i := range 6 {
			a := wholeCase(t, s, p, fmt.Sprintf("case-%d-of-%d", i, seed), r.IntN(6))
			if r.IntN(2) == 0 || len(gone) == 0 {
				gone = append(gone, a)
			} else {
				stay = append(stay, a)
			}
		}
		refs, ids := []string{}, []string{}
		for _, a := range gone {
			refs, ids = append(refs, a.Reference), append(ids, a.ID)
		}
		// What is kept longer says so in words of its own.
		step := care.DisposalStep{References: refs, Before: noon.AddDate(1, 0, 0), By: "p", At: noon, Until: noon.Add(time.Hour), Why: "court", Note: p.word()}
		must(t, s.KeepCases(ctx, north, step, care.Event{At: noon, Verb: "disposal.kept"}))

		// Every sealed value of a case that goes is one that no other case has.
		before := cells(t, s)
		must(t, s.TakeBackDisposal(ctx, north, step, care.Event{At: noon, Verb: "disposal.taken-back"}))
		agree(t, s, refs...)
		if n := s.disposeNow(t, ids...); n != len(ids) {
			t.Fatalf("%d destroyed, want %d", n, len(ids))
		}
		must(t, s.Ready(ctx)) // the log is emptied before the next write
		after := map[string]bool{}
		for _, c := range cells(t, s) {
			after[c.table+"."+c.column+string(c.value)] = true
			if c.table == "events" || c.table == "disposed" && c.column == "case_id" {
				if slices.ContainsFunc(refs, func(ref string) bool { return bytes.Contains(c.value, []byte(ref)) }) {
					t.Errorf("a reference stands in %s.%s", c.table, c.column)
				}
				continue
			}
			for _, word := range append(ids, refs...) {
				if bytes.Contains(c.value, []byte(word)) {
					t.Errorf("%s stands in %s.%s", word, c.table, c.column)
				}
			}
		}
		files, went, pieces := onDisk(t, s), 0, map[[16]byte]string{}
		for _, c := range before {
			// A hash of the trail stands in it for good, and the queue of messages holds ids that begin alike.
			if !c.blob || len(c.value) < 16 || c.table == "event_heads" || c.table == "goqite" || after[c.table+"."+c.column+string(c.value)] {
				continue
			}
			went++
			for from := 0; from+16 <= len(c.value); from += 64 { // a long value lies on several pages
				pieces[[16]byte(c.value[from:])] = fmt.Sprintf("bytes from %d of %s.%s", from, c.table, c.column)
			}
		}
		for name, b := range files {
			for at := 0; at+16 <= len(b); at++ {
				if what, ok := pieces[[16]byte(b[at:])]; ok {
					t.Errorf("%s are still in %s", what, name)
				}
			}
		}
		if went < 20*len(gone) {
			t.Errorf("%d values went: this shows nothing", went)
		}
		for _, a := range stay {
			if got, err := s.Assessment(ctx, north, a.ID); err != nil || got.Summary.Name != a.Summary.Name {
				t.Errorf("case %s stays, and is %+v, %v", a.ID, got.Summary, err)
			}
			for name, ask := range map[string]func() (int, error){
				"entries": func() (int, error) { all, err := s.Entries(ctx, north, a.ID); return len(all), err },
				"papers":  func() (int, error) { all, err := s.Parts(ctx, north, a.ID); return len(all), err },
				"records": func() (int, error) { all, err := s.Determinations(ctx, north, a.ID); return len(all), err },
				"codes":   func() (int, error) { all, err := s.CodesOf(ctx, north, a.ID); return len(all), err },
				"offers":  func() (int, error) { all, err := s.TransfersOf(ctx, north, a.ID); return len(all), err },
			} {
				if n, err := ask(); err != nil || n == 0 {
					t.Errorf("%d %s of a case that stays, %v", n, name, err)
				}
			}
		}
		reports, err := VerifyTrail(ctx, s.path)
		must(t, err)
		for _, report := range reports {
			if report.Broken != "" {
				t.Errorf("the trail of %s: %s", report.Council, report.Broken)
			}
		}
		t.Logf("%d of 6 cases destroyed, %d sealed values gone, %d pieces of them in none of %d bytes", len(gone), went, len(pieces), len(files["db"])+len(files["db-wal"]))
	}
}

// TestEveryTableIsDisposedOf: a table that refers to a case, or will, is thought of. Whoever adds one says here what becomes of its
// rows, and tries it above.
func TestEveryTableIsDisposedOf(t *testing.T) {
	s := newStore(t)
	statements := strings.Join(disposing, "\n")
	notOfACase := map[string]string{
		"events": "the trail stays, and has no words in it", "disposed": "what is left", "equality": "leads to nobody", "figures": "leads to nobody",
		"acknowledgements": "about a practitioner's access", "councils": "no case", "teams": "no case", "practitioners": "no case", "passkeys": "no case",
		"devices": "no case", "limits": "no case", "meta": "no case", "event_heads": "no case", "goose_db_version": "no case", "undos": "minutes old at most, ids alone",
	}
	for table := range tables(t, s) {
		if notOfACase[table] != "" {
			continue
		}
		cascades := 0
		must(t, s.readRow(t.Context(), `SELECT count(*) FROM pragma_foreign_key_list(?) WHERE "table" = 'assessments' AND on_delete = 'CASCADE'`, []any{table}, &cascades))
		if cascades == 0 && !strings.Contains(statements, "DELETE FROM "+table+" ") {
			t.Errorf("table %s: nothing says what becomes of it when a case is destroyed", table)
		}
	}
}

// TestNothingGoesWithoutTwoPeople: not even with SQL is a sent case deleted that two people did not agree on, nor the mark of one that
// was destroyed.
func TestNothingGoesWithoutTwoPeople(t *testing.T) {
	ctx, s, p := t.Context(), newStore(t), &planted{}
	must(t, s.PutTeam(ctx, care.Team{ID: "elm", Council: north, Name: "Elm"}, care.Event{At: noon}))
	must(t, s.PutPractitioner(ctx, care.Practitioner{ID: "p", Council: north, Email: "p@example.com"}, care.Event{At: noon}))
	one, two, open := wholeCase(t, s, p, "one", 0), wholeCase(t, s, p, "two", 0), fullCase(t, s, p, "three")
	try := func(statement string) error {
		return s.write(ctx, func(t *tx) error { _, err := t.exec(statement); return err })
	}
	const mark = `INSERT INTO disposed (case_id, council, reference, kind, test, sent_at, signed_at, finished_at, proposed_by, agreed_by, disposed_at, data_key, ending)
		SELECT id, council, CAST(substr(hex(id) || '0000000000000000', 1, 16) AS BLOB), kind, 0, 0, 0, 0, 'p', 'q', 9223372036854775807, x'', x'' FROM assessments WHERE id = `
	agree(t, s, two.Reference)
	for _, statement := range []string{
		mark + "'one'", mark + "'three'", "DELETE FROM assessments WHERE id = 'one'", "DELETE FROM assessments WHERE id = 'two'", "DELETE FROM determinations", "DELETE FROM case_parts WHERE case_id = 'two'", "DELETE FROM transfers",
		"UPDATE disposals SET agreed_by = by_id", "UPDATE disposals SET agreed_by = ''",
		"INSERT INTO disposals VALUES ('one', '" + north + "', 'agreed', 0, '', 'p', 'p', 0, x'', x'')",
	} {
		if err := try(statement); err == nil {
			t.Errorf("%s: not refused", statement)
		}
	}
	if n := s.disposeNow(t, "one", "two", "three"); n != 1 {
		t.Fatalf("%d destroyed, want the one that was agreed on", n)
	}
	for _, statement := range []string{"DELETE FROM disposed", "UPDATE disposed SET kind = 'concern'", "INSERT OR REPLACE INTO disposed SELECT * FROM disposed"} {
		if err := try(statement); err == nil {
			t.Errorf("%s: not refused", statement)
		}
	}
	for _, a := range []care.Assessment{one, open} {
		if _, err := s.Assessment(ctx, north, a.ID); err != nil {
			t.Error(err)
		}
	}
}

// TestDuplicatesGoWithTheirCase: a duplicate never ends by itself, and is destroyed with the case it is one of, which waits for what is
// new about it.
func TestDuplicatesGoWithTheirCase(t *testing.T) {
	ctx, s, p := t.Context(), newStore(t), &planted{}
	must(t, s.PutTeam(ctx, care.Team{ID: "elm", Council: north, Name: "Elm"}, care.Event{At: noon}))
	must(t, s.PutPractitioner(ctx, care.Practitioner{ID: "p", Council: north, Email: "p@example.com"}, care.Event{At: noon}))
	a, twin := wholeCase(t, s, p, "one", 0), fullCase(t, s, p, "two")
	must(t, s.write(ctx, func(t *tx) error {
		_, err := t.exec("UPDATE assessments SET duplicate_of = 'one', news_at = 5 WHERE id = 'two'")
		return err
	}))
	step := care.DisposalStep{References: []string{a.Reference}, Before: noon.AddDate(1, 0, 0), By: "p", At: noon, Until: noon}
	if err := s.ProposeDisposal(ctx, north, step, care.Event{At: noon}); !errors.Is(err, care.ErrConflict) {
		t.Errorf("there is news of its duplicate: %v", err)
	}
	must(t, s.write(ctx, func(t *tx) error { _, err := t.exec("UPDATE assessments SET news_at = 0 WHERE id = 'two'"); return err }))
	page, err := s.Disposals(ctx, care.DisposalQuery{Council: north, State: care.DisposalDue, Before: step.Before, Now: noon})
	if err != nil || len(page.Lines) != 1 || page.Lines[0].Twins != 1 {
		t.Fatalf("due: %+v, %v", page.Lines, err)
	}
	agree(t, s, a.Reference)
	if n := s.disposeNow(t, "one"); n != 2 {
		t.Errorf("%d destroyed, want both", n)
	}
	for ref, ending := range map[string]string{a.Reference: "eligible", twin.Reference: care.EndingDuplicate} {
		if d, err := s.DisposedCase(ctx, north, ref); err != nil || d.Ending != ending {
			t.Errorf("left of %s: %+v, %v", ref, d, err)
		}
	}
	for _, id := range []string{"one", "two"} {
		if _, err := s.Assessment(ctx, north, id); !errors.Is(err, care.ErrNotFound) {
			t.Errorf("%s is there: %v", id, err)
		}
	}
}

// TestDisposalsAreIndexed: neither list sorts or reads what is not on it.
func TestDisposalsAreIndexed(t *testing.T) {
	s := newStore(t)
	for _, query := range []string{dueSQL + dueOrderSQL, dueSQL + dueAfterSQL + dueOrderSQL, statedSQL + statedOrderSQL, statedSQL + statedAfterSQL + statedOrderSQL} {
		query = "SELECT " + disposalColumns + query
		plan := planOf(t, s, query, make([]any, strings.Count(query, "?")))
		if strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s: %s", query, plan)
		}
	}
	for _, query := range []string{disposedCameSQL, disposedClosedSQL} {
		if plan := planOf(t, s, query, make([]any, 3)); !strings.Contains(plan, "COVERING INDEX") {
			t.Errorf("%s: %s", query, plan)
		}
	}
}
