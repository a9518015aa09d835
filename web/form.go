package web

import (
	"crypto/rand"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"threshold/internal/care"
)

// Field names that belong to the form itself and not to a question.
const (
	fieldSeen   = "seen"   // fingerprint of the page's answers when it was shown (see casework.Draft.Seen)
	fieldDo     = "do"     // which of a page's two buttons was pressed
	fieldChange = "change" // came from "Change" on the check page
	fieldOnce   = "once"   // random key of a form that is sent at once, so that pressing twice sends once
)

// readForm returns the posted fields of a page in the shape of answers: option ids as they are, words with their line
// ends and outer spaces tidied, and the three boxes of a date joined to "year-month-day". Blank fields are left out. A
// field that is not the page's stays in under its own name, so that the rules refuse it.
func readForm(c echo.Context, page care.Page) (map[string][]string, error) {
	// Anything but a form would read as a page left blank, and wipe what is stored.
	kind, _, _ := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	if kind != echo.MIMEApplicationForm {
		return nil, echo.NewHTTPError(http.StatusUnsupportedMediaType)
	}
	values, err := c.FormParams()
	if err != nil {
		return nil, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	typed := map[string][]string{}
	for name, given := range values {
		if name == fieldSeen || name == fieldDo || name == fieldChange || name == fieldOnce || isDatePart(page, name) {
			continue
		}
		kept := make([]string, 0, len(given))
		for _, v := range given {
			if v = tidy(v); v != "" {
				kept = append(kept, v)
			}
		}
		typed[name] = kept
	}
	for _, q := range page.Questions {
		if q.Kind == care.KindDate {
			if v := joinDate(values, q.ID); v != "" {
				typed[q.ID] = []string{v}
			}
		}
	}
	c.Set(postedKey, postedForm{page, typed}) // should it not be possible to save it
	return typed, nil
}

// onceKey is the random key of a form that is sent at once. It stays the same when the form comes back with an error.
func onceKey(c echo.Context) string {
	if key := c.FormValue(fieldOnce); len(key) == len(rand.Text()) {
		return key
	}
	return rand.Text()
}

// tidy drops control characters (which no keyboard types and no letter can print), makes line ends "\n" and trims.
func tidy(v string) string {
	v = strings.ReplaceAll(v, "\r\n", "\n")
	v = strings.Map(func(r rune) rune {
		switch {
		case r < ' ' && r != '\n' && r != '\t', r == 0x7f, r == 0xfffd:
			return -1
		case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			// Marks that turn the direction of text could make a practitioner read something else than was sent.
			return -1
		}
		return r
	}, v)
	return strings.TrimSpace(v)
}

func isDatePart(page care.Page, name string) bool {
	id, part, ok := cutLast(name, "-")
	if !ok || (part != "day" && part != "month" && part != "year") {
		return false
	}
	q, found := page.Question(id)
	return found && q.Kind == care.KindDate
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// months are accepted as words too: people write "March" or "mar".
var months = map[string]string{
	"jan": "01", "feb": "02", "mar": "03", "apr": "04", "may": "05", "jun": "06",
	"jul": "07", "aug": "08", "sep": "09", "oct": "10", "nov": "11", "dec": "12",
}

// joinDate returns "year-month-day" with the parts as typed, numbers padded; "" when all three boxes are empty.
func joinDate(values url.Values, id string) string {
	part := func(name string) string {
		v := tidy(values.Get(id + "-" + name))
		if name == "month" && len(v) >= 3 {
			if m, ok := months[strings.ToLower(v[:3])]; ok {
				return m
			}
		}
		if name != "year" && len(v) == 1 {
			return "0" + v
		}
		return strings.ReplaceAll(v, "-", "/") // the separator must stay ours
	}
	d, m, y := part("day"), part("month"), part("year")
	if d == "" && m == "" && y == "" {
		return ""
	}
	return y + "-" + m + "-" + d
}

// splitDate is the way back, for showing the boxes again.
func splitDate(v string) (day, month, year string) {
	parts := strings.SplitN(v, "-", 3)
	if len(parts) != 3 {
		return "", "", ""
	}
	return strings.TrimPrefix(parts[2], "0"), strings.TrimPrefix(parts[1], "0"), parts[0]
}
