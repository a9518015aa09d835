// Package care holds the nouns of a Care Act 2014 self-assessment: who answers, what was asked, what was said,
// what the rules suggest and what a practitioner concludes. It has no clock, no context and no input or output,
// so that a sentence of the law can be read beside the type that stands for it.
//
// Words kept apart (the same on every floor):
//
//   - Outcome: one of the outcomes listed in SI 2015/313 reg 2(2) (adults) or reg 3(2)(b) (carers). Never "result".
//   - Indication: what the rules suggest from a person's answers. It decides nothing.
//   - Finding: what a practitioner concludes on one outcome, with a source and a reason.
//   - Determination: the council's decision on eligibility under Care Act 2014 s.13(1), made by a practitioner and
//     given with a written record of the reasons (s.13(2)).
//   - Draft: an assessment that has not been sent. Only the browser session that wrote it can open it.
//   - Case: an assessment, a request to be contacted or a safeguarding concern after it was sent to a council.
//   - Concern: something that may need an enquiry under s.42, whatever the person's eligibility.
package care
