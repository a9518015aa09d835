package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

const casesOfSQL = `SELECT id FROM assessments WHERE council = ? AND status <> 'draft' AND (sent_at >= ? AND sent_at < ?
	OR id IN (SELECT case_id FROM determinations WHERE council = ? AND signed_at >= ? AND signed_at < ?)) ORDER BY sent_at, id`

// CasesOf lists the ids of a council's cases that were sent, or on which a record was signed, from one moment until before
// another: by when they were sent, oldest first. Entries made to try the service out are among them.
func (s *Store) CasesOf(ctx context.Context, council string, from, to time.Time) ([]string, error) {
	var ids []string
	begin, end := micros(from), micros(to)
	err := s.readRows(ctx, casesOfSQL, []any{council, begin, end, council, begin, end}, func(r *sql.Rows) error {
		var id string
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listing the cases of a period: %w", err)
	}
	return ids, nil
}
