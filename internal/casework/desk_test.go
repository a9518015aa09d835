package casework_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
)

// cares are the answers of a carer whose health alone is enough.
var cares = map[string][]string{
	"for": {"carer"}, "today": {"none"}, "private": {"alone"}, "safety": {"none"}, "they_call": {"Bea"}, "their_age": {"adult"}, "own_age": {"adult"},
	"does": {"personal", "nights"}, "paid": {"none"}, "health": {"deteriorating"}, "council_help": {"no"}, "daily": {"none"}, "second_look": {"all_fine"},
	"overall": {"big"}, "areas": {"health"}, "name": {"Kit Example"}, "born": {"1960-03-27"}, "ways": {"call"}, "phone": {"07700 900125"},
}

// A carer's case asks for the conditions of regulation 3: that they are a carer, that the care is necessary, and their
// health, which is enough without any outcome.
func TestACarersRecord(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	ref := d.send(t, cares)
	f := d.open(t, ref)
	if f.Kind != care.KindCarer || f.Indication == nil || f.Indication.Suggestion != care.LikelyMet {
		t.Fatalf("sent as %q with %+v", f.Kind, f.Indication)
	}
	var points []string
	for _, p := range f.Points(f.Impact) {
		if text, citation := f.Rules.Law(p.Law); text == "" || citation == "" {
			t.Errorf("%s is asked without its law", p.ID)
		}
		points = append(points, p.ID)
	}
	if !slices.Equal(points, []string{"carer", "cause", "health"}) {
		t.Fatalf("asks for %v", points)
	}
	missing := codes(casework.Blockers(f))
	for _, want := range []string{"carer", "cause", "health", "significant", "finding child", "finding recreation"} {
		if !slices.Contains(missing, want) {
			t.Errorf("nothing is said of %s: %v", want, missing)
		}
	}
	for _, b := range casework.Blockers(f) {
		if text := f.Rules.Text("staff.blocker."+b.Code, eligibility.Words{"subject": "x"}); text == "" {
			t.Errorf("no words for %s", b.Code)
		}
	}

	must(t, d.LogContact(ctx, d.ann, ref, "", visit()))
	for _, o := range f.OutcomeIDs() {
		d.find(t, ref, o, care.ConcludesAble)
	}
	areas := map[string]string{}
	for _, a := range f.AreaIDs() {
		areas[a] = "none"
	}
	impact := care.Impact{
		Areas: areas, Significant: "yes", SignificantReason: because, Cause: "yes", CauseReason: because,
		Carer: "yes", CarerReason: because, Health: "no", HealthReason: because,
	}
	must(t, d.SetImpact(ctx, d.ann, ref, impact, 0))
	must(t, d.SaveRecord(ctx, d.ann, ref, wholeRecord(f), 0))
	if left := codes(casework.Blockers(d.open(t, ref))); !slices.Equal(left, []string{"decision_unmet circumstances", "draft"}) {
		t.Fatalf("without an outcome and with good health: %v", left)
	}
	impact.Health = "yes"
	must(t, d.SetImpact(ctx, d.ann, ref, impact, 1))
	d.agree(t, ref)
	if left := codes(casework.Blockers(d.open(t, ref))); left != nil {
		t.Fatalf("health alone is enough, and this is in the way: %v", left)
	}
	for field, changed := range map[string]care.Impact{
		"carer":          {Areas: areas, Significant: "yes", SignificantReason: because, Cause: "yes", CauseReason: because, Carer: "no", CarerReason: because, Health: "yes", HealthReason: because},
		"necessary_care": {Areas: areas, Significant: "yes", SignificantReason: because, Cause: "no", CauseReason: because, Carer: "yes", CarerReason: because, Health: "yes", HealthReason: because},
	} {
		g := d.open(t, ref)
		g.Impact = changed
		if left := codes(casework.Blockers(g)); !slices.Equal(left, []string{"decision_unmet " + field}) {
			t.Errorf("%s not met: %v", field, left)
		}
	}

	f = d.open(t, ref)
	signed, err := d.Sign(ctx, d.ann, ref, f.Seen())
	must(t, err)
	r, err := casework.ReadRecord(signed)
	must(t, err)
	if len(r.Findings) != 8 || len(r.Impact.Points) != 3 || r.Kind != "carer-support" || len(r.Conditions) != 4 {
		t.Errorf("the record has %d findings, %d points, %d conditions", len(r.Findings), len(r.Impact.Points), len(r.Conditions))
	}
	for _, p := range r.Impact.Points {
		if p.Text == "" || !strings.Contains(p.Citation, " ") || p.Reason != because {
			t.Errorf("the record's point %+v does not stand alone", p)
		}
	}
	// An adult's case has no such conditions.
	adult := d.send(t, likely)
	if err := d.SetImpact(ctx, d.ann, adult, impact, 0); err == nil {
		t.Error("an adult's case took what is asked of carers")
	}
}

