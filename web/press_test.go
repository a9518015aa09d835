package web_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"threshold/internal/care"
)

// A code or link that opens once is pressed twice without JavaScript: the browser drops the first answer, its cookie with
// it, and waits for the second.

// A onceOnly is something that opens once, and what it takes to open it.
type onceOnly struct {
	name     string
	path     string     // of the page with the form
	typed    url.Values // into it
	accounts int        // that its use begins
	about    string     // id of the form it belongs to
}

// onceOnlies are one of each kind, new.
func (s *site) onceOnlies() []onceOnly {
	s.t.Helper()
	b := s.begun()
	b.get("/ashdale/helpers").submit(nil)
	reference, code := b.card()
	other := s.begun()
	other.get("/ashdale/save").press("/save/link", url.Values{"email": {fmt.Sprintf("ada%d@example.com", s.now.Unix())}})
	link := strings.TrimPrefix(s.lastMail().Link, "https://care.example.com")
	otherReference, _ := other.keep()
	s.now = s.now.Add(time.Minute)
	return []onceOnly{
		{"a helper's code", "/ashdale/back", url.Values{"reference": {reference}, "code": {code}}, 1, s.idOf(strings.ReplaceAll(reference, "-", ""))},
		{"a link", link, url.Values{}, 0, s.idOf(strings.ReplaceAll(otherReference, "-", ""))},
	}
}

// opens shows the form in a browser and returns what pressing its button posts.
func (o onceOnly) opens(b *browser) (action string, v url.Values) {
	b.t.Helper()
	b.get(o.path).answers(http.StatusOK)
	f := b.formTo(o.path)
	v = f.values()
	maps.Copy(v, o.typed)
	return f.action, v
}

// accountsOf are the accounts that are being written about a form.
func (s *site) accountsOf(id string) []string {
	s.t.Helper()
	ids, err := s.store.AccountDrafts(s.t.Context(), "ashdale", id)
	if err != nil {
		s.t.Fatal(err)
	}
	return ids
}

// refuses holds that a press led nowhere.
func (b *browser) refuses(o onceOnly, when string) {
	b.t.Helper()
	switch {
	case o.accounts > 0 && b.status == http.StatusUnprocessableEntity && b.page() == "back":
		b.says("The reference and the code do not go together")
	case o.accounts == 0 && b.status == http.StatusNotFound:
		b.says("This link does not work any more")
	default:
		b.t.Errorf("%s %s answers %d at %s: %s", o.name, when, b.status, b.path, text(b.doc))
	}
}

// TestTheSecondPressOpensTheSame: with the cookies of before the first press, or with those it gave.
func TestTheSecondPressOpensTheSame(t *testing.T) {
	s := newSite(t, false)
	for _, before := range []string{"nothing open", "another form open"} {
		for _, o := range s.onceOnlies() {
			t.Run(o.name+", "+before, func(t *testing.T) {
				b := s.browser()
				b.t = t
				if before != "nothing open" {
					b = s.begun()
					b.t = t
				}
				action, v := o.opens(b)
				if before != "nothing open" {
					v.Set("which", "other")
				}
				cookies := maps.Clone(b.cookies)
				first := b.post(action, v)
				if first.status != http.StatusOK || first.page() == "back" || strings.HasPrefix(first.page(), "back/") {
					t.Fatalf("the first press led to %s (%d): %s", b.path, b.status, text(b.doc))
				}
				led := b.page()
				b.cookies = cookies // the answer never came
				for range 2 {
					if b.post(action, v); b.status != http.StatusOK || b.page() != led {
						t.Fatalf("the second press led to %s (%d): %s", b.path, b.status, text(b.doc))
					}
				}
				b.goOnTo("matters", url.Values{"they_call": {"Ada"}, "knows": {"yes_agree"}, "today": {"none"}})
				if ids := s.accountsOf(o.about); len(ids) != o.accounts {
					t.Errorf("pressing twice began %d accounts, want %d", len(ids), o.accounts)
				}
				// Another browser cannot, whether it shows a form of its own, has none or makes a key up.
				for _, key := range []url.Values{nil, {"once": {strings.Repeat("A", 26)}}, {"once": {""}}} {
					other := s.browser()
					other.t = t
					values := url.Values{}
					maps.Copy(values, o.typed)
					maps.Copy(values, key)
					other.post(o.path, values).refuses(o, "in another browser")
				}
				// A key in an address does not become that of the form.
				if o.accounts > 0 {
					other := s.browser()
					other.t = t
					other.get(o.path + "?once=" + v.Get("once"))
					if other.formTo("/back").control("once").value == v.Get("once") {
						t.Error("the key of the form is taken from its address")
					}
					other.submit(o.typed).refuses(o, "in another browser")
				}
			})
		}
	}
}

