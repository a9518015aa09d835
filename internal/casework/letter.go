package casework

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"threshold/internal/care"
	"threshold/internal/eligibility"
)

// The forms in which a letter is made, all from one [Letter].
const (
	LetterPlain = "plain"
	LetterLarge = "large" // 18 points
	LetterEasy  = "easy"  // Easy Read: a Letter in its locale
	LetterText  = "text"  // nothing but words, for a machine that speaks or makes braille
)

// LetterForms lists them in the order in which they are offered.
var LetterForms = []string{LetterPlain, LetterLarge, LetterEasy, LetterText}

// EasyLocale is the locale of Easy Read.
const EasyLocale = "en-easy"

// A Letter tells somebody of the decision that a record holds, and why. It is the one source of every form. It is made of a
// [SignedRecord] and the wording of that record's own rules, so the same letter can be made again in many years; nothing of
// the private questions is in a record, so nothing of them is here.
type Letter struct {
	End        string // the decision, or closed
	Locale     eligibility.Locale
	Easy       bool // with drawings
	Copy       bool // for a carer: of nobody's free words
	Title      string
	Head       []LetterRow // how to reach the council
	Council    string
	To         []string // the lines of the window; none where NoAddress says why
	NoAddress  string   // of RecordLetter
	Facts      []LetterRow
	Greeting   string
	Sections   []LetterSection
	Signatures []string
	SignTitle  string
}

// A LetterSection is a heading with what stands under it, in this order.
type LetterSection struct {
	ID      string
	Title   string
	Drawing string
	Lines   []string
	Own     []LetterRow // words that somebody wrote for this letter alone, each under what leads to it
	Items   []LetterItem
}

// A LetterItem is one outcome, or one piece of advice.
type LetterItem struct {
	Title   string
	Drawing string
	Rows    []LetterRow
	Law     string // citation, "" in Easy Read
}

// A LetterRow is a label with what belongs to it. Quoted marks the person's own words.
type LetterRow struct {
	Label  string
	Texts  []string
	Quoted bool
}

// The drawings that stand beside the parts of a letter in Easy Read.
var letterDrawings = map[string]string{
	"decided": "letter", "why": "question-mark", "outcomes": "tick", "reply": "speech", "law": "book", "next": "calendar",
	"advice": "hands-help", "disagree": "sad",
}

// LetterFor makes the letter to the person a record is about. rules are the ruleset of the record in the locale it is to be
// read in; names the outcomes and the fixed words.
func LetterFor(r SignedRecord, rules *eligibility.Ruleset) Letter {
	return newLetterWriter(r, rules, false).write()
}

// CarerCopy makes the copy for the adult's carer, and false where the adult did not ask for one (Care Act 2014 s.12(3)(b)).
// It has the decision and what was found, and none of the words that anybody typed: what the adult said must not be told
// stands in words, and no program could find it again among others.
func CarerCopy(r SignedRecord, rules *eligibility.Ruleset) (Letter, bool) {
	if r.Kind != string(care.KindAdultNeeds) || r.Making == nil || !slices.Contains(r.Making.Copies, "carer") {
		return Letter{}, false
	}
	return newLetterWriter(r, rules, true).write(), true
}

type letterWriter struct {
	r     SignedRecord
	rules *eligibility.Ruleset
	w     eligibility.Words
	l     Letter
}

