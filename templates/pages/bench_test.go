package pages

import (
	"bytes"
	"testing"

	"threshold/internal/care"
	"threshold/templates/layouts"
)

// BenchmarkDrawQuestionPage is the template alone: a struct in, six kilobytes of HTML out.
func BenchmarkDrawQuestionPage(b *testing.B) {
	option := func(id, label, hint string) care.Option { return care.Option{ID: id, Label: label, Hint: hint} }
	question := care.Question{
		ID: "nutrition.limbs", Kind: care.KindCheckboxes, Text: "Is eating and drinking hard for you?", Hint: "Getting, making, eating and drinking",
		Options: []care.Option{
			option("assistance", "Yes, I need help or cannot do it", ""), option("distress", "Yes, it hurts or upsets me a lot", ""),
			option("danger", "Yes, it is not safe for me or others", "Like getting burnt, choking or leaving the gas on"),
			option("time", "Yes, it takes me much longer than others", ""), option("none", "No, I can do it", ""), option("not_sure", "I am not sure", ""),
		},
	}
	page := QuestionPage{
		Layout: layouts.CitizenPage{
			Title: "Eating and drinking", BackHref: "/ashdale/daily", SavedAt: "Saved at 10:42", NoIndex: true,
			Council: layouts.Council{Name: "Ashdale Council", Slug: "ashdale", Phone: "020 7946 0101", Phone24h: "020 7946 0102"},
			Words: layouts.CitizenWords{
				Service: "Get help with daily life", SkipLink: "Skip to main content", Back: "Back", Leave: "Leave this site", LeaveNote: "This opens another site.",
				Contact: "Get help or ask us to contact you", Save: "Save and finish later", Danger: "In danger now? Call 999.",
				Urgent: "Need help today? Call {council} on {phone_24h}, day or night.", Reading: "Easy Read and large print", Aloud: "Read this to me", Stop: "Stop reading",
			},
		},
		Page: care.Page{
			Path: "daily/nutrition", Title: "Eating and drinking", Lines: []string{"Think about what you can do when nobody helps you.", "If you use equipment, think about how it is with it."},
			Questions: []care.Question{question},
		},
		Form: Form{
			Action: "/ashdale/daily/nutrition", Seen: "ddf46de448e6880d", Button: "Continue", Introduced: true,
			Fields: []Field{{Question: question, Values: []string{"danger"}}},
		},
		Progress: "1 of 2",
	}
	var out bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		if err := Question(page).Render(b.Context(), &out); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(out.Len()))
}