// TestTheSecondPressHasAnEnd: ten minutes after the first press nothing opens again, and not before.
func TestTheSecondPressHasAnEnd(t *testing.T) {
	s := newSite(t, false)
	for _, o := range s.onceOnlies() {
		b := s.browser()
		action, v := o.opens(b)
		b.post(action, v).answers(http.StatusOK)
		begun := s.now
		s.now = begun.Add(care.PressLife - time.Second)
		b.cookies = map[string]string{}
		if b.post(action, v); b.status != http.StatusOK || b.page() == "back" {
			t.Errorf("%s, a second before: %d at %s", o.name, b.status, b.path)
		}
		s.now = begun.Add(care.PressLife)
		b.cookies = map[string]string{}
		b.post(action, v).refuses(o, "after ten minutes")
		if ids := s.accountsOf(o.about); len(ids) > 1 {
			t.Errorf("%s began %d accounts", o.name, len(ids))
		}
		s.now = begun
	}
}

// TestTheSecondPressOpensNothingTakenBack: neither when access was ended, nor when the account was sent meanwhile.
func TestTheSecondPressOpensNothingTakenBack(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	for _, when := range []string{"after access was ended", "after the account was sent"} {
		b.get("/ashdale/helpers").press("/helpers", nil)
		reference, code := b.card()
		o := onceOnly{name: "a helper's code", path: "/ashdale/back", typed: url.Values{"reference": {reference}, "code": {code}}, accounts: 1}
		s.now = s.now.Add(time.Minute) // what is begun after access was ended is not what was taken back
		helper := s.browser()
		action, v := o.opens(helper)
		helper.post(action, v).answers(http.StatusOK)
		if when == "after access was ended" {
			b.get("/ashdale/helpers").press("/helpers/end", nil)
		} else {
			helper.goOnTo("status", url.Values{"they_call": {"Ada"}, "knows": {"yes_agree"}})
		}
		late := s.browser()
		late.post(action, v).refuses(o, when)
		if late.get("/ashdale/status"); late.page() == "status" {
			t.Errorf("%s a second press opens a session", when)
		}
	}
}

// TestPressesAtOnceOpenOne: two forms with the same code, each pressed twice, all four at once. One form wins, with both
// its presses, and one account is begun.
func TestPressesAtOnceOpenOne(t *testing.T) {
	s := newSite(t, false)
	for range 3 {
		for _, o := range s.onceOnlies() {
			first, second := s.browser(), s.browser()
			_, mine := o.opens(first)
			action, yours := o.opens(second)
			var all [4]*browser
			var pressing sync.WaitGroup
			for i := range all {
				all[i] = s.browser()
				v := mine
				if i%2 == 1 {
					v = yours
				}
				pressing.Go(func() { all[i].post(action, v) })
			}
			pressing.Wait()
			in := [2]int{}
			for i, b := range all {
				if b.status == http.StatusOK && b.page() != "back" {
					in[i%2]++
				} else {
					b.refuses(o, "pressed by the form that came late")
				}
			}
			if in != [2]int{2, 0} && in != [2]int{0, 2} {
				t.Errorf("%s let in %d presses of one form and %d of the other", o.name, in[0], in[1])
			}
			if ids := s.accountsOf(o.about); len(ids) != o.accounts {
				t.Errorf("%s began %d accounts, want %d", o.name, len(ids), o.accounts)
			}
		}
	}
}
