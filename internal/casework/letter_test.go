package casework_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
)

// planted are words in the answers that nobody but a practitioner may read.
const planted = "PLANTED-PRIVATE"

// private are answers with something said in private, and something that must not be told.
var private = map[string][]string{
	"safety": {"hurt"}, "not_told": {planted + " my sister"}, "ways": {"call", "post"}, "format": {"large_print"},
	"living": {"home"}, "address": {"1 Example Street\nExampleton"}, "postcode": {"LS1 1AA"},
}

// ends are all seven, each with what it owes beside what every one does.
var ends = map[string]func(*care.RecordDraft){
	"eligible": func(*care.RecordDraft) {},
	"not_eligible": func(r *care.RecordDraft) {
		r.Advices = advices("nutrition", "hygiene")
		r.Considered19 = "will_not_meet"
	},
	"eligible_declines": func(r *care.RecordDraft) {
		r.Making.Capacity = []care.Capacity{{Decision: "support", Finding: "has", How: because}}
		r.Ending.Pressure, r.Ending.OfferAgain, r.Ending.Wants = because, "2027-03-01", "no"
	},
	"self_funder": func(r *care.RecordDraft) { r.Ending.Asks = "no" },
	"elsewhere": func(r *care.RecordDraft) {
		r.Ending.Residence, r.Ending.Council, r.Ending.ToldOn, r.Ending.PassedOn, r.Ending.PassedTo = "elsewhere", "South Council", "2026-11-19", "2026-11-20", "Sam Example"
	},
	"refused": func(r *care.RecordDraft) {
		r.Making.Capacity = []care.Capacity{{Decision: "refuse", Finding: "has", How: because}}
		r.Ending.RefusalWords, r.Ending.BestInterests, r.Ending.Abuse, r.Ending.AbuseKnown, r.Ending.AskAgain = "I do not want this.", "no", "no", because, because
	},
}

// signed walks a case to its signature with one of ends, and returns its reference.
func (d *desk) signed(t *testing.T, end string, changed map[string][]string) string {
	t.Helper()
	ctx, ref := t.Context(), d.send(t, with(likely, changed))
	must(t, d.LogContact(ctx, d.ann, ref, "", visit()))
	f := d.open(t, ref)
	areas := map[string]string{}
	for _, a := range f.AreaIDs() {
		areas[a] = "some"
	}
	impact := care.Impact{Areas: areas, Significant: "yes", SignificantReason: because, Cause: "yes", CauseReason: because}
	for _, o := range f.OutcomeIDs() {
		conclusion := care.ConcludesAble
		if o == "nutrition" || o == "hygiene" {
			conclusion = care.ConcludesUnable
		}
		d.find(t, ref, o, conclusion)
	}
	if end == "not_eligible" {
		impact.Significant = "no"
	}
	must(t, d.SetImpact(ctx, d.ann, ref, impact, 0))
	record := wholeRecord(f)
	record.Decision = end
	record.Making.Copies = []string{"person", "carer"}
	ends[end](&record)
	must(t, d.SaveRecord(ctx, d.ann, ref, record, 0))
	if end == "refused" { // there is nothing to tell a draft of
		d.countersign(t, ref)
	} else {
		d.agree(t, ref)
	}
	if _, err := d.Sign(ctx, d.ann, ref, d.open(t, ref).Seen()); err != nil {
		t.Fatalf("%s: %v: %v", end, err, codes(casework.Blockers(d.open(t, ref))))
	}
	return ref
}

// answersFor are answers of the ends that a mark of safety would hold against the law.
func answersFor(end string) map[string][]string {
	if end == "refused" {
		return with(private, map[string][]string{"safety": {"none"}})
	}
	return private
}

