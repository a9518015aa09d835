package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// What can be found of a sealed name and date of birth. A case has a token for each part of its names, for each pair of parts,
// for the name as a whole, for the date of birth, and for the date with each part: so that every search that people make begins
// with one token that few cases have (docs/adr/0014).

// blindVersion goes up when tokens are made in another way: then those of all cases are made again when the database is opened.
const blindVersion = 1

// mostParts bounds the tokens of one case: there is a pair for each two of them.
const mostParts = 6

// The kinds of token.
const (
	blindPart = "part"
	blindPair = "pair" // two parts, in the order of the alphabet
	blindFull = "full" // all parts, likewise
	blindBorn = "born"
	blindBoth = "born and part"
)

// letters that no decomposition takes apart, as they are typed on an English keyboard.
var plainLetters = strings.NewReplacer("ø", "o", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "æ", "ae", "œ", "oe", "ı", "i")

// foldName brings a name to the form in which it is compared: its parts without capitals, accents, apostrophes and other signs,
// in the order of the alphabet, each once. A hyphen ends a part, and the whole of what it joins is one part more, since people
// write both.
func foldName(name string) []string {
	folded, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), cases.Fold(), norm.NFC), name)
	if err != nil {
		folded = strings.ToLower(name) // bytes that are no text
	}
	folded = plainLetters.Replace(folded)
	var parts []string
	for _, word := range strings.FieldsFunc(folded, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",.;/()&+", r) }) {
		word = strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r):
				return r
			case unicode.Is(unicode.Pd, r):
				return '-'
			}
			return -1 // apostrophes of all kinds
		}, word)
		pieces := slices.DeleteFunc(strings.Split(word, "-"), func(s string) bool { return s == "" })
		parts = append(parts, pieces...)
		if len(pieces) > 1 {
			parts = append(parts, strings.Join(pieces, ""))
		}
	}
	slices.Sort(parts)
	return slices.Compact(parts)
}

// searchedParts are the parts of what was typed to search. A word with a hyphen in it is what it joins.
func searchedParts(name string) []string {
	return foldName(strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Pd, r) {
			return ' '
		}
		return r
	}, name))
}

// blindTokens are all tokens of a case.
func blindTokens(council *keys.Council, sum care.Summary) [][]byte {
	parts := foldName(sum.Name + " " + sum.CallMe)
	parts = parts[:min(len(parts), mostParts)]
	var all [][]byte
	add := func(kind string, of ...string) { all = append(all, council.Blind(kind, of...)) }
	for i, a := range parts {
		add(blindPart, a)
		for _, b := range parts[i+1:] {
			add(blindPair, a, b)
		}
		if sum.Born != "" {
			add(blindBoth, sum.Born, a)
		}
	}
	if full := foldName(sum.Name); len(full) > 1 {
		add(blindFull, full...)
	}
	if sum.Born != "" {
		add(blindBorn, sum.Born)
	}
	return all
}

// tokensOf returns what must be found of an assessment once it is stored: nothing of a draft.
func (s *Store) tokensOf(ctx context.Context, a care.Assessment) ([][]byte, error) {
	if a.Status == care.StatusDraft || a.Status == "" {
		return nil, nil
	}
	council, err := s.councilKey(ctx, a.Council)
	if err != nil {
		return nil, err
	}
	return blindTokens(council, a.Summary), nil
}

const addTokenSQL = "INSERT INTO search_tokens (token, sent_at, case_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"

// addTokens stores them in the transaction that sends the case.
func (t *tx) addTokens(id string, sent time.Time, tokens [][]byte) error {
	for _, token := range tokens {
		if _, err := t.exec(addTokenSQL, token, micros(sent), id); err != nil {
			return told(err)
		}
	}
	return nil
}

// blindAtOnce is how many cases get their tokens in one transaction when a database is opened.
const blindAtOnce = 500

// fillBlind makes the tokens of cases that were sent before there were any, or that were made in another way. It runs before
// the store serves anybody, takes up where it was cut short, and does nothing the next time.
func fillBlind(ctx context.Context, db *sql.DB, ring keys.Ring) error {
	var done []byte
	switch err := db.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'blind'").Scan(&done); {
	case err == nil && string(done) == fmt.Sprint(blindVersion):
		return nil
	case err != nil && !errors.Is(told(err), care.ErrNotFound):
		return err
	}
	councils := map[string]*keys.Council{}
	rows, err := db.QueryContext(ctx, "SELECT slug, council_key FROM councils")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var slug string
		var wrapped []byte
		if err := rows.Scan(&slug, &wrapped); err != nil {
			return err
		}
		if councils[slug], err = ring.Council(slug, wrapped); err != nil {
			return fmt.Errorf("key of council %s: %w", slug, err)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := rows.Close(); err != nil {
		return err
	}
	for last := ""; ; {
		if last, err = fillBlindFrom(ctx, db, councils, last); err != nil || last == "" {
			break
		}
	}
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "INSERT INTO meta (name, value) VALUES ('blind', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
		[]byte(fmt.Sprint(blindVersion)))
	return err
}

// fillBlindFrom makes the tokens of the next cases after an id and returns the last one's, "" at the end.
func fillBlindFrom(ctx context.Context, db *sql.DB, councils map[string]*keys.Council, after string) (last string, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after Commit
	type row struct {
		id     string
		sent   int64
		tokens [][]byte
	}
	var found []row
	rows, err := tx.QueryContext(ctx, "SELECT id, council, sent_at, sealed_version, data_key, summary FROM assessments WHERE id > ? AND status <> 'draft' ORDER BY id LIMIT ?", after, blindAtOnce)
	if err != nil {
		return "", err
	}
	defer rows.Close()
	for rows.Next() {
		var r row
		var slug string
		var version int
		var key, summary []byte
		if err := rows.Scan(&r.id, &slug, &r.sent, &version, &key, &summary); err != nil {
			return "", err
		}
		record, err := councils[slug].Record(assessmentPlace(r.id, version), key)
		if err != nil {
			return "", err
		}
		var sum care.Summary
		if err := openJSON(record, "summary", summary, &sum); err != nil {
			return "", err
		}
		r.tokens = blindTokens(councils[slug], sum)
		found = append(found, r)
	}
	if err := rows.Err(); err != nil {
		return "", err
	}
	for _, r := range found {
		if _, err := tx.ExecContext(ctx, "DELETE FROM search_tokens WHERE case_id = ?", r.id); err != nil {
			return "", err
		}
		for _, token := range r.tokens {
			if _, err := tx.ExecContext(ctx, addTokenSQL, token, r.sent, r.id); err != nil {
				return "", err
			}
		}
		last = r.id
	}
	return last, tx.Commit()
}
