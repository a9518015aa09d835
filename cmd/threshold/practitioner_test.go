package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"log/slog"

	"github.com/pquerna/otp/totp"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/internal/store/keys"
	"threshold/internal/store/sqlite"
	"threshold/rules"
)

type place struct{ db, keys string }

func newPlace(t *testing.T) place {
	t.Helper()
	p := place{filepath.Join(t.TempDir(), "t.db"), filepath.Join(t.TempDir(), "t.keys")}
	if _, err := keys.CreateFile(p.keys); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p place) council(args ...string) (int, string, string) {
	var out, errs bytes.Buffer
	code := councilCommand(append([]string{"add", "-db", p.db, "-keys", p.keys}, args...), nil, &out, &errs)
	return code, out.String(), errs.String()
}

func (p place) practitioner(args ...string) (int, string, string) {
	var out, errs bytes.Buffer
	code := practitionerCommand(append([]string{"add", "-db", p.db, "-keys", p.keys}, args...), nil, &out, &errs)
	return code, out.String(), errs.String()
}

// setUp uses a set-up link as its page does, after seeing that the link before it is void.
func (p place) setUp(t *testing.T, void, token string) {
	t.Helper()
	where := database{file: p.db, keys: p.keys}
	err := where.open(io.Discard, func(ctx context.Context, service *casework.Service) error {
		if _, _, err := service.BeginSetup(ctx, void); !errors.Is(err, care.ErrNotFound) {
			t.Errorf("the first link still opens: %v", err)
		}
		_, key, err := service.BeginSetup(ctx, token)
		if err != nil {
			return err
		}
		code, err := totp.GenerateCode(key.Secret(), service.Now())
		if err != nil {
			return err
		}
		return service.FinishSetup(ctx, token, "a long phrase of seven plain words", code)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFromAnEmptyDatabaseToASetUpLink(t *testing.T) {
	p := newPlace(t)
	if code, out, errs := p.council("-slug", "example", "-name", "Example Council"); code != 0 || !strings.Contains(out, "/example") {
		t.Fatalf("council add: %d %s %s", code, out, errs)
	}
	code, out, errs := p.practitioner("-council", "example", "-name", "Sam Example", "-email", "Sam@Example.com", "-base", "https://care.example.com/")
	if code != 0 || errs != "" {
		t.Fatalf("practitioner add: %d %s", code, errs)
	}
	link := regexp.MustCompile(`https://care\.example\.com/staff/set-up/([A-Z2-7]{26})\n`).FindStringSubmatch(out)
	if link == nil {
		t.Fatalf("no set-up link in %q", out)
	}
	if raw, err := os.ReadFile(p.db); err != nil || bytes.Contains(raw, []byte(link[1])) {
		t.Errorf("the database holds the link's secret itself (%v)", err)
	}
	// Somebody who let the link run out gets another, and the first one is void.
	code, out, errs = p.practitioner("-council", "example", "-name", "Sam Example", "-email", "sam@example.com", "-base", "https://care.example.com")
	second := regexp.MustCompile(`/staff/set-up/([A-Z2-7]{26})\n`).FindStringSubmatch(out)
	if code != 0 || second == nil || second[1] == link[1] {
		t.Fatalf("inviting again: %d %s %s", code, out, errs)
	}
	p.setUp(t, link[1], second[1])
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-council", "example", "-name", "Sam Twice", "-email", "sam@example.com"}, 1, "is there already"},
		{[]string{"-council", "nowhere", "-name", "Sam Example", "-email", "a@example.com"}, 2, "it has: example"},
		{[]string{"-council", "example", "-name", "Sam Example", "-email", "example.com"}, 2, "with an @"},
		{[]string{"-council", "example", "-email", "b@example.com"}, 2, "-name is missing"},
		{[]string{"-council", "example", "-name", "Sam Example", "-email", "b@example.com", "-role", "owner"}, 2, "use practitioner"},
	} {
		if code, _, errs := p.practitioner(c.args...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%v: %d %q, want %d and %q", c.args, code, errs, c.code, c.says)
		}
	}
}

func TestCouncilAddSaysWhatToMend(t *testing.T) {
	p := newPlace(t)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"-slug", "Leeds City", "-name", "X"}, "only a-z"},
		{[]string{"-slug", "staff", "-name", "X"}, "service's own words"},
		{[]string{"-slug", "example"}, "-name is missing"},
		{[]string{"-slug", "example", "-name", "X", "-read-days", "0"}, "from 1 to 60"},
		{[]string{"-slug", "example", "-name", "X", "-colour", "#ffee00"}, "contrast"},
		{[]string{"-slug", "example", "-name", "X", "stray"}, "not understood"},
	} {
		if code, _, errs := p.council(c.args...); code != 2 || !strings.Contains(errs, c.says) {
			t.Errorf("%v: %d %q, want 2 and %q", c.args, code, errs, c.says)
		}
	}
	var out, errs bytes.Buffer
	t.Setenv("THRESHOLD_KEYS", "")
	if code := councilCommand([]string{"add", "-db", p.db, "-slug", "example", "-name", "X"}, nil, &out, &errs); code != 2 || !strings.Contains(errs.String(), "threshold keys new") {
		t.Errorf("without keys: %d %q", code, errs.String())
	}
}

