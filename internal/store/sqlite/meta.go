package sqlite

import (
	"context"
	"errors"
	"fmt"
)

// ErrNotEmpty refuses to make a demonstration of a database that holds something else.
var ErrNotEmpty = errors.New("the database is not empty and is no demonstration")

// IsDemo says whether the database was made for a demonstration.
func (s *Store) IsDemo(ctx context.Context) (bool, error) {
	var demo bool
	if err := s.readRow(ctx, "SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'demo')", nil, &demo); err != nil {
		return false, fmt.Errorf("looking for the mark of a demonstration: %w", err)
	}
	return demo, nil
}

const emptySQL = `SELECT NOT EXISTS (SELECT 1 FROM councils) AND NOT EXISTS (SELECT 1 FROM assessments)
	AND NOT EXISTS (SELECT 1 FROM practitioners) AND NOT EXISTS (SELECT 1 FROM events)`

// IsEmpty says whether nothing was ever stored: no council, person, assessment or event.
func (s *Store) IsEmpty(ctx context.Context) (bool, error) {
	var empty bool
	if err := s.readRow(ctx, emptySQL, nil, &empty); err != nil {
		return false, fmt.Errorf("looking whether the database is empty: %w", err)
	}
	return empty, nil
}

// MarkDemo marks an empty database as a demonstration, for ever. Marking one twice does nothing; [ErrNotEmpty] when it
// holds anything and is not marked.
func (s *Store) MarkDemo(ctx context.Context) error {
	err := s.write(ctx, func(t *tx) error {
		var demo, empty bool
		if err := t.row("SELECT EXISTS (SELECT 1 FROM meta WHERE name = 'demo')", nil, &demo); err != nil {
			return err
		}
		if demo {
			return nil
		}
		if err := t.row(emptySQL, nil, &empty); err != nil {
			return err
		}
		if !empty {
			return ErrNotEmpty
		}
		_, err := t.exec("INSERT INTO meta (name, value) VALUES ('demo', x'01')")
		return err
	})
	if err != nil {
		return fmt.Errorf("marking a demonstration: %w", err)
	}
	return nil
}

// Ready writes something and waits until it is durable: the only way to know that the next answer can be.
func (s *Store) Ready(ctx context.Context) error {
	err := s.write(ctx, func(t *tx) error {
		_, err := t.exec("INSERT INTO meta (name, value) VALUES ('ready', x'01') ON CONFLICT (name) DO UPDATE SET value = excluded.value")
		return err
	})
	if err != nil {
		return fmt.Errorf("the store cannot be written: %w", err)
	}
	return nil
}
