package sqlite

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// planted makes distinctive words and remembers them, so that they can be looked for in the bytes on disk.
type planted struct{ words []string }

func (p *planted) word() string {
	w := fmt.Sprintf("zwölfquitte%05dzwölf", len(p.words)*7919)
	p.words = append(p.words, w)
	return w
}

// onDisk returns the bytes of the database's files by name.
func onDisk(t *testing.T, s *Store) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		b, err := os.ReadFile(s.path + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		files["db"+suffix] = b
	}
	return files
}

func fullCase(t *testing.T, s *Store, p *planted, id string) care.Assessment {
	t.Helper()
	a := draft(id)
	a.Answers.Set("words", p.word(), p.word())
	a.Answers.Set(p.word(), "x")
	a.Answers.SetTyped("typed", p.word())
	a.Answers.Visit(p.word())
	must(t, s.CreateAssessment(t.Context(), a))
	a.Status, a.Reference = care.StatusSent, "REF"+id
	a.Summary = care.Summary{
		Name: p.word(), CallMe: p.word(), Born: p.word(), Formats: []string{p.word()}, Contact: []string{p.word()},
		Flags: []care.Flag{{ID: p.word(), Text: p.word(), Citation: p.word(), Basis: p.word()}},
	}
	a.Indication = &care.Indication{
		Ruleset: p.word(), Suggestion: care.Suggestion(p.word()),
		Conditions: []care.Condition{{ID: p.word(), Value: p.word(), Citation: p.word()}},
		Outcomes:   []care.OutcomeResult{{ID: p.word(), Value: p.word(), Limbs: []string{p.word()}, Citation: p.word()}},
		Reasons:    []care.Reason{{Text: p.word(), Citation: p.word(), Because: []string{p.word()}}},
		Undecided:  []string{p.word()}, Judgement: []string{p.word()},
		Prompts: []care.Prompt{{ID: p.word(), Text: p.word(), Citation: p.word()}},
	}
	must(t, s.SaveAssessment(t.Context(), a))
	a.Version++
	return a
}

func TestNothingPersonalOnDisk(t *testing.T) {
	ctx, s, p := t.Context(), newStore(t), &planted{}
	a := fullCase(t, s, p, "one")
	must(t, s.SavePart(ctx, north, a.ID, care.Part{Name: "impact", Body: []byte(p.word())}, care.Event{At: noon}))
	must(t, s.SavePart(ctx, north, a.ID, care.Part{Name: "impact", Version: 1, Body: []byte(p.word())}, care.Event{At: noon}))
	body := []byte(p.word())
	sum := sha256.Sum256(body)
	d := care.Determination{ID: "d", CaseID: a.ID, Version: 1, Decision: p.word(), Body: body, Hash: hex.EncodeToString(sum[:])}
	p.words = append(p.words, d.Hash) // who knows the record must not find it by its hash either
	must(t, s.SignCase(ctx, north, d, map[string]int{"impact": 2}))
	must(t, s.PutPractitioner(ctx, care.Practitioner{ID: "p", Council: north, Email: "ann@example.com", PasswordHash: p.word(), TOTPSecret: p.word()}, care.Event{At: noon}))
	must(t, s.AddEntry(ctx, north, care.Entry{ID: "e", Case: a.ID, Kind: care.EntryAddition, At: noon, By: care.ActorCitizen, Body: []byte(p.word())}))
	must(t, s.AddCode(ctx, north, care.Code{ID: "c", Assessment: a.ID, Kind: care.CodeReturn, Hash: "5eed"}, care.Event{At: noon, Mail: p.mail()}))
	// Three messages: one is dead, one was tried and waits, one was not tried.
	must(t, s.AddCode(ctx, north, care.Code{ID: "d", Assessment: a.ID, Kind: care.CodeReturn, Hash: "5eed"}, care.Event{At: noon, Mail: p.mail()}))
	_, err := s.UseCode(ctx, north, "c", care.CodeUse{At: noon}, care.Event{At: noon, Mail: p.mail()})
	must(t, err)
	for _, dead := range []bool{true, false} {
		m, ok, err := s.NextMail(ctx)
		must(t, err)
		if !ok || !slices.Contains(p.words, m.Mail.To) {
			t.Fatal("the message that was planted does not come out")
		}
		must(t, s.MailFailed(ctx, m.Receipt, "refused", time.Hour, dead))
	}
	// An account on its way, and when it has joined.
	account := fullDraft(p, "account")
	account.AccountOf, account.LinkedTo = true, a.ID
	must(t, s.CreateAssessment(ctx, account))
	must(t, s.JoinAccount(ctx, account, care.Entry{ID: account.ID, Case: a.ID, Kind: care.EntryAccount, At: noon, Body: []byte(p.word())}))
	_, err = s.Try(ctx, p.word(), noon, 5, noon.Sub(noon.AddDate(0, 0, -1)))
	must(t, err)
	// A refused change must leave nothing behind either.
	if s.SaveAssessment(ctx, a) == nil || s.CreateAssessment(ctx, fullDraft(p, a.ID)) == nil {
		t.Fatal("changes that must be refused were not")
	}

	look := func(when string) {
		t.Helper()
		files := onDisk(t, s)
		if !bytes.Contains(files["db"], []byte(a.Reference)) && !bytes.Contains(files["db-wal"], []byte(a.Reference)) {
			t.Fatalf("%s: the reference, which is clear, was not found: this looks in the wrong place", when)
		}
		for name, b := range files {
			for _, w := range p.words {
				if bytes.Contains(b, []byte(w)) {
					t.Errorf("%s: %s holds %q", when, name, w)
				}
			}
		}
	}
	look("while open")
	got, err := s.Assessment(ctx, north, a.ID)
	must(t, err)
	if got.Summary.Name != a.Summary.Name || got.Answers.One("words") == "" {
		t.Fatal("what was planted does not come back")
	}
	must(t, s.Close())
	look("after closing")
	t.Logf("%d planted words, none found", len(p.words))
}