// ownAccount adds the person's own account to a case that a helper sent.
func (d *desk) ownAccount(t testing.TB, ref string, answers map[string][]string) {
	t.Helper()
	f := d.open(t, ref)
	account, err := d.BeginAccount(t.Context(), care.Actor{Kind: care.ActorCitizen, ID: f.ID, Council: "north", As: care.CodePerson})
	must(t, err)
	d.fillIn(t, care.Actor{Kind: care.ActorCitizen, ID: account.ID, Council: "north", As: care.CodePerson}, answers)
}

// helped are the answers of a helper whose person knows and agrees.
var helped = with(likely, map[string][]string{
	"for": {"someone"}, "they_call": {"Kim"}, "helper_is": {"neighbour"}, "helper_name": {"Lee Example"}, "knows": {"yes_agree"}, "with_them": {"no"}, "decides": {"yes"},
	"ways": {"email"}, "email": {"kim@example.com"}, "phone": nil,
})

// What is added while somebody reads is not signed over: not by an old form, and not in the moment of signing.
func TestNothingAddedIsSignedOver(t *testing.T) {
	for about, add := range map[string]func(d *desk, ref string, person care.Actor){
		"words": func(d *desk, _ string, person care.Actor) { must(t, d.AddTo(t.Context(), person, "I fell today", "")) },
		"an account": func(d *desk, ref string, _ care.Actor) {
			d.ownAccount(t, ref, with(likely, map[string][]string{"nutrition.limbs": {"time"}}))
		},
		"a wish to stop": func(d *desk, _ string, person care.Actor) { must(t, d.AskToWithdraw(t.Context(), person, "", "")) },
	} {
		ctx, d := t.Context(), newDesk(t)
		ref := d.send(t, with(helped, map[string][]string{"ways": {"not_sure"}, "email": nil}))
		d.finish(t, ref)
		f := d.open(t, ref)
		person := care.Actor{Kind: care.ActorCitizen, ID: f.ID, Council: "north", As: care.CodePerson}
		add(d, ref, person)
		if _, err := d.Sign(ctx, d.ann, ref, f.Seen()); !errors.Is(err, care.ErrConflict) {
			t.Errorf("%s came, and the old form was signed: %v", about, err)
		}
		if request := d.open(t, ref).Unsettled(); request != "" {
			if got := codes(casework.Blockers(d.open(t, ref))); !slices.Equal(got, []string{"withdrawal"}) {
				t.Errorf("while it is not settled, in the way: %v", got)
			}
			must(t, d.SettleWithdrawal(ctx, d.ann, d.council, ref, request, casework.ChoiceOverridden, "Saw him alone: he cannot weigh it up.", ""))
			if got := codes(casework.Blockers(d.open(t, ref))); !slices.Equal(got, []string{"second"}) {
				t.Errorf("they wish to stop and it goes on; in the way: %v", got)
			}
			d.countersign(t, ref)
		}
		if _, err := d.Sign(ctx, d.ann, ref, d.open(t, ref).Seen()); err != nil {
			t.Errorf("%s: read again, it cannot be signed: %v", about, err)
		}
	}
}

