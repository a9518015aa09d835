package casework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// noResult is how a tally calls what was sent without an indication.
const noResult = "none"

func resultKey(kind care.CaseKind, ind *care.Indication) string {
	result := noResult
	if ind != nil {
		result = string(ind.Suggestion)
	}
	return string(kind) + "/" + result
}

// sentTallies count what was sent, n times.
func sentTallies(a care.Assessment, n int) []care.Tally {
	return []care.Tally{{Name: care.TallySent, Key: resultKey(a.Kind, a.Indication), N: n, At: a.SentAt}}
}

// signedTallies count a record that is signed, n times: the decision, and each finding beside what the rules suggested.
func signedTallies(r SignedRecord, n int) []care.Tally {
	tallies := []care.Tally{{Name: care.TallySigned, Key: r.Kind + "/" + r.Decision, N: n, At: r.SignedAt}}
	for _, f := range r.Findings {
		if f.Conclusion == "" {
			continue // a record that ends without findings
		}
		seen := "open"
		if f.Blind {
			seen = "blind"
		}
		tallies = append(tallies, care.Tally{
			Name: care.TallyFinding, Key: strings.Join([]string{f.Outcome, f.Suggested, f.Conclusion, seen}, "/"), N: n, At: r.SignedAt,
		})
	}
	return tallies
}

// letterTallies count a letter that went to the person: form is one of LetterForms, held against the formats they asked for. Who
// asked for none in particular is not counted; of several, one that was given is enough.
func (f CaseFile) letterTallies(form string) []care.Tally {
	given := map[string]string{LetterLarge: "large_print", LetterEasy: "easy_read"}[form]
	if given == "" {
		given = "standard"
	}
	asked := slices.DeleteFunc(slices.Clone(f.asTold().Answers.Get("format")), func(id string) bool { return id == "standard" || id == "not_sure" })
	if len(asked) == 0 {
		return nil
	}
	key := asked[0]
	if slices.Contains(asked, given) {
		key = given
	}
	return []care.Tally{{Name: care.TallyFormat, Key: key + "/" + given, N: 1}}
}

// testTallies take back all that was counted of a case that is marked as a test, or count it again when the mark was a mistake.
func (f CaseFile) testTallies(test bool) ([]care.Tally, error) {
	if test {
		return f.tallies(-1)
	}
	return f.tallies(1)
}

func (f CaseFile) tallies(n int) ([]care.Tally, error) {
	sent := f.Assessment
	if sent.Indication != nil { // it may be kept back from whoever has the case open; the same answers give the same again
		again := f.Rules.Indicate(f.Rules.Facts(f.Answers))
		sent.Indication = &again
	}
	all := sentTallies(sent, n)
	for _, c := range f.Contacts {
		all = append(all, care.Tally{Name: care.TallyContacts, Key: c.How, N: n, At: c.At})
	}
	for _, d := range f.Determinations {
		r, err := ReadRecord(d)
		if err != nil {
			return nil, fmt.Errorf("counting case %s: %w", f.Reference, err)
		}
		all = append(all, signedTallies(r, n)...)
	}
	return all, nil
}

// Shown counts that a result page was shown for a draft, once for each: it is held against what is sent, since fewer sent
// after one result than after another is a defect to mend. The id of the event is made from the draft's, so that showing it
// again changes nothing.
func (s *Service) Shown(ctx context.Context, actor care.Actor, d Draft) error {
	if err := authorise(actor, MayAnswerDraft); err != nil {
		return err
	}
	if d.Status != care.StatusDraft || d.AccountOf || d.Guest {
		return nil
	}
	ev := s.event(actor, "result.shown", d.ID, "")
	ev.ID = uuid.NewSHA1(uuid.NameSpaceOID, []byte("result.shown\x00"+d.ID)).String()
	ev.Tallies = []care.Tally{{Name: care.TallyShown, Key: resultKey(d.Rules.SentAs(d.Answers), d.Indicate()), N: 1}}
	if err := s.Store.AddEventOnce(ctx, ev); err != nil {
		return fmt.Errorf("counting a result that was shown: %w", err)
	}
	return nil
}

