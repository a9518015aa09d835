package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
)

// ListSecond are the reasons for which a record needs a second signature.
const ListSecond = "second_reasons"

// Why a record needs a second signature.
const (
	SecondLowerSelf   = "lower_self"   // found able on two or more outcomes that the person, or the rules from what was told, say they are not
	SecondLowerRecord = "lower_record" // found able on an outcome that the record before found unable, or no needs eligible any more
	SecondCapacity    = "capacity"     // somebody was found to lack the capacity for a decision
	SecondRefusal     = "refusal"      // they asked to stop and still wish to, and it goes on
	SecondSafety      = "safety"       // a mark of safety, or a concern about somebody
	SecondUnqualified = "unregistered" // whoever signs is not registered
)

// secondKept are the reasons of which no record says anything, not even that there was a second signature: it is read by the
// person, by those who get copies, and perhaps by whoever they are to be kept safe from. An assessment that goes on against
// somebody's wish is one of them, since abuse or neglect is what it may go on for (Care Act 2014 s.11(2)(b)). The signature
// itself stands with the case and in its trail.
var secondKept = []string{SecondSafety, SecondRefusal}

// lowerSelfMin is how many outcomes must be found lower than reported for a second signature.
const lowerSelfMin = 2

// SecondReasons says why the record in hand needs a second signature if the practitioner who has it open signs it; none when
// it does not.
func (f CaseFile) SecondReasons() []string {
	if f.Short() { // there is no finding to be lower, and nobody has to be registered to hand a request on
		if f.SafetyMarked() || f.Kind == care.KindConcern {
			return []string{SecondSafety}
		}
		return nil
	}
	var out []string
	add := func(reason string, so bool) {
		if so {
			out = append(out, reason)
		}
	}
	if f.Record.Decision != DecisionRefused {
		add(SecondLowerSelf, len(f.FoundLower()) >= lowerSelfMin)
		add(SecondLowerRecord, f.lowerThanRecord())
	}
	add(SecondCapacity, slices.ContainsFunc(f.Record.Making.Capacity, func(c care.Capacity) bool { return c.Finding == lacksCapacity }))
	add(SecondRefusal, f.Overridden())
	add(SecondSafety, f.SafetyMarked())
	add(SecondUnqualified, f.Reader.Registration == "")
	return out
}

// Overridden says whether the assessment goes on against the wish of the person: they asked to stop, a practitioner wrote down
// that they still wish to, and nothing came of it since.
func (f CaseFile) Overridden() bool {
	last := ""
	for _, l := range f.Later {
		if l.Kind == care.EntryConfirmed {
			last = l.Note.Choice
		}
	}
	return last == ChoiceOverridden
}

// FoundLower lists the outcomes on which the finding is able where the person said it is hard, or the rules suggest unable.
func (f CaseFile) FoundLower() []string {
	var out []string
	for _, id := range f.OutcomeIDs() {
		if f.Findings[id].Conclusion == care.ConcludesAble && (f.Suggested(id) == care.OutcomeUnable || f.selfReported(id)) {
			out = append(out, id)
		}
	}
	return out
}

// selfReported says whether the person themself, or whoever sent the form where they have not spoken, said yes to any limb.
func (f CaseFile) selfReported(outcome string) bool {
	own := false
	for i, account := range f.Accounts {
		if (account.Voice == care.VoiceSelf || i == 0) && f.sameKind(account) && f.toldOf(f.Rules.Facts(account.Answers), outcome) == toldHard {
			own = true
		}
	}
	return own
}

// lowerThanRecord compares with the newest signed record: R (VI) v Lewisham [2018], a cut needs cogent reasons.
func (f CaseFile) lowerThanRecord() bool {
	if f.before == nil {
		return false
	}
	if endsEligible(f.before.Decision) && f.Record.Decision == DecisionNotEligible {
		return true
	}
	return slices.ContainsFunc(f.before.Findings, func(was RecordFinding) bool {
		return was.Conclusion == string(care.ConcludesUnable) && f.Findings[was.Outcome].Conclusion == care.ConcludesAble
	})
}

