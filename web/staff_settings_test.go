package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"threshold/internal/care"
)

// themeOf is the address of the page's theme, "" for none.
func (b *browser) themeOf() string {
	link := find(b.doc, func(n *html.Node) bool {
		return n.Data == "link" && strings.Contains(attr(n, "href"), "/theme/")
	})
	if link == nil {
		return ""
	}
	return attr(link, "href")
}

func TestCouncilSettingsAreSeenBeforeTheyAreSaved(t *testing.T) {
	s := newSite(t, false)
	b := s.invite("ashdale", "Ada Example", care.RoleAdmin)
	const at, save = "/staff/settings", "/staff/settings/save"
	b.get(at).says("Council settings", "the law sets no time")
	f := b.form(at)
	if f.control("name").value != "Ashdale Council" || f.control("read_days").value != "10" {
		t.Fatalf("the form does not hold what is set: %+v", f.control("name"))
	}

	wrong := url.Values{
		"name": {""}, "colour": {"#7fb2d9"}, "phone_24h": {""}, "phone": {"ring us"}, "email": {"here"}, "leave_url": {"http://example.com"},
		"read_days": {"0"}, "target_days": {"soon"}, "blind_percent": {"101"}, "retention_months": {"9999"},
	}
	b.sends(at, wrong).answers(http.StatusUnprocessableEntity)
	b.says("Error: ", "Enter the council's name", "White words on #7fb2d9 have a contrast of 2.3 to 1", "is the same colour, dark enough to read",
		"It stands on every page, for whoever is in danger", "Enter the daytime number in the right form", "Enter the address for replies in the right form",
		"with https:// in front", "enter a whole number from 1 to 60", "Target in days: enter a whole number from 0 to 365", "from 0 to 100", "from 0 to 1200")
	if f := b.form(at); f.control("target_days").value != "soon" || f.control("colour").value != "#7fb2d9" {
		t.Error("what was typed is lost")
	}
	mend := b.body[strings.Index(b.body, "4.5 is needed. ")+len("4.5 is needed. "):][:7]
	b.sends(at, url.Values{"colour": {mend}, "name": {"Ashdale City Council"}, "phone": {""}, "phone_24h": {"020 7946 0177"}, "email": {"replies@example.com"}, "leave_url": {"https://www.example.com/news"},
		"read_days": {"3"}, "target_days": {"28"}, "blind_percent": {"10"}, "retention_months": {"84"}, "hours": {"Monday to Friday"}, "view_first": {"yes"}}).answers(http.StatusOK)
	b.says("This is how it looks", "Nothing is saved yet", "Ashdale City Council", "020 7946 0177", "A person will read them by 25 November 2026",
		"Now: Ashdale Council", "Then: Ashdale City Council", "Now: 10", "Then: 3", "Then: Yes")
	if find(b.doc, func(n *html.Node) bool { return attr(n, "action") == "/leave" }) != nil {
		t.Error("a button in the preview would leave the site")
	}
	header := find(b.doc, func(n *html.Node) bool { return n.Data == "header" })
	footer := find(b.doc, func(n *html.Node) bool { return n.Data == "footer" })
	if !strings.Contains(text(header), "Ashdale City Council") || !strings.Contains(text(footer), "020 7946 0177") {
		t.Errorf("the head says %q, the foot %q", text(header), text(footer))
	}
	hidden, theme := b.form(save).values(), b.themeOf()
	if s.browser().get("/ashdale").says("Ashdale Council"); theme == "" {
		t.Fatal("the preview does not show the colour")
	}
	preview := b.body
	if b.get(theme).answers(http.StatusOK); !strings.Contains(b.body, "--app-council:"+mend) {
		t.Errorf("the preview's theme is %q", b.body)
	}
	b.get("/staff/settings/theme/7fb2d9.css").answers(http.StatusNotFound)

	b.post(at+"/change", hidden).answers(http.StatusOK)
	if f := b.form(at); f.control("name").value != "Ashdale City Council" {
		t.Error("going back from the preview loses what was typed")
	}
	b.post(save, hidden).answers(http.StatusOK).says("The settings are saved.")
	citizen := s.browser().get("/ashdale").says("Ashdale City Council", "020 7946 0177")
	if !strings.Contains(citizen.body, "/static/theme/ashdale.") || !strings.Contains(preview, "<footer") {
		t.Error("residents do not see the new colour")
	}
	evs, err := s.store.Events(t.Context(), "ashdale", "ashdale")
	if err != nil {
		t.Fatal(err)
	}
	last := evs[len(evs)-1]
	if last.Verb != "council.changed" || !strings.HasPrefix(last.Detail, "name colour phone phone_24h email") || strings.Contains(last.Detail, "City") {
		t.Errorf("the event is %+v", last)
	}

	// Somebody else saved in the meantime: both are shown, and nothing is lost.
	alf := s.invite("ashdale", "Alf Example", care.RoleAdmin).get(at)
	b.get(at).sends(at, url.Values{"read_days": {"4"}}).sends(save, nil).answers(http.StatusOK)
	alf.sends(at, url.Values{"read_days": {"7"}}).answers(http.StatusOK).sends(save, nil).answers(http.StatusConflict)
	alf.says("Somebody else changed the settings too", "As it is saved now", "Yours, not saved yet")
	alf.submit(nil).answers(http.StatusOK).says("The settings are saved.")
	alf.get(at)
	if got := alf.form(at).control("read_days").value; got != "7" {
		t.Errorf("the choice stored %s days", got)
	}
	alf.sends(at, nil).says("Nothing differs from what is saved now.")
	b.post(save, url.Values{"slug": {"birchley"}, "name": {"X"}}).answers(http.StatusBadRequest)
}

// TestHowLongIsHeldIsSaidInPlainWords: only once the council has said it.
func TestHowLongIsHeldIsSaidInPlainWords(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	answerEverything(t, b, "Sam")
	b.get("/ashdale/held").answers(http.StatusOK).says("Ask Ashdale Council how long")
	for months, words := range map[int]string{84: "for 7 years after", 12: "for 1 year after", 18: "for 18 months after"} {
		all, err := s.service.Councils(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		council := all[0]
		council.Settings.RetentionMonths = months
		if err := s.store.PutCouncil(t.Context(), council, care.Event{Verb: "council.set", Actor: care.ActorSystem, At: s.now}); err != nil {
			t.Fatal(err)
		}
		s.now = s.now.Add(10e9) // the list of councils is remembered for a few seconds
		b.get("/ashdale/held").says("Ashdale Council keeps it " + words)
		if strings.Contains(b.body, "how long, on") {
			t.Error("it is still to be asked for")
		}
	}
}
