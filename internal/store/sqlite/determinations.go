package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

func determinationPlace(id string, version int) keys.Place {
	return keys.Place{Table: "determinations", Record: id, Version: version}
}

// SignCase appends a determination and sets the case to signed, which locks its working papers. seen is the version of
// every paper as it was read, and under care.SeenEntries how many entries there were: care.ErrConflict when one has
// changed, come or gone since, or d.Version is not the next one. d.Hash must be the SHA-256 of d.Body in hex.
func (s *Store) SignCase(ctx context.Context, council string, d care.Determination, seen map[string]int, evs ...care.Event) error {
	if sum := sha256.Sum256(d.Body); hex.EncodeToString(sum[:]) != d.Hash {
		return fmt.Errorf("signing case %s: the hash is not the one of the record", d.CaseID)
	}
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return fmt.Errorf("signing case %s: %w", d.CaseID, err)
	}
	record, wrapped := key.NewRecord(determinationPlace(d.ID, d.Version))
	decision, body, hash := record.Seal("decision", []byte(d.Decision)), record.Seal("body", d.Body), record.Seal("hash", []byte(d.Hash))
	err = s.write(ctx, func(t *tx) error {
		if _, _, err := t.caseState(council, d.CaseID); err != nil {
			return err
		}
		if err := t.partsAre(council, d.CaseID, seen); err != nil {
			return err
		}
		var last int
		if err := t.row("SELECT coalesce(max(version), 0) FROM determinations WHERE case_id = ?", []any{d.CaseID}, &last); err != nil {
			return told(err)
		}
		if d.Version != last+1 {
			return fmt.Errorf("record %d was signed in the meantime: %w", last, care.ErrConflict)
		}
		_, err := t.exec(`INSERT INTO determinations (id, case_id, council, version, signed_by, signed_by_name, signed_at, data_key, decision, body, hash)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			d.ID, d.CaseID, council, d.Version, d.SignedBy, d.ByName, micros(d.SignedAt), wrapped, decision, body, hash)
		if err != nil {
			return told(err)
		}
		if _, err := t.exec("UPDATE assessments SET status = 'signed', revising = 0, version = version + 1 WHERE id = ?", d.CaseID); err != nil {
			return told(err)
		}
		if err := t.settle(council, d.CaseID, care.OwesSecond); err != nil {
			return err
		}
		for _, o := range d.Owe {
			if err := t.owe(council, d.CaseID, o); err != nil {
				return err
			}
		}
		return t.addEvents(council, evs...)
	})
	if err != nil {
		return fmt.Errorf("signing case %s: %w", d.CaseID, err)
	}
	return nil
}

// partsAre compares what is stored with what was read; version 0 in seen means that there was none.
func (t *tx) partsAre(council, caseID string, seen map[string]int) error {
	found := 0
	err := t.rows("SELECT name, version FROM case_parts WHERE case_id = ? AND council = ?", []any{caseID, council}, func(r *sql.Rows) error {
		var name string
		var version int
		if err := r.Scan(&name, &version); err != nil {
			return err
		}
		if seen[name] != version {
			return fmt.Errorf("%s is at version %d, %d was read: %w", name, version, seen[name], care.ErrConflict)
		}
		found++
		return nil
	})
	if err != nil {
		return err
	}
	for name, version := range seen {
		if version != 0 && name != care.SeenEntries {
			found--
		}
	}
	if found < 0 {
		return fmt.Errorf("a paper that was read is gone: %w", care.ErrConflict)
	}
	return t.entriesAre(council, caseID, seen)
}

// entriesAre compares how many entries a case has with how many were read, where seen says so. Entries are only ever added,
// so the number tells.
func (t *tx) entriesAre(council, caseID string, seen map[string]int) error {
	read, ok := seen[care.SeenEntries]
	if !ok {
		return nil
	}
	var now int
	if err := t.row("SELECT count(*) FROM entries WHERE case_id = ? AND council = ?", []any{caseID, council}, &now); err != nil {
		return told(err)
	}
	if now != read {
		return fmt.Errorf("there are %d entries, %d were read: %w", now, read, care.ErrConflict)
	}
	return nil
}

// Determinations of a case, oldest first. care.ErrNotFound when there is no such case in the council.
func (s *Store) Determinations(ctx context.Context, council, caseID string) ([]care.Determination, error) {
	all, err := s.determinations(ctx, council, caseID)
	if err != nil {
		return nil, fmt.Errorf("reading the records of case %s: %w", caseID, err)
	}
	return all, nil
}

func (s *Store) determinations(ctx context.Context, council, caseID string) ([]care.Determination, error) {
	if err := s.caseExists(ctx, council, caseID); err != nil {
		return nil, err
	}
	key, err := s.councilKey(ctx, council)
	if err != nil {
		return nil, err
	}
	var all []care.Determination
	err = s.readRows(ctx, `SELECT id, version, signed_by, signed_by_name, signed_at, data_key, decision, body, hash
		FROM determinations WHERE case_id = ? AND council = ? ORDER BY version`, []any{caseID, council}, func(r *sql.Rows) error {
		d := care.Determination{CaseID: caseID}
		var at int64
		var wrapped, decision, body, hash sql.RawBytes
		if err := r.Scan(&d.ID, &d.Version, &d.SignedBy, &d.ByName, &at, &wrapped, &decision, &body, &hash); err != nil {
			return err
		}
		d.SignedAt = fromMicros(at)
		record, err := key.Record(determinationPlace(d.ID, d.Version), wrapped)
		if err != nil {
			return err
		}
		plain, err := record.Open("decision", decision)
		if err != nil {
			return err
		}
		d.Decision = string(plain)
		if plain, err = record.Open("hash", hash); err != nil {
			return err
		}
		d.Hash = string(plain)
		if d.Body, err = record.Open("body", body); err != nil {
			return err
		}
		all = append(all, d)
		return nil
	})
	return all, err
}
