package sqlite

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"slices"
	"time"
)

// AddEquality keeps answers to the equality questions, each as a row of its own under a random key (see
// migrations/00002_equality.sql). month is "2006-01". care.ErrNotFound when there is no such council.
func (s *Store) AddEquality(ctx context.Context, council, month string, answers map[string]string) error {
	if _, err := time.Parse("2006-01", month); err != nil {
		return fmt.Errorf("keeping equality answers: the month %q must be like 2026-11: a day would narrow down who it was", month)
	}
	err := s.write(ctx, func(t *tx) error {
		for _, question := range slices.Sorted(maps.Keys(answers)) {
			id := make([]byte, 16)
			rand.Read(id) // never fails
			_, err := t.exec("INSERT INTO equality (id, council, month, question, answer) VALUES (?, ?, ?, ?, ?)",
				id, council, month, question, answers[question])
			if err != nil {
				return told(err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping equality answers: %w", err)
	}
	return nil
}
