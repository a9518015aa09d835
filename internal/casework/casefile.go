package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// A CaseFile is a sent case as a practitioner has it on the desk: what the person said, what the rules suggest, and the
// working papers so far. Outcomes without a finding are not in Findings.
type CaseFile struct {
	care.Assessment
	Rules          *eligibility.Ruleset
	Facts          eligibility.Facts
	Findings       map[string]care.Finding // by outcome id
	Impact         care.Impact
	Contacts       []care.Contact // oldest first
	Record         care.RecordDraft
	Determinations []care.Determination // oldest first
	// Linked is the reference of the assessment that this one came from: of a request or concern, the form it was sent from;
	// of a carer's and an adult's, the other one, where the answers agree to that. "" when there is none or it was never sent.
	Linked string
	// GoesOn is the reference of the case with which work goes on in this one's stead, "" when it stands for itself; Duplicates are
	// those that this one stands for.
	GoesOn     string
	Duplicates []care.Twin
	// LookedAt is when this practitioner last had the summary before them, before now; zero for never.
	LookedAt time.Time
	// Entries are what was added since: accounts, replies, notes, days. Oldest first. Later are the same, opened.
	Entries []care.Entry
	Later   []Later
	// Accounts are what each voice said, the assessment's own first. Facts and Both are of all together; Both is nil where
	// only one voice has spoken. LaterFlags are raised by accounts that came later, and by two that differ.
	Accounts   []care.Account
	Both       *care.Indication
	LaterFlags []care.Flag
	// ViewFirst says that the practitioner's own view comes first: what the rules suggest is not in the file before; see Hides.
	ViewFirst bool
	// Reader is the practitioner who has it open; Assessor the colleague the record names as having assessed with them. Each is
	// empty where there is none.
	Reader, Assessor care.Practitioner
	// KeyedByName is who keyed it in or filled it in with the person, "" for nobody.
	KeyedByName string

	// drafts, steps and before are what sharing.go and second.go read from the entries and the records.
	drafts []DraftTold
	steps  []SecondStep
	before *SignedRecord // the newest signed record
	copies []care.CopyGiven

	// versions are those of every working paper, and how many entries there are, for Seen and Sign.
	versions map[string]int
}

// A Later is one thing that came to a case beside the form that was sent. By its Kind one of Note, Day and Account is filled.
type Later struct {
	care.Entry
	Note    care.Note
	Day     care.DiaryLine
	Account care.Account
	// New marks what a citizen added after this practitioner last had the summary before them.
	New bool
}

// Assessed says whether the case is an assessment of an adult or a carer, on which findings are made. What was sent as
// something else is closed with a short record: a request, a concern, what is for children's services, and a child's needs
// assessment, of which there is no determination under Care Act 2014 s.13.
func (f CaseFile) Assessed() bool { return f.Kind == care.KindAdultNeeds || f.Kind == care.KindCarer }

// Withdrawn says whether the person asked to stop and a practitioner settled it so. A mark of safety that came later undoes
// it: the duty to assess stands then (Care Act 2014 s.11(2)(b)).
func (f CaseFile) Withdrawn() bool {
	choice := ""
	for _, l := range f.Later {
		switch l.Kind {
		case care.EntryWithdrawal:
			choice = ""
		case care.EntryConfirmed:
			choice = l.Note.Choice
		}
	}
	return choice == ChoiceClosed && !f.SafetyMarked()
}

// Short says whether the case is closed with a short record, without findings or a determination.
func (f CaseFile) Short() bool { return !f.Assessed() || f.Withdrawn() }

// Unsettled is the id of the newest request to withdraw, while no practitioner has settled it, or "".
func (f CaseFile) Unsettled() string {
	open := ""
	for _, l := range f.Later {
		switch {
		case l.Kind == care.EntryWithdrawal:
			open = l.ID
		case l.Kind == care.EntryConfirmed && l.About == open:
			open = ""
		}
	}
	return open
}

// Flags are all that is raised: by the form as it was sent, and by what came later, the most pressing first.
func (f CaseFile) Flags() []care.Flag {
	all := append(slices.Clone(f.Summary.Flags), f.LaterFlags...)
	slices.SortStableFunc(all, func(a, b care.Flag) int { return int(b.Priority) - int(a.Priority) })
	return all
}

// OutcomeIDs lists the outcomes in the order of the regulation.
func (f CaseFile) OutcomeIDs() []string { return f.Rules.Lists()["outcome"] }

