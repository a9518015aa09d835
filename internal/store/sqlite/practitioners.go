package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

const practitionerColumns = `id, council, name, email, roles, registration, totp_last, coalesce(setup_hash, ''), setup_until,
	disabled, team, training, on_duty, demo, created_at, version, data_key, password_hash, totp_secret`

func practitionerPlace(id string, version int) keys.Place {
	return keys.Place{Table: "practitioners", Record: id, Version: version}
}

// scanPractitioner reads a row and opens what is sealed in it.
func (s *Store) scanPractitioner(ctx context.Context, scan func(...any) error) (care.Practitioner, error) {
	var p care.Practitioner
	var roles, training string
	var until, created int64
	var wrapped, password, totp []byte
	err := scan(&p.ID, &p.Council, &p.Name, &p.Email, &roles, &p.Registration, &p.TOTPLast, &p.SetupHash, &until,
		&p.Disabled, &p.Team, &training, &p.OnDuty, &p.Demo, &created, &p.Version, &wrapped, &password, &totp)
	if err != nil {
		return care.Practitioner{}, told(err)
	}
	for r := range strings.FieldsSeq(roles) {
		p.Roles = append(p.Roles, care.Role(r))
	}
	if training != "" {
		p.Training = strings.Fields(training)
	}
	p.SetupUntil, p.CreatedAt = fromMicros(until), fromMicros(created)
	council, err := s.councilKey(ctx, p.Council)
	if err != nil {
		return care.Practitioner{}, err
	}
	record, err := council.Record(practitionerPlace(p.ID, p.Version), wrapped)
	if err != nil {
		return care.Practitioner{}, err
	}
	if password, err = record.Open("password_hash", password); err != nil {
		return care.Practitioner{}, err
	}
	if totp, err = record.Open("totp_secret", totp); err != nil {
		return care.Practitioner{}, err
	}
	p.PasswordHash, p.TOTPSecret = string(password), string(totp)
	return p, nil
}

func (s *Store) practitionerWhere(ctx context.Context, where, value string) (care.Practitioner, error) {
	p, err := s.scanPractitioner(ctx, func(dest ...any) error {
		return s.readRow(ctx, "SELECT "+practitionerColumns+" FROM practitioners WHERE "+where, []any{value}, dest...)
	})
	if err != nil {
		return care.Practitioner{}, fmt.Errorf("reading a practitioner: %w", err)
	}
	return p, nil
}

// Practitioner by id.
func (s *Store) Practitioner(ctx context.Context, id string) (care.Practitioner, error) {
	return s.practitionerWhere(ctx, "id = ?", id)
}

// PractitionerByEmail by e-mail address, whatever its case.
func (s *Store) PractitionerByEmail(ctx context.Context, email string) (care.Practitioner, error) {
	return s.practitionerWhere(ctx, "email = ?", email)
}

// PractitionerBySetup by the hash of a set-up token that was not used yet. An empty hash finds nobody.
func (s *Store) PractitionerBySetup(ctx context.Context, setupHash string) (care.Practitioner, error) {
	return s.practitionerWhere(ctx, "setup_hash = ?", setupHash)
}

// Practitioners of a council by name.
func (s *Store) Practitioners(ctx context.Context, council string) ([]care.Practitioner, error) {
	var all []care.Practitioner
	err := s.readRows(ctx, "SELECT "+practitionerColumns+" FROM practitioners WHERE council = ? ORDER BY name, id", []any{council}, func(r *sql.Rows) error {
		p, err := s.scanPractitioner(ctx, r.Scan)
		all = append(all, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the practitioners of %s: %w", council, err)
	}
	return all, nil
}

// PutPractitioner adds (Version 0) or replaces one; the stored version becomes p.Version+1. care.ErrConflict when it
// moved on, or the e-mail address or set-up token is another's; care.ErrNotFound when p.Council is not theirs.
func (s *Store) PutPractitioner(ctx context.Context, p care.Practitioner, ev care.Event) error {
	put, err := s.practitionerToPut(ctx, p)
	if err == nil {
		err = s.write(ctx, func(t *tx) error {
			if err := put(t); err != nil {
				return err
			}
			return t.addEvents(p.Council, ev)
		})
	}
	if err != nil {
		return fmt.Errorf("storing practitioner %s: %w", p.ID, err)
	}
	return nil
}

// practitionerToPut seals a practitioner and returns what writes the row.
func (s *Store) practitionerToPut(ctx context.Context, p care.Practitioner) (func(*tx) error, error) {
	council, err := s.councilKey(ctx, p.Council)
	if err != nil {
		return nil, err
	}
	roles := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		roles[i] = string(r)
	}
	next := p.Version + 1
	record, wrapped := council.NewRecord(practitionerPlace(p.ID, next))
	password, totp := record.Seal("password_hash", []byte(p.PasswordHash)), record.Seal("totp_secret", []byte(p.TOTPSecret))
	return func(t *tx) error {
		if p.Version == 0 {
			_, err := t.exec(`INSERT INTO practitioners (id, council, name, email, roles, registration, totp_last, setup_hash, setup_until,
				disabled, team, training, on_duty, demo, created_at, version, data_key, password_hash, totp_secret)
				VALUES (?, ?, ?, ?, ?, ?, ?, NULLIF(?, ''), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
				p.ID, p.Council, p.Name, p.Email, strings.Join(roles, " "), p.Registration, p.TOTPLast, p.SetupHash, micros(p.SetupUntil),
				p.Disabled, p.Team, strings.Join(p.Training, " "), p.OnDuty, p.Demo, micros(p.CreatedAt), next, wrapped, password, totp)
			return told(err)
		}
		n, err := t.exec(`UPDATE practitioners SET name = ?, email = ?, roles = ?, registration = ?, totp_last = ?, setup_hash = NULLIF(?, ''),
			setup_until = ?, disabled = ?, team = ?, training = ?, on_duty = ?, demo = ?, created_at = ?, version = ?, data_key = ?, password_hash = ?, totp_secret = ?
			WHERE id = ? AND council = ? AND version = ?`,
			p.Name, p.Email, strings.Join(roles, " "), p.Registration, p.TOTPLast, p.SetupHash,
			micros(p.SetupUntil), p.Disabled, p.Team, strings.Join(p.Training, " "), p.OnDuty, p.Demo, micros(p.CreatedAt), next, wrapped, password, totp,
			p.ID, p.Council, p.Version)
		if err != nil {
			return told(err)
		}
		if n == 0 {
			var one int
			if err := t.row("SELECT 1 FROM practitioners WHERE id = ? AND council = ?", []any{p.ID, p.Council}, &one); err != nil {
				return told(err)
			}
			return care.ErrConflict
		}
		return nil
	}, nil
}
