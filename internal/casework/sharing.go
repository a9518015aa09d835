package casework

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"threshold/internal/care"
)

// ListDraftHow is how a draft can go to the person, ListDraftReply what they can say of it.
const (
	ListDraftHow   = "draft_how"
	ListDraftReply = "draft_reply"
)

// How a draft went to the person. By status it stands where they see how their form stands.
const (
	DraftByStatus = "status"
	DraftRead     = "read"
	DraftOnPaper  = "paper"
)

// What a person can say of a draft.
const (
	ReplyRight    = "yes"
	ReplyChange   = "change"
	ReplyDisagree = "disagree"
)

// A DraftTold is a draft as it went to the person, with what they said of it, oldest first.
type DraftTold struct {
	ID string
	At time.Time
	care.SharedDraft
	Replies []DraftReply
}

// A DraftReply is what the person said of a draft. NotedBy is who wrote it down for them, "" when they did themselves.
type DraftReply struct {
	At      time.Time
	Choice  string
	Text    string
	NotedBy string
}

// WantsChange says whether the newest reply asks for a change or disagrees.
func (d DraftTold) WantsChange() bool {
	return len(d.Replies) > 0 && d.Replies[len(d.Replies)-1].Choice != ReplyRight
}

// draftsIn reads the drafts among entries, oldest first.
func draftsIn(entries []care.Entry) ([]DraftTold, error) {
	var out []DraftTold
	for _, e := range entries {
		switch e.Kind {
		case care.EntryDraft:
			d := DraftTold{ID: e.ID, At: e.At}
			if err := json.Unmarshal(e.Body, &d.SharedDraft); err != nil {
				return nil, fmt.Errorf("reading entry %s: %w", e.ID, err)
			}
			out = append(out, d)
		case care.EntryDraftReply:
			i := slices.IndexFunc(out, func(d DraftTold) bool { return d.ID == e.About })
			if i < 0 {
				continue
			}
			var n care.Note
			if err := json.Unmarshal(e.Body, &n); err != nil {
				return nil, fmt.Errorf("reading entry %s: %w", e.ID, err)
			}
			out[i].Replies = append(out[i].Replies, DraftReply{e.At, n.Choice, n.Text, n.ByName})
		}
	}
	return out, nil
}

// Told is the newest draft that went to the person for the record in hand; false when there is none. A draft of an earlier
// record does not count.
func (f CaseFile) Told() (DraftTold, bool) {
	if len(f.drafts) == 0 {
		return DraftTold{}, false
	}
	return f.drafts[len(f.drafts)-1], true
}

// DraftNow is what the person would be told now.
func (f CaseFile) DraftNow() care.SharedDraft {
	d := care.SharedDraft{Decision: f.Record.Decision, Reason: f.Record.DecisionReason, Next: f.Record.NextSteps}
	for _, id := range f.OutcomeIDs() {
		if finding := f.Findings[id]; finding.Conclusion == care.ConcludesUnable || finding.Conclusion == care.ConcludesAble {
			d.Outcomes = append(d.Outcomes, care.SharedDraftResult{Outcome: id, Conclusion: finding.Conclusion, Reason: finding.Reason})
		}
	}
	if f.Record.Decision == DecisionNotEligible {
		d.Advices = slices.Clone(f.Record.Advices)
	}
	return d
}

// Shareable says whether there is enough to tell: a decision with its reasons, and a finding on every outcome.
func (f CaseFile) Shareable() bool {
	return !f.Short() && f.Record.Decision != "" && f.Record.Decision != DecisionRefused && enough(f.Record.DecisionReason) &&
		len(f.DraftNow().Outcomes) == len(f.OutcomeIDs())
}

// stale says whether the decision or what was found changed since the person was told.
func (f CaseFile) stale(told DraftTold) bool {
	now := f.DraftNow()
	return now.Decision != told.Decision || !slices.EqualFunc(now.Outcomes, told.Outcomes, func(a, b care.SharedDraftResult) bool {
		return a.Outcome == b.Outcome && a.Conclusion == b.Conclusion
	})
}

// sharingBlockers: the person hears what will be recorded before it is, and is heard on it, or the record says why not.
func sharingBlockers(f CaseFile) []Blocker {
	told, ok := f.Told()
	if enough(f.Record.NotShared) && !ok {
		return nil
	}
	switch {
	case !ok:
		return []Blocker{{"draft", "record", "draft", ""}}
	case !f.Shareable(): // what is missing stands among the others already; it is told again once it is there
	case f.stale(told) && !enough(f.Record.NotShared):
		return []Blocker{{"draft_changed", "record", "draft", ""}}
	case told.WantsChange() && !enough(f.Record.ReplyDone):
		return []Blocker{{"draft_reply", "record", "reply_done", ""}}
	}
	return nil
}

