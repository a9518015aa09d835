package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"threshold/internal/care"
	"threshold/internal/store/keys"
)

// searchLook bounds how many cases of the first token are looked at for one page, as lookAhead does for the queue.
const searchLook = 2000

// searchSort marks the cursors of a search, so that none is taken for a place in the queue.
const searchSort = "found"

var searchColumns = []string{"sent_at", "case_id"}

// A searchPlan says which token is walked along, and which others a case must have too.
type searchPlan struct {
	first []byte
	also  [][]byte
}

// planSearch walks along the token that fewest cases have. nil when nothing was asked for that could be found.
func planSearch(council *keys.Council, q care.SearchQuery) *searchPlan {
	parts := searchedParts(q.Name)
	parts = parts[:min(len(parts), mostParts)]
	var p searchPlan
	switch {
	case q.Born != "" && len(parts) > 0:
		p.first = council.Blind(blindBoth, q.Born, parts[0])
		parts = parts[1:]
	case q.Born != "":
		p.first = council.Blind(blindBorn, q.Born)
	case len(parts) > 1:
		p.first = council.Blind(blindPair, parts[0], parts[1])
		parts = parts[2:]
	case len(parts) == 1:
		p.first = council.Blind(blindPart, parts[0])
		parts = nil
	default:
		return nil
	}
	for _, part := range parts {
		p.also = append(p.also, council.Blind(blindPart, part))
	}
	return &p
}

// walk is the statement along the first token, the newest case first.
func (p *searchPlan) walk(after []any) (string, []any) {
	query, args := "SELECT sent_at, case_id FROM search_tokens WHERE token = ?", []any{p.first}
	if after != nil {
		query, args = query+" AND (sent_at, case_id) < (?, ?)", append(args, after...)
	}
	return query + " ORDER BY sent_at DESC, case_id DESC", args
}

// pageSQL finds the places of a page. Another team's cases are in it; restricted ones, and those of other councils that a fault
// had put under the token, are not.
func (p *searchPlan) pageSQL(q care.SearchQuery, after []any) (string, []any) {
	walk, args := p.walk(after)
	query := "SELECT w.sent_at, w.case_id FROM (" + walk + " LIMIT ?) w CROSS JOIN assessments a ON a.id = w.case_id WHERE a.council = ? AND " + shownSQL
	args = append(args, searchLook, q.Council, q.Viewer)
	for _, token := range p.also {
		query += " AND EXISTS (SELECT 1 FROM search_tokens t WHERE t.token = ? AND t.sent_at = w.sent_at AND t.case_id = w.case_id)"
		args = append(args, token)
	}
	return query + " LIMIT ?", append(args, q.Limit+1)
}

// shownSQL leaves out restricted cases that the viewer was not named for: that a search for somebody finds a case that may not be
// seen would tell that there is one.
const shownSQL = "a.status <> 'draft' AND (a.restricted = 0 OR EXISTS (SELECT 1 FROM case_grants g WHERE g.case_id = a.id AND g.practitioner = ?))"

// Search finds cases by reference, or by name and date of birth, the newest first, and writes down that somebody searched before
// it tells anything. care.ErrNotFound when q.After is not a cursor of ours. What nothing can be found by finds nothing.
func (s *Store) Search(ctx context.Context, q care.SearchQuery, ev care.Event) (care.SearchPage, error) {
	if err := s.write(ctx, func(t *tx) error { return t.addEvents(q.Council, ev) }); err != nil {
		return care.SearchPage{}, fmt.Errorf("searching: %w", err)
	}
	page, err := s.search(ctx, q)
	if err != nil {
		return care.SearchPage{}, fmt.Errorf("searching: %w", err)
	}
	return page, nil
}

