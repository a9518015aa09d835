package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"threshold/internal/care"
)

// A RecordLetter is what the letter about a decision needs beside the decision itself, as it was on the day it was signed:
// so the same letter can be made again in many years.
type RecordLetter struct {
	Council      string `json:"council"` // its name
	Phone        string `json:"phone,omitempty"`
	Phone24h     string `json:"phone_24h,omitempty"`
	Hours        string `json:"hours,omitempty"`
	Email        string `json:"email,omitempty"`
	ComplaintURL string `json:"complaint_url,omitempty"`
	// CallMe is what the person likes to be called, "" when they did not say.
	CallMe string `json:"call_me,omitempty"`
	// Formats are the ways of reading the person asked for: ids of the options of the question "format".
	Formats []string `json:"formats,omitempty"`
	// Address are the lines of the window, without the name. It is empty where NoAddress says why.
	Address []string `json:"address,omitempty"`
	// NoAddress is none (they gave none), secret (nobody may learn it) or not_safe (post is not among the safe ways).
	NoAddress string `json:"no_address,omitempty"`
}

// Why a letter has no address in its window.
const (
	NoAddressNone    = "none"
	NoAddressSecret  = "secret"
	NoAddressNotSafe = "not_safe"
)

// recordLetter gathers it from the answers that say how the person may be reached, and from the council's settings.
func (s *Service) recordLetter(ctx context.Context, f CaseFile) (*RecordLetter, error) {
	council, err := s.councilOf(ctx, f.Council)
	if err != nil {
		return nil, fmt.Errorf("writing what the letter of case %s needs: %w", f.Reference, err)
	}
	a := f.asTold().Answers
	l := &RecordLetter{
		Council: council.Name, Phone: council.Phone, Phone24h: council.Phone24h, Hours: council.Settings.Hours,
		Email: council.Email, ComplaintURL: council.ComplaintURL, CallMe: a.One("call_me"),
	}
	for _, format := range a.Get("format") {
		if format != "standard" && format != "not_sure" {
			l.Formats = append(l.Formats, format)
		}
	}
	l.Address, l.NoAddress = postal(a, f.Summary.Withheld || slices.ContainsFunc(f.Flags(), func(x care.Flag) bool { return x.ID == "address_secret" }))
	return l, nil
}

// postal is the address a letter may show in its window: none that is secret, and none where the person chose how to be
// reached and did not choose post.
func postal(a care.Answers, secret bool) (lines []string, none string) {
	for line := range strings.Lines(a.One("address") + "\n" + a.One("postcode")) {
		if line = strings.Trim(line, " ,\r\n"); line != "" {
			lines = append(lines, line)
		}
	}
	switch {
	case secret || a.Has("living", "secret"):
		return nil, NoAddressSecret
	case a.Has("ways", "not_at_all") || len(a.Get("ways")) > 0 && !a.Has("ways", "post"):
		return nil, NoAddressNotSafe
	case len(lines) == 0:
		return nil, NoAddressNone
	}
	return lines, ""
}
