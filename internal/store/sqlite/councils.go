package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

const councilColumns = "slug, name, gss, phone, phone_24h, email, leave_url, complaint_url, directory_url, colour, read_days, settings, demo, created_at"

func scanCouncil(scan func(...any) error) (care.Council, error) {
	var c care.Council
	var created int64
	var settings []byte
	if err := scan(&c.Slug, &c.Name, &c.GSS, &c.Phone, &c.Phone24h, &c.Email, &c.LeaveURL, &c.ComplaintURL, &c.DirectoryURL,
		&c.Colour, &c.ReadDays, &settings, &c.Demo, &created); err != nil {
		return c, told(err)
	}
	if err := json.Unmarshal(settings, &c.Settings); err != nil {
		return c, fmt.Errorf("settings of council %s: %w", c.Slug, err)
	}
	c.CreatedAt = fromMicros(created)
	return c, nil
}

// council reads one as it is in the middle of a change.
func (t *tx) council(slug string) (care.Council, error) {
	return scanCouncil(func(dest ...any) error {
		return t.row("SELECT "+councilColumns+" FROM councils WHERE slug = ?", []any{slug}, dest...)
	})
}

// Councils returns all councils by name.
func (s *Store) Councils(ctx context.Context) ([]care.Council, error) {
	var all []care.Council
	err := s.readRows(ctx, "SELECT "+councilColumns+" FROM councils ORDER BY name, slug", nil, func(r *sql.Rows) error {
		c, err := scanCouncil(r.Scan)
		all = append(all, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading councils: %w", err)
	}
	return all, nil
}

// PutCouncil adds a council, with a key of its own, or replaces its settings. The key and CreatedAt stay as they were
// first.
func (s *Store) PutCouncil(ctx context.Context, c care.Council, ev care.Event) error {
	if c.Slug == "" {
		return fmt.Errorf("storing a council: it has no slug")
	}
	settings, err := json.Marshal(c.Settings)
	if err != nil {
		return fmt.Errorf("storing council %s: %w", c.Slug, err)
	}
	wrapped := s.ring.NewCouncil(c.Slug)
	err = s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO councils
			(slug, name, gss, phone, phone_24h, email, leave_url, complaint_url, directory_url, colour, read_days, settings, demo, created_at, council_key)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (slug) DO UPDATE SET
			name = excluded.name, gss = excluded.gss, phone = excluded.phone, phone_24h = excluded.phone_24h, email = excluded.email,
			leave_url = excluded.leave_url, complaint_url = excluded.complaint_url, directory_url = excluded.directory_url,
			colour = excluded.colour, read_days = excluded.read_days, settings = excluded.settings, demo = excluded.demo`,
			c.Slug, c.Name, c.GSS, c.Phone, c.Phone24h, c.Email, c.LeaveURL, c.ComplaintURL, c.DirectoryURL, c.Colour, c.ReadDays, string(settings), c.Demo,
			micros(c.CreatedAt), wrapped)
		if err != nil {
			return told(err)
		}
		return t.addEvents(c.Slug, ev)
	})
	if err != nil {
		return fmt.Errorf("storing council %s: %w", c.Slug, err)
	}
	return nil
}

// councilKey returns the key of a council, unwrapped once. care.ErrNotFound when there is no such council.
func (s *Store) councilKey(ctx context.Context, slug string) (*keys.Council, error) {
	if k, ok := s.councils.Load(slug); ok {
		return k.(*keys.Council), nil
	}
	var wrapped []byte
	if err := s.readRow(ctx, "SELECT council_key FROM councils WHERE slug = ?", []any{slug}, &wrapped); err != nil {
		return nil, fmt.Errorf("council %s: %w", slug, told(err))
	}
	k, err := s.ring.Council(slug, wrapped)
	if err != nil {
		return nil, fmt.Errorf("key of council %s: %w", slug, err)
	}
	s.councils.Store(slug, k)
	return k, nil
}
