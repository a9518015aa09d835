package casework_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"threshold/internal/care"
	"threshold/internal/casework"
)

// begun is a draft with one page answered, and its actor.
func (d *desk) begun(t testing.TB, pageAnswers map[string][]string) (casework.Draft, care.Actor) {
	t.Helper()
	draft, err := d.Start(t.Context(), d.council.Slug)
	must(t, err)
	actor := care.Actor{Kind: care.ActorCitizen, ID: draft.ID, Council: d.council.Slug}
	draft, err = d.Answer(t.Context(), actor, draft.Rules.Start(), "", pageAnswers)
	must(t, err)
	return draft, actor
}

// refusedFor says that err refuses a field for a reason.
func refusedFor(err error, field, code string) bool {
	invalid := (*care.Invalid)(nil)
	return errors.As(err, &invalid) && len(invalid.Problems) == 1 && invalid.Problems[0].Field == field && invalid.Problems[0].Code == code
}

func TestAReturnCodeOpensItsOwnFormAndNoOther(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	one, actor := d.begun(t, map[string][]string{"for": {"self"}})
	kept, code, err := d.Keep(ctx, actor)
	must(t, err)
	two, other := d.begun(t, map[string][]string{"for": {"self"}})
	keptTwo, codeTwo, err := d.Keep(ctx, other)
	must(t, err)
	if kept.Reference == keptTwo.Reference || code.Reveal() == codeTwo.Reveal() {
		t.Fatal("two forms share a reference or a code")
	}
	for about, c := range map[string]struct{ council, reference, code, field, problem string }{
		"the code of another form": {"north", kept.Reference, codeTwo.Reveal(), "code", "no_match"},
		"another council":          {"south", kept.Reference, code.Reveal(), "code", "no_match"},
		"an unknown reference":     {"north", "0000000000", code.Reveal(), "code", "no_match"},
		"a mistyped reference":     {"north", "12", code.Reveal(), "reference", "reference"},
		"half a code":              {"north", kept.Reference, code.Reveal()[:7], "code", "code"},
	} {
		if _, err := d.ComeBack(ctx, c.council, c.reference, c.code, casework.Press{}); !refusedFor(err, c.field, c.problem) {
			t.Errorf("%s: %v, want %s at %s", about, err, c.problem, c.field)
		}
	}
	// As people copy it: small letters, blanks in place of hyphens.
	got, err := d.ComeBack(ctx, "north", " "+strings.ToLower(kept.Reference)+" ", strings.ToLower(strings.ReplaceAll(code.Reveal(), "-", " ")), casework.Press{})
	must(t, err)
	if got.Assessment != one.ID || got.As != "" {
		t.Errorf("the code opened %s as %q, want its own form", got.Assessment, got.As)
	}
	_ = two
}

// An earlier code goes on working when another is given, until the form is erased.
func TestAnEarlierCodeStaysGood(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	_, actor := d.begun(t, map[string][]string{"for": {"self"}})
	kept, first, err := d.Keep(ctx, actor)
	must(t, err)
	_, second, err := d.Keep(ctx, actor)
	must(t, err)
	for _, code := range []casework.Secret{first, second, first} {
		if _, err := d.ComeBack(ctx, "north", kept.Reference, code.Reveal(), casework.Press{}); err != nil {
			t.Errorf("a code that was given does not open: %v", err)
		}
	}
}

// The clock of a kept form: thirty days from when it was last saved, not one.
func TestAKeptFormIsKeptForThirtyDays(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	_, keptActor := d.begun(t, map[string][]string{"for": {"self"}})
	kept, code, err := d.Keep(ctx, keptActor)
	must(t, err)
	_, plainActor := d.begun(t, map[string][]string{"for": {"self"}})
	if until := kept.Until(care.Session{CreatedAt: d.now}); until.Sub(kept.SavedAt) != casework.KeptLife {
		t.Errorf("a kept form says that it stays until %v", until)
	}
	d.now = d.now.Add(casework.DraftLife + time.Minute)
	must(t, d.EraseStale(ctx))
	if _, err := d.Draft(ctx, plainActor); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("a form without a code is there after a day: %v", err)
	}
	d.now = kept.SavedAt.Add(casework.KeptLife - time.Hour)
	must(t, d.EraseStale(ctx))
	if _, err := d.ComeBack(ctx, "north", kept.Reference, code.Reveal(), casework.Press{}); err != nil {
		t.Errorf("an hour before its time: %v", err)
	}
	d.now = kept.SavedAt.Add(casework.KeptLife + time.Hour)
	must(t, d.EraseStale(ctx))
	if _, err := d.ComeBack(ctx, "north", kept.Reference, code.Reveal(), casework.Press{}); !refusedFor(err, "code", "no_match") {
		t.Errorf("after its time: %v", err)
	}
}