// WaitingBands are how long people have waited since they sent, in days; the last has no end.
var WaitingBands = []int{0, 8, 15, 29, 85, 183}

// A Whole is how a council's work stands: figures, and nobody's name but those of the workers whose cases they are.
type Whole struct {
	Open    []care.OpenFigures   // by team and kind
	Workers []care.WorkerFigures // the most cases first
	Weeks   []care.WeekFigures   // oldest first; the last is the week under way
	Teams   map[string]string    // names by id
	Months  []string             // yyyy-mm, the months that the tallies below are of, oldest first
	Sends   []Sends
	Agree   []Confirms
	Formats []FormatMet
	// Decisions counts signed records by kind and decision, Contacts by how.
	Decisions map[string]int
	Contacts  map[string]int
}

// Sends is how often a result was shown and what was sent with it.
type Sends struct {
	Kind        care.CaseKind
	Result      string // a Suggestion or "none"
	Shown, Sent int
}

// An Confirms is how often practitioners' findings on an outcome confirm what people said.
type Confirms struct {
	Outcome       string
	Agree, Differ int
	// Found are findings where nothing was suggested.
	Found int
	// BlindAgree and BlindDiffer are those of Agree and Differ that were made before the suggestion was seen.
	BlindAgree, BlindDiffer int
}

// FormatMet is how often a letter went out in the format that somebody asked for.
type FormatMet struct {
	Asked      string
	Met, Other int
}

const (
	wholeWeeks  = 12
	wholeMonths = 12
)

// Whole returns the figures of the actor's council.
func (s *Service) Whole(ctx context.Context, actor care.Actor) (Whole, error) {
	if err := authorise(actor, MayReadFigures); err != nil {
		return Whole{}, err
	}
	w, err := s.whole(ctx, actor.Council)
	if err != nil {
		return w, fmt.Errorf("counting for %s: %w", actor.Council, err)
	}
	return w, nil
}

// ExportedFigures is Whole for a file that leaves the council: it leaves an event.
func (s *Service) ExportedFigures(ctx context.Context, actor care.Actor) (Whole, error) {
	w, err := s.Whole(ctx, actor)
	if err != nil {
		return w, err
	}
	ev := s.event(actor, "figures.exported", actor.Council, "")
	if err := s.Store.AddEventOnce(ctx, ev); err != nil {
		return w, fmt.Errorf("writing down an export: %w", err)
	}
	return w, nil
}

func (s *Service) whole(ctx context.Context, council string) (w Whole, err error) {
	now := s.Now()
	bands := make([]time.Duration, len(WaitingBands))
	for i, days := range WaitingBands {
		bands[i] = time.Duration(days) * 24 * time.Hour
	}
	today := now.In(ukTime)
	midnight := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, ukTime)
	if w.Open, err = s.Store.OpenFigures(ctx, council, now, midnight, bands); err != nil {
		return w, err
	}
	if w.Workers, err = s.Store.WorkerFigures(ctx, council, midnight); err != nil {
		return w, err
	}
	staff, err := s.Store.Practitioners(ctx, council)
	if err != nil {
		return w, err
	}
	for i, f := range w.Workers {
		if at := slices.IndexFunc(staff, func(p care.Practitioner) bool { return p.ID == f.Worker }); at >= 0 {
			w.Workers[i].Name = staff[at].Name
		}
	}
	slices.SortStableFunc(w.Workers, func(a, b care.WorkerFigures) int { return b.Open - a.Open })
	monday := midnight.AddDate(0, 0, -(int(today.Weekday())+6)%7)
	weeks := make([]time.Time, wholeWeeks)
	for i := range weeks {
		weeks[i] = monday.AddDate(0, 0, -7*(wholeWeeks-1-i))
	}
	if w.Weeks, err = s.Store.WeekFigures(ctx, council, weeks); err != nil {
		return w, err
	}
	teams, err := s.Store.Teams(ctx, council)
	if err != nil {
		return w, err
	}
	w.Teams = map[string]string{}
	for _, t := range teams {
		w.Teams[t.ID] = t.Name
	}
	first := time.Date(today.Year(), today.Month()-(wholeMonths-1), 1, 0, 0, 0, 0, ukTime)
	for i := range wholeMonths {
		w.Months = append(w.Months, first.AddDate(0, i, 0).Format("2006-01"))
	}
	figures, err := s.Store.Figures(ctx, council, w.Months[0],
		care.TallyShown, care.TallySent, care.TallySigned, care.TallyFinding, care.TallyFormat, care.TallyContacts)
	if err != nil {
		return w, err
	}
	w.take(figures)
	rules, err := s.Words()
	if err != nil {
		return w, err
	}
	w.sort(rules)
	return w, nil
}

