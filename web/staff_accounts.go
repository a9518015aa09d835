package web

import (
	"github.com/labstack/echo/v4"

	"threshold/internal/care"
	"threshold/internal/casework"
	"threshold/internal/eligibility"
	"threshold/templates/pages"
)

// An account is one voice's answers, ready to be told: under the rules they were given under, with whose they are.
type account struct {
	care.Account
	rules *eligibility.Ruleset
	words eligibility.Words
	// title and sent say whose it is and since when; both "" where there is no other account.
	title, sent string
}

// accounts of a case, the form that was sent first. They stand side by side on every page and are never mixed.
func (s *Server) accounts(c echo.Context, f casework.CaseFile) []account {
	out := make([]account, len(f.Accounts))
	for i, told := range f.Accounts {
		rules, err := s.Casework.Library.Version(told.Ruleset)
		if err != nil {
			rules = f.Rules // opening the case has found every version
		}
		out[i] = account{Account: told, rules: rules, words: s.words(visitOf(c))}
		if len(f.Accounts) > 1 {
			out[i].title = voiceTitle(f.Rules, told.Voice, casework.HelperIs(rules, told.Answers))
			out[i].sent = f.Rules.Text("staff.account_sent", eligibility.Words{"when": longTime(told.SentAt)})
		}
	}
	return out
}

// voiceTitle says whose account one is, with what a helper is to the person.
func voiceTitle(rs *eligibility.Ruleset, voice care.Voice, who string) string {
	if voice == care.VoiceSelf {
		return rs.Text("staff.voice.self", nil)
	}
	if who == "" {
		return rs.Text("staff.voice.helper", nil)
	}
	return rs.Text("staff.voice.helper_who", eligibility.Words{"who": who})
}

// newestOwn is the place of the person's newest own account among those that came after the form, or 0.
func newestOwn(f casework.CaseFile) int {
	newest := 0
	for i, told := range f.Accounts {
		if i > 0 && told.Voice == care.VoiceSelf {
			newest = i
		}
	}
	return newest
}

// blocks tells something of each account, the person's own first and their newest foremost. Accounts that say nothing of
// it are left out.
func blocks(all []account, tell func(account) []pages.StaffTold) []pages.StaffBlock {
	var own, helpers []pages.StaffBlock
	for _, a := range all {
		rows := tell(a)
		if len(rows) == 0 {
			continue
		}
		block := pages.StaffBlock{Rows: rows}
		if a.title != "" {
			block.Title = a.title + ". " + a.sent
		}
		if a.Voice == care.VoiceSelf {
			own = append([]pages.StaffBlock{block}, own...)
		} else {
			helpers = append(helpers, block)
		}
	}
	return append(own, helpers...)
}
