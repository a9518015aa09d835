package casework

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"threshold/internal/care"
)

// SettingRanges are the least and the most of each number that a council sets; 0 stands for none set.
var SettingRanges = map[string][2]int{
	"read_days": {1, 60}, "target_days": {0, 365}, "urgent_hours": {0, 168}, "check_in_days": {0, 180},
	"retention_months": {0, 1200}, "blind_percent": {0, 100},
}

// CouncilSeen marks the settings that a form was shown with.
func CouncilSeen(c care.Council) string {
	c.CreatedAt = c.CreatedAt.UTC()
	return seenMark(c)
}

// CheckCouncil says what is wrong with settings, without storing them. Problems: name, phone_24h (enter), name, hours
// (too_long), phone, phone_24h (phone), email (email), leave_url, complaint_url, directory_url (https), and of each number
// out of SettingRanges its name (range).
func (s *Service) CheckCouncil(c care.Council) error {
	var k checks
	chars := func(field, value string, most int) {
		if utf8.RuneCountInString(value) > most {
			k.add(field, "too_long")
		}
	}
	if c.Name == "" {
		k.add("name", "enter")
	}
	chars("name", c.Name, maxName)
	chars("hours", c.Settings.Hours, 200)
	ask := func(field string, kind care.Kind, value string, required bool) {
		if p := (care.Question{ID: field, Kind: kind, Required: required, MaxChars: 254}).Check(given(value), s.Now()); p != nil {
			k.problems = append(k.problems, *p)
		}
	}
	ask("phone", care.KindPhone, c.Phone, false)
	ask("phone_24h", care.KindPhone, c.Phone24h, true) // it stands on every page, for whoever is in danger
	ask("email", care.KindEmail, c.Email, false)
	for _, n := range []struct {
		field string
		value int
	}{
		{"read_days", c.ReadDays}, {"target_days", c.Settings.TargetDays}, {"urgent_hours", c.Settings.UrgentHours},
		{"check_in_days", c.Settings.CheckInDays}, {"blind_percent", c.Settings.BlindPercent}, {"retention_months", c.Settings.RetentionMonths},
	} {
		if r := SettingRanges[n.field]; n.value < r[0] || n.value > r[1] {
			k.add(n.field, "range")
		}
	}
	for _, a := range []struct{ field, address string }{
		{"leave_url", c.LeaveURL}, {"complaint_url", c.ComplaintURL}, {"directory_url", c.DirectoryURL},
	} {
		if !isHTTPS(a.address) {
			k.add(a.field, "https")
		}
	}
	return k.err()
}

func given(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// hostShape is a name of the DNS and a port. The host of the page that "Leave this site" goes to stands in the content security
// policy, where a semicolon would end a directive and a comma the policy.
var hostShape = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$`)

// isHTTPS accepts no address, or one that is safe to lead somebody to.
func isHTTPS(address string) bool {
	u, err := url.Parse(address)
	return address == "" || err == nil && u.Scheme == "https" && hostShape.MatchString(u.Host) && u.User == nil && len(address) <= 500
}

// ChangeCouncil stores settings of the actor's council. seen is CouncilSeen of what the form was shown with: when they were
// changed since the answer is care.ErrConflict with the settings as they stand now.
func (s *Service) ChangeCouncil(ctx context.Context, actor care.Actor, seen string, next care.Council) (care.Council, error) {
	if err := authorise(actor, MaySetCouncil); err != nil {
		return care.Council{}, err
	}
	if err := ofCouncil(actor, next.Slug); err != nil {
		return care.Council{}, err
	}
	if err := s.CheckCouncil(next); err != nil {
		return care.Council{}, err
	}
	was, err := s.councilOf(ctx, next.Slug)
	if err != nil {
		return was, err
	}
	if CouncilSeen(was) != seen {
		return was, fmt.Errorf("changing council %s: %w", next.Slug, care.ErrConflict)
	}
	changed := councilWords(was, next)
	if changed == "" {
		return was, nil
	}
	err = s.Store.ChangeCouncil(ctx, was, next, s.event(actor, "council.changed", next.Slug, changed))
	if errors.Is(err, care.ErrConflict) {
		if was, again := s.councilOf(ctx, next.Slug); again == nil {
			return was, err
		}
	}
	if err != nil {
		return was, fmt.Errorf("changing council %s: %w", next.Slug, err)
	}
	return next, nil
}

// councilWords names the settings that differ, in closed words.
func councilWords(was, now care.Council) string {
	var words []string
	for _, d := range []struct {
		word    string
		differs bool
	}{
		{"name", was.Name != now.Name}, {"colour", was.Colour != now.Colour}, {"phone", was.Phone != now.Phone}, {"phone_24h", was.Phone24h != now.Phone24h},
		{"email", was.Email != now.Email}, {"leave_url", was.LeaveURL != now.LeaveURL}, {"complaint_url", was.ComplaintURL != now.ComplaintURL},
		{"directory_url", was.DirectoryURL != now.DirectoryURL}, {"read_days", was.ReadDays != now.ReadDays}, {"hours", was.Settings.Hours != now.Settings.Hours},
		{"target_days", was.Settings.TargetDays != now.Settings.TargetDays}, {"urgent_hours", was.Settings.UrgentHours != now.Settings.UrgentHours},
		{"check_in_days", was.Settings.CheckInDays != now.Settings.CheckInDays}, {"retention_months", was.Settings.RetentionMonths != now.Settings.RetentionMonths},
		{"view_first", was.Settings.ViewFirst != now.Settings.ViewFirst}, {"blind_percent", was.Settings.BlindPercent != now.Settings.BlindPercent},
	} {
		if d.differs {
			words = append(words, d.word)
		}
	}
	return strings.Join(words, " ")
}