func newLetterWriter(r SignedRecord, rules *eligibility.Ruleset, forCarer bool) *letterWriter {
	at := r.Letter
	if at == nil { // a record of before letters
		at = &RecordLetter{NoAddress: NoAddressNone}
	}
	unable := 0
	for _, f := range r.Findings {
		if f.Conclusion == string(care.ConcludesUnable) {
			unable++
		}
	}
	w := eligibility.Words{
		"name": r.Person.Name, "council": at.Council, "phone": at.Phone, "complaint_url": at.ComplaintURL,
		"n": strconv.Itoa(unable), "all": strconv.Itoa(len(r.Findings)),
		"signer": r.SignedBy.Name, "registration": r.SignedBy.Registration,
	}
	for _, c := range r.Contacts {
		if c.How != HowNone {
			w["talked"] = dayInWords(c.On)
		}
	}
	if e := r.Ending; e != nil {
		w["offer_again"], w["other_council"] = dayInWords(e.OfferAgain), e.Council
		w["told_on"], w["passed_on"] = dayInWords(e.ToldOn), dayInWords(e.PassedOn)
	}
	if r.Second != nil {
		w["second"] = r.Second.Name
	}
	lw := &letterWriter{r: r, rules: rules, w: w}
	lw.l = Letter{End: r.Decision, Locale: rules.Locale(), Easy: rules.Locale().ID == EasyLocale, Copy: forCarer, Council: at.Council}
	for _, row := range []LetterRow{
		{Label: "letter.phone", Texts: some(at.Phone)}, {Label: "letter.phone_24h", Texts: some(at.Phone24h)},
		{Label: "letter.hours", Texts: some(at.Hours)}, {Label: "letter.email", Texts: some(at.Email)},
	} {
		if row.Texts != nil {
			row.Label = rules.Text(row.Label, w)
			lw.l.Head = append(lw.l.Head, row)
		}
	}
	lw.l.Facts = []LetterRow{
		{Label: rules.Text("letter.date", w), Texts: []string{longDate(r.SignedAt)}},
		{Label: rules.Text("letter.reference", w), Texts: []string{FormatReference(r.Reference)}},
	}
	if lw.l.NoAddress = at.NoAddress; !forCarer && len(at.Address) > 0 {
		lw.l.To = append(some(r.Person.Name), at.Address...)
	}
	return lw
}

func some(s string) []string {
	if s = strings.TrimSpace(s); s == "" {
		return nil
	}
	return []string{s}
}

// dayInWords writes yyyy-mm-dd as people do, and leaves anything else as it is.
func dayInWords(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format("2 January 2006")
}

func (lw *letterWriter) text(key string) string    { return lw.rules.Text("letter."+key, lw.w) }
func (lw *letterWriter) texts(key string) []string { return lw.rules.Texts("letter."+key, lw.w) }

// row adds words that somebody wrote, under what leads to them; nothing where they wrote none.
func (lw *letterWriter) row(to *[]LetterRow, key string, texts ...string) {
	texts = slices.DeleteFunc(texts, func(s string) bool { return strings.TrimSpace(s) == "" })
	if len(texts) > 0 {
		*to = append(*to, LetterRow{Label: lw.text(key), Texts: texts, Quoted: key == "you_said" || key == "reply" || key == "refusal_words"})
	}
}

func (lw *letterWriter) add(s LetterSection) {
	if len(s.Lines)+len(s.Own)+len(s.Items) > 0 {
		if lw.l.Easy {
			s.Drawing = letterDrawings[s.ID]
		}
		lw.l.Sections = append(lw.l.Sections, s)
	}
}

func (lw *letterWriter) write() Letter {
	r := lw.r
	if lw.l.Copy {
		return lw.writeCopy()
	}
	lw.l.Title, lw.l.Greeting = lw.text("title."+r.Decision), lw.text("hello")
	if name := lw.called(); name != "" {
		lw.l.Greeting = lw.rules.Text("letter.dear", eligibility.Words{"name": name})
	}
	lw.decided()
	lw.why()
	lw.outcomes()
	lw.reply()
	lw.advice()
	lw.next()
	lw.add(LetterSection{ID: "law", Title: lw.text("law_title"), Lines: lw.texts("law." + r.Decision)})
	lw.add(LetterSection{ID: "disagree", Title: lw.text("disagree_title"), Lines: lw.texts("disagree")})
	lw.sign()
	return lw.l
}

// called is what the person likes to be called, or their name.
func (lw *letterWriter) called() string {
	if lw.r.Letter != nil && lw.r.Letter.CallMe != "" {
		return lw.r.Letter.CallMe
	}
	return lw.r.Person.Name
}

