package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// Councils returns all councils by name.
func (s *Store) Councils(ctx context.Context) ([]care.Council, error) {
	var all []care.Council
	err := s.readRows(ctx, `SELECT slug, name, gss, phone, phone_24h, email, leave_url, complaint_url, directory_url, colour, read_days, demo, created_at
		FROM councils ORDER BY name, slug`, nil, func(r *sql.Rows) error {
		var c care.Council
		var created int64
		if err := r.Scan(&c.Slug, &c.Name, &c.GSS, &c.Phone, &c.Phone24h, &c.Email, &c.LeaveURL, &c.ComplaintURL, &c.DirectoryURL,
			&c.Colour, &c.ReadDays, &c.Demo, &created); err != nil {
			return err
		}
		c.CreatedAt = fromMicros(created)
		all = append(all, c)
		return nil
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
	wrapped := s.ring.NewCouncil(c.Slug)
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec(`INSERT INTO councils
			(slug, name, gss, phone, phone_24h, email, leave_url, complaint_url, directory_url, colour, read_days, demo, created_at, council_key)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (slug) DO UPDATE SET
			name = excluded.name, gss = excluded.gss, phone = excluded.phone, phone_24h = excluded.phone_24h, email = excluded.email,
			leave_url = excluded.leave_url, complaint_url = excluded.complaint_url, directory_url = excluded.directory_url,
			colour = excluded.colour, read_days = excluded.read_days, demo = excluded.demo`,
			c.Slug, c.Name, c.GSS, c.Phone, c.Phone24h, c.Email, c.LeaveURL, c.ComplaintURL, c.DirectoryURL, c.Colour, c.ReadDays, c.Demo,
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
