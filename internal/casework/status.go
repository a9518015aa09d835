package casework

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"threshold/internal/care"
)

// The steps of a case as its sender sees them. There are four, and a case never goes back.
const (
	StepSent      = 1
	StepRead      = 2
	StepContacted = 3
	StepDecided   = 4
)

// A Status is what whoever sent something may see of where it stands. It tells of no practitioner by name, of no finding,
// and of nothing that another voice said.
type Status struct {
	Draft
	Step      int
	Contacted string // the day somebody was first in contact, yyyy-mm-dd, or ""
	Overdue   bool   // the day of Promised has passed and nobody has been in contact
	Asked     []Asked
	Added     []Added // what this actor's voice added since, oldest first
	Diary     []care.DiaryLine
	// Withdrawal is "" when nobody asked to withdraw, "asked" while a worker has not settled it, else their choice: closed or
	// goes_on.
	Withdrawal string
	Helpers    []care.Code // given to helpers; none for a guest
	Accounts   int         // accounts that joined the form, whosoever
	CheckIn    *CheckIn    // the newest; nil when they were never asked how they are
	GoesOn     *GoesOn     // another form with which work goes on; nil when this one stands for itself
	// Drafts are what the person was told will be recorded, oldest first: for the person's own eyes alone. Records are when each
	// signed record was made, oldest first.
	Drafts  []DraftTold
	Records []time.Time
}

// Asked is a question of a practitioner to the person, and the reply.
type Asked struct {
	ID      string
	At      time.Time
	Text    string
	Outcome string
	Replied bool
	Reply   string
	NotSure bool
}

// Added is something that was added to a form after it was sent.
type Added struct {
	At   time.Time
	Text string
}

// The choices of a reply and of settling a withdrawal.
const (
	ChoiceNotSure = "not_sure"
	ChoiceClosed  = "closed"
	ChoiceGoesOn  = "goes_on" // they changed their mind
	// ChoiceOverridden says that they still wish to stop, and that the law lets an adult's assessment go on (Care Act 2014
	// s.11(2)). The person reads the same of it as of ChoiceGoesOn: somebody who looks over their shoulder learns nothing.
	ChoiceOverridden = "overridden"
)

// NoteMax is the most characters of a note, DiaryMax of a line of the diary.
const (
	NoteMax  = 2000
	DiaryMax = 300
)

// The kinds of day a diary knows.
const (
	DayGood  = "good"
	DayBad   = "bad"
	DayMixed = "mixed"
)

// Status tells the actor where what they sent stands. Whoever sent a form about somebody sees a practitioner's questions
// only while the person has no code of their own to see them with. A helper who came by a code sees that it was sent and no more.
func (s *Service) Status(ctx context.Context, actor care.Actor) (Status, error) {
	d, err := s.Draft(ctx, actor)
	if err != nil {
		return Status{}, err
	}
	out := Status{Draft: d, Step: StepSent}
	if out.GoesOn, err = s.goesOn(ctx, actor, d); err != nil {
		return out, err
	}
	if actor.As == care.CodeHelper {
		return out, nil
	}
	events, err := s.Store.Events(ctx, actor.Council, d.ID)
	if err != nil {
		return out, fmt.Errorf("reading where a form stands: %w", err)
	}
	for _, e := range events {
		switch {
		case e.Verb == "case.viewed" && e.Actor == care.ActorPractitioner:
			out.Step = max(out.Step, StepRead)
		case e.Verb == "record.signed":
			out.Step, out.Records = StepDecided, append(out.Records, e.At)
		}
	}
	if d.Status != care.StatusDraft {
		if err := s.contactsOf(ctx, d.Assessment, &out); err != nil {
			return out, err
		}
		promised, err := s.promised(ctx, d.Assessment)
		if err != nil {
			return out, err
		}
		out.Overdue = out.GoesOn == nil && out.Step < StepContacted && s.Now().After(endOfDay(promised.In(ukTime)))
	}
	entries, err := s.Store.Entries(ctx, actor.Council, d.ID)
	if err != nil {
		return out, fmt.Errorf("reading what was added: %w", err)
	}
	if err := out.take(entries, voiceIn(actor, d)); err != nil {
		return out, err
	}
	if voiceIn(actor, d) == care.VoiceSelf {
		all, err := draftsIn(entries)
		if err != nil {
			return out, err
		}
		for _, told := range all {
			if told.How == DraftByStatus {
				out.Drafts = append(out.Drafts, told)
			}
		}
	}
	if actor.As != "" {
		return out, nil
	}
	codes, err := s.Store.CodesOf(ctx, actor.Council, d.ID)
	if err != nil {
		return out, fmt.Errorf("listing helpers: %w", err)
	}
	for _, c := range codes {
		if c.Kind == care.CodeHelper {
			out.Helpers = append(out.Helpers, c)
		}
		if c.Kind == care.CodePerson && voiceIn(actor, d) == care.VoiceHelper {
			// From then on the person can be asked, and a question may speak of what only they have told. What was asked before
			// stays as it stood: that it went would tell the helper.
			out.Asked = slices.DeleteFunc(out.Asked, func(a Asked) bool { return !a.At.Before(c.CreatedAt) })
		}
	}
	return out, nil
}

