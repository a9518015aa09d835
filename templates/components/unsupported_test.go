package components

// Why a component of ours is not like GOV.UK Frontend's.
const (
	noGOVUK        = "the footer carries the crown and Crown copyright; a council is not GOV.UK, so the layouts have a footer of their own"
	noReveal       = "an answer that reveals more inputs is not supported on purpose: it fails without JavaScript; ask on the next page"
	noNulls        = "a Go list holds no null items, so the numbers in the ids that follow differ"
	noUnchecking   = "an item cannot be unticked against the value of the whole; do not set that value"
	noRemoving     = "a default box is not taken away with false; give Items with the two that are wanted"
	noInterruption = "an interruption page is not used; the panel is the confirmation alone"
	noSlots        = "the service navigation has no slots for HTML; the layouts place what stands beside it"
	valueAlways    = "every option states its value, so that a change of wording does not change what is sent"
	prefixAlways   = "the word that screen readers hear before an error is never left out; it can be translated"
)

// unsupported names every fixture that our component does not equal, and why.
var unsupported = map[string]string{
	"checkboxes/item checked overrides values":                        noUnchecking,
	"checkboxes/small with conditional reveal":                        noReveal,
	"checkboxes/textarea in conditional":                              noReveal,
	"checkboxes/with conditional item checked":                        noReveal,
	"checkboxes/with conditional items":                               noReveal,
	"checkboxes/with conditional items with special characters":       noReveal,
	"checkboxes/with divider, None and conditional items":             noReveal,
	"checkboxes/with falsy values":                                    noNulls,
	"checkboxes/with optional form-group classes showing group error": noReveal,
	"checkboxes/with pre-checked values":                              noReveal,
	"date-input/day and month":                                        noRemoving,
	"date-input/month and year":                                       noRemoving,
	"error-message/translated":                                        prefixAlways,
	"error-message/visually hidden text removed":                      prefixAlways,
	"footer/Full GDS example":                                         noGOVUK,
	"footer/Three equal columns":                                      noGOVUK,
	"footer/attributes":                                               noGOVUK,
	"footer/classes":                                                  noGOVUK,
	"footer/default":                                                  noGOVUK,
	"footer/meta html as text":                                        noGOVUK,
	"footer/with HTML passed as text content":                         noGOVUK,
	"footer/with container classes":                                   noGOVUK,
	"footer/with custom HTML content licence and copyright notice":    noGOVUK,
	"footer/with custom meta":                                         noGOVUK,
	"footer/with custom text content licence and copyright notice":    noGOVUK,
	"footer/with default width navigation (one column)":               noGOVUK,
	"footer/with default width navigation (two columns)":              noGOVUK,
	"footer/with empty meta":                                          noGOVUK,
	"footer/with empty meta items":                                    noGOVUK,
	"footer/with empty navigation":                                    noGOVUK,
	"footer/with meta":                                                noGOVUK,
	"footer/with meta html":                                           noGOVUK,
	"footer/with meta item attributes":                                noGOVUK,
	"footer/with meta links and meta content":                         noGOVUK,
	"footer/with navigation":                                          noGOVUK,
	"footer/with navigation item attributes":                          noGOVUK,
	"footer/with no content licence":                                  noGOVUK,
	"footer/with only custom meta":                                    noGOVUK,
	"footer/with only meta links":                                     noGOVUK,
	"pagination/with empty items":                                     noNulls,
	"panel/confirmation, with actions":                                noInterruption,
	"panel/interruption":                                              noInterruption,
	"panel/interruption with custom classes":                          noInterruption,
	"panel/interruption, button link":                                 noInterruption,
	"panel/interruption, no actions":                                  noInterruption,
	"panel/interruption, no actions items":                            noInterruption,
	"panel/interruption, submit action":                               noInterruption,
	"panel/interruption, with actions classes and attributes":         noInterruption,
	"panel/interruption-with-content-with-long-line-length":           noInterruption,
	"panel/interruption-with-headings-content-and-lists":              noInterruption,
	"radios/item checked overrides value":                             noUnchecking,
	"radios/small with conditional reveal":                            noReveal,
	"radios/textarea in conditional":                                  noReveal,
	"radios/with conditional item checked":                            noReveal,
	"radios/with conditional items":                                   noReveal,
	"radios/with conditional items and pre-checked value":             noReveal,
	"radios/with conditional items with special characters":           noReveal,
	"radios/with falsy items":                                         noNulls,
	"radios/with optional form-group classes showing group error":     noReveal,
	"select/item selected overrides value":                            noUnchecking,
	"select/without values":                                           valueAlways,
	"select/without values with selected value":                       valueAlways,
	"service-navigation/inverse with language navigation":             noSlots,
	"service-navigation/with `inline` end slot":                       noSlots,
	"service-navigation/with language navigation":                     noSlots,
	"service-navigation/with right-aligned language navigation":       noSlots,
	"service-navigation/with slotted content":                         noSlots,
	"table/with falsy items":                                          noNulls,
	"task-list/with empty values":                                     noNulls,
}
