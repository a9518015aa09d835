package casework

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"threshold/internal/care"
)

// slugShape: what can stand first in an address without being escaped.
var slugShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// SetCouncil adds a council or replaces its settings. Refusals name the field: slug (slug, reserved), name (enter), leave (https), read_days
// (range).
func (s *Service) SetCouncil(ctx context.Context, actor care.Actor, council care.Council) error {
	if err := authorise(actor, MaySetCouncil); err != nil {
		return err
	}
	var c checks
	council.Name = strings.TrimSpace(council.Name)
	switch {
	case !slugShape.MatchString(council.Slug):
		c.add("slug", "slug")
	case slices.Contains(care.ReservedSlugs, council.Slug):
		c.add("slug", "reserved")
	}
	if council.Name == "" {
		c.add("name", "enter")
	}
	if !isHTTPS(council.LeaveURL) {
		c.add("leave", "https")
	}
	if council.ReadDays < 1 || council.ReadDays > 60 {
		c.add("read_days", "range")
	}
	if err := c.err(); err != nil {
		return err
	}
	council.CreatedAt = s.Now().UTC()
	actor.Council = council.Slug
	if err := s.Store.PutCouncil(ctx, council, s.event(actor, "council.set", council.Slug, "")); err != nil {
		return fmt.Errorf("setting council %s: %w", council.Slug, err)
	}
	return nil
}

// councilOf finds a council by its slug.
func (s *Service) councilOf(ctx context.Context, slug string) (care.Council, error) {
	councils, err := s.Store.Councils(ctx)
	if err != nil {
		return care.Council{}, err
	}
	i := slices.IndexFunc(councils, func(c care.Council) bool { return c.Slug == slug })
	if i < 0 {
		return care.Council{}, fmt.Errorf("council %s: %w", slug, care.ErrNotFound)
	}
	return councils[i], nil
}