// TestEveryEndHasItsLetter walks a case to its letter for each end, in every form, and closes a request for the last.
func TestEveryEndHasItsLetter(t *testing.T) {
	d := newDesk(t)
	missing := regexp.MustCompile(`\[no words|\{[a-z_]+\}|%!`)
	must(t, d.SetCouncil(t.Context(), care.Actor{Kind: care.ActorSystem}, care.Council{
		Slug: "north", Name: "North Council", ReadDays: 5, Phone: "020 7946 0101", ComplaintURL: "https://north.example.com/complain",
	}))
	says := map[string][]string{
		"eligible":          {"meet the rules in the law", "We make a plan with you", "money check", "sections 24 and 25"},
		"not_eligible":      {"do not meet the rules", "Try meals on wheels", "Meals Example", "020 7946 0111", "24 December 2026", "13(5)", "We have decided not to"},
		"eligible_declines": {"do not want help", "1 March 2027", "13(3)"},
		"self_funder":       {"money to pay", "18(3)", "arrange your own help"},
		"elsewhere":         {"South Council", "19 November 2026", "20 November 2026"},
		"refused":           {"section 11", "I do not want this."},
	}
	for _, end := range slices.Sorted(maps.Keys(ends)) {
		t.Run(end, func(t *testing.T) {
			ref := d.signed(t, end, answersFor(end))
			f, err := d.OpenLetter(t.Context(), d.ann, ref, casework.LetterPlain)
			must(t, err)
			if f.Signed.Decision != end {
				t.Fatalf("the record says %s", f.Signed.Decision)
			}
			if form, _ := f.Signed.AskedForm(); form != casework.LetterLarge {
				t.Errorf("they asked for large print, and the form is %s", form)
			}
			plain := casework.LetterFor(f.Signed, f.Rules)
			if got := strings.Join(plain.To, "|"); got != "Kim Example|1 Example Street|Exampleton|LS1 1AA" {
				t.Errorf("the window says %q", got)
			}
			for locale, rules := range map[string]*eligibility.Ruleset{"en": f.Rules, casework.EasyLocale: f.Rules.In(casework.EasyLocale)} {
				text := casework.LetterFor(f.Signed, rules).Text()
				for _, want := range append([]string{"Kim Example", "020 7946 0101", "https://north.example.com/complain", "Ombudsman", "Citizens Advice", "Ann Example"}, says[end]...) {
					if locale == "en" && !strings.Contains(unfold(text), want) {
						t.Errorf("%s: the letter does not say %q:\n%s", locale, want, text)
					}
				}
				if bad := missing.FindString(text); bad != "" {
					t.Errorf("%s: %q in the letter", locale, bad)
				}
				if strings.Contains(text, planted) || strings.Contains(strings.ToLower(text), "eligible") {
					t.Errorf("%s: words that do not belong in a letter:\n%s", locale, text)
				}
				copied, ok := casework.CarerCopy(f.Signed, rules)
				if !ok {
					t.Fatal("no copy for a carer, though the person asked for one")
				}
				if typed := typedIn(copied.Text()); typed != "" {
					t.Errorf("%s: the carer's copy has typed words, %q", locale, typed)
				}
				if bad := missing.FindString(copied.Text()); bad != "" {
					t.Errorf("%s: %q in the carer's copy", locale, bad)
				}
			}
			if end != "refused" && !strings.Contains(unfold(plain.Text()), `You told us: "I burn my food."`) {
				t.Errorf("the letter has not the person's words:\n%s", plain.Text())
			}
			// Years later it reads the same: all it takes is in the record.
			again, err := casework.ReadRecord(f.Determination)
			must(t, err)
			if casework.LetterFor(again, f.Rules).Text() != plain.Text() {
				t.Error("the letter differs when it is made again")
			}
		})
	}
	t.Run("closed", func(t *testing.T) {
		sent, err := d.Ask(t.Context(), d.council, nil, "contact", "", map[string][]string{"call_you": {"Lou Example"}, "safe_way": {"07700 900124"}})
		must(t, err)
		must(t, d.LogContact(t.Context(), d.ann, sent.Reference, "", visit()))
		must(t, d.SaveRecord(t.Context(), d.ann, sent.Reference, care.RecordDraft{NextSteps: "We rang and gave the number of the falls team."}, 0))
		_, err = d.Sign(t.Context(), d.ann, sent.Reference, d.open(t, sent.Reference).Seen())
		must(t, err)
		f, err := d.OpenLetter(t.Context(), d.ann, sent.Reference, casework.LetterPlain)
		must(t, err)
		text := unfold(casework.LetterFor(f.Signed, f.Rules).Text())
		if !strings.Contains(text, "falls team") || missing.MatchString(text) || !strings.Contains(text, "Dear Lou Example") {
			t.Errorf("the letter:\n%s", text)
		}
	})
}

func unfold(text string) string { return strings.Join(strings.Fields(text), " ") }

// typedIn finds anything in a text that was typed into the case by anybody, but for names.
func typedIn(text string) string {
	for _, typed := range []string{"burn", "pans", because, planted, "garden", "1 Example Street", "meals on wheels", "I do not want this", "sister", "support plan"} {
		if strings.Contains(unfold(text), typed) {
			return typed
		}
	}
	return ""
}

func TestNoCopyForACarerUnlessAsked(t *testing.T) {
	d := newDesk(t)
	ref := d.signed(t, "eligible", nil)
	f, err := d.OpenLetter(t.Context(), d.ann, ref, casework.LetterPlain)
	must(t, err)
	f.Signed.Making.Copies = []string{"person"}
	if _, ok := casework.CarerCopy(f.Signed, f.Rules); ok {
		t.Error("a copy for a carer that nobody asked for")
	}
	f.Signed.Making.Copies, f.Signed.Kind = []string{"person", "carer"}, "carer-support"
	if _, ok := casework.CarerCopy(f.Signed, f.Rules); ok {
		t.Error("a carer's own record has a copy for somebody else")
	}
}