// Five tries at once, then one a minute, twenty a day; whoever holds the form is not counted, and a new code from the
// council opens a door that somebody hammered shut.
func TestTriesAreLimitedAndNobodyIsLockedOut(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	reference := d.send(t, likely)
	f, err := d.Open(ctx, d.ann, reference, "")
	must(t, err)
	_, own, err := d.GiveCode(ctx, d.ann, reference)
	must(t, err)
	const wrong = "2222-2222-2222"
	try := func(code, held string) error {
		_, err := d.ComeBack(ctx, "north", reference, code, casework.Press{Held: held})
		return err
	}
	refused := 0
	for range 5 {
		if !refusedFor(try(wrong, ""), "code", "no_match") {
			t.Fatal("one of the first five tries was not simply wrong")
		}
	}
	if err := try(own.Reveal(), ""); err != nil && !errors.Is(err, care.ErrTooMany) {
		t.Fatal(err)
	}
	tried := 5
	for range 60 {
		d.now = d.now.Add(61 * time.Second)
		switch err := try(wrong, ""); {
		case refusedFor(err, "code", "no_match"):
			tried++
		case errors.Is(err, care.ErrTooMany):
			refused++
		default:
			t.Fatal(err)
		}
	}
	if tried > 20 || refused == 0 {
		t.Errorf("%d tries went through in an hour, %d were refused; want at most 20", tried, refused)
	}
	if err := try(own.Reveal(), f.ID); err != nil {
		t.Errorf("the browser that holds the form is locked out: %v", err)
	}
	_, fresh, err := d.GiveCode(ctx, d.bo, reference)
	must(t, err)
	if err := try(fresh.Reveal(), ""); err != nil {
		t.Errorf("a new code from the council does not open: %v", err)
	}
}

// A code prints as a placeholder, however it is printed, and its hash depends on the pepper.
func TestACodeIsNeverPrinted(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	_, actor := d.begun(t, map[string][]string{"for": {"self"}})
	kept, code, err := d.Keep(ctx, actor)
	must(t, err)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		if out := fmt.Sprintf(verb, code) + fmt.Sprintf(verb, struct{ C casework.Secret }{code}); strings.Contains(out, code.Reveal()) {
			t.Errorf("%s prints the code", verb)
		}
	}
	if code.LogValue().String() == code.Reveal() {
		t.Error("slog prints the code")
	}
	codes, err := d.store.CodesOf(ctx, "north", kept.ID)
	must(t, err)
	d.Pepper = []byte("another pepper")
	if _, err := d.ComeBack(ctx, "north", kept.Reference, code.Reveal(), casework.Press{}); !refusedFor(err, "code", "no_match") {
		t.Errorf("a code opens under another pepper: %v", err)
	}
	for _, c := range codes {
		if strings.Contains(c.Hash, strings.ReplaceAll(code.Reveal(), "-", "")) {
			t.Error("the code is kept in clear")
		}
	}
}

