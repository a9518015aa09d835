package casework

import (
	"strings"
	"time"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// This file is the one way out: every message to a person is made here, and passes the contact rule.

// toPerson makes a message to the person a form is about, or nil when nothing may be sent: mail is not set up, they did not
// choose e-mail as a safe way, gave no address, or may not know of the form. Nothing is sent that nobody asked for.
func (s *Service) toPerson(d Draft, council care.Council, kind, path string) *care.Mail {
	to, ok := mayWriteTo(d.Answers)
	if !s.MailOn || !ok || !mayKnow(d) {
		return nil
	}
	return s.message(d, council, kind, to, path, eligibility.Words{"ref": FormatReference(d.Reference), "date": longDate(Promised(d.Assessment, council))})
}

func longDate(t time.Time) string { return t.In(ukTime).Format("2 January 2006") }

// WritesTo is the address that messages about a form go to, and "" when none are sent: said before it is sent.
func (s *Service) WritesTo(d Draft) string {
	if to, ok := mayWriteTo(d.Answers); s.MailOn && ok && mayKnow(d) && !d.AccountOf {
		return to
	}
	return ""
}

// mayWriteTo is the contact rule for e-mail: the address to write to, and whether the person said that it is safe to.
func mayWriteTo(a care.Answers) (address string, ok bool) {
	address = a.One("email")
	return address, address != "" && a.Has("ways", "email") && !a.Has("ways", "not_at_all")
}

// mayKnow says whether the person can know that there is a form about them: they filled it in, or the helper who did says
// that they know. A message must not be how they learn of it.
func mayKnow(d Draft) bool {
	return d.Rules.Voice(d.Answers) == care.VoiceSelf || d.Answers.Has("knows", "yes_agree") || d.Answers.Has("knows", "yes_silent")
}

// asTold is a case with the answers that say how the person may be reached: their own newest account's, where they gave one
// beside a helper's.
func (f CaseFile) asTold() Draft {
	d := Draft{Assessment: f.Assessment, Rules: f.Rules}
	for _, account := range f.Accounts {
		if account.Voice == care.VoiceSelf && f.sameKind(account) {
			d.Answers = account.Answers
		}
	}
	return d
}

// message words a mail. It has no answers, no result and no name of the person; the subject says nothing of care.
func (s *Service) message(d Draft, council care.Council, kind, to, path string, more eligibility.Words) *care.Mail {
	w := eligibility.Words{"council": council.Name, "phone": council.Phone}
	for k, v := range more {
		w[k] = v
	}
	m := &care.Mail{
		Kind: kind, To: to, From: council.Name, ReplyTo: council.Email, Lang: "en",
		Subject: d.Rules.Text("message."+kind+".subject", w), Lines: d.Rules.Texts("message."+kind+".lines", w),
	}
	if path != "" && s.PublicURL != "" {
		m.Link, m.LinkText = strings.TrimRight(s.PublicURL, "/")+path, d.Rules.Text("message."+kind+".link_text", w)
	}
	return m
}
