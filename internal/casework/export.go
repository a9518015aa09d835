package casework

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"

	"threshold/internal/care"
)

// ExportFormat names the shape of an exported case: docs/schema/case.schema.json.
const ExportFormat = "threshold-case/1"

// A CaseExport is a whole case for another system: what was told, what was found, and what was signed. It has no answer to
// the private questions, and nothing that would tell that one was given: no flags, no priority and no due day. The trail of
// who looked is the auditor's and not part of it.
type CaseExport struct {
	Format     string    `json:"format"`
	ExportedAt time.Time `json:"exported_at"`
	Reference  string    `json:"reference"`
	Council    string    `json:"council"` // slug
	Kind       string    `json:"kind"`
	Ruleset    string    `json:"ruleset,omitempty"`
	Status     string    `json:"status"`
	SentAt     time.Time `json:"sent_at"`
	Worker     string    `json:"worker,omitempty"`
	Test       bool      `json:"test,omitempty"` // made to try the service out: keep it out of figures

	Person     ExportPerson     `json:"person"`
	Accounts   []ExportAccount  `json:"accounts"`
	Indication *care.Indication `json:"indication,omitempty"`
	Findings   []care.Finding   `json:"findings"`
	Impact     *care.Impact     `json:"impact,omitempty"`
	Contacts   []care.Contact   `json:"contacts"`
	Entries    []ExportEntry    `json:"entries"`
	Records    []ExportRecord   `json:"records"`
}

// ExportPerson is whom the case is about. AddressSecret says that their address must be told to nobody.
type ExportPerson struct {
	Name          string   `json:"name,omitempty"`
	CallMe        string   `json:"call_me,omitempty"`
	Born          string   `json:"born,omitempty"` // yyyy-mm-dd
	Formats       []string `json:"formats,omitempty"`
	AddressSecret bool     `json:"address_secret,omitempty"`
}

// ExportAccount is what one voice told, question by question; never merged with another's.
type ExportAccount struct {
	Voice    string          `json:"voice"`
	Who      string          `json:"who,omitempty"` // what a helper is to the person
	Ruleset  string          `json:"ruleset,omitempty"`
	SentAt   time.Time       `json:"sent_at"`
	Sections []ExportSection `json:"sections"`
}

// ExportSection is a part of an account.
type ExportSection struct {
	Title   string       `json:"title"`
	Outcome string       `json:"outcome,omitempty"`
	Told    []RecordTold `json:"told"`
}

// ExportEntry is something that came after the form was sent.
type ExportEntry struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	About   string    `json:"about,omitempty"`
	At      time.Time `json:"at"`
	By      string    `json:"by"` // citizen, practitioner, system
	ByName  string    `json:"by_name,omitempty"`
	Voice   string    `json:"voice,omitempty"`
	On      string    `json:"on,omitempty"` // the day of a diary's line
	Choice  string    `json:"choice,omitempty"`
	Outcome string    `json:"outcome,omitempty"`
	Text    string    `json:"text,omitempty"`
}

// ExportRecord is one signed record. Hash is the SHA-256 of its bytes as they were signed, which are at .../record.json;
// here it stands indented with the rest.
type ExportRecord struct {
	Version  int             `json:"version"`
	Decision string          `json:"decision"`
	SignedBy string          `json:"signed_by"`
	SignedAt time.Time       `json:"signed_at"`
	Hash     string          `json:"sha256"`
	Record   json.RawMessage `json:"record"`
}

// The ways in which a case is exported; they are the detail of its event.
const (
	ExportJSON = "json"
	ExportCSV  = "csv"
)

// exportedEntries are the kinds of entry that belong to the case itself. Who may open it, and which messages went out, is the
// service's own.
var exportedEntries = map[care.EntryKind]bool{
	care.EntryAddition: true, care.EntryDiary: true, care.EntryReply: true, care.EntryWithdrawal: true, care.EntryQuestion: true,
	care.EntryConfirmed: true, care.EntryDraft: true, care.EntryDraftReply: true, care.EntryRevision: true, care.EntryCopy: true,
}