func (s *Service) promised(ctx context.Context, a care.Assessment) (time.Time, error) {
	council, err := s.councilOf(ctx, a.Council)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading what the council promises: %w", err)
	}
	return Promised(a, council), nil
}

func endOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
}

// contactsOf finds out whether somebody was in contact. A try that reached nobody is none.
func (s *Service) contactsOf(ctx context.Context, a care.Assessment, out *Status) error {
	parts, err := s.Store.Parts(ctx, a.Council, a.ID)
	if err != nil {
		return fmt.Errorf("reading contacts: %w", err)
	}
	for _, p := range parts {
		var contact care.Contact
		if !strings.HasPrefix(p.Name, partContact) {
			continue
		}
		if err := json.Unmarshal(p.Body, &contact); err != nil {
			return fmt.Errorf("reading contacts: %w", err)
		}
		if contact.How != HowNone {
			out.Step = max(out.Step, StepContacted)
			if out.Contacted == "" || contact.On < out.Contacted {
				out.Contacted = contact.On
			}
		}
	}
	return nil
}

// take sorts entries into what this voice may see: its own words, and every question to the person.
func (st *Status) take(entries []care.Entry, voice care.Voice) error {
	var asked []string // this voice's own wishes to withdraw
	for _, e := range entries {
		if e.Kind == care.EntryAccount {
			st.Accounts++
			continue
		}
		if e.Kind == care.EntryDiary {
			var line care.DiaryLine
			if err := json.Unmarshal(e.Body, &line); err != nil {
				return fmt.Errorf("reading entry %s: %w", e.ID, err)
			}
			if line.Voice == voice {
				st.Diary = append(st.Diary, line)
			}
			continue
		}
		var n care.Note
		if err := json.Unmarshal(e.Body, &n); err != nil {
			return fmt.Errorf("reading entry %s: %w", e.ID, err)
		}
		switch e.Kind {
		case care.EntryAddition:
			if n.Voice == voice {
				st.Added = append(st.Added, Added{e.At, n.Text})
			}
		case care.EntryQuestion:
			st.Asked = append(st.Asked, Asked{ID: e.ID, At: e.At, Text: n.Text, Outcome: n.Outcome})
		case care.EntryReply:
			i := slices.IndexFunc(st.Asked, func(a Asked) bool { return a.ID == e.About })
			if i >= 0 && n.Voice == voice {
				st.Asked[i].Replied, st.Asked[i].Reply, st.Asked[i].NotSure = true, n.Text, n.Choice == ChoiceNotSure
			}
		case care.EntryCheckIn:
			st.CheckIn = &CheckIn{ID: e.ID, At: e.At}
		case care.EntryHowNow:
			if st.CheckIn != nil && st.CheckIn.ID == e.About && n.Voice == voice {
				st.CheckIn.Said, st.CheckIn.AnsweredAt = n.Choice, e.At
			}
		case care.EntryWithdrawal: // nobody learns that the other voice asked
			if n.Voice == voice {
				st.Withdrawal, asked = "asked", append(asked, e.ID)
			}
		case care.EntryConfirmed:
			if slices.Contains(asked, e.About) {
				if st.Withdrawal = n.Choice; n.Choice == ChoiceOverridden {
					st.Withdrawal = ChoiceGoesOn
				}
			}
		}
	}
	slices.SortStableFunc(st.Diary, func(a, b care.DiaryLine) int { return strings.Compare(a.On, b.On) })
	return nil
}