// take puts tallies into their places.
func (w *Whole) take(figures []care.Figure) {
	w.Decisions, w.Contacts = map[string]int{}, map[string]int{}
	sends, agree, formats := map[string]*Sends{}, map[string]*Confirms{}, map[string]*FormatMet{}
	for _, f := range figures {
		part := strings.Split(f.Key, "/")
		switch {
		case f.Name == care.TallySigned:
			w.Decisions[f.Key] += f.N
		case f.Name == care.TallyContacts:
			w.Contacts[f.Key] += f.N
		case (f.Name == care.TallyShown || f.Name == care.TallySent) && len(part) == 2:
			s := at(sends, f.Key)
			s.Kind, s.Result = care.CaseKind(part[0]), part[1]
			if f.Name == care.TallyShown {
				s.Shown += f.N
			} else {
				s.Sent += f.N
			}
		case f.Name == care.TallyFinding && len(part) == 4:
			a := at(agree, part[0])
			a.Outcome = part[0]
			blind := part[3] == "blind"
			switch {
			case part[1] == care.OutcomeUnknown:
				a.Found += f.N
			case part[1] == part[2]:
				a.Agree += f.N
				if blind {
					a.BlindAgree += f.N
				}
			default:
				a.Differ += f.N
				if blind {
					a.BlindDiffer += f.N
				}
			}
		case f.Name == care.TallyFormat && len(part) == 2:
			m := at(formats, part[0])
			m.Asked = part[0]
			if part[0] == part[1] {
				m.Met += f.N
			} else {
				m.Other += f.N
			}
		}
	}
	for _, s := range sends {
		w.Sends = append(w.Sends, *s)
	}
	for _, a := range agree {
		w.Agree = append(w.Agree, *a)
	}
	for _, key := range slices.Sorted(maps.Keys(formats)) {
		w.Formats = append(w.Formats, *formats[key])
	}
}

func at[T any](m map[string]*T, key string) *T {
	if m[key] == nil {
		m[key] = new(T)
	}
	return m[key]
}

// sort puts outcomes in the order of the regulation, and results from likely to none.
func (w *Whole) sort(rules *eligibility.Ruleset) {
	order := rules.Lists()["outcome"]
	place := func(list []string, id string) int {
		if i := slices.Index(list, id); i >= 0 {
			return i
		}
		return len(list) // of another ruleset: after these, by name
	}
	slices.SortFunc(w.Agree, func(a, b Confirms) int {
		if d := place(order, a.Outcome) - place(order, b.Outcome); d != 0 {
			return d
		}
		return strings.Compare(a.Outcome, b.Outcome)
	})
	results := []string{string(care.LikelyMet), string(care.CannotTell), string(care.LikelyNotMet), noResult}
	slices.SortFunc(w.Sends, func(a, b Sends) int {
		if d := strings.Compare(string(a.Kind), string(b.Kind)); d != 0 {
			return d
		}
		return place(results, a.Result) - place(results, b.Result)
	})
}