// ShareDraft tells the person what will be recorded: on their status page, or as a practitioner who read it to them or gave it
// to them on paper writes down. The draft that goes is the one of the papers with the fingerprint seen; care.ErrConflict when
// they changed. A message says that there is something to read, and never what, where the contact rule allows it.
//
// Codes: how choose_one; how no_code where a helper sent the form and the person has no code of their own to read it with;
// draft unfinished while there is no decision with reasons and a finding on every outcome.
func (s *Service) ShareDraft(ctx context.Context, actor care.Actor, council care.Council, reference, how, seen, once string) error {
	f, p, err := s.toChange(ctx, actor, reference, "draft")
	if err != nil {
		return err
	}
	c := checks{rules: f.Rules}
	c.oneOf("how", how, ListDraftHow, true)
	if !f.Shareable() {
		c.add("draft", "unfinished")
	}
	if how == DraftByStatus {
		ok, err := s.readsStatus(ctx, f)
		if err != nil {
			return err
		}
		if !ok {
			c.add("how", "no_code")
		}
	}
	if err := c.err(); err != nil {
		return err
	}
	if seen != f.Seen() && !f.once(care.EntryDraft, once) {
		return fmt.Errorf("telling the person of case %s what will be recorded: %w", reference, care.ErrConflict)
	}
	body := f.DraftNow()
	body.ByName, body.How = p.Name, how
	var mail *care.Mail
	if how == DraftByStatus {
		mail = s.toPerson(f.asTold(), council, "question", "/"+council.Slug+"/back")
	}
	return s.addBody(ctx, actor, f, care.Entry{Kind: care.EntryDraft}, once, body, "draft.shared", how, mail)
}

// readsStatus says whether the person themself can come to where their form stands: they sent it, or they were given a code.
func (s *Service) readsStatus(ctx context.Context, f CaseFile) (bool, error) {
	if f.Rules.Voice(f.Answers) == care.VoiceSelf {
		return true, nil
	}
	codes, err := s.Store.CodesOf(ctx, f.Council, f.ID)
	if err != nil {
		return false, fmt.Errorf("reading who can see case %s: %w", f.Reference, err)
	}
	now := s.Now()
	return slices.ContainsFunc(codes, func(c care.Code) bool { return c.Kind == care.CodePerson && c.Live(now) }), nil
}

// NoteDraftReply writes down what the person said of the newest draft when they said it to a practitioner.
func (s *Service) NoteDraftReply(ctx context.Context, actor care.Actor, reference, choice, text, once string) error {
	f, p, err := s.toChange(ctx, actor, reference, "draft-reply")
	if err != nil {
		return err
	}
	told, ok := f.Told()
	if !ok {
		return fmt.Errorf("a reply to a draft of case %s: %w", reference, care.ErrNotFound)
	}
	n, err := draftReply(choice, text)
	if err != nil {
		return err
	}
	n.ByName = p.Name
	return s.addBody(ctx, actor, f, care.Entry{Kind: care.EntryDraftReply, About: told.ID}, once, n, "draft.answered", "", nil)
}

// draftReply checks a reply: who wants a change or disagrees says what.
func draftReply(choice, text string) (care.Note, error) {
	n := care.Note{Choice: choice, Text: strings.TrimSpace(text)}
	if !slices.Contains([]string{ReplyRight, ReplyChange, ReplyDisagree}, choice) {
		return n, care.Refuse("choice", "choose_one")
	}
	if n.Text == "" && choice == ReplyRight {
		return n, nil
	}
	var err error
	n.Text, err = typedWords("text", text, NoteMax)
	return n, err
}

// ReplyDraft is the person's own reply to what will be recorded about them, from their status page.
func (s *Service) ReplyDraft(ctx context.Context, actor care.Actor, draft, choice, text, once string) error {
	d, err := s.sentOwn(ctx, actor)
	if err != nil {
		return err
	}
	if voiceIn(actor, d) != care.VoiceSelf {
		return fmt.Errorf("a reply to a draft: %w", care.ErrNotFound)
	}
	entries, err := s.Store.Entries(ctx, actor.Council, d.ID)
	if err != nil {
		return fmt.Errorf("reading what was told: %w", err)
	}
	if !slices.ContainsFunc(entries, func(e care.Entry) bool { return e.Kind == care.EntryDraft && e.ID == draft }) {
		return fmt.Errorf("a reply to a draft: %w", care.ErrNotFound)
	}
	n, err := draftReply(choice, text)
	if err != nil {
		return err
	}
	n.Voice = care.VoiceSelf
	return s.add(ctx, actor, s.entry(actor, care.EntryDraftReply, draft, once), n, "draft.answered")
}

// addBody adds an entry of a practitioner's with any body. Pressing twice adds it once.
func (s *Service) addBody(ctx context.Context, actor care.Actor, f CaseFile, e care.Entry, once string, body any, verb, detail string, mail *care.Mail, tallies ...care.Tally) error {
	made := s.entry(care.Actor{ID: f.ID}, e.Kind, e.About, once)
	made.By, made.ByID, made.Owe, made.Settle = care.ActorPractitioner, actor.ID, e.Owe, e.Settle
	var err error
	if made.Body, err = json.Marshal(body); err != nil {
		return fmt.Errorf("adding to case %s: %w", f.Reference, err)
	}
	ev := s.event(actor, verb, f.ID, detail)
	ev.Mail = mail
	if !f.Test {
		ev.Tallies = tallies
	}
	return s.addOnce(ctx, actor, f, made, ev)
}
