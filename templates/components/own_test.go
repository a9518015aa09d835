package components

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/a-h/templ"
	"pgregory.net/rapid"
)

func written(t *testing.T, component templ.Component) string {
	t.Helper()
	var out bytes.Buffer
	if err := component.Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestPhonesStandAlone(t *testing.T) {
	for text, links := range map[string]int{
		"Use the 999 BSL app, or 999bsl.co.uk.": 1, "Call 111, or use 111.nhs.uk.": 1, "0999 is none": 0, "Call 999.": 1,
	} {
		if got := written(t, Phones(text, "999", "111")); strings.Count(got, "<a ") != links {
			t.Errorf("%q: %s", text, got)
		}
	}
}

func TestPhones(t *testing.T) {
	const council = "0113 496 0999"
	for text, want := range map[string]string{
		"Call 999.":                          `Call <a class="govuk-link app-phone" href="tel:999">999</a>.`,
		"Ring " + council + ", day or night": `Ring <a class="govuk-link app-phone" href="tel:01134960999">0113` + "\u00a0496\u00a0" + `0999</a>, day or night`,
		"No number <b>here</b>":              "No number &lt;b&gt;here&lt;/b&gt;",
		"":                                   "",
	} {
		if got := written(t, Phones(text, "999", council, "")); got != want {
			t.Errorf("%q\n got  %s\n want %s", text, got, want)
		}
	}
	// The end of the council's number is 999, but one number makes one link.
	if got := written(t, Phones("999 or "+council, "999", council)); strings.Count(got, "<a ") != 2 {
		t.Errorf("%d links in %s", strings.Count(got, "<a "), got)
	}
}

func TestLeaveNeedsNoScript(t *testing.T) {
	got := written(t, Leave(LeaveParams{Text: "Leave this site", DescribedBy: "note"}))
	for _, want := range []string{`method="post"`, `action="/leave"`, `<button class="app-leave__button" aria-describedby="note">Leave this site</button>`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestProgressWidth(t *testing.T) {
	for _, c := range []struct {
		done, total int
		want        string
	}{{1, 3, "33"}, {3, 3, "100"}, {5, 3, "100"}, {-1, 3, "0"}, {0, 0, "0"}} {
		if got := (ProgressParams{Done: c.done, Total: c.total}).width(); got != c.want {
			t.Errorf("%d of %d is %s wide, want %s", c.done, c.total, got, c.want)
		}
	}
}

// TestWrap: no word is lost, and no line is too long that could be broken.
func TestWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.StringMatching(`[a-zé]{1,30}`)).Draw(t, "words"), " ")
		lines := wrap(text, 23)
		if got := strings.Join(lines, " "); got != text {
			t.Fatalf("%q became %q", text, got)
		}
		for _, line := range lines {
			if utf8.RuneCountInString(line) > 23 && strings.Contains(line, " ") {
				t.Fatalf("%q is too long and has a gap", line)
			}
		}
	})
}

// TestPictureAndTableAgree: what the boxes show, the table says, in the same order, and
// every row is inside the picture.
func TestPictureAndTableAgree(t *testing.T) {
	p := PictureParams{
		ID: "p", Title: "Outcomes", Columns: []string{"one", "two", "three"}, RowHeading: "Outcome", WordsHeading: "In words",
		BoxWords: map[Box]string{BoxYes: "Yes", BoxNo: "No", BoxNotKnown: "Not known"},
		Rows: []PictureRow{
			{Label: "Eating", Boxes: []Box{BoxYes, BoxNo, BoxNotKnown}, Words: "1 of 3"},
			{Label: "Getting around the community and using services", Boxes: []Box{BoxNo, BoxNo, BoxNo}, Words: "None"},
		},
	}
	got := written(t, Picture(p))
	svg := got[:strings.Index(got, "</svg>")]
	for shape, want := range map[string]int{"app-picture__full": 1, "app-picture__empty": 4, "app-picture__dashed": 1, `role="img"`: 1, "<title": 1} {
		if n := strings.Count(svg, shape); n != want {
			t.Errorf("%d %s in the picture, want %d", n, shape, want)
		}
	}
	var cells []string
	for _, row := range p.table().Rows {
		for _, cell := range row {
			cells = append(cells, cell.Text)
		}
	}
	want := []string{"Eating", "Yes", "No", "Not known", "1 of 3", "Getting around the community and using services", "No", "No", "No", "None"}
	if !slices.Equal(cells, want) {
		t.Errorf("the table says %q, want %q", cells, want)
	}
	rows, height := p.placed()
	if last := rows[len(rows)-1]; last.y+last.height != height || !strings.HasSuffix(p.viewBox(), fmt.Sprint(" ", height)) {
		t.Errorf("the last row ends at %d, the picture %s", last.y+last.height, p.viewBox())
	}
	if right := p.boxX(len(p.Columns)-1) + pictureBox; right > pictureWidth {
		t.Errorf("the last box ends at %d of %d", right, pictureWidth)
	}
}

// TestHostileText: what people type is never markup.
func TestHostileText(t *testing.T) {
	const hostile = `"><script>alert(1)</script>`
	for name, component := range map[string]templ.Component{
		"textarea": Textarea(TextareaParams{Name: "a", Value: "</textarea>" + hostile}),
		"input":    Input(InputParams{Name: "a", Value: hostile}),
		"summary":  SummaryList(SummaryListParams{Rows: []SummaryListRow{{Value: SummaryListCell{Text: hostile}}}}),
		"phones":   Phones(hostile, "999"),
		"identity": IdentityBar(IdentityBarParams{Name: hostile, Label: hostile}),
		"picture":  Picture(PictureParams{ID: "p", Title: hostile, Rows: []PictureRow{{Label: hostile}}}),
		"timeline": Timeline(TimelineParams{Items: []TimelineItem{{Title: hostile, Text: hostile}}}),
		"badge":    Badge(BadgeParams{Text: hostile}),
		"link":     BackLink(BackLinkParams{Href: "javascript:alert(1)"}),
	} {
		if got := written(t, component); strings.Contains(got, "<script>") || strings.Contains(got, "javascript:") {
			t.Errorf("%s lets markup through: %s", name, got)
		}
	}
}