// A helper's code works once; the helper sees nothing of what the person wrote, and what they send stands beside it.
func TestTwoVoicesStaySideBySide(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	reference := d.send(t, with(likely, map[string][]string{
		"nutrition.limbs": {"none"}, "nutrition.frequency": nil, "nutrition.cause": nil, "nutrition.help": nil, "nutrition.words": nil}))
	f, err := d.Open(ctx, d.ann, reference, "")
	must(t, err)
	person := care.Actor{Kind: care.ActorCitizen, ID: f.ID, Council: "north"}
	_, code, err := d.InviteHelper(ctx, person)
	must(t, err)
	in, err := d.ComeBack(ctx, "north", reference, code.Reveal(), casework.Press{})
	must(t, err)
	if in.As != care.CodeHelper || in.Assessment == f.ID {
		t.Fatalf("the helper came in as %q to %s", in.As, in.Assessment)
	}
	if _, err := d.ComeBack(ctx, "north", reference, code.Reveal(), casework.Press{}); !refusedFor(err, "code", "no_match") {
		t.Errorf("a helper's code opens twice: %v", err)
	}
	helper := care.Actor{Kind: care.ActorCitizen, ID: in.Assessment, Council: "north", As: in.As}
	draft, err := d.Draft(ctx, helper)
	must(t, err)
	if got := draft.Answers.Questions(); !slices.Equal(got, []string{"for"}) {
		t.Errorf("a helper's form begins with %v", got)
	}
	atCase := care.Actor{Kind: care.ActorCitizen, ID: f.ID, Council: "north", As: care.CodeHelper}
	if guest, err := d.Draft(ctx, atCase); err != nil || len(guest.Answers.Questions()) > 0 || guest.Summary.Name != "" || guest.Indication != nil {
		t.Errorf("a helper sees the person's form: %v, %v", guest.Answers.Questions(), err)
	}
	d.fillIn(t, helper, map[string][]string{
		"they_call": {"Kim"}, "knows": {"yes_agree"}, "daily": {"nutrition", "hygiene"}, "condition": {"physical"},
		"nutrition.limbs": {"assistance"}, "nutrition.frequency": {"daily"}, "nutrition.cause": {"impairment"},
		"hygiene.limbs": {"none"}, "overall": {"small"},
		"helper_name": {"Lee Example"}, "helper_phone": {"07700 900124"}, "name": {"Kim Example"}, "ways": {"not_sure"},
	})
	f, err = d.Open(ctx, d.ann, reference, "")
	must(t, err)
	if len(f.Accounts) != 2 || f.Accounts[1].Voice != care.VoiceHelper {
		t.Fatalf("%d accounts on the case", len(f.Accounts))
	}
	if got := f.Answers.Get("nutrition.limbs"); !slices.Equal(got, []string{"none"}) {
		t.Errorf("the person's own answer became %v", got)
	}
	if f.Suggested("nutrition") != care.OutcomeUnknown || f.Suggested("hygiene") != care.OutcomeUnable {
		t.Errorf("where they differ the rules suggest %q, where the person said yes %q", f.Suggested("nutrition"), f.Suggested("hygiene"))
	}
	var ids []string
	for _, flag := range f.LaterFlags {
		ids = append(ids, flag.ID)
	}
	for _, want := range []string{"two_voices", "accounts_differ"} {
		if !slices.Contains(ids, want) {
			t.Errorf("the case lacks the flag %s; it has %v", want, ids)
		}
	}
	if f.Status != care.StatusSent || f.Version == 0 {
		t.Errorf("the case became %s", f.Status)
	}
}

// fillIn answers every page that is left and sends.
func (d *desk) fillIn(t testing.TB, actor care.Actor, answers map[string][]string) casework.Draft {
	t.Helper()
	ctx := context.Background()
	for range 60 {
		draft, err := d.Draft(ctx, actor)
		must(t, err)
		path := draft.Rules.NextUnvisited(draft.Answers)
		if path == "check" {
			draft, err = d.Send(ctx, actor, d.council)
			must(t, err)
			return draft
		}
		page, ok := draft.Rules.Page(path, draft.Answers, nil)
		if !ok {
			t.Fatalf("there is no page %s", path)
		}
		typed := map[string][]string{}
		for _, q := range page.Questions {
			if v, ok := answers[q.ID]; ok {
				typed[q.ID] = v
			}
		}
		if _, err := d.Answer(ctx, actor, path, "", typed); err != nil {
			t.Fatalf("page %s: %v", path, err)
		}
	}
	t.Fatal("no end in sight")
	return casework.Draft{}
}

// A withdrawal is a request: the case stays open, and with a safety mark it cannot be settled as closed.
func TestAWithdrawalIsARequest(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	for about, c := range map[string]struct {
		answers map[string][]string
		closes  bool
	}{
		"nothing about safety": {likely, true},
		"a safety mark":        {with(likely, map[string][]string{"safety": {"hurt"}}), false},
	} {
		reference := d.send(t, c.answers)
		f, err := d.Open(ctx, d.ann, reference, "")
		must(t, err)
		person := care.Actor{Kind: care.ActorCitizen, ID: f.ID, Council: "north"}
		must(t, d.AskToWithdraw(ctx, person, "I changed my mind", "once"))
		must(t, d.AskToWithdraw(ctx, person, "I changed my mind", "once")) // a second press
		if f, err = d.Open(ctx, d.ann, reference, ""); err != nil || f.Status != care.StatusSent {
			t.Fatalf("%s: the case is %s after a request: %v", about, f.Status, err)
		}
		requests := slices.DeleteFunc(slices.Clone(f.Entries), func(e care.Entry) bool { return e.Kind != care.EntryWithdrawal })
		if len(requests) != 1 {
			t.Fatalf("%s: %d requests", about, len(requests))
		}
		err = d.SettleWithdrawal(ctx, d.ann, d.council, reference, requests[0].ID, casework.ChoiceClosed, "Rang the safe number, spoke alone.", "")
		if c.closes != (err == nil) {
			t.Errorf("%s: settling as closed: %v", about, err)
		}
		must(t, d.SettleWithdrawal(ctx, d.ann, d.council, reference, requests[0].ID, casework.ChoiceGoesOn, "Rang the safe number, spoke alone.", ""))
		status, err := d.Status(ctx, person)
		must(t, err)
		if status.Withdrawal != casework.ChoiceGoesOn {
			t.Errorf("%s: the person is told %q", about, status.Withdrawal)
		}
	}
}