func (p *planted) mail() *care.Mail {
	return &care.Mail{
		Kind: "saved_link", To: p.word(), Subject: p.word(), Lines: []string{p.word(), p.word()},
		Link: p.word(), LinkText: p.word(), From: p.word(), ReplyTo: p.word(), Lang: p.word(),
	}
}

func fullDraft(p *planted, id string) care.Assessment {
	a := draft(id)
	a.Answers.Set("words", p.word())
	return a
}

// TestMovedValuesDoNotOpen moves sealed values about with SQL, as somebody with the file but not the keys could, and
// looks that each is refused and none is taken for another's.
func TestMovedValuesDoNotOpen(t *testing.T) {
	ctx := t.Context()
	for name, move := range map[string]string{
		"answers of another record":          "UPDATE assessments SET answers = (SELECT answers FROM assessments WHERE id = 'two') WHERE id = 'one'",
		"answers and key of another record":  "UPDATE assessments SET (answers, data_key) = (SELECT answers, data_key FROM assessments WHERE id = 'two') WHERE id = 'one'",
		"the whole of another record":        "UPDATE assessments SET (answers, summary, data_key, sealed_version) = (SELECT answers, summary, data_key, sealed_version FROM assessments WHERE id = 'two') WHERE id = 'one'",
		"answers in place of the summary":    "UPDATE assessments SET summary = answers WHERE id = 'one'",
		"summary in place of the answers":    "UPDATE assessments SET answers = summary WHERE id = 'one'",
		"another version":                    "UPDATE assessments SET sealed_version = sealed_version + 1 WHERE id = 'one'",
		"another council":                    "UPDATE assessments SET council = 'southby' WHERE id = 'one'",
		"the key of another council":         "UPDATE councils SET council_key = (SELECT council_key FROM councils WHERE slug = 'southby') WHERE slug = '" + north + "'",
		"a bit turned":                       "UPDATE assessments SET answers = CAST(substr(answers, 1, 20) || x'00' || substr(answers, 22) AS BLOB) WHERE id = 'one'",
		"cut short":                          "UPDATE assessments SET answers = substr(answers, 1, 10) WHERE id = 'one'",
		"emptied":                            "UPDATE assessments SET answers = x'' WHERE id = 'one'",
		"clear text in place of sealed text": "UPDATE assessments SET answers = CAST('{}' AS BLOB) WHERE id = 'one'",
	} {
		var o Options
		s := newStore(t, func(n *Options) { o = *n })
		must(t, s.PutCouncil(ctx, care.Council{Slug: "southby"}, care.Event{At: noon}))
		must(t, s.CreateAssessment(ctx, draft("one")))
		must(t, s.CreateAssessment(ctx, draft("two")))
		must(t, s.write(ctx, func(t *tx) error {
			n, err := t.exec(move)
			if err == nil && n != 1 {
				err = fmt.Errorf("%d rows moved", n)
			}
			return err
		}))
		must(t, s.Close())
		s = openStore(t, o)
		for _, council := range []string{north, "southby"} {
			a, err := s.Assessment(ctx, council, "one")
			if errors.Is(err, care.ErrNotFound) && strings.Contains(name, "another council") {
				continue // it is in one of the two
			}
			if council == "southby" && errors.Is(err, care.ErrNotFound) {
				continue
			}
			if !errors.Is(err, keys.ErrSealed) {
				t.Errorf("%s: %v, want keys.ErrSealed", name, err)
			}
			if a.ID != "" {
				t.Errorf("%s: something came back", name)
			}
		}
	}
}

