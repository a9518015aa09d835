package eligibility

import (
	"encoding/json"
	"unicode/utf8"

	"threshold/internal/care"
)

// IndicateJSON reads facts from one JSON object and appends the indication to out as one line of JSON without a line
// break. It is ParseFacts, Indicate and encoding in one, for those who have many. The error is a *FactError; out is
// then returned as it was.
func (rs *Ruleset) IndicateJSON(facts, out []byte) ([]byte, error) {
	w := rs.borrow()
	defer rs.work.Put(w)
	f := Facts{s: rs.schema, v: w.facts}
	if err := rs.schema.parse(facts, &f, w.seen); err != nil {
		return out, err
	}
	return appendIndication(out, rs.indicate(f, w)), nil
}

// appendIndication writes what json.Marshal would, without its reflection: it is most of the time a line takes.
func appendIndication(b []byte, ind care.Indication) []byte {
	b = append(b, `{"ruleset":`...)
	b = appendText(b, ind.Ruleset)
	b = append(b, `,"indication":`...)
	b = appendText(b, string(ind.Suggestion))
	b = append(b, `,"conditions":[`...)
	for i, c := range ind.Conditions {
		b = appendComma(b, i)
		b = append(b, `{"id":`...)
		b = appendText(b, c.ID)
		b = append(b, `,"value":`...)
		b = appendText(b, c.Value)
		b = append(b, `,"citation":`...)
		b = append(appendText(b, c.Citation), '}')
	}
	b = append(b, `],"outcomes":[`...)
	for i, o := range ind.Outcomes {
		b = appendComma(b, i)
		b = append(b, `{"id":`...)
		b = appendText(b, o.ID)
		b = append(b, `,"value":`...)
		b = appendText(b, o.Value)
		b = append(b, `,"limbs":`...)
		b = appendTexts(b, o.Limbs)
		b = append(b, `,"citation":`...)
		b = append(appendText(b, o.Citation), '}')
	}
	b = append(b, `],"reasons":[`...)
	for i, r := range ind.Reasons {
		b = appendComma(b, i)
		b = append(b, `{"text":`...)
		b = appendText(b, r.Text)
		b = append(b, `,"citation":`...)
		b = appendText(b, r.Citation)
		b = append(b, `,"because":`...)
		b = append(appendTexts(b, r.Because), '}')
	}
	b = append(b, `],"undecided":`...)
	b = appendTexts(b, ind.Undecided)
	b = append(b, `,"judgement":`...)
	b = appendTexts(b, ind.Judgement)
	b = append(b, `,"prompts":[`...)
	for i, p := range ind.Prompts {
		b = appendComma(b, i)
		b = append(b, `{"id":`...)
		b = appendText(b, p.ID)
		b = append(b, `,"text":`...)
		b = appendText(b, p.Text)
		b = append(b, `,"citation":`...)
		b = append(appendText(b, p.Citation), '}')
	}
	return append(b, ']', '}')
}

func appendComma(b []byte, i int) []byte {
	if i > 0 {
		return append(b, ',')
	}
	return b
}

func appendTexts(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, s := range list {
		b = appendText(appendComma(b, i), s)
	}
	return append(b, ']')
}

// appendText writes a string as JSON. Plain text needs no escaping; anything else goes the long way.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			quoted, _ := json.Marshal(s) // a string always encodes
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
