package components

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/a-h/templ"
)

// published is where npm puts GOV.UK Frontend's fixtures: for every component the
// options it was given and the exact HTML that came out.
var published = filepath.Join("..", "..", "node_modules", "govuk-frontend", "dist", "govuk", "components")

type fixture struct {
	Name    string         `json:"name"`
	Options map[string]any `json:"options"`
	HTML    string         `json:"html"`
}

// from makes a renderer of a component from its constructor.
func from[P any](component func(P) templ.Component) func(map[string]any) (templ.Component, error) {
	return func(options map[string]any) (templ.Component, error) {
		var params P
		if err := fill(reflect.ValueOf(&params).Elem(), options, ""); err != nil {
			return nil, err
		}
		return component(params), nil
	}
}

// ours are the components that GOV.UK Frontend publishes fixtures for. The footer has
// no renderer: see unsupported.
var ours = map[string]func(map[string]any) (templ.Component, error){
	"back-link":           from(BackLink),
	"button":              from(Button),
	"character-count":     from(CharacterCount),
	"checkboxes":          from(Checkboxes),
	"date-input":          from(DateInput),
	"details":             from(Details),
	"error-message":       from(ErrorMessage),
	"error-summary":       from(ErrorSummary),
	"fieldset":            from(fieldsetWithContent),
	"footer":              nil,
	"generic-header":      from(GenericHeader),
	"hint":                from(Hint),
	"input":               from(Input),
	"inset-text":          from(InsetText),
	"label":               from(Label),
	"notification-banner": from(NotificationBanner),
	"pagination":          from(Pagination),
	"panel":               from(Panel),
	"phase-banner":        from(PhaseBanner),
	"radios":              from(Radios),
	"select":              from(Select),
	"service-navigation":  from(ServiceNavigation),
	"skip-link":           from(SkipLink),
	"summary-list":        from(SummaryList),
	"table":               from(Table),
	"tag":                 from(Tag),
	"task-list":           from(TaskList),
	"textarea":            from(Textarea),
	"warning-text":        from(WarningText),
}

// fieldsetWithContent gives a fixture's "html" to Fieldset as its children.
func fieldsetWithContent(p struct {
	FieldsetParams
	Content templ.Component
}) templ.Component {
	if p.Content == nil {
		return Fieldset(p.FieldsetParams)
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return Fieldset(p.FieldsetParams).Render(templ.WithChildren(ctx, p.Content), w)
	})
}

// TestFixtures holds every component against the HTML that GOV.UK Frontend publishes.
func TestFixtures(t *testing.T) {
	if _, err := os.Stat(published); errors.Is(err, fs.ErrNotExist) {
		const mend = "GOV.UK Frontend's fixtures are not here: run `npm ci --ignore-scripts` first"
		if os.Getenv("CI") == "true" {
			t.Fatal(mend)
		}
		fmt.Println("left out: " + mend)
		t.Skip(mend)
	}
	equal, all := 0, 0
	listed := maps.Clone(unsupported)
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		for _, f := range read(t, name) {
			key := name + "/" + f.Name
			reason, expected := listed[key]
			delete(listed, key)
			all++
			problem := compare(ours[name], f)
			switch {
			case problem == nil:
				equal++
				if expected {
					t.Errorf("%s is equal now: take it off the list (%s)", key, reason)
				}
			case !expected:
				t.Errorf("%s differs and is not on the list:\n%v", key, problem)
			}
		}
	}
	for key := range listed {
		t.Errorf("%s is on the list but GOV.UK Frontend has no such fixture", key)
	}
	share := 100 * float64(equal) / float64(all)
	fmt.Printf("GOV.UK Frontend fixtures: %d of %d equal (%.1f %%), %d left out with a reason\n", equal, all, share, len(unsupported))
	if share < 80 {
		t.Errorf("%.1f %% of the fixtures are equal, want 80 %% or more", share)
	}
}

func read(t *testing.T, name string) []fixture {
	t.Helper()
	file, err := os.ReadFile(filepath.Join(published, name, "fixtures.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Fixtures []fixture }
	decoder := json.NewDecoder(bytes.NewReader(file))
	decoder.UseNumber()
	if err := decoder.Decode(&all); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return all.Fixtures
}

// compare renders the fixture's options and gives an error that shows where the trees part.
func compare(render func(map[string]any) (templ.Component, error), f fixture) error {
	if render == nil {
		return errors.New("there is no such component of ours")
	}
	component, err := render(f.Options)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := component.Render(context.Background(), &out); err != nil {
		return err
	}
	got, err := outline(out.String())
	if err != nil {
		return err
	}
	want, err := outline(f.HTML)
	if err != nil {
		return err
	}
	for n := range max(len(got), len(want)) {
		if g, w := line(got, n), line(want, n); g != w {
			return fmt.Errorf("line %d\n got  %s\n want %s", n+1, strings.TrimSpace(g), strings.TrimSpace(w))
		}
	}
	return nil
}

func line(lines []string, n int) string {
	if n < len(lines) {
		return lines[n]
	}
	return "(nothing)"
}