// AreaIDs lists the areas of well-being in the order of Care Act 2014 s.1(2).
func (f CaseFile) AreaIDs() []string { return f.Rules.Lists()["area"] }

// Suggested returns what the rules suggest on an outcome: "unable", "able" or "unknown". Of a case without an indication
// (somebody who already gets help) nothing is suggested, so it is always "unknown".
func (f CaseFile) Suggested(outcome string) string {
	if shown := f.Shown(); shown != nil {
		if o, ok := shown.Outcome(outcome); ok {
			return o.Value
		}
	}
	return care.OutcomeUnknown
}

// Shown is what the rules suggest from everything that was said: by all voices where there are several, else the indication
// that was stored when the form was sent. nil when there is none (somebody who already gets help, a concern).
func (f CaseFile) Shown() *care.Indication {
	if f.Both != nil {
		return f.Both
	}
	return f.Indication
}

// Fluctuates says whether the person's need on an outcome goes up and down, so that the period looked at must be written
// down (SI 2015/313 reg 2(4)). Which answers mean that is the ruleset's to say: it raises its prompt for them.
func (f CaseFile) Fluctuates(outcome string) bool {
	if f.Rules == nil || !f.Assessed() {
		return false
	}
	alone := f.Rules.NewFacts()
	for _, name := range append([]string{"frequency"}, f.Rules.Lists()["limb"]...) {
		path := "outcomes." + outcome + "." + name
		if values := f.Facts.Get(path); len(values) > 0 {
			if err := alone.Set(path, values...); err != nil {
				return false // the fact came from the same ruleset, so this does not happen
			}
		}
	}
	return f.Rules.Indicate(alone).Prompted("fluctuating")
}

// How the voices of a case differ on an outcome.
const (
	DifferOpen   = "open"   // one says it is hard, the other says it is not: the rules leave it open
	DifferSilent = "silent" // a helper says it is hard, the person says nothing of it: the rules leave it open too
	DifferOwn    = "own"    // the person says it is hard, a helper says it is not: the person's own yes stands
)

// Differ says how the person and those who help them differ on an outcome, or "" when they do not.
func (f CaseFile) Differ(outcome string) string {
	if f.Rules == nil || len(f.Accounts) < 2 {
		return ""
	}
	own, helper := "", ""
	for _, account := range f.Accounts {
		if !f.sameKind(account) {
			continue
		}
		said := f.toldOf(f.Rules.Facts(account.Answers), outcome)
		switch {
		case account.Voice == care.VoiceSelf:
			own = said // their newest account stands
		case said == toldHard || helper == "":
			helper = said
		}
	}
	switch {
	case own == toldHard && helper == toldFine:
		return DifferOwn
	case own == toldFine && helper == toldHard:
		return DifferOpen
	case slices.Contains(f.Facts.Get("outcomes."+outcome+".accounts_differ"), "true"):
		return DifferSilent
	}
	return ""
}

// LimbSaid is what the person and those who help them said of one way of being unable: yes, no or "" each. The person's
// newest account counts for them; one helper's yes for all helpers.
func (f CaseFile) LimbSaid(outcome, limb string) (own, helper string) {
	for _, account := range f.Accounts {
		if !f.sameKind(account) {
			continue
		}
		said := ""
		if v := f.Rules.Facts(account.Answers).Get("outcomes." + outcome + "." + limb); len(v) > 0 && (v[0] == "yes" || v[0] == "no") {
			said = v[0]
		}
		switch {
		case account.Voice == care.VoiceSelf:
			own = said
		case helper != "yes" && said != "":
			helper = said
		}
	}
	return own, helper
}

const (
	toldHard = "hard"
	toldFine = "fine"
)

// toldOf sums up what one account says of an outcome.
func (f CaseFile) toldOf(facts eligibility.Facts, outcome string) string {
	path := "outcomes." + outcome + "."
	limbs := f.Rules.Lists()["limb"]
	no := 0
	for _, limb := range limbs {
		switch {
		case slices.Contains(facts.Get(path+limb), "yes"):
			return toldHard
		case slices.Contains(facts.Get(path+limb), "no"):
			no++
		}
	}
	if no == len(limbs) || slices.Contains(facts.Get(path+"applies"), "no") {
		return toldFine
	}
	return ""
}

// sameKind says whether an account was given under the rules of this kind of assessment, so that its facts are these.
func (f CaseFile) sameKind(account care.Account) bool { return kindOf(account.Ruleset) == f.Rules.Kind }