func TestPartsAndRecordsDoNotMove(t *testing.T) {
	ctx, s, p := t.Context(), newStore(t), &planted{}
	one, two := fullCase(t, s, p, "one"), fullCase(t, s, p, "two")
	for _, a := range []care.Assessment{one, two} {
		for _, name := range []string{"finding/nutrition", "finding/hygiene"} {
			must(t, s.SavePart(ctx, north, a.ID, care.Part{Name: name, Body: []byte(name + a.ID)}, care.Event{At: noon}))
		}
	}
	for _, from := range []string{"case_id = 'one' AND name = 'finding/hygiene'", "case_id = 'two' AND name = 'finding/nutrition'"} {
		must(t, s.write(ctx, func(t *tx) error {
			_, err := t.exec("UPDATE case_parts SET (data_key, body) = (SELECT data_key, body FROM case_parts WHERE " + from + ") WHERE case_id = 'one' AND name = 'finding/nutrition'")
			return err
		}))
		if _, err := s.Parts(ctx, north, one.ID); !errors.Is(err, keys.ErrSealed) {
			t.Errorf("a paper from %s: %v, want keys.ErrSealed", from, err)
		}
	}
}

// TestErasedIsGone looks for the sealed bytes and the wrapped key of an erased draft in every file of the database.
func TestErasedIsGone(t *testing.T) {
	ctx, s := t.Context(), newStore(t)
	a := fullDraft(&planted{}, "one")
	must(t, s.CreateAssessment(ctx, draft("neighbour")))
	must(t, s.CreateAssessment(ctx, a))
	var key, answers []byte
	must(t, s.readRow(ctx, "SELECT data_key, answers FROM assessments WHERE id = 'one'", nil, &key, &answers))
	found := func() (where []string) {
		for name, b := range onDisk(t, s) {
			if bytes.Contains(b, key) || bytes.Contains(b, answers) {
				where = append(where, name)
			}
		}
		return where
	}
	if len(found()) == 0 {
		t.Fatal("the sealed bytes are nowhere before erasing: this looks in the wrong place")
	}
	must(t, s.EraseAssessment(ctx, north, "one", care.Event{At: noon}))
	// The log is emptied by the writer after it has answered; the next write comes after that.
	must(t, s.Ready(ctx))
	if where := found(); where != nil {
		t.Errorf("erased, and still in %v", where)
	}
	if _, err := s.Assessment(ctx, north, "neighbour"); err != nil {
		t.Error(err)
	}
}

// TestErasedIsGoneOnceReadersLet shows that a reader in the way puts the emptying off and does not prevent it.
func TestErasedIsGoneOnceReadersLet(t *testing.T) {
	ctx, s := t.Context(), newStore(t)
	must(t, s.CreateAssessment(ctx, draft("one")))
	var key []byte
	must(t, s.readRow(ctx, "SELECT data_key FROM assessments WHERE id = 'one'", nil, &key))
	reader, err := s.readDB.BeginTx(ctx, nil)
	must(t, err)
	var n int
	must(t, reader.QueryRow("SELECT count(*) FROM assessments").Scan(&n)) // holds this state of the database
	must(t, s.EraseAssessment(ctx, north, "one", care.Event{At: noon}))
	must(t, s.Ready(ctx))
	if !bytes.Contains(onDisk(t, s)["db-wal"], key) {
		t.Fatal("the log was emptied under a reader: this shows nothing")
	}
	must(t, reader.Rollback())
	must(t, s.Ready(ctx)) // the batch after which it is tried again
	must(t, s.Ready(ctx))
	for name, b := range onDisk(t, s) {
		if bytes.Contains(b, key) {
			t.Errorf("erased, and still in %s", name)
		}
	}
}

