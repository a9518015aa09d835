package care

import (
	"errors"
	"strings"
)

// The few ways in which a verb can fail that its caller must tell apart. Wrap them with what was attempted and the
// reference, never with an answer: errors are logged.
var (
	// ErrNotFound means there is no such thing, or none that this actor may know of. Both read the same on purpose:
	// another council's case must answer exactly as a missing one.
	ErrNotFound = errors.New("not found")
	// ErrForbidden means the actor is known and the thing may be named to them, but this is not theirs to do.
	ErrForbidden = errors.New("not allowed")
	// ErrConflict means somebody else changed the thing after it was read. Nothing was stored.
	ErrConflict = errors.New("changed by somebody else in the meantime")
	// ErrLocked means the thing was sent or signed and does not change any more.
	ErrLocked = errors.New("already sent or signed")
	// ErrTooMany means that a limit on tries was reached; trying again later helps.
	ErrTooMany = errors.New("too many tries")
	// ErrUnavailable means that the store cannot do it now, and that it may be able to later: its disk is full, cannot be
	// written, or reports a fault. Nothing was stored.
	ErrUnavailable = errors.New("the store cannot be used at the moment")
)

// A Problem is one thing wrong with what was typed. Code names the wording (the ruleset's content has the sentence,
// which must say how to mend it); Args fill its {placeholders}.
type Problem struct {
	Field string            // the form field, such as "nutrition.limbs"
	Code  string            // such as "choose_one", "not_both", "too_long"
	Args  map[string]string // such as {"max": "1,000"}; never the answer itself
}

// Invalid is the typed refusal of bad input. Nothing that was valid is lost because of it: the page comes back with
// all that was typed.
type Invalid struct{ Problems []Problem }

// Error lists fields and codes only, so that an answer can never reach a log through it.
func (e *Invalid) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.Field + ": " + p.Code
	}
	return "invalid: " + strings.Join(parts, "; ")
}

// Refuse is the common case of Invalid: one field, one problem.
func Refuse(field, code string) *Invalid {
	return &Invalid{Problems: []Problem{{Field: field, Code: code}}}
}
