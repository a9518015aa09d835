package web_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// This file holds saving and coming back to sixteen rules, each of which some service has broken: one test a rule.

// begun is a form with one page of answers, as far as the page after it.
func (s *site) begun() *browser {
	s.t.Helper()
	b := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Gujarati"}})
	if b.page() != "today" {
		s.t.Fatalf("beginning led to %s (%d)", b.path, b.status)
	}
	return b
}

// card reads the reference and the code of the page that shows them once.
func (b *browser) card() (reference, code string) {
	b.t.Helper()
	var told []string
	each(b.doc, func(n *htmlNode) {
		if n.Data == "dd" {
			told = append(told, text(n))
		}
	})
	if len(told) != 2 {
		b.t.Fatalf("%s (%d) shows no code: %s", b.path, b.status, text(b.doc))
	}
	return told[0], told[1]
}

// keep asks for a return code.
func (b *browser) keep() (reference, code string) {
	b.t.Helper()
	b.get("/ashdale/save").submit(url.Values{"own": {"shared"}})
	if b.path != "/ashdale/save/code" {
		b.t.Fatalf("asking for a code led to %s (%d)", b.path, b.status)
	}
	return b.card()
}

// comesBack opens a form with a code in a browser that has none.
func (s *site) comesBack(reference, code string) *browser {
	s.t.Helper()
	return s.browser().get("/ashdale/back").submit(url.Values{"reference": {reference}, "code": {code}})
}

// formTo is the page's form that posts to an address ending so.
func (b *browser) formTo(end string) *pageForm {
	b.t.Helper()
	for _, f := range b.forms() {
		if strings.HasSuffix(f.action, end) {
			return f
		}
	}
	b.t.Fatalf("%s (%d) has no form to %s: %s", b.path, b.status, end, text(b.doc))
	return nil
}

// press sends a form of the page as it stands, with the values over it.
func (b *browser) press(end string, values url.Values) *browser {
	b.t.Helper()
	f := b.formTo(end)
	v := f.values()
	for name, given := range values {
		v[name] = given
	}
	return b.post(f.action, v)
}

// lastLink is the address of the newest link in the messages that wait to be sent. It takes all messages out.
func (s *site) lastMail() (m care.Mail) {
	s.t.Helper()
	found := false
	for {
		out, ok, err := s.store.NextMail(s.t.Context())
		if err != nil {
			s.t.Fatal(err)
		}
		if !ok {
			break
		}
		m, found = out.Mail, true
		if err := s.store.MailSent(s.t.Context(), out.Receipt); err != nil {
			s.t.Fatal(err)
		}
	}
	if !found {
		s.t.Fatal("no message waits to be sent")
	}
	return m
}

// worker is a practitioner who can do things without a page.
func (s *site) worker() care.Actor {
	s.t.Helper()
	s.demoPractitioner("ashdale")
	all, err := s.store.Practitioners(s.t.Context(), "ashdale")
	if err != nil {
		s.t.Fatal(err)
	}
	return care.Actor{Kind: care.ActorPractitioner, ID: all[0].ID, Council: "ashdale", Roles: all[0].Roles}
}

