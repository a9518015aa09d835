// Package rules holds the published rules, as data inside the binary: one folder for each kind of assessment, in it one
// for each date from which a version is in force. A published folder is never edited; a change in the law is a new one.
package rules

import "embed"

// FS has <kind>/<in-force date>/ruleset.yaml, questions.yaml, *.<locale>.yaml and cases/*.yaml; shared/<date>/ with the
// pages and words that several journeys use; and, for every version, councils.csv and locales.yaml (see README.md). A
// version published as rules alone has no questions.yaml and no content.
//
//go:embed councils.csv locales.yaml */*/*.yaml */*/cases/*.yaml */*/words/*.yaml
var FS embed.FS
