package casework

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"threshold/internal/care"
)

// A Search is what somebody types to find a case: a reference, or a name and a date of birth (yyyy-mm-dd), or one of them.
type Search struct{ Reference, Name, Born, After string }

// Search finds cases of the actor's council. That they searched, and by what kinds of thing, is written down; what they typed
// is not. Cases of another team are without name; restricted ones are found only by those named for them.
func (s *Service) Search(ctx context.Context, actor care.Actor, in Search) (care.SearchPage, error) {
	if err := authorise(actor, MayReadQueue); err != nil {
		return care.SearchPage{}, err
	}
	in.Reference, in.Name = strings.TrimSpace(in.Reference), strings.TrimSpace(in.Name)
	c := &checks{}
	q := care.SearchQuery{Council: actor.Council, Name: in.Name, Born: in.Born, Viewer: actor.ID, After: in.After, Limit: QueuePageSize}
	var by []string
	if in.Reference != "" {
		ref, ok := ParseReference(in.Reference)
		if !ok {
			c.add("reference", "reference")
		}
		q.Reference, by = ref, append(by, "reference")
	}
	if utf8.RuneCountInString(in.Name) > 200 {
		c.problems = append(c.problems, care.Problem{Field: "name", Code: "too_long", Args: map[string]string{"max": "200"}})
	}
	if in.Name != "" {
		by = append(by, "name")
	}
	if in.Born != "" {
		by = append(by, "born")
		if _, err := time.Parse(time.DateOnly, in.Born); err != nil {
			c.add("born", "date_real")
		}
	}
	if len(by) == 0 {
		c.add("name", "search")
	}
	if err := c.err(); err != nil {
		return care.SearchPage{}, err
	}
	page, err := s.Store.Search(ctx, q, s.event(actor, "search.made", actor.ID, strings.Join(by, "+")))
	if err != nil {
		return page, fmt.Errorf("searching: %w", err)
	}
	s.hide(actor, page.Lines)
	return page, nil
}