func (lw *letterWriter) decided() {
	title := "decided_title"
	if lw.r.Decision == DecisionClosed { // nothing was decided
		title = "came_of_it"
	}
	s := LetterSection{ID: "decided", Title: lw.text(title), Lines: append(some(lw.text("talked")), lw.texts("decided."+lw.r.Decision)...)}
	if e := lw.r.Ending; e != nil && lw.r.Decision == DecisionSelfFunder && (e.Asks == "yes" || e.Asks == "no") {
		s.Lines = append(s.Lines, lw.text("asks."+e.Asks))
	}
	if lw.r.Decision == DecisionClosed {
		lw.row(&s.Own, "done", lw.r.NextSteps)
	}
	lw.add(s)
}

// why are the reasons for the whole: of each condition beside the outcomes, and for the decision (s.13(2)).
func (lw *letterWriter) why() {
	r := lw.r
	s := LetterSection{ID: "why", Title: lw.text("why_title")}
	if r.Decision == DecisionRefused && r.Ending != nil {
		lw.row(&s.Own, "refusal_words", r.Ending.RefusalWords)
	}
	lw.row(&s.Own, "why_intro", r.DecisionReason)
	if r.Impact != nil && len(r.Findings) > 0 && r.Decision != DecisionRefused {
		for _, p := range append(slices.Clone(r.Impact.Points), RecordPoint{ID: "wellbeing", Value: r.Impact.Significant, Reason: r.Impact.SignificantReason}) {
			if p.Value == "yes" || p.Value == "no" {
				s.Own = append(s.Own, LetterRow{Label: lw.text("point." + p.ID + "." + p.Value), Texts: some(p.Reason)})
			}
		}
	}
	lw.add(s)
}

// outcomes has one item for each: what the person said, what was found, and why.
func (lw *letterWriter) outcomes() {
	r := lw.r
	if len(r.Findings) == 0 {
		return
	}
	s := LetterSection{ID: "outcomes", Title: lw.text("outcomes_title"), Lines: some(lw.text("outcomes_intro"))}
	if lw.w["n"] == "0" {
		s.Lines = append(s.Lines, lw.text("count_none"))
	} else {
		s.Lines = append(s.Lines, lw.text("count"))
	}
	if !slices.ContainsFunc(r.Accounts, func(a RecordAccount) bool { return a.Voice == string(care.VoiceSelf) }) && len(r.Accounts) > 0 {
		s.Lines = append(s.Lines, lw.text("helper_told"))
	}
	for _, f := range r.Findings {
		if f.Conclusion == "" {
			continue // of an assessment that stopped before it was looked at
		}
		item := LetterItem{Title: lw.rules.OutcomeTitle(f.Outcome)}
		lw.row(&item.Rows, "you_said", lw.ownWords(f)...)
		lw.row(&item.Rows, "found", lw.text("found."+f.Conclusion))
		lw.row(&item.Rows, "because", f.Reason)
		lw.row(&item.Rows, "period", f.Period)
		if lw.l.Easy {
			item.Drawing = lw.rules.OutcomeDrawing(f.Outcome)
		} else {
			item.Law = f.Citation
		}
		s.Items = append(s.Items, item)
	}
	lw.add(s)
}

// ownWords are what the person told about an outcome, in their own account: their free words where there are any, else what
// they chose. What a helper told is theirs, and in no letter to somebody else.
func (lw *letterWriter) ownWords(f RecordFinding) []string {
	var free, chosen []string
	take := func(account int, told []RecordTold) {
		if account >= len(lw.r.Accounts) || lw.r.Accounts[account].Voice != string(care.VoiceSelf) {
			return
		}
		for _, t := range told {
			switch _, what, _ := strings.Cut(t.ID, "."); what {
			case "words", "wish":
				free = append(free, t.Answers...)
			case "limbs":
				chosen = append(chosen, t.Answers...)
			}
		}
	}
	take(0, f.Said)
	for _, other := range f.Others {
		take(other.Account, other.Said)
	}
	if len(free) > 0 {
		return free
	}
	return chosen
}