// The status page's steps, a question with its reply, and who looked, by role and never by name.
func TestStatusTellsWhereItStands(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	draft, person := d.begun(t, map[string][]string{"for": {"self"}})
	d.fillIn(t, person, likely)
	step := func() casework.Status {
		t.Helper()
		st, err := d.Status(ctx, person)
		must(t, err)
		return st
	}
	st := step()
	if st.Step != casework.StepSent || st.Overdue {
		t.Errorf("just sent: step %d, overdue %v", st.Step, st.Overdue)
	}
	reference := st.Reference
	_, err := d.Open(ctx, d.ann, reference, "")
	must(t, err)
	if st = step(); st.Step != casework.StepRead {
		t.Errorf("read by a worker: step %d", st.Step)
	}
	must(t, d.AskPerson(ctx, d.ann, d.council, reference, "Which days are worst?", "nutrition", "q1"))
	if st = step(); len(st.Asked) != 1 || st.Asked[0].Replied {
		t.Fatalf("asked: %+v", st.Asked)
	}
	must(t, d.Reply(ctx, person, st.Asked[0].ID, "", true, "r1"))
	if st = step(); !st.Asked[0].Replied || !st.Asked[0].NotSure {
		t.Errorf("replied with not sure: %+v", st.Asked)
	}
	if err := d.Reply(ctx, person, "no-such-question", "x", false, ""); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("answering a question that nobody asked: %v", err)
	}
	must(t, d.AddTo(ctx, person, "My sister came back.", "a1"))
	must(t, d.AddTo(ctx, person, "My sister came back.", "a1"))
	must(t, d.AddDay(ctx, person, care.DiaryLine{On: "2026-11-19", Kind: casework.DayBad, Text: "In bed all day."}, "d1"))
	if st = step(); len(st.Added) != 1 || len(st.Diary) != 1 {
		t.Errorf("%d added, %d days; want one each", len(st.Added), len(st.Diary))
	}
	must(t, d.LogContact(ctx, d.ann, reference, "", care.Contact{On: "2026-11-20", How: casework.HowNone, SeenAlone: "not_possible", Advocate: "not_needed"}))
	if st = step(); st.Step != casework.StepRead {
		t.Errorf("a try that reached nobody: step %d", st.Step)
	}
	must(t, d.LogContact(ctx, d.ann, reference, "", care.Contact{On: "2026-11-20", How: "phone", SeenAlone: "yes", Advocate: "not_needed"}))
	if st = step(); st.Step != casework.StepContacted || st.Contacted != "2026-11-20" {
		t.Errorf("contacted: step %d on %q", st.Step, st.Contacted)
	}
	looks, err := d.Looks(ctx, person)
	must(t, err)
	if len(looks) == 0 || looks[0].Role != care.RolePractitioner {
		t.Errorf("who looked: %+v", looks)
	}
	if text := fmt.Sprint(looks); strings.Contains(text, "Ann") || strings.Contains(text, d.ann.ID) {
		t.Errorf("who looked tells a name: %s", text)
	}
	guest := person
	guest.As = care.CodePerson
	if _, err := d.Looks(ctx, guest); !errors.Is(err, care.ErrForbidden) {
		t.Errorf("a guest reads who looked: %v", err)
	}
	_ = draft
}

// Whoever writes an account stays a guest, also when they come back to it by a return code of their own.
func TestAHelperWhoComesBackIsStillAGuest(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	reference := d.send(t, likely)
	f, err := d.Open(ctx, d.ann, reference, "")
	must(t, err)
	_, invite, err := d.InviteHelper(ctx, care.Actor{Kind: care.ActorCitizen, ID: f.ID, Council: "north"})
	must(t, err)
	in, err := d.ComeBack(ctx, "north", reference, invite.Reveal(), casework.Press{})
	must(t, err)
	helper := care.Actor{Kind: care.ActorCitizen, ID: in.Assessment, Council: "north", As: in.As}
	kept, own, err := d.Keep(ctx, helper)
	must(t, err)
	again, err := d.ComeBack(ctx, "north", kept.Reference, own.Reveal(), casework.Press{})
	must(t, err)
	if again.Assessment != in.Assessment || again.As != care.CodeHelper {
		t.Errorf("the helper came back as %q", again.As)
	}
}

