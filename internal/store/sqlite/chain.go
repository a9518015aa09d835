package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"threshold/internal/care"
)

// The trail of each council is a chain: every event carries the SHA-256 over the hash of the one before it and over its own
// fields (after Haber and Stornetta, "How to time-stamp a digital document", J. Cryptology 3, 1991). Whoever changes, takes
// out or puts in an event must write every later one anew, and the last hash, once noted elsewhere, tells on them.

// A link is the end of a chain: the hash of the last event and its number. The zero link stands before the first.
type link struct {
	hash [sha256.Size]byte
	seq  int64
}

// eventHash is the hash of an event after another. Each field is preceded by its length, so that no two events read alike.
func eventHash(before [sha256.Size]byte, id string, at int64, council, actor, actorID, verb, subject, detail string) [sha256.Size]byte {
	var room [512]byte // events are short: no allocation
	b := append(room[:0], before[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(at))
	for _, field := range [...]string{id, council, actor, actorID, verb, subject, detail} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(field)))
		b = append(b, field...)
	}
	return sha256.Sum256(b)
}

// chains are the ends of the chains that a batch adds to, as far as it has come. They are read once a batch, since another
// process may write between two, and written once.
type chains struct {
	ends  map[string]link
	added map[string]bool  // those that this batch adds to
	back  map[string]*link // as they were before the job under way; nil for one that was not read
}

func (c *chains) begin() {
	if c.ends == nil {
		c.ends, c.added, c.back = map[string]link{}, map[string]bool{}, map[string]*link{}
	}
	clear(c.ends)
	clear(c.added)
}

// mark begins a job, undo takes back what it added.
func (c *chains) mark() { clear(c.back) }

func (c *chains) undo() {
	for council, was := range c.back {
		if was == nil {
			delete(c.ends, council)
		} else {
			c.ends[council] = *was
		}
	}
}

// chain writes an event at the end of its council's chain.
func (t *tx) chain(ev *care.Event) error {
	c := &t.w.chains
	end, ok := c.ends[ev.Council]
	if !ok {
		var hash []byte
		err := t.row("SELECT seq, hash FROM event_heads WHERE council = ?", []any{ev.Council}, &end.seq, &hash)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		copy(end.hash[:], hash)
	}
	if _, marked := c.back[ev.Council]; !marked {
		if ok {
			was := end
			c.back[ev.Council] = &was
		} else {
			c.back[ev.Council] = nil
		}
	}
	at := micros(ev.At)
	end.hash = eventHash(end.hash, ev.ID, at, ev.Council, string(ev.Actor), ev.ActorID, ev.Verb, ev.Subject, ev.Detail)
	r, err := t.w.exec("INSERT INTO events (id, at, council, actor, actor_id, verb, subject, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
		ev.ID, at, ev.Council, string(ev.Actor), ev.ActorID, ev.Verb, ev.Subject, ev.Detail, end.hash[:])
	if err != nil {
		return err
	}
	if end.seq, err = r.LastInsertId(); err != nil {
		return err
	}
	c.ends[ev.Council], c.added[ev.Council] = end, true
	return nil
}

// keepChains writes where the chains end now. A job that was undone may have been the only one to add to a chain: then there
// is nothing to keep.
func (w *writer) keepChains() error {
	for council := range w.chains.added {
		end, ok := w.chains.ends[council]
		if !ok {
			continue
		}
		if _, err := w.exec("INSERT INTO event_heads (council, seq, hash) VALUES (?, ?, ?) ON CONFLICT (council) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
			council, end.seq, end.hash[:]); err != nil {
			return fmt.Errorf("keeping the end of the trail: %w", err)
		}
	}
	return nil
}

// A TrailReport is what VerifyTrail found of one council.
type TrailReport struct {
	Council string
	Events  int    // in the chain
	Earlier int    // older than the chain, and in none
	Head    string // hex of the last hash: noted elsewhere, it tells later whether the trail up to here is still the same
	// Broken says what is wrong, and at which event it begins; "" when the chain holds.
	Broken string
}