func TestWhatIsWrittenOnceStays(t *testing.T) {
	ctx, s, p := t.Context(), newStore(t), &planted{}
	signed, sent := fullCase(t, s, p, "signed"), fullCase(t, s, p, "sent")
	must(t, s.SavePart(ctx, north, signed.ID, care.Part{Name: "impact", Body: []byte("{}")}, care.Event{At: noon, Subject: signed.ID}))
	for _, id := range []string{"open", "account"} {
		a := draft(id)
		a.AccountOf, a.Reference = id == "account", "REF"+id
		must(t, s.CreateAssessment(ctx, a))
	}
	for _, id := range []string{"sent", "open"} {
		must(t, s.AddEntry(ctx, north, care.Entry{ID: id, Case: id}))
	}
	must(t, s.Acknowledge(ctx, north, care.Acknowledgement{Alert: "a", At: noon}, care.Event{At: noon}))
	sum := sha256.Sum256(nil)
	must(t, s.SignCase(ctx, north, care.Determination{ID: "d", CaseID: signed.ID, Version: 1, Hash: hex.EncodeToString(sum[:])}, map[string]int{"impact": 1}))
	for _, change := range []string{
		"UPDATE events SET verb = 'nothing'",
		"UPDATE events SET at = 0 WHERE seq = 1",
		"DELETE FROM events",
		"DELETE FROM events WHERE seq = 1",
		"INSERT OR REPLACE INTO events (seq, id, at, council, actor, actor_id, verb, subject, detail) VALUES (1, 'x', 0, '', '', '', '', '', '')",
		"UPDATE acknowledgements SET at = 0",
		"DELETE FROM acknowledgements",
		"UPDATE determinations SET signed_by = 'somebody else'",
		"DELETE FROM determinations",
		"INSERT INTO case_parts (case_id, name, council, version, data_key, body) VALUES ('signed', 'new', '" + north + "', 1, x'', x'')",
		"UPDATE case_parts SET version = 9 WHERE case_id = 'signed'",
		"DELETE FROM case_parts WHERE case_id = 'signed'",
		"UPDATE assessments SET answers = x'' WHERE id = 'sent'",
		"UPDATE assessments SET summary = x'', indication = NULL WHERE id = 'signed'",
		"UPDATE assessments SET status = 'draft' WHERE id = 'sent'",
		"UPDATE assessments SET status = 'sent' WHERE id = 'signed'",
		"DELETE FROM assessments WHERE id = 'sent'",
		"UPDATE assessments SET kind = 'concern' WHERE id = 'sent'",
		"UPDATE assessments SET keyed_by = 'somebody else' WHERE id = 'sent'",
		"UPDATE assessments SET kept = 1 WHERE id = 'sent'",
		"UPDATE assessments SET account_of = 1 WHERE id = 'sent'",
		"UPDATE assessments SET reference = NULL WHERE id = 'open'",
		"UPDATE assessments SET account_of = 0 WHERE id = 'account'",
		"UPDATE assessments SET status = 'sent' WHERE id = 'account'",
		"UPDATE entries SET body = x'' WHERE id = 'sent'",
		"UPDATE entries SET case_id = 'signed' WHERE id = 'sent'",
		"DELETE FROM entries WHERE id = 'sent'",
		"DELETE FROM entries WHERE id = 'open'", // a draft's too, as long as the draft is there
		"INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE id = 'sent'",
	} {
		err := s.write(ctx, func(t *tx) error { _, err := t.exec(change); return err })
		if err == nil {
			t.Errorf("%s: not refused", change)
		}
	}
	got, err := s.Assessment(ctx, north, sent.ID)
	must(t, err)
	if got.Summary.Name != sent.Summary.Name {
		t.Error("a refused change was kept")
	}
	if evs, err := s.Events(ctx, north, signed.ID); err != nil || len(evs) != 1 {
		t.Errorf("%d events, %v", len(evs), err)
	}
}