// Two voices in the record: each account with whose it is, side by side, and the suggestion of both.
func TestTheRecordHoldsBothVoices(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	ref := d.send(t, with(helped, map[string][]string{"ways": {"not_sure"}, "email": nil}))
	d.ownAccount(t, ref, with(likely, map[string][]string{"nutrition.limbs": {"none"}}))
	f := d.open(t, ref)
	if got := f.Differ("nutrition") + " " + f.Differ("hygiene") + "."; got != casework.DifferOpen+" ." {
		t.Errorf("they differ on: %s", got)
	}
	must(t, d.AskPerson(ctx, d.ann, d.council, ref, "Who does the shopping?", "nutrition", ""))
	d.finish(t, ref)
	record := wholeRecord(f)
	record.Decision, record.Advice, record.Considered19 = "eligible", "", ""
	f = d.open(t, ref)
	signed, err := d.Sign(ctx, d.ann, ref, f.Seen())
	must(t, err)
	r, err := casework.ReadRecord(signed)
	must(t, err)
	if len(r.Accounts) != 2 || r.Accounts[0].Voice != "helper" || r.Accounts[0].Who != "A neighbour" || r.Accounts[1].Voice != "self" {
		t.Fatalf("accounts: %+v", r.Accounts)
	}
	if r.Indication != string(f.Both.Suggestion) || r.Accounts[0].Indication != string(care.LikelyMet) || r.Indication == r.Accounts[0].Indication {
		t.Errorf("the record's suggestion is %q, the helper's alone %q", r.Indication, r.Accounts[0].Indication)
	}
	for _, finding := range r.Findings {
		if finding.Outcome != "nutrition" {
			continue
		}
		own, helpers := "", ""
		for _, said := range finding.Said {
			helpers += strings.Join(said.Answers, " ")
		}
		for _, other := range finding.Others {
			for _, said := range other.Said {
				own += strings.Join(said.Answers, " ")
			}
		}
		if !strings.Contains(helpers, "I burn my food.") || !strings.Contains(own, "I do this on my own") || strings.Contains(helpers, "I do this on my own") {
			t.Errorf("the voices are not side by side: %q and %q", helpers, own)
		}
	}
	if r.Added["question"] != 1 || r.Added["account"] != 0 {
		t.Errorf("what was added: %v", r.Added)
	}
}

// A wish to stop that was settled so ends with a short record; a mark of safety that comes later undoes that.
func TestAWithdrawnCaseHasAShortRecord(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	ref := d.send(t, likely)
	person := care.Actor{Kind: care.ActorCitizen, ID: d.open(t, ref).ID, Council: "north"}
	must(t, d.AskToWithdraw(ctx, person, "I manage.", ""))
	f := d.open(t, ref)
	request := f.Unsettled()
	if request == "" || f.Short() || !slices.ContainsFunc(f.LaterFlags, func(x care.Flag) bool { return x.ID == "withdrawal_request" }) {
		t.Fatalf("a request: %q, short record %t, flags %v", request, f.Short(), f.LaterFlags)
	}
	must(t, d.SettleWithdrawal(ctx, d.ann, d.council, ref, request, casework.ChoiceClosed, "Saw him alone; he manages.", ""))
	f = d.open(t, ref)
	if f.Unsettled() != "" || !f.Short() || len(f.LaterFlags) != 0 {
		t.Fatalf("settled, and yet: open %q, short %t, flags %v", f.Unsettled(), f.Short(), f.LaterFlags)
	}
	if got := codes(casework.Blockers(f)); !slices.Equal(got, []string{"contact", "done"}) {
		t.Errorf("in the way of a short record: %v", got)
	}
	must(t, d.LogContact(ctx, d.ann, ref, "", visit()))
	must(t, d.SaveRecord(ctx, d.ann, ref, care.RecordDraft{NextSteps: "He knows how to ask again."}, 0))
	marked := d.open(t, ref)
	marked.LaterFlags = []care.Flag{{ID: "x", Priority: care.PrioritySafety}}
	if marked.Withdrawn() {
		t.Error("a mark of safety came later, and the case is still closed with a short record")
	}
	signed, err := d.Sign(ctx, d.ann, ref, d.open(t, ref).Seen())
	must(t, err)
	r, err := casework.ReadRecord(signed)
	must(t, err)
	if r.Decision != casework.DecisionClosed || len(r.Findings) > 0 || r.Added["withdrawal"] != 1 {
		t.Errorf("the short record: %+v", r)
	}
}

