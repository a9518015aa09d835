package sqlite

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"threshold/internal/care"
)

// FuzzCursor: a place in a list is one that was given out, or not found; what is taken comes out and in again as the same, and
// holds numbers and texts alone, so that a statement is never given anything else.
func FuzzCursor(f *testing.F) {
	f.Add(cursor{Sort: "due", Key: []any{int64(1790000000000000), int64(1780000000000000), "0190"}}.String(), "due")
	f.Fuzz(func(t *testing.T, s, sort string) {
		for _, columns := range queueOrder {
			key, err := parseCursor(s, sort, columns)
			if err != nil {
				if !errors.Is(err, care.ErrNotFound) || key != nil {
					t.Fatalf("%q: %v, %v", s, key, err)
				}
				continue
			}
			for _, v := range key {
				switch v.(type) {
				case int64, string:
				default:
					t.Fatalf("%q holds %T", s, v)
				}
			}
			again, err := parseCursor(cursor{Sort: sort, Key: key}.String(), sort, columns)
			if err != nil || !reflect.DeepEqual(again, key) {
				t.Fatalf("%q was read as %v and that as %v, %v", s, key, again, err)
			}
		}
		if c, err := parseTrailCursor(s); err == nil {
			if again, err := parseTrailCursor(c.String()); err != nil || again != c {
				t.Fatalf("%q was read as %v and that as %v, %v", s, c, again, err)
			}
		} else if !errors.Is(err, care.ErrNotFound) {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

// FuzzQueueQuery: whatever a query asks for, the statement has a value for each of its gaps and no word of what was asked in its
// text.
func FuzzQueueQuery(f *testing.F) {
	f.Fuzz(func(t *testing.T, worker, team, kind, lane, order, after string, level uint8, bits uint8) {
		q := care.QueueQuery{
			Council: "northby", Worker: worker, Team: team, Kind: care.CaseKind(kind), Lane: care.Lane(lane), Sort: care.QueueSort(order), After: after,
			Level: care.Priority(level % 4), Adapted: bits&1 != 0, Descending: bits&2 != 0,
		}
		p, err := planQueue(q)
		if err != nil {
			return
		}
		text, args := p.walk("id")
		if strings.Count(text, "?") != len(args) {
			t.Fatalf("%d gaps, %d values: %s", strings.Count(text, "?"), len(args), text)
		}
		for _, word := range []string{worker, team, kind, after} {
			if len(word) > 12 && strings.Contains(text, word) {
				t.Fatalf("what was asked stands in the statement: %s", text)
			}
		}
	})
}

// FuzzFoldName: a name becomes parts in order, each once, none empty, and a part becomes itself: otherwise a search would miss what
// was stored.
func FuzzFoldName(f *testing.F) {
	f.Fuzz(func(t *testing.T, name string) {
		parts := foldName(name)
		if !slices.IsSorted(parts) || len(slices.Compact(slices.Clone(parts))) != len(parts) {
			t.Fatalf("%q became %q", name, parts)
		}
		for _, part := range parts {
			if part == "" || strings.ContainsFunc(part, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
				t.Fatalf("%q became %q", name, parts)
			}
			if again := foldName(part); !slices.Equal(again, []string{part}) {
				t.Fatalf("%q became %q, and %q became %q", name, parts, part, again)
			}
		}
		// Some letters have no way back from their capital: the long s, say.
		lower, back := strings.ToLower(name), strings.ToLower(strings.ToUpper(name))
		if upper := foldName(strings.ToUpper(name)); len(parts) > 0 && back == lower && !slices.Equal(upper, parts) {
			t.Fatalf("%q became %q, in capitals %q", name, parts, upper)
		}
		// Whatever is typed to search is found among what was stored.
		for _, part := range searchedParts(name) {
			if !slices.Contains(parts, part) {
				t.Fatalf("%q is searched by %q and stored as %q", name, part, parts)
			}
		}
	})
}