// helpersForm is a form that a helper has sent, with the actor who wrote it.
func (d *desk) helpersForm(t testing.TB) (reference string, helper care.Actor) {
	t.Helper()
	draft, helper := d.begun(t, map[string][]string{"for": {"someone"}})
	d.fillIn(t, helper, with(likely, map[string][]string{"for": {"someone"}, "they_call": {"Kim"}, "knows": {"yes_agree"}}))
	sent, err := d.Draft(t.Context(), helper)
	must(t, err)
	_ = draft
	return sent.Reference, helper
}

// What the person does by their own code tells the helper who wrote the form nothing: not that they asked to stop, and
// not, by what vanishes, that they were given a code.
func TestAHelperLearnsNothingOfWhatThePersonDoes(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	reference, helper := d.helpersForm(t)
	must(t, d.AskPerson(ctx, d.ann, d.council, reference, "Which days are worst?", "", "q"))
	before, err := d.Status(ctx, helper)
	must(t, err)
	f, code, err := d.GiveCode(ctx, d.ann, reference)
	must(t, err)
	in, err := d.ComeBack(ctx, "north", reference, code.Reveal(), casework.Press{})
	must(t, err)
	if in.As != care.CodePerson {
		t.Fatalf("the person came in as %q", in.As)
	}
	person := care.Actor{Kind: care.ActorCitizen, ID: f.ID, Council: "north", As: in.As}
	must(t, d.AskToWithdraw(ctx, person, "", "w"))
	after, err := d.Status(ctx, helper)
	must(t, err)
	if after.Withdrawal != "" || len(after.Asked) != len(before.Asked) || len(before.Asked) != 1 {
		t.Errorf("the helper sees withdrawal %q and %d questions, before it was %d", after.Withdrawal, len(after.Asked), len(before.Asked))
	}
	if own, err := d.Status(ctx, person); err != nil || own.Withdrawal != "asked" {
		t.Errorf("the person sees withdrawal %q: %v", own.Withdrawal, err)
	}

	// The person's own account, begun and left, is there when they come back.
	draft, err := d.BeginAccount(ctx, person)
	must(t, err)
	again, err := d.BeginAccount(ctx, person)
	must(t, err)
	if again.ID != draft.ID {
		t.Error("a second account began beside the first")
	}
}

// Erasing a form erases what a helper was writing about it.
func TestErasingTakesHelpersDraftsAlong(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	_, person := d.begun(t, map[string][]string{"for": {"self"}})
	kept, code, err := d.InviteHelper(ctx, person)
	must(t, err)
	in, err := d.ComeBack(ctx, "north", kept.Reference, code.Reveal(), casework.Press{})
	must(t, err)
	must(t, d.Erase(ctx, person))
	if _, err := d.store.Assessment(ctx, "north", in.Assessment); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("the helper's draft is still there: %v", err)
	}
}

// So many links to one address, from however many forms; that the rest are not sent is not told.
func TestLinksToOneAddressAreLimited(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	d.MailOn, d.PublicURL = true, "https://care.example.com"
	for range 5 {
		_, actor := d.begun(t, map[string][]string{"for": {"self"}})
		must(t, d.SendLink(ctx, actor, d.council, "Kim@example.com"))
	}
	sent := 0
	for {
		out, ok, err := d.store.NextMail(ctx)
		must(t, err)
		if !ok {
			break
		}
		must(t, d.store.MailSent(ctx, out.Receipt))
		sent++
	}
	if sent != 3 {
		t.Errorf("%d messages went to one address within the hour, want 3", sent)
	}
}

// Who lost their code after the record was signed is given another, and reads their letter with it.
func TestASignedCaseGivesACode(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	reference := d.signed(t, "eligible", nil)
	f, code, err := d.GiveCode(ctx, d.ann, reference)
	must(t, err)
	in, err := d.ComeBack(ctx, "north", reference, code.Reveal(), casework.Press{})
	must(t, err)
	status, err := d.Status(ctx, care.Actor{Kind: care.ActorCitizen, ID: f.ID, Council: "north", As: in.As})
	must(t, err)
	if len(status.Records) == 0 {
		t.Error("whoever comes by the new code sees no record")
	}
}
