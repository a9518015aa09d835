package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// ChangePractitioner replaces a practitioner like PutPractitioner and ends what end says, all of it or nothing, so that
// whoever is disabled is out by the time it returns. It returns how many sessions were ended. care.ErrForbidden when the
// council would be left without anybody who can sign in and look after accounts.
func (s *Store) ChangePractitioner(ctx context.Context, p care.Practitioner, end care.AccountEnds, evs ...care.Event) (int, error) {
	put, err := s.practitionerToPut(ctx, p)
	if err != nil {
		return 0, fmt.Errorf("changing practitioner %s: %w", p.ID, err)
	}
	var ended int64
	err = s.write(ctx, func(t *tx) error {
		ended = 0
		before, err := t.admins(p.Council)
		if err != nil {
			return err
		}
		if err := put(t); err != nil {
			return err
		}
		after, err := t.admins(p.Council)
		if err != nil {
			return err
		}
		if before > 0 && after == 0 {
			return fmt.Errorf("nobody would be left to look after the accounts of %s: %w", p.Council, care.ErrForbidden)
		}
		if end.Sessions {
			if ended, err = t.exec("DELETE FROM sessions WHERE practitioner = ? AND practitioner <> '' AND id_hash <> ? AND (kind = ? OR ? = '')",
				p.ID, end.Keep, string(care.ActorPractitioner), end.Keep); err != nil {
				return err
			}
		}
		if end.Passkeys {
			if _, err := t.exec("DELETE FROM passkeys WHERE practitioner = ?", p.ID); err != nil {
				return err
			}
		}
		if end.Devices {
			if _, err := t.exec("DELETE FROM devices WHERE practitioner = ?", p.ID); err != nil {
				return err
			}
		}
		return t.addEvents(p.Council, evs...)
	})
	if err != nil {
		return 0, fmt.Errorf("changing practitioner %s: %w", p.ID, err)
	}
	return int(ended), nil
}

// admins counts who can sign in to a council's accounts pages: a set-up link that waits is not used yet.
func (t *tx) admins(council string) (n int, err error) {
	err = t.row("SELECT count(*) FROM practitioners WHERE council = ? AND disabled = 0 AND setup_hash IS NULL AND ' ' || roles || ' ' LIKE ?",
		[]any{council, "% " + string(care.RoleAdmin) + " %"}, &n)
	return n, err
}

// ChangeCouncil replaces a council's settings when they are still those of was. care.ErrConflict when they are not,
// care.ErrNotFound when there is no such council. Slug, GSS, Demo and CreatedAt stay.
func (s *Store) ChangeCouncil(ctx context.Context, was, c care.Council, ev care.Event) error {
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return fmt.Errorf("changing council %s: %w", c.Slug, err)
	}
	err = s.write(ctx, func(t *tx) error {
		now, err := t.council(c.Slug)
		if err != nil {
			return err
		}
		was.GSS, was.Demo, was.CreatedAt = now.GSS, now.Demo, now.CreatedAt
		if now != was {
			return care.ErrConflict
		}
		if _, err := t.exec(`UPDATE councils SET name = ?, phone = ?, phone_24h = ?, email = ?, leave_url = ?, complaint_url = ?,
			directory_url = ?, colour = ?, read_days = ?, settings = ? WHERE slug = ?`,
			c.Name, c.Phone, c.Phone24h, c.Email, c.LeaveURL, c.ComplaintURL, c.DirectoryURL, c.Colour, c.ReadDays, string(settings), c.Slug); err != nil {
			return told(err)
		}
		return t.addEvents(c.Slug, ev)
	})
	if err != nil {
		return fmt.Errorf("changing council %s: %w", c.Slug, err)
	}
	return nil
}