func kindOf(ruleset string) string {
	kind, _, _ := strings.Cut(ruleset, "@")
	return kind
}

// Contacted says whether somebody spoke with the person. A try that did not reach them is not one.
func (f CaseFile) Contacted() bool {
	return slices.ContainsFunc(f.Contacts, func(c care.Contact) bool { return c.How != HowNone })
}

// LastDetermination returns the newest signed record, or false.
func (f CaseFile) LastDetermination() (care.Determination, bool) {
	if len(f.Determinations) == 0 {
		return care.Determination{}, false
	}
	return f.Determinations[len(f.Determinations)-1], true
}

// open loads a case and its papers; the store writes the event in the same transaction as it reads.
func (s *Service) open(ctx context.Context, actor care.Actor, reference, verb, detail string) (CaseFile, error) {
	if err := s.admit(ctx, actor, reference); err != nil {
		return CaseFile{}, err
	}
	a, err := s.Store.CaseByReference(ctx, actor.Council, reference, s.event(actor, verb, "", detail))
	if err != nil {
		return CaseFile{}, fmt.Errorf("opening a case: %w", err)
	}
	f := CaseFile{Assessment: a, Findings: map[string]care.Finding{}, versions: map[string]int{}}
	if f.Rules, err = s.rulesetOf(a); err != nil {
		return f, err
	}
	f.Facts = f.Rules.Facts(a.Answers)
	parts, err := s.Store.Parts(ctx, actor.Council, a.ID)
	if err != nil {
		return f, fmt.Errorf("reading the papers of case %s: %w", reference, err)
	}
	for _, p := range parts {
		if err := f.take(p); err != nil {
			return f, fmt.Errorf("reading %s of case %s: %w", p.Name, reference, err)
		}
	}
	slices.SortFunc(f.Contacts, func(a, b care.Contact) int { return a.At.Compare(b.At) })
	if f.Determinations, err = s.Store.Determinations(ctx, actor.Council, a.ID); err != nil {
		return f, fmt.Errorf("reading the records of case %s: %w", reference, err)
	}
	if a.LinkedTo != "" {
		from, err := s.Store.Assessment(ctx, actor.Council, a.LinkedTo)
		if err != nil && !errors.Is(err, care.ErrNotFound) { // a draft that ran out is gone
			return f, fmt.Errorf("reading what case %s came from: %w", reference, err)
		}
		if f.mayLink(from) {
			f.Linked = from.Reference
		}
	}
	if detail == PageSummary {
		if f.LookedAt, err = s.lookedAt(ctx, actor, a.ID); err != nil {
			return f, err
		}
	}
	if err := s.openTwins(ctx, &f); err != nil {
		return f, err
	}
	if err := s.openPeople(ctx, actor, &f); err != nil {
		return f, err
	}
	if err := s.openVoices(ctx, actor, &f); err != nil {
		return f, err
	}
	if err := f.openRecord(); err != nil {
		return f, err
	}
	err = s.lookFirst(ctx, actor, &f)
	return f, err
}

// linkAgreed is the flag of a carer's form by which they agree that it is read beside the adult's.
const linkAgreed = "link_agreed"

// mayLink says whether the two cases may be shown as belonging together. What was sent from one form by one browser is;
// a carer's assessment and an adult's are only where the answers agree to it (SI 2014/2827 reg 2(5)-(6)).
func (f *CaseFile) mayLink(from care.Assessment) bool {
	assessed := func(k care.CaseKind) bool { return k == care.KindAdultNeeds || k == care.KindCarer }
	if !assessed(f.Kind) || !assessed(from.Kind) {
		return true
	}
	return slices.ContainsFunc(f.Summary.Flags, func(x care.Flag) bool { return x.ID == linkAgreed })
}

// lookedAt finds out when a practitioner last had the summary before them, but for this time.
func (s *Service) lookedAt(ctx context.Context, actor care.Actor, id string) (time.Time, error) {
	events, err := s.Store.Events(ctx, actor.Council, id)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading who looked: %w", err)
	}
	now := true
	for _, e := range slices.Backward(events) {
		if e.ActorID != actor.ID || e.Verb != "case.viewed" || e.Detail != PageSummary {
			continue
		}
		if !now {
			return e.At, nil
		}
		now = false
	}
	return time.Time{}, nil
}

