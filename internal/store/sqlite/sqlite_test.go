package sqlite_test

import (
	"path/filepath"
	"testing"

	"threshold/internal/casework"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
	"threshold/internal/store/storetest"
)

var _ casework.Store = (*sqlite.Store)(nil)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Store {
		s, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "threshold.db"), Keys: keys.Generate()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	})
}