// Export returns a whole case. The event case.exported says who took it and as what, in the transaction that reads it.
func (s *Service) Export(ctx context.Context, actor care.Actor, reference, as string) (CaseExport, error) {
	if err := authorise(actor, MayExportCase); err != nil {
		return CaseExport{}, err
	}
	f, err := s.open(ctx, actor, reference, "case.exported", as)
	if err != nil {
		return CaseExport{}, err
	}
	return s.exportOf(f)
}

// Exports says whether an actor may take a case out of the service.
func Exports(actor care.Actor) bool { return authorise(actor, MayExportCase) == nil }

func (s *Service) exportOf(f CaseFile) (CaseExport, error) {
	out := CaseExport{
		Format: ExportFormat, ExportedAt: s.Now().UTC(), Reference: f.Reference, Council: f.Council, Kind: string(f.Kind), Ruleset: f.Ruleset,
		Status: string(f.Status), SentAt: f.SentAt, Worker: f.WorkerName, Test: f.Test, Indication: f.Shown(),
		Person: ExportPerson{
			Name: f.Summary.Name, CallMe: f.Summary.CallMe, Born: f.Summary.Born, Formats: f.Summary.Formats, AddressSecret: f.Summary.Withheld,
		},
		Accounts: []ExportAccount{}, Findings: []care.Finding{}, Contacts: append([]care.Contact{}, f.Contacts...), Entries: []ExportEntry{}, Records: []ExportRecord{},
	}
	for _, account := range f.Accounts {
		rules, err := s.Library.Version(account.Ruleset)
		if err != nil {
			return out, fmt.Errorf("exporting the accounts of case %s: %w", f.Reference, err)
		}
		line := ExportAccount{Voice: string(account.Voice), Who: HelperIs(rules, account.Answers), Ruleset: account.Ruleset, SentAt: account.SentAt, Sections: []ExportSection{}}
		for _, told := range rules.Told(account.Answers, nil) {
			section := ExportSection{Title: told.Title, Outcome: told.Outcome}
			for _, row := range told.Rows {
				if row.Answered {
					section.Told = append(section.Told, RecordTold{ID: row.ID, Question: row.Question, Answers: row.Answers})
				}
			}
			if section.Told != nil {
				line.Sections = append(line.Sections, section)
			}
		}
		out.Accounts = append(out.Accounts, line)
	}
	if f.Assessed() {
		for _, id := range f.OutcomeIDs() {
			if finding, ok := f.Findings[id]; ok {
				finding.Outcome = id
				out.Findings = append(out.Findings, finding)
			}
		}
		if f.Impact.Version > 0 {
			out.Impact = &f.Impact
		}
	}
	for _, l := range f.Later {
		if !exportedEntries[l.Kind] {
			continue
		}
		e := ExportEntry{
			ID: l.ID, Kind: string(l.Kind), About: l.About, At: l.At, By: string(l.By), ByName: l.Note.ByName,
			Voice: string(l.Note.Voice), Choice: l.Note.Choice, Outcome: l.Note.Outcome, Text: l.Note.Text,
		}
		if l.Kind == care.EntryDiary {
			e.Voice, e.On, e.Choice, e.Text = string(l.Day.Voice), l.Day.On, l.Day.Kind, l.Day.Text
		}
		if e.Choice == ChoiceOverridden { // why it goes on is about safety, as often as not
			e.Choice, e.Text = ChoiceGoesOn, ""
		}
		out.Entries = append(out.Entries, e)
	}
	for _, d := range f.Determinations {
		if _, err := ReadRecord(d); err != nil {
			return out, err
		}
		out.Records = append(out.Records, ExportRecord{Version: d.Version, Decision: d.Decision, SignedBy: d.ByName, SignedAt: d.SignedAt, Hash: d.Hash, Record: d.Body})
	}
	return out, nil
}

// JSON writes an export as docs/schema/case.schema.json says.
func (e CaseExport) JSON() ([]byte, error) {
	out, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing case %s: %w", e.Reference, err)
	}
	return append(out, '\n'), nil
}

