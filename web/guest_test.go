package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// helped is a form that a helper has sent about somebody, with a planted word in it.
func (s *site) helped(plant string) (helper *browser, reference string) {
	s.t.Helper()
	helper = s.browser()
	helper.get("/ashdale/for").submit(url.Values{"for": {"someone"}})
	helper.goOnTo("sent", url.Values{
		"they_call": {"Ada"}, "helper_is": {"family"}, "knows": {"yes_agree"}, "matters": {plant + " garden"}, "name": {"Ada Example"}, "language": {plant},
	})
	return helper, helper.reference()
}

// TestThePersonTellsInTheirOwnWords: the person comes to a helper's form by their own code, reads nothing of it, adds
// their own account, and can end what the helper opens.
func TestThePersonTellsInTheirOwnWords(t *testing.T) {
	s := newSite(t, true)
	ann := s.worker()
	helper, reference := s.helped("Quillwort")
	_, helperCode := helper.get("/ashdale/sent").press("/save", nil).card()
	if err := s.service.AskPerson(t.Context(), ann, s.ashdale(), reference, "Is Monday good?", "", ""); err != nil {
		t.Fatal(err)
	}
	helper.get("/ashdale/status").says("Is Monday good?") // nobody else can be asked yet
	s.now = s.now.Add(time.Minute)
	_, code, err := s.service.GiveCode(t.Context(), ann, reference)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.service.AskPerson(t.Context(), ann, s.ashdale(), reference, "Has your son hurt you again?", "", ""); err != nil {
		t.Fatal(err)
	}
	if helper.get("/ashdale/status"); strings.Contains(helper.body, "hurt you") {
		t.Error("the helper reads what a worker asks the person")
	}
	helper.says("Is Monday good?") // that it went would tell them of the code
	person := s.comesBack(reference, code.Reveal())
	if person.page() != "status" {
		t.Fatalf("the person's code led to %s (%d): %s", person.path, person.status, text(person.doc))
	}
	person.says("It was sent to us on 22 November 2026.", "Tell us in your own words", "End my helper's access", "Has your son hurt you again?")
	closed := func(when string) {
		t.Helper()
		for _, page := range []string{"status", "copy", "copy/file", "check", "result", "talk", "matters", "you/name", "for", "sent", "equality", "erase", "save", "save/code", "held", "helpers", "helpers/code", "diary", "back", "contact", ""} {
			if person.get("/ashdale/" + page); strings.Contains(person.body, "Quillwort") {
				t.Errorf("%s, the person reads at %s what the helper wrote", when, page)
			}
		}
		for _, posted := range []string{"talk", "check", "erase", "save", "helpers", "helpers/end", "another"} {
			if person.post("/ashdale/"+posted, nil); strings.Contains(person.body, "Quillwort") || person.confirmed() {
				t.Errorf("%s, posting to %s answered %d", when, posted, person.status)
			}
		}
	}
	closed("before telling")
	if _, err := s.store.Assessment(t.Context(), "ashdale", s.idOf(reference)); err != nil {
		t.Fatal("the helper's form is gone")
	}

	person.get("/ashdale/status").press("/status/own", nil)
	if strings.Contains(person.body, "Quillwort") || person.page() == "status" {
		t.Fatalf("telling in one's own words led to %s", person.path)
	}
	// One's own half can be kept and come back to like any form.
	ownReference, ownCode := person.keep()
	person = s.comesBack(ownReference, ownCode)
	person.goOnTo("status", url.Values{"matters": {"Figwort tree"}, "ways": {"not_sure"}})
	person.says("Where your form stands")
	closed("after telling")
	if helper.get("/ashdale/status"); strings.Contains(helper.body, "Figwort") {
		t.Error("the helper reads what the person wrote")
	}
	for _, page := range []string{"copy", "sent", "held"} {
		if helper.get("/ashdale/" + page); strings.Contains(helper.body, "Figwort") {
			t.Errorf("the helper reads at %s what the person wrote", page)
		}
	}
	if all := s.entries(reference); len(all) != 3 || all[2].Kind != care.EntryAccount || !strings.Contains(string(all[2].Body), "Figwort") || !strings.Contains(string(all[2].Body), `"voice":"self"`) {
		t.Errorf("the person's account did not join the case: %d entries", len(all))
	}

	// What is added, asked and answered stays apart as well.
	person.get("/ashdale/status").press("/status/add", url.Values{"text": {"Toadflax is my cat"}}).says("We have what you added.", "Toadflax is my cat")
	person.get("/ashdale/diary").press("/diary", url.Values{"kind": {"bad"}, "text": {"Speedwell"}}).says("Speedwell")
	for _, page := range []string{"status", "diary"} {
		if helper.get("/ashdale/" + page); strings.Contains(helper.body, "Toadflax") || strings.Contains(helper.body, "Speedwell") {
			t.Errorf("the helper reads at %s what the person added", page)
		}
	}
	if helper.get("/ashdale/status").press("/status/add", url.Values{"text": {"Hawkbit"}}); person.get("/ashdale/status").status != http.StatusOK || strings.Contains(person.body, "Hawkbit") {
		t.Error("the person reads what the helper added")
	}

	person.get("/ashdale/status").press("/status/end-helpers", nil).says("Their access is ended.")
	for _, page := range []string{"status", "copy", "sent"} {
		if helper.get("/ashdale/" + page); helper.page() == page || strings.Contains(helper.body, "Quillwort") {
			t.Errorf("after access was ended the helper still opens %s", page)
		}
	}
	if again := s.comesBack(reference, helperCode); again.page() != "back" {
		t.Errorf("the helper's return code led to %s (%d)", again.path, again.status)
	}
	if again := s.comesBack(reference, code.Reveal()); again.page() != "status" {
		t.Errorf("the person's own code led to %s", again.path)
	}
}