// reply is what the person said about the draft, and what came of it.
func (lw *letterWriter) reply() {
	if lw.r.Draft == nil {
		return
	}
	s := LetterSection{ID: "reply", Title: lw.text("reply_title")}
	for _, reply := range lw.r.Draft.Replies {
		lw.row(&s.Own, "reply", reply.Text)
	}
	lw.row(&s.Own, "reply_did", lw.r.Draft.WhatItDid)
	lw.add(s)
}

// advice is the advice owed to this person (s.13(5)): for each need one thing to do, who helps, their number, and a day.
func (lw *letterWriter) advice() {
	r := lw.r
	s := LetterSection{ID: "advice", Title: lw.text("advice_title")}
	for _, a := range r.Advices {
		item := LetterItem{Title: a.Name}
		switch {
		case a.Outcome != "":
			item.Title = lw.rules.OutcomeTitle(a.Outcome)
		case item.Title == "":
			item.Title = lw.text("advice_other")
		}
		if lw.l.Easy {
			item.Drawing = lw.rules.OutcomeDrawing(a.Outcome)
		}
		lw.row(&item.Rows, "advice_action", a.Action)
		lw.row(&item.Rows, "advice_who", a.Who)
		lw.row(&item.Rows, "advice_phone", a.Phone)
		lw.row(&item.Rows, "advice_by", dayInWords(a.By))
		s.Items = append(s.Items, item)
	}
	if text := some(r.Advice); text != nil {
		s.Own = append(s.Own, LetterRow{Texts: text})
	}
	if len(s.Items)+len(s.Own) > 0 {
		s.Lines = some(lw.text("advice_intro"))
	}
	lw.add(s)
}

func (lw *letterWriter) next() {
	r := lw.r
	s := LetterSection{ID: "next", Title: lw.text("next_title"), Lines: lw.texts("next." + r.Decision)}
	if r.Considered19 == "will_meet" || r.Considered19 == "will_not_meet" {
		s.Lines = append(s.Lines, lw.text("considered."+r.Considered19))
	}
	if r.Decision != DecisionClosed {
		lw.row(&s.Own, "steps", r.NextSteps)
	}
	lw.add(s)
}

func (lw *letterWriter) sign() {
	lw.l.SignTitle = lw.text("signed_title")
	lw.l.Signatures = append(some(lw.text("signed")), some(lw.text("registered"))...)
	lw.l.Signatures = append(lw.l.Signatures, some(lw.text("second"))...)
	if lw.l.Copy || lw.r.Making == nil {
		return
	}
	var to []string
	carer := lw.r.Kind == string(care.KindAdultNeeds) // nobody cares for whom the letter tells that they are the carer
	for _, who := range lw.r.Making.Copies {
		if who == "carer" && carer || who == "advocate" {
			to = append(to, lw.text("copies."+who))
		}
	}
	to = append(to, some(lw.r.Making.CopiesNamed)...)
	if len(to) > 0 {
		lw.l.Signatures = append(lw.l.Signatures, lw.rules.Text("letter.copies", eligibility.Words{"copies": strings.Join(to, ", ")}))
	}
}

