package web

import "strings"

// browserFamilies are told apart by a word of the User-Agent header. The order matters: most of them also say "Safari" and
// many "Chrome".
var browserFamilies = []struct{ word, family string }{
	{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
	{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Chromium/", "Chrome"}, {"Safari/", "Safari"},
}

// browserFamily is all that is kept of a browser, so that people recognise their sessions; "" when it is none of these.
func browserFamily(userAgent string) string {
	for _, b := range browserFamilies {
		if strings.Contains(userAgent, b.word) {
			return b.family
		}
	}
	return ""
}