func (s *site) idOf(reference string) string {
	s.t.Helper()
	id, _, err := s.store.CodesByReference(s.t.Context(), "ashdale", reference)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

// TestAHelperSeesThanksAndNoMore: once a helper with a code has sent what they see, there is a page that thanks.
func TestAHelperSeesThanksAndNoMore(t *testing.T) {
	s := newSite(t, false)
	b := s.browser()
	reference := b.walk(url.Values{"matters": {"Quillwort"}})
	b.get("/ashdale/helpers").submit(nil)
	_, code := b.card()
	helper := s.comesBack(reference, code)
	// Nobody can pass for somebody else by answering the first page again.
	for _, voice := range []string{"self", "carer", "under_18"} {
		if helper.post("/ashdale/for", url.Values{"for": {voice}}); helper.status != http.StatusForbidden {
			t.Errorf("a helper who says %s is answered %d", voice, helper.status)
		}
	}
	if helper.get("/ashdale/for"); helper.page() == "for" {
		t.Error("a helper is asked who the form is for")
	}
	helper.goOnTo("status", url.Values{"they_call": {"Ada"}, "knows": {"yes_agree"}})
	helper.says("Thank you", "kept beside what the person says")
	if n := len(helper.forms()); n != 1 { // to finish
		t.Errorf("a helper's last page has %d forms", n)
	}
	for _, page := range []string{"talk", "copy", "sent", "held", "helpers", "diary", "save", "status/withdraw", "check"} {
		if helper.get("/ashdale/" + page); helper.page() != "status" && helper.page() != "" {
			t.Errorf("%s led a helper to %s", page, helper.path)
		}
	}
	for _, posted := range []string{"status/add", "status/withdraw", "diary", "status/own", "status/end-helpers", "helpers/end", "save"} {
		if helper.post("/ashdale/"+posted, url.Values{"text": {"x"}, "kind": {"bad"}, "on-day": {"1"}, "on-month": {"11"}, "on-year": {"2026"}}); helper.status == http.StatusOK && helper.page() != "status" {
			t.Errorf("a helper's %s answered %d at %s", posted, helper.status, helper.path)
		}
	}
	if all := s.entries(reference); len(all) != 1 || !strings.Contains(string(all[0].Body), `"voice":"helper"`) {
		t.Errorf("%d entries, want the helper's account alone", len(all))
	}
	b.get("/ashdale/helpers").says("Used on")
}

// TestAnAccountIsNobodysForm: while a helper or the person writes their half, there is no helper, diary or record of its
// own, which would be lost when the half joins the form.
func TestAnAccountIsNobodysForm(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	b.get("/ashdale/helpers").submit(nil)
	helper := s.comesBack(b.card())
	own, code := helper.keep()
	for _, who := range []*browser{helper, s.comesBack(own, code)} {
		for _, page := range []string{"helpers", "diary", "held", "helpers/code"} {
			if who.get("/ashdale/" + page); who.page() == page {
				t.Errorf("%s is open on somebody's half of a form", page)
			}
		}
		for _, posted := range []string{"helpers", "diary", "helpers/end"} {
			who.post("/ashdale/"+posted, url.Values{"kind": {"bad"}, "on-day": {"1"}, "on-month": {"11"}, "on-year": {"2026"}})
			if who.page() == posted && who.status == http.StatusOK || who.page() == "helpers/code" {
				t.Errorf("posting to %s answered %d at %s", posted, who.status, who.path)
			}
		}
	}
	if all, err := s.store.CodesOf(t.Context(), "ashdale", s.idOf(strings.ReplaceAll(own, "-", ""))); err != nil || len(all) != 1 {
		t.Errorf("codes of a half: %d (%v)", len(all), err)
	}
}

// TestTriesAreLimitedAtTheDoor: five tries at once and one a minute beyond them, so that after
// two minutes there is always one, twenty a day; whoever holds the form is not counted,
// and a new code opens the door again.
func TestTriesAreLimitedAtTheDoor(t *testing.T) {
	s := newSite(t, true)
	ann := s.worker()
	b := s.browser()
	reference := b.walk(nil)
	_, code := b.get("/ashdale/sent").press("/save", nil).card()
	try := func(code string) int { return s.comesBack(reference, code).status }
	const wrong = "2222-3333-4444"
	for n := range 5 {
		if got := try(wrong); got != http.StatusUnprocessableEntity {
			t.Fatalf("try %d answered %d", n+1, got)
		}
	}
	if got := try(wrong); got != http.StatusUnprocessableEntity { // the one of this minute
		t.Fatalf("the sixth try answered %d", got)
	}
	if got := try(code); got != http.StatusTooManyRequests {
		t.Errorf("the seventh try at once answered %d, the right code or not", got)
	}
	other := s.comesBack(reference, code).says("There were too many tries.")
	if f := other.formTo("/back"); f.control("reference").value == "" {
		t.Error("what was typed is gone after too many tries")
	}
	for n := range 14 {
		s.now = s.now.Add(2 * time.Minute)
		if got := try(wrong); got != http.StatusUnprocessableEntity {
			t.Fatalf("two minutes later, try %d answered %d", n+7, got)
		}
		if got := try(wrong); got != http.StatusTooManyRequests {
			t.Fatalf("twice in a minute answered %d", got)
		}
	}
	s.now = s.now.Add(2 * time.Minute)
	if got := try(code); got != http.StatusTooManyRequests {
		t.Errorf("the 21st try of a day answered %d", got)
	}
	// Nobody is locked out: not the browser that holds the form, and not whoever gets a new code.
	if b.get("/ashdale/back").submit(url.Values{"reference": {reference}, "code": {code}}); b.page() != "status" {
		t.Errorf("the browser that holds the form is at %s (%d)", b.path, b.status)
	}
	_, fresh, err := s.service.GiveCode(t.Context(), ann, reference)
	if err != nil {
		t.Fatal(err)
	}
	if other := s.comesBack(reference, fresh.Reveal()); other.page() != "status" {
		t.Errorf("a new code led to %s (%d)", other.path, other.status)
	}
}

// TestOnlyTheFormsOwnBrowserIsNotCounted: a session beside the form, of an account or of a guest, and a keyed form whose
// practitioner has gone, are held to the limits like any other browser.
func TestOnlyTheFormsOwnBrowserIsNotCounted(t *testing.T) {
	s := newSite(t, true)
	ann := s.worker()
	const wrong = "2222-3333-4444"
	tries := func(b *browser, reference string) (through int) {
		t.Helper()
		for range 30 {
			switch b.post("/ashdale/back", url.Values{"reference": {reference}, "code": {wrong}, "which": {"other"}}); b.status {
			case http.StatusUnprocessableEntity:
				b.says("The reference and the code do not go together")
				through++
			case http.StatusTooManyRequests:
			default:
				t.Fatalf("%d at %s: %s", b.status, b.path, text(b.doc))
			}
		}
		return through
	}
	counted := func(who string, b *browser, reference string) {
		t.Helper()
		if n := tries(b, reference); n > 6 {
			t.Errorf("%s tried %d codes at once, want 6 at most", who, n)
		}
	}
	writer := s.begun()
	writer.get("/ashdale/helpers").submit(nil)
	reference, code := writer.card()
	helper := s.comesBack(reference, code)
	counted("whoever writes an account", helper, reference)
	own, _ := helper.keep()
	if n := tries(helper, own); n != 30 {
		t.Errorf("whoever writes an account tried %d codes of their own, want all 30", n)
	}
	if n := tries(writer, reference); n != 30 {
		t.Errorf("the browser that holds the form tried %d codes, want all 30", n)
	}

	_, about := s.helped("Quillwort")
	_, personCode, err := s.service.GiveCode(t.Context(), ann, about)
	if err != nil {
		t.Fatal(err)
	}
	person := s.comesBack(about, personCode.Reveal())
	counted("a guest", person, about)

	desk := s.demoPractitioner("birchley")
	desk.get("/staff/key-in").submit(url.Values{"how": {"paper"}})
	desk.submit(url.Values{"for": {"self"}}).submit(url.Values{"language": {"Gujarati"}})
	desk.get("/birchley/save").submit(nil)
	keyed, _ := desk.card()
	s.now = s.now.Add(16 * time.Minute) // longer than a practitioner's session lasts when it is idle
	through := 0
	for range 30 {
		if desk.post("/birchley/back", url.Values{"reference": {keyed}, "code": {wrong}}); desk.status == http.StatusUnprocessableEntity {
			through++
		}
	}
	if through == 0 || through > 6 {
		t.Errorf("a keyed form whose practitioner has gone took %d codes at once, want 1 to 6", through)
	}
}

// TestAWrongCodeAndAnUnknownReferenceAreOne: the same bytes, whether the reference exists, is another council's or nobody's.
func TestAWrongCodeAndAnUnknownReferenceAreOne(t *testing.T) {
	s := newSite(t, false)
	reference, _ := s.begun().keep()
	far := s.browser().get("/birchley/for").submit(url.Values{"for": {"self"}})
	far.get("/birchley/save").submit(nil)
	farReference, farCode := far.card()
	parsed, _ := casework.ParseReference(reference)
	unknown := "0000000000"
	if parsed == unknown {
		t.Fatal("a reference of noughts was drawn")
	}
	page := func(reference, code string) string {
		b := s.comesBack(reference, code)
		if b.status != http.StatusUnprocessableEntity {
			t.Errorf("%d at %s", b.status, b.path)
		}
		return strings.NewReplacer(reference, "REFERENCE", code, "CODE", b.formTo("/back").control("once").value, "KEY").Replace(b.body)
	}
	want := page(unknown, "2222-3333-4444")
	for about, got := range map[string]string{
		"a wrong code": page(reference, "2222-3333-4444"), "another council's": page(farReference, farCode),
	} {
		if got != want {
			t.Errorf("%s answers otherwise than an unknown reference", about)
		}
	}
	s.comesBack("12", "").answers(http.StatusUnprocessableEntity).says("Enter your reference.")
	s.comesBack(reference, "12").answers(http.StatusUnprocessableEntity).says("Enter your code.")
}

// TestTheFormForComingBack: the code may be pasted and is never stored by the browser; the reference is remembered only
// on a device that somebody called their own, and no longer than until they leave.
func TestTheFormForComingBack(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	field := func(id, name string) string {
		t.Helper()
		b.get("/ashdale/back")
		return attr(find(b.doc, func(n *htmlNode) bool { return n.Data == "input" && attr(n, "id") == id }), name)
	}
	for name, want := range map[string]string{"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"} {
		if got := field("code", name); got != want {
			t.Errorf("the code's %s is %q", name, got)
		}
	}
	remembered := func(when, want string) {
		t.Helper()
		if got := field("reference", "autocomplete"); got != want {
			t.Errorf("%s the reference's autocomplete is %q", when, got)
		}
	}
	remembered("before anything was said,", "off")
	b.get("/ashdale/save").submit(url.Values{"own": {"shared"}})
	remembered("on a shared computer", "off")
	b.get("/ashdale/save").submit(url.Values{"own": {"not_sure"}})
	remembered("when not sure", "off")
	b.get("/ashdale/save").submit(url.Values{"own": {"yes"}})
	remembered("on one's own", "on")
	if value := b.cookies["__Host-threshold-own-device"]; value != "1" {
		t.Errorf("the cookie says %q", value)
	}
	b.post("/leave", nil)
	remembered("after leaving", "off")
	b.get("/ashdale/for").submit(url.Values{"for": {"self"}})
	b.get("/ashdale/save").submit(url.Values{"own": {"nonsense"}}).answers(http.StatusUnprocessableEntity)
	b.get("/ashdale/save").submit(url.Values{"other": {"x"}}).answers(http.StatusBadRequest)
}

// TestLinksAreLimited: three an hour; and none is offered or sent where no mail is set up.
func TestLinksAreLimited(t *testing.T) {
	s := newSite(t, false)
	b := s.begun()
	for _, want := range []int{http.StatusOK, http.StatusOK, http.StatusOK, http.StatusTooManyRequests} {
		b.get("/ashdale/save").press("/save/link", url.Values{"email": {"ada@example.com"}}).answers(want)
	}
	b.get("/ashdale/save").press("/save/link", url.Values{"email": {"nonsense"}}).answers(http.StatusUnprocessableEntity).says("Enter an email address with an @")
	if f := b.formTo("/save/link"); f.control("email").value != "nonsense" {
		t.Error("the address that was typed is gone")
	}
	m := s.lastMail()
	if m.Subject != "Your saved form" || strings.Contains(strings.Join(m.Lines, " "), "Gujarati") {
		t.Errorf("the message is %q: %q", m.Subject, m.Lines)
	}
	path := strings.TrimPrefix(m.Link, "https://care.example.com")
	s.now = s.now.Add(casework.LinkLife + time.Second)
	s.browser().get(path).answers(http.StatusNotFound).says("This link does not work any more")
	s.service.MailOn = false
	if b.get("/ashdale/save"); strings.Contains(b.body, "email") {
		t.Error("a link is offered that cannot be sent")
	}
	b.post("/ashdale/save/link", url.Values{"email": {"ada@example.com"}}).answers(http.StatusNotFound)
}