// CSV writes an export as a table with one line for each thing told, found, added or signed. Opened as a spreadsheet no
// cell is taken for a formula.
func (e CaseExport) CSV() ([]byte, error) {
	rows := [][]string{{"reference", "part", "outcome", "question", "value", "by", "at"}}
	add := func(part, outcome, question, value, by string, at time.Time) {
		when := ""
		if !at.IsZero() {
			when = at.UTC().Format(time.RFC3339)
		}
		if value != "" {
			rows = append(rows, []string{e.Reference, part, outcome, question, value, by, when})
		}
	}
	add("case", "", "kind", e.Kind, "", time.Time{})
	add("case", "", "status", e.Status, "", time.Time{})
	add("case", "", "sent", e.SentAt.UTC().Format(time.RFC3339), "", time.Time{})
	add("case", "", "worker", e.Worker, "", time.Time{})
	add("person", "", "name", e.Person.Name, "", time.Time{})
	add("person", "", "call_me", e.Person.CallMe, "", time.Time{})
	add("person", "", "born", e.Person.Born, "", time.Time{})
	for _, x := range e.Person.Formats {
		add("person", "", "format", x, "", time.Time{})
	}
	for _, a := range e.Accounts {
		by := a.Voice
		if a.Who != "" {
			by += ": " + a.Who
		}
		for _, s := range a.Sections {
			for _, t := range s.Told {
				add("told", s.Outcome, t.Question, strings.Join(t.Answers, "; "), by, a.SentAt)
			}
		}
	}
	if e.Indication != nil {
		add("indication", "", "suggested by the rules, not a decision", string(e.Indication.Suggestion), e.Indication.Ruleset, time.Time{})
	}
	for _, f := range e.Findings {
		add("finding", f.Outcome, "conclusion", string(f.Conclusion), f.ByName, f.At)
		add("finding", f.Outcome, "sources", strings.Join(f.Sources, "; "), f.ByName, f.At)
		add("finding", f.Outcome, "reason", f.Reason, f.ByName, f.At)
		add("finding", f.Outcome, "period", f.Period, f.ByName, f.At)
	}
	if e.Impact != nil {
		i := *e.Impact
		for _, x := range [][2]string{
			{"significant", i.Significant}, {"significant_reason", i.SignificantReason}, {"cause", i.Cause}, {"cause_reason", i.CauseReason},
			{"carer", i.Carer}, {"carer_reason", i.CarerReason}, {"health", i.Health}, {"health_reason", i.HealthReason},
		} {
			add("impact", "", x[0], x[1], i.ByName, i.At)
		}
	}
	for _, c := range e.Contacts {
		add("contact", "", c.On, c.How, c.ByName, c.At)
		add("contact", "", "note", c.Note, c.ByName, c.At)
	}
	for _, x := range e.Entries {
		by := x.ByName
		if by == "" {
			by = x.Voice
		}
		add("entry", x.Outcome, strings.TrimSpace(x.Kind+" "+x.On+" "+x.Choice), x.Text, by, x.At)
	}
	for _, r := range e.Records {
		add("record", "", fmt.Sprintf("version %d", r.Version), r.Decision, r.SignedBy, r.SignedAt)
		add("record", "", "sha256", r.Hash, r.SignedBy, r.SignedAt)
	}
	return WriteCSV(rows, true)
}

// WriteCSV writes rows as RFC 4180 has it, every cell through [SafeCell]. spreadsheet puts a byte order mark before them,
// without which spreadsheets take UTF-8 for something else.
func WriteCSV(rows [][]string, spreadsheet bool) ([]byte, error) {
	var b bytes.Buffer
	if spreadsheet {
		b.WriteString("\ufeff")
	}
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = SafeCell(cell)
		}
		if err := w.Write(safe); err != nil {
			return nil, fmt.Errorf("writing CSV: %w", err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// formulaStarts are what a spreadsheet reads as the beginning of a formula or a command, in full width too.
const formulaStarts = "=+-@\t\r\n|%＝＋－＠"

// SafeCell keeps a spreadsheet from running a cell as a formula: one that begins as a formula gets a quotation mark before it
// (OWASP, CSV injection). Blanks before it do not help it past, for some programs drop them.
func SafeCell(s string) string {
	begins := strings.TrimLeftFunc(s, func(r rune) bool {
		return r == '\u200b' || r == '\ufeff' || unicode.IsSpace(r) && !strings.ContainsRune(formulaStarts, r)
	})
	if begins != "" && strings.ContainsRune(formulaStarts, []rune(begins)[0]) {
		return "'" + s
	}
	return s
}