// voiceIn is the voice with which an actor adds to a form: whoever wrote it has the form's own.
func voiceIn(actor care.Actor, d Draft) care.Voice {
	if actor.As != "" {
		return voiceOf(actor)
	}
	return d.Rules.Voice(d.Answers)
}

// voiceOf is the voice of an actor who came by a code.
func voiceOf(actor care.Actor) care.Voice {
	if actor.As == care.CodeHelper {
		return care.VoiceHelper
	}
	return care.VoiceSelf
}

// entry begins an entry of the actor's own form. once is the random key of the form as it was shown: pressing the button
// twice adds one entry.
func (s *Service) entry(actor care.Actor, kind care.EntryKind, about, once string) care.Entry {
	e := care.Entry{ID: newID(), Case: actor.ID, Kind: kind, About: about, At: s.Now().UTC(), By: actor.Kind}
	if once != "" {
		e.ID = entryID(actor.ID, kind, once)
	}
	return e
}

// entryID is the id of an entry of a case that was made with a form's key.
func entryID(caseID string, kind care.EntryKind, once string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(caseID+"\x00"+string(kind)+"\x00"+once)).String()
}

func (s *Service) add(ctx context.Context, actor care.Actor, e care.Entry, body any, verb string) error {
	var err error
	if e.Body, err = json.Marshal(body); err != nil {
		return fmt.Errorf("adding to a form: %w", err)
	}
	err = s.Store.AddEntry(ctx, actor.Council, e, s.event(actor, verb, e.Case, ""))
	if errors.Is(err, care.ErrConflict) {
		return nil // a second press of the button
	}
	if err != nil {
		return fmt.Errorf("adding to a form: %w", err)
	}
	return nil
}

// typedWords checks what was typed into one box: something, and not too much.
func typedWords(field, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	var typed []string
	if text != "" {
		typed = []string{text}
	}
	box := care.Question{ID: field, Kind: care.KindTextarea, Required: true, MaxChars: most}
	if p := box.Check(typed, time.Time{}); p != nil {
		return text, &care.Invalid{Problems: []care.Problem{*p}}
	}
	return text, nil
}

// sentOwn opens what the actor sent, to add to it: care.ErrNotFound while it is a draft, for the draft itself can be changed.
func (s *Service) sentOwn(ctx context.Context, actor care.Actor) (Draft, error) {
	if err := authorise(actor, MayAddToOwn); err != nil {
		return Draft{}, err
	}
	d, err := s.Draft(ctx, actor)
	if err != nil {
		return d, err
	}
	if d.Status == care.StatusDraft {
		return d, fmt.Errorf("adding to a draft: %w", care.ErrNotFound)
	}
	return d, nil
}

// AddTo adds words of the person to what they sent. A signed case takes them too: somebody reads them.
func (s *Service) AddTo(ctx context.Context, actor care.Actor, text, once string) error {
	d, err := s.sentOwn(ctx, actor)
	if err != nil {
		return err
	}
	if actor, d, err = s.follow(ctx, actor, d); err != nil {
		return err
	}
	if text, err = typedWords("text", text, NoteMax); err != nil {
		return err
	}
	return s.add(ctx, actor, s.entry(actor, care.EntryAddition, "", once), care.Note{Text: text, Voice: voiceIn(actor, d)}, "addition.sent")
}

// Reply answers a practitioner's question, in words or with "not sure".
func (s *Service) Reply(ctx context.Context, actor care.Actor, question, text string, notSure bool, once string) error {
	d, err := s.sentOwn(ctx, actor)
	if err != nil {
		return err
	}
	asked := d.ID
	if actor, d, err = s.follow(ctx, actor, d); err != nil {
		return err
	}
	if d.ID != asked {
		question = passedID(question, d.ID)
	}
	entries, err := s.Store.Entries(ctx, actor.Council, d.ID)
	if err != nil {
		return fmt.Errorf("reading what was asked: %w", err)
	}
	if !slices.ContainsFunc(entries, func(e care.Entry) bool { return e.Kind == care.EntryQuestion && e.ID == question }) {
		return fmt.Errorf("answering a question: %w", care.ErrNotFound)
	}
	n := care.Note{Text: strings.TrimSpace(text), Voice: voiceIn(actor, d)}
	if notSure {
		n.Choice = ChoiceNotSure
	}
	if n.Text != "" || !notSure {
		if n.Text, err = typedWords("text", text, NoteMax); err != nil {
			return err
		}
	}
	return s.add(ctx, actor, s.entry(actor, care.EntryReply, question, once), n, "question.answered")
}