// A carer's case is shown beside the adult's only where the carer agreed to it.
func TestCasesAreLinkedOnlyByConsent(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	for answer, linked := range map[string]bool{"yes": true, "no": false, "ask_first": false, "not_sure": false, "": false} {
		first := d.send(t, with(helped, map[string][]string{"ways": {"not_sure"}, "email": nil}))
		helper := care.Actor{Kind: care.ActorCitizen, ID: d.open(t, first).ID, Council: "north"}
		second, err := d.StartAfter(ctx, helper, care.KindCarer)
		must(t, err)
		told := with(cares, map[string][]string{"link": {answer}})
		if answer == "" {
			delete(told, "link")
		}
		sent := d.fillIn(t, care.Actor{Kind: care.ActorCitizen, ID: second.ID, Council: "north"}, told)
		if f := d.open(t, sent.Reference); (f.Linked == first) != linked || !linked && f.Linked != "" {
			t.Errorf("link %q: linked to %q", answer, f.Linked)
		}
	}
}

// A message that a decision was made passes the contact rule, tells nobody what it is, and none is sent on closing, nor to
// somebody who may not know of the form.
func TestTheDecisionIsToldByTheContactRule(t *testing.T) {
	mailed := map[string][]string{"ways": {"email"}, "email": {"kim@example.com"}, "phone": nil}
	for about, c := range map[string]struct {
		answers map[string][]string
		own     map[string][]string // the person's own account after it
		told    bool
	}{
		"by e-mail":                      {with(likely, mailed), nil, true},
		"by phone alone":                 {likely, nil, false},
		"e-mail is not one of the ways":  {with(likely, map[string][]string{"email": {"kim@example.com"}}), nil, false},
		"a helper, and the person knows": {helped, nil, true},
		"it is not known if they know":   {with(helped, map[string][]string{"knows": {"not_sure"}}), nil, false},
		"they say themself: by phone":    {helped, likely, false},
	} {
		ctx, d := t.Context(), newDesk(t)
		ref := d.send(t, c.answers)
		if c.own != nil {
			d.ownAccount(t, ref, c.own)
		}
		d.finish(t, ref)
		d.MailOn, d.PublicURL = true, "https://care.example.com"
		_, err := d.Sign(ctx, d.ann, ref, d.open(t, ref).Seen())
		must(t, err)
		out, ok, err := d.store.NextMail(ctx)
		must(t, err)
		if ok != c.told {
			t.Errorf("%s: a message waits: %t", about, ok)
		}
		if ok && (out.Mail.Kind != "decision" || out.Mail.To != "kim@example.com" || strings.Contains(strings.Join(out.Mail.Lines, " "), "ligible") || strings.Contains(out.Mail.Subject, "Kim")) {
			t.Errorf("%s: the message %+v", about, out.Mail)
		}
	}
	ctx, d := t.Context(), newDesk(t)
	d.MailOn = true
	a, err := d.Ask(ctx, d.council, nil, casework.FormContact, "", map[string][]string{"call_you": {"Lou"}, "safe_way": {"07700 900124"}})
	must(t, err)
	must(t, d.LogContact(ctx, d.ann, a.Reference, "", visit()))
	must(t, d.SaveRecord(ctx, d.ann, a.Reference, care.RecordDraft{NextSteps: "Rang, and posted a form."}, 0))
	_, err = d.Sign(ctx, d.ann, a.Reference, d.open(t, a.Reference).Seen())
	must(t, err)
	if _, ok, err := d.store.NextMail(ctx); err != nil || ok {
		t.Errorf("closing a request told of a decision: %v", err)
	}
}

