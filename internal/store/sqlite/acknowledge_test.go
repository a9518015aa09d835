package sqlite

import "testing"

// TestAWriteIsToldAfterItsCommit: whoever saves hears that it is saved when it is committed and not before: when the commit fails,
// they hear that.
func TestAWriteIsToldAfterItsCommit(t *testing.T) {
	var s *Store
	sabotage := false
	s = newStore(t, func(o *Options) {
		o.beforeCommit = func([]*job) {
			if sabotage {
				_, _ = s.writer.exec("ROLLBACK")
			}
		}
	})
	sabotage = true
	if err := s.write(t.Context(), mark("a")); err == nil {
		t.Error("told as saved, and the commit failed")
	}
	sabotage = false
	must(t, s.write(t.Context(), mark("b")))
	if s.marked(t, "a") || !s.marked(t, "b") {
		t.Error("stored is what was told as lost, or the other way round")
	}
}