// AskToWithdraw asks that the council stop. It is a request: a practitioner confirms it with the person by the safe route,
// and it never closes a case by itself, least of all one with a safety mark (Care Act 2014 s.11(2)(b)).
func (s *Service) AskToWithdraw(ctx context.Context, actor care.Actor, why, once string) error {
	d, err := s.sentOwn(ctx, actor)
	if err != nil {
		return err
	}
	if actor, d, err = s.follow(ctx, actor, d); err != nil {
		return err
	}
	if why = strings.TrimSpace(why); why != "" {
		if why, err = typedWords("text", why, NoteMax); err != nil {
			return err
		}
	}
	return s.add(ctx, actor, s.entry(actor, care.EntryWithdrawal, "", once), care.Note{Text: why, Voice: voiceIn(actor, d)}, "withdrawal.asked")
}

// AddDay adds a line to the diary of good and bad days, before or after the form is sent.
func (s *Service) AddDay(ctx context.Context, actor care.Actor, line care.DiaryLine, once string) error {
	if err := authorise(actor, MayAddToOwn); err != nil {
		return err
	}
	d, err := s.Draft(ctx, actor)
	if err != nil {
		return err
	}
	if actor, d, err = s.follow(ctx, actor, d); err != nil {
		return err
	}
	if d.AccountOf {
		return fmt.Errorf("adding a day to an account: %w", care.ErrForbidden) // it would be lost when the account joins its case
	}
	var problems []care.Problem
	day, now := care.Question{ID: "on", Kind: care.KindDate, Required: true}, wallClock(s.Now())
	var on []string
	if strings.Trim(line.On, "- ") != "" {
		on = []string{line.On}
	}
	if p := day.Check(on, now); p != nil {
		problems = append(problems, *p)
	}
	if !slices.Contains([]string{DayGood, DayBad, DayMixed}, line.Kind) {
		problems = append(problems, care.Problem{Field: "kind", Code: "choose_one"})
	}
	if line.Text = strings.TrimSpace(line.Text); line.Text != "" {
		text, err := typedWords("text", line.Text, DiaryMax)
		line.Text = text
		if invalid := (*care.Invalid)(nil); errors.As(err, &invalid) {
			problems = append(problems, invalid.Problems...)
		}
	}
	if problems != nil {
		return &care.Invalid{Problems: problems}
	}
	if t, err := time.Parse("2006-1-2", line.On); err == nil {
		line.On = t.Format(time.DateOnly)
	}
	line.Voice = voiceIn(actor, d)
	return s.add(ctx, actor, s.entry(actor, care.EntryDiary, "", once), line, "diary.added")
}

// wallClock is what clocks in England show, as if it were UTC: a day that is typed has no zone.
func wallClock(now time.Time) time.Time {
	t := now.In(ukTime)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// A Look is one day on which somebody of the council opened a case: as what, never who.
type Look struct {
	On   string // yyyy-mm-dd
	Role care.Role
}

// Looks tells whoever wrote a form when it was looked at, and by which kind of role: never a name, and nothing of what is
// kept apart for safety, which has no events that a citizen reads.
func (s *Service) Looks(ctx context.Context, actor care.Actor) ([]Look, error) {
	if err := authorise(actor, MayReadLooks); err != nil {
		return nil, err
	}
	events, err := s.Store.Events(ctx, actor.Council, actor.ID)
	if err != nil {
		return nil, fmt.Errorf("reading who looked: %w", err)
	}
	staff, err := s.Store.Practitioners(ctx, actor.Council)
	if err != nil {
		return nil, fmt.Errorf("reading who looked: %w", err)
	}
	roles := map[string]care.Role{}
	for _, p := range staff {
		if len(p.Roles) > 0 {
			roles[p.ID] = p.Roles[0]
		}
	}
	var out []Look
	for _, e := range events {
		if e.Actor != care.ActorPractitioner || e.Verb != "case.viewed" {
			continue
		}
		role := roles[e.ActorID]
		if role == "" {
			role = care.RolePractitioner
		}
		if l := (Look{e.At.Format(time.DateOnly), role}); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out, nil
}