// TestTheDemonstrationIsMadeOnce walks its cases through the real verbs, and a second start adds nothing.
func TestTheDemonstrationIsMadeOnce(t *testing.T) {
	library, err := eligibility.Load(rules.FS)
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "demo.db"), Keys: keys.Generate()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	service := &casework.Service{Store: store, Library: library, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	lines := func(council string) []care.CaseLine {
		t.Helper()
		var all []care.CaseLine
		for _, lane := range care.Lanes { // one is on hold
			page, err := service.Queue(context.Background(), care.Actor{Kind: care.ActorSystem, Council: council}, care.QueueQuery{Lane: lane})
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, page.Lines...)
		}
		return all
	}
	for range 2 {
		if err := seedDemo(t.Context(), service); err != nil {
			t.Fatal(err)
		}
		for _, council := range demoCouncils {
			if n := len(lines(council.Slug)); n != len(demoCases("")) {
				t.Errorf("%s has %d cases", council.Name, n)
			}
		}
	}
	var ids []string
	kinds := map[care.CaseKind]int{}
	for _, line := range lines("alderford") {
		kinds[line.Kind]++
		for _, f := range line.Summary.Flags {
			ids = append(ids, f.ID)
		}
	}
	for _, want := range []string{"safeguarding_s42", "urgent_s19_3", "existing_plan_review_s27", "condition_contradiction", "carer_blind", "contact_rule", "interpreter", "fluctuating",
		"helper_account", "link_agreed", "link_refused", "care_may_stop", "paid_check_s10_9", "transition_s58"} {
		if !slices.Contains(ids, want) {
			t.Errorf("no sample case raises %s", want)
		}
	}
	if kinds[care.KindContact] != 1 || kinds[care.KindConcern] != 1 || kinds[care.KindCarer] != 3 || kinds[care.KindTransition] != 1 {
		t.Errorf("kinds: %v", kinds)
	}
	worker := care.Actor{Kind: care.ActorPractitioner, ID: "demonstration-alderford", Council: "alderford", Roles: []care.Role{care.RoleManager}}
	came := map[care.EntryKind]int{}
	for _, line := range lines("alderford") {
		f, err := service.Open(t.Context(), worker, line.Reference, "test")
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range f.Later {
			came[l.Kind]++
		}
		if line.Kind == care.KindCarer && line.Summary.CallMe == "Kit" && (f.Indication == nil || f.Indication.Suggestion != care.LikelyMet || f.Suggested("home") != care.OutcomeAble) {
			t.Errorf("Kit's health alone: %+v", f.Indication)
		}
	}
	for _, kind := range []care.EntryKind{care.EntryAccount, care.EntryAddition, care.EntryDiary, care.EntryReply, care.EntryWithdrawal, care.EntryQuestion} {
		if came[kind] == 0 {
			t.Errorf("no sample case has an entry %q", kind)
		}
	}
	flagged, _, err := service.Supervision(t.Context(), worker, "", "")
	if err != nil || len(flagged) != 1 || len(flagged[0].Why) == 0 || !flagged[0].Noted {
		t.Errorf("no signed record is marked for supervision: %+v, %v", flagged, err)
	}
	offers, err := service.Offers(t.Context(), worker)
	if err != nil || len(offers) == 0 {
		t.Errorf("nothing is offered to a team: %v, %v", offers, err)
	}
	restricted, linked, alike, draft := 0, 0, 0, 0
	for _, line := range lines("alderford") {
		f, err := service.Open(t.Context(), worker, line.Reference, "test")
		if err != nil {
			t.Fatal(err)
		}
		pairs, _, err := service.Pairs(t.Context(), worker, f)
		if err != nil {
			t.Fatal(err)
		}
		twins, err := service.Alike(t.Context(), worker, f)
		if err != nil {
			t.Fatal(err)
		}
		linked, alike = linked+len(pairs), alike+len(twins)
		if f.Restricted {
			restricted++
		}
		if told, ok := f.Told(); ok && len(told.Replies) == 0 {
			draft++
		}
	}
	if restricted != 1 || linked != 2 || alike != 2 || draft != 1 {
		t.Errorf("restricted %d, sides of linked pairs %d, of twins %d, drafts that wait for the person %d", restricted, linked, alike, draft)
	}
	if p, err := service.SignInDemo(t.Context(), "northmere", ""); err != nil || !p.Demo {
		t.Errorf("signing in at the second council: %v", err)
	}
}