// PageSummary is the page of a case that shows what came since it was sent.
const PageSummary = "summary"

// openVoices reads what was added to a case since it was sent, and puts the accounts of its voices side by side.
func (s *Service) openVoices(ctx context.Context, actor care.Actor, f *CaseFile) (err error) {
	if f.Entries, err = s.Store.Entries(ctx, actor.Council, f.ID); err != nil {
		return fmt.Errorf("reading what was added to case %s: %w", f.Reference, err)
	}
	f.versions[care.SeenEntries] = len(f.Entries)
	for _, e := range f.Entries {
		if e.Kind == care.EntryLearning {
			continue // between a worker and their managers: see Learning
		}
		later, err := f.read(e)
		if err != nil {
			return fmt.Errorf("case %s: %w", f.Reference, err)
		}
		f.Later = append(f.Later, later)
	}
	if f.KeyedBy != "" {
		by, err := s.Store.Practitioner(ctx, f.KeyedBy)
		if err != nil {
			return fmt.Errorf("looking up who keyed in case %s: %w", f.Reference, err)
		}
		f.KeyedByName = by.Name
	}
	if f.Accounts, err = Accounts(f.Assessment, f.Rules, f.Entries); err != nil {
		return fmt.Errorf("reading the accounts of case %s: %w", f.Reference, err)
	}
	raise := func(flags ...care.Flag) {
		for _, x := range flags {
			if !slices.ContainsFunc(f.Flags(), func(y care.Flag) bool { return y.ID == x.ID }) {
				f.LaterFlags = append(f.LaterFlags, x)
			}
		}
	}
	for _, account := range f.Accounts[1:] {
		rules, err := s.Library.Version(account.Ruleset)
		if err != nil {
			return fmt.Errorf("reading the accounts of case %s: %w", f.Reference, err)
		}
		raise(rules.Flags(account.Answers, rules.Facts(account.Answers), nil)...)
	}
	if f.Unsettled() != "" {
		raise(f.Rules.Flag("withdrawal_request"))
	}
	if f.Worse() {
		raise(care.Flag{ID: "worse_now", Text: f.Rules.Text("staff.flag_worse", nil), Basis: "policy", Priority: care.PriorityUrgent})
	}
	facts, both := BothVoices(f.Rules, f.Accounts)
	f.Facts = facts
	if !both {
		return nil
	}
	if f.Indication != nil {
		tested := f.Rules.Indicate(facts)
		f.Both = &tested
		raise(f.Rules.Flags(f.Answers, facts, f.Both)...)
	}
	raise(f.Rules.Flag("two_voices"))
	if slices.ContainsFunc(f.OutcomeIDs(), func(o string) bool {
		return slices.Contains(facts.Get("outcomes."+o+".accounts_differ"), "true")
	}) {
		raise(f.Rules.Flag("accounts_differ"))
	}
	return nil
}

// read puts an entry into words that a page can show.
func (f *CaseFile) read(e care.Entry) (Later, error) {
	out := Later{Entry: e, New: e.By != care.ActorPractitioner && !f.LookedAt.IsZero() && e.At.After(f.LookedAt)}
	var into any = &out.Note
	switch e.Kind {
	case care.EntryAccount:
		into = &out.Account
	case care.EntryDiary:
		into = &out.Day
	}
	if err := json.Unmarshal(e.Body, into); err != nil {
		return out, fmt.Errorf("reading entry %s: %w", e.ID, err)
	}
	return out, nil
}

// take puts one working paper in its place.
func (f *CaseFile) take(p care.Part) error {
	f.versions[p.Name] = p.Version
	switch outcome, isFinding := strings.CutPrefix(p.Name, partFinding); {
	case isFinding:
		finding := care.Finding{}
		if err := json.Unmarshal(p.Body, &finding); err != nil {
			return err
		}
		finding.Version = p.Version
		f.Findings[outcome] = finding
	case strings.HasPrefix(p.Name, partContact):
		contact := care.Contact{}
		if err := json.Unmarshal(p.Body, &contact); err != nil {
			return err
		}
		f.Contacts = append(f.Contacts, contact)
	case p.Name == partImpact:
		if err := json.Unmarshal(p.Body, &f.Impact); err != nil {
			return err
		}
		f.Impact.Version = p.Version
	case p.Name == partRecord:
		if err := json.Unmarshal(p.Body, &f.Record); err != nil {
			return err
		}
		f.Record.Version = p.Version
	}
	return nil
}