// VerifyTrail reads every event of a database file, without its keys, and recomputes the chain of each council, by council. It
// may run beside the service. What it cannot see is a trail that was written anew from some point on, heads and all: compare
// the heads with those noted before.
func VerifyTrail(ctx context.Context, path string) (reports []TrailReport, err error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("reading the trail of %s: %w", path, err)
	}
	if _, err := os.Stat(abs); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the trail of %s: there is no such file: %w", path, err)
	}
	_, noSeal := readSeal(abs)
	db, err := openToRead(abs, noSeal == nil)
	if err != nil {
		return nil, fmt.Errorf("reading the trail of %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	tx, err := db.BeginTx(ctx, nil) // one view of everything, whatever is written meanwhile
	if err != nil {
		return nil, fmt.Errorf("reading the trail of %s: %w", path, err)
	}
	defer func() { _ = tx.Rollback() }()
	if reports, err = verifyTrail(ctx, tx); err != nil {
		return nil, fmt.Errorf("reading the trail of %s: %w", path, err)
	}
	return reports, nil
}

func verifyTrail(ctx context.Context, tx *sql.Tx) ([]TrailReport, error) {
	var id int64
	if err := tx.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return nil, err
	}
	if id != applicationID {
		return nil, ErrNotThreshold
	}
	var mark []byte
	if err := tx.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'chain_after'").Scan(&mark); err != nil {
		return nil, fmt.Errorf("it does not say where the chain begins; a database that this version has opened does: %w", err)
	}
	after, err := strconv.ParseInt(string(mark), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("where the chain begins: %w", err)
	}
	type state struct {
		TrailReport
		end link
	}
	found := map[string]*state{}
	of := func(council string) *state {
		if found[council] == nil {
			found[council] = &state{TrailReport: TrailReport{Council: council}}
		}
		return found[council]
	}
	rows, err := tx.QueryContext(ctx, "SELECT seq, id, at, council, actor, actor_id, verb, subject, detail, hash FROM events ORDER BY seq")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var seq, at int64
		var id, council, actor, actorID, verb, subject, detail string
		var hash sql.RawBytes
		if err := rows.Scan(&seq, &id, &at, &council, &actor, &actorID, &verb, &subject, &detail, &hash); err != nil {
			return nil, err
		}
		c := of(council)
		if seq <= after {
			c.Earlier++
			continue
		}
		c.Events++
		c.end = link{eventHash(c.end.hash, id, at, council, actor, actorID, verb, subject, detail), seq}
		if !bytes.Equal(c.end.hash[:], hash) {
			if c.Broken == "" {
				c.Broken = fmt.Sprintf("event %d (%s) does not follow from the one before it: it, or one before it, was changed, put in or taken out", seq, id)
			}
			copy(c.end.hash[:], hash) // what follows is held against what stands there, so that one break is one
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	heads, err := tx.QueryContext(ctx, "SELECT council, seq, hash FROM event_heads")
	if err != nil {
		return nil, err
	}
	defer heads.Close()
	kept := map[string]bool{}
	for heads.Next() {
		var council string
		var seq int64
		var hash sql.RawBytes
		if err := heads.Scan(&council, &seq, &hash); err != nil {
			return nil, err
		}
		kept[council] = true
		c := of(council)
		if c.Broken == "" && (c.end.seq != seq || !bytes.Equal(c.end.hash[:], hash)) {
			c.Broken = fmt.Sprintf("the trail was kept up to event %d, and ends at %d: what came after was taken out, or put in", seq, c.end.seq)
		}
	}
	if err := heads.Err(); err != nil {
		return nil, err
	}
	var all []TrailReport
	for _, council := range slices.Sorted(maps.Keys(found)) {
		c := found[council]
		if c.Events > 0 && !kept[council] && c.Broken == "" {
			c.Broken = "where the trail ended was taken out"
		}
		c.Head = hex.EncodeToString(c.end.hash[:])
		all = append(all, c.TrailReport)
	}
	return all, nil
}