// writeCopy has nothing that anybody typed but names.
func (lw *letterWriter) writeCopy() Letter {
	r := lw.r
	if lw.w["name"] == "" {
		lw.w["name"] = FormatReference(r.Reference)
	}
	lw.l.Title, lw.l.Greeting, lw.l.NoAddress = lw.text("copy_title"), lw.text("copy_hello"), NoAddressNone
	lw.add(LetterSection{ID: "decided", Title: lw.text("decided_title"), Lines: append(some(lw.text("copy")), some(lw.text("copy_decided."+r.Decision))...)})
	s := LetterSection{ID: "outcomes", Title: lw.text("copy_outcomes_title")}
	for _, f := range r.Findings {
		if f.Conclusion == "" {
			continue
		}
		item := LetterItem{Title: lw.rules.OutcomeTitle(f.Outcome)}
		lw.row(&item.Rows, "copy_found", lw.text("copy_found."+f.Conclusion))
		if lw.l.Easy {
			item.Drawing = lw.rules.OutcomeDrawing(f.Outcome)
		} else {
			item.Law = f.Citation
		}
		s.Items = append(s.Items, item)
	}
	lw.add(s)
	lw.add(LetterSection{ID: "next", Title: lw.text("next_title"), Lines: some(lw.text("copy_own"))})
	lw.sign()
	return lw.l
}

// Text is the letter as nothing but words: lines of at most 72 characters, a blank one between paragraphs.
func (l Letter) Text() string {
	var b strings.Builder
	line := func(s string) {
		for part := range strings.SplitSeq(s, "\n") {
			b.WriteString(wrapText(part, 72))
			b.WriteByte('\n')
		}
	}
	labelled := func(row LetterRow) { // a label that is a sentence stands on a line of its own
		texts := strings.Join(row.Texts, "\n")
		if row.Quoted {
			texts = "\"" + texts + "\""
		}
		switch {
		case row.Label == "":
			line(texts)
		case texts == "":
			line(row.Label)
		case strings.HasSuffix(row.Label, "."):
			line(row.Label)
			line(texts)
		default:
			line(strings.TrimSuffix(row.Label, ":") + ": " + texts)
		}
	}
	line(l.Council)
	for _, row := range l.Head {
		labelled(row)
	}
	b.WriteByte('\n')
	for _, to := range l.To {
		line(to)
	}
	if len(l.To) > 0 {
		b.WriteByte('\n')
	}
	for _, row := range l.Facts {
		labelled(row)
	}
	line("\n" + l.Greeting + "\n\n" + strings.ToUpper(l.Title))
	for _, s := range l.Sections {
		line("\n" + strings.ToUpper(s.Title) + "\n")
		for _, text := range s.Lines {
			line(text)
		}
		for i, row := range s.Own {
			if i > 0 || len(s.Lines) > 0 {
				b.WriteByte('\n')
			}
			labelled(row)
		}
		for _, item := range s.Items {
			line("\n" + item.Title)
			for _, row := range item.Rows {
				labelled(row)
			}
			if item.Law != "" {
				line(item.Law)
			}
		}
	}
	line("\n" + strings.ToUpper(l.SignTitle) + "\n")
	for _, text := range l.Signatures {
		line(text)
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// wrapText breaks a line between words so that none is longer than width characters, where its words let it.
func wrapText(s string, width int) string {
	var b strings.Builder
	n := 0
	for word := range strings.FieldsSeq(s) {
		size := len([]rune(word))
		switch {
		case n > 0 && n+1+size > width:
			b.WriteByte('\n')
			n = 0
		case n > 0:
			b.WriteByte(' ')
			n++
		}
		b.WriteString(word)
		n += size
	}
	return b.String()
}

// AskedForm is the form of letter that the person asked for, and the ids of what they asked for that this service cannot
// make by itself (braille, audio, a sign language video, another language): somebody has to see to those.
func (r SignedRecord) AskedForm() (form string, byHand []string) {
	form = LetterPlain
	if r.Letter == nil {
		return form, nil
	}
	for _, format := range r.Letter.Formats {
		switch format {
		case "easy_read":
			form = LetterEasy
		case "large_print":
			if form != LetterEasy {
				form = LetterLarge
			}
		default:
			byHand = append(byHand, format)
		}
	}
	return form, byHand
}

// AskedLarge says whether large print was asked for: an Easy Read letter is then in large print too.
func (r SignedRecord) AskedLarge() bool {
	return r.Letter != nil && slices.Contains(r.Letter.Formats, "large_print")
}
