package web

import (
	"fmt"
	"testing"

	"threshold/internal/eligibility"
	"threshold/rules"
	"threshold/templates/pages"
)

// TestTheSheetIsCutToOneSide: no list of the sheet for a visit is longer on paper than there is room for, nothing is lost on the
// screen, and the paper says how much more there is.
func TestTheSheetIsCutToOneSide(t *testing.T) {
	library, err := eligibility.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := library.Version("adult-needs@2015-04-01")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 3, 6, 7, 10, 11, 40} {
		p := pages.StaffPreparePage{}
		own := 0
		for i := range n {
			text := fmt.Sprint(i)
			if i%4 == 0 { // several voices
				p.Own = append(p.Own, pages.StaffBlock{Title: text})
			}
			last := &p.Own[len(p.Own)-1]
			last.Rows = append(last.Rows, pages.StaffTold{Question: text})
			p.Asks = append(p.Asks, pages.StaffAskLine{Text: text})
			p.Checks.Items = append(p.Checks.Items, pages.StaffFlag{Text: text})
		}
		onOneSheet(rs, &p)
		rows := func(blocks []pages.StaffBlock) (all []string) {
			for _, b := range blocks {
				if len(b.Rows) == 0 {
					t.Errorf("%d: a voice without a word: %q", n, b.Title)
				}
				for _, r := range b.Rows {
					all = append(all, r.Question)
				}
			}
			return all
		}
		fit, rest := rows(p.Own), rows(p.OwnRest)
		for i, text := range append(fit, rest...) {
			if text != fmt.Sprint(i) {
				t.Errorf("%d: what matters is out of order at %d: %q", n, i, text)
			}
			own++
		}
		for _, c := range []struct {
			what           string
			fit, rest, has int
			room           int
			more           string
		}{
			{"own words", len(fit), len(rest), own, paperOwn, p.OwnMore},
			{"questions", len(p.Asks), len(p.AsksRest), len(p.Asks) + len(p.AsksRest), paperAsks, p.AsksMore},
			{"checks", len(p.Checks.Items), len(p.ChecksRest), len(p.Checks.Items) + len(p.ChecksRest), paperChecks, p.ChecksMore},
		} {
			want := ""
			if n > c.room {
				want = fmt.Sprintf("And %d more in the case.", n-c.room)
			}
			if c.has != n || c.fit != min(n, c.room) || c.more != want {
				t.Errorf("%d %s: %d on paper, %d besides, %q", n, c.what, c.fit, c.rest, c.more)
			}
		}
	}
}