func (s *Store) search(ctx context.Context, q care.SearchQuery) (page care.SearchPage, err error) {
	if q.Limit < 1 || q.Limit > 100 {
		q.Limit = 25
	}
	council, err := s.councilKey(ctx, q.Council)
	if err != nil {
		return page, err
	}
	add := func(id string) error {
		line, err := s.line(ctx, council, q.Council, id, q.Viewer)
		page.Lines = append(page.Lines, line)
		return err
	}
	if q.Reference != "" {
		var id string
		err := s.readRow(ctx, "SELECT a.id FROM assessments a WHERE a.reference = ? AND a.council = ? AND "+shownSQL, []any{q.Reference, q.Council, q.Viewer}, &id)
		if errors.Is(err, sql.ErrNoRows) {
			return page, nil
		}
		if err != nil {
			return page, err
		}
		return page, add(id)
	}
	p := planSearch(council, q)
	if p == nil {
		return page, nil
	}
	var after []any
	if q.After != "" {
		if after, err = parseCursor(q.After, searchSort, searchColumns); err != nil {
			return page, err
		}
	}
	query, args := p.pageSQL(q, after)
	places, err := s.places(ctx, query, args, len(searchColumns))
	if err != nil {
		return page, err
	}
	more := len(places) > q.Limit
	places = places[:min(len(places), q.Limit)]
	for _, place := range places {
		id, _ := place[1].(string)
		if err := add(id); err != nil {
			return page, err
		}
	}
	if more {
		page.Next = cursor{Sort: searchSort, Key: places[len(places)-1]}.String()
		return page, nil
	}
	walk, args := p.walk(after)
	furthest, err := s.places(ctx, walk+" LIMIT 1 OFFSET ?", append(args, searchLook-1), len(searchColumns))
	if err != nil {
		return page, err
	}
	if len(furthest) > 0 {
		page.Short, page.Next = true, cursor{Sort: searchSort, Key: furthest[0]}.String()
	}
	return page, nil
}

// alikeLook bounds how many cases of one token are looked at for likely duplicates.
const alikeLook = 50

// Alike lists open cases of the council that may be of the same person as a case: the same date of birth and a part of the name,
// or the same name as a whole. At most limit, the newest first. Restricted ones that the viewer was not named for are left out.
// care.ErrNotFound when the council has no such case.
func (s *Store) Alike(ctx context.Context, council, caseID, viewer string, limit int) ([]care.CaseLine, error) {
	lines, err := s.alike(ctx, council, caseID, viewer, limit)
	if err != nil {
		return nil, fmt.Errorf("looking for cases like %s: %w", caseID, err)
	}
	return lines, nil
}

func (s *Store) alike(ctx context.Context, slug, caseID, viewer string, limit int) ([]care.CaseLine, error) {
	council, err := s.councilKey(ctx, slug)
	if err != nil {
		return nil, err
	}
	own, err := s.line(ctx, council, slug, caseID, viewer)
	if err != nil {
		return nil, err
	}
	var tokens [][]byte
	if own.Summary.Born != "" {
		parts := foldName(own.Summary.Name + " " + own.Summary.CallMe)
		for _, part := range parts[:min(len(parts), mostParts)] {
			tokens = append(tokens, council.Blind(blindBoth, own.Summary.Born, part))
		}
	}
	if full := foldName(own.Summary.Name); len(full) > 1 {
		tokens = append(tokens, council.Blind(blindFull, full...))
	}
	var lines []care.CaseLine
	for _, token := range tokens {
		places, err := s.places(ctx, alikeSQL, []any{token, alikeLook, slug, caseID, viewer, limit}, 1)
		if err != nil {
			return nil, err
		}
		for _, place := range places {
			id, _ := place[0].(string)
			if slices.ContainsFunc(lines, func(l care.CaseLine) bool { return l.ID == id }) {
				continue
			}
			line, err := s.line(ctx, council, slug, id, viewer)
			if err != nil {
				return nil, err
			}
			lines = append(lines, line)
		}
	}
	slices.SortFunc(lines, func(a, b care.CaseLine) int {
		if c := b.SentAt.Compare(a.SentAt); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	return lines[:min(len(lines), limit)], nil
}

const alikeSQL = `SELECT w.case_id FROM (SELECT sent_at, case_id FROM search_tokens WHERE token = ? ORDER BY sent_at DESC, case_id DESC LIMIT ?) w
	CROSS JOIN assessments a ON a.id = w.case_id
	WHERE a.council = ? AND a.id <> ? AND a.lane IN ('open', 'held') AND ` + shownSQL + " LIMIT ?"
