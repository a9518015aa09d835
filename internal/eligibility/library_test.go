package eligibility

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"threshold/rules"
)

// withVersions is the published rules with further versions of the adult's rules beside them. Each is a date, and the
// last day when it has one after a space.
func withVersions(t *testing.T, first string, more ...string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	const from = "adult-needs/2015-04-01/"
	isShared := func(path string) bool { return !strings.Contains(path, "/") || strings.HasPrefix(path, "shared/") } // of all versions
	err := fs.WalkDir(rules.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(path, from) && !isShared(path) {
			return err
		}
		data, err := fs.ReadFile(rules.FS, path)
		if err != nil {
			return err
		}
		if isShared(path) {
			out[path] = &fstest.MapFile{Data: data}
			return nil
		}
		for _, v := range append([]string{first}, more...) {
			date, to, _ := strings.Cut(v, " ")
			text := strings.ReplaceAll(string(data), "2015-04-01", date)
			text = strings.ReplaceAll(text, `shared: "`+date, `shared: "2015-04-01`)
			text = strings.ReplaceAll(text, "{id: carer, journey: carer-support}", "carer") // this kind stands alone
			if to != "" {
				text = strings.Replace(text, "reviewed_by:", "in_force_to: \""+to+"\"\nreviewed_by:", 1)
			}
			out["adult-needs/"+date+"/"+strings.TrimPrefix(path, from)] = &fstest.MapFile{Data: []byte(text)}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	englishAlone(out)
	return out
}

func day(t *testing.T, s string) time.Time {
	t.Helper()
	d, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestInForce(t *testing.T) {
	lib, err := Load(withVersions(t, "2015-04-01", "2027-04-01 2027-12-31", "2028-04-01"))
	if err != nil {
		t.Fatal(err)
	}
	for on, want := range map[string]string{
		"2015-04-01": "adult-needs@2015-04-01",
		"2027-03-31": "adult-needs@2015-04-01",
		"2027-04-01": "adult-needs@2027-04-01",
		"2027-12-31": "adult-needs@2027-04-01",
		"2099-01-01": "adult-needs@2028-04-01",
	} {
		if rs, err := lib.InForce("adult-needs", day(t, on)); err != nil || rs.ID() != want {
			t.Errorf("on %s: %v, %v; want %s", on, rs, err, want)
		}
	}
	for on, want := range map[string]string{
		"2015-03-31": "no version of adult-needs is in force on 2015-03-31; the first is in force from 2015-04-01",
		"2028-01-01": "no version of adult-needs is in force on 2028-01-01; the first is in force from 2015-04-01",
	} {
		if _, err := lib.InForce("adult-needs", day(t, on)); err == nil || err.Error() != want {
			t.Errorf("on %s: %v", on, err)
		}
	}
	// A version once published is found by its id whatever the day.
	if rs, err := lib.Find("adult-needs@2027-04-01", day(t, "2000-01-01")); err != nil || rs.InForceTo != "2027-12-31" {
		t.Errorf("%v, %v", rs, err)
	}
	// A day that somebody chose must not come before it, and may come after.
	if rs, err := lib.FindOn("adult-needs@2027-04-01", day(t, "2030-01-01")); err != nil || rs.ID() != "adult-needs@2027-04-01" {
		t.Errorf("%v, %v", rs, err)
	}
	for name, want := range map[string]string{
		"adult-needs@2027-04-01": "adult-needs@2027-04-01 is not in force yet on 2014-01-01; it is in force from 2027-04-01",
		"adult-needs":            "no version of adult-needs is in force on 2014-01-01; the first is in force from 2015-04-01",
	} {
		early := (*NotInForce)(nil)
		if _, err := lib.FindOn(name, day(t, "2014-01-01")); !errors.As(err, &early) || err.Error() != want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"adult", "adult-needs@2016-04-01"} {
		if _, err := lib.Find(name, day(t, "2026-01-01")); err == nil || !strings.Contains(err.Error(), "there is no ruleset \""+name+"\"; use one of: adult-needs") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOverlap(t *testing.T) {
	_, err := Load(withVersions(t, "2015-04-01 2027-04-01", "2027-04-01"))
	const want = `adult-needs/2015-04-01/ruleset.yaml: in_force_to is 2027-04-01, but adult-needs@2027-04-01 begins on 2027-04-01
    why: on some days two versions would be in force
    mend: end the older one on the day before, or leave in_force_to out: it then ends when the next begins`
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

// rulesAlone adds a kind that is published as rules alone, made of the carer's: without questions and words of pages.
func rulesAlone(t *testing.T, fsys fstest.MapFS, noJourney string) {
	t.Helper()
	for _, name := range []string{"ruleset.yaml", "reasons.en.yaml"} {
		data, err := fs.ReadFile(rules.FS, "carer-support/2015-04-01/"+name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(data), "carer-support@", "rules-alone@")
		fsys["rules-alone/2015-04-01/"+name] = &fstest.MapFile{Data: []byte(strings.Replace(text, "shared: \"2015-04-01\"\n", noJourney, 1))}
	}
}

// TestNoJourney: a version may be published as rules alone, and then nobody begins under it.
func TestNoJourney(t *testing.T) {
	fsys := withVersions(t, "2015-04-01")
	rulesAlone(t, fsys, "no_journey: true\n")
	lib, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := lib.InForce("rules-alone", day(t, "2026-01-01"))
	if err != nil || rs.HasJourney() {
		t.Fatalf("%v, %v", rs, err)
	}
	if got := rs.Graph(); !strings.HasPrefix(got, "flowchart") || !strings.Contains(got, "no journey yet") {
		t.Errorf("the graph is %q", got)
	}
	if pages := rs.AllPages(nil); len(pages) != 0 {
		t.Errorf("%d pages", len(pages))
	}
	const want = "rules-alone@2015-04-01 has no journey yet: it can be evaluated and explained, and nobody can be asked its questions"
	if _, err := lib.ToStart("rules-alone", day(t, "2026-01-01")); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if rs, err := lib.ToStart("adult-needs", day(t, "2026-01-01")); err != nil || !rs.HasJourney() {
		t.Errorf("%v, %v", rs, err)
	}
	// Files that are missing by accident are no such choice.
	rulesAlone(t, fsys, "")
	const lost = `rules-alone/2015-04-01/questions.yaml: the file does not exist
    why: nobody could be asked anything under this version
    mend: write it, or say in ruleset.yaml that the version is published as rules alone: no_journey: true`
	if _, err := Load(fsys); err == nil || err.Error() != lost {
		t.Errorf("got %v", err)
	}
}

// TestJourneyLost: a version without a journey cannot follow one that people begin under.
func TestJourneyLost(t *testing.T) {
	fsys := withVersions(t, "2015-04-01", "2027-04-01")
	const next = "adult-needs/2027-04-01/"
	file := fsys[next+"ruleset.yaml"]
	file.Data = []byte(strings.Replace(string(file.Data), "reviewed_by:", "no_journey: true\nreviewed_by:", 1))
	delete(fsys, next+"questions.yaml")
	delete(fsys, next+"content.en.yaml")
	const want = `adult-needs/2027-04-01/ruleset.yaml: adult-needs@2027-04-01 has no journey, but adult-needs@2015-04-01 before it has one
    why: from that day nobody could begin
    mend: write its questions.yaml and content.en.yaml before it is published, and take no_journey out`
	if _, err := Load(fsys); err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestLoadNothing(t *testing.T) {
	if _, err := Load(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "there is no ruleset") {
		t.Errorf("got %v", err)
	}
	// What all versions share is told of once, however many need it.
	without := withVersions(t, "2015-04-01", "2027-04-01")
	delete(without, councilsFile)
	if _, err := Load(without); err == nil || strings.Count(err.Error(), "the list of councils cannot be read") != 1 {
		t.Errorf("got %v", err)
	}
	without = withVersions(t, "2015-04-01")
	delete(without, "adult-needs/2015-04-01/reasons.en.yaml")
	if _, err := Load(without); err == nil || !strings.Contains(err.Error(), "reasons.en.yaml: the file cannot be read: it does not exist") {
		t.Errorf("got %v", err)
	}
}

// TestSchemaIsCurrent keeps docs/schema/ruleset.schema.json what the loader reads.
func TestSchemaIsCurrent(t *testing.T) {
	const file = "../../docs/schema/ruleset.schema.json"
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != string(RulesetSchema()) {
		t.Errorf("%s is not current: write it with `go run ./cmd/threshold rules schema > docs/schema/ruleset.schema.json`", file)
	}
}

func mapOf(pairs ...any) fstest.MapFS {
	out := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		out["adult-needs/2015-04-01/"+pairs[i].(string)] = &fstest.MapFile{Data: pairs[i+1].([]byte)}
	}
	return out
}