// Who last looked decides what is new: of what citizens add, and for each practitioner apart.
func TestWhatIsNewSinceSomebodyLooked(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	ref := d.send(t, likely)
	person := care.Actor{Kind: care.ActorCitizen, ID: d.open(t, ref).ID, Council: "north"} // Ann looks
	news := func(actor care.Actor) int {
		f, err := d.Open(ctx, actor, ref, casework.PageSummary)
		must(t, err)
		n := 0
		for _, l := range f.Later {
			if l.New {
				n++
			}
		}
		return n
	}
	must(t, d.AddTo(ctx, person, "I fell.", ""))
	must(t, d.AskPerson(ctx, d.bo, d.council, ref, "Where?", "", ""))
	if got := news(d.ann); got != 1 {
		t.Errorf("%d new for who looked before it came, want the person's one", got)
	}
	if got := news(d.ann); got != 0 {
		t.Errorf("%d still new after looking", got)
	}
	if got := news(d.bo); got != 0 {
		t.Errorf("%d marked for who never looked: all of it is new to them", got)
	}
}

// Managers and admins mend messages; practitioners and auditors neither see nor touch them, and nobody another council's.
func TestWhoMendsMail(t *testing.T) {
	ctx, d := t.Context(), newDesk(t)
	d.MailOn = true
	d.send(t, with(likely, map[string][]string{"ways": {"email"}, "email": {"kim@example.com"}, "phone": nil}))
	out, ok, err := d.store.NextMail(ctx)
	must(t, err)
	if !ok {
		t.Fatal("no message")
	}
	must(t, d.store.MailFailed(ctx, out.Receipt, "refused", 0, true))
	manager, admin := d.staff(t, "north", "Mo Example", care.RoleManager), d.staff(t, "north", "Al Example", care.RoleAdmin)
	elsewhere := d.staff(t, "south", "El Example", care.RoleManager)
	for about, actor := range map[string]care.Actor{"a practitioner": d.ann, "an auditor": d.staff(t, "north", "Au Example", care.RoleAuditor)} {
		_, list := d.DeadMail(ctx, actor)
		for _, err := range []error{list, d.RetryMail(ctx, actor, out.ID), d.DropMail(ctx, actor, out.ID)} {
			if !errors.Is(err, care.ErrForbidden) {
				t.Errorf("%s: %v", about, err)
			}
		}
	}
	if dead, err := d.DeadMail(ctx, elsewhere); err != nil || len(dead) != 0 {
		t.Errorf("another council sees %v, %v", dead, err)
	}
	if err := d.RetryMail(ctx, elsewhere, out.ID); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("another council's message: %v", err)
	}
	dead, err := d.DeadMail(ctx, admin)
	must(t, err)
	if len(dead) != 1 || dead[0].Kind != "sent" || dead[0].LastError != "refused" {
		t.Fatalf("dead letters: %+v", dead)
	}
	if b, _ := json.Marshal(dead); strings.Contains(string(b), "@") {
		t.Error("the list holds an address")
	}
	must(t, d.RetryMail(ctx, manager, out.ID))
	if again, ok, err := d.store.NextMail(ctx); err != nil || !ok || again.ID != out.ID {
		t.Fatalf("it is not tried again: %v", err)
	}
	must(t, d.store.MailFailed(ctx, out.Receipt, "refused", 0, true))
	must(t, d.DropMail(ctx, admin, out.ID))
	if err := d.DropMail(ctx, admin, out.ID); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("dropping what is gone: %v", err)
	}
}