// besides are kinds of entry that change nothing of what is signed: the second signature's own, and who opened the case.
var besides = []care.EntryKind{care.EntrySecond, care.EntryCountersigned, care.EntrySentBack, care.EntryAccess, care.EntryMessage, care.EntryCopy}

// Fingerprint is of all that a second signer reads: the working papers, and what was added to the case. Any change makes
// another one.
func (f CaseFile) Fingerprint() string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(f.versions)) {
		if name != care.SeenEntries {
			fmt.Fprintf(h, "%s=%d\n", name, f.versions[name])
		}
	}
	for _, e := range f.Entries {
		if !slices.Contains(besides, e.Kind) {
			fmt.Fprintf(h, "%s\n", e.ID)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// PageSecond is the page of a case on which whoever signs second reads the whole record.
const PageSecond = "second"

const verbAskedSecond = "record.second-asked"

// A SecondStep is one step of a second signature: asked for, given, or sent back.
type SecondStep struct {
	Kind care.EntryKind
	At   time.Time
	ByID string
	care.Second
}

// secondIn reads the steps among entries, oldest first.
func secondIn(entries []care.Entry) ([]SecondStep, error) {
	var out []SecondStep
	for _, e := range entries {
		if e.Kind != care.EntrySecond && e.Kind != care.EntryCountersigned && e.Kind != care.EntrySentBack {
			continue
		}
		step := SecondStep{Kind: e.Kind, At: e.At, ByID: e.ByID}
		if err := json.Unmarshal(e.Body, &step.Second); err != nil {
			return nil, fmt.Errorf("reading entry %s: %w", e.ID, err)
		}
		out = append(out, step)
	}
	return out, nil
}

// LastStep is the newest step of the second signature of the record in hand; false when there is none.
func (f CaseFile) LastStep() (SecondStep, bool) {
	if len(f.steps) == 0 {
		return SecondStep{}, false
	}
	return f.steps[len(f.steps)-1], true
}

// Waits says whether a second signature was asked for what is there now, and nobody has answered.
func (f CaseFile) Waits() bool {
	last, ok := f.LastStep()
	return ok && last.Kind == care.EntrySecond && last.Read == f.Fingerprint()
}

// Countersigned returns the second signature that stands for what is there now: it was given for exactly this, by somebody
// other than whoever has the case open, and for every reason that there is.
func (f CaseFile) Countersigned() (SecondStep, bool) {
	last, ok := f.LastStep()
	if !ok || last.Kind != care.EntryCountersigned || last.Read != f.Fingerprint() || last.ByID == f.Reader.ID {
		return SecondStep{}, false
	}
	for _, reason := range f.SecondReasons() {
		if !slices.Contains(last.Reasons, reason) {
			return SecondStep{}, false
		}
	}
	return last, true
}

// secondBlockers: a must on some records, and void when anything changed since.
func secondBlockers(f CaseFile) []Blocker {
	if len(f.SecondReasons()) == 0 {
		return nil
	}
	if _, ok := f.Countersigned(); ok {
		return nil
	}
	code := "second"
	switch last, ok := f.LastStep(); {
	case ok && last.Kind == care.EntrySentBack && last.Read == f.Fingerprint():
		code = "second_sent_back"
	case ok && last.Read != f.Fingerprint():
		code = "second_changed"
	case f.Waits():
		code = "second_waits"
	}
	return []Blocker{{code, "record", "second", ""}}
}

// AskSecond asks for a second signature on what has the fingerprint seen. *NotSignable while anything else is open: a
// colleague reads what is finished.
func (s *Service) AskSecond(ctx context.Context, actor care.Actor, reference, seen, once string) error {
	f, p, err := s.toChange(ctx, actor, reference, "second")
	if err != nil {
		return err
	}
	if f.once(care.EntrySecond, once) {
		return nil
	}
	if open := openBesidesSecond(f); len(open) > 0 {
		return &NotSignable{open}
	}
	if seen != f.Seen() {
		return fmt.Errorf("asking for a second signature on case %s: %w", reference, care.ErrConflict)
	}
	reasons := f.SecondReasons()
	if len(reasons) == 0 || f.Waits() {
		return nil
	}
	body := care.Second{ByName: p.Name, Registration: p.Registration, Read: f.Fingerprint(), Reasons: reasons}
	e := care.Entry{Kind: care.EntrySecond, Owe: care.Owed{What: care.OwesSecond, From: s.Now().UTC()}}
	return s.addBody(ctx, actor, f, e, once, body, verbAskedSecond, "", nil)
}

// ReadyForSecond says whether nothing but the second signature is left to do.
func ReadyForSecond(f CaseFile) bool { return len(openBesidesSecond(f)) == 0 }

func openBesidesSecond(f CaseFile) []Blocker {
	return slices.DeleteFunc(Blockers(f), func(b Blocker) bool { return strings.HasPrefix(b.Code, "second") })
}

// Countersign gives the second signature to what has the fingerprint read, or sends it back with a reason (sendBack not "").
// care.ErrConflict when nobody asked, or anything changed since it was read.
//
// Codes of a refusal: signer same_person, for whoever asked; signer not_registered, for who is neither registered nor a
// manager, or not registered where the reason is that the first one is not; text reason.
func (s *Service) Countersign(ctx context.Context, actor care.Actor, reference, read string, back bool, why, once string) error {
	if err := authorise(actor, MaySignRecord); err != nil {
		return err
	}
	f, p, err := s.toChange(ctx, actor, reference, "countersign")
	if err != nil {
		return err
	}
	kind, verb := care.EntryCountersigned, "record.countersigned"
	if back {
		kind, verb = care.EntrySentBack, "record.sent-back"
	}
	if f.once(kind, once) {
		return nil
	}
	asked, ok := f.LastStep()
	if !ok || !f.Waits() || read != f.Fingerprint() {
		return fmt.Errorf("a second signature on case %s: %w", reference, care.ErrConflict)
	}
	c := checks{rules: f.Rules}
	if asked.ByID == p.ID {
		c.add("signer", "same_person")
	}
	unregistered := slices.Contains(asked.Reasons, SecondUnqualified)
	if p.Registration == "" && (unregistered || !slices.Contains(actor.Roles, care.RoleManager)) {
		c.add("signer", "not_registered")
	}
	why = strings.TrimSpace(why)
	c.words("text", why)
	if back && !enough(why) {
		c.add("text", "reason")
	}
	if err := c.err(); err != nil {
		return err
	}
	body := care.Second{ByName: p.Name, Registration: p.Registration, Read: read, Reasons: asked.Reasons, Text: why}
	return s.addBody(ctx, actor, f, care.Entry{Kind: kind, Settle: care.OwesSecond}, once, body, verb, "", nil)
}

// OwedLimit is how many cases a list of what is owed shows.
const OwedLimit = 100

// Owed lists the cases of the actor's council on which something is owed (care.OwesSecond, OwesCopy, OwesTransition), the
// longest first. Of a restricted case that is not the actor's own the line has no name.
func (s *Service) Owed(ctx context.Context, actor care.Actor, what string) ([]care.OwedLine, error) {
	if err := authorise(actor, MayReadQueue); err != nil {
		return nil, err
	}
	lines, err := s.Store.Owed(ctx, actor.Council, what, s.Now().UTC(), OwedLimit)
	if err != nil {
		return nil, fmt.Errorf("listing what is owed: %w", err)
	}
	for i, l := range lines {
		if l.Restricted && l.Worker != actor.ID {
			lines[i].Summary = care.Summary{}
		}
	}
	return lines, nil
}

// once says whether an entry of a kind was added with this form's key before.
func (f CaseFile) once(kind care.EntryKind, once string) bool {
	if once == "" {
		return false
	}
	id := entryID(f.ID, kind, once)
	return slices.ContainsFunc(f.Entries, func(e care.Entry) bool { return e.ID == id })
}

func (s *Service) addOnce(ctx context.Context, actor care.Actor, f CaseFile, e care.Entry, evs ...care.Event) error {
	err := s.Store.AddEntry(ctx, actor.Council, e, evs...)
	if errors.Is(err, care.ErrConflict) {
		return nil // a second press of the button
	}
	if err != nil {
		return fmt.Errorf("adding to case %s: %w", f.Reference, err)
	}
	return nil
}