func (s *site) ashdale() care.Council {
	s.t.Helper()
	all, err := s.service.Councils(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return all[slices.IndexFunc(all, func(c care.Council) bool { return c.Slug == "ashdale" })]
}

// entries of a case, by its reference.
func (s *site) entries(reference string) []care.Entry {
	s.t.Helper()
	id, _, err := s.store.CodesByReference(s.t.Context(), "ashdale", reference)
	if err != nil {
		s.t.Fatal(err)
	}
	all, err := s.store.Entries(s.t.Context(), "ashdale", id)
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// Rule 1: every Continue saves, good or bad; what is wrong with a page never stands in the way.
func TestRule01SaveOnEveryContinue(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	b.get("/ashdale/talk").submit(url.Values{"language": {"Polish"}, "difficulties": {"none", "retain"}}).answers(http.StatusUnprocessableEntity)
	reference, code := b.keep()
	other := s.comesBack(reference, code)
	if other.page() != "talk" {
		t.Fatalf("coming back led to %s, and the page to mend is talk", other.path)
	}
	if !strings.Contains(other.body, "Polish") || strings.Count(other.body, " checked") != 2 {
		t.Error("what was typed on a page that could not be accepted is not there on another device")
	}
}

// Rule 2: what was answered is on the server; a browser that is closed or a program that is killed loses nothing.
func TestRule02StateIsOnTheServer(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	reference, code := b.keep()
	s.server.CloseClientConnections() // as a program that is killed: the store is opened again by another one
	s.server.Close()
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	s.serve()
	if b.get("/ashdale/talk"); !strings.Contains(b.body, "Gujarati") {
		t.Error("after the program was started again the browser's own form is gone")
	}
	if other := s.comesBack(reference, code).get("/ashdale/talk"); !strings.Contains(other.body, "Gujarati") {
		t.Error("with the code the form does not open after the program was started again")
	}
}

// Rule 3: opening a link never uses it up; its button does.
func TestRule03OpeningALinkNeverUsesItUp(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	b.get("/ashdale/save").press("/save/link", url.Values{"email": {"ada@example.com"}}).says("If we can send to it, a link is on its way.")
	path := strings.TrimPrefix(s.lastMail().Link, "https://care.example.com")
	for range 5 { // programs that look at mail, and the person who opens it twice
		s.browser().get(path).answers(http.StatusOK)
		s.browser().do(http.MethodHead, path, nil).answers(http.StatusOK)
	}
	other := s.browser().get(path).submit(nil)
	if other.page() != "today" {
		t.Fatalf("the link's button led to %s (%d)", other.path, other.status)
	}
	used := s.browser().get(path).answers(http.StatusNotFound)
	unknown := s.browser().get("/ashdale/back/AAAAAAAAAAAAAAAAAAAAAAAAAA").answers(http.StatusNotFound)
	if used.body != unknown.body {
		t.Error("a link that was used answers otherwise than one that never was")
	}
	if again := s.browser().post(path, nil); again.page() == "today" || again.status != http.StatusNotFound {
		t.Errorf("the link opened a second time: %d at %s", again.status, again.path)
	}
	if b.get("/ashdale/today"); b.page() != "today" {
		t.Error("the first browser lost its form")
	}
}

// Rule 4: another code does not end an earlier one, and neither does a link.
func TestRule04PausingAgainKeepsTheEarlierCode(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	reference, first := b.keep()
	sameReference, second := b.keep()
	b.get("/ashdale/save").press("/save/link", url.Values{"email": {"ada@example.com"}})
	if reference != sameReference || first == second {
		t.Fatalf("two codes: %s with %s and %s", reference, first, second)
	}
	s.now = s.now.Add(29 * 24 * time.Hour) // before the day that was told
	if err := s.service.EraseStale(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{first, second, first} {
		if other := s.comesBack(reference, code); other.page() != "today" {
			t.Errorf("a code that was given before another leads to %s: %s", other.path, text(other.doc))
		}
	}
	if gone := s.comesBack(reference, "2222-3333-4444"); gone.page() != "back" {
		t.Errorf("a code that was never given leads to %s", gone.path)
	}
}

// Rule 5: a browser that has another form open is asked which one to go on with.
func TestRule05AskWhichOne(t *testing.T) {
	s := newSite(t, false)
	reference, code := s.begun().keep()
	here := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Polish"}})
	typed := url.Values{"reference": {reference}, "code": {code}}
	here.get("/ashdale/back").says("Which one do you want to go on with?", "nobody can open it again", "until 10:42 on 23 November 2026")
	if here.link("Get a code for the form that is open here") != "/ashdale/save" {
		t.Error("no way to keep the form that would be left")
	}
	here.submit(typed).answers(http.StatusUnprocessableEntity).says("Select the form you want to go on with")
	if f := here.formTo("/back"); f.control("reference").value != reference || f.control("code").value != code {
		t.Error("what was typed is gone when the choice was missing")
	}
	if here.get("/ashdale/talk"); !strings.Contains(here.body, "Polish") {
		t.Fatal("the form that was open is lost without a choice")
	}
	stay := here.get("/ashdale/back").submit(url.Values{"reference": {reference}, "code": {code}, "which": {"here"}})
	if stay.page() != "today" || !strings.Contains(stay.get("/ashdale/talk").body, "Polish") {
		t.Errorf("choosing the open form led to %s", stay.path)
	}
	mine, mineCode := here.keep()
	here.get("/ashdale/back").says("has a code")
	if here.submit(url.Values{"reference": {reference}, "code": {code}, "which": {"other"}}).get("/ashdale/talk"); !strings.Contains(here.body, "Gujarati") || strings.Contains(here.body, "Polish") {
		t.Error("choosing the other form does not show it, or mixes the two")
	}
	if back := s.comesBack(mine, mineCode).get("/ashdale/talk"); !strings.Contains(back.body, "Polish") {
		t.Error("the form that was left does not open with its code")
	}
	// One's own code in one's own browser: nothing to choose.
	if here.get("/ashdale/back").submit(typed); here.page() != "today" {
		t.Errorf("the open form's own code led to %s (%d)", here.path, here.status)
	}
	// A link asks as well.
	here.get("/ashdale/save").press("/save/link", url.Values{"email": {"ada@example.com"}})
	path := strings.TrimPrefix(s.lastMail().Link, "https://care.example.com")
	there := s.browser().get("/ashdale/for").submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Welsh"}})
	there.get(path).submit(nil).answers(http.StatusUnprocessableEntity)
	if there.submit(url.Values{"which": {"here"}}).get("/ashdale/talk"); !strings.Contains(there.body, "Welsh") {
		t.Error("a link took the open form away")
	}
	if there.get(path).submit(url.Values{"which": {"other"}}).get("/ashdale/talk"); !strings.Contains(there.body, "Gujarati") {
		t.Error("the link was used up by a choice against it")
	}
}

// Rule 6: one clock, told in the same words on every page and in the message.
func TestRule06OneClock(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	without := "Without a code, you can come back in this browser until 10:42 on 23 November 2026. Then we erase your answers."
	with := "With a code, you can come back until 22 December 2026."
	link := "The link works once, for 10 minutes."
	b.get("/ashdale/save").says(without, with, link)
	b.get("/ashdale/back").says(without)
	b.get("/ashdale/held").says(without)
	b.get("/ashdale/save").press("/save/link", url.Values{"email": {"ada@example.com"}}).says(link)
	m := s.lastMail()
	if all := strings.Join(m.Lines, " "); !strings.Contains(all, with) || !strings.Contains(all, link) {
		t.Errorf("the message tells another clock: %q", m.Lines)
	}
	b.keep()
	b.says(with)
	b.get("/ashdale/save").says(with)
	b.get("/ashdale/held").says(with)
	s.now = s.now.Add(31 * time.Minute)
	b.get("/ashdale/talk").says("Your form is locked", with)
	s.now = s.now.Add(29 * 24 * time.Hour).Add(23 * time.Hour)
	if err := s.service.EraseStale(t.Context()); err != nil {
		t.Fatal(err)
	}
	reference, code := s.begun().keep()
	s.now = s.now.Add(casework.KeptLife - time.Minute)
	if err := s.service.EraseStale(t.Context()); err != nil {
		t.Fatal(err)
	}
	if other := s.comesBack(reference, code); other.page() != "today" {
		t.Errorf("a minute before the told day: %s", other.path)
	}
	s.now = s.now.Add(2 * time.Minute)
	if err := s.service.EraseStale(t.Context()); err != nil {
		t.Fatal(err)
	}
	if other := s.comesBack(reference, code); other.page() != "back" {
		t.Errorf("a minute after the told day it still opens: %s", other.path)
	}
}

// Rule 7: codes and links are nowhere but where they are shown: not on the disk, in the log, in a cookie or address, or on
// a second look at the page.
func TestRule07CodesAreKeptNowhere(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	_, code := b.keep()
	for _, page := range []string{"save/code", "save", "back", "talk", "held"} {
		if b.get("/ashdale/" + page); strings.Contains(b.body, code) {
			t.Errorf("%s shows the code again", page)
		}
	}
	b.get("/ashdale/save/code").says("We show a code only once.")
	b.submit(nil)
	if _, again := b.card(); again == code {
		t.Error("a new code is the old one")
	}
	s.begun().get("/ashdale/helpers").submit(nil)
	b.get("/ashdale/save").press("/save/link", url.Values{"email": {"ada@example.com"}})
	raw := map[string][]byte{"log": []byte(s.log.String())}
	for _, end := range []string{"", "-wal", "-shm"} {
		data, err := os.ReadFile(s.db + end)
		if err != nil {
			t.Fatal(err)
		}
		raw["database"+end] = data
	}
	m := s.lastMail()
	token := m.Link[strings.LastIndex(m.Link, "/")+1:]
	for where, data := range raw {
		for _, secret := range []string{code, strings.ReplaceAll(code, "-", ""), strings.ToLower(code), token, "ada@example.com"} {
			if bytes.Contains(data, []byte(secret)) {
				t.Errorf("%s holds %q", where, secret)
			}
		}
	}
	for name, value := range b.cookies {
		if strings.Contains(value, code) || name == "__Host-threshold-own-device" {
			t.Errorf("cookie %s holds the code, or remembers a shared computer", name)
		}
	}
	if printed := fmt.Sprintf("%v %+v %#v %s", casework.Secret{}, casework.Secret{}, casework.Secret{}, casework.Secret{}); strings.Count(printed, "[secret]") != 4 {
		t.Errorf("a secret prints as %q", printed)
	}
}

// Rule 8: each person starts clean. A helper with a code sees nothing that anybody else wrote.
func TestRule08AHelperStartsClean(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	const plant = "Quillwort"
	b.walkTo("check", url.Values{"name": {plant + " Example"}, "matters": {plant + " garden"}, "language": {plant}})
	b.get("/ashdale/helpers").submit(nil)
	reference, code := b.card()
	helper := s.comesBack(reference, code)
	if helper.page() == "back" || helper.page() == "status" {
		t.Fatalf("a helper's code led to %s (%d): %s", helper.path, helper.status, text(helper.doc))
	}
	for _, page := range []string{"for", "talk", "matters", "you/name", "check", "copy", "result", "save", "held", "helpers", "diary", "status", "sent", "back", "copy/file"} {
		helper.get("/ashdale/" + page)
		if strings.Contains(helper.body, plant) || strings.Contains(helper.body, reference) && page != "back" {
			t.Errorf("a helper reads at %s what somebody else wrote", page)
		}
	}
	if again := s.comesBack(reference, code); again.page() != "back" {
		t.Error("a helper's code opened twice")
	}
}

// Rule 9: before anything is sent, the page says who will get the messages.
func TestRule09SayWhoGetsTheMessages(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	b.walkTo("check", url.Values{"ways": {"email"}, "email": {"ada@example.com"}})
	b.says("We send emails about this to ada@example.com, and to nobody else.")
	other := s.browser()
	other.walkTo("check", url.Values{"ways": {"post"}, "living": {"home"}, "postcode": {"LS1 4AP"}, "address": {"1 Example Street"}})
	other.says("We send no emails about this.")
	b.submit(nil)
	if m := s.lastMail(); m.To != "ada@example.com" {
		t.Errorf("the message goes to %q", m.To)
	}
	other.submit(nil)
	if _, ok, err := s.store.NextMail(t.Context()); err != nil || ok {
		t.Errorf("a message waits that was said not to be sent (%v)", err)
	}
}

// Rule 10: who typed each answer, and as what, is kept with the answer.
func TestRule10WhoTypedIt(t *testing.T) {
	s := newSite(t, true)
	b := s.browser()
	reference := b.walk(nil)
	b.get("/ashdale/helpers").submit(nil)
	_, code := b.card()
	helper := s.comesBack(reference, code)
	helper.goOnTo("status", nil)
	b.get("/ashdale/status").press("/status/add", url.Values{"text": {"My sister has moved away."}})
	var voices []string
	for _, e := range s.entries(reference) {
		var said struct {
			Voice care.Voice `json:"voice"`
		}
		if err := json.Unmarshal(e.Body, &said); err != nil {
			t.Fatal(err)
		}
		voices = append(voices, string(e.Kind)+" "+string(said.Voice)+" "+string(e.By))
	}
	if want := []string{"account helper citizen", "addition self citizen"}; !slices.Equal(voices, want) {
		t.Errorf("kept as %q, want %q", voices, want)
	}
}

// Rule 11: the person gives a helper access and takes it back, whatever the helper holds by then.
func TestRule11AccessIsTakenBack(t *testing.T) {
	s := newSite(t, true)
	b := s.browser()
	reference := b.walk(nil)
	invite := func() string {
		b.get("/ashdale/helpers").press("/helpers", nil)
		_, code := b.card()
		return code
	}
	waiting, used := invite(), invite()
	helper := s.comesBack(reference, used)
	own, ownCode := helper.keep() // a return code to the helper's own half
	b.get("/ashdale/helpers").says("Not used yet", "Used on 22 November 2026")
	b.press("/helpers/end", nil).says("Your helpers' access is ended.", "Ended on 22 November 2026")
	if again := s.comesBack(reference, waiting); again.page() != "back" {
		t.Errorf("a code that was taken back led to %s", again.path)
	}
	for _, page := range []string{"talk", "check", "status"} {
		if helper.get("/ashdale/" + page); helper.page() == page && page != "status" || strings.Contains(helper.body, own) {
			t.Errorf("after access was ended a helper still opens %s", page)
		}
	}
	if again := s.comesBack(own, ownCode); again.status == http.StatusOK && again.page() != "back" {
		t.Errorf("a helper's own return code still led to %s (%d)", again.path, again.status)
	}
	if n := len(s.entries(reference)); n != 1 {
		t.Errorf("%d entries, want the ending alone", n)
	}
}

// Rule 12: a helper's code works once, and for a week.
func TestRule12HelpersCodesEnd(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	invite := func() (string, string) {
		b.get("/ashdale/helpers").press("/helpers", nil).says("It works once, until 29 November 2026.")
		return b.card()
	}
	reference, code := invite()
	if s.comesBack(reference, code).page() == "back" {
		t.Fatal("a helper's code does not open")
	}
	if again := s.comesBack(reference, code); again.page() != "back" {
		t.Errorf("used twice, it led to %s", again.path)
	}
	_, late := invite()
	s.now = s.now.Add(casework.HelperCodeLife + time.Second)
	if again := s.comesBack(reference, late); again.page() != "back" {
		t.Errorf("after a week it led to %s", again.path)
	}
	b.get("/ashdale/carry-on") // a week is long for a browser
}

// Rule 13: pressing twice and going back are harmless, for everything that can be sent or added.
func TestRule13PressingTwiceIsHarmless(t *testing.T) {
	s := newSite(t, true)
	ann := s.worker()
	b := s.browser()
	reference := b.walk(nil)
	if err := s.service.AskPerson(t.Context(), ann, s.ashdale(), reference, "Which days are worst?", "", "q"); err != nil {
		t.Fatal(err)
	}
	twice := func(path, end string, values url.Values) {
		t.Helper()
		b.get(path)
		f := b.formTo(end)
		v := f.values()
		for name, given := range values {
			v[name] = given
		}
		for range 2 {
			if b.post(f.action, v); b.status != http.StatusOK {
				t.Errorf("%s pressed again answered %d", end, b.status)
			}
		}
	}
	twice("/ashdale/status", "/status/add", url.Values{"text": {"My sister has moved away."}})
	twice("/ashdale/diary", "/diary", url.Values{"kind": {"bad"}, "text": {"In bed all day."}})
	twice("/ashdale/status/withdraw", "/status/withdraw", url.Values{"text": {"I changed my mind."}})
	b.get("/ashdale/status")
	var question string
	for _, f := range b.forms() {
		if strings.Contains(f.action, "/status/answer/") {
			question = f.action[strings.LastIndex(f.action, "/"):]
		}
	}
	twice("/ashdale/status", question, url.Values{"reply-" + question[1:]: {"Mondays."}, "do": nil})
	count := map[care.EntryKind]int{}
	for _, e := range s.entries(reference) {
		count[e.Kind]++
	}
	for _, kind := range []care.EntryKind{care.EntryAddition, care.EntryDiary, care.EntryWithdrawal, care.EntryReply} {
		if count[kind] != 1 {
			t.Errorf("pressing twice made %d of %s", count[kind], kind)
		}
	}
	// The same words on purpose, from a page shown anew, are added.
	b.get("/ashdale/status").press("/status/add", url.Values{"text": {"My sister has moved away."}})
	if n := len(s.entries(reference)); n != 6 { // with the question
		t.Errorf("%d entries, want 6", n)
	}
}

// Rule 14: changing an early answer keeps later ones, asks again only what changed meaning, and shows what was set aside.
func TestRule14ChangingAnEarlyAnswer(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	b.walkTo("check", url.Values{
		"condition": {"physical"}, "daily": {"nutrition", "hygiene"}, "nutrition.limbs": {"assistance"}, "hygiene.limbs": {"danger"},
		"hygiene.words": {"The bath is too high."}, "overall": {"big"},
	})
	b.get("/ashdale/daily?change=1").submit(url.Values{"daily": {"nutrition"}})
	if b.page() != "daily/second-look" { // which lists the one that was taken away: this alone has another meaning now
		t.Fatalf("taking one thing away asks again at %s", b.path)
	}
	if b.submit(nil); b.page() != "check" {
		t.Fatalf("after that it asks again at %s", b.path)
	}
	b.says("You answered this before. It does not count now", "The bath is too high.")
	if !strings.Contains(b.body, "Eating and drinking") {
		t.Error("an answer that still counts is gone")
	}
	b.get("/ashdale/daily?change=1").submit(url.Values{"daily": {"nutrition", "hygiene"}})
	if b.page() != "check" {
		t.Fatalf("bringing it back asks again at %s", b.path)
	}
	if strings.Contains(text(b.doc), "It does not count now") {
		t.Error("nothing is set aside any more, and the page says so")
	}
	b.says("The bath is too high.")
	// Something new is asked, and only that.
	b.get("/ashdale/daily?change=1").submit(url.Values{"daily": {"nutrition", "hygiene", "toilet"}})
	if b.page() != "daily/toilet" {
		t.Errorf("something new is asked at %s", b.path)
	}
}

// Rule 15: data have no time-out, only the open view; and the pages say so.
func TestRule15OnlyTheViewTimesOut(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	b.get("/ashdale/save").says("If you stop for half an hour, we hide your answers. Nothing is lost by it.")
	reference, code := b.keep()
	b.get("/ashdale/talk")
	s.now = s.now.Add(31 * time.Minute)
	b.submit(url.Values{"language": {"Polish"}}).says("Your form is locked", "Nothing is lost.")
	if strings.Contains(b.body, "Polish") {
		t.Error("a locked view shows answers")
	}
	b.submit(nil)
	if b.get("/ashdale/talk"); !strings.Contains(b.body, "Polish") {
		t.Error("what was typed before the view was locked is lost")
	}
	// With a code, the own browser goes on for as long as it is used.
	for range 100 {
		s.now = s.now.Add(20 * time.Minute)
		b.post("/ashdale/talk", url.Values{"language": {"Polish"}})
	}
	if b.get("/ashdale/talk"); b.page() != "talk" {
		t.Errorf("a kept form closed in its own browser after a day and a half: %s", b.path)
	}
	s.now = s.now.Add(29 * 24 * time.Hour)
	if err := s.service.EraseStale(t.Context()); err != nil {
		t.Fatal(err)
	}
	if other := s.comesBack(reference, code).get("/ashdale/talk"); !strings.Contains(other.body, "Polish") {
		t.Error("29 days after it was saved a kept form is gone")
	}
}

// Rule 16: pausing on one device and going on at another works from the first page to the receipt, in three steps at most.
func TestRule16PauseAndResumeEndToEnd(t *testing.T) {
	s := newSite(t, true)
	staff := s.demoPractitioner("ashdale")
	b := s.begun()
	reference, code := b.keep()
	other := s.browser()
	steps := 0
	other.get("/ashdale/back")
	steps++ // 1: the page, from the card
	other.submit(url.Values{"reference": {strings.ToLower(strings.ReplaceAll(reference, "-", " "))}, "code": {strings.ToLower(strings.ReplaceAll(code, "-", ""))}})
	steps++ // 2: the code
	if other.page() != "today" || steps > 3 {
		t.Fatalf("in %d steps at %s", steps, other.path)
	}
	if strings.Contains(other.path, "?") || other.get("/ashdale/for").page() != "for" {
		t.Error("the form does not stand open")
	}
	other.get("/ashdale/today").goOnTo("sent", url.Values{"today": {"none"}, "name": {"Ada Example"}, "ways": {"not_sure"}})
	if got := other.reference(); casework.FormatReference(got) != reference {
		t.Errorf("sent as %s, saved as %s", got, reference)
	}
	// The first browser and the code lead to what was sent; neither can send it again.
	if b.get("/ashdale/today"); b.page() != "sent" {
		t.Errorf("the first browser is at %s", b.path)
	}
	third := s.comesBack(reference, code)
	third.says("Where your form stands", "You sent it on 22 November 2026.")
	parsed, _ := casework.ParseReference(reference)
	staff.get("/staff/case/" + parsed).answers(http.StatusOK)
	if third.get("/ashdale/status").says("A person has opened it."); third.page() != "status" {
		t.Errorf("at %s", third.path)
	}
}

// goOnTo answers page after page as said, from where the browser is, and stops at a page.
func (b *browser) goOnTo(stop string, says url.Values) {
	b.t.Helper()
	says = cloneValues(says)
	for name, value := range map[string]string{"name": "Ada Example", "ways": "not_sure"} {
		if says[name] == nil {
			says.Set(name, value)
		}
	}
	b.get(b.path)
	for range 60 {
		if b.page() == stop {
			return
		}
		forms := b.forms()
		if len(forms) == 0 {
			b.t.Fatalf("dead end at %s (%d): %s", b.path, b.status, text(b.doc))
		}
		form := forms[len(forms)-1]
		v := form.values()
		for _, c := range form.controls {
			if given, ok := says[c.name]; ok {
				v[c.name] = given
			}
		}
		before := b.path
		if b.post(form.action, v); b.status != http.StatusOK {
			b.t.Fatalf("%s answered %d: %s", before, b.status, text(b.doc))
		}
	}
	b.t.Fatalf("no end in sight at %s", b.path)
}