// SessionsOf lists the sessions in which somebody is signed in, the last used first.
func (s *Store) SessionsOf(ctx context.Context, practitioner string) ([]care.Session, error) {
	var all []care.Session
	err := s.readRows(ctx, `SELECT id_hash, council, created_at, seen_at, browser FROM sessions
		WHERE practitioner = ? AND practitioner <> '' AND kind = ? ORDER BY seen_at DESC, id_hash`,
		[]any{practitioner, string(care.ActorPractitioner)}, func(r *sql.Rows) error {
			v := care.Session{Kind: care.ActorPractitioner, Practitioner: practitioner}
			var created, seen int64
			err := r.Scan(&v.IDHash, &v.Council, &created, &seen, &v.Browser)
			v.CreatedAt, v.SeenAt = fromMicros(created), fromMicros(seen)
			all = append(all, v)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("reading somebody's sessions: %w", err)
	}
	return all, nil
}

// EndSessions ends one session in which somebody is signed in (only), or when only is "" all but keep, and returns how many.
// One of somebody else's is not ended. The event is written when any was ended.
func (s *Store) EndSessions(ctx context.Context, practitioner, only, keep string, ev care.Event) (int, error) {
	var ended int64
	err := s.write(ctx, func(t *tx) error {
		var err error
		ended, err = t.exec(`DELETE FROM sessions WHERE practitioner = ? AND practitioner <> '' AND kind = ? AND (? = '' OR id_hash = ?) AND id_hash <> ?`,
			practitioner, string(care.ActorPractitioner), only, only, keep)
		if err != nil || ended == 0 {
			return err
		}
		return t.addEvents(ev.Council, ev)
	})
	if err != nil {
		return 0, fmt.Errorf("ending somebody's sessions: %w", err)
	}
	return int(ended), nil
}

const passkeyColumns = "id, council, practitioner, sign_count, cloned, created_at, used_at, data_key, name, credential"

func passkeyPlace(id string) keys.Place { return keys.Place{Table: "passkeys", Record: id} }

func (s *Store) scanPasskey(ctx context.Context, scan func(...any) error) (care.Passkey, error) {
	var p care.Passkey
	var created, used int64
	var wrapped, name, credential []byte
	if err := scan(&p.ID, &p.Council, &p.Practitioner, &p.SignCount, &p.Cloned, &created, &used, &wrapped, &name, &credential); err != nil {
		return care.Passkey{}, told(err)
	}
	p.CreatedAt, p.UsedAt = fromMicros(created), fromMicros(used)
	council, err := s.councilKey(ctx, p.Council)
	if err != nil {
		return care.Passkey{}, err
	}
	record, err := council.Record(passkeyPlace(p.ID), wrapped)
	if err != nil {
		return care.Passkey{}, err
	}
	if name, err = record.Open("name", name); err != nil {
		return care.Passkey{}, err
	}
	p.Name = string(name)
	if p.Credential, err = record.Open("credential", credential); err != nil {
		return care.Passkey{}, err
	}
	return p, nil
}

// Passkey by id (the hash of the credential's). care.ErrNotFound when nobody has it.
func (s *Store) Passkey(ctx context.Context, id string) (care.Passkey, error) {
	p, err := s.scanPasskey(ctx, func(dest ...any) error {
		return s.readRow(ctx, "SELECT "+passkeyColumns+" FROM passkeys WHERE id = ?", []any{id}, dest...)
	})
	if err != nil {
		return care.Passkey{}, fmt.Errorf("reading a passkey: %w", err)
	}
	return p, nil
}

// Passkeys of a practitioner, oldest first.
func (s *Store) Passkeys(ctx context.Context, practitioner string) ([]care.Passkey, error) {
	var all []care.Passkey
	err := s.readRows(ctx, "SELECT "+passkeyColumns+" FROM passkeys WHERE practitioner = ? ORDER BY created_at, id", []any{practitioner}, func(r *sql.Rows) error {
		p, err := s.scanPasskey(ctx, r.Scan)
		all = append(all, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading somebody's passkeys: %w", err)
	}
	return all, nil
}

// AddPasskey keeps a new one. care.ErrConflict when the credential is known, care.ErrNotFound when there is no such
// practitioner in the council.
func (s *Store) AddPasskey(ctx context.Context, p care.Passkey, evs ...care.Event) error {
	council, err := s.councilKey(ctx, p.Council)
	if err != nil {
		return fmt.Errorf("adding a passkey: %w", err)
	}
	record, wrapped := council.NewRecord(passkeyPlace(p.ID))
	name, credential := record.Seal("name", []byte(p.Name)), record.Seal("credential", p.Credential)
	err = s.write(ctx, func(t *tx) error {
		n, err := t.exec(`INSERT INTO passkeys (`+passkeyColumns+`)
			SELECT ?, council, id, ?, ?, ?, ?, ?, ?, ? FROM practitioners WHERE id = ? AND council = ?`,
			p.ID, p.SignCount, p.Cloned, micros(p.CreatedAt), micros(p.UsedAt), wrapped, name, credential, p.Practitioner, p.Council)
		switch {
		case err != nil:
			return told(err)
		case n == 0:
			return care.ErrNotFound
		}
		return t.addEvents(p.Council, evs...)
	})
	if err != nil {
		return fmt.Errorf("adding a passkey: %w", err)
	}
	return nil
}

// UsePasskey notes a use with the counter it came with. Of several with the same counter one alone succeeds: a counter that
// did not go up is care.ErrConflict, and marks the passkey as cloned, with the event cloned in place of used. Passkeys
// without a counter say 0 each time. One that is marked, or not there, is care.ErrNotFound.
func (s *Store) UsePasskey(ctx context.Context, id string, count uint32, at time.Time, used, cloned care.Event) error {
	var wrong error
	err := s.write(ctx, func(t *tx) error {
		wrong = nil
		var council string
		var stored uint32
		if err := t.row("SELECT council, sign_count FROM passkeys WHERE id = ? AND cloned = 0", []any{id}, &council, &stored); err != nil {
			return told(err)
		}
		if count <= stored && (count != 0 || stored != 0) {
			wrong = care.ErrConflict // the mark itself is kept
			if _, err := t.exec("UPDATE passkeys SET cloned = 1 WHERE id = ?", id); err != nil {
				return err
			}
			return t.addEvents(council, cloned)
		}
		if _, err := t.exec("UPDATE passkeys SET sign_count = ?, used_at = ? WHERE id = ?", count, micros(at), id); err != nil {
			return err
		}
		return t.addEvents(council, used)
	})
	if err == nil {
		err = wrong
	}
	if err != nil {
		return fmt.Errorf("using a passkey: %w", err)
	}
	return nil
}

// RemovePasskey takes one of a practitioner's away. care.ErrNotFound when they have none such.
func (s *Store) RemovePasskey(ctx context.Context, practitioner, id string, ev care.Event) error {
	err := s.write(ctx, func(t *tx) error {
		n, err := t.exec("DELETE FROM passkeys WHERE id = ? AND practitioner = ?", id, practitioner)
		switch {
		case err != nil:
			return err
		case n == 0:
			return care.ErrNotFound
		}
		return t.addEvents(ev.Council, ev)
	})
	if err != nil {
		return fmt.Errorf("removing a passkey: %w", err)
	}
	return nil
}

// devicesEach is how many browsers are known of one person; the longest unseen go first.
const devicesEach = 20

// KnowDevice remembers a browser for a practitioner, or that it was seen again, and forgets those unseen for too long.
func (s *Store) KnowDevice(ctx context.Context, d care.Device) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO devices (hash, practitioner, council, seen_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (hash, practitioner) DO UPDATE SET seen_at = excluded.seen_at`, d.Hash, d.Practitioner, d.Council, micros(d.SeenAt))
		if err != nil {
			return told(err)
		}
		_, err = t.exec(`DELETE FROM devices WHERE practitioner = ?1 AND (seen_at < ?2 OR hash NOT IN
			(SELECT hash FROM devices WHERE practitioner = ?1 ORDER BY seen_at DESC, hash LIMIT ?3))`,
			d.Practitioner, micros(d.SeenAt.Add(-care.DeviceLife)), devicesEach)
		return err
	})
	if err != nil {
		return fmt.Errorf("remembering a browser: %w", err)
	}
	return nil
}

// KnowsDevice says whether a browser is known for a practitioner and was seen since.
func (s *Store) KnowsDevice(ctx context.Context, hash, practitioner string, since time.Time) (bool, error) {
	var n int
	err := s.readRow(ctx, "SELECT count(*) FROM devices WHERE hash = ? AND practitioner = ? AND seen_at >= ?", []any{hash, practitioner, micros(since)}, &n)
	if err != nil {
		return false, fmt.Errorf("looking for a browser: %w", err)
	}
	return n > 0, nil
}