func TestTheWindowIsEmpty(t *testing.T) {
	d := newDesk(t)
	for why, changed := range map[string]map[string][]string{
		casework.NoAddressNone:    {"ways": {"call"}, "living": nil},
		casework.NoAddressSecret:  {"living": {"secret"}, "secret_area": {"Leeds"}},
		casework.NoAddressNotSafe: {"ways": {"call"}, "living": {"home"}, "address": {"1 Example Street"}, "postcode": {"LS1 1AA"}},
	} {
		ref := d.signed(t, "eligible", changed)
		f, err := d.OpenLetter(t.Context(), d.ann, ref, casework.LetterPlain)
		must(t, err)
		l := casework.LetterFor(f.Signed, f.Rules)
		if len(l.To) != 0 || (l.NoAddress != why && why != casework.NoAddressNone) || l.NoAddress == "" {
			t.Errorf("%s: the window says %v (%s)", why, l.To, l.NoAddress)
		}
	}
}

func TestALetterGiven(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	ref := d.signed(t, "eligible", nil)
	give := func(form string, given care.CopyGiven) error {
		return d.GiveLetter(ctx, d.ann, ref, form, given, "once")
	}
	for field, given := range map[string]care.CopyGiven{
		"to": {How: "post", On: "2026-11-20"}, "copy_how": {To: "person", On: "2026-11-20"}, "copy_on": {To: "person", How: "post", On: "2020-01-01"},
	} {
		if invalid := (*care.Invalid)(nil); !errors.As(give(casework.LetterPlain, given), &invalid) || invalid.Problems[0].Field != field {
			t.Errorf("without a good %s it was taken", field)
		}
	}
	good := care.CopyGiven{To: "person", How: "post", On: "2026-11-20"}
	must(t, give(casework.LetterLarge, good))
	must(t, give(casework.LetterLarge, good)) // pressed twice
	f, err := d.OpenLetter(ctx, d.ann, ref, casework.LetterPlain)
	must(t, err)
	if len(f.Given) != 1 || f.Given[0].ByName != "Ann Example" {
		t.Errorf("given: %+v", f.Given)
	}
	events, err := d.store.Events(ctx, "north", f.ID)
	must(t, err)
	seen := map[string]string{}
	for _, e := range events {
		seen[e.Verb] = e.Detail
	}
	if seen["letter.given"] != casework.LetterLarge || seen["case.viewed"] != "letter/plain" {
		t.Errorf("events: %v", seen)
	}
}

func TestTheWholeCaseIsExported(t *testing.T) {
	d, ctx := newDesk(t), t.Context()
	formula := `=HYPERLINK("https://example.com")`
	ref := d.signed(t, "eligible", with(private, map[string][]string{"matters": {formula}, "hygiene.words": {"+44 is what I type"}}))
	export, err := d.Export(ctx, d.ann, ref, casework.ExportJSON)
	must(t, err)
	body, err := export.JSON()
	must(t, err)
	if bytes.Contains(body, []byte(planted)) || bytes.Contains(body, []byte("safeguarding_s42")) || bytes.Contains(body, []byte(`"priority"`)) {
		t.Error("the export tells that something was said in private")
	}
	compiler := jsonschema.NewCompiler()
	file, err := os.Open("../../docs/schema/case.schema.json")
	must(t, err)
	defer func() { _ = file.Close() }()
	doc, err := jsonschema.UnmarshalJSON(file)
	must(t, err)
	must(t, compiler.AddResource("case.schema.json", doc))
	schema, err := compiler.Compile("case.schema.json")
	must(t, err)
	var read any
	must(t, json.Unmarshal(body, &read))
	if err := schema.Validate(read); err != nil {
		t.Errorf("the export is not as its schema says: %v", err)
	}
	read.(map[string]any)["flags"] = []any{"safeguarding_s42"}
	if schema.Validate(read) == nil {
		t.Error("the schema lets flags through")
	}

	table, err := export.CSV()
	must(t, err)
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table, []byte("\ufeff")))).ReadAll()
	must(t, err)
	found := 0
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("a cell that a spreadsheet runs: %q", cell)
			}
			if cell == "'"+formula || cell == "'+44 is what I type" {
				found++
			}
			if strings.Contains(cell, planted) {
				t.Error("a private answer in the table")
			}
		}
	}
	if found != 2 {
		t.Errorf("%d of the two cells that look like formulas are there, quoted", found)
	}
	if _, err := d.Export(ctx, d.staff(t, "north", "Ada Admin", care.RoleAdmin), ref, casework.ExportJSON); !errors.Is(err, care.ErrForbidden) {
		t.Errorf("an admin exports a case: %v", err)
	}
	if _, err := d.Export(ctx, d.staff(t, "south", "Sue Example", care.RolePractitioner), ref, casework.ExportJSON); !errors.Is(err, care.ErrNotFound) {
		t.Errorf("another council's practitioner exports a case: %v", err)
	}
	events, err := d.store.Events(ctx, "north", d.open(t, ref).ID)
	must(t, err)
	if !slices.ContainsFunc(events, func(e care.Event) bool { return e.Verb == "case.exported" && e.Detail == "json" }) {
		t.Error("nobody can see who took the case out")
	}
}

func TestSafeCell(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Kim": "Kim", "1 - 2": "1 - 2", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "\rx": "'\rx", " =1": "' =1", "＝1": "'＝1", "\ufeff=1": "'\ufeff=1",
	} {
		if got := casework.SafeCell(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
